"""What calendars and zones compile to, as arrays of int64: windows with their open time, and clocks (W1, W13).

A `Table` holds a `Timeline`'s numbers, so that arrays and single values are answered from the same ones. Ticks are
microseconds, or nanoseconds where the scale is 1000. Differences are taken modulo 2**64, so that 300 years of
nanoseconds fit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property, lru_cache, partial
from typing import NamedTuple
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import numpy as np

from supportsla.calendars import HORIZON, Timeline
from supportsla.zones import DAY, FIRST_YEAR, LAST, LAST_YEAR, MICROSECOND, wall_clock

from .grids import EvenRamp, Grid, Mask, Places, Ramp, Ticks, Unsigned, even_ramp, evened, grid

__all__ = [
    "DUES_BYTES",
    "GRID_BYTES",
    "KEPT",
    "WORTH",
    "Clock",
    "Dues",
    "Grids",
    "Table",
    "Windows",
    "clock_of",
    "open_days_of",
    "table_of",
    "ticks_of",
]

GRID_BYTES, DUES_BYTES = 60_000, 25_000
"""The most that a grid, or the dues of an amount, may take for each year."""
KEPT, WORTH = 3, 200
"""Of how many amounts the dues are kept, and how many rows for each window must have asked before they are made."""
_FAR = 2**62


def ticks_of(time: timedelta, scale: int) -> int:
    """A time in ticks."""
    return time // MICROSECOND * scale


class Grids(NamedTuple):
    """What a table holds, to be found without a search; its ticks of open time are numbered from 0.

    `before` is the number of the last one before a tick since the table's `start`, and -1 before the first. `reached`
    tells in which stretch of open time a number lies, a window or an even part of one; `anchors`, what to add to the
    number for the end of its tick since 1970-01-01Z. `dues` are those of an amount and a `left`: 1 where the first
    instant with so much open time is due, 0 where the last one is. Those of the last few are kept.
    """

    start: int
    before: Ramp | EvenRamp
    reached: Grid
    anchors: Ticks
    dues: Callable[[int, int], Dues]

    @property
    def nbytes(self) -> int:
        """What they take, in bytes, but for the dues."""
        return self.before.nbytes + self.reached.nbytes + self.anchors.nbytes


class Windows(NamedTuple):
    """A table's columns and their start, where they fit 63 bits, and for how many years they are.

    The last tick of all years is not in `after`, as its end is no answer.
    """

    opens: Ticks
    closes: Ticks
    after: Ticks
    anchors: Ticks
    start: int
    years: int


class Dues:
    """The dues of one amount by the start, in one look of no more levels than the two that it replaces.

    A division counts as a level.
    """

    def __init__(self, windows: Windows, deepest: int, amount: int, left: int) -> None:
        self.windows, self.deepest, self.amount, self.left = windows, deepest, amount, left
        self.asked = 0

    def asked_by(self, rows: int) -> Ramp | None:
        """The dues, once as many rows have asked, with these, as are answered in the time of making them."""
        self.asked += rows
        return self.ramp if self.asked >= WORTH * len(self.windows.opens) else None

    @cached_property
    def ramp(self) -> Ramp | None:
        """The dues, up to those beyond the table; none where all are, or the windows are too dense.

        The keys are the openings, and the crossings: the first starts that are due in the next window. At an opening
        that is due at a closing and crosses a tick later, the due is what it was in the gap, so that is no key.
        """
        (opens, closes, after, anchors, start, years), amount, left = self.windows, self.amount, self.left
        if amount >= after[-1]:
            return None
        used = after - amount + left
        used = used[used > 0]
        crossings = used + anchors[after.searchsorted(used)]
        length = int(crossings[-1])
        openings = np.setdiff1d(opens[opens > 0], crossings - left, assume_unique=True)
        keys = np.unique(np.concatenate(([0], openings, crossings)))
        keys = keys[: keys.searchsorted(length)]
        window = opens.searchsorted(keys, "right") - 1
        goals = keys - anchors[window] + amount
        dues = goals + anchors[after.searchsorted(goals - left, "right")] + start
        tops = dues + closes[window] - keys
        found = grid(keys, length, DUES_BYTES * years - 2 * keys.nbytes, self.deepest)
        return None if found is None else Ramp(found, keys - dues, tops)


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
        self.last = ticks_of(LAST, scale)
        self.years = timeline.last_year - timeline.first_year + 1

    @property
    def windows(self) -> Windows:
        """The columns, where there are grids."""
        opens, closes, anchors = (column.view(np.int64) for column in (self.opens, self.closes, self.anchors))
        total = min(self.total, self.last - 1 - self.start - int(anchors[-1]))
        after = np.minimum(self.after.view(np.int64), total)
        return Windows(opens, closes, after, anchors, self.start, self.years)

    @cached_property
    def grids(self) -> Grids | None:
        """The grids; none where windows are too dense for them, 5 years apart, or too long to be added to."""
        if self.deserts or self.length >= _FAR:
            return None
        windows = self.windows
        opens, closes, after, anchors, start, years = windows
        most, total = GRID_BYTES * years, int(after[-1])
        if not total:
            return None
        before = even_ramp(opens[1:], closes[1:], self.length, most) or self._ramp(windows, most)
        numbers = evened(after[:-1], total, most)
        reached = grid(numbers, total, most)
        if before is None or reached is None:
            return None
        dues = lru_cache(KEPT)(partial(Dues, windows, before.depth + max(reached.depth, 1)))
        return Grids(start, before, reached, anchors[after.searchsorted(numbers, "right")] + start + 1, dues)

    def _ramp(self, windows: Windows, most_bytes: int) -> Ramp | None:
        """The number of the last tick of open time before a tick."""
        opens, after = windows.opens, self.after.view(np.int64)
        starts = evened(opens[int(opens[1] == 0) :], self.length, most_bytes)
        opened, i = grid(starts, self.length, most_bytes), opens.searchsorted(starts, "right") - 1
        return None if opened is None else Ramp(opened, windows.anchors[i] + 1, after[i] - 1)

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
