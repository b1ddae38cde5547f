"""Grids: what a search in sorted arrays finds, found for many ticks at once.

A search halves the windows of ten years eleven times, and every halving is a guess that the processor loses. A grid
needs none: the stretch is cut into cells of a power of two, so that a tick's cell is a shift away. A cell says how far
to move its ticks, so that another shift gives the number of the key that they have reached: the one key within the cell
is moved onto an edge. Where several keys are in a cell, that is done again for each.

Keys 0, 5 and 11, in cells of 8: key 5 cuts the cell of 0 to 7, which therefore adds 3, so that 4 becomes 7, of key 0,
and 5 becomes 8, of key 1. Key 11 cuts the cell of 8 to 15, which adds 5: 10 becomes 15, of key 1, and 11 becomes 16.

Keys at even steps are cells themselves, found by a division: so are, as open time counts, the closings of a desk with
the same hours every day. There, an `EvenRamp` counts open ticks by one table.

Tables are read with `take(mode="wrap")`, the quickest mode, since no place lies outside. Shifts and limits are kept as
arrays, so that NumPy need not convert them for each chunk.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "NONE",
    "EvenRamp",
    "Grid",
    "Mask",
    "Places",
    "Ramp",
    "Scratch",
    "Ticks",
    "Unsigned",
    "even_ramp",
    "evened",
    "grid",
]

Ticks = npt.NDArray[np.int64]
Unsigned = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
NONE = int(np.iinfo(np.int64).min)
"""A tick that is missing, as NaT is; in answers, one that there is not."""

_DEEPEST, _FAR = 15, 2**62
_KEY_BYTES = 16
"""What the values of a key take: two numbers at most."""


class Scratch(NamedTuple):
    """Columns to compute in; `numbers` and `moved` are `places` and `spare`, unsigned."""

    places: Ticks
    numbers: Unsigned
    spare: Ticks
    moved: Unsigned
    ticks: Ticks

    @classmethod
    def of(cls, size: int) -> Scratch:
        """New ones of a size."""
        places, spare, ticks = np.empty((3, size), np.int64)
        return cls(places, places.view(np.uint64), spare, spare.view(np.uint64), ticks)

    def first(self, size: int) -> Scratch:
        """The first rows of each."""
        places, numbers, spare, moved, ticks = self
        return Scratch(places[:size], numbers[:size], spare[:size], moved[:size], ticks[:size])


class Grid:
    """Which of sorted keys, the first of which is 0, a tick in `[0, length)` has reached last.

    A level leads from slots, the first of which are the cells, to the slots that come of cutting each at its first key;
    the last one leads to the keys alone. It holds what to add to the ticks of a slot, so that a shift numbers the next.
    Where the cells are the keys, no level is wanted, and a cell may be of any size.
    """

    def __init__(self, keys: Ticks, length: int, cell: int, depth: int) -> None:
        shift = cell.bit_length() - 1
        cells = _cells(length, cell)
        inside = keys[keys % cell > 0]
        nth_in_cell = np.arange(len(inside)) - (inside // cell).searchsorted(inside // cell)
        cuts = (inside[nth_in_cell < level] for level in range(1, depth))
        slots = [cells, *(np.sort(np.append(cells, cut), kind="stable") for cut in cuts), keys]
        self.levels = [_moves(before, after, shift) for before, after in pairwise(slots)] if depth else []
        self.length, self.cell, self.shift = length, np.array(cell, np.uint64), np.array(shift, np.uint64)

    @property
    def nbytes(self) -> int:
        """What the tables take, in bytes."""
        return sum(level.nbytes for level in self.levels)

    @property
    def depth(self) -> int:
        """How many levels it has: as many as there are keys in a cell, but for those at which cells start."""
        return len(self.levels)

    def find(self, ticks: Ticks, scratch: Scratch) -> Mask | None:
        """Put the number of the key into `places`; the answer is which ticks are out of the stretch, and now 0."""
        odd, unsigned = _only_within(ticks, self.length), ticks.view(np.uint64)
        places, numbers, spare, moved, _ = scratch
        if not self.levels:
            np.floor_divide(unsigned, self.cell, out=numbers)
            return odd
        np.right_shift(unsigned, self.shift, out=numbers)
        for level in self.levels:
            level.take(places, out=spare, mode="wrap")
            np.add(ticks, spare, out=spare)
            np.right_shift(moved, self.shift, out=numbers)
        return odd


def grid(keys: Ticks, length: int, most_bytes: int, deepest: int = _DEEPEST) -> Grid | None:
    """The grid in so much memory, of the fewest levels; None where the keys are too dense for that."""
    step, count = int(keys[1]) if len(keys) > 1 else length, len(keys)
    even = count == (length - 1) // step + 1 and np.array_equal(keys, np.arange(count) * step)
    if even and _KEY_BYTES * count <= most_bytes:
        return Grid(keys, length, step, 0)
    for depth in range(1, deepest + 1):
        apart = np.min(keys[depth:] - keys[:-depth], initial=length)
        cell = 1 << (int(apart).bit_length() - 1)
        cells = length // cell + 1
        if 8 * depth * cells <= most_bytes and (cells + len(keys)) * cell < 2 * _FAR:
            found = Grid(keys, length, cell, depth)
            if found.nbytes <= most_bytes:
                return found
    return None


def evened(keys: Ticks, length: int, most_bytes: int) -> Ticks:
    """The keys, with those between that make the steps even, if the values of each then fit into so much memory."""
    step = int(np.gcd.reduce(keys)) or length
    return _cells(length, step) if _KEY_BYTES * (length // step + 1) <= most_bytes else keys


class Ramp(NamedTuple):
    """A value that, from each key of a grid on, is the tick less an anchor, but at most a top."""

    grid: Grid
    anchors: Ticks
    tops: Ticks

    @property
    def nbytes(self) -> int:
        """What it takes, in bytes."""
        return self.grid.nbytes + self.anchors.nbytes + self.tops.nbytes

    @property
    def depth(self) -> int:
        """How many levels the grid has."""
        return self.grid.depth

    def find(self, at: Ticks, start: int, found: Ticks, scratch: Scratch) -> Mask | None:
        """Put the value at each instant, less the start, into `found`; the answer is that of the grid."""
        odd = self._unbounded(at, start, found, scratch)
        np.minimum(found, scratch.spare, out=found)
        return odd

    def rises(self, at: Ticks, start: int, rising: Mask, scratch: Scratch) -> Mask | None:
        """Likewise, whether the value at the next tick is another."""
        odd = self._unbounded(at, start, scratch.ticks, scratch)
        np.less(scratch.ticks, scratch.spare, out=rising)
        return odd

    def _unbounded(self, at: Ticks, start: int, found: Ticks, scratch: Scratch) -> Mask | None:
        """Put the value that has no top into `found`, and the top into `spare`."""
        np.subtract(at, start, out=found)
        odd = self.grid.find(found, scratch)
        places, spare = scratch.places, scratch.spare
        self.anchors.take(places, out=spare, mode="wrap")
        np.subtract(found, spare, out=found)
        self.tops.take(places, out=spare, mode="wrap")
        return odd


class EvenRamp:
    """A `Ramp` of windows that are equally long: how many of their ticks lie before a tick, less one. It has one table.

    Slots, numbered from 1, are for a window each and the gap before it. A tick is moved into its slot, which ends a
    tick after its window has closed; the ticks of a gap that is longer than a slot are moved to its first cell. By the
    end of slot n, n windows have passed. The distance to the end, but at most a tick more than the window is long, is
    one more than the open ticks still to come: so n windows less the distance is the value.

    Windows of the ticks 2 to 4 and 12 to 14, in slots of 16: the first slot begins at 16, and its end, 32, is for tick
    6. So tick 3 becomes 29, which is 3 before the end: the value is 3 - 3 = 0, the number of tick 2.
    """

    depth = 0
    """It has no levels to go through."""

    def __init__(self, closes: Ticks, width: int, length: int, cell: int) -> None:
        cell_shift, slot_shift = cell.bit_length() - 1, (width + cell + 1).bit_length()
        cells, ends = _cells(length, cell), closes + 1
        passed = ends.searchsorted(cells, "right")
        end = np.append(ends, length + (2 << slot_shift))[passed]
        self.moves: Ticks = np.maximum(((passed + 2) << slot_shift) - end, ((passed + 1) << slot_shift) - cells)
        self.length, self.width, self.opening = length, np.array(width), np.array(-width - 1)
        self.cell_shift, self.slot_shift = np.array(cell_shift, np.uint64), np.array(slot_shift, np.uint64)
        self.high_bits = np.array(-1 << slot_shift)

    @property
    def nbytes(self) -> int:
        """What it takes, in bytes."""
        return self.moves.nbytes

    def find(self, at: Ticks, start: int, found: Ticks, scratch: Scratch) -> Mask | None:
        """As `Ramp.find`."""
        odd = self._moved(at, start, found, scratch)
        places, spare = scratch.places, scratch.spare
        np.maximum(spare, self.opening, out=spare)
        np.multiply(places, self.width, out=places)
        np.add(places, spare, out=found)
        return odd

    def rises(self, at: Ticks, start: int, rising: Mask, scratch: Scratch) -> Mask | None:
        """As `Ramp.rises`."""
        odd = self._moved(at, start, scratch.ticks, scratch)
        np.subtract(scratch.spare, self.opening, out=scratch.spare)
        np.less(scratch.moved, self.width.view(np.uint64), out=rising)
        return odd

    def _moved(self, at: Ticks, start: int, ticks: Ticks, scratch: Scratch) -> Mask | None:
        """Put the number of the slot into `places`, and the negative distance to its end into `spare`."""
        np.subtract(at, start, out=ticks)
        odd = _only_within(ticks, self.length)
        places, numbers, spare, moved, _ = scratch
        np.right_shift(ticks.view(np.uint64), self.cell_shift, out=numbers)
        self.moves.take(places, out=spare, mode="wrap")
        np.add(ticks, spare, out=spare)
        np.right_shift(moved, self.slot_shift, out=numbers)
        np.bitwise_or(spare, self.high_bits, out=spare)
        return odd


def even_ramp(opens: Ticks, closes: Ticks, length: int, most_bytes: int) -> EvenRamp | None:
    """The ramp in so much memory; None where the windows are not equally long, or too dense for that."""
    width, apart = int(closes[0] - opens[0]), np.min(opens[1:] - closes[:-1], initial=length)
    cell = 1 << (int(apart).bit_length() - 1)
    fits = 8 * (length // cell + 1) <= most_bytes and (len(opens) + 2) * 2 * (width + cell + 1) < _FAR
    return EvenRamp(closes, width, length, cell) if fits and (closes - opens == width).all() else None


def _only_within(ticks: Ticks, length: int) -> Mask | None:
    """Which ticks do not lie in `[0, length)`, if any; they are 0 now."""
    unsigned = ticks.view(np.uint64)
    if np.maximum.reduce(unsigned) < length:
        return None
    odd: Mask = unsigned >= length
    np.putmask(ticks, odd, 0)
    return odd


def _cells(length: int, cell: int) -> Ticks:
    """Where the cells of a stretch start."""
    return np.arange((length - 1) // cell + 1, dtype=np.int64) * cell


def _moves(slots: Ticks, finer: Ticks, shift: int) -> Ticks:
    """What to add to the ticks of each slot, for a shift to tell which of the finer slots they are in.

    Slots are given by their starts. A slot lies in one finer slot, or in two: then it is cut where the second starts.
    """
    following = np.bincount(slots.searchsorted(finer), minlength=len(slots))[: len(slots)].cumsum()
    cut = np.minimum(np.append(finer, _FAR)[following], slots + (1 << shift))
    moves: Ticks = (following << shift) - cut
    return moves
