"""Plans with targets of every kind, and lives of cases on them, for the laws of clocks.

What is tried happens at and beside the instants at which clocks change: dues, limits, openings, closings, edges of
pauses, timers and clock changes. The library is asked for those only to aim; what is expected, the laws say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import attrs
from hypothesis import strategies as st

from case_strategies import ANA, BO, MICROSECOND, PRESETS, STARTS, Intention, Life, born, event_of, workflows
from supportsla import (
    ALWAYS,
    BusinessCalendar,
    Calendar,
    Consultation,
    Duration,
    Intake,
    Metric,
    Move,
    NeverCloses,
    Percent,
    Plan,
    Priority,
    Remind,
    SetPriority,
    Status,
    Target,
    Timer,
    Workflow,
    advance,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
    deadline,
    elapsed,
    next_close,
    next_due,
    next_open,
    readings,
    replay,
    standard_metrics,
    timers,
)
from supportsla.clocks import Reading
from supportsla.events import Event, StatusChanged

NOTHING = timedelta(0)
DAY = timedelta(days=1)
NUDGES = (NOTHING, NOTHING, MICROSECOND, -MICROSECOND, timedelta(minutes=1), timedelta(hours=7))
FAR = timedelta(days=60)

DESKS = (
    BusinessCalendar("America/Chicago", "Mo-Fr 09:00-17:00", holidays=[date(2026, 3, 10), date(2026, 11, 3)]),
    BusinessCalendar("Australia/Lord_Howe", "Mo-Fr 09:00-12:00,13:00-17:00"),
    BusinessCalendar("America/Sao_Paulo", "24/7"),
    BusinessCalendar("Pacific/Apia", "Mo-Su 22:00-06:00"),
    BusinessCalendar("America/Chicago", "Mo-Fr 00:00-24:00; Sa 01:30-02:30", exceptions={date(2026, 3, 9): "off"}),
)
CHANGES = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in ("2011-12-30T10:00", "2018-11-04T03:00", "2026-03-08T08:00", "2026-04-04T15:00", "2026-11-01T07:00")
)

LENGTHS = (
    business_hours(4),
    business_days(1),
    calendar_hours(4),
    calendar_days(1),
    business_hours(8),
    business_days(2),
    calendar_hours(25),
    calendar_days(3),
    business_hours(20, microseconds=1),
)
LIMITS = (None, None, business_days(2), calendar_hours(48), business_hours(16), calendar_days(2))
WARNINGS: tuple[tuple[Duration | Percent, ...], ...] = (
    (),
    (Percent(25),),
    (business_hours(1), Percent(100)),
    (calendar_hours(1), business_days(1)),
    (Percent(33), calendar_days(1)),
    (Percent(1), business_hours(0, microseconds=1)),
)
SHAPES = tuple(product(LENGTHS, LIMITS, ("desk", "other", "always"), ("close", "open"), WARNINGS))
PRIORITIES = ("high", "medium", "low")

STATUSES = ("New", "Open", "Waiting", "Waiting too", "Held", "Done", "Gone")
WAITS, SOLVED = ("Waiting", "Waiting too"), ("Done", "Gone")


def _table(timed: bool) -> Workflow:
    def row(name: str, **rest: Any) -> Status:
        return Status("", STATUSES, closed=name == "Gone", **rest)

    rows = {name: row(name) for name in STATUSES}
    for name in WAITS:
        rows[name] = row(name, on_client_update="Open")
    if timed:
        hourly = Timer(Remind(), every=calendar_hours(10), times=3, calendar="desk")
        solved = Timer(Move("Done"), after=calendar_days(2), calendar="desk")
        rows["Waiting"] = row("Waiting", on_client_update="Open", timers=[hourly, solved])
        rows["Done"] = row(
            "Done", on_client_update="Open", timers=[Timer(Move("Gone"), after=business_hours(9), calendar="desk")]
        )
        rows["New"] = row("New", timers=[Timer(Move("Open"), after=business_hours(5), calendar="desk")])
        raised = Timer(SetPriority("high"), after=business_hours(6), calendar="desk")
        rows["Open"] = row("Open", timers=[raised, Timer(Move("Waiting"), after=calendar_hours(30), zone="UTC")])
    return Workflow("timed" if timed else "calm", rows, "New", "Gone")


CALM, TIMED = _table(timed=False), _table(timed=True)


def _metrics_of(workflow: Workflow) -> tuple[Metric, ...]:
    """Every kind of row, as far as the workflow has its statuses."""
    known = [name for name, _ in workflow.statuses]

    def there(names: Iterable[str]) -> list[str]:
        return [name for name in names if name in known]

    theirs, others, solved = there(WAITS), there(["Held"]), there(SOLVED)
    return (
        *standard_metrics(solved=solved, waiting_on_client=theirs, waiting_on_others=others),
        Metric("handover", "opening", stops="assignment", paused_in=[*theirs, *solved]),
        Metric("cadence", ["opening", "reply"], stops="reply", paused_in=theirs, recurrence="sequential"),
        Metric("grid", "reply", stops="reply", cancelled_in=solved, paused_in=others, recurrence="sequential"),
        Metric("nudge", "client_update", stops="reply", restarts="client_update", cancels="assignment"),
        Metric("pick up", "client_opening", stops="assignment", done_in=solved, paused_in=[*theirs, *others]),
    )


ROWS = _metrics_of(CALM)


def _targets(metric: str, shapes: Sequence[int], on_email: int) -> list[Target]:
    """A target for most of the priorities, and now and then one of its own for cases that came in by e-mail."""
    channels: list[tuple[str, str | None]] = [(priority, None) for priority in PRIORITIES]
    found = []
    for (priority, channel), number in zip([*channels, (PRIORITIES[on_email % 3], "email")], shapes, strict=True):
        if number < len(SHAPES) and (channel is None or on_email < 3):
            due, limit, calendar, boundary, warnings = SHAPES[number]
            rest: dict[str, Any] = {"calendar": calendar, "boundary": boundary, "warn_before": warnings}
            found.append(Target(metric, priority, due, limit, channel=channel, **rest))
    return found


_shapes = st.lists(st.integers(0, len(SHAPES) * 6 // 5), min_size=4, max_size=4)
_on_email = st.integers(0, 6)
_desks = st.integers(0, len(DESKS) - 1)
_rows = st.lists(st.integers(0, len(ROWS) - 1), min_size=2, max_size=4, unique=True)
_pausing_rows = st.lists(
    st.sampled_from([i for i, row in enumerate(ROWS) if row.paused_in]), min_size=2, max_size=3, unique=True
)
_repricings = st.sampled_from(["fair", "from_start", "from_change"])
_reopenings = st.sampled_from(["continue", "restart", "stay_done"])
_tables = st.sampled_from([CALM, CALM, TIMED, TIMED, None])
_drawn_tables = workflows()


@st.composite
def clock_plans(draw: st.DrawFn, /, *, workflow: Workflow | None = None, pausing: bool = False, **options: Any) -> Plan:
    """A small plan with a target, or none, for each of its metrics and priorities.

    Args:
        workflow: that of the plan; None: any.
        pausing: with metrics only that pause.
        options: of the plan, that are not drawn.
    """
    workflow = workflow or draw(_tables) or draw(_drawn_tables)
    rows = _metrics_of(workflow)
    metrics = [rows[i] for i in sorted(draw(_pausing_rows if pausing else _rows))]
    rest: dict[str, Any] = {
        "on_priority_change": draw(_repricings),
        "on_reopening": draw(_reopenings),
        **options,
    }
    return Plan(
        "drawn",
        {"desk": DESKS[draw(_desks)], "other": DESKS[draw(_desks)], "always": ALWAYS},
        list(map(Priority, PRIORITIES)),
        [target for metric in metrics for target in _targets(metric.name, draw(_shapes), draw(_on_email))],
        workflow=workflow,
        metrics=metrics,
        intake=Intake(default="medium"),
        consultation=Consultation(timedelta(hours=1)),
        **rest,
    )


plans = st.sampled_from(PRESETS) | clock_plans() | clock_plans()
calm_plans = clock_plans(workflow=CALM)
pausing_plans = clock_plans(workflow=CALM, pausing=True)

intentions = st.builds(
    Intention,
    timing=st.sampled_from(["due", "now", "later", "opening", "closing", "timer", "change", "much later"]),
    nudge=st.sampled_from(NUDGES),
    kind=st.sampled_from(["move"] * 5 + ["comment"] * 4 + ["priority"] * 2 + ["assign", "file", "close"]),
    by=st.sampled_from([BO, BO, ANA]),
    word=st.sampled_from(["high", "low", "medium", "critical"]),
    public=st.just(True) | st.booleans(),
    pick=st.integers(0, 20),
)


def utc(at: datetime | None) -> datetime:
    """An instant that is there, to compare and to add to."""
    assert at is not None
    return at.astimezone(UTC)


def ends_of(reading: Reading) -> list[datetime]:
    """The instants at which the reading says that it changes."""
    return [utc(at) for at in (reading.due, reading.limit, reading.due_if_resumed, reading.started) if at]


def edges_of(calendar: Calendar, at: datetime) -> list[datetime]:
    """The next opening and the next closing."""
    try:
        closing = utc(next_close(calendar, at))
    except NeverCloses:
        return [utc(next_open(calendar, at + MICROSECOND))]
    return [utc(next_open(calendar, closing)), closing]


def _aim(life: Life, intention: Intention) -> datetime:
    """When the intention is tried: at or beside what its timing names, not before the case."""
    at = life.case.at
    found: list[datetime] = []
    match intention.timing:
        case "due":
            found = [end for one in readings(life.plan, life.log, at) for end in ends_of(one) if end >= at]
        case "timer":
            found = [timer.due.astimezone(UTC) for timer in timers(life.plan, life.case)[:4]]
        case "opening":
            found = edges_of(life.plan.calendar("desk"), at)[:1]
        case "closing":
            found = edges_of(life.plan.calendar("desk"), at)[-1:]
        case "change":
            found = [change for change in CHANGES if change >= at]
        case "later":
            found = [at + timedelta(hours=5)]
        case "much later":
            found = [at + timedelta(days=9)]
    near = [one for one in found if one <= at + 10 * DAY] or [at]
    return max(at, near[intention.pick % len(near)] + intention.nudge)


def _steered(life: Life, intention: Intention) -> Intention:
    """The intention, but for every other move, which goes to where clocks wait, or out of there."""
    if intention.kind != "move" or intention.pick % 2:
        return intention
    names = [name for name, _ in life.plan.required_workflow.statuses]
    pauses = [i for i, name in enumerate(names) if name.startswith(("Waiting", "Held"))]
    if life.case.status in (names[i] for i in pauses) or not pauses:
        return replace(intention, pick=1)
    return replace(intention, pick=pauses[intention.pick // 2 % len(pauses)])


def try_at(life: Life, intention: Intention) -> None:
    """Hand in the intention at its instant."""
    tried = event_of(life.plan, life.case, replace(_steered(life, intention), timing="now"))
    life.attempt(attrs.evolve(tried, at=_aim(life, intention)))


_starts = st.sampled_from(STARTS)
_picks = st.integers(0, 200)
_few = st.integers(0, 5)
_beside = st.sampled_from([NOTHING, MICROSECOND, -MICROSECOND])
_tried = st.lists(intentions, min_size=2, max_size=8)
_few_tried = st.lists(intentions, max_size=4)
_hardly_tried = st.lists(intentions, max_size=2)


@st.composite
def clock_lives(
    draw: st.DrawFn,
    plans: st.SearchStrategy[Plan] = plans,
    tried: st.SearchStrategy[list[Intention]] = _tried,
) -> Life:
    """A case with some things tried on it."""
    plan = draw(plans)
    start = draw(_starts)
    starts = [start, start + timedelta(hours=9), *edges_of(plan.calendar("desk"), start)]
    life = born(plan, starts[draw(_picks) % len(starts)] + draw(_beside))
    for intention in draw(tried):
        try_at(life, intention)
    return life


@dataclass(frozen=True)
class Wait:
    """A case that waited on its client, and the positions in its log of the moves into the wait and out of it."""

    life: Life
    begins: int
    ends: int


_waiting_lives = clock_lives(pausing_plans, _few_tried)


@st.composite
def waits(draw: st.DrawFn) -> Wait:
    """A case without timers that came to wait, and perhaps no longer does."""
    life = draw(_waiting_lives)
    once = draw(intentions)
    if life.case.status != "Waiting":
        life.attempt(StatusChanged("Waiting", at=_aim(life, once), by=BO))
    begins = max(i for i, event in enumerate(life.log) if isinstance(event, StatusChanged))
    for intention in draw(_hardly_tried):
        kind = "priority" if intention.pick % 3 else "comment"
        try_at(life, replace(intention, kind=kind, by=BO))
    try_at(life, replace(draw(intentions), kind="move", by=BO))
    for intention in draw(_hardly_tried):
        try_at(life, intention)
    moves = [i for i, event in enumerate(life.log) if isinstance(event, StatusChanged) and i > begins]
    return Wait(life, begins, moves[0] if moves else len(life.log))


def up_to(log: Sequence[Event], now: datetime) -> list[Event]:
    """The part of a log that has happened by an instant."""
    return [event for event in log if event.at <= now]


def instants_of(life: Life) -> list[datetime]:
    """Instants from the opening on, at and beside everything at which a clock of the case changes."""
    log, first, last = life.log, life.log[0].at, life.case.at
    found = [event.at for event in log]
    for at in {first, last}:
        found += [end for one in readings(life.plan, log, at) for end in ends_of(one)]
    found += chain_of(life.plan, log, last, 2)
    found += edges_of(life.plan.calendar("desk"), last)
    found += [change for change in CHANGES if first <= change <= last + 10 * DAY]
    beside = {at + nudge for at in found for nudge in (-MICROSECOND, NOTHING, MICROSECOND)}
    return sorted(at for at in (*beside, last + 9 * DAY) if first <= at <= last + FAR)


@dataclass(frozen=True)
class Scene:
    """A case, and the instant as of which its clocks are read."""

    life: Life
    now: datetime

    @property
    def plan(self) -> Plan:
        """What was promised."""
        return self.life.plan

    @property
    def past(self) -> list[Event]:
        """What the host has logged by now."""
        return up_to(self.life.log, self.now)

    @property
    def caught_up(self) -> list[Event]:
        """That, and what the timers have done since."""
        past = self.past
        return [*past, *advance(self.plan, replay(past), self.now).events]

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The case's clocks as of now."""
        return readings(self.plan, self.life.log, self.now)


_lives = clock_lives() | clock_lives() | waits().map(lambda wait: wait.life)


@st.composite
def scenes(draw: st.DrawFn, lives: st.SearchStrategy[Life] | None = None) -> Scene:
    """A case and an instant where its clocks change, or beside it."""
    life = draw(_lives if lives is None else lives)
    found = instants_of(life)
    return Scene(life, found[draw(_picks) % len(found)])


timed_lives = clock_lives(clock_plans(workflow=TIMED) | st.sampled_from(PRESETS[2:]), _few_tried)


@st.composite
def left_alone(draw: st.DrawFn, lives: st.SearchStrategy[Life] | None = None) -> Scene:
    """A case on which nothing happens from some event on, and an instant at or beside what it does by itself."""
    life = draw(_lives if lives is None else lives)
    log = life.log[: 1 + draw(_picks) % len(life.log)]
    at = log[-1].at
    found = [at, *chain_of(life.plan, log, at, draw(_few))]
    if life.plan.required_workflow.status(replay(log).status).timers:
        found += [at + 2 * DAY, at + 5 * DAY]
    return Scene(Life(life.plan, replay(log), log), max(at, found[draw(_picks) % len(found)] + draw(_beside)))


calm_scenes = scenes(clock_lives(calm_plans))
pausing_scenes = scenes(waits().map(lambda wait: wait.life))


def calendar_of(plan: Plan, target: Target | None) -> Calendar:
    """By which a clock with that target, or with none, is measured."""
    return plan.calendar(target.calendar if target else "desk")


def in_real_time(target: Target | None) -> bool:
    """Whether the target runs on clock time."""
    return target is not None and target.due.unit.startswith("calendar")


def passed(plan: Plan, target: Target | None, start: datetime, end: datetime) -> timedelta:
    """The time between two instants as a clock with that target counts it."""
    if in_real_time(target):
        return utc(end) - utc(start)
    return elapsed(calendar_of(plan, target), start, end)


def counts_from(reading: Reading) -> datetime:
    """From where the target that sets the due counts."""
    return utc(reading.held[-1].counts_from)


def amount_of(plan: Plan, target: Target, since: datetime) -> timedelta:
    """A target as an amount of time from an instant on: its length in business hours, or else the time to its due."""
    amount = target.due.amount
    if target.due.unit == "business hours" and isinstance(amount, timedelta):
        return amount
    return passed(plan, target, since, deadline(calendar_of(plan, target), since, target.due, boundary=target.boundary))


def chain_of(plan: Plan, log: Sequence[Event], now: datetime, most: int) -> list[datetime]:
    """The next so many instants at which the library says that something changes."""
    found: list[datetime] = []
    while len(found) < most and (due := next_due(plan, log, found[-1] if found else now)) is not None:
        found.append(utc(due.at))
    return found
