"""Grids: what a search in sorted arrays finds, found for many ticks at once.

A search halves the windows of ten years eleven times, and every halving is a guess that the processor loses. A grid
needs none: the stretch is cut into cells of a power of two, so that a tick's cell is a shift away. A cell says how far
to move its ticks, so that another shift gives the number of the key that they have reached: the one key within the cell
is moved onto an edge. Where several keys are in a cell, that is done again for each.

Keys 0, 5 and 11, in cells of 8: key 5 cuts the cell of 0 to 7, which therefore adds 3, so that 4 becomes 7, of key 0,
and 5 becomes 8, of key 1. Key 11 cuts the cell of 8 to 15, which adds 5: 10 becomes 15, of key 1, and 11 becomes 16.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["NONE", "Grid", "Mask", "Places", "Ramp", "Ticks", "grid", "taken"]

Ticks = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
NONE = int(np.iinfo(np.int64).min)
"""A tick that is missing, as NaT is; in answers, one that there is not."""

_DEEPEST, _FAR = 15, 2**62


class Grid:
    """Which of sorted keys, the first of which is 0, a tick in `[0, length)` has reached last.

    A level leads from slots, the first of which are the cells, to the slots that come of cutting each at its first key;
    the last one leads to the keys alone. It holds what to add to the ticks of a slot, so that a shift numbers the next.
    """

    def __init__(self, keys: Ticks, length: int, shift: int, depth: int) -> None:
        self.length, self.shift = length, shift
        cells = np.arange(_cells(length, shift), dtype=np.int64) << shift
        inside = keys[(keys & ((1 << shift) - 1)) > 0]
        nth_in_cell = np.arange(len(inside)) - (inside >> shift).searchsorted(inside >> shift)
        cuts = (inside[nth_in_cell < level] for level in range(1, depth))
        slots = [cells, *(np.sort(np.append(cells, cut), kind="stable") for cut in cuts), keys]
        self.levels = [_moves(before, after, shift) for before, after in pairwise(slots)]

    @property
    def nbytes(self) -> int:
        """What the tables take, in bytes."""
        return sum(level.nbytes for level in self.levels)

    @property
    def depth(self) -> int:
        """How many levels it has: as many as there are keys in a cell."""
        return len(self.levels)

    def find(self, ticks: Ticks, places: Ticks, spare: Ticks) -> Mask | None:
        """Put the number of the key into `places`; the answer is which ticks are out of the stretch, and now 0."""
        odd = _out_of(ticks, self.length)
        if odd is not None:
            np.putmask(ticks, odd, 0)
        np.right_shift(ticks, self.shift, out=places)
        for level in self.levels:
            np.add(ticks, taken(level, places, spare), out=spare)
            np.right_shift(spare, self.shift, out=places)
        return odd


def grid(keys: Ticks, length: int, most_bytes: int, deepest: int = _DEEPEST) -> Grid | None:
    """The grid in so much memory, of the fewest levels; None where the keys are too dense for that."""
    for depth in range(1, deepest + 1):
        apart = np.min(keys[depth:] - keys[:-depth], initial=length)
        shift = int(apart).bit_length() - 1
        cells = _cells(length, shift)
        if 8 * depth * cells <= most_bytes and (cells + len(keys)) << shift < 2 * _FAR:
            found = Grid(keys, length, shift, depth)
            if found.nbytes <= most_bytes:
                return found
    return None


class Ramp(NamedTuple):
    """A value that, from each key of a grid on, is the tick less an anchor, but at most a top."""

    grid: Grid
    anchors: Ticks
    tops: Ticks

    @property
    def nbytes(self) -> int:
        """What it takes, in bytes."""
        return self.grid.nbytes + self.anchors.nbytes + self.tops.nbytes

    def find(self, ticks: Ticks, found: Ticks, places: Ticks, spare: Ticks) -> Mask | None:
        """Put the value at each tick into `found`; the answer is that of the grid."""
        odd = self.grid.find(ticks, places, spare)
        np.subtract(ticks, taken(self.anchors, places, spare), out=found)
        np.minimum(found, taken(self.tops, places, spare), out=found)
        return odd


def taken(values: Ticks, places: Ticks, out: Ticks) -> Ticks:
    """The values at places, all of which there are, so that none wraps around: that mode is the quickest."""
    found: Ticks = values.take(places, out=out, mode="wrap")
    return found


def _out_of(ticks: Ticks, length: int) -> Mask | None:
    """Which ticks do not lie in `[0, length)`, if any."""
    unsigned = ticks.view(np.uint64)
    if np.maximum.reduce(unsigned) < length:
        return None
    odd: Mask = unsigned >= length
    return odd


def _cells(length: int, shift: int) -> int:
    return ((length - 1) >> shift) + 1


def _moves(slots: Ticks, finer: Ticks, shift: int) -> Ticks:
    """What to add to the ticks of each slot, for a shift to tell which of the finer slots they are in.

    Slots are given by their starts. A slot lies in one finer slot, or in two: then it is cut where the second starts.
    """
    following = np.bincount(slots.searchsorted(finer), minlength=len(slots))[: len(slots)].cumsum()
    cut = np.minimum(np.append(finer, _FAR)[following], slots + (1 << shift))
    moves: Ticks = (following << shift) - cut
    return moves
