"""Clocks against a minute-stepping oracle, over generated cases with their instants where clocks go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, get_args

import attrs
from hypothesis import event as seen
from hypothesis import given
from hypothesis import strategies as st

from clock_oracle import Expected, World, clock_readings
from oracle import DAY, Desk, Hours, Oracle, Spans
from supportsla import (
    ALWAYS,
    BusinessCalendar,
    Duration,
    EventRefused,
    Plan,
    Priority,
    Reading,
    Status,
    Target,
    Workflow,
    advance,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
    handle,
    readings,
    replay,
)
from supportsla.events import Actor, Assigned, AttachmentAdded, Commented, Event, Opened, PriorityChanged, StatusChanged
from supportsla.metrics import Metric, standard_metrics
from supportsla.plan import Reopening, Repricing
from supportsla.presets import apricot_anz, apricot_us, client_portal

MINUTE, ZERO = timedelta(minutes=1), timedelta(0)
ANA, BO, GUEST = Actor("client", "ana"), Actor("support", "bo"), Actor("collaborator", "guest")
FIELDS = [field.name for field in attrs.fields(Reading) if field.name in Expected.__dataclass_fields__]


def days(*dates: str) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, dates))


def every_weekday(*spans: tuple[int, int]) -> dict[int, Spans]:
    return dict.fromkeys(range(5), tuple((start * 60, end * 60) for start, end in spans))


# The desks, as plain data and as calendars, and the weeks in which their cases are opened: before weekends,
# holidays and changes of the clock.

US = Desk(
    "America/Chicago",
    Hours(every_weekday((7, 19))),
    days("2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03", "2026-11-11", "2026-11-26", "2026-12-25"),
)
NSW = Desk("Australia/Sydney", Hours(every_weekday((9, 17))), days("2026-04-03", "2026-04-06", "2026-10-05"))
SHORT = Desk(
    "America/Chicago",
    Hours({0: ((540, 600),), 1: ((540, 720), (780, 900)), 3: ((540, 720), (780, 900)), 4: ((120, 180), (540, 660))}),
    days("2026-11-26"),
)
NIGHT = Desk("America/Chicago", Hours({4: ((22 * 60, 6 * 60),), 6: ((1 * 60, 4 * 60),), 2: ((600, 900),)}))
ROUND = Desk("Australia/Lord_Howe", Hours(dict.fromkeys(range(7), ((0, DAY),))))
UTC_ROUND = Desk("UTC", Hours(dict.fromkeys(range(7), ((0, DAY),))))
CALENDARS = {
    "short": BusinessCalendar(
        "America/Chicago",
        "Mo 09:00-10:00; Tu,Th 09:00-12:00,13:00-15:00; Fr 02:00-03:00,09:00-11:00",
        holidays=[date(2026, 11, 26)],
    ),
    "night": BusinessCalendar("America/Chicago", "Fr 22:00-06:00; Su 01:00-04:00; We 10:00-15:00"),
    "round": BusinessCalendar("Australia/Lord_Howe", "24/7"),
}
DESKS = {"us": US, "nsw": NSW, "short": SHORT, "night": NIGHT, "round": ROUND, "always": UTC_ROUND}
WEEKS = {
    "us": ("2026-03-05T15:00", "2026-10-29T15:00", "2026-11-24T16:00", "2026-06-17T12:00"),
    "nsw": ("2026-04-01T02:00", "2026-09-30T23:00"),
    "short": ("2026-03-05T15:00", "2026-10-29T14:00", "2026-11-24T16:00"),
    "night": ("2026-03-06T05:00", "2026-10-30T14:00"),
    "round": ("2026-04-02T15:00", "2026-10-02T15:00"),
}


@lru_cache(maxsize=64)
def sight(desk: str, week: str) -> Oracle:
    first = datetime.fromisoformat(week).replace(tzinfo=UTC)
    return Oracle(DESKS[desk], first, first + timedelta(days=30), days=40)


# Plans.

PRIORITIES = ("P1", "P2", "P3")
METRICS = ("first_response", "next_response", "follow_up", "resolution")
_ALL = ("New", "Open", "Waiting", "Others", "Solved", "Gone")
WORKFLOW = Workflow(
    "custom",
    {
        "New": Status(next=_ALL[1:]),
        "Open": Status(next=_ALL[2:]),
        "Waiting": Status(next=_ALL, on_client_update="Open"),
        "Others": Status(next=_ALL),
        "Solved": Status(next=_ALL, closed=True, on_client_update="Open"),
        "Gone": Status(next=_ALL, closed=True),
    },
    "New",
)
STANDARD = standard_metrics(solved=["Solved", "Gone"], waiting_on_client="Waiting", waiting_on_others="Others")
SEQUENTIAL = (
    Metric("first_response", "client_update", stops="reply", recurrence="sequential", cancelled_in="Gone"),
    Metric("next_response", "reply", stops="reply", recurrence="sequential"),
    Metric("follow_up", "reply", stops="reply", recurrence="sequential", cancelled_in="Solved", paused_in="Others"),
    Metric("resolution", "opening", stops="assignment", recurrence="sequential", done_in="Gone", paused_in="Others"),
)
OF_ITS_OWN = (
    Metric("first_response", "client_update", stops="reply", cancels="assignment", cancelled_in="Gone"),
    Metric("next_response", "reply", restarts="client_update", stops="assignment", paused_in=("Waiting", "Others")),
    Metric(
        "follow_up",
        ("client_update", "assignment"),
        stops="reply",
        restarts="client_update",
        after="assignment",
        cancelled_in=("Waiting", "Solved"),
        paused_in="Others",
        done_in="Gone",
    ),
    Metric("resolution", ("client_opening", "reply"), stops="assignment", cancels="client_update", done_in="Gone"),
)

pairs: st.SearchStrategy[tuple[Duration, Duration | None]] = st.one_of(
    st.tuples(st.sampled_from([1, 2, 3, 5]), st.sampled_from([0, 0, 1, 4])).map(
        lambda n: (business_hours(n[0]), business_hours(n[0] + n[1], minutes=30) if n[1] else None)
    ),
    st.tuples(st.sampled_from([1, 2]), st.sampled_from([0, 0, 1, 2])).map(
        lambda n: (business_days(n[0]), business_days(n[0] + n[1]) if n[1] else None)
    ),
    st.tuples(st.sampled_from([1, 2, 24, 50]), st.sampled_from([0, 0, 1, 30])).map(
        lambda n: (calendar_hours(n[0]), calendar_hours(n[0] + n[1]) if n[1] else None)
    ),
    st.tuples(st.sampled_from([1, 2]), st.sampled_from([0, 0, 1, 2])).map(
        lambda n: (calendar_days(n[0]), calendar_days(n[0] + n[1]) if n[1] else None)
    ),
)


@st.composite
def targets(draw: st.DrawFn, metric: str, priority: str) -> Target | None:
    if draw(st.sampled_from([False, False, False, False, True])):
        return None
    due, limit = draw(pairs)
    boundary: Any = draw(st.sampled_from(["close", "open"])) if due.unit.startswith("business") else "close"
    calendar = draw(st.sampled_from(["desk", "desk", "desk", "always"]))
    return Target(metric, priority, due, limit, boundary=boundary, calendar=calendar)


@dataclass(frozen=True)
class Scene:
    """A plan, and a week in which to open a case."""

    plan: Plan
    desk: str
    week: str

    @property
    def opened(self) -> datetime:
        return datetime.fromisoformat(self.week).replace(tzinfo=UTC)

    @property
    def world(self) -> World:
        return World(self.plan, {"desk": sight(self.desk, self.week), "always": sight("always", self.week)})


@st.composite
def custom_scenes(draw: st.DrawFn, metrics: tuple[Metric, ...] = STANDARD) -> Scene:
    desk = draw(st.sampled_from(["short", "short", "night", "round"]))
    drawn = [draw(targets(metric, priority)) for metric in METRICS for priority in PRIORITIES]
    plan = Plan(
        "custom",
        {"desk": CALENDARS[desk], "always": ALWAYS},
        [Priority(name) for name in PRIORITIES],
        [target for target in drawn if target is not None],
        workflow=WORKFLOW,
        metrics=metrics,
        on_priority_change=draw(st.sampled_from(get_args(Repricing))),
        on_reopening=draw(st.sampled_from(get_args(Reopening))),
    )
    return Scene(plan, desk, draw(st.sampled_from(WEEKS[desk])))


PRESETS = ((apricot_us(), "us"), (apricot_anz(), "nsw"), (client_portal(), "us"))


@st.composite
def preset_scenes(draw: st.DrawFn) -> Scene:
    plan, desk = draw(st.sampled_from(PRESETS))
    return Scene(plan, desk, draw(st.sampled_from(WEEKS[desk])))


# Cases.

NUDGES = (ZERO, ZERO, MINUTE, -MINUTE)
STEPS = (ZERO, ZERO, MINUTE, timedelta(minutes=50), timedelta(hours=5), timedelta(days=1), timedelta(days=3))


def dues(scene: Scene, log: list[Event], at: datetime) -> list[datetime]:
    """The dues and limits of the clocks that run or wait; they only say where to look."""
    found = [
        each
        for reading in readings(scene.plan, log, at)
        if reading.phase in ("running", "paused")
        for each in (reading.due, reading.limit, reading.due_if_resumed)
        if each is not None
    ]
    return sorted({each.astimezone(UTC) for each in found})


def edges(scene: Scene, at: datetime) -> list[datetime]:
    """The next opening and the next closings of the desk, if it has any."""
    desk = sight(scene.desk, scene.week)
    if b"\x00" not in desk.open:
        return []
    closes = desk.next_close(at)
    return [desk.next_open(at), closes, desk.next_open(closes), desk.next_close(desk.next_open(closes))]


@st.composite
def later(draw: st.DrawFn, scene: Scene, log: list[Event]) -> datetime:
    """A minute after all that happened: at a due, an opening, a closing or a pause's edge, or beside it."""
    at = max(event.at for event in log)
    kind = draw(st.sampled_from(["step", "step", "due", "due", "edge"]))
    base = at + draw(st.sampled_from(STEPS))
    if kind == "due":
        base = draw(st.sampled_from(dues(scene, log, at) or [base]))
    elif kind == "edge":
        base = draw(st.sampled_from(edges(scene, at) or [base]))
    return min(max(at, base + draw(st.sampled_from(NUDGES))), max(at, scene.opened + timedelta(days=20)))


@st.composite
def events(draw: st.DrawFn, scene: Scene, at: datetime) -> Event:
    """Something that happens to the case."""
    kind = draw(st.sampled_from(["say", "say", "say", "move", "move", "move", "price", "price", "file", "assign"]))
    by = draw(st.sampled_from([ANA, BO, BO]))
    if kind == "say":
        return Commented("?", draw(st.sampled_from([True, True, True, False])), at=at, by=by)
    if kind == "file":
        return AttachmentAdded("a.txt", 1, at=at, by=draw(st.sampled_from([ANA, BO])))
    if kind == "assign":
        return Assigned("bo", at=at, by=BO)
    if kind == "price":
        names = [priority.name for priority in scene.plan.priorities]
        return PriorityChanged(draw(st.sampled_from(names)), "so it is", at=at, by=BO)
    statuses = [name for name, _ in scene.plan.required_workflow.statuses]
    return StatusChanged(draw(st.sampled_from(statuses)), "them", at=at, by=BO)


@dataclass(frozen=True)
class Life:
    """A case that was lived, and when it is looked at."""

    scene: Scene
    log: list[Event]
    now: datetime


@st.composite
def lives(draw: st.DrawFn, scenes: st.SearchStrategy[Scene], raw: bool) -> Life:
    """A case and a `now`; a raw log is taken as it is drawn, otherwise what `handle` refuses is left out."""
    scene = draw(scenes)
    plan, at = scene.plan, scene.opened + draw(st.sampled_from(STEPS)) + draw(st.sampled_from(NUDGES))
    priority = draw(st.sampled_from([priority.name for priority in plan.priorities]))
    opened = Opened("A-1", "?", "?", priority, at=at, by=draw(st.sampled_from([ANA, ANA, BO])))
    step = handle(plan, None, opened)
    case, log = step.case, list(step.events)
    for _ in range(draw(st.integers(0, 9))):
        following = draw(events(scene, draw(later(scene, log))))
        if raw:
            log.append(following)
            continue
        try:
            step = handle(plan, case, following)
        except EventRefused:
            continue
        case, log = step.case, log + list(step.events)
    return Life(scene, log, draw(later(scene, log)))


def same(life: Life) -> None:
    """Every field of every reading is the oracle's."""
    caught_up = advance(life.scene.plan, replay(life.log), life.now).events
    expected = clock_readings(life.scene.world, [*life.log, *caught_up], life.now)
    for reading in expected:
        seen(f"{reading.phase} {reading.verdict}")
    assert list(map(shown_by, readings(life.scene.plan, life.log, life.now))) == expected


def shown_by(reading: Reading) -> Expected:
    """What a reading says, in UTC."""
    shown: dict[str, Any] = {name: getattr(reading, name) for name in FIELDS}
    shown |= {name: value.astimezone(UTC) for name, value in shown.items() if isinstance(value, datetime)}
    return Expected(**shown)


@given(lives(custom_scenes(), raw=False))
def test_a_case_on_a_plan_of_its_own_is_read_as_the_oracle_reads_it(life: Life) -> None:
    """P6-P16, C15, W9, W15: minute by minute, over short weeks, nights and clocks that change."""
    same(life)


@given(lives(custom_scenes(), raw=True))
def test_a_raw_log_is_read_as_the_oracle_reads_it(life: Life) -> None:
    """W16: what no workflow would allow is read as it stands."""
    same(life)


@given(lives(custom_scenes(OF_ITS_OWN), raw=False))
def test_metrics_of_a_plan_s_own_are_read_as_the_oracle_reads_them(life: Life) -> None:
    """What starts, stops, restarts and cancels a clock, and when it counts at all, is a table of the plan's."""
    same(life)


@given(lives(custom_scenes(SEQUENTIAL), raw=False))
def test_sequential_metrics_are_read_as_the_oracle_reads_them(life: Life) -> None:
    """The next exchange starts at the due of the one before, so that the dues keep their grid."""
    same(life)


@given(lives(preset_scenes(), raw=False))
def test_a_case_of_a_published_desk_is_read_as_the_oracle_reads_it(life: Life) -> None:
    """P6-P16, L3, L5: with the published targets, holidays and timers."""
    same(life)


@given(lives(preset_scenes(), raw=True))
def test_a_raw_log_of_a_published_desk_is_read_as_the_oracle_reads_it(life: Life) -> None:
    """W16: timers go on from where the log ends."""
    same(life)
