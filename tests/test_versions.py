"""Plans that change: which version judges (W18), as laws over generated versions and lives of cases, and by hand."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import event as seen
from hypothesis import given
from hypothesis import strategies as st

from case_strategies import ANA, BO, MICROSECOND, Intention, Life, born, event_of, rows
from case_strategies import intentions as any_intentions
from clock_strategies import (
    CALM,
    DAY,
    TIMED,
    Scene,
    clock_plans,
    instants_of,
    intentions,
    left_alone,
    scenes,
    try_at,
    utc,
)
from clock_strategies import plans as any_plans
from supportsla import (
    BusinessCalendar,
    EventRefused,
    Intake,
    InvalidDocument,
    InvalidPlan,
    InvalidWorkflow,
    Metric,
    Move,
    NaiveDatetime,
    NoWorkflow,
    OutOfRange,
    Plan,
    Priority,
    RaisePriority,
    Reading,
    Remind,
    Staffing,
    Status,
    Step,
    Target,
    Timer,
    TransitionNotAllowed,
    UnknownPriority,
    UnknownStatus,
    Workflow,
    WrongType,
    advance,
    business_hours,
    calendar_hours,
    digest,
    dump,
    evolve,
    first_priority,
    freeze,
    handle,
    in_force,
    in_view,
    inputs_of,
    is_closed,
    lint,
    load,
    next_due,
    promise,
    queue_key,
    readings,
    replay,
    staffed,
    timers,
    what_if,
)
from supportsla.events import Assigned, Commented, Event, Opened, PriorityChanged, StatusChanged
from supportsla.presets import apricot_us
from supportsla.report import Question, Stamps, by_target, judged
from test_clock_laws import between, fractions, standing

FIRST = datetime(1990, 1, 1, tzinfo=UTC)


# Versions, and lives under them.


def tables(statuses: tuple[str, ...]) -> st.SearchStrategy[Workflow]:
    """Workflows with just those statuses."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Workflow:
        table = {name: draw(rows(statuses)) for name in statuses}
        try:
            return Workflow("drawn", table, "New")
        except InvalidWorkflow:
            return Workflow("drawn", {name: Status(next=statuses) for name in statuses}, "New")

    return drawn()


SMALL = ("New", "Open", "Waiting")
drawn_pairs = st.tuples(tables(SMALL), tables(SMALL))
pairs = st.sampled_from([(CALM, TIMED), (TIMED, CALM), (TIMED, TIMED), (CALM, CALM)]) | drawn_pairs


@dataclass
class Changing:
    """A case that lived under a plan that changed on the way, and its two versions."""

    life: Life
    old: Plan
    new: Plan
    at: datetime


@st.composite
def changing_lives(draw: st.DrawFn, tried: st.SearchStrategy[Intention] = intentions, most: int = 8) -> Changing:
    """The change falls on an instant at which something changes under the old version alone, or beside one."""
    tables = draw(pairs)
    old, new = (draw(clock_plans(workflow=table)) for table in tables)
    start = draw(st.sampled_from([datetime(2026, 3, 6, 8, 30, tzinfo=UTC), datetime(2018, 11, 2, 3, 15, tzinfo=UTC)]))
    ahead = draw(st.lists(tried, min_size=1, max_size=most))
    alone = born(old, start)
    for intention in ahead[: most // 2]:
        try_at(alone, intention)
    found = instants_of(alone)
    at = found[draw(st.integers(0, 200)) % len(found)]
    life = born(in_force({FIRST: old, at: new}), start)
    for intention in ahead:
        try_at(life, intention)
    return Changing(life, old, new, at)


changing = changing_lives()


@st.composite
def changing_scenes(draw: st.DrawFn) -> tuple[Changing, Scene]:
    """An instant at or beside what the case does, or at or beside the change."""
    case = draw(changing)
    first, last = case.life.log[0].at, case.life.case.at
    found = instants_of(case.life)
    found += [at for at in (case.at - MICROSECOND, case.at, case.at + MICROSECOND) if first <= at <= last + 9 * DAY]
    return case, Scene(case.life, found[draw(st.integers(0, 300)) % len(found)])


def unnamed(found: Iterable[Reading]) -> list[Reading]:
    """The readings, whichever version judged them."""
    return [attrs.evolve(one, version=None) for one in found]


def held(found: Iterable[Reading]) -> list[list[str]]:
    """What the readings say of their targets, but for the version's name."""
    return [[one.why.removeprefix(judge_of(reading)) for one in reading.held] for reading in found]


def judge_of(reading: Reading) -> str:
    """The sentence that names the version."""
    first = reading.held[0].why if reading.held else ""
    return first[: first.index("). ") + 3] if first.startswith("Judged by ") else ""


def answers(plan: Plan, log: Sequence[Event], now: datetime) -> tuple[object, ...]:
    """All that is answered of a case."""
    case, found = replay(log), readings(plan, log, now)
    step = advance(plan, case, now)
    texts = [str(one.explanation and one.explanation.due) for one in found]
    return (
        unnamed(found),
        held(found),
        texts,
        next_due(plan, log, now),
        queue_key(plan, log, now),
        (step.case, step.events, step.notices),
        timers(plan, case),
        list(inputs_of(plan, log)),
        is_closed(plan, case),
    )


@given(scenes())
def test_one_version_alone_answers_as_the_plan_itself(scene: Scene) -> None:
    """W18: and every reading names it."""
    plan = in_force({FIRST: scene.plan})
    assert answers(plan, scene.past, scene.now) == answers(scene.plan, scene.past, scene.now)
    assert {utc(one.version) for one in readings(plan, scene.past, scene.now)} <= {FIRST}
    assert {one.version for one in scene.readings} == {None}


@given(scenes(), st.integers(0, 200))
def test_a_version_that_says_the_same_changes_nothing(scene: Scene, pick: int) -> None:
    """Whenever it comes into force."""
    found = instants_of(scene.life)
    plan = in_force({FIRST: scene.plan, found[pick % len(found)]: attrs.evolve(scene.plan)})
    assert answers(plan, scene.past, scene.now) == answers(scene.plan, scene.past, scene.now)


@given(scenes(), st.integers(0, 200))
def test_a_case_lives_as_it_would_if_a_version_says_the_same(scene: Scene, pick: int) -> None:
    """Event by event: the steps and their notices are those that the plan itself gave."""
    found = instants_of(scene.life)
    plan = in_force({FIRST: scene.plan, found[pick % len(found)]: scene.plan})
    opened = scene.life.log[0]
    assert isinstance(opened, Opened)
    assert handle(plan, None, attrs.evolve(opened, priority=None, status=None)).events == (opened,)
    for before, tried, step in scene.life.steps:
        assert handle(plan, before, tried) == step


def sequential(*plans: Plan) -> set[str]:
    """The metrics whose clocks may start later than what begins them."""
    return {metric.name for plan in plans for metric in plan.measured if metric.recurrence == "sequential"}


@given(scenes(), any_plans, fractions)
def test_a_version_to_come_changes_nothing_yet(scene: Scene, new: Plan, fraction: tuple[int, int]) -> None:
    """W18: but for clocks that will start once it is in force."""
    at = between(scene.now + MICROSECOND, scene.now + 20 * DAY, fraction)
    plan = in_force({FIRST: scene.plan, at: new})
    later = sequential(scene.plan, new)

    def kept(found: Iterable[Reading]) -> list[Reading]:
        return unnamed(one for one in found if one.metric not in later)

    assert kept(readings(plan, scene.past, scene.now)) == kept(scene.readings)
    due, expected = (next_due(one, scene.past, scene.now) for one in (plan, scene.plan))
    assert due == expected or later & {one.name for one in (due, expected) if one}
    assert advance(plan, replay(scene.past), scene.now) == advance(scene.plan, replay(scene.past), scene.now)


@given(changing_scenes())
def test_a_clock_is_judged_by_the_version_in_force_when_it_started(drawn: tuple[Changing, Scene]) -> None:
    """W18: to its end, whatever becomes of the case, and of the priority; its targets are that version's."""
    case, scene = drawn
    for reading in scene.readings:
        assert reading.version is not None
        judge = scene.plan.version_at(reading.version)
        if reading.started is not None:
            assert utc(reading.version) == (FIRST if utc(reading.started) < case.at else case.at)
            seen("old" if utc(reading.started) < case.at else "new")
            assert reading.held[0].why.startswith("Judged by drawn as in force from ")
        assert reading.metric in {metric.name for metric in judge.measured}
        assert reading.target is None or reading.target in judge.targets


@given(changing_scenes())
def test_a_clock_that_started_before_a_version_reads_as_if_that_never_came(drawn: tuple[Changing, Scene]) -> None:
    """W18: as under the version before alone, of the same log."""
    case, scene = drawn
    apart = sequential(case.old, case.new)
    alone = readings(attrs.evolve(case.old, workflow=None), scene.caught_up, scene.now)

    def before(found: Iterable[Reading]) -> list[Reading]:
        started = [one for one in found if one.started is not None and one.metric not in apart]
        return sorted(unnamed(one for one in started if utc(one.started) < case.at), key=lambda one: one.metric)

    seen(f"{min(len(before(alone)), 3)} clocks")
    assert before(scene.readings) == before(alone)


@given(changing_scenes())
def test_what_a_case_does_later_does_not_matter(drawn: tuple[Changing, Scene]) -> None:
    """The whole log reads as it did when it ended there."""
    _, scene = drawn
    assert readings(scene.plan, scene.past, scene.now) == scene.readings
    assert next_due(scene.plan, scene.past, scene.now) == next_due(scene.plan, scene.life.log, scene.now)


@given(left_alone(changing.map(lambda case: case.life)), fractions)
def test_nothing_changes_until_the_next_due_and_something_does_then(scene: Scene, fraction: tuple[int, int]) -> None:
    """W9: a version that comes into force is no change."""
    plan, log, now = scene.plan, scene.past, scene.now
    due = next_due(plan, log, now)
    change = plan.versions[1][0]
    end = utc(due.at) if due else now + 90 * DAY
    expected = standing(plan, log, now)
    beside = (change - MICROSECOND, change, change + MICROSECOND)
    for at in (now + MICROSECOND, end - MICROSECOND, between(now, end, fraction), *beside):
        if now < at < end:
            seen("across" if now < change <= at else "beside")
            assert standing(plan, log, at) == expected
    assert due is None or (end > now and standing(plan, log, end) != expected)


@given(changing, st.lists(fractions, max_size=3))
def test_many_steps_are_one_and_it_does_not_matter_whether_any_was_made(
    case: Changing, parts: list[tuple[int, int]]
) -> None:
    """W10: across versions too; and twice changes nothing."""
    plan, log, first = case.life.plan, case.life.log, case.life.case
    last = max(first.at, case.at) + 5 * DAY
    whole = advance(plan, first, last)
    stepped, events = first, list[Event]()
    for at in sorted([*(between(first.at, last, part) for part in parts), max(case.at, first.at), last]):
        step = advance(plan, stepped, at)
        stepped, events = step.case, [*events, *step.events]
        found = readings(plan, [*log, *events], last), next_due(plan, [*log, *events], last)
        assert found == (readings(plan, log, last), next_due(plan, log, last))
    seen(f"{min(len(events), 5)} firings")
    assert (stepped, tuple(events)) == (whole.case, whole.events)
    assert advance(plan, stepped, last).events == ()
    assert replay([*log, *events]) == stepped


def outcome(plan: Plan, case: Any, following: Event) -> Step | type[EventRefused]:
    """What becomes of it."""
    try:
        return handle(plan, case, following)
    except EventRefused as refused:
        return type(refused)


@given(changing_lives(any_intentions), any_intentions)
def test_an_event_finds_the_case_caught_up(case: Changing, intention: Intention) -> None:
    """W10: whichever version it is judged by, and that is the one in force then."""
    life = case.life
    following = event_of(life.plan, life.case, intention)
    caught_up = advance(life.plan, life.case, following.at)
    late, timely = (outcome(life.plan, one, following) for one in (life.case, caught_up.case))
    if isinstance(timely, Step):
        assert isinstance(late, Step)
        assert (late.case, late.events) == (timely.case, (*caught_up.events, *timely.events))
        judge = life.plan.version_at(following.at)
        calm = attrs.evolve(judge, workflow=without_timers(judge.required_workflow))
        assert timely.events == handle(calm, caught_up.case, following).events
    else:
        assert late is timely


def without_timers(workflow: Workflow) -> Workflow:
    """The same, where nothing happens by itself."""
    rows = {name: attrs.evolve(row, timers=()) for name, row in workflow.statuses}
    return attrs.evolve(workflow, statuses=rows)


@given(changing)
def test_the_timers_are_what_will_happen(case: Changing) -> None:
    """L3, L5: advancing does just that, in that order."""
    life = case.life
    now, listed = life.case, timers(life.plan, life.case)
    for timer in listed[:10]:
        due = utc(timer.due)
        step = advance(life.plan, now, due)
        assert (step.events[0].at, step.events[0].by.id) == (due, timer.name)
        assert advance(life.plan, now, due - MICROSECOND).events == ()
        now = evolve(now, step.events[0])


# By hand. 2026-06-10 is a Wednesday, and the desk is open from 09:00 to 17:00 UTC.

CHANGE = datetime(2026, 6, 10, 12, tzinfo=UTC)
DESK = BusinessCalendar("UTC", "Mo-Fr 09:00-17:00")
LONG = BusinessCalendar("Europe/Berlin", "Mo-Su 08:00-20:00")


def wednesday(hour: int, minute: int = 0, days: int = 0) -> datetime:
    """On the day of the change, or so many days later."""
    return datetime(2026, 6, 10, hour, minute, tzinfo=UTC) + timedelta(days=days)


def version(hours: int, name: str = "ours", **rest: Any) -> Plan:
    """A plan with that target for a high priority's answers, and twice that for a low one's."""
    named: dict[str, Any] = {"calendars": {"desk": DESK}, "priorities": [Priority("high"), Priority("low")], **rest}
    targets = [
        Target(metric, priority, business_hours(hours * times))
        for metric in ("first_response", "next_response")
        for times, priority in ((1, named["priorities"][0].name), (2, named["priorities"][-1].name))
    ]
    return Plan(name, **{"targets": targets, "intake": Intake(default=named["priorities"][0].name), **named})


OLD, NEW = version(4), version(2)
PLAN = in_force({FIRST: OLD, CHANGE: NEW})


def opening(at: datetime, priority: str | None = "high", **rest: Any) -> Opened:
    """Of a case by its client."""
    return Opened("A-1", "No login", priority=priority, at=at, by=ANA, **rest)


def said(at: datetime) -> Commented:
    """By the client."""
    return Commented("?", at=at, by=ANA)


def answered(at: datetime) -> Commented:
    """By support."""
    return Commented("!", at=at, by=BO)


def moved(to: str, at: datetime) -> StatusChanged:
    """By support."""
    return StatusChanged(to, at=at, by=BO)


def clock(plan: Plan, log: Sequence[Event], now: datetime, metric: str = "first_response") -> Reading:
    """The metric's only clock."""
    (found,) = clocks(plan, log, now, metric)
    return found


def clocks(plan: Plan, log: Sequence[Event], now: datetime, metric: str) -> list[Reading]:
    """The metric's clocks."""
    return [one for one in readings(plan, log, now) if one.metric == metric]


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        (wednesday(10), wednesday(14)),
        (CHANGE - MICROSECOND, wednesday(16) - MICROSECOND),
        (CHANGE, wednesday(14)),
        (CHANGE + MICROSECOND, wednesday(14) + MICROSECOND),
        (wednesday(16), wednesday(10, days=1)),
    ],
)
def test_w18_the_version_in_force_at_the_start_judges(opened: datetime, due: datetime) -> None:
    """Four business hours before noon, two from then on; the promise says so too."""
    reading = clock(PLAN, [opening(opened)], opened + DAY)
    assert (reading.due, reading.verdict) == (due, "missed")
    assert reading.version == (FIRST if opened < CHANGE else CHANGE)
    assert promise(PLAN, "first_response", "high", opened).due == due


def test_w18_a_case_has_clocks_of_both_versions() -> None:
    """The one that started before keeps its own, and the next one is of the version since."""
    log = [opening(wednesday(10)), answered(wednesday(11)), said(wednesday(11, 30)), answered(wednesday(15))]
    log += [said(wednesday(15, 30))]
    first, second = clocks(PLAN, log, wednesday(16), "next_response")
    assert (first.due, first.verdict, first.version) == (wednesday(15, 30), "met", FIRST)
    assert (second.due, second.verdict, second.version) == (wednesday(9, 30, days=1), "pending", CHANGE)
    assert str(next_due(PLAN, log, wednesday(16))) == "Thu 2026-06-11 09:30 UTC (UTC+00:00): next_response (due)"


def test_w18_the_reading_names_the_version() -> None:
    """In its first reason, and so in its explanation; a plan without versions has none to name."""
    reading = clock(PLAN, [opening(wednesday(10))], wednesday(11))
    named = (
        "Judged by ours as in force from Mon 1990-01-01 00:00 UTC (UTC+00:00). The target is 4 business hours for high"
    )
    assert reading.held[0].why.startswith(named)
    assert named in " ".join(str(reading.explanation).split())
    assert PLAN.version_at(utc(reading.version)) == OLD
    assert "Judged" not in str(clock(OLD, [opening(wednesday(10))], wednesday(11)).explanation)


def test_w18_instants_are_shown_in_the_zone_of_the_calendar() -> None:
    """That of the version from when on it is in force, like the others."""
    plan = in_force({FIRST: OLD, CHANGE: version(2, calendars={"desk": LONG})})
    reading = clock(plan, [opening(wednesday(13))], wednesday(14))
    assert (str(reading.version), str(reading.due)) == ("2026-06-10 14:00:00+02:00", "2026-06-10 17:00:00+02:00")
    waiting = clock(plan, [opening(wednesday(13))], wednesday(14), "next_response")
    assert (waiting.phase, str(waiting.version)) == ("not_started", "2026-06-10 14:00:00+02:00")
    bare = clock(plan, [opening(wednesday(13))], wednesday(14), "follow_up")
    assert (bare.target, str(bare.version)) == (None, "2026-06-10 14:00:00+02:00")


def test_w18_a_clock_that_runs_is_priced_anew_by_its_own_version() -> None:
    """P16: lowered after the change, it has the old version's eight hours, counted as that version counts."""
    new = version(2, on_priority_change="from_change")
    log = [opening(wednesday(11)), PriorityChanged("low", "no haste", at=wednesday(13), by=BO)]
    reading = clock(in_force({FIRST: OLD, CHANGE: new}), log, wednesday(14))
    assert (reading.due, reading.held[-1].counts_from) == (wednesday(11, days=1), wednesday(11))


def test_w18_a_priority_goes_by_the_name_that_the_version_of_a_clock_has_for_it() -> None:
    """One that is called otherwise since; both names are known to both versions, by an alias."""
    old = version(4, priorities=[Priority("high", aliases=["P1"]), Priority("low", aliases=["P2"])])
    new = version(2, priorities=[Priority("P1", aliases=["high"]), Priority("P2", aliases=["low"])])
    plan = in_force({FIRST: old, CHANGE: new})
    log = [opening(wednesday(10)), answered(wednesday(11)), said(wednesday(13))]
    reading = clock(plan, log, wednesday(14), "next_response")
    assert (reading.priority, reading.due) == ("P1", wednesday(15))
    log += [PriorityChanged(name, "so", at=wednesday(14), by=BO) for name in ("high", "P2")]
    reading = clock(plan, log, wednesday(15), "next_response")
    assert ([one.priority for one in reading.held], reading.due) == (["P1", "P2"], wednesday(17))
    still = clock(plan, [opening(wednesday(10)), *log[3:]], wednesday(15))
    assert ([one.priority for one in still.held], still.due) == (["high", "low"], wednesday(10, days=1))
    key = queue_key(plan, log[:3], wednesday(13))
    assert (key.priority, key.top_priority, key.metric) == ("P1", True, "next_response")
    waiting = clock(plan, [opening(wednesday(10)), answered(wednesday(13))], wednesday(14), "next_response")
    assert (waiting.priority, waiting.target) == ("P1", new.target("next_response", "P1"))


def test_w18_a_priority_that_a_version_does_not_have_cannot_be_judged_by_it() -> None:
    """`lint` says so before."""
    plan = in_force({FIRST: OLD, CHANGE: version(2, priorities=[Priority("P1"), Priority("low")])})
    log = [opening(wednesday(10)), answered(wednesday(11))]
    assert clock(plan, log, wednesday(14)).verdict == "met"
    with pytest.raises(UnknownPriority, match="priority is 'high'; the plan has: P1, low"):
        readings(plan, [*log, said(wednesday(13))], wednesday(14))
    assert [(found.name, found.path) for found in lint(plan)] == [
        ("lost_priority", "versions.2026-06-10T12:00:00Z.priorities")
    ]


# What is measured.

FLOW = Workflow(
    "flow",
    {
        "New": Status(next=["New", "Waiting", "Done"]),
        "Waiting": Status(next=["New", "Done"]),
        "Done": Status(closed=True, next=["New", "Waiting"]),
    },
    "New",
)
RESOLUTION = Metric("resolution", "opening", done_in="Done")


def measuring(*metrics: Metric, hours: int = 4, **rest: Any) -> Plan:
    """A plan that measures these, with one target for each."""
    targets = [Target(metric.name, "high", business_hours(hours)) for metric in metrics]
    return version(hours, targets=targets, metrics=metrics, workflow=FLOW, **rest)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("continue", "restart", [("running", wednesday(10))]),
        ("restart", "continue", [("done", wednesday(10)), ("running", wednesday(13))]),
        ("stay_done", "continue", [("done", wednesday(10))]),
        ("continue", "stay_done", [("running", wednesday(10))]),
    ],
)
def test_w18_a_clock_goes_on_or_not_by_its_own_version(before: Any, after: Any, expected: object) -> None:
    """Reopened after the change, there is one clock that runs, or none."""
    versions = measuring(RESOLUTION, on_reopening=before), measuring(RESOLUTION, hours=2, on_reopening=after)
    log = [opening(wednesday(10)), moved("Done", wednesday(11)), moved("New", wednesday(13))]
    found = clocks(in_force({FIRST: versions[0], CHANGE: versions[1]}), log, wednesday(14), "resolution")
    assert [(one.phase, one.started) for one in found] == expected
    assert [one.target and one.target.due for one in found] == [
        business_hours(4 if utc(one.started) < CHANGE else 2) for one in found
    ]


def test_w18_what_is_measured_no_more_ends_with_the_clocks_that_run() -> None:
    """And what is measured since starts with what happens since; a metric of neither kind is not shown."""
    nudge, talk = (
        Metric("nudge", "client_update", restarts="client_update"),
        Metric("talk", "client_update", stops="reply"),
    )
    plan = in_force({FIRST: measuring(nudge), CHANGE: measuring(talk)})
    log: list[Event] = [opening(wednesday(10)), said(wednesday(11))]
    assert [(one.metric, one.phase) for one in readings(plan, log, wednesday(13))] == [("nudge", "running")]
    log.append(said(wednesday(13)))
    found = [(one.metric, one.phase, one.started) for one in readings(plan, log, wednesday(14))]
    assert found == [("talk", "running", wednesday(13)), ("nudge", "cancelled", wednesday(11))]
    quiet = [opening(wednesday(10)), answered(wednesday(13))]
    assert [(one.metric, one.phase) for one in readings(plan, quiet, wednesday(14))] == [("talk", "not_started")]


def test_w18_what_a_metric_waits_for_may_have_come_before_the_version() -> None:
    """Of a row that has another signal first; else it waits on."""
    old = measuring(Metric("talk", "client_update", stops="assignment"))
    new = measuring(Metric("talk", "client_update", stops="assignment", after="reply"))
    plan = in_force({FIRST: old, CHANGE: new})
    log: list[Event] = [opening(wednesday(9)), Assigned("bo", at=wednesday(10), by=BO), said(wednesday(13))]
    assert clock(plan, log, wednesday(14), "talk").phase == "not_started"
    heard = [log[0], answered(wednesday(10)), log[2]]
    assert clock(plan, heard, wednesday(14), "talk").started == wednesday(13)
    late = [*log, answered(wednesday(14)), said(wednesday(15))]
    assert clock(plan, late, wednesday(16), "talk").started == wednesday(15)
    ended = [log[0], said(wednesday(10)), Assigned("bo", at=wednesday(13), by=BO), said(wednesday(14))]
    assert clock(plan, ended, wednesday(16), "talk").phase == "done"


def test_w18_a_clock_ends_by_its_own_row_and_the_next_one_starts_by_the_new_one() -> None:
    """Stopped, cancelled or restarted, in one event; where the new row has no clock run, none does."""
    ends: list[tuple[dict[str, Any], str]] = [
        ({"stops": "client_update"}, "done"),
        ({"cancels": "client_update"}, "cancelled"),
        ({"restarts": "client_update"}, "cancelled"),
    ]
    fresh = Metric("talk", ["opening", "client_update"], paused_in="Waiting")
    halted = Metric("talk", ["opening", "client_update"], cancelled_in="Waiting")
    opened, way = opening(wednesday(10)), moved("Waiting", wednesday(11))
    for rest, end in ends:
        old = measuring(Metric("talk", "opening", **rest))
        log = [opened, way, said(wednesday(13))]
        found = clocks(in_force({FIRST: old, CHANGE: measuring(fresh)}), log, wednesday(14), "talk")
        assert [(one.phase, one.started) for one in found] == [(end, wednesday(10)), ("paused", wednesday(13))]
        plan = in_force({FIRST: old, CHANGE: measuring(halted)})
        assert [one.phase for one in clocks(plan, log, wednesday(14), "talk")] == [end]
        back = [*log, moved("New", wednesday(15))]
        assert [one.started for one in clocks(plan, back, wednesday(16), "talk")] == [wednesday(10), wednesday(15)]


def test_w18_a_clock_that_starts_later_is_judged_by_the_version_in_force_then() -> None:
    """Of a sequential metric: answered before the change, the next one starts at the due, after it."""
    cadence = Metric("cadence", "opening", stops="reply", recurrence="sequential")
    every = attrs.evolve(cadence, starts=("opening", "reply"))
    plan = in_force({FIRST: measuring(every), CHANGE: measuring(every, hours=1)})
    log = [opening(wednesday(10)), answered(wednesday(11))]
    for now in (wednesday(11), wednesday(13), wednesday(15)):
        first, second = clocks(plan, log, now, "cadence")
        assert (first.due, second.started, second.due) == (wednesday(14), wednesday(14), wednesday(15))
        assert (first.version, second.version) == (FIRST, CHANGE)
    answered_since = clocks(plan, [log[0], answered(wednesday(13))], wednesday(13), "cadence")
    assert [one.started for one in answered_since] == [wednesday(10), wednesday(14)]
    again = clocks(plan, [*log, answered(wednesday(13))], wednesday(13), "cadence")
    assert [(one.phase, one.started) for one in again] == [("done", wednesday(10)), ("not_started", wednesday(14))]
    gone = in_force({FIRST: measuring(every), CHANGE: measuring(RESOLUTION)})
    assert [one.started for one in clocks(gone, log, wednesday(15), "cadence")] == [wednesday(10)]


def test_w18_what_nothing_has_started_is_shown_as_of_the_latest_event() -> None:
    """So that nothing changes just because a version comes into force; before the opening, as of that."""
    plan = in_force({FIRST: OLD, CHANGE: NEW})
    log = [opening(wednesday(10))]
    for now in (wednesday(11), wednesday(16)):
        assert clock(plan, log, now, "next_response").version == FIRST
    assert clock(plan, [*log, answered(wednesday(13))], wednesday(16), "next_response").version == CHANGE
    assert clock(plan, [opening(wednesday(13))], wednesday(9)).version == CHANGE


# What happens.

PINGED = Timer(Remind(), every=calendar_hours(2), since="fired", calendar="desk", name="ping")
ENDED = Timer(Move("Done"), after=calendar_hours(9), calendar="desk")


def flow(*timers: Timer, **others: Status) -> Workflow:
    """A case waits with these timers."""
    rows = {"New": Status(next=["Waiting"]), "Waiting": Status(next=["New", "Done"], timers=timers), **others}
    return Workflow("flow", {**rows, "Done": Status(closed=True)}, "New")


def living(*timers: Timer, hours: int = 4, **rest: Any) -> Plan:
    """A plan with that workflow."""
    return version(hours, **{"workflow": flow(*timers), **rest})


def firings(plan: Plan, log: Iterable[Event], now: datetime) -> list[tuple[datetime, str]]:
    """What happens by itself, and when."""
    return [(event.at, event.by.id) for event in advance(plan, replay(log), now).events]


def waiting(at: datetime) -> list[Event]:
    """The log of a case that waits from then on."""
    return [opening(at, status="New"), moved("Waiting", at)]


def test_w18_a_timer_is_of_the_version_in_force_when_its_status_was_entered() -> None:
    """On that one's calendar too."""
    old = living(Timer(Move("Done"), after=business_hours(4), calendar="desk", name="old"))
    new = living(Timer(Move("Done"), after=business_hours(4), calendar="desk", name="new"), calendars={"desk": LONG})
    plan = in_force({FIRST: old, CHANGE: new})
    assert firings(plan, waiting(wednesday(11)), wednesday(20)) == [(wednesday(15), "old")]
    assert firings(plan, waiting(wednesday(16)), wednesday(20, days=2)) == [(wednesday(8, days=1), "new")]
    (listed,) = timers(plan, replay(waiting(wednesday(16))))
    assert str(listed.due) == "2026-06-11 10:00:00+02:00"
    due = next_due(plan, [*waiting(wednesday(16)), answered(wednesday(16))], wednesday(18, 30))
    assert due is not None
    assert (due.name, str(due.at)) == ("new", "2026-06-11 10:00:00+02:00")


def test_w18_a_timer_since_the_last_message_or_firing_is_of_the_version_in_force_at_that() -> None:
    """What fired before counts on by its name; the move counts from the entering, and stays the old one's."""
    old = living(
        ENDED, attrs.evolve(PINGED, times=3), Timer(Remind(), after=calendar_hours(1), since="message", zone="UTC")
    )
    slow = attrs.evolve(PINGED, every=calendar_hours(3), times=2)
    new = living(attrs.evolve(ENDED, after=calendar_hours(1)), slow, hours=2)
    plan = in_force({FIRST: old, CHANGE: new})
    told = [*waiting(wednesday(10)), answered(wednesday(10, 30))]
    pings = [(wednesday(11, 30), "remind the client"), (wednesday(13, 30), "ping"), (wednesday(16, 30), "ping")]
    assert firings(plan, told, wednesday(23)) == [*pings, (wednesday(19), "move to Done")]
    late = [*waiting(wednesday(10)), answered(wednesday(12, 30))]
    assert firings(plan, late, wednesday(14)) == [(wednesday(14), "ping")]
    assert firings(old, late, wednesday(14)) == [(wednesday(13, 30), "remind the client")]


def test_w18_timers_of_two_versions_at_one_instant_keep_their_places_in_the_tables() -> None:
    """W10: and one that has had its turn does not fire again, wherever the other version has it."""
    first = Timer(Remind("support"), after=calendar_hours(4), calendar="desk", name="first")
    last = Timer(Remind("support"), after=calendar_hours(4), calendar="desk", name="last")
    ping = attrs.evolve(PINGED, every=calendar_hours(2))
    message = Timer(Remind("support"), every=calendar_hours(2), since="message", calendar="desk", name="written")
    plan = in_force({FIRST: living(first, message, ping, last), CHANGE: living(ping, last, message, first)})
    told = [*waiting(wednesday(10)), answered(wednesday(12))]
    at_two = [name for at, name in firings(plan, told, wednesday(14)) if at == wednesday(14)]
    assert at_two == ["first", "written", "last"]
    stepped = replay(told)
    for now in (wednesday(13), wednesday(14), wednesday(14)):
        stepped = advance(plan, stepped, now).case
    assert stepped == advance(plan, replay(told), wednesday(14)).case


def test_w18_a_priority_is_raised_as_the_timers_own_version_ranks_it() -> None:
    """A timer of the old version sets what that has above."""
    raised = Timer(RaisePriority(), after=calendar_hours(4), calendar="desk")
    four = [Priority("high"), Priority("medium"), Priority("low")]
    plan = in_force({FIRST: living(raised), CHANGE: living(raised, priorities=four)})
    for at, to in ((wednesday(10), "high"), (wednesday(13), "medium")):
        step = advance(plan, replay([opening(at, "low", status="New"), moved("Waiting", at)]), at + DAY)
        assert isinstance(step.events[0], PriorityChanged)
        assert step.events[0].to == to


def test_w18_the_version_in_force_then_says_what_may_happen() -> None:
    """Who may move a case where, and what a reply does; each to the microsecond."""
    moves = {"New": Status(next={"Waiting": ["client"]}), "Waiting": Status(next=["New"]), "Done": Status(closed=True)}
    new = living(workflow=Workflow("new", {**moves, "New": Status(next=["Done"], on_reply="Waiting")}, "New"))
    plan = in_force({FIRST: living(), CHANGE: new})
    case = handle(plan, None, opening(wednesday(10))).case
    assert handle(plan, case, moved("Waiting", CHANGE - MICROSECOND)).case.status == "Waiting"
    with pytest.raises(TransitionNotAllowed):
        handle(plan, case, moved("Waiting", CHANGE))
    assert handle(plan, case, answered(CHANGE - MICROSECOND)).case.status == "New"
    step = handle(plan, case, answered(CHANGE))
    assert step.case.status == "Waiting"
    assert list(inputs_of(plan, [opening(wednesday(10)), *step.events])) == [opening(wednesday(10)), answered(CHANGE)]


def test_w18_a_case_comes_in_by_the_version_in_force_then() -> None:
    """Its first priority, also in a log that leaves it out, and before it is opened."""
    plan = in_force({FIRST: living(), CHANGE: living(intake=Intake(default="low"))})
    for at, expected in ((CHANGE - MICROSECOND, "high"), (CHANGE, "low")):
        assert handle(plan, None, opening(at, None)).case.priority == expected
        assert clock(plan, [opening(at, None)], at).priority == expected
        assert first_priority(plan, None, "Help", at=at).name == expected
    assert first_priority(plan, None, "Help").name == "low"


def test_w18_notices_are_owed_by_the_version_in_force_then() -> None:
    """But a reminder tells of the move that its own timers make."""
    old = living(ENDED, Timer(Remind(), after=calendar_hours(3), calendar="desk"))
    plan = in_force({FIRST: old, CHANGE: living(intake=Intake(default="high", redirects={"billing": "accounts"}))})
    kinds = [
        [notice.kind for notice in handle(plan, None, opening(at, category="billing")).notices]
        for at in (wednesday(11), wednesday(13))
    ]
    assert kinds == [["acknowledgement"], ["acknowledgement", "redirect"]]
    (notice,) = advance(plan, replay(waiting(wednesday(10))), wednesday(14)).notices
    assert "will be 'Done' from 2026-06-10 19:00:00+00:00 on" in notice.why


# What a version lacks.


def test_w18_before_the_first_version_nothing_is_judged() -> None:
    """Not a clock, not a timer, not an event: an error that says from when on there is one."""
    plan = in_force({CHANGE: living(ENDED)})
    early, case = opening(wednesday(11), status="New"), replay(waiting(wednesday(11)))
    asked: list[Callable[[], object]] = [
        lambda: plan.version_at(wednesday(11)),
        lambda: promise(plan, "first_response", "high", wednesday(11)),
        lambda: readings(plan, [early], wednesday(13)),
        lambda: next_due(plan, [early], wednesday(13)),
        lambda: queue_key(plan, [early], wednesday(13)),
        lambda: handle(plan, None, early),
        lambda: handle(plan, case, answered(wednesday(13))),
        lambda: timers(plan, case),
        lambda: advance(plan, case, wednesday(13)),
        lambda: is_closed(plan, case),
        lambda: staffed(plan, wednesday(11)),
        lambda: first_priority(plan, None, "Help", at=wednesday(11)),
    ]
    text = "instants from 2026-06-10 12:00:00+00:00 on, when the first version of 'ours' comes into force"
    for ask in asked:
        with pytest.raises(OutOfRange, match=text.replace("+", r"\+")):
            ask()
    assert promise(plan, "first_response", "high", CHANGE).due == wednesday(16)


def test_w18_a_status_that_a_version_lacks_has_no_timers_of_it_and_takes_no_events() -> None:
    """Its clocks can be read, also when a timer of the version before has moved the case there since."""
    lost = living(workflow=Workflow("new", {"New": Status(), "Done": Status(closed=True)}, "New"))
    lately = Timer(Move("Waiting"), after=calendar_hours(3), calendar="desk")
    rows = {"New": Status(timers=[lately]), "Waiting": Status(next=["New"], timers=[PINGED])}
    plan = in_force({FIRST: living(workflow=Workflow("old", rows, "New")), CHANGE: lost})
    log = [opening(wednesday(10))]
    stuck = advance(plan, replay([opening(wednesday(10), status="New")]), wednesday(20))
    assert [event.at for event in stuck.events] == [wednesday(13)]
    assert clock(plan, log, wednesday(20)).phase == "running"
    with pytest.raises(UnknownStatus, match="status is 'Waiting'; the workflow has: New, Done"):
        handle(plan, stuck.case, answered(wednesday(20)))
    found = {finding.name: str(finding) for finding in lint(plan)}
    assert found["lost_status"].startswith(
        "versions.2026-06-10T12:00:00Z.workflow.statuses: 'Waiting' is a status of the version before"
    )
    for nowhere in (replay([opening(wednesday(10), status="Odd")]), replay([opening(wednesday(13), status="Odd")])):
        with pytest.raises(UnknownStatus, match="status is 'Odd'"):
            timers(plan, nowhere)
    with pytest.raises(UnknownStatus, match="status is 'Odd'"):
        readings(plan, [opening(wednesday(10), status="Odd")], wednesday(13))


def test_w18_versions_may_have_no_workflow() -> None:
    """Their clocks can be read all the same; only no case is handled while they are in force."""
    plan = in_force({FIRST: OLD, CHANGE: living(ENDED)})
    assert clock(plan, [opening(wednesday(10), status="Odd")], wednesday(13)).due == wednesday(14)
    with pytest.raises(NoWorkflow):
        handle(plan, None, opening(wednesday(10)))
    assert handle(plan, None, opening(wednesday(13))).case.status == "New"
    assert firings(plan, waiting(wednesday(10)), wednesday(23)) == []
    with pytest.raises(NoWorkflow):
        timers(PLAN, replay([opening(wednesday(10))]))


# Desks and reports.


def test_w18_a_case_is_closed_by_the_version_in_force_at_its_latest_event() -> None:
    """So that none is closed just because a version comes into force."""
    reopened = Workflow("new", {"New": Status(next=["Done"]), "Done": Status(next=["New"])}, "New")
    plan = in_force({FIRST: living(), CHANGE: living(workflow=reopened)})
    log: list[Event] = [opening(wednesday(10), status="New"), moved("Done", wednesday(11))]
    later = [log[0], moved("Done", wednesday(13))]
    for one, expected in ((log, True), (later, False)):
        assert is_closed(plan, replay(one)) is expected
        assert in_view(plan, "my_closed", replay(one), ANA) is expected
        assert queue_key(plan, one, wednesday(16)).closed is expected


def test_w18_staffing_is_that_of_the_version_in_force_then() -> None:
    """And what is next that of the one in force at that."""
    row = Staffing("chat", "desk", ["high"])
    none = version(4, calendars={"desk": DESK - DESK})
    plans = [
        attrs.evolve(one, staffing=[row, Staffing("phone", "desk")])
        for one in (OLD, version(2, calendars={"desk": LONG}))
    ]
    plan = in_force({FIRST: plans[0], wednesday(0, days=3): plans[1], wednesday(0, days=9): none})
    chat, phone = staffed(plan, wednesday(18, days=2))
    assert (chat.priorities, chat.next) == ((), (("high", wednesday(6, days=3)),))
    assert [str(at) for _, at in phone.next] == ["2026-06-13 08:00:00+02:00"] * 2
    assert [one.priorities for one in staffed(plan, wednesday(6, days=3))] == [("high",), ("high", "low")]
    assert [one.next for one in staffed(plan, wednesday(19, days=8))] == [(), ()]
    assert staffed(plan, wednesday(12, days=9)) == ()
    never = in_force({FIRST: attrs.evolve(none, staffing=[row]), CHANGE: plans[0]})
    assert staffed(never, wednesday(10))[0].next == (("high", CHANGE),)


def test_w18_rows_of_a_table_are_judged_by_the_version_in_force_when_they_were_opened() -> None:
    """A row from before the first one cannot be read; a priority goes by its newest name."""
    names = [Priority("P1", aliases=["high"]), Priority("P2")]
    dues = by_target(in_force({wednesday(8): OLD, CHANGE: version(2, priorities=names)}), "first_response", "priority")
    lines = [
        "opened,done,priority",
        *(f"2026-06-10T{at}Z,,{name}" for at, name in (("10:00", "high"), ("12:00", "high"))),
    ]
    lines += ["2026-06-10T10:00Z,,P2", "2026-06-10T07:59Z,,high"]
    rows = list(judged(lines, Question("opened", "done", dues, wednesday(23), stamps=Stamps())).judgements)
    assert [row.due for row in rows] == [wednesday(14), wednesday(14), None, None]
    assert [row.verdict for row in rows] == ["missed", "missed", "no target", "unreadable"]
    assert [dues.name(name) for name in ("high", "low", "none")] == ["P1", "low", "none"]


def test_w18_what_if_a_case_had_lived_under_another_plan() -> None:
    """Either one may change; a calendar takes the place of each version's; a plan does not differ from its versions."""
    plan, log = in_force({FIRST: living(), CHANGE: living(hours=2)}), [opening(wednesday(16), status="New")]
    assert what_if(plan, log, wednesday(17), under=living(hours=2)).changes == ()
    would_be = str(what_if(living(), log, wednesday(17), under=plan)).splitlines()[2]
    assert would_be.endswith("due Thu 2026-06-11 10:00 UTC (UTC+00:00), 1:00 h used")
    ((_, after),) = what_if(plan, log, wednesday(17), under=LONG).changes
    assert after is not None
    assert str(after.due) == "2026-06-10 20:00:00+02:00"
    assert what_if(plan, log, wednesday(17), priority="low").after[0].due == wednesday(12, days=1)


def test_w18_every_version_is_linted() -> None:
    """With its place before the path."""
    odd = living(workflow=flow(Odd=Status(closed=True)))
    found = [str(finding) for finding in lint(in_force({FIRST: living(), CHANGE: odd}))]
    assert found == [str(one._replace(path=f"versions.1990-01-01T00:00:00Z.{one.path}")) for one in lint(living())] + [
        str(one._replace(path=f"versions.2026-06-10T12:00:00Z.{one.path}")) for one in lint(odd)
    ]


# Values.


def test_versions_are_a_value() -> None:
    """In whatever order and zone they are given; equal, hashable, and as they were after a pickle."""
    berlin = CHANGE.astimezone(ZoneInfo("Europe/Berlin"))
    same = in_force([(berlin, NEW), (FIRST, OLD)])
    assert same == PLAN
    assert hash(same) == hash(PLAN)
    assert same.versions == ((FIRST, OLD), (CHANGE, NEW))
    assert pickle.loads(pickle.dumps(PLAN)) == PLAN
    assert pickle.loads(pickle.dumps(PLAN)).version_at(wednesday(11)) == OLD
    assert PLAN not in (NEW, OLD, in_force({FIRST: OLD, CHANGE + MICROSECOND: NEW}))
    assert attrs.evolve(PLAN) == PLAN
    assert PLAN.target("first_response", "high").due == business_hours(2)
    copies = pickle.loads(pickle.dumps(readings(PLAN, [opening(wednesday(11))], wednesday(13))))
    assert copies[0].version == FIRST
    assert copies[0].held[0].why.startswith("Judged by ours")


def test_a_plan_without_versions_is_always_in_force() -> None:
    """And is asked for instants all the same."""
    assert OLD.version_at(datetime(1900, 1, 1, tzinfo=UTC)) is OLD
    with pytest.raises(NaiveDatetime):
        OLD.version_at(CHANGE.replace(tzinfo=None))
    with pytest.raises(NaiveDatetime):
        PLAN.version_at(CHANGE.replace(tzinfo=None))


def test_the_two_readings_of_an_hour_are_two_instants() -> None:
    """In pairs, since a mapping would take them for one."""
    hour = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    plan = in_force([(hour, OLD), (hour.replace(fold=1), NEW)])
    assert plan.version_at(datetime(2026, 10, 25, 1, 29, tzinfo=UTC)) == OLD
    assert plan.version_at(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == NEW


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({}, WrongType, "versions is {} (dict); expected at least one instant with the plan in force from then on"),
        (OLD, WrongType, "expected a mapping of instant to Plan"),
        ("ours", WrongType, "versions is 'ours' (str); expected a mapping of instant to Plan"),
        ([CHANGE], WrongType, "expected a mapping of instant to Plan"),
        (
            {CHANGE.replace(tzinfo=None): OLD},
            NaiveDatetime,
            "an instant of versions is 2026-06-10 12:00:00, which has no",
        ),
        ({"now": OLD}, WrongType, "an instant of versions is 'now' (str); expected a datetime"),
        ({CHANGE: apricot_us}, WrongType, "the version in force from 2026-06-10 12:00:00+00:00 on is <function"),
        ({datetime(1899, 1, 1, tzinfo=UTC): OLD}, OutOfRange, "an instant of versions is 1899-01-01 00:00:00+00:00"),
    ],
)
def test_what_is_no_mapping_of_instants_to_plans_is_refused(given: Any, error: type[Exception], text: str) -> None:
    """With what was expected."""
    with pytest.raises(error) as refused:
        in_force(given)
    assert text in str(refused.value)


def test_versions_that_contradict_each_other_are_refused() -> None:
    """Two of one instant, written in different zones; and one that has versions; all in one error."""
    berlin = CHANGE.astimezone(ZoneInfo("Europe/Berlin"))
    with pytest.raises(InvalidPlan) as refused:
        in_force([(CHANGE, OLD), (FIRST, PLAN), (berlin, NEW)])
    assert str(refused.value).splitlines() == [
        "plan 'ours' has 2 faults:",
        "  versions[0]: 'ours' has versions itself; give them with the others",
        "  versions[2]: another version comes into force at 2026-06-10 12:00:00+00:00",
    ]


def test_a_plan_of_versions_says_what_the_newest_says() -> None:
    """Changed by itself it would not; the newest one is changed, and all of them are put in force again."""
    with pytest.raises(InvalidPlan) as refused:
        attrs.evolve(PLAN, targets=OLD.targets, name="other")
    assert [(found.name, found.path) for found in refused.value.findings] == [
        ("not_the_newest", "name"),
        ("not_the_newest", "targets"),
    ]
    assert "change that one, and make the plan anew with in_force" in str(refused.value)


# Documents, frozen calendars and digests.


@given(any_plans, any_plans)
def test_a_plan_that_changes_is_the_same_after_dump_and_load(first: Plan, second: Plan) -> None:
    """Written as its versions by instant, and by the schema."""
    plan = in_force({FIRST: first, CHANGE + MICROSECOND: second})
    text = dump(plan)
    assert load(text) == plan
    assert dump(load(text)) == text
    assert list(json.loads(text)["plan"]["versions"]) == ["1990-01-01T00:00:00Z", "2026-06-10T12:00:00.000001Z"]


def broken(**changes: Any) -> list[tuple[str, str]]:
    """The findings of a document of two versions, with changes to what it holds."""
    tree = json.loads(dump(PLAN))
    tree["plan"].update(changes)
    with pytest.raises(InvalidDocument) as refused:
        load(json.dumps(tree))
    return [(finding.name, finding.path) for finding in refused.value.findings]


def test_w18_each_version_of_a_document_has_its_own_faults() -> None:
    """With the paths of that version."""
    old, new = (json.loads(dump(plan))["plan"] for plan in (OLD, NEW))
    old["targets"][0]["due"], new["targets"][0]["calendar"] = "soon", "night"
    assert broken(versions={"2026-01-01T00:00:00Z": old, "2026-07-01T00:00:00+02:00": new}) == [
        ("invalid_duration", "versions.2026-01-01T00:00:00Z.targets[0].due"),
        ("unknown_calendar", "versions.2026-07-01T00:00:00+02:00.targets[0].calendar"),
    ]


def test_w18_a_document_of_versions_says_nothing_else_and_no_instant_twice() -> None:
    """Nor has it no version, or one that has versions."""
    version = json.loads(dump(OLD))["plan"]
    twice = {"2026-01-01T00:00:00Z": version, "2026-01-01T01:00:00+01:00": version}
    assert ("unknown_key", "name") in broken(name="ours")
    assert broken(versions={}) == [("unreadable", "plan")]
    assert broken(versions=5) == [("unreadable", "versions")]
    assert broken(versions={"2026-01-01": version}) == [("unreadable", "versions.2026-01-01")]
    assert broken(versions=twice) == [("unreadable", "versions")]
    assert broken(versions={"2026-01-01T00:00:00Z": {"versions": twice}})


def test_w18_each_version_is_frozen_and_the_whole_has_a_digest() -> None:
    """Its calendars' holidays become dates, those of a plan that changes too."""
    us = apricot_us()
    frozen = freeze(in_force({FIRST: us, CHANGE: attrs.evolve(us, name="ours")}), 2026, 2027)
    assert [plan for _, plan in frozen.versions] == [
        freeze(us, 2026, 2027),
        freeze(attrs.evolve(us, name="ours"), 2026, 2027),
    ]
    assert load(dump(frozen)) == frozen
    assert digest(frozen) != digest(freeze(us, 2026, 2027))
