"""Probabilities of scores: what is said to be so in 70 of 100 cases is so in about 70."""

from __future__ import annotations

from typing import Any

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("torch")

from effilint.train_detector.calibration import (  # noqa: E402
    class_weights,
    order_weights,
    presence_weights,
    threshold,
    time_weights,
)

RNG = np.random.default_rng(5)


def sigmoid(values: Any) -> Any:
    return 1 / (1 + np.exp(-values))


def test_orders_get_the_weights_that_made_them() -> None:
    true = RNG.normal(size=(20_000, 2)) * [3.0, 1.0]
    is_right = RNG.random(len(true)) < sigmoid(true @ [0.5, 1.5])
    signs = np.where(is_right, 1.0, -1.0)
    noise = RNG.normal(size=len(true)) * 9
    found = order_weights([true[:, 0] * signs, true[:, 1] * signs, noise * signs])
    assert found[:2] == pytest.approx([0.5, 1.5], rel=0.1)
    assert found[2] == pytest.approx(0.0, abs=0.02)


def test_a_score_that_is_never_wrong_gets_a_weight_that_is_finite() -> None:
    (found,) = order_weights([np.full(50, 2.0)])
    assert 0 < found < 100


def test_classes_get_the_weight_that_made_them() -> None:
    logits = RNG.normal(size=(20_000, 4)) * 2
    scaled = np.exp(logits * 0.4)
    drawn = (RNG.random((len(logits), 1)) > np.cumsum(scaled / scaled.sum(1)[:, None], 1)).sum(1)
    found = class_weights([logits, RNG.normal(size=logits.shape)], drawn)
    assert found == pytest.approx([0.4, 0.0], abs=0.05)


def test_presence_has_an_offset() -> None:
    score = RNG.normal(size=20_000) * 4
    labels = RNG.random(len(score)) < sigmoid(0.5 * score - 2)
    assert presence_weights([score], labels) == pytest.approx([0.5, -2.0], rel=0.12)


def test_a_threshold_keeps_the_promise_or_there_is_none() -> None:
    probabilities = np.linspace(0, 1, 2000)
    labels = RNG.random(2000) < probabilities
    found = threshold(probabilities, labels, promised=0.7)
    assert found is not None
    assert labels[probabilities >= found].mean() >= 0.7
    assert found < 0.65
    assert threshold(probabilities, np.zeros(2000, bool), promised=0.7) is None
    few = np.arange(10) < 10
    assert threshold(np.ones(10), few, promised=0.7) is None
    same = threshold(np.full(100, 0.5), np.arange(100) < 50, promised=0.7)
    assert same is None  # equal probabilities stand together


def test_times_lie_within_their_interval() -> None:
    true, noise = RNG.normal(size=(2, 4000))
    values = true + 0.3 * noise
    model = 0.5 * true + RNG.normal(size=4000) + 1
    trees = true + RNG.normal(size=4000) * 0.1
    guesses = np.stack([model - 0.1, model, model + 0.2], axis=1)
    found = time_weights(guesses, trees, values)
    middle = found["model"] * model + found["trees"] * trees + found["offset"]
    assert np.abs(middle - values).mean() < 0.27
    low, high = middle - 0.1 + found["low"], middle + 0.2 + found["high"]
    assert ((values > low) & (values < high)).mean() == pytest.approx(0.9, abs=0.01)
    assert (values < low).mean() == pytest.approx(0.05, abs=0.01)
