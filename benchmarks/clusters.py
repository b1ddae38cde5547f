"""Frames of Dask and Spark, on two workers of this machine: a million deadlines, ten million, and a long log.

Of Spark, whatever its Java and its Python workers take is counted as memory: what each holds for itself alone.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import contestants
import dask.dataframe as dd
import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
from distributed import Client, LocalCluster, wait
from figures import Claim, per_second, write_clusters
from harness import Cell, race
from pyarrow import parquet
from pyspark.sql import SparkSession, functions
from vector_peers import FIRST, Rows, random_rows
from vectors import MANY, MOST, ONE
from ways import LeftOut, Way, Ways

from supportsla import Calendar, frames
from supportsla.presets import apricot_us

PACKAGES = ("numpy", "pandas", "pyarrow", "dask", "pyspark", "supportsla")
WORKERS, ROUNDS, CASES = 2, 5, 200_000
NOW = datetime(2026, 7, 1, tzinfo=UTC)
SPARK_SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "8",
}


@contextmanager
def dask(calendar: Calendar, rows: Rows) -> Iterator[Ways]:
    """A cluster whose workers are processes, and hold the rows already."""
    with dask_client() as client:
        given = pd.DataFrame({"opened": pd.DatetimeIndex(rows.starts, tz="UTC")})
        frame = spread(client, given)
        asked = frames.deadline(frame, calendar, "opened", ONE)["due"]

        def dues() -> object:
            return pd.DatetimeIndex(client.compute(asked).result())

        yield {f"Dask, {WORKERS} workers": Way(lambda: wait(client.persist(asked)), dues)}


@contextmanager
def dask_client() -> Iterator[Any]:
    """Workers on loopback."""
    settings = {"n_workers": WORKERS, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(**settings, silence_logs=50) as cluster, Client(cluster) as client:
        yield client


def spread(client: Any, frame: pd.DataFrame) -> Any:
    """A frame of Dask whose partitions are with the workers."""
    size = -(-len(frame) // (4 * WORKERS))
    return dd.from_delayed(client.scatter([frame[first : first + size] for first in range(0, len(frame), size)]))


@contextmanager
def spark(calendar: Calendar, rows: Rows) -> Iterator[Ways]:
    """Local mode, warm, with the rows in its cache."""
    with spark_session() as session:
        table = pa.table({"id": np.arange(len(rows)), "opened": pa.array(rows.starts, pa.timestamp("us", "UTC"))})
        frame = session.createDataFrame(table).repartition(2 * WORKERS).cache()
        frame.count()
        asked = frames.deadline(frame, calendar, "opened", ONE).select("id", "due")

        def dues() -> object:
            return asked.toArrow().sort_by("id")["due"].to_numpy()

        yield {f"Spark {session.version}, {WORKERS} cores": Way(partial(thrown_away, asked), dues)}


@contextmanager
def spark_session() -> Iterator[Any]:
    """Local mode on loopback; left out where there is no Java."""
    if not (shutil.which("java") or "JAVA_HOME" in os.environ):
        raise LeftOut("there is no Java")
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    builder = SparkSession.builder.master(f"local[{WORKERS}]")
    for name, value in SPARK_SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    try:
        yield session
    finally:
        session.stop()


def thrown_away(frame: Any) -> None:
    """Every column of every row is computed, and none kept."""
    frame.write.format("noop").mode("overwrite").save()


def made_up(session: Any, size: int) -> Any:
    """So many rows that Spark makes itself while it is asked: a number, and any second of eleven years."""
    seconds = functions.rand(seed=1) * (11 * 365 * 86_400) + int(FIRST.view("i8") // 10**6)
    return session.range(size, numPartitions=4 * WORKERS).withColumn("opened", functions.timestamp_seconds(seconds))


def peak_memory(run: Callable[[], object]) -> int:
    """The most bytes that the processes under this one held for themselves alone, looked at 20 times a second."""
    most, done = 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.05):
            most = max(most, sum(map(own_memory, psutil.Process().children(recursive=True))))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        run()
    finally:
        done.set()
        watching.join()
    return most


def own_memory(process: psutil.Process) -> int:
    """What a process holds for itself alone; nothing if it is gone."""
    try:
        return int(process.memory_full_info().uss)
    except psutil.Error:
        return 0


def long_log(rng: np.random.Generator) -> pd.DataFrame:
    """A log of six events a case on average, in order of time."""
    size = 6 * CASES
    opened = np.arange(size) < CASES
    what = np.where(opened, "Opened", rng.choice(["Commented", "StatusChanged"], size))
    moved = np.where(what == "StatusChanged", rng.choice(["In Progress", "Waiting on Client", "Solved"], size), None)
    minutes = np.concatenate([np.zeros(CASES, int), np.sort(rng.integers(0, 20_000, size - CASES))])
    return pd.DataFrame(
        {
            "case": np.concatenate([np.arange(CASES), rng.integers(0, CASES, size - CASES)]),
            "at": pd.DatetimeIndex(np.datetime64("2026-06-01", "us") + minutes.astype("m8[m]"), tz="UTC"),
            "what": what,
            "who": np.where(opened, "client", rng.choice(["client", "support"], size)),
            "status": moved,
            "priority": np.where(opened, rng.choice(["critical", "high", "medium", "low"], size), None),
        }
    )


def clusters(rounds: int, rng: random.Random, *, write: bool) -> Iterator[str]:
    """Ten million rows in bounded memory, and the readings of a log, with what they take beside one process."""
    rounds = min(rounds, ROUNDS)
    yield ""
    yield f"Frames of Dask and Spark, on {WORKERS} workers"
    claims = list[Claim]()
    try:
        claims += spark_claims(rounds, rng)
    except LeftOut as why:
        write = False
        yield f"  Spark is left out: {why}"
    claims += [*dask_claims(rounds, rng), *file_claims(rounds, rng)]
    for name, measured, _ in claims:
        yield f"  {name:<62}{measured:>18}"
    if write:
        write_clusters(claims, PACKAGES)


def spark_claims(rounds: int, rng: random.Random) -> Iterator[Claim]:
    """What Spark takes to start, for rows, in memory, and for a log."""
    calendar, log, began = (
        contestants.our_calendar(),
        long_log(np.random.default_rng(rng.randrange(2**32))),
        perf_counter(),
    )
    with spark_session() as session:
        yield Claim("Spark: to start", f"{perf_counter() - began:.1f} s", "")
        runs = {}
        for size in (MANY, MOST):
            frame = made_up(session, size)
            runs[f"Spark: {size:,} rows, made up only"] = Cell(partial(thrown_away, frame), size)
            asked = frames.deadline(frame, calendar, "opened", ONE)
            runs[f"Spark: {size:,} rows, with their dues"] = Cell(partial(thrown_away, asked), size)
        times = race(runs, rounds, rng)
        yield from (Claim(name, f"{per_second(median(taken))} a second", "") for name, taken in times.items())
        for name in (name for name in runs if "dues" in name):
            yield Claim(f"{name}: peak memory", f"{peak_memory(runs[name].run) / 2**20:,.0f} MiB", "")
        events = session.createDataFrame(pa.Table.from_pandas(log)).repartition(2 * WORKERS).cache()
        events.count()
        read = Cell(partial(thrown_away, frames.readings(events, apricot_us(), NOW)), CASES)
        yield cases_a_second("Spark", race({"read": read}, rounds, rng)["read"], len(log))


def dask_claims(rounds: int, rng: random.Random) -> Iterator[Claim]:
    """What Dask takes for a log, and what one process does."""

    log = long_log(np.random.default_rng(rng.randrange(2**32)))
    alone = Cell(partial(frames.readings, log, apricot_us(), NOW), CASES)
    with dask_client() as client:
        asked = frames.readings(spread(client, log), apricot_us(), NOW)
        read = Cell(lambda: wait(client.persist(asked)), CASES)
        times = race({"Dask": read, "one frame of pandas": alone}, rounds, rng)
    yield from (cases_a_second(name, taken, len(log)) for name, taken in times.items())


def file_claims(rounds: int, rng: random.Random) -> Iterator[Claim]:
    """What one process takes from a file of Parquet into another, a batch at a time, with the dues and without."""
    rows = random_rows(np.random.default_rng(rng.randrange(2**32)), MOST)
    table = pa.table({"id": np.arange(MOST), "opened": pa.array(rows.starts, pa.timestamp("us", "UTC"))})
    calendar = contestants.our_calendar()
    with TemporaryDirectory() as folder:
        given, made = Path(folder) / "tickets.parquet", Path(folder) / "dues.parquet"
        parquet.write_table(table, given)

        def copied(ask: Callable[[pa.RecordBatchReader], pa.RecordBatchReader]) -> None:
            file = parquet.ParquetFile(given)
            reader = ask(pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches()))
            with parquet.ParquetWriter(made, reader.schema) as writer:
                for batch in reader:
                    writer.write_batch(batch)

        runs = {
            "PyArrow: 10,000,000 rows from file to file": lambda: copied(lambda reader: reader),
            "PyArrow: 10,000,000 rows from file to file, with their dues": lambda: copied(
                lambda reader: frames.deadline(reader, calendar, "opened", ONE)
            ),
        }
        times = race({name: Cell(run, MOST) for name, run in runs.items()}, rounds, rng)
    yield from (Claim(name, f"{per_second(median(taken))} a second", "") for name, taken in times.items())


def cases_a_second(name: str, taken: list[float], events: int) -> Claim:
    """Of the readings of a log."""
    return Claim(f"{name}: clocks of {CASES:,} cases, {events:,} events", f"{per_second(median(taken))} a second", "")
