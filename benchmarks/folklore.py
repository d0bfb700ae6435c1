"""Time advice that does not hold: `python benchmarks/folklore.py [--write] [KEY ...]`.

Runs the code that a rule of another linter or a common tip would replace and the code it asks
for, alternating in one process, and prints how many times as fast the advice is at three sizes;
below 1 it is slower. `--write` measures all and writes docs/folklore.md.
"""

from __future__ import annotations

import argparse
import platform
import re
from pathlib import Path
from textwrap import dedent

from pairs import Pair
from pairs_of_linters import PAIRS as LINTERS
from pairs_of_tips import PAIRS as TIPS
from timing import compiled, time_ratio

PAGE = Path(__file__).parents[1] / "docs" / "folklore.md"
OWN_CODE = re.compile(r"\b((?:API|ALG|DST|LNG|MEM|OTH)\d{3})\b")
SLOWER, FASTER = 0.95, 1.05  # closer to 1 than that, runs differ by as much
INTRODUCTION = """\
# Where other linters' advice is slower

<!-- Written by `python benchmarks/folklore.py --write`; do not edit. -->

    python benchmarks/folklore.py --write

took the figures on this page in one run on CPython {version}: CPU time of the code as it stands /
CPU time of the code that the advice asks for, alternating, median of the rounds, at three sizes
n. **Below 1x the advice makes the code slower.** Both versions gave equal results at every size.
Differences of less than {noise:.0%} are called none; figures move by about as much from run to
run, and more between versions and machines.

Most rules of other linters named here are about readability, and are often right about that. They
are listed because people follow them for speed, or because effilint says the opposite in hot
loops. The code that was run stands below the tables; where effilint has a rule close to the
advice, it is named there. Advice that gains is listed too, so that the limits can be seen.
"""
HEADER = "| advice | small | middle | large | outcome |\n|---|---:|---:|---:|---|\n"
LINTER_HEADER = (
    "| advice | given by | small | middle | large | outcome |\n|---|---|---:|---:|---:|---|\n"
)


def measure(pair: Pair) -> dict[int, float]:
    """Return how many times as fast the advice is at each size; `ValueError` if results differ."""
    ratios = {}
    for n in pair.sizes:
        before, after = (
            compiled(f"{pair.setup}\n{dedent(code)}", pair.workload, n)
            for code in (pair.before, pair.after)
        )
        if before() != after():
            raise ValueError(f"{pair.key}: results differ at n={n}")
        ratios[n] = time_ratio(before, after)
    return ratios


def outcome(ratios: dict[int, float]) -> str:
    """Say in a word what the ratios say."""
    slower = [ratio < SLOWER for ratio in ratios.values()]
    faster = [ratio > FASTER for ratio in ratios.values()]
    if any(slower) and any(faster):
        return "depends on the size"
    if any(slower):
        return "slower" if all(slower) else "slower at some sizes"
    if any(faster):
        return "faster" if all(faster) else "faster at some sizes"
    return "no difference"


def row(pair: Pair, ratios: dict[int, float]) -> str:
    """Return the row of a pair in its table."""
    advised = [pair.advised_by] if pair.advised_by else []
    cells = [
        f"[{pair.tip}](#{pair.key})",
        *advised,
        *(f"n={n:,}: {figure(ratio)}" for n, ratio in ratios.items()),
        outcome(ratios),
    ]
    return f"| {' | '.join(cells)} |\n"


def figure(ratio: float) -> str:
    """Return a ratio as the page shows it."""
    return f"{ratio:.2f}x" if ratio < 10 else f"{float(f'{ratio:.2g}'):,.0f}x"


def section(pair: Pair) -> str:
    """Return the code of both versions."""
    remark = OWN_CODE.sub(r"[\1](rules/\1.md)", pair.remark)
    parts = [f"### {pair.key}", f"{pair.tip[0].upper()}{pair.tip[1:]}. {remark}".strip()]
    for title, code in (("As it stands", pair.before), ("As advised", pair.after)):
        parts += [f"{title}:", f"```python\n{dedent(code).strip()}\n```"]
    parts.append(f"Run as `{pair.workload}` after\n\n```python\n{pair.setup}\n```")
    return "\n\n".join(parts) + "\n"


def page(measured: dict[str, dict[int, float]]) -> str:
    """Return the whole page."""
    start = INTRODUCTION.format(version=platform.python_version(), noise=FASTER - 1)
    linters = "".join(row(pair, measured[pair.key]) for pair in LINTERS)
    tips = "".join(row(pair, measured[pair.key]) for pair in TIPS)
    code = "\n".join(section(pair) for pair in (*LINTERS, *TIPS))
    return (
        f"{start}\n## Rules of other linters\n\n{LINTER_HEADER}{linters}"
        f"\n## Common tips\n\n{HEADER}{tips}\n## The code\n\n{code}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("keys", nargs="*", help="the pairs to measure; all without one")
    parser.add_argument("--write", action="store_true", help="measure all, write docs/folklore.md")
    options = parser.parse_args()
    if options.write and options.keys:
        parser.error("--write measures all pairs in one run")
    measured = {}
    for pair in (*LINTERS, *TIPS):
        if options.keys and pair.key not in options.keys:
            continue
        measured[pair.key] = ratios = measure(pair)
        now = ", ".join(f"{n}: {ratio:.3g}" for n, ratio in ratios.items())
        print(f"{pair.key}  {{{now}}}  {outcome(ratios)}", flush=True)
    if options.write:
        PAGE.write_text(page(measured), encoding="utf-8")
        print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
