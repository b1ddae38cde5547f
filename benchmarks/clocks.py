"""What all clocks of a case cost to read, beside a state machine library that follows the statuses alone.

A case is 8 events: an opening, a reply, and six moves to Solved with two waits between. The four metrics that a desk
promises have targets in business time: first and next response, follow-up and resolution, which pauses. Ours reads all
clocks off the whole log, a case at a time, or off a table of the events of many cases at once, which is made before;
`transitions` is handed the names of the triggers of the moves, on one machine as in
`folding`, and with a machine for each case. What business days and limits add, what a priority that is raised adds,
and what the questions about an open case cost, the case less its end, follows for information.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

import attrs
import numpy as np
from contestants import Runner
from folding import CASES, TRIGGERS, own_transitions, shared_transitions
from harness import Cell, Line, race, table

from supportsla import (
    Duration,
    Plan,
    Target,
    business_days,
    business_hours,
    elapsed,
    next_due,
    queue_key,
    readings,
    vector,
)
from supportsla.clocks import Reading
from supportsla.events import Actor, Commented, Event, Opened, PriorityChanged, StatusChanged
from supportsla.presets import CST, apricot_us

PER_SECOND = 20_000
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 90
NOW = START + timedelta(days=DAYS)
HOURS = {"first_response": 4, "next_response": 8, "follow_up": 24, "resolution": 60}
PRIORITIES = ("critical", "high", "medium", "low")
PHASES = ("done", "not_started", "cancelled", "cancelled", "done")
MOVES = ("In Progress", "Waiting on Client", "In Progress", "Waiting on Internal Team", "In Progress", "Solved")
ASKED, TOLD = 3, 4
COPIES = 250

Log = tuple[Event, ...]


def random_cases(rng: random.Random) -> list[Log]:
    """The logs: each the same story, at instants drawn from a seed; the first move comes before the reply."""
    client, support = Actor("client", "ana", "Acme"), Actor("support", "bo")
    logs: list[Log] = []
    for number in range(CASES):
        seconds = sorted(rng.sample(range(DAYS * 86400), 8))
        opened, taken, replied, *others = (START + timedelta(seconds=second) for second in seconds)
        moves = [StatusChanged(to, at=at, by=support) for to, at in zip(MOVES, (taken, *others), strict=True)]
        logs.append(
            (
                Opened(f"A-{number}", "No login", "", "medium", status="New", at=opened, by=client, channel="email"),
                moves[0],
                Commented("We look into it.", at=replied, by=support),
                *moves[1:],
            )
        )
    return logs


def raised(log: Log) -> Log:
    """The same case, with its priority raised while it is worked on."""
    change = PriorityChanged("high", "Nobody can log in.", at=log[-2].at, by=log[-2].by)
    return *log[:-1], change, log[-1]


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


def events_of(logs: Sequence[Log], copies: int) -> dict[str, np.ndarray]:
    """The events of so many copies of each log as columns."""
    rows = [
        (
            np.datetime64(event.at.replace(tzinfo=None), "us"),
            type(event).__name__,
            getattr(event, "to", getattr(event, "status", "")),
            event.by.role,
            getattr(event, "priority", None) or "",
            event.channel or "",
        )
        for log in logs
        for event in log
    ]
    columns = dict(zip(("at", "what", "status", "who", "priority", "channel"), zip(*rows, strict=True), strict=True))
    numbers = np.repeat(np.arange(len(logs) * copies), np.tile([len(log) for log in logs], copies))
    return {
        "case": numbers.astype("U"),
        **{name: np.tile(np.array(column), copies) for name, column in columns.items()},
    }


def of_a_table(plan: Plan, logs: Sequence[Log]) -> Runner:
    """Every clock of so many copies of every case, when all is over."""
    events = events_of(logs, COPIES)
    return lambda: [vector.readings(plan, events, NOW)]


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
    """Whether a reading is what `elapsed` counts, from its start to its end and less the wait for the client."""
    if reading.phase == "not_started":
        return True
    asked, told = log[ASKED].at, log[TOLD].at
    since, end = reading.started, reading.done or reading.cancelled
    if since is None or end is None or reading.target is None or reading.remaining is None:
        return False
    used = elapsed(CST, since, end)
    if reading.metric == "resolution":
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
    table_of_them = vector.readings(in_hours, events_of(logs, 1), NOW)
    told = [
        (reading.metric, reading.phase, reading.elapsed) for log in logs for reading in readings(in_hours, log, NOW)
    ]
    same = list(zip(*(table_of_them[name].tolist() for name in ("metric", "phase", "elapsed")), strict=True)) == told
    yield f"  {'readings of a table':<40}{CASES if same else 'not':>4} as those of each case"
    yield f"  {'transitions':<40}{followed().count('Solved'):>4} of {CASES} Solved"


def clocks(rounds: int, rng: random.Random) -> Iterator[str]:
    """The tables, from one race, a case at a time."""
    logs, in_hours = random_cases(rng), plan_in_hours()
    live = [log[:-1] for log in logs]
    runners = {
        "readings": all_readings(in_hours, logs),
        "in days": all_readings(plan_in_days(), logs),
        "raised": all_readings(in_hours, [raised(log) for log in logs]),
        "transitions": shared_transitions([triggers_of(log) for log in logs]),
        "transitions, a machine a case": own_transitions([triggers_of(log) for log in logs]),
        "open": open_readings(in_hours, live),
        "next_due": next_dues(in_hours, live),
        "queue_key": queue_keys(in_hours, live),
    }
    yield from agreement(logs, in_hours, runners["transitions"])
    cells = {name: Cell(run, CASES) for name, run in runners.items()}
    cells["of a table"] = Cell(of_a_table(in_hours, logs), CASES * COPIES)
    times = race(cells, rounds, rng)
    lines = [
        Line("four clocks, of a table of cases", "of a table", "transitions", at_least=2),
        Line("four clocks, a case at a time", "readings", "transitions", at_least=2),
        Line("theirs a machine a case", "readings", "transitions, a machine a case", at_least=2),
        Line("in business days, with limits", "in days", "transitions"),
        Line("and a priority that is raised", "raised", "transitions"),
    ]
    yield from table("clocks, transitions", lines, times, "theirs")
    questions = [Line(f"{name} of an open case", name, "open") for name in ("next_due", "queue_key")]
    yield from table("clocks against themselves", questions, times, "readings")
    for name in ("of a table", "readings", "transitions"):
        cases = 1e9 / median(times[name])
        target = "" if name == "transitions" else f" (>= {PER_SECOND:,} {'met' if cases >= PER_SECOND else 'MISS'})"
        yield f"  cases a second, {name}: {cases:,.0f}{target}"
