"""A model in a folder beside the baselines, on problems that it was not trained on."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.dataset.page import Figure, Table
from effilint.detectors.learned import Learned, Sight
from effilint.scorer.fusion import logit
from effilint.train_detector.baselines import baseline_scores
from effilint.train_detector.evaluation import (
    BINS,
    Orders,
    Presence,
    Share,
    difference,
    macro_f1,
    orders,
    presence,
)
from effilint.train_detector.examples import CLASS_OF, OF, Comparison, Examples
from effilint.train_detector.sights import sights
from effilint.train_detector.timing import Timing, timings

Floats = NDArray[np.float64]
MODEL = "the model"
_BEHAVIOURS = list(BEHAVIOURS)
_LARGE = 2.0  # the ratio from which on gains over baselines are told
_NOTHING = Share(math.nan, math.nan, math.nan)


@dataclass
class Verdicts:
    """How good a model is.

    `orders` are by scorer, in time; `memory` those of the model. `gains` are by how much more
    orders the model has right than each baseline, at ratios of 2 and more. `opinions` are the
    orders of annotators, and the model's on the same pairs. `macro` is the mean of average
    precisions of behaviours of programs alone, `beside` the same where the better one is seen too.
    """

    parts: tuple[str, ...]
    problems: int = 0
    orders: dict[str, dict[str, Orders]] = field(default_factory=dict)
    memory: dict[str, Orders] = field(default_factory=dict)
    gains: dict[str, Share] = field(default_factory=dict)
    opinions: tuple[Orders, Orders, Share] | None = None
    growth: Share = _NOTHING
    grown: dict[str, int] = field(default_factory=dict)
    behaviours: list[Presence] = field(default_factory=list)
    macro: Share = _NOTHING
    beside: Share = _NOTHING
    times: list[Timing] = field(default_factory=list)


def judged(
    found: Examples, model: Learned, facts: NDArray[np.float32], parts: Sequence[str]
) -> Verdicts:
    """Return how good a model is on what is known of programs in these parts.

    `facts` are those of all programs, (programs, F); baselines are trained on the part `train`.
    """
    places = [n for n, one in enumerate(found.programs) if one.part in parts]
    seen = sights(model, {n: found.programs[n].text for n in places})
    verdicts = Verdicts(tuple(parts), len({found.programs[n].problem for n in places}))
    _judge_orders(verdicts, found, model, seen, facts)
    _judge_growth(verdicts, found, seen)
    _judge_behaviours(verdicts, found, model, seen)
    verdicts.times = timings(found, model, parts)
    return verdicts


def _judge_orders(
    verdicts: Verdicts,
    found: Examples,
    model: Learned,
    seen: Mapping[int, Sight],
    facts: NDArray[np.float32],
) -> None:
    train = [one for one in found.in_part("train") if one.of == "time"]
    held_out = found.in_part(*verdicts.parts)
    for of in OF:
        own = [one for one in held_out if one.of == of]
        if not own:
            continue
        said = [logit(getattr(model.order(seen[one.more], seen[one.less]), of)) for one in own]
        judged_ = orders_of(found, own, np.array(said))
        if of == "memory":
            verdicts.memory = judged_
            continue
        scores = {**baseline_scores(found, facts, train, own), MODEL: np.array(said)}
        verdicts.orders = {name: orders_of(found, own, one) for name, one in scores.items()}
        large = np.array([one.ratio >= _LARGE for one in own])
        problems = np.array([found.programs[one.more].problem for one in own])[large]
        for name, score in scores.items():
            if name != MODEL and large.any():
                verdicts.gains[name] = difference(
                    problems.tolist(), scores[MODEL][large].tolist(), score[large].tolist()
                )
        _judge_opinions(verdicts, found, own, scores[MODEL])


def _judge_opinions(
    verdicts: Verdicts, found: Examples, own: Sequence[Comparison], said: Floats
) -> None:
    """What annotators say of the pairs that they ordered, and the model of the same."""
    rows = [n for n, one in enumerate(own) if one.is_annotated]
    if not rows:
        return
    pairs = [own[n] for n in rows]
    theirs = np.array([1.0 if (one.more, one.less) in found.opinions else -1.0 for one in pairs])
    problems = [found.programs[one.more].problem for one in pairs]
    gain = difference(problems, said[rows].tolist(), theirs.tolist())
    both = (orders_of(found, pairs, theirs)["all"], orders_of(found, pairs, said[rows])["all"])
    verdicts.opinions = (*both, gain)


def orders_of(found: Examples, own: Sequence[Comparison], scores: Floats) -> dict[str, Orders]:
    """Return how right scores of comparisons are, by range of ratios."""
    problems = [found.programs[one.more].problem for one in own]
    return orders([one.ratio for one in own], problems, scores.tolist())


def _judge_growth(verdicts: Verdicts, found: Examples, seen: Mapping[int, Sight]) -> None:
    known = [n for n in seen if found.programs[n].growth]
    if not known:
        return
    classes = [CLASS_OF[found.programs[n].growth] for n in known]
    said = [CLASS_OF[max(seen[n].growth, key=seen[n].growth.__getitem__)] for n in known]
    verdicts.growth = macro_f1([found.programs[n].problem for n in known], classes, said)
    counts = Counter(classes)
    verdicts.grown = {name: counts[n] for name, n in CLASS_OF.items()}


def _judge_behaviours(
    verdicts: Verdicts, found: Examples, model: Learned, seen: Mapping[int, Sight]
) -> None:
    known = [n for n in seen if found.programs[n].behaviours is not None]
    if known:
        said = [[seen[n].behaviours[name] for name in _BEHAVIOURS] for n in known]
        verdicts.behaviours, verdicts.macro = _presence(found, known, said)
    pairs = sorted((one, other) for one, other in found.opinions if one in seen and other in seen)
    pairs = [pair for pair in pairs if found.programs[pair[0]].behaviours is not None]
    if pairs:
        beside = [model.beside(seen[one], seen[other]) for one, other in pairs]
        said = [[row[name] for name in _BEHAVIOURS] for row in beside]
        _, verdicts.beside = _presence(found, [one for one, _ in pairs], said)


def _presence(
    found: Examples, places: Sequence[int], said: Sequence[Sequence[float]]
) -> tuple[list[Presence], Share]:
    programs = [found.programs[n] for n in places]
    labels = np.array([[name in (p.behaviours or ()) for name in _BEHAVIOURS] for p in programs])
    return presence(_BEHAVIOURS, [p.problem for p in programs], labels, np.array(said, float))


def tables(verdicts: Verdicts) -> list[Table]:
    """Return what a report shows of it."""
    found = []
    if verdicts.orders:
        found += [
            order_table(verdicts.orders),
            Table(
                "The same as means over problems",
                ["scorer", *BINS],
                [
                    [name, *(_share(judged_[bin_].macro) for bin_ in BINS)]
                    for name, judged_ in verdicts.orders.items()
                ],
            ),
            Table("Pairs", ["", *BINS], _counts(verdicts.orders[MODEL])),
            Table(
                "By how much the model has more right, at ratios of 2 and more",
                ["than", "difference"],
                [[name, _share(gain)] for name, gain in verdicts.gains.items()],
            ),
            Table("Right among the surest", *_coverage(verdicts.orders)),
        ]
    if verdicts.opinions is not None:
        theirs, ours, gain = verdicts.opinions
        rows = [["annotators", _share(theirs.share)], ["the model", _share(ours.share)]]
        rows.append(["difference", _share(gain)])
        found.append(Table(f"Annotated pairs ({ours.pairs:,})", ["", "right"], rows))
    if verdicts.memory:
        rows = [[MODEL, *(_share(verdicts.memory[bin_].share) for bin_ in BINS)]]
        rows += _counts(verdicts.memory)
        found.append(Table("Orders in memory that are right", ["scorer", *BINS], rows))
    counts = [[name, f"{count:,}"] for name, count in verdicts.grown.items()]
    head = ["class", "programs"]
    found.append(Table(f"Growth: macro F1 {_share(verdicts.growth)}", head, counts))
    found.append(
        Table(
            f"Behaviours: mean average precision {_share(verdicts.macro)} of programs alone, "
            f"{_share(verdicts.beside)} beside the better one",
            ["behaviour", "prevalence", "average precision", "AUC"],
            [
                [one.name, f"{one.prevalence:.3f}", _share(one.precision), f"{one.auc:.3f}"]
                for one in verdicts.behaviours
            ],
        )
    )
    names = ["variant", "predictor", "rows", "mean error, us", "median error, us", "factor"]
    found.append(
        Table(
            "Times",
            [*names, "Spearman", "within problem", "covered"],
            [_time_row(one) for one in verdicts.times],
        )
    )
    return found


def order_table(judged_: Mapping[str, Mapping[str, Orders]]) -> Table:
    """Return the table of how many orders in time scorers have right."""
    rows = [[name, *(_share(one[bin_].share) for bin_ in BINS)] for name, one in judged_.items()]
    return Table("Orders in time that are right, by ratio", ["scorer", *BINS], rows)


def order_figure(judged_: Mapping[str, Mapping[str, Orders]], ours: Collection[str]) -> Figure:
    """Return the figure of how many orders scorers have right; `ours` are drawn thick."""

    def by_ratio(axes: Any) -> None:
        names = [name for name in BINS if name not in ("all", ">=2")]
        for scorer, one in judged_.items():
            values = [one[name].share.value for name in names]
            axes.plot(names, values, marker="o", linewidth=3 if scorer in ours else 1, label=scorer)
        axes.set_xlabel("ratio")
        axes.set_ylabel("share of orders that are right")
        axes.legend(fontsize=8)

    return Figure("orders.png", "Orders that are right, by ratio", by_ratio)


def figures(verdicts: Verdicts) -> list[Figure]:
    """Return what a report draws of it."""
    if not verdicts.orders:
        return []

    def coverage(axes: Any) -> None:
        for scorer, judged_ in verdicts.orders.items():
            curve = judged_["all"].coverage
            axes.plot(
                list(curve),
                list(curve.values()),
                linewidth=3 if scorer == MODEL else 1,
                label=scorer,
            )
        axes.set_xlabel("share of pairs, the surest first")
        axes.set_ylabel("share of orders that are right")
        axes.legend(fontsize=8)

    return [
        order_figure(verdicts.orders, (MODEL,)),
        Figure("coverage.png", "Orders that are right among the surest", coverage),
    ]


def _counts(judged_: Mapping[str, Orders]) -> list[list[str]]:
    return [
        ["pairs", *(f"{judged_[bin_].pairs:,}" for bin_ in BINS)],
        ["problems", *(f"{judged_[bin_].problems:,}" for bin_ in BINS)],
    ]


def _coverage(judged_: Mapping[str, Mapping[str, Orders]]) -> tuple[list[str], list[list[str]]]:
    shares = list(judged_[MODEL]["all"].coverage)
    rows = [
        [name, *(f"{one['all'].coverage[share]:.3f}" for share in shares)]
        for name, one in judged_.items()
    ]
    return ["scorer", *(f"{share:.0%}" for share in shares)], rows


def _share(share: Share) -> str:
    if math.isnan(share.value):
        return ""
    return f"{share.value:.3f}" if math.isnan(share.low) else str(share)


def _time_row(one: Timing) -> list[str]:
    numbers = (one.mean_error, one.median_error, one.factor, one.spearman, one.within, one.covered)
    formats = ("{:,.1f}", "{:,.1f}", "{:.2f}", "{:.3f}", "{:.3f}", "{:.3f}")
    cells = (
        "" if math.isnan(number) else form.format(number)
        for number, form in zip(numbers, formats, strict=True)
    )
    return [one.variant, one.predictor, f"{one.rows:,}", *cells]
