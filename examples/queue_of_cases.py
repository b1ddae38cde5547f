"""A queue of open cases: which comes first, by when, what happens next, why, and what if it were another's.

    python examples/queue_of_cases.py

A dozen cases of the US desk, as they stand on a Monday in June 2026 at 10:00.
"""

from __future__ import annotations

import textwrap
from datetime import datetime
from zoneinfo import ZoneInfo

from supportsla import Case, QueueKey, Reading, handle, next_due, queue_key, readings, what_if
from supportsla.events import Actor, Assigned, Commented, Event, Opened, PriorityChanged, StatusChanged
from supportsla.presets import apricot_us

PLAN = apricot_us()
CENTRAL = ZoneInfo("America/Chicago")
ANA, BO = Actor("client", "ana", "Acme"), Actor("support", "bo")


def june(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=CENTRAL)


NOW = june(15, 10)

CASES: tuple[tuple[Event, ...], ...] = (
    (Opened("A-0101", "Export stops", priority="high", at=june(12, 16), by=ANA),),
    (Opened("A-0102", "Totals differ", priority="medium", at=june(12, 16), by=ANA),),
    (Opened("A-0103", "How are days counted?", priority="low", at=june(12, 9), by=ANA),),
    (
        Opened("A-0104", "Data is damaged", priority="Sev 1", at=june(14, 19), by=ANA),
        Commented("We are on it.", at=june(14, 20), by=BO),
        StatusChanged("In Progress", at=june(14, 20), by=BO),
    ),
    (
        Opened("A-0105", "No report", priority="high", at=june(12, 10), by=ANA),
        Commented("Which report?", at=june(12, 11), by=BO),
        StatusChanged("Waiting on Client", at=june(12, 11), by=BO),
    ),
    (
        Opened("A-0106", "Slow search", priority="medium", at=june(11, 9), by=ANA),
        Commented("Since when?", at=june(11, 14), by=BO),
    ),
    (Opened("A-0107", "High priority: no totals", at=june(15, 8, 30), by=ANA, channel="email"),),
    (
        Opened("A-0108", "Wrong logo", priority="low", at=june(10, 9), by=ANA),
        Commented("Mended.", at=june(10, 15), by=BO),
        StatusChanged("Solved", at=june(10, 15), by=BO),
    ),
    (
        Opened("A-0109", "Critical: a typo", at=june(15, 7), by=ANA, channel="email"),
        PriorityChanged("low", "Everyone can work.", at=june(15, 7, 30), by=BO),
    ),
    (
        Opened("A-0110", "Import fails", priority="medium", at=june(12, 16), by=ANA),
        PriorityChanged("high", "The month's end needs it.", at=june(15, 9), by=BO),
    ),
    (
        Opened("A-0111", "Odd rounding", priority="medium", at=june(11, 10), by=ANA),
        Commented("A defect, as it seems.", at=june(12, 15), by=BO),
        StatusChanged("Waiting on Internal Team", at=june(12, 15), by=BO),
    ),
    (
        Opened("A-0112", "Nobody gets in", at=june(15, 9, 40), by=ANA, channel="emergency"),
        Assigned("bo", at=june(15, 9, 45), by=BO),
    ),
)


def main() -> None:
    logs = sorted(map(log_of, CASES), key=key_of)
    first, second = (key_of(log) for log in logs[:2])
    print(f"The queue on {NOW:%a %Y-%m-%d %H:%M %Z}\n")
    print("  case    priority  owed            by            verdict  what comes next")
    for log in logs:
        print(f"  {row(log)}")
    print("\nWhy is the first one first?\n")
    print(textwrap.fill(first.ahead_of(second), 80))
    raised = next(log for log in logs if key_of(log).number == "A-0110")
    print("\nA-0110 was raised from medium to high. Why is its answer due when it is?\n")
    print(readings(PLAN, raised, NOW)[0].explanation)
    asked = next(log for log in logs if key_of(log).number == "A-0103")
    print("\nWhat if A-0103 had been of high priority?\n")
    print(what_if(PLAN, asked, NOW, priority="high"))


def log_of(inputs: tuple[Event, ...]) -> list[Event]:
    """What happened to a case, once the desk's rules have seen it."""
    case: Case | None = None
    log: list[Event] = []
    for event in inputs:
        step = handle(PLAN, case, event)
        case = step.case
        log += step.events
    return log


def key_of(log: list[Event]) -> QueueKey:
    return queue_key(PLAN, log, NOW)


def row(log: list[Event]) -> str:
    key, comes = key_of(log), next_due(PLAN, log, NOW)
    running: list[Reading] = [reading for reading in readings(PLAN, log, NOW) if reading.phase == "running"]
    verdict = next((reading.verdict for reading in running if reading.metric == key.metric), None)
    owed = f"{key.metric:<14}  {when(key.due)}  {verdict:<7}" if key.due else f"{'nothing':<37}"
    following = f"{comes.what} {when(comes.at)}" if comes else "nothing"
    return f"{key.number}  {key.priority:<8}  {owed}  {following}{', closed' if key.closed else ''}"


def when(at: datetime) -> str:
    return f"{at.astimezone(CENTRAL):%a %d %H:%M}"


if __name__ == "__main__":
    main()
