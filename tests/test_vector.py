"""Arrays are answered as single values are: the same arrays, searched or found by grids, in any unit."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, Literal
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import MICROSECOND, Scene, library_calendar, scenes
from supportsla import (
    ALWAYS,
    BusinessCalendar,
    Calendar,
    Duration,
    NeverOpens,
    OutOfRange,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
    deadline,
    elapsed,
    is_open,
    next_open,
    public_holidays,
    windows,
)
from supportsla.errors import InvalidChoice, InvalidTable, WrongType

np = pytest.importorskip("numpy", reason="the extra numpy is not installed")

from supportsla import vector  # noqa: E402
from supportsla.vector import arrays  # noqa: E402
from supportsla.vector.arrays import Dues, table_of  # noqa: E402
from supportsla.vector.grids import Ramp, Scratch, even_ramp, evened, grid  # noqa: E402
from supportsla.vector.kernel import CHUNK, Kernel  # noqa: E402

Boundary = Literal["close", "open"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BOUNDARIES: tuple[Boundary, ...] = ("close", "open")
MANY = 128
"""So many rows are found by grids; a few are searched for."""

DESK = BusinessCalendar("America/Chicago", "Mo-Fr 09:00-17:00", holidays=public_holidays("US"))
DENSE = BusinessCalendar(
    "Asia/Kolkata", "Mo-Su " + ",".join(f"{h:02}:{m:02}-{h:02}:{m + 5:02}" for h in range(24) for m in range(0, 60, 6))
)
LAST_SEEN = BusinessCalendar("Europe/London", "off", exceptions={date(2012, 3, 5): "09:00-17:00"})
boundaries = st.sampled_from(BOUNDARIES)
rows = st.sampled_from((3, MANY))
worths = st.sampled_from((0, arrays.WORTH))
"""Whether the dues of one amount are made at once, or not at all for so few rows."""


def stamps(points: Sequence[datetime], unit: str = "us") -> Any:
    return np.array([(at - EPOCH) // MICROSECOND for at in points]).view("M8[us]").astype(f"M8[{unit}]")


def instants(answers: Any) -> list[datetime]:
    return [EPOCH + MICROSECOND * int(tick) for tick in answers.astype("M8[us]").view("i8")]


def amounts(answers: Any) -> list[timedelta]:
    return [MICROSECOND * int(tick) for tick in answers.astype("m8[us]").view("i8")]


def alone(function: Callable[..., datetime], *columns: Any, **options: Any) -> list[datetime]:
    """The function's answers for each row alone, in UTC, in which they compare as instants."""
    return [function(*row, **options).astimezone(UTC) for row in zip(*columns, strict=True)]


def many(points: Sequence[datetime], count: int) -> list[datetime]:
    """The points, over and over."""
    return [points[i % len(points)] for i in range(count)]


def compiled_around(calendar: Calendar) -> Calendar:
    """An equal calendar with just these years compiled, as after earlier questions, so that grids are asked."""
    own = deepcopy(calendar)
    elapsed(own, datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
    return own


@given(scenes(4), boundaries, st.sampled_from((1, -1, 0)), rows, st.sampled_from(("us", "ns")), worths)
def test_a_deadline_is_that_of_each_start_alone(
    scene: Scene, boundary: Boundary, sign: int, count: int, unit: str, worth: int
) -> None:
    calendar, starts = scene.calendar, many(scene.points, count)
    for one in scene.durations:
        duration = Duration(one.unit, one.amount * sign)
        expected = alone(partial(deadline, calendar, duration=duration, boundary=boundary), starts)
        with mock.patch.object(arrays, "WORTH", worth):
            found = vector.deadline(calendar, stamps(starts, unit), duration, boundary=boundary)
        assert found.dtype == f"M8[{unit}]"
        assert instants(found) == expected


@given(scenes(4), boundaries, rows, st.data())
def test_a_deadline_of_an_amount_for_each_row_is_that_of_each_alone(
    scene: Scene, boundary: Boundary, count: int, data: st.DataObject
) -> None:
    calendar, starts = scene.calendar, many(scene.points, count)
    choices = [scene.amounts[0] * sign for sign in (1, -1)] + [scene.amounts[1], timedelta(0)]
    mixed = st.lists(st.sampled_from(choices), min_size=count, max_size=count)
    each = data.draw(st.one_of(mixed, st.just([scene.amounts[0]] * count)))
    given_amounts = np.array([amount // MICROSECOND for amount in each]).view("m8[us]")
    expected = alone(partial(deadline, calendar, boundary=boundary), starts, each)
    assert instants(vector.deadline(calendar, stamps(starts), given_amounts, boundary=boundary)) == expected


@given(scenes(2), rows, st.sampled_from(("us", "ns")))
def test_elapsed_is_that_of_each_pair_alone(scene: Scene, count: int, unit: str) -> None:
    starts = many(scene.probes, count)
    ends = starts[::-1]
    expected = [elapsed(scene.calendar, *pair) for pair in zip(starts, ends, strict=True)]
    found = vector.elapsed(scene.calendar, stamps(starts, unit), stamps(ends, unit))
    assert found.dtype == f"m8[{unit}]"
    assert amounts(found) == expected


@given(scenes(2), rows)
def test_a_desk_is_open_where_it_is_for_each_instant_alone(scene: Scene, count: int) -> None:
    at = many(scene.probes, count)
    expected = [is_open(scene.calendar, one) for one in at]
    assert vector.is_open(scene.calendar, stamps(at)).tolist() == expected


@given(scenes(2), rows, worths)
def test_the_next_opening_is_that_of_each_instant_alone(scene: Scene, count: int, worth: int) -> None:
    at = many(scene.points, count)
    expected = alone(partial(next_open, scene.calendar), at)
    with mock.patch.object(arrays, "WORTH", worth):
        assert instants(vector.next_open(scene.calendar, stamps(at))) == expected


@given(scenes(2), boundaries, st.integers(1, 999), worths)
def test_nanoseconds_are_exact(scene: Scene, boundary: Boundary, nanoseconds: int, worth: int) -> None:
    """Open time to the nanosecond: a start that is that much later is due that much later, or at another window."""
    calendar, late = library_calendar(scene.plain), np.timedelta64(nanoseconds, "ns")
    starts = stamps(many(scene.points, MANY), "ns")
    with mock.patch.object(arrays, "WORTH", worth):
        due = vector.deadline(calendar, starts + late, scene.amounts[0], boundary=boundary)
    open_time = vector.elapsed(calendar, starts + late, due)
    assert (open_time == np.timedelta64(scene.amounts[0] // MICROSECOND, "us")).all()
    searched = [vector.deadline(calendar, start + late, scene.amounts[0], boundary=boundary) for start in starts]
    assert (due == np.array(searched)).all()


DESKS: dict[str, Calendar] = {
    "a desk with holidays": DESK,
    "nights": BusinessCalendar("Europe/Berlin", "Mo-Su 22:00-06:00"),
    "nights of some days": BusinessCalendar("Australia/Lord_Howe", "Fr-Su 20:00-04:30", holidays_close="shift"),
    "a break of a minute": BusinessCalendar("America/Chicago", "Mo-Fr 09:00-12:00,12:01-17:00"),
    "open all hours but on holidays": BusinessCalendar("America/Chicago", "24/7", holidays=public_holidays("US")),
    "always open": ALWAYS,
    "closed for a minute a day": BusinessCalendar("Asia/Kolkata", "Mo-Su 00:00-23:59"),
    "open an hour a week": BusinessCalendar("Europe/London", "Su 01:00-02:00"),
}
LENGTHS = [MICROSECOND, *(timedelta(minutes=minutes) for minutes in (7 * 60 + 59, 8 * 60, 40 * 60))]


def crossing_starts(calendar: Calendar, amount: timedelta, first: datetime) -> Any:
    """Openings, closings, and starts that are due there, a microsecond off; and one that is missing."""
    some = list(islice(windows(calendar, first, first + timedelta(days=60)), 40))
    edges = [edge for window in some for edge in (window.opens, window.closes)] + [first]
    edges += [deadline(calendar, edge, -amount, boundary=boundary) for edge in edges for boundary in BOUNDARIES]
    starts = stamps([edge + off for edge in edges for off in (-MICROSECOND, timedelta(0), MICROSECOND)])
    return np.concatenate((starts, stamps([first] * MANY), np.array(["NaT"], "M8[us]")))


def dues_of(calendar: Calendar, amount: timedelta, boundary: Boundary, scale: int = 1) -> Dues:
    timeline = calendar.compiled.timeline
    assert timeline is not None
    grids = table_of(timeline, scale).grids
    assert grids is not None
    return grids.dues(amount // MICROSECOND * scale, int(boundary == "close"))


@pytest.mark.parametrize("calendar", DESKS.values(), ids=list(DESKS))
@pytest.mark.parametrize("amount", LENGTHS, ids=str)
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_one_amount_for_many_rows_is_due_when_it_is_for_each_alone(
    calendar: Calendar, amount: timedelta, boundary: Boundary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "WORTH", 0)
    monkeypatch.setattr(arrays, "DUES_BYTES", 1_000_000)
    monkeypatch.setattr(arrays, "Dues", lambda windows, _, amount, left: Dues(windows, 2, amount, left))
    calendar = compiled_around(calendar)
    dues = dues_of(calendar, amount, boundary)
    assert dues.ramp is not None
    for first in (datetime(2019, 3, 8, tzinfo=UTC), datetime(2024, 10, 20, tzinfo=UTC)):
        starts = crossing_starts(calendar, amount, first)
        with mock.patch.object(Dues, "asked_by", autospec=True, side_effect=Dues.asked_by) as asked:
            found = vector.deadline(calendar, starts, amount, boundary=boundary)
        assert [call.args for call in asked.call_args_list] == [(dues, len(starts))]
        assert np.isnat(found[-1])
        assert instants(found[:-1]) == alone(
            partial(deadline, calendar, duration=amount, boundary=boundary), instants(starts[:-1])
        )


@pytest.mark.parametrize("calendar", DESKS.values(), ids=list(DESKS))
def test_the_next_opening_is_one_look_too(calendar: Calendar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "WORTH", 0)
    calendar = compiled_around(calendar)
    starts = crossing_starts(calendar, timedelta(0), datetime(2024, 10, 20, tzinfo=UTC))
    found = vector.next_open(calendar, starts)
    assert dues_of(calendar, timedelta(0), "open").asked == len(starts)
    assert instants(found[:-1]) == alone(partial(next_open, calendar), instants(starts[:-1]))


@pytest.mark.parametrize("calendar", DESKS.values(), ids=list(DESKS))
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_one_amount_is_exact_to_the_nanosecond(
    calendar: Calendar, boundary: Boundary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an amount for each row, for which no dues are made."""
    monkeypatch.setattr(arrays, "WORTH", 0)
    monkeypatch.setattr(arrays, "DUES_BYTES", 1_000_000)
    calendar, hours = compiled_around(calendar), timedelta(hours=8)
    near = crossing_starts(calendar, hours, datetime(2024, 10, 20, tzinfo=UTC)).astype("M8[ns]")
    starts = np.concatenate([near + np.timedelta64(off, "ns") for off in (-999, -1, 0, 1, 999)])
    found, expected = (
        vector.deadline(calendar, starts, amount, boundary=boundary)
        for amount in (hours, np.full(len(starts), np.timedelta64(hours)))
    )
    assert dues_of(calendar, hours, boundary, 1000).ramp is not None
    assert found.dtype == "M8[ns]"
    assert np.array_equal(found, expected, equal_nan=True)


def test_the_dues_of_one_amount_are_made_once_enough_rows_ask() -> None:
    calendar = compiled_around(BusinessCalendar("America/Chicago", "We 10:00-11:00"))
    dues, starts = dues_of(calendar, timedelta(hours=3), "close"), stamps([EPOCH.replace(year=2019)] * 10_000)
    enough = arrays.WORTH * len(dues.windows.opens)
    while dues.asked + len(starts) < enough:
        vector.deadline(calendar, starts, business_hours(3))
        assert "ramp" not in vars(dues)
    found = vector.deadline(calendar, starts, business_hours(3))
    assert "ramp" in vars(dues)
    assert instants(found[:1]) == [deadline(calendar, instants(starts)[0], business_hours(3))]


@pytest.mark.parametrize("hours", [8, 16])
def test_dues_cross_at_the_first_tick_of_a_table_that_begins_open(hours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "WORTH", 0)
    calendar = compiled_around(BusinessCalendar("Asia/Tokyo", "Mo-Su 09:00-17:00"))
    starts = [datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * i) for i in range(MANY)]
    found = vector.deadline(calendar, stamps(starts), business_hours(hours))
    assert instants(found) == [deadline(calendar, at, business_hours(hours)) for at in starts]


def test_the_dues_of_one_amount_take_no_more_levels_than_two_looks() -> None:
    """Starts due at a closing come a minute before openings there, so that one level does not tell them apart."""
    calendar = compiled_around(BusinessCalendar("America/Chicago", "Mo-Fr 09:00-17:00"))
    minutes = {8 * 60: True, 8 * 60 - 1: False}
    made = {amount: dues_of(calendar, timedelta(minutes=amount), "close").ramp is not None for amount in minutes}
    assert made == minutes


def test_an_amount_beyond_all_years_has_no_dues() -> None:
    assert dues_of(compiled_around(ALWAYS), timedelta(days=200_000), "close").ramp is None


@pytest.mark.parametrize("unit", ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "25s"])
def test_every_unit_means_the_instant_that_it_names(unit: str) -> None:
    starts = np.array(["2019-05-03T09:17:25", "2021-12-31T23:59:59"], "M8[s]").astype(f"M8[{unit}]")
    found = vector.deadline(DESK, starts, business_hours(9))
    assert found.dtype == "M8[us]"
    assert instants(found) == [deadline(DESK, at, business_hours(9)) for at in instants(starts)]


@pytest.mark.parametrize("unit", ["W", "D", "h", "m", "s", "ms", "us"])
def test_every_unit_of_amounts_is_business_time(unit: str) -> None:
    starts = stamps([datetime(2019, 5, 3, 9, 17, tzinfo=UTC)] * 2)
    each = np.array([1, -2], f"m8[{unit}]")
    expected = [deadline(DESK, instants(starts)[0], amount) for amount in amounts(each)]
    assert instants(vector.deadline(DESK, starts, each)) == expected


def test_nanoseconds_of_either_make_nanoseconds() -> None:
    starts, each = stamps([EPOCH]), np.array([1], "m8[ns]")
    assert vector.deadline(DESK, starts, each).dtype == "M8[ns]"
    assert vector.elapsed(DESK, starts, starts.astype("M8[ns]")).dtype == "m8[ns]"


def test_the_bytes_of_a_machine_of_the_other_kind_are_read_too() -> None:
    starts = stamps([datetime(2019, 5, 3, 9, 17, tzinfo=UTC)] * MANY)
    assert (vector.next_open(DESK, starts.astype(">M8[us]")) == vector.next_open(DESK, starts)).all()


def missing_rows(count: int) -> Any:
    starts = stamps([datetime(2019, 5, 3, 9, 17, tzinfo=UTC)] * count)
    starts[1] = np.datetime64("NaT")
    return starts


@pytest.mark.parametrize("count", [3, MANY])
@pytest.mark.parametrize("unit", ["s", "us", "ns"])
@pytest.mark.parametrize(
    "duration",
    [business_hours(4), business_hours(-4), business_hours(0), business_days(1), calendar_days(-1), calendar_hours(30)],
)
def test_nat_gives_nat_and_nothing_else_does(count: int, unit: str, duration: Duration) -> None:
    starts = missing_rows(count).astype(f"M8[{unit}]")
    for boundary in BOUNDARIES:
        found = vector.deadline(compiled_around(DESK), starts, duration, boundary=boundary)
        assert np.flatnonzero(np.isnat(found)).tolist() == [1]


@pytest.mark.parametrize("count", [3, MANY])
def test_nat_in_any_column_gives_nat(count: int) -> None:
    starts, there = missing_rows(count), stamps([datetime(2019, 6, 1, tzinfo=UTC)] * count)
    hours = np.full(count, 4, "m8[h]")
    hours[2] = np.timedelta64("NaT")
    assert np.flatnonzero(np.isnat(vector.elapsed(DESK, starts, there))).tolist() == [1]
    assert np.flatnonzero(np.isnat(vector.elapsed(DESK, there, starts))).tolist() == [1]
    assert np.flatnonzero(np.isnat(vector.next_open(DESK, starts))).tolist() == [1]
    assert np.flatnonzero(np.isnat(vector.deadline(DESK, starts, hours))).tolist() == [1, 2]
    assert not vector.is_open(ALWAYS, starts)[1]


def test_a_masked_row_is_missing() -> None:
    masked = np.ma.masked_array(stamps([EPOCH] * 3), mask=[False, True, False])
    assert np.isnat(vector.next_open(DESK, masked)).tolist() == [False, True, False]


def test_an_array_of_nothing_but_nat_needs_no_unit() -> None:
    nothing = np.array(["NaT"], "M8")
    for duration in (business_hours(1), business_days(1), calendar_hours(1), calendar_days(1)):
        assert np.isnat(vector.deadline(DESK, nothing, duration)).all()


def test_no_rows_give_no_rows() -> None:
    nothing = np.array([], "M8[s]")
    for duration in (business_hours(1), business_hours(-1), business_days(1), calendar_hours(1), np.array([], "m8[h]")):
        found = vector.deadline(DESK, nothing, duration)
        assert found.shape == (0,)
        assert found.dtype == "M8[us]"
    assert vector.elapsed(DESK, nothing, nothing).dtype == "m8[us]"
    assert vector.is_open(DESK, nothing).dtype == bool


def test_shapes_are_broadcast() -> None:
    starts = stamps([datetime(2019, 5, 3, 9, 17, tzinfo=UTC), datetime(2019, 5, 4, tzinfo=UTC)]).reshape(2, 1)
    hours = np.array([1, 4, 9], "m8[h]")
    found = vector.deadline(DESK, starts, hours)
    assert found.shape == (2, 3)
    assert [instants(row) for row in found] == [
        [deadline(DESK, at, timedelta(hours=hours)) for hours in (1, 4, 9)] for at in instants(starts.ravel())
    ]


def test_a_single_instant_gives_a_single_answer() -> None:
    at = np.datetime64("2019-05-04")
    assert isinstance(vector.next_open(DESK, at), np.datetime64)
    assert isinstance(vector.elapsed(DESK, at, at), np.timedelta64)
    assert vector.is_open(ALWAYS, at)


def test_rows_that_lie_apart_in_memory_are_read_where_they_lie() -> None:
    starts = stamps([EPOCH + timedelta(hours=hours) for hours in range(3 * MANY)])
    assert (vector.next_open(DESK, starts[::3]) == vector.next_open(DESK, starts)[::3]).all()


def test_more_rows_than_a_chunk_are_answered() -> None:
    starts = stamps([datetime(2019, 5, 3, tzinfo=UTC)]) + np.arange(70_000) * np.timedelta64(61, "s")
    found = vector.deadline(DESK, starts, business_hours(4))
    for row in (0, CHUNK - 1, CHUNK, 2 * CHUNK, 69_999):
        assert found[row] == vector.deadline(DESK, starts[row], business_hours(4))


def test_all_chunks_are_computed_in_the_same_memory() -> None:
    desk, starts = compiled_around(DESK), stamps([datetime(2019, 5, 3, 21, tzinfo=UTC)] * (2 * CHUNK + MANY))
    with mock.patch.object(Scratch, "of", side_effect=Scratch.of) as made:
        vector.deadline(desk, starts, np.full(len(starts), np.timedelta64(1, "h")).astype("m8[us]"))
    made.assert_called_once_with(CHUNK)


def test_years_are_compiled_when_rows_want_them() -> None:
    calendar = BusinessCalendar("America/Chicago", "Mo-Fr 09:00-17:00")
    years = [datetime(year, 5, 3, tzinfo=UTC) for year in (2019, 1950, 2180, 2020)] * MANY
    assert instants(vector.next_open(calendar, stamps(years))) == alone(partial(next_open, calendar), years)


@pytest.mark.parametrize("hours", ["Mo-Fr 09:00-24:00", "24/7", "Mo-Sa 00:00-24:00"])
@pytest.mark.parametrize("days", [-1, -2])
def test_a_closing_at_midnight_is_of_the_date_that_it_ends(hours: str, days: int) -> None:
    calendar = BusinessCalendar("America/Chicago", hours)
    instants_of_a_week = [datetime(2026, 6, 12, 5, tzinfo=UTC) + timedelta(hours=hour) for hour in range(150)]
    expected = alone(partial(deadline, calendar, duration=business_days(days)), instants_of_a_week)
    assert instants(vector.deadline(calendar, stamps(instants_of_a_week), business_days(days))) == expected


@pytest.mark.parametrize("hours", [2_000, 40_000, -40_000])
@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("worth", [0, arrays.WORTH])
def test_years_are_compiled_when_amounts_want_them(
    hours: int, boundary: Boundary, worth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "WORTH", worth)
    starts = [datetime(2019, 5, 3, 7, tzinfo=UTC) + timedelta(hours=5 * i) for i in range(MANY)]
    found, expected = (BusinessCalendar("America/Chicago", "Mo-Fr 09:00-17:00") for _ in range(2))
    elapsed(found, starts[0], starts[-1])
    dues = vector.deadline(found, stamps(starts), business_hours(hours), boundary=boundary)
    assert instants(dues) == alone(
        partial(deadline, expected, duration=business_hours(hours), boundary=boundary), starts
    )


@pytest.mark.parametrize("days", [3000, -3000])
def test_years_are_compiled_when_days_want_them(days: int) -> None:
    calendar, at = BusinessCalendar("America/Chicago", "Mo-Fr 09:00-17:00"), datetime(2019, 5, 3, tzinfo=UTC)
    assert instants(vector.deadline(calendar, stamps([at]), business_days(days))) == [
        deadline(calendar, at, business_days(days))
    ]


@pytest.mark.parametrize("count", [2, MANY])
@pytest.mark.parametrize("unit", ["D", "s", "us", "ns"])
@pytest.mark.parametrize("year", ["1899-12-31", "2201-01-01"])
def test_an_instant_out_of_range_is_refused_with_its_row(count: int, unit: str, year: str) -> None:
    starts = stamps([EPOCH] * count).astype(f"M8[{unit}]")
    starts[1] = np.datetime64(year)
    calls: list[Callable[[], Any]] = [
        lambda: vector.deadline(compiled_around(DESK), starts, business_hours(1)),
        lambda: vector.deadline(DESK, starts, business_days(1)),
        lambda: vector.deadline(DESK, starts, np.full(count, -1, "m8[h]")),
        lambda: vector.next_open(DESK, starts),
    ]
    for call in calls:
        with pytest.raises(OutOfRange, match=r"starts\[1\] is|at\[1\] is") as caught:
            call()
        assert year in str(caught.value)
    with pytest.raises(OutOfRange, match=r"at\[1\] is"):
        vector.is_open(DESK, starts)
    with pytest.raises(OutOfRange, match=r"ends\[1\] is"):
        vector.elapsed(DESK, starts[:1], starts)


def test_a_row_of_two_dimensions_is_named_by_both() -> None:
    starts = stamps([EPOCH] * 6).reshape(2, 3)
    starts[1, 2] = np.datetime64("2300-01-01")
    with pytest.raises(OutOfRange, match=r"starts\[1, 2\] is 2300"):
        vector.deadline(DESK, starts, business_hours(1))
    with pytest.raises(OutOfRange, match="starts is 2300"):
        vector.deadline(DESK, starts[1, 2], business_hours(1))


def test_a_far_instant_of_a_coarse_unit_does_not_wrap_around() -> None:
    """2**62 seconds are, as microseconds, 1970-01-01 to NumPy."""
    far = np.array([2**62]).view("M8[s]")
    assert far.astype("M8[us]")[0] == np.datetime64("1970-01-01")
    with pytest.raises(OutOfRange, match=r"at\[0\]"):
        vector.is_open(DESK, far)


@pytest.mark.parametrize("calendar", [DESK, ALWAYS], ids=["desk", "always"])
@pytest.mark.parametrize("end", [np.iinfo(np.int64).max, np.iinfo(np.int64).min + 1])
@pytest.mark.parametrize("unit", ["us", "ns"])
def test_the_ends_of_64_bits_are_refused(calendar: Calendar, end: int, unit: str) -> None:
    for count in (1, MANY):
        starts = np.array([0] * (count - 1) + [end])
        with pytest.raises(OutOfRange):
            vector.deadline(calendar, starts.view(f"M8[{unit}]"), business_hours(1))
        with pytest.raises(OutOfRange):
            vector.deadline(calendar, np.zeros(count, "M8[ns]"), starts.view(f"m8[{unit}]"))


def test_an_amount_longer_than_the_years_is_refused_with_its_row() -> None:
    for unit, days in (("us", 110_000), ("ns", 54_000)):
        each = np.array([1, days], "m8[D]").astype(f"m8[{unit}]")
        with pytest.raises(OutOfRange, match=r"durations\[1\] is"):
            vector.deadline(ALWAYS, stamps([EPOCH] * 2), each)


def test_an_answer_after_2200_is_refused_with_its_row() -> None:
    starts = stamps([EPOCH, datetime(2200, 12, 31, 12, tzinfo=UTC)])
    for duration in (business_hours(20), calendar_hours(20), calendar_days(2), business_days(1)):
        with pytest.raises(OutOfRange, match=r"the answer for starts\[1\]"):
            vector.deadline(ALWAYS, starts, duration)


@pytest.mark.parametrize("count", [1, MANY])
@pytest.mark.parametrize("unit", ["us", "ns"])
@pytest.mark.parametrize("worth", [0, 10**9])
def test_a_due_at_the_end_of_all_years_is_refused(
    count: int, unit: str, worth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the first instant that is out of range; a microsecond before is the last one that is not."""
    monkeypatch.setattr(arrays, "WORTH", worth)
    desk = BusinessCalendar("UTC", "24/7")
    starts = np.full(count, np.datetime64("2200-12-31T23:00")).astype(f"M8[{unit}]")
    hour, last = timedelta(hours=1), np.datetime64("2201-01-01", "us") - np.timedelta64(1, "us")
    for amount in (hour - MICROSECOND, np.full(count, np.timedelta64(hour - MICROSECOND))):
        assert (vector.deadline(desk, starts, amount) == last).all()
    for amount in (hour, np.full(count, np.timedelta64(hour))):
        with pytest.raises(OutOfRange, match=r"the answer for starts\[0\]"):
            vector.deadline(desk, starts, amount)
    assert vector.is_open(desk, np.full(count, last)).all()
    assert (vector.next_open(desk, np.full(count, last)) == last).all()


def test_a_century_of_nanoseconds_is_answered_by_grids() -> None:
    """From 1900 to the end of all years are more nanoseconds than 63 bits hold."""
    desk = BusinessCalendar("UTC", "Mo-Su 09:00-17:00")
    elapsed(desk, datetime(1900, 1, 1, tzinfo=UTC), datetime(1999, 12, 31, tzinfo=UTC))
    starts = [datetime(1900 + i % 99, 5, 3, i % 24, tzinfo=UTC) for i in range(MANY)]
    found = vector.deadline(desk, stamps(starts, "ns"), business_hours(3))
    assert desk.compiled.timeline is not None
    assert table_of(desk.compiled.timeline, 1000).grids is not None
    assert instants(found) == [deadline(desk, at, business_hours(3)) for at in starts]


@pytest.mark.parametrize("count", [1, MANY])
def test_a_row_that_is_missing_in_part_is_missing(count: int) -> None:
    """Even where its other column is out of range, however many rows are asked."""
    far, hour = np.full(count, np.datetime64("2300-01-01", "us")), np.full(count, np.timedelta64(1, "h"))
    late, none = np.full(count, np.timedelta64(400 * 52, "W")), np.full(count, np.timedelta64("NaT", "us"))
    now, never = np.full(count, np.datetime64("2026-06-12T15:00")), np.full(count, np.datetime64("NaT"))
    vector.deadline(DESK, now, hour)
    for amounts in (none, none.astype("m8[s]")):
        assert np.isnat(vector.deadline(DESK, far, amounts)).all()
    assert np.isnat(vector.deadline(DESK, never, late)).all()
    assert np.isnat(vector.elapsed(DESK, never, far)).all()
    assert np.isnat(vector.elapsed(DESK, far, never)).all()


def test_an_answer_before_1900_is_refused() -> None:
    starts = stamps([EPOCH, datetime(1900, 1, 1, 12, tzinfo=UTC)])
    for duration in (business_hours(-20), calendar_hours(-20), calendar_days(-2), business_days(-2)):
        with pytest.raises(OutOfRange):
            vector.deadline(ALWAYS, starts, duration)


def test_calendar_hours_that_fit_no_row_are_refused() -> None:
    with pytest.raises(OutOfRange):
        vector.deadline(ALWAYS, stamps([EPOCH], "ns"), calendar_hours(24 * 365 * 300))


@pytest.mark.parametrize("count", [2, MANY])
@pytest.mark.parametrize("duration", [business_hours(12), business_days(2)])
def test_five_years_without_an_open_instant_are_refused_with_the_row(count: int, duration: Duration) -> None:
    seen, late = datetime(2012, 3, 1, tzinfo=UTC), datetime(2012, 3, 5, 16, 0, tzinfo=UTC)
    for unit in ("us", "ns"):
        with pytest.raises(NeverOpens) as caught:
            vector.deadline(LAST_SEEN, stamps([seen, late] * (count // 2), unit), duration)
        assert any("starts[0] is 2012-03-01" in note for note in caught.value.__notes__)


def test_five_years_without_an_open_instant_before_are_refused() -> None:
    for duration in (business_hours(-12), business_days(-2)):
        with pytest.raises(NeverOpens):
            vector.deadline(LAST_SEEN, stamps([datetime(2019, 3, 1, tzinfo=UTC)]), duration)


def test_a_desk_with_five_closed_years_answers_beside_them() -> None:
    at = [datetime(2012, 3, day, hour, tzinfo=UTC) for day in (1, 5, 6) for hour in (8, 10)]
    assert vector.is_open(LAST_SEEN, stamps(at)).tolist() == [is_open(LAST_SEEN, one) for one in at]
    found = vector.deadline(LAST_SEEN, stamps(at[:2]), business_hours(8))
    assert instants(found) == [deadline(LAST_SEEN, one, business_hours(8)) for one in at[:2]]


@pytest.mark.parametrize("count", [1, MANY])
def test_a_desk_that_never_opens_is_closed_in_every_row(count: int) -> None:
    desk, at = BusinessCalendar("UTC", "Mo-Su off"), np.full(count, np.datetime64("2026-06-12T15:00"))
    for _ in range(2):
        assert not vector.is_open(desk, at).any()
        assert (vector.elapsed(desk, at, at + np.timedelta64(1, "D")) == np.timedelta64(0)).all()


def test_a_desk_that_never_opens_has_no_business_time() -> None:
    never = BusinessCalendar("UTC", "off")
    at = stamps([EPOCH, EPOCH + timedelta(days=900)])
    assert vector.elapsed(never, at, at[::-1]).tolist() == [timedelta(0)] * 2
    assert not vector.is_open(never, at).any()
    for duration in (business_hours(1), business_days(1)):
        with pytest.raises(NeverOpens):
            vector.deadline(never, at, duration)


def test_more_than_292_years_of_nanoseconds_are_refused() -> None:
    ends = np.array(["1900-01-01", "2200-12-31"], "M8[ns]")
    assert vector.elapsed(ALWAYS, ends.astype("M8[us]")[0], ends.astype("M8[us]")[1]) > np.timedelta64(300 * 365, "D")
    for pair in (ends, ends[::-1]):
        with pytest.raises(OutOfRange, match="64 bits"):
            vector.elapsed(ALWAYS, pair[0], pair[1])


def test_windows_too_dense_for_a_grid_are_searched_for() -> None:
    starts = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=7 * i) for i in range(MANY)]
    elapsed(DENSE, starts[0], datetime(2021, 1, 1, tzinfo=UTC))
    found = vector.deadline(DENSE, stamps(starts), business_hours(40))
    assert DENSE.compiled.timeline is not None
    assert table_of(DENSE.compiled.timeline, 1).grids is None
    assert instants(found) == [deadline(DENSE, at, business_hours(40)) for at in starts]
    assert vector.is_open(DENSE, stamps(starts)).tolist() == [is_open(DENSE, at) for at in starts]
    assert amounts(vector.elapsed(DENSE, stamps(starts), stamps(starts[::-1]))) == [
        elapsed(DENSE, *pair) for pair in zip(starts, starts[::-1], strict=True)
    ]


@pytest.mark.parametrize(
    "hours",
    [
        "24/7",
        "Mo-Fr 09:00-17:00",
        "Mo-Fr 09:00-12:00,12:01-17:00",
        "Mo-Su 09:00-10:00,10:01-17:00,17:30-18:00",
        "Mo-Su 00:00-23:59",
        "Mo-Fr 09:00-09:10,09:20-09:30,09:40-09:50,10:00-10:10,12:00-20:00",
    ],
)
def test_the_tables_of_ten_years_take_two_megabytes_at_most(hours: str) -> None:
    calendar = BusinessCalendar("America/Chicago", hours)
    elapsed(calendar, datetime(2015, 1, 1, tzinfo=UTC), datetime(2024, 12, 31, tzinfo=UTC))
    assert calendar.compiled.timeline is not None
    grids = table_of(calendar.compiled.timeline, 1).grids
    assert grids is not None
    asked, made = [grids.dues(minutes * 60_000_000, left) for minutes in (1, 59, 240, 480, 2400) for left in (0, 1)], 0
    for dues in asked:
        made = max(made, dues.ramp.nbytes if dues.ramp is not None else 0)
    assert grids.nbytes + arrays.KEPT * made <= 2_000_000


def test_the_dues_of_the_last_few_amounts_are_kept() -> None:
    calendar = compiled_around(BusinessCalendar("America/Chicago", "Mo-Fr 09:00-17:00"))
    asked = [weakref.ref(dues_of(calendar, timedelta(hours=hours), "close")) for hours in range(1, 10)]
    gc.collect()
    assert [dues() is not None for dues in asked] == [False] * (9 - arrays.KEPT) + [True] * arrays.KEPT


def test_tables_go_with_their_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, and not when garbage is collected, which sees no memory of NumPy's."""
    monkeypatch.setattr(arrays, "WORTH", 0)
    desk = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00")
    for _ in range(2):
        vector.deadline(desk, np.full(1_000, np.datetime64("2026-06-12T12:00")), business_hours(4))
    assert desk.compiled.timeline is not None
    table = weakref.ref(table_of(desk.compiled.timeline, 1))
    assert "grids" in vars(table())
    gc.disable()
    try:
        assert table() is not None
        del desk
        assert table() is None
    finally:
        gc.enable()


def test_one_dense_date_costs_steps_and_not_the_grid() -> None:
    day = ",".join(f"{hour:02}:00-{hour:02}:30" for hour in range(9, 17))
    desk = BusinessCalendar("America/Chicago", "Mo-Fr 09:00-17:00", exceptions={date(2019, 5, 3): day})
    calendar = compiled_around(desk)
    starts = [datetime(2019, 5, 2, tzinfo=UTC) + timedelta(minutes=17 * i) for i in range(3 * MANY)]
    found = vector.deadline(calendar, stamps(starts), business_hours(3))
    assert calendar.compiled.timeline is not None
    assert table_of(calendar.compiled.timeline, 1).grids is not None
    assert instants(found) == [deadline(calendar, at, business_hours(3)) for at in starts]


gaps = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500)), min_size=1, max_size=40)
sizes = st.sampled_from((30_000, 100_000))


@given(gaps, sizes)
def test_a_ramp_says_what_a_search_says(lengths: list[tuple[int, int]], most_bytes: int) -> None:
    edges = np.cumsum(np.array(lengths).ravel())
    opens, closes = np.append(0, edges[::2]), np.append(0, edges[1::2])
    length, after = int(edges[-1]) + 7, np.cumsum(closes - opens)
    opened = grid(opens, length, most_bytes)
    assert opened is not None
    ticks = np.arange(length)
    found, scratch = np.empty(length, np.int64), Scratch.of(length)
    assert Ramp(opened, closes - after, after).find(ticks + 3, 3, found, scratch) is None
    is_in_a_window = open_at(ticks, opens, closes)
    assert (found == np.append(0, np.cumsum(is_in_a_window)[:-1])).all()
    rising = np.empty(length, bool)
    assert Ramp(opened, closes - after, after).rises(ticks + 3, 3, rising, scratch) is None
    assert (rising == is_in_a_window).all()


def open_at(ticks: Any, opens: Any, closes: Any) -> Any:
    return np.array([((opens <= tick) & (tick < closes)).any() for tick in ticks])


@given(st.lists(st.integers(1, 500), min_size=1, max_size=40), st.integers(1, 300), st.integers(0, 500))
def test_an_even_ramp_says_what_a_search_says(lengths: list[int], width: int, rest: int) -> None:
    closes = np.cumsum(np.array(lengths) + width) - 1
    opens, length = closes - width, int(closes[-1]) + rest
    made = even_ramp(opens, closes, length, 1_000_000)
    assert made is not None
    assert made.nbytes <= 1_000_000
    ticks, scratch = np.arange(length), Scratch.of(length)
    found, rising = np.empty(length, np.int64), np.empty(length, bool)
    assert made.find(ticks + 3, 3, found, scratch) is None
    assert made.rises(ticks + 3, 3, rising, scratch) is None
    is_in_a_window = open_at(ticks, opens, closes)
    assert (found == np.append(0, np.cumsum(is_in_a_window)[:-1]) - 1).all()
    assert (rising == is_in_a_window).all()


def test_an_even_ramp_says_which_ticks_are_out_of_its_stretch() -> None:
    made = even_ramp(np.array([2, 12]), np.array([5, 15]), 20, 1000)
    assert made is not None
    ticks = np.array([-(2**63), -1, 0, 3, 19, 20, 2**63 - 1])
    found = np.empty(len(ticks), np.int64)
    odd = made.find(ticks, 0, found, Scratch.of(len(ticks)))
    assert odd is not None
    assert odd.tolist() == [True, True, False, False, False, True, True]
    assert found[~odd].tolist() == [-1, 0, 5]


@pytest.mark.parametrize(
    ("opens", "closes", "length", "most_bytes"),
    [
        pytest.param([2, 12], [5, 16], 20, 1000, id="not equally long"),
        pytest.param([2, 6], [5, 9], 100_000, 1000, id="too close to each other for the memory"),
        pytest.param([2], [2**61], 2**61 + 5, 1000, id="too long to be moved"),
    ],
)
def test_of_some_windows_there_is_no_even_ramp(
    opens: list[int], closes: list[int], length: int, most_bytes: int
) -> None:
    assert even_ramp(np.array(opens), np.array(closes), length, most_bytes) is None


def test_the_far_end_of_a_long_stretch_is_after_all_windows() -> None:
    """Where the stretch is nearly as long as ticks go."""
    opens = np.array([2, 2 + 2**57])
    made = even_ramp(opens, opens + 2**56, 2**62 - 1, 1_000_000)
    assert made is not None
    ticks = np.array([2**57 + 2**56 + 1, 2**57 + 2**56 + 2, 2**61, 2**62 - 2**57, 2**62 - 2])
    found = np.empty(len(ticks), np.int64)
    assert made.find(ticks, 0, found, Scratch.of(len(ticks))) is None
    assert found.tolist() == [2**57 - 2] + [2**57 - 1] * 4


@given(st.integers(1, 500), st.integers(1, 60), st.integers(1, 500))
def test_keys_at_even_steps_need_no_table(step: int, count: int, rest: int) -> None:
    keys, length = np.arange(count) * step, (count - 1) * step + min(rest, step)
    made = grid(keys, length, 16 * count)
    assert made is not None
    assert made.nbytes == made.depth == 0
    ticks, scratch = np.arange(length), Scratch.of(length)
    assert made.find(ticks, scratch) is None
    assert (scratch.places == ticks // step).all()


def test_a_step_that_is_short_for_the_stretch_takes_no_memory() -> None:
    assert grid(np.array([0, 1, 10**14]), 10**14 + 5, 1_000, deepest=1) is None


def test_keys_are_evened_where_memory_allows() -> None:
    keys = np.array([0, 4, 10])
    assert evened(keys, 13, 1000).tolist() == [0, 2, 4, 6, 8, 10, 12]
    assert evened(keys, 13, 100).tolist() == [0, 4, 10]


def test_a_single_key_is_even() -> None:
    assert evened(np.array([0]), 13, 100).tolist() == [0]


def test_no_amount_for_all_rows_is_used_up_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "WORTH", 0)
    starts = stamps([datetime(2026, 6, 13, 12, tzinfo=UTC)] * MANY).view(np.int64)
    assert (Kernel(compiled_around(DESK)).used_up(starts, 0, "close") == starts).all()


@given(st.lists(st.integers(1, 500), max_size=40), sizes)
def test_a_grid_says_what_a_search_says(lengths: list[int], most_bytes: int) -> None:
    keys = np.append(0, np.cumsum(np.array(lengths, dtype=np.int64)))
    length = int(keys[-1]) + 7
    made = grid(keys, length, most_bytes)
    assert made is not None
    assert made.nbytes <= most_bytes
    ticks = np.arange(length)
    scratch = Scratch.of(length)
    assert made.find(ticks, scratch) is None
    assert (scratch.places == keys.searchsorted(ticks, "right") - 1).all()


def test_a_grid_says_which_ticks_are_out_of_its_stretch() -> None:
    made = grid(np.array([0, 3, 4]), 10, 1000)
    assert made is not None
    ticks = np.array([-(2**63), -1, 0, 3, 9, 10, 2**63 - 1])
    scratch = Scratch.of(len(ticks))
    odd = made.find(ticks, scratch)
    assert odd is not None
    assert odd.tolist() == [True, True, False, False, False, True, True]
    assert scratch.places[~odd].tolist() == [0, 1, 2]


REFUSED: dict[str, Any] = {
    "text that looks like stamps": np.array(["2026-06-12T21:00"]),
    "datetimes": [datetime(2026, 6, 12, tzinfo=UTC)],
    "objects": np.array([None], object),
    "integers": [1],
    "floats": [1.5],
    "amounts of time": np.array([1], "m8[s]"),
    "picoseconds": np.array([1], "M8[ps]"),
    "nothing": None,
    "a ragged list": [[np.datetime64("2026-01-01")], []],
}


@pytest.mark.parametrize("given_starts", REFUSED.values(), ids=list(REFUSED))
def test_what_is_no_array_of_instants_is_refused(given_starts: Any) -> None:
    with pytest.raises(WrongType, match="starts is .*expected an array of datetime64"):
        vector.deadline(DESK, given_starts, business_hours(1))


@pytest.mark.parametrize(
    "durations",
    [4, "4 business hours", np.array([1.5]), np.array([1], "m8[M]"), np.array([1], "m8"), np.array([1], "m8[ps]")],
    ids=["a number", "text", "floats", "months", "no unit", "picoseconds"],
)
def test_what_is_no_amount_is_refused(durations: Any) -> None:
    with pytest.raises(WrongType, match="durations is .*expected a Duration, a timedelta"):
        vector.deadline(DESK, stamps([EPOCH]), durations)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidTable, match=r"starts has \(3,\) and ends has \(2,\)"):
        vector.elapsed(DESK, stamps([EPOCH] * 3), stamps([EPOCH] * 2))


def test_no_calendar_and_no_boundary_are_refused() -> None:
    with pytest.raises(WrongType, match="calendar"):
        vector.is_open("Mo-Fr", stamps([EPOCH]))  # type: ignore[arg-type]
    with pytest.raises(InvalidChoice, match="boundary"):
        vector.deadline(DESK, stamps([EPOCH]), business_hours(1), boundary="shut")  # type: ignore[arg-type]


def test_without_numpy_the_error_ends_with_how_to_install_it() -> None:
    code = "import sys; sys.modules['numpy'] = None\nimport supportsla\nfrom supportsla import vector"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stderr.rstrip().endswith("install it with: pip install 'supportsla[numpy]'")
