"""Running a program on larger and larger inputs, until it takes long enough to say how it grows."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from effilint.measure import wire
from effilint.measure.equality import Rule
from effilint.measure.growth import Growth, Point, growth
from effilint.measure.results import results_of
from effilint.measure.sandbox import Limits, Order, Program, Run, Sandbox
from effilint.measure.scaling import Example, Scaler, scalers
from effilint.measure.tests import Tests

ENOUGH = 0.020  # CPU seconds of a run that noise does not hide
MOST = 5.0  # CPU seconds that a run may take
_RUNS = 3  # of a size; each in a process of its own
_STEP = 2.0  # times as large as the size before
_SMALL_STEP = 1.125  # the same, up to a size that is too large; or one more item
_FEWEST = 5  # sizes that say how it grows
_CLEAR = 20  # times the least cost is well above what a call costs anyway
_CLEAR_SIZES = 3  # that cost so much
_TOO_LARGE = ("time", "memory", "output", "MemoryError", "RecursionError")
_LARGEST = 2_000_000  # items that inputs may have; numbers may be larger
_MEMORY = 1 << 30  # bytes
_PLAIN = Rule()
_OUTPUT = 48 << 20  # bytes


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
    reference: Program | None = None,
    rule: Rule = _PLAIN,
    enough: float = ENOUGH,
    most: float = MOST,
) -> Ladder:
    """Run a function on the examples made larger, twofold each time.

    With a `reference`, the program must return what that one does, by this `rule`, at every
    size; without one nobody looks at what it returns. Goes on until a run takes `enough` CPU
    seconds, and there are enough sizes well above the cost of a call to say how it grows; or until
    one takes more than `most`, or fails, or the inputs cannot grow. If there is not enough time or
    memory for a size, sizes below that follow in small steps. Of the examples the one that is
    largest at a size is used. Tuples are passed by position, dicts by name.
    """
    if program.entry is None:
        raise ValueError("a ladder is for functions: a script has no arguments")
    if not examples:
        return Ladder((), "there are no examples")
    found = scalers(examples, description=description, names=names)
    limits = Limits(cpu=most, wall=4 * most, memory=_MEMORY, output=_OUTPUT)
    climb = _Climb(found, seed, _Race(program, sandbox, limits, reference, rule), enough)
    end = climb.doubled()
    if climb.is_too_large and climb.inputs:
        end = climb.narrowed() or end
    return Ladder(tuple(climb.points), end, tuple(climb.inputs.items()))


class _Race(NamedTuple):
    """A program, and how it is run."""

    program: Program
    sandbox: Sandbox
    limits: Limits
    reference: Program | None
    rule: Rule

    def runs(self, content: bytes) -> tuple[list[Run], str]:
        """Return the runs on an input, and why they do not count: then, the one that failed."""
        expected = None
        if self.reference is not None:
            order = self._order(self.reference, content, None)
            run = self.sandbox.submit(order).result()
            expected = results_of(run, order)
            if expected is None:
                return [run], "the reference gives no result"
        order = self._order(self.program, content, expected)
        found: list[Run] = []
        for count in (1, _RUNS - 1):  # the first alone: what is too large takes long
            waiting = [self.sandbox.submit(order) for _ in range(count)]
            for run in [future.result() for future in waiting]:
                if problem := _problem(run):
                    return [run], problem
                found.append(run)
        return found, ""

    def _order(self, program: Program, content: bytes, expected: list[Any] | None) -> Order:
        keeps = self.rule.target is not None
        return Order(program, [content], expected, self.rule, self.limits, keeps_arguments=keeps)


class _Climb:
    """The sizes that a program was run on, and what it took there."""

    def __init__(
        self, found: Sequence[tuple[Scaler, int]], seed: int, race: _Race, enough: float
    ) -> None:
        self._scalers, self._seed, self._race, self._enough = found, seed, race, enough
        self._factor = 1.0
        self._costs: list[float] = []
        self.points: list[Point] = []
        self.inputs: dict[int, bytes] = {}
        self.is_too_large = False

    def doubled(self) -> str:
        """Go up to sizes that are enough, or too large; return why there are no more."""
        while not (end := self._at(self._factor)):
            self._factor *= _STEP
        return end

    def narrowed(self) -> str:
        """Go from the last size towards the one that was too large, by small steps.

        Return why there are no more; nothing if that size was reached.
        """
        factor, end = self._factor / _STEP, ""
        while not end:
            factor *= max(_SMALL_STEP, 1 + 1 / max(self.inputs))
            if factor >= self._factor:
                break
            end = self._at(factor)
        return end

    def _at(self, factor: float) -> str:
        """Run the program at a size; return why it was the last, or nothing."""
        size, content, limit = _largest(self._scalers, factor, self._seed)
        if size in self.inputs and self.is_too_large:
            return ""
        if size in self.inputs or (size > _LARGEST and len(content) > _LARGEST):
            return limit or "the inputs are as large as they may be"
        runs, problem = self._race.runs(content)
        if problem:
            self.is_too_large = _is_too_large(runs[0])
            return f"{problem} at n={size:,}"
        costs = [run.calls[0].charged for run in runs]
        self.points += [Point(size, cost) for cost in costs]
        self.inputs[size] = content
        self._costs.append(median(costs))
        return f"a run takes {median(costs):.3f} s at n={size:,}" if self._is_enough() else ""

    def _is_enough(self) -> bool:
        if len(self._costs) < _FEWEST or self._costs[-1] < self._enough:
            return False
        clear = min(self._enough, _CLEAR * min(self._costs))
        return sum(cost >= clear for cost in self._costs) >= _CLEAR_SIZES


def examples_of(tests: Tests, text: str) -> list[Example]:
    """Return the arguments of the tests' cases, as far as they are as many as in the first.

    They are given as the tests give them, by place unless some name them: another solution may
    name its parameters otherwise than the one in `text`. None for a script.
    """
    if tests.entry is None:
        return []
    calls = [wire.load(case.input) for case in tests.cases]
    names = parameters_of(text, tests.entry) if any(words for _, words in calls) else []
    if all(len(given) <= len(names) for given, _ in calls):
        named = [{**dict(zip(names, given, strict=False)), **words} for given, words in calls]
        return [example for example in named if example.keys() == named[0].keys()]
    first = len(calls[0][0])
    return [tuple(given) for given, words in calls if not words and len(given) == first]


def names_of(examples: Sequence[Example], text: str, entry: str | None) -> list[str] | None:
    """Return the names that a solution has for the arguments of examples, if it has so many.

    They tie arguments given by place to what a description says of them.
    """
    if entry is None or not examples:
        return None
    count = len(examples[0])
    names = parameters_of(text, entry)[:count]
    return names if len(names) == count else None


def parameters_of(text: str, entry: str) -> list[str]:
    """Return the names that a function's arguments can be given by, in order; none if unknown."""
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


def _largest(
    found: Sequence[tuple[Scaler, int]], factor: float, seed: int
) -> tuple[int, bytes, str]:
    """The largest of the examples after growing: its size, the call, and what limits it."""
    grown = [(scaler, scaler.by(factor, number, seed=seed)) for scaler, number in found]
    sized = [(scaler.size_of(g.arguments), g) for scaler, g in grown]
    size, best = max(sized, key=lambda pair: pair[0])
    return size, call_on(best.arguments), best.limit


def call_on(arguments: Example) -> bytes:
    """Return the input that stands for a call with an example: a tuple by place, a dict by name."""
    if isinstance(arguments, tuple):
        return wire.dump([list(arguments), {}])
    return wire.dump([[], dict(arguments)])


def _problem(run: Run) -> str:
    """Say why a run gave no figure; empty if it did."""
    if run.calls:
        call = run.calls[0]
        if call.raised is None and call.is_right is False:
            return "the program gives another result than the reference"
        return f"the program raises {call.raised}" if call.raised else ""
    return f"the program {run.stop.reason}"


def _is_too_large(run: Run) -> bool:
    """Whether there was not enough time or memory for an input."""
    return (run.calls[0].raised if run.calls else run.stop.how) in _TOO_LARGE
