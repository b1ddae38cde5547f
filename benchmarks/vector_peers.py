"""The same desk over arrays in each library: rows of instants and durations in, an array of dues out, in row order.

Each function takes the rows and returns a runner, as in `contestants`; what a peer's users would keep from one question
to the next (tables, frames, compiled code) is made before, and every run makes its answer anew. The dates come from
the `holidays` package alone, and the windows from `zoneinfo`, so that nothing of ours is in a peer's answer.
"""

from __future__ import annotations

import ctypes
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import contestants
import duckdb
import numba
import numpy as np
import pandas as pd
import polars as pl
import workclock
from contestants import CHICAGO, ZONE

YEARS = range(2014, 2028)
FIRST, LAST = (np.datetime64(f"{year}-01-01", "us") for year in (2015, 2026))
MINUTE, HOUR = 60_000_000, 3_600_000_000
OPENS, CLOSES, LENGTH = 9 * HOUR, 17 * HOUR, 8 * HOUR
LONGEST = 40 * 60
START_CELL, GOAL_CELL = 36, 34
FRESH_FROM = 512 * 1024

Array = np.ndarray
Question = Callable[[], object]


@dataclass(frozen=True)
class Rows:
    """What every contestant is asked: when each row starts, in UTC, and how long it has."""

    starts: Array
    durations: Array

    def __len__(self) -> int:
        return len(self.starts)

    def first(self, count: int) -> Rows:
        """The first so many rows."""
        return Rows(self.starts[:count], self.durations[:count])

    def in_order(self) -> Rows:
        """The same rows in order of their starts."""
        order = self.starts.argsort()
        return Rows(self.starts[order], self.durations[order])


def random_rows(rng: np.random.Generator, count: int) -> Rows:
    """Any microsecond of eleven years, in no order, and whole minutes up to 40 hours."""
    starts = rng.integers(FIRST.view("i8"), LAST.view("i8"), count)
    durations = rng.integers(1, LONGEST + 1, count) * MINUTE
    return Rows(starts.view("M8[us]"), durations.view("m8[us]"))


def edge_rows() -> Rows:
    """Openings and closings about every clock change and holiday, a microsecond and a minute off, and round amounts."""
    windows = windows_table()
    edges = np.concatenate((windows.opens, windows.closes))
    changes = np.array(zone_changes()[0][1:])
    special = np.concatenate((changes, [_utc(day, 0) for day in contestants.us_dates(range(2015, 2026))]))
    special = special[(special > FIRST.view("i8")) & (special < LAST.view("i8"))]
    near = edges[(np.abs(edges[:, None] - special) < 4 * 24 * HOUR).any(axis=1)]
    near = np.concatenate((near, changes[(changes > FIRST.view("i8")) & (changes < LAST.view("i8"))]))
    starts = (near[:, None] + np.array([0, 1, -1, MINUTE, -MINUTE])).ravel()
    amounts = np.array([1, 8 * 60, 8 * 60 - 1, 8 * 60 + 1, 4 * 60, 16 * 60, LONGEST]) * MINUTE
    pairs = np.array(np.meshgrid(starts, amounts)).reshape(2, -1)
    return Rows(pairs[0].view("M8[us]"), pairs[1].view("m8[us]"))


def fresh_outputs() -> bool:
    """Have every array of an answer come from new memory, as in a program that keeps its answers; False where unknown.

    Otherwise the allocator hands each run what the run before gave back, warm in the cache.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(-3, FRESH_FROM))
    except (AttributeError, OSError, TypeError):
        return False


# The desk as tables.


@dataclass(frozen=True)
class Windows:
    """When each window opens and closes, in microseconds of UTC, and the open time by its start and by its end."""

    opens: Array
    closes: Array
    before: Array
    after: Array


@cache
def windows_table() -> Windows:
    """One window a working day."""
    closed = set(contestants.us_dates(YEARS))
    first, last = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    working = [day for day in days if day.weekday() < 5 and day not in closed]
    opens, closes = (np.array([_utc(day, hour) for day in working]) for hour in (9, 17))
    after = np.cumsum(closes - opens)
    return Windows(opens, closes, after - (closes - opens), after)


def _utc(day: date, hour: int) -> int:
    at = datetime.combine(day, time(hour), CHICAGO)
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@cache
def zone_changes() -> tuple[list[int], list[int]]:
    """The instants from which each offset from UTC holds in the desk's zone, and the offsets."""
    at, changes, offsets = datetime(YEARS[0], 1, 1, tzinfo=UTC), list[int](), list[int]()
    while at.year <= YEARS[-1]:
        offset = at.astimezone(CHICAGO).utcoffset() // timedelta(microseconds=1)
        if [offset] != offsets[-1:]:
            changes.append((at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))
            offsets.append(offset)
        at += timedelta(hours=1)
    return changes, offsets


# The contestants.


def np_add(rows: Rows) -> Question:
    """No calendar at all: what reading both arrays and writing one costs."""
    return lambda: np.add(rows.starts, rows.durations)


def np_add_one(rows: Rows, amount: np.timedelta64) -> Question:
    return lambda: np.add(rows.starts, amount)


@numba.njit
def _seek(starts, durations, dues, tables):
    opens, after, anchors, by_start, by_goal, base = tables
    for row in range(starts.size):
        at = starts[row]
        i = np.uint64(by_start[np.uint64(at - base) >> np.uint64(START_CELL)])
        i += np.uint64(opens[i + np.uint64(1)] <= at)
        goal = min(at - anchors[i], after[i]) + durations[row]
        j = np.uint64(by_goal[np.uint64(goal) >> np.uint64(GOAL_CELL)])
        j += np.uint64(after[j] < goal)
        dues[row] = anchors[j] + goal


def numba_grid(rows: Rows) -> Question:
    """One thread, compiled before: two grids so fine that one step at most is left, and no check of any row.

    A cell of starts, 19 h, is shorter than from one opening to the next; one of goals, 4.8 h, than a working day.
    """
    table = windows_table()
    base, end = int(table.opens[0]), int(table.opens[-1])
    cells = base + (np.arange(((end - base) >> START_CELL) + 1) << START_CELL)
    goals = np.arange((int(table.after[-1]) >> GOAL_CELL) + 1) << GOAL_CELL
    by_start = (table.opens.searchsorted(cells, "right") - 1).astype(np.uint32)
    by_goal = table.after.searchsorted(goals).astype(np.uint32)
    tables = (table.opens, table.after, table.opens - table.before, by_start, by_goal, base)
    starts, durations = rows.starts.view("i8"), rows.durations.view("i8")

    def run() -> Array:
        dues = np.empty_like(starts)
        _seek(starts, durations, dues, tables)
        return dues.view("M8[us]")

    return run


def naive_searchsorted(rows: Rows) -> Question:
    """Two binary searches a row."""
    table, starts, durations = windows_table(), rows.starts.view("i8"), rows.durations.view("i8")

    def run() -> Array:
        i = np.searchsorted(table.opens, starts, "right") - 1
        goal = table.before[i] + np.minimum(starts, table.closes[i]) - table.opens[i] + durations
        j = np.searchsorted(table.after, goal)
        return (table.opens[j] + goal - table.before[j]).view("M8[us]")

    return run


def polars_asof(rows: Rows) -> Question:
    """Two as-of joins with the windows; a join wants its keys in order, and the answers go back into row order."""
    cases, windows = _frame(rows), _windows_frame()
    worked = pl.col("before") + pl.min_horizontal("opened", "closes") - pl.col("opens")
    due = pl.col("opens") + pl.col("goal") - pl.col("before")

    def run() -> pl.Series:
        began = cases.with_row_index("row").sort("opened")
        joined = began.join_asof(windows.drop("after"), left_on="opened", right_on="opens")
        goals = joined.select("row", goal=worked + pl.col("length")).sort("goal")
        found = goals.join_asof(windows, left_on="goal", right_on="after", strategy="forward")
        return found.select("row", due=due).sort("row")["due"]

    return run


def _frame(rows: Rows) -> pl.DataFrame:
    frame = pl.DataFrame({"opened": rows.starts, "length": rows.durations})
    return frame.with_columns(pl.col("opened").dt.replace_time_zone("UTC"))


def _windows_frame() -> pl.DataFrame:
    table = windows_table()
    instants = {"opens": table.opens.view("M8[us]"), "closes": table.closes.view("M8[us]")}
    amounts = {"before": table.before.view("m8[us]"), "after": table.after.view("m8[us]")}
    return pl.DataFrame(instants | amounts).with_columns(pl.col("opens", "closes").dt.replace_time_zone("UTC"))


def np_busday(rows: Rows) -> Question:
    """Whole days by `busday_offset`, the rest by the time of day, in local time by a table of offsets."""
    working = np.busdaycalendar(holidays=contestants.us_dates(YEARS))
    at, offset = (np.array(column) for column in zone_changes())
    shown = at + offset
    starts, durations = rows.starts.view("i8"), rows.durations.view("i8")

    def run() -> Array:
        local = (starts + offset[np.searchsorted(at, starts, "right") - 1]).view("M8[us]")
        day = np.busday_offset(local.astype("M8[D]"), 0, roll="forward", busdaycal=working)
        worked = np.clip((local - day).view("i8"), OPENS, CLOSES) - OPENS
        days, rest = np.divmod(worked + durations - 1, LENGTH)
        due = np.busday_offset(day, days, busdaycal=working).astype("M8[us]").view("i8") + OPENS + rest + 1
        return (due - offset[np.searchsorted(shown, due, "right") - 1]).view("M8[us]")

    return run


def duckdb_asof(rows: Rows, threads: int | None = None, *, one_amount: bool = False) -> Question:
    """Two ASOF joins with the table of windows; the tables are there before, and the answer is fetched in row order.

    One amount for all, the first row's, is a number in the statement.
    """
    connection = duckdb.connect(config={"threads": threads} if threads else {})
    connection.execute("SET TimeZone = 'UTC'")
    cases = pl.DataFrame({"id": np.arange(len(rows)), "opened": rows.starts, "length": rows.durations.view("i8")})
    windows = _windows_frame().with_columns(
        pl.col("opens", "closes").dt.replace_time_zone(None), pl.col("before", "after").dt.total_microseconds()
    )
    for name, frame in (("cases", cases), ("windows", windows)):
        connection.register("given", frame.to_arrow())
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
    length = int(rows.durations[0].view("i8")) if one_amount else "length"
    query = f"""
        WITH goals AS (
            SELECT id, before + epoch_us(least(opened, closes)) - epoch_us(opens) + {length} AS goal
            FROM cases ASOF JOIN windows ON opened >= opens
        )
        SELECT opens + to_microseconds(goal - before) AS due
        FROM goals ASOF JOIN windows ON goal <= after
        ORDER BY id
    """
    return lambda: connection.execute(query).fetchnumpy()["due"]


def polars_business_days(rows: Rows, *, lazy: bool = False, one_amount: bool = False) -> Question:
    """The recipe of `np.busday` in Polars' own functions; one amount for all, the first row's, is a number in it.

    A lazy query puts each step into those that use it, and so finds the same days several times.
    """
    cases, closed = _frame(rows), contestants.us_dates(YEARS)
    local = pl.col("opened").dt.convert_time_zone(ZONE).dt.replace_time_zone(None)
    day = pl.col("local").dt.date().dt.add_business_days(0, holidays=closed, roll="forward")
    time_of_day = (pl.col("local") - pl.col("day")).dt.total_microseconds().clip(OPENS, CLOSES)
    length = int(rows.durations[0].view("i8")) if one_amount else pl.col("length").dt.total_microseconds()
    used = time_of_day - OPENS + length - 1
    last = pl.col("day").dt.add_business_days(pl.col("used") // LENGTH, holidays=closed)
    due = last.cast(pl.Datetime("us")) + pl.duration(microseconds=pl.col("used") % LENGTH + OPENS + 1)

    def run() -> pl.Series:
        began = cases.lazy() if lazy else cases
        kept = [] if one_amount else ["length"]
        days = began.select(*kept, local=local).with_columns(day=day).with_columns(used=used)
        return days.select(due=due.dt.replace_time_zone(ZONE).dt.convert_time_zone("UTC")).lazy().collect()["due"]

    return run


def workclock_add_many(rows: Rows) -> Question:
    schedule = workclock.Schedule(
        [workclock.WorkDay(time(9), time(17)), workclock.Holidays(contestants.us_dates(YEARS))], time_zone=ZONE
    )
    return lambda: schedule.add_many(rows.starts, rows.durations)


def custom_business_hour(rows: Rows) -> Question:
    """One offset for all rows, the first row's whole hours: pandas knows no other."""
    index = pd.DatetimeIndex(rows.starts).tz_localize("UTC").tz_convert(ZONE)
    hours = int(rows.durations[0].view("i8")) // HOUR
    closed = contestants.us_dates(YEARS)
    offset = pd.offsets.CustomBusinessHour(hours, start="09:00", end="17:00", holidays=closed)
    return lambda: added(index, offset)


def added(index: pd.DatetimeIndex, offset: pd.offsets.CustomBusinessHour) -> pd.DatetimeIndex:
    """The sum, without being told that it is slow."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        return index + offset


def as_array(answer: object) -> Array:
    """A contestant's answer as instants of UTC."""
    if isinstance(answer, pd.DatetimeIndex):
        answer = answer.tz_convert("UTC").tz_localize(None)
    if isinstance(answer, pl.Series | pd.DatetimeIndex):
        answer = answer.to_numpy()
    return np.asarray(answer).astype("M8[us]")


def as_datetimes(instants: Array) -> Sequence[datetime]:
    """Aware datetimes of UTC, for the scalar functions."""
    return [at.replace(tzinfo=UTC) for at in instants.astype("M8[us]").tolist()]
