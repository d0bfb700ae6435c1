"""LeetCode problems: annotated pairs, descriptions, and reference solutions with asserts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from effilint.dataset.examples import MODULES
from effilint.dataset.leetcode_numbers import identity
from effilint.dataset.positional import by_place
from effilint.dataset.problems import Problem, Solution
from effilint.dataset.readers.fields import mapping, number, optional_text, text
from effilint.dataset.readers.parts import Part, problem, solution
from effilint.dataset.rows import Broken, read_rows


def behaviour_pairs(path: Path) -> Iterator[Problem | Broken]:
    """Yield a problem for each pair: an inefficient solution and an efficient one, no tests."""
    return read_rows(path, _pair)


def descriptions(path: Path) -> Iterator[Problem | Broken]:
    """Yield problems that have a description alone."""
    return read_rows(path, _description)


def reference_solutions(path: Path) -> Iterator[Problem | Broken]:
    """Yield problems with a reference solution and asserts."""
    return read_rows(path, _reference)


def leetcode_dataset(path: Path) -> Iterator[Problem | Broken]:
    """Yield the problems of a file of LeetCodeDataset, whose number may be in `meta`."""
    return read_rows(path, _dataset_row)


def _pair(row: Mapping[str, Any]) -> Part:
    place = f"behaviour_pairs:{text(row, 'id')}"
    sides = [
        solution(text(mapping(row, side), "code"), f"{place}:{side}")
        for side in ("inefficient", "efficient")
    ]
    return leetcode_problem(text(row, "task"), sides, number=number(row, "problem_idx"))


def _description(row: Mapping[str, Any]) -> Part:
    return leetcode_problem(
        text(row, "task"),
        [],
        description=text(row, "description"),
        number=number(row, "problem_idx"),
    )


def _reference(row: Mapping[str, Any]) -> Part:
    task = text(row, "task")
    return leetcode_problem(
        task,
        [solution(text(row, "solution"), f"leetcode_tests:{task}", "MIT")],
        tests=_asserts(row, "solution"),
        description=optional_text(row, "description"),
        question=number(row, "question_id"),
    )


def _dataset_row(row: Mapping[str, Any]) -> Part:
    task = text(row, "task_id")
    meta = row.get("meta")
    question = number(row, "question_id")
    if question is None and isinstance(meta, dict):
        question = number(meta, "question_id")
    return leetcode_problem(
        task,
        [solution(text(row, "completion"), f"LeetCodeDataset:{task}", "Apache-2.0")],
        tests=_asserts(row, "completion"),
        description=optional_text(row, "problem_description", "query"),
        question=question,
    )


def _asserts(row: Mapping[str, Any], solution: str) -> dict[str, Any]:
    entry = text(row, "entry_point").replace("().", ".")
    return {
        "entry": entry,
        "prelude": f"{optional_text(row, 'prompt')}\n{MODULES}",
        "asserts": by_place(text(row, "test"), "candidate", text(row, solution), entry),
    }


def leetcode_problem(
    name: str,
    solutions: Iterable[Solution],
    *,
    tests: Mapping[str, Any] | None = None,
    description: str = "",
    number: int | None = None,
    question: int | None = None,
) -> Part:
    """Return a problem of LeetCode under the name and the number that it has there.

    `question` is the inner number; see `leetcode_numbers`.
    """
    name, number = identity(name, number, question)
    return problem(
        f"leetcode/{name}", solutions, tests=tests, description=description, number=number
    )
