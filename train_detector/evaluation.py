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

from effilint.analyzer.extras import needed

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
FEWEST = 5  # programs that show a behaviour for it to count
_DRAWS, _FEW_DRAWS = 1000, 200
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
    surest = _surest_first(right, np.abs(scores))
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


def _surest_first(right: Floats, sure: Floats) -> Floats:
    """How many are right from the surest on; those that are equally sure share what they have."""
    levels, places = np.unique(-sure, return_inverse=True)
    sums, counts = np.zeros(len(levels)), np.zeros(len(levels))
    np.add.at(sums, places, right)
    np.add.at(counts, places, 1)
    return np.asarray((sums / np.maximum(counts, 1))[np.sort(places)])


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
    if problems < 2:  # of one problem nobody can tell how others would be
        value = float(statistic(np.arange(problems))) if problems else np.nan
        return Share(value, np.nan, np.nan)
    drawn = np.random.default_rng(seed).integers(0, problems, (_DRAWS, problems))
    low, high = np.percentile(statistic(drawn), (_LOW, _HIGH))
    return Share(float(statistic(np.arange(problems))), float(low), float(high))


class Presence(NamedTuple):
    """How well scores find one behaviour: a random order has the `prevalence` as its precision."""

    name: str
    prevalence: float
    precision: Share
    auc: float


def presence(
    names: Sequence[str],
    problems: Sequence[str],
    labels: NDArray[np.bool_],
    scores: Floats,
    *,
    seed: int = 0,
) -> tuple[list[Presence], Share]:
    """Return how well scores find each behaviour, and the mean of average precisions.

    `labels` and `scores` have shape (programs, behaviours). A behaviour that fewer than `FEWEST`
    programs show, or all, is left out.
    """
    metrics = needed("sklearn.metrics", "an evaluation", "train")
    groups = np.unique(np.asarray(problems, str), return_inverse=True)[1]
    drawn = _draws(groups, seed)
    found, resampled = [], []
    for column, name in enumerate(names):
        label, score = labels[:, column], scores[:, column]
        if not FEWEST <= label.sum() < len(label):
            continue
        precision = metrics.average_precision_score
        values = [
            precision(label[rows], score[rows]) if label[rows].any() else np.nan for rows in drawn
        ]
        share = _interval(float(precision(label, score)), values)
        auc = float(metrics.roc_auc_score(label, score))
        found.append(Presence(name, float(label.mean()), share, auc))
        resampled.append(values)
    if not found:
        return [], Share(np.nan, np.nan, np.nan)
    macro = float(np.mean([one.precision.value for one in found]))
    return found, _interval(macro, np.nanmean(resampled, axis=0).tolist())


def macro_f1(
    problems: Sequence[str],
    classes: Sequence[int] | NDArray[np.int64],
    guesses: Sequence[int] | NDArray[np.int64],
    *,
    seed: int = 0,
) -> Share:
    """Return the mean over classes of F1 of guessed classes; all of shape (programs,)."""
    metrics = needed("sklearn.metrics", "an evaluation", "train")
    answers, said = np.asarray(classes), np.asarray(guesses)
    groups = np.unique(np.asarray(problems, str), return_inverse=True)[1]

    def score(rows: NDArray[np.int64]) -> float:
        there = np.unique(answers[rows])
        return float(metrics.f1_score(answers[rows], said[rows], labels=there, average="macro"))

    values = [score(rows) for rows in _draws(groups, seed)]
    return _interval(score(np.arange(len(answers))), values)


def _draws(groups: NDArray[np.int64], seed: int) -> list[NDArray[np.int64]]:
    """The rows of problems that are drawn with replacement, some hundred times."""
    members = [np.flatnonzero(groups == group) for group in range(groups.max(initial=-1) + 1)]
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, max(1, len(members)), (_FEW_DRAWS, len(members)))
    return [np.concatenate([members[one] for one in draw]) for draw in draws if len(draw)]


def _interval(value: float, values: Sequence[float]) -> Share:
    low, high = np.nanpercentile(values, (_LOW, _HIGH))
    return Share(value, float(low), float(high))
