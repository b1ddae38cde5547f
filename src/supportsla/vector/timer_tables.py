"""What happens to many cases by itself up to an instant: `timing` and `lifecycle.advance` over arrays (L3, L5, W10).

Only the cases whose status has timers in the end are looked at. For each the earliest due of its status's timers is
found, and fires; then the next, until none is due. The loop runs over firings, and in it over the statuses and their
timers. `Waiting` holds what a `Case` holds for timers, as arrays over those cases, under the same names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from supportsla.timing import clock_of
from supportsla.workflow import Move, RaisePriority, SetPriority, Timer

from .event_tables import IS_PRIORITY, IS_STATUS, EventTable, Marks
from .grids import NONE, Mask, Ticks
from .kernel import Kernel
from .multiples import NEVER, GridTable
from .plan_tables import ABSENT, UNKNOWN, Codes, PlanTable, named

__all__ = ["Aftermath", "aftermath"]

_FAR = 1000


class Aftermath(NamedTuple):
    """What had happened by an instant: all marks, when each case's latest event was, and which cases cannot be told."""

    marks: Marks
    ended: Ticks
    failed: Mask


class Row(NamedTuple):
    """A timer of a status, in a version of the plan: its place in the table, the number of its name, and its clock."""

    status: int
    place: int
    version: int
    timer: Timer
    name: int
    kernel: Kernel


class TimerTable:
    """The timers of a plan, by the number of the status."""

    def __init__(self, table: PlanTable) -> None:
        self.table = table
        tables = [
            (version, status, row.timers)
            for version, plan in enumerate(table.plans)
            for status, row in plan.index.statuses.items()
        ]
        self.names = named(timer.name for _, _, timers in tables for timer in timers)
        self.places = np.full((len(table.statuses), len(self.names) + 1), _FAR)
        self.all = sorted(self._rows(tables), key=lambda row: row[:3])
        for row in self.all:
            self.places[row.status, row.name] = min(row.place, self.places[row.status, row.name])
        self.timed: Mask = np.isin(np.arange(len(table.statuses)), [row.status for row in self.all])
        self.higher = np.array([self._higher(version) for version in range(len(table.plans))])

    def _rows(self, tables: list[tuple[int, str, tuple[Timer, ...]]]) -> Iterator[Row]:
        for version, status, timers in tables:
            code, plan = self.table.statuses.index(status), self.table.plans[version]
            for place, timer in enumerate(timers):
                name, kernel = self.names.index(timer.name), Kernel(clock_of(plan, timer))
                yield Row(code, place, version, timer, name, kernel)

    def _higher(self, version: int) -> list[int]:
        """The next higher priority of each; the last place is for none."""
        plan, table = self.table.plans[version], self.table
        own = [priority.name for priority in plan.priorities]
        codes = [ABSENT, *map(table.priorities.index, own)]
        called = table.called[version].tolist()
        return [code if code < 0 else codes[own.index(table.priorities[code])] for code in called]


def aftermath(log: EventTable, until: int) -> Aftermath:
    """What had happened by an instant, by itself too."""
    marks, ended = log.marks(until), log.opened.copy()
    rows = np.flatnonzero(log.at <= until)
    ended[log.case[rows]] = log.at[rows]
    failed, status = np.zeros(len(ended), bool), log.first_status.copy()
    moves = np.flatnonzero(marks.kind == IS_STATUS)
    status[marks.case[moves]] = marks.value[moves]
    timers = TimerTable(log.plan)
    timed = (log.opened <= until) & timers.timed[status]
    cases = np.flatnonzero(timed)
    if not cases.size:
        return Aftermath(marks, ended, failed)
    waiting = Waiting(log, timers, cases, rows[timed[log.case[rows]]])
    waiting.advance(until)
    ended[cases], failed[cases] = waiting.at, waiting.failed
    return Aftermath(marks.followed_by(*waiting.fired), ended, failed)


class Waiting:
    """Cases in statuses that have timers, as far as timers see them."""

    def __init__(self, log: EventTable, timers: TimerTable, cases: Codes, rows: Codes) -> None:
        self.table, self.timers, self.cases = log.plan, timers, cases
        place = np.full(len(log.cases), ABSENT)
        place[cases] = np.arange(len(cases))
        mine = place[log.case[rows]]
        self.failed = np.zeros(len(cases), bool)
        self._follow(log, rows, mine)
        self.fired: list[Marks] = []
        since = rows > self.visit[mine]
        self._recall(log, rows[since], mine[since])

    def _follow(self, log: EventTable, rows: Codes, mine: Codes) -> None:
        """Where the cases are, from when on, and with which priority."""
        first = log.first[self.cases]
        self.version, self.at = first.copy(), log.opened[self.cases]
        self.version[mine], self.at[mine] = rows, log.at[rows]
        self.visit, self.status = first.copy(), log.first_status[self.cases]
        self.priority = log.first_priority[self.cases]
        moved, priced = log.is_move(rows), log.is_repricing(rows)
        self.visit[mine[moved]], self.status[mine[moved]] = rows[moved], log.status[rows[moved]]
        self.priority[mine[priced]] = log.priority[rows[priced]]
        self.entered, self.until = log.at[self.visit], log.until[self.visit]

    def _recall(self, log: EventTable, rows: Codes, mine: Codes) -> None:
        """What was said and what fired since the statuses were entered."""
        cases, names = len(self.cases), self.timers.names
        self.message, self.spoken = np.full(cases, NONE), np.full(cases, ABSENT)
        said = log.is_message(rows)
        self.message[mine[said]], self.spoken[mine[said]] = log.at[rows[said]], rows[said]
        shape = cases, len(names) + 1
        self.times, self.fired_at, self.fired_with = np.zeros(shape, np.int64), np.full(shape, NONE), np.full(shape, -1)
        known = {name: code for code, name in enumerate(names)}
        codes = np.array([*(known.get(name, ABSENT) for name in log.timers.names), ABSENT])
        fires = log.is_firing(rows)
        rows, mine = rows[fires], mine[fires]
        name = codes[log.timer[rows]]
        np.add.at(self.times, (mine, name), 1)
        self.fired_at[mine, name], self.fired_with[mine, name] = log.at[rows], rows
        self.latest = np.full(cases, ABSENT)
        last = rows == self.version[mine]
        self.latest[mine[last]] = name[last]

    def advance(self, until: int) -> None:
        """Let fire what is due by an instant."""
        active = np.arange(len(self.cases))
        while active.size:
            due, which = self._next(active)
            fires = due <= until
            active, due, which = active[fires], due[fires], which[fires]
            for number in np.unique(which).tolist():
                chosen = which == number
                self._fire(self.timers.all[number], active[chosen], due[chosen])
            active = active[self.timers.timed[self.status[active]]]

    def _next(self, cases: Codes) -> tuple[Ticks, Codes]:
        """When the next timer of each case fires, far off where none does, and its number."""
        due, which, status = np.full(len(cases), NEVER), np.full(len(cases), ABSENT), self.status[cases]
        for number, row in enumerate(self.timers.all):
            there = np.flatnonzero(status == row.status)
            there = there[self._fires(cases[there], row)]
            comes = self._due(cases[there], row)
            sooner = comes < due[there]
            due[there[sooner]], which[there[sooner]] = comes[sooner], number
        return due, which

    def _fires(self, cases: Codes, row: Row) -> Mask:
        """In which cases the row began to count under its own version, and would change something."""
        fires: Mask = self.table.version_at(self._since(cases, row)) == row.version
        action = row.timer.then
        if isinstance(action, SetPriority):
            fires &= self.priority[cases] != self._set_to(row, action)
        elif isinstance(action, RaisePriority):
            higher = self.timers.higher[row.version, self.priority[cases]]
            self.failed[cases[fires & (higher == UNKNOWN)]] = True
            fires &= higher >= 0
        return fires

    def _set_to(self, row: Row, action: SetPriority) -> int:
        return self.table.priorities.index(self.table.plans[row.version].priority(action.to).name)

    def _since(self, cases: Codes, row: Row) -> Ticks:
        """From when on a timer counts."""
        since: Ticks = self.entered[cases]
        if row.timer.since == "message":
            since = np.maximum(self.message[cases], since)
        elif row.timer.since == "fired":
            since = np.maximum(self.fired_at[cases].max(axis=1), since)
        return since

    def _due(self, cases: Codes, row: Row) -> Ticks:
        """When the timer fires next, not before its turn; far off where it does not."""
        timer, start = row.timer, self._since(cases, row)
        turn, at = self.timers.places[self.status[cases], self.latest[cases]], self.at[cases]
        has_turn = (row.place > turn) & (self.fired_at[cases, row.name] != at)
        floor = at + ~has_turn
        if timer.every is not None:
            return self._on_grid(cases, row, GridTable(row.kernel, start, timer.every), floor)
        once = np.ones(len(cases), np.int64)
        due = self.until[cases] if timer.after is None else GridTable(row.kernel, start, timer.after).end(once)
        spoken = self.spoken[cases] if timer.since == "message" else ABSENT
        spent = self.fired_with[cases, row.name] > spoken
        return np.where((due >= floor) & ~spent, due, NEVER)

    def _on_grid(self, cases: Codes, row: Row, grid: GridTable, floor: Ticks) -> Ticks:
        """The first of the grid's instants that is not before the floor, if the timer fires as often as that."""
        count, most = grid.first_from(floor), row.timer.times
        due = grid.end(count)
        if most is None:
            return due
        over = self.times[cases, row.name] == most if row.timer.since == "fired" else count > most
        return np.where(over, NEVER, due)

    def _fire(self, row: Row, cases: Codes, due: Ticks) -> None:
        """Let a timer fire in these cases."""
        self.at[cases] = due
        self.version[cases] += 1
        action = row.timer.then
        if isinstance(action, Move):
            self._move(cases, due, self.table.statuses.index(action.to))
            return
        self.times[cases, row.name] += 1
        self.fired_at[cases, row.name], self.fired_with[cases, row.name] = due, self.version[cases]
        self.latest[cases] = row.name
        if isinstance(action, SetPriority):
            self._price(cases, due, np.full(len(cases), self._set_to(row, action)))
        elif isinstance(action, RaisePriority):
            self._price(cases, due, self.timers.higher[row.version, self.priority[cases]])

    def _move(self, cases: Codes, due: Ticks, status: int) -> None:
        self.status[cases], self.entered[cases], self.until[cases] = status, due, NONE
        self.message[cases], self.spoken[cases], self.latest[cases] = NONE, ABSENT, ABSENT
        self.times[cases], self.fired_at[cases], self.fired_with[cases] = 0, NONE, ABSENT
        self._mark(cases, due, IS_STATUS, np.full(len(cases), status))

    def _price(self, cases: Codes, due: Ticks, priority: Codes) -> None:
        self.priority[cases] = priority
        self._mark(cases, due, IS_PRIORITY, priority)

    def _mark(self, cases: Codes, due: Ticks, kind: int, value: Codes) -> None:
        self.fired.append(Marks(self.cases[cases], due, np.full(len(cases), kind), value))
