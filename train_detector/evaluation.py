"""How good scores are: orders by ratio and problem, with intervals over problems.

A score of a comparison is above zero where it says that `more` takes more; zero says nothing and
counts as half right. Intervals are those of a bootstrap that draws problems, and not pairs, since
pairs of one problem go together (Davison and Hinkley 1997, section 2.4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BINS = {  # of ratios: from, to before
    "1.2-2": (1.2, 2.0),
    "2-4": (2.0, 4.0),
    "4-8": (4.0, 8.0),
    ">=8": (8.0, np.inf),
    ">=2": (2.0, np.inf),
    "all": (1.0, np.inf),
}
COVERAGES = (0.25, 0.5, 0.75, 1.0)
_DRAWS = 1000
_LOW, _HIGH = 2.5, 97.5  # percent


class Share(NamedTuple):
    """A share with its 95 % interval; nan where there is nothing."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class Orders:
    """How many orders are right, of the comparisons in one range of ratios.

    `share` is over pairs, `macro` the mean over problems of their shares. `coverage` has the share
    among the part of the pairs that the scores are surest about.
    """

    pairs: int
    problems: int
    share: Share
    macro: Share
    coverage: dict[float, float]


def orders(
    ratios: Sequence[float], problems: Sequence[str], scores: Sequence[float], *, seed: int = 0
) -> dict[str, Orders]:
    """Return how right scores are for each range of `BINS`; all arguments have shape (pairs,)."""
    ratio, score = np.asarray(ratios, float), np.asarray(scores, float)
    groups = np.unique(np.asarray(problems, str), return_inverse=True)[1]
    found = {}
    for name, (low, high) in BINS.items():
        here = (ratio >= low) & (ratio < high)
        found[name] = _orders(groups[here], score[here], seed)
    return found


def _orders(groups: NDArray[np.int64], scores: Floats, seed: int) -> Orders:
    right = _right(scores)
    sums, counts = _by_problem(groups, right)
    surest = right[np.argsort(-np.abs(scores), kind="stable")]
    kept = {part: max(1, round(part * len(right))) for part in COVERAGES}
    return Orders(
        pairs=len(right),
        problems=len(sums),
        share=_bootstrapped(len(sums), lambda drawn: _ratio(sums, counts, drawn), seed),
        macro=_bootstrapped(len(sums), lambda drawn: (sums / counts)[drawn].mean(axis=-1), seed),
        coverage={
            part: float(surest[:n].mean()) if n <= len(right) else np.nan
            for part, n in kept.items()
        },
    )


def difference(
    problems: Sequence[str], scores: Sequence[float], others: Sequence[float], *, seed: int = 0
) -> Share:
    """Return by how much more orders `scores` has right than `others`, of the same comparisons."""
    groups = np.unique(np.asarray(problems, str), return_inverse=True)[1]
    gained = _right(np.asarray(scores, float)) - _right(np.asarray(others, float))
    sums, counts = _by_problem(groups, gained)
    return _bootstrapped(len(sums), lambda drawn: _ratio(sums, counts, drawn), seed)


def _right(scores: Floats) -> Floats:
    return np.where(scores == 0, 0.5, (scores > 0).astype(float))


def _by_problem(groups: NDArray[np.int64], values: Floats) -> tuple[Floats, Floats]:
    """The sums and the counts of values, for each problem that has some."""
    numbers, places = np.unique(groups, return_inverse=True)
    sums, counts = np.zeros(len(numbers)), np.zeros(len(numbers))
    np.add.at(sums, places, values)
    np.add.at(counts, places, 1)
    return sums, counts


def _ratio(sums: Floats, counts: Floats, drawn: NDArray[np.int64]) -> Floats:
    return np.asarray(sums[drawn].sum(axis=-1) / counts[drawn].sum(axis=-1))


def _bootstrapped(
    problems: int, statistic: Callable[[NDArray[np.int64]], Floats], seed: int
) -> Share:
    """A statistic of problems, given by their numbers in the last axis, and its interval."""
    if problems == 0:
        return Share(np.nan, np.nan, np.nan)
    drawn = np.random.default_rng(seed).integers(0, problems, (_DRAWS, problems))
    low, high = np.percentile(statistic(drawn), (_LOW, _HIGH))
    return Share(float(statistic(np.arange(problems))), float(low), float(high))
