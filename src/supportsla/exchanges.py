"""From a log to exchanges: when each metric's clocks start, pause and end, whatever their targets (P10, C15).

A log is first read once, into marks: what each event is for a clock. Then each metric's row folds the marks. Two things
are kept apart: whether an exchange is open, which signals decide, and whether its clock runs, which the status does.
Instants are times since 1970-01-01Z.

Of a plan that changes, each clock follows the row of the version in force when it started to its end; what starts the
next one is for the version in force then (W18).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from .events import (
    KINDS,
    Assigned,
    AttachmentAdded,
    Commented,
    Event,
    Opened,
    PriorityChanged,
    StatusChanged,
    no_event,
)
from .metrics import Metric, Mode
from .plan import Plan, Reopening, Version, version_of
from .zones import EPOCH

__all__ = ["Exchange", "Mark", "Pause", "exchanges", "exchanges_in_force", "marks_of"]


Pause = tuple[timedelta, timedelta, str]
"""A stretch in which a clock waits, and the status that makes it wait."""

Mark = tuple[timedelta, str, Any]
"""When, and what an event is for a clock: a "signal", or a change of "status" or of "priority", and which."""


def _opening(event: Opened, at: timedelta) -> tuple[Mark, ...]:
    begins = (at, "status", event.status), (at, "priority", event.priority), (at, "signal", "opening")
    return (*begins, (at, "signal", "client_opening")) if event.by.role == "client" else begins


_SAYS = {"client": "client_update", "support": "reply"}


def _comment(event: Commented, at: timedelta) -> tuple[Mark, ...]:
    role = event.by.role
    return ((at, "signal", _SAYS[role]),) if event.public and role in _SAYS else ()


def _file(event: AttachmentAdded, at: timedelta) -> tuple[Mark, ...]:
    return ((at, "signal", "client_update"),) if event.public and event.by.role == "client" else ()


_MARKS: dict[type[Event], Callable[[Any, timedelta], tuple[Mark, ...]]] = {
    **dict.fromkeys(KINDS, lambda _event, _at: ()),
    Opened: _opening,
    Commented: _comment,
    AttachmentAdded: _file,
    StatusChanged: lambda event, at: ((at, "status", event.to),),
    PriorityChanged: lambda event, at: ((at, "priority", event.to),),
    Assigned: lambda _, at: ((at, "signal", "assignment"),),
}


def marks_of(events: Iterable[Event]) -> list[Mark]:
    """What the events are for a clock, in order.

    Raises:
        WrongType: an event that is none.
    """
    marks: list[Mark] = []
    for event in events:
        try:
            of = _MARKS[type(event)]
        except KeyError:
            raise no_event(event) from None
        marks += of(event, event.at - EPOCH)
    return marks


class Exchange:
    """One clock of a metric, by its name: from when, at which priorities, when it waited, and how it ended.

    `priorities` begins with the one that the case had at the start. `paused_since` is when the pause began that is not
    over yet; `done` and `cancelled` are its end, if it has one.
    """

    __slots__ = ("cancelled", "done", "metric", "paused_by", "paused_since", "pauses", "priorities", "started")

    def __init__(self, metric: str, started: timedelta, priority: str | None) -> None:
        self.metric, self.started = metric, started
        self.priorities = [(started, priority)]
        self.pauses: list[Pause] = []
        self.paused_since: timedelta | None = None
        self.paused_by = ""
        self.done: timedelta | None = None
        self.cancelled: timedelta | None = None

    def pause(self, at: timedelta, status: str) -> None:
        """Wait from then on."""
        self.paused_since, self.paused_by = at, status

    def go_on(self, at: timedelta) -> None:
        """Wait no longer."""
        if self.paused_since is not None:
            if self.paused_since < at:
                self.pauses.append((self.paused_since, at, self.paused_by))
            self.paused_since = None

    def pauses_until(self, at: timedelta) -> list[Pause]:
        """All pauses up to an instant, the open one too."""
        if not self.pauses and self.paused_since is None:
            return []
        begun = [*self.pauses]
        if self.paused_since is not None and self.paused_since < at:
            begun.append((self.paused_since, at, self.paused_by))
        if begun and begun[-1][1] <= at:
            return begun
        return [(low, min(high, at), status) for low, high, status in begun if low < at]

    def price(self, at: timedelta, priority: str | None) -> None:
        """Let another priority hold from then on."""
        if at < self.started:
            self.priorities = [(self.started, priority)]
        elif self.priorities[-1][1] != priority:
            self.priorities.append((at, priority))


_ON: tuple[Mode, ...] = ("running", "paused")
_START = timedelta(0)
_NOBODY = frozenset[int]()
_NextStart = Callable[[Exchange, timedelta], timedelta]


def exchanges(plan: Plan, marks: Iterable[Mark], next_start: _NextStart) -> list[list[Exchange]]:
    """Each metric's clocks, in order; `next_start` says when a sequential one starts after the one before."""
    folds = [_Fold(metric, plan.on_reopening, next_start) for metric in plan.measured]
    sees, hears, left = plan.index.sees, plan.index.hears, _NOBODY
    for at, kind, value in marks:
        if kind == "status":
            entered = sees.get(value, _NOBODY)
            for i in left | entered:
                folds[i].move(at, value)
            left = entered
        elif kind == "priority":
            for fold in folds:
                fold.price(at, value)
        else:
            for i in hears[value]:
                folds[i].signal(at, value)
    return [fold.found for fold in folds]


def exchanges_in_force(plan: Plan, metric: str, marks: Iterable[Mark], next_start: _NextStart) -> list[Exchange]:
    """The clocks of a metric, in order, of a plan that changes, each by the version in force when it started."""
    fold = _FoldInForce(plan, metric, next_start)
    for mark in marks:
        fold.take(*mark)
    return fold.found


class _Fold:
    """Where one metric stands after the marks so far.

    `live` is the clock that is not over; `owed` whether the exchange is open, which outlives a clock that the status
    ended: `halted` is that one, and `idle` and `repriced` are what the case has been through since.
    """

    __slots__ = (
        *("metric", "on_reopening", "next_start", "found", "awake", "owed", "live", "halted", "idle", "repriced"),
        *("mode", "status", "since", "priority"),
    )
    idle: list[Pause]
    repriced: list[tuple[timedelta, str | None]]

    def __init__(self, metric: Metric, on_reopening: Reopening, next_start: _NextStart) -> None:
        self.metric, self.on_reopening, self.next_start = metric, on_reopening, next_start
        self.found: list[Exchange] = []
        self.awake, self.owed = metric.after is None, False
        self.live: Exchange | None = None
        self.halted: Exchange | None = None
        self.mode: Mode = "running"
        self.status, self.since = "", _START
        self.priority: str | None = None

    def price(self, at: timedelta, priority: str | None) -> None:
        self.priority = priority
        if self.live is not None:
            self.live.price(at, priority)
        elif self.halted is not None:
            self.repriced.append((at, priority))

    def signal(self, at: timedelta, signal: str) -> None:
        metric = self.metric
        if not self.awake:
            self.awake = signal == metric.after
            return
        following = None
        if self.owed and signal in metric.stops:
            following = self.stop(at, starts_next=signal in metric.starts)
        elif self.owed and signal in metric.cancels:
            self.drop(at)
        elif self.live is not None and signal in metric.restarts:
            self.end(at)
            self.begin(at)
        if not self.owed and self.awake and signal in self.metric.starts:
            self.owed = True
            if self.mode in _ON:
                self.begin(at, following)

    def stop(self, at: timedelta, *, starts_next: bool) -> Exchange | None:
        """Close the exchange as done; the clock that would follow it, if that does not start then."""
        ended, following = self.live, None
        if ended is None and self.halted is not None and self.halted.cancelled is not None and not starts_next:
            ended = self.halted
        if ended is not None:
            if ended.started > at:
                return None
            ended.go_on(at)
            ended.done, ended.cancelled = at, None
            if self.metric.recurrence == "sequential":
                following = Exchange(ended.metric, self.next_start(ended, at), self.priority)
                following.pauses = [pause for pause in ended.pauses if pause[1] > following.started]
        self.owed, self.live, self.halted = False, None, None
        return following

    def drop(self, at: timedelta) -> None:
        """Close the exchange: nothing is owed any more."""
        self.end(at)
        self.owed = False

    def end(self, at: timedelta) -> None:
        """Cancel the clock, or forget one that has not started yet."""
        if self.live is not None and self.live.started > at:
            self.found.pop()
        elif self.live is not None:
            self.live.go_on(at)
            self.live.cancelled = at
        self.live = self.halted = None

    def begin(self, at: timedelta, clock: Exchange | None = None) -> None:
        """Let a clock run, or wait, from the instant on; without one, that starts then."""
        self.live = clock = clock or Exchange(self.metric.name, at, self.priority)
        self.found.append(clock)
        if self.mode == "paused":
            clock.pause(at, self.status)

    def move(self, at: timedelta, status: str) -> None:
        mode = self.metric.modes.get(status, "running")
        live = self.live
        if live is not None:
            live.go_on(at)
            if mode == "paused":
                live.pause(at, status)
            elif mode != "running":
                self.leave(live, at, mode)
        elif self.halted is not None:
            self.idle.append((self.since, at, self.status))
        self.mode, self.status, self.since = mode, status, at
        if self.owed and live is None and mode in _ON:
            self.come_back(at)

    def leave(self, live: Exchange, at: timedelta, mode: Mode) -> None:
        """What becomes of the clock that runs or waits when the case moves to where it is over in that mode."""
        self.end(at)
        if live.cancelled is not None:
            self.halted, self.idle, self.repriced = live, [], []
            if mode == "done":
                live.done, live.cancelled = at, None

    def come_back(self, at: timedelta) -> None:
        """The exchange is open and has no clock, and the case is where it would run."""
        if self.halted is None or self.halted.cancelled is not None or self.on_reopening == "restart":
            self.halted = None
            self.begin(at)
        elif self.on_reopening == "continue":
            self.live, self.halted = self.halted, None
            self.live.done = None
            self.live.pauses += self.idle
            for change in self.repriced:
                self.live.price(*change)
            if self.mode == "paused":
                self.live.pause(at, self.status)
        else:
            self.owed, self.halted = False, None


class _FoldInForce(_Fold):
    """The same of a plan that changes: `version` is that of the clock that is there, else the one in force.

    `heard` are the signals so far, since another version may wait for another one of them.
    """

    def __init__(self, plan: Plan, metric: str, next_start: _NextStart) -> None:
        super().__init__(Metric(metric, ()), plan.on_reopening, next_start)
        self.plan, self.heard = plan, set[str]()
        self.go_by(plan.index.versions[0])

    def take(self, at: timedelta, kind: str, value: Any) -> None:
        if self.live is None and self.halted is None:
            self.turn(at)
        if kind == "status":
            self.move(at, value)
        elif kind == "priority":
            self.price(at, value)
        else:
            self.signal(at, value)
            self.heard.add(value)
            self.awake = self.awake or value == self.metric.after

    def turn(self, at: timedelta) -> None:
        """Go by the version in force at an instant."""
        version = version_of(self.plan, at)
        if version is not self.version:
            self.go_by(version)

    def go_by(self, version: Version) -> None:
        name, self.version = self.metric.name, version
        row = next((row for row in version.plan.measured if row.name == name), None)
        self.metric, self.on_reopening = row or Metric(name, ()), version.plan.on_reopening
        self.mode = self.metric.modes.get(self.status, "running")
        self.awake = self.metric.after is None or self.metric.after in self.heard
        self.owed = self.owed and row is not None

    def price(self, at: timedelta, priority: str | None) -> None:
        super().price(at, self.called(priority))
        self.priority = priority

    def called(self, priority: str | None) -> str | None:
        """The priority as the version calls it."""
        return None if priority is None else self.version.plan.priority(priority).name

    def stop(self, at: timedelta, *, starts_next: bool) -> Exchange | None:
        following = super().stop(at, starts_next=starts_next)
        if not self.owed:
            self.turn(at)
        return following

    def drop(self, at: timedelta) -> None:
        super().drop(at)
        self.turn(at)

    def begin(self, at: timedelta, clock: Exchange | None = None) -> None:
        clock = clock or Exchange(self.metric.name, at, self.priority)
        self.turn(clock.started)
        if self.owed and self.mode in _ON:
            clock.priorities = [(clock.started, self.called(self.priority))]
            super().begin(at, clock)
