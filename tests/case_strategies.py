"""Workflows, plans and the lives of cases for the property tests, drawn where lifecycles go wrong.

A life is a list of intentions. Each is turned into an event when its turn comes, so that its instant can be that of a
timer, or a microsecond beside it. What the case refuses is left out of the log, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from supportsla import (
    ALWAYS,
    BusinessCalendar,
    Case,
    Consultation,
    Duration,
    EventRefused,
    Intake,
    InvalidWorkflow,
    Move,
    Notice,
    Plan,
    Priority,
    RaisePriority,
    Remind,
    SetPriority,
    Status,
    Step,
    Timer,
    Workflow,
    advance,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
    handle,
    timers,
)
from supportsla.events import (
    Actor,
    Assigned,
    AttachmentAdded,
    ClosedByClient,
    CollaboratorAdded,
    CollaboratorRemoved,
    Commented,
    DefectLinked,
    DefectResolved,
    Event,
    FollowUpOpened,
    Opened,
    PriorityChanged,
    Role,
    StatusChanged,
    SubjectChanged,
)
from supportsla.presets import apricot_anz, apricot_us, client_portal

MICROSECOND = timedelta(microseconds=1)
STATUSES = ("New", "Open", "Waiting", "Done", "Gone")
ANA, BEN = Actor("client", "ana", "Acme"), Actor("client", "ben", "Acme")
EVE, NOBODY = Actor("client", "eve", "Other"), Actor("client", "nobody")
GUEST = Actor("collaborator", "guest")
BO, DESK = Actor("support", "bo"), Actor("system", "host")
ACTORS = (ANA, BEN, EVE, NOBODY, GUEST, BO, DESK)
OUTSIDERS = (EVE, NOBODY, Actor("collaborator", "stranger"), Actor("client", "cy", ""))
ZONES = ("America/Chicago", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia")
STARTS = (
    datetime(2026, 3, 6, 8, 30, tzinfo=UTC),
    datetime(2026, 10, 30, 6, 30, tzinfo=UTC),
    datetime(2011, 12, 28, 12, tzinfo=UTC),
    datetime(2018, 11, 2, 3, 15, tzinfo=UTC),
)

lengths: st.SearchStrategy[Duration] = st.one_of(
    st.integers(1, 3).map(calendar_days),
    st.integers(1, 50).map(calendar_hours),
    st.integers(1, 20).map(business_hours),
    st.integers(1, 2).map(business_days),
    st.just(calendar_hours(5, microseconds=1)),
)


def named(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from(names)


@st.composite
def timer_rows(draw: st.DrawFn, statuses: tuple[str, ...], position: int) -> Timer:
    """A timer on the desk's calendar."""
    then: Any = draw(
        st.one_of(
            st.builds(Remind, named(("client", "support"))),
            st.builds(Move, named(statuses)),
            st.builds(SetPriority, named(("high", "low"))),
            st.just(RaisePriority()),
        )
    )
    rest: dict[str, Any] = {"since": draw(named(("entered", "message", "fired"))), "calendar": "desk"}
    if draw(st.booleans()):
        return Timer(then, after=draw(lengths), name=f"timer {position}", **rest)
    times = draw(st.sampled_from([1, 2, 3, None]))
    return Timer(then, every=draw(lengths), times=times, name=f"timer {position}", **rest)


@st.composite
def rows(draw: st.DrawFn, statuses: tuple[str, ...]) -> Status:
    """A row of a table."""
    perhaps = st.none() | named(statuses)
    update = draw(perhaps)
    count = draw(st.integers(0, 3))
    roles: list[tuple[Role, ...]] = [("support",), ("support", "client"), ("system",)]
    return Status(
        "",
        {to: draw(st.sampled_from(roles)) for to in sorted(draw(st.sets(named(statuses))))},
        closed=draw(st.booleans()),
        on_client_update=update,
        within=draw(st.none() | lengths) if update else None,
        otherwise=draw(st.sampled_from(["log", "refuse", "new_case"])),
        on_reply=draw(perhaps),
        on_assignment=draw(perhaps),
        timers=[draw(timer_rows(statuses, i)) for i in range(count)],
    )


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """A table of two to five statuses with whatever in it that can be meant."""
    statuses = STATUSES[: draw(st.integers(2, len(STATUSES)))]
    table = {name: draw(rows(statuses)) for name in statuses}
    closed = [name for name, row in table.items() if row.closed]
    try:
        return Workflow("drawn", table, "New", draw(st.sampled_from([None, *closed])))
    except InvalidWorkflow:
        bare = {name: Status(next=statuses, closed=row.closed) for name, row in table.items()}
        return Workflow("drawn", bare, "New")


@st.composite
def drawn_plans(draw: st.DrawFn) -> Plan:
    """A plan of three priorities with a drawn workflow."""
    desk = BusinessCalendar(draw(st.sampled_from(ZONES)), draw(st.sampled_from(["Mo-Fr 09:00-17:00", "24/7"])))
    return Plan(
        "drawn",
        {"desk": desk, "always": ALWAYS},
        [Priority("high"), Priority("medium"), Priority("low")],
        [],
        workflow=draw(workflows()),
        intake=Intake(default="medium"),
        consultation=Consultation(timedelta(hours=1)),
        collaborators_comment=draw(st.booleans()),
    )


PRESETS = (apricot_us(), apricot_anz(), client_portal(), client_portal(zone="Australia/Lord_Howe"))
plans = st.one_of(st.sampled_from(PRESETS), drawn_plans())


@dataclass(frozen=True)
class Intention:
    """What is tried next: when, seen from the case and its timers, and what."""

    timing: str
    nudge: timedelta
    kind: str
    by: Actor
    word: str
    public: bool
    pick: int


intentions = st.builds(
    Intention,
    timing=st.sampled_from(["now", "timer", "last timer", "later", "much later"]),
    nudge=st.sampled_from([timedelta(0), MICROSECOND, -MICROSECOND, timedelta(minutes=1), timedelta(hours=7)]),
    kind=st.sampled_from(
        ["comment", "comment", "comment", "move", "move", "move", "assign", "priority", "subject", "file", "invite"]
        + ["uninvite", "defect", "fixed", "close", "follow up", "reopen"]
    ),
    by=st.sampled_from([ANA, ANA, ANA, BO, BO, BO, BO, BEN, GUEST, EVE, DESK]),
    word=st.sampled_from(["a", "b", "high", "low", "medium", "guest", " "]),
    public=st.booleans() | st.just(True),
    pick=st.integers(0, 20),
)


def instant(plan: Plan, case: Case, intention: Intention) -> datetime:
    """When the intention is tried: not before the case."""
    dues = [timer.due.astimezone(UTC) for timer in timers(plan, case)[:8]] or [case.at]
    at = {
        "now": case.at,
        "timer": dues[0],
        "last timer": dues[-1],
        "later": case.at + timedelta(hours=5),
        "much later": case.at + timedelta(days=9),
    }[intention.timing]
    return max(case.at, min(at + intention.nudge, case.at + timedelta(days=20)))


def event_of(plan: Plan, case: Case, intention: Intention) -> Event:
    """The intention as an event at that instant."""
    at, by, word = instant(plan, case, intention), intention.by, intention.word
    names = [name for name, _ in plan.required_workflow.statuses]
    made: dict[str, Event] = {
        "comment": Commented(word, intention.public, at=at, by=by),
        "move": StatusChanged(names[intention.pick % len(names)], "them", at=at, by=by),
        "assign": Assigned(word, at=at, by=by),
        "priority": PriorityChanged(word, word, at=at, by=by),
        "subject": SubjectChanged(word, at=at, by=by),
        "file": AttachmentAdded(word, intention.pick - 1, public=intention.public, at=at, by=by),
        "invite": CollaboratorAdded(word, at=at, by=by),
        "uninvite": CollaboratorRemoved(word, at=at, by=by),
        "defect": DefectLinked(word, at=at, by=by),
        "fixed": DefectResolved(word, at=at, by=by),
        "close": ClosedByClient(at=at, by=by),
        "follow up": FollowUpOpened(f"B-{intention.pick}", at=at, by=by),
        "reopen": Opened("A-2", "again", at=at, by=by),
    }
    return made[intention.kind]


@dataclass
class Life:
    """A case that was lived: its plan, its log, every step of it, and how much of what was tried was refused."""

    plan: Plan
    case: Case
    log: list[Event] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    steps: list[tuple[Case, Event, Step]] = field(default_factory=list)
    refused: int = 0

    def take(self, step: Step) -> None:
        """Keep what a step gave."""
        self.case = step.case
        self.log += step.events
        self.notices += step.notices

    def attempt(self, event: Event) -> None:
        """Hand in an event; a refusal is counted."""
        before = self.case
        try:
            step = handle(self.plan, before, event)
        except EventRefused:
            self.refused += 1
            return
        self.steps.append((before, event, step))
        self.take(step)


def born(plan: Plan, start: datetime) -> Life:
    """A case that was just opened."""
    opened = Opened("A-1", "It does not work", at=start, by=ANA, channel="email")
    step = handle(plan, None, opened)
    life = Life(plan, step.case)
    life.take(step)
    return life


@st.composite
def lives(draw: st.DrawFn, most: int = 12) -> Life:
    """A case with up to so many things tried on it; now and then the host catches up in between."""
    life = born(draw(plans), draw(st.sampled_from(STARTS)))
    for intention in draw(st.lists(intentions, max_size=most)):
        if intention.pick % 5 == 0:
            life.take(advance(life.plan, life.case, instant(life.plan, life.case, intention)))
        life.attempt(event_of(life.plan, life.case, intention))
    return life
