from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    Tier,
    replacement,
)  # fmt: skip
from effilint.analyzer.facts.comparison import order_of
from effilint.analyzer.patterns import is_name


class CmpToKeySimple(Rule):
    """A comparison function is called for every pair, where a key for every item would do.

    Sorting calls a comparison `n log n` times, a key `n` times. The fix assumes that what is
    subtracted or compared are numbers or texts.
    """

    code = "API107"
    name = "cmp-to-key-simple"
    message = "The comparison compares one key of both items"
    advice = "Use `{arguments}`"
    safety = Safety.UNSAFE
    gain = Gain("O(n log n) calls", "O(n) calls", {10: 1.8, 1_000: 6.6, 10_000: 6.2}, Tier.CONSTANT)
    calls = frozenset({"cmp_to_key"})
    examples = (
        Bad(
            """
            from functools import cmp_to_key

            def by_price(items):
                return sorted(items, key=cmp_to_key(lambda a, b: a[1] - b[1]))  # API107
            """,
            fixed="""
            from functools import cmp_to_key

            def by_price(items):
                return sorted(items, key=lambda a: a[1])
            """,
            workload=(
                "[by_price(x) for x in [[(i, i * i % 10007) for i in range(n)]] for _ in range(3)]"
            ),
        ),
        # The larger first, in place.
        Bad(
            """
            import functools

            class Board:
                def rank(self):
                    self.teams.sort(key=functools.cmp_to_key(lambda x, y: y.won - x.won))  # API107
            """,
            fixed="""
            import functools

            class Board:
                def rank(self):
                    self.teams.sort(key=lambda x: x.won, reverse=True)
            """,
        ),
        # What Python 2 called `cmp`.
        Bad(
            """
            from functools import cmp_to_key

            def ordered(words):
                # By the first letter.
                words.sort(key=cmp_to_key(lambda a, b: (a[0] > b[0]) - (a[0] < b[0])))  # API107
                return sorted(words, key=cmp_to_key(lambda a, b: -1 if a > b else 1))  # API107
            """,
            fixed="""
            from functools import cmp_to_key

            def ordered(words):
                # By the first letter.
                words.sort(key=lambda a: a[0])
                return sorted(words, reverse=True)
            """,
        ),
        # A function with early returns.
        Bad(
            """
            from functools import cmp_to_key

            def compare(left, right):
                if left.end < right.end:
                    return -1
                elif left.end > right.end:
                    return 1
                return 0

            def schedule(tasks):
                return sorted(tasks, key=cmp_to_key(compare))  # API107
            """,
            fixed="""
            from functools import cmp_to_key

            def compare(left, right):
                if left.end < right.end:
                    return -1
                elif left.end > right.end:
                    return 1
                return 0

            def schedule(tasks):
                return sorted(tasks, key=lambda left: left.end)
            """,
        ),
        # No item alone has this order.
        Good(
            """
            from functools import cmp_to_key

            def largest_number(parts):
                return sorted(parts, key=cmp_to_key(lambda a, b: int(b + a) - int(a + b)))
            """
        ),
        # A test of sorting by comparisons.
        Good(
            """
            from functools import cmp_to_key

            def test_downwards():
                assert sorted([1, 3, 2], key=cmp_to_key(lambda a, b: b - a)) == [3, 2, 1]
            """
        ),
        # Two fields, one of them descending.
        Good(
            """
            from functools import cmp_to_key

            def compare(a, b):
                if a.name != b.name:
                    return -1 if a.name < b.name else 1
                return b.age - a.age

            def ranked(people):
                return sorted(people, key=cmp_to_key(compare))
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if context.resolve(node.func) != "functools.cmp_to_key" or len(node.args) != 1:
            return
        comparison = _comparison(node.args[0], context)
        keyword = context.parent(node)
        outer = context.parent(keyword) if isinstance(keyword, ast.keyword) else None
        if comparison is None or not isinstance(outer, ast.Call) or not _sorts(outer, context):
            return
        first, second, body = comparison
        order = order_of(body, first, second)
        if order is None:
            return
        arguments = _arguments(order.key, first, order.is_descending, context)
        shown = ", ".join([context.segment(arg) for arg in outer.args] + arguments)
        call = f"{context.segment(outer.func)}({shown})"
        edits = [Edit(outer, replacement(call))] if len(outer.keywords) == 1 else []
        yield self.report(node, *edits, arguments=", ".join(arguments) or "no key")


def _sorts(call: ast.Call, context: Context) -> bool:
    is_method = isinstance(call.func, ast.Attribute) and call.func.attr == "sort"
    return is_method or context.resolve(call.func) == "sorted"


def _comparison(node: ast.expr, context: Context) -> tuple[str, str, list[ast.stmt]] | None:
    """The two arguments and the body of a comparison function of this file."""
    function: ast.AST | None = node
    if isinstance(node, ast.Name):
        bindings = context.bindings(node)
        function = bindings[0].node if len(bindings) == 1 else None
    if not isinstance(function, ast.Lambda | ast.FunctionDef):
        return None
    arguments = function.args.args
    if len(arguments) != 2:
        return None
    body: list[ast.stmt] = (
        function.body if isinstance(function, ast.FunctionDef) else [ast.Return(function.body)]
    )
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return arguments[0].arg, arguments[1].arg, body


def _arguments(key: ast.expr, name: str, is_reversed: bool, context: Context) -> list[str]:
    arguments = [] if is_name(key, name) else [f"key=lambda {name}: {context.segment(key)}"]
    return arguments + ["reverse=True"] * is_reversed
