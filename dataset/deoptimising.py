"""Making twins of many problems: some solutions at a time (see `running`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from effilint.dataset.deoptimise import RecipeError, made_again, prelude_of
from effilint.dataset.problems import Problem, Solution
from effilint.dataset.running import appended, whole_rows

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
    for row in whole_rows(path):
        if isinstance(row.get("twins"), list) and isinstance(row.get("solution"), str):
            yield row


def read_twins(path: Path) -> Iterator[Row]:
    """Yield the rows of a file of twins; raises `OSError` if it cannot be read."""
    path.open("rb").close()
    yield from rows_in(path)


def make_twins(
    problems: Iterable[Problem],
    path: Path,
    make: Callable[[Problem], Callable[[Solution], Row]],
    *,
    at_a_time: int,
    seed: int,
    most: int,
    with_code: bool,
    each: int | None = None,
) -> Iterator[Row]:
    """Make the twins of the solutions that are not in the file yet, append each row, and yield it.

    `make` gives for a problem what makes the row of a solution with this `seed` and `most`; it is
    called by several threads. Of a problem `each` solutions are taken at most, those
    whose hashes are smallest. Raises `OSError` where the file cannot be written.
    """
    done = {
        (row.get("problem"), row["solution"])
        for row in rows_in(path)
        if (row.get("seed"), row.get("most")) == (seed, most)
    }

    def one(make_row: Callable[[Solution], Row], solution: Solution) -> Row:
        row = make_row(solution)
        if not with_code:
            for twin in row["twins"]:
                del twin["code"]
        return row

    def jobs() -> Iterator[Callable[[], Row]]:
        for problem in problems:
            make_row = make(problem)
            by_id = sorted(problem.solutions, key=lambda solution: solution.id)
            for solution in by_id[:each]:
                if (problem.id, solution.id) not in done:
                    yield partial(one, make_row, solution)

    line = partial(json.dumps, separators=(",", ":"))
    yield from appended(path, jobs(), line, at_a_time=at_a_time)


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
