"""The tests of a problem, and inputs for its programs that grow."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from effilint.dataset.problems import Problem
from effilint.dataset.rungs import script_rungs
from effilint.measure import (
    BadTestsError,
    Sandbox,
    Scaler,
    Tests,
    call_on,
    examples_of,
    names_of,
)
from effilint.measure.scaling import Example

STEP = 4.0  # times as large as the input before
LARGEST, BYTES = 150_000, 700_000  # items of an input, and bytes
_CASES = 12  # of the tests of a script


class UnfitError(Exception):
    """No twins can be proved of this program; `str` says why."""


@dataclass
class Bench:
    """The tests and the inputs of one problem, made once for all of its programs and threads."""

    problem: Problem
    sandbox: Sandbox
    _tests: Tests | None = None
    _scripts: list[tuple[int, bytes]] | None = None
    _growing: dict[tuple[str, ...], _Growing] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def tests(self) -> Tests:
        """The tests; `UnfitError` if there are none."""
        with self._lock:
            if self._tests is None:
                self._tests = self._loaded()
            return self._tests

    def _loaded(self) -> Tests:
        if not self.problem.tests:
            raise UnfitError("the problem has no tests")
        try:
            tests = Tests.from_content(dict(self.problem.tests), sandbox=self.sandbox)
        except BadTestsError as error:
            raise UnfitError(f"the tests cannot be used: {error}") from None
        if tests.entry is not None or len(tests.cases) <= _CASES:
            return tests
        step = len(tests.cases) / _CASES
        cases = tuple(tests.cases[int(number * step)] for number in range(_CASES))
        return Tests(cases, None, tests.prelude, tests.rule, tests.limits)

    def inputs_of_scripts(self) -> list[tuple[int, bytes]]:
        """The sizes and inputs of a script, smallest first."""
        tests = self.tests
        with self._lock:
            if self._scripts is None:
                rungs = script_rungs(tests, self.problem.generators, self.sandbox)
                found = {content for rung in rungs for content in rung.inputs}
                self._scripts = sorted((len(c), c) for c in found if len(c) < BYTES)
            return self._scripts

    def grown(self, text: str, step: int) -> tuple[int, bytes] | None:
        """The arguments for a function made larger so many times; None where there are none.

        They keep to the constraints of the description as long as these allow to grow.
        """
        examples = examples_of(self.tests, text)
        if not examples:
            return None
        known = tuple(examples[0]) if isinstance(examples[0], dict) else ()
        names = known or tuple(names_of(examples, text, self.tests.entry) or ())
        with self._lock:
            if names not in self._growing:
                self._growing[names] = _Growing(examples, self.problem.description, names)
            return self._growing[names].at(step)


class _Growing:
    """The arguments of tests made larger and larger; each size is made once."""

    def __init__(self, examples: Sequence[Example], description: str, names: Sequence[str]) -> None:
        self._bound = Scaler(examples, description=description or None, names=names)
        self._free = Scaler(examples, names=names)
        self._is_bound = True
        sizes = [self._bound.size_of(example) for example in examples]
        self._number = sizes.index(max(sizes))
        self._known: dict[int, tuple[int, bytes] | None] = {}

    def at(self, step: int) -> tuple[int, bytes] | None:
        if step not in self._known:
            self._known[step] = self._made(step)
        return self._known[step]

    def _made(self, step: int) -> tuple[int, bytes] | None:
        before = self.at(step - 1) if step else None
        if step and (before is None or _is_large(STEP * before[0], STEP * len(before[1]))):
            return None
        factor = STEP**step
        grown = (self._bound if self._is_bound else self._free).by(factor, self._number)
        if grown.limit and self._is_bound:  # the program may take more than the description allows
            self._is_bound = False
            grown = self._free.by(factor, self._number)
        size, content = self._free.size_of(grown.arguments), call_on(grown.arguments)
        return None if content == (before or (0, b""))[1] else (size, content)


def _is_large(n: float, length: float) -> bool:
    """Whether an input is too large: one of many items, not a large number."""
    return length > BYTES or (n > LARGEST and length > LARGEST)
