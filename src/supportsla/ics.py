"""Closures from and to iCalendar texts (RFC 5545); needs the extra `icalendar`.

Text in, text out: no file is read. What comes from outside is bounded before anything is made of it: the length of
the text, its lines and events, and the days that its recurrence rules look at. The structure is read here, so that a
fault has its line; the values of one event at a time are read by the icalendar package, which is given nothing but
the properties that count, and never a text that it could take for the name of a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from itertools import chain
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from .calendars import BusinessCalendar, Calendar
from .closures import Dates, Schedule, check_years
from .errors import InvalidICalendar, MissingExtra, UnknownZone, WrongType
from .hours import Hours, spans_text
from .recurrences import Budget, Refused, Rule, rule_dates, rule_of
from .spans import clipped
from .worktime import compiled
from .zones import (
    DAY,
    EPOCH,
    FIRST_YEAR,
    LAST_YEAR,
    MICROSECOND,
    clock_changes,
    in_zone,
    load_zone,
    wall_clock,
    wall_time,
    year_start,
)

try:
    from icalendar import Component, Event
except ImportError:
    raise MissingExtra("supportsla.ics", "icalendar") from None

__all__ = ["closures_text", "exceptions_from", "holidays_from"]

_LONGEST_TEXT = 5_000_000
_MOST_LINES = 200_000
_MOST_EVENTS = 3_000
_LONGEST_EVENTS = 600_000
_LONGEST_RULE = 1_000
_MOST_DAYS = 250_000
_MOST_FAULTS = 100
_LONGEST_REASON = 200
_BESIDE = timedelta(days=2)
_ONE_DAY = timedelta(days=1)
_LONGEST = timedelta(days=366 * (LAST_YEAR - FIRST_YEAR + 1))
_MINUTES_OF_DAY = 24 * 60
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]|\r(?!\n)")
_LINE_END = re.compile("\r?\n")
_NAME = re.compile("[A-Za-z0-9-]*")
_IS_EXCEPTION = "X-SUPPORTSLA-EXCEPTION"
_READ = {
    *("UID", "SUMMARY", "STATUS", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE"),
    *("RECURRENCE-ID", _IS_EXCEPTION),
}


def holidays_from(text: str, first_year: int, last_year: int) -> Schedule:
    r"""The all-day events of an iCalendar text, as explicit dates of these whole years.

    Recurrences are expanded, single occurrences moved or taken out as the text says, and what is cancelled is left
    out. A date's name is the SUMMARY of its event; where it has several, all of them in alphabetical order, joined by
    commas. An event without an end lasts one day, and where an event has a rule, the rule alone says on which dates
    it falls. Events with a time of day are no holidays: see `exceptions_from`.

    Raises:
        InvalidICalendar: the text cannot be read; with all that is wrong with its events, up to 100 faults.
        OutOfRange, WrongType: no years within 1900 to 2200; no text.

    >>> lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:Stocktaking", "DTSTART;VALUE=DATE:20261230",
    ...          "DTEND;VALUE=DATE:20270101", "END:VEVENT", "END:VCALENDAR"]
    >>> [str(day) for day in holidays_from("\n".join(lines), 2026, 2026).dates(2026, 2026)]
    ['2026-12-30', '2026-12-31']
    """
    reader = _Reader(text, "UTC", first_year, last_year)
    names: dict[date, set[str]] = {}
    for event, day in reader.each(reader.days_of):
        names.setdefault(day, set()).add(event.name)
    reader.finish()
    return Dates(tuple((day, ", ".join(sorted(given - {""}))) for day, given in names.items()))


def exceptions_from(text: str, zone: str | ZoneInfo, first_year: int, last_year: int) -> dict[date, str]:
    r"""The timed events of an iCalendar text, as the hours in which a desk is open on their dates.

    For `BusinessCalendar(exceptions=...)`: on such a date they hold in place of the weekly hours. A date's events are
    joined in order; one that ends on the next date is written as "22:00-06:00". A stamp without a zone is in the
    desk's, and one in the desk's zone is taken as its clock shows it; others are converted. All-day events are
    holidays, see `holidays_from`, but for those that `closures_text` wrote for exceptions that close: "off".

    Args:
        text: the iCalendar.
        zone: the desk's, an IANA name or a `ZoneInfo`.
        first_year: the first of the years, of the desk's dates.
        last_year: the last of them, included.

    Raises:
        InvalidICalendar: the text cannot be read, or an event is no hours of a date: it has no end, ends after the
            next date, has seconds, or an edge that the desk's clock shows for the second time.
        UnknownZone, OutOfRange, WrongType: no such zone; no years within 1900 to 2200; no text.

    >>> lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART:20261224T130000Z", "DURATION:PT5H", "END:VEVENT",
    ...          "END:VCALENDAR"]
    >>> exceptions_from("\n".join(lines), "America/Chicago", 2026, 2026)
    {datetime.date(2026, 12, 24): '07:00-12:00'}
    """
    reader = _Reader(text, zone, first_year, last_year)
    closed = {day: "off" for event, day in reader.each(reader.days_of) if event.is_exception}
    hours: dict[date, set[tuple[int, int]]] = {}
    for day, span in reader.each(reader.hours_of):
        hours.setdefault(day, set()).add(span)
    reader.finish()
    return dict(sorted({**closed, **{day: spans_text(tuple(sorted(spans))) for day, spans in hours.items()}}.items()))


_Found = TypeVar("_Found")
_Occurrence = tuple[datetime, timedelta]


class _Event(NamedTuple):
    """An event as it is written; its times are those of its zone, None for whole days, which start at midnight."""

    where: str
    uid: str
    name: str
    cancelled: bool
    is_exception: bool
    zone: ZoneInfo | None
    start: datetime
    length: timedelta
    rules: tuple[tuple[Rule, date], ...]
    more: tuple[_Occurrence, ...]
    less: tuple[date, ...]
    replaces: date | None


class _Reader:
    """The events of a text, within whole years; its faults are collected, and raised together by `finish`."""

    def __init__(self, text: str, zone: str | ZoneInfo, first_year: int, last_year: int) -> None:
        check_years(first_year, last_year)
        self.first, self.last = date(first_year, 1, 1), date(last_year, 12, 31)
        self.zone = load_zone(zone)
        self.budget = Budget(_MOST_DAYS)
        self.faults: list[tuple[str, str]] = []
        self.events: list[_Event] = []
        for block in _blocks(text):
            with self.noting(block.where):
                self.events.append(_event(block, self.zone))
        self.replaced: dict[str, list[date]] = {}
        for event in self.events:
            if event.replaces is not None:
                self.replaced.setdefault(event.uid, []).append(event.replaces)

    @contextmanager
    def noting(self, where: str) -> Iterator[None]:
        """Note what is refused, and give up when there is too much of it."""
        try:
            yield
        except Refused as fault:
            self.faults.append((where, str(fault)))
        if self.budget.left < 0 or len(self.faults) >= _MOST_FAULTS:
            self.finish()

    def finish(self) -> None:
        """Raise all faults, if there are any."""
        if self.faults:
            raise InvalidICalendar(tuple(self.faults))

    def each(self, found_in: Callable[[_Event], Iterator[_Found]]) -> Iterator[_Found]:
        """What is found in the events that are not cancelled."""
        for event in self.events:
            found: list[_Found] = []
            with self.noting(event.where):
                found.extend(() if event.cancelled else found_in(event))
            yield from found

    def days_of(self, event: _Event) -> Iterator[tuple[_Event, date]]:
        """The dates of an event of whole days."""
        for start, length in self.occurrences(event) if event.zone is None else ():
            first, last = max(start.date(), self.first), min((start + length).date() - _ONE_DAY, self.last)
            for offset in range((last - first).days + 1):
                self.budget.spend(1)
                yield event, first + timedelta(offset)

    def hours_of(self, event: _Event) -> Iterator[tuple[date, tuple[int, int]]]:
        """The dates of a timed event, each with the hours in which it is open, in minutes from its midnight."""
        for start, length in self.occurrences(event) if event.zone else ():
            opens, closes = (self.local(at, event.zone or self.zone) for at in (start, start + length))
            if self.first <= opens.date() <= self.last:
                yield opens.date(), _span(opens, closes)

    def local(self, at: datetime, zone: ZoneInfo) -> datetime:
        """The desk's local time, at a local time of some zone."""
        if zone.key == self.zone.key:
            return at
        shown = at.replace(tzinfo=zone).astimezone(UTC).astimezone(self.zone)
        if shown.fold:
            raise Refused(
                f"at {at:%Y-%m-%d %H:%M}, {zone.key}, the desk's clock shows {shown:%H:%M} for the second time"
            )
        return shown.replace(tzinfo=None)

    def occurrences(self, event: _Event) -> Iterator[_Occurrence]:
        """The occurrences that may reach into the years: its own or its rules', those added, less those taken out."""
        starts = chain.from_iterable(self.recurring(event, *rule) for rule in event.rules)
        own = ((start, event.length) for start in (starts if event.rules else (event.start,)))
        less = {_moment(at, event.zone) for at in (*event.less, *self.known_elsewhere(event))}
        early, late = (datetime.combine(day, time.min) for day in (self.first - _BESIDE, self.last + _BESIDE))
        for start, length in sorted({*own, *event.more}):
            if early <= start + length and start <= late and not less & {start, start.date()}:
                yield start, length

    def recurring(self, event: _Event, rule: Rule, until: date) -> Iterator[datetime]:
        """The starts of a rule's occurrences."""
        dates = rule_dates(rule, event.start.date(), min(until, self.last + _BESIDE), self.budget)
        return (datetime.combine(day, event.start.time()) for day in dates)

    def known_elsewhere(self, event: _Event) -> Sequence[date]:
        """The occurrences for which there are events of their own."""
        return self.replaced.get(event.uid, ()) if event.replaces is None else ()


def _span(opens: datetime, closes: datetime) -> tuple[int, int]:
    midnight = datetime.combine(opens.date(), time.min)
    (start, seconds), (end, more) = (divmod(at - midnight, timedelta(minutes=1)) for at in (opens, closes))
    if seconds or more:
        raise Refused(f"it has seconds, on {opens.date()}; expected whole minutes")
    if not start < end <= 2 * _MINUTES_OF_DAY:
        raise Refused(f"it does not end after its start and by the end of the next date, on {opens.date()}")
    return start, end


def _moment(at: date, zone: ZoneInfo | None) -> date:
    """A date, or a local time of the zone; an event of whole days has dates only."""
    if not isinstance(at, datetime):
        return at
    if zone is None:
        return at.date()
    return at.astimezone(zone).replace(tzinfo=None) if at.tzinfo else at


class _Block(NamedTuple):
    """The lines of an event that are read, and where it stands."""

    line: int
    lines: list[str]

    @property
    def where(self) -> str:
        texts = {_name(line): line.partition(":")[2] for line in reversed(self.lines)}
        shown = texts.get("SUMMARY") or texts.get("UID")
        return f"line {self.line}, {shown}" if shown else f"line {self.line}"


def _name(line: str) -> str:
    found = _NAME.match(line)
    return found[0].upper() if found else ""


def _unreadable(where: str, reason: str) -> InvalidICalendar:
    return InvalidICalendar(((where, reason),))


def _check_text(text: str) -> None:
    if not isinstance(text, str):
        raise WrongType("an iCalendar", type(text).__name__, "a text, such as read from a file of type .ics")
    if len(text) > _LONGEST_TEXT:
        raise _unreadable("the text", f"it has {len(text):,} characters; expected up to {_LONGEST_TEXT:,}")
    if found := _NO_TEXT.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise _unreadable(f"line {line}", f"expected text, not the character {found[0]!r}")
    if text.count("\n") > _MOST_LINES:
        raise _unreadable("the text", f"it has more than {_MOST_LINES:,} lines")


def _content_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines, each with its number, those that were folded joined again."""
    start, parts = 1, [""]
    for number, line in enumerate(_LINE_END.split(text.removeprefix("\ufeff")), 1):
        if line.startswith((" ", "\t")):
            parts.append(line[1:])
        elif line:
            yield start, "".join(parts)
            start, parts = number, [line]
    yield start, "".join(parts)


_IN_EVENT = ["VCALENDAR", "VEVENT"]


def _blocks(text: str) -> list[_Block]:
    """The events of the one calendar that the text holds."""
    _check_text(text)
    blocks: list[_Block] = []
    within: list[str] = []
    number = calendars = size = 0
    for number, line in _content_lines(text):
        if _name(line) in ("BEGIN", "END"):
            calendars += not within
            _nest(within, calendars, number, line)
            if within == _IN_EVENT and _name(line) == "BEGIN":
                blocks.append(_Block(number, []))
        elif line and not within:
            raise _unreadable(f"line {number}", "expected BEGIN:VCALENDAR")
        elif within == _IN_EVENT and _name(line) in _READ:
            size += len(line)
            blocks[-1].lines.append(line)
        if len(blocks) > _MOST_EVENTS or size > _LONGEST_EVENTS:
            most = f"up to {_MOST_EVENTS:,} events of {_LONGEST_EVENTS:,} characters together"
            raise _unreadable(f"line {number}", f"there are too many events; expected {most}")
    if within or not calendars:
        raise _unreadable(f"line {number}", f"expected {f'END:{within[-1]}' if within else 'BEGIN:VCALENDAR'}")
    return blocks


def _nest(within: list[str], calendars: int, number: int, line: str) -> None:
    kind = line.partition(":")[2].strip().upper()
    if _name(line) == "BEGIN":
        if not within and (kind != "VCALENDAR" or calendars > 1):
            expected = "one calendar; give each a text of its own" if kind == "VCALENDAR" else "BEGIN:VCALENDAR"
            raise _unreadable(f"line {number}", f"expected {expected}")
        within.append(kind)
    elif not within or within.pop() != kind:
        raise _unreadable(f"line {number}", f"END:{kind[:40]} ends what did not begin")


def _event(block: _Block, desk: ZoneInfo) -> _Event:
    """The event of these lines; whatever the icalendar package makes of them, what it raises is a fault."""
    try:
        return _read(block, desk)
    except Refused:
        raise
    except Exception as fault:
        raise Refused(f"it cannot be read: {fault}"[:_LONGEST_REASON]) from None


def _read(block: _Block, desk: ZoneInfo) -> _Event:
    given = _values(block)
    start = _stamp("DTSTART", _single(given, "DTSTART"))
    if start is None:
        raise Refused("it has no DTSTART")
    zone = _zone_of(start, desk) if isinstance(start, datetime) else None
    first = _midnight(_moment(start, zone))
    length = _length(given, first, zone)
    replaces = _single(given, "RECURRENCE-ID")
    if replaces is not None and "RANGE" in replaces.params:
        raise Refused("its RECURRENCE-ID has a RANGE, which is not read; give every occurrence an event")
    return _Event(
        block.where,
        str(given.get("UID", "")),
        str(_single(given, "SUMMARY") or "").strip(),
        str(given.get("STATUS", "")).upper() == "CANCELLED",
        str(given.get(_IS_EXCEPTION, "")).upper() == "OFF",
        zone,
        first,
        length,
        tuple((rule_of(_without_until(rule)), _until(rule, first, zone)) for rule in _all(given, "RRULE")),
        tuple(_added(at, zone, length) for at in _stamps(given, "RDATE")),
        tuple(at for at in _stamps(given, "EXDATE") if isinstance(at, date)),
        _stamp("RECURRENCE-ID", replaces),
    )


def _values(block: _Block) -> Component:
    if any(_name(line) == "RRULE" and len(line) > _LONGEST_RULE for line in block.lines):
        raise Refused(f"its rule is long; expected up to {_LONGEST_RULE:,} characters")
    given = Event.from_ical("\r\n".join(["BEGIN:VEVENT", *block.lines, "END:VEVENT", ""]))
    faults = [f"{name or 'a line'}: {reason}" for name, reason in given.errors]
    if "EXRULE" in given:
        faults.append("EXRULE is not read; give the dates as EXDATE")
    if faults:
        raise Refused("; ".join(faults)[:_LONGEST_REASON])
    return given


def _all(given: Component, name: str) -> list[Any]:
    value = given.get(name, [])
    return value if isinstance(value, list) else [value]


def _single(given: Component, name: str) -> Any:
    values = _all(given, name)
    if len(values) > 1:
        raise Refused(f"{name} stands {len(values)} times; expected once")
    return values[0] if values else None


def _stamp(name: str, value: Any) -> date | None:
    """A date, a time of a zone that is known, or a time without a zone."""
    if value is None:
        return None
    return _checked(name, getattr(value, "dt", None), value.params)


def _checked(name: str, at: object, params: Mapping[str, object]) -> date:
    if not isinstance(at, date):
        raise Refused(f"{name} is no date and no time")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise Refused(f"{name} is of {at.year}; expected years {FIRST_YEAR} to {LAST_YEAR}")
    if not isinstance(at, datetime):
        return at
    named = params.get("TZID")
    return at.replace(tzinfo=_zone(named, at)) if named is not None or at.tzinfo else at


def _zone(named: object, at: datetime) -> ZoneInfo:
    """The zone by its IANA name, or by one that the icalendar package knows, such as "Eastern Standard Time"."""
    try:
        return load_zone(str(at.tzinfo or named))
    except UnknownZone as fault:
        raise Refused(f"TZID: {fault}"[:_LONGEST_REASON]) from None


def _zone_of(start: datetime, desk: ZoneInfo) -> ZoneInfo:
    return start.tzinfo if isinstance(start.tzinfo, ZoneInfo) else desk


def _midnight(at: date) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(at, time.min)


def _stamps(given: Component, name: str) -> Iterator[date | tuple[date, date | timedelta]]:
    """The dates, times and periods of a list, such as RDATE."""
    for values in _all(given, name):
        for value in values.dts:
            if isinstance(value.dt, tuple):
                start, end = value.dt
                last = end if isinstance(end, timedelta) else _checked(name, end, values.params)
                yield _checked(name, start, values.params), last
            else:
                yield _checked(name, value.dt, values.params)


def _added(at: date | tuple[date, date | timedelta], zone: ZoneInfo | None, length: timedelta) -> _Occurrence:
    start, end = at if isinstance(at, tuple) else (at, length)
    first = _midnight(_moment(start, zone))
    return first, _whole(end if isinstance(end, timedelta) else _midnight(_moment(end, zone)) - first, zone)


def _length(given: Component, first: datetime, zone: ZoneInfo | None) -> timedelta:
    end, duration = _stamp("DTEND", _single(given, "DTEND")), _single(given, "DURATION")
    if end is not None:
        return _whole(_midnight(_moment(end, zone)) - first, zone)
    return _whole(duration.dt if duration is not None else timedelta(0), zone)


def _whole(length: object, zone: ZoneInfo | None) -> timedelta:
    if not isinstance(length, timedelta) or not timedelta(0) <= length <= _LONGEST:
        raise Refused("it ends before it starts, or lasts longer than years 1900 to 2200")
    return length if zone else max(timedelta(length.days), _ONE_DAY)


def _without_until(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values for name, values in rule.items() if name.upper() != "UNTIL"}


def _until(rule: Mapping[str, Any], first: datetime, zone: ZoneInfo | None) -> date:
    """The last date on which an occurrence of the rule may start."""
    until = next(iter(rule.get("UNTIL", ())), date.max)
    if not isinstance(until, date):
        raise Refused("its rule has an UNTIL that is no date")
    if not FIRST_YEAR <= until.year <= LAST_YEAR:
        return date.min if until.year < FIRST_YEAR else date.max
    last = _moment(until, zone)
    if not isinstance(last, datetime):
        return last
    return last.date() if first.time() <= last.time() else last.date() - _ONE_DAY


# Closures out.

_PRODUCT = "-//supportsla//closures//EN"
_LONGEST_LINE = 75
_NO_NAME = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def closures_text(calendar: Calendar, first_year: int, last_year: int, *, name: str = "Closures") -> str:
    """The closed and the special dates of a calendar, as an iCalendar text for other programs.

    Each holiday and each exception of the desk's dates in these years is an event: of a whole day, by its name, where
    it closes; timed, in the desk's zone, where it has hours of its own. With the hours and revisions of the calendar,
    `holidays_from` and `exceptions_from` read a `BusinessCalendar` back that is open at the same instants.

    Of a combined calendar it is each date on which anything but weekly hours closes or opens it: a whole day if it is
    not open at all, else the stretches in which it is, in UTC.

    The text is the same for the same calendar: an event's UID is a digest, its DTSTAMP its own date.

    Args:
        calendar: a `BusinessCalendar`, or calendars combined.
        first_year: the first of the years, of the desk's dates.
        last_year: the last of them, included.
        name: of the calendar, for whoever subscribes to it.

    Raises:
        WrongType, OutOfRange: no calendar; no years within 1900 to 2200.

    >>> from supportsla import BusinessCalendar
    >>> desk = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00", holidays={date(2026, 11, 26): "Thanksgiving"})
    >>> print(closures_text(desk, 2026, 2026).partition("BEGIN:VEVENT")[2].partition("SUMMARY")[2][:13])
    :Thanksgiving
    """
    check_years(first_year, last_year)
    zone = compiled(calendar).zone
    if not isinstance(name, str):
        raise WrongType("name", name, "a text")
    if isinstance(calendar, BusinessCalendar):
        entries = list(_own_dates(calendar, first_year, last_year))
    else:
        entries = list(_touched_dates(calendar, first_year, last_year))
    local = any(isinstance(entry.start, datetime) and entry.start.tzinfo is None for entry in entries)
    lines = (
        (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            f"PRODID:{_PRODUCT}",
            "CALSCALE:GREGORIAN",
            f"X-WR-CALNAME:{_escaped(name)}",
        ),
        _zone_lines(zone, first_year, last_year) if local and zone.key != "UTC" else (),
        chain.from_iterable(_entry_lines(entry, zone.key) for entry in entries),
        ("END:VCALENDAR",),
    )
    return "".join(f"{_folded(line)}\r\n" for line in chain.from_iterable(lines))


class _Entry(NamedTuple):
    """An event to write: dates for whole days, local times of the calendar's zone, or times of UTC."""

    start: date
    end: date
    name: str
    is_exception: bool = False


def _own_dates(calendar: BusinessCalendar, first_year: int, last_year: int) -> Iterator[_Entry]:
    holidays = calendar.holidays.dates(first_year, last_year)
    own = {day: (_hours_on(calendar, day).public_holiday, name, False) for day, name in holidays.items()}
    for day, spans in calendar.exceptions:
        if first_year <= day.year <= last_year:
            own[day] = (spans, holidays.get(day, ""), True)
    for day, (spans, name, is_exception) in sorted(own.items()):
        midnight = datetime.combine(day, time.min)
        if not spans:
            yield _Entry(day, day + _ONE_DAY, name or "Closed", is_exception)
        for opens, closes in sorted({*spans}):
            yield _Entry(midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes), name or "Open")


def _hours_on(calendar: BusinessCalendar, day: date) -> Hours:
    return next((hours for since, hours in reversed(calendar.revisions) if since <= day), calendar.hours)


def _touched_dates(calendar: Calendar, first_year: int, last_year: int) -> Iterator[_Entry]:
    spans = calendar.spans(max(first_year - 1, FIRST_YEAR), min(last_year + 1, LAST_YEAR))
    clock = wall_clock(calendar.compiled.zone, first_year, last_year)
    for day, name in sorted(_touched(calendar, first_year, last_year).items()):
        opened = clipped(spans, clock.instant(day * DAY), clock.instant((day + 1) * DAY))
        first = (EPOCH + MICROSECOND * DAY * day).date()
        if not opened:
            yield _Entry(first, first + _ONE_DAY, name or "Closed")
        for low, high in opened:
            yield _Entry(EPOCH + MICROSECOND * low, EPOCH + MICROSECOND * high, name or "Open")


def _touched(calendar: Calendar, first_year: int, last_year: int) -> dict[int, str]:
    """The local dates that labels lie on, in days since 1970-01-01, each with the name of a holiday or none."""
    zone = calendar.compiled.zone
    years = range(year_start(first_year) // DAY, year_start(last_year + 1) // DAY)
    names: dict[int, str] = {}
    for label in calendar.labels(first_year, last_year):
        first, last = (wall_time(MICROSECOND * at, zone)[0] for at in (label.low, max(label.low, label.high - 1)))
        for day in range(max(first, years.start), min(last + 1, years.stop)):
            names[day] = names.get(day) or (label.name if label.reason == "holiday" else "")
    return names


def _entry_lines(entry: _Entry, zone: str) -> Iterator[str]:
    start, end = _time_line("DTSTART", entry.start, zone), _time_line("DTEND", entry.end, zone)
    said = "\n".join((zone, start, end, entry.name)).encode("utf-8", "replace")
    yield "BEGIN:VEVENT"
    yield f"UID:{sha256(said).hexdigest()[:32]}@supportsla"
    yield f"DTSTAMP:{entry.start:%Y%m%d}T000000Z"
    yield from (start, end)
    yield f"SUMMARY:{_escaped(entry.name)}"
    yield from [f"{_IS_EXCEPTION}:OFF"] * entry.is_exception
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _time_line(name: str, at: date, zone: str) -> str:
    if not isinstance(at, datetime):
        return f"{name};VALUE=DATE:{at:%Y%m%d}"
    if at.tzinfo or zone == "UTC":
        return f"{name}:{at:%Y%m%dT%H%M%S}Z"
    return f"{name};TZID={zone}:{at:%Y%m%dT%H%M%S}"


def _zone_lines(zone: ZoneInfo, first_year: int, last_year: int) -> Iterator[str]:
    """The zone's clock over the years, one change at a time."""
    first, last = MICROSECOND * year_start(first_year) - _BESIDE, MICROSECOND * year_start(last_year + 1) + _BESIDE
    offset = in_zone(first, zone).utcoffset() or timedelta(0)
    yield from ("BEGIN:VTIMEZONE", f"TZID:{zone.key}")
    for at, before, after in ((first, offset, offset), *clock_changes(zone, first, last)):
        kind = "DAYLIGHT" if in_zone(at, zone).dst() else "STANDARD"
        yield from (f"BEGIN:{kind}", f"DTSTART:{EPOCH + at + before:%Y%m%dT%H%M%S}")
        yield from (f"TZOFFSETFROM:{_offset_text(before)}", f"TZOFFSETTO:{_offset_text(after)}", f"END:{kind}")
    yield "END:VTIMEZONE"


def _offset_text(offset: timedelta) -> str:
    minutes, seconds = divmod(abs(offset) // timedelta(seconds=1), 60)
    sign = "-" if offset < timedelta(0) else "+"
    return f"{sign}{minutes // 60:02}{minutes % 60:02}" + (f"{seconds:02}" if seconds else "")


def _escaped(text: str) -> str:
    return _NO_NAME.sub(" ", text.replace("\r\n", "\n")).translate(_ESCAPED)


def _folded(line: str) -> str:
    """The line in pieces of at most 75 octets, none within a character."""
    pieces, room = [""], _LONGEST_LINE
    for character in line:
        size = len(character.encode("utf-8"))
        if size > room:
            pieces.append("")
            room = _LONGEST_LINE - 1
        pieces[-1] += character
        room -= size
    return "\r\n ".join(pieces)
