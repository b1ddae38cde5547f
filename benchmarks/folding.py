"""What folding the statuses of a case costs, beside two state machine libraries that run the same table.

A case is 8 events: its opening, and 7 moves through Apricot statuses. Ours read the events; the peers are handed the
names of their triggers, so reading events costs them nothing. Each peer runs in the fastest style that it documents;
`transitions` also with a machine for each case, for information. The peers judge every move. Folding judges none, as
a log has been judged: what `handle` takes, which judges, follows for information.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from contestants import Runner
from harness import Cell, Line, race, table
from statemachine import State, StateMachine
from transitions import Machine

from supportsla import Plan, evolve, handle, replay
from supportsla.events import Actor, Event, Opened, StatusChanged
from supportsla.presets import apricot_us

CASES = 100
PATH = (
    "New",
    "In Progress",
    "Waiting on Client",
    "In Progress",
    "Waiting on Internal Team",
    "In Progress",
    "Waiting on Client",
    "Solved",
)
TRIGGERS = {
    "In Progress": "work",
    "Waiting on Client": "ask",
    "Waiting on Internal Team": "pass_on",
    "Solved": "solve",
}
STATES = ("New", *TRIGGERS)
MOVES = [
    {"trigger": trigger, "source": [name for name in STATES if name not in (to, "Solved")], "dest": to}
    for to, trigger in TRIGGERS.items()
]


class Matter:
    """What `transitions` gives a state and triggers."""

    state: str


class Apricot(StateMachine):
    """The table in python-statemachine."""

    new = State(value="New", initial=True)
    in_progress = State(value="In Progress")
    waiting_on_client = State(value="Waiting on Client")
    waiting_on_internal_team = State(value="Waiting on Internal Team")
    solved = State(value="Solved", final=True)

    work = new.to(in_progress) | waiting_on_client.to(in_progress) | waiting_on_internal_team.to(in_progress)
    ask = new.to(waiting_on_client) | in_progress.to(waiting_on_client) | waiting_on_internal_team.to(waiting_on_client)
    pass_on = (
        new.to(waiting_on_internal_team)
        | in_progress.to(waiting_on_internal_team)
        | waiting_on_client.to(waiting_on_internal_team)
    )
    solve = new.to(solved) | in_progress.to(solved) | waiting_on_client.to(solved) | waiting_on_internal_team.to(solved)


def random_cases(rng: random.Random) -> list[tuple[Event, ...]]:
    """The logs: each of the same moves, at instants drawn from a seed."""
    client, support = Actor("client", "ana", "Acme"), Actor("support", "bo")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    logs = []
    for number in range(CASES):
        seconds = sorted(rng.sample(range(90 * 86400), len(PATH)))
        first, *others = (start + timedelta(seconds=second) for second in seconds)
        opened = Opened(f"A-{number}", "No login", at=first, by=client, channel="email")
        moves = (StatusChanged(to, at=at, by=support) for to, at in zip(PATH[1:], others, strict=True))
        logs.append((opened, *moves))
    return logs


def ours_at_once(logs: Sequence[tuple[Event, ...]]) -> Runner:
    """One result a case."""
    return lambda: [replay(log).status for log in logs]


def ours_step_by_step(logs: Sequence[tuple[Event, ...]]) -> Runner:
    """A frozen state for each event."""

    def run() -> list[object]:
        found: list[object] = []
        for first, *others in logs:
            case = replay((first,))
            for event in others:
                case = evolve(case, event)
            found.append(case.status)
        return found

    return run


def ours_judged(plan: Plan, logs: Sequence[tuple[Event, ...]]) -> Runner:
    """Each event judged as it comes in, with its timers and notices."""

    def run() -> list[object]:
        found: list[object] = []
        for log in logs:
            case = None
            for event in log:
                case = handle(plan, case, event).case
            found.append(case.status if case else None)
        return found

    return run


def shared_transitions(logs: Sequence[Sequence[str]]) -> Runner:
    """`transitions` with one machine, and a model of it for each case, let go at its end."""
    machine = Machine(model=None, states=STATES, transitions=MOVES, initial="New", auto_transitions=False)

    def run() -> list[object]:
        found: list[object] = []
        for log in logs:
            case = Matter()
            machine.add_model(case)
            for trigger in log:
                getattr(case, trigger)()
            found.append(case.state)
            machine.remove_model(case)
        return found

    return run


def own_transitions(logs: Sequence[Sequence[str]]) -> Runner:
    """`transitions` with a machine for each case, which is its own model."""

    def run() -> list[object]:
        found: list[object] = []
        for log in logs:
            case = Machine(states=STATES, transitions=MOVES, initial="New", auto_transitions=False)
            for trigger in log:
                getattr(case, trigger)()
            found.append(case.state)
        return found

    return run


def statemachine(logs: Sequence[Sequence[str]]) -> Runner:
    """python-statemachine: its class is built once, and a machine for each case."""

    def run() -> list[object]:
        found: list[object] = []
        for log in logs:
            case = Apricot()
            for trigger in log:
                getattr(case, trigger)()
            found.append(case.current_state_value)
        return found

    return run


def agreement(runners: Mapping[str, Runner]) -> Iterator[str]:
    """How many cases end in each contestant where they should."""
    yield ""
    yield f"Bare status folding: {CASES} cases of {len(PATH)} events; where they end"
    for name, run in runners.items():
        yield f"  {name:<40}{run().count(PATH[-1]):>4} of {CASES} {PATH[-1]}"


def folding(rounds: int, rng: random.Random) -> Iterator[str]:
    """The tables against each peer, from one race, an event at a time."""
    logs = random_cases(rng)
    triggers = [tuple(TRIGGERS[to] for to in PATH[1:]) for _ in logs]
    runners = {
        "replay": ours_at_once(logs),
        "evolve": ours_step_by_step(logs),
        "handle": ours_judged(apricot_us(), logs),
        "transitions": shared_transitions(triggers),
        "transitions, a machine a case": own_transitions(triggers),
        "python-statemachine": statemachine(triggers),
    }
    yield from agreement(runners)
    times = race({name: Cell(run, CASES * len(PATH)) for name, run in runners.items()}, rounds, rng)
    for peer, at_once, step_by_step in (("transitions", 25, 8), ("python-statemachine", 300, 100)):
        lines = [
            Line("one result a case", "replay", peer, at_least=at_once),
            Line("a frozen state an event", "evolve", peer, at_least=step_by_step),
            Line("judged and followed up by handle", "handle", peer),
        ]
        if peer == "transitions":
            lines.append(Line("one result; theirs a machine a case", "replay", "transitions, a machine a case"))
        yield from table(f"folding, {peer}", lines, times, "theirs")
