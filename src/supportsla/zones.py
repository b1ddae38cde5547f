"""Instants and wall clocks: the aware door, and the only home of gaps and overlaps (W1, W12, W13).

Inside the library an instant is a number: the time since 1970-01-01Z, as a `timedelta` where single values are
searched and as integer microseconds where windows are compiled. A local time is likewise the time that a desk's
clock shows since its own 1970-01-01 00:00.

W1. A desk's local time means the first instant at which its clock shows that time or later. A clock is a list of
pieces of constant offset. The one piece in which a local time is first shown is the first piece whose end shows
more than it; so the ends' running maximum is searched, and a time inside a spring gap falls on the jump itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate, chain
from operator import ne, sub
from typing import NamedTuple, NewType
from zoneinfo import ZoneInfo

from .errors import NaiveDatetime, OutOfRange, UnknownZone, WrongType

__all__ = [
    "DAY",
    "EPOCH",
    "FIRST",
    "FIRST_YEAR",
    "FOREVER",
    "LAST",
    "LAST_YEAR",
    "MICROSECOND",
    "MINUTE",
    "WallClock",
    "ZoneName",
    "as_utc",
    "clock_changes",
    "first_shown",
    "in_range",
    "in_zone",
    "load_zone",
    "since_epoch",
    "utc_text",
    "wall_clock",
    "wall_time",
    "year_start",
]

ZoneName = NewType("ZoneName", str)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60 * 1_000_000
DAY = 24 * 60 * MINUTE
FOREVER = 10**18
FIRST_YEAR, LAST_YEAR = 1900, 2200
FIRST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) - EPOCH
LAST = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC) - EPOCH


def since_epoch(at: datetime, where: str) -> timedelta:
    """The instant `at`, as the time since 1970-01-01Z; `where` is the argument's name in an error.

    Raises:
        NaiveDatetime: `at` has no zone.
        WrongType: `at` is no datetime.
    """
    if type(at) is not datetime:
        at = _plain(at, where)
    try:
        return at - EPOCH
    except TypeError:
        raise NaiveDatetime(where, at) from None


_EXPECTED = "a datetime with a zone; datetime.fromisoformat reads one from text"


def _plain(at: datetime, where: str) -> datetime:
    if not isinstance(at, datetime):
        raise WrongType(where, at, _EXPECTED)
    try:
        return datetime.combine(at.date(), at.time(), at.tzinfo)
    except ValueError:
        raise WrongType(where, at, _EXPECTED) from None


def as_utc(at: datetime | None) -> datetime | None:
    """The same instant in UTC, by which values compare: Python compares datetimes of one zone by wall clock."""
    return at.astimezone(UTC) if at else None


def utc_text(at: datetime) -> str:
    """An instant as text for programs, in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def in_range(instant: timedelta, where: str) -> timedelta:
    """The instant itself.

    Raises:
        OutOfRange: it lies outside [1900-01-01Z, 2201-01-01Z).
    """
    if FIRST <= instant < LAST:
        return instant
    raise OutOfRange(where, _written(instant), "an instant from 1900-01-01Z to before 2201-01-01Z")


def _written(instant: timedelta) -> str:
    try:
        return (EPOCH + instant).isoformat(" ")
    except OverflowError:
        return f"{instant.days} days from 1970-01-01Z"


def in_zone(instant: timedelta, zone: ZoneInfo) -> datetime:
    """The instant as an aware datetime of the zone."""
    return zone.fromutc(EPOCH.replace(tzinfo=zone) + instant)


def wall_time(instant: timedelta, zone: ZoneInfo) -> tuple[int, int]:
    """What the zone's clock shows: (days since 1970-01-01, microseconds since midnight)."""
    local = in_zone(instant, zone).replace(tzinfo=UTC) - EPOCH
    return local.days, local.seconds * 1_000_000 + local.microseconds


def year_start(year: int) -> int:
    """The year's first instant in UTC, in microseconds since 1970-01-01Z."""
    return (datetime(year, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND


def load_zone(name: str | ZoneInfo) -> ZoneInfo:
    """The zone of that IANA name.

    Raises:
        WrongType: the name is neither a text nor a zone with a name.
        UnknownZone: the database has no such name; the error lists similar ones.
    """
    key = name.key if isinstance(name, ZoneInfo) else name
    if not isinstance(key, str):
        raise WrongType("zone", name, 'a name of the IANA time zone database, such as "America/Chicago"')
    if key in ("localtime", "posixrules") or key.startswith(("posix/", "right/")):
        raise UnknownZone(key, "that name means something else on each machine")
    try:
        return ZoneInfo(key)
    except (LookupError, ValueError, OSError):
        raise UnknownZone(key, _zone_hint(key)) from None


@lru_cache(maxsize=1)
def _zone_names() -> tuple[str, ...]:
    from zoneinfo import available_timezones

    return tuple(sorted(available_timezones()))


@lru_cache(maxsize=256)
def _zone_hint(name: str) -> str:
    from difflib import get_close_matches

    if fixed := re.fullmatch(r"(?:UTC|GMT)?([+-])0?([0-9]{1,2})(?::?00)?", name):
        return f'a fixed {name} is "Etc/GMT{"-" if fixed[1] == "+" else "+"}{fixed[2]}"'
    if re.fullmatch("[A-Z]{2,5}", name):
        return 'abbreviations are ambiguous, write a place, such as "America/Chicago"'
    names = _zone_names()
    places = [known for known in names if known.rpartition("/")[2].casefold() == name.casefold()]
    similar = places or get_close_matches(name[:60], names, n=3)
    return f"did you mean {', '.join(similar)}?" if similar else 'such as "America/Chicago"'


class WallClock(NamedTuple):
    """A zone's clock as pieces of constant offset, all in microseconds.

    Piece k runs from the instant `starts[k]`, shows the instant plus `offsets[k]`, and by its end the clock has
    shown every local time below `shown[k]`.
    """

    starts: Sequence[int]
    offsets: Sequence[int]
    shown: Sequence[int]

    def instant(self, local: int) -> int:
        """The first instant at which the clock shows the local time or later (W1)."""
        piece = bisect_right(self.shown, local)
        return max(self.starts[piece], local - self.offsets[piece])

    def instants(self, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The spans of local times, which are in order and apart, as spans of instants.

        Those that lie within one piece, most of all, are shifted together.
        """
        shifted: list[tuple[int, int]] = []
        done, shown_before = 0, -FOREVER
        for start, offset, shown in zip(self.starts, self.offsets, self.shown, strict=True):
            first = bisect_left(spans, (max(shown_before, start + offset),), done)
            end = bisect_left(spans, (shown,), first)
            if end > first and spans[end - 1][1] >= shown:
                end -= 1
            shifted += [(self.instant(low), self.instant(high)) for low, high in spans[done:first]]
            shifted += [(low - offset, high - offset) for low, high in spans[first:end]]
            done, shown_before = end, shown
        return shifted


@lru_cache(maxsize=1024)
def wall_clock(zone: ZoneInfo, first_year: int, last_year: int) -> WallClock:
    """The zone's clock for local times of these years and of a month beside them."""
    years = range(first_year - 1, last_year + 2)
    changes = list(chain.from_iterable(_offset_changes(zone, year) for year in years))
    start = _offset(zone, year_start(years[0]))
    starts = [-FOREVER, *(at for at, _ in changes)]
    offsets = [start, *(offset for _, offset in changes)]
    ends = [*(end + offset for end, offset in zip(starts[1:], offsets, strict=False)), FOREVER]
    return WallClock(starts, offsets, list(accumulate(ends, max)))


def first_shown(zone: ZoneInfo, day: int, time: int) -> timedelta:
    """The first instant at which the zone's clock shows that day (since 1970-01-01) and time of day, or later (W1).

    Raises:
        OutOfRange: the instant lies outside years 1900 to 2200.
    """
    if not FIRST.days - 1 <= day <= LAST.days + 1:
        raise OutOfRange("due", f"{day} days from 1970-01-01", "a date of years 1900 to 2200")
    year = (EPOCH + timedelta(days=day)).year
    return in_range(MICROSECOND * wall_clock(zone, year, year).instant(day * DAY + time), "due")


def clock_changes(zone: ZoneInfo, start: timedelta, end: timedelta) -> Iterator[tuple[timedelta, timedelta, timedelta]]:
    """The instants in (start, end) at which the zone's offset changes, with the offsets before and after."""
    before = _offset(zone, start // MICROSECOND)
    for year in range((EPOCH + start).year - 1, (EPOCH + end).year + 1):
        for change, after in _offset_changes(zone, year):
            at = MICROSECOND * change
            if start < at < end:
                yield at, MICROSECOND * before, MICROSECOND * after
                before = after


_PROBES = [timedelta(days=day) for day in range(0, 366, 3)]


@lru_cache(maxsize=4096)
def _offset_changes(zone: ZoneInfo, year: int) -> tuple[tuple[int, int], ...]:
    """The year's instants at which the zone's offset changes, each with the new offset.

    Probes every three days: in the whole database no zone changes twice within that (Africa/Freetown came
    nearest, with 3.99 days in 1939).
    """
    start = datetime(year, 1, 1, tzinfo=zone)
    probes = [*(start + probe for probe in _PROBES), datetime(year + 1, 1, 1, tzinfo=zone)]
    offsets: list[timedelta] = list(map(sub, map(zone.fromutc, probes), probes))
    changes = [i for i, changed in enumerate(map(ne, offsets, offsets[1:])) if changed]
    return tuple(
        (_change_between(zone, probes[i], probes[i + 1], offsets[i]), offsets[i + 1] // MICROSECOND) for i in changes
    )


def _change_between(zone: ZoneInfo, low: datetime, high: datetime, before: timedelta) -> int:
    def changed(second: int) -> int:
        probe = low + timedelta(seconds=second)
        return int(zone.fromutc(probe) - probe != before)

    hours = range(0, (high - low) // timedelta(seconds=1), 3600)
    hour = 3600 * (bisect_left(hours, 1, key=changed) - 1)
    first = low + timedelta(seconds=hour + bisect_left(range(hour, hour + 3600), 1, key=changed))
    return (first.replace(tzinfo=UTC) - EPOCH) // MICROSECOND


def _offset(zone: ZoneInfo, instant: int) -> int:
    probe = (EPOCH + instant * MICROSECOND).replace(tzinfo=zone)
    return (zone.fromutc(probe) - probe) // MICROSECOND
