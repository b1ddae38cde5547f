"""Amounts with a unit: business hours, business days, calendar hours and calendar days (W7, W8, W11).

Amounts are exact: integers in, integers and `timedelta` kept, no floats anywhere. Hours carry microseconds, days
are whole. The text form names the unit beside its first number: "1 business hour 30 minutes".
"""

from __future__ import annotations

import re
from datetime import timedelta
from operator import index
from typing import Literal, SupportsIndex, cast

import attrs

from .errors import InvalidChoice, InvalidDuration, OutOfRange, WrongType
from .zones import FIRST, LAST

__all__ = [
    "Duration",
    "Unit",
    "business_days",
    "business_hours",
    "calendar_days",
    "calendar_hours",
]

Unit = Literal["business hours", "business days", "calendar hours", "calendar days"]
UNITS: tuple[Unit, ...] = ("business hours", "business days", "calendar hours", "calendar days")

_LONGEST = LAST - FIRST
_LIMITS = f"up to {_LONGEST.days} days either way, as many as 1900 to 2200 have"
_PARTS = {
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
    "microsecond": timedelta(microseconds=1),
}
_ZERO = timedelta(0)
_LONGEST_TEXT = 200
_EXPECTED = 'a text such as "4 business hours 30 minutes", "1 business day", "2 calendar hours", "-3 calendar days"'
_TEXT = re.compile(r"(-?)([0-9]+) (business|calendar) (.+)")
_BARE = re.compile(r"(-?[0-9]{1,9}) ((?:hour|minute|second|day)s?)")
_DAYS = re.compile(r"([0-9]+) days?")
_HOURS = re.compile(" ?".join(rf"(?:([0-9]+) {part}s?)?" for part in _PARTS))


@attrs.frozen(repr=False)
class Duration:
    """An amount with its unit; hours hold a `timedelta`, days an `int`. Negative amounts count backwards.

    Make one with `business_hours`, `business_days`, `calendar_hours`, `calendar_days` or `Duration.parse`;
    `str()` gives the text that parses back to an equal value.

    Raises:
        InvalidChoice: no such unit.
        WrongType: the amount is no `timedelta` for hours, or no integer for days.
        OutOfRange: the amount is longer than years 1900 to 2200.

    >>> str(-business_hours(4, minutes=30))
    '-4 business hours 30 minutes'
    """

    unit: Unit
    amount: timedelta | int

    def __attrs_post_init__(self) -> None:
        if self.unit not in UNITS:
            raise InvalidChoice("unit", self.unit, UNITS)
        expected = timedelta if self.unit.endswith("hours") else int
        if isinstance(self.amount, bool) or not isinstance(self.amount, expected):
            raise WrongType("amount", self.amount, "a timedelta" if expected is timedelta else "an integer of days")
        length = abs(self.amount) if isinstance(self.amount, timedelta) else timedelta(min(abs(self.amount), 10**6))
        if length > _LONGEST:
            raise OutOfRange("duration", self.amount, _LIMITS)

    def __neg__(self) -> Duration:
        return Duration(self.unit, -self.amount)

    def __str__(self) -> str:
        kind, _ = self.unit.split()
        first, *rest = _parts_text(self.amount)
        return " ".join([first.replace(" ", f" {kind} "), *rest])

    def __repr__(self) -> str:
        function = self.unit.replace(" ", "_")
        if isinstance(self.amount, int):
            return f"{function}({self.amount})"
        sign = "-" if self.amount < _ZERO else ""
        arguments = [f"{part}s={sign}{count}" for count, part in _split(abs(self.amount))]
        return f"{function}({', '.join(arguments).removeprefix('hours=')})"

    @classmethod
    def parse(cls, text: str) -> Duration:
        """The duration that a text names, in the form that `str()` gives; case and spacing do not matter.

        Raises:
            InvalidDuration: the text is no duration.
            OutOfRange: it is longer than years 1900 to 2200.

        >>> Duration.parse("90 business minutes")
        business_hours(1, minutes=30)
        """
        if not isinstance(text, str):
            raise WrongType("duration", text, _EXPECTED)
        plain = " ".join(text[: _LONGEST_TEXT + 1].casefold().split())
        found = _TEXT.fullmatch(plain)
        if found is None or len(text) > _LONGEST_TEXT:
            raise InvalidDuration(text[:_LONGEST_TEXT], _expected(plain))
        minus, count, kind, rest = found.groups()
        sign = -1 if minus else 1
        if days := _DAYS.fullmatch(f"{count} {rest}"):
            return cls(cast("Unit", f"{kind} days"), sign * int(days[1]))
        if hours := _HOURS.fullmatch(f"{count} {rest}"):
            return _hours(cast("Unit", f"{kind} hours"), *(sign * int(part or 0) for part in hours.groups()))
        raise InvalidDuration(text, _EXPECTED)


def _expected(plain: str) -> str:
    """What a text lacks to be a duration; mostly it is which hours or days it means."""
    bare = _BARE.fullmatch(plain)
    return f'"{bare[1]} business {bare[2]}" or "{bare[1]} calendar {bare[2]}"' if bare else _EXPECTED


def _parts_text(amount: timedelta | int) -> list[str]:
    if isinstance(amount, int):
        return [_counted(amount, "day")]
    first, *rest = (_counted(count, part) for count, part in _split(abs(amount)))
    return [f"-{first}" if amount < _ZERO else first, *rest]


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if abs(count) == 1 else f"{count} {noun}s"


def _split(amount: timedelta) -> list[tuple[int, str]]:
    parts = []
    for part, length in _PARTS.items():
        count, amount = divmod(amount, length)
        if count:
            parts.append((count, part))
    return parts or [(0, "hour")]


def _whole(where: str, value: SupportsIndex) -> int:
    if isinstance(value, bool):
        raise WrongType(where, value, "an integer")
    try:
        return index(value)
    except TypeError:
        expected = "an integer of days" if where == "days" else "an integer: 4.5 hours is (4, minutes=30)"
        raise WrongType(where, value, expected) from None


def _hours(unit: Unit, hours: int, minutes: int, seconds: int, microseconds: int) -> Duration:
    named = {"hours": hours, "minutes": minutes, "seconds": seconds, "microseconds": microseconds}
    counts = [_whole(name, value) for name, value in named.items()]
    try:
        amount = sum(map(timedelta.__mul__, _PARTS.values(), counts), _ZERO)
    except OverflowError:
        raise OutOfRange("duration", max(counts, key=abs), _LIMITS) from None
    return Duration(unit, amount)


def business_hours(hours: int = 0, *, minutes: int = 0, seconds: int = 0, microseconds: int = 0) -> Duration:
    """That much open time: it passes only while the desk is open. Integers of any sign, which add up.

    Raises:
        WrongType: an amount is no integer.
        OutOfRange: the sum is longer than years 1900 to 2200.

    >>> str(business_hours(4, minutes=30))
    '4 business hours 30 minutes'
    """
    return _hours("business hours", hours, minutes, seconds, microseconds)


def business_days(days: int) -> Duration:
    """That many dates on which the desk opens: the same local time on the n-th of them (W7).

    Raises:
        WrongType: the amount is no integer.
        OutOfRange: it is longer than years 1900 to 2200.

    >>> str(business_days(1))
    '1 business day'
    """
    return Duration("business days", _whole("days", days))


def calendar_hours(hours: int = 0, *, minutes: int = 0, seconds: int = 0, microseconds: int = 0) -> Duration:
    """That much real time, around the clock. Integers of any sign, which add up.

    Raises:
        WrongType: an amount is no integer.
        OutOfRange: the sum is longer than years 1900 to 2200.

    >>> str(calendar_hours(2))
    '2 calendar hours'
    """
    return _hours("calendar hours", hours, minutes, seconds, microseconds)


def calendar_days(days: int) -> Duration:
    """That many dates: the same local time so many dates later, open or not (W8).

    Raises:
        WrongType: the amount is no integer.
        OutOfRange: it is longer than years 1900 to 2200.

    >>> str(calendar_days(-3))
    '-3 calendar days'
    """
    return Duration("calendar days", _whole("days", days))
