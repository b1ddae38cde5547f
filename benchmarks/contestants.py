"""The same desk in each library: Monday to Friday 09:00-17:00 in Chicago, closed on US public holidays.

Most functions return a runner: called without arguments, it answers for every row and returns the answers. So
what is timed is what is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import businesstimedelta
import holidays
import pytz
import workclock

from supportsla import BusinessCalendar, Duration, deadline, elapsed, public_holidays

ZONE = "America/Chicago"
CHICAGO = ZoneInfo(ZONE)
HOURS = "Mo-Fr 09:00-17:00"
YEARS = range(2018, 2042)

Runner = Callable[[], list[object]]


def us_dates(years: range = YEARS) -> list[date]:
    """The US public holidays of these years, by the `holidays` package alone."""
    return list(holidays.country_holidays("US", years=years))


def our_calendar() -> BusinessCalendar:
    """The desk in supportsla."""
    return BusinessCalendar(zone=ZONE, hours=HOURS, holidays=public_holidays("US"))


def workclock_schedule() -> workclock.Schedule:
    """The desk in workclock."""
    rules = [workclock.WorkDay(time(9), time(17)), workclock.Holidays(us_dates())]
    return workclock.Schedule(rules, time_zone=ZONE)


def businesstimedelta_rules() -> businesstimedelta.Rules:
    """The desk in businesstimedelta."""
    zone = pytz.timezone(ZONE)
    weekly = businesstimedelta.WorkDayRule(time(9), time(17), [0, 1, 2, 3, 4], tz=zone)
    closed = businesstimedelta.HolidayRule(holidays.country_holidays("US", years=YEARS), tz=zone)
    return businesstimedelta.Rules([weekly, closed])


def our_deadline(calendar: BusinessCalendar, starts: Sequence[datetime], amount: Duration | timedelta) -> Runner:
    return lambda: [deadline(calendar, start, amount) for start in starts]


def our_elapsed(calendar: BusinessCalendar, pairs: Sequence[tuple[datetime, datetime]]) -> Runner:
    return lambda: [elapsed(calendar, start, end) for start, end in pairs]


def workclock_add(schedule: workclock.Schedule, starts: Sequence[datetime], amount: timedelta) -> Runner:
    add = schedule.add
    return lambda: [add(start, amount) for start in starts]


def workclock_between(schedule: workclock.Schedule, pairs: Sequence[tuple[datetime, datetime]]) -> Runner:
    between = schedule.between
    return lambda: [between(start, end) for start, end in pairs]


def businesstimedelta_add(rules: businesstimedelta.Rules, starts: Sequence[datetime], amount: timedelta) -> Runner:
    delta = businesstimedelta.BusinessTimeDelta(rules, timedelta=amount)
    return lambda: [start + delta for start in starts]


def businesstimedelta_difference(rules: businesstimedelta.Rules, pairs: Sequence[tuple[datetime, datetime]]) -> Runner:
    difference = rules.difference
    return lambda: [difference(start, end).timedelta for start, end in pairs]


def comparable(answer: object) -> object:
    """An answer that can be compared: an instant in UTC, or an amount as it is."""
    return answer.astimezone(UTC) if isinstance(answer, datetime) else answer
