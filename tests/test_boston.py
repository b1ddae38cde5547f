"""The Boston 311 example, run as a user runs it: on the real log where present, and on a simulated one."""

import csv
import gzip
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "boston_311.py"
SHARED = Path(os.environ.get("SUPPORTSLA_SHARED", ROOT.parent / "shared"))
LOG = SHARED / "data" / "boston311_legacy_2013_2019.csv.gz"

COLUMNS = ("case_enquiry_id", "type", "open_dt", "sla_target_dt")
# Simulated. A stamp is true Eastern wall time minus the offset of the zone: 07:00 stands for noon in winter.
SIMULATED = [
    ("1", "Pick up Dead Animal", "2016-01-13 07:00:00", "2016-01-14 07:00:30"),  # 30 s is near enough
    (
        "2",
        "Pick up Dead Animal",
        "2016-01-15 12:30:00",
        "2016-01-20 03:30:00",
    ),  # Friday evening, holiday Monday
    (
        "3",
        "Pick up Dead Animal",
        "2018-07-03 08:00:00",
        "2018-07-04 08:00:00",
    ),  # a holiday that was not loaded
    ("4", "Pick up Dead Animal", "2016-01-13 07:00:00", "2016-01-14 09:00:00"),  # two hours off
    ("5", "Bed Bugs", "2016-01-04 05:00:00", "2016-05-03 06:00:00"),  # 10:00 EST, then 10:00 EDT
    ("6", "Pest Infestation - Residential", "2016-05-02 06:00:00", "2016-08-30 06:00:00"),
    ("7", "Animal Lost", "2016-01-13 07:00:00", ""),
    ("8", "Graffiti", "2016-01-13 07:00:00", "2016-01-14 07:00:00"),
]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLE), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def shares(output: str) -> dict[tuple[str, str], str]:
    """The percentages of the printed table, by kind and rule."""
    found, kind = {}, ""
    for line in output.splitlines():
        if row := re.fullmatch(r"  (\S.*?) +[\d,]+ +(\d+\.\d\d) %", line):
            found[kind, row[1]] = row[2]
        else:
            kind = line
    return found


def write(path: Path, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Path:
    with gzip.open(path, "wt", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture
def simulated(tmp_path: Path) -> Path:
    return write(tmp_path / "simulated.csv.gz", COLUMNS, SIMULATED)


@pytest.mark.skipif(not LOG.exists(), reason=f"the Boston 311 log is not at {LOG}")
def test_real_due_times_are_rebuilt_from_rules_alone() -> None:
    done = run(LOG)
    assert (done.returncode, done.stderr) == (0, "")
    assert shares(done.stdout) == {
        ("Pick up Dead Animal", "1 business day, official Massachusetts holidays"): "97.40",
        ("Pick up Dead Animal", "1 business day, holidays as the engine had them"): "99.64",
        ("Bed Bugs", "120 calendar days, same wall-clock time"): "99.82",
        ("Bed Bugs", "120 days read as 2,880 elapsed hours"): "31.24",
        ("Animal Noise Disturbances", "120 calendar days, same wall-clock time"): "0.00",
        ("Animal Noise Disturbances", "120 days read as 2,880 elapsed hours"): "0.00",
        ("Pest Infestation - Residential", "120 calendar days, same wall-clock time"): "99.97",
        ("Pest Infestation - Residential", "120 days read as 2,880 elapsed hours"): "35.01",
    }
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_simulated_due_times_are_counted_within_a_minute(simulated: Path) -> None:
    done = run(simulated)
    assert (done.returncode, done.stderr) == (0, "")
    assert shares(done.stdout) == {
        ("Pick up Dead Animal", "1 business day, official Massachusetts holidays"): "50.00",
        ("Pick up Dead Animal", "1 business day, holidays as the engine had them"): "75.00",
        ("Bed Bugs", "120 calendar days, same wall-clock time"): "100.00",
        ("Bed Bugs", "120 days read as 2,880 elapsed hours"): "0.00",
        ("Pest Infestation - Residential", "120 calendar days, same wall-clock time"): "100.00",
        ("Pest Infestation - Residential", "120 days read as 2,880 elapsed hours"): "100.00",
    }


def test_what_differs_is_shown_in_local_time(simulated: Path) -> None:
    lines = run(simulated).stdout.splitlines()
    assert "8 requests, 1 without a due time, 1 without a rule" in lines
    assert re.split(" {2,}", lines[-1].strip()) == [
        "4",
        "2016-01-14 12:00:00 EST",
        "2016-01-14 14:00:00 EST",
        "+02:00:00",
    ]


def test_a_plain_table_is_read_too(tmp_path: Path, simulated: Path) -> None:
    plain = tmp_path / "simulated.csv"
    plain.write_bytes(gzip.decompress(simulated.read_bytes()))
    assert run(plain).stdout == run(simulated).stdout


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    done = run(tmp_path / "none.csv.gz")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"boston_311: no such file: {tmp_path / 'none.csv.gz'}\n"


def test_a_missing_file_may_be_excused(tmp_path: Path) -> None:
    done = run(tmp_path / "none.csv.gz", "--if-present")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "\nBoston 311: skipped, as its data are not here; see examples/boston_311.py\n"


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "short.csv.gz", ("case_enquiry_id", "type", "closed_dt"), [])
    done = run(path, "--if-present")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"boston_311: cannot read {path}: the table lacks open_dt, sla_target_dt\n"


@pytest.mark.parametrize("stamp", ["yesterday", "2016-02-30 10:00:00"])
def test_an_unreadable_stamp_is_placed(tmp_path: Path, stamp: str) -> None:
    path = write(tmp_path / "odd.csv.gz", COLUMNS, [SIMULATED[0], ("9", "Bed Bugs", stamp, stamp)])
    done = run(path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"boston_311: cannot read {path}: line 3: ")
    assert done.stderr.count("\n") == 1


def test_a_file_that_is_no_table_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_bytes(b"not gzip")
    done = run(path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"boston_311: cannot read {path}: ")
    assert done.stderr.count("\n") == 1
