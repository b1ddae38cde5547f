"""Rows to ask: of desks in six zones, at random, at edges of windows and a microsecond beside; and a log of events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np

from supportsla import BusinessCalendar, Calendar, business_days, business_hours, sql, vector
from supportsla.zones import year_start

FIRST, LAST = 2009, 2013
START, END = year_start(FIRST), year_start(LAST + 1)
DESKS: dict[str, Calendar] = {
    "America/Chicago": BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00", holidays=[date(2012, 11, 22)]),
    "Europe/Berlin": BusinessCalendar("Europe/Berlin", "Mo-Th 09:00-12:00,13:00-17:00; Fr 09:00-13:00"),
    "Australia/Lord_Howe": BusinessCalendar("Australia/Lord_Howe", "Mo-Sa 22:00-06:00"),
    "Pacific/Apia": BusinessCalendar("Pacific/Apia", "24/7", holidays=[date(2011, 12, 31), date(2012, 1, 2)]),
    "America/Sao_Paulo": BusinessCalendar("America/Sao_Paulo", "Su-Sa 00:00-08:00"),
    "Asia/Kathmandu": BusinessCalendar("Asia/Kathmandu", "We 22:00-02:00"),
}
STATUSES = ("In Progress", "Waiting on Client", "Waiting on Internal Team", "Solved")
PRIORITIES = ("critical", "high", "medium", "low")
HOUR = 3_600_000_000
AMOUNTS = (1, HOUR, 4 * HOUR, 40 * HOUR, -1, -HOUR, -8 * HOUR, 0, 12 * HOUR, 2000 * HOUR)


def drawn(desk: Calendar, size: int, seed: int) -> tuple[Any, Any, Any]:
    """Starts, ends and amounts of time, in microseconds."""
    generator = np.random.default_rng(seed)
    edges = np.array([row[:2] for row in sql.windows(desk, FIRST, LAST) if row[1] is not None], dtype=np.int64).ravel()

    def stamps() -> Any:
        chosen = generator.choice(edges, size) + generator.integers(-1, 2, size)
        return np.clip(
            np.where(generator.random(size) < 0.5, chosen, generator.integers(START, END, size)), START, END - 1
        )

    amounts = np.where(
        generator.random(size) < 0.5, generator.choice(AMOUNTS, size), generator.integers(-50 * HOUR, 50 * HOUR, size)
    )
    return stamps(), stamps(), amounts


Ask = Callable[..., Any]


def questions(frames: Any) -> dict[str, Ask]:
    """What is asked of a frame with the columns "opened", "done" and "amount", of a desk, by the name of the answer."""
    four, two = business_hours(4), business_days(2)
    return {
        "due": lambda frame, desk: frames.deadline(frame, desk, "opened", four),
        "days": lambda frame, desk: frames.deadline(frame, desk, "opened", two, boundary="open", into="days"),
        "own": lambda frame, desk: frames.deadline(frame, desk, "opened", "amount", into="own"),
        "elapsed": lambda frame, desk: frames.elapsed(frame, desk, "opened", "done"),
        "is_open": lambda frame, desk: frames.is_open(frame, desk, "opened"),
        "next_open": lambda frame, desk: frames.next_open(frame, desk, "opened"),
    }


def answers(desk: Calendar, starts: Any, ends: Any, amounts: Any) -> dict[str, list[Any]]:
    """What the kernel answers to them, in microseconds; none where it was asked nothing."""
    found = {
        "due": vector.deadline(desk, starts, business_hours(4)),
        "days": vector.deadline(desk, starts, business_days(2), boundary="open"),
        "own": vector.deadline(desk, starts, amounts),
        "elapsed": vector.elapsed(desk, starts, ends),
        "is_open": vector.is_open(desk, starts),
        "next_open": vector.next_open(desk, starts),
    }
    values = {name: column if column.dtype == bool else column.view(np.int64) for name, column in found.items()}
    missing = np.isnat(starts).tolist()
    return {
        name: [None if gone else value for gone, value in zip(missing, column.tolist(), strict=True)]
        for name, column in values.items()
    }


def told(column: Any) -> list[Any]:
    """A column of Arrow's, times in microseconds."""
    values: list[Any] = (column if str(column.type) == "bool" else column.cast("int64")).to_pylist()
    return values


def drawn_log(cases: int, seed: int) -> dict[str, Any]:
    """Columns of a log of the published desk's plan, in order of time; no two events share their instant."""
    generator = np.random.default_rng(seed)
    size = 6 * cases
    case = np.concatenate([np.arange(cases), generator.integers(0, cases, size - cases)])
    minutes = np.concatenate([np.zeros(cases, int), np.sort(generator.integers(0, 20_000, size - cases))])
    what = np.where(np.arange(size) < cases, "Opened", generator.choice(["Commented", "StatusChanged"], size))
    moved, opened = what == "StatusChanged", what == "Opened"

    def only(rows: Any, texts: Any) -> list[str | None]:
        return [text if there else None for there, text in zip(rows, texts, strict=True)]

    return {
        "ticket": [f"T-{number}" for number in case],
        "at": np.datetime64("2026-06-01T12:00", "us") + (minutes.astype("m8[m]") + np.arange(size)),
        "what": what.tolist(),
        "who": np.where(opened, "client", generator.choice(["client", "support"], size)).tolist(),
        "status": only(moved, generator.choice(STATUSES, size).tolist()),
        "priority": only(opened, generator.choice(PRIORITIES, size).tolist()),
    }
