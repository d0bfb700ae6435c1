"""What a predictor of running times learns from: programs, sizes of inputs, microseconds.

A row has ids and figures and no code, so that it may be given away; the variant of the program is
made of a file of problems when it is needed.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path
from statistics import mean, median
from typing import Any

from effilint.dataset.problems import BadRowError, Problem, Solution
from effilint.dataset.records import Course, Record
from effilint.dataset.rows import Broken, read_rows
from effilint.dataset.splits import EFFIBENCH, part_of
from effilint.dataset.variants import variant

_LEAST = 1.0  # microseconds: what takes less than a call that does nothing
_STOPPED = ("slow", "time")  # ends of courses: larger inputs would have taken longer still

PartOf = Callable[[Problem], str]


@dataclass(frozen=True)
class Times:
    """What a solution takes on an input of one size.

    `us`: the median microseconds of processor time of a call, averaged over the inputs of that
    size, without what a call costs that does nothing. `percentile`: the share, in percent, of the
    problem's other solutions that take less at that size, those that take as long counted half; a
    solution that was stopped before for being slow takes longer. None where there are no others.
    `is_within`: the size is within the problem's bounds.
    """

    problem: str
    solution: str
    part: str
    n: int
    us: float
    percentile: float | None
    is_within: bool

    def to_row(self) -> dict[str, Any]:
        """Return the columns."""
        return asdict(self)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Times:
        """Return the times that a row stands for, whatever else it has; `BadRowError` if none."""
        try:
            return cls(**{name: row[name] for name in cls.__dataclass_fields__})
        except KeyError as error:
            raise BadRowError(f"times have no {error.args[0]}") from None


def usual_part(problem: Problem) -> str:
    """Return the part of a problem, by its id alone, and whether it is in EffiBench's pool."""
    return EFFIBENCH if problem.in_effibench else part_of(problem.id)


def times(record: Record, part: str) -> Iterator[Times]:
    """Yield what the solutions of a record take at each size that they came to."""
    for place, n in enumerate(record.sizes):
        costs = {
            key: _cost(course, place, record.floor)
            for key, course in record.solutions.items()
            if len(course.cpu) > place
        }
        stopped = sum(_is_stopped(course, place) for course in record.solutions.values())
        ordered = sorted([*costs.values(), *[inf] * stopped])
        is_within = record.within is None or place < record.within
        for key, cost in costs.items():
            us, share = round(float(cost), 1), _percentile(cost, ordered)
            yield Times(record.problem, key, part, n, us, share, is_within)


def read_times(path: Path) -> Iterator[Times | Broken]:
    """Yield the times of a file, with a note in the place of each row that is none."""
    return read_rows(path, Times.from_row)


def programs(
    found: Iterable[Times], solutions: Mapping[str, Solution], name: str, seed: int = 0
) -> Iterator[tuple[Times, str]]:
    """Yield the times with the variant `name` of the program; those that have none are left out.

    `solutions` are by their ids; a solution that is not there is left out too.
    """
    made: dict[str, str | None] = {}
    for one in found:
        if one.solution not in solutions:
            continue
        if one.solution not in made:
            made[one.solution] = variant(solutions[one.solution], name, seed)
        if (code := made[one.solution]) is not None:
            yield one, code


def to_line(one: Times, **more: object) -> bytes:
    """Return times as a line of JSON, with more columns."""
    row = {**one.to_row(), **more}
    return f"{json.dumps(row, ensure_ascii=False, separators=(',', ':'))}\n".encode()


def _cost(course: Course, place: int, floor: int) -> float:
    """The median of the repetitions, of each the mean of the inputs."""
    return max(median(mean(figures) for figures in course.cpu[place]) - floor, _LEAST)


def _is_stopped(course: Course, place: int) -> bool:
    """Whether the solution came to smaller sizes, and was stopped for being slow."""
    return len(course.cpu) <= place and course.end in _STOPPED


def _percentile(cost: float, ordered: list[float]) -> float | None:
    """The place of a cost among all of them, its own included."""
    if len(ordered) < 2:
        return None
    less, same = bisect_left(ordered, cost), bisect_right(ordered, cost)
    return round(100 * (less + (same - less - 1) / 2) / (len(ordered) - 1), 1)
