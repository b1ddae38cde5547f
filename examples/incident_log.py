"""Judge the status changes of a real audit log by a workflow made from the log itself.

    python examples/incident_log.py PATH [--if-present]

PATH is the table "Incident management process enriched event log" (Amaral, Fantinato, Peres; UCI Machine Learning
Repository 498, doi 10.24432/C57S4H, CC BY 4.0), as CSV or gzipped CSV with at least the columns `number`,
`incident_state`, `sys_updated_at` and `reopen_count`. The data are not part of this project.

The log's times are written d/m/yyyy HH:MM without a zone; here they are read as UTC.
"""

import argparse
import csv
import gzip
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TextIO

from supportsla import Status, Violation, Workflow, check_history

COLUMNS = ("number", "incident_state", "sys_updated_at", "reopen_count")
STAMP = "%d/%m/%Y %H:%M"
OVER = ("Resolved", "Closed")
KEPT = 20
SHOWN = 4

Change = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """A row of the log: what a case was at an instant, and how often the log holds that it was reopened."""

    number: str
    status: str
    at: datetime
    reopened: int


@dataclass(frozen=True)
class Case:
    """The entries of a case, in the order of the log."""

    entries: tuple[Entry, ...]

    @property
    def changes(self) -> list[Change]:
        """Each status and the next; an entry that repeats the status before is no change."""
        pairs = pairwise(entry.status for entry in self.entries)
        return [(origin, to) for origin, to in pairs if origin != to]

    @property
    def reopenings(self) -> int:
        """How many changes lead out of Resolved and Closed; from one of them to the other is not out."""
        return sum(origin in OVER and to not in OVER for origin, to in self.changes)

    @property
    def counted(self) -> int:
        """How many the log itself counts, in its last entry."""
        return self.entries[-1].reopened


@dataclass(frozen=True)
class Verdict:
    """A case, and what `check_history` finds in all of its entries."""

    case: Case
    violations: tuple[Violation, ...]

    @property
    def refused(self) -> list[Change]:
        """The changes that the workflow does not have."""
        found = self.violations
        return [(one.previous, one.status) for one in found if one.reason == "not_allowed" and one.previous]


def open_table(path: Path) -> TextIO:
    """The table as text, unpacked where its name ends in .gz."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def read_entries(lines: TextIO) -> Iterator[Entry]:
    """Every row of the table."""
    table = csv.DictReader(lines, restval="")
    missing = [column for column in COLUMNS if column not in (table.fieldnames or ())]
    if missing:
        raise ValueError(f"the table lacks {', '.join(missing)}")
    for row in table:
        try:
            yield read_entry(row)
        except ValueError as error:
            raise ValueError(f"line {table.line_num}: {error}") from None


def read_entry(row: dict[str, str]) -> Entry:
    """One row of the table."""
    number, status, stamp, reopened = (row[column] for column in COLUMNS)
    if not number or not status:
        raise ValueError("a row without a number or a status")
    return Entry(number, status, datetime.strptime(stamp, STAMP).replace(tzinfo=UTC), int(reopened))


def by_case(entries: Sequence[Entry]) -> list[Case]:
    """The cases of the log, where it has a change to judge."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.number, []).append(entry)
    cases = [Case(tuple(entries)) for entries in found.values()]
    if not any(case.changes for case in cases):
        raise ValueError("the table has no status changes")
    return cases


def counted_changes(cases: Sequence[Case]) -> list[tuple[Change, int]]:
    """Every change and how often it is made, the most frequent first."""
    counts = Counter(change for case in cases for change in case.changes)
    return sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))


def workflow_of(changes: Sequence[Change], initial: str) -> Workflow:
    """The table that has these changes and no others; a status that nothing leads out of is closed."""
    names = dict.fromkeys((initial, *(name for change in changes for name in change)))
    rows = {name: [to for origin, to in changes if origin == name] for name in names}
    return Workflow("the log's own", {name: Status(next=row, closed=not row) for name, row in rows.items()}, initial)


def judge(workflow: Workflow, case: Case) -> Verdict:
    """What the workflow has to say about the whole case, entry by entry."""
    return Verdict(case, check_history(workflow, [(entry.at, entry.status) for entry in case.entries]))


def change_lines(changes: int, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """How many changes and cases the workflow accepts; it is the changes that count, not how a case begins."""
    refused = Counter(change for verdict in verdicts for change in verdict.refused)
    accepted = changes - refused.total()
    passed = sum(not verdict.refused for verdict in verdicts)
    yield f"A workflow of the {KEPT} most frequent accepts"
    yield f"  {accepted:>7,} of {changes:,} changes {share(accepted, changes):>9}"
    yield f"  {passed:>7,} of {len(verdicts):,} cases   {share(passed, len(verdicts)):>9}  (every change of the case)"
    yield "and refuses most often"
    for (origin, to), times in sorted(refused.items(), key=lambda counted: (-counted[1], counted[0]))[:SHOWN]:
        yield f"  {times:>7,} {origin} > {to}"


def share(part: int, whole: int) -> str:
    """A share in percent."""
    return f"{100 * part / whole:.2f} %"


def violation_lines(workflow: Workflow, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What `check_history` finds, by reason; an entry may be wrong in several ways."""
    (initial,) = workflow.initial
    meanings = {
        "repeated": "the status of the entry before: no change",
        "same_instant": "at the instant of the entry before",
        "not_initial": f"the case's first entry, and not {initial}",
        "not_allowed": "a change that the workflow does not have",
        "unknown_status": "a status that the workflow does not have",
        "back_in_time": "earlier than the entry before",
    }
    counts = Counter(violation.reason for verdict in verdicts for violation in verdict.violations)
    yield "Violations by reason, of all entries (an entry may have several)"
    for reason, meaning in meanings.items():
        yield f"  {counts[reason]:>7,} {reason:<15} {meaning}"


def reopening_lines(cases: Sequence[Case]) -> Iterator[str]:
    """Our count of reopenings beside the log's own."""
    reopened = [case for case in cases if case.reopenings or case.counted]
    equal = sum(case.reopenings == case.counted for case in reopened)
    ours, theirs = sum(case.reopenings for case in reopened), sum(case.counted for case in reopened)
    yield f"Changes out of {' and '.join(OVER)}, beside the log's own last reopen_count"
    yield f"  equal in {equal:,} of {len(reopened):,} reopened cases, {ours:,} and {theirs:,} in all"


def odd_lines(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What a reader of the log has to survive."""
    every = [(verdict.case, violation) for verdict in verdicts for violation in verdict.violations]
    unknown = Counter(found.status for _, found in every if found.reason == "unknown_status")
    back = [case.entries[found.position] for case, found in every if found.reason == "back_in_time"]
    equal = [(case, found) for case, found in every if found.reason == "same_instant"]
    moved = sum(found.status != found.previous for _, found in equal)
    names = ", ".join(f'"{status}" {times:,}' for status, times in sorted(unknown.items())) or "none"
    yield "Odd ones"
    yield f"  entries of a status outside the workflow: {names}"
    yield f"  steps back in time: {len(back):,}{''.join(f', {at.number} to {at.at:%Y-%m-%d %H:%M}' for at in back[:1])}"
    yield f"  equal instants: {len(equal):,} in {len({id(case) for case, _ in equal}):,} cases, {moved:,} with a change"


def report(cases: Sequence[Case]) -> Iterator[str]:
    """All that we have to say about the log, line by line."""
    counted = counted_changes(cases)
    changes = sum(times for _, times in counted)
    initial = Counter(case.entries[0].status for case in cases).most_common(1)[0][0]
    workflow = workflow_of([change for change, _ in counted[:KEPT]], initial)
    verdicts = [judge(workflow, case) for case in cases]
    yield "An audit log of incidents (UCI 498: Amaral, Fantinato, Peres; CC BY 4.0)"
    entries = sum(len(case.entries) for case in cases)
    yield f"{entries:,} entries of {len(cases):,} cases; the times have no zone and are read as UTC"
    yield f"{changes:,} status changes, {len(counted):,} distinct"
    yield ""
    yield from change_lines(changes, verdicts)
    yield ""
    yield from violation_lines(workflow, verdicts)
    yield ""
    yield from reopening_lines(cases)
    yield ""
    yield from odd_lines(verdicts)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Judge the status changes of a log by a workflow made from it.")
    parser.add_argument("path", type=Path, help="the table, .csv or .csv.gz")
    parser.add_argument("--if-present", action="store_true", help="succeed where there is no such file")
    return parser.parse_args(arguments)


def load(path: Path) -> list[Case]:
    """All cases of the table; whatever is wrong with it is a `ValueError` in one line."""
    try:
        with open_table(path) as lines:
            return by_case(list(read_entries(lines)))
    except FileNotFoundError:
        raise ValueError(f"no such file: {path}") from None
    except (OSError, EOFError, ValueError, csv.Error, zlib.error) as error:
        raise ValueError(f"cannot read {path}: {error}") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 2 where the table cannot be read."""
    options = parse(arguments)
    if options.if_present and not options.path.exists():
        print("\nIncident log: skipped, as its data are not here; see examples/incident_log.py")
        return 0
    try:
        cases = load(options.path)
    except ValueError as error:
        print(f"incident_log: {error}", file=sys.stderr)
        return 2
    print("\n".join(report(cases)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
