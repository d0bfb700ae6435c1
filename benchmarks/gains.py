"""Measure what following a rule brings: `python benchmarks/gains.py [CODE ...]`.

Runs the workload of every rule's examples on the code as flagged and as fixed, alternating, and
prints the ratio (CPU time before / after, or peak memory before / after for memory rules) at the
sizes the rule claims, beside the claim. `--sizes 10 1000 10000` tries others. `--write` also puts
the ratios into the rule files and into docs/gains.md, rule by rule, so that a run that was
interrupted can go on with the codes it left out. Exits with 1 if a rule gains nothing at any size.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from pathlib import Path

from claims import rounded, with_claim
from gains_page import page, row, rows_in
from timing import compiled, memory_ratio, time_ratio

from effilint.analyzer import Bad, Rule, Tier
from effilint.rules import all_rules

PAGE = Path(__file__).parents[1] / "docs" / "gains.md"


def measure(rule: Rule, sizes: list[int], tier: Tier | None = None) -> dict[int, float]:
    """Return the ratio at each size for the rule's first example with a workload.

    The ratio is that of peak memory for the memory tier and that of CPU time for the others;
    `tier` takes the place of the rule's own.
    """
    example = next(e for e in rule.examples if isinstance(e, Bad) and e.workload)
    ratio = memory_ratio if (tier or rule.gain.tier) is Tier.MEMORY else time_ratio
    return {
        n: ratio(
            compiled(example.code, example.workload, n),
            compiled(example.fixed, example.workload, n),
        )
        for n in sizes
    }


def write(rule: Rule, measured: dict[int, float], place: Path = PAGE) -> None:
    """Put the ratios into the rule's file and its row into the page at `place`."""
    times = None
    if rule.gain.tier is Tier.MEMORY:
        times = measure(rule, list(measured), Tier.CONSTANT)
    rows = rows_in(place.read_text(encoding="utf-8")) if place.exists() else {}
    rows[rule.code] = row(rule, measured, times)
    known = {code: text for code, text in rows.items() if code in all_rules()}
    place.write_text(page(known), encoding="utf-8")
    write_claim(Path(inspect.getfile(type(rule))), rule.code, measured)


def write_claim(file: Path, code: str, measured: dict[int, float]) -> None:
    """Put the ratios of a rule into its file."""
    changed = with_claim(file.read_bytes().decode(), code, measured)  # line endings stay
    new = file.with_suffix(".new")
    new.write_bytes(changed.encode())
    new.replace(file)


def is_worthless(measured: dict[int, float]) -> bool:
    """Whether nothing is gained at any size, so that the rule must not be shipped."""
    return max(rounded(ratio) for ratio in measured.values()) <= 1


def remark(rule: Rule, measured: dict[int, float]) -> str:
    """Say what does not fit together: the ratios and the tier, or the ratios and the claim."""
    middle = rounded(list(measured.values())[len(measured) // 2])
    if middle < 1:
        return "  LOSES AT THE MIDDLE SIZE"
    if rule.gain.tier is Tier.CONSTANT and middle < 1.3:
        return "  LITTLE FOR A CONSTANT RULE"
    claimed = [rule.gain.measured[n] for n in measured if n in rule.gain.measured]
    now = [measured[n] for n in measured if n in rule.gain.measured]
    if any(not 1 / 3 < one / other < 3 for one, other in zip(now, claimed, strict=True)):
        return "  FAR FROM THE CLAIM"
    return ""


def listed(measured: dict[int, float]) -> str:
    """Return the ratios on one line."""
    return ", ".join(f"{n}: {ratio:.3g}" for n, ratio in measured.items())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("codes", nargs="*", help="rule codes or prefixes; all without one")
    parser.add_argument("--sizes", nargs="*", type=int)
    parser.add_argument("--write", action="store_true", help="update rules/ and docs/gains.md")
    options = parser.parse_args()
    if options.write and options.sizes:
        parser.error("--write measures at the sizes that the rules state")
    worthless = []
    for code, rule in all_rules().items():
        if options.codes and not code.startswith(tuple(options.codes)):
            continue
        measured = measure(rule, options.sizes or list(rule.gain.measured))
        line = f"{code} {rule.name} ({rule.gain.tier})  measured {{{listed(measured)}}}"
        claim = f"claimed {{{listed(rule.gain.measured)}}}"
        print(f"{line}  {claim}{remark(rule, measured)}", flush=True)
        if is_worthless(measured):
            worthless.append(code)
        elif options.write:
            write(rule, measured)
    if worthless:
        print(f"gain nothing at any size, not to be shipped: {', '.join(worthless)}")
    if options.write:
        print(f"wrote {PAGE}; now run `ruff format rules`: a number may have grown too long")
    return 1 if worthless else 0


if __name__ == "__main__":
    sys.exit(main())
