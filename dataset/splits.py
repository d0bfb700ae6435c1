"""Parts of a set of problems: to train on, to choose by, and to test; a problem is in one of them.

The part is told by a hash of the problem's id, so that it stays when problems are added. Problems
of EffiBench's pool are a part of their own, `effibench`: what is trained on the others can be
measured on that benchmark. Problems that are nearly the same form a group, which is in the part of
its smallest id, and in `effibench` if one of them is in the pool.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from effilint.dataset.duplicates import Index, Shingles, shingles
from effilint.dataset.normalised import normalised, tokens, words
from effilint.dataset.problems import BadRowError, Problem
from effilint.dataset.rows import Broken, rows

EFFIBENCH = "effibench"
NEAR = 0.8  # below it, problems share a template or a turn of phrase, and are not the same
_FEWEST_WORDS = 10  # runs of five, of a description
_FEWEST_TOKENS = 20  # the same of a solution: one-line programs are alike by chance


class Weights(NamedTuple):
    """How much of the problems is in each part, in relation to each other."""

    train: float = 80
    validation: float = 10
    test: float = 10


USUAL = Weights()


class Near(NamedTuple):
    """Two problems of which something, `what`, is nearly the same; or whole, if they are one."""

    one: str
    other: str
    what: str
    similarity: float


def part_of(problem: str, weights: Weights = USUAL) -> str:
    """Return the part of a problem by its id: `train`, `validation` or `test`."""
    digest = hashlib.sha256(problem.encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64 * sum(weights)
    if place < weights.train:
        return "train"
    return "validation" if place < weights.train + weights.validation else "test"


@dataclass
class Parts:
    """The part and the group of each problem; a group is named by its smallest id."""

    parts: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)

    def crossing(self, found: Iterable[Near]) -> list[Near]:
        """Return those whose two problems are in different parts."""
        return [near for near in found if self.parts[near.one] != self.parts[near.other]]

    def to_lines(self) -> Iterator[str]:
        """Yield a line of JSON for each problem, in the order of ids."""
        for problem, part in sorted(self.parts.items()):
            row = {"problem": problem, "part": part, "group": self.groups.get(problem, problem)}
            yield json.dumps(row, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, path: Path) -> Parts:
        """Read what `to_lines` wrote; `BadRowError` for anything else, `OSError` for no file."""
        found = cls()
        for row in rows(path):
            if isinstance(row, Broken):
                raise BadRowError(str(row))
            problem, part = row.content.get("problem"), row.content.get("part")
            if not isinstance(problem, str) or not isinstance(part, str):
                raise BadRowError(f"{path}:{row.line}: a row has a problem and its part, texts")
            if (known := found.parts.setdefault(problem, part)) != part:
                raise BadRowError(f"{path}:{row.line}: {problem} is in {known} too")
            found.groups[problem] = str(row.content.get("group") or problem)
        return found


def split(
    problems: Mapping[str, bool], found: Iterable[Near] = (), weights: Weights = USUAL
) -> Parts:
    """Return the parts of problems, given by their ids and whether they are in EffiBench's pool.

    Those of which something is nearly the same are put together.
    """
    groups = _groups(problems, found)
    in_pool = {groups[problem] for problem, is_in_pool in problems.items() if is_in_pool}
    parts = {
        problem: EFFIBENCH if group in in_pool else part_of(group, weights)
        for problem, group in groups.items()
    }
    return Parts(parts, groups)


def _groups(problems: Iterable[str], found: Iterable[Near]) -> dict[str, str]:
    """The smallest id that a problem hangs together with, by union and find."""
    leaders = {problem: problem for problem in problems}

    def leader(problem: str) -> str:
        while leaders[problem] != problem:
            leaders[problem] = leaders[leaders[problem]]
            problem = leaders[problem]
        return problem

    for near in found:
        first, second = sorted((leader(near.one), leader(near.other)))
        leaders[second] = first
    return {problem: leader(problem) for problem in leaders}


class Alike:
    """Finds problems whose description, or one of whose solutions, is nearly that of another.

    Of each text a sketch is kept, about a kilobyte. Raises `MissingExtraError` without the extra.
    """

    def __init__(self, threshold: float = NEAR) -> None:
        self._descriptions = Index(threshold)
        self._solutions = Index(threshold)

    def to(self, problem: Problem) -> list[Near]:
        """Return what is nearly the same as in earlier problems, and take this one."""
        found: dict[tuple[str, str], float] = {}
        description = shingles(words(problem.description))
        if len(description) >= _FEWEST_WORDS:
            for key, alike in _others(self._descriptions, description, problem):
                found[key, "description"] = alike
            self._descriptions.add(f"{problem.id}\0", description)
        for place, content in enumerate(_contents(problem)):
            for key, alike in _others(self._solutions, content, problem):
                found[key, "solution"] = max(alike, found.get((key, "solution"), 0.0))
            self._solutions.add(f"{problem.id}\0{place}", content)
        return [Near(key, problem.id, what, alike) for (key, what), alike in found.items()]


def _others(index: Index, content: Shingles, problem: Problem) -> Iterator[tuple[str, float]]:
    for key, alike in index.near(content):
        other = key.partition("\0")[0]
        if other != problem.id:
            yield other, alike


def _contents(problem: Problem) -> Iterator[Shingles]:
    for solution in problem.solutions:
        content = shingles(tokens(normalised(solution.code)))
        if len(content) >= _FEWEST_TOKENS:
            yield content
