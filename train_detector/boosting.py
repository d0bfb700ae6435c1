"""Boosted trees on facts: how two programs differ, how one stands among others, and classes.

Histogram-based boosting of scikit-learn, and the trees as ONNX, which it has no way to write.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from effilint.analyzer.extras import needed
from effilint.train_detector.examples import Comparison

Facts = NDArray[np.float32]
_ROUNDS, _RATE, _LEAVES, _IN_LEAF = 250, 0.06, 15, 20
_FEW_ROUNDS = 80  # where few programs show what is looked for
_SHARE = 0.2  # of the facts that a split chooses from
_SHRINK = 1.0
_DOMAIN, _OPSET, _OPSET_ML = "ai.onnx.ml", 17, 3


@dataclass(frozen=True)
class Trees:
    """A fitted sum of trees: `kept` are the columns of the facts that it reads."""

    kept: NDArray[np.int64]
    model: Any

    def __call__(self, facts: Facts) -> NDArray[np.float64]:
        """Return the sum for facts of shape (B, F): (B,), or (B, classes) for several."""
        return _raw(self.model, facts[:, self.kept])


@dataclass(frozen=True)
class Comparator:
    """Which of two programs takes more, from the difference of their facts."""

    trees: Trees

    def __call__(self, facts: Facts, others: Facts) -> NDArray[np.float64]:
        """Return scores of shape (B,): above zero where the first takes more.

        The other way round the score is the same with the other sign. It is in natural
        logarithms of odds, times two.
        """
        difference = facts - others
        return self.trees(difference) - self.trees(-difference)


def fit_comparator(facts: Facts, comparisons: Sequence[Comparison], *, seed: int = 0) -> Comparator:
    """Return what orders the programs of `facts`, (programs, F), as comparisons do.

    Both directions of each are learned from, weighted by the logarithm of the ratio.
    """
    more, less, weights = _columns(comparisons)
    difference = facts[more] - facts[less]
    answers = np.repeat([1, 0], len(comparisons))
    both = np.concatenate([difference, -difference])
    return Comparator(_fitted(_classifier(seed), both, answers, np.tile(weights, 2)))


def fit_presence(facts: Facts, shown: NDArray[np.bool_], *, seed: int = 0) -> Trees:
    """Return what tells whether a program shows something: log odds, from fewer trees."""
    return _fitted(_classifier(seed, _FEW_ROUNDS), facts, shown.astype(int), None)


def fit_values(
    facts: Facts,
    values: NDArray[np.float64],
    *,
    weights: NDArray[np.float64] | None = None,
    seed: int = 0,
) -> Trees:
    """Return what predicts a number from facts, by least squares."""
    ensemble = needed("sklearn.ensemble", "boosting", "train")
    model = ensemble.HistGradientBoostingRegressor(**_settings(seed))
    return _fitted(model, facts, values, weights)


def standing(programs: int, comparisons: Sequence[Comparison]) -> NDArray[np.float64]:
    """Return for each program by how much it takes more than those that it was compared with.

    The mean of the natural logarithms of the ratios, limited as weights are; nan for a program
    that was compared with none.
    """
    more, less, weights = _columns(comparisons)
    sums, counts = np.zeros(programs), np.zeros(programs)
    for places, signed in ((more, weights), (less, -weights)):
        np.add.at(sums, places, signed)
        np.add.at(counts, places, 1)
    found = np.full(programs, np.nan)
    np.divide(sums, counts, out=found, where=counts > 0)
    return found


def _columns(
    comparisons: Sequence[Comparison],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    more = np.array([one.more for one in comparisons], np.int64)
    less = np.array([one.less for one in comparisons], np.int64)
    return more, less, np.array([one.weight for one in comparisons])


def _settings(seed: int, rounds: int = _ROUNDS) -> dict[str, Any]:
    return {
        "max_iter": rounds,
        "learning_rate": _RATE,
        "max_leaf_nodes": _LEAVES,
        "min_samples_leaf": _IN_LEAF,
        "l2_regularization": _SHRINK,
        "max_features": _SHARE,
        "early_stopping": False,
        "random_state": seed,
    }


def _classifier(seed: int, rounds: int = _ROUNDS) -> Any:
    ensemble = needed("sklearn.ensemble", "boosting", "train")
    return ensemble.HistGradientBoostingClassifier(**_settings(seed, rounds))


def _fitted(
    model: Any, facts: Facts, answers: NDArray[Any], weights: NDArray[np.float64] | None
) -> Trees:
    kept = np.flatnonzero(facts.any(axis=0))
    return Trees(kept, model.fit(facts[:, kept], answers, sample_weight=weights))


def _raw(model: Any, facts: Facts) -> NDArray[np.float64]:
    """The sums of the trees' leaves, before any link function."""
    predict = getattr(model, "decision_function", model.predict)
    return np.asarray(predict(facts), np.float64)


def to_onnx(models: Sequence[Trees]) -> Any:
    """Return one model with the input `facts`, (B, F), and the output `sums`, (B, outputs).

    The outputs are those of the models, one after the other. Thresholds are rounded down to what 32
    bits hold, so that facts, which are of 32 bits, fall on the same side.
    """
    onnx = needed("onnx", "writing a model", "train")
    helper, kinds = onnx.helper, onnx.TensorProto
    attributes = _attributes(models)
    outputs = attributes["n_targets"]
    trees = helper.make_node(
        "TreeEnsembleRegressor", ["facts"], ["sums"], domain=_DOMAIN, **attributes
    )
    graph = helper.make_graph(
        [trees],
        "trees",
        [helper.make_tensor_value_info("facts", kinds.FLOAT, ["programs", None])],
        [helper.make_tensor_value_info("sums", kinds.FLOAT, ["programs", outputs])],
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_DOMAIN, _OPSET_ML)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    onnx.checker.check_model(model)
    return model


def _attributes(models: Sequence[Trees]) -> dict[str, Any]:
    """The trees in the words of ONNX."""
    columns: dict[str, list[Any]] = {name: [] for name in _NODES + _TARGETS}
    baselines: list[float] = []
    number = 0
    for one in models:
        for round_ in one.model._predictors:
            for output, tree in enumerate(round_, len(baselines)):
                for place, node in enumerate(tree.nodes):
                    _add_node(columns, number, place, node, output, one.kept)
                number += 1
        baselines += np.ravel(one.model._baseline_prediction).tolist()
    return {**columns, "base_values": baselines, "n_targets": len(baselines)}


_NODES = [
    f"nodes_{name}"
    for name in (
        "treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids",
        "missing_value_tracks_true",
    )
]  # fmt: skip
_TARGETS = [f"target_{name}" for name in ("treeids", "nodeids", "ids", "weights")]


def _add_node(
    columns: dict[str, list[Any]],
    tree: int,
    place: int,
    node: Any,
    output: int,
    kept: NDArray[np.int64],
) -> None:
    is_leaf = bool(node["is_leaf"])
    threshold = 0.0 if is_leaf else _below(float(node["num_threshold"]))
    row = [
        tree, place, 0 if is_leaf else int(kept[node["feature_idx"]]), threshold,
        "LEAF" if is_leaf else "BRANCH_LEQ", int(node["left"]), int(node["right"]),
        int(node["missing_go_to_left"]),
    ]  # fmt: skip
    for name, value in zip(_NODES, row, strict=True):
        columns[name].append(value)
    if is_leaf:
        for name, value in zip(_TARGETS, (tree, place, output, float(node["value"])), strict=True):
            columns[name].append(value)


def _below(threshold: float) -> float:
    """The largest number of 32 bits that is not above."""
    rounded = np.float32(threshold)
    is_above = float(rounded) > threshold  # in 64 bits
    return float(np.nextafter(rounded, np.float32(-np.inf)) if is_above else rounded)
