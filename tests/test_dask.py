"""Frames of Dask answer as the arrays do, on a cluster of two workers, and refuse at once what can be seen at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from supportsla import BusinessCalendar, OutOfRange, UnknownColumn, WrongType, business_hours
from supportsla.errors import CaseNotOpened
from supportsla.presets import apricot_us

REASON = "frames of Dask are tested where the extras dask and pyarrow are installed, and Dask's distributed"
np = pytest.importorskip("numpy", reason=REASON)
pd = pytest.importorskip("pandas", reason=REASON)
pytest.importorskip("narwhals", reason=REASON)
pa = pytest.importorskip("pyarrow", reason=REASON)
dd = pytest.importorskip("dask.dataframe", reason=REASON)
distributed = pytest.importorskip("distributed", reason=REASON)
vector, frames = import_module("supportsla.vector"), import_module("supportsla.frames")
over_dask, workers = import_module("supportsla.frames.dask"), import_module("supportsla.frames.workers")
rows = import_module("drawn_rows")

DESK = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-12:00,13:00-19:00")
NOW = datetime(2026, 7, 1, tzinfo=UTC)
ROWS = 17_000
TICKET = {"case": "ticket"}
SIX = list(rows.DESKS)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers, each a process of its own, on loopback."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
        ) as local,
        distributed.Client(local, set_as_default=False) as client,
    ):
        yield client


def tickets(zone: str, size: int = ROWS) -> Any:
    """Rows at edges, and some nulls."""
    starts, ends, amounts = rows.drawn(rows.DESKS[zone], size, seed=len(zone))
    frame = pd.DataFrame(
        {"opened": starts.view("M8[us]"), "done": ends.view("M8[us]"), "amount": amounts.view("m8[us]")}
    )
    frame.loc[::50, "opened"] = pd.NaT
    return frame


QUESTIONS = rows.questions(frames)


@pytest.mark.parametrize("zone", SIX)
def test_a_cluster_answers_as_the_kernel_does(cluster: Any, zone: str) -> None:
    """On some 1e5 rows over six zones, half of them at the edges of windows."""
    desk, given = rows.DESKS[zone], tickets(zone)
    frame = dd.from_pandas(given, npartitions=7)
    asked = cluster.compute([ask(frame, desk)[name] for name, ask in QUESTIONS.items()])
    wanted = rows.answers(desk, *(given[name].to_numpy() for name in given))
    for name, column in zip(QUESTIONS, cluster.gather(asked), strict=True):
        assert rows.told(pa.Array.from_pandas(column)) == wanted[name], name


def test_each_worker_compiles_a_calendar_once(cluster: Any) -> None:
    """However many partitions it answers."""
    desk = BusinessCalendar("Antarctica/Troll", "Mo-Fr 07:00-19:00")
    before = cluster.run(_kept)
    frame = dd.from_pandas(tickets("Europe/Berlin"), npartitions=40)
    cluster.compute(frames.deadline(frame, desk, "opened", business_hours(4)).due.count()).result()
    after = cluster.run(_kept)
    for worker, (hits, misses) in after.items():
        assert misses - before[worker][1] == 1
        assert hits > before[worker][0]
    assert sum(hits + misses for hits, misses in after.values()) - sum(map(sum, before.values())) == 40


def _kept() -> tuple[int, int]:
    info = workers._first_equal.cache_info()
    return info.hits, info.misses


@pytest.mark.parametrize("kind", ["text", "integer"])
def test_a_log_is_read_by_case_wherever_its_events_are(cluster: Any, kind: str) -> None:
    """As the same log in one frame of pandas, row for row, but for the order of the cases."""
    given = pd.DataFrame(rows.drawn_log(2_000, seed=4))
    given = given if kind == "text" else given.assign(ticket=given["ticket"].str[2:].astype(int))
    whole = frames.readings(given, apricot_us(), NOW, columns=TICKET)
    log = dd.from_pandas(given.set_index("at", drop=False), npartitions=9, sort=False)
    told = frames.readings(log, apricot_us(), NOW, columns=TICKET)
    found = cluster.compute(told).result()
    sizes = cluster.compute(told.map_partitions(len)).result()
    assert sum(size > 0 for size in sizes) > 1
    assert told.dtypes.to_dict() == found.dtypes.to_dict()
    in_order = [frame.sort_values("case", kind="stable").reset_index(drop=True) for frame in (found, whole)]
    pd.testing.assert_frame_equal(*in_order)


@pytest.mark.parametrize("ask", [*QUESTIONS.values(), lambda log, _: frames.readings(log, apricot_us(), NOW)])
def test_nothing_is_computed_before_dask_is_told_to(ask: Any) -> None:
    def lost(_: int) -> Any:
        raise ConnectionError

    log = pd.DataFrame(rows.drawn_log(4, seed=1)).rename(columns={"ticket": "case"})
    whole = pd.concat([tickets("Europe/Berlin", len(log)), log], axis="columns")
    asked = ask(dd.from_map(lost, range(3), meta=whole), DESK)
    with pytest.raises(ConnectionError):
        asked.compute(scheduler="sync")


@pytest.mark.parametrize("name", list(QUESTIONS))
def test_the_answer_has_the_types_that_dask_was_told(name: str) -> None:
    given = tickets("Europe/Berlin", 100).assign(opened=lambda frame: frame.opened.dt.tz_localize("Europe/Berlin"))
    given["done"] = given["done"].dt.tz_localize("UTC")
    told = QUESTIONS[name](dd.from_pandas(given, npartitions=3), DESK)
    assert isinstance(told, dd.DataFrame)
    found = told.compute(scheduler="sync")
    pd.testing.assert_frame_equal(found, QUESTIONS[name](given, DESK))
    assert told.dtypes.to_dict() == found.dtypes.to_dict()


def test_only_the_columns_that_are_asked_are_read(tmp_path: Any) -> None:
    tickets("Europe/Berlin", 100).to_parquet(tmp_path / "tickets.parquet")
    frame = frames.deadline(dd.read_parquet(tmp_path / "tickets.parquet"), DESK, "opened", business_hours(4))
    assert "columns=['opened']" in str(frame[["due"]].optimize(fuse=False).expr.tree_repr())


def test_what_can_be_seen_at_once_is_refused_at_once() -> None:
    """An unknown column, one of another type, and a stamp with a zone beside one without."""
    frame = dd.from_pandas(tickets("Europe/Berlin", 10), npartitions=2)
    with pytest.raises(UnknownColumn, match="column is 'open'; the frame has: 'opened'"):
        frames.deadline(frame, DESK, "open", business_hours(4))
    with pytest.raises(WrongType, match="the dtype of column 'amount'"):
        frames.next_open(frame, DESK, "amount")
    frame["done"] = frame["done"].dt.tz_localize("UTC")
    with pytest.raises(WrongType, match="the dtype of column 'opened' .* a time zone, as column 'done' has one"):
        frames.elapsed(frame, DESK, "opened", "done")
    with pytest.raises(UnknownColumn, match="column is 'case'"):
        frames.readings(frame, apricot_us(), NOW)
    with pytest.raises(WrongType, match="a column is 3"):
        frames.is_open(frame, DESK, 3)
    log = pd.DataFrame(rows.drawn_log(4, seed=1)).rename(columns={"ticket": "case"})
    for odd, error in {
        "case": "the dtype of column 'case' .* integers or texts",
        "public": "the dtype of column 'public' .* booleans",
        "until": "the dtype of column 'at' .* a time zone, as column 'until' has one",
    }.items():
        column = {"case": 1.5, "public": 1, "until": pd.Timestamp("2026-06-12T17:00Z")}[odd]
        with pytest.raises(WrongType, match=error):
            frames.readings(dd.from_pandas(log.assign(**{odd: column}), npartitions=2), apricot_us(), NOW)


def test_what_a_worker_refuses_is_the_same_error(cluster: Any) -> None:
    frame = dd.from_pandas(pd.DataFrame({"opened": np.array(["1700-01-01"] * 4, "M8[us]")}), npartitions=2)
    with pytest.raises(OutOfRange, match=r"starts\[0\] is 1700-01-01"):
        cluster.compute(frames.deadline(frame, DESK, "opened", business_hours(4))).result()
    log = pd.DataFrame(rows.drawn_log(5, seed=4)).query("what != 'Opened'")
    with pytest.raises(CaseNotOpened, match="the first of case T-"):
        cluster.compute(frames.readings(dd.from_pandas(log, npartitions=2), apricot_us(), NOW, columns=TICKET)).result()


@pytest.mark.parametrize("first", [0, 3])
def test_events_of_one_instant_keep_their_order(first: int) -> None:
    """That of the frame, also across partitions; but the opening comes first, wherever it stands."""
    at = np.datetime64("2026-06-12T17:00", "us")
    given = pd.DataFrame(
        {
            "case": 1,
            "at": at,
            "what": ["Opened", *["StatusChanged"] * 5],
            "who": "support",
            "status": ["New", "In Progress", "Solved", "In Progress", "Solved", "Waiting on Client"],
            "priority": ["low", *[None] * 5],
            "place 0": 0,
        }
    )
    whole = frames.readings(given, apricot_us(), NOW)
    mixed = given.loc[[*range(1, first + 1), 0, *range(first + 1, 6)]].reset_index(drop=True)
    found = frames.readings(dd.from_pandas(mixed, npartitions=6), apricot_us(), NOW).compute(scheduler="sync")
    pd.testing.assert_frame_equal(found.reset_index(drop=True), whole)


def test_the_module_has_the_functions_of_frames() -> None:
    assert all(getattr(over_dask, name) is getattr(frames, name) for name in frames.__all__)
