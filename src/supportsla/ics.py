"""Closures from and to iCalendar texts (RFC 5545); needs the extra `icalendar`.

Text in, text out: no file is read. The icalendar package reads and writes, recurring_ical_events expands. What comes
from outside is bounded before they see it: the length of the text, the years of its stamps, what its rules look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from .calendars import BusinessCalendar, Calendar
from .closures import Dates, Schedule, check_years, recurring
from .errors import InvalidICalendar, InvalidRecurrence, MissingExtra, WrongType
from .hours import Hours, spans_text
from .spans import clipped
from .worktime import compiled
from .zones import DAY, EPOCH, FIRST_YEAR, LAST_YEAR, MICROSECOND, MINUTE, load_zone, wall_clock, wall_time, year_start

try:
    import icalendar
    from icalendar.parser import Contentlines
    from recurring_ical_events import of
except ImportError:
    raise MissingExtra("supportsla.ics", "icalendar") from None

__all__ = ["closures_text", "exceptions_from", "holidays_from"]

_LONGEST_TEXT = 400_000
_MOST_DATES = 20_000
_MOST_FAULTS = 10
_LONGEST_REASON = 200
_LOOKS = {"YEARLY": 1, "MONTHLY": 3, "WEEKLY": 10, "DAILY": 25}
_MOST_LOOKS = 40_000
_FURTHER = 40
_BESIDE = timedelta(days=2)
_ONE_DAY = timedelta(days=1)
_IS_EXCEPTION = "X-SUPPORTSLA-EXCEPTION"
_STAMPS = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")
_READ = {*_STAMPS, *("UID", "SUMMARY", "STATUS", "SEQUENCE", "DURATION", "RRULE", _IS_EXCEPTION)}
_ZONE_DEFINITION = re.compile(":VTIMEZONE", re.IGNORECASE)
_UNTIL = re.compile(";UNTIL=[^;]*")
_NO_NAME = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")


def holidays_from(text: str, first_year: int, last_year: int) -> Schedule:
    r"""The all-day events of an iCalendar text, as explicit dates of these whole years.

    Recurrences are expanded, single occurrences moved or taken out as the text says, and what is cancelled is left
    out. A date's name is the SUMMARY of its event; where it has several, all of them in alphabetical order, joined by
    commas. An event without an end lasts one day, and the start of one that recurs is always among its dates. Events
    with a time of day are no holidays: see `exceptions_from`.

    Raises:
        InvalidICalendar: the text cannot be read, or asks for too much; with what is wrong, up to 10 faults.
        OutOfRange, WrongType: no years within 1900 to 2200; no text.

    >>> lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:Stocktaking", "DTSTART;VALUE=DATE:20261230",
    ...          "DTEND;VALUE=DATE:20270101", "END:VEVENT", "END:VCALENDAR"]
    >>> [str(day) for day in holidays_from("\n".join(lines), 2026, 2026).dates(2026, 2026)]
    ['2026-12-30', '2026-12-31']
    """
    names: dict[date, set[str]] = {}
    for event in _occurrences(text, first_year, last_year):
        for day in _days(event, range(first_year, last_year + 1)):
            names.setdefault(day, set()).add(_text(event, "SUMMARY"))
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
        InvalidICalendar: the text cannot be read or asks for too much, or an event is no hours of a date: it has no
            end, ends after the next date, has seconds, or an edge that the desk's clock shows for the second time.
        UnknownZone, OutOfRange, WrongType: no such zone; no years within 1900 to 2200; no text.

    >>> lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART:20261224T130000Z", "DURATION:PT5H", "END:VEVENT",
    ...          "END:VCALENDAR"]
    >>> exceptions_from("\n".join(lines), "America/Chicago", 2026, 2026)
    {datetime.date(2026, 12, 24): '07:00-12:00'}
    """
    desk, years = load_zone(zone), range(first_year, last_year + 1)
    closed: dict[date, str] = {}
    hours: dict[date, set[tuple[int, int]]] = {}
    faults: list[tuple[str, str]] = []
    for event in _occurrences(text, first_year, last_year):
        if _text(event, _IS_EXCEPTION).upper() == "OFF":
            closed.update(dict.fromkeys(_days(event, years), "off"))
        try:
            for day, span in _hours(event, desk, years):
                hours.setdefault(day, set()).add(span)
        except ValueError as fault:
            faults.append((_named(event), str(fault)))
    if faults:
        raise _refused(faults)
    return dict(sorted({**closed, **{day: spans_text(tuple(sorted(spans))) for day, spans in hours.items()}}.items()))


def _refused(faults: Iterable[tuple[str, str]]) -> InvalidICalendar:
    return InvalidICalendar(tuple((where, " ".join(reason.split())[:_LONGEST_REASON]) for where, reason in faults))


def _calendar(text: str) -> Any:
    """The calendar that the text holds; its definitions of zones are passed over, as their rules have no bounds."""
    if not isinstance(text, str):
        raise WrongType("an iCalendar", type(text).__name__, "a text, such as read from a file of type .ics")
    if len(text) > _LONGEST_TEXT:
        raise _refused([("the text", f"it has {len(text):,} characters; expected up to {_LONGEST_TEXT:,}")])
    try:
        lines = [_ZONE_DEFINITION.sub(":X-ZONE", line) for line in Contentlines.from_ical(text.removeprefix("\ufeff"))]
        calendar = icalendar.Calendar.from_ical("\r\n".join([*lines, ""]))
    except Exception as fault:
        raise _refused([("the text", f"it cannot be read: {fault}")]) from None
    if calendar.name != "VCALENDAR":
        raise _refused([("the text", "expected BEGIN:VCALENDAR")])
    return calendar


def _occurrences(text: str, first_year: int, last_year: int) -> Iterator[Any]:
    """The events in these years and shortly beside, each occurrence by itself, but for those cancelled."""
    check_years(first_year, last_year)
    calendar = _calendar(text)
    if faults := list(islice(_faults(calendar, last_year), _MOST_FAULTS)):
        raise _refused(faults)
    left = _MOST_DATES
    try:
        query: Any = of(calendar)
        for series in query.series:
            for found in series.between(date(first_year, 1, 1) - _BESIDE, date(last_year, 12, 31) + _BESIDE):
                left = _spent(left, max((found.end - found.start).days, 1))
                event = found.as_component(keep_recurrence_attributes=False)
                if _text(event, "STATUS").upper() != "CANCELLED":
                    yield event
    except Exception as fault:
        raise _refused([("the text", f"it cannot be read: {fault}")]) from None


def _spent(left: int, days: int) -> int:
    if days > left:
        raise ValueError(f"it falls on more than {_MOST_DATES:,} dates")
    return left - days


def _faults(calendar: Any, last_year: int) -> Iterator[tuple[str, str]]:
    looks = 0
    for number, event in enumerate(calendar.walk("VEVENT"), 1):
        where = f"event {number}, {_named(event)}"
        try:
            reasons = list(_event_faults(event))
            yield from ((where, reason) for reason in reasons)
            looks += 0 if reasons else _looks(event, last_year)
        except InvalidRecurrence as fault:
            yield where, f"RRULE: {fault.reason}"
        except Exception as fault:
            yield where, str(fault)
        if looks > _MOST_LOOKS:
            yield where, "all rules up to here recur over too many years"
            return


def _event_faults(event: Any) -> Iterator[str]:
    broken = [f"{name or 'a line'}: {reason}" for name, reason in event.errors if name is None or name in _READ]
    yield from broken or (broken := list(_stamp_faults(list(_stamps(event)))))
    if "EXRULE" in event:
        yield "EXRULE is not read; give the dates as EXDATE"
    if not broken and (
        event.start > event.end or any(length.dt < timedelta(0) for length in _values(event, "DURATION"))
    ):
        yield "it ends before it starts"
    if len(_values(event, "RRULE")) > 1:
        yield "it has several RRULE; expected one, or events of their own"
    elif not broken and "RRULE" in event:
        recurring(f"DTSTART:{event.start:%Y%m%d}\n{_UNTIL.sub('', _rule(event))}")


def _stamps(event: Any) -> Iterator[tuple[str, object, date]]:
    """The dates and times of an event, each with the name of its property and of its zone."""
    for name, value in ((key, value) for key in _STAMPS for value in _values(event, key)):
        for stamp in getattr(value, "dts", [value]):
            edges = stamp.dt if isinstance(stamp.dt, tuple) else [stamp.dt]
            yield from ((name, value.params.get("TZID"), at) for at in edges if isinstance(at, date))


def _stamp_faults(stamps: list[tuple[str, object, date]]) -> Iterator[str]:
    for name, zone, at in stamps:
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            yield f"{name} is of {at.year}; expected years {FIRST_YEAR} to {LAST_YEAR}"
        if zone is not None and isinstance(at, datetime) and at.tzinfo is None:
            yield f"{name} is in {zone}; expected a zone by its IANA name"
    if len({at.tzinfo is None and zone is None for _, zone, at in stamps if isinstance(at, datetime)}) > 1:
        yield "it has times with a zone and without one"


def _looks(event: Any, last_year: int) -> int:
    """About how long the event takes to expand, in years of a rule that recurs yearly."""
    rule, years = _rule(event), max(last_year - int(event.start.year), 0) + _FURTHER
    looks = next((looks for name, looks in _LOOKS.items() if f"FREQ={name}" in rule), 0)
    sought = "RECURRENCE-ID" in event and not event.keys().isdisjoint(("RRULE", "RDATE", "EXDATE"))
    return _FURTHER * sought + years * looks * (rule.count("=") + rule.count(","))


def _values(event: Any, name: str) -> list[Any]:
    value = event.get(name, [])
    return value if isinstance(value, list) else [value]


def _rule(event: Any) -> str:
    return str(next((rule.to_ical().decode() for rule in _values(event, "RRULE")), ""))


def _text(event: Any, name: str) -> str:
    return str(next(iter(_values(event, name)), "")).strip()


def _named(event: Any) -> str:
    return _text(event, "SUMMARY") or _text(event, "UID") or "without a name"


def _days(event: Any, years: range) -> list[date]:
    """The dates of an event of whole days, within the years."""
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    length = 0 if isinstance(start, datetime) else max((end - start).days, 1)
    return [day for offset in range(length) if (day := start + timedelta(offset)).year in years]


def _hours(event: Any, desk: ZoneInfo, years: range) -> Iterator[tuple[date, tuple[int, int]]]:
    """The date of a timed event, if it is within the years, with its hours, in minutes from midnight."""
    if not isinstance(event["DTSTART"].dt, datetime):
        return
    opens, closes = (_local(event[name].dt, desk) for name in ("DTSTART", "DTEND"))
    midnight = datetime.combine(opens.date(), time.min)
    (start, seconds), (end, more) = (divmod(at - midnight, timedelta(minutes=1)) for at in (opens, closes))
    if opens.year in years:
        if seconds or more:
            raise ValueError(f"it has seconds, on {opens.date()}; expected whole minutes")
        if not start < end <= 48 * 60:
            raise ValueError(f"it does not end after its start and by the end of the next date, on {opens.date()}")
        yield opens.date(), (start, end)


def _local(at: datetime, desk: ZoneInfo) -> datetime:
    """The desk's local time, at a time of some zone."""
    if at.tzinfo is None or str(at.tzinfo) == desk.key:
        return at.replace(tzinfo=None)
    shown = at.astimezone(UTC).astimezone(desk)
    if shown.fold:
        raise ValueError(f"the desk's clock shows {shown:%H:%M} for the second time, on {shown.date()}")
    return shown.replace(tzinfo=None)


def closures_text(calendar: Calendar, first_year: int, last_year: int, *, name: str = "Closures") -> str:
    """The closed and the special dates of a calendar, as an iCalendar text for other programs.

    Each holiday and each exception of the desk's dates in these years is an event: of a whole day, by its name, where
    it closes; timed, in UTC, where it has hours of its own. With the hours and revisions of the calendar,
    `holidays_from` and `exceptions_from` read a `BusinessCalendar` back that is open at the same instants.

    Of a combined calendar it is each date on which anything but weekly hours closes or opens it: a whole day if it is
    not open at all, else the stretches in which it is.

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
    >>> print(closures_text(desk, 2026, 2026).partition("BEGIN:VEVENT")[2].partition("DTSTART")[0].strip())
    SUMMARY:Thanksgiving
    """
    check_years(first_year, last_year)
    zone = compiled(calendar).zone
    if not isinstance(name, str):
        raise WrongType("name", name, "a text")
    written = icalendar.Calendar()
    for key, value in (("VERSION", "2.0"), ("PRODID", "-//supportsla//closures//EN"), ("CALSCALE", "GREGORIAN")):
        written.add(key, value)
    written.add("X-WR-CALNAME", _NO_NAME.sub(" ", name))
    if isinstance(calendar, BusinessCalendar):
        written.subcomponents.extend(_own_events(calendar, zone, first_year, last_year))
    else:
        written.subcomponents.extend(_touched_events(calendar, zone, first_year, last_year))
    return str(written.to_ical(), "utf-8")


def _event(zone: ZoneInfo, start: date, end: date, name: str) -> Any:
    """An event of the zone's dates, or of times of UTC."""
    event = icalendar.Event()
    said = "\n".join((zone.key, str(start), str(end), name)).encode("utf-8", "replace")
    event.add("UID", f"{sha256(said).hexdigest()[:32]}@supportsla")
    event.add("DTSTAMP", datetime(start.year, start.month, start.day, tzinfo=UTC))
    event.add("SUMMARY", _NO_NAME.sub(" ", name.replace("\r\n", "\n")))
    event.add("TRANSP", "TRANSPARENT")
    for key, at in (("DTSTART", start), ("DTEND", end)):
        event.add(key, at)
    return event


def _own_events(calendar: BusinessCalendar, zone: ZoneInfo, first_year: int, last_year: int) -> Iterator[Any]:
    holidays = calendar.holidays.dates(first_year, last_year)
    own = {day: (_hours_on(calendar, day).public_holiday, name, False) for day, name in holidays.items()}
    for day, spans in calendar.exceptions:
        if first_year <= day.year <= last_year:
            own[day] = (spans, holidays.get(day, ""), True)
    clock = wall_clock(zone, first_year, last_year)
    for day, (spans, name, is_exception) in sorted(own.items()):
        midnight = (day - EPOCH.date()).days * DAY
        edges = {tuple(clock.instant(midnight + edge * MINUTE) for edge in span) for span in spans}
        pieces = [(opens, closes) for opens, closes in sorted(edges) if opens < closes]
        for opens, closes in pieces:
            yield _event(zone, EPOCH + MICROSECOND * opens, EPOCH + MICROSECOND * closes, name or "Open")
        if not pieces:
            event = _event(zone, day, day + _ONE_DAY, name or "Closed")
            event.update({_IS_EXCEPTION: "OFF"} if is_exception else {})
            yield event


def _hours_on(calendar: BusinessCalendar, day: date) -> Hours:
    return next((hours for since, hours in reversed(calendar.revisions) if since <= day), calendar.hours)


def _touched_events(calendar: Calendar, zone: ZoneInfo, first_year: int, last_year: int) -> Iterator[Any]:
    spans = calendar.spans(max(first_year - 1, FIRST_YEAR), min(last_year + 1, LAST_YEAR))
    clock = wall_clock(zone, first_year, last_year)
    for day, name in sorted(_touched(calendar, first_year, last_year).items()):
        opened = clipped(spans, clock.instant(day * DAY), clock.instant((day + 1) * DAY))
        first = (EPOCH + MICROSECOND * DAY * day).date()
        if not opened:
            yield _event(zone, first, first + _ONE_DAY, name or "Closed")
        for low, high in opened:
            yield _event(zone, EPOCH + MICROSECOND * low, EPOCH + MICROSECOND * high, name or "Open")


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
