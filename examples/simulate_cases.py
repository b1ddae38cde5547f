"""Make `simulated_cases.csv`: cases of a support desk that nobody opened, drawn from a seed.

    python examples/simulate_cases.py > examples/simulated_cases.csv

The arrivals, priorities and times to answer are made up: they stand for no real desk. What is real is the calendar: the
answers come in the working hours of the published US desk, critical ones at any hour. A few cases have no priority,
some are not answered yet, and two bear an answer from before their opening, as real exports do.
"""

import csv
import math
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from supportsla import business_hours, calendar_hours, deadline, is_open
from supportsla.presets import CST

SEED = 20260701
CASES = 1000
FIRST = datetime(2026, 1, 5, tzinfo=UTC)
LAST = datetime(2026, 7, 1, 5, tzinfo=UTC)
COLUMNS = ("number", "opened", "priority", "channel", "answered", "closed")
SHARES = {"Critical": 5, "High": 20, "Medium": 45, "Low": 27, "": 3}
CHANNELS = {"portal": 60, "email": 25, "chat": 10, "phone": 5}
MEDIAN_MINUTES = {"Critical": 45, "High": 100, "Medium": 300, "Low": 420, "": 300}
SPREAD = 0.8
AFTER_HOURS = 0.25
NEVER = 0.02
TYPED_LATE = (211, 742)


def minutes(rng: random.Random, median: int) -> int:
    """A time to answer or to close: log-normal, so that a few take very long."""
    return max(1, round(median * math.exp(rng.gauss(0, SPREAD))))


def openings(rng: random.Random) -> list[datetime]:
    """When cases are opened: mostly while the desk is open."""
    span = int((LAST - FIRST).total_seconds())
    found: list[datetime] = []
    while len(found) < CASES:
        at = FIRST + timedelta(seconds=int(rng.random() * span))
        if is_open(CST, at) or rng.random() < AFTER_HOURS:
            found.append(at)
    return sorted(found)


def stamp(at: datetime | None) -> str:
    """An instant as the export writes it; nothing where it is yet to come."""
    return "" if at is None or at > LAST else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def cases(rng: random.Random) -> Iterator[tuple[str, ...]]:
    """The rows of the export."""
    for i, opened in enumerate(openings(rng), 1):
        priority = rng.choices(list(SHARES), list(SHARES.values()))[0]
        channel = rng.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        hours = calendar_hours if priority == "Critical" else business_hours
        answered = deadline(CST, opened, hours(minutes=minutes(rng, MEDIAN_MINUTES[priority])))
        closed = deadline(CST, answered, business_hours(minutes=minutes(rng, 1200)))
        if rng.random() < NEVER:
            answered = closed = LAST + timedelta(days=1)
        if i in TYPED_LATE:
            answered = opened - timedelta(minutes=3)
        yield f"SIM-{i:04}", stamp(opened), priority, channel, stamp(answered), stamp(closed)


def main() -> None:
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(cases(random.Random(SEED)))


if __name__ == "__main__":
    main()
