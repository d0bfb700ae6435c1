"""Send programs through the pool by the thousand, a tenth of them hostile, and look for leaks.

    python benchmarks/soak.py [COUNT]

Prints the memory of all processes (proportional, so that what they share counts once), how many
there are, and the folders left, at the start, on the way and at the end; then how many programs
came out as they should. Anything that is lost, unaccounted or growing ends it with status 1.
"""

from __future__ import annotations

import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "hostile"))

from corpus import KINDS, MODULES, Hostile, outcome, programs
from outside import Outside, family, left_of

from effilint.measure import Order, Program, Run, Sandbox, call

HONEST = Program("def f(n):\n    return sum(range(n)) + 1", "f")
PARTS = 10  # of the run, between which memory is looked at
MOST_GROWTH = 1.15  # of memory, from the first part to the last
_SHARE = re.compile(r"^Pss:\s*(\d+) kB", re.MULTILINE)


def memory() -> tuple[float, float, int]:
    """Return the megabytes of this process and of those that descend from it, and their number."""
    processes = family()
    return _share(os.getpid()), sum(_share(pid) for pid, _ in processes), len(processes)


def _share(pid: int) -> float:
    try:
        found = _SHARE.search(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8"))
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def quick(sandbox: Sandbox, outside: Outside) -> list[Hostile]:
    """Return the hostile programs that come to an end soon; each is tried once."""
    found = []
    for hostile in (one for kind in KINDS for one in programs(kind)):
        started = time.monotonic()
        sandbox.submit(shortened(hostile, outside)).result()
        if time.monotonic() - started < 0.5:
            found.append(hostile)
    return found


def shortened(hostile: Hostile, outside: Outside) -> Order:
    """Return a hostile program as an order; it gets little time if it wastes it."""
    order = hostile.order(outside.names())
    is_slow = "time" in hostile.outcomes
    return replace(order, limits=replace(order.limits, cpu=0.1, wall=0.3)) if is_slow else order


def told(part: str) -> float:
    """Print a line of figures, and return the memory of the pool."""
    own, others, count = memory()
    print(f"{part:>9}  {own:8.1f}  {others:8.1f}  {count:9d}", flush=True)
    return others


def batch(sandbox: Sandbox, hostile: list[Hostile], outside: Outside, count: int) -> Counter[str]:
    """Run so many programs, and count what became of them."""
    rng = random.Random(count)
    futures: list[tuple[Hostile | None, Future[Run]]] = []
    for number in range(count):
        one = rng.choice(hostile) if number % 10 == 0 else None
        order = shortened(one, outside) if one else Order(HONEST, [call(10)], [46])
        futures.append((one, sandbox.submit(order)))
    found: Counter[str] = Counter()
    for one, future in futures:
        run = future.result()
        if run.stop.how == "failed":
            found["failed"] += 1
        elif one is None:
            found["honest, accepted" if outcome(run) == "accepted" else "honest, but not so"] += 1
        elif one.is_as_expected(run):
            found["hostile, as expected"] += 1
        else:
            found["hostile, but not so"] += 1
            print(f"  {one.kind}, {one.name}: {outcome(run)}")
    return found


def main(count: int) -> bool:
    """Run it all; whether all is well."""
    scratch = Path(tempfile.mkdtemp())
    tempfile.tempdir = str(scratch / "temporary")
    os.mkdir(tempfile.tempdir)
    outside = Outside(scratch / "outside")
    found: Counter[str] = Counter()
    with Sandbox(imports=MODULES) as sandbox:
        hostile = quick(sandbox, outside)
        print(
            f"{count} programs, every tenth one of {len(hostile)} hostile ones, {sandbox.level!r}"
        )
        print(f"{'programs':>9}  {'own MB':>8}  {'pool MB':>8}  {'processes':>9}")
        started, sizes = time.monotonic(), []
        told("0")
        for part in range(1, PARTS + 1):
            found += batch(sandbox, hostile, outside, count // PARTS)
            sizes.append(told(str(part * count // PARTS)))
        seconds, processes = time.monotonic() - started, family()
    touched = outside.touched()
    outside.close()
    left = len(left_of(processes)), len(os.listdir(tempfile.tempdir))
    print(f"{seconds:.0f} s; {', '.join(f'{name}: {n}' for name, n in sorted(found.items()))}")
    print(f"left: {left[0]} processes, {left[1]} folders; changed outside: {touched or 'nothing'}")
    lost = count // PARTS * PARTS - found["honest, accepted"] - found["hostile, as expected"]
    return not (lost or touched or any(left)) and sizes[-1] <= MOST_GROWTH * sizes[0]


if __name__ == "__main__":
    sys.exit(0 if main(int(sys.argv[1]) if sys.argv[1:] else 10_000) else 1)
