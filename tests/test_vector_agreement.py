"""Arrays and scalars agree, on few rows; `make agreement` asks about many."""

from __future__ import annotations

from long_agreement import BOUNDARIES, UNITS, agreement
from strategies import ZONES


def test_arrays_answer_as_scalars_do() -> None:
    total = agreement(rows=40_000, seed=1, processes=1)
    assert total.first is None
    assert sum(total.rows.values()) == 40_000
    asked = {f"deadline, {unit}, {boundary}" for unit in UNITS for boundary in BOUNDARIES}
    assert set(total.rows) == asked | {"elapsed", "is_open", "next_open"}


def test_agreement_is_asked_in_more_than_twelve_zones() -> None:
    assert len(ZONES) > 12
