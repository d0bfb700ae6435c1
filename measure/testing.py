"""Running a program under its tests: isolated, and compared where it cannot reach."""

from __future__ import annotations

from concurrent.futures import Future

from effilint.measure.sandbox import Limits, Order, Program, Run, Sandbox
from effilint.measure.shared import shared_sandbox
from effilint.measure.tests import Tests
from effilint.measure.verdicts import (
    Outcome,
    Report,
    Verdict,
    is_end_of_all,
    outcome_of_call,
    outcome_of_stop,
)

_DEATHS = 3  # of processes, after which the other cases are not run


def run_tests(
    text: str, tests: Tests, *, sandbox: Sandbox | None = None, limits: Limits | None = None
) -> Report:
    """Run a program under all cases of its tests, and wait for what becomes of it.

    `limits` are those of the tests if none are given, `sandbox` one that is shared by all of this
    process. Raises `SandboxError` where there is no sandbox to be had, never for a bad program.
    """
    return submit_tests(text, tests, sandbox=sandbox, limits=limits).result()


def submit_tests(
    text: str, tests: Tests, *, sandbox: Sandbox | None = None, limits: Limits | None = None
) -> Pending:
    """Begin what `run_tests` does, and return at once, unless too many orders wait already.

    pending = [submit_tests(text, tests) for text in texts]
    reports = [one.result() for one in pending]
    """
    return Pending(text, tests, sandbox or shared_sandbox(), limits or tests.limits)


class Pending:
    """A program under test."""

    def __init__(self, text: str, tests: Tests, sandbox: Sandbox, limits: Limits) -> None:
        self._program = Program(text, tests.entry, tests.prelude)
        self._tests, self._sandbox, self._limits = tests, sandbox, limits
        self._outcomes: list[Outcome] = []
        self._deaths = 0
        self._is_taken_back = False
        self._future = self._submitted()

    def result(self) -> Report:
        """Wait for the report.

        Where a process came to its end at a case, the cases after it run in another one.
        """
        run = self._future.result()
        self._take(run)
        while self._left():
            self._future = self._submitted()
            run = self._future.result()
            self._take(run)
        return Report(tuple(self._outcomes), run.level, self._tests.untold)

    def _take(self, run: Run) -> None:
        """Note the outcomes of a run: those of its calls, and that of its end if it died."""
        self._outcomes += map(outcome_of_call, run.calls[: self._left()])
        if not self._left():
            return
        last = outcome_of_stop(run.stop)
        self._deaths += 1
        if is_end_of_all(run.stop):
            self._outcomes += [last] * self._left()
            return
        self._outcomes.append(last)
        if self._deaths == _DEATHS or self._is_taken_back:
            self._outcomes += [Outcome(Verdict.NOT_RUN)] * self._left()

    def cancel(self) -> None:
        """Take it back; `result` then raises `CancelledError`, or says that the sandbox failed."""
        self._is_taken_back = True
        self._sandbox.stop(self._future)

    def _left(self) -> int:
        return len(self._tests.cases) - len(self._outcomes)

    def _submitted(self) -> Future[Run]:
        cases = self._tests.cases[len(self._outcomes) :]
        rules = [case.rule or self._tests.rule for case in cases]
        order = Order(
            self._program,
            [case.input for case in cases],
            [case.expected for case in cases],
            rules,
            self._limits,
            keeps_arguments=any(rule.target is not None for rule in rules),
        )
        return self._sandbox.submit(order)
