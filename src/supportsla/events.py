"""What happens to a case, as frozen facts: a small closed vocabulary (C1-C13, P14, L7).

Every event says when it happened, who acted and on which channel. Instants are kept in UTC, to the microsecond. An
event is a fact, not a wish: its types are checked here, and whether it may happen to a case is for `handle` to judge.
"""

from __future__ import annotations

import inspect
from datetime import datetime
from functools import lru_cache
from typing import Literal, get_args

import attrs

from .errors import InvalidChoice, WrongType
from .spans import Window
from .zones import EPOCH, in_range, since_epoch

__all__ = [
    "KINDS",
    "MESSAGES",
    "ROLES",
    "Actor",
    "Assigned",
    "AttachmentAdded",
    "ClosedByClient",
    "CollaboratorAdded",
    "CollaboratorRemoved",
    "Commented",
    "ConsultationBooked",
    "DefectLinked",
    "DefectResolved",
    "Event",
    "FollowUpOpened",
    "Opened",
    "PriorityChanged",
    "Reminded",
    "Role",
    "StatusChanged",
    "SubjectChanged",
    "as_actor",
    "is_client_update",
    "no_event",
]

Role = Literal["client", "support", "collaborator", "system"]
ROLES: tuple[Role, ...] = get_args(Role)


def _instant(at: datetime) -> datetime:
    return EPOCH + in_range(since_epoch(at, "at"), "at")


def _perhaps_instant(at: datetime | None) -> datetime | None:
    return None if at is None else EPOCH + in_range(since_epoch(at, "until"), "until")


def _unless_blank(text: str | None) -> str | None:
    return None if isinstance(text, str) and not text.strip() else text


def _said(text: str | None) -> str:
    return "" if text is None else text


@attrs.frozen
class Actor:
    """Who acts, or looks: a client's contact, a person of support, a collaborator, or the system itself.

    Args:
        role: "client", "support", "collaborator" or "system".
        id: by which the host knows them; for what a timer did, the timer's name.
        company: of a client, whose colleagues see each other's cases (C9); a blank one is none.

    Raises:
        InvalidChoice: no such role.
        WrongType: an id that is no text or blank, or a company that is no text.

    >>> Actor("client", "ana", "Acme").role
    'client'
    """

    role: Role
    id: str
    company: str | None = attrs.field(default=None, converter=_unless_blank)

    def __attrs_post_init__(self) -> None:
        if self.role not in ROLES:
            raise InvalidChoice("role", self.role, ROLES)
        _check_types(self)
        if not self.id.strip():
            raise WrongType("Actor.id", self.id, "a text that is not blank")


_EXPECTED: dict[str, tuple[tuple[type, ...], str]] = {
    "str": ((str,), "a text"),
    "str | None": ((str, type(None)), "a text, or None"),
    "bool": ((bool,), "True or False"),
    "int": ((int,), "an integer"),
    "datetime | None": ((datetime, type(None)), "a datetime with a zone, or None"),
    "Actor": ((Actor,), "an Actor"),
    "Window": ((Window,), "a Window"),
}


@lru_cache(maxsize=32)
def _checked_fields(kind: type) -> tuple[tuple[str, tuple[type, ...], str], ...]:
    """The fields of a class that are checked, by what its source says of their types: attrs may have resolved those."""
    written = {name: text for base in reversed(kind.__mro__) for name, text in inspect.get_annotations(base).items()}
    return tuple((name, *_EXPECTED[text]) for name, text in written.items() if text in _EXPECTED)


def _check_types(value: Actor | Event) -> None:
    kind: type = type(value)
    for name, types, expected in _checked_fields(kind):
        given = getattr(value, name)
        if not isinstance(given, types):
            raise WrongType(f"{type(value).__name__}.{name}", given, expected)


@attrs.frozen(kw_only=True)
class Event:
    """What all events have in common; make one of its kinds.

    Args:
        at: when it happened; kept in UTC.
        by: who acted.
        channel: such as "portal", "email", "chat", "phone" or "emergency"; None: not said.

    Raises:
        NaiveDatetime, OutOfRange: `at` has no zone, or lies outside years 1900 to 2200.
        WrongType: a value of the wrong type.
    """

    at: datetime = attrs.field(converter=_instant)
    by: Actor
    channel: str | None = None

    def __attrs_post_init__(self) -> None:
        _check_types(self)


def _opener(opened: Opened) -> Actor:
    return opened.by


@attrs.frozen
class Opened(Event):
    """A case begins (C1, C2); what is left out is filled in by `handle`, in the event that it returns.

    Args:
        number: the case's own (C1).
        subject, description: what it is about; the subject may be changed later (C3).
        priority: a name or an alias; None: by channel and subject (P11-P13).
        product, category: for forms that ask for them (C2, C14).
        continues: the number of a closed case that this one goes on from (L7).
        status: in which it begins; None: the workflow's first.
        requester: whose case it is; left out: theirs who opened it.

    >>> from datetime import UTC, datetime
    >>> ana = Actor("client", "ana", "Acme")
    >>> Opened("A-1", "No login", at=datetime(2026, 6, 12, 21, tzinfo=UTC), by=ana, channel="email").requester.id
    'ana'
    """

    number: str
    subject: str
    description: str = ""
    priority: str | None = None
    product: str | None = None
    category: str | None = None
    continues: str | None = None
    status: str | None = attrs.field(default=None, kw_only=True)
    requester: Actor = attrs.field(default=attrs.Factory(_opener, takes_self=True), kw_only=True)

    @property
    def company(self) -> str | None:
        """The company whose case it is."""
        return self.requester.company


@attrs.frozen
class Commented(Event):
    """A message on a case: public, or for support's eyes only (C5)."""

    text: str
    public: bool = True


@attrs.frozen
class StatusChanged(Event):
    """A case moves to another status; some need to name whom they wait for (L4), or until when."""

    to: str
    sub_status: str | None = None
    until: datetime | None = attrs.field(default=None, kw_only=True, converter=_perhaps_instant)


@attrs.frozen
class Assigned(Event):
    """A person of support has the case from now on (L2)."""

    to: str


@attrs.frozen
class PriorityChanged(Event):
    """Support sets another priority, and says why (P14, P15)."""

    to: str
    explanation: str = attrs.field(default="", converter=_said)


@attrs.frozen
class SubjectChanged(Event):
    """The case's subject is put differently (C3)."""

    to: str


@attrs.frozen
class AttachmentAdded(Event):
    """A file belongs to the case: its name, its size in bytes and its media type; the host keeps the bytes (C6)."""

    name: str
    size: int
    media_type: str = "application/octet-stream"
    public: bool = True


@attrs.frozen
class CollaboratorAdded(Event):
    """Somebody outside the organisation may see the case (C10)."""

    collaborator: str


@attrs.frozen
class CollaboratorRemoved(Event):
    """Somebody may not see it any more."""

    collaborator: str


@attrs.frozen
class DefectLinked(Event):
    """The case turns out to be about a bug (C8)."""

    defect: str


@attrs.frozen
class DefectResolved(Event):
    """A bug that the case is about is resolved (C8)."""

    defect: str


@attrs.frozen
class ClosedByClient(Event):
    """The client needs no more help (C11)."""


@attrs.frozen
class ConsultationBooked(Event):
    """An hour of consultation is booked through the case (C13)."""

    slot: Window


@attrs.frozen
class FollowUpOpened(Event):
    """What came in after the case was closed goes on in a new one, of that number (L7)."""

    number: str


@attrs.frozen
class Reminded(Event):
    """A timer has reminded somebody (L3, L5): the timer's name, and whom, "client" or "support"."""

    timer: str
    whom: Role = "client"

    def __attrs_post_init__(self) -> None:
        if self.whom not in ROLES:
            raise InvalidChoice("Reminded.whom", self.whom, ROLES)
        _check_types(self)


KINDS: tuple[type[Event], ...] = (
    Opened,
    Commented,
    StatusChanged,
    Assigned,
    PriorityChanged,
    SubjectChanged,
    AttachmentAdded,
    CollaboratorAdded,
    CollaboratorRemoved,
    DefectLinked,
    DefectResolved,
    ClosedByClient,
    ConsultationBooked,
    FollowUpOpened,
    Reminded,
)


def no_event(given: object) -> WrongType:
    """What to raise about a value that is none of the kinds."""
    return WrongType("event", given, f"an event: {', '.join(kind.__name__ for kind in KINDS)}")


MESSAGES = (Commented, AttachmentAdded)


def is_client_update(event: Event) -> bool:
    """Whether it is an update of the client: a public comment, or a public file (L2, L7)."""
    return isinstance(event, MESSAGES) and event.public and event.by.role == "client"


def as_actor(given: Actor) -> Actor:
    """The actor itself.

    Raises:
        WrongType: it is none.
    """
    if not isinstance(given, Actor):
        raise WrongType("viewer", given, "an Actor")
    return given
