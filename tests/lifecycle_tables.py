"""The status machines of twelve real helpdesks, as tables (L1-L7).

Statuses and moves come from the shared file. What it says in words only, such as timers and what becomes of an update
to a closed case, is written out here: one table for each system, and one more for each further choice of policy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from supportsla import (
    Move,
    RaisePriority,
    Remind,
    Status,
    Timer,
    Workflow,
    business_days,
    calendar_days,
    calendar_hours,
)

__all__ = ["A_CLOCK", "TABLES", "machines", "workflow"]

A_CLOCK = "ServiceNow task SLA (clock, not case)"
"""The one entry that is no life of a case."""

ZAMMAD_REOPEN_DAYS = 10
GLPI_INTERVAL_DAYS = 2
GLPI_FOLLOW_UPS = 3
GLPI_CLOSE_DAYS = 10
FRAPPE_CLOSE_DAYS = 7
DJANGO_ESCALATE_DAYS = 3
CHATWOOT_QUIET_DAYS = 14
ON_HOLD_DAYS, PENDING_DAYS, SOLVED_DAYS = 4, 20, 7

Machine = Mapping[str, Any]
Rows = dict[str, dict[str, Any]]


class Words(NamedTuple):
    """What the file says of a system in words: where cases begin, and the columns of its rows beside the moves."""

    system: str
    initial: tuple[str, ...]
    rows: Rows


def _each(names: Iterable[str], **columns: Any) -> Rows:
    return {name: dict(columns) for name in names}


def _all_but(target: str, names: Iterable[str], column: str) -> Rows:
    return {name: {column: target} for name in names if name != target}


def _merged(*tables: Rows) -> Rows:
    merged: Rows = {}
    for table in tables:
        for name, columns in table.items():
            merged[name] = merged.get(name, {}) | columns
    return merged


def _until(then: Remind | Move) -> list[Timer]:
    return [Timer(then, until=True)]


def _after_days(to: str, days: int, **given: Any) -> list[Timer]:
    return [Timer(Move(to), after=calendar_days(days), zone="UTC", **given)]


def _zammad(**closed: Any) -> Words:
    rows = {
        "pending reminder": {"timers": _until(Remind("support"))},
        "pending close": {"timers": _until(Move("closed"))},
        "closed": closed,
    }
    return Words("zammad/zammad", ("new",), _merged(rows, _each(("closed", "merged", "removed"), closed=True)))


def _znuny(**closed: Any) -> Words:
    over = ("closed successful", "closed unsuccessful", "merged", "removed")
    rows = {
        "pending reminder": {"timers": _until(Remind("support"))},
        "pending auto close+": {"timers": _until(Move("closed successful"))},
        "pending auto close-": {"timers": _until(Move("closed unsuccessful"))},
    }
    return Words("znuny/Znuny", ("new",), _merged(rows, _each(over, closed=True), _each(over[:2], **closed)))


_RT = ("new", "open", "stalled", "resolved", "rejected", "deleted")
_GLPI_FOLLOW_UP = Timer(Remind(), every=calendar_days(GLPI_INTERVAL_DAYS), times=GLPI_FOLLOW_UPS, zone="UTC")
_GLPI_SOLVE = _after_days("solved", GLPI_INTERVAL_DAYS * (GLPI_FOLLOW_UPS + 1))


def _glpi(
    otherwise: str, pending: Iterable[Timer] = (_GLPI_FOLLOW_UP, *_GLPI_SOLVE), close: Timer | None = None
) -> Words:
    rows: Rows = {
        "pending (waiting)": {"timers": list(pending)},
        "solved": {
            "timers": [close] if close else _after_days("closed", GLPI_CLOSE_DAYS),
            "on_client_update": "processing (assigned)",
        },
        "closed": {"closed": True, "otherwise": otherwise},
    }
    return Words("glpi-project/glpi", ("new (incoming)",), rows)


def _glpi_by_working_days() -> Words:
    every, whole = business_days(GLPI_INTERVAL_DAYS), business_days(GLPI_INTERVAL_DAYS * (GLPI_FOLLOW_UPS + 1))
    pending = (
        Timer(Remind(), every=every, times=GLPI_FOLLOW_UPS, calendar="desk"),
        Timer(Move("solved"), after=whole, calendar="desk"),
    )
    close = Timer(Move("closed"), after=business_days(GLPI_CLOSE_DAYS), calendar="desk")
    return _glpi("new_case", pending, close)


_FRAPPE = ("Open", "Replied", "Resolved", "Closed")
_OSTICKET = ("Resolved", "Closed", "Archived", "Deleted")
_ESCALATES = [Timer(RaisePriority(), every=calendar_days(DJANGO_ESCALATE_DAYS), since="fired", zone="UTC")]
_ITOP_ASSIGNS = ("new", "escalated_tto", "assigned", "escalated_ttr", "approved", "pending")

TABLES: dict[str, Words] = {
    "zammad, reopen": _zammad(on_client_update="open"),
    "zammad, new ticket": _zammad(otherwise="new_case"),
    "zammad, new ticket after certain time": _zammad(
        on_client_update="open", within=calendar_hours(24 * ZAMMAD_REOPEN_DAYS), otherwise="new_case"
    ),
    "znuny, reopen": _znuny(on_client_update="open"),
    "znuny, reject": _znuny(otherwise="refuse"),
    "znuny, new ticket": _znuny(otherwise="new_case"),
    "rt": Words(
        "bestpractical/rt",
        ("new", "open", "resolved"),
        _merged(
            _all_but("open", _RT, "on_reply"),
            _all_but("open", _RT[1:], "on_client_update"),
            _each(_RT[3:], closed=True),
        ),
    ),
    "glpi, refuse": _glpi("refuse"),
    "glpi, new ticket": _glpi("new_case"),
    "glpi, working days": _glpi_by_working_days(),
    "glpi, no follow-ups": _glpi("refuse", _after_days("solved", GLPI_INTERVAL_DAYS)),
    "glpi, follow-ups without end": _glpi(
        "refuse", [Timer(Remind(), every=calendar_days(GLPI_INTERVAL_DAYS), zone="UTC")]
    ),
    "frappe": Words(
        "frappe/helpdesk",
        ("Open",),
        _merged(
            _all_but("Open", _FRAPPE, "on_client_update"),
            _all_but("Replied", _FRAPPE, "on_reply"),
            {"Replied": {"timers": _after_days("Closed", FRAPPE_CLOSE_DAYS, since="message")}},
            _each(_FRAPPE[2:], closed=True),
        ),
    ),
    "itop": Words(
        "Combodo/iTop UserRequest",
        ("new",),
        _merged(_each(_ITOP_ASSIGNS, on_assignment="assigned"), {"closed": {"closed": True}}),
    ),
    "osticket, reopen": Words(
        "osTicket/osTicket",
        ("Open",),
        _merged(
            _each(_OSTICKET, closed=True),
            _each(_OSTICKET[:2], on_client_update="Open"),
            _each(_OSTICKET[2:], otherwise="new_case"),
        ),
    ),
    "osticket, new ticket": Words("osTicket/osTicket", ("Open",), _each(_OSTICKET, closed=True, otherwise="new_case")),
    "django-helpdesk": Words(
        "django-helpdesk/django-helpdesk",
        ("Open",),
        _merged(
            _each(("Open", "Reopened"), timers=_ESCALATES), _each(("Resolved", "Closed", "Duplicate"), closed=True)
        ),
    ),
    "chatwoot": Words(
        "chatwoot/chatwoot",
        ("open", "pending"),
        {
            "open": {"timers": _after_days("resolved", CHATWOOT_QUIET_DAYS, since="message")},
            "snoozed": {"timers": _until(Move("open")), "on_client_update": "open"},
            "resolved": {"closed": True, "on_client_update": "open"},
        },
    ),
    "oca": Words("OCA/helpdesk (helpdesk_mgmt 16.0)", ("New",), _each(("Done", "Cancelled", "Rejected"), closed=True)),
    "freescout": Words(
        "freescout-help-desk/freescout",
        ("active",),
        {"pending": {"on_client_update": "active"}, "closed": {"on_client_update": "active", "closed": True}},
    ),
    "zendesk": Words(
        "Zendesk as run by GitLab Support",
        ("new",),
        {
            "on-hold": {"timers": _after_days("open", ON_HOLD_DAYS)},
            "pending": {"timers": _after_days("solved", PENDING_DAYS), "on_client_update": "open"},
            "solved": {"timers": _after_days("closed", SOLVED_DAYS), "on_client_update": "open"},
            "closed": {"closed": True, "otherwise": "new_case"},
        },
    ),
}
"""What each system does beside its moves; a name is the system's, and the policy where it has several."""

_BY_SYSTEM = {"ev_timeout"}


def machines(shared: Path) -> dict[str, Machine]:
    """What the shared file says, by system, without the clock."""
    listed = json.loads((shared / "conformance" / "lifecycles.json").read_text(encoding="utf-8"))["lifecycles"]
    return {entry["system"]: entry for entry in listed if entry["system"] != A_CLOCK}


def _moves(machine: Machine) -> dict[str, dict[str, set[str]]]:
    """Where each status may be left for, and by whom."""
    statuses, said = machine["statuses"], machine["transitions"]
    moves: dict[str, dict[str, set[str]]] = {name: {} for name in statuses}
    if not isinstance(said, str):
        for row in said:
            role = "system" if row.get("on") in _BY_SYSTEM else "support"
            moves[row["from"]].setdefault(row["to"], set()).add(role)
        return moves
    if "any to any" not in said:
        raise ValueError(said)
    final = {name for name, facts in statuses.items() if facts.get("final")} | set(re.findall(r"except (\w+)", said))
    for name in moves.keys() - final:
        moves[name] = {to: {"support"} for to in statuses if to != name}
    return moves


def workflow(shared: Path, name: str) -> Workflow:
    """The table of that name."""
    words = TABLES[name]
    moves = _moves(machines(shared)[words.system])
    if unknown := words.rows.keys() - moves.keys():
        raise KeyError(*sorted(unknown))
    statuses = {status: Status("", _roles(to), **words.rows.get(status, {})) for status, to in moves.items()}
    return Workflow(name, statuses, words.initial)


def _roles(moves: Mapping[str, Iterable[str]]) -> Any:
    return {to: tuple(roles) for to, roles in moves.items()}
