"""Working time by hand: the decisions W2-W4, W7, W8 and W13, on calendars small enough to see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from supportsla import (
    ALWAYS,
    BusinessCalendar,
    Calendar,
    Duration,
    InvalidChoice,
    NaiveDatetime,
    NeverCloses,
    NeverOpens,
    OutOfRange,
    WrongType,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
    deadline,
    elapsed,
    explain,
    explain_elapsed,
    is_open,
    next_close,
    next_open,
    windows,
)

DESK = BusinessCalendar(
    "UTC", "Mo-Fr 09:00-12:00,13:00-17:00", exceptions={date(2026, 5, 7): "09:00-11:00,14:00-15:00"}
)
NEVER = BusinessCalendar("UTC", "off")
# Monday 2026-05-04 to Friday 2026-05-08; Thursday is short.


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(start: str, duration: Duration, boundary: str = "close", calendar: Calendar = DESK) -> str:
    found = deadline(calendar, at(start), duration, boundary=boundary)  # type: ignore[arg-type]
    return f"{found.astimezone(UTC):%a %d %H:%M}"


@pytest.mark.parametrize(
    ("start", "duration", "close", "opening"),
    [
        # A tie at a closing, forwards and backwards.
        ("2026-05-04T09:00", business_hours(3), "Mon 04 12:00", "Mon 04 13:00"),
        ("2026-05-04T09:00", business_hours(7), "Mon 04 17:00", "Tue 05 09:00"),
        ("2026-05-05T17:00", business_hours(-7), "Tue 05 09:00", "Mon 04 17:00"),
        ("2026-05-05T17:00", business_hours(-4), "Tue 05 13:00", "Tue 05 12:00"),
        # No tie.
        ("2026-05-04T10:00", business_hours(3), "Mon 04 14:00", "Mon 04 14:00"),
        ("2026-05-05T16:00", business_hours(-4), "Tue 05 11:00", "Tue 05 11:00"),
        # Days and calendar units.
        ("2026-05-06T12:30", business_days(1), "Thu 07 11:00", "Thu 07 14:00"),
        ("2026-05-08T10:00", business_days(-1), "Thu 07 10:00", "Thu 07 10:00"),
        ("2026-05-08T09:00", business_days(-1), "Thu 07 09:00", "Wed 06 17:00"),
        ("2026-05-08T16:00", calendar_hours(2), "Fri 08 18:00", "Mon 11 09:00"),
        ("2026-05-04T10:00", calendar_hours(-2), "Mon 04 08:00", "Fri 01 17:00"),
        ("2026-05-08T16:00", calendar_days(1), "Sat 09 16:00", "Mon 11 09:00"),
        ("2026-05-05T10:00", calendar_days(-2), "Sun 03 10:00", "Fri 01 17:00"),
        # No duration at all.
        ("2026-05-04T12:00", business_hours(0), "Mon 04 12:00", "Mon 04 13:00"),
        ("2026-05-04T12:00", business_days(0), "Mon 04 12:00", "Mon 04 13:00"),
        ("2026-05-04T12:00", calendar_hours(0), "Mon 04 12:00", "Mon 04 13:00"),
        ("2026-05-04T12:00", calendar_days(0), "Mon 04 12:00", "Mon 04 13:00"),
        ("2026-05-04T11:00", business_days(0), "Mon 04 11:00", "Mon 04 11:00"),
    ],
)
def test_a_due_falls_on_the_closing_or_on_the_next_opening(
    start: str, duration: Duration, close: str, opening: str
) -> None:
    """W2 and W3, for every unit."""
    assert (due(start, duration), due(start, duration, "open")) == (close, opening)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        # The same local time, over a weekend too.
        ("2026-05-04T10:00", 1, "Tue 05 10:00"),
        ("2026-05-08T10:00", 1, "Mon 11 10:00"),
        ("2026-05-08T10:00", 5, "Fri 15 10:00"),
        ("2026-05-11T10:00", -1, "Fri 08 10:00"),
        # A start while closed: the next opening, or backwards the last closing.
        ("2026-05-04T08:00", 1, "Tue 05 09:00"),
        ("2026-05-04T12:30", 1, "Tue 05 13:00"),
        ("2026-05-04T17:00", 1, "Wed 06 09:00"),
        ("2026-05-09T10:00", 1, "Tue 12 09:00"),
        ("2026-05-09T10:00", -1, "Thu 07 15:00"),
        ("2026-05-05T12:30", -1, "Mon 04 12:00"),
        ("2026-05-05T08:00", -1, "Fri 01 17:00"),
        # Closed at that time: the last closing before it on that date, else its first opening.
        ("2026-05-06T16:00", 1, "Thu 07 15:00"),
        ("2026-05-06T13:30", 1, "Thu 07 11:00"),
        ("2026-05-08T13:30", -1, "Thu 07 11:00"),
        ("2026-05-08T16:59", -1, "Thu 07 15:00"),
    ],
)
def test_business_days_step_on_dates_with_open_time(start: str, days: int, expected: str) -> None:
    """W7."""
    assert due(start, business_days(days)) == expected


@pytest.mark.parametrize(
    ("hours", "start", "days", "expected"),
    [
        # That date's first opening, where no closing lies before.
        ("Mo 08:00-09:00; Tu 10:00-17:00", "2026-05-04T08:30", 1, "Tue 05 10:00"),
        # A closing at 24:00 belongs to the date that it ends.
        ("Mo-Fr 00:00-24:00", "2026-05-10T12:00", -1, "Fri 08 00:00"),
        ("Mo 08:00-24:00; Tu-We 08:00-20:00", "2026-05-05T00:00", -1, "Wed 29 20:00"),
        ("Mo 10:00-24:00; We 08:00-24:00", "2026-05-07T00:00", -1, "Tue 05 00:00"),
        # Shifts over midnight make short days.
        ("Mo-Su 22:00-06:00", "2026-05-04T23:00", 1, "Tue 05 23:00"),
        ("Mo 22:00-06:00", "2026-05-04T23:00", 1, "Tue 05 06:00"),
    ],
)
def test_business_days_on_odd_calendars(hours: str, start: str, days: int, expected: str) -> None:
    """W7 to the letter."""
    calendar = BusinessCalendar("UTC", hours, holidays=[date(2026, 5, 3)])
    assert due(start, business_days(days), calendar=calendar) == expected


def test_a_backward_start_at_the_last_closing_needs_no_next_opening() -> None:
    """A desk that has closed for good still has a yesterday."""
    ended = BusinessCalendar("UTC", "Mo-Fr 09:00-17:00", revisions={date(2026, 5, 9): "off"})
    assert due("2030-01-01T00:00", business_days(-1), calendar=ended) == "Thu 07 17:00"


def test_a_timedelta_is_business_time() -> None:
    """timedelta(days=1) is 24 open hours."""
    week = BusinessCalendar("UTC", "Mo-Fr 09:00-17:00")
    assert deadline(week, at("2026-05-04T09:00"), timedelta(days=1)) == at("2026-05-06T17:00")


class Delta(timedelta):
    """A subclass, such as pandas has."""


def test_a_subclass_of_timedelta_is_business_time_too() -> None:
    """And gives a plain datetime."""
    found = deadline(DESK, at("2026-05-04T09:00"), Delta(hours=3))
    assert (found, type(found)) == (at("2026-05-04T12:00"), datetime)


class Stamp(datetime):
    """A subclass whose differences are no plain timedeltas, as those of pandas are not."""

    def __sub__(self, other: object) -> Delta:  # type: ignore[override]
        found = datetime.__sub__(self, other)  # type: ignore[operator]
        return Delta(found.days, found.seconds, found.microseconds)


def test_a_subclass_of_datetime_gives_plain_answers() -> None:
    """Of the standard library's types."""
    start, end = Stamp(2026, 5, 4, 9, tzinfo=UTC), Stamp(2026, 5, 4, 12, tzinfo=UTC)
    worked, found = elapsed(DESK, start, end), deadline(DESK, start, timedelta(hours=3))
    assert (worked, type(worked)) == (timedelta(hours=3), timedelta)
    assert (found, type(found)) == (at("2026-05-04T12:00"), datetime)


def test_the_closing_instant_is_closed() -> None:
    """W4, to the microsecond."""
    microsecond = timedelta(microseconds=1)
    opening, closing = at("2026-05-04T09:00"), at("2026-05-04T12:00")
    found = [is_open(DESK, moment) for moment in (opening - microsecond, opening, closing - microsecond, closing)]
    assert found == [False, True, True, False]


def test_next_open_and_next_close_of_a_window() -> None:
    """While open, at a closing and in between."""
    assert next_open(DESK, at("2026-05-04T10:00")) == at("2026-05-04T10:00")
    assert next_open(DESK, at("2026-05-04T12:00")) == at("2026-05-04T13:00")
    assert next_close(DESK, at("2026-05-04T11:00")) == at("2026-05-04T12:00")
    assert next_close(DESK, at("2026-05-04T12:00")) == at("2026-05-04T17:00")


def test_next_close_of_a_window_that_runs_over_the_year() -> None:
    """However much is compiled."""
    long = BusinessCalendar("UTC", "24/7", exceptions={date(2029, 12, 31): "off"})
    assert next_close(long, at("2026-05-04T00:00")) == at("2029-12-31T00:00")


def test_windows_of_an_empty_stretch_are_none() -> None:
    """A stretch that ends at or before its start holds nothing."""
    noon = at("2026-05-04T10:00")
    assert list(windows(DESK, noon, noon)) == []
    assert list(windows(DESK, noon, noon - timedelta(days=1))) == []


def test_results_are_in_the_calendars_zone() -> None:
    """Whatever zone the instants are written in."""
    chicago = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00")
    start = at("2026-05-04T14:00")
    window = next(windows(chicago, start, start + timedelta(days=1)))
    found = [
        *(deadline(chicago, start, duration) for duration in (timedelta(hours=1), calendar_days(1), business_days(1))),
        *(next_open(chicago, start), next_close(chicago, start), window.opens, window.closes),
    ]
    assert {str(moment.tzinfo) for moment in found} == {"America/Chicago"}


ASK_FORWARD: list[Callable[[Calendar, datetime], object]] = [
    next_open,
    next_close,
    lambda calendar, start: deadline(calendar, start, business_hours(1)),
    lambda calendar, start: deadline(calendar, start, business_days(1)),
    lambda calendar, start: deadline(calendar, start, calendar_hours(1), boundary="open"),
]
ASK_BACKWARD: list[Callable[[Calendar, datetime], object]] = [
    lambda calendar, start: deadline(calendar, start, business_hours(-1)),
    lambda calendar, start: deadline(calendar, start, business_days(-1)),
    lambda calendar, start: deadline(calendar, start, calendar_hours(-1), boundary="open"),
]


@pytest.mark.parametrize("ask", [*ASK_FORWARD, *ASK_BACKWARD])
def test_a_search_stops_after_five_years_without_an_open_instant(ask: Callable[[Calendar, datetime], object]) -> None:
    """W13: the error names the stretch."""
    with pytest.raises(NeverOpens) as refused:
        ask(NEVER, at("2026-05-04T00:00"))
    assert refused.value.until - refused.value.since == timedelta(days=5 * 365 + 2)
    assert "no open instant from 20" in str(refused.value)


@pytest.mark.parametrize("ask", ASK_FORWARD)
def test_a_desert_between_openings_is_refused_whatever_is_compiled(ask: Callable[[Calendar, datetime], object]) -> None:
    """W13: an opening six years on is too far; four years on is not. Compiling both changes nothing."""
    open_dates = date(2020, 5, 4), date(2026, 5, 4), date(2026, 5, 5)
    rare = BusinessCalendar("UTC", "off", exceptions=dict.fromkeys(open_dates, "09:00-17:00"))
    for _ in range(2):
        with pytest.raises(NeverOpens) as refused:
            ask(rare, at("2020-05-04T17:00"))
        assert at("2020-05-04T17:00") <= refused.value.since <= at("2020-05-04T18:00")
        assert refused.value.until - refused.value.since == timedelta(days=5 * 365 + 2)
        ask(rare, at("2022-05-04T09:00"))


@pytest.mark.parametrize("ask", ASK_BACKWARD)
def test_a_desert_is_refused_backwards_too(ask: Callable[[Calendar, datetime], object]) -> None:
    """W13."""
    rare = BusinessCalendar("UTC", "off", exceptions={date(2020, 5, 4): "09:00-17:00", date(2020, 5, 1): "09:00-17:00"})
    for _ in range(2):
        with pytest.raises(NeverOpens) as refused:
            ask(rare, at("2026-05-04T17:00"))
        assert at("2026-05-04T16:00") <= refused.value.until <= at("2026-05-04T17:00")
        ask(rare, at("2024-05-04T09:00"))
        elapsed(rare, at("2015-01-01T00:00"), at("2030-01-01T00:00"))


def test_a_desert_behind_the_start_does_not_matter() -> None:
    """Days are counted on, beyond the years that were compiled with it."""
    gap = BusinessCalendar(
        "UTC", "Mo-Fr 09:00-17:00", revisions={date(2030, 1, 1): "off", date(2036, 1, 1): "Mo-Fr 09:00-17:00"}
    )
    elapsed(gap, datetime(2029, 6, 1, tzinfo=UTC), datetime(2037, 6, 1, tzinfo=UTC))
    start = datetime(2036, 6, 2, 10, tzinfo=UTC)
    for days in (600, 2600):
        assert deadline(gap, start, business_days(days)) == start + timedelta(weeks=days // 5)


def test_a_desert_inside_a_search_is_refused() -> None:
    """W13: nine hours do not fit before it, whichever way one counts."""
    rare = BusinessCalendar("UTC", "off", exceptions={date(2020, 5, 4): "09:00-17:00", date(2026, 5, 4): "09:00-17:00"})
    elapsed(rare, at("2015-01-01T00:00"), at("2030-01-01T00:00"))
    with pytest.raises(NeverOpens):
        deadline(rare, at("2020-05-04T09:00"), timedelta(hours=9))
    with pytest.raises(NeverOpens):
        deadline(rare, at("2026-05-04T17:00"), timedelta(hours=-9))
    with pytest.raises(NeverOpens):
        deadline(rare, at("2020-05-04T10:00"), business_days(1))
    with pytest.raises(NeverOpens):
        deadline(rare, at("2026-05-04T10:00"), business_days(-1))
    assert deadline(rare, at("2020-05-04T09:00"), timedelta(hours=8)) == at("2020-05-04T17:00")
    assert deadline(rare, at("2026-05-04T17:00"), timedelta(hours=-8)) == at("2026-05-04T09:00")


def test_the_desert_that_is_named_does_not_depend_on_what_is_compiled() -> None:
    """W13: backwards, the nearest one."""
    revisions = {date(1950, 1, 1): "off", date(1960, 1, 1): "Mo 09:00-10:00", date(1970, 1, 1): "off",
                 date(1980, 1, 1): "Mo 09:00-10:00"}  # fmt: skip
    calendar = BusinessCalendar("UTC", "Mo 09:00-10:00", revisions=revisions)
    named = []
    for _ in range(2):
        with pytest.raises(NeverOpens) as refused:
            deadline(calendar, at("1990-01-01T00:00"), business_hours(-2000))
        named.append((refused.value.since, refused.value.until))
        elapsed(calendar, at("1940-01-01T00:00"), at("2000-01-01T00:00"))
    assert named[0] == named[1]
    assert named[0][1] == at("1980-01-07T09:00")


def test_elapsed_needs_no_opening() -> None:
    """A desk that never opens has worked for no time at all."""
    assert elapsed(NEVER, at("1950-01-01T00:00"), at("2150-01-01T00:00")) == timedelta(0)


def test_a_window_that_stays_open_for_five_years_never_closes() -> None:
    """W13: the error names the stretch."""
    for calendar in (ALWAYS, BusinessCalendar("UTC", "24/7", exceptions={date(2031, 5, 6): "off"})):
        with pytest.raises(NeverCloses) as refused:
            next_close(calendar, at("2026-05-04T00:00"))
        assert (refused.value.since, refused.value.until) == (at("2026-05-04T00:00"), at("2031-05-05T00:00"))
        assert "no closed instant from 2026" in str(refused.value)


@pytest.mark.parametrize(
    ("start", "duration"),
    [
        ("1899-12-31T23:59", business_hours(1)),
        ("2201-01-01T00:00", business_hours(-1)),
        ("2200-12-31T16:00", business_hours(9)),
        ("2200-12-31T16:00", business_days(1)),
        ("2200-12-31T16:00", calendar_hours(8)),
        ("2200-12-31T16:00", calendar_days(1)),
        ("1900-01-01T10:00", business_hours(-11)),
        ("1900-01-01T10:00", business_days(-1)),
        ("1900-01-01T10:00", calendar_hours(-11)),
        ("1900-01-01T10:00", calendar_days(-1)),
        ("1900-01-01T00:00", business_hours(-1)),
        ("2026-01-01T00:00", business_hours(109938 * 24)),
        ("2026-01-01T00:00", business_days(-109938)),
        ("2026-01-01T00:00", calendar_days(109938)),
    ],
)
def test_instants_outside_1900_to_2200_are_out_of_range(start: str, duration: Duration) -> None:
    """W13: starts and dues, in every unit."""
    for calendar in (DESK, ALWAYS):
        with pytest.raises(OutOfRange):
            deadline(calendar, at(start), duration)


def test_the_ends_of_the_range_can_be_reached() -> None:
    """1900-01-01Z itself, and the last microsecond of 2200."""
    first, last = at("1900-01-01T00:00"), at("2200-12-31T23:59:59.999999")
    assert deadline(ALWAYS, last, first - last) == first
    assert deadline(ALWAYS, first, last - first) == last
    assert elapsed(ALWAYS, first, last) == last - first
    assert [window.length for window in windows(ALWAYS, first, last)] == [last - first]
    with pytest.raises(OutOfRange):
        next_close(ALWAYS, at("2199-01-01T00:00"))
    for one in (timedelta(microseconds=1), calendar_hours(microseconds=1)):
        with pytest.raises(OutOfRange):
            deadline(ALWAYS, last, one)


@pytest.mark.parametrize("amount", [timedelta.max, timedelta.min, timedelta(days=10**6)])
def test_a_timedelta_that_overflows_is_out_of_range(amount: timedelta) -> None:
    """Not an OverflowError, and no search without end."""
    with pytest.raises(OutOfRange):
        deadline(DESK, at("2026-05-04T09:00"), amount)


NAIVE = datetime(2026, 5, 4, 9)  # noqa: DTZ001


@pytest.mark.parametrize(
    "ask",
    [
        lambda calendar, moment: deadline(calendar, moment, business_hours(1)),
        lambda calendar, moment: elapsed(calendar, moment, at("2026-05-04T00:00")),
        lambda calendar, moment: elapsed(calendar, at("2026-05-04T00:00"), moment),
        lambda calendar, moment: windows(calendar, moment, at("2026-05-04T00:00")),
        lambda calendar, moment: windows(calendar, at("2026-05-04T00:00"), moment),
        lambda calendar, moment: explain(calendar, moment, business_hours(1)),
        lambda calendar, moment: explain_elapsed(calendar, moment, at("2026-05-04T00:00")),
        is_open,
        next_open,
        next_close,
    ],
)
def test_every_question_refuses_naive_datetimes_and_what_is_no_calendar(
    ask: Callable[[Calendar, datetime], object],
) -> None:
    """W12, W13, at once: a generator does not wait for its first window."""
    with pytest.raises(NaiveDatetime, match="no time zone"):
        ask(DESK, NAIVE)
    with pytest.raises(WrongType, match="calendar is '24/7'"):
        ask("24/7", at("2026-05-04T09:00"))  # type: ignore[arg-type]
    for outside in ("1899-12-31T23:59:59", "2201-01-01T00:00"):
        with pytest.raises(OutOfRange):
            ask(DESK, at(outside))


@pytest.mark.parametrize("duration", [4, 4.5, "4 business hours", None])
def test_a_bare_number_is_no_duration(duration: object) -> None:
    """Its unit would have to be guessed."""
    with pytest.raises(WrongType, match="duration is"):
        deadline(DESK, at("2026-05-04T09:00"), duration)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "duration", [business_hours(1), business_days(1), calendar_hours(1), calendar_days(1), timedelta(0)]
)
def test_a_boundary_is_one_of_two(duration: Duration | timedelta) -> None:
    """In every unit."""
    with pytest.raises(InvalidChoice, match="boundary is 'closed'; allowed: 'close', 'open'"):
        deadline(DESK, at("2026-05-04T09:00"), duration, boundary="closed")  # type: ignore[arg-type]
