"""A program runs on larger and larger inputs, until there is enough to say how it grows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from effilint.measure import Case, Program, Sandbox, Tests, call, examples_of, ladder, names_of

EXAMPLES = [{"xs": [3, 1, 2, 2]}, {"xs": [5, 9, 1]}]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as made:
        yield made


def test_sizes_double_until_a_run_is_long_enough(sandbox: Sandbox) -> None:
    program = Program("def f(xs):\n    return sum(x in xs[::-1] for x in xs)", "f")
    found = ladder(program, EXAMPLES, sandbox, enough=0.005)
    sizes = sorted({point.n for point in found.points})
    assert sizes[0] == 4
    assert all(b == 2 * a for a, b in pairwise(sizes))
    assert len(found.points) == 3 * len(sizes)
    assert len(sizes) >= 5
    assert found.end.startswith("a run takes ")
    growth = found.growth()
    assert growth.low <= growth.exponent <= growth.high


def test_tuples_are_passed_by_position(sandbox: Sandbox) -> None:
    program = Program("def f(a, b, /):\n    return [len(a)] * b", "f")
    found = ladder(program, [([1, 2, 2], 3)], sandbox, enough=0.0)
    assert len({point.n for point in found.points}) == 5


def test_arguments_are_given_as_the_tests_give_them(sandbox: Sandbox) -> None:
    tests = Tests((Case(call([1, 2]), 2), Case(call([3]), 1)), "f")
    text = "def f(xs, times=1):\n    return len(xs) * times"
    other = Program("def f(ys):\n    return len(ys)", "f")
    examples = examples_of(tests, text)
    names = names_of(examples, text, "f")
    assert (examples, names) == ([([1, 2],), ([3],)], ["xs"])
    bound = "Constraints:\n1 <= xs.length <= 8"
    program = Program(text, "f")
    found = ladder(
        program, examples, sandbox, names=names, description=bound, reference=other, enough=0.0
    )
    assert max(point.n for point in found.points) == 8
    assert examples_of(tests, "def f(*all): ...") == examples
    assert names_of(examples, "def f(*all): ...", "f") is None
    named = Tests((Case(call([1], times=2), 2), Case(call(xs=[3], times=1), 1)), "f")
    assert examples_of(named, text) == [{"xs": [1], "times": 2}, {"xs": [3], "times": 1}]


def test_numbers_alone_are_the_size(sandbox: Sandbox) -> None:
    program = Program("def f(n):\n    return sum(range(n))", "f")
    text = "Constraints:\n1 <= n <= 100"
    found = ladder(program, [{"n": 10}], sandbox, description=text)
    assert sorted({point.n for point in found.points}) == [10, 20, 40, 80, 100]
    assert found.end == "`n` may not be larger"


@pytest.mark.parametrize(
    ("body", "end"),
    [
        ("raise KeyError", "the program raises KeyError at n=4"),
        ("while len(xs) > 4: pass", "the program takes too long at n=5"),
        ("import os; os._exit(0)", "the program ends its process at n=4"),
    ],
)
def test_a_program_that_fails_ends_the_ladder(sandbox: Sandbox, body: str, end: str) -> None:
    found = ladder(Program(f"def f(xs):\n    {body}", "f"), EXAMPLES, sandbox, most=0.2)
    assert found.end == end
    assert found.growth().name == "unclear"


def test_what_has_no_ladder(sandbox: Sandbox) -> None:
    assert ladder(Program("def f(x): pass", "f"), [], sandbox).end == "there are no examples"
    with pytest.raises(ValueError, match="a ladder is for functions"):
        ladder(Program("print(1)"), EXAMPLES, sandbox)


SUBSETS = """
def f(xs):
    if len(xs) > 20: raise MemoryError
    found = [[]]
    for x in xs:
        found += [one + [x] for one in found]
    return len(found)
"""


def test_exponential_growth_is_told_between_sizes(sandbox: Sandbox) -> None:
    found = ladder(Program(SUBSETS, "f"), [{"xs": [3, 1, 2]}], sandbox)
    sizes = [n for n, _ in found.inputs]
    assert sizes[:4] == [3, 6, 12, 14]
    assert all(n < 24 for n in sizes)
    assert found.growth().name == "O(2^n)"


def test_a_program_that_fails_for_another_reason_is_not_run_between_sizes(
    sandbox: Sandbox,
) -> None:
    text = "def f(xs):\n    if len(xs) > 6: raise KeyError"
    found = ladder(Program(text, "f"), [{"xs": [3, 1, 2]}], sandbox)
    assert [n for n, _ in found.inputs] == [3, 6]
    assert found.end == "the program raises KeyError at n=12"


def test_growth_is_measured_well_above_what_a_call_costs(sandbox: Sandbox) -> None:
    text = "def f(xs):\n    return sum(a == b == c for a in xs for b in xs for c in xs)"
    found = ladder(Program(text, "f"), [{"xs": [3, 1, 2]}], sandbox, enough=0.001)
    costs = sorted(min(p.cost for p in found.points if p.n == n) for n, _ in found.inputs)
    assert costs[-3] > 4 * costs[0]


def test_examples_of_several_types_are_grown_apart(sandbox: Sandbox) -> None:
    program = Program("def f(x): return 0 if x is None else len(x)", "f")
    examples: list[dict[str, object]] = [{"x": None}, {"x": [1, 2, 3]}, {"x": "ab"}]
    found = ladder(program, examples, sandbox, enough=0.0)
    assert [n for n, _ in found.inputs] == [3, 6, 12, 24, 48]
