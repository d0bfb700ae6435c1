"""Annotating many solutions at a time, each sheet written down as soon as it is there.

A run that is killed goes on where it was: what is in the file is not asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from effilint.dataset.annotations.sheets import Sheet, read_sheets
from effilint.dataset.problems import Problem, Solution
from effilint.dataset.writing import append, end_line

Annotate = Callable[[str, str, str], Sheet]  # of the problem's id, the solution's id, and its code


def annotate(
    problems: Iterable[Problem], path: Path, source: str, annotate: Annotate, *, at_a_time: int
) -> Iterator[Sheet]:
    """Annotate the solutions that have no sheet of this source yet; append each, and yield it.

    After an error nothing more is asked. Raises what `annotate` raises, and `OSError` where the
    file cannot be written.
    """
    done = set(_done(path, source))
    left = ((p.id, one) for p in problems for one in p.solutions if (p.id, one.id) not in done)
    end_line(path)
    with ThreadPoolExecutor(at_a_time) as pool:
        for sheet in _in_turn(pool, left, annotate, at_a_time):
            append(path, sheet.to_json())
            yield sheet


def _in_turn(
    pool: ThreadPoolExecutor,
    left: Iterator[tuple[str, Solution]],
    annotate: Annotate,
    at_a_time: int,
) -> Iterator[Sheet]:
    """The sheets as they come; what is under way at an error comes to its end, and is kept."""
    running: set[Future[Sheet]] = set()
    failure: Exception | None = None
    while True:
        while failure is None and len(running) < at_a_time:
            if (one := next(left, None)) is None:
                break
            running.add(pool.submit(annotate, one[0], one[1].id, one[1].code))
        if not running:
            break
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            error = future.exception()
            if error is None:
                yield future.result()
            elif isinstance(error, Exception):
                failure = failure or error
            else:
                raise error
    if failure is not None:
        raise failure


def _done(path: Path, source: str) -> Iterator[tuple[str, str]]:
    if not path.exists():
        return
    for sheet in read_sheets(path):
        if isinstance(sheet, Sheet) and sheet.source == source:
            yield sheet.problem, sheet.solution
