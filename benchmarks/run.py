"""Side by side with other libraries, in one run; prints tables and asserts nothing.

    python benchmarks/run.py [--rounds N] [--only NAME ...] [--keep-docs]

Every contestant gets the same random starts, half of them drawn in business hours and half anywhere. Before
anything is timed the answers are compared, and where a peer differs it is said.
"""

from __future__ import annotations

import argparse
import functools
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

import contestants
from clocks import clocks
from clusters import clusters
from contestants import CHICAGO, Runner
from engines import engines
from folding import folding
from harness import Cell, Line, human, machine, race, table
from reports import reports
from vectors import PACKAGES as VECTOR_PACKAGES
from vectors import vectors

from supportsla import BusinessCalendar, business_hours, elapsed, is_open

PACKAGES = (
    "supportsla",
    "workclock",
    "businesstimedelta",
    "transitions",
    "python-statemachine",
    "holidays",
    "tzdata",
    *VECTOR_PACKAGES[:-2],
)
SEED = 20260105
STARTS = 500
FEW = 20
PROCESSES = 15
DEADLINES = {2: 4.0, 8: 4.0, 40: 4.0, 2000: 25.0}
SPANS = {
    "5 h": (timedelta(hours=5), 2.5),
    "3 weeks": (timedelta(weeks=3), 4.0),
    "5 years": (timedelta(days=1826), 80.0),
}
TOO_SLOW = {"deadline 2,000 h", "elapsed 5 years"}
TEN_YEARS = range(2020, 2030)
IMPORT_TARGET_MS = 60


@dataclass(frozen=True)
class Question:
    """What every contestant answers for the same rows; ours in each of its spellings."""

    text: str
    target: float
    rows: Sequence[object]
    ours: Mapping[str, Runner]
    peers: Mapping[str, Runner]


def random_starts(rng: random.Random, first: int, last: int) -> list[datetime]:
    """Random seconds of these years in the desk's zone, in business hours and anywhere by turns."""
    calendar = contestants.our_calendar()
    began, ended = (datetime(year, 1, 1, tzinfo=UTC) for year in (first, last + 1))
    seconds = int((ended - began).total_seconds())
    starts: list[datetime] = []
    while len(starts) < STARTS:
        start = (began + timedelta(seconds=rng.randrange(seconds))).astimezone(CHICAGO)
        if len(starts) % 2 or is_open(calendar, start):
            starts.append(start)
    return starts


def deadlines(starts: list[datetime]) -> Iterator[Question]:
    """The deadlines that other libraries compute too."""
    ours, schedule = contestants.our_calendar(), contestants.workclock_schedule()
    rules = contestants.businesstimedelta_rules()
    for hours, target in DEADLINES.items():
        text, amount = f"deadline {hours:,} h", timedelta(hours=hours)
        spellings = {
            text: contestants.our_deadline(ours, starts, business_hours(hours)),
            f"{text}, timedelta": contestants.our_deadline(ours, starts, amount),
        }
        peers = {"workclock": contestants.workclock_add(schedule, starts, amount)}
        if text not in TOO_SLOW:
            peers["businesstimedelta"] = contestants.businesstimedelta_add(rules, starts[:FEW], amount)
        yield Question(text, target, starts, spellings, peers)


def spans(starts: list[datetime]) -> Iterator[Question]:
    """The business time in spans of real time, which other libraries compute too."""
    ours, schedule = contestants.our_calendar(), contestants.workclock_schedule()
    rules = contestants.businesstimedelta_rules()
    for name, (span, target) in SPANS.items():
        text = f"elapsed {name}"
        pairs = [(start, (start.astimezone(UTC) + span).astimezone(CHICAGO)) for start in starts]
        peers = {"workclock": contestants.workclock_between(schedule, pairs)}
        if text not in TOO_SLOW:
            peers["businesstimedelta"] = contestants.businesstimedelta_difference(rules, pairs[:FEW])
        yield Question(text, target, pairs, {text: contestants.our_elapsed(ours, pairs)}, peers)


def agreement(asked: Sequence[Question]) -> Iterator[str]:
    """How many answers of each peer are ours, and the first that is not."""
    yield ""
    yield "Answers before timing"
    for question in asked:
        first, *others = [list(map(contestants.comparable, run())) for run in question.ours.values()]
        if any(first != other for other in others):
            yield f"  {question.text}: our own spellings differ from each other"
        for peer, run in question.peers.items():
            theirs = list(map(contestants.comparable, run()))
            pairs = zip(question.rows, first, theirs, strict=False)
            differ = [(row, mine, other) for row, mine, other in pairs if mine != other]
            yield f"  {question.text:<20}{len(theirs) - len(differ):>4} of {len(theirs):>3} as {peer}"
            for row, mine, other in differ[:1]:
                yield from (f"    {name}: {value}" for name, value in (("row", row), ("ours", mine), (peer, other)))


def against_peers(asked: Sequence[Question], rounds: int, rng: random.Random) -> Iterator[str]:
    """The tables against each peer, from one race."""
    cells = {}
    for question in asked:
        for text, run in question.ours.items():
            cells[text] = Cell(run, len(question.rows))
        for peer, run in question.peers.items():
            cells[f"{question.text} {peer}"] = Cell(run, len(run()))
    times = race(cells, rounds, rng)
    for peer in ("workclock", "businesstimedelta"):
        lines = [
            Line(
                text,
                text,
                f"{question.text} {peer}",
                at_least=question.target if peer == "workclock" else None,
            )
            for question in asked
            if peer in question.peers
            for text in question.ours
        ]
        yield from table(f"against {peer}", lines, times, "theirs")
    yield f"  (businesstimedelta: the first {FEW} of the {STARTS} starts, for information)"


def against_ourselves(rounds: int, rng: random.Random) -> Iterator[str]:
    """Whether a long duration or a long calendar costs more."""
    starts, hours = random_starts(rng, 2023, 2026), business_hours(8)
    narrow, wide = compiled(range(2023, 2028)), compiled(range(1970, 2070))
    either = contestants.our_calendar()
    cells = {
        "2 h": Cell(contestants.our_deadline(either, starts, business_hours(2)), STARTS),
        "10,000 h": Cell(contestants.our_deadline(either, starts, business_hours(10_000)), STARTS),
        "narrow": Cell(contestants.our_deadline(narrow, starts, hours), STARTS),
        "wide": Cell(contestants.our_deadline(wide, starts, hours), STARTS),
    }
    lines = [
        Line("10,000 h over 2 h", "10,000 h", "2 h", at_most=1.2),
        Line("8 h, 100 years compiled over 5", "wide", "narrow", at_most=1.3),
    ]
    yield from table("deadline against itself", lines, race(cells, rounds, rng), "baseline")


def building(rounds: int, rng: random.Random) -> Iterator[str]:
    """What a calendar costs to build from nothing, against the holidays package alone."""
    build = functools.partial(compiled, TEN_YEARS)
    cells = {
        "build": Cell(build, prepare=forget),
        "zone known": Cell(build, prepare=functools.partial(forget, "supportsla.closures")),
        "holidays": Cell(functools.partial(contestants.us_dates, TEN_YEARS), prepare=forget),
    }
    years = f"{len(TEN_YEARS)} years of US holidays"
    lines = [
        Line(f"{years}, cold", "build", "holidays", at_most=4),
        Line(f"{years}, zone known", "zone known", "holidays", at_most=4),
    ]
    yield from table("building against holidays", lines, race(cells, rounds, rng), "holidays")


def compiled(years: range) -> BusinessCalendar:
    """A new calendar that has answered for just these years, in UTC, in which calendars are compiled."""
    calendar = contestants.our_calendar()
    elapsed(calendar, datetime(years[0], 1, 1, tzinfo=UTC), datetime(years[-1], 12, 31, tzinfo=UTC))
    return calendar


def forget(within: str = "supportsla") -> None:
    """Clear every cache of the library, or of one module, so that a build starts from nothing."""
    modules = [module for name, module in sys.modules.items() if f"{name}.".startswith(f"{within}.")]
    for module in modules:
        for thing in vars(module).values():
            if callable(clear := getattr(thing, "cache_clear", None)):
                clear()


def imports(rng: random.Random) -> Iterator[str]:
    """What importing the library adds to starting Python, each in a process of its own."""
    statements = ("pass", "import supportsla", "import attrs", "import workclock", "import holidays")
    with tempfile.TemporaryDirectory() as bytecode:
        cells = {statement: Cell(functools.partial(python, statement, bytecode)) for statement in statements}
        times = race(cells, PROCESSES, rng)
    bare = times["pass"]
    yield ""
    yield f"import over bare Python ({human(median(bare))}), median of {PROCESSES} processes, bytecode cached"
    for statement in statements[1:]:
        extra = median(taken - nothing for taken, nothing in zip(times[statement], bare, strict=True))
        met = "met" if extra <= IMPORT_TARGET_MS * 1e6 else "MISS"
        target = f"<= {IMPORT_TARGET_MS} ms {met}" if statement == "import supportsla" else ""
        yield f"{statement:<47}{human(extra):>12}{target:>21}".rstrip()


def python(statement: str, bytecode: str) -> None:
    """Run one statement in a new process, which finds its modules compiled, as installed ones are."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, "-c", statement], env={**kept, "PYTHONPYCACHEPREFIX": bytecode}, check=True)


def scalar(rounds: int, rng: random.Random) -> Iterator[str]:
    """One answer at a time, against peers and against ourselves."""
    yield f"{STARTS} random starts, half of them in business hours"
    starts = random_starts(rng, 2020, 2029)
    asked = [*deadlines(starts), *spans(starts)]
    yield from agreement(asked)
    yield from against_peers(asked, rounds, rng)
    yield from against_ourselves(rounds, rng)


def main() -> None:
    """Measure everything, or what is asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=31, help="rounds per race (default %(default)s)")
    parser.add_argument("--keep-docs", action="store_true", help="write no table and no chart for the docs")
    names = list(SECTIONS)
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", default=names, help=", ".join(names))
    options = parser.parse_args()
    for line in machine(PACKAGES):
        print(line)
    print(f"{options.rounds} rounds, each in random order")
    print("times are medians per answer, ratios medians of the rounds' ratios")
    for name in options.only:
        for line in SECTIONS[name](options, random.Random(SEED)):
            print(line, flush=True)


SECTIONS = {
    "scalar": lambda options, rng: scalar(options.rounds, rng),
    "building": lambda options, rng: building(options.rounds, rng),
    "folding": lambda options, rng: folding(options.rounds, rng),
    "clocks": lambda options, rng: clocks(options.rounds, rng),
    "vectors": lambda options, rng: vectors(options.rounds, rng, write=not options.keep_docs),
    "engines": lambda options, rng: engines(options.rounds, rng, write=not options.keep_docs),
    "clusters": lambda options, rng: clusters(options.rounds, rng, write=not options.keep_docs),
    "imports": lambda _, rng: imports(rng),
    "reports": lambda _, rng: reports(rng),
}


if __name__ == "__main__":
    main()
