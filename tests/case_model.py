"""A plain model of the life of a case, written from the words of the rulebook alone (L1-L7, C1-C14, P11-P15).

It holds a few lists and strings, computes calendar days with `zoneinfo`, and shares nothing with the library but the
events and the actors, which are only data. Where the rulebook leaves the answer open between several errors, the model
names all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs

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

MICROSECOND = timedelta(microseconds=1)
PRIORITIES = ("critical", "high", "medium", "low")
ALIASES = {"business down": "critical", "severity 1": "critical", "sev 1": "critical"}
INSIDERS = ("support", "system")


class RefusedError(Exception):
    """The rulebook refuses the event; any of these error classes says so rightly."""

    def __init__(self, *classes: str) -> None:
        super().__init__(*classes)
        self.classes = classes


def days_later(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same local time so many dates later: if skipped, the jump; if repeated, the first reading (L3, W1, W8)."""
    wall = at.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    low, high = first - timedelta(days=1), first
    while high - low > MICROSECOND:
        middle = low + (high - low) // 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            low = middle
        else:
            high = middle
    return high


@dataclass(frozen=True)
class Rules:
    """How one desk's cases live, copied by hand from the rulebook."""

    zone: ZoneInfo
    live: tuple[str, ...]
    closed: str
    updated: Mapping[str, str]
    assigned: Mapping[str, str]
    days: Mapping[str, tuple[tuple[int, str | None], ...]]
    portal_asks: tuple[str, ...]
    emergency_line: bool
    redirected: tuple[str, ...] = ()
    consultation: bool = False
    collaborators_comment: bool = False

    def moves(self, status: str) -> tuple[str, ...]:
        """Support moves a live case to any other status but New; nothing leaves the closed one (L1, L2).

        Whom a case waits for may change, so Waiting For leads to itself (L4).
        """
        if status == self.closed:
            return ()
        return tuple(
            to for to in (*self.live, self.closed) if to not in {"New", status} or to == status == "Waiting For"
        )


def apricot(zone: str, *, consultation: bool = False) -> Rules:
    """The lifecycle of both Apricot desks: no timers, and one automatic move (L1)."""
    return Rules(
        zone=ZoneInfo(zone),
        live=("New", "In Progress", "Waiting on Client", "Waiting on Internal Team"),
        closed="Solved",
        updated={"Waiting on Client": "In Progress"},
        assigned={},
        days={},
        portal_asks=("subject", "description", "priority", "product"),
        emergency_line=True,
        redirected=("billing", "sales", "account"),
        consultation=consultation,
    )


def portal(zone: str) -> Rules:
    """The lifecycle of the client portal: updates go to Pending Support, and timers do the rest (L2-L6)."""
    live = ("New", "Assigned", "Waiting For Customer", "Waiting For", "Pending Support", "Resolved")
    return Rules(
        zone=ZoneInfo(zone),
        live=live,
        closed="Closed",
        updated={status: "Pending Support" for status in live if status not in {"New", "Pending Support"}},
        assigned={"New": "Assigned"},
        days={
            "Waiting For Customer": ((1, None), (2, None), (3, None), (4, "Resolved")),
            "Resolved": ((2, None), (3, "Closed")),
        },
        portal_asks=("product", "description"),
        emergency_line=False,
    )


@dataclass(frozen=True)
class Told:
    """A notice that is owed; `of` is the visit to a status that a reminder belongs to."""

    kind: str
    to: str
    says: str = ""
    of: int = 0
    addition: bool | None = None


@dataclass
class Model:
    """One case: what the rulebook says it is."""

    rules: Rules
    opened: Opened
    status: str
    priority: str
    at: datetime
    entered: datetime
    subject: str
    sub_status: str | None = None
    assignee: str | None = None
    follow_up: str | None = None
    collaborators: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    log: list[Event] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    fired: int = 0
    visit: int = 0
    asked_for_follow_up: bool = False

    @property
    def closed(self) -> bool:
        return self.status == self.rules.closed

    def copy(self) -> Model:
        """Another model that does not change when this one does."""
        return replace(
            self,
            collaborators=[*self.collaborators],
            defects=[*self.defects],
            resolved=[*self.resolved],
            log=[*self.log],
            told=[*self.told],
        )

    def place(self, actor: Actor) -> str:
        """How somebody stands to the case: "support", "system", "client", "collaborator" or "stranger" (C9, C10)."""
        if actor.role in INSIDERS:
            return actor.role
        theirs = self.opened.requester
        colleague = actor.company is not None and actor.company == theirs.company
        if actor.role == "client" and (actor.id == theirs.id or colleague):
            return "client"
        return "collaborator" if actor.id in self.collaborators else "stranger"

    def timers(self) -> list[tuple[datetime, str | None]]:
        """What will happen by itself in this status: when, and to which status; None is a reminder (L3, L5)."""
        table = self.rules.days.get(self.status, ())[self.fired :]
        return [(days_later(self.entered, days, self.rules.zone), to) for days, to in table]

    def advance(self, now: datetime) -> None:
        """Let everything happen that falls due by `now`, each at its own instant (L3, L5, W10)."""
        while (pending := self.timers()) and pending[0][0] <= now:
            due, to = pending[0]
            self.fired += 1
            name = "remind the client" if to is None else f"move to {to}"
            by = Actor("system", name)
            if to is None:
                self._log(Reminded(name, at=due, by=by))
                self.told.append(Told("reminder", self.opened.requester.id, of=self.visit))
            else:
                self._move(to, due, by)

    def handle(self, event: Event) -> None:
        """Catch up, then check, then apply; raises `RefusedError`, after which this model is of no use any more."""
        if isinstance(event, Opened):
            raise RefusedError("CaseExists")
        if event.at < self.at:
            raise RefusedError("EventOutOfOrder")
        self.advance(event.at)
        place = self.place(event.by)
        if place == "stranger":
            raise RefusedError("ActorNotAllowed")
        event = attrs.evolve(event, by=attrs.evolve(event.by, role=place))  # type: ignore[arg-type]
        takes: dict[type[Event], Callable[[Any, str], None]] = {
            Commented: self._said,
            AttachmentAdded: self._said,
            StatusChanged: self._moved,
            Assigned: self._assigned,
            PriorityChanged: self._priced,
            SubjectChanged: self._renamed,
            CollaboratorAdded: self._shared,
            CollaboratorRemoved: self._shared,
            DefectLinked: self._defect,
            DefectResolved: self._defect,
            ClosedByClient: self._ended,
            ConsultationBooked: self._booked,
            FollowUpOpened: self._followed,
            Reminded: self._reminded,
        }
        takes[type(event)](event, place)

    def visible(self, viewer: Actor) -> list[Event]:
        """What somebody may read: nothing out of reach, and nothing internal outside support (C5, C9, C10)."""
        place = self.place(viewer)
        if place == "stranger":
            return []
        said = (Opened, Commented, AttachmentAdded, StatusChanged, SubjectChanged, ClosedByClient)
        shown = [event for event in self.log if place != "collaborator" or isinstance(event, said)]
        return [event for event in shown if place in INSIDERS or getattr(event, "public", True)]

    def _log(self, event: Event) -> None:
        self.log.append(event)
        self.at = event.at

    def _move(self, to: str, at: datetime, by: Actor, sub_status: str | None = None) -> None:
        self._log(StatusChanged(to, sub_status, at=at, by=by))
        self.status, self.sub_status, self.entered, self.fired = to, sub_status, at, 0
        self.visit += 1
        self.asked_for_follow_up = False

    def _only(self, place: str, *allowed: str) -> None:
        if place not in allowed:
            raise RefusedError("ActorNotAllowed")

    def _open_to(self, place: str, *allowed: str) -> None:
        classes = ["ActorNotAllowed"] * (place not in allowed) + ["CaseClosed"] * self.closed
        if classes:
            raise RefusedError(*classes)

    def _said(self, event: Commented | AttachmentAdded, place: str) -> None:
        faults = []
        may = event.public and (place == "client" or self.rules.collaborators_comment)
        if place not in INSIDERS and not may:
            faults.append("ActorNotAllowed")
        if isinstance(event, AttachmentAdded) and event.size < 0:
            faults.append("InvalidEvent")
        if faults:
            raise RefusedError(*faults)
        self._log(event)
        if place in INSIDERS or not event.public:
            return
        kind = "client_comment" if isinstance(event, Commented) else "client_attachment"
        self.told.append(Told(kind, self.assignee or "support"))
        if place != "client":
            return
        if self.closed:
            self._after_the_end()
        elif to := self.rules.updated.get(self.status):
            self._move(to, event.at, event.by)

    def _assigned(self, event: Assigned, place: str) -> None:
        self._only(place, *INSIDERS)
        self._log(event)
        self.assignee = event.to
        if to := self.rules.assigned.get(self.status):
            self._move(to, event.at, event.by)

    def _renamed(self, event: SubjectChanged, place: str) -> None:
        self._open_to(place, "client", "support")
        self._log(event)
        self.subject = event.to

    def _ended(self, event: ClosedByClient, place: str) -> None:
        self._open_to(place, "client")
        self._log(event)
        self._move(self.rules.closed, event.at, event.by)

    def _followed(self, event: FollowUpOpened, place: str) -> None:
        self._only(place, *INSIDERS)
        if self.follow_up not in {None, event.number}:
            raise RefusedError("InvalidEvent")
        self._log(event)
        self.follow_up = event.number

    def _reminded(self, _event: Reminded, _place: str) -> None:
        self._only("nobody")

    def _after_the_end(self) -> None:
        whom = self.assignee or "support"
        if self.follow_up is not None:
            self.told.append(Told("follow_up_exists", whom, says=self.follow_up))
            return
        self.told.append(Told("open_follow_up", whom, addition=self.asked_for_follow_up))
        self.asked_for_follow_up = True

    def _moved(self, event: StatusChanged, place: str) -> None:
        faults = []
        if event.to not in (*self.rules.live, self.rules.closed):
            faults += ["UnknownStatus", "TransitionNotAllowed"]
        elif event.to not in self.rules.moves(self.status):
            faults.append("TransitionNotAllowed")
        if place != "support":
            faults += ["TransitionNotAllowed", "ActorNotAllowed"]
        if event.to == "Waiting For" and not event.sub_status:
            faults.append("EventIncomplete")
        if faults:
            raise RefusedError(*faults)
        self._move(event.to, event.at, event.by, event.sub_status)

    def _priced(self, event: PriorityChanged, place: str) -> None:
        name = ALIASES.get(event.to.lower().replace("-", " "), event.to.lower())
        faults = ["ActorNotAllowed"] * (place != "support")
        if name not in PRIORITIES:
            faults += ["UnknownPriority", "InvalidEvent"]
        if not event.explanation:
            faults.append("EventIncomplete")
        if faults:
            raise RefusedError(*faults)
        before, self.priority = self.priority, name
        self._log(attrs.evolve(event, to=name))
        if before == name:
            return
        self.told.append(Told("priority_changed", self.opened.requester.id, says=event.explanation))
        urgent = self.rules.emergency_line and self.opened.channel == "emergency"
        if urgent and before == "critical":
            self.told.append(Told("misuse", "support"))

    def _shared(self, event: CollaboratorAdded | CollaboratorRemoved, place: str) -> None:
        self._open_to(place, "client", "support")
        there = event.collaborator in self.collaborators
        if not there and isinstance(event, CollaboratorRemoved):
            raise RefusedError("InvalidEvent")
        self._log(event)
        if isinstance(event, CollaboratorRemoved):
            self.collaborators.remove(event.collaborator)
        elif not there:
            self.collaborators.append(event.collaborator)

    def _defect(self, event: DefectLinked | DefectResolved, place: str) -> None:
        self._only(place, *INSIDERS)
        linked, done = event.defect in self.defects, event.defect in self.resolved
        if isinstance(event, DefectLinked):
            self._log(event)
            self.resolved = [defect for defect in self.resolved if defect != event.defect]
            if not linked:
                self.defects.append(event.defect)
            return
        if not linked or done:
            raise RefusedError("InvalidEvent")
        self._log(event)
        self.resolved.append(event.defect)
        self.told.append(Told("defect_resolved", self.opened.requester.id, says=event.defect))

    def _booked(self, event: ConsultationBooked, place: str) -> None:
        faults = ["ActorNotAllowed"] * (place not in {"client", "support"}) + ["CaseClosed"] * self.closed
        opens = event.slot.opens.astimezone(self.rules.zone)
        closes = event.slot.closes.astimezone(self.rules.zone)
        an_hour = event.slot.closes - event.slot.opens == timedelta(hours=1)
        in_hours = opens.hour >= 9 and closes.hour * 60 + closes.minute <= 17 * 60 and opens.date() == closes.date()
        if not (self.rules.consultation and an_hour and in_hours and opens.weekday() < 5):
            faults.append("InvalidEvent")
        if faults:
            raise RefusedError(*faults)
        self._log(event)


def open_case(rules: Rules, event: Opened, says: str | None) -> Model:
    """A case begins: `says` is the priority that its subject explicitly names (C2, C4, C14, P11-P13)."""
    if event.channel == "portal":
        missing = [name for name in rules.portal_asks if not getattr(event, name)]
        if missing:
            raise RefusedError("EventIncomplete")
    if rules.emergency_line and event.channel == "emergency":
        priority = "critical"
    elif event.priority is not None:
        priority = ALIASES.get(event.priority.lower().replace("-", " "), event.priority.lower())
    else:
        priority = "medium" if event.channel == "portal" else says or "medium"
    if priority not in PRIORITIES:
        raise RefusedError("UnknownPriority", "InvalidEvent")
    full = attrs.evolve(event, priority=priority, status="New")
    model = Model(rules, full, "New", priority, event.at, event.at, event.subject)
    model._log(full)
    model.told.append(Told("acknowledgement", event.requester.id))
    if event.category in rules.redirected:
        model.told.append(Told("redirect", event.requester.id))
    if rules.emergency_line and event.channel == "emergency":
        model.told.append(Told("connect_representative", "on_call"))
    return model
