"""Which reader a source needs: told by the columns of its first row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from effilint.dataset import store
from effilint.dataset.problems import Problem
from effilint.dataset.readers import contest, functions, leetcode
from effilint.dataset.readers.folder import TESTS, folder
from effilint.dataset.readers.leetcode_folder import has_any, leetcode_folder
from effilint.dataset.rows import Broken, Row, rows

Reader = Callable[[Path], Iterator[Problem | Broken]]

_ROWS_LOOKED_AT = 20  # the first of them may be broken
KINDS: Mapping[str, Reader] = {
    "problems": store.read,
    "behaviour-pairs": leetcode.behaviour_pairs,
    "leetcode-descriptions": leetcode.descriptions,
    "leetcode-tests": leetcode.reference_solutions,
    "leetcode-dataset": leetcode.leetcode_dataset,
    "contest-programs": contest.contest_programs,
    "code-contests": contest.code_contests,
    "effibench": functions.effibench,
    "humaneval": functions.humaneval,
    "mbpp": functions.mbpp,
    "folder": folder,
    "leetcode-folder": leetcode_folder,
}
_COLUMNS = (  # the first kind whose columns a row has
    ("problems", {"id", "solutions", "tests", "in_effibench"}),
    ("behaviour-pairs", {"id", "task", "inefficient", "efficient"}),
    ("leetcode-tests", {"task", "entry_point", "solution", "test"}),
    ("leetcode-descriptions", {"task", "problem_idx", "description"}),
    ("leetcode-dataset", {"task_id", "completion", "entry_point", "test"}),
    ("effibench", {"problem_idx", "task_name", "canonical_solution", "test_case"}),
    ("humaneval", {"task_id", "entry_point", "canonical_solution", "test"}),
    ("mbpp", {"task_id", "code", "test_list"}),
    ("contest-programs", {"id", "solutions", "tests", "stress_generators"}),
    ("code-contests", {"description", "solutions", "public_tests"}),
    ("code-contests", {"description", "solutions", "private_tests"}),
    ("code-contests", {"description", "solutions", "tests"}),
)


class UnknownSourceError(Exception):
    """A source that no reader knows; `str` is one clear line."""


def read(path: Path, kind: str | None = None) -> Iterator[Problem | Broken]:
    """Return the problems of a source of this kind, or of the kind that it looks like.

    Raises `UnknownSourceError` for one that looks like none, `OSError` for one that is not there.
    """
    return KINDS[kind or kind_of(path)](path)


def kind_of(path: Path) -> str:
    """Return the kind of a source; `UnknownSourceError` if it is of none."""
    if path.is_dir():
        if next(path.rglob(TESTS), None) is not None:
            return "folder"
        if has_any(path):
            return "leetcode-folder"
        raise UnknownSourceError(
            f"{path}: no folder in it has {TESTS}, and no program the name of a LeetCode problem"
        )
    if path.suffix == ".parquet":
        return "problems"
    read_so_far = list(islice(rows(path), _ROWS_LOOKED_AT))
    for row in read_so_far:
        if isinstance(row, Row) and (kind := _kind(row.content)):
            return kind
    if not read_so_far:
        raise UnknownSourceError(f"{path}: it is empty")
    first = read_so_far[0]
    known = f": {first.reason}" if isinstance(first, Broken) else ""
    raise UnknownSourceError(f"{path}: nobody knows what it holds{known}; say it with --as")


def _kind(row: Mapping[str, Any]) -> str | None:
    return next((kind for kind, columns in _COLUMNS if columns <= set(row)), None)
