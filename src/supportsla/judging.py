"""What may happen to a case: by whom, saying what, and in which status (C2, C5, C10, C11, C13, L1, L2, L4, P14, P15).

The tables come first: who may do what, and what each event must say. What only one kind of event needs is in `_CHECKS`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import attrs

from .case import Case, standing_of
from .errors import (
    ActorNotAllowed,
    CaseClosed,
    EventIncomplete,
    InvalidEvent,
    TransitionNotAllowed,
    UnknownPriority,
)
from .events import (
    MESSAGES,
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
    PriorityChanged,
    Reminded,
    Role,
    StatusChanged,
    SubjectChanged,
    is_client_update,
)
from .intake import NUMBER, is_number
from .plan import Plan
from .timing import end_of
from .workflow import WITHIN_CALENDAR, Status
from .worktime import elapsed

__all__ = ["judged", "moves_on_update"]

_MAY: dict[type[Event], tuple[Role, ...]] = {
    Commented: ("client", "support", "collaborator", "system"),
    StatusChanged: ("client", "support", "collaborator", "system"),
    Assigned: ("support", "system"),
    PriorityChanged: ("support",),
    SubjectChanged: ("client", "support"),
    AttachmentAdded: ("client", "support", "collaborator", "system"),
    CollaboratorAdded: ("client", "support"),
    CollaboratorRemoved: ("client", "support"),
    DefectLinked: ("support", "system"),
    DefectResolved: ("support", "system"),
    ClosedByClient: ("client",),
    ConsultationBooked: ("client", "support"),
    FollowUpOpened: ("support", "system"),
    Reminded: (),
}
_MUST_SAY: dict[type[Event], tuple[str, ...]] = {
    Commented: ("text",),
    StatusChanged: ("to",),
    Assigned: ("to",),
    PriorityChanged: ("to", "explanation"),
    SubjectChanged: ("to",),
    AttachmentAdded: ("name", "media_type"),
    CollaboratorAdded: ("collaborator",),
    CollaboratorRemoved: ("collaborator",),
    DefectLinked: ("defect",),
    DefectResolved: ("defect",),
}
_NOT_WHEN_CLOSED = (SubjectChanged, CollaboratorAdded, CollaboratorRemoved, ConsultationBooked, ClosedByClient)


def judged(plan: Plan, case: Case, event: Event) -> Event:
    """The event as it is logged, if it may happen."""
    where, kind = (case.opened.number, case.at), type(event).__name__
    event = attrs.evolve(event, by=_acting(plan, case, event))
    if event.channel is not None and event.channel not in plan.intake.channels:
        raise InvalidEvent(*where, f"{kind}.channel is {event.channel!r}", plan.intake.channels)
    if missing := tuple(name for name in _MUST_SAY.get(type(event), ()) if not getattr(event, name).strip()):
        raise EventIncomplete(*where, f"{kind} lacks: {', '.join(missing)}", missing)
    row = plan.required_workflow.status(case.status)
    refused = is_client_update(event) and row.otherwise == "refuse" and not moves_on_update(plan, case, row, event.at)
    if refused or (row.closed and isinstance(event, _NOT_WHEN_CLOSED)):
        fact = f"it is {case.status!r}, and takes no {kind} by {event.by.role} {event.by.id!r}"
        raise CaseClosed(*where, fact, (f"a new case that continues {case.opened.number!r}",))
    check = _CHECKS.get(type(event))
    return check(plan, case, event) if check else event


def _acting(plan: Plan, case: Case, event: Event) -> Actor:
    by, kind, where = event.by, type(event).__name__, (case.opened.number, case.at)
    standing = standing_of(case, by)
    if by.role == "client" and _is_word_of_unknown_client(case, event):
        standing = by.role
    if standing is None:
        allowed = ("its requester", "a colleague of the same company", "a collaborator who was added")
        raise ActorNotAllowed(*where, f"{by.role} {by.id!r} has no part in it, so {kind} may not be theirs", allowed)
    may = _MAY[type(event)]
    if isinstance(event, MESSAGES):
        may = may if event.public else ("support", "system")
        may = may if plan.collaborators_comment else tuple(role for role in may if role != "collaborator")
    if standing not in may:
        fact = f"{kind} may not be done by {standing} {by.id!r}"
        if isinstance(event, MESSAGES) and not event.public:
            fact = f"{fact}, since it is not public"
        raise ActorNotAllowed(*where, fact, may or ("the case's own timers",))
    return attrs.evolve(by, role=standing)


def _is_word_of_unknown_client(case: Case, event: Event) -> bool:
    """Whether somebody writes on a case that came in without its client, such as a call: the host vouches for them."""
    return isinstance(event, MESSAGES) and case.opened.requester.role != "client"


def _check_move(plan: Plan, case: Case, event: StatusChanged) -> StatusChanged:
    where, by = (case.opened.number, case.at), event.by
    row = plan.required_workflow.status(case.status)
    allowed = tuple(to for to, roles in row.next if by.role in roles)
    if event.to not in allowed:
        raise TransitionNotAllowed(*where, (case.status, event.to), f"{by.role} {by.id!r}", allowed)
    to = plan.required_workflow.status(event.to)
    needed = {"sub_status": to.needs_sub_status, "until": to.needs_until}
    given = {"sub_status": (event.sub_status or "").strip(), "until": event.until}
    if missing := tuple(name for name, needs in needed.items() if needs and not given[name]):
        raise EventIncomplete(*where, f"a move to {event.to!r} lacks: {', '.join(missing)}", missing)
    if event.until is not None and event.until <= event.at:
        allowed = (f"instants after {event.at.isoformat(' ')}",)
        raise InvalidEvent(*where, f"StatusChanged.until is {event.until.isoformat(' ')}", allowed)
    return event


def _check_priority(plan: Plan, case: Case, event: PriorityChanged) -> PriorityChanged:
    try:
        return attrs.evolve(event, to=plan.priority(event.to).name)
    except UnknownPriority as unknown:
        fact = f"PriorityChanged.to is {event.to!r}"
        raise InvalidEvent(case.opened.number, case.at, fact, unknown.allowed) from None


def _check_attachment(_plan: Plan, case: Case, event: AttachmentAdded) -> AttachmentAdded:
    if event.size < 0:
        fact = f"the size of {event.name!r} is {event.size}"
        raise InvalidEvent(case.opened.number, case.at, fact, ("0 or more bytes",))
    return event


def _check_removed(_plan: Plan, case: Case, event: CollaboratorRemoved) -> CollaboratorRemoved:
    if event.collaborator not in case.collaborators:
        raise InvalidEvent(
            case.opened.number, case.at, f"{event.collaborator!r} is no collaborator", case.collaborators
        )
    return event


def _check_defect(_plan: Plan, case: Case, event: DefectResolved) -> DefectResolved:
    open_defects = tuple(defect for defect in case.defects if defect not in case.resolved_defects)
    if event.defect not in open_defects:
        raise InvalidEvent(case.opened.number, case.at, f"{event.defect!r} is no open defect of it", open_defects)
    return event


def _check_booking(plan: Plan, case: Case, event: ConsultationBooked) -> ConsultationBooked:
    where, slot, offered = (case.opened.number, case.at), event.slot, plan.consultation
    if offered is None:
        raise InvalidEvent(*where, "the plan offers no consultation", ())
    fits = slot.length == offered.length == elapsed(plan.calendar(offered.calendar), slot.opens, slot.closes)
    if not fits or slot.opens < event.at:
        allowed = (f"{offered.length} of open time on {offered.calendar!r} from {event.at.isoformat(' ')} on",)
        raise InvalidEvent(*where, f"the slot is {slot.opens.isoformat(' ')} to {slot.closes.isoformat(' ')}", allowed)
    return event


def _check_follow_up(plan: Plan, case: Case, event: FollowUpOpened) -> FollowUpOpened:
    if not plan.required_workflow.status(case.status).closed:
        fact = f"it is {case.status!r}, so it goes on itself"
        raise InvalidEvent(case.opened.number, case.at, fact, ("FollowUpOpened for a closed case",))
    if case.follow_up not in (None, event.number):
        fact = f"it goes on in {case.follow_up!r} already, not in {event.number!r}"
        raise InvalidEvent(case.opened.number, case.at, fact, (case.follow_up or "",))
    if not is_number(event.number) or event.number == case.opened.number:
        fact = f"FollowUpOpened.number is {event.number!r}"
        raise InvalidEvent(case.opened.number, case.at, fact, (f"another one: {NUMBER}",))
    return event


def _check_closing(plan: Plan, case: Case, event: ClosedByClient) -> ClosedByClient:
    if plan.required_workflow.closed_by_client is None:
        raise ActorNotAllowed(case.opened.number, case.at, "clients close no cases of this workflow", ("support",))
    return event


_CHECKS: dict[type[Event], Callable[[Plan, Case, Any], Event]] = {
    StatusChanged: _check_move,
    PriorityChanged: _check_priority,
    AttachmentAdded: _check_attachment,
    CollaboratorRemoved: _check_removed,
    DefectResolved: _check_defect,
    ConsultationBooked: _check_booking,
    FollowUpOpened: _check_follow_up,
    ClosedByClient: _check_closing,
}


def moves_on_update(plan: Plan, case: Case, row: Status, at: datetime) -> bool:
    """Whether an update of the client, at that instant, moves a case out of the status that the row describes."""
    if row.on_client_update is None or row.within is None:
        return row.on_client_update is not None
    return at < end_of(plan.calendar(WITHIN_CALENDAR), case.entered, row.within)
