"""Programs and texts that are nearly the same: MinHash over five tokens in a row.

Within a problem the default keeps all that is not the same program up to names, comments,
annotations, layout and unused imports: where two solutions share 95 % of their shingles and are
not the same, they mostly differ in a `break`, a `while` for an `if`, or a bound of a loop, which
is what makes one of them slow.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from effilint.analyzer.extras import needed
from effilint.dataset.normalised import normalised, tokens
from effilint.dataset.problems import Solution

THRESHOLD = 1.0  # of the Jaccard similarity within a problem
_IN_A_ROW = 5
_PERMUTATIONS = 128
_LEEWAY = 0.1  # candidates are looked for below the threshold, or the index would miss some
_SIDES = (":inefficient", ":efficient")

Shingles = frozenset[bytes]


def shingles(words: Sequence[str]) -> Shingles:
    """Return all runs of five words; a shorter text is one run."""
    last = max(1, len(words) - _IN_A_ROW + 1)
    return frozenset("\0".join(words[at : at + _IN_A_ROW]).encode() for at in range(last))


def similarity(one: Shingles, other: Shingles) -> float:
    """Return the Jaccard similarity: what both have of what either has."""
    return len(one & other) / len(one | other)


class Index:
    """Finds what is nearly the same as something: at least `threshold` by its MinHash.

    Raises `MissingExtraError` without the extra `[dataset]`.
    """

    def __init__(self, threshold: float) -> None:
        self._sketches = needed("datasketch", "finding near-duplicates")
        self._threshold = threshold
        self._found = self._sketches.MinHashLSH(
            threshold=max(0.1, threshold - _LEEWAY), num_perm=_PERMUTATIONS
        )
        self._known: dict[str, Any] = {}

    def near(self, content: Shingles) -> list[tuple[str, float]]:
        """Return the keys of what is near, with the estimated similarity, in the order of keys."""
        sketch = self._sketch(content)
        found = [(key, self._known[key].jaccard(sketch)) for key in self._found.query(sketch)]
        return sorted((key, alike) for key, alike in found if alike >= self._threshold)

    def add(self, key: str, content: Shingles) -> None:
        """Take something under a key of its own."""
        self._known[key] = self._sketch(content)
        self._found.insert(key, self._known[key])

    def _sketch(self, content: Shingles) -> Any:
        sketch = self._sketches.MinHash(num_perm=_PERMUTATIONS, hashfunc=zlib.crc32)
        sketch.update_batch(content)
        return sketch


def without_duplicates(
    solutions: Iterable[Solution], threshold: float = THRESHOLD
) -> tuple[Solution, ...]:
    """Return the solutions without those that are nearly an earlier one, which has their origins.

    `threshold` is the least similarity of their normalised tokens; at 1 the programs are the same
    up to what `normalised` leaves out. The two sides of an annotated pair are merged only then.
    """
    kept: list[Solution] = []
    places: dict[str, int] = {}
    near = _Near(threshold) if threshold < 1 else None
    for solution in solutions:
        text = normalised(solution.code)
        place = places.get(text)
        if place is None and near is not None:
            place = near.place_of(text, solution, kept)
        if place is not None:
            kept[place] = kept[place].joined(solution)
            continue
        places[text] = len(kept)
        kept.append(solution)
        if near is not None:
            near.add(text)
    return tuple(kept)


class _Near:
    """The solutions of a problem that are kept; the index proposes, the shingles decide."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._index = Index(max(0.0, threshold - _LEEWAY))
        self._contents: list[Shingles] = []

    def add(self, text: str) -> None:
        content = shingles(tokens(text))
        self._index.add(str(len(self._contents)), content)
        self._contents.append(content)

    def place_of(self, text: str, solution: Solution, kept: Sequence[Solution]) -> int | None:
        """The first that is near enough and no rival."""
        content = shingles(tokens(text))
        for place in sorted(int(key) for key, _ in self._index.near(content)):
            is_near = similarity(content, self._contents[place]) >= self._threshold
            if is_near and not _are_rivals(solution, kept[place]):
                return place
        return None


def _are_rivals(one: Solution, other: Solution) -> bool:
    """Whether they are the two sides of an annotated pair."""
    return bool(_pairs(one) & _pairs(other))


def _pairs(solution: Solution) -> set[str]:
    return {origin.rpartition(":")[0] for origin in solution.origins if origin.endswith(_SIDES)}
