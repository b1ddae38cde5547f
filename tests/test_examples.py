"""Every example is in the index and runs as it is called, and its output reads at 80 columns."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def run(project: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=project, check=True, capture_output=True, text=True, encoding="utf-8"
    )
    return done.stdout


def test_the_index_lists_every_example_and_nothing_else(project: Path) -> None:
    """Boston's is run in tests of its own, and the documents are in those of the command."""
    listed = re.findall(r"\[(.+?)\]\(\1\)", (project / "examples/README.md").read_text("utf-8"))
    assert sorted(listed) == sorted(
        path.name for path in (project / "examples").iterdir() if path.suffix in (".py", ".csv", ".json")
    )


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


def test_the_helpdesk_plays_a_case(project: Path) -> None:
    """A reminder is sent in time, none that came too late, and a closed case goes on in a new one."""
    shown = run(project, "examples/helpdesk.py").splitlines()
    assert shown.count("    to ana: reminder") == 1
    assert "    refused: PriorityChanged lacks: explanation" in shown
    assert "  Mon 08 11:30  A-0001  move to Closed: StatusChanged Closed" in shown
    assert "  Thu 11 09:30  A-0001  helpdesk: FollowUpOpened A-0002" in shown
    assert shown[-1] == "The client may read 13 of 14 events of A-0001."
    assert max(map(len, shown)) <= 80


def test_the_simulated_cases_are_those_of_the_script(project: Path) -> None:
    """Drawn from a seed, so that the bundled file can be made again."""
    assert run(project, "examples/simulate_cases.py") == (project / "examples/simulated_cases.csv").read_text("utf-8")


def test_the_simulated_cases_are_labelled(project: Path) -> None:
    """Nobody takes them for real ones."""
    _, *cases = (project / "examples/simulated_cases.csv").read_text("utf-8").splitlines()
    assert len(cases) == 1000
    assert all(case.startswith("SIM-") for case in cases)
