"""What was measured of a problem's solutions: ids, sizes, times and memory, and no code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from effilint.dataset.problems import BadRowError


@dataclass
class Course:
    """What one solution took.

    `verdict` is that under the tests, `passed` the fraction of them. `cpu` holds for each size of
    the record the microseconds of processor time: for each repetition a list with one figure for
    each input. `memory` holds the most bytes beyond those at the start. Both end where the
    solution does: `end` says why that is before the last size (`slow`, `time`, `disagrees`, `raises
    X` ...), and is empty if it is not. `over` is the least microseconds that the first input took
    on which it ran out of time.
    """

    verdict: str
    passed: float
    cpu: list[list[list[int]]] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    end: str = ""
    over: int | None = None


@dataclass
class Record:
    """The measurements of one problem.

    `sizes` are those of the inputs, `agreed` how many solutions gave the same answers there, and
    `end` says why there are no larger ones. The first `within` sizes keep to the bounds that the
    problem states; None if all do. `floor`: microseconds of a call that does nothing, which are in
    every figure. `seed` is that of the inputs, `level` that of the isolation, `python` the
    interpreter's version. `seconds`: how long it took, divided by how many problems were measured
    at a time; 0 where that is not known.
    """

    problem: str
    seed: int
    python: str
    level: str
    sizes: list[int] = field(default_factory=list)
    agreed: list[int] = field(default_factory=list)
    end: str = ""
    within: int | None = None
    floor: int = 0
    seconds: float = 0.0
    solutions: dict[str, Course] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the record as one line of JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_row(cls, row: object) -> Record:
        """Return the record that a row stands for; `BadRowError` if it is none."""
        if not isinstance(row, Mapping) or not isinstance(row.get("solutions"), Mapping):
            raise BadRowError("a record must be an object with solutions")
        try:
            solutions = {key: _course(value) for key, value in row["solutions"].items()}
            record = cls(**{**row, "solutions": solutions})
        except TypeError as error:
            raise BadRowError(f"a record does not fit: {error}") from None
        if len(record.agreed) != len(record.sizes):
            raise BadRowError("a record has other sizes than agreements")
        if any(len(c.cpu) > len(record.sizes) for c in record.solutions.values()):
            raise BadRowError("a solution has more sizes than its record")
        return record


def _course(row: Any) -> Course:
    course = Course(**row)
    if len(course.cpu) != len(course.memory):
        raise BadRowError("a solution has other times than memory")
    return course
