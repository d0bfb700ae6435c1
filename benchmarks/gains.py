"""Measure what following a rule brings: `python benchmarks/gains.py [CODE ...]`.

Runs the workload of every rule's examples on the code as flagged and as fixed, alternating, and
prints the ratio (CPU time before / after, or peak memory before / after for memory rules) at the
sizes the rule claims, beside the claim. `--sizes 10 1000 10000` tries others.
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
import tracemalloc
from collections.abc import Callable
from textwrap import dedent
from typing import Any

from effilint.analyzer import Bad, Rule, Tier
from effilint.rules import all_rules

MARKER = re.compile(r"[ ]*# [A-Z]{3}\d{3}$", re.MULTILINE)
ROUNDS = 7
ENOUGH_SECONDS = 0.02


def compiled(code: str, workload: str, n: int) -> Callable[[], Any]:
    """Return a function of no arguments that runs the workload at size n."""
    namespace: dict[str, Any] = {"__name__": "example", "n": n}
    exec(MARKER.sub("", dedent(code)), namespace)
    expression = compile(workload, "<workload>", "eval")
    return lambda: eval(expression, namespace)


def seconds(run: Callable[[], Any], repeats: int) -> float:
    """CPU seconds of one run, averaged over `repeats`."""
    start = time.process_time()
    for _ in range(repeats):
        run()
    return (time.process_time() - start) / repeats


def repeats_for(run: Callable[[], Any]) -> int:
    """How many runs take long enough for the clock."""
    repeats = 1
    while (taken := seconds(run, repeats) * repeats) < ENOUGH_SECONDS:
        repeats = max(repeats * 2, int(repeats * ENOUGH_SECONDS / max(taken, 1e-6)))
    return repeats


def time_ratio(before: Callable[[], Any], after: Callable[[], Any]) -> float:
    """Median over alternating rounds of time before / time after."""
    counts = repeats_for(before), repeats_for(after)
    rounds = ROUNDS if seconds(before, 1) < 0.5 else 1
    return statistics.median(
        seconds(before, counts[0]) / max(seconds(after, counts[1]), 1e-9) for _ in range(rounds)
    )


def peak(run: Callable[[], Any]) -> int:
    """Peak bytes allocated by one run."""
    run()
    tracemalloc.start()
    run()
    bytes_used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return max(bytes_used, 1024)  # below that it is the interpreter's own


def memory_ratio(before: Callable[[], Any], after: Callable[[], Any]) -> float:
    """Peak memory before / after."""
    return peak(before) / peak(after)


def measure(rule: Rule, sizes: list[int]) -> dict[int, float]:
    """Return the ratio at each size for the rule's first example with a workload."""
    example = next(e for e in rule.examples if isinstance(e, Bad) and e.workload)
    ratio = memory_ratio if rule.gain.tier is Tier.MEMORY else time_ratio
    return {
        n: ratio(
            compiled(example.code, example.workload, n),
            compiled(example.fixed, example.workload, n),
        )
        for n in sizes
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("codes", nargs="*", help="rule codes or prefixes; all without one")
    parser.add_argument("--sizes", nargs="*", type=int)
    options = parser.parse_args()
    for code, rule in all_rules().items():
        if options.codes and not code.startswith(tuple(options.codes)):
            continue
        measured = measure(rule, options.sizes or list(rule.gain.measured))
        now = ", ".join(f"{n}: {ratio:.3g}" for n, ratio in measured.items())
        claim = ", ".join(f"{n}: {ratio:.3g}" for n, ratio in rule.gain.measured.items())
        print(
            f"{code} {rule.name} ({rule.gain.tier})  measured {{{now}}}  claimed {{{claim}}}",
            flush=True,
        )


if __name__ == "__main__":
    main()
