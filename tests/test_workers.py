"""What workers of Dask and Spark do: a calendar is compiled once, and a stream of events is cut between cases."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from importlib import import_module
from itertools import chain, groupby

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportsla import BusinessCalendar, InvalidTable, business_hours
from supportsla.presets import apricot_us

REASON = "workers are tested where their extras are installed"
np = pytest.importorskip("numpy", reason=REASON)
pa = pytest.importorskip("pyarrow", reason=REASON)
pytest.importorskip("narwhals", reason=REASON)
frames, workers = import_module("supportsla.frames"), import_module("supportsla.frames.workers")
logs, questions = import_module("supportsla.frames.logs"), import_module("supportsla.frames.questions")
rows = import_module("drawn_rows")

NOW = datetime(2026, 7, 1, tzinfo=UTC)
STREAMS = st.lists(st.tuples(st.sampled_from([*"abc", None]), st.integers(1, 4)), max_size=12)


@given(STREAMS, st.integers(1, 5), st.integers(1, 6))
def test_a_stream_is_cut_between_cases_only(runs: list[tuple[str | None, int]], batch: int, many: int) -> None:
    """And nothing is lost."""
    order = dict.fromkeys((case for case, _ in runs), 0)
    for case, size in runs:
        order[case] += size
    cases = [case for case, size in order.items() for _ in range(size)]
    table = pa.table({"case": pa.array(cases, pa.string()), "row": range(len(cases))})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "_MANY_EVENTS", many)
        found = [part.to_pylist() for part in workers.whole_cases(table.to_batches(batch))]
    assert [*chain(*found)] == table.to_pylist()
    told = [case for part in found for case, _ in groupby(part, lambda row: row["case"])]
    assert len(told) == len(set(told))


def test_a_stream_is_cut_as_soon_as_there_are_many_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a long stream takes little memory."""
    monkeypatch.setattr(workers, "_MANY_EVENTS", 50)
    table = pa.table({"case": np.arange(1_000) // 3})
    sizes = [len(part) for part in workers.whole_cases(table.to_batches(10))]
    assert max(sizes) < 60
    assert sum(sizes) == 1_000


def test_readings_of_a_stream_are_those_of_the_log() -> None:
    """Whatever batches it comes in."""
    drawn = pa.table(rows.drawn_log(200, seed=3))
    table = drawn.rename_columns({"ticket": "case"}).sort_by([("case", "ascending"), ("at", "ascending")])
    log = logs.log_of(apricot_us(), NOW, {})
    whole = frames.readings(table, apricot_us(), NOW)
    found = workers.batches_of_readings(table.to_batches(17), log, whole.schema)
    assert pa.Table.from_batches(found).equals(whole)


def test_an_event_of_no_case_is_refused_in_a_stream() -> None:
    table = pa.table({**rows.drawn_log(2, seed=3), "case": pa.array([None] * 12, pa.int64())})
    log = logs.log_of(apricot_us(), NOW, {})
    with pytest.raises(InvalidTable, match="column 'case' has nulls"):
        [*workers.batches_of_readings(table.to_batches(), log, pa.schema([]))]


def test_equal_calendars_of_many_tasks_are_compiled_once() -> None:
    desk = BusinessCalendar("Antarctica/Troll", "Mo-Fr 07:00-18:59")
    table = pa.table({"opened": np.array(["2026-06-12T22:00"], "M8[us]")})
    question = questions.deadlines(desk, business_hours(4), "close")
    first = pickle.loads(pickle.dumps(question))
    workers.answer(table, first, ["opened"], "due")
    for _ in range(3):
        task = pickle.loads(pickle.dumps(question))
        due = workers.answer(table, task, ["opened"], "due")
        assert due.to_numpy().tolist() == np.array(["2026-06-15T09:00"], "M8[us]").tolist()
        assert task.calendar.compiled.timeline is None
    assert first.calendar.compiled.timeline is not None


def test_equal_plans_of_many_tasks_are_compiled_once() -> None:
    log = logs.log_of(attrs.evolve(apricot_us(), name="Another"), NOW, {"case": "ticket"})
    first, second = (pickle.loads(pickle.dumps(log)) for _ in range(2))
    for task in (first, second):
        workers.readings(pa.table(rows.drawn_log(5, seed=3)), task)
    compiled = [any(each.compiled.timeline for _, each in task.plan.calendars) for task in (first, second)]
    assert compiled == [True, False]
