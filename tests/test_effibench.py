"""EffiBench's six figures, and the intervals of ratios."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from effilint.measure import Program, Sandbox, call
from effilint.measure.bootstrap import ratio_of_medians
from effilint.measure.contest import taken
from effilint.measure.effibench import Taken, summary

MB = 1_000_000
ONE = Taken(cpu=1.0, wall=2.0, net=10 * MB, gross=25 * MB, area_net=20.0 * MB, area_gross=40.0 * MB)


def test_the_six_figures_by_hand() -> None:
    slow = replace(ONE, cpu=3.0, net=20 * MB, area_net=60.0 * MB)
    found = summary({"a": slow, "b": ONE, "c": None}, {"a": ONE, "b": ONE, "c": ONE})
    assert (found.problems, found.failed, found.lost) == (2, ("c",), ())
    assert (found.et, found.mu, found.tmu) == (2.0, 15.0, 40.0)
    assert found.net.mean_of_ratios.value == found.net.ratio_of_totals.value == 2.0
    assert found.nmu.mean_of_ratios.value == 1.5
    assert found.ntmu.mean_of_ratios.value == 2.0


def test_totals_are_decided_by_the_slowest_problem() -> None:
    solutions = {"small": replace(ONE, cpu=0.01), "large": replace(ONE, cpu=99.0)}
    references = {"small": replace(ONE, cpu=0.10), "large": replace(ONE, cpu=33.0)}
    found = summary(solutions, references).net
    assert found.mean_of_ratios.value == pytest.approx((0.1 + 3) / 2)
    assert found.ratio_of_totals.value == pytest.approx(99.01 / 33.1)


def test_the_published_form_takes_wall_time_and_all_memory() -> None:
    found = summary({"a": ONE}, {"a": replace(ONE, wall=1.0, gross=50 * MB)}, published=True)
    assert (found.et, found.mu, found.tmu) == (2.0, 25.0, 40.0)
    assert found.net.mean_of_ratios.value == 2.0
    assert found.nmu.mean_of_ratios.value == 0.5


def test_memory_that_nobody_can_tell_makes_no_ratio() -> None:
    small = replace(ONE, cpu=2.0, net=1000, area_net=500.0)
    found = summary({"a": small}, {"a": replace(ONE, net=10, area_net=1.0)})
    assert found.nmu.mean_of_ratios.value == 1.0
    assert found.ntmu.mean_of_ratios.value == found.net.mean_of_ratios.value == 2.0
    assert found.coarse == 1
    assert (found.mu, found.tmu) == (0.001, 0.0005)  # figures alone are what was measured


def test_failures_on_either_side_are_named() -> None:
    found = summary({"a": ONE, "b": None, "c": ONE}, {"a": ONE, "b": ONE})
    assert (found.failed, found.lost, found.problems) == (("b",), ("c",), 1)
    found = summary({"a": ONE}, {"a": ONE, "b": ONE, "c": None})
    assert (found.failed, found.lost, found.problems) == (("b", "c"), (), 1)
    with pytest.raises(ValueError, match="no problem"):
        summary({"a": None}, {"a": ONE})


def test_both_forms_can_be_fed_with_what_is_measured() -> None:
    text = "def f(n):\n    kept = [0] * n\n    for i in range(n): kept[i] = i\n    return len(kept)"
    inputs = [call(2_000_000)]
    with Sandbox(workers=1) as sandbox:
        samples = taken(Program(text, "f"), inputs, sandbox, repetitions=2)
    one = Taken.of(samples)
    assert 16 * MB < one.net < one.gross - 5 * MB
    assert 0 < one.cpu <= one.wall
    assert 0 < one.area_net < one.area_gross
    for published in (False, True):
        found = summary({"a": one}, {"a": one}, published=published)
        assert found.net.mean_of_ratios.value == found.ntmu.ratio_of_totals.value == 1


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = random.Random(1)
    held = 0
    for trial in range(100):
        above = [rng.gauss(1.2, 0.03) for _ in range(15)]
        below = [rng.gauss(1.0, 0.03) for _ in range(15)]
        found = ratio_of_medians(above, below, seed=trial)
        held += found.low <= 1.2 <= found.high
    assert 88 <= held <= 100
