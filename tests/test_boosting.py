"""Boosted trees on facts, the trees as ONNX, and the baselines beside them."""

from __future__ import annotations

from typing import Any

import pytest

np = pytest.importorskip("numpy")
onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")
pytest.importorskip("sklearn")
pytest.importorskip("tree_sitter_python")

from effilint.detectors.facts import FACTS, facts_of, vector  # noqa: E402
from effilint.train_detector.baselines import baseline_scores  # noqa: E402
from effilint.train_detector.boosting import (  # noqa: E402
    Trees,
    fit_comparator,
    fit_presence,
    fit_values,
    standing,
    to_onnx,
)
from effilint.train_detector.examples import Comparison, Examples, Program  # noqa: E402

RNG = np.random.default_rng(7)
FEATURES = RNG.integers(0, 6, (400, 12)).astype(np.float32) / 3
FEATURES[:, 4] = 0
COSTS = 2 * FEATURES[:, 0] + FEATURES[:, 3] - FEATURES[:, 5]


def compared(count: int, seed: int) -> list[Comparison]:
    """Comparisons of programs by their costs, the larger first."""
    drawn = np.random.default_rng(seed).integers(0, len(COSTS), (count, 2))
    found = []
    for one, other in drawn.tolist():
        if COSTS[one] != COSTS[other]:
            more, less = sorted((one, other), key=lambda place: -COSTS[place])
            ratio = float(np.exp(COSTS[more] - COSTS[less]))
            found.append(Comparison(more, less, ratio, "time", "measured"))
    return found


def run(trees: list[Trees], facts: Any) -> Any:
    session = runtime.InferenceSession(to_onnx(trees).SerializeToString())
    return session.run(None, {"facts": facts})[0]


def test_a_comparator_learns_an_order_and_says_the_opposite_the_other_way_round() -> None:
    fitted = fit_comparator(FEATURES, compared(1500, 1))
    test = compared(400, 2)
    more, less = [one.more for one in test], [one.less for one in test]
    scores = fitted(FEATURES[more], FEATURES[less])
    assert (scores > 0).mean() > 0.93
    assert fitted(FEATURES[less], FEATURES[more]) == pytest.approx(-scores)
    assert 4 not in fitted.trees.kept


def test_the_same_seed_makes_the_same_trees() -> None:
    one, other = (fit_comparator(FEATURES, compared(300, 1), seed=3) for _ in range(2))
    assert (one(FEATURES, FEATURES[::-1]) == other(FEATURES, FEATURES[::-1])).all()


def test_trees_say_the_same_as_onnx_each_in_its_place() -> None:
    unseen = RNG.normal(1, 2, (200, 12)).astype(np.float32)
    unseen[:, 4] = 0
    models = [
        fit_comparator(FEATURES, compared(600, 1)).trees,
        fit_presence(FEATURES, COSTS > 1),
        fit_values(FEATURES, COSTS.astype(float)),
    ]
    for facts in (FEATURES, unseen):
        expected = np.stack([trees(facts) for trees in models], axis=1)
        assert run(models, facts) == pytest.approx(expected, abs=1e-4)
        assert run(models[1:2], facts) == pytest.approx(expected[:, 1:2], abs=1e-4)


def test_values_and_presence_are_learned() -> None:
    values = fit_values(FEATURES, COSTS.astype(float))(FEATURES)
    assert np.corrcoef(values, COSTS)[0, 1] > 0.98
    shown = fit_presence(FEATURES, COSTS > 1)(FEATURES) > 0
    assert (shown == (COSTS > 1)).mean() > 0.95


def test_standing_is_the_mean_over_comparisons() -> None:
    pairs = [
        Comparison(0, 1, 2.0, "time", "measured"),
        Comparison(0, 2, 1e9, "time", "measured"),
        Comparison(1, 2, 2.0, "time", "measured"),
    ]
    found = standing(4, pairs)
    log2 = np.log(2)
    assert found[:3] == pytest.approx([(log2 + 2.5) / 2, 0, -(log2 + 2.5) / 2])
    assert np.isnan(found[3])


SLOW = """def f(xs, ys):
    n = {0}
    for x in xs:
        if x in list(ys):
            n += {0}
    return n
"""
FAST = """def f(xs, ys):
    n, seen = {0}, set(ys)
    for x in xs:
        if x in seen:
            n += {0}
    return n
"""


def test_baselines_score_what_they_were_not_trained_on() -> None:
    programs = [
        Program(f"p{n}", f"{side}{n}", "train", text.format(n))
        for n in range(60)
        for side, text in (("slow", SLOW), ("fast", FAST))
    ]
    pairs = [Comparison(2 * n, 2 * n + 1, 8.0, "time", "measured") for n in range(60)]
    found = Examples(programs, pairs)
    facts = np.array([vector(facts_of(one.text)) for one in programs], np.float32)
    assert facts.shape == (120, len(FACTS))
    scores = baseline_scores(found, facts, pairs[:40], pairs[40:])
    assert {len(one) for one in scores.values()} == {20}
    for name in (
        "effective depth", "estimated cost", "linear, counts", "linear, tokens",
        "boosting, counts", "boosting and tokens", "boosting, all facts",
    ):  # fmt: skip
        assert (scores[name] > 0).all(), name
    assert not scores["loop depth"].any()
    assert (scores["length"] < 0).all()
