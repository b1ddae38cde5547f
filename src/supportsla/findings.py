"""What is wrong, or looks wrong, with a desk's rules: the one form in which every check says so."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["Finding", "Severity"]

Severity = Literal["error", "warning"]


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
