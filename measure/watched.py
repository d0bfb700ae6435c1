"""Runs in which each line is watched, and what their processes say of it, read with care."""

from __future__ import annotations

import json
from collections.abc import Sequence
from statistics import median, median_low
from typing import Literal, NamedTuple

from effilint.measure.sandbox import Call, Limits, Order, Program, Run, Sandbox

_REPEATS = 3  # runs for time: other programs on the machine disturb some
_LARGEST = 1 << 20  # bytes of a report
_MOST = 1 << 60  # of any figure


class MissingPackageError(Exception):
    """A package that watches lines is not there; `str` is its name."""


class Watched(NamedTuple):
    """Runs on inputs of one size: a total, and two figures of each line.

    For time: nanoseconds; hits and nanoseconds. For memory: bytes; bytes and blocks. `is_known`
    tells whether the figures are, or nothing was said.
    """

    total: int
    rows: dict[int, tuple[int, int]]
    end: str
    words: str
    is_known: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether the program came to its end, be it an error."""
        return self.end in ("finished", "raised")


class Watcher:
    """Has one program watched."""

    def __init__(self, sandbox: Sandbox, program: Program, limits: Limits) -> None:
        self._sandbox, self._program, self._limits = sandbox, program, limits
        self.level = sandbox.level.label

    def times(self, inputs: Sequence[bytes]) -> Watched:
        """The medians of several runs; of one, if that does not come to its end."""
        runs = [self.watched(inputs, "time")]
        while len(runs) < _REPEATS and runs[0].is_whole:
            runs.append(self.watched(inputs, "time"))
        runs = [run for run in runs if run.is_whole and run.is_known] or runs[:1]
        rows = {}
        for line in set().union(*(run.rows for run in runs)):
            pairs = [run.rows.get(line, (0, 0)) for run in runs]
            rows[line] = median_low(hits for hits, _ in pairs), round(median(t for _, t in pairs))
        return runs[0]._replace(total=round(median(run.total for run in runs)), rows=rows)

    def watched(
        self, inputs: Sequence[bytes], kind: Literal["time", "memory", "allocations"]
    ) -> Watched:
        """One run."""
        order = Order(self._program, inputs, limits=self._limits, profile=kind)
        run = self._sandbox.submit(order).result()
        package = run.stop.detail.get("missing")
        if run.stop.how == "problem" and package in ("line_profiler", "memray"):
            raise MissingPackageError(str(package))
        end, words = _end(run)
        reports = [_report(call.answer) for call in run.calls]
        known = [report for report in reports if report is not None]
        if kind == "memory":
            total, rows = max(known, key=lambda report: report[0], default=(0, {}))
        else:
            total, rows = _sum(known)
        # What is missing of a sum makes it wrong; a run that was cut short says what it got to.
        is_known = len(known) == len(reports) if kind == "allocations" else True
        words = words if known or words else "nothing was said of its lines"
        return Watched(total, rows, end, words, is_known=is_known and len(known) > 0)


def _end(run: Run) -> tuple[str, str]:
    """How a run ended, and the words that go with it."""
    if run.stop.how != "finished":
        detail = [
            str(run.stop.detail[key]) for key in ("type", "words") if run.stop.detail.get(key)
        ]
        return run.stop.how, ": ".join(detail)
    for call in run.calls:
        if call.raised == "OutOfTimeError":
            return "time", f"ended {_place(call)}".strip()
        if call.raised:
            return "raised", f"{call.raised} {_place(call)}: {call.words}".removesuffix(": ")
    return "finished", ""


def _place(call: Call) -> str:
    return f"in line {call.line}" if call.line is not None else "outside the program"


_Report = tuple[int, dict[int, tuple[int, int]]]


def _report(answer: bytes) -> _Report | None:
    """The total and the rows of a report; None if it is none, or says that it knows nothing."""
    if len(answer) > _LARGEST:
        return None
    try:
        total, rows = json.loads(answer)[3][0]
        found = {line: (first, second) for line, first, second in rows}
        figures = [total, *found, *(figure for pair in found.values() for figure in pair)]
    except (ValueError, LookupError, TypeError, RecursionError, MemoryError):
        return None
    if not all(type(figure) is int and 0 <= figure < _MOST for figure in figures):
        return None
    return total, found


def _sum(reports: Sequence[_Report]) -> _Report:
    rows: dict[int, tuple[int, int]] = {}
    for _, part in reports:
        for line, (first, second) in part.items():
            before = rows.get(line, (0, 0))
            rows[line] = before[0] + first, before[1] + second
    return sum(total for total, _ in reports), rows
