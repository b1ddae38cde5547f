"""Every answer that other programs gave, asked of the library and of the oracle that other tests trust."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oracle import DAY, Boundary, Combined, Desk, Hours, Oracle, Plain, Spans, Stretches
from strategies import library_calendar
from supportsla import Calendar, deadline, elapsed, is_open, next_close, next_open, windows

SHARED = Path(os.environ.get("SUPPORTSLA_SHARED", Path(__file__).resolve().parents[2] / "shared"))
ROWS_FILE = SHARED / "conformance" / "business_time.jsonl"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_FOR_THE_ORACLE = timedelta(days=2000)
"""The oracle steps over every minute, and one row asks about nineteen years."""

Row = Mapping[str, Any]


def _rows() -> list[Row]:
    if not ROWS_FILE.exists():
        return []
    return [json.loads(line) for line in ROWS_FILE.read_text(encoding="utf-8").splitlines()]


ROWS = _rows()
by_id = pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
needs_rows = pytest.mark.skipif(not ROWS, reason=f"the shared conformance rows are not here: {ROWS_FILE.name}")


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _spans(written: Sequence[Sequence[str]]) -> Spans:
    return tuple((_minutes(start), _minutes(end)) for start, end in written)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _breaks(row: Row) -> Stretches:
    zone = ZoneInfo(row["tz"])

    def at(day: str, minute: int) -> datetime:
        midnight = datetime.fromisoformat(day)
        return (midnight + timedelta(minutes=minute)).replace(tzinfo=zone).astimezone(UTC)

    return tuple(
        (at(day, start), at(day, end if end > start else end + DAY))
        for day, written in row.get("breaks", {}).items()
        for start, end in _spans(written)
    )


def _plain(row: Row) -> Plain:
    desk = Desk(
        zone=row["tz"],
        hours=Hours({WEEKDAYS.index(day): _spans(written) for day, written in row["weekly"].items()}),
        holidays=frozenset(map(date.fromisoformat, row["holidays"])),
        exceptions={date.fromisoformat(day): _spans(written) for day, written in row.get("exceptions", {}).items()},
    )
    return Combined(desk, "-", _breaks(row)) if "breaks" in row else desk


def _expected(row: Row) -> object:
    expected = row["expected"]
    if isinstance(expected, str):
        return _instant(expected)
    if isinstance(expected, list):
        return [(_instant(opens), _instant(closes)) for opens, closes in expected]
    return expected if isinstance(expected, bool) else timedelta(seconds=expected)


def _ask_oracle(row: Row) -> object:
    start = _instant(row["start"])
    end = _instant(row["end"]) if "end" in row else start
    reach = row.get("duration_s", 0) // 3600 // 4
    oracle = Oracle(_plain(row), min(start, end), max(start, end), days=max(24, reach))
    sign = -1 if row["op"] == "subtract" else 1
    boundary: Boundary = row.get("boundary", "close")
    match row["op"]:
        case "add" | "subtract":
            return oracle.deadline(start, "business_hours", sign * row["duration_s"] * 1_000_000, boundary)
        case "elapsed":
            return oracle.elapsed(start, end)
        case "intervals":
            return oracle.windows(start, end)
        case op:
            return getattr(oracle, op)(start)


def _span_of(row: Row) -> timedelta:
    return abs(_instant(row.get("end", row["start"])) - _instant(row["start"]))


SHORT_ROWS = [row for row in ROWS if _span_of(row) <= LONGEST_FOR_THE_ORACLE]


@needs_rows
def test_no_row_is_missing() -> None:
    """There are 457, and one is too long for the oracle."""
    assert (len(ROWS), len(SHORT_ROWS)) == (457, 456)


@needs_rows
@pytest.mark.parametrize("row", SHORT_ROWS, ids=[row["id"] for row in SHORT_ROWS])
def test_the_oracle_gives_the_answer_of_the_sources(row: Row) -> None:
    """The oracle agrees with every row that it can step through."""
    assert _ask_oracle(row) == _expected(row)


def _deadline(calendar: Calendar, row: Row) -> datetime:
    sign = -1 if row["op"] == "subtract" else 1
    length = sign * timedelta(seconds=row["duration_s"])
    start = datetime.fromisoformat(row["start"])
    return deadline(calendar, start, length, boundary=row.get("boundary", "close")).astimezone(UTC)


def _intervals(calendar: Calendar, row: Row) -> list[tuple[datetime, datetime]]:
    start, end = datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"])
    found = windows(calendar, start, end)
    return [(window.opens.astimezone(UTC), window.closes.astimezone(UTC)) for window in found]


def _ask_library(row: Row) -> object:
    calendar = library_calendar(_plain(row))
    start = datetime.fromisoformat(row["start"])
    match row["op"]:
        case "add" | "subtract":
            return _deadline(calendar, row)
        case "elapsed":
            return elapsed(calendar, start, datetime.fromisoformat(row["end"]))
        case "is_open":
            return is_open(calendar, start)
        case "intervals":
            return _intervals(calendar, row)
    edge = {"next_open": next_open, "next_close": next_close}[row["op"]]
    return edge(calendar, start).astimezone(UTC)


@needs_rows
@by_id
def test_the_library_gives_the_answer_of_the_sources(row: Row) -> None:
    """The library agrees with every row."""
    assert _ask_library(row) == _expected(row)
