"""What `lint` looks through: some whole years of a calendar, every different course of dates in them once.

Two dates on which a case starts give the same answers if the ten dates from either on have the same hours. So of each
such course one date is tried, and counts for all: at its openings, in the middle, just before its closings, and closed.
Hours are compared as the wall clock shows them, so that a clock change makes no course of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from .calendars import Calendar, Timeline, cover, known_spans
from .closures import check_years
from .durations import Duration
from .errors import NeverOpens, OutOfRange
from .plan import Plan
from .spans import clipped, difference
from .worktime import due_of, open_between
from .zones import DAY, LAST, MICROSECOND, MINUTE, in_zone, wall_time, year_start

__all__ = ["SURVEYED", "Aim", "Order", "Start", "Survey", "Years", "length_of", "starts_of", "surveyed"]

SURVEYED = (2026, 2030)
_MOST_YEARS = 50
_COURSE = 10


class Years(NamedTuple):
    """The first and the last year that are looked through."""

    first: int
    last: int

    @property
    def start(self) -> timedelta:
        """Their first instant in UTC."""
        return MICROSECOND * year_start(self.first)

    @property
    def end(self) -> timedelta:
        """The instant at which they are over."""
        return MICROSECOND * year_start(self.last + 1)

    def __str__(self) -> str:
        return f"from {self.first} to {self.last}" if self.last > self.first else f"in {self.first}"


def surveyed(first_year: int, last_year: int) -> Years:
    """The years, checked.

    Raises:
        WrongType: a year is no integer.
        OutOfRange: a year is not one of 1900 to 2200, or they are not from 1 to 50 years.
    """
    check_years(first_year, last_year)
    if last_year >= first_year + _MOST_YEARS:
        raise OutOfRange("last_year", last_year, f"{first_year} to {first_year + _MOST_YEARS - 1}")
    return Years(first_year, last_year)


class Start(NamedTuple):
    """An instant at which a case may start, and on how many dates one may start alike."""

    at: timedelta
    weight: int


def starts_of(calendar: Calendar, years: Years) -> list[Start]:
    """A few instants of every different course of dates."""
    end = min(years.end + MICROSECOND * DAY * (_COURSE + 2), LAST) - MICROSECOND
    timeline = cover(calendar, years.start, end)
    days = range(year_start(years.first) // DAY + 1, end // (MICROSECOND * DAY) - 1)
    hours = [_hours_of(timeline, day) for day in days]
    courses: dict[tuple[object, ...], list[int]] = {}
    for i, day in enumerate(days[:-_COURSE]):
        courses.setdefault(tuple(hours[i : i + _COURSE]), []).append(day)
    alike = [(_steadiest(timeline, course), len(course)) for course in courses.values()]
    return sorted({Start(at, count) for day, count in alike for at in _instants(timeline, day)})


def _bounds(timeline: Timeline, day: int) -> tuple[int, int]:
    i = day - timeline.first_day
    return timeline.midnights[i], timeline.midnights[i + 1]


def _hours_of(timeline: Timeline, day: int) -> tuple[tuple[int, int], ...]:
    """The open stretches of a local date, in microseconds as the wall clock shows them."""
    start, end = _bounds(timeline, day)

    def shown(at: int) -> int:
        return wall_time(MICROSECOND * at, timeline.zone)[1]

    return tuple(
        (0 if low == start else shown(low), DAY if high == end else shown(high))
        for low, high in clipped(timeline.spans, start, end)
    )


def _steadiest(timeline: Timeline, days: list[int]) -> int:
    """The first of these dates without a clock change in the course from it on, or just the first."""

    def length(day: int) -> int:
        return _bounds(timeline, day + _COURSE)[0] - _bounds(timeline, day)[0]

    return next((day for day in days if length(day) == _COURSE * DAY), days[0])


def _instants(timeline: Timeline, day: int) -> Iterator[timedelta]:
    date = _bounds(timeline, day)
    pieces = clipped(timeline.spans, *date)
    for low, high in pieces:
        yield from (MICROSECOND * at for at in (low, _middle(low, high), max(low, high - MINUTE)))
    closed = max(difference([date], pieces), key=lambda gap: gap[1] - gap[0], default=None)
    if closed is not None:
        yield MICROSECOND * _middle(*closed)


def _middle(low: int, high: int) -> int:
    return (low + high) // 2 // MINUTE * MINUTE


def length_of(duration: Duration, times: int = 1) -> tuple[str, timedelta]:
    """The unit and the length of so many durations; a calendar day is taken for 24 hours."""
    kind = duration.unit.replace("calendar hours", "calendar").replace("calendar days", "calendar")
    length = duration.amount if isinstance(duration.amount, timedelta) else timedelta(days=duration.amount)
    try:
        return kind, times * length
    except OverflowError:
        return kind, timedelta.max


class Aim(NamedTuple):
    """A duration on one of a plan's calendars."""

    calendar: str
    duration: Duration

    @property
    def kind(self) -> str:
        """The unit, calendar hours and calendar days being one."""
        return length_of(self.duration)[0]

    @property
    def is_business(self) -> bool:
        """Whether it is counted in business time."""
        return self.kind != "calendar"


class Order(NamedTuple):
    """Whether one aim ordinarily comes after another, and a start from which it does: the instant and both dues."""

    mostly: bool
    witness: tuple[str, str, str] | None = None


class Survey:
    """A plan over some years: from where its cases start, and when what is due; each worked out once."""

    def __init__(self, plan: Plan, years: Years) -> None:
        self.plan, self.years = plan, years
        self.never_open = {
            name for name, calendar in plan.calendars if not known_spans(calendar, years.first, years.last)
        }
        self._starts: dict[str, list[Start]] = {}
        self._dues: dict[tuple[str, Duration], dict[timedelta, timedelta | None]] = {}

    def starts(self, *calendars: str) -> list[Start]:
        """The starts by these calendars."""
        for name in calendars:
            if name not in self._starts:
                self._starts[name] = starts_of(self.plan.calendar(name), self.years)
        return [start for name in dict.fromkeys(calendars) for start in self._starts[name]]

    def due(self, aim: Aim, at: timedelta) -> timedelta | None:
        """When it is due that starts then; a due at a closing is that closing. None: never."""
        dues = self._dues.setdefault(aim, {})
        if at not in dues:
            dues[at] = self._due(aim, at)
        return dues[at]

    def _due(self, aim: Aim, at: timedelta) -> timedelta | None:
        try:
            return due_of(self.plan.calendar(aim.calendar), at, aim.duration, "close")
        except (NeverOpens, OutOfRange):
            return None

    def alike(self, first: Aim, second: Aim) -> bool:
        """Whether the lengths of the two say which one is due earlier."""
        same = first.calendar == second.calendar or self._calendar(first) == self._calendar(second)
        return first.kind == second.kind and (same or not first.is_business)

    def _calendar(self, aim: Aim) -> Calendar:
        return self.plan.calendar(aim.calendar)

    def order(self, first: Aim, second: Aim) -> Order:
        """Whether the first is ordinarily due later: by their lengths, or from more than half of the starts."""
        if self.alike(first, second):
            return Order(length_of(first.duration) > length_of(second.duration))
        tried = [(at, weight, self.due(first, at), self.due(second, at)) for at, weight in self.common(first, second)]
        late = [
            (at, weight, due, other)
            for at, weight, due, other in tried
            if due is not None and other is not None and self._is_later(first, second, due, other)
        ]
        if not late:
            return Order(mostly=False)
        mostly = 2 * sum(weight for _, weight, *_ in late) > sum(weight for _, weight, *_ in tried)
        at, _, due, other = min(late)
        return Order(mostly, (self.shown(first, at), self.shown(first, due), self.shown(second, other)))

    def common(self, first: Aim, second: Aim) -> list[Start]:
        """The starts by the calendars of the two; none where one never opens that is counted in business time."""
        if any(aim.is_business and aim.calendar in self.never_open for aim in (first, second)):
            return []
        return self.starts(first.calendar, second.calendar)

    def _is_later(self, first: Aim, second: Aim, due: timedelta, other: timedelta) -> bool:
        """Whether it is: in business time of one calendar, with open time between."""
        in_step = first.is_business and second.is_business and self._calendar(first) == self._calendar(second)
        return due > other and (not in_step or open_between(self._calendar(first), other, due) > timedelta(0))

    def shown(self, aim: Aim, at: timedelta) -> str:
        """The instant as the aim's calendar shows it, to the minute where it is one."""
        local: datetime = in_zone(at, self._calendar(aim).compiled.zone)
        return local.isoformat(" ", "auto" if local.second or local.microsecond else "minutes")
