"""Problems of several sources made one set: solutions of the same problem stand together.

What is read goes into a database on disk, so that memory does not grow with the number of
problems; they come out one by one, in the order of their ids.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from tempfile import TemporaryDirectory
from types import TracebackType

from effilint.dataset.duplicates import THRESHOLD, without_duplicates
from effilint.dataset.examples import tests_of
from effilint.dataset.leetcode_numbers import is_held_back
from effilint.dataset.problems import Problem
from effilint.dataset.readers.parts import merged


@dataclass
class Counts:
    """What came of collecting."""

    problems: int = 0
    solutions: int = 0
    without_tests: int = 0
    with_examples: int = 0
    in_effibench: int = 0
    same_text: int = 0
    near_duplicates: int = 0
    without_solutions: int = 0
    held_back: int = 0
    broken: int = 0


class Collection:
    """A set of problems that is put together of parts, and has to be closed.

    `pool`: numbers of the LeetCode problems in EffiBench's pool. `threshold`: how alike two
    solutions of a problem must be for one to be dropped; see `duplicates`.
    """

    def __init__(self, pool: Iterable[int] = (), *, threshold: float = THRESHOLD) -> None:
        self.counts = Counts()
        self._pool = frozenset(pool)
        self._threshold = threshold
        self._folder = TemporaryDirectory(prefix="effilint-")
        self._database = sqlite3.connect(f"{self._folder.name}/parts.sqlite3")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")  # nobody reads it after us
        self._database.execute("CREATE TABLE parts (id TEXT, place INTEGER PRIMARY KEY, row TEXT)")

    def __enter__(self) -> Collection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._database.close()
        self._folder.cleanup()

    def add(self, part: Problem) -> None:
        """Take what a source tells about a problem."""
        self._database.execute(
            "INSERT INTO parts (id, row) VALUES (?, ?)", (part.id, part.to_json())
        )

    def problems(self) -> Iterator[Problem]:
        """Yield the problems that have solutions and are not held back; count what is dropped."""
        found = self._database.execute("SELECT id, row FROM parts ORDER BY id, place")
        for _, rows in groupby(found, key=itemgetter(0)):
            parts = [Problem.from_row(json.loads(row)) for _, row in rows]
            problem = self._of(parts)
            if problem is not None:
                yield problem

    def _of(self, parts: list[Problem]) -> Problem | None:
        problem = _joined(parts)
        if problem.number is not None and is_held_back(problem.number):
            self.counts.held_back += 1
            return None
        if not problem.solutions:
            self.counts.without_solutions += 1
            return None
        kept = without_duplicates(problem.solutions, self._threshold)
        self.counts.same_text += sum(len(p.solutions) for p in parts) - len(problem.solutions)
        self.counts.near_duplicates += len(problem.solutions) - len(kept)
        is_in_pool = problem.in_effibench or problem.number in self._pool
        return self._counted(replace(problem, solutions=kept, in_effibench=is_in_pool))

    def _counted(self, problem: Problem) -> Problem:
        if not problem.tests and (tests := tests_of(problem)):
            problem = replace(problem, tests=tests)
            self.counts.with_examples += 1
        self.counts.problems += 1
        self.counts.solutions += len(problem.solutions)
        self.counts.without_tests += not problem.tests
        self.counts.in_effibench += problem.in_effibench
        return problem


def _joined(parts: list[Problem]) -> Problem:
    """One problem of its parts: what the first says that says anything, and all solutions."""
    return Problem(
        id=parts[0].id,
        solutions=merged(solution for part in parts for solution in part.solutions),
        tests=next((part.tests for part in parts if part.tests), {}),
        description=next((part.description for part in parts if part.description), ""),
        generators=tuple(dict.fromkeys(g for part in parts for g in part.generators)),
        number=next((part.number for part in parts if part.number is not None), None),
        in_effibench=any(part.in_effibench for part in parts),
    )
