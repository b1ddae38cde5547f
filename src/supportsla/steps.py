"""Step functions over ticks, looked up for many at once: which of sorted keys was the last one reached, and its values.

A search halves the keys of ten years eleven times, and every halving is a guess that the processor loses. A grid needs
none: the stretch is cut into cells of a power of two, so that a tick's cell is a shift away. A cell has a slot for the
values before its first key and one for those after each: a tick starts at the first slot, and goes on by one for each
key that it has reached, as often as the fullest cell has keys, without a branch.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Steps", "Ticks", "steps"]

Ticks = npt.NDArray[np.int64]
_Unsigned = npt.NDArray[np.uint64]
_DEEPEST = 15


class Steps:
    """Values that hold from sorted keys on, over `[0, length)`; the first key is 0. Made by `steps`.

    `depth` is how many keys the fullest cell has. `bounds` holds for each slot the last tick before the next key of its
    cell. Differences are taken modulo 2**64.
    """

    def __init__(self, keys: _Unsigned, columns: list[_Unsigned], length: int, shift: int, depth: int) -> None:
        self.shift, self.depth, self.bits = shift, depth, depth.bit_length()
        starts = np.arange((length - 1 >> shift) + 1, dtype=np.uint64) << np.uint64(shift)
        reached = keys.searchsorted(starts, "right")
        keys_after = (reached[:, None] + np.arange(1 << self.bits)).ravel()
        ends = np.repeat(starts + np.uint64(1 << shift), 1 << self.bits)
        next_keys = np.append(keys, np.uint64(0))[np.minimum(keys_after, len(keys))] - np.uint64(1)
        self.bounds = np.minimum(next_keys, ends).view(np.int64)
        last_reached = np.minimum(keys_after, len(keys)) - 1
        self.columns = [column[last_reached].view(np.int64) for column in columns]

    @property
    def nbytes(self) -> int:
        """What the tables take."""
        return sum(table.nbytes for table in (self.bounds, *self.columns))

    def find(self, ticks: Ticks, slots: Ticks, spare: Ticks) -> None:
        """Put the slot of each tick, all of them within the stretch, into `slots`."""
        np.right_shift(ticks.view(np.uint64), np.uint64(self.shift), out=slots.view(np.uint64))
        np.left_shift(slots, self.bits, out=slots)
        for _ in range(self.depth):
            self.bounds.take(slots, out=spare, mode="clip")
            np.subtract(spare, ticks, out=spare)
            np.right_shift(spare, 63, out=spare)
            np.subtract(slots, spare, out=slots)


def steps(keys: _Unsigned, columns: list[_Unsigned], length: int, slots: int) -> Steps | None:
    """The steps in the grid, of so many slots at most, whose cells are the least full.

    None where they are too full, or there are no keys.
    """
    if not len(keys):
        return None
    shifts = range(length.bit_length(), (length // slots).bit_length() - 1, -1)
    depths = {shift: _depth(keys, shift) for shift in shifts}
    fair = [shift for shift, depth in depths.items() if (length >> shift) + 1 << depth.bit_length() <= slots]
    best = min(fair, key=depths.__getitem__, default=None)
    return None if best is None else Steps(keys, columns, length, best, depths[best])


def _depth(keys: _Unsigned, shift: int) -> int:
    """How many keys the fullest cell has, and one at least; one more than the deepest where there are too many."""
    cells = keys >> np.uint64(shift)
    full = (depth for depth in range(1, _DEEPEST + 1) if not np.any(cells[depth:] == cells[:-depth]))
    return next(full, len(keys))
