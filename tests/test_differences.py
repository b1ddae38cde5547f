"""`diff`: what changed between two plans or two calendars, in sentences, and on which dates (W14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import MICROSECOND, ZONES, library_calendar, moments, plains
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
    in_force,
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


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Calendar, Calendar, datetime]:
    """Two calendars of one zone, and a moment about which both have their special dates."""
    zone = draw(st.sampled_from(ZONES))
    at = draw(moments(zone))
    before, after = (library_calendar(draw(plains(zone, at))) for _ in range(2))
    return before, after, at


def _exists(day: date, zone: ZoneInfo) -> bool:
    noon = datetime.combine(day, time(12), zone)
    return noon.astimezone(UTC).astimezone(zone).date() == day


@given(pairs())
def test_calendars_differ_on_the_dates_on_which_one_is_open_and_the_other_is_not(
    drawn: tuple[Calendar, Calendar, datetime],
) -> None:
    """As the later one's clock shows them; found by asking both between any two edges."""
    before, after, at = drawn
    year = min(max(at.year, 1901), 2199)
    start, end = datetime(year, 1, 2, tzinfo=UTC), datetime(year, 12, 30, tzinfo=UTC)
    both = [window for calendar in (before, after) for window in windows(calendar, start, end)]
    edges = sorted({start, end, *(edge.astimezone(UTC) for one in both for edge in (one.opens, one.closes))})
    expected, zone = set(), ZoneInfo(after.zone)
    for low, high in pairwise(edges):
        if is_open(before, low) != is_open(after, low):
            first, last = (edge.astimezone(zone).date() for edge in (low, high - MICROSECOND))
            days = (first + timedelta(days=n) for n in range((last - first).days + 1))
            expected |= {day for day in days if _exists(day, zone)}
    found = {day for change in diff(before, after, first_year=year, last_year=year) for day in change.dates}
    assert {day for day in found if date(year, 1, 4) < day < date(year, 12, 28)} == {
        day for day in expected if date(year, 1, 4) < day < date(year, 12, 28)
    }


@given(pairs())
def test_no_two_calendars_that_differ_are_said_to_be_equal(drawn: tuple[Calendar, Calendar, datetime]) -> None:
    """What is written differently is told, whether or not a date differs."""
    before, after, _ = drawn
    assert bool(diff(before, after)) == (before != after)


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


def test_where_a_new_priority_ranks_is_said() -> None:
    """And an order that changes beside it."""
    top = Priority("top")
    critical, high, medium, low = US.priorities
    assert said(US, attrs.evolve(US, priorities=[top, *US.priorities])) == [
        "priorities[top]: is new",
        "priorities: in this order: top, critical, high, medium, low",
    ]
    assert said(US, attrs.evolve(US, priorities=[top, critical, medium, high, low]))[-1] == (
        "priorities: in another order: top, critical, medium, high, low; was critical, high, medium, low"
    )


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
        "workflow.statuses.Open.timers: in this order: remind the client, move to Done",
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


def test_a_date_that_the_zone_skips_is_not_listed() -> None:
    """Kwajalein went from Friday, 20 August 1993, to Sunday."""
    before, after = (desk(hours, "Pacific/Kwajalein") for hours in ("24/7", "off"))
    *_, change = diff(before, after, first_year=1993, last_year=1993)
    assert len(change.dates) == 364
    assert date(1993, 8, 21) not in change.dates


def test_a_schedule_of_another_sort_is_one_change() -> None:
    """And the dates say what it comes to."""
    rule = recurring("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25", "Christmas Day")
    wanted = 'is {"rule": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25", "name": "Christmas Day"}; was "2026-12-25"'
    assert said(desk(holidays=[date(2026, 12, 25)]), desk(holidays=rule)) == [f"calendar.holidays: {wanted}"]
    long = said(desk(holidays=rule), desk(holidays=rule + rule + public_holidays("US") - public_holidays("DE")))
    assert long[0].startswith('calendar.holidays: is {"operation": "-", "left": {"operation": "+", ')
    assert '...; was {"rule": ' in long[0]


def test_windows_of_a_combined_calendar_are_told_by_when_they_open() -> None:
    """Each is one change."""
    first, second = (
        Window(datetime(2026, 6, day, tzinfo=UTC), datetime(2026, 6, day, 12, tzinfo=UTC)) for day in (1, 2)
    )
    assert said(ALWAYS - [first], ALWAYS - [first, second]) == [
        "calendar.right[2026-06-02T00:00:00Z]: is new",
        "calendar: other hours on 1 date in 2026: Tue 2026-06-02 (12:00-24:00, was 00:00-24:00)",
    ]
    assert said(ALWAYS - [first], ALWAYS - CST)[0].startswith('calendar.right: is {"zone": "America/Chicago", ')


def test_a_status_may_have_any_name() -> None:
    """Even one that tells calendars and schedules apart, or that of a list whose members have names."""
    before, after = (flow(timers=Status(next={"timers": roles})) for roles in (["support"], ["client", "support"]))
    assert said(plan(before), plan(after)) == [
        'workflow.statuses.timers.next.timers: is "client", "support"; was "support"'
    ]
    assert said(plan(flow()), plan(flow(zone=Status(next=["Open"])))) == ["workflow.statuses.zone: is new"]


def test_hours_at_midnight_seconds_and_other_zones_are_shown_as_the_clock_does() -> None:
    """Of the later calendar."""
    night = desk("We 22:00-24:00", "Asia/Kolkata")
    odd = night - [Window(datetime(2026, 6, 3, 16, 30, 1, tzinfo=UTC), datetime(2026, 6, 3, 17, tzinfo=UTC))]
    *_, change = diff(night, odd, first_year=2026, last_year=2026)
    assert change.message == (
        "other hours on 1 date in 2026: Wed 2026-06-03 (22:00-22:00:01,22:30-24:00, was 22:00-24:00)"
    )


JANUARY, JULY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)


def test_plans_that_change_are_compared_version_by_version() -> None:
    """By the instant from which each is in force (W18)."""
    other = attrs.evolve(US, name="ours", calendars={**dict(US.calendars), "desk": CST - AEDT})
    before, after = in_force({JANUARY: US}), in_force({JANUARY: other, JULY: US})
    changes = said(before, after)
    assert changes[0] == 'versions.2026-01-01T00:00:00Z.name: is "ours"; was "Apricot US"'
    assert changes[-2].startswith("versions.2026-01-01T00:00:00Z.calendars.desk: other hours on 198 dates in 2026: ")
    assert changes[-1] == "versions.2026-07-01T00:00:00Z: is new"
    assert said(after, before)[-1] == "versions.2026-07-01T00:00:00Z: is gone"
    assert diff(after, after) == ()


def test_calendars_that_only_one_plan_has_are_new_or_gone() -> None:
    """Their dates are not listed."""
    assert said(US, attrs.evolve(US, calendars={**dict(US.calendars), "chat": AEDT})) == ["calendars.chat: is new"]


def test_a_plan_that_begins_to_change_is_compared_by_its_newest_version() -> None:
    """And that it changes is said."""
    two = in_force({JANUARY: attrs.evolve(US, name="old"), JULY: attrs.evolve(US, name="new")})
    assert said(US, two) == [
        "versions: is 2026-01-01T00:00:00Z, 2026-07-01T00:00:00Z; was none",
        'name: is "new"; was "Apricot US"',
    ]
    assert said(two, US)[0] == "versions: is none; was 2026-01-01T00:00:00Z, 2026-07-01T00:00:00Z"


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ((US, CST, 2026, 2026), WrongType),
        ((CST, US, 2026, 2026), WrongType),
        ((None, None, 2026, 2026), WrongType),
        ((US, US, "2026", 2026), WrongType),
        ((US, US, 1899, 1900), OutOfRange),
        ((US, US, 2027, 2026), OutOfRange),
        ((US, US, 2026, 2076), OutOfRange),
    ],
)
def test_what_cannot_be_compared_is_refused(asked: Any, refused: type[Exception]) -> None:
    """Two things of different sorts, and years that are none."""
    before, after, first, last = asked
    with pytest.raises(refused):
        diff(before, after, first_year=first, last_year=last)
