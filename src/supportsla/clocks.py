"""Clocks: what is owed, by when, how long is left, was it kept, and why (P6-P10, P14, P16, P17, C15, W9, W15).

A reading is one clock of one case at one instant. `exchanges` says when the clock started, waited and ended, `terms`
what the targets that held make of that; here the two are read off as of `now`. A clock that waits is read as of when it
began to: what it has used, what is left and the verdict stand still.

Of a plan that changes, a clock is judged by the version in force when it started. A metric without one is shown as the
version at the latest event has it: nothing changes just because another version comes into force (W18).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar, Literal, get_args

import attrs

from .durations import Duration
from .errors import NeverOpens, OutOfRange
from .events import Event
from .exchanges import Exchange, Pause, exchanges, exchanges_in_force
from .logs import Log, log_as_of
from .plan import Percent, Plan, Target, version_of
from .promises import Verdict, judged_done, judged_open
from .reasons import Explanation, clock_steps, explain, when
from .terms import Price, Scope, Term, due_under, priced, spent
from .timing import Grid, clock_of, pending_timers
from .worktime import due_of
from .zones import EPOCH, MICROSECOND, as_utc, in_zone

__all__ = ["Due", "Held", "Reading", "next_due", "readings", "readings_of"]

Phase = Literal["not_started", "running", "paused", "done", "cancelled"]
What = Literal["timer", "start", "warning", "due", "limit"]
_NOTHING = timedelta(0)


@attrs.define(eq=False)
class _Grounds:
    """What a reading was read off: the clock's prices and pauses, and the instant as of which it was read.

    `judge` is the name of the version that judged it, and from when on that is in force, if the plan has versions.
    """

    prices: list[Price]
    pauses: list[Pause]
    until: timedelta
    judge: tuple[str, timedelta] | None = None


@attrs.frozen
class Held:
    """A target that held for a clock from an instant on (W15).

    Attributes:
        at: when it began to hold: the clock's start, or the change of the priority.
        priority: of the case, from then on.
        target: that sets the due; None: nothing is promised.
        counts_from: the instant from which it counts.
        limit_target: that sets the limit, which another one may (P16).
        why: a sentence or two.
    """

    at: datetime = attrs.field(eq=as_utc)
    priority: str | None
    target: Target | None
    counts_from: datetime = attrs.field(eq=as_utc)
    limit_target: Target | None
    why: str


@attrs.frozen(slots=False)
class Reading:
    """One clock of one case at one instant; made by `readings`.

    Instants are in the zone of the target's calendar. Amounts are open time for targets in business hours and days,
    real time for those in calendar ones; without a target, open time on the plan's calendar "desk". A copy with other
    fields, as by `attrs.evolve`, has no reasons.

    Attributes:
        metric: such as "first_response".
        phase: "not_started", "running", "paused", "done" or "cancelled".
        priority: by which it is judged.
        target: that sets the due.
        verdict: "pending" before the due, "met", "late" (to the limit) or "missed"; None without a target. Of a clock
            that waits or was cancelled, as it stood then.
        started: the instant of the event that started the clock; None while nothing has.
        due, limit: None without a target, and while the clock waits.
        done, cancelled: how it ended, if it did.
        elapsed, paused: since the target that sets the due counts: what is used, and what went by while it waited.
        remaining: to the due, so that `elapsed + remaining` is the target; negative only when late or missed.
        remaining_to_limit: likewise, to the limit.
        due_if_resumed: of a clock that waits: its due, if it went on now; None where the calendar has none.
        warned: the warnings of the target that have come.
        version: from when on the version of the plan that judges it has been in force, which `plan.version_at` gives;
            None for a plan without versions (W18).
    """

    metric: str
    phase: Phase
    priority: str | None
    target: Target | None
    started: datetime | None = attrs.field(default=None, eq=as_utc)
    done: datetime | None = attrs.field(default=None, eq=as_utc)
    cancelled: datetime | None = attrs.field(default=None, eq=as_utc)
    elapsed: timedelta = _NOTHING
    paused: timedelta = _NOTHING
    verdict: Verdict | None = None
    due: datetime | None = attrs.field(default=None, eq=as_utc)
    limit: datetime | None = attrs.field(default=None, eq=as_utc)
    remaining: timedelta | None = None
    remaining_to_limit: timedelta | None = None
    due_if_resumed: datetime | None = attrs.field(default=None, eq=as_utc)
    warned: tuple[Duration | Percent, ...] = ()
    version: datetime | None = attrs.field(default=None, eq=as_utc)
    _grounds: ClassVar[_Grounds | None] = None

    @property
    def warnings(self) -> tuple[datetime, ...]:
        """When the target's warnings come, if nothing interrupts the clock; none where there is no due."""
        if self._grounds is None or self.due is None:
            return ()
        term = self._grounds.prices[-1].due
        return tuple(in_zone(comes, term.calendar.compiled.zone) for _, comes in _warnings(term, self.due - EPOCH))

    @property
    def held(self) -> tuple[Held, ...]:
        """Which target held when, and why; the last one is the one that holds (P16)."""
        return tuple(_held(self._grounds)) if self._grounds else ()

    @property
    def explanation(self) -> Explanation | None:
        """Why the due is what it is, or would be if a clock that waits went on now; None where there is none."""
        due = self.due_if_resumed or self.due
        if self._grounds is None or self.target is None or due is None:
            return None
        return _explained_due(self._grounds, self.target, due - EPOCH)

    @property
    def elapsed_explanation(self) -> Explanation | None:
        """Why as much is used as is; None where no clock has started."""
        return _explained(self._grounds, self._grounds.until) if self._grounds else None


def _held(grounds: _Grounds) -> Iterator[Held]:
    old, judge = None, grounds.judge
    for price in grounds.prices:
        zone = price.due.calendar.compiled.zone
        at, counts_from = in_zone(price.at, zone), in_zone(price.due.since, zone)
        why = _why(price, old, at, counts_from)
        if judge is not None and old is None:
            why = f"Judged by {judge[0]} as in force from {when(in_zone(judge[1], zone))}. {why}"
        yield Held(at, price.priority, price.due.target, counts_from, price.limit.target, why)
        old = price


_WHY = {
    "from_start": "counted from the clock's start",
    "from_change": "counted from the change",
    "earlier": "counted from the change, which is due earlier than before",
    "kept": "which is due no later than what would count from the change, and stays",
    "unpromised": "which stays, since nothing is promised for the new priority",
}


def _why(price: Price, old: Price | None, at: datetime, counts_from: datetime) -> str:
    target = price.due.target
    promised = "nothing is promised" if target is None else f"{target.due}{_to(target)} for {target.priority}"
    if old is None:
        return f"The target is {promised}, from {when(counts_from)} on." if target else f"{promised.capitalize()}."
    how = f", {_WHY[price.why]}" if target else ""
    return f"From {when(at)} on, the priority is {price.priority}, not {old.priority}: {promised}{how}.{_other(price)}"


def _other(price: Price) -> str:
    """Where the limit comes from, if not from the target that sets the due."""
    target, zone = price.limit.target, price.limit.calendar.compiled.zone
    if target is None or target == price.due.target:
        return ""
    since = when(in_zone(price.limit.since, zone))
    return f" The limit is {target.limit or target.due} for {target.priority}, counted from {since}."


def _to(target: Target) -> str:
    return "" if target.limit is None else f" to {target.limit}"


def _explained_due(grounds: _Grounds, target: Target, due: timedelta) -> Explanation:
    why = _explained(grounds, due)
    runs_to_an_opening = why.around_the_clock and target.boundary == "open"
    if runs_to_an_opening or any(step.reason == "paused" for step in why.steps):
        return attrs.evolve(why, duration=target.due, boundary=target.boundary)
    promised = explain(grounds.prices[-1].due.calendar, why.start, target.due, boundary=target.boundary)
    return attrs.evolve(promised, notes=why.notes)


def _explained(grounds: _Grounds, until: timedelta) -> Explanation:
    term = grounds.prices[-1].due
    zone, end = term.calendar.compiled.zone, max(until, term.since)
    steps = clock_steps(term.calendar, (term.since, end), grounds.pauses, around_the_clock=term.around_the_clock)
    notes = tuple(held.why for held in _held(grounds))
    start, until_then = in_zone(term.since, zone), in_zone(end, zone)
    return Explanation(start, until_then, steps, around_the_clock=term.around_the_clock, notes=notes)


def readings(plan: Plan, events: Iterable[Event], now: datetime) -> tuple[Reading, ...]:
    """Every clock of a case as of an instant: what is owed, by when, how long is left, and was it kept.

    They look at the events up to `now`, and then at what the workflow's timers have done since the last of them, so it
    does not matter whether the case was advanced. What the log says is taken as it stands (W16).

    Args:
        plan: whose metrics are measured, in its order.
        events: the log of one case, in order; an opening without a priority or status gets it as by `handle`.
        now: an aware datetime.

    Returns:
        For each metric its exchanges in order, one reading each; a metric of which none has begun has one reading of
        the phase "not_started".

    Raises:
        CaseNotOpened, CaseExists, EventOutOfOrder: the log is not that of one case, in order.
        UnknownPriority, UnknownStatus: the log names what the plan does not have.
        NeverOpens, OutOfRange: a due of a clock that does not wait cannot be had, since the target's calendar does not
            open for 5 years on the way, or lies beyond year 2200.
        NaiveDatetime, OutOfRange, WrongType: `now` is no instant; an event is none, or there is none.

    >>> from datetime import UTC, datetime
    >>> from supportsla.events import Actor, Opened
    >>> from supportsla.presets import apricot_us
    >>> at, ana = datetime(2026, 6, 12, 21, tzinfo=UTC), Actor("client", "ana")
    >>> log = [Opened("A-1", "No login", priority="high", at=at, by=ana)]
    >>> reading = readings(apricot_us(), log, datetime(2026, 6, 12, 23, tzinfo=UTC))[0]
    >>> reading.metric, reading.phase, str(reading.due), str(reading.remaining)
    ('first_response', 'running', '2026-06-15 08:00:00-05:00', '2:00:00')
    """
    return tuple(readings_of(plan, log_as_of(plan, events, now)))


def readings_of(plan: Plan, log: Log) -> Iterator[Reading]:
    """`readings` of a log as of an instant."""
    channel, next_start = log.opened.channel, partial(_next_start, plan, log.opened.channel)
    if plan.versions:
        yield from _readings_in_force(plan, log, next_start)
        return
    scope = Scope(plan, channel)
    for metric, found in zip(plan.measured, exchanges(plan, log.marks, next_start), strict=True):
        for exchange in found:
            yield _reading(scope, exchange, log.now)
        if not found:
            yield _not_started(scope, metric.name, log.last("priority"))


_NextStart = Callable[[Exchange, timedelta], timedelta]


def _readings_in_force(plan: Plan, log: Log, next_start: _NextStart) -> Iterator[Reading]:
    """Of a plan that changes: what the version at the latest event measures comes first, in its order."""
    channel, latest = log.opened.channel, version_of(plan, log.at - EPOCH).plan
    priority, measured = log.last("priority"), [metric.name for metric in latest.measured]
    priority = priority and latest.priority(priority).name
    others = [metric.name for _, version in plan.versions for metric in version.measured]
    for name in dict.fromkeys([*measured, *others]):
        found = exchanges_in_force(plan, name, log.marks, next_start)
        for exchange in found:
            yield _reading(_scope(plan, channel, exchange.started), exchange, log.now)
        if not found and name in measured:
            yield _not_started(_scope(plan, channel, log.at - EPOCH), name, priority)


def _scope(plan: Plan, channel: str | None, at: timedelta) -> Scope:
    """That of a clock that started at the instant."""
    if not plan.versions:
        return Scope(plan, channel)
    since, _, version = version_of(plan, at)
    return Scope(version, channel, (version.name, since))


def _not_started(scope: Scope, metric: str, priority: str | None) -> Reading:
    plan, judge = scope.plan, scope.judge
    target = plan.index.target(metric, priority, scope.channel)
    verdict: Verdict | None = "pending" if target else None
    reading = Reading(metric, "not_started", priority, target, verdict=verdict)
    if judge is None:
        return reading
    calendar = plan.calendar(target.calendar) if target else plan.index.measuring
    return attrs.evolve(reading, version=in_zone(judge[1], calendar.compiled.zone))


def _next_start(plan: Plan, channel: str | None, ended: Exchange, done: timedelta) -> timedelta:
    """Where the grid of a sequential metric goes on: at the due of what is done, or at its last multiple by then."""
    term = priced(_scope(plan, channel, ended.started), ended)[-1].due
    if term.target is None:
        return done
    due = due_under(term, ended.pauses)
    grid = Grid(term.calendar, EPOCH + due, term.target.due, term.target.boundary)
    periods = grid.first_from(EPOCH + done + MICROSECOND) - 1
    return grid.end(periods) - EPOCH if periods else due


def _reading(scope: Scope, exchange: Exchange, now: timedelta) -> Reading:
    ended = exchange.cancelled if exchange.done is None else exchange.done
    until = now if ended is None else ended
    judge = scope.judge
    clock = _Grounds(priced(scope, exchange), exchange.pauses_until(until), until, judge)
    price, phase = clock.prices[-1], _phase(exchange, now)
    term, compiled = price.due, price.due.calendar.compiled
    zone, epoch = compiled.zone, compiled.epoch
    used, waited = spent(term, clock.pauses, until)
    standing = _UNPROMISED if term.target is None else _standing(clock, term.target, phase, used)
    verdict, due, limit, remaining, remaining_to_limit, due_if_resumed, warned = standing
    reading = Reading(
        exchange.metric,
        phase,
        price.priority,
        term.target,
        zone.fromutc(epoch + exchange.started),
        None if exchange.done is None else zone.fromutc(epoch + exchange.done),
        None if exchange.cancelled is None else zone.fromutc(epoch + exchange.cancelled),
        used,
        waited,
        verdict,
        due,
        limit,
        remaining,
        remaining_to_limit,
        due_if_resumed,
        warned,
        judge and zone.fromutc(epoch + judge[1]),
    )
    object.__setattr__(reading, "_grounds", clock)
    return reading


_Standing = tuple[
    Verdict | None,
    datetime | None,
    datetime | None,
    timedelta | None,
    timedelta | None,
    datetime | None,
    tuple[Duration | Percent, ...],
]
"""How a clock stands to its target: the fields of a `Reading` from the verdict on."""

_UNPROMISED: _Standing = (None, None, None, None, None, None, ())


def _standing(clock: _Grounds, target: Target, phase: Phase, used: timedelta) -> _Standing:
    """As of its end; of a clock that waits, as of when it began to."""
    price, pauses, at = clock.prices[-1], clock.pauses, clock.until
    term, limit_term, before = price.due, price.limit, pauses
    zone, epoch = term.calendar.compiled.zone, term.calendar.compiled.epoch
    if phase == "paused":
        at, before = _before_the_last(pauses, at)
    due = due_under(term, before)
    limit = due if limit_term is term else due_under(limit_term, before)
    if limit < due:
        limit_term, limit = term, due
    verdict = judged_done(at, due, limit) if phase == "done" else judged_open(at, due, limit)
    remaining = remaining_to_limit = term.amount - used
    if limit_term is not term:
        remaining_to_limit = limit_term.amount - spent(limit_term, pauses, clock.until)[0]
    warned = _warned(term, due, at) if target.warn_before else ()
    if phase == "paused":
        resumed = _resumed(term, pauses)
        return verdict, None, None, remaining, remaining_to_limit, resumed, warned
    shown = zone.fromutc(epoch + due)
    shown_limit = shown if limit_term is term else zone.fromutc(epoch + limit)
    return verdict, shown, shown_limit, remaining, remaining_to_limit, None, warned


def _resumed(term: Term, pauses: list[Pause]) -> datetime | None:
    """The due, if the clock went on now; None where the calendar has none."""
    try:
        return in_zone(due_under(term, pauses), term.calendar.compiled.zone)
    except (NeverOpens, OutOfRange):
        return None


def _phase(exchange: Exchange, now: timedelta) -> Phase:
    if exchange.done is not None:
        return "done"
    if exchange.cancelled is not None:
        return "cancelled"
    if exchange.started > now:
        return "not_started"
    return "running" if exchange.paused_since is None else "paused"


def _before_the_last(pauses: list[Pause], now: timedelta) -> tuple[timedelta, list[Pause]]:
    """When the wait that goes on began, however many statuses it has gone through, and the pauses before it."""
    since, first = now, len(pauses)
    while first and pauses[first - 1][1] == since:
        first -= 1
        since = pauses[first][0]
    return since, pauses[:first]


def _warned(term: Term, due: timedelta, at: timedelta) -> tuple[Duration | Percent, ...]:
    """The warnings that have come by an instant."""
    return tuple(warning for warning, comes in _warnings(term, due) if comes <= at)


def _warnings(term: Term, due: timedelta) -> Iterable[tuple[Duration | Percent, timedelta]]:
    """The target's warnings, and when they come: at the clock's start, if it is too short for them."""
    return _coming(term, term.target.warn_before, due) if term.target and term.target.warn_before else ()


def _coming(
    term: Term, warnings: Iterable[Duration | Percent], due: timedelta
) -> Iterator[tuple[Duration | Percent, timedelta]]:
    for warning in warnings:
        before = _before(term, warning) if isinstance(warning, Percent) else warning
        try:
            comes = due_of(term.calendar, due, Duration(before.unit, -before.amount), "close")
        except (NeverOpens, OutOfRange):
            comes = term.since
        yield warning, max(comes, term.since)


def _before(term: Term, percent: Percent) -> Duration:
    amount = term.amount * percent.amount // 100
    return Duration("calendar hours" if term.around_the_clock else "business hours", amount)


@attrs.frozen
class Due:
    """When something changes by itself, and what.

    Attributes:
        at: an aware datetime in the zone of the target's calendar, or the timer's.
        what: "timer" (the case changes), "start" (of a sequential clock), "warning", "due" or "limit".
        name: the timer's or the metric's.
    """

    at: datetime = attrs.field(eq=as_utc)
    what: What
    name: str

    def __str__(self) -> str:
        return f"{when(self.at)}: {self.name}" + (f" ({self.what})" if self.what != "timer" else "")


def next_due(plan: Plan, events: Iterable[Event], now: datetime) -> Due | None:
    """The first instant after `now` at which anything of a case changes by itself; None: nothing ever does.

    Until then no phase, verdict or warning of a reading changes, nor the case; at it something does. Ask again then,
    or when something happens to the case. Where several fall on one instant, the first in the order of `Due.what`.

    Raises:
        as `readings`.

    >>> from datetime import UTC, datetime
    >>> from supportsla.events import Actor, Opened
    >>> from supportsla.presets import apricot_us
    >>> at, ana = datetime(2026, 6, 12, 21, tzinfo=UTC), Actor("client", "ana")
    >>> log = [Opened("A-1", "No login", priority="high", at=at, by=ana)]
    >>> print(next_due(apricot_us(), log, at))
    Mon 2026-06-15 08:00 CDT (UTC-05:00): first_response (due)
    """
    log = log_as_of(plan, events, now)
    comes = [due for due in _changes(plan, log) if due.at - EPOCH > log.now]
    return min(comes, key=lambda due: (due.at - EPOCH, _ORDER.index(due.what)), default=None)


_ORDER: tuple[What, ...] = get_args(What)


def _changes(plan: Plan, log: Log) -> Iterator[Due]:
    if log.case is not None:
        for due, timer, version in pending_timers(plan, log.case)[:1]:
            yield Due(in_zone(due - EPOCH, clock_of(version, timer).compiled.zone), "timer", timer.name)
    for reading in readings_of(plan, log):
        if reading.started is None or reading.phase not in ("running", "not_started"):
            continue
        yield Due(reading.started, "start", reading.metric)
        if reading.due is None or reading.limit is None:
            continue
        for comes in reading.warnings:
            yield Due(comes, "warning", reading.metric)
        yield Due(reading.due, "due", reading.metric)
        yield Due(reading.limit, "limit", reading.metric)
