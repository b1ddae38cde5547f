"""The working-time function over arrays: W, its inverse and the day units, for many instants at once (W2-W8, W13).

Instants are int64 ticks since 1970-01-01Z, amounts are ticks. A search in a `Table` answers everything. Where there are
many rows, its grids answer them, chunk by chunk, so that all that is in flight stays in the cache; but for odd ones:
what is missing stays so, and what is out of range, or due beyond the years compiled so far, is searched for.

Nothing raises here: what has no answer, because it is missing itself or because the scalar function would raise, is
`NONE`, which is NaT.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Literal, cast

import numpy as np

from supportsla.calendars import Calendar, Timeline, cover, earlier, later
from supportsla.durations import Duration
from supportsla.worktime import Boundary
from supportsla.zones import FIRST, FIRST_YEAR, LAST, LAST_YEAR, MICROSECOND

from .arrays import Clock, Grids, Table, clock_of, open_days_of, table_of, ticks_of
from .grids import NONE, Mask, Scratch, Ticks

__all__ = ["CHUNK", "Kernel", "chunks"]

Amounts = Ticks | int
Side = Boundary | Literal["closing"]
"""Which of the instants with so much open time: that of a `boundary`; or "closing", the first, for no amount too."""
CHUNK = 24_576
_FEW, _NO_SCRATCH = 100, Scratch.of(0)


def chunks(size: int) -> Iterator[slice]:
    """Stretches of rows that fit into the cache."""
    return (slice(first, min(first + CHUNK, size)) for first in range(0, size, CHUNK))


def _either(one: Mask | None, other: Mask | None) -> Mask | None:
    if one is None or other is None:
        return other if one is None else one
    return one | other


def _mend(found: Ticks, odd: Mask, missing: Mask, search: Callable[..., Ticks], *columns: Amounts) -> None:
    """Put right what grids found for odd rows: what is missing has no answer, the others are searched for."""
    np.putmask(found, missing, NONE)
    odd &= ~missing
    if odd.any():
        found[odd] = search(*(_taken(column, odd) for column in columns))


def _spread(known: Mask, missing: int, function: Callable[..., Any], *columns: Amounts) -> Any:
    """What a function answers for the known rows, and what is missing for the others."""
    answers = function(*(_taken(column, known) for column in columns))
    spread = np.full(known.shape, missing, dtype=answers.dtype)
    spread[known] = answers
    return spread


def _left(amounts: Amounts, side: Side) -> Amounts:
    """1 where the first instant with so much open time is asked for, 0 for the last; one number where rows agree."""
    if side == "closing":
        return 1
    if isinstance(amounts, int):
        return int(amounts > 0 if side == "close" else amounts < 0)
    if np.minimum.reduce(amounts) > 0:
        return int(side == "close")
    return (amounts > 0 if side == "close" else amounts < 0).astype(np.int64)


def _stay(found: Ticks, at: Ticks, amounts: Amounts, left: Amounts, side: Side) -> None:
    """No amount is used up at once, at a closed desk too."""
    if side == "close" and not (isinstance(left, int) and left):
        np.copyto(found, at, where=np.asarray(amounts) == 0)


def _add(values: Ticks, amounts: Amounts) -> None:
    """Add in place, unless there is nothing to add."""
    if not isinstance(amounts, int) or amounts:
        np.add(values, amounts, out=values)


def _taken(amounts: Amounts, rows: slice | Mask) -> Amounts:
    return amounts if isinstance(amounts, int) else amounts[rows]


class Kernel:
    """A calendar's answers for arrays of ticks, which are microseconds or, at a scale of 1000, nanoseconds.

    Amounts are one for all rows, or one for each. `searched` is set once a row has been searched for; until then every
    row has an answer, but for those that are missing.
    """

    def __init__(self, calendar: Calendar, scale: int = 1) -> None:
        self.calendar, self.scale = calendar, scale
        self.first, self.last = ticks_of(FIRST, scale), ticks_of(LAST, scale)
        self.longest = min(self.last - self.first, 2**62)
        self.searched = False
        self.scratch = _NO_SCRATCH

    def in_range(self, at: Ticks) -> Mask:
        """Which instants lie in [1900-01-01Z, 2201-01-01Z)."""
        within: Mask = (at >= self.first) & (at < self.last)
        return within

    def due_of(self, at: Ticks, duration: Duration, boundary: Boundary, out: Ticks | None = None) -> Ticks:
        """`deadline` of one duration."""
        if duration.unit == "business hours" and duration.amount:
            return self.used_up(at, ticks_of(cast("timedelta", duration.amount), self.scale), boundary, out)
        dues = np.empty(at.shape, np.int64) if out is None else out
        for rows in chunks(at.size):
            dues[rows] = self._due_of(at[rows], duration, boundary)
        return dues

    def used_up(self, at: Ticks, amounts: Amounts, boundary: Boundary, out: Ticks | None = None) -> Ticks:
        """`deadline` of amounts of business time."""
        dues = np.empty(at.shape, np.int64) if out is None else out
        for rows in chunks(at.size):
            self._seek(at[rows], _taken(amounts, rows), boundary, dues[rows])
        return dues

    def next_opening(self, at: Ticks, out: Ticks | None = None) -> Ticks:
        """The first open instant at or after each."""
        found = np.empty(at.shape, np.int64) if out is None else out
        for rows in chunks(at.size):
            self._seek(at[rows], 0, "open", found[rows])
        return found

    def last_closing(self, at: Ticks) -> Ticks:
        """The last instant at or before each just before which the desk is open."""
        found = np.empty(at.shape, np.int64)
        for rows in chunks(at.size):
            self._seek(at[rows], 0, "closing", found[rows])
        return found

    def open_between(self, starts: Ticks, ends: Ticks, out: Ticks | None = None) -> Ticks:
        """`elapsed`."""
        passed = np.empty(starts.shape, np.int64) if out is None else out
        for rows in chunks(starts.size):
            self._open_between(starts[rows], ends[rows], passed[rows])
        return passed

    def is_open(self, at: Ticks, out: Mask | None = None) -> Mask:
        """Whether the desk is open; where the instant is missing or out of range, it is not."""
        opened = np.empty(at.shape, bool) if out is None else out
        for rows in chunks(at.size):
            self._is_open(at[rows], opened[rows])
        return opened

    def _seek(self, at: Ticks, amounts: Amounts, side: Side, found: Ticks) -> None:
        """Put into `found` the instants whose open time is that at `at` plus the amounts."""
        grids = self._grids(at)
        if grids is None:
            found[:] = self._searched(at, amounts, side=side)
        elif (odd := self._reach(grids, at, amounts, side, found)) is not None:
            missing = (at == NONE) | (np.asarray(amounts) == NONE)
            _mend(found, odd, missing, partial(self._searched, side=side), at, amounts)

    def _reach(self, grids: Grids, at: Ticks, amounts: Amounts, side: Side, found: Ticks) -> Mask | None:
        """`_seek` by the grids; the rows for which that is wrong.

        The first instant with so much open time ends the tick that completes it, the last one begins the tick after.
        """
        if isinstance(amounts, int) and amounts >= (first := int(side != "open")):
            dues = grids.dues(amounts, first).asked_by(at.size)
            if dues is not None:
                return dues.find(at, grids.start, found, self._scratch(at.size))
        scratch = self._scratch(at.size)
        odd, left = grids.before.find(at, grids.start, found, scratch), _left(amounts, side)
        _add(found, amounts)
        _add(found, 1 - left)
        beyond = grids.reached.find(found, scratch)
        grids.anchors.take(scratch.places, out=scratch.spare, mode="wrap")
        np.add(found, scratch.spare, out=found)
        _add(found, left - 1)
        _stay(found, at, amounts, left, side)
        return _either(odd, beyond)

    def _grids(self, at: Ticks) -> Grids | None:
        """The grids of what is compiled so far, if there are any and enough rows to ask them."""
        timeline = self.calendar.compiled.timeline
        return None if timeline is None or at.size < _FEW else table_of(timeline, self.scale).grids

    def _scratch(self, size: int) -> Scratch:
        if self.scratch.places.size < size:
            self.scratch = Scratch.of(size)
        return self.scratch if self.scratch.places.size == size else self.scratch.first(size)

    def _open_between(self, starts: Ticks, ends: Ticks, passed: Ticks) -> None:
        grids = self._grids(starts)
        if grids is None:
            passed[:] = self._searched_between(starts, ends)
            return
        scratch = self._scratch(starts.size)
        odd_start = grids.before.find(starts, grids.start, scratch.ticks, scratch)
        odd = _either(odd_start, grids.before.find(ends, grids.start, passed, scratch))
        np.subtract(passed, scratch.ticks, out=passed)
        if odd is not None:
            _mend(passed, odd, (starts == NONE) | (ends == NONE), self._searched_between, starts, ends)

    def _is_open(self, at: Ticks, opened: Mask) -> None:
        grids = self._grids(at)
        if grids is None:
            opened[:] = self._searched_open(at)
        elif (odd := grids.before.rises(at, grids.start, opened, self._scratch(at.size))) is not None:
            opened[odd] = self._searched_open(at[odd])

    def _searched_open(self, at: Ticks) -> Mask:
        self.searched = True
        known = self.in_range(at)
        if not known.all():
            return cast("Mask", _spread(known, 0, self._searched_open, at))
        if not at.size:
            return known
        table = table_of(self._covering(at), self.scale)
        ticks = (at - table.start).view(np.uint64)
        opened: Mask = ticks < table.closes[table.window(ticks)]
        return opened

    def _searched_between(self, starts: Ticks, ends: Ticks) -> Ticks:
        self.searched = True
        known = self.in_range(starts) & self.in_range(ends)
        if not known.all():
            return cast("Ticks", _spread(known, NONE, self._searched_between, starts, ends))
        if not starts.size:
            return starts
        table = table_of(self._covering(starts, ends), self.scale)
        first, last = ((at - table.start).view(np.uint64) for at in (starts, ends))
        passed = (table.before(last, table.window(last)) - table.before(first, table.window(first))).view(np.int64)
        return np.where((passed == 0) | ((passed < 0) == (ends < starts)), passed, NONE)

    def _searched(self, at: Ticks, amounts: Amounts, *, side: Side) -> Ticks:
        """`_seek` by searching, for years not compiled too."""
        self.searched = True
        known = self.in_range(at) & (np.abs(amounts) <= self.longest) & (np.asarray(amounts) != NONE)
        if not known.all():
            return cast("Ticks", _spread(known, NONE, partial(self._searched, side=side), at, amounts))
        if not at.size:
            return at
        left = _left(amounts, side)
        timeline, back = self._covering(at), np.broadcast_to((np.asarray(amounts) - left) < 0, at.shape)
        while True:
            table = table_of(timeline, self.scale)
            ticks = (at - table.start).view(np.uint64)
            i = table.window(ticks)
            goal = table.before(ticks, i).view(np.int64) + amounts
            key = (goal - left).view(np.uint64)
            beyond = key >= table.total
            j = np.where(beyond & back, 0, table.after.searchsorted(key, "right"))
            lost = table.deserted(ticks, i, j)
            longer = self._longer(timeline, beyond & ~lost, back)
            if longer is None:
                due = table.anchors.view(np.int64)[np.minimum(j, len(table.anchors) - 1)] + goal + table.start
                found = np.where(beyond | lost | ~self.in_range(due), NONE, due)
                _stay(found, at, amounts, left, side)
                return found
            timeline = longer

    def _longer(self, timeline: Timeline, wanted: Mask, back: Mask) -> Timeline | None:
        """A longer timeline, where rows want one and there is any."""
        if timeline.last_year < LAST_YEAR and (wanted & ~back).any():
            return later(self.calendar, timeline)
        if timeline.first_year > FIRST_YEAR and (wanted & back).any():
            return earlier(self.calendar, timeline)
        return None

    def _covering(self, *arrays: Ticks) -> Timeline:
        """A timeline in which these instants lie."""
        edges = [MICROSECOND * (int(edge) // self.scale) for at in arrays for edge in (at.min(), at.max())]
        return cover(self.calendar, *edges)

    def _due_of(self, at: Ticks, duration: Duration, boundary: Boundary) -> Ticks:
        self.searched = True
        known = self.in_range(at)
        if not known.all():
            return cast("Ticks", _spread(known, NONE, lambda some: self._due_of(some, duration, boundary), at))
        if not at.size:
            return at
        if not duration.amount:
            return self._settled(at, boundary, forward=True)
        return _DUES[duration.unit](self, at, duration.amount, boundary)

    def _settled(self, dues: Ticks, boundary: Boundary, *, forward: bool) -> Ticks:
        """Close answers as the boundary wants them (W2); none for those out of range."""
        dues = np.where(self.in_range(dues), dues, NONE)
        if boundary == "close":
            return dues
        return self.next_opening(dues) if forward else self.last_closing(dues)

    def _calendar_hours(self, at: Ticks, amount: timedelta, boundary: Boundary) -> Ticks:
        ticks = ticks_of(amount, self.scale)
        fits = (at >= self.first - ticks) if ticks < 0 else (at < self.last - ticks)
        return self._settled(np.where(fits, at + (ticks if fits.any() else 0), NONE), boundary, forward=ticks > 0)

    def _calendar_days(self, at: Ticks, days: int, boundary: Boundary) -> Ticks:
        day, time = self._clock.wall_time(at)
        return self._settled(self._shown(day + days, time), boundary, forward=days > 0)

    @property
    def _clock(self) -> Clock:
        return clock_of(self.calendar.compiled.zone, self.scale)

    def _shown(self, days: Ticks, times: Ticks | int) -> Ticks:
        """The first instants at which the clock shows these days and times (W1); none where there are no such days."""
        fair = (days >= FIRST.days - 1) & (days <= LAST.days + 1)
        return np.where(fair, self._clock.first_shown(np.where(fair, days, 0), times), NONE)

    def _business_days(self, at: Ticks, days: int, boundary: Boundary) -> Ticks:
        counted_from, day, time = self._counted_from(at, forward=days > 0)
        dues = _spread(counted_from != NONE, NONE, self._landed, counted_from, day, time, days)
        return self._settled(dues, boundary, forward=days > 0)

    def _counted_from(self, at: Ticks, *, forward: bool) -> tuple[Ticks, Ticks, Ticks]:
        """The instants from which days count, with the dates and the times of day (W7)."""
        closed = ~self.is_open(at)
        start = self.next_opening(at) if forward else np.where(closed, self.last_closing(at), at)
        day, time = self._clock.wall_time(np.where(start == NONE, 0, start))
        while not forward and (ended := closed & (self._clock.first_shown(day, 0) == start)).any():
            day, time = day - ended, np.where(ended, self._clock.day, time)
        return start, day, time

    def _landed(self, at: Ticks, day: Ticks, time: Ticks, days: int) -> Ticks:
        """The n-th dates with open time after (before) those, and the instants on them that W7 names."""
        if not at.size:
            return at
        timeline, back = self._covering(at), np.full(at.shape, days < 0)
        while True:
            table, open_days = table_of(timeline, self.scale), open_days_of(timeline)
            n = open_days.searchsorted(day, "right") + days - 1 if days > 0 else open_days.searchsorted(day) + days
            found = (n >= 0) & (n < len(open_days))
            on = np.append(open_days, 0)[np.where(found, n, -1)]
            midnight = self._shown(on, 0)
            ticks, j = (at - table.start).view(np.uint64), (midnight - table.start).view(np.uint64)
            ends = np.where(found, table.closes.searchsorted(j, "right"), len(table.after) if days > 0 else 0)
            lost = table.deserted(ticks, table.window(ticks), ends)
            longer = self._longer(timeline, ~found & ~lost, back)
            if longer is None:
                return np.where(found & ~lost, self._on_date(table, midnight, self._shown(on, time)), NONE)
            timeline = longer

    @staticmethod
    def _on_date(table: Table, midnight: Ticks, same_time: Ticks) -> Ticks:
        """The same time where the desk is open then; else the last closing on the date, or its first opening."""
        i = table.window((same_time - table.start).view(np.uint64))
        closing, opening = (edges.view(np.int64)[i] + table.start for edges in (table.closes, table.next_opens))
        return np.where(same_time < closing, same_time, np.where(closing > midnight, closing, opening))


_DUES: dict[str, Callable[[Kernel, Ticks, Any, Boundary], Ticks]] = {
    "business days": Kernel._business_days,
    "calendar hours": Kernel._calendar_hours,
    "calendar days": Kernel._calendar_days,
}
