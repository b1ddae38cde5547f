"""Clocks: what is owed, by when (P6-P10)."""

from __future__ import annotations

from datetime import datetime

import attrs

from .calendars import Calendar
from .errors import WrongType
from .plan import Plan, Target
from .reasons import Explanation, explain
from .worktime import deadline
from .zones import as_utc, since_epoch

__all__ = ["Promise", "promise"]


@attrs.frozen
class Promise:
    """What a plan promises for a metric that started at an instant.

    Attributes:
        started, due, limit: aware datetimes in the zone of the target's calendar; met to the due, late to the limit.
        target: the target that holds.
        calendar: the calendar it runs on.
    """

    started: datetime = attrs.field(eq=as_utc)
    due: datetime = attrs.field(eq=as_utc)
    limit: datetime = attrs.field(eq=as_utc)
    target: Target
    calendar: Calendar = attrs.field(repr=False)

    @property
    def explanation(self) -> Explanation:
        """Why the due is what it is."""
        return explain(self.calendar, self.started, self.target.due, boundary=self.target.boundary)


def promise(plan: Plan, metric: str, priority: str, started: datetime) -> Promise:
    """The due and the limit that a plan promises for a metric of a priority, before any case exists (P6-P10).

    Args:
        plan: such as `supportsla.presets.apricot_us()`.
        metric: such as "first_response" or "follow_up".
        priority: a name or an alias, such as "critical" or "Sev 1".
        started: when the clock starts: the opening of a case, or the last answer before a follow-up.

    Raises:
        UnknownPriority, NoTarget: the plan has no such priority, or promises nothing for it.
        NaiveDatetime, OutOfRange, NeverOpens: as `deadline`.

    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> from supportsla.presets import apricot_us
    >>> opened = datetime(2026, 6, 12, 17, tzinfo=ZoneInfo("America/Chicago"))
    >>> str(promise(apricot_us(), "first_response", "High", opened).due)
    '2026-06-15 09:00:00-05:00'
    """
    if not isinstance(plan, Plan):
        raise WrongType("plan", plan, "a Plan, such as apricot_us(), which is called")
    since_epoch(started, "started")
    target = plan.target(metric, priority)
    calendar = plan.calendar(target.calendar)
    due, limit = (
        deadline(calendar, started, duration, boundary=target.boundary)
        for duration in (target.due, target.limit or target.due)
    )
    return Promise(started.astimezone(due.tzinfo), due, limit, target, calendar)
