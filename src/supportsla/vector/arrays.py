"""What calendars and zones compile to, as arrays of int64: windows with their open time, and clocks (W1, W13).

A `Table` holds a `Timeline`'s numbers, so that arrays and single values are answered from the same ones. Ticks are
microseconds, or nanoseconds where the scale is 1000. Differences are taken modulo 2**64, so that 300 years of
nanoseconds fit.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from supportsla.calendars import HORIZON, Timeline
from supportsla.zones import DAY, FIRST_YEAR, LAST_YEAR, MICROSECOND, wall_clock

from .grids import Mask, Places, Ramp, Steps, Ticks, ramp, steps

__all__ = ["Clock", "Grids", "Table", "Unsigned", "clock_of", "open_days_of", "table_of", "ticks_of"]

Unsigned = npt.NDArray[np.uint64]
_RAMP_BYTES, _STEPS_BYTES = 80_000, 60_000
_FAR = 2**62


def ticks_of(time: timedelta, scale: int) -> int:
    """A time in ticks."""
    return time // MICROSECOND * scale


class Grids(NamedTuple):
    """What a table holds, to be found without a search, from `start` for a `length`, which has a `total` of open time.

    `before` is the open time before a tick. The others are the anchor, in ticks since 1970-01-01Z, of the window in
    which so much open time is reached: `firsts` where it is at the latest, `lasts` where more of it follows.
    """

    start: int
    length: int
    total: int
    before: Ramp
    firsts: Steps
    lasts: Steps

    @property
    def nbytes(self) -> int:
        """What they take, in bytes."""
        return self.before.nbytes + self.firsts.nbytes + self.lasts.nbytes


class Table:
    """A timeline's windows: when each opens and closes, the open time by its end, and its anchor.

    Instants are ticks since the start of the table, but for `start` itself, which counts from 1970-01-01Z.
    """

    def __init__(self, timeline: Timeline, scale: int) -> None:
        self.start = ticks_of(timeline.start, scale)
        self.length = ticks_of(timeline.end - timeline.start, scale)
        spans = np.array(timeline.spans, dtype=np.int64).reshape(-1, 2) * scale - self.start
        self.opens = np.append(0, spans[:, 0]).view(np.uint64)
        self.closes = np.append(0, spans[:, 1]).view(np.uint64)
        self.next_opens = np.append(self.opens[1:], np.uint64(self.length))
        self.after = np.cumsum(self.closes - self.opens)
        self.anchors = self.closes - self.after
        self.total = int(self.after[-1])
        self.deserts = timeline.deserts
        self.horizon = ticks_of(HORIZON, scale)
        self.years = timeline.last_year - timeline.first_year + 1

    @cached_property
    def grids(self) -> Grids | None:
        """The grids; none where windows are too dense for them, 5 years apart, or too long to be added to."""
        if self.deserts or not self.total or self.length >= _FAR:
            return None
        opens, closes, after = (column.view(np.int64) for column in (self.opens, self.closes, self.after))
        before = ramp(opens, closes, self.length, _RAMP_BYTES * self.years)
        anchors, most = self.anchors[1:].view(np.int64) + self.start, _STEPS_BYTES * self.years
        firsts = steps(np.append(0, after[1:-1] + 1), anchors, self.total, most)
        lasts = steps(after[:-1], anchors, self.total, most)
        if before is None or firsts is None or lasts is None:
            return None
        return Grids(self.start, self.length, self.total, before, firsts, lasts)

    def window(self, at: Unsigned) -> Places:
        """The window that opened last."""
        return np.asarray(self.opens.searchsorted(at, "right") - 1)

    def before(self, at: Unsigned, window: Places) -> Unsigned:
        """The open time before each instant, from the table's start on."""
        before: Unsigned = np.minimum(at - self.anchors[window], self.after[window])
        return before

    def deserted(self, at: Unsigned, i: Places, j: Places) -> Mask:
        """Whose way from `at`, in or after window i, to window j meets 5 years without an open instant (W13)."""
        lost = np.zeros(at.shape, bool)
        for k in self.deserts:
            closed, opened = self.closes[k], self.next_opens[k]
            lost |= (i <= k) & (k < j) & (opened - np.maximum(closed, at) > self.horizon)
            lost |= (j <= k) & (k <= i) & (at > closed) & (np.minimum(opened, at) - closed > self.horizon)
        return lost


_TABLES: WeakKeyDictionary[Timeline, dict[int, Table]] = WeakKeyDictionary()


def table_of(timeline: Timeline, scale: int) -> Table:
    """The table of a timeline, made once."""
    tables = _TABLES.setdefault(timeline, {})
    if scale not in tables:
        tables[scale] = Table(timeline, scale)
    return tables[scale]


_OPEN_DAYS: WeakKeyDictionary[Timeline, Ticks] = WeakKeyDictionary()


def open_days_of(timeline: Timeline) -> Ticks:
    """The local dates with open time, in days since 1970-01-01."""
    if timeline not in _OPEN_DAYS:
        _OPEN_DAYS[timeline] = np.array(timeline.open_days, dtype=np.int64)
    return _OPEN_DAYS[timeline]


class Clock(NamedTuple):
    """A zone's clock, as `zones.WallClock`, in ticks since 1970-01-01Z; a `day` is its length."""

    starts: Ticks
    offsets: Ticks
    shown: Ticks
    day: int

    def wall_time(self, at: Ticks) -> tuple[Ticks, Ticks]:
        """What the clock shows: days since 1970-01-01, and ticks since midnight."""
        local = at + self.offsets[self.starts.searchsorted(at, "right") - 1]
        days = local // self.day
        return days, local - days * self.day

    def first_shown(self, days: Ticks, times: Ticks | int) -> Ticks:
        """The first instants at which it shows these days and times, or later (W1)."""
        local = days * self.day + times
        piece = self.shown.searchsorted(local, "right")
        return np.asarray(np.maximum(self.starts[piece], local - self.offsets[piece]))


@lru_cache(maxsize=64)
def clock_of(zone: ZoneInfo, scale: int) -> Clock:
    """A zone's clock in all years that are computed."""
    pieces = wall_clock(zone, FIRST_YEAR, LAST_YEAR)
    starts, offsets, shown = (
        np.array([min(max(tick * scale, -_FAR), 2 * _FAR - 1) for tick in column], dtype=np.int64) for column in pieces
    )
    return Clock(starts, offsets, shown, DAY * scale)
