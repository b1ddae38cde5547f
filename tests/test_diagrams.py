"""The status diagrams of the docs show the tables as they are (L1-L7)."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from hashlib import sha256
from itertools import permutations
from pathlib import Path
from typing import cast

import pytest

from supportsla import Timer, Workflow
from supportsla.presets import apricot_us, client_portal
from supportsla.workflow import edges

DOCS = Path(__file__).resolve().parent.parent / "docs"
WORKFLOWS = {"apricot": apricot_us().required_workflow, "client_portal": client_portal().required_workflow}
NODE = re.compile(r'^ +"([^"]+)" \[label=<.*?>(, peripheries=2)?[,\]]', re.MULTILINE)
BOX = re.compile(
    r'^  subgraph cluster \{\n +graph \[label="support: from each to each".*\n((?: .*\n)*?)  \}', re.MULTILINE
)
ARROW = re.compile(r'^ +"([^"]+)" -> "([^"]+)" \[label="([^"]+)"(.*)\]', re.MULTILINE)


def drawn_by_the_script(workflow: Workflow) -> str:
    spec = importlib.util.spec_from_file_location("diagrams", DOCS / "diagrams.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast("Callable[[Workflow], str]", module.dot)(workflow)


def text(name: str) -> str:
    return (DOCS / "diagrams" / f"{name}.dot").read_text(encoding="utf-8")


def read_back(drawing: str) -> set[tuple[str, str, str]]:
    """From, to and why of every way that a drawing shows; one that touches the box stands for each status in it."""
    found = BOX.search(drawing)
    box = [name for name, _ in NODE.findall(found[1])] if found else []
    ways = {(origin, to, "support") for origin, to in permutations(box, 2)}
    for tail, head, label, look in ARROW.findall(drawing):
        origin, to = (head, tail) if "dir=back" in look else (tail, head)
        origins = box if "ltail=cluster" in look else [origin]
        targets = box if "lhead=cluster" in look else [to]
        causes = label.replace("\\n calendar", " calendar").split("\\n")
        ways |= {(a, b, cause.strip()) for a in origins for b in targets for cause in causes}
    return ways


def ways_of(workflow: Workflow) -> set[tuple[str, str, str]]:
    def why(origin: str, cause: str, by: tuple[str, ...]) -> str:
        timers: dict[str, Timer] = {timer.name: timer for timer in workflow.status(origin).timers}
        if cause == "timer":
            return f"after {timers[by[0]].after}"
        return {"move": "support", "client update": "client's update", "closing": "client closes"}.get(cause, cause)

    ways = {(edge.origin, edge.to, why(edge.origin, edge.cause, edge.by)) for edge in edges(workflow)}
    return {way for way in ways if way[0] != way[1]}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_committed_diagram_is_what_its_table_gives_now(name: str) -> None:
    """Else `make diagrams` draws it anew."""
    assert text(name) == drawn_by_the_script(WORKFLOWS[name])


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_picture_was_drawn_from_the_text_beside_it(name: str) -> None:
    """It carries the text's digest, so that this is seen without Graphviz."""
    picture = (DOCS / "diagrams" / f"{name}.svg").read_text(encoding="utf-8")
    assert f"sha256 of the DOT text: {sha256(text(name).encode()).hexdigest()}" in picture


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_diagram_shows_every_status_with_closed_ones_in_a_double_border(name: str) -> None:
    """Each stands in it once (L1, L2)."""
    drawn = [(status, bool(double)) for status, double in NODE.findall(text(name))]
    assert sorted(drawn) == sorted((status, row.closed) for status, row in WORKFLOWS[name].statuses)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_diagram_shows_every_way_of_the_table_and_no_other(name: str) -> None:
    """But for a way from a status to itself, along which nothing moves (L1-L7, C11)."""
    assert read_back(text(name)) == ways_of(WORKFLOWS[name])
