"""The log of one case, as of an instant: what had happened by then, and what had happened by itself (W10, W16)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, cast

import attrs

from .case import Case, replay
from .errors import CaseExists, CaseNotOpened, EventOutOfOrder, WrongType
from .events import KINDS, Event, Opened, no_event
from .exchanges import Mark, marks_of
from .intake import first_priority
from .lifecycle import advance
from .plan import Plan, check_plan, judge_at, version_of
from .zones import EPOCH, in_range, since_epoch

__all__ = ["Log", "checked_log", "completed", "log_as_of"]


class Log(NamedTuple):
    """What had happened to a case by an instant, by itself too.

    `marks` is what it was for clocks, nothing before the opening; `case` what the events add up to, where its status
    has timers; `at` when the last of it happened, or will: of what is not opened yet, the opening.
    """

    now: timedelta
    opened: Opened
    marks: list[Mark]
    case: Case | None
    at: datetime

    def last(self, kind: str) -> str | None:
        """The status or the priority, whichever `kind` asks for; None before the opening."""
        for _, marked, value in reversed(self.marks):
            if marked == kind:
                return cast("str | None", value)
        return None


def checked_log(events: Iterable[Event]) -> list[Event]:
    """The events, of which there is one at least, the opening."""
    if isinstance(events, str) or not isinstance(events, Iterable):
        raise WrongType("events", events, "the events of a case, in order; a Case does not hold them")
    log = list(events)
    if not log:
        raise WrongType("events", tuple(log), "at least an Opened")
    if not isinstance(log[0], Opened):
        raise no_event(log[0]) if type(log[0]) not in KINDS else CaseNotOpened(type(log[0]).__name__, log[0].at)
    return log


def completed(plan: Plan, opened: Opened) -> Opened:
    """The opening with the priority and the status that `handle` would have given it."""
    plan = judge_at(plan, opened.at)
    if opened.status is not None and opened.priority in plan.index.ranks:
        return opened
    initial = plan.workflow.initial[0] if plan.workflow else "New"
    priority = first_priority(plan, opened.channel, opened.subject, opened.priority).name
    return attrs.evolve(opened, status=opened.status or initial, priority=priority)


def _check_order(number: str, log: list[Event]) -> None:
    last = log[0].at
    for i, event in enumerate(log[1:], 1):
        if event.at < last:
            fact = (
                f"events[{i}], a {type(event).__name__} at {event.at.isoformat(' ')}, is older than the one before it"
            )
            raise EventOutOfOrder(number, last, fact, (f"instants from {last.isoformat(' ')} on",))
        if type(event) is Opened:
            raise CaseExists(number, last, f"events[{i}] opens a case again", ("the log of one case at a time",))
        last = event.at


def log_as_of(plan: Plan, events: Iterable[Event], now: datetime) -> Log:
    """The log up to an instant, its opening completed, with what the workflow's timers did since its last event."""
    check_plan(plan)
    at, log = in_range(since_epoch(now, "now"), "now"), checked_log(events)
    opened = log[0] = completed(plan, cast("Opened", log[0]))
    marks = marks_of(log)
    _check_order(opened.number, log)
    if opened.at - EPOCH > at:
        return Log(at, opened, [], None, opened.at)
    if log[-1].at - EPOCH > at:
        log = [event for event in log if event.at - EPOCH <= at]
        marks = [mark for mark in marks if mark[0] <= at]
    if plan.versions:
        _know_in_force(plan, marks)
    else:
        _know(plan, marks)
    seen = Log(at, opened, marks, None, log[-1].at)
    if seen.last("status") not in plan.index.timed:
        return seen
    step = advance(plan, replay(log), now)
    return Log(at, opened, [*marks, *marks_of(step.events)], step.case, step.case.at)


def _know(plan: Plan, marks: list[Mark]) -> None:
    """Give priorities their own names in the marks, and refuse names that the plan does not have."""
    ranks, statuses, workflow = plan.index.ranks, plan.index.statuses, plan.workflow
    for i, (at, kind, value) in enumerate(marks):
        if kind == "priority" and value is not None and value not in ranks:
            marks[i] = at, kind, plan.priority(value).name
        elif kind == "status" and workflow is not None and value not in statuses:
            workflow.status(str(value))


def _know_in_force(plan: Plan, marks: list[Mark]) -> None:
    """Likewise, of a plan that changes: by the version in force then. A status is one that any version has."""
    versions = [version for _, version in plan.versions]
    for i, (at, kind, value) in enumerate(marks):
        version = version_of(plan, at).plan
        if kind == "priority" and value is not None:
            marks[i] = at, kind, version.priority(value).name
        elif kind == "status" and all(known.workflow and value not in known.index.statuses for known in versions):
            version.required_workflow.status(str(value))
