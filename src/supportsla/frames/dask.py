"""Frames of Dask: its workers answer each partition as the frame of pandas that it is.

The functions are those of `supportsla.frames`. Nothing is computed before Dask is told to, but that columns exist and
hold what they must is seen to at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from supportsla.errors import MissingExtra

from . import deadline, elapsed, is_open, next_open, readings, workers
from .logs import Log
from .questions import Question

try:
    import dask.dataframe as dd
    import numpy as np
    import pandas as pd
except ImportError:
    raise MissingExtra("supportsla.frames.dask", "dask") from None

__all__ = ["deadline", "elapsed", "is_open", "next_open", "readings"]

_LONGEST_PARTITION = 2**40


def with_answer(frame: dd.DataFrame, question: Question, names: Sequence[str], into: str) -> dd.DataFrame:
    """The frame with one column more, or another in its place, as `kinds.with_answer` says."""
    answer = partial(workers.answer, question=question, names=names, into=into)
    meta = answer(frame._meta)
    asked = frame[[*dict.fromkeys(names)]]
    return frame.assign(**{into: asked.map_partitions(answer, meta=meta)})


def with_readings(frame: dd.DataFrame, log: Log) -> dd.DataFrame:
    """The readings of a log whose events are brought together by case, in order of time."""
    names, told = log.names(frame.columns), workers.readings(frame._meta, log)
    asked = frame[[*dict.fromkeys(names.values())]]
    events = asked.map_partitions(_placed, names, meta=_placed(asked._meta, names))
    return events.shuffle(on="case").map_partitions(partial(_readings, log=log._replace(own={})), meta=told)


def _placed(rows: pd.DataFrame, names: Mapping[str, str], partition_info: Any = None) -> pd.DataFrame:
    """Events with the names that logs have, and each with its place."""
    events = pd.DataFrame({name: rows[own].array for name, own in names.items()})
    places = np.arange(len(rows)) + (partition_info["number"] * _LONGEST_PARTITION if partition_info else 0)
    return events.assign(place=np.where(events["what"].isin([workers.OPENING]), workers.FIRST, places))


def _readings(events: pd.DataFrame, log: Log) -> pd.DataFrame:
    return workers.readings(events.sort_values(["at", "place"]), log)
