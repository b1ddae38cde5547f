"""Workflows as tables: what they say, what is refused when one is made, and what lint finds (L1-L7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from supportsla import (
    ALWAYS,
    BusinessCalendar,
    Case,
    Intake,
    InvalidChoice,
    InvalidPlan,
    InvalidWorkflow,
    Move,
    Plan,
    Priority,
    RaisePriority,
    Remind,
    SetPriority,
    Staffing,
    Status,
    Target,
    Timer,
    UnknownStatus,
    Workflow,
    WrongType,
    advance,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
    check_history,
    first_priority,
    handle,
    in_view,
    is_closed,
    lint,
    may_see,
    replay,
    staffed,
    timers,
    visible_events,
)
from supportsla.channels import Consultation, Field, Form
from supportsla.events import Actor, AttachmentAdded, Commented, Event, Opened, PriorityChanged, Reminded, StatusChanged
from supportsla.presets import apricot_anz, apricot_us, client_portal
from supportsla.workflow import edges

AT = datetime(2026, 6, 12, 16, tzinfo=UTC)
ANA, BO, HOST = Actor("client", "ana"), Actor("support", "bo"), Actor("system", "host")
DONE = Status(closed=True)
DAY = calendar_days(1)


def flow(initial: Any = "Open", closed_by_client: str | None = None, **statuses: Status) -> Workflow:
    return Workflow("ours", statuses, initial, closed_by_client)


def plan_of(workflow: Workflow, **more: Any) -> Plan:
    desk = BusinessCalendar("UTC", "Mo-Fr 09:00-17:00")
    priorities = [Priority("P0"), Priority("P1"), Priority("P2")]
    return Plan("ours", {"desk": desk}, priorities, [], workflow=workflow, intake=Intake(default="P2"), **more)


def begun(plan: Plan, *events: Event) -> Case:
    """A case after these events."""
    case = handle(plan, None, Opened("A-1", "x", at=AT, by=ANA)).case
    for event in events:
        case = handle(plan, case, event).case
    return case


# ------------------------------------------------------------------------------------------------------- the table


def test_moves_are_by_support_unless_the_table_names_the_roles() -> None:
    """Names alone, or a mapping of each to its roles, which are kept in one order."""
    assert Status(next=["A", "B"]).next == (("A", ("support",)), ("B", ("support",)))
    assert Status(next={"A": ["system", "client"], "B": "support"}).next == (
        ("A", ("client", "system")),
        ("B", ("support",)),
    )


def test_a_row_can_be_changed() -> None:
    """`attrs.evolve` keeps what it is not told to change."""
    row = Status("Why", {"A": ["client"]}, timers=[Timer(Move("A"), after=DAY, zone="UTC")])
    assert attrs.evolve(row, meaning="How").next == row.next
    assert attrs.evolve(apricot_us().required_workflow, name="ours").statuses == apricot_us().required_workflow.statuses


def test_every_way_is_an_edge() -> None:
    """Whatever column says so, with who or what takes it."""
    table = flow(
        closed_by_client="Done",
        Open=Status(
            next={"Done": ["support"], "Hold": []},
            on_client_update="Open",
            on_reply="Hold",
            on_assignment="Hold",
            timers=[Timer(Remind(), after=DAY, zone="UTC"), Timer(Move("Done"), after=calendar_days(2), zone="UTC")],
        ),
        Hold=DONE,
        Done=DONE,
    )
    assert [(edge.to, edge.cause, edge.by, edge.field) for edge in edges(table)] == [
        ("Done", "move", ("support",), "next.Done"),
        ("Hold", "move", (), "next.Hold"),
        ("Open", "client update", ("client",), "on_client_update"),
        ("Hold", "reply", ("support",), "on_reply"),
        ("Hold", "assignment", ("support",), "on_assignment"),
        ("Done", "closing", ("client",), "closed_by_client"),
        ("Done", "timer", ("move to Done",), "timers[1].then.to"),
    ]


def test_an_unknown_status_is_refused_with_those_that_there_are() -> None:
    """As an error that a caller of a mapping would catch."""
    with pytest.raises(UnknownStatus, match="status is 'Lost'; the workflow has: Open, Done"):
        flow(Open=Status(next=["Done"]), Done=DONE).status("Lost")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Status(next="Done"),
        lambda: Status(next=5),  # type: ignore[arg-type]
        lambda: Status(timers=["remind"]),  # type: ignore[list-item]
        lambda: Timer(Remind(), until=AT),  # type: ignore[arg-type]
        lambda: Status(["Done"]),  # type: ignore[arg-type]
        lambda: Status(timers=Timer(Remind(), after=DAY)),  # type: ignore[arg-type]
        lambda: is_closed(apricot_us(), None),  # type: ignore[arg-type]
        lambda: staffed(apricot_us, AT),  # type: ignore[arg-type]
        lambda: in_view(apricot_us, "my_open", None, ANA),  # type: ignore[arg-type]
        lambda: first_priority(apricot_us, None, ""),  # type: ignore[arg-type]
        lambda: visible_events(None, ANA),  # type: ignore[arg-type]
        lambda: replay(5),  # type: ignore[arg-type]
        lambda: may_see(None, ANA),  # type: ignore[arg-type]
        lambda: Status(closed="no"),  # type: ignore[arg-type]
        lambda: Status(next={"Done": 5}),
        lambda: Status(next=[("Done", "support", "x")]),  # type: ignore[list-item]
        lambda: Status(next=[(["Done"], "support")]),  # type: ignore[list-item]
        lambda: Workflow("ours", {}, 5),  # type: ignore[arg-type]
        lambda: Workflow("ours", {}, [5]),  # type: ignore[list-item]
        lambda: check_history(apricot_us().required_workflow, None),  # type: ignore[arg-type]
        lambda: timers(apricot_us, begun(plan_of(flow(Open=DONE)))),  # type: ignore[arg-type]
        lambda: timers(apricot_us(), None),  # type: ignore[arg-type]
        lambda: advance(apricot_us(), None, AT),  # type: ignore[arg-type]
        lambda: Status(on_reply=["Done"]),  # type: ignore[arg-type]
        lambda: check_history(apricot_us().required_workflow, [(AT,)]),  # type: ignore[list-item]
        lambda: check_history(apricot_us().required_workflow, [5]),  # type: ignore[list-item]
        lambda: Timer("remind", after=DAY),  # type: ignore[arg-type]
        lambda: Timer(Remind(), after="1 day"),  # type: ignore[arg-type]
        lambda: Workflow("ours", ["Open"], "Open"),  # type: ignore[arg-type]
        lambda: Workflow("ours", {"Open": "open"}, "Open"),  # type: ignore[dict-item]
        lambda: Workflow("ours", {5: Status()}, "Open"),  # type: ignore[dict-item]
        lambda: check_history(apricot_us, []),  # type: ignore[arg-type]
        lambda: check_history(apricot_us().required_workflow, [(AT, None)]),  # type: ignore[list-item]
        lambda: lint("ours"),  # type: ignore[arg-type]
    ],
)
def test_what_is_of_the_wrong_type_is_refused(make: Any) -> None:
    """At once, by name."""
    with pytest.raises(WrongType, match="expected"):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Status(next={"Done": ["boss"]}),
        lambda: Status(otherwise="explode"),  # type: ignore[arg-type]
        lambda: Timer(Remind(), after=DAY, since="yesterday"),  # type: ignore[arg-type]
        lambda: Remind("system"),
    ],
)
def test_a_choice_that_there_is_not_is_refused(make: Any) -> None:
    """With those that there are."""
    with pytest.raises(InvalidChoice, match="allowed: '"):
        make()


# ---------------------------------------------------------------------------------------------- what is refused


def test_all_contradictions_of_a_workflow_come_in_one_error() -> None:
    """Each with a name, a severity, a path and a sentence."""
    with pytest.raises(InvalidWorkflow) as refused:
        Workflow(
            "ours",
            {
                "Open": Status(
                    next=["Nowhere"],
                    on_client_update="Gone",
                    timers=[
                        Timer(Move("Away"), after=calendar_days(0), zone="UTC"),
                        Timer(Remind(), after=DAY, name=" "),
                        Timer(Remind(), every=DAY, times=0, zone="UTC", name="again"),
                        Timer(Remind(), after=DAY, times=2, zone="Mars/Phobos", name="again"),
                        Timer(Remind(), after=business_hours(1), zone="UTC", name="hours"),
                        Timer(Remind(), zone="UTC", name="when"),
                        Timer(Remind(), after=DAY, every=DAY, calendar="desk", zone="UTC", name="twice"),
                    ],
                ),
                "Wait": Status(on_reply="Named", within=DAY),
                "Named": Status(next=["Wait", "Wait"], needs_sub_status=True, timers=[Timer(Move("Open"), until=True)]),
            },
            ["Start", "Named"],
            closed_by_client="Open",
        )
    timer = "workflow.statuses.Open.timers"
    assert [(finding.name, finding.path) for finding in refused.value.findings] == [
        ("unknown_status", "workflow.initial"),
        ("unknown_status", "workflow.statuses.Open.next.Nowhere"),
        ("unknown_status", "workflow.statuses.Open.on_client_update"),
        ("unknown_status", f"{timer}[0].then.to"),
        ("not_closed", "workflow.closed_by_client"),
        ("timer_length", f"{timer}[0].after"),
        ("timer_name", f"{timer}[1].name"),
        ("timer_zone", f"{timer}[1]"),
        ("timer_times", f"{timer}[2].times"),
        ("timer_times", f"{timer}[3].times"),
        ("timer_zone", f"{timer}[3].zone"),
        ("timer_zone", f"{timer}[4].zone"),
        ("timer_kind", f"{timer}[5]"),
        ("timer_kind", f"{timer}[6]"),
        ("timer_zone", f"{timer}[6].zone"),
        ("repeated_name", f"{timer}[3].name"),
        ("idle_limit", "workflow.statuses.Wait.within"),
        ("repeated_name", "workflow.statuses.Named.next.Wait"),
        ("missing_sub_status", "workflow.initial"),
        ("missing_instant", "workflow.initial"),
        ("missing_sub_status", "workflow.statuses.Wait.on_reply"),
        ("missing_instant", "workflow.statuses.Wait.on_reply"),
    ]
    assert {finding.severity for finding in refused.value.findings} == {"error"}
    assert str(refused.value).splitlines()[:2] == [
        "workflow 'ours' has 22 faults:",
        "  workflow.initial: 'Start' is no status of the workflow, which has: Open, Wait, Named",
    ]


def test_a_workflow_needs_a_status_to_begin_in() -> None:
    """Also one without any status."""
    with pytest.raises(InvalidWorkflow, match="has 1 fault:\n  workflow.initial: no status to begin in is named"):
        Workflow("empty", {}, [])


def test_a_timer_may_name_the_sub_status_of_its_move() -> None:
    """L4: then the move says all that it must."""
    table = flow(
        Open=Status(next=["Held"], timers=[Timer(Move("Held", "the vendor"), after=DAY, zone="UTC")]),
        Held=Status(next=["Open"], needs_sub_status=True),
    )
    case = advance(plan_of(table), begun(plan_of(table)), AT + timedelta(days=1)).case
    assert (case.status, case.sub_status) == ("Held", "the vendor")


CIRCLE = [Timer(Move("Rest"), after=DAY, zone="UTC")], [Timer(Move("Open"), after=DAY, zone="UTC")]


@pytest.mark.parametrize(
    ("way_out", "breaks"),
    [
        ({"next": ["Done"]}, True),
        ({"next": {"Done": ["client"]}}, True),
        ({"on_client_update": "Done"}, True),
        ({"on_reply": "Done"}, True),
        ({"on_assignment": "Done"}, True),
        ({"next": ["Rest"]}, False),
        ({"next": {"Done": []}}, False),
        ({}, False),
    ],
)
def test_a_circle_of_timers_that_nobody_can_break_is_refused(way_out: Any, breaks: bool) -> None:
    """Somebody must be able to move the case out, not only on within it."""
    rows = {"Open": Status(timers=CIRCLE[0], **way_out), "Rest": Status(timers=CIRCLE[1]), "Done": DONE}
    if breaks:
        assert Workflow("ours", rows, "Open").initial == ("Open",)
    else:
        with pytest.raises(InvalidWorkflow, match="move a case in a circle .Open, Rest., and nobody can move it out"):
            Workflow("ours", rows, "Open")


def test_a_client_can_break_a_circle_by_closing_the_case() -> None:
    """C11: and a status that moves to itself is a circle."""
    row = Status(timers=[Timer(Move("Open"), after=DAY, zone="UTC")])
    with pytest.raises(InvalidWorkflow, match="circle .Open., and nobody"):
        flow(Open=row, Done=DONE)
    assert lint(flow(closed_by_client="Done", Open=row, Done=DONE)) == ()


def test_what_a_workflow_names_of_its_plan_must_be_there() -> None:
    """Calendars, priorities and channels, with all that is missing at once."""
    table = flow(
        Open=Status(
            next=["Done"],
            on_client_update="Open",
            within=DAY,
            timers=[
                Timer(SetPriority("P9"), after=DAY, calendar="night"),
                Timer(Remind(), after=DAY, calendar="desk"),
            ],
        ),
        Done=DONE,
    )
    with pytest.raises(InvalidPlan) as refused:
        Plan(
            "ours",
            {"always": ALWAYS},
            [Priority("P0")],
            [],
            workflow=table,
            intake=Intake([Form("fax", []), Form("fax", [])], "P8", ["P7"], {"pigeon": "P6"}, ["chat"]),
            staffing=[Staffing("kiosk", "nights", ["P5"])],
            consultation=Consultation(timedelta(hours=1), "days"),
        )
    assert [(finding.name, finding.path) for finding in refused.value.findings] == [
        ("repeated_name", "intake.forms[1]"),
        ("unknown_priority", "intake.default"),
        ("unknown_priority", "intake.by_word[0]"),
        ("unknown_priority", "intake.by_channel.pigeon"),
        ("unknown_priority", "staffing[0].priorities[0]"),
        ("unknown_priority", "workflow.statuses.Open.timers[0].then.to"),
        ("unknown_calendar", "staffing[0].calendar"),
        ("unknown_calendar", "consultation.calendar"),
        ("unknown_calendar", "workflow.statuses.Open.timers[0].calendar"),
        ("unknown_calendar", "workflow.statuses.Open.timers[1].calendar"),
        ("unknown_calendar", "workflow.statuses.Open.within"),
        ("unknown_channel", "intake.forms[0].channel"),
        ("unknown_channel", "intake.forms[1].channel"),
        ("unknown_channel", "intake.by_channel.pigeon"),
        ("unknown_channel", "staffing[0].channel"),
        ("missing_priority", "intake.emergency[0]"),
    ]


@pytest.mark.parametrize("wrong", ["workflow", "intake", "consultation", "staffing", "disruptions"])
def test_a_part_of_a_plan_that_is_none_is_refused(wrong: str) -> None:
    """By its name."""
    more: Any = {wrong: ["it"] if wrong in ("staffing", "disruptions") else "it"}
    with pytest.raises(WrongType, match=wrong):
        attrs.evolve(apricot_us(), **more)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: Field("colour"), InvalidChoice),
        (lambda: Form("portal", "subject"), WrongType),  # type: ignore[arg-type]
        (lambda: Intake(redirects="billing"), WrongType),  # type: ignore[arg-type]
        (lambda: Intake(redirects={"billing": 5}), WrongType),  # type: ignore[arg-type]
        (lambda: Consultation(1), WrongType),  # type: ignore[arg-type]
        (lambda: Consultation(timedelta(0)), ValueError),
    ],
)
def test_a_value_of_the_intake_that_cannot_be_is_refused(make: Any, error: type[Exception]) -> None:
    """At once."""
    with pytest.raises(error):
        make()


# ------------------------------------------------------------------------------------------------------------ lint


def found(table: Workflow) -> list[tuple[str, str]]:
    return [(finding.name, finding.path.removeprefix("workflow.statuses.")) for finding in lint(table)]


@pytest.mark.parametrize("plan", [apricot_us(), apricot_anz(), client_portal()], ids=lambda plan: plan.name)
def test_the_published_workflows_have_no_findings(plan: Plan) -> None:
    """L1-L7: and a plan is as good as its workflow."""
    assert lint(plan) == lint(plan.required_workflow) == ()


def test_a_plan_without_a_workflow_has_no_findings() -> None:
    """Nothing can be wrong with it yet."""
    assert lint(Plan("bare", {"desk": ALWAYS}, [], [])) == ()


def test_a_target_for_a_clock_that_nothing_ends_is_found() -> None:
    """Such as a resolution where no status is solved; the first response ends all the same."""
    targets = [Target(metric, "any", business_hours(4)) for metric in ("first_response", "resolution")]
    found = lint(Plan("bare", {"desk": ALWAYS}, [Priority("any")], targets))
    assert [(finding.name, finding.path) for finding in found] == [("never_ends", "targets[1].metric")]


def test_a_status_that_no_way_leads_to_is_found() -> None:
    """A way that nobody may go is none; an initial status needs none."""
    assert found(flow(Open=Status(next={"Done": ["support"], "Odd": []}), Done=DONE, Odd=DONE)) == [
        ("unreachable_status", "Odd"),
        ("nobody_may", "Open.next.Odd"),
    ]
    assert found(flow(["Open", "Odd"], Open=Status(next=["Done"]), Done=DONE, Odd=DONE)) == []


def test_a_dead_end_that_is_not_closed_is_found() -> None:
    """A way to itself leads nowhere; a timer, an update or a client's closing is a way out."""
    assert found(flow(Open=Status(next=["Open", "Done"]), Done=Status(next=["Done"]))) == [("dead_end", "Done")]
    assert found(flow(Open=Status(on_client_update="Done"), Done=DONE)) == []
    assert found(flow(closed_by_client="Done", Open=Status(), Done=DONE)) == []


@pytest.mark.parametrize(
    ("reminder", "move", "late"),
    [
        ({"after": calendar_days(2)}, {"after": calendar_days(2)}, True),
        ({"after": calendar_days(3)}, {"after": calendar_days(2)}, True),
        ({"after": calendar_hours(48)}, {"after": calendar_days(2)}, True),
        ({"every": DAY, "times": 4}, {"after": calendar_days(4)}, True),
        ({"every": calendar_days(4)}, {"after": calendar_days(4)}, True),
        ({"after": business_hours(4)}, {"after": business_hours(4)}, True),
        ({"after": calendar_days(1)}, {"after": calendar_days(2)}, False),
        ({"every": DAY, "times": 3}, {"after": calendar_days(4)}, False),
        ({"every": DAY}, {"after": calendar_days(4)}, False),
        ({"after": business_hours(4)}, {"after": business_days(1)}, False),
        ({"after": calendar_days(3), "since": "message"}, {"after": calendar_days(2)}, True),
        ({"every": calendar_days(3), "since": "fired"}, {"every": calendar_days(2)}, True),
        ({"after": calendar_days(3)}, {"after": calendar_days(2), "since": "message"}, False),
        ({"after": calendar_days(3), "since": "fired"}, {"after": calendar_days(2), "since": "fired"}, False),
        ({"after": calendar_days(3)}, {"until": True}, False),
        ({"until": True}, {"until": True}, True),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_reminder_at_or_after_its_move_is_found(reminder: Any, move: Any, late: bool, first: bool) -> None:
    """As far as the two are counted alike, and whichever stands first."""
    rows = [Timer(Remind(), calendar="desk", **reminder), Timer(Move("Done"), calendar="desk", **move)]
    index = 0 if first else 1
    table = flow(Open=Status(next=["Wait", "Done"]), Wait=Status(timers=rows if first else rows[::-1]), Done=DONE)
    assert found(table) == ([("late_reminder", f"Wait.timers[{index}]")] if late else [])


def test_an_answer_to_a_clients_update_that_is_never_given_is_found() -> None:
    """L7: what every update moves is left to nothing else."""
    table = flow(
        Open=Status(next=["Done"], on_client_update="Open"),
        Done=Status(closed=True, on_client_update="Open", otherwise="refuse"),
    )
    assert found(table) == [("idle_answer", "Done.otherwise")]
    done = attrs.evolve(table.status("Done"), within=DAY)
    assert found(flow(Open=Status(next=["Done"]), Done=done)) == []


def test_a_timer_that_the_case_does_not_wait_for_is_found() -> None:
    """One at the same instant fires if it stands first (W10)."""
    move, urgent = Timer(Move("Done"), after=DAY, zone="UTC"), Timer(RaisePriority(), after=DAY, zone="UTC")
    assert found(flow(Open=Status(timers=[urgent, move]), Done=DONE)) == []
    assert found(flow(Open=Status(timers=[move, urgent]), Done=DONE)) == [("late_timer", "Open.timers[1]")]
    twice = [move, Timer(Move("Done"), after=calendar_days(2), zone="UTC", name="again")]
    assert found(flow(Open=Status(timers=twice), Done=DONE)) == [("late_timer", "Open.timers[1]")]


# ---------------------------------------------------------------------------------------------------------- timers


def names(plan: Plan, case: Case) -> list[tuple[str, timedelta]]:
    return [(timer.name, timer.due - AT) for timer in timers(plan, case)]


def test_a_timer_fires_after_every_so_long_so_often() -> None:
    """Counted from the entering, so that no delay adds up."""
    rows = [Timer(Remind("support"), every=calendar_hours(5), times=2, zone="UTC", name="look")]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    assert names(plan, begun(plan)) == [("look", timedelta(hours=5)), ("look", timedelta(hours=10))]
    step = advance(plan, begun(plan), AT + timedelta(days=9))
    assert [event for event in step.events if isinstance(event, Reminded)] == [
        Reminded("look", "support", at=AT + timedelta(hours=hours), by=Actor("system", "look")) for hours in (5, 10)
    ]
    assert [notice.to for notice in step.notices] == ["support", "support"]
    assert "will be" not in step.notices[0].why


def test_a_timer_without_end_is_listed_once_unless_something_ends_it() -> None:
    """And until then it fires for as long as it is let."""
    again = Timer(Remind(), every=DAY, zone="UTC", name="again")
    slow = Timer(Remind(), every=calendar_days(3), zone="UTC", name="slow")
    never = Timer(Move("Done"), after=calendar_days(2), since="fired", zone="UTC", name="starved")
    plan = plan_of(flow(Open=Status(next=["Done"], timers=[again, never, slow]), Done=DONE))
    assert [name for name, _ in names(plan, begun(plan))] == ["again", "again", "again", "slow"]
    assert len(advance(plan, begun(plan), AT + timedelta(days=30)).events) == 40
    rests = Timer(Remind(), every=business_days(1), calendar="desk", name="at work")
    plan = plan_of(flow(Open=Status(next=["Done"], timers=[rests, never]), Done=DONE))
    case = handle(plan, None, Opened("A-1", "x", at=AT - timedelta(days=2), by=ANA)).case
    assert names(plan, case) == [("at work", timedelta(-1)), ("at work", timedelta(0)), ("starved", timedelta(2))]
    ends = Timer(Move("Done"), after=calendar_days(2), zone="UTC", name="end")
    plan = plan_of(flow(Open=Status(next=["Done"], timers=[again, ends]), Done=DONE))
    assert names(plan, begun(plan)) == [
        (name, timedelta(days=days)) for name, days in (("again", 1), ("again", 2), ("end", 2))
    ]


def test_two_timers_at_one_instant_fire_in_the_order_of_the_table() -> None:
    """W10: the move that stands first leaves the other nothing to do."""
    first, second = (Timer(Move(to), after=DAY, zone="UTC") for to in ("Done", "Lost"))
    for rows, status in (([first, second], "Done"), ([second, first], "Lost")):
        plan = plan_of(flow(Open=Status(timers=rows), Done=DONE, Lost=DONE))
        assert advance(plan, begun(plan), AT + timedelta(days=1)).case.status == status


def test_a_timer_since_the_last_message_waits_for_silence() -> None:
    """Of whoever wrote; what is internal does not count, and entering counts where nobody wrote."""
    rows = [Timer(Move("Done"), after=calendar_days(2), since="message", zone="UTC", name="silence")]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    assert names(plan, begun(plan)) == [("silence", timedelta(days=2))]
    later = AT + timedelta(days=1)
    comments = [Commented("Hm", at=later, by=by) for by in (ANA, BO, HOST)]
    for message in (*comments, AttachmentAdded("a.txt", 1, at=later, by=ANA)):
        case = begun(plan, message)
        assert names(plan, case) == [("silence", timedelta(days=3))]
    assert names(plan, begun(plan, Commented("Hm", public=False, at=later, by=BO))) == [("silence", timedelta(days=2))]


def test_reminders_since_the_last_message_begin_again_with_each() -> None:
    """Their number, too."""
    rows = [Timer(Remind(), every=DAY, times=2, since="message", zone="UTC", name="nudge")]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    case = advance(plan, begun(plan), AT + timedelta(days=9)).case
    assert names(plan, case) == []
    case = handle(plan, case, Commented("Hm", at=AT + timedelta(days=9), by=ANA)).case
    assert names(plan, case) == [("nudge", timedelta(days=10)), ("nudge", timedelta(days=11))]


def test_a_timer_since_the_last_firing_waits_for_the_others() -> None:
    """So a case is resolved one interval after the k-th reminder."""
    rows = [
        Timer(Remind(), every=DAY, times=3, since="fired", zone="UTC", name="nudge"),
        Timer(Move("Done"), after=DAY, since="fired", zone="UTC", name="end"),
    ]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    listed = [("nudge", 1), ("nudge", 2), ("nudge", 3), ("end", 4)]
    assert names(plan, begun(plan)) == [(name, timedelta(days=days)) for name, days in listed]
    assert advance(plan, begun(plan), AT + timedelta(days=9)).case.at == AT + timedelta(days=4)


def test_a_timer_after_something_fires_once() -> None:
    """Also where others fire after it, so that two of them do not wake each other for ever."""
    rows = [
        Timer(Remind(), after=calendar_hours(1), since="fired", zone="UTC", name="one"),
        Timer(Remind(), after=calendar_hours(2), since="fired", zone="UTC", name="two"),
    ]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    assert names(plan, begun(plan)) == [("one", timedelta(hours=1)), ("two", timedelta(hours=3))]
    assert len(advance(plan, begun(plan), AT + timedelta(days=9)).events) == 2


def test_a_message_at_the_instant_of_a_firing_comes_after_it() -> None:
    """W10: so the silence begins anew."""
    rows = [Timer(Remind(), after=calendar_hours(1), since="message", zone="UTC", name="nudge")]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    case = begun(plan, Commented("Hm", at=AT + timedelta(hours=1), by=ANA))
    assert names(plan, case) == [("nudge", timedelta(hours=2))]


def test_a_timer_that_had_nothing_to_do_has_had_its_turn() -> None:
    """W10: what comes in at its due is not undone by it; nor is what a later row does at that instant."""
    rows = [Timer(SetPriority(to), after=DAY, zone="UTC") for to in ("P2", "P0")]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows[:1]), Done=DONE))
    due = AT + timedelta(days=1)
    case = begun(plan, PriorityChanged("P1", "Seen.", at=due, by=BO))
    assert (advance(plan, case, due).events, names(plan, case)) == ((), [])
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    assert advance(plan, begun(plan), AT + timedelta(days=9)).case.priority == "P0"


def test_no_more_than_a_thousand_firings_are_listed() -> None:
    """However often a table says."""
    rows = [Timer(Remind(), every=calendar_hours(1), times=10**9, zone="UTC")]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    assert len(timers(plan, begun(plan))) == 1000


def test_the_last_instant_that_there_is_can_be_asked_for() -> None:
    """In any zone."""
    plan = plan_of(flow(Open=Status(next=["Done"]), Done=DONE))
    for zone in (ZoneInfo("America/Chicago"), ZoneInfo("Australia/Sydney")):
        for now in (datetime.max.replace(tzinfo=zone), datetime.min.replace(tzinfo=zone)):
            assert advance(plan, begun(plan), now).events == ()


def test_a_large_circle_is_found_as_a_small_one() -> None:
    """Of three hundred statuses."""
    rows = {f"S{i}": Status(timers=[Timer(Move(f"S{(i + 1) % 300}"), after=DAY, zone="UTC")]) for i in range(300)}
    with pytest.raises(InvalidWorkflow, match="has 1 fault"):
        Workflow("ring", rows, "S0")


def test_a_timer_that_waits_for_the_others_to_rest_is_listed() -> None:
    """Over a weekend, say; so that nothing happens that was not listed."""
    rows = [
        Timer(Remind(), every=business_hours(4), calendar="desk", name="at work"),
        Timer(Remind("support"), after=calendar_hours(24), since="fired", zone="UTC", name="at rest"),
    ]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    case = handle(plan, None, Opened("A-1", "x", at=AT - timedelta(hours=6), by=ANA)).case
    listed = timers(plan, case)
    assert [timer.name for timer in listed] == ["at work", "at rest"]
    happened = advance(plan, case, AT + timedelta(days=20)).events
    assert [event.by.id for event in happened].count("at rest") == 1


def test_a_timer_until_an_instant_needs_it_named() -> None:
    """The move names it, it lies ahead, and it is forgotten with the status."""
    rows = [Timer(Move("Open"), until=True, name="wake")]
    table = flow(Open=Status(next=["Asleep", "Done"]), Asleep=Status(next=["Open"], timers=rows), Done=DONE)
    plan = plan_of(table)
    with pytest.raises(ValueError, match="a move to 'Asleep' lacks: until"):
        begun(plan, StatusChanged("Asleep", at=AT, by=BO))
    wakes = AT + timedelta(days=5)
    case = begun(plan, StatusChanged("Asleep", until=wakes, at=AT, by=BO))
    assert (case.until, names(plan, case)) == (wakes, [("wake", timedelta(days=5))])
    step = advance(plan, case, wakes)
    assert (step.case.status, step.case.at, step.case.until) == ("Open", wakes, None)


def test_a_timer_may_set_a_priority_or_raise_it_up_to_the_highest() -> None:
    """The client hears of it; where the case has it there is nothing to do."""
    rows = [Timer(RaisePriority(), every=DAY, zone="UTC", name="raise")]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    step = advance(plan, begun(plan), AT + timedelta(days=9))
    changes = [(event.to, event.at - AT) for event in step.events if isinstance(event, PriorityChanged)]
    assert changes == [("P1", timedelta(days=1)), ("P0", timedelta(days=2))]
    assert [notice.kind for notice in step.notices] == ["priority_changed", "priority_changed"]
    assert names(plan, begun(plan)) == [("raise", timedelta(days=1)), ("raise", timedelta(days=2))]
    rows = [Timer(SetPriority(to), after=calendar_days(days), zone="UTC") for to, days in (("p2", 1), ("p0", 2))]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    assert names(plan, begun(plan)) == [("set the priority to p0", timedelta(days=2))]
    assert advance(plan, begun(plan), AT + timedelta(days=9)).case.priority == "P0"


def test_a_timer_since_the_last_firing_does_not_fire_in_the_past() -> None:
    """W16: where it was idle for a while, or the log comes from elsewhere."""
    rows = [Timer(RaisePriority(), every=DAY, since="fired", zone="UTC", name="raise")]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    lowered = AT + timedelta(days=5, hours=1)
    case = begun(plan, PriorityChanged("P1", "No.", at=lowered, by=BO))
    assert names(plan, case) == [("raise", timedelta(days=6))]
    nudge = [Timer(Remind(), every=DAY, times=2, since="fired", zone="UTC", name="nudge")]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=nudge), Done=DONE))
    case = attrs.evolve(begun(plan), at=AT + timedelta(days=9, hours=1))
    assert names(plan, case) == [("nudge", timedelta(days=10)), ("nudge", timedelta(days=11))]


def test_timers_that_undo_each_other_without_end_are_listed_for_a_while() -> None:
    """What they do comes back to where it was, so there is nothing new to list."""
    rows = [
        Timer(RaisePriority(), every=DAY, zone="UTC", name="up"),
        Timer(SetPriority("P2"), every=calendar_hours(36), zone="UTC", name="down"),
    ]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    assert [name for name, _ in names(plan, begun(plan))] == ["up", "down"]


def test_a_timer_runs_on_the_calendar_that_it_names() -> None:
    """4 business hours from a Friday 16:00 at a desk that closes at 17:00: Monday at 12:00."""
    rows = [Timer(Move("Done"), after=business_hours(4), calendar="desk")]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    assert timers(plan, begun(plan))[0].due == datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize("hours", ["off", "24/7"])
def test_a_timer_that_never_comes_due_is_not_listed(hours: str) -> None:
    """On a calendar that never opens, or past the last instant that is computed."""
    length = business_hours(1) if hours == "off" else calendar_days(100_000)
    rows = [Timer(Move("Done"), after=length, calendar="desk"), Timer(Remind(), every=length, calendar="desk")]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    plan = attrs.evolve(plan, calendars={"desk": BusinessCalendar("UTC", hours)})
    assert names(plan, begun(plan)) == []
    assert advance(plan, begun(plan), datetime(2199, 1, 1, tzinfo=UTC)).events == ()


def test_a_due_before_the_latest_event_is_past() -> None:
    """W16: a log in which the timers did not fire is gone on from where it ends."""
    rows = [Timer(Remind(), every=DAY, zone="UTC"), Timer(Move("Done"), after=calendar_days(3), zone="UTC")]
    plan = plan_of(flow(Open=Status(next=["Done"], timers=rows), Done=DONE))
    case = attrs.evolve(begun(plan), at=AT + timedelta(days=2, hours=1))
    assert names(plan, case) == [("remind the client", timedelta(days=3)), ("move to Done", timedelta(days=3))]
    case = attrs.evolve(begun(plan), at=AT + timedelta(days=4, hours=1))
    assert names(plan, case) == [("remind the client", timedelta(days=5))]


# --------------------------------------------------------------------------------------------------------- history


def test_a_foreign_log_is_judged_entry_by_entry() -> None:
    """Unknown statuses, repeated ones, equal instants and steps back are named where they are, and never stop it."""
    minute = timedelta(minutes=1)
    log = [
        (AT, "In Progress"),
        (AT + minute, "In Progress"),
        (AT + minute, "Solved"),
        (AT, "-100"),
        (AT + minute, "New"),
        (AT + 2 * minute, "Waiting on Client"),
    ]
    found = check_history(apricot_us().required_workflow, iter(log))
    assert [(violation.position, violation.reason, violation.previous) for violation in found] == [
        (0, "not_initial", None),
        (1, "repeated", "In Progress"),
        (2, "same_instant", "In Progress"),
        (3, "unknown_status", "Solved"),
        (3, "not_allowed", "Solved"),
        (3, "back_in_time", "Solved"),
        (4, "not_allowed", "-100"),
    ]
    assert check_history(apricot_us().required_workflow, []) == ()


def test_a_move_to_the_same_status_is_no_repetition_where_the_table_has_it() -> None:
    """Some systems count it as a reassignment."""
    table = flow(Open=Status(next=["Open", "Done"]), Done=DONE)
    assert check_history(table, [(AT, "Open"), (AT + timedelta(1), "Open"), (AT + timedelta(2), "Done")]) == ()
    plan = plan_of(table)
    case = begun(plan, StatusChanged("Open", at=AT + timedelta(days=1), by=BO))
    assert (case.status, case.entered) == ("Open", AT + timedelta(days=1))
