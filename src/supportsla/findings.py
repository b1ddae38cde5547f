"""What is wrong, or looks wrong, with a desk's rules: the one form in which every check says so."""

from __future__ import annotations

import json
from collections.abc import Collection
from itertools import islice
from typing import Literal, NamedTuple

__all__ = ["Finding", "Severity", "listed", "step"]

Severity = Literal["error", "warning"]
_LONGEST_STEP, _MOST_LISTED = 80, 20


class Finding(NamedTuple):
    """One thing that is wrong with a plan or a workflow.

    Attributes:
        name: what kind of thing, such as "unreachable_status".
        severity: "error" where it cannot be meant, "warning" where it can.
        path: where, such as "workflow.statuses.Resolved.timers[1].after".
        message: a sentence.
        repair: what would mend it, where that can be said; else blank.

    >>> print(Finding("dead_end", "warning", "workflow.statuses.Lost", "nothing leaves 'Lost', which is not closed"))
    workflow.statuses.Lost: nothing leaves 'Lost', which is not closed
    """

    name: str
    severity: Severity
    path: str
    message: str
    repair: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}{self.repair and f'; {self.repair}'}"


def step(name: str) -> str:
    """A name as a step of a path: as it is where it can be printed, else as JSON writes it; a long one shortened.

    >>> f"workflow.statuses.{step('In Progress')}"
    'workflow.statuses.In Progress'
    """
    text = name if name.isprintable() else json.dumps(name)
    return text if len(text) <= _LONGEST_STEP else f"{text[: _LONGEST_STEP - 3]}..."


def listed(names: Collection[str]) -> str:
    """The first names of several, and how many more there are.

    >>> listed(["New", "Closed"])
    'New, Closed'
    """
    shown = [*map(step, islice(names, _MOST_LISTED))]
    more = [f"and {len(names) - _MOST_LISTED:,} more"] if len(names) > _MOST_LISTED else []
    return ", ".join([*shown, *more]) or "none"
