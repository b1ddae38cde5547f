"""How the command prints its answers: text that reads at 80 columns, JSON, and CSV.

Whatever comes from a file is printed without control characters, and colour is never the only sign.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import textwrap
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add
from typing import TextIO
from zoneinfo import ZoneInfo

import attrs
import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from .differences import Change
from .errors import InvalidTable
from .findings import Finding
from .plan import Plan, Target
from .promises import Promise
from .reasons import Stretch, when
from .report import Fault, Judged, Question, Report, Tally
from .zones import MICROSECOND

__all__ = [
    "WIDTH",
    "Asked",
    "file_name",
    "one_line",
    "print_changes",
    "print_explanation",
    "print_findings",
    "print_promise",
    "print_report",
    "print_rows",
    "with_options",
]

WIDTH = 80
_MOST_SHOWN = 30
_MANY, _WIDER = 10_000_000, 112
_LONGEST_NAME, _NARROWEST_NAME = 80, 6
_MOST_FINDINGS = 100


_OPTIONS = {
    "the zone it was written in": "--zone",
    "needs its format": "--format",
    "in which encoding": "--encoding",
    "the file's encoding": "--encoding",
}


def with_options(sentence: str) -> str:
    """The sentence with the options that say what it asks for."""
    for phrase, option in _OPTIONS.items():
        sentence = sentence.replace(phrase, f"{phrase} ({option})")
    return sentence


@attrs.frozen
class Asked:
    """What is asked of a file: the question, what is promised in words, the zone to show, and whose priorities."""

    question: Question
    promise: str
    zone: ZoneInfo
    plan: Plan | None = None


def print_promise(promised: Promise, *, as_json: bool) -> None:
    """When a case is due."""
    if as_json:
        _print_json(_promise_facts(promised))
        return
    click.echo(_printable(_title(promised.target)))
    click.echo(f"  opened  {when(promised.started)}")
    click.echo(f"  due     {when(promised.due)}")
    if promised.limit != promised.due:
        click.echo(f"  limit   {when(promised.limit)}")


def print_explanation(promised: Promise, *, as_json: bool) -> None:
    """Why a case is due when it is."""
    why = promised.explanation
    if as_json:
        steps = [_step_facts(step) for step in why.steps]
        counted_from = why.counted_from.isoformat() if why.counted_from else None
        remarks = {"counted_from": counted_from, "rule": why.rule, "unknown_years": list(why.unknown_years)}
        _print_json({**_promise_facts(promised), "steps": steps, **remarks})
        return
    if promised.target.metric:
        click.echo(_printable(f"{promised.target.metric}, {promised.target.priority}") + "\n")
    click.echo(str(why))
    if promised.limit != promised.due:
        click.echo(f"\nThe limit, {promised.target.limit}, is {when(promised.limit)}.")


def _title(target: Target) -> str:
    limit = f", at the latest {target.limit}" if target.limit else ""
    return f"{target.metric}, {target.priority}: {target.due}{limit}" if target.metric else str(target.due)


def _promise_facts(promised: Promise) -> dict[str, object]:
    target = promised.target
    return {
        "opened": promised.started.isoformat(),
        "due": promised.due.isoformat(),
        "limit": promised.limit.isoformat(),
        "zone": promised.calendar.zone,
        "metric": target.metric or None,
        "priority": target.priority or None,
        "duration": str(target.due),
        "limit_duration": str(target.limit or target.due),
    }


def _step_facts(step: Stretch) -> dict[str, object]:
    ends = {"start": step.start.isoformat(), "end": step.end.isoformat()}
    return {**ends, "reason": step.reason, "name": step.name, "used_microseconds": step.used // MICROSECOND}


def _print_json(facts: object) -> None:
    click.echo(json.dumps(facts, indent=2))


def print_findings(file: str, plan: Plan | None, findings: Sequence[Finding], *, as_json: bool) -> None:
    """What was found of a plan; None: of a document that is none."""
    errors = sum(finding.severity == "error" for finding in findings)
    if as_json:
        counts = {"errors": errors, "warnings": len(findings) - errors}
        facts = [finding._asdict() for finding in findings]
        _print_json({"file": file, "plan": plan and plan.name, **counts, "findings": facts})
        return
    what = f"plan {_name(plan.name)!r}" if plan else "no plan"
    counted = (
        f"{_counted(errors, 'error')}, {_counted(len(findings) - errors, 'warning')}" if findings else "no findings"
    )
    click.echo(f"{file_name(file)}: {what}, {counted}")
    if findings:
        click.echo(f"\n{_drawn(_findings_grid(findings), WIDTH)}")
    if len(findings) > _MOST_FINDINGS:
        click.echo(f"\nAnd {len(findings) - _MOST_FINDINGS:,} more; with --json, all are named.")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


_STYLES = {"error": "bold red", "warning": "yellow"}


def _findings_grid(findings: Sequence[Finding]) -> Grid:
    grid = Grid(box=None, show_header=False, pad_edge=False)
    for finding in findings[:_MOST_FINDINGS]:
        lines = (f"{finding.path} ({finding.name})", finding.message, finding.repair)
        text = "\n".join(_printable(line) for line in lines if line)
        grid.add_row(Text(finding.severity, style=_STYLES[finding.severity]), Text(text, overflow="fold"))
    return grid


def print_changes(changes: Sequence[Change], *, as_json: bool) -> None:
    """What changed between two plans."""
    if as_json:
        _print_json([{**change._asdict(), "dates": [day.isoformat() for day in change.dates]} for change in changes])
        return
    for change in changes:
        click.echo(textwrap.fill(_printable(str(change)), WIDTH, subsequent_indent="  ", break_on_hyphens=False))
    if not changes:
        click.echo("nothing changed")


def print_rows(table: Judged, zone: ZoneInfo) -> None:
    """The table as CSV, with the due, the limit and the verdict of each row.

    Raises:
        InvalidTable: it has columns of these names; or none of its rows can be read.
    """
    added = ("sla_due", "sla_limit", "sla_verdict")
    if taken := [name for name in added if name in table.header]:
        raise InvalidTable((f"row 1 has a column {taken[0]!r} already, which --rows would write",))
    width = len(table.header)
    faults = 0
    first: Fault | None = None
    out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", errors="surrogateescape", newline="")
    try:
        writer = csv.writer(_UnixLines(out), delimiter=table.delimiter, lineterminator="\r\n")
        writer.writerow([*table.header, *added])
        for judgement in table.judgements:
            fields = judgement.fields[:width]
            if judgement.fault:
                fields[width - 1 :] = [table.delimiter.join(judgement.fields[width - 1 :])]
            missing = [""] * (width - len(fields))
            dues = (at.astimezone(zone).isoformat() if at else "" for at in (judgement.due, judgement.limit))
            writer.writerow([*fields, *missing, *dues, judgement.verdict])
            faults += judgement.fault is not None
            first = first or judgement.fault
        out.flush()
    finally:
        out.detach()
    if first:
        said = with_options(f"rows that cannot be read: {faults:,}; the first: {first}")
        click.echo(f"supportsla: {one_line(said)}", err=True)


class _UnixLines:
    """A writer that ends lines as the system's tools want; CSV's own ending makes it quote both characters of it."""

    def __init__(self, out: TextIO) -> None:
        self.out = out

    def write(self, line: str) -> None:
        self.out.write(line.removesuffix("\r\n") + "\n")


_COUNTS = ("met", "late", "missed", "open", "no_target")


def print_report(found: Report, asked: Asked, file: str, *, as_json: bool) -> None:
    """How many cases kept their promise."""
    if as_json:
        _print_json(_report_facts(found, asked, file))
        return
    for line in (
        _printable(asked.promise),
        f"{file_name(file)}, as of {when(asked.question.now.astimezone(asked.zone))}",
    ):
        click.echo(textwrap.fill(line, WIDTH))
    click.echo(f"\n{_drawn(_grid(found, asked), WIDTH if found.total.rows < _MANY else _WIDER)}\n")
    for note in _notes(found, asked):
        click.echo(textwrap.fill(note, WIDTH))
    for fault in found.faults:
        reason = _printable(with_options(str(fault)))
        click.echo(textwrap.fill(reason, WIDTH, initial_indent="  ", subsequent_indent="    "))


def _drawn(grid: Grid, narrowest: int) -> str:
    console = Console(markup=False, highlight=False, emoji=False)
    console.width = max(console.width, narrowest)
    with console.capture() as drawn:
        console.print(grid)
    return "\n".join(line.rstrip() for line in drawn.get().splitlines())


def _grid(found: Report, asked: Asked) -> Grid:
    grid = Grid(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    group = asked.question.group
    grid.add_column(_name(group or ""), overflow="fold", min_width=_NARROWEST_NAME if group else None)
    for header in ("cases", *_COUNTS, "compliance"):
        grid.add_column(header.replace("_", "\n"), justify="right", no_wrap=True)
    if group is not None:
        groups = _in_order(found, asked)
        for name, tally in groups[:_MOST_SHOWN]:
            grid.add_row(*_cells(_name(name) or "(empty)", tally))
        if more := groups[_MOST_SHOWN:]:
            grid.add_row(*_cells(f"({len(more):,} more)", reduce(add, (tally for _, tally in more))))
        if found.others.rows:
            grid.add_row(*_cells("(others)", found.others))
        grid.add_section()
    grid.add_row(*_cells("all", found.total))
    return grid


def _in_order(found: Report, asked: Asked) -> list[tuple[str, Tally]]:
    """The groups: priorities of the plan from the highest, then the largest first."""
    priorities = asked.plan.priorities if asked.plan else ()
    first = {priority.name: place for place, priority in enumerate(priorities)}
    return sorted(found.groups, key=lambda group: first.get(group[0], len(first)))


def _cells(name: str, tally: Tally) -> Iterator[Text]:
    share = _percent(tally.compliance)
    yield Text(name)
    yield Text(f"{tally.rows:,}")
    for count, style in zip(_COUNTS, ("", "yellow", "red", "", ""), strict=True):
        number = getattr(tally, count)
        yield Text(f"{number:,}", style=style if number else "")
    yield Text("-" if share is None else f"{share} %", style="bold")


def _notes(found: Report, asked: Asked) -> Iterator[str]:
    yield "Met: by the due. Late: by the limit, kept all the same. Missed: not by then."
    yield "Compliance: the share of met and late among these three."
    if found.total.overdue:
        yield f"Past the due and not done, among the open and missed: {found.total.overdue:,}."
    if found.total.no_target and asked.plan:
        names = ", ".join(_name(name) or "(empty)" for name in found.without)
        known = ", ".join(_name(priority.name) for priority in asked.plan.priorities)
        yield f"No target for priority {names}: {_name(asked.plan.name)} has {known}."
    if found.later:
        yield f"Opened later than that, and left out: {found.later:,}."
    if found.odd:
        swapped = " Are --opened and --done swapped?" if 2 * found.odd > found.total.rows else ""
        yield f"Done before opened, and judged all the same: {found.odd:,} ({_rows_text(found)}).{swapped}"
    if asked.question.group and len(found.groups) > _MOST_SHOWN:
        yield f"With --json, {len(found.groups):,} groups are named."
    if found.unreadable:
        yield f"Cannot be read, and left out: {found.unreadable:,}; the first:"


def _rows_text(found: Report) -> str:
    rows = ", ".join(map(str, found.odd_rows))
    more = f" and {found.odd - len(found.odd_rows):,} more" if found.odd > len(found.odd_rows) else ""
    return f"row{'s' if found.odd > 1 else ''} {rows}{more}"


def file_name(file: str) -> str:
    """What a file is called in a report or an error."""
    return "standard input" if file == "-" else _printable(file) or "''"


def _name(text: str) -> str:
    """A text of the file without control characters, and not too long."""
    shown = _printable(text[: _LONGEST_NAME + 1])
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[: _LONGEST_NAME - 3]}..."


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _percent(share: Fraction | None) -> Decimal | None:
    """In percent, rounded down to two decimals: 100 % means all."""
    if share is None:
        return None
    return Decimal(10_000 * share.numerator // share.denominator).scaleb(-2)


def _report_facts(found: Report, asked: Asked, file: str) -> dict[str, object]:
    group = asked.question.group
    return {
        "file": file,
        "promise": asked.promise,
        "as_of": asked.question.now.astimezone(asked.zone).isoformat(),
        **_tally_facts(found.total),
        "no_target_for": list(found.without) if asked.plan else [],
        "opened_later": found.later,
        "done_before_opened": {"count": found.odd, "first_rows": list(found.odd_rows)},
        "unreadable": {"count": found.unreadable, "first": [fault._asdict() for fault in found.faults]},
        "by": group,
        "groups": [{"value": name, **_tally_facts(tally)} for name, tally in _in_order(found, asked)] if group else [],
        "other_groups": _tally_facts(found.others),
    }


def _tally_facts(tally: Tally) -> dict[str, object]:
    share = _percent(tally.compliance)
    compliance = None if share is None else float(share)
    return {"cases": tally.rows, **attrs.asdict(tally), "compliance_percent": compliance}


def one_line(sentence: str) -> str:
    """A sentence of several lines as one, without control characters, and without the caret under a position."""
    lines = (_printable(line).strip() for line in sentence.splitlines())
    return ": ".join(line.removesuffix(":") for line in lines if line not in ("", "^"))
