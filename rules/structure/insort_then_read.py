from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.accumulators import carrying_loops, reads
from effilint.analyzer.facts.rebinding import is_concatenation
from effilint.analyzer.patterns import method_call, same

_INSORTS = ("bisect.insort", "bisect.insort_left", "bisect.insort_right")


class InsortThenRead(Rule):
    """A loop puts each item in its sorted place in a list that is read only after the loop.

    Every `insort` moves the items behind that place. One sort at the end gives the same order
    with far less work.
    """

    code = "DST212"
    name = "insort-then-read"
    message = "`insort` moves items of `{items}` in each pass, and only the final order is used"
    advice = "Append in the loop and sort `{items}` once after it"
    gain = Gain("O(n^2)", "O(n log n)", {10: 1.2, 1_000: 2.2, 100_000: 32.0})
    confidence = 0.85  # a few tags, in all that was read
    calls = frozenset({"insort", "insort_left", "insort_right"})
    examples = (
        Bad(
            """
            import bisect

            def ranked(scores):
                order = []
                for score in scores:
                    bisect.insort(order, score)  # DST212
                return order
            """,
            fixed="""
            import bisect

            def ranked(scores):
                order = []
                for score in scores:
                    order.append(score)
                order.sort()
                return order
            """,
            workload="ranked([(i * 7919) % (n + 1) for i in range(n)])",
        ),
        Bad(
            """
            from bisect import insort

            class Board:
                def __init__(self):
                    self.points = []

                def fill(self, rows):
                    for row in rows:
                        if row.valid:
                            insort(self.points, row.points)  # DST212
            """
        ),
        # Looked at in the loop.
        Good(
            """
            from bisect import insort

            def medians(numbers):
                order = []
                for number in numbers:
                    insort(order, number)
                    yield order[len(order) // 2]
            """
        ),
        # A generator hands the list over meanwhile; a few items; another list in every pass.
        Good(
            """
            from bisect import insort

            def groups(rows, number):
                order = []
                for item in (3, 1, 2):
                    insort(order, item)
                for row in rows:
                    cells = sorted(row)
                    insort(cells, number)
                    yield cells
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if not node.args or not isinstance(node.args[0], ast.Name | ast.Attribute):
            return
        statement, items = context.parent(node), node.args[0]
        if not isinstance(statement, ast.Expr) or not context.hot_loops(node):
            return
        if context.resolve(node.func) not in _INSORTS:
            return
        loops = carrying_loops(context, statement, items, is_concatenation)
        if not loops or context.type_of(items).name != "list":
            return
        loop = loops[0]
        if any(read is not items for read in reads(items, loop)) or _may_look(context, loop, items):
            return
        yield self.report(node, items=context.segment(items))


def _may_look(context: Context, loop: ast.AST, items: ast.expr) -> bool:
    """Whether the loop suspends, or calls what may see the list meanwhile."""
    for node in ast.walk(loop):
        if isinstance(node, ast.Yield | ast.YieldFrom | ast.Await):
            return True
        if isinstance(node, ast.Call) and isinstance(items, ast.Attribute):
            if method_call(node, *_names(node)) is not None and context.callee(node) is not None:
                return True
    symbol = context.symbol(items)
    if symbol is None:
        return False
    home = context.function(items)
    return any(
        context.function(use) is not home and same(use, items)
        for use in context.scopes.loads(symbol)
    )


def _names(call: ast.Call) -> tuple[str, ...]:
    return (call.func.attr,) if isinstance(call.func, ast.Attribute) else ()
