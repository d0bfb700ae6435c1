"""What the learned detector learns from: programs, which of two takes more, what else is known.

All of it comes from files of the data set: the programs from problems, the comparisons and classes
of growth from records (the clock), the behaviours from annotations (opinions), and twins, which
bring programs, comparisons and behaviours of their own.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.dataset.annotations.sheets import Sheet
from effilint.dataset.opinions import opinions
from effilint.dataset.pairs import Of, pairs_of
from effilint.dataset.problems import Problem
from effilint.dataset.records import Record
from effilint.dataset.report import growth_of
from effilint.dataset.time_data import Times, times

OF: tuple[Of, ...] = ("time", "memory")
_LARGEST = 2.5  # natural logarithms of a ratio: what is beyond weighs no more

# What timing can tell apart: n log n is not told from n in the range of sizes that there are.
GROWTHS = {
    "constant": ("O(1)", "O(log n)"),
    "sublinear": ("O(sqrt n)",),
    "linear": ("O(n)", "O(n log n)"),
    "quadratic": ("O(n^2)",),
    "steeper": ("O(n^3)", "O(2^n)"),
}
CLASS_OF = {name: place for place, name in enumerate(GROWTHS)}  # growths as numbers
_GROWTH_OF = {name: kind for kind, names in GROWTHS.items() for name in names}


class Span(NamedTuple):
    """Lines of a program, from 1, both inclusive, that show a behaviour."""

    behaviour: str
    first: int
    last: int


@dataclass
class Program:
    """One program and what is known of it.

    `growth` is one of `GROWTHS`, or empty. `behaviours` is None where nobody looked: a behaviour
    that is not in an empty set was not seen. `spans` are the places that are known.
    """

    problem: str
    solution: str
    part: str
    text: str
    growth: str = ""
    behaviours: frozenset[str] | None = None
    spans: tuple[Span, ...] = ()


class Comparison(NamedTuple):
    """Two programs, by their places in the list, of which `more` takes `ratio` times the other.

    `ratio` is at least 1; where one ran out of time it is a bound. `of` is `time` or `memory`,
    `source` `measured` or `twin`, and `is_annotated` says that annotators compared these two.
    """

    more: int
    less: int
    ratio: float
    of: Of
    source: str
    is_annotated: bool = False

    @property
    def weight(self) -> float:
        """How much getting it right counts: the logarithm of the ratio, up to a limit."""
        return min(math.log(self.ratio), _LARGEST)


@dataclass
class Examples:
    """Programs, comparisons of them, and what they took at which sizes.

    `opinions` are the pairs that annotators ordered, the one they call inefficient first.
    """

    programs: list[Program] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    times: list[Times] = field(default_factory=list)
    opinions: set[tuple[int, int]] = field(default_factory=set)

    def in_part(self, *parts: str) -> list[Comparison]:
        """Return the comparisons of programs in these parts."""
        return [one for one in self.comparisons if self.programs[one.more].part in parts]


def examples(
    problems: Iterable[Problem],
    records: Mapping[str, Record],
    parts: Mapping[str, str],
    *,
    sheets: Iterable[Sheet] = (),
    twins: Iterable[Mapping[str, Any]] = (),
    least: float = 1.2,
    most: int = 40,
    seed: int = 0,
) -> Examples:
    """Return what there is to learn from problems that have a record or annotations.

    `least` is the ratio from which on a certain order counts, `most` how many comparisons of one
    problem at most, in time and in memory each, beside the annotated ones. `twins` are rows with
    their code. Raises `KeyError` for a problem that is in no part.
    """
    found = Examples()
    places: dict[tuple[str, str], int] = {}
    seen = _behaviours(sheets)
    twins_of = _by_solution(twins)
    for problem in problems:
        record = records.get(problem.id)
        for solution in problem.solutions:
            key = (problem.id, solution.id)
            course = record.solutions.get(solution.id) if record else None
            if not (course and course.cpu) and key not in seen:
                continue
            program = Program(problem.id, solution.id, parts[problem.id], solution.code)
            if record is not None and course is not None and course.cpu:
                program.growth = _GROWTH_OF.get(growth_of(record, course), "")
            program.behaviours, program.spans = seen.get(key, (None, ()))
            places[key] = len(found.programs)
            found.programs.append(program)
            for twin in twins_of.get(key, ()):
                _add_twin(found, places[key], twin, least)
        if record is None:
            continue
        annotated = [(one.inefficient, one.efficient) for one in opinions([problem])]
        found.opinions.update(_placed(places, problem.id, annotated))
        _add_pairs(found, places, record, annotated, least=least, most=most, seed=seed)
        found.times += times(record, parts[problem.id])
    return found


def _add_pairs(
    found: Examples,
    places: Mapping[tuple[str, str], int],
    record: Record,
    annotated: list[tuple[str, str]],
    *,
    least: float,
    most: int,
    seed: int,
) -> None:
    for of in OF:
        pairs = pairs_of(record, of, annotated=annotated, least=least, most=most, seed=seed)
        for pair in pairs:
            if pair.verdict != "certain" or pair.ratio < least:
                continue
            more, less = (places.get((record.problem, one)) for one in (pair.more, pair.less))
            if more is not None and less is not None:
                is_annotated = pair.kind == "annotated"
                ratio = pair.ratio
                found.comparisons.append(
                    Comparison(more, less, ratio, of, "measured", is_annotated)
                )


def _placed(
    places: Mapping[tuple[str, str], int], problem: str, pairs: Iterable[tuple[str, str]]
) -> Iterator[tuple[int, int]]:
    for inefficient, efficient in pairs:
        one, other = places.get((problem, inefficient)), places.get((problem, efficient))
        if one is not None and other is not None:
            yield one, other


def _behaviours(
    sheets: Iterable[Sheet],
) -> dict[tuple[str, str], tuple[frozenset[str], tuple[Span, ...]]]:
    """The behaviours that were seen in each solution, whoever saw them, and where."""
    names: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    spans: defaultdict[tuple[str, str], dict[Span, None]] = defaultdict(dict)
    for sheet in sheets:
        if sheet.failed:
            continue
        key = (sheet.problem, sheet.solution)
        names[key].update(())
        for one in sheet.annotations:
            if one.side != "inefficient" or one.behaviour not in BEHAVIOURS or one.is_rejected:
                continue
            names[key].add(one.behaviour)
            if one.place is not None:
                spans[key][Span(one.behaviour, one.place.line, one.place.end_line)] = None
    return {key: (frozenset(found), tuple(spans[key])) for key, found in names.items()}


def _by_solution(
    rows: Iterable[Mapping[str, Any]],
) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    """The twins of each solution, each once: rows of other seeds may have it too."""
    found: defaultdict[tuple[str, str], dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for row in rows:
        for twin in row["twins"]:
            found[row["problem"], row["solution"]].setdefault(twin["twin"], twin)
    return {key: list(twins.values()) for key, twins in found.items()}


def _add_twin(found: Examples, original: int, twin: Mapping[str, Any], least: float) -> None:
    """Add the twin of a program: it takes more than it, and shows what it was made to."""
    program = found.programs[original]
    spans = tuple(
        Span(label["behaviour"], first, last)
        for label in twin["labels"]
        for first, _, last, _ in label["spans"]
    )
    names = frozenset(label["behaviour"] for label in twin["labels"])
    place = len(found.programs)
    found.programs.append(
        Program(program.problem, twin["twin"], program.part, twin["code"], "", names, spans)
    )
    ratios = (twin["ratio"], twin["memory_ratio"])
    found.comparisons += [
        Comparison(place, original, ratio, of, "twin")
        for of, ratio in zip(OF, ratios, strict=True)
        if ratio >= least
    ]
