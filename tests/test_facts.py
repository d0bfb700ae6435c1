"""What a rule may ask about a file, asked of small programs."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from effilint.analyzer import Context, Source


def context_of(code: str) -> Context:
    return Context(Source(dedent(code)))


def find(context: Context, text: str, place: int = 0) -> ast.expr:
    """The `place`-th expression whose source is `text`, in source order."""
    found = [
        node
        for node in ast.walk(context.tree)
        if isinstance(node, ast.expr) and ast.unparse(node) == text
    ]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))[place]


def first_loop(context: Context) -> ast.For | ast.While:
    return next(n for n in ast.walk(context.tree) if isinstance(n, ast.For | ast.While))


@pytest.mark.parametrize(
    ("code", "expression", "name"),
    [
        ("x = []\nx", "x", "list"),
        ("x = [a for a in b]\nx", "x", "list"),
        ("x = {1, 2}\nx", "x", "set"),
        ("x = dict(a=1)\nx", "x", "dict"),
        ("x = 'a' + b\nx", "x", "str"),
        ("x = f'{a}'\nx", "x", "str"),
        ("x = 1 / 2\nx", "x", "float"),
        ("x = (a, b)\nx", "x", "tuple"),
        ("import collections as c\nx = c.deque()\nx", "x", "deque"),
        ("from collections import Counter as C\nx = C()\nx", "x", "Counter"),
        ("from collections import *\nx = defaultdict(list)\nx", "x", "defaultdict"),
        ("x = defaultdict(list)\nx", "x", "defaultdict"),
        ("from mine import *\nx = defaultdict(list)\nx", "x", "unknown"),
        ("def f(x: list[int]):\n    return x", "x", "list"),
        ("def f(x: 'list[int] | None' = None):\n    return x", "x", "list"),
        (
            "from typing import Optional, Dict\ndef f(x: Optional[Dict[str, int]]):\n    x",
            "x",
            "dict",
        ),
        ("def f(x):\n    return x", "x", "unknown"),
        ("def f(x):\n    if isinstance(x, list):\n        return x", "x", "unknown"),
        ("x = []\nx = 'a'\nx", "x", "unknown"),
        ("x = None\nx = []\nx", "x", "list"),
        ("x = ''\nfor i in y:\n    x += str(i)\nx", "x", "str"),
        ("x = 0\nfor i in y:\n    x += i\nx", "x", "unknown"),
        ("x = 0\nfor i in range(9):\n    x += i\nx", "x", "int"),
        ("for i, x in enumerate(['a']):\n    x", "x", "str"),
        ("for x, y in zip([1], 'ab'):\n    y", "y", "str"),
        ("d = {'a': [1]}\nfor k, x in d.items():\n    x", "x", "list"),
        ("x = input().split()\nx", "x", "list"),
        ("def g():\n    return []\nx = g()\nx", "x", "list"),
        ("def g():\n    yield 1\nx = g()\nx", "x", "generator"),
        ("with open('f') as x:\n    x", "x", "file"),
        ("list = print\nx = list()\nx", "x", "unknown"),
        ("x = y = []\nx", "x", "list"),
        ("a, x = 1, []\nx", "x", "list"),
        ("if (x := [1]):\n    x", "x", "list"),
        ("def f(*x: int):\n    x", "x", "tuple"),
        ("x = sorted(y)[:3]\nx", "x", "list"),
        ("x = '%s' % y\nx", "x", "str"),
        ("x = [0] * n\nx", "x", "list"),
        ("n = 3\nx = [0] * n\nx", "x", "list"),
    ],
)
def test_type_of(code: str, expression: str, name: str) -> None:
    context = context_of(code)
    uses = [n for n in ast.walk(context.tree) if isinstance(n, ast.Name) and n.id == expression]
    node = max((n for n in uses if isinstance(n.ctx, ast.Load)), key=lambda n: n.lineno)
    if "isinstance" in code:
        assert context.type_of(node).name == "list"
    else:
        assert context.type_of(node).name == name


@pytest.mark.parametrize(
    ("code", "types"),
    [
        (
            """
            def fib(n):
                a, b = 0, 1
                for _ in range(n):
                    a, b = b, a + b
                return a, b
            """,
            {"a": "int", "b": "int", "a + b": "int", "(b, a + b)": "tuple"},
        ),
        (
            """
            def heads(s: str):
                while s:
                    head, s = s[0], s[1:]
                return head, s
            """,
            {"head": "str", "s": "str", "s[1:]": "str"},
        ),
        (
            """
            def last(xs):
                cur = [1]
                for x in xs:
                    prev, cur = cur, [x]
                return prev, cur
            """,
            {"prev": "list", "cur": "list"},
        ),
        (
            """
            def rest(text):
                rest = "abc"
                for x in text:
                    first, rest = rest, rest[1:]
                return first, rest
            """,
            {"first": "str", "rest": "str", "rest[1:]": "str"},
        ),
        (
            """
            def texts(xs):
                made = "s"
                one = []
                for x in xs:
                    made = one + made
                    one, two = (made if x else one), "s"
                return made, one, two
            """,
            {"made": "str", "one": "unknown", "two": "str"},
        ),
        (
            """
            def deeper(xs):
                a = [1]
                b = 2
                for x in xs:
                    a, b = [b], a
                return a, b
            """,
            {"a": "list", "b": "unknown"},
        ),
        (
            """
            def circle(p):
                while p:
                    a = b + "s"
                    b = a
                return a, b
            """,
            {"a": "str", "b": "str"},
        ),
        (
            """
            def nested(p):
                a = None
                while p:
                    a = [a]
                return a, [a]
            """,
            {"a": "list", "[a]": "list"},
        ),
        (
            """
            class Wrapper:
                def indented(self):
                    before = self.indent
                    self.indent += " "
                    self.indent = before
                    return before, self.indent, before + "", self.text("")

                def text(self, x):
                    return self.text(x) if x else ""
            """,
            {
                "before": "unknown",
                "self.indent": "unknown",
                "before + ''": "str",
                "self.text(x)": "str",
                "self.text('')": "str",
            },
        ),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_types_do_not_depend_on_what_was_asked_before(
    code: str, types: dict[str, str], order: int
) -> None:
    alone = {text: context_of(code) for text in types}
    assert {t: c.type_of(find(c, t, -1)).name for t, c in alone.items()} == types
    context = context_of(code)
    texts = list(types)[::order]
    found = {text: context.type_of(find(context, text, -1)).name for text in texts}
    assert found == types


def test_long_circles_end() -> None:
    circle = "".join(f"    x{n + 1} = x{n}\n" for n in range(300))
    context = context_of(f"while True:\n{circle}    x0 = x300\nx0\n")
    assert not context.type_of(find(context, "x0", -1)).is_known


def test_types_of_long_chains_are_known() -> None:
    chain = "".join(f"x{n + 1} = x{n}\n" for n in range(500))
    context = context_of(f"x0 = []\n{chain}x500\n")
    assert context.type_of(find(context, "x500", -1)).name == "list"
    context = context_of("x = " + " + ".join(["y"] * 900) + " + 'a'\n")
    assert context.type_of(context.tree.body[0].value).name == "str"  # type: ignore[attr-defined]


def test_type_of_self_attribute() -> None:
    context = context_of(
        """
        class Box:
            def __init__(self):
                self.items = []
                self.total: int = 0
            def use(self, other):
                self.items
                self.total
                other.items
        """
    )
    assert context.type_of(find(context, "self.items", 1)).name == "list"
    assert context.type_of(find(context, "self.total", 1)).name == "int"
    assert not context.type_of(find(context, "other.items")).is_known


def test_attribute_set_from_outside_is_unknown() -> None:
    context = context_of(
        """
        class Box:
            def __init__(self):
                self.items = []
            def use(self):
                return self.items
        box = Box()
        box.items = something
        """
    )
    assert not context.type_of(find(context, "self.items", 1)).is_known


def test_astroid_is_asked_for_what_another_class_shows() -> None:
    context = context_of(
        """
        class Base:
            def __init__(self):
                self.todo = []
        class Child(Base):
            def run(self):
                return self.todo
        """
    )
    node = find(context, "self.todo", 1)
    assert not context.type_of(node).is_known
    assert context.inferred_type(node).name == "list"


@pytest.mark.parametrize(
    ("code", "expression", "name"),
    [
        ("import heapq as hq\nhq.heappush", "hq.heappush", "heapq.heappush"),
        ("from os import path\npath.join", "path.join", "os.path.join"),
        ("import os.path\nos.path.join", "os.path.join", "os.path.join"),
        ("sorted", "sorted", "sorted"),
        ("def sorted(x): ...\nsorted", "sorted", None),
        ("def f(sorted):\n    sorted", "sorted", None),
        ("def f():\n    global sorted\n    sorted = 1\nsorted", "sorted", None),
        ("class A:\n    sorted = 1\n    def f(self):\n        sorted", "sorted", "sorted"),
        ("from unknown import *\nsorted", "sorted", None),
        ("from math import *\nsorted", "sorted", "sorted"),
        ("from math import *\nsqrt", "sqrt", "math.sqrt"),
        ("import heapq\npush = heapq.heappush\npush", "push", "heapq.heappush"),
        (
            "try:\n    import json\nexcept ImportError:\n    json = None\njson.loads",
            "json.loads",
            None,
        ),
        ("for sorted in x:\n    sorted", "sorted", None),
        ("match x:\n    case sorted:\n        sorted", "sorted", None),
        ("try:\n    x\nexcept E as sorted:\n    sorted", "sorted", None),
        ("[sorted for sorted in x]\nsorted", "sorted", "sorted"),
        ("[(sorted := a) for a in x]\nsorted", "sorted", None),
    ],
)
def test_resolve(code: str, expression: str, name: str | None) -> None:
    context = context_of(code)
    assert context.resolve(find(context, expression, -1)) == name


def test_uses_reach_into_nested_functions_and_comprehensions() -> None:
    context = context_of(
        """
        def f():
            x = 1
            def g():
                return x
            return [x for _ in range(3)], (lambda: x), [x for x in "ab"]
        """
    )
    definition = find(context, "x", 0)
    assert len(context.uses(definition)) == 3


def test_nonlocal_and_global_bind_the_outer_variable() -> None:
    context = context_of(
        """
        total = 0
        def f():
            count = 0
            def g():
                nonlocal count
                count += 1
            def h():
                global total
                total += 1
            return count, total
        """
    )
    assert len(context.bindings(find(context, "count", 0))) == 2
    assert len(context.bindings(find(context, "total", 0))) == 2


def test_a_name_bound_only_through_global_is_used_at_module_level() -> None:
    context = context_of("def f():\n    global state\n    state = 1\nf()\nprint(state)\n")
    assert len(context.uses(find(context, "state", 0))) == 1


@pytest.mark.parametrize(
    ("code", "loops"),
    [
        ("for a in b:\n    x", 1),
        ("for a in x:\n    pass", 0),
        ("for a in b:\n    pass\nelse:\n    x", 0),
        ("while x:\n    pass", 1),
        ("[x for a in b]", 1),
        ("[a for a in x]", 0),
        ("[a for a in b for c in x]", 1),
        ("[a for a in b if x for c in d]", 1),
        ("for a in b:\n    def f():\n        x", 0),
        ("for a in range(3):\n    x", 1),
    ],
)
def test_loops(code: str, loops: int) -> None:
    context = context_of(code)
    assert len(context.loops(find(context, "x"))) == loops


@pytest.mark.parametrize(
    ("iterable", "count"),
    [
        ("range(3)", 3),
        ("range(2, 10, 3)", 3),
        ("range(10, 2, -3)", 3),
        ("range(9, 2)", 0),
        ("range(0x10000000000000000)", 2**64),  # len() raises OverflowError
        ("'abc'", 3),
        ("(1, 2)", 2),
        ("enumerate([1, 2])", 2),
        ("zip(y, 'ab')", 2),
        ("y", None),
        ("range(n)", None),
        ("{'a': 1}.items()", 1),
        ("y[:4]", 4),
        ("[*y]", None),
        ("FEW", 2),
        ("GROWN", None),
    ],
)
def test_trip_count(iterable: str, count: int | None) -> None:
    context = context_of(
        f"FEW = ['a', 'b']\nGROWN = []\nGROWN.append(1)\nfor x in {iterable}:\n    x"
    )
    assert context.trip_count(first_loop(context)) == count


def test_a_loop_of_few_passes_is_not_hot() -> None:
    context = context_of("for a in range(3):\n    for b in 'ab':\n        x\nfor c in d:\n    y")
    assert context.hot_loops(find(context, "x")) == []
    assert len(context.hot_loops(find(context, "y"))) == 1


@pytest.mark.parametrize(
    ("code", "invariant"),
    [
        ("for a in b:\n    max(xs)", True),
        ("for a in b:\n    max(xs)\n    xs.append(a)", False),
        ("for a in b:\n    max(xs)\n    xs = []", False),
        ("for a in b:\n    max(xs)\n    xs[0] = 1", False),
        ("for a in b:\n    max(xs)\n    del xs[0]", False),
        ("for a in b:\n    max(xs)\n    print(xs)", True),
        ("for a in b:\n    max(xs)\n    unknown(xs)", False),
        ("for a in b:\n    max(xs)\n    unknown(a)", True),
        ("for a in b:\n    max(xs)\n    xs[0].append(a)", False),
        ("for a in b:\n    max(xs)\n    ys = xs\n    ys.append(a)", False),
        ("def read(v):\n    return len(v)\nfor a in b:\n    max(xs)\n    read(xs)", True),
        ("def change(v):\n    v.clear()\nfor a in b:\n    max(xs)\n    change(xs)", False),
        ("ys = 1, 2\nfor a in b:\n    max(ys)\n    unknown(ys)", True),
        ("xs = []\ndef g():\n    xs.append(1)\nfor a in b:\n    max(xs)\n    g()", False),
        ("for xs in b:\n    max(xs)", False),
        ("for a in b:\n    max(xs, key=lambda v: v + a)", False),
        ("for a in b:\n    max(xs, key=lambda v: v + 1)", True),
    ],
)
def test_is_invariant(code: str, invariant: bool) -> None:
    context = context_of("b, xs = load()\n" + code)
    loop = first_loop(context)
    call = next(
        n
        for n in ast.walk(context.tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "max"
    )
    assert context.is_invariant(call, loop) is invariant


def test_a_name_from_nowhere_is_not_invariant() -> None:
    context = context_of("for a in b:\n    max(xs)")
    assert not context.is_invariant(find(context, "max(xs)"), first_loop(context))


def test_an_attribute_changes_through_a_method_of_the_class() -> None:
    context = context_of(
        """
        class Box:
            def fill(self, more):
                for item in more:
                    len(self.items)
                    self.add(item)
            def look(self, more):
                for item in more:
                    len(self.items)
                    self.peek(item)
            def add(self, item):
                self.items.append(item)
            def peek(self, item):
                return item in self.items
        """
    )
    first, second = (n for n in ast.walk(context.tree) if isinstance(n, ast.For))
    assert not context.is_invariant(find(context, "len(self.items)", 0), first)
    assert context.is_invariant(find(context, "len(self.items)", 1), second)


def test_an_object_kept_in_an_attribute_changes_with_it() -> None:
    context = context_of(
        """
        class Box:
            def fill(self, more):
                items = []
                self.items = items
                for item in more:
                    len(items)
                    self.items.append(item)
        """
    )
    assert not context.is_invariant(find(context, "len(items)"), first_loop(context))


@pytest.mark.parametrize(
    ("expression", "pure"),
    [
        ("len(x)", True),
        ("x.strip()", True),
        ("x.append(1)", False),
        ("print(x)", False),
        ("random.random()", False),
        ("sorted(x, key=lambda v: v.pop())", False),
        ("read(x)", True),
        ("change(x)", False),
        ("local(x)", True),
        ("show(x)", False),
        ("sorted(x, key=show)", False),
        ("relay(x)", False),
        ("(y := x)", False),
        ("math.sqrt(x)", True),
    ],
)
def test_is_pure(expression: str, pure: bool) -> None:
    context = context_of(
        f"""
        import math, random
        def read(v):
            return v[0] + 1
        def change(v):
            v[0] = 1
        def show(v):
            print(v)
        def relay(v):
            return show(v)
        def local(v):
            seen = set()
            seen.add(v)
            return seen
        {expression}
        """
    )
    assert context.is_pure(find(context, expression)) is pure


def test_call_graph() -> None:
    context = context_of(
        """
        def even(n):
            return n == 0 or odd(n - 1)
        def odd(n):
            return n != 0 and even(n - 1)
        def helper(x):
            return x
        def outer(xs):
            for x in xs:
                helper(x)
        """
    )
    even, _, helper, outer = (n for n in context.tree.body if isinstance(n, ast.FunctionDef))
    assert context.calls.is_recursive(even)
    assert not context.calls.is_recursive(outer)
    assert context.calls.callees(outer) == {helper}
    assert context.calls.called_in_loop(helper) is not None
    assert context.calls.called_in_loop(outer) is None


@pytest.mark.parametrize(
    ("code", "time", "space"),
    [
        ("def f(xs):\n    return sum(xs)", "O(xs)", "O(1)"),
        ("def f(xs):\n    return sorted(xs)", "O(xs*log(xs))", "O(xs)"),
        ("def f(a, b):\n    return [x for x in a if x in b]", "O(a*b)", "O(a)"),
        ("def f(a, b: set):\n    return [x for x in a if x in b]", "O(a)", "O(a)"),
        ("def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)", "O(2^n)", "O(n)"),
        ("def f(n):\n    return 1 if n < 2 else n * f(n - 1)", "O(n)", "O(n)"),
        ("def f(n):\n    i = 1\n    while i * i <= n:\n        i += 1", "O(sqrt(n))", "O(1)"),
        ("def f(n):\n    while n:\n        n //= 2", "O(log(n))", "O(1)"),
        ("def f(n):\n    for i in range(5):\n        pass", "O(1)", "O(1)"),
        (
            "def f(m):\n    out = []\n    for r in range(m):\n        out.insert(0, r)",
            "O(m^2)",
            "O(m)",
        ),
        ("def g(x):\n    return max(x)\ndef f(y):\n    return [g(y) for _ in y]", "O(y^2)", "O(y)"),
        (
            "def f(a, k):\n    lo, hi = 0, len(a)\n    while lo < hi:\n"
            "        mid = (lo + hi) // 2\n"
            "        if a[mid] < k:\n            lo = mid + 1\n        else:\n            hi = mid",
            "O(log(a))",
            "O(1)",
        ),
        (
            "from functools import cache\n@cache\n"
            "def f(i, j):\n    return f(i - 1, j) + f(i, j - 1)",
            "O(i*j)",
            "O(i*j)",
        ),
    ],
)
def test_cost(code: str, time: str, space: str) -> None:
    context = context_of(code)
    function = [n for n in context.tree.body if isinstance(n, ast.FunctionDef)][-1]
    cost = context.cost(function)
    assert (str(cost.time), str(cost.space)) == (time, space)


def test_the_line_that_dominates_is_named() -> None:
    context = context_of(
        "def f(xs):\n    total = sum(xs)\n    xs.sort()\n    return sorted(xs)[total]"
    )
    function = context.tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    assert context.cost(function).line in (3, 4)
