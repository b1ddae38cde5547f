"""The incident log example, run as a user runs it: on the real log where present, and on a simulated one."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

COLUMNS = ("number", "incident_state", "sys_updated_at", "reopen_count")
# Simulated. The last of the changes is the only one that is not among the 20 most frequent.
STATUSES = "ABCDEF"
WAYS = [(origin, to) for origin in STATUSES for to in STATUSES if origin != to][:19]
SIMULATED = [
    *(
        row
        for i, (origin, to) in enumerate(WAYS)
        for copy in "xy"
        for row in ((f"{i}{copy}", origin, "1/2/2016 09:00", "0"), (f"{i}{copy}", to, "1/2/2016 09:01", "0"))
    ),
    ("again", "Resolved", "29/2/2016 23:59", "0"),
    ("again", "Resolved", "29/2/2016 23:59", "0"),  # no change
    ("again", "A", "1/3/2016 00:00", "1"),  # one way out of Resolved
    ("other", "Resolved", "1/3/2016 00:00", "0"),
    ("other", "A", "1/3/2016 00:00", "1"),  # the same way, at the same instant
    ("odd", "A", "2/1/2016 10:00", "0"),  # in January
    ("odd", "-100", "1/2/2016 09:00", "0"),
    ("odd", "-100", "1/1/2016 09:00", "0"),  # back in time
]


def run(project: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(project / "examples" / "incident_log.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def write(path: Path, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Path:
    with gzip.open(path, "wt", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture
def real(shared: Path) -> Path:
    """The log of UCI 498, where it is at hand."""
    path = shared / "data" / "incident_event_log.csv.gz"
    if not path.exists():
        pytest.skip(f"the incident log is not at {path}")
    return path


@pytest.fixture
def simulated(tmp_path: Path) -> Path:
    return write(tmp_path / "simulated.csv.gz", COLUMNS, SIMULATED)


def test_the_real_log_gives_the_published_figures(project: Path, real: Path) -> None:
    """Its changes by a workflow of the 20 most frequent (W16), and its own count of reopenings."""
    done = run(project, real)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    for line in (
        "141,712 entries of 24,918 cases; the times have no zone and are read as UTC",
        "64,033 status changes, 40 distinct",
        "A workflow of the 20 most frequent accepts",
        "   63,929 of 64,033 changes   99.84 %",
        "   24,845 of 24,918 cases     99.71 %  (every change of the case)",
        "       12 Closed > Active",
        "       11 New > Closed",
        "   52,761 repeated        the status of the entry before: no change",
        "   14,118 same_instant    at the instant of the entry before",
        "    8,521 not_initial     the case's first entry, and not New",
        "      104 not_allowed     a change that the workflow does not have",
        "       43 unknown_status  a status that the workflow does not have",
        "        1 back_in_time    earlier than the entry before",
        "  equal in 275 of 275 reopened cases, 331 and 331 in all",
        '  entries of a status outside the workflow: "-100" 5, "Awaiting Evidence" 38',
        "  steps back in time: 1, INC0000137 to 2016-02-29 09:52",
        "  equal instants: 14,118 in 9,318 cases, 7,586 with a change",
    ):
        assert line in lines
    assert max(map(len, lines)) <= 80


def test_a_simulated_log_is_counted_as_by_hand(project: Path, simulated: Path) -> None:
    """A move is refused once, whatever else is wrong with its entry (W16); dates are read day first."""
    done = run(project, simulated)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    for line in (
        "84 entries of 41 cases; the times have no zone and are read as UTC",
        "41 status changes, 21 distinct",
        "       40 of 41 changes   97.56 %",
        "       40 of 41 cases     97.56 %  (every change of the case)",
        "        1 A > -100",
        "        2 repeated        the status of the entry before: no change",
        "        2 same_instant    at the instant of the entry before",
        "        1 not_allowed     a change that the workflow does not have",
        "        2 unknown_status  a status that the workflow does not have",
        "        1 back_in_time    earlier than the entry before",
        "  equal in 2 of 2 reopened cases, 2 and 2 in all",
        '  entries of a status outside the workflow: "-100" 2',
        "  steps back in time: 1, odd to 2016-01-01 09:00",
        "  equal instants: 2 in 2 cases, 1 with a change",
    ):
        assert line in lines


def test_a_plain_table_is_read_too(project: Path, tmp_path: Path, simulated: Path) -> None:
    """Whether a table is packed does not matter."""
    plain = tmp_path / "simulated.csv"
    plain.write_bytes(gzip.decompress(simulated.read_bytes()))
    assert run(project, plain).stdout == run(project, simulated).stdout


def test_a_missing_file_is_an_error(project: Path, tmp_path: Path) -> None:
    """In one line, with the status that says so."""
    done = run(project, tmp_path / "none.csv.gz")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"incident_log: no such file: {tmp_path / 'none.csv.gz'}\n"


def test_a_missing_file_may_be_excused(project: Path, tmp_path: Path) -> None:
    """The script says that it did nothing, and why."""
    done = run(project, tmp_path / "none.csv.gz", "--if-present")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "\nIncident log: skipped, as its data are not here; see examples/incident_log.py\n"


def test_missing_columns_are_named(project: Path, tmp_path: Path) -> None:
    """All of them at once, and --if-present excuses none."""
    path = write(tmp_path / "short.csv.gz", ("number", "sys_updated_at"), [])
    done = run(project, path, "--if-present")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"incident_log: cannot read {path}: the table lacks incident_state, reopen_count\n"


@pytest.mark.parametrize(
    "row",
    [
        ("odd", "A", "yesterday", "0"),
        ("odd", "A", "30/2/2016 10:00", "0"),
        ("odd", "A", "1/2/2016 10:00", "?"),
        ("odd", "", "1/2/2016 10:00", "0"),
        ("odd", "A"),
    ],
)
def test_an_unreadable_row_is_placed(project: Path, tmp_path: Path, row: tuple[str, ...]) -> None:
    """By its line in the table."""
    path = write(tmp_path / "odd.csv.gz", COLUMNS, [SIMULATED[0], row])
    done = run(project, path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"incident_log: cannot read {path}: line 3: ")
    assert done.stderr.count("\n") == 1


def test_a_log_without_changes_has_nothing_to_judge(project: Path, tmp_path: Path) -> None:
    """No share of nothing is printed."""
    path = write(tmp_path / "still.csv.gz", COLUMNS, SIMULATED[:1])
    done = run(project, path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"incident_log: cannot read {path}: the table has no status changes\n"


def test_a_file_that_is_no_table_is_an_error(project: Path, tmp_path: Path) -> None:
    """In one line."""
    path = tmp_path / "log.csv.gz"
    path.write_bytes(b"not gzip")
    done = run(project, path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"incident_log: cannot read {path}: ")
    assert done.stderr.count("\n") == 1
