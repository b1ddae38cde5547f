"""Timing side by side: every contestant once a round, in an order drawn anew for each round."""

from __future__ import annotations

import gc
import math
import os
import platform
import random
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from time import perf_counter_ns

WIDTH = 80
LONG_ENOUGH = 5_000_000


@dataclass(frozen=True)
class Cell:
    """One contestant at one measure: what to run, the answers in a run, and what to do before it, untimed."""

    run: Callable[[], object]
    answers: int = 1
    prepare: Callable[[], object] | None = None


@dataclass(frozen=True)
class Line:
    """One line of a table: two cells by name, and what we aim at.

    `at_least` is how many times as fast as the peer we want to be; `at_most` how many times as much as the
    baseline we may take; neither is for information, as many times as fast, or with `over` as many times as much.
    """

    text: str
    ours: str
    theirs: str
    at_least: float | None = None
    at_most: float | None = None
    over: bool = False


def race(cells: Mapping[str, Cell], rounds: int, rng: random.Random) -> dict[str, list[float]]:
    """The time of an answer in each cell, in nanoseconds, round by round."""
    order = list(cells)
    runs = {name: enough(cells[name]) for name in order}
    times: dict[str, list[float]] = {name: [] for name in order}
    for _ in range(rounds):
        gc.collect()
        rng.shuffle(order)
        for name in order:
            times[name].append(timed(cells[name], runs[name]))
    return times


def enough(cell: Cell) -> int:
    """How many runs in a row are long enough to be timed; one where something must be done before each."""
    timed(cell, 1)
    return 1 if cell.prepare else math.ceil(LONG_ENOUGH / (timed(cell, 1) * cell.answers))


def timed(cell: Cell, runs: int) -> float:
    """The time of one answer over so many runs, without the garbage collector."""
    if cell.prepare:
        cell.prepare()
    gc.disable()
    began = perf_counter_ns()
    for _ in range(runs):
        cell.run()
    taken = perf_counter_ns() - began
    gc.enable()
    return taken / runs / cell.answers


def table(title: str, lines: Iterable[Line], times: Mapping[str, list[float]], peer: str) -> Iterator[str]:
    """The measures of one race against one peer: medians, and the median of the rounds' own ratios.

    So a slow spell of the machine, which meets both in one round, does not move the ratio.
    """
    yield ""
    yield f"{title:<36}{'supportsla':>11}{peer:>12}{'ratio':>8}{'target':>13}"
    for line in lines:
        ratio, ours, theirs = ratio_of(line, times), *(human(median(times[name])) for name in (line.ours, line.theirs))
        yield f"{line.text:<36}{ours:>11}{theirs:>12}{as_times(ratio):>8}{verdict(line, ratio):>13}".rstrip()


def ratio_of(line: Line, times: Mapping[str, list[float]]) -> float:
    """How many times as fast as the peer we are, or how many times as much as the baseline we take."""
    ours, theirs = times[line.ours], times[line.theirs]
    over, under = (ours, theirs) if line.at_most or line.over else (theirs, ours)
    return median(a / b for a, b in zip(over, under, strict=True))


def verdict(line: Line, ratio: float) -> str:
    """The target and whether it is met."""
    if line.at_least:
        return f">= {line.at_least:g} {'met' if ratio >= line.at_least else 'MISS'}"
    if line.at_most:
        return f"<= {line.at_most:g} {'met' if ratio <= line.at_most else 'MISS'}"
    return ""


def as_times(ratio: float) -> str:
    """A ratio, with the digits that matter."""
    return f"{ratio:.0f}x" if ratio >= 100 else f"{ratio:.2f}x"


def human(nanoseconds: float) -> str:
    """A time in the unit that suits it."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.2f} {unit}"
    return f"{nanoseconds:.0f} ns"


def machine(packages: Iterable[str]) -> Iterator[str]:
    """What the figures were measured on and with."""
    yield f"{cpu()}, {os.cpu_count()} CPUs, {platform.system()}"
    yield f"{platform.python_implementation()} {platform.python_version()} ({sys.platform})"
    versions = ", ".join(f"{name} {installed(name)}" for name in packages)
    yield from textwrap.wrap(versions, WIDTH)


def cpu() -> str:
    """The processor's name, as far as the system tells it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def installed(package: str) -> str:
    """The installed version of a package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
