"""Every fenced Python example and every command in the README and the docs runs, and prints what it says.

Where an extra is not installed, what needs it is skipped. Blocks of `py` need a session of Spark: see test_spark.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("**/*.md"))]
SHELL = {
    **{name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")},
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    "LC_ALL": "C.UTF-8",
}
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ ((?:.*[\\|]\n)*.*\n)((?:(?!\$ ).*\n)*)", re.MULTILINE)
FENCE = re.compile(r"^```python\n(.*?)^```$(?:\s*^```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)


def printed(code: str, namespace: dict[str, object], capsys: pytest.CaptureFixture[str]) -> str:
    try:
        exec(compile(code, "<example>", "exec"), namespace)  # noqa: S102
    except ImportError as error:
        pytest.skip(str(error))
    return capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_of_a_page_runs_and_prints_what_follows_it(
    page: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page's examples run in order, in one namespace; a `text` block right after one is its output."""
    monkeypatch.chdir(PROJECT)
    namespace: dict[str, object] = {"__name__": "__example__"}
    for code, output in FENCE.findall(page.read_text(encoding="utf-8")):
        assert printed(code, namespace, capsys).rstrip() == output.rstrip()


def commands() -> Iterator[object]:
    for page in PAGES:
        for session in CONSOLE.findall(page.read_text(encoding="utf-8")):
            for command, output in COMMAND.findall(session):
                yield pytest.param(command, output, id=f"{page.name}: {command[:60].strip()}")


@pytest.mark.parametrize(("command", "output"), list(commands()))
def test_every_command_of_a_page_prints_what_follows_it(command: str, output: str) -> None:
    """Run in the project's root, as by a reader whose shell finds the installed command."""
    shell = ["sh", "-c", f"exec 2>&1; {command}"]
    done = subprocess.run(
        shell, cwd=PROJECT, env=SHELL, stdout=subprocess.PIPE, encoding="utf-8", timeout=60, check=False
    )
    if "install it with: pip install" in done.stdout:
        pytest.skip(done.stdout.splitlines()[-1])
    assert [line.rstrip() for line in done.stdout.splitlines()] == output.splitlines()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    """Files exist, from the page's own folder."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
