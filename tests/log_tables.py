"""Logs of several cases as one table of events, and readings as rows of a table: what the vector laws compare.

Drawn logs are of two kinds: lives, which `handle` let happen, and raw ones, which say anything in any order of kinds,
by whomever, since `readings` takes what a log says as it stands (W16).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

import attrs
import numpy as np
from hypothesis import strategies as st

from case_strategies import ANA, BO, GUEST, STARTS, rows
from clock_strategies import (
    CALM,
    STATUSES,
    TIMED,
    clock_lives,
    clock_plans,
    left_alone,
    plans,
    scenes,
)
from supportsla import Intake, InvalidWorkflow, Metric, Plan, Priority, SupportSLAError, Workflow, in_force, readings
from supportsla.clocks import Reading
from supportsla.events import (
    Actor,
    Assigned,
    AttachmentAdded,
    ClosedByClient,
    Commented,
    Event,
    Opened,
    PriorityChanged,
    Reminded,
    StatusChanged,
    SubjectChanged,
)
from supportsla.metrics import SIGNALS

Logs = Sequence[Sequence[Event]]
Columns = dict[str, Any]
INSTANTS = ("started", "due", "limit", "done", "cancelled", "due_if_resumed", "version")
AMOUNTS = ("elapsed", "paused", "remaining", "remaining_to_limit")
TEXTS = ("metric", "phase", "priority", "verdict")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def naive(at: datetime | None) -> datetime | None:
    """An instant as NumPy takes it."""
    return None if at is None else at.astimezone(UTC).replace(tzinfo=None)


def _timer(event: Event) -> str:
    if isinstance(event, Reminded):
        return event.timer
    return event.by.id if isinstance(event, PriorityChanged) and event.by.role == "system" else ""


def row_of(event: Event) -> tuple[Any, ...]:
    """An event as a row: the columns but the case."""
    opened = event if isinstance(event, Opened) else None
    status = event.to if isinstance(event, StatusChanged) else opened and opened.status
    priority = event.to if isinstance(event, PriorityChanged) else opened and opened.priority
    until = event.until if isinstance(event, StatusChanged) else None
    public = event.public if isinstance(event, Commented | AttachmentAdded) else True
    return (
        np.datetime64(naive(event.at), "us"),
        type(event).__name__,
        status or "",
        event.by.role,
        priority or "",
        (opened and opened.channel) or "",
        public,
        opened.subject if opened else "",
        _timer(event),
        np.datetime64(naive(until), "us"),
    )


NAMES = ("at", "what", "status", "who", "priority", "channel", "public", "subject", "timer", "until")


def table_of(logs: Logs) -> Columns:
    """The events of all logs in one table, in order of time; those of one instant in order of their cases."""
    rows = [(event.at, case, row_of(event)) for case, log in enumerate(logs) for event in log]
    rows.sort(key=itemgetter(0))
    fields = zip(*(row for _, _, row in rows), strict=True)
    columns = {name: np.array(values) for name, values in zip(NAMES, fields, strict=True)}
    return {"case": np.array([f"A-{case}" for _, case, _ in rows]), **columns}


def cases_in_order(columns: Columns) -> list[int]:
    """The places of the logs, by their first rows in the table."""
    return [int(name[2:]) for name in dict.fromkeys(columns["case"].tolist())]


def row_of_reading(case: int, reading: Reading) -> Columns:
    """A reading as a row."""
    texts = {name: getattr(reading, name) or "" for name in TEXTS}
    instants = {name: naive(getattr(reading, name)) for name in INSTANTS}
    return {"case": f"A-{case}", **texts, **instants, **{name: getattr(reading, name) for name in AMOUNTS}}


def expected_rows(plan: Plan, logs: Logs, columns: Columns, now: datetime) -> list[Columns]:
    """What `readings` says of each case."""
    found = ((case, one) for case in cases_in_order(columns) for one in readings(plan, logs[case], now))
    return [row_of_reading(*pair) for pair in found]


def rows_of(columns: Columns) -> list[Columns]:
    """A table as rows."""
    lists = {name: values.tolist() for name, values in columns.items()}
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


@dataclass
class Desk:
    """Cases of one plan, and the instant as of which they are read."""

    plan: Plan
    logs: list[list[Event]]
    now: datetime


@st.composite
def desks(draw: st.DrawFn, plans: st.SearchStrategy[Plan] = plans) -> Desk:
    """Lives of a few cases of one plan, read where one of them changes, or beside."""
    plan = draw(plans)
    lives = clock_lives(st.just(plan))
    scene = draw(scenes(lives) | left_alone(lives))
    others = draw(st.lists(lives, max_size=2))
    return Desk(scene.plan, [scene.life.log, *(life.log for life in others)], scene.now)


WORDS = ("high", "low", "medium", "HIGH", "lo-w")
ROLES = (ANA, ANA, BO, BO, BO, GUEST, Actor("system", "timer 0"), Actor("system", "host"))
GAPS = (timedelta(0), timedelta(microseconds=1), MINUTE, timedelta(hours=1), timedelta(hours=5), DAY, 3 * DAY, 9 * DAY)
TIMERS = ("timer 0", "timer 1", "remind the client", "nobody's")
moves = st.tuples(st.sampled_from(STATUSES), st.none() | st.sampled_from(GAPS))
kinds = st.sampled_from(
    ["move"] * 6 + ["comment"] * 4 + ["priority"] * 3 + ["assign", "file", "subject", "close", "remind", "remind"]
)


@st.composite
def raw_events(draw: st.DrawFn, at: datetime, names: Sequence[str]) -> Event:
    """An event of any kind, of anybody."""
    by, word, public = draw(st.sampled_from(ROLES)), draw(st.sampled_from(WORDS)), draw(st.integers(0, 4)) > 0
    until = draw(st.none() | st.sampled_from(GAPS))
    made: dict[str, Event] = {
        "move": StatusChanged(draw(st.sampled_from(names)), until=None if until is None else at + until, at=at, by=by),
        "comment": Commented("", public, at=at, by=by),
        "priority": PriorityChanged(word, at=at, by=by),
        "assign": Assigned("bo", at=at, by=by),
        "file": AttachmentAdded("a", 1, public=public, at=at, by=by),
        "subject": SubjectChanged("x", at=at, by=by),
        "close": ClosedByClient(at=at, by=by),
        "remind": Reminded(draw(st.sampled_from(TIMERS)), at=at, by=by),
    }
    return made[draw(kinds)]


@st.composite
def raw_logs(draw: st.DrawFn, plan: Plan, start: datetime) -> list[Event]:
    """A log that says anything."""
    names = [name for name, _ in plan.workflow.statuses] if plan.workflow else [*STATUSES, "Elsewhere"]
    opened = Opened(
        "A",
        draw(st.sampled_from(["", "[high]", "low priority", "nothing"])),
        priority=draw(st.sampled_from([None, *WORDS])),
        status=draw(st.sampled_from([None, *names])),
        channel=draw(st.sampled_from([None, "email", "portal", "emergency"])),
        at=start,
        by=draw(st.sampled_from(ROLES)),
    )
    log: list[Event] = [opened]
    for gap in draw(st.lists(st.sampled_from(GAPS), max_size=12)):
        log.append(draw(raw_events(log[-1].at + gap, names)))
    return log


@st.composite
def flows(draw: st.DrawFn) -> Workflow:
    """A table over the statuses of the drawn metrics, with timers of every kind."""
    table = {name: draw(rows(STATUSES)) for name in STATUSES}
    try:
        return Workflow("drawn", table, "New")
    except InvalidWorkflow:
        return TIMED


@st.composite
def raw_plans(draw: st.DrawFn) -> Plan:
    """A plan with an intake that sets priorities by channel, and perhaps without a workflow."""
    intake = Intake(default=draw(st.sampled_from([None, "medium"])), by_channel={"emergency": "high"})
    plan = attrs.evolve(draw(clock_plans(workflow=draw(st.sampled_from([CALM, TIMED]) | flows()))), intake=intake)
    plan = attrs.evolve(plan, metrics=[draw(st.just(row) | raw_rows(row.name)) for row in plan.measured])
    return draw(st.sampled_from([plan, plan, attrs.evolve(plan, workflow=None)]))


signals = st.lists(st.sampled_from(SIGNALS), max_size=2)


@st.composite
def raw_rows(draw: st.DrawFn, name: str) -> Metric:
    """A metric that says anything."""
    modes = draw(st.lists(st.sampled_from(["", "", "paused_in", "done_in", "cancelled_in"]), min_size=7, max_size=7))
    named = {
        mode: [status for status, its in zip(STATUSES, modes, strict=True) if its == mode] for mode in modes if mode
    }
    return Metric(
        name,
        [draw(st.sampled_from(SIGNALS)), *draw(signals)],
        stops=draw(signals),
        restarts=draw(signals),
        cancels=draw(signals),
        after=draw(st.none() | st.none() | st.sampled_from(SIGNALS)),
        recurrence=draw(st.sampled_from(["independent", "sequential"])),
        **named,
    )


def renamed(plan: Plan) -> Plan:
    """The same, but that it calls a priority otherwise."""
    return attrs.evolve(plan, priorities=[Priority("top", aliases=["high"]), *plan.priorities[1:]])


def poorer(plan: Plan) -> Plan:
    """The same, but that it does not have one of the priorities."""
    intake = Intake(by_channel={"emergency": "high"})
    targets = [target for target in plan.targets if target.priority != "medium"]
    return attrs.evolve(plan, priorities=[plan.priorities[0], plan.priorities[2]], targets=targets, intake=intake)


@st.composite
def changing_plans(draw: st.DrawFn) -> Plan:
    """A plan of two or three versions, near the starts of the drawn logs."""
    changes = draw(st.lists(st.sampled_from(GAPS), min_size=1, max_size=2, unique=True))
    begins = [datetime(1990, 1, 1, tzinfo=UTC), *(start + gap + MINUTE for start in STARTS for gap in changes)]
    versions = draw(st.lists(raw_plans() | raw_plans().map(renamed) | raw_plans().map(poorer), min_size=2, max_size=3))
    return in_force({at: versions[i % len(versions)] for i, at in enumerate(sorted(begins))})


@st.composite
def raw_desks(draw: st.DrawFn, plans: st.SearchStrategy[Plan]) -> Desk:
    """Raw logs of a few cases of one plan, read at or beside an event, or later."""
    plan = draw(plans)
    starts = [
        draw(st.sampled_from(STARTS[:2])) + gap for gap in draw(st.lists(st.sampled_from(GAPS), min_size=1, max_size=3))
    ]
    logs = [draw(raw_logs(plan, start)) for start in starts]
    at = draw(st.sampled_from([event.at for log in logs for event in log]))
    now = at + draw(st.sampled_from([*GAPS, timedelta(microseconds=-1), 30 * DAY]))
    return Desk(plan, logs, now)


def outcome(made: Any) -> Any:
    """What a call gives, or the error that it raises."""
    try:
        return made()
    except SupportSLAError as fault:
        return type(fault)
