"""Reports: which rows are met, late, missed, open, without a target, later, odd or unreadable, and how they add up."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportsla import ALWAYS, BusinessCalendar, InvalidChoice, InvalidTable, Plan, Priority, Target, business_hours
from supportsla.presets import CST, apricot_us
from supportsla.promises import verdict_at
from supportsla.report import (
    Judgement,
    Question,
    Report,
    Stamps,
    Tally,
    by_column,
    by_duration,
    by_target,
    counted,
    judged,
)

NOW = datetime(2026, 7, 1, tzinfo=UTC)
FIRST_RESPONSE = by_target(apricot_us(), "first_response", "priority")
UTC_STAMPS = Stamps("UTC")


def asked(**changed: Any) -> Question:
    given: dict[str, Any] = {"dues": by_column("due", UTC_STAMPS), "now": NOW, "stamps": UTC_STAMPS}
    return Question("opened", "done", **{**given, **changed})


def judge(text: str, question: Question | None = None) -> list[Judgement]:
    return list(judged(text.splitlines(keepends=True), question or asked()).judgements)


def report(rows: Iterable[str], question: Question | None = None, header: str = "opened,done,due") -> Report:
    return counted(judge("".join(f"{row}\n" for row in (header, *rows)), question))


DUE, LIMIT = datetime(2026, 6, 2, tzinfo=UTC), datetime(2026, 6, 3, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "done", "expected"),
    [
        (NOW, DUE, "met"),
        (NOW, DUE + TICK, "late"),
        (NOW, LIMIT, "late"),
        (NOW, LIMIT + TICK, "missed"),
        (DUE - TICK, None, "pending"),
        (DUE, None, "late"),
        (LIMIT - TICK, None, "late"),
        (LIMIT, None, "missed"),
        (DUE - TICK, DUE, "pending"),
        (DUE, DUE, "met"),
        (LIMIT, LIMIT + TICK, "missed"),
    ],
)
def test_done_at_the_due_is_met_at_the_limit_late_and_after_it_missed(
    now: datetime, done: datetime | None, expected: str
) -> None:
    """W9; what is done after now is not done yet."""
    assert verdict_at(now, DUE, LIMIT, done) == expected


def test_verdicts_compare_instants_and_not_wall_clocks() -> None:
    """01:45 CDT comes before 01:30 CST, which the clock shows second."""
    chicago = ZoneInfo("America/Chicago")
    due = datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=chicago)
    assert (
        verdict_at(datetime(2026, 12, 1, tzinfo=UTC), due, due, datetime(2026, 11, 1, 1, 45, tzinfo=chicago)) == "met"
    )


def test_every_row_is_counted_once_under_what_it_is() -> None:
    """Six rows, six ways; the ones without a target and the later ones are apart."""
    found = report(
        [
            "2026-06-01 09:00,2026-06-01 10:00,2026-06-01 11:00",
            "2026-06-01 09:00,2026-06-01 12:00,2026-06-01 11:00",
            "2026-06-01 09:00,,2026-06-01 11:00",
            "2026-06-01 09:00,,2026-07-01 11:00",
            "2026-06-01 09:00,2026-06-01 10:00,",
            "2026-07-01 09:00,,2026-07-01 11:00",
            "yesterday,,2026-07-01 11:00",
        ]
    )
    assert found.total == Tally(met=1, missed=2, open=1, no_target=1, overdue=1)
    assert (found.later, found.odd, found.unreadable) == (1, 0, 1)
    assert found.total.compliance == Fraction(1, 3)


def test_late_keeps_the_promise_and_is_counted_apart() -> None:
    """P9: Low is due after one business day, and its limit is two."""
    question = asked(dues=FIRST_RESPONSE, group="priority")
    found = report(
        ["2026-06-01 15:00,2026-06-02 15:00,low", "2026-06-01 15:00,2026-06-03 15:00,low", "2026-06-01 15:00,,Low"],
        question,
        "opened,done,priority",
    )
    assert found.total == Tally(met=1, late=1, missed=1, overdue=1)
    assert found.total.compliance == Fraction(2, 3)
    assert found.groups == (("low", Tally(met=1, late=1, missed=1, overdue=1)),)


def test_an_instant_is_open_at_its_opening_and_later_before_it() -> None:
    """A row opened at `now` is in the report, a microsecond later it is not."""
    found = report(["2026-07-01 00:00,,2026-07-02 00:00", "2026-07-01 00:00:00.000001,,2026-07-02 00:00"])
    assert (found.total.open, found.later) == (1, 1)


def test_what_was_done_after_now_is_not_done_yet() -> None:
    """So a report can be made again as of any day."""
    rows = ["2026-06-01 09:00,2026-06-05 09:00,2026-06-04 09:00"]
    for day, expected in ((3, Tally(open=1)), (4, Tally(missed=1, overdue=1)), (6, Tally(missed=1))):
        assert report(rows, asked(now=datetime(2026, 6, day, 10, tzinfo=UTC))).total == expected


def test_done_before_opened_is_odd_and_judged_all_the_same() -> None:
    """The first few rows are named, numbered as a spreadsheet does."""
    odd = "2026-06-02 09:00,2026-06-01 09:00,2026-06-02 10:00"
    found = report(["2026-06-02 09:00,2026-06-02 09:00,2026-06-02 10:00", *[odd] * 7])
    assert (found.total.met, found.odd, found.odd_rows) == (8, 7, (3, 4, 5, 6, 7))


@pytest.mark.parametrize("boundary", ["close", "open"])
def test_dues_and_limits_keep_the_boundary_of_their_target(boundary: Any) -> None:
    """4 hours from 15:00 end at the closing, or with "open" at the next opening (W2); so do 12 a day later."""
    desk = BusinessCalendar("UTC", "Mo-Fr 11:00-19:00")
    target = Target("first_response", "all", business_hours(4), business_hours(12), boundary=boundary)
    plan = Plan("ours", {"desk": desk}, [Priority("all")], [target])
    question = asked(dues=by_target(plan, "first_response", "priority"))
    (found,) = judge("opened,done,priority\n2026-06-01 15:00,,all\n", question)
    dues = {"close": ("2026-06-01 19:00", "2026-06-02 19:00"), "open": ("2026-06-02 11:00", "2026-06-03 11:00")}
    assert tuple(f"{at:%Y-%m-%d %H:%M}" for at in (found.due, found.limit) if at) == dues[boundary]


@pytest.mark.parametrize(("minute", "overdue"), [(59, 0), (60, 1), (61, 1)])
def test_what_is_not_done_is_overdue_from_its_due_on(minute: int, overdue: int) -> None:
    """W9: at the due itself too, while it may still be open until its limit."""
    plan = Plan(
        "ours",
        {"desk": ALWAYS},
        [Priority("all")],
        [Target("first_response", "all", business_hours(1), business_hours(2))],
    )
    now = datetime(2026, 6, 1, 9, tzinfo=UTC) + timedelta(minutes=minute)
    question = asked(dues=by_target(plan, "first_response", "priority"), now=now)
    found = report(["2026-06-01 09:00,,all", "2026-06-01 09:00,2026-06-01 09:10,all"], question, "opened,done,priority")
    assert found.total == Tally(met=1, open=1, overdue=overdue)


def test_only_the_column_of_priorities_is_called_by_the_names_of_the_plan() -> None:
    """Another column may hold "Low" for something else."""
    question = asked(dues=FIRST_RESPONSE, group="level")
    found = report(["2026-06-01 15:00,,SEV1,Low"], question, "opened,done,priority,level")
    assert found.groups == (("Low", Tally(missed=1, overdue=1)),)


def test_column_names_are_taken_as_they_are_written() -> None:
    """In any case, with spaces."""
    question = Question("Opened At", "DONE", by_column("SLA due", UTC_STAMPS), NOW, stamps=UTC_STAMPS)
    found = report([GOOD], question, "Opened At,DONE,SLA due")
    assert found.total == Tally(met=1)


def test_a_priority_that_the_plan_lacks_has_no_target() -> None:
    """Nor has an empty one; a group keeps what the file says."""
    question = asked(dues=FIRST_RESPONSE, group="priority")
    found = report(["2026-06-01 15:00,,P7", "2026-06-01 15:00,,"], question, "opened,done,priority")
    assert found.groups == (("P7", Tally(no_target=1)), ("", Tally(no_target=1)))


def test_a_metric_of_which_the_plan_has_no_target_is_refused() -> None:
    """At once, and not row by row."""
    with pytest.raises(InvalidChoice, match="metric is 'first_respons'; allowed: 'first_response', 'follow_up'"):
        by_target(apricot_us(), "first_respons", "priority")


def test_one_duration_holds_for_every_row() -> None:
    """4 business hours from Friday 17:00 are due on Monday at 09:00."""
    stamps = Stamps("America/Chicago")
    question = asked(dues=by_duration(CST, business_hours(4)), stamps=stamps)
    (found,) = judge("opened,done\n2026-06-12 17:00,2026-06-15 09:00\n", question)
    assert (found.verdict, str(found.due), found.limit) == ("met", "2026-06-15 09:00:00-05:00", found.due)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_gives_the_columns(delimiter: str) -> None:
    """Others may be in the names."""
    text = (
        delimiter.join(['"a,b;c"', "opened", "done ", "due"]) + "\n" + delimiter.join(["", *["2026-06-01 09:00"] * 3])
    )
    (found,) = judge(text)
    assert found.verdict == "met"


GOOD = "2026-06-01 09:00,2026-06-01 10:00,2026-06-01 11:00"


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",2026-06-01 10:00,", "opened", "there is no instant"),
        ("2026-06-01 09:00,soon,", "done", "'soon' is no instant"),
        ("2026-06-01 09:00,,tomorrow", "due", "'tomorrow' is no instant"),
        ("2026-06-01 09:00", "", "the number of fields is 1, not 3"),
        (f"{GOOD},,x", "", "the number of fields is 5, not 3"),
        ('"2026-06-01 09:00"x,,', "", "it is no row of CSV"),
        ("2026-06-01 09:00,,\udce9", "due", "is not in the file's encoding"),
        ("x" * 200_000, "", "it is no row of CSV: field larger than field limit"),
        ("2026-06-01 09:00,," + "9" * 100_000, "due", "is no instant"),
    ],
)
def test_a_row_that_cannot_be_read_is_counted_and_the_rest_goes_on(row: str, column: str, reason: str) -> None:
    """With its number, its column and why."""
    found = report([GOOD, row, GOOD])
    (fault,) = found.faults
    assert (found.total.met, found.unreadable, fault.row, fault.column) == (2, 1, 3, column)
    assert reason in fault.reason
    assert len(fault.reason) < 170


def test_a_due_out_of_range_is_a_fault_of_its_row() -> None:
    """The library computes years 1900 to 2200."""
    question = asked(dues=by_duration(CST, business_hours(4)))
    found = report(["2026-06-01 09:00,", "1850-06-01 09:00,"], question, "opened,done")
    assert [(fault.row, fault.column) for fault in found.faults] == [(3, "opened")]
    assert "1900-01-01Z" in found.faults[0].reason


def test_fields_beyond_the_columns_may_be_empty_and_empty_lines_are_no_rows() -> None:
    """As some programs write them; both count as lines of the sheet."""
    found = report([f"{GOOD},,", "", "2026-06-02 09:00,2026-06-01 09:00,"])
    assert (found.total.met, found.odd_rows, found.unreadable) == (1, (4,), 0)


def test_a_table_of_which_no_row_can_be_read_is_refused_with_the_first_reason() -> None:
    """The options do not fit the file."""
    with pytest.raises(InvalidTable, match="^row 2, column 'opened': '2026-06-01 09:00' has no zone"):
        report([GOOD, "x,y,z"], asked(stamps=Stamps()))


def test_a_table_is_refused_after_ten_thousand_bad_rows_and_not_read_to_its_end() -> None:
    """So that a long file with the wrong options stops soon."""
    taken = Counter[str]()

    def endless() -> Iterable[str]:
        yield "opened,done,due\n"
        while True:
            taken["rows"] += 1
            yield "x,y,z\n"

    with pytest.raises(InvalidTable, match="row 2, column 'opened'"):
        counted(judged(endless(), asked()).judgements)
    assert taken["rows"] == 10_000


def test_a_table_with_one_good_row_among_bad_ones_is_read_on() -> None:
    """However many follow; the first few faults are kept."""
    found = report([*["x,y,z"] * 9_999, GOOD, *["x,y,z"] * 20_000])
    assert (found.total.met, found.unreadable, [fault.row for fault in found.faults]) == (1, 29_999, [2, 3, 4, 5, 6])


def test_a_table_without_rows_has_an_empty_report() -> None:
    """There is nothing to decide, so no compliance."""
    found = report([])
    assert (found.total, found.total.compliance, found.groups) == (Tally(), None, ())


def test_groups_stop_at_a_thousand_and_the_rest_is_counted_together() -> None:
    """Memory does not grow with the values of a column."""
    rows = [f"2026-06-01 09:00,,,{i}" for i in range(1500)] + ["2026-06-01 09:00,,,7"]
    found = report(rows, asked(group="queue"), "opened,done,due,queue")
    assert (len(found.groups), found.groups[0]) == (1000, ("7", Tally(no_target=2)))
    assert (found.others, found.total) == (Tally(no_target=500), Tally(no_target=1501))


def test_groups_are_called_by_two_hundred_characters_at_most() -> None:
    """So that a thousand of them take little memory; a priority of such length has no target."""
    question = asked(dues=FIRST_RESPONSE, group="priority")
    found = report(
        [f"2026-06-01 09:00,,{'x' * 300}", f"2026-06-01 09:00,,{'x' * 400}"], question, "opened,done,priority"
    )
    assert found.groups == (("x" * 200, Tally(no_target=2)),)
    assert found.without == ("x" * 200,)


def test_rows_stream() -> None:
    """Each row is judged before the next line is read, but for a few that may hold the column names."""
    read = Counter[str]()

    def table() -> Iterable[str]:
        yield "opened,done,due\n"
        for _ in range(1000):
            read["rows"] += 1
            yield f"{GOOD}\n"

    judgements = judged(table(), asked()).judgements
    for taken in range(1, 1001):
        next(judgements)
        assert read["rows"] < taken + 20


minutes = st.integers(0, 60 * 24 * 40)


@given(st.lists(st.tuples(minutes, st.none() | minutes, st.none() | minutes), max_size=30), minutes)
def test_the_counts_are_those_of_a_second_reading(rows: list[tuple[int, int | None, int | None]], as_of: int) -> None:
    """An independent count in plain minutes, without a datetime."""
    start = datetime(2026, 6, 1, tzinfo=UTC)
    expected = Counter[str]()
    for opened, done, due in rows:
        ended = done if done is not None and done <= as_of else None
        if opened > as_of:
            expected["later"] += 1
        elif due is None:
            expected["no target"] += 1
        elif ended is None:
            expected["missed" if due <= as_of else "open"] += 1
        else:
            expected["met" if ended <= due else "missed"] += 1
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["opened", "done", "due"])
    writer.writerows(["" if at is None else str(start + timedelta(minutes=at)) for at in row] for row in rows)
    question = asked(now=start + timedelta(minutes=as_of))
    assert Counter(judgement.verdict for judgement in judge(text.getvalue(), question)) == expected


def test_the_total_is_the_sum_of_the_groups() -> None:
    """Whatever the order of rows."""
    dones, dues = ("", "2026-06-15 09:00"), ("", "2026-06-20 09:00", "2026-06-14 09:00", "2026-07-20 09:00")
    rows = [f"2026-06-01 09:00,{done},{due},{i % 4}" for done in dones for due in dues for i in range(50)]
    found = report(rows, asked(group="queue"), "opened,done,due,queue")
    assert sum((tally for _, tally in found.groups), Tally()) == found.total
    assert found.total.rows == 400
    assert [tally.rows for _, tally in found.groups] == sorted((t.rows for _, t in found.groups), reverse=True)
