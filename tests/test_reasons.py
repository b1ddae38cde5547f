"""Explanations: every stretch as data, and a text that reads at 80 columns."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from supportsla import (
    ALWAYS,
    BusinessCalendar,
    Calendar,
    Explanation,
    Stretch,
    Window,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
    explain,
    explain_elapsed,
    public_holidays,
)
from supportsla.presets import AEDT, CST

CHICAGO, SYDNEY = ZoneInfo("America/Chicago"), ZoneInfo("Australia/Sydney")
SHORT_EVE = BusinessCalendar(
    "America/Chicago",
    "Mo-Fr 07:00-19:00; PH 10:00-11:00",
    holidays={date(2026, 12, 25): "Christmas Day"},
    exceptions={date(2026, 12, 24): "07:00-12:00"},
)


def chicago(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


def data(why: Explanation) -> list[tuple[str, str, str, str, int]]:
    return [
        (f"{s.start:%m-%d %H:%M}", f"{s.end:%m-%d %H:%M}", s.reason, s.name, s.used // timedelta(minutes=1))
        for s in why.steps
    ]


def test_a_deadline_over_a_holiday_is_explained() -> None:
    """P7, D4: closed by hours, holiday by name, counted; each with what it used."""
    why = explain(CST, chicago("2026-11-25T17:30"), business_hours(4))
    assert data(why) == [
        ("11-25 17:30", "11-25 19:00", "counted", "", 90),
        ("11-25 19:00", "11-26 00:00", "closed", "", 0),
        ("11-26 00:00", "11-27 00:00", "holiday", "Thanksgiving Day", 0),
        ("11-27 00:00", "11-27 07:00", "closed", "", 0),
        ("11-27 07:00", "11-27 09:30", "counted", "", 150),
    ]
    assert (why.due, why.used) == (chicago("2026-11-27T09:30"), timedelta(hours=4))


def test_an_explanation_reads_at_80_columns() -> None:
    """The text says no more than the data."""
    assert str(explain(CST, chicago("2026-11-25T17:30"), business_hours(4))).splitlines() == [
        "4 business hours",
        "  from Wed 2026-11-25 17:30 CST (UTC-06:00)",
        "  due  Fri 2026-11-27 09:30 CST (UTC-06:00)",
        "",
        "  from                  to     what                      h:mm  so far",
        "  Wed 2026-11-25 17:30  19:00  counted                   1:30    1:30",
        "  Wed 2026-11-25 19:00  24:00  closed by weekly hours",
        "  Thu 2026-11-26 00:00  24:00  holiday: Thanksgiving Day",
        "  Fri 2026-11-27 00:00  07:00  closed by weekly hours",
        "  Fri 2026-11-27 07:00  09:30  counted                   2:30    4:00",
    ]


def test_a_clock_change_is_a_step_of_its_own() -> None:
    """P6: two hours around the clock, through the hour that is repeated."""
    why = explain(CST, chicago("2026-11-01T00:30"), calendar_hours(2))
    assert data(why) == [
        ("11-01 00:30", "11-01 01:00", "counted", "", 90),
        ("11-01 01:00", "11-01 01:00", "clock_change", "UTC-05:00/UTC-06:00", 0),
        ("11-01 01:00", "11-01 01:30", "counted", "", 30),
    ]
    assert str(why).splitlines()[-3:] == [
        "  Sun 2026-11-01 00:30  02:00  counted                   1:30    1:30",
        "  Sun 2026-11-01 02:00         clock change: UTC-05:00 to UTC-06:00",
        "  Sun 2026-11-01 01:00  01:30  counted                   0:30    2:00",
    ]


def test_a_clock_change_while_closed_is_shown_too() -> None:
    """The weekend of the change is an hour longer, and says so."""
    why = explain(AEDT, datetime(2026, 4, 2, 16, tzinfo=SYDNEY), business_days(1))
    assert [step.reason for step in why.steps] == [
        *("counted", "closed", "holiday", "closed", "clock_change", "closed", "holiday", "closed", "counted")
    ]


def test_exceptions_and_holiday_hours_are_named() -> None:
    """What is open specially, and what is closed by it."""
    why = explain(SHORT_EVE, chicago("2026-12-23T18:00"), business_hours(8))
    assert data(why) == [
        ("12-23 18:00", "12-23 19:00", "counted", "", 60),
        ("12-23 19:00", "12-24 00:00", "closed", "", 0),
        ("12-24 00:00", "12-24 07:00", "exception", "07:00-12:00", 0),
        ("12-24 07:00", "12-24 12:00", "counted", "07:00-12:00", 300),
        ("12-24 12:00", "12-25 00:00", "exception", "07:00-12:00", 0),
        ("12-25 00:00", "12-25 10:00", "holiday", "Christmas Day", 0),
        ("12-25 10:00", "12-25 11:00", "counted", "Christmas Day", 60),
        ("12-25 11:00", "12-26 00:00", "holiday", "Christmas Day", 0),
        ("12-26 00:00", "12-28 07:00", "closed", "", 0),
        ("12-28 07:00", "12-28 08:00", "counted", "", 60),
    ]


def test_a_holiday_on_a_closed_day_changes_nothing_and_is_not_blamed() -> None:
    """A Saturday is closed by weekly hours, whatever is celebrated."""
    desk = BusinessCalendar("UTC", "Mo-Fr 09:00-17:00", holidays={date(2026, 5, 9): "Victory Day"})
    why = explain_elapsed(desk, datetime(2026, 5, 8, 18, tzinfo=UTC), datetime(2026, 5, 10, tzinfo=UTC))
    assert [step.reason for step in why.steps] == ["closed"]


def test_a_holiday_of_two_days_is_one_stretch() -> None:
    """As long as both have one name."""
    days = {date(2026, 5, 5): "Golden Week", date(2026, 5, 6): "Golden Week", date(2026, 5, 7): "Day after"}
    desk = BusinessCalendar("UTC", "24/7", holidays=days)
    why = explain_elapsed(desk, datetime(2026, 5, 5, tzinfo=UTC), datetime(2026, 5, 8, tzinfo=UTC))
    assert data(why) == [
        ("05-05 00:00", "05-07 00:00", "holiday", "Golden Week", 0),
        ("05-07 00:00", "05-08 00:00", "holiday", "Day after", 0),
    ]


def test_a_cancelled_night_shift_is_closed_by_its_holiday() -> None:
    """W6, holidays_close="shift": to the shift's end on the next date."""
    nights = BusinessCalendar(
        "UTC", "Mo-Su 22:00-06:00", holidays={date(2026, 5, 6): "Holiday"}, holidays_close="shift"
    )
    why = explain_elapsed(nights, datetime(2026, 5, 6, tzinfo=UTC), datetime(2026, 5, 7, 23, tzinfo=UTC))
    assert data(why) == [
        ("05-06 00:00", "05-06 06:00", "counted", "", 360),
        ("05-06 06:00", "05-07 06:00", "holiday", "Holiday", 0),
        ("05-07 06:00", "05-07 22:00", "closed", "", 0),
        ("05-07 22:00", "05-07 23:00", "counted", "", 60),
    ]


def test_business_days_say_where_they_count_from_and_where_they_land() -> None:
    """W7: as data, and in the text."""
    moved = explain(CST, chicago("2026-11-25T19:00"), business_days(1))
    assert (moved.counted_from, moved.rule) == (chicago("2026-11-27T07:00"), "same_time")
    assert "The desk is closed at the start: days count from the next opening, Fri\n2026-11-27 07:00 CST" in str(moved)
    short = explain(SHORT_EVE, chicago("2026-12-23T18:00"), business_days(1))
    assert (short.counted_from, short.rule) == (None, "last_closing")
    assert "the due is the last closing before it" in " ".join(str(short).split())
    late = BusinessCalendar("UTC", "Mo 08:00-09:00; Tu 10:00-11:00")
    first = explain(late, datetime(2026, 5, 4, 8, tzinfo=UTC), business_days(1))
    assert (first.rule, "that date's first opening" in " ".join(str(first).split())) == ("first_opening", True)
    back = explain(CST, chicago("2026-11-26T12:00"), business_days(-1))
    assert (back.counted_from, back.due) == (chicago("2026-11-25T19:00"), chicago("2026-11-24T19:00"))
    assert "days count from the last closing" in str(back)


def test_time_counted_backwards_is_negative() -> None:
    """Steps stay in order of time, from the due to the start."""
    why = explain(CST, chicago("2026-11-27T09:30"), business_hours(-4))
    assert [(step.reason, step.used) for step in why.steps] == [
        ("counted", timedelta(minutes=-90)),
        *[(reason, timedelta(0)) for reason in ("closed", "holiday", "closed")],
        ("counted", timedelta(minutes=-150)),
    ]
    assert (why.due, why.used) == (chicago("2026-11-25T17:30"), timedelta(hours=-4))
    assert str(why).splitlines()[-1].split()[-2:] == ["-2:30", "-4:00"]


def test_waiting_for_an_opening_uses_nothing() -> None:
    """W2, boundary="open": real time to the close answer, then the way to the opening, either way."""
    forward = explain(CST, chicago("2026-06-12T18:30"), calendar_hours(1), boundary="open")
    assert data(forward) == [
        ("06-12 18:30", "06-12 19:30", "counted", "", 60),
        ("06-12 19:30", "06-15 07:00", "closed", "", 0),
    ]
    assert str(forward).splitlines()[0] == '1 calendar hour, boundary "open"'
    assert str(forward).splitlines()[-1] == 'With boundary "open", the due moves to the next opening.'
    back = explain(CST, chicago("2026-06-15T07:30"), calendar_hours(-1), boundary="open")
    assert data(back) == [
        ("06-12 19:00", "06-15 06:30", "closed", "", 0),
        ("06-15 06:30", "06-15 07:30", "counted", "", -60),
    ]
    assert str(back).splitlines()[-1] == 'With boundary "open", the due moves back to the last closing.'
    no_tie = explain(CST, chicago("2026-06-12T10:00"), business_hours(1), boundary="open")
    assert "moves" not in str(no_tie)


def test_calendar_days_count_real_time() -> None:
    """W8: 47 hours over the spring change."""
    why = explain(CST, chicago("2026-03-07T12:00"), calendar_days(2))
    assert (why.used, why.due) == (timedelta(hours=47), chicago("2026-03-09T12:00"))


def test_what_was_taken_out_of_a_calendar_is_named() -> None:
    """Only where the calendar would have been open."""
    maintenance = Window(chicago("2026-06-15T06:00"), chicago("2026-06-15T08:00"))
    why = explain_elapsed(CST - [maintenance], chicago("2026-06-15T05:00"), chicago("2026-06-15T09:00"))
    assert data(why) == [
        ("06-15 05:00", "06-15 07:00", "closed", "", 0),
        ("06-15 07:00", "06-15 08:00", "excluded", "", 0),
        ("06-15 08:00", "06-15 09:00", "counted", "", 60),
    ]
    assert "taken out" in str(why)
    only = explain_elapsed(CST & [maintenance], chicago("2026-06-15T05:00"), chicago("2026-06-15T09:00"))
    assert [step.reason for step in only.steps] == ["closed", "counted", "excluded"]


@pytest.mark.parametrize("calendar", [CST | AEDT, CST & ALWAYS, CST | [], ALWAYS & CST])
def test_a_combination_gives_the_reasons_of_its_calendars(calendar: Calendar) -> None:
    """The left one's first."""
    why = explain_elapsed(calendar, chicago("2026-11-26T10:00"), chicago("2026-11-26T12:00"))
    assert [(step.reason, step.name) for step in why.steps] == [("holiday", "Thanksgiving Day")]


def test_a_holiday_that_closes_nothing_is_not_blamed() -> None:
    """No shift starts on that Wednesday; and what one calendar closes anyway, the other did not."""
    holiday = {date(2026, 5, 6): "Holiday"}
    nights = BusinessCalendar("UTC", "Tu 22:00-06:00", holidays=holiday, holidays_close="shift")
    mondays, days = BusinessCalendar("UTC", "Mo 09:00-17:00"), BusinessCalendar("UTC", "09:00-17:00", holidays=holiday)
    for calendar in (nights, mondays & days, days & mondays):
        why = explain_elapsed(calendar, datetime(2026, 5, 6, 7, tzinfo=UTC), datetime(2026, 5, 6, 20, tzinfo=UTC))
        expected = ["holiday"] if calendar == days & mondays else ["closed"]
        assert [step.reason for step in why.steps] == expected


def test_calendar_units_do_not_ask_for_holidays() -> None:
    """A year without a table changes nothing for them, unless an opening is awaited."""
    desk = BusinessCalendar("UTC", "Mo-Fr 09:00-17:00", holidays=public_holidays("US"))
    start = datetime(2101, 1, 3, tzinfo=UTC)
    assert explain(desk, start, calendar_hours(2)).unknown_years == ()
    assert explain(desk, start, calendar_hours(2), boundary="open").unknown_years == (2101,)


def test_years_without_a_table_of_holidays_are_told() -> None:
    """The holidays package knows none after 2100; a combination asks all its calendars."""
    desk = BusinessCalendar("UTC", "Mo-Fr 09:00-17:00", holidays=public_holidays("US"))
    start, end = datetime(2100, 12, 30, tzinfo=UTC), datetime(2101, 1, 4, tzinfo=UTC)
    for calendar in (desk, ALWAYS & desk, desk - [Window(start, end)]):
        why = explain_elapsed(calendar, start, end)
        assert why.unknown_years == (2101,)
        assert "No table of public holidays is known for 2101: taken to have none." in str(why)
    assert explain_elapsed(desk, start, start).unknown_years == ()


def test_elapsed_time_is_explained_either_way() -> None:
    """Its sum is the elapsed time."""
    there, back = chicago("2026-11-25T18:00"), chicago("2026-11-27T08:00")
    assert explain_elapsed(CST, there, back).used == timedelta(hours=2)
    assert explain_elapsed(CST, back, there).used == timedelta(hours=-2)
    assert str(explain_elapsed(CST, there, back)).splitlines()[:3] == [
        "2:00 h of open time",
        "  from Wed 2026-11-25 18:00 CST (UTC-06:00)",
        "  to   Fri 2026-11-27 08:00 CST (UTC-06:00)",
    ]


def test_nothing_takes_no_steps() -> None:
    """And no table."""
    why = explain(CST, chicago("2026-11-26T12:00"), business_hours(0))
    assert (why.steps, len(str(why).splitlines())) == ((), 3)


def test_a_long_explanation_is_cut_in_its_text_only() -> None:
    """The data has every stretch, the text the first and the last ones."""
    why = explain(CST, chicago("2026-01-05T07:00"), business_hours(1000))
    assert why.used == timedelta(hours=1000)
    lines = str(why).splitlines()
    assert len(lines) < 70
    assert f"  ... {len(why.steps) - 60} more stretches ..." in lines


def test_every_line_fits_into_80_columns() -> None:
    """Long names wrap; seconds and microseconds are shown where there are any."""
    desk = BusinessCalendar(
        "America/St_Johns", "24/7", exceptions={date(2026, 6, 19): ",".join(f"{h:02}:00-{h:02}:30" for h in range(24))}
    )
    start = datetime(2026, 6, 18, 23, 59, 59, tzinfo=ZoneInfo("America/St_Johns"))
    text = str(explain(desk, start, business_hours(12, seconds=5)))
    assert max(map(len, text.splitlines())) <= 80
    assert "23:59:59" in text
    assert "0:00:01" in text
    old = datetime(1900, 1, 5, 12, 0, 0, 7, tzinfo=ZoneInfo("America/St_Johns"))
    assert "12:00:00.000007" in str(explain(desk, old, business_hours(1)))
    assert "UTC-03:30:52" in str(explain(desk, old, business_hours(1)))


def test_ends_are_shown_to_the_microsecond() -> None:
    """And only midnight itself is 24:00."""
    start = datetime(2026, 5, 4, 7, tzinfo=UTC)
    ends = [
        start.replace(hour=9, microsecond=1),
        start.replace(day=5, hour=0, second=30),
        *(start.replace(day=day, hour=0) for day in (5, 6)),
    ]
    shown = [str(explain_elapsed(ALWAYS, start, end)).splitlines()[-1].split()[3:-3] for end in ends]
    assert shown == [["09:00:00.000001"], ["Tue", "05-05", "00:00:30"], ["24:00"], ["Tue", "05-05", "24:00"]]


def test_what_is_taken_out_of_special_hours_is_named() -> None:
    """An exception that says open does not close; what the right calendar closes is its own doing."""
    start, end = chicago("2026-12-24T08:00"), chicago("2026-12-24T09:00")
    taken = explain_elapsed(SHORT_EVE - [Window(start, end)], chicago("2026-12-24T07:00"), chicago("2026-12-24T12:00"))
    assert [step.reason for step in taken.steps] == ["counted", "excluded", "counted"]
    closed = BusinessCalendar("America/Chicago", "24/7", holidays={date(2026, 12, 24): "Eve"})
    both = explain_elapsed(SHORT_EVE & closed, start, end)
    assert [(step.reason, step.name) for step in both.steps] == [("holiday", "Eve")]


def test_steps_in_the_two_readings_of_an_hour_differ() -> None:
    """They are two instants."""
    first, second = (datetime(2026, 11, 1, 1, 30, tzinfo=CHICAGO, fold=fold) for fold in (0, 1))
    later = second + timedelta(hours=1)
    assert explain_elapsed(ALWAYS | CST, first, later).steps != explain_elapsed(ALWAYS | CST, second, later).steps
    assert Stretch(first, later, "counted", "", timedelta(0)) != Stretch(second, later, "counted", "", timedelta(0))


def test_an_explanation_is_a_value() -> None:
    """Equal, hashed and pickled."""
    why = explain(CST, chicago("2026-11-25T17:30"), business_hours(4))
    assert pickle.loads(pickle.dumps(why)) == why
    assert hash(why) == hash(explain(CST, chicago("2026-11-25T17:30"), business_hours(4)))
