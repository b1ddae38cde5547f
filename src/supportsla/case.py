"""A case: the fold of what happened to it (C3, W16), and who may see of it what (C5, C9, C10).

A case is never changed. It is what its events add up to: `_FOLDS` says for each kind of event what it adds, and
`replay` and `evolve` do nothing else, so that a log is a case's save format and `replay(events) == case`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import attrs

from .errors import CaseNotOpened, WrongType
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
    Opened,
    PriorityChanged,
    Reminded,
    Role,
    StatusChanged,
    SubjectChanged,
    as_actor,
    no_event,
)

__all__ = [
    "Case",
    "check_case",
    "evolve",
    "is_colleague",
    "is_requester",
    "may_see",
    "replay",
    "standing_of",
    "visible_events",
]


@attrs.frozen(slots=False)
class Case:
    """What the events of a case add up to; made by `handle`, `advance` and `replay`.

    Attributes:
        opened: its opening: number, requester, company, channel, product and the like.
        status, sub_status: where it is, and whom it waits for (L4).
        until: the instant that the move into the status named, if it did.
        priority, subject, assignee: as they are now; `assignee` is None until somebody has it.
        collaborators: who was added and not removed, in that order.
        defects, resolved_defects: that it is about, and those of them that are resolved.
        follow_up: the number of the case in which it goes on since it was closed (L7).
        at: when its latest event happened, in UTC.
        version: how many events it holds, for optimistic concurrency.
        entered, visit: when its status was entered, and with which version.
        message: when the last public comment or file since then came in, and with which version.
        updates: how many public comments and files of the client came in since then.
        fired: the timers that fired since then: name, how often, when last, and with which version.
    """

    opened: Opened
    status: str
    sub_status: str | None
    until: datetime | None
    priority: str | None
    subject: str
    assignee: str | None
    collaborators: tuple[str, ...]
    defects: tuple[str, ...]
    resolved_defects: tuple[str, ...]
    follow_up: str | None
    at: datetime
    version: int
    entered: datetime
    visit: int
    message: tuple[datetime, int] | None
    updates: int
    fired: tuple[tuple[str, int, datetime, int], ...]


_Draft = dict[str, Any]


_BLANK: _Draft = {
    "sub_status": None,
    "until": None,
    "assignee": None,
    "collaborators": (),
    "defects": (),
    "resolved_defects": (),
    "follow_up": None,
    "message": None,
    "updates": 0,
    "fired": (),
}


def _fold_opened(draft: _Draft, event: Opened, version: int) -> None:
    draft.update(_BLANK)
    draft["opened"] = event
    draft["status"] = event.status or "New"
    draft["priority"] = event.priority
    draft["subject"] = event.subject
    draft["entered"] = event.at
    draft["visit"] = version


def _fold_status(draft: _Draft, event: StatusChanged, version: int) -> None:
    draft["status"] = event.to
    draft["sub_status"] = event.sub_status
    draft["until"] = event.until
    draft["entered"] = event.at
    draft["visit"] = version
    draft["message"] = None
    draft["updates"] = 0
    draft["follow_up"] = None
    draft["fired"] = ()


def _fold_message(draft: _Draft, event: Commented | AttachmentAdded, version: int) -> None:
    if event.public:
        draft["message"] = event.at, version
        draft["updates"] += event.by.role == "client"


def _fold_priority(draft: _Draft, event: PriorityChanged, version: int) -> None:
    draft["priority"] = event.to
    if event.by.role == "system":
        _fold_firing(draft, event.by.id, event.at, version)


def _fold_reminder(draft: _Draft, event: Reminded, version: int) -> None:
    _fold_firing(draft, event.timer, event.at, version)


def _fold_firing(draft: _Draft, timer: str, at: datetime, version: int) -> None:
    counts = {name: times for name, times, _, _ in draft["fired"]}
    others = tuple(firing for firing in draft["fired"] if firing[0] != timer)
    draft["fired"] = (*others, (timer, counts.get(timer, 0) + 1, at, version))


def _adding(field: str, name: str) -> Callable[[_Draft, Any, int], None]:
    def fold(draft: _Draft, event: Any, _version: int) -> None:
        draft[field] = tuple(dict.fromkeys((*draft[field], getattr(event, name))))

    return fold


def _fold_defect(draft: _Draft, event: DefectLinked, _version: int) -> None:
    draft["defects"] = tuple(dict.fromkeys((*draft["defects"], event.defect)))
    draft["resolved_defects"] = tuple(defect for defect in draft["resolved_defects"] if defect != event.defect)


def _fold_removed(draft: _Draft, event: CollaboratorRemoved, _version: int) -> None:
    draft["collaborators"] = tuple(name for name in draft["collaborators"] if name != event.collaborator)


def _setting(field: str, name: str) -> Callable[[_Draft, Any, int], None]:
    def fold(draft: _Draft, event: Any, _version: int) -> None:
        draft[field] = getattr(event, name)

    return fold


def _nothing(_draft: _Draft, _event: Event, _version: int) -> None:
    pass


_FOLDS: dict[type[Event], Callable[[_Draft, Any, int], None]] = {
    Opened: _fold_opened,
    Commented: _fold_message,
    StatusChanged: _fold_status,
    Assigned: _setting("assignee", "to"),
    PriorityChanged: _fold_priority,
    SubjectChanged: _setting("subject", "to"),
    AttachmentAdded: _fold_message,
    CollaboratorAdded: _adding("collaborators", "collaborator"),
    CollaboratorRemoved: _fold_removed,
    DefectLinked: _fold_defect,
    DefectResolved: _adding("resolved_defects", "defect"),
    ClosedByClient: _nothing,
    ConsultationBooked: _nothing,
    FollowUpOpened: _setting("follow_up", "number"),
    Reminded: _fold_reminder,
}


def _fold(start: _Draft, events: Sequence[Event]) -> Case:
    draft = start.copy()
    version, folds = start.get("version", 0), _FOLDS
    for event in events:
        version += 1
        try:
            fold = folds[event.__class__]
        except KeyError:
            raise no_event(event) from None
        fold(draft, event, version)
    draft["version"] = version
    draft["at"] = events[-1].at
    case = object.__new__(Case)
    object.__setattr__(case, "__dict__", draft)
    return case


def check_case(case: Case) -> None:
    """Nothing, for a case.

    Raises:
        WrongType: it is none.
    """
    if not isinstance(case, Case):
        raise WrongType("case", case, "a Case; a step has it as .case, and only an opening goes with None")


def _log_of(events: Iterable[Event]) -> tuple[Event, ...]:
    if not isinstance(events, Iterable):
        raise WrongType("events", events, "the events of a case, in order")
    return tuple(events)


def replay(events: Iterable[Event]) -> Case:
    """The case that a log of events adds up to; it folds what it is given and judges nothing (W16).

    An opening that names no status, as `handle` makes none, begins as "New"; a second one begins anew.

    Raises:
        CaseNotOpened: the log does not begin with an opening.
        WrongType: an event that is none, or no event at all.

    >>> from datetime import UTC, datetime
    >>> from supportsla.events import Actor, Assigned, Opened
    >>> at, ana, bo = datetime(2026, 6, 12, 21, tzinfo=UTC), Actor("client", "ana"), Actor("support", "bo")
    >>> replay([Opened("A-1", "No login", at=at, by=ana), Assigned("bo", at=at, by=bo)]).assignee
    'bo'
    """
    log = _log_of(events)
    if not log:
        raise WrongType("events", log, "at least an Opened")
    if type(log[0]) is not Opened and type(log[0]) in _FOLDS:
        raise CaseNotOpened(type(log[0]).__name__, log[0].at)
    return _fold({}, log)


def evolve(case: Case, *events: Event) -> Case:
    """The case with further events folded in; like `replay`, it judges nothing.

    Raises:
        WrongType: an event that is none.

    >>> from datetime import UTC, datetime
    >>> from supportsla.events import Actor, Assigned, Opened
    >>> at, ana, bo = datetime(2026, 6, 12, 21, tzinfo=UTC), Actor("client", "ana"), Actor("support", "bo")
    >>> case = replay([Opened("A-1", "No login", at=at, by=ana)])
    >>> evolve(case, Assigned("bo", at=at, by=bo)).assignee
    'bo'
    """
    return _fold(case.__dict__, events) if events else case


def is_requester(case: Case, actor: Actor) -> bool:
    """Whether it is that client's own case."""
    return actor.role == case.opened.requester.role == "client" and actor.id == case.opened.requester.id


def is_colleague(case: Case, actor: Actor) -> bool:
    """Whether it is a case of that client's company; one that is not said is none to share (C9)."""
    same_company = actor.company is not None and actor.company == case.opened.company
    return actor.role == case.opened.requester.role == "client" and same_company


def standing_of(case: Case, actor: Actor) -> Role | None:
    """The role in which somebody acts on this case, or sees it; None: it is out of their reach (C9, C10)."""
    if actor.role in ("support", "system"):
        return actor.role
    if is_requester(case, actor) or is_colleague(case, actor):
        return "client"
    return "collaborator" if actor.id in case.collaborators else None


def may_see(case: Case, viewer: Actor) -> bool:
    """Whether a case is within somebody's reach: support's, its client's, their colleagues' (C9, C10).

    >>> from datetime import UTC, datetime
    >>> from supportsla.events import Actor, Opened
    >>> at, ana = datetime(2026, 6, 12, 21, tzinfo=UTC), Actor("client", "ana", "Acme")
    >>> case = replay([Opened("A-1", "No login", at=at, by=ana)])
    >>> may_see(case, Actor("client", "ben", "Acme")), may_see(case, Actor("client", "cy"))
    (True, False)
    """
    check_case(case)
    return standing_of(case, as_actor(viewer)) is not None


def visible_events(events: Iterable[Event], viewer: Actor) -> tuple[Event, ...]:
    """What somebody may read of a log: support all, a client what is public, nobody a case out of reach (C5, C9, C10).

    A collaborator reads what was said and how the case stands, but not who else sees it, nor what support planned.

    Raises:
        CaseNotOpened, WrongType: as `replay`.

    >>> from datetime import UTC, datetime
    >>> from supportsla.events import Actor, Commented, Opened
    >>> at, ana, bo = datetime(2026, 6, 12, 21, tzinfo=UTC), Actor("client", "ana"), Actor("support", "bo")
    >>> log = [Opened("A-1", "No login", at=at, by=ana), Commented("A bug?", public=False, at=at, by=bo)]
    >>> [len(visible_events(log, viewer)) for viewer in (ana, bo, Actor("client", "cy"))]
    [1, 2, 0]
    """
    log = _log_of(events)
    standing = standing_of(replay(log), as_actor(viewer))
    if standing in ("support", "system"):
        return log
    if standing == "collaborator":
        return tuple(event for event in log if isinstance(event, _SHARED) and _is_public(event))
    return tuple(event for event in log if _is_public(event)) if standing else ()


_SHARED = (Opened, Commented, AttachmentAdded, StatusChanged, SubjectChanged, ClosedByClient)


def _is_public(event: Event) -> bool:
    if isinstance(event, MESSAGES):
        return event.public
    return not isinstance(event, Reminded) or event.whom == "client"
