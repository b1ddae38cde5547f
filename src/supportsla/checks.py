"""What looks wrong with rules that can be meant all the same: `lint` (L1-L7).

What cannot be meant is refused when a workflow or a plan is made. Here is what its author would want to know before
anyone relies on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from .durations import Duration
from .errors import UnknownPriority, WrongType
from .findings import Finding
from .plan import Plan
from .workflow import Move, Remind, Timer, Workflow, edges, reachable, successors

__all__ = ["lint"]


def lint(checked: Plan | Workflow) -> tuple[Finding, ...]:
    """What looks wrong with a workflow, or with a plan's, each with a name, a severity, a path and a sentence.

    The names: "unreachable_status" (no way leads there), "dead_end" (nothing leads out, and it is not closed),
    "nobody_may" (a move that no role may make), "late_reminder" and "late_timer" (the case has been moved before),
    "idle_answer" (what becomes of an update that moves nothing, where every update moves the case). Of a plan besides:
    "never_ends" (a target for a metric that no signal and no status ends). Of a plan that changes, all of that of each
    version, and besides: "lost_status" and "lost_priority" (that the version before has, while cases may have them).

    Raises:
        WrongType: neither a plan nor a workflow.

    >>> from supportsla import Status, Workflow
    >>> flow = Workflow("ours", {"Open": Status(next=["Lost"]), "Lost": Status(), "Odd": Status(closed=True)}, "Open")
    >>> for finding in lint(flow):
    ...     print(finding)
    workflow.statuses.Odd: no way leads to 'Odd'
    workflow.statuses.Lost: nothing leads out of 'Lost', which is not closed
    """
    if isinstance(checked, Plan) and checked.versions:
        return tuple(_of_versions(checked))
    if isinstance(checked, Plan):
        return (*_endless(checked), *(() if checked.workflow is None else lint(checked.workflow)))
    if not isinstance(checked, Workflow):
        raise WrongType("lint", checked, "a Plan or a Workflow")
    checks = (_unreachable, _dead_ends, _moves_of_nobody, _late_timers, _idle_answers)
    return tuple(finding for check in checks for finding in check(checked))


def _of_versions(plan: Plan) -> Iterator[Finding]:
    versions = [version for _, version in plan.versions]
    for i, version in enumerate(versions):
        yield from (found._replace(path=f"versions[{i}].{found.path}") for found in lint(version))
    for i, (before, after) in enumerate(pairwise(versions), 1):
        yield from (found._replace(path=f"versions[{i}].{found.path}") for found in _lost(before, after))


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


def _endless(plan: Plan) -> Iterator[Finding]:
    endless = {metric.name for metric in plan.measured if not (metric.stops or metric.cancels or metric.done_in)}
    for i, target in enumerate(plan.targets):
        if target.metric in endless:
            text = f"no signal and no status ends {target.metric!r}, so that its clocks run on"
            yield Finding("never_ends", "warning", f"targets[{i}].metric", text)


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
    """The unit and the length of so many durations; a calendar day is taken for 24 hours."""
    if duration is None:
        return None
    if isinstance(duration.amount, timedelta):
        return duration.unit.replace("calendar hours", "calendar"), times * duration.amount
    return duration.unit.replace("calendar days", "calendar"), times * timedelta(days=duration.amount)
