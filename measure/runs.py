"""What became of a program: its calls with their figures, and its end."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from effilint.measure import wire
from effilint.measure.judging import said_by
from effilint.measure.meter import Figures
from effilint.measure.words import readable, visible


@dataclass(frozen=True)
class Call:
    """One call of a program: the figures of its run, and what came of it.

    `value` is what it returned, encoded (`decoded` gives it), or what a script printed; None if
    it did not come to that. `raised`, `line` and `words` tell the exception, `opaque` why a result
    cannot be compared: these are claims of the program. `is_right` is None unless a result was
    expected. `answer` is all of its answer: with a profile, that stands in there.
    """

    figures: Figures
    value: bytes | None = None
    printed: str = ""
    raised: str | None = None
    line: int | None = None
    words: str = ""
    opaque: str | None = None
    peak: int = 0
    is_right: bool | None = None
    answer: bytes = b""

    @property
    def is_honest(self) -> bool:
        """Whether all work was done in the run, and none before or after it (`Figures`)."""
        return self.figures.is_honest

    @property
    def charged(self) -> float:
        """CPU seconds to charge it with: those of the run, or all of them if it is not honest."""
        return self.figures.charged

    def decoded(self) -> Any:
        """Return the value as data; `ValueError` if there is none."""
        if self.value is None:
            raise ValueError("the call returned nothing that can be read")
        try:
            return wire.decoded(json.loads(self.value)[2])
        except (LookupError, TypeError, AttributeError, RecursionError):
            raise ValueError("what the call returned is no data") from None


class Stop(NamedTuple):
    """How the last process of a program came to its end.

    `how`: `finished`, `problem` (it cannot be loaded), `time`, `memory`, `output`, `ended` (it
    left without an answer) or `failed` (the sandbox did). `phase`: where that was, `load`,
    `input`, `run` or `answer`. `detail` says more; `exit` is its exit status or the signal that
    ended it, as a negative number.
    """

    how: str = "finished"
    phase: str = ""
    detail: Mapping[str, Any] = {}
    exit: int = 0
    stderr: str = ""
    figures: Figures = Figures()

    @property
    def reason(self) -> str:
        """Why there is no more of the program, as in "it takes too long"; empty if there is."""
        if self.how == "problem" and self.detail.get("missing"):
            return f"cannot import {self.detail['missing']}"
        if self.how == "problem":
            words = f"{self.detail.get('type')}: {self.detail.get('words')}"
            return f"cannot be loaded: {words}"[:200]
        return _REASONS[self.how] + (" to load" if (self.how, self.phase) == _SLOW_LOAD else "")


_SLOW_LOAD = ("time", "load")
_REASONS = {
    "finished": "",
    "time": "takes too long",
    "memory": "takes too much memory",
    "output": "gives or prints too much",
    "ended": "ends its process",
    "failed": "could not be run: the sandbox failed",
}


@dataclass(frozen=True)
class Run:
    """What became of a program: its calls as far as it got, and its end.

    `level` says how strongly it was kept in.
    """

    calls: tuple[Call, ...]
    stop: Stop
    level: str


def failed(level: str, words: str, calls: tuple[Call, ...] = ()) -> Run:
    """Return the run of a program that the sandbox could not run to its end, and why."""
    return Run(calls, Stop("failed", detail={"words": words}), level)


def call_of(head: Mapping[str, Any], *, is_script: bool) -> Call:
    """Return the call that a worker tells of."""
    figures = Figures(*(head[name] for name in Figures._fields))
    said = head["said"] if "said" in head else said_by(head["answer"])
    return Call(
        figures,
        value=head.get("output") if is_script else said.get("content") or None,
        printed=head["printed"],
        raised=said.get("raised"),
        line=said.get("line"),
        words=said.get("words", ""),
        opaque=said.get("opaque"),
        peak=said.get("peak", 0),
        is_right=head.get("is_right"),
        answer=said.get("content") or b"",
    )


def stop_of(head: Mapping[str, Any]) -> Stop:
    """Return the end that a worker tells of."""
    if head["event"] == "failed":
        return Stop("failed", detail={"words": head["words"]})
    detail: dict[str, Any] = {}
    with contextlib.suppress(ValueError, TypeError, RecursionError):
        claimed = dict(json.loads(head.get("detail", "{}")))
        words = {k: readable(v) for k, v in claimed.items() if isinstance(v, str)}
        detail = words | {k: v for k, v in claimed.items() if isinstance(v, int | None)}
    figures = Figures(*(head.get(name, 0) for name in Figures._fields))
    said = visible(head.get("stderr", ""))
    return Stop(head["how"], head.get("phase", ""), detail, head.get("exit", 0), said, figures)
