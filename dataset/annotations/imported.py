"""Annotations of the shared pairs: an inefficient and an efficient side, with opinions on both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from effilint.dataset.annotations.locating import Lines, located
from effilint.dataset.annotations.names import DUALS, PREFIXES
from effilint.dataset.annotations.sheets import SIDES, Annotation, Sheet, Side
from effilint.dataset.leetcode_numbers import identity, is_held_back
from effilint.dataset.problems import BadRowError, Problem, Solution
from effilint.dataset.readers.fields import mapping, number, optional_text, text
from effilint.dataset.readers.parts import solution
from effilint.dataset.rows import Broken, rows

_SOURCE = "behaviour_pairs"


def shared_sheets(
    path: Path, collected: Mapping[str, Solution] | None = None
) -> Iterator[Sheet | Broken]:
    """Yield a sheet for each side of each pair of a file; broken rows are noted.

    `collected` are solutions by their origins: what `collect` found to be the same program as
    another is annotated in the place of that other, so that a sheet's solution is one that there
    is. Problems that are held back are left out. Raises `OSError` for no file.
    """
    for item in rows(path):
        if isinstance(item, Broken):
            yield item
            continue
        try:
            yield from _sheets(item.content, collected or {})
        except BadRowError as error:
            yield Broken(str(path), item.line, str(error))


def by_origin(problems: Iterable[Problem]) -> dict[str, Solution]:
    """Return the solutions of the shared pairs by their origins."""
    return {
        origin: one
        for problem in problems
        for one in problem.solutions
        for origin in one.origins
        if origin.startswith(f"{_SOURCE}:")
    }


def _sheets(row: Mapping[str, Any], collected: Mapping[str, Solution]) -> list[Sheet]:
    name, shown = identity(text(row, "task"), number(row, "problem_idx"))
    if shown is not None and is_held_back(shown):
        return []
    return [_sheet(f"leetcode/{name}", row, side, collected) for side in SIDES]


def _sheet(
    problem: str, row: Mapping[str, Any], side: Side, collected: Mapping[str, Solution]
) -> Sheet:
    source = f"{_SOURCE}:{text(row, 'id')}:{side}"
    content = mapping(row, side)
    own = solution(text(content, "code"), source)
    known = collected.get(source, own)
    given = content.get("behaviours")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise BadRowError("behaviours must be a list of objects")
    found = [_annotation(one, source, known, own) for one in given]
    summary = optional_text(content, "summary", "tradeoff")
    return Sheet(problem, known.id, source, tuple(found), summary)


def _annotation(
    given: Mapping[str, Any], source: str, known: Solution, own: Solution
) -> Annotation:
    """The names tell the side: a few of the annotators' are of the other side's."""
    name = text(given, "behaviour")
    side: Side = "inefficient" if name in PREFIXES else "efficient"
    behaviour = PREFIXES.get(name) or DUALS.get(name)
    if behaviour is None:
        raise BadRowError(f"nobody knows the behaviour {name!r}")
    snippet = text(given, "snippet")
    lines = _lines(given) if known.id == own.id else None
    return Annotation(
        behaviour=behaviour,
        side=side,
        snippet=snippet,
        place=located(known.code, snippet, lines),
        source=source,
        explanation=optional_text(given, "explanation"),
        mechanism=optional_text(given, "mechanism"),
    )


def _lines(given: Mapping[str, Any]) -> Lines | None:
    """The lines that the annotator named."""
    first = number(given, "start_line")
    if not first:
        return None
    return first, max(first, number(given, "end_line") or first)
