"""Readings of a table of events: equal to those of each case, row for row, for any plan and any logs."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given

pytest.importorskip("numpy", reason="readings of tables need the extra numpy")

import attrs
import numpy as np

from case_strategies import ANA, BO
from log_tables import (
    Columns,
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
from supportsla import (
    ALWAYS,
    BusinessCalendar,
    CaseExists,
    CaseNotOpened,
    EventOutOfOrder,
    InvalidChoice,
    Metric,
    Move,
    NaiveDatetime,
    NeverOpens,
    OutOfRange,
    Plan,
    Priority,
    RaisePriority,
    Remind,
    SetPriority,
    Status,
    Target,
    Timer,
    UnknownPriority,
    UnknownStatus,
    Workflow,
    WrongType,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
    in_force,
)
from supportsla.errors import InvalidTable
from supportsla.events import (
    Actor,
    Assigned,
    AttachmentAdded,
    Commented,
    Event,
    Opened,
    PriorityChanged,
    Reminded,
    StatusChanged,
    SubjectChanged,
)
from supportsla.presets import apricot_anz, apricot_us, client_portal
from supportsla.vector.clock_tables import readings
from supportsla.workflow import Action

START = datetime(2026, 6, 12, 21, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = START + 20 * DAY


def agree(desk: Desk, columns: Columns | None = None) -> None:
    """Both say the same, or refuse for the same reason."""
    columns = columns or table_of(desk.logs)
    expected = outcome(lambda: expected_rows(desk.plan, desk.logs, columns, desk.now))
    assert outcome(lambda: rows_of(readings(desk.plan, columns, desk.now))) == expected


# The law.


@given(desks())
def test_readings_of_a_table_are_those_of_each_case_row_for_row(desk: Desk) -> None:
    agree(desk)


@given(raw_desks(raw_plans()))
def test_whatever_logs_say_their_table_reads_the_same(desk: Desk) -> None:
    agree(desk)


@given(raw_desks(changing_plans()))
def test_a_plan_that_changes_judges_a_table_as_it_judges_each_case(desk: Desk) -> None:
    agree(desk)


def told(rng: random.Random, statuses: list[str], number: int) -> list[Event]:
    """A story of up to a dozen events within 60 days."""
    at = [START + timedelta(minutes=rng.randrange(60 * 1440)) for _ in range(rng.randint(1, 12))]
    first, *others = sorted(at)
    given = rng.choice(["low", "medium", "high", "critical", None])
    log: list[Event] = [Opened(str(number), "No login", priority=given, at=first, by=rng.choice([ANA, BO]))]
    for later in others:
        by = rng.choice([ANA, BO, BO])
        made: list[Event] = [
            Commented("", rng.random() < 0.9, at=later, by=by),
            StatusChanged(rng.choice(statuses), at=later, by=by),
            PriorityChanged(rng.choice(["low", "medium", "high", "sev 1"]), at=later, by=by),
            Assigned("bo", at=later, by=by),
        ]
        log.append(rng.choices(made, [4, 5, 1, 1])[0])
    return log


@pytest.mark.parametrize("plan", [apricot_us(), apricot_anz(), client_portal()], ids=lambda plan: plan.name)
def test_thousands_of_cases_read_as_each_does(plan: Plan) -> None:
    statuses = [name for name, _ in plan.required_workflow.statuses]
    rng = random.Random(7)  # noqa: S311
    agree(Desk(plan, [told(rng, statuses, number) for number in range(1000)], START + 50 * DAY))


def of_every_kind(reopening: Any = "continue", repricing: Any = "fair") -> Plan:
    """A plan with metrics of every kind, and targets of every unit."""
    theirs, others, solved = "Waiting on Client", "Waiting on Internal Team", "Solved"
    metrics = [
        Metric("nudge", "client_update", stops="reply", restarts="client_update", cancels="assignment"),
        Metric("cadence", ["opening", "reply"], stops="reply", paused_in=theirs, recurrence="sequential"),
        Metric("grid", "reply", stops="reply", after="assignment", cancelled_in=solved, recurrence="sequential"),
        Metric("mixed", "reply", stops="assignment", restarts=["assignment", "reply"], cancels=["reply", "assignment"]),
        Metric("loop", ["opening", "reply"], stops="reply", restarts="reply", cancels="client_update"),
        Metric("work", "opening", done_in=[solved, others], paused_in=theirs),
        Metric("pick up", "client_opening", stops="assignment", done_in=solved, cancelled_in=[theirs, others]),
    ]
    lengths = [business_hours(9), calendar_days(2), business_days(1), calendar_hours(30)]
    targets = [
        Target(metric.name, priority, lengths[(m + p) % 4], lengths[(m + p) % 3] if p % 2 else None)
        for m, metric in enumerate(metrics)
        for p, priority in enumerate(["critical", "high", "medium"])
    ]
    rest = {"on_reopening": reopening, "on_priority_change": repricing}
    return attrs.evolve(apricot_us(), metrics=metrics, targets=targets, **rest)


EVERY_KIND = {
    "continue, fair": of_every_kind(),
    "restart, from_start": of_every_kind("restart", "from_start"),
    "stay_done, from_change": of_every_kind("stay_done", "from_change"),
    "changing": in_force(
        {
            datetime(1990, 1, 1, tzinfo=UTC): of_every_kind(),
            START + 20 * DAY: attrs.evolve(of_every_kind("restart"), metrics=of_every_kind().measured[1:], targets=[]),
            START + 30 * DAY: of_every_kind("stay_done", "from_change"),
        }
    ),
}


@pytest.mark.parametrize("name", EVERY_KIND)
def test_metrics_of_every_kind_read_as_for_each_case(name: str) -> None:
    plan, rng = EVERY_KIND[name], random.Random(9)  # noqa: S311
    statuses = [status for status, _ in plan.required_workflow.statuses]
    agree(Desk(plan, [told(rng, statuses, number) for number in range(400)], START + 50 * DAY))


def test_more_cases_than_are_read_at_once_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supportsla.vector.clock_tables.BLOCK", 7)
    rng = random.Random(8)  # noqa: S311
    agree(Desk(client_portal(), [told(rng, ["Resolved", "Assigned"], number) for number in range(50)], NOW))


# What a table may look like.


def opened(number: str = "A", at: datetime = START, **said: Any) -> Opened:
    """An opening."""
    return Opened(number, said.pop("subject", "No login"), at=at, by=said.pop("by", ANA), **said)


LOGS: list[list[Event]] = [
    [opened(priority="high"), Commented("", at=START + HOUR, by=BO), StatusChanged("Solved", at=START + DAY, by=BO)],
    [opened(at=START + HOUR), PriorityChanged("Sev 1", at=START + 2 * HOUR, by=BO)],
    [opened(at=START + 40 * DAY)],
]
FEW = table_of(LOGS)
SAME = rows_of(readings(apricot_us(), FEW, NOW))
NEEDED = ("case", "at", "what", "status", "who", "priority")


def changed(**columns: Any) -> Columns:
    """The table with other columns."""
    return FEW | columns


def with_row(name: str, row: int, value: Any, dtype: Any = None) -> Columns:
    """The table with another value in a row of a column."""
    column = FEW[name].astype(dtype or FEW[name].dtype)
    column[row] = value
    return changed(**{name: column})


def test_the_few_cases_read_as_each_does() -> None:
    agree(Desk(apricot_us(), LOGS, NOW))


@pytest.mark.parametrize("dtype", [object, np.dtypes.StringDType(), ">U20"])
@pytest.mark.parametrize("name", ["case", "what", "status", "who", "priority", "channel", "subject", "timer"])
def test_a_text_is_the_same_in_any_kind_of_column(name: str, dtype: Any) -> None:
    assert rows_of(readings(apricot_us(), changed(**{name: FEW[name].astype(dtype)}), NOW)) == SAME


@pytest.mark.parametrize("name", ["status", "who", "priority", "channel", "subject", "timer"])
def test_a_missing_text_may_be_none(name: str) -> None:
    column = FEW[name].astype(object)
    column[column == ""] = None
    assert rows_of(readings(apricot_us(), changed(**{name: column}), NOW)) == SAME


@pytest.mark.parametrize("dtype", ["M8[s]", "M8[m]", "M8[ms]", "M8[ns]", ">M8[us]", "M8[15m]"])
def test_an_instant_is_the_same_in_any_unit(dtype: str) -> None:
    assert rows_of(readings(apricot_us(), changed(at=FEW["at"].astype(dtype)), NOW)) == SAME


@pytest.mark.parametrize("dtype", ["i8", "u1", ">i4", "S5", object])
def test_cases_may_be_numbered_in_any_way(dtype: Any) -> None:
    cases = np.array([int(name[2:]) for name in FEW["case"]]).astype(dtype)
    found = readings(apricot_us(), changed(case=cases), NOW)
    assert found["case"].dtype == cases.dtype
    assert [f"A-{int(case)}" for case in found["case"]] == [row["case"] for row in SAME]


def test_cases_come_in_order_of_their_first_rows() -> None:
    names = {"A-0": "z", "A-1": "a", "A-2": "m"}
    cases = np.array([names[name] for name in FEW["case"]])
    assert list(dict.fromkeys(readings(apricot_us(), changed(case=cases), NOW)["case"].tolist())) == ["z", "a", "m"]


def test_only_six_columns_are_needed() -> None:
    plain = {name: FEW[name] for name in NEEDED}
    assert rows_of(readings(apricot_us(), plain, NOW)) == SAME


def test_a_structured_array_is_a_table() -> None:
    dtype = [(name, FEW[name].dtype) for name in NEEDED]
    rows = np.array(list(zip(*(FEW[name] for name in NEEDED), strict=True)), dtype=dtype)
    assert rows_of(readings(apricot_us(), rows, NOW)) == SAME


@pytest.mark.parametrize("unit", ["us", "s", "ns", "D"])
def test_now_may_be_a_datetime64(unit: Any) -> None:
    now = np.datetime64("2026-07-02", unit)
    assert rows_of(readings(apricot_us(), FEW, now)) == rows_of(
        readings(apricot_us(), FEW, datetime(2026, 7, 2, tzinfo=UTC))
    )


def test_an_empty_table_gives_empty_columns_of_the_same_types() -> None:
    some = readings(apricot_us(), FEW, NOW)
    none = readings(apricot_us(), {name: column[:0] for name, column in FEW.items()}, NOW)
    assert {name: len(column) for name, column in none.items()} == dict.fromkeys(some, 0)
    assert [column.dtype for column in none.values()] == [column.dtype for column in some.values()]


def test_a_plan_without_metrics_has_no_readings() -> None:
    bare = Plan("bare", {"desk": ALWAYS}, [], [], metrics=[])
    assert len(readings(bare, table_of([[opened()]]), NOW)["case"]) == 0


def test_many_different_texts_are_told_apart() -> None:
    logs: list[list[Event]] = [
        [opened(at=START + n * HOUR, subject=f"{n} [{word}]")]
        for n, word in enumerate(["high", "low", "sev 1", "medium"] * 30)
    ]
    agree(Desk(apricot_us(), logs, NOW))


def test_texts_of_one_key_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supportsla.vector.event_columns._MIXERS", np.ones(64, np.uint64))
    cases = np.array([{"A-0": "ab", "A-1": "ba", "A-2": "aab"}[name] for name in FEW["case"]])
    found = readings(apricot_us(), changed(case=cases), NOW)
    assert list(dict.fromkeys(found["case"].tolist())) == ["ab", "ba", "aab"]


def test_a_text_that_a_look_at_some_rows_misses_is_read() -> None:
    rows = 20_000
    at = np.full(rows, np.datetime64("2026-06-12T21:00"))
    what, who = np.full(rows, "Commented"), np.full(rows, "client")
    what[0], what[7777], who[7777] = "Opened", "Assigned", "support"
    table = {"case": np.zeros(rows, int), "at": at, "what": what, "who": who}
    table |= dict.fromkeys(("status", "priority"), np.full(rows, ""))
    desk = attrs.evolve(apricot_us(), targets=[], metrics=[Metric("handover", "opening", stops="assignment")])
    assert readings(desk, table, NOW)["phase"].tolist() == ["done"]


# Ties.


NINE_TO_FIVE = BusinessCalendar("UTC", "Mo-Fr 09:00-17:00")
MONDAY = datetime(2026, 6, 15, 13, tzinfo=UTC)


def _paused(*targets: Target) -> Plan:
    calendars = {"desk": NINE_TO_FIVE, "always": ALWAYS}
    metrics = [Metric("resolution", "opening", paused_in=["Held", "Waiting"])]
    return Plan("tied", calendars, [Priority("high"), Priority("low")], targets, metrics=metrics)


def _told(*moves: tuple[int, str]) -> list[Event]:
    """Moves to statuses, each so many hours after the opening, and a case that is of low priority."""
    later = [StatusChanged(status, at=MONDAY + hours * HOUR, by=BO) for hours, status in moves]
    return [opened(at=MONDAY, priority="low"), *later]


@pytest.mark.parametrize("hours", [3, 4, 5, 6, 7, 30])
@pytest.mark.parametrize("due", [calendar_hours(4), business_hours(4), business_hours(2)])
@pytest.mark.parametrize("boundary", ["close", "open"])
def test_a_due_that_is_reached_when_a_wait_begins_stays(due: Any, boundary: Any, hours: int) -> None:
    plan = _paused(Target("resolution", "low", due, boundary=boundary))
    logs = [_told((begins, "Held"), (begins + 2, "Open")) for begins in (1, 2, 3, 4, 5)]
    agree(Desk(plan, logs, MONDAY + hours * HOUR))


@pytest.mark.parametrize("hours", [7, 19, 20, 21, 23, 24, 48])
@pytest.mark.parametrize("boundary", ["close", "open"])
def test_a_wait_through_two_statuses_is_one(boundary: Any, hours: int) -> None:
    plan = _paused(Target("resolution", "low", business_hours(4), boundary=boundary))
    logs = [_told((7, "Waiting"), (20, between), (23, "Open")) for between in ("Held", "Waiting", "Open")]
    agree(Desk(plan, [*logs, _told((7, "Waiting"), (20, "Held"))], MONDAY + hours * HOUR))


@pytest.mark.parametrize("hours", [5, 6, 7])
@pytest.mark.parametrize("limit", [None, calendar_hours(5), calendar_hours(6)])
def test_of_two_targets_due_at_once_the_old_one_holds(limit: Any, hours: int) -> None:
    targets = [Target("resolution", "low", calendar_hours(10)), Target("resolution", "high", calendar_hours(4), limit)]
    raised = PriorityChanged("high", at=MONDAY + hours * HOUR, by=BO)
    agree(Desk(_paused(*targets), [[*_told(), raised]], MONDAY + 8 * HOUR))


@pytest.mark.parametrize("hours", [3, 4, 5, 8, 12])
@pytest.mark.parametrize("boundary", ["close", "open"])
def test_the_grid_of_a_sequential_clock_goes_on_from_the_due_that_is_met(boundary: Any, hours: int) -> None:
    row = Metric("resolution", ["opening", "reply"], stops="reply", recurrence="sequential")
    plan = attrs.evolve(_paused(Target("resolution", "low", calendar_hours(4), boundary=boundary)), metrics=[row])
    logs: list[list[Event]] = [[*_told(), Commented("", at=MONDAY + hours * HOUR, by=BO)]]
    logs.append([*logs[0], Commented("", at=MONDAY + (hours + 3) * HOUR, by=BO)])
    agree(Desk(plan, logs, MONDAY + 20 * HOUR))


@pytest.mark.parametrize("hours", [2, 3, 4, 5])
def test_a_clock_that_has_not_started_yet_starts_with_the_priority_of_then(hours: int) -> None:
    row = Metric("resolution", ["opening", "reply"], stops="reply", recurrence="sequential")
    targets = [Target("resolution", name, calendar_hours(4)) for name in ("low", "high")]
    plan = attrs.evolve(_paused(*targets), metrics=[row])
    log = [*_told(), Commented("", at=MONDAY + HOUR, by=BO), PriorityChanged("high", at=MONDAY + hours * HOUR, by=BO)]
    agree(Desk(plan, [log], MONDAY + 6 * HOUR))


@pytest.mark.parametrize("hours", [2, 3, 4, 5])
def test_a_clock_that_has_not_started_yet_is_forgotten_where_nothing_is_owed(hours: int) -> None:
    row = Metric("resolution", ["opening", "reply"], stops="reply", cancelled_in="Waiting", recurrence="sequential")
    plan = attrs.evolve(_paused(Target("resolution", "low", calendar_hours(4))), metrics=[row])
    log = [*_told(), Commented("", at=MONDAY + HOUR, by=BO), StatusChanged("Waiting", at=MONDAY + hours * HOUR, by=BO)]
    agree(Desk(plan, [log], MONDAY + 6 * HOUR))


# What timers do.


def _timed(*timers: Timer) -> Plan:
    statuses = ["New", "Waiting", "Done"]
    rows = {name: Status(next=statuses, timers=timers if name == "Waiting" else ()) for name in statuses}
    return attrs.evolve(
        apricot_us(),
        workflow=Workflow("timed", rows, "New"),
        metrics=[Metric("resolution", "opening", done_in="Done"), Metric("first_response", "opening", stops="reply")],
        targets=[Target("resolution", "low", business_hours(4))],
    )


UNTIL = Timer(Move("Done"), until=True, calendar="desk")
FIRED = Timer(Move("Done"), after=calendar_hours(5), since="fired", calendar="desk")
OFTEN = Timer(Remind(), every=calendar_hours(7), calendar="desk", name="often")


@pytest.mark.parametrize("until", [None, START, START + DAY, START + 3 * DAY])
@pytest.mark.parametrize("hours", [0, 1, 24, 60, 72, 100])
def test_a_timer_fires_at_the_instant_that_the_move_named(until: datetime | None, hours: int) -> None:
    log: list[Event] = [opened(priority="low"), StatusChanged("Waiting", until=until, at=START + HOUR, by=BO)]
    agree(Desk(_timed(UNTIL, OFTEN), [log], START + hours * HOUR))


@pytest.mark.parametrize("hours", [5, 6, 7, 12])
def test_timers_of_one_instant_fire_in_the_order_of_the_table(hours: int) -> None:
    log: list[Event] = [opened(priority="low"), StatusChanged("Waiting", at=START + HOUR, by=BO)]
    moves = Timer(Move("Done"), after=calendar_hours(5), calendar="desk")
    raises = Timer(SetPriority("high"), after=calendar_hours(5), calendar="desk")
    for timers in ((moves, raises), (raises, moves)):
        agree(Desk(_timed(*timers), [log], START + hours * HOUR))


@pytest.mark.parametrize("hours", [4, 6, 10, 30])
def test_a_timer_counts_from_the_last_message(hours: int) -> None:
    log: list[Event] = [opened(priority="low"), StatusChanged("Waiting", at=START + HOUR, by=BO)]
    log += [Commented("", at=START + 4 * HOUR, by=ANA), Commented("", False, at=START + 5 * HOUR, by=BO)]
    plan = _timed(Timer(Move("Done"), after=calendar_hours(5), since="message", calendar="desk"))
    agree(Desk(plan, [log, log[:2]], START + hours * HOUR))


@pytest.mark.parametrize("name", ["often", "another", ""])
@pytest.mark.parametrize("hours", [6, 8, 13, 20, 40])
def test_a_timer_counts_from_the_last_firing_that_the_table_names(name: str, hours: int) -> None:
    log: list[Event] = [
        opened(priority="low"),
        StatusChanged("Waiting", at=START + HOUR, by=BO),
        Reminded(name, at=START + 8 * HOUR, by=Actor("system", "host")),
    ]
    agree(Desk(_timed(FIRED, OFTEN), [log], START + hours * HOUR))


def test_a_timer_whose_calendar_never_opens_again_never_fires() -> None:
    ends = BusinessCalendar("UTC", "24/7", revisions={date(2026, 7, 1): "off"})
    for timer in (
        Timer(Move("Done"), after=business_hours(900), calendar="desk"),
        Timer(Remind(), every=business_days(10), calendar="desk"),
        Timer(Remind(), every=business_hours(300), calendar="desk"),
    ):
        plan = attrs.evolve(_timed(timer, OFTEN), calendars={"desk": ends, "always": ALWAYS}, targets=[])
        log: list[Event] = [opened(priority="low"), StatusChanged("Waiting", at=START + HOUR, by=BO)]
        agree(Desk(attrs.evolve(plan, staffing=()), [log], START + 400 * DAY))


def test_a_timer_whose_next_firing_lies_beyond_the_years_never_fires() -> None:
    timer = Timer(Remind(), every=calendar_days(60_000), calendar="desk")
    first = datetime(1905, 1, 1, tzinfo=UTC)
    log: list[Event] = [opened(at=first, priority="low"), StatusChanged("Waiting", at=first, by=BO)]
    log.append(Commented("", at=datetime(2100, 1, 1, tzinfo=UTC), by=BO))
    agree(Desk(_timed(timer, UNTIL), [log], datetime(2190, 1, 1, tzinfo=UTC)))


@pytest.mark.parametrize("priority", ["low", "medium", "high", "critical"])
@pytest.mark.parametrize("then", [SetPriority("high"), RaisePriority()])
def test_a_timer_that_sets_a_priority_prices_clocks_anew(then: Action, priority: str) -> None:
    log: list[Event] = [opened(priority=priority), StatusChanged("Waiting", at=START + HOUR, by=BO)]
    plan = _timed(Timer(then, every=calendar_hours(3), calendar="desk"), FIRED)
    for hours in (2, 4, 5, 7, 10, 20):
        agree(Desk(plan, [log], START + hours * HOUR))


# What is refused.


def refused(columns: Any, error: type[Exception], *words: str, now: Any = NOW, plan: Plan | None = None) -> None:
    """It is, with all these words."""
    with pytest.raises(error) as caught:
        readings(plan or apricot_us(), columns, now)
    said = " ".join([str(caught.value), *getattr(caught.value, "__notes__", [])])
    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize("name", NEEDED)
def test_a_table_that_lacks_a_column_is_refused(name: str) -> None:
    refused({other: column for other, column in FEW.items() if other != name}, InvalidTable, f"no column '{name}'")


def test_columns_of_different_lengths_are_refused() -> None:
    refused(changed(at=FEW["at"][:-1]), InvalidTable, "different lengths", "'at' of 5", "'case' of 6")


@pytest.mark.parametrize("table", [None, 7, "case", [FEW], np.zeros(3), LOGS])
def test_what_is_no_table_is_refused(table: Any) -> None:
    refused(table, WrongType, "events")


@pytest.mark.parametrize("name", ["at", "who", "public"])
@pytest.mark.parametrize("make", [list, lambda column: column.reshape(-1, 1), np.ma.array])
def test_a_column_that_is_no_plain_array_is_refused(name: str, make: Callable[[Any], Any]) -> None:
    refused(changed(**{name: make(FEW[name])}), WrongType, f"column '{name}'")


@pytest.mark.parametrize("dtype", [object, "U30", "i8", "f8", "m8[us]", "M8[ps]"])
@pytest.mark.parametrize("name", ["at", "until"])
def test_instants_that_are_no_datetime64_are_refused(name: str, dtype: str) -> None:
    refused(changed(**{name: np.zeros(6, "i8").astype(dtype)}), WrongType, f"column '{name}'", "datetime64")


def test_a_column_of_nothing_but_nat_needs_no_unit() -> None:
    nothing = np.full(6, np.datetime64("NaT"))
    assert rows_of(readings(apricot_us(), changed(until=nothing), NOW)) == SAME
    refused(changed(at=nothing), OutOfRange, "at[0]", "NaT")


@pytest.mark.parametrize("unit", ["us", "D", "Y", "ns"])
def test_an_event_without_an_instant_is_refused(unit: str) -> None:
    refused(with_row("at", 3, "NaT", f"M8[{unit}]"), OutOfRange, "at[3]", "NaT")


@pytest.mark.parametrize(
    ("at", "unit"),
    [("1899-12-31T23:59:59.999999", "us"), ("2201-01-01", "us"), ("2201-01-01", "D"), ("1899", "Y"), ("2201", "Y")]
    + [("9999-01-01", "s"), ("-2000000-01-01", "D"), ("500000", "Y"), ("1800-01-01", "ns"), ("2250-01-01", "ns")],
)
def test_an_event_out_of_range_is_refused(at: str, unit: Any) -> None:
    refused(with_row("at", 4, np.datetime64(at, unit), f"M8[{unit}]"), OutOfRange, "at[4]", "1900-01-01Z")


def test_an_instant_that_is_no_whole_microsecond_is_refused() -> None:
    at = FEW["at"].astype("M8[ns]")
    at[2] += 1
    refused(changed(at=at), OutOfRange, "at[2]", "whole microseconds")


@pytest.mark.parametrize("dtype", ["f8", "M8[us]", "?", "c16", "m8[s]"])
def test_cases_that_are_no_numbers_or_texts_are_refused(dtype: str) -> None:
    refused(changed(case=np.zeros(6, dtype)), WrongType, "column 'case'")


@pytest.mark.parametrize("value", [None, 1.5, True, [], {}])
def test_a_case_that_is_no_number_or_text_is_refused(value: Any) -> None:
    refused(with_row("case", 2, value, object), WrongType, "case[2]")


@pytest.mark.parametrize("value", [1, np.nan, [], {}, b"x", True])
@pytest.mark.parametrize(("name", "row"), [("what", 4), ("who", 0), ("status", 5), ("priority", 2), ("subject", 5)])
def test_a_text_that_is_none_is_refused(name: str, row: int, value: Any) -> None:
    column = FEW[name].astype(object)
    column[row] = value
    refused(changed(**{name: column}), WrongType, f"{name}[{row}]", "a text")


@pytest.mark.parametrize("dtype", ["S9", "i8", "f8", "?"])
@pytest.mark.parametrize("name", ["what", "who", "status", "channel"])
def test_a_column_that_holds_no_texts_is_refused(name: str, dtype: str) -> None:
    refused(changed(**{name: np.zeros(6, dtype)}), WrongType, f"column '{name}'", "texts")


@pytest.mark.parametrize("dtype", ["i8", "U5", object])
def test_flags_that_are_none_are_refused(dtype: str) -> None:
    refused(changed(public=np.zeros(6, dtype)), WrongType, "column 'public'", "bool")


def test_an_event_of_no_kind_is_refused() -> None:
    refused(with_row("what", 3, "Closed"), InvalidChoice, "what[3]", "'Closed'", "'StatusChanged'")
    refused(with_row("what", 3, ""), InvalidChoice, "what[3]", "''")


def test_an_actor_of_no_role_is_refused() -> None:
    refused(with_row("who", 2, "agent", "U9"), InvalidChoice, "who[2]", "'agent'", "'support'")
    refused(with_row("who", 2, ""), InvalidChoice, "who[2]", "''")


def test_a_move_to_no_status_is_refused() -> None:
    row = FEW["what"].tolist().index("StatusChanged")
    refused(with_row("status", row, ""), WrongType, f"status[{row}]", "moves to")


def test_a_change_to_no_priority_is_refused() -> None:
    row = FEW["what"].tolist().index("PriorityChanged")
    refused(with_row("priority", row, ""), WrongType, f"priority[{row}]", "gets")


def test_a_status_that_the_workflow_does_not_have_is_refused() -> None:
    row = FEW["what"].tolist().index("StatusChanged")
    refused(with_row("status", row, "Gone"), UnknownStatus, "'Gone'", "Solved", f"row {row} of column 'status'")
    refused(with_row("status", 2, "Gone"), UnknownStatus, "'Gone'", "row 2 of column 'status'")


def test_a_status_that_is_not_reached_yet_is_not_looked_at() -> None:
    assert len(readings(apricot_us(), with_row("status", 5, "Gone"), NOW)["case"]) == len(SAME)


def test_a_priority_that_the_plan_does_not_have_is_refused() -> None:
    row = FEW["what"].tolist().index("PriorityChanged")
    refused(with_row("priority", row, "P9"), UnknownPriority, "'P9'", "critical", f"row {row} of column 'priority'")
    refused(with_row("priority", 5, "P9"), UnknownPriority, "'P9'", "row 5 of column 'priority'")


def test_a_case_that_does_not_begin_with_its_opening_is_refused() -> None:
    refused(with_row("what", 2, "Assigned"), CaseNotOpened, "row 2", "A-1")


def test_a_case_that_opens_twice_is_refused() -> None:
    row = FEW["what"].tolist().index("Commented")
    refused(with_row("what", row, "Opened"), CaseExists, f"row {row}", "A-0")


def test_an_event_older_than_the_one_before_it_is_refused() -> None:
    refused(with_row("at", 3, np.datetime64("2026-06-12T20:00")), EventOutOfOrder, "row 3", "A-1", "2026-06-12 20:00")


@pytest.mark.parametrize(
    ("now", "error"),
    [
        (START.replace(tzinfo=None), NaiveDatetime),
        (np.datetime64("NaT"), OutOfRange),
        (np.datetime64("NaT", "s"), OutOfRange),
    ]
    + [(np.datetime64("3000-01-01"), OutOfRange), (7, WrongType), (datetime(2300, 1, 1, tzinfo=UTC), OutOfRange)],
)
def test_now_that_is_no_instant_is_refused(now: Any, error: type[Exception]) -> None:
    refused(FEW, error, "now", now=now)


def test_what_is_no_plan_is_refused() -> None:
    with pytest.raises(WrongType, match="plan"):
        readings(cast("Any", None), FEW, NOW)


def test_an_opening_before_the_first_version_is_refused() -> None:
    refused(FEW, OutOfRange, "instant to judge by", plan=in_force({START + HOUR / 2: apricot_us()}))


CLOSES = BusinessCalendar("UTC", "24/7", revisions={date(2026, 7, 1): "off"})
SEQUENTIAL = Metric("cadence", ["opening", "reply"], stops="reply", paused_in="Held", recurrence="sequential")


def _closing(*targets: Target, **rest: Any) -> Plan:
    metrics = [Metric("resolution", "opening", done_in="Done", paused_in="Held"), SEQUENTIAL]
    priorities = [Priority("high"), Priority("low")]
    return Plan("closing", {"desk": CLOSES, "always": ALWAYS}, priorities, targets, metrics=metrics, **rest)


STORY: list[Event] = [
    opened(priority="low"),
    AttachmentAdded("a", 1, at=START + HOUR, by=ANA),
    SubjectChanged("b", at=START + HOUR, by=BO),
    Assigned("bo", at=START + HOUR, by=BO),
    Reminded("x", at=START + HOUR, by=BO),
    StatusChanged("Held", at=START + DAY, by=BO),
    StatusChanged("Open", at=START + 15 * DAY, by=BO),
    Commented("", at=START + 16 * DAY, by=BO),
    PriorityChanged("high", at=START + 17 * DAY, by=BO),
]


@pytest.mark.parametrize(
    ("targets", "error"),
    [
        ([Target("resolution", "low", business_hours(500))], NeverOpens),
        ([Target("resolution", "low", business_days(30))], NeverOpens),
        ([Target("resolution", "low", business_hours(300))], NeverOpens),
        ([Target("resolution", "high", business_hours(100))], NeverOpens),
        ([Target("resolution", "low", business_hours(1), business_hours(500))], NeverOpens),
        ([Target("cadence", "low", business_hours(300))], NeverOpens),
        ([Target("resolution", "low", calendar_hours(2_000_000), calendar="always")], OutOfRange),
        ([Target("resolution", "low", business_hours(2_000_000), calendar="always")], OutOfRange),
    ],
)
def test_a_due_that_cannot_be_had_is_refused_as_for_one_case(targets: list[Target], error: type[Exception]) -> None:
    plan = _closing(*targets)
    refused(table_of([[opened("B")], STORY]), error, plan=plan)
    agree(Desk(plan, [STORY], NOW))


@pytest.mark.parametrize("due", [300, 310, 340, 345])
def test_the_due_of_a_clock_that_waits_is_none_where_the_calendar_has_none(due: int) -> None:
    agree(Desk(_closing(Target("resolution", "low", business_hours(due))), [STORY[:6]], NOW))
