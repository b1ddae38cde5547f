"""The multiples of a length from many starts at once: `timing.Grid` over arrays.

An end that is not there, because the calendar has none or the years are over, lies far off, at `NEVER`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from supportsla.durations import Duration
from supportsla.errors import OutOfRange
from supportsla.worktime import Boundary
from supportsla.zones import LAST, MICROSECOND

from .grids import NONE, Ticks
from .kernel import Kernel
from .plan_tables import Codes

__all__ = ["NEVER", "GridTable"]

NEVER = LAST // MICROSECOND


class GridTable:
    """The multiples of one length from each of many starts, each counted from the start."""

    def __init__(self, kernel: Kernel, start: Ticks, length: Duration, boundary: Boundary = "close") -> None:
        self.kernel, self.start, self.length = kernel, start, length
        self.boundary: Boundary = boundary

    def end(self, times: Codes) -> Ticks:
        """The ends of so many lengths, at least one."""
        if self.length.unit == "business hours":
            amount: Any = self.length.amount
            ticks = amount // MICROSECOND
            fits = times <= NEVER * 2 // ticks
            due = self.kernel.used_up(self.start, np.where(fits, times, 1) * ticks, self.boundary)
            return np.where(fits & (due != NONE), due, NEVER)
        ends = np.full(len(times), NEVER)
        for count in np.unique(times).tolist():
            rows = np.flatnonzero(times == count)
            ends[rows] = self._ends_of(rows, count)
        return ends

    def _ends_of(self, rows: Codes, count: int) -> Ticks:
        try:
            length = Duration(self.length.unit, self.length.amount * count)
        except (OutOfRange, OverflowError):
            return np.full(len(rows), NEVER)
        due = self.kernel.due_of(self.start[rows], length, self.boundary)
        return np.where(due == NONE, NEVER, due)

    def first_from(self, floor: Ticks) -> Codes:
        """How many lengths, one at least, end at or after each instant."""
        high = np.ones(len(floor), np.int64)
        while (short := self.end(high) < floor).any():
            high[short] *= 2
        low = high // 2 + 1
        while (open_ := low < high).any():
            middle = (low + high) // 2
            reached = self.end(middle) >= floor
            high = np.where(open_ & reached, middle, high)
            low = np.where(open_ & ~reached, middle + 1, low)
        return high
