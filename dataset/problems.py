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

_LARGEST = 1 << 31  # no number of a problem is that large; Parquet has to hold it
_SHORT = 16  # hexadecimal digits of a hash; 10,000 programs of one problem do not collide


class BadRowError(ValueError):
    """A row that is not a problem; `str` is one clear line."""


@dataclass(frozen=True)
class Solution:
    """A program that is said to solve a problem.

    `origins` say where it comes from, in which sources and places, at least one; `licence` is an
    SPDX name, or empty if nobody stated one.
    """

    code: str
    origins: tuple[str, ...]
    licence: str = ""

    @property
    def origin(self) -> str:
        """Where it was found first."""
        return self.origins[0]

    def joined(self, other: Solution) -> Solution:
        """Return this solution with the origins of both; a licence that one states holds."""
        origins = tuple(dict.fromkeys((*self.origins, *other.origins)))
        return Solution(self.code, origins, self.licence or other.licence)

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
    `number` is the one LeetCode shows. `in_effibench`: the problem is in the pool that
    EffiBench's were drawn from.
    """

    id: str
    solutions: tuple[Solution, ...]
    tests: Mapping[str, Any]
    description: str = ""
    generators: tuple[str, ...] = ()
    number: int | None = None
    in_effibench: bool = False

    def to_row(self) -> dict[str, Any]:
        """Return the columns of the problem, as `from_row` takes them."""
        row = {name: getattr(self, name) for name in self.__dataclass_fields__}
        row["solutions"] = [{"id": s.id, **asdict(s)} for s in self.solutions]
        return row

    def to_json(self) -> str:
        """Return the problem as one line of JSON."""
        return json.dumps(self.to_row(), ensure_ascii=False)

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
            generators=tuple(_texts(row.get("generators") or (), "generators")),
            number=_number(row),
            in_effibench=row.get("in_effibench") is True,
        )
        if len({s.id for s in problem.solutions}) < len(problem.solutions):
            raise BadRowError("two solutions have the same text")
        return problem


def _solution(row: object) -> Solution:
    if not isinstance(row, Mapping):
        raise BadRowError("a solution must be an object")
    _require_keys(row, {"code", "origins"}, {"id", *Solution.__dataclass_fields__}, "a solution")
    origins = tuple(_texts(row["origins"], "origins"))
    solution = Solution(_text(row, "code"), origins, _text(row, "licence"))
    if not solution.code.strip():
        raise BadRowError("a solution has no code")
    if not origins:
        raise BadRowError("a solution has no origin")
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


def _texts(values: object, key: str) -> list[str]:
    if not isinstance(values, list | tuple) or not all(isinstance(v, str) for v in values):
        raise BadRowError(f"{key} must be a list of texts")
    return list(values)


def _number(row: Mapping[str, Any]) -> int | None:
    value = row.get("number")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _LARGEST:
        raise BadRowError("number must be a positive whole number")
    return value
