"""Measuring many problems, some at a time (see `running`)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from effilint.dataset.problems import BadRowError, Problem
from effilint.dataset.race import race
from effilint.dataset.records import Record
from effilint.dataset.running import appended, whole_rows
from effilint.measure import Sandbox


def measured(path: Path) -> Iterator[Record]:
    """Yield the records in a file, as far as their lines are whole; none if there is no file."""
    for row in whole_rows(path):
        with suppress(BadRowError):
            yield Record.from_row(row)


def measure_problems(
    problems: Iterable[Problem],
    path: Path,
    sandbox: Sandbox,
    *,
    at_a_time: int,
    python: str,
    seed: int = 0,
) -> Iterator[Record]:
    """Measure the problems that are not in the file yet, append each record, and yield it.

    Of what has no more than one solution nothing can be compared, but its growth is measured all
    the same. Raises `OSError` where the file cannot be written, `SandboxError` as `race` does.
    """
    done = {record.problem for record in measured(path) if record.seed == seed}
    left = (problem for problem in problems if problem.id not in done)

    def one(problem: Problem) -> Record:
        start = time.monotonic()
        record = race(problem, sandbox, python, seed=seed)
        record.seconds = round((time.monotonic() - start) / at_a_time, 2)
        return record

    jobs = (partial(one, problem) for problem in left)
    yield from appended(path, jobs, Record.to_json, at_a_time=at_a_time)
