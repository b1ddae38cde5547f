"""Whole cases of other helpdesks, asked of plans, readings and timers (P9, P10, W9, W15, W18).

A row is told in three steps: its policy becomes a plan (metrics, and a target for each promise and level), its events
become a log, and each statement of what is expected becomes a question about the readings of that log. What a policy,
an event or a statement says that is not known here is refused, so that a further row is carried out or fails.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from supportsla import (
    BusinessCalendar,
    Duration,
    InvalidHours,
    Metric,
    Move,
    PendingTimer,
    Plan,
    Priority,
    Reading,
    Remind,
    Status,
    SupportSLAError,
    Target,
    Timer,
    Workflow,
    business_days,
    business_hours,
    calendar_hours,
    deadline,
    next_open,
    readings,
    replay,
    timers,
)
from supportsla.events import Actor, Commented, Event, Opened, PriorityChanged, Reminded, StatusChanged

SHARED = Path(os.environ.get("SUPPORTSLA_SHARED", Path(__file__).resolve().parents[2] / "shared"))
LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS = tuple(day[:3] for day in LONG_DAYS)

Row = Mapping[str, Any]
Columns = dict[str, Any]
"""Of a metric: which statuses pause, cancel or end it."""


def _rows(name: str) -> list[Row]:
    file = SHARED / "conformance" / name
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


CASES = _rows("sla.jsonl")
FOLLOW_UPS = _rows("follow_ups.jsonl")

needs_rows = pytest.mark.skipif(
    not CASES or not FOLLOW_UPS, reason="the shared conformance rows are not here: sla.jsonl, follow_ups.jsonl"
)


def _each(rows: Iterable[Row]) -> pytest.MarkDecorator:
    named = list(rows)
    return pytest.mark.parametrize("row", named, ids=[row["id"] for row in named])


DIFFERS = {
    "rt-029": (
        "P10: when a case leaves a status that cancels a clock, the clock starts afresh. The source only hides the due "
        "meanwhile: a matter of display, which a host gets by showing none there."
    ),
}
"""Where a status that the source ignores is taken as one that cancels: the decision that makes our answer another."""


# From a row to a calendar and a plan.


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _days(written: str) -> Iterator[date]:
    first, _, last = written.partition("/")
    start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    return (start + timedelta(days=i) for i in range((end - start).days + 1))


def _calendar(facts: Mapping[str, Any]) -> BusinessCalendar:
    rules = [
        f"{day.title()[:2]} {','.join(f'{opens}-{closes}' for opens, closes in spans)}"
        for day, spans in facts["weekly_hours"].items()
    ]
    holidays = [day for written in facts.get("holidays", ()) for day in _days(written)]
    return BusinessCalendar(facts["tz"], "; ".join(rules) or "off", holidays=holidays)


def _on_day(facts: Mapping[str, Any], day: str) -> Mapping[str, Any]:
    """The same hours on another day of the week: that of a level named for it."""
    (spans,) = facts["weekly_hours"].values()
    return {**facts, "weekly_hours": {day: spans}}


PROMISE = re.compile(
    r"(?:(?P<level>P\d+)_)?(?P<metric>starts|first_response|next_response|response|keep_in_loop|resolve|resolution|target)"
    r"_(?:(?P<unit>business|real)_)?min"
)
SAYS_HOW = {
    *("starts", "priority", "retroactive_start", "recurrence", "goal_min"),
    *("ignore_on_statuses", "exclude_time_on_ignored_statuses"),
    *("pause_statuses", "resolution_pauses", "response_pauses"),
}
OVER = ("resolved", "closed", "solved", "completed")
HELD = "held"
WAITING = ("on hold", "paused", HELD)
ANSWERED = "Replied"
SAME = {"resolve": "resolution"}


class Promised(NamedTuple):
    """One promise of a policy: to which levels, if not to all, for which metric, and under which part of the policy."""

    levels: Mapping[str | None, Duration]
    metric: str
    policy: Mapping[str, Any]


def _promises(policy: Mapping[str, Any]) -> Iterator[Promised]:
    for key, value in policy.items():
        if found := PROMISE.fullmatch(key):
            length = calendar_hours if found["unit"] == "real" else business_hours
            minutes = value if isinstance(value, Mapping) else {found["level"]: value}
            levels = {level: length(0, minutes=amount) for level, amount in minutes.items()}
            yield Promised(levels, SAME.get(found["metric"], found["metric"]), policy)
        elif key not in SAYS_HOW and isinstance(value, Mapping):
            yield from _promises(value)
        elif key not in SAYS_HOW:
            raise NotImplementedError(key)


def _levels(row: Row) -> list[str]:
    """The names of the policies or priorities of the row, the first one being that of a case which names none."""
    named: list[str | None] = [row["policy"].get("priority")]
    named += [level for promise in _promises(row["policy"]) for level in promise.levels]
    for event in row["events"]:
        named.append(_named_level(event))
    levels = [level for level in dict.fromkeys(named) if level is not None]
    if all(re.fullmatch(r"P\d+", level) for level in levels):
        levels.sort(key=lambda level: int(level[1:]))
    return levels


def _named_level(event: Mapping[str, Any]) -> str | None:
    given = event.get("policy", event.get("priority"))
    if event["type"] in ("policy_changed", "priority"):
        given = event.get("to")
    return f"P{given}" if isinstance(given, int) else given


def _statuses(row: Row) -> list[str]:
    named = [event[key] for event in row["events"] for key in ("status", "to") if key in event]
    return [*dict.fromkeys((*(name for name in named if isinstance(name, str)), "Resolved", HELD))]


def _metrics(row: Row, *, ignored_cancels: bool) -> list[Metric]:
    policy = row["policy"]
    over = [status for status in _statuses(row) if status.casefold() in OVER]
    paused = [status for status in _statuses(row) if status.casefold() in WAITING]
    paused += [status for status in policy.get("pause_statuses", ()) if status not in paused]
    ignored: dict[str, Columns] = {
        promise.metric: _when_ignored(promise.policy, ignored_cancels) for promise in _promises(policy)
    }

    waits: Columns = {"paused_in": paused} if policy.get("resolution_pauses", True) else {}
    waits |= ignored.get("resolution", {})
    done = [status for status in over if all(status not in column for column in waits.values())]
    return [
        Metric("starts", "opening"),
        Metric("response", ("client_opening", "client_update"), stops="reply", **ignored.get("response", {})),
        Metric("keep_in_loop", "reply", stops="reply", cancels="client_update", **ignored.get("keep_in_loop", {})),
        Metric(
            "first_response",
            "opening",
            stops="reply",
            cancelled_in=over,
            paused_in=paused if policy.get("response_pauses") else (),
        ),
        Metric(
            "next_response", "client_update", stops="reply", restarts="client_update", after="reply", cancelled_in=over
        ),
        Metric("resolution", "opening", done_in=done, **waits),
        _recurring(policy.get("recurrence"), over, paused),
    ]


def _when_ignored(policy: Mapping[str, Any], ignored_cancels: bool) -> Columns:
    if policy.get("exclude_time_on_ignored_statuses"):
        return {"paused_in": policy["ignore_on_statuses"]}
    return {"cancelled_in": policy.get("ignore_on_statuses", [])} if ignored_cancels else {}


def _recurring(recurrence: str | None, over: list[str], paused: list[str]) -> Metric:
    match recurrence:
        case None | "none":
            return Metric("target", "opening", done_in=over, paused_in=paused)
        case "independent":
            return Metric("target", ("opening", "client_update"), stops="reply", cancelled_in=over, paused_in=paused)
        case "sequential":
            return Metric(
                "target",
                ("opening", "reply"),
                stops="reply",
                cancelled_in=over,
                paused_in=paused,
                recurrence="sequential",
            )
    raise NotImplementedError(recurrence)


def _plan(row: Row, *, ignored_cancels: bool = False) -> Plan:
    policy, levels = row["policy"], _levels(row) or ["any"]
    days = {level: level.casefold()[:3] for level in levels if level.casefold() in LONG_DAYS}
    calendars = {level: _calendar(_on_day(row["calendar"], day)) for level, day in days.items()}
    targets = [
        Target(
            promise.metric,
            level,
            promise.levels.get(level, promise.levels.get(None, business_hours(1))),
            calendar=level if level in calendars else "desk",
            boundary=row.get("boundary", "close"),
        )
        for promise in _promises(policy)
        for level in levels
        if level in promise.levels or None in promise.levels
    ]
    return Plan(
        row["id"],
        {"desk": _calendar(row["calendar"]), **calendars},
        [Priority(level) for level in levels],
        targets,
        metrics=_metrics(row, ignored_cancels=ignored_cancels),
        on_priority_change="from_start" if policy.get("retroactive_start", "created") else "from_change",
    )


# From a row's events to a log.

CLIENT, SUPPORT = Actor("client", "ana"), Actor("support", "bo")


def _who(event: Mapping[str, Any]) -> Actor:
    """Who did it: the owner of a case is never its client, and a case may have no client."""
    inside = event.get("by") == "agent" or "owner" in event or event.get("requestor", "some") is None
    return SUPPORT if inside else CLIENT


def _told_by(row: Row, event: Mapping[str, Any]) -> list[Event]:
    at, levels = _instant(event["at"]), _levels(row)
    match event["type"]:
        case "created" | "clock_start":
            level = _named_level(event) or row["policy"].get("priority") or next(iter(levels), "any")
            return [Opened("1", "A case", priority=level, status=event.get("status", "New"), at=at, by=_who(event))]
        case "reply" | "waiting_since":
            return [Commented("A message", at=at, by=_who(event))]
        case "status" | "resolved":
            to = event.get("to", "Resolved")
            answer = [Commented("A message", at=at, by=SUPPORT)] if to == ANSWERED else []
            return [*answer, StatusChanged(to, at=at, by=SUPPORT)]
        case "policy_changed" | "priority":
            return [PriorityChanged(_named_level(event) or levels[-1], "it is", at=at, by=SUPPORT)]
        case "hold_total":
            end = at + timedelta(seconds=event["seconds"])
            return [StatusChanged(HELD, at=at, by=SUPPORT), StatusChanged("Open", at=end, by=SUPPORT)]
    raise NotImplementedError(event["type"])


class Told:
    """A row as a plan and a log, and its readings."""

    def __init__(self, row: Row, *, ignored_cancels: bool = False) -> None:
        self.row, self.expected = row, row["expected"]
        self.plan = _plan(row, ignored_cancels=ignored_cancels)
        self.steps = [_told_by(row, event) for event in row["events"]]
        self.log = [event for step in self.steps for event in step]
        self.hides = {} if ignored_cancels else _hidden(row["policy"])

    @property
    def opened(self) -> datetime:
        return self.log[0].at

    def after(self, steps: int) -> list[Reading]:
        """The readings when so many of the row's events have come."""
        log = [event for step in self.steps[:steps] for event in step]
        return list(readings(self.plan, log, log[-1].at))

    def now(self) -> list[Reading]:
        """The readings at the end, or as of when the row says."""
        as_of = _instant(self.expected["as_of"]) if "as_of" in self.expected else self.log[-1].at
        return list(readings(self.plan, self.log, as_of))

    def status(self, steps: int) -> str | None:
        log = [event for step in self.steps[:steps] for event in step]
        moves = [event.to for event in log if isinstance(event, StatusChanged)]
        return moves[-1] if moves else None


def _hidden(policy: Mapping[str, Any]) -> dict[str, list[str]]:
    """The statuses in which a metric's due is not shown, though its time counts on."""
    return {promise.metric: promise.policy.get("ignore_on_statuses", []) for promise in _promises(policy)}


def _last(found: Iterable[Reading], metric: str) -> Reading:
    return [reading for reading in found if reading.metric == metric][-1]


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)


# From statements to questions about readings.

Question = Callable[[Told, "re.Match[str]"], Any]


def _starts(told: Told, _: re.Match[str]) -> datetime | None:
    if told.row["policy"].get("starts") == "immediately":
        return told.opened
    return _utc(next_open(told.plan.calendar("desk"), told.opened))


_CHANGES = {"initial": 0, "before": 0, "after_change": 1, "after": 1, "after_back": 2}


def _up_to_change(told: Told, when: str) -> int:
    """How many of the row's events come before the next change of its policy."""
    changes = [i for i, event in enumerate(told.row["events"]) if event["type"] == "policy_changed"]
    return [*changes, len(told.steps)][_CHANGES[when]]


def _starts_when(told: Told, found: re.Match[str]) -> datetime | None:
    return _utc(_last(told.after(_up_to_change(told, found[1])), "starts").due)


def _earliest(told: Told, given: list[Reading], steps: int) -> datetime | None:
    """The due of a case: the earliest of its clocks that run, as far as its status does not hide them."""
    status = told.status(steps)
    dues = [
        reading.due.astimezone(UTC)
        for reading in given
        if reading.phase == "running" and reading.due and status not in told.hides.get(reading.metric, ())
        if reading.metric != "starts"
    ]
    return min(dues, default=None)


def _due(told: Told, _: re.Match[str]) -> datetime | None:
    if "target_min" in told.row["policy"]:
        return _utc(_last(told.now(), "target").due)
    return _earliest(told, told.now(), len(told.steps))


def _due_when(told: Told, found: re.Match[str]) -> datetime | None:
    steps = _up_to_change(told, found[1])
    return _earliest(told, told.after(steps), steps)


def _metric_due(told: Told, found: re.Match[str]) -> datetime | None:
    return _utc(_last(told.now(), found[1]).due)


def _priced(told: Told, level: str) -> Reading:
    reading = _last(told.now(), "target")
    assert reading.priority == level
    return reading


_PLACES = {"first": 0, "second": 1, "third": 2, "next": -1, "last": -1}


def _occurrence(told: Told, found: re.Match[str]) -> datetime | None:
    reading = [reading for reading in told.now() if reading.metric == "target"][_PLACES[found[1]]]
    return _utc(reading.due if found[2] == "due" else reading.started)


def _late(told: Told, found: re.Match[str]) -> timedelta | None:
    reading = _last(told.now(), found[1])
    return -reading.remaining if reading.remaining is not None and reading.verdict == "missed" else None


def _missed(given: Iterable[Reading], metric: str) -> int:
    return sum(reading.verdict == "missed" for reading in given if reading.metric == metric)


def _agreement(given: list[Reading]) -> str:
    """How frappe/helpdesk would call it."""
    first, resolution = _last(given, "first_response"), _last(given, "resolution")
    if resolution.phase == "paused":
        return "Paused"
    if _missed(given, "first_response") or _missed(given, "resolution"):
        return "Failed"
    if first.phase == "running":
        return "First Response Due"
    return "Fulfilled" if resolution.phase == "done" else "Resolution Due"


_MISSES = {"first": "first_response", "next": "next_response", "resolution": "resolution"}


def _misses(given: list[Reading]) -> dict[str, int]:
    return {name: _missed(given, metric) for name, metric in _MISSES.items()}


def _standing(given: list[Reading]) -> str:
    """How chatwoot would call it."""
    over = _last(given, "resolution").phase == "done"
    if any(_misses(given).values()):
        return "missed" if over else "active_with_misses"
    return "hit" if over else "active"


_STATES: dict[str, Callable[[list[Reading]], str]] = {
    "frappe/helpdesk": _agreement,
    "chatwoot/chatwoot": _standing,
}


def _state(told: Told, _: re.Match[str]) -> str:
    return _STATES[told.row["source"]["repo"]](told.now())


def _state_after_each(told: Told, _: re.Match[str]) -> list[str]:
    state = _STATES[told.row["source"]["repo"]]
    return [state(told.after(steps + 1)) for steps in range(len(told.steps))]


_GOALS = {"with_policy_in_force": "at_completion", "after_reconstruction_with_current_goal": "now"}


def _verdict_under(told: Told, found: re.Match[str]) -> str:
    """The same log, read under the plan of one time or of the other."""
    goal = told.row["policy"]["goal_min"][_GOALS[found[1]]]
    verdict = _last(Told({**told.row, "policy": {"resolution_min": goal}}).now(), "resolution").verdict
    return "breached" if verdict == "missed" else str(verdict)


def _seconds(amount: int | None) -> timedelta | None:
    return None if amount is None else timedelta(seconds=amount)


class Kind(NamedTuple):
    """A kind of statement: what each of them asks, and what an expected value means."""

    questions: Mapping[str, Question]
    value: Callable[[Any], Any]


def _instant_or_none(text: str | None) -> datetime | None:
    return None if text is None else _instant(text)


def _as_it_is(value: object) -> object:
    return value


KINDS = {
    "instants": Kind(
        {
            "starts": _starts,
            "starts_(initial|after_change|after_back)": _starts_when,
            "due": _due,
            "due_(before|after)": _due_when,
            "(first_response|next_response|resolution)_due": _metric_due,
            r"(P\d+)_due": lambda told, found: _utc(_priced(told, found[1]).due),
            "(first|second|third|next|last)_(due|start)": _occurrence,
            "first_responded_at": lambda told, _: _utc(_last(told.now(), "first_response").done),
        },
        _instant_or_none,
    ),
    "amounts": Kind(
        {
            "(first_response|next_response|resolution)_elapsed_s": lambda told, f: _last(told.now(), f[1]).elapsed,
            r"(P\d+)_elapsed_s_at_change": lambda told, found: _priced(told, found[1]).elapsed,
            "hold_working_s": lambda told, _: _last(told.now(), "resolution").paused,
            "(first_response|next_response|resolution)_late_s": _late,
        },
        _seconds,
    ),
    "judgements": Kind(
        {
            "state": _state,
            "state_after_each": _state_after_each,
            "misses": lambda told, _: {name: _misses(told.now())[name] for name in told.expected["misses"]},
            "met": lambda told, _: _last(told.now(), "target").verdict == "met",
            "breached_at_reopen": lambda told, _: bool(_missed(told.now(), "resolution")),
            "verdict_(with_policy_in_force|after_reconstruction_with_current_goal)": _verdict_under,
        },
        _as_it_is,
    ),
}
NO_STATEMENT = "as_of"
REFUSAL = "lint"


def _questions(row: Row, kind: str) -> dict[str, tuple[Question, re.Match[str]]]:
    return {
        said: (ask, found)
        for said in row["expected"]
        for pattern, ask in KINDS[kind].questions.items()
        if (found := re.fullmatch(pattern, said))
    }


def _with(kind: str, rows: Iterable[Row] = tuple(CASES)) -> list[Row]:
    return [row for row in rows if _questions(row, kind)]


def _answers(row: Row, kind: str, *, ignored_cancels: bool = False) -> dict[str, Any]:
    told = Told(row, ignored_cancels=ignored_cancels)
    return {said: ask(told, found) for said, (ask, found) in _questions(row, kind).items()}


def _expected(row: Row, kind: str) -> dict[str, Any]:
    return {said: KINDS[kind].value(row["expected"][said]) for said in _questions(row, kind)}


# What the sources say.


@needs_rows
def test_no_row_is_missing_and_no_statement_unasked() -> None:
    """There are 83 and 18, ids are unique, and every statement of every row is of exactly one kind."""
    assert (len(CASES), len(FOLLOW_UPS)) == (83, 18)
    assert len({row["id"] for row in (*CASES, *FOLLOW_UPS)}) == 101
    for row in CASES:
        asked = [said for kind in KINDS for said in _questions(row, kind)]
        asked += [said for said in row["expected"] if said == REFUSAL]
        assert sorted(asked) == sorted(set(row["expected"]) - {NO_STATEMENT}), row["id"]
        assert asked, row["id"]


@needs_rows
@_each(_with("instants"))
def test_instants_are_those_of_the_source(row: Row) -> None:
    """Starts, dues and first answers of whole cases."""
    assert _answers(row, "instants") == _expected(row, "instants")


@needs_rows
@_each(_with("amounts"))
def test_amounts_are_those_of_the_source(row: Row) -> None:
    """Elapsed, held and late time of whole cases; none late is None."""
    assert _answers(row, "amounts") == _expected(row, "amounts")


@needs_rows
@_each(_with("judgements"))
def test_judgements_are_those_of_the_source(row: Row) -> None:
    """States and misses, which follow from phases and verdicts."""
    assert _answers(row, "judgements") == _expected(row, "judgements")


@needs_rows
@_each(row for row in CASES if REFUSAL in row["expected"])
def test_what_the_source_warns_of_is_refused(row: Row) -> None:
    """What cannot be meant cannot be made; of a day that there is none of, the error names the argument and the day."""
    with pytest.raises(SupportSLAError) as refused:
        _plan(row)
    for day in set(row["calendar"]["weekly_hours"]) - set(WEEKDAYS):
        assert isinstance(refused.value, InvalidHours)
        assert refused.value.where == "hours"
        assert refused.value.text[refused.value.position :].startswith(day)


def _ignores(row: Row) -> bool:
    return any(
        promise.policy.get("ignore_on_statuses") and not promise.policy.get("exclude_time_on_ignored_statuses")
        for promise in _promises(row["policy"])
    )


@needs_rows
@_each(row for row in _with("instants") if _ignores(row))
def test_a_status_that_cancels_is_not_one_that_hides(row: Row) -> None:
    """Ignored statuses taken as cancelling ones give the same dues, but where a decision of ours stands against it."""
    agrees = _answers(row, "instants", ignored_cancels=True) == _expected(row, "instants")
    assert agrees == (row["id"] not in DIFFERS)


@needs_rows
def test_no_row_that_a_model_confirms_is_decided_otherwise() -> None:
    """Every decision is about a row that is here, and that no exact model agrees with."""
    undecided = {row["id"] for row in CASES if not row["agrees"]}
    assert set(DIFFERS) <= undecided


# Recurrence, of which the rows have the first kind only.

FOUR_HOURS: Row = {
    "id": "recurrence",
    "calendar": {"tz": "UTC", "weekly_hours": {day: [["00:00", "24:00"]] for day in WEEKDAYS}},
    "policy": {"target_min": 240},
    "events": [
        {"at": "2024-05-06T10:00:00+00:00", "type": "created"},
        {"at": "2024-05-06T13:00:00+00:00", "type": "reply", "by": "agent"},
    ],
    "expected": {},
}
ASKS_AGAIN = {"at": "2024-05-06T13:30:00+00:00", "type": "reply", "by": "customer"}


@pytest.mark.parametrize(
    ("recurrence", "further", "starts"),
    [("none", [], [10]), ("independent", [ASKS_AGAIN], [10, 13.5]), ("sequential", [], [10, 14])],
    ids=["none", "independent", "sequential"],
)
def test_a_milestone_recurs_as_its_type_says(
    recurrence: str, further: list[dict[str, str]], starts: list[float]
) -> None:
    """None, when it is called for, or from the due of the one before; each is due four hours after it started."""
    row = {
        **FOUR_HOURS,
        "policy": {"target_min": 240, "recurrence": recurrence},
        "events": [*FOUR_HOURS["events"], *further],
    }
    day, found = datetime(2024, 5, 6, tzinfo=UTC), [r for r in Told(row).now() if r.metric == "target"]
    assert [_utc(reading.started) for reading in found] == [day + timedelta(hours=hour) for hour in starts]
    assert [_utc(reading.due) for reading in found] == [day + timedelta(hours=hour + 4) for hour in starts]


# Reminders, and the move after the last of them.

WAITS = "Waiting"
SOLVED = "Solved"
UNITS: dict[str, Callable[[int], Duration]] = {
    "seconds": lambda seconds: business_hours(0, seconds=seconds),
    "working days": lambda seconds: business_days(seconds // 86_400),
}
SOME_INSTANT = "2021-02-25T12:00:00+00:00"
"""Of a case for which the row names none: whatever it is, nothing is to come."""


def _every(policy: Mapping[str, Any]) -> Duration | None:
    return UNITS[policy["unit"]](policy["every_s"]) if policy["every_s"] else None


def _waiting_timers(policy: Mapping[str, Any]) -> list[Timer]:
    """Remind every N, k times; then move one N later. Where both fall together the reminder puts the move off."""
    every, times = _every(policy), policy["followups_before_auto_resolve"]
    if every is None:
        return []
    found = []
    if times != -1:
        found.append(Timer(Remind(), every=every, times=times or None, since="fired", calendar="desk"))
    if times:
        found.append(Timer(Move(SOLVED), after=every, since="fired", calendar="desk"))
    return found


def _follow_up_plan(row: Row) -> Plan:
    flow = Workflow(
        row["id"],
        {
            "New": Status(next=[WAITS]),
            WAITS: Status(next=[SOLVED], timers=_waiting_timers(row["policy"])),
            SOLVED: Status(closed=True),
        },
        "New",
    )
    return Plan(row["id"], {"desk": _calendar(row["calendar"])}, [Priority("any")], [], workflow=flow)


def _to_come(row: Row) -> tuple[PendingTimer, ...]:
    """The timers of a case that waits, and that was reminded so often, the last time when the row says."""
    plan, last_at = _follow_up_plan(row), _instant(row["last_at"] or SOME_INSTANT)
    every, sent = _every(row["policy"]), row["sent"]

    def before(times: int) -> datetime:
        """So many lengths before the last reminder, or before now if there was none."""
        if every is None or not times:
            return last_at
        return deadline(plan.calendar("desk"), last_at, Duration(every.unit, -every.amount * times))

    entered = before(sent)
    log: list[Event] = [
        Opened("1", "A case", priority="any", status="New", at=entered, by=CLIENT),
        StatusChanged(WAITS, at=entered, by=SUPPORT),
    ]
    by = Actor("system", str(Remind()))
    log += [Reminded(str(Remind()), at=before(sent - i), by=by) for i in range(1, sent + 1)]
    return timers(plan, replay(log))


@needs_rows
@_each(FOLLOW_UPS)
def test_reminders_and_the_move_after_them_come_when_the_source_says(row: Row) -> None:
    """The next reminder, or the move one interval after the last; None where neither is to come."""
    kinds: dict[str, type[Remind | Move]] = {"next_follow_up": Remind, "auto_resolve": Move}
    dues = [pending.due for pending in _to_come(row) if isinstance(pending.then, kinds[row["op"]])]
    assert _utc(next(iter(dues), None)) == _instant_or_none(row["expected"])
