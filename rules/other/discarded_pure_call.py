from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, remove
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.scopes import FUNCTIONS

_STR = frozenset(
    """strip lstrip rstrip replace lower upper title capitalize casefold swapcase split rsplit
    splitlines join zfill center ljust rjust partition rpartition translate expandtabs
    removeprefix removesuffix format startswith endswith find count""".split()
)
_METHODS = {
    "str": _STR,
    "bytes": _STR,
    "list": frozenset({"copy", "count"}),
    "dict": frozenset({"copy", "keys", "values", "items"}),
    "set": frozenset({"copy", "union", "intersection", "difference", "symmetric_difference"}),
}
_BUILDING = frozenset(
    {"sorted", "reversed", "list", "tuple", "set", "frozenset", "sum", "min", "max"}
)
_ITERABLE = ("list", "tuple", "set", "frozenset", "dict", "str", "bytes", "range", "deque")


class DiscardedPureCall(Rule):
    """A call that only makes a new object, and the object is thrown away.

    The work is for nothing; most often the author thought that it changes what it is given.
    The fix removes the call: look first whether its result should have been kept.
    """

    code = "OTH402"
    name = "discarded-pure-call"
    message = "`{call}` changes nothing, and what it makes is thrown away"
    advice = "Keep the result, or remove the call"
    gain = Gain("O(n log n)", "O(1)", {10: 2.5, 1_000: 13.0, 100_000: 20.0})
    safety = Safety.UNSAFE
    calls = frozenset(_BUILDING.union(*_METHODS.values()))
    examples = (
        Bad(
            """
            def cheapest(prices: list[float]):
                sorted(prices)  # OTH402
                return prices[0]
            """,
            fixed="""
            def cheapest(prices: list[float]):
                return prices[0]
            """,
            workload="[cheapest(x) for x in [[k * 79 % 997 for k in range(n)]] for _ in range(20)]",
        ),
        # Strings cannot change.
        Bad(
            """
            def words(path):
                found = []
                with open(path) as file:
                    for line in file:
                        line.strip()  # OTH402
                        found += line.split(" ")
                return found
            """,
            fixed="""
            def words(path):
                found = []
                with open(path) as file:
                    for line in file:
                        found += line.split(" ")
                return found
            """,
        ),
        # An attribute, and a call that is all of its block.
        Bad(
            """
            class Basket:
                def __init__(self):
                    self.items: list[str] = []

                def in_order(self):
                    if len(self.items) > 1:
                        reversed(self.items)  # OTH402
                    return self.items
            """
        ),
        Bad(
            """
            def merged(first: set[int], second: set[int]):
                first.union(second)  # OTH402
                return first
            """,
            fixed="""
            def merged(first: set[int], second: set[int]):
                return first
            """,
        ),
        # An iterator is used up by it.
        Good(
            """
            def run(jobs):
                list(map(print, jobs))
            """
        ),
        # Whether it raises is the question.
        Good(
            """
            def is_sortable(items: list):
                try:
                    sorted(items)
                except TypeError:
                    return False
                return True
            """
        ),
        # Another class may do something.
        Good(
            """
            def clean(frame):
                frame.replace("a", "b")
                return frame
            """
        ),
        # A test runs it to see whether it raises.
        Good(
            """
            def test_sorts(items: list[int]):
                sorted(items)
            """
        ),
        # So does this.
        Good(
            """
            import pytest

            def check_mixed(items: list):
                with pytest.raises(TypeError):
                    sorted(items)
            """
        ),
        # Nothing but texts that are thrown away: they are there for whoever checks the code.
        Good(
            """
            def unnamed(first, second):
                "{} and {}".format(first, second)
                "{}".format(first)
            """
        ),
        # A warm-up of the interpreter's own tables.
        Good(
            """
            def warm():
                list(range(-5, 257))
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        statement, function = context.parent(node), context.function(node)
        if not isinstance(statement, ast.Expr) or _is_guarded(node, context):
            return
        if function is None or function.name.startswith(("test", "bench")):
            return
        if not _is_building(node, context) or _is_shown_off(node, function):
            return
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            if not isinstance(argument, ast.Starred) and not context.is_pure(argument):
                return
        edits = [Edit(statement, remove())] if len(context.block(statement)) > 1 else []
        yield self.report(node, *edits, call=f"{context.segment(node.func)}(...)")


def _is_building(node: ast.Call, context: Context) -> bool:
    if isinstance(node.func, ast.Attribute):
        methods = _METHODS.get(context.type_of(node.func.value).name)
        is_literal = isinstance(node.func.value, ast.Constant) and node.func.attr != "format"
        return methods is not None and node.func.attr in methods and not is_literal
    name = context.resolve(node.func)
    if name not in _BUILDING or len(node.args) != 1 or node.keywords:
        return False
    if not isinstance(node.args[0], ast.Name | ast.Attribute | ast.Subscript):
        return False  # made on the spot: a warm-up, or a check that it works
    return context.type_of(node.args[0]).name in _ITERABLE


def _is_shown_off(node: ast.Call, function: FunctionNode) -> bool:
    """Whether a literal is formatted in a function of nothing but expressions: code to look at."""
    if not isinstance(node.func, ast.Attribute) or not isinstance(node.func.value, ast.Constant):
        return False
    return all(isinstance(statement, ast.Expr) for statement in function.body)


def _is_guarded(node: ast.Call, context: Context) -> bool:
    """Whether an exception is what the call is made for: in `try`, `with`, or a test."""
    for outer in context.ancestors(node):
        if isinstance(outer, (ast.Try, ast.AsyncWith, *FUNCTIONS)):
            return isinstance(outer, ast.Try | ast.AsyncWith)
        if isinstance(outer, ast.With):
            managers = [item.context_expr for item in outer.items]
            if any(context.type_of(manager).name != "file" for manager in managers):
                return True
    return True
