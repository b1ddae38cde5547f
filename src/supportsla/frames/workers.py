"""What the workers of Dask and Spark do, each in a process of its own, to which calendars and plans come pickled.

A pickled calendar has to be compiled again, and comes with every task: so a process keeps the first of those that are
equal, and asks that one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar, cast

from supportsla.errors import MissingExtra

from . import kinds
from .logs import Log
from .questions import Question

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ImportError:
    raise MissingExtra("a worker of Dask or Spark", "pyarrow") from None

__all__ = ["FIRST", "OPENING", "answer", "batches_of_readings", "readings", "whole_cases"]

Kept = TypeVar("Kept", bound=Hashable)
FIRST, OPENING = -1, "Opened"
"""Events of one instant keep the places that they had in the frame, but for openings, which come first."""
_MANY_EVENTS = 2**17


def answer(rows: Any, question: Question, names: Sequence[str], into: str) -> Any:
    """The column that `kinds.with_answer` adds to a part of a frame."""
    return kinds.with_answer(rows, question._replace(calendar=_kept(question.calendar)), names, into)[into]


def readings(rows: Any, log: Log) -> Any:
    """The readings of a part of a log that holds its cases whole."""
    return kinds.with_readings(rows, log._replace(plan=_kept(log.plan)))


def batches_of_readings(batches: Iterable[pa.RecordBatch], log: Log, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The readings of a stream of events in which those of a case follow each other, some cases at a time."""
    for table in whole_cases(batches):
        yield from readings(table, log).cast(schema).to_batches()


def whole_cases(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Tables of whole cases, each of as many events as make it worth while, of such a stream."""
    held, events = list[pa.RecordBatch](), 0
    for batch in batches:
        held.append(batch)
        events += len(batch)
        if events >= _MANY_EVENTS:
            table = pa.Table.from_batches(held)
            last_begins = pc.index(table["case"], table["case"][-1]).as_py()
            if last_begins > 0:
                yield table[:last_begins]
                held, events = table[last_begins:].to_batches(), events - last_begins
    if held:
        yield pa.Table.from_batches(held)


def _kept(value: Kept) -> Kept:
    return cast("Kept", _first_equal(value))


@lru_cache(maxsize=16)
def _first_equal(value: Hashable) -> Hashable:
    return value
