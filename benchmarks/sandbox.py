"""What the sandbox costs and how well it measures, side by side with common ways, in one run.

    python benchmarks/sandbox.py [throughput] [overhead] [power] [memory]

throughput: trivial programs each second through the sandbox, through a plain subprocess for each
program, and through a `multiprocessing` process with a manager, as common harnesses do it (the
last two isolate nothing). overhead: CPU time of the same code inside, against a plain fork. power:
how often comparisons of programs that do 1.0, 1.1, 1.3 and 2 times the work are right, with busy
processes beside them. memory: high-water mark and area under memory against known allocations.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median
from typing import Any

from tables import markdown_table

from effilint.measure import Order, Program, Sandbox, call
from effilint.measure.contest import contest

SAME = "\ndef work(n):\n    return f(n) is None\n"
TRIVIAL = "def f(x):\n    return x + 1\n"
PROGRAMS = {
    "loop": """
def f(n):
    s = 0
    for i in range(n):
        s += i * i
    return s
""",
    "dict": """
def f(n):
    d = {}
    for i in range(n):
        d[i % 997] = d.get(i % 997, 0) + i
    return len(d)
""",
    "sort": """
def f(n):
    return sorted((i * 7919) % 10007 for i in range(n))[n // 2]
""",
    "text": """
def f(n):
    return len(' '.join(str(i) for i in range(n)).split())
""",
    "lists": """
def f(n):
    return len([[i] * 3 for i in range(n)])
""",
    "calls": """
def f(n):
    def fib(k):
        return k if k < 2 else fib(k - 1) + fib(k - 2)
    return fib(min(n // 5000, 20))
""",
}
SIZE = 100_000
MB = 1 << 20


def through_sandbox(count: int, at_a_time: int) -> None:
    order = Order(Program(TRIVIAL, "f"), [call(1)], expected=[2])
    with Sandbox(workers=at_a_time) as sandbox:
        runs = [future.result() for future in [sandbox.submit(order) for _ in range(count)]]
    assert all(run.calls[0].is_right for run in runs)


def through_subprocesses(count: int, at_a_time: int) -> None:
    program = f"{TRIVIAL}\nprint(f(1))"

    def one(_: int) -> bytes:
        command = [sys.executable, "-I", "-S", "-c", program]
        return subprocess.run(command, capture_output=True, check=True).stdout

    with ThreadPoolExecutor(at_a_time) as pool:
        assert set(pool.map(one, range(count))) == {b"2\n"}


def _execute(results: Any) -> None:
    names: dict[str, Any] = {}
    exec(TRIVIAL, names)
    results.append(names["f"](1))


def through_managers(count: int, at_a_time: int) -> None:
    def one(_: int) -> int:
        with multiprocessing.Manager() as manager:
            results = manager.list()
            process = multiprocessing.Process(target=_execute, args=(results,))
            process.start()
            process.join(10)
            found: int = results[0]
            return found

    with ThreadPoolExecutor(at_a_time) as pool:
        assert set(pool.map(one, range(count))) == {2}


def throughput(rounds: int) -> None:
    """Print programs a second of each way, in turns; the pool's start is in the figure."""
    ways: list[tuple[str, Callable[[int, int], None], int]] = [
        ("the sandbox, all its isolation", through_sandbox, 1000),
        ("a subprocess for each, `-I -S`", through_subprocesses, 200),
        ("a process and a manager for each", through_managers, 100),
    ]
    rates: dict[tuple[str, int], list[float]] = {}
    for _ in range(rounds):
        for at_a_time in (2, 4):
            for name, way, count in ways:
                started = time.monotonic()
                way(count, at_a_time)
                rate = count / (time.monotonic() - started)
                rates.setdefault((name, at_a_time), []).append(rate)
    rows = [
        (name, str(at_a_time), f"{median(found):.0f}", f"{min(found):.0f} to {max(found):.0f}")
        for (name, at_a_time), found in rates.items()
    ]
    header = ("way", "at a time", "programs a second", f"in {rounds} rounds")
    print(markdown_table(header, rows))


def _forked(text: str) -> float:
    """Return the CPU seconds of a run in a plain fork of a process as small as the jail's."""
    program = (
        "import os, time, gc\n"
        f"names = {{}}\nexec({text!r}, names)\n"
        "gc.collect(); gc.freeze()\n"
        f"t = time.process_time(); names['f']({SIZE}); print(time.process_time() - t)"
    )
    command = [sys.executable, "-I", "-S", "-c", program]
    return float(subprocess.run(command, capture_output=True, check=True).stdout)


def overhead() -> None:
    """Print CPU time inside over CPU time in a plain process, in turns, for several programs."""
    rows, ratios = [], []
    with Sandbox(workers=1) as sandbox:
        for name, text in PROGRAMS.items():
            plain, pairs = [], []
            for _ in range(41):
                run = sandbox.run(Program(text, "f"), [call(SIZE)])
                plain.append(_forked(text))
                pairs.append(run.calls[0].figures.cpu / plain[-1])
            ratios.append(median(pairs))
            rows.append((name, f"{median(plain) * 1000:.1f}", f"{ratios[-1]:.3f}"))
    rows.append(("median", "", f"{median(ratios):.3f}"))
    print(markdown_table(("program", "CPU ms outside", "inside / outside"), rows))


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Keep so many processes busy."""
    command = [sys.executable, "-c", "while True: pass"]
    processes = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def power(trials: int, load: int) -> None:
    """Print how comparisons come out where the truth is known, with `load` busy processes."""
    rows = []
    with Sandbox(workers=1) as sandbox, busy(load):
        for factor in (1.0, 1.1, 1.3, 2.0):
            verdicts: Counter[str] = Counter()
            ratios, samples = [], 0
            for trial in range(trials):
                text = list(PROGRAMS.values())[trial % 5]
                more = text.replace("range(n)", f"range(int(n * {factor}))")
                # Only what gives the same results is compared.
                above, below = (Program(f"{one}{SAME}", "work") for one in (more, text))
                found = contest(above, below, [call(SIZE)], sandbox)
                verdicts[found.verdict] += 1
                samples += len(found.a.seconds)
                ratios.append(found.ratio.value)
            shares = [
                f"{verdicts[v] / trials:.0%}" for v in ("slower", "equal", "undecided", "faster")
            ]
            measured = f"{median(ratios):.3f}"
            rows.append((f"{factor}x", *shares, measured, f"{samples / trials:.1f}"))
    header = ("work", "slower", "equal", "undecided", "faster", "ratio, median", "samples a side")
    print(markdown_table(header, rows))


def memory() -> None:
    """Print what is measured of known allocations, and of a known area."""
    rows = []
    with Sandbox(workers=1) as sandbox:
        for size in (1, 5, 20, 100):
            program = Program(f"def f():\n    b = bytearray({size * MB})\n    return len(b)\n", "f")
            found = [sandbox.run(program, [call()]).calls[0].figures for _ in range(5)]
            peaks = [one.net / MB for one in found]
            error = max(abs(peak - size) for peak in peaks)
            rows.append((f"{size}", f"{median(peaks):.2f}", f"{error:.2f}"))
        print(markdown_table(("allocated, MiB", "measured, median", "largest error"), rows))
        steps = (
            "import time\ndef f():\n    held = []\n    for _ in range(2):\n"
            f"        held.append(bytearray({30 * MB}))\n        t = time.process_time()\n"
            "        while time.process_time() - t < 0.1:\n            pass\n"
        )
        order = Order(Program(steps, "f"), [call()], is_sampled=True)
        found = [sandbox.submit(order).result().calls[0].figures for _ in range(7)]
        # What it takes to fill the two steps is a slope up to each of them.
        slopes = [(one.cpu - 0.2) / 2 for one in found]
        truth = [
            30 * 0.1 + 60 * 0.1 + (15 + 45) * slope + one.base / MB * one.cpu
            for slope, one in zip(slopes, found, strict=True)
        ]
        areas = [one.area_cpu / MB for one in found]
        ratios = [area / true for area, true in zip(areas, truth, strict=True)]
    spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
    row = (f"{median(truth):.2f}", f"{median(areas):.2f}", spread)
    print(markdown_table(("area, MiB s", "measured, median", "measured / true"), [row]))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parts = ("throughput", "overhead", "power", "memory")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(parts))
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5, help="of `throughput`")
    parser.add_argument("--load", type=int, default=4, help="busy processes beside `power`")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(parts):
        sys.exit(f"sandbox: no part called {', '.join(sorted(unknown))}")
    for part in options.parts or parts:
        print(f"\n{part} (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)\n", flush=True)
        if part == "power":
            power(options.trials, options.load)
        elif part == "throughput":
            throughput(options.rounds)
        else:
            {"overhead": overhead, "memory": memory}[part]()


if __name__ == "__main__":
    main()
