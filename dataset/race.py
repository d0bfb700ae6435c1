"""All solutions of a problem on the same inputs, in turns, at size after size.

An input counts only where the solutions agree on the answer. Who takes too long at one size does
not run at larger ones, so that the race goes on until the fastest has taken long enough.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median, mode
from typing import Any

from effilint.dataset.problems import Problem
from effilint.dataset.records import Course, Record
from effilint.dataset.rungs import FunctionRungs, Rung, script_rungs
from effilint.measure import (
    BadTestsError,
    Limits,
    Order,
    Program,
    Rule,
    Run,
    Sandbox,
    Tests,
    Verdict,
    parameters_of,
    submit_tests,
)
from effilint.measure.results import results_of

_ENOUGH = 0.008  # CPU seconds of the fastest, after which nothing larger is tried
_FEWEST = 5  # sizes
_BRIEF = 0.001  # CPU seconds of the slowest, below which sizes grow faster and run once
_STEP, _LEAP = 2.0, 4.0
_SLOW = 0.2  # of the limit: who takes this does not run at the next size
_ENOUGH_AGREE = 2 / 3  # of those that answer
_ANCHORS = 3  # solutions whose answers are tried as the right ones
_ATTEMPTS = 2  # at inputs of one size on which solutions agree
_SAMPLE = 0.002  # CPU seconds of calls that make a sample of the last size
_MOST_CALLS = 15  # in it
_PROFIT = 5.0  # times as long as the usual one takes a call whose work later ones spare
_MOST_REPETITIONS = 5
_LIMITED = "the inputs are as large as they may be"
_MOST_CASES = 50  # of a script's tests that judge it
_LIMITS = Limits(cpu=1.0, wall=8.0, memory=1 << 30, output=48 << 20)
_SCRIPT_LIMITS = replace(_LIMITS, cpu=2.0)


def race(problem: Problem, sandbox: Sandbox, python: str, *, seed: int = 0) -> Record:
    """Judge all solutions of a problem and measure those that are accepted.

    `python` is the version of the sandbox's interpreter, for the record. Raises `SandboxError`
    where the sandbox is lost, never for a bad problem or solution.
    """
    record = Record(problem.id, seed, python, sandbox.level.label)
    try:
        tests = _fewer(Tests.from_content(problem.tests, sandbox=sandbox), seed)
    except BadTestsError as error:
        record.end = f"no tests: {error}"
        return record
    entrants = _judged(problem, tests, sandbox)
    record.solutions = {entrant.id: entrant.course for entrant in entrants}
    accepted = [entrant for entrant in entrants if entrant.course.verdict == Verdict.ACCEPTED]
    if not accepted:
        record.end = "no solution is accepted"
        return record
    _Race(record, accepted, _rule(problem, tests), sandbox).run(problem, tests)
    return record


@dataclass
class _Entrant:
    id: str
    program: Program
    course: Course
    costs: list[float] = field(default_factory=list)  # CPU seconds of the latest size, by run

    @property
    def cost(self) -> float:
        return min(self.costs, default=0.0)


def _fewer(tests: Tests, seed: int) -> Tests:
    if tests.entry is not None or len(tests.cases) <= _MOST_CASES:
        return tests
    return replace(tests, cases=tuple(random.Random(seed).sample(tests.cases, _MOST_CASES)))


def _judged(problem: Problem, tests: Tests, sandbox: Sandbox) -> list[_Entrant]:
    limits = replace(_SCRIPT_LIMITS if tests.entry is None else _LIMITS, cpu=4.0, wall=16.0)
    pending = [
        submit_tests(s.code, tests, sandbox=sandbox, limits=limits) for s in problem.solutions
    ]
    found = []
    for solution, one in zip(problem.solutions, pending, strict=True):
        report = one.result()
        course = Course(str(report.verdict), round(report.passed, 4))
        program = Program(solution.code, tests.entry, tests.prelude)
        found.append(_Entrant(solution.id, program, course))
    return found


def _rule(problem: Problem, tests: Tests) -> Rule:
    """When two answers to a larger input are the same."""
    rules = {case.rule or tests.rule for case in tests.cases}
    rule = rules.pop() if len(rules) == 1 else tests.rule
    is_any_order = "any order" in problem.description.lower()
    return replace(rule, any_of=False, unordered=rule.unordered or is_any_order)


class _Race:
    def __init__(
        self, record: Record, entrants: list[_Entrant], rule: Rule, sandbox: Sandbox
    ) -> None:
        self._record, self._live, self._rule, self._sandbox = record, entrants, rule, sandbox
        self._rng = random.Random(f"{record.seed} {record.problem}")
        self._is_script = entrants[0].program.entry is None
        self._limits = _SCRIPT_LIMITS if self._is_script else _LIMITS
        self._last: tuple[Rung, list[_Entrant]] | None = None

    def run(self, problem: Problem, tests: Tests) -> None:
        if self._is_script:
            self._over_inputs(problem, tests)
        else:
            self._over_sizes(problem, tests)
        self._repeat_last()

    def _over_inputs(self, problem: Problem, tests: Tests) -> None:
        seed = self._record.seed
        for rung in script_rungs(tests, problem.generators, self._sandbox, seed=seed):
            if not self._live:
                self._record.end = "all are slow"
                return
            self._climb(rung)
        self._record.end = "there are no larger inputs"

    def _over_sizes(self, problem: Problem, tests: Tests) -> None:
        text = self._usual().text
        try:
            rungs = FunctionRungs(tests, text, problem.description, seed=self._record.seed)
        except ValueError as error:
            self._record.end = f"the inputs cannot grow: {error}"
            return
        self._record.end = self._up(rungs, 1.0)
        if self._record.end != _LIMITED or not self._record.sizes or not problem.description:
            return
        # Small bounds hide how programs grow: go on beyond them, as far as answers agree.
        self._record.within = self._count()
        freely = FunctionRungs(tests, text, "", seed=self._record.seed)
        self._up(freely, _STEP * self._record.sizes[-1] / max(self._record.sizes[0], 1))

    def _usual(self) -> Program:
        """One whose parameters are named as most name them: as the description does, likely."""
        programs = [entrant.program for entrant in self._live]
        names = [tuple(parameters_of(one.text, one.entry or "")) for one in programs]
        return programs[names.index(mode(names))]

    def _up(self, rungs: FunctionRungs, factor: float) -> str:
        """Climb until the fastest has taken long enough; return why there is no more."""
        failures, size = 0, self._record.sizes[-1] if self._record.sizes else 0
        while self._live and failures < _ATTEMPTS:
            rung = rungs.at(factor)
            if rung is None:
                return "no larger inputs are tried"
            if rung.n <= size:
                return _LIMITED
            size = rung.n
            is_agreed = self._climb(rung)
            if not is_agreed:
                other = rungs.at(factor, attempt=1)
                is_agreed = other is not None and self._climb(other)
            failures = 0 if is_agreed else failures + 1
            costs = [entrant.cost for entrant in self._live]
            if is_agreed and costs and min(costs) >= _ENOUGH and self._count() >= _FEWEST:
                return "the fastest has taken long enough"
            factor *= _LEAP if max(costs, default=0.0) < _BRIEF else _STEP
        return "the solutions do not agree" if self._live else "all are slow"

    def _count(self) -> int:
        return len(self._record.sizes)

    def _climb(self, rung: Rung) -> bool:
        """Run all that are left on inputs of one size; whether they agree on any of them."""
        found = self._agreed(rung)
        if found is None:
            return False
        rung, runs = found
        self._record.sizes.append(rung.n)
        finished = []
        for entrant in list(self._live):
            run = runs[entrant.id]
            entrant.course.end = _problem(run, len(rung.inputs))
            if entrant.course.end:
                if run.stop.how == "time":
                    entrant.course.over = round(self._limits.cpu * 1e6)
                self._live.remove(entrant)
                continue
            finished.append(entrant)
            entrant.costs = []
            entrant.course.cpu.append([])
            entrant.course.memory.append(0)
            self._note(entrant, run)
        self._record.agreed.append(len(finished))
        for _ in range(2):
            again = [e for e in finished if len(e.costs) < _repetitions(e.cost)]
            self._again(rung, again)
        self._last = rung, finished
        for entrant in finished:
            if entrant.cost >= _SLOW * self._limits.cpu:
                entrant.course.end = "slow"
                self._live.remove(entrant)
        return True

    def _agreed(self, rung: Rung) -> tuple[Rung, dict[str, Run]] | None:
        """The inputs on which most agree, and the runs on them; None if there are none."""
        candidates = list(self._live)
        for _ in range(_ANCHORS):
            if not candidates:
                return None
            anchor = candidates.pop(0)
            order = self._order(anchor, rung.inputs)
            first = self._sandbox.submit(order).result()
            expected = results_of(first, order)
            if expected is None:
                continue
            runs = {anchor.id: replace(first, calls=tuple(map(_right, first.calls)))}
            others = [entrant for entrant in self._shuffled(self._live) if entrant is not anchor]
            for entrant in others:
                runs[entrant.id] = self._run(entrant, rung.inputs, expected)
            counting = [n for n in range(len(rung.inputs)) if _is_agreed(runs.values(), n)]
            if counting:
                self._live.sort(key=lambda entrant: entrant is not anchor)
                kept = Rung(rung.n, tuple(rung.inputs[n] for n in counting))
                values = [expected[n] for n in counting]
                for entrant in others:
                    run = runs[entrant.id]
                    # Who died of an input that does not count is not to blame.
                    is_cut_short = len(run.calls) < len(rung.inputs)
                    if is_cut_short and len(counting) < len(rung.inputs):
                        runs[entrant.id] = self._run(entrant, kept.inputs, values)
                    else:
                        runs[entrant.id] = _only(run, counting)
                runs[anchor.id] = _only(runs[anchor.id], counting)
                return kept, runs
            candidates.sort(key=lambda entrant: not _disagrees(runs[entrant.id]))
        return None

    def _run(
        self, entrant: _Entrant, inputs: Sequence[bytes], expected: list[Any] | None = None
    ) -> Run:
        return self._sandbox.submit(self._order(entrant, inputs, expected)).result()

    def _order(
        self, entrant: _Entrant, inputs: Sequence[bytes], expected: list[Any] | None = None
    ) -> Order:
        rules: Rule | list[Rule] = self._rule
        if expected is not None:
            rules = [_for(value, self._rule) for value in expected]
        return Order(
            entrant.program,
            inputs,
            expected,
            rules,
            limits=self._limits,
            keeps_arguments=self._rule.target is not None,
        )

    def _again(self, rung: Rung, entrants: Sequence[_Entrant]) -> None:
        for entrant in self._shuffled(entrants):
            run = self._run(entrant, rung.inputs)
            if not _problem(run, len(rung.inputs)):
                self._note(entrant, run)

    def _repeat_last(self) -> None:
        """Add repetitions at the last size, where pairs are told apart."""
        if self._last is None:
            return
        rung, finished = self._last
        for number in range(_MOST_REPETITIONS):
            again = [e for e in finished if number < _last_repetitions(e.cost)]
            for entrant in self._shuffled(again):
                self._note_again(entrant, rung, _calls(entrant.cost))
        self._record.floor = self._floor(rung, finished[0].program) if finished else 0

    def _note_again(self, entrant: _Entrant, rung: Rung, calls: int) -> None:
        """Add a repetition of as many calls in one process: each input's figure is the median."""
        run = self._run(entrant, [content for content in rung.inputs for _ in range(calls)])
        if not _problem(run, len(rung.inputs) * calls):
            entrant.course.cpu[-1].append(_medians(run, calls))

    def _floor(self, rung: Rung, program: Program) -> int:
        """The microseconds of a call that does nothing, which are in every figure."""
        owner, _, name = (program.entry or "").rpartition(".")
        if not name:
            return 0
        text = f"def {name}(*arguments, **named): pass"
        text = f"class {owner}:\n    {text}" if owner else text
        nothing = _Entrant("", replace(program, text=text), Course("", 0.0))
        runs = [self._run(nothing, rung.inputs[:1] * _MOST_CALLS) for _ in range(3)]
        return round(median(_medians(run, _MOST_CALLS)[0] for run in runs if run.calls))

    def _note(self, entrant: _Entrant, run: Run) -> None:
        figures = [call.figures for call in run.calls]
        entrant.course.cpu[-1].append([round(one.charged * 1e6) for one in figures])
        entrant.costs.append(sum(one.charged for one in figures))
        most = max(one.net for one in figures)
        entrant.course.memory[-1] = max(entrant.course.memory[-1], most)

    def _shuffled(self, entrants: Sequence[_Entrant]) -> Iterator[_Entrant]:
        return iter(self._rng.sample(list(entrants), len(entrants)))


def _calls(cost: float) -> int:
    """How many calls make a sample that noise does not hide."""
    return max(1, min(_MOST_CALLS, round(_SAMPLE / max(cost, 1e-6))))


def _medians(run: Run, calls: int) -> list[int]:
    """Microseconds for each input; the first of equal calls, if those after it profit from it."""
    charged = [call.figures.charged * 1e6 for call in run.calls]
    groups = [charged[start : start + calls] for start in range(0, len(charged), calls)]
    middles = [(median(group), group[0]) for group in groups]
    return [round(first if first > _PROFIT * usual else usual) for usual, first in middles]


def _repetitions(cost: float) -> int:
    if cost < _BRIEF:
        return 1
    return 3 if cost < 0.1 else 2 if cost < 0.3 else 1


def _last_repetitions(cost: float) -> int:
    return _MOST_REPETITIONS if cost < 0.1 else 3 if cost < 0.5 else 2


def _for(value: Any, rule: Rule) -> Rule:
    """The rule for one answer: sums of floats in another order are the same."""
    is_float = isinstance(value, float) and rule.tolerance is None
    return replace(rule, tolerance=1e-6) if is_float else rule


def _right(call: Any) -> Any:
    return replace(call, is_right=True)


def _is_agreed(runs: Any, number: int) -> bool:
    """Whether most of those that answer an input give the same answer."""
    calls = [run.calls[number] for run in runs if len(run.calls) > number]
    answers = [call for call in calls if call.raised is None]
    right = sum(bool(call.is_right) for call in answers)
    return right >= _ENOUGH_AGREE * len(answers)


def _disagrees(run: Run) -> bool:
    return any(call.is_right is False and call.raised is None for call in run.calls)


def _only(run: Run, numbers: Sequence[int]) -> Run:
    return replace(run, calls=tuple(run.calls[n] for n in numbers if n < len(run.calls)))


def _problem(run: Run, count: int) -> str:
    """Why a solution does not go on; empty if it does."""
    for call in run.calls:
        if call.raised is not None:
            return f"raises {call.raised}"
        if call.is_right is False:
            return f"unreadable: {call.opaque}" if call.opaque else "disagrees"
    if len(run.calls) < count:
        return run.stop.how if run.stop.how != "finished" else "failed"
    return ""
