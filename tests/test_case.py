"""What becomes of a case, rule by rule (C1, C3-C14, L1-L7, P13-P15), and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from supportsla import (
    ALWAYS,
    ActorNotAllowed,
    Case,
    CaseClosed,
    CaseExists,
    CaseNotOpened,
    EventIncomplete,
    EventOutOfOrder,
    EventRefused,
    InvalidEvent,
    NoWorkflow,
    Plan,
    Priority,
    Status,
    Step,
    SupportSLAError,
    TransitionNotAllowed,
    UnknownStatus,
    Window,
    Workflow,
    WrongType,
    advance,
    calendar_days,
    evolve,
    handle,
    is_closed,
    may_see,
    replay,
    timers,
    visible_events,
)
from supportsla.events import (
    Actor,
    Assigned,
    AttachmentAdded,
    ClosedByClient,
    CollaboratorAdded,
    CollaboratorRemoved,
    Commented,
    ConsultationBooked,
    DefectLinked,
    DefectResolved,
    Event,
    FollowUpOpened,
    Opened,
    PriorityChanged,
    Reminded,
    StatusChanged,
    SubjectChanged,
)
from supportsla.presets import apricot_anz, apricot_us, client_portal

CENTRAL, SYDNEY = ZoneInfo("America/Chicago"), ZoneInfo("Australia/Sydney")
US, ANZ, PORTAL = apricot_us(), apricot_anz(), client_portal()
ANA, BEN, EVE = Actor("client", "ana", "Acme"), Actor("client", "ben", "Acme"), Actor("client", "eve", "Other")
GUEST, BO, HOST = Actor("collaborator", "guest"), Actor("support", "bo"), Actor("system", "host")
AT = datetime(2026, 6, 12, 16, tzinfo=CENTRAL)
SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)


def opened(plan: Plan, at: datetime = AT, **more: Any) -> Case:
    """A new case of Ana's."""
    return handle(plan, None, Opened("A-1", "No login", "It says no.", at=at, by=ANA, **more)).case


def went(plan: Plan, case: Case, *events: Event) -> Step:
    """The last step of handling them all."""
    step = Step(case, (), ())
    for event in events:
        step = handle(plan, step.case, event)
    return step


def moved(plan: Plan, *statuses: str, at: datetime = AT) -> Case:
    """A case that support has moved through these statuses."""
    moves = (StatusChanged(to, "another team" if to == "Waiting For" else None, at=at, by=BO) for to in statuses)
    return went(plan, opened(plan, at), *moves).case


def kinds(step: Step) -> list[str]:
    return [notice.kind for notice in step.notices]


def statuses(step: Step) -> list[str]:
    return [event.to for event in step.events if isinstance(event, StatusChanged)]


# ------------------------------------------------------------------------------------------------------------ cases


def test_c1_every_contact_becomes_a_case_with_its_number() -> None:
    """C1: on every channel, whatever its category."""
    for channel in ("email", "chat", "phone", "emergency", None):
        step = handle(US, None, Opened("A-7", "Hello", at=AT, by=ANA, channel=channel, category="billing"))
        assert (step.case.opened.number, step.case.status) == ("A-7", "New")


def test_c3_a_case_shows_its_header_and_its_subject_may_change() -> None:
    """C3: number, subject, status, priority and when it was opened."""
    case = opened(US, channel="email")
    shown = (case.opened.number, case.subject, case.status, case.priority, case.opened.at)
    assert shown == ("A-1", "No login", "New", "medium", AT)
    for by in (ANA, BO):
        step = handle(US, case, SubjectChanged("No login since Friday", at=AT, by=by))
        assert (step.case.subject, step.case.opened.subject, step.case.status) == (
            "No login since Friday",
            "No login",
            "New",
        )


def test_c3_every_status_has_a_meaning_to_show() -> None:
    """C3: data, for a front end."""
    for plan in (US, ANZ, PORTAL):
        assert all(status.meaning.endswith(".") for _, status in plan.required_workflow.statuses)


@pytest.mark.parametrize("channel", ["email", "chat", "phone", "emergency", None])
def test_c4_the_client_is_given_the_number(channel: str | None) -> None:
    """C4: a notice to the requester, also where somebody of support opened the case for them."""
    step = handle(US, None, Opened("A-7", "Hello", at=AT, by=BO, requester=ANA, channel=channel))
    (notice,) = (notice for notice in step.notices if notice.kind == "acknowledgement")
    assert (notice.to, notice.key) == ("ana", "A-7:1:acknowledgement")
    assert "A-7" in notice.why


def test_c5_the_representative_hears_of_a_clients_comment() -> None:
    """C5: whoever has the case, or support while nobody has."""
    case = opened(US)
    assert [(n.kind, n.to) for n in handle(US, case, Commented("Hm", at=AT, by=ANA)).notices] == [
        ("client_comment", "support")
    ]
    step = went(US, case, Assigned("bo", at=AT, by=BO), Commented("Hm", at=AT, by=ANA))
    assert [(n.kind, n.to) for n in step.notices] == [("client_comment", "bo")]


def test_c5_a_comment_of_support_is_news_to_nobody_in_support() -> None:
    """C5: neither public nor internal."""
    for public in (True, False):
        assert handle(US, opened(US), Commented("Hm", public, at=AT, by=BO)).notices == ()


def test_c5_an_internal_comment_is_in_no_clients_view() -> None:
    """C5: support sees all."""
    log = [
        Opened("A-1", "No login", at=AT, by=ANA),
        CollaboratorAdded("guest", at=AT, by=ANA),
        Commented("Please try again", at=AT, by=BO),
        Commented("A bug?", public=False, at=AT, by=BO),
        AttachmentAdded("trace.txt", 5, public=False, at=AT, by=BO),
        Reminded("look", "support", at=AT, by=HOST),
    ]
    for viewer in (ANA, BEN):
        assert list(visible_events(log, viewer)) == log[:3]
    assert list(visible_events(log, GUEST)) == [log[0], log[2]]
    for viewer in (BO, HOST):
        assert list(visible_events(log, viewer)) == log


def test_c5_a_client_writes_public_comments_only() -> None:
    """C5: an internal one is support's."""
    with pytest.raises(ActorNotAllowed, match="it is not public; allowed: support, system"):
        handle(US, opened(US), Commented("Hm", public=False, at=AT, by=ANA))


def test_c6_a_file_is_its_name_size_and_type() -> None:
    """C6: and the representative hears of a client's."""
    step = handle(US, opened(US), AttachmentAdded("screen.png", 12_345, "image/png", at=AT, by=ANA))
    (event,) = step.events
    assert event == AttachmentAdded("screen.png", 12_345, "image/png", at=AT, by=ANA)
    assert kinds(step) == ["client_attachment"]


def test_c7_nothing_but_a_move_or_a_timer_ends_a_case() -> None:
    """C7: no comment, file or assignment does, and no time where there is no timer."""
    for status in ("New", "In Progress", "Waiting on Client", "Waiting on Internal Team"):
        case = opened(US) if status == "New" else moved(US, status)
        step = went(
            US, case, Commented("Thanks", at=AT, by=ANA), Commented("Done", at=AT, by=BO), Assigned("bo", at=AT, by=BO)
        )
        assert not is_closed(US, advance(US, step.case, AT + timedelta(days=3650)).case)


def test_c8_the_client_hears_when_the_defect_is_resolved() -> None:
    """C8: of every case that it is attached to, closed or not, and once."""
    for status in ("In Progress", "Solved"):
        case = went(US, opened(US), DefectLinked("BUG-5", at=AT, by=BO), StatusChanged(status, at=AT, by=BO)).case
        step = handle(US, case, DefectResolved("BUG-5", at=AT, by=HOST))
        assert [(notice.kind, notice.to) for notice in step.notices] == [("defect_resolved", "ana")]
        assert (step.case.defects, step.case.resolved_defects) == (("BUG-5",), ("BUG-5",))
        with pytest.raises(InvalidEvent, match="'BUG-5' is no open defect of it; allowed: nothing"):
            handle(US, step.case, DefectResolved("BUG-5", at=AT, by=HOST))
        step = went(US, step.case, DefectLinked("BUG-5", at=AT, by=BO), DefectResolved("BUG-5", at=AT, by=HOST))
        assert kinds(step) == ["defect_resolved"]


def test_c9_a_colleague_may_act_on_the_companys_case_and_nobody_else() -> None:
    """C9: a company that is not said is no company to share."""
    case = opened(US)
    assert kinds(handle(US, case, Commented("Me too", at=AT, by=BEN))) == ["client_comment"]
    for stranger in (EVE, Actor("client", "cy"), GUEST):
        assert not may_see(case, stranger)
        with pytest.raises(ActorNotAllowed, match="has no part in it"):
            handle(US, case, Commented("Me too", at=AT, by=stranger))
    alone = handle(US, None, Opened("A-2", "x", at=AT, by=Actor("client", "cy"))).case
    assert not may_see(alone, Actor("client", "di"))


def test_c9_a_blank_company_is_none_to_share() -> None:
    """C9: however a host writes that there is none."""
    case = handle(US, None, Opened("A-1", "x", at=AT, by=Actor("client", "cy", " "))).case
    assert case.opened.company is None
    assert not may_see(case, Actor("client", "di", ""))


def test_c9_an_id_means_nothing_without_its_role() -> None:
    """C9: a client who happens to be called as somebody of support is somebody else."""
    case = handle(US, None, Opened("A-1", "A call", at=AT, by=BO)).case
    assert not may_see(case, Actor("client", "bo"))
    assert visible_events([case.opened], Actor("client", "bo")) == ()
    wrong: Any = "bo"
    with pytest.raises(WrongType, match="expected an Actor"):
        may_see(case, wrong)


def test_c9_a_case_that_came_in_without_its_client_takes_a_clients_word() -> None:
    """C9: the host vouches for who writes, and they see no more of it than before."""
    case = handle(US, None, Opened("A-1", "A call", at=AT, by=BO, channel="phone")).case
    assert kinds(handle(US, case, Commented("It was me", at=AT, by=ANA))) == ["client_comment"]
    assert not may_see(case, ANA)
    shared = handle(US, case, CollaboratorAdded("ana", at=AT, by=BO)).case
    assert kinds(handle(US, shared, Commented("It was me", at=AT, by=ANA))) == ["client_comment"]
    for event in (CollaboratorAdded("ana", at=AT, by=ANA), ClosedByClient(at=AT, by=ANA)):
        with pytest.raises(ActorNotAllowed):
            handle(US, case, event)


def test_c10_a_collaborator_sees_and_is_silent() -> None:
    """C10: unless the plan lets them comment; and a client of another company is one, too, where added."""
    guests = (GUEST, Actor("client", "eve", "Other"))
    case = went(US, opened(US), *(CollaboratorAdded(guest.id, at=AT, by=ANA) for guest in guests)).case
    assert case.collaborators == ("guest", "eve")
    generous = attrs.evolve(US, collaborators_comment=True)
    for guest in guests:
        assert may_see(case, guest)
        for event in (Commented("Hm", at=AT, by=guest), AttachmentAdded("a", 1, at=AT, by=guest)):
            with pytest.raises(ActorNotAllowed, match="may not be done by collaborator"):
                handle(US, case, event)
            step = handle(generous, case, event)
            assert (step.events[0].by.role, step.case.status, step.case.updates) == ("collaborator", "New", 0)
            assert kinds(step)[0].startswith("client_")
        with pytest.raises(ActorNotAllowed):
            handle(generous, case, SubjectChanged("Mine", at=AT, by=guest))


def test_c10_a_collaborator_reads_the_case_and_not_who_else_sees_it() -> None:
    """C10: what was said, and how it stands; not whom it was shared with, nor what support planned."""
    reads = [
        Opened("A-1", "No login", at=AT, by=ANA),
        Commented("Well?", at=AT, by=ANA),
        AttachmentAdded("a.txt", 1, at=AT, by=BO),
        StatusChanged("Solved", at=AT, by=BO),
        SubjectChanged("Login", at=AT, by=ANA),
    ]
    hidden = [
        CollaboratorAdded("guest", at=AT, by=ANA),
        Assigned("bo", at=AT, by=BO),
        DefectLinked("BUG-1", at=AT, by=BO),
        PriorityChanged("low", "A question.", at=AT, by=BO),
        FollowUpOpened("A-2", at=AT, by=HOST),
    ]
    assert list(visible_events([*reads, *hidden], GUEST)) == reads
    assert list(visible_events([*reads, *hidden], BEN)) == [*reads, *hidden]


def test_c10_a_collaborator_who_is_removed_sees_nothing_any_more() -> None:
    """C10."""
    case = went(US, opened(US), CollaboratorAdded("guest", at=AT, by=BO), CollaboratorAdded("guest", at=AT, by=BO)).case
    assert case.collaborators == ("guest",)
    case = handle(US, case, CollaboratorRemoved("guest", at=AT, by=ANA)).case
    assert not may_see(case, GUEST)
    with pytest.raises(InvalidEvent, match="'guest' is no collaborator"):
        handle(US, case, CollaboratorRemoved("guest", at=AT, by=ANA))


@pytest.mark.parametrize(("plan", "closed"), [(PORTAL, "Closed"), (US, "Solved"), (ANZ, "Solved")])
def test_c11_a_client_closes_a_case_that_needs_no_more_help(plan: Plan, closed: str) -> None:
    """C11: from any live status, at once; not twice."""
    for status, row in plan.required_workflow.statuses:
        if row.closed:
            continue
        case = opened(plan) if status == "New" else moved(plan, status)
        step = handle(plan, case, ClosedByClient(at=AT, by=ANA))
        assert [type(event) for event in step.events] == [ClosedByClient, StatusChanged]
        assert (step.case.status, step.events[1].by) == (closed, ANA)
        with pytest.raises(CaseClosed, match=f"it is '{closed}', and takes no ClosedByClient"):
            handle(plan, step.case, ClosedByClient(at=AT, by=ANA))
        with pytest.raises(ActorNotAllowed):
            handle(plan, case, ClosedByClient(at=AT, by=BO))


def test_c12_a_notice_says_whom_it_is_for_and_why() -> None:
    """C12: with a key that stays the same however often the step is made."""
    case, event = moved(PORTAL, "Waiting For Customer"), Commented("Here it is", at=AT, by=ANA)
    steps = [handle(PORTAL, case, event) for _ in range(2)]
    assert steps[0] == steps[1]
    (notice,) = steps[0].notices
    assert (notice.to, notice.key, notice.why) == (
        "support",
        "A-1:3:client_comment",
        "client ana commented on case A-1",
    )


def test_c13_consultation_is_booked_through_a_case_at_the_anz_desk() -> None:
    """C13: an hour of the desk's open time, not in the past; the US desk has none."""
    at = datetime(2026, 6, 12, 9, tzinfo=SYDNEY)
    case = opened(ANZ, at)
    slot = Window(at + timedelta(hours=1), at + timedelta(hours=2))
    assert handle(ANZ, case, ConsultationBooked(slot, at=at, by=ANA)).events[0] == ConsultationBooked(
        slot, at=at, by=ANA
    )
    late = Window(at + timedelta(hours=7, minutes=30), at + timedelta(hours=8, minutes=30))
    past, long = Window(at - timedelta(hours=1), at), Window(at, at + timedelta(hours=2))
    for bad in (late, past, long):
        with pytest.raises(InvalidEvent, match="allowed: 1:00:00 of open time on 'desk' from"):
            handle(ANZ, case, ConsultationBooked(bad, at=at, by=ANA))
    with pytest.raises(InvalidEvent, match="the plan offers no consultation"):
        handle(US, opened(US, at), ConsultationBooked(slot, at=at, by=ANA))


@pytest.mark.parametrize("category", ["billing", "Sales", " ACCOUNT "])
def test_c14_other_matters_are_logged_and_redirected(category: str) -> None:
    """C14: with a notice to the client that says where."""
    step = handle(US, None, Opened("A-1", "My bill", at=AT, by=ANA, category=category))
    assert kinds(step) == ["acknowledgement", "redirect"]
    assert step.notices[1].to == "ana"
    assert "ask whoever has your account" in step.notices[1].why
    assert kinds(handle(US, None, Opened("A-1", "x", at=AT, by=ANA, category="login"))) == ["acknowledgement"]


# ------------------------------------------------------------------------------------------------------- lifecycles

APRICOT_LIVE = ("In Progress", "Waiting on Client", "Waiting on Internal Team")
PORTAL_LIVE = ("Assigned", "Waiting For Customer", "Waiting For", "Pending Support", "Resolved")


def test_l1_support_moves_a_live_case_to_any_status_but_new() -> None:
    """L1: and nobody else does; nothing leaves Solved."""
    for status in ("New", *APRICOT_LIVE):
        case = opened(US) if status == "New" else moved(US, status)
        for to in (*APRICOT_LIVE, "Solved"):
            if to != status:
                assert handle(US, case, StatusChanged(to, at=AT, by=BO)).case.status == to
                for other in (ANA, HOST):
                    with pytest.raises(TransitionNotAllowed, match="allowed: nothing"):
                        handle(US, case, StatusChanged(to, at=AT, by=other))
        with pytest.raises(TransitionNotAllowed):
            handle(US, case, StatusChanged("New", at=AT, by=BO))
    for to in ("New", *APRICOT_LIVE):
        with pytest.raises(TransitionNotAllowed):
            handle(US, moved(US, "Solved"), StatusChanged(to, at=AT, by=BO))


def test_l1_a_clients_comment_ends_the_waiting_for_the_client() -> None:
    """L1: logged as a change of status by the client; elsewhere nothing moves."""
    step = handle(US, moved(US, "Waiting on Client"), Commented("Here", at=AT, by=ANA, channel="email"))
    assert step.events[1] == StatusChanged("In Progress", at=AT, by=ANA, channel="email")
    for status in ("In Progress", "Waiting on Internal Team"):
        assert statuses(handle(US, moved(US, status), Commented("Here", at=AT, by=ANA))) == []


def test_l1_apricot_has_no_timers() -> None:
    """L1: nothing happens by itself."""
    for status in APRICOT_LIVE:
        assert timers(US, moved(US, status)) == ()


def test_l2_assigning_a_new_case_moves_it_to_assigned() -> None:
    """L2: a later assignment moves nothing."""
    step = handle(PORTAL, opened(PORTAL), Assigned("bo", at=AT, by=BO))
    assert (step.case.status, step.case.assignee) == ("Assigned", "bo")
    assert statuses(handle(PORTAL, moved(PORTAL, "Pending Support"), Assigned("bo", at=AT, by=BO))) == []


def test_l2_a_clients_update_asks_support_to_look() -> None:
    """L2, L6: from any live status but New, Resolved too; a file is an update as a comment is."""
    for event in (Commented("Here", at=AT, by=ANA), AttachmentAdded("log.txt", 0, at=AT, by=BEN)):
        assert statuses(handle(PORTAL, opened(PORTAL), event)) == []
        for status in PORTAL_LIVE:
            expected = [] if status == "Pending Support" else ["Pending Support"]
            assert statuses(handle(PORTAL, moved(PORTAL, status), event)) == expected


def test_l2_support_moves_any_live_case_and_nothing_leaves_closed() -> None:
    """L2: clients move a case by updates and by closing it only."""
    for status in PORTAL_LIVE:
        for to in {*PORTAL_LIVE, "Closed"} - {status}:
            move = StatusChanged(to, "the vendor", at=AT, by=BO)
            assert handle(PORTAL, moved(PORTAL, status), move).case.status == to
            with pytest.raises(TransitionNotAllowed):
                handle(PORTAL, moved(PORTAL, status), attrs.evolve(move, by=ANA))
    for to in ("New", *PORTAL_LIVE):
        with pytest.raises(TransitionNotAllowed):
            handle(PORTAL, moved(PORTAL, "Closed"), StatusChanged(to, "them", at=AT, by=BO))


WAITS = datetime(2026, 3, 4, 2, 30, tzinfo=CENTRAL)


def test_l3_waiting_for_the_customer_over_a_clock_change() -> None:
    """L3, L5: the rulebook's scenario: 02:30 does not exist on the Sunday, so the case is resolved at 03:00 CDT."""
    waiting = moved(PORTAL, "Waiting For Customer", at=WAITS)
    listed = [(timer.due.isoformat(), str(timer.then)) for timer in timers(PORTAL, waiting)]
    assert listed == [
        ("2026-03-05T02:30:00-06:00", "remind the client"),
        ("2026-03-06T02:30:00-06:00", "remind the client"),
        ("2026-03-07T02:30:00-06:00", "remind the client"),
        ("2026-03-08T03:00:00-05:00", "move to Resolved"),
    ]
    step = advance(PORTAL, waiting, datetime(2026, 4, 1, tzinfo=UTC))
    assert [(type(event).__name__, f"{event.at:%m-%d %H:%M}Z") for event in step.events] == [
        ("Reminded", "03-05 08:30Z"),
        ("Reminded", "03-06 08:30Z"),
        ("Reminded", "03-07 08:30Z"),
        ("StatusChanged", "03-08 08:00Z"),
        ("Reminded", "03-10 08:00Z"),
        ("StatusChanged", "03-11 08:00Z"),
    ]
    assert (step.case.status, statuses(step)) == ("Closed", ["Resolved", "Closed"])


def test_l3_reminders_are_counted_from_the_entering() -> None:
    """L3: one that falls into the skipped hour does not shift those after it."""
    waiting = moved(PORTAL, "Waiting For Customer", at=WAITS + timedelta(days=2))
    assert [f"{timer.due.astimezone(UTC):%d %H:%M}" for timer in timers(PORTAL, waiting)] == [
        "07 08:30",
        "08 08:00",
        "09 07:30",
        "10 07:30",
    ]


def test_l3_a_client_who_writes_as_the_case_closes_finds_it_closed() -> None:
    """W10: one microsecond earlier it returns to Pending Support."""
    waiting = moved(PORTAL, "Waiting For Customer", at=WAITS)
    closes = datetime(2026, 3, 11, 8, tzinfo=UTC)
    assert handle(PORTAL, waiting, Commented("Here", at=closes, by=ANA)).case.status == "Closed"
    early = handle(PORTAL, waiting, Commented("Here", at=closes - MICROSECOND, by=ANA))
    assert early.case.status == "Pending Support"


def test_l3_a_second_message_of_support_does_not_start_the_waiting_anew() -> None:
    """L3: nor does an assignment."""
    waiting = moved(PORTAL, "Waiting For Customer")
    later = AT + timedelta(days=2)
    step = went(PORTAL, waiting, Commented("Well?", at=later, by=BO), Assigned("bo", at=later, by=BO))
    assert timers(PORTAL, step.case)[-1].due == AT + timedelta(days=4)


def test_l3_timers_run_in_the_zone_that_the_portal_is_given() -> None:
    """L3: that of the calendar, unless another is named."""
    for plan, zone in (
        (client_portal(), "America/Chicago"),
        (client_portal(calendar=ANZ.calendar("desk")), "Australia/Sydney"),
        (client_portal(zone="Pacific/Apia"), "Pacific/Apia"),
    ):
        (*_, last) = timers(plan, moved(plan, "Resolved"))
        assert str(last.due.tzinfo) == zone
        assert last.due == datetime(2026, 6, 15, 21, tzinfo=UTC)


def test_l3_whoever_is_late_reminds_nobody_of_what_is_done() -> None:
    """L3, L5: a reminder whose status has been left is marked; the log is the same as without the delay."""
    waiting = moved(PORTAL, "Waiting For Customer")
    timely = advance(PORTAL, waiting, AT + timedelta(days=3))
    assert [(notice.kind, notice.to, notice.superseded) for notice in timely.notices] == [
        ("reminder", "ana", False)
    ] * 3
    late = advance(PORTAL, waiting, AT + timedelta(days=4))
    assert [notice.superseded for notice in late.notices] == [True] * 3
    assert late.events[:3] == timely.events
    written = handle(PORTAL, waiting, Commented("Here", at=AT + timedelta(days=1), by=ANA))
    assert [(notice.kind, notice.superseded) for notice in written.notices] == [
        ("reminder", True),
        ("client_comment", False),
    ]


def test_l3_a_reminder_says_what_comes_next() -> None:
    """L3, L5: the status that the case will have, and from when on."""
    (notice,) = advance(PORTAL, moved(PORTAL, "Resolved"), AT + timedelta(days=2)).notices
    assert notice.why == (
        "case A-1 has been 'Resolved' since 2026-06-12 21:00:00+00:00, and will be 'Closed' from "
        "2026-06-15 21:00:00+00:00 on unless something happens"
    )


@pytest.mark.parametrize("sub_status", [None, "", "  "])
def test_l4_waiting_for_names_whom(sub_status: str | None) -> None:
    """L4: the sub-status is required, kept, and gone with the status."""
    with pytest.raises(EventIncomplete, match="lacks: sub_status; allowed: one that says sub_status") as refused:
        handle(PORTAL, opened(PORTAL), StatusChanged("Waiting For", sub_status, at=AT, by=BO))
    assert refused.value.missing == ("sub_status",)
    case = handle(PORTAL, opened(PORTAL), StatusChanged("Waiting For", "the vendor", at=AT, by=BO)).case
    assert case.sub_status == "the vendor"
    assert handle(PORTAL, case, StatusChanged("Assigned", at=AT, by=BO)).case.sub_status is None


def test_l4_whom_a_case_waits_for_may_change() -> None:
    """L2, L4: support names another; it is a move of its own."""
    case = went(PORTAL, opened(PORTAL), StatusChanged("Waiting For", "the vendor", at=AT, by=BO)).case
    later = AT + SECOND
    case = handle(PORTAL, case, StatusChanged("Waiting For", "the carrier", at=later, by=BO)).case
    assert (case.sub_status, case.entered) == ("the carrier", later)


def test_l5_a_resolved_case_closes_by_itself_with_a_reminder_before() -> None:
    """L5: after 3 days, and a day before."""
    step = advance(PORTAL, moved(PORTAL, "Resolved"), AT + timedelta(days=3))
    assert [(type(event), event.at - AT) for event in step.events] == [
        (Reminded, timedelta(days=2)),
        (StatusChanged, timedelta(days=3)),
    ]


def test_l6_a_client_brings_a_resolved_case_back() -> None:
    """L6: and the waiting starts afresh when it is resolved again."""
    case = moved(PORTAL, "Resolved")
    later = AT + timedelta(days=1)
    step = went(PORTAL, case, Commented("No", at=later, by=ANA), StatusChanged("Resolved", at=later, by=BO))
    assert timers(PORTAL, step.case)[-1].due == later + timedelta(days=3)


@pytest.mark.parametrize(("plan", "closed"), [(PORTAL, "Closed"), (US, "Solved")])
def test_l7_an_update_to_a_closed_case_asks_for_a_new_one(plan: Plan, closed: str) -> None:
    """L7: with what it takes over; a further one repeats the key; once the new number is known, it is named."""
    case = opened(plan, product="Pears", channel="email")
    case = went(plan, case, CollaboratorAdded("guest", at=AT, by=ANA), StatusChanged(closed, at=AT, by=BO)).case
    first = handle(plan, case, Commented("And now?", at=AT, by=BEN))
    assert (first.case.status, kinds(first)) == (closed, ["client_comment", "open_follow_up"])
    asked = first.notices[1].follow_up
    assert asked is not None
    assert (asked.continues, asked.text, asked.requester, asked.product) == ("A-1", "And now?", ANA, "Pears")
    assert (asked.priority, asked.collaborators, asked.addition) == ("medium", ("guest",), False)
    second = handle(plan, first.case, AttachmentAdded("log.txt", 9, at=AT + SECOND, by=ANA))
    again = second.notices[1].follow_up
    assert again is not None
    assert (again.text, again.addition, second.notices[1].key) == ("log.txt", True, first.notices[1].key)
    known = handle(plan, second.case, FollowUpOpened("A-2", at=AT + SECOND, by=HOST)).case
    assert handle(plan, known, FollowUpOpened("A-2", at=AT + SECOND, by=HOST)).case.follow_up == "A-2"
    with pytest.raises(InvalidEvent, match="it goes on in 'A-2' already, not in 'A-3'; allowed: A-2"):
        handle(plan, known, FollowUpOpened("A-3", at=AT + SECOND, by=HOST))
    third = handle(plan, known, Commented("Hello?", at=AT + SECOND, by=ANA))
    assert (known.follow_up, kinds(third)) == ("A-2", ["client_comment", "follow_up_exists"])
    assert "A-2" in third.notices[1].why
    assert third.case.status == closed


def test_l7_a_case_does_not_go_on_in_itself() -> None:
    """L7."""
    with pytest.raises(InvalidEvent, match="FollowUpOpened.number is 'A-1'; allowed: another one"):
        handle(US, moved(US, "Solved"), FollowUpOpened("A-1", at=AT, by=BO))


def test_l7_only_the_clients_updates_ask_for_a_new_case() -> None:
    """L7: what support writes on a closed case is logged."""
    case = moved(PORTAL, "Closed")
    for event in (Commented("P.S.", at=AT, by=BO), Commented("Hm", public=False, at=AT, by=BO)):
        assert kinds(handle(PORTAL, case, event)) == []


def test_l7_a_new_case_can_name_the_one_that_it_continues() -> None:
    """L7."""
    assert opened(PORTAL, continues="A-0").opened.continues == "A-0"


def closing(**row: Any) -> Plan:
    """The Apricot desk with another answer to an update of a closed case."""
    flow = US.required_workflow
    solved = attrs.evolve(flow.status("Solved"), **row)
    return attrs.evolve(US, workflow=attrs.evolve(flow, statuses={**dict(flow.statuses), "Solved": solved}))


def test_l7_a_plan_may_reopen() -> None:
    """L1, L7: the first of four answers; a new case is the second, shown above."""
    plan = closing(on_client_update="In Progress", otherwise="log")
    step = handle(plan, moved(plan, "Solved"), Commented("No", at=AT + timedelta(days=99), by=ANA))
    assert (step.case.status, kinds(step)) == ("In Progress", ["client_comment"])


def test_l7_a_case_that_is_closed_again_asks_for_a_new_case_again() -> None:
    """L7: what it went on in before is not where this belongs."""
    plan = closing(next=["In Progress"])
    case = handle(plan, moved(plan, "Solved"), FollowUpOpened("A-2", at=AT, by=HOST)).case
    again = went(plan, case, StatusChanged("In Progress", at=AT, by=BO), StatusChanged("Solved", at=AT, by=BO)).case
    assert (case.follow_up, again.follow_up) == ("A-2", None)
    assert kinds(handle(plan, again, Commented("No", at=AT, by=ANA))) == ["client_comment", "open_follow_up"]


def test_l7_a_plan_may_refuse() -> None:
    """L7: the third answer; the refusal says what is taken instead."""
    plan = closing(otherwise="refuse")
    with pytest.raises(
        CaseClosed, match="takes no Commented by client 'ana'; allowed: a new case that continues 'A-1'"
    ):
        handle(plan, moved(plan, "Solved"), Commented("No", at=AT, by=ANA))


@pytest.mark.parametrize("days", [timedelta(days=7) - MICROSECOND, timedelta(days=7)])
def test_l7_a_plan_may_reopen_for_some_days(days: timedelta) -> None:
    """L7: the fourth answer: within 7 days, and a new case from then on."""
    plan = closing(on_client_update="In Progress", within=calendar_days(7))
    step = handle(plan, moved(plan, "Solved"), Commented("No", at=AT + days, by=ANA))
    asked = "open_follow_up" in kinds(step)
    assert (step.case.status, asked) == (("Solved", True) if days == timedelta(days=7) else ("In Progress", False))


def test_l7_a_closed_case_takes_no_changes_by_a_client() -> None:
    """L7: but for updates; support still links its defects."""
    case = moved(ANZ, "Solved")
    slot = Window(AT, AT + timedelta(hours=1))
    for event in (
        SubjectChanged("x", at=AT, by=ANA),
        CollaboratorAdded("guest", at=AT, by=ANA),
        CollaboratorRemoved("guest", at=AT, by=ANA),
        ConsultationBooked(slot, at=AT, by=BO),
    ):
        with pytest.raises(CaseClosed):
            handle(ANZ, case, event)
    assert handle(ANZ, case, DefectLinked("BUG-1", at=AT, by=BO)).case.defects == ("BUG-1",)


# ------------------------------------------------------------------------------------------------------- priorities


def test_p13_the_emergency_line_connects_the_caller() -> None:
    """P13: the case is critical whatever is given, and the representative on call is told."""
    step = handle(US, None, Opened("A-1", "Help", at=AT, by=ANA, channel="emergency", priority="low"))
    assert (step.case.priority, kinds(step)) == ("critical", ["acknowledgement", "connect_representative"])
    assert step.notices[1].to == "on_call"


def test_p13_only_an_emergency_line_connects_its_callers() -> None:
    """P13: a channel may have a priority of its own and be none."""
    intake = attrs.evolve(US.intake, by_channel={"chat": "low", "emergency": "critical"})
    plan = attrs.evolve(US, intake=intake)
    case = opened(plan, channel="chat")
    assert case.priority == "low"
    step = handle(plan, None, Opened("A-1", "x", at=AT, by=ANA, channel="chat"))
    assert kinds(step) == ["acknowledgement"]


def test_p13_it_is_no_misuse_if_a_case_is_worse_than_it_seemed() -> None:
    """P13: only a downgrade is."""
    intake = attrs.evolve(US.intake, by_channel={"emergency": "high"})
    plan = attrs.evolve(US, intake=intake)
    step = handle(plan, opened(plan, channel="emergency"), PriorityChanged("critical", "All users.", at=AT, by=BO))
    assert kinds(step) == ["priority_changed"]


def test_p13_misuse_of_the_emergency_line_is_marked() -> None:
    """P13: at a downgrade from critical, once; a case that came in otherwise is none."""
    case = opened(US, channel="emergency")
    step = handle(US, case, PriorityChanged("high", "One user only.", at=AT, by=BO))
    assert [(notice.kind, notice.to) for notice in step.notices] == [("priority_changed", "ana"), ("misuse", "support")]
    step = handle(US, step.case, PriorityChanged("low", "A question.", at=AT, by=BO))
    assert kinds(step) == ["priority_changed"]
    case = opened(US, channel="email", priority="critical")
    assert kinds(handle(US, case, PriorityChanged("low", "A question.", at=AT, by=BO))) == ["priority_changed"]


@pytest.mark.parametrize("by", [ANA, GUEST, HOST])
def test_p14_a_priority_is_changed_by_support_only(by: Actor) -> None:
    """P14: up and down."""
    case = handle(US, opened(US), CollaboratorAdded("guest", at=AT, by=ANA)).case
    for to in ("critical", "low"):
        assert handle(US, case, PriorityChanged(to, "Seen.", at=AT, by=BO)).case.priority == to
        with pytest.raises(ActorNotAllowed, match="allowed: support"):
            handle(US, case, PriorityChanged(to, "Seen.", at=AT, by=by))


def test_p15_the_client_learns_of_a_new_priority_with_the_reason() -> None:
    """P15: by its canonical name; one that stays as it is is no news."""
    step = handle(US, opened(US), PriorityChanged("Sev 1", "Nobody can log in.", at=AT, by=BO))
    assert step.events == (PriorityChanged("critical", "Nobody can log in.", at=AT, by=BO),)
    (notice,) = step.notices
    assert (notice.kind, notice.to) == ("priority_changed", "ana")
    assert notice.why == "the priority is critical now, not medium: Nobody can log in."
    assert kinds(handle(US, step.case, PriorityChanged("critical", "Still.", at=AT, by=BO))) == []


@pytest.mark.parametrize("explanation", ["", " ", None])
def test_p15_a_change_without_an_explanation_is_refused(explanation: Any) -> None:
    """P15."""
    with pytest.raises(EventIncomplete, match="PriorityChanged lacks: explanation"):
        handle(US, opened(US), PriorityChanged("low", explanation, at=AT, by=BO))


# ----------------------------------------------------------------------------------------------- time and bad input


def test_w16_an_event_older_than_the_case_is_refused() -> None:
    """W16: the error carries the case's instant; at that instant it is taken."""
    case = moved(US, "In Progress")
    with pytest.raises(EventOutOfOrder, match="is older than the case; allowed: instants from") as refused:
        handle(US, case, Commented("Hm", at=AT - MICROSECOND, by=ANA))
    assert refused.value.at == case.at == AT
    assert handle(US, case, Commented("Hm", at=case.at, by=ANA)).case.version == 3


def test_w16_a_log_is_folded_as_it_is() -> None:
    """W16: moves that no table allows, in no order of time; a log that nobody filled in begins as New."""
    log = [
        Opened("A-1", "x", at=AT, by=ANA),
        StatusChanged("Nowhere", at=AT - SECOND, by=GUEST),
        PriorityChanged("odd", at=AT - 2 * SECOND, by=ANA),
    ]
    case = replay(log)
    assert (case.status, case.priority, case.at, case.version) == ("Nowhere", "odd", AT - 2 * SECOND, 3)
    assert (replay(log[:1]).status, replay(log[:1]).priority) == ("New", None)


def test_a_log_without_a_priority_gets_one_from_support() -> None:
    """W16: what was never filled in is no reason to stop, on the emergency line neither."""
    case = replay([Opened("A-1", "x", at=AT, by=ANA, channel="emergency")])
    step = handle(US, case, PriorityChanged("low", "A question.", at=AT, by=BO))
    assert (step.case.priority, kinds(step)) == ("low", ["priority_changed"])


def test_a_case_is_not_opened_twice_nor_left_unopened() -> None:
    """An opening for a case that exists, and an event for one that does not; nor a log without an opening."""
    with pytest.raises(CaseExists, match="'A-2' cannot be opened in its place"):
        handle(US, opened(US), Opened("A-2", "x", at=AT, by=ANA))
    with pytest.raises(CaseNotOpened, match="as of .* Commented is for a case that was never opened; allowed: Opened"):
        handle(US, None, Commented("Hm", at=AT, by=ANA))
    with pytest.raises(CaseNotOpened):
        replay([Commented("Hm", at=AT, by=ANA)])
    with pytest.raises(WrongType, match="at least an Opened"):
        replay([])


@pytest.mark.parametrize(
    ("event", "error", "text"),
    [
        (StatusChanged("New", at=AT, by=BO), TransitionNotAllowed, "from 'In Progress' to 'New'; allowed: Waiting on"),
        (StatusChanged("Nowhere", at=AT, by=BO), TransitionNotAllowed, "to 'Nowhere'; allowed: Waiting on Client"),
        (StatusChanged("", at=AT, by=BO), EventIncomplete, "StatusChanged lacks: to"),
        (Commented("\n", at=AT, by=ANA), EventIncomplete, "Commented lacks: text"),
        (Assigned(" ", at=AT, by=BO), EventIncomplete, "Assigned lacks: to"),
        (AttachmentAdded("", 1, "", at=AT, by=ANA), EventIncomplete, "lacks: name, media_type"),
        (AttachmentAdded("a.txt", -1, at=AT, by=ANA), InvalidEvent, "'a.txt' is -1; allowed: 0 or more bytes"),
        (PriorityChanged("urgent", "Now!", at=AT, by=BO), InvalidEvent, "'urgent'; allowed: critical, high, medium"),
        (Commented("x", at=AT, by=ANA, channel="fax"), InvalidEvent, "'fax'; allowed: portal, email, chat, phone"),
        (DefectResolved("BUG-9", at=AT, by=BO), InvalidEvent, "'BUG-9' is no open defect of it; allowed: nothing"),
        (FollowUpOpened("A-2", at=AT, by=BO), InvalidEvent, "it is 'In Progress', so it goes on itself; allowed: Foll"),
        (Assigned("bo", at=AT, by=ANA), ActorNotAllowed, "Assigned may not be done by client 'ana'; allowed: support"),
        (Reminded("t", at=AT, by=HOST), ActorNotAllowed, "allowed: the case's own timers"),
        (StatusChanged("Solved", until=AT, at=AT, by=BO), InvalidEvent, "until is .*; allowed: instants after"),
    ],
)
def test_what_may_not_be_is_refused_and_says_what_is_allowed(
    event: Event, error: type[EventRefused], text: str
) -> None:
    """With the case's number and instant; the case is as it was."""
    case = moved(US, "In Progress")
    kept = replay([case.opened, StatusChanged("In Progress", at=AT, by=BO)])
    with pytest.raises(error, match=text) as refused:
        handle(US, case, event)
    assert str(refused.value).startswith("case A-1, as of 2026-06-12 21:00:00+00:00: ")
    assert case == kept


def test_a_transition_that_is_refused_carries_its_statuses() -> None:
    """For programs that move cases."""
    with pytest.raises(TransitionNotAllowed) as refused:
        handle(US, moved(US, "Solved"), StatusChanged("New", at=AT, by=BO))
    assert (refused.value.current, refused.value.to, refused.value.allowed) == ("Solved", "New", ())


def test_a_workflow_that_lets_no_client_close_refuses_it() -> None:
    """C11: and says who may."""
    plan = attrs.evolve(US, workflow=attrs.evolve(US.required_workflow, closed_by_client=None))
    with pytest.raises(ActorNotAllowed, match="clients close no cases of this workflow; allowed: support"):
        handle(plan, opened(plan), ClosedByClient(at=AT, by=ANA))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((apricot_us, None, Opened("A-1", "x", at=AT, by=ANA)), "expected a Plan"),
        ((apricot_us, opened(US), Commented("x", at=AT, by=ANA)), "expected a Plan"),
        ((US, "A-1", Commented("x", at=AT, by=ANA)), "expected a Case"),
        ((US, None, "opened"), "expected an event: Opened, Commented"),
    ],
)
def test_what_is_no_plan_case_or_event_is_refused(arguments: Any, text: str) -> None:
    """With a sentence, not a traceback from the depths."""
    with pytest.raises(WrongType, match=text):
        handle(*arguments)


def test_a_plan_without_a_workflow_has_no_cases() -> None:
    """And a case in a status that the plan does not have is not its own."""
    bare = Plan("bare", {"desk": ALWAYS}, [Priority("low")], [])
    with pytest.raises(NoWorkflow, match="plan 'bare' has no workflow"):
        handle(bare, None, Opened("A-1", "x", priority="low", at=AT, by=ANA))
    with pytest.raises(NoWorkflow, match="plan 'bare' has no workflow"):
        advance(bare, opened(US), AT)
    with pytest.raises(UnknownStatus, match="status is 'Assigned'; the workflow has: New"):
        advance(US, moved(PORTAL, "Assigned"), AT)


def test_a_bad_number_is_refused() -> None:
    """C1: of an opening, and of the case in which another goes on."""
    for number in ("", " A", "A\n1", "x" * 101):
        with pytest.raises(InvalidEvent, match="Opened.number is .*; allowed: a text of 1 to 100"):
            handle(US, None, Opened(number, "x", at=AT, by=ANA))
        with pytest.raises(InvalidEvent, match="FollowUpOpened.number is .*; allowed: another one"):
            handle(US, moved(US, "Solved"), FollowUpOpened(number, at=AT, by=BO))


def test_an_event_that_is_none_is_not_folded() -> None:
    """With the kinds that there are."""
    event: Any = "closed"
    with pytest.raises(WrongType, match="expected an event: Opened"):
        evolve(opened(US), event)


def test_a_refusal_is_one_line() -> None:
    """Whatever the number."""
    with pytest.raises(InvalidEvent) as refused:
        handle(US, None, Opened("A\n1", "x", at=AT, by=ANA))
    assert "\n" not in str(refused.value)


def test_every_refusal_is_one_of_ours() -> None:
    """So that a host catches them all by one name."""
    assert issubclass(EventRefused, SupportSLAError)
    assert issubclass(EventRefused, ValueError)


def test_a_workflow_of_ones_own_is_lived_by() -> None:
    """A public reply moves a case where the table says so; a client may be let to move it too."""
    flow = Workflow(
        "ours",
        {
            "Open": Status(next={"Done": ["support", "client"]}, on_reply="Answered"),
            "Answered": Status(next=["Done"], on_client_update="Open"),
            "Done": Status(closed=True),
        },
        ["Open", "Answered"],
    )
    plan = Plan("ours", {"desk": ALWAYS}, [Priority("any")], [], workflow=flow)
    case = handle(plan, None, Opened("A-1", "x", priority="any", at=AT, by=ANA)).case
    assert handle(plan, case, Commented("Hm", public=False, at=AT, by=BO)).case.status == "Open"
    answered = handle(plan, case, Commented("So", at=AT, by=BO))
    assert answered.events[1] == StatusChanged("Answered", at=AT, by=BO)
    assert handle(plan, answered.case, Commented("No", at=AT, by=ANA)).case.status == "Open"
    assert handle(plan, case, StatusChanged("Done", at=AT, by=ANA)).case.status == "Done"
    late = handle(plan, None, Opened("A-2", "x", priority="any", status="Answered", at=AT, by=ANA))
    assert late.case.status == "Answered"
