"""The functions over arrays answer as the scalar ones do, to the microsecond, on as many rows as one likes.

    python tests/long_agreement.py [--rows 10_000_000] [--processes 2] [--seed N]

A scene is a zone with a calendar of some shape, special dates about its clock changes, and a stretch of years. Its
instants are drawn evenly, and from the edges of windows and from clock changes, exactly or a microsecond or a minute
off; its amounts are drawn evenly, and from the open time between two such edges, so that dues fall on edges as well.
In every other scene, the dues of one amount are tabulated at once, and not when enough rows have asked for them.
Every answer is compared, and so is where there is none. Prints how many rows each question had, and the first that
differs in each scene; exits with 1 if one does.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import cycle, islice
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import numpy.typing as npt

from oracle import Hours
from strategies import COMMON_DAYS, WEEKS, ZONES, clock_changes, hours_text, spans_text
from supportsla import (
    ALWAYS,
    BusinessCalendar,
    Calendar,
    Duration,
    SupportSLAError,
    Window,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
    deadline,
    elapsed,
    is_open,
    next_open,
    vector,
    windows,
)
from supportsla.vector import arrays
from supportsla.vector.kernel import CHUNK
from supportsla.worktime import Boundary

Ticks = npt.NDArray[np.int64]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
NONE = int(np.iinfo(np.int64).min)
NUDGES = (0, 0, 0, 1, -1, 60_000_000, -60_000_000)
AMOUNTS = (0, 1, 1, 60, 3600, 4 * 3600, 8 * 3600, 24 * 3600, 40 * 3600)
DAYS = (0, 1, 1, 2, 3, 5, 10, 30, 261)
STRETCHES = ((2008, 2020), (1990, 2002), (2018, 2030), (2024, 2037), (2008, 2014), (1900, 1912), (2188, 2201))
CLOCKS = ("us", "us", "us", "ns", "s")
BATCHES = (150, 250, 30)
"""Rows asked at once: above and below the number from which the grids are asked."""
ROWS_IN_A_SCENE = 2_000
MANY = 2 * CHUNK + 1
AT_ONCE = {"WORTH": 0, "DUES_BYTES": 200_000}
BOUNDARIES: tuple[Boundary, ...] = ("close", "open")


class Difference(NamedTuple):
    """A row to which arrays and scalars answer differently."""

    scene: str
    question: str
    row: str
    scalar: str
    array: str


@dataclass
class Tally:
    """How many rows each question had, how many of them have no answer, and the first difference."""

    rows: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    first: Difference | None = None

    def add(self, other: Tally) -> None:
        self.rows += other.rows
        self.refused += other.refused


# Calendars.


def _some_hours(rng: random.Random) -> str:
    patterns = [rng.choice(COMMON_DAYS) for _ in range(2)]
    layout = rng.choice(WEEKS)
    return hours_text(Hours({day: patterns[int(n) - 1] for day, n in enumerate(layout) if n != " "}))


def _dates(rng: random.Random, stretch: tuple[int, int], zone: str) -> list[date]:
    """Dates about clock changes, and any others."""
    first, last = (date(year, 1, 1) for year in stretch)
    changes = [at.date() for at in clock_changes(zone) if first <= at.date() < last]
    some = [first + timedelta(days=rng.randrange((last - first).days)) for _ in range(20)]
    near = [day + timedelta(days=rng.choice((-1, 0, 1))) for day in rng.sample(changes, min(8, len(changes)))]
    return [*some, *near]


def _desk(hours: str, zone: str, dates: Sequence[date], rng: random.Random, **more: Any) -> BusinessCalendar:
    return BusinessCalendar(zone=zone, hours=hours, holidays=rng.sample(dates, len(dates) // 2), **more)


def _exceptions(hours: str, zone: str, dates: Sequence[date], rng: random.Random) -> BusinessCalendar:
    special = {day: spans_text(rng.choice((*COMMON_DAYS, ()))) for day in dates[::2]}
    return _desk(hours, zone, dates, rng, exceptions=special, holidays_close=rng.choice(("date", "shift")))


def _revised(hours: str, zone: str, dates: Sequence[date], rng: random.Random) -> BusinessCalendar:
    return _desk(hours, zone, dates, rng, revisions={day: _some_hours(rng) for day in dates[::3]})


def _sparse(zone: str, dates: Sequence[date], _: random.Random) -> BusinessCalendar:
    """Open on a few dates of many years, so that some searches give up."""
    return BusinessCalendar(zone=zone, hours="off", exceptions=dict.fromkeys(sorted(dates)[::8], "09:00-17:00"))


def _stretches(dates: Sequence[date], rng: random.Random) -> list[Window]:
    begun = [datetime(day.year, day.month, day.day, rng.randrange(24), tzinfo=UTC) for day in dates]
    return [Window(at, at + timedelta(minutes=rng.choice((1, 61, 600, 14_400)))) for at in begun]


def _any_desk(zone: str, dates: Sequence[date], rng: random.Random) -> BusinessCalendar:
    return _exceptions(_some_hours(rng), zone, dates, rng)


def _fixed(hours: str) -> Callable[[str, Sequence[date], random.Random], Calendar]:
    return partial(_desk, hours)


SHAPES: dict[str, Callable[[str, Sequence[date], random.Random], Calendar]] = {
    "office hours": _fixed("Mo-Fr 09:00-17:00"),
    "lunch breaks": _fixed("Mo-Th 09:00-12:00,13:00-17:00; Fr 09:00-13:00"),
    "breaks of a minute": _fixed("08:00-10:00,10:01-12:00,12:01-18:00"),
    "open a minute": _fixed("We 10:00-10:01; Sa,Su 00:00-00:01"),
    "night shifts": _fixed("Mo-Su 22:00-06:00"),
    "open all hours": _fixed("24/7"),
    "nights and shifts": lambda zone, dates, rng: _desk("Fr-Mo 22:00-06:00", zone, dates, rng, holidays_close="shift"),
    "always": lambda *_: ALWAYS,
    "special dates": lambda zone, dates, rng: _exceptions("Mo-Fr 09:00-17:00", zone, dates, rng),
    "any hours": _any_desk,
    "any hours and dates": lambda zone, dates, rng: _revised(_some_hours(rng), zone, dates, rng),
    "revisions": lambda zone, dates, rng: _revised("Mo-Fr 09:00-17:00", zone, dates, rng),
    "either of two": lambda zone, dates, rng: _any_desk(zone, dates, rng) | _any_desk("Asia/Kathmandu", dates, rng),
    "both of two": lambda zone, dates, rng: _any_desk(zone, dates, rng) & _desk("08:00-20:00", "UTC", dates, rng),
    "one less another": lambda zone, dates, rng: _any_desk(zone, dates, rng) - _any_desk(zone, dates, rng),
    "with windows": lambda zone, dates, rng: _any_desk(zone, dates, rng) | _stretches(dates, rng),
    "less windows": lambda zone, dates, rng: _any_desk(zone, dates, rng) - _stretches(dates, rng),
    "sparse": _sparse,
}


# Scenes.


class Scene:
    """A calendar, its twin that only arrays ask, and what instants and amounts are drawn for it."""

    def __init__(self, number: int, seed: int) -> None:
        self.rng = random.Random(f"{seed} {number}")
        self.draws = np.random.default_rng([seed, number])
        shapes = list(SHAPES)
        self.zone, shape = (
            ZONES[number % len(ZONES)],
            shapes[(number % len(ZONES) + number // len(ZONES)) % len(shapes)],
        )
        stretch = STRETCHES[self.rng.choice((0, 0, 1, 2, 2, 3, 4, 5, 6))]
        self.name = f"scene {number}: {shape}, {self.zone}, {stretch[0]}-{stretch[1]}"
        self.years, dates = stretch, _dates(self.rng, stretch, self.zone)
        self.calendar = SHAPES[shape](self.zone, dates, self.rng)
        self.twin = deepcopy(self.calendar)
        self.first, self.last = (ticks_of(datetime(year, 1, 1, tzinfo=UTC)) for year in stretch)
        self.edges = self._inside(np.fromiter(self._edges(dates), np.int64))
        self.amounts = np.fromiter(self._amounts(), np.int64)

    def _edges(self, dates: Iterable[date]) -> Iterator[int]:
        """Openings and closings about the special dates, the clock changes, and the years, which compile one by one."""
        for at in clock_changes(self.zone):
            yield ticks_of(at)
        for year in range(*self.years):
            yield ticks_of(datetime(year, 1, 1, tzinfo=UTC))
        for day in dates:
            noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            yield ticks_of(noon)
            if 1900 < day.year < 2200:
                near = windows(self.calendar, noon - timedelta(days=3), noon + timedelta(days=3))
                yield from (ticks_of(edge) for window in islice(near, 40) for edge in (window.opens, window.closes))

    def _amounts(self) -> Iterator[int]:
        """Round amounts, and the open time between edges."""
        yield from (seconds * 10**6 for seconds in AMOUNTS)
        for _ in range(60):
            start, end = (instant(int(at)) for at in self.draws.choice(self.edges, 2))
            yield abs(elapsed(self.calendar, start, end) // MICROSECOND)

    def _inside(self, ticks: Ticks) -> Ticks:
        return np.clip(ticks, self.first, self.last - 1)

    def forget(self) -> None:
        """Have arrays ask a calendar that has compiled hardly anything yet."""
        self.twin = deepcopy(self.calendar)
        is_open(self.twin, instant(int(self.draws.choice(self.edges))))

    def instants(self, count: int) -> Ticks:
        """Half of them anywhere, half about edges."""
        anywhere = self.draws.integers(self.first, self.last, count)
        edges = self.draws.choice(self.edges, count) + self.draws.choice(NUDGES, count)
        return self._inside(np.where(self.draws.integers(0, 2, count) == 0, anywhere, edges))

    def spans(self, count: int) -> Ticks:
        """Amounts of open time, of both signs."""
        known = self.draws.choice(self.amounts, count) + self.draws.choice(NUDGES, count)
        anything = self.draws.integers(0, 90 * 24 * 3600 * 10**6, count)
        signs = self.draws.choice((1, 1, -1), count)
        spans: Ticks = np.where(self.draws.integers(0, 4, count) == 0, anything, known) * signs
        return spans

    def duration(self, unit: str) -> Duration:
        """A duration of some unit."""
        sign = self.rng.choice((1, 1, -1))
        if unit in ("business days", "calendar days"):
            of = business_days if unit == "business days" else calendar_days
            return of(sign * self.rng.choice(DAYS))
        of_hours = business_hours if unit == "business hours" else calendar_hours
        minutes = self.rng.choice((0, 1, 59, 60, 240, 480, 1440, 2400, self.rng.randrange(100_000)))
        return of_hours(0, minutes=sign * minutes)


def ticks_of(at: datetime) -> int:
    """An instant in microseconds."""
    return (at - EPOCH) // MICROSECOND


def instant(ticks: int) -> datetime:
    """The same, back."""
    return EPOCH + timedelta(microseconds=ticks)


# Questions: each asks both about drawn rows, and compares.


class Asked(NamedTuple):
    """A question about rows: what it is called, its arguments, and how arrays and scalars answer it."""

    name: str
    columns: tuple[Ticks, ...]
    array: Callable[..., npt.NDArray[Any]]
    scalar: Callable[..., int]


def in_clock(ticks: Ticks, clock: str) -> npt.NDArray[np.datetime64]:
    """Instants as an array of some unit, none of which loses anything here."""
    return ticks.view("M8[us]").astype(f"M8[{clock}]")


def deadlines(scene: Scene, count: int, unit: str, boundary: Boundary, clock: str) -> Asked:
    """The dues of one duration, or of one a row."""
    calendar, twin, starts = scene.calendar, scene.twin, whole(scene.instants(count), clock)
    name = f"deadline, {unit}, {boundary}"
    if unit == "an amount a row":
        amounts = scene.spans(count)

        def each(starts: Ticks, amounts: Ticks) -> npt.NDArray[Any]:
            return vector.deadline(twin, in_clock(starts, clock), amounts.view("m8[us]"), boundary=boundary)

        def one(start: int, amount: int) -> int:
            return ticks_of(deadline(calendar, instant(start), timedelta(microseconds=amount), boundary=boundary))

        return Asked(name, (starts, amounts), each, one)
    duration = scene.duration(unit)

    def every(starts: Ticks) -> npt.NDArray[Any]:
        return vector.deadline(twin, in_clock(starts, clock), duration, boundary=boundary)

    def single(start: int) -> int:
        return ticks_of(deadline(calendar, instant(start), duration, boundary=boundary))

    return Asked(f"{name} ({duration})", (starts,), every, single)


def elapsed_times(scene: Scene, count: int, clock: str) -> Asked:
    """The open time between two instants, in either order."""
    calendar, twin, (starts, ends) = scene.calendar, scene.twin, (whole(scene.instants(count), clock) for _ in range(2))
    return Asked(
        "elapsed",
        (starts, ends),
        lambda starts, ends: vector.elapsed(twin, in_clock(starts, clock), in_clock(ends, clock)),
        lambda start, end: elapsed(calendar, instant(start), instant(end)) // MICROSECOND,
    )


def openness(scene: Scene, count: int, clock: str) -> Asked:
    """Whether the desk is open."""
    calendar, twin = scene.calendar, scene.twin
    return Asked(
        "is_open",
        (whole(scene.instants(count), clock),),
        lambda at: vector.is_open(twin, in_clock(at, clock)),
        lambda at: int(is_open(calendar, instant(at))),
    )


def openings(scene: Scene, count: int, clock: str) -> Asked:
    """When the desk opens next."""
    calendar, twin = scene.calendar, scene.twin
    return Asked(
        "next_open",
        (whole(scene.instants(count), clock),),
        lambda at: vector.next_open(twin, in_clock(at, clock)),
        lambda at: ticks_of(next_open(calendar, instant(at))),
    )


def whole(ticks: Ticks, clock: str) -> Ticks:
    """Instants that an array of this unit can hold."""
    return ticks // 10**6 * 10**6 if clock == "s" else ticks


UNITS = ("an amount a row", "business hours", "business days", "calendar hours", "calendar days")
QUESTIONS: tuple[Callable[[Scene, int, str], Asked], ...] = (
    *(
        lambda scene, count, clock, unit=unit, boundary=boundary: deadlines(scene, count, unit, boundary, clock)
        for unit in UNITS
        for boundary in BOUNDARIES
    ),
    elapsed_times,
    openness,
    openings,
)


def as_ticks(answer: npt.NDArray[Any]) -> Ticks:
    """An answer in microseconds."""
    if answer.dtype.kind == "M":
        return answer.astype("M8[us]").view(np.int64)
    return answer.astype("m8[us]").view(np.int64) if answer.dtype.kind == "m" else answer.astype(np.int64)


def answered(asked: Asked) -> tuple[Ticks, list[type[SupportSLAError]]]:
    """The scalar answers, none where it raises; and what it raises, in order."""
    raised = list[type[SupportSLAError]]()

    def one(*arguments: int) -> int:
        try:
            return asked.scalar(*arguments)
        except SupportSLAError as error:
            raised.append(type(error))
            return NONE

    rows = zip(*(column.tolist() for column in asked.columns), strict=True)
    return np.array([one(*row) for row in rows], np.int64), raised


def refusal(asked: Asked) -> type[SupportSLAError] | None:
    """What the function over arrays raises."""
    try:
        asked.array(*asked.columns)
    except SupportSLAError as error:
        return type(error)
    return None


def compared(asked: Asked, scene: str, tally: Tally, times: int) -> None:
    """Ask both, the arrays as often as said in one array.

    Where a row has no answer, arrays refuse all rows, as the scalar function refuses the first such row; then they
    are asked about the others.
    """
    scalar, raised = answered(asked)
    name = asked.name.partition(" (")[0]
    tally.rows[name] += len(scalar)
    tally.refused[name] += len(raised)
    if raised and (refused := refusal(asked)) is not raised[0]:
        tally.first = tally.first or Difference(scene, asked.name, "all", str(raised[0]), str(refused))
    some = scalar != NONE
    kept, scalar = [np.tile(column[some], times) for column in asked.columns], np.tile(scalar[some], times)
    array = as_ticks(asked.array(*kept))
    for row in np.flatnonzero(array != scalar)[:1]:
        told = ", ".join(str(column[row]) for column in kept)
        tally.first = tally.first or Difference(scene, asked.name, told, str(scalar[row]), str(array[row]))


def scene_tally(number: int, rows: int, seed: int) -> Tally:
    """One scene: its rows dealt to all questions in turn, a batch at a time; some batches fill several chunks."""
    scene, tally = Scene(number, seed), Tally()
    questions = cycle(scene.rng.sample(QUESTIONS, len(QUESTIONS)))
    while rows:
        batch = min(scene.rng.choice(BATCHES), rows)
        if scene.rng.random() < 0.03:
            scene.forget()
        asked = next(questions)(scene, batch, scene.rng.choice(CLOCKS))
        with mock.patch.dict(vars(arrays), {} if number % 2 else AT_ONCE):
            compared(asked, scene.name, tally, times=MANY // batch if scene.rng.random() < 0.05 else 1)
        rows -= batch
    return tally


def agreement(rows: int, seed: int, processes: int) -> Tally:
    """All scenes; every zone has one, and with enough rows every shape in every zone several."""
    count = max(len(ZONES), min(rows // ROWS_IN_A_SCENE, 3 * len(ZONES) * len(SHAPES)))
    shares = [rows // count + (number < rows % count) for number in range(count)]
    total = Tally()
    if processes == 1:
        tallies: Iterable[Tally] = map(scene_tally, range(count), shares, [seed] * count)
        return _summed(tallies, total)
    with ProcessPoolExecutor(processes) as pool:
        return _summed(pool.map(scene_tally, range(count), shares, [seed] * count), total)


def _summed(tallies: Iterable[Tally], total: Tally) -> Tally:
    for tally in tallies:
        total.add(tally)
        total.first = total.first or tally.first
        if tally.first:
            print(*tally.first, sep="\n  ", flush=True)
    return total


def main() -> int:
    """Compare, and tell how many rows agree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=20260105)
    options = parser.parse_args()
    total = agreement(options.rows, options.seed, options.processes)
    for name, rows in sorted(total.rows.items()):
        print(f"{name:<40}{rows:>12,} rows, {total.refused[name]:>9,} of them without an answer")
    zones = f"{len(ZONES)} zones and {len(SHAPES)} shapes of calendars"
    print(f"{sum(total.rows.values()):,} rows over {zones}: {'they DIFFER' if total.first else 'all agree'}")
    return int(total.first is not None)


if __name__ == "__main__":
    sys.exit(main())
