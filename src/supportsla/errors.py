"""Every error that supportsla raises: each names a fact and carries the values that made it one.

All derive from `SupportSLAError` and from the builtin that a caller would catch: `ValueError` for a value that
cannot be used, `TypeError` for one of the wrong type, `LookupError` for a name that is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from .findings import Finding

__all__ = [
    "ActorNotAllowed",
    "CaseClosed",
    "CaseExists",
    "CaseNotOpened",
    "DuplicateNumber",
    "EntitlementExhausted",
    "EventIncomplete",
    "EventOutOfOrder",
    "EventRefused",
    "InvalidChoice",
    "InvalidDocument",
    "InvalidDuration",
    "InvalidEvent",
    "InvalidHours",
    "InvalidICalendar",
    "InvalidNumber",
    "InvalidPlan",
    "InvalidRecurrence",
    "InvalidTable",
    "InvalidWindow",
    "InvalidWorkflow",
    "MissingExtra",
    "NaiveDatetime",
    "NeverCloses",
    "NeverOpens",
    "NoTarget",
    "NoWorkflow",
    "OutOfRange",
    "SupportSLAError",
    "TransitionNotAllowed",
    "UnknownCalendar",
    "UnknownColumn",
    "UnknownHolidays",
    "UnknownPriority",
    "UnknownStatus",
    "UnknownZone",
    "WrongType",
]


_LONGEST_VALUE = 80
_MOST_LISTED = 10
_MOST_LINES = 100


def _listed(names: Iterable[object]) -> str:
    return ", ".join(str(name) for name in names) or "nothing"


def _shown(value: object, write: Callable[[object], str] = repr) -> str:
    try:
        text = write(value)
    except ValueError:
        return "an integer of thousands of digits"
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 3]}..."


class SupportSLAError(Exception):
    """The base of every error of this library; `args` hold the facts, `str()` the sentence."""


class WrongType(SupportSLAError, TypeError):
    """An argument is of a type that could not mean what is asked for, such as a float as an amount."""

    def __init__(self, where: str, value: object, expected: str) -> None:
        super().__init__(where, value, expected)
        self.where, self.value, self.expected = where, value, expected

    def __str__(self) -> str:
        return f"{self.where} is {_shown(self.value)} ({type(self.value).__name__}); expected {self.expected}"


class InvalidChoice(SupportSLAError, ValueError):
    """A named option was given a name that it does not have."""

    def __init__(self, where: str, value: object, allowed: tuple[str, ...]) -> None:
        super().__init__(where, value, allowed)
        self.where, self.value, self.allowed = where, value, allowed

    def __str__(self) -> str:
        return f"{self.where} is {_shown(self.value)}; allowed: {_listed(map(repr, self.allowed))}"


class NaiveDatetime(SupportSLAError, ValueError):
    """A datetime without a zone does not say which instant it means (W12)."""

    def __init__(self, where: str, value: datetime) -> None:
        super().__init__(where, value)
        self.where, self.value = where, value

    def __str__(self) -> str:
        return (
            f"{self.where} is {self.value.isoformat(' ')}, which has no time zone. Attach the zone it was "
            f'written in, for example value.replace(tzinfo=ZoneInfo("America/Chicago"))'
        )


class OutOfRange(SupportSLAError, ValueError):
    """An instant, a date or an amount lies outside what is computed: years 1900 to 2200 (W13)."""

    def __init__(self, where: str, value: object, allowed: str) -> None:
        super().__init__(where, value, allowed)
        self.where, self.value, self.allowed = where, value, allowed

    def __str__(self) -> str:
        return f"{self.where} is {_shown(self.value, str)}; allowed: {self.allowed}"


class _Unending(SupportSLAError, ValueError):
    def __init__(self, since: datetime, until: datetime) -> None:
        super().__init__(since, until)
        self.since, self.until = since, until

    def _stretch(self) -> str:
        return f"{self.since.isoformat(' ')} to {self.until.isoformat(' ')}"


class NeverOpens(_Unending):
    """A search met 5 years without an open instant and stopped (W13); `since` and `until` name the stretch."""

    def __str__(self) -> str:
        return f"the calendar has no open instant from {self._stretch()}; look at its hours and revisions"


class NeverCloses(_Unending):
    """A search met 5 years without a closed instant and stopped (W13); `since` and `until` name the stretch."""

    def __str__(self) -> str:
        return f"the calendar has no closed instant from {self._stretch()}; an open-ended desk has no next close"


class UnknownZone(SupportSLAError, LookupError):
    """A zone name that the IANA time zone database does not have."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(name, hint)
        self.name, self.hint = name, hint

    def __str__(self) -> str:
        return f"zone is {_shown(self.name)}; expected a name of the IANA time zone database; {self.hint}"


class UnknownHolidays(SupportSLAError, LookupError):
    """The holidays package knows no such country, subdivision, category or language."""

    def __init__(self, where: str, name: object, allowed: tuple[str, ...]) -> None:
        super().__init__(where, name, allowed)
        self.where, self.name, self.allowed = where, name, allowed

    def __str__(self) -> str:
        return f"public_holidays: {self.where} is {_shown(self.name)}; known: {_listed(self.allowed)}"


class InvalidHours(SupportSLAError, ValueError):
    """A text of opening hours that cannot be read; `position` counts characters from 0."""

    def __init__(self, text: str, position: int, expected: str, where: str = "hours") -> None:
        super().__init__(text, position, expected, where)
        self.text, self.position, self.expected, self.where = text, position, expected, where

    def __str__(self) -> str:
        first = max(0, self.position - 40)
        line = self.text[first : first + 72].replace("\n", " ").replace("\t", " ")
        caret = " " * (self.position - first) + "^"
        return f"{self.where} cannot be read at character {self.position + 1}\n  {line}\n  {caret}\n{self.expected}"


class InvalidDuration(SupportSLAError, ValueError):
    """A text or an amount that is no duration."""

    def __init__(self, value: object, expected: str) -> None:
        super().__init__(value, expected)
        self.value, self.expected = value, expected

    def __str__(self) -> str:
        return f"duration is {_shown(self.value)}; expected {self.expected}"


class InvalidRecurrence(SupportSLAError, ValueError):
    """A recurrence rule (RFC 5545) that cannot be read, or that does not say on which dates it falls."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text, reason)
        self.text, self.reason = text, reason

    def __str__(self) -> str:
        return f"recurrence rule {_shown(self.text)}: {self.reason}"


class InvalidWindow(SupportSLAError, ValueError):
    """A window that closes before it opens, or at once."""

    def __init__(self, opens: datetime, closes: datetime) -> None:
        super().__init__(opens, closes)
        self.opens, self.closes = opens, closes

    def __str__(self) -> str:
        return f"window closes at {self.closes.isoformat(' ')}, not after it opens at {self.opens.isoformat(' ')}"


class UnknownPriority(SupportSLAError, LookupError):
    """A priority that the plan does not have, neither by name nor by alias (P1)."""

    def __init__(self, name: object, allowed: tuple[str, ...]) -> None:
        super().__init__(name, allowed)
        self.name, self.allowed = name, allowed

    def __str__(self) -> str:
        return f"priority is {_shown(self.name)}; the plan has: {_listed(self.allowed)}"


class UnknownCalendar(SupportSLAError, LookupError):
    """A calendar that the plan does not have."""

    def __init__(self, name: object, allowed: tuple[str, ...]) -> None:
        super().__init__(name, allowed)
        self.name, self.allowed = name, allowed

    def __str__(self) -> str:
        return f"calendar is {_shown(self.name)}; the plan has: {_listed(self.allowed)}"


class UnknownColumn(SupportSLAError, LookupError):
    """A column that a frame does not have; those with a similar name are listed first."""

    def __init__(self, name: str, allowed: tuple[str, ...]) -> None:
        super().__init__(name, allowed)
        self.name, self.allowed = name, allowed

    def __str__(self) -> str:
        more = f" and {len(self.allowed) - _MOST_LISTED:,} more" * (len(self.allowed) > _MOST_LISTED)
        listed = _listed(map(_shown, self.allowed[:_MOST_LISTED]))
        return f"column is {_shown(self.name)}; the frame has: {listed}{more}"


class NoTarget(SupportSLAError, LookupError):
    """The plan promises nothing for this metric and priority."""

    def __init__(self, metric: str, priority: str, allowed: tuple[str, ...]) -> None:
        super().__init__(metric, priority, allowed)
        self.metric, self.priority, self.allowed = metric, priority, allowed

    def __str__(self) -> str:
        return (
            f"the plan has no target for {_shown(self.metric)} of priority {self.priority!r}; "
            f"{self.priority!r} has targets for: {_listed(self.allowed)}"
        )


class UnknownStatus(SupportSLAError, LookupError):
    """A status that the workflow does not have."""

    def __init__(self, name: object, allowed: tuple[str, ...]) -> None:
        super().__init__(name, allowed)
        self.name, self.allowed = name, allowed

    def __str__(self) -> str:
        return f"status is {_shown(self.name)}; the workflow has: {_listed(self.allowed)}"


class NoWorkflow(SupportSLAError, LookupError):
    """The plan says nothing about how its cases live."""

    def __init__(self, plan: str) -> None:
        super().__init__(plan)
        self.plan = plan

    def __str__(self) -> str:
        return f"plan {self.plan!r} has no workflow, so it has no cases; make it with Plan(..., workflow=Workflow(...))"


class _Contradiction(SupportSLAError, ValueError):
    def __init__(self, name: str, findings: tuple[Finding, ...]) -> None:
        super().__init__(name, findings)
        self.name, self.findings = name, findings

    def _lines(self, what: str) -> str:
        count = len(self.findings)
        lines = "".join(f"\n  {finding}" for finding in self.findings[:_MOST_LINES])
        more = f"\n  and {count - _MOST_LINES:,} more" if count > _MOST_LINES else ""
        return f"{what} {self.name!r} has {count:,} {'fault' if count == 1 else 'faults'}:{lines}{more}"


class InvalidPlan(_Contradiction):
    """A plan contradicts itself; `findings` are all the contradictions, each with name, severity, path, message."""

    def __str__(self) -> str:
        return self._lines("plan")


class InvalidWorkflow(_Contradiction):
    """A workflow contradicts itself; `findings` as in `InvalidPlan`."""

    def __str__(self) -> str:
        return self._lines("workflow")


class InvalidDocument(_Contradiction):
    """A document that cannot be read as what it should be, its `name`; `findings` as in `InvalidPlan`."""

    def __str__(self) -> str:
        return self._lines("document of kind")


class MissingExtra(SupportSLAError, ImportError):
    """What is asked for needs a package that an extra of this library installs."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(what, extra)
        self.what, self.extra = what, extra

    def __str__(self) -> str:
        return f"{self.what} needs an extra of the library; install it with: pip install 'supportsla[{self.extra}]'"


class InvalidTable(SupportSLAError, ValueError):
    """A table of cases that cannot be read as one; `faults` are all that is wrong, each as a sentence."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "; ".join(self.faults)


class InvalidICalendar(SupportSLAError, ValueError):
    """A text that cannot be read as an iCalendar (RFC 5545); `faults` are all that is wrong, each where and why."""

    def __init__(self, faults: tuple[tuple[str, str], ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        count = len(self.faults)
        shown = "".join(f"\n  {_shown(where, str)}: {reason}" for where, reason in self.faults[:_MOST_LISTED])
        more = f"\n  and {count - _MOST_LISTED} more" if count > _MOST_LISTED else ""
        return f"the iCalendar has {count} {'fault' if count == 1 else 'faults'}:{shown}{more}"


class EventRefused(SupportSLAError, ValueError):
    """The base of what `handle` refuses; the case is as it was.

    Attributes:
        number: the case's.
        at: the case's instant, of its latest event, in UTC; of an opening, when it would have opened.
        fact: what was to happen, and why it may not.
        allowed: what would be taken.
    """

    def __init__(self, number: str, at: datetime, fact: str, allowed: tuple[str, ...]) -> None:
        super().__init__(number, at, fact, allowed)
        self.number, self.at, self.fact, self.allowed = number, at, fact, allowed

    def __str__(self) -> str:
        number = _shown(self.number, str if self.number.isprintable() else repr)
        return f"case {number}, as of {self.at.isoformat(' ')}: {self.fact}; allowed: {_listed(self.allowed)}"


class TransitionNotAllowed(EventRefused):
    """A case may not move `to` that status from the `current` one, or not by this actor."""

    def __init__(self, number: str, at: datetime, move: tuple[str, str], by: str, allowed: tuple[str, ...]) -> None:
        self.current, self.to, self.by = *move, by
        super().__init__(number, at, f"{by} may not move it from {self.current!r} to {self.to!r}", allowed)
        self.args = (number, at, move, by, allowed)


class ActorNotAllowed(EventRefused):
    """Somebody may not do that, or may not do it to this case."""


class EventOutOfOrder(EventRefused):
    """An event is older than its case; stamp it with its arrival, or with the later of now and `at` (W16)."""


class EventIncomplete(EventRefused):
    """An event lacks what it must say; `missing` names all of it."""

    def __init__(self, number: str, at: datetime, fact: str, missing: tuple[str, ...]) -> None:
        super().__init__(number, at, fact, (f"one that says {' and '.join(missing)}",))
        self.args = (number, at, fact, missing)
        self.missing = missing


class InvalidEvent(EventRefused):
    """An event says what cannot be, such as a file of negative size or a defect that is not the case's."""


class CaseClosed(EventRefused):
    """A closed case takes no such update: its workflow refuses it."""


class CaseExists(EventRefused):
    """An opening for a case that is open already."""


class CaseNotOpened(EventRefused):
    """An event for a case that was never opened, which has no number."""

    def __init__(self, event: str, at: datetime) -> None:
        allowed = ("Opened, which begins a case, and goes with None for the case",)
        super().__init__("", at, f"{event} is for a case that was never opened", allowed)
        self.args = (event, at)
        self.event = event

    def __str__(self) -> str:
        return f"as of {self.at.isoformat(' ')}: {self.fact}; allowed: {_listed(self.allowed)}"


class InvalidNumber(SupportSLAError, ValueError):
    """A case number that cannot be one (C1)."""

    def __init__(self, number: object, expected: str) -> None:
        super().__init__(number, expected)
        self.number, self.expected = number, expected

    def __str__(self) -> str:
        return f"case number is {_shown(self.number)}; expected {self.expected}"


class DuplicateNumber(SupportSLAError, ValueError):
    """Case numbers that stand in a batch more than once (C1); `positions` count from 0."""

    def __init__(self, positions: tuple[tuple[str, tuple[int, ...]], ...]) -> None:
        super().__init__(positions)
        self.positions = positions

    def __str__(self) -> str:
        each = (f"{_shown(number)} at {_listed(places)}" for number, places in self.positions[:_MOST_LISTED])
        more = len(self.positions) - _MOST_LISTED
        return f"every case has a number of its own; given twice: {'; '.join(each)}{f'; {more} more' * (more > 0)}"


class EntitlementExhausted(SupportSLAError, ValueError):
    """More is booked than was bought (C13)."""

    def __init__(self, bought: object, booked: object) -> None:
        super().__init__(bought, booked)
        self.bought, self.booked = bought, booked

    def __str__(self) -> str:
        return f"{self.booked} of consultation is booked, and {self.bought} was bought; a balance cannot go below zero"
