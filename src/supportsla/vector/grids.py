"""Grids: what a search in sorted arrays finds, found for many ticks at once.

A search halves the windows of ten years eleven times, and every halving is a guess that the processor loses. A grid
needs none: the stretch is cut into cells of a power of two, so that a tick's cell is a shift away, and what is left to
decide within a cell takes a few steps without a branch, as many as the fullest cell needs. So a short gap costs a step
more, and no finer grid.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

__all__ = ["NONE", "Mask", "Places", "Ramp", "Steps", "Ticks", "ramp", "steps"]

Ticks = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
NONE = int(np.iinfo(np.int64).min)
"""A tick that is missing, as NaT is; in answers, one that there is not."""

_DEEPEST = 15


class Ramp:
    """Open time by tick, over `[0, length)`: in window i the tick less `anchors[i]`, and `after[i]` once it is closed.

    A cell holds the window that opened last by its start, and so many after it that the last of them does not close
    within the cell. Of two windows, the open time is the tick less the second anchor, but at least what there is after
    the first, but at most the tick less the first anchor; and so on, from the last window to the first.
    """

    def __init__(self, anchors: Ticks, after: Ticks, first: Places, shift: int, depth: int) -> None:
        self.shift = shift
        self.anchors = [_at(anchors, first + level) for level in range(depth + 1)]
        self.after = [_at(after, first + level) for level in range(depth)]

    @property
    def nbytes(self) -> int:
        """What the tables take, in bytes."""
        return sum(table.nbytes for table in (*self.anchors, *self.after))

    def find(self, ticks: Ticks, found: Ticks, cells: Ticks, spare: Ticks) -> None:
        """Put the open time before each tick, all of them within the stretch, into `found`."""
        np.right_shift(ticks, self.shift, out=cells)
        self.anchors[-1].take(cells, out=spare, mode="clip")
        np.subtract(ticks, spare, out=found)
        for anchors, after in zip(self.anchors[-2::-1], self.after[::-1], strict=True):
            after.take(cells, out=spare, mode="clip")
            np.maximum(found, spare, out=found)
            anchors.take(cells, out=spare, mode="clip")
            np.subtract(ticks, spare, out=spare)
            np.minimum(found, spare, out=found)


def ramp(opens: Ticks, closes: Ticks, length: int, most_bytes: int) -> Ramp | None:
    """The ramp of windows in so much memory, of the least depth; None where they are too dense for that."""
    after = np.cumsum(closes - opens)
    anchors, best = np.append(closes - after, length), None
    for shift, starts in _cuts(length, most_bytes // 24):
        first = opens.searchsorted(starts, "right") - 1
        depth = max(1, int((closes.searchsorted(starts + (1 << shift)) - first).max()))
        fits = depth <= _DEEPEST and len(starts) * 8 * (2 * depth + 1) <= most_bytes
        if fits and (best is None or depth < best[2]):
            best = first, shift, depth
    return None if best is None else Ramp(anchors, after, *best)


class Steps:
    """Values that hold from sorted keys on, the first of which is 0, over `[0, length)`.

    A cell has a slot for the value before its first key and one for that after each. A tick starts at the first slot,
    and goes on by one for each key that it has reached: `bounds` holds for each slot the last tick before the next key.
    """

    def __init__(self, keys: Ticks, values: Ticks, starts: Ticks, shift: int, depth: int) -> None:
        self.shift, self.depth, self.bits = shift, depth, depth.bit_length()
        reached = keys.searchsorted(starts, "right")
        next_key = (reached[:, None] + np.arange(1 << self.bits)).ravel()
        self.bounds = _at(np.append(keys, 2**62), next_key) - 1
        self.values = _at(values, np.minimum(next_key, len(keys)) - 1)

    @property
    def nbytes(self) -> int:
        """What the tables take, in bytes."""
        return self.bounds.nbytes + self.values.nbytes

    def find(self, ticks: Ticks, found: Ticks, slots: Ticks) -> None:
        """Put the value that holds at each tick, all of them within the stretch, into `found`."""
        np.right_shift(ticks, self.shift, out=slots)
        np.left_shift(slots, self.bits, out=slots)
        for _ in range(self.depth):
            self.bounds.take(slots, out=found, mode="clip")
            np.subtract(found, ticks, out=found)
            np.right_shift(found, 63, out=found)
            np.subtract(slots, found, out=slots)
        self.values.take(slots, out=found, mode="clip")


def steps(keys: Ticks, values: Ticks, length: int, most_bytes: int) -> Steps | None:
    """The steps in so much memory, of the least depth; None where the keys are too dense for that."""
    best = None
    for shift, starts in _cuts(length, most_bytes // 32):
        cells = keys >> shift
        fair = (depth for depth in range(1, _DEEPEST + 1) if not np.any(cells[depth:] == cells[:-depth]))
        depth = next(fair, _DEEPEST + 1)
        fits = depth <= _DEEPEST and len(starts) * 16 << depth.bit_length() <= most_bytes
        if fits and (best is None or depth < best[2]):
            best = starts, shift, depth
    return None if best is None else Steps(keys, values, *best)


def _cuts(length: int, most: int) -> Iterator[tuple[int, Ticks]]:
    """The ways to cut a stretch into cells, so many at most, from one cell on: the shift, and the starts."""
    for shift in range(length.bit_length(), -1, -1):
        count = (length - 1 >> shift) + 1
        if count > most:
            return
        yield shift, np.arange(count, dtype=np.int64) << shift


def _at(values: Ticks, places: Places) -> Ticks:
    """The values at those places, the last one for those beyond."""
    return values[np.minimum(places, len(values) - 1)]
