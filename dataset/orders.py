"""Which of two solutions takes more, and whether that is certain, from a record.

At the largest size that both came to, the ratio is that of the medians, without what a call costs
that does nothing. Its logarithm has the standard error

    sqrt(s_a^2 / k_a + s_b^2 / k_b),  s^2 = (1.2533 * scale)^2 + (_NOISE)^2 + (_GRAIN / cost)^2

with k repetitions; `scale` is 1.4826 times the median absolute deviation of the logarithms from
their median (Rousseeuw and Croux 1993), 1.2533 what a median is less efficient than a mean, and
the rest is what no number of repetitions tells. An order is certain if 1 is outside the 95 %
interval, and all inputs say the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from effilint.dataset.records import Course, Record

_NOISE = 0.02  # relative error of any figure
_GRAIN = 10.0  # microseconds that calls differ by for no reason
_SURE = 1.96  # standard errors
_EQUAL = 1.10  # a ratio within this, for certain, is none
_MEAN_OF_MEDIAN, _NORMAL = 1.2533, 1.4826
_PAGES = 512 << 10  # bytes of memory below which two programs do not differ
_MUCH = 8 << 20  # bytes of memory from which on one size says too little
_SMALL = 50.0  # microseconds of an input that says little


Verdict = Literal["slower", "faster", "equal", "unclear"]


@dataclass(frozen=True)
class Order:
    """How much more `a` takes than `b`: the ratio with its 95 % interval.

    `verdict`: `slower`, `faster` or `equal` for certain, or `unclear`. `n` is the size it was
    told at. `is_bound`: the ratio is at least (or at most) that, since one of them ran out of
    time. `is_within`: at a size within the problem's bounds.
    """

    ratio: float
    low: float
    high: float
    verdict: Verdict
    n: int
    is_bound: bool = False
    is_within: bool = True


def turned(order: Order) -> Order:
    """Return the order of the same two the other way round."""
    verdicts: dict[Verdict, Verdict] = {"slower": "faster", "faster": "slower"}
    return Order(
        1 / order.ratio,
        1 / order.high,
        1 / order.low if order.low else math.inf,
        verdicts.get(order.verdict, order.verdict),
        order.n,
        order.is_bound,
        order.is_within,
    )


def time_order(record: Record, a: str, b: str) -> Order | None:
    """Return the order in time of two solutions of a record; None if there is nothing to say."""
    one, other = record.solutions[a], record.solutions[b]
    place = min(len(one.cpu), len(other.cpu)) - 1
    bound = _bound(record, one, other, place + 1) or _bound(record, other, one, place + 1)
    if bound is not None:
        return bound if len(one.cpu) < len(other.cpu) else turned(bound)
    if place < 0:
        return None
    mine, others = _net(one, place, record.floor), _net(other, place, record.floor)
    logs = [_log_and_error(_totals(samples)) for samples in (mine, others)]
    difference = logs[0][0] - logs[1][0]
    error = _SURE * math.hypot(logs[0][1], logs[1][1])
    low, high = difference - error, difference + error
    verdict = _verdict(low, high)
    if verdict in ("slower", "faster") and not _all_say(mine, others, sign=difference):
        verdict = "unclear"
    return Order(
        math.exp(difference),
        math.exp(low),
        math.exp(high),
        verdict,
        record.sizes[place],
        is_within=_is_within(record, place),
    )


def memory_order(record: Record, a: str, b: str) -> Order | None:
    """Return the order in memory of two solutions, at the largest size that both came to.

    The most bytes hardly vary from run to run: what is left are pages, and what the interpreter
    holds back. Of much memory an order is certain if the size before says the same: what earlier
    calls had left behind was counted from there on in some of the records that there are.
    """
    one, other = record.solutions[a], record.solutions[b]
    place = min(len(one.memory), len(other.memory)) - 1
    if place < 0:
        return None
    mine, others = one.memory[place], other.memory[place]
    low, high = _memory_interval(mine, others)
    verdict = _verdict(low, high)
    if max(mine, others) > _MUCH and verdict in ("slower", "faster"):
        before = place and _verdict(
            *_memory_interval(one.memory[place - 1], other.memory[place - 1])
        )
        verdict = verdict if before == verdict else "unclear"
    ratio = max(mine, _PAGES) / max(others, _PAGES)
    n, is_within = record.sizes[place], _is_within(record, place)
    return Order(ratio, math.exp(low), math.exp(high), verdict, n, is_within=is_within)


def _memory_interval(mine: int, others: int) -> tuple[float, float]:
    """The logarithms of the least and the largest ratio of two figures."""
    low = math.log(max(mine - _PAGES, _PAGES)) - math.log(others + _PAGES)
    return low, math.log(mine + _PAGES) - math.log(max(others - _PAGES, _PAGES))


def _bound(record: Record, stopped: Course, other: Course, place: int) -> Order | None:
    """What is certain where one ran out of time at a size that the other came to the end of."""
    if stopped.over is None or len(stopped.cpu) != place or len(other.cpu) <= place:
        return None
    cost = max(median(figures) for figures in zip(*other.cpu[place], strict=True))
    ratio = stopped.over / max(cost, 1.0)
    verdict: Literal["slower", "unclear"] = "slower" if ratio > _EQUAL else "unclear"
    is_within = _is_within(record, place)
    return Order(ratio, ratio, math.inf, verdict, record.sizes[place], True, is_within)


def _is_within(record: Record, place: int) -> bool:
    return record.within is None or place < record.within


def _net(course: Course, place: int, floor: int) -> list[list[float]]:
    """The repetitions at a size: for each the figures of the inputs, without the floor."""
    return [[max(us - floor, 1.0) for us in figures] for figures in course.cpu[place]]


def _totals(samples: Sequence[Sequence[float]]) -> list[float]:
    return [sum(figures) for figures in samples]


def _log_and_error(totals: Sequence[float]) -> tuple[float, float]:
    logs = [math.log(total) for total in totals]
    middle = median(logs)
    scale = _NORMAL * median(abs(log - middle) for log in logs)
    spread = (_MEAN_OF_MEDIAN * scale) ** 2 / len(logs)
    return middle, math.sqrt(spread + _NOISE**2 + (_GRAIN / math.exp(middle)) ** 2)


def _all_say(
    mine: Sequence[Sequence[float]], others: Sequence[Sequence[float]], *, sign: float
) -> bool:
    """Whether each input by itself, where it says much, has the same order as all of them."""
    for here, there in zip(zip(*mine, strict=True), zip(*others, strict=True), strict=True):
        one, other = median(here), median(there)
        if max(one, other) > _SMALL and (one - other) * sign < 0:
            return False
    return True


def _verdict(low: float, high: float) -> Verdict:
    if low > 0:
        return "slower"
    if high < 0:
        return "faster"
    most = math.log(_EQUAL)
    return "equal" if low > -most and high < most else "unclear"
