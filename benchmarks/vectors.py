"""A million deadlines at once, beside other ways to compute them: `vector.deadline` and the frames over it.

Rows are any microsecond of eleven years, in no order, each with a duration of its own: whole minutes up to 40 hours; or
with one for all, 8 hours. Every contestant answers all of them, the slow ones fewer, from tables made before; every
answer is new memory. Peers run as they come: Polars on all cores, DuckDB on all and on one; ours, NumPy and numba on
one. The kernel in numba looks for nothing missing or out of range, and is compiled before.
"""

from __future__ import annotations

import gc
import random
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import partial
from statistics import median

import contestants
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import vector_peers as peers
from figures import Claim, Figure, write_chart, write_tables
from harness import Cell, Line, as_times, race, ratio_of, table, verdict
from vector_peers import HOUR, Array, Question, Rows, as_array, as_datetimes

from supportsla import (
    BusinessCalendar,
    Calendar,
    business_hours,
    deadline,
    elapsed,
    frames,
    is_open,
    next_open,
    public_holidays,
    vector,
)
from supportsla.vector.arrays import table_of

PACKAGES = ("numpy", "numba", "pandas", "polars", "pyarrow", "duckdb", "narwhals", "workclock", "supportsla")
LITTLE, MANY, MOST = 100_000, 1_000_000, 10_000_000
CHECKED, FEW = 2_000, 10_000
ONE = business_hours(8)
ONE_RAW = np.timedelta64(8 * HOUR, "us")
SCRATCH, TABLES = 1_000_000, 2_000_000
Told = tuple[Iterable[str], list[Claim]]


@dataclass(frozen=True)
class Peer:
    """A contestant: how it answers, how many rows it is asked, how many times as fast we want to be, and on what.

    It may be asked one duration for all rows, and its dues may be at the next opening.
    """

    ask: Callable[[Rows], Question]
    rows: int
    at_least: float | None = None
    one_amount: bool = False
    next_opening: bool = False


PEERS = {
    "numba, one thread, unchecked": Peer(peers.numba_grid, MANY),
    "np.searchsorted, naive": Peer(peers.naive_searchsorted, MANY, at_least=10),
    "Polars join_asof": Peer(peers.polars_asof, MANY, at_least=10),
    "np.busday recipe": Peer(peers.np_busday, MANY, at_least=15),
    "DuckDB ASOF join, all cores": Peer(peers.duckdb_asof, MANY, at_least=20),
    "DuckDB ASOF join, one thread": Peer(partial(peers.duckdb_asof, threads=1), MANY, at_least=20),
    "Polars business days, eager": Peer(peers.polars_business_days, MANY, at_least=50),
    "Polars business days, lazy": Peer(partial(peers.polars_business_days, lazy=True), MANY, at_least=50),
    **{
        f"{name}, one for all": Peer(partial(ask, one_amount=True), MANY, at_least=at_least, one_amount=True)
        for name, ask, at_least in (
            ("DuckDB, all cores", peers.duckdb_asof, 20),
            ("DuckDB, one thread", partial(peers.duckdb_asof, threads=1), 20),
            ("Polars, eager", peers.polars_business_days, 50),
            ("Polars, lazy", partial(peers.polars_business_days, lazy=True), 50),
        )
    },
    "workclock add_many": Peer(peers.workclock_add_many, 20_000, at_least=100),
    "pandas CustomBusinessHour": Peer(
        peers.custom_business_hour, 2_000, at_least=5_000, one_amount=True, next_opening=True
    ),
}
OURS, ADDED = "supportsla vector.deadline", "np.add, no calendar"
AT_MOST = {ADDED: 8, "numba, one thread, unchecked": 3.5}


def ours(calendar: Calendar, rows: Rows) -> Question:
    return lambda: vector.deadline(calendar, rows.starts, rows.durations)


def ours_one(calendar: Calendar, rows: Rows) -> Question:
    return lambda: vector.deadline(calendar, rows.starts, ONE)


def one_by_one(calendar: Calendar, rows: Rows) -> Question:
    """The scalar function in a loop."""
    pairs = list(zip(as_datetimes(rows.starts), rows.durations.tolist(), strict=True))
    return lambda: [deadline(calendar, start, duration) for start, duration in pairs]


def with_one_amount(rows: Rows) -> Rows:
    """The same rows, each with the one duration that is asked of a contestant that takes no other."""
    return Rows(rows.starts, np.full(len(rows), ONE_RAW))


# Whether they agree.


def agreement(calendar: Calendar, rng: np.random.Generator) -> Iterator[str]:
    """How many answers of each peer, and of the scalar function, are ours, and the first that is not."""
    some, edges = peers.random_rows(rng, CHECKED), peers.edge_rows()
    asked = Rows(*(np.concatenate(pair) for pair in zip(_columns(some), _columns(edges), strict=True)))
    yield ""
    yield f"Answers before timing: {CHECKED:,} random rows, and {len(edges):,} at edges of windows and clock changes"
    yield from compared(asked, vector.deadline(calendar, asked.starts, asked.durations), "scalar", _scalar(calendar))
    for name, peer in PEERS.items():
        rows = with_one_amount(asked) if peer.one_amount else asked
        mine = _with_one(calendar, rows) if peer.one_amount else vector.deadline(calendar, rows.starts, rows.durations)
        yield from compared(rows, mine, name, peer.ask)
        if peer.next_opening:
            mine = vector.deadline(calendar, rows.starts, rows.durations, boundary="open")
            yield from compared(rows, mine, '  (and with boundary="open")', peer.ask)


def _with_one(calendar: Calendar, rows: Rows) -> Array:
    """Our answers of one duration for all, of so many rows that its dues are tabulated."""
    return vector.deadline(calendar, np.tile(rows.starts, 2 * MANY // len(rows)), ONE)[-len(rows) :]


def _columns(rows: Rows) -> tuple[Array, Array]:
    return rows.starts, rows.durations


def _scalar(calendar: Calendar) -> Callable[[Rows], Question]:
    def ask(rows: Rows) -> Question:
        run = one_by_one(calendar, rows)
        return lambda: np.array([due.astimezone(UTC).replace(tzinfo=None) for due in run()], "M8[us]")

    return ask


def compared(rows: Rows, mine: Array, name: str, ask: Callable[[Rows], Question]) -> Iterator[str]:
    """One line, and the first row that differs."""
    theirs = as_array(ask(rows)())
    differ = np.flatnonzero(mine != theirs)
    yield f"  {name:<28}{len(rows) - len(differ):>8,} of {len(rows):>7,} as ours"
    for row in differ[:1]:
        length = timedelta(microseconds=int(rows.durations[row].view("i8")))
        facts = {
            "row": f"{_local(rows.starts[row])} and {length}",
            "ours": _local(mine[row]),
            name: _local(theirs[row]),
        }
        yield from (f"    {who}: {what}" for who, what in facts.items())


def _local(instant: np.datetime64) -> str:
    return as_datetimes(np.array([instant]))[0].astimezone(contestants.CHICAGO).isoformat(" ")


def wrong_answers(calendar: Calendar) -> Iterator[str]:
    """Where CustomBusinessHour is wrong, and what is right: ties, and clock changes while a desk is open."""
    hours, nights = _local_hours(8, "09:00", "17:00"), _local_hours(4, "00:00", "08:00", weekmask="1111111")
    all_nights = BusinessCalendar(zone=contestants.ZONE, hours="00:00-08:00")
    yield "  CustomBusinessHour, an example of each:"
    yield from _example("8 h from Wednesday's opening", calendar, "2025-03-05T09:00", hours)
    yield from _example("4 h from 00:00, clocks go forward", all_nights, "2025-03-09T00:00", nights)
    yield from _example("4 h from 00:00, clocks go back", all_nights, "2025-11-02T00:00", nights)


def _local_hours(count: int, opens: str, closes: str, **desk: object) -> pd.offsets.CustomBusinessHour:
    return pd.offsets.CustomBusinessHour(count, start=opens, end=closes, **desk)


def _example(text: str, calendar: Calendar, at: str, offset: pd.offsets.CustomBusinessHour) -> Iterator[str]:
    start = pd.Timestamp(at, tz=contestants.ZONE)
    amount, theirs = business_hours(offset.n), (peers.added(pd.DatetimeIndex([start]), offset))[0]
    due = deadline(calendar, start.to_pydatetime(), amount)
    used = elapsed(calendar, start.to_pydatetime(), theirs.to_pydatetime())
    yield f"    {text}: {due:%a %H:%M %Z}; pandas {theirs:%a %H:%M %Z}, by when {used} h are open"


# How long they take.


def against_peers(calendar: Calendar, rows: Rows, rounds: int, rng: random.Random) -> tuple[list[str], list[Figure]]:
    """The tables from one race over a million rows, and the figures of each contestant."""
    one = with_one_amount(rows)
    cells = {OURS: Cell(ours(calendar, rows), MANY), ADDED: Cell(peers.np_add(rows), MANY)}
    cells |= {"one for all": Cell(ours_one(calendar, rows), MANY)}
    cells |= {"np.add, one for all": Cell(peers.np_add_one(rows, ONE_RAW), MANY)}
    cells |= {"in order": Cell(ours(calendar, rows.in_order()), MANY)}
    cells |= {"scalar": Cell(one_by_one(calendar, rows.first(FEW)), FEW)}
    for name, peer in PEERS.items():
        asked = (one if peer.one_amount else rows).first(peer.rows)
        cells[name] = Cell(peer.ask(asked), len(asked))
    times = race(cells, rounds, rng)
    lines = [
        Line("over np.add, 1e6 rows", OURS, ADDED, at_most=AT_MOST[ADDED]),
        Line(
            "over numba, 1e6 rows",
            OURS,
            "numba, one thread, unchecked",
            at_most=AT_MOST["numba, one thread, unchecked"],
        ),
        Line("one duration for all, over np.add", "one for all", "np.add, one for all", over=True),
        Line("rows in order of time", "in order", OURS, over=True),
    ]
    told = list(table("a row of vector.deadline", lines, times, "baseline"))
    slower = {name: peer for name, peer in PEERS.items() if peer.at_least}
    lines = [
        Line(name, "one for all" if peer.one_amount else OURS, name, at_least=peer.at_least)
        for name, peer in slower.items()
    ]
    lines.append(Line("our own scalar deadline", OURS, "scalar"))
    told += table("a row of vector.deadline", lines, times, "theirs")
    told += [f"  ({name}: {peer.rows:,} rows)" for name, peer in slower.items() if peer.rows < MANY]
    return told, list(figures(times))


def figures(times: Mapping[str, Sequence[float]]) -> Iterator[Figure]:
    """Each contestant's median, and its ratio to ours."""
    yield Figure(ADDED, median(times[ADDED]), MANY, *_beside(times, Line("", OURS, ADDED, at_most=AT_MOST[ADDED])))
    yield Figure(OURS, median(times[OURS]), MANY, ours=True)
    yield Figure(f"{OURS}, one for all", median(times["one for all"]), MANY, ours=True)
    for name, peer in PEERS.items():
        mine = "one for all" if peer.one_amount else OURS
        line = Line("", mine, name, at_least=peer.at_least, at_most=AT_MOST.get(name))
        yield Figure(name, median(times[name]), peer.rows, *_beside(times, line))
    scalar = _beside(times, Line("", OURS, "scalar"))
    yield Figure("supportsla deadline, in a loop", median(times["scalar"]), FEW, *scalar)


def _beside(times: Mapping[str, Sequence[float]], line: Line) -> tuple[str, str]:
    """A contestant beside ours in words, and the target."""
    ratio = ratio_of(line, times)
    beside = as_times(ratio).rstrip("x")
    return f"ours {beside} times as long" if line.at_most else f"{beside} times ours", verdict(line, ratio)


def claims_of(lines: Sequence[Line], times: Mapping[str, list[float]]) -> list[Claim]:
    """The lines that have a target, for the docs."""
    found = ((line, ratio_of(line, times)) for line in lines if line.at_most)
    return [Claim(line.text, as_times(ratio).rstrip("x"), verdict(line, ratio)) for line, ratio in found]


def by_size(calendar: Calendar, rows: Rows, rounds: int, rng: random.Random) -> Told:
    """Ten million rows, and whether a row of many costs more than one of few."""
    few = rows.first(LITTLE)
    cells = {
        "ours": Cell(ours(calendar, rows), MOST),
        "few": Cell(ours(calendar, few), LITTLE),
        "add": Cell(peers.np_add(rows), MOST),
        "numba": Cell(peers.numba_grid(rows), MOST),
    }
    lines = [
        Line("over np.add, 1e7 rows", "ours", "add", at_most=AT_MOST[ADDED]),
        Line("over numba, 1e7 rows", "ours", "numba", at_most=AT_MOST["numba, one thread, unchecked"]),
        Line("1e7 rows over 1e5", "ours", "few", at_most=1.4),
    ]
    times = race(cells, rounds, rng)
    return table("a row of many", lines, times, "baseline"), claims_of(lines, times)


def by_shape(calendar: Calendar, rows: Rows, rounds: int, rng: random.Random) -> Told:
    """Whether a break in the day costs more, and what other calendars do."""
    plain = our_desk("Mo-Fr 09:00-17:00")
    shapes = {
        "a lunch break over none": our_desk("Mo-Fr 09:00-12:00,13:00-17:00"),
        "a break of a minute": our_desk("Mo-Fr 09:00-12:00,12:01-17:00"),
        "open all hours": our_desk("24/7"),
        "one hour a week": our_desk("We 10:00-11:00"),
        "3 spans, Saturdays other hours": our_desk("Mo-Fr 08:00-10:00,11:00-13:00,14:00-20:00; Sa 10:00-12:00"),
        "holidays taken off by `-`": calendar - our_desk("Mo 09:00-09:30"),
    }
    cells = {name: Cell(ours(shape, rows), MANY) for name, shape in {"plain": plain, **shapes}.items()}
    targets = {"a lunch break over none": 1.4}
    lines = [Line(name, name, "plain", at_most=targets.get(name), over=True) for name in shapes]
    times = race(cells, rounds, rng)
    return table("calendars over one without a break", lines, times, "plain"), claims_of(lines, times)


def our_desk(hours: str) -> BusinessCalendar:
    return BusinessCalendar(zone=contestants.ZONE, hours=hours, holidays=public_holidays("US"))


def wrapped(calendar: Calendar, rows: Rows, rounds: int, rng: random.Random) -> Told:
    """A column of a frame against the arrays; DuckDB's rows come out when asked for, and its intervals have months."""
    made = frames_of(rows)
    raw, raw_one = ours(calendar, rows), ours_one(calendar, rows)
    cells = {"raw": Cell(raw, MANY), "raw, one for all": Cell(raw_one, MANY)}
    cells["DuckDB's rows and raw"] = Cell(lambda: (made["DuckDB"].to_arrow_table(), raw_one()), MANY)
    lines = []
    for name, frame in made.items():
        one = f"{name}, one for all"
        cells[one] = Cell(in_frame(frame, calendar, ONE), MANY)
        if name == "DuckDB":
            lines.append(Line("frames, DuckDB, over its rows too", one, "DuckDB's rows and raw", at_most=2))
            continue
        cells[name] = Cell(in_frame(frame, calendar, "length"), MANY)
        lines.append(Line(f"frames, {name}", name, "raw", at_most=2))
        lines.append(Line(f"frames, {one}", one, "raw, one for all", at_most=2))
    times = race(cells, rounds, rng)
    return table("frames.deadline, a row", lines, times, "raw"), claims_of(lines, times)


def frames_of(rows: Rows) -> dict[str, object]:
    """The rows as a frame of each library."""
    polars = pl.DataFrame({"opened": rows.starts, "length": rows.durations})
    polars = polars.with_columns(pl.col("opened").dt.replace_time_zone("UTC"))
    pandas = pd.DataFrame({"opened": rows.starts, "length": rows.durations})
    pandas["opened"] = pandas["opened"].dt.tz_localize("UTC")
    arrow = pa.table({"opened": pa.array(rows.starts).cast(pa.timestamp("us", "UTC")), "length": rows.durations})
    return {"pandas": pandas, "Polars": polars, "PyArrow": arrow, "DuckDB": duckdb_relation(arrow.select(["opened"]))}


def duckdb_relation(arrow: pa.Table) -> object:
    """The rows as a table of DuckDB."""
    connection = peers.duckdb.connect()
    connection.register("given", arrow)
    connection.execute("CREATE TABLE cases AS SELECT * FROM given")
    return connection.table("cases")


def in_frame(frame: object, calendar: Calendar, duration: object) -> Question:
    return lambda: frames.deadline(frame, calendar, "opened", duration, into="due")


# The other questions.


def others(calendar: Calendar, rows: Rows, rounds: int, rng: random.Random) -> Iterator[str]:
    """The other functions over arrays, each against the scalar one in a loop."""
    ends = rows.starts + rows.durations * 5
    starts, stops = as_datetimes(rows.starts[:FEW]), as_datetimes(ends[:FEW])
    pairs = list(zip(starts, stops, strict=True))
    both = {
        "elapsed": (
            lambda: vector.elapsed(calendar, rows.starts, ends),
            lambda: [elapsed(calendar, start, end) for start, end in pairs],
        ),
        "is_open": (
            lambda: vector.is_open(calendar, rows.starts),
            lambda: [is_open(calendar, start) for start in starts],
        ),
        "next_open": (
            lambda: vector.next_open(calendar, rows.starts),
            lambda: [next_open(calendar, start) for start in starts],
        ),
    }
    cells = {name: Cell(many, MANY) for name, (many, _) in both.items()}
    cells |= {f"{name}, scalar": Cell(each, FEW) for name, (_, each) in both.items()}
    times = race(cells, rounds, rng)
    lines = [Line(name, name, f"{name}, scalar") for name in cells if not name.endswith("scalar")]
    yield from table("the other questions, a row", lines, times, "scalar")


# How much memory.


def memory(calendar: Calendar, rows: Rows) -> Told:
    """What a question over many rows takes beside its answer, and what the tables do, also of one duration for all."""
    scratch, output = scratch_bytes(ours(calendar, rows))
    years, held = tables_bytes(calendar)
    told = {
        "bytes of output, a row": (output // len(rows), 8),
        f"bytes of scratch, {len(rows):,} rows": (scratch, SCRATCH),
        "bytes of tables, per 10 years": (held * 10 // years, TABLES),
    }
    claims = [
        Claim(text, f"{value:,}", f"<= {most:,} {'met' if value <= most else 'MISS'}")
        for text, (value, most) in told.items()
    ]
    return ["", "memory", *(f"{text:<42}{value:>17}{target:>21}" for text, value, target in claims)], claims


def scratch_bytes(run: Question) -> tuple[int, int]:
    """The most memory that a run held beside its answer, and its answer; arrays count, as NumPy reports its own."""
    run()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    answer = run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak - before - answer.nbytes, answer.nbytes


def tables_bytes(calendar: Calendar) -> tuple[int, int]:
    """How many years are in a calendar's tables, and the bytes of all arrays in them."""
    timeline = calendar.compiled.timeline
    found = {id(array): array.nbytes for array in _arrays(table_of(timeline, 1), set())}
    return timeline.last_year - timeline.first_year + 1, sum(found.values())


def _arrays(thing: object, seen: set[int]) -> Iterator[Array]:
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        yield thing if thing.base is None or not isinstance(thing.base, np.ndarray) else thing.base
        return
    inner = getattr(thing, "__dict__", {}).values()
    if isinstance(thing, tuple | list):
        inner = thing
    elif hasattr(thing, "cache_info"):
        inner = gc.get_referents(thing)
    elif isinstance(thing, dict):
        inner = thing.values()
    for part in inner:
        yield from _arrays(part, seen)


def vectors(rounds: int, rng: random.Random, *, write: bool) -> Iterator[str]:
    """All tables; and, if wanted, the table and the chart in the docs."""
    calendar, numbers = contestants.our_calendar(), np.random.default_rng(rng.randrange(2**32))
    rows = peers.random_rows(numbers, MANY)
    yield from agreement(calendar, numbers)
    yield from wrong_answers(calendar)
    yield ""
    fresh = peers.fresh_outputs()
    yield f"{'each answer in new memory' if fresh else 'answers in whatever memory the system gives'}; rows in no order"
    told, found = against_peers(calendar, rows, rounds, rng)
    yield from told
    yield from others(calendar, rows, rounds, rng)
    many = peers.random_rows(numbers, MOST)
    claims = list[Claim]()
    for lines, more in (
        by_size(calendar, many, rounds, rng),
        by_shape(calendar, rows, rounds, rng),
        wrapped(calendar, rows, rounds, rng),
        memory(calendar, many),
    ):
        yield from lines
        claims += more
    if write:
        write_tables(found, claims, PACKAGES)
        write_chart(found)
