"""What frames cost over arrays: the same million rows, asked as arrays of NumPy and as each kind of frame.

    python benchmarks/frames.py [--rounds N]

The frames have two columns of stamps, in two zones, one row in ten null. DuckDB hands its rows out as Arrow's only
when the relation runs, so that is part of its baseline.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from harness import Cell, Line, machine, race, table

from supportsla import BusinessCalendar, business_hours, frames, vector

PACKAGES = ("supportsla", "numpy", "narwhals", "pandas", "polars", "pyarrow", "duckdb")
ROWS = 1_000_000
DESK = BusinessCalendar("America/Chicago", "Mo-Fr 09:00-17:00")
FOUR_HOURS = business_hours(4)
ASK: dict[str, tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]] = {
    "deadline": (
        lambda frame: frames.deadline(frame, DESK, "opened", FOUR_HOURS),
        lambda starts, ends: vector.deadline(DESK, starts, FOUR_HOURS),
    ),
    "elapsed": (
        lambda frame: frames.elapsed(frame, DESK, "opened", "answered"),
        lambda starts, ends: vector.elapsed(DESK, starts, ends),
    ),
    "is_open": (lambda frame: frames.is_open(frame, DESK, "opened"), lambda starts, ends: vector.is_open(DESK, starts)),
    "next_open": (
        lambda frame: frames.next_open(frame, DESK, "opened"),
        lambda starts, ends: vector.next_open(DESK, starts),
    ),
}
KINDS: dict[str, Callable[[Any], Any]] = {
    "pandas": lambda rows: rows.to_pandas(),
    "pandas, Arrow dtypes": lambda rows: rows.to_pandas(types_mapper=pd.ArrowDtype),
    "Polars": pl.from_arrow,
    "Polars, lazy and collected": lambda rows: pl.from_arrow(rows).lazy(),
    "PyArrow": lambda rows: rows,
    "DuckDB": duckdb.from_arrow,
}


def rows(rng: np.random.Generator) -> Any:
    """A table of random stamps of 2026, and later ones."""
    starts = np.datetime64("2026-01-01", "us") + rng.integers(0, 365 * 86_400, ROWS).astype("m8[s]")
    ends = starts + rng.integers(0, 7 * 86_400, ROWS).astype("m8[s]")
    starts[::10] = np.datetime64("NaT")
    zones = (pa.timestamp("us", "America/Chicago"), pa.timestamp("us", "UTC"))
    return pa.table([pa.array(starts, zones[0]), pa.array(ends, zones[1])], names=["opened", "answered"])


def held(ask: Callable[[], Any]) -> Cell:
    """A cell whose last answer is kept, as callers keep theirs; else the next one would get its memory."""
    kept: list[Any] = []

    def run() -> None:
        found = ask()
        kept[:] = [found.collect() if isinstance(found, pl.LazyFrame) else found]

    return Cell(run)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    data = rows(np.random.default_rng(26))
    arrays = [data[name].to_numpy() for name in data.column_names]
    made = {kind: make(data) for kind, make in KINDS.items()}
    print("\n".join(machine(PACKAGES)))
    for name, (ask, raw) in ASK.items():
        cells = {kind: held(lambda ask=ask, frame=frame: ask(frame)) for kind, frame in made.items()}
        cells["arrays"] = held(lambda raw=raw: raw(*arrays))
        cells["relation"] = held(lambda raw=raw: (pa.table(made["DuckDB"]), raw(*arrays)))
        times = race(cells, rounds, random.Random(26))
        lines = [Line(kind, kind, "arrays", at_most=2) for kind in KINDS if kind != "DuckDB"]
        print("\n".join(table(f"{name}, 1,000,000 rows", lines, times, "arrays")))
        print("\n".join(table("", [Line("DuckDB", "DuckDB", "relation", at_most=2)], times, "and rows"))[1:])


if __name__ == "__main__":
    main()
