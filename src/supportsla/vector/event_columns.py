"""Columns of a table of events: what each must hold, and texts as numbers.

Sorting texts is slow. A column that has few of them is compared with each; else it is read as keys, one integer a row,
which are sorted, and the texts of equal keys are checked to be equal. Objects go through a dict. A row that holds no
text, "" or None, has the number -1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from supportsla.errors import InvalidTable, OutOfRange, WrongType

from .columns import Column, stamps_of
from .grids import Mask, Ticks
from .plan_tables import ABSENT, Codes, named

__all__ = ["Array", "Texts", "cases_of", "checked_columns", "factored", "flags_of", "instants_of", "texts_of"]

Array = npt.NDArray[Any]
Keys = npt.NDArray[np.uint64]
_SAMPLE, _FEW, _BLOCK = 4096, 8, 8192
_MIXERS = np.random.default_rng(26).integers(2**63, size=4096, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_EXPECTED = "a mapping of column names to arrays, or a structured array; supportsla.frames takes frames"


def checked_columns(events: object, needed: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, Array]:
    """The columns of a table, all of one length, those that are asked for among them."""
    if isinstance(events, np.ndarray) and events.dtype.names:
        events = {name: events[name] for name in events.dtype.names}
    if not isinstance(events, Mapping):
        raise WrongType("events", events, _EXPECTED)
    columns = {name: _array(name, events[name]) for name in (*needed, *optional) if name in events}
    faults = [f"the table has no column {name!r}" for name in needed if name not in columns]
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name!r} of {length}" for name, length in lengths.items())
        faults.append(f"its columns have different lengths: {said}")
    if faults:
        raise InvalidTable(tuple(faults))
    return columns


def _array(name: str, column: object) -> Array:
    if not isinstance(column, np.ndarray) or isinstance(column, np.ma.MaskedArray) or column.ndim != 1:
        raise WrongType(f"column {name!r}", column, "a NumPy array of one dimension")
    return column


def instants_of(name: str, values: Array, *, missing: bool = False) -> Ticks:
    """Instants in microseconds since 1970-01-01Z; those that are missing, where they may be, are none.

    Raises:
        WrongType: no column of datetime64, or of a unit finer than nanoseconds.
        OutOfRange: a row is missing, lies outside years 1900 to 2200, or is no whole microsecond.
    """
    column, rows = attrs.evolve(stamps_of(f"column {name!r}", values), where=name), slice(None)
    absent, stamps = column.missing(rows), column.ticks(rows)
    if not missing:
        _refuse(column, absent, "an instant, which every event has")
    for row in np.flatnonzero(~absent & ~column.fair(rows))[:1].tolist():
        column.refuse(row)
    _refuse(column, ~absent & (stamps.view("M8[us]") != column.values), "whole microseconds")
    return stamps


def _refuse(column: Column, faulty: Mask, allowed: str) -> None:
    for row in np.flatnonzero(faulty)[:1].tolist():
        raise OutOfRange(f"{column.where}[{row}]", str(column.values[row]), allowed)


def flags_of(name: str, column: Array) -> Mask:
    """A column of True and False.

    Raises:
        WrongType: it is none.
    """
    if column.dtype.kind != "b":
        raise WrongType(f"column {name!r}", column.dtype, "bool")
    return column


class Texts(NamedTuple):
    """A text column: the number of each row's text, -1 where there is none, and the texts."""

    codes: Codes
    names: tuple[str, ...]

    def text(self, code: int) -> str | None:
        """The text of a number."""
        return None if code == ABSENT else self.names[code]


def texts_of(name: str, column: Array, rows: Codes | None = None) -> Texts:
    """The texts of some rows, or of all; those of other rows are not looked at, and have the number -1.

    Raises:
        WrongType: no column of texts; a row that holds something else than a text or None.
    """
    if column.dtype.kind not in "UOT":
        raise WrongType(f"column {name!r}", column.dtype, "texts, as str or object")
    whole = rows is None or (column.dtype.kind == "U" and 2 * len(rows) > len(column))
    chosen = column if whole else column[rows]
    if column.dtype.kind == "U":
        places, found = _few(chosen) or _many(chosen)
    else:
        places, found = _objects(name, chosen, (str, type(None)), rows)
    places = places[rows] if whole and rows is not None else places
    return _named(len(column), rows, places, found)


def _named(size: int, rows: Codes | None, places: npt.NDArray[Any], found: Array) -> Texts:
    """The texts of rows, whose places among those that were found are given."""
    used = np.bincount(places, minlength=len(found)) > 0
    texts = [text or "" for text in found.tolist()]
    names = named(text for text, its in zip(texts, used.tolist(), strict=True) if text and its)
    code_of = {text: code for code, text in enumerate(names)}
    numbers = np.array([code_of.get(text, ABSENT) for text in texts], dtype=np.int64)
    if rows is None:
        return Texts(numbers[places], names)
    codes = np.full(size, ABSENT)
    codes[rows] = numbers[places]
    return Texts(codes, names)


def cases_of(column: Array) -> tuple[Codes, Array]:
    """Which case each row is of, by number in order of first appearance, and the cases.

    Raises:
        WrongType: no column of integers or texts; a row that holds something else.
    """
    if column.dtype.kind not in "iuUSOT":
        raise WrongType("column 'case'", column.dtype, "integers or texts")
    if column.dtype.kind in "OT":
        return _objects("case", column, (str, int, np.integer), None)
    keys = column.astype(np.int64).view(np.uint64) if column.dtype.kind in "iu" else _many(column)[0].view(np.uint64)
    firsts, codes = _grouped(keys)
    return codes, column[firsts]


def _objects(name: str, column: Array, types: tuple[type, ...], rows: Codes | None) -> tuple[Codes, Array]:
    """The number of each row's value, in order of first appearance, and the values."""
    values = column.tolist()
    for kind in dict.fromkeys(map(type, values)):
        if not issubclass(kind, types) or kind is bool:
            row = next(row for row, value in enumerate(values) if type(value) is kind)
            raise WrongType(
                f"{name}[{row if rows is None else rows[row]}]",
                values[row],
                "an integer or a text" if int in types else "a text, or None",
            )
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    codes = np.fromiter(map(numbers.__getitem__, values), np.int64, len(values))
    found = np.empty(len(numbers), column.dtype)
    found[:] = [*numbers]
    return codes, found


def _few(column: Array) -> tuple[npt.NDArray[Any], Array] | None:
    """The number of each row's text, and the texts; None where a look at some rows finds more than a few."""
    sample = np.unique(_sampled(column))
    if sample.size > _FEW:
        return None
    codes = np.full(len(column), ABSENT, np.int8)
    for start in range(0, len(column), _BLOCK):
        block, part = column[start : start + _BLOCK], codes[start : start + _BLOCK]
        for code, value in enumerate(sample):
            part[block == value] = code
    rest = np.flatnonzero(codes == ABSENT)
    if not rest.size:
        return codes, sample
    places, others = _many(column[rest])
    wide = codes.astype(np.int64)
    wide[rest] = places + sample.size
    return wide, np.concatenate((sample, others))


def _many(column: Array) -> tuple[Codes, Array]:
    """The number of each row's text, and the texts."""
    firsts, codes = _grouped(_keys(column))
    if not _same_texts(column, firsts, codes):
        values, codes = np.unique(column, return_inverse=True)
        return codes, values
    return codes, column[firsts]


def _sampled(column: Array) -> Array:
    """Some of the rows, from all over the column."""
    return column[:: 1 + len(column) // _SAMPLE]


def _letters(column: Array) -> npt.NDArray[Any]:
    """A column of texts of one width, as numbers: a row for each text, a column for each of its letters."""
    plain = np.ascontiguousarray(column.astype(column.dtype.newbyteorder("="), copy=False))
    letter = np.dtype(np.uint32 if column.dtype.kind == "U" else np.uint8)
    return plain.view(letter).reshape(len(column), column.dtype.itemsize // letter.itemsize)


def _keys(column: Array) -> Keys:
    """An integer for each text, the same for the same."""
    letters, keys = _letters(column), np.zeros(len(column), np.uint64)
    for start in range(0, len(column), _BLOCK):
        block, sums = letters[start : start + _BLOCK], keys[start : start + _BLOCK]
        for place in range(letters.shape[1]):
            sums += block[:, place] * _MIXERS[place % len(_MIXERS)]
    return keys


def _same_texts(column: Array, firsts: Codes, codes: Codes) -> bool:
    """Whether the rows of one number hold the same text."""
    letters = _letters(column)
    return all(bool((letters[firsts, place][codes] == letters[:, place]).all()) for place in range(letters.shape[1]))


def _grouped(keys: Keys) -> tuple[Codes, Codes]:
    """The first row of each distinct key, in order of appearance, and the number of each row's key in that order."""
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])[: 1 + (len(keys) > 0)]))
    if not len(keys):
        return starts[:0], starts[:0]
    lengths = np.diff(starts, append=len(keys))
    firsts, codes = factored(keys[starts])
    order = firsts.argsort(kind="stable")
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    return starts[firsts[order]], ranks[codes].repeat(lengths)


def factored(keys: Keys) -> tuple[Codes, Codes]:
    """The first row of each distinct key, and the number of each row's key, in the order of the keys."""
    looked_at = _sampled(keys)
    sample = np.unique(looked_at)
    if 2 * sample.size > looked_at.size:
        _, firsts, codes = np.unique(keys, return_index=True, return_inverse=True)
        return firsts, codes
    places = sample.searchsorted(keys).clip(max=sample.size - 1)
    others = np.unique(keys[sample[places] != keys])
    known = np.union1d(sample, others) if others.size else sample
    codes = known.searchsorted(keys) if others.size else places
    firsts = np.empty(known.size, np.int64)
    firsts[codes[::-1]] = np.arange(len(keys))[::-1]
    return firsts, codes
