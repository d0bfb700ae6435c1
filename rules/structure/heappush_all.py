from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Tier
from effilint.analyzer.patterns import is_empty_container, is_name, same, sole_statement, walk


class HeappushAll(Rule):
    """An empty heap is filled item by item from a loop that takes nothing out.

    Each `heappush` looks for the item's place; `heapify` of the whole list does it in linear
    time, and items come out in the same order.
    """

    code = "DST207"
    name = "heappush-all"
    message = "The empty heap `{heap}` is filled by one `heappush` after another"
    advice = "Collect the items in a list and call `heapq.heapify({heap})` once"
    gain = Gain("O(n log n)", "O(n)", {10: 1.1, 1_000: 1.8, 100_000: 2.0}, tier=Tier.CONSTANT)
    confidence = 0.85  # right in all that was read, which is little
    calls = frozenset({"heappush"})
    examples = (
        Bad(
            """
            import heapq

            def smallest(numbers, count):
                heap = []
                for number in numbers:
                    heapq.heappush(heap, -number)  # DST207
                return [-heapq.heappop(heap) for _ in range(min(count, len(heap)))]
            """,
            fixed="""
            import heapq

            def smallest(numbers, count):
                heap = [-number for number in numbers]
                heapq.heapify(heap)
                return [-heapq.heappop(heap) for _ in range(min(count, len(heap)))]
            """,
            workload="smallest([*range(0, n, 2), *range(1, n, 2)], 3)",
        ),
        Bad(
            """
            from heapq import heappop, heappush

            def merged(words: list[str]):
                counts = {word: words.count(word) for word in words}
                heap = []
                total = 0
                for word, count in counts.items():
                    heappush(heap, (count, word))  # DST207
                while len(heap) > 1:
                    first, second = heappop(heap), heappop(heap)
                    total += first[0] + second[0]
                    heappush(heap, (first[0] + second[0], first[1]))
                return total
            """
        ),
        # Taken from meanwhile; kept short; not empty; a few.
        Good(
            """
            import heapq

            def largest(numbers, count, start: list[int]):
                heap, few = [], []
                for number in numbers:
                    heapq.heappush(heap, number)
                    if len(heap) > count:
                        heapq.heappop(heap)
                for number in (3, 1, 2):
                    heapq.heappush(few, number)
                for number in numbers:
                    heapq.heappush(start, number)
                return heap, few
            """
        ),
        # Some of the items are there when the loop begins.
        Good(
            """
            import heapq

            def fill(numbers, others):
                heap = []
                heapq.heappush(heap, 0)
                for number in numbers:
                    heapq.heappush(heap, number)
                return heap
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if len(node.args) != 2 or not isinstance(node.args[0], ast.Name):
            return
        heap, statement = node.args[0], context.parent(node)
        if not isinstance(statement, ast.Expr):
            return
        loop = _filling_loop(context, statement)
        if loop is None or not context.hot_loops(node):
            return
        if context.resolve(node.func) != "heapq.heappush":
            return
        if sum(same(inner, heap) for inner in walk(loop)) != 1 or _leaves(loop):
            return
        if _is_empty_before(context, heap, loop):
            yield self.report(node, heap=heap.id)


def _filling_loop(context: Context, statement: ast.stmt) -> ast.For | None:
    """The outermost `for` that does nothing but this, for each item or for chosen ones."""
    found: ast.For | None = None
    current: ast.stmt = statement
    while True:
        parent = context.parent(current)
        match parent:
            case ast.For(body=body, orelse=[]) if sole_statement(body) is current:
                found = parent
            case ast.If(body=body, orelse=[]) if sole_statement(body) is current:
                pass
            case _:
                return found
        assert isinstance(parent, ast.stmt)
        current = parent


def _leaves(loop: ast.For) -> bool:
    return any(isinstance(n, ast.Yield | ast.YieldFrom | ast.Await) for n in walk(loop))


def _is_empty_before(context: Context, heap: ast.Name, loop: ast.For) -> bool:
    """Whether the block makes the heap empty above the loop and leaves it alone in between."""
    block = context.block(loop)
    for other in reversed(block[: block.index(loop)]):
        match other:
            case (
                ast.Assign(targets=[ast.Name() as target], value=value)
                | ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value)
            ) if is_name(target, heap.id):
                return is_empty_container(value)
            case ast.Assign(targets=[ast.Tuple(elts=places)], value=ast.Tuple(elts=values)):
                pairs = list(zip(places, values, strict=False))
                starts = [value for place, value in pairs if is_name(place, heap.id)]
                if starts:
                    return len(places) == len(values) and is_empty_container(starts[0])
        if any(isinstance(inner, ast.Name) and inner.id == heap.id for inner in walk(other)):
            return False
    return False
