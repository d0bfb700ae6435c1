"""Variants of programs, and the data that a predictor of running times learns from."""

from __future__ import annotations

import ast
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from effilint.dataset.problems import Problem, Solution
from effilint.dataset.records import Course, Record
from effilint.dataset.rows import Broken
from effilint.dataset.skeleton import skeleton
from effilint.dataset.time_data import Times, programs, read_times, times
from effilint.dataset.variants import VARIANTS, variant, with_deleted
from effilint.main import main

# Each program sets `result`; renamed it must set the same, under the name it then has.
PROGRAMS = {
    "functions": """
def total(values, start=0):
    for value in values:
        start += value
    return start
result = total([1, 2], start=3) + total(values=[4])
""",
    "classes": """
class Base:
    limit = 3
    def size(self):
        return self.limit
class Stack(Base):
    def __init__(self, items):
        self.items = list(items)
        self.count = len(self.items)
    def push(self, item):
        self.items.append(item)
        self.count += 1
        return self
    def __len__(self):
        return self.count
result = (len(Stack([1]).push(2)), Stack([]).size(), Base.limit)
""",
    "names of others": """
from collections import *
import heapq as h
def push(items, key):
    heap = []
    for item in sorted(items, key=key, reverse=True):
        h.heappush(heap, item)
    deque = defaultdict(list)
    return heap, deque[0]
def other():
    return Counter('abca').most_common(1), max([1, 2], key=lambda n: -n), len(heap)
heap = [1]
result = push([3, 1], key=abs), other()
""",
    "a method like that of a list": """
class Trie:
    def __init__(self):
        self.words = []
    def append(self, word):
        self.words.append(word)
    def sort(self, key):
        self.words.sort(key=key)
        return self.words
trie = Trie()
trie.append('b')
trie.append('a')
result = trie.sort(key=ord)
""",
    "names in texts": """
class Point:
    __slots__ = ('wide', 'high')
    def __init__(self, wide, high):
        self.wide, self.high = wide, high
from collections import namedtuple
Pair = namedtuple('Pair', 'first second')
pair = Pair(first=1, second=2)
result = getattr(Point(1, 2), 'high'), pair.first, '{a}'.format(a=3), globals()['pair'].second
""",
    "functions as values": """
def apply(function):
    return function(times=2, add=1)
def scale(times, add):
    return times * 10 + add
def many(**options):
    return options['depth']
result = apply(scale), many(depth=4), (lambda depth: depth)(depth=5)
""",
    "scopes": """
import re
count = 0
def outer():
    found = []
    def inner():
        nonlocal found
        global count
        count += 1
        found = [one for one in range(3) if (half := one / 2)]
        return half
    try:
        return inner(), found, 1 / 0
    except ZeroDivisionError as error:
        message = str(error)
    return inner(), found, message, f"{count} {found!r:>9}"
result = outer()
""",
    "patterns": """
class Node:
    __match_args__ = ('value',)
    def __init__(self, value, rest=None):
        self.value, self.rest = value, rest
def show(thing):
    match thing:
        case Node(1):
            return 'one'
        case Node(value=value, rest=Node() as rest):
            return value, show(rest)
        case [first, *others]:
            return first, others
        case {'key': found, **left}:
            return found, left
result = [show(one) for one in (Node(1), Node(2, Node(1)), [1, 2, 3], {'key': 1, 'b': 2})]
""",
    "inheriting from others": """
from html.parser import HTMLParser
class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.names = []
    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
tags = Tags()
tags.feed('<a><b>')
result = tags.names
""",
    "names that look numbered": "var1 = 2\nfunc1 = 3\nother = var1 * func1\nresult = other\n",
}


def test_programs_with_numbered_names_run_as_before() -> None:
    from effilint.dataset.renaming import renamed

    for name, code in PROGRAMS.items():
        before: dict[str, Any] = {}
        exec(code, before)
        found = renamed(code)
        after: dict[str, Any] = {}
        exec(found.code, after)
        assert after[found.names.get("result", "result")] == before["result"], name
        assert renamed(code) == found


def test_own_names_are_numbered_and_those_of_others_stay() -> None:
    code = "def total(values):\n    # why\n    best = max(values)\n    return best\n"
    made = variant(Solution(code, ("made",)), "names")
    assert made == "def func1(var1):\n    var2 = max(var1)\n    return var2\n"


NESTED = """import sys
class Solution:
    def count(self, grid: list) -> int:
        best = 0
        left = len(grid)
        for row in grid:
            print(row)
            for cell in row:
                best = max(best, cell)
        while left > 1:
            left //= 2
            if best:
                print(left)
        return best + sum([n for n in grid[0]])
    def size(self):
        return 3
    def walk(self, node):
        name = node.name
        if not node:
            return 0
        return self.walk(node.left) + self.size()
"""
LEFT = """class Solution:

    def count(self, grid):
        left = len(grid)
        for row in grid:
            for cell in row:
                pass
        while left > 1:
            left //= 2
        [n for n in grid[0]]

    def walk(self, node):
        if not node:
            return
        return self.walk(node.left) + self.size()
"""


def test_loops_and_recursion_are_left() -> None:
    assert skeleton(NESTED) == LEFT


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("x = 1\nprint(x)\n", "pass\n"),
        ("while q:\n    a = q.pop()\n    b = 2\n", "while q:\n    a = q.pop()\n"),
        ("for x in y:\n    if x:\n        z = 1\n        break\n", None),
        ("f = lambda n: n and f(n - 1)\ng = 2\n", "f = lambda n: n and f(n - 1)\n"),
        ("def f(n):\n    if f(n):\n        a = 1\n", "def f(n):\n    f(n)\n"),
        ("with g(x for x in y):\n    a = 1\n", "(x for x in y)\n"),
        ("try:\n    for x in y:\n        a = 1\nexcept* E:\n    b = 2\n", None),
        ("try:\n    for x in y:\n        a = 1\nexcept E:\n    b = 2\n", None),
        ("def a():\n    return b()\ndef b():\n    return a()\ndef c():\n    return 1\n", None),
        ("match x:\n    case 1:\n        [y for y in x]\n    case _:\n        z = 1\n", None),
    ],
)
def test_what_is_left_can_be_parsed(code: str, left: str | None) -> None:
    found = skeleton(code)
    ast.parse(found)
    assert found == skeleton(found)
    assert left is None or found == left
    assert "= 1" not in found
    assert (left == "pass\n") == (found == "pass\n")


def test_a_fifth_of_the_tokens_is_gone() -> None:
    words = "a b c d e f g h i j\n"
    assert len(with_deleted(words, "7").split()) == 8
    assert with_deleted(words, "7") == with_deleted(words, "7") != with_deleted(words, "8")
    assert len(with_deleted(f"((( {words}", "7").split()) < 11, "an open bracket is no end"


def test_layout_comments_and_whole_strings_are_no_tokens() -> None:
    code = "def f(xs):  # all\n    return f'{xs!r} a {xs}' 'two words'\n"
    assert with_deleted(code, "7", 1).split() == ["#", "all"]
    assert with_deleted(code, "7", 1).count("\n") == 2
    some = with_deleted(code, "7", 0.5)
    assert "f'{xs!r} a {xs}'" in some or "f'" not in some


def test_a_program_that_cannot_be_parsed_has_two_variants() -> None:
    broken = Solution("def f(:\n  x = 1\n", ("made",))
    assert [variant(broken, name) is None for name in VARIANTS] == [False, True, True, False]


def course(*figures: list[list[int]], end: str = "") -> Course:
    return Course("accepted", 1.0, list(figures), [0] * len(figures), end)


def record() -> Record:
    return Record(
        "made/pairs",
        0,
        "3.11",
        "L3",
        [10, 100],
        [3, 2],
        floor=10,
        within=1,
        solutions={
            "a": course([[30], [31], [90]], [[110, 210], [130, 230]]),
            "b": course([[30], [31], [90]], [[510, 510]]),
            "c": course([[1000]], end="slow"),
            "d": Course("wrong answer", 0.5),
        },
    )


def test_figures_are_medians_without_the_floor_and_percentiles_of_the_problem() -> None:
    found = [(t.solution, t.n, t.us, t.percentile, t.is_within) for t in times(record(), "train")]
    assert found == [
        ("a", 10, 21.0, 25.0, True),
        ("b", 10, 21.0, 25.0, True),
        ("c", 10, 990.0, 100.0, True),
        ("a", 100, 160.0, 0.0, False),
        ("b", 100, 500.0, 50.0, False),
    ]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["dataset", "times", *words])


CODES = ("def pairs(xs):\n    return len(xs)\n", "def pairs(xs):\n    return sum(1 for x in xs)\n")


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    solutions = tuple(Solution(code, ("made:1",)) for code in CODES)
    problem = Problem("made/pairs", solutions, {})
    (tmp_path / "problems.jsonl").write_text(problem.to_json() + "\n")
    told = record()
    told.solutions = {
        solution.id: course([[30 * number]], [[300 * number]])
        for number, solution in enumerate(solutions, 1)
    }
    other = Record("made/unknown", 0, "3.11", "L3")
    lines = f"{told.to_json()}\nno JSON\n{other.to_json()}\n"
    (tmp_path / "records.jsonl").write_text(lines)
    return str(tmp_path / "records.jsonl"), str(tmp_path / "problems.jsonl")


def test_rows_hold_each_variant(files: tuple[str, str], tmp_path: Path) -> None:
    output = tmp_path / "times.jsonl"
    result = run(*files, "-o", str(output))
    assert result.exit_code == 0, result.output
    assert "records.jsonl:2: it is no JSON" in result.output
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert len(rows) == 2 * 2 * len(VARIANTS)
    assert {row["variant"] for row in rows} == set(VARIANTS)
    assert {row["part"] for row in rows} == {"train"}
    assert sum(row["code"] in CODES for row in rows) == 4


def test_rows_without_code_give_the_programs_back(files: tuple[str, str], tmp_path: Path) -> None:
    output = tmp_path / "times.jsonl.gz"
    assert run(*files, "-o", str(output), "--no-code").exit_code == 0
    first = output.read_bytes()
    assert run(*files, "-o", str(output), "--no-code").exit_code == 0
    assert output.read_bytes() == first
    assert b"def pairs" not in gzip.decompress(first)
    found = [item for item in read_times(output) if isinstance(item, Times)]
    solutions = {s.id: s for s in (Solution(code, ("made",)) for code in CODES)}
    with_code = list(programs(found, solutions, "names"))
    assert [one for one, _ in with_code] == found
    assert {code.split("(")[0] for _, code in with_code} == {"def func1"}


def test_parts_are_those_of_split(files: tuple[str, str], tmp_path: Path) -> None:
    parts, output = tmp_path / "parts.jsonl", tmp_path / "times.jsonl"
    parts.write_text('{"problem": "made/pairs", "part": "test"}\n')
    words = (*files, "-o", str(output), "--no-code", "--parts", str(parts))
    assert run(*words).exit_code == 0
    assert {json.loads(line)["part"] for line in output.read_text().splitlines()} == {"test"}
    parts.write_text('{"problem": "made/other", "part": "test"}\n')
    result = run(*words)
    assert result.exit_code == 2
    assert "made/pairs is in no part of" in result.output


def test_what_cannot_be_used_is_refused(files: tuple[str, str], tmp_path: Path) -> None:
    records, problems = files
    output = tmp_path / "times.jsonl"
    for words, line in (
        ((*files, "-o", str(tmp_path / "times.txt")), "is no .jsonl or .jsonl.gz"),
        (("none.jsonl", problems, "-o", str(output)), "none.jsonl: No such file"),
        ((problems, problems, "-o", str(output)), "no record with figures is of a problem"),
        ((*files, "-o", str(output), "--no-code", "--variant", "names"), "writes no variant"),
    ):
        result = run(*words)
        assert (result.exit_code, output.exists()) == (2, False), result.output
        assert line in result.output
    assert records


def test_a_row_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "times.jsonl"
    path.write_text('{"problem": "made/pairs"}\n')
    assert list(read_times(path)) == [Broken(str(path), 1, "times have no solution")]
