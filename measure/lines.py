"""Hits and time of each line, told by line_profiler in the process that runs the code.

To be imported before code under test is around: `effilint.measure.lines` is among the imports of
the sandbox.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Mapping
from types import CellType, CodeType, FunctionType
from typing import Any, NamedTuple

from effilint.measure.deadline import Deadline

# Read once at the import. The other core counts a loop in one line as a single hit.
os.environ["LINE_PROFILER_CORE"] = "ctrace"
from line_profiler import LineProfiler

del os.environ["LINE_PROFILER_CORE"]

_Label = tuple[str, int, str]


class _Block(NamedTuple):
    """A rebuilt piece of code, what line_profiler calls it, and the pieces inside."""

    code: CodeType
    label: _Label
    inner: list[_Block]


class Watch:
    """Looks on while a program runs: the code has to be `prepared`, the run is the `with` body."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._profiler = LineProfiler()
        self._deadline = Deadline(order["limits"])
        self._clock = time.perf_counter_ns
        self._blocks: list[_Block] = []
        self._before: dict[int, tuple[int, int]] = {}
        self._took = 0

    def prepared(self, code: CodeType) -> CodeType:
        """Return the code of a module, rebuilt so that all the functions in it are watched."""
        block = self._rebuilt(code)
        self._blocks.append(block)
        return block.code

    def _rebuilt(self, code: CodeType) -> _Block:
        # The profiler marks code by replacing that of a function. Inner functions are made anew
        # at each call, out of the constants of the outer code: they have to be marked in there.
        inner: list[_Block] = []
        constants: list[object] = []
        for constant in code.co_consts:
            if type(constant) is CodeType:
                inner.append(self._rebuilt(constant))
                constant = inner[-1].code
            constants.append(constant)
        code = code.replace(co_consts=tuple(constants))
        cells = tuple(CellType() for _ in code.co_freevars)
        function = FunctionType(code, {}, code.co_name, None, cells)
        self._profiler.add_callable(function)
        label = (code.co_filename, code.co_firstlineno, code.co_qualname)
        return _Block(function.__code__, label, inner)

    def __enter__(self) -> None:
        threading.settrace(self._begin_thread)
        self._deadline.__enter__()
        self._profiler.enable_by_count()
        self._started = self._clock()

    def __exit__(self, *error: Any) -> None:
        self._took = self._clock() - self._started
        self._deadline.__exit__(*error)
        self._profiler.disable_by_count()

    def _begin_thread(self, *_: Any) -> None:
        # Tracing is a matter of each thread; this is called in a new one at its first call. The
        # profiler may take it for one that is over, whose number it has, and that it was in: only
        # after that one is left is this one entered.
        self._profiler.enable_by_count()
        self._profiler.disable_by_count()
        self._profiler.enable_by_count()

    def report(self) -> list[Any]:
        """Return the nanoseconds of the last run, and of each line its number, hits, nanoseconds.

        The time of a line includes that of what it calls.
        """
        now = self._totals()
        rows = []
        for line, (hits, nanoseconds) in sorted(now.items()):
            old_hits, old_nanoseconds = self._before.get(line, (0, 0))
            if hits > old_hits:
                rows.append([line, hits - old_hits, nanoseconds - old_nanoseconds])
        self._before = now
        return [[self._took, rows]]

    def _totals(self) -> dict[int, tuple[int, int]]:
        timings = self._profiler.get_stats().timings
        hits: Counter[int] = Counter()
        for rows in timings.values():
            for line, count, _ in rows:
                hits[line] += count
        times: Counter[int] = Counter()
        for block in self._blocks:
            times.update(_times(block, timings))
        return {line: (count, times[line]) for line, count in hits.items()}


def _times(block: _Block, timings: Mapping[_Label, list[tuple[int, int, int]]]) -> dict[int, int]:
    """The nanoseconds of each line of a block.

    A comprehension or lambda is a block of its own in a line of the outer one, whose time includes
    it then; or else it is called from elsewhere, and the outer line takes next to nothing.
    """
    inner: Counter[int] = Counter()
    for part in {part.label: part for part in block.inner}.values():
        inner.update(_times(part, timings))
    own = {line: taken for line, _, taken in timings.get(block.label, ())}
    return {line: max(own.get(line, 0), inner[line]) for line in own.keys() | inner.keys()}
