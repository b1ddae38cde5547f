"""What a desk promises, as one value: priorities, targets and the calendars they run on (P1-P10).

Priorities are data of a plan, not an enum of ours. Targets name their calendar and priority, so that a plan reads
like a table and one calendar can be replaced in one place; what they name is checked when the plan is made, and all
faults come in one error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from .calendars import Calendar
from .durations import Duration
from .errors import InvalidPlan, NoTarget, UnknownCalendar, UnknownPriority, WrongType
from .worktime import Boundary, as_duration, check_boundary

__all__ = ["Plan", "Priority", "Target"]


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
class Target:
    """What is promised for one metric and priority: done by `due` it is met, by `limit` late, after it missed (P9).

    Args:
        metric: such as "first_response".
        priority: a name or an alias of the plan's priorities; the plan keeps the name.
        due: the time until the due.
        limit: the time until the limit; None: the due is the limit.
        calendar: a name of the plan's calendars.
        boundary: as in `deadline`.

    Raises:
        WrongType, OutOfRange, InvalidChoice: a due or limit that is no duration, or no such boundary.

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
    priorities = tuple(given)
    for i, priority in enumerate(priorities):
        _check(f"priorities[{i}]", priority, Priority)
    return priorities


def _targets(given: Iterable[Target]) -> tuple[Target, ...]:
    targets = tuple(given)
    for i, target in enumerate(targets):
        _check(f"targets[{i}]", target, Target)
    return targets


@attrs.frozen
class Plan:
    """All that a desk promises, as one frozen value.

    Args:
        name: for messages.
        calendars: a mapping of name to calendar; targets run on "desk" unless they name another.
        priorities: highest first.
        targets: at most one for each metric and priority.

    Raises:
        InvalidPlan: a name is given twice or is not known, or a target is not positive; with all such faults.

    >>> from supportsla import ALWAYS, calendar_hours
    >>> plan = Plan("ours", {"desk": ALWAYS}, [Priority("P0")], [Target("first_response", "P0", calendar_hours(1))])
    >>> str(plan.target("first_response", "p-0").due)
    '1 calendar hour'
    """

    name: str
    calendars: tuple[tuple[str, Calendar], ...] = attrs.field(converter=_named)
    priorities: tuple[Priority, ...] = attrs.field(converter=_priorities)
    targets: tuple[Target, ...] = attrs.field(converter=_targets)

    def __attrs_post_init__(self) -> None:
        if faults := tuple(_faults(self)):
            raise InvalidPlan(self.name, faults)
        canonical = tuple(attrs.evolve(t, priority=self.priority(t.priority).name) for t in self.targets)
        object.__setattr__(self, "targets", canonical)

    def calendar(self, name: str) -> Calendar:
        """The calendar of that name.

        Raises:
            UnknownCalendar: the plan has no such calendar.
        """
        calendars = dict(self.calendars)
        if name not in calendars:
            raise UnknownCalendar(name, tuple(calendars))
        return calendars[name]

    def priority(self, name: str) -> Priority:
        """The priority of that name or alias, in any case, with hyphens, spaces or neither (P1).

        Raises:
            UnknownPriority: the plan has no such priority.
        """
        for priority in self.priorities:
            if _folded(str(name)) in map(_folded, _names(priority)):
                return priority
        raise UnknownPriority(name, tuple(priority.name for priority in self.priorities))

    def target(self, metric: str, priority: str) -> Target:
        """What is promised for a metric and a priority.

        Raises:
            UnknownPriority: the plan has no such priority.
            NoTarget: it promises nothing for them.
        """
        known = self.priority(priority)
        targets = [target for target in self.targets if target.priority == known.name]
        for target in targets:
            if target.metric == metric:
                return target
        raise NoTarget(metric, known.name, tuple(target.metric for target in targets))


def _names(priority: Priority) -> tuple[str, ...]:
    return priority.name, *priority.aliases


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name.casefold())


def _faults(plan: Plan) -> Iterator[tuple[str, str]]:
    names = [(f"priorities[{i}]", name) for i, priority in enumerate(plan.priorities) for name in _names(priority)]
    called = {_folded(name): priority.name for priority in plan.priorities for name in _names(priority)}
    pairs = [
        (f"targets[{i}]", f"{target.metric} of {called.get(_folded(target.priority), target.priority)}")
        for i, target in enumerate(plan.targets)
    ]
    yield from _repeated(names)
    yield from _repeated(pairs)
    for i, target in enumerate(plan.targets):
        yield from ((f"targets[{i}].{field}", sentence) for field, sentence in _target_faults(plan, target))


def _target_faults(plan: Plan, target: Target) -> Iterator[tuple[str, str]]:
    if _folded(target.priority) not in {_folded(name) for priority in plan.priorities for name in _names(priority)}:
        yield "priority", f"{target.priority!r} is no priority of the plan"
    calendars = [name for name, _ in plan.calendars]
    if target.calendar not in calendars:
        yield "calendar", f"{target.calendar!r} is no calendar of the plan, which has: {', '.join(calendars) or 'none'}"
    for field, duration in (("due", target.due), ("limit", target.limit)):
        if duration and not _is_positive(duration):
            yield field, f"{duration} is not positive"


def _is_positive(duration: Duration) -> bool:
    amount: Any = duration.amount
    return bool(amount > type(amount)(0))


def _repeated(named: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    first: dict[str, str] = {}
    for path, name in named:
        if _folded(name) in first:
            yield path, f"{name!r} is given at {first[_folded(name)]} already"
        first.setdefault(_folded(name), path)
