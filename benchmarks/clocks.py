"""What all clocks of a case cost to read, beside a state machine library that follows the statuses alone.

A case is 8 events as `handle` leaves them in its log: an opening, a reply, four moves to Solved with a wait for the
client between, the client's answer, and a priority raised. Four metrics have targets in business time, two of them
pause. Ours reads all four clocks off the whole log; `transitions` is handed the names of the triggers of the moves, on
one machine as in `folding`. What business days and limits add, and what the questions about an open case cost, the
case less its end, follows for information.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

import attrs
from contestants import Runner
from folding import CASES, TRIGGERS, shared_transitions
from harness import Cell, Line, race, table

from supportsla import Duration, Plan, Target, business_days, business_hours, elapsed, next_due, queue_key, readings
from supportsla.clocks import Reading
from supportsla.events import Actor, Commented, Event, Opened, PriorityChanged, StatusChanged
from supportsla.presets import CST, apricot_us

PER_SECOND = 20_000
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 90
NOW = START + timedelta(days=DAYS)
HOURS = {"first_response": 4, "next_response": 8, "resolution": 60, "agent_work": 24}
PRIORITIES = ("critical", "high", "medium", "low")
PHASES = ("done", "cancelled", "done", "done")
WAITING = ("resolution", "agent_work")

Log = tuple[Event, ...]


def random_cases(rng: random.Random) -> list[Log]:
    """The logs: each the same story, at instants drawn from a seed."""
    client, support = Actor("client", "ana", "Acme"), Actor("support", "bo")
    logs: list[Log] = []
    for number in range(CASES):
        seconds = sorted(rng.sample(range(DAYS * 86400), 7))
        opened, replied, taken, asked, told, raised, solved = (START + timedelta(seconds=second) for second in seconds)
        logs.append(
            (
                Opened(f"A-{number}", "No login", "", "medium", status="New", at=opened, by=client, channel="email"),
                Commented("We look into it.", at=replied, by=support),
                StatusChanged("In Progress", at=taken, by=support),
                StatusChanged("Waiting on Client", at=asked, by=support),
                Commented("Since Monday.", at=told, by=client),
                StatusChanged("In Progress", at=told, by=client),
                PriorityChanged("high", "Nobody can log in.", at=raised, by=support),
                StatusChanged("Solved", at=solved, by=support),
            )
        )
    return logs


def triggers_of(log: Log) -> tuple[str, ...]:
    """The names of the moves of a case, for `transitions`."""
    return tuple(TRIGGERS[event.to] for event in log if isinstance(event, StatusChanged))


def plan_in_hours() -> Plan:
    """The US desk with four metrics and their targets in business hours, longer for each lower priority."""
    return _plan({name: [(business_hours(hours * k), None) for k in range(1, 5)] for name, hours in HOURS.items()})


def plan_in_days() -> Plan:
    """The same in business days, with limits."""
    return _plan({name: [(business_days(k), business_days(k + 3)) for k in range(1, 5)] for name in HOURS})


def _plan(lengths: Mapping[str, Sequence[tuple[Duration, Duration | None]]]) -> Plan:
    desk = apricot_us()
    targets = [
        Target(metric, priority, due, limit)
        for metric, dues in lengths.items()
        for priority, (due, limit) in zip(PRIORITIES, dues, strict=True)
    ]
    return attrs.evolve(desk, targets=targets, metrics=[metric for metric in desk.measured if metric.name in lengths])


def all_readings(plan: Plan, logs: Sequence[Log]) -> Runner:
    """Every clock of every case, when all is over."""
    return lambda: [readings(plan, log, NOW) for log in logs]


def open_readings(plan: Plan, logs: Sequence[Log]) -> Runner:
    """Every clock of every case, as of its last event."""
    return lambda: [readings(plan, log, log[-1].at) for log in logs]


def next_dues(plan: Plan, logs: Sequence[Log]) -> Runner:
    """What comes next by itself in every case, as of its last event."""
    return lambda: [next_due(plan, log, log[-1].at) for log in logs]


def queue_keys(plan: Plan, logs: Sequence[Log]) -> Runner:
    """Every case's place in the queue, as of its last event."""
    return lambda: [queue_key(plan, log, log[-1].at) for log in logs]


def as_counted(reading: Reading, log: Log) -> bool:
    """Whether a reading is what `elapsed` counts, from where its target does to its end and less the wait."""
    _, _, _, asked, told, *_ = (event.at for event in log)
    since, end = reading.held[-1].counts_from, reading.done or reading.cancelled
    if end is None or reading.target is None or reading.remaining is None:
        return False
    used = elapsed(CST, since, end)
    if since < told and reading.metric in WAITING:
        used -= elapsed(CST, asked, told)
    return reading.elapsed == used and reading.elapsed + reading.remaining == reading.target.due.amount


def as_told(found: Sequence[Reading], log: Log) -> bool:
    """Whether the clocks of a case ended as the story says, and each took the time that it should."""
    return tuple(reading.phase for reading in found) == PHASES and all(as_counted(reading, log) for reading in found)


def agreement(logs: Sequence[Log], in_hours: Plan, followed: Runner) -> Iterator[str]:
    """How many cases come out of each contestant as they should."""
    right = sum(as_told(readings(in_hours, log, NOW), log) for log in logs)
    yield ""
    yield f"All clocks of a case: {CASES} cases of 8 events; how they come out"
    yield f"  {'readings':<40}{right:>4} of {CASES} as counted by hand"
    yield f"  {'transitions':<40}{followed().count('Solved'):>4} of {CASES} Solved"


def clocks(rounds: int, rng: random.Random) -> Iterator[str]:
    """The tables, from one race, a case at a time."""
    logs, in_hours = random_cases(rng), plan_in_hours()
    live = [log[:-1] for log in logs]
    runners = {
        "readings": all_readings(in_hours, logs),
        "in days": all_readings(plan_in_days(), logs),
        "transitions": shared_transitions([triggers_of(log) for log in logs]),
        "open": open_readings(in_hours, live),
        "next_due": next_dues(in_hours, live),
        "queue_key": queue_keys(in_hours, live),
    }
    yield from agreement(logs, in_hours, runners["transitions"])
    times = race({name: Cell(run, CASES) for name, run in runners.items()}, rounds, rng)
    lines = [
        Line("four clocks in business hours", "readings", "transitions", at_least=2),
        Line("in business days, with limits", "in days", "transitions"),
    ]
    yield from table("clocks, transitions", lines, times, "theirs")
    questions = [Line(f"{name} of an open case", name, "open") for name in ("next_due", "queue_key")]
    yield from table("clocks against themselves", questions, times, "readings")
    ours, theirs = (1e9 / median(times[name]) for name in ("readings", "transitions"))
    met = "met" if ours >= PER_SECOND else "MISS"
    yield f"  cases a second: {ours:,.0f} (>= {PER_SECOND:,} {met}), transitions {theirs:,.0f}"
