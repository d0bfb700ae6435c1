"""A report of what was measured: tables and figures, as one page of HTML and as PNG."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from effilint.dataset.opinions import Finding
from effilint.dataset.page import Figure, Table, write_page
from effilint.dataset.pairs import GAPS, Of, pairs_of
from effilint.dataset.records import Course, Record
from effilint.dataset.twins.inverse import OF_MEMORY
from effilint.measure import Point, Verdict
from effilint.measure.growth import fitted

_LOG_BINS = 40
_CLASSES = ("O(1)", "O(log n)", "O(sqrt n)", "O(n)", "O(n log n)", "O(n^2)", "O(n^3)", "O(2^n)")


@dataclass
class Numbers:
    """What a report shows; counts by name, in the order in which they are shown."""

    solutions: Counter[str] = field(default_factory=Counter)  # by verdict
    ends: Counter[str] = field(default_factory=Counter)  # of accepted solutions
    opinions: Counter[str] = field(default_factory=Counter)  # by status
    stages: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    behaviours: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    classes: Counter[str] = field(default_factory=Counter)
    logs: list[float] = field(default_factory=list)  # of the ratios of certain pairs
    pairs: dict[Of, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    gaps: dict[Of, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))  # by stage
    problems: int = 0
    timed: int = 0  # problems of which it is known how long they took
    seconds: float = 0.0  # that these took


def numbers(
    records: Mapping[str, Record],
    findings: Iterable[Finding],
    behaviours: Mapping[str, Sequence[str]],
) -> Numbers:
    """Return the numbers of a report; `behaviours` are the annotated ones of each solution."""
    found = Numbers(problems=len(records))
    for record in records.values():
        for course in record.solutions.values():
            found.solutions[course.verdict] += 1
            if course.verdict == Verdict.ACCEPTED:
                found.ends[course.end.split(":")[0] or "came to the last size"] += 1
            if len(course.cpu) >= 4:
                found.classes[growth_of(record, course)] += 1
        for pair in (*pairs_of(record), *pairs_of(record, "memory")):
            found.pairs[pair.of][pair.verdict] += 1
            if pair.verdict == "certain":
                found.gaps[pair.of][pair.stage] += 1
                found.logs += [math.log2(pair.ratio)] * (pair.of == "time")
        found.timed += record.seconds > 0
        found.seconds += record.seconds
    for finding in findings:
        found.opinions[finding.status] += 1
        if finding.status in ("agrees", "disagrees"):
            found.stages[finding.stage][finding.status] += 1
            for behaviour in set(behaviours.get(finding.opinion.inefficient, ())):
                found.behaviours[behaviour][finding.status] += 1
    return found


def growth_of(record: Record, course: Course) -> str:
    """Return the class of growth of a solution's time, without what any call costs."""
    points = [
        Point(size, max(sum(map(median, zip(*runs, strict=True))) - record.floor, 1.0))
        for size, runs in zip(record.sizes, course.cpu, strict=False)
    ]
    return fitted(points)


def write(numbers: Numbers, folder: Path, command: str, more: Sequence[Table] = ()) -> list[Path]:
    """Write `report.html` and the figures in it; return their paths. `command` is shown.

    `more` are other tables to show.

    Raises `MissingExtraError` without matplotlib, and `OSError`.
    """
    figures = [
        Figure("ratios.png", "Ratios of certain pairs in time", lambda a: _ratios(a, numbers)),
        Figure(
            "opinions.png", "Annotators beside the clock, by ratio", lambda a: _stages(a, numbers)
        ),
        Figure("behaviours.png", "The same by behaviour", lambda a: _behaviours(a, numbers)),
        Figure("growth.png", "Growth of the solutions' time", lambda a: _growth(a, numbers)),
    ]
    about, shown = f"{numbers.problems:,} problems.", [*tables(numbers), *more]
    return write_page(folder, "Measured solutions", about, command, shown, figures)


def _ratios(axes: Any, numbers: Numbers) -> None:
    axes.hist(numbers.logs, bins=_LOG_BINS)
    axes.set_xlabel("log2 of the ratio")
    axes.set_ylabel("pairs")


def _stages(axes: Any, numbers: Numbers) -> None:
    stages = sorted(numbers.stages)
    names = [stage_name(stage) for stage in stages]
    agree = [numbers.stages[stage]["agrees"] for stage in stages]
    disagree = [numbers.stages[stage]["disagrees"] for stage in stages]
    axes.bar(names, agree, label="agree")
    axes.bar(names, disagree, bottom=agree, label="disagree")
    axes.set_xlabel("ratio")
    axes.set_ylabel("pairs")
    axes.legend()


def _behaviours(axes: Any, numbers: Numbers) -> None:
    names = sorted(numbers.behaviours)
    axes.bar(names, [share(numbers.behaviours[name]) for name in names])
    axes.axhline(0.5, color="grey", linewidth=1)
    axes.set_ylabel("share of certain orders that agree")
    axes.tick_params(axis="x", rotation=90)


def _growth(axes: Any, numbers: Numbers) -> None:
    names = [*_CLASSES, "unclear"]
    axes.bar(names, [numbers.classes[name] for name in names])
    axes.set_ylabel("solutions")
    axes.tick_params(axis="x", rotation=30)


def share(counts: Mapping[str, int]) -> float:
    """Return the share of certain orders that agree; nan for none."""
    total = counts.get("agrees", 0) + counts.get("disagrees", 0)
    return counts.get("agrees", 0) / total if total else math.nan


def stage_name(stage: int) -> str:
    """Return the ratios of a stage, in words."""
    if stage == 0:
        return f"< {GAPS[0]:g}"
    if stage == len(GAPS):
        return f">= {GAPS[-1]:g}"
    return f"{GAPS[stage - 1]:g} to {GAPS[stage]:g}"


def tables(numbers: Numbers) -> list[Table]:
    """Return the tables of a report: titles, heads and rows."""
    certain = sum(numbers.opinions[status] for status in ("agrees", "disagrees"))
    return [
        Table("Solutions by verdict", ["verdict", "solutions"], _rows(numbers.solutions)),
        Table("Ends of accepted solutions", ["end", "solutions"], _rows(numbers.ends)),
        Table("Annotated pairs", ["status", "pairs"], _rows(numbers.opinions)),
        Table(
            f"Annotated pairs of certain order ({certain:,}, {_percent(numbers.opinions)} agree)",
            ["ratio", "pairs", "agree"],
            [
                [stage_name(stage), f"{sum(counts.values()):,}", _percent(counts)]
                for stage, counts in sorted(numbers.stages.items())
            ],
        ),
        Table(
            "The same by behaviour of the inefficient side",
            ["behaviour", "pairs", "agree"],
            [
                [name, f"{sum(counts.values()):,}", _percent(counts)]
                for name, counts in sorted(numbers.behaviours.items())
            ],
        ),
        *(
            Table(f"Sampled pairs in {of}", ["order", "pairs"], _rows(counts))
            for of, counts in numbers.pairs.items()
        ),
        *(
            Table(
                f"Sampled pairs of certain order in {of}",
                ["ratio", "pairs"],
                [[stage_name(stage), f"{count:,}"] for stage, count in sorted(counts.items())],
            )
            for of, counts in numbers.gaps.items()
        ),
        Table("Growth in time", ["class", "solutions"], _rows(numbers.classes)),
        Table("Measuring", ["", ""], _pace(numbers)),
    ]


def table_of_twins(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return a table of what `dataset deoptimise` wrote: twins by the behaviours they show.

    The ratio is the median; in memory where the twin is made to take that.
    """
    problems: defaultdict[str, set[str]] = defaultdict(set)
    ratios: defaultdict[str, list[float]] = defaultdict(list)
    twins, solutions = 0, 0
    for row in rows:
        solutions += 1
        twins += len(row["twins"])
        for twin in row["twins"]:
            behaviours = {label["behaviour"] for label in twin["labels"]}
            of_memory = "ratio" not in twin or behaviours <= OF_MEMORY
            for behaviour in behaviours:
                problems[behaviour].add(row["problem"])
                ratios[behaviour].append(twin["memory_ratio" if of_memory else "ratio"])
    return Table(
        f"Twins ({twins:,} of {solutions:,} solutions that were tried)",
        ["behaviour", "twins", "problems", "median ratio"],
        [
            [name, f"{len(ratios[name]):,}", f"{len(problems[name]):,}", f"{median(found):.2f}"]
            for name, found in sorted(ratios.items())
        ],
    )


def _pace(numbers: Numbers) -> list[list[str]]:
    """How long it took, as far as that is known."""
    if not numbers.timed:
        return []
    hours = numbers.seconds / 3600
    return [
        ["problems of known time", f"{numbers.timed:,}"],
        ["hours", f"{hours:.1f}"],
        ["problems an hour", f"{numbers.timed / hours:,.0f}"],
    ]


def _rows(counts: Counter[str]) -> list[list[str]]:
    return [[name, f"{count:,}"] for name, count in counts.most_common()]


def _percent(counts: Mapping[str, int]) -> str:
    value = share(counts)
    return "" if math.isnan(value) else f"{value:.1%}"
