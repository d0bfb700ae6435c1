"""`effilint complexity` on files."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from click.testing import CliRunner

from effilint.analyzer import Context, Source
from effilint.main import main

CODE = """\
class Ranking:
    def best(self, scores, k):
        return sorted(scores)[:k]


def pairs(left, right):
    found = []
    for a in left:
        for b in right:
            found.append((a, b))
    return found
"""


def test_text_names_time_space_and_the_dominant_line(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(CODE)
    result = CliRunner().invoke(main, ["complexity", str(path)])
    assert result.exit_code == 0
    assert (
        f"{path}:2: Ranking.best\n    time O(scores*log(scores)), extra space O(scores)"
        in result.output
    )
    assert "most of it in line 3: return sorted(scores)[:k]" in result.output
    assert "pairs\n    time O(left*right), extra space O(left*right)" in result.output


def test_json_has_a_row_for_each_function(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CODE)
    result = CliRunner().invoke(main, ["complexity", str(tmp_path), "--output-format", "json"])
    rows = json.loads(result.output)
    assert [(row["function"], row["line"]) for row in rows] == [("Ranking.best", 2), ("pairs", 6)]
    assert rows[1]["dominant"]["line"] in (8, 9, 10)


def test_a_file_that_does_not_parse_is_one_line_and_the_rest_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CODE)
    (tmp_path / "b.py").write_text("def f(:\n")
    result = CliRunner().invoke(main, ["complexity", str(tmp_path)])
    assert result.exit_code == 2
    assert "Ranking.best" in result.stdout
    assert result.stderr.count("\n") == 1
    assert "b.py:1:7: error: " in result.stderr


def test_unknown_loops_are_named_as_assumptions(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("def poll(device):\n    while device.busy():\n        device.wait()\n")
    result = CliRunner().invoke(main, ["complexity", str(path), "--output-format", "json"])
    [row] = json.loads(result.output)
    assert row["time"] == "O(passes@2)"
    assert row["assumed"] == ["passes@2"]


def bounds(folder: Path, code: str) -> dict[str, str]:
    (folder / "a.py").write_text(code)
    result = CliRunner().invoke(
        main, ["complexity", str(folder / "a.py"), "--output-format", "json"]
    )
    return {row["function"]: row["time"] for row in json.loads(result.output)}


AMORTISED = """\
def window(s, k):
    left = 0
    for right in range(len(s)):
        while s[right] > k and left <= right:
            left += 1

def seen(s):
    kept = set()
    i = 0
    for c in s:
        while c in kept:
            kept.remove(s[i])
            i += 1
        kept.add(c)

def stack(xs):
    open_ones = []
    for x in xs:
        while open_ones and open_ones[-1] < x:
            open_ones.pop()
        open_ones.append(x)

def groups(word):
    i, n = 0, len(word)
    while i < n:
        j = i + 1
        while j < n and word[j] == word[i]:
            j += 1
        i = j

def anew(xs):
    for _ in range(len(xs)):
        j = 0
        while j < len(xs):
            j += 1

def back_and_forth(xs, n):
    j = 0
    for x in xs:
        while j < n:
            j += 1
        j -= n

def inwards(nums):
    for i in range(len(nums)):
        j, k = i + 1, len(nums) - 1
        while j < k:
            if nums[j] < nums[k]:
                j += 1
            else:
                k -= 1

def new_stack(xs):
    for x in xs:
        stack = list(xs)
        while stack:
            stack.pop()
"""


def test_inner_loops_that_go_on_where_they_were_are_counted_once(tmp_path: Path) -> None:
    found = bounds(tmp_path, AMORTISED)
    linear = {"window": "O(s)", "seen": "O(s)", "stack": "O(xs)", "groups": "O(word)"}
    assert {name: found[name] for name in linear} == linear
    square = {"anew": "O(xs^2)", "back_and_forth": "O(n*xs)", "inwards": "O(nums^2)"}
    assert {name: found[name] for name in square} == square
    assert found["new_stack"] == "O(xs^2)"


def test_items_have_sizes_of_their_own(tmp_path: Path) -> None:
    code = """\
def rows(grid):
    return sum(x for row in grid for x in row)

def digits(nums: list[int]):
    return sum(int(d) for n in nums for d in str(n))

def letters(text: str):
    return [c.lower() for c in text] + [text[i] for i in range(len(text))]

def zipped(words: list[str], nums: list[int]):
    return [c for word, n in zip(words, nums) for c in word]

def numbers(nums: list[int]):
    return [i for n in range(len(nums)) for i in range(nums[n])]
"""
    assert bounds(tmp_path, code) == {
        "rows": "O(grid*grid[])",
        "digits": "O(nums)",
        "letters": "O(text)",
        "zipped": "O(nums*words[] + words*words[])",
        "numbers": "O(nums*nums[])",
    }


def test_ranges_and_slices_of_a_width_that_is_told(tmp_path: Path) -> None:
    code = """\
def down(xs):
    for i in range(len(xs) - 1, -1, -1):
        for j in range(i):
            print(xs[j])

def around(xs):
    return [xs[j] for i in range(len(xs)) for j in range(i - 1, i + 2)]

def chunks(xs):
    return [xs[i : i + 3] for i in range(len(xs))]

def leaves(xs):
    return len(xs)
    for x in xs:
        print(x)
"""
    assert bounds(tmp_path, code) == {
        "down": "O(xs^2)",
        "around": "O(xs)",
        "chunks": "O(xs)",
        "leaves": "O(1)",
    }


def test_recursion_goes_as_far_as_its_end_says(tmp_path: Path) -> None:
    code = """\
def total(xs):
    def go(i):
        if i == len(xs):
            return 0
        return xs[i] + go(i + 1)
    return go(0)

def ways(n):
    memo = {}
    def go(i):
        if i >= n:
            return 1
        if i in memo:
            return memo[i]
        memo[i] = go(i + 1) + go(i + 2)
        return memo[i]
    return go(0)
"""
    found = bounds(tmp_path, code)
    assert (found["total"], found["ways"]) == ("O(xs)", "O(n)")


def test_patterns_and_reductions_go_through_their_text(tmp_path: Path) -> None:
    code = """\
import re
from functools import reduce

def clean(text):
    return re.sub("[A-Z]", "", text)

def product(xs):
    return reduce(lambda a, b: a * b, xs)
"""
    assert bounds(tmp_path, code) == {"clean": "O(text)", "product": "O(xs)"}


NOT_AMORTISED = """\
def merge(xs, ys):
    left = 0
    for x in xs:
        j = 0
        while left < len(xs) and j < len(ys) - 1:
            j += 1
            if ys[j] == x:
                left += 1

def subsequences(xs, s):
    i = 0
    for x in xs:
        j = 0
        while j < len(xs):
            if x == xs[j] and i < len(s):
                i += 1
            j += 1

def sometimes(s, n):
    i = 0
    while i < n:
        j = i + 1
        while j < n and s[j] != "x":
            j += 1
        if s[i] == "y":
            i = j
        else:
            i += 1

def follow(xs: list[int], parent: dict[int, int]):
    for x in xs:
        while x in parent:
            x = parent.get(x)

def refilled(xs, ys):
    st = []
    for x in xs:
        while st:
            st.pop()
        st[:] = ys

def reset(xs):
    j = 0
    def again():
        nonlocal j
        j = 0
    for x in xs:
        while j < len(xs):
            j += 1
        again()
"""


def test_inner_loops_that_begin_anew_are_not_counted_once(tmp_path: Path) -> None:
    found = bounds(tmp_path, NOT_AMORTISED)
    assert found["merge"] == "O(xs*ys + xs^2)"
    assert found["subsequences"] == "O(xs^2)"
    assert found["sometimes"] == "O(n^2)"
    assert found["follow"].startswith("O(passes@")
    assert found["refilled"] == "O(xs^2*ys)"
    assert found["reset"] == "O(xs^2)"


def test_recursion_that_goes_down_or_forgets(tmp_path: Path) -> None:
    code = """\
def comb(n, k):
    if k == 0 or k == n:
        return 1
    return comb(n - 1, k - 1) + comb(n - 1, k)

def fact(n, low):
    if n <= low:
        return 1
    return n * fact(n - 1, low)

BASE = {0: 0, 1: 1}

def fib(n):
    if n in BASE:
        return BASE[n]
    return fib(n - 1) + fib(n - 2)

def forgets(n):
    memo = {}
    if n in memo:
        return memo[n]
    memo[n] = forgets(n - 1) + forgets(n - 2)
    return memo[n]
"""
    assert bounds(tmp_path, code) == {
        "comb": "O(2^k*2^n)",
        "fact": "O(n)",
        "fib": "O(2^n)",
        "forgets": "O(2^n)",
    }


def test_ranges_of_items_and_powers(tmp_path: Path) -> None:
    code = """\
def items(nums: list[int]):
    return [i for n in nums for i in range(n)]

def down(n):
    return [i for i in range(0, -n, -1)]

def digits(n: int):
    return str(2**n)

def beyond(xs, n):
    i = 0
    while i < n:
        i += len(xs)
    return [j for j in range(i)]
"""
    found = bounds(tmp_path, code)
    assert found["items"] == "O(nums*nums[])"
    assert found["down"] == "O(n)"
    assert found["beyond"] == "O(n + xs)"


def test_many_items_of_a_long_loop_take_no_time(tmp_path: Path) -> None:
    lines = "".join(f"        a{n} = s[i]\n" for n in range(1500))
    assert (
        bounds(tmp_path, f"def f(s, i):\n    while True:\n{lines}        i += 1\n")["f"] == "O(s)"
    )


def test_what_leaves_a_loop_runs_once(tmp_path: Path) -> None:
    code = """\
from contextlib import suppress

def found(xs: list[int]):
    for x in xs:
        for y in xs:
            if x == y:
                return sorted(xs)
    return []

def inner(xs: list[int]):
    for x in xs:
        for y in xs:
            if x == y:
                sum(xs)
                break

def goes_on(xs: list[int]):
    for x in xs:
        if x:
            sum(xs)
            if x > 2:
                continue
            return x

def inner_continue(xs: list[int]):
    for x in xs:
        if x:
            for y in xs:
                if y:
                    continue
            return x

def inner_break(xs: list[int]):
    for x in xs:
        for y in xs:
            if y:
                s = sorted(xs)
                if s == x:
                    break
                return x

def tried(xs: list[str]):
    for x in xs:
        try:
            if x:
                rest = sorted(xs)
                return int(x), rest
        except ValueError:
            pass

def suppressed(xs: list[str]):
    for x in xs:
        with suppress(ValueError):
            if x:
                rest = sorted(xs)
                return int(x), rest

def kept_going(xs: list[str]):
    for x in xs:
        try:
            if x:
                return sorted(xs)
        finally:
            continue

def caught(xs: list[int]):
    for x in xs:
        if x:
            sum(xs)
            raise KeyError

def once(xs: list[int]):
    if xs:
        return sorted(xs)
"""
    assert bounds(tmp_path, code) == {
        "caught": "O(xs^2)",
        "found": "O(xs^2)",
        "goes_on": "O(xs^2)",
        "inner_continue": "O(xs)",
        "inner_break": "O(xs^2*log(xs))",
        "tried": "O(xs^2*log(xs))",
        "suppressed": "O(xs^2*log(xs))",
        "kept_going": "O(xs^2*log(xs))",
        "inner": "O(xs^2)",
        "once": "O(xs*log(xs))",
    }


def test_what_a_script_reads_has_a_size(tmp_path: Path) -> None:
    code = """\
import sys
input = sys.stdin.readline

def main():
    n, m = map(int, input().split())
    grid = [input() for _ in range(n)]
    for i in range(n):
        for j in range(m):
            print(grid[i][j])

def lines():
    return [line for line in sys.stdin]
"""
    assert bounds(tmp_path, code) == {"lines": "O(input)", "main": "O(input + m*n)"}


def test_methods_of_a_thing_made_once_are_followed(tmp_path: Path) -> None:
    code = """\
class Index:
    def __init__(self):
        self.words = {}

    def add(self, word):
        for c in word:
            self.words[c] = word

def index(words):
    made = Index()
    for word in words:
        made.add(word)

def other(words, made):
    for word in words:
        made.add(word)
"""
    found = bounds(tmp_path, code)
    assert (found["index"], found["other"]) == ("O(words*words[])", "O(words)")


def test_containers_that_are_made_anew_one_longer_grow(tmp_path: Path) -> None:
    code = """\
def lists(xs):
    made = []
    for x in xs:
        made = made + [x]

def texts(xs):
    made = ""
    for x in xs:
        made = "-" + made

def numbers(xs):
    made = 0
    for x in xs:
        made = made + 1
"""
    assert bounds(tmp_path, code) == {"lists": "O(xs^2)", "numbers": "O(xs)", "texts": "O(xs^2)"}


def test_a_long_chain_of_functions_takes_no_time(tmp_path: Path) -> None:
    chain = "".join(f"def f{n}(x):\n    return f{n + 1}(x) + f{n + 1}(x)\n" for n in range(38))
    assert set(bounds(tmp_path, chain).values()) == {"O(1)"}


def test_what_scripts_read_in_other_ways_has_a_size(tmp_path: Path) -> None:
    code = """\
import sys
from sys import stdin

input = lambda: sys.stdin.readline().rstrip()

def number():
    return int(sys.stdin.readline())

def lines():
    for line in stdin:
        print(line)

def buffered():
    for line in sys.stdin.buffer:
        print(line)

def opened():
    for word in open(0).read().split():
        print(word)

def by_lambda():
    n = int(input())
    for i in range(n):
        print(i)

def by_function():
    n = number()
    for i in range(n):
        print(i)

def one_after_another():
    words = iter(stdin.read().split())
    n = int(next(words))
    for i in range(n):
        for j in range(n):
            print(i)

def by_place():
    data = stdin.read().split()
    n = int(data[0])
    for i in range(n):
        for j in range(n):
            print(i)

def starred():
    n, *rest = map(int, input().split())
    for i in range(n):
        for r in rest:
            print(r)

def starred_parameter(xs):
    first, *rest = xs
    for x in rest:
        print(x)
"""
    found = bounds(tmp_path, code)
    assert found == {
        "number": "O(1)",
        "lines": "O(input)",
        "buffered": "O(input)",
        "opened": "O(input)",
        "by_lambda": "O(input + n)",
        "by_function": "O(n)",
        "one_after_another": "O(input + n^2)",
        "by_place": "O(input + n^2)",
        "starred": "O(input + n*rest)",
        "starred_parameter": "O(xs)",
    }


def test_what_is_read_is_no_parameter(tmp_path: Path) -> None:
    code = """\
def read(n):
    n = int(input())
    for i in range(n):
        print(i)

def main():
    read(1)

def helper():
    xs = input()
    return sorted(xs)

def calls(xs):
    for x in xs:
        helper()
"""
    assert bounds(tmp_path, code) == {
        "read": "O(input + n)",
        "main": "O(n)",
        "helper": "O(xs*log(xs))",
        "calls": "O(input*log(input)*xs)",
    }


def test_all_forms_of_adding_to_what_there_was_grow(tmp_path: Path) -> None:
    code = """\
def doubled(n):
    x = [1]
    for i in range(n):
        x = x + x
    for y in x:
        print(y)

def around(xs):
    s = ""
    for x in xs:
        s = "(" + s + ")"

def twice(xs):
    made = []
    for x in xs:
        made = made + [x] + [x]

def displays(xs):
    made = []
    for x in xs:
        made = [*made, x]

def dicts(xs):
    made = {}
    for x in xs:
        made = {**made, x: 1}

def sets(xs):
    made = set()
    for x in xs:
        made = made | {x}

def texts(xs: list[int]):
    s = ""
    for x in xs:
        s = f"{s}{x}"

def sometimes(xs):
    made = []
    for x in xs:
        made = made + [x] if x else made

def together(xs):
    made, k = [], 0
    for x in xs:
        made, k = made + [x], k + 1

def converted(xs):
    made = []
    for x in xs:
        made = list(made + [x])

def tagged(xs: list[int]):
    s = ""
    for x in range(9):
        s = f"{s}, {len(xs)}"
    for c in s:
        print(c)
"""
    found = bounds(tmp_path, code)
    assert found.pop("doubled") == "O(n*2^n)"
    assert found.pop("tagged") == "O(1)"
    assert set(found.values()) == {"O(xs^2)"}


def test_counting_up_to_a_bound_is_the_same_in_both_ways(tmp_path: Path) -> None:
    code = """\
def long(xs, n):
    i = 0
    for x in xs:
        while i < n:
            i = i + 1
    for k in range(i):
        print(k)
"""
    short = code.replace("long", "short").replace("i = i + 1", "i += 1")
    assert bounds(tmp_path, code + short) == {"long": "O(n + xs)", "short": "O(n + xs)"}


def test_what_functions_give_back_has_a_size(tmp_path: Path) -> None:
    code = """\
def copied(xs):
    return list(xs)

def twice(ys):
    for a in copied(ys):
        for b in copied(ys):
            print(a, b)

def pairs(xs):
    for x in xs:
        for y in xs:
            yield x, y

def through(ys):
    for pair in pairs(ys):
        print(pair)

def rounds(xs):
    return rounds(xs[1:]) if xs else xs
"""
    found = bounds(tmp_path, code)
    assert (found["twice"], found["through"]) == ("O(ys^2)", "O(ys^2)")


def test_the_largest_terms_are_kept_whatever_their_names(tmp_path: Path) -> None:
    def code(names: str) -> str:
        loops = "".join(f"    for p in {name}:\n        print(p)\n" for name in names[:-1])
        last = names[-1]
        return (
            f"def f({', '.join(names)}):\n{loops}"
            f"    for p in {last}:\n        for q in {last}:\n            print(q)\n"
        )

    assert "z^2" in bounds(tmp_path, code("abcdefgz"))["f"]
    assert "a^2" in bounds(tmp_path, code("bcdefgha"))["f"]


def test_dates_and_paths_are_no_texts(tmp_path: Path) -> None:
    code = """\
def f(day, path):
    day = day.replace(year=1)
    path.replace("b")

def g(text):
    return text.replace("a", "b")
"""
    assert bounds(tmp_path, code) == {"f": "O(1)", "g": "O(text)"}


def test_any_arguments_of_known_functions(tmp_path: Path) -> None:
    code = """\
import itertools

def f(xs):
    for x in itertools.permutations():
        print(x)
    for x in itertools.combinations(*xs):
        print(x)
"""
    assert bounds(tmp_path, code) == {"f": "O(2^xs)"}


def test_functions_that_call_each_other_cost_the_same_in_any_order(tmp_path: Path) -> None:
    one = "def first(xs):\n    if not xs:\n        return 0\n    return second(xs[1:])\n\n"
    other = "def second(xs):\n    sorted(xs)\n    return first(xs)\n\n"
    found = bounds(tmp_path, one + other)
    assert found == bounds(tmp_path, other + one)
    assert found == {"first": "O(xs*log(xs))", "second": "O(xs*log(xs))"}


def test_functions_that_are_handed_on_run_for_each_item(tmp_path: Path) -> None:
    code = """\
import functools
import itertools
import re

def slow(x):
    return [y for y in x]

class Key:
    def __init__(self, names):
        self.names = sorted(names)

    def __call__(self, x):
        for name in self.names:
            print(name)

def by_map(xs):
    return list(map(slow, xs))

def by_lambda(xs):
    return list(map(lambda x: sum(xs), xs))

def by_key(xs):
    return sorted(xs, key=lambda x: xs.index(x))

def in_place(xs):
    xs.sort(key=lambda x: xs.count(x))

def by_comparing(xs):
    return sorted(xs, key=functools.cmp_to_key(lambda a, b: sum(xs)))

def by_reduce(xs):
    return functools.reduce(lambda a, b: max(xs), xs)

def by_accumulate(xs):
    return list(itertools.accumulate(xs, lambda a, b: max(xs)))

def by_sub(text):
    return re.sub("a", lambda match: text.upper(), text)

def by_name(xs):
    double = lambda x: sum(xs)
    for x in xs:
        print(double(x))

def at_once(xs):
    return (lambda ys: sum(ys))(xs)

def not_run(xs):
    return lambda: 1

def by_default(n, table=[i for i in range(9)]):
    return table[n]

def made(names):
    return Key(names)

def run(names, x):
    return Key(names)(x)

def backwards(text):
    return re.match(r"^(..+)\\1+$", text)
"""
    found = bounds(tmp_path, code)
    for name in ("Key.__init__", "Key.__call__", "slow"):
        del found[name]
    assert found == {
        "by_map": "O(xs*xs[])",
        "by_lambda": "O(xs^2)",
        "by_key": "O(xs^2)",
        "in_place": "O(xs^2)",
        "by_comparing": "O(xs^2*log(xs))",
        "by_reduce": "O(xs^2)",
        "by_accumulate": "O(xs^2)",
        "by_sub": "O(text^2)",
        "by_name": "O(xs^2)",
        "at_once": "O(xs)",
        "not_run": "O(1)",
        "by_default": "O(1)",
        "made": "O(names*log(names))",
        "run": "O(names*log(names) + self.names)",
        "backwards": "O(text^2)",
    }


def test_lambdas_in_defaults_have_names_of_their_own(tmp_path: Path) -> None:
    code = "import re\n\ndef f(xs, g=lambda ys: max(ys)):\n    return [g(x) for x in xs]\n"
    code += "\nclass A:\n    def h(self, k=sorted(lambda: [y for y in re.zs])):\n        return k\n"
    assert bounds(tmp_path, code) == {"f": "O(xs)", "A.h": "O(1)"}
    context = Context(Source(code))
    names = [node for node in context.index[ast.Name] if getattr(node, "id", "") == "ys"]
    assert all(context.symbol(name) is not None for name in names)


def test_decorators_call_what_they_decorate(tmp_path: Path) -> None:
    code = """\
def again(function):
    def wrapped(xs):
        for x in xs:
            function(xs)
    return wrapped

@again
def f(xs):
    for x in xs:
        print(x)
"""
    assert bounds(tmp_path, code)["again.wrapped"] == "O(xs^2)"


def test_recursion_that_begins_again_goes_through_a_product(tmp_path: Path) -> None:
    code = """\
def f(xs, k, i=0, j=0):
    if i == len(xs):
        return False
    if j == len(xs):
        return f(xs, k, i + 1, 0)
    return xs[i] + xs[j] == k or f(xs, k, i, j + 1)
"""
    assert bounds(tmp_path, code) == {"f": "O(xs^2)"}


def test_calls_without_arguments_have_a_price(tmp_path: Path) -> None:
    code = "import re\n\ndef f(**more):\n    re.match(**more)\n    re.sub()\n    sorted()\n"
    assert bounds(tmp_path, code) == {"f": "O(1)"}
