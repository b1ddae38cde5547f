"""What lint finds in calendars and targets: each finding once where it is due, and not one step before (W1, W5-W9)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from case_strategies import drawn_plans
from clock_strategies import clock_plans
from strategies import library_calendar, moments, plains
from supportsla import (
    ALWAYS,
    BusinessCalendar,
    Calendar,
    Duration,
    InvalidPlan,
    Move,
    OutOfRange,
    Percent,
    Plan,
    Priority,
    Remind,
    Status,
    Target,
    Timer,
    Window,
    Workflow,
    WrongType,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
    deadline,
    elapsed,
    is_open,
    lint,
    public_holidays,
    recurring,
    standard_metrics,
    windows,
)
from supportsla.findings import Finding
from supportsla.hours import Hours
from supportsla.metrics import Metric
from supportsla.presets import apricot_anz, apricot_us, client_portal
from supportsla.spans import merged
from supportsla.survey import SURVEYED, Years, starts_of

DAYS = "Mo-Fr 09:00-17:00"
DESK = BusinessCalendar("Europe/Berlin", DAYS)
EVE = date(2026, 12, 23)
FIRST, SOLVED = "first_response", "resolution"
METRICS = tuple(Metric(name, "opening", stops="reply") for name in (FIRST, SOLVED, "update"))


def desk(hours: str = DAYS, zone: str = "Europe/Berlin", **rest: Any) -> BusinessCalendar:
    return BusinessCalendar(zone, hours, **rest)


def plan_of(*targets: Target, calendar: Calendar = DESK, names: str = "high low", **more: Any) -> Plan:
    calendars = {"desk": calendar, "always": ALWAYS, **more.pop("calendars", {})}
    return Plan("ours", calendars, list(map(Priority, names.split())), targets, **{"metrics": METRICS, **more})


def two(high: Duration, low: Duration, **rest: Any) -> Plan:
    return plan_of(Target(FIRST, "high", high), Target(FIRST, "low", low), **rest)


def one(due: Duration, limit: Duration | None = None, **rest: Any) -> Plan:
    """A plan with a single target; what else a target has goes to the target."""
    own = {name: rest.pop(name) for name in ("warn_before", "boundary") if name in rest}
    return plan_of(Target(FIRST, "high", due, limit, **own), names="high", **rest)


def only(checked: Plan | Calendar, **years: int) -> Finding:
    (finding,) = lint(checked, **years)
    return finding


def assert_found(
    checked: Plan | Calendar, name: str, path: str, *words: str, severity: str = "warning", repair: str = ""
) -> None:
    """There is this one finding, whose sentence has the words; of a calendar, the path begins with what it is."""
    finding = only(checked)
    place = path if isinstance(checked, Plan) else f"calendar.{path}".rstrip(".")
    assert (finding.name, finding.path, finding.severity) == (name, place, severity)
    assert all(word in finding.message for word in words), finding.message
    assert repair in finding.repair


# Calendars.


@pytest.mark.parametrize(
    ("calendar", "path", "words", "repair"),
    [
        (desk("Mo-Fr 09:00-13:00,12:59-17:00"), "hours", ("Mo 09:00-13:00", "Mo 12:59-17:00"), '"Mo-Fr 09:00-17:00"'),
        (desk("We 22:00-06:00; Th 05:59-17:00"), "hours", ("We 22:00-06:00", "Th 05:59-17:00"), '"We 22:00-17:00"'),
        (desk("Su 22:00-06:00; Mo 05:00-08:00"), "hours", ("Su 22:00-06:00", "Mo 05:00-08:00"), '"Su 22:00-08:00"'),
        (desk("Mo 09:00-12:00,09:00-12:00"), "hours", ("Mo 09:00-12:00",), '"Mo 09:00-12:00"'),
        (desk("Mo 09:00-17:00,10:00-11:00,16:00-18:00"), "hours", ("Mo 10:00-11:00",), '"Mo 09:00-18:00"'),
        (desk("00:00-24:01"), "hours", ("Mo 00:00-24:01", "Tu 00:00-24:01"), '"24/7"'),
        (
            desk("Sa 12:00-48:00; Su 20:00-30:00; We 09:00-12:00,12:00-15:00"),
            "hours",
            ("Sa 12:00-48:00", "Su 20:00-06:00"),
            '"Mo 00:00-06:00; We 09:00-12:00,12:00-15:00; Sa 12:00-24:00; Su 00:00-24:00"',
        ),
        (desk(f"{DAYS}; PH 09:00-12:00,11:00-13:00"), "hours", ("PH 09:00-12:00", "PH 11:00"), "PH 09:00-13:00"),
        (desk("off; PH 09:00-12:00,11:00-13:00", exceptions={EVE: "09:00-12:00"}), "hours", (), '"PH 09:00-13:00"'),
        (desk(exceptions={EVE: "09:00-12:00,11:59-13:00"}), f"exceptions.{EVE}", ("09:00-12:00",), '"09:00-13:00"'),
        (desk(revisions={EVE: "Mo 09:00-12:00,11:00-13:00"}), f"revisions.{EVE}", ("Mo 11:00",), '"Mo 09:00-13:00"'),
    ],
)
def test_spans_that_overlap_as_written_are_found(
    calendar: BusinessCalendar, path: str, words: tuple[str, ...], repair: str
) -> None:
    """W5: with the hours that mean the same and do not overlap."""
    assert_found(calendar, "overlapping_spans", path, *words, "overlap", repair=repair)


@pytest.mark.parametrize(
    "calendar",
    [
        desk("Mo-Fr 09:00-13:00,13:00-17:00"),
        desk("We 22:00-06:00; Th 06:00-17:00"),
        desk("Su 22:00-06:00; Mo 06:00-08:00"),
        desk("00:00-24:00"),
        desk("09:00-09:00"),
        desk(f"{DAYS}; PH 09:00-12:00,12:00-13:00"),
        desk(exceptions={EVE: "09:00-12:00,12:00-13:00"}),
    ],
)
def test_spans_that_only_touch_are_not_found(calendar: BusinessCalendar) -> None:
    """Nor is a day of 24 hours that the next one follows."""
    assert lint(calendar) == ()


overlapping = st.lists(
    st.tuples(st.integers(0, 23), st.integers(1, 48)).map(lambda span: (span[0] * 60, min(sum(span), 48) * 60)),
    max_size=3,
).map(tuple)


def is_tangled(spans: list[tuple[int, int]]) -> bool:
    return any(i != j and a[0] <= b[0] < a[1] for i, a in enumerate(spans) for j, b in enumerate(spans))


@given(st.lists(overlapping, min_size=7, max_size=7).map(tuple), overlapping)
def test_a_repair_of_hours_is_open_at_the_same_times_and_has_no_finding(week: Any, holiday: Any) -> None:
    """Whatever they were."""
    calendar = BusinessCalendar("UTC", Hours(week, holiday))
    found = [finding for finding in lint(calendar) if finding.name == "overlapping_spans"]
    spans = [(day * 1440 + low, day * 1440 + high) for day in range(-7, 14) for low, high in week[day % 7]]
    assert bool(found) == (is_tangled(spans) or is_tangled(list(holiday)))
    for finding in found:
        repaired = BusinessCalendar("UTC", finding.repair.removeprefix('write "').removesuffix('"'))
        assert repaired.spans(2026, 2026) == calendar.spans(2026, 2026)
        assert merged(repaired.hours.public_holiday) == merged(holiday)
        assert "overlapping_spans" not in names(repaired)


def names(checked: Plan | Calendar, **years: int) -> list[str]:
    return [finding.name for finding in lint(checked, **years)]


@pytest.mark.parametrize(
    ("calendar", "path", "words"),
    [
        (desk("Su 02:01-10:00"), "hours", ("02:01-10:00", "2026-03-29", "02:00 to 03:00")),
        (desk("Su 00:00-02:59"), "hours", ("00:00-02:59", "2026-03-29")),
        (desk("Su 02:00-03:00"), "hours", ("02:00-03:00", "2026-03-29")),
        (desk("Sa 22:00-02:30"), "hours", ("22:00-02:30", "2026-03-29")),
        (desk("Sa 22:00-02:30", "America/Chicago"), "hours", ("22:00-02:30", "2026-03-08")),
        (desk("Su 02:15-08:00", "Australia/Lord_Howe"), "hours", ("2026-10-04", "02:00 to 02:30")),
        (desk("Su 02:30-10:00", holidays=[date(2026, 3, 29), date(2030, 3, 31)]), "hours", ("2027-03-28",)),
        (desk("Sa 22:00-02:30", holidays=[date(2026, 3, 29), date(2030, 3, 31)]), "hours", ("2027-03-28",)),
        (
            desk("Sa 22:00-02:30", holidays=[date(2026, 3, 29), date(2030, 3, 31)], holidays_close="shift"),
            "hours",
            ("2026-03-29",),
        ),
        (desk("Su 05:00-10:00; PH 02:30-04:00", holidays=recurring("FREQ=DAILY")), "hours", ("2026-03-29",)),
        (desk(exceptions={date(2028, 3, 26): "02:30-10:00"}), "exceptions.2028-03-26", ("2028-03-26", "02:30-10:00")),
        (desk(revisions={date(2028, 1, 1): "Su 02:30-10:00"}), "revisions.2028-01-01", ("2028-03-26",)),
        (desk("Su 09:00-02:30", revisions={date(2028, 1, 1): "Mo 09:00-02:30"}, zone="Asia/Jerusalem"), "", ()),
    ],
)
def test_hours_that_a_clock_change_swallows_are_found(
    calendar: BusinessCalendar, path: str, words: tuple[str, ...]
) -> None:
    """W1: at the first date of the years on which they would be open."""
    if path:
        assert_found(calendar, "swallowed_hours", path, *words)
    else:
        assert lint(calendar) == ()


@pytest.mark.parametrize(
    "calendar",
    [
        desk("24/7"),
        desk("22:00-06:00"),
        desk("Su 03:00-10:00"),
        desk("Su 00:00-02:00"),
        desk("Su 02:00-10:00"),
        desk("Su 00:00-03:00"),
        desk("Sa 02:30-10:00"),
        desk("Mo 02:30-10:00"),
        desk("Su 02:30-10:00", "UTC"),
        desk("Su 02:30-10:00", holidays=recurring("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")),
        desk("Sa 22:00-02:30", holidays=recurring("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")),
        desk("Su 02:30-10:00", revisions={date(2026, 3, 29): DAYS}),
        desk(exceptions={date(2028, 3, 25): "02:30-10:00"}),
    ],
)
def test_hours_that_span_a_clock_change_or_avoid_it_are_not_found(calendar: BusinessCalendar) -> None:
    """A desk around the clock and a night shift merely get shorter."""
    assert lint(calendar) == ()


def test_a_clock_change_in_seconds_is_told_in_seconds() -> None:
    """As in 1906, when India left its local mean time."""
    calendar = BusinessCalendar("Asia/Kolkata", "Mo-Su 00:00-00:01")
    finding = only(calendar, first_year=1900, last_year=1910)
    assert finding.name == "swallowed_hours"
    assert "on 1906-01-01 clocks jump from 00:00 to 00:08:50" in finding.message


@pytest.mark.parametrize(
    ("calendar", "day"),
    [
        (desk(exceptions={EVE: "09:00-17:00"}), EVE),
        (desk(exceptions={EVE: "09:00-13:00,13:00-17:00"}), EVE),
        (desk(exceptions={date(2026, 12, 26): "off"}), date(2026, 12, 26)),
        (desk(holidays=recurring("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=23"), exceptions={EVE: "off"}), EVE),
        (
            desk(
                f"{DAYS}; PH 10:00-12:00",
                holidays=recurring("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=23"),
                exceptions={EVE: "10:00-12:00"},
            ),
            EVE,
        ),
        (desk(revisions={EVE: "Mo-Fr 08:00-12:00"}, exceptions={EVE: "08:00-12:00"}), EVE),
        (desk("22:00-06:00", holidays_close="shift", exceptions={EVE: "22:00-06:00"}), EVE),
        (desk(exceptions={EVE: "09:00-17:00", date(2026, 12, 24): "09:00-12:00"}), EVE),
    ],
)
def test_an_exception_that_changes_nothing_is_found(calendar: BusinessCalendar, day: date) -> None:
    """W6: what would hold without it are the weekly hours, or those of a holiday."""
    assert_found(calendar, "idle_exception", f"exceptions.{day}", f"{day}", repair="leave it out")


@pytest.mark.parametrize(
    "calendar",
    [
        desk(exceptions={EVE: "09:00-16:59"}),
        desk(exceptions={EVE: "off"}),
        desk(exceptions={date(2026, 12, 26): "09:00-09:01"}),
        desk(holidays=recurring("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=23"), exceptions={EVE: "09:00-17:00"}),
        desk("22:00-06:00", exceptions={EVE: "22:00-06:00"}),
        desk(exceptions={date(2025, 12, 23): "09:00-17:00", date(2031, 12, 23): "09:00-17:00"}),
    ],
)
def test_an_exception_that_changes_something_is_not_found(calendar: BusinessCalendar) -> None:
    """By a minute; or by what the night shift of the evening before would leave on its date; or in other years."""
    assert lint(calendar) == ()


@pytest.mark.parametrize(
    ("holidays", "words"),
    [
        ([date(2026, 12, 25), date(2029, 12, 25)], ("2029-12-25", "2030")),
        ([date(1999, 1, 1)], ("1999-01-01", "2030")),
        (recurring("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25;UNTIL=20291231"), ("2029-12-25",)),
    ],
)
def test_holidays_that_stop_are_found(holidays: Any, words: tuple[str, ...]) -> None:
    """D4: whether they are dates or a rule."""
    assert_found(desk(holidays=holidays), "ending_holidays", "holidays", *words, repair="up to 2030")


@pytest.mark.parametrize(
    "holidays",
    [
        [],
        [date(2030, 1, 1)],
        [date(2026, 12, 25), date(2031, 12, 25)],
        public_holidays("US") + [date(2026, 12, 24)],
        recurring("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25;UNTIL=20301231"),
    ],
)
def test_holidays_that_reach_the_last_year_are_not_found(holidays: Any) -> None:
    """Nor are none at all."""
    assert lint(desk(holidays=holidays)) == ()


def test_years_beyond_a_table_of_public_holidays_are_found() -> None:
    """It ends with 2100."""
    calendar = desk(holidays=public_holidays("US"))
    assert lint(calendar, first_year=2096, last_year=2100) == ()
    finding = only(calendar, first_year=2100, last_year=2101)
    assert (finding.name, finding.path) == ("ending_holidays", "calendar.holidays")
    assert "2101, which" in finding.message
    german = desk(holidays=public_holidays("DE"))
    assert german.unknown_years(1980, 1995)
    assert lint(german, first_year=1980, last_year=1995) == ()
    assert "2101 to 2103" in only(calendar, first_year=2099, last_year=2103).message


@pytest.mark.parametrize(
    "calendar",
    [
        desk("off"),
        desk("off", exceptions={date(2025, 12, 31): "09:00-12:00", date(2031, 1, 1): "09:00-12:00"}),
        desk(revisions={date(2025, 12, 31): "off"}),
        desk() & desk("Sa 09:00-12:00"),
        desk() - ALWAYS,
    ],
)
def test_a_calendar_that_never_opens_is_an_error(calendar: Calendar) -> None:
    """W13: of a plan's the path names it, and targets on it say no more."""
    assert_found(calendar, "never_opens", "", "from 2026 to 2030", severity="error")
    plan = two(business_hours(4), business_days(1), calendar=calendar)
    assert_found(plan, "never_opens", "calendars.desk", severity="error")


@pytest.mark.parametrize(
    "calendar",
    [
        desk("off", exceptions={date(2030, 12, 31): "09:00-09:01"}),
        desk() & desk("Fr 16:59-18:00"),
        desk(revisions={date(2026, 1, 2): "off"}),
    ],
)
def test_a_calendar_that_opens_for_a_minute_is_none(calendar: Calendar) -> None:
    """In the years."""
    assert lint(calendar) == ()


def test_the_parts_of_a_combined_calendar_are_checked_each() -> None:
    """Windows have nothing to check."""
    odd = desk("Mo 09:00-12:00,11:00-13:00")
    window = Window(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC))
    paths = [finding.path for finding in lint((odd | DESK) - odd)]
    assert paths == ["calendar.left.left.hours", "calendar.right.hours"]
    assert_found(DESK & odd, "overlapping_spans", "right.hours")
    assert_found(odd - [window], "overlapping_spans", "left.hours")
    assert_found(one(business_hours(1), calendar=odd | DESK), "overlapping_spans", "calendars.desk.left.hours")


@attrs.frozen
class Foreign(Calendar):
    """A calendar of somebody else's."""

    kept: BusinessCalendar

    compiled: Any = attrs.field(init=False, eq=False, default=attrs.Factory(lambda: desk().compiled))

    @property
    def zone(self) -> str:
        return self.kept.zone

    def spans(self, first_year: int, last_year: int) -> Any:
        return self.kept.spans(first_year, last_year)

    def labels(self, first_year: int, last_year: int) -> Any:
        return self.kept.labels(first_year, last_year)

    def unknown_years(self, first_year: int, last_year: int) -> tuple[int, ...]:
        return ()


def test_a_calendar_of_somebody_elses_has_no_parts() -> None:
    """Only its open time is known."""
    assert lint(Foreign(desk("Mo 09:00-12:00,11:00-13:00"))) == ()
    assert names(Foreign(desk("off"))) == ["never_opens"]
    assert lint(one(business_days(1), calendar=Foreign(desk("22:00-06:00")))) == ()


# Targets.


def test_a_priority_without_a_target_is_found() -> None:
    """Where another one has one of that metric."""
    plan = plan_of(Target(FIRST, "high", business_hours(4)))
    assert_found(plan, "missing_target", "targets", "'first_response'", "'low', but for 'high'")
    rows = [Target(FIRST, "high", business_hours(4))]
    assert_found(plan_of(*rows, names="high medium low"), "missing_target", "targets", "'medium', 'low', but")
    assert lint(plan_of(Target(FIRST, "high", business_hours(4)), names="high")) == ()
    assert lint(two(business_hours(4), business_hours(4))) == ()


def test_a_target_for_any_channel_covers_each() -> None:
    """And a metric that has targets for channels only is compared by channel."""
    rows = [Target(FIRST, "high", business_hours(4)), Target(FIRST, "low", business_hours(4))]
    on_chat, on_email = (Target(FIRST, "high", business_hours(4), channel=channel) for channel in ("chat", "email"))
    assert lint(plan_of(*rows, on_chat)) == ()
    low_on_chat = Target(FIRST, "low", business_hours(4), channel="chat")
    assert_found(plan_of(rows[0], low_on_chat), "missing_target", "targets", "'low', but for 'high'")
    assert_found(plan_of(on_chat), "missing_target", "targets", "'low' on 'chat'")
    assert lint(plan_of(on_chat, low_on_chat)) == ()
    assert_found(plan_of(on_chat, on_email, low_on_chat), "missing_target", "targets", "'low' on 'email'")


NIGHT = "22:00-06:00"


@pytest.mark.parametrize(
    ("calendar", "crosses"),
    [
        (desk(NIGHT), True),
        (desk("Mo-Fr 18:00-24:01"), True),
        (desk("Mo-Fr 18:00-24:00,00:00-06:00"), True),
        (desk("Su 18:00-24:00; Mo 00:00-06:00"), True),
        (desk("Mo-Fr 09:00-09:00"), True),
        (desk(revisions={date(2030, 12, 31): NIGHT}), True),
        (DESK | desk(NIGHT), True),
        (desk("Mo-Fr 18:00-24:00"), False),
        (desk("Mo-Fr 00:00-06:00"), False),
        (desk("Mo-Fr 18:00-24:00,00:01-06:00"), False),
        (desk("Mo 00:00-06:00,18:00-24:00"), False),
        (desk("24/7"), False),
        (desk("09:00-09:00"), False),
        (desk("Mo 18:00-24:00; Tu-Th 00:00-24:00; Fr 00:00-12:00"), False),
        (desk(NIGHT, revisions={date(2026, 1, 1): DAYS}), False),
        (desk(revisions={date(2031, 1, 1): NIGHT}), False),
        (DESK - [Window(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC))], False),
    ],
)
def test_business_days_where_shifts_cross_midnight_are_found(calendar: Calendar, crosses: bool) -> None:
    """W7: by hours of the years, of whichever part."""
    plan = one(business_days(2), calendar=calendar)
    assert names(plan) == (["crossing_days"] if crosses else [])
    assert lint(one(business_hours(2), calendar=calendar)) == ()


def test_business_days_of_a_limit_count_too() -> None:
    """And the sentence names the days, the calendar and its hours."""
    plan = one(business_days(2), calendar=desk(NIGHT))
    assert_found(plan, "crossing_days", "targets[0].due", "2 business days", "'desk'", "Mo-Su 22:00-06:00")
    plan = one(business_hours(1), business_days(2), calendar=desk(NIGHT))
    assert_found(plan, "crossing_days", "targets[0].limit", "2 business days")


def test_a_target_that_does_not_end_in_the_years_is_an_error() -> None:
    """W13: longer than the open time, the open dates or the years."""
    most = elapsed(DESK, datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)) // timedelta(minutes=1)
    first, last = (datetime(year, 1, 1, tzinfo=UTC) for year in (2026, 2031))
    days = len(list(windows(DESK, first, last)))
    lengths = [
        (business_hours(minutes=most + 1), business_hours(minutes=most)),
        (business_days(days), business_days(days - 1)),
        (calendar_days(1827), calendar_days(1826)),
        (calendar_hours(1826 * 24, minutes=1), calendar_hours(1826 * 24)),
        (calendar_days(80000), calendar_days(300)),
    ]
    for long, longest in lengths:
        path = "targets[0].due"
        assert_found(one(long), "target_too_long", path, str(long), "'desk'", "2026", "2030", severity="error")
        assert lint(one(longest)) == ()
        assert names(one(long, long)) == ["target_too_long"]


def test_a_desk_that_closes_for_good_ends_no_target_that_is_longer_than_its_time() -> None:
    """W13: five years without an open instant."""
    calendar = desk(revisions={date(2026, 1, 8): "off"})
    assert lint(one(business_hours(40), calendar=calendar)) == ()
    assert_found(one(business_hours(48), calendar=calendar), "target_too_long", "targets[0].due", severity="error")
    plan = one(business_hours(1), business_hours(48), calendar=calendar)
    assert_found(plan, "target_too_long", "targets[0].limit", "48 business hours", severity="error")


@pytest.mark.parametrize(
    ("due", "warning", "early"),
    [
        (business_hours(4), business_hours(4), True),
        (business_hours(4), business_hours(3, minutes=59), False),
        (business_hours(4), calendar_days(6), True),
        (business_hours(4), calendar_hours(3, minutes=59), False),
        (business_days(1), business_hours(8), True),
        (business_days(1), business_hours(7, minutes=59), False),
        (calendar_days(1), calendar_hours(24), True),
        (calendar_days(1), calendar_hours(23), False),
        (calendar_hours(1), business_days(1), True),
        (business_hours(4), business_days(80000), True),
        (business_hours(4), Percent(100), True),
        (business_hours(4), Percent(99), False),
    ],
)
def test_a_warning_at_the_start_is_found(due: Duration, warning: Any, early: bool) -> None:
    """By the lengths, or from most starts."""
    plan = one(due, warn_before=[Percent(1), warning])
    if early:
        assert_found(plan, "early_warning", "targets[0].warn_before[1]", str(warning), str(due))
    else:
        assert lint(plan) == ()


def test_a_warning_of_a_calendar_that_never_opens_is_no_further_finding() -> None:
    """Nor one of a target that is never due."""
    assert names(one(business_hours(4), warn_before=[business_days(1)], calendar=desk("off"))) == ["never_opens"]
    plan = one(business_days(80000), warn_before=[business_hours(1)])
    assert names(plan) == ["target_too_long"]


def test_a_warning_after_the_due_is_refused_by_the_plan() -> None:
    """It cannot be meant."""
    with pytest.raises(InvalidPlan) as refused:
        one(business_hours(4), warn_before=[Percent(25), business_hours(0, minutes=-1)])
    assert [(finding.name, finding.path) for finding in refused.value.findings] == [
        ("warning_after_due", "targets[0].warn_before[1]")
    ]


# Targets in order.


@pytest.mark.parametrize(
    ("high", "low", "slower"),
    [
        (business_hours(4, minutes=1), business_hours(4), True),
        (business_hours(4), business_hours(4), False),
        (business_days(2), business_days(1), True),
        (business_days(1), business_days(1), False),
        (calendar_hours(25), calendar_days(1), True),
        (calendar_hours(24), calendar_days(1), False),
        (calendar_days(1), calendar_hours(24), False),
        (business_days(1), business_hours(7), True),
        (business_days(1), business_hours(8), False),
        (business_hours(8), business_days(1), False),
        (business_hours(9), business_days(1), True),
        (business_hours(4), calendar_hours(4), True),
        (calendar_hours(4), business_hours(4), False),
    ],
)
def test_a_higher_priority_that_is_slower_is_found(high: Duration, low: Duration, slower: bool) -> None:
    """P6-P10: by the lengths where they say it, or else from most starts; closed time alone makes none slower."""
    plan = two(high, low)
    if slower:
        assert_found(plan, "slower_priority", "targets[0].due", "first_response", f"'high' ({high})", f"'low' ({low})")
    else:
        assert lint(plan) == ()


def test_each_higher_priority_is_found_once_with_the_next_one_that_is_faster() -> None:
    """Whichever it is."""
    rows = [Target(FIRST, name, business_hours(n)) for name, n in zip("abcd", (4, 8, 2, 1), strict=True)]
    found = [(finding.path, finding.message) for finding in lint(plan_of(*rows, names="a b c d"))]
    assert found == [
        (f"targets[{i}].due", f"first_response: {first} comes after {second}")
        for i, first, second in (
            (0, "'a' (4 business hours)", "'c' (2 business hours)"),
            (1, "'b' (8 business hours)", "'c' (2 business hours)"),
            (2, "'c' (2 business hours)", "'d' (1 business hour)"),
        )
    ]


def test_priorities_are_compared_by_metric_and_channel() -> None:
    """A priority without a target for a channel has that for any."""
    rows = [Target(FIRST, "high", business_hours(2)), Target(FIRST, "low", business_hours(4))]
    plan = plan_of(*rows, Target(FIRST, "high", business_hours(5), channel="chat"))
    assert_found(plan, "slower_priority", "targets[2].due", "'chat'", "5 business hours", "4 business hours")
    assert lint(plan_of(*rows, Target(FIRST, "high", business_hours(4), channel="chat"))) == ()
    assert (
        lint(plan_of(*rows, Target("update", "high", business_hours(9)), Target("update", "low", business_hours(9))))
        == ()
    )
    slow = [attrs.evolve(row, due=due) for row, due in zip(rows, (business_hours(4), business_hours(2)), strict=True)]
    assert names(plan_of(*slow, Target(FIRST, "high", business_hours(1), channel="chat"))) == ["slower_priority"]


def test_one_calendar_under_two_names_is_one() -> None:
    """And two that differ are compared by their starts."""
    same = {"same": desk(), "late": desk("Mo-Fr 13:00-17:00")}
    high, low = Target(FIRST, "high", business_hours(4)), Target(FIRST, "low", business_hours(4), calendar="same")
    assert lint(plan_of(high, low, calendars=same)) == ()
    high = attrs.evolve(high, calendar="late")
    assert names(plan_of(high, low, calendars=same)) == ["slower_priority"]
    assert lint(plan_of(attrs.evolve(low, priority="high"), attrs.evolve(high, priority="low"), calendars=same)) == ()


@pytest.mark.parametrize(("response", "found"), [(business_hours(9), True), (business_hours(8), False)])
def test_a_first_response_after_the_resolution_is_found(response: Duration, found: bool) -> None:
    """Of one priority and channel."""
    rows = (Target(FIRST, "high", response), Target(SOLVED, "high", business_hours(8)))
    plan = plan_of(*rows, names="high")
    if found:
        words = ("'high'", "'first_response' (9 business hours)", "'resolution' (8 business hours)")
        assert_found(plan, "response_after_resolution", "targets[0].due", *words)
    else:
        assert lint(plan) == ()
        on_chat = Target(SOLVED, "high", business_hours(1), channel="chat")
        finding = only(plan_of(*rows, on_chat, names="high"))
        assert (finding.name, finding.path) == ("response_after_resolution", "targets[0].due")
        assert "on 'chat'" in finding.message


@pytest.mark.parametrize(
    ("due", "limit", "found"),
    [
        (business_hours(4), business_hours(3, minutes=59), True),
        (business_hours(4), business_hours(4), False),
        (business_days(2), calendar_days(2), True),
        (business_days(2), business_hours(17), False),
        (calendar_hours(2), business_hours(2), False),
    ],
)
def test_a_limit_before_its_due_is_an_error(due: Duration, limit: Duration, found: bool) -> None:
    """P9."""
    plan = one(due, limit)
    if found:
        words = (FIRST, "'high'", f"the due ({due})", f"the limit ({limit})")
        assert_found(plan, "limit_before_due", "targets[0].limit", *words, severity="error")
    else:
        assert lint(plan) == ()


HALF_DAY = {date(2026, 12, 24): "09:00-12:59"}


def test_a_short_day_on_which_the_lower_priority_comes_first_is_found() -> None:
    """The sentence names a start and both dues, as `deadline` has them; a minute more, and there is none."""
    calendar = desk(exceptions=HALF_DAY)
    plan = two(business_hours(4), business_days(1), calendar=calendar)
    words = ("'high' (4 business hours)", "'low' (1 business day)")
    finding = only(plan)
    assert (finding.name, finding.path, finding.severity) == ("short_day", "targets[0].due", "warning")
    found = [datetime.fromisoformat(text) for text in stamps(finding.message)]
    assert found[1:] == [deadline(calendar, found[0], due) for due in (business_hours(4), business_days(1))]
    assert found[1] > found[2]
    assert all(word in finding.message for word in words)
    longer = desk(exceptions={date(2026, 12, 24): "09:00-13:00"})
    assert lint(two(business_hours(4), business_days(1), calendar=longer)) == ()


def stamps(message: str) -> list[str]:
    """The instants that a sentence names, each with its offset."""
    words = message.replace(",", "").split()
    return [f"{day} {time}" for day, time in pairwise(words) if day.count("-") == 2 and ":" in time]


@pytest.mark.parametrize(
    "calendar",
    [
        desk("Mo-Th 09:00-17:00; Fr 09:00-10:00"),
        desk(f"{DAYS}; PH 09:00-10:00", holidays=recurring("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24")),
        desk() - [Window(datetime(2027, 6, 2, 8, tzinfo=UTC), datetime(2027, 6, 2, 15, tzinfo=UTC))],
        desk(revisions={date(2027, 6, 2): "We 09:00-10:00", date(2027, 6, 3): DAYS}),
    ],
)
def test_a_short_day_is_found_wherever_it_comes_from(calendar: Calendar) -> None:
    """Every week too."""
    assert names(two(business_hours(4), business_days(1), calendar=calendar)) == ["short_day"]


def test_a_short_day_can_bring_a_limit_or_a_resolution_before_what_has_to_come_first() -> None:
    """At the same paths as what is always so."""
    calendar = desk(exceptions=HALF_DAY)
    assert_found(
        one(business_hours(4), business_days(1), calendar=calendar), "short_day", "targets[0].limit", "the limit"
    )
    rows = [Target(FIRST, "high", business_hours(4)), Target(SOLVED, "high", business_days(1))]
    words = ("'first_response' (4 business hours)", "'resolution' (1 business day)")
    assert_found(plan_of(*rows, names="high", calendar=calendar), "short_day", "targets[0].due", *words)


def test_an_hour_that_a_clock_change_takes_is_no_short_day() -> None:
    """24 hours and a day differ by it twice a year."""
    around = desk("24/7")
    assert lint(two(calendar_hours(24), business_days(1), calendar=around)) == ()
    assert lint(two(business_days(1), calendar_hours(24), calendar=around)) == ()
    assert names(two(calendar_hours(24, minutes=1), business_days(1), calendar=around)) == ["slower_priority"]


def test_a_pair_is_not_both_slower_and_of_a_short_day() -> None:
    """Nor is it reported at another start."""
    plan = two(business_hours(9), business_days(1), calendar=desk(exceptions=HALF_DAY))
    assert names(plan) == ["slower_priority"]


# Statuses.


FLOW = Workflow("ours", {"Open": Status(next=["Done"]), "Done": Status(closed=True)}, "Open")


def test_a_closed_status_in_which_a_clock_runs_on_is_found() -> None:
    """With the metrics that have a target; an open status needs no treatment."""
    plan = one(business_hours(4), workflow=FLOW)
    assert_found(plan, "untreated_status", "workflow.statuses.Done", "'Done'", FIRST)
    assert SOLVED not in only(plan).message
    assert "update" not in only(plan).message


@pytest.mark.parametrize("column", ["done_in", "paused_in", "cancelled_in"])
def test_a_closed_status_that_every_metric_treats_is_none(column: str) -> None:
    """In whichever column."""
    treated: dict[str, Any] = {column: "Done"}
    metrics = [attrs.evolve(METRICS[0], **treated), METRICS[1]]
    assert lint(one(business_hours(4), workflow=FLOW, metrics=metrics)) == ()
    opened = attrs.evolve(FLOW, statuses={"Open": Status(next=["Done"]), "Done": Status(next=["Open"])})
    assert lint(one(business_hours(4), workflow=opened)) == ()
    assert lint(one(business_hours(4), workflow=FLOW, metrics=standard_metrics(solved=["Done"]))) == ()


def test_a_metric_that_nothing_ends_is_not_named_again() -> None:
    """It has a finding of its own."""
    metrics = [Metric(FIRST, "opening")]
    assert names(one(business_hours(4), workflow=FLOW, metrics=metrics)) == ["never_ends"]


# The whole.


FOLLOW_UPS: tuple[Any, ...] = ("business", "calendar")
PRESETS = [
    *(apricot_us(follow_up_days=days) for days in FOLLOW_UPS),
    *(apricot_anz(follow_up_days=days) for days in FOLLOW_UPS),
    *(client_portal(follow_up_days=days) for days in FOLLOW_UPS),
    client_portal(calendar=ALWAYS),
    client_portal(calendar=desk("24/7")),
]


@pytest.mark.parametrize("plan", PRESETS, ids=lambda plan: plan.name)
def test_the_published_desks_have_no_findings(plan: Plan) -> None:
    """In whichever years."""
    assert lint(plan) == ()
    assert lint(plan, first_year=2010, last_year=2059) == ()
    assert lint(plan, first_year=2100, last_year=2100) == ()


def test_findings_come_in_order_of_calendars_targets_and_workflow() -> None:
    """With paths as in a document."""
    flow = Workflow("ours", {"Open": Status(next=["Done"]), "Done": Status()}, "Open")
    plan = one(business_hours(4), business_hours(3), calendar=desk("off"), workflow=flow)
    assert [finding.path for finding in lint(plan)] == ["calendars.desk", "targets[0].limit", "workflow.statuses.Done"]


@pytest.mark.parametrize(
    ("years", "error"),
    [
        ({"first_year": 1899}, OutOfRange),
        ({"last_year": 2201, "first_year": 2200}, OutOfRange),
        ({"first_year": 2031}, OutOfRange),
        ({"first_year": 1980, "last_year": 2030}, OutOfRange),
        ({"first_year": "2026"}, WrongType),
        ({"last_year": 2030.0}, WrongType),
        ({"last_year": True}, WrongType),
    ],
)
def test_years_that_cannot_be_are_refused(years: Any, error: type[Exception]) -> None:
    """Whatever is checked."""
    for checked in (apricot_us(), ALWAYS, FLOW):
        with pytest.raises(error):
            lint(checked, **years)


@pytest.mark.parametrize("years", [(1900, 1900), (1900, 1949), (1981, 2030), (2151, 2200), (2200, 2200)])
def test_the_first_and_the_last_years_can_be_looked_through(years: tuple[int, int]) -> None:
    """One year to fifty."""
    assert lint(two(business_hours(4), business_days(1)), first_year=years[0], last_year=years[1]) == ()


def test_the_years_are_an_argument() -> None:
    """No clock says them."""
    calendar = desk(holidays=[date(2030, 1, 1)], exceptions={EVE: "09:00-17:00"})
    assert lint(calendar) == lint(calendar, first_year=SURVEYED[0], last_year=SURVEYED[1])
    assert names(calendar) == ["idle_exception"]
    assert names(calendar, first_year=2027) == []
    assert names(calendar, first_year=2027, last_year=2031) == ["ending_holidays"]


def test_what_is_neither_plan_nor_workflow_nor_calendar_is_refused() -> None:
    """By name."""
    with pytest.raises(WrongType, match="a Plan, a Workflow or a Calendar"):
        lint("24/7")  # type: ignore[arg-type]


def test_dates_that_are_alike_are_tried_once() -> None:
    """So that a lint of many years stays small; and each date counts."""
    few, many = (starts_of(DESK, Years(2026, last)) for last in (2026, 2075))
    assert len(few) == len(many) < 60
    crowded = desk(exceptions={date(2026, 1, 1) + timedelta(days=n): "09:00-12:00" for n in range(1826)})
    assert len(starts_of(crowded, Years(*SURVEYED))) < 60
    assert {is_open(DESK, datetime(1970, 1, 1, tzinfo=UTC) + start.at) for start in few} == {True, False}


SEVERE = {"never_opens", "limit_before_due", "target_too_long"}


@given(st.one_of(clock_plans(), drawn_plans()))
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_any_plan_can_be_checked_and_is_the_same_each_time(plan: Plan) -> None:
    """Nothing is raised; an error is what cannot be meant; nothing is said twice."""
    found = lint(plan)
    assert found == lint(attrs.evolve(plan))
    assert len({(finding.name, finding.path, finding.message) for finding in found}) == len(found)
    assert all((finding.severity == "error") == (finding.name in SEVERE) for finding in found)


@given(st.data())
@settings(max_examples=60)
def test_any_calendar_can_be_checked(data: st.DataObject) -> None:
    """About any clock change."""
    zone = data.draw(st.sampled_from(("Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca", "Europe/Berlin")))
    at = data.draw(moments(zone))
    calendar = library_calendar(data.draw(plains(zone, at)))
    first, last = max(1900, at.year - 1), min(2200, at.year + 1)
    plan = two(business_hours(4), business_days(1), calendar=calendar)
    found = lint(calendar, first_year=first, last_year=last)
    of_plan = lint(plan, first_year=first, last_year=last)
    assert [finding.name for finding in found] == [f.name for f in of_plan if f.path.startswith("calendars.desk")]
    for finding in of_plan:
        if finding.name == "short_day":
            start, due, other = (datetime.fromisoformat(text) for text in stamps(finding.message))
            dues = [deadline(calendar, start, length) for length in (business_hours(4), business_days(1))]
            assert [at.astimezone(UTC) for at in dues] == [due.astimezone(UTC), other.astimezone(UTC)]
            assert due > other


def test_the_last_dates_of_the_years_are_tried_too() -> None:
    """Christmas Eve is one of them, whatever the years end with."""
    found = lint(
        Plan(
            "ours",
            {"desk": desk(exceptions={date(2026, 12, 24): "09:00-10:00"})},
            [Priority("a"), Priority("b")],
            [Target("handover", "a", business_hours(4)), Target("handover", "b", business_days(1))],
            metrics=[Metric("handover", "opening", stops="assignment")],
        ),
        first_year=2026,
        last_year=2026,
    )
    assert [finding.name for finding in found] == ["short_day"]


def test_what_is_never_over_is_longer_than_anything() -> None:
    """Reminders without number come after the move, and can be told so."""
    timers = [
        Timer(Remind(), every=business_days(2), times=10**39, calendar="desk"),
        Timer(Move("Done"), after=business_days(2), calendar="desk"),
    ]
    flow = Workflow("ours", {"Open": Status(timers=timers), "Done": Status(closed=True)}, "Open")
    assert [finding.name for finding in lint(flow)] == ["late_reminder"]


def test_overlapping_shifts_that_holidays_close_one_by_one_have_no_repair() -> None:
    """Joined, they would be closed together."""
    hours = "Mo 22:00-06:00; Tu 05:00-10:00"
    assert [finding.repair for finding in lint(desk(hours, holidays_close="shift"))] == [""]


@pytest.mark.parametrize("year", [1900, 2200])
def test_the_first_and_the_last_year_are_looked_through(year: int) -> None:
    """Holidays of the year beside are no fault."""
    calendar = desk(holidays=public_holidays("AU"), exceptions={date(year, 6, 1): "off"})
    assert {finding.name for finding in lint(calendar, first_year=year, last_year=year)} <= {
        "ending_holidays",
        "idle_exception",
    }
