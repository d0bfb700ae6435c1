"""How near predicted times are to measured ones, for each variant of the programs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from effilint.analyzer.extras import needed
from effilint.dataset.problems import Solution
from effilint.dataset.time_data import Times
from effilint.dataset.variants import VARIANTS, variant
from effilint.detectors.learned import Learned
from effilint.detectors.syntax import parsed
from effilint.train_detector.examples import Examples
from effilint.train_detector.sights import sights

Floats = NDArray[np.float64]
_FEWEST = 3  # programs of a problem that are ranked


class Timing(NamedTuple):
    """Errors of predicted times, in microseconds; `factor` is 10 to the mean error of log10.

    `spearman` is over all rows, `within` its mean over the problems and sizes with three programs
    or more, `covered` the share of times within the stated interval (nan where there is none).
    """

    variant: str
    predictor: str
    rows: int
    mean_error: float
    median_error: float
    factor: float
    spearman: float
    within: float
    covered: float


def timings(found: Examples, model: Learned, parts: Sequence[str]) -> list[Timing]:
    """Return how near the model comes on programs of these parts, beside simple predictors.

    These are trained on `train`: the median time at the size that is nearest, and a line through
    the logarithms of length, size and time.
    """
    programs = {(one.problem, one.solution): one for one in found.programs}
    train = [one for one in found.times if one.part == "train"]
    rows = [
        one for one in found.times if one.part in parts and (one.problem, one.solution) in programs
    ]
    if not train or not rows:
        return []
    constant, line = _constant(train), _line(train, {k: p.text for k, p in programs.items()})
    timed = []
    for name in VARIANTS:
        texts = {}
        for key in dict.fromkeys((one.problem, one.solution) for one in rows):
            text = variant(Solution(programs[key].text, (key[1],)), name)
            if text is not None:
                texts[key] = text
        known = [one for one in rows if (one.problem, one.solution) in texts]
        if not known:
            continue
        guesses = _guesses(known, texts, model)
        timed += [
            _timing(name, "model", known, guesses[:, 1], guesses),
            _timing(name, "constant", known, np.array([constant(one) for one in known])),
            _timing(name, "length", known, line(known, texts)),
        ]
    return timed


def _guesses(rows: Sequence[Times], texts: dict[tuple[str, str], str], model: Learned) -> Floats:
    """The low end, the middle and the high end for each row, in microseconds."""
    seen = sights(model, texts)
    taken = (model.taken(seen[one.problem, one.solution], one.n) for one in rows)
    return np.array([one[:3] for one in taken])


def _constant(train: Sequence[Times]) -> Callable[[Times], float]:
    by_size: defaultdict[int, list[float]] = defaultdict(list)
    for one in train:
        by_size[round(math.log2(max(one.n, 1)))].append(one.us)
    medians = {size: median(values) for size, values in by_size.items()}

    def guess(one: Times) -> float:
        size = math.log2(max(one.n, 1))
        return medians[min(medians, key=lambda known: abs(known - size))]

    return guess


def _line(
    train: Sequence[Times], texts: dict[tuple[str, str], str]
) -> Callable[[Sequence[Times], dict[tuple[str, str], str]], Floats]:
    def columns(rows: Sequence[Times], known: dict[tuple[str, str], str]) -> Floats:
        lengths = {key: math.log(1 + len(parsed(text).leaves)) for key, text in known.items()}
        return np.array(
            [(lengths[one.problem, one.solution], math.log(max(one.n, 1)), 1.0) for one in rows]
        )

    own = [one for one in train if (one.problem, one.solution) in texts]
    mine = {(one.problem, one.solution): texts[one.problem, one.solution] for one in own}
    weights = np.linalg.lstsq(columns(own, mine), np.log([one.us for one in own]), rcond=None)[0]
    return lambda rows, known: np.exp(columns(rows, known) @ weights)


def _timing(
    variant_: str,
    predictor: str,
    rows: Sequence[Times],
    guesses: Floats,
    ends: Floats | None = None,
) -> Timing:
    us = np.array([one.us for one in rows])
    errors = np.abs(guesses - us)
    covered = math.nan
    if ends is not None:
        covered = float(((us >= ends[:, 0]) & (us <= ends[:, 2])).mean())
    return Timing(
        variant_,
        predictor,
        len(rows),
        float(errors.mean()),
        float(np.median(errors)),
        float(10 ** np.abs(np.log10(guesses) - np.log10(us)).mean()),
        _spearman(us, guesses),
        _within(rows, us, guesses),
        covered,
    )


def _within(rows: Sequence[Times], us: Floats, guesses: Floats) -> float:
    groups: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for place, one in enumerate(rows):
        groups[one.problem, one.n].append(place)
    found = [_spearman(us[g], guesses[g]) for g in groups.values() if len(g) >= _FEWEST]
    known = [one for one in found if not math.isnan(one)]
    return float(np.mean(known)) if known else math.nan


def _spearman(one: Floats, other: Floats) -> float:
    """The correlation of ranks; zero where guesses are all the same, nan where times are."""
    if len(set(one.tolist())) < 2:
        return math.nan
    if len(set(other.tolist())) < 2:
        return 0.0
    return float(needed("scipy.stats", "an evaluation", "train").spearmanr(one, other).statistic)
