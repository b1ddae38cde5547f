"""What looks wrong with rules that can be meant all the same: `lint` (L1-L7).

What cannot be meant is mostly refused when a workflow or a plan is made. Here is what its author would want to know
before anyone relies on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from .calendar_checks import calendar_findings
from .calendars import Calendar
from .durations import Duration
from .errors import UnknownPriority, WrongType
from .findings import Finding
from .plan import Plan
from .survey import SURVEYED, Years, length_of, surveyed
from .target_checks import status_findings, target_findings
from .workflow import Move, Remind, Timer, Workflow, edges, reachable, successors
from .zones import utc_text

__all__ = ["lint"]


def lint(
    checked: Plan | Workflow | Calendar, *, first_year: int = SURVEYED[0], last_year: int = SURVEYED[1]
) -> tuple[Finding, ...]:
    """What looks wrong with a plan, a workflow or a calendar, each with a name, a severity, a path and a sentence.

    Of a calendar, or of each of a plan's: "never_opens" (an error: no open instant in the years), "overlapping_spans",
    "swallowed_hours" (they begin or end at a time that a clock change skips), "idle_exception" (it changes nothing),
    "ending_holidays" (they stop before the last year).

    Of a plan's targets: "never_ends" (no signal and no status ends the metric), "missing_target" (other priorities
    have one), "crossing_days" (business days where shifts cross midnight), "target_too_long" (an error: never due in
    the years), "early_warning" (at the start already), "slower_priority" (a higher one is due after a lower one),
    "response_after_resolution", "limit_before_due" (an error), "short_day" (the same, but only of some starts).

    Of a workflow: "unreachable_status" (no way leads there), "dead_end" (nothing leads out, and it is not closed),
    "nobody_may" (a move that no role may make), "late_reminder" and "late_timer" (the case has been moved before),
    "idle_answer" (what becomes of an update that moves nothing, where every update moves the case). And in a plan:
    "untreated_status" (closed, but a clock with a target runs on).

    Of a plan that changes, all of that of each version, and besides: "lost_status" and "lost_priority" (that the
    version before has, while cases may have them).

    Args:
        checked: the plan, the workflow or the calendar.
        first_year: the first year whose dates are looked through; no clock is read.
        last_year: the last one, of at most 50.

    Raises:
        WrongType: none of the three; a year that is no integer.
        OutOfRange: a year that is not one of 1900 to 2200, or years that are not from 1 to 50.

    >>> from supportsla import BusinessCalendar
    >>> for finding in lint(BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-13:00,12:00-17:00")):
    ...     print(finding)
    calendar.hours: "Mo 09:00-13:00" and "Mo 12:00-17:00" overlap, and count once; write "Mo-Fr 09:00-17:00"
    """
    years = surveyed(first_year, last_year)
    if isinstance(checked, Plan) and checked.versions:
        return tuple(_of_versions(checked, years))
    if isinstance(checked, Plan):
        return tuple(_of_plan(checked, years))
    if isinstance(checked, Calendar):
        return tuple(calendar_findings(checked, years, "calendar"))
    if not isinstance(checked, Workflow):
        raise WrongType("lint", checked, "a Plan, a Workflow or a Calendar")
    return tuple(_of_workflow(checked))


def _of_plan(plan: Plan, years: Years) -> Iterator[Finding]:
    for name, calendar in plan.calendars:
        yield from calendar_findings(calendar, years, f"calendars.{name}")
    yield from target_findings(plan, years)
    if plan.workflow is not None:
        yield from _of_workflow(plan.workflow)
        yield from status_findings(plan, plan.workflow)


def _of_workflow(workflow: Workflow) -> Iterator[Finding]:
    for check in (_unreachable, _dead_ends, _moves_of_nobody, _late_timers, _idle_answers):
        yield from check(workflow)


def _of_versions(plan: Plan, years: Years) -> Iterator[Finding]:
    for at, version in plan.versions:
        yield from (found._replace(path=f"versions.{utc_text(at)}.{found.path}") for found in _of_plan(version, years))
    for (_, before), (at, after) in pairwise(plan.versions):
        yield from (found._replace(path=f"versions.{utc_text(at)}.{found.path}") for found in _lost(before, after))


def _lost(before: Plan, after: Plan) -> Iterator[Finding]:
    for name in before.index.statuses:
        if name not in after.index.statuses:
            text = f"{name!r} is a status of the version before, and nothing can happen to cases that are in it"
            yield Finding("lost_status", "warning", "workflow.statuses", text, "keep it, with a way out")
    for name in before.index.ranks:
        try:
            after.priority(name)
        except UnknownPriority:
            text = f"{name!r} is a priority of the version before, and clocks of cases that have it cannot be read"
            yield Finding("lost_priority", "warning", "priorities", text, "keep it, or name it as an alias")


def _warning(name: str, path: str, message: str) -> Finding:
    return Finding(name, "warning", f"workflow.statuses.{path}", message)


def _unreachable(workflow: Workflow) -> Iterator[Finding]:
    ways = successors(edge for edge in edges(workflow) if edge.by)
    reached = set(workflow.initial).union(*(reachable(ways, name) for name in workflow.initial))
    for name, _ in workflow.statuses:
        if name not in reached:
            yield _warning("unreachable_status", name, f"no way leads to {name!r}")


def _dead_ends(workflow: Workflow) -> Iterator[Finding]:
    ways = successors(edge for edge in edges(workflow) if edge.by)
    for name, status in workflow.statuses:
        if not status.closed and not ways.get(name, set()) - {name}:
            yield _warning("dead_end", name, f"nothing leads out of {name!r}, which is not closed")


def _moves_of_nobody(workflow: Workflow) -> Iterator[Finding]:
    for edge in edges(workflow):
        if not edge.by:
            text = f"no role may move a case from {edge.origin!r} to {edge.to!r}"
            yield _warning("nobody_may", f"{edge.origin}.{edge.field}", text)


def _late_timers(workflow: Workflow) -> Iterator[Finding]:
    for name, status in workflow.statuses:
        for i, timer in enumerate(status.timers):
            moves = enumerate(status.timers)
            earlier = [move for j, move in moves if i != j and _is_preceded(timer, move, later_in_table=i > j)]
            if earlier:
                kind = "late_reminder" if isinstance(timer.then, Remind) else "late_timer"
                move = earlier[0]
                text = f"{timer.name!r} comes too late: {move.name!r} moves the case after {move.after or move.every}"
                yield _warning(kind, f"{name}.timers[{i}]", text)


def _is_preceded(timer: Timer, move: Timer, *, later_in_table: bool) -> bool:
    """Whether a timer's last firing, or only one, falls at or after a move; as far as the two can be compared."""
    last, first = _length(timer.after or timer.every, timer.times or 1), _length(move.after or move.every, 1)
    alike = (timer.calendar, timer.zone) == (move.calendar, move.zone)
    not_before = move.since == "entered" or timer.since == move.since == "message"
    if not isinstance(move.then, Move) or not alike or not not_before:
        return False
    if timer.until and move.until:
        return later_in_table or isinstance(timer.then, Remind)
    if last is None or first is None or last[0] != first[0]:
        return False
    return last[1] > first[1] or (last[1] == first[1] and (later_in_table or isinstance(timer.then, Remind)))


def _idle_answers(workflow: Workflow) -> Iterator[Finding]:
    for name, status in workflow.statuses:
        if status.otherwise != "log" and status.on_client_update is not None and status.within is None:
            text = f"every update moves the case to {status.on_client_update!r}, so none is left to {status.otherwise}"
            yield _warning("idle_answer", f"{name}.otherwise", text)


def _length(duration: Duration | None, times: int) -> tuple[str, timedelta] | None:
    return None if duration is None else length_of(duration, times)
