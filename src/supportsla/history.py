"""Logs of statuses from elsewhere, judged by a workflow (W16)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from .errors import WrongType
from .workflow import Workflow, edges
from .zones import since_epoch

__all__ = ["Violation", "check_history"]


@attrs.frozen
class Violation:
    """One thing that is wrong with a foreign log of statuses.

    Attributes:
        position: of the entry in the log, from 0.
        reason: "unknown_status", "not_initial" (the first entry), "not_allowed", "repeated", "same_instant" (as the
            entry before: the order of the two is not certain) or "back_in_time".
        status, previous: the entry's and the one before; None before the first.
    """

    position: int
    reason: str
    status: str
    previous: str | None


def _pair(position: int, entry: tuple[datetime, str]) -> tuple[datetime, str]:
    try:
        at, status = entry
    except (TypeError, ValueError):
        raise WrongType(f"history[{position}]", entry, "a pair of an instant and a status") from None
    if not isinstance(status, str):
        raise WrongType(f"history[{position}]", status, "a text")
    return at, status


def check_history(workflow: Workflow, history: Iterable[tuple[datetime, str]]) -> tuple[Violation, ...]:
    """What is wrong with a log of statuses from another system, in order; an entry may be wrong in several ways.

    Args:
        workflow: by which it is judged; whoever made a move, the table must have it.
        history: (instant, status) pairs in the order of the log.

    Raises:
        WrongType, NaiveDatetime: no workflow, or an entry that is no pair of an aware datetime and a text.

    >>> from datetime import UTC, datetime
    >>> from supportsla.presets import apricot_us
    >>> log = [(datetime(2026, 6, 12, 9, tzinfo=UTC), "New"), (datetime(2026, 6, 12, 10, tzinfo=UTC), "Solved")]
    >>> log.append((datetime(2026, 6, 12, 11, tzinfo=UTC), "In Progress"))
    >>> [(violation.position, violation.reason) for violation in check_history(apricot_us().workflow, log)]
    [(2, 'not_allowed')]
    """
    if not isinstance(workflow, Workflow):
        raise WrongType("workflow", workflow, "a Workflow, such as apricot_us().workflow")
    if not isinstance(history, Iterable):
        raise WrongType("history", history, "pairs of an instant and a status")
    known = {name for name, _ in workflow.statuses}
    ways = {(edge.origin, edge.to) for edge in edges(workflow) if edge.by}
    found: list[Violation] = []
    last: tuple[timedelta, str] | None = None
    for position, entry in enumerate(history):
        at, status = _pair(position, entry)
        instant = since_epoch(at, f"history[{position}]")
        reasons = [
            ("unknown_status", status not in known),
            ("not_initial", last is None and status not in workflow.initial),
            ("repeated", last is not None and status == last[1] and (status, status) not in ways),
            ("not_allowed", last is not None and status != last[1] and (last[1], status) not in ways),
            ("same_instant", last is not None and instant == last[0]),
            ("back_in_time", last is not None and instant < last[0]),
        ]
        found += [Violation(position, reason, status, last[1] if last else None) for reason, is_so in reasons if is_so]
        last = instant, status
    return tuple(found)
