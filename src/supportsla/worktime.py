"""Working time: the open time before an instant, its inverse, and the day units (W2, W3, W4, W7, W8, W13).

Let W(t) be the open time before t: monotone, piecewise linear, of slope 0 or 1. `elapsed` is a difference of W.
`deadline` in business time is an inverse of W at W(start) + amount. W is flat while the desk is closed, so it has two
inverses, and a binary search over the open time at each window's end finds either:

- bisect_left: the first instant with that much open time. It is the close answer of a positive amount, the open
  answer of a negative one, and for no amount at all the last closing.
- bisect_right: the last such instant. It is the open answer of a positive amount, the close answer of a negative
  one, and for no amount at all the next opening.

The commonest question, a positive amount on years that are compiled already, is answered by `used_up`; `_seek` answers
all others, and compiles further years until it can.

Days are not amounts of open time but steps on local dates: on the dates that have open time (W7), or on all (W8).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from .calendars import HORIZON, Calendar, Compiled, Timeline, cover, earlier, later
from .durations import Duration
from .errors import InvalidChoice, NeverCloses, NeverOpens, OutOfRange, WrongType
from .spans import Window
from .zones import (
    DAY,
    FIRST,
    FIRST_YEAR,
    LAST,
    LAST_YEAR,
    first_shown,
    in_range,
    in_zone,
    since_epoch,
    wall_time,
)

__all__ = [
    "Boundary",
    "Landing",
    "as_duration",
    "check_boundary",
    "compiled",
    "deadline",
    "due_of",
    "elapsed",
    "is_open",
    "landing",
    "last_closing",
    "next_close",
    "next_open",
    "next_opening",
    "open_between",
    "used_up",
    "windows",
]

Boundary = Literal["close", "open"]
_Side = Callable[[list[timedelta], timedelta], int]
_NOTHING, _LONGEST = timedelta(0), LAST - FIRST


def deadline(
    calendar: Calendar, start: datetime, duration: Duration | timedelta, *, boundary: Boundary = "close"
) -> datetime:
    """When a duration that starts at `start` is used up, in the calendar's zone (W2, W3, W7, W8).

    Args:
        calendar: when the desk is open.
        start: an aware datetime; open or not.
        duration: a `Duration`, or a `timedelta` of business time: `timedelta(days=1)` is 24 open hours, three days
            of eight. Negative ones count backwards.
        boundary: where a due falls on a closing. "close": the closing itself. "open": the next opening; for
            negative durations, where a due falls on an opening, the closing before it.

    Raises:
        NaiveDatetime: `start` has no zone.
        OutOfRange: the start or the due lies outside [1900-01-01Z, 2201-01-01Z).
        NeverOpens: the calendar does not open for 5 years on the way.
        InvalidChoice, WrongType: no such boundary; no calendar, datetime or duration.

    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> from supportsla import BusinessCalendar, business_hours
    >>> desk = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00")
    >>> str(deadline(desk, datetime(2026, 6, 12, 17, tzinfo=ZoneInfo("America/Chicago")), business_hours(4)))
    '2026-06-15 09:00:00-05:00'
    """
    kept = compiled(calendar)
    at = kept.instant(start, "start")
    amount: Any = duration.amount if type(duration) is Duration and duration.unit == "business hours" else duration
    if type(amount) is timedelta and _NOTHING < amount < _LONGEST:
        due = used_up(calendar, at, amount, boundary)
    else:
        due = due_of(calendar, at, as_duration(duration), boundary)
    return kept.zone.fromutc(kept.epoch + due)


def used_up(calendar: Calendar, at: timedelta, amount: timedelta, boundary: Boundary) -> timedelta:
    """`due_of` a positive amount of business time: the commonest question, answered by two bisections."""
    timeline = calendar.compiled.timeline
    if timeline is not None and timeline.start <= at < timeline.end and not timeline.deserts:
        i = bisect_right(timeline.opens, at) - 1
        after = timeline.after
        target = (at - timeline.anchors[i] if at < timeline.closes[i] else after[i]) + amount
        if target < after[-1]:
            if boundary == "close":
                return timeline.anchors[bisect_left(after, target, i)] + target
            check_boundary(boundary)
            return timeline.anchors[bisect_right(after, target, i)] + target
    return _business_hours(calendar, at, amount, boundary)


def elapsed(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The open time from `start` to `end`; negative where `end` lies before `start`.

    Raises:
        NaiveDatetime: an instant has no zone.
        OutOfRange: an instant lies outside [1900-01-01Z, 2201-01-01Z).
        WrongType: no calendar or no datetime.

    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> from supportsla import BusinessCalendar
    >>> desk, zone = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00"), ZoneInfo("Europe/Berlin")
    >>> str(elapsed(desk, datetime(2026, 6, 12, 16, tzinfo=zone), datetime(2026, 6, 15, 10, tzinfo=zone)))
    '2:00:00'
    """
    kept = compiled(calendar)
    return open_between(calendar, kept.instant(start, "start"), kept.instant(end, "end"))


def open_between(calendar: Calendar, first: timedelta, last: timedelta) -> timedelta:
    """`elapsed` on instants that are times since 1970-01-01Z."""
    if last < first:
        return -open_between(calendar, last, first)
    timeline = calendar.compiled.timeline
    if timeline is None or first < timeline.start or last >= timeline.end:
        timeline = cover(calendar, first, last)
    opens = timeline.opens
    i = bisect_right(opens, first) - 1
    j = i if last < opens[i + 1] else bisect_right(opens, last, i + 1) - 1
    before_last = last - timeline.anchors[j] if last < timeline.closes[j] else timeline.after[j]
    return before_last - (first - timeline.anchors[i] if first < timeline.closes[i] else timeline.after[i])


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether the desk is open at that instant; at its opening it is, at its closing it is not (W4).

    Raises:
        NaiveDatetime, OutOfRange, WrongType: as `elapsed`.

    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> from supportsla import BusinessCalendar
    >>> desk, zone = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00"), ZoneInfo("Europe/Berlin")
    >>> is_open(desk, datetime(2026, 6, 12, 9, tzinfo=zone)), is_open(desk, datetime(2026, 6, 12, 17, tzinfo=zone))
    (True, False)
    """
    return _is_open(calendar, since_epoch(at, "at"))


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """The first open instant at or after `at`, in the calendar's zone: `at` itself while the desk is open.

    Raises:
        NeverOpens: there is none within 5 years (W13).
        NaiveDatetime, OutOfRange, WrongType: as `elapsed`.

    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> from supportsla import BusinessCalendar
    >>> desk = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00")
    >>> str(next_open(desk, datetime(2026, 6, 12, 17, tzinfo=ZoneInfo("Europe/Berlin"))))
    '2026-06-15 09:00:00+02:00'
    """
    zone = compiled(calendar).zone
    return in_zone(next_opening(calendar, since_epoch(at, "at")), zone)


def next_close(calendar: Calendar, at: datetime) -> datetime:
    """When the window closes that is open at `at`, or else opens next; in the calendar's zone.

    Raises:
        NeverCloses: the window stays open for more than 5 years (W13).
        NeverOpens, NaiveDatetime, OutOfRange, WrongType: as `next_open`.

    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> from supportsla import BusinessCalendar
    >>> desk = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00")
    >>> str(next_close(desk, datetime(2026, 6, 12, 17, tzinfo=ZoneInfo("Europe/Berlin"))))
    '2026-06-15 17:00:00+02:00'
    """
    zone = compiled(calendar).zone
    opening = next_opening(calendar, since_epoch(at, "at"))
    timeline = cover(calendar, opening)
    while (closing := timeline.closes[_window_at(timeline, opening)]) == timeline.end:
        if closing - opening > HORIZON or timeline.last_year == LAST_YEAR:
            break
        timeline = later(calendar, timeline)
    if closing - opening > HORIZON:
        raise NeverCloses(in_zone(opening, zone), in_zone(opening + HORIZON, zone))
    return in_zone(in_range(closing, "the next close"), zone)


def windows(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Window]:
    """The windows in which the desk is open, in order, clipped to `[start, end)`, in the calendar's zone.

    No two touch: spans that do are one window.

    Raises:
        NaiveDatetime, OutOfRange, WrongType: as `elapsed`, at once and not at the first window.

    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> from supportsla import BusinessCalendar
    >>> desk, zone = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-12:00,13:00-17:00"), ZoneInfo("Europe/Berlin")
    >>> for window in windows(desk, datetime(2026, 6, 12, 10, tzinfo=zone), datetime(2026, 6, 13, tzinfo=zone)):
    ...     print(window.opens.time(), window.closes.time())
    10:00:00 12:00:00
    13:00:00 17:00:00
    """
    zone = compiled(calendar).zone
    first, last = since_epoch(start, "start"), since_epoch(end, "end")
    timeline = cover(calendar, min(first, last), max(first, last))
    if last <= first:
        return iter(())
    clipped = ((max(opens, first), min(closes, last)) for opens, closes in _overlapping(timeline, first, last))
    return (Window(in_zone(opens, zone), in_zone(closes, zone)) for opens, closes in clipped)


def _overlapping(timeline: Timeline, first: timedelta, last: timedelta) -> Iterator[tuple[timedelta, timedelta]]:
    low, high = bisect_right(timeline.closes, first), bisect_left(timeline.opens, last)
    return zip(timeline.opens[low:high], timeline.closes[low:high], strict=True)


def compiled(calendar: Calendar) -> Compiled:
    """What the calendar keeps of its compilation.

    Raises:
        WrongType: it is no calendar.
    """
    try:
        return calendar.compiled
    except AttributeError:
        raise WrongType("calendar", calendar, "a BusinessCalendar, or calendars combined") from None


def as_duration(duration: Duration | timedelta) -> Duration:
    """The duration itself, or a `timedelta` as business time.

    Raises:
        WrongType: it is neither.
        OutOfRange: it is longer than years 1900 to 2200.
    """
    if isinstance(duration, Duration):
        return duration
    if isinstance(duration, timedelta):
        return Duration("business hours", timedelta(duration.days, duration.seconds, duration.microseconds))
    raise WrongType(
        "duration", duration, "a Duration, such as business_hours(4) or Duration.parse(text), or a timedelta"
    )


def due_of(calendar: Calendar, at: timedelta, duration: Duration, boundary: Boundary) -> timedelta:
    """`deadline` on instants that are times since 1970-01-01Z."""
    if not duration.amount:
        return _settled(calendar, at, boundary, forward=True)
    return _DUES[duration.unit](calendar, at, duration.amount, boundary)


def _business_hours(calendar: Calendar, at: timedelta, amount: timedelta, boundary: Boundary) -> timedelta:
    check_boundary(boundary)
    first = (amount > _NOTHING) == (boundary == "close")
    return _seek(calendar, at, amount, bisect_left if first else bisect_right)


def _business_days(calendar: Calendar, at: timedelta, days: int, boundary: Boundary) -> timedelta:
    return _settled(calendar, landing(calendar, at, days).due, boundary, forward=days > 0)


def _calendar_hours(calendar: Calendar, at: timedelta, amount: timedelta, boundary: Boundary) -> timedelta:
    return _settled(calendar, in_range(at, "start") + amount, boundary, forward=amount > _NOTHING)


def _calendar_days(calendar: Calendar, at: timedelta, days: int, boundary: Boundary) -> timedelta:
    zone = calendar.compiled.zone
    day, time = wall_time(in_range(at, "start"), zone)
    return _settled(calendar, first_shown(zone, day + days, time), boundary, forward=days > 0)


_DUES: dict[str, Callable[[Calendar, timedelta, Any, Boundary], timedelta]] = {
    "business hours": _business_hours,
    "business days": _business_days,
    "calendar hours": _calendar_hours,
    "calendar days": _calendar_days,
}


def _settled(calendar: Calendar, due: timedelta, boundary: Boundary, *, forward: bool) -> timedelta:
    """A close answer as the boundary wants it (W2)."""
    in_range(due, "due")
    if boundary == "close":
        return due
    check_boundary(boundary)
    return next_opening(calendar, due) if forward else last_closing(calendar, due)


def check_boundary(boundary: str) -> None:
    """Refuse what is neither "close" nor "open"."""
    if boundary not in ("close", "open"):
        raise InvalidChoice("boundary", boundary, ("close", "open"))


def next_opening(calendar: Calendar, at: timedelta) -> timedelta:
    """The first open instant at or after `at`."""
    return _seek(calendar, at, _NOTHING, bisect_right)


def last_closing(calendar: Calendar, at: timedelta) -> timedelta:
    """The last instant at or before `at` just before which the desk is open."""
    return _seek(calendar, at, _NOTHING, bisect_left)


def _seek(calendar: Calendar, at: timedelta, amount: timedelta, side: _Side) -> timedelta:
    """The instant whose open time is that at `at` plus the amount; grows the timeline until it is found."""
    timeline = cover(calendar, at)
    while True:
        i = _window_at(timeline, at)
        target = (at - timeline.anchors[i] if at < timeline.closes[i] else timeline.after[i]) + amount
        j = side(timeline.after, target)
        _refuse_deserts(timeline, i, j, at)
        if 0 < j < len(timeline.after):
            return in_range(timeline.anchors[j] + target, "due")
        timeline = _further(calendar, timeline, forward=j > 0)


def _refuse_deserts(timeline: Timeline, i: int, j: int, at: timedelta) -> None:
    """Refuse a way from `at`, in or after window i, to window j that meets 5 years without an open instant (W13)."""
    for k in timeline.deserts if i < j else reversed(timeline.deserts):
        closed, opened = timeline.closes[k], timeline.opens[k + 1]
        if i <= k < j and opened - (since := max(closed, at)) > HORIZON:
            raise NeverOpens(in_zone(since, timeline.zone), in_zone(since + HORIZON, timeline.zone))
        if j <= k <= i and (until := min(opened, at)) - closed > HORIZON:
            raise NeverOpens(in_zone(until - HORIZON, timeline.zone), in_zone(until, timeline.zone))


def _further(calendar: Calendar, timeline: Timeline, *, forward: bool) -> Timeline:
    """A longer timeline, for a search that left this one."""
    if forward and timeline.last_year < LAST_YEAR:
        return later(calendar, timeline)
    if not forward and timeline.first_year > FIRST_YEAR:
        return earlier(calendar, timeline)
    found = "after 2200" if forward else "before 1900"
    raise OutOfRange("due", found, "an instant from 1900-01-01Z to before 2201-01-01Z")


def _window_at(timeline: Timeline, at: timedelta) -> int:
    return bisect_right(timeline.opens, at) - 1


def _is_open(calendar: Calendar, at: timedelta) -> bool:
    compiled(calendar)
    timeline = cover(calendar, at)
    return at < timeline.closes[_window_at(timeline, at)]


class Landing(NamedTuple):
    """Where a step of business days begins and ends (W7), in times since 1970-01-01Z.

    `rule` says why the due is what it is: "same_time", "last_closing" or "first_opening" of its date.
    """

    counted_from: timedelta
    due: timedelta
    rule: str


def landing(calendar: Calendar, at: timedelta, days: int) -> Landing:
    """The n-th date with open time after (before) the start's, and the instant on it that W7 names."""
    counted_from, day, time = _counted_from(calendar, in_range(at, "start"), forward=days > 0)
    timeline, landed = _open_day(calendar, counted_from, day, days)
    zone = timeline.zone
    due = first_shown(zone, landed, time)
    i = _window_at(timeline, due)
    if due < timeline.closes[i]:
        return Landing(counted_from, due, "same_time")
    if timeline.closes[i] > first_shown(zone, landed, 0):
        return Landing(counted_from, timeline.closes[i], "last_closing")
    return Landing(counted_from, timeline.opens[i + 1], "first_opening")


def _counted_from(calendar: Calendar, at: timedelta, *, forward: bool) -> tuple[timedelta, int, int]:
    """The instant from which days count, with the date and time of day that they count from."""
    zone = calendar.compiled.zone
    if forward:
        at = next_opening(calendar, at)
        return at, *wall_time(at, zone)
    if _is_open(calendar, at):
        return at, *wall_time(at, zone)
    at = last_closing(calendar, at)
    day, time = wall_time(at, zone)
    while first_shown(zone, day, 0) == at:
        day, time = day - 1, DAY
    return at, day, time


def _open_day(calendar: Calendar, at: timedelta, day: int, days: int) -> tuple[Timeline, int]:
    timeline = cover(calendar, at)
    while True:
        open_days = timeline.open_days
        n = bisect_right(open_days, day) + days - 1 if days > 0 else bisect_left(open_days, day) + days
        found = 0 <= n < len(open_days)
        if timeline.deserts:
            j = len(timeline.after) if days > 0 else 0
            if found:
                j = bisect_right(timeline.closes, first_shown(timeline.zone, open_days[n], 0))
            _refuse_deserts(timeline, _window_at(timeline, at), j, at)
        if found:
            return timeline, open_days[n]
        timeline = _further(calendar, timeline, forward=days > 0)
