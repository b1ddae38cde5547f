"""The library and the minute-stepping oracle agree: one property test for each question and each unit.

Each example asks at its points and at every edge about the scene's moment, exactly and a microsecond to each side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle import DAY, Boundary, Desk, Hours, Oracle, OutOfSightError, Unit
from strategies import MICROSECOND, Scene, library_desk, scenes
from supportsla import (
    Duration,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
    deadline,
    elapsed,
    is_open,
    next_close,
    next_open,
    windows,
)

boundaries = st.sampled_from(("close", "open"))
signs = st.sampled_from((1, -1))


def utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def agree(
    probes: Iterable[datetime],
    library: Callable[[datetime], datetime],
    oracle: Callable[[datetime], datetime],
) -> None:
    """Both give the same instant, wherever the oracle has stepped far enough to have an answer."""
    for at in probes:
        try:
            expected = oracle(at)
        except OutOfSightError:
            continue
        assert utc(library(at)) == expected, at


def agree_on_deadlines(scene: Scene, unit: Unit, amount: int, duration: Duration, boundary: Boundary) -> None:
    agree(
        scene.probes,
        lambda start: deadline(scene.calendar, start, duration, boundary=boundary),
        lambda start: scene.oracle.deadline(start, unit, amount, boundary),
    )


@given(scenes(2))
def test_is_open_agrees_with_the_oracle(scene: Scene) -> None:
    """W1, W4, W5, W6: the same instants are open."""
    for at in scene.probes:
        assert is_open(scene.calendar, at) == scene.oracle.is_open(at), at


@given(scenes(2))
def test_next_open_agrees_with_the_oracle(scene: Scene) -> None:
    """The instant itself while open, else the next opening."""
    agree(scene.probes, lambda at: next_open(scene.calendar, at), scene.oracle.next_open)


@given(scenes(2))
def test_next_close_agrees_with_the_oracle(scene: Scene) -> None:
    """The close of the window that is open, or opens next."""
    agree(scene.probes, lambda at: next_close(scene.calendar, at), scene.oracle.next_close)


@given(scenes(2))
def test_windows_agree_with_the_oracle(scene: Scene) -> None:
    """The maximal open stretches, clipped."""
    for a in scene.points:
        for b in scene.probes:
            start, end = sorted((utc(a), utc(b)))
            found = [(utc(window.opens), utc(window.closes)) for window in windows(scene.calendar, start, end)]
            assert found == scene.oracle.windows(start, end)


@given(scenes())
def test_windows_of_many_days_agree_with_the_oracle(scene: Scene) -> None:
    """Nothing is lost or added in the days about a change of the clock, its special dates included."""
    (at,) = map(utc, scene.points)
    start, end = at - timedelta(days=8), at + timedelta(days=8)
    found = [(utc(window.opens), utc(window.closes)) for window in windows(scene.calendar, start, end)]
    assert found == scene.oracle.windows(start, end)


@given(scenes())
def test_elapsed_agrees_with_the_oracle(scene: Scene) -> None:
    """The open time between two instants, in either direction."""
    (a,) = scene.points
    for b in scene.probes:
        assert elapsed(scene.calendar, a, b) == scene.oracle.elapsed(a, b), b


@given(scenes(), signs, boundaries)
def test_business_hours_agree_with_the_oracle(scene: Scene, sign: int, boundary: Boundary) -> None:
    """W2: open time is used up at the same instant."""
    micros = sign * scene.amounts[0] // MICROSECOND
    duration = business_hours(0, microseconds=micros)
    agree_on_deadlines(scene, "business_hours", micros, duration, boundary)


@settings(max_examples=400)
@given(scenes(), st.integers(1, 6), signs, boundaries)
def test_business_days_agree_with_the_oracle(scene: Scene, days: int, sign: int, boundary: Boundary) -> None:
    """W7: the same local time on the n-th next date that has open time, or the nearest edge."""
    agree_on_deadlines(scene, "business_days", sign * days, business_days(sign * days), boundary)


@given(scenes(), signs, boundaries)
def test_calendar_hours_agree_with_the_oracle(scene: Scene, sign: int, boundary: Boundary) -> None:
    """Real time, and W2's open boundary on the calendar."""
    micros = sign * scene.amounts[0] // MICROSECOND
    duration = calendar_hours(0, microseconds=micros)
    agree_on_deadlines(scene, "calendar_hours", micros, duration, boundary)


@given(scenes(), st.integers(1, 6), signs, boundaries)
def test_calendar_days_agree_with_the_oracle(scene: Scene, days: int, sign: int, boundary: Boundary) -> None:
    """W8: the same local time n dates later, and W2's open boundary on the calendar."""
    agree_on_deadlines(scene, "calendar_days", sign * days, calendar_days(sign * days), boundary)


@given(scenes(2), boundaries)
def test_zero_durations_agree_with_the_oracle(scene: Scene, boundary: Boundary) -> None:
    """W3: the start itself, or the next opening."""
    agree_on_deadlines(scene, "business_days", 0, business_days(0), boundary)


@pytest.mark.parametrize(
    ("zone", "missing"), [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kwajalein", date(1993, 8, 21))]
)
def test_a_closing_at_midnight_ends_the_date_before_one_that_does_not_exist(zone: str, missing: date) -> None:
    """W7: a day back from the closing at 24:00 before a missing date is the closing of the date before that."""
    desk = Desk(zone, Hours(dict.fromkeys(range(7), ((10 * 60, DAY),))))
    next_morning = datetime(missing.year, missing.month, missing.day + 1, 8, tzinfo=ZoneInfo(zone))
    due = utc(deadline(library_desk(desk), next_morning, business_days(-1)))
    oracle = Oracle(desk, next_morning, next_morning)
    assert due == oracle.deadline(next_morning, "business_days", -1)
    assert due == oracle.reach(missing - timedelta(days=1), 0)
