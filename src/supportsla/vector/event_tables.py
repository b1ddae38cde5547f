"""A long table of events as arrays: what each row is for a clock, case by case (C15, P10, W16).

The rows are put in order of their cases, those of one case as they stand. Each says at most one thing to a clock: a
signal, or a change of the status or of the priority; but an opening says several, which stand apart, one row a case.
What `logs` checks of one log is checked here of all, and an error names the row of the table, counted from 0.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from supportsla.errors import CaseExists, CaseNotOpened, EventOutOfOrder, InvalidChoice, SupportSLAError, WrongType
from supportsla.events import (
    KINDS,
    ROLES,
    Actor,
    Assigned,
    AttachmentAdded,
    Commented,
    Event,
    Opened,
    PriorityChanged,
    Reminded,
    Role,
    StatusChanged,
    SubjectChanged,
)
from supportsla.intake import first_priority
from supportsla.metrics import SIGNALS, Signal
from supportsla.plan import Plan, version_of
from supportsla.zones import EPOCH, MICROSECOND

from .event_columns import Array, Texts, cases_of, checked_columns, factored, flags_of, instants_of, texts_of
from .grids import NONE, Mask, Ticks
from .plan_tables import ABSENT, UNKNOWN, Codes, PlanTable

__all__ = ["IS_PRIORITY", "IS_SIGNAL", "IS_STATUS", "EventTable", "Marks"]

NEEDED = ("case", "at", "what", "status", "who", "priority")
OPTIONAL = ("channel", "public", "subject", "timer", "until")
_NAMES = tuple(kind.__name__ for kind in KINDS)
_OPENED, _MOVED, _PRICED, _REMINDED = map(KINDS.index, (Opened, StatusChanged, PriorityChanged, Reminded))
_MESSAGES = (KINDS.index(Commented), KINDS.index(AttachmentAdded))
IS_NOTHING, IS_STATUS, IS_PRIORITY, IS_SIGNAL = range(4)
_SYSTEM = ROLES.index("system")
_SIGNALS: dict[tuple[type[Event], Role], Signal] = {
    (Commented, "client"): "client_update",
    (Commented, "support"): "reply",
    (AttachmentAdded, "client"): "client_update",
}


def _signal_codes() -> Codes:
    """The signal that an event is, by its kind and by who did it; the last place is for nobody."""
    found = np.full((len(KINDS), len(ROLES) + 1), ABSENT)
    for (kind, role), signal in _SIGNALS.items():
        found[KINDS.index(kind), ROLES.index(role)] = SIGNALS.index(signal)
    found[KINDS.index(Assigned)] = SIGNALS.index("assignment")
    return found


_SIGNAL_CODES = _signal_codes()


class Marks:
    """What events are for clocks, row by row: whose, when, which kind of mark, and its value."""

    def __init__(self, case: Codes, at: Ticks, kind: Codes, value: Codes) -> None:
        self.case, self.at, self.kind, self.value = case, at, kind, value

    def taken(self, rows: Codes | Mask) -> Marks:
        """Some of them."""
        return Marks(self.case[rows], self.at[rows], self.kind[rows], self.value[rows])

    def followed_by(self, *others: Marks) -> Marks:
        """These and others, each case's together."""
        both = [np.concatenate(parts) for parts in zip(*map(_fields, (self, *others)), strict=True)]
        return Marks(*both).taken(both[0].argsort(kind="stable"))


def _fields(marks: Marks) -> tuple[Codes, Ticks, Codes, Codes]:
    return marks.case, marks.at, marks.kind, marks.value


class EventTable:
    """The events of many cases, each case's together, under a plan.

    By row: `case`, `row` (of the table as given), `at`, `what`, `who`, `public`, `status`, `priority`, `timer`,
    `until`. By case: `cases`, `first` (the row of its opening), and what its opening says, completed as by `handle`:
    `opened`, `by_client`, `channel`, `first_status`, `first_priority`.
    """

    def __init__(self, plan: Plan, events: object) -> None:
        columns = checked_columns(events, NEEDED, OPTIONAL)
        self.case, self.cases = cases_of(columns["case"])
        self._read_facts(columns)
        names = self._read_names(columns)
        self._sort()
        self._check_order()
        self.plan = PlanTable(plan, *names)
        self._number_names(*names)
        self._complete()

    def _read_facts(self, columns: dict[str, Array]) -> None:
        rows = len(self.case)
        self.row = np.arange(rows)
        self.at = instants_of("at", columns["at"])
        self.what = _choices("what", columns["what"], _NAMES)
        by_whom = np.isin(self.what, (_OPENED, *_MESSAGES, _PRICED))
        self.who = _choices("who", columns["who"], ROLES, np.flatnonzero(by_whom))
        self.public = flags_of("public", columns["public"]) if "public" in columns else np.broadcast_to(np.True_, rows)
        until = columns.get("until")
        self.until = (
            np.broadcast_to(np.int64(NONE), rows) if until is None else instants_of("until", until, missing=True)
        )
        _refuse("what", self.what == ABSENT, _NAMES)
        _refuse("who", by_whom & (self.what != _PRICED) & (self.who == ABSENT), ROLES)

    def _read_names(self, columns: dict[str, Array]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The statuses and the priorities that the rows name, and the texts of openings and timers."""
        opens, moves, prices = (self.what == kind for kind in (_OPENED, _MOVED, _PRICED))
        fires = prices & (self.who == _SYSTEM) | (self.what == _REMINDED)
        status = texts_of("status", columns["status"], np.flatnonzero(opens | moves))
        priority = texts_of("priority", columns["priority"], np.flatnonzero(opens | prices))
        self.status, self.priority = status.codes, priority.codes
        _require("status", moves & (self.status == ABSENT), "the status that the case moves to")
        _require("priority", prices & (self.priority == ABSENT), "the priority that the case gets")
        self.timers = _optional_texts("timer", columns, np.flatnonzero(fires))
        self.channels = _optional_texts("channel", columns, np.flatnonzero(opens))
        self.subjects = _optional_texts("subject", columns, np.flatnonzero(opens))
        self.timer = self.timers.codes
        return status.names, priority.names

    def _sort(self) -> None:
        """Put each case's rows together."""
        if (self.case[1:] < self.case[:-1]).any():
            order = self.case.argsort(kind="stable")
            for name in ("case", "row", "at", "what", "who", "public", "status", "priority", "timer", "until"):
                setattr(self, name, getattr(self, name)[order])
        self.first = self.case.searchsorted(np.arange(len(self.cases)))

    def _check_order(self) -> None:
        """Refuse a case that does not begin with its opening, opens twice, or goes back in time."""
        unopened = np.flatnonzero(self.what[self.first] != _OPENED)
        if unopened.size:
            row = int(self.first[unopened[self.row[self.first[unopened]].argmin()]])
            raise CaseNotOpened(f"row {self.row[row]}, the first of case {self._number(row)},", self.instant(row))
        later = np.ones(len(self.case), bool)
        later[self.first] = False
        again = np.flatnonzero(later & (self.what == _OPENED))
        older = np.flatnonzero(later & (self.at < np.roll(self.at, 1)))
        for rows, error, does, allowed in (
            (older, EventOutOfOrder, "is older than the one before it", "instants from {} on"),
            (again, CaseExists, "opens a case again", "one opening a case"),
        ):
            if rows.size:
                row, before = int(rows[0]), self.instant(int(rows[0]) - 1)
                fact = f"row {self.row[row]}, a {_NAMES[self.what[row]]} at {self.instant(row)}, {does}"
                raise error(self._number(row), before, fact, (allowed.format(before),))

    def _number(self, row: int) -> str:
        return str(self.cases[self.case[row]])

    def instant(self, row: int) -> datetime:
        """When a row happened."""
        return EPOCH + int(self.at[row]) * MICROSECOND

    def _number_names(self, statuses: tuple[str, ...], priorities: tuple[str, ...]) -> None:
        """Give statuses and priorities their numbers in the plan."""
        table = self.plan
        for field, names, known in (
            ("status", statuses, table.statuses),
            ("priority", priorities, table.priorities),
        ):
            place = {name: code for code, name in enumerate(known)}
            numbers = np.array([*(place[name] for name in names), ABSENT])
            setattr(self, field, numbers[getattr(self, field)])

    def _complete(self) -> None:
        """What openings leave out, as `logs.completed` fills it in."""
        table, rows = self.plan, self.first
        self.opened, self.by_client = self.at[rows], self.who[rows] == ROLES.index("client")
        self.version = table.version_at(self.opened)
        early = np.flatnonzero(self.version < 0)
        if early.size:
            version_of(table.plan, self.instant(int(rows[early[0]])) - EPOCH)
        status, said = self.status[rows], self.priority[rows]
        initial = np.array([table.statuses.index(name) for name in table.initial])
        self.first_status = np.where(status == ABSENT, initial[self.version], status)
        self.first_priority = said.copy()
        known = (said != ABSENT) & (table.called[self.version, said] == said)
        given = self.channels.codes[self.row[rows]]
        self.channel = _channels(table, self.channels)[given]
        self._price_first(np.flatnonzero((status == ABSENT) | ~known), given)

    def _price_first(self, cases: Codes, channel: Codes) -> None:
        """The first priorities of cases, by version, channel, subject and what was given: each such kind once."""
        subject, table = self.subjects.codes[self.row[self.first]], self.plan
        key, parts = np.zeros(len(cases), np.int64), (self.version, channel, subject, self.first_priority)
        for part in parts:
            key = key * (int(part.max(initial=0)) + 2) + part[cases] + 1
        firsts, kinds = factored(key.view(np.uint64))
        found = [self._first_priority(int(case), channel, subject) for case in cases[firsts]]
        places = {name: code for code, name in enumerate(table.priorities)}
        codes = np.array([ABSENT if name is None else places[name] for name in found], dtype=np.int64)
        self.first_priority[cases] = codes[kinds]

    def _first_priority(self, case: int, channels: Codes, subjects: Codes) -> str | None:
        plan, given = self.plan.plans[self.version[case]], self.first_priority[case]
        channel, subject = self.channels.text(channels[case]), self.subjects.text(subjects[case])
        try:
            said = None if given == ABSENT else self.plan.priorities[given]
            return first_priority(plan, channel, subject or "", said).name
        except SupportSLAError as fault:
            raise self._located(fault, "priority", int(self.first[case])) from None

    def _located(self, fault: SupportSLAError, column: str, row: int) -> SupportSLAError:
        """An error, with a note on where it was found."""
        fault.add_note(f"in row {self.row[row]} of column {column!r}")
        return fault

    def is_move(self, rows: Codes) -> Mask:
        """Which rows move a case to another status."""
        found: Mask = self.what[rows] == _MOVED
        return found

    def is_repricing(self, rows: Codes) -> Mask:
        """Which rows give a case another priority."""
        found: Mask = self.what[rows] == _PRICED
        return found

    def is_message(self, rows: Codes) -> Mask:
        """Which rows are public comments or files."""
        return np.isin(self.what[rows], _MESSAGES) & self.public[rows]

    def is_firing(self, rows: Codes) -> Mask:
        """Which rows are what a timer did to a case that stays where it is."""
        what, by_system = self.what[rows], self.who[rows] == _SYSTEM
        found: Mask = (what == _REMINDED) | ((what == _PRICED) & by_system)
        return found

    def marks(self, until: int) -> Marks:
        """What the events up to an instant are for clocks, but for openings, with names that the plan has.

        Raises:
            UnknownStatus, UnknownPriority: the plan does not have it.
        """
        kind = np.zeros(len(self.case), np.int64)
        signal = _SIGNAL_CODES[self.what, self.who]
        kind[signal != ABSENT] = IS_SIGNAL
        kind[~self.public & np.isin(self.what, _MESSAGES)] = IS_NOTHING
        kind[self.what == _MOVED], kind[self.what == _PRICED] = IS_STATUS, IS_PRIORITY
        rows = np.flatnonzero((kind != IS_NOTHING) & (self.at <= until))
        kind, case, at = kind[rows], self.case[rows], self.at[rows]
        called = self.plan.called[self.plan.version_at(at), self.priority[rows]]
        begun = self.first[self.opened <= until]
        self._know_statuses(np.concatenate((begun, rows[kind == IS_STATUS])), len(begun))
        self._know_priorities(rows[(kind == IS_PRIORITY) & (called == UNKNOWN)])
        value = np.choose(kind - IS_STATUS, (self.status[rows], called, signal[rows]))
        return Marks(case, at, kind, value)

    def _know_statuses(self, rows: Codes, begun: int) -> None:
        """Refuse a status that the plan does not have; the first rows are openings."""
        status = self.status[rows]
        status[:begun] = self.first_status[self.case[rows[:begun]]]
        for place in np.flatnonzero(~self.plan.known_status[status])[:1]:
            row = int(rows[place])
            try:
                self._version(row).required_workflow.status(self.plan.statuses[status[place]])
            except SupportSLAError as fault:
                raise self._located(fault, "status", row) from None

    def _know_priorities(self, unknown: Codes) -> None:
        for row in unknown[:1].tolist():
            try:
                self._version(row).priority(self.plan.priorities[self.priority[row]])
            except SupportSLAError as fault:
                raise self._located(fault, "priority", row) from None

    def _version(self, row: int) -> Plan:
        return self.plan.plans[int(self.plan.version_at(self.at[row]))]

    def log(self, case: int) -> list[Event]:
        """The events of a case, as far as clocks tell them apart."""
        rows = range(int(self.first[case]) + 1, int(self.case.searchsorted(case, "right")))
        status, priority = self.plan.statuses[self.first_status[case]], int(self.first_priority[case])
        given = None if priority == ABSENT else self.plan.priorities[priority]
        channel = self.channels.text(int(self.channels.codes[self.row[self.first[case]]]))
        opened: dict[str, Any] = {"at": self.instant(int(self.first[case])), "by": self._actor(int(self.first[case]))}
        number = str(self.cases[case])
        return [
            Opened(number, "", priority=given, status=status, channel=channel, **opened),
            *(self._event(row) for row in rows),
        ]

    def _actor(self, row: int) -> Actor:
        role = ROLES[int(self.who[row])] if self.who[row] != ABSENT else "support"
        return Actor(role, self.timers.text(self.timer[row]) or "nobody")

    def _event(self, row: int) -> Event:
        said: dict[str, Any] = {"at": self.instant(row), "by": self._actor(row)}
        until = None if self.until[row] == NONE else EPOCH + int(self.until[row]) * MICROSECOND
        kind, public = KINDS[self.what[row]], bool(self.public[row])
        fields: dict[type[Event], dict[str, Any]] = {
            Commented: {"text": "", "public": public},
            AttachmentAdded: {"name": "", "size": 0, "public": public},
            StatusChanged: {"to": _text(self.plan.statuses, self.status[row]), "until": until},
            PriorityChanged: {"to": _text(self.plan.priorities, self.priority[row])},
            Assigned: {"to": ""},
            Reminded: {"timer": _text(self.timers.names, self.timer[row])},
        }
        return kind(**fields[kind], **said) if kind in fields else SubjectChanged("", **said)


def _text(names: tuple[str, ...], code: int) -> str:
    return "" if code == ABSENT else names[code]


def _channels(table: PlanTable, channels: Texts) -> Codes:
    """The plan's own number of each channel that the table names; the last place is for none."""
    known = {name: code for code, name in enumerate(table.channels)}
    return np.array([*(known.get(name, ABSENT) for name in channels.names), ABSENT])


def _optional_texts(name: str, columns: dict[str, Array], rows: Codes) -> Texts:
    if name in columns:
        return texts_of(name, columns[name], rows)
    return Texts(np.broadcast_to(np.int64(ABSENT), len(columns["case"])), ())


def _choices(name: str, column: Array, allowed: tuple[str, ...], rows: Codes | None = None) -> Codes:
    """The places of the texts of a column among those that are allowed; -1 where there is none."""
    texts = texts_of(name, column, rows)
    place = {text: code for code, text in enumerate(allowed)}
    codes = np.array([*(place.get(text, UNKNOWN) for text in texts.names), ABSENT])[texts.codes]
    if (codes == UNKNOWN).any():
        row = int((codes == UNKNOWN).argmax())
        raise InvalidChoice(f"{name}[{row}]", texts.text(texts.codes[row]), allowed)
    return codes


def _refuse(name: str, missing: Mask, allowed: tuple[str, ...]) -> None:
    if missing.any():
        raise InvalidChoice(f"{name}[{int(missing.argmax())}]", "", allowed)


def _require(name: str, missing: Mask, expected: str) -> None:
    if missing.any():
        raise WrongType(f"{name}[{int(missing.argmax())}]", None, expected)
