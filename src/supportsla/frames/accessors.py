"""What a column of stamps answers under the name `sla`, whichever library it is of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

from supportsla.calendars import Calendar
from supportsla.errors import WrongType
from supportsla.worktime import Boundary

from .questions import Question, deadlines, deadlines_each, next_opens, open_flags, open_time

__all__ = ["Accessor"]

Column = TypeVar("Column")


class Accessor(ABC, Generic[Column]):
    """The methods of `sla`; what another column may be is what the library takes for one."""

    _others: tuple[type, ...]

    def __init__(self, column: Column) -> None:
        self._column = column

    def deadline(self, calendar: Calendar, duration: Any, *, boundary: Boundary = "close") -> Column:
        """When a duration is used up that begins at each, as `supportsla.frames.deadline` says.

        The duration is a `Duration`, a `timedelta` of business time, or another column of durations.
        """
        if isinstance(duration, self._others):
            return self._answer(deadlines_each(calendar, boundary), duration)
        return self._answer(deadlines(calendar, duration, boundary))

    def elapsed(self, calendar: Calendar, ends: Any) -> Column:
        """The open time from each to its end in another column, as `supportsla.frames.elapsed` says."""
        if not isinstance(ends, self._others):
            raise WrongType("ends", ends, f"a column: {' or '.join(kind.__name__ for kind in self._others)}")
        return self._answer(open_time(calendar), ends)

    def is_open(self, calendar: Calendar) -> Column:
        """Whether the desk is open at each, as `supportsla.frames.is_open` says."""
        return self._answer(open_flags(calendar))

    def next_open(self, calendar: Calendar) -> Column:
        """The first open instant at or after each, as `supportsla.frames.next_open` says."""
        return self._answer(next_opens(calendar))

    @abstractmethod
    def _answer(self, question: Question, *others: Any) -> Column:
        """What the column, and others beside it, answer."""
