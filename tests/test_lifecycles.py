"""Twelve real helpdesks, said as tables: each can be meant, is what the shared file says, and does it (L1-L7, W10)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from lifecycle_tables import (
    CHATWOOT_QUIET_DAYS,
    DJANGO_ESCALATE_DAYS,
    FRAPPE_CLOSE_DAYS,
    GLPI_CLOSE_DAYS,
    GLPI_FOLLOW_UPS,
    GLPI_INTERVAL_DAYS,
    ON_HOLD_DAYS,
    PENDING_DAYS,
    SOLVED_DAYS,
    TABLES,
    ZAMMAD_REOPEN_DAYS,
    machines,
    workflow,
)
from supportsla import (
    ALWAYS,
    BusinessCalendar,
    Calendar,
    CaseClosed,
    EventIncomplete,
    Intake,
    InvalidWorkflow,
    Move,
    Plan,
    Priority,
    Status,
    Step,
    Timer,
    TransitionNotAllowed,
    Workflow,
    advance,
    calendar_days,
    handle,
    lint,
    timers,
)
from supportsla.events import (
    Actor,
    Assigned,
    Commented,
    Event,
    Opened,
    PriorityChanged,
    Reminded,
    StatusChanged,
)
from supportsla.workflow import edges

ANA, BO, HOST = Actor("client", "ana"), Actor("support", "bo"), Actor("system", "host")
PRIORITIES = ("1", "2", "3", "4", "5")
NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)

each_table = pytest.mark.parametrize("name", TABLES)
Pairs = set[tuple[str, str]]


def system_of(shared: Path, name: str) -> Mapping[str, Any]:
    return machines(shared)[TABLES[name].system]


# ------------------------------------------------------------------------------------------------- said as a table


def test_every_machine_of_the_file_is_said(shared: Path) -> None:
    """All twelve, some of them once for each policy that their owners can choose."""
    found = machines(shared)
    assert len(found) == 12
    assert {words.system for words in TABLES.values()} == set(found)


@each_table
def test_every_machine_can_be_meant(shared: Path, name: str) -> None:
    """It is made without an error, with the statuses of the file, in order, and begins where the file says."""
    flow, machine = workflow(shared, name), system_of(shared, name)
    assert [status for status, _ in flow.statuses] == list(machine["statuses"])
    begins = BEGINS_IN_SEVERAL.get(machine["system"]) or machine.get("create_into") or [machine["initial"]]
    assert list(flow.initial) == begins


BEGINS_IN_SEVERAL = {"chatwoot/chatwoot": ["open", "pending"], "frappe/helpdesk": ["Open"]}
FINAL = {"zammad/zammad": {"merged"}, "Zendesk as run by GitLab Support": {"closed"}}


def said_moves(machine: Mapping[str, Any]) -> Pairs:
    """The moves of the file; where it says any to any, all but those out of a final status."""
    if not isinstance(machine["transitions"], str):
        return {(row["from"], row["to"]) for row in machine["transitions"]}
    names, final = machine["statuses"], FINAL.get(machine["system"], set())
    return {(name, to) for name in names for to in names if name != to and name not in final}


@each_table
def test_the_moves_are_those_of_the_file(shared: Path, name: str) -> None:
    """L1, L2: every transition of the file is a move of the table, and every move of the table is in the file."""
    flow = workflow(shared, name)
    assert {(way.origin, way.to) for way in edges(flow) if way.cause == "move"} == said_moves(system_of(shared, name))


STATUSES_SAID_IN_WORDS = {
    "first active status": "open",
    "ticket_reopen_status": "Open",
    "update_status_to": "Replied",
    "configured status (auto_close_status)": "Replied",
    "reopenstatus or default status": "Open",
}
FOLLOW_UPS_SAID_APART: dict[str, Pairs] = {
    "znuny/Znuny": {("closed successful", "open"), ("closed unsuccessful", "open")},
    "glpi-project/glpi": {("solved", "processing (assigned)")},
}


def said_by_itself(machine: Mapping[str, Any]) -> Pairs:
    """Where the file says that a case goes without a person moving it there."""
    pairs = set(FOLLOW_UPS_SAID_APART.get(machine["system"], set()))
    for row in machine["automatic"]:
        if row["to"].startswith("same status"):
            continue
        origins = [STATUSES_SAID_IN_WORDS.get(name, name) for name in row["from"].split("|")]
        everywhere = re.match(r"\*|any", row["from"])
        to = STATUSES_SAID_IN_WORDS.get(row["to"], row["to"])
        pairs |= {(name, to) for name in (machine["statuses"] if everywhere else origins)}
    listed = [] if isinstance(machine["transitions"], str) else machine["transitions"]
    pairs |= {(row["from"], row["to"]) for row in listed if row.get("on") in ("ev_assign", "ev_reassign")}
    return {(name, to) for name, to in pairs if name != to}


def test_what_happens_by_itself_is_what_the_file_says(shared: Path) -> None:
    """L2, L3, L5, L6: over all the policies of a system, no automatic move is missing and none is invented."""
    found: dict[str, Pairs] = {}
    for name, words in TABLES.items():
        ways = [way for way in edges(workflow(shared, name)) if way.cause != "move" or way.by == ("system",)]
        found.setdefault(words.system, set()).update((way.origin, way.to) for way in ways if way.origin != way.to)
    assert found == {system: said_by_itself(machine) for system, machine in machines(shared).items()}


OVER = {"closed", "merged", "removed", "inactive", "archived", "deleted", "Resolved"}
OVER_BY_NAME = {
    "glpi-project/glpi": {"closed"},
    "django-helpdesk/django-helpdesk": {"Resolved", "Closed", "Duplicate"},
    "chatwoot/chatwoot": {"resolved"},
    "freescout-help-desk/freescout": {"closed"},
}


def said_over(machine: Mapping[str, Any]) -> set[str]:
    """The statuses whose class, type, state, category, stage or finality ends a case; else those with such a name."""
    found = set(OVER_BY_NAME.get(machine["system"], set()))
    for status, facts in machine["statuses"].items():
        kinds = {facts.get(key) for key in ("type", "class", "state", "category")}
        if kinds & OVER or facts.get("final") or facts.get("closed"):
            found.add(status)
    return found


@each_table
def test_closed_is_where_the_file_says_that_it_is_over(shared: Path, name: str) -> None:
    """C7: and nowhere else."""
    closed = {status for status, row in workflow(shared, name).statuses if row.closed}
    assert closed == said_over(system_of(shared, name))


# ------------------------------------------------------------------------------------------------------------ lint

FINDINGS: dict[str, list[tuple[str, str]]] = {
    "zammad, reopen": [],
    "zammad, new ticket": [],
    "zammad, new ticket after certain time": [],
    "znuny, reopen": [],
    "znuny, reject": [],
    "znuny, new ticket": [],
    "rt": [],
    "glpi, refuse": [],
    "glpi, new ticket": [],
    "glpi, working days": [],
    "glpi, no follow-ups": [],
    "glpi, follow-ups without end": [],
    "frappe": [],
    "itop": [],
    "osticket, reopen": [],
    "osticket, new ticket": [],
    "django-helpdesk": [],
    "chatwoot": [],
    "oca": [],
    "freescout": [],
    "zendesk": [],
}


def found_in(flow: Workflow) -> list[tuple[str, str]]:
    return [(finding.name, finding.path) for finding in lint(flow)]


def test_what_lint_finds_in_each_machine(shared: Path) -> None:
    """Programs in daily use have no unreachable status, no dead end, no move of nobody, and no late timer."""
    assert {name: found_in(workflow(shared, name)) for name in TABLES} == FINDINGS


def changed(flow: Workflow, status: str, **columns: Any) -> Workflow:
    row: Status = attrs.evolve(flow.status(status), **columns)
    return attrs.evolve(flow, statuses=dict(flow.statuses) | {status: row})


@pytest.mark.parametrize(
    ("name", "status", "path"),
    [
        ("zammad, reopen", "merged", "workflow.statuses.merged"),
        ("itop", "closed", "workflow.statuses.closed"),
        ("zendesk", "closed", "workflow.statuses.closed"),
    ],
)
def test_a_final_status_that_is_not_closed_is_a_dead_end(shared: Path, name: str, status: str, path: str) -> None:
    """C7: nothing would ever end such a case."""
    assert found_in(changed(workflow(shared, name), status, closed=False)) == [("dead_end", path)]


def test_without_its_timeouts_itop_never_escalates(shared: Path) -> None:
    """Both escalated statuses are reached by a missed clock only, which nobody but the system may say."""
    flow = workflow(shared, "itop")
    for name, row in flow.statuses:
        flow = changed(flow, name, next={to: roles for to, roles in row.next if roles != ("system",)})
    assert found_in(flow) == [
        ("unreachable_status", "workflow.statuses.escalated_tto"),
        ("unreachable_status", "workflow.statuses.escalated_ttr"),
    ]


def test_timeouts_that_nobody_may_say_are_found(shared: Path) -> None:
    """Each move, and the statuses that only such moves lead to."""
    flow = workflow(shared, "itop")
    for name, row in flow.statuses:
        flow = changed(flow, name, next={to: () if roles == ("system",) else roles for to, roles in row.next})
    assert found_in(flow) == [
        ("unreachable_status", "workflow.statuses.escalated_tto"),
        ("unreachable_status", "workflow.statuses.escalated_ttr"),
        ("nobody_may", "workflow.statuses.new.next.escalated_tto"),
        ("nobody_may", "workflow.statuses.assigned.next.escalated_ttr"),
        ("nobody_may", "workflow.statuses.approved.next.escalated_tto"),
    ]


def test_a_case_that_is_solved_with_its_last_reminder_is_found(shared: Path) -> None:
    """GLPI solves one interval after the last reminder; at that reminder would be too early for it."""
    flow = workflow(shared, "glpi, refuse")
    reminds, _ = flow.status("pending (waiting)").timers
    early = Timer(Move("solved"), after=calendar_days(GLPI_INTERVAL_DAYS * GLPI_FOLLOW_UPS), zone="UTC")
    flow = changed(flow, "pending (waiting)", timers=[reminds, early])
    assert found_in(flow) == [("late_reminder", "workflow.statuses.pending (waiting).timers[0]")]


def test_a_reply_cannot_snooze_a_case(shared: Path) -> None:
    """A status with a timer until an instant is not for a move that cannot name one."""
    with pytest.raises(InvalidWorkflow, match="'snoozed' has a timer until an instant"):
        changed(workflow(shared, "chatwoot"), "open", on_reply="snoozed")


# ------------------------------------------------------------------------------------------------------- behaviour


def plan_of(shared: Path, name: str, desk: Calendar = ALWAYS) -> Plan:
    ours = [Priority(priority) for priority in PRIORITIES]
    return Plan(name, {"desk": desk}, ours, [], workflow=workflow(shared, name), intake=Intake(default="3"))


def opened(at: datetime = NINE, status: str | None = None) -> Opened:
    return Opened("A-1", "A question", at=at, by=ANA, status=status)


def moved(to: str, at: datetime = NINE, by: Actor = BO, until: datetime | None = None) -> StatusChanged:
    return StatusChanged(to, at=at, by=by, until=until)


def said(by: Actor, at: datetime) -> Commented:
    return Commented("A word", at=at, by=by)


def run(plan: Plan, *events: Event) -> Step:
    """The last step of several."""
    step = handle(plan, None, events[0])
    for event in events[1:]:
        step = handle(plan, step.case, event)
    return step


def kinds(step: Step) -> list[str]:
    return [notice.kind for notice in step.notices]


def happened(step: Step) -> list[tuple[str, datetime]]:
    """What the timers did: where to, whom they reminded, or to which priority; and when."""
    found = []
    for event in step.events:
        assert isinstance(event, StatusChanged | PriorityChanged | Reminded)
        found.append((event.whom if isinstance(event, Reminded) else event.to, event.at))
    return found


BERLIN = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00")
WINDOW = timedelta(hours=24 * ZAMMAD_REOPEN_DAYS)


@pytest.mark.parametrize(("after", "status"), [(WINDOW - TICK, "open"), (WINDOW, "closed"), (WINDOW + DAY, "closed")])
@pytest.mark.parametrize("closed_at", [NINE, datetime(2026, 3, 27, 16, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC)])
def test_zammad_reopens_within_so_many_whole_days(
    shared: Path, closed_at: datetime, after: timedelta, status: str
) -> None:
    """L7: days of 24 hours from closing, also over a clock change; from exactly the last one on, a new case."""
    plan = plan_of(shared, "zammad, new ticket after certain time", BERLIN)
    step = run(plan, opened(closed_at - DAY), moved("closed", closed_at), said(ANA, closed_at + after))
    assert step.case.status == status
    assert ("open_follow_up" in kinds(step)) is (status == "closed")


def test_zammad_counts_from_the_last_closing(shared: Path) -> None:
    """L7: a case that was reopened and closed again has the whole window once more."""
    plan = plan_of(shared, "zammad, new ticket after certain time")
    again = NINE + WINDOW - TICK
    events = (opened(), moved("closed"), said(ANA, again), moved("closed", again), said(ANA, again + WINDOW - TICK))
    assert run(plan, *events).case.status == "open"


def test_zammad_may_always_reopen_or_never(shared: Path) -> None:
    """L7: by the policy of the group, years later too."""
    events = (opened(), moved("closed"), said(ANA, NINE + 1000 * DAY))
    assert run(plan_of(shared, "zammad, reopen"), *events).case.status == "open"
    step = run(plan_of(shared, "zammad, new ticket"), *events)
    assert (step.case.status, kinds(step)) == ("closed", ["client_comment", "open_follow_up"])


def test_zammad_closes_a_pending_case_at_its_instant(shared: Path) -> None:
    """W10: at the instant that the move named, not a microsecond before; and the move must name one."""
    plan, until = plan_of(shared, "zammad, reopen"), NINE + timedelta(days=3, hours=5)
    case = run(plan, opened(), moved("pending close", until=until)).case
    assert advance(plan, case, until - TICK).case == case
    assert happened(advance(plan, case, until)) == [("closed", until)]
    with pytest.raises(EventIncomplete, match="lacks: until"):
        run(plan, opened(), moved("pending close"))


def test_zammad_reminds_of_a_pending_case_and_leaves_it(shared: Path) -> None:
    """L3: once, and it is support that is reminded."""
    plan, until = plan_of(shared, "zammad, reopen"), NINE + DAY
    step = advance(plan, run(plan, opened(), moved("pending reminder", until=until)).case, NINE + 30 * DAY)
    assert (step.case.status, happened(step)) == ("pending reminder", [("support", until)])


def test_nothing_leaves_a_merged_case_of_zammad(shared: Path) -> None:
    """L1: it is final."""
    with pytest.raises(TransitionNotAllowed):
        run(plan_of(shared, "zammad, reopen"), opened(), moved("merged"), moved("open"))


@pytest.mark.parametrize("closed", ["closed successful", "closed unsuccessful"])
def test_znuny_reopens_rejects_or_asks_for_a_new_case(shared: Path, closed: str) -> None:
    """L7: by the policy of the queue; what is rejected is not logged."""
    first, update = (opened(), moved(closed)), said(ANA, NINE + DAY)
    assert run(plan_of(shared, "znuny, reopen"), *first, update).case.status == "open"
    step = run(plan_of(shared, "znuny, new ticket"), *first, update)
    assert (step.case.status, kinds(step)) == (closed, ["client_comment", "open_follow_up"])
    rejects = plan_of(shared, "znuny, reject")
    with pytest.raises(CaseClosed, match="takes no Commented by client"):
        run(rejects, *first, update)
    assert run(rejects, *first, said(BO, NINE + DAY)).case.status == closed


@pytest.mark.parametrize(
    ("pending", "closed"),
    [("pending auto close+", "closed successful"), ("pending auto close-", "closed unsuccessful")],
)
def test_znuny_closes_by_itself_in_two_ways(shared: Path, pending: str, closed: str) -> None:
    """W10: an update at the instant of closing finds the case closed, and one just before it does not."""
    plan, until = plan_of(shared, "znuny, reject"), NINE + DAY
    case = run(plan, opened(), moved(pending, until=until)).case
    assert happened(advance(plan, case, until)) == [(closed, until)]
    assert handle(plan, case, said(ANA, until - TICK)).case.status == pending
    with pytest.raises(CaseClosed):
        handle(plan, case, said(ANA, until))


def test_rt_opens_a_case_by_correspondence(shared: Path) -> None:
    """Whoever writes, and wherever the case is; but a requester's word leaves a new one new."""
    plan, later = plan_of(shared, "rt"), NINE + DAY
    assert run(plan, opened(), said(ANA, later)).case.status == "new"
    assert run(plan, opened(), said(BO, later)).case.status == "open"
    for status in ("stalled", "resolved", "rejected", "deleted"):
        assert [run(plan, opened(), moved(status), said(by, later)).case.status for by in (ANA, BO)] == ["open"] * 2
    already = run(plan, opened(status="open"), said(BO, later))
    assert [type(event) for event in already.events] == [Commented]


@pytest.mark.parametrize("status", ["new", "open", "resolved"])
def test_rt_creates_into_some_statuses_only(shared: Path, status: str) -> None:
    """C1: a case may begin there, and nothing happens by itself ever after."""
    plan = plan_of(shared, "rt")
    case = run(plan, opened(status=status)).case
    assert case.status == status
    assert advance(plan, case, NINE + 1000 * DAY).events == ()


INTERVAL = GLPI_INTERVAL_DAYS * DAY


def test_glpi_reminds_and_solves_one_interval_after_the_last_reminder(shared: Path) -> None:
    """L3, L5: reminders every so many days, then solved, then closed by itself."""
    plan = plan_of(shared, "glpi, refuse")
    case = run(plan, opened(), moved("pending (waiting)")).case
    solved = NINE + (GLPI_FOLLOW_UPS + 1) * INTERVAL
    reminders = [("client", NINE + k * INTERVAL) for k in range(1, GLPI_FOLLOW_UPS + 1)]
    expected = [*reminders, ("solved", solved), ("closed", solved + GLPI_CLOSE_DAYS * DAY)]
    assert happened(advance(plan, case, NINE + 100 * DAY)) == expected
    assert [timer.due for timer in timers(plan, case)] == [at for _, at in expected[:-1]]
    assert happened(advance(plan, case, solved - TICK)) == reminders


def test_glpi_solves_without_a_reminder(shared: Path) -> None:
    """L3: with none to send, one interval after the case began to wait."""
    plan = plan_of(shared, "glpi, no follow-ups")
    case = run(plan, opened(), moved("pending (waiting)")).case
    assert happened(advance(plan, case, NINE + INTERVAL)) == [("solved", NINE + INTERVAL)]


def test_glpi_reminds_without_end(shared: Path) -> None:
    """L3: and never solves."""
    plan = plan_of(shared, "glpi, follow-ups without end")
    case = run(plan, opened(), moved("pending (waiting)")).case
    step = advance(plan, case, NINE + 50 * INTERVAL)
    assert happened(step) == [("client", NINE + k * INTERVAL) for k in range(1, 51)]
    assert len(timers(plan, step.case)) == 1


def test_glpi_counts_working_days_where_there_is_a_calendar(shared: Path) -> None:
    """L5: from Monday morning: reminders on Wednesday, Friday and Tuesday, solved on Thursday, closed in two weeks."""
    plan = plan_of(shared, "glpi, working days", BusinessCalendar("UTC", "Mo-Fr 08:00-20:00"))
    case = run(plan, opened(), moved("pending (waiting)")).case
    days = [(what, at.day) for what, at in happened(advance(plan, case, NINE + 100 * DAY))]
    assert days == [("client", 3), ("client", 5), ("client", 9), ("solved", 11), ("closed", 25)]


def test_glpi_reopens_what_is_solved_and_not_what_is_closed(shared: Path) -> None:
    """L6, L7: an update to a closed case is refused, or asks for a linked one, by the entity's settings."""
    update = said(ANA, NINE + DAY)
    refuses, renews = plan_of(shared, "glpi, refuse"), plan_of(shared, "glpi, new ticket")
    assert run(refuses, opened(), moved("solved"), update).case.status == "processing (assigned)"
    with pytest.raises(CaseClosed):
        run(refuses, opened(), moved("closed"), update)
    assert "open_follow_up" in kinds(run(renews, opened(), moved("closed"), update))


def test_frappe_goes_to_and_fro_with_every_message(shared: Path) -> None:
    """L6: a client's reply reopens, a closed case too; a reply of support marks it replied."""
    plan, later = plan_of(shared, "frappe"), NINE + DAY
    for status in ("Replied", "Resolved", "Closed"):
        assert run(plan, opened(), moved(status), said(ANA, later)).case.status == "Open"
    for status in ("Resolved", "Closed"):
        assert run(plan, opened(), moved(status), said(BO, later)).case.status == "Replied"
    assert run(plan, opened(), said(BO, later)).case.status == "Replied"


def test_frappe_closes_what_is_quiet(shared: Path) -> None:
    """L5: so many calendar days after the last message, which a further one of support puts off."""
    plan, quiet = plan_of(shared, "frappe"), FRAPPE_CLOSE_DAYS * DAY
    case = run(plan, opened(), said(BO, NINE + DAY)).case
    assert happened(advance(plan, case, NINE + 99 * DAY)) == [("Closed", NINE + DAY + quiet)]
    again = handle(plan, case, said(BO, NINE + 3 * DAY)).case
    assert happened(advance(plan, again, NINE + 99 * DAY)) == [("Closed", NINE + 3 * DAY + quiet)]


ITOP_TIMEOUTS = [("new", "escalated_tto"), ("approved", "escalated_tto"), ("assigned", "escalated_ttr")]
ITOP_WAYS = {"new": [], "assigned": ["assigned"], "approved": ["waiting_for_approval", "approved"]}


@pytest.mark.parametrize(("status", "escalated"), ITOP_TIMEOUTS)
def test_itop_escalates_when_the_host_says_that_a_clock_ran_out(shared: Path, status: str, escalated: str) -> None:
    """A missed clock is a fact that the host feeds back as the system; nobody else may, and no timer does."""
    plan = plan_of(shared, "itop")
    case = run(plan, opened(), *map(moved, ITOP_WAYS[status])).case
    assert handle(plan, case, moved(escalated, NINE + DAY, HOST)).case.status == escalated
    for actor in (BO, ANA):
        with pytest.raises(TransitionNotAllowed):
            handle(plan, case, moved(escalated, NINE + DAY, actor))
    assert advance(plan, case, NINE + 100 * DAY).case == case


def test_the_system_makes_no_other_move_of_itop(shared: Path) -> None:
    """L1: the moves of people stay theirs."""
    with pytest.raises(TransitionNotAllowed):
        run(plan_of(shared, "itop"), opened(), moved("assigned", by=HOST))


@pytest.mark.parametrize(
    ("way", "status"),
    [
        ([], "assigned"),
        (["assigned"], "assigned"),
        (["assigned", "pending"], "assigned"),
        (["waiting_for_approval"], "waiting_for_approval"),
        (["resolved"], "resolved"),
    ],
)
def test_itop_moves_a_case_by_assigning_it(shared: Path, way: list[str], status: str) -> None:
    """L2: where its table has such an event, and nowhere else."""
    step = run(plan_of(shared, "itop"), opened(), *map(moved, way), Assigned("bo", at=NINE, by=BO))
    assert (step.case.status, step.case.assignee) == (status, "bo")


@pytest.mark.parametrize("status", ["Resolved", "Closed", "Archived", "Deleted"])
def test_osticket_reopens_where_it_is_allowed_and_else_asks_for_a_new_case(shared: Path, status: str) -> None:
    """L7: what may not be reopened needs a new one."""
    events = (opened(), moved(status), said(ANA, NINE + DAY))
    step, never = (
        run(plan_of(shared, "osticket, reopen"), *events),
        run(plan_of(shared, "osticket, new ticket"), *events),
    )
    assert step.case.status == ("Open" if status in ("Resolved", "Closed") else status)
    assert ("open_follow_up" in kinds(step)) is (step.case.status != "Open")
    assert (never.case.status, kinds(never)) == (status, ["client_comment", "open_follow_up"])


ESCALATION = DJANGO_ESCALATE_DAYS * DAY


def test_django_helpdesk_raises_the_priority_again_and_again(shared: Path) -> None:
    """P14: one step each so many days, up to the highest, in the same status; the client hears of each (P15)."""
    plan = plan_of(shared, "django-helpdesk")
    step = advance(plan, run(plan, opened()).case, NINE + 100 * DAY)
    assert happened(step) == [("2", NINE + ESCALATION), ("1", NINE + 2 * ESCALATION)]
    assert (step.case.status, step.case.priority, kinds(step)) == ("Open", "1", ["priority_changed"] * 2)


@pytest.mark.parametrize("status", ["Resolved", "Closed", "Duplicate"])
def test_django_helpdesk_raises_no_priority_of_what_is_over(shared: Path, status: str) -> None:
    """P14: a microsecond before the first escalation is early enough."""
    plan = plan_of(shared, "django-helpdesk")
    case = run(plan, opened(), moved(status, NINE + ESCALATION - TICK)).case
    assert advance(plan, case, NINE + 100 * DAY).case.priority == "3"


def test_django_helpdesk_counts_from_the_last_escalation(shared: Path) -> None:
    """P14: support lowering the priority again puts the next escalation neither off nor forward."""
    plan = plan_of(shared, "django-helpdesk")
    lowered = PriorityChanged("4", "it can wait", at=NINE + ESCALATION + DAY, by=BO)
    step = advance(plan, run(plan, opened(), lowered).case, NINE + 2 * ESCALATION)
    assert happened(step) == [("3", NINE + 2 * ESCALATION)]


def test_chatwoot_snoozes_until_an_instant_or_a_message(shared: Path) -> None:
    """L6: whichever is first."""
    plan, until = plan_of(shared, "chatwoot"), NINE + 2 * DAY
    case = run(plan, opened(), moved("snoozed", until=until)).case
    assert happened(advance(plan, case, until)) == [("open", until)]
    awake = handle(plan, case, said(ANA, NINE + DAY)).case
    assert (awake.status, awake.until) == ("open", None)
    assert handle(plan, case, said(BO, NINE + DAY)).case.status == "snoozed"


@pytest.mark.parametrize("status", ["open", "pending"])
def test_chatwoot_resolves_what_is_quiet_while_open(shared: Path, status: str) -> None:
    """L5: so long after the last message of whoever; a later message of the client reopens."""
    plan, quiet = plan_of(shared, "chatwoot"), CHATWOOT_QUIET_DAYS * DAY
    case = run(plan, opened(status=status), said(ANA, NINE + DAY), said(BO, NINE + 2 * DAY)).case
    step = advance(plan, case, NINE + 100 * DAY)
    assert happened(step) == ([("resolved", NINE + 2 * DAY + quiet)] if status == "open" else [])
    if status == "open":
        assert handle(plan, step.case, said(ANA, NINE + 101 * DAY)).case.status == "open"


def test_nothing_happens_by_itself_at_oca(shared: Path) -> None:
    """L1: no timer, and no message moves a case."""
    plan = plan_of(shared, "oca")
    for status in ("In Progress", "Awaiting", "Done", "Cancelled", "Rejected"):
        step = run(plan, opened(), moved(status), said(ANA, NINE + DAY), said(BO, NINE + DAY))
        assert advance(plan, step.case, NINE + 1000 * DAY).case.status == status


@pytest.mark.parametrize(("status", "after"), [("pending", "active"), ("closed", "active"), ("spam", "spam")])
def test_freescout_always_reopens(shared: Path, status: str, after: str) -> None:
    """L6: what is pending or closed, however late; spam stays spam."""
    assert run(plan_of(shared, "freescout"), opened(), moved(status), said(ANA, NINE + 999 * DAY)).case.status == after


ZENDESK_TIMERS = [
    ("on-hold", ON_HOLD_DAYS, "open"),
    ("pending", PENDING_DAYS, "solved"),
    ("solved", SOLVED_DAYS, "closed"),
]


@pytest.mark.parametrize(("status", "days", "to"), ZENDESK_TIMERS)
def test_zendesk_moves_after_4_20_and_7_days(shared: Path, status: str, days: int, to: str) -> None:
    """L3, L5: calendar days, as many as the file says; a client's reply at that very instant comes too late (W10)."""
    said_days = [
        int(row["on"].split()[0])
        for row in system_of(shared, "zendesk")["automatic"]
        if (row["from"], row["to"]) == (status, to)
    ]
    assert said_days == [days]
    plan, due = plan_of(shared, "zendesk"), NINE + days * DAY
    case = run(plan, opened(), moved(status)).case
    assert advance(plan, case, due - TICK).case == case
    assert happened(advance(plan, case, due)) == [(to, due)]
    assert handle(plan, case, said(ANA, due - TICK)).case.status == ("on-hold" if status == "on-hold" else "open")


def test_zendesk_asks_for_a_new_case_once_closed(shared: Path) -> None:
    """L7: from the instant of closing on, which comes 27 days after the case began to wait for its client."""
    plan, closed = plan_of(shared, "zendesk"), NINE + (PENDING_DAYS + SOLVED_DAYS) * DAY
    case = run(plan, opened(), moved("pending")).case
    assert handle(plan, case, said(ANA, closed - TICK)).case.status == "open"
    step = handle(plan, case, said(ANA, closed))
    assert (step.case.status, kinds(step)) == ("closed", ["client_comment", "open_follow_up"])
    with pytest.raises(TransitionNotAllowed):
        handle(plan, step.case, moved("open", closed))
