"""Working time by the column, for pandas, Polars, PyArrow, DuckDB, Dask and Spark: columns in, columns out.

Every function takes a frame and the names of its columns, and gives back a frame of the same kind with one column more;
a column of that name is replaced. What pandas, Polars (eager and lazy), PyArrow (tables, record batches and their
readers) and DuckDB (relations) have in common is one path to `supportsla.vector`; the workers of Dask and Spark go it
for the parts of a frame that they have.

Stamps with a zone are instants, and answers come back in the zone of their column. Stamps without a zone mean UTC, and
answers have none either. Answers are in nanoseconds where a column is, else in microseconds; null answers null.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from supportsla.calendars import Calendar
from supportsla.durations import Duration
from supportsla.errors import MissingExtra
from supportsla.plan import Plan
from supportsla.worktime import Boundary

try:
    from .kinds import with_answer, with_readings
    from .logs import log_of
    from .questions import deadlines, deadlines_each, next_opens, open_flags, open_time
except ImportError:
    raise MissingExtra("supportsla.frames", "frames") from None

__all__ = ["deadline", "elapsed", "is_open", "next_open", "readings"]

Frame = TypeVar("Frame")


def deadline(
    frame: Frame,
    calendar: Calendar,
    starts: str,
    duration: Duration | timedelta | str,
    *,
    boundary: Boundary = "close",
    into: str = "due",
) -> Frame:
    """The frame with a column of when a duration is used up that begins at each start (W2, W3, W7, W8).

    Args:
        frame: of pandas, Polars, PyArrow, DuckDB, Dask or Spark.
        calendar: when the desk is open.
        starts: the name of a column of stamps; those without a zone mean UTC.
        duration: a `Duration`, a `timedelta` of business time, or the name of a column of durations, which are of
            business time.
        boundary: where a due falls on a closing: "close", the closing itself, or "open", the next opening.
        into: the name of the new column: stamps in the zone of `starts`, in ns where a column is, else in us.

    Raises:
        UnknownColumn: the frame has no such column.
        WrongType: the frame is of no such kind, or a column holds no stamps or durations.
        OutOfRange, NeverOpens, InvalidChoice: as `supportsla.vector.deadline`.
        MissingExtra: a library that a frame of that kind needs is not installed.

    >>> import polars as pl
    >>> from datetime import datetime
    >>> from supportsla import BusinessCalendar, business_hours, frames
    >>> desk = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00")
    >>> tickets = pl.DataFrame({"opened": [datetime(2026, 6, 12, 22), None]})
    >>> print(frames.deadline(tickets, desk, "opened", business_hours(4))["due"].to_list())
    [datetime.datetime(2026, 6, 15, 14, 0), None]
    """
    if isinstance(duration, str):
        return with_answer(frame, deadlines_each(calendar, boundary), (starts, duration), into)
    return with_answer(frame, deadlines(calendar, duration, boundary), (starts,), into)


def elapsed(frame: Frame, calendar: Calendar, starts: str, ends: str, *, into: str = "elapsed") -> Frame:
    """The frame with a column of the open time from each start to its end, negative where that lies before it.

    Args:
        frame: of pandas, Polars, PyArrow, DuckDB, Dask or Spark.
        calendar: when the desk is open.
        starts: the name of a column of stamps.
        ends: the name of another; both have a zone, which may differ, or neither.
        into: the name of the new column: durations, in ns where a column is, else in us; in DuckDB intervals.

    Raises:
        UnknownColumn, WrongType, OutOfRange, MissingExtra: as `deadline`.

    >>> import polars as pl
    >>> from datetime import datetime
    >>> from supportsla import BusinessCalendar, frames
    >>> desk = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00")
    >>> tickets = pl.DataFrame({"opened": [datetime(2026, 6, 12, 22)], "answered": [datetime(2026, 6, 15, 13)]})
    >>> print(frames.elapsed(tickets, desk, "opened", "answered")["elapsed"].item())
    3:00:00
    """
    return with_answer(frame, open_time(calendar), (starts, ends), into)


def is_open(frame: Frame, calendar: Calendar, at: str, *, into: str = "is_open") -> Frame:
    """The frame with a column of whether the desk is open at each stamp (W4).

    Args:
        frame: of pandas, Polars, PyArrow, DuckDB, Dask or Spark.
        calendar: when the desk is open.
        at: the name of a column of stamps.
        into: the name of the new column: booleans that may be null, in pandas of the dtype "boolean".

    Raises:
        UnknownColumn, WrongType, OutOfRange, MissingExtra: as `deadline`.

    >>> import polars as pl
    >>> from datetime import datetime
    >>> from supportsla import BusinessCalendar, frames
    >>> desk = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00")
    >>> tickets = pl.DataFrame({"opened": [datetime(2026, 6, 12, 22), datetime(2026, 6, 13, 22), None]})
    >>> print(frames.is_open(tickets, desk, "opened")["is_open"].to_list())
    [True, False, None]
    """
    return with_answer(frame, open_flags(calendar), (at,), into)


def next_open(frame: Frame, calendar: Calendar, at: str, *, into: str = "next_open") -> Frame:
    """The frame with a column of the first open instant at or after each stamp: itself, while the desk is open.

    Args:
        frame: of pandas, Polars, PyArrow, DuckDB, Dask or Spark.
        calendar: when the desk is open.
        at: the name of a column of stamps.
        into: the name of the new column: stamps as those of `deadline`.

    Raises:
        UnknownColumn, WrongType, OutOfRange, NeverOpens, MissingExtra: as `deadline`.

    >>> import polars as pl
    >>> from datetime import datetime
    >>> from supportsla import BusinessCalendar, frames
    >>> desk = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00")
    >>> tickets = pl.DataFrame({"opened": [datetime(2026, 6, 13, 22)]})
    >>> print(frames.next_open(tickets, desk, "opened")["next_open"].item())
    2026-06-15 12:00:00
    """
    return with_answer(frame, next_opens(calendar), (at,), into)


def readings(frame: Frame, plan: Plan, now: datetime, *, columns: Mapping[str, str] | None = None) -> Frame:
    """A frame of the readings of every clock of every case, as of `now`: a row for each case and metric.

    Args:
        frame: of pandas, Polars, PyArrow, DuckDB, Dask or Spark: a row for each event, with the columns that
            `supportsla.vector.readings` says: `case`, `at` (stamps), `what`, `status`, `who` and `priority`, and where
            there are such `channel`, `public`, `subject`, `timer` and `until` (stamps).
        plan: whose metrics are measured.
        now: an aware datetime.
        columns: the frame's own names of those columns that have others: `{"at": "logged_at"}`.

    The columns are those of `supportsla.vector.readings`, with stamps in the zone of `at`, and null where a text says
    nothing. A lazy frame stays lazy; a reader of record batches is read whole. In Dask and Spark a case's events are
    brought together and put in order of time, its opening first, and cases come in any order.

    Raises:
        UnknownColumn, WrongType, MissingExtra: as `deadline`.
        InvalidChoice: `columns` names one that is not asked for.
        InvalidTable, CaseNotOpened, CaseExists, EventOutOfOrder, UnknownPriority, UnknownStatus, OutOfRange,
        NeverOpens, NaiveDatetime: as `supportsla.vector.readings`, of a lazy frame when it is collected.

    >>> import polars as pl
    >>> from datetime import UTC, datetime
    >>> from supportsla import frames
    >>> from supportsla.presets import apricot_us
    >>> log = pl.DataFrame(
    ...     {
    ...         "case": [7, 7],
    ...         "at": [datetime(2026, 6, 12, 21), datetime(2026, 6, 15, 15)],
    ...         "what": ["Opened", "Commented"],
    ...         "who": ["client", "support"],
    ...         "status": ["New", None],
    ...         "priority": ["high", None],
    ...     }
    ... )
    >>> clocks = frames.readings(log, apricot_us(), datetime(2026, 6, 16, tzinfo=UTC))
    >>> print(clocks["metric", "phase", "verdict", "due"].row(0))
    ('first_response', 'done', 'missed', datetime.datetime(2026, 6, 15, 13, 0))
    """
    return with_readings(frame, log_of(plan, now, columns or {}))
