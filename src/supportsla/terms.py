"""What a target comes to once its clock runs: a due, a limit, and what is used of them (P9, P16, W15).

A duration becomes an amount of time from an instant on: open time for business durations, real time for calendar ones.
Days are turned into the time up to their due, at the start, once. From then on a pause takes its time out of what is
used, and so moves a due that is not reached yet: it is what the calendar less the pauses would answer. Instants are
times since 1970-01-01Z.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import attrs

from .calendars import Calendar
from .durations import Duration
from .exchanges import Exchange, Pause
from .plan import Plan, Target
from .worktime import Boundary, due_of, open_between, used_up
from .zones import in_range

__all__ = ["Price", "Scope", "Term", "due_under", "priced", "spent"]

_NOTHING = timedelta(0)


@attrs.define(eq=False)
class Term:
    """An amount of time that counts from an instant, and the due if nothing interrupts it.

    Without a target there is no amount, and it only measures.
    """

    target: Target | None
    calendar: Calendar
    since: timedelta
    amount: timedelta = _NOTHING
    due: timedelta = _NOTHING
    boundary: Boundary = "close"
    around_the_clock: bool = False


def _term(plan: Plan, target: Target, duration: Duration, since: timedelta) -> Term:
    calendar, boundary = plan.index.calendars[target.calendar], target.boundary
    if duration.unit == "business hours" and isinstance(duration.amount, timedelta):
        due = used_up(calendar, since, duration.amount, boundary)
        return Term(target, calendar, since, duration.amount, due, boundary)
    due = due_of(calendar, since, duration, boundary)
    if duration.unit.startswith("calendar"):
        return Term(target, calendar, since, due - since, due, around_the_clock=True)
    amount = open_between(calendar, since, due)
    lands_on_it = used_up(calendar, since, amount, "close") == due
    return Term(target, calendar, since, amount, due, "close" if lands_on_it else "open")


def passed(term: Term, start: timedelta, end: timedelta) -> timedelta:
    """How much time, as the term counts it, passes between two instants."""
    return end - start if term.around_the_clock else open_between(term.calendar, start, end)


def spent(term: Term, pauses: Iterable[Pause], at: timedelta) -> tuple[timedelta, timedelta]:
    """How much of it is used at an instant, and how much time, as it counts, has gone by in the pauses until then."""
    since, waited = term.since, _NOTHING
    if at <= since:
        return _NOTHING, _NOTHING
    for low, high, _ in pauses:
        if high > since:
            waited += passed(term, max(low, since), high)
    return passed(term, since, at) - waited, waited


def due_under(term: Term, pauses: Iterable[Pause]) -> timedelta:
    """The instant at which it is used up, if nothing but these pauses interrupts it; a due that is reached stays."""
    due, amount, waits_until = term.due, term.amount, None
    for low, high, _ in pauses:
        if due < low or due == low != waits_until:
            break
        waits_until = high
        if high > term.since and (waited := passed(term, max(low, term.since), high)):
            amount += waited
            due = _used_up(term, amount)
    return due


def _used_up(term: Term, amount: timedelta) -> timedelta:
    if term.around_the_clock:
        return in_range(term.since + amount, "due")
    return used_up(term.calendar, term.since, amount, term.boundary)


@attrs.define(eq=False)
class Price:
    """Which target holds from an instant on, and why: `due` and `limit` are the terms that set the two."""

    at: timedelta
    priority: str | None
    due: Term
    limit: Term
    why: str


@attrs.define(eq=False)
class Scope:
    """Whose targets hold: those of a plan, for a case that came in on a channel.

    `judge` is the name of the plan, and from when on it is in force, if it is a version of one that changes.
    """

    plan: Plan
    channel: str | None
    judge: tuple[str, timedelta] | None = None


def priced(scope: Scope, exchange: Exchange) -> list[Price]:
    """The targets that held for a clock, in order, the last one being the one that holds (P16)."""
    (started, priority), *changes = exchange.priorities
    prices = [Price(started, priority, *_terms(scope, exchange, priority, started), "")]
    for at, changed in changes:
        prices.append(_repriced(scope, exchange, prices[-1], at, changed))
    return prices


def _terms(scope: Scope, exchange: Exchange, priority: str | None, since: timedelta) -> tuple[Term, Term]:
    """The due and the limit of a priority's own target, as it counts from an instant; or all time since the start."""
    target = scope.plan.index.target(exchange.metric, priority, scope.channel)
    if target is None:
        term = Term(None, scope.plan.index.measuring, exchange.started)
        return term, term
    due = _term(scope.plan, target, target.due, since)
    return due, due if target.limit is None else _term(scope.plan, target, target.limit, since)


def _repriced(scope: Scope, exchange: Exchange, old: Price, at: timedelta, priority: str | None) -> Price:
    how = scope.plan.on_priority_change
    lowered = _rank(scope.plan, priority) > _rank(scope.plan, old.priority)
    if how == "from_start" or (how == "fair" and lowered):
        return Price(at, priority, *_terms(scope, exchange, priority, exchange.started), "from_start")
    due, limit = _terms(scope, exchange, priority, at)
    if how == "from_change" or old.due.target is None:
        return Price(at, priority, due, limit, "from_change")
    if due.target is None:
        return attrs.evolve(old, at=at, priority=priority, why="unpromised")
    pauses = exchange.pauses_until(at)
    kept = _earlier(old.due, due, pauses)
    same = old.due is old.limit and due is limit
    limit = kept if same else _earlier(old.limit, limit, pauses)
    return Price(at, priority, kept, limit, "kept" if kept is old.due else "earlier")


def _rank(plan: Plan, priority: str | None) -> int:
    return len(plan.priorities) if priority is None else plan.index.ranks[priority]


def _earlier(old: Term, new: Term, pauses: Sequence[Pause]) -> Term:
    """Whichever is due first, as the two stand at the change."""
    return new if due_under(new, pauses) < due_under(old, pauses) else old
