"""EffiBench's six figures, each defined, with their failures shown.

ET is execution time, MU the most memory used, TMU memory over time (the area under the curve); NET,
NMU and NTMU are the same in relation to the problem's reference solution. The benchmark (Huang et
al. 2024, "EffiBench: Benchmarking the Efficiency of Automatically Generated Code") defines

    ET = 1/N sum(t_i)      MU = 1/N sum(m_i)      TMU = 1/N sum(integral of m_i dt)
    NX = 1/N sum(X_i / X_i of the reference)

and its published program overwrites the mean of ratios by the ratio of totals, sum(X_i) / sum(X_i
of the reference), which the slowest problems decide. Both are given here. Here t is CPU time of
the run alone; `published` takes wall time and the memory of the whole process instead, as the
published program does, still without its start of an interpreter for each run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from effilint.measure.bootstrap import Interval, mean_of_ratios, ratio_of_totals

_LEAST_MEMORY = 1 << 20  # bytes: what is net of the interpreter is not known better
_MEGABYTE = 1e6


@dataclass(frozen=True)
class Taken:
    """What one solution took on the tests of one problem.

    `cpu` and `wall` in seconds; `net` and `gross` in bytes, without and with the interpreter;
    `area_cpu` and `area_wall` in byte-seconds.
    """

    cpu: float
    wall: float
    net: int
    gross: int
    area_cpu: float
    area_wall: float


@dataclass(frozen=True)
class Normalized:
    """A figure in relation to the reference, in both forms, with 95 % intervals over problems."""

    mean_of_ratios: Interval
    ratio_of_totals: Interval


@dataclass(frozen=True)
class Summary:
    """The six figures over the problems that both sides solve.

    `et` in seconds, `mu` in megabytes (10^6 bytes), `tmu` in megabyte-seconds. `problems` is the
    number they stand for; `failed` the problems that the solution fails, `lost` those that the
    reference does. `coarse` counts problems whose net memory is below a megabyte on either side.
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

    Both mappings go from a problem's name to what was taken. Raises `ValueError` if there is no
    problem that both sides solve.
    """
    common = [name for name in solutions if solutions[name] and references.get(name)]
    if not common:
        raise ValueError("there is no problem that both sides solve")
    pairs = [(solutions[name], references[name]) for name in common]
    both = [(a, b) for a, b in pairs if a and b]
    time = _wall if published else _cpu
    memory = _gross if published else _net
    area = _area_wall if published else _area_cpu
    return Summary(
        problems=len(common),
        failed=tuple(name for name in solutions if not solutions[name]),
        lost=tuple(n for n in solutions if solutions[n] and not references.get(n)),
        et=fmean(time(a) for a, _ in both),
        mu=fmean(memory(a) for a, _ in both) / _MEGABYTE,
        tmu=fmean(area(a) for a, _ in both) / _MEGABYTE,
        net=_normalized(both, time),
        nmu=_normalized(both, memory),
        ntmu=_normalized(both, area),
        coarse=sum(min(a.net, b.net) < _LEAST_MEMORY for a, b in both),
    )


def _normalized(
    pairs: Sequence[tuple[Taken, Taken]], figure: Callable[[Taken], float]
) -> Normalized:
    values = [(figure(a), figure(b)) for a, b in pairs]
    return Normalized(mean_of_ratios(values), ratio_of_totals(values))


def _cpu(taken: Taken) -> float:
    return taken.cpu


def _wall(taken: Taken) -> float:
    return taken.wall


def _net(taken: Taken) -> float:
    # Below a megabyte nobody knows how much it is; a ratio of two such figures is 1.
    return max(taken.net, _LEAST_MEMORY)


def _gross(taken: Taken) -> float:
    return taken.gross


def _area_cpu(taken: Taken) -> float:
    return taken.area_cpu


def _area_wall(taken: Taken) -> float:
    return taken.area_wall
