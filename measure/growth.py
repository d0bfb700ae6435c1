"""How time grows with size, from measured points.

The exponent is the k of `cost = a + b * n^k`, by least squares of the relative errors over the
largest sizes: a call has a fixed cost, which would make any growth look slower. Its interval is a
percentile bootstrap over sizes and runs (Efron 1979).
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
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
_FLAT = ("O(1)", "O(log n)")
_EXPONENTIAL = "O(2^n)"
_FEWEST = 4  # points
_SPAN = 8  # the largest size over the smallest
_WORST = 0.3  # relative error at which no model fits
_EQUAL = 1.3  # times the error of the best model, at which a simpler one is as good
_TAIL = 16  # sizes this many times below the largest say little of what comes
_TAIL_SIZES = 5  # at least; three numbers are fitted to them
_LOWER = 0.3  # of the cost of the smallest size may be what grows more slowly
_CLEAR = 4.0  # times the least cost is well above the fixed cost
_ROUNDS = 400  # of the bootstrap
_NOISE = 0.03  # relative error that any measurement has
_STEEPEST = 6.0  # exponent
_STEEP = 3.5  # exponent above which growth may be exponential
_SMALL = 100  # size at which exponential growth has ended
_ABOVE = 2.0  # times the least cost is more than the fixed cost of a call
_EXPLAINED = 0.7  # of the error of a constant is left by what explains little
_GRID = 12  # exponents that are tried at first
_NARROW = 10  # times the best exponent is narrowed down, each time to three fifths


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
    if name == _EXPONENTIAL or len(runs) < _FEWEST - 1:
        return Growth(name, math.nan, -math.inf, math.inf)
    largest = max(runs)
    sizes = sorted(runs)
    least = min(point.cost for point in medians)
    clear = [p.n for p in medians if p.n * _TAIL >= largest and p.cost > _CLEAR * least]
    tail = {n: runs[n] for n in (clear if len(clear) >= _FEWEST else sizes[-_TAIL_SIZES:])}
    fixed = max(_ABOVE * least, _LOWER * median(tail[min(tail)]))
    if name in _FLAT or _is_noise(medians, name):
        fixed = -1.0
    rng = random.Random(seed)
    drawn = (_exponent(_again(tail, rng), fixed) for _ in range(_ROUNDS))
    exponents = sorted(exponent for exponent in drawn if exponent is not None)
    exponent = _exponent(list(tail.items()), fixed)
    assert exponent is not None
    place = len(exponents) // 40
    low, high = exponents[place], exponents[-place - 1]
    return Growth(name, exponent, min(low, exponent), max(high, exponent))


_Runs = list[tuple[int, list[float]]]  # sizes with the costs of their runs


def _again(tail: Mapping[int, list[float]], rng: random.Random) -> _Runs:
    """Sizes drawn by chance, with as many of their runs, and a noise that those have in common."""
    found = []
    for n, costs in rng.choices(list(tail.items()), k=len(tail)):
        noise = rng.gauss(1.0, _NOISE)
        found.append((n, [cost * noise for cost in rng.choices(costs, k=len(costs))]))
    return found


def _exponent(runs: _Runs, most: float) -> float | None:
    """The exponent over a fixed cost of at most so much; of the whole cost, if that is below zero.

    None for runs of fewer than three sizes, which any exponent fits.
    """
    if len({n for n, _ in runs}) < _FEWEST - 1:
        return None
    if most < 0:
        return _slope([Point(n, cost) for n, costs in runs for cost in costs])
    largest = max(n for n, _ in runs)
    logs = [math.log(n / largest) for n, _ in runs]
    sums = [(len(c), sum(1 / x for x in c), sum(1 / x**2 for x in c)) for _, c in runs]

    def error(exponent: float) -> float:
        return _squares(sums, [math.exp(exponent * log) for log in logs], most)

    return _least(error, _STEEPEST)


def _least(error: Callable[[float], float], high: float) -> float:
    """Where between zero and `high` an error is least, as far as a grid leads to it."""
    step = high / _GRID
    best = min((step * place for place in range(1, _GRID + 1)), key=error)
    low, high = max(best - step, 1e-3), best + step
    for _ in range(_NARROW):
        one, other = low + 0.4 * (high - low), low + 0.6 * (high - low)
        low, high = (low, other) if error(one) < error(other) else (one, high)
    return (low + high) / 2


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
    sums = [(1, 1 / point.cost, 1 / point.cost**2) for point in points]
    return math.sqrt(_squares(sums, [model(point.n) for point in points]) / len(points))


def _squares(
    sums: Sequence[tuple[int, float, float]], xs: Sequence[float], most: float = math.inf
) -> float:
    """The sum of the squared relative errors of the best line `a + b * x`, with b not below zero.

    If it rises, a is between zero and `most`.

    `sums` are for each x how many costs there are, and the sums of their inverses and of the
    squares of those: each equation a + b * x = cost is divided by its cost.
    """
    count = sum(number for number, _, _ in sums)
    s1, s11 = sum(one for _, one, _ in sums), sum(two for _, _, two in sums)
    s2 = sum(one * x for (_, one, _), x in zip(sums, xs, strict=True))
    s12 = sum(two * x for (_, _, two), x in zip(sums, xs, strict=True))
    s22 = sum(two * x * x for (_, _, two), x in zip(sums, xs, strict=True))
    lines = [(s1 / s11, 0.0)]
    determinant = s11 * s22 - s12 * s12
    if s22 > 0:
        is_free = determinant > 1e-12 * s11 * s22
        a = (s1 * s22 - s2 * s12) / determinant if is_free else 0.0
        a = min(max(a, 0.0), most)
        lines.append((a, max((s2 - a * s12) / s22, 0.0)))
    return min(
        max(a * a * s11 + 2 * a * b * s12 + b * b * s22 - 2 * (a * s1 + b * s2) + count, 0.0)
        for a, b in lines
    )


def _is_noise(points: Sequence[Point], name: str) -> bool:
    """Whether no power of n explains much of what makes costs differ."""
    largest = max(point.n for point in points)

    def power(exponent: float) -> float:
        return _error(points, lambda n: (n / largest) ** exponent)

    same = _error(points, lambda _: 0.0)
    return name == UNCLEAR and power(_least(power, _STEEPEST)) > _EXPLAINED * same


def _is_exponential(points: Sequence[Point]) -> bool:
    """Whether each unit of n multiplies the cost, at sizes where no power would grow so fast."""
    largest, least = max(p.n for p in points), min(p.cost for p in points)
    risen = [p for p in points if p.cost > _ABOVE * least]
    if largest > _SMALL or len(risen) < _FEWEST - 1:
        return False
    first, last = min(risen), max(risen)
    if last.cost < 30 * least or last.n == first.n:
        return False

    def power(exponent: float) -> float:
        return _error(points, lambda n: (n / largest) ** exponent)

    def exponential(rate: float) -> float:
        return _error(points, lambda n: math.exp(rate * (n - largest)))

    exponent, rate = _least(power, 5 * _STEEPEST), _least(exponential, 3.0)
    if exponent <= _STEEP or exponential(rate) > _WORST:
        return False
    return exponent > _STEEPEST or exponential(rate) < power(exponent)
