"""A program runs on larger and larger inputs, until there is enough to say how it grows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from effilint.measure import Program, Sandbox, ladder

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
        ("while len(xs) > 4: pass", "the program takes too long at n=8"),
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
