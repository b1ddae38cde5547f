"""Logs of events as frames, and readings as frames again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from supportsla import vector
from supportsla.errors import InvalidChoice, WrongType
from supportsla.plan import Plan

from .kinds import Frame, column
from .questions import Array, Column, alike, facts_of, flags_of, made, stamps_of

__all__ = ["of_events"]

_READS: dict[str, Callable[[Column], Array]] = {"at": stamps_of, "until": stamps_of, "public": flags_of}
_NEEDED = ("case", "at", "what", "status", "who", "priority")
_OPTIONAL = ("channel", "public", "subject", "timer", "until")


def of_events(plan: Plan, now: datetime, columns: Mapping[str, str]) -> Callable[[Frame], Frame]:
    """What makes a frame of readings of a frame of events; `columns` are its own names of those that have others."""
    for name, own in columns.items():
        if not isinstance(own, str):
            raise WrongType(f"columns[{name!r}]", own, "the name of a column, a text")
        if name not in (*_NEEDED, *_OPTIONAL):
            raise InvalidChoice("columns", name, (*_NEEDED, *_OPTIONAL))

    def read(table: Frame) -> Frame:
        found = [name for name in _OPTIONAL if name in columns or name in table.columns]
        asked = {name: column(table, columns.get(name, name)) for name in (*_NEEDED, *found)}
        asked = {name: each for name, each in asked.items() if name in _NEEDED or each.null_count() < len(each)}
        events = {name: _READS.get(name, facts_of)(each) for name, each in asked.items()}
        alike([asked[name] for name in ("at", "until") if name in asked])
        told = vector.readings(plan, events, now)
        first, *others = (made(name, _nullable(values), asked["at"]) for name, values in told.items())
        return first.to_frame().with_columns(*others)

    return read


def _nullable(values: Array) -> Array:
    """Texts as objects; those that say nothing, None."""
    if values.dtype.kind not in "OTU":
        return values
    texts: Array = values.astype(object)
    texts[texts == ""] = None
    return texts
