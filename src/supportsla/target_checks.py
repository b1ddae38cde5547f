"""What looks wrong with the targets of a plan: what is missing, what comes too late, and what no clock can keep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations, groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

from .calendar_checks import Table, line_of, parts_of, tables_of
from .calendars import Calendar
from .durations import Duration
from .findings import Finding, Severity
from .hours import Hours
from .plan import Percent, Plan, Target
from .spans import merged
from .survey import Aim, Survey, Years, length_of
from .workflow import Workflow
from .zones import DAY, MINUTE

__all__ = ["status_findings", "target_findings"]

_DAY_MINUTES = DAY // MINUTE
_start, _end = itemgetter(0), itemgetter(1)


def target_findings(plan: Plan, years: Years) -> Iterator[Finding]:
    """The findings of a plan's targets."""
    survey = Survey(plan, years)
    for check in (_endless, _missing, _crossing, _too_long, _early, _disordered):
        yield from check(survey)


def _warning(name: str, path: str, message: str, repair: str = "") -> Finding:
    return Finding(name, "warning", path, message, repair)


# Metrics and priorities.


def _endless_metrics(plan: Plan) -> set[str]:
    return {metric.name for metric in plan.measured if not (metric.stops or metric.cancels or metric.done_in)}


def _endless(survey: Survey) -> Iterator[Finding]:
    endless = _endless_metrics(survey.plan)
    for i, target in enumerate(survey.plan.targets):
        if target.metric in endless:
            text = f"no signal and no status ends {target.metric!r}, so that its clocks run on"
            yield _warning("never_ends", f"targets[{i}].metric", text)


def status_findings(plan: Plan, workflow: Workflow) -> Iterator[Finding]:
    """The closed statuses of a plan in which a clock with a target runs on."""
    promised = {target.metric for target in plan.targets} - _endless_metrics(plan)
    for name, status in workflow.statuses:
        untreated = [metric.name for metric in plan.measured if metric.name in promised and name not in metric.modes]
        if status.closed and untreated:
            text = f"{name!r} is closed, but clocks run on in it of {', '.join(untreated)}"
            repair = f"name {name!r} in done_in, paused_in or cancelled_in"
            yield _warning("untreated_status", f"workflow.statuses.{name}", text, repair)


def _missing(survey: Survey) -> Iterator[Finding]:
    plan = survey.plan
    for metric, channels in _promised(plan).items():
        for channel in [None] if None in channels else channels:
            have = [row.name for row in plan.priorities if plan.index.target(metric, row.name, channel)]
            lacking = ", ".join(repr(row.name) for row in plan.priorities if row.name not in have)
            if lacking:
                text = f"{metric!r} has no target for {lacking}{_on(channel)}, but for {', '.join(map(repr, have))}"
                yield _warning("missing_target", "targets", text, "add one, unless none is promised")


def _promised(plan: Plan) -> dict[str, list[str | None]]:
    """The metrics that have targets, each with the channels of those."""
    found: dict[str, dict[str | None, None]] = {}
    for target in plan.targets:
        found.setdefault(target.metric, {})[target.channel] = None
    return {metric: list(channels) for metric, channels in found.items()}


def _on(channel: str | None) -> str:
    return "" if channel is None else f" on {channel!r}"


# Targets by themselves.


def _crossing(survey: Survey) -> Iterator[Finding]:
    crossed = {name: _crossed(calendar, survey.years) for name, calendar in survey.plan.calendars}
    for i, target in enumerate(survey.plan.targets):
        days = [(path, length) for path, length in _lengths(i, target) if length.unit == "business days"]
        if days and (hours := crossed[target.calendar]):
            path, length = days[0]
            text = f'{length} on {target.calendar!r}, where shifts cross midnight ("{hours}") and count on both dates'
            yield _warning("crossing_days", path, text, "count business hours")


def _lengths(i: int, target: Target) -> list[tuple[str, Duration]]:
    due = (f"targets[{i}].due", target.due)
    return [due] if target.limit is None else [due, (f"targets[{i}].limit", target.limit)]


def _crossed(calendar: Calendar, years: Years) -> str:
    """The first weekly hours of the years whose shifts cross midnight, if there are any."""
    first, last = years.start.days, years.end.days
    tables = (table for _, part in parts_of(calendar) for table in tables_of(part))
    return next((str(table.hours) for table in tables if _in_force(table, first, last) and _crosses(table.hours)), "")


def _in_force(table: Table, first: int, last: int) -> bool:
    return max(table.days.start, first) < min(table.days.stop, last)


def _crosses(hours: Hours) -> bool:
    """Whether a shift lies on two dates, of hours that close at all; one ends at midnight, unless it goes on there."""
    parts = [[span for span in day if span != (0, _DAY_MINUTES)] for day in hours.week]
    crosses = any(
        max(map(_end, day), default=0) > _DAY_MINUTES
        or (_DAY_MINUTES in map(_end, day) and 0 in map(_start, following))
        for day, following in pairwise([*parts, parts[0]])
    )
    return crosses and len(merged(line_of(hours))) > 1


def _too_long(survey: Survey) -> Iterator[Finding]:
    for i, target in enumerate(survey.plan.targets):
        long = [(path, length) for path, length in _lengths(i, target) if _is_too_long(survey, target, length)]
        for path, length in long[:1]:
            text = f"{length} on {target.calendar!r} that start with {survey.years.first} are not over with "
            yield Finding("target_too_long", "error", path, f"{text}{survey.years.last}")


def _is_too_long(survey: Survey, target: Target, length: Duration) -> bool:
    aim = Aim(target.calendar, length)
    if aim.is_business and aim.calendar in survey.never_open:
        return False
    due = survey.due(aim, survey.years.start)
    return due is None or due > survey.years.end


def _early(survey: Survey) -> Iterator[Finding]:
    for i, target in enumerate(survey.plan.targets):
        for j, warning in enumerate(target.warn_before):
            if _is_early(survey, target, warning):
                text = f"a warning {warning} before a due of {target.due} comes at the start already"
                yield _warning("early_warning", f"targets[{i}].warn_before[{j}]", text, "warn less long before")


def _is_early(survey: Survey, target: Target, warning: Duration | Percent) -> bool:
    if isinstance(warning, Percent):
        return warning == Percent(100)
    aim, before = Aim(target.calendar, target.due), Aim(target.calendar, warning)
    if survey.alike(aim, before):
        return length_of(warning) >= length_of(target.due)
    starts = survey.common(aim, before)
    early = sum(weight for at, weight in starts if _comes_early(survey, target, warning, at))
    return 2 * early > sum(weight for _, weight in starts)


def _comes_early(survey: Survey, target: Target, warning: Duration, at: timedelta) -> bool:
    due = survey.due(Aim(target.calendar, target.due), at)
    comes = None if due is None else survey.due(Aim(target.calendar, -warning), due)
    return due is not None and (comes is None or comes <= at)


# Targets in order: what has to come first of two, and is due last.


class _Pair(NamedTuple):
    """Of two durations the one that has to come first, and the one that may come later, with names for both."""

    name: str
    path: str
    what: str
    labels: tuple[str, str]
    aims: tuple[Aim, Aim]


_SEVERITIES: dict[str, Severity] = {"limit_before_due": "error"}


def _disordered(survey: Survey) -> Iterator[Finding]:
    for pairs in (*_by_priority(survey.plan), *_by_metric(survey.plan), *_limits(survey.plan)):
        orders = [(pair, survey.order(*pair.aims)) for pair in pairs]
        mostly = [_in_general(pair) for pair, order in orders if order.mostly]
        rarely = [_at_times(pair, *order.witness) for pair, order in orders if order.witness and not order.mostly]
        yield from [*mostly, *rarely][:1]


def _in_general(pair: _Pair) -> Finding:
    (first, second), (late, early) = pair.labels, pair.aims
    text = f"{pair.what}{first} ({late.duration}) comes after {second} ({early.duration})"
    repair = f"give {first} at most {early.duration}"
    return Finding(pair.name, _SEVERITIES.get(pair.name, "warning"), pair.path, text, repair)


def _at_times(pair: _Pair, start: str, due: str, other: str) -> Finding:
    (first, second), (late, early) = pair.labels, pair.aims
    text = (
        f"{pair.what}started at {start}, {first} ({late.duration}) comes at {due}, "
        f"after {second} ({early.duration}) at {other}"
    )
    repair = "" if late.kind == early.kind else "count both in one unit"
    return _warning("short_day", pair.path, text, repair)


def _by_priority(plan: Plan) -> Iterator[list[_Pair]]:
    """The targets of one metric and channel, each with those of all lower priorities; no two twice."""
    places = {target: i for i, target in enumerate(plan.targets)}
    seen: set[tuple[Target, Target]] = set()
    for metric, channel in _channels(plan):
        found = [plan.index.target(metric, row.name, channel) for row in plan.priorities]
        pairs = [pair for pair in combinations(filter(None, found), 2) if pair not in seen]
        seen.update(pairs)
        for higher, lower in groupby(pairs, key=itemgetter(0)):
            what = f"{metric}{_on(channel)}: "
            yield [_pair("slower_priority", places[higher], what, higher, other) for _, other in lower]


def _channels(plan: Plan) -> Iterator[tuple[str, str | None]]:
    for metric, channels in _promised(plan).items():
        yield from ((metric, channel) for channel in dict.fromkeys([None, *channels]))


def _pair(name: str, place: int, what: str, first: Target, second: Target) -> _Pair:
    labels = (first.priority, second.priority) if first.metric == second.metric else (first.metric, second.metric)
    aims = Aim(first.calendar, first.due), Aim(second.calendar, second.due)
    return _Pair(name, f"targets[{place}].due", what, (repr(labels[0]), repr(labels[1])), aims)


def _by_metric(plan: Plan) -> Iterator[list[_Pair]]:
    """The first responses, each with the resolution of its priority and channel."""
    places = {target: i for i, target in enumerate(plan.targets)}
    seen: set[tuple[Target, Target]] = set()
    for channel in dict.fromkeys([None, *(target.channel for target in plan.targets)]):
        for row in plan.priorities:
            first, second = (plan.index.target(name, row.name, channel) for name in ("first_response", "resolution"))
            if first and second and (first, second) not in seen:
                seen.add((first, second))
                what = f"{row.name!r}{_on(channel)}: "
                yield [_pair("response_after_resolution", places[first], what, first, second)]


def _limits(plan: Plan) -> Iterator[list[_Pair]]:
    for i, target in enumerate(plan.targets):
        if target.limit is not None:
            what = f"{target.metric} of {target.priority!r}{_on(target.channel)}: "
            aims = Aim(target.calendar, target.due), Aim(target.calendar, target.limit)
            yield [_Pair("limit_before_due", f"targets[{i}].limit", what, ("the due", "the limit"), aims)]
