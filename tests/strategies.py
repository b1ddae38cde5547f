"""Calendars, instants and amounts for the property tests, drawn where working time goes wrong.

A scene is set around one moment, mostly a change of some zone's clock. Its calendar has its special dates
near that moment, and its points lie at the edges of windows and dates, exactly or a microsecond or a minute
off, written in any zone and in every way that Python reads as that instant. Each scene holds the same calendar
twice: as plain data with the oracle that answers for it, and as a calendar of the library.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

from hypothesis import assume
from hypothesis import strategies as st

from oracle import (
    DAY,
    EPOCH,
    Combined,
    Desk,
    Hours,
    Oracle,
    OutOfSightError,
    Plain,
    Sign,
    Spans,
    Stretches,
    zone_of,
)
from supportsla import (
    BusinessCalendar,
    Calendar,
    Duration,
    Window,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
)

MICROSECOND = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
PROBED_EDGES = 10
NUDGES = (timedelta(0), MICROSECOND, -MICROSECOND, MINUTE, -MINUTE)

ZONES = (
    "America/Chicago",
    "Australia/Sydney",
    "America/St_Johns",  # changed its clock at 00:01, so that the evening before came twice
    "America/Sao_Paulo",  # gaps at midnight, and overlaps before it
    "Pacific/Apia",  # 2011-12-30 does not exist
    "Australia/Lord_Howe",  # half an hour
    "Africa/Casablanca",  # four changes a year, for Ramadan
    "America/Nuuk",  # a gap that ends a date
    "Antarctica/Casey",  # three hours, at 00:01
    "Asia/Tehran",
    "Asia/Pyongyang",  # 23:30 became midnight
    "Pacific/Kwajalein",  # 1993-08-21 does not exist
    "Pacific/Chatham",
    "America/Scoresbysund",
    "Europe/Dublin",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "UTC",
)
ERAS = ((1985, 2038), (2090, 2093))
ORDINARY_MOMENTS = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in ("2026-12-31T20:00", "2024-02-29", "2000-02-29T12:00", "1999-12-31T23:00", "2100-03-01")
)

COMMON_DAYS: tuple[Spans, ...] = (
    ((9 * 60, 17 * 60),),
    ((9 * 60, 12 * 60), (13 * 60, 17 * 60)),  # a lunch break
    ((22 * 60, 6 * 60),),  # a night shift
    ((0, DAY),),
    ((9 * 60, 9 * 60),),  # 24 hours
    ((0, 0),),
    ((22 * 60, 30 * 60),),
    ((DAY - 1, 2 * DAY - 1),),
    ((9 * 60, 13 * 60), (12 * 60, 17 * 60)),  # overlapping
    ((9 * 60, 12 * 60), (12 * 60, 17 * 60)),  # touching
    ((10 * 60, 10 * 60 + 1),),  # one minute
    ((0, 1), (DAY - 1, DAY)),
    ((18 * 60, 0), (0, 6 * 60)),
    ((10 * 60, DAY),),  # to midnight
    ((DAY - 1, 2 * DAY),),  # as long as there are hours to write it
)
COMMON_EDGES = (0, 1, 60, 150, 360, 540, 720, 1020, 1320, DAY - 60, DAY - 1)
WEEKS = ("11111  ", "1111111", "1     1", "12121 2", "112 112", "1111122", "  1    ", " 1 12  ", "     1 ", "2 11111")
"""The days of a week, each closed or open by the first or the second pattern."""
SPECIAL_DATES = ((), (), (0,), (1,), (-1,), (0, 1), (-1, 0), (-2, 3), (2, 1, 0), (3, -1, -2), (0, -3, 1), (-1, 1, 4))
"""Dates about a moment, in days from its own date."""
LENGTHS = (1, 30, 60, 61, 120, 240, 480, 1439, DAY)
DAY_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

AMOUNTS = tuple(
    timedelta(microseconds=n)
    for n in (1, 60_000_000, 1_800_000_000, 3_600_000_000, 4 * 3_600_000_000, 86_400_000_000, 86_399_999_999)
)


# Clock changes.


@lru_cache
def clock_changes(zone: str) -> tuple[datetime, ...]:
    """The first and the last change of each kind in each era: kinds differ in what the clock shows."""
    found: list[datetime] = []
    for first, last in ERAS:
        kinds: dict[object, list[datetime]] = {}
        for at in _changes(zone, datetime(first, 1, 1, tzinfo=UTC), datetime(last, 1, 1, tzinfo=UTC)):
            kinds.setdefault((_face(at, zone).time(), _face(at - MINUTE, zone).time()), []).append(at)
        found += {at for changes in kinds.values() for at in (changes[0], changes[-1])}
    return tuple(sorted(found, reverse=True))


def _changes(zone: str, at: datetime, end: datetime) -> Iterable[datetime]:
    week = timedelta(days=7)
    while at < end:
        if _offset(at, zone) != _offset(at + week, zone):
            yield _change_between(zone, at, at + week)
        at += week


def _change_between(zone: str, low: datetime, high: datetime) -> datetime:
    while high - low > MINUTE:
        middle = low + (high - low) // MINUTE // 2 * MINUTE
        low, high = (middle, high) if _offset(middle, zone) == _offset(low, zone) else (low, middle)
    return high


def _offset(at: datetime, zone: str) -> timedelta:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset


def _face(at: datetime, zone: str) -> datetime:
    """What the zone's clock shows."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


# Text forms.


def _clock_text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def spans_text(spans: Spans) -> str:
    """Spans as written in hours: "09:00-12:00,13:00-17:00", or "off"."""
    return ",".join(f"{_clock_text(start)}-{_clock_text(end)}" for start, end in spans) or "off"


def hours_text(hours: Hours) -> str:
    """Weekly hours as text, days with the same spans in one rule."""
    rules = []
    for spans, days in groupby(range(7), lambda day: hours.weekly.get(day, ())):
        names = [DAY_NAMES[day] for day in days]
        name = names[0] if len(names) == 1 else f"{names[0]}-{names[-1]}"
        rules += [f"{name} {spans_text(spans)}"] if spans else []
    rules += [f"PH {spans_text(hours.ph)}"] if hours.ph else []
    return "; ".join(rules) or "off"


def library_desk(desk: Desk, *, named_holidays: bool = False) -> BusinessCalendar:
    """The library's calendar for the plain facts about a desk."""
    holidays = sorted(desk.holidays)
    return BusinessCalendar(
        zone=desk.zone,
        hours=hours_text(desk.hours),
        holidays={day: f"holiday {day}" for day in holidays} if named_holidays else holidays,
        exceptions={day: spans_text(spans) for day, spans in desk.exceptions.items()},
        revisions={day: hours_text(hours) for day, hours in desk.revisions.items()},
        holidays_close=desk.holidays_close,
    )


def library_windows(stretches: Stretches) -> list[Window]:
    """The library's windows for plain stretches."""
    return [Window(opens, closes) for opens, closes in stretches]


def combine(left: Calendar, sign: Sign, right: Calendar | list[Window]) -> Calendar:
    """Two calendars, or a calendar and windows, put together."""
    match sign:
        case "|":
            return left | right
        case "&":
            return left & right
        case "-":
            return left - right


def library_calendar(plain: Plain) -> Calendar:
    """The library's calendar for plain facts."""
    if isinstance(plain, Desk):
        return library_desk(plain, named_holidays=len(plain.holidays) % 2 == 1)
    right = library_windows(plain.right) if isinstance(plain.right, tuple) else library_calendar(plain.right)
    return combine(library_calendar(plain.left), plain.sign, right)


# Calendars.


@cache
@st.composite
def moments(draw: st.DrawFn, zone: str) -> datetime:
    """An instant about which a scene is set: mostly a change of the zone's clock."""
    changes = clock_changes(zone)
    ordinary = ORDINARY_MOMENTS[: len(changes) // 4 + 1] if len(changes) > 3 else ORDINARY_MOMENTS
    great = [at for at in changes if abs(_offset(at, zone) - _offset(at - MINUTE, zone)) > timedelta(hours=12)]
    return draw(st.sampled_from((*changes, *ordinary, *great * 8)))


def _edges_at(zone: str, at: datetime) -> tuple[int, ...]:
    """Minutes of the day that the clock shows about a moment."""
    faces = (_face(at, zone), _face(at - MINUTE, zone) + MINUTE)
    shown = {face.hour * 60 + face.minute + off for face in faces for off in (0, -1, 1, -30, 30)}
    return tuple(sorted(minute % DAY for minute in shown))


@cache
@st.composite
def _span(draw: st.DrawFn, edges: Sequence[int]) -> tuple[int, int]:
    start = draw(st.sampled_from(edges))
    end = start + draw(st.sampled_from(LENGTHS))
    runs_on = end >= DAY and draw(st.booleans())
    return start, end - DAY if runs_on else end


@cache
def _days(edges: Sequence[int]) -> st.SearchStrategy[Spans]:
    return st.one_of(st.sampled_from(COMMON_DAYS), st.lists(_span(edges), min_size=1, max_size=3).map(tuple))


@cache
@st.composite
def _hours(draw: st.DrawFn, edges: Sequence[int]) -> Hours:
    layout = draw(st.sampled_from(WEEKS))
    patterns = {n: draw(_days(edges)) for n in sorted(set(layout) - {" "})}
    ph = draw(st.one_of(st.just(()), st.just(()), _days(edges)))
    return Hours({day: patterns[n] for day, n in enumerate(layout) if n in patterns}, ph)


@cache
@st.composite
def desks(draw: st.DrawFn, zone: str, at: datetime) -> Desk:
    """The plain facts about a desk whose special dates lie about a moment."""
    edges = (*_edges_at(zone, at), *COMMON_EDGES)
    middle = _face(at, zone).date()
    near = st.sampled_from(SPECIAL_DATES).map(lambda days: [middle + timedelta(days=n) for n in days])
    exception = st.one_of(st.just(()), _days(edges), _days(edges))
    return Desk(
        zone=zone,
        hours=draw(_hours(edges)),
        holidays=frozenset(draw(near)),
        exceptions={day: draw(exception) for day in draw(near)},
        revisions={day: draw(_hours(edges)) for day in draw(near)[2:]},
        holidays_close=draw(st.sampled_from(["date", "shift"])),
    )


@cache
@st.composite
def stretches(draw: st.DrawFn, at: datetime) -> Stretches:
    """Stretches of real time about a moment, in no order, some overlapping."""
    starts = st.sampled_from((-12 * DAY, -2 * DAY, -DAY, -600, -60, -30, -1, 0, 1, 60, 700, 3 * DAY))
    lengths = st.sampled_from((1, 30, 60, 61, 600, DAY, 4 * DAY, 15 * DAY))
    pairs = draw(st.lists(st.tuples(starts, lengths), min_size=1, max_size=4))
    return tuple((at + start * MINUTE, at + (start + length) * MINUTE) for start, length in pairs)


@cache
@st.composite
def combined(draw: st.DrawFn, zone: str, at: datetime) -> Plain:
    """A desk put together with another desk, of any zone, or with stretches of real time."""
    sign: Sign = draw(st.sampled_from(["|", "&", "-"]))
    left = draw(desks(zone, at))
    others = st.one_of(desks(zone, at), st.sampled_from(ZONES).flatmap(lambda other: desks(other, at)))
    return Combined(left, sign, draw(st.one_of(stretches(at), others)))


@cache
def plains(zone: str, at: datetime) -> st.SearchStrategy[Plain]:
    """Calendars as plain data, about a moment."""
    return st.one_of(desks(zone, at), desks(zone, at), combined(zone, at))


# Instants.


def spellings(at: datetime, zone: str) -> list[datetime]:
    """Every datetime of a zone that Python reads as that instant, local times that do not exist included."""
    offsets = {_offset(at + timedelta(days=days), zone) for days in (-1, 0, 1)}
    written = [(at + offset).replace(tzinfo=ZoneInfo(zone), fold=fold) for offset in sorted(offsets) for fold in (0, 1)]
    return [spelled for spelled in written if spelled - EPOCH == at - EPOCH]


@st.composite
def written(draw: st.DrawFn, at: datetime, zone: str) -> datetime:
    """An instant, written in the calendar's zone in any way, or in another zone."""
    other = draw(st.sampled_from(("UTC", "Asia/Tokyo", "America/Chicago")))
    return draw(st.sampled_from([*spellings(at, zone), at.astimezone(ZoneInfo(other))]))


def _edges_near(oracle: Oracle, at: datetime) -> list[datetime]:
    """The openings, closings and midnights of the days about a moment, the nearest first."""
    start, end = at - timedelta(days=5), at + timedelta(days=5)
    edges = {edge for window in oracle.windows(start, end) for edge in window} - {start, end}
    middle = oracle.date_of(at)
    midnights = {oracle.reach(middle + timedelta(days=n), 0) for n in (-1, 0, 1, 2)}
    return sorted(edges | midnights, key=lambda edge: abs(edge - at))


@st.composite
def _points(draw: st.DrawFn, edges: Sequence[datetime], at: datetime) -> datetime:
    hours = st.integers(-72, 72).map(lambda n: at + n * timedelta(minutes=59))
    point = draw(st.one_of(st.sampled_from(edges), st.sampled_from((at, *edges[:6])), hours))
    return point + draw(st.sampled_from(NUDGES))


# Scenes.


@dataclass(frozen=True)
class Scene:
    """A calendar in both forms, with instants and amounts that fit it."""

    plain: Plain
    points: tuple[datetime, ...]
    amounts: tuple[timedelta, timedelta]
    """Two positive amounts; their sum can be worked off on either side of all points."""
    days: int
    """A number of days, from 1, that the calendar has on either side of every point."""
    edges: tuple[datetime, ...]
    """The openings, closings and midnights nearest to the moment of the scene."""
    calendar: Calendar = field(repr=False)
    oracle: Oracle = field(repr=False)

    @property
    def zone(self) -> str:
        """The zone of the calendar."""
        return zone_of(self.plain)

    @property
    def probes(self) -> tuple[datetime, ...]:
        """The points, and every edge with the microseconds beside it."""
        return self.points + tuple(edge + nudge for edge in self.edges for nudge in NUDGES[:3])

    @property
    def closes(self) -> bool:
        """Whether the calendar has closed time after its points."""
        try:
            self.oracle.next_close(max(self.points, key=lambda at: at.astimezone(UTC)))
        except OutOfSightError:
            return False
        return True

    @property
    def durations(self) -> tuple[Duration, ...]:
        """One positive duration in each of the four units."""
        hours = self.amounts[0] // MICROSECOND
        return (
            business_hours(0, microseconds=hours),
            business_days(self.days),
            calendar_hours(0, microseconds=hours),
            calendar_days(self.days),
        )


def _room(oracle: Oracle, points: Sequence[datetime]) -> timedelta:
    """The open time in sight on the poorer side of all points."""
    first, last = oracle.sight
    return min(oracle.elapsed(first, min(points)), oracle.elapsed(max(points), last))


def _days_in_sight(oracle: Oracle, start: datetime, most: int) -> int:
    """As many days as are wanted, or as the calendar has on both sides of an instant."""
    if not most:
        return 0
    try:
        for days in (most, -most):
            oracle.deadline(start, "business_days", days, "open")
            oracle.deadline(start, "calendar_days", days, "open")
    except OutOfSightError:
        return _days_in_sight(oracle, start, most - 1)
    return most


@st.composite
def _amount(draw: st.DrawFn, oracle: Oracle, start: datetime, edges: Sequence[datetime], most: timedelta) -> timedelta:
    """An amount that is used up at an edge, or nearly so, or a common one."""
    edge = draw(st.sampled_from(edges))
    tie = abs(oracle.elapsed(start, edge))
    amount = draw(st.sampled_from((tie, tie, *AMOUNTS))) + draw(st.sampled_from(NUDGES))
    return min(max(amount, MICROSECOND), most)


@st.composite
def scenes(draw: st.DrawFn, points: int = 1) -> Scene:
    """A scene with so many points."""
    zone = draw(st.sampled_from(ZONES))
    at = draw(moments(zone))
    return draw(_scene_of(draw(plains(zone, at)), at, points))


@st.composite
def pairs_of_calendars(draw: st.DrawFn, points: int = 1) -> Scene:
    """A scene whose calendar is two desks of any zones put together."""
    zone = draw(st.sampled_from(ZONES))
    at = draw(moments(zone))
    sign: Sign = draw(st.sampled_from(["|", "-"]))
    other = draw(st.sampled_from((zone, *ZONES)))
    plain = Combined(draw(desks(zone, at)), sign, draw(desks(other, at)))
    return draw(_scene_of(plain, at, points))


@st.composite
def _scene_of(draw: st.DrawFn, plain: Plain, at: datetime, count: int) -> Scene:
    oracle = Oracle(plain, at, at)
    edges = _edges_near(oracle, at)
    instants = [draw(_points(edges, at)) for _ in range(count)]
    most = _room(oracle, instants) // 2 - MICROSECOND
    assume(most > MINUTE)
    wanted = draw(st.integers(1, 4))
    days = min(_days_in_sight(oracle, instant, wanted) for instant in instants)
    assume(days > 0)
    amounts = [draw(_amount(oracle, instants[0], edges, most)) for _ in range(2)]
    return Scene(
        plain=plain,
        points=tuple(draw(written(instant, zone_of(plain))) for instant in instants),
        amounts=(amounts[0], amounts[1]),
        days=days,
        edges=tuple(edges[:PROBED_EDGES]),
        calendar=library_calendar(plain),
        oracle=oracle,
    )
