"""When a case changes by itself: the timers of its status as a view (L3, L5, W10).

Timers are not scheduled and never cancelled. A timer's next due follows from the case: from when its status was
entered, from the last message since, or from the last firing, all of which the log holds. A due before the case's
latest event is past: that event came in knowing better. Of a plan that changes, a timer is of the version in force when
it began to count, so that a status may have timers of several (W18).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container
from datetime import datetime, timedelta
from functools import lru_cache
from typing import get_args

import attrs

from .calendars import BusinessCalendar, Calendar
from .case import Case, check_case, evolve
from .durations import Duration
from .errors import NeverOpens, OutOfRange
from .events import Actor, Event, PriorityChanged, Reminded, StatusChanged
from .plan import Plan, check_plan, version_of
from .workflow import Action, Move, RaisePriority, Remind, SetPriority, Since, Timer
from .worktime import Boundary, due_of
from .zones import EPOCH, LAST, MICROSECOND, in_zone

__all__ = ["Grid", "Pending", "PendingTimer", "clock_of", "end_of", "firing", "pending_timers", "timers"]

_NEVER = EPOCH + LAST
_FAR = 1000


@attrs.frozen
class PendingTimer:
    """What will happen by itself: when, by which timer, and what it does.

    Attributes:
        due: an aware datetime in the zone of the timer's calendar.
        name: the timer's.
        then: such as `Remind()` or `Move("Closed")`; `str()` says it.
    """

    due: datetime
    name: str
    then: Action


Pending = tuple[datetime, Timer, Plan]
"""A timer that will fire: when, which row, and of which version of the plan."""


@lru_cache(maxsize=256)
def _always_in(zone: str) -> Calendar:
    return BusinessCalendar(zone, "24/7")


def clock_of(plan: Plan, timer: Timer) -> Calendar:
    """The calendar that a timer counts on."""
    return _always_in(timer.zone or "UTC") if timer.calendar is None else plan.calendar(timer.calendar)


def end_of(calendar: Calendar, start: datetime, length: Duration) -> datetime:
    """The end of a length from a start; far off where there is none."""
    return Grid(calendar, start, length).end(1)


@attrs.define(eq=False)
class Grid:
    """The multiples of a length from a start, each counted from the start."""

    calendar: Calendar
    start: datetime
    length: Duration
    boundary: Boundary = "close"

    def end(self, times: int) -> datetime:
        """The end of so many lengths; far off where there is none."""
        try:
            length = self.length if times == 1 else Duration(self.length.unit, self.length.amount * times)
            return EPOCH + due_of(self.calendar, self.start - EPOCH, length, self.boundary)
        except (NeverOpens, OutOfRange, OverflowError):
            return _NEVER

    def first_from(self, floor: datetime) -> int:
        """How many lengths, one at least, end at or after an instant."""
        high = 1
        while self.end(high) < floor:
            high *= 2
        return bisect_left(range(high + 1), floor, lo=high // 2 + 1, key=self.end)


def _since(case: Case, since: Since) -> datetime:
    if since == "message":
        return case.message[0] if case.message else case.entered
    if since == "fired":
        return max((at for _, _, at, _ in case.fired), default=case.entered)
    return case.entered


def _fired(case: Case, name: str) -> tuple[int, int]:
    """How often a timer has fired, and with which version of the case it last did; 0 where it has not."""
    return next(((times, version) for fired, times, _, version in case.fired if fired == name), (0, 0))


def _next_due(plan: Plan, case: Case, timer: Timer, floor: datetime) -> datetime:
    """When the timer fires next, not before the floor; far off where it does not."""
    calendar, start = clock_of(plan, timer), _since(case, timer.since)
    times, version = _fired(case, timer.name) if case.fired else (0, 0)
    if timer.every is not None and timer.since != "fired":
        return _on_grid(Grid(calendar, start, timer.every), timer.times, floor)
    if timer.every is not None:
        return _NEVER if times == timer.times else _on_grid(Grid(calendar, start, timer.every), None, floor)
    since = case.message[1] if timer.since == "message" and case.message else 0
    spent = version > since
    due = (case.until or _NEVER) if timer.after is None else end_of(calendar, start, timer.after)
    return due if due >= floor and not spent else _NEVER


def _on_grid(grid: Grid, times: int | None, floor: datetime) -> datetime:
    """The first of the grid's instants, so many of them, that is not before the floor."""
    k = grid.first_from(floor)
    return grid.end(k) if times is None or k <= times else _NEVER


def _changes_something(plan: Plan, case: Case, action: Action) -> bool:
    if isinstance(action, SetPriority):
        return plan.priority(action.to).name != case.priority
    return not isinstance(action, RaisePriority) or _higher(plan, case.priority) is not None


def _higher(plan: Plan, name: str | None) -> str | None:
    rank = 0 if name is None else plan.rank(name)
    return plan.priorities[rank - 1].name if rank else None


def _tables(plan: Plan, status: str) -> list[tuple[Timer, ...]]:
    if not plan.versions:
        return [plan.required_workflow.status(status).timers]
    known = [version.index.statuses[status].timers for _, version in plan.versions if status in version.index.statuses]
    return known or [plan.required_workflow.status(status).timers]


def _begun(plan: Plan, case: Case) -> list[tuple[int, Timer, Plan]]:
    """The rows of the case's status that began to count while their own version was in force: place, row, version.

    Of several at one place, the older version's is the first.
    """
    found: list[tuple[int, timedelta, Timer, Plan]] = []
    for since in get_args(Since):
        began, _, version = version_of(plan, _since(case, since) - EPOCH)
        table = version.index.statuses[case.status].timers if case.status in version.index.statuses else ()
        found += [(i, began, row, version) for i, row in enumerate(table) if row.since == since]
    return [(i, row, version) for i, _, row, version in sorted(found, key=lambda row: row[:2])]


def _turn(tables: list[tuple[Timer, ...]], case: Case) -> tuple[int, list[str]]:
    """The place of the timer that fired last, in any of the tables, and all that fired at that instant.

    The place is far off where no timer did, or where something else has come in since.
    """
    latest = next((name for name, _, _, version in case.fired if version == case.version), None)
    places = (i for table in tables for i, row in enumerate(table) if row.name == latest)
    return min(places, default=_FAR), [name for name, _, at, _ in case.fired if at == case.at]


def pending_timers(plan: Plan, case: Case) -> list[Pending]:
    """The timers that will fire, the next one first; of several at one instant, in the order of the table (W10).

    At the case's own instant only those fire that stand below the one that fired last; where something else came in
    last, all of them have had their turn.
    """
    tables, now, after = _tables(plan, case.status), case.at, case.at + MICROSECOND
    turn, done = _turn(tables, case) if case.fired else (_FAR, [])
    rows = _begun(plan, case) if plan.versions else [(i, row, plan) for i, row in enumerate(tables[0])]
    dues = [
        (_next_due(judge, case, row, now if i > turn and row.name not in done else after), row, judge)
        for i, row, judge in rows
        if _changes_something(judge, case, row.then)
    ]
    return sorted((pending for pending in dues if pending[0] < _NEVER), key=lambda pending: pending[0])


def firing(plan: Plan, case: Case, timer: Timer, due: datetime) -> Event:
    """What a timer does at its due, as an event."""
    by, action = Actor("system", timer.name), timer.then
    if isinstance(action, Remind):
        return Reminded(timer.name, action.whom, at=due, by=by)
    if isinstance(action, Move):
        return StatusChanged(action.to, action.sub_status, at=due, by=by)
    to = plan.priority(action.to).name if isinstance(action, SetPriority) else _higher(plan, case.priority)
    return PriorityChanged(str(to), f"by the timer {timer.name!r}", at=due, by=by)


def timers(plan: Plan, case: Case) -> tuple[PendingTimer, ...]:
    """What will happen by itself in the case's status, in order, up to the move that ends it (L3, L5).

    A timer without end that nothing ends is listed once, whatever a later version of the plan makes of it. No more than
    a thousand firings are looked at.

    Raises:
        NoWorkflow, UnknownStatus: the plan has no such cases.

    >>> from datetime import UTC, datetime
    >>> from supportsla import replay
    >>> from supportsla.events import Actor, Opened, StatusChanged
    >>> from supportsla.presets import client_portal
    >>> at, ana, bo = datetime(2026, 6, 12, 21, tzinfo=UTC), Actor("client", "ana"), Actor("support", "bo")
    >>> case = replay([Opened("A-1", "No login", at=at, by=ana), StatusChanged("Resolved", at=at, by=bo)])
    >>> for timer in timers(client_portal(), case):
    ...     print(timer.due, timer.then)
    2026-06-14 16:00:00-05:00 remind the client
    2026-06-15 16:00:00-05:00 move to Closed
    """
    check_plan(plan)
    check_case(case)
    visit, listed, marks, cut = case.visit, list[PendingTimer](), set[tuple[str, str | None]](), _FAR
    while case.visit == visit and len(listed) < _FAR and (pending := pending_timers(plan, case)):
        due, timer, version = pending[0]
        endless = {name for name, _ in marks}
        if (timer.name, case.priority) in marks and all(_waits(row, endless) for _, row, _ in pending):
            cut = min(cut, len(listed))
            if all(row.name in endless for _, row, _ in pending):
                break
        if timer.every is not None and timer.times is None:
            marks.add((timer.name, case.priority))
        else:
            cut = _FAR
        zone = clock_of(version, timer).compiled.zone
        listed.append(PendingTimer(in_zone(due - EPOCH, zone), timer.name, timer.then))
        case = evolve(case, firing(version, case, timer, due))
    return tuple(listed if case.visit != visit else listed[:cut])


def _waits(row: Timer, endless: Container[str]) -> bool:
    """Whether a row is without end itself, or put off by each firing of those that are."""
    return row.name in endless or row.since == "fired"
