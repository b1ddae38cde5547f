"""Why a deadline falls where it falls: every stretch from start to due as data, and a text apart from it.

The stretch is cut wherever something changes: at openings and closings, at the edges of holidays and exceptions,
and at clock changes. Each piece is looked up once, and neighbours with the same reason are joined again.
"""

from __future__ import annotations

import textwrap
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, chain, pairwise
from typing import NamedTuple

import attrs

from .calendars import Calendar, Label, cover
from .durations import Duration
from .spans import Pair, clipped
from .worktime import Boundary, Landing, as_duration, compiled, due_of, landing
from .zones import EPOCH, MICROSECOND, as_utc, clock_changes, in_range, in_zone, since_epoch

__all__ = [
    "Explanation",
    "Stretch",
    "clock_steps",
    "clock_text",
    "date_text",
    "explain",
    "explain_elapsed",
    "hours_text",
    "when",
]

_NOTHING = timedelta(0)
_Pause = tuple[timedelta, timedelta, str]


@attrs.frozen
class Stretch:
    """One step of an explanation: a half-open stretch of time, why it counted or not, and how much it used.

    Attributes:
        start, end: aware datetimes in the calendar's zone; equal for a clock change.
        reason: "counted", "closed" (by weekly hours), "holiday", "exception", "excluded" (taken out of the
            calendar), "paused" (while a case waits) or "clock_change".
        name: the holiday's name, the exception's hours, the status that pauses, the two offsets of a clock change, or
            empty.
        used: how much of the duration passed; negative where time is counted backwards.
    """

    start: datetime = attrs.field(eq=as_utc)
    end: datetime = attrs.field(eq=as_utc)
    reason: str
    name: str
    used: timedelta


@attrs.frozen
class Explanation:
    """How a due, or an elapsed time, comes about; `str()` prints it at 80 columns.

    Attributes:
        start, due: aware datetimes in the calendar's zone; `due` is the end of a stretch that was measured.
        steps: every stretch between the two, in order of time.
        duration, boundary: what was asked for; None where a stretch was measured.
        counted_from: where business days count from, if not from the start (W7).
        rule: which instant of its date business days lead to: "same_time", "last_closing" or "first_opening".
        unknown_years: years for which no table of public holidays is known; they were taken to have none.
        around_the_clock: whether real time was measured, and not open time.
        notes: further sentences, such as which target of a case holds, and why.
    """

    start: datetime = attrs.field(eq=as_utc)
    due: datetime = attrs.field(eq=as_utc)
    steps: tuple[Stretch, ...]
    duration: Duration | None = None
    boundary: Boundary | None = None
    counted_from: datetime | None = attrs.field(default=None, eq=as_utc)
    rule: str | None = None
    unknown_years: tuple[int, ...] = ()
    around_the_clock: bool = False
    notes: tuple[str, ...] = ()

    @property
    def used(self) -> timedelta:
        """The sum of all steps."""
        return sum((step.used for step in self.steps), _NOTHING)

    def __str__(self) -> str:
        return "\n".join(chain(_heading(self), _table(self.steps), _remarks(self)))


def explain(
    calendar: Calendar, start: datetime, duration: Duration | timedelta, *, boundary: Boundary = "close"
) -> Explanation:
    """Why `deadline(calendar, start, duration, boundary=boundary)` is what it is.

    The steps of business units sum to `elapsed(calendar, start, due)`, those of calendar units to the real time
    that the duration took; what follows up to an opening (`boundary="open"`) is listed, and uses nothing.

    Raises:
        NaiveDatetime, OutOfRange, NeverOpens, InvalidChoice, WrongType: as `deadline`.

    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> from supportsla import BusinessCalendar, business_hours
    >>> desk = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00")
    >>> opened = datetime(2026, 6, 12, 17, tzinfo=ZoneInfo("America/Chicago"))
    >>> [(step.reason, str(step.used)) for step in explain(desk, opened, business_hours(4)).steps]
    [('counted', '2:00:00'), ('closed', '0:00:00'), ('counted', '2:00:00')]
    """
    zone = compiled(calendar).zone
    at, wanted = since_epoch(start, "start"), as_duration(duration)
    due = due_of(calendar, at, wanted, boundary)
    counted = _landing(calendar, at, wanted)
    return Explanation(
        in_zone(at, zone),
        in_zone(due, zone),
        _steps_to_due(calendar, at, due, wanted),
        wanted,
        boundary,
        in_zone(counted.counted_from, zone) if counted and counted.counted_from != at else None,
        counted.rule if counted else None,
        _unknown_years(calendar, at, due) if wanted.unit.startswith("business") or boundary == "open" else (),
    )


def explain_elapsed(calendar: Calendar, start: datetime, end: datetime) -> Explanation:
    """Why `elapsed(calendar, start, end)` is what it is; its `used` is that time.

    Raises:
        NaiveDatetime, OutOfRange, WrongType: as `elapsed`.

    >>> from datetime import date, datetime
    >>> from zoneinfo import ZoneInfo
    >>> from supportsla import BusinessCalendar
    >>> desk = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00", holidays={date(2026, 11, 26): "Thanksgiving"})
    >>> zone = ZoneInfo("America/Chicago")
    >>> why = explain_elapsed(desk, datetime(2026, 11, 25, 18, tzinfo=zone), datetime(2026, 11, 27, 8, tzinfo=zone))
    >>> str(why.used), [step.name for step in why.steps if step.reason == "holiday"]
    ('2:00:00', ['Thanksgiving'])
    """
    zone = compiled(calendar).zone
    first, last = in_range(since_epoch(start, "start"), "start"), in_range(since_epoch(end, "end"), "end")
    steps = _stretches(calendar, first, last)
    unknown = _unknown_years(calendar, first, last)
    return Explanation(in_zone(first, zone), in_zone(last, zone), tuple(steps), unknown_years=unknown)


def clock_steps(
    calendar: Calendar, ends: tuple[timedelta, timedelta], pauses: Sequence[_Pause], *, around_the_clock: bool
) -> tuple[Stretch, ...]:
    """The steps between two instants, times since 1970-01-01Z, of a clock that waits in between."""
    return tuple(_stretches(calendar, *ends, around_the_clock=around_the_clock, pauses=pauses))


def _landing(calendar: Calendar, at: timedelta, wanted: Duration) -> Landing | None:
    if wanted.unit == "business days" and isinstance(wanted.amount, int) and wanted.amount:
        return landing(calendar, at, wanted.amount)
    return None


def _steps_to_due(calendar: Calendar, at: timedelta, due: timedelta, wanted: Duration) -> tuple[Stretch, ...]:
    if wanted.unit.startswith("business"):
        return tuple(_stretches(calendar, at, due))
    passed = due_of(calendar, at, wanted, "close")
    parts = [_stretches(calendar, at, passed, around_the_clock=True), _stretches(calendar, passed, due)]
    return tuple(step for part in (parts if due >= at else reversed(parts)) for step in part)


def _unknown_years(calendar: Calendar, *instants: timedelta) -> tuple[int, ...]:
    years = [in_zone(instant, calendar.compiled.zone).year for instant in instants]
    return calendar.unknown_years(min(years), max(years))


class _Piece(NamedTuple):
    low: int
    high: int
    reason: str
    name: str


def _stretches(
    calendar: Calendar,
    start: timedelta,
    end: timedelta,
    *,
    around_the_clock: bool = False,
    pauses: Sequence[_Pause] = (),
) -> Iterator[Stretch]:
    zone, sign = calendar.compiled.zone, 1 if end >= start else -1
    low, high = min(start, end), max(start, end)
    changes = {at // MICROSECOND: (before, after) for at, before, after in clock_changes(zone, low, high)}
    ends = (low // MICROSECOND, high // MICROSECOND)
    pieces = _clock_pieces(ends, changes) if around_the_clock else _pieces(calendar, ends, changes)
    for piece in _interrupted(pieces, pauses):
        opens, closes = (in_zone(MICROSECOND * edge, zone) for edge in piece[:2])
        if piece.low in changes:
            yield Stretch(opens, opens, "clock_change", "/".join(map(_offset_text, changes[piece.low])), _NOTHING)
        used = sign * MICROSECOND * (piece.high - piece.low) if piece.reason == "counted" else _NOTHING
        yield Stretch(opens, closes, piece.reason, piece.name, used)


def _clock_pieces(ends: Pair, changes: Iterable[int]) -> Iterator[_Piece]:
    return (_Piece(low, high, "counted", "") for low, high in pairwise(sorted({*ends, *changes})))


def _interrupted(pieces: Iterable[_Piece], pauses: Sequence[_Pause]) -> Iterator[_Piece]:
    """The pieces, but what would count within a pause is paused, by its name."""
    waits = [(low // MICROSECOND, high // MICROSECOND, name) for low, high, name in pauses]
    for piece in pieces:
        rest = piece
        for low, high, name in waits if piece.reason == "counted" else ():
            if low < rest.high and high > rest.low:
                if low > rest.low:
                    yield rest._replace(high=low)
                yield _Piece(max(low, rest.low), min(high, rest.high), "paused", name)
                rest = rest._replace(low=min(high, rest.high))
        if rest.low < rest.high:
            yield rest


def _pieces(calendar: Calendar, ends: Pair, changes: Collection[int]) -> list[_Piece]:
    """The stretch between the ends, cut at every change of reason and of the clock."""
    timeline = cover(calendar, MICROSECOND * ends[0], MICROSECOND * ends[1])
    years = [(EPOCH + MICROSECOND * edge).year for edge in ends]
    labels = calendar.labels(*years)
    opened = _Painted([label for label in labels if label.reason == "counted"])
    closed = _Painted([label for label in labels if label.reason != "counted"])
    windows = clipped(timeline.spans, *ends)
    edges = {edge for window in windows for edge in window} | set(opened.edges) | set(closed.edges)
    cuts = sorted({*ends, *changes, *(edge for edge in edges if ends[0] < edge < ends[1])})
    is_opening = {low for low, _ in windows}
    is_closing = {high for _, high in windows}
    is_open = False
    pieces = []
    for low, high in pairwise(cuts):
        is_open = low in is_opening or (is_open and low not in is_closing)
        label = (opened if is_open else closed).at(low)
        default = "counted" if is_open else "closed"
        pieces.append(_Piece(low, high, label.reason if label else default, label.name if label else ""))
    return _joined(pieces, changes)


def _joined(pieces: Iterable[_Piece], apart: Container[int]) -> list[_Piece]:
    joined: list[_Piece] = []
    for piece in pieces:
        if joined and joined[-1][2:] == piece[2:] and piece.low not in apart:
            joined[-1] = joined[-1]._replace(high=piece.high)
        else:
            joined.append(piece)
    return joined


class _Painted:
    """Labels of which the first one that covers an instant holds."""

    def __init__(self, labels: list[Label]) -> None:
        self.edges = sorted({edge for label in labels for edge in (label.low, label.high)})
        self.cells: list[Label | None] = [None] * (len(self.edges) + 1)
        for label in reversed(labels):
            for i in range(bisect_left(self.edges, label.low), bisect_left(self.edges, label.high)):
                self.cells[i] = label

    def at(self, instant: int) -> Label | None:
        return self.cells[bisect_right(self.edges, instant) - 1]


_LONGEST_TABLE = 60
_WIDTH = 80
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NARROWEST, _WIDEST = 16, 24
_HEADER = ("from", "to", "h:mm", "so far", "what")
_WHAT = {
    "counted": "counted",
    "closed": "closed by weekly hours",
    "holiday": "holiday",
    "exception": "exception",
    "excluded": "taken out",
    "paused": "paused",
    "clock_change": "clock change",
}


def _heading(why: Explanation) -> Iterator[str]:
    if why.duration is None:
        yield f"{hours_text(why.used)} h of {'real' if why.around_the_clock else 'open'} time"
        yield f"  from {when(why.start)}"
        yield f"  to   {when(why.due)}"
    else:
        yield f"{why.duration}" + (', boundary "open"' if why.boundary == "open" else "")
        yield f"  from {when(why.start)}"
        yield f"  due  {when(why.due)}"


def _table(steps: tuple[Stretch, ...]) -> Iterator[str]:
    if not steps:
        return
    totals = list(accumulate(step.used for step in steps))
    half = _LONGEST_TABLE // 2
    left_out = max(len(steps) - 2 * half, 0)
    shown = list(zip(steps, totals, strict=True))
    rows = [_row(step, total) for step, total in (shown[:half] + shown[-half:] if left_out else shown)]
    widths = [max(map(len, column)) for column in list(zip(_HEADER, *rows, strict=True))[:4]]
    yield ""
    yield from _lines(_HEADER, widths)
    for i, row in enumerate(rows):
        if left_out and i == half:
            yield f"  ... {left_out} more stretches ..."
        yield from _lines(row, widths)


def _row(step: Stretch, total: timedelta) -> tuple[str, ...]:
    amounts = (hours_text(step.used), hours_text(total)) if step.reason == "counted" else ("", "")
    return (*_from_to(step), *amounts, _what(step))


def _lines(row: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    start, end, used, total = widths
    indent = start + end + 6
    room = min(max(_WIDTH - indent - used - total - 4, _NARROWEST), _WIDEST)
    what, *more = textwrap.wrap(row[4], room if row[2] else _WIDTH - indent)
    yield f"  {row[0]:<{start}}  {row[1]:<{end}}  {what:<{room}}  {row[2]:>{used}}  {row[3]:>{total}}".rstrip()
    yield from (" " * indent + line for line in more)


def _what(step: Stretch) -> str:
    name = step.name.replace("/", " to ") if step.reason == "clock_change" else step.name
    return _WHAT[step.reason] + (f": {name}" if name else "")


def _from_to(step: Stretch) -> tuple[str, str]:
    last = _moment_before(step.end)
    end = clock_text(last + MICROSECOND)
    end = "24:00" if end == "00:00" else end
    if step.reason == "clock_change":
        return f"{date_text(last)} {end}", ""
    start = f"{date_text(step.start)} {clock_text(step.start)}"
    return start, end if last.date() == step.start.date() else f"{_WEEKDAYS[last.weekday()]} {last:%m-%d} {end}"


def date_text(at: date) -> str:
    """A date for people, with its weekday."""
    return f"{_WEEKDAYS[at.weekday()]} {at:%Y-%m-%d}"


def _moment_before(end: datetime) -> datetime:
    """What the clock shows a microsecond before: so a date ends at 24:00, and a stretch before a clock change."""
    return (end.astimezone(UTC) - MICROSECOND).astimezone(end.tzinfo)


def clock_text(at: datetime) -> str:
    """What the clock shows, to the minute where it is one."""
    return at.time().isoformat("auto" if at.second or at.microsecond else "minutes")


def when(at: datetime) -> str:
    """An instant for people, in its own zone: weekday, date, time, abbreviation and offset.

    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> when(datetime(2026, 6, 12, 17, 30, tzinfo=ZoneInfo("America/Chicago")))
    'Fri 2026-06-12 17:30 CDT (UTC-05:00)'
    """
    return f"{date_text(at)} {clock_text(at)} {at.tzname()} ({_offset_text(at.utcoffset() or _NOTHING)})"


def _offset_text(offset: timedelta) -> str:
    sign = "-" if offset < _NOTHING else "+"
    minutes, seconds = divmod(abs(offset) // timedelta(seconds=1), 60)
    return f"UTC{sign}{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")


def hours_text(amount: timedelta) -> str:
    """An amount of time for people: hours and minutes, and seconds where there are any.

    >>> hours_text(timedelta(days=1, hours=3))
    '27:00'
    """
    minutes, rest = divmod(abs(amount), timedelta(minutes=1))
    seconds = f"{rest.seconds:02}" + (f".{rest.microseconds:06}" if rest.microseconds else "")
    return f"{'-' if amount < _NOTHING else ''}{minutes // 60}:{minutes % 60:02}" + (f":{seconds}" if rest else "")


_RULES = {
    "same_time": "The due is the same local time on its date, when the desk is open.",
    "last_closing": "The desk is closed at that local time on the due date: the due is the last closing before it.",
    "first_opening": "The desk is closed at that local time on the due date: the due is that date's first opening.",
}


def _remarks(why: Explanation) -> Iterator[str]:
    remarks = []
    if why.counted_from is not None:
        moved = "next opening" if why.counted_from.astimezone(UTC) > why.start.astimezone(UTC) else "last closing"
        remarks.append(f"The desk is closed at the start: days count from the {moved}, {when(why.counted_from)}.")
    if why.rule is not None:
        remarks.append(_RULES[why.rule])
    remarks += why.notes
    if why.boundary == "open" and why.steps:
        forward = why.steps[-1].end == why.due
        if (why.steps[-1] if forward else why.steps[0]).reason != "counted":
            moved = "to the next opening" if forward else "back to the last closing"
            remarks.append(f'With boundary "open", the due moves {moved}.')
    if why.unknown_years:
        years = ", ".join(map(str, why.unknown_years))
        remarks.append(f"No table of public holidays is known for {years}: taken to have none.")
    if remarks:
        yield ""
    for remark in remarks:
        yield from textwrap.wrap(remark, _WIDTH)
