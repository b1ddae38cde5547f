"""A plan as arrays, for clocks of many cases at once: a row for each of its versions (P6-P17, W18).

Names become numbers. A status or a priority is its place in `PlanTable.statuses` or `.priorities`, which hold what the
plan knows and then what a table of events says beside it; -1 is none. A `MetricTable` is what a metric's row says, by
version and by number. A promise is a `Leg`: the due or the limit of a target, or, where nothing is promised, the
calendar on which time is measured. A plan without versions has one, which is always in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from supportsla.calendars import Calendar
from supportsla.durations import Duration
from supportsla.errors import UnknownPriority
from supportsla.metrics import SIGNALS, Metric, Mode
from supportsla.plan import Plan, Reopening, Repricing
from supportsla.worktime import Boundary
from supportsla.zones import MICROSECOND

from .grids import NONE, Mask, Ticks
from .kernel import Kernel

__all__ = [
    "ABSENT",
    "MODES",
    "REOPENINGS",
    "REPRICINGS",
    "UNKNOWN",
    "Codes",
    "Leg",
    "MetricTable",
    "PlanTable",
    "named",
]

Codes = npt.NDArray[np.int64]
ABSENT, UNKNOWN = -1, -2
MODES: tuple[Mode, ...] = get_args(Mode)
REPRICINGS: tuple[Repricing, ...] = get_args(Repricing)
REOPENINGS: tuple[Reopening, ...] = get_args(Reopening)


def named(names: Iterable[str]) -> tuple[str, ...]:
    """The names, each once, in order."""
    return tuple(dict.fromkeys(names))


_NOTHING = Duration("business hours", timedelta(0))


class Leg(NamedTuple):
    """A duration from where a target counts, on a calendar, by its place; no time at all where nothing is promised."""

    calendar: int
    duration: Duration = _NOTHING
    boundary: Boundary = "close"

    @property
    def around_the_clock(self) -> bool:
        """Whether it counts real time."""
        return self.duration.unit.startswith("calendar")


class MetricTable:
    """One metric's row, by version: what becomes of a clock at each signal, and in each status."""

    def __init__(self, name: str, plans: Sequence[Plan], statuses: Sequence[str]) -> None:
        rows = [next((row for row in plan.measured if row.name == name), None) for plan in plans]
        self.measured: Mask = np.array([row is not None for row in rows])
        known = [row or Metric(name, ()) for row in rows]
        columns = zip(*((row.starts, row.stops, row.cancels, row.restarts) for row in known), strict=True)
        self.starts, self.stops, self.cancels, self.restarts = (
            np.array([[signal in given for signal in SIGNALS] for given in column]) for column in columns
        )
        self.after: Codes = np.array([SIGNALS.index(row.after) if row.after else ABSENT for row in known])
        modes = [[MODES.index(row.modes.get(status, "running")) for status in statuses] for row in known]
        self.modes: Codes = np.array(modes, dtype=np.int64)
        self.sequential: Mask = np.array([row.recurrence == "sequential" for row in known])
        self.heard: Mask = np.array([any(signal in row.heard for row in known) for signal in SIGNALS])


class PlanTable:
    """A plan, numbered, with the statuses and priorities that a table of events says."""

    def __init__(self, plan: Plan, statuses: Iterable[str], priorities: Iterable[str]) -> None:
        versions = plan.index.versions
        self.plan, self.changes = plan, bool(versions)
        self.plans = [version.plan for version in versions] or [plan]
        self.since: Ticks = np.array([version.since // MICROSECOND for version in versions] or [NONE])
        self.metrics = named(row.name for judge in self.plans for row in judge.measured)
        self.initial = [judge.workflow.initial[0] if judge.workflow else "New" for judge in self.plans]
        flows = [status for judge in self.plans for status in judge.index.statuses]
        modes = [status for judge in self.plans for row in judge.measured for status in row.modes]
        self.statuses = named([*self.initial, *flows, *modes, *statuses])
        unruled = any(judge.workflow is None for judge in self.plans)
        self.known_status: Mask = np.array([unruled or status in flows for status in self.statuses])
        own = named(name for judge in self.plans for name in judge.index.ranks)
        self.own_priorities, self.priorities = len(own), named([*own, *priorities])
        self.channels = named(target.channel for judge in self.plans for target in judge.targets if target.channel)
        self._call()
        self._weigh()
        self._promise()

    def _call(self) -> None:
        """What each version calls a priority; the last place is for none."""
        place = {name: code for code, name in enumerate(self.priorities)}
        rows = [[_called(judge, name, place) for name in self.priorities] for judge in self.plans]
        self.called: Codes = np.array([[*row, ABSENT] for row in rows])

    def _weigh(self) -> None:
        """How priorities rank in each version, none being the lowest, and what follows from a change."""
        own = self.priorities[: self.own_priorities]
        ranks = [[judge.index.ranks.get(name, 0) for name in own] for judge in self.plans]
        lowest = [len(judge.priorities) for judge in self.plans]
        self.ranks: Codes = np.array([[*row, low] for row, low in zip(ranks, lowest, strict=True)])
        self.repricing: Codes = np.array([REPRICINGS.index(judge.on_priority_change) for judge in self.plans])
        self.reopening: Codes = np.array([REOPENINGS.index(judge.on_reopening) for judge in self.plans])

    def _promise(self) -> None:
        """The legs of dues and limits by version, metric, priority and channel; the last places are for none."""
        shape = len(self.plans), len(self.metrics), self.own_priorities + 1, len(self.channels) + 1
        self.dues, self.limits = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self.promised = np.zeros(shape, bool)
        legs: dict[Leg, int] = {}
        calendars: dict[int, Calendar] = {}
        for place in np.ndindex(shape):
            v, m, p, c = place
            judge, priority = self.plans[v], [*self.priorities[: self.own_priorities], None][p]
            target = judge.index.target(self.metrics[m], priority, [*self.channels, None][c])
            calendar = judge.index.calendars[target.calendar] if target else judge.index.measuring
            calendars.setdefault(id(calendar), calendar)
            on = list(calendars).index(id(calendar))
            due = limit = Leg(on)
            if target:
                due = limit = Leg(on, target.due, target.boundary)
                limit = Leg(on, target.limit, target.boundary) if target.limit else due
            self.promised[place] = target is not None
            self.dues[place] = legs.setdefault(due, len(legs))
            self.limits[place] = legs.setdefault(limit, len(legs))
        self.legs = tuple(legs)
        self.kernels = tuple(Kernel(calendar) for calendar in calendars.values())

    def metric_table(self, metric: int) -> MetricTable:
        """The row of a metric."""
        return MetricTable(self.metrics[metric], self.plans, self.statuses)

    def version_at(self, at: Ticks) -> Codes:
        """The version in force at each instant; -1 where none was yet."""
        return self.since.searchsorted(at, "right") - 1

    def order(self, version: int) -> list[int]:
        """The metrics in the order in which they are read, of a case whose latest event falls in that version."""
        first = [row.name for row in self.plans[version].measured]
        return [self.metrics.index(name) for name in named([*first, *self.metrics])]


def _called(plan: Plan, name: str, place: dict[str, int]) -> int:
    try:
        return place[plan.priority(name).name]
    except UnknownPriority:
        return UNKNOWN
