"""Bc and its orders beside the baselines, on problems that nothing was fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from effilint.dataset.page import Figure, Table
from effilint.detectors.learned import Learned
from effilint.scorer.fusion import Weights
from effilint.scorer.score import Band
from effilint.train_detector.baselines import baseline_scores
from effilint.train_detector.evaluation import BINS, Orders
from effilint.train_detector.examples import Examples
from effilint.train_detector.fusing import (
    SLOW,
    Known,
    differences,
    hazards,
    labelled,
    learned_logits,
    usable_pairs,
)
from effilint.train_detector.judging import order_figure, order_table, orders_of

Floats = NDArray[np.float64]
_STEPS = 10  # of Bc


@dataclass(frozen=True)
class Report:
    """How good weights are: `orders` by scorer; Bc by step and by band, each with how many
    programs there are, their mean Bc, and how many of them are slow."""

    problems: int
    orders: Mapping[str, Mapping[str, Orders]]
    steps: Sequence[tuple[str, int, float, float]]
    bands: Sequence[tuple[str, int, float, float]]

    def to_row(self) -> dict[str, Any]:
        """Return what is kept beside the weights."""
        return {
            "problems": self.problems,
            "orders": {
                name: {
                    ratio: [one.pairs, *(round(x, 4) for x in one.share)]
                    for ratio, one in judged.items()
                }
                for name, judged in self.orders.items()
            },
            "bc": _rounded(self.steps),
            "bands": _rounded(self.bands),
        }


def _rounded(steps: Sequence[tuple[str, int, float, float]]) -> list[list[str | float]]:
    return [[name, count, round(bc, 4), round(slow, 4)] for name, count, bc, slow in steps]


def reported(
    found: Examples,
    known: Known,
    weights: Weights,
    static: Weights,
    model: Learned | None,
    facts: NDArray[np.float32],
    parts: Sequence[str],
) -> Report:
    """Return how good `weights` are; `static` are those without the learned detector.

    `facts` are those of all programs, (programs, F); baselines are trained on the part `train`.
    """
    pairs = usable_pairs(found, known, parts)
    scores = {"static": differences(hazards(known, static), pairs)}
    if model is not None:
        logits = learned_logits(known, model, pairs)
        scores["learned"] = logits
        own, learned = weights.order
        scores["both"] = own * differences(hazards(known, weights), pairs) + learned * logits
    train = [one for one in found.in_part("train") if one.of == "time"]
    scores |= baseline_scores(found, facts, train, pairs)
    total, slow = labelled(found, known, weights, parts)
    bc = np.array([weights.part(one) for one in total])
    low, high = weights.bands
    limits = np.array([0.0, low, high, 1.1])
    return Report(
        len({found.programs[one.more].problem for one in pairs}),
        {name: orders_of(found, pairs, one) for name, one in scores.items()},
        _cut(bc, slow, np.linspace(0, 1, _STEPS + 1), None),
        _cut(bc, slow, limits, [str(band) for band in Band]),
    )


def _cut(
    bc: Floats, slow: NDArray[np.bool_], limits: Floats, names: Sequence[str] | None
) -> list[tuple[str, int, float, float]]:
    found = []
    for number in range(len(limits) - 1):
        low, high = limits[number], limits[number + 1]
        here = (bc >= low) & ((bc < high) | (number == len(limits) - 2))
        name = names[number] if names else f"{low:.1f} to {high:.1f}"
        if here.any():
            row = (name, int(here.sum()), float(bc[here].mean()), float(slow[here].mean()))
            found.append(row)
    return found


def tables(report: Report) -> list[Table]:
    """Return what is printed of a report."""
    return [
        order_table(report.orders),
        Table(
            "Pairs",
            ["", *BINS],
            [["pairs", *(f"{report.orders['static'][ratio].pairs:,}" for ratio in BINS)]],
        ),
        Table(
            f"Programs by Bc, and how many take {SLOW:g} times the fastest", *_rows(report.steps)
        ),
        Table("The same by band", *_rows(report.bands)),
    ]


def _rows(steps: Sequence[tuple[str, int, float, float]]) -> tuple[list[str], list[list[str]]]:
    rows = [[name, f"{count:,}", f"{bc:.3f}", f"{slow:.1%}"] for name, count, bc, slow in steps]
    return ["Bc", "programs", "mean Bc", "slow"], rows


def figures(report: Report) -> list[Figure]:
    """Return what is drawn of a report: how right orders are, and what a Bc is worth."""

    def reliability(axes: Any) -> None:
        axes.plot([bc for *_, bc, _ in report.steps], [slow for *_, slow in report.steps], "o-")
        axes.set_xlabel("Bc")
        axes.set_ylabel(f"share that takes {SLOW:g} times the fastest")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)

    return [
        order_figure(report.orders, ("static", "learned", "both")),
        Figure("reliability.png", "What a Bc is worth", reliability),
    ]
