"""Pairs of solutions to one problem whose order in time or memory the clock has told.

Sampled as for learning from comparisons: the extremes of each problem, pairs across the quartiles
of its ranking, and pairs of every size of gap, so that learning can go from one to the next. What
is certainly equal, or unclear, is kept too, under that name.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cmp_to_key
from itertools import combinations
from typing import Literal

from effilint.dataset.orders import Order, memory_order, time_order, turned
from effilint.dataset.records import Record
from effilint.measure import Verdict as Judged

GAPS = (1.25, 1.5, 2.0, 4.0, 10.0)  # borders of the stages
_MOST_COMPARED = 2000  # pairs of a problem that are looked at
_QUARTERS = 4

Of = Literal["time", "memory"]
Kind = Literal["annotated", "extremes", "quartiles", "gap"]
_ORDERS: dict[Of, Callable[[Record, str, str], Order | None]] = {
    "time": time_order,
    "memory": memory_order,
}


@dataclass(frozen=True)
class Pair:
    """Two solutions, the one that takes more first, or in any order if that is not certain.

    `of` tells what they are compared in. `verdict` is `certain`, `equal` or `unclear`. `ratio`,
    `low`, `high`, `n`, `is_bound` and `is_within` are those of the `Order`. `stage` is the place
    of the ratio among `GAPS`, from 0 (below the first) on. `kind` says why it was taken.
    """

    problem: str
    more: str
    less: str
    of: Of
    verdict: Literal["certain", "equal", "unclear"]
    ratio: float
    low: float
    high: float | None
    n: int
    is_bound: bool
    is_within: bool
    stage: int
    kind: Kind

    def to_row(self) -> dict[str, object]:
        """Return the pair as a row of JSON."""
        return asdict(self)


def stage_of(ratio: float) -> int:
    """Return the place of a ratio (at least 1) among `GAPS`."""
    return sum(ratio >= gap for gap in GAPS)


def pairs_of(
    record: Record,
    of: Of = "time",
    *,
    annotated: Iterable[tuple[str, str]] = (),
    least: float = GAPS[0],
    most: int = 40,
    seed: int = 0,
) -> Iterator[Pair]:
    """Yield the pairs of one problem: those that are annotated, and at most `most` others.

    A pair that is certain counts from a ratio of `least` on; of what is equal or unclear as many
    are kept as there are in an average stage.
    """
    ids = [name for name, course in record.solutions.items() if course.cpu]
    rng = random.Random(f"{seed} {of} {record.problem}")
    seen: set[frozenset[str]] = set()
    for a, b in annotated:
        if a in record.solutions and b in record.solutions:
            seen.add(frozenset((a, b)))
            yield from _pair(record, a, b, of, "annotated")
    if len(ids) < 2:
        return
    wanted = _wanted(ranked(record, ids, of), rng)
    stages: dict[tuple[str, int], int] = {}
    share = max(1, most // (len(GAPS) + 1))
    taken = 0
    for a, b, kind in wanted:
        if frozenset((a, b)) in seen or taken >= most:
            continue
        for pair in _pair(record, a, b, of, kind):
            is_small = pair.verdict == "certain" and pair.ratio < least
            place = (pair.verdict, pair.stage)
            if is_small or (kind == "gap" and stages.get(place, 0) >= share):
                continue
            seen.add(frozenset((a, b)))
            stages[place] = stages.get(place, 0) + 1
            taken += 1
            yield pair


def ranked(record: Record, ids: Sequence[str], of: Of = "time") -> list[str]:
    """Return solutions by what they take, least first, each pair at its last common size."""

    def compare(a: str, b: str) -> int:
        order = _ORDERS[of](record, a, b)
        if order is None or order.ratio == 1:
            return 0
        return 1 if order.ratio > 1 else -1

    return sorted(sorted(ids), key=cmp_to_key(compare))


def _wanted(ranking: Sequence[str], rng: random.Random) -> Iterator[tuple[str, str, Kind]]:
    yield ranking[-1], ranking[0], "extremes"
    size = len(ranking)
    quarters = [ranking[size * q // _QUARTERS : size * (q + 1) // _QUARTERS] for q in range(4)]
    for low, high in combinations([q for q in quarters if q], 2):
        yield rng.choice(high), rng.choice(low), "quartiles"
    others = list(combinations(ranking, 2))
    for low_one, high_one in rng.sample(others, min(len(others), _MOST_COMPARED)):
        yield high_one, low_one, "gap"


def _pair(record: Record, a: str, b: str, of: Of, kind: Kind) -> Iterator[Pair]:
    order = _ORDERS[of](record, a, b)
    if order is None:
        return
    if order.ratio < 1:
        a, b, order = b, a, turned(order)
    is_certain = order.verdict in ("slower", "faster")
    yield Pair(
        problem=record.problem,
        more=a,
        less=b,
        of=of,
        verdict="certain" if is_certain else "equal" if order.verdict == "equal" else "unclear",
        ratio=round(order.ratio, 4),
        low=round(order.low, 4),
        high=None if order.is_bound else round(order.high, 4),
        n=order.n,
        is_bound=order.is_bound,
        is_within=order.is_within,
        stage=stage_of(order.ratio),
        kind=kind,
    )


def agreement(ours: Mapping[str, Record], theirs: Mapping[str, Record], of: Of) -> tuple[int, int]:
    """Return how many orders are certain in both of two measurements, and the same in both."""
    both = same = 0
    for problem in ours.keys() & theirs.keys():
        one, other = ours[problem], theirs[problem]
        common = [
            name
            for name, course in one.solutions.items()
            if course.verdict == Judged.ACCEPTED and name in other.solutions
        ]
        for a, b in combinations(common, 2):
            first, second = _ORDERS[of](one, a, b), _ORDERS[of](other, a, b)
            if first is None or second is None:
                continue
            verdicts = {first.verdict, second.verdict}
            if verdicts <= {"slower", "faster"}:
                both += 1
                same += len(verdicts) == 1
    return both, same
