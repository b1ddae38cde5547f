"""What becomes of a case: `handle` takes in what happened, `advance` what happens by itself (W10, W16).

`handle` catches up first, since a timer fires before what comes in at the same instant; then it judges; then it folds
what came in and what follows from it. `advance` asks for the earliest due, writes down what it does with its own
instant, and asks again until none is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import attrs

from .case import Case, check_case, evolve, replay
from .errors import CaseExists, CaseNotOpened, EventOutOfOrder
from .events import KINDS, Assigned, ClosedByClient, Commented, Event, Opened, StatusChanged, is_client_update, no_event
from .intake import admitted
from .judging import judged, moves_on_update
from .notices import Notice, notices_of
from .plan import Plan, check_plan, judge_at
from .timing import firing, pending_timers
from .zones import EPOCH, since_epoch

__all__ = ["Step", "advance", "consequences", "handle", "is_closed"]


@attrs.frozen
class Step:
    """What a call did: the case as it is now, every event that happened, in order, and the notices owed."""

    case: Case
    events: tuple[Event, ...]
    notices: tuple[Notice, ...]


def advance(plan: Plan, case: Case, now: datetime) -> Step:
    """Everything that has happened by itself up to `now`, each with its own instant (L3, L5, W10).

    If nothing has, nothing changes: `now` is not recorded. Many steps make the same case and the same events as one;
    a reminder whose status was left within the step is marked superseded.

    Raises:
        NaiveDatetime, WrongType: `now` is no instant.
        NoWorkflow, UnknownStatus: the plan has no such cases.

    >>> from datetime import UTC, datetime
    >>> from supportsla.events import Actor, Opened, StatusChanged
    >>> from supportsla.presets import client_portal
    >>> at, ana, bo = datetime(2026, 6, 12, 21, tzinfo=UTC), Actor("client", "ana"), Actor("support", "bo")
    >>> case = replay([Opened("A-1", "No login", at=at, by=ana), StatusChanged("Resolved", at=at, by=bo)])
    >>> step = advance(client_portal(), case, datetime(2026, 7, 1, tzinfo=UTC))
    >>> step.case.status, str(step.case.at), [(notice.kind, notice.superseded) for notice in step.notices]
    ('Closed', '2026-06-15 21:00:00+00:00', [('reminder', True)])
    """
    check_plan(plan)
    check_case(case)
    past = _caught_up(plan, case, since_epoch(now, "now"))
    return _step(plan, past, case)


class _Happened(NamedTuple):
    before: Case
    event: Event
    after: Case


def _caught_up(plan: Plan, case: Case, until: timedelta) -> list[_Happened]:
    past: list[_Happened] = []
    while (pending := pending_timers(plan, case)) and pending[0][0] - EPOCH <= until:
        due, timer, version = pending[0]
        event = firing(version, case, timer, due)
        past.append(_Happened(case, event, evolve(case, event)))
        case = past[-1].after
    return past


def _step(plan: Plan, past: list[_Happened], case: Case) -> Step:
    case = past[-1].after if past else case
    notices = tuple(
        attrs.evolve(notice, superseded=notice.kind == "reminder" and happened.after.visit != case.visit)
        for happened in past
        for notice in notices_of(plan, *happened)
    )
    return Step(case, tuple(happened.event for happened in past), notices)


def handle(plan: Plan, case: Case | None, event: Event) -> Step:
    """What becomes of a case when something happens to it: first all that its timers did before, then the event.

    Args:
        plan: with a workflow.
        case: as the last step left it; None for an `Opened`.
        event: what happened, not before `case.at`.

    Returns:
        The case, every event that happened, in order (append them to the log), and the notices owed. An opening is
        returned with its priority and status, a priority by its name, and what somebody did who has the case shared
        with them as a collaborator's.

    Raises:
        EventRefused: its kinds say why: `TransitionNotAllowed`, `ActorNotAllowed`, `EventIncomplete`,
            `EventOutOfOrder` (W16), `InvalidEvent`, `CaseClosed`, `CaseExists`, `CaseNotOpened`. The case is as it
            was, while the error speaks of it as its timers have left it by then.
        WrongType: no plan, case or event.
        NoWorkflow, UnknownStatus: the plan has no such cases.

    >>> from datetime import UTC, datetime
    >>> from supportsla.events import Actor, Opened
    >>> from supportsla.presets import apricot_us
    >>> opened = Opened("A-1", "No login", at=datetime(2026, 6, 12, 21, tzinfo=UTC), by=Actor("client", "ana"))
    >>> step = handle(apricot_us(), None, opened)
    >>> step.case.status, step.case.priority, [(notice.kind, notice.to) for notice in step.notices]
    ('New', 'medium', [('acknowledgement', 'ana')])
    """
    if type(event) not in KINDS:
        raise no_event(event)
    check_plan(plan)
    if case is not None:
        check_case(case)
    if isinstance(event, Opened):
        if case is not None:
            fact = f"it is open already, so {event.number!r} cannot be opened in its place"
            raise CaseExists(case.opened.number, case.at, fact, ("None for the case, to open another",))
        opened = admitted(judge_at(plan, event.at), event)
        first = replay([opened])
        return _step(plan, [_Happened(first, opened, first)], first)
    if case is None:
        raise CaseNotOpened(type(event).__name__, event.at)
    if event.at < case.at:
        fact = f"{type(event).__name__} at {event.at.isoformat(' ')} is older than the case"
        raise EventOutOfOrder(case.opened.number, case.at, fact, (f"instants from {case.at.isoformat(' ')} on",))
    past = _caught_up(plan, case, event.at - EPOCH)
    case = past[-1].after if past else case
    for following in consequences(plan, case, judged(judge_at(plan, event.at), case, event)):
        past.append(_Happened(case, following, evolve(case, following)))
        case = past[-1].after
    return _step(plan, past, case)


def consequences(plan: Plan, case: Case, event: Event) -> Iterator[Event]:
    """The event itself, and the move that follows from it, if one does, by the version in force then (W18)."""
    yield event
    to = _where_to(judge_at(plan, event.at), case, event)
    if to is not None and to != case.status:
        yield StatusChanged(to, at=event.at, by=event.by, channel=event.channel)


def _where_to(plan: Plan, case: Case, event: Event) -> str | None:
    row = plan.required_workflow.status(case.status)
    if is_client_update(event):
        return row.on_client_update if moves_on_update(plan, case, row, event.at) else None
    if isinstance(event, Commented) and event.public and event.by.role == "support":
        return row.on_reply
    if isinstance(event, Assigned):
        return row.on_assignment
    return plan.required_workflow.closed_by_client if isinstance(event, ClosedByClient) else None


def is_closed(plan: Plan, case: Case) -> bool:
    """Whether the case is over, by the table of the plan's workflow: that in force at its latest event (W18).

    Raises:
        NoWorkflow, UnknownStatus: the plan has no such cases.

    >>> from datetime import UTC, datetime
    >>> from supportsla.events import Actor, Opened
    >>> from supportsla.presets import apricot_us
    >>> at, ana = datetime(2026, 6, 12, 21, tzinfo=UTC), Actor("client", "ana")
    >>> is_closed(apricot_us(), replay([Opened("A-1", "No login", at=at, by=ana)]))
    False
    """
    check_plan(plan)
    check_case(case)
    return judge_at(plan, case.at).required_workflow.status(case.status).closed
