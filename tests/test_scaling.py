"""Inputs that are made larger keep what the samples have in common, and what the text says."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effilint.measure import Grown, Scaler, scale_inputs, wire
from effilint.measure.scaling.primes import is_prime

FACTORS = (4, 16, 64)
TEXT = "abcdefghijklmnopqrstuvwxyz"


def grown(examples: Sequence[Any], k: float, description: str | None = None) -> list[Any]:
    """The arguments of all examples made larger."""
    return [g.arguments for g in scale_inputs(examples, k, description=description)]


def values(samples: Sequence[Any], k: float, description: str | None = None) -> list[Any]:
    """The same for a function of one parameter `x`."""
    return [found["x"] for found in grown([{"x": sample} for sample in samples], k, description)]


def nodes(value: Any) -> list[Any]:
    """The values of linked nodes, as they are written."""
    (found,) = json.loads(wire.dump(value)).values()
    return list(found)


def tree(*levels: int | None) -> Any:
    return wire.decoded({"tn": list(levels)})


def linked(*items: int) -> Any:
    return wire.decoded({"ln": list(items)})


def is_rising(items: Sequence[Any]) -> bool:
    return all(a <= b for a, b in pairwise(items))


def is_strict(items: Sequence[Any]) -> bool:
    return all(a < b for a, b in pairwise(items))


def is_tree(n: int, edges: Sequence[Sequence[int]], base: int = 0) -> bool:
    """Whether edges join all nodes without a ring."""
    group = {node: node for node in range(base, n + base)}

    def top(node: int) -> int:
        while group[node] != node:
            node = group[node]
        return node

    for a, b in edges:
        if top(a) == top(b):
            return False
        group[top(a)] = top(b)
    return len(edges) == n - 1


def balanced(text: str) -> bool:
    while any(pair in text for pair in ("()", "[]", "{}")):
        text = text.replace("()", "").replace("[]", "").replace("{}", "")
    return not text


def is_binary(rows: Sequence[Sequence[int]]) -> bool:
    return {item for row in rows for item in row} <= {0, 1}


def is_even(rows: Sequence[Sequence[Any]]) -> bool:
    return len({len(row) for row in rows}) == 1


def is_search(root: Any) -> bool:
    found: list[int] = []

    def visit(node: Any) -> None:
        if node is not None:
            visit(node.left)
            found.append(node.val)
            visit(node.right)

    visit(root)
    return is_strict(found) and len(found) > 1


SEQUENCES: list[tuple[str, list[list[Any]], Callable[[Any], bool]]] = [
    ("ascending", [[1, 1, 2], [3, 7, 7, 9], [0, 5]], is_rising),
    ("strictly ascending", [[1, 3, 4], [2, 5, 8, 9]], is_strict),
    ("descending", [[9, 4, 4], [3, 2, 1, 1]], lambda x: is_rising(x[::-1])),
    ("unique", [[9, 4, 7], [3, 5, 1, 2]], lambda x: len(set(x)) == len(x)),
    ("permutation of 0..", [[2, 0, 1], [1, 0, 3, 2]], lambda x: sorted(x) == [*range(len(x))]),
    ("permutation of 1..", [[2, 3, 1], [1, 4, 3, 2]],
     lambda x: sorted(x) == [*range(1, len(x) + 1)]),
    ("not negative", [[0, 4, 2, 4], [3, 0, 3]], lambda x: min(x) >= 0),
    ("positive", [[1, 4, 2, 4], [3, 1, 3]], lambda x: min(x) >= 1),
    ("zeros and ones", [[0, 1, 1], [1, 0, 1, 1]], lambda x: set(x) <= {0, 1}),
    ("few values", [[2, 0, 2, 1, 1, 0], [2, 0, 1]], lambda x: set(x) <= {0, 1, 2}),
    ("even length", [[3, 1, 4, 1], [5, 9, 2, 6, 5, 5]], lambda x: len(x) % 2 == 0),
    ("odd length", [[3, 1, 4], [5, 9, 2, 6, 5], [1, 1, 1, 2, 2, 7, 7]], lambda x: len(x) % 2 == 1),
    ("palindrome", [[1, 2, 1], [4, 2, 2, 4]], lambda x: x == x[::-1]),
    ("floats", [[0.5, 2.25, 1.0], [3.5, 0.25]], lambda x: all(type(v) is float for v in x)),
    ("all but one twice", [[4, 1, 2, 1, 2], [2, 2, 1]],
     lambda x: sorted(Counter(x).values())[:2] == [1, 2]),
    ("parents", [[-1, 0, 0, 1, 1], [-1, 0, 1, 2]], lambda x: x[0] == -1 and min(x[1:]) >= 0),
    ("rotated", [[5, 6, 7, 1, 2, 3], [4, 5, 9, 0, 2, 3], [3, 4, 1, 2]],
     lambda x: sum(a > b for a, b in pairwise(x)) == 1),
    ("mountain", [[1, 5, 9, 4, 2], [0, 3, 8, 7, 6, 1], [2, 4, 1]],
     lambda x: is_strict(x[: x.index(max(x))]) and is_strict(x[x.index(max(x)) :][::-1])),
]  # fmt: skip


@pytest.mark.parametrize(
    ("samples", "holds"), [s[1:] for s in SEQUENCES], ids=[s[0] for s in SEQUENCES]
)
@pytest.mark.parametrize("k", FACTORS)
def test_sequences(samples: list[Any], holds: Callable[[Any], bool], k: int) -> None:
    assert all(map(holds, samples))
    for sample, found in zip(samples, values(samples, k), strict=True):
        assert abs(len(found) - k * len(sample)) <= 2
        assert holds(found)
        assert type(found[0]) is type(sample[0])


TEXTS: list[tuple[str, list[str], Callable[[str], bool]]] = [
    ("alphabet", ["abcab", "cab"], lambda s: set(s) <= set("abc")),
    ("binary", ["0110", "10"], lambda s: set(s) <= set("01")),
    ("words", ["the sky is blue", "hello big world"],
     lambda s: s == " ".join(s.split()) and len(s.split()) > 8),
    ("brackets", ["()[]{}", "([])"], balanced),
    ("one kind of bracket", ["(())()", "()"], lambda s: balanced(s) and set(s) <= set("()")),
    ("number", ["1024", "907"], lambda s: s.isdigit() and s[0] != "0"),
    ("path", ["/home/user/docs", "/a/b"], lambda s: s[0] == "/" and "//" not in s),
    ("version", ["1.02.3", "2.10"], lambda s: all(part.isdigit() for part in s.split("."))),
    ("sum", ["1+2+30", "4+5"], lambda s: all(part.isdigit() for part in s.split("+"))),
    ("in turns", ["a1b2", "c3d4e5"], lambda s: s[::2].isalpha() and s[1::2].isdigit()),
    ("nested", ["3[a]2[bc]", "2[a2[c]]"], lambda s: s.count("[") == s.count("]")),
    ("two stars", ["a*b*", "*ab*c", "c*ba*a"], lambda s: s.count("*") == 2),
    ("in brackets", ["(123)", "(0123)"], lambda s: s[0] + s[-1] == "()" and s[1:-1].isdigit()),
]  # fmt: skip


@pytest.mark.parametrize(("samples", "holds"), [t[1:] for t in TEXTS], ids=[t[0] for t in TEXTS])
@pytest.mark.parametrize("k", FACTORS)
def test_texts(samples: list[str], holds: Callable[[str], bool], k: int) -> None:
    for sample, found in zip(samples, values(samples, k), strict=True):
        assert len(found) >= 0.8 * k * len(sample)
        assert holds(found)


def test_mirrored_texts() -> None:
    text = "s is a palindrome."
    assert all(s == s[::-1] for s in values(["abba", "aba"], 16, text))


GRIDS: list[tuple[str, list[Any], Callable[[Any], bool]]] = [
    ("square", [[[1, 2], [3, 4]], [[7, 1, 5], [2, 9, 4], [3, 3, 8]]],
     lambda x: is_even(x) and len(x) == len(x[0])),
    ("rectangular", [[[1, 5, 9, 8], [7, 2, 4, 6]], [[5, 6, 6, 2], [9, 9, 1, 3], [2, 8, 7, 1]]],
     is_even),
    ("zeros and ones", [[[0, 1, 1], [1, 0, 1]], [[0, 0], [1, 0]]],
     lambda x: is_even(x) and is_binary(x)),
    ("symmetric", [[[1, 1, 0], [1, 1, 0], [0, 0, 1]], [[1, 0], [0, 1]]],
     lambda x: all(x[i][j] == x[j][i] for i in range(len(x)) for j in range(i))),
    ("letters", [[["X", "."], [".", "X"]], [["X", "X", "X"], [".", "X", "."]]],
     lambda x: is_even(x) and {c for row in x for c in row} <= {"X", "."}),
    ("rows in order", [[[1, 3, 5, 7], [2, 4, 8, 9], [5, 6, 9, 12]], [[1, 1, 4, 5], [2, 2, 6, 8]]],
     lambda x: all(map(is_rising, x))),
    ("ragged", [[[1], [2, 3, 4], [5, 6]], [[7, 8], [9]]],
     lambda x: len({len(row) for row in x}) > 1),
    ("triangle", [[[2], [3, 4], [6, 5, 7]], [[1], [2, 3]]],
     lambda x: [len(row) for row in x] == [*range(1, len(x) + 1)]),
]  # fmt: skip


@pytest.mark.parametrize(("samples", "holds"), [g[1:] for g in GRIDS], ids=[g[0] for g in GRIDS])
@pytest.mark.parametrize("k", FACTORS)
def test_grids(samples: list[Any], holds: Callable[[Any], bool], k: int) -> None:
    assert holds(samples[0])
    for sample, found in zip(samples, values(samples, k), strict=True):
        before, after = (sum(map(len, rows)) for rows in (sample, found))
        assert after >= 0.7 * k * before
        assert holds(found)


def test_one_start_and_one_end_stay() -> None:
    samples = [
        [list("S.#."), list(".#.."), list("...E")],
        [list("S..."), list("##.."), list("..E.")],
    ]
    for found in values(samples, 16):
        cells = [cell for row in found for cell in row]
        assert (cells.count("S"), cells.count("E")) == (1, 1)


@pytest.mark.parametrize("k", FACTORS)
def test_edges_of_a_graph(k: int) -> None:
    samples: list[dict[str, Any]] = [
        {"n": 5, "edges": [[0, 1], [1, 2], [2, 0], [3, 4], [3, 1]]},
        {"n": 4, "edges": [[0, 1], [2, 0], [2, 3]]},
    ]
    for sample, found in zip(samples, grown(samples, k), strict=True):
        assert found["n"] == k * sample["n"]
        assert len(found["edges"]) == k * len(sample["edges"])
        assert all(a != b and 0 <= a < found["n"] > b >= 0 for a, b in found["edges"])
        assert len({frozenset(edge) for edge in found["edges"]}) == len(found["edges"])


@pytest.mark.parametrize("base", [0, 1])
def test_edges_of_a_tree(base: int) -> None:
    samples = [
        {"n": 4, "edges": [[0 + base, 1 + base], [0 + base, 2 + base], [1 + base, 3 + base]]},
        {"n": 3, "edges": [[0 + base, 1 + base], [0 + base, 2 + base]]},
    ]
    for found in grown(samples, 16):
        assert is_tree(found["n"], found["edges"], base)


def test_intervals() -> None:
    samples = [[[1, 3], [2, 6], [8, 10]], [[1, 4], [4, 5]]]
    for found in values(samples, 16):
        assert all(a < b for a, b in found)
        assert is_rising(found)
    apart = [[[1, 2], [4, 6], [8, 10]], [[1, 3], [6, 9]]]
    for found in values(apart, 16):
        assert is_strict([end for pair in found for end in pair])


def test_different_points() -> None:
    for found in values([[[1, 1], [2, 5], [3, 3]], [[0, 0], [4, 1], [2, 2], [0, 3]]], 16):
        assert len({tuple(point) for point in found}) == len(found)


def test_records_of_several_kinds_stay_records() -> None:
    for found in values([[("bolt", 3), ("nut", 12)], [("nut", 1)]], 16):
        assert all(type(row) is tuple and row[0] in ("bolt", "nut") and row[1] > 0 for row in found)


def test_records_whose_order_is_an_accident() -> None:
    """The first numbers are in order; what stands beside them cannot be compared."""
    found = values([[[1, "a"], [2, 3], [3, "b"]]], 16)[0]
    assert len(found) == 48
    assert {type(one[1]) for one in found} == {int, str}


def test_records_without_an_order() -> None:
    kinds: list[list[Any]] = [
        [[None], [0], [None]],
        [["a", 1], [2, 1], [None, 3]],
        [[0], [""], [0]],
    ]
    for rows in kinds:
        (found,) = values([rows], 4)
        assert {len(row) for row in found} == {len(rows[0])}


@pytest.mark.parametrize("k", FACTORS)
def test_linked_lists_and_trees(k: int) -> None:
    for found in values([linked(1, 2, 4), linked(1, 3, 3, 9)], k):
        assert is_rising(nodes(found))
        assert len(nodes(found)) in (3 * k, 4 * k)
    for found in values([tree(4, 2, 7, 1, 3), tree(5, 3, 8)], k):
        assert is_search(found)
    for found in values([tree(3, 9, 20, None, None, 15, 7), tree(1, None, 2)], k):
        count = sum(value is not None for value in nodes(found))
        assert count in (5 * k, 2 * k)
    for found in values([[linked(1, 4, 5), linked(1, 3, 4)], [linked(2, 6)]], k):
        assert all(is_rising(nodes(one)) for one in found)


def test_other_containers_keep_their_type() -> None:
    samples = [{"a": {1, 5, 9}, "b": {"x": 1, "y": 2}, "c": (1, 2, 3), "d": b"ab", "e": None}]
    (found,) = grown(samples, 4)
    assert (type(found["a"]), len(found["a"])) == (set, 12)
    assert (type(found["b"]), len(found["b"])) == (dict, 8)
    assert (type(found["c"]), len(found["c"])) == (tuple, 12)
    assert (type(found["d"]), len(found["d"])) == (bytes, 8)
    assert found["e"] is None


@pytest.mark.parametrize("k", FACTORS)
def test_parameters_that_depend_on_each_other(k: int) -> None:
    samples = [
        {"n": 3, "xs": [4, 9, 2], "ys": [7, 7, 1], "k": 2, "target": 9},
        {"n": 5, "xs": [4, 4, 2, 1, 8], "ys": [3, 9, 1, 2, 2], "k": 5, "target": 1},
    ]
    for found in grown(samples, k):
        assert found["n"] == len(found["xs"]) == len(found["ys"])
        assert 0 <= found["k"] <= len(found["xs"])
        assert found["target"] in found["xs"]


def test_parameters_of_the_same_items() -> None:
    letters = [{"s": "anagram", "t": "nagaram"}, {"s": "listen", "t": "silent"}]
    for found in grown(letters, 16):
        assert Counter(found["s"]) == Counter(found["t"])
    pieces = [{"s": "sadbutsad", "p": "but"}, {"s": "hello", "p": "ell"}]
    for found in grown(pieces, 16):
        assert found["p"] in found["s"]
    parts = [{"s": "ahbgdc", "p": "abc"}, {"s": "xyzzy", "p": "xzy"}]
    for found in grown(parts, 16):
        rest = iter(found["s"])
        assert all(letter in rest for letter in found["p"])
    some = [{"xs": [1, 3, 4, 2], "ys": [4, 1]}, {"xs": [6, 5, 9], "ys": [9, 5]}]
    for found in grown(some, 16):
        assert set(found["ys"]) <= set(found["xs"])
    times = [{"start": [1, 2, 7], "end": [3, 9, 8]}, {"start": [4, 1], "end": [6, 2]}]
    for found in grown(times, 16):
        assert all(a < b for a, b in zip(found["start"], found["end"], strict=True))


def test_target_stays_within_the_values() -> None:
    samples = [{"xs": [4, 9, 2, 7], "t": 5}, {"xs": [10, 30, 20], "t": 11}]
    for found in grown(samples, 16):
        assert min(found["xs"]) <= found["t"] <= max(found["xs"])
    samples = [{"xs": [1, 2, 5], "t": 8}, {"xs": [3, 4, 4], "t": 7}]
    for found in grown(samples, 16):
        assert 0 < found["t"] <= sum(found["xs"])


ARRAY = """Find two numbers in the array.

Constraints:

1 <= nums.length <= 10^5
-10^9 <= nums[i] <= 10^9
1 <= k <= nums.length
"""


def test_constraints_bound_what_grows() -> None:
    samples = [{"nums": [3, 1, 2], "k": 2}, {"nums": [5, -4, 9, 8], "k": 1}]
    for found in scale_inputs(samples, 64, description=ARRAY):
        assert len(found.arguments["nums"]) in (192, 256)
        assert 1 <= found.arguments["k"] <= len(found.arguments["nums"])
        assert found.limit == ""
    few = ARRAY.replace("10^5", "20").replace("10^9", "10")
    for found in scale_inputs(samples, 64, description=few):
        assert len(found.arguments["nums"]) == 20
        assert all(-10 <= item <= 10 for item in found.arguments["nums"])
        assert found.factor < 64
        assert found.limit


def test_a_description_tells_what_is_chance() -> None:
    rising = [{"nums": [1, 2, 3], "k": 2}, {"nums": [4, 5], "k": 1}]
    assert not any(is_rising(found["nums"]) for found in grown(rising, 16, ARRAY))
    told = ARRAY + "nums is sorted in non-decreasing order.\n"
    assert all(is_rising(found["nums"]) for found in grown(rising, 16, told))
    unique = ARRAY + "All the values of nums are unique.\n"
    for found in grown(rising, 16, unique):
        assert len(set(found["nums"])) == len(found["nums"])


GRAPH = """edges[i] = [a_i, b_i] joins two nodes.

Constraints:
* `2 <= n <= 1000`
* `1 <= edges.length <= 5000`
* `edges[i].length == 2`
* `0 <= a_i, b_i < n`
* `a_i != b_i`
"""


@pytest.mark.parametrize("k", FACTORS)
def test_constraints_of_records(k: int) -> None:
    samples = [{"n": 3, "edges": [[0, 1], [1, 2]]}, {"n": 2, "edges": [[0, 1]]}]
    for found in grown(samples, k, GRAPH):
        assert all(0 <= node < found["n"] for edge in found["edges"] for node in edge)
        assert all(a != b for a, b in found["edges"])
    indexed = GRAPH.replace("`0 <= a_i, b_i < n`", "0 <= edges[i][0], edges[i][1] < n")
    for found in grown(samples, k, indexed):
        assert all(0 <= node < found["n"] for edge in found["edges"] for node in edge)


@pytest.mark.parametrize(
    ("line", "most"),
    [
        ("1 <= s.length <= 50", 50),
        ("1 ≤ s.length ≤ 50", 50),
        ("1 <= len(s) <= 50", 50),
        ("50 >= s.length >= 1", 50),
        ("The length of s is in the range [1, 50].", 50),
        ("n == s.length\n1 <= n <= 50", 50),
        ("1 <= s.length < 51", 50),
        ("1 <= s.length <= 5 * 10", 50),
        ("1 <= s.length <= 5 * 10¹", 50),
        ("1 <= s.length <= 1e3", 1000),
        ("1 <= s.length <= 1,000", 1000),
        ("1 <= |s| <= 50", 50),
        ("The length of s is at most 50.", 50),
        ("The length of s does not exceed 50.", 50),
        ("It is guaranteed that the length of s is between 1 and 50, inclusive.", 50),
        ("The number of characters in s is in the range [1, 50].", 50),
        ("s contains at most 50 characters.", 50),
        ("s has at least 1 character.", 10**6),
        ("1 <= s.length <= 50, 1 <= t.length <= 9", 50),
        ("1 <= t.length <= 9; 1 <= s.length <= 50", 50),
        ("1 <= t.length <= 9 and 1 <= s.length <= 50", 50),
        ("n == s.length\nn is at most 50", 50),
        ("s.length is at most 3", 10**6),  # which the samples break
        ("s contains at most 2 vowels", 10**6),
        ("You may change at most 2 letters of s", 10**6),
        ("1 <= s.length <= 104", 10_000),  # 10 to the 4, the way texts lose it
        ("1 <= s.length <= 231 - 1", 2**31 - 1),
        ("1 <= s.length <= banana", 10**6),
    ],
)
def test_ways_to_say_how_long(line: str, most: int) -> None:
    text = f"Constraints:\n{line}\ns consists of lowercase English letters.\n"
    for found in scale_inputs([{"s": "abcab"}, {"s": "cab"}], 1000, description=text):
        size = len(found.arguments["s"])
        assert size == min(most, size)
        assert size >= min(most, 3000)


def test_several_formulas_stand_on_one_line() -> None:
    samples = [{"nums": [3, 1, 2, 9], "k": 2}, {"nums": [5, -4, 9, 8, 1], "k": 1}]
    for text in ("1 <= nums.length <= 100, 1 <= k <= 5", "1 <= nums.length <= 100; 1 <= k <= 5"):
        for found in grown(samples, 1024, f"Constraints: {text}"):
            assert len(found["nums"]) == 100
            assert 1 <= found["k"] <= 5
    for found in grown(samples, 64, "Constraints:\n0 <= k, nums[i] <= 9\n"):  # broken by -4
        assert len(found["nums"]) >= 256
    pairs = [{"a": 3, "b": 4}, {"a": 2, "b": 9}]
    for found in grown(pairs, 64, "Constraints:\n1 <= a, b <= 50\n"):
        assert max(found["a"], found["b"]) == 50


@pytest.mark.parametrize(("word", "rest"), [("odd", 1), ("even", 0)])
def test_odd_and_even_sizes_are_read(word: str, rest: int) -> None:
    samples = [{"nums": [1] * (2 + rest)}, {"nums": [3, 4] * 2 + [5] * rest}]
    for line in (f"nums.length is {word}.", f"n == nums.length\nn is an {word} number"):
        text = f"Constraints:\n1 <= nums.length <= 10^5\n{line}\n"
        for k in (3.7, 8, 64):
            for found in scale_inputs(samples, k, description=text):
                assert len(found.arguments["nums"]) % 2 == rest
                assert found.limit == ""
    trees = [{"root": tree(1, 2, 3), "n": 3}, {"root": tree(1), "n": 1}]
    text = "Constraints:\nThe number of nodes in the tree is n.\n1 <= n <= 100\nn is odd.\n"
    for found in grown(trees, 8, text):
        assert len([v for v in nodes(found["root"]) if v is not None]) == found["n"]
        assert found["n"] % 2 == 1


def test_remainders_of_parameters_of_another_name_are_passed_over() -> None:
    description = "Constraints:\n\n* `arr.length % 2 == 0`\n* `1 <= nums.length <= 100`\n"
    for found in grown([{"nums": [1, 2, 3]}, {"nums": [4, 5, 6, 7]}], 4, description):
        assert len(found["nums"]) in (12, 16)


def test_uniqueness_by_chance_gives_way() -> None:
    samples = [[1, 2, 3, 4], [4, 2, 3, 15], [9, 8, 7, 6]]
    prose = "Two subsets are different if the chosen indices are different.\n"
    text = f"{prose}Constraints:\n1 <= x.length <= 1000\n1 <= x[i] <= 30\n"
    for found in scale_inputs([{"x": sample} for sample in samples], 64, description=text):
        assert len(found.arguments["x"]) == 256
        assert all(1 <= item <= 30 for item in found.arguments["x"])
    for told in ("All the numbers are distinct.", "All elements of x are unique."):
        for found in scale_inputs([{"x": s} for s in samples], 64, description=f"{text}{told}\n"):
            assert len(set(found.arguments["x"])) == len(found.arguments["x"]) <= 30
            assert found.limit
    letters = [{"s": "abcdefghijk", "k": 1}, {"s": "klmnopqrstuv", "k": 2}]
    text = "Constraints:\n1 <= s.length <= 1000\ns consists of lowercase English letters.\n"
    assert [len(found["s"]) for found in grown(letters, 16, text)] == [176, 192]


@pytest.mark.parametrize(
    ("example", "text", "said"),
    [
        ({"x": [3, 1, 2]}, "Constraints:\n1 <= x.length <= 9", "1 <= x.length <= 9"),
        ({"x": [3, 1]}, "Constraints:\nn == x.length\n1 <= n <= 9", "1 <= n <= 9"),
        ({"x": "abc"}, "Constraints:\nx contains at most 9 letters.", "x contains at most 9"),
        ({"x": [7, 1], "m": 2}, "Constraints:\n1 <= m <= x.length <= 5", "x.length <= 5"),
    ],
)
def test_the_line_that_limits_growth_is_told(example: dict[str, Any], text: str, said: str) -> None:
    (found,) = scale_inputs([example], 64, description=text)
    assert found.factor > 1
    assert found.limit.startswith("the constraints: ")
    assert said in found.limit


def test_dicts_grow_beyond_the_alphabet() -> None:
    (found,) = values([{"x": 1, "y": 2}], 64)
    assert (type(found), len(found)) == (dict, 128)
    (found,) = values([[{"a": 1}, {"b": 2}]], 64)
    assert len(found) == len({repr(item) for item in found}) == 128


PRIMES = "nums[i] is a prime number.\nConstraints:\n1 <= x.length <= 10^5\n2 <= x[i] <= 10^9\n"


@pytest.mark.parametrize("large", [11, 100_003, 1_000_000_007, 2**61 - 1])
def test_primes_stay_primes(large: int) -> None:
    (found,) = values([[2, 3, 5, large]], 64, PRIMES if large < 10**9 else "x[i] is prime")
    assert len(found) == 256
    assert all(pow(2, item - 1, item) == 1 for item in found if item > 2)
    assert not any(item % divisor == 0 for item in found for divisor in (2, 3, 5) if item > divisor)


def test_no_prime_is_taken_for_a_composite_number() -> None:
    sieve = [n for n in range(2, 2000) if all(n % d for d in range(2, n))]
    assert [n for n in range(-5, 2000) if is_prime(n)] == sieve
    assert is_prime(2**61 - 1)
    assert not is_prime(3_215_031_751)  # passes for 2, 3, 5 and 7
    assert not is_prime((2**31 - 1) * (2**19 - 1))


@pytest.mark.parametrize(
    "items", [[10**18, -(10**18)], [2**63, 5, 7], [10**400, 3], [float("inf"), 1.0]]
)
def test_large_numbers_grow(items: list[Any]) -> None:
    (found,) = values([items], 64)
    assert len(found) == 64 * len(items)


def test_nothing_becomes_larger_than_memory() -> None:
    (found,) = scale_inputs([{"x": [3, 1, 2]}], 1e30, description="Constraints:\nx.length <= 50")
    assert len(found.arguments["x"]) == 50
    (number,) = scale_inputs([{"n": 10**20}], 4)
    assert number.limit
    for k in (float("inf"), float("nan")):
        with pytest.raises(ValueError, match="a finite factor"):
            scale_inputs([{"x": [1]}], k)


def test_a_scaler_takes_examples_without_a_value() -> None:
    scaler = Scaler([{"x": [1, 2, 3]}, {"x": None}])
    assert len(scaler.by(4).arguments["x"]) == 12
    assert scaler.by(4, 1).arguments == {"x": None}


def test_a_grid_has_two_bounds() -> None:
    text = "Constraints:\nm == grid.length\nn == grid[i].length\n1 <= m <= 5\n1 <= n <= 100\n"
    text += "grid[i][j] is 0 or 1.\n"
    for found in grown([{"grid": [[0, 1], [1, 1]]}, {"grid": [[0, 0, 1]]}], 16, text):
        rows = found["grid"]
        assert len(rows) <= 5
        assert is_binary(rows)
        assert len(rows) * len(rows[0]) >= 40


def test_sizes_that_formulas_bind() -> None:
    text = "Constraints:\n1 <= n <= 500\nnums.length == 2n\n"
    for found in grown([{"nums": [2, 5, 1, 3], "n": 2}, {"nums": [1, 1], "n": 1}], 16, text):
        assert len(found["nums"]) == 2 * found["n"] >= 32
    text = "Constraints:\nedges.length == n - 1\n2 <= n <= 100\n"
    for found in grown([{"n": 3, "edges": [[0, 1], [1, 2]]}, {"n": 2, "edges": [[1, 0]]}], 8, text):
        assert len(found["edges"]) == found["n"] - 1 >= 8


def test_nodes_have_bounds() -> None:
    text = "The number of nodes in the tree is in the range [1, 40].\n0 <= Node.val <= 9\n"
    for found in values(
        [tree(3, 9, 2, None, None, 5), tree(1, None, 2)], 64, f"Constraints:\n{text}"
    ):
        present = [value for value in nodes(found) if value is not None]
        assert len(present) == 40
        assert all(0 <= value <= 9 for value in present)


def test_a_number_alone_grows_itself() -> None:
    (found,) = scale_inputs([{"n": 5}], 16)
    assert found == Grown({"n": 80}, 16.0, "")
    (found,) = scale_inputs([{"n": 5}], 16, description="Constraints:\n1 <= n <= 45")
    assert found.arguments == {"n": 45}
    assert found.limit == "`n` may not be larger"


@pytest.mark.parametrize("example", [{"flag": True}, {"x": None}, {"x": 1.5}, {"x": []}, {"x": ""}])
def test_what_cannot_grow_says_so(example: dict[str, Any]) -> None:
    (found,) = scale_inputs([example], 4)
    assert found.arguments == example
    assert found.factor == 1.0
    assert found.limit


def test_a_text_of_one_form_does_not_grow() -> None:
    for found in scale_inputs([{"t": "12:30"}, {"t": "09:45"}], 4):
        assert found.limit == "there is nothing in it that can grow"


def test_tuples_stay_tuples_and_examples_stay_as_they_were() -> None:
    examples = [([3, 1, 2], 2), ([5, 4], 1)]
    before = repr(examples)
    found = scale_inputs(examples, 4, names=("xs", "k"))
    assert all(type(g.arguments) is tuple and len(g.arguments) == 2 for g in found)
    assert repr(examples) == before


def test_examples_of_different_types_do_not_mix() -> None:
    found = grown([{"x": [1, 2, 1]}, {"x": "aba"}, {"x": [3, 3, 5]}], 4)
    assert [type(arguments["x"]) for arguments in found] == [list, str, list]
    assert [len(arguments["x"]) for arguments in found] == [12, 12, 12]


def test_wrong_use_is_told() -> None:
    assert scale_inputs([], 4) == []
    with pytest.raises(ValueError, match="at least 1"):
        scale_inputs([{"x": [1]}], 0.5)
    with pytest.raises(ValueError, match="not as many names"):
        scale_inputs([([1], 2)], 4, names=["xs"])
    with pytest.raises(ValueError, match="the same parameters"):
        scale_inputs([{"x": [1]}, {"y": [1]}], 4)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Constraints:",
        "1 <= ",
        "<= <= <=",
        "a < b < c\n" * 50,
        "x" * 999,
        "1 <= nums[i][j][k] <= nums.length.length",
        "9**9**9 <= x.length",
        "x.length == 1 / 0",
        "(" * 300 + "1 <= x.length",
    ],
)
def test_descriptions_that_say_nothing_do_no_harm(text: str) -> None:
    (found,) = values([[5, 3, 9, 9]], 4, text)
    assert len(found) == 16


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.lists(st.integers(-1000, 1000), min_size=2, max_size=8), min_size=1, max_size=3),
    st.integers(1, 30),
    st.sampled_from(["plain", "sorted", "unique", "falling", "binary"]),
)
def test_sequences_keep_their_order(samples: list[list[int]], k: int, kind: str) -> None:
    if kind == "binary":
        samples = [[item % 2 for item in sample] for sample in samples]
    if kind == "unique":
        samples = [list(dict.fromkeys(sample)) for sample in samples]
    if kind in ("sorted", "falling"):
        samples = [sorted(sample, reverse=kind == "falling") for sample in samples]
    longer = [sample for sample in samples if len(sample) > 1]
    for sample, found in zip(samples, values(samples, k), strict=True):
        assert abs(len(found) - k * len(sample)) <= 2 or len(longer) < len(samples)
        assert min(found) >= min(min(s) for s in samples) * (
            k + 1 if min(min(s) for s in samples) < 0 else 1
        )
        if kind == "sorted":
            assert is_rising(found)
        # Of 0 and 1 alone nobody knows that there may be no 2.
        if kind == "binary" and any(len(set(s)) < len(s) for s in samples):
            assert set(found) <= {0, 1}
        if kind == "unique" and longer:
            assert len(set(found)) == len(found)
        if kind == "falling" and not all(is_rising(s) for s in samples):
            assert is_rising(found[::-1])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.text("ab(c )1[]-,.", max_size=12), min_size=1, max_size=4),
    st.integers(1, 20),
    st.integers(0, 3),
)
def test_texts_keep_their_alphabet(samples: list[str], k: int, seed: int) -> None:
    letters = set("".join(samples)) | set(" +")
    if letters & set("0123456789"):
        letters |= set("0123456789")  # a number may become another one
    for found in scale_inputs([{"s": s} for s in samples], k, seed=seed):
        assert set(found.arguments["s"]) <= letters


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6), st.integers(2, 40), st.randoms())
def test_stated_bounds_hold(height: int, width: int, high: int, k: int, rng: random.Random) -> None:
    rows = [[rng.randint(0, high) for _ in range(width)] for _ in range(height)]
    text = (
        "Constraints:\nm == grid.length\nn == grid[i].length\n"
        f"1 <= m, n <= 12\n1 <= m * n <= 100\n0 <= grid[i][j] <= {high}\n0 <= k < m\n"
    )
    (found,) = grown([{"grid": rows, "k": height - 1}], k, text)
    grid = found["grid"]
    assert is_even(grid)
    assert max(len(grid), len(grid[0])) <= 12
    assert len(grid) * len(grid[0]) <= 100
    assert all(0 <= item <= high for row in grid for item in row)
    assert 0 <= found["k"] < len(grid)


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.integers(-9, 9) | st.text(TEXT[:3], max_size=4) | st.booleans() | st.none(),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(TEXT, max_size=2), inner)
        ),
        max_leaves=12,
    ),
    st.integers(1, 9),
)
def test_anything_grows_or_says_why_not(value: Any, k: int) -> None:
    (found,) = scale_inputs([{"x": value}], k)
    assert type(found.arguments["x"]) is type(value)
    assert found.factor >= 0.8 * k or found.limit
    again = scale_inputs([{"x": value}], k)
    assert repr(again) == repr([found])


def test_the_same_seed_gives_the_same() -> None:
    samples = [{"xs": [3, 1, 2, 2], "s": "abca"}]
    one, other = (scale_inputs(samples, 16, seed=seed) for seed in (1, 2))
    assert one == scale_inputs(samples, 16, seed=1)
    assert one != other


@pytest.mark.parametrize("k", FACTORS)
def test_lists_of_words_grow_as_much_as_asked_for(k: int) -> None:
    """The longest word of a list has by chance one letter more than the other list has items."""
    four, five = ["stone", "ox", "fig", "carrot"], ["kiwi", "plum", "apple", "pea", "rice"]
    examples = [{"a": four, "b": five}, {"a": five, "b": four}]
    for factor in [g.factor for g in scale_inputs(examples, k)]:
        assert k / 3 < factor < 3 * k


@pytest.mark.parametrize("k", FACTORS)
def test_words_as_long_as_another_text_grow_as_much_as_asked_for(k: int) -> None:
    examples = [
        {"words": ["abc", "bcd", "cde", "def", "efg"], "target": "xyz"},
        {"words": ["abcd", "bcde", "cdef", "defg", "efgh"], "target": "wxyz"},
    ]
    for factor in [g.factor for g in scale_inputs(examples, k)]:
        assert k / 3 < factor < 3 * k


def test_keys_that_are_all_taken_are_not_looked_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one and of two letters there are few: what is drawn in vain is counted in thousands."""
    draws = 0
    choices = random.Random.choices

    def counted(self: random.Random, *arguments: Any, **more: Any) -> Any:
        nonlocal draws
        draws += 1
        return choices(self, *arguments, **more)

    monkeypatch.setattr(random.Random, "choices", counted)
    found = Scaler([{"x": {"a": 1, "b": 2}}]).by(16384).arguments["x"]
    assert len(found) == 32768
    assert draws < 400_000
