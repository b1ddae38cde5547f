"""The command `supportsla`: dues, explanations, and reports on ticket exports, in a terminal or as JSON.

The one module of the library that reads files and the clock, and prints. Whatever is wrong with what it is given is one
line on stderr and exit status 2.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import os
import re
import sys
import textwrap
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial, reduce
from operator import add
from pathlib import Path
from typing import Any, BinaryIO, TextIO
from zoneinfo import ZoneInfo

import attrs
import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid
from rich.text import Text

from .calendars import BusinessCalendar, Calendar
from .clocks import Promise, promise
from .closures import Schedule, as_schedule, public_holidays
from .durations import Duration
from .errors import InvalidTable, SupportSLAError
from .hours import Hours
from .plan import Plan, Target
from .presets import apricot_anz, apricot_us
from .reasons import Stretch, when
from .report import Fault, Judged, Question, Report, Tally, by_column, by_duration, by_target, counted, judged
from .tables import LONGEST_ROW, Stamps
from .worktime import deadline
from .zones import MICROSECOND, load_zone

__all__ = ["main"]

PRESETS: dict[str, Callable[[], Plan]] = {"apricot_us": apricot_us, "apricot_anz": apricot_anz}
METRIC = "first_response"
WIDTH = 80
GZIP = b"\x1f"
WORTH_A_BAR = 4_000_000
TICK = 2_000
MOST_SHOWN = 30
MANY, WIDER = 10_000_000, 112
LONGEST_NAME, NARROWEST_NAME = 80, 6


def _read_by(read: Callable[[str], object]) -> Callable[..., object]:
    """A callback that reads an option's value, or each of them, and reports the library's errors as the option's."""

    def read_value(context: click.Context, option: click.Parameter, value: Any) -> object:
        try:
            if option.multiple:
                return tuple(map(read, value))
            return None if value is None else read(value)
        except SupportSLAError as error:
            raise click.BadParameter(str(error), context, option) from None

    return read_value


def _holidays(text: str) -> Schedule:
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return as_schedule([_date(text)])
    if not (code := re.fullmatch("([A-Z]{2,3})(?:-([A-Za-z0-9]+))?", text)):
        expected = "a country such as US, a subdivision such as AU-NSW, or a date such as 2026-12-24; may be repeated"
        raise click.BadParameter(f"{text!r} is none of {expected}")
    return public_holidays(code[1], code[2])


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text} is no date") from None


def _preset(name: str) -> Plan:
    known = PRESETS.get(name.casefold().replace("-", "_"))
    if known is None:
        raise click.BadParameter(f"{name!r} is no desk; known: {', '.join(PRESETS)}")
    return known()


def _encoding(name: str) -> str:
    """The encoding; UTF-8 with or without a byte order mark."""
    try:
        with io.TextIOWrapper(io.BytesIO(), encoding=name):
            return "utf-8-sig" if codecs.lookup(name).name == "utf-8" else name
    except (LookupError, ValueError):
        raise click.BadParameter(f"{name!r} is no encoding of text; such as utf-8, utf-16, cp1252") from None


def _option(name: str, metavar: str, read: Callable[[str], object], text: str, **more: Any) -> Callable[..., Any]:
    return click.option(name, metavar=metavar, callback=_read_by(read), help=text, **more)


_EXAMPLES = {
    "due": """\b
Examples:
  supportsla due 2026-11-25T17:30-06:00 --desk apricot_us --priority high
  supportsla due 2026-11-25T17:30 --zone Europe/Berlin \\
      --hours "Mo-Fr 09:00-17:00" --holidays DE-BE --duration "1 business day"
""",
    "explain": """\b
Example:
  supportsla explain 2026-11-25T17:30-06:00 --desk apricot_us --priority high
""",
    "report": """\b
Examples:
  supportsla report cases.csv --opened opened --done answered \\
      --desk apricot_us --priority priority
  supportsla report cases.csv --opened opened --done closed --due sla_due \\
      --by queue --zone America/New_York
""",
}

_DESK = (
    _option("--desk", "NAME", _preset, f"A published desk: {', '.join(PRESETS)}."),
    _option("--hours", "TEXT", Hours.parse, 'Own hours instead, such as "Mo-Fr 09:00-17:00".'),
    _option("--zone", "ZONE", load_zone, "Zone of --hours, and of instants written without one."),
    _option(
        "--holidays",
        "CODE",
        _holidays,
        "With --hours: a country, a subdivision or a date: US, AU-NSW, 2026-12-24. May be repeated.",
        multiple=True,
    ),
    _option("--stamps-zone", "ZONE", load_zone, "Zone of instants without one, where it is not --zone."),
    _option("--duration", "TEXT", Duration.parse, 'What is promised, such as "4 business hours" or "1 business day".'),
    click.option("--metric", metavar="NAME", help=f"What of the desk's targets; {METRIC} unless given."),
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _desk_options(command: Callable[..., None]) -> Callable[..., None]:
    return reduce(lambda decorated, option: option(decorated), reversed(_DESK), command)


@attrs.frozen
class DeskOptions:
    """What the options say of a desk and of what it promises."""

    desk: Plan | None
    hours: Hours | None
    zone: ZoneInfo | None
    holidays: tuple[Schedule, ...]
    stamps_zone: ZoneInfo | None
    duration: Duration | None
    metric: str | None

    @property
    def written_in(self) -> ZoneInfo | None:
        """The zone of instants that name none."""
        return self.stamps_zone or self.zone

    @property
    def calendar(self) -> Calendar:
        """The desk's hours, by name or by options."""
        if self.desk and (self.hours or self.holidays or self.stamps_zone):
            raise click.UsageError("--desk has its own: leave out --hours, --holidays and --stamps-zone")
        if self.desk:
            return self.desk.calendar("desk")
        if not self.hours:
            raise click.UsageError(f"which desk? Give --desk ({', '.join(PRESETS)}), or --hours with --zone")
        if not self.zone:
            raise click.UsageError("--hours needs --zone, the desk's own, such as America/Chicago")
        return BusinessCalendar(self.zone, self.hours, holidays=reduce(add, self.holidays, as_schedule(())))

    def targets(self) -> Plan:
        """The plan whose targets hold."""
        if self.duration:
            raise click.UsageError("--priority and --duration exclude each other")
        if not self.desk:
            raise click.UsageError("own hours promise nothing by priority: give --duration, or --desk")
        return self.desk

    def one_duration(self, otherwise: str) -> Duration:
        """The duration that holds whatever the priority; `otherwise` names options that could say it too."""
        if self.duration is None:
            raise click.UsageError(f'what is promised? Give {otherwise}--duration, such as "4 business hours"')
        if self.metric:
            raise click.UsageError("--metric goes with --priority, not with --duration")
        return self.duration


def _read(stamps: Stamps, text: str, where: str) -> datetime:
    try:
        return stamps.read(text)
    except ValueError as fault:
        raise click.ClickException(f"{where}: {_with_options(str(fault))}") from None


_OPTIONS = {
    "the zone it was written in": "--zone",
    "needs its format": "--format",
    "in which encoding": "--encoding",
    "the file's encoding": "--encoding",
}


def _with_options(sentence: str) -> str:
    """The sentence with the options that say what it asks for."""
    for phrase, option in _OPTIONS.items():
        sentence = sentence.replace(phrase, f"{phrase} ({option})")
    return sentence


def _case_options(command: Callable[..., None]) -> Callable[..., None]:
    priority = click.option("--priority", metavar="NAME", help="A priority of the desk, by name or alias: high, sev-1.")
    return click.argument("opened")(priority(_desk_options(_JSON(command))))


@click.group(
    invoke_without_command=True, context_settings={"max_content_width": WIDTH, "help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="supportsla", message="%(package)s %(version)s")
@click.pass_context
def supportsla(context: click.Context) -> None:
    """When is a support case due, and why; and were the promises kept?

    Instants are written in ISO 8601, such as 2026-11-25T17:30-06:00, or without an offset where --zone says which zone
    is meant.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@supportsla.command(epilog=_EXAMPLES["due"])
@_case_options
def due(opened: str, priority: str | None, *, as_json: bool, **options: Any) -> None:
    """When a case is due that was OPENED at an instant."""
    promised = _promised(DeskOptions(**options), opened, priority)
    if as_json:
        _print_json(_promise_facts(promised))
        return
    click.echo(_title(promised.target))
    click.echo(f"  opened  {when(promised.started)}")
    click.echo(f"  due     {when(promised.due)}")
    if promised.limit != promised.due:
        click.echo(f"  limit   {when(promised.limit)}")


@supportsla.command(epilog=_EXAMPLES["explain"])
@_case_options
def explain(opened: str, priority: str | None, *, as_json: bool, **options: Any) -> None:
    """Why a case is due when it is that was OPENED at an instant."""
    promised = _promised(DeskOptions(**options), opened, priority)
    why = promised.explanation
    if as_json:
        steps = [_step_facts(step) for step in why.steps]
        counted_from = why.counted_from.isoformat() if why.counted_from else None
        remarks = {"counted_from": counted_from, "rule": why.rule, "unknown_years": list(why.unknown_years)}
        _print_json({**_promise_facts(promised), "steps": steps, **remarks})
        return
    if promised.target.metric:
        click.echo(f"{promised.target.metric}, {promised.target.priority}\n")
    click.echo(str(why))
    if promised.limit != promised.due:
        click.echo(f"\nThe limit, {promised.target.limit}, is {when(promised.limit)}.")


def _promised(options: DeskOptions, text: str, priority: str | None) -> Promise:
    calendar = options.calendar
    opened = _read(Stamps(options.written_in), text, "OPENED")
    if priority is not None:
        return promise(options.targets(), options.metric or METRIC, priority, opened)
    names = ", ".join(known.name for known in options.desk.priorities) if options.desk else ""
    duration = options.one_duration(f"--priority ({names}) or " if names else "")
    due = deadline(calendar, opened, duration)
    return Promise(opened.astimezone(due.tzinfo), due, due, Target("", "", duration), calendar)


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


@supportsla.command(epilog=_EXAMPLES["report"])
@click.argument("file")
@click.option("--opened", required=True, metavar="COLUMN", help="When a case was opened.")
@click.option("--done", required=True, metavar="COLUMN", help="When it was done: answered, or closed. Empty: not yet.")
@click.option("--due", metavar="COLUMN", help="When it was due, where the file says so.")
@click.option("--priority", metavar="COLUMN", help="Its priority, for the targets of --desk.")
@click.option("--by", metavar="COLUMN", help="Count by the values of this column; --priority unless given.")
@_desk_options
@click.option("--format", "form", metavar="CODES", help="How instants are written, such as %d/%m/%Y %H:%M.")
@_option("--encoding", "NAME", _encoding, "Such as cp1252, if not UTF-8.", default="utf-8-sig")
@click.option("--now", metavar="INSTANT", help="Judge as of this instant, if not now.")
@click.option("--rows", is_flag=True, help="Print each row with its due, limit and verdict, as CSV.")
@_JSON
def report(file: str, *, encoding: str, rows: bool, as_json: bool, **options: Any) -> None:
    """How many cases of a ticket export kept their promise.

    FILE is CSV, plain or gzipped, with a line of column names; - is standard input.
    """
    if rows and as_json:
        raise click.UsageError("--rows prints CSV: leave out --json")
    asked = _asked(**options)
    try:
        with _lines(file, encoding) as lines:
            table = judged(lines, asked.question)
            if rows:
                _print_rows(table, asked.zone)
                return
            found = counted(table.judgements)
    except InvalidTable as fault:
        raise click.ClickException(f"{file}: {_with_options(str(fault))}") from None
    if as_json:
        _print_json(_report_facts(found, asked, file))
    else:
        _print_report(found, asked, file)


@attrs.frozen
class Asked:
    """What is asked of a file: the question, what is promised in words, the zone to show, and whose priorities."""

    question: Question
    promise: str
    zone: ZoneInfo
    plan: Plan | None = None


@attrs.frozen
class Columns:
    """The columns that the options name."""

    due: str | None
    priority: str | None
    by: str | None


def _asked(opened: str, done: str, form: str | None, now: str | None, **options: Any) -> Asked:
    columns = Columns(**{name: options.pop(name) for name in ("due", "priority", "by")})
    desk = DeskOptions(**options)
    stamps = Stamps(desk.written_in, form)
    as_of = datetime.now(UTC).replace(microsecond=0) if now is None else _read(Stamps(desk.written_in), now, "--now")
    group = columns.priority if columns.by is None else columns.by
    ask = partial(Question, opened, done, now=as_of, group=group, stamps=stamps)
    if columns.due is not None:
        return _asked_by_column(columns.due, desk, ask, stamps)
    if not desk.desk and not desk.hours:
        raise click.UsageError(
            "what is promised? Give --due COLUMN, --desk with --priority COLUMN, or --hours and --zone with --duration"
        )
    calendar = desk.calendar
    zone = load_zone(calendar.zone)
    if columns.priority is not None:
        plan, metric = desk.targets(), desk.metric or METRIC
        dues = by_target(plan, metric, columns.priority)
        return Asked(ask(dues=dues), f"{metric} as promised by {plan.name}", zone, plan)
    duration = desk.one_duration("--priority COLUMN or " if desk.desk else "")
    whose = desk.desk.name if desk.desk else f"{desk.hours} {calendar.zone}"
    return Asked(ask(dues=by_duration(calendar, duration)), f"{duration} of {whose}", zone)


def _asked_by_column(column: str, desk: DeskOptions, ask: Callable[..., Question], stamps: Stamps) -> Asked:
    if desk.desk or desk.hours or desk.holidays or desk.duration or desk.metric:
        raise click.UsageError(
            "--due COLUMN has the dues: leave out --desk, --hours, --holidays, --duration and --metric"
        )
    zone = desk.zone or desk.stamps_zone or ZoneInfo("UTC")
    return Asked(ask(dues=by_column(column, stamps)), f"due as in column {column}", zone)


@contextmanager
def _lines(file: str, encoding: str) -> Iterator[Iterator[str]]:
    """The lines of a file, plain or gzipped; a bar on stderr shows how far a long one is read."""
    if file == "-" and sys.stdin is None:
        raise click.ClickException("standard input is closed")
    try:
        source: BinaryIO = sys.stdin.buffer if file == "-" else Path(file).open("rb")  # noqa: SIM115
    except OSError as fault:
        raise click.ClickException(f"{file}: {fault.strerror}") from None
    with source, _bar(source) as tick:
        yield _decoded(source, encoding, tick)


def _decoded(source: Any, encoding: str, tick: Callable[[], None]) -> Iterator[str]:
    number = 0
    try:
        plain = gzip.GzipFile(fileobj=source) if source.peek(1)[:1] == GZIP else source
        with io.TextIOWrapper(plain, encoding=encoding, errors="surrogateescape", newline="") as text:
            for number, line in enumerate(iter(partial(text.readline, LONGEST_ROW), ""), 1):
                if len(line) == LONGEST_ROW:
                    raise InvalidTable((f"line {number} has {LONGEST_ROW:,} characters or more: is it CSV?",))
                if number % TICK == 0:
                    tick()
                yield line
    except (OSError, EOFError, zlib.error, UnicodeError) as fault:
        raise InvalidTable((f"it cannot be read on after line {number}: {fault}",)) from None


@contextmanager
def _bar(source: BinaryIO) -> Iterator[Callable[[], None]]:
    console = Console(stderr=True)
    size = os.fstat(source.fileno()).st_size
    if size < WORTH_A_BAR or not console.is_terminal:
        yield lambda: None
        return
    columns = (TextColumn("reading"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("reading", total=size)
        yield lambda: progress.update(task, completed=source.tell())


def _print_rows(table: Judged, zone: ZoneInfo) -> None:
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
            dues = (at.astimezone(zone).isoformat() if at else "" for at in (judgement.due, judgement.limit))
            writer.writerow([*fields, *[""] * (width - len(fields)), *dues, judgement.verdict])
            faults += judgement.fault is not None
            first = first or judgement.fault
        out.flush()
    finally:
        out.detach()
    if first:
        click.echo(
            f"supportsla: {_one_line(f'rows that cannot be read: {faults:,}; the first: {_with_options(str(first))}')}",
            err=True,
        )


class _UnixLines:
    """A writer that ends lines as the system's tools want; CSV's own ending makes it quote both characters of it."""

    def __init__(self, out: TextIO) -> None:
        self.out = out

    def write(self, line: str) -> None:
        self.out.write(line.removesuffix("\r\n") + "\n")


_COUNTS = ("met", "late", "missed", "open", "no_target")


def _print_report(found: Report, asked: Asked, file: str) -> None:
    console = Console(markup=False, highlight=False, emoji=False)
    console.width = max(console.width, WIDTH if found.total.rows < MANY else WIDER)
    name = "standard input" if file == "-" else _printable(file)
    for line in (asked.promise, f"{name}, as of {when(asked.question.now.astimezone(asked.zone))}"):
        click.echo(textwrap.fill(line, WIDTH))
    click.echo()
    with console.capture() as drawn:
        console.print(_grid(found, asked))
    click.echo("\n".join(line.rstrip() for line in drawn.get().splitlines()) + "\n")
    for note in _notes(found, asked):
        click.echo(textwrap.fill(note, WIDTH))
    for fault in found.faults:
        reason = _printable_all(_with_options(str(fault)))
        click.echo(textwrap.fill(reason, WIDTH, initial_indent="  ", subsequent_indent="    "))


def _grid(found: Report, asked: Asked) -> Grid:
    grid = Grid(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    group = asked.question.group
    grid.add_column(_printable(group or ""), overflow="fold", min_width=NARROWEST_NAME if group else None)
    for header in ("cases", *_COUNTS, "compliance"):
        grid.add_column(header.replace("_", "\n"), justify="right", no_wrap=True)
    if group is not None:
        groups = _in_order(found, asked)
        for name, tally in groups[:MOST_SHOWN]:
            grid.add_row(*_cells(_printable(name) or "(empty)", tally))
        if more := groups[MOST_SHOWN:]:
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
        names = ", ".join(_printable(name) or "(empty)" for name in found.without)
        known = ", ".join(priority.name for priority in asked.plan.priorities)
        yield f"No target for priority {names}: {asked.plan.name} has {known}."
    if found.later:
        yield f"Opened later than that, and left out: {found.later:,}."
    if found.odd:
        swapped = " Are --opened and --done swapped?" if 2 * found.odd > found.total.rows else ""
        yield f"Done before opened, and judged all the same: {found.odd:,} ({_rows_text(found)}).{swapped}"
    if asked.question.group and len(found.groups) > MOST_SHOWN:
        yield f"With --json, {len(found.groups):,} groups are named."
    if found.unreadable:
        yield f"Cannot be read, and left out: {found.unreadable:,}; the first:"


def _rows_text(found: Report) -> str:
    rows = ", ".join(map(str, found.odd_rows))
    more = f" and {found.odd - len(found.odd_rows):,} more" if found.odd > len(found.odd_rows) else ""
    return f"row{'s' if found.odd > 1 else ''} {rows}{more}"


def _printable(text: str) -> str:
    """A text of the file without control characters, and not too long."""
    shown = _printable_all(text[: LONGEST_NAME + 1])
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 3]}..."


def _printable_all(text: str) -> str:
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


def main(arguments: Sequence[str]) -> int:
    """Run the command; the exit status is 2 where it cannot do what was asked."""
    try:
        _run(arguments)
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.ClickException, SupportSLAError, OSError, KeyboardInterrupt) as fault:
        if isinstance(fault, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        with suppress(OSError):
            click.echo(f"supportsla: {_one_line(_sentence(fault))}", err=True)
        return 2
    return 0


def _run(arguments: Sequence[str]) -> None:
    if sys.stdout is None:
        raise click.ClickException("standard output is closed")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    with supportsla.make_context("supportsla", list(arguments)) as context:
        supportsla.invoke(context)
    sys.stdout.flush()


def _sentence(fault: BaseException) -> str:
    if isinstance(fault, click.UsageError) and fault.ctx:
        return f"{fault.format_message()} (see {fault.ctx.command_path} --help)"
    if isinstance(fault, click.ClickException):
        return fault.format_message()
    if isinstance(fault, BrokenPipeError):
        return "the reader of the output closed it before its end"
    if isinstance(fault, OSError):
        return f"cannot write: {fault.strerror}"
    return str(fault) or "interrupted"


def _one_line(sentence: str) -> str:
    lines = (_printable_all(line).strip() for line in sentence.splitlines())
    return ": ".join(line.removesuffix(":") for line in lines if line not in ("", "^"))
