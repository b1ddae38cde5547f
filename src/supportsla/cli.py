"""The command `supportsla`: dues, explanations, reports on ticket exports, and plans checked and compared.

The one module of the library that reads files and the clock; `printing` prints. Whatever is wrong with what it is given
is one line on stderr and exit status 2. What `check` and `diff` find is exit status 1.
"""

from __future__ import annotations

import codecs
import gzip
import io
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime
from functools import partial, reduce
from operator import add
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import attrs
import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from .calendars import BusinessCalendar, Calendar
from .checks import lint
from .closures import Schedule, as_schedule, public_holidays
from .differences import diff
from .documents import LONGEST, load
from .durations import Duration
from .errors import InvalidDocument, InvalidTable, SupportSLAError
from .hours import Hours
from .plan import Plan, Target
from .presets import apricot_anz, apricot_us, client_portal
from .printing import (
    WIDTH,
    Asked,
    file_name,
    one_line,
    print_changes,
    print_explanation,
    print_findings,
    print_promise,
    print_report,
    print_rows,
    with_options,
)
from .promises import Promise, promise
from .report import Question, by_column, by_duration, by_target, counted, judged
from .tables import LONGEST_ROW, Stamps
from .worktime import deadline
from .zones import load_zone

__all__ = ["main"]

_PRESETS: dict[str, Callable[[], Plan]] = {
    "apricot_us": apricot_us,
    "apricot_anz": apricot_anz,
    "client_portal": client_portal,
}
_METRIC = "first_response"
_GZIP = b"\x1f"
_WORTH_A_BAR = 4_000_000
_TICK = 10_000


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
    known = _PRESETS.get(name.casefold().replace("-", "_"))
    if known is None:
        raise click.BadParameter(f"{name!r} is no desk; known: {', '.join(_PRESETS)}")
    return known()


def _plan_file(file: str) -> Plan:
    try:
        return load(_document(file))
    except InvalidDocument as fault:
        first, count = fault.findings[0], len(fault.findings)
        more = f", and {count - 1:,} more: see supportsla check" if count > 1 else ""
        raise click.BadParameter(f"{file_name(file)}: {first}{more}") from None


def _document(file: str) -> bytes:
    """A file's bytes, and one more than a document may have at most."""
    try:
        with ExitStack() as closing:
            source = sys.stdin.buffer if file == "-" else closing.enter_context(Path(file).open("rb"))
            return source.read(LONGEST + 1)
    except OSError as fault:
        raise click.ClickException(f"{file_name(file)}: {fault.strerror}") from None


def _desk_or_file(name: str) -> Plan:
    return _preset(name) if name.casefold().replace("-", "_") in _PRESETS else _plan_file(name)


def _years(text: str) -> tuple[int, int]:
    if not (years := re.fullmatch("([0-9]{4})(?:-([0-9]{4}))?", text)):
        raise click.BadParameter(f"{text!r} is neither a year nor years such as 2026-2030")
    return int(years[1]), int(years[2] or years[1])


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
    "check": """\b
Example:
  supportsla check plan.json --years 2026-2030
""",
    "diff": """\b
Examples:
  supportsla diff plan-2026.json plan-2027.json
  supportsla diff apricot_us our-desk.json --years 2027
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
    _option("--desk", "NAME", _preset, f"A published desk: {', '.join(_PRESETS)}."),
    _option("--plan", "FILE", _plan_file, "Or a desk of your own: its plan as a document."),
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
    click.option("--metric", metavar="NAME", help=f"What of the desk's targets; {_METRIC} unless given."),
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_YEARS = _option("--years", "YEARS", _years, "Whose dates to look through: 2027, or 2026-2030; five from this one on.")


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
        zone = self.own_zone
        if self.desk:
            return self.desk.calendar("desk")
        return BusinessCalendar(zone, self.hours or "", holidays=reduce(add, self.holidays, as_schedule(())))

    @property
    def own_zone(self) -> ZoneInfo:
        """The zone of the desk's hours, with all the options that say whose they are in order."""
        if self.desk and (self.hours or self.holidays or self.stamps_zone):
            raise click.UsageError(
                "--desk and --plan have hours and holidays of their own, and --zone says how instants are written: "
                "leave out --hours, --holidays and --stamps-zone"
            )
        if self.desk:
            return load_zone(self.desk.index.measuring.zone)
        if not self.hours:
            raise click.UsageError(f"which desk? Give --desk ({', '.join(_PRESETS)}), --plan, or --hours with --zone")
        if not self.zone:
            raise click.UsageError("--hours needs --zone, the desk's own, such as America/Chicago")
        return self.zone

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
        if self.metric is not None:
            raise click.UsageError("--metric goes with --priority, not with --duration")
        return self.duration


def _desk_of(desk: Plan | None, plan: Plan | None, **options: Any) -> DeskOptions:
    if desk and plan:
        raise click.UsageError("--desk and --plan exclude each other")
    return DeskOptions(desk or plan, **options)


def _read(stamps: Stamps, text: str, where: str) -> datetime:
    try:
        return stamps.read(text)
    except ValueError as fault:
        raise click.ClickException(f"{where}: {with_options(str(fault))}") from None


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
    print_promise(_promised(_desk_of(**options), opened, priority), as_json=as_json)


@supportsla.command(epilog=_EXAMPLES["explain"])
@_case_options
def explain(opened: str, priority: str | None, *, as_json: bool, **options: Any) -> None:
    """Why a case is due when it is that was OPENED at an instant."""
    print_explanation(_promised(_desk_of(**options), opened, priority), as_json=as_json)


def _promised(options: DeskOptions, text: str, priority: str | None) -> Promise:
    zone = options.own_zone
    opened = _read(Stamps(options.written_in), text, "OPENED")
    if priority is not None:
        return promise(options.targets(), _METRIC if options.metric is None else options.metric, priority, opened)
    names = ", ".join(known.name for known in options.desk.priorities) if options.desk else ""
    duration = options.one_duration(f"--priority ({names}) or " if names else "")
    calendar = options.calendar
    due = deadline(calendar, opened, duration)
    return Promise(opened.astimezone(zone), due, due, Target("", "", duration), calendar)


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
                print_rows(table, asked.zone)
                return
            found = counted(table.judgements)
    except InvalidTable as fault:
        raise click.ClickException(f"{file_name(file)}: {with_options(str(fault))}") from None
    print_report(found, asked, file, as_json=as_json)


@supportsla.command(epilog=_EXAMPLES["check"])
@click.argument("file", metavar="PLAN")
@_YEARS
@_JSON
def check(file: str, *, years: tuple[int, int] | None, as_json: bool) -> None:
    """What is wrong with a plan, or looks wrong.

    The exit status is 1 if there are errors. PLAN is a document, such as `supportsla.dump` writes; - is standard input.
    """
    first, last = years or _five_years()
    try:
        plan = load(_document(file))
    except InvalidDocument as fault:
        print_findings(file, None, fault.findings, as_json=as_json)
        raise click.exceptions.Exit(1) from None
    findings = lint(plan, first_year=first, last_year=last)
    print_findings(file, plan, findings, as_json=as_json)
    raise click.exceptions.Exit(int(any(finding.severity == "error" for finding in findings)))


@supportsla.command("diff", epilog=_EXAMPLES["diff"])
@click.argument("before", metavar="A", callback=_read_by(_desk_or_file))
@click.argument("after", metavar="B", callback=_read_by(_desk_or_file))
@_YEARS
@_JSON
def compare(before: Plan, after: Plan, *, years: tuple[int, int] | None, as_json: bool) -> None:
    """What changed from one plan to another.

    The exit status is 1 if anything has. A and B are documents, such as `supportsla.dump` writes, or names of
    published desks.
    """
    first, last = years or _five_years()
    changes = diff(before, after, first_year=first, last_year=last)
    print_changes(changes, as_json=as_json)
    raise click.exceptions.Exit(int(bool(changes)))


def _five_years() -> tuple[int, int]:
    this = datetime.now(UTC).year
    return this, this + 4


def _asked(opened: str, done: str, form: str | None, now: str | None, **options: Any) -> Asked:
    due_column, priority, by = (options.pop(name) for name in ("due", "priority", "by"))
    desk = _desk_of(**options)
    stamps = Stamps(desk.written_in, form)
    as_of = datetime.now(UTC).replace(microsecond=0) if now is None else _read(Stamps(desk.written_in), now, "--now")
    group = priority if by is None else by
    ask = partial(Question, opened, done, now=as_of, group=group, stamps=stamps)
    if due_column is not None:
        return _asked_by_column(due_column, desk, ask, stamps)
    if not desk.desk and not desk.hours:
        raise click.UsageError(
            "what is promised? Give --due COLUMN, --desk or --plan with --priority COLUMN, "
            "or --hours and --zone with --duration"
        )
    zone = desk.own_zone
    if priority is not None:
        plan, metric = desk.targets(), _METRIC if desk.metric is None else desk.metric
        dues = by_target(plan, metric, priority)
        return Asked(ask(dues=dues), f"{metric} as promised by {plan.name}", zone, plan)
    duration = desk.one_duration("--priority COLUMN or " if desk.desk else "")
    whose = desk.desk.name if desk.desk else f"{desk.hours} {zone.key}"
    return Asked(ask(dues=by_duration(desk.calendar, duration)), f"{duration} of {whose}", zone)


def _asked_by_column(column: str, desk: DeskOptions, ask: Callable[..., Question], stamps: Stamps) -> Asked:
    if desk.desk or desk.hours or desk.holidays or desk.duration or desk.metric is not None:
        raise click.UsageError(
            "--due COLUMN has the dues: leave out --desk, --plan, --hours, --holidays, --duration and --metric"
        )
    zone = desk.zone or desk.stamps_zone or ZoneInfo("UTC")
    return Asked(ask(dues=by_column(column, stamps)), f"due as in column {column}", zone)


@contextmanager
def _lines(file: str, encoding: str) -> Iterator[Iterator[str]]:
    """The lines of a file, plain or gzipped; a bar on stderr shows how far a long one is read."""
    if file == "-" and sys.stdin is None:
        raise click.ClickException("standard input is closed")
    with ExitStack() as closing:
        try:
            source = sys.stdin.buffer if file == "-" else closing.enter_context(Path(file).open("rb"))
        except OSError as fault:
            raise click.ClickException(f"{file_name(file)}: {fault.strerror}") from None
        yield _decoded(source, encoding, closing.enter_context(_bar(source)))


def _decoded(source: Any, encoding: str, tick: Callable[[], None]) -> Iterator[str]:
    number = 0
    try:
        plain = gzip.GzipFile(fileobj=source) if source.peek(1)[:1] == _GZIP else source
        with io.TextIOWrapper(plain, encoding=encoding, errors="surrogateescape", newline="") as text:
            for number, line in enumerate(iter(partial(text.readline, LONGEST_ROW), ""), 1):
                if len(line) == LONGEST_ROW:
                    raise InvalidTable((f"line {number} has {LONGEST_ROW:,} characters or more: is it CSV?",))
                if number % _TICK == 0:
                    tick()
                yield line
    except (OSError, EOFError, zlib.error, UnicodeError) as fault:
        raise InvalidTable((f"it cannot be read on after line {number}: {fault}",)) from None


@contextmanager
def _bar(source: BinaryIO) -> Iterator[Callable[[], None]]:
    console = Console(stderr=True)
    size = os.fstat(source.fileno()).st_size
    if size < _WORTH_A_BAR or not console.is_terminal:
        yield lambda: None
        return
    columns = (TextColumn("reading"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("reading", total=size)
        yield lambda: progress.update(task, completed=source.tell(), refresh=True)


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
            click.echo(f"supportsla: {one_line(_sentence(fault))}", err=True)
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
