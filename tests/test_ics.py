"""iCalendar texts in and out (RFC 5545)."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter

import icalendar
import pytest
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
LOCAL = "DTSTART;TZID=America/Chicago:20260105T090000"
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
        (["DTSTART;VALUE=DATE:20251231", "DTEND;VALUE=DATE:20260102"], ["2026-01-01"]),
        (["DTSTART;VALUE=DATE:20271231", "DTEND;VALUE=DATE:20280102"], ["2027-12-31"]),
        (["DTSTART;VALUE=DATE:20250101"], []),
        ([WHOLE, "RRULE:FREQ=YEARLY"], ["2026-01-05", "2027-01-05"]),
        (["DTSTART;VALUE=DATE:19970704", "RRULE:FREQ=YEARLY"], ["2026-07-04", "2027-07-04"]),
        (["DTSTART;VALUE=DATE:19971127", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"], ["2026-11-26", "2027-11-25"]),
        ([WHOLE, "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO"], ["2026-01-05", "2026-05-25", "2027-05-31"]),
        ([WHOLE, "RRULE:FREQ=WEEKLY;COUNT=2"], ["2026-01-05", "2026-01-12"]),
        ([WHOLE, "RRULE:FREQ=DAILY;UNTIL=20260106"], ["2026-01-05", "2026-01-06"]),
        ([WHOLE, "RRULE:FREQ=DAILY;UNTIL=20260106T000000Z"], ["2026-01-05", "2026-01-06"]),
        ([WHOLE, "RRULE:FREQ=YEARLY;UNTIL=99991231T235959Z"], ["2026-01-05", "2027-01-05"]),
        ([WHOLE, "RRULE:FREQ=YEARLY;UNTIL=18000101"], []),
        ([WHOLE, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20260106"], ["2026-01-05", "2026-01-07"]),
        ([WHOLE, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260106T000000Z,20260107T000000Z"], ["2026-01-05"]),
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
        "BEGIN:VTODO\r\nDTSTART:20260106\r\nEND:VTODO",
    )
    alarm = ("BEGIN:VALARM", "TRIGGER:-PT1H", "DURATION:PT2H", "DTSTART:20260106", "END:VALARM")
    text = text_of(*noise, event("dtstart;value=date:20260105", "ATTACH:", "GEO:nonsense", *alarm))
    for written in (text, text.replace("\r\n", "\n"), f"\ufeff\n{text}\n\n"):
        assert list(holidays_from(written, 2026, 2026).dates(2026, 2026)) == [date(2026, 1, 5)]


# Timed events in.


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([TIMED, HOUR], {"2026-01-05": "09:00-10:00"}),
        ([TIMED, "DTEND:20260105T120000"], {"2026-01-05": "09:00-12:00"}),
        ([LOCAL, HOUR], {"2026-01-05": "09:00-10:00"}),
        (["DTSTART;TZID=Eastern Standard Time:20260105T090000", HOUR], {"2026-01-05": "08:00-09:00"}),
        (["DTSTART:20260105T010000Z", HOUR], {"2026-01-04": "19:00-20:00"}),
        (["DTSTART:20260705T010000Z", "DTEND;TZID=America/New_York:20260705T000000"], {"2026-07-04": "20:00-23:00"}),
        (["DTSTART:20260105T220000", "DTEND:20260106T060000"], {"2026-01-05": "22:00-06:00"}),
        (["DTSTART:20260105T220000", "DTEND:20260107T000000"], {"2026-01-05": "22:00-48:00"}),
        (["DTSTART;TZID=America/Chicago:20260308T023000", HOUR], {"2026-03-08": "02:30-03:30"}),
        (["DTSTART;TZID=Asia/Tokyo:20260101T090000", HOUR, "RRULE:FREQ=YEARLY;UNTIL=20270101T000000Z"],
         {"2026-12-31": "18:00-19:00"}),
        (["DTSTART;TZID=Asia/Tokyo:20260101T090000", HOUR, "RRULE:FREQ=YEARLY;UNTIL=20261231T235959Z"], {}),
        ([TIMED, HOUR, "RRULE:FREQ=DAILY;UNTIL=20260106T090000"],
         {"2026-01-05": "09:00-10:00", "2026-01-06": "09:00-10:00"}),
        ([LOCAL, HOUR, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260106T150000Z", "EXDATE;VALUE=DATE:20260107"],
         {"2026-01-05": "09:00-10:00"}),
        ([LOCAL, HOUR, "RDATE;VALUE=PERIOD:20260201T160000Z/PT2H,20260301T160000Z/20260301T170000Z"],
         {"2026-01-05": "09:00-10:00", "2026-02-01": "10:00-12:00", "2026-03-01": "10:00-11:00"}),
        ([LOCAL, HOUR, "RDATE;TZID=America/New_York:20260201T100000"],
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


def test_an_event_is_what_its_latest_version_says() -> None:
    """Of several with one UID, the one of the highest SEQUENCE; a change may hold from an occurrence on."""
    later = event("UID:a", "SEQUENCE:2", "DTSTART;VALUE=DATE:20260301")
    assert days(event("UID:a", "SEQUENCE:1", WHOLE), later) == ["2026-03-01"]
    series = event("UID:b", LOCAL, HOUR, "RRULE:FREQ=DAILY;COUNT=3")
    change = "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=America/Chicago:20260106T090000"
    moved = event("UID:b", change, LOCAL.replace("05T09", "06T10"), HOUR)
    assert hours(series, moved) == {
        "2026-01-05": "09:00-10:00",
        "2026-01-06": "10:00-11:00",
        "2026-01-07": "10:00-11:00",
    }


# What cannot be read.


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["SUMMARY:x"], "DTSTART"),
        ([WHOLE, WHOLE], "Multiple DTSTART"),
        ([WHOLE, "UID:2"], ""),
        ([WHOLE, "SEQUENCE:1", "SEQUENCE:2"], ""),
        (["DTSTART:2026"], "DTSTART: Expected datetime"),
        (["DTSTART;VALUE=DATE:20261301"], "DTSTART: Wrong date"),
        (["DTSTART;VALUE=PERIOD:20260101T000000Z/PT1H"], "DTSTART must be"),
        (["DTSTART;VALUE=DATE:18991231"], "DTSTART is of 1899; expected years 1900 to 2200"),
        (["DTSTART:22010101T000000Z"], "DTSTART is of 2201"),
        ([WHOLE, "RDATE;VALUE=DATE:22010101"], "RDATE is of 2201"),
        ([WHOLE, "DTEND;VALUE=DATE:20260104"], "it ends before it starts"),
        ([WHOLE, "DURATION:-P1D"], "it ends before it starts"),
        ([WHOLE, "DURATION:PT1H"], "DURATION must be of days"),
        ([WHOLE, "DURATION:P100000D"], "more than 20,000 dates"),
        ([WHOLE, "DURATION:P999999999D"], "out of range"),
        ([WHOLE, "DURATION:P" + "9" * 30 + "D"], "DURATION: "),
        ([WHOLE, "DURATION;VALUE=TEXT:x"], "DURATION must be"),
        ([WHOLE, "DTEND:20260106T090000"], "must be of the same type"),
        ([TIMED, "DTEND:20260105T100000Z"], "it has times with a zone and without one"),
        ([TIMED, HOUR, "EXDATE:20260106T150000Z"], "it has times with a zone and without one"),
        ([WHOLE, "EXDATE:x"], "EXDATE: "),
        ([WHOLE, "EXRULE:FREQ=DAILY"], "EXRULE is not read"),
        ([WHOLE, "SUMMARY"], "a line: Content line could not be parsed"),
        (["DTSTART;TZID=No/Where:20260105T090000", HOUR], "DTSTART is in No/Where; expected a zone by its IANA name"),
        (["DTSTART;TZID=../../etc/passwd:20260105T090000", HOUR], "expected a zone by its IANA name"),
        ([WHOLE, "RRULE;VALUE=TEXT:FREQ=SECONDLY"], "RRULE: expected FREQ with one of YEARLY"),
        ([WHOLE, "RRULE:FREQ=SECONDLY"], "RRULE: expected FREQ with one of YEARLY"),
        ([TIMED, HOUR, "RRULE:FREQ=HOURLY;COUNT=2"], "RRULE: expected FREQ with one of YEARLY"),
        ([WHOLE, "RRULE:X"], "RRULE: expected"),
        ([WHOLE, *["RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"] * 3000], "it has several RRULE; expected one"),
        ([WHOLE, "RRULE:FREQ=DAILY,YEARLY"], "RRULE: expected FREQ"),
        ([WHOLE, "RRULE:FREQ=DAILY;BYHOUR=9"], "RRULE: expected no BYHOUR"),
        ([WHOLE, "RRULE:FREQ=DAILY;BYMONTH=9"], "RRULE: expected FREQ=YEARLY where the rule names parts of a year"),
        ([WHOLE, "RRULE:FREQ=WEEKLY;BYDAY=1MO"], "RRULE: expected BYDAY without numbers"),
        ([WHOLE, "RRULE:FREQ=YEARLY;BYDAY=XX"], "RRULE: "),
        ([WHOLE, "RRULE:FREQ=YEARLY;BYMONTH=13"], "RRULE: "),
        ([WHOLE, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], "RRULE: it falls on no date"),
        ([WHOLE, "RRULE:FREQ=YEARLY;INTERVAL=0"], "RRULE: expected an INTERVAL from 1 to 9999"),
        ([WHOLE, "RRULE:FREQ=YEARLY;COUNT=99999999999999999999"], "RRULE: "),
        ([WHOLE, "RRULE:FREQ=YEARLY;UNTIL=100000"], ""),
        ([WHOLE, "RRULE:FREQ=YEARLY;BYMONTHDAY=1" + ",1" * 1000], "RRULE: expected one RRULE"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_read_is_a_fault_with_its_name(lines: list[str], reason: str) -> None:
    """Whichever half of the text is asked for."""
    text = text_of(event(*lines, "UID:7@x"))
    for read in (lambda: holidays_from(text, 2026, 2026), lambda: exceptions_from(text, CHICAGO, 2026, 2026)):
        with pytest.raises(InvalidICalendar, match=f"1 fault:\n  (event 1, (7@x|x)|the text): .*{reason}") as caught:
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
        (
            ["DTSTART:20261101T073000Z", "DURATION:PT9H"],
            "the desk's clock shows 01:30 for the second time, on 2026-11-01",
        ),
        (["DTSTART:20261101T053000Z", "DURATION:PT2H"], "the desk's clock shows 01:30 for the second time"),
    ],
)
def test_a_timed_event_that_is_no_hours_of_a_date_is_a_fault(lines: list[str], reason: str) -> None:
    """Of the hours; the holidays are read all the same."""
    with pytest.raises(InvalidICalendar, match=re.escape(reason)):
        hours(event(*lines))
    assert days(event(*lines)) == []


def test_all_faults_of_a_text_come_in_one_error() -> None:
    """With the event that each is of; of a great many, the first ten."""
    parts = [event("SUMMARY:One"), event(WHOLE), event("UID:two@x", "DTSTART:x"), event("DTSTART:y"), event(TIMED)]
    with pytest.raises(InvalidICalendar) as caught:
        hours(*parts)
    where = [where for where, _ in caught.value.faults]
    assert where == ["event 1, One", "event 3, two@x", "event 4, without a name"]
    with pytest.raises(InvalidICalendar, match="10 faults:(.*\n){10}.*One: [^\n]*$"):
        days(*[event("SUMMARY:One")] * 3000)
    with pytest.raises(InvalidICalendar, match="2 faults:(.*\n)+  b: it has seconds, on 2026-01-05"):
        hours(event(TIMED, "UID:a"), event(TIMED, "DURATION:PT1S", "UID:b"), event(TIMED, HOUR, "UID:c"))


EARLY = "DTSTART;VALUE=DATE:19000101"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "Found no components"),
        (" folded", "cannot be read"),
        ("hello", "cannot be read"),
        ("/etc/hostname", "cannot be read"),
        (event(WHOLE), "the text: expected BEGIN:VCALENDAR"),
        ("".join(map(chr, range(256))), "cannot be read"),
        (text_of() + text_of(), "Found multiple components"),
        (text_of(event(WHOLE))[:-40], "Found no components"),
        (text_of() + "END:VCALENDAR", "END encountered without an accompanying BEGIN"),
        ("x" * 400_001, "the text: it has 400,001 characters; expected up to 400,000"),
        ("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 28_000, "Found no components"),
        (text_of(*[event(EARLY, "RRULE:FREQ=DAILY")] * 2), "it falls on more than 20,000 dates"),
        (text_of(*[event(EARLY, "DTEND;VALUE=DATE:22000101")] * 3000), "it falls on more than 20,000 dates"),
        (text_of(*[event(EARLY, "RRULE:FREQ=DAILY")] * 3000), "all rules up to here recur over too many years"),
        (text_of(*[event(EARLY, "RRULE:FREQ=WEEKLY;BYMONTH=2")] * 3000), "recur over too many years"),
        (text_of(*[event(WHOLE, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO")] * 3000), "too many years"),
        (text_of(*[event(EARLY, "RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30")] * 3000), "10 faults"),
        (text_of(*[event(EARLY, "RRULE:FREQ=WEEKLY;BYSETPOS=300;BYDAY=MO,TU")] * 3000), "it falls on no date"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_calendar_or_too_much_is_refused_soon(text: str, fault: str) -> None:
    """In a second or two, of which a loaded machine may make a few."""
    start = perf_counter()
    with pytest.raises(InvalidICalendar) as caught:
        holidays_from(text, 1900, 2200)
    assert fault in str(caught.value)
    assert perf_counter() - start < 15


@pytest.mark.parametrize("name", ["VTIMEZONE", "Vtimezone", "VTIME\r\n\r\n ZONE", "VT\u0131MEZONE"])
def test_a_definition_of_a_zone_is_passed_over(name: str) -> None:
    """Its rules have no bounds: to compare times of this one would take years."""
    parts = [
        (f"BEGIN:{kind}", "DTSTART:16010101T000000", "TZOFFSETFROM:+0000", "TZOFFSETTO:+0100", "RRULE:FREQ=SECONDLY",
         f"END:{kind}")
        for kind in ("STANDARD", "DAYLIGHT")
    ]  # fmt: skip
    zone = (f"BEGIN:{name}", "TZID:Long", *(line for part in parts for line in part), f"END:{name}")
    long = event("DTSTART;TZID=Long:20260105T090000", "RDATE;TZID=Long:20260106T090000/20260107T090000Z")
    with pytest.raises(InvalidICalendar, match="DTSTART is in Long; expected a zone by its IANA name"):
        hours(*zone, long)


def test_a_name_of_a_file_is_no_calendar(tmp_path: Path) -> None:
    """What the icalendar package takes for one is never given to it."""
    file = tmp_path / "closures.ics"
    file.write_text(text_of(event(WHOLE)))
    for name in (str(file), f"{file.parent}\n /closures.ics"):
        with pytest.raises(InvalidICalendar):
            holidays_from(name, 2026, 2026)


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


@pytest.mark.parametrize("package", ["icalendar", "recurring_ical_events"])
def test_without_its_packages_the_extra_is_named(package: str) -> None:
    """And the library itself never imports them."""
    code = (
        f"import sys, supportsla; assert {package!r} not in sys.modules; sys.modules[{package!r}] = None\n"
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
BEGIN:VEVENT
SUMMARY:Thanksgiving\\, and a rather long name for it that does not fit on\x20
 a line of 75 octets
DTSTART;VALUE=DATE:20261126
DTEND;VALUE=DATE:20261127
DTSTAMP:20261126T000000Z
UID:*@supportsla
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
SUMMARY:Open
DTSTART:20261225T040000Z
DTEND:20261225T120000Z
DTSTAMP:20261225T000000Z
UID:*@supportsla
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
SUMMARY:Closed
DTSTART;VALUE=DATE:20261231
DTEND;VALUE=DATE:20270101
DTSTAMP:20261231T000000Z
UID:*@supportsla
TRANSP:TRANSPARENT
X-SUPPORTSLA-EXCEPTION:OFF
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
    head, events = text[: text.index("BEGIN:VEVENT")], text[text.index("BEGIN:VEVENT") :]
    assert re.sub("UID:[0-9a-f]{32}@", "UID:*@", events) == EXPECTED.replace("\n", "\r\n")
    for line in ("VERSION:2.0", "PRODID:-//supportsla//closures//EN", "X-WR-CALNAME:US desk"):
        assert f"\r\n{line}\r\n" in head
    assert len(set(re.findall("UID:.*", text))) == 3


def test_an_exception_that_a_clock_change_swallows_is_one_that_closes() -> None:
    """It opens for no instant of its date."""
    desk = BusinessCalendar(CHICAGO, "24/7", exceptions={date(2026, 3, 8): "02:15-02:45"})
    text = closures_text(desk, 2026, 2026)
    assert exceptions_from(text, CHICAGO, 2026, 2026) == {date(2026, 3, 8): "off"}


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
