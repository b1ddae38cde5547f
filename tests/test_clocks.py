"""Clocks of cases by the rulebook (P6-P10, P14, P16, P17, C15), a plan's choices, and what a log can have wrong."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import attrs
import pytest

from supportsla import (
    ALWAYS,
    BusinessCalendar,
    CaseExists,
    CaseNotOpened,
    EventOutOfOrder,
    InvalidChoice,
    InvalidPlan,
    Metric,
    Move,
    NeverOpens,
    OutOfRange,
    Percent,
    Plan,
    Priority,
    QueueKey,
    Reading,
    Status,
    Target,
    UnknownCalendar,
    UnknownPriority,
    UnknownStatus,
    Window,
    Workflow,
    WrongType,
    advance,
    business_days,
    business_hours,
    calendar_hours,
    handle,
    inputs_of,
    next_due,
    promise,
    queue_key,
    readings,
    reminders_then,
    replay,
    standard_metrics,
    timers,
    what_if,
)
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
)
from supportsla.presets import CST, apricot_anz, apricot_us, client_portal
from supportsla.workflow import Remind, Timer

CENTRAL = ZoneInfo("America/Chicago")
ANA, BO, SYSTEM = Actor("client", "ana", "Acme"), Actor("support", "bo"), Actor("system", "mailer")
US = apricot_us()
TICK = timedelta(microseconds=1)


def at(day: int, hour: int = 0, minute: int = 0, *, month: int = 6) -> datetime:
    """An instant of 2026 by the US desk's clock; 12 June is a Friday, and the 19th a holiday."""
    return datetime(2026, month, day, hour, minute, tzinfo=CENTRAL)


def opened(when: datetime, priority: str | None = "high", **more: object) -> Opened:
    return Opened("A-1", "Help", "It fails", priority, "CRM", at=when, by=ANA, **more)  # type: ignore[arg-type]


def reply(when: datetime, text: str = "Try this.") -> Commented:
    return Commented(text, at=when, by=BO)


def write(when: datetime) -> Commented:
    return Commented("Still broken.", at=when, by=ANA)


def move(when: datetime, to: str) -> StatusChanged:
    return StatusChanged(to, at=when, by=BO)


def price(when: datetime, to: str) -> PriorityChanged:
    return PriorityChanged(to, "as agreed", at=when, by=BO)


def of(metric: str, plan: Plan, log: Sequence[Event], now: datetime) -> list[Reading]:
    return [reading for reading in readings(plan, log, now) if reading.metric == metric]


def last(metric: str, plan: Plan, log: Sequence[Event], now: datetime) -> Reading:
    return of(metric, plan, log, now)[-1]


def with_targets(*targets: Target, plan: Plan = US, **more: object) -> Plan:
    """The US desk's plan with further targets."""
    return attrs.evolve(plan, targets=[*plan.targets, *targets], **more)  # type: ignore[arg-type]


# What is promised.


@pytest.mark.parametrize(
    ("rule", "priority", "due", "limit"),
    [
        ("P6", "critical", at(12, 18), at(12, 18)),
        ("P7", "high", at(15, 8), at(15, 8)),
        ("P8", "medium", at(15, 16), at(15, 16)),
        ("P9", "low", at(15, 16), at(16, 16)),
    ],
)
def test_p6_to_p9_first_response_is_due_as_promised(rule: str, priority: str, due: datetime, limit: datetime) -> None:
    """A case's clock gives what the promise gave before there was a case."""
    assert rule
    first = last("first_response", US, [opened(at(12, 16), priority)], at(12, 17))
    promised = promise(US, "first_response", priority, at(12, 16))
    assert (first.due, first.limit) == (due, limit) == (promised.due, promised.limit)
    assert (first.phase, first.verdict, first.priority) == ("running", "pending", priority)


@pytest.mark.parametrize(
    ("done", "verdict"),
    [(at(15, 16), "met"), (at(15, 16, 1), "late"), (at(16, 16), "late"), (at(16, 16, 1), "missed")],
)
def test_p9_a_first_response_by_the_due_is_met_by_the_limit_late_after_it_missed(done: datetime, verdict: str) -> None:
    """Low: one business day, two at most; done at the due is met, at the limit late (W9)."""
    first = last("first_response", US, [opened(at(12, 16), "low"), reply(done)], at(30))
    assert (first.phase, first.done, first.verdict) == ("done", done, verdict)


@pytest.mark.parametrize(
    ("now", "verdict", "remaining", "to_limit"),
    [
        (at(15, 16) - TICK, "pending", TICK, timedelta(hours=12) + TICK),
        (at(15, 16), "late", timedelta(0), timedelta(hours=12)),
        (at(16, 16) - TICK, "late", TICK - timedelta(hours=12), TICK),
        (at(16, 16), "missed", -timedelta(hours=12), timedelta(0)),
    ],
)
def test_w9_a_clock_that_runs_is_past_due_from_the_due_on(
    now: datetime, verdict: str, remaining: timedelta, to_limit: timedelta
) -> None:
    """Late at best, and missed from the limit on; what is left is negative only then."""
    first = last("first_response", US, [opened(at(12, 16), "low")], now)
    assert (first.phase, first.verdict) == ("running", verdict)
    assert (first.remaining, first.remaining_to_limit) == (remaining, to_limit)


def test_c15_only_a_public_message_of_a_person_of_support_is_a_first_response() -> None:
    """Not what the system sends, nor an internal comment, a file, a status, an assignment or a priority."""
    log: list[Event] = [
        opened(at(12, 8)),
        Commented("We have your case.", at=at(12, 9), by=SYSTEM),
        Commented("A bug?", public=False, at=at(12, 9), by=BO),
        Commented("Me too.", at=at(12, 9), by=Actor("collaborator", "cy")),
        AttachmentAdded("log.txt", 10, at=at(12, 9), by=BO),
        Assigned("bo", at=at(12, 9), by=BO),
        move(at(12, 9), "In Progress"),
        price(at(12, 9), "medium"),
        Reminded("remind", at=at(12, 9), by=SYSTEM),
    ]
    assert last("first_response", US, log, at(12, 10)).phase == "running"
    assert last("first_response", US, [*log, reply(at(12, 10))], at(12, 10)).done == at(12, 10)


def test_c15_the_first_response_never_pauses() -> None:
    """It runs while the case waits, on whomever."""
    for status in ("Waiting on Client", "Waiting on Internal Team"):
        first = last("first_response", US, [opened(at(12, 8)), move(at(12, 9), status)], at(12, 12))
        assert (first.phase, first.verdict, first.paused) == ("running", "missed", timedelta(0))


def test_a_solved_case_owes_no_first_response_but_one_that_comes_after_all_is_judged() -> None:
    """No clock runs on a closed case; an answer right after solving it is an answer."""
    log: list[Event] = [opened(at(12, 8)), move(at(12, 9), "Solved")]
    first = last("first_response", US, log, at(20))
    assert (first.phase, first.verdict, first.cancelled) == ("cancelled", "pending", at(12, 9))
    answered = last("first_response", US, [*log, reply(at(12, 12))], at(20))
    assert (answered.phase, answered.verdict, answered.cancelled) == ("done", "met", None)


def test_a_promise_missed_before_the_case_was_closed_stays_missed() -> None:
    """Closing it does not undo that."""
    log: list[Event] = [opened(at(12, 8)), ClosedByClient(at=at(12, 15), by=ANA), move(at(12, 15), "Solved")]
    first = last("first_response", US, log, at(20))
    assert (first.phase, first.verdict, first.remaining) == ("cancelled", "missed", -timedelta(hours=3))


def test_p17_chat_has_no_target_of_its_own_unless_the_plan_sets_one() -> None:
    """A target for a channel holds for cases that came in on it; the others keep theirs."""
    chat = Target("first_response", "medium", business_hours(minutes=15), channel="chat")
    log: list[Event] = [opened(at(12, 16), "medium", channel="chat")]
    assert last("first_response", US, log, at(12, 16)).due == at(15, 16)
    plan = with_targets(chat)
    assert last("first_response", plan, log, at(12, 16)).due == at(12, 16, 15)
    assert last("first_response", plan, [opened(at(12, 16), "medium")], at(12, 16)).due == at(15, 16)
    assert promise(plan, "first_response", "medium", at(12, 16), channel="chat").due == at(12, 16, 15)


# Follow-ups.


@pytest.mark.parametrize(
    ("priority", "due", "limit"),
    [
        ("critical", at(19, 9), at(19, 9)),
        ("high", at(22, 9), at(22, 9)),
        ("medium", at(22, 9), at(23, 9)),
        ("low", at(22, 9), at(24, 9)),
    ],
)
def test_p10_the_next_word_is_due_a_day_after_the_last_answer(priority: str, due: datetime, limit: datetime) -> None:
    """From Thursday 09:00 over Juneteenth: the due is the earliest instant, the limit the latest."""
    log = [opened(at(18, 8), priority), reply(at(18, 9))]
    owed = last("follow_up", US, log, at(18, 10))
    assert (owed.phase, owed.started, owed.due, owed.limit) == ("running", at(18, 9), due, limit)


def test_p10_each_answer_ends_one_exchange_and_begins_the_next() -> None:
    """Every one has a reading of its own; what the system sends begins none."""
    log = [opened(at(15, 8)), reply(at(15, 9)), reply(at(15, 17)), Commented("Busy.", at=at(16, 8), by=SYSTEM)]
    found = of("follow_up", US, log, at(17))
    assert [(reading.started, reading.done) for reading in found] == [(at(15, 9), at(15, 17)), (at(15, 17), None)]
    assert found[-1].due == at(16, 17)


def test_p10_none_is_owed_before_the_first_response_nor_while_the_case_waits_on_the_client() -> None:
    """The cadence starts afresh when the wait ends; an answer in between starts none."""
    log: list[Event] = [opened(at(15, 8))]
    assert last("follow_up", US, log, at(15, 9)).phase == "not_started"
    log += [reply(at(15, 9)), move(at(15, 10), "Waiting on Client"), reply(at(15, 11))]
    waiting = of("follow_up", US, log, at(17))
    assert [(reading.phase, reading.cancelled) for reading in waiting] == [("cancelled", at(15, 10))]
    log += [write(at(17, 12)), move(at(17, 12), "In Progress")]
    afresh = last("follow_up", US, log, at(17, 13))
    assert (afresh.phase, afresh.started, afresh.due) == ("running", at(17, 12), at(18, 12))


def test_p10_a_wait_without_an_answer_before_starts_no_cadence() -> None:
    """It begins after the first response."""
    log = [opened(at(15, 8)), move(at(15, 9), "Waiting on Client"), move(at(15, 10), "In Progress")]
    assert last("follow_up", US, log, at(15, 11)).phase == "not_started"


def test_p10_follow_ups_are_owed_while_the_case_waits_on_anyone_else() -> None:
    """And not once it is solved."""
    log = [opened(at(15, 8)), reply(at(15, 9)), move(at(15, 10), "Waiting on Internal Team")]
    assert last("follow_up", US, log, at(15, 11)).phase == "running"
    assert last("follow_up", US, [*log, move(at(15, 12), "Solved")], at(15, 13)).phase == "cancelled"


def test_p10_the_cadence_starts_afresh_when_the_case_reopens() -> None:
    """A client's update returns a resolved case of the portal (L6)."""
    plan = client_portal()
    log: list[Event] = [opened(at(15, 8)), reply(at(15, 9)), move(at(15, 10), "Resolved")]
    log += [write(at(16, 10)), StatusChanged("Pending Support", at=at(16, 10), by=ANA)]
    afresh = last("follow_up", plan, log, at(16, 11))
    assert (afresh.phase, afresh.started, afresh.due) == ("running", at(16, 10), at(17, 10))


def test_p10_what_a_day_is_between_follow_ups_is_a_choice_of_the_plan() -> None:
    """Business days, or calendar days; 24 hours for critical cases either way."""
    log = [opened(at(18, 8), "low"), reply(at(18, 9))]
    owed = last("follow_up", apricot_us(follow_up_days="calendar"), log, at(18, 10))
    assert (owed.due, owed.limit) == (at(19, 9), at(21, 9))
    for plan in (apricot_anz(follow_up_days="calendar"), client_portal(follow_up_days="calendar")):
        assert plan.target("follow_up", "high").due.unit == "calendar days"
        assert plan.target("follow_up", "critical") == US.target("follow_up", "critical")
    with pytest.raises(InvalidChoice, match="'business', 'calendar'"):
        apricot_us(follow_up_days="working")  # type: ignore[arg-type]


def salesforce(recurrence: str) -> Plan:
    """Four hours between answers, around the clock, in one of the two recurrences."""
    update = Metric("update", "reply", stops="reply", recurrence=recurrence)  # type: ignore[arg-type]
    target = Target("update", "any", calendar_hours(4))
    return Plan("ours", {"desk": ALWAYS}, [Priority("any")], [target], metrics=[update])


def hour(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, 12, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("recurrence", "answered", "started", "due"),
    [
        ("independent", hour(13), hour(13), hour(17)),
        ("sequential", hour(13), hour(14), hour(18)),
        ("sequential", hour(14), hour(14), hour(18)),
        ("sequential", hour(15), hour(14), hour(18)),
        ("sequential", hour(18), hour(18), hour(22)),
        ("sequential", hour(21), hour(18), hour(22)),
    ],
)
def test_a_cadence_restarts_at_each_answer_or_keeps_its_grid(
    recurrence: str, answered: datetime, started: datetime, due: datetime
) -> None:
    """After an answer at 10:00 and another one, as two kinds of recurrence have it."""
    log: list[Event] = [opened(hour(9), "any"), reply(hour(10)), reply(answered)]
    found = of("update", salesforce(recurrence), log, answered)
    assert [(reading.started, reading.due) for reading in found] == [(hour(10), hour(14)), (started, due)]


def test_an_exchange_of_a_grid_has_not_started_before_its_place() -> None:
    """Its start is known, and is the next thing to happen; an answer before it is none of its own."""
    plan, log = salesforce("sequential"), [opened(hour(9), "any"), reply(hour(10)), reply(hour(13))]
    ahead = last("update", plan, [*log, reply(hour(13, 30))], hour(13, 45))
    assert (ahead.phase, ahead.started, ahead.elapsed) == ("not_started", hour(14), timedelta(0))
    coming = next_due(plan, log, hour(13))
    assert coming is not None
    assert (coming.at, coming.what, coming.name) == (hour(14), "start", "update")
    assert last("update", plan, log, hour(14)).phase == "running"


@pytest.mark.parametrize("status", ["Waiting", "Over", "Gone"])
def test_a_grid_ahead_takes_what_happens_before_its_start(status: str) -> None:
    """A wait counts from the start on; a case that is over has no such clock, and begins afresh."""
    metric = Metric(
        "update",
        "reply",
        stops="reply",
        recurrence="sequential",
        paused_in="Waiting",
        done_in="Over",
        cancelled_in="Gone",
    )
    plan = attrs.evolve(salesforce("sequential"), metrics=[metric])
    log: list[Event] = [opened(hour(9), "any"), reply(hour(10)), reply(hour(13)), move(hour(13, 15), status)]
    log += [move(hour(15), "Open")]
    between, after = last("update", plan, log, hour(13, 30)), last("update", plan, log, hour(15))
    if status == "Waiting":
        assert (between.phase, after.started, after.due, after.paused) == (
            "not_started",
            hour(14),
            hour(19),
            hour(15) - hour(14),
        )
    else:
        assert (between.done, between.phase) == (hour(13), "done")
        assert (after.started, after.due) == (hour(15), hour(19))


def test_a_grid_ahead_is_priced_by_the_priority_that_it_starts_with() -> None:
    """A change before its start is none of a clock that runs."""
    plan = attrs.evolve(
        salesforce("sequential"),
        priorities=[Priority("more"), Priority("any")],
        targets=[Target("update", "any", calendar_hours(4)), Target("update", "more", calendar_hours(1))],
    )
    log = [opened(hour(9), "any"), reply(hour(10)), reply(hour(13)), price(hour(13, 30), "more")]
    ahead = last("update", plan, log, hour(14))
    assert (ahead.started, ahead.due, len(ahead.held)) == (hour(14), hour(15), 1)


def test_a_grid_without_a_target_goes_on_at_the_answer() -> None:
    """There is no due to keep."""
    plan = attrs.evolve(salesforce("sequential"), targets=[])
    found = of("update", plan, [opened(hour(9), "any"), reply(hour(10)), reply(hour(13))], hour(14))
    assert [(reading.started, reading.due) for reading in found] == [(hour(10), None), (hour(13), None)]


def test_reminders_go_out_every_interval_and_then_the_case_is_moved() -> None:
    """One interval after the last reminder; without reminders, after the first interval (L3, P10)."""
    for times in (0, 2):
        waiting = Status(
            next=["Open"], timers=reminders_then(Move("Done"), every=business_days(1), times=times, calendar="desk")
        )
        flow = Workflow(
            "ours", {"Open": Status(next=["Waiting"]), "Waiting": waiting, "Done": Status(closed=True)}, "Open"
        )
        plan = Plan("ours", {"desk": CST}, [Priority("any")], [], workflow=flow)
        case = replay([opened(at(11, 8), "any", status="Open"), move(at(11, 9), "Waiting")])
        dues = [(str(timer.then), timer.due) for timer in timers(plan, case)]
        days = [at(12, 9), at(15, 9), at(16, 9)][: times + 1]
        assert dues == [*(("remind the client", day) for day in days[:-1]), ("move to Done", days[-1])]
        assert advance(plan, case, at(30)).case.entered == days[-1].astimezone(UTC)


# Priorities that change.


def resolution(**targets: object) -> Plan:
    """The US plan with a resolution target in hours for each priority named."""
    rows = [Target("resolution", name, due) for name, due in targets.items()]  # type: ignore[arg-type]
    return with_targets(*rows)


def test_p14_p16_a_lowered_priority_counts_from_the_clocks_own_start() -> None:
    """High on Friday at 16:00, lowered to low at 18:30: Monday 16:00, at the latest Tuesday 16:00."""
    log = [opened(at(12, 16)), price(at(12, 18, 30), "low")]
    assert last("first_response", US, log[:1], at(12, 18)).due == at(15, 8)
    first = last("first_response", US, log, at(12, 19))
    assert (first.due, first.limit, first.elapsed) == (at(15, 16), at(16, 16), timedelta(hours=3))


def test_p14_p16_a_raised_priority_counts_from_the_change_unless_the_old_due_is_earlier() -> None:
    """Medium on Friday at 16:00, raised to high on Monday at 08:00: 12:00. Raised at 15:00 the old due stays: 16:00."""
    raised = last("first_response", US, [opened(at(12, 16), "medium"), price(at(15, 8), "high")], at(15, 9))
    assert (raised.due, raised.started, raised.elapsed) == (at(15, 12), at(12, 16), timedelta(hours=1))
    kept = last("first_response", US, [opened(at(12, 16), "medium"), price(at(15, 15), "high")], at(15, 15))
    assert (kept.due, kept.elapsed, kept.priority) == (at(15, 16), timedelta(hours=11), "high")
    assert (kept.target and kept.target.priority) == "medium"


def test_p16_due_and_limit_are_each_the_earlier_of_the_old_and_the_new() -> None:
    """Low is raised to medium when its due is near: the due stays low's, the limit becomes medium's."""
    log = [opened(at(12, 16), "low"), price(at(15, 15), "medium")]
    first = last("first_response", US, log, at(15, 15))
    assert (first.due, first.limit) == (at(15, 16), at(16, 15))
    assert (first.remaining, first.remaining_to_limit) == (timedelta(hours=1), timedelta(hours=12))
    held = first.held[-1]
    assert (held.target and held.target.priority, held.limit_target and held.limit_target.priority) == ("low", "medium")
    limit = "The limit is 1 business day for medium, counted from Mon 2026-06-15 15:00 CDT (UTC-05:00)."
    assert held.why.endswith(f"and stays. {limit}")


def test_p16_a_clock_that_waits_is_priced_as_if_it_went_on_at_the_change() -> None:
    """The choice is made once; what waits later moves both alike."""
    plan = resolution(medium=business_hours(20), high=business_hours(10))
    log: list[Event] = [opened(at(15, 8), "medium"), move(at(15, 9), "Waiting on Client"), price(at(15, 18), "high")]
    waiting = last("resolution", plan, log, at(15, 18))
    assert (waiting.phase, waiting.due_if_resumed) == ("paused", at(16, 16))
    assert (waiting.elapsed, waiting.remaining) == (timedelta(0), timedelta(hours=10))
    log += [move(at(16, 8), "In Progress")]
    assert last("resolution", plan, log, at(16, 9)).due == at(16, 18)


@pytest.mark.parametrize(
    ("choice", "lowered", "raised"),
    [
        ("fair", at(15, 16), at(15, 12)),
        ("from_start", at(15, 16), at(15, 8)),
        ("from_change", at(15, 18, 30), at(15, 12)),
    ],
)
def test_w15_how_a_clock_is_priced_anew_is_a_choice_of_the_plan(
    choice: Literal["fair", "from_start", "from_change"], lowered: datetime, raised: datetime
) -> None:
    """From its start, from the change, or so that nobody has missed a promise before knowing of it."""
    plan = attrs.evolve(US, on_priority_change=choice)
    down = last("first_response", plan, [opened(at(12, 16)), price(at(12, 18, 30), "low")], at(12, 19))
    up = last("first_response", plan, [opened(at(12, 16), "medium"), price(at(15, 8), "high")], at(15, 9))
    assert (down.due, up.due) == (lowered, raised)


def test_p16_a_clock_that_is_done_keeps_the_target_that_judged_it() -> None:
    """Whatever the priority becomes."""
    log = [opened(at(12, 8)), reply(at(12, 11)), price(at(12, 12), "critical")]
    first = last("first_response", US, log, at(13))
    assert (first.verdict, first.due, first.priority, len(first.held)) == ("met", at(12, 12), "high", 1)


def test_p16_the_reading_says_which_target_held_when() -> None:
    """And why."""
    log = [
        opened(at(12, 8), "low"),
        price(at(12, 9), "medium"),
        price(at(12, 10), "high"),
        price(at(12, 10, 30), "low"),
    ]
    held = last("first_response", US, log, at(12, 11)).held
    assert [(step.at, step.priority, step.counts_from) for step in held] == [
        (at(12, 8), "low", at(12, 8)),
        (at(12, 9), "medium", at(12, 8)),
        (at(12, 10), "high", at(12, 10)),
        (at(12, 10, 30), "low", at(12, 8)),
    ]
    assert [step.target and step.target.priority for step in held] == ["low", "low", "high", "low"]
    assert "for low, which is due no later than what would count from the change, and stays. The limit" in held[1].why


def test_a_priority_without_a_target_promises_nothing_and_one_with_a_target_counts_from_the_change() -> None:
    """Raised from nothing there is no old due; raised to nothing the old one stays; lowered to nothing none is left."""
    plan = resolution(high=business_hours(4))
    raised = last("resolution", plan, [opened(at(15, 8), "low"), price(at(15, 10), "high")], at(15, 11))
    assert (raised.due, raised.elapsed) == (at(15, 14), timedelta(hours=1))
    to_nothing = last("resolution", plan, [opened(at(15, 8)), price(at(15, 10), "critical")], at(15, 11))
    assert (to_nothing.due, to_nothing.verdict) == (at(15, 12), "pending")
    assert to_nothing.held[-1].why.endswith("which stays, since nothing is promised for the new priority.")
    lowered = last("resolution", plan, [opened(at(15, 8)), price(at(15, 10), "low")], at(15, 11))
    assert (lowered.due, lowered.verdict, lowered.remaining) == (None, None, None)
    assert lowered.held[-1].why.startswith(
        "From Mon 2026-06-15 10:00 CDT (UTC-05:00) on, the priority is low, not high: nothing"
    )


# Waiting, and reopening.


def test_a_clock_that_waits_has_no_due_but_says_what_it_would_be() -> None:
    """What it has used and has left stands still; the due moves with `now`."""
    plan = resolution(high=business_hours(8))
    log: list[Event] = [opened(at(15, 8)), move(at(15, 10), "Waiting on Client")]
    for now, resumed in ((at(15, 12), at(15, 18)), (at(15, 15), at(16, 9))):
        waits = last("resolution", plan, log, now)
        assert (waits.phase, waits.due, waits.limit, waits.due_if_resumed) == ("paused", None, None, resumed)
        assert (waits.elapsed, waits.remaining, waits.paused) == (
            timedelta(hours=2),
            timedelta(hours=6),
            now - at(15, 10),
        )
    log.append(move(at(15, 15), "In Progress"))
    assert last("resolution", plan, log, at(15, 16)).due == at(16, 9)


def test_a_clock_that_was_past_due_before_it_waits_stays_so() -> None:
    """A wait gives nothing back; at the very due it is past due too (W9)."""
    plan = resolution(high=business_hours(2))
    for waits_from in (at(15, 10), at(15, 11)):
        late = last("resolution", plan, [opened(at(15, 8)), move(waits_from, "Waiting on Client")], at(15, 18))
        assert (late.phase, late.verdict, late.due_if_resumed) == ("paused", "missed", at(15, 10))


def test_a_case_resolved_out_of_a_wait_has_waited_until_then() -> None:
    """The wait ends with it."""
    log = [opened(at(15, 8)), move(at(15, 10), "Waiting on Client"), move(at(18, 8), "Solved")]
    done = last("resolution", resolution(high=business_hours(4)), log, at(30))
    assert (done.verdict, done.elapsed, done.due) == ("met", timedelta(hours=2), at(18, 10))


def test_agent_work_waits_for_anyone_and_the_requester_waits_for_support() -> None:
    """The default table: one of them pauses in one status more."""
    log = [opened(at(15, 8)), move(at(15, 10), "Waiting on Internal Team"), move(at(15, 12), "Waiting on Client")]
    log += [move(at(15, 13), "Solved")]
    found = {reading.metric: reading.elapsed for reading in readings(US, log, at(16))}
    assert found["agent_work"] == timedelta(hours=2)
    assert found["requester_wait"] == found["resolution"] == timedelta(hours=4)


def test_without_a_target_a_clock_is_measured_and_promises_nothing() -> None:
    """On the plan's desk; where it has no calendar of that name, around the clock."""
    log = [opened(at(12, 18))]
    measured = last("resolution", US, log, at(15, 8))
    assert (measured.elapsed, measured.verdict, measured.due) == (timedelta(hours=2), None, None)
    assert (measured.remaining, measured.explanation) == (None, None)
    bare = Plan("bare", {"ours": CST}, [Priority("high")], [])
    assert last("resolution", bare, log, at(15, 8)).elapsed == at(15, 8) - at(12, 18)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("continue", [(at(15, 8), None, at(17, 14), timedelta(hours=3))]),
        (
            "restart",
            [
                (at(15, 8), at(15, 10), at(15, 18), timedelta(hours=2)),
                (at(17, 12), None, at(18, 10), timedelta(hours=1)),
            ],
        ),
        ("stay_done", [(at(15, 8), at(15, 10), at(15, 18), timedelta(hours=2))]),
    ],
)
def test_what_becomes_of_a_resolution_when_the_case_reopens_is_a_choice_of_the_plan(
    choice: Literal["continue", "restart", "stay_done"], expected: list[tuple[object, ...]]
) -> None:
    """It goes on, its time closed being a wait; or another one starts; or it stays done."""
    plan = attrs.evolve(client_portal(), on_reopening=choice)
    plan = with_targets(Target("resolution", "high", business_hours(10)), plan=plan)
    log: list[Event] = [opened(at(15, 8)), move(at(15, 10), "Resolved"), write(at(17, 12))]
    log += [StatusChanged("Pending Support", at=at(17, 12), by=ANA)]
    found = of("resolution", plan, log, at(17, 13))
    if choice == "continue":
        expected = [(at(15, 8), None, at(18, 8), timedelta(hours=3))]
    assert [(r.started, r.done, r.due, r.elapsed) for r in found] == expected


def test_a_clock_that_goes_on_says_where_it_waited() -> None:
    """Resolved first, and then closed."""
    plan = Plan(
        "ours", {"desk": ALWAYS}, [Priority("any")], [], metrics=standard_metrics(solved=["Resolved", "Closed"])
    )
    log: list[Event] = [
        opened(hour(8), "any"),
        move(hour(9), "Resolved"),
        move(hour(11), "Closed"),
        move(hour(14), "Open"),
    ]
    again = last("resolution", plan, log, hour(15))
    assert (again.phase, again.elapsed, again.paused) == ("running", timedelta(hours=2), timedelta(hours=5))
    why = again.elapsed_explanation
    assert why is not None
    assert [(step.reason, step.name) for step in why.steps] == [
        ("counted", ""),
        ("paused", "Resolved"),
        ("paused", "Closed"),
        ("counted", ""),
    ]


def test_a_clock_that_goes_on_is_priced_by_the_priority_that_the_case_has_then() -> None:
    """What changed while it was done had no clock to change."""
    plan = attrs.evolve(resolution(high=business_hours(4), low=business_hours(9)), on_priority_change="from_start")
    log: list[Event] = [opened(at(15, 8)), move(at(15, 10), "Solved"), price(at(15, 11), "low")]
    assert last("resolution", plan, log, at(15, 12)).due == at(15, 12)
    log.append(move(at(15, 12), "In Progress"))
    assert last("resolution", plan, log, at(15, 13)).due == at(15, 19)


def test_a_clock_can_go_on_into_a_wait() -> None:
    """From solved to waiting on the client."""
    log: list[Event] = [opened(at(15, 8)), move(at(15, 10), "Solved"), move(at(15, 12), "Waiting on Client")]
    waits = last("resolution", resolution(high=business_hours(4)), log, at(15, 13))
    assert (waits.phase, waits.elapsed, waits.paused) == ("paused", timedelta(hours=2), timedelta(hours=3))


# The table of metrics.


def test_next_response_starts_at_the_oldest_unanswered_message_after_the_first_response() -> None:
    """A message before it is answered by it; a file of the client is a message too."""
    log: list[Event] = [opened(at(15, 8)), write(at(15, 9)), reply(at(15, 10))]
    assert last("next_response", US, log, at(15, 11)).phase == "not_started"
    log += [
        AttachmentAdded("log.txt", 10, at=at(15, 11), by=ANA),
        write(at(15, 12)),
        reply(at(15, 13)),
        write(at(15, 14)),
    ]
    found = of("next_response", US, log, at(15, 15))
    assert [(reading.started, reading.done) for reading in found] == [(at(15, 11), at(15, 13)), (at(15, 14), None)]


def test_a_message_to_a_closed_case_starts_no_clock() -> None:
    """It is for the case that goes on from it (L7); if it is reopened all the same, the client waits since."""
    log: list[Event] = [opened(at(15, 8)), reply(at(15, 9)), move(at(15, 10), "Solved"), write(at(15, 11))]
    assert last("next_response", US, log, at(15, 12)).phase == "not_started"
    log.append(move(at(15, 12), "In Progress"))
    assert last("next_response", US, log, at(15, 13)).started == at(15, 12)


def test_a_message_that_reopens_a_case_starts_the_next_response() -> None:
    """Whichever of the message and the move is logged first, they are at one instant."""
    log: list[Event] = [opened(at(15, 8)), reply(at(15, 9)), move(at(15, 10), "Resolved"), write(at(15, 11))]
    log.append(StatusChanged("Pending Support", at=at(15, 11), by=ANA))
    assert last("next_response", client_portal(), log, at(15, 12)).started == at(15, 11)


def test_a_metric_of_ones_own_is_made_of_the_same_parts() -> None:
    """Restarted by each message, cancelled by an assignment, begun by an opening of the client's own."""
    metric = Metric("quiet", "client_opening", restarts="client_update", cancels="assignment")
    plan = Plan(
        "ours", {"desk": ALWAYS}, [Priority("any")], [Target("quiet", "any", calendar_hours(1))], metrics=[metric]
    )
    log: list[Event] = [opened(hour(8), "any"), write(hour(9)), Assigned("bo", at=hour(9, 30), by=BO), write(hour(10))]
    found = readings(plan, log, hour(12))
    assert [(r.started, r.phase, r.cancelled, r.verdict) for r in found] == [
        (hour(8), "cancelled", hour(9), "missed"),
        (hour(9), "cancelled", hour(9, 30), "pending"),
    ]
    called = [Opened("A-2", "By phone", priority="any", at=hour(8), by=BO, requester=ANA)]
    assert readings(plan, called, hour(9))[0].phase == "not_started"


def test_a_clock_that_starts_in_a_wait_waits() -> None:
    """And what cancels an exchange does so when the status has cancelled its clock before."""
    metric = Metric("ask", "client_update", cancels="assignment", paused_in="Waiting", cancelled_in="Over")
    plan = Plan("ours", {"desk": ALWAYS}, [Priority("any")], [], metrics=[metric])
    log: list[Event] = [opened(hour(8), "any"), move(hour(9), "Waiting"), write(hour(10))]
    waits = readings(plan, log, hour(11))[0]
    assert (waits.phase, waits.started, waits.elapsed, waits.paused) == (
        "paused",
        hour(10),
        timedelta(0),
        hour(11) - hour(10),
    )
    log += [move(hour(12), "Over"), Assigned("bo", at=hour(13), by=BO), move(hour(14), "Open")]
    assert [(r.phase, r.cancelled) for r in readings(plan, log, hour(15))] == [("cancelled", hour(12))]


def test_an_exchange_that_a_signal_cancelled_is_not_taken_up_by_a_later_one() -> None:
    """Nor is one that was never begun, since the case was over, done by its answer."""
    metric = Metric("ask", "client_update", stops="reply", cancels="assignment", cancelled_in="Over", done_in="Solved")
    plan = Plan("ours", {"desk": ALWAYS}, [Priority("any")], [], metrics=[metric])
    log: list[Event] = [opened(hour(8), "any"), write(hour(9)), Assigned("bo", at=hour(10), by=BO)]
    log += [move(hour(11), "Over"), write(hour(12)), reply(hour(13))]
    assert [(r.phase, r.cancelled) for r in readings(plan, log, hour(14))] == [("cancelled", hour(10))]
    solved: list[Event] = [
        opened(hour(8), "any"),
        write(hour(9)),
        move(hour(10), "Solved"),
        reply(hour(11)),
        move(hour(12), "Open"),
    ]
    assert [(r.phase, r.done) for r in readings(plan, solved, hour(14))] == [("done", hour(10))]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Metric(" ", "opening"), "Metric.name"),
        (lambda: Metric("m", "closing"), "a signal is 'closing'"),  # type: ignore[arg-type]
        (lambda: Metric("m", 5), "signals of a Metric"),  # type: ignore[arg-type]
        (lambda: Metric("m", "opening", after="dawn"), "Metric.after"),  # type: ignore[arg-type]
        (lambda: Metric("m", "opening", recurrence="weekly"), "Metric.recurrence"),  # type: ignore[arg-type]
        (lambda: Metric("m", "opening", done_in=[5]), "statuses of a Metric"),  # type: ignore[list-item]
        (lambda: Percent("5"), "Percent"),  # type: ignore[arg-type]
        (lambda: Percent(0), "Percent is 0"),
        (lambda: Percent(101), "Percent is 101"),
        (lambda: reminders_then(Move("Done"), every=business_hours(1), times=-1, calendar="desk"), "times is -1"),
        (lambda: reminders_then(Move("Done"), every=business_hours(1), times=None), "times is None"),  # type: ignore[arg-type]
        (lambda: US.target("resolution", "low", 5), "channel is 5"),  # type: ignore[arg-type]
        (lambda: Target("m", "p", business_hours(1), warn_before="5"), "Target.warn_before"),  # type: ignore[arg-type]
        (lambda: Target("m", "p", business_hours(1), warn_before=[5]), "duration"),  # type: ignore[list-item]
        (lambda: attrs.evolve(US, on_reopening="perhaps"), "Plan.on_reopening"),  # type: ignore[arg-type]
        (lambda: attrs.evolve(US, on_priority_change="perhaps"), "Plan.on_priority_change"),  # type: ignore[arg-type]
        (lambda: attrs.evolve(US, metrics=[5]), "metrics"),  # type: ignore[list-item]
    ],
)
def test_what_is_no_row_of_the_table_is_refused(make: object, message: str) -> None:
    """At once, with what is allowed."""
    with pytest.raises((WrongType, InvalidChoice, OutOfRange), match=message):
        make()  # type: ignore[operator]


def test_all_that_contradicts_itself_in_the_table_comes_in_one_error() -> None:
    """Unknown statuses, metrics and channels, and a status in two columns."""
    with pytest.raises(InvalidPlan) as refused:
        attrs.evolve(
            US,
            metrics=[
                Metric("first_response", ()),
                Metric("first_response", "opening", done_in=["Solved", "Lost"], paused_in="Solved"),
            ],
            targets=[
                Target("first_respons", "low", business_hours(1), channel="pigeon", warn_before=[business_hours(-1)])
            ],
        )
    assert {finding.path for finding in refused.value.findings} == {
        "metrics[0].starts",
        "metrics[1]",
        "metrics[1].done_in[1]",
        "metrics[1].paused_in[0]",
        "targets[0].metric",
        "targets[0].channel",
        "targets[0].warn_before[0]",
    }


# Warnings.


def test_warnings_come_in_working_time_before_the_due() -> None:
    """As a duration or a percentage of the target; one that is longer than the target comes at its start."""
    warnings = (business_hours(1), Percent(50), business_hours(10**6), calendar_hours(3))
    plan = with_targets(Target("resolution", "high", business_hours(4), warn_before=warnings))
    log: list[Event] = [opened(at(12, 17))]
    changes = []
    now = at(12, 17)
    while (coming := next_due(plan, log, now)) is not None and coming.at <= at(15, 9):
        now = coming.at
        changes.append((coming.at, coming.what, last("resolution", plan, log, now).warned))
    assert changes[:3] == [
        (at(15, 6), "warning", (warnings[2], warnings[3])),
        (at(15, 7), "warning", warnings[1:]),
        (at(15, 8), "warning", warnings),
    ]
    assert last("resolution", plan, log, at(12, 17)).warned == (warnings[2],)


def test_a_limit_is_never_before_its_due() -> None:
    """One that is written so is the due, as it is for a promise; so is one that a wait has left behind."""
    plan = with_targets(Target("resolution", "high", business_hours(4), business_hours(2)))
    odd = last("resolution", plan, [opened(at(15, 8))], at(15, 11))
    assert (odd.due, odd.limit, odd.verdict, odd.remaining_to_limit) == (
        at(15, 12),
        at(15, 12),
        "pending",
        timedelta(hours=1),
    )
    assert promise(plan, "resolution", "high", at(15, 8)).limit == at(15, 12)


def test_a_due_that_is_reached_stays() -> None:
    """A wait that begins at it moves nothing, whichever the boundary; one that begins at a closing does (W2)."""
    for hours, waits_from, expected in ((4, at(15, 12), at(15, 12)), (11, at(15, 19), at(16, 9))):
        plan = with_targets(Target("resolution", "high", business_hours(hours), boundary="open"))
        log: list[Event] = [opened(at(15, 8)), move(waits_from, "Waiting on Client"), move(at(16, 9), "In Progress")]
        assert last("resolution", plan, log, at(16, 9)).due == expected


def test_a_wait_through_two_statuses_is_one_wait() -> None:
    """The due would be at an opening at which one status gives way to another, and is not reached there (W2)."""
    metric = Metric("resolution", "opening", paused_in=["Waiting on Client", "Waiting on Internal Team"])
    target = Target("resolution", "high", business_hours(11), boundary="open")
    plan = attrs.evolve(US, metrics=[metric], targets=[target])
    log: list[Event] = [opened(at(15, 8)), move(at(15, 19), "Waiting on Client")]
    log += [move(at(16, 7), "Waiting on Internal Team"), move(at(16, 9), "In Progress")]
    assert last("resolution", plan, log, at(16, 9)).due == at(16, 9)
    assert last("resolution", plan, log[:-1], at(16, 8)).verdict == "pending"


def test_a_warning_that_came_stays_while_the_clock_waits_and_when_it_is_done() -> None:
    """And one that did not does not come any more."""
    plan = with_targets(Target("resolution", "high", business_hours(4), warn_before=[Percent(50), Percent(10)]))
    log: list[Event] = [opened(at(15, 8)), move(at(15, 11), "Waiting on Client")]
    assert last("resolution", plan, log, at(20)).warned == (Percent(50),)
    assert last("resolution", plan, [*log, move(at(16, 8), "Solved")], at(20)).warned == (Percent(50),)


# What comes next, the queue, and what if.


def test_next_due_takes_timers_and_clocks_together() -> None:
    """Of several at one instant the timer comes first, as it fires first (W10)."""
    plan = with_targets(Target("resolution", "low", calendar_hours(24)), plan=client_portal())
    log: list[Event] = [opened(at(15, 9), "low"), reply(at(15, 9)), move(at(15, 9), "Waiting For Customer")]
    coming = next_due(plan, log, at(15, 9))
    assert coming is not None
    assert (coming.at, coming.what, coming.name) == (at(16, 9), "timer", "remind the client")
    assert str(coming) == "Tue 2026-06-16 09:00 CDT (UTC-05:00): remind the client"


def test_nothing_comes_of_a_case_that_is_over() -> None:
    """No clock runs on it."""
    log: list[Event] = [opened(at(15, 9)), move(at(15, 10), "Solved")]
    assert next_due(US, log, at(15, 11)) is None


def test_p16_the_queue_puts_critical_cases_first_then_what_is_due_first_then_the_oldest() -> None:
    """Whatever the order that they come in; a case that is over comes last."""
    logs: dict[str, list[Event]] = {
        "critical, answered": [opened(at(15, 8), "critical"), reply(at(15, 9))],
        "high, past due": [opened(at(12, 8))],
        "high, due today": [opened(at(15, 14))],
        "medium, due tomorrow": [opened(at(15, 8), "medium")],
        "waits, older": [opened(at(15, 8), "low"), reply(at(15, 9)), move(at(15, 9), "Waiting on Client")],
        "waits, younger": [opened(at(15, 9), "low"), reply(at(15, 9)), move(at(15, 9), "Waiting on Client")],
        "over": [opened(at(8, 8), "critical"), move(at(8, 9), "Solved")],
    }
    keys = {name: queue_key(US, log, at(15, 15)) for name, log in reversed(logs.items())}
    assert sorted(keys, key=keys.__getitem__) == list(logs)


def key(log: Sequence[Event], number: str) -> QueueKey:
    return attrs.evolve(queue_key(US, log, at(15, 15)), number=number)


def test_the_queue_says_why_one_case_is_ahead_of_another() -> None:
    """In a sentence, from either side."""
    over = key([opened(at(8, 8), "critical"), move(at(8, 9), "Solved")], "over")
    critical, high = key([opened(at(15, 8), "critical")], "critical"), key([opened(at(15, 14))], "high")
    answered: list[Event] = [opened(at(15, 8), "low"), reply(at(15, 9)), move(at(15, 9), "Waiting on Client")]
    older, younger = key(answered, "A-1"), key([opened(at(15, 9), "low"), *answered[1:]], "A-2")
    assert over.ahead_of(high) == "over after high: it is closed, the other is open"
    assert high.ahead_of(over) == "high before over: it is open, the other is closed"
    assert critical.ahead_of(high) == "critical before high: it is critical, the other is high"
    assert older.ahead_of(younger).startswith("A-1 before A-2: opened Mon 2026-06-15 08:00 CDT")
    assert high.ahead_of(older).startswith("high before A-1: first_response is due Mon 2026-06-15 18:00 CDT")
    assert older.ahead_of(high).startswith("A-1 after high: nothing is due, first_response of the other Mon")
    assert older.ahead_of(key(answered, "A-0")) == "A-1 after A-0: all else is equal, so their numbers decide"
    assert str(over) == "over: closed, critical, nothing is due, opened Mon 2026-06-08 08:00 CDT (UTC-05:00)"


def test_a_bare_plan_has_a_queue_too() -> None:
    """Without a workflow nothing is over, and before its opening a case is what it will be."""
    plan = Plan("bare", {"desk": ALWAYS}, [], [])
    log: list[Event] = [opened(hour(8), None)]
    assert [queue_key(plan, log, hour(when)).metric for when in (7, 9)] == [None, None]


def portal_log() -> list[Event]:
    """A case of the portal that has been asked, was resolved by itself, and came back."""
    plan = client_portal()
    step = handle(plan, None, opened(at(1, 8), channel="portal"))
    log: list[Event] = [*step.events]
    for event in (
        Assigned("bo", at=at(1, 9), by=BO),
        reply(at(1, 9)),
        move(at(1, 9), "Waiting For Customer"),
        write(at(5, 12)),
    ):
        step = handle(plan, step.case, event)
        log += step.events
    return log


def test_what_if_under_the_same_plan_changes_nothing() -> None:
    """What followed by itself follows again: six events of the log are inputs, five are not."""
    log = portal_log()
    assert len(log) == 11
    same = what_if(client_portal(), log, at(30))
    assert (same.before, same.changes, same.refused, str(same)) == (same.after, (), (), "nothing changes")
    assert same.events[: len(log)] == tuple(log)


def test_what_if_tells_what_another_plan_would_have_made_of_it() -> None:
    """Of a case at Sydney's desk, and under a lifecycle without timers, where a move is none of its."""
    log = [opened(at(12, 16), channel="portal"), reply(at(15, 7))]
    found = what_if(US, log, at(15, 8), under=apricot_anz())
    first = found.changes[0]
    assert [reading and (reading.due, reading.verdict) for reading in first] == [
        (at(15, 8), "met"),
        (at(14, 22), "missed"),
    ]
    elsewhere = what_if(client_portal(), portal_log(), at(30), under=US)
    assert [type(event).__name__ for event, _ in elsewhere.refused] == ["StatusChanged"]
    assert "not taken: case A-1" in str(elsewhere)


def test_what_if_takes_a_calendar_in_place_of_the_desks() -> None:
    """Had the desk been open on Saturday."""
    saturdays = BusinessCalendar("America/Chicago", "Mo-Sa 07:00-19:00")
    found = what_if(US, [opened(at(12, 16))], at(12, 17), under=saturdays)
    assert [reading and reading.due for reading in found.changes[0]] == [at(15, 8), at(13, 8)]


def test_what_if_takes_a_priority_that_the_case_had_all_along() -> None:
    """Changes of it are left out."""
    log = [opened(at(12, 16), "low"), price(at(12, 17), "medium"), reply(at(15, 9))]
    found = what_if(US, log, at(15, 10), priority="Sev 1")
    after = next(reading for reading in found.after if reading.metric == "first_response")
    assert (after.priority, after.verdict, after.due, len(after.held)) == ("critical", "missed", at(12, 18), 1)
    assert len(found.events) == 2


def test_what_if_compares_exchanges_that_only_one_side_has() -> None:
    """A timer reopens the case under the other plan, so that there is one exchange more."""
    log: list[Event] = [opened(at(15, 8), status=None), reply(at(15, 9)), move(at(15, 10), "Solved")]
    flow = Workflow(
        "again",
        {
            "New": Status(next=["Solved"]),
            "Solved": Status(closed=True, timers=[Timer(Move("New"), after=business_hours(1), calendar="desk")]),
        },
        "New",
    )
    other = attrs.evolve(US, workflow=flow, metrics=None, intake=attrs.evolve(US.intake, forms=[]))
    found = what_if(US, log, at(15, 12), under=other)
    assert (None, "running") in [(left, right.phase) for left, right in found.changes if right and not left]
    assert "  is        not measured" in str(found)


def test_what_if_sees_what_changes_of_a_clock_that_waits() -> None:
    """It has no due, but one if it went on."""
    plan = resolution(high=business_hours(8), critical=business_hours(4))
    log: list[Event] = [opened(at(12, 16)), move(at(12, 16, 30), "Waiting on Client")]
    found = what_if(plan, log, at(15, 10), priority="critical")
    assert "would be  paused, pending, due Mon 2026-06-15 13:30 CDT (UTC-05:00) if resumed, 0:30 h used" in str(found)


def test_what_if_asks_another_plan_only_for_the_priority_that_it_is_told() -> None:
    """Those of the log may have other names there."""
    other = Plan("b", {"desk": ALWAYS}, [Priority("P0"), Priority("P1")], [], workflow=US.workflow)
    assert what_if(US, [opened(at(12, 16))], at(15), under=other, priority="P1").after[0].priority == "P1"
    with pytest.raises(UnknownPriority, match="'high'"):
        what_if(US, [opened(at(12, 16))], at(15), under=other)


@pytest.mark.parametrize("log", [None, 5, [], "log", [5]])
def test_what_if_refuses_what_is_no_log(log: object) -> None:
    """At once, as readings do; and so do its inputs."""
    with pytest.raises(WrongType, match="event"):
        what_if(US, log, at(13))  # type: ignore[arg-type]
    with pytest.raises(WrongType, match="event"):
        inputs_of(US, log)  # type: ignore[arg-type]


def test_what_if_takes_no_calendar_in_place_of_none() -> None:
    """A plan without a desk has nothing to put it in place of; and what is no plan is none."""
    bare = Plan("bare", {"ours": CST}, [Priority("high")], [], workflow=US.workflow)
    with pytest.raises(UnknownCalendar, match="'desk'"):
        what_if(bare, [opened(at(12, 16))], at(12, 17), under=CST)
    with pytest.raises(WrongType, match="under is 'x'"):
        what_if(US, [opened(at(12, 16))], at(12, 17), under="x")  # type: ignore[arg-type]


def test_what_if_before_the_opening_finds_nothing_to_compare() -> None:
    """No clock has started."""
    found = what_if(US, [opened(at(12, 16))], at(12, 15), under=apricot_anz())
    assert (found.changes, found.events) == ((), ())


# Reasons.


def test_every_stretch_of_a_due_says_what_it_was() -> None:
    """Counted, paused by which status, closed, and a holiday by its name."""
    plan = resolution(high=business_hours(8))
    log: list[Event] = [opened(at(18, 16)), move(at(18, 17), "Waiting on Client"), move(at(22, 8), "In Progress")]
    why = last("resolution", plan, log, at(22, 9)).explanation
    assert why is not None
    assert [(step.reason, step.name) for step in why.steps] == [
        ("counted", ""),
        ("paused", "Waiting on Client"),
        ("closed", ""),
        ("holiday", "Juneteenth National Independence Day"),
        ("closed", ""),
        ("paused", "Waiting on Client"),
        ("counted", ""),
    ]
    assert (why.due, why.used) == (at(22, 15), timedelta(hours=8))
    assert "paused: Waiting on Client" in str(why)
    assert max(map(len, str(why).splitlines())) <= 80


def test_a_due_without_a_wait_is_explained_as_the_promise_is() -> None:
    """With the sentence on which target holds besides."""
    first = last("first_response", US, [opened(at(13, 8), "medium")], at(13, 9))
    promised = promise(US, "first_response", "medium", at(13, 8)).explanation
    assert first.explanation == attrs.evolve(promised, notes=(first.held[0].why,))
    assert first.held[0].why == "The target is 1 business day for medium, from Sat 2026-06-13 08:00 CDT (UTC-05:00) on."


def test_real_time_is_called_so() -> None:
    """A target in calendar hours runs around the clock."""
    first = last("first_response", US, [opened(at(12, 16), "critical")], at(12, 17))
    assert str(first.elapsed_explanation).startswith("1:00 h of real time")


def test_a_reading_is_data_as_any_value_is() -> None:
    """It can be taken apart, pickled and changed; a copy that is changed explains nothing."""
    first = last("first_response", US, [opened(at(12, 16))], at(12, 17))
    assert attrs.asdict(first)["due"] == at(15, 8)
    assert pickle.loads(pickle.dumps(first)).explanation == first.explanation
    assert attrs.evolve(first, phase="paused").explanation is None
    assert first.warnings == ()


def test_what_has_not_started_explains_nothing() -> None:
    """There is no clock."""
    ahead = last("next_response", US, [opened(at(12, 16))], at(12, 17))
    assert (ahead.held, ahead.explanation, ahead.elapsed_explanation, ahead.warnings) == ((), None, None, ())


# What can be wrong with a log.


def test_a_log_is_that_of_one_case_in_order() -> None:
    """The error names the event, and what would be taken."""
    early = reply(at(12, 15))
    with pytest.raises(EventOutOfOrder, match=r"events\[1\], a Commented at 2026-06-12 20:00:00\+00:00, is older"):
        readings(US, [opened(at(12, 16)), early], at(13))
    with pytest.raises(CaseNotOpened, match="Commented is for a case that was never opened"):
        readings(US, [early, opened(at(12, 16))], at(13))
    with pytest.raises(CaseExists, match=r"events\[1\] opens a case again"):
        readings(US, [opened(at(12, 16)), opened(at(12, 17))], at(13))


@pytest.mark.parametrize("log", [[], "log", 5, [5], [opened(at(12)), "reply"]])
def test_what_is_no_log_is_refused(log: object) -> None:
    """An empty one too."""
    with pytest.raises(WrongType, match="event"):
        readings(US, log, at(13))  # type: ignore[arg-type]


def test_before_its_opening_nothing_of_a_case_has_started() -> None:
    """One reading for each metric says so."""
    found = readings(US, [opened(at(12, 16))], at(12, 16) - TICK)
    assert [reading.phase for reading in found] == ["not_started"] * 6
    assert next_due(US, [opened(at(12, 16))], at(12, 15)) is None


def test_names_that_the_plan_does_not_have_are_refused() -> None:
    """A priority, and a status in which the case is, or was; what came after `now` is not asked."""
    with pytest.raises(UnknownPriority, match="'urgent'"):
        readings(US, [opened(at(12, 16), "urgent")], at(13))
    with pytest.raises(UnknownPriority, match="'urgent'"):
        readings(US, [opened(at(12, 16)), price(at(12, 17), "urgent")], at(13))
    with pytest.raises(UnknownStatus, match="'Lost'"):
        readings(US, [opened(at(12, 16)), move(at(12, 17), "Lost"), move(at(12, 18), "Solved")], at(13))
    assert readings(US, [opened(at(12, 16)), price(at(12, 17), "urgent"), move(at(12, 17), "Lost")], at(12, 16))


def test_an_opening_that_leaves_out_its_priority_gets_it_as_by_handle() -> None:
    """From its subject, or the channel; an alias is what it stands for."""
    raw = Opened("A-1", "[high] No login", at=at(12, 16), by=ANA)
    assert readings(US, [raw], at(13))[0].due == at(15, 8)
    aliased = [opened(at(12, 16), "Sev-1"), price(at(12, 17), "Business Down")]
    assert [reading.priority for reading in of("first_response", US, aliased, at(13))] == ["critical"]


def test_a_calendar_that_never_opens_is_refused_by_name() -> None:
    """With the stretch in which it does not; a metric without a target is measured on it all the same."""
    never = attrs.evolve(US, calendars={"desk": BusinessCalendar("UTC", "off"), "always": ALWAYS})
    with pytest.raises(NeverOpens, match="2026-06-12"):
        readings(never, [opened(at(12, 16))], at(13))
    bare = attrs.evolve(never, targets=[])
    assert last("resolution", bare, [opened(at(12, 16))], at(13)).elapsed == timedelta(0)


def test_a_clock_that_waits_reads_where_its_due_cannot_be_had() -> None:
    """Its due if it went on is beyond what can be counted; nothing is due."""
    plan = with_targets(Target("resolution", "high", calendar_hours(48)))
    log: list[Event] = [opened(at(12, 16)), reply(at(12, 16)), move(at(12, 17), "Waiting on Client")]
    waits = last("resolution", plan, log, datetime(2200, 12, 31, tzinfo=UTC))
    assert (waits.phase, waits.due_if_resumed, waits.remaining) == ("paused", None, timedelta(hours=47))


def test_now_is_an_instant_of_years_1900_to_2200() -> None:
    """As everywhere."""
    with pytest.raises(OutOfRange, match="now"):
        readings(US, [opened(at(12, 16))], datetime(2300, 1, 1, tzinfo=UTC))


def test_a_foreign_log_that_contradicts_the_timers_is_taken_as_it_stands() -> None:
    """Six days of waiting, where the workflow resolves after four: as of day five it had, in the end it had not."""
    plan = client_portal()
    log: list[Event] = [opened(at(1, 8)), move(at(1, 9), "Waiting For Customer"), move(at(7, 9), "Assigned")]
    assert last("resolution", plan, log, at(6, 9)).done == at(5, 9)
    after = last("resolution", plan, log, at(7, 10))
    assert (after.phase, after.elapsed, after.done) == ("running", timedelta(hours=1), None)


def test_a_timer_that_fell_due_counts_as_happened() -> None:
    """Whether or not the host has advanced the case."""
    plan = client_portal()
    log: list[Event] = [opened(at(1, 8)), move(at(1, 9), "Waiting For Customer")]
    case = replay(log)
    advanced = [*log, *advance(plan, case, at(9)).events]
    assert len(advanced) == 8
    assert readings(plan, log, at(9)) == readings(plan, advanced, at(9))
    assert last("resolution", plan, log, at(9)).done == at(5, 9)


def test_a_wait_in_closed_time_moves_no_due() -> None:
    """And a calendar with windows taken out counts them as closed, not as a wait."""
    maintenance = Window(at(15, 9), at(15, 11))
    plan = attrs.evolve(resolution(high=business_hours(4)), calendars={"desk": CST - [maintenance], "always": ALWAYS})
    log: list[Event] = [opened(at(12, 18)), move(at(12, 20), "Waiting on Client"), move(at(14, 9), "In Progress")]
    found = last("resolution", plan, log, at(15, 8))
    assert (found.due, found.paused) == (at(15, 12), timedelta(0))


def test_a_target_in_calendar_hours_that_ends_at_an_opening_is_the_real_time_up_to_it() -> None:
    """So what is used and what is left add up to one amount, and a wait of three hours moves the due by three."""
    plan = with_targets(Target("resolution", "high", calendar_hours(24), boundary="open"))
    log: list[Event] = [opened(at(12, 10)), move(at(12, 11), "Waiting on Client"), move(at(12, 14), "In Progress")]
    for now in (at(12, 10), at(12, 12), at(14, 14), at(15, 12)):
        runs = last("resolution", plan, log, now)
        assert runs.elapsed + (runs.remaining or timedelta(0)) == at(15, 7) - at(12, 10)
    assert last("resolution", plan, log, at(14, 14)).due == at(15, 10)


def test_a_sequential_clock_that_starts_in_the_past_has_waited_since() -> None:
    """A late answer begins it on the grid, before waits that the case has been through."""
    metric = Metric("update", "reply", stops="reply", recurrence="sequential", paused_in="Waiting")
    plan = attrs.evolve(salesforce("sequential"), metrics=[metric])
    log: list[Event] = [opened(hour(9), "any"), reply(hour(10)), move(hour(15), "Waiting"), move(hour(16), "Open")]
    log += [move(hour(17), "Waiting"), reply(hour(17, 30))]
    again = last("update", plan, log, hour(17, 45))
    assert (again.started, again.phase, again.elapsed, again.paused) == (
        hour(14),
        "paused",
        timedelta(hours=2),
        timedelta(hours=1, minutes=45),
    )


def test_what_is_measured_without_a_target_is_measured_from_the_start_whatever_the_priority() -> None:
    """A change of the priority changes no promise there."""
    for choice in ("fair", "from_start", "from_change"):
        plan = attrs.evolve(US, on_priority_change=choice)
        log = [opened(at(15, 8), "medium"), price(at(15, 12), "high"), price(at(15, 13), "low")]
        assert last("resolution", plan, log, at(15, 14)).elapsed == timedelta(hours=6)


def test_a_reminder_by_a_timer_is_no_answer() -> None:
    """Nor is anything else that the system does (P10)."""
    flow = Workflow(
        "ours",
        {
            "Open": Status(timers=[Timer(Remind("support"), every=calendar_hours(1), zone="UTC")], next=["Done"]),
            "Done": Status(closed=True),
        },
        "Open",
    )
    plan = Plan("ours", {"desk": ALWAYS}, [Priority("any")], [], workflow=flow)
    assert last("first_response", plan, [opened(hour(8), "any", status="Open")], hour(12)).phase == "running"
