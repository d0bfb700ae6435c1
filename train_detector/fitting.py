"""From a trained network to a model in a folder: trees beside it, what scores are worth, files."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from effilint.analyzer.extras import needed
from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.dataset.pairs import Of
from effilint.dataset.time_data import Times
from effilint.detectors.encoding import Encoder
from effilint.detectors.learned import CARD, FORMAT, SESSIONS, UNLIKELY, digest_of, facts_digest
from effilint.detectors.reading import Reading
from effilint.train_detector import calibration, export
from effilint.train_detector.answering import Answers, answers, order_logits, taken
from effilint.train_detector.boosting import (
    Comparator,
    Trees,
    fit_comparator,
    fit_presence,
    fit_values,
    to_onnx,
)
from effilint.train_detector.examples import GROWTHS, OF, Comparison, Examples, Program
from effilint.train_detector.features import facts_array, readings
from effilint.train_detector.model import Detector
from effilint.train_detector.starting import Start
from effilint.train_detector.training import Plan, Told, Trainer, labels_of, on_what_there_is

Floats = NDArray[np.float64]
_GROWTHS, _BEHAVIOURS = list(GROWTHS), list(BEHAVIOURS)
_STATE = "state.pt"
_SIZES = 3  # of a program's inputs that trees are shown
_FEWEST = 30  # programs that show a behaviour for it to get trees
_CHECKED = 40  # programs on which a file is compared with the network


@dataclass(frozen=True)
class Forest:
    """Boosted trees on facts.

    Orders by what they are in, growth and behaviours by name, and log10 of microseconds, from the
    facts and, as one column more, log10 of the size of the input.
    """

    order: Mapping[Of, Comparator]
    shown: Mapping[str, Trees]
    time: Trees


def grown(
    found: Examples, read: Sequence[Reading], parts: Sequence[str], *, seed: int = 0
) -> Forest:
    """Return trees that are fitted to what is known of programs in these parts."""
    facts = facts_array(read)
    comparisons = found.in_part(*parts)
    order: dict[Of, Comparator] = {
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
    return Forest(order, shown, _of_times(found, facts, parts, seed))


def _of_times(
    found: Examples, facts: NDArray[np.float32], parts: Sequence[str], seed: int
) -> Trees:
    """Trees that tell times, from some of the sizes of each program."""
    by_program: defaultdict[int, list[Times]] = defaultdict(list)
    places = {(p.problem, p.solution): n for n, p in enumerate(found.programs) if p.part in parts}
    for one in found.times:
        place = places.get((one.problem, one.solution))
        if place is not None:
            by_program[place].append(one)
    rng = random.Random(seed)
    rows = [
        (place, one)
        for place, known in by_program.items()
        for one in rng.sample(known, min(_SIZES, len(known)))
    ]
    columns = with_sizes(facts[[place for place, _ in rows]], [one.n for _, one in rows])
    return fit_values(columns, np.log10([one.us for _, one in rows]), seed=seed)


def with_sizes(facts: NDArray[np.float32], sizes: Sequence[float]) -> NDArray[np.float32]:
    """Return facts, (rows, F), with log10 of a size for each row as one column more."""
    logs = np.log10(np.maximum(np.array(sizes, float), 1.0)).astype(np.float32)
    return np.column_stack([facts, logs])


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
    weights = calibration.order_weights(logits)
    return dict(zip(("model", "trees"), weights, strict=True))


def trees_say(
    forest: Forest, facts: NDArray[np.float32], comparisons: Sequence[Comparison], of: Of
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


def write(
    folder: Path,
    model: Detector,
    tokenizer: Tokenizer,
    forest: Forest,
    worth: Mapping[str, Any],
    examples: Sequence[Reading],
    more: Mapping[str, Any],
    *,
    keeps_names: bool = False,
) -> dict[str, Any]:
    """Write a model to a folder, and return its card, in which `more` stands too.

    `examples` are some programs, on which the files are compared with the network: the encoder is
    stored with 8 bits if orders of them do not suffer.
    """
    onnx = needed("onnx", "writing a model", "train")
    folder.mkdir(parents=True, exist_ok=True)
    encoder = Encoder(tokenizer, keeps_names=keeps_names)
    tokenizer.save(str(folder / "tokenizer.json"))
    export.write_encoder(model, encoder, examples[:3], folder / "encoder.onnx")
    agreement = export.largest_difference(
        model, encoder, examples[:_CHECKED], folder / "encoder.onnx"
    )
    export.write_pair(model, folder / "pair.onnx")
    export.write_time(model, folder / "time.onnx")
    order = [forest.order[of].trees for of in OF]
    onnx.save(to_onnx(order), folder / "order.onnx")
    onnx.save(to_onnx(list(forest.shown.values())), folder / "classes.onnx")
    onnx.save(to_onnx([forest.time]), folder / "taken.onnx")
    names = ["tokenizer.json"]
    names += [f"{name}.onnx" for name in SESSIONS]
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
) -> dict[str, Any]:
    """Train a model on the part `train`, from where it stands in a folder, and write it there.

    What scores are worth is told by the part `validation`. `more` goes into the card, which is
    returned; of several processes the first one writes and returns it. What is needed to go on is
    in `work` in the folder. Raises `ValueError` for a folder where training was begun in another
    way, or examples that do not suffice, and `OSError`.
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
    trainer = Trainer(given.model, encoder, found, read, plan=plan, accelerator=accelerator)
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
    held_out = [n for n, one in enumerate(found.programs) if one.part == "validation"]
    with doing("writing"):
        return write(
            folder,
            model,
            given.tokenizer,
            forest,
            worth,
            [read[n] for n in held_out],
            {**more, "plan": asdict(plan), "programs": _counts(found)},
            keeps_names=given.keeps_names,
        )


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
