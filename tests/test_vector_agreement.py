"""Arrays and scalars agree, on few rows; `make agreement` asks about many."""

from __future__ import annotations

import pytest

from long_agreement import BOUNDARIES, UNITS, agreement
from strategies import ZONES


@pytest.mark.parametrize("seed", [1, 2])
def test_arrays_answer_as_scalars_do(seed: int) -> None:
    total = agreement(rows=20_000, seed=seed, processes=1)
    assert total.first is None
    assert sum(total.rows.values()) == 20_000
    asked = {f"deadline, {unit}, {boundary}" for unit in UNITS for boundary in BOUNDARIES}
    assert set(total.rows) == asked | {"elapsed", "is_open", "next_open"}


def test_agreement_is_asked_in_more_than_twelve_zones() -> None:
    assert len(ZONES) > 12
