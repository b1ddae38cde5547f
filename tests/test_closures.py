"""Holiday schedules (D4, D5, W14)."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import pairwise, takewhile

import pytest
from dateutil.rrule import rrulestr
from holidays import country_holidays
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from supportsla import (
    InvalidChoice,
    InvalidRecurrence,
    OutOfRange,
    Schedule,
    SupportSLAError,
    UnknownHolidays,
    WrongType,
    public_holidays,
    recurring,
)
from supportsla.closures import CombinedSchedule, Dates, PublicHolidays, Recurrence, as_schedule

NEW_YEAR, CHRISTMAS = date(2026, 1, 1), date(2026, 12, 25)


def test_new_south_wales_has_its_monday_after_anzac_day() -> None:
    """D5: 25 April 2026 is a Saturday, and Monday 27 a public holiday."""
    found = public_holidays("AU", "NSW").dates(2026, 2026)
    assert date(2026, 4, 27) in found
    assert found[date(2026, 4, 3)] == "Good Friday"


def test_holidays_of_the_us_have_names() -> None:
    """D4: Thanksgiving is the fourth Thursday of November."""
    assert public_holidays("US").dates(2026, 2026)[date(2026, 11, 26)] == "Thanksgiving Day"


def test_years_resolved_together_are_those_resolved_apart() -> None:
    """Observed days that fall into a neighbouring year included: 31 December 2027 observes 1 January 2028."""
    for schedule in (public_holidays("US"), public_holidays("AU", "NSW"), recurring("FREQ=MONTHLY;BYDAY=-1FR")):
        apart = {day: name for year in range(2019, 2032) for day, name in schedule.dates(year, year).items()}
        assert dict(schedule.dates(2019, 2031)) == apart
    assert date(2027, 12, 31) in public_holidays("US").dates(2027, 2027)


def test_the_names_of_holidays_can_be_asked_for_in_a_language() -> None:
    """And by category."""
    german = public_holidays("DE", "BY").dates(2026, 2026)[CHRISTMAS]
    english = public_holidays("DE", "BY", language="en_US").dates(2026, 2026)[CHRISTMAS]
    assert (german, english) == ("Erster Weihnachtstag", "Christmas Day")
    assert len(public_holidays("US", categories=["public", "unofficial"]).dates(2026, 2026)) > 12


def test_a_schedule_adds_and_takes_out_dates() -> None:
    """Plus company days, by name or without one, minus some, from either side."""
    schedule = [date(2026, 7, 1)] + (public_holidays("US") + {date(2026, 12, 31): "Stocktaking"}) - [CHRISTMAS]
    found = schedule.dates(2026, 2026)
    assert found[date(2026, 7, 1)] == ""
    assert found[date(2026, 12, 31)] == "Stocktaking"
    assert CHRISTMAS not in found


def test_dates_added_one_by_one_are_added_together() -> None:
    """So a loop makes no chain, however long."""
    days = [NEW_YEAR + timedelta(days=n) for n in range(300)]
    more = less = public_holidays("US")
    plain = Dates(())
    for day in days:
        more, less, plain = more + [day], less - [day], plain + [day]  # type: ignore[assignment]
    assert (more, less, plain) == (public_holidays("US") + days, public_holidays("US") - days, as_schedule(days))


def test_the_left_name_of_a_date_holds() -> None:
    """In explicit dates the first."""
    assert ({NEW_YEAR: "ours"} + public_holidays("US")).dates(2026, 2026)[NEW_YEAR] == "ours"
    assert (public_holidays("US") + {NEW_YEAR: "ours"}).dates(2026, 2026)[NEW_YEAR] == "New Year's Day"
    assert Dates([(NEW_YEAR, "first"), (NEW_YEAR, "second")]).dates(2026, 2026) == {NEW_YEAR: "first"}


def test_schedules_are_values() -> None:
    """Equal, hashed, pickled; the order in which dates are given does not matter."""
    one = public_holidays("AU", "NSW") + [NEW_YEAR, CHRISTMAS] - [date(2026, 4, 27)]
    two = public_holidays("AU", "NSW") + [CHRISTMAS, NEW_YEAR] - [date(2026, 4, 27)]
    assert one == two == pickle.loads(pickle.dumps(one))
    assert hash(one) == hash(two)
    assert one != public_holidays("AU", "VIC") + [NEW_YEAR, CHRISTMAS] - [date(2026, 4, 27)]


def test_resolved_dates_cannot_be_changed_behind_the_cache() -> None:
    """A caller gets a view, not the cache's own mapping."""
    with pytest.raises(TypeError):
        public_holidays("US").dates(2026, 2026)[NEW_YEAR] = "gone"  # type: ignore[index]


def test_years_outside_a_countrys_table_are_unknown() -> None:
    """The package knows none after 2100; explicit dates and rules need no table."""
    schedule = public_holidays("US") - public_holidays("AU") + [NEW_YEAR] + recurring("FREQ=YEARLY;BYDAY=1MO;BYMONTH=8")
    assert schedule.unknown_years(2099, 2102) == (2101, 2102)
    assert dict(public_holidays("US").dates(2101, 2102)) == {}


def test_threads_resolve_the_same_holidays() -> None:
    """No live holiday object is shared while a year loads."""
    schedules = [PublicHolidays("US", state, None, "en_US") for state in ("TX", "MA", "CA", "HI")]
    years = [*range(1950, 2050)]

    def resolved(schedule: Schedule) -> list[int]:
        return [len(schedule.dates(year, year)) for year in years]

    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(resolved, schedules * 4))
    assert together == [resolved(schedule) for schedule in schedules] * 4


def test_holidays_and_dateutil_are_imported_when_first_used() -> None:
    """Not with the library, nor with the presets."""
    code = "import sys, supportsla.presets; sys.exit(bool({'holidays', 'dateutil'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: public_holidays("XX"), "country is 'XX'; known: .*ISO 3166"),
        (lambda: public_holidays("us"), "country is 'us'; known: US, "),
        (lambda: public_holidays("USB"), "country is 'USB'; known: US"),
        (lambda: public_holidays(5), "country is 5"),  # type: ignore[arg-type]
        (lambda: public_holidays("NYSE"), "country is 'NYSE'"),
        (lambda: public_holidays("HolidayBase"), "country is 'HolidayBase'"),
        (lambda: public_holidays("AU", "XYZ"), "subdivision is 'XYZ'; known: ACT, NSW, NT"),
        (lambda: public_holidays("US", categories=["bank"]), "category is 'bank'; known: government"),
        (lambda: public_holidays("US", language="xx"), "language is 'xx'; known: en_US"),
        (lambda: public_holidays("DE", "DE-BY"), "subdivision is 'DE-BY'; known: BB, BE, BW"),
    ],
)
def test_unknown_holidays_are_refused_at_once(ask: Callable[[], Schedule], message: str) -> None:
    """With what the package knows."""
    with pytest.raises(UnknownHolidays, match=message):
        ask()


def test_categories_are_several_texts() -> None:
    """A text would be its letters."""
    for wrong in ("bank", 5):
        with pytest.raises(WrongType, match="categories is .* expected several texts"):
            public_holidays("US", categories=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "error", "message"),
    [
        (5, WrongType, "holidays is 5"),
        ("2026-01-01", WrongType, "holidays is '2026-01-01'"),
        (["2026-01-01"], WrongType, "a holiday is '2026-01-01'"),
        ([datetime(2026, 1, 1)], WrongType, "a holiday is .*; expected a date without a time"),  # noqa: DTZ001
        ([public_holidays("US"), NEW_YEAR], WrongType, "join schedules with +"),
        (country_holidays("US"), WrongType, "holidays is 'US' .* expected public_holidays"),
        ({NEW_YEAR: 5}, WrongType, "the name of 2026-01-01 is 5"),
        ([date(1899, 12, 31)], OutOfRange, "a holiday is 1899-12-31; allowed: years 1900 to 2200"),
        ([date(2201, 1, 1)], OutOfRange, "a holiday is 2201-01-01"),
    ],
)
def test_a_holiday_is_a_date(days: object, error: type[SupportSLAError], message: str) -> None:
    """Not a text, a datetime or a date outside 1900 to 2200."""
    with pytest.raises(error, match=message):
        as_schedule(days)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", ["2026-12-24", "2027-12-24"]),
        ("freq=yearly;bymonth=11;byday=4fr", ["2026-11-27", "2027-11-26"]),
        ("RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", ["2026-05-25", "2027-05-31"]),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24;UNTIL=20261231", ["2026-12-24"]),
        ("DTSTART:20261224\nRRULE:FREQ=DAILY;COUNT=3", ["2026-12-24", "2026-12-25", "2026-12-26"]),
        ("DTSTART:20260301\nFREQ=YEARLY;INTERVAL=2", ["2026-03-01"]),
        ("DTSTART:20250301\nFREQ=YEARLY;INTERVAL=2", ["2027-03-01"]),
        ("DTSTART;TZID=America/Chicago:20260301T090000\r\nRRULE:FREQ=YEARLY;UNTIL=20270301T000000Z",
         ["2026-03-01", "2027-03-01"]),
    ],
)  # fmt: skip
def test_a_recurrence_falls_on_its_dates(rule: str, expected: list[str]) -> None:
    """RFC 5545, on dates: a time of day or a zone does not move one."""
    found = recurring(rule, "closed").dates(2026, 2027)
    assert found == dict.fromkeys(map(date.fromisoformat, expected), "closed")


def test_a_recurrence_without_a_start_does_not_know_what_day_it_is() -> None:
    """It holds from 1900 to 2200."""
    new_year = recurring("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1")
    days = list(new_year.dates(1900, 2200))
    assert (len(days), days[0], days[-1]) == (301, date(1900, 1, 1), date(2200, 1, 1))
    assert all(b - a in (timedelta(365), timedelta(366)) for a, b in pairwise(days))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("", "expected one RRULE"),
        ("every Friday", "expected one RRULE"),
        ("FREQ=YEARLY;BYDAY=1MO;" * 100, "up to 1000 characters"),
        ("EXDATE:20260101\nRRULE:FREQ=YEARLY;BYDAY=1MO", "expected one RRULE"),
        ("RRULE:FREQ=YEARLY;BYDAY=1MO\nRRULE:FREQ=YEARLY;BYDAY=2MO", "expected one RRULE"),
        ("DTSTART:10\nFREQ=WEEKLY", "expected one RRULE"),
        ("DTSTART:20261332\nFREQ=WEEKLY", "month must be in 1..12"),
        ("BYDAY=MO", "expected FREQ"),
        ("FREQ=HOURLY", "expected FREQ with one of YEARLY, MONTHLY, WEEKLY, DAILY"),
        ("FREQ=DAILY;BYHOUR=9", "expected no BYHOUR"),
        ("FREQ=DAILY;BYDAY=MO;BYSETPOS=2", "expected no BYSETPOS"),
        ("DTSTART:18991231\nFREQ=DAILY", "expected a DTSTART in years 1900 to 2200"),
        ("FREQ=WEEKLY;BYDAY=MO;", "expected parts such as"),
        ("FREQ=WEEKLY;BYDAY=1MO", "expected BYDAY without numbers"),
        ("FREQ=MONTHLY;BYMONTHDAY=1;BYMONTHDAY=2", "expected each part once"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "expected FREQ=YEARLY"),
        ("FREQ=YEARLY", 'it counts from its first date; expected a line such as "DTSTART:20260105"'),
        ("FREQ=YEARLY;BYMONTH=2", "it counts from its first date"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "it counts from its first date"),
        ("FREQ=WEEKLY;COUNT=2;BYDAY=MO", "it counts from its first date"),
        ("FREQ=WEEKLY;INTERVAL=0;BYDAY=MO", "expected an INTERVAL from 1 to 9999"),
        ("DTSTART:20260105\nFREQ=WEEKLY;INTERVAL=-1", "expected an INTERVAL from 1 to 9999"),
        ("FREQ=WEEKLY;BYEASTER=0", "expected FREQ=YEARLY where the rule counts from Easter"),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=tomorrow", "expected an UNTIL"),
        ("FREQ=YEARLY;BYDAY=XX", "BYDAY"),
        ("FREQ=YEARLY;BYDAY=MO;COLOUR=RED", "COLOUR"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "falls on no date from 1900 to 2200"),
        ("DTSTART:20260105\nFREQ=YEARLY;UNTIL=20250105", "falls on no date"),
    ],
)
def test_a_rule_that_names_no_dates_is_refused(rule: str, message: str) -> None:
    """With what is wrong with it, and without looking at today's date."""
    with pytest.raises(InvalidRecurrence, match=message):
        recurring(rule)


def test_schedules_made_by_hand_are_checked_too() -> None:
    """As a document would make them."""
    with pytest.raises(InvalidChoice, match=r"operation is '\^'"):
        CombinedSchedule("^", Dates(()), Dates(()))  # type: ignore[arg-type]
    with pytest.raises(WrongType, match="a schedule is 5"):
        CombinedSchedule("+", Dates(()), 5)  # type: ignore[arg-type]
    with pytest.raises(WrongType, match="holidays is 5"):
        Dates(5)  # type: ignore[arg-type]
    with pytest.raises(UnknownHolidays, match="country is 'XX'"):
        PublicHolidays("XX", None, None, "en_US").dates(2026, 2026)
    with pytest.raises(WrongType, match="the name of a recurrence rule is None"):
        recurring("FREQ=DAILY", None)  # type: ignore[arg-type]


@pytest.mark.parametrize("schedule", [public_holidays("US"), recurring("FREQ=WEEKLY;BYDAY=MO")])
def test_only_years_of_the_range_are_resolved(schedule: Schedule) -> None:
    """Not year 9999, and no texts."""
    with pytest.raises(OutOfRange, match="year is 9999"):
        schedule.dates(2026, 9999)
    with pytest.raises(WrongType, match="year is '2026'"):
        schedule.dates("2026", 2026)  # type: ignore[arg-type]


def test_a_country_has_one_name() -> None:
    """However it is asked for."""
    assert public_holidays("USA") == public_holidays("US")


def test_a_recurrence_made_by_hand_is_checked_too() -> None:
    """By its text."""
    with pytest.raises(InvalidRecurrence, match="expected an INTERVAL"):
        Recurrence("FREQ=WEEKLY;INTERVAL=0;BYDAY=MO", "never")
    with pytest.raises(WrongType, match="recurrence rule is 5"):
        Recurrence(5, "never")  # type: ignore[arg-type]


@st.composite
def rules(draw: st.DrawFn) -> tuple[str | None, str]:
    """A first date, or none, and a rule of whatever parts there are."""
    start = draw(st.none() | st.dates(date(1900, 1, 1), date(2200, 12, 31)))
    frequency = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]))
    days = st.sampled_from(["MO", "FR", "SA,SU", "TU,WE,TH"])
    parts = {"BYDAY": draw(st.none() | days)}
    if frequency == "YEARLY":
        parts["BYDAY"] = draw(st.none() | days | st.sampled_from(["4FR", "-1MO", "53TH", "1MO,-1SU"]))
        parts["BYMONTH"] = draw(st.none() | st.sampled_from(["2", "1,7", "12"]))
        parts["BYYEARDAY"] = draw(st.sampled_from([None, None, None, "366,1", "-1,60"]))
        parts["BYWEEKNO"] = draw(st.sampled_from([None, None, None, "53,1", "20"]))
        parts["BYEASTER"] = draw(st.sampled_from([None, None, "-2", "0,1,39"]))
    if frequency in ("YEARLY", "MONTHLY"):
        parts["BYMONTHDAY"] = draw(st.sampled_from([None, "29", "-1", "1,15,31"]))
        parts["BYSETPOS"] = draw(st.sampled_from([None, None, "-1", "1,2"]))
    if start:
        parts["INTERVAL"] = draw(st.none() | st.sampled_from(["2", "3", "7", "100"]))
        parts["COUNT"] = draw(st.none() | st.sampled_from(["1", "10", "400"]))
    if not parts.get("COUNT"):
        parts["UNTIL"] = draw(st.none() | st.dates(date(1990, 1, 1), date(2230, 1, 1)).map("{:%Y%m%d}".format))
    given = ";".join(f"{name}={value}" for name, value in parts.items() if value)
    return f"{start:%Y%m%d}" if start else None, f"FREQ={frequency}{given and ';'}{given}"


@given(rules())
@settings(max_examples=40)
def test_the_dates_of_a_rule_are_those_of_dateutil(rule: tuple[str | None, str]) -> None:
    """In the years that they fall in, not sought in any later ones."""
    start, text = rule
    try:
        found = recurring(f"DTSTART:{start}\nRRULE:{text}" if start else text)
    except InvalidRecurrence as fault:
        assume("falls on no date" in fault.reason)
        found = Dates(())
    last = datetime(2200, 12, 31)  # noqa: DTZ001
    until = "" if "COUNT" in text or "UNTIL" in text else ";UNTIL=22001231"
    plain = rrulestr(text + until, dtstart=datetime.strptime(start or "19000101", "%Y%m%d"))  # noqa: DTZ007
    assert [*found.dates(1900, 2200)] == [day.date() for day in takewhile(lambda day: day <= last, plain)]


def test_a_rule_from_the_last_day_of_february_recurs_as_it_would() -> None:
    """Years that are sought later have their leap days where they had them."""
    leap = recurring("DTSTART:19040229\nFREQ=YEARLY").dates(1900, 2200)
    assert [day.year for day in leap] == [year for year in range(1904, 2201, 4) if year not in (2100, 2200)]


@pytest.mark.parametrize("days", ["0", "1,0", "-0", "00,5"])
def test_there_is_no_day_zero_of_a_month(days: str) -> None:
    """dateutil leaves it out, and with it the only day that the rule names."""
    with pytest.raises(InvalidRecurrence, match="expected BYMONTHDAY from 1 to 31"):
        recurring(f"FREQ=YEARLY;BYMONTHDAY={days}")
