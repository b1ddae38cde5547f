"""Who is there, who sees which case, which comes first, and what can be booked (C9, C10, C13, D6, P16)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from operator import not_

import attrs

from .calendars import Calendar
from .case import Case, is_colleague, is_requester, may_see
from .channels import Staffing
from .clocks import readings_of
from .errors import EntitlementExhausted, InvalidChoice, NeverOpens, OutOfRange, WrongType
from .events import Actor, ConsultationBooked, Event
from .lifecycle import is_closed
from .logs import log_as_of
from .plan import Plan, check_plan
from .reasons import when
from .spans import Window
from .worktime import is_open, next_open, windows
from .zones import EPOCH, FIRST, LAST, as_utc, first_shown, in_zone, since_epoch, wall_time

__all__ = ["VIEWS", "QueueKey", "StaffedChannel", "balance", "in_view", "queue_key", "slots", "staffed"]

_LOOK_BACK = timedelta(days=8)


@attrs.frozen
class StaffedChannel:
    """Who is taken on a channel at an instant (D6).

    Attributes:
        channel: such as "chat".
        priorities: that are taken now, the highest first; none: nobody is there.
        next: for each priority that the channel will take, the first instant from now on at which it does, in the
            zone of the calendar that says so; now itself while it does.
        how: what a client must do to be taken now, where the plan says so.
    """

    channel: str
    priorities: tuple[str, ...]
    next: tuple[tuple[str, datetime], ...]
    how: tuple[str, ...]


def staffed(plan: Plan, at: datetime) -> tuple[StaffedChannel, ...]:
    """Which channels are staffed at an instant, for which priorities, and when each is next (D6).

    Of a plan that changes, the version in force then says who is taken; what is next, the one in force then.

    Raises:
        NaiveDatetime, OutOfRange: as `next_open`.

    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> from supportsla.presets import apricot_us
    >>> for row in staffed(apricot_us(), datetime(2026, 6, 13, 12, tzinfo=ZoneInfo("America/Chicago"))):
    ...     print(row.channel, row.priorities, str(dict(row.next).get("low")))
    portal ('critical',) 2026-06-15 07:00:00-05:00
    email ('critical',) 2026-06-15 07:00:00-05:00
    chat () 2026-06-15 07:00:00-05:00
    emergency ('critical',) None
    """
    check_plan(plan)
    now = plan.version_at(at)
    return tuple(_staffed(plan, channel, at) for channel in dict.fromkeys(row.channel for row in now.staffing))


def _rows(plan: Plan, channel: str) -> Iterator[tuple[Staffing, list[str]]]:
    """The plan's rows of a channel, and the priorities that each takes."""
    names = [priority.name for priority in plan.priorities]
    for row in plan.staffing:
        if row.channel == channel:
            yield row, [plan.priority(name).name for name in row.priorities] or names


def _following(plan: Plan, channel: str, at: datetime, until: timedelta | None) -> dict[str, datetime]:
    """When the channel first takes each priority from an instant on, if it does before another one."""
    following: dict[str, datetime] = {}
    for row, taken in _rows(plan, channel):
        try:
            opens = next_open(plan.calendar(row.calendar), at)
        except NeverOpens:
            continue
        for name in taken if until is None or opens - EPOCH < until else ():
            following[name] = min(following.get(name, opens), opens, key=lambda instant: instant - EPOCH)
    return following


def _following_in_force(plan: Plan, channel: str, at: datetime) -> dict[str, datetime]:
    """Likewise of a plan that changes: what no version takes while it is in force, the next one may."""
    found: dict[str, datetime] = {}
    for since, until, version in plan.index.versions:
        if until is None or at - EPOCH < until:
            found = _following(version, channel, max(at, EPOCH + since, key=lambda at: at - EPOCH), until) | found
    return found


def _staffed(plan: Plan, channel: str, at: datetime) -> StaffedChannel:
    following = _following_in_force(plan, channel, at) if plan.versions else _following(plan, channel, at, None)
    plan = plan.version_at(at)
    names = [priority.name for priority in plan.priorities]
    plain: set[str] = set()
    asking: list[tuple[str, list[str]]] = []
    for row, taken in _rows(plan, channel):
        if is_open(plan.calendar(row.calendar), at):
            asking.append((row.how, taken)) if row.how else plain.update(taken)
    asked = tuple(how for how, taken in asking if not plain.issuperset(taken))
    now = plain.union(*(taken for _, taken in asking))
    ordered = tuple((name, following[name]) for name in names if name in following)
    return StaffedChannel(channel, tuple(name for name in names if name in now), ordered, asked)


def _is_mine(case: Case, viewer: Actor) -> bool:
    return case.assignee == viewer.id if viewer.role == "support" else is_requester(case, viewer)


def _is_ours(case: Case, viewer: Actor) -> bool:
    return viewer.role in ("support", "system") or is_requester(case, viewer) or is_colleague(case, viewer)


def _is_shared(case: Case, viewer: Actor) -> bool:
    return viewer.id in case.collaborators and not _is_ours(case, viewer)


def _has_collaborators(case: Case, viewer: Actor) -> bool:
    return _is_mine(case, viewer) and bool(case.collaborators)


VIEWS: Mapping[str, tuple[Callable[[Case, Actor], bool], bool | None]] = {
    "my_open": (_is_mine, False),
    "my_closed": (_is_mine, True),
    "company_open": (_is_ours, False),
    "company_closed": (_is_ours, True),
    "my_collaborator_cases": (_has_collaborators, None),
    "shared_with_me": (_is_shared, None),
}
"""The views by name: whose cases are in them, and whether only open ones, only closed ones, or both (C9)."""


def in_view(plan: Plan, view: str, case: Case, viewer: Actor) -> bool:
    """Whether a case is in one of somebody's views; a case out of their reach is in none (C9, C10).

    Args:
        plan: whose workflow says which statuses are closed.
        view: a name of `VIEWS`. A person of support has their own cases in ``my_open``, all in ``company_open``.
        case: any case.
        viewer: who looks.

    Raises:
        InvalidChoice: no such view.
        NoWorkflow, UnknownStatus: the plan has no such cases.

    >>> from datetime import UTC, datetime
    >>> from supportsla import replay
    >>> from supportsla.events import Opened
    >>> from supportsla.presets import apricot_us
    >>> ana, ben = Actor("client", "ana", "Acme"), Actor("client", "ben", "Acme")
    >>> case = replay([Opened("A-1", "No login", at=datetime(2026, 6, 12, 21, tzinfo=UTC), by=ana)])
    >>> [view for view in VIEWS if in_view(apricot_us(), view, case, ben)]
    ['company_open']
    """
    if not isinstance(view, str) or view not in VIEWS:
        raise InvalidChoice("view", view, tuple(VIEWS))
    check_plan(plan)
    belongs, closed = VIEWS[view]
    return may_see(case, viewer) and belongs(case, viewer) and closed in (None, is_closed(plan, case))


def _due_or_never(due: datetime | None) -> datetime:
    return EPOCH + LAST if due is None else due.astimezone(UTC)


@attrs.frozen(order=True)
class QueueKey:
    """The place of a case in the queue: what comes first is less (P16). `str()` says why it stands where it does.

    Attributes:
        closed: whether the case is over; such cases come last.
        top_priority: whether its priority is the plan's highest.
        due: the earliest due of its clocks that run; None: no clock with a due runs.
        opened: when it was opened.
        number: the case's.
        priority, metric: its priority, and whose due it is; they do not order.
    """

    closed: bool
    top_priority: bool = attrs.field(order=not_)
    due: datetime | None = attrs.field(eq=as_utc, order=_due_or_never)
    opened: datetime = attrs.field(eq=as_utc, order=as_utc)
    number: str
    priority: str | None = attrs.field(order=False)
    metric: str | None = attrs.field(order=False)

    def __str__(self) -> str:
        owed = f"{self.metric} is due {when(self.due)}" if self.due else "nothing is due"
        state = "closed, " if self.closed else ""
        return f"{self.number}: {state}{self.priority}, {owed}, opened {when(self.opened)}"

    def ahead_of(self, other: QueueKey) -> str:
        """Why this one comes before another, or after it, in a sentence.

        >>> from datetime import UTC, datetime
        >>> from supportsla.events import Opened
        >>> from supportsla.presets import apricot_us
        >>> now = datetime(2026, 6, 12, 21, tzinfo=UTC)
        >>> ana = Actor("client", "ana")
        >>> logs = [[Opened(name, "Help", priority=name, at=now, by=ana)] for name in ("low", "high", "critical")]
        >>> _, high, critical = (queue_key(apricot_us(), log, now) for log in logs)
        >>> print(critical.ahead_of(high))
        critical before high: it is critical, the other is high
        """
        side = "after" if other < self else "before"
        return f"{self.number} {side} {other.number}: {_difference(self, other)}"


def _difference(one: QueueKey, other: QueueKey) -> str:
    if one.closed != other.closed:
        return "it is closed, the other is open" if one.closed else "it is open, the other is closed"
    if one.top_priority != other.top_priority:
        return f"it is {one.priority}, the other is {other.priority}"
    if as_utc(one.due) != as_utc(other.due):
        theirs = f"{other.metric} of the other {when(other.due)}" if other.due else "nothing of the other"
        return f"{one.metric} is due {when(one.due)}, {theirs}" if one.due else f"nothing is due, {theirs}"
    if as_utc(one.opened) != as_utc(other.opened):
        return f"opened {when(one.opened)}, the other {when(other.opened)}"
    return "all else is equal, so their numbers decide"


def queue_key(plan: Plan, events: Iterable[Event], now: datetime) -> QueueKey:
    """By which open cases are put in order: the highest priority first, then what is due first, then age (P16).

    What is due counts from the earliest due of the clocks that run, past or not; a clock that waits has none.
    For `sorted(logs, key=lambda log: queue_key(plan, log, now))`; equal keys do not occur, since numbers differ. Of a
    plan that changes, the version in force at the latest event says what is closed, and which priority is the highest.

    Raises:
        as `readings`.

    >>> from datetime import UTC, datetime
    >>> from supportsla.events import Opened
    >>> from supportsla.presets import apricot_us
    >>> at, ana = datetime(2026, 6, 12, 21, tzinfo=UTC), Actor("client", "ana")
    >>> logs = [[Opened(f"A-{name}", "Help", priority=name, at=at, by=ana)] for name in ("low", "high", "critical")]
    >>> [log[0].priority for log in sorted(logs, key=lambda log: queue_key(apricot_us(), log, at))]
    ['critical', 'high', 'low']
    """
    log = log_as_of(plan, events, now)
    running = [reading for reading in readings_of(plan, log) if reading.phase == "running"]
    owed = [(reading.due, reading.metric) for reading in running if reading.due is not None]
    due, metric = min(owed, key=lambda owed: owed[0] - EPOCH, default=(None, None))
    priority, status = log.last("priority"), log.last("status")
    if plan.versions:
        plan = plan.version_at(log.at)
        priority = priority and plan.priority(priority).name
    closed = plan.workflow is not None and status is not None and plan.workflow.status(status).closed
    critical = bool(plan.priorities) and priority == plan.priorities[0].name
    opened = in_zone(log.opened.at - EPOCH, plan.index.measuring.compiled.zone)
    return QueueKey(closed, critical, due, opened, log.opened.number, priority, metric)


def slots(
    calendar: Calendar, length: timedelta, start: datetime, end: datetime, *, taken: Iterable[Window] = ()
) -> Iterator[Window]:
    """The slots of a length that can be booked between two instants, end to end from each opening (C13).

    Where the desk has been open for more than a week, they are counted from the midnight before `start`.

    Args:
        calendar: when consultation is given.
        length: of a slot, such as `timedelta(hours=1)`.
        start: an aware datetime; no slot begins before.
        end: an aware datetime; no slot ends after.
        taken: what is booked already, or not to be had otherwise.

    Raises:
        OutOfRange, WrongType: a length that is no positive timedelta.
        NaiveDatetime, OutOfRange: as `windows`.

    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> from supportsla.presets import AEDT
    >>> day = [datetime(2026, 6, 12, hour, tzinfo=ZoneInfo("Australia/Sydney")) for hour in (0, 13, 15, 24 - 1)]
    >>> found = list(slots(AEDT, timedelta(hours=1), day[0], day[3], taken=[Window(day[1], day[2])]))
    >>> len(found), str(found[4].opens)
    (6, '2026-06-12 15:00:00+10:00')
    """
    if not isinstance(length, timedelta):
        raise WrongType("length", length, "a timedelta")
    if length <= timedelta(0):
        raise OutOfRange("length", length, "a positive timedelta")
    first, zone = since_epoch(start, "start"), calendar.compiled.zone
    earliest = max(first - _LOOK_BACK, FIRST)
    for window in windows(calendar - list(taken), in_zone(earliest, zone), end):
        opens, closes = window.opens - EPOCH, window.closes - EPOCH
        grid = opens if opens > earliest else first_shown(zone, wall_time(first, zone)[0], 0)
        for k in range(-((grid - max(first, opens)) // length), (closes - grid) // length):
            yield Window(in_zone(grid + k * length, zone), in_zone(grid + (k + 1) * length, zone))


def balance(bought: timedelta, events: Iterable[Event]) -> timedelta:
    """What is left of the consultation that was bought, after all that the events have booked (C13).

    Args:
        bought: in all.
        events: of every case of whoever bought it; only bookings count.

    Raises:
        EntitlementExhausted: more is booked than was bought.

    >>> from datetime import UTC, datetime
    >>> nine, ten = (datetime(2026, 6, 12, hour, tzinfo=UTC) for hour in (9, 10))
    >>> booked = ConsultationBooked(Window(nine, ten), at=nine, by=Actor("client", "ana"))
    >>> str(balance(timedelta(hours=3), [booked]))
    '2:00:00'
    """
    booked = sum((event.slot.length for event in events if isinstance(event, ConsultationBooked)), timedelta(0))
    if booked > bought:
        raise EntitlementExhausted(bought, booked)
    return bought - booked
