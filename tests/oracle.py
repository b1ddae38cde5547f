"""A brute-force oracle of working time, written from the words of the design and from nothing else.

It steps over the minutes of a stretch of real time: for each it asks what the desk's clock shows and whether
the desk is open, and it counts. It shares no code with the library and never imports it. Every edge of its
data lies on a whole minute; a minute is open or closed as a whole, so instants within one need no rounding.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from typing import Literal
from zoneinfo import ZoneInfo

Boundary = Literal["close", "open"]
Unit = Literal["business_hours", "business_days", "calendar_hours", "calendar_days"]
Sign = Literal["|", "&", "-"]
Span = tuple[int, int]
Spans = tuple[Span, ...]
Stretches = tuple[tuple[datetime, datetime], ...]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1)
DAY = 24 * 60
MINUTE_US = 60_000_000


class OutOfSightError(LookupError):
    """The answer lies outside the minutes that this oracle has stepped over."""


@dataclass(frozen=True)
class Hours:
    """Weekly hours as written: minutes of the day by weekday (Monday is 0), and a holiday's own hours."""

    weekly: Mapping[int, Spans]
    ph: Spans = ()


@dataclass(frozen=True)
class Desk:
    """The plain facts about one desk."""

    zone: str
    hours: Hours
    holidays: frozenset[date] = frozenset()
    exceptions: Mapping[date, Spans] = field(default_factory=dict)
    revisions: Mapping[date, Hours] = field(default_factory=dict)
    holidays_close: Literal["date", "shift"] = "date"


@dataclass(frozen=True)
class Combined:
    """Two sets of open time put together: in either, in both, or in the left one only."""

    left: Plain
    sign: Sign
    right: Plain | Stretches


Plain = Desk | Combined


class Clock:
    """What the clock of one zone shows at each minute of some days, and the latest it has shown so far."""

    def __init__(self, zone: str, first_day: int, days: int) -> None:
        self.first = first_day * DAY
        self.walls = array("q", _walls(zone, self.first, self.first + days * DAY))
        self.peaks = array("q", accumulate(self.walls, max))

    def reach(self, day: date, minute: int) -> int:
        """W1: the first minute by which the clock has shown this time of that date, or a later one."""
        return bisect_left(self.peaks, _wall(day, minute))

    def date_at(self, index: int) -> date:
        """The date whose stretch holds this minute."""
        return EPOCH_DAY + timedelta(days=self.peaks[index] // DAY)

    def dates(self) -> Iterator[date]:
        """Every date whose hours may touch these minutes, from two dates before the first."""
        first, last = self.date_at(0), self.date_at(len(self.peaks) - 1)
        for n in range(-2, (last - first).days + 1):
            yield first + timedelta(days=n)


def _wall(day: date, minute: int) -> int:
    return (day - EPOCH_DAY).days * DAY + minute


def _walls(zone: str, first: int, last: int) -> Iterator[int]:
    """What the clock shows at each minute, in minutes since 1970 on its own face."""
    offsets = [_offset(zone, hour) for hour in range(first, last + 1, 60)]
    for hour, (before, after) in zip(range(first, last, 60), pairwise(offsets), strict=True):
        if before == after:
            yield from range(hour + before, hour + before + 60)
        else:
            yield from (minute + _offset(zone, minute) for minute in range(hour, hour + 60))


def _offset(zone: str, minute: int) -> int:
    offset = (EPOCH + timedelta(minutes=minute)).astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    assert offset % timedelta(minutes=1) == timedelta(0), f"{zone} was not on whole minutes"
    return offset // timedelta(minutes=1)


@lru_cache(maxsize=128)
def _clock(zone: str, first_day: int, days: int) -> Clock:
    return Clock(zone, first_day, days)


def _pairs(day: date, spans: Spans, clock: Clock) -> Iterator[tuple[int, int]]:
    """W5: spans that end at or before they start run past midnight."""
    for start, end in spans:
        last = end if end > start else end + DAY
        yield clock.reach(day, start), clock.reach(day, last)


def _paint(minutes: bytearray, pairs: Iterator[tuple[int, int]], value: bytes) -> None:
    for start, end in pairs:
        minutes[start:end] = value * (end - start)


def _hours_on(desk: Desk, day: date) -> Hours:
    since = [d for d in desk.revisions if d <= day]
    return desk.revisions[max(since)] if since else desk.hours


def _own(desk: Desk, day: date) -> Spans | None:
    """The hours of a date that is special: an exception beats a holiday's hours; None on an ordinary date."""
    if day in desk.exceptions:
        return desk.exceptions[day]
    return _hours_on(desk, day).ph if day in desk.holidays else None


def _open_desk(desk: Desk, clock: Clock) -> bytearray:
    """W6: the open minutes of one desk, by either reading of what a holiday closes."""
    minutes = bytearray(len(clock.walls))
    special = {day: own for day in clock.dates() if (own := _own(desk, day)) is not None}
    for day in clock.dates():
        if day not in special or desk.holidays_close == "date":
            _paint(minutes, _pairs(day, _hours_on(desk, day).weekly.get(day.weekday(), ()), clock), b"\x01")
    if desk.holidays_close == "date":
        for day in special:
            _paint(minutes, _pairs(day, ((0, DAY),), clock), b"\x00")
    for day, own in special.items():
        _paint(minutes, _pairs(day, own, clock), b"\x01")
    return minutes


def _open_stretches(stretches: Stretches, first: int, count: int) -> bytearray:
    minutes = bytearray(count)
    for opens, closes in stretches:
        start = min(max(_minute(opens) - first, 0), count)
        end = min(max(_minute(closes) - first, start), count)
        minutes[start:end] = b"\x01" * (end - start)
    return minutes


def _open_minutes(plain: Plain | Stretches, first_day: int, days: int) -> bytes:
    """One byte for each minute, 1 where it is open."""
    if isinstance(plain, Desk):
        return bytes(_open_desk(plain, _clock(plain.zone, first_day, days)))
    if isinstance(plain, tuple):
        return bytes(_open_stretches(plain, first_day * DAY, days * DAY))
    left = int.from_bytes(_open_minutes(plain.left, first_day, days), "big")
    right = int.from_bytes(_open_minutes(plain.right, first_day, days), "big")
    both = {"|": left | right, "&": left & right, "-": left & ~right}
    return both[plain.sign].to_bytes(days * DAY, "big")


def _micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def _minute(at: datetime) -> int:
    minute, rest = divmod(_micros(at), MINUTE_US)
    assert rest == 0, "edges lie on whole minutes"
    return minute


def zone_of(plain: Plain) -> str:
    """W17: the zone of a combination is the left one's."""
    return plain.zone if isinstance(plain, Desk) else zone_of(plain.left)


class Oracle:
    """Answers about one calendar, for instants around those given."""

    def __init__(self, plain: Plain, first: datetime, last: datetime, *, days: int = 24) -> None:
        first_day = (first - EPOCH).days - days
        count = (last - EPOCH).days + days - first_day
        self.clock = _clock(zone_of(plain), first_day, count)
        self.first = first_day * DAY
        self.open = _open_minutes(plain, first_day, count)

    @cached_property
    def before(self) -> array[int]:
        """The open minutes before each minute."""
        return array("q", accumulate(self.open, initial=0))

    # Instants are microseconds since the first minute in sight.

    def _enter(self, at: datetime) -> int:
        return self._seen(_micros(at) - self.first * MINUTE_US)

    def _leave(self, at: int) -> datetime:
        return EPOCH + timedelta(microseconds=self._seen(at) + self.first * MINUTE_US)

    def _seen(self, at: int) -> int:
        """Nothing is said about the rim of what was stepped over: it could be wrong."""
        if not DAY <= at // MINUTE_US < len(self.open) - DAY:
            raise OutOfSightError
        return at

    def _find_back(self, value: bytes, index: int) -> int:
        """The last minute with this value before the minute `index`."""
        found = self.open.rfind(value, 0, max(index, 0))
        if found < 0:
            raise OutOfSightError
        return found

    def _is_open(self, at: int) -> bool:
        return self.open[at // MINUTE_US] == 1

    def _was_open(self, at: int) -> bool:
        return self.open[(at - 1) // MINUTE_US] == 1

    def _next(self, value: bytes, at: int) -> int:
        """The instant itself if it has this value, else the start of the next minute that has, or the rim."""
        found = self.open.find(value, at // MINUTE_US)
        return max(at, (found if found >= 0 else len(self.open)) * MINUTE_US)

    def _last_close(self, at: int) -> int:
        """The last closing at or before an instant before which the desk was closed."""
        return (self._find_back(b"\x01", (at - 1) // MINUTE_US + 1) + 1) * MINUTE_US

    def _worked(self, at: int) -> int:
        """The open time from the first minute in sight to an instant, minute by minute."""
        index, rest = divmod(at, MINUTE_US)
        return self.open.count(b"\x01", 0, index) * MINUTE_US + (rest if self.open[index] else 0)

    # The questions.

    @property
    def sight(self) -> tuple[datetime, datetime]:
        """The first and the last instant about which questions are answered."""
        return self._leave(DAY * MINUTE_US), self._leave((len(self.open) - DAY - 1) * MINUTE_US)

    def date_of(self, at: datetime) -> date:
        """The date whose stretch, from its midnight to the next one, holds the instant."""
        return self.clock.date_at(self._enter(at) // MINUTE_US)

    def reach(self, day: date, minute: int) -> datetime:
        """W1: the first instant at which the clock shows this minute of that date, or later."""
        return self._leave(self.clock.reach(day, minute) * MINUTE_US)

    def is_open(self, at: datetime) -> bool:
        """Whether the minute that holds the instant is open (W4: the closing instant is not)."""
        return self._is_open(self._enter(at))

    def next_open(self, at: datetime) -> datetime:
        """The instant itself while open, else the next opening."""
        return self._leave(self._next(b"\x01", self._enter(at)))

    def next_close(self, at: datetime) -> datetime:
        """The close of the window that is open at the instant, or that opens next."""
        return self._leave(self._next(b"\x00", self._seen(self._next(b"\x01", self._enter(at)))))

    def windows(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The maximal open stretches, clipped."""
        found, at, stop = [], self._enter(start), self._enter(end)
        while at < stop:
            opens = min(self._next(b"\x01", at), stop)
            closes = min(self._next(b"\x00", opens), stop)
            if opens < closes:
                found.append((self._leave(opens), self._leave(closes)))
            at = closes
        return found

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The open time between two instants, negative backwards."""
        return timedelta(microseconds=self._worked(self._enter(end)) - self._worked(self._enter(start)))

    def deadline(self, start: datetime, unit: Unit, amount: int, boundary: Boundary = "close") -> datetime:
        """The due instant of an amount of microseconds (of the two kinds of hours) or of days."""
        at = self._enter(start)
        if amount == 0:
            return self._leave(at) if boundary == "close" else self.next_open(start)
        steps = {
            "business_hours": self._add_open_time,
            "business_days": self._add_business_days,
            "calendar_hours": int.__add__,
            "calendar_days": self._add_calendar_days,
        }
        return self._leave(self._settle(steps[unit](at, amount), amount, boundary))

    def _settle(self, due: int, amount: int, boundary: Boundary) -> int:
        """W2: where the answer goes with `boundary="open"`."""
        if boundary == "close":
            return due
        if amount > 0:
            return self._next(b"\x01", self._seen(due))
        return due if self._was_open(self._seen(due)) else self._last_close(due)

    def _add_open_time(self, at: int, amount: int) -> int:
        wanted = self._worked(at) + amount
        if amount > 0:  # the first instant before which that much was worked
            index = bisect_left(self.before, -(-wanted // MINUTE_US))
            if index == len(self.before):
                raise OutOfSightError
            return index * MINUTE_US - (self.before[index] * MINUTE_US - wanted)
        index = bisect_right(self.before, wanted // MINUTE_US) - 1  # the last one
        if index <= 0 or index == len(self.open):
            raise OutOfSightError
        return index * MINUTE_US + (wanted - self.before[index] * MINUTE_US)

    # Days are steps on dates; a time of day is microseconds since midnight.

    def _face(self, at: int) -> tuple[date, int]:
        """The date and time of day that the clock shows."""
        index, rest = divmod(at, MINUTE_US)
        days, minute = divmod(self.clock.walls[index], DAY)
        return EPOCH_DAY + timedelta(days=days), minute * MINUTE_US + rest

    def _reach(self, day: date, time: int) -> int:
        """W1, to the microsecond: a clock that jumps over the wanted time reaches it at the jump."""
        minute, rest = divmod(time, MINUTE_US)
        index = self.clock.reach(day, minute)
        if index >= len(self.open):
            raise OutOfSightError
        jumped = self.clock.walls[index] > _wall(day, minute)
        return index * MINUTE_US + (0 if jumped else rest)

    def _add_calendar_days(self, at: int, days: int) -> int:
        """W8: the same local time so many dates later."""
        day, time = self._face(at)
        return self._reach(day + timedelta(days=days), time)

    def _add_business_days(self, at: int, days: int) -> int:
        """W7: the same local time, so many dates with open time later."""
        day, time = self._start_of_days(at, days)
        step = timedelta(days=1 if days > 0 else -1)
        left = abs(days)
        while left:
            day += step
            left -= self._has_open_time(day)
        return self._on_date(day, self._seen(self._reach(day, time)))

    def _start_of_days(self, at: int, days: int) -> tuple[date, int]:
        if self._is_open(at):
            return self._face(at)
        if days > 0:
            return self._face(self._seen(self._next(b"\x01", at)))
        return self._face_of_close(self._last_close(at))

    def _face_of_close(self, at: int) -> tuple[date, int]:
        """A closing at 24:00 belongs to the date that it ends."""
        index = at // MINUTE_US
        day = self.clock.date_at(index - 1)
        ends_the_date = index == self.clock.reach(day, DAY)
        return (day, DAY * MINUTE_US) if ends_the_date else self._face(at)

    def _date(self, day: date) -> tuple[int, int]:
        """The minutes of a date."""
        start, end = self.clock.reach(day, 0), self.clock.reach(day, DAY)
        if start == 0 or end >= len(self.open):
            raise OutOfSightError
        return start, end

    def _has_open_time(self, day: date) -> bool:
        return b"\x01" in self.open[slice(*self._date(day))]

    def _on_date(self, day: date, due: int) -> int:
        """The time itself while open, else the last closing by then on that date, else its first opening."""
        if self._is_open(due):
            return due
        start, _ = self._date(day)
        closed_since = self.open.rfind(b"\x01", start, due // MINUTE_US) + 1
        return (closed_since or self.open.index(b"\x01", start)) * MINUTE_US
