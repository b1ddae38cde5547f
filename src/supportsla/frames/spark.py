"""Frames of Spark: its workers answer what they get through Arrow, a batch at a time.

The functions are those of `supportsla.frames`. Nothing is computed before Spark is told to, but that columns exist and
hold what they must is seen to at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, cast

from supportsla.errors import MissingExtra, WrongType

from . import deadline, elapsed, is_open, next_open, readings, workers
from .logs import Log
from .questions import Question, check_column

try:
    import pyarrow as pa
    from pyspark.errors import PySparkTypeError
    from pyspark.sql import Column, DataFrame
    from pyspark.sql.functions import arrow_udf, col, lit, monotonically_increasing_id, struct, when
    from pyspark.sql.types import BooleanType, DayTimeIntervalType, StringType, StructField, StructType
except ImportError:
    raise MissingExtra("supportsla.frames.spark", "spark") from None

__all__ = ["deadline", "elapsed", "is_open", "next_open", "readings"]

_TYPES = {pa.bool_(): BooleanType(), pa.duration("us"): DayTimeIntervalType(), pa.string(): StringType()}


def with_answer(frame: DataFrame, question: Question, names: Sequence[str], into: str) -> DataFrame:
    """The frame with one column more, or another in its place, as `kinds.with_answer` says."""
    for name in names:
        check_column(name, frame.columns)
    blank, types = _blank(frame, names)
    kind = types[workers.answer(blank, question, names, into).type]

    def answer(rows: pa.Array) -> pa.Array:
        return workers.answer(pa.RecordBatch.from_struct_array(rows), question, names, into)

    answered = cast("Any", arrow_udf)(answer, kind)
    return frame.withColumn(into, answered(struct(*map(_column, blank.column_names))))


def with_readings(frame: DataFrame, log: Log) -> DataFrame:
    """The readings of a log whose events are brought together by case, in order of time."""
    names = log.names(frame.columns)
    blank, types = _blank(frame, [*names.values()])
    schema = workers.readings(blank, log).schema
    place = when(col("what") == workers.OPENING, lit(workers.FIRST)).otherwise(monotonically_increasing_id())
    events = frame.select(*(_column(own).alias(name) for name, own in names.items())).withColumn("place", place)
    case = col("case").cast(types[schema.field("case").type])
    cases = events.repartition(case).sortWithinPartitions(case, "at", "place").drop("place")
    answer = partial(workers.batches_of_readings, log=log._replace(own={}), schema=schema)
    return cases.mapInArrow(answer, StructType([StructField(field.name, types[field.type]) for field in schema]))


def _blank(frame: DataFrame, names: Sequence[str]) -> tuple[pa.Table, dict[pa.DataType, Any]]:
    """Some columns of a frame as a table without rows, and what Spark's types are of such columns and of answers."""
    fields = [frame.schema[name] for name in dict.fromkeys(names)]
    try:
        blank = frame.sparkSession.createDataFrame([], StructType(fields)).toArrow()
    except PySparkTypeError:
        types = ", ".join(f"{field.name!r} {field.dataType.simpleString()}" for field in fields)
        raise WrongType("the types of columns", types, "types that Arrow has: no intervals of months") from None
    return blank, dict(zip(blank.schema.types, (field.dataType for field in fields), strict=True)) | _TYPES


def _column(name: str) -> Column:
    return col("`" + name.replace("`", "``") + "`")
