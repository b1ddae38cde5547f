"""Working time in the database itself: a calendar as a table, and the statements that ask it.

This makes texts and rows, in the dialects of DuckDB, PostgreSQL (14 or later) and SQLite (3.30 or later, with JSON);
whoever has a connection runs them. The table holds what a calendar compiles to, in integers of microseconds: when each
window opens and closes, since 1970-01-01Z, and the open time before it and by its end, since the table begins. A
statement finds the window that opened last, then the one in which so much time is used up: two searches, as in
`worktime`.

Two rows mark the exported stretch. Where it begins stands one without `before`, unless a window opens there; where it
ends, one of which only `opens` is known. So what would have to be known outside of it is NULL by itself, and every
`opens` and every `before` stands once.

A statement looks the windows up for each row, or merges all rows with them: sorted together with the windows, each row
sees the greatest edge up to it. Names within a merge are all its own, so that no caller's name can meet them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Literal, NamedTuple, cast

from .calendars import HORIZON, Calendar, known_spans
from .durations import Duration
from .errors import InvalidChoice, NeverOpens, OutOfRange, WrongType
from .spans import Pair
from .worktime import Boundary, as_duration, check_boundary, compiled
from .zones import FIRST_YEAR, LAST_YEAR, MICROSECOND, in_zone, year_start

__all__ = ["Dialect", "Name", "Outside", "Row", "deadline", "elapsed", "is_open", "next_open", "table", "windows"]

Dialect = Literal["duckdb", "postgresql", "sqlite"]
Outside = Literal["null", "error"]
Name = str | tuple[str, ...]
Row = tuple[int, int | None, int | None, int | None]
_COLUMNS = ("opens", "closes", "before", "after")
_MOST_YEARS = 285
_LONGEST = 10**16
_BATCH = 500
_NAME = re.compile("[^\0\ud800-\udfff]+")


class _Words(NamedTuple):
    """How a dialect says what statements need.

    `ticks` are a stamp's microseconds, `aside` joins them to each row under a name, `moved` is the stamp as many later
    as `due` is after `at`, `fail` an error in place of a number. `stamp`, `amount` and `alike` say whether columns are
    of the right types. `find` joins to each row the window whose `column` is the greatest that is not above a number.
    `greatest` and `least` may or may not skip a NULL.
    """

    integer: str
    ticks: str
    aside: str
    greatest: str
    least: str
    moved: str
    fail: str
    stamp: str
    amount: str
    alike: str
    find: str
    longest_name: int


_WORDS = {
    "duckdb": _Words(
        integer="BIGINT",
        ticks="epoch_us({0})",
        aside="",
        greatest="greatest",
        least="least",
        moved="{stamp} + to_microseconds({due} - {at})",
        fail="CAST(error('{0}' || CAST({1} AS VARCHAR)) AS BIGINT)",
        stamp="typeof({0}) IN ('TIMESTAMP', 'TIMESTAMP WITH TIME ZONE')",
        amount="typeof({0}) IN ('BIGINT', 'INTEGER', 'SMALLINT', 'TINYINT')",
        alike="typeof({0}) = typeof({1})",
        find="ASOF LEFT JOIN {windows} AS {alias} ON {number} >= {alias}.{column}",
        longest_name=1_000,
    ),
    "postgresql": _Words(
        integer="bigint",
        ticks="CASE WHEN isfinite({0}) THEN CAST(extract(epoch FROM {0}) * 1000000 AS bigint) END",
        aside="CROSS JOIN LATERAL (\n  SELECT {0} OFFSET 0\n) AS a",
        greatest="greatest",
        least="least",
        moved="{stamp} + ({due} - {at}) * interval '1 microsecond'",
        fail="CAST('{0}' || CAST({1} AS text) AS bigint)",
        stamp="CAST(pg_typeof({0}) AS text) IN ('timestamp with time zone', 'timestamp without time zone')",
        amount="CAST(pg_typeof({0}) AS text) IN ('bigint', 'integer', 'smallint')",
        alike="pg_typeof({0}) = pg_typeof({1})",
        find="LEFT JOIN LATERAL (\n  SELECT * FROM {windows} AS s\n  WHERE s.{column} <= {number}"
        "\n  ORDER BY s.{column} DESC LIMIT 1\n) AS {alias} ON TRUE",
        longest_name=63,
    ),
    "sqlite": _Words(
        integer="INTEGER",
        ticks="{0}",
        aside="",
        greatest="max",
        least="min",
        moved="{due}",
        fail="json_extract('{{}}', '{0}' || {1})",
        stamp="typeof({0}) IN ('integer', 'null')",
        amount="typeof({0}) IN ('integer', 'null')",
        alike="TRUE",
        find="LEFT JOIN {windows} AS {alias} ON {alias}.{column} = (\n  SELECT s.{column} FROM {windows} AS s"
        "\n  WHERE s.{column} <= {number}\n  ORDER BY s.{column} DESC LIMIT 1\n)",
        longest_name=1_000,
    ),
}


def windows(calendar: Calendar, first_year: int, last_year: int) -> list[Row]:
    """The rows of the table: `opens`, `closes`, `before` and `after`, in microseconds; in order of all four.

    The open time before a window and by its end counts from the start of the first year, in UTC. The row at the start
    has no `before`, that at the end of the last year has nothing but `opens`.

    Raises:
        NeverOpens: 5 years without an open instant come before a window.
        OutOfRange: a year lies outside 1900 to 2200, or there are more than 285 of them, or none.
        WrongType: no calendar, or a year that is no integer.

    >>> from supportsla import BusinessCalendar
    >>> desk = BusinessCalendar("UTC", "Th 00:00-00:01")
    >>> [row for row in windows(desk, 1970, 1970)][:2]
    [(0, 60000000, 0, 60000000), (604800000000, 604860000000, 60000000, 120000000)]
    >>> windows(desk, 1970, 1970)[-1]
    (31536000000000, None, None, None)
    """
    zone = compiled(calendar).zone
    start, end = _stretch(first_year, last_year)
    spans = known_spans(calendar, first_year, last_year)
    closed, horizon = start, HORIZON // MICROSECOND
    for opens, closes in spans:
        if opens - closed > horizon:
            raise NeverOpens(*(in_zone(MICROSECOND * at, zone) for at in (closed, closed + horizon)))
        closed = closes
    return list(_rows(start, end, spans))


def _rows(start: int, end: int, spans: list[Pair]) -> Iterator[Row]:
    if not spans or spans[0][0] > start:
        yield start, start, None, 0
    before = 0
    for opens, closes in spans:
        after = before + closes - opens
        yield opens, closes, before, after
        before = after
    yield end, None, None, None


def _stretch(first_year: int, last_year: int) -> Pair:
    for where, year in (("first_year", first_year), ("last_year", last_year)):
        if isinstance(year, bool) or not isinstance(year, int):
            raise WrongType(where, year, "an integer, such as 2026")
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise OutOfRange(where, year, "years 1900 to 2200")
    if not 0 <= last_year - first_year < _MOST_YEARS:
        raise OutOfRange("last_year", last_year, f"{first_year} and up to {_MOST_YEARS - 1} years after it")
    return year_start(first_year), year_start(last_year + 1)


def table(
    dialect: Dialect, calendar: Calendar, first_year: int, last_year: int, *, name: Name = "business_windows"
) -> str:
    """The statements that make the table of `windows` and fill it; run them in one transaction.

    Args:
        dialect: "duckdb", "postgresql" or "sqlite".
        calendar: when the desk is open.
        first_year: the first year of UTC to export.
        last_year: the last one; nothing is known of what comes after it.
        name: of the table; a tuple where it has a schema, such as ("sla", "windows"). It is quoted as it stands.

    Raises:
        NeverOpens, OutOfRange: as `windows`.
        InvalidChoice, WrongType: no such dialect, or a name that can be none; no calendar, or no years.

    >>> from supportsla import BusinessCalendar
    >>> print(table("sqlite", BusinessCalendar("UTC", "off"), 2026, 2026))
    CREATE TABLE "business_windows" (
      opens INTEGER NOT NULL PRIMARY KEY, closes INTEGER, before INTEGER UNIQUE, after INTEGER
    );
    INSERT INTO "business_windows" (opens, closes, before, after) VALUES
      (1767225600000000, 1767225600000000, NULL, 0),
      (1798761600000000, NULL, NULL, NULL);
    <BLANKLINE>
    """
    words = _words(dialect)
    quoted = _named(words, "name", name)
    exported = windows(calendar, first_year, last_year)
    rows = [f"  ({', '.join('NULL' if number is None else str(number) for number in row)})" for row in exported]
    kinds = ("NOT NULL PRIMARY KEY", "", "UNIQUE", "")
    columns = ", ".join(
        f"{column} {words.integer} {kind}".rstrip() for column, kind in zip(_COLUMNS, kinds, strict=True)
    )
    inserted = f"INSERT INTO {quoted} ({', '.join(_COLUMNS)}) VALUES\n"
    batches = (",\n".join(rows[first : first + _BATCH]) for first in range(0, len(rows), _BATCH))
    return f"CREATE TABLE {quoted} (\n  {columns}\n);\n" + "".join(f"{inserted}{batch};\n" for batch in batches)


def deadline(
    dialect: Dialect,
    table: Name,
    starts: str,
    duration: Duration | timedelta | str,
    *,
    boundary: Boundary = "close",
    into: str = "due",
    windows: Name = "business_windows",
    outside: Outside = "null",
    keep: Iterable[str] | None = None,
) -> str:
    """A statement that answers, for each row of a table, when a duration is used up that begins at its start (W2, W3).

    Args:
        dialect: "duckdb", "postgresql" or "sqlite".
        table: the name of the table that asks, or of a view; a tuple where it has a schema, such as ("desk", "cases").
        starts: its column of stamps: timestamps with or without time zone, where those without one mean UTC; in SQLite
            integers of microseconds since 1970-01-01Z. Anything else is an error when the statement runs.
        duration: of business hours, or a `timedelta` of business time; or the name of a column of integers, which are
            microseconds of it. Negative ones count backwards.
        boundary: where a due falls on a closing, as in `supportsla.deadline`.
        into: the name of the column of dues, which is of the type of `starts`; NULL where the start or the duration is.
        windows: the name of the exported table.
        outside: what a row gets whose start or due is not within the exported stretch: "null", or an "error".
        keep: the columns to answer with, and to merge all rows with the windows, which in PostgreSQL is quicker where
            many rows ask; by default all columns, and each row looks its windows up.

    Raises:
        InvalidChoice: no such dialect, boundary or `outside`; a duration that is not of business hours; a name that
            can be none.
        WrongType: a name or a duration that is none.

    >>> import sqlite3
    >>> from supportsla import BusinessCalendar, business_hours, sql
    >>> desk = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00")
    >>> database = sqlite3.connect(":memory:")
    >>> _ = database.executescript(sql.table("sqlite", desk, 2026, 2026))
    >>> query = "CREATE TABLE tickets AS SELECT strftime('%s', '2026-06-12 22:00') * 1000000 AS opened"
    >>> _ = database.execute(query)
    >>> statement = sql.deadline("sqlite", "tickets", "opened", business_hours(4))
    >>> database.execute(f"SELECT datetime(due / 1000000, 'unixepoch') FROM ({statement})").fetchone()
    ('2026-06-15 14:00:00',)
    >>> database.close()
    """
    check_boundary(boundary)
    amount = duration if isinstance(duration, str) else _microseconds(duration)
    asked = _Asked(dialect, (table, windows), (starts,), outside, keep, amount)
    (at,), amounts, left = asked.ticks, asked.amount, asked.left(boundary)
    asked.find("w", at, "opens")
    used = asked.before(at, "w")
    goal = f"{used} + {amounts}"
    asked.find("v", f"{goal} - {left}", "before")
    opens, before, after = (asked.column("v", name) for name in ("opens", "before", "after"))
    due = f"WHEN {goal} - {left} < {after}\n    THEN {opens} - {before} + {goal}"
    if boundary == "close" and (isinstance(amount, str) or not amount):
        due = f"WHEN {amounts} = 0 AND {used} >= 0 THEN {at}\n    {due}"
    return asked.stamps(f"CASE {due} END", into)


def elapsed(
    dialect: Dialect,
    table: Name,
    starts: str,
    ends: str,
    *,
    into: str = "elapsed",
    windows: Name = "business_windows",
    outside: Outside = "null",
    keep: Iterable[str] | None = None,
) -> str:
    """A statement that answers the open time from each start to its end, in integers of microseconds.

    It is negative where the end lies before the start. Both columns are of one type: a stamp with a time zone and one
    without are not compared, and raise an error when the statement runs.

    Args:
        dialect: "duckdb", "postgresql" or "sqlite".
        table: the name of the table that asks.
        starts: its column of stamps, as in `deadline`.
        ends: another one.
        into: the name of the column of answers; NULL where either stamp is.
        windows: the name of the exported table.
        outside: what a row gets of which a stamp is not within the exported stretch: "null", or an "error".
        keep: as in `deadline`.

    Raises:
        InvalidChoice, WrongType: as `deadline`.

    >>> import sqlite3
    >>> from supportsla import BusinessCalendar, sql
    >>> database = sqlite3.connect(":memory:")
    >>> _ = database.executescript(sql.table("sqlite", BusinessCalendar("UTC", "Mo-Fr 09:00-17:00"), 1970, 1970))
    >>> _ = database.execute("CREATE TABLE tickets AS SELECT 0 AS opened, 86400000000 AS answered")
    >>> database.execute(sql.elapsed("sqlite", "tickets", "opened", "answered")).fetchone()
    (0, 86400000000, 28800000000)
    >>> database.close()
    """
    asked = _Asked(dialect, (table, windows), (starts, ends), outside, keep)
    (first, last) = asked.ticks
    asked.find("w", first, "opens")
    asked.find("v", last, "opens")
    return asked.number(f"{asked.before(last, 'v')} - ({asked.before(first, 'w')})", into)


def is_open(
    dialect: Dialect,
    table: Name,
    at: str,
    *,
    into: str = "is_open",
    windows: Name = "business_windows",
    outside: Outside = "null",
    keep: Iterable[str] | None = None,
) -> str:
    """A statement that answers whether the desk is open at each stamp (W4): a boolean, in SQLite 1 or 0.

    Args:
        dialect: "duckdb", "postgresql" or "sqlite".
        table: the name of the table that asks.
        at: its column of stamps, as in `deadline`.
        into: the name of the column of answers; NULL where the stamp is.
        windows: the name of the exported table.
        outside: what a row gets whose stamp is not within the exported stretch: "null", or an "error".
        keep: as in `deadline`.

    Raises:
        InvalidChoice, WrongType: as `deadline`.

    >>> import sqlite3
    >>> from supportsla import BusinessCalendar, sql
    >>> database = sqlite3.connect(":memory:")
    >>> _ = database.executescript(sql.table("sqlite", BusinessCalendar("UTC", "Th 00:00-09:00"), 1970, 1970))
    >>> _ = database.execute("CREATE TABLE tickets AS SELECT 0 AS opened UNION ALL SELECT 86400000000")
    >>> database.execute(sql.is_open("sqlite", "tickets", "opened")).fetchall()
    [(0, 1), (86400000000, 0)]
    >>> database.close()
    """
    asked = _Asked(dialect, (table, windows), (at,), outside, keep)
    (ticks,) = asked.ticks
    asked.find("w", ticks, "opens")
    closes = asked.column("w", "closes")
    return asked.flag(f"CASE WHEN {ticks} < {closes} THEN 1 WHEN {ticks} >= {closes} THEN 0 END", into)


def next_open(
    dialect: Dialect,
    table: Name,
    at: str,
    *,
    into: str = "next_open",
    windows: Name = "business_windows",
    outside: Outside = "null",
    keep: Iterable[str] | None = None,
) -> str:
    """A statement that answers the first open instant at or after each stamp: itself, while the desk is open.

    Args:
        dialect: "duckdb", "postgresql" or "sqlite".
        table: the name of the table that asks.
        at: its column of stamps, as in `deadline`.
        into: the name of the column of answers, which is of the type of `at`; NULL where the stamp is.
        windows: the name of the exported table.
        outside: what a row gets whose stamp or answer is not within the exported stretch: "null", or an "error".
        keep: as in `deadline`.

    Raises:
        InvalidChoice, WrongType: as `deadline`.

    >>> import sqlite3
    >>> from supportsla import BusinessCalendar, sql
    >>> database = sqlite3.connect(":memory:")
    >>> _ = database.executescript(sql.table("sqlite", BusinessCalendar("UTC", "Fr 09:00-17:00"), 1970, 1970))
    >>> _ = database.execute("CREATE TABLE tickets AS SELECT 0 AS opened")
    >>> database.execute(sql.next_open("sqlite", "tickets", "opened")).fetchone()
    (0, 118800000000)
    >>> database.close()
    """
    nothing = timedelta(0)
    return deadline(
        dialect, table, at, nothing, boundary="open", into=into, windows=windows, outside=outside, keep=keep
    )


def _microseconds(duration: Duration | timedelta) -> int:
    one = as_duration(duration)
    if one.unit != "business hours":
        raise InvalidChoice("the unit of duration", one.unit, ("business hours",))
    return cast("timedelta", one.amount) // MICROSECOND


def _words(dialect: Dialect) -> _Words:
    if not isinstance(dialect, str) or dialect not in _WORDS:
        raise InvalidChoice("dialect", dialect, tuple(_WORDS))
    return _WORDS[dialect]


def _named(words: _Words, where: str, name: Name) -> str:
    """The name, quoted part by part."""
    parts = name if isinstance(name, tuple) and name else (name,)
    return ".".join(_quoted(words, where, cast("str", part)) for part in parts)


def _quoted(words: _Words, where: str, name: str) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name.encode()) > words.longest_name:
        raise WrongType(where, name, f"a name of 1 to {words.longest_name} bytes of UTF-8, without NUL")
    return '"' + name.replace('"', '""') + '"'


class _Asked:
    """A statement in the making: what its columns are called, which windows it finds, and what it answers with.

    `raw` are the stamps as they stand, `ticks` their microseconds, `amount` is that of business time: one number for
    all, or the expression of a column. Where rows are merged with the windows, all columns have names of their own,
    and each `find` puts another query around the one so far.
    """

    def __init__(
        self,
        dialect: Dialect,
        names: tuple[Name, Name],
        stamps: tuple[str, ...],
        outside: Outside,
        keep: Iterable[str] | None,
        amount: str | int = 0,
    ) -> None:
        self.words = words = _words(dialect)
        if outside not in ("null", "error"):
            raise InvalidChoice("outside", outside, ("null", "error"))
        self.strict = outside == "error"
        table, self.windows = (_named(words, *pair) for pair in zip(("table", "windows"), names, strict=True))
        self.source = f"{table} AS t"
        self.raw = tuple(f"t.{_quoted(words, 'a column of stamps', stamp)}" for stamp in stamps)
        self.ticks = tuple(words.ticks.format(raw) for raw in self.raw)
        if words.aside:
            named = ",\n    ".join(f"{ticks} AS ticks_{i}" for i, ticks in enumerate(self.ticks))
            self.source += f"\n{words.aside.format(named)}"
            self.ticks = tuple(f"a.ticks_{i}" for i in range(len(self.ticks)))
        self.amount = f"t.{_quoted(words, 'duration', amount)}" if isinstance(amount, str) else amount
        self.columns, self.dot = ["t.*"], "."
        self.carried: list[str] = []
        if keep is not None:
            self._gather([_quoted(words, "a column to keep", name) for name in _listed(keep)])
        self.faults = self._faults()
        self.given = [*self.raw, *([self.amount] if isinstance(self.amount, str) else [])]
        if isinstance(self.amount, str):
            self.sign = self.amount
            self.amount = f"{words.greatest}({words.least}({self.amount}, {_LONGEST}), -{_LONGEST})"

    def _gather(self, kept: list[str]) -> None:
        """Take the rows under names of the merge's own; stamps beyond the windows have no ticks."""
        end = f"(SELECT max(opens) FROM {self.windows})"
        within = tuple(f"CASE WHEN {ticks} < {end} THEN {ticks} END" for ticks in self.ticks)
        given = {f"kept_{i}": f"t.{name}" for i, name in enumerate(kept)}
        given |= {f"stamp_{i}": raw for i, raw in enumerate(self.raw)}
        given |= {f"ticks_{i}": ticks for i, ticks in enumerate(within)}
        given |= {"amount": self.amount} if isinstance(self.amount, str) else {}
        self.columns = [f"kept_{i} AS {name}" for i, name in enumerate(kept)]
        self.raw = tuple(f"stamp_{i}" for i in range(len(self.raw)))
        self.ticks = tuple(f"ticks_{i}" for i in range(len(within)))
        self.amount = "amount" if isinstance(self.amount, str) else self.amount
        listed = ", ".join(f"{value} AS {name}" for name, value in given.items())
        self.carried, self.dot = list(given), "_"
        self.source = f"(\nSELECT {listed} FROM {self.source}\n) AS asked"

    def _faults(self) -> list[tuple[str, str, str]]:
        """What the types of the columns must be; what to say where they are not, and of which value."""
        words = self.words
        faults = [(words.stamp.format(raw), "no stamp", raw) for raw in self.raw]
        if isinstance(self.amount, str):
            faults.append((words.amount.format(self.amount), "no integer of microseconds", self.amount))
        if len(self.raw) > 1 and words.alike:
            faults.append((words.alike.format(*self.raw), "a stamp with a time zone beside one without", self.raw[0]))
        return faults

    def left(self, boundary: Boundary) -> str:
        """1 where the first instant with so much open time is asked for, and 0 where the last one is (W2)."""
        sign = ">" if boundary == "close" else "<"
        if isinstance(self.amount, str):
            return f"CASE WHEN {self.sign} {sign} 0 THEN 1 ELSE 0 END"
        return str(int(self.amount > 0 if boundary == "close" else self.amount < 0))

    def find(self, alias: str, number: str, column: str) -> None:
        """Give each row the window whose column is the greatest that is not above the number."""
        if not self.carried:
            found = self.words.find.format(windows=self.windows, alias=alias, number=number, column=column)
            self.source += f"\n{found}"
            return
        carried, integer = ", ".join(self.carried), self.words.integer
        edges = ", ".join(f"CAST(NULL AS {integer}) AS {name}" for name in _COLUMNS)
        nothing = ", ".join("NULL" for _ in self.carried)
        seen = {f"{alias}_{name}": f"max({name}) OVER edges" for name in _COLUMNS}
        latest = ", ".join(f"{value} AS {name}" for name, value in seen.items())
        rows = f"SELECT {carried}, {number} AS place, 1 AS turn, {edges} FROM {self.source}"
        known = f"{', '.join(_COLUMNS)} FROM {self.windows} WHERE {column} IS NOT NULL"
        self.source = (
            f"(\nSELECT {carried}, turn, {latest} FROM (\n{rows}\n"
            f"UNION ALL\nSELECT {nothing}, {column}, 0, {known}\n) AS united\n"
            "WINDOW edges AS (ORDER BY place NULLS FIRST, turn ROWS UNBOUNDED PRECEDING)\n) AS found WHERE turn = 1"
        )
        self.carried += seen

    def column(self, alias: str, name: str) -> str:
        """What a window that was found has in a column."""
        return f"{alias}{self.dot}{name}"

    def before(self, at: str, alias: str) -> str:
        """The open time before an instant, from the window that opened last."""
        after, closes = (self.column(alias, name) for name in ("after", "closes"))
        return f"{after} - {self.words.greatest}({closes} - {at}, 0)"

    def number(self, number: str, into: str) -> str:
        """The statement that answers with a number."""
        return self._select(self._checked(number), into)

    def flag(self, number: str, into: str) -> str:
        """The statement that answers whether a number is 1."""
        return self._select(f"{self._checked(number)} = 1", into)

    def stamps(self, number: str, into: str) -> str:
        """The statement that answers with a number as a stamp."""
        due = self._checked(number)
        return self._select(self.words.moved.format(stamp=self.raw[0], due=due, at=self.ticks[0]), into)

    def _checked(self, number: str) -> str:
        """The number, or an error where a column is of a wrong type, or if need be where the number is not known."""
        fail = self.words.fail
        if self.strict:
            told = fail.format("supportsla: outside the exported windows, or due outside: ", self.raw[0])
            known = " AND ".join(f"{column} IS NOT NULL" for column in self.given)
            number = f"coalesce(\n    {number},\n    CASE WHEN {known} THEN {told} END\n  )"
        wrong = "".join(
            f"  WHEN NOT {right}\n    THEN {fail.format(f'supportsla: {text}: ', raw)}\n"
            for right, text, raw in self.faults
        )
        return f"CASE\n{wrong}  ELSE {number}\nEND"

    def _select(self, answer: str, into: str) -> str:
        columns = ", ".join([*self.columns, f"{answer} AS {_quoted(self.words, 'into', into)}"])
        return f"SELECT {columns}\nFROM {self.source}"


def _listed(keep: Iterable[str]) -> list[str]:
    if isinstance(keep, str) or not isinstance(keep, Iterable):
        raise WrongType("keep", keep, 'names of columns, such as ["number", "opened"]')
    return list(keep)
