"""A million deadlines in every engine: arrays, frames of pandas, Dask and Spark, and the statements of databases.

Rows are any microsecond of eleven years, in no order, all with one duration. The table of tickets and that of windows
are there before; what is timed is `CREATE TEMP TABLE ... AS` of the statement's answers, so that every engine computes
every due and keeps it; Dask keeps it in its workers, and Spark throws it away. Engines run with the settings that they
come with: DuckDB on all cores, Dask and Spark on two, the others on one.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from statistics import median

import contestants
import numpy as np
import pandas as pd
import vector_peers as peers
from clusters import dask, spark
from figures import Figure, precise, write_engines
from harness import Cell, Line, as_times, race, ratio_of
from vector_peers import YEARS, Rows
from vectors import MANY, ONE, compared, ours_one, with_one_amount
from ways import LeftOut, Way, Ways

from supportsla import Calendar, frames, sql
from supportsla.sql import Dialect

PACKAGES = ("numpy", "pandas", "pyarrow", "narwhals", "dask", "pyspark", "duckdb", "supportsla")
ROUNDS = 5
OURS = "supportsla vector.deadline"
DONE = "all is done"


# The contestants: each makes its tables, gives its ways by name, and clears up.


@contextmanager
def arrays(calendar: Calendar, rows: Rows) -> Iterator[Ways]:
    run = ours_one(calendar, rows)
    yield {OURS: Way(run, run)}


@contextmanager
def pandas(calendar: Calendar, rows: Rows) -> Iterator[Ways]:
    frame = pd.DataFrame({"opened": rows.starts})
    frame["opened"] = frame["opened"].dt.tz_localize("UTC")
    run = partial(frames.deadline, frame, calendar, "opened", ONE, into="due")
    yield {"frames.deadline, pandas": Way(run, lambda: pd.DatetimeIndex(run()["due"]))}


@contextmanager
def duckdb(calendar: Calendar, rows: Rows) -> Iterator[Ways]:
    with peers.duckdb.connect() as database:
        database.register("given", {"id": np.arange(len(rows)), "opened": rows.starts.view("i8")})
        database.execute("CREATE TABLE tickets AS SELECT id, make_timestamp(opened) AS opened FROM given")
        database.execute(windows("duckdb", calendar))

        def dues() -> object:
            return database.execute("SELECT due FROM answers ORDER BY id").fetchnumpy()["due"]

        yield ways("duckdb", "DuckDB, ASOF join", "DuckDB, merged", database.execute, dues)


@contextmanager
def sqlite(calendar: Calendar, rows: Rows) -> Iterator[Ways]:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("PRAGMA temp_store = memory")
        database.execute("CREATE TABLE tickets (id INTEGER, opened INTEGER)")
        database.executemany("INSERT INTO tickets VALUES (?, ?)", enumerate(rows.starts.view("i8").tolist()))
        database.executescript(windows("sqlite", calendar))

        def dues() -> object:
            return np.array(database.execute("SELECT due FROM answers ORDER BY id").fetchall())[:, 0]

        name = f"SQLite {sqlite3.sqlite_version}"
        yield ways("sqlite", f"{name}, row by row", f"{name}, merged", database.execute, dues)


@contextmanager
def postgresql(calendar: Calendar, rows: Rows) -> Iterator[Ways]:
    """A server, through one psql that stays connected: timed from sending a statement to its end."""
    if "SUPPORTSLA_POSTGRESQL" not in os.environ:
        raise LeftOut("SUPPORTSLA_POSTGRESQL names no server")
    if not shutil.which("psql"):
        raise LeftOut("there is no psql")
    lines = "".join(f"{row}\t{start}\n" for row, start in enumerate(rows.starts.view("i8").tolist()))
    with psql(os.environ["SUPPORTSLA_POSTGRESQL"]) as execute:
        execute(f"""\
SET client_min_messages = error;
DROP SCHEMA IF EXISTS supportsla_bench CASCADE;
CREATE SCHEMA supportsla_bench;
SET search_path = supportsla_bench;
{windows("postgresql", calendar)}
CREATE TEMP TABLE given (id bigint, opened bigint);
COPY given FROM STDIN;
{lines}\\.
CREATE TABLE tickets AS
SELECT id, timestamptz '1970-01-01Z' + opened * interval '1 microsecond' AS opened FROM given;
ANALYZE tickets, business_windows;""")

        def dues() -> object:
            micros = "(extract(epoch FROM due) * 1000000)::bigint"
            return np.array([int(line) for line in execute(f"SELECT {micros} FROM answers ORDER BY id;")])

        (version,) = execute("SHOW server_version;")
        name = f"PostgreSQL {version.split()[0]}"
        yield ways("postgresql", f"{name}, LATERAL", f"{name}, merged", execute, dues)
        execute("DROP SCHEMA supportsla_bench CASCADE;")


@contextmanager
def psql(server: str) -> Iterator[Callable[[str], list[str]]]:
    """What runs statements, and answers with the lines that they printed."""
    command = ["psql", "-q", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", server]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as process:

        def execute(text: str) -> list[str]:
            print(f"{text}\n\\echo {DONE}", file=process.stdin, flush=True)
            lines = list[str]()
            while (line := process.stdout.readline()) != f"{DONE}\n":
                if not line:
                    raise ChildProcessError("psql has ended")
                lines.append(line)
            return lines

        yield execute


def windows(dialect: Dialect, calendar: Calendar) -> str:
    return sql.table(dialect, calendar, YEARS[0], YEARS[-1])


def ways(
    dialect: Dialect, lookup: str, merged: str, execute: Callable[[str], object], dues: Callable[[], object]
) -> Ways:
    """Both forms of the statement."""

    def way(keep: list[str] | None) -> Way:
        statement = sql.deadline(dialect, "tickets", "opened", ONE, keep=keep)
        asked = f"CREATE TEMP TABLE answers AS SELECT id, due FROM ({statement}) AS asked;"
        return Way(partial(execute, asked), dues, prepare=partial(execute, "DROP TABLE IF EXISTS answers;"))

    return {lookup: way(None), merged: way(["id"])}


ENGINES = {
    "arrays": arrays,
    "pandas": pandas,
    "Dask": dask,
    "Spark": spark,
    "DuckDB": duckdb,
    "SQLite": sqlite,
    "PostgreSQL": postgresql,
}


# The race.


def engines(rounds: int, rng: random.Random, *, write: bool) -> Iterator[str]:
    """The answers compared, and the time of each; and, if wanted and nothing was left out, the table in the docs."""
    calendar, numbers = contestants.our_calendar(), np.random.default_rng(rng.randrange(2**32))
    peers.fresh_outputs()
    rows, rounds = with_one_amount(peers.random_rows(numbers, MANY)), min(rounds, ROUNDS)
    yield ""
    yield f"Deadlines in every engine: {MANY:,} rows, {ONE}; answers before timing"
    with ExitStack() as stack:
        asked = dict[str, Way]()
        for name, make in ENGINES.items():
            try:
                asked |= stack.enter_context(make(calendar, rows))
            except LeftOut as why:
                write = False
                yield f"  {name} is left out: {why}"
        mine = asked[OURS].answers()
        for name, way in asked.items():
            yield from compared(rows, mine, name, lambda _, way=way: way.answers)
        times = race({name: Cell(way.run, MANY, way.prepare) for name, way in asked.items()}, rounds, rng)
    found = list(figures(times))
    yield ""
    yield f"{f'{rounds} rounds; every due is computed':<36}{'a row':>11}{'rows a second':>16}  beside arrays"
    for one in found:
        yield f"{one.name:<36}{precise(one.nanoseconds):>11}{one.a_second:>16}  {one.beside}".rstrip()
    if write:
        write_engines(found, PACKAGES)


def figures(times: Mapping[str, list[float]]) -> Iterator[Figure]:
    """Each contestant's median, and how many times that of the arrays it is."""
    for name, taken in times.items():
        beside = as_times(ratio_of(Line("", OURS, name), times)).rstrip("x")
        yield Figure(name, median(taken), MANY, "" if name == OURS else f"{beside} times", ours=name == OURS)
