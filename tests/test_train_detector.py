"""What the learned detector learns from, and how its scores are judged."""

from __future__ import annotations

import math
from typing import Any

import pytest

from effilint.dataset.annotations.locating import Place
from effilint.dataset.annotations.sheets import Annotation, Review, Sheet
from effilint.dataset.problems import Problem, Solution
from effilint.dataset.records import Course, Record
from effilint.train_detector.examples import Comparison, Examples, Program, Span, examples

np = pytest.importorskip("numpy")

from effilint.train_detector.evaluation import difference, orders  # noqa: E402

SIZES = [10, 100, 1000, 10_000, 100_000]


def course(per_item: float, memory: int = 1 << 20, *, squared: bool = False) -> Course:
    """What a solution took whose time grows with the size of the input, or its square."""
    costs = [100 + per_item * n * (n if squared else 1) for n in SIZES]
    return Course(
        "accepted", 1.0, [[[round(cost)]] * 5 for cost in costs], [memory * n // 10 for n in SIZES]
    )


CODES = {"inefficient": "a = 1\n", "efficient": "b = 2\n", "third": "c = 3\n"}
SOLUTIONS = {name: Solution(code, (f"behaviour_pairs:1-0:{name}",)) for name, code in CODES.items()}
IDS = {name: one.id for name, one in SOLUTIONS.items()}
NAMES = {one.id: name for name, one in SOLUTIONS.items()}
PROBLEM = Problem("p", tuple(SOLUTIONS.values()), {})
RECORD = Record(
    "p", 0, "3.11", "L3", SIZES, [3] * len(SIZES), "", None, 100, 0.0,
    {
        IDS["inefficient"]: course(2.0),
        IDS["efficient"]: course(0.5, squared=True),
        IDS["third"]: course(2.01),
    },
)  # fmt: skip


def learned(**more: Any) -> Examples:
    return examples([PROBLEM], {"p": RECORD}, {"p": "train"}, **more)


def named(found: Examples) -> list[str]:
    """The names of the programs, those of twins as they are."""
    return [NAMES.get(one.solution, one.solution) for one in found.programs]


def test_what_takes_more_for_certain_is_compared() -> None:
    found = learned()
    names = named(found)
    pairs = {(names[one.more], names[one.less], one.of) for one in found.comparisons}
    assert pairs == {("efficient", "inefficient", "time"), ("efficient", "third", "time")}
    assert {one.source for one in found.comparisons} == {"measured"}
    annotated = [one for one in found.comparisons if one.is_annotated]
    assert [names[one.less] for one in annotated] == ["inefficient"]
    assert annotated[0].ratio > 10_000


def test_opinions_keep_the_order_that_annotators_gave() -> None:
    found = learned()
    names = named(found)
    assert {(names[a], names[b]) for a, b in found.opinions} == {("inefficient", "efficient")}


def test_the_class_of_growth_is_that_of_the_clock() -> None:
    found = learned()
    growths = [one.growth for one in found.programs]
    assert dict(zip(named(found), growths, strict=True)) == {
        "inefficient": "linear",
        "efficient": "quadratic",
        "third": "linear",
    }


def test_sizes_and_times_come_along() -> None:
    found = learned()
    assert len(found.times) == 3 * len(SIZES)
    assert {one.part for one in found.times} == {"train"}


def test_behaviours_are_those_of_annotations_and_none_where_nobody_looked() -> None:
    place = Place(0, 5, 1, 1, "text")
    seen = Annotation("DST1", "inefficient", "a = 1", place, "static:DST101")
    dual = Annotation("ALG6", "efficient", "a = 1", place, "x")
    sheets = [
        Sheet("p", IDS["inefficient"], "static", (seen, dual)),
        Sheet("p", IDS["efficient"], "static"),
        Sheet("p", IDS["third"], "static", failed="no reply"),
    ]
    found = {NAMES[one.solution]: one for one in learned(sheets=sheets).programs}
    assert found["inefficient"].behaviours == frozenset({"DST1"})
    assert found["inefficient"].spans == (Span("DST1", 1, 1),)
    assert found["efficient"].behaviours == frozenset()
    assert found["third"].behaviours is None


def test_what_a_reviewer_rejected_is_no_label() -> None:
    kept = Annotation("DST1", "inefficient", "x", None, "x", reviews={"a": Review("accept")})
    gone = Annotation("API1", "inefficient", "x", None, "x", reviews={"a": Review("reject")})
    sheet = Sheet("p", IDS["third"], "x", (kept, gone))
    found = {NAMES[one.solution]: one for one in learned(sheets=[sheet]).programs}
    assert found["third"].behaviours == frozenset({"DST1"})


def test_twins_take_more_than_what_they_are_made_of() -> None:
    label = {"behaviour": "DST3", "spans": [[1, 1, 1, 6], [3, 1, 4, 2]]}
    twin = {"twin": "t", "code": "s += x\n", "ratio": 3.0, "memory_ratio": 1.1, "labels": [label]}
    row = {"problem": "p", "solution": IDS["third"], "twins": [twin]}
    found = learned(twins=[row, {**row, "seed": 1}])  # the same twin of two runs
    names = named(found)
    made = found.programs[names.index("t")]
    assert (made.part, made.behaviours) == ("train", frozenset({"DST3"}))
    assert made.spans == (Span("DST3", 1, 1), Span("DST3", 3, 4))
    compared = [one for one in found.comparisons if one.source == "twin"]
    assert [(names[one.more], names[one.less], one.of) for one in compared] == [
        ("t", "third", "time")
    ]


def test_a_problem_without_a_record_is_there_for_its_annotations_alone() -> None:
    seen = Annotation("API1", "inefficient", "x", None, "x")
    sheet = Sheet("p", IDS["third"], "static", (seen,))
    found = examples([PROBLEM], {}, {"p": "test"}, sheets=[sheet])
    assert named(found) == ["third"]
    assert not found.comparisons


def test_a_problem_in_no_part_is_an_error() -> None:
    with pytest.raises(KeyError, match="p"):
        examples([PROBLEM], {"p": RECORD}, {})


def test_large_ratios_weigh_no_more_than_large_ones() -> None:
    weights = [Comparison(0, 1, ratio, "time", "measured").weight for ratio in (2.0, 50.0, 5000.0)]
    assert weights[0] == pytest.approx(math.log(2))
    assert weights[1] == weights[2] > weights[0]


def test_comparisons_by_part() -> None:
    programs = [Program(name, name, name, "") for name in ("train", "test")]
    found = Examples(programs, [Comparison(n, n, 2.0, "time", "measured") for n in (0, 1)])
    assert [one.more for one in found.in_part("test", "effibench")] == [1]


def test_orders_by_ratio_over_pairs_and_over_problems() -> None:
    ratios = [1.5, 3.0, 3.0, 3.0, 9.0]
    problems = ["a", "a", "b", "b", "b"]
    found = orders(ratios, problems, [1, -1, 2, 2, 0])
    assert (found["1.2-2"].pairs, found["1.2-2"].share.value) == (1, 1.0)
    assert found["2-4"].share.value == pytest.approx(2 / 3)
    assert found["2-4"].macro.value == pytest.approx(1 / 2)
    assert found[">=8"].share.value == 0.5
    assert found[">=2"].problems == 2
    assert found["4-8"].pairs == 0
    assert math.isnan(found["4-8"].share.value)
    assert found["all"].pairs == 5


def test_what_is_equally_sure_is_covered_alike_in_any_order() -> None:
    ratios, problems = [3.0] * 4, ["a", "b", "c", "d"]
    one = orders(ratios, problems, [1, 1, -1, -1])["all"].coverage
    other = orders(ratios, problems, [-1, -1, 1, 1])["all"].coverage
    assert one == other == dict.fromkeys(one, 0.5)


def test_one_problem_has_no_interval() -> None:
    share = orders([3.0, 3.0], ["a", "a"], [1, -1])["all"].share
    assert share.value == 0.5
    assert math.isnan(share.low)


def test_the_surest_orders_come_first_in_coverage() -> None:
    found = orders([2.0] * 4, list("abcd"), [9, 5, -1, -0.5])["all"]
    assert found.coverage == {0.25: 1.0, 0.5: 1.0, 0.75: pytest.approx(2 / 3), 1.0: 0.5}


def test_intervals_are_those_of_problems() -> None:
    rng = np.random.default_rng(1)
    together = np.repeat(rng.random(40) < 0.7, 25)
    apart = rng.permutation(together)
    problems = [str(n // 25) for n in range(1000)]
    wide = orders([2.0] * 1000, problems, np.where(together, 1, -1))["all"].share
    narrow = orders([2.0] * 1000, problems, np.where(apart, 1, -1))["all"].share
    assert wide.low < wide.value < wide.high
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)
    assert wide == orders([2.0] * 1000, problems, np.where(together, 1, -1))["all"].share


def test_a_difference_is_that_of_the_same_pairs() -> None:
    problems = [str(n // 2) for n in range(200)]
    good = np.where(np.arange(200) % 4, 1, -1)
    found = difference(problems, good, -np.ones(200))
    assert found.value == pytest.approx(0.75)
    assert 0 < found.low < found.high
    assert difference(problems, good, good) == (0, 0, 0)
    assert math.isnan(difference([], [], []).value)
