"""Every example runs as it is called, and its output reads at 80 columns."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def run(project: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=project, check=True, capture_output=True, text=True, encoding="utf-8"
    )
    return done.stdout


def test_the_desks_show_their_deadlines(project: Path) -> None:
    """The rulebook's Thanksgiving scenario is in it, with the explanation of one due."""
    shown = run(project, "examples/desks.py")
    for line in (
        "    critical  due Wed 2026-11-25 19:30 CST",
        "    high      due Fri 2026-11-27 09:30 CST",
        "    medium    due Fri 2026-11-27 17:30 CST",
        "    low       due Fri 2026-11-27 17:30 CST, limit Mon 2026-11-30 17:30 CST",
        "    high      due Tue 2026-04-07 12:00 AEST",
        "  Thu 2026-11-26 00:00  24:00  holiday: Thanksgiving Day",
    ):
        assert line in shown.splitlines()
    assert max(map(len, shown.splitlines())) <= 80
