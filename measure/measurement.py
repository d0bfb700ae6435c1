"""A solution's figures, once it is known to be right; and two solutions side by side."""

from __future__ import annotations

from dataclasses import dataclass

from effilint.measure.contest import (
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

    `samples` are its figures alone. `comparison` has it as `a` and what it was compared with as
    `b`; None if nothing was, or if that could not be compared: `reason` says why.
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
    sandbox: Sandbox | None = None,
    limits: Limits | None = None,
    repetitions: int = 5,
) -> Measurement:
    """Run a solution under its tests and, if it passes, measure it on their inputs.

    With `against`, another solution that passes the tests, the two take turns. Raises
    `SandboxError` where there is no sandbox to be had, never for a bad solution.
    """
    sandbox, limits = sandbox or shared_sandbox(), limits or tests.limits
    report = run_tests(text, tests, sandbox=sandbox, limits=limits)
    if report.verdict is not Verdict.ACCEPTED:
        return Measurement(report)
    inputs = [case.input for case in tests.cases]
    program = Program(text, tests.entry, tests.prelude)
    try:
        if against is None:
            samples = taken(program, inputs, sandbox, limits=limits, repetitions=repetitions)
            return Measurement(report, samples)
        other = Program(against, tests.entry, tests.prelude)
        comparison = contest(program, other, inputs, sandbox, limits=limits)
    except CannotCompareError as error:
        return Measurement(report, reason=str(error))
    return Measurement(report, comparison.a, comparison)


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
    programs = [Program(text, tests.entry, tests.prelude) for text in (a, b)]
    inputs = [case.input for case in tests.cases]
    return contest(programs[0], programs[1], inputs, sandbox, limits=limits)
