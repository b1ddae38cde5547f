"""`diff`: what changed between two plans or two calendars, in sentences, and on which dates (W14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from strategies import calendars

from supportsla import (
    ALWAYS,
    BusinessCalendar,
    Calendar,
    Change,
    Move,
    OutOfRange,
    Percent,
    Plan,
    Priority,
    Remind,
    Status,
    Target,
    Timer,
    Window,
    Workflow,
    WrongType,
    business_hours,
    calendar_days,
    diff,
    is_open,
    public_holidays,
    recurring,
    windows,
)
from supportsla.presets import AEDT, CST, apricot_anz, apricot_us, client_portal

US = apricot_us()
EVE = date(2026, 12, 24)


def desk(hours: str = "Mo-Fr 09:00-17:00", zone: str = "Europe/Berlin", **more: Any) -> BusinessCalendar:
    return BusinessCalendar(zone, hours, **more)


def said(before: Plan | Calendar, after: Plan | Calendar) -> list[str]:
    return [str(change) for change in diff(before, after, first_year=2026, last_year=2026)]


@pytest.mark.parametrize("plan", [US, apricot_anz(), client_portal()], ids=lambda plan: plan.name)
def test_nothing_changed_between_equal_plans(plan: Plan) -> None:
    """However they were made."""
    assert diff(plan, attrs.evolve(plan)) == ()


@given(calendars(), calendars())
def test_calendars_differ_on_a_date_exactly_where_their_open_instants_do(before: Calendar, after: Calendar) -> None:
    """By the windows of the two, in the later one's zone."""
    changes = diff(before, after, first_year=2026, last_year=2026)
    start, end = datetime(2026, 1, 3, tzinfo=UTC), datetime(2026, 12, 30, tzinfo=UTC)
    differ = [*windows(before, start, end)] != [*windows(after, start, end)]
    inner = [day for change in changes for day in change.dates if date(2026, 1, 5) <= day <= date(2026, 12, 28)]
    assert not inner or differ
    if differ:
        assert any(change.dates for change in changes)
    assert all(change.dates == tuple(sorted(set(change.dates))) for change in changes)
    assert (before == after) <= (changes == ())


@given(calendars())
def test_no_two_calendars_that_differ_are_said_to_be_equal(after: Calendar) -> None:
    """What is written differently is told, whether or not a date differs."""
    assert bool(diff(ALWAYS, after)) == (after != ALWAYS)


def test_a_changed_target_is_named_by_what_it_is_for() -> None:
    """Not by its place, which a row put in before it would move."""
    rows = list(US.targets)
    rows[1] = attrs.evolve(rows[1], due=business_hours(2), warn_before=[Percent(25)])
    rows.insert(0, Target("next_response", "high", business_hours(8), channel="chat"))
    assert said(US, attrs.evolve(US, targets=rows)) == [
        'targets[first_response, high].due: is "2 business hours"; was "4 business hours"',
        'targets[first_response, high].warn_before: is "25 %"; was none',
        "targets[next_response, high, chat]: is new",
    ]


def test_what_is_gone_or_new_or_in_another_order_is_said() -> None:
    """Of lists whose members have names."""
    critical, high, medium, low = US.priorities
    other = [high, critical, medium, attrs.evolve(low, aliases=("p4",))]
    assert said(US, attrs.evolve(US, priorities=other)) == [
        'priorities[low].aliases: is "p4"; was none',
        "priorities: in another order: high, critical, medium, low; was critical, high, medium, low",
    ]
    less = [row for row in US.targets if row.priority != "low"]
    assert said(US, attrs.evolve(US, targets=less, priorities=US.priorities[:3])) == [
        "priorities[low]: is gone",
        "targets[first_response, low]: is gone",
        "targets[follow_up, low]: is gone",
    ]


def flow(*timers: Timer, **rows: Status) -> Workflow:
    return Workflow("ours", {"Open": Status(next=["Done"], timers=timers), "Done": Status(closed=True), **rows}, "Open")


def plan(workflow: Workflow | None, calendars: Mapping[str, Calendar] | None = None) -> Plan:
    return Plan("ours", calendars or {"desk": ALWAYS}, [Priority("high")], [], workflow=workflow)


def test_a_workflow_is_compared_status_by_status_and_timer_by_timer() -> None:
    """A timer by its name."""
    move = Timer(Move("Done"), after=calendar_days(4), calendar="desk")
    later = attrs.evolve(move, after=calendar_days(5))
    remind = Timer(Remind(), every=calendar_days(1), calendar="desk")
    lost = {"Lost": Status(next=["Open"])}
    assert said(plan(flow(move)), plan(flow(remind, later, **lost))) == [
        'workflow.statuses.Open.timers[move to Done].after: is "5 calendar days"; was "4 calendar days"',
        "workflow.statuses.Open.timers[remind the client]: is new",
        "workflow.statuses.Lost: is new",
    ]
    assert said(plan(flow(move)), plan(None)) == ["workflow: is gone"]
    assert said(plan(None), plan(flow(move))) == ["workflow: is new"]


def test_members_without_names_are_told_by_their_place() -> None:
    """Such as two of one name, which a plan allows for staffing."""
    row = US.staffing[0]
    both = [row, attrs.evolve(row, how="by appointment")]
    before, after = (attrs.evolve(US, staffing=rows) for rows in (both, [*both, row]))
    assert said(before, after) == ["staffing[2]: is new"]


def test_an_exception_is_named_and_so_is_its_date() -> None:
    """With the hours of both."""
    (entry, dates) = diff(desk(), desk(exceptions={EVE: "09:00-12:00"}))
    assert str(entry) == 'calendar.exceptions.2026-12-24: is new: "09:00-12:00"'
    text = "other hours on 1 date from 2026 to 2030: Thu 2026-12-24 (09:00-12:00, was 09:00-17:00)"
    assert dates == Change("calendar", text, (EVE,))


def test_a_long_list_of_dates_is_shortened_in_the_sentence_only() -> None:
    """All are in `dates`."""
    *_, change = diff(desk(), desk("Mo-Fr 09:00-18:00"), first_year=2026, last_year=2026)
    assert change.message.startswith("other hours on 261 dates in 2026: Thu 2026-01-01 (09:00-18:00, was 09:00-17:00)")
    assert change.message.endswith("Wed 2026-01-07 (09:00-18:00, was 09:00-17:00), and 256 more")
    assert len(change.dates) == 261


def test_a_schedule_of_another_sort_is_one_change() -> None:
    """And the dates say what it comes to."""
    rule = recurring("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25", "Christmas Day")
    first, second = said(desk(holidays=[date(2026, 12, 25)]), desk(holidays=rule | {} if False else rule))
    wanted = 'is {"rule": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25", "name": "Christmas Day"}; was {"2026-12-25": ""}'
    assert first == f"calendar.holidays: {wanted}"
    assert second
