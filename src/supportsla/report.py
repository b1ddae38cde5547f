"""Reports on tables of cases: each row judged by its due and limit as of an instant, and counted (W9).

Lines of text stream through: `judged` judges a row at a time, `counted` counts. What is kept does not grow with the
table: counts for at most a thousand groups, and the first few rows of each oddity. A row that cannot be read is counted
and the rest goes on; a table is refused if none can be read, or none of many first ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from operator import add
from typing import Literal, NamedTuple

import attrs

from .calendars import Calendar
from .durations import Duration
from .errors import InvalidChoice, InvalidTable, NoTarget, UnknownPriority
from .plan import Plan, Target, version_of
from .promises import dues_of, verdict_at
from .tables import Row, Stamps, UnknownForm, read_table, shown
from .worktime import deadline
from .zones import EPOCH, in_range, since_epoch

__all__ = [
    "Dues",
    "Fault",
    "Judged",
    "Judgement",
    "Question",
    "Report",
    "Stamps",
    "Tally",
    "by_column",
    "by_duration",
    "by_target",
    "counted",
    "judged",
]

Outcome = Literal["met", "late", "missed", "open", "no target", "later", "unreadable"]
_MOST_GROUPS = 1000
_FIRST_ROWS = 10_000
_FEW = 5
_LONGEST_NAME = 200
_UNDECODED = re.compile("[\ud800-\udfff]")


@attrs.frozen
class Dues:
    """Where the dues of rows come from; made by `by_target`, `by_duration` or `by_column`.

    Attributes:
        find: from a row's opening, and its text in `column`, to its due and limit; None where nothing is promised.
        column: the column that says what is promised, such as the priority, if any does.
        name: what a text of that column is called, such as "critical" for "Sev-1".
    """

    find: Callable[[datetime, str], tuple[datetime, datetime] | None]
    column: str | None = None
    name: Callable[[str], str] = str


def by_target(plan: Plan, metric: str, column: str) -> Dues:
    """Dues by the targets of a plan; the column holds priorities, by name or alias (P1).

    A priority that the plan does not have, or has no target for, promises nothing. Of a plan that changes, the version
    in force when a row was opened promises, and a row opened before the first one cannot be read.

    Raises:
        InvalidChoice: the plan has no target of that metric, whatever the priority.

    >>> from supportsla.presets import apricot_us
    >>> by_target(apricot_us(), "first_response", "priority").name("Sev-1")
    'critical'
    """
    versions: dict[timedelta | None, Plan] = {version.since: version.plan for version in plan.index.versions}
    versions = versions or {None: plan}
    metrics = tuple(dict.fromkeys(target.metric for version in versions.values() for target in version.targets))
    if metric not in metrics:
        raise InvalidChoice("metric", metric, metrics)

    @lru_cache(maxsize=_MOST_GROUPS)
    def promised(since: timedelta | None, priority: str) -> tuple[Target, Calendar] | None:
        version = versions[since]
        try:
            target = version.target(metric, priority)
        except (UnknownPriority, NoTarget):
            return None
        return target, version.calendar(target.calendar)

    @lru_cache(maxsize=_MOST_GROUPS)
    def name(priority: str) -> str:
        for version in reversed(versions.values()):
            with suppress(UnknownPriority):
                return version.priority(priority).name
        return priority

    def find(opened: datetime, priority: str) -> tuple[datetime, datetime] | None:
        since = version_of(plan, opened - EPOCH).since if plan.versions else None
        known = promised(since, priority[:_LONGEST_NAME])
        return known and dues_of(*known, opened)

    return Dues(find, column, name)


def by_duration(calendar: Calendar, duration: Duration) -> Dues:
    """Dues by one duration for every row; the limit is the due.

    >>> from datetime import UTC, datetime
    >>> from supportsla import ALWAYS, calendar_hours
    >>> str(by_duration(ALWAYS, calendar_hours(4)).find(datetime(2026, 6, 12, 22, tzinfo=UTC), "")[0])
    '2026-06-13 02:00:00+00:00'
    """

    def find(opened: datetime, _: str) -> tuple[datetime, datetime]:
        due = deadline(calendar, opened, duration)
        return due, due

    return Dues(find)


def by_column(column: str, stamps: Stamps) -> Dues:
    """Dues as the table has them, in a column; where it is empty, nothing is promised. The limit is the due.

    >>> from datetime import UTC, datetime
    >>> by_column("due", Stamps()).find(datetime(2026, 6, 12, tzinfo=UTC), "2026-06-12T09:00Z")[0].hour
    9
    """

    def find(_: datetime, text: str) -> tuple[datetime, datetime] | None:
        if not text:
            return None
        due = stamps.read(text)
        return due, due

    return Dues(find, column)


@attrs.frozen
class Question:
    """What is asked of a table.

    Args:
        opened, done: the columns of the instants at which a case was opened, and was done or is empty.
        dues: what is promised: `by_target`, `by_duration` or `by_column`.
        now: rows are judged as of this instant.
        group: the column by whose values, up to 200 characters of them, rows are counted, if any.
        stamps: how the table writes instants.

    Raises:
        NaiveDatetime, OutOfRange: `now` is no instant of years 1900 to 2200.
    """

    opened: str
    done: str
    dues: Dues
    now: datetime
    group: str | None = None
    stamps: Stamps = attrs.field(factory=Stamps)

    def __attrs_post_init__(self) -> None:
        in_range(since_epoch(self.now, "now"), "now")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        named = (self.opened, self.done, self.dues.column, self.group)
        return tuple(dict.fromkeys(column for column in named if column is not None))


class Fault(NamedTuple):
    """Why a row cannot be read; rows are numbered as a spreadsheet does, the line of column names being row 1.

    `column` is empty where the fault is the whole row's.
    """

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"row {self.row}{self.column and f', column {shown(self.column)}'}: {self.reason}"


class Judgement(NamedTuple):
    """One row of a table, judged.

    `verdict` is "met", "late", "missed", "open" (nothing is decided yet), "no target", "later" (opened after `now`) or
    "unreadable", where `fault` says why. `promised_by` is the text by which `Dues` found its due. `odd`: done before
    opened. `overdue`: not done, as of `now`, and the due has come.
    """

    row: int
    fields: list[str]
    verdict: Outcome
    group: str = ""
    promised_by: str = ""
    due: datetime | None = None
    limit: datetime | None = None
    odd: bool = False
    overdue: bool = False
    fault: Fault | None = None


@attrs.frozen
class Judged:
    """A table's column names, its delimiter, and its rows judged, which can be read once."""

    header: tuple[str, ...]
    delimiter: str
    judgements: Iterator[Judgement]


def judged(lines: Iterable[str], question: Question) -> Judged:
    """The rows of a table, judged as of `question.now`, one at a time; empty lines are no rows.

    Args:
        lines: CSV with a line of column names; commas, semicolons, tabs or bars are found from the columns.
        question: what is asked of it.

    Raises:
        InvalidTable: columns are missing or there twice; while reading: none of the rows, or of the first ten
            thousand, can be read.
    """
    table = read_table(lines, question.columns)
    judge = _Judge(table.header, question)
    judgements = (judge(number, row) for number, row in enumerate(table.rows, 2) if row.fields)
    return Judged(table.header, table.delimiter, _with_one_good_row(judgements))


def _with_one_good_row(judgements: Iterator[Judgement]) -> Iterator[Judgement]:
    first: Fault | None = None
    for number, judgement in enumerate(judgements, 1):
        yield judgement
        if judgement.fault is None:
            yield from judgements
            return
        first = first or judgement.fault
        if number == _FIRST_ROWS:
            break
    if first:
        raise InvalidTable((str(first),))


class _Unreadable(Exception):
    """A row's column and why it cannot be read."""


class _Judge:
    """Judges the rows under one header."""

    def __init__(self, header: tuple[str, ...], question: Question) -> None:
        self.question = question
        self.places = {column: header.index(column) for column in question.columns}
        self.now = question.now.astimezone(UTC)

    def __call__(self, number: int, row: Row) -> Judgement:
        column, reason = "", row.fault
        if not reason:
            try:
                return self._judgement(number, row.fields)
            except _Unreadable as fault:
                column, reason = fault.args
        return Judgement(number, row.fields, "unreadable", fault=Fault(number, column, reason))

    def _judgement(self, number: int, fields: list[str]) -> Judgement:
        question = self.question
        opened = self._stamp(fields, question.opened)
        done = self._stamp(fields, question.done) if self._text(fields, question.done) else None
        promised_by, group = self._text(fields, question.dues.column), self._text(fields, question.group)
        group = group[:_LONGEST_NAME]
        if question.group == question.dues.column:
            group = question.dues.name(group)
        if opened > self.now:
            return Judgement(number, fields, "later", group, promised_by)
        if done is not None and done > self.now:
            done = None
        odd = done is not None and done < opened
        dues = self._dues(opened, promised_by)
        if dues is None:
            return Judgement(number, fields, "no target", group, promised_by[:_LONGEST_NAME], odd=odd)
        verdict = verdict_at(self.now, *dues, done)
        overdue = done is None and dues[0] <= self.now
        outcome: Outcome = "open" if verdict == "pending" or (done is None and verdict == "late") else verdict
        return Judgement(number, fields, outcome, group, promised_by, *dues, odd, overdue)

    def _text(self, fields: list[str], column: str | None) -> str:
        if column is None:
            return ""
        text = fields[self.places[column]].strip()
        if not text.isascii() and _UNDECODED.search(text):
            raise _Unreadable(column, f"{shown(text)} is not in the file's encoding")
        return text

    def _stamp(self, fields: list[str], column: str) -> datetime:
        try:
            return self.question.stamps.read(self._text(fields, column))
        except ValueError as fault:
            raise _Unreadable(column, _sentence(fault)) from None

    def _dues(self, opened: datetime, promised_by: str) -> tuple[datetime, datetime] | None:
        try:
            return self.question.dues.find(opened, promised_by)
        except ValueError as fault:
            raise _Unreadable(self.question.dues.column or self.question.opened, _sentence(fault)) from None


def _sentence(fault: Exception) -> str:
    return f"{fault}; another form needs its format" if isinstance(fault, UnknownForm) else str(fault)


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
        """The share of promises kept, met or late, among those decided; None where none is (P9)."""
        decided = self.met + self.late + self.missed
        return Fraction(self.met + self.late, decided) if decided else None


@attrs.frozen
class Report:
    """What was counted.

    Attributes:
        groups: pairs of a group's name and its tally, the largest first; of the first thousand values of the column.
        others: the rows of values beyond those.
        later: rows opened after the instant as of which the report is.
        odd, odd_rows: how many rows were done before they were opened, and the first few; they count in a group too.
        unreadable, faults: how many rows cannot be read, and the first few.
        without: the first few values, such as priorities, for which nothing is promised.
    """

    groups: tuple[tuple[str, Tally], ...]
    others: Tally
    later: int
    odd: int
    odd_rows: tuple[int, ...]
    unreadable: int
    faults: tuple[Fault, ...]
    without: tuple[str, ...]

    @property
    def total(self) -> Tally:
        """All rows but those opened later and those that cannot be read."""
        return sum((tally for _, tally in self.groups), self.others)


def counted(judgements: Iterable[Judgement]) -> Report:
    """The report on judged rows; memory does not grow with their number.

    >>> from datetime import UTC, datetime
    >>> lines = ["opened,done,due", "2026-06-01T09:00Z,2026-06-01T10:00Z,2026-06-01T11:00Z"]
    >>> question = Question("opened", "done", by_column("due", Stamps()), datetime(2026, 7, 1, tzinfo=UTC))
    >>> counted(judged(lines, question).judgements).total
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
            faults = [*faults, *filter(None, [judgement.fault])][:_FEW]
            continue
        if judgement.group not in groups and len(groups) < _MOST_GROUPS:
            groups[judgement.group] = Counter()
        counter = groups.get(judgement.group, others)
        counter[judgement.verdict] += 1
        counter["overdue"] += judgement.overdue
        if judgement.verdict == "no target" and judgement.promised_by not in without:
            without = [*without, judgement.promised_by][:_FEW]
        if judgement.odd:
            apart["odd"] += 1
            odd_rows = [*odd_rows, judgement.row][:_FEW]
    tallies = sorted(((name, _tally(counter)) for name, counter in groups.items()), key=lambda item: -item[1].rows)
    return Report(
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
