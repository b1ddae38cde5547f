"""Whom to tell what happened, and why (C4, C5, C8, C12, C14, L3, L5, L7, P13, P15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs

from .case import Case
from .events import (
    Actor,
    AttachmentAdded,
    Commented,
    DefectResolved,
    Event,
    Opened,
    PriorityChanged,
    Reminded,
    is_client_update,
)
from .judging import moves_on_update
from .plan import Plan, judge_at
from .timing import pending_timers
from .workflow import Move

__all__ = ["FollowUp", "Notice", "notices_of"]


@attrs.frozen
class FollowUp:
    """What a new case takes over from the closed one that it continues (L7).

    Attributes:
        continues: the closed case's number, for `Opened(continues=...)`.
        text: what the client wrote, or the name of the file that came in.
        requester, product, priority, collaborators: as the closed case has them.
        addition: whether the client had written since the case was closed; the notice then has the first one's key.
    """

    continues: str
    text: str
    requester: Actor
    product: str | None
    priority: str | None
    collaborators: tuple[str, ...]
    addition: bool


@attrs.frozen
class Notice:
    """Somebody is owed a message; the host sends it (C12).

    Attributes:
        key: by which a message is sent once only, however often it is handed out.
        to: the id of a contact or of a person of support; "support" where nobody has the case, and "on_call".
        kind: "acknowledgement", "redirect", "connect_representative", "client_comment", "client_attachment",
            "reminder", "priority_changed", "misuse", "defect_resolved", "open_follow_up" or "follow_up_exists".
        why: a sentence.
        superseded: of a reminder: the case has left the status since, so nobody need be reminded any more.
        follow_up: what a case to open takes over.
    """

    key: str
    to: str
    kind: str
    why: str
    superseded: bool = False
    follow_up: FollowUp | None = None


def _notice(case: Case, kind: str, to: str, why: str, follow_up: FollowUp | None = None) -> Notice:
    version = case.visit if kind == "open_follow_up" else case.version
    return Notice(f"{case.opened.number}:{version}:{kind}", to, kind, why, follow_up=follow_up)


def _representative(case: Case) -> str:
    return case.assignee or "support"


def _on_opening(plan: Plan, _before: Case, event: Opened, case: Case) -> Iterator[Notice]:
    number, requester = event.number, event.requester.id
    yield _notice(case, "acknowledgement", requester, f"the case has the number {number}")
    redirects = {category.casefold(): where for category, where in plan.intake.redirects}
    if where := redirects.get((event.category or "").strip().casefold()):
        yield _notice(case, "redirect", requester, f"matters of {event.category} are handled elsewhere: {where}")
    if event.channel in plan.intake.emergency:
        why = f"case {number} came in on the channel {event.channel!r}, as {case.priority}: connect the caller"
        yield _notice(case, "connect_representative", "on_call", why)


def _on_update(plan: Plan, before: Case, event: Commented | AttachmentAdded, after: Case) -> Iterator[Notice]:
    if not event.public or event.by.role not in ("client", "collaborator"):
        return
    number, who = after.opened.number, f"{event.by.role} {event.by.id}"
    if isinstance(event, Commented):
        yield _notice(after, "client_comment", _representative(after), f"{who} commented on case {number}")
    else:
        why = f"{who} attached {event.name!r} to case {number}"
        yield _notice(after, "client_attachment", _representative(after), why)
    row = plan.required_workflow.status(before.status)
    if not is_client_update(event) or row.otherwise != "new_case" or moves_on_update(plan, before, row, event.at):
        return
    if before.follow_up is not None:
        why = f"case {number} is {before.status!r} and goes on in case {before.follow_up}, where this belongs"
        yield _notice(after, "follow_up_exists", _representative(after), why)
    else:
        why = f"case {number} is {before.status!r}, so what came in needs a case of its own"
        yield _notice(after, "open_follow_up", _representative(after), why, _follow_up(before, event))


def _follow_up(case: Case, event: Commented | AttachmentAdded) -> FollowUp:
    return FollowUp(
        continues=case.opened.number,
        text=event.text if isinstance(event, Commented) else event.name,
        requester=case.opened.requester,
        product=case.opened.product,
        priority=case.priority,
        collaborators=case.collaborators,
        addition=case.updates > 0,
    )


def _on_reminder(plan: Plan, before: Case, event: Reminded, after: Case) -> Iterator[Notice]:
    why = f"case {after.opened.number} has been {before.status!r} since {before.entered.isoformat(' ')}"
    move = next(((due, row.then.to) for due, row, _ in pending_timers(plan, after) if isinstance(row.then, Move)), None)
    if move is not None:
        why = f"{why}, and will be {move[1]!r} from {move[0].isoformat(' ')} on unless something happens"
    to_whom = after.opened.requester.id if event.whom == "client" else _representative(after)
    yield _notice(after, "reminder", to_whom, why)


def _on_priority(plan: Plan, before: Case, event: PriorityChanged, after: Case) -> Iterator[Notice]:
    if after.priority == before.priority:
        return
    why = f"the priority is {after.priority} now, not {before.priority}: {event.explanation}"
    yield _notice(after, "priority_changed", after.opened.requester.id, why)
    opened, was = after.opened, before.priority
    if opened.channel not in plan.intake.emergency or was is None or was != opened.priority:
        return
    if plan.rank(event.to) > plan.rank(was):
        why = f"case {opened.number} came in on the channel {opened.channel!r} and was not {was}"
        yield _notice(after, "misuse", "support", why)


def _on_defect(_plan: Plan, _before: Case, event: DefectResolved, after: Case) -> Iterator[Notice]:
    why = f"the defect {event.defect} that case {after.opened.number} is about is resolved"
    yield _notice(after, "defect_resolved", after.opened.requester.id, why)


_NOTICES: dict[type[Event], Callable[[Plan, Case, Any, Case], Iterator[Notice]]] = {
    Opened: _on_opening,
    Commented: _on_update,
    AttachmentAdded: _on_update,
    Reminded: _on_reminder,
    PriorityChanged: _on_priority,
    DefectResolved: _on_defect,
}


def notices_of(plan: Plan, before: Case, event: Event, after: Case) -> Iterator[Notice]:
    """Whom to tell of an event that made one case of another, by the version in force then; timers have their own."""
    owed = _NOTICES.get(type(event))
    if owed is None:
        return iter(())
    return owed(plan if isinstance(event, Reminded) else judge_at(plan, event.at), before, event, after)
