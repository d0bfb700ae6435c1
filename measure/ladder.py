"""Running a program on larger and larger inputs, until it takes long enough to say how it grows."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from effilint.measure import wire
from effilint.measure.growth import Growth, Point, growth
from effilint.measure.sandbox import Limits, Order, Program, Run, Sandbox
from effilint.measure.scaling import Example, Scaler
from effilint.measure.tests import Tests

ENOUGH = 0.020  # CPU seconds of a run that noise does not hide
MOST = 5.0  # CPU seconds that a run may take
_RUNS = 3  # of a size; each in a process of its own
_STEP = 2.0  # times as large as the size before
_FEWEST = 5  # sizes that say how it grows
_LARGEST = 2_000_000  # items that inputs may have; numbers may be larger
_MEMORY = 1 << 30  # bytes
_OUTPUT = 64 << 20  # bytes


@dataclass(frozen=True)
class Ladder:
    """The points that were measured, one for each run, and why there are no more.

    A point's `n` is how many items, characters and cells its input has (for functions of numbers
    alone, the largest of those), its `cost` the CPU seconds of the run. `inputs` are those that
    were run, smallest first, with their sizes.
    """

    points: tuple[Point, ...]
    end: str
    inputs: tuple[tuple[int, bytes], ...] = ()

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
    inputs: dict[int, bytes] = {}
    factor = 1.0
    while True:
        arguments, limit = _largest(scaler, factor, len(examples), seed)
        size, content = scaler.size_of(arguments), _call(arguments)
        if size in inputs or (size > _LARGEST and len(content) > _LARGEST):
            end = limit or "the inputs are as large as they may be"
            break
        orders = [Order(program, [content], limits=limits) for _ in range(_RUNS)]
        runs = [future.result() for future in [sandbox.submit(order) for order in orders]]
        if problem := next(filter(None, map(_problem, runs)), ""):
            end = f"{problem} at n={size:,}"
            break
        costs = [run.calls[0].figures.cpu for run in runs]
        points += [Point(size, cost) for cost in costs]
        inputs[size] = content
        if median(costs) >= enough and len(inputs) >= _FEWEST:
            end = f"a run takes {median(costs):.3f} s at n={size:,}"
            break
        factor *= _STEP
    return Ladder(tuple(points), end, tuple(inputs.items()))


def examples_of(tests: Tests, text: str) -> list[Example]:
    """Return the arguments of the tests' cases: by name, where the solution in `text` names them.

    None for a script. The names tie arguments to what a description says of them.
    """
    if tests.entry is None:
        return []
    names = _parameters(text, tests.entry)
    calls = [wire.load(case.input) for case in tests.cases]
    if all(len(given) <= len(names) for given, _ in calls):
        named = [{**dict(zip(names, given, strict=False)), **words} for given, words in calls]
        return [example for example in named if example.keys() == named[0].keys()]
    first = len(calls[0][0])
    return [tuple(given) for given, words in calls if not words and len(given) == first]


def _parameters(text: str, entry: str) -> list[str]:
    """The names that a function's arguments can be given by, in order."""
    try:
        body: Sequence[ast.stmt] = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    owner, _, name = entry.rpartition(".")
    if owner:
        body = [s for c in body if isinstance(c, ast.ClassDef) and c.name == owner for s in c.body]
    for statement in reversed(body):
        if isinstance(statement, ast.FunctionDef) and statement.name == name:
            is_static = any("staticmethod" in ast.dump(d) for d in statement.decorator_list)
            names = [argument.arg for argument in statement.args.args]
            is_plain = not statement.args.posonlyargs
            return names[1:] if is_plain and owner and not is_static else names * is_plain
    return []


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
    return f"the program {run.stop.reason}"
