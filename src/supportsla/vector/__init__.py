"""Deadlines and business time for arrays of instants, with the same answers as for single ones; extra `numpy`.

Instants are `datetime64` and mean UTC, in any unit down to nanoseconds. What comes out has nanoseconds where anything
that went in has, else microseconds. NaT in gives NaT out. Arrays may have any shape, and are broadcast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from supportsla import worktime
from supportsla.calendars import Calendar
from supportsla.durations import Duration
from supportsla.errors import MissingExtra, NeverOpens, OutOfRange
from supportsla.worktime import Boundary, as_duration, check_boundary, compiled

try:
    import numpy as np
    import numpy.typing as npt
except ImportError:
    raise MissingExtra("supportsla.vector", "numpy") from None

from .clock_tables import readings
from .columns import Column, amounts_of, columns_of, stamps_of
from .grids import NONE, Mask, Ticks
from .kernel import Kernel, chunks

__all__ = ["deadline", "elapsed", "is_open", "next_open", "readings"]

Times = npt.ArrayLike


def deadline(
    calendar: Calendar, starts: Times, duration: Duration | timedelta | Times, *, boundary: Boundary = "close"
) -> npt.NDArray[np.datetime64]:
    """When a duration is used up, for each of many starts: `supportsla.deadline` over arrays (W2, W3, W7, W8).

    Args:
        calendar: when the desk is open.
        starts: `datetime64` in UTC, of any shape and unit down to nanoseconds.
        duration: one for all, of any of the four units; or `timedelta64` of business time, for each its own.
        boundary: where a due falls on a closing, as in `supportsla.deadline`.

    Returns:
        `datetime64` in UTC, 8 bytes a row: in nanoseconds where the starts or the durations are, else in microseconds;
        NaT where either is.

    Raises:
        OutOfRange: a start or a due lies outside [1900-01-01Z, 2201-01-01Z), or a duration is longer than those years,
            in nanoseconds than 146 years.
        NeverOpens: the calendar does not open for 5 years on the way.
        InvalidTable: the shapes do not fit each other.
        InvalidChoice, WrongType: no such boundary; no calendar, no such array.

    >>> import numpy as np
    >>> from supportsla import BusinessCalendar, business_hours, vector
    >>> desk = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00")
    >>> opened = np.array(["2026-06-12T22:00", "NaT", "2026-06-13T15:00"], dtype="datetime64[m]")
    >>> vector.deadline(desk, opened, business_hours(4)).astype("datetime64[m]").tolist()
    [datetime.datetime(2026, 6, 15, 14, 0), None, datetime.datetime(2026, 6, 15, 16, 0)]
    """
    check_boundary(boundary)
    duration = getattr(duration, "to_numpy", lambda: duration)()
    if not isinstance(duration, Duration | timedelta):
        rows = _Rows(calendar, stamps_of("starts", starts), amounts_of("durations", duration))
        return rows.stamps(
            lambda at, amounts, out: rows.kernel.used_up(at, amounts, boundary, out),
            lambda at, amount: worktime.deadline(calendar, at, amount, boundary=boundary),
        )
    one, rows = as_duration(duration), _Rows(calendar, stamps_of("starts", starts))
    return rows.stamps(
        lambda at, out: rows.kernel.due_of(at, one, boundary, out),
        lambda at: worktime.deadline(calendar, at, one, boundary=boundary),
    )


def elapsed(calendar: Calendar, starts: Times, ends: Times) -> npt.NDArray[np.timedelta64]:
    """The open time from each start to its end, negative where the end lies before: `supportsla.elapsed` over arrays.

    Args:
        calendar: when the desk is open.
        starts: `datetime64` in UTC, of any shape and unit down to nanoseconds.
        ends: likewise; one for all, or for each start its own.

    Returns:
        `timedelta64`, in nanoseconds where either is, else in microseconds; NaT where either is.

    Raises:
        OutOfRange: an instant lies outside [1900-01-01Z, 2201-01-01Z), or the answer exceeds 292 years of nanoseconds.
        InvalidTable, WrongType: as `deadline`.

    >>> import numpy as np
    >>> from supportsla import BusinessCalendar, vector
    >>> desk = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00")
    >>> opened = np.array(["2026-06-12T14:00", "2026-06-13T10:00"], dtype="datetime64[s]")
    >>> vector.elapsed(desk, opened, np.datetime64("2026-06-15T08:00")).astype("timedelta64[m]").tolist()
    [datetime.timedelta(seconds=7200), datetime.timedelta(seconds=3600)]
    """
    rows = _Rows(calendar, stamps_of("starts", starts), stamps_of("ends", ends))
    return rows.amounts(rows.kernel.open_between, partial(worktime.elapsed, calendar))


def is_open(calendar: Calendar, at: Times) -> npt.NDArray[np.bool_]:
    """Whether the desk is open at each instant (W4): `supportsla.is_open` over arrays; at NaT it is not.

    Args:
        calendar: when the desk is open.
        at: `datetime64` in UTC, of any shape and unit down to nanoseconds.

    Returns:
        An array of bool.

    Raises:
        OutOfRange, WrongType: as `deadline`.

    >>> import numpy as np
    >>> from supportsla import BusinessCalendar, vector
    >>> desk = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00")
    >>> vector.is_open(desk, np.array(["2026-06-12T07:00", "2026-06-12T15:00"], dtype="datetime64[m]"))
    array([ True, False])
    """
    rows = _Rows(calendar, stamps_of("at", at))
    return rows.truths(rows.kernel.is_open)


def next_open(calendar: Calendar, at: Times) -> npt.NDArray[np.datetime64]:
    """The first open instant at or after each: `supportsla.next_open` over arrays.

    Args:
        calendar: when the desk is open.
        at: `datetime64` in UTC, of any shape and unit down to nanoseconds.

    Returns:
        `datetime64` in UTC, in nanoseconds where `at` is, else in microseconds; NaT where it is.

    Raises:
        NeverOpens: there is none within 5 years (W13).
        OutOfRange, WrongType: as `deadline`.

    >>> import numpy as np
    >>> from supportsla import BusinessCalendar, vector
    >>> desk = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00")
    >>> print(vector.next_open(desk, np.datetime64("2026-06-12T15:00")))
    2026-06-15T07:00:00.000000
    """
    rows = _Rows(calendar, stamps_of("at", at))
    return rows.stamps(rows.kernel.next_opening, partial(worktime.next_open, calendar))


class _Rows:
    """Columns that are asked together, a chunk of rows at a time, and what is said where there is no answer."""

    def __init__(self, calendar: Calendar, *columns: Column) -> None:
        compiled(calendar)
        self.shape, self.columns = columns_of(*columns)
        self.unit = self.columns[0].unit
        self.kernel = Kernel(calendar, 1000 if self.unit == "ns" else 1)

    def stamps(self, answer: Callable[..., object], alone: Callable[..., object]) -> npt.NDArray[np.datetime64]:
        """Instants: `answer` puts them into its last argument, `alone` answers a single row, or raises."""
        found: npt.NDArray[np.datetime64] = self._answers(answer, alone).view(f"datetime64[{self.unit}]")[()]
        return found

    def amounts(self, answer: Callable[..., object], alone: Callable[..., object]) -> npt.NDArray[np.timedelta64]:
        """Likewise, amounts of time."""
        found: npt.NDArray[np.timedelta64] = self._answers(answer, alone).view(f"timedelta64[{self.unit}]")[()]
        return found

    def truths(self, answer: Callable[..., object]) -> Mask:
        """Likewise, whether something is so; at what is missing it is not."""
        found = np.empty(self.columns[0].values.shape, bool)
        for rows in self._asked(answer, found):
            self._refuse_out_of_range(rows)
        truths: Mask = found.reshape(self.shape)[()]
        return truths

    def _answers(self, answer: Callable[..., object], alone: Callable[..., object]) -> Ticks:
        found = np.empty(self.columns[0].values.shape, np.int64)
        for rows in self._asked(answer, found):
            if (unanswered := found[rows] == NONE).any():
                self._refuse_out_of_range(rows)
                self._refuse_unanswered(rows, unanswered, alone)
        return found.reshape(self.shape)

    def _asked(self, answer: Callable[..., object], found: npt.NDArray[Any]) -> Iterator[slice]:
        """Put the answers into `found`; the stretches of rows in which some may have none."""
        in_one_go = all(column.in_ticks for column in self.columns)
        for rows in [slice(0, found.size)] if in_one_go else chunks(found.size):
            answer(*(column.ticks(rows) for column in self.columns), found[rows])
        return chunks(found.size if self.kernel.searched else 0)

    def _refuse_out_of_range(self, rows: slice) -> None:
        """Raise an error about the first row that has an instant or amount out of range, and nothing missing."""
        known = ~np.logical_or.reduce([column.missing(rows) for column in self.columns])
        for column in self.columns:
            if (odd := known & ~column.fair(rows)).any():
                column.refuse(rows.start + int(odd.argmax()))

    def _refuse_unanswered(self, rows: slice, unanswered: Mask, alone: Callable[..., object]) -> None:
        """Raise what the function of single values raises for the first row that has no answer, if any has none."""
        for column in self.columns:
            unanswered &= ~column.missing(rows)
        if not unanswered.any():
            return
        row = rows.start + int(unanswered.argmax())
        where = self.columns[0].place(row)
        try:
            alone(*(column.single(row) for column in self.columns))
        except OutOfRange as error:
            raise OutOfRange(f"the answer for {where}", error.value, error.allowed) from None
        except NeverOpens as error:
            error.add_note(f"{where} is {self.columns[0].values[row]}")
            raise
        raise OutOfRange(f"the answer for {where}", "too long", "what fits 64 bits, and ends before 2201-01-01Z")
