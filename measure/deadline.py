"""An end from within, shortly before the limits end a process and all that it knows.

A run that is out of time or memory can still say what its lines took until then.
"""

from __future__ import annotations

import signal
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

_PART = 0.9  # of the limits
_AGAIN = 0.05  # seconds between two attempts: code may swallow the first


class OutOfTimeError(BaseException):
    """Raised in the code that runs; no `Exception`, so that few programs catch it."""


class Deadline:
    """A `with` statement that raises `OutOfTimeError` in code that takes too long.

    `limits`: the seconds `cpu` and `wall` after which the process is killed from outside. It only
    works between two steps of the interpreter, in the main thread: it is a help, not a limit.
    """

    def __init__(self, limits: Mapping[str, float]) -> None:
        self._limits = limits
        self._is_on = False

    def __enter__(self) -> None:
        self._is_on = True
        for number in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(number, self._end)
        signal.setitimer(signal.ITIMER_PROF, _PART * self._limits["cpu"], _AGAIN)
        signal.setitimer(signal.ITIMER_REAL, _PART * self._limits["wall"], _AGAIN)

    def __exit__(
        self, kind: type[BaseException] | None, error: object, steps: TracebackType | None
    ) -> None:
        self._is_on = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if kind is MemoryError:
            traceback.clear_frames(steps)  # nothing can be said while they hold all there is

    def _end(self, *_: Any) -> None:
        if self._is_on:
            raise OutOfTimeError
