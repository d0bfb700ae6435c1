"""What readers make of a row: the part of a problem that it tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from effilint.dataset.problems import Problem, Solution

Part = Problem


def solution(code: str, origin: str, licence: str = "") -> Solution:
    """Return a solution, its lines ended as Python's own are."""
    return Solution(code.replace("\r\n", "\n"), (origin,), licence)


def problem(
    name: str,
    solutions: Iterable[Solution],
    *,
    tests: Mapping[str, Any] | None = None,
    description: str = "",
    generators: Iterable[str] = (),
    number: int | None = None,
) -> Part:
    """Return a problem whose solutions are merged where their texts are the same.

    Raises `BadRowError` for tests that cannot be read.
    """
    row = Problem(
        id=name,
        solutions=merged(solutions),
        tests=tests or {},
        description=description,
        generators=tuple(generators),
        number=number,
    ).to_row()
    return Problem.from_row(row)


def merged(solutions: Iterable[Solution]) -> tuple[Solution, ...]:
    """Return the solutions, those of the same text as one that has all their origins."""
    found: dict[str, Solution] = {}
    for one in solutions:
        known = found.get(one.id)
        found[one.id] = one if known is None else known.joined(one)
    return tuple(found.values())
