"""SQL: the database answers as the library does, on the engines that are there: SQLite always."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pytest

from drawn_rows import DESKS, END, FIRST, HOUR, LAST, START, drawn
from supportsla import ALWAYS, BusinessCalendar, Calendar, Window, business_days, business_hours, sql, vector
from supportsla.errors import InvalidChoice, NeverOpens, OutOfRange, WrongType
from supportsla.sql import Dialect
from supportsla.zones import year_start

Numbers = list[int | None]
SCHEMA = f"supportsla_test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"  # workers share one server


class Engine(NamedTuple):
    """A database that runs scripts, takes tickets as microseconds, and answers a column in microseconds."""

    dialect: Dialect
    script: Callable[[str], object]
    tickets: Callable[[Iterable[tuple[int | None, ...]]], object]
    answers: Callable[[str, str], Numbers]
    close: Callable[[], object]


def sqlite_engine() -> Engine:
    database = sqlite3.connect(":memory:")

    def tickets(rows: Iterable[tuple[int | None, ...]]) -> None:
        database.executescript("DROP TABLE IF EXISTS tickets; CREATE TABLE tickets (id, opened, done, amount)")
        database.executemany("INSERT INTO tickets VALUES (?, ?, ?, ?)", rows)

    def answers(statement: str, column: str) -> Numbers:
        return [row[0] for row in database.execute(f"SELECT {column} FROM ({statement}) ORDER BY id")]

    return Engine("sqlite", database.executescript, tickets, answers, database.close)


def duckdb_engine(kind: str = "TIMESTAMP") -> Engine:
    duckdb = pytest.importorskip("duckdb")
    database = duckdb.connect()

    def tickets(rows: Iterable[tuple[int | None, ...]]) -> None:
        columns = np.array([[-(2**62) if n is None else n for n in row] for row in rows], dtype=np.int64).T
        given = dict(zip(("id", "opened", "done", "amount"), columns, strict=True))
        database.register("given", given)
        make = "make_timestamptz" if kind == "TIMESTAMPTZ" else "make_timestamp"
        stamps = ", ".join(f"{make}(nullif({name}, -{2**62})) AS {name}" for name in ("opened", "done"))
        query = f"SELECT id, {stamps}, nullif(amount, -{2**62}) AS amount FROM given"
        database.execute(f"CREATE OR REPLACE TABLE tickets AS {query}")

    def answers(statement: str, column: str) -> Numbers:
        found = database.sql(f"SELECT {column} AS answer FROM ({statement}) ORDER BY id")
        if found.types[0] in (kind, kind.replace("TZ", " WITH TIME ZONE")):
            found = found.project("epoch_us(answer)")
        return [None if row[0] is None else int(row[0]) for row in found.fetchall()]

    return Engine("duckdb", database.execute, tickets, answers, database.close)


def psql(text: str) -> str:
    command = ["psql", "-q", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", os.environ["SUPPORTSLA_POSTGRESQL"]]
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", timeout=120, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def postgresql_engine(kind: str = "timestamptz") -> Engine:
    """A real server, at the connection string that SUPPORTSLA_POSTGRESQL names; everything stays in SCHEMA."""
    if "SUPPORTSLA_POSTGRESQL" not in os.environ or not shutil.which("psql"):
        pytest.skip("no PostgreSQL: SUPPORTSLA_POSTGRESQL names no server, or there is no psql")
    psql(f"SET client_min_messages = error; DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
    inside = f"SET search_path = {SCHEMA}; SET TimeZone = 'Asia/Kathmandu';\n"

    def script(text: str) -> None:
        psql(inside + text)

    def tickets(rows: Iterable[tuple[int | None, ...]]) -> None:
        lines = "".join("\t".join(r"\N" if n is None else str(n) for n in row) + "\n" for row in rows)
        epoch = "timestamptz '1970-01-01Z'" if kind == "timestamptz" else "timestamp '1970-01-01'"
        moved = ", ".join(
            f"{epoch} + {name} / 1000000 * interval '1 second' + {name} % 1000000 * interval '1 us' AS {name}"
            for name in ("opened", "done")
        )
        script(
            "DROP TABLE IF EXISTS tickets;\n"
            "CREATE TEMP TABLE given (id bigint, opened bigint, done bigint, amount bigint);"
            f"\nCOPY given FROM STDIN;\n{lines}\\.\nCREATE TABLE tickets AS SELECT id, {moved}, amount FROM given;"
        )

    def answers(statement: str, column: str) -> Numbers:
        wanted = f"(extract(epoch FROM {column}) * 1000000)::bigint"
        if column in ("elapsed", "is_open"):
            wanted = f"{column}::int8" if column == "elapsed" else f"{column}::int"
        text = psql(f"{inside}SELECT coalesce(({wanted})::text, 'null') FROM ({statement}) AS x ORDER BY id;")
        return [None if line == "null" else int(line) for line in text.split()]

    return Engine(
        "postgresql",
        script,
        tickets,
        answers,
        lambda: psql(f"SET client_min_messages = error; DROP SCHEMA {SCHEMA} CASCADE"),
    )


ENGINES: dict[str, Callable[[], Engine]] = {
    "sqlite": sqlite_engine,
    "duckdb": duckdb_engine,
    "duckdb, aware": lambda: duckdb_engine("TIMESTAMPTZ"),
    "postgresql": postgresql_engine,
    "postgresql, naive": lambda: postgresql_engine("timestamp"),
}


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    made = ENGINES[request.param]()
    yield made
    made.close()


def rows_of(desk: Calendar, size: int, seed: int) -> list[tuple[int, int, int, int]]:
    """Rows of number, start, end and amount."""
    return list(zip(range(size), *(column.tolist() for column in drawn(desk, size, seed)), strict=True))


def times(numbers: Iterable[int], kind: str) -> Any:
    return np.array(list(numbers), dtype=np.int64).view(f"{kind}8[us]")


def known(found: Any) -> Numbers:
    """The numbers of what the kernel found; none for dues outside the stretch."""
    return inside(found.view(np.int64).tolist())


def inside(dues: Iterable[int | None]) -> Numbers:
    """None for dues at an edge of the stretch too: whether they are known depends on what lies beyond."""
    return [due if due is not None and START < due < END else None for due in dues]


def statements(dialect: Dialect, **options: Any) -> dict[str, str]:
    due: Callable[..., str] = partial(sql.deadline, dialect, "tickets", "opened", **options)
    return {
        "due": due("amount"),
        "due_open": due("amount", boundary="open", into="due_open"),
        "four": due(business_hours(4), into="four"),
        "back": due(-business_hours(4), boundary="open", into="back"),
        "none": due(timedelta(0), into="none"),
        "elapsed": sql.elapsed(dialect, "tickets", "opened", "done", **options),
        "is_open": sql.is_open(dialect, "tickets", "opened", **options),
        "next_open": sql.next_open(dialect, "tickets", "opened", **options),
    }


def expected(desk: Calendar, rows: Sequence[tuple[int, int, int, int]]) -> dict[str, Numbers]:
    """What the kernel answers; it is asked for a few years more, so that nothing is out of its range."""
    _, opened, done, amount = (list(column) for column in zip(*rows, strict=True))
    starts, ends, amounts = times(opened, "M"), times(done, "M"), times(amount, "m")
    return {
        "due": known(vector.deadline(desk, starts, amounts)),
        "due_open": known(vector.deadline(desk, starts, amounts, boundary="open")),
        "four": known(vector.deadline(desk, starts, business_hours(4))),
        "back": known(vector.deadline(desk, starts, -business_hours(4), boundary="open")),
        "none": inside(opened),
        "elapsed": vector.elapsed(desk, starts, ends).view(np.int64).tolist(),
        "is_open": [int(flag) for flag in vector.is_open(desk, starts)],
        "next_open": known(vector.next_open(desk, starts)),
    }


ROWS = {"sqlite": 17_000, "duckdb": 17_000, "postgresql": 17_000}


@pytest.mark.parametrize("zone", list(DESKS))
def test_a_database_answers_as_the_kernel_does(engine: Engine, zone: str) -> None:
    """On some 1e5 rows over six zones, half of them at the edges of windows, on every engine that is there."""
    desk = DESKS[zone]
    rows = rows_of(desk, ROWS[engine.dialect], seed=len(zone))
    engine.script(sql.table(engine.dialect, desk, FIRST, LAST))
    engine.tickets(rows)
    wanted = expected(desk, rows)
    for name, statement in statements(engine.dialect).items():
        found = engine.answers(statement, name)
        assert (found if name in ("elapsed", "is_open") else inside(found)) == wanted[name], name


@pytest.mark.parametrize("zone", ["America/Chicago", "Pacific/Apia"])
def test_merged_rows_get_the_same_answers(engine: Engine, zone: str) -> None:
    desk = DESKS[zone]
    rows = [*rows_of(desk, 3_000, seed=5), (3_000, None, START, HOUR), (3_001, START, None, None)]
    rows += [(3_002, START - 1, START, HOUR), (3_003, END, START, HOUR), (3_004, END - 1, END, 2**62)]
    engine.script(sql.table(engine.dialect, desk, FIRST, LAST))
    engine.tickets(rows)
    merged = statements(engine.dialect, keep=("id", "opened"))
    for name, statement in statements(engine.dialect).items():
        assert engine.answers(merged[name], name) == engine.answers(statement, name), name


OFFICE = BusinessCalendar("UTC", "Mo-Fr 09:00-17:00")
NINE = year_start(2026) + 4 * 24 * HOUR + 9 * HOUR  # a Monday
OUTSIDE = (year_start(2026) - 1, year_start(2027), -(10**17))


@pytest.fixture
def office(engine: Engine) -> Engine:
    """An engine that has the windows of one year."""
    engine.script(sql.table(engine.dialect, OFFICE, 2026, 2026))
    return engine


@pytest.mark.parametrize("keep", [None, ["id"]])
def test_nothing_is_known_outside_the_exported_windows(office: Engine, keep: list[str] | None) -> None:
    stamps = [n for n in OUTSIDE if office.dialect != "postgresql" or n > -(10**17)]
    office.tickets((row, at, NINE, HOUR) for row, at in enumerate(stamps))
    for name, statement in statements(office.dialect, keep=keep).items():
        assert office.answers(statement, name) == [None] * len(stamps), name


@pytest.mark.parametrize("keep", [None, ["id"]])
@pytest.mark.parametrize("amount", [10_000 * HOUR, -10_000 * HOUR, 2**63 - 1, -(2**63) + 1])
def test_a_due_outside_the_exported_windows_is_not_known(office: Engine, amount: int, keep: list[str] | None) -> None:
    """An amount that does not fit into the sum either."""
    if office.dialect == "duckdb" and abs(amount) > 2**62:
        pytest.skip("the number stands for NULL on the way in")
    office.tickets([(0, NINE, NINE, amount)])
    assert office.answers(sql.deadline(office.dialect, "tickets", "opened", "amount", keep=keep and ["id"]), "due") == [
        None
    ]


@pytest.mark.parametrize("keep", [None, ["id"]])
def test_outside_may_be_an_error_instead(office: Engine, keep: list[str] | None) -> None:
    asked = statements(office.dialect, outside="error", keep=keep)
    for at in OUTSIDE[:2]:
        office.tickets([(0, at, NINE, HOUR)])
        for name, statement in asked.items():
            with pytest.raises(Exception, match="outside the exported windows"):
                office.answers(statement, name)
    office.tickets([(0, NINE, NINE + HOUR, HOUR)])
    assert [len(office.answers(statement, name)) for name, statement in asked.items()] == [1] * len(asked)


@pytest.mark.parametrize("outside", ["null", "error"])
@pytest.mark.parametrize("keep", [None, ["id"]])
def test_null_answers_null(office: Engine, outside: str, keep: list[str] | None) -> None:
    """Where either column is, and where nothing may be outside too."""
    office.tickets([(0, None, NINE, HOUR), (1, NINE, None, None)])
    found = {
        name: office.answers(statement, name)
        for name, statement in statements(office.dialect, outside=outside, keep=keep).items()
    }
    assert all(answers[0] is None for answers in found.values())
    assert (found["due"][1], found["elapsed"][1], found["is_open"][1]) == (None, None, 1)


def test_both_boundaries_at_the_edges_of_a_day(office: Engine) -> None:
    """Worked by hand: eight hours from nine are used up at five, or as the desk opens again."""
    office.tickets([(0, NINE, NINE, 8 * HOUR), (1, NINE + 8 * HOUR, NINE, 0), (2, NINE + 32 * HOUR, NINE, -8 * HOUR)])
    due, due_open = (office.answers(statements(office.dialect)[name], name) for name in ("due", "due_open"))
    assert due == [NINE + 8 * HOUR, NINE + 8 * HOUR, NINE + 24 * HOUR]
    assert due_open == [NINE + 24 * HOUR, NINE + 24 * HOUR, NINE + 8 * HOUR]


HOSTILE = [
    'a"b',
    "x'); DROP TABLE tickets; --",
    "select",
    "snö ☃",
    "t.opened",
    "{0}",
    "asked",
    "w",
    "a\\b",
    "$1 :x ?",
    "%s",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("keep", [False, True])
def test_any_name_is_but_a_name(office: Engine, name: str, keep: bool) -> None:
    """Of the table that asks, of its columns, of the answer, of the exported table."""
    quoted, exported = ('"' + text.replace('"', '""') + '"' for text in (name, f"{name} w"))
    office.tickets([(0, NINE, NINE + HOUR, HOUR)])
    office.script(f"CREATE TABLE {quoted} AS SELECT id, opened AS {quoted}, amount AS {exported} FROM tickets;")
    office.script(sql.table(office.dialect, OFFICE, 2026, 2026, name=f"{name} w"))
    kept = ["id", name] if keep else None
    statement = sql.deadline(office.dialect, name, name, f"{name} w", into=f"{name} d", windows=f"{name} w", keep=kept)
    quoted_into = '"' + f"{name} d".replace('"', '""') + '"'
    renamed = f"SELECT id, {quoted_into} AS due FROM ({statement}) AS y"
    assert office.answers(renamed, "due") == [NINE + HOUR]
    assert office.answers(sql.deadline(office.dialect, "tickets", "opened", "amount"), "due") == [NINE + HOUR]


@pytest.mark.parametrize("keep", [None, ["id"]])
def test_a_column_that_does_not_exist_is_an_error(office: Engine, keep: list[str] | None) -> None:
    """SQLite would read a quoted name that it does not know as a text."""
    office.tickets([(0, NINE, NINE, HOUR)])
    with pytest.raises(Exception, match="opend"):
        office.answers(sql.deadline(office.dialect, "tickets", "opend", "amount", keep=keep), "due")


def test_a_name_with_a_schema_is_a_tuple(office: Engine) -> None:
    schema = "temp" if office.dialect == "sqlite" else f"{SCHEMA} b"
    if office.dialect != "sqlite":
        office.script(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE; CREATE SCHEMA "{schema}";')
    office.tickets([(0, NINE, NINE, HOUR)])
    office.script(sql.table(office.dialect, OFFICE, 2026, 2026, name=(schema, "a.b")))
    statement = sql.next_open(office.dialect, "tickets", "opened", windows=(schema, "a.b"))
    assert office.answers(statement, "next_open") == [NINE]
    if office.dialect != "sqlite":
        office.script(f'DROP SCHEMA "{schema}" CASCADE;')


WRONG = {
    "sqlite": ("'2026-01-05 09:00'", "1767603600.5", "x'00'"),
    "duckdb": ("DATE '2026-01-05'", "'2026-01-05 09:00'", "5", "TIMESTAMP_NS '2026-01-05 09:00:00'", "TIME '09:00'"),
    "postgresql": ("date '2026-01-05'", "'2026-01-05 09:00'::text", "5", "time '09:00'", "interval '1 hour'"),
}


@pytest.mark.parametrize("keep", [None, ["id"]])
def test_columns_of_wrong_types_are_errors(office: Engine, keep: list[str] | None) -> None:
    """What looks like a stamp or an amount, and is none."""
    dialect = office.dialect
    amounts = ("'5'", "1.5")
    said = r"supportsla: no |No function matches|does not exist|explicit|cannot be matched"
    given = [(value, "5") for value in WRONG[dialect]] + [("opened", amount) for amount in amounts]
    office.tickets([(0, NINE, NINE, HOUR)])
    for value, amount in given:
        office.script(f"CREATE TABLE odd AS SELECT id, {value} AS at, {amount} AS amount FROM tickets;")
        asked: list[tuple[str, str]] = [(sql.deadline(dialect, "odd", "at", "amount", keep=keep), "due")]
        if value != "opened":
            asked += [(sql.is_open(dialect, "odd", "at", keep=keep), "is_open")]
            asked += [(sql.elapsed(dialect, "odd", "at", "at", keep=keep), "elapsed")]
        for statement, name in asked:
            with pytest.raises(Exception, match=said):
                office.answers(statement, name)
        office.script("DROP TABLE odd;")


@pytest.mark.parametrize("keep", [None, ["id"]])
def test_a_stamp_with_a_zone_is_not_compared_with_one_without(office: Engine, keep: list[str] | None) -> None:
    if office.dialect == "sqlite":
        pytest.skip("SQLite has but integers")
    office.tickets([(0, NINE, NINE, HOUR)])
    query = "SELECT id, CAST(opened AS timestamp) AS one, CAST(opened AS timestamptz) AS other FROM tickets"
    office.script(f"CREATE TABLE mixed AS {query};")
    with pytest.raises(Exception, match="a stamp with a time zone beside one without"):
        office.answers(sql.elapsed(office.dialect, "mixed", "one", "other", keep=keep), "elapsed")


def test_infinite_stamps_are_outside(office: Engine) -> None:
    if office.dialect == "sqlite":
        pytest.skip("SQLite has but integers")
    office.tickets([(0, NINE, NINE, HOUR)])
    query = "SELECT id, CAST('infinity' AS timestamptz) AS opened, CAST('-infinity' AS timestamptz) AS done, amount"
    office.script(f"CREATE TABLE endless AS {query} FROM tickets;")
    for at in ("opened", "done"):
        found = sql.deadline(office.dialect, "endless", at, "amount", into="elapsed")
        assert office.answers(
            f"SELECT id, CAST(NULL AS bigint) AS elapsed FROM ({found}) AS y WHERE elapsed IS NULL", "elapsed"
        ) == [None]
        with pytest.raises(Exception, match="outside the exported windows"):
            office.answers(sql.next_open(office.dialect, "endless", at, outside="error"), "next_open")


def test_the_windows_of_a_calendar_are_rows_with_the_open_time_before_them() -> None:
    start, end = year_start(2026), year_start(2027)
    rows = sql.windows(OFFICE, 2026, 2026)
    assert rows[0] == (start, start, None, 0)
    assert rows[1] == (start + 9 * HOUR, start + 17 * HOUR, 0, 8 * HOUR)
    assert rows[-1] == (end, None, None, None)
    assert sql.windows(ALWAYS, 2026, 2026) == [(start, end, 0, end - start), (end, None, None, None)]
    assert sql.windows(ALWAYS - ALWAYS, 2026, 2026) == [(start, start, None, 0), (end, None, None, None)]


def test_a_calendar_that_does_not_open_for_five_years_before_a_window_is_not_exported() -> None:
    """Its dues cannot be those of the library, which stops searching; after the last window there are none."""
    once = Window(datetime(2016, 1, 1, tzinfo=UTC), datetime(2016, 1, 2, tzinfo=UTC))
    rare = ALWAYS & [once]
    assert len(sql.windows(rare, 2012, 2040)) == 3
    with pytest.raises(NeverOpens, match="from 2010-01-01 00:00:00"):
        sql.windows(rare, 2010, 2020)


@pytest.mark.parametrize(
    ("years", "error", "said"),
    [
        ((1899, 2000), OutOfRange, "first_year is 1899"),
        ((2000, 2201), OutOfRange, "last_year is 2201"),
        ((2026, 2025), OutOfRange, "allowed: 2026 and up to 284 years after it"),
        ((1900, 2185), OutOfRange, "up to 284 years"),
        (("2026", 2026), WrongType, "expected an integer"),
        ((2026, True), WrongType, "expected an integer"),
    ],
)
def test_years_that_cannot_be_exported(years: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        sql.windows(OFFICE, *years)


def test_the_longest_stretch_is_exact_to_the_microsecond(engine: Engine) -> None:
    engine.script(sql.table(engine.dialect, ALWAYS, 1900, 2184))
    start, end = year_start(1900), year_start(2185)
    engine.tickets([(0, start, end - 1, end - start - 1), (1, end - 1, start, start - end + 1)])
    assert engine.answers(statements(engine.dialect)["due"], "due") == [end - 1, start]
    assert engine.answers(statements(engine.dialect)["elapsed"], "elapsed") == [end - start - 1, start - end + 1]


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800", 5, None, (), ("a", ""), ("a", 5), "x" * 1_001])
def test_a_name_that_can_be_none_is_refused(name: Any) -> None:
    with pytest.raises(WrongType, match="expected a name of 1 to 1000 bytes of UTF-8, without NUL"):
        sql.is_open("sqlite", name, "opened")
    with pytest.raises(WrongType):
        sql.table("duckdb", OFFICE, 2026, 2026, name=name)


def test_a_name_that_postgresql_would_cut_is_refused() -> None:
    assert "x" * 63 in sql.is_open("postgresql", "tickets", "x" * 63)
    with pytest.raises(WrongType, match="63 bytes"):
        sql.is_open("postgresql", "tickets", "opened", into="ö" * 32)


@pytest.mark.parametrize(
    ("ask", "error", "said"),
    [
        (lambda: sql.is_open("mysql", "t", "at"), InvalidChoice, "dialect is 'mysql'; allowed: 'duckdb', "),  # type: ignore[arg-type]
        (lambda: sql.is_open(["x"], "t", "at"), InvalidChoice, "dialect"),  # type: ignore[arg-type]
        (lambda: sql.is_open("sqlite", "t", "at", outside="raise"), InvalidChoice, "outside"),  # type: ignore[arg-type]
        (lambda: sql.deadline("sqlite", "t", "at", business_hours(1), boundary="x"), InvalidChoice, "boundary"),  # type: ignore[arg-type]
        (lambda: sql.deadline("sqlite", "t", "at", business_days(1)), InvalidChoice, "the unit of duration"),
        (lambda: sql.deadline("sqlite", "t", "at", 5), WrongType, "duration"),  # type: ignore[arg-type]
        (lambda: sql.is_open("sqlite", "t", "at", keep="id"), WrongType, "expected names of columns"),
        (lambda: sql.is_open("sqlite", "t", "at", keep=5), WrongType, "expected names of columns"),  # type: ignore[arg-type]
        (lambda: sql.table("sqlite", "desk", 2026, 2026), WrongType, "calendar"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_asked(ask: Callable[[], object], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        ask()


TEXTS = {
    "duckdb": """\
SELECT t.*, t."opened" + to_microseconds(CASE
  WHEN NOT typeof(t."opened") IN ('TIMESTAMP', 'TIMESTAMP WITH TIME ZONE')
    THEN CAST(error('supportsla: no stamp: ' || CAST(t."opened" AS VARCHAR)) AS BIGINT)
  ELSE CASE WHEN w.after - greatest(w.closes - epoch_us(t."opened"), 0) + 14400000000 - 1 < v.after
    THEN v.opens - v.before + w.after - greatest(w.closes - epoch_us(t."opened"), 0) + 14400000000 END
END - epoch_us(t."opened")) AS "due"
FROM "tickets" AS t
ASOF LEFT JOIN "business_windows" AS w ON epoch_us(t."opened") >= w.opens
ASOF LEFT JOIN "business_windows" AS v ON w.after - greatest(w.closes - epoch_us(t."opened"), 0) + 14400000000 - 1 >= v.before""",
    "postgresql": """\
SELECT t.*, t."opened" + (CASE
  WHEN NOT CAST(pg_typeof(t."opened") AS text) IN ('timestamp with time zone', 'timestamp without time zone')
    THEN CAST('supportsla: no stamp: ' || CAST(t."opened" AS text) AS bigint)
  ELSE CASE WHEN w.after - greatest(w.closes - a.ticks_0, 0) + 14400000000 - 1 < v.after
    THEN v.opens - v.before + w.after - greatest(w.closes - a.ticks_0, 0) + 14400000000 END
END - a.ticks_0) * interval '1 microsecond' AS "due"
FROM "tickets" AS t
CROSS JOIN LATERAL (
  SELECT CASE WHEN isfinite(t."opened") THEN CAST(extract(epoch FROM t."opened") * 1000000 AS bigint) END AS ticks_0 OFFSET 0
) AS a
LEFT JOIN LATERAL (
  SELECT * FROM "business_windows" AS s
  WHERE s.opens <= a.ticks_0
  ORDER BY s.opens DESC LIMIT 1
) AS w ON TRUE
LEFT JOIN LATERAL (
  SELECT * FROM "business_windows" AS s
  WHERE s.before <= w.after - greatest(w.closes - a.ticks_0, 0) + 14400000000 - 1
  ORDER BY s.before DESC LIMIT 1
) AS v ON TRUE""",
    "sqlite": """\
SELECT t.*, CASE
  WHEN NOT typeof(t."opened") IN ('integer', 'null')
    THEN json_extract('{}', 'supportsla: no stamp: ' || t."opened")
  ELSE CASE WHEN w.after - max(w.closes - t."opened", 0) + 14400000000 - 1 < v.after
    THEN v.opens - v.before + w.after - max(w.closes - t."opened", 0) + 14400000000 END
END AS "due"
FROM "tickets" AS t
LEFT JOIN "business_windows" AS w ON w.opens = (
  SELECT s.opens FROM "business_windows" AS s
  WHERE s.opens <= t."opened"
  ORDER BY s.opens DESC LIMIT 1
)
LEFT JOIN "business_windows" AS v ON v.before = (
  SELECT s.before FROM "business_windows" AS s
  WHERE s.before <= w.after - max(w.closes - t."opened", 0) + 14400000000 - 1
  ORDER BY s.before DESC LIMIT 1
)""",
    "merged": """\
SELECT kept_0 AS "id", CASE
  WHEN NOT CAST(pg_typeof(stamp_0) AS text) IN ('timestamp with time zone', 'timestamp without time zone')
    THEN CAST('supportsla: no stamp: ' || CAST(stamp_0 AS text) AS bigint)
  ELSE coalesce(
    CASE WHEN ticks_0 < w_closes THEN 1 WHEN ticks_0 >= w_closes THEN 0 END,
    CASE WHEN stamp_0 IS NOT NULL THEN CAST('supportsla: outside the exported windows, or due outside: ' || CAST(stamp_0 AS text) AS bigint) END
  )
END = 1 AS "is_open"
FROM (
SELECT kept_0, stamp_0, ticks_0, turn, max(opens) OVER edges AS w_opens, max(closes) OVER edges AS w_closes, max(before) OVER edges AS w_before, max(after) OVER edges AS w_after FROM (
SELECT kept_0, stamp_0, ticks_0, ticks_0 AS place, 1 AS turn, CAST(NULL AS bigint) AS opens, CAST(NULL AS bigint) AS closes, CAST(NULL AS bigint) AS before, CAST(NULL AS bigint) AS after FROM (
SELECT t."id" AS kept_0, t."opened" AS stamp_0, CASE WHEN a.ticks_0 < (SELECT max(opens) FROM "business_windows") THEN a.ticks_0 END AS ticks_0 FROM "tickets" AS t
CROSS JOIN LATERAL (
  SELECT CASE WHEN isfinite(t."opened") THEN CAST(extract(epoch FROM t."opened") * 1000000 AS bigint) END AS ticks_0 OFFSET 0
) AS a
) AS asked
UNION ALL
SELECT NULL, NULL, NULL, opens, 0, opens, closes, before, after FROM "business_windows" WHERE opens IS NOT NULL
) AS united
WINDOW edges AS (ORDER BY place NULLS FIRST, turn ROWS UNBOUNDED PRECEDING)
) AS found WHERE turn = 1""",
}


@pytest.mark.parametrize("dialect", ["duckdb", "postgresql", "sqlite"])
def test_the_text_of_a_statement_is_stable(dialect: Dialect) -> None:
    """So that what was pasted once can be compared with what would be pasted now."""
    assert sql.deadline(dialect, "tickets", "opened", business_hours(4)) == TEXTS[dialect]


def test_the_text_of_a_merging_statement_is_stable() -> None:
    assert sql.is_open("postgresql", "tickets", "opened", keep=["id"], outside="error") == TEXTS["merged"]


def test_a_table_is_filled_in_batches() -> None:
    """No statement grows with the calendar, and all rows are there."""
    text = sql.table("sqlite", OFFICE, 2020, 2029)
    rows = sql.windows(OFFICE, 2020, 2029)
    database = sqlite3.connect(":memory:")
    database.executescript(text)
    assert text.count("INSERT INTO") == -(-len(rows) // 500)
    assert (
        database.execute("SELECT opens, closes, before, after FROM business_windows ORDER BY opens").fetchall() == rows
    )
    database.close()
