"""Two programs on the same inputs, in turns: which one takes less, and how sure that is.

Every repetition is a fresh process, so that nothing learned in one serves the next; the two take
turns, so that a busy minute of the machine hits both; medians are compared, since a preempted run
is an outlier. The processor time is the kernel's, read outside the process.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Literal

from effilint.measure.bootstrap import Interval, ratio_of_medians
from effilint.measure.equality import Rule
from effilint.measure.meter import Figures
from effilint.measure.results import results_of
from effilint.measure.sandbox import Limits, Order, Program, Run, Sandbox

_ENOUGH = 0.020  # CPU seconds of a sample: below it, what a process costs to start tells
_MOST_FORKS = 10  # that are added up for one sample
FIRST, MOST = 5, 15  # samples of each side
_STEP = 2
_WATCHED = 3  # runs of each side in which memory is watched
_NOISY = 0.10  # width of the interval, in relation to the ratio
_PLAIN = Rule()
_SURE = 1.05  # a ratio this far from 1 is worth a decision


class CannotCompareError(Exception):
    """One of the programs does not come to its end; `str` says which, and how it stops."""


@dataclass(frozen=True)
class Samples:
    """What one program took, over all inputs: CPU seconds, bytes, byte-seconds, by repetition.

    `memory` is the high-water mark of the process beyond what it had before its input, `gross`
    the whole of it. `areas` is that memory over processor time, of runs that were watched for it:
    `gross_areas` the whole memory, and `wall_areas` the whole memory over the clock on the wall.
    """

    seconds: tuple[float, ...]
    wall: tuple[float, ...]
    memory: tuple[int, ...]
    gross: tuple[int, ...]
    areas: tuple[float, ...]
    gross_areas: tuple[float, ...]
    wall_areas: tuple[float, ...]
    switches: int

    @property
    def time(self) -> float:
        """The median of the CPU seconds."""
        return median(self.seconds)

    @property
    def spread(self) -> float:
        """The median distance of the CPU seconds from their median."""
        return median(abs(value - self.time) for value in self.seconds)


@dataclass(frozen=True)
class Comparison:
    """How much more `a` takes than `b`.

    `ratio` is that of the medians of CPU time, a / b, with its 95 % interval. `verdict` is that
    `a` is `slower` or `faster`, that they take `equal` time as far as could be told, or that it
    is `undecided`. `quality`: `good`, `noisy` (a wide interval) or `too short` (what was measured
    takes less time than a process does to start). `load` is that of the machine, runnable
    processes for each core. `level` says how strongly the programs were kept in.
    """

    ratio: Interval
    verdict: Literal["slower", "faster", "equal", "undecided"]
    quality: Literal["good", "noisy", "too short"]
    a: Samples
    b: Samples
    load: float
    level: str


def contest(
    a: Program,
    b: Program,
    inputs: Sequence[bytes],
    sandbox: Sandbox,
    *,
    limits: Limits | None = None,
    least: float = _SURE,
    most: int = MOST,
    expected: Sequence[Any] | None = None,
    rule: Rule | Sequence[Rule] = _PLAIN,
) -> Comparison:
    """Run both in turns until it is clear which takes less, or it is clear that it will not be.

    `least` is the ratio worth knowing of: samples are added, up to `most`, while the interval
    holds 1 and `least` (or its inverse) both. Each repetition must give the `expected` results by
    this `rule` (as in `Order`), or else what `b` gives, if that can be told as data. Raises
    `CannotCompareError`.
    """
    limits = limits or Limits()
    if expected is None:
        first = _order(b, inputs, limits, None, rule)
        expected = results_of(sandbox.submit(first).result(), first)
    orders = [_order(program, inputs, limits, expected, rule) for program in (a, b)]
    sides = [_Side(name, order, sandbox) for name, order in zip("ab", orders, strict=True)]
    for side in sides:
        side.warm_up()
    forks = max(side.forks for side in sides)
    while True:
        for _ in range(min(_STEP if sides[0].count else FIRST, most - sides[0].count)):
            for side in sides:
                side.sample(forks)
        found = [side.samples() for side in sides]
        ratio = ratio_of_medians(found[0].seconds, found[1].seconds)
        verdict = _verdict(ratio, least)
        if verdict != "undecided" or sides[0].count >= most:
            break
    for _ in range(_WATCHED):
        for side in sides:
            side.watch()
    found = [side.samples() for side in sides]
    shortest = min(side.time for side in found)
    quality: Literal["good", "noisy", "too short"] = "good"
    if shortest * forks < _ENOUGH / 2:
        quality = "too short"
    elif (ratio.high - ratio.low) > _NOISY * ratio.value:
        quality = "noisy"
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    return Comparison(ratio, verdict, quality, found[0], found[1], load, sandbox.level.label)


def taken(
    program: Program,
    inputs: Sequence[bytes],
    sandbox: Sandbox,
    *,
    limits: Limits | None = None,
    repetitions: int = FIRST,
    expected: Sequence[Any] | None = None,
    rule: Rule | Sequence[Rule] = _PLAIN,
) -> Samples:
    """Return what one program takes alone.

    `CannotCompareError` if it does not come to its end, or gives other results than `expected`.
    """
    side = _Side("", _order(program, inputs, limits or Limits(), expected, rule), sandbox)
    side.warm_up()
    for _ in range(repetitions):
        side.sample(side.forks)
    for _ in range(_WATCHED):
        side.watch()
    return side.samples()


def _verdict(ratio: Interval, least: float) -> Literal["slower", "faster", "equal", "undecided"]:
    if ratio.low > 1.0:
        return "slower"
    if ratio.high < 1.0:
        return "faster"
    if 1 / least < ratio.low and ratio.high < least:
        return "equal"
    return "undecided"


def _order(
    program: Program,
    inputs: Sequence[bytes],
    limits: Limits,
    expected: Sequence[Any] | None,
    rule: Rule | Sequence[Rule],
) -> Order:
    """The same order as that of the tests: a program cannot tell that it is measured."""
    rules = [rule] if isinstance(rule, Rule) else rule
    keeps = any(one.target is not None for one in rules)
    return Order(program, inputs, expected, rule, limits, keeps_arguments=keeps)


class _Side:
    def __init__(self, name: str, order: Order, sandbox: Sandbox) -> None:
        self._name, self._sandbox, self._order = name, sandbox, order
        self._samples: list[tuple[list[Figures], int]] = []
        self._watched: list[list[Figures]] = []
        self.forks = 1

    @property
    def count(self) -> int:
        return len(self._samples)

    def warm_up(self) -> None:
        """Run once, unmeasured but for how many runs make a sample long enough."""
        seconds = sum(figures.charged for figures in self._run())
        self.forks = min(_MOST_FORKS, max(1, math.ceil(_ENOUGH / max(seconds, 1e-6))))

    def sample(self, forks: int) -> None:
        figures = [one for _ in range(forks) for one in self._run()]
        self._samples.append((figures, forks))

    def watch(self) -> None:
        """Run with an eye on memory, which takes the processor away from the program at times."""
        order = replace(self._order, is_sampled=True)
        self._watched.append(self._run(order))

    def samples(self) -> Samples:
        def each(value: Callable[[Figures], float]) -> tuple[float, ...]:
            return tuple(sum(map(value, found)) / forks for found, forks in self._samples)

        def most(value: Callable[[Figures], int]) -> tuple[int, ...]:
            return tuple(max(map(value, found)) for found, _ in self._samples)

        def areas(value: Callable[[Figures], float]) -> tuple[float, ...]:
            return tuple(sum(map(value, found)) for found in self._watched)

        return Samples(
            seconds=each(lambda f: f.charged),
            wall=each(lambda f: f.wall),
            memory=most(lambda f: f.net),
            gross=most(lambda f: f.peak),
            areas=areas(lambda f: max(0.0, round(f.area_cpu - f.base * f.cpu, 6))),
            gross_areas=areas(lambda f: f.area_cpu),
            wall_areas=areas(lambda f: f.area_wall),
            switches=sum(f.switches for found, _ in self._samples for f in found),
        )

    def _run(self, order: Order | None = None) -> list[Figures]:
        run = self._sandbox.submit(order or self._order).result()
        if reason := _stopped(run):
            raise CannotCompareError(" ".join(filter(None, ("program", self._name, reason))))
        return [call.figures for call in run.calls]


def _stopped(run: Run) -> str | None:
    if run.stop.reason:
        return run.stop.reason
    for call in run.calls:
        if call.raised:
            return f"raises {call.raised}"
        if call.is_right is False:
            return "gives other results when it is measured"
    return None
