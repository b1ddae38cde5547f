"""From a table of events to exchanges, for many cases at once: the fold of `exchanges`, in lockstep (P10, C15, W18).

A `Fold` follows one metric. It takes the first mark of every case that has one, then the second of every case that has
two, and so on: the loop runs over the places in a log, and each step is array operations over the cases. The cases are
in slots, those with most marks first, so that the ones that are still going are the first ones. A mark that changes
nothing for the metric is left out beforehand.

What `exchanges._Fold` holds, this holds as an array over the slots, under the same name; a clock is its number among
the metric's. What happens to clocks is written down as `Pauses` and `Repricings`, in order of the steps. Those of a
clock that is halted hold only if it goes on later: a clock's `resumed` is the last step at which it did.

A sequential clock begins with what its predecessor waited, and so on: clocks that follow one another are of one chain,
and pauses are a chain's, of which each clock has those between its start and its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from supportsla.metrics import SIGNALS

from .event_tables import IS_PRIORITY, IS_SIGNAL, IS_STATUS, Marks
from .grids import NONE, Mask, Ticks
from .plan_tables import ABSENT, MODES, REOPENINGS, UNKNOWN, Codes, PlanTable

__all__ = ["Changes", "Clocks", "Fold", "Openings"]

RUNNING, PAUSED, DONE, CANCELLED = (MODES.index(mode) for mode in ("running", "paused", "done", "cancelled"))
RESTART, CONTINUE = map(REOPENINGS.index, ("restart", "continue"))
_OPENING, _BY_CLIENT = SIGNALS.index("opening"), SIGNALS.index("client_opening")
_OPEN_ENDED = np.iinfo(np.int64).max


class Openings(NamedTuple):
    """How cases begin: when, in which status, with which priority, on which channel, if by the client, and if yet."""

    at: Ticks
    status: Codes
    priority: Codes
    channel: Codes
    by_client: Mask
    begun: Mask

    def taken(self, cases: Codes | slice) -> Openings:
        """Those of some cases."""
        own = self.at[cases], self.status[cases], self.priority[cases], self.channel[cases]
        return Openings(*own, self.by_client[cases], self.begun[cases])


class Changes:
    """What happened to clocks, row by row: which clock's it is, from when, to when or to what, and at which step."""

    def __init__(self) -> None:
        self.parts: list[tuple[Codes, Ticks, Codes, Codes]] = []

    def add(self, clock: Codes, at: Ticks, value: Codes, step: int, *, halted: bool = False) -> None:
        """Write down some, of as many clocks; what befalls a halted clock counts only if it goes on."""
        self.parts.append((clock, at, value, np.full(len(clock), step if halted else ABSENT)))

    def read(self, resumed: Codes) -> tuple[Codes, Ticks, Codes]:
        """Those that count."""
        if not self.parts:
            nothing = np.empty(0, np.int64)
            return nothing, nothing, nothing
        clock, at, value, step = (np.concatenate(parts) for parts in zip(*self.parts, strict=True))
        counts = step <= resumed[clock]
        return clock[counts], at[counts], value[counts]


class Clocks:
    """Clocks of one metric, in order of their cases and each case's in order, with what happened to them.

    By clock: `case`, `version`, `channel`, `started`, `priority` (the first), `done`, `cancelled`, `waits` (whether it
    does at the end), and where its pauses and its repricings stand: from `pause` and `change` on, so many. Pauses are
    `low` and `high`, the one that is not over being open-ended; repricings `at` and `to`.
    """

    def __init__(self, **columns: Codes) -> None:
        self.case, self.version, self.channel = columns["case"], columns["version"], columns["channel"]
        self.started, self.priority = columns["started"], columns["priority"]
        self.done, self.cancelled, self.waits = columns["done"], columns["cancelled"], columns["waits"]
        self.ended = np.where(self.done == NONE, self.cancelled, self.done)

    def with_changes(self, chain: Codes, pauses: _Pool, number: Codes, repricings: _Pool) -> Clocks:
        """The same clocks, of these chains and numbers, with the pauses of chains and the repricings of clocks."""
        self.pause, self.pauses = pauses.places_between(chain, self.started, self.ended)
        self.change, self.changes = repricings.places(number)
        self.low, self.high = pauses.at, pauses.value
        self.at, self.to = repricings.at, repricings.value
        return self


class _Pool:
    """Changes in order of whose they are."""

    def __init__(self, owner: Codes, at: Ticks, value: Codes) -> None:
        order = owner.argsort(kind="stable")
        self.owner, self.at, self.value = owner[order], at[order], value[order]

    def places(self, owner: Codes) -> tuple[Codes, Codes]:
        """Where the changes of each owner begin, and how many there are."""
        first = self.owner.searchsorted(owner)
        return first, self.owner.searchsorted(owner, "right") - first

    def places_between(self, owner: Codes, start: Ticks, end: Ticks) -> tuple[Codes, Codes]:
        """The same of the pauses, of each owner in order of time, that end after a start and begin before an end."""
        first, count = self.places(owner)
        high = first + count
        first = _first_over(self.value, first, high, start)
        last = _first_over(self.at, first, high, np.where(end == NONE, _OPEN_ENDED, end) - 1)
        return first, last - first


def _first_over(values: Ticks, low: Codes, high: Codes, limit: Ticks) -> Codes:
    """The first place in each stretch of ascending values at which they exceed a limit; its end, if they do not."""
    low, high = low.copy(), high.copy()
    rows = np.flatnonzero(low < high)
    while rows.size:
        middle = (low[rows] + high[rows]) // 2
        over = values[middle] > limit[rows]
        high[rows[over]], low[rows[~over]] = middle[over], middle[~over] + 1
        rows = rows[low[rows] < high[rows]]
    return low


NextStart = Callable[[Clocks, Ticks], Ticks]


class Fold:
    """Where one metric stands in every case, after the marks so far, under a plan; `failed` are cases it cannot judge.

    `live` is the clock that is not over, `halted` one that the status ended; both are numbers, or -1.
    """

    def __init__(self, table: PlanTable, metric: int, openings: Openings, marks: Marks, next_start: NextStart) -> None:
        self.table, self.row, self.next_start = table, table.metric_table(metric), next_start
        cases = len(openings.at)
        self.marks, self.rows = marks, np.flatnonzero(self._concerned(openings, marks))
        counts = np.bincount(marks.case[self.rows], minlength=cases)
        self.slots = _longest_first(counts)
        self.counts = counts[self.slots]
        self.first = (counts.cumsum() - counts)[self.slots]
        self.openings = openings.taken(self.slots)
        self._begin_slots(cases)
        self._begin_clocks(len(self.rows) + 2 * cases)
        self.step = 0

    def _concerned(self, openings: Openings, marks: Marks) -> Mask:
        """The marks that may change something; of a plan that changes, any may, since they tell the time."""
        if self.table.changes:
            return np.ones(len(marks.kind), bool)
        seen, moves = self.row.modes[0] != RUNNING, np.flatnonzero(marks.kind == IS_STATUS)
        entered, case = marks.value[moves], marks.case[moves]
        left = np.roll(entered, 1)
        fresh = np.concatenate(([True], case[1:] != case[:-1]))[: len(case)]
        left[fresh] = openings.status[case[fresh]]
        concerned: Mask = marks.kind == IS_PRIORITY
        concerned[moves] = seen[entered] | seen[left]
        signals = np.flatnonzero(marks.kind == IS_SIGNAL)
        concerned[signals] = self.row.heard[marks.value[signals]]
        return concerned

    def _begin_slots(self, cases: int) -> None:
        start = self.openings
        self.version = self.table.version_at(start.at)
        self.status, self.since, self.priority = start.status.copy(), start.at.copy(), start.priority.copy()
        self.mode = self.row.modes[self.version, self.status]
        self.awake = self.row.after[self.version] == ABSENT
        self.owed, self.heard = np.zeros(cases, bool), np.zeros(cases, np.int64)
        self.live, self.halted = np.full(cases, ABSENT), np.full(cases, ABSENT)
        self.waits = np.full(cases, NONE)
        self.failed = np.zeros(cases, bool)

    def _begin_clocks(self, most: int) -> None:
        """Room for as many clocks as there can be: each mark begins one at most, and an opening two signals."""
        self.found = 0
        self.slot, self.started, self.first_priority, self.judge, self.chain, self.done, self.cancelled = (
            np.empty(most, np.int64) for _ in range(7)
        )
        self.resumed, self.forgotten = np.empty(most, np.int64), np.empty(most, bool)
        self.pauses, self.repricings = Changes(), Changes()

    def clocks(self) -> Clocks:
        """All clocks, after all marks."""
        begun, by_client = self.openings.begun, self.openings.by_client
        for signal, whose in ((_OPENING, begun), (_BY_CLIENT, begun & by_client)):
            slots = np.flatnonzero(whose & self.row.heard[signal])
            self.signal(slots, self.openings.at[slots], np.full(len(slots), signal))
        for slots, rows in self._steps():
            self.step += 1
            self._take(slots, rows)
        waiting = np.flatnonzero((self.live != ABSENT) & (self.waits != NONE))
        self.pauses.add(self.live[waiting], self.waits[waiting], np.full(len(waiting), _OPEN_ENDED), self.step)
        kept = np.flatnonzero(~self.forgotten[: self.found])
        kept = kept[self.slots[self.slot[kept]].argsort(kind="stable")]
        return self._described(kept)

    def _steps(self) -> Iterator[tuple[Codes, Codes]]:
        """The slots that have another mark, and which row it is, step by step."""
        longest = int(self.counts.max(initial=0))
        going = len(self.counts) - self.counts[::-1].searchsorted(np.arange(longest), "right")
        everyone = np.arange(len(self.counts))
        for step, active in enumerate(going.tolist()):
            yield everyone[:active], self.rows[self.first[:active] + step]

    def _take(self, slots: Codes, rows: Codes) -> None:
        kind, at, value = self.marks.kind[rows], self.marks.at[rows], self.marks.value[rows]
        if self.table.changes:
            idle = (self.live[slots] == ABSENT) & (self.halted[slots] == ABSENT)
            self.turn(slots[idle], at[idle])
        for which, take in ((IS_STATUS, self.move), (IS_PRIORITY, self.price), (IS_SIGNAL, self.signal)):
            chosen = np.flatnonzero(kind == which)
            if chosen.size:
                take(slots[chosen], at[chosen], value[chosen])

    def _described(self, numbers: Codes) -> Clocks:
        """Some clocks, and what happened to them so far."""
        slot = self.slot[numbers]
        clocks = Clocks(
            case=self.slots[slot],
            version=self.judge[numbers],
            channel=self.openings.channel[slot],
            started=self.started[numbers],
            priority=self.first_priority[numbers],
            done=self.done[numbers],
            cancelled=self.cancelled[numbers],
            waits=(self.live[slot] == numbers) & (self.waits[slot] != NONE),
        )
        clock, low, high = self.pauses.read(self.resumed)
        pauses = _Pool(self.chain[clock], low, high)
        return clocks.with_changes(self.chain[numbers], pauses, numbers, _Pool(*self.repricings.read(self.resumed)))

    def signal(self, slots: Codes, at: Ticks, signal: Codes) -> None:
        """Take in signals, one for each of these slots."""
        awake = self.awake[slots]
        self._act(slots[awake], at[awake], signal[awake])
        self._hear(slots, signal)

    def _act(self, slots: Codes, at: Ticks, signal: Codes) -> None:
        """What signals do to exchanges."""
        row = self.row
        version, owed, live = self.version[slots], self.owed[slots], self.live[slots] != ABSENT
        stops = owed & row.stops[version, signal]
        cancels = owed & ~stops & row.cancels[version, signal]
        restarts = live & ~stops & ~cancels & row.restarts[version, signal]
        following = np.full((2, len(slots)), ABSENT)
        if stops.any():
            following[:, stops] = self.stop(slots[stops], at[stops], row.starts[version, signal][stops])
        if cancels.any():
            self.drop(slots[cancels], at[cancels])
        if restarts.any():
            self.end(slots[restarts], at[restarts])
            self.begin(slots[restarts], at[restarts])
        self._start(slots, at, signal, following)

    def _hear(self, slots: Codes, signal: Codes) -> None:
        """Wake the metrics that waited for the signal: it counts as the first of all, but does nothing itself."""
        self.heard[slots] |= 1 << signal
        self.awake[slots] |= self.row.after[self.version[slots]] == signal

    def _start(self, slots: Codes, at: Ticks, signal: Codes, following: Codes) -> None:
        """Open an exchange where the signal starts one and none is open; its clock is the one that follows, if any."""
        starts = ~self.owed[slots] & self.awake[slots] & self.row.starts[self.version[slots], signal]
        slots, at, (started, chain) = slots[starts], at[starts], following[:, starts]
        self.owed[slots] = True
        on = self.mode[slots] <= PAUSED
        follows = chain[on] != ABSENT
        self.begin(slots[on], at[on], np.where(follows, started[on], at[on]), chain[on])

    def stop(self, slots: Codes, at: Ticks, starts_next: Mask) -> Codes:
        """Close exchanges as done; when the clock that would follow starts, and of which chain it is, -1 for none."""
        ended, halted, following = self.live[slots], self.halted[slots], np.full((2, len(slots)), ABSENT)
        after_all = (ended == ABSENT) & (halted != ABSENT) & ~starts_next
        after_all[after_all] = self.cancelled[halted[after_all]] != NONE
        ended = np.where(after_all, halted, ended)
        there = ended != ABSENT
        in_time = ~there
        in_time[there] = self.started[ended[there]] <= at[there]
        slots, at, ended, there = slots[in_time], at[in_time], ended[in_time], there[in_time]
        self._go_on(slots, at)
        self.done[ended[there]], self.cancelled[ended[there]] = at[there], NONE
        follows = there & self.row.sequential[self.version[slots]]
        if follows.any():
            following[:, np.flatnonzero(in_time)[follows]] = self._following(
                slots[follows], at[follows], ended[follows]
            )
        self.owed[slots], self.live[slots], self.halted[slots] = False, ABSENT, ABSENT
        self.turn(slots, at)
        return following

    def _following(self, slots: Codes, at: Ticks, ended: Codes) -> Codes:
        started = self.next_start(self._described(ended), at)
        self.failed[slots[started == NONE]] = True
        return np.array((np.where(started == NONE, at, started), self.chain[ended]))

    def drop(self, slots: Codes, at: Ticks) -> None:
        """Close exchanges: nothing is owed any more."""
        self.end(slots, at)
        self.owed[slots] = False
        self.turn(slots, at)

    def end(self, slots: Codes, at: Ticks) -> None:
        """Cancel clocks, or forget those that have not started yet."""
        self._go_on(slots, at)
        live = self.live[slots]
        there = live != ABSENT
        live, ends = live[there], at[there]
        unborn = self.started[live] > ends
        self.forgotten[live[unborn]] = True
        self.cancelled[live[~unborn]] = ends[~unborn]
        self.live[slots] = self.halted[slots] = ABSENT

    def begin(self, slots: Codes, at: Ticks, started: Ticks | None = None, chain: Codes | None = None) -> None:
        """Let clocks run, or wait, from an instant on; they start then, or as those of a chain do."""
        started = at if started is None else started
        chain = np.full(len(slots), ABSENT) if chain is None else chain
        if self.table.changes:
            self.turn(slots, started)
            on = self.owed[slots] & (self.mode[slots] <= PAUSED)
            slots, at, started, chain = slots[on], at[on], started[on], chain[on]
        numbers = np.arange(self.found, self.found + len(slots))
        self.found += len(slots)
        priority = self._called(slots, self.priority[slots])
        self.slot[numbers], self.started[numbers], self.first_priority[numbers] = slots, started, priority
        self.judge[numbers], self.chain[numbers] = self.version[slots], np.where(chain == ABSENT, numbers, chain)
        self.done[numbers] = self.cancelled[numbers] = NONE
        self.resumed[numbers], self.forgotten[numbers] = ABSENT, False
        self.live[slots] = numbers
        self._pause(slots, at)

    def _called(self, slots: Codes, priority: Codes) -> Codes:
        """Priorities as the versions that judge call them."""
        called = self.table.called[self.version[slots], priority]
        self.failed[slots[called == UNKNOWN]] = True
        return np.maximum(called, ABSENT)

    def _pause(self, slots: Codes, at: Ticks) -> None:
        """Let clocks wait from then on, where the status says so."""
        paused = self.mode[slots] == PAUSED
        self.waits[slots[paused]] = at[paused]

    def _go_on(self, slots: Codes, at: Ticks) -> None:
        """Let clocks wait no longer."""
        low, live = self.waits[slots], self.live[slots]
        over = (low != NONE) & (low < at)
        if over.any():
            self.pauses.add(live[over], low[over], at[over], self.step)
        self.waits[slots] = NONE

    def price(self, slots: Codes, at: Ticks, priority: Codes) -> None:
        """Let other priorities hold from then on."""
        called = self._called(slots, priority)
        self.priority[slots] = priority
        live, halted = self.live[slots], self.halted[slots]
        there, left = live != ABSENT, halted != ABSENT
        unborn = there.copy()
        unborn[there] = at[there] < self.started[live[there]]
        self.first_priority[live[unborn]] = called[unborn]
        there &= ~unborn
        self.repricings.add(live[there], at[there], called[there], self.step)
        self.repricings.add(halted[left], at[left], called[left], self.step, halted=True)

    def move(self, slots: Codes, at: Ticks, status: Codes) -> None:
        """Move cases to other statuses."""
        mode, live, halted = self.row.modes[self.version[slots], status], self.live[slots], self.halted[slots]
        there, left = live != ABSENT, (live == ABSENT) & (halted != ABSENT)
        self._go_on(slots, at)
        self.pauses.add(halted[left], self.since[slots[left]], at[left], self.step, halted=True)
        over = there & (mode > PAUSED)
        self.leave(slots[over], at[over], mode[over])
        self.mode[slots], self.status[slots], self.since[slots] = mode, status, at
        self._pause(slots[there], at[there])
        back = ~there & self.owed[slots] & (mode <= PAUSED)
        self.come_back(slots[back], at[back])

    def leave(self, slots: Codes, at: Ticks, mode: Codes) -> None:
        """What becomes of clocks whose case moves to where they are over."""
        live = self.live[slots]
        self.end(slots, at)
        begun = self.cancelled[live] != NONE
        self.halted[slots[begun]] = live[begun]
        solved = live[begun & (mode == DONE)]
        self.done[solved] = self.cancelled[solved]
        self.cancelled[solved] = NONE

    def come_back(self, slots: Codes, at: Ticks) -> None:
        """Exchanges are open and have no clock, and the case is where it would run."""
        halted, how = self.halted[slots], self.table.reopening[self.version[slots]]
        afresh = (halted == ABSENT) | (how == RESTART)
        afresh[~afresh] = self.cancelled[halted[~afresh]] != NONE
        goes_on, stays = ~afresh & (how == CONTINUE), ~afresh & (how != CONTINUE)
        self.halted[slots] = ABSENT
        self.owed[slots[stays]] = False
        again = halted[goes_on]
        self.live[slots[goes_on]] = again
        self.done[again], self.resumed[again] = NONE, self.step
        self._pause(slots[goes_on], at[goes_on])
        self.begin(slots[afresh], at[afresh])

    def turn(self, slots: Codes, at: Ticks) -> None:
        """Go by the versions in force at these instants."""
        if not self.table.changes:
            return
        version = self.table.version_at(at)
        changed = version != self.version[slots]
        slots, version, row = slots[changed], version[changed], self.row
        self.version[slots], after = version, row.after[version]
        self.mode[slots] = row.modes[version, self.status[slots]]
        self.awake[slots] = (after == ABSENT) | (self.heard[slots] >> np.maximum(after, 0) & 1).astype(bool)
        self.owed[slots] &= row.measured[version]


def _longest_first(counts: Codes) -> Codes:
    """The cases, those with most marks first."""
    most = int(counts.max(initial=0))
    keys = most - counts
    return (keys.astype(np.uint16) if most < 2**16 else keys).argsort(kind="stable")
