"""When a desk is open: calendars, their combinations, and the sorted arrays they compile to (W5, W6, W17).

A calendar is a frozen description. Compiling it for some years goes in three steps, all in integers:

1. local minutes: the weekly hours of each date, less the dates that are closed, plus those dates' own hours;
2. instants: each edge through the zone's clock (W1), which is monotone, so that edges never cross;
3. a `Timeline`: windows in UTC, in order, none touching, with the open time before each (prefix sums).

Timelines grow on demand, in both directions, within 1900 to 2200. A calendar keeps the longest one it has compiled
in a memo that is no part of its value: two threads may compile the same years twice, and both are right.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from operator import add, itemgetter, sub
from typing import Literal, NamedTuple, cast
from zoneinfo import ZoneInfo

import attrs

from .closures import Dates, Schedule, as_schedule, checked_date
from .errors import InvalidChoice, WrongType
from .hours import DaySpans, Hours, check_spans, parse_hours, parse_spans, spans_text
from .spans import Pair, Window, clipped, difference, intersection, merged, pairs_of, union
from .zones import (
    DAY,
    EPOCH,
    FIRST_YEAR,
    LAST_YEAR,
    MICROSECOND,
    MINUTE,
    ZoneName,
    in_range,
    load_zone,
    since_epoch,
    wall_clock,
    year_start,
)

__all__ = [
    "ALWAYS",
    "HORIZON",
    "BusinessCalendar",
    "Calendar",
    "CombinedCalendar",
    "Compiled",
    "Label",
    "Timeline",
    "cover",
    "earlier",
    "known_spans",
    "later",
]

HolidaysClose = Literal["date", "shift"]
_WEEK = 7 * DAY
_EPOCH_ORDINAL = EPOCH.toordinal()
_ZERO = timedelta(0)


class Label(NamedTuple):
    """Why a stretch of microseconds is closed ("holiday", "exception", "excluded") or specially open ("counted")."""

    low: int
    high: int
    reason: str
    name: str


class Timeline:
    """A calendar's windows over whole years of UTC, in order, as times since 1970-01-01Z.

    Window 0 is empty and stands at the start of the stretch, so that every instant has a window that opened last;
    `opens` ends with the end of the stretch, so that every window has a next opening, if only that one.
    `after[i]` is the open time from the start to the end of window i, `anchors[i]` is `opens[i]` less the open time
    before it: inside window i, open time is the instant less the anchor.
    """

    def __init__(self, zone: ZoneInfo, first_year: int, last_year: int, spans: list[Pair]) -> None:
        self.zone, self.first_year, self.last_year, self.spans = zone, first_year, last_year, spans
        self.start, self.end = (MICROSECOND * year_start(year) for year in (first_year, last_year + 1))
        lows, highs = zip(*spans, strict=True) if spans else ((), ())
        lengths = list(map(sub, highs, lows))
        steps = list(map(sub, lows, (year_start(first_year), *lows)))
        amounts = {count: MICROSECOND * count for count in {*lengths, *steps}}
        used = [_ZERO, *map(amounts.__getitem__, lengths)]
        self.opens = [*accumulate(map(amounts.__getitem__, steps), initial=self.start), self.end]
        self.closes: list[timedelta] = list(map(add, self.opens, used))
        self.after = list(accumulate(used))
        self.anchors: list[timedelta] = list(map(sub, self.closes, self.after))
        gaps: list[timedelta] = list(map(sub, self.opens[1:], self.closes))
        deserted = max(gaps, default=_ZERO) > HORIZON
        self.deserts = [i for i, gap in enumerate(gaps) if gap > HORIZON] if deserted else []

    def covers(self, *instants: timedelta) -> bool:
        """Whether all instants lie within the stretch."""
        return all(self.start <= instant < self.end for instant in instants)

    @cached_property
    def midnights(self) -> list[int]:
        """The instants, in microseconds, at which the local dates from `first_day` on start (W1)."""
        clock = wall_clock(self.zone, self.first_year, self.last_year)
        days = range(self.first_day, year_start(self.last_year + 1) // DAY + 2)
        return [clock.instant(day * DAY) for day in days]

    @property
    def first_day(self) -> int:
        """The local date of `midnights[0]`, in days since 1970-01-01."""
        return year_start(self.first_year) // DAY - 1

    @cached_property
    def open_days(self) -> list[int]:
        """The local dates with open time that lie wholly within the stretch, in days since 1970-01-01."""
        starts, low, high = self.midnights, year_start(self.first_year), year_start(self.last_year + 1)
        days: dict[int, None] = {}
        for opens, closes in self.spans:
            for i in range(bisect_right(starts, opens) - 1, bisect_left(starts, closes)):
                if low <= starts[i] < starts[i + 1] <= high:
                    days[self.first_day + i] = None
        return list(days)


HORIZON = timedelta(days=5 * 365 + 2)


class Compiled:
    """A calendar's zone and the longest timeline compiled so far; copies and pickles start without a timeline.

    `epoch` is 1970-01-01 in the zone's own tzinfo: what `zone.fromutc` takes, plus a time since the epoch.
    """

    __slots__ = ("epoch", "timeline", "zone")

    def __init__(self, zone: str) -> None:
        self.zone = load_zone(zone)
        self.epoch = EPOCH.replace(tzinfo=self.zone)
        self.timeline: Timeline | None = None

    def instant(self, at: datetime, where: str) -> timedelta:
        """`since_epoch`, in a quarter of the time where `at` is written in this very zone."""
        if type(at) is datetime and at.tzinfo is self.zone:
            return at - self.epoch - (self.zone.utcoffset(at) or _ZERO)
        return since_epoch(at, where)

    def __reduce__(self) -> tuple[type[Compiled], tuple[str]]:
        return Compiled, (self.zone.key,)


def _not_compiled(calendar: Calendar) -> Compiled:
    return Compiled(calendar.zone)


def _as_calendar(value: Calendar) -> Calendar:
    if not isinstance(value, Calendar):
        raise WrongType("the left operand", value, "a calendar")
    return value


class Calendar(ABC):
    """When a desk is open: a `BusinessCalendar`, or calendars combined with `|`, `&` and `-`.

    The right operand may be an iterable of `Window` too; the result's zone is the left one's (W17).
    """

    __slots__ = ()
    compiled: Compiled

    @property
    @abstractmethod
    def zone(self) -> str:
        """The zone's IANA name."""

    @abstractmethod
    def spans(self, first_year: int, last_year: int) -> list[Pair]:
        """The open stretches of whole UTC years, the last one included, in microseconds since 1970-01-01Z."""

    @abstractmethod
    def labels(self, first_year: int, last_year: int) -> list[Label]:
        """Why stretches are closed, or specially open; what no label covers is open or closed by weekly hours."""

    @abstractmethod
    def unknown_years(self, first_year: int, last_year: int) -> tuple[int, ...]:
        """The years that a table of public holidays does not reach."""

    def __or__(self, other: Calendar | Iterable[Window]) -> Calendar:
        return _combined("|", self, _operand(other))

    def __and__(self, other: Calendar | Iterable[Window]) -> Calendar:
        return CombinedCalendar("&", self, _operand(other))

    def __sub__(self, other: Calendar | Iterable[Window]) -> Calendar:
        return _combined("-", self, _operand(other))


def _zone_name(zone: str | ZoneInfo) -> ZoneName:
    return ZoneName(load_zone(zone).key)


def _as_hours(hours: str | Hours, where: str = "hours") -> Hours:
    return hours if isinstance(hours, Hours) else parse_hours(hours, where)


def _as_spans(spans: str | DaySpans, where: str) -> DaySpans:
    if not isinstance(spans, tuple):
        return parse_spans(spans, where)
    check_spans(spans)
    return spans


def _dated(where: str, given: object) -> list[tuple[date, object]]:
    try:
        pairs = dict(cast("Mapping[date, object]", given))
    except (TypeError, ValueError):
        raise WrongType(where, given, "a mapping of date to hours") from None
    return sorted(((checked_date(f"a date of {where}", day), hours) for day, hours in pairs.items()), key=itemgetter(0))


def _as_exceptions(given: Mapping[date, str | DaySpans]) -> tuple[tuple[date, DaySpans], ...]:
    dated = _dated("exceptions", given)
    return tuple((day, _as_spans(cast("str | DaySpans", spans), f"exceptions[{day}]")) for day, spans in dated)


def _as_revisions(given: Mapping[date, str | Hours]) -> tuple[tuple[date, Hours], ...]:
    dated = _dated("revisions", given)
    return tuple((day, _as_hours(cast("str | Hours", hours), f"revisions[{day}]")) for day, hours in dated)


def _day_number(day: date) -> int:
    return day.toordinal() - _EPOCH_ORDINAL


@attrs.frozen
class BusinessCalendar(Calendar):
    """When one desk is open, in its own zone's wall-clock time all year round, whatever the offset (D1, D2).

    Frozen, hashable, comparable and picklable; compiled on demand, and safe to share between threads.

    Args:
        zone: an IANA name, such as "America/Chicago", or a `ZoneInfo`.
        hours: the weekly hours, as text such as "Mo-Fr 07:00-19:00" or as `Hours`.
        holidays: closed dates: dates, a mapping of date to name, or a schedule such as `public_holidays("US")`.
        exceptions: the hours of single dates, such as {date(2026, 12, 24): "07:00-12:00"}, or "off".
        revisions: hours in force from a date on, such as {date(2027, 1, 1): "Mo-Fr 08:00-18:00"} (D3).
        holidays_close: "date" closes a holiday from 00:00 to 24:00, "shift" the shifts that start on it (W6).

    Raises:
        UnknownZone, InvalidHours, InvalidChoice, WrongType, OutOfRange: an argument that cannot be used.

    >>> str(BusinessCalendar(zone="Australia/Sydney", hours="mo-fr 9:00-17:00").hours)
    'Mo-Fr 09:00-17:00'
    """

    zone: ZoneName = attrs.field(converter=_zone_name)
    hours: Hours = attrs.field(converter=_as_hours)
    holidays: Schedule = attrs.field(converter=as_schedule, default=Dates(()), kw_only=True)
    exceptions: tuple[tuple[date, DaySpans], ...] = attrs.field(converter=_as_exceptions, default=(), kw_only=True)
    revisions: tuple[tuple[date, Hours], ...] = attrs.field(converter=_as_revisions, default=(), kw_only=True)
    holidays_close: HolidaysClose = attrs.field(default="date", kw_only=True)
    compiled: Compiled = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_not_compiled, takes_self=True)
    )

    def __attrs_post_init__(self) -> None:
        if self.holidays_close not in ("date", "shift"):
            raise InvalidChoice("holidays_close", self.holidays_close, ("date", "shift"))

    def spans(self, first_year: int, last_year: int) -> list[Pair]:
        """The open stretches of whole UTC years, the last one included, in microseconds since 1970-01-01Z."""
        local = self.local_spans(self._days(first_year, last_year))
        clock = wall_clock(self.compiled.zone, first_year, last_year)
        return clipped(merged(clock.instants(local)), *_years(first_year, last_year))

    def local_spans(self, days: range) -> list[Pair]:
        """What the shifts that start on these dates leave open, dates and stretches in local time since 1970-01-01."""
        own = self._own_hours(days)
        if self.holidays_close == "date":
            closed = [(day * DAY, (day + 1) * DAY) for day in own]
            local = difference(merged(self._weekly(days)), merged(closed))
        else:
            local = merged(shift for shift in self._weekly(days) if shift[0] // DAY not in own)
        special = [span for day, (spans, _, _) in own.items() for span in _on_date(day, spans)]
        return union(local, special) if special else local

    def labels(self, first_year: int, last_year: int) -> list[Label]:
        """Why dates are closed, or specially open; what no label covers is open or closed by weekly hours."""
        days = self._days(first_year, last_year)
        weekly = merged(self._weekly(days))
        clock = wall_clock(self.compiled.zone, first_year, last_year)
        labels = []
        for day, (spans, reason, name) in self._own_hours(days).items():
            shifts = [*_on_date(day, self._hours_of(day).week[_weekday(day)])]
            low, high = day * DAY, (day + 1) * DAY
            if self.holidays_close == "shift":
                high = max([high, *(end for _, end in shifts)])
            if spans or shifts or (self.holidays_close == "date" and clipped(weekly, low, high)):
                labels.append(Label(clock.instant(low), clock.instant(high), reason, name))
            labels += [
                Label(clock.instant(low), clock.instant(high), "counted", name) for low, high in _on_date(day, spans)
            ]
        return labels

    def unknown_years(self, first_year: int, last_year: int) -> tuple[int, ...]:
        """The years that a table of public holidays does not reach."""
        return self.holidays.unknown_years(first_year, last_year)

    def _days(self, first_year: int, last_year: int) -> range:
        """The local dates whose shifts may lie in these UTC years: a shift ends by the end of the next date."""
        offsets = wall_clock(self.compiled.zone, first_year, last_year).offsets
        low, high = _years(first_year, last_year)
        return range((low + min(offsets)) // DAY - 1, (high + max(offsets)) // DAY + 1)

    def _weekly(self, days: range) -> list[Pair]:
        """The shifts that start on these dates, holidays or not, in local microseconds; as written, not merged."""
        shifts: list[Pair] = []
        for hours, part in self._in_force(days):
            week = sorted(span for day in part[:7] for span in _on_date(day, hours.week[_weekday(day)]))
            weeks = range(0, len(part) * DAY, _WEEK)
            shifts += [(low + later, high + later) for later in weeks for low, high in week]
            while shifts and shifts[-1][0] >= part.stop * DAY:
                shifts.pop()
        return shifts

    def _in_force(self, days: range) -> Iterator[tuple[Hours, range]]:
        hours, start = self.hours, days.start
        for day, revised in self.revisions:
            change = min(max(_day_number(day), start), days.stop)
            yield hours, range(start, change)
            hours, start = revised, change
        yield hours, range(start, days.stop)

    def _hours_of(self, day: int) -> Hours:
        revised = bisect_right(self.revisions, day, key=lambda revision: _day_number(revision[0]))
        return self.revisions[revised - 1][1] if revised else self.hours

    def _own_hours(self, days: range) -> dict[int, tuple[DaySpans, str, str]]:
        years = (date.fromordinal(day + _EPOCH_ORDINAL).year for day in (days[0], days[-1]))
        own = {
            _day_number(day): (self._hours_of(_day_number(day)).public_holiday, "holiday", name)
            for day, name in self.holidays.dates(*years).items()
        }
        for day, spans in self.exceptions:
            own[_day_number(day)] = (spans, "exception", spans_text(spans))
        return {day: own[day] for day in sorted(own) if day in days}


def _weekday(day: int) -> int:
    return (day + 3) % 7


def _on_date(day: int, spans: DaySpans) -> Iterator[Pair]:
    midnight = day * DAY
    return ((midnight + start * MINUTE, midnight + end * MINUTE) for start, end in spans)


def _years(first_year: int, last_year: int) -> Pair:
    return year_start(first_year), year_start(last_year + 1)


def _operand(other: Calendar | Iterable[Window]) -> Calendar | tuple[Window, ...]:
    if isinstance(other, Calendar):
        return other
    return tuple(Window(EPOCH + MICROSECOND * opens, EPOCH + MICROSECOND * closes) for opens, closes in pairs_of(other))


_OPERATIONS = {"|": union, "&": intersection, "-": difference}


@attrs.frozen
class CombinedCalendar(Calendar):
    """Two calendars, or a calendar and windows, joined by `|` (either), `&` (both) or `-` (left without right)."""

    operation: Literal["|", "&", "-"]
    left: Calendar = attrs.field(converter=_as_calendar)
    right: Calendar | tuple[Window, ...] = attrs.field(converter=_operand)
    compiled: Compiled = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_not_compiled, takes_self=True)
    )

    def __attrs_post_init__(self) -> None:
        if self.operation not in _OPERATIONS:
            raise InvalidChoice("operation", self.operation, tuple(_OPERATIONS))

    @property
    def zone(self) -> str:
        """The zone of the left calendar (W17)."""
        return self.left.zone

    def spans(self, first_year: int, last_year: int) -> list[Pair]:
        """The open stretches of whole UTC years, the last one included, in microseconds since 1970-01-01Z."""
        left = known_spans(self.left, first_year, last_year)
        return _OPERATIONS[self.operation](left, self._right_spans(first_year, last_year))

    def labels(self, first_year: int, last_year: int) -> list[Label]:
        """Why stretches are closed: what the right operand closes while the left one is open, and the left one's."""
        labels = self.left.labels(first_year, last_year)
        if self.operation == "|" and isinstance(self.right, Calendar):
            return [*labels, *self.right.labels(first_year, last_year)]
        left = known_spans(self.left, first_year, last_year)
        if self.operation == "&" and isinstance(self.right, Calendar):
            others = self.right.labels(first_year, last_year)
            return [*(label._replace(low=a, high=b) for label in others for a, b in clipped(left, *label[:2])), *labels]
        taken = difference(left, self.spans(first_year, last_year))
        return [*(Label(low, high, "excluded", "") for low, high in taken), *labels]

    def unknown_years(self, first_year: int, last_year: int) -> tuple[int, ...]:
        """The years that either calendar's table of public holidays does not reach."""
        sides = [side for side in (self.left, self.right) if isinstance(side, Calendar)]
        return tuple(sorted({year for side in sides for year in side.unknown_years(first_year, last_year)}))

    def _right_spans(self, first_year: int, last_year: int) -> list[Pair]:
        if isinstance(self.right, Calendar):
            return known_spans(self.right, first_year, last_year)
        return clipped(pairs_of(self.right), *_years(first_year, last_year))


def _combined(operation: Literal["|", "-"], left: Calendar, right: Calendar | tuple[Window, ...]) -> Calendar:
    """The combination; windows joined to windows already there, so that a loop makes no chain of calendars."""
    if (
        isinstance(left, CombinedCalendar)
        and left.operation == operation
        and isinstance(left.right, tuple)
        and isinstance(right, tuple)
    ):
        return CombinedCalendar(operation, left.left, (*left.right, *right))
    return CombinedCalendar(operation, left, right)


ALWAYS = BusinessCalendar("UTC", "24/7")
"""Open around the clock, in UTC (D7)."""


def cover(calendar: Calendar, *instants: timedelta) -> Timeline:
    """The calendar's timeline, grown where needed so that all instants lie within it.

    Raises:
        OutOfRange: an instant lies outside [1900-01-01Z, 2201-01-01Z).
    """
    timeline = calendar.compiled.timeline
    if timeline is not None and timeline.covers(*instants):
        return timeline
    years = [(EPOCH + in_range(instant, "instant")).year for instant in instants]
    if timeline is None:
        return _grow(calendar, None, min(years), max(years))
    if min(years) < timeline.first_year:
        timeline = earlier(calendar, timeline, min(years))
    return later(calendar, timeline, max(years)) if max(years) > timeline.last_year else timeline


def known_spans(calendar: Calendar, first_year: int, last_year: int) -> list[Pair]:
    """The spans of these years, from the calendar's own timeline: compiled once, however often it is combined."""
    low, high = _years(first_year, last_year)
    timeline = cover(calendar, MICROSECOND * low, MICROSECOND * (high - 1))
    return clipped(timeline.spans, low, high)


def later(calendar: Calendar, timeline: Timeline, year: int = 0) -> Timeline:
    """A timeline that reaches further, to the year at least: about twice as long, up to 2200."""
    doubled = timeline.last_year + timeline.last_year - timeline.first_year + 1
    return _grow(calendar, timeline, timeline.first_year, min(max(doubled, year), LAST_YEAR))


def earlier(calendar: Calendar, timeline: Timeline, year: int = LAST_YEAR) -> Timeline:
    """A timeline that reaches further back, to the year at least: about twice as long, down to 1900."""
    doubled = timeline.first_year - (timeline.last_year - timeline.first_year + 1)
    return _grow(calendar, timeline, max(min(doubled, year), FIRST_YEAR), timeline.last_year)


def _grow(calendar: Calendar, known: Timeline | None, first_year: int, last_year: int) -> Timeline:
    if known is None:
        spans = calendar.spans(first_year, last_year)
    else:
        before = calendar.spans(first_year, known.first_year - 1) if first_year < known.first_year else []
        beyond = calendar.spans(known.last_year + 1, last_year) if last_year > known.last_year else []
        spans = merged([*before, *known.spans, *beyond])
    timeline = Timeline(calendar.compiled.zone, first_year, last_year, spans)
    kept = calendar.compiled.timeline
    if kept is None or kept.last_year - kept.first_year < last_year - first_year:
        calendar.compiled.timeline = timeline
    return timeline
