"""Making twins of many problems: some at a time, each solution written down once it is done.

A run that is killed goes on where it was: solutions that are in the file are not run again, and
those that were under way are run from their beginning.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, NamedTuple

from effilint.dataset.deoptimise import RecipeError, made_again, prelude_of
from effilint.dataset.problems import Problem, Solution
from effilint.dataset.writing import append, end_line

Row = dict[str, Any]


class Lost(NamedTuple):
    """A twin that cannot be made again, and why."""

    solution: str
    twin: str
    reason: str

    def __str__(self) -> str:
        return f"{self.twin} of {self.solution}: {self.reason}"


def rows_in(path: Path) -> Iterator[Row]:
    """Yield the rows of a file, as far as their lines are whole; none if there is no file."""
    if not path.exists():
        return
    with path.open("rb") as lines:
        for line in lines:
            try:
                row = json.loads(line)
                if isinstance(row["twins"], list) and isinstance(row["solution"], str):
                    yield row
            except (ValueError, LookupError, TypeError):
                continue  # a run that was cut short


def make_twins(
    problems: Iterable[Problem],
    path: Path,
    make: Callable[[Problem], Callable[[Solution], Row]],
    *,
    at_a_time: int,
    seed: int,
    most: int,
    with_code: bool,
) -> Iterator[Row]:
    """Make the twins of the solutions that are not in the file yet, append each row, and yield it.

    `make` gives for a problem what makes the row of a solution with this `seed` and `most`; it is
    called by several threads. Raises `OSError` where the file cannot be written.
    """
    done = {
        (row.get("problem"), row["solution"])
        for row in rows_in(path)
        if (row.get("seed"), row.get("most")) == (seed, most)
    }
    end_line(path)
    lock = threading.Lock()

    def one(make_row: Callable[[Solution], Row], solution: Solution) -> Row:
        row = make_row(solution)
        if not with_code:
            for twin in row["twins"]:
                del twin["code"]
        with lock:
            append(path, json.dumps(row, separators=(",", ":")))
        return row

    with ThreadPoolExecutor(at_a_time) as pool:
        running: set[Future[Row]] = set()
        try:
            for problem in problems:
                make_row = make(problem)
                for solution in problem.solutions:
                    if (problem.id, solution.id) in done:
                        continue
                    running.add(pool.submit(one, make_row, solution))
                    while len(running) > 2 * at_a_time:
                        yield from _finished(running)
            while running:
                yield from _finished(running)
        finally:
            for future in running:
                future.cancel()


def _finished(running: set[Future[Row]]) -> Iterator[Row]:
    finished, _ = wait(running, return_when=FIRST_COMPLETED)
    running -= finished
    for future in finished:
        yield future.result()


def with_code(problems: Iterable[Problem], rows: Iterable[Row]) -> Iterator[Row | Lost]:
    """Yield the rows with the code of their twins, made again; a note for each that cannot be."""
    wanted: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        wanted.setdefault((row["problem"], row["solution"]), []).append(row)
    for problem in problems:
        for solution in problem.solutions:
            for row in wanted.pop((problem.id, solution.id), ()):
                yield from _with_code(problem, solution, row)
    for (_, solution_id), left in wanted.items():
        for row in left:
            for twin in row["twins"]:
                yield Lost(solution_id, twin["twin"], "the solution is not among the problems")


def _with_code(problem: Problem, solution: Solution, row: Row) -> Iterator[Row | Lost]:
    made = []
    for twin in row["twins"]:
        try:
            again = made_again(solution.code, prelude_of(problem), twin["recipe"], row["seed"])
            if again.id != twin["twin"]:
                raise RecipeError("other inverses made it: its text is not the same")
        except RecipeError as error:
            yield Lost(solution.id, twin["twin"], str(error))
            continue
        made.append({**twin, "code": again.made.text})
    yield {**row, "twins": made}
