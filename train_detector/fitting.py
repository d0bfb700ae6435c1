"""From a trained network to a model in a folder: trees beside it, what scores are worth, files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.dataset.pairs import Of
from effilint.dataset.problems import Solution
from effilint.dataset.time_data import Times
from effilint.dataset.variants import variant
from effilint.detectors.encoding import Encoder
from effilint.detectors.reading import Reading
from effilint.train_detector import calibration
from effilint.train_detector.answering import Answers, answers, order_logits, taken
from effilint.train_detector.examples import CLASS_OF, OF, Comparison, Examples, Program
from effilint.train_detector.features import facts_array, readings
from effilint.train_detector.forests import Forest, grown, growth_of_trees, trees_say, with_sizes
from effilint.train_detector.model import Detector
from effilint.train_detector.shipping import write
from effilint.train_detector.starting import Start
from effilint.train_detector.training import Plan, Told, Trainer, labels_of, on_what_there_is

Floats = NDArray[np.float64]
_BEHAVIOURS = list(BEHAVIOURS)
_STATE = "state.pt"


def calibrated(
    found: Examples,
    read: Sequence[Reading],
    model: Detector,
    encoder: Encoder,
    forest: Forest,
    parts: Sequence[str] = ("validation",),
) -> dict[str, Any]:
    """Return what makes probabilities of scores, from programs that nothing was trained on."""
    places = [n for n, one in enumerate(found.programs) if one.part in parts]
    at = {place: row for row, place in enumerate(places)}
    said = answers(model, encoder, [read[place] for place in places])
    facts = facts_array([read[place] for place in places])
    comparisons = [
        one._replace(more=at[one.more], less=at[one.less]) for one in found.in_part(*parts)
    ]
    opinions = {(at[a], at[b]) for a, b in found.opinions if a in at and b in at}
    own = Examples([found.programs[n] for n in places], comparisons, opinions=opinions)
    return {
        "order": {of: _order(own, said, facts, model, forest, of) for of in OF},
        "growth": _growth(own, said, facts, forest),
        "behaviours": _presence(own, said, facts, forest),
        "time": _time(own, found.times, said, facts, model, forest),
    }


def _order(
    own: Examples,
    said: Answers,
    facts: NDArray[np.float32],
    model: Detector,
    forest: Forest,
    of: Of,
) -> dict[str, float]:
    comparisons = [one for one in own.comparisons if one.of == of]
    if not comparisons:
        return {"model": 1.0, "trees": 0.0}
    logits = [order_logits(model, said, comparisons), trees_say(forest, facts, comparisons, of)]
    # Both count the same: what a few hundred pairs say of their shares does not hold elsewhere.
    shares = [1 / max(float(np.std(one)), 1e-9) for one in logits]
    together = sum(share * one for share, one in zip(shares, logits, strict=True))
    counts = np.array([one.weight for one in comparisons])
    (scale,) = calibration.order_weights([np.asarray(together)], counts)
    return {"model": scale * shares[0], "trees": scale * shares[1]}


def _growth(
    own: Examples, said: Answers, facts: NDArray[np.float32], forest: Forest
) -> dict[str, float]:
    rows = [n for n, one in enumerate(own.programs) if one.growth]
    classes = np.array([CLASS_OF[own.programs[n].growth] for n in rows])
    logits = [said.growth[rows].astype(float), growth_of_trees(forest, facts[rows])]
    weights = calibration.class_weights(logits, classes)
    return dict(zip(("model", "trees"), weights, strict=True))


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
        usual = {"model": 1.0, "trees": 0.0, "offset": 0.0, "threshold": None, "ratio": 1.0}
        if not 0 < label.sum() < len(label):
            found[name] = usual
            continue
        *weights, offset = calibration.presence_weights(logits, label)
        score = sum(weight * logit for weight, logit in zip(weights, logits, strict=True)) + offset
        found[name] = {
            "model": weights[0],
            "trees": weights[1] if len(weights) > 1 else 0.0,
            "offset": offset,
            "threshold": calibration.threshold(1 / (1 + np.exp(-score)), label),
            "ratio": _ratio(own, name),
        }
    return found


def _ratio(own: Examples, behaviour: str) -> float:
    """How much slower programs were than what annotators hold against this behaviour in them."""
    ratios = [
        one.ratio if (one.more, one.less) in own.opinions else 1 / one.ratio
        for one in own.comparisons
        if one.is_annotated
        and one.of == "time"
        and behaviour in (_accused(own, one).behaviours or ())
    ]
    return round(median(ratios), 2) if ratios else 1.0


def _accused(own: Examples, one: Comparison) -> Program:
    """The side of an annotated pair that annotators call inefficient."""
    return own.programs[one.more if (one.more, one.less) in own.opinions else one.less]


def _time(
    own: Examples,
    times: Sequence[Times],
    said: Answers,
    facts: NDArray[np.float32],
    model: Detector,
    forest: Forest,
) -> dict[str, float]:
    places = {(one.problem, one.solution): n for n, one in enumerate(own.programs)}
    known = [one for one in times if (one.problem, one.solution) in places]
    rows, sizes = [places[one.problem, one.solution] for one in known], [one.n for one in known]
    quantiles = taken(model, said, rows, sizes)[:, :3]
    trees = forest.time(with_sizes(facts[rows], sizes))
    return calibration.time_weights(quantiles, trees, np.log10([one.us for one in known]))


def fitted(
    folder: Path,
    found: Examples,
    given: Start,
    *,
    plan: Plan,
    jobs: int | None,
    told: Told,
    doing: Callable[[str], AbstractContextManager[None]],
    more: Mapping[str, Any],
    is_small: bool = True,
) -> dict[str, Any]:
    """Train a model on the part `train`, from where it stands in a folder, and write it there.

    What scores are worth is told by the part `validation`. `more` goes into the card, which is
    returned; of several processes the first one writes and returns it. `is_small`: see
    `shipping.write`. What is needed to go on is in `work` in the folder. Raises `ValueError` for a
    folder where training was begun in another way, or examples that do not suffice, and `OSError`.
    """
    _demand(found)
    work = folder / "work"
    work.mkdir(parents=True, exist_ok=True)
    encoder, accelerator = given.encoder, on_what_there_is()
    with accelerator.main_process_first(), doing(f"reading {len(found.programs)} programs"):
        texts = [one.text for one in found.programs]
        cache = work / "readings.npz"
        read = readings(
            texts, given.tokenizer, keeps_names=given.keeps_names, jobs=jobs, cache=cache
        )
    with accelerator.main_process_first(), doing("reading loops"):
        loops = _loops(found, given, jobs, work / "loops.npz")
    trainer = Trainer(
        given.model, encoder, found, read, loops=loops, plan=plan, accelerator=accelerator
    )
    if (work / _STATE).exists():
        trainer.load(work / _STATE)
    while trainer.epoch < plan.epochs:
        with doing(f"epoch {trainer.epoch + 1} of {plan.epochs}"):
            trainer.run_epoch(told)
        if accelerator.is_main_process:
            trainer.save(work / _STATE)
    if not accelerator.is_main_process:
        return {}
    model = trainer.trained
    with doing("growing trees"):
        forest = grown(found, read, ("train",), seed=plan.seed)
    with doing("calibrating"):
        worth = calibrated(found, read, model, encoder, forest)
    told_of = {**more, "plan": asdict(plan), "programs": _counts(found)}
    with doing("writing"):
        return write(folder, model, given, forest, worth, found, read, told_of, is_small=is_small)


def _loops(found: Examples, given: Start, jobs: int | None, cache: Path) -> dict[int, Reading]:
    """What is left of the programs of the part `train` without all but loops and recursion."""
    texts = {}
    for place, program in enumerate(found.programs):
        if program.part == "train":
            text = variant(Solution(program.text, (program.solution,)), "loops")
            if text is not None:
                texts[place] = text
    read = readings(
        list(texts.values()),
        given.tokenizer,
        keeps_names=given.keeps_names,
        jobs=jobs,
        cache=cache,
    )
    return dict(zip(texts, read, strict=True))


def _demand(found: Examples) -> None:
    """Raise `ValueError` where there is nothing to train on, or to calibrate with."""
    for part in ("train", "validation"):
        if not {one.of for one in found.in_part(part)} >= {"time"}:
            raise ValueError(f"there are no measured comparisons of programs in the part {part}")
        if not any(one.growth for one in found.programs if one.part == part):
            raise ValueError(f"there are no programs of known growth in the part {part}")


def _counts(found: Examples) -> dict[str, dict[str, int]]:
    """How much of what there was in each part."""
    parts = sorted({one.part for one in found.programs})
    return {
        part: {
            "problems": len({one.problem for one in found.programs if one.part == part}),
            "programs": sum(one.part == part for one in found.programs),
            "comparisons": len(found.in_part(part)),
        }
        for part in parts
    }
