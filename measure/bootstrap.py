"""Intervals of ratios from few noisy samples, by resampling.

Percentile bootstrap (Efron 1979): samples are drawn anew, with replacement, and the statistic is
worked out for each draw; the middle 95 % of its values are the interval.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from statistics import fmean, median
from typing import NamedTuple

_ROUNDS = 1000
_TAIL = 0.025


class Interval(NamedTuple):
    """A figure and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def ratio_of_medians(above: Sequence[float], below: Sequence[float], *, seed: int = 0) -> Interval:
    """Return median(above) / median(below) with its interval; `ValueError` for no samples."""
    rng = random.Random(seed)
    drawn = [
        _ratio(median(rng.choices(above, k=len(above))), median(rng.choices(below, k=len(below))))
        for _ in range(_ROUNDS)
    ]
    return _interval(_ratio(median(above), median(below)), drawn)


def mean_of_ratios(pairs: Sequence[tuple[float, float]], *, seed: int = 0) -> Interval:
    """Return the mean of a / b over pairs (a, b), with an interval over the pairs."""
    return _over_pairs(pairs, lambda drawn: fmean(_ratio(a, b) for a, b in drawn), seed)


def ratio_of_totals(pairs: Sequence[tuple[float, float]], *, seed: int = 0) -> Interval:
    """Return sum(a) / sum(b) over pairs (a, b), with an interval over the pairs."""
    return _over_pairs(
        pairs, lambda drawn: _ratio(sum(a for a, _ in drawn), sum(b for _, b in drawn)), seed
    )


def _over_pairs(
    pairs: Sequence[tuple[float, float]],
    statistic: Callable[[Sequence[tuple[float, float]]], float],
    seed: int,
) -> Interval:
    rng = random.Random(seed)
    drawn = [statistic(rng.choices(pairs, k=len(pairs))) for _ in range(_ROUNDS)]
    return _interval(statistic(pairs), drawn)


def _interval(value: float, drawn: list[float]) -> Interval:
    drawn.sort()
    place = int(_TAIL * len(drawn))
    return Interval(value, drawn[place], drawn[-place - 1])


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else float("inf") if above > 0 else 1.0
