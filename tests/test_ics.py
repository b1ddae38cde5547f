"""iCalendar texts in and out (RFC 5545)."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from time import perf_counter

import icalendar
import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from oracle import Desk
from strategies import ZONES, desks, library_desk, moments
from supportsla import (
    BusinessCalendar,
    OutOfRange,
    SupportSLAError,
    UnknownZone,
    Window,
    WrongType,
    windows,
)
from supportsla.errors import InvalidICalendar
from supportsla.ics import closures_text, exceptions_from, holidays_from
from supportsla.presets import AEDT, CST

CHICAGO = "America/Chicago"
WHOLE = "DTSTART;VALUE=DATE:20260105"
TIMED = "DTSTART:20260105T090000"
HOUR = "DURATION:PT1H"


def event(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT"))


def text_of(*parts: str) -> str:
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *parts, "END:VCALENDAR", ""))


def days(*parts: str, years: tuple[int, int] = (2026, 2027)) -> list[str]:
    found = holidays_from(text_of(*parts), *years).dates(1900, 2200)
    return [day.isoformat() for day in found]


def hours(*parts: str, zone: str = CHICAGO, years: tuple[int, int] = (2026, 2027)) -> dict[str, str]:
    found = exceptions_from(text_of(*parts), zone, *years)
    return {day.isoformat(): spans for day, spans in found.items()}


# Whole days in.


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([WHOLE], ["2026-01-05"]),
        (["DTSTART:20260105"], ["2026-01-05"]),
        ([WHOLE, "DTEND;VALUE=DATE:20260107"], ["2026-01-05", "2026-01-06"]),
        ([WHOLE, "DTEND;VALUE=DATE:20260105"], ["2026-01-05"]),
        ([WHOLE, "DURATION:P1D"], ["2026-01-05"]),
        ([WHOLE, "DURATION:P2D"], ["2026-01-05", "2026-01-06"]),
        ([WHOLE, "DURATION:PT1H"], ["2026-01-05"]),
        (["DTSTART;VALUE=DATE:20251231", "DTEND;VALUE=DATE:20260102"], ["2026-01-01"]),
        (["DTSTART;VALUE=DATE:20271231", "DTEND;VALUE=DATE:20280102"], ["2027-12-31"]),
        (["DTSTART;VALUE=DATE:20250101"], []),
        ([WHOLE, "RRULE:FREQ=YEARLY"], ["2026-01-05", "2027-01-05"]),
        (["DTSTART;VALUE=DATE:19970704", "RRULE:FREQ=YEARLY"], ["2026-07-04", "2027-07-04"]),
        (["DTSTART;VALUE=DATE:19971127", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"], ["2026-11-26", "2027-11-25"]),
        ([WHOLE, "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO"], ["2026-05-25", "2027-05-31"]),
        ([WHOLE, "RRULE:FREQ=WEEKLY;COUNT=2"], ["2026-01-05", "2026-01-12"]),
        ([WHOLE, "RRULE:FREQ=DAILY;UNTIL=20260106"], ["2026-01-05", "2026-01-06"]),
        ([WHOLE, "RRULE:FREQ=DAILY;UNTIL=20260106T000000Z"], ["2026-01-05", "2026-01-06"]),
        ([WHOLE, "RRULE:FREQ=YEARLY;UNTIL=99991231T235959Z"], ["2026-01-05", "2027-01-05"]),
        ([WHOLE, "RRULE:FREQ=YEARLY;UNTIL=18000101"], []),
        ([WHOLE, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], []),
        ([WHOLE, "RRULE:FREQ=YEARLY;COUNT=1", "RRULE:FREQ=MONTHLY;COUNT=2"], ["2026-01-05", "2026-02-05"]),
        ([WHOLE, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20260106"], ["2026-01-05", "2026-01-07"]),
        ([WHOLE, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260106T000000,20260107T000000Z"], ["2026-01-05"]),
        ([WHOLE, "RDATE;VALUE=DATE:20260201,20270301", "RDATE;VALUE=DATE:20280101"],
         ["2026-01-05", "2026-02-01", "2027-03-01"]),
        ([WHOLE, "DURATION:P2D", "RDATE;VALUE=DATE:20260201"],
         ["2026-01-05", "2026-01-06", "2026-02-01", "2026-02-02"]),
        ([WHOLE, "STATUS:CANCELLED"], []),
        ([WHOLE, "STATUS:TENTATIVE"], ["2026-01-05"]),
        ([TIMED, HOUR], []),
    ],
)  # fmt: skip
def test_an_event_of_whole_days_is_its_dates(lines: list[str], expected: list[str]) -> None:
    """By RFC 5545: the end is exclusive, and without one it is one day."""
    assert days(event(*lines)) == expected


def test_an_occurrence_that_moved_or_is_cancelled_stands_by_itself() -> None:
    """RECURRENCE-ID, also where the order is the other way round, and only for its own UID."""
    series = event("UID:a", WHOLE, "RRULE:FREQ=DAILY;COUNT=4")
    moved = event("UID:a", "RECURRENCE-ID;VALUE=DATE:20260106", "DTSTART;VALUE=DATE:20260301")
    gone = event("UID:a", "RECURRENCE-ID;VALUE=DATE:20260107", "DTSTART;VALUE=DATE:20260107", "STATUS:cancelled")
    other = event("UID:b", "RECURRENCE-ID;VALUE=DATE:20260108", "DTSTART;VALUE=DATE:20260401")
    expected = ["2026-01-05", "2026-01-08", "2026-03-01", "2026-04-01"]
    assert days(series, moved, gone, other) == days(other, gone, moved, series) == expected


def test_a_name_is_the_summary_and_several_are_joined_in_order() -> None:
    """Unescaped, unfolded, each once; none is none."""
    christmas = "DTSTART;VALUE=DATE:20261225"
    parts = [
        event(WHOLE),
        event(christmas, "SUMMARY:Year's\\, end\\; \r\n and more"),
        event(christmas, "SUMMARY;LANGUAGE=de:Weihnachten \U0001f384"),
        event(christmas, "SUMMARY:Weihnachten \U0001f384"),
        event(christmas),
    ]
    found = holidays_from(text_of(*parts), 2026, 2026).dates(2026, 2026)
    assert found == {date(2026, 1, 5): "", date(2026, 12, 25): "Weihnachten \U0001f384, Year's, end; and more"}


def test_line_ends_case_byte_order_mark_and_unknown_parts_do_not_matter() -> None:
    """What other programs write besides is passed over."""
    noise = (
        "BEGIN:VTIMEZONE",
        *("TZID:Foo", "BEGIN:STANDARD", "DTSTART:16010101T000000", "RRULE:FREQ=SECONDLY", "END:STANDARD"),
        "END:VTIMEZONE",
        "BEGIN:VTODO\r\nDTSTART:nonsense\r\nEND:VTODO",
    )
    alarm = ("BEGIN:VALARM", "TRIGGER:-PT1H", "DURATION:nonsense", "DTSTART:nonsense", "END:VALARM")
    text = text_of(*noise, event("dtstart;value=date:20260105", "ATTACH:", *alarm, "X-A;:"))
    for written in (text, text.replace("\r\n", "\n"), f"\ufeff\n{text}\n\n"):
        assert list(holidays_from(written, 2026, 2026).dates(2026, 2026)) == [date(2026, 1, 5)]


# Timed events in.


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([TIMED, HOUR], {"2026-01-05": "09:00-10:00"}),
        ([TIMED, "DTEND:20260105T120000"], {"2026-01-05": "09:00-12:00"}),
        (["DTSTART;TZID=America/Chicago:20260105T090000", HOUR], {"2026-01-05": "09:00-10:00"}),
        (["DTSTART;TZID=Eastern Standard Time:20260105T090000", HOUR], {"2026-01-05": "08:00-09:00"}),
        (["DTSTART:20260105T010000Z", HOUR], {"2026-01-04": "19:00-20:00"}),
        (["DTSTART:20260705T010000Z", "DTEND;TZID=America/New_York:20260705T000000"], {"2026-07-04": "20:00-23:00"}),
        (["DTSTART:20260105T220000", "DTEND:20260106T060000"], {"2026-01-05": "22:00-06:00"}),
        (["DTSTART:20260105T220000", "DTEND:20260107T000000"], {"2026-01-05": "22:00-48:00"}),
        (["DTSTART:20260105T090000", "DTEND;VALUE=DATE:20260106"], {"2026-01-05": "09:00-24:00"}),
        (["DTSTART;TZID=America/Chicago:20260308T023000", HOUR], {"2026-03-08": "02:30-03:30"}),
        (["DTSTART;TZID=Asia/Tokyo:20260101T090000", HOUR, "RRULE:FREQ=YEARLY;UNTIL=20270101T000000Z"],
         {"2026-12-31": "18:00-19:00"}),
        (["DTSTART;TZID=Asia/Tokyo:20260101T090000", HOUR, "RRULE:FREQ=YEARLY;UNTIL=20261231T235959Z"], {}),
        ([TIMED, HOUR, "RRULE:FREQ=DAILY;UNTIL=20260106"], {"2026-01-05": "09:00-10:00", "2026-01-06": "09:00-10:00"}),
        ([TIMED, HOUR, "RRULE:FREQ=DAILY;UNTIL=20260106T090000"],
         {"2026-01-05": "09:00-10:00", "2026-01-06": "09:00-10:00"}),
        ([TIMED, HOUR, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260106T150000Z", "EXDATE;VALUE=DATE:20260107"],
         {"2026-01-05": "09:00-10:00"}),
        ([TIMED, HOUR, "RDATE;VALUE=PERIOD:20260201T160000Z/PT2H,20260301T160000Z/20260301T170000Z"],
         {"2026-01-05": "09:00-10:00", "2026-02-01": "10:00-12:00", "2026-03-01": "10:00-11:00"}),
        ([TIMED, HOUR, "RDATE;TZID=America/New_York:20260201T100000"],
         {"2026-01-05": "09:00-10:00", "2026-02-01": "09:00-10:00"}),
        ([TIMED, HOUR, "STATUS:CANCELLED"], {}),
        ([WHOLE], {}),
        ([WHOLE, "DURATION:P2D", "X-SUPPORTSLA-EXCEPTION:OFF"], {"2026-01-05": "off", "2026-01-06": "off"}),
    ],
)  # fmt: skip
def test_a_timed_event_is_the_hours_of_its_date(lines: list[str], expected: dict[str, str]) -> None:
    """On the desk's clock, in America/Chicago."""
    assert hours(event(*lines)) == expected


def test_the_events_of_a_date_are_joined_in_order() -> None:
    """Each once; and hours hold against a date that is off."""
    noon = event("DTSTART:20260105T130000", "DURATION:PT4H")
    off = event(WHOLE, "X-SUPPORTSLA-EXCEPTION:OFF")
    assert hours(noon, event(TIMED, HOUR), noon, off) == {"2026-01-05": "09:00-10:00,13:00-17:00"}


def test_an_occurrence_is_replaced_in_whatever_zone_it_is_named() -> None:
    """Compared as an instant."""
    series = event("UID:a", "DTSTART;TZID=America/Chicago:20260105T090000", HOUR, "RRULE:FREQ=DAILY;COUNT=2")
    moved = event("UID:a", "RECURRENCE-ID:20260106T150000Z", "DTSTART;TZID=America/Chicago:20260106T110000", HOUR)
    assert hours(series, moved) == {"2026-01-05": "09:00-10:00", "2026-01-06": "11:00-12:00"}


# Rules.


@st.composite
def rules(draw: st.DrawFn) -> str:
    def some(low: int, high: int) -> st.SearchStrategy[str]:
        numbers = st.integers(low, high).filter(bool)
        return st.lists(numbers, min_size=1, max_size=3).map(lambda found: ",".join(map(str, found)))

    names = st.sampled_from(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))
    plain = st.lists(names, min_size=1, max_size=3).map(",".join)
    numbered = st.lists(st.tuples(st.sampled_from((1, 2, 5, -1, -5)), names), min_size=1, max_size=2).map(
        lambda found: ",".join(f"{number}{name}" for number, name in found)
    )
    frequency = draw(st.sampled_from(("YEARLY", "MONTHLY", "WEEKLY", "DAILY")))
    parts = {
        "INTERVAL": st.integers(1, 5).map(str),
        "BYMONTH": some(1, 12),
        "BYMONTHDAY": some(-31, 31) if frequency != "WEEKLY" else st.nothing(),
        "BYYEARDAY": some(-366, 366) if frequency == "YEARLY" else st.nothing(),
        "BYDAY": st.one_of(plain, numbered) if frequency in ("YEARLY", "MONTHLY") else plain,
        "BYSETPOS": some(-3, 3) if frequency in ("YEARLY", "MONTHLY") else st.nothing(),
        "WKST": names,
        "COUNT": st.integers(1, 9).map(str),
    }
    allowed = [name for name, values in parts.items() if not values.is_empty]
    chosen = draw(st.lists(st.sampled_from(allowed), unique=True, max_size=4))
    by = {name for name in chosen if name.startswith("BY")} - {"BYSETPOS"}
    kept = [name for name in chosen if name != "BYSETPOS" or by]
    return ";".join([f"FREQ={frequency}", *(f"{name}={draw(parts[name])}" for name in kept)])


CYCLES = 19 * 400
"""Years after which the dates fall on the same days of the week."""


@given(rules(), st.dates(date(1995, 1, 1), date(2030, 1, 1)))
def test_a_rule_falls_on_the_dates_that_dateutil_gives(rule: str, start: date) -> None:
    """Over twelve years; dateutil is asked 7600 years later, lest it look for long where there is nothing."""
    last = start + timedelta(days=12 * 365)
    first, end = (datetime(day.year + CYCLES, day.month, day.day) for day in (start, last))  # noqa: DTZ001
    found = rrulestr(rule, dtstart=first).between(first, end, inc=True)
    parts = {name: values.split(",") for name, values in (part.split("=") for part in rule.split(";"))}
    dates = rule_dates(rule_of(parts), start, last, Budget(10**6))
    assert list(dates) == [at.date().replace(year=at.year - CYCLES) for at in found]


def test_a_position_counts_from_the_start_of_the_week() -> None:
    """Also in the week of the start, where RFC 5545 and dateutil part."""
    rule = rule_of({"FREQ": ["WEEKLY"], "BYDAY": ["MO", "WE"], "BYSETPOS": ["2"]})
    found = list(rule_dates(rule, date(2008, 6, 11), date(2008, 6, 24), Budget(100)))
    assert found == [date(2008, 6, 11), date(2008, 6, 18)]


def test_a_day_of_the_week_may_stand_with_a_number_and_without() -> None:
    """The union, as RFC 5545 has it."""
    rule = rule_of({"FREQ": ["MONTHLY"], "BYDAY": ["1MO", "TU"]})
    found = list(rule_dates(rule, date(2026, 6, 1), date(2026, 6, 30), Budget(100)))
    assert [day.day for day in found] == [1, 2, 9, 16, 23, 30]


def test_a_budget_ends_a_rule() -> None:
    """Of days looked at, found or not."""
    with pytest.raises(Refused, match="at most 1000 days"):
        list(rule_dates(rule_of({"FREQ": ["DAILY"]}), date(2026, 1, 1), date(2100, 1, 1), Budget(1000)))


# What cannot be read.


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["SUMMARY:x"], "it has no DTSTART"),
        ([WHOLE, WHOLE], "DTSTART stands 2 times"),
        (["DTSTART:2026"], "DTSTART: Expected datetime"),
        (["DTSTART;VALUE=DATE:20261301"], "DTSTART: Wrong date"),
        (["DTSTART;VALUE=PERIOD:20260101T000000Z/PT1H"], "DTSTART is no date and no time"),
        (["DTSTART;VALUE=DATE:18991231"], "DTSTART is of 1899; expected years 1900 to 2200"),
        (["DTSTART:22010101T000000Z"], "DTSTART is of 2201"),
        ([WHOLE, "RDATE;VALUE=DATE:22010101"], "RDATE is of 2201"),
        ([WHOLE, "DTEND;VALUE=DATE:20260104"], "it ends before it starts"),
        ([WHOLE, "DURATION:-P1D"], "it ends before it starts"),
        ([WHOLE, "DURATION:P999999999D"], "lasts longer than years 1900 to 2200"),
        ([WHOLE, "DURATION:P" + "9" * 30 + "D"], ""),
        ([WHOLE, "DURATION;VALUE=TEXT:x"], ""),
        ([WHOLE, "RRULE;VALUE=TEXT:FREQ=SECONDLY"], ""),
        ([WHOLE, "EXDATE:x"], "EXDATE: "),
        ([WHOLE, "EXRULE:FREQ=DAILY"], "EXRULE is not read"),
        ([WHOLE, "SUMMARY"], "a line: Content line could not be parsed"),
        ([WHOLE, "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260105"], "RECURRENCE-ID has a RANGE"),
        (["DTSTART;TZID=No/Where:20260105T090000", HOUR], "TZID: zone is 'No/Where'; expected a name of the IANA"),
        (["DTSTART;TZID=:20260105T090000", HOUR], "TZID: zone is ''"),
        (["DTSTART;TZID=../../etc/passwd:20260105T090000", HOUR], "TZID: zone is '../../etc/passwd'"),
        ([WHOLE, "RRULE:FREQ=SECONDLY"], "FREQ=SECONDLY; expected one of YEARLY, MONTHLY, WEEKLY, DAILY"),
        ([TIMED, HOUR, "RRULE:FREQ=HOURLY;COUNT=2"], "FREQ=HOURLY"),
        ([WHOLE, "RRULE:X"], "expected one of YEARLY"),
        ([WHOLE, "RRULE:FREQ=DAILY,YEARLY"], "FREQ=DAILY,YEARLY; expected one"),
        ([WHOLE, "RRULE:FREQ=DAILY;BYHOUR=9"], "BYHOUR, which is not for whole days that recur DAILY"),
        ([WHOLE, "RRULE:FREQ=WEEKLY;BYMONTHDAY=9"], "BYMONTHDAY, which is not"),
        ([WHOLE, "RRULE:FREQ=YEARLY;BYWEEKNO=9"], "BYWEEKNO, which is not"),
        ([WHOLE, "RRULE:FREQ=WEEKLY;BYDAY=1MO"], "BYDAY=1MO; expected days such as MO, numbered only by month"),
        ([WHOLE, "RRULE:FREQ=YEARLY;BYDAY=0MO"], "BYDAY=0MO"),
        ([WHOLE, "RRULE:FREQ=YEARLY;BYDAY=XX"], "BYDAY|weekday"),
        ([WHOLE, "RRULE:FREQ=YEARLY;BYMONTH=13"], "BYMONTH"),
        ([WHOLE, "RRULE:FREQ=YEARLY;BYMONTH=5L"], "BYMONTH=5L; expected 1 to 12"),
        ([WHOLE, "RRULE:FREQ=YEARLY;BYMONTHDAY=0"], "BYMONTHDAY=0; expected -31 to 31, and not 0"),
        ([WHOLE, "RRULE:FREQ=YEARLY;INTERVAL=0"], "INTERVAL=0; expected 1 to 9999"),
        ([WHOLE, "RRULE:FREQ=YEARLY;INTERVAL=1,2"], "INTERVAL with 2 values; expected one"),
        ([WHOLE, "RRULE:FREQ=YEARLY;COUNT=99999999999999999999"], "COUNT|Integer"),
        ([WHOLE, "RRULE:FREQ=YEARLY;WKST=XX"], "WKST|weekday"),
        ([WHOLE, "RRULE:FREQ=YEARLY;UNTIL=100000"], "UNTIL that is no date"),
        ([WHOLE, "RRULE:FREQ=YEARLY;BYMONTHDAY=" + ",1" * 1000], "its rule is long; expected up to 1,000"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_read_is_a_fault_with_its_line_and_name(lines: list[str], reason: str) -> None:
    """Whichever half of the text is asked for."""
    text = text_of(event(*lines, *["UID:7@x"] * ("UID:a" not in lines)))
    for read in (lambda: holidays_from(text, 2026, 2026), lambda: exceptions_from(text, CHICAGO, 2026, 2026)):
        with pytest.raises(InvalidICalendar, match=f"1 fault:\n  line 4, .*: .*{reason}") as caught:
            read()
        assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([TIMED], "it does not end after its start and by the end of the next date, on 2026-01-05"),
        ([TIMED, "DURATION:PT0S"], "it does not end after its start"),
        ([TIMED, "DURATION:PT39H1M"], "by the end of the next date"),
        (["DTSTART:20260105T090001", HOUR], "it has seconds, on 2026-01-05; expected whole minutes"),
        ([TIMED, "DURATION:PT59S"], "it has seconds"),
        (["DTSTART:20261101T073000Z", "DURATION:PT9H"], "07:30, UTC, the desk's clock shows 01:30 for the second time"),
        (["DTSTART:20261101T053000Z", "DURATION:PT2H"], "the desk's clock shows 01:30 for the second time"),
    ],
)
def test_a_timed_event_that_is_no_hours_of_a_date_is_a_fault(lines: list[str], reason: str) -> None:
    """Of the hours; the holidays are read all the same."""
    with pytest.raises(InvalidICalendar, match=re.escape(reason)):
        hours(event(*lines))
    assert days(event(*lines)) == []


def test_all_faults_of_a_text_come_in_one_error() -> None:
    """With where each is; of a great many, the first hundred."""
    parts = [event("SUMMARY:One"), event(WHOLE), event("UID:two@x", "DTSTART:x"), event("DTSTART:y"), event(TIMED)]
    with pytest.raises(InvalidICalendar) as caught:
        hours(*parts)
    where = [where for where, _ in caught.value.faults]
    assert where == ["line 4, One", "line 10, two@x", "line 14", "line 17"]
    with pytest.raises(InvalidICalendar, match="100 faults:(.*\n){11}  and 90 more") as caught:
        days(*[event("SUMMARY:One")] * 3000)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "line 1: expected BEGIN:VCALENDAR"),
        (" folded", "line 1: expected BEGIN:VCALENDAR"),
        ("hello", "line 1: expected BEGIN:VCALENDAR"),
        ("/etc/hostname", "line 1: expected BEGIN:VCALENDAR"),
        (event(WHOLE), "line 1: expected BEGIN:VCALENDAR"),
        ("".join(map(chr, range(256))), "line 1: expected text, not the character '\\x00'"),
        ("BEGIN:VCALENDAR\nX:\ud800\nEND:VCALENDAR", "line 2: expected text, not the character"),
        ("BEGIN:VCALENDAR\rEND:VCALENDAR", "line 1: expected text, not the character '\\r'"),
        (text_of() + text_of(), "line 5: expected one calendar; give each a text of its own"),
        (text_of(event(WHOLE))[:-40], "line 5: expected END:VEVENT"),
        (text_of("BEGIN:VEVENT", WHOLE), "line 6: END:VCALENDAR ends what did not begin"),
        (text_of() + "END:VCALENDAR", "line 5: END:VCALENDAR ends what did not begin"),
        (text_of() + "X:1", "line 5: expected BEGIN:VCALENDAR"),
        ("x" * 5_000_001, "the text: it has 5,000,001 characters; expected up to 5,000,000"),
        ("\n" * 200_001, "the text: it has more than 200,000 lines"),
        (text_of(*[event(WHOLE)] * 3001), "there are too many events; expected up to 3,000 events"),
        (text_of(event(WHOLE, "SUMMARY:" + "x" * 600_000)), "there are too many events"),
        (text_of(*[event("DTSTART;VALUE=DATE:19000101", "RRULE:FREQ=DAILY")] * 9), "it all recurs too often"),
        (text_of(*[event("DTSTART;VALUE=DATE:19000101", "DTEND;VALUE=DATE:22000101")] * 3000), "recurs too often"),
        (text_of(*[event("DTSTART;VALUE=DATE:19000101", "RRULE:FREQ=WEEKLY;BYMONTH=2")] * 3000), "recurs too often"),
        (text_of(*[event("DTSTART;VALUE=DATE:19000101", "RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30")] * 3000),
         "recurs too often"),
        (text_of(event(WHOLE, "RRULE:FREQ=DAILY;COUNT=1000000"), event(TIMED, "RRULE:FREQ=MINUTELY")), "FREQ=MINUTELY"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_calendar_or_too_much_is_refused_soon(text: str, fault: str) -> None:
    """In about a second, of which a loaded machine may make a few."""
    start = perf_counter()
    with pytest.raises(InvalidICalendar) as caught:
        holidays_from(text, 1900, 2200)
    assert fault in str(caught.value)
    assert perf_counter() - start < 8


@given(st.data())
def test_a_text_is_read_or_refused_however_it_is_torn(data: st.DataObject) -> None:
    """Never another error than this library's own."""
    whole = text_of(
        event("UID:a", "DTSTART;TZID=Asia/Tokyo:20260105T090000", HOUR, "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=9"),
        event("UID:b", WHOLE, "DTEND;VALUE=DATE:20260107", "EXDATE;VALUE=DATE:20260106", "SUMMARY:x"),
    )
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    torn = whole[:start] + data.draw(st.text(st.sampled_from('\r\n:;=,0199ZTPX\\"\x00é'), max_size=4)) + whole[end:]
    for read in (lambda: holidays_from(torn, 2026, 2026), lambda: exceptions_from(torn, CHICAGO, 2026, 2026)):
        with suppress(InvalidICalendar):
            read()


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda: holidays_from(b"BEGIN:VCALENDAR", 2026, 2026), WrongType),  # type: ignore[arg-type]
        (lambda: holidays_from(text_of(), 2026, 2025), OutOfRange),
        (lambda: holidays_from(text_of(), "2026", 2026), WrongType),  # type: ignore[arg-type]
        (lambda: exceptions_from(text_of(), "No/Where", 2026, 2026), UnknownZone),
        (lambda: exceptions_from(text_of(), CHICAGO, 1899, 2026), OutOfRange),
        (lambda: closures_text(CST, 2026, 2201), OutOfRange),
        (lambda: closures_text(5, 2026, 2026), WrongType),  # type: ignore[arg-type]
        (lambda: closures_text(CST, 2026, 2026, name=5), WrongType),  # type: ignore[arg-type]
    ],
)
def test_arguments_of_the_wrong_kind_are_refused(ask: Callable[[], object], error: type[SupportSLAError]) -> None:
    """By the name of what is wrong with them."""
    with pytest.raises(error):
        ask()


def test_without_the_package_the_extra_is_named() -> None:
    """And the library itself never imports it."""
    code = (
        "import sys, supportsla; assert 'icalendar' not in sys.modules; sys.modules['icalendar'] = None\n"
        "try: import supportsla.ics\n"
        "except supportsla.SupportSLAError as error: print(type(error).__name__, error)"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.startswith("MissingExtra supportsla.ics needs an extra")
    assert "supportsla[icalendar]" in found.stdout


# Out.


def read_back(calendar: BusinessCalendar, years: tuple[int, int]) -> BusinessCalendar:
    text = closures_text(calendar, *years)
    return BusinessCalendar(
        calendar.zone,
        calendar.hours,
        holidays=holidays_from(text, *years),
        exceptions=exceptions_from(text, calendar.zone, *years),
        revisions=dict(calendar.revisions),
        holidays_close=calendar.holidays_close,
    )


@st.composite
def any_desk(draw: st.DrawFn) -> tuple[Desk, int]:
    zone = draw(st.sampled_from(ZONES))
    at = draw(moments(zone))
    return draw(desks(zone, at)), at.year


@given(any_desk())
def test_a_calendar_comes_back_from_its_text_open_at_the_same_instants(drawn: tuple[Desk, int]) -> None:
    """Holidays, their own hours and exceptions, around clock changes and in either reading of a holiday's shifts."""
    plain, year = drawn
    calendar, years = library_desk(plain, named_holidays=True), (year - 1, year + 1)
    assert read_back(calendar, years).spans(*years) == calendar.spans(*years)


@given(st.dictionaries(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.text(min_size=1), min_size=1, max_size=5))
def test_a_name_comes_back_as_it_was(named: dict[date, str]) -> None:
    """But for control characters, and space around it."""
    calendar = BusinessCalendar("UTC", "Mo-Fr 09:00-17:00", holidays=named)
    controls = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
    cleaned = {day: controls.sub(" ", name.replace("\r\n", "\n")).strip() for day, name in named.items()}
    found = holidays_from(closures_text(calendar, 2026, 2027), 2026, 2027).dates(2026, 2027)
    assert found == cleaned


EXPECTED = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//supportsla//closures//EN
CALSCALE:GREGORIAN
X-WR-CALNAME:US desk
BEGIN:VTIMEZONE
TZID:America/Chicago
BEGIN:STANDARD
DTSTART:20251229T180000
TZOFFSETFROM:-0600
TZOFFSETTO:-0600
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20260308T020000
TZOFFSETFROM:-0600
TZOFFSETTO:-0500
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20261101T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0600
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:*@supportsla
DTSTAMP:20261126T000000Z
DTSTART;VALUE=DATE:20261126
DTEND;VALUE=DATE:20261127
SUMMARY:Thanksgiving\\, and a rather long name for it that does not fit on a
  line of 75 octets
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:*@supportsla
DTSTAMP:20261224T000000Z
DTSTART;TZID=America/Chicago:20261224T220000
DTEND;TZID=America/Chicago:20261225T060000
SUMMARY:Open
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:*@supportsla
DTSTAMP:20261231T000000Z
DTSTART;VALUE=DATE:20261231
DTEND;VALUE=DATE:20270101
SUMMARY:Closed
X-SUPPORTSLA-EXCEPTION:OFF
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
"""


def test_the_text_is_this_one() -> None:
    """By hand, from RFC 5545; the UIDs apart."""
    long = "Thanksgiving, and a rather long name for it that does not fit on a line of 75 octets"
    desk = BusinessCalendar(
        CHICAGO,
        "Mo-Fr 07:00-19:00",
        holidays={date(2026, 11, 26): long, date(2027, 11, 25): "not of these years"},
        exceptions={date(2026, 12, 24): "22:00-06:00", date(2026, 12, 31): "off", date(2027, 1, 2): "off"},
    )
    text = closures_text(desk, 2026, 2026, name="US desk")
    assert re.sub("UID:[0-9a-f]{32}@", "UID:*@", text) == EXPECTED.replace("\n", "\r\n")
    assert len(set(re.findall("UID:.*", text))) == 3


def written() -> Iterable[tuple[str, int]]:
    leap = BusinessCalendar("Asia/Kathmandu", "24/7; PH 10:00-11:00", holidays=AEDT.holidays)
    yield closures_text(leap, 1970, 1990), 21
    yield closures_text(CST, 2026, 2030), 5
    long = BusinessCalendar("UTC", "24/7", holidays={date(2026, 1, 1): "x" * 300, date(2026, 1, 2): "\u20ac" * 300})
    yield closures_text(long, 2026, 2026), 2
    yield closures_text(BusinessCalendar("UTC", "24/7", exceptions={date(2026, 1, 1): "09:00-10:00"}), 2026, 2026), 1
    yield (
        closures_text(
            BusinessCalendar("Africa/Monrovia", "24/7", exceptions={date(1960, 1, 1): "1:00-2:00"}), 1960, 1960
        ),
        1,
    )


def test_another_reader_reads_the_text() -> None:
    """The icalendar package, strictly; lines are short, and every event has what it must have."""
    for text, at_least in written():
        assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
        calendar = icalendar.Calendar.from_ical(text)
        events = calendar.walk("VEVENT")
        assert len(events) >= at_least
        assert not calendar.errors
        assert all(
            not event.errors and {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= {*event} for event in events
        )
        assert len({str(event["UID"]) for event in events}) == len(events)


def test_the_zone_of_a_text_is_the_zone() -> None:
    """What it says of the clock's changes is what the database says; offsets with seconds included."""
    desk = BusinessCalendar("Africa/Monrovia", "24/7", exceptions={date(1960, 1, 1): "1:00-2:00"})
    assert "TZOFFSETTO:-004430\r\n" in closures_text(desk, 1960, 1960)
    ahead = BusinessCalendar("Asia/Kathmandu", "24/7", exceptions={date(1986, 1, 1): "1:00-2:00"})
    text = closures_text(ahead, 1985, 1986)
    assert "DTSTART:19860101T000000\r\nTZOFFSETFROM:+0530\r\nTZOFFSETTO:+0545\r\n" in text


def test_of_combined_calendars_it_is_what_they_close() -> None:
    """Whole dates by name; and of dates that are closed in part, when they are open, in UTC."""
    desk = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00", holidays={date(2026, 5, 1): "Tag der Arbeit"})
    noon = datetime(2026, 5, 4, 10, tzinfo=UTC)
    night = datetime(2026, 5, 4, 22, tzinfo=UTC)
    combined = desk - [Window(noon, noon + timedelta(hours=1)), Window(night, night + timedelta(days=1))]
    text = closures_text(combined, 2026, 2026)
    assert "VTIMEZONE" not in text
    assert holidays_from(text, 2026, 2026).dates(2026, 2026) == {
        date(2026, 5, 1): "Tag der Arbeit",
        date(2026, 5, 5): "Closed",
    }
    assert exceptions_from(text, "Europe/Berlin", 2026, 2026) == {date(2026, 5, 4): "09:00-12:00,13:00-17:00"}
    base = BusinessCalendar("Europe/Berlin", desk.hours)
    start, end = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    back = BusinessCalendar(
        "Europe/Berlin",
        base.hours,
        holidays=holidays_from(text, 2026, 2026),
        exceptions=exceptions_from(text, "Europe/Berlin", 2026, 2026),
    )
    assert list(windows(back, start, end)) == list(windows(combined, start, end))


def test_a_text_is_the_same_for_the_same_calendar() -> None:
    """Wherever it is written: no clock, no chance."""
    code = "from supportsla.ics import closures_text; from supportsla.presets import AEDT, CST; import sys;"
    code += "sys.stdout.buffer.write(closures_text(AEDT | CST, 2026, 2027).encode())"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout
    assert found == closures_text(AEDT | CST, 2026, 2027).encode()
    assert [*islice(re.findall(b"SUMMARY:(.*)\r", found), 1)] == [b"New Year's Day"]
