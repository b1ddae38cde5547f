"""Frames answer as the arrays do, and give back what they were given: kind, zone, unit, index, nulls, laziness."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportsla import (
    BusinessCalendar,
    InvalidChoice,
    InvalidDuration,
    InvalidTable,
    NeverOpens,
    OutOfRange,
    UnknownColumn,
    WrongType,
    business_days,
    business_hours,
    deadline,
    elapsed,
    is_open,
    next_open,
    readings,
)
from supportsla.events import Actor, Commented, Event, Opened
from supportsla.presets import apricot_us

EXTRAS = "frames are tested where all that they may be of is installed"
np = pytest.importorskip("numpy", reason=EXTRAS)
pytest.importorskip("narwhals", reason=EXTRAS)
pd = pytest.importorskip("pandas", reason=EXTRAS)
pl = pytest.importorskip("polars", reason=EXTRAS)
pa = pytest.importorskip("pyarrow", reason=EXTRAS)
duckdb = pytest.importorskip("duckdb", reason=EXTRAS)
vector, frames = import_module("supportsla.vector"), import_module("supportsla.frames")
import_module("supportsla.frames.pandas")
import_module("supportsla.frames.polars")

DESK = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-12:00,13:00-19:00", holidays=[date(2026, 11, 26)])
CONNECTION = duckdb.connect()
CONNECTION.execute("set timezone = 'Europe/Berlin'")
HOUR = timedelta(hours=1)
ROWS = 100_000

MAKE: dict[str, Callable[[Any], Any]] = {
    "pandas": lambda table: table.to_pandas(),
    "pandas with Arrow dtypes": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
    "pyarrow": lambda table: table,
    "record batch": lambda table: table.combine_chunks().to_batches()[0],
    "reader": lambda table: table.to_reader(),
    "duckdb": CONNECTION.from_arrow,
}
KINDS = tuple(MAKE)
TYPES = {
    "pandas": pd.DataFrame,
    "pandas with Arrow dtypes": pd.DataFrame,
    "polars": pl.DataFrame,
    "polars lazy": pl.LazyFrame,
    "pyarrow": pa.Table,
    "record batch": pa.RecordBatch,
    "reader": pa.RecordBatchReader,
    "duckdb": duckdb.DuckDBPyRelation,
}


def as_table(frame: Any) -> Any:
    """Any kind of frame as a table of Arrow's; read by its own library, and intervals of DuckDB's as durations."""
    if isinstance(frame, pd.DataFrame):
        return pa.Table.from_pandas(frame, preserve_index=False)
    if isinstance(frame, pl.LazyFrame):
        return frame.collect().to_arrow()
    if isinstance(frame, pl.DataFrame):
        return frame.to_arrow()
    if isinstance(frame, pa.RecordBatch):
        return pa.Table.from_batches([frame])
    if isinstance(frame, duckdb.DuckDBPyRelation):
        names = [name for name, kind in zip(frame.columns, frame.types, strict=True) if str(kind) == "INTERVAL"]
        table = pa.table(
            frame.project(f"* replace ({', '.join(f'epoch_us({n}) as {n}' for n in names)})" if names else "*")
        )
        for name in names:
            table = table.set_column(table.column_names.index(name), name, table[name].cast(pa.duration("us")))
        return table
    return frame.read_all() if isinstance(frame, pa.RecordBatchReader) else frame


def values(frame: Any, name: str) -> Any:
    """A column as an array; NaT where null."""
    return as_table(frame)[name].to_numpy()


def stamps_at_edges(rows: int, unit: str) -> Any:
    """Stamps about where windows open and close, and at random; every tenth is missing."""
    random = np.random.default_rng(7)
    days = np.datetime64("2026-01-01", unit) + random.integers(0, 700, rows).astype("m8[D]")
    seconds = random.choice([0, 12, 13, 17, 18, 19, 24, 25], rows) * 3600 + random.choice([-1, 0, 1, 1234], rows)
    stamps = (days + seconds.astype("m8[s]")).astype(f"M8[{unit}]")
    stamps[::10] = np.datetime64("NaT")
    return stamps


def many(unit: str = "us", zone: str | None = None, rows: int = ROWS) -> Any:
    """A table in three chunks: stamps, later stamps and durations, with nulls in each, and a column of texts."""
    starts = stamps_at_edges(rows, unit)
    ends = np.roll(starts, 3)
    amounts = (np.arange(rows) % 5000 - 1000).astype("m8[m]").astype("m8[us]" if unit != "ns" else "m8[ns]")
    amounts[5::17] = np.timedelta64("NaT")
    kind = pa.timestamp(unit, zone)
    columns = [
        pa.array(starts, kind),
        pa.array(ends, kind),
        pa.array(amounts),
        pa.array([f"t{i}" for i in range(rows)]),
    ]
    table = pa.table(columns, names=["opened", "answered", "promised", "ticket"])
    return pa.concat_tables([table[:10], table[10 : rows // 2], table[rows // 2 :]])


QUESTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, Any, Any], Any]]] = {
    "deadline in hours": (
        lambda frame: frames.deadline(frame, DESK, "opened", business_hours(4), into="answer"),
        lambda starts, ends, amounts: vector.deadline(DESK, starts, business_hours(4)),
    ),
    "deadline in days, at an opening": (
        lambda frame: frames.deadline(frame, DESK, "opened", business_days(2), boundary="open", into="answer"),
        lambda starts, ends, amounts: vector.deadline(DESK, starts, business_days(2), boundary="open"),
    ),
    "deadline of each its own": (
        lambda frame: frames.deadline(frame, DESK, "opened", "promised", boundary="open", into="answer"),
        lambda starts, ends, amounts: vector.deadline(DESK, starts, amounts, boundary="open"),
    ),
    "elapsed": (
        lambda frame: frames.elapsed(frame, DESK, "opened", "answered", into="answer"),
        lambda starts, ends, amounts: vector.elapsed(DESK, starts, ends),
    ),
    "next open": (
        lambda frame: frames.next_open(frame, DESK, "opened", into="answer"),
        lambda starts, ends, amounts: vector.next_open(DESK, starts),
    ),
}
UNITS = [("us", None), ("us", "Europe/Berlin"), ("ns", None), ("ms", "America/Chicago"), ("s", None)]


@pytest.mark.parametrize(("unit", "zone"), UNITS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame_agrees_with_the_arrays(kind: str, unit: str, zone: str | None) -> None:
    """On all rows, whatever the unit and the zone; null where NaT, and nowhere else."""
    table = many(unit, zone)
    arrays = [table[name].to_numpy() for name in ("opened", "answered", "promised")]
    for ask, expected in QUESTIONS.values():
        np.testing.assert_array_equal(values(ask(MAKE[kind](table)), "answer"), expected(*arrays))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame_says_whether_the_desk_is_open_and_null_for_null(kind: str) -> None:
    """Unlike the array, which has no null and says no."""
    table = many("us", "Europe/Berlin")
    flags = as_table(frames.is_open(MAKE[kind](table), DESK, "opened"))["is_open"]
    assert flags.is_null().equals(table["opened"].is_null())
    np.testing.assert_array_equal(flags.fill_null(False).to_numpy(), vector.is_open(DESK, table["opened"].to_numpy()))


@pytest.mark.parametrize(("unit", "zone"), UNITS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_of_frame_and_the_zone_are_kept_and_the_unit_is_ns_or_us(
    kind: str, unit: str, zone: str | None
) -> None:
    """DuckDB writes all zones as that of its session, and has seconds and milliseconds only without a zone."""
    frame = frames.next_open(MAKE[kind](many(unit, zone, rows=20)), DESK, "opened")
    assert isinstance(frame, TYPES[kind])
    told = as_table(frame).schema
    assert told.field("next_open").type == pa.timestamp("ns" if unit == "ns" else "us", told.field("opened").type.tz)
    assert (told.field("opened").type.tz is None) == (zone is None)


@pytest.mark.parametrize("kind", KINDS)
def test_the_other_columns_are_as_they_were_and_a_column_of_that_name_is_replaced(kind: str) -> None:
    """In its place."""
    table = many(rows=50)
    once = frames.deadline(MAKE[kind](table), DESK, "opened", business_hours(1))
    twice = as_table(frames.next_open(once, DESK, "due", into="due"))
    assert twice.column_names == [*table.column_names, "due"]
    assert as_table(MAKE[kind](table)).equals(twice.drop_columns("due").cast(as_table(MAKE[kind](table)).schema))
    hour = vector.deadline(DESK, table["opened"].to_numpy(), business_hours(1))
    np.testing.assert_array_equal(twice["due"].to_numpy(), vector.next_open(DESK, hour))


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_without_rows_answers_none(kind: str) -> None:
    """Of the same dtypes."""
    table = many("us", "Europe/Berlin", rows=20)
    empty = MAKE[kind](table[:0]) if kind != "record batch" else MAKE[kind](table)[:0]
    for ask, _ in QUESTIONS.values():
        if kind == "reader":
            empty = table[:0].to_reader()
        answer = as_table(ask(empty))["answer"]
        some = as_table(ask(MAKE[kind](table)))["answer"]
        assert (len(answer), answer.type) == (0, some.type)


INSTANTS = st.datetimes(datetime(2026, 10, 30), datetime(2026, 12, 2)).map(lambda at: at.replace(tzinfo=UTC))
ROW = st.tuples(st.none() | INSTANTS, st.none() | INSTANTS, st.none() | st.timedeltas(-50 * HOUR, 50 * HOUR))


@pytest.mark.parametrize("kind", KINDS)
@given(rows=st.lists(ROW, min_size=1, max_size=8))
def test_each_row_is_answered_as_it_is_alone(kind: str, rows: list[tuple[Any, Any, Any]]) -> None:
    """By the function of single values; a row with a null has null."""
    types = (pa.timestamp("us", "Europe/Berlin"), pa.timestamp("us", "Asia/Tokyo"), pa.duration("us"))
    columns = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), types, strict=True)]
    table = pa.table(columns, names=["opened", "answered", "promised"])

    def asked(ask: Callable[..., Any], *arguments: Any) -> list[Any]:
        return [
            None if None in row else ask(*row)
            for row in zip(*(table[name].to_pylist() for name in arguments), strict=True)
        ]

    def told(frame: Any, name: str) -> list[Any]:
        return list(as_table(frame)[name].to_pylist())

    def made() -> Any:
        return MAKE[kind](table)

    assert told(frames.deadline(made(), DESK, "opened", "promised"), "due") == asked(
        lambda at, amount: deadline(DESK, at, amount), "opened", "promised"
    )
    assert told(frames.elapsed(made(), DESK, "opened", "answered"), "elapsed") == asked(
        lambda start, end: elapsed(DESK, start, end), "opened", "answered"
    )
    assert told(frames.is_open(made(), DESK, "opened"), "is_open") == asked(lambda at: is_open(DESK, at), "opened")
    assert told(frames.next_open(made(), DESK, "opened"), "next_open") == asked(
        lambda at: next_open(DESK, at), "opened"
    )


def tickets(*stamps: str | None, zone: str | None = None) -> Any:
    """A table of tickets that were opened at these times in UTC."""
    return pa.table({"opened": pa.array(np.array([at or "NaT" for at in stamps], "M8[us]"), pa.timestamp("us", zone))})


FRIDAY, SATURDAY = "2026-06-12T22:00", "2026-06-13T15:00"  # 17:00 at the desk, and closed


def test_stamps_without_a_zone_mean_utc() -> None:
    """And are answered without one."""
    naive = frames.deadline(pl.from_arrow(tickets(FRIDAY)), DESK, "opened", business_hours(4))
    aware = frames.deadline(pl.from_arrow(tickets(FRIDAY, zone="Asia/Tokyo")), DESK, "opened", business_hours(4))
    assert naive["due"].item() == datetime(2026, 6, 15, 14)
    assert aware["due"].item() == datetime(2026, 6, 15, 14, tzinfo=UTC)


@pytest.mark.parametrize("kind", KINDS)
def test_stamps_with_a_zone_are_not_subtracted_from_stamps_without(kind: str) -> None:
    """Rather than guessed to be of UTC, a column may have lost its zone."""
    table = tickets(FRIDAY).append_column("answered", tickets(SATURDAY, zone="Asia/Tokyo")["opened"])
    with pytest.raises(WrongType, match="the dtype of column 'opened' is .* a time zone, as column 'answered' has one"):
        as_table(frames.elapsed(MAKE[kind](table), DESK, "opened", "answered"))


def test_stamps_of_two_zones_are_compared_as_instants() -> None:
    """Each column has one of its own."""
    table = tickets(FRIDAY, zone="Asia/Tokyo").append_column("answered", tickets(SATURDAY, zone="UTC")["opened"])
    assert frames.elapsed(table, DESK, "opened", "answered")["elapsed"].to_pylist() == [2 * HOUR]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "column",
    [
        pa.array(["2026-06-12 22:00"]),
        pa.array(["2026-06-12 22:00"]).dictionary_encode(),
        pa.array([1_781_301_600]),
        pa.array([date(2026, 6, 12)]),
        pa.array([HOUR]),
        pa.array([True]),
        pa.array([None], pa.null()),
    ],
    ids=lambda column: str(column.type).split("<")[0],
)
def test_what_is_no_stamp_is_refused_with_its_dtype_and_what_to_do(kind: str, column: Any) -> None:
    """Texts that look like stamps, numbers that may be, dates that begin somewhere."""
    with pytest.raises(WrongType, match="the dtype of column 'opened' is .*; expected stamps: .*(pandas|column)"):
        frames.is_open(MAKE[kind](pa.table({"opened": column})), DESK, "opened")


@pytest.mark.parametrize(
    "objects",
    [
        [datetime(2026, 6, 12, tzinfo=UTC), datetime(2026, 6, 12, tzinfo=timezone(HOUR))],
        [datetime(2026, 6, 12), datetime(2026, 6, 12, tzinfo=UTC)],
        [pd.NaT, None],
        ["2026-06-12", 5],
    ],
)
def test_objects_of_pandas_are_refused_even_where_each_is_a_stamp(objects: list[object]) -> None:
    """Stamps of several zones are such."""
    with pytest.raises(WrongType, match="objects of mixed zones") as refused:
        frames.next_open(pd.DataFrame({"opened": pd.Series(objects, dtype=object)}), DESK, "opened")
    assert pickle.loads(pickle.dumps(refused.value)).value == np.dtype(object)


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_no_durations(kind: str) -> None:
    """Their unit would have to be guessed."""
    table = tickets(FRIDAY).append_column("hours", [[4]])
    with pytest.raises(WrongType, match="the dtype of column 'hours' is .*; expected durations"):
        frames.deadline(MAKE[kind](table), DESK, "opened", "hours")


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_that_does_not_exist_is_an_error_that_names_the_similar_ones_first(kind: str) -> None:
    """And not all of a hundred."""
    table = pa.table({**{f"column {i}": [1] for i in range(100)}, "opened": tickets(FRIDAY)["opened"]})
    with pytest.raises(UnknownColumn, match="column is 'opend'; the frame has: 'opened', .* and 91 more") as refused:
        frames.is_open(MAKE[kind](table), DESK, "opend")
    assert isinstance(refused.value, LookupError)


def test_a_column_that_is_not_there_is_missed_beside_columns_named_by_numbers() -> None:
    with pytest.raises(UnknownColumn, match="column is 'opened'; the frame has: 0"):
        frames.is_open(pd.DataFrame({0: [1]}), DESK, "opened")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("error", "ask"),
    [
        (WrongType, lambda frame: frames.deadline(frame, DESK, "opened", 4)),
        (WrongType, lambda frame: frames.deadline(frame, "desk", "opened", HOUR)),
        (WrongType, lambda frame: frames.deadline(frame, DESK, ["opened"], HOUR)),
        (WrongType, lambda frame: frames.deadline(frame, DESK, "opened", HOUR, into=5)),
        (InvalidChoice, lambda frame: frames.deadline(frame, DESK, "opened", HOUR, boundary="shut")),
        (OutOfRange, lambda frame: frames.deadline(frame, DESK, "opened", timedelta(days=90_000))),
        (NeverOpens, lambda frame: frames.next_open(frame, BusinessCalendar("UTC", "off"), "opened")),
    ],
)
def test_errors_are_those_of_the_arrays(kind: str, error: type[Exception], ask: Callable[[Any], Any]) -> None:
    """Raised at once, or where a frame is lazy when its rows are asked for."""
    with pytest.raises(error):
        as_table(ask(MAKE[kind](tickets(FRIDAY))))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "duckdb"])
@pytest.mark.parametrize("end", ["1677-09-22", "2262-04-11"])
def test_nothing_overflows_at_the_ends_of_nanoseconds(kind: str, end: str) -> None:
    """Years that are not computed are out of range, not wrapped round."""
    table = pa.table({"opened": np.array([FRIDAY, end], "M8[ns]")})
    with pytest.raises(OutOfRange, match=end):
        as_table(frames.deadline(MAKE[kind](table), DESK, "opened", business_hours(4)))


@pytest.mark.parametrize(
    "frame",
    [{"opened": [1]}, [1], None, np.zeros(3), pa.array([1]), pa.chunked_array([[1]]), pl.Series([1]), pd.Series([1])],
    ids=lambda frame: type(frame).__name__,
)
def test_what_is_no_frame_is_refused(frame: Any) -> None:
    """With what would be one."""
    with pytest.raises(WrongType, match="the type of frame is .* expected a frame of pandas, Polars"):
        frames.is_open(frame, DESK, "opened")


def test_any_other_arrow_stream_gives_a_reader() -> None:
    """What speaks the protocol need not be known."""

    class Stream:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return tickets(FRIDAY).__arrow_c_stream__(requested_schema)

    reader: Any = frames.is_open(Stream(), DESK, "opened")
    assert isinstance(reader, pa.RecordBatchReader)
    assert reader.read_all()["is_open"].to_pylist() == [True]


@pytest.mark.parametrize("make", [lambda table: table, lambda table: pd.DataFrame([[1, 2]], columns=["a", "a"])])
def test_a_frame_of_two_columns_of_one_name_is_refused(make: Callable[[Any], Any]) -> None:
    """It would not be known which is meant."""
    with pytest.raises(InvalidTable, match="a column is named twice"):
        frames.is_open(make(pa.table([[1], [2]], names=["a", "a"])), DESK, "a")


def test_a_reader_is_answered_batch_by_batch() -> None:
    """In bounded memory: a batch is read when it is asked for."""
    read = []

    def batches() -> Iterator[Any]:
        for number in range(5):
            read.append(number)
            yield tickets(FRIDAY).to_batches()[0]

    source = pa.RecordBatchReader.from_batches(tickets(FRIDAY).schema, batches())
    answered = frames.is_open(source, DESK, "opened")
    assert read == []
    assert answered.read_next_batch()["is_open"].to_pylist() == [True]
    assert read == [0]


def test_the_index_and_every_other_column_of_pandas_are_kept() -> None:
    """Repeated labels and categories too; nothing is aligned, and the caller's frame does not change."""
    frame = pd.DataFrame(
        {"opened": pd.to_datetime([FRIDAY, None, SATURDAY], utc=True), "team": pd.Categorical(["a", "b", "a"])},
        index=pd.Index([7, 7, 3], name="ticket"),
    )
    before = frame.copy(deep=True)
    answered = frames.deadline(frame, DESK, "opened", business_hours(4))
    pd.testing.assert_frame_equal(answered.drop(columns="due"), before)
    pd.testing.assert_frame_equal(frame, before)
    assert answered["due"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize("zone", [timezone(5 * HOUR), timezone(-5 * HOUR / 2), "dateutil/Europe/Berlin", "Asia/Tokyo"])
def test_any_zone_of_pandas_is_kept(zone: Any) -> None:
    """Also one that has no name."""
    opened = pd.Series(pd.to_datetime([FRIDAY], utc=True)).dt.tz_convert(zone)
    answered = frames.next_open(pd.DataFrame({"opened": opened}), DESK, "opened")
    assert answered["next_open"].dtype == opened.dtype
    assert answered["next_open"].equals(opened.rename("next_open"))


@pytest.mark.parametrize("flags", ["boolean", "bool[pyarrow]"])
def test_pandas_has_flags_that_may_be_null_whether_any_is_or_not(flags: str) -> None:
    """A dtype does not depend on the rows."""
    make = MAKE["pandas" if flags == "boolean" else "pandas with Arrow dtypes"]
    for table in (tickets(FRIDAY), tickets(FRIDAY, None)):
        assert frames.is_open(make(table), DESK, "opened")["is_open"].dtype == flags


def test_the_accessor_of_pandas_answers_with_the_index_and_the_name_of_the_series() -> None:
    """As the frames do."""
    opened = pd.Series(pd.to_datetime([FRIDAY, None, SATURDAY], utc=True), index=[2, 4, 6], name="opened")
    frame = pd.DataFrame({"opened": opened, "answered": opened.shift(-1), "promised": pd.to_timedelta([1, 2, 3], "h")})
    sla, answered, promised = frame["opened"].sla, frame["answered"], frame["promised"]
    for told, expected in [
        (
            sla.deadline(DESK, HOUR, boundary="open"),
            frames.deadline(frame, DESK, "opened", HOUR, boundary="open")["due"],
        ),
        (sla.deadline(DESK, promised), frames.deadline(frame, DESK, "opened", "promised")["due"]),
        (sla.elapsed(DESK, answered), frames.elapsed(frame, DESK, "opened", "answered")["elapsed"]),
        (sla.is_open(DESK), frames.is_open(frame, DESK, "opened")["is_open"]),
        (sla.next_open(DESK), frames.next_open(frame, DESK, "opened")["next_open"]),
    ]:
        pd.testing.assert_series_equal(told, expected.rename("opened"))


def test_the_accessor_of_pandas_aligns_another_series_by_its_index() -> None:
    """As every operation of pandas does; the index stays that of the series itself."""
    opened = pd.Series(pd.to_datetime([FRIDAY, SATURDAY], utc=True), index=["a", "b"])
    ends = pd.Series(pd.to_datetime(["2026-06-15T13:00", "2026-06-12T23:00"], utc=True), index=["b", "a"])
    assert opened.sla.elapsed(DESK, ends).to_dict() == {"a": HOUR, "b": HOUR}
    assert opened.sla.elapsed(DESK, ends[:1]).isna().to_dict() == {"a": True, "b": False}


def test_the_namespace_of_polars_answers_as_the_frames_do() -> None:
    """Of expressions, eager and lazy, and of series."""
    frame = pl.DataFrame(pl.from_arrow(many("us", "Europe/Berlin", rows=500)))
    opened: Any = pl.col("opened")
    for asked, of_series, expected in [
        (
            opened.sla.deadline(DESK, pl.col("promised"), boundary="open"),
            frame["opened"].sla.deadline(DESK, frame["promised"], boundary="open"),
            frames.deadline(frame, DESK, "opened", "promised", boundary="open")["due"],
        ),
        (
            opened.sla.elapsed(DESK, "answered"),
            frame["opened"].sla.elapsed(DESK, frame["answered"]),
            frames.elapsed(frame, DESK, "opened", "answered")["elapsed"],
        ),
        (
            opened.sla.is_open(DESK),
            frame["opened"].sla.is_open(DESK),
            frames.is_open(frame, DESK, "opened")["is_open"],
        ),
        (
            opened.sla.next_open(DESK),
            frame["opened"].sla.next_open(DESK),
            frames.next_open(frame, DESK, "opened")["next_open"],
        ),
    ]:
        told = expected.alias("opened")
        assert frame.select(asked).to_series().equals(told, check_dtypes=True, check_names=True)
        assert frame.lazy().select(asked).collect(engine="streaming").to_series().equals(told, check_dtypes=True)
        assert of_series.equals(told, check_dtypes=True, check_names=True)


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_the_schema_of_a_lazy_frame_is_known_before_its_rows(unit: Any) -> None:
    """Of what is milliseconds too, which are answered in microseconds; even on a calendar that never opens."""
    never = BusinessCalendar("UTC", "off")
    frame = pl.LazyFrame({"opened": []}, schema={"opened": pl.Datetime(unit, "Asia/Tokyo")})
    opened: Any = pl.col("opened")
    asked = frame.select(opened.sla.next_open(never), age=opened.sla.elapsed(never, "opened"))
    finer = "ns" if unit == "ns" else "us"
    assert asked.collect_schema() == {"opened": pl.Datetime(finer, "Asia/Tokyo"), "age": pl.Duration(finer)}
    assert asked.collect().schema == asked.collect_schema()


def test_a_lazy_frame_stays_lazy_and_answers_only_the_rows_that_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter is moved before the question, and a column that is not selected is not asked."""
    asked = []

    def counted(calendar: Any, at: Any) -> Any:
        asked.append(len(at))
        return next_opens(calendar, at)

    next_opens = vector.next_open
    monkeypatch.setattr(vector, "next_open", counted)
    frame = pl.from_arrow(many(rows=100)).lazy()
    lazy = frames.next_open(frame, DESK, "opened")
    assert sum(asked) == 0
    assert lazy.select("ticket").collect().height == 100
    assert sum(asked) == 0
    assert lazy.filter(pl.col("ticket").is_in(["t3", "t5"])).collect().height == 2
    assert sum(asked) == 2


def test_an_error_within_an_expression_is_of_its_own_class_and_keeps_its_facts() -> None:
    """Polars makes it anew, to say in which expression it arose."""
    frame = pl.DataFrame({"opened": ["2026-06-12 22:00"], "at": [datetime(2300, 1, 1)]})
    column: Any = pl.col("opened")
    with pytest.raises(WrongType, match=r"(?s)column 'opened' is String .*col\(\"opened\"\)") as refused:
        frame.select(column.sla.is_open(DESK))
    assert refused.value.value == pl.String
    column = pl.col("at")
    with pytest.raises(OutOfRange, match="1900-01-01Z") as out:
        frame.lazy().select(column.sla.next_open(DESK)).collect()
    assert out.value.where == "at[0]"


@pytest.mark.parametrize("ends", [5, "2026-06-12", None])
def test_an_accessor_takes_for_a_column_what_its_library_does(ends: Any) -> None:
    """A text is the name of one in an expression only."""
    series: Any = pd.Series(pd.to_datetime([FRIDAY]))
    expression: Any = pl.col("opened")
    for column in (series, pl.Series(series), *([expression] if not isinstance(ends, str) else [])):
        with pytest.raises(WrongType, match="ends is .* expected a column"):
            column.sla.elapsed(DESK, ends)


ODD_TYPES = """
select timestamp '2026-06-12 22:00' as opened, 1::hugeint as "big "" one", sum(i) as total, uuid() as id,
    'a'::enum('a', 'b') as kind, '{"x": 1}'::json as document, 1::decimal(10, 2) as price, [1::hugeint] as list,
    {'x': uuid()} as pair, '01:00'::time as early, '01:00:00+05'::timetz as zoned, '1010'::bit as bits, null as nothing,
    interval '1 month 2 days' as often, timestamp_s '2026-06-12 22:00' as s, timestamp_ms '2026-06-12 22:00' as ms
from range(3) r(i)
"""


def test_a_relation_of_duckdb_keeps_its_types_and_values() -> None:
    """Also those that Arrow does not have."""
    CONNECTION.sql(ODD_TYPES).create("odd")
    stored = CONNECTION.table("odd")
    answered = frames.is_open(stored, DESK, "opened")
    assert dict(zip(answered.columns, answered.types, strict=True)) == {
        **dict(zip(stored.columns, stored.types, strict=True)),
        "is_open": "BOOLEAN",
    }
    assert [row[:-1] for row in answered.fetchall()] == stored.fetchall()


def test_a_relation_of_duckdb_is_answered_on_its_own_connection() -> None:
    """It is joined with tables there, and may be read twice; the answers are those of the rows as they were."""
    CONNECTION.execute("create table tickets as select timestamp '2026-06-12 22:00' as opened, 1 as team")
    CONNECTION.execute("create table teams as select 1 as team, 'first' as name")
    answered = frames.deadline(CONNECTION.table("tickets"), DESK, "opened", business_hours(4))
    CONNECTION.execute("insert into tickets values (timestamp '2026-06-13 15:00', 2)")
    joined = answered.join(CONNECTION.table("teams"), "team").project("name, due")
    assert joined.fetchall() == joined.fetchall() == [("first", datetime(2026, 6, 15, 14))]


@pytest.mark.parametrize("made", ["create table", "create temp view"])
def test_a_table_of_the_name_that_is_used_here_is_not_taken_for_the_answers(made: str) -> None:
    connection = duckdb.connect()
    connection.execute(f"{made} Supportsla_Answers as select timestamp '1999-01-01' as opened")
    with pytest.raises(InvalidTable, match="has a table or view 'supportsla_answers'"):
        frames.is_open(connection.sql("select timestamp '2026-06-12 22:00' as opened"), DESK, "opened")


def test_a_connection_that_may_not_read_variables_is_told_to_be_let() -> None:
    connection = duckdb.connect()
    connection.execute("set python_enable_replacements = false")
    with pytest.raises(InvalidTable, match="set python_enable_replacements = true"):
        frames.is_open(connection.sql("select timestamp '2026-06-12 22:00' as opened"), DESK, "opened")


def test_a_column_of_duckdb_is_replaced_whatever_its_case() -> None:
    relation = CONNECTION.sql("select timestamp '2026-06-12 22:00' as opened, 1 as \"DUE\"")
    answered = frames.deadline(relation, DESK, "opened", business_hours(4))
    assert answered.columns == ["opened", "due"]
    assert answered.fetchall() == [(datetime(2026, 6, 12, 22), datetime(2026, 6, 15, 14))]
    assert frames.next_open(relation, DESK, "opened", into="Opened").columns == ["DUE", "Opened"]


def test_intervals_of_days_and_times_are_durations() -> None:
    """As DuckDB has them: a day is 24 hours, of business time."""
    relation = CONNECTION.sql(
        "select timestamp '2026-06-12 12:00' as opened, unnest([interval '90 minutes', interval '1 day', null]) as sla"
    )
    dues = values(frames.deadline(relation, DESK, "opened", "sla"), "due")
    start, amounts = np.datetime64("2026-06-12T12:00", "us"), np.array([90, 1440, "NaT"], "m8[m]")
    np.testing.assert_array_equal(dues, vector.deadline(DESK, start, amounts))
    sliced = pa.table({"opened": tickets(*[FRIDAY] * 3)["opened"], "sla": pa.table(relation)["sla"]})[1:]
    assert frames.deadline(sliced, DESK, "opened", "sla")["due"].null_count == 1


@pytest.mark.parametrize("interval", [(1, 0, 0), (0, 0, 5)])
def test_intervals_of_months_or_of_nanoseconds_are_refused(interval: tuple[int, int, int]) -> None:
    """A month has no length, and a duration is exact."""
    amounts = pa.array([pa.MonthDayNano(interval)], pa.month_day_nano_interval())
    with pytest.raises(InvalidDuration, match="no months"):
        frames.deadline(tickets(FRIDAY).append_column("sla", amounts), DESK, "opened", "sla")


def without(packages: str, code: str) -> str:
    """What a program prints where those packages are not installed."""
    hidden = f"import sys\nfor name in {packages.split()}: sys.modules[name] = None\n"
    program = f"{hidden}try:\n    {code}\nexcept ImportError as error: print(type(error).__name__, error)"
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return found.stdout.strip()


@pytest.mark.parametrize(
    ("packages", "code", "extra"),
    [
        ("numpy", "import supportsla.frames", "frames"),
        ("narwhals", "import supportsla.frames", "frames"),
        ("pandas", "import supportsla.frames.pandas", "pandas"),
        ("polars", "import supportsla.frames.polars", "polars"),
        ("dask", "import supportsla.frames.dask", "dask"),
        ("pyspark", "import supportsla.frames.spark", "spark"),
        ("pyarrow", "import supportsla.frames.workers", "pyarrow"),
        (
            "pyarrow",
            "import duckdb; from supportsla import frames; frames.is_open(duckdb.sql('select 1'), None, 'x')",
            "duckdb",
        ),
    ],
)
def test_an_extra_that_is_missing_is_an_error_that_ends_with_how_to_install_it(
    packages: str, code: str, extra: str
) -> None:
    """And no other error hides it."""
    told = without(packages, code)
    assert told.startswith("MissingExtra")
    assert told.endswith(f"pip install 'supportsla[{extra}]'")


def test_a_library_that_the_caller_does_not_use_is_not_imported() -> None:
    """A frame of Polars needs neither pandas nor PyArrow."""
    asked = "frames.is_open(pl.select(opened=pl.datetime(2026, 6, 12)), DESK, 'opened')"
    desk = "from supportsla import BusinessCalendar, frames; DESK = BusinessCalendar('UTC', 'Mo-Fr 09:00-17:00')"
    told = without("pandas pyarrow duckdb", f"import polars as pl; {desk}; print({asked}['is_open'].item())")
    assert told == "False"


EVENTS = {
    "ticket": pa.array(["A", "A", "B"]),
    "at": tickets(FRIDAY, FRIDAY, SATURDAY, zone="Europe/Berlin")["opened"],
    "what": pa.array(["Opened", "Commented", "Opened"]).dictionary_encode(),
    "status": pa.array(["New", None, None]),
    "who": pa.array(["client", "support", "client"]),
    "priority": pa.array([None, None, "low"]),
    "public": pa.array([None, False, None]),
    "nothing to do with it": pa.array([1, 2, 3]),
}
GIVEN = {
    "case": ["A", "A", "B"],
    "at": np.array([FRIDAY, FRIDAY, SATURDAY], "M8[us]").tolist(),
    "what": ["Opened", "Commented", "Opened"],
    "status": ["New", None, None],
    "who": ["client", "support", "client"],
    "priority": [None, None, "low"],
    "public": [True, False, True],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verdicts", [["met", "", "late"], ["", "", ""]])
def test_a_frame_of_events_gives_a_frame_of_readings(
    kind: str, verdicts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the same kind, with stamps in the zone of `at`, and null where a text says nothing."""
    given_last: list[Any] = []

    def read(plan: Any, events: Any, now: Any) -> Any:
        given_last[:] = [{name: column.tolist() for name, column in events.items()}]
        rows = slice(None) if len(events["at"]) else slice(0)
        return {
            "case": np.array(["A", "B", "B"], object)[rows],
            "verdict": np.array(verdicts)[rows],
            "due": np.array([FRIDAY, "NaT", SATURDAY], "M8[us]")[rows],
            "elapsed": np.array([1, 2, "NaT"], "m8[us]")[rows],
        }

    monkeypatch.setattr(vector, "readings", read)
    frame = frames.readings(MAKE[kind](pa.table(EVENTS)), None, datetime(2026, 7, 1), columns={"case": "ticket"})
    assert isinstance(frame, TYPES[kind])
    told = as_table(frame)
    assert given_last == [GIVEN]
    assert told["case"].to_pylist() == ["A", "B", "B"]
    assert told["verdict"].to_pylist() == [verdict or None for verdict in verdicts]
    assert "string" in str(told["verdict"].type)
    assert told["due"].type == pa.timestamp("us", "Europe/Berlin")
    assert told["due"].to_numpy().tolist() == np.array([FRIDAY, "NaT", SATURDAY], "M8[us]").tolist()
    assert told["elapsed"].to_numpy().tolist() == np.array([1, 2, "NaT"], "m8[us]").tolist()


def test_a_frame_of_events_has_all_columns_that_are_asked_for() -> None:
    """Or says which not; and no others are asked for."""
    with pytest.raises(UnknownColumn, match="column is 'case'"):
        frames.readings(pa.table(EVENTS), None, datetime(2026, 7, 1))
    with pytest.raises(InvalidChoice, match="columns is 'cases'"):
        frames.readings(pa.table(EVENTS), None, datetime(2026, 7, 1), columns={"cases": "ticket"})


FRIDAY_UTC, SATURDAY_UTC = (datetime.fromisoformat(f"{at}Z") for at in (FRIDAY, SATURDAY))
ANA, BO = Actor("client", "ana"), Actor("support", "bo")
LOGS: dict[str, list[Event]] = {
    "A": [Opened("A", "", at=FRIDAY_UTC, by=ANA, status="New"), Commented("", False, at=FRIDAY_UTC, by=BO)],
    "B": [Opened("B", "", at=SATURDAY_UTC, by=ANA, priority="low")],
}


@pytest.mark.parametrize("kind", KINDS)
def test_readings_of_a_frame_are_those_of_each_case(kind: str) -> None:
    now = SATURDAY_UTC + 120 * HOUR
    expected = [(case, one) for case, log in LOGS.items() for one in readings(apricot_us(), log, now)]
    found = as_table(frames.readings(MAKE[kind](pa.table(EVENTS)), apricot_us(), now, columns={"case": "ticket"}))
    assert found["case"].to_pylist() == [case for case, _ in expected]
    for name in ("metric", "phase", "verdict", "priority", "started", "due", "limit", "elapsed", "remaining"):
        assert found[name].to_pylist() == [getattr(one, name) for _, one in expected], name


def test_cases_of_a_frame_may_be_integers() -> None:
    """And are integers in the readings."""
    events = pa.table({**EVENTS, "case": [3, 3, 4]})
    found = frames.readings(events, apricot_us(), SATURDAY_UTC)["case"]
    assert found.type == pa.int64()
    assert set(found.to_pylist()) == {3, 4}


def test_cases_of_pandas_that_are_objects_stay_what_they_are() -> None:
    """1 and "1" are two cases."""
    events = pd.DataFrame({"at": pd.to_datetime([FRIDAY] * 2), "what": "Opened", "who": "client"})
    events = events.assign(case=pd.Series([1, "1"], dtype=object), status=None, priority="low")
    found = frames.readings(events, apricot_us(), SATURDAY_UTC)["case"]
    assert list(dict.fromkeys(found)) == [1, "1"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_optional_column_of_nulls_is_as_none(kind: str) -> None:
    events = pa.table({**EVENTS, "until": pa.nulls(3), "channel": pa.nulls(3, pa.string())})
    ask = [apricot_us(), SATURDAY_UTC]
    found, plain = (
        frames.readings(MAKE[kind](table), *ask, columns={"case": "ticket"}) for table in (events, pa.table(EVENTS))
    )
    assert as_table(found).equals(as_table(plain))


def test_an_event_of_no_case_is_refused() -> None:
    events = pa.table({**EVENTS, "case": [3, None, 4]})
    with pytest.raises(InvalidTable, match="column 'case' has nulls"):
        frames.readings(events, apricot_us(), SATURDAY_UTC)


def test_a_name_of_a_column_is_a_text() -> None:
    with pytest.raises(WrongType, match=r"columns\['case'\] is None"):
        frames.readings(pa.table(EVENTS), apricot_us(), SATURDAY_UTC, columns={"case": None})


def test_a_lazy_log_of_other_types_is_refused_at_once() -> None:
    """Before any event is read."""
    log = pl.from_arrow(pa.table({**EVENTS, "case": [3, 3, 4]})).lazy()
    with pytest.raises(WrongType, match="the dtype of column 'case' .* expected integers or texts"):
        frames.readings(log.with_columns(case=pl.lit(1.5)), apricot_us(), SATURDAY_UTC)
    with pytest.raises(WrongType, match="the dtype of column 'public' .* expected booleans"):
        frames.readings(log.with_columns(public=pl.lit(1)), apricot_us(), SATURDAY_UTC)
    with pytest.raises(WrongType, match="the dtype of column 'until' .* a time zone, as column 'at' has one"):
        frames.readings(log.with_columns(until=pl.lit(datetime(2026, 6, 12))), apricot_us(), SATURDAY_UTC)


def test_flags_of_a_frame_of_events_are_flags() -> None:
    """Not numbers."""
    events = pa.table({**EVENTS, "case": [3, 3, 4], "public": [1, 0, 1]})
    with pytest.raises(WrongType, match="the dtype of column 'public' is .* expected booleans"):
        frames.readings(events, None, datetime(2026, 7, 1))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "duckdb"])
@pytest.mark.parametrize("units", [("us", "ns"), ("ns", "us"), ("s", "ms")])
def test_two_columns_of_different_units_are_answered_in_the_finer(kind: str, units: tuple[str, str]) -> None:
    """Nanoseconds where either has them; DuckDB's intervals have none."""
    columns = [pa.array(np.array([FRIDAY], f"M8[{unit}]")) for unit in units]
    table = pa.table([*columns, pa.array(np.array([4], f"m8[{units[1]}]"))], names=["opened", "answered", "promised"])
    finer = "ns" if "ns" in units else "us"
    due = as_table(frames.deadline(MAKE[kind](table), DESK, "opened", "promised"))["due"]
    age = as_table(frames.elapsed(MAKE[kind](table), DESK, "opened", "answered"))["elapsed"]
    assert (due.type, age.type) == (pa.timestamp(finer), pa.duration(finer))


def test_labels_that_are_there_twice_pair_no_rows() -> None:
    stamps = pd.to_datetime([FRIDAY, SATURDAY, SATURDAY])
    with pytest.raises(InvalidTable, match="some twice"):
        pd.Series(stamps, index=[1, 1, 2]).sla.elapsed(DESK, pd.Series(stamps, index=[2, 1, 1]))


@pytest.mark.parametrize("name", ["^a.*$", "*", "a"])
@pytest.mark.parametrize("kind", ["polars", "polars lazy"])
def test_a_name_of_a_column_of_polars_is_no_pattern(kind: str, name: str) -> None:
    frame = MAKE[kind](tickets(FRIDAY).rename_columns([name]))
    assert values(frames.is_open(frame, DESK, name), "is_open").tolist() == [True]


def test_nanoseconds_of_pandas_are_kept() -> None:
    start, amount = np.array(["2026-06-12T14:00"], "M8[ns]"), pd.Timedelta(1001, "ns")
    assert vector.deadline(DESK, start, amount)[0] - start[0] == np.timedelta64(1001, "ns")


def test_nat_of_pandas_is_no_instant() -> None:
    with pytest.raises(WrongType, match="at is NaT"):
        is_open(DESK, pd.NaT)
