from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    AddImport,
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    Tier,
    remove,
    statements,
)
from effilint.analyzer.patterns import same, sole_statement


class HeapPushThenPop(Rule):
    """Every item is pushed on a heap, and another popped when there is one too many.

    Most items of a heap that keeps the best few leave it at once: `heappushpop` sees that with
    one comparison instead of sifting up and down. The heap ends with the same items, though
    perhaps in another order.
    """

    code = "API112"
    name = "heap-push-then-pop"
    message = "Every item is sifted into `{heap}`, then another one out of it"
    advice = "Use `heappushpop` once `{heap}` is full: it looks at the smallest item first"
    safety = Safety.UNSAFE
    gain = Gain("O(n log k)", "O(n)", {100: 1.6, 1_000: 1.8, 100_000: 1.8}, Tier.CONSTANT)
    calls = frozenset({"heappush"})
    examples = (
        Bad(
            """
            import heapq

            def dearest(prices, k):
                best = []
                for price in prices:
                    heapq.heappush(best, price)  # API112
                    if len(best) > k:
                        heapq.heappop(best)
                return sorted(best)
            """,
            fixed="""
            import heapq

            def dearest(prices, k):
                best = []
                for price in prices:
                    if len(best) < k:
                        heapq.heappush(best, price)
                    else:
                        heapq.heappushpop(best, price)
                return sorted(best)
            """,
            workload="dearest([(i * 7919) % 10007 for i in range(n)], 10)",
        ),
        # What comes out is used; names are imported.
        Bad(
            """
            from heapq import heappush, heappop

            class Window:
                def __init__(self, size):
                    self.size = size
                    self.kept = []

                def feed(self, values):
                    for value in values:
                        heappush(self.kept, -value)  # API112
                        lost = heappop(self.kept)
                        print(lost)
            """,
            fixed="""
            from heapq import heappush, heappop
            from heapq import heappushpop

            class Window:
                def __init__(self, size):
                    self.size = size
                    self.kept = []

                def feed(self, values):
                    for value in values:
                        lost = heappushpop(self.kept, -value)
                        print(lost)
            """,
        ),
        # The item kept back is no longer the new one.
        Bad(
            """
            from heapq import heappush, heappop

            def closest(points, k):
                heap = []
                for x, y in points:
                    heappush(heap, (-x * x - y * y, x, y))  # API112
                    if len(heap) == k + 1:
                        heappop(heap)
                return heap
            """
        ),
        # Two heaps, and a heap that only grows.
        Good(
            """
            import heapq

            def balance(values, low, high):
                for value in values:
                    heapq.heappush(low, -value)
                    heapq.heappush(high, -heapq.heappop(low))
                    if len(high) > len(low):
                        heapq.heappush(low, -heapq.heappop(high))
            """
        ),
        Good(
            """
            import heapq

            def due(events, now):
                heap = []
                for event in events:
                    heapq.heappush(heap, event)
                    while heap and heap[0] < now:
                        heapq.heappop(heap)
                return heap
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        statement = context.parent(node)
        if len(node.args) != 2 or not isinstance(statement, ast.Expr):
            return
        rest = context.following(statement)
        if not rest or context.resolve(node.func) != "heapq.heappush":
            return
        heap, item = node.args
        after = rest[0]
        if not isinstance(heap, ast.Name | ast.Attribute) or not context.hot_loops(node):
            return
        shown = context.segment(heap)
        function = context.segment(node.func)
        both = function.removesuffix("heappush") + "heappushpop"
        put = f"{both}({shown}, {context.segment(item)})"
        wanted = [AddImport("heapq", "heappushpop")] if function == "heappush" else []
        edits: list[Edit] = []
        if isinstance(after, ast.If):
            if after.orelse or not _pops(sole_statement(after.body), heap, context):
                return
            limit = _limit(after.test, heap)
            if limit is None:
                return
            if isinstance(limit, ast.expr):
                push, bound = context.segment(statement), context.segment(limit)
                new = f"if len({shown}) < {bound}:\n    {push}\nelse:\n    {put}"
                edits = [Edit(statement, remove()), Edit(after, statements(new))]
        elif _pops(after, heap, context):
            new = put
            if isinstance(after, ast.Assign):
                new = f"{context.segment(after.targets[0])} = {put}"
            edits = [Edit(statement, remove()), Edit(after, statements(new))]
        else:
            return
        if function not in ("heappush", "heapq.heappush"):
            edits = []
        yield self.report(node, *edits, *(wanted if edits else []), heap=shown)


def _pops(statement: ast.stmt | None, heap: ast.expr, context: Context) -> bool:
    """Whether all that the statement does is to pop from the heap."""
    match statement:
        case ast.Expr(value=ast.Call() as call):
            pass
        case ast.Assign(targets=[ast.Name()], value=ast.Call() as call):
            pass
        case _:
            return False
    if len(call.args) != 1 or not same(call.args[0], heap):
        return False
    return context.resolve(call.func) == "heapq.heappop"


def _limit(test: ast.expr, heap: ast.expr) -> ast.expr | bool | None:
    """The `k` of `len(heap) > k`; True if the heap is kept as short in another way."""
    match test:
        case ast.Compare(
            left=ast.Call(func=ast.Name("len"), args=[measured]), ops=[op], comparators=[limit]
        ) if same(measured, heap):
            if isinstance(op, ast.Gt) and isinstance(limit, ast.Name | ast.Attribute):
                return limit
            return True if isinstance(op, ast.Gt | ast.GtE | ast.Eq) else None
    return None
