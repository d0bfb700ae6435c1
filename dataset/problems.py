"""Problems with their tests and solutions: what is collected, and what is measured.

One problem is one row of JSON lines or of Parquet. See `docs/dataset.md` for the columns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from effilint.measure import BadTestsError, tests_file

_SHORT = 16  # hexadecimal digits of a hash; 10,000 programs of one problem do not collide


class BadRowError(ValueError):
    """A row that is not a problem; `str` is one clear line."""


@dataclass(frozen=True)
class Solution:
    """A program that is said to solve a problem.

    `origin` says where it comes from, in which source and place; `licence` is an SPDX name, or
    empty if nobody stated one.
    """

    code: str
    origin: str
    licence: str = ""

    @property
    def id(self) -> str:
        """The hash of its text: equal texts are one solution, wherever they come from."""
        return hashlib.sha256(self.code.encode("utf-8", "surrogatepass")).hexdigest()[:_SHORT]


@dataclass(frozen=True)
class Problem:
    """A problem: what it asks, how solutions are judged, and the solutions there are.

    `id` is `source/name`. `tests` is the content of a file of tests (docs/tests_format.md): an
    `entry`, and `cases` or `asserts`; empty if there are none. `generators` are programs whose
    function `generate_input` returns an input, large ones mostly; nobody vouches for them.
    `in_effibench`: the problem is in the pool that EffiBench's were drawn from.
    """

    id: str
    solutions: tuple[Solution, ...]
    tests: Mapping[str, Any]
    description: str = ""
    generators: tuple[str, ...] = ()
    in_effibench: bool = False

    def to_json(self) -> str:
        """Return the problem as one line of JSON."""
        row = asdict(self)
        row["solutions"] = [{"id": s.id, **asdict(s)} for s in self.solutions]
        return json.dumps(row, ensure_ascii=False)

    @classmethod
    def from_row(cls, row: object) -> Problem:
        """Return the problem that a row stands for; `BadRowError` if it is none.

        Ids of solutions need not be there; those that are there must be right.
        """
        if not isinstance(row, Mapping):
            raise BadRowError("a problem must be an object")
        _require_keys(row, {"id", "solutions", "tests"}, cls.__dataclass_fields__, "a problem")
        _require_text(row, "id")
        if "/" not in row["id"]:
            raise BadRowError(f"the id of a problem is source/name, not {row['id']!r}")
        solutions = row["solutions"]
        if not isinstance(solutions, list | tuple):
            raise BadRowError("solutions must be a list")
        problem = cls(
            id=row["id"],
            solutions=tuple(map(_solution, solutions)),
            tests=_tests(row["tests"]),
            description=_text(row, "description"),
            generators=tuple(_texts(row.get("generators") or ())),
            in_effibench=row.get("in_effibench") is True,
        )
        if len({s.id for s in problem.solutions}) < len(problem.solutions):
            raise BadRowError("two solutions have the same text")
        return problem


def _solution(row: object) -> Solution:
    if not isinstance(row, Mapping):
        raise BadRowError("a solution must be an object")
    _require_keys(row, {"code", "origin"}, {"id", *Solution.__dataclass_fields__}, "a solution")
    solution = Solution(_text(row, "code"), _text(row, "origin"), _text(row, "licence"))
    if not solution.code.strip():
        raise BadRowError("a solution has no code")
    if row.get("id") not in (None, solution.id):
        raise BadRowError(f"the id of a solution is that of another text: {row['id']!r}")
    return solution


def _tests(content: object) -> Mapping[str, Any]:
    """The tests as they are, once it is clear that they can be read."""
    if not content:
        return {}
    if not isinstance(content, dict):
        raise BadRowError("tests must be an object")
    try:
        tests_file.parsed(content)
    except BadTestsError as error:
        raise BadRowError(f"tests: {error}") from None
    return content


def _require_keys(
    row: Mapping[str, Any], needed: set[str], known: Iterable[str], what: str
) -> None:
    if missing := sorted(needed - set(row)):
        raise BadRowError(f"{what} has no {missing[0]}")
    if unknown := sorted(set(row) - set(known)):
        raise BadRowError(f"{what} has no column {unknown[0]!r}")


def _require_text(row: Mapping[str, Any], key: str) -> None:
    if not isinstance(row[key], str) or not row[key]:
        raise BadRowError(f"{key} must be a text")


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRowError(f"{key} must be a text")
    return value


def _texts(values: object) -> list[str]:
    if not isinstance(values, list | tuple) or not all(isinstance(v, str) for v in values):
        raise BadRowError("generators must be a list of texts")
    return list(values)
