"""Kinds of frames: where their columns are found, and how the caller gets one of the same kind back.

Narwhals knows pandas, Polars and PyArrow. Whatever else speaks the Arrow stream protocol, as DuckDB does, is read as a
stream of PyArrow's batches. Frames of Dask and Spark have their rows with workers, and modules of their own. A library
that the caller's frame is not of is not imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, TypeVar, cast

import narwhals.stable.v2 as nw
from narwhals.dependencies import (
    get_duckdb,
    get_polars,
    get_pyarrow,
    is_dask_dataframe,
    is_duckdb_relation,
    is_into_series,
    is_polars_lazyframe,
    is_pyspark_connect_dataframe,
    is_pyspark_dataframe,
)

from supportsla.errors import InvalidTable, MissingExtra, SupportSLAError, WrongType

from .logs import Log
from .questions import Column, Frame, Question, answer_of, blank_of, column_named, series

__all__ = ["expression", "with_answer", "with_readings"]

Answer = Callable[[Frame], Frame]
Native = TypeVar("Native")

_KINDS = "a frame of pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask or Spark, or another Arrow stream"
_ENGINES = (
    (is_dask_dataframe, "dask"),
    (is_pyspark_dataframe, "spark"),
    (is_pyspark_connect_dataframe, "spark"),
)
_OURS_IN_CATALOG = """
    select name from (select table_name as name from duckdb_tables() union all select view_name from duckdb_views())
    where lower(name) = 'supportsla_answers'
"""
_LOSSY = ("BIT", "TIME WITH TIME ZONE", "BIGNUM")


def with_answer(frame: Native, question: Question, names: Sequence[str], into: str) -> Native:
    """The frame with one column more, or another in its place: what is asked of the rows of the named columns."""
    for name in (*names, into):
        if not isinstance(name, str):
            raise WrongType("a column", name, "its name, a text")

    def added(table: Frame) -> Frame:
        columns = [column_named(table, name) for name in names]
        return table.with_columns(answer_of(question, columns).alias(into))

    if engine := _engine(frame):
        return cast("Native", engine.with_answer(frame, question, names, into))
    if is_polars_lazyframe(frame):
        added(_empty(frame))
        asked = expression(question, [get_polars().selectors.by_name(name) for name in names])
        return cast("Native", frame.with_columns(asked.alias(into)))
    return cast("Native", _same_kind(frame, added, into))


def with_readings(frame: Native, log: Log) -> Native:
    """Another frame of the same kind: the readings of the log that this one holds."""
    if engine := _engine(frame):
        return cast("Native", engine.with_readings(frame, log))
    if is_polars_lazyframe(frame):

        def answered(table: Any) -> Any:
            return _answered(table, log.answer)

        schema = log.answer(_empty(frame)).to_native().schema
        return cast("Native", frame.map_batches(answered, schema=schema))
    return cast("Native", _same_kind(frame, log.answer, None))


def _engine(frame: Any) -> Any:
    """What answers a frame whose rows are with workers; none where they are here."""
    return next((import_module(f".{name}", __package__) for is_one, name in _ENGINES if is_one(frame)), None)


def expression(question: Question, columns: Sequence[Any]) -> Any:
    """What is asked of the rows of Polars' expressions, as an expression."""
    polars = get_polars()

    def blank(asked: Sequence[Any]) -> Any:
        return blank_of(question, _narwhals_columns(asked)).to_native()

    def answer(asked: Sequence[Any]) -> Any:
        try:
            return answer_of(question, _narwhals_columns(asked)).to_native()
        except SupportSLAError as error:
            raise _retold(error) from error

    dtype = polars.dtype_of(polars.map_batches(columns, blank, is_elementwise=True))
    return polars.map_batches(columns, answer, return_dtype=dtype, is_elementwise=True)


def _narwhals_columns(columns: Sequence[Any]) -> list[Column]:
    return [series(column) for column in columns]


def _retold(error: SupportSLAError) -> SupportSLAError:
    """The error as one of its own class that can be made of a text alone, as Polars makes it to say where it arose."""
    kind = type(error)
    methods = {"__init__": Exception.__init__, "__str__": Exception.__str__, "__module__": kind.__module__}
    retold: type[SupportSLAError] = type(kind.__name__, (kind,), {**vars(error), **methods})
    return retold(str(error))


def _empty(frame: Any) -> Frame:
    return nw.from_native(frame.collect_schema().to_frame(), eager_only=True)


def _same_kind(frame: Any, answer: Answer, into: str | None) -> Any:
    """What is answered about a frame that holds data, or that Arrow streams; without `into`, about the whole of it."""
    if is_duckdb_relation(frame):
        return _relation(frame, answer, into)
    known = _known(frame)
    if isinstance(known, nw.DataFrame):
        return answer(known).to_native()
    arrow = get_pyarrow()
    if arrow is not None and isinstance(frame, arrow.RecordBatch):
        table = _answered(arrow.Table.from_batches([frame]), answer)
        return arrow.RecordBatch.from_arrays([each.combine_chunks() for each in table.columns], schema=table.schema)
    if hasattr(frame, "__arrow_c_stream__") and not is_into_series(frame):
        return _stream(_pyarrow("an Arrow stream", "pyarrow").RecordBatchReader.from_stream(frame), answer, into)
    raise WrongType("the type of frame", type(frame), _KINDS)


def _known(frame: Any) -> Any:
    try:
        return nw.from_native(frame, pass_through=True)
    except nw.exceptions.DuplicateError as error:
        raise InvalidTable((f"a column is named twice: {error}",)) from None


def _answered(table: Any, answer: Answer) -> Any:
    return answer(_known(table)).to_native()


def _stream(reader: Any, answer: Answer, into: str | None) -> Any:
    """A reader of the answers; a batch at a time, where each row has its own."""
    if into is None:
        return _answered(reader.read_all(), answer).to_reader()
    table = type(reader.schema.empty_table())

    def batches() -> Iterator[Any]:
        for batch in reader:
            yield from _answered(table.from_batches([batch]), answer).to_batches()

    return type(reader).from_batches(_answered(reader.schema.empty_table(), answer).schema, batches())


def _relation(relation: Any, answer: Answer, into: str | None) -> Any:
    """A relation of the same connection that reads a table of Arrow's; types that Arrow lacks are cast back.

    DuckDB finds the table by the name of the variable here, unless its catalog has one of that name. Its names of
    columns ignore case.
    """
    if relation.query("supportsla_rows", _OURS_IN_CATALOG).fetchall():
        raise InvalidTable(("the database has a table or view 'supportsla_answers', a name that is used here",))
    types = {name: str(kind) for name, kind in zip(relation.columns, relation.types, strict=True) if name != into}
    as_text = {name: "VARCHAR" for name, kind in types.items() if any(lossy in kind for lossy in _LOSSY)}
    supportsla_answers = _answered(_pyarrow("a DuckDB relation", "duckdb").table(_cast(relation, as_text)), answer)
    alike = [name for name in types if into is not None and name.casefold() == into.casefold()]
    supportsla_answers = supportsla_answers.drop_columns(alike)
    try:
        found = relation.query("supportsla_rows", "from supportsla_answers")
    except get_duckdb().CatalogException:
        raise InvalidTable(
            ("the connection must be let read variables: set python_enable_replacements = true",)
        ) from None
    told = dict(zip(found.columns, map(str, found.types), strict=True))
    return _cast(
        found, {name: kind for name, kind in types.items() if into is not None and told.get(name, kind) != kind}
    )


def _cast(relation: Any, types: Mapping[str, str]) -> Any:
    quoted = {'"' + name.replace('"', '""') + '"': kind for name, kind in types.items()}
    casts = ", ".join(f"{name}::{kind} as {name}" for name, kind in quoted.items())
    return relation.project(f"* replace ({casts})") if casts else relation


def _pyarrow(what: str, extra: str) -> Any:
    try:
        import pyarrow
    except ImportError:
        raise MissingExtra(what, extra) from None
    return pyarrow
