"""What targets come to, for many clocks at once: `terms` over arrays (P9, P16, W15).

`Terms` are amounts of time from instants on, a row each; their legs say on which calendar, and how they count. Loops
run over the legs, over the calendars, and over the k-th pause or change of priority of all clocks that have one. A due
that cannot be had is `NONE`, and so is all that follows from it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from supportsla.worktime import Boundary
from supportsla.zones import FIRST, LAST, MICROSECOND

from .folds import Clocks
from .grids import NONE, Mask, Ticks
from .kernel import Kernel
from .multiples import GridTable
from .plan_tables import ABSENT, REPRICINGS, Codes, Leg, PlanTable

__all__ = ["Prices", "TermTable", "Terms", "Waits"]

_FIRST, _LAST = FIRST // MICROSECOND, LAST // MICROSECOND
FAIR, FROM_START, FROM_CHANGE = map(REPRICINGS.index, ("fair", "from_start", "from_change"))


class Terms(NamedTuple):
    """Amounts of time that count from instants, and their dues if nothing interrupts them."""

    leg: Codes
    since: Ticks
    amount: Ticks
    due: Ticks
    opens: Mask

    def taken(self, rows: Codes | Mask) -> Terms:
        """Some of them."""
        return Terms(self.leg[rows], self.since[rows], self.amount[rows], self.due[rows], self.opens[rows])

    def put(self, rows: Codes, others: Terms) -> None:
        """Replace some of them."""
        self.leg[rows], self.since[rows], self.amount[rows] = others.leg, others.since, others.amount
        self.due[rows], self.opens[rows] = others.due, others.opens


class Waits(NamedTuple):
    """The pauses of clocks until an instant: from `first` on, so many, of the rows of `low` and `high`."""

    first: Codes
    counts: Codes
    low: Ticks
    high: Ticks
    until: Ticks

    @staticmethod
    def of(clocks: Clocks, until: Ticks) -> Waits:
        """The pauses of all clocks, each until an instant of its own."""
        return Waits(clocks.pause, clocks.pauses, clocks.low, clocks.high, until)

    def taken(self, rows: Codes | Mask) -> Waits:
        """Those of some clocks."""
        return Waits(self.first[rows], self.counts[rows], self.low, self.high, self.until[rows])

    def kth(self, rows: Codes, k: int | Codes) -> tuple[Ticks, Ticks]:
        """The k-th pause of each of these clocks; one that begins later is nothing, at the end."""
        place, until = self.first[rows] + k, self.until[rows]
        return np.minimum(self.low[place], until), np.minimum(self.high[place], until)


class Prices(NamedTuple):
    """The targets that hold in the end: their priorities, whether there is one, and what sets the due and the limit.

    `same`: what sets the limit is what sets the due. `failed`: a due on the way cannot be had.
    """

    priority: Codes
    promised: Mask
    due: Terms
    limit: Terms
    same: Mask
    failed: Mask

    def taken(self, rows: Codes | Mask) -> Prices:
        """Those of some clocks."""
        return Prices(
            self.priority[rows],
            self.promised[rows],
            self.due.taken(rows),
            self.limit.taken(rows),
            self.same[rows],
            self.failed[rows],
        )


class TermTable:
    """The targets of a plan's metric, as terms."""

    def __init__(self, table: PlanTable, metric: int) -> None:
        self.table, self.metric = table, metric
        self.calendar = np.array([leg.calendar for leg in table.legs], dtype=np.int64)
        self.around_the_clock = np.array([leg.around_the_clock for leg in table.legs], dtype=bool)

    def terms(self, legs: Codes, since: Ticks) -> Terms:
        """The terms of legs that count from instants."""
        made = Terms(legs, since.copy(), np.zeros_like(since), since.copy(), np.zeros(len(legs), bool))
        for number in np.flatnonzero(np.bincount(legs)).tolist():
            leg, rows = self.table.legs[number], np.flatnonzero(legs == number)
            if leg.duration.amount:
                made.put(rows, _term(self.table.kernels[leg.calendar], leg, legs[rows], since[rows]))
        return made

    def _used_up(self, terms: Terms, amounts: Ticks) -> Ticks:
        """When amounts that count as the terms do are used up."""
        due = terms.since + amounts
        due[(due < _FIRST) | (due >= _LAST)] = NONE
        calendars = np.where(self.around_the_clock[terms.leg], ABSENT, self.calendar[terms.leg])
        boundaries: tuple[tuple[bool, Boundary], ...] = ((False, "close"), (True, "open"))
        for opens, boundary in boundaries:
            for number, kernel in enumerate(self.table.kernels):
                rows = np.flatnonzero((calendars == number) & (terms.opens == opens))
                if rows.size:
                    due[rows] = kernel.used_up(terms.since[rows], amounts[rows], boundary)
        return due

    def passed(self, legs: Codes, start: Ticks, end: Ticks) -> Ticks:
        """How much time, as the legs count it, passes between instants."""
        passed = end - start
        calendars = np.where(self.around_the_clock[legs], ABSENT, self.calendar[legs])
        for number, kernel in enumerate(self.table.kernels):
            rows = np.flatnonzero(calendars == number)
            if rows.size:
                passed[rows] = kernel.open_between(start[rows], end[rows])
        return passed

    def spent(self, terms: Terms, waits: Waits) -> tuple[Ticks, Ticks]:
        """How much of each is used at the end of the waits, and how much time, as it counts, went by in them."""
        waited, k = np.zeros_like(terms.since), 0
        rows = np.flatnonzero((waits.counts > 0) & (waits.until > terms.since))
        while rows.size:
            low, high = waits.kth(rows, k)
            waited[rows] += self._waited(terms, rows, low, high)
            k += 1
            rows = rows[waits.counts[rows] > k]
        end = np.maximum(waits.until, terms.since)
        return self.passed(terms.leg, terms.since, end) - waited, waited

    def _waited(self, terms: Terms, rows: Codes, low: Ticks, high: Ticks) -> Ticks:
        """How much of a pause each row counts."""
        since = terms.since[rows]
        return self.passed(terms.leg[rows], np.maximum(low, since), np.maximum(high, since))

    def due_under(self, terms: Terms, waits: Waits) -> Ticks:
        """When each is used up, if nothing but these pauses interrupts it; a due that is reached stays."""
        due, amount, waits_until, k = terms.due.copy(), terms.amount.copy(), np.full(len(terms.due), NONE), 0
        rows = np.flatnonzero(waits.counts > 0)
        while rows.size:
            low, high = waits.kth(rows, k)
            on = (due[rows] > low) | ((due[rows] == low) & (low == waits_until[rows]))
            rows, low, high = rows[on], low[on], high[on]
            waits_until[rows] = high
            waited = self._waited(terms, rows, low, high)
            moved = rows[waited > 0]
            amount[rows] += waited
            due[moved] = self._used_up(terms.taken(moved), amount[moved])
            k += 1
            rows = rows[waits.counts[rows] > k]
        return due

    def priced(self, clocks: Clocks) -> Prices:
        """The targets that hold for clocks in the end (P16)."""
        everyone = np.arange(len(clocks.started))
        prices, k = self._priced_at(clocks, everyone, clocks.priority, clocks.started), 0
        rows = everyone[clocks.changes > 0]
        while rows.size:
            place = clocks.change[rows] + k
            at, priority = clocks.at[place], clocks.to[place]
            differs = priority != prices.priority[rows]
            self._reprice(clocks, prices, rows[differs], at[differs], priority[differs])
            k += 1
            rows = rows[clocks.changes[rows] > k]
        return prices

    def _priced_at(self, clocks: Clocks, rows: Codes, priority: Codes, since: Ticks) -> Prices:
        """The prices of a priority's own target as it counts from instants, or all time since the clock's start."""
        table, place = self.table, (clocks.version[rows], self.metric, priority, clocks.channel[rows])
        promised, dues, limits = table.promised[place], table.dues[place], table.limits[place]
        due = self.terms(dues, np.where(promised, since, clocks.started[rows]))
        same = dues == limits
        limit, own = due.taken(np.arange(len(rows))), np.flatnonzero(~same)
        limit.put(own, self.terms(limits[own], since[own]))
        failed = (due.due == NONE) | (limit.due == NONE)
        return Prices(priority.copy(), promised, due, limit, same, failed)

    def _reprice(self, clocks: Clocks, prices: Prices, rows: Codes, at: Ticks, priority: Codes) -> None:
        """Let other priorities hold from instants on."""
        old, version = prices.taken(rows), clocks.version[rows]
        how, ranks = self.table.repricing[version], self.table.ranks
        lowered = ranks[version, priority] > ranks[version, old.priority]
        from_start = (how == FROM_START) | ((how == FAIR) & lowered)
        new = self._priced_at(clocks, rows, priority, np.where(from_start, clocks.started[rows], at))
        replaces = from_start | (how == FROM_CHANGE) | ~old.promised
        judged = np.flatnonzero(~replaces & new.promised)
        waits = Waits.of(clocks, clocks.started).taken(rows)._replace(until=at).taken(judged)
        chosen, limited, failed = replaces.copy(), replaces.copy(), old.failed | new.failed
        for name, picked in (("due", chosen), ("limit", limited)):
            before, after = (self.due_under(getattr(price, name).taken(judged), waits) for price in (old, new))
            picked[judged] = after < before
            failed[judged] |= (before == NONE) | (after == NONE)
        prices.priority[rows], prices.failed[rows] = priority, failed
        prices.promised[rows] = np.where(replaces, new.promised, old.promised)
        prices.due.put(rows[chosen], new.due.taken(chosen))
        prices.limit.put(rows[limited], new.limit.taken(limited))
        prices.same[rows] = (chosen == limited) & np.where(chosen, new.same, old.same)

    def next_start(self, clocks: Clocks, done: Ticks) -> Ticks:
        """Where the grids of sequential clocks go on: at the due of what is done, or its last multiple by then."""
        prices = self.priced(clocks)
        starts = np.where(prices.promised, self.due_under(prices.due, Waits.of(clocks, done)), done)
        starts[prices.failed] = NONE
        legs = np.where(prices.promised & (starts != NONE), prices.due.leg, ABSENT)
        for number in np.unique(legs[legs != ABSENT]).tolist():
            leg, rows = self.table.legs[number], np.flatnonzero(legs == number)
            grid = GridTable(self.table.kernels[leg.calendar], starts[rows], leg.duration, leg.boundary)
            periods = grid.first_from(done[rows] + 1) - 1
            starts[rows] = np.where(periods > 0, grid.end(np.maximum(periods, 1)), starts[rows])
        return starts


def _term(kernel: Kernel, leg: Leg, legs: Codes, since: Ticks) -> Terms:
    """The terms of one leg that count from instants."""
    due = kernel.due_of(since, leg.duration, leg.boundary)
    opens = np.full(len(since), leg.boundary == "open")
    if leg.duration.unit == "business hours":
        amount: Any = leg.duration.amount
        return Terms(legs, since, np.full(len(since), amount // MICROSECOND), due, opens)
    known = np.where(due == NONE, since, due)
    if leg.around_the_clock:
        return Terms(legs, since, known - since, due, opens)
    amounts = kernel.open_between(since, known)
    return Terms(legs, since, amounts, due, kernel.used_up(since, amounts, "close") != due)
