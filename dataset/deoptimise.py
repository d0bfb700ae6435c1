"""Twins of accepted solutions that are made inefficient at known places.

There is a row for each solution, with its twins: the recipe (inverses and numbers of sites) that
with the seed makes exactly its text again, the labels with their spans, and what it takes beside
the original. What became of the other candidates is in the row too.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from effilint.analyzer.source import Source, SourceError
from effilint.dataset.bench import Bench, UnfitError
from effilint.dataset.problems import Problem, Solution
from effilint.dataset.proving import Figures, Proof, Reason, Twin
from effilint.dataset.twins import (
    Applied,
    Inverse,
    Original,
    OverlapError,
    Site,
    all_inverses,
    applied,
)

_SITES = 2  # of one inverse in one program
_COMBINED = 3  # inverses in one twin at most
_PER_COMBINED = 3  # proved twins for each that combines some
Recipe = tuple[tuple[str, int], ...]  # names of inverses, and numbers of sites


class RecipeError(ValueError):
    """A recipe does not fit the program, or these inverses."""


@dataclass(frozen=True)
class Candidate:
    """A twin that nobody has run yet."""

    recipe: Recipe
    made: Applied
    sites: tuple[Site, ...]

    @property
    def id(self) -> str:
        """The hash of its text."""
        return hashlib.sha256(self.made.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def behaviours(self) -> list[str]:
        """The behaviours that it is made to show."""
        return [all_inverses()[name].behaviour.prefix for name, _ in self.recipe]

    @property
    def is_of_memory(self) -> bool:
        """Whether it is memory that counts."""
        return all(all_inverses()[name].is_of_memory for name, _ in self.recipe)

    def labels(self) -> list[dict[str, Any]]:
        """Return for each inverse the behaviour, the rules, and where: line, column to the end.

        Lines and columns count from 1 in characters, the end is exclusive.
        """
        source = Source(self.made.text)
        return [
            {
                "behaviour": all_inverses()[name].behaviour.prefix,
                "inverse": name,
                "codes": list(all_inverses()[name].codes),
                "spans": [[*source.position(a), *source.position(b)] for a, b in spans],
            }
            for (name, _), spans in zip(self.recipe, self.made.spans, strict=True)
        ]


def sites_of(original: Original, inverse: Inverse, key: str) -> list[Site]:
    """Return where an inverse applies; the same for the same key."""
    try:
        return list(inverse.sites(original.seeded(f"{key} {inverse.name}")))
    except RecursionError:
        return []


def candidates(text: str, prelude: str, seed: int, most: int) -> list[Candidate]:
    """Return at most `most` twins of one site each, of as many behaviours as there are.

    Which ones is by chance, the same for the same text and seed.
    """
    try:
        original = Original(text, prelude)
    except SourceError:
        return []
    return candidates_of(original, text_key(text, seed), most_sites=_SITES)[:most]


def candidates_of(
    original: Original, key: str, *, most_sites: int | None = None
) -> list[Candidate]:
    """Return twins of one site each, first one of every behaviour, then the next of every one.

    `most_sites` is how many of one inverse at most.
    """
    rng = random.Random(key)
    by_behaviour: dict[str, list[Candidate]] = {}
    known = {original.program}
    for inverse in all_inverses().values():
        sites = list(enumerate(sites_of(original, inverse, key)))
        rng.shuffle(sites)
        if not inverse.is_of_memory:  # what is repeated most counts for most
            sites.sort(key=lambda pair: -original.depth(_place(pair[1])))
        for number, site in sites[:most_sites]:
            made = _made(original.program, ((inverse.name, number),), (site,))
            if made is not None and made.made.text not in known:
                known.add(made.made.text)
                by_behaviour.setdefault(inverse.behaviour.prefix, []).append(made)
    return _by_turns(list(by_behaviour.values()), rng)


def combined(text: str, proved: Sequence[Candidate], seed: int, most: int) -> list[Candidate]:
    """Return at most `most` twins that hold two or three of the proved ones."""
    rng = random.Random(text_key(text, seed) + " combined")
    groups = [g for size in range(2, _COMBINED + 1) for g in combinations(proved, size)]
    rng.shuffle(groups)
    found: list[Candidate] = []
    for group in groups:
        if len(found) == most:
            break
        names = [name for one in group for site in one.sites for name in site.names]
        recipe = tuple(step for one in group for step in one.recipe)
        sites = tuple(site for one in group for site in one.sites)
        made = _made(text, recipe, sites) if len(set(names)) == len(names) else None
        if made is not None:
            found.append(made)
    return found


def made_again(text: str, prelude: str, recipe: Sequence[Sequence[Any]], seed: int) -> Candidate:
    """Return the twin that a recipe stands for; `RecipeError` if it cannot be made."""
    key = text_key(text, seed)
    sites = []
    try:
        original = Original(text, prelude)
    except SourceError as error:
        raise RecipeError(str(error)) from None
    for name, number in recipe:
        inverse = all_inverses().get(name)
        found = sites_of(original, inverse, key) if inverse else []
        if number >= len(found):
            raise RecipeError(f"there is no site {number} of {name!r}")
        sites.append(found[number])
    made = _made(text, tuple((name, number) for name, number in recipe), tuple(sites))
    if made is None:
        raise RecipeError("the sites do not fit together")
    return made


def deoptimised(
    problem: Problem, solution: Solution, bench: Bench, *, seed: int, most: int
) -> dict[str, Any]:
    """Return the row of one solution: its proved twins, and why the others were thrown away.

    `most` is how many twins of one site are tried; some that combine proved ones are added.
    """
    row: dict[str, Any] = {"problem": problem.id, "solution": solution.id, "seed": seed}
    row |= {"most": most, "why": "", "twins": [], "rejected": []}
    known = {other.id for other in problem.solutions}
    prelude = prelude_of(problem)
    tried = [c for c in candidates(solution.code, prelude, seed, most) if c.id not in known]
    if not tried:
        return row | {"why": "no inverse applies"}
    try:
        proof = Proof(bench, solution.code)
    except UnfitError as error:
        return row | {"why": str(error)}
    results = _results(proof, tried)
    good = [c for c in tried if isinstance(results[c.recipe], Figures)]
    more = combined(solution.code, good, seed, len(good) // _PER_COMBINED)
    results |= _results(proof, more)
    for candidate in (*tried, *more):
        result = results[candidate.recipe]
        if isinstance(result, Reason):
            row["rejected"].append([candidate.recipe, result.words])
        else:
            row["twins"].append(_told(candidate, result))
    return row


def prelude_of(problem: Problem) -> str:
    """Return what runs before the solutions of a problem."""
    prelude = problem.tests.get("prelude", "")
    return prelude if isinstance(prelude, str) else ""


def _results(proof: Proof, tried: Sequence[Candidate]) -> dict[Recipe, Figures | Reason]:
    found = proof.results([Twin(c.made.text, c.is_of_memory) for c in tried])
    return dict(zip((c.recipe for c in tried), found, strict=True))


def _told(candidate: Candidate, figures: Figures) -> dict[str, Any]:
    return {
        "twin": candidate.id,
        "recipe": candidate.recipe,
        "labels": candidate.labels(),
        "n": figures.n,
        "cpu": [round(seconds * 1e6) for seconds in figures.cpu],
        "ratio": round(figures.ratio, 3),
        "memory": list(figures.memory),
        "memory_ratio": round(figures.memory_ratio, 3),
        "code": candidate.made.text,
    }


def _place(site: Site) -> int:
    """An offset in the text before where the site is."""
    return site.marks[0][0] if site.marks else site.changes[-1].start


def text_key(text: str, seed: int) -> str:
    """Return what decides which twins of a text are made with a seed, and how."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{seed} {digest}"


def _made(text: str, recipe: Recipe, sites: tuple[Site, ...]) -> Candidate | None:
    try:
        return Candidate(recipe, applied(text, sites), sites)
    except OverlapError:
        return None


def _by_turns(groups: list[list[Candidate]], rng: random.Random) -> list[Candidate]:
    """One of each group, then the next of each, in an order by chance."""
    for group in groups:
        rng.shuffle(group)
    rng.shuffle(groups)
    longest = max(map(len, groups), default=0)
    return [group[i] for i in range(longest) for group in groups if i < len(group)]
