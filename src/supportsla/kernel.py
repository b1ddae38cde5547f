"""The working-time function over arrays: W, its inverse and the day units, for many instants at once (W2-W8, W13).

Instants and amounts are arrays of int64, in ticks: microseconds since 1970-01-01Z, or nanoseconds where `scale` is 1000.
The arrays of a `Timeline` become `Table`s, which are the same numbers as `worktime` bisects. Nothing raises here: what
has no answer, because it is missing itself or because the scalar function would raise, is `NONE`, which is NaT.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from .calendars import HORIZON, Calendar, Timeline, cover, earlier, later
from .durations import Duration
from .worktime import Boundary
from .zones import FIRST, FIRST_YEAR, LAST, LAST_YEAR, MICROSECOND

__all__ = ["NONE", "Kernel"]

Ticks = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
NONE = int(np.iinfo(np.int64).min)
CHUNK = 16_384


def _ticks(instant: timedelta, scale: int) -> int:
    return instant // MICROSECOND * scale


def _unsigned(ticks: Ticks) -> npt.NDArray[np.uint64]:
    return ticks.view(np.uint64)


class Table:
    """A timeline's windows as arrays: when each opens and closes, the open time by its end, and its anchor.

    Differences are taken modulo 2**64, so that 300 years of nanoseconds fit; open time is unsigned.
    """

    def __init__(self, timeline: Timeline, scale: int) -> None:
        spans = np.array(timeline.spans, dtype=np.int64).reshape(-1, 2) * scale
        self.start, self.end = _ticks(timeline.start, scale), _ticks(timeline.end, scale)
        self.opens = np.concatenate(([self.start], spans[:, 0]))
        self.closes = np.concatenate(([self.start], spans[:, 1]))
        self.after = _unsigned(np.cumsum(self.closes - self.opens))
        self.anchors = self.closes - self.after.view(np.int64)
        self.deserts = timeline.deserts
        self.next_opens = np.append(self.opens[1:], self.end)

    def window(self, at: Ticks) -> npt.NDArray[np.intp]:
        """The window that opened last."""
        return self.opens.searchsorted(at, "right") - 1

    def before(self, at: Ticks, window: npt.NDArray[np.intp]) -> npt.NDArray[np.uint64]:
        """The open time before each instant, from the table's start on."""
        return np.minimum(_unsigned(at - self.anchors[window]), self.after[window])


_TABLES: WeakKeyDictionary[Timeline, dict[int, Table]] = WeakKeyDictionary()


def table_of(timeline: Timeline, scale: int) -> Table:
    """The table of a timeline, made once."""
    tables = _TABLES.setdefault(timeline, {})
    if scale not in tables:
        tables[scale] = Table(timeline, scale)
    return tables[scale]


class Kernel:
    """A calendar's answers for arrays of ticks."""

    def __init__(self, calendar: Calendar, scale: int = 1) -> None:
        self.calendar, self.scale = calendar, scale
        self.first, self.last = _ticks(FIRST, scale), _ticks(LAST, scale)
        self.longest = min(_ticks(LAST - FIRST, scale), 2**62)

    def open_between(self, starts: Ticks, ends: Ticks) -> Ticks:
        """`elapsed`, modulo 2**64; both ends are in range."""
        table = self._covering(starts, ends)
        before = [_unsigned_before(table, at).view(np.int64) for at in (starts, ends)]
        return before[1] - before[0]

    def is_open(self, at: Ticks) -> Mask:
        """Whether the desk is open at instants in range."""
        table = self._covering(at)
        return at < table.closes[table.window(at)]

    def due_of(self, at: Ticks, duration: Duration, boundary: Boundary) -> Ticks:
        """`deadline` of one duration, from instants in range."""
        if not duration.amount:
            return self._settled(at, boundary, forward=True)
        return _DUES[duration.unit](self, at, duration, boundary)

    def used_up(self, at: Ticks, amounts: Ticks | int, boundary: Boundary) -> Ticks:
        """`deadline` of amounts of business time, one for all or one for each, from instants in range."""
        sign = np.sign(amounts)
        due = self._seek(at, amounts, right=sign < 0 if boundary == "close" else sign >= 0)
        return np.where(np.asarray(amounts) == 0, at, due) if boundary == "close" else due

    def next_opening(self, at: Ticks) -> Ticks:
        """The first open instant at or after each."""
        return self._seek(at, 0, right=True)

    def last_closing(self, at: Ticks) -> Ticks:
        """The last instant at or before each just before which the desk is open."""
        return self._seek(at, 0, right=False)

    def _covering(self, *arrays: Ticks) -> Table:
        """The table of a timeline in which all these instants lie."""
        edges = [int(edge) // self.scale * MICROSECOND for at in arrays if at.size for edge in (at.min(), at.max())]
        return table_of(cover(self.calendar, *(edges or [timedelta(0)])), self.scale)

    def _seek(self, at: Ticks, amounts: Ticks | int, right: Mask | bool) -> Ticks:
        """The instants whose open time is that at `at` plus the amounts: the last such, or else the first."""
        table = self._covering(at)
        back = (np.asarray(amounts) < 0) | ((np.asarray(amounts) == 0) & ~np.asarray(right))
        back = np.broadcast_to(back, at.shape)
        while True:
            i = table.window(at)
            goal = table.before(at, i).view(np.int64) + amounts
            key = _unsigned(goal - 1 + right)
            beyond = key >= table.after[-1]
            j = np.where(beyond & back, 0, table.after.searchsorted(key, "right"))
            due = table.anchors[np.minimum(j, len(table.anchors) - 1)] + goal
            lost = self._deserted(table, at, i, j)
            wanted = beyond & ~lost
            grown = self._grown(forward=not back[wanted].all()) if wanted.any() else None
            if grown is None:
                due[beyond | lost | ~self.in_range(due)] = NONE
                return due
            table = grown

    def in_range(self, at: Ticks) -> Mask:
        """Which instants lie in [1900-01-01Z, 2201-01-01Z)."""
        return (at >= self.first) & (at < self.last)

    def _grown(self, *, forward: bool) -> Table | None:
        """The table of a longer timeline; None at the end of time."""
        timeline = cover(self.calendar, *self._reach())
        if forward and timeline.last_year < LAST_YEAR:
            return table_of(later(self.calendar, timeline), self.scale)
        if not forward and timeline.first_year > FIRST_YEAR:
            return table_of(earlier(self.calendar, timeline), self.scale)
        return None

    def _reach(self) -> tuple[timedelta, ...]:
        timeline = self.calendar.compiled.timeline
        return (timeline.start,) if timeline else (timedelta(0),)

    def _deserted(self, table: Table, at: Ticks, i: npt.NDArray[np.intp], j: npt.NDArray[np.intp]) -> Mask:
        """Whose way from window i to window j meets 5 years without an open instant (W13)."""
        lost, horizon = np.zeros(at.shape, bool), _ticks(HORIZON, self.scale)
        for k in table.deserts:
            closed, opened = table.closes[k], table.next_opens[k]
            lost |= (i <= k) & (k < j) & (opened - np.maximum(closed, at) > horizon)
            lost |= (j <= k) & (k <= i) & (np.minimum(opened, at) - closed > horizon)
        return lost

    def _settled(self, due: Ticks, boundary: Boundary, *, forward: bool) -> Ticks:
        """Close answers as the boundary wants them (W2); those out of range are none."""
        known = self.in_range(due)
        if boundary == "open":
            safe = np.where(known, due, 0)
            due = self.next_opening(safe) if forward else self.last_closing(safe)
        return np.where(known, due, NONE)

    def _business_hours(self, at: Ticks, duration: Duration, boundary: Boundary) -> Ticks:
        return self.used_up(at, _ticks(duration.amount, self.scale), boundary)

    def _calendar_hours(self, at: Ticks, duration: Duration, boundary: Boundary) -> Ticks:
        amount = _ticks(duration.amount, self.scale)
        fits = (at >= self.first - min(amount, 0)) & (at < self.last - max(amount, 0))
        due = np.where(fits, np.where(fits, at, 0) + (amount if fits.any() else 0), NONE)
        return self._settled(due, boundary, forward=amount > 0)


_DUES: dict[str, Callable[[Kernel, Ticks, Any, Boundary], Ticks]] = {
    "business hours": Kernel._business_hours,
    "calendar hours": Kernel._calendar_hours,
}


def _unsigned_before(table: Table, at: Ticks) -> npt.NDArray[np.uint64]:
    return table.before(at, table.window(at))
