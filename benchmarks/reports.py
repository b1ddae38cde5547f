"""The command on long files: rows a second and peak memory, each run a process of its own."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

RUN = """
import re, sys
from pathlib import Path
from supportsla.cli import main
main(sys.argv[1:])
status = Path("/proc/self/status")
found = re.search("VmHWM:[^0-9]*([0-9]+) kB", status.read_text()) if status.exists() else None
print(found[1] if found else 0, file=sys.stderr)
"""
REPEATS = 3
SIZES = (100_000, 1_000_000)
PRIORITIES = ("critical", "high", "medium", "low")
COLUMNS = ("--opened", "opened", "--done", "done", "--now", "2026-07-01T00:00Z")
KINDS: Mapping[str, tuple[str, ...]] = {
    "a column of dues": ("--due", "due", "--by", "priority"),
    "4 business hours": ("--desk", "apricot_us", "--duration", "4 business hours"),
    "a desk's targets": ("--desk", "apricot_us", "--priority", "priority"),
}


def write(path: Path, rows: int, rng: random.Random) -> None:
    """A file of made-up cases: four stamps and names a row, drawn from a seed."""
    start = datetime(2024, 1, 1, tzinfo=UTC)
    with path.open("w") as file:
        file.write("number,opened,priority,queue,done,due\n")
        for row in range(rows):
            opened = start + timedelta(seconds=rng.randrange(900 * 86400))
            done, due = (opened + timedelta(seconds=rng.randrange(4 * 86400)) for _ in range(2))
            stamps = (f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (done, due))
            file.write(f"{row},{opened:%Y-%m-%dT%H:%M:%SZ},{rng.choice(PRIORITIES)},q{row % 7},{','.join(stamps)}\n")


def measured(path: Path, options: tuple[str, ...]) -> tuple[float, int]:
    """Seconds and peak kilobytes of one run; the peak of its own memory, not of the process that started it."""
    command = [sys.executable, "-c", RUN, "report", str(path), *COLUMNS, *options]
    began = perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return perf_counter() - began, int(done.stderr)


def reports(rng: random.Random) -> Iterator[str]:
    """The table of both sizes."""
    yield ""
    yield f"supportsla report, median of {REPEATS} processes, imports included"
    yield f"{'what is promised':<24}{'rows':>12}{'time':>12}{'rows a second':>18}{'peak memory':>14}"
    with tempfile.TemporaryDirectory() as folder:
        files = {size: Path(folder) / f"{size}.csv" for size in SIZES}
        for size, path in files.items():
            write(path, size, rng)
        for kind, options in KINDS.items():
            for size, path in files.items():
                runs = [measured(path, options) for _ in range(REPEATS)]
                seconds, peak = median(taken for taken, _ in runs), max(memory for _, memory in runs)
                yield f"{kind:<24}{size:>12,}{seconds:>10.1f} s{size / seconds:>18,.0f}{peak / 1024:>11.0f} MB"
