"""Columns as arrays, and arrays as columns again: what is asked of rows, on the columns of any library.

A column of stamps is read as UTC, whatever its zone, and an answer is told in the zone and by the library of the column
that it was asked of. What is null is NaT in between, and null again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from difflib import get_close_matches
from functools import partial
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from supportsla import vector
from supportsla.calendars import Calendar
from supportsla.durations import Duration
from supportsla.errors import InvalidDuration, InvalidTable, UnknownColumn, WrongType
from supportsla.worktime import Boundary

__all__ = [
    "Array",
    "Column",
    "Frame",
    "Question",
    "alike",
    "answer_of",
    "blank_of",
    "cases_of",
    "check_column",
    "column_named",
    "column_of",
    "deadlines",
    "deadlines_each",
    "facts_of",
    "flags_of",
    "made",
    "next_opens",
    "open_flags",
    "open_time",
    "series",
    "stamps_of",
]

Array = npt.NDArray[Any]
Column = nw.Series[Any]
Frame = nw.DataFrame[Any]

_STAMPS = "stamps: dates with a time, of one zone or in UTC"
_HINTS = {
    "pandas": "pandas.to_datetime(column, utc=True) makes them of texts, and of objects of mixed zones",
    "polars": 'column.str.to_datetime(time_zone="UTC") makes them of texts',
    "pyarrow": 'column.cast(pyarrow.timestamp("us", "UTC")) makes them of texts; '
    "CAST(column AS TIMESTAMPTZ) in DuckDB, to_timestamp(column) in Spark",
}
_AMOUNTS = "durations, which have a unit: numbers need to be multiplied by one first, such as an hour"
_INTERVAL = np.dtype([("months", "i4"), ("days", "i4"), ("nanoseconds", "i8")])
_DAY = np.timedelta64(1, "D").astype("m8[us]")
_MISSING = np.datetime64("NaT").view("i8")


class Question(NamedTuple):
    """What is asked of the rows of some columns.

    Attributes:
        calendar: of which it is asked.
        reads: how each column becomes an array.
        ask: what answers, of the calendar and the arrays.
        kind: of the answers, as NumPy has it: "M8" for stamps, "m8" for durations, "?" for yes or no.
    """

    calendar: Calendar
    reads: tuple[Callable[[Column], Array], ...]
    ask: Callable[..., Array]
    kind: str


def deadlines(calendar: Calendar, duration: Duration | timedelta, boundary: Boundary) -> Question:
    """When each is due, after one duration for all."""
    return Question(calendar, (stamps_of,), partial(vector.deadline, duration=duration, boundary=boundary), "M8")


def deadlines_each(calendar: Calendar, boundary: Boundary) -> Question:
    """When each is due, after the duration in a second column."""
    return Question(calendar, (stamps_of, amounts_of), partial(vector.deadline, boundary=boundary), "M8")


def open_time(calendar: Calendar) -> Question:
    """The open time from the stamps of one column to those of another."""
    return Question(calendar, (stamps_of, stamps_of), vector.elapsed, "m8")


def open_flags(calendar: Calendar) -> Question:
    """Whether the desk is open."""
    return Question(calendar, (stamps_of,), vector.is_open, "?")


def next_opens(calendar: Calendar) -> Question:
    """The first open instants."""
    return Question(calendar, (stamps_of,), vector.next_open, "M8")


def answer_of(question: Question, columns: Sequence[Column]) -> Column:
    """The answers as a column that is named, and told, as the first of those asked.

    Raises:
        WrongType: a column does not hold what it must, or only one of two columns of stamps has a zone.
    """
    arrays = [read(column) for read, column in zip(question.reads, columns, strict=True)]
    alike([column for column in columns if _is_stamps(column)])
    return column_of(question.ask(question.calendar, *arrays), columns[0])


def blank_of(question: Question, columns: Sequence[Column]) -> Column:
    """A column of nulls of the dtype that the answers would have; it asks nothing, and raises nothing."""
    unit = "ns" if any(getattr(column.dtype, "time_unit", "us") == "ns" for column in columns) else "us"
    kind = question.kind if question.kind == "?" else f"{question.kind}[{unit}]"
    blank = np.zeros(len(columns[0]), kind)
    return column_of(blank, columns[0])


def column_named(table: Frame, name: str) -> Column:
    """A column by its name.

    Raises:
        UnknownColumn: the frame has none of that name.
    """
    check_column(name, table.columns)
    return table.get_column(name)


def check_column(name: str, columns: Sequence[Any]) -> None:
    """Refuse a name that is none of the columns', with those first that are like it."""
    if name not in columns:
        similar = get_close_matches(name, [other for other in columns if isinstance(other, str)])
        raise UnknownColumn(name, (*similar, *(other for other in columns if other not in similar)))


def stamps_of(column: Column) -> Array:
    """A column of stamps as datetime64 in UTC."""
    if _is_stamps(column):
        return _array(column)
    hint = _HINTS.get(column.implementation.value)
    raise WrongType(_dtype(column), _native_dtype(column), f"{_STAMPS}; {hint}" if hint else _STAMPS)


def amounts_of(column: Column) -> Array:
    """A column of durations, or of Arrow's intervals without months, as timedelta64."""
    if isinstance(column.dtype, nw.Duration):
        return _array(column)
    if str(_native_dtype(column)) == "month_day_nano_interval":
        return np.concatenate([np.empty(0, "m8[us]"), *map(_intervals, column.to_native().chunks)])
    raise WrongType(_dtype(column), _native_dtype(column), _AMOUNTS)


def cases_of(column: Column) -> Array:
    """A column of what events are of: integers, or texts as objects."""
    if column.dtype.is_float() or column.dtype.is_decimal() or column.dtype.is_temporal():
        raise WrongType(_dtype(column), _native_dtype(column), "integers or texts, which name the cases")
    if not column.dtype.is_integer():
        return facts_of(column)
    if column.null_count():
        raise InvalidTable((f"column {column.name!r} has nulls, and every event is of a case",))
    return column.to_numpy()


def facts_of(column: Column) -> Array:
    """A column of texts as an array of objects, None where null."""
    column = column.cast(nw.String) if column.dtype in {nw.Categorical, nw.Enum} else column
    facts = column.to_numpy().astype(object)
    facts[column.is_null().to_numpy()] = None
    return facts


def flags_of(column: Column) -> Array:
    """A column of flags; True where null, as an event is public that does not say otherwise."""
    flags = facts_of(column).tolist()
    if column.dtype.is_numeric() or not {type(flag) for flag in flags} <= {bool, np.bool_, type(None)}:
        raise WrongType(_dtype(column), _native_dtype(column), "booleans, which may be null")
    return np.array([flag is None or bool(flag) for flag in flags], bool)


def _array(column: Column) -> Array:
    array: Array
    native = column.to_native()
    if _is_arrow(native):
        array = native.array.__arrow_array__().to_numpy()
    elif column.implementation.is_pandas_like():
        array = native.to_numpy(f"{'m' if isinstance(column.dtype, nw.Duration) else 'M'}8[{native.dt.unit}]")
    else:
        array = column.to_numpy()
    return array


def series(native: Any) -> Column:
    """A column of any library."""
    return nw.from_native(native, series_only=True)


def _is_arrow(native: Any) -> bool:
    """Whether this is a column of pandas that holds Arrow's arrays."""
    return hasattr(getattr(native, "dtype", None), "pyarrow_dtype")


def _intervals(chunk: Any) -> Array:
    rows = np.frombuffer(chunk.buffers()[1], _INTERVAL)[chunk.offset : chunk.offset + len(chunk)]
    null = chunk.is_null().to_numpy(zero_copy_only=False)
    if ((rows["months"] != 0) | (rows["nanoseconds"] % 1000 != 0))[~null].any():
        raise InvalidDuration("an interval", "days and times in whole microseconds: no months, which differ in length")
    amounts: Array = rows["days"] * _DAY + (rows["nanoseconds"] // 1000).view("m8[us]")
    amounts[null] = np.timedelta64("NaT")
    return amounts


def alike(columns: Sequence[Column]) -> None:
    """Refuse stamps without a zone beside stamps with one: they mean UTC, but here their zone was rather lost."""
    aware = [column for column in columns if _zone(column) is not None]
    naive = [column for column in columns if _zone(column) is None]
    if aware and naive:
        expected = f"a time zone, as column {aware[0].name!r} has one, or none in either"
        raise WrongType(_dtype(naive[0]), _native_dtype(naive[0]), expected)


def _is_stamps(column: Column) -> bool:
    return isinstance(column.dtype, nw.Datetime) or _zone(column) is not None


def _zone(column: Column) -> Any:
    """The zone of a column; narwhals knows those of pandas that have a name."""
    return getattr(column.dtype, "time_zone", None) or getattr(_native_dtype(column), "tz", None)


def _dtype(column: Column) -> str:
    return f"the dtype of column {column.name!r}"


def _native_dtype(column: Column) -> Any:
    native = column.to_native()
    return native.dtype if hasattr(native, "dtype") else native.type


def column_of(values: Array, like: Column) -> Column:
    """An array as a column of another's library, name and rows; stamps in its zone, and flags null where it is."""
    if like.implementation.is_pandas_like():
        column = _in_pandas(like.name, values, like.to_native(), like.to_native().index)
    else:
        column = made(like.name, values, like)
    if values.dtype.kind != "b" or not like.null_count():
        return column
    flags = column.alias("flag").to_frame().with_columns(like.is_null().alias("null"))
    return flags.select(nw.when(~nw.col("null")).then("flag").alias("flag")).get_column("flag").alias(like.name)


def made(name: str, values: Array, like: Column) -> Column:
    """An array as a column of another's library, but with a name and rows of its own; stamps in its zone."""
    if like.implementation.is_pandas_like():
        return _in_pandas(name, values, like.to_native(), None)
    kind, dtype = values.dtype.kind, _dtype_of(values, like)
    if kind in "mM" and values.view("i8").min(initial=0) > _MISSING:
        return nw.new_series(name, values.view("i8"), backend=like.implementation).cast(dtype)
    return nw.new_series(name, values, dtype, backend=like.implementation)


def _dtype_of(values: Array, like: Column) -> Any:
    """The dtype of an array as a column of another's library; None where it tells by itself."""
    unit: Any = "ns" if values.dtype.str.endswith("[ns]") else "us"
    kinds = {"M": nw.Datetime(unit, _zone(like)), "m": nw.Duration(unit), "O": nw.String()}
    return kinds.get(values.dtype.kind)


def _in_pandas(name: str, values: Array, like: Any, index: Any) -> Column:
    kind = values.dtype.kind
    dtype = {"O": "str", "b": "boolean"}.get(kind)
    if kind == "O" and not {type(value) for value in values} <= {str, type(None)}:
        dtype = "object"
    if kind == "M" and like.dt.tz is not None:
        ticks = type(like)(values.view("i8"), index=index, name=name, copy=False)
        column = ticks.astype(str(values.dtype).replace("]", ", UTC]")).dt.tz_convert(like.dt.tz)
    else:
        column = type(like)(values, index=index, name=name, dtype=dtype, copy=False)
    column = column.convert_dtypes(dtype_backend="pyarrow") if _is_arrow(like) else column
    return series(column)
