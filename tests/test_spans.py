"""Windows and their set algebra."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportsla import InvalidWindow, NaiveDatetime, OutOfRange, Window, WrongType
from supportsla.spans import Pair, clipped, difference, intersection, merged, pairs_of, union

edges = st.integers(0, 30)
pairs = st.lists(st.tuples(edges, edges), max_size=8)
UTC_9, UTC_17 = datetime(2026, 5, 4, 9, tzinfo=UTC), datetime(2026, 5, 4, 17, tzinfo=UTC)


def members(spans: list[Pair]) -> set[int]:
    return {member for low, high in spans for member in range(low, high)}


def runs(numbers: set[int]) -> list[Pair]:
    lows = sorted(n for n in numbers if n - 1 not in numbers)
    highs = sorted(n + 1 for n in numbers if n + 1 not in numbers)
    return list(zip(lows, highs, strict=True))


@given(pairs)
def test_merged_pairs_are_the_maximal_runs(spans: list[Pair]) -> None:
    """In order, none empty, none touching."""
    assert merged(spans) == runs(members(spans))


@given(pairs, pairs)
def test_union_is_the_union_of_members(left: list[Pair], right: list[Pair]) -> None:
    """Of merged sets."""
    assert union(merged(left), merged(right)) == runs(members(left) | members(right))


@given(pairs, pairs)
def test_intersection_is_the_intersection_of_members(left: list[Pair], right: list[Pair]) -> None:
    """Of merged sets."""
    assert intersection(merged(left), merged(right)) == runs(members(left) & members(right))


@given(pairs, pairs)
def test_difference_is_the_difference_of_members(left: list[Pair], right: list[Pair]) -> None:
    """Of merged sets."""
    assert difference(merged(left), merged(right)) == runs(members(left) - members(right))


@given(pairs, edges, edges)
def test_clipping_keeps_the_members_within(spans: list[Pair], low: int, high: int) -> None:
    """[low, high)."""
    assert clipped(merged(spans), low, max(low, high)) == runs(members(spans) & set(range(low, high)))


def test_a_window_is_half_open_and_has_a_length() -> None:
    """Real time, over a clock change too."""
    zone = ZoneInfo("America/Chicago")
    night = Window(datetime(2026, 3, 8, 0, tzinfo=zone), datetime(2026, 3, 8, 6, tzinfo=zone))
    assert night.length == timedelta(hours=5)


def test_windows_are_equal_when_their_instants_are() -> None:
    """In whatever zone they are written, and ambiguous hours included; so are their hashes."""
    zone = ZoneInfo("America/Chicago")
    second = datetime(2026, 11, 1, 1, 30, tzinfo=zone, fold=1)
    here, there = Window(second, UTC_17.replace(year=2027)), Window(second.astimezone(UTC), UTC_17.replace(year=2027))
    assert here == there
    assert hash(here) == hash(there)
    assert Window(second.replace(fold=0), UTC_17.replace(year=2027)) != here


def test_a_window_survives_a_pickle() -> None:
    """Equal, and hashed alike."""
    window = Window(UTC_9, UTC_17)
    assert pickle.loads(pickle.dumps(window)) == window


@pytest.mark.parametrize("closes", [UTC_9, UTC_9 - timedelta(microseconds=1)])
def test_a_window_closes_after_it_opens(closes: datetime) -> None:
    """Empty windows are refused."""
    with pytest.raises(InvalidWindow, match="not after it opens at 2026-05-04 09:00"):
        Window(UTC_9, closes)


def test_a_window_needs_instants_in_range() -> None:
    """W12 and W13, for both edges."""
    with pytest.raises(NaiveDatetime, match="opens"):
        Window(datetime(2026, 5, 4, 9), UTC_17)  # noqa: DTZ001
    with pytest.raises(NaiveDatetime, match="closes"):
        Window(UTC_9, datetime(2026, 5, 4, 17))  # noqa: DTZ001
    with pytest.raises(OutOfRange, match="opens"):
        Window(datetime(1899, 12, 31, tzinfo=UTC), UTC_17)
    with pytest.raises(OutOfRange, match="closes"):
        Window(UTC_9, datetime(2201, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("given_windows", [5, None, [UTC_9], [(UTC_9, UTC_17)]])
def test_a_set_of_windows_holds_windows(given_windows: object) -> None:
    """Nothing that only looks like one."""
    with pytest.raises(WrongType, match="Window"):
        pairs_of(given_windows)  # type: ignore[arg-type]
