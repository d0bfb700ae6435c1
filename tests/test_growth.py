"""The class of growth that fits measured points."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from statistics import median

import pytest

from effilint.measure import Point, growth
from effilint.measure.growth import UNCLEAR, fitted

SIZES = (30, 100, 300, 1_000, 3_000, 10_000, 30_000)
NOISE = (1.04, 0.97, 1.0, 0.95, 1.03, 0.98, 1.02)


def points(cost: Callable[[int], float], sizes: tuple[int, ...] = SIZES) -> list[Point]:
    return [Point(n, cost(n) * noise) for n, noise in zip(sizes, NOISE, strict=False)]


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        (lambda _: 2e-5, "O(1)"),
        (lambda n: 1e-6 * math.log(n), "O(log n)"),
        (lambda n: 3e-7 * math.sqrt(n), "O(sqrt n)"),
        (lambda n: 3e-8 * n, "O(n)"),
        (lambda n: 3e-8 * n + 1e-5, "O(n)"),
        (lambda n: 2e-8 * n**2, "O(n^2)"),
        (lambda n: 2e-8 * n**2 + 4e-5, "O(n^2)"),
        (lambda n: 1e-9 * n**3, "O(n^3)"),
    ],
)
def test_growth_is_told_from_points(cost: Callable[[int], float], expected: str) -> None:
    assert fitted(points(cost)) == expected


def test_n_log_n_is_told_apart_where_there_is_little_noise() -> None:
    exact = [Point(n, 1e-8 * n * math.log(n)) for n in (10, 100, 1_000, 10_000, 100_000)]
    assert fitted(exact) == "O(n log n)"


def test_exponential_growth_shows_in_small_sizes() -> None:
    assert fitted(points(lambda n: 1e-6 * 1.6**n, (10, 15, 17, 20, 25, 30))) == "O(2^n)"


@pytest.mark.parametrize(
    "few",
    [
        [],
        [Point(10, 1.0), Point(1_000, 100.0)],
        [Point(n, float(n)) for n in (100, 110, 120, 130, 140)],
        [Point(n, cost) for n, cost in zip(SIZES, (1, 50, 3, 90, 2, 70, 1), strict=True)],
        [Point(n, 0.0) for n in SIZES],
    ],
)
def test_what_cannot_be_told_is_unclear(few: list[Point]) -> None:
    assert fitted(few) == UNCLEAR


@pytest.mark.parametrize(
    ("cost", "exponent"),
    [
        (lambda n: 3e-8 * n, 1),
        (lambda n: 3e-8 * n + 1e-6, 1),
        (lambda n: 2e-8 * n**2, 2),
        (lambda n: 1e-9 * n**3, 3),
        (lambda n: 3e-7 * math.sqrt(n), 0.5),
        (lambda _: 2e-5, 0),
    ],
)
def test_exponents_come_with_an_interval(cost: Callable[[int], float], exponent: float) -> None:
    found = growth(points(cost))
    assert found.exponent == pytest.approx(exponent, abs=0.1)
    assert found.low <= found.exponent <= found.high
    assert found.low - 0.05 <= exponent <= found.high + 0.05
    assert found.name == fitted(points(cost))


def test_noise_widens_the_interval() -> None:
    sizes = (1_000, 2_000, 4_000, 8_000, 16_000)
    runs = [(n, noise) for n in sizes for noise in (0.7, 1.0, 1.6)]
    noisy = growth([Point(n, 1e-8 * n**2 * noise) for n, noise in runs])
    exact = growth([Point(n, 1e-8 * n**2) for n, _ in runs])
    assert exact.high - exact.low < 0.2  # no measurement is exact
    assert noisy.high - noisy.low > 0.4
    assert noisy.low < 2 < noisy.high
    assert noisy.exponent == pytest.approx(2, abs=0.2)


@pytest.mark.parametrize(
    "few", [[], [Point(10, 1.0), Point(1_000, 100.0)], [Point(10, 1.0)] * 9, [Point(5, 0.0)] * 5]
)
def test_too_few_sizes_have_no_exponent(few: list[Point]) -> None:
    found = growth(few)
    assert (found.name, found.low, found.high) == (UNCLEAR, -math.inf, math.inf)
    assert math.isnan(found.exponent)


def test_exponential_growth_has_no_exponent() -> None:
    found = growth(points(lambda n: 1e-6 * 1.6**n, (10, 15, 17, 20, 25, 30)))
    assert found.name == "O(2^n)"
    assert math.isnan(found.exponent)


def measured(cost: Callable[[int], float], seed: int) -> list[Point]:
    """What a ladder would measure: three runs of each size, and 50 us that any call takes."""
    rng = random.Random(seed)
    found: list[Point] = []
    sizes = 0
    while sizes < 5 or median(p.cost for p in found[-3:]) < 0.02 or found[-9].cost < 0.001:
        n = 3 * 2**sizes
        found += [Point(n, (5e-5 + cost(n)) * rng.gauss(1, 0.03)) for _ in range(3)]
        sizes += 1
    return found


@pytest.mark.parametrize(
    ("cost", "exponent", "name"),
    [
        (lambda n: 3e-8 * n, 1, "O(n)"),
        (lambda n: 2e-8 * n**2, 2, "O(n^2)"),
        (lambda n: 2e-8 * n**3, 3, "O(n^3)"),
    ],
)
def test_the_interval_covers_the_exponent_over_a_fixed_cost(
    cost: Callable[[int], float], exponent: float, name: str
) -> None:
    found = [growth(measured(cost, seed)) for seed in range(5)]
    assert all(g.name == name for g in found)
    assert all(g.low <= exponent <= g.high for g in found)
    assert all(g.high - g.low < 0.4 for g in found)


def test_noise_alone_is_no_growth() -> None:
    rng = random.Random(1)
    found = growth([Point(2**k, 5e-5 * rng.uniform(1, 3)) for k in range(2, 20) for _ in range(3)])
    assert found.low < 0 < found.high
    assert found.high < 0.5


@pytest.mark.parametrize(
    "sizes", [(3, 6, 12, 13, 15, 17), (3, 6, 12, 14, 16, 18), (5, 10, 12, 14, 16, 18)]
)
def test_exponential_growth_shows_over_a_fixed_cost(sizes: tuple[int, ...]) -> None:
    assert fitted([Point(n, 5e-5 + 1e-7 * 2**n) for n in sizes]) == "O(2^n)"
    assert fitted([Point(n, 5e-5 + 1e-7 * n**4) for n in sizes]) != "O(2^n)"
    assert fitted([Point(n, 5e-5 + 1e-6 * n**3) for n in sizes]) != "O(2^n)"
