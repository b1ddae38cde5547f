"""The worked scenarios of the published desks that need no case: deadlines and promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from supportsla import Plan, calendar_days, deadline, promise
from supportsla.presets import CST, apricot_anz, apricot_us

US = apricot_us()
ANZ = apricot_anz()


def instant(text: str) -> datetime:
    """An ISO text with an offset, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def wall(at: datetime) -> tuple[str, timedelta | None]:
    """What the clock of the answer's own zone shows, and its offset."""
    return at.strftime("%a %Y-%m-%d %H:%M"), at.utcoffset()


@pytest.mark.parametrize(
    ("opened", "priority", "due"),
    [
        ("2026-11-25T17:30-06:00", "critical", "2026-11-26T01:30Z"),
        ("2026-11-25T17:30-06:00", "high", "2026-11-27T15:30Z"),
        ("2026-11-25T17:30-06:00", "medium", "2026-11-27T23:30Z"),
        ("2026-11-25T17:30-06:00", "low", "2026-11-27T23:30Z"),
        ("2026-11-25T19:00-06:00", "critical", "2026-11-26T03:00Z"),
        ("2026-11-25T19:00-06:00", "high", "2026-11-27T17:00Z"),
        ("2026-11-25T19:00-06:00", "medium", "2026-11-30T13:00Z"),
        ("2026-11-25T19:00-06:00", "low", "2026-11-30T13:00Z"),
    ],
)
def test_thanksgiving_and_a_tie_at_closing(opened: str, priority: str, due: str) -> None:
    """First responses from an open instant and from the closing itself (P6-P9, D4, D7, W7)."""
    assert promise(US, "first_response", priority, instant(opened)).due.astimezone(UTC) == instant(due)


@pytest.mark.parametrize(
    ("opened", "limit"),
    [
        ("2026-11-25T17:30-06:00", "2026-11-30T23:30Z"),
        ("2026-11-25T19:00-06:00", "2026-12-01T13:00Z"),
    ],
)
def test_thanksgiving_limit_of_low(opened: str, limit: str) -> None:
    """The last part of the range of Low is its limit (P9)."""
    assert promise(US, "first_response", "low", instant(opened)).limit.astimezone(UTC) == instant(limit)


@pytest.mark.parametrize("priority", ["critical", "high", "medium"])
@pytest.mark.parametrize("plan", [US, ANZ], ids=["us", "anz"])
def test_a_target_without_a_range_has_its_due_as_limit(plan: Plan, priority: str) -> None:
    """Only ranges have a limit of their own (P9)."""
    found = promise(plan, "first_response", priority, instant("2026-11-25T17:30-06:00"))
    assert found.limit.astimezone(UTC) == found.due.astimezone(UTC)


def test_critical_over_the_spring_change() -> None:
    """Two calendar hours skip the hour that does not exist (P6)."""
    found = promise(US, "first_response", "critical", instant("2026-03-08T01:30-06:00"))
    assert found.due.astimezone(UTC) == instant("2026-03-08T09:30Z")
    assert wall(found.due) == ("Sun 2026-03-08 04:30", timedelta(hours=-5))


def test_critical_over_the_autumn_change() -> None:
    """Two calendar hours end at the second reading of 01:30 (P6)."""
    found = promise(US, "first_response", "critical", instant("2026-11-01T00:30-05:00"))
    assert found.due.astimezone(UTC) == instant("2026-11-01T07:30Z")
    assert wall(found.due) == ("Sun 2026-11-01 01:30", timedelta(hours=-6))


@pytest.mark.parametrize(
    ("days", "due"),
    [
        (1, "2026-03-05T08:30Z"),
        (2, "2026-03-06T08:30Z"),
        (3, "2026-03-07T08:30Z"),
        (4, "2026-03-08T08:00Z"),
    ],
)
def test_waiting_for_customer_over_the_spring_change(days: int, due: str) -> None:
    """Reminders after days 1 to 3 and the move after 4 keep the local time, W1 in the gap (L3, D1)."""
    entered = instant("2026-03-04T02:30-06:00")
    assert deadline(CST, entered, calendar_days(days)).astimezone(UTC) == instant(due)


@pytest.mark.parametrize(("days", "due"), [(2, "2026-03-10T08:00Z"), (3, "2026-03-11T08:00Z")])
def test_resolved_after_the_spring_change(days: int, due: str) -> None:
    """The reminder a day before, and the closing, from a status entered at the end of the gap (L5, D1)."""
    entered = deadline(CST, instant("2026-03-04T02:30-06:00"), calendar_days(4))
    assert wall(entered) == ("Sun 2026-03-08 03:00", timedelta(hours=-5))
    assert deadline(CST, entered, calendar_days(days)).astimezone(UTC) == instant(due)


@pytest.mark.parametrize(
    ("priority", "due", "limit"),
    [
        ("high", "2026-04-07T02:00Z", "2026-04-07T02:00Z"),
        ("medium", "2026-04-07T06:00Z", "2026-04-07T06:00Z"),
        ("low", "2026-04-07T06:00Z", "2026-04-08T06:00Z"),
    ],
)
def test_easter_and_the_end_of_summer_time(priority: str, due: str, limit: str) -> None:
    """Good Friday to Easter Monday are closed, and the clock changes between (P7-P9, D2, D5, D8)."""
    found = promise(ANZ, "first_response", priority, instant("2026-04-02T16:00+11:00"))
    assert found.due.astimezone(UTC) == instant(due)
    assert found.limit.astimezone(UTC) == instant(limit)


def test_critical_at_the_end_of_summer_time() -> None:
    """Two calendar hours from 01:30 end at the second reading of 02:30 (P6, D7)."""
    found = promise(ANZ, "first_response", "critical", instant("2026-04-05T01:30+11:00"))
    assert found.due.astimezone(UTC) == instant("2026-04-04T16:30Z")
    assert wall(found.due) == ("Sun 2026-04-05 02:30", timedelta(hours=10))


def test_high_over_a_weekend() -> None:
    """Four business hours from Friday 16:00 end on Monday 08:00 (P7, D1)."""
    found = promise(US, "first_response", "high", instant("2026-06-12T16:00-05:00"))
    assert found.due.astimezone(UTC) == instant("2026-06-15T13:00Z")


def test_the_range_of_low_over_a_weekend() -> None:
    """One and two business days from Friday 16:00, the range of a case that turned out Low (P9, P16)."""
    found = promise(US, "first_response", "low", instant("2026-06-12T16:00-05:00"))
    assert found.due.astimezone(UTC) == instant("2026-06-15T21:00Z")
    assert found.limit.astimezone(UTC) == instant("2026-06-16T21:00Z")


def test_high_from_the_opening_of_monday() -> None:
    """The new target of a case raised on Monday 08:00 counts from there (P7, P16)."""
    found = promise(US, "first_response", "high", instant("2026-06-15T08:00-05:00"))
    assert found.due.astimezone(UTC) == instant("2026-06-15T17:00Z")


def test_follow_up_of_low_over_juneteenth() -> None:
    """One and three business days from the last answer, with a holiday and a weekend between (P10, D4)."""
    found = promise(US, "follow_up", "low", instant("2026-06-18T09:00-05:00"))
    assert found.due.astimezone(UTC) == instant("2026-06-22T14:00Z")
    assert found.limit.astimezone(UTC) == instant("2026-06-24T14:00Z")


@pytest.mark.parametrize("priority", ["critical", "high", "medium", "low"])
def test_a_promise_explains_its_due(priority: str) -> None:
    """The explanation of a promise ends at its due, and its steps cover the time to it (P6-P9)."""
    opened = instant("2026-11-25T17:30-06:00")
    found = promise(US, "first_response", priority, opened)
    steps = found.explanation.steps
    assert found.explanation.due.astimezone(UTC) == found.due.astimezone(UTC)
    assert (steps[0].start.astimezone(UTC), steps[-1].end.astimezone(UTC)) == (
        opened,
        found.due.astimezone(UTC),
    )
