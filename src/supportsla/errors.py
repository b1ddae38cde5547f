"""Every error that supportsla raises: each names a fact and carries the values that made it one.

All derive from `SupportSLAError` and from the builtin that a caller would catch: `ValueError` for a value that
cannot be used, `TypeError` for one of the wrong type, `LookupError` for a name that is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

__all__ = [
    "InvalidChoice",
    "InvalidDuration",
    "InvalidHours",
    "InvalidPlan",
    "InvalidRecurrence",
    "InvalidTable",
    "InvalidWindow",
    "NaiveDatetime",
    "NeverCloses",
    "NeverOpens",
    "NoTarget",
    "OutOfRange",
    "SupportSLAError",
    "TransitionNotAllowed",
    "UnknownCalendar",
    "UnknownHolidays",
    "UnknownPriority",
    "UnknownZone",
    "WrongType",
]


_LONGEST_VALUE = 80


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


class InvalidPlan(SupportSLAError, ValueError):
    """A plan contradicts itself; `faults` are all the contradictions, each as (path, sentence)."""

    def __init__(self, name: str, faults: tuple[tuple[str, str], ...]) -> None:
        super().__init__(name, faults)
        self.name, self.faults = name, faults

    def __str__(self) -> str:
        lines = "".join(f"\n  {path}: {sentence}" for path, sentence in self.faults)
        return f"plan {self.name!r} has {len(self.faults)} fault(s):{lines}"


class InvalidTable(SupportSLAError, ValueError):
    """A table of cases that cannot be read as one; `faults` are all that is wrong, each as a sentence."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "; ".join(self.faults)


class TransitionNotAllowed(SupportSLAError, ValueError):
    """A case may not move from one status to another, or not by this actor: for programs that move cases."""

    def __init__(self, current: str, to: str, allowed: tuple[str, ...]) -> None:
        super().__init__(current, to, allowed)
        self.current, self.to, self.allowed = current, to, allowed

    def __str__(self) -> str:
        return f"a case may not move from {self.current!r} to {self.to!r}; allowed: {_listed(self.allowed)}"
