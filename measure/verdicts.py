"""What became of a program under its tests."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from effilint.measure.extraction import Untold
from effilint.measure.meter import Figures
from effilint.measure.sandbox import Call, Stop
from effilint.measure.words import readable


class Verdict(StrEnum):
    """How a case, or a program, came out."""

    ACCEPTED = "accepted"
    WRONG_ANSWER = "wrong answer"
    RUNTIME_ERROR = "runtime error"
    COMPILE_ERROR = "compile error"
    TIME_LIMIT = "time limit"
    MEMORY_LIMIT = "memory limit"
    OUTPUT_LIMIT = "output limit"
    UNSERIALISABLE = "unserialisable"
    SYSTEM_ERROR = "system error"
    NOT_RUN = "not run"


class Outcome(NamedTuple):
    """One case: its verdict, the figures of its run, and what there is to say of it.

    `error` is the type of an exception, `line` where in the program it came from; `words` are the
    message of an exception, the beginning of a wrong result, or a reason. All three are claims of
    the program.
    """

    verdict: Verdict
    figures: Figures = Figures()
    error: str | None = None
    line: int | None = None
    words: str = ""


@dataclass(frozen=True)
class Report:
    """The outcomes of all cases, in their order.

    `level` says how strongly the program was kept in (`L0` to `L3`); `untold` is what the tests
    ask beyond these cases and nobody could tell as data.
    """

    outcomes: tuple[Outcome, ...]
    level: str
    untold: tuple[Untold, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict of the first case that was not accepted; accepted if there is none."""
        return self.decisive.verdict

    @property
    def decisive(self) -> Outcome:
        """The outcome that the verdict is of."""
        failed = (o for o in self.outcomes if o.verdict is not Verdict.ACCEPTED)
        return next(failed, self.outcomes[0])

    @property
    def passed(self) -> float:
        """The fraction of cases that were accepted, from 0 to 1."""
        right = sum(outcome.verdict is Verdict.ACCEPTED for outcome in self.outcomes)
        return right / len(self.outcomes)


_STOPS = {
    "time": (Verdict.TIME_LIMIT, "it takes longer than the limit"),
    "memory": (Verdict.MEMORY_LIMIT, "it takes more memory than the limit"),
    "output": (Verdict.OUTPUT_LIMIT, "it gives or prints more than the limit"),
}
_ERRORS = {"MemoryError": Verdict.MEMORY_LIMIT}


def outcome_of_call(call: Call) -> Outcome:
    """Return the outcome of a call that was answered, and compared with what is expected."""
    if call.raised is not None:
        verdict = _ERRORS.get(call.raised, Verdict.RUNTIME_ERROR)
        return Outcome(verdict, call.figures, call.raised, call.line, call.words)
    if call.opaque is not None:
        words = f"the result holds {call.opaque}"
        return Outcome(Verdict.UNSERIALISABLE, call.figures, words=words)
    if call.is_right:
        return Outcome(Verdict.ACCEPTED, call.figures)
    return Outcome(Verdict.WRONG_ANSWER, call.figures, words=call.words)


def outcome_of_stop(stop: Stop) -> Outcome:
    """Return the outcome of the case at which a process came to its end, or of its loading."""
    if stop.how == "problem":
        return _outcome_of_problem(stop)
    if stop.how in _STOPS:
        verdict, words = _STOPS[stop.how]
        return Outcome(verdict, stop.figures, words=words)
    if stop.how == "ended":
        return Outcome(Verdict.RUNTIME_ERROR, stop.figures, words=_end(stop.exit))
    words = readable(str(stop.detail.get("words", "the sandbox gave no answer")))
    return Outcome(Verdict.SYSTEM_ERROR, stop.figures, words=words)


def is_end_of_all(stop: Stop) -> bool:
    """Whether the program cannot even be loaded, so that no case need be tried again."""
    return stop.how == "problem" or (stop.phase == "load" and stop.how in (*_STOPS, "ended"))


def _outcome_of_problem(stop: Stop) -> Outcome:
    detail = stop.detail
    error = readable(str(detail.get("type", ""))) or None
    verdict = _ERRORS.get(error or "", Verdict.RUNTIME_ERROR)
    if detail.get("compile") is True:
        verdict = Verdict.COMPILE_ERROR
    line = detail.get("line")
    words = readable(str(detail.get("words", "")))
    return Outcome(verdict, stop.figures, error, line if isinstance(line, int) else None, words)


def _end(status: int) -> str:
    if status >= 0:
        return f"it ended its process with status {status}"
    try:
        return f"its process ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"its process ended by signal {-status}"
