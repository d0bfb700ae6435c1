"""A solution's figures, once it is known to be right; and two solutions side by side."""

from __future__ import annotations

from dataclasses import dataclass

from effilint.measure.contest import (
    FIRST,
    MOST,
    CannotCompareError,
    Comparison,
    Samples,
    contest,
    taken,
)
from effilint.measure.sandbox import Limits, Program, Sandbox
from effilint.measure.shared import shared_sandbox
from effilint.measure.testing import run_tests
from effilint.measure.tests import Tests
from effilint.measure.verdicts import Report, Verdict


@dataclass(frozen=True)
class Measurement:
    """What became of a solution under its tests, and what it takes if it passes them all.

    `samples` are its figures. `comparison` has it as `a` and what it was compared with as `b`;
    None if nothing was, or if that could not be compared: `reason` says why, and `samples` are
    those of the solution alone then.
    """

    report: Report
    samples: Samples | None = None
    comparison: Comparison | None = None
    reason: str = ""


def measure(
    text: str,
    tests: Tests,
    *,
    against: str | None = None,
    on: Tests | None = None,
    sandbox: Sandbox | None = None,
    limits: Limits | None = None,
    repetitions: int | None = None,
) -> Measurement:
    """Run a solution under its tests and, if it passes, measure it on their inputs.

    With `against`, another solution that passes the tests, the two take turns. `on` are tests to
    measure on in place of these, such as `larger` ones, which the solution must pass as well.
    `repetitions` is the number of samples (5), or with `against` the most of each side (15).
    Raises `SandboxError` where there is no sandbox to be had, never for a bad solution.
    """
    sandbox, limits = sandbox or shared_sandbox(), limits or tests.limits
    report = run_tests(text, tests, sandbox=sandbox, limits=limits)
    if report.verdict is not Verdict.ACCEPTED:
        return Measurement(report)
    if on is not None:
        more = run_tests(text, on, sandbox=sandbox, limits=limits)
        if more.verdict is not Verdict.ACCEPTED:
            return Measurement(report, reason=f"on the inputs to measure on: {more.verdict}")
    contenders = _Contenders(text, on or tests, sandbox, limits)
    reason = ""
    if against is not None:
        try:
            comparison = contenders.compared(against, repetitions or MOST)
            return Measurement(report, comparison.a, comparison)
        except CannotCompareError as error:
            reason = str(error)
    try:
        return Measurement(report, contenders.alone(repetitions or FIRST), reason=reason)
    except CannotCompareError as error:
        return Measurement(report, reason=str(error))


def compare(
    a: str,
    b: str,
    tests: Tests,
    *,
    sandbox: Sandbox | None = None,
    limits: Limits | None = None,
) -> Comparison:
    """Return how much more solution `a` takes than solution `b` on the inputs of their tests.

    Raises `CannotCompareError` unless both pass the tests.
    """
    sandbox, limits = sandbox or shared_sandbox(), limits or tests.limits
    for name, text in (("a", a), ("b", b)):
        report = run_tests(text, tests, sandbox=sandbox, limits=limits)
        if report.verdict is not Verdict.ACCEPTED:
            raise CannotCompareError(f"solution {name} does not pass the tests: {report.verdict}")
    return _Contenders(a, tests, sandbox, limits).compared(b, MOST)


class _Contenders:
    """A solution that is measured on the inputs of tests, alone or beside another one."""

    def __init__(self, text: str, tests: Tests, sandbox: Sandbox, limits: Limits) -> None:
        self._tests, self._sandbox, self._limits = tests, sandbox, limits
        self._program = self._of(text)
        self._inputs = [case.input for case in tests.cases]
        self._expected = [case.expected for case in tests.cases]
        self._rules = [case.rule or tests.rule for case in tests.cases]

    def _of(self, text: str) -> Program:
        return Program(text, self._tests.entry, self._tests.prelude)

    def alone(self, repetitions: int) -> Samples:
        return taken(
            self._program,
            self._inputs,
            self._sandbox,
            limits=self._limits,
            repetitions=repetitions,
            expected=self._expected,
            rule=self._rules,
        )

    def compared(self, other: str, most: int) -> Comparison:
        return contest(
            self._program,
            self._of(other),
            self._inputs,
            self._sandbox,
            limits=self._limits,
            most=most,
            expected=self._expected,
            rule=self._rules,
        )
