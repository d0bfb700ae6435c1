"""Whether twins of a program give its answers, and take more than it does: by running both.

A twin passes the tests, and answers like the original on larger inputs (what it does to its
arguments included). On the largest of these that it finishes in time, or on a smaller one where it
takes several times as long already, each of its runs takes more than any of the original's, by
turns. What it takes more of is processor time, or memory where that is the point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from effilint.dataset.bench import BYTES, Bench, UnfitError
from effilint.measure import (
    Call,
    Limits,
    Order,
    Program,
    Run,
    Verdict,
    run_tests,
)

LEAST_RATIO = 1.1
_ROUNDS = 3
_PROMISING = 1.03  # a first ratio below is not worth the rounds
_ENOUGH = 0.005  # CPU seconds of a twin's sample
_CLEAR, _QUICK = 3.0, 0.05  # a ratio that any size shows, and CPU seconds that are enough
_MOST_REPEATS = 20  # of a short call, that are added up
_LONG = 0.012  # CPU seconds of the original after which inputs need not grow
_ORIGINAL_LIMIT, _TWIN_LIMIT = 0.1, 0.3
_FIRST_STEPS, _STEPS = 3, 12  # of the inputs that are tried at once, and at all
_RUNGS, _SCRIPT_RUNGS = 6, 3  # inputs that twins are run on
LEAST_MEMORY = 256 << 10  # bytes that a process takes now and then for nothing
_NO_MORE_MEMORY = "takes no more memory"
_MEMORY, _OUTPUT = 1 << 30, 32 << 20


class Reason(NamedTuple):
    """Why a twin is thrown away."""

    words: str


@dataclass(frozen=True)
class Figures:
    """What a twin took beside its original: seconds and bytes on an input of size `n`.

    Medians of runs by turns; `repeats` calls are added up in each.
    """

    n: int
    repeats: int
    cpu: tuple[float, float]  # the original's, the twin's
    memory: tuple[int, int]

    @property
    def ratio(self) -> float:
        """How many times as long the twin takes."""
        return self.cpu[1] / max(self.cpu[0], 1e-9)

    @property
    def memory_ratio(self) -> float:
        """How many times as much memory the twin takes beyond that of the start.

        What the original takes counts as `LEAST_MEMORY` at least.
        """
        return self.memory[1] / max(self.memory[0], LEAST_MEMORY)


@dataclass(frozen=True)
class Twin:
    """A text to prove, and whether it is memory that it has to take more of."""

    text: str
    is_of_memory: bool = False


@dataclass
class _Rung:
    n: int
    content: bytes
    answer: Call


class Proof:
    """Proves twins of one program; `UnfitError` if it does not pass its tests, or cannot be run."""

    def __init__(self, bench: Bench, text: str) -> None:
        self._bench, self._tests = bench, bench.tests
        self._original = text
        report = run_tests(text, self._tests, sandbox=bench.sandbox)
        if report.verdict is not Verdict.ACCEPTED:
            raise UnfitError(f"the program is not right: {report.verdict}")
        self._rungs = self._script_rungs() if self._tests.entry is None else self._climbed()
        if not self._rungs:
            raise UnfitError("the program finishes on no larger input")

    def _climbed(self) -> list[_Rung]:
        """The inputs of a function, larger and larger until it takes its time."""
        found: list[_Rung] = []
        step = -1
        while step < _STEPS:
            steps = range(step + 1, step + 1 + (_FIRST_STEPS if step < 0 else 1))
            step = steps[-1]
            grown = [self._bench.grown(self._original, number) for number in steps]
            more = self._answered([one for one in grown if one is not None])
            found += more
            if len(more) < len(steps) or found[-1].answer.charged > _LONG:
                break
        return found[-_RUNGS:]

    def _script_rungs(self) -> list[_Rung]:
        """A few inputs of a script, up to one that takes it long enough."""
        found = self._answered(self._bench.inputs_of_scripts())
        found.sort(key=lambda rung: rung.answer.charged)
        enough = [rung for rung in found if rung.answer.charged > _LONG]
        return (found[: found.index(enough[0]) + 1] if enough else found)[-_SCRIPT_RUNGS:]

    def _answered(self, inputs: Sequence[tuple[int, bytes]]) -> list[_Rung]:
        """Those that the original answers in time, up to the first that it does not."""
        run = self._run(self._original, [content for _, content in inputs], _ORIGINAL_LIMIT)
        found = []
        for (n, content), answer in zip(inputs, run.calls, strict=False):
            if answer.raised or answer.opaque:
                break
            found.append(_Rung(n, content, answer))
        return found

    def results(self, twins: Sequence[Twin]) -> list[Figures | Reason]:
        """Return for each twin what it takes, or why it is none."""
        found: list[Figures | Reason | None] = [None] * len(twins)
        places: dict[int, tuple[_Rung, int]] = {}
        for number, twin in enumerate(twins):
            place = self._place(twin)
            if isinstance(place, Reason):
                found[number] = place
            else:
                places[number] = place
        samples = self._samples(twins, places)
        for number, place in places.items():
            twin = twins[number]
            result = self._judged(twin, place, *samples[number])
            found[number] = self._tested(twin, result) if isinstance(result, Figures) else result
        return [result for result in found if result is not None]

    def _tested(self, twin: Twin, figures: Figures) -> Figures | Reason:
        report = run_tests(twin.text, self._tests, sandbox=self._bench.sandbox)
        is_right = report.verdict is Verdict.ACCEPTED
        return figures if is_right else Reason(f"tests: {report.verdict}")

    def _place(self, twin: Twin) -> tuple[_Rung, int] | Reason:
        """The input to time a twin on, and how often to call it, once its answers are right."""
        run = self._run(twin.text, [rung.content for rung in self._rungs], _TWIN_LIMIT)
        reached: list[tuple[_Rung, Call]] = []
        for rung, answer in zip(self._rungs, run.calls, strict=False):
            if answer.raised == "RecursionError" and reached:
                break
            if answer.opaque or not self._is_same(answer, rung.answer):
                return Reason("other answers on larger inputs")
            reached.append((rung, answer))
        if not reached:
            return Reason("finishes on no larger input")
        return _timed_on(reached, is_of_memory=twin.is_of_memory)

    def _is_same(self, answer: Call, wanted: Call) -> bool:
        """Whether the answers are equal; of what scripts print white space does not count."""
        if answer.raised or answer.value is None or wanted.value is None:
            return False
        if self._tests.entry is None:
            return answer.value.split() == wanted.value.split()
        return answer.value == wanted.value

    def _samples(
        self, twins: Sequence[Twin], places: dict[int, tuple[_Rung, int]]
    ) -> dict[int, tuple[list[Run], list[Run]]]:
        """Runs of the original and of each twin, by turns; the original's serve all of a size."""
        samples: dict[int, tuple[list[Run], list[Run]]] = {n: ([], []) for n in places}
        left = dict(places)
        for _ in range(_ROUNDS):
            originals: dict[tuple[int, int], Run] = {}
            for number, (rung, repeats) in list(left.items()):
                key = (self._rungs.index(rung), repeats)
                contents = [rung.content] * repeats
                if key not in originals:
                    originals[key] = self._run(self._original, contents, _ORIGINAL_LIMIT * 4)
                twin, sides = twins[number], samples[number]
                sides[0].append(originals[key])
                sides[1].append(self._run(twin.text, contents, _TWIN_LIMIT * 2))
                if isinstance(self._judged(twin, places[number], *sides), Reason):
                    del left[number]  # what does not show each time is not sure
        return samples

    def _judged(
        self, twin: Twin, place: tuple[_Rung, int], original: Sequence[Run], runs: Sequence[Run]
    ) -> Figures | Reason:
        rung, repeats = place
        for run in (*original, *runs):
            if len(run.calls) < repeats:
                return Reason("does not finish again")
            if not all(self._is_same(c, rung.answer) for c in run.calls):
                return Reason("other answers when run again")
        cpu = [[sum(c.charged for c in run.calls) for run in side] for side in (original, runs)]
        peaks = [
            [max(c.figures.net for c in run.calls) for run in side] for side in (original, runs)
        ]
        figures = Figures(
            rung.n,
            repeats,
            (median(cpu[0]) / repeats, median(cpu[1]) / repeats),
            (int(median(peaks[0])), int(median(peaks[1]))),
        )
        if twin.is_of_memory:
            is_more = min(peaks[1]) >= max(peaks[0]) + LEAST_MEMORY
            is_enough = figures.memory_ratio >= LEAST_RATIO
            return figures if is_more and is_enough else Reason(_NO_MORE_MEMORY)
        if min(cpu[1]) <= max(cpu[0]) or figures.ratio < LEAST_RATIO:
            return Reason("not slower")
        return figures

    def _run(self, text: str, contents: Sequence[bytes], seconds: float) -> Run:
        limits = Limits(cpu=seconds, wall=8 * seconds + 2, memory=_MEMORY, output=_OUTPUT)
        program = Program(text, self._tests.entry, self._tests.prelude)
        is_function = self._tests.entry is not None
        order = Order(program, contents, limits=limits, keeps_arguments=is_function)
        return self._bench.sandbox.submit(order).result()


def _timed_on(
    reached: Sequence[tuple[_Rung, Call]], *, is_of_memory: bool
) -> tuple[_Rung, int] | Reason:
    """The largest input that was reached, or a smaller one where a clear ratio shows sooner."""
    rung, answer = reached[-1]
    if is_of_memory:
        before, after = (c.figures.net for c in (rung.answer, answer))
        return (rung, 1) if after > before + LEAST_MEMORY / 2 else Reason(_NO_MORE_MEMORY)
    seconds = answer.charged
    if seconds < _PROMISING * rung.answer.charged:
        return Reason("not slower")
    for smaller, its in reversed(reached):
        if its.charged < 2 * _ENOUGH or its.charged < _CLEAR * smaller.answer.charged:
            break
        rung, seconds = smaller, its.charged
        if seconds < _QUICK:
            break
    repeats = math.ceil(_ENOUGH / max(seconds, 1e-6))
    if repeats > 1 and (repeats > _MOST_REPEATS or repeats * len(rung.content) > BYTES):
        return Reason("too quick to tell")
    return rung, repeats
