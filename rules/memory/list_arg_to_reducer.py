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
)
from effilint.analyzer.facts.visits import is_tiny
from effilint.analyzer.patterns import is_name, unbracketed, walk

_REDUCERS = frozenset(
    [
        *("sum", "min", "max", "math.prod", "math.fsum"),
        *("collections.Counter", "heapq.nsmallest", "heapq.nlargest"),
    ]
)


class ListArgToReducer(Rule):
    """A list is built only to be reduced to one value.

    A generator expression hands over the items one by one, so memory does not grow with their
    number. It saves no time: below some thousand items it is up to a fifth slower than the list.
    The fix assumes that making an item has no effect which the `key`, or the one who catches an
    exception, could tell from its time.
    """

    code = "MEM201"
    name = "list-arg-to-reducer"
    safety = Safety.UNSAFE
    # Of 20 findings on code not seen before, 14: the other lists were of a few items.
    confidence = 0.7
    message = "A list of all items is built only for `{function}`"
    advice = "Use a generator expression: leave out the brackets"
    gain = Gain(
        "O(n) memory", "O(1) memory", {100: 3.8, 10_000: 400.0, 100_000: 3900.0}, Tier.MEMORY
    )
    calls = frozenset(name.rpartition(".")[2] for name in _REDUCERS)
    examples = (
        Bad(
            """
            def energy(samples):
                return sum([sample * sample for sample in samples])  # MEM201
            """,
            fixed="""
            def energy(samples):
                return sum(sample * sample for sample in samples)
            """,
            workload="energy(range(n))",
        ),
        Bad(
            """
            import heapq
            from math import prod

            def report(rows, count):
                widest = max([len(row) for row in rows], default=0)  # MEM201
                area = prod([row.width for row in rows if row])  # MEM201
                return widest, area, heapq.nlargest(count, [row.mass for row in rows])  # MEM201
            """,
            fixed="""
            import heapq
            from math import prod

            def report(rows, count):
                widest = max((len(row) for row in rows), default=0)
                area = prod(row.width for row in rows if row)
                return widest, area, heapq.nlargest(count, (row.mass for row in rows))
            """,
        ),
        # Used once, right away.
        Bad(
            """
            def mean(readings):
                errors = [abs(reading.error) for reading in readings]  # MEM201
                return max(errors)
            """
        ),
        Bad(
            """
            def weight(rows, factor):
                return factor + sum(
                    [  # MEM201
                        row.weight
                        for row in rows
                    ]
                )
            """,
            fixed="""
            def weight(rows, factor):
                return factor + sum(
                        row.weight
                        for row in rows
                )
            """,
        ),
        # `join` makes a list of its own from a generator.
        Good(
            """
            def text(numbers):
                return ", ".join([str(number) for number in numbers])
            """
        ),
        # The list is used twice.
        Good(
            """
            def mean(numbers):
                squares = [number * number for number in numbers]
                return sum(squares) / len(squares)
            """
        ),
        # An asynchronous comprehension cannot become a generator here.
        Good(
            """
            async def total(jobs):
                return sum([await job for job in jobs])
            """
        ),
        # `StopIteration` would end a generator.
        Good(
            """
            def total(numbers, others):
                return sum([number * next(others) for number in numbers])
            """
        ),
        # Three items.
        Good(
            """
            def norm(point):
                return sum([point[axis] ** 2 for axis in range(3)])
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if not node.args:
            return
        given = node.args[-1]
        items = context.sole_value(given) if isinstance(given, ast.Name) else given
        if not isinstance(items, ast.ListComp) or any(
            is_tiny(context, g) for g in items.generators
        ):
            return
        function = context.resolve(node.func)
        if function not in _REDUCERS or len(node.args) != 1 + function.startswith("heapq."):
            return
        if any(isinstance(part, ast.Await | ast.NamedExpr) for part in walk(items)):
            return
        if any(is_name(part, "next") for part in walk(items)):
            return  # its `StopIteration` would be a `RuntimeError`
        if any(generator.is_async for generator in items.generators):
            return
        edits: list[Edit] = []
        if given is items:
            inner = _closed(unbracketed(context.segment(items)), node, context)
            edits = [_edit(node, items, inner, context)]
        elif len(context.uses(given)) != 1 or not _is_next(items, node, context):
            return
        yield self.report(items, *edits, function=function)


def _closed(inner: str, call: ast.Call, context: Context) -> str:
    """Put a closing parenthesis that has a line of its own where that of the call was."""
    rest = inner.rstrip(" \t")
    if not rest.endswith("\n"):
        return inner
    last = context.source.lines[(call.end_lineno or call.lineno) - 1]
    return rest + last[: len(last) - len(last.lstrip(" \t"))]


def _edit(call: ast.Call, items: ast.ListComp, inner: str, context: Context) -> Edit:
    if len(call.args) == 1 and not call.keywords:
        return Edit(call, replacement(f"{context.segment(call.func)}({inner})"))
    return Edit(items, replacement(f"({inner})"))


def _is_next(items: ast.expr, call: ast.Call, context: Context) -> bool:
    """Whether the call stands in the statement after the list, and is made once."""
    following = context.following(context.statement(items))
    if not following or context.function(items) is not context.function(call):
        return False
    after = following[0]
    return isinstance(after, ast.Return | ast.Assign | ast.Expr | ast.AugAssign) and (
        context.inside(call, after) and len(context.loops(call)) == len(context.loops(items))
    )
