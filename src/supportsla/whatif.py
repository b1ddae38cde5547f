"""What if a case had been another desk's, or of another priority: its inputs again, and the readings compared.

A log holds what people did and what followed from it. What followed is told by the plan that the log was made under:
the moves of its timers, and those that a comment or an assignment causes. The rest are inputs, and go through `handle`
again under the other plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import zip_longest
from typing import cast

import attrs

from .calendars import Calendar
from .case import Case, evolve, replay
from .clocks import Reading, readings
from .errors import EventRefused, WrongType
from .events import Event, Opened, PriorityChanged
from .lifecycle import advance, consequences, handle
from .logs import checked_log, completed
from .plan import Plan, check_plan, in_force, judge_at
from .reasons import hours_text, when
from .timing import firing, pending_timers
from .zones import EPOCH, since_epoch

__all__ = ["WhatIf", "inputs_of", "what_if"]


@attrs.frozen
class WhatIf:
    """What `what_if` found; `str()` prints what differs.

    Attributes:
        before, after: the readings under the plan of the log, and under the other one.
        events: the log as it would have been, up to `now`.
        refused: the inputs that would not have been taken, each with the refusal.
    """

    before: tuple[Reading, ...]
    after: tuple[Reading, ...]
    events: tuple[Event, ...]
    refused: tuple[tuple[Event, EventRefused], ...]

    @property
    def changes(self) -> tuple[tuple[Reading | None, Reading | None], ...]:
        """The readings that come out differently, in pairs: the n-th of a metric before and after, None for none."""
        return tuple(pair for pair in _pairs(self.before, self.after) if _outcome(pair[0]) != _outcome(pair[1]))

    def __str__(self) -> str:
        lines = [line for before, after in self.changes for line in _compared(before, after)]
        lines += [f"not taken: {refusal}" for _, refusal in self.refused]
        return "\n".join(lines or ["nothing changes"])


def _pairs(before: Iterable[Reading], after: Iterable[Reading]) -> Iterator[tuple[Reading | None, Reading | None]]:
    left, right = tuple(before), tuple(after)
    for metric in dict.fromkeys(reading.metric for reading in (*left, *right)):
        was, would_be = ([reading for reading in side if reading.metric == metric] for side in (left, right))
        yield from zip_longest(was, would_be)


def _outcome(reading: Reading | None) -> Reading | None:
    """What came out, whatever the target that made it so."""
    if reading is None:
        return None
    return attrs.evolve(reading, priority=None, target=None, version=None)


def _compared(before: Reading | None, after: Reading | None) -> Iterator[str]:
    yield next(reading.metric for reading in (before, after) if reading)
    yield f"  is        {_said(before)}"
    yield f"  would be  {_said(after)}"


def _said(reading: Reading | None) -> str:
    if reading is None:
        return "not measured"
    verdict = f", {reading.verdict}" if reading.verdict else ""
    due = f", due {when(reading.due)}" if reading.due else ""
    due = f", due {when(reading.due_if_resumed)} if resumed" if reading.due_if_resumed else due
    return f"{reading.phase.replace('_', ' ')}{verdict}{due}, {hours_text(reading.elapsed)} h used"


def inputs_of(plan: Plan, events: Iterable[Event]) -> Iterator[Event]:
    """The events of a log that did not follow from others under its plan: what people and other systems did.

    Raises:
        NoWorkflow, UnknownStatus: the plan has no such cases.
        WrongType, CaseNotOpened: no events, or not those of a case.

    >>> from datetime import UTC, datetime
    >>> from supportsla.events import Actor, StatusChanged
    >>> from supportsla.presets import client_portal
    >>> at, ana, bo = datetime(2026, 6, 12, 21, tzinfo=UTC), Actor("client", "ana"), Actor("support", "bo")
    >>> case = replay(log := [Opened("A-1", "No login", at=at, by=ana), StatusChanged("Resolved", at=at, by=bo)])
    >>> log += advance(client_portal(), case, datetime(2026, 7, 1, tzinfo=UTC)).events
    >>> len(log), len(list(inputs_of(client_portal(), log)))
    (4, 2)
    """
    check_plan(plan)
    return _inputs(plan, checked_log(events))


def _inputs(plan: Plan, log: Iterable[Event]) -> Iterator[Event]:
    case: Case | None = None
    expected: list[Event] = []
    for event in log:
        follows = event in expected or (case is not None and event == _fired_next(plan, case))
        if not follows:
            yield event
            expected = list(consequences(plan, case, event))[1:] if case else []
        case = evolve(case, event) if case else replay([event])


def _fired_next(plan: Plan, case: Case) -> Event | None:
    pending = pending_timers(plan, case)
    if not pending:
        return None
    due, timer, version = pending[0]
    return firing(version, case, timer, due)


def what_if(
    plan: Plan,
    events: Iterable[Event],
    now: datetime,
    *,
    under: Plan | Calendar | None = None,
    priority: str | None = None,
) -> WhatIf:
    """How a case would stand if it had been handled under another plan, priority or calendar, from its opening on.

    The log is read as it stands, and its inputs are handled again: what `handle` would have made of a log that it did
    not make is a difference too.

    Args:
        plan: under which the log was made; it tells inputs from what followed.
        events: the log.
        now: an aware datetime; what came later is left out.
        under: the other plan; or a calendar, in place of the plan's "desk", of each version that it has; left out: the
            same plan.
        priority: that the case would have had from its opening on, but for what timers set; left out: those that the
            log says, and for an opening without one that of the other plan's intake.

    Raises:
        NoWorkflow: a plan has none, and so no cases.
        UnknownCalendar: the plan has no calendar "desk" that another one could take the place of.
        as `readings`.

    >>> from datetime import UTC, datetime
    >>> from supportsla.events import Actor
    >>> from supportsla.presets import apricot_us
    >>> at, ana = datetime(2026, 6, 12, 21, tzinfo=UTC), Actor("client", "ana")
    >>> log = [Opened("A-1", "No login", priority="low", at=at, by=ana)]
    >>> print(what_if(apricot_us(), log, datetime(2026, 6, 14, tzinfo=UTC), priority="critical"))
    first_response
      is        running, pending, due Mon 2026-06-15 16:00 CDT (UTC-05:00), 3:00 h used
      would be  running, missed, due Fri 2026-06-12 18:00 CDT (UTC-05:00), 27:00 h used
    """
    check_plan(plan)
    other = plan if under is None else under
    if isinstance(other, Calendar):
        other = _on_calendar(plan, other)
    if not isinstance(other, Plan):
        raise WrongType("under", under, "a Plan, or a calendar in place of the plan's")
    at, log = since_epoch(now, "now"), checked_log(events)
    before = readings(plan, log, now)
    inputs = list(_inputs(plan, (event for event in log if event.at - EPOCH <= at)))
    if priority is not None:
        inputs = [event for event in inputs if not isinstance(event, PriorityChanged)]
    if not inputs:
        return WhatIf(before, readings(other, log, now), (), ())
    made, refused = _handled(other, _opening(other, cast("Opened", inputs[0]), priority), inputs[1:], now)
    return WhatIf(before, readings(other, made, now), tuple(made), tuple(refused))


def _on_calendar(plan: Plan, calendar: Calendar) -> Plan:
    if plan.versions:
        return in_force((at, _on_calendar(version, calendar)) for at, version in plan.versions)
    plan.calendar("desk")
    return attrs.evolve(plan, calendars={**dict(plan.calendars), "desk": calendar})


def _opening(plan: Plan, opened: Opened, priority: str | None) -> Opened:
    plan = judge_at(plan, opened.at)
    initial = plan.required_workflow.initial
    status = opened.status if opened.status in initial else initial[0]
    held = opened.priority if priority is None else plan.priority(priority).name
    return completed(plan, attrs.evolve(opened, status=status, priority=held))


def _handled(
    plan: Plan, opened: Opened, inputs: Iterable[Event], now: datetime
) -> tuple[list[Event], list[tuple[Event, EventRefused]]]:
    """The log that the inputs make, and those that are not taken."""
    case, made, refused = replay([opened]), list[Event]([opened]), list[tuple[Event, EventRefused]]()
    for event in inputs:
        try:
            step = handle(plan, case, event)
        except EventRefused as refusal:
            refused.append((event, refusal))
            continue
        case = step.case
        made += step.events
    return [*made, *advance(plan, case, now).events], refused
