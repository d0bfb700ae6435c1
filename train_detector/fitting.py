"""From a trained network to a model in a folder: trees beside it, what scores are worth, files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from effilint.analyzer.extras import needed
from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.dataset.time_data import Times
from effilint.detectors.encoding import Encoder
from effilint.detectors.learned import CARD, FORMAT, UNLIKELY, digest_of, facts_digest
from effilint.detectors.reading import Reading
from effilint.train_detector import calibration, export
from effilint.train_detector.answering import Answers, answers, order_logits, taken
from effilint.train_detector.boosting import (
    Comparator,
    Trees,
    fit_comparator,
    fit_presence,
    to_onnx,
)
from effilint.train_detector.examples import GROWTHS, OF, Comparison, Examples
from effilint.train_detector.features import facts_array
from effilint.train_detector.model import Detector
from effilint.train_detector.training import labels_of

Floats = NDArray[np.float64]
_GROWTHS, _BEHAVIOURS = list(GROWTHS), list(BEHAVIOURS)
_FEWEST = 30  # programs that show a behaviour for it to get trees
_CHECKED = 40  # programs on which a file is compared with the network


@dataclass(frozen=True)
class Forest:
    """Boosted trees on facts: orders by what they are in, growth and behaviours by name."""

    order: Mapping[str, Comparator]
    shown: Mapping[str, Trees]


def grown(
    found: Examples, readings: Sequence[Reading], parts: Sequence[str], *, seed: int = 0
) -> Forest:
    """Return trees that are fitted to what is known of programs in these parts."""
    facts = facts_array(readings)
    comparisons = found.in_part(*parts)
    order = {
        of: fit_comparator(facts, [one for one in comparisons if one.of == of], seed=seed)
        for of in OF
    }
    known = [n for n, one in enumerate(found.programs) if one.part in parts]
    classes = [n for n in known if found.programs[n].growth]
    looked = [n for n in known if found.programs[n].behaviours is not None]
    labels = {
        name: (classes, [found.programs[n].growth == name for n in classes]) for name in GROWTHS
    }
    for name in BEHAVIOURS:
        labels[name] = (looked, [name in (found.programs[n].behaviours or ()) for n in looked])
    shown = {
        name: fit_presence(facts[rows], np.array(label), seed=seed)
        for name, (rows, label) in labels.items()
        if _FEWEST <= sum(label) < len(label)
    }
    return Forest(order, shown)


def calibrated(
    found: Examples,
    readings: Sequence[Reading],
    model: Detector,
    encoder: Encoder,
    forest: Forest,
    parts: Sequence[str] = ("validation",),
) -> dict[str, Any]:
    """Return what makes probabilities of scores, from programs that nothing was trained on.

    `ValueError` if there is too little in these parts to tell.
    """
    places = [n for n, one in enumerate(found.programs) if one.part in parts]
    at = {place: row for row, place in enumerate(places)}
    said = answers(model, encoder, [readings[place] for place in places])
    facts = facts_array([readings[place] for place in places])
    comparisons = [
        one._replace(more=at[one.more], less=at[one.less]) for one in found.in_part(*parts)
    ]
    own = Examples([found.programs[place] for place in places], comparisons)
    if not comparisons or not any(one.growth for one in own.programs):
        raise ValueError(f"nothing in {', '.join(parts)} tells what scores are worth")
    return {
        "order": {of: _order(own, said, facts, model, forest, of) for of in OF},
        "growth": _growth(own, said, facts, forest),
        "behaviours": _presence(own, said, facts, forest),
        "time": _time(own, found.times, said, model),
    }


def _order(
    own: Examples,
    said: Answers,
    facts: NDArray[np.float32],
    model: Detector,
    forest: Forest,
    of: str,
) -> dict[str, float]:
    comparisons = [one for one in own.comparisons if one.of == of]
    if not comparisons:
        return {"model": 1.0, "trees": 0.0}
    logits = [order_logits(model, said, comparisons), trees_say(forest, facts, comparisons, of)]
    weights = calibration.order_weights(logits)
    return dict(zip(("model", "trees"), weights, strict=True))


def trees_say(
    forest: Forest, facts: NDArray[np.float32], comparisons: Sequence[Comparison], of: str
) -> Floats:
    """Return what trees say of comparisons: above zero, that `more` takes more."""
    more, less = [one.more for one in comparisons], [one.less for one in comparisons]
    return forest.order[of](facts[more], facts[less])


def _growth(
    own: Examples, said: Answers, facts: NDArray[np.float32], forest: Forest
) -> dict[str, float]:
    rows = [n for n, one in enumerate(own.programs) if one.growth]
    classes = np.array([_GROWTHS.index(own.programs[n].growth) for n in rows])
    logits = [said.growth[rows].astype(float), growth_of_trees(forest, facts[rows])]
    weights = calibration.class_weights(logits, classes)
    return dict(zip(("model", "trees"), weights, strict=True))


def growth_of_trees(forest: Forest, facts: NDArray[np.float32]) -> Floats:
    """Return what trees say of classes of growth: (programs, 5)."""
    found = np.full((len(facts), len(_GROWTHS)), UNLIKELY)
    for column, name in enumerate(_GROWTHS):
        if name in forest.shown:
            found[:, column] = forest.shown[name](facts)
    return found


def _presence(
    own: Examples, said: Answers, facts: NDArray[np.float32], forest: Forest
) -> dict[str, dict[str, float | None]]:
    rows = [n for n, one in enumerate(own.programs) if one.behaviours is not None]
    labels = np.array([labels_of(own.programs[n]) for n in rows], bool).reshape(len(rows), -1)
    found: dict[str, dict[str, float | None]] = {}
    for column, name in enumerate(_BEHAVIOURS):
        logits = [said.behaviours[rows, column].astype(float)]
        trees = forest.shown.get(name)
        logits += [trees(facts[rows])] if trees is not None else []
        label = labels[:, column] if len(rows) else np.zeros(0, bool)
        if not 0 < label.sum() < len(label):
            found[name] = {"model": 1.0, "trees": 0.0, "offset": 0.0, "threshold": None}
            continue
        *weights, offset = calibration.presence_weights(logits, label)
        score = sum(weight * logit for weight, logit in zip(weights, logits, strict=True)) + offset
        found[name] = {
            "model": weights[0],
            "trees": weights[1] if len(weights) > 1 else 0.0,
            "offset": offset,
            "threshold": calibration.threshold(1 / (1 + np.exp(-score)), label),
        }
    return found


def _time(
    own: Examples, times: Sequence[Times], said: Answers, model: Detector
) -> dict[str, float]:
    places = {(one.problem, one.solution): n for n, one in enumerate(own.programs)}
    known = [one for one in times if (one.problem, one.solution) in places]
    if not known:
        return {"low": 0.0, "middle": 0.0, "high": 0.0}
    rows = [places[one.problem, one.solution] for one in known]
    quantiles = taken(model, said, rows, [one.n for one in known])[:, :3]
    return calibration.time_shifts(quantiles, np.log10([one.us for one in known]))


def write(
    folder: Path,
    model: Detector,
    tokenizer: Tokenizer,
    forest: Forest,
    worth: Mapping[str, Any],
    readings: Sequence[Reading],
    more: Mapping[str, Any],
    *,
    keeps_names: bool = False,
) -> dict[str, Any]:
    """Write a model to a folder, and return its card, in which `more` stands too.

    `readings` are some programs, on which the files are compared with the network: the encoder is
    stored with 8 bits if orders of them do not suffer.
    """
    onnx = needed("onnx", "writing a model", "train")
    folder.mkdir(parents=True, exist_ok=True)
    encoder = Encoder(tokenizer, keeps_names=keeps_names)
    tokenizer.save(str(folder / "tokenizer.json"))
    export.write_encoder(model, encoder, readings[:3], folder / "encoder.onnx")
    agreement = export.largest_difference(
        model, encoder, readings[:_CHECKED], folder / "encoder.onnx"
    )
    export.write_pair(model, folder / "pair.onnx")
    export.write_time(model, folder / "time.onnx")
    order = [forest.order[of].trees for of in OF]
    onnx.save(to_onnx(order), folder / "order.onnx")
    onnx.save(to_onnx(list(forest.shown.values())), folder / "classes.onnx")
    names = ["tokenizer.json"]
    names += [f"{name}.onnx" for name in ("encoder", "pair", "time", "order", "classes")]
    card = {
        "format": FORMAT,
        "facts": facts_digest(),
        "keeps_names": keeps_names,
        "growths": _GROWTHS,
        "trees": list(forest.shown),
        "calibration": worth,
        "differs_from_torch": agreement,
        **more,
        "files": {name: digest_of(folder / name) for name in names},
    }
    text = json.dumps(card, indent=2, allow_nan=False)
    (folder / CARD).write_text(f"{text}\n", encoding="utf-8")
    return card
