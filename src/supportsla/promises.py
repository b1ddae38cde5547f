"""Promises: what is owed from an instant on, before any case exists, and whether it was kept (P6-P10, W9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import attrs

from .calendars import Calendar
from .plan import Plan, Target, check_plan
from .reasons import Explanation, explain
from .worktime import deadline
from .zones import EPOCH, as_utc, in_zone, since_epoch

__all__ = ["Promise", "Verdict", "dues_of", "judged_done", "judged_open", "promise", "verdict_at"]

Verdict = Literal["pending", "met", "late", "missed"]


def verdict_at(now: datetime, due: datetime, limit: datetime, done: datetime | None) -> Verdict:
    """Whether a promise was kept, as of an instant: met to the due, late to the limit, then missed (W9).

    What is done after `now` is not done yet. What is not done is pending until the due comes, and then it is past due:
    late, and from the limit on missed.

    >>> from datetime import UTC, datetime
    >>> due, limit = datetime(2026, 6, 15, 16, tzinfo=UTC), datetime(2026, 6, 16, 16, tzinfo=UTC)
    >>> verdict_at(limit, due, limit, due), verdict_at(limit, due, limit, limit), verdict_at(limit, due, limit, None)
    ('met', 'late', 'missed')
    """
    at, ends = since_epoch(now, "now"), (since_epoch(due, "due"), since_epoch(limit, "limit"))
    if done is None or (finished := since_epoch(done, "done")) > at:
        return judged_open(at, *ends)
    return judged_done(finished, *ends)


def judged_open(at: timedelta, due: timedelta, limit: timedelta) -> Verdict:
    """The verdict, as of an instant, on what is not done."""
    if at >= limit:
        return "missed"
    return "late" if at >= due else "pending"


def judged_done(done: timedelta, due: timedelta, limit: timedelta) -> Verdict:
    """The verdict on what was done at an instant."""
    if done <= due:
        return "met"
    return "late" if done <= limit else "missed"


def dues_of(target: Target, calendar: Calendar, started: datetime) -> tuple[datetime, datetime]:
    """The due and the limit of a target whose clock started at an instant; the limit is never before the due (P9).

    >>> from datetime import UTC, datetime
    >>> from supportsla import ALWAYS, calendar_hours
    >>> target = Target("first_response", "low", calendar_hours(1), calendar_hours(2))
    >>> [at.hour for at in dues_of(target, ALWAYS, datetime(2026, 6, 12, 9, tzinfo=UTC))]
    [10, 11]
    """
    due = deadline(calendar, started, target.due, boundary=target.boundary)
    if target.limit is None:
        return due, due
    limit = deadline(calendar, started, target.limit, boundary=target.boundary)
    return due, max(due, limit, key=lambda at: at - EPOCH)


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

    def verdict(self, now: datetime, done: datetime | None = None) -> Verdict:
        """Whether it was kept, as of `now`: "pending", or "met" to the due, "late" to the limit, then "missed" (W9).

        Raises:
            NaiveDatetime, WrongType: an instant that is none.

        >>> from datetime import UTC, datetime
        >>> from supportsla.presets import apricot_us
        >>> promised = promise(apricot_us(), "first_response", "low", datetime(2026, 6, 12, 21, tzinfo=UTC))
        >>> promised.verdict(datetime(2026, 7, 1, tzinfo=UTC), done=datetime(2026, 6, 16, 21, tzinfo=UTC))
        'late'
        """
        return verdict_at(now, self.due, self.limit, done)


def promise(plan: Plan, metric: str, priority: str, started: datetime, *, channel: str | None = None) -> Promise:
    """The due and the limit that a plan promises for a metric of a priority, before any case exists (P6-P10).

    Args:
        plan: such as `supportsla.presets.apricot_us()`; of one that changes, the version in force at the start (W18).
        metric: such as "first_response" or "follow_up".
        priority: a name or an alias, such as "critical" or "Sev 1".
        started: when the clock starts: the opening of a case, or the last answer before a follow-up.
        channel: on which the case comes in, where the plan has targets of its own for it (P17).

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
    check_plan(plan)
    at, plan = since_epoch(started, "started"), plan.version_at(started)
    target = plan.target(metric, priority, channel)
    calendar = plan.calendar(target.calendar)
    due, limit = dues_of(target, calendar, started)
    return Promise(in_zone(at, calendar.compiled.zone), due, limit, target, calendar)
