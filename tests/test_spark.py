"""Frames of Spark answer as the arrays do, in local mode, and refuse at once what can be seen at once.

Run by `make spark`, which sets SUPPORTSLA_SPARK: Spark is large, starts slowly, and needs Java.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from supportsla import BusinessCalendar, UnknownColumn, WrongType, business_hours
from supportsla.presets import apricot_us

if "SUPPORTSLA_SPARK" not in os.environ:
    pytest.skip("frames of Spark are tested by `make spark`", allow_module_level=True)
if not (shutil.which("java") or "JAVA_HOME" in os.environ):
    pytest.skip("there is no Java, which Spark needs", allow_module_level=True)
cloudpickle = pytest.importorskip("cloudpickle", reason="the extra spark is not installed")
sql = pytest.importorskip("pyspark.sql", reason="the extra spark is not installed")
np, pa, pc = (import_module(name) for name in ("numpy", "pyarrow", "pyarrow.compute"))
vector, frames = import_module("supportsla.vector"), import_module("supportsla.frames")
over_spark, workers = import_module("supportsla.frames.spark"), import_module("supportsla.frames.workers")
questions = import_module("supportsla.frames.questions")
rows = import_module("drawn_rows")

pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]
DESK = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-12:00,13:00-19:00")
NOW = datetime(2026, 7, 1, tzinfo=UTC)
TICKET = {"case": "ticket"}
GUIDE = Path(__file__).resolve().parent.parent / "docs" / "engines.md"
ROWS = 17_000


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """Two cores of this machine, all on loopback, with a session's zone that no desk has."""
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    builder = sql.SparkSession.builder.master("local[2]").appName("supportsla")
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "Asia/Tokyo",
        "spark.sql.shuffle.partitions": "4",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def frame_of(spark: Any, table: Any) -> Any:
    """A frame in whose columns stamps have a zone, or not, as in the table."""
    naive = any(kind == pa.timestamp("us") for kind in table.schema.types)
    spark.conf.set("spark.sql.timestampType", "TIMESTAMP_NTZ" if naive else "TIMESTAMP_LTZ")
    frame = spark.createDataFrame(table)
    spark.conf.unset("spark.sql.timestampType")
    return frame


def tickets(zone: str, size: int = ROWS, aware: str | None = "UTC") -> Any:
    """Rows at edges, and some nulls."""
    starts, ends, amounts = rows.drawn(rows.DESKS[zone], size, seed=len(zone))
    kinds = {"row": pa.int64(), "opened": pa.timestamp("us", aware), "done": pa.timestamp("us", aware)}
    columns = [np.arange(size), starts.view("M8[us]"), ends.view("M8[us]"), amounts.view("m8[us]")]
    columns[1][::50] = np.datetime64("NaT")
    return pa.table(
        [pa.array(column, kind) for column, kind in zip(columns, [*kinds.values(), pa.duration("us")], strict=True)],
        names=[*kinds, "amount"],
    )


QUESTIONS = rows.questions(frames)


@pytest.mark.parametrize("aware", ["UTC", None], ids=["timestamp", "timestamp_ntz"])
@pytest.mark.parametrize("zone", list(rows.DESKS))
def test_spark_answers_as_the_kernel_does(spark: Any, zone: str, aware: str | None) -> None:
    """On some 1e5 rows over six zones, half of them at the edges of windows, in the types of their columns."""
    desk, given = rows.DESKS[zone], tickets(zone, aware=aware)
    frame = frame_of(spark, given).repartition(7)
    for ask in QUESTIONS.values():
        frame = ask(frame, desk)
    found = frame.toArrow().sort_by("row")
    wanted = rows.answers(desk, *(given[name].to_numpy() for name in ("opened", "done", "amount")))
    assert {name: rows.told(found[name]) for name in QUESTIONS} == wanted
    assert {str(found[name].type) for name in ("due", "days", "own", "next_open")} == {str(given["opened"].type)}


def test_what_is_sent_to_workers_keeps_its_calendar_there(spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every task unpickles it anew, and asks the calendar that the process has."""
    sent = list[bytes]()

    def spied(function: Any, kind: Any) -> Any:
        sent.append(cloudpickle.dumps(function))
        return sql.functions.arrow_udf(function, kind)

    monkeypatch.setattr(over_spark, "arrow_udf", spied)
    desk = BusinessCalendar("Antarctica/Vostok", "Mo-Fr 07:00-19:00")
    given = tickets("Europe/Berlin", 10)
    due = frames.deadline(frame_of(spark, given), desk, "opened", business_hours(4))
    batch = given.select(["opened"]).to_batches()[0].to_struct_array()
    before = workers._first_equal.cache_info()
    for _ in range(3):
        assert cloudpickle.loads(sent[0])(batch).to_pylist() == due.toArrow()["due"].to_pylist()
    after = workers._first_equal.cache_info()
    assert (after.misses, after.hits) == (before.misses, before.hits + 3)


def test_each_worker_compiles_a_calendar_once(spark: Any) -> None:
    """However many tasks and batches it answers: each finds the one that the process keeps."""
    question = questions.deadlines_each(BusinessCalendar("Antarctica/Troll", "Mo-Fr 07:00-19:00"), "close")

    def told(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            dues = workers.answer(batch, question, ["opened", "amount"], "due")
            kept = workers._kept(question.calendar)
            row = {"process": os.getpid(), "task": id(question), "kept": id(kept), "dues": len(dues)}
            assert kept.compiled.timeline is not None
            yield pa.RecordBatch.from_pylist([row])

    frame = frame_of(spark, tickets("Europe/Berlin")).repartition(20)
    kind = sql.types.StructType.fromDDL("process bigint, task bigint, kept bigint, dues bigint")
    found = frame.mapInArrow(told, kind).toArrow().group_by("process")
    found = found.aggregate([("task", "count"), ("kept", "count_distinct"), ("dues", "sum")])
    assert len(found) < pc.sum(found["task_count"]).as_py() == 20
    assert set(found["kept_count_distinct"].to_pylist()) == {1}
    assert pc.sum(found["dues_sum"]).as_py() == ROWS


@pytest.mark.parametrize("kind", ["string", "int", "bigint", "varchar(9)", "string collate UTF8_LCASE"])
def test_a_log_is_read_by_case_wherever_its_events_are(spark: Any, kind: str) -> None:
    """As the same log in one table, row for row, but for the order of cases, whose names may differ in "t" and "T"."""
    drawn = rows.drawn_log(2_000, seed=4)
    ticket = [f"{'tT'[int(name[2:]) % 2]}-{int(name[2:]) // 2}" for name in drawn["ticket"]]
    number = [int(name[2:]) for name in drawn["ticket"]]
    given = pa.table({**drawn, "ticket": pa.array(number, pa.int64()) if "int" in kind else ticket})
    given = given.set_column(given.column_names.index("at"), "at", given["at"].cast(pa.timestamp("us", "UTC")))
    log = frame_of(spark, given).repartition(9)
    log = log.withColumn("ticket", sql.functions.expr(f"cast(ticket as {kind})"))
    told = frames.readings(log, apricot_us(), NOW, columns=TICKET)
    found, whole = told.toArrow(), frames.readings(given, apricot_us(), NOW, columns=TICKET)
    assert [name for name, _ in told.dtypes] == whole.column_names
    assert _by_case(found) == _by_case(whole)


def _by_case(readings: Any) -> dict[Any, list[Any]]:
    told: dict[Any, list[Any]] = {}
    for row in readings.to_pylist():
        told.setdefault(row["case"], []).append(row)
    return told


def test_readings_are_told_in_the_types_of_the_log(spark: Any) -> None:
    log = frame_of(spark, pa.table({**rows.drawn_log(3, seed=4), "case": np.arange(18) % 3}))
    types = dict(frames.readings(log.withColumn("case", log["case"].cast("int")), apricot_us(), NOW).dtypes)
    assert (types["case"], types["due"], types["elapsed"]) == ("int", "timestamp_ntz", "interval day to second")
    aware = log.withColumn("at", log["at"].cast("timestamp_ltz"))
    assert dict(frames.readings(aware, apricot_us(), NOW).dtypes)["due"] == "timestamp"


@pytest.mark.parametrize("first", [0, 200])
def test_events_of_one_instant_keep_their_order(spark: Any, first: int) -> None:
    """That of the frame; but the opening comes first, wherever it stands."""
    size = 300
    status = ["New", *(rows.STATUSES[row % 4] for row in range(size - 1))]
    given = pa.table(
        {
            "case": np.ones(size, int),
            "at": np.full(size, np.datetime64("2026-06-12T17:00", "us")),
            "what": ["Opened", *["StatusChanged"] * (size - 1)],
            "who": ["support"] * size,
            "status": status,
            "priority": ["low", *[None] * (size - 1)],
            "place 0": np.zeros(size),
        }
    )
    log = frame_of(spark, given.take([*range(1, first + 1), 0, *range(first + 1, size)]))
    assert frames.readings(log, apricot_us(), NOW).toArrow().equals(frames.readings(given, apricot_us(), NOW))


def test_what_can_be_seen_at_once_is_refused_at_once(spark: Any) -> None:
    """An unknown column, one of another type, and a stamp with a zone beside one without."""
    frame = frame_of(spark, tickets("Europe/Berlin", 10))
    with pytest.raises(UnknownColumn, match="column is 'open'; the frame has: 'opened'"):
        frames.deadline(frame, DESK, "open", business_hours(4))
    with pytest.raises(WrongType, match=r"the dtype of column 'day' is .*date32"):
        frames.next_open(frame.withColumn("day", frame["opened"].cast("date")), DESK, "day")
    with pytest.raises(WrongType, match=r"the dtype of column 'opened' is .*string.* to_timestamp\(column\) in Spark"):
        frames.next_open(frame.withColumn("opened", frame["opened"].cast("string")), DESK, "opened")
    with pytest.raises(WrongType, match="the dtype of column 'row' .* expected durations"):
        frames.deadline(frame, DESK, "opened", "row")
    with pytest.raises(WrongType, match="the types of columns is .*'amount' interval month.* no intervals of months"):
        frames.deadline(frame.withColumn("amount", sql.functions.expr("interval '2' month")), DESK, "opened", "amount")
    naive = frame.withColumn("done", frame["done"].cast("timestamp_ntz"))
    with pytest.raises(WrongType, match="the dtype of column 'done' .* a time zone, as column 'opened' has one"):
        frames.elapsed(naive, DESK, "opened", "done")
    with pytest.raises(UnknownColumn, match="column is 'case'"):
        frames.readings(frame, apricot_us(), NOW)
    log = frame_of(spark, pa.table({**rows.drawn_log(4, seed=1), "case": np.arange(24) % 4}))
    for column, error in {
        "cast(case as double) as case": "the dtype of column 'case' .* integers or texts",
        "case, 1 as public": "the dtype of column 'public' .* booleans",
        "case, timestamp_ltz'2026-06-12 17:00:00Z' as until": "the dtype of column 'at' .* as column 'until' has one",
    }.items():
        with pytest.raises(WrongType, match=error):
            frames.readings(log.selectExpr("* except (case)", *column.split(", ")), apricot_us(), NOW)


def test_what_a_worker_refuses_says_why(spark: Any) -> None:
    """In the last line of Spark's own error."""
    failed = import_module("pyspark.errors").PythonException
    old = spark.sql("select timestamp'1700-01-01 00:00:00Z' as opened")
    with pytest.raises(failed, match=r"OutOfRange: .* is 1700-01-01T00:00:00.000000; allowed: an instant from 1900"):
        frames.next_open(old, DESK, "opened").collect()
    log = frame_of(spark, pa.table(rows.drawn_log(5, seed=4)))
    with pytest.raises(failed, match="CaseNotOpened: .* the first of case T-"):
        frames.readings(log.where("what <> 'Opened'"), apricot_us(), NOW, columns=TICKET).collect()
    with pytest.raises(failed, match="InvalidTable: column 'case' has nulls"):
        frames.readings(
            log.selectExpr("* except (ticket)", "null::int as ticket"), apricot_us(), NOW, columns=TICKET
        ).collect()


def test_names_are_never_read_as_expressions(spark: Any) -> None:
    """Dots, backticks and spaces; and another column that is there twice does not matter."""
    hostile = "a.b `c`; drop"
    one = spark.sql("select timestamp'2026-06-12 22:00:00Z' as opened, 1 as x, 2 as x").toDF(hostile, "x", "x")
    due = frames.deadline(one, DESK, hostile, business_hours(4), into="`due`.")
    assert due.columns == [hostile, "x", "x", "`due`."]
    assert due.toArrow().column(3).to_pylist() == [datetime(2026, 6, 15, 14, tzinfo=UTC)]
    given = pa.table({"case" if name == "ticket" else name: each for name, each in rows.drawn_log(3, seed=4).items()})
    named = {name: f"{name}.`x` " for name in given.column_names}
    log = frame_of(spark, given).toDF(*named.values())
    found = frames.readings(log, apricot_us(), NOW, columns=named).toArrow()
    assert _by_case(found) == _by_case(frames.readings(given, apricot_us(), NOW))


def test_a_column_that_is_there_is_replaced(spark: Any) -> None:
    """By Spark's own rule, which knows no upper and lower case."""
    frame = spark.sql("select timestamp'2026-06-12 22:00:00Z' as opened, 1 as due, 2 as last")
    assert frames.deadline(frame, DESK, "opened", business_hours(4), into="DUE").dtypes[1] == ("DUE", "timestamp")
    assert frames.next_open(frame, DESK, "opened", into="opened").columns == frame.columns


def test_only_the_columns_that_are_asked_go_to_python(spark: Any) -> None:
    frame = frame_of(spark, tickets("Europe/Berlin", 10)).withColumn("text", sql.functions.lit("long"))
    plan = frames.deadline(frame, DESK, "opened", business_hours(4))._jdf.queryExecution().executedPlan().toString()
    assert re.search(r"answer\(struct\(opened, opened#\d+\)\)", plan)


def test_a_stream_is_answered(spark: Any, tmp_path: Any) -> None:
    """A frame of structured streaming, too."""
    source = tmp_path / "tickets"
    frame_of(spark, tickets("Europe/Berlin", 10)).write.parquet(str(source))
    stream = spark.readStream.schema(spark.read.parquet(str(source)).schema).parquet(str(source))
    answered = frames.deadline(stream, DESK, "opened", business_hours(4))
    query = answered.writeStream.format("memory").queryName("dues").trigger(availableNow=True).start()
    query.awaitTermination()
    found = spark.sql("select due from dues order by row").toArrow()["due"]
    assert found.equals(frames.deadline(tickets("Europe/Berlin", 10), DESK, "opened", business_hours(4))["due"])


FENCE = re.compile(r"^```py(?:thon)?\n(.*?)^```$(?:\s*^```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)


def test_the_examples_of_the_guide_print_what_follows_them(spark: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that need a session of Spark, among the others."""
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    namespace: dict[str, Any] = {"spark": spark}
    try:
        for code, output in FENCE.findall(GUIDE.read_text(encoding="utf-8")):
            exec(compile(code, "<example>", "exec"), namespace)  # noqa: S102
            assert capsys.readouterr().out.rstrip() == output.rstrip()
    finally:
        spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")


def test_spark_connect_answers_alike() -> None:
    """In a process of its own, whose session is a client of a server that it starts."""
    pytest.importorskip("grpc", reason="Spark Connect needs pyspark[connect]")
    done = subprocess.run([sys.executable, "-c", CONNECTED], capture_output=True, text=True, check=False, env=CLIENT)
    assert done.stdout.split() == ["connect", "2026-11-25T19:00:00+00:00", "True"], done.stderr


CLIENT = os.environ | {
    "PYSPARK_PYTHON": sys.executable,
    "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]),
    "SPARK_LOCAL_IP": "127.0.0.1",
}
CONNECTED = """
from datetime import UTC, datetime
import pyarrow as pa
from pyspark.sql import SparkSession
from drawn_rows import drawn_log
from supportsla import BusinessCalendar, business_hours, frames
from supportsla.presets import apricot_us

spark = SparkSession.builder.remote("local[2]").getOrCreate()
print(type(spark).__module__.split(".")[2])
desk = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00")
opened = spark.sql("select timestamp'2026-11-25 15:00:00Z' as opened")
print(frames.deadline(opened, desk, "opened", business_hours(4)).toArrow()["due"][0].as_py().isoformat())
log = pa.table(drawn_log(300, seed=1))
log = log.set_column(1, "at", log["at"].cast(pa.timestamp("us", "UTC")))
asked = [apricot_us(), datetime(2026, 7, 1, tzinfo=UTC)]
found, whole = (
    frames.readings(frame, *asked, columns={"case": "ticket"}).select(["case", "metric", "due", "elapsed"])
    for frame in (spark.createDataFrame(log), log)
)
told = [sorted(map(str, table.to_pylist())) for table in (found.toArrow(), whole)]
print(told[0] == told[1])
spark.stop()
"""


def test_without_spark_the_error_ends_with_how_to_install_it() -> None:
    code = "import sys; sys.modules['pyspark'] = None; import supportsla.frames.spark"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.stderr.rstrip().endswith("pip install 'supportsla[spark]'")


def test_the_module_has_the_functions_of_frames() -> None:
    assert all(getattr(over_spark, name) is getattr(frames, name) for name in frames.__all__)
