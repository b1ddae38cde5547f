"""Business calendars as values, what they compile to, and combinations (W5, W6, W13, W17)."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from supportsla import (
    ALWAYS,
    BusinessCalendar,
    Calendar,
    CombinedCalendar,
    Hours,
    InvalidChoice,
    InvalidHours,
    OutOfRange,
    SupportSLAError,
    UnknownZone,
    Window,
    WrongType,
    deadline,
    elapsed,
    is_open,
    next_open,
    public_holidays,
    windows,
)

CHICAGO = ZoneInfo("America/Chicago")
DESK = BusinessCalendar("UTC", "Mo-Fr 09:00-17:00")
NIGHTS = "Mo-Su 22:00-06:00"
WEDNESDAY = date(2026, 5, 6)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def opened(calendar: Calendar, start: str, end: str) -> list[str]:
    return [f"{w.opens:%a %H:%M}-{w.closes:%a %H:%M}" for w in windows(calendar, at(start), at(end))]


def week_of_nights(**options: object) -> list[str]:
    calendar = BusinessCalendar("UTC", NIGHTS, **options)  # type: ignore[arg-type]
    return opened(calendar, "2026-05-05T12:00", "2026-05-08T12:00")


def test_a_holiday_closes_its_date_from_midnight_to_midnight() -> None:
    """W6, holidays_close="date": what a shift covers on the neighbouring dates stays."""
    assert week_of_nights(holidays=[WEDNESDAY]) == ["Tue 22:00-Wed 00:00", "Thu 00:00-Thu 06:00", "Thu 22:00-Fri 06:00"]


def test_a_holiday_cancels_the_shifts_that_start_on_it() -> None:
    """W6, holidays_close="shift": what began the evening before runs on."""
    found = week_of_nights(holidays=[WEDNESDAY], holidays_close="shift")
    assert found == ["Tue 22:00-Wed 06:00", "Thu 22:00-Fri 06:00"]


def test_an_exception_replaces_the_hours_of_its_date() -> None:
    """W6: its own hours are added to what is left of the date; with "shift" they replace its shifts."""
    found = week_of_nights(exceptions={WEDNESDAY: "20:00-23:00"})
    assert found == ["Tue 22:00-Wed 00:00", "Wed 20:00-Wed 23:00", "Thu 00:00-Thu 06:00", "Thu 22:00-Fri 06:00"]
    found = week_of_nights(exceptions={WEDNESDAY: "20:00-23:00"}, holidays_close="shift")
    assert found == ["Tue 22:00-Wed 06:00", "Wed 20:00-Wed 23:00", "Thu 22:00-Fri 06:00"]


def test_an_exceptions_own_hours_may_run_into_a_holiday() -> None:
    """W6: they are added last."""
    calendar = BusinessCalendar(
        "UTC", "Mo-Fr 09:00-17:00", holidays=[date(2026, 5, 7)], exceptions={WEDNESDAY: "20:00-26:00"}
    )
    assert opened(calendar, "2026-05-06T00:00", "2026-05-08T00:00") == ["Wed 20:00-Thu 02:00"]


def test_holiday_hours_hold_on_holidays_and_exceptions_beat_them() -> None:
    """W6: exception beats PH beats closed."""
    calendar = BusinessCalendar(
        "UTC",
        "Mo-Fr 09:00-17:00; PH 10:00-14:00",
        holidays=[WEDNESDAY, date(2026, 5, 7)],
        exceptions={date(2026, 5, 7): "11:00-12:00"},
    )
    found = opened(calendar, "2026-05-06T00:00", "2026-05-09T00:00")
    assert found == ["Wed 10:00-Wed 14:00", "Thu 11:00-Thu 12:00", "Fri 09:00-Fri 17:00"]


def test_an_exception_can_open_a_closed_date_and_close_an_open_one() -> None:
    """Spans, or off."""
    calendar = BusinessCalendar(
        "UTC", "Mo-Fr 09:00-17:00", exceptions={date(2026, 5, 9): "10:00-12:00", WEDNESDAY: "off"}
    )
    found = opened(calendar, "2026-05-06T00:00", "2026-05-11T00:00")
    assert found == ["Thu 09:00-Thu 17:00", "Fri 09:00-Fri 17:00", "Sat 10:00-Sat 12:00"]


def test_revised_hours_hold_from_their_date_on() -> None:
    """D3: history keeps the hours that were in force then; a night shift of the eve runs on."""
    calendar = BusinessCalendar(
        "UTC",
        "Mo-Su 20:00-04:00",
        revisions={date(2026, 5, 8): "Fr 09:00-10:00", date(2026, 5, 7): "Mo-Su 12:00-13:00"},
    )
    found = opened(calendar, "2026-05-06T12:00", "2026-05-16T00:00")
    assert found == ["Wed 20:00-Thu 04:00", "Thu 12:00-Thu 13:00", "Fri 09:00-Fri 10:00", "Fri 09:00-Fri 10:00"]


def test_overlapping_spans_count_once() -> None:
    """W5: merged when compiled, kept as written in the hours."""
    calendar = BusinessCalendar("UTC", "Mo 09:00-12:00,11:00-13:00")
    assert elapsed(calendar, at("2026-05-04T00:00"), at("2026-05-05T00:00")) == timedelta(hours=4)
    assert str(calendar.hours) == "Mo 09:00-12:00,11:00-13:00"


def test_a_span_that_falls_into_a_gap_opens_for_no_time() -> None:
    """W1 and W5: no time is invented, and its neighbours become one window."""
    calendar = BusinessCalendar("America/Chicago", "Su 01:00-02:10,02:20-02:40,02:50-04:00")
    found = list(windows(calendar, at("2026-03-08T00:00"), at("2026-03-09T00:00")))
    assert found == [Window(at("2026-03-08T07:00"), at("2026-03-08T09:00"))]


def test_calendars_are_values() -> None:
    """Equal, hashed, copied and pickled, whether compiled or not."""

    def make(zone: str | ZoneInfo) -> Calendar:
        desk = BusinessCalendar(
            zone,
            "mo-fr 9:00-17:00",
            holidays=public_holidays("US"),
            exceptions={date(2026, 12, 24): "09:00-12:00"},
            revisions={date(2027, 1, 1): "Mo-Fr 08:00-18:00"},
        )
        return (desk | ALWAYS) - [Window(at("2026-05-04T00:00"), at("2026-05-05T00:00"))]

    one, two = make("America/Chicago"), make(CHICAGO)
    assert is_open(one, at("2026-05-06T15:00"))
    for other in (two, copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert other == one
        assert hash(other) == hash(one)
        assert is_open(other, at("2026-05-06T15:00"))


@pytest.mark.parametrize(
    "other",
    [
        BusinessCalendar("Etc/UTC", "Mo-Fr 09:00-17:00"),
        BusinessCalendar("UTC", "Mo-Fr 09:00-17:01"),
        BusinessCalendar("UTC", "Mo-Fr 09:00-17:00", holidays=[WEDNESDAY]),
        BusinessCalendar("UTC", "Mo-Fr 09:00-17:00", exceptions={WEDNESDAY: "off"}),
        BusinessCalendar("UTC", "Mo-Fr 09:00-17:00", revisions={WEDNESDAY: "off"}),
        BusinessCalendar("UTC", "Mo-Fr 09:00-17:00", holidays_close="shift"),
        DESK | DESK,
        None,
    ],
)
def test_calendars_that_differ_in_anything_are_not_equal(other: object) -> None:
    """W17: the zone's name is part of it."""
    assert other != DESK


def test_calendars_are_frozen() -> None:
    """No field can be set."""
    with pytest.raises(AttributeError):
        DESK.zone = "UTC"  # type: ignore[assignment, misc]
    with pytest.raises(AttributeError):
        (DESK | DESK).operation = "-"  # type: ignore[attr-defined]


def test_a_combination_is_in_the_zone_of_its_left_calendar() -> None:
    """W17."""
    sydney = BusinessCalendar("Australia/Sydney", "Mo-Fr 09:00-17:00")
    assert (DESK | sydney).zone == "UTC"
    assert next_open(sydney & DESK | DESK, at("2026-05-04T00:00")).tzinfo is ZoneInfo("Australia/Sydney")
    assert DESK | sydney != sydney | DESK


def test_windows_can_be_added_taken_out_and_met() -> None:
    """D9: maintenance is taken out of a calendar; overlapping windows count once, in any zone."""
    maintenance = [
        Window(at("2026-05-06T11:00").astimezone(CHICAGO), at("2026-05-06T12:30")),
        Window(at("2026-05-06T12:00"), at("2026-05-06T13:00")),
        Window(at("2026-05-06T20:00"), at("2026-05-06T21:00")),
    ]
    day = "2026-05-06T00:00", "2026-05-07T00:00"
    assert opened(DESK - maintenance, *day) == ["Wed 09:00-Wed 11:00", "Wed 13:00-Wed 17:00"]
    assert opened(DESK & maintenance, *day) == ["Wed 11:00-Wed 13:00"]
    assert opened(DESK | maintenance, *day) == ["Wed 09:00-Wed 17:00", "Wed 20:00-Wed 21:00"]
    assert DESK - maintenance == DESK - reversed(maintenance)
    assert opened(DESK - [], *day) == opened(DESK, *day)


def test_windows_taken_out_one_by_one_are_taken_out_together() -> None:
    """So a loop makes no chain, however long."""
    starts = [at("2026-05-04T00:00") + timedelta(hours=n) for n in range(300)]
    hours = [Window(start, start + timedelta(minutes=30)) for start in starts]
    without: Calendar = DESK
    with_them: Calendar = DESK
    for window in hours:
        without, with_them = without - [window], with_them | [window]
    assert (without, with_them) == (DESK - hours, DESK | hours)


def test_a_combination_made_by_hand_keeps_no_list_of_its_caller() -> None:
    """It is frozen."""
    given = [Window(at("2026-05-04T09:00"), at("2026-05-04T10:00"))]
    calendar = CombinedCalendar("-", DESK, given)
    given.clear()
    assert elapsed(calendar, at("2026-05-04T00:00"), at("2026-05-05T00:00")) == timedelta(hours=7)
    assert hash(calendar) == hash(copy.deepcopy(calendar))


def test_a_timeline_grown_step_by_step_answers_as_a_fresh_one() -> None:
    """In both directions, and across year ends inside a shift."""

    def make() -> Calendar:
        return BusinessCalendar("Pacific/Apia", "Mo-Su 20:00-04:00; Th off", holidays=public_holidays("WS"))

    grown = make()
    for year in (2011, 2012, 2009, 2030, 1990, 2011):
        middle = at(f"{year}-12-31T12:00")
        for moment in (middle - timedelta(days=2), middle, middle + timedelta(days=2)):
            assert is_open(grown, moment) == is_open(make(), moment)
            assert deadline(grown, moment, timedelta(hours=100)) == deadline(make(), moment, timedelta(hours=100))
            assert deadline(grown, moment, timedelta(hours=-100)) == deadline(make(), moment, timedelta(hours=-100))
    assert list(windows(grown, at("2009-01-01T00:00"), at("2013-01-01T00:00"))) == list(
        windows(make(), at("2009-01-01T00:00"), at("2013-01-01T00:00"))
    )


def test_threads_share_a_calendar() -> None:
    """While it compiles years here and there."""
    shared = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00", holidays=public_holidays("US"))
    starts = [at(f"{year}-07-03T12:00") for year in range(1950, 2090)]

    def dues(calendar: Calendar) -> list[datetime]:
        return [deadline(calendar, start, timedelta(hours=30)) for start in starts]

    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(dues, [shared] * 8))
    alone = dues(BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00", holidays=public_holidays("US")))
    assert together == [alone] * 8


def test_a_fixed_offset_is_a_zone_of_its_own() -> None:
    """D1: "CST" as a fixed UTC-6 all year is Etc/GMT+6."""
    fixed = BusinessCalendar("Etc/GMT+6", "Mo-Fr 07:00-19:00")
    assert next_open(fixed, at("2026-06-12T06:00")) == at("2026-06-12T13:00")
    named = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00")
    assert next_open(named, at("2026-06-12T06:00")) == at("2026-06-12T12:00")


def test_parsed_hours_do_as_well_as_their_text() -> None:
    """For the calendar and its revisions; spans for its exceptions."""
    hours = Hours.parse("Mo-Fr 09:00-17:00")
    parsed = BusinessCalendar("UTC", hours, revisions={WEDNESDAY: hours}, exceptions={WEDNESDAY: ((600, 660),)})
    text = BusinessCalendar(
        "UTC", "Mo-Fr 09:00-17:00", revisions={WEDNESDAY: "Mo-Fr 09:00-17:00"}, exceptions={WEDNESDAY: "10:00-11:00"}
    )
    assert parsed == text


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"zone": "Mars/Olympus"}, UnknownZone, "Mars/Olympus"),
        ({"zone": None}, WrongType, "zone is None"),
        ({"hours": "Mo-Fr 9-17"}, InvalidHours, "expected hours"),
        ({"hours": 5}, WrongType, "hours is 5"),
        ({"holidays": "2026-05-06"}, WrongType, "holidays is"),
        ({"holidays": [at("2026-05-06T00:00")]}, WrongType, "a holiday is .* expected a date without a time"),
        ({"exceptions": {WEDNESDAY: "Mo 09:00-10:00"}}, InvalidHours, "exceptions\\[2026-05-06\\] cannot be read"),
        ({"revisions": {WEDNESDAY: "Mo 9-17"}}, InvalidHours, "revisions\\[2026-05-06\\] cannot be read"),
        ({"exceptions": {WEDNESDAY: ((5, 4),)}}, OutOfRange, "a span of hours"),
        ({"exceptions": {WEDNESDAY: 5}}, WrongType, "exceptions\\[2026-05-06\\] is 5 .*07:00-12:00"),
        ({"exceptions": {at("2026-05-06T00:00"): "off"}}, WrongType, "a date of exceptions"),
        ({"exceptions": 5}, WrongType, "exceptions is 5"),
        ({"exceptions": [5]}, WrongType, "exceptions is .*mapping of date to hours"),
        ({"revisions": {date(2300, 1, 1): "off"}}, OutOfRange, "a date of revisions is 2300-01-01"),
        ({"revisions": {WEDNESDAY: "09:00"}}, InvalidHours, "expected"),
        ({"holidays_close": "week"}, InvalidChoice, "holidays_close is 'week'; allowed: 'date', 'shift'"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_when_made(
    options: dict[str, object], error: type[SupportSLAError], message: str
) -> None:
    """Not when it is first asked."""
    with pytest.raises(error, match=message):
        BusinessCalendar(**{"zone": "UTC", "hours": "24/7", **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("other", [5, [5], [WEDNESDAY], "24/7"])
def test_a_calendar_is_combined_with_calendars_and_windows_only(other: object) -> None:
    """The error says so."""
    for combine in (Calendar.__or__, Calendar.__and__, Calendar.__sub__):
        with pytest.raises(WrongType, match="Window"):
            combine(DESK, other)  # type: ignore[arg-type]


def test_an_operation_is_one_of_three() -> None:
    """Made by hand too."""
    with pytest.raises(InvalidChoice, match=r"operation is '\^'"):
        CombinedCalendar("^", DESK, DESK)  # type: ignore[arg-type]
    with pytest.raises(WrongType, match="the left operand is 5"):
        CombinedCalendar("|", 5, DESK)  # type: ignore[arg-type]
    with pytest.raises(WrongType, match="the right operand is 5"):
        CombinedCalendar("|", DESK, 5)  # type: ignore[arg-type]
