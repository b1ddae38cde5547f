"""Readings of a table of events: equal to those of each case, row for row, for any plan and any logs (issue 7)."""

from __future__ import annotations

import pytest
from hypothesis import given

pytest.importorskip("numpy", reason="needs the extra numpy")


from log_tables import (
    Desk,
    changing_plans,
    desks,
    expected_rows,
    outcome,
    raw_desks,
    raw_plans,
    rows_of,
    table_of,
)
from supportsla.clock_tables import readings


def agree(desk: Desk) -> None:
    """Both say the same, or refuse for the same reason."""
    columns = table_of(desk.logs)
    expected = outcome(lambda: expected_rows(desk.plan, desk.logs, columns, desk.now))
    found = outcome(lambda: rows_of(readings(desk.plan, columns, desk.now)))
    assert found == expected


@given(desks())
def test_readings_of_a_table_are_those_of_each_case_row_for_row(desk: Desk) -> None:
    agree(desk)


@given(raw_desks(raw_plans()))
def test_whatever_logs_say_their_table_reads_the_same(desk: Desk) -> None:
    agree(desk)


@given(raw_desks(changing_plans()))
def test_a_plan_that_changes_judges_a_table_as_it_judges_each_case(desk: Desk) -> None:
    agree(desk)
