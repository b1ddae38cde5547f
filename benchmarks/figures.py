"""The tables of `vectors` and `engines` and the chart that the docs show, written by a run."""

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
BEGIN, END = "<!-- {0}: written by `make bench` -->\n", "<!-- {0}: end -->\n"
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

    @property
    def title(self) -> str:
        """The name, ours in bold."""
        return f"**{self.name}**" if self.ours else self.name

    @property
    def a_second(self) -> str:
        """Rows a second, to three digits."""
        return per_second(self.nanoseconds)


class Claim(NamedTuple):
    """What was aimed at, what was measured, and the target with whether it is met."""

    text: str
    measured: str
    target: str


def as_markdown(figures: Sequence[Figure], claims: Sequence[Claim], packages: Iterable[str]) -> Iterator[str]:
    """The machine and versions, then a line a contestant, then what else is aimed at."""
    yield from measured_on(packages)
    yield "| deadlines over an array | a row | rows | beside ours | target |"
    yield "| --- | ---: | ---: | --- | --- |"
    for one in figures:
        yield f"| {one.title} | {precise(one.nanoseconds)} | {one.rows:,} | {one.beside} | {one.target} |"
    yield ""
    yield "| what should stay small | measured | target |"
    yield "| --- | ---: | --- |"
    yield from (f"| {' | '.join(claim)} |" for claim in claims)


def measured_on(packages: Iterable[str]) -> Iterator[str]:
    """The machine and versions, and an empty line."""
    where, python, *versions = machine(packages)
    yield from wrap(f"Measured on {where}, {python.partition(' (')[0]}, with {' '.join(versions)}.", 120)
    yield ""


def per_second(nanoseconds: float) -> str:
    """How many a second, to three digits."""
    return f"{float(f'{1e9 / nanoseconds:.2e}'):,.0f}"


def precise(nanoseconds: float) -> str:
    """A time a row, with a digit more where it is short."""
    return f"{nanoseconds:.1f} ns" if nanoseconds < 100 else human(nanoseconds).replace("us", "µs")


def write_tables(figures: Sequence[Figure], claims: Sequence[Claim], packages: Iterable[str]) -> None:
    """Put the tables of arrays into the docs."""
    write("vectors", as_markdown(figures, claims, packages))


def write_engines(figures: Sequence[Figure], packages: Iterable[str]) -> None:
    """Put the table of engines into the docs."""
    title = "| deadlines of a million rows | a row | rows a second | beside arrays |\n| --- | ---: | ---: | ---: |"
    lines = (f"| {one.title} | {precise(one.nanoseconds)} | {one.a_second} | {one.beside} |" for one in figures)
    write("engines", [*measured_on(packages), title, *lines])


def write_clusters(claims: Sequence[Claim], packages: Iterable[str]) -> None:
    """Put the table of clusters into the docs."""
    title = "| on two workers | measured |\n| --- | ---: |"
    write("clusters", [*measured_on(packages), title, *(f"| {name} | {measured} |" for name, measured, _ in claims)])


def write(section: str, lines: Iterable[str]) -> None:
    """Put lines between a section's marks in the docs."""
    begin, end = (re.escape(mark.format(section)) for mark in (BEGIN, END))
    text, inserted = PAGE.read_text(encoding="utf-8"), "\n".join(lines)
    between = re.compile(f"(?<={begin}).*(?={end})", re.DOTALL)
    written, marks = between.subn(lambda _: f"\n{inserted}\n\n", text)
    if marks != 1:
        raise ValueError(f"{PAGE.name} has {marks} places for the section {section!r}")
    PAGE.write_text(written, encoding="utf-8")


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
