"""The table and the chart of `vectors` that the docs show, written by a run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple

import matplotlib as mpl
from harness import human, machine
from matplotlib.figure import Figure as Canvas

DOCS = Path(__file__).resolve().parent.parent / "docs"
CHART, PAGE = DOCS / "diagrams" / "vectors.svg", DOCS / "benchmarks.md"
BEGIN, END = "<!-- vectors: written by `make bench` -->\n", "<!-- vectors: end -->\n"
INK, QUIET, MARKED, PLAIN = "#1f2933", "#66707a", "#1f6feb", "#b8c2cc"
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "supportsla",
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans"],
    "font.size": 11,
}


@dataclass(frozen=True)
class Figure:
    """One contestant: its time a row, over how many rows, how it stands beside ours, and the target if there is one."""

    name: str
    nanoseconds: float
    rows: int
    beside: str = ""
    target: str = ""
    ours: bool = False


class Claim(NamedTuple):
    """What was aimed at, what was measured, and the target with whether it is met."""

    text: str
    measured: str
    target: str


def as_markdown(figures: Sequence[Figure], claims: Sequence[Claim], packages: Iterable[str]) -> Iterator[str]:
    """The machine and versions, then a line a contestant, then what else is aimed at."""
    where, python, *versions = machine(packages)
    yield from wrap(f"Measured on {where}, {python.partition(' (')[0]}, with {' '.join(versions)}.", 120)
    yield ""
    yield "| deadlines over an array | a row | rows | beside ours | target |"
    yield "| --- | ---: | ---: | --- | --- |"
    for figure in figures:
        name = f"**{figure.name}**" if figure.ours else figure.name
        yield f"| {name} | {precise(figure.nanoseconds)} | {figure.rows:,} | {figure.beside} | {figure.target} |"
    yield ""
    yield "| what should stay small | measured | target |"
    yield "| --- | ---: | --- |"
    yield from (f"| {' | '.join(claim)} |" for claim in claims)


def precise(nanoseconds: float) -> str:
    """A time a row, with a digit more where it is short."""
    return f"{nanoseconds:.1f} ns" if nanoseconds < 100 else human(nanoseconds).replace("us", "µs")


def write_tables(figures: Sequence[Figure], claims: Sequence[Claim], packages: Iterable[str]) -> None:
    """Put the tables between their marks in the docs."""
    text = PAGE.read_text(encoding="utf-8")
    lines = "\n".join(as_markdown(figures, claims, packages))
    between = re.compile(f"(?<={re.escape(BEGIN)}).*(?={re.escape(END)})", re.DOTALL)
    PAGE.write_text(between.sub(lambda _: f"\n{lines}\n\n", text), encoding="utf-8")


def write_chart(figures: Sequence[Figure], path: Path = CHART) -> None:
    """Draw the times a row as bars, the shortest first; white behind, so that light and dark pages can show it."""
    figures = sorted(figures, key=lambda figure: figure.nanoseconds)
    with mpl.rc_context(STYLE):
        canvas = Canvas(figsize=(8, 0.36 * len(figures) + 0.5), facecolor="white", layout="constrained")
        axes = canvas.add_subplot()
        names, values = ([getattr(figure, name) for figure in figures] for name in ("name", "nanoseconds"))
        bars = axes.barh(names, values, color=[MARKED if figure.ours else PLAIN for figure in figures], height=0.68)
        labels = axes.bar_label(bars, [f" {precise(value)}" for value in values], color=INK)
        for figure, *texts in zip(figures, labels, axes.get_yticklabels(), strict=True):
            for text in texts:
                text.set(color=MARKED if figure.ours else INK, fontweight="bold" if figure.ours else "normal")
        axes.set(xscale="log", xlim=(0.5, max(values) * 6), xticks=[])
        axes.set_title("One deadline of a million at once (log scale)", loc="left", fontsize=11, color=QUIET)
        axes.invert_yaxis()
        axes.minorticks_off()
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        canvas.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=120)
