"""Clocks of many cases at one instant: `clocks.readings` over a table of events (P6-P10, P16, C15, W9, W18).

`event_tables` says what each row is for a clock, `timer_tables` what happened by itself since, `folds` makes clocks of
that, `term_tables` prices them, and here they are read off. No loop runs over cases: they run over the plan's metrics,
targets and calendars, and over the places in a log, so that the longest log says how many steps there are. A case whose
due cannot be had, as the calendar never opens, is handed to `clocks.readings`, which says why.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from . import clocks as scalar
from .clocks import Phase
from .errors import WrongType
from .event_columns import Column
from .event_tables import IS_PRIORITY, EventTable, Marks
from .folds import Clocks, Fold, Openings
from .kernel import NONE, Mask, Ticks
from .plan import Plan, check_plan
from .plan_tables import ABSENT, Codes, PlanTable
from .promises import Verdict
from .term_tables import Prices, Terms, TermTable, Waits
from .timer_tables import aftermath
from .zones import EPOCH, MICROSECOND, in_range, since_epoch

__all__ = ["readings"]

_PHASES, _VERDICTS = get_args(Phase), get_args(Verdict)
NOT_STARTED, RUNNING, PAUSED, DONE, CANCELLED = (
    _PHASES.index(phase) for phase in ("not_started", "running", "paused", "done", "cancelled")
)
PENDING, MET, LATE, MISSED = (_VERDICTS.index(verdict) for verdict in ("pending", "met", "late", "missed"))
_INSTANTS = ("started", "due", "limit", "done", "cancelled", "due_if_resumed", "version")
_AMOUNTS = ("elapsed", "paused", "remaining", "remaining_to_limit")
_CODES = ("case", "metric", "phase", "priority", "verdict")


class Rows:
    """Rows of readings, column by column, in numbers."""

    def __init__(self, size: int) -> None:
        self.columns: dict[str, Codes] = {name: np.full(size, ABSENT) for name in _CODES}
        self.columns |= {name: np.full(size, NONE) for name in (*_INSTANTS, *_AMOUNTS)}

    def followed_by(self, others: Rows) -> Rows:
        """These rows, and others."""
        rows = Rows(0)
        rows.columns = {name: np.concatenate((mine, others.columns[name])) for name, mine in self.columns.items()}
        return rows

    def put(self, **columns: Codes | int) -> None:
        """Set some columns."""
        for name, values in columns.items():
            self.columns[name][:] = values


class View(NamedTuple):
    """What is read: the plan, whose cases, as of when; by case, the instant and the version of its latest event."""

    table: PlanTable
    now: int
    priority: Codes
    channel: Codes
    latest: Codes


def readings(plan: Plan, events: Any, now: datetime | np.datetime64) -> dict[str, Column]:
    """TODO."""
    check_plan(plan)
    until = _now(now)
    log = EventTable(plan, events)
    marks, ended, failed = aftermath(log, until)
    begun = log.opened <= until
    view = View(log.plan, until, _last_priorities(log, marks, begun), log.channel, log.plan.version_at(ended))
    openings = Openings(log.opened, log.first_status, log.first_priority, log.channel, log.by_client, begun)
    found = []
    for metric in range(len(log.plan.metrics)):
        rows, lost = _read_metric(view, metric, openings, marks)
        failed[lost] = True
        found.append(rows)
    for case in np.flatnonzero(failed)[:1].tolist():
        scalar.readings(plan, log.log(case), EPOCH + until * MICROSECOND)
    return _output(log, _in_order(view, found))


def _now(now: datetime | np.datetime64) -> int:
    if isinstance(now, np.datetime64):
        if np.isnat(now):
            raise WrongType("now", now, "an instant")
        now = EPOCH + timedelta(microseconds=int(now.astype("M8[us]").astype(np.int64)))
    return in_range(since_epoch(now, "now"), "now") // MICROSECOND


def _last_priorities(log: EventTable, marks: Marks, begun: Mask) -> Codes:
    """The priority that each case has in the end; none before the opening."""
    last = np.where(begun, log.first_priority, ABSENT)
    prices = marks.taken(marks.kind == IS_PRIORITY)
    last[prices.case] = prices.value
    return last


def _read_metric(view: View, metric: int, openings: Openings, marks: Marks) -> tuple[Rows, Codes]:
    """The readings of one metric, each case's in order, and the cases that it cannot judge."""
    terms = TermTable(view.table, metric)
    fold = Fold(view.table, metric, openings, marks, terms.next_start)
    clocks = fold.clocks()
    prices = terms.priced(clocks)
    rows = Rows(len(clocks.case))
    lost = _read_clocks(view, terms, clocks, prices, rows)
    cases = np.flatnonzero(fold.row.measured[view.latest] & (np.bincount(clocks.case, minlength=len(view.latest)) == 0))
    rows = rows.followed_by(_not_started(view, metric, cases))
    rows.put(metric=metric)
    return rows, np.concatenate((fold.slots[fold.failed], clocks.case[lost]))


def _not_started(view: View, metric: int, cases: Codes) -> Rows:
    """The reading of each of these cases, in which no clock of the metric has begun."""
    rows, version, priority = Rows(len(cases)), view.latest[cases], view.priority[cases]
    promised = view.table.promised[version, metric, priority, view.channel[cases]]
    since = view.table.since[version]
    rows.put(case=cases, phase=NOT_STARTED, priority=priority, elapsed=0, paused=0, version=since)
    rows.put(verdict=np.where(promised, PENDING, ABSENT))
    return rows


def _read_clocks(view: View, terms: TermTable, clocks: Clocks, prices: Prices, rows: Rows) -> Mask:
    """Fill in the readings of clocks; those that cannot be judged."""
    ended = np.where(clocks.done == NONE, clocks.cancelled, clocks.done)
    waits = Waits.of(clocks, np.where(ended == NONE, view.now, ended))
    phase, (used, waited) = _phases(clocks, view.now), terms.spent(prices.due, waits)
    rows.put(case=clocks.case, phase=phase, priority=prices.priority, elapsed=used, paused=waited)
    rows.put(started=clocks.started, done=clocks.done, cancelled=clocks.cancelled)
    rows.put(version=view.table.since[clocks.version])
    promised, lost = np.flatnonzero(prices.promised & ~prices.failed), prices.failed.copy()
    standing = _standing(terms, prices.taken(promised), waits.taken(promised), phase[promised], used[promised])
    for name, values in standing.items():
        rows.columns[name][promised] = values
    lost[promised] = rows.columns["verdict"][promised] == ABSENT
    return lost


def _phases(clocks: Clocks, now: int) -> Codes:
    phase = np.where(clocks.waits, PAUSED, RUNNING)
    phase[clocks.started > now] = NOT_STARTED
    phase[clocks.cancelled != NONE] = CANCELLED
    phase[clocks.done != NONE] = DONE
    return phase


def _standing(terms: TermTable, prices: Prices, waits: Waits, phase: Codes, used: Ticks) -> dict[str, Codes]:
    """How clocks stand to their targets at their ends, or those that wait, as of when they began to."""
    paused, before = phase == PAUSED, _before_the_last(waits, phase == PAUSED)
    due = terms.due_under(prices.due, before)
    limit, own = due.copy(), np.flatnonzero(~prices.same)
    limit[own] = terms.due_under(prices.limit.taken(own), before.taken(own))
    known = (due != NONE) & (limit != NONE)
    own = own[limit[own] >= due[own]]
    limit = np.maximum(limit, due)
    remaining = prices.due.amount - used
    further = remaining.copy()
    further[own] = prices.limit.amount[own] - terms.spent(prices.limit.taken(own), waits.taken(own))[0]
    resumed = np.full(len(due), NONE)
    resumed[paused] = terms.due_under(prices.due.taken(paused), waits.taken(paused))
    return {
        "verdict": np.where(known, _verdicts(before.until, due, limit, phase == DONE), ABSENT),
        "due": np.where(paused, NONE, due),
        "limit": np.where(paused, NONE, limit),
        "remaining": remaining,
        "remaining_to_limit": further,
        "due_if_resumed": resumed,
    }


def _verdicts(at: Ticks, due: Ticks, limit: Ticks, done: Mask) -> Codes:
    """The verdicts on what was done at an instant, or is not done yet (W9)."""
    kept, late = at <= due, at <= limit
    closed = np.where(kept, MET, np.where(late, LATE, MISSED))
    return np.where(done, closed, np.where(at < due, PENDING, np.where(at < limit, LATE, MISSED)))


def _before_the_last(waits: Waits, paused: Mask) -> Waits:
    """The pauses before the wait that goes on, up to when it began, however many statuses it has gone through."""
    count, until = waits.count.copy(), waits.until.copy()
    rows = np.flatnonzero(paused & (count > 0))
    while rows.size:
        low, high = waits.kth(rows, count[rows] - 1)
        goes_on = high == until[rows]
        rows = rows[goes_on]
        until[rows] = low[goes_on]
        count[rows] -= 1
        rows = rows[count[rows] > 0]
    return waits._replace(count=count, until=until)


def _in_order(view: View, found: list[Rows]) -> dict[str, Codes]:
    """The rows of all metrics, case by case, in the order in which its metrics are read."""
    table, none = view.table, Rows(0).columns
    columns = {name: np.concatenate([none[name], *(rows.columns[name] for rows in found)]) for name in none}
    places = np.array([np.argsort(table.order(version)) for version in range(len(table.plans))], dtype=np.int64)
    place = places[view.latest[columns["case"]], columns["metric"]]
    order = (columns["case"] * len(table.metrics) + place).argsort(kind="stable")
    return {name: values[order] for name, values in columns.items()}


def _output(log: EventTable, columns: dict[str, Codes]) -> dict[str, Column]:
    """The columns as they are handed out."""
    table = log.plan
    if not table.changes:
        columns["version"][:] = NONE
    names = {"metric": table.metrics, "phase": _PHASES, "priority": table.priorities, "verdict": _VERDICTS}
    texts = {name: np.array([*known, ""])[columns[name]] for name, known in names.items()}
    instants = {name: columns[name].view("M8[us]") for name in _INSTANTS}
    amounts = {name: columns[name].view("m8[us]") for name in _AMOUNTS}
    return {"case": log.cases[columns["case"]], **texts, **instants, **amounts}
