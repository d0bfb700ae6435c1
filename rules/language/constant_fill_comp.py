from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, replacement
from effilint.analyzer.facts.ordering import may_reach
from effilint.analyzer.facts.visits import is_tiny
from effilint.analyzer.patterns import (
    is_constant,
    names_in,
    operand_text,
    range_bounds,
    walk,
)

_SIZED = ("list", "tuple", "set", "frozenset", "dict", "str", "deque", "bytes", "Counter")
_TIGHT = (ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.Await, ast.Starred)


class ConstantFillComp(Rule):
    """A list of one constant over and over is made by a comprehension.

    `[constant] * n` fills it in one go. Silent for items that can change: these would all be one
    object.
    """

    code = "LNG207"
    name = "constant-fill-comp"
    message = "The same `{value}` is put into a list again and again by a comprehension"
    advice = "Use `{call}`"
    gain = Gain("O(n)", "O(n)", {10: 2.2, 1_000: 17.0, 100_000: 25.0}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def zeros(size):
                return [0 for _ in range(size)]  # LNG207
            """,
            fixed="""
            def zeros(size):
                return [0] * size
            """,
            workload="zeros(n)",
        ),
        Bad(
            """
            def grid(rows, columns):
                blank = " "
                for row in rows:
                    row.extend([blank for column in range(columns + 1)])  # LNG207
                return [[(0, None) for x in range(1, columns)] for y in rows]  # LNG207
            """,
            fixed="""
            def grid(rows, columns):
                blank = " "
                for row in rows:
                    row.extend([blank] * (columns + 1))
                return [[(0, None)] * (columns - 1) for y in rows]
            """,
        ),
        Bad(
            """
            class Sieve:
                def __init__(self, names: list[str]):
                    self.names = names
                    self.last = [-1 for name in self.names][1:]  # LNG207
            """,
            fixed="""
            class Sieve:
                def __init__(self, names: list[str]):
                    self.names = names
                    self.last = ([-1] * len(self.names))[1:]
            """,
        ),
        # Every row is a list of its own.
        Good(
            """
            def rows(count):
                return [[] for _ in range(count)]
            """
        ),
        # Without a fix: the number of items is worked out before the value is read.
        Bad(
            """
            def grown(n: int):
                def longer():
                    nonlocal n
                    n += 1
                    return n + 200

                return [n for _ in range(longer())]  # LNG207
            """
        ),
        # A new value every time.
        Good(
            """
            def rolls(count, roll):
                return [roll() for _ in range(count)]
            """
        ),
        # How long `items` is only shows when it is gone through.
        Good(
            """
            def ones(items):
                return [1 for _ in items]
            """
        ),
        # Filtered.
        Good(
            """
            def evens(count):
                return [1 for i in range(count) if i % 2 == 0]
            """
        ),
        # Some dozens of items, once; in a loop it would count.
        Good(
            """
            def letters():
                return [0 for _ in range(26)]
            """
        ),
        # In a test.
        Good(
            """
            def test_long(send):
                send("".join(["." for _ in range(99_000)]))
            """
        ),
        # Four items.
        Good(
            """
            def corners():
                return [0 for _ in range(4)]
            """
        ),
    )

    def visit_ListComp(self, node: ast.ListComp, context: Context) -> Iterator[Finding]:
        match node.generators:
            case [ast.comprehension(target=ast.Name() as target, ifs=[], is_async=0) as loop]:
                pass
            case _:
                return
        if not _is_fixed(node.elt, context) or target.id in names_in(node.elt):
            return
        count = _count(loop.iter, context)
        if count is None or is_tiny(context, loop) or _is_once_and_short(node, loop, context):
            return
        value = context.segment(node.elt)
        call = f"[{value}] * {count}"
        parent = context.parent(node)
        text = f"({call})" if isinstance(parent, _TIGHT) else call
        names = [part for part in walk(node.elt) if isinstance(part, ast.Name)]
        # The product reads them first.
        is_reached = any(may_reach(loop.iter, name, context) for name in names)
        edits = [] if is_reached else [Edit(node, replacement(text))]
        yield self.report(node, *edits, value=value, call=call)


def _is_once_and_short(node: ast.ListComp, loop: ast.comprehension, context: Context) -> bool:
    """Whether there is one list of some dozens of items."""
    count = context.trip_count(loop)
    return count is not None and count <= 128 and not context.hot_loops(node)


def _is_fixed(node: ast.expr, context: Context) -> bool:
    """Whether every evaluation gives the same unchangeable value."""
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return True
        case ast.Tuple(elts=elts):
            return all(_is_fixed(e, context) for e in elts)
        case ast.Name():
            return context.type_of(node).is_hashable
    return False


def _count(iterable: ast.expr, context: Context) -> str | None:
    """The number of items as text, if it is known before going through them."""
    bounds = range_bounds(iterable)
    if bounds is None:
        is_sized = context.type_of(iterable).name in _SIZED
        if not is_sized or not context.names.is_builtin("len", iterable):
            return None
        return f"len({context.segment(iterable)})"
    assert isinstance(iterable, ast.Call)
    start, stop, step = bounds
    if not is_constant(step, 1) or context.resolve(iterable.func) != "range":
        return None
    if any(isinstance(arg, ast.Starred | ast.NamedExpr) for arg in iterable.args):
        return None
    if is_constant(start, 0):
        return operand_text(stop, context.segment(stop))
    first, last = (operand_text(e, context.segment(e)) for e in (start, stop))
    return f"({last} - {first})"
