"""Values of every kind that a document holds, drawn where writing and reading go wrong: names, texts and edges."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
from hypothesis import strategies as st

from case_strategies import PRESETS, lives, workflows
from clock_strategies import clock_plans
from strategies import ZONES, library_calendar, moments, plains
from supportsla import (
    BusinessCalendar,
    Calendar,
    Consultation,
    Disruption,
    Duration,
    Field,
    Form,
    Frozen,
    Intake,
    InvalidPlan,
    InvalidWorkflow,
    Metric,
    Move,
    Percent,
    Plan,
    Priority,
    RaisePriority,
    Remind,
    Schedule,
    SetPriority,
    Staffing,
    Status,
    Target,
    Timer,
    Window,
    Workflow,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
    public_holidays,
    recurring,
)
from supportsla.channels import FIELDS
from supportsla.events import KINDS, ROLES, Actor, Event
from supportsla.metrics import SIGNALS

AWKWARD = (
    *("a.b", "a[0]", "statuses.New", "]", "[1].x", '"', "\\", "\n", "\x00", "\x7f", "\u2028", "\ufeff", "é", "e\u0301"),
    *(
        "\U0001f600",
        "?0",
        "supportsla",
        "plan",
        "action",
        "operation",
        "zone",
        "country",
        "true",
        "null",
        "1",
        "x" * 300,
    ),
)
"""Texts that a path, a quotation or a key could be confused by."""

texts = st.sampled_from(("", " ", *AWKWARD)) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.sampled_from(AWKWARD) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
solid_names = names.filter(lambda name: bool(name.strip()))
instants = st.datetimes(datetime(1900, 1, 2), datetime(2200, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
windows = st.tuples(instants, st.timedeltas(timedelta(microseconds=1), timedelta(days=1))).map(
    lambda pair: Window(pair[0], pair[0] + pair[1])
)
days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
durations: st.SearchStrategy[Duration] = st.one_of(
    st.integers(1, 9999).map(business_days),
    st.integers(1, 9999).map(calendar_days),
    st.builds(business_hours, st.integers(1, 9999), microseconds=st.integers(0, 10**10)),
    st.builds(calendar_hours, st.integers(1, 9999), minutes=st.integers(0, 99), seconds=st.integers(0, 99)),
)
warnings_before: st.SearchStrategy[Duration | Percent] = durations | st.integers(1, 100).map(Percent)

_schedules: st.SearchStrategy[Schedule] = st.one_of(
    st.dictionaries(days, texts, max_size=4).map(
        lambda named: BusinessCalendar("UTC", "24/7", holidays=named).holidays
    ),
    st.sampled_from(
        [
            public_holidays("US"),
            Frozen({date(2026, 1, 1): "New Year", date(2025, 12, 31): ""}, 2026, 2027, {"holidays": "0.109"}),
            public_holidays("AU", "NSW"),
            public_holidays("DE", "BY", language="en_US"),
            public_holidays("US", categories=["public", "unofficial"]),
        ]
    ),
    st.builds(
        recurring,
        st.sampled_from(
            ["FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "DTSTART:20260105\nRRULE:FREQ=WEEKLY;COUNT=3", "freq=daily"]
        ),
        texts,
    ),
)
schedules = st.recursive(
    _schedules,
    lambda inner: st.builds(
        lambda left, right, plus: left + right if plus else left - right, inner, inner, st.booleans()
    ),
    max_leaves=4,
)


@st.composite
def _leaves(draw: st.DrawFn) -> Calendar:
    zone = draw(st.sampled_from(ZONES))
    calendar: Calendar = library_calendar(draw(plains(zone, draw(moments(zone)))))
    if isinstance(calendar, BusinessCalendar) and draw(st.booleans()):
        return attrs.evolve(calendar, holidays=draw(schedules))
    return calendar


def _combined(left: Calendar, sign: str, right: Calendar | list[Window]) -> Calendar:
    return left | right if sign == "|" else left & right if sign == "&" else left - right


calendars = st.recursive(
    _leaves(),
    lambda inner: st.builds(
        _combined,
        inner,
        st.sampled_from("|&-"),
        inner | st.lists(windows, max_size=3),
    ),
    max_leaves=3,
)

priorities = st.builds(
    Priority, solid_names, texts, st.lists(texts, max_size=2).map(tuple), st.lists(solid_names, max_size=2).map(tuple)
)
targets = st.builds(
    Target,
    names,
    names,
    durations,
    st.none() | durations,
    calendar=names,
    boundary=st.sampled_from(["close", "open"]),
    channel=st.none() | names,
    warn_before=st.lists(warnings_before, max_size=3),
)
_signals = st.lists(st.sampled_from(SIGNALS), max_size=3)
metrics = st.builds(
    Metric,
    solid_names,
    st.lists(st.sampled_from(SIGNALS), min_size=1, max_size=2),
    stops=_signals,
    restarts=_signals,
    cancels=_signals,
    after=st.none() | st.sampled_from(SIGNALS),
    done_in=st.lists(names, max_size=2),
    paused_in=st.lists(names, max_size=2),
    cancelled_in=st.lists(names, max_size=2),
    recurrence=st.sampled_from(["independent", "sequential"]),
)
_fields = st.builds(Field, st.sampled_from(FIELDS), texts, mandatory=st.booleans())
intakes = st.builds(
    Intake,
    st.lists(st.builds(Form, names, st.lists(_fields, max_size=2)), max_size=2),
    st.none() | names,
    st.lists(names, max_size=2),
    st.dictionaries(names, names, max_size=2),
    st.lists(names, max_size=2),
    st.dictionaries(names, texts, max_size=2),
    st.lists(names, max_size=3),
)


@st.composite
def _timers(draw: st.DrawFn, statuses: list[str], number: int) -> Timer:
    """A timer on a calendar or in a zone, with a name of its own or the one that it has by itself."""
    then = draw(
        st.one_of(
            st.builds(Remind, st.sampled_from(["client", "support"])),
            st.builds(Move, st.sampled_from(statuses), st.none() | texts),
            st.builds(SetPriority, names),
            st.just(RaisePriority()),
        )
    )
    rest: dict[str, Any] = {"since": draw(st.sampled_from(["entered", "message", "fired"]))}
    if draw(st.booleans()):
        rest["name"] = f"{number}{draw(texts)}"
    match draw(st.integers(0, 3)):
        case 0:
            return Timer(then, until=True, **rest)
        case 1:
            return Timer(then, after=draw(durations), calendar=draw(names), **rest)
        case 2:
            return Timer(then, after=calendar_days(draw(st.integers(1, 9))), zone=draw(st.sampled_from(ZONES)), **rest)
        case _:
            times = draw(st.none() | st.integers(1, 9))
            return Timer(then, every=draw(durations), times=times, calendar=draw(names), **rest)


@st.composite
def _statuses(draw: st.DrawFn, statuses: list[str]) -> Status:
    """A row with anything in it; the table that it stands in may refuse it."""
    perhaps = st.none() | st.sampled_from(statuses)
    update = draw(perhaps)
    roles = st.lists(st.sampled_from(ROLES), unique=True)
    return Status(
        draw(texts),
        draw(st.dictionaries(st.sampled_from(statuses), roles)),
        closed=draw(st.booleans()),
        on_client_update=update,
        within=draw(st.none() | durations) if update is not None else None,
        otherwise=draw(st.sampled_from(["log", "refuse", "new_case"])),
        on_reply=draw(perhaps),
        on_assignment=draw(perhaps),
        timers=[draw(_timers(statuses, number)) for number in range(draw(st.integers(0, 2)))],
        needs_sub_status=draw(st.sampled_from([False, False, False, True])),
    )


@st.composite
def _awkward_workflows(draw: st.DrawFn) -> Workflow:
    statuses = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    table = {name: draw(_statuses(statuses)) for name in statuses}
    closed = [name for name, row in table.items() if row.closed]
    initial = draw(st.lists(st.sampled_from(statuses), min_size=1, unique=True))
    try:
        return Workflow(draw(texts), table, initial, draw(st.sampled_from([None, *closed])))
    except InvalidWorkflow:
        bare = {name: attrs.evolve(row, timers=(), needs_sub_status=False, within=None) for name, row in table.items()}
        return Workflow(draw(texts), bare, initial)


workflow_values = _awkward_workflows() | workflows()
_disruptions = st.builds(
    lambda kind, window, ends, title: Disruption(kind, window.opens, window.closes if ends else None, title),
    st.sampled_from(["scheduled maintenance", "unscheduled maintenance", "incident"]),
    windows,
    st.booleans(),
    texts,
)


@st.composite
def _awkward_plans(draw: st.DrawFn) -> Plan:
    """A plan whose names are awkward, and where everything that may be left out is there."""
    called = draw(st.lists(solid_names, min_size=1, max_size=3, unique=True))
    desks = {name: draw(calendars) for name in draw(st.lists(names, min_size=1, max_size=2, unique=True))}
    channels = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    rows = draw(st.lists(metrics, max_size=2, unique_by=lambda metric: metric.name))
    rows = [attrs.evolve(row, done_in=(), paused_in=(), cancelled_in=()) for row in rows]
    pick = st.sampled_from
    options: dict[str, Any] = {
        "metrics": rows,
        "on_priority_change": draw(pick(["fair", "from_start", "from_change"])),
        "on_reopening": draw(pick(["continue", "restart", "stay_done"])),
        "staffing": [Staffing(draw(pick(channels)), draw(pick([*desks])), draw(st.lists(pick(called))), draw(texts))],
        "disruptions": draw(st.lists(_disruptions, max_size=2)),
        "consultation": Consultation(
            draw(st.timedeltas(timedelta(microseconds=1), timedelta(days=9))), draw(pick([*desks]))
        ),
        "collaborators_comment": draw(st.booleans()),
        "intake": Intake(
            [Form(draw(pick(channels)), [Field("subject", draw(texts))])],
            draw(pick(called)),
            draw(st.lists(pick(called), max_size=2)),
            dict.fromkeys(channels, called[0]),
            draw(st.lists(pick(channels), max_size=2)),
            draw(st.dictionaries(names, texts, max_size=2)),
            channels,
        ),
    }
    promised = [
        attrs.evolve(draw(targets), metric=row.name, priority=called[0], calendar=draw(pick([*desks])), channel=channel)
        for row in rows
        for channel in (None, channels[0])
    ]
    try:
        return Plan(draw(texts), desks, [Priority(name, draw(texts)) for name in called], promised, **options)
    except InvalidPlan:
        return draw(st.sampled_from(PRESETS))


plan_values = st.one_of(_awkward_plans(), _awkward_plans(), clock_plans(), st.sampled_from(PRESETS))

_actors = st.builds(Actor, st.sampled_from(ROLES), solid_names, st.none() | solid_names)
_given: dict[str, st.SearchStrategy[Any]] = {
    "str": texts,
    "str | None": st.none() | texts,
    "bool": st.booleans(),
    "int": st.integers(-(10**18), 10**18),
    "datetime": instants,
    "datetime | None": st.none() | instants,
    "Actor": _actors,
    "Window": windows,
    "Role": st.sampled_from(ROLES),
}


def events_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Events of a kind, with all fields given, or with those left out that may be."""
    fields = [field for field in attrs.fields(kind) if field.init]
    needed = [field for field in fields if field.default is attrs.NOTHING]
    everything = {field.name: _given[field.type] for field in fields}
    return st.builds(kind, **everything) | st.builds(kind, **{field.name: _given[field.type] for field in needed})


logs = st.lists(st.one_of([events_of(kind) for kind in KINDS]), min_size=1, max_size=4).map(tuple) | lives(6).map(
    lambda life: tuple(life.log)
)

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "plan": plan_values,
    "calendar": calendars,
    "schedule": schedules,
    "workflow": workflow_values,
    "intake": intakes,
    "priorities": st.lists(priorities, min_size=1, max_size=3).map(tuple),
    "targets": st.lists(targets, min_size=1, max_size=3).map(tuple),
    "metrics": st.lists(metrics, min_size=1, max_size=3).map(tuple),
    "log": logs,
}
"""By the kind of the document that holds them."""
