"""Plans, promises and the published desks (D1-D5, D7, D8, P1-P10)."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from supportsla import (
    ALWAYS,
    Duration,
    InvalidPlan,
    NaiveDatetime,
    NoTarget,
    Plan,
    Priority,
    SupportSLAError,
    Target,
    UnknownCalendar,
    UnknownPriority,
    Window,
    WrongType,
    business_days,
    business_hours,
    calendar_hours,
    promise,
    windows,
)
from supportsla.presets import AEDT, ANZ_CHAT, CST, apricot_anz, apricot_us

CHICAGO, SYDNEY = ZoneInfo("America/Chicago"), ZoneInfo("Australia/Sydney")
PLANS = [apricot_us(), apricot_anz()]


def day(calendar: object, zone: ZoneInfo, when: date) -> list[str]:
    midnight = datetime(when.year, when.month, when.day, tzinfo=zone)
    found = windows(calendar, midnight, midnight + timedelta(days=1))  # type: ignore[arg-type]
    return [f"{window.opens:%H:%M}-{window.closes:%H:%M}" for window in found]


def test_d1_the_us_desk_works_by_its_wall_clock_all_year() -> None:
    """D1: 07:00 to 19:00 in winter and in summer, and not at the weekend."""
    for when in (date(2026, 1, 5), date(2026, 7, 6)):
        assert day(CST, CHICAGO, when) == ["07:00-19:00"]
    assert day(CST, CHICAGO, date(2026, 1, 10)) == []


def test_d2_the_anz_desk_works_by_its_wall_clock_all_year() -> None:
    """D2: 09:00 to 17:00 in Sydney."""
    for when in (date(2026, 1, 5), date(2026, 7, 6)):
        assert day(AEDT, SYDNEY, when) == ["09:00-17:00"]


def test_d3_anz_chat_has_hours_of_its_own() -> None:
    """D3: Monday 10:00 to 14:00, Tuesday to Friday 07:00 to 14:00, closed on the desk's holidays."""
    found = [day(ANZ_CHAT, SYDNEY, date(2026, 6, number)) for number in (8, 9, 12, 13, 15)]
    assert found == [[], ["07:00-14:00"], ["07:00-14:00"], [], ["10:00-14:00"]]


def test_d4_a_holiday_closes_the_us_desk() -> None:
    """D4: Thanksgiving."""
    assert day(CST, CHICAGO, date(2026, 11, 26)) == []


def test_d5_holidays_of_new_south_wales_close_the_anz_desk() -> None:
    """D5: the Monday after Anzac Day 2026."""
    assert day(AEDT, SYDNEY, date(2026, 4, 27)) == []


def test_d7_critical_cases_run_around_the_clock() -> None:
    """D7: an always-open calendar in UTC, and a critical target that needs no opening."""
    whole = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert list(windows(ALWAYS, whole.opens, whole.closes)) == [whole]
    for plan in PLANS:
        found = promise(plan, "first_response", "critical", datetime(2026, 12, 25, 3, tzinfo=UTC))
        assert found.due == datetime(2026, 12, 25, 5, tzinfo=UTC)


def test_d8_both_desks_promise_the_same_on_their_own_hours() -> None:
    """D8."""
    us, anz = PLANS
    assert (us.targets, us.priorities) == (anz.targets, anz.priorities)
    assert (us.calendar("desk"), anz.calendar("desk"), anz.calendar("chat")) == (CST, AEDT, ANZ_CHAT)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *((text, "critical") for text in ("critical", "CRITICAL", "Business Down", "business-down", "BusinessDown")),
        *((text, "critical") for text in ("Severity 1", "severity-1", "severity1", "sev 1", "SEV1", "sev_1")),
        *(("High", "high"), ("MEDIUM", "medium"), ("low", "low")),
    ],
)
def test_p1_priorities_parse_by_name_and_alias(text: str, name: str) -> None:
    """P1: in any case, with hyphens, spaces or neither; the answer carries the canonical name."""
    for plan in PLANS:
        assert plan.priority(text).name == name
        assert promise(plan, "first_response", text, datetime(2026, 6, 12, tzinfo=UTC)).target.priority == name


@pytest.mark.parametrize("text", ["", "urgent", "sev 10", "sev", "P1", None, 1])
def test_p1_an_unknown_priority_is_refused(text: str) -> None:
    """P1: with the plan's own."""
    with pytest.raises(UnknownPriority, match="the plan has: critical, high, medium, low"):
        PLANS[0].priority(text)


def test_p1_a_target_takes_a_priority_by_its_alias() -> None:
    """P1: and the plan keeps the canonical name; twice is twice, however it is written."""
    priority, due = Priority("critical", aliases=["Sev 1"]), calendar_hours(2)
    plan = Plan("ours", {"desk": ALWAYS}, [priority], [Target("first_response", "SEV1", due)])
    assert plan.targets == (Target("first_response", "critical", due),)
    with pytest.raises(InvalidPlan, match="'first_response of critical' is given at"):
        Plan(
            "ours",
            {"desk": ALWAYS},
            [priority],
            [Target("first_response", name, due) for name in ("sev 1", "critical")],
        )


def test_p2_to_p5_priorities_say_what_they_mean() -> None:
    """P2-P5: highest first, and three signs of a critical case."""
    priorities = PLANS[0].priorities
    assert [priority.name for priority in priorities] == ["critical", "high", "medium", "low"]
    assert all(priority.meaning for priority in priorities)
    assert [len(priority.signs) for priority in priorities] == [3, 0, 0, 0]


@pytest.mark.parametrize(
    ("metric", "priority", "due", "limit"),
    [
        ("first_response", "critical", calendar_hours(2), None),
        ("first_response", "high", business_hours(4), None),
        ("first_response", "medium", business_days(1), None),
        ("first_response", "low", business_days(1), business_days(2)),
        ("follow_up", "critical", calendar_hours(24), None),
        ("follow_up", "high", business_days(1), None),
        ("follow_up", "medium", business_days(1), business_days(2)),
        ("follow_up", "low", business_days(1), business_days(3)),
    ],
)
def test_p6_to_p10_targets(metric: str, priority: str, due: Duration, limit: Duration | None) -> None:
    """P6-P10: as published."""
    for plan in PLANS:
        target = plan.target(metric, priority)
        assert (target.due, target.limit, target.boundary) == (due, limit, "close")


def test_p9_without_a_range_the_limit_is_the_due() -> None:
    """P9: and with one it lies later."""
    opened = datetime(2026, 6, 12, 16, tzinfo=CHICAGO)
    medium, low = (promise(PLANS[0], "first_response", priority, opened) for priority in ("medium", "low"))
    assert medium.limit == medium.due == low.due == datetime(2026, 6, 15, 16, tzinfo=CHICAGO)
    assert low.limit == datetime(2026, 6, 16, 16, tzinfo=CHICAGO)


def test_a_promise_explains_itself() -> None:
    """By the target's own duration, calendar and boundary, in the calendar's zone."""
    plan = Plan(
        "ours",
        {"late": AEDT},
        [Priority("P0")],
        [Target("first_response", "P0", business_hours(8), calendar="late", boundary="open")],
    )
    found = promise(plan, "first_response", "p0", datetime(2026, 6, 11, 23, tzinfo=UTC))
    assert found.due == datetime(2026, 6, 15, 9, tzinfo=SYDNEY)
    assert (found.explanation.due, found.explanation.boundary) == (found.due, "open")
    assert {str(moment.tzinfo) for moment in (found.started, found.due, found.limit)} == {"Australia/Sydney"}
    assert pickle.loads(pickle.dumps(found)) == found


def test_a_plan_without_a_target_says_which_it_has() -> None:
    """For that priority, by its canonical name."""
    with pytest.raises(
        NoTarget, match=r"'resolution' of priority 'critical'; 'critical' has targets for: first_response"
    ):
        promise(PLANS[0], "resolution", "Sev 1", datetime(2026, 6, 12, tzinfo=UTC))


def test_a_plan_knows_its_calendars() -> None:
    """And says which they are."""
    with pytest.raises(UnknownCalendar, match="calendar is 'chat'; the plan has: always, desk"):
        PLANS[0].calendar("chat")


def test_a_promise_starts_at_a_time_that_the_clock_shows() -> None:
    """02:30 was skipped; Python reads it by the offset before the jump, and the clock shows 03:30 then."""
    skipped = datetime(2026, 3, 8, 2, 30, tzinfo=ZoneInfo("America/Chicago"))
    assert str(promise(apricot_us(), "first_response", "critical", skipped).started) == "2026-03-08 03:30:00-05:00"


def test_a_promise_needs_an_instant() -> None:
    """W12."""
    with pytest.raises(NaiveDatetime, match="started is 2026-06-12"):
        promise(PLANS[0], "first_response", "high", datetime(2026, 6, 12))  # noqa: DTZ001


def test_all_faults_of_a_plan_come_in_one_error() -> None:
    """Each with its path."""
    with pytest.raises(InvalidPlan) as refused:
        Plan(
            "ours",
            {"desk": ALWAYS},
            [Priority("P0", aliases=["Down"]), Priority("p-0"), Priority("P1", aliases=["down"])],
            [
                Target("first_response", "P0", business_hours(1)),
                Target("first_response", "P0", business_hours(2), calendar="night"),
                Target("first_response", "P9", business_hours(-1), business_days(0)),
            ],
        )
    assert [finding.path for finding in refused.value.findings] == [
        *("priorities[1]", "priorities[2]", "targets[1]", "targets[2].priority", "targets[1].calendar"),
        *("targets[2].due", "targets[2].limit"),
    ]
    assert "priorities[1]: 'p-0' is given at priorities[0] already" in str(refused.value)
    assert "targets[1].calendar: 'night' is no calendar of the plan, which has: desk" in str(refused.value)
    assert "targets[2].due: -1 business hour is not positive" in str(refused.value)


def test_a_timedelta_is_business_time_in_a_target_too() -> None:
    """As in deadline."""
    target = Target("first_response", "P0", timedelta(hours=4), timedelta(hours=8))
    assert target == Target("first_response", "P0", business_hours(4), business_hours(8))


any_target: Any = Target
any_plan: Any = Plan
any_promise: Any = promise


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: any_target("first_response", "P0", 4), "duration is 4"),
        (lambda: any_target("first_response", "P0", business_hours(4), "8 h"), "duration is '8 h'"),
        (lambda: any_target("first_response", "P0", business_hours(4), boundary="next"), "boundary is 'next'"),
        (
            lambda: any_promise(apricot_us(), ["m"], "high", datetime(2026, 6, 12, tzinfo=UTC)),
            "no target for \\['m'\\]",
        ),
        (lambda: any_plan("ours", {5: ALWAYS}, [], []), "a name is 5"),
        (lambda: any_target(5, "P0", business_hours(4)), "a name is 5"),
        (lambda: Priority(5), "a name is 5"),  # type: ignore[arg-type]
        (lambda: Priority("P0", aliases=None), "signs or aliases is None"),  # type: ignore[arg-type]
        (lambda: any_plan("ours", [ALWAYS], [], []), "calendars is .* expected a mapping"),
        (lambda: any_plan("ours", {"desk": "24/7"}, [], []), r"calendars\['desk'\] is '24/7' .* expected a Calendar"),
        (lambda: any_plan("ours", {}, ["P0"], []), r"priorities\[0\] is 'P0' .* expected a Priority"),
        (lambda: any_plan("ours", {}, [], [5]), r"targets\[0\] is 5 .* expected a Target"),
        (
            lambda: any_promise(apricot_us, "first_response", "high", datetime(2026, 6, 12, tzinfo=UTC)),
            "plan is <function",
        ),
    ],
)
def test_what_does_not_belong_into_a_plan_is_refused(make: Callable[[], object], message: str) -> None:
    """With its place and what belongs there."""
    with pytest.raises(SupportSLAError, match=message):
        make()


def test_one_text_is_not_several() -> None:
    """aliases="sev 1" would be five names."""
    with pytest.raises(WrongType, match="expected several texts"):
        Priority("critical", aliases="sev 1")


def test_plans_are_values() -> None:
    """Equal, hashed and pickled."""
    for plan in PLANS:
        assert pickle.loads(pickle.dumps(plan)) == plan
    assert apricot_us() == apricot_us() != apricot_anz()
    assert hash(apricot_us()) == hash(apricot_us())
    assert Plan("a", {"x": ALWAYS, "y": CST}, [], []) == Plan("a", {"y": CST, "x": ALWAYS}, [], [])


def test_promises_in_the_two_readings_of_an_hour_differ() -> None:
    """They are two instants."""
    first, second = (datetime(2026, 11, 1, 1, 30, tzinfo=CHICAGO, fold=fold) for fold in (0, 1))
    assert promise(PLANS[0], "first_response", "high", first) != promise(PLANS[0], "first_response", "high", second)
