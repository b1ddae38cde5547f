"""Clocks of many cases at one instant: `clocks.readings` over a table of events (P6-P10, P16, C15, W9, W18).

`event_tables` says what each row is for a clock, `timer_tables` what happened by itself since, `folds` makes clocks of
that, `term_tables` prices them, and here they are read off. No loop runs over cases: they run over the plan's metrics,
targets and calendars, and over the places in a log, so that the longest log says how many steps there are. A case whose
due cannot be had, as the calendar never opens, is handed to `clocks.readings`, which says why.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple, get_args

import numpy as np

from supportsla.clocks import Phase
from supportsla.clocks import readings as readings_of_case
from supportsla.plan import Plan, check_plan
from supportsla.promises import Verdict
from supportsla.zones import EPOCH, MICROSECOND, in_range, since_epoch

from .event_columns import Array, instants_of
from .event_tables import IS_PRIORITY, EventTable, Marks
from .folds import Clocks, Fold, Openings
from .grids import NONE, Mask, Ticks
from .plan_tables import ABSENT, UNKNOWN, Codes, PlanTable
from .term_tables import Prices, TermTable, Waits
from .timer_tables import aftermath

__all__ = ["readings"]

BLOCK = 2**15
_PHASES, _VERDICTS = get_args(Phase), get_args(Verdict)
NOT_STARTED, RUNNING, PAUSED, DONE, CANCELLED = (
    _PHASES.index(phase) for phase in ("not_started", "running", "paused", "done", "cancelled")
)
PENDING, MET, LATE, MISSED = (_VERDICTS.index(verdict) for verdict in ("pending", "met", "late", "missed"))
_INSTANTS = ("started", "due", "limit", "done", "cancelled", "due_if_resumed", "version")
_AMOUNTS = ("elapsed", "paused", "remaining", "remaining_to_limit")
_CODES = ("metric", "phase", "priority", "verdict")


class Rows:
    """Rows of readings, column by column, in numbers."""

    def __init__(self, size: int) -> None:
        self.columns: dict[str, Array] = {"case": np.full(size, ABSENT)}
        self.columns |= {name: np.full(size, ABSENT, np.int16) for name in _CODES}
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


def readings(plan: Plan, events: Any, now: datetime | np.datetime64) -> dict[str, Array]:
    """`supportsla.readings` of many cases at once: the clocks of every case of a table of events, as of an instant.

    Equal to the readings of each case's log, row for row. Columns are NumPy arrays of one dimension; a text is missing
    as "" or None. The rows of a case need not stand together, but in order, the first one being its opening.

    Args:
        plan: whose metrics are measured.
        events: a mapping of column names to arrays, or a structured array, with a row for each event.
            `case`: integers or texts. `at`: datetime64 in UTC, in nanoseconds or a longer unit, of whole microseconds.
            `what`: the name of its kind, such as "Opened", "Commented", "StatusChanged", "PriorityChanged" or
            "Assigned"; the others of `supportsla.events` mark nothing. `who`: the role of whoever did it, "client",
            "support", "collaborator" or "system"; only that of an `Opened`, `Commented` or `AttachmentAdded`, which
            need it, and of a `PriorityChanged` is looked at. `status`: to which a `StatusChanged` moves, and in which
            an `Opened` begins; missing: the workflow's first. `priority`: that a `PriorityChanged` sets, and that an
            `Opened` says; missing: by channel and subject, as by `handle`.
            If they are there: `channel` and `subject` of an `Opened`; `public`, bool, of an `AttachmentAdded` or
            `Commented`, else True; and for plans whose workflow has such timers, `until` of a `StatusChanged`,
            datetime64 or NaT, and `timer`: the name of the one that did it, of a `Reminded`, or of a
            `PriorityChanged` by the system.
        now: an aware datetime, or a datetime64 in UTC.

    Returns:
        The columns of the readings, in order of the cases' first rows, each case's as `readings` has them. `case`;
        texts: `metric`, `phase`, `priority` and `verdict`, "" where there is none; datetime64[us] in UTC: `started`,
        `due`, `limit`, `done`, `cancelled`, `due_if_resumed` and `version`; timedelta64[us]: `elapsed`, `paused`,
        `remaining` and `remaining_to_limit`; NaT where there is none.

    Raises:
        InvalidTable: a column is missing, or is of another length.
        WrongType: no plan, table or array; a column or a row of another type; a change that does not say to what.
        InvalidChoice: no such event or role.
        CaseNotOpened, CaseExists, EventOutOfOrder: the rows of a case are not its log, in order.
        UnknownPriority, UnknownStatus: a row names what the plan does not have.
        OutOfRange, NaiveDatetime: an instant is missing, has no zone, or lies outside years 1900 to 2200.
        NeverOpens, OutOfRange: a due cannot be had, as for `readings`.

    >>> import numpy as np
    >>> from supportsla import vector
    >>> from supportsla.presets import apricot_us
    >>> events = {
    ...     "case": np.array([7, 7]),
    ...     "at": np.array(["2026-06-12T21:00", "2026-06-15T15:00"], "M8[m]"),
    ...     "what": np.array(["Opened", "Commented"]),
    ...     "status": np.array(["New", ""]),
    ...     "who": np.array(["client", "support"]),
    ...     "priority": np.array(["high", ""]),
    ... }
    >>> found = vector.readings(apricot_us(), events, np.datetime64("2026-06-16"))
    >>> [str(found[name][0]) for name in ("metric", "phase", "verdict", "due", "elapsed")]
    ['first_response', 'done', 'missed', '2026-06-15T13:00:00.000000', '21600000000 microseconds']
    """
    check_plan(plan)
    until = _now(now)
    log = EventTable(plan, events)
    marks, ended, failed = aftermath(log, until)
    begun = log.opened <= until
    view = View(log.plan, until, _last_priorities(log, marks, begun), log.channel, log.plan.version_at(ended))
    failed |= view.table.called[view.latest, view.priority] == UNKNOWN
    openings = Openings(log.opened, log.first_status, log.first_priority, log.channel, log.by_client, begun)
    found = [_read_block(view, openings, marks, start, failed) for start in range(0, len(begun) or 1, BLOCK)]
    for case in np.flatnonzero(failed)[:1].tolist():
        readings_of_case(plan, log.log(case), EPOCH + until * MICROSECOND)
    return _output(log, {name: np.concatenate([part.pop(name) for part in found]) for name in [*found[0]]})


def _now(now: datetime | np.datetime64) -> int:
    if isinstance(now, np.datetime64):
        return int(instants_of("now", np.array([now]))[0])
    return in_range(since_epoch(now, "now"), "now") // MICROSECOND


def _last_priorities(log: EventTable, marks: Marks, begun: Mask) -> Codes:
    """The priority that each case has in the end; none before the opening."""
    last = np.where(begun, log.first_priority, ABSENT)
    prices = marks.taken(marks.kind == IS_PRIORITY)
    last[prices.case] = prices.value
    return last


def _read_block(view: View, openings: Openings, marks: Marks, start: int, failed: Mask) -> dict[str, Array]:
    """The readings of some cases, from one on, so many that their arrays stay in the processor's reach."""
    cases = slice(start, start + BLOCK)
    rows = slice(*marks.case.searchsorted((start, start + BLOCK)))
    marks = Marks(marks.case[rows] - start, marks.at[rows], marks.kind[rows], marks.value[rows])
    view = view._replace(priority=view.priority[cases], channel=view.channel[cases], latest=view.latest[cases])
    found = []
    for metric in range(len(view.table.metrics)):
        readings, lost = _read_metric(view, metric, openings.taken(cases), marks)
        failed[start + lost] = True
        found.append(readings)
    columns = _in_order(view, found)
    columns["case"] += start
    return columns


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
    priority = np.maximum(view.table.called[version, priority], ABSENT)
    promised = view.table.promised[version, metric, priority, view.channel[cases]]
    since = view.table.since[version]
    rows.put(case=cases, phase=NOT_STARTED, priority=priority, elapsed=0, paused=0, version=since)
    rows.put(verdict=np.where(promised, PENDING, ABSENT))
    return rows


def _read_clocks(view: View, terms: TermTable, clocks: Clocks, prices: Prices, rows: Rows) -> Mask:
    """Fill in the readings of clocks; those that cannot be judged."""
    waits = Waits.of(clocks, np.where(clocks.ended == NONE, view.now, clocks.ended))
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


def _standing(terms: TermTable, prices: Prices, waits: Waits, phase: Codes, used: Ticks) -> dict[str, Array]:
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
    count, until = waits.counts.copy(), waits.until.copy()
    rows = np.flatnonzero(paused & (count > 0))
    while rows.size:
        low, high = waits.kth(rows, count[rows] - 1)
        goes_on = high == until[rows]
        rows = rows[goes_on]
        until[rows] = low[goes_on]
        count[rows] -= 1
        rows = rows[count[rows] > 0]
    return waits._replace(counts=count, until=until)


def _in_order(view: View, found: list[Rows]) -> dict[str, Array]:
    """The rows of all metrics, case by case, in the order in which its metrics are read."""
    table, none = view.table, Rows(0).columns
    columns = {name: np.concatenate([none[name], *(rows.columns[name] for rows in found)]) for name in none}
    places = np.array([np.argsort(table.order(version)) for version in range(len(table.plans))], dtype=np.int64)
    place = places[view.latest[columns["case"]], columns["metric"]]
    order = (columns["case"] * len(table.metrics) + place).argsort(kind="stable")
    return {name: values[order] for name, values in columns.items()}


def _output(log: EventTable, columns: dict[str, Array]) -> dict[str, Array]:
    """The columns as they are handed out."""
    table = log.plan
    if not table.changes:
        columns["version"][:] = NONE
    names = {"metric": table.metrics, "phase": _PHASES, "priority": table.priorities, "verdict": _VERDICTS}
    texts = {name: np.array([*known, ""]).take(columns[name], mode="wrap") for name, known in names.items()}
    instants = {name: columns[name].view("M8[us]") for name in _INSTANTS}
    amounts = {name: columns[name].view("m8[us]") for name in _AMOUNTS}
    return {"case": log.cases[columns["case"]], **texts, **instants, **amounts}
