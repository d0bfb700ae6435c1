"""Rows and tables of measurements, what they look like, and the targets they are held to."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from processes import Usage

START, END = "<!-- measured -->", "<!-- end -->"


@dataclass
class Row:
    """A command to time; `once` is for the slow ones.

    A run counts if its status is expected and its output holds `proof`; else `problem` says why
    there is no figure.
    """

    name: str
    command: list[str]
    once: bool = False
    expected: tuple[int, ...] = (0,)
    proof: str = ""
    problem: str = ""
    runs: list[Usage] = field(default_factory=list)

    def median(self, what: str) -> float:
        """Return the median over the runs of `cpu`, `wall` or `peak`."""
        return float(statistics.median(getattr(run, what) for run in self.runs))


@dataclass(frozen=True)
class Target:
    """A bound the project has set itself, and what was measured."""

    text: str
    measured: str
    met: bool


@dataclass
class Table:
    """The rows taken on one set of files."""

    name: str
    files: int
    lines: int
    rows: list[Row]

    def row(self, name: str) -> Row | None:
        """Return the row called `name` if it has a figure."""
        return next((row for row in self.rows if row.name == name and row.runs), None)


def markdown_table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table; the first and last columns are text, the others numbers."""
    ruler = ["---"] + ["---:"] * (len(header) - 2) + ["---"]
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, ruler, *rows))


def write_between(path: Path, text: str) -> None:
    """Put `text` between a page's two marker lines; what stands outside of them is kept."""
    page = path.read_text(encoding="utf-8")
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not end:
        sys.exit(f"{path}: no lines `{START}` and `{END}` to put the table between")
    path.write_text(f"{before}{start}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def markdown(table: Table) -> str:
    """Return the table; ratios are to its first row, by CPU."""
    base = table.rows[0].median("cpu")
    size = f" ({table.files} files, {table.lines:,} lines)" if table.files else ""
    lines = [
        f"### {table.name}{size}\n",
        f"| | CPU / {table.rows[0].name} | CPU s | wall s | peak MB | runs |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for row in table.rows:
        if not row.runs:
            lines.append(f"| {row.name} | {row.problem} | | | | |")
            continue
        cpu, wall, peak = (row.median(what) for what in ("cpu", "wall", "peak"))
        figures = f"{cpu / base:.2f}x | {cpu:.3g} | {wall:.3g} | {peak:.0f} | {len(row.runs)}"
        lines.append(f"| {row.name} | {figures} |")
    return "\n".join(lines)


def ratio(table: Table, over: str, under: str, what: str = "cpu") -> float | None:
    """Return one row's median over another's, or None where either has no figure."""
    upper, lower = table.row(over), table.row(under)
    return upper.median(what) / lower.median(what) if upper and lower else None


def targets(tables: list[Table]) -> list[Target]:
    """Judge what the tables allow to be judged."""
    found = []

    def at_most(bound: float, value: float | None, text: str, unit: str = "x") -> None:
        if value is not None:
            found.append(Target(text, f"{value:.2f}{unit}", value <= bound))

    for table in tables:
        name = table.name
        if name == "one small file":
            base = table.rows[0].name
            for row in ("clean file, cold", "file with findings, cold"):
                at_most(3, ratio(table, row, base), f"{row}: <= 3x `{base}`")
            continue
        if name.endswith("sample"):
            speed = ratio(table, "pylint + perflint", "effilint cold")
            if speed is not None:
                text = f"{name}: >= 30x faster than pylint + perflint"
                found.append(Target(text, f"{speed:.1f}x", speed >= 30))
            continue
        cold = table.row("effilint cold")
        at_most(4, ratio(table, "effilint cold", "ast.parse"), f"{name}: cold <= 4x ast.parse")
        for what in ("cpu", "wall"):
            warm = ratio(table, "effilint warm", "ruff warm", what)
            at_most(3, warm, f"{name}: warm <= 3x ruff warm, {what}")
        if cold and name.startswith("stdlib"):
            at_most(200, cold.median("peak"), f"{name}: peak memory <= 200 MB", " MB")
    return found
