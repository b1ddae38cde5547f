"""Every fenced Python example in the README and the docs runs, and prints what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("**/*.md"))]
FENCE = re.compile(r"^```python\n(.*?)^```$(?:\s*^```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)


def printed(code: str, namespace: dict[str, object], capsys: pytest.CaptureFixture[str]) -> str:
    exec(compile(code, "<example>", "exec"), namespace)  # noqa: S102
    return capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_of_a_page_runs_and_prints_what_follows_it(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page's examples run in order, in one namespace; a `text` block right after one is its output."""
    namespace: dict[str, object] = {"__name__": "__example__"}
    for code, output in FENCE.findall(page.read_text(encoding="utf-8")):
        assert printed(code, namespace, capsys).rstrip() == output.rstrip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    """Files exist, from the page's own folder."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
