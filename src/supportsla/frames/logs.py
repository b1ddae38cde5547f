"""Logs of events as frames, and readings as frames again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from supportsla import vector
from supportsla.errors import InvalidChoice
from supportsla.plan import Plan

from .kinds import Frame, column
from .questions import Array, facts_of, made, stamps_of

__all__ = ["of_events"]

_NEEDED = ("case", "at", "what", "status", "who", "priority")
_OPTIONAL = ("channel", "public", "subject")


def of_events(plan: Plan, now: datetime, columns: Mapping[str, str]) -> Callable[[Frame], Frame]:
    """What makes a frame of readings of a frame of events; `columns` are its own names of those that have others."""
    for name in columns:
        if name not in (*_NEEDED, *_OPTIONAL):
            raise InvalidChoice("columns", name, (*_NEEDED, *_OPTIONAL))

    def read(table: Frame) -> Frame:
        found = [name for name in _OPTIONAL if name in columns or name in table.columns]
        asked = {name: column(table, columns.get(name, name)) for name in (*_NEEDED, *found)}
        events = {name: stamps_of(each) if name == "at" else facts_of(each) for name, each in asked.items()}
        told = vector.readings(plan, events, now)
        first, *others = (made(name, _plain(values), asked["at"]) for name, values in told.items())
        return first.to_frame().with_columns(*others)

    return read


def _plain(values: Array) -> Array:
    """Texts as objects, of which a missing one is None."""
    return values.astype(object) if values.dtype.kind in "TU" else values
