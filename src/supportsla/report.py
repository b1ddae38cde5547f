"""Reports on tables of cases: each row judged by its due and limit as of an instant, and counted (W9).

Lines of text stream through: `read_table` finds the columns, `judged` judges a row at a time, `counted` counts. What is
kept does not grow with the table: counts for at most a thousand groups, and the first few rows of each oddity. A row
that cannot be read is counted and the rest goes on; a table is refused if none can be read, or none of many first ones.

A field in quotes may hold line breaks, so a stray quote would hide the rows up to the next one. Where several lines
make no row of the table's width, or one with a break in a column that is asked for, the first of them is the bad row,
and reading goes on with the second.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache, partial
from itertools import chain, islice
from operator import add
from typing import NamedTuple
from zoneinfo import ZoneInfo

import attrs

from .calendars import Calendar
from .clocks import verdict_at
from .durations import Duration
from .errors import InvalidChoice, InvalidTable, NoTarget, UnknownPriority
from .plan import Plan, Target
from .worktime import deadline
from .zones import in_range, load_zone, since_epoch

__all__ = [
    "Fault",
    "Judgement",
    "Question",
    "Report",
    "Stamps",
    "Table",
    "Tally",
    "by_column",
    "by_duration",
    "by_target",
    "counted",
    "judged",
    "read_table",
]

Dues = Callable[[datetime, str], "tuple[datetime, datetime] | None"]
"""From the opening and one further field of a row to its due and limit, or None where nothing is promised."""

DELIMITERS = (",", ";", "\t", "|")
MOST_GROUPS = 1000
FIRST_ROWS = 10_000
FEW = 5
LONGEST_ROW = 1_000_000
_MOST_HEADER_LINES = 20
_LONGEST_SHOWN, _MOST_COLUMNS, _SIMILAR = 40, 40, 0.75
_ZONE_HINT = "add an offset, such as -06:00, or give the zone it was written in (--zone)"
_DATE_ONLY, _BASIC_DATE = len("2026-11-25"), len("20261125")
_SEPARATORS = ("T", "t", " ")
_BREAK = re.compile("[\r\n]")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_UNDECODED = re.compile("[\ud800-\udfff]")


def _optional_zone(zone: str | ZoneInfo | None) -> ZoneInfo | None:
    return None if zone is None else load_zone(zone)


@attrs.frozen
class Stamps:
    """How a table writes its instants: the zone of those that name none, and a format where it is not ISO 8601.

    Args:
        zone: an IANA name; None: a stamp without an offset is refused (W12).
        form: a format of `datetime.strptime`, such as "%d/%m/%Y %H:%M"; None: ISO 8601.

    Raises:
        UnknownZone, InvalidChoice: no such zone; a format that reads no stamp.

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
        """The instant that a text names, in UTC where it has no offset of its own.

        Raises:
            ValueError: it names none; the sentence says why.
        """
        if not text:
            raise ValueError("there is no instant")
        at = _iso(text) if self.form is None else _formatted(text, self.form)
        if at.tzinfo is not None:
            return at
        if self.zone is None:
            raise ValueError(f"{_shown(text)} has no zone; {_ZONE_HINT}")
        return at.replace(tzinfo=self.zone).astimezone(UTC)


_SAMPLE = datetime(2026, 11, 25, 17, tzinfo=UTC)


def _is_format(form: str) -> bool:
    try:
        read = datetime.strptime(_SAMPLE.strftime(form), form)
    except (ValueError, re.error, DeprecationWarning):
        return False
    return read.replace(tzinfo=UTC) == _SAMPLE and "%Z" not in form and ("%p" in form) == ("%I" in form)


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}...")


class _NotISO(ValueError):
    """A stamp that may be read by a format."""


def _iso(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _NotISO(f"{_shown(text)} is no instant in ISO 8601, such as 2026-11-25 17:30:00-06:00") from None
    if text[_DATE_ONLY : _DATE_ONLY + 1] not in _SEPARATORS and text[_BASIC_DATE : _BASIC_DATE + 1] not in _SEPARATORS:
        raise ValueError(f"{_shown(text)} is a date without a time of day, so it is no instant")
    return at


def _formatted(text: str, form: str) -> datetime:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        raise ValueError(f"{_shown(text)} is not written as {form}, or is no date") from None


def by_target(plan: Plan, metric: str) -> Dues:
    """Dues by the targets of a plan; the further field is the priority, by name or alias.

    Raises:
        InvalidChoice: the plan has no target of that metric, whatever the priority.
    """
    metrics = tuple(dict.fromkeys(target.metric for target in plan.targets))
    if metric not in metrics:
        raise InvalidChoice("metric", metric, metrics)

    @lru_cache(maxsize=MOST_GROUPS)
    def promised(priority: str) -> tuple[Target, Calendar] | None:
        try:
            target = plan.target(metric, priority)
        except (UnknownPriority, NoTarget):
            return None
        return target, plan.calendar(target.calendar)

    def dues(opened: datetime, priority: str) -> tuple[datetime, datetime] | None:
        if (known := promised(priority)) is None:
            return None
        target, calendar = known
        due = deadline(calendar, opened, target.due, boundary=target.boundary)
        if target.limit is None:
            return due, due
        return due, deadline(calendar, opened, target.limit, boundary=target.boundary)

    return dues


def by_duration(calendar: Calendar, duration: Duration) -> Dues:
    """Dues by one duration for every row; there is no further field."""

    def dues(opened: datetime, _: str) -> tuple[datetime, datetime]:
        due = deadline(calendar, opened, duration)
        return due, due

    return dues


def by_column(stamps: Stamps) -> Dues:
    """Dues as the table has them; the further field is the due, and an empty one promises nothing."""

    def dues(_: datetime, text: str) -> tuple[datetime, datetime] | None:
        if not text:
            return None
        due = stamps.read(text)
        return due, due

    return dues


@attrs.frozen
class Question:
    """What is asked of a table.

    Attributes:
        opened, done: the columns of the instants at which a case was opened, and was done or is empty.
        dues: what is promised, by `by_target`, `by_duration` or `by_column`.
        now: rows are judged as of this instant.
        further: the column that `dues` looks at besides the opening, if any.
        group: the column by whose values rows are counted, if any.
        name: what a group is called, from the column's value.
        stamps: how the table writes instants.

    Raises:
        NaiveDatetime, OutOfRange: `now` is no instant of years 1900 to 2200.
    """

    opened: str
    done: str
    dues: Dues
    now: datetime
    further: str | None = None
    group: str | None = None
    name: Callable[[str], str] = str
    stamps: Stamps = Stamps()

    def __attrs_post_init__(self) -> None:
        in_range(since_epoch(self.now, "now"), "now")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        named = (self.opened, self.done, self.further, self.group)
        return tuple(dict.fromkeys(column for column in named if column is not None))


class Fault(NamedTuple):
    """Why a row cannot be read; rows are numbered as a spreadsheet does, the line of column names being row 1.

    `column` is empty where the line is no row of CSV.
    """

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"row {self.row}{self.column and f', column {_shown(self.column)}'}: {self.reason}"


class Judgement(NamedTuple):
    """One row of a table, judged.

    `verdict` is "met", "late", "missed", "open" (nothing is decided yet), "no target", "later" (opened after `now`)
    or "unreadable", where `fault` says why. `further` is what the row says besides its opening of what is promised.
    `odd`: done before opened. `overdue`: not done and past the due.
    """

    row: int
    fields: list[str]
    verdict: str
    group: str = ""
    further: str = ""
    due: datetime | None = None
    limit: datetime | None = None
    odd: bool = False
    overdue: bool = False
    fault: Fault | None = None


@attrs.frozen
class Table:
    """A table's column names, its delimiter, and its rows, which can be read once."""

    header: tuple[str, ...]
    delimiter: str
    rows: Iterator[Row]


def read_table(lines: Iterable[str], columns: Iterable[str]) -> Table:
    """The table that lines of text hold, delimited so that it has these columns: by comma, semicolon, tab or bar.

    Raises:
        InvalidTable: there are no lines, columns are missing or there twice, or the first line is no text.
    """
    remaining, wanted = iter(lines), set(columns)
    first = list(islice(remaining, _MOST_HEADER_LINES))
    if not first:
        raise InvalidTable(("it is empty: expected a line of column names",))
    headers = {delimiter: _header(first, delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda one: (len(wanted.intersection(headers[one])), len(headers[one])))
    names = tuple(headers[delimiter])
    if not names or _NO_TEXT.search("".join(names)):
        raise InvalidTable(("row 1 holds no column names: is it CSV, and in which encoding (--encoding)?",))
    if faults := tuple(_column_faults(names, columns)):
        raise InvalidTable(faults)
    asked_for = [names.index(column) for column in columns]
    rows = _rows(chain(first, remaining), delimiter, partial(_is_row, len(names), asked_for))
    next(rows)
    return Table(names, delimiter, rows)


def _header(lines: Iterable[str], delimiter: str) -> list[str]:
    row = next(_rows(lines, delimiter, bool))
    return [] if row.fault else [name.strip() for name in row.fields]


class Row(NamedTuple):
    """The fields of a row; or its line as it stands, and why it is no row."""

    fields: list[str]
    fault: str = ""


def _rows(lines: Iterable[str], delimiter: str, is_row: Callable[[list[str]], bool]) -> Iterator[Row]:
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        source.start_row()
        try:
            row = Row(next(reader))
        except StopIteration:
            return
        except csv.Error as fault:
            row = Row([], f"it is no row of CSV: {fault}")
        if len(source.taken) > 1 and not row.fault and not is_row(row.fields):
            row = Row([], "it is no row of CSV: a quote is opened and not closed")
        yield Row([source.first_alone()], row.fault) if row.fault else row


def _is_row(width: int, asked_for: Iterable[int], fields: list[str]) -> bool:
    return _fits(fields, width) and not any(_BREAK.search(fields[place]) for place in asked_for)


def _fits(fields: list[str], width: int) -> bool:
    return len(fields) >= width and not any(fields[width:])


class _Lines:
    """Lines one by one, which keeps those of a row and can put back all but the first."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines, self.waiting = iter(lines), deque[str]()
        self.start_row()

    def start_row(self) -> None:
        self.taken: list[str] = []
        self.length = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.length > LONGEST_ROW:
            raise csv.Error(f"it is longer than {LONGEST_ROW:,} characters")
        line = self.waiting.popleft() if self.waiting else next(self.lines)
        self.taken.append(line)
        self.length += len(line)
        return line

    def first_alone(self) -> str:
        self.waiting.extendleft(reversed(self.taken[1:]))
        return self.taken[0].rstrip("\r\n")


def _column_faults(header: tuple[str, ...], columns: Iterable[str]) -> Iterator[str]:
    missing = [column for column in columns if column not in header]
    if missing:
        found = ", ".join(_shown(name)[1:-1] for name in header[:_MOST_COLUMNS])
        names = ", ".join(f"{_shown(column)}{_similar(column, header)}" for column in missing)
        yield f"row 1 has no column {names}; it has: {found}" + (", ..." if len(header) > _MOST_COLUMNS else "")
    for column in columns:
        places = [place for place, name in enumerate(header, 1) if name == column]
        if len(places) > 1:
            yield f"row 1 has column {_shown(column)} at {' and '.join(map(str, places))}; expected it once"


def _similar(column: str, header: tuple[str, ...]) -> str:
    folded = {name.casefold(): name for name in header}
    similar = get_close_matches(column.casefold()[:_LONGEST_SHOWN], list(folded)[:_MOST_COLUMNS], n=1, cutoff=_SIMILAR)
    return f" (did you mean {_shown(folded[similar[0]])}?)" if similar else ""


class _Unreadable(Exception):
    """A row's column and why it cannot be read."""


def judged(table: Table, question: Question) -> Iterator[Judgement]:
    """Every row of the table, judged as of `question.now`, one at a time; empty lines are no rows.

    Raises:
        InvalidTable: none of the rows, or of the first ten thousand, can be read.
    """
    judge = _Judge(table.header, question)
    faults: list[Fault] = []
    judgements = (judge(number, row) for number, row in enumerate(table.rows, 2) if row.fields)
    for judgement in judgements:
        yield judgement
        if judgement.fault is None:
            yield from judgements
            return
        faults.append(judgement.fault)
        if len(faults) == FIRST_ROWS:
            break
    if faults:
        raise InvalidTable((str(faults[0]),))


class _Judge:
    """Judges the rows under one header."""

    def __init__(self, header: tuple[str, ...], question: Question) -> None:
        self.header, self.question = header, question
        self.places = {column: header.index(column) for column in question.columns}
        self.now = since_epoch(question.now, "now")

    def __call__(self, number: int, row: Row) -> Judgement:
        if row.fault:
            return Judgement(number, row.fields, "unreadable", fault=Fault(number, "", row.fault))
        try:
            return self._judgement(number, row.fields)
        except _Unreadable as fault:
            return Judgement(number, row.fields, "unreadable", fault=Fault(number, *fault.args))

    def _judgement(self, row: int, fields: list[str]) -> Judgement:
        question = self.question
        self._check_width(fields)
        opened = self._stamp(fields, question.opened)
        done = self._stamp(fields, question.done) if self._text(fields, question.done) else None
        group = question.name(self._text(fields, question.group))
        started = since_epoch(opened, "opened")
        if started > self.now:
            return Judgement(row, fields, "later", group)
        odd = done is not None and since_epoch(done, "done") < started
        further = self._text(fields, question.further)
        dues = self._dues(opened, further)
        if dues is None:
            return Judgement(row, fields, "no target", group, further, odd=odd)
        verdict = verdict_at(question.now, *dues, done)
        undone = done is None or since_epoch(done, "done") > self.now
        overdue = undone and since_epoch(dues[0], "due") <= self.now
        shown = "open" if verdict == "pending" else verdict
        return Judgement(row, fields, shown, group, further, *dues, odd, overdue)

    def _check_width(self, fields: list[str]) -> None:
        width = len(self.header)
        if not _fits(fields, width):
            column = self.header[min(len(fields), width - 1)]
            raise _Unreadable(column, f"the number of fields is {len(fields)}, not {width}")

    def _text(self, fields: list[str], column: str | None) -> str:
        if column is None:
            return ""
        text = fields[self.places[column]].strip()
        if not text.isascii() and _UNDECODED.search(text):
            raise _Unreadable(
                column, f"{_shown(text)} is not in the file's encoding; give it (--encoding), such as cp1252"
            )
        return text

    def _stamp(self, fields: list[str], column: str) -> datetime:
        try:
            return self.question.stamps.read(self._text(fields, column))
        except _NotISO as fault:
            raise _Unreadable(column, f"{fault}; other forms need --format") from None
        except (ValueError, OverflowError) as fault:
            raise _Unreadable(column, str(fault)) from None

    def _dues(self, opened: datetime, further: str) -> tuple[datetime, datetime] | None:
        try:
            return self.question.dues(opened, further)
        except (ValueError, OverflowError) as fault:
            raise _Unreadable(self.question.further or self.question.opened, str(fault)) from None


@attrs.frozen
class Tally:
    """How many rows were judged how; `overdue` are those not done and past their due, whatever their verdict."""

    met: int = 0
    late: int = 0
    missed: int = 0
    open: int = 0
    no_target: int = 0
    overdue: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*map(add, attrs.astuple(self), attrs.astuple(other)))

    @property
    def rows(self) -> int:
        """All rows."""
        return self.met + self.late + self.missed + self.open + self.no_target

    @property
    def compliance(self) -> Fraction | None:
        """The share of kept promises, met or late, among those decided; None where none is (P9)."""
        decided = self.met + self.late + self.missed
        return Fraction(self.met + self.late, decided) if decided else None


@attrs.frozen
class Report:
    """What was counted.

    Attributes:
        total: all rows but those opened later and those that cannot be read.
        groups: pairs of a group's name and its tally, the largest first.
        others: the rows of further groups, where there are more than a thousand.
        later: rows opened after the instant as of which the report is.
        odd, odd_rows: how many rows were done before they were opened, and the first few; they count in `total` too.
        unreadable, faults: how many rows cannot be read, and the first few.
        without: the first few values, such as priorities, for which nothing is promised.
    """

    total: Tally
    groups: tuple[tuple[str, Tally], ...]
    others: Tally
    later: int
    odd: int
    odd_rows: tuple[int, ...]
    unreadable: int
    faults: tuple[Fault, ...]
    without: tuple[str, ...] = ()


def counted(judgements: Iterable[Judgement]) -> Report:
    """The report on judged rows; memory does not grow with their number.

    >>> from datetime import UTC, datetime
    >>> lines = ["opened,done,due", "2026-06-01T09:00Z,2026-06-01T10:00Z,2026-06-01T11:00Z"]
    >>> question = Question(
    ...     "opened", "done", by_column(Stamps()), datetime(2026, 7, 1, tzinfo=UTC), further="due"
    ... )
    >>> counted(judged(read_table(lines, question.columns), question)).total
    Tally(met=1, late=0, missed=0, open=0, no_target=0, overdue=0)
    """
    groups: dict[str, Counter[str]] = {}
    others, apart = Counter[str](), Counter[str]()
    odd_rows: list[int] = []
    faults: list[Fault] = []
    without: list[str] = []
    for judgement in judgements:
        if judgement.fault is not None or judgement.verdict == "later":
            apart[judgement.verdict] += 1
            faults += [judgement.fault] if judgement.fault and len(faults) < FEW else []
            continue
        if judgement.group not in groups and len(groups) < MOST_GROUPS:
            groups[judgement.group] = Counter()
        counter = groups.get(judgement.group, others)
        counter[judgement.verdict] += 1
        counter["overdue"] += judgement.overdue
        if judgement.verdict == "no target" and judgement.further not in without and len(without) < FEW:
            without.append(judgement.further)
        if judgement.odd:
            apart["odd"] += 1
            odd_rows += [judgement.row] if len(odd_rows) < FEW else []
    tallies = sorted(((name, _tally(counter)) for name, counter in groups.items()), key=lambda item: -item[1].rows)
    total = _tally(sum(groups.values(), others))
    return Report(
        total,
        tuple(tallies),
        _tally(others),
        apart["later"],
        apart["odd"],
        tuple(odd_rows),
        apart["unreadable"],
        tuple(faults),
        tuple(without),
    )


def _tally(counter: Counter[str]) -> Tally:
    return Tally(*(counter[name] for name in ("met", "late", "missed", "open", "no target", "overdue")))
