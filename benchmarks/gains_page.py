"""`docs/gains.md`: the measured gain of every rule, one row for each, beside what was stated."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping

from claims import rounded

from effilint.analyzer import Rule, Tier

ROW = re.compile(r"^\| \[([A-Z]{3}\d{3})\]")
MEMORY_ROW = f" | {Tier.MEMORY} | "
INTRODUCTION = """\
# Measured gains

<!-- Written by `python benchmarks/gains.py --write`; do not edit. -->

    python benchmarks/gains.py --write

runs the workload of each rule's first measurable example on the code as flagged and as fixed,
alternating, in one process, and writes this page and the numbers that `effilint rule` shows. The
column *Python* says on which interpreter (the implementation is CPython) a row was taken. A ratio
of 2x means that the flagged code takes twice as long as the fixed code; below 1x the flagged code
is faster. Building the input and the better structure counts as part of the work on both sides.
*Stated before* is what the rule claimed until this run: a large difference means a wrong claim or
a busy machine.

Figures move by some percent from run to run and more between versions and machines; read them as
orders of magnitude. [How gains and precision are measured](measuring.md) says more.
"""
TIME = """
## Time

CPU time before / CPU time after; the median of alternating rounds.

| rule | tier | before &rarr; after | small | middle | large | stated before | Python |
|---|---|---|---:|---:|---:|---:|---:|
"""
MEMORY = """
## Memory

Peak memory before / peak memory after, as `tracemalloc` sees it, for rules of the memory tier.
*Time* is the ratio of CPU times at the same sizes: below 1x the version that saves memory is
slower.

| rule | tier | before &rarr; after | small | middle | large | stated before | time | Python |
|---|---|---|---:|---:|---:|---:|---:|---:|
"""


def row(rule: Rule, measured: Mapping[int, float], times: Mapping[int, float] | None = None) -> str:
    """Return the row of a rule; `times` are the time ratios of a rule measured by memory."""
    gain = rule.gain
    cells = [
        f"[{rule.code}](rules/{rule.code}.md) {rule.name}",
        str(gain.tier),
        f"{_cell(gain.before)} &rarr; {_cell(gain.after)}",
        *(f"n={size:,}: {figure(ratio)}" for size, ratio in measured.items()),
        " / ".join(figure(ratio) for ratio in gain.measured.values()),
    ]
    if times is not None:
        cells.append(" / ".join(figure(ratio) for ratio in times.values()))
    return f"| {' | '.join([*cells, platform.python_version()])} |"


def figure(ratio: float) -> str:
    """Return a ratio as the page shows it."""
    short = rounded(ratio)
    return f"{short:,.0f}x" if short >= 10 else f"{short:g}x"


def rows_in(page: str) -> dict[str, str]:
    """Return the rows of a page by rule code."""
    return {found[1]: line for line in page.splitlines() if (found := ROW.match(line))}


def page(rows: Mapping[str, str]) -> str:
    """Return the whole page."""
    lines = [rows[code] for code in sorted(rows)]
    time = "\n".join(line for line in lines if MEMORY_ROW not in line)
    memory = "\n".join(line for line in lines if MEMORY_ROW in line)
    return f"{INTRODUCTION}{TIME}{time}\n" + (f"{MEMORY}{memory}\n" if memory else "")


def _cell(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")
