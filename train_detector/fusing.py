"""The weights of Bc: fitted on measured pairs, and judged on problems that nothing was fitted on.

How evidence is put together, and what each weight stands for, is told in `effilint.scorer.fusion`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.dataset.orders import time_order
from effilint.dataset.pairs import ranked
from effilint.dataset.records import Record
from effilint.detectors.facts import FACTS, facts_in, vector
from effilint.detectors.learned import Learned, Sight
from effilint.detectors.operations import opened
from effilint.scorer.evidence import Evidence, evidence_of
from effilint.scorer.fusion import Weights, logit
from effilint.train_detector.calibration import least, order_weights
from effilint.train_detector.examples import Comparison, Examples
from effilint.train_detector.features import spread

Floats = NDArray[np.float64]
SLOW = 2.0  # times the fastest known program: what Bc is the probability of
_USUAL, _FIRMNESS = 0.5, 0.02  # what a weight is drawn to, and how much, for want of pairs
_LARGEST = 3.0  # logarithm of a ratio beyond which pairs weigh no more
_GOOD, _BAD = 0.4, 0.6  # shares of slow programs at most, and at least, in the outer bands
_FEWEST = 50  # programs that tell what share is slow
_NAMES = list(BEHAVIOURS)


@dataclass(frozen=True)
class Known:
    """Programs with what is known of each, all of the same length.

    `evidence` is None where a program cannot be scored; `slow` says whether a program takes `SLOW`
    times the fastest one, or None; `sights` are there if a learned detector was asked.
    """

    evidence: Sequence[Evidence | None]
    slow: Sequence[bool | None]
    sights: Mapping[int, Sight]


def evidence_for(
    texts: Sequence[str], jobs: int | None = None
) -> tuple[list[Evidence | None], NDArray[np.float32]]:
    """Return the evidence against programs, without its places, and their facts.

    The facts have shape (programs, len(FACTS)). Several processes look.
    """
    found = list(spread(_look, texts, jobs))
    facts = np.array([facts for _, facts in found], np.float32).reshape(len(texts), len(FACTS))
    return [evidence for evidence, _ in found], facts


def _look(text: str) -> tuple[Evidence | None, Sequence[float]]:
    with opened(text) as table:
        if table is None:
            return None, vector({})
        facts = vector(facts_in(table))
        try:
            found = replace(evidence_of(table), weights=(), findings=(), dominant=())
        except RecursionError:
            return None, facts
        return found, facts


def slow_ones(found: Examples, records: Mapping[str, Record]) -> list[bool | None]:
    """Return for each program whether it takes `SLOW` times the fastest of its problem.

    None where that is not measured, or the order of the two is unclear.
    """
    fastest = {
        record.problem: next(iter(ranked(record, _timed(record))), None)
        for record in records.values()
    }
    said: list[bool | None] = []
    for program in found.programs:
        record, best = records.get(program.problem), fastest.get(program.problem)
        if record is None or best is None or program.solution not in _timed(record):
            said.append(None)
            continue
        order = time_order(record, program.solution, best)
        is_known = order is not None and (order.verdict != "unclear" or order.high < SLOW)
        said.append(order.ratio >= SLOW if order is not None and is_known else None)
    return said


def _timed(record: Record) -> list[str]:
    return [name for name, course in record.solutions.items() if course.cpu]


def fused(found: Examples, known: Known, model: Learned | None) -> Weights:
    """Return the weights for what is known; the learned detector's from the part `validation`.

    Those of findings and estimates are from `train`. `ValueError` where there is too little.
    """
    train = usable_pairs(found, known, ("train",))
    if not train:
        raise ValueError("there are no measured comparisons of programs in the part train")
    own = Weights(
        findings=dict.fromkeys(_NAMES, 1.0),
        learned=dict.fromkeys(_NAMES, 0.0),
        cost=1.0,
        scale=1.0,
        order=(1.0, 0.0),
        bands=(0.0, 1.0),
    )
    columns = np.stack([_columns(one, own) for one in known.evidence])
    weights = _by_pairs(columns, train)
    own = replace(own, findings=dict(zip(_NAMES, weights[:-1], strict=True)), cost=weights[-1])
    if model is not None:
        own = _with_learned(own, found, known, model)
    parts = ("validation",) if model is not None else ("train",)
    own = replace(own, scale=_scale(found, known, own, parts))
    return replace(own, bands=_bands(found, known, own))


def usable_pairs(found: Examples, known: Known, parts: Sequence[str]) -> list[Comparison]:
    """Return the comparisons in time of programs that can be scored, in these parts."""
    return [
        one
        for one in found.in_part(*parts)
        if one.of == "time"
        and known.evidence[one.more] is not None
        and known.evidence[one.less] is not None
    ]


def _columns(evidence: Evidence | None, own: Weights) -> Floats:
    if evidence is None:
        return np.zeros(len(_NAMES) + 1)
    found = [evidence.found.get(name, 0.0) for name in _NAMES]
    return np.array([*found, own.soft(evidence.bits)])


def _by_pairs(columns: Floats, pairs: Sequence[Comparison]) -> list[float]:
    """The weights of the columns in a Bradley-Terry model, none below zero."""
    more, less = ([getattr(one, side) for one in pairs] for side in ("more", "less"))
    differences = torch.from_numpy(columns[more] - columns[less])
    counts = torch.tensor([min(one.weight, _LARGEST) for one in pairs], dtype=torch.float64)
    counts /= counts.sum()

    def loss(found: Tensor) -> Tensor:
        drawn = _FIRMNESS * (found[:-1] - _USUAL).square().sum()
        return (functional.softplus(-(differences @ found)) * counts).sum() + drawn

    start = np.append(np.zeros(len(_NAMES)), -2.0)
    return [float(one) for one in least(loss, start, positive=True)]


def _with_learned(own: Weights, found: Examples, known: Known, model: Learned) -> Weights:
    """The weights with those of the learned detector: one for all behaviours, one for orders."""
    pairs = usable_pairs(found, known, ("validation",))
    if not pairs:
        raise ValueError("there are no measured comparisons of programs in the part validation")
    static = hazards(known, own)
    shown = replace(own, findings=dict.fromkeys(_NAMES, 0.0), cost=0.0)
    shown = replace(shown, learned=dict.fromkeys(_NAMES, 1.0))
    learned = hazards(known, shown)
    both = order_weights([differences(static, pairs), differences(learned, pairs)])
    part = both[1] / max(both[0], 1e-6)
    logits = learned_logits(known, model, pairs)
    order = order_weights([differences(static, pairs), logits])
    return replace(own, learned=dict.fromkeys(_NAMES, part), order=(order[0], order[1]))


def hazards(known: Known, weights: Weights) -> Floats:
    """Return H of each program, nan for one that cannot be scored."""
    said = []
    for place, evidence in enumerate(known.evidence):
        sight = known.sights.get(place)
        shown = sight.behaviours if sight is not None else None
        found = weights.hazards(evidence, shown).values() if evidence is not None else [math.nan]
        said.append(math.fsum(found))
    return np.array(said)


def differences(values: Floats, pairs: Sequence[Comparison]) -> Floats:
    """Return by how much the value of `more` is larger: shape (pairs,)."""
    return values[[one.more for one in pairs]] - values[[one.less for one in pairs]]


def learned_logits(known: Known, model: Learned, pairs: Sequence[Comparison]) -> Floats:
    """Return the logits of the learned comparison: above zero where `more` takes more."""
    orders = (model.order(known.sights[one.more], known.sights[one.less]) for one in pairs)
    return np.array([logit(order.time) for order in orders])


def _scale(found: Examples, known: Known, own: Weights, parts: Sequence[str]) -> float:
    """The k by which Bc is what is seen of the probability that a program is slow."""
    total, slow = labelled(found, known, own, parts)
    if not 0 < slow.sum() < len(slow):
        raise ValueError("there are no programs of which it is known how slow they are")
    columns, answers = torch.from_numpy(total), torch.from_numpy(slow.astype(float))

    def loss(given: Tensor) -> Tensor:
        left = given[0] * columns + given[1]  # minus the logarithm of the chance of being fast
        return (left * (1 - answers) - torch.log(-torch.expm1(-left) + 1e-12) * answers).mean()

    return float(least(loss, np.array([-1.0, -1.0]), positive=True)[0])


def labelled(
    found: Examples, known: Known, own: Weights, parts: Sequence[str]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return H of the programs of which it is known whether they are slow, and whether they are."""
    total = hazards(known, own)
    rows = [
        n
        for n, one in enumerate(found.programs)
        if one.part in parts and known.slow[n] is not None and not math.isnan(total[n])
    ]
    return total[rows], np.array([bool(known.slow[n]) for n in rows], bool)


def _bands(found: Examples, known: Known, own: Weights) -> tuple[float, float]:
    """Below which Bc few programs are slow, and from which on most are, on `validation`."""
    total, slow = labelled(found, known, own, ("validation",))
    bc = np.array([own.part(one) for one in total])
    order = np.argsort(bc, kind="stable")
    below = np.cumsum(slow[order]) / np.arange(1, len(order) + 1)
    above = np.cumsum(slow[order][::-1]) / np.arange(1, len(order) + 1)
    few = [n for n in range(_FEWEST, len(order)) if below[n] <= _GOOD]
    many = [n for n in range(_FEWEST, len(order)) if above[n] >= _BAD]
    good = float(bc[order][max(few)]) if few else 0.0
    bad = float(bc[order][::-1][max(many)]) if many else 1.0
    return min(good, bad), bad


def as_rows(weights: Weights) -> dict[str, Any]:
    """Return weights as JSON shows them: four digits."""

    def short(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: short(one) for name, one in value.items()}
        if isinstance(value, tuple | list):
            return [short(one) for one in value]
        return float(f"{value:.4g}")

    found: dict[str, Any] = short(weights.to_row())
    return found
