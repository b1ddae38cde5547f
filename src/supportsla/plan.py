"""What a desk promises, as one value: calendars, priorities, targets, how cases live and how they come in (P1-P15).

Priorities are data of a plan, not an enum of ours. Targets name their calendar and priority, so that a plan reads
like a table and one calendar can be replaced in one place; what they name is checked when the plan is made, and all
faults come in one error.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Literal, NamedTuple, cast, get_args

import attrs

from .calendars import ALWAYS, Calendar
from .channels import Consultation, Disruption, Intake, Staffing
from .durations import Duration
from .errors import (
    InvalidChoice,
    InvalidPlan,
    NoTarget,
    NoWorkflow,
    OutOfRange,
    UnknownCalendar,
    UnknownPriority,
    WrongType,
)
from .findings import Finding, listed, step
from .members import members_of
from .metrics import SIGNALS, Metric, standard_metrics
from .workflow import WITHIN_CALENDAR, SetPriority, Timer, Workflow, is_positive
from .worktime import Boundary, as_duration, check_boundary
from .zones import EPOCH, in_range, since_epoch

__all__ = [
    "Percent",
    "Plan",
    "Priority",
    "Target",
    "Version",
    "check_plan",
    "in_force",
    "judge_at",
    "plan_faults",
    "version_of",
]

MEASURING_CALENDAR = "desk"
Repricing = Literal["fair", "from_start", "from_change"]
Reopening = Literal["continue", "restart", "stay_done"]


def _text(given: str) -> str:
    if not isinstance(given, str):
        raise WrongType("a name", given, "a text")
    return given


def _texts(given: Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise WrongType("signs or aliases", given, "several texts")
    return tuple(map(_text, given))


@attrs.frozen
class Priority:
    """How much a case matters: a name, what it means, the signs to ask for, and other names it goes by (P1-P5).

    >>> Priority("critical", aliases=("Business Down", "sev 1")).name
    'critical'
    """

    name: str = attrs.field(converter=_text)
    meaning: str = ""
    signs: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    aliases: tuple[str, ...] = attrs.field(default=(), converter=_texts)


@attrs.frozen
class Percent:
    """A part of a target's time, such as the last quarter of it, for a warning.

    Raises:
        WrongType, OutOfRange: no integer, or none from 1 to 100.

    >>> str(Percent(25))
    '25 %'
    """

    amount: int

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.amount, int) or isinstance(self.amount, bool):
            raise WrongType("Percent", self.amount, "an integer")
        if self.amount not in range(1, 101):
            raise OutOfRange("Percent", self.amount, "1 to 100")

    def __str__(self) -> str:
        return f"{self.amount} %"


def _warnings(given: Iterable[Duration | Percent]) -> tuple[Duration | Percent, ...]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise WrongType("Target.warn_before", given, "several durations or percents, such as [business_hours(1)]")
    return tuple(warning if isinstance(warning, Percent) else as_duration(warning) for warning in given)


@attrs.frozen
class Target:
    """What is promised for one metric and priority: done by `due` it is met, by `limit` late, after it missed (P9).

    Args:
        metric: such as "first_response".
        priority: a name or an alias of the plan's priorities; the plan keeps the name.
        due: the time until the due.
        limit: the time until the limit; None: the due is the limit.
        calendar: a name of the plan's calendars.
        boundary: as in `deadline`.
        channel: the channel on which a case must have come in; None: any for which there is no other target (P17).
        warn_before: how long before the due to warn: durations, in working time where they are business time, or
            `Percent` of the target's own time: with `Percent(25)` when 75 % of it is used.

    Raises:
        WrongType, OutOfRange, InvalidChoice: a due, limit or warning that is no duration, or no such boundary.

    >>> from supportsla import business_days
    >>> str(Target("first_response", "low", business_days(1), business_days(2)).limit)
    '2 business days'
    """

    metric: str = attrs.field(converter=_text)
    priority: str = attrs.field(converter=_text)
    due: Duration = attrs.field(converter=as_duration)
    limit: Duration | None = attrs.field(converter=attrs.converters.optional(as_duration), default=None)
    calendar: str = attrs.field(default="desk", kw_only=True)
    boundary: Boundary = attrs.field(default="close", kw_only=True)
    channel: str | None = attrs.field(default=None, kw_only=True, converter=attrs.converters.optional(_text))
    warn_before: tuple[Duration | Percent, ...] = attrs.field(default=(), kw_only=True, converter=_warnings)

    def __attrs_post_init__(self) -> None:
        check_boundary(self.boundary)


def _check(where: str, value: object, expected: type) -> None:
    if not isinstance(value, expected):
        raise WrongType(where, value, f"a {expected.__name__}")


def _named(calendars: Mapping[str, Calendar]) -> tuple[tuple[str, Calendar], ...]:
    try:
        named = dict(calendars)
    except (TypeError, ValueError):
        raise WrongType("calendars", calendars, "a mapping of name to calendar") from None
    for name, calendar in named.items():
        _check(f"calendars[{name!r}]", calendar, Calendar)
    return tuple(sorted(named.items(), key=lambda item: _text(item[0])))


def _priorities(given: Iterable[Priority]) -> tuple[Priority, ...]:
    return members_of("priorities", given, Priority)


def _targets(given: Iterable[Target]) -> tuple[Target, ...]:
    return members_of("targets", given, Target)


def _metrics(given: Iterable[Metric] | None) -> tuple[Metric, ...] | None:
    return None if given is None else members_of("metrics", given, Metric)


def _staffing(given: Iterable[Staffing]) -> tuple[Staffing, ...]:
    return members_of("staffing", given, Staffing)


def _disruptions(given: Iterable[Disruption]) -> tuple[Disruption, ...]:
    return members_of("disruptions", given, Disruption)


def _versions(given: Mapping[datetime, Plan] | Iterable[tuple[datetime, Plan]]) -> tuple[tuple[datetime, Plan], ...]:
    try:
        items = given.items() if isinstance(given, Mapping) else given
        pairs = [(at, plan) for at, plan in cast("Iterable[tuple[datetime, Plan]]", items)]
    except (TypeError, ValueError):
        raise WrongType("versions", given, "a mapping of instant to Plan") from None
    instants = [in_range(since_epoch(at, "an instant of versions"), "an instant of versions") for at, _ in pairs]
    for at, plan in pairs:
        _check(f"the version in force from {at.isoformat(' ')} on", plan, Plan)
    ordered = sorted(zip(instants, (plan for _, plan in pairs), strict=True), key=lambda pair: pair[0])
    return tuple((EPOCH + instant, plan) for instant, plan in ordered)


@attrs.frozen
class Plan:
    """All that a desk promises, as one frozen value.

    Args:
        name: for messages.
        calendars: a mapping of name to calendar; targets run on "desk" unless they name another.
        priorities: highest first.
        targets: at most one for each metric, priority and channel.
        workflow: how its cases live; None: it has none, and no cases.
        metrics: what is measured; None: `standard_metrics`, solved being the workflow's closed statuses.
        on_priority_change: how a clock that runs is priced anew (W15, P16). "fair": a lower priority's target counts
            from the clock's start, a higher one's from the change, unless the old due is no later. "from_start",
            "from_change": the new target counts from there, whichever way the priority went.
        on_reopening: of a clock that was done because of the case's status, when the case leaves it. "continue": it
            goes on, and was paused meanwhile; "restart": another one starts; "stay_done".
        intake: how a new case gets its priority, and what must be said of it.
        staffing: when somebody is there, by channel (D6).
        disruptions: published maintenance and incidents; they change no clock (D9).
        consultation: what can be booked through a case (C13); None: nothing.
        collaborators_comment: whether collaborators may comment and attach files, not only see (C10).
        versions: of a plan that changes: each with the instant from which it is in force, the last one being what the
            plan says of itself; made by `in_force` (W18).

    Raises:
        InvalidPlan: a name is given twice or is not known, or a target is not positive; with all such findings.
        WrongType: a value of the wrong type.

    >>> from supportsla import ALWAYS, calendar_hours
    >>> plan = Plan("ours", {"desk": ALWAYS}, [Priority("P0")], [Target("first_response", "P0", calendar_hours(1))])
    >>> str(plan.target("first_response", "p-0").due)
    '1 calendar hour'
    """

    name: str
    calendars: tuple[tuple[str, Calendar], ...] = attrs.field(converter=_named)
    priorities: tuple[Priority, ...] = attrs.field(converter=_priorities)
    targets: tuple[Target, ...] = attrs.field(converter=_targets)
    workflow: Workflow | None = attrs.field(default=None, kw_only=True)
    metrics: tuple[Metric, ...] | None = attrs.field(default=None, kw_only=True, converter=_metrics)
    on_priority_change: Repricing = attrs.field(default="fair", kw_only=True)
    on_reopening: Reopening = attrs.field(default="continue", kw_only=True)
    intake: Intake = attrs.field(default=Intake(), kw_only=True)
    staffing: tuple[Staffing, ...] = attrs.field(default=(), kw_only=True, converter=_staffing)
    disruptions: tuple[Disruption, ...] = attrs.field(default=(), kw_only=True, converter=_disruptions)
    consultation: Consultation | None = attrs.field(default=None, kw_only=True)
    collaborators_comment: bool = attrs.field(default=False, kw_only=True)
    versions: tuple[tuple[datetime, Plan], ...] = attrs.field(default=(), kw_only=True, converter=_versions)
    index: Index = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for name, choices in (("on_priority_change", Repricing), ("on_reopening", Reopening)):
            if getattr(self, name) not in get_args(choices):
                raise InvalidChoice(f"Plan.{name}", getattr(self, name), get_args(choices))
        _check("intake", self.intake, Intake)
        if self.workflow is not None:
            _check("workflow", self.workflow, Workflow)
        if self.consultation is not None:
            _check("consultation", self.consultation, Consultation)
        if findings := tuple(plan_faults(self)):
            raise InvalidPlan(self.name, findings)
        called = _called(self.priorities)
        canonical = tuple(attrs.evolve(t, priority=called[_folded(t.priority)]) for t in self.targets)
        object.__setattr__(self, "targets", canonical)
        object.__setattr__(self, "index", Index(self))

    @property
    def measured(self) -> tuple[Metric, ...]:
        """The metrics, or the standard ones."""
        return self.index.metrics

    def version_at(self, at: datetime) -> Plan:
        """What is in force at an instant: the version that has come last by then; a plan without versions always is.

        Raises:
            NaiveDatetime, WrongType: no instant.
            OutOfRange: no version was in force yet.
        """
        instant = since_epoch(at, "at")
        return version_of(self, instant).plan if self.versions else self

    def calendar(self, name: str) -> Calendar:
        """The calendar of that name.

        Raises:
            UnknownCalendar: the plan has no such calendar.
        """
        if not isinstance(name, str) or name not in self.index.calendars:
            raise UnknownCalendar(name, tuple(self.index.calendars))
        return self.index.calendars[name]

    def priority(self, name: str) -> Priority:
        """The priority of that name or alias, in any case, with hyphens, spaces or neither (P1).

        Raises:
            UnknownPriority: the plan has no such priority.
        """
        for priority in self.priorities:
            if _folded(str(name)) in map(_folded, _names(priority)):
                return priority
        raise UnknownPriority(name, tuple(priority.name for priority in self.priorities))

    def rank(self, name: str) -> int:
        """The place of a priority, by name or alias, among the plan's: 0 is the highest.

        Raises:
            UnknownPriority: the plan has no such priority.
        """
        return self.index.ranks[self.priority(name).name]

    @property
    def required_workflow(self) -> Workflow:
        """The workflow, which its cases need.

        Raises:
            NoWorkflow: the plan has none.
        """
        if self.workflow is None:
            raise NoWorkflow(self.name)
        return self.workflow

    def target(self, metric: str, priority: str, channel: str | None = None) -> Target:
        """What is promised for a metric and a priority, of a case that came in on a channel (P17).

        Raises:
            UnknownPriority: the plan has no such priority.
            NoTarget: it promises nothing for them.
        """
        known = self.priority(priority)
        if not isinstance(channel, str | None):
            raise WrongType("channel", channel, "a text, or None")
        if isinstance(metric, str) and (target := self.index.target(metric, known.name, channel)) is not None:
            return target
        promised = [target.metric for target in self.targets if target.priority == known.name]
        raise NoTarget(metric, known.name, tuple(dict.fromkeys(promised)))


def _measured(plan: Plan) -> tuple[Metric, ...]:
    if plan.metrics is not None:
        return plan.metrics
    statuses = plan.workflow.statuses if plan.workflow else ()
    return standard_metrics(solved=[name for name, status in statuses if status.closed])


def _places(found: Iterable[bool]) -> frozenset[int]:
    return frozenset(place for place, is_there in enumerate(found) if is_there)


class Index:
    """A plan's targets, calendars and ranks by name, for who asks often.

    `hears` and `sees` are the places of the metrics that a signal concerns, and a status.
    """

    def __init__(self, plan: Plan) -> None:
        self.targets = {(target.metric, target.priority, target.channel): target for target in plan.targets}
        self.calendars = dict(plan.calendars)
        self.metrics = _measured(plan)
        self.hears = {signal: _places(signal in metric.heard for metric in self.metrics) for signal in SIGNALS}
        named = {status for metric in self.metrics for status in metric.modes}
        self.sees = {status: _places(status in metric.modes for metric in self.metrics) for status in named}
        self.measuring = self.calendars.get(MEASURING_CALENDAR, ALWAYS)
        self.statuses = dict(plan.workflow.statuses) if plan.workflow else {}
        self.ranks = {priority.name: rank for rank, priority in enumerate(plan.priorities)}
        self.versions = tuple(_stretches(plan.versions))
        self.timed = {name for name, status in self.statuses.items() if status.timers}
        self.timed.update(*(version.plan.index.timed for version in self.versions))
        self.starts = [version.since for version in self.versions]

    def target(self, metric: str, priority: str | None, channel: str | None) -> Target | None:
        """The channel's own target, or else the one for all; None where neither is promised."""
        if priority is None:
            return None
        found = self.targets.get((metric, priority, channel))
        return found or self.targets.get((metric, priority, None))


class Version(NamedTuple):
    """A plan, and the stretch in which it is in force: from an instant on, up to the next version's, if there is."""

    since: timedelta
    until: timedelta | None
    plan: Plan


def _stretches(versions: Iterable[tuple[datetime, Plan]]) -> Iterator[Version]:
    pairs = [(at - EPOCH, plan) for at, plan in versions]
    for (since, plan), until in zip_longest(pairs, [since for since, _ in pairs[1:]]):
        yield Version(since, until, plan)


def version_of(plan: Plan, at: timedelta) -> Version:
    """The version in force at an instant, of a plan that has versions.

    Raises:
        OutOfRange: none was yet.
    """
    if at < plan.index.starts[0]:
        first = plan.versions[0][0].isoformat(" ")
        allowed = f"instants from {first} on, when the first version of {plan.name!r} comes into force"
        raise OutOfRange("the instant to judge by", (EPOCH + at).isoformat(" "), allowed)
    return plan.index.versions[bisect_right(plan.index.starts, at) - 1]


def judge_at(plan: Plan, at: datetime) -> Plan:
    """`Plan.version_at`, for an instant that has been checked."""
    return version_of(plan, at - EPOCH).plan if plan.versions else plan


def in_force(versions: Mapping[datetime, Plan] | Iterable[tuple[datetime, Plan]]) -> Plan:
    """One plan of several versions, each in force from its instant on, up to the next one's (W18).

    It goes wherever a plan does. A clock or a timer is judged to its end by the version in force when it started, and
    what happens to a case by the one in force then. Asked for itself, such as for its targets, it is the newest.

    Args:
        versions: a mapping of each instant to the plan in force from then on, or pairs of the two.

    Raises:
        WrongType, NaiveDatetime, OutOfRange: no mapping of instants to plans, or an empty one.
        InvalidPlan: two of one instant, or one that has versions itself.

    >>> from datetime import UTC, datetime
    >>> from supportsla import ALWAYS, calendar_hours, promise
    >>> old, new = (
    ...     Plan("ours", {"desk": ALWAYS}, [Priority("P0")], [Target("first_response", "P0", calendar_hours(hours))])
    ...     for hours in (4, 2)
    ... )
    >>> plan = in_force({datetime(2026, 1, 1, tzinfo=UTC): old, datetime(2026, 7, 1, tzinfo=UTC): new})
    >>> [promise(plan, "first_response", "P0", datetime(2026, month, 1, tzinfo=UTC)).due.hour for month in (6, 7)]
    [4, 2]
    """
    ordered = _versions(versions)
    if not ordered:
        raise WrongType("versions", versions, "at least one instant with the plan in force from then on")
    return attrs.evolve(ordered[-1][1], versions=ordered)


def check_plan(plan: Plan) -> None:
    """Nothing, for a plan.

    Raises:
        WrongType: it is none.
    """
    if not isinstance(plan, Plan):
        raise WrongType("plan", plan, "a Plan, such as apricot_us(), which is called")


def _names(priority: Priority) -> tuple[str, ...]:
    return priority.name, *priority.aliases


def _called(priorities: Sequence[Priority]) -> dict[str, str]:
    """The priorities by all their names; where one is given twice, whose it was first."""
    return {_folded(name): priority.name for priority in reversed(priorities) for name in _names(priority)}


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name.casefold())


def _error(name: str, path: str, message: str) -> Finding:
    return Finding(name, "error", path, message)


def plan_faults(plan: Plan) -> Iterator[Finding]:
    """What of a plan contradicts itself, but for its workflow, which has its own faults."""
    names = [(f"priorities[{i}]", name) for i, priority in enumerate(plan.priorities) for name in _names(priority)]
    called = _called(plan.priorities)
    pairs = [
        (f"targets[{i}]", f"{target.metric} of {called.get(_folded(target.priority), target.priority)}{_on(target)}")
        for i, target in enumerate(plan.targets)
    ]
    blank = (path for path, name in names if not _folded(name))
    yield from (_error("blank_name", path, "a priority's name is not blank") for path in blank)
    yield from _repeated(names)
    yield from _repeated(pairs)
    yield from _repeated((f"intake.forms[{i}]", form.channel) for i, form in enumerate(plan.intake.forms))
    yield from _repeated((f"metrics[{i}]", metric.name) for i, metric in enumerate(_measured(plan)))
    measured = ((f"targets[{i}].metric", target.metric) for i, target in enumerate(plan.targets))
    yield from _unknown("metric of the plan", measured, [metric.name for metric in _measured(plan)])
    yield from _metric_faults(plan)
    priorities = ((path, called.get(_folded(name), name)) for path, name in _named_priorities(plan))
    yield from _unknown("priority of the plan", priorities, [priority.name for priority in plan.priorities])
    yield from _unknown("calendar of the plan", _named_calendars(plan), [name for name, _ in plan.calendars])
    yield from _unknown("channel of the intake", _named_channels(plan), plan.intake.channels)
    yield from _unanswered_lines(plan.intake)
    yield from _short_targets(plan.targets)
    yield from _version_faults(plan)


def _version_faults(plan: Plan) -> Iterator[Finding]:
    for i, (at, version) in enumerate(plan.versions):
        if version.versions:
            text = f"{version.name!r} has versions itself; give them with the others"
            yield _error("nested_versions", f"versions[{i}]", text)
        if i and at == plan.versions[i - 1][0]:
            yield _error(
                "repeated_instant", f"versions[{i}]", f"another version comes into force at {at.isoformat(' ')}"
            )
    if plan.versions and not any(version.versions for _, version in plan.versions):
        newest, said = plan.versions[-1][1], [field.name for field in attrs.fields(Plan) if field.eq]
        for name in said:
            if name != "versions" and getattr(plan, name) != getattr(newest, name):
                text = "not as the newest version says it; change that one, and make the plan anew with in_force"
                yield _error("not_the_newest", name, text)


def _on(target: Target) -> str:
    return "" if target.channel is None else f" on {target.channel!r}"


_MODES = ("done_in", "paused_in", "cancelled_in")


def _metric_faults(plan: Plan) -> Iterator[Finding]:
    for i, metric in enumerate(_measured(plan)):
        if not metric.starts:
            yield _error("never_starts", f"metrics[{i}].starts", f"{metric.name!r} names no signal that starts it")
        named = [
            (f"metrics[{i}].{field}[{j}]", name) for field in _MODES for j, name in enumerate(getattr(metric, field))
        ]
        if plan.workflow is not None:
            yield from _unknown("status of the workflow", named, [name for name, _ in plan.workflow.statuses])
        seen: set[str] = set()
        for path, name in named:
            if name in seen:
                text = f"{name!r} is named in another column already: a clock runs, pauses, is done or cancelled in it"
                yield _error("repeated_name", path, text)
            seen.add(name)


def _unknown(what: str, named: Iterable[tuple[str, str]], known: Collection[str]) -> Iterator[Finding]:
    noun, *_ = what.split()
    allowed = dict.fromkeys(known)
    for path, name in named:
        if name not in allowed:
            text = f"{name!r} is no {what}, which has: {listed(allowed)}"
            yield _error(f"unknown_{noun}", path, text)


def _unanswered_lines(intake: Intake) -> Iterator[Finding]:
    answered = dict(intake.by_channel)
    for i, channel in enumerate(intake.emergency):
        if channel not in answered:
            text = f"{channel!r} is an emergency line without a priority of its own; name one in by_channel"
            yield _error("missing_priority", f"intake.emergency[{i}]", text)


def _short_targets(targets: Iterable[Target]) -> Iterator[Finding]:
    for i, target in enumerate(targets):
        for field, duration in (("due", target.due), ("limit", target.limit)):
            if duration and not is_positive(duration):
                yield _error("target_length", f"targets[{i}].{field}", f"{duration} is not positive")
        for j, warning in enumerate(target.warn_before):
            if isinstance(warning, Duration) and is_positive(-warning):
                text = f"{warning} before the due is after it"
                yield _error("warning_after_due", f"targets[{i}].warn_before[{j}]", text)


def _named_priorities(plan: Plan) -> Iterator[tuple[str, str]]:
    yield from ((f"targets[{i}].priority", target.priority) for i, target in enumerate(plan.targets))
    if plan.intake.default is not None:
        yield "intake.default", plan.intake.default
    yield from ((f"intake.by_word[{i}]", name) for i, name in enumerate(plan.intake.by_word))
    yield from ((f"intake.by_channel.{step(channel)}", name) for channel, name in plan.intake.by_channel)
    for i, row in enumerate(plan.staffing):
        yield from ((f"staffing[{i}].priorities[{j}]", name) for j, name in enumerate(row.priorities))
    for path, timer in _timers(plan):
        if isinstance(timer.then, SetPriority):
            yield f"{path}.then.to", timer.then.to


def _named_calendars(plan: Plan) -> Iterator[tuple[str, str]]:
    yield from ((f"targets[{i}].calendar", target.calendar) for i, target in enumerate(plan.targets))
    yield from ((f"staffing[{i}].calendar", row.calendar) for i, row in enumerate(plan.staffing))
    if plan.consultation is not None:
        yield "consultation.calendar", plan.consultation.calendar
    yield from ((f"{path}.calendar", timer.calendar) for path, timer in _timers(plan) if timer.calendar is not None)
    for name, status in plan.workflow.statuses if plan.workflow else ():
        if status.within is not None:
            yield f"workflow.statuses.{step(name)}.within", WITHIN_CALENDAR


def _named_channels(plan: Plan) -> Iterator[tuple[str, str]]:
    yield from ((f"intake.forms[{i}].channel", form.channel) for i, form in enumerate(plan.intake.forms))
    yield from ((f"intake.emergency[{i}]", channel) for i, channel in enumerate(plan.intake.emergency))
    yield from ((f"intake.by_channel.{step(channel)}", channel) for channel, _ in plan.intake.by_channel)
    yield from ((f"staffing[{i}].channel", row.channel) for i, row in enumerate(plan.staffing))
    yield from (
        (f"targets[{i}].channel", target.channel) for i, target in enumerate(plan.targets) if target.channel is not None
    )


def _timers(plan: Plan) -> Iterator[tuple[str, Timer]]:
    for name, status in plan.workflow.statuses if plan.workflow else ():
        yield from ((f"workflow.statuses.{step(name)}.timers[{i}]", timer) for i, timer in enumerate(status.timers))


def _repeated(named: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for path, name in named:
        if _folded(name) in first:
            yield _error("repeated_name", path, f"{name!r} is given at {first[_folded(name)]} already")
        first.setdefault(_folded(name), path)
