"""Running a program on larger and larger inputs, until it takes long enough to say how it grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from effilint.measure import wire
from effilint.measure.growth import Growth, Point, growth
from effilint.measure.sandbox import Limits, Order, Program, Run, Sandbox
from effilint.measure.scaling import Example, Scaler

ENOUGH = 0.020  # CPU seconds of a run that noise does not hide
MOST = 5.0  # CPU seconds that a run may take
_RUNS = 3  # of a size; each in a process of its own
_STEP = 2.0  # times as large as the size before
_FEWEST = 5  # sizes that say how it grows
_LARGEST = 2_000_000  # items that inputs may have
_MEMORY = 1 << 30  # bytes
_OUTPUT = 64 << 20  # bytes


@dataclass(frozen=True)
class Ladder:
    """The points that were measured, one for each run, and why there are no more.

    A point's `n` is how many items, characters and cells its input has (for functions of numbers
    alone, the largest of those), its `cost` the CPU seconds of the run.
    """

    points: tuple[Point, ...]
    end: str

    def growth(self, *, seed: int = 0) -> Growth:
        """Return how the costs grow (see `effilint.measure.growth.growth`)."""
        return growth(self.points, seed=seed)


def ladder(
    program: Program,
    examples: Sequence[Example],
    sandbox: Sandbox,
    *,
    description: str | None = None,
    names: Sequence[str] | None = None,
    seed: int = 0,
    enough: float = ENOUGH,
    most: float = MOST,
) -> Ladder:
    """Run a function on the examples made larger, twofold each time.

    Goes on until a run takes `enough` CPU seconds and there are enough sizes to say how it grows,
    or until one takes more than `most`, or fails, or the inputs cannot grow. Of the examples the
    one that is largest at a size is used. Tuples are passed by position, dicts by name.
    """
    if program.entry is None:
        raise ValueError("a ladder is for functions: a script has no arguments")
    if not examples:
        return Ladder((), "there are no examples")
    scaler = Scaler(examples, description=description, names=names)
    limits = Limits(cpu=most, wall=4 * most, memory=_MEMORY, output=_OUTPUT)
    points: list[Point] = []
    sizes: set[int] = set()
    factor = 1.0
    while True:
        arguments, limit = _largest(scaler, factor, len(examples), seed)
        size = scaler.size_of(arguments)
        if size in sizes or size > _LARGEST:
            return Ladder(tuple(points), limit or "the inputs are as large as they may be")
        orders = [Order(program, [_call(arguments)], limits=limits) for _ in range(_RUNS)]
        runs = [future.result() for future in [sandbox.submit(order) for order in orders]]
        if problem := next(filter(None, map(_problem, runs)), ""):
            return Ladder(tuple(points), f"{problem} at n={size:,}")
        costs = [run.calls[0].figures.cpu for run in runs]
        points += [Point(size, cost) for cost in costs]
        sizes.add(size)
        if median(costs) >= enough and len(sizes) >= _FEWEST:
            return Ladder(tuple(points), f"a run takes {median(costs):.3f} s at n={size:,}")
        factor *= _STEP


def _largest(scaler: Scaler, factor: float, count: int, seed: int) -> tuple[Any, str]:
    """The largest of the examples after growing, and what limits it."""
    grown = [scaler.by(factor, number, seed=seed) for number in range(count)]
    best = max(grown, key=lambda g: scaler.size_of(g.arguments))
    return best.arguments, best.limit


def _call(arguments: Any) -> bytes:
    if isinstance(arguments, tuple):
        return wire.dump([list(arguments), {}])
    return wire.dump([[], arguments])


def _problem(run: Run) -> str:
    """Say why a run gave no figure; empty if it did."""
    if run.calls:
        raised = run.calls[0].raised
        return f"the program raises {raised}" if raised else ""
    if run.stop.how == "time":
        return "the program takes too long"
    return f"the program does not end well ({run.stop.how})"
