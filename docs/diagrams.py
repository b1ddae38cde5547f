"""Draw the published workflows from their tables: `make diagrams`, which needs Graphviz.

For each workflow the folder `diagrams` gets a text in DOT and, drawn from it, a picture that carries the text's digest,
so that a stale picture shows without Graphviz. Statuses between which one may go either way, each to each, are drawn
as one box; an arrow that touches the box stands for one to or from each status in it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from supportsla import Move, Timer, Workflow
from supportsla.presets import apricot_us, client_portal
from supportsla.workflow import Edge, edges

FOLDER = Path(__file__).resolve().parent / "diagrams"
WORKFLOWS = {"apricot": apricot_us().required_workflow, "client_portal": client_portal().required_workflow}

HEAD = """\
  graph [bgcolor=white, compound=true, rankdir=TB, nodesep=0.3, ranksep=0.3, pad=0.15,
         fontname="Helvetica", fontsize=13]
  node [shape=box, style="rounded,filled", fillcolor="#eef3f8", color="#33475b", fontname="Helvetica", fontsize=16]
  edge [color="#33475b", fontname="Helvetica", fontsize=13, fontcolor="#33475b"]"""
BY_HAND = ', color="#9aa5b1", fontcolor="#66707a"'
BY_ITSELF = ", penwidth=1.8"
TOGETHER = 'style=rounded, color="#9aa5b1", fontcolor="#66707a", labeljust=l, margin=30'


def together(workflow: Workflow) -> tuple[str, ...]:
    """The most statuses of which each may be moved by hand to each other one, and to the same ones besides."""
    groups: dict[frozenset[tuple[str, tuple[str, ...]]], list[str]] = {}
    for name, status in workflow.statuses:
        roles = next((roles for _, roles in status.next), ())
        groups.setdefault(frozenset((*status.next, (name, roles))), []).append(name)
    most = max(groups.values(), key=len)
    return tuple(most) if len(most) > 1 else ()


def caused(workflow: Workflow, edge: Edge) -> str:
    """What moves a case along an edge, in a few words."""
    if edge.cause == "timer":
        return next(said(timer) for timer in workflow.status(edge.origin).timers if timer.name == edge.by[0])
    words = {"client update": "client's update", "closing": "client closes", "move": " or ".join(edge.by)}
    return words.get(edge.cause, edge.cause)


def said(timer: Timer) -> str:
    """When a timer fires."""
    if timer.every is not None:
        return f"every {timer.every}{f', {timer.times} times' if timer.times else ''}"
    return "at its instant" if timer.after is None else f"after {timer.after}"


def arrows(workflow: Workflow, group: tuple[str, ...]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Where from, where to and why, with one arrow for each pair; the group stands in them as an empty name."""
    causes: dict[tuple[str, str], tuple[str, ...]] = {}
    for edge in edges(workflow):
        inner = edge.cause == "move" and edge.origin in group and edge.to in group
        if edge.origin != edge.to and not inner:
            pair = edge.origin, edge.to
            causes[pair] = (*causes.get(pair, ()), caused(workflow, edge))
    drawn: dict[tuple[str, str], tuple[str, ...]] = {}
    for (origin, to), why in causes.items():
        common = shared(causes, group, origin, to)
        own = tuple(cause for cause in why if cause not in common)
        if own:
            drawn[origin, to] = own
        if common:
            drawn["" if origin in group else origin, "" if to in group else to] = common
    yield from ((origin, to, why) for (origin, to), why in drawn.items())


def shared(
    causes: dict[tuple[str, str], tuple[str, ...]], group: tuple[str, ...], origin: str, to: str
) -> tuple[str, ...]:
    """What each of the group has in common with an arrow that crosses the group's border."""
    if (origin in group) == (to in group):
        return ()
    pairs: Iterable[tuple[str, str]] = ((m, to) if origin in group else (origin, m) for m in group)
    every = [causes.get(pair, ()) for pair in pairs]
    return tuple(cause for cause in every[0] if all(cause in others for others in every))


def node(workflow: Workflow, name: str) -> str:
    """A status: closed ones with a double border; what a timer does without moving stands below the name."""
    status = workflow.status(name)
    below = [line for timer in status.timers if not isinstance(timer.then, Move) for line in (timer.then, said(timer))]
    small = "".join(f'<br/><font point-size="12">{line}</font>' for line in below)
    first = ", penwidth=2.4" if name in workflow.initial else ""
    return f'"{name}" [label=<{name}{small}>{", peripheries=2" if status.closed else ""}{first}]'


def arrow(way_in: str, way_out: str, lasts: set[str], drawn: tuple[str, str, tuple[str, ...]]) -> str:
    """An arrow; grey where it is made by hand only, and pointing up where it leads back from a last status."""
    origin, to, why = drawn
    label = "\\n".join(f" {cause} " for cause in why).replace(" calendar", "\\n calendar")
    look = BY_HAND if set(why) <= {"support", "client closes"} else BY_ITSELF
    if is_back(drawn, lasts):
        return f'"{to}" -> "{origin}" [label="{label}", dir=back{look}]'
    ends = f"{', ltail=cluster' if not origin else ''}{', lhead=cluster' if not to else ''}"
    return f'"{origin or way_out}" -> "{to or way_in}" [label="{label}"{ends}{look}]'


def is_back(drawn: tuple[str, str, tuple[str, ...]], lasts: set[str]) -> bool:
    """Whether an arrow undoes what a timer did."""
    origin, _, why = drawn
    return origin in lasts and why == ("client's update",)


def dot(workflow: Workflow) -> str:
    """The workflow as a text in DOT."""
    group = together(workflow)
    names = [name for name, _ in workflow.statuses]
    lines = [f'digraph "{workflow.name}" {{', HEAD]
    lines += [f"  {node(workflow, name)}" for name in names if name not in group]
    if group:
        roles = " or ".join(workflow.status(group[0]).next[0][1])
        lines.append(f'  subgraph cluster {{\n    graph [label="{roles}: from each to each", {TOGETHER}]')
        lines += [f"    {node(workflow, name)}" for name in group]
        lines.append("  }")
    drawn = list(arrows(workflow, group))
    lasts = {edge.to for edge in edges(workflow) if edge.cause == "timer"}
    inner = [each for each in drawn if each[0] in group and each[1] in group]
    down = [(each[1], each[0]) if is_back(each, lasts) else each[:2] for each in inner]
    top = next((name for name in group if name not in {to for _, to in down}), "")
    bottom = next((name for name in group if name not in {origin for origin, _ in down}), "")
    lines += [f"  {arrow(top, bottom, lasts, each)}" for each in drawn]
    ends = [name for name in names if workflow.status(name).closed]
    outer = [(first, name) for first in workflow.initial for name in group] + [
        (name, end) for name in group for end in ends
    ]
    lines += [f'  "{above}" -> "{below}" [style=invis]' for above, below in outer]
    return "\n".join([*lines, "}", ""])


def digest(text: str) -> str:
    """The comment by which a picture says what it was drawn from."""
    return f"<!-- sha256 of the DOT text: {sha256(text.encode()).hexdigest()} -->"


def main() -> None:
    """Write the texts, and draw the pictures."""
    FOLDER.mkdir(exist_ok=True)
    for name, workflow in WORKFLOWS.items():
        text = dot(workflow)
        (FOLDER / f"{name}.dot").write_text(text, encoding="utf-8")
        command = ["dot", "-Tsvg"]
        drawn = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=True)  # noqa: S603
        picture = drawn.stdout.replace("<svg ", f"{digest(text)}\n<svg ", 1)
        (FOLDER / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
