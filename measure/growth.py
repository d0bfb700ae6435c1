"""How time grows with size, from measured points.

The exponent is the slope of the logarithm of the cost over that of the size, by least squares over
the largest sizes; its interval is a percentile bootstrap over the points (Efron 1979).
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

UNCLEAR = "unclear"


class Point(NamedTuple):
    """A size and the seconds (or bytes) it took."""

    n: int
    cost: float


class Growth(NamedTuple):
    """How a cost grows: the class that fits, and the exponent of the size with its 95 % interval.

    An exponent that nobody can tell is nan, from minus to plus infinity. `exponent` is nan too for
    exponential growth, where there is none.
    """

    name: str
    exponent: float
    low: float
    high: float


_MODELS: dict[str, Callable[[float], float]] = {  # slowest growth first
    "O(1)": lambda _: 0.0,
    "O(log n)": lambda n: math.log(n + 1),
    "O(sqrt n)": lambda n: math.sqrt(n),
    "O(n)": lambda n: n,
    "O(n log n)": lambda n: n * math.log(n + 1),
    "O(n^2)": lambda n: n**2,
    "O(n^3)": lambda n: n**3,
}
_EXPONENTIAL = "O(2^n)"
_FEWEST = 4  # points
_SPAN = 8  # the largest size over the smallest
_WORST = 0.3  # relative error at which no model fits
_EQUAL = 1.3  # times the error of the best model, at which a simpler one is as good
_TAIL = 16  # sizes this many times below the largest say little of what comes
_ROUNDS = 1000  # of the bootstrap
_NOISE = 0.03  # relative error that any measurement has


def fitted(points: Sequence[Point]) -> str:
    """Return the class of growth that fits best, the slowest of those that fit as well.

    Each class is a straight line in its own scale, `cost = a + b * g(n)`, with neither below
    zero, fitted by least squares of the relative errors. `UNCLEAR` is the answer to too few
    points, too narrow a range of sizes, or a poor fit of all classes.
    """
    points = [point for point in points if point.cost > 0 and point.n > 0]
    if len(points) < _FEWEST:
        return UNCLEAR
    if _is_exponential(points):
        return _EXPONENTIAL
    sizes = [point.n for point in points]
    if max(sizes) < _SPAN * min(sizes):
        return UNCLEAR
    errors = {name: _error(points, model) for name, model in _MODELS.items()}
    best = min(errors.values())
    if best > _WORST:
        return UNCLEAR
    return next(name for name, error in errors.items() if error <= best * _EQUAL + _NOISE)


def growth(points: Sequence[Point], *, seed: int = 0) -> Growth:
    """Return the class that fits (see `fitted`), and the exponent with its interval.

    A size may have several points, one for each run. The interval takes sizes and runs as drawn
    by chance; it needs three sizes, and is wide for few.
    """
    points = [point for point in points if point.cost > 0 and point.n > 0]
    runs: defaultdict[int, list[float]] = defaultdict(list)
    for point in points:
        runs[point.n].append(point.cost)
    medians = [Point(n, median(costs)) for n, costs in sorted(runs.items())]
    name = fitted(medians)
    largest = max(runs, default=0)
    tail = [point for point in points if point.n * _TAIL >= largest]
    if len({point.n for point in tail}) < _FEWEST - 1:
        tail = points
    if name == _EXPONENTIAL or len({point.n for point in tail}) < _FEWEST - 1:
        return Growth(name, math.nan, -math.inf, math.inf)
    rng = random.Random(seed)
    drawn = [_slope(rng.choices(tail, k=len(tail))) for _ in range(_ROUNDS)]
    slopes = sorted(slope for slope in drawn if slope is not None)
    place = len(slopes) // 40
    exponent = _slope(tail)
    assert exponent is not None
    return Growth(name, exponent, slopes[place], slopes[-place - 1])


def _slope(points: Sequence[Point]) -> float | None:
    """The slope in logarithms, or None for points of one size."""
    xs, ys = [math.log(p.n) for p in points], [math.log(p.cost) for p in points]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    across = sum((a - x) ** 2 for a in xs)
    if across < 1e-9:
        return None
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / across


def _error(points: Sequence[Point], model: Callable[[float], float]) -> float:
    """The root of the mean squared relative error of the best line."""
    # Relative errors: each equation a + b * g(n) = cost is divided by its cost.
    rows = [(1 / p.cost, model(p.n) / p.cost) for p in points]
    s11 = sum(x * x for x, _ in rows)
    s12 = sum(x * y for x, y in rows)
    s22 = sum(y * y for _, y in rows)
    s1 = sum(x for x, _ in rows)
    s2 = sum(y for _, y in rows)
    lines = [(s1 / s11, 0.0)]
    if s22 > 0:
        lines.append((0.0, s2 / s22))
        determinant = s11 * s22 - s12 * s12
        if determinant > 1e-12 * s11 * s22:
            a = (s1 * s22 - s2 * s12) / determinant
            b = (s2 * s11 - s1 * s12) / determinant
            if a >= 0 and b >= 0:
                lines.append((a, b))
    return min(
        math.sqrt(sum((a * x + b * y - 1) ** 2 for x, y in rows) / len(rows)) for a, b in lines
    )


def _is_exponential(points: Sequence[Point]) -> bool:
    """Whether each unit of n multiplies the cost, at sizes where no power would grow so fast."""
    first, last = points[0], points[-1]
    if last.n <= first.n or last.n > 100 or last.cost < 30 * first.cost:
        return False
    straight = _spread([p.n for p in points], [math.log(p.cost) for p in points])
    power = _spread([math.log(p.n) for p in points], [math.log(p.cost) for p in points])
    steepness = math.log(last.cost / first.cost) / math.log(last.n / first.n)
    return steepness > 3.5 and straight < power


def _spread(xs: Sequence[float], ys: Sequence[float]) -> float:
    """The squared errors that a straight line leaves."""
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    across = sum((a - x) ** 2 for a in xs)
    slope = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / across if across else 0.0
    return sum((b - y - slope * (a - x)) ** 2 for a, b in zip(xs, ys, strict=True))
