"""How the cases of a desk live: statuses, moves and timers as one table (L1-L7, C11).

Every status is a key of the table, so that an absence is a decision. A row says what the status means, who may move a
case where, what an update of the client, a public reply and an assignment do, and what happens by itself. What cannot
be meant is refused when the table is made, all of it in one error; what is merely odd is for `lint`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal, NamedTuple, cast, get_args

import attrs

from .durations import Duration
from .errors import InvalidChoice, InvalidWorkflow, OutOfRange, SupportSLAError, UnknownStatus, WrongType
from .events import ROLES, Role
from .findings import Finding, listed, step
from .members import members_of
from .worktime import as_duration
from .zones import load_zone

__all__ = [
    "WITHIN_CALENDAR",
    "Action",
    "Edge",
    "Move",
    "RaisePriority",
    "Remind",
    "SetPriority",
    "Status",
    "Timer",
    "Workflow",
    "edges",
    "is_positive",
    "reachable",
    "reminders_then",
    "successors",
    "workflow_faults",
]

WITHIN_CALENDAR = "desk"
Since = Literal["entered", "message", "fired"]
Otherwise = Literal["log", "refuse", "new_case"]


@attrs.frozen
class Remind:
    """What a timer does: remind the client, or support.

    >>> str(Remind())
    'remind the client'
    """

    whom: Role = "client"

    def __attrs_post_init__(self) -> None:
        if self.whom not in ("client", "support"):
            raise InvalidChoice("Remind.whom", self.whom, ("client", "support"))

    def __str__(self) -> str:
        return "remind the client" if self.whom == "client" else "remind support"


@attrs.frozen
class Move:
    """What a timer does: move the case to another status.

    >>> str(Move("Closed"))
    'move to Closed'
    """

    to: str
    sub_status: str | None = None

    def __str__(self) -> str:
        return f"move to {self.to}"


@attrs.frozen
class SetPriority:
    """What a timer does: set a priority of the plan; nothing to do where the case has it.

    >>> str(SetPriority("high"))
    'set the priority to high'
    """

    to: str

    def __str__(self) -> str:
        return f"set the priority to {self.to}"


@attrs.frozen
class RaisePriority:
    """What a timer does: set the next higher priority of the plan; nothing to do at the highest.

    >>> str(RaisePriority())
    'raise the priority'
    """

    def __str__(self) -> str:
        return "raise the priority"


_SUPPORT: tuple[Role, ...] = ("support",)
Action = Remind | Move | SetPriority | RaisePriority


def _named(timer: Timer) -> str:
    return str(timer.then)


@attrs.frozen
class Timer:
    """What happens by itself while a case is in a status, and when; give one of `after`, `every` and `until`.

    Args:
        then: what it does.
        after: once, so long after what `since` names.
        every: again and again, each so long after the one before.
        times: with `every`: so often at most; None: without end.
        until: at the instant that the move into the status named.
        since: "entered" (the status), "message" (the last public comment or file since) or "fired" (the last timer
            since).
        calendar: a name of the plan's calendars, for every unit of time.
        zone: or only a zone, for calendar hours and days.
        name: by which the log knows it; left out: what it does.

    >>> from supportsla import calendar_days
    >>> Timer(Move("Resolved"), after=calendar_days(4), calendar="desk").name
    'move to Resolved'
    """

    then: Action
    after: Duration | None = attrs.field(default=None, kw_only=True, converter=attrs.converters.optional(as_duration))
    every: Duration | None = attrs.field(default=None, kw_only=True, converter=attrs.converters.optional(as_duration))
    times: int | None = attrs.field(default=None, kw_only=True)
    until: bool = attrs.field(default=False, kw_only=True)
    since: Since = attrs.field(default="entered", kw_only=True)
    calendar: str | None = attrs.field(default=None, kw_only=True)
    zone: str | None = attrs.field(default=None, kw_only=True)
    name: str = attrs.field(default=attrs.Factory(_named, takes_self=True), kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.then, Action):
            raise WrongType("Timer.then", self.then, "Remind(), Move(status), SetPriority(name) or RaisePriority()")
        if not isinstance(self.until, bool):
            raise WrongType("Timer.until", self.until, "True; the instant stands in StatusChanged(until=...)")
        if self.since not in get_args(Since):
            raise InvalidChoice("Timer.since", self.since, get_args(Since))


def reminders_then(
    action: Action, *, every: Duration, times: int, calendar: str | None = None, zone: str | None = None
) -> tuple[Timer, ...]:
    """Timers that remind the client every so often, so many times, and then act one interval after the last (L3, P10).

    Args:
        action: such as `Move("Solved")`.
        every: the interval.
        times: how many reminders; 0: none, and the action comes after one interval.
        calendar: on which the intervals count, as for `Timer`.
        zone: or the zone in which they do.

    Raises:
        OutOfRange, WrongType: fewer reminders than none, or no number of them.

    >>> from supportsla import calendar_days
    >>> for timer in reminders_then(Move("Resolved"), every=calendar_days(1), times=3, zone="Europe/Berlin"):
    ...     print(timer.name, timer.every or timer.after)
    remind the client 1 calendar day
    move to Resolved 1 calendar day
    """
    if not isinstance(times, int) or isinstance(times, bool):
        raise WrongType("times", times, "an integer")
    if times < 0:
        raise OutOfRange("times", times, "0 or more")
    end = Timer(action, after=every, since="fired", calendar=calendar, zone=zone)
    if times == 0:
        return (end,)
    return Timer(Remind(), every=every, times=times, since="fired", calendar=calendar, zone=zone), end


def _next(given: Mapping[str, Iterable[Role]] | Iterable[str]) -> tuple[tuple[str, tuple[Role, ...]], ...]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise WrongType("Status.next", given, "names of statuses, or a mapping of each to the roles that may")
    moves: Iterable[Any] = given.items() if isinstance(given, Mapping) else given
    return tuple(_way(move) for move in moves)


def _way(move: object) -> tuple[str, tuple[Role, ...]]:
    if isinstance(move, str):
        return move, _SUPPORT
    try:
        name, roles = cast("tuple[str, Iterable[str]]", move)
        return members_of("a name in Status.next", [name], str)[0], _roles(name, roles)
    except (TypeError, ValueError) as fault:
        if isinstance(fault, SupportSLAError):
            raise
        raise WrongType("Status.next", move, "names of statuses, or a mapping of each to the roles that may") from None


def _roles(name: str, given: Iterable[str]) -> tuple[Role, ...]:
    roles = (given,) if isinstance(given, str) else tuple(given)
    for role in roles:
        if role not in ROLES:
            raise InvalidChoice(f"Status.next[{name!r}]", role, ROLES)
    return tuple(role for role in ROLES if role in roles)


def _timers(given: Iterable[Timer]) -> tuple[Timer, ...]:
    return members_of("Status.timers", given, Timer)


@attrs.frozen
class Status:
    """A row of a workflow: what a status means, and how a case leaves it.

    Args:
        meaning: for a front end to show (C3).
        next: the statuses that a case may be moved to, by support; or a mapping of each to the roles that may.
        closed: whether the case is over here.
        on_client_update: where a public comment or file of the client moves the case; None: it stays.
        within: of a client's update: only so long after the status was entered, on the plan's calendar "desk".
        otherwise: what becomes of a client's update that moves nothing: "log" it, "refuse" it, or log it and ask for
            a "new_case" (L7).
        on_reply: where a public comment of support moves the case.
        on_assignment: where an assignment moves it.
        timers: what happens by itself, in the table's order where two fall on one instant (W10).
        needs_sub_status: whether a move here must name whom the case waits for (L4).

    >>> Status("The vendor waits for the client.", ["Solved"], on_client_update="In Progress").next
    (('Solved', ('support',)),)
    """

    meaning: str = ""
    next: tuple[tuple[str, tuple[Role, ...]], ...] = attrs.field(default=(), converter=_next)
    closed: bool = attrs.field(default=False, kw_only=True)
    on_client_update: str | None = attrs.field(default=None, kw_only=True)
    within: Duration | None = attrs.field(default=None, kw_only=True, converter=attrs.converters.optional(as_duration))
    otherwise: Otherwise = attrs.field(default="log", kw_only=True)
    on_reply: str | None = attrs.field(default=None, kw_only=True)
    on_assignment: str | None = attrs.field(default=None, kw_only=True)
    timers: tuple[Timer, ...] = attrs.field(default=(), kw_only=True, converter=_timers)
    needs_sub_status: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.closed, bool):
            raise WrongType("Status.closed", self.closed, "True or False")
        for name in ("meaning", "on_client_update", "on_reply", "on_assignment"):
            if not isinstance(getattr(self, name), str | None):
                raise WrongType(f"Status.{name}", getattr(self, name), "a text")
        if self.otherwise not in get_args(Otherwise):
            raise InvalidChoice("Status.otherwise", self.otherwise, get_args(Otherwise))

    @property
    def needs_until(self) -> bool:
        """Whether a move here must name an instant, for a timer that waits until it."""
        return any(timer.until for timer in self.timers)


def _statuses(given: Mapping[str, Status]) -> tuple[tuple[str, Status], ...]:
    try:
        statuses = dict(given)
    except (TypeError, ValueError):
        raise WrongType("statuses", given, "a mapping of name to Status") from None
    for name, status in statuses.items():
        if not isinstance(name, str):
            raise WrongType("a name of a status", name, "a text")
        if not isinstance(status, Status):
            raise WrongType(f"statuses[{name!r}]", status, "a Status")
    return tuple(statuses.items())


def _initial(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else members_of("Workflow.initial", given, str)


@attrs.frozen
class Workflow:
    """How the cases of a desk live, as one frozen table.

    Args:
        name: for messages.
        statuses: a mapping of every status to its row.
        initial: the status in which a case begins; several: the first, unless an opening names another of them.
        closed_by_client: where a client's own closing moves a live case (C11); None: clients close no cases.

    Raises:
        InvalidWorkflow: with everything that contradicts itself: unknown names, a timer without a calendar or zone,
            or of no length, a move to a status that needs more than the move says, and a circle of timers that nobody
            can break.

    >>> flow = Workflow("ours", {"Open": Status(next=["Done"]), "Done": Status(closed=True)}, "Open")
    >>> flow.status("Done").closed
    True
    """

    name: str
    statuses: tuple[tuple[str, Status], ...] = attrs.field(converter=_statuses)
    initial: tuple[str, ...] = attrs.field(converter=_initial)
    closed_by_client: str | None = None

    def __attrs_post_init__(self) -> None:
        if findings := tuple(workflow_faults(self)):
            raise InvalidWorkflow(self.name, findings)

    def status(self, name: str) -> Status:
        """The row of that status.

        Raises:
            UnknownStatus: the workflow has no such status.
        """
        for known, status in self.statuses:
            if known == name:
                return status
        raise UnknownStatus(name, tuple(known for known, _ in self.statuses))


class Edge(NamedTuple):
    """One way from a status to another.

    Attributes:
        origin, to: the two statuses.
        cause: "move", "client update", "reply", "assignment", "closing" or "timer".
        by: the roles that may make the move, or the timer's name.
        field: the column that says so.
    """

    origin: str
    to: str
    cause: str
    by: tuple[str, ...]
    field: str


def edges(workflow: Workflow) -> Iterator[Edge]:
    """Every way from one status to another that the table has, row by row.

    >>> flow = Workflow("ours", {"Open": Status(next=["Done"]), "Done": Status(closed=True)}, "Open")
    >>> [(edge.origin, edge.to, edge.cause, edge.by) for edge in edges(flow)]
    [('Open', 'Done', 'move', ('support',))]
    """
    for name, status in workflow.statuses:
        for to, roles in status.next:
            yield Edge(name, to, "move", roles, f"next.{step(to)}")
        automatic = (
            ("client update", ("client",), "on_client_update", status.on_client_update),
            ("reply", ("support",), "on_reply", status.on_reply),
            ("assignment", ("support",), "on_assignment", status.on_assignment),
        )
        yield from (Edge(name, to, cause, by, field) for cause, by, field, to in automatic if to is not None)
        if workflow.closed_by_client is not None and not status.closed:
            yield Edge(name, workflow.closed_by_client, "closing", ("client",), "closed_by_client")
        for i, timer in enumerate(status.timers):
            if isinstance(timer.then, Move):
                yield Edge(name, timer.then.to, "timer", (timer.name,), f"timers[{i}].then.to")


def is_positive(duration: Duration) -> bool:
    """Whether it is longer than nothing."""
    return duration.amount > timedelta(0) if isinstance(duration.amount, timedelta) else duration.amount > 0


def _is_a_minute(length: Duration) -> bool:
    return length.amount >= timedelta(minutes=1) if isinstance(length.amount, timedelta) else length.amount > 0


def _error(name: str, path: str, message: str) -> Finding:
    return Finding(name, "error", f"workflow.{path}", message)


def workflow_faults(workflow: Workflow) -> Iterator[Finding]:
    """What of a workflow contradicts itself."""
    yield from _unknown_names(workflow)
    for name, status in workflow.statuses:
        for i, timer in enumerate(status.timers):
            yield from _timer_faults(f"statuses.{step(name)}.timers[{i}]", timer)
        for to, count in Counter(to for to, _ in status.next).items():
            if count > 1:
                yield _error(
                    "repeated_name", f"statuses.{step(name)}.next.{step(to)}", f"{to!r} is named {count} times"
                )
        names: set[str] = set()
        for i, timer in enumerate(status.timers):
            if timer.name in names:
                text = f"{name!r} has a timer of the name {timer.name!r} already; name them apart"
                yield _error("repeated_name", f"statuses.{step(name)}.timers[{i}].name", text)
            names.add(timer.name)
        if status.within is not None and (status.on_client_update is None or not is_positive(status.within)):
            text = f"{status.within} must be positive, and limit a move: name one in on_client_update"
            yield _error("idle_limit", f"statuses.{step(name)}.within", text)
    yield from _underspecified_moves(workflow)
    yield from _unbreakable_circles(workflow)


def _unknown_names(workflow: Workflow) -> Iterator[Finding]:
    known = dict(workflow.statuses)
    allowed = listed(known)
    if not workflow.initial:
        yield _error("no_initial_status", "initial", "no status to begin in is named")
    named = [("initial", name) for name in workflow.initial]
    named += [(_place(edge), edge.to) for edge in edges(workflow) if edge.cause != "closing"]
    if workflow.closed_by_client is not None:
        named.append(("closed_by_client", workflow.closed_by_client))
    for path, name in named:
        if name not in known:
            yield _error("unknown_status", path, f"{name!r} is no status of the workflow, which has: {allowed}")
    if workflow.closed_by_client in known and not known[workflow.closed_by_client].closed:
        text = f"{workflow.closed_by_client!r} is not closed, so a case that its client closes would not be"
        yield _error("not_closed", "closed_by_client", text)


def _place(edge: Edge) -> str:
    return edge.field if edge.cause == "closing" else f"statuses.{step(edge.origin)}.{edge.field}"


def _timer_faults(path: str, timer: Timer) -> Iterator[Finding]:
    length = timer.after or timer.every
    if (timer.after is not None) + (timer.every is not None) + timer.until != 1:
        yield _error("timer_kind", path, "a timer has one of after, every and until")
    if length is not None and not _is_a_minute(length):
        field = "after" if timer.after else "every"
        yield _error("timer_length", f"{path}.{field}", f"{length} is shorter than a minute")
    if not timer.name.strip():
        yield _error("timer_name", f"{path}.name", "a timer's name is not blank")
    if timer.times is not None and (timer.every is None or not isinstance(timer.times, int) or timer.times < 1):
        yield _error("timer_times", f"{path}.times", f"{timer.times!r} goes with every, and is at least 1")
    if timer.calendar is not None and timer.zone is not None:
        yield _error("timer_zone", f"{path}.zone", "a timer has a calendar or a zone, not both")
    if timer.zone is not None:
        try:
            load_zone(timer.zone)
        except SupportSLAError as fault:
            yield _error("timer_zone", f"{path}.zone", str(fault))
    elif timer.calendar is None and length is not None:
        business = length.unit.startswith("business")
        needs = "business time needs a calendar" if business else "a length of time needs a calendar, or a zone,"
        yield _error("timer_zone", path, f"{needs} to be counted in")
    if length is not None and length.unit.startswith("business") and timer.calendar is None and timer.zone is not None:
        yield _error("timer_zone", f"{path}.zone", f"{length} needs a calendar; a zone alone has no open hours")


def _underspecified_moves(workflow: Workflow) -> Iterator[Finding]:
    known = dict(workflow.statuses)
    sub_statuses = {
        (f"statuses.{step(name)}.timers[{i}].then.to", timer.then.to): timer.then.sub_status
        for name, status in workflow.statuses
        for i, timer in enumerate(status.timers)
        if isinstance(timer.then, Move)
    }
    moves: list[tuple[str, str, str | None]] = [("initial", name, None) for name in workflow.initial]
    moves += [
        (_place(edge), edge.to, sub_statuses.get((_place(edge), edge.to)))
        for edge in edges(workflow)
        if edge.cause != "move"
    ]
    for path, to, sub_status in dict.fromkeys(moves):
        if to in known and known[to].needs_sub_status and not sub_status:
            yield _error("missing_sub_status", path, f"{to!r} needs a sub-status, which is not named here")
        if to in known and known[to].needs_until:
            yield _error("missing_instant", path, f"{to!r} has a timer until an instant, which is not named here")


def _unbreakable_circles(workflow: Workflow) -> Iterator[Finding]:
    by_timer = successors(edge for edge in edges(workflow) if edge.cause == "timer")
    by_people = successors(edge for edge in edges(workflow) if edge.cause != "timer" and edge.by)
    back: dict[str, set[str]] = {}
    for origin, ahead in by_timer.items():
        for to in ahead:
            back.setdefault(to, set()).add(origin)
    seen: set[str] = set()
    for name in by_timer:
        circle = reachable(by_timer, name) & reachable(back, name) if name in back.keys() - seen else set()
        ways_out = set().union(*(by_people.get(member, set()) for member in circle)) - circle
        if circle and not ways_out:
            text = f"timers move a case in a circle ({listed(sorted(circle))}), and nobody can move it out"
            yield _error("unbreakable_circle", f"statuses.{step(name)}.timers", text)
        seen |= circle


def successors(ways: Iterable[Edge]) -> dict[str, set[str]]:
    """Where the edges lead from each status."""
    found: dict[str, set[str]] = {}
    for edge in ways:
        found.setdefault(edge.origin, set()).add(edge.to)
    return found


def reachable(ways: Mapping[str, set[str]], start: str) -> set[str]:
    """Where one comes from a status by one or more of the ways."""
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        further = ways.get(ahead.pop(), set()) - reached
        reached |= further
        ahead += further
    return reached
