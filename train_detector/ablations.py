"""What each part of the training brings: the network trained without it, all else the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from effilint.detectors.reading import Reading
from effilint.train_detector.answering import answers, order_logits
from effilint.train_detector.batches import without_facts, without_flow
from effilint.train_detector.evaluation import BINS, orders
from effilint.train_detector.examples import Comparison, Examples
from effilint.train_detector.starting import Start
from effilint.train_detector.training import Plan, Told, Trainer

WHOLE, UNTRAINED = "nothing left out", "without pre-training"
FLOW, FACTS, TWINS = "without data flow", "without facts and heat", "without twins"
OPINIONS = "opinions instead of the clock"
ABLATIONS = (WHOLE, UNTRAINED, FLOW, FACTS, TWINS, OPINIONS)
_SAID = 2.0  # the ratio that an opinion counts as


def ablation(
    name: str,
    found: Examples,
    read: Sequence[Reading],
    given: Start,
    *,
    plan: Plan,
    parts: Sequence[str],
    told: Told,
    doing: Callable[[str], AbstractContextManager[None]],
) -> dict[str, Any]:
    """Train the network of `given` in one of `ABLATIONS`, and return how many orders are right.

    In time, in these parts, by the network alone: a row with `share`, `low` and `high` by range of
    ratios. For `UNTRAINED` the model of `given` is one that knows nothing.
    """
    shown = _shown(name, read)
    trainer = Trainer(given.model, given.encoder, _learned(name, found), shown, plan=plan)
    while trainer.epoch < plan.epochs:
        with doing(f"{name}: epoch {trainer.epoch + 1} of {plan.epochs}"):
            trainer.run_epoch(told)
    held_out = [one for one in found.in_part(*parts) if one.of == "time"]
    places = sorted({place for one in held_out for place in (one.more, one.less)})
    at = {place: row for row, place in enumerate(places)}
    said = answers(trainer.trained, given.encoder, [shown[place] for place in places])
    moved = [one._replace(more=at[one.more], less=at[one.less]) for one in held_out]
    logits = order_logits(trainer.trained, said, moved).tolist()
    problems = [found.programs[one.more].problem for one in held_out]
    judged = orders([one.ratio for one in held_out], problems, logits)
    return {
        "ablation": name,
        "epochs": plan.epochs,
        "seed": plan.seed,
        "parts": list(parts),
        **{bin_: judged[bin_].share._asdict() for bin_ in BINS},
    }


def _shown(name: str, read: Sequence[Reading]) -> Sequence[Reading]:
    views: Mapping[str, Callable[[Reading], Reading]] = {FLOW: without_flow, FACTS: without_facts}
    return [views[name](one) for one in read] if name in views else read


def _learned(name: str, found: Examples) -> Examples:
    """What is learned from."""
    if name == TWINS:
        twins = {one.more for one in found.comparisons if one.source == "twin"}
        programs = [
            replace(one, part="") if place in twins else one
            for place, one in enumerate(found.programs)
        ]
        kept = [one for one in found.comparisons if one.source != "twin"]
        return replace(found, programs=programs, comparisons=kept)
    if name == OPINIONS:
        said = [
            Comparison(more, less, _SAID, "time", "opinion")
            for more, less in sorted(found.opinions)
        ]
        kept = [one for one in found.comparisons if one.source == "twin"]
        return replace(found, comparisons=[*kept, *said])
    return found
