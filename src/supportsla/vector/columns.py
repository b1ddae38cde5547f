"""Columns of NumPy times at the door: which arrays are instants or amounts, and what they are in ticks (W12, W13).

A column keeps the unit that it came in, and is turned into ticks a chunk at a time. What lies out of range is told in
its own unit, since a conversion to a finer one would wrap around without a word.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NoReturn

import attrs
import numpy as np
import numpy.typing as npt

from supportsla.errors import InvalidTable, OutOfRange, WrongType
from supportsla.zones import EPOCH, FIRST, LAST, MICROSECOND

from .grids import NONE, Mask, Ticks

__all__ = ["Column", "amounts_of", "columns_of", "stamps_of"]

_LONGEST = {"us": LAST - FIRST, "ns": MICROSECOND * (2**62 // 1000)}
_EXPECTED = {
    "M": "an array of datetime64, which means UTC, in years down to nanoseconds; supportsla.frames takes other columns",
    "m": "a Duration, a timedelta, or an array of timedelta64, in weeks down to nanoseconds",
}
_TARGETS = {(kind, unit): np.dtype(f"{kind}8[{unit}]") for kind in "Mm" for unit in ("us", "ns")}
_REFUSED = {"M": ("ps", "fs", "as"), "m": ("generic", "Y", "M", "ps", "fs", "as")}


@attrs.frozen(slots=False, eq=False)
class Column:
    """Times, one for each row; `where` names them in an error, `unit` is that of the ticks: "us" or "ns".

    `shape` is that of the arrays asked for, whose rows lie one after another here.
    """

    where: str
    values: npt.NDArray[Any]
    unit: str = "us"
    shape: tuple[int, ...] | None = None

    @property
    def _target(self) -> np.dtype[Any]:
        return _TARGETS[self.values.dtype.kind, self.unit]

    @property
    def in_ticks(self) -> bool:
        """Whether the values are ticks already."""
        return self.values.dtype == self._target

    @cached_property
    def _edges(self) -> Ticks:
        """The first tick of the values' own unit that is in range, and the first one after it that is not."""
        longest = _LONGEST[self.unit]
        edges = (FIRST, LAST) if self.values.dtype.kind == "M" else (-longest, longest + MICROSECOND)
        exact = np.array([edge // MICROSECOND for edge in edges]).view(f"{self.values.dtype.kind}8[us]")
        own = exact.astype(self.values.dtype.newbyteorder("="))
        return own.view(np.int64) + (own.astype(exact.dtype) < exact)

    def fair(self, rows: slice) -> Mask:
        """Which rows are neither missing nor out of range."""
        own = self.values[rows].astype(self.values.dtype.newbyteorder("="), copy=False).view(np.int64)
        fair: Mask = (own >= self._edges[0]) & (own < self._edges[1])
        return fair

    def missing(self, rows: slice) -> Mask:
        """Which rows are NaT."""
        missing: Mask = np.isnat(self.values[rows])
        return missing

    def ticks(self, rows: slice) -> Ticks:
        """The rows in ticks: `NONE` where they are missing; where they are out of range, so are the ticks."""
        values = self.values[rows]
        if self.in_ticks:
            return values.view(np.int64)
        refused = np.where(self.missing(rows), NONE, NONE + 1)
        return np.where(self.fair(rows), values.astype(self._target).view(np.int64), refused)

    def single(self, row: int) -> datetime | timedelta:
        """One row, in range, as a datetime in UTC or a timedelta, to the microsecond before."""
        amount = MICROSECOND * int(self.values[row].astype(f"{self.values.dtype.kind}8[us]").view(np.int64))
        return EPOCH + amount if self.values.dtype.kind == "M" else amount

    def refuse(self, row: int) -> NoReturn:
        """Raise an error about a row that is out of range."""
        allowed = "an instant from 1900-01-01Z to before 2201-01-01Z"
        if self.values.dtype.kind == "m":
            allowed = f"up to {_LONGEST[self.unit].days} days either way"
        raise OutOfRange(self.place(row), str(self.values[row]), allowed)

    def place(self, row: int) -> str:
        """Where a row is, as in `starts[5]`, or `starts[1, 2]` of two dimensions."""
        places = np.unravel_index(row, self.values.shape if self.shape is None else self.shape)
        return f"{self.where}[{', '.join(map(str, places))}]" if places else self.where


def stamps_of(where: str, given: npt.ArrayLike) -> Column:
    """A column of instants.

    Raises:
        WrongType: it is no array of datetime64, or is finer than nanoseconds.
    """
    return _column(where, given, "M")


def amounts_of(where: str, given: npt.ArrayLike) -> Column:
    """A column of amounts of time.

    Raises:
        WrongType: it is no array of timedelta64, in months or years, or finer than nanoseconds.
    """
    return _column(where, given, "m")


def _column(where: str, given: Any, kind: str) -> Column:
    values = _array(given)
    if values.dtype.kind != kind or np.datetime_data(values.dtype)[0] in _REFUSED[kind]:
        what, shown = (f"the dtype of {where}", values.dtype) if values.ndim else (where, given)
        raise WrongType(what, shown, _EXPECTED[kind])
    return Column(where, values if np.datetime_data(values.dtype)[0] != "generic" else values.astype("M8[us]"))


def _array(given: Any) -> npt.NDArray[Any]:
    """An array of what is given; of objects, where nothing else fits."""
    if isinstance(given, np.ma.MaskedArray) and given.dtype.kind in "Mm":
        return np.where(np.ma.getmaskarray(given), np.array("NaT", given.dtype), given.data)
    try:
        return np.asarray(given)
    except ValueError:
        return np.empty(len(given), object)


def columns_of(*columns: Column) -> tuple[tuple[int, ...], list[Column]]:
    """The shape that fits all columns, and the columns spread to it, row after row, with the ticks of the finest.

    Raises:
        InvalidTable: there is none.
    """
    spread = [column.values for column in columns]
    if len({values.shape for values in spread}) > 1:
        try:
            spread = list(np.broadcast_arrays(*spread))
        except ValueError:
            told = " and ".join(f"{column.where} has {column.values.shape}" for column in columns)
            raise InvalidTable((f"the shapes do not fit each other: {told}",)) from None
    unit = "ns" if any(np.datetime_data(values.dtype)[0] == "ns" for values in spread) else "us"
    shape = spread[0].shape
    rows = (values.reshape(-1) for values in spread)
    return shape, [Column(column.where, values, unit, shape) for column, values in zip(columns, rows, strict=True)]
