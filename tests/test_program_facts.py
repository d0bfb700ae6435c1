"""Facts of a program as numbers, and the table of its operations that they come from."""

from __future__ import annotations

import math

import pytest

from effilint.analyzer.context import Context
from effilint.analyzer.source import Source
from effilint.detectors.facts import FACTS, facts_of, vector
from effilint.detectors.operations import Operation, Scale, operations

SCALE = Scale(inputs=1024, items=32, passes=8, exponent=10)
SEARCH = """def f(xs: list[int], wanted: list[int]) -> int:
    "How many there are."
    found = 0
    for x in xs:
        if x in wanted:  # a list
            found += 1
    return found
"""
SAME = """def g(a, b):
    n = 0


    for q in a:

        if (q
                in b): n += 1
    return n
"""


def table(text: str) -> dict[str, Operation]:
    """The operations of a program by name; of those with one name the last."""
    return {one.name: one for one in operations(Context(Source(text)))}


def test_an_operation_runs_as_often_as_the_loops_around_it() -> None:
    found = table(SEARCH)
    assert str(found["in list"].times) == "O(xs)"
    assert str(found["in list"].price) == "O(wanted)"
    assert str(found["int Add"].times) == "O(xs)"
    assert str(found["Return"].times) == "O(1)"
    assert operations(Context(Source(SEARCH)))[found["in list"]] == 1


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("xs[0]", "list[].Load"),
        ("xs[1:]", "list[:].Load"),
        ("sorted(xs)", "sorted()"),
        ("xs.append(1)", "append()"),
        ("{1, 2} & {2}", "set BitAnd"),
        ("'a' + 'b'", "str Add"),
        ("1.5 < 2", "compare float"),
        ("True + 1", "int Add"),
        ("3 in {1: 2}", "in dict"),
        ("__import__('heapq').heappop(xs)", "heappop()"),
        ("-len(xs)", "USub"),
        ("[x for x in xs]", "ListComp"),
        ("xs.size", "Attribute.Load"),
        ("wanted(3)", "unknown()"),
        ("f(xs, 1)", "own()"),
        ("wanted.replace(1)", "replace()"),
    ],
)
def test_operations_are_told_by_the_types_of_what_they_work_on(expression: str, name: str) -> None:
    assert name in table(f"def f(xs: list[int], wanted):\n    return {expression}\n")


def test_what_a_function_of_the_file_takes_counts_where_it_is_called() -> None:
    text = """
class Solution:
    def solve(self, rows: list[str]) -> int:
        return sum(self.width(row) for row in rows)

    def width(self, row: str) -> int:
        n = 0
        for c in row:
            n += 2
        return n
"""
    adds = [one for one in operations(Context(Source(text))) if one.name == "int Add"]
    assert [str(one.times) for one in adds] == ["O(rows*rows[])"]


def test_a_function_that_calls_itself_is_counted_once() -> None:
    text = "def f(n: int) -> int:\n    return 1 if n < 2 else f(n - 1) + f(n - 2)\n"
    found = table(text)
    assert str(found["int Sub"].times) == "O(2^n)"
    assert operations(Context(Source(text)))[found["own()"]] == 2


def test_what_a_call_goes_through_has_the_sizes_that_are_passed() -> None:
    text = """
def main(xs, ys):
    for y in ys:
        for i in range(5):
            helper(xs)

def helper(given):
    for x in given:
        if x in given:
            break
    for i in range(7):
        given.sort()
"""
    found = table(text)
    assert str(found["in other"].times) == "O(xs*ys)"
    assert str(found["in other"].spared) == "O(xs)"
    assert str(found["in other"].price) == "O(xs)"
    assert str(found["sort()"].price) == "O(xs*log(xs))"
    assert (found["in other"].repeats, found["sort()"].repeats) == (5, 35)


EVEN = "def even(n):\n    for i in range(n):\n        print(i)\n    return n == 0 or odd(n - 1)\n"
ODD = "def odd(n):\n    return n != 0 and even(n - 1)\n"
MAIN = "def main(n):\n    return even(n)\n"


@pytest.mark.parametrize("text", [EVEN + ODD, ODD + EVEN, MAIN + ODD + EVEN, EVEN + ODD + MAIN])
def test_functions_that_call_each_other_are_counted_once_each(text: str) -> None:
    found = operations(Context(Source(text)))
    assert [str(one.times) for one in found if one.name == "print()"] == ["O(n)"]
    assert found.total() > 10
    assert facts_of(text)["time_degree"] == 1


def test_of_too_many_operations_the_costliest_stay() -> None:
    lines = "".join(f"    for x in a{n}:\n        a{n}[0] + a{n}\n" for n in range(400))
    names = ", ".join(["xs", *(f"a{n}" for n in range(400))])
    big = f"def big({names}):\n{lines}    for p in xs:\n        for q in xs:\n            q @ q\n"
    text = f"def main({names}):\n    big({names})\n    print(1)\n{big}"
    found = table(text)
    assert str(found["other MatMult"].times) == "O(xs^2)"
    assert len(operations(Context(Source(text)))) < 2000


def test_loops_of_constant_length_are_repeats() -> None:
    found = table(
        "def f(x):\n    for i in range(26):\n        for j in range(10):\n            x(i)\n"
    )
    assert found["unknown()"].repeats == 260
    assert str(found["unknown()"].times) == "O(1)"


@pytest.mark.parametrize(
    ("body", "spared"),
    [
        ("for x in xs:\n        if x > 3:\n            return x", "O(xs)"),
        ("for x in xs:\n        if x > 3:\n            break", "O(xs)"),
        ("while n < len(xs):\n        n += 1\n        if n > 3:\n            break", "O(xs)"),
        ("return any(x > 3 for x in xs)", "O(xs)"),
        ("return next(x for x in xs if x > 3)", "O(xs)"),
        ("return sum(x > 3 for x in xs)", "O(1)"),
        ("for x in xs:\n        if x > 3:\n            n += 1", "O(1)"),
        ("for x in xs:\n        while n:\n            break\n        n = x > 3", "O(1)"),
        ("for x in xs:\n        n = x > 3\n        def g():\n            return n", "O(1)"),
    ],
)
def test_loops_that_can_end_early_spare_passes(body: str, spared: str) -> None:
    found = table(f"def f(xs: list[int], n: int):\n    {body}\n")
    assert str(found["compare int"].spared) == spared


def test_scales_put_numbers_in_the_place_of_symbols() -> None:
    def bits(body: str, name: str = "unknown()") -> float:
        found = table(f"def f(xs: list[list[int]], k: int, g):\n{body}")
        return SCALE.bits(found[name].times)

    assert bits("    g()\n") == 0
    assert bits("    for x in xs:\n        g()\n") == 10
    assert bits("    for x in xs:\n        for y in x:\n            g()\n") == 15
    assert bits("    while g(k):\n        pass\n") == 3
    assert bits("    for x in range(2**k):\n        g()\n") == 10
    twice = bits("    for x in xs:\n        for y in range(int(k**0.5)):\n            g()\n")
    assert twice == 15
    assert SCALE.bits(table("def f(xs):\n    return sorted(xs)\n")["sorted()"].price) == (
        math.log2(1024 * 10)
    )


def test_a_growth_beyond_all_numbers_is_the_largest() -> None:
    text = (
        "def f(n, g):\n    for x in range(2**n):\n        for y in range(2**x):\n            g()\n"
    )
    scale = Scale(1e5, 1e5, 1e5, 1e3)
    assert scale.bits(table(text)["unknown()"].times) == 64


def test_powers_beyond_all_floats_are_the_largest() -> None:
    text = "def f(n, g):\n    for x in range((((n ** 4) ** 4) ** 4) ** 4):\n        g()\n"
    assert SCALE.bits(table(text)["unknown()"].times) == 64
    loops = "".join("    " * d + f"while x{d}():\n" for d in range(1, 9))
    found = facts_of(f"def f(n):\n{loops}{'    ' * 9}n()\n")
    assert all(math.isfinite(value) for value in found.values())


def test_facts_are_those_of_the_program_and_not_of_its_text() -> None:
    one, other = facts_of(SEARCH.replace(": list[int]", "").replace(" -> int", "")), facts_of(SAME)
    assert one == other
    assert facts_of("def f():\n    x: list[int] = []\n    return x\n") == facts_of(
        "def f():\n    x = []\n    return x\n"
    )


MERGE_SORT = """def sort(xs):
    if len(xs) < 2:
        return xs
    half = len(xs) // 2
    left, right = xs[:half], xs[half:]
    left, right = sort(left), sort(right)
    out = []
    while left and right:
        out.append(left.pop() if left[-1] > right[-1] else right.pop())
    return out
"""
BOUNDS = """def sort(xs, low, high):
    if high - low < 2:
        return
    mid = (low + high) // 2
    sort(xs, low, mid)
    sort(xs, mid, high)
    sorted(xs[low:high])
"""


@pytest.mark.parametrize(
    ("text", "name", "other"),
    [
        (MERGE_SORT, "left", "one"),
        (BOUNDS, "mid", "between"),
        ("def f(xs, mid):\n    return f(xs[1:], mid) + f(xs[2:], mid)\n", "mid", "k"),
        ("def f(count, xs):\n    for x in xs:\n        count(x)\n", "count", "c"),
        ("class array:\n    pass\n\ndef f():\n    return array()\n", "array", "arr"),
        ("search = lambda x: x\nfor i in z:\n    search(i)\n", "search", "s"),
        ("@cached\ndef f(x):\n    return x\n", "cached", "kept"),
        ("def cached(f):\n    return f\n\n@cached\ndef f(x):\n    return x\n", "cached", "k"),
        (
            "class Trie:\n    def insert(self, x):\n        return x\n\n"
            "def f(t):\n    t.insert(1)\n    Trie().insert(2)\n",
            "insert",
            "put",
        ),
    ],
)
def test_names_of_the_program_are_no_facts(text: str, name: str, other: str) -> None:
    assert facts_of(text) == facts_of(text.replace(name, other))


def test_own_methods_do_not_hide_those_of_others() -> None:
    text = "class A:\n    def count(self):\n        pass\n\ndef f(xs: list):\n    xs.count(1)\n"
    assert facts_of(text)["all_count()"] > 0
    assert facts_of(text) == facts_of(text.replace("def count", "def number"))


def test_recursion_in_halves_is_told_by_values() -> None:
    assert facts_of(MERGE_SORT)["time_degree"] == 1
    assert "time_exponential" not in facts_of(MERGE_SORT)
    rest = "def sub(left, xs):\n    left = xs[1:]\n    return sub(left, left) + sub(left, left)\n"
    assert facts_of(rest)["time_exponential"] == 1


def test_lines_are_no_facts() -> None:
    text = "def f(xs):\n    x = list(list(xs)); y = list(list(xs))\n    return x, y\n"
    assert facts_of(text) == facts_of(text.replace("; y", "\n    y"))


def test_asynchronous_code_counts_as_other_code() -> None:
    text = "async def f(xs):\n    async for x in xs:\n        print(x)\n"
    assert facts_of(text) == facts_of(text.replace("async ", ""))


def test_facts_say_what_is_there() -> None:
    found = facts_of(SEARCH)
    assert found["time_degree"] == 2
    assert found["loops_1"] == found["deepest_loop"] == math.log(2)
    assert found["hot_In"] == math.log(2)
    assert found["finds_DST1"] > 0
    assert found["cost_of_in list"] > found["cost_of_int Add"]
    assert found["cost_many"] > found["cost_some"] > found["cost_few"]
    assert "recursive" not in found


def test_a_quadratic_program_costs_more_than_a_linear_one_at_every_scale() -> None:
    slow, fast = facts_of(SEARCH), facts_of(SEARCH.replace("in wanted", "in set(wanted)"))
    faster = facts_of(SEARCH.replace("list[int], wanted: list", "list[int], wanted: set"))
    for scale in ("few", "some", "many"):
        assert slow[f"cost_{scale}"] > faster[f"cost_{scale}"]
        assert fast[f"cost_{scale}"] > faster[f"cost_{scale}"]


def test_an_early_exit_spares_much_at_a_large_scale() -> None:
    text = "def f(xs, g):\n    for x in xs:\n        if g(x):\n            return x\n"
    found = facts_of(text)
    assert found["spared_many"] > 10
    assert "spared_many" not in facts_of(text.replace("return x", "g(2)"))


@pytest.mark.parametrize("text", ["def f(:", "x = 1\n  y = 2\n", "\0"])
def test_nothing_is_known_of_what_cannot_be_parsed(text: str) -> None:
    assert facts_of(text) == {}
    assert vector(facts_of(text)) == [0.0] * len(FACTS)


def test_an_empty_program_has_no_cost() -> None:
    found = facts_of("")
    assert found["is_parsed"] == 1
    assert "cost_many" not in found


def test_facts_stand_in_the_order_of_their_names() -> None:
    found = facts_of(SEARCH)
    values = vector(found)
    assert len(set(FACTS)) == len(FACTS) == len(values)
    assert found.keys() <= set(FACTS)
    assert values[FACTS.index("time_degree")] == 2


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 80 + "1" + ")" * 80,
        "x = " + "-" * 900 + "1",
        "x = " + " + ".join(["y"] * 900),
        "\n".join("    " * n + "for x in xs:" for n in range(19)) + "\n" + "    " * 19 + "pass",
        "".join(f"def f{n}(x):\n    return f{n + 1}(x) + f{n + 1}(x)\n" for n in range(300)),
    ],
)
def test_code_that_is_nested_deep_has_facts(text: str) -> None:
    found = facts_of(text)
    assert found["is_parsed"] == 1
    assert all(math.isfinite(value) for value in found.values())
