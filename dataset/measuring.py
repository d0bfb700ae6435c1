"""Measuring many problems: some at a time, each written down as soon as it is done.

A run that is killed goes on where it was: what is in the file is not measured again, and the
problem that was under way is measured from its beginning.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from effilint.dataset.problems import BadRowError, Problem
from effilint.dataset.race import race
from effilint.dataset.records import Record
from effilint.dataset.writing import append, end_line
from effilint.measure import Sandbox


def measured(path: Path) -> Iterator[Record]:
    """Yield the records in a file, as far as their lines are whole; none if there is no file."""
    if not path.exists():
        return
    with path.open("rb") as lines:
        for line in lines:
            try:
                yield Record.from_row(json.loads(line))
            except (ValueError, BadRowError):
                continue  # a run that was cut short


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
    end_line(path)
    problems = iter(problem for problem in problems if problem.id not in done)
    lock = threading.Lock()

    def one(problem: Problem) -> Record:
        record = race(problem, sandbox, python, seed=seed)
        with lock:
            append(path, record.to_json())
        return record

    with ThreadPoolExecutor(at_a_time) as pool:
        running: set[Future[Record]] = set()
        try:
            for problem in problems:
                running.add(pool.submit(one, problem))
                while len(running) > 2 * at_a_time:
                    finished = next(as_completed(running))
                    running.discard(finished)
                    yield finished.result()
            while running:
                finished = next(as_completed(running))
                running.discard(finished)
                yield finished.result()
        finally:
            for future in running:
                future.cancel()
