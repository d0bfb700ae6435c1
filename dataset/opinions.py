"""What annotators held of pairs, beside what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from effilint.dataset.orders import time_order
from effilint.dataset.pairs import stage_of
from effilint.dataset.problems import Problem
from effilint.dataset.records import Record
from effilint.measure import Verdict

_SOURCE = "behaviour_pairs"
_SIDES = ("inefficient", "efficient")


@dataclass(frozen=True)
class Opinion:
    """A pair that somebody called inefficient and efficient."""

    name: str
    problem: str
    inefficient: str
    efficient: str


@dataclass(frozen=True)
class Finding:
    """What was measured of an opinion.

    `status`: `agrees`, `disagrees`, `equal`, `unclear`, or why there is no order: `not measured`,
    `not accepted`, `one program`, `no size in common`. `stage` is that of the ratio
    (`effilint.dataset.pairs.GAPS`).
    """

    opinion: Opinion
    status: str
    ratio: float = 1.0
    stage: int = 0
    is_within: bool = True


def opinions(problems: Iterable[Problem]) -> Iterator[Opinion]:
    """Yield the annotated pairs that the solutions of problems come from."""
    for problem in problems:
        found: dict[str, dict[str, str]] = {}
        for solution in problem.solutions:
            for origin in solution.origins:
                source, _, place = origin.partition(":")
                name, _, side = place.rpartition(":")
                if source == _SOURCE and side in _SIDES:
                    found.setdefault(name, {})[side] = solution.id
        for name, sides in found.items():
            if len(sides) == len(_SIDES):
                yield Opinion(name, problem.id, sides["inefficient"], sides["efficient"])


def beside(opinion: Opinion, records: Mapping[str, Record]) -> Finding:
    """Return what the records say of an opinion."""
    record = records.get(opinion.problem)
    ids = (opinion.inefficient, opinion.efficient)
    if opinion.inefficient == opinion.efficient:
        return Finding(opinion, "one program")
    if record is None or not all(name in record.solutions for name in ids):
        return Finding(opinion, "not measured")
    if any(record.solutions[name].verdict != Verdict.ACCEPTED for name in ids):
        return Finding(opinion, "not accepted")
    order = time_order(record, *ids)
    if order is None:
        return Finding(opinion, "no size in common")
    words = {"slower": "agrees", "faster": "disagrees"}
    ratio = max(order.ratio, 1 / order.ratio)
    status = words.get(order.verdict, order.verdict)
    return Finding(opinion, status, ratio, stage_of(ratio), order.is_within)
