"""Half-open stretches: `Window` for callers, and the set algebra that everything else stands on.

A set of stretches is a sorted list of pairs `(low, high)` of integers, none empty, no two touching. The three
operations are free functions; an intersection is the difference from the complement.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from operator import lt

import attrs

from .errors import InvalidWindow, WrongType
from .zones import EPOCH, FOREVER, MICROSECOND, as_utc, in_range, since_epoch

__all__ = ["Pair", "Window", "clipped", "difference", "intersection", "merged", "pairs_of", "union"]

Pair = tuple[int, int]


@attrs.frozen
class Window:
    """A half-open stretch of instants, `[opens, closes)`.

    Windows are equal when their instants are, whatever zones they are written in.

    Raises:
        NaiveDatetime: an edge has no zone.
        OutOfRange: an edge lies outside years 1900 to 2200.
        InvalidWindow: it does not close after it opens.

    >>> from datetime import datetime, timezone
    >>> Window(datetime(2026, 5, 4, 9, tzinfo=timezone.utc), datetime(2026, 5, 4, 17, tzinfo=timezone.utc)).length
    datetime.timedelta(seconds=28800)
    """

    opens: datetime = attrs.field(eq=as_utc)
    closes: datetime = attrs.field(eq=as_utc)

    def __attrs_post_init__(self) -> None:
        opens = in_range(since_epoch(self.opens, "opens"), "opens")
        if in_range(since_epoch(self.closes, "closes"), "closes") <= opens:
            raise InvalidWindow(self.opens, self.closes)

    @property
    def length(self) -> timedelta:
        """The real time from opening to closing."""
        return (self.closes - EPOCH) - (self.opens - EPOCH)


def pairs_of(windows: Iterable[Window]) -> list[Pair]:
    """The windows as merged pairs of microseconds since 1970-01-01Z."""
    if not isinstance(windows, Iterable) or isinstance(windows, str):
        raise WrongType("the right operand", windows, "a calendar or an iterable of Window, such as [window]")
    return merged(_pair(window) for window in windows)


def _pair(window: Window) -> Pair:
    if not isinstance(window, Window):
        raise WrongType("a member of windows", window, "a Window")
    return (window.opens - EPOCH) // MICROSECOND, (window.closes - EPOCH) // MICROSECOND


def merged(pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs in order, empty ones dropped, touching and overlapping ones joined."""
    given = list(pairs)
    if _apart(given):
        return given
    joined: list[Pair] = []
    last = -FOREVER
    for low, high in sorted(given):
        if low >= high:
            continue
        if low > last:
            joined.append((low, high))
            last = high
        elif high > last:
            joined[-1] = (joined[-1][0], high)
            last = high
    return joined


def _apart(pairs: list[Pair]) -> bool:
    """Whether the pairs are in order already, none empty, none touching."""
    if not pairs:
        return True
    lows, highs = zip(*pairs, strict=True)
    return all(map(lt, lows, highs)) and all(map(lt, highs, lows[1:]))


def union(left: Iterable[Pair], right: Iterable[Pair]) -> list[Pair]:
    """What lies in either set."""
    return merged([*left, *right])


def difference(left: list[Pair], right: Iterable[Pair]) -> list[Pair]:
    """What lies in the left set and not in the right one."""
    rest: list[Pair] = []
    taken = 0
    for low, high in right:
        first = bisect_left(left, (low,), taken)
        rest += left[taken:first]
        if rest and rest[-1][1] > low:
            opens, closes = rest.pop()
            rest += [pair for pair in ((opens, low), (high, closes)) if pair[0] < pair[1]]
        taken = bisect_left(left, (high,), first)
        if taken > first and left[taken - 1][1] > high:
            rest.append((high, left[taken - 1][1]))
    return rest + left[taken:]


def intersection(left: list[Pair], right: Iterable[Pair]) -> list[Pair]:
    """What lies in both sets; quickest where the right one is short."""
    return difference(left, _complement(right))


def clipped(pairs: list[Pair], low: int, high: int) -> list[Pair]:
    """What of the set lies in [low, high)."""
    return intersection(pairs, [(low, high)])


def _complement(pairs: Iterable[Pair]) -> Iterator[Pair]:
    low = -FOREVER
    for opens, closes in pairs:
        yield low, opens
        low = closes
    yield low, FOREVER
