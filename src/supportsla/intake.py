"""A case comes in: its number, what must be said of it, and its first priority with the words that decided it.

A subject names a priority by its name or an alias, with hyphens, spaces or neither between the words (P12). For the
priorities of `Intake.by_word` the words alone are enough; the others need a form that says priority, or brackets. What
is negated is struck out first, form and all, so that nothing of it is found again; of what is left the highest wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache

import attrs

from .errors import (
    ActorNotAllowed,
    DuplicateNumber,
    EventIncomplete,
    InvalidEvent,
    InvalidNumber,
    UnknownPriority,
    WrongType,
)
from .events import Opened
from .plan import Plan, Priority, check_plan

__all__ = [
    "NUMBER",
    "FirstPriority",
    "admitted",
    "check_number",
    "check_numbers",
    "first_priority",
    "is_number",
    "next_number",
]

_LONGEST_NUMBER = 100
NUMBER = f"a text of 1 to {_LONGEST_NUMBER} characters, all printable, without spaces at its ends"
_OPENERS = ("client", "support", "system")


@attrs.frozen
class FirstPriority:
    """The priority that a new case gets, and why (P11-P13).

    Attributes:
        name: of the plan's priorities; None where nothing says one and the plan has no default.
        words: of the subject, that decided it; empty where it was not the subject.
        why: "given", "channel", "subject" or "default".
    """

    name: str | None
    words: str
    why: str


def first_priority(
    plan: Plan, channel: str | None, subject: str, given: str | None = None, *, at: datetime | None = None
) -> FirstPriority:
    """The priority of a case that is opened on a channel with a subject, and the words that decided it (P11-P13).

    A channel that sets a priority of its own does so whatever is given; else what is given holds; else what the
    subject says, unless the channel has a form; else the plan's default.

    Args:
        plan: whose priorities they are, and whose intake decides.
        channel: on which it is opened.
        subject: as the opening says it.
        given: the priority that the opening says.
        at: when it is opened, of a plan that changes; None: its newest version decides (W18).

    Raises:
        UnknownPriority: what is given is no priority of the plan.
        NaiveDatetime, OutOfRange: `at` is no instant, or no version was in force yet.
        WrongType: no plan, or a subject that is no text.

    >>> from supportsla.presets import apricot_us
    >>> first_priority(apricot_us(), "email", "Production is business-down since 9")
    FirstPriority(name='critical', words='business-down', why='subject')
    """
    check_plan(plan)
    if not isinstance(subject, str):
        raise WrongType("subject", subject, "a text")
    plan = plan if at is None else plan.version_at(at)
    intake = plan.intake
    if fixed := dict(intake.by_channel).get(channel or ""):
        return FirstPriority(plan.priority(fixed).name, "", "channel")
    if given is not None:
        return FirstPriority(plan.priority(given).name, "", "given")
    if intake.form(channel) is None:
        said = _unnegated(plan.priorities, subject)
        for priority, pattern in _patterns(plan):
            if found := pattern.search(said):
                return FirstPriority(priority.name, subject[slice(*found.span())], "subject")
    return FirstPriority(intake.default and plan.priority(intake.default).name, "", "default")


_HYPHEN = "[-\u2010-\u2015\u2212]"
_OPENERS_OF_A_WORD = "[\"'(*\\[\u2018\u201c]"
_BETWEEN = rf"(?:\s|{_HYPHEN})"


def _spelled(priorities: Iterable[Priority]) -> str:
    names = sorted((name for p in priorities for name in (p.name, *p.aliases)), key=len, reverse=True)
    words = (map(re.escape, re.findall(r"[^\W\d_]+|\d+|[^\w\s]+", name)) for name in names)
    each = (rf"(?:_|{_BETWEEN})*".join(parts) for parts in words)
    return rf"(?<!\w)(?:{'|'.join(each)})(?!\w|[.,]\d)"


def _said(name: str) -> tuple[str, ...]:
    """The forms that say outright that a name is a priority."""
    return (rf"(?<!\w)priority\s*:\s*{name}", rf"{name}{_BETWEEN}+priority(?!\w)", rf"\[\s*{name}\s*\]")


@lru_cache(maxsize=64)
def _patterns(plan: Plan) -> tuple[tuple[Priority, re.Pattern[str]], ...]:
    by_word = [plan.priority(name) for name in plan.intake.by_word]

    def pattern(priority: Priority) -> re.Pattern[str]:
        name = _spelled([priority])
        return re.compile("|".join((*_said(name), *[name] * (priority in by_word))), re.IGNORECASE)

    return tuple((priority, pattern(priority)) for priority in plan.priorities)


@lru_cache(maxsize=64)
def _negations(priorities: tuple[Priority, ...]) -> re.Pattern[str]:
    name = _spelled(priorities)
    forms = "|".join((rf"{name}{_BETWEEN}+priority(?!\w|\s*:\s*{name})", *_said(name)[::2], name))
    no = rf"(?<!\w)(?:non|not|no{_BETWEEN}+longer)(?:{_HYPHEN}|\s+)"
    return re.compile(rf"{no}(?:(?:an?|the)\s+)?{_OPENERS_OF_A_WORD}{{0,3}}(?:{forms})", re.IGNORECASE)


def _unnegated(priorities: tuple[Priority, ...], subject: str) -> str:
    return _negations(priorities).sub(lambda found: "." * len(found[0]), subject) if priorities else subject


def is_number(number: object) -> bool:
    """Whether it can be the number of a case (C1)."""
    shaped = isinstance(number, str) and 0 < len(number) <= _LONGEST_NUMBER and number.isprintable()
    return shaped and number == str(number).strip()


def check_number(number: str) -> str:
    """The case number itself (C1).

    Raises:
        InvalidNumber: it is empty, too long, not printable, or has spaces at an end.

    >>> check_number("A-0001")
    'A-0001'
    """
    if not is_number(number):
        raise InvalidNumber(number, NUMBER)
    return number


def check_numbers(numbers: Iterable[str]) -> tuple[str, ...]:
    """The case numbers of a batch, each of which is one, and given once (C1).

    Raises:
        WrongType: a text instead of several.
        InvalidNumber: one is none.
        DuplicateNumber: some are given more than once; with all of them, and where.

    >>> check_numbers(["A-1", "A-2"])
    ('A-1', 'A-2')
    """
    if isinstance(numbers, str):
        raise WrongType("numbers", numbers, "several numbers, such as [number]")
    places: dict[str, list[int]] = {}
    for position, number in enumerate(numbers):
        places.setdefault(check_number(number), []).append(position)
    if twice := tuple((number, tuple(found)) for number, found in places.items() if len(found) > 1):
        raise DuplicateNumber(twice)
    return tuple(places)


def next_number(last: str) -> str:
    """The number after a number: its last digits counted on, with as many of them (C1).

    Raises:
        InvalidNumber: it is none, or does not end in a digit.

    >>> next_number("A-0099"), next_number("A-9")
    ('A-0100', 'A-10')
    """
    found = re.fullmatch(r"(.*?)([0-9]+)", check_number(last), re.DOTALL)
    if found is None:
        raise InvalidNumber(last, "a number that ends in a digit, to count on from")
    prefix, digits = found.groups()
    return check_number(f"{prefix}{int(digits) + 1:0{len(digits)}}")


def admitted(plan: Plan, opened: Opened) -> Opened:
    """The opening with all that it left out: its first status and its priority (C1, C2, P11-P13).

    Raises:
        ActorNotAllowed: a collaborator opens no cases.
        InvalidEvent: its number is none, or its channel, status or priority is not known to the plan.
        EventIncomplete: it lacks what the channel's form asks for; with all that is missing.
    """
    number, at, initial = opened.number, opened.at, plan.required_workflow.initial
    if not is_number(number):
        raise InvalidEvent(number, at, f"Opened.number is {number!r}", (NUMBER,))
    if opened.by.role not in _OPENERS:
        raise ActorNotAllowed(number, at, f"a {opened.by.role} may not open a case", _OPENERS)
    if opened.channel is not None and opened.channel not in plan.intake.channels:
        raise InvalidEvent(number, at, f"Opened.channel is {opened.channel!r}", plan.intake.channels)
    if opened.status is not None and opened.status not in initial:
        raise InvalidEvent(number, at, f"Opened.status is {opened.status!r}", initial)
    if opened.continues is not None and (not is_number(opened.continues) or opened.continues == number):
        raise InvalidEvent(number, at, f"Opened.continues is {opened.continues!r}", (f"another one: {NUMBER}",))
    given = opened.priority if (opened.priority or "").strip() else None
    opened = attrs.evolve(opened, priority=given)
    try:
        priority = first_priority(plan, opened.channel, opened.subject, given).name
    except UnknownPriority as unknown:
        raise InvalidEvent(number, at, f"Opened.priority is {opened.priority!r}", unknown.allowed) from None
    if missing := tuple(_missing(plan, opened, priority)):
        where = f"on the channel {opened.channel!r} " if opened.channel else ""
        raise EventIncomplete(number, at, f"an opening {where}lacks: {', '.join(missing)}", missing)
    return attrs.evolve(opened, priority=priority, status=opened.status or initial[0])


def _missing(plan: Plan, opened: Opened, priority: str | None) -> Iterator[str]:
    form = plan.intake.form(opened.channel)
    asked = [field.name for field in form.fields if field.mandatory] if form else []
    for name in asked:
        if not (getattr(opened, name) or "").strip():
            yield name
    if priority is None and "priority" not in asked:
        yield "priority"
