"""What is compared, and single runs of it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import NamedTuple

from effilint.measure.inputs import Case, Inputs
from effilint.measure.sandbox import Call, Limits, Order, Program, Run, Sandbox
from effilint.measure.wire import decoded, dump

LIMIT = 1.5  # seconds that a call, or the loading of a module, may take
_MOST_PATIENCE = 4  # times the limit, on a busy machine
_MEMORY = 2 << 30  # bytes
_OUTPUT = 48 << 20  # bytes


class CannotRun(Exception):  # noqa: N818 - a verdict rather than a fault
    """Nothing can be said about the code by running it; `str` says why in a few words."""


class Pair(NamedTuple):
    """What to compare: two texts of one module, and the inputs of a function in it.

    `generator` is a program whose function gives the arguments for a size, in place of `inputs`;
    with `memory` the peak of memory counts and not the time. `timeout` is in seconds and holds
    for the whole comparison.
    """

    old: Program
    new: Program
    inputs: Inputs
    generator: Program | None = None
    memory: bool = False
    timeout: float = 10.0


class Trials:
    """Runs the texts of a pair on inputs of a size; knows how much time is left for that."""

    def __init__(self, pair: Pair, sandbox: Sandbox) -> None:
        self._pair, self._sandbox = pair, sandbox
        self._programs = {"old": pair.old, "new": pair.new}
        if pair.generator is not None:
            self._programs["inputs"] = pair.generator
        self._end = time.monotonic() + pair.timeout
        self._cases_of: dict[int, list[Case]] = {}
        self.has_returned = False  # whether any call has come to its end
        self.why_not = "the code takes too long for the smallest inputs"

    def cost(self, answer: Call) -> float:
        """What a call cost: CPU seconds, or bytes."""
        return max(answer.peak, 1024) if self._pair.memory else answer.charged

    def answers(self, text: str, cases: Sequence[Case]) -> list[Call]:
        """Return the answers of one fresh process; those after one that takes too long lack."""
        limit = self.limit
        wall = max(limit, min(self.left(), _MOST_PATIENCE * limit))
        order = Order(
            self._programs[text],
            [case.content for case in cases],
            limits=Limits(cpu=limit, wall=wall, memory=_MEMORY, output=_OUTPUT),
            tracks_memory=self._pair.memory,
            keeps_arguments=True,
        )
        run = self._sandbox.submit(order).result()
        self._require_end(run)
        for answer in run.calls:
            if answer.opaque is not None:
                raise CannotRun(f"results cannot be compared: {answer.opaque}")
        return list(run.calls)

    def _require_end(self, run: Run) -> None:
        """Raise `CannotRun` unless the process came to its end, or to that of its time."""
        is_out_of_time = run.stop.how == "time" and run.stop.phase != "load"
        if run.stop.reason and not is_out_of_time:
            raise CannotRun(f"the code {run.stop.reason}")

    def cases(self, n: int, kind: str | None = None) -> list[Case]:
        """Return the arguments of size n, of every kind or of this one."""
        if kind is not None:
            return [case for case in self.cases(n) if case.label == kind]
        if n not in self._cases_of:
            if self._pair.generator is None:
                given = self._pair.inputs.given() if n == 0 else []
                self._cases_of[n] = self._pair.inputs.cases(n) + given
            else:
                self._cases_of[n] = self._generated(n)
        return self._cases_of[n]

    def _generated(self, n: int) -> list[Case]:
        """Return what the generator gives for this size; nothing where it raises."""
        answers = self.answers("inputs", [Case("", dump([[n], {}]))])
        if not answers or answers[0].raised:
            self.why_not = "the generator of inputs takes too long"
            if answers:
                self.why_not = f"the generator of inputs raises {answers[0].raised} at n={n}"
            return []
        try:
            result = decoded(json.loads(answers[0].value or b"")[2])
        except (ValueError, LookupError, TypeError, RecursionError):
            raise CannotRun("the generator of inputs gives something that is no data") from None
        if isinstance(result, dict):
            return [Case("generated", dump([[], result]))]
        if isinstance(result, tuple | list):
            return [Case("generated", dump([list(result), {}]))]
        raise CannotRun("the generator of inputs must give a tuple or a dict of arguments")

    @property
    def limit(self) -> float:
        """The seconds that a call may take; little as long as none has come to its end."""
        return max(0.1, min(LIMIT if self.has_returned else LIMIT / 2, self.left()))

    def left(self) -> float:
        """The seconds that are left for the whole comparison."""
        return self._end - time.monotonic()
