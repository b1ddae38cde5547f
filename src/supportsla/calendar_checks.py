"""What looks wrong with a calendar: hours that overlap or are swallowed, dates that change nothing or stop (W1, W5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

import attrs

from .calendars import BusinessCalendar, Calendar, CombinedCalendar, known_spans
from .closures import Dates, years_text
from .findings import Finding
from .hours import DAYS, DaySpans, Hours, spans_text
from .spans import Pair, difference
from .survey import Years
from .zones import DAY, EPOCH, FIRST_YEAR, LAST_YEAR, MICROSECOND, MINUTE, clock_changes

__all__ = ["Table", "calendar_findings", "line_of", "parts_of", "tables_of"]

_DAY_MINUTES = DAY // MINUTE
_WEEK_MINUTES = 7 * _DAY_MINUTES
_FOREVER = 10**6


def calendar_findings(calendar: Calendar, years: Years, path: str) -> Iterator[Finding]:
    """The findings of the calendar at a path."""
    if not known_spans(calendar, years.first, years.last):
        yield Finding("never_opens", "error", path, f"it is not open for an instant {years}")
    for prefix, part in parts_of(calendar, f"{path}."):
        for check in (_overlaps, _swallowed, _idle, _ending):
            yield from (finding._replace(path=prefix + finding.path) for finding in check(part, years))


def parts_of(calendar: Calendar, prefix: str = "") -> Iterator[tuple[str, BusinessCalendar]]:
    """The calendars that a calendar is put together from, each with its path."""
    if isinstance(calendar, BusinessCalendar):
        yield prefix, calendar
    if isinstance(calendar, CombinedCalendar):
        yield from parts_of(calendar.left, f"{prefix}left.")
        if isinstance(calendar.right, Calendar):
            yield from parts_of(calendar.right, f"{prefix}right.")


class Table(NamedTuple):
    """Weekly hours, where they stand, and the dates on which they are in force, in days since 1970-01-01."""

    path: str
    hours: Hours
    days: range


def tables_of(calendar: BusinessCalendar) -> list[Table]:
    """The weekly hours of a calendar, and those of its revisions."""
    revised = [(f"revisions.{day}", hours, _number(day)) for day, hours in calendar.revisions]
    rows = [("hours", calendar.hours, -_FOREVER), *revised, ("", calendar.hours, _FOREVER)]
    return [Table(path, hours, range(start, end)) for (path, hours, start), (_, _, end) in pairwise(rows)]


def _number(day: date) -> int:
    return day.toordinal() - EPOCH.toordinal()


def _date(day: int) -> date:
    return date.fromordinal(day + EPOCH.toordinal())


# Spans that overlap. All is in minutes, those of a week from Monday's midnight.


def _overlaps(calendar: BusinessCalendar, years: Years) -> Iterator[Finding]:
    del years
    for table in tables_of(calendar):
        weekly, special = _overlap(line_of(table.hours)), _overlap(table.hours.public_holiday)
        names = [*map(_weekly_text, weekly or ()), *(f"PH {spans_text((span,))}" for span in special or ())]
        if names:
            repaired = "" if calendar.holidays_close == "shift" else str(_untangled(table.hours))
            yield _overlapping(table.path, names[0], names[1], repaired)
    for day, spans in calendar.exceptions:
        if (found := _overlap(spans)) is not None:
            first, second = (spans_text((span,)) for span in found)
            yield _overlapping(f"exceptions.{day}", first, second, spans_text(_joined(spans)))


def _overlapping(path: str, first: str, second: str, repaired: str) -> Finding:
    text = f'"{first}" and "{second}" overlap, and count once'
    return Finding("overlapping_spans", "warning", path, text, repaired and f'write "{repaired}"')


def line_of(hours: Hours) -> DaySpans:
    """The spans of three weeks; those of the one in the middle have all neighbours that they can overlap."""
    week = [(i * _DAY_MINUTES + low, i * _DAY_MINUTES + high) for i, day in enumerate(hours.week) for low, high in day]
    return tuple((low + start, high + start) for start in (-_WEEK_MINUTES, 0, _WEEK_MINUTES) for low, high in week)


def _overlap(spans: DaySpans) -> tuple[Pair, Pair] | None:
    """Two spans that overlap, the earliest from Monday on."""
    latest = (0, -_WEEK_MINUTES)
    found: list[tuple[Pair, Pair]] = []
    for span in sorted(spans):
        if span[0] < latest[1]:
            found.append((latest, span))
        latest = max(latest, span, key=lambda one: one[1])
    return min(found, key=lambda pair: (pair[0][0] < 0, pair), default=None)


def _joined(spans: DaySpans) -> DaySpans:
    """The spans in order, overlapping ones joined; touching ones stay as they were written."""
    joined: list[Pair] = []
    for low, high in sorted(spans):
        if joined and low < joined[-1][1]:
            joined[-1] = joined[-1][0], max(high, joined[-1][1])
        else:
            joined.append((low, high))
    return tuple(joined)


def _untangled(hours: Hours) -> Hours:
    """The same hours in spans that do not overlap."""
    joined = _joined(line_of(hours))
    stretches = [span for span in joined if 0 <= span[0] < _WEEK_MINUTES]
    always = [(0, _WEEK_MINUTES)] if joined and not stretches else []
    pieces = sorted(piece for stretch in [*stretches, *always] for piece in _cut(*stretch))
    week = tuple(_within(pieces, i * _DAY_MINUTES) for i in range(7))
    return Hours(week, _joined(hours.public_holiday))


def _cut(low: int, high: int) -> Iterator[Pair]:
    """The stretch in spans of at most 24 hours, cut at midnights."""
    while high - low > _DAY_MINUTES:
        midnight = low - low % _DAY_MINUTES + _DAY_MINUTES
        yield low % _WEEK_MINUTES, low % _WEEK_MINUTES + midnight - low
        low = midnight
    yield low % _WEEK_MINUTES, low % _WEEK_MINUTES + high - low


def _within(pieces: list[Pair], midnight: int) -> DaySpans:
    return tuple((low - midnight, high - midnight) for low, high in pieces if 0 <= low - midnight < _DAY_MINUTES)


def _weekly_text(span: Pair) -> str:
    day, low = divmod(span[0], _DAY_MINUTES)
    return f"{DAYS[day % 7]} {spans_text(((low, low + span[1] - span[0]),))}"


# Hours that a clock change swallows. All is in microseconds of local time.


def _swallowed(calendar: BusinessCalendar, years: Years) -> Iterator[Finding]:
    found: dict[str, Finding] = {}
    own = _own_hours(calendar, years)
    for at, before, after in clock_changes(calendar.compiled.zone, years.start, years.end):
        low, high = (at + before) // MICROSECOND, (at + after) // MICROSECOND
        for path, span, text in _shifts(calendar, own, range(low // DAY - 1, high // DAY + 1)):
            if path not in found and _falls_in(span, low, high):
                found[path] = _lost(path, text, low, high)
    yield from found.values()


def _falls_in(span: Pair, low: int, high: int) -> bool:
    """Whether the span begins or ends at a time that is skipped, or all of it is."""
    return any(low < edge < high for edge in span) or low <= span[0] < span[1] <= high


def _lost(path: str, text: str, low: int, high: int) -> Finding:
    start, end = (_time(at) for at in (low, high))
    message = f'"{text}": on {_date(low // DAY)} clocks jump from {start} to {end}, and a time between means {end}'
    return Finding("swallowed_hours", "warning", path, message, f"begin and end no span between {start} and {end}")


def _time(at: int) -> str:
    return (EPOCH + timedelta(microseconds=at)).time().isoformat("auto" if at % MINUTE else "minutes")


def _own_hours(calendar: BusinessCalendar, years: Years) -> dict[int, tuple[str, DaySpans]]:
    """The dates with hours of their own: where those stand, and what they are."""
    tables = tables_of(calendar)
    holidays = map(_number, _holidays(calendar, years))
    found = {day: _table(tables, day).hours.public_holiday for day in holidays}
    closed = {day: (_table(tables, day).path, spans) for day, spans in found.items()}
    return closed | {_number(day): (f"exceptions.{day}", spans) for day, spans in calendar.exceptions}


def _holidays(calendar: BusinessCalendar, years: Years) -> Mapping[date, str]:
    return calendar.holidays.dates(years.first - 1, years.last + 1)


def _table(tables: list[Table], day: int) -> Table:
    return next(table for table in tables if day in table.days)


def _shifts(
    calendar: BusinessCalendar, own: Mapping[int, tuple[str, DaySpans]], days: range
) -> Iterator[tuple[str, Pair, str]]:
    """The shifts that start on these dates, less what other dates close of them: where they stand, when, as text."""
    tables = tables_of(calendar)
    closed = [(day * DAY, (day + 1) * DAY) for day in days if day in own]
    for day in days:
        table = _table(tables, day)
        path, spans = own.get(day, (table.path, table.hours.week[(day + 3) % 7]))
        for span in spans:
            shift = (day * DAY + span[0] * MINUTE, day * DAY + span[1] * MINUTE)
            whole = day in own or calendar.holidays_close == "shift"
            yield from ((path, piece, spans_text((span,))) for piece in difference([shift], [] if whole else closed))


# Dates that change nothing, and dates that stop.


def _idle(calendar: BusinessCalendar, years: Years) -> Iterator[Finding]:
    near = tuple((day, name) for day, name in _holidays(calendar, years).items() if _is_computed(day))
    plain = attrs.evolve(calendar, holidays=Dates(near))
    for day, spans in calendar.exceptions:
        if years.first <= day.year <= years.last and _changes_nothing(plain, day):
            text = f'"{spans_text(spans)}" on {day} is what would hold without it'
            yield Finding("idle_exception", "warning", f"exceptions.{day}", text, "leave it out")


def _is_computed(day: date) -> bool:
    return FIRST_YEAR <= day.year <= LAST_YEAR


def _changes_nothing(calendar: BusinessCalendar, day: date) -> bool:
    days = range(_number(day) - 1, _number(day) + 2)
    near = {other: spans for other, spans in calendar.exceptions if _number(other) in days}
    without = {other: spans for other, spans in near.items() if other != day}
    first, second = (attrs.evolve(calendar, exceptions=some).local_spans(days) for some in (near, without))
    return first == second


def _ending(calendar: BusinessCalendar, years: Years) -> Iterator[Finding]:
    unknown = calendar.unknown_years(years.first, years.last)
    if years.last in unknown:
        text = f"the table of public holidays does not reach {years_text(unknown)}, which have none"
        yield Finding("ending_holidays", "warning", "holidays", text, "give their dates")
    elif (last := _last_date(calendar, years)) is not None:
        text = f"the last date is {last}; there is none in {years.last}"
        yield Finding("ending_holidays", "warning", "holidays", text, f"give the dates up to {years.last}")


def _last_date(calendar: BusinessCalendar, years: Years) -> date | None:
    """The last of the dates that stop before the last year; None where they do not stop, or there are none."""
    later = (calendar.holidays.dates(years.last, last) for last in (years.last, LAST_YEAR))
    return None if any(later) else max(calendar.holidays.dates(FIRST_YEAR, years.last), default=None)
