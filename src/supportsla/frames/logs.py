"""Logs of events as frames, and readings as frames again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from supportsla import vector
from supportsla.errors import InvalidChoice, WrongType
from supportsla.plan import Plan

from .questions import (
    Array,
    Column,
    Frame,
    alike,
    cases_of,
    check_column,
    column_named,
    facts_of,
    flags_of,
    made,
    stamps_of,
)

__all__ = ["Log", "log_of"]

_READS: dict[str, Callable[[Column], Array]] = {
    "case": cases_of,
    "at": stamps_of,
    "until": stamps_of,
    "public": flags_of,
}
_NEEDED = ("case", "at", "what", "status", "who", "priority")
_OPTIONAL = ("channel", "public", "subject", "timer", "until")


class Log(NamedTuple):
    """What is asked of a frame of events: how the clocks of its cases stand at an instant.

    Attributes:
        plan: whose metrics are measured.
        now: the instant.
        own: a frame's own names of those columns that have others.
    """

    plan: Plan
    now: datetime
    own: Mapping[str, str]

    def names(self, columns: Sequence[Any]) -> dict[str, str]:
        """What is looked at of a frame with these columns, and its own names of that.

        Raises:
            UnknownColumn: the frame lacks one.
        """
        found = [name for name in _OPTIONAL if name in self.own or name in columns]
        names = {name: self.own.get(name, name) for name in (*_NEEDED, *found)}
        for own in names.values():
            check_column(own, columns)
        return names

    def answer(self, table: Frame) -> Frame:
        """A frame of readings of a frame of events."""
        asked = {name: column_named(table, own) for name, own in self.names(table.columns).items()}
        asked = {name: each for name, each in asked.items() if name in _NEEDED or _says_something(each)}
        events = {name: _READS.get(name, facts_of)(each) for name, each in asked.items()}
        alike([asked[name] for name in ("at", "until") if name in asked])
        told = vector.readings(self.plan, events, self.now)
        first, *others = (made(name, _nullable(values), asked["at"]) for name, values in told.items())
        return first.to_frame().with_columns(*others)


def log_of(plan: Plan, now: datetime, columns: Mapping[str, str]) -> Log:
    """What is asked of a frame that has these names for some columns.

    Raises:
        InvalidChoice: one is not asked for.
        WrongType: its name there is no text.
    """
    for name, own in columns.items():
        if not isinstance(own, str):
            raise WrongType(f"columns[{name!r}]", own, "the name of a column, a text")
        if name not in (*_NEEDED, *_OPTIONAL):
            raise InvalidChoice("columns", name, (*_NEEDED, *_OPTIONAL))
    return Log(plan, now, dict(columns))


def _says_something(column: Column) -> bool:
    """Whether an optional column is looked at: one of nulls is as none; where there are no rows, its type tells."""
    if len(column):
        return column.null_count() < len(column)
    return column.dtype not in {nw.String, nw.Object, nw.Unknown}


def _nullable(values: Array) -> Array:
    """Texts as objects; those that say nothing, None."""
    if values.dtype.kind not in "OTU":
        return values
    texts: Array = values.astype(object)
    texts[texts == ""] = None
    return texts
