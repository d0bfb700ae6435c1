"""Time and peak memory of two ways to do one thing, as a ratio taken in one run."""

from __future__ import annotations

import gc
import re
import statistics
import time
import tracemalloc
from collections.abc import Callable
from textwrap import dedent
from typing import Any

MARKER = re.compile(r"[ ]*# [A-Z]{3}\d{3}$", re.MULTILINE)
ROUNDS = 7
FEW_ROUNDS = 3
LONG_SECONDS = 0.5
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
    """Median over alternating rounds of CPU time before / CPU time after."""
    gc.collect()
    gc.freeze()  # what the linter holds is no work of the example's
    try:
        counts = repeats_for(before), repeats_for(after)
        rounds = ROUNDS if seconds(before, 1) < LONG_SECONDS else FEW_ROUNDS
        return statistics.median(
            seconds(before, counts[0]) / max(seconds(after, counts[1]), 1e-9) for _ in range(rounds)
        )
    finally:
        gc.unfreeze()


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
