"""The command: answers and errors of the real process, in text and as JSON, at 80 columns and in a terminal."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import supportsla.__main__
from supportsla import ALWAYS, Plan, Priority, Target, business_hours, cli, dump
from supportsla.presets import apricot_us
from supportsla.report import Report, Tally

TIMEOUT = 60
PLAIN = {
    name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TERM")
}
HEADER = "opened,done,priority,due\n"
GOOD = "2026-06-01T15:00Z,2026-06-01T16:00Z,high,2026-06-01T17:00Z\n"
DESK = ("--opened", "opened", "--done", "done", "--desk", "apricot_us", "--priority", "priority")
BY_DUE = ("--opened", "opened", "--done", "done", "--due", "due")
NOW = ("--now", "2026-07-01T00:00Z")


def process(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """The real command, in a process of its own."""
    command = [sys.executable, "-m", "supportsla", *map(str, arguments)]
    given = {"env": PLAIN, "capture_output": True, "encoding": "utf-8", "timeout": TIMEOUT, **options}
    return subprocess.run(command, check=False, **given)


class Answer:
    """What the command answered within this process, which is quicker."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def facts(self) -> Any:
        assert (self.status, self.err) == (0, "")
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The one line on stderr, of a command that did nothing else."""
        assert (self.status, self.out) == (2, "")
        assert re.fullmatch(r"supportsla: [^\n]+\n", self.err)
        return self.err.removeprefix("supportsla: ").strip()


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Any:
    def answer(*arguments: str | Path) -> Answer:
        status = cli.main([str(argument) for argument in arguments])
        return Answer(status, *capsys.readouterr())

    return answer


@pytest.fixture
def table(tmp_path: Path) -> Any:
    def write(content: str | bytes, name: str = "cases.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_the_installed_command_is_the_module() -> None:
    """One program under both names."""
    script = Path(sys.executable).parent / "supportsla"
    arguments = ["due", "2026-11-25T17:30-06:00", "--desk", "apricot_us", "--priority", "high"]
    done = subprocess.run([script, *arguments], check=True, capture_output=True, encoding="utf-8", timeout=TIMEOUT)
    assert done.stdout == process(*arguments).stdout
    assert "  due     Fri 2026-11-27 09:30 CST (UTC-06:00)\n" in done.stdout


@pytest.mark.parametrize(
    "arguments", [[], ["--help"], *([name, "--help"] for name in ("check", "diff", "due", "explain", "report"))]
)
def test_help_reads_at_80_columns(arguments: list[str]) -> None:
    """Also without any arguments."""
    done = process(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: supportsla")
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_version_is_that_of_the_package(ask: Any) -> None:
    """Its name and its number."""
    assert re.fullmatch(r"supportsla [0-9]+\.[0-9]+\.[0-9]+\n", ask("--version").out)


def test_without_its_extra_the_command_says_how_to_install_it() -> None:
    """A module that cannot be found stands for an extra that is not installed."""
    code = "import sys; sys.modules['click'] = None; from supportsla.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, encoding="utf-8", timeout=TIMEOUT
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("supportsla: the command needs its extra; install it with: pip install 'supportsla[cli]'\n")


def test_another_missing_module_is_not_taken_for_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken installation is no missing extra."""
    monkeypatch.delitem(sys.modules, "supportsla.cli")
    monkeypatch.setitem(sys.modules, "supportsla.report", None)
    with pytest.raises(ModuleNotFoundError, match="report"):
        supportsla.__main__.main()


@pytest.mark.parametrize(
    ("priority", "due", "limit"),
    [
        ("critical", "2026-11-25T21:00:00-06:00", "2026-11-25T21:00:00-06:00"),
        ("high", "2026-11-27T11:00:00-06:00", "2026-11-27T11:00:00-06:00"),
        ("medium", "2026-11-30T07:00:00-06:00", "2026-11-30T07:00:00-06:00"),
        ("low", "2026-11-30T07:00:00-06:00", "2026-12-01T07:00:00-06:00"),
    ],
)
def test_due_answers_as_the_rulebook_does(ask: Any, priority: str, due: str, limit: str) -> None:
    """The tie at closing on the eve of Thanksgiving; aliases and hyphens in names are known."""
    facts = ask("due", "2026-11-25T19:00-06:00", "--desk", "Apricot-US", "--priority", priority, "--json").facts
    assert (facts["due"], facts["limit"], facts["zone"]) == (due, limit, "America/Chicago")
    assert facts["priority"] == priority


def test_due_takes_a_desk_by_options(ask: Any) -> None:
    """Hours, zone, a subdivision's holidays and a date."""
    own = ("--hours", "Mo-Fr 09:00-17:00", "--zone", "Australia/Sydney", "--holidays", "AU-NSW")
    asked = ("due", "2026-04-02T16:00", *own, "--duration", "4 business hours", "--json")
    assert ask(*asked).facts["due"] == "2026-04-07T12:00:00+10:00"
    later = ask(*asked, "--holidays", "2026-04-07").facts
    assert (later["due"], later["duration"], later["priority"]) == (
        "2026-04-08T12:00:00+10:00",
        "4 business hours",
        None,
    )


def test_a_follow_up_is_another_metric(ask: Any) -> None:
    """Low is answered again within 1-3 business days (P10)."""
    facts = ask(
        "due", "2026-06-18T14:00Z", "--desk", "apricot_us", "--priority", "low", "--metric", "follow_up", "--json"
    ).facts
    assert (facts["due"], facts["limit"]) == ("2026-06-22T09:00:00-05:00", "2026-06-24T09:00:00-05:00")
    assert facts["limit_duration"] == "3 business days"


def test_instants_of_another_zone_than_the_desk_are_read_in_theirs(ask: Any) -> None:
    """An export in UTC of a desk in Berlin."""
    own = ("--hours", "Mo-Fr 09:00-17:00", "--zone", "Europe/Berlin", "--duration", "1 business hours", "--json")
    assert ask("due", "2026-06-12T12:00", *own).facts["opened"] == "2026-06-12T12:00:00+02:00"
    assert ask("due", "2026-06-12T12:00", *own, "--stamps-zone", "UTC").facts["opened"] == "2026-06-12T14:00:00+02:00"


def test_explain_gives_its_steps_as_data(ask: Any) -> None:
    """They add up to the duration."""
    facts = ask("explain", "2026-11-25T17:30-06:00", "--desk", "apricot_us", "--priority", "high", "--json").facts
    assert sum(step["used_microseconds"] for step in facts["steps"]) == 4 * 3600 * 10**6
    assert [step["name"] for step in facts["steps"] if step["reason"] == "holiday"] == ["Thanksgiving Day"]
    assert (facts["rule"], facts["counted_from"], facts["unknown_years"]) == (None, None, [])


def test_explain_says_from_where_days_count(ask: Any) -> None:
    """A start while the desk is closed."""
    facts = ask("explain", "2026-11-25T19:00-06:00", "--desk", "apricot_us", "--priority", "low", "--json").facts
    assert (facts["rule"], facts["counted_from"]) == ("same_time", "2026-11-27T07:00:00-06:00")


def test_one_duration_has_no_limit_and_no_metric(ask: Any) -> None:
    """So there is nothing to say of them."""
    asked = ("2026-11-25T17:30-06:00", "--desk", "apricot_us", "--duration", "1 business day")
    assert ask("due", *asked).out == (
        "1 business day\n"
        "  opened  Wed 2026-11-25 17:30 CST (UTC-06:00)\n"
        "  due     Fri 2026-11-27 17:30 CST (UTC-06:00)\n"
    )
    assert ask("explain", *asked).out.startswith("1 business day\n  from Wed 2026-11-25 17:30")
    assert "limit" not in ask("explain", *asked).out


def test_due_names_the_limit_of_a_range(ask: Any) -> None:
    """P9, in the desk's zone."""
    text = ask("due", "2026-11-25T23:30Z", "--desk", "apricot_us", "--priority", "low").out
    assert text.endswith("  limit   Mon 2026-11-30 17:30 CST (UTC-06:00)\n")


def test_explain_names_the_limit_of_a_range(ask: Any) -> None:
    """As text."""
    text = ask("explain", "2026-11-25T17:30-06:00", "--desk", "apricot_us", "--priority", "low").out
    assert text.startswith("first_response, low\n\n1 business day\n")
    assert text.endswith("\n\nThe limit, 2 business days, is Mon 2026-11-30 17:30 CST (UTC-06:00).\n")


OPENED = "2026-11-25T17:30Z"
OWN = ("--hours", "Mo-Fr 09:00-17:00", "--zone", "Europe/Berlin")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["due"], "Missing argument 'OPENED'"),
        (["de"], "No such command 'de'"),
        (["due", OPENED, "--dsk", "x"], "No such option"),
        (["due", OPENED, "--priority", "high"], "which desk? Give --desk (apricot_us, apricot_anz, client_portal)"),
        (["due", OPENED, "--desk", "ours"], "'ours' is no desk; known: apricot_us, apricot_anz, client_portal"),
        (["due", OPENED, "--desk", "apricot_us"], "Give --priority (critical, high, medium, low) or --duration"),
        (["due", OPENED, *OWN], "what is promised? Give --duration"),
        (["due", OPENED, *OWN, "--priority", "high"], "own hours promise nothing by priority"),
        (["due", OPENED, *OWN, "--desk", "apricot_us"], "leave out --hours, --holidays and --stamps-zone"),
        (["due", OPENED, "--hours", "24/7", "--duration", "1 business day"], "--hours needs --zone"),
        (["due", OPENED, "--desk", "apricot_us", "--priority", "urgent"], "the plan has: critical, high, medium, low"),
        (
            ["due", OPENED, "--desk", "apricot_us", "--priority", "low", "--duration", "1 business day"],
            "--priority and --duration exclude each other",
        ),
        (
            ["due", OPENED, "--desk", "apricot_us", "--metric", "follow_up", "--duration", "1 business day"],
            "--metric goes with --priority",
        ),
        (
            ["due", OPENED, "--desk", "apricot_us", "--priority", "low", "--metric", "answer"],
            "'low' has targets for: first_response, follow_up",
        ),
        (["due", OPENED, *OWN, "--duration", "4h"], 'expected a text such as "4 business hours 30 minutes"'),
        (["due", OPENED, *OWN, "--holidays", "ZZ", "--duration", "1 business day"], "public_holidays: country is 'ZZ'"),
        (["due", OPENED, *OWN, "--holidays", "2026-02-30", "--duration", "1 business day"], "2026-02-30 is no date"),
        (["due", OPENED, "--zone", "CST"], "abbreviations are ambiguous"),
        (["due", OPENED, "--hours", "Dec 24 off"], "hours cannot be read at character 1: Dec 24 off: expected days"),
        (["due", "2026-11-25", *OWN, "--duration", "1 business day"], "a date without a time of day"),
        (["due", "now", *OWN, "--duration", "1 business day"], "OPENED: 'now' is no instant in ISO 8601"),
        (["due", OPENED, "--hours", "off", "--zone", "UTC", "--duration", "1 business day"], "has no open instant"),
        (["explain", "2300-01-01T00:00Z", *OWN, "--duration", "1 business day"], "1900-01-01Z"),
        (["report", "no.csv"], "Missing option '--opened'"),
        (["report", "no.csv", *DESK, "--due", "due"], "--due COLUMN has the dues"),
        (["report", "no.csv", "--opened", "o", "--done", "d", *OWN], "what is promised? Give --duration"),
        (
            ["report", "no.csv", "--opened", "o", "--done", "d"],
            "--desk or --plan with --priority COLUMN, or",
        ),
        (
            ["report", "no.csv", "--opened", "o", "--done", "d", "--desk", "apricot_us"],
            "Give --priority COLUMN or --du",
        ),
        (
            ["due", OPENED, *OWN, "--holidays", "England", "--duration", "1 business day"],
            "a subdivision such as AU-NSW",
        ),
        (["report", "no.csv", *DESK, "--format", "%Q"], "codes that begin with %"),
        (["report", "no.csv", *DESK, "--encoding", "utf-9"], "'utf-9' is no encoding of text"),
        (["report", "no.csv", *DESK, "--encoding", "base64"], "'base64' is no encoding of text"),
        (["report", "no.csv", *DESK, "--now", "today"], "--now: 'today' is no instant"),
        (["report", "no.csv", *DESK, "--metric", "answer"], "allowed: 'first_response', 'follow_up'"),
        (["report", "no.csv", *DESK, "--format", "%H:%M"], "a date and a time of day"),
        (["report", "no.csv", *DESK, "--format", "%d%d"], "codes that begin with %"),
        (["report", "no.csv", *DESK, "--encoding", ""], "'' is no encoding of text"),
        (["report", "no.csv", *DESK, "--encoding", "\udcff"], "is no encoding of text"),
        (["due", OPENED, *OWN, "--duration", "1 business day", "--metric", ""], "--metric goes with --priority"),
        (["due", OPENED, "--desk", "apricot_us", "--priority", "low", "--metric", ""], "has targets for"),
        (["report", "", *DESK], "'': "),
        (["report", "no.csv", *DESK, "--now", ""], "--now: there is no instant"),
        (["report", "no.csv", *DESK, "--now", "9999-12-31T23:00Z"], "now is 9999-12-31"),
        (["report", "no.csv", *DESK, "--now", "0001-01-01T00:00+12:00"], "lies beyond the years"),
        (["report", "no.csv", *DESK, "--now", "9999-12-31T23:00", "--zone", "America/Chicago"], "--now: "),
        (["report", "no.csv", *DESK, "--rows", "--json"], "--rows prints CSV"),
        (["report", "no.csv", *BY_DUE, "--metric", "follow_up"], "--due COLUMN has the dues"),
        (["report", "no.csv", *BY_DUE, "--holidays", "US"], "--due COLUMN has the dues"),
        (
            ["due", OPENED, *OWN, "--holidays", "US-", "--duration", "1 business day"],
            "'US-' is none of a country such as US",
        ),
        (["due", OPENED, *OWN, "--holidays", "9999-12-31", "--duration", "1 business day"], "1900 to 2200"),
        (["due", OPENED, "--hours", "", "--zone", "UTC", "--duration", "1 business day"], "hours cannot be read"),
        (["due", "9999-12-31T23:59", *OWN, "--duration", "1 business day"], "9999-12-31"),
        (["report", "no.csv", *DESK, "--duration", "1 business day"], "--priority and --duration exclude each other"),
        (["report", "no.csv", *DESK, "--stamps-zone", "UTC"], "leave out --hours, --holidays and --stamps-zone"),
        (["report", "no.csv", *DESK], "no.csv: No such file or directory"),
        (["report", "/", *DESK], "/: Is a directory"),
    ],
)
def test_what_cannot_be_answered_is_one_line_that_says_why(ask: Any, arguments: list[str], said: str) -> None:
    """With what is allowed, and exit status 2."""
    assert said in ask(*arguments).error


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "cases.csv: it is empty: expected a line of column names"),
        ("opened,closed\n", "cases.csv: row 1 has no column 'done', 'priority'; it has: opened, closed"),
        (HEADER[:-1] + ",done\n" + GOOD, "row 1 has column 'done' at 2 and 5; expected it once"),
        (HEADER + "2026-06-01 15:00,,high,\n", "row 2, column 'opened': '2026-06-01 15:00' has no zone: add an offset"),
        (HEADER + "1/6/2026 15:00,,high,\n", "row 2, column 'opened': '1/6/2026 15:00' is no instant in ISO 8601"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "row 1 holds no column names: is it CSV"),
        (b"PK\x03\x04" + bytes(2000), "row 1 holds no column names: is it CSV"),
        (
            (HEADER + GOOD).encode("utf-16"),
            "row 1 holds no column names: is it CSV, and in which encoding (--encoding)?",
        ),
        (gzip.compress((HEADER + GOOD * 9999).encode())[:-9], "it cannot be read on after line "),
        (b"\x1f\x8b" + bytes(range(60)), "it cannot be read on after line 0"),
        ((HEADER + GOOD).encode() + b"x" * 3_000_000, "line 3 has 1,000,000 characters or more: is it CSV?"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line_that_says_where(ask: Any, table: Any, content: Any, said: str) -> None:
    """Its name, its row and its column."""
    assert said in ask("report", table(content), *DESK, *NOW).error


def test_utf_16_without_the_bytes_for_it_is_one_line(ask: Any, table: Any) -> None:
    """Not every encoding can pass over what it cannot read."""
    content = (HEADER + GOOD).encode("utf-16") + b"\x00\xd8A\x00"
    assert "it cannot be read on after line" in ask("report", table(content), *DESK, "--encoding", "utf-16").error


def test_a_report_counts_what_it_finds(ask: Any, table: Any) -> None:
    """Bad rows among good ones do not stop it."""
    rows = [GOOD, "2026-06-01T15:00Z,,Sev-1,\n", "2026-06-01T15:00Z,,P9,\n", "soon,,low,\n", "\n", "x\n"]
    facts = ask("report", table(HEADER + "".join(rows)), *DESK, *NOW, "--json").facts
    assert [facts[name] for name in ("cases", "met", "missed", "no_target", "overdue")] == [3, 1, 1, 1, 1]
    assert facts["compliance_percent"] == 50
    assert facts["as_of"] == "2026-06-30T19:00:00-05:00"
    assert facts["no_target_for"] == ["P9"]
    assert [(group["value"], group["cases"]) for group in facts["groups"]] == [("critical", 1), ("high", 1), ("P9", 1)]
    assert facts["unreadable"] == {
        "count": 2,
        "first": [
            {
                "row": 5,
                "column": "opened",
                "reason": "'soon' is no instant in ISO 8601, such as 2026-11-25 17:30:00-06:00;"
                " another form needs its format",
            },
            {"row": 7, "column": "", "reason": "the number of fields is 1, not 4"},
        ],
    }


def test_a_report_goes_by_a_column_of_dues(ask: Any, table: Any) -> None:
    """In any zone, and by any other column."""
    content = HEADER + "2026-06-01 09:00,2026-06-01 10:00,a,2026-06-01 09:30\n2026-06-01 09:00,,b,\n"
    facts = ask("report", table(content), *BY_DUE, "--by", "priority", "--zone", "Asia/Tokyo", *NOW, "--json").facts
    assert (facts["missed"], facts["no_target"], facts["as_of"]) == (1, 1, "2026-07-01T09:00:00+09:00")
    given = ("--zone", "Asia/Tokyo", "--stamps-zone", "UTC")
    facts = ask("report", table(content), *BY_DUE, *given, "--now", "2026-06-01T09:29", "--json").facts
    assert (facts["open"], facts["as_of"]) == (1, "2026-06-01T18:29:00+09:00")
    assert facts["promise"] == "due as in column due"


def test_a_report_takes_one_duration_for_all(ask: Any, table: Any) -> None:
    """Of a desk, or of own hours."""
    columns = ("--opened", "opened", "--done", "done", "--duration", "2 business hours", *NOW, "--json")
    for desk, promised in (
        (("--desk", "apricot_us"), "2 business hours of Apricot US"),
        (OWN, "2 business hours of Mo-Fr 09:00-17:00 Europe/Berlin"),
    ):
        facts = ask("report", table(HEADER + GOOD), *columns, *desk).facts
        assert (facts["promise"], facts["met"], facts["groups"]) == (promised, 1, [])


def test_now_is_the_clock_unless_it_is_given(ask: Any, table: Any) -> None:
    """What was due in 2026 and is not done is missed by now; what is opened in 2190 is left out."""
    content = HEADER + "2025-06-02T15:00Z,,high,\n2190-06-01T15:00Z,,high,\n"
    facts = ask("report", table(content), *DESK, "--json").facts
    written = (table(content, "now").stat().st_mtime, datetime.fromisoformat(facts["as_of"]).timestamp())
    assert abs(written[0] - written[1]) < TIMEOUT
    assert (facts["missed"], facts["overdue"], facts["opened_later"]) == (1, 1, 1)


def test_stamps_in_another_form_are_read_by_its_codes(ask: Any, table: Any) -> None:
    """Day first; one in another form is counted among the unreadable."""
    content = "opened;done\n3/4/2026 09:00;3/4/2026 12:00\n2026-04-03 09:00;\n"
    columns = ("--opened", "opened", "--done", "done", "--duration", "2 business hours", *OWN)
    facts = ask("report", table(content), *columns, "--format", "%d/%m/%Y %H:%M", *NOW, "--json").facts
    assert (facts["missed"], facts["unreadable"]["count"]) == (1, 1)


@pytest.mark.parametrize(
    ("encoding", "given"),
    [
        ("utf-8", ()),
        ("utf-8-sig", ()),
        ("utf-8-sig", ("--encoding", "UTF8")),
        ("utf-16", ("--encoding", "utf-16")),
        ("cp1252", ("--encoding", "cp1252")),
    ],
)
def test_a_file_is_read_in_its_encoding(ask: Any, table: Any, encoding: str, given: tuple[str, ...]) -> None:
    """A byte order mark is no part of the first name."""
    content = "opened,done,due,queue\n2026-06-01T15:00Z,,,Störung\n".encode(encoding)
    facts = ask("report", table(content), *BY_DUE, "--by", "queue", *given, *NOW, "--json").facts
    assert [group["value"] for group in facts["groups"]] == ["Störung"]


def test_bytes_of_another_encoding_matter_only_where_they_are_read(ask: Any, table: Any) -> None:
    """In the column that is counted by, they are faults of their rows; elsewhere they pass."""
    content = HEADER.encode() + GOOD.encode() + "2026-06-01T15:00Z,,é,\n".encode("cp1252")
    by_priority = ask("report", table(content), *BY_DUE, "--by", "priority", *NOW, "--json").facts
    assert by_priority["unreadable"]["first"][0]["column"] == "priority"
    assert ask("report", table(content), *BY_DUE, *NOW, "--json").facts["unreadable"]["count"] == 0


def test_a_gzipped_file_and_standard_input_are_read_as_the_plain_file_is(project: Path, table: Any) -> None:
    """Whatever its name ends in."""
    plain = project / "examples" / "simulated_cases.csv"
    columns = ("--opened", "opened", "--done", "answered", "--desk", "apricot_us", "--priority", "priority", *NOW)
    expected = process("report", plain, *columns, "--json").stdout
    packed = gzip.compress(plain.read_bytes())
    for file, given in ((table(packed, "cases.csv.gz"), b""), (table(packed, "cases"), b""), ("-", packed)):
        found = process("report", file, *columns, "--json", input=given, encoding=None).stdout
        assert {**json.loads(found), "file": ""} == {**json.loads(expected), "file": ""}


def test_standard_input_is_called_so_in_errors() -> None:
    """As in reports."""
    done = process("report", "-", *DESK, input="")
    assert done.stderr == "supportsla: standard input: it is empty: expected a line of column names\n"


def test_rows_are_the_file_with_three_columns_more(table: Any) -> None:
    """Dues are in the desk's zone; what cannot be read keeps its place, and bytes pass unchanged."""
    content = (
        HEADER.encode()
        + GOOD.replace("Z\n", "Z,,\n").encode()
        + b'2026-06-01T15:00Z,,low,"\xe9,"\nsoon,,\n"x"y,z\na,b,c,d,e\n'
    )
    done = process("report", table(content), *DESK, *NOW, "--rows", encoding="latin-1")
    assert done.stdout.splitlines() == [
        HEADER.strip() + ",sla_due,sla_limit,sla_verdict",
        GOOD.strip() + ",2026-06-01T14:00:00-05:00,2026-06-01T14:00:00-05:00,met",
        '2026-06-01T15:00Z,,low,"\xe9,",2026-06-02T10:00:00-05:00,2026-06-03T10:00:00-05:00,missed',
        "soon,,,,,,unreadable",
        '"""x""y,z",,,,,,unreadable',
        'a,b,c,"d,e",,,unreadable',
    ]
    assert done.stderr == (
        "supportsla: rows that cannot be read: 3; the first: row 4: the number of fields is 3, not 4\n"
    )
    assert done.returncode == 0


def test_rows_of_a_file_of_dues_are_in_the_zone_that_is_given(table: Any) -> None:
    """Whatever offsets the file has."""
    done = process("report", table(HEADER + GOOD), *BY_DUE, *NOW, "--zone", "Asia/Tokyo", "--rows")
    assert done.stdout.splitlines()[1].endswith(",2026-06-02T02:00:00+09:00,2026-06-02T02:00:00+09:00,met")


def test_line_ends_within_fields_pass_through_rows(table: Any) -> None:
    """All three kinds; what is printed reads as what was read, with three columns more."""
    field = 'a\rb\nc\r\nd"e'
    quoted = '"' + field.replace('"', '""') + '"'
    file = table(HEADER + GOOD.replace("high", quoted))
    done: Any = process("report", file, *BY_DUE, *NOW, "--rows", encoding=None)
    header, row = csv.reader(io.StringIO(done.stdout.decode(), newline=""))
    assert (row[2], row[-1], len(row)) == (field, "met", len(header))
    assert done.stdout.endswith(b",met\n")


def test_rows_are_not_written_into_columns_that_are_there(ask: Any, table: Any) -> None:
    """The output of --rows is no input for it."""
    content = HEADER.strip() + ",sla_due\n" + GOOD.strip() + ",\n"
    assert "row 1 has a column 'sla_due' already" in ask("report", table(content), *DESK, *NOW, "--rows").error


def test_a_report_reads_at_80_columns_whatever_the_file_says(table: Any) -> None:
    """Long names fold, control characters do not reach the terminal, and markup is text."""
    names = ["\x1b[31mred\x1b[0m", "[bold]x[/bold] :smile:", "long " * 60, "\u202eright to left", "界" * 30, "a\tb"]
    rows = [f'2026-06-01T15:00Z,,"{name}",2026-06-02T15:00Z\n' for name in names]
    done = process("report", table(HEADER + "".join(rows)), *BY_DUE, "--by", "priority", *NOW)
    assert (done.returncode, done.stderr) == (0, "")
    assert not {"\x1b", "\u202e", "\t"} & set(done.stdout)
    assert "[bold]x[/bold] :smile:" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize("variables", [{"COLUMNS": "20"}, {"PYTHONIOENCODING": "ascii"}])
def test_a_report_is_whole_in_a_narrow_or_plain_terminal(table: Any, variables: dict[str, str]) -> None:
    """It does not cut digits, and what the terminal cannot show takes no more room."""
    file = table(HEADER + GOOD.replace("high", "Störung") * 1234)
    shown = process("report", file, *BY_DUE, "--by", "priority", *NOW, env={**PLAIN, **variables}).stdout
    assert re.search(r"^all[ |]+1,234[ |]+1,234[ |]+0[ |]+0[ |]+0[ |]+0[ |]+100.00 %$", shown, re.MULTILINE)
    assert max(map(len, shown.splitlines())) <= 80


def test_large_counts_leave_room_for_names(ask: Any, table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to ten million rows at 80 columns; beyond, the table is wider."""
    for many, widest in ((Tally(2_999_999, 2_999_999, 2_999_999, 1, 999_999), 80), (Tally(*[10**8] * 6), 112)):
        found = Report((("a long name of a queue", many),), Tally(), 0, 0, (), 0, (), ())
        monkeypatch.setattr(cli, "counted", lambda _, found=found: found)
        shown = ask("report", table(HEADER), *BY_DUE, "--by", "priority", *NOW).out
        assert max(map(len, shown.splitlines())) <= widest
        for number in (many.met, many.late, many.missed, many.open, many.no_target, many.rows):
            assert re.search(f" {number:,}( .*)?$", shown, re.MULTILINE)
        assert "a long" in shown


def test_only_the_largest_groups_are_shown_and_the_rest_in_one_line(ask: Any, table: Any) -> None:
    """The lines add up to the total."""
    rows = "".join(f"2026-06-01T15:00Z,,queue {i},\n" for i in range(1200))
    text = ask("report", table(HEADER + rows), *BY_DUE, "--by", "priority", *NOW).out
    counts = dict(re.findall(r"^(\(.*?\)|all) +([0-9,]+) ", text, re.MULTILINE))
    assert counts == {"(970 more)": "970", "(others)": "200", "all": "1,200"}
    assert text.count("\nqueue") == 30


def test_priorities_without_a_target_are_named_with_those_that_have_one(ask: Any, table: Any) -> None:
    """Other helpdesks call theirs otherwise; the first few are named, whatever the rows are counted by."""
    names = ("Urgent", "high", "", "Urgent", "\x1b[31mP1", "a", "b", "c")
    rows = "".join(f"2026-06-01T15:00Z,,{name},\n" for name in names)
    for by in ((), ("--by", "due")):
        text = ask("report", table(HEADER + rows), *DESK, *by, *NOW).out
        said = "No target for priority Urgent, (empty), \N{REPLACEMENT CHARACTER}[31mP1, a, b: Apricot US has critical,"
        assert said in text


@pytest.mark.parametrize(("met", "missed", "percent"), [(1, 2, 33.33), (5, 0, 100.0), (99_999, 1, 99.99), (0, 0, None)])
def test_percentages_are_rounded_down(
    ask: Any, table: Any, monkeypatch: pytest.MonkeyPatch, met: int, missed: int, percent: float | None
) -> None:
    """100 % means all."""
    tally = Tally(met=met, missed=missed)
    monkeypatch.setattr(cli, "counted", lambda _: Report((("", tally),), Tally(), 0, 0, (), 0, (), ()))
    assert ask("report", table(HEADER), *BY_DUE, *NOW, "--json").facts["compliance_percent"] == percent


def test_a_report_says_what_is_odd_and_what_is_left_out(ask: Any, table: Any) -> None:
    """In sentences, with rows; most of them odd is a sign of its own."""
    rows = [GOOD.replace("06-01T16", "05-01T16")] * 6 + [
        "x\n",
        GOOD.replace("2026", "2027"),
        GOOD.replace("T16:00Z", ""),
    ]
    rows += ["2026-06-01T15:00Z,,,2026-06-01T15:30Z\n"]
    text = ask("report", table(HEADER + "".join(rows)), *BY_DUE, *NOW).out
    for line in (
        "Past the due and not done, among the open and missed: 1.",
        "Opened later than that, and left out: 1.",
        "Done before opened, and judged all the same: 6 (rows 2, 3, 4, 5, 6 and 1 more).",
        "Are --opened and --done swapped?",
        "Cannot be read, and left out: 2; the first:",
        "  row 8: the number of fields is 1, not 4",
    ):
        assert line in text.splitlines()


def test_a_reader_who_stops_is_one_line(project: Path) -> None:
    """The pipe closes while rows are being written."""
    file = project / "examples" / "simulated_cases.csv"
    columns = f"--opened opened --done answered --desk apricot_us --priority priority {' '.join(NOW)}"
    command = f"({sys.executable} -m supportsla report {file} {columns} --rows; echo $? >&2) | head -1 > /dev/null"
    shell = ["sh", "-c", command]
    done = subprocess.run(shell, env=PLAIN, check=False, capture_output=True, encoding="utf-8", timeout=TIMEOUT)
    assert done.stderr == "supportsla: the reader of the output closed it before its end\n2\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("more", [[], ["--rows"], ["--json"]])
def test_a_full_disk_is_one_line(project: Path, more: list[str]) -> None:
    """Nothing is taken for written that is not."""
    file = project / "examples" / "simulated_cases.csv"
    columns = ("--opened", "opened", "--done", "answered", "--desk", "apricot_us", "--priority", "priority", *NOW)
    with Path("/dev/full").open("w") as full:
        done = process("report", file, *columns, *more, stdout=full, stderr=subprocess.PIPE, capture_output=False)
    assert (done.returncode, done.stderr) == (2, "supportsla: cannot write: No space left on device\n")


@pytest.mark.parametrize(("closed", "named"), [("<&-", "input"), (">&-", "output")])
def test_a_closed_stream_is_one_line(closed: str, named: str) -> None:
    """As some schedulers start programs."""
    command = f"{sys.executable} -m supportsla report - {' '.join(DESK)} {closed}"
    shell = ["sh", "-c", command]
    done = subprocess.run(shell, env=PLAIN, check=False, capture_output=True, encoding="utf-8", timeout=TIMEOUT)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"supportsla: standard {named} is closed\n"


def test_without_stderr_the_exit_status_still_tells() -> None:
    """There is nowhere to say why."""
    shell = ["sh", "-c", f"{sys.executable} -m supportsla due now 2>&-"]
    done = subprocess.run(shell, env=PLAIN, check=False, stdout=subprocess.PIPE, timeout=TIMEOUT)
    assert (done.returncode, done.stdout) == (2, b"")


def test_an_unwritable_stderr_still_has_the_exit_status() -> None:
    """As a supervisor sees it."""
    shell = ["sh", "-c", f"{sys.executable} -m supportsla due now 2>/dev/full"]
    done = subprocess.run(shell, env=PLAIN, check=False, stdout=subprocess.PIPE, timeout=TIMEOUT)
    assert (done.returncode, done.stdout) == (2, b"")


def test_an_interrupt_while_the_command_loads_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C at once."""

    class Interrupted:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "supportsla.cli":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "supportsla.cli")
    monkeypatch.delattr(supportsla, "cli")
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    assert supportsla.__main__.main() == 2


def test_an_interrupt_is_one_line(ask: Any, table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C on a long file."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "counted", interrupted)
    assert ask("report", table(HEADER + GOOD), *DESK, *NOW).error == "interrupted"


def in_terminal(*arguments: str | Path, **variables: str) -> str:
    """What the command writes to a terminal of 80 columns; stdout and stderr are both it."""
    ours, its = pty.openpty()
    environment = {**PLAIN, "TERM": "xterm-256color", "COLUMNS": "80", **variables}
    command = [sys.executable, "-m", "supportsla", *map(str, arguments)]
    shown = b""
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment):
        os.close(its)
        with contextlib.suppress(OSError):
            while chunk := os.read(ours, 4096):
                shown += chunk
    os.close(ours)
    return shown.decode()


def test_a_long_file_has_a_progress_bar_in_a_terminal(table: Any) -> None:
    """A short one has none, nor has one whose output is piped."""
    short, long = table(HEADER + GOOD, "short.csv"), table(HEADER + GOOD * 80_000, "long.csv")
    assert re.search("reading.* [1-9][0-9]*%", in_terminal("report", long, *BY_DUE, *NOW))
    assert "reading" not in in_terminal("report", short, *BY_DUE, *NOW)
    assert process("report", long, *BY_DUE, *NOW).stderr == ""


def test_colour_is_never_the_only_sign(table: Any) -> None:
    """Without its colours the terminal shows what a pipe gets."""
    rows = GOOD + GOOD.replace("T16", "T18")
    arguments = ("report", table(HEADER + rows), *BY_DUE, *NOW)
    coloured = in_terminal(*arguments)
    stripped = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", coloured).replace("\r\n", "\n")
    assert "\x1b[31m" in coloured
    assert [line.rstrip() for line in stripped.splitlines()] == process(*arguments).stdout.splitlines()
    assert "\x1b[31m" not in in_terminal(*arguments, NO_COLOR="1")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_memory_does_not_grow_with_the_file(table: Any) -> None:
    """Ten times the rows, and as many different groups, take at most a tenth more."""
    code = (
        "import re, sys; from pathlib import Path; from supportsla.cli import main; main(sys.argv[1:]); "
        "print(re.search('VmHWM:[^0-9]*([0-9]+)', Path('/proc/self/status').read_text())[1])"
    )

    def peak(rows: int) -> int:
        content = HEADER + "".join(f"2026-06-01T15:00Z,,queue {i},2026-06-01T17:00Z\n" for i in range(rows))
        arguments = [str(table(content)), *BY_DUE, "--by", "priority", *NOW]
        command = [sys.executable, "-c", code, "report", *arguments]
        done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", timeout=TIMEOUT)
        return int(done.stdout.splitlines()[-1])

    assert peak(50_000) < 1.1 * peak(5_000)


def test_the_report_on_a_real_log_agrees_with_its_own_verdicts(shared: Path) -> None:
    """Boston: 24,497 closed requests with a due time, and 18,825 without one that are counted apart."""
    file = shared / "data" / "boston311_legacy_2013_2019.csv.gz"
    if not file.exists():
        pytest.skip(f"the Boston 311 log is not at {file}")
    columns = ("--opened", "open_dt", "--done", "closed_dt", "--due", "sla_target_dt", "--zone", "America/New_York")
    facts = json.loads(process("report", file, *columns, *NOW, "--by", "type", "--json").stdout)
    assert (facts["cases"], facts["no_target"]) == (46_638, 18_825)
    header, *rows = (line.split(",") for line in process("report", file, *columns, *NOW, "--rows").stdout.splitlines())
    place = {name: i for i, name in enumerate(header)}
    compared = Counter(
        (row[place["sla_verdict"]], row[place["on_time"]])
        for row in rows
        if row[place["closed_dt"]] and row[place["sla_target_dt"]]
    )
    assert set(compared) == {("met", "ONTIME"), ("missed", "OVERDUE")}
    assert compared.total() == 24_497


# Plans: check, diff and --plan.

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
HARBOUR, LATER, BROKEN = (EXAMPLES / f"harbour{name}.json" for name in ("", "_2027", "_broken"))


def test_a_plan_with_warnings_only_is_no_failure(ask: Any) -> None:
    """The status is 0."""
    answer = ask("check", HARBOUR, "--years", "2026-2030")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines()[0].endswith("harbour.json: plan 'Harbour Support', 0 errors, 1 warning")
    assert "warning  targets[1].due (short_day)" in answer.out


def test_a_sound_plan_has_no_findings(ask: Any, table: Any) -> None:
    """And the years need not be said."""
    plan = table(dump(apricot_us()), "us.json")
    answer = ask("check", plan)
    assert (answer.status, answer.out) == (0, f"{plan}: plan 'Apricot US', no findings\n")


def test_every_fault_of_a_document_is_told_and_is_a_failure(ask: Any) -> None:
    """With its path, its name and what would mend it; the status is 1."""
    answer = ask("check", BROKEN)
    assert (answer.status, answer.err) == (1, "")
    assert "no plan, 6 errors, 0 warnings" in answer.out
    assert "error  targets[1].dew (unknown_key)" in answer.out
    assert "       did you mean due?" in answer.out


def test_an_error_that_lint_finds_is_a_failure(ask: Any, table: Any) -> None:
    """Even where the document itself is in order."""
    text = HARBOUR.read_text(encoding="utf-8").replace('"limit": "2 business days"', '"limit": "1 business hour"')
    answer = ask("check", table(text, "late.json"), "--years", "2026", "--json")
    assert answer.status == 1
    found = json.loads(answer.out)
    assert (found["plan"], found["errors"]) == ("Harbour Support", 1)
    assert [row["name"] for row in found["findings"] if row["severity"] == "error"] == ["limit_before_due"]


def test_a_document_may_come_from_standard_input() -> None:
    """As in a pipe."""
    done = process("check", "-", "--years", "2026-2030", input=HARBOUR.read_text(encoding="utf-8"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("standard input: plan 'Harbour Support'")


def test_more_faults_than_anybody_reads_are_counted(ask: Any, table: Any) -> None:
    """All of them are in the JSON."""
    text = json.dumps({"supportsla": 1, "plan": {f"odd{i}": 1 for i in range(150)}})
    assert "And 54 more; with --json, all are named." in ask("check", table(text)).out
    assert len(json.loads(ask("check", table(text), "--json").out)["findings"]) == 154


def test_what_changed_between_two_plans_is_told_and_the_status_says_so(ask: Any) -> None:
    """As `diff` of files does."""
    answer = ask("diff", HARBOUR, LATER, "--years", "2027")
    assert (answer.status, answer.err) == (1, "")
    assert 'targets[first_response, P2].due: is "2 business hours"; was "4 business hours"\n' in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80
    facts = json.loads(ask("diff", HARBOUR, LATER, "--years", "2027", "--json").out)
    assert facts[-1]["dates"] == ["2027-05-07"]


def test_equal_plans_have_no_differences(ask: Any, table: Any) -> None:
    """A published desk is taken by its name."""
    answer = ask("diff", "apricot_us", table(dump(apricot_us()), "us.json"))
    assert (answer.status, answer.out) == (0, "nothing changed\n")


@pytest.mark.parametrize("command", ["due", "explain"])
def test_a_plan_of_ones_own_is_taken_as_a_published_desk_is(ask: Any, table: Any, command: str) -> None:
    """Wherever `--desk` is."""
    plan = table(dump(apricot_us()), "us.json")
    asked = (command, "2026-11-25T17:30-06:00", "--priority", "low")
    assert ask(*asked, "--plan", plan).out == ask(*asked, "--desk", "apricot_us").out


def test_a_report_takes_a_plan_of_ones_own(ask: Any, table: Any) -> None:
    """Its priorities and their order, too."""
    plan = table(dump(apricot_us()), "us.json")
    asked = ("report", table(HEADER + GOOD), "--opened", "opened", "--done", "done", "--priority", "priority", *NOW)
    assert ask(*asked, "--plan", plan, "--json").facts == ask(*asked, "--desk", "apricot_us", "--json").facts


def test_a_plan_needs_no_calendar_called_desk_for_targets_that_name_theirs(ask: Any, table: Any) -> None:
    """Only a duration of one's own asks for it."""
    row = Target("first_response", "P1", business_hours(1), calendar="night")
    plan = table(dump(Plan("ours", {"night": ALWAYS}, [Priority("P1")], [row])), "night.json")
    asked = ("due", "2026-06-01T15:00Z", "--plan", plan)
    assert "due     Mon 2026-06-01 16:00 UTC (UTC+00:00)" in ask(*asked, "--priority", "P1").out
    assert "calendar is 'desk'; the plan has: night" in ask(*asked, "--duration", "1 business hour").error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "no.json"], "no.json: No such file or directory"),
        (["check", "/"], "/: Is a directory"),
        (["check", HARBOUR, "--years", "26"], "'26' is neither a year nor years such as 2026-2030"),
        (["check", HARBOUR, "--years", "1899"], "1900 to 2200"),
        (["diff", HARBOUR, "no.json"], "no.json: No such file or directory"),
        (["diff", HARBOUR, BROKEN], "and 5 more: see supportsla check"),
        (["due", "2026-06-01T15:00Z", "--plan", BROKEN, "--priority", "P1"], "calendars.desk.hours: "),
        (["due", "2026-06-01T15:00Z", "--plan", HARBOUR, "--desk", "apricot_us"], "--desk and --plan exclude"),
        (["due", "2026-06-01T15:00Z", "--plan", HARBOUR, "--hours", "24/7"], "--desk and --plan have hours"),
    ],
)
def test_what_is_no_plan_is_one_line_that_says_why(ask: Any, arguments: list[str | Path], said: str) -> None:
    """And exit status 2."""
    assert said in ask(*arguments).error


def test_a_document_with_one_fault_tells_that_fault(ask: Any, table: Any) -> None:
    """Where a plan is an option."""
    text = HARBOUR.read_text(encoding="utf-8").replace("4 business hours", "4 hours")
    error = ask("due", "2026-06-01T15:00Z", "--plan", table(text, "one.json"), "--priority", "P1").error
    assert "targets[1].due: duration is '4 hours'; expected " in error
    assert "more: see" not in error


@pytest.mark.parametrize("command", ["due", "explain"])
def test_nothing_of_a_document_controls_the_terminal(ask: Any, table: Any, command: str) -> None:
    """Its control characters are shown as such."""
    text = HARBOUR.read_text(encoding="utf-8").replace('"P1"', r'"P\u001b]0;t\u0007 1"')
    answer = ask(command, "2026-01-05T10:00Z", "--plan", table(text, "odd.json"), "--priority", "outage")
    assert answer.status == 0
    assert answer.out.replace("\n", "").isprintable()
