"""Tables of text: CSV with a line of column names, and instants as tables write them.

A field in quotes may hold line breaks, so a stray quote would hide the rows up to the next one. Where several lines
make no row of the table, the first of them is the bad row, and reading goes on with the second. Lines make no row if
they have too few or too many fields, or a break in a column that is asked for; what a stray quote hides in another
column cannot be told from a text of several lines. A table may have a million lines looked at in vain; after that no
row may have more than a hundred, so that a table of stray quotes is read in time that grows with it.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from difflib import get_close_matches
from itertools import chain, islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

import attrs

from .errors import InvalidChoice, InvalidTable
from .zones import load_zone

__all__ = ["LONGEST_ROW", "Row", "Stamps", "Table", "UnknownForm", "read_table", "shown"]

LONGEST_ROW = 1_000_000
_MOST_IN_VAIN, _MOST_LINES = 1_000_000, 100
_MOST_HEADER_LINES = 20
_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_SHOWN, _MOST_COLUMNS, _SIMILAR = 40, 40, 0.75
_DATE, _BASIC_DATE = len("2026-11-25"), len("20261125")
_SEPARATORS = ("T", "t", " ")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def shown(text: str) -> str:
    """A text of a table in an error: quoted, and cut where it is long."""
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}...")


class UnknownForm(ValueError):
    """A stamp that is not in ISO 8601; a format may read it."""


def _optional_zone(zone: str | ZoneInfo | None) -> ZoneInfo | None:
    return None if zone is None else load_zone(zone)


@attrs.frozen
class Stamps:
    """How a table writes its instants: the zone of those that name none, and the format of those not in ISO 8601.

    Args:
        zone: an IANA name; None: a stamp without an offset is refused (W12).
        form: a format of `datetime.strptime`, such as "%d/%m/%Y %H:%M"; None: ISO 8601.

    Raises:
        UnknownZone, InvalidChoice: no such zone; a format that does not read instants.

    >>> str(Stamps("America/Chicago", "%d/%m/%Y %H:%M").read("25/11/2026 17:30"))
    '2026-11-25 23:30:00+00:00'
    """

    zone: ZoneInfo | None = attrs.field(converter=_optional_zone, default=None)
    form: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.form is not None and not _is_format(self.form):
            allowed = "codes that begin with %, for a date and a time of day, as in %d/%m/%Y %H:%M or %d/%b/%y %I:%M %p"
            raise InvalidChoice("format", self.form, (allowed,))

    def read(self, text: str) -> datetime:
        """The instant that a text names, in UTC.

        Raises:
            ValueError: it names none; the sentence says why.
        """
        if not text:
            raise ValueError("there is no instant")
        at = _iso(text) if self.form is None else _formatted(text, self.form)
        if at.tzinfo is None:
            if self.zone is None:
                way_out = "add an offset, such as -06:00, or give the zone it was written in"
                raise ValueError(f"{shown(text)} has no zone: {way_out}")
            at = at.replace(tzinfo=self.zone)
        try:
            return at.astimezone(UTC)
        except OverflowError:
            raise ValueError(f"{shown(text)} lies beyond the years that a date can have") from None


_SAMPLE = datetime(2026, 11, 25, 17, tzinfo=UTC)


def _is_format(form: str) -> bool:
    try:
        read = datetime.strptime(_SAMPLE.strftime(form), form)
    except (ValueError, re.error, DeprecationWarning):
        return False
    return read.replace(tzinfo=UTC) == _SAMPLE and "%Z" not in form and ("%p" in form) == ("%I" in form)


def _iso(text: str) -> datetime:
    if not {text[_DATE : _DATE + 1], text[_BASIC_DATE : _BASIC_DATE + 1]}.isdisjoint(_SEPARATORS):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    if _is_date(text):
        raise ValueError(f"{shown(text)} is a date without a time of day")
    raise UnknownForm(f"{shown(text)} is no instant in ISO 8601, such as 2026-11-25 17:30:00-06:00")


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _formatted(text: str, form: str) -> datetime:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        raise ValueError(f"{shown(text)} is not written as {form}, or is no date") from None


class Row(NamedTuple):
    """The fields of a row; or its line as it stands, and why it is no row."""

    fields: list[str]
    fault: str = ""


@attrs.frozen
class Table:
    """A table's column names, its delimiter, and its rows, which can be read once."""

    header: tuple[str, ...]
    delimiter: str
    rows: Iterator[Row]


def read_table(lines: Iterable[str], columns: Sequence[str]) -> Table:
    """The table that lines of text hold, with commas, semicolons, tabs or bars, whichever give most of the columns.

    Raises:
        InvalidTable: there are no lines, the first holds no text, or columns are missing or there twice.
    """
    remaining = iter(lines)
    first = list(islice(remaining, _MOST_HEADER_LINES))
    if not first:
        raise InvalidTable(("it is empty: expected a line of column names",))
    headers = {delimiter: _header(first, delimiter) for delimiter in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda one: (len({*columns} & {*headers[one]}), len(headers[one])))
    names = headers[delimiter]
    if not names or _NO_TEXT.search("".join(names)):
        raise InvalidTable(("row 1 holds no column names: is it CSV, and in which encoding?",))
    if faults := tuple(_column_faults(names, columns)):
        raise InvalidTable(faults)
    rows = _rows(chain(first, remaining), delimiter, _Shape(len(names), [names.index(column) for column in columns]))
    next(rows)
    return Table(names, delimiter, rows)


def _header(lines: Iterable[str], delimiter: str) -> tuple[str, ...]:
    row = next(_rows(lines, delimiter, None))
    return () if row.fault else tuple(name.strip() for name in row.fields)


def _column_faults(header: tuple[str, ...], columns: Sequence[str]) -> Iterator[str]:
    if missing := [column for column in columns if column not in header]:
        found = ", ".join(shown(name)[1:-1] for name in header[:_MOST_COLUMNS])
        names = ", ".join(f"{shown(column)}{_similar(column, header)}" for column in missing)
        yield f"row 1 has no column {names}; it has: {found}" + (", ..." if len(header) > _MOST_COLUMNS else "")
    for column in columns:
        places = [place for place, name in enumerate(header, 1) if name == column]
        if len(places) > 1:
            yield f"row 1 has column {shown(column)} at {' and '.join(map(str, places))}; expected it once"


def _similar(column: str, header: tuple[str, ...]) -> str:
    folded = {name.casefold(): name for name in header}
    similar = get_close_matches(column.casefold()[:_LONGEST_SHOWN], list(folded)[:_MOST_COLUMNS], 1, _SIMILAR)
    return f" (did you mean {shown(folded[similar[0]])}?)" if similar else ""


class _Shape(NamedTuple):
    """What rows are like: the number of fields, and the places of those that are one line."""

    width: int
    one_line: list[int]

    def fault(self, fields: list[str]) -> str:
        """Why fields make no row, or nothing."""
        if len(fields) < self.width or any(fields[self.width :]):
            return f"the number of fields is {len(fields)}, not {self.width}"
        broken = any("\n" in fields[place] or "\r" in fields[place] for place in self.one_line)
        return "a field that is asked for would hold a line break" if broken else ""


def _rows(lines: Iterable[str], delimiter: str, shape: _Shape | None) -> Iterator[Row]:
    """The rows; the first, which holds the column names, may have any shape."""
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    expected = None
    while True:
        source.start_row()
        try:
            fields = next(reader)
            fault = expected.fault(fields) if expected and fields else ""
        except StopIteration:
            return
        except csv.Error as error:
            fields, fault = [], f"it is no row of CSV: {error}"
        if fault and len(source.taken) > 1:
            fields, fault = [], f"a quote opens {len(source.taken):,} lines: {fault}"
        yield Row(fields or [source.first_alone()], fault) if fault else Row(fields)
        expected = shape


class _Lines:
    """Lines one by one, which keeps those of a row and can put back all but the first."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines, self.waiting, self.in_vain = iter(lines), deque[str](), 0
        self.start_row()

    def start_row(self) -> None:
        self.taken: list[str] = []
        self.length = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        most = max(_MOST_IN_VAIN - self.in_vain, _MOST_LINES)
        if len(self.taken) >= most or self.length > LONGEST_ROW:
            raise csv.Error(f"it is longer than {most:,} lines or {LONGEST_ROW:,} characters")
        line = self.waiting.popleft() if self.waiting else next(self.lines)
        self.taken.append(line)
        self.length += len(line)
        return line

    def first_alone(self) -> str:
        self.waiting.extendleft(reversed(self.taken[1:]))
        self.in_vain += len(self.taken) - 1
        return self.taken[0].rstrip("\r\n")
