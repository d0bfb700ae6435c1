"""What the detector has to beat: orders by length, by depth, and by models of counts and tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from effilint.analyzer.extras import needed
from effilint.detectors.facts import FACTS
from effilint.detectors.names import normalised
from effilint.detectors.syntax import parsed
from effilint.train_detector.boosting import fit_comparator
from effilint.train_detector.examples import Comparison, Examples

Floats = NDArray[np.float64]
_SINGLE = {  # facts that order by themselves, with their weights
    "length": {"nodes": 1.0},
    "loop depth": {"deepest_loop": 1.0},
    "effective depth": {
        "time_factorial": 1e6, "time_exponential": 1e4, "time_degree": 1.0, "time_logs": 0.01,
    },
    "estimated cost": {"cost_some": 1.0},
}  # fmt: skip
_COUNTS = ("all_", "hot_", "deep_", "loops_")  # of nodes and calls
_NGRAMS, _RARE, _MOST_NGRAMS = (1, 3), 5, 40_000
_STRENGTH = 2.0  # inverse of the ridge penalty
_TOKENS_SHARE = 0.5  # of the scores by tokens, beside those of counts


def baseline_scores(
    found: Examples,
    facts: NDArray[np.float32],
    train: Sequence[Comparison],
    test: Sequence[Comparison],
    *,
    seed: int = 0,
) -> dict[str, Floats]:
    """Return for each baseline a score of every comparison in `test`, learned from `train`.

    `facts` are those of the programs: (programs, F). A score is above zero where a baseline says
    that `more` takes more.
    """
    more, less = _places(test)
    scores: dict[str, Floats] = {}
    for name, weights in _SINGLE.items():
        columns = facts[:, [FACTS.index(fact) for fact in weights]].astype(float)
        column = columns @ np.array(list(weights.values()))
        scores[name] = column[more] - column[less]
    counts = facts[:, [n for n, fact in enumerate(FACTS) if fact.startswith(_COUNTS)]]
    scores["linear, counts"] = _linear(_scaled(counts), train, test)
    scores["linear, tokens"] = _linear(_tokens(found, train), train, test)
    boosted = fit_comparator(counts, train, seed=seed)
    scores["boosting, counts"] = boosted(counts[more], counts[less])
    both = _unit(scores["boosting, counts"]) + _TOKENS_SHARE * _unit(scores["linear, tokens"])
    scores["boosting and tokens"] = both
    boosted = fit_comparator(facts, train, seed=seed)
    scores["boosting, all facts"] = boosted(facts[more], facts[less])
    return scores


def _places(
    comparisons: Sequence[Comparison],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    more = np.array([one.more for one in comparisons], np.int64)
    return more, np.array([one.less for one in comparisons], np.int64)


def _unit(scores: Floats) -> Floats:
    return scores / max(float(scores.std()), 1e-9)


def _scaled(columns: NDArray[np.float32]) -> NDArray[np.float64]:
    spread = columns.std(axis=0)
    return np.asarray(columns[:, spread > 0] / spread[spread > 0], float)


def _linear(columns: Any, train: Sequence[Comparison], test: Sequence[Comparison]) -> Floats:
    """Scores of a linear model of differences: of arrays, or of sparse matrices."""
    linear = needed("sklearn.linear_model", "a baseline", "train")
    more, less = _places(train)
    turned = np.arange(len(train)) % 2 == 1  # so that there are two classes
    more, less = np.where(turned, less, more), np.where(turned, more, less)
    weights = np.array([one.weight for one in train])
    model = linear.LogisticRegression(C=_STRENGTH, fit_intercept=False, max_iter=500)
    model.fit(columns[more] - columns[less], ~turned, sample_weight=weights)
    more, less = _places(test)
    return np.asarray(model.decision_function(columns[more] - columns[less]), float)


def _tokens(found: Examples, train: Sequence[Comparison]) -> Any:
    """Runs of up to three tokens with numbered names, by TF-IDF; those that training has."""
    text = needed("sklearn.feature_extraction.text", "a baseline", "train")
    tokens = [[leaf.text for leaf in normalised(parsed(one.text))] for one in found.programs]
    model = text.TfidfVectorizer(
        analyzer=_runs, min_df=_RARE, sublinear_tf=True, max_features=_MOST_NGRAMS
    )
    known = sorted({place for one in train for place in (one.more, one.less)})
    model.fit([tokens[place] for place in known])
    return model.transform(tokens)


def _runs(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    low, high = _NGRAMS
    return [
        tuple(tokens[first : first + size])
        for size in range(low, high + 1)
        for first in range(len(tokens) - size + 1)
    ]
