"""EffiBench's six figures, each defined, with their failures shown.

ET is execution time, MU the most memory used, TMU memory over time (the area under the curve); NET,
NMU and NTMU are the same in relation to the problem's reference solution. The benchmark (Huang et
al. 2024, "EffiBench: Benchmarking the Efficiency of Automatically Generated Code") defines

    ET = 1/N sum(t_i)      MU = 1/N sum(m_i)      TMU = 1/N sum(integral of m_i dt)
    NX = 1/N sum(X_i / X_i of the reference)

and its published program overwrites the mean of ratios by the ratio of totals, sum(X_i) / sum(X_i
of the reference), which the slowest problems decide. Both are given here. Here t is CPU time of
the run alone, and m is net of the interpreter, in MU and in TMU; `published` takes wall time and
the memory of the whole process instead, as the published program does, still without its start of
an interpreter for each run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import NamedTuple

from effilint.measure.bootstrap import Interval, mean_of_ratios, ratio_of_totals
from effilint.measure.contest import Samples

_LEAST_MEMORY = 1 << 20  # bytes: what is net of the interpreter is not known better
_MEGABYTE = 1e6


@dataclass(frozen=True)
class Taken:
    """What one solution took on the tests of one problem.

    `cpu` and `wall` in seconds; `net` and `gross` in bytes, without and with the interpreter;
    `area_net`, of net memory over CPU time, and `area_gross`, of all memory over the clock on the
    wall, in byte-seconds.
    """

    cpu: float
    wall: float
    net: int
    gross: int
    area_net: float
    area_gross: float

    @classmethod
    def of(cls, samples: Samples) -> Taken:
        """Return the medians of what was measured."""
        return cls(
            cpu=samples.time,
            wall=median(samples.wall),
            net=int(median(samples.memory)),
            gross=int(median(samples.gross)),
            area_net=median(samples.areas),
            area_gross=median(samples.wall_areas),
        )


@dataclass(frozen=True)
class Normalized:
    """A figure in relation to the reference, in both forms, with 95 % intervals over problems."""

    mean_of_ratios: Interval
    ratio_of_totals: Interval


@dataclass(frozen=True)
class Summary:
    """The six figures over the problems that both sides solve.

    `et` in seconds, `mu` in megabytes (10^6 bytes), `tmu` in megabyte-seconds. `problems` is the
    number they stand for; `failed` the problems that the solution fails, `lost` those that only
    the reference does. `coarse` counts problems whose net memory is below a megabyte on either
    side.
    """

    problems: int
    failed: tuple[str, ...]
    lost: tuple[str, ...]
    et: float
    mu: float
    tmu: float
    net: Normalized
    nmu: Normalized
    ntmu: Normalized
    coarse: int


def summary(
    solutions: Mapping[str, Taken | None],
    references: Mapping[str, Taken | None],
    *,
    published: bool = False,
) -> Summary:
    """Return the six figures; None stands for a solution that does not pass its tests.

    Both mappings go from a problem's name to what was taken; a problem that one of them lacks is
    failed there. In ratios, net memory is a megabyte (2^20 bytes) at least on either side, since
    less cannot be told apart. Raises `ValueError` if there is no problem that both sides solve.
    """
    names = list(dict.fromkeys([*solutions, *references]))
    common = [name for name in names if solutions.get(name) and references.get(name)]
    if not common:
        raise ValueError("there is no problem that both sides solve")
    pairs = [(solutions[name], references[name]) for name in common]
    both = [(a, b) for a, b in pairs if a and b]
    form = _PUBLISHED if published else _OURS
    return Summary(
        problems=len(common),
        failed=tuple(name for name in names if not solutions.get(name)),
        lost=tuple(n for n in names if solutions.get(n) and not references.get(n)),
        et=fmean(form.time(a) for a, _ in both),
        mu=fmean(form.memory(a) for a, _ in both) / _MEGABYTE,
        tmu=fmean(form.area(a) for a, _ in both) / _MEGABYTE,
        net=_normalized(both, form.time),
        nmu=_normalized(both, form.memory_of_ratio),
        ntmu=_normalized(both, form.area_of_ratio),
        coarse=sum(min(a.net, b.net) < _LEAST_MEMORY for a, b in both),
    )


def _normalized(
    pairs: Sequence[tuple[Taken, Taken]], figure: Callable[[Taken], float]
) -> Normalized:
    values = [(figure(a), figure(b)) for a, b in pairs]
    return Normalized(mean_of_ratios(values), ratio_of_totals(values))


class _Form(NamedTuple):
    """Which figures count, as they are and in ratios."""

    time: Callable[[Taken], float]
    memory: Callable[[Taken], float]
    memory_of_ratio: Callable[[Taken], float]
    area: Callable[[Taken], float]
    area_of_ratio: Callable[[Taken], float]


_OURS = _Form(
    time=lambda taken: taken.cpu,
    memory=lambda taken: taken.net,
    memory_of_ratio=lambda taken: max(taken.net, _LEAST_MEMORY),
    area=lambda taken: taken.area_net,
    area_of_ratio=lambda taken: max(taken.area_net, _LEAST_MEMORY * taken.cpu),
)
_PUBLISHED = _Form(
    time=lambda taken: taken.wall,
    memory=lambda taken: taken.gross,
    memory_of_ratio=lambda taken: taken.gross,
    area=lambda taken: taken.area_gross,
    area_of_ratio=lambda taken: taken.area_gross,
)
