"""Weekly opening hours: the OpenStreetMap notation in, a table of seven days out, and back (W5).

A span is a pair of minutes from its own date's midnight, `(1320, 1800)` for `22:00-06:00`: it starts before 24:00 and
ends by 48:00, the end of the next date. Spans stay as they were written; whoever compiles them merges.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

import attrs

from .errors import InvalidHours, OutOfRange, WrongType

__all__ = ["DaySpans", "Hours", "check_spans", "parse_hours", "parse_spans", "spans_text"]

DaySpans = tuple[tuple[int, int], ...]

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_HOUR_MINUTES = 60
_DAY_MINUTES = 24 * _HOUR_MINUTES
_ALL_DAY: DaySpans = ((0, _DAY_MINUTES),)
_HOLIDAY = "PH"

_TOKEN = re.compile(
    r"\s*(?:(?P<always>24/7\b)|(?P<time>[0-9]{1,2}:[0-9]{2}\b)|(?P<word>[A-Za-z]+)|(?P<sign>[-,;])|(?P<other>))"
)
_MONTHS = [
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
]
_SELECTORS = {*_MONTHS, *(month[:3] for month in _MONTHS), "sept", "week", "easter"}
_DATE = re.compile(r"(?:19|20|21)[0-9]{2}(?:\s|-[0-9]{2}-)|\[")
_NO_COLON = re.compile(r"[0-9]{3,4}\b(?!:)")
_DASH = re.compile("[\u2010-\u2015\u2212]")

_LONG_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_EXPECTED_RULE = "expected days (Mo Tu We Th Fr Sa Su PH, Mo-Fr, Mo,We), hours (09:00-17:00), off or 24/7"
_EXPECTED_DAY = "expected a day: Mo Tu We Th Fr Sa Su or PH"
_EXPECTED_SPANS = "expected hours such as 09:00-12:00,13:00-17:00, or off"
_EXPECTED_TIME = "expected a time such as 09:00 or 24:00"
_EXPECTED_START = "expected a start before 24:00"
_EXPECTED_NEXT = 'expected ";" and a further rule, "," and further hours, or the end'
_NO_DATES = (
    "expected days of the week: months, dates and weeks are not hours. Give one date's hours as exceptions={date: "
    '"07:00-12:00"}, hours from a date on as revisions={date: "Mo-Fr 08:00-18:00"}'
)
_UNSUPPORTED = {
    **dict.fromkeys(
        ("sunrise", "sunset", "dawn", "dusk"),
        "expected a time such as 09:00: hours that follow the sun are not supported",
    ),
    "sh": "expected a day: school holidays (SH) are not supported; give their dates as exceptions",
}


@attrs.frozen(repr=False)
class Hours:
    """The hours of a week, Monday first, and those of a public holiday; each day a tuple of spans in minutes.

    Raises:
        WrongType: there are not seven days of pairs of minutes.
        OutOfRange: a span does not start before 24:00, or does not end after its start and by 48:00.

    >>> str(Hours.parse("mo-th 9:00-12:00, 13:00-17:00; fr 9:00-13:00"))
    'Mo-Th 09:00-12:00,13:00-17:00; Fr 09:00-13:00'
    """

    week: tuple[DaySpans, ...]
    public_holiday: DaySpans = ()

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.week, tuple) or len(self.week) != len(DAYS):
            raise WrongType("week", self.week, "a tuple of seven days, each a tuple of (start, end) in minutes")
        for day in (*self.week, self.public_holiday):
            check_spans(day)

    @classmethod
    def parse(cls, text: str) -> Hours:
        """The hours that a text in the OpenStreetMap notation names; a later rule replaces the days it names.

        Raises:
            InvalidHours: the text cannot be read; the error shows where, and what was expected.

        >>> Hours.parse("Sa 22:00-06:00").week[5]
        ((1320, 1800),)
        """
        return parse_hours(text)

    def __repr__(self) -> str:
        return f"Hours.parse({str(self)!r})"

    def __str__(self) -> str:
        if all(day == _ALL_DAY for day in self.week):
            rules = ["24/7"]
        else:
            kinds = dict.fromkeys(day for day in self.week if day)
            rules = [f"{_days_text(self.week, spans)} {spans_text(spans)}" for spans in kinds]
        if self.public_holiday:
            rules.append(f"{_HOLIDAY} {spans_text(self.public_holiday)}")
        return "; ".join(rules) or "off"


def _days_text(week: tuple[DaySpans, ...], spans: DaySpans) -> str:
    runs = []
    for same, days in groupby(range(len(DAYS)), lambda day: week[day] == spans):
        if same:
            first, *_, last = [*days] * 2
            runs.append(DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}")
    return ",".join(runs)


def spans_text(spans: DaySpans) -> str:
    """The spans of one day as text that `parse_spans` reads back.

    >>> spans_text(((540, 720), (1320, 1800)))
    '09:00-12:00,22:00-06:00'
    """
    return ",".join(f"{_time_text(start)}-{_time_text(_shown_end(start, end))}" for start, end in spans) or "off"


def _shown_end(start: int, end: int) -> int:
    return end - _DAY_MINUTES if _DAY_MINUTES < end <= start + _DAY_MINUTES else end


def _time_text(minutes: int) -> str:
    return "{:02}:{:02}".format(*divmod(minutes, _HOUR_MINUTES))


def parse_hours(text: str, where: str = "hours") -> Hours:
    """`Hours.parse`; `where` names the argument in an error."""
    return _Reader(text, where, '"Mo-Fr 09:00-17:00"').hours()


def parse_spans(text: str, where: str = "hours") -> DaySpans:
    """The spans of one date: "09:00-12:00,13:00-17:00" or "off", without day names; `where` is for an error.

    Raises:
        InvalidHours: the text cannot be read.

    >>> parse_spans("07:00-12:00")
    ((420, 720),)
    """
    return _Reader(text, where, '"07:00-12:00" or "off"').only_spans()


def check_spans(spans: DaySpans) -> None:
    """Refuse what is no tuple of (start, end) in minutes, and spans that W5 does not allow."""
    if not isinstance(spans, tuple) or not all(map(_is_pair, spans)):
        raise WrongType("hours of a day", spans, "a tuple of (start, end) in minutes from midnight")
    for start, end in spans:
        if not 0 <= start < min(end, _DAY_MINUTES) or end > 2 * _DAY_MINUTES:
            raise OutOfRange("a span of hours", (start, end), "a start from 0 to 1439, a later end up to 2880")


def _is_pair(span: object) -> bool:
    return isinstance(span, tuple) and [type(edge) for edge in span] == [int, int]


class _Reader:
    """Reads a text from left to right, one token at a time; every fault knows its position."""

    def __init__(self, text: str, where: str, example: str) -> None:
        if not isinstance(text, str):
            raise WrongType(where, text, f"a text such as {example}")
        self.text, self.where = text, where
        self.advance_to(0)

    def advance_to(self, position: int) -> None:
        found = next(_TOKEN.finditer(self.text, position))
        self.kind = found.lastgroup or "other"
        self.position, self.token = found.start(self.kind), found[self.kind]

    def take(self) -> str:
        token = self.token
        self.advance_to(self.position + len(token))
        return token

    def fault(self, expected: str) -> InvalidHours:
        word = self.token.casefold()
        if word in _SELECTORS or _DATE.match(self.text, self.position):
            expected = _NO_DATES
        elif word[:3] in _LONG_DAYS:
            expected = f'{expected}; write "{word[:2].title()}" for "{self.token[:9]}"'
        elif _NO_COLON.match(self.text, self.position):
            expected = "expected a time with a colon, such as 08:00"
        elif _DASH.match(self.text, self.position):
            expected = 'expected "-", the plain hyphen, not a dash'
        return InvalidHours(self.text, self.position, _UNSUPPORTED.get(word, expected), self.where)

    def took(self, token: str) -> bool:
        found = self.token.casefold() == token
        if found:
            self.take()
        return found

    def at_end(self) -> bool:
        return self.position == len(self.text)

    def hours(self) -> Hours:
        table: dict[str, DaySpans] = {}
        self.rule(table)
        while self.took(";"):
            self.rule(table)
        if not self.at_end():
            raise self.fault(_EXPECTED_NEXT)
        return Hours(tuple(table.get(day, ()) for day in DAYS), table.get(_HOLIDAY, ()))

    def only_spans(self) -> DaySpans:
        spans = self.spans()
        if not self.at_end():
            raise self.fault(_EXPECTED_SPANS)
        return spans

    def rule(self, table: dict[str, DaySpans]) -> None:
        if self.took("24/7"):
            table.update(dict.fromkeys(DAYS, _ALL_DAY))
            return
        days: Iterable[str] = DAYS
        if self.kind == "word" and self.token.casefold() not in ("off", "closed"):
            days = list(self.days())
        elif self.kind not in ("time", "word"):
            raise self.fault(_EXPECTED_RULE)
        table.update(dict.fromkeys(days, self.spans()))

    def days(self) -> Iterator[str]:
        yield from self.day_range()
        while self.took(","):
            yield from self.day_range()

    def day_range(self) -> Iterator[str]:
        first = self.day()
        if first == _HOLIDAY or not self.took("-"):
            yield first
            return
        last = self.day(allowed=DAYS)
        start, length = DAYS.index(first), (DAYS.index(last) - DAYS.index(first)) % len(DAYS)
        yield from (DAYS[(start + step) % len(DAYS)] for step in range(length + 1))

    def day(self, allowed: tuple[str, ...] = (*DAYS, _HOLIDAY)) -> str:
        for day in allowed:
            if self.took(day.casefold()):
                return day
        raise self.fault(_EXPECTED_DAY)

    def spans(self) -> DaySpans:
        if self.took("off") or self.took("closed"):
            return ()
        if self.kind != "time":
            raise self.fault(_EXPECTED_SPANS)
        spans = [self.span()]
        while self.took(","):
            if self.kind == "word":
                raise self.fault('expected further hours; a rule for other days starts after ";"')
            spans.append(self.span())
        return tuple(spans)

    def span(self) -> tuple[int, int]:
        at = self.position
        start = self.time()
        if start >= _DAY_MINUTES:
            raise InvalidHours(self.text, at, _EXPECTED_START, self.where)
        if not self.took("-"):
            raise self.fault('expected "-" and an end')
        end = self.time()
        return start, end if end > start else end + _DAY_MINUTES

    def time(self) -> int:
        if self.kind != "time":
            raise self.fault(_EXPECTED_TIME)
        hours, minutes = map(int, self.token.split(":"))
        if minutes >= _HOUR_MINUTES or hours * _HOUR_MINUTES + minutes > 2 * _DAY_MINUTES:
            raise self.fault("expected a time from 00:00 to 48:00")
        self.take()
        return hours * _HOUR_MINUTES + minutes
