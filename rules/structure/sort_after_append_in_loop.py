from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.accumulators import carrying_loops
from effilint.analyzer.patterns import is_constant, method_call, same, walk


class SortAfterAppendInLoop(Rule):
    """A list is sorted again after each item that is added to it.

    Even where sorting a nearly sorted list is quick, it goes through all of it. A heap
    (`heapq`) gives the smallest item, `bisect.insort` puts an item in its place.
    """

    code = "DST202"
    name = "sort-after-append-in-loop"
    message = "All of `{items}` is sorted again for each item added to it in the loop"
    advice = "Use `heapq` for the smallest item, or `bisect.insort` to keep `{items}` sorted"
    gain = Gain("O(n^2)", "O(n log n)", {10: 1.0, 1_000: 5.4, 10_000: 20.0})
    calls = frozenset({"sort", "sorted"})
    examples = (
        Bad(
            """
            def running_medians(numbers):
                ordered, medians = [], []
                for number in numbers:
                    ordered.append(number)
                    ordered.sort()  # DST202
                    medians.append(ordered[len(ordered) // 2])
                return medians
            """,
            fixed="""
            from bisect import insort

            def running_medians(numbers):
                ordered, medians = [], []
                for number in numbers:
                    insort(ordered, number)
                    medians.append(ordered[len(ordered) // 2])
                return medians
            """,
            workload="running_medians([(i * 7919) % 10007 for i in range(n)])",
        ),
        Bad(
            """
            def merge_costs(sizes: list[int]) -> int:
                pending = sorted(sizes)
                total = 0
                while len(pending) > 1:
                    cost = pending.pop(0) + pending.pop(0)
                    total += cost
                    pending.append(cost)
                    pending = sorted(pending)  # DST202
                return total
            """
        ),
        Bad(
            """
            class Scheduler:
                def __init__(self, jobs):
                    self.queue = []
                    for job in jobs:
                        if job.ready:
                            self.queue.append(job)
                            self.queue.sort(key=lambda job: job.time)  # DST202
            """
        ),
        Bad(
            """
            def shortest(graph, start):
                frontier = [(0, start)]
                while frontier:
                    frontier.sort()  # DST202
                    cost, node = frontier.pop(0)
                    for other, weight in graph[node]:
                        frontier.append((cost + weight, other))
                return cost
            """
        ),
        # Sorted once.
        Good(
            """
            def ordered(numbers):
                result = []
                for number in numbers:
                    result.append(number)
                result.sort()
                return result
            """
        ),
        # A new list in every pass.
        Good(
            """
            def rows(table):
                for row in table:
                    cells = []
                    cells.append(row.total)
                    cells.sort()
                    yield cells
            """
        ),
        # Sorted only when it has grown enough.
        Good(
            """
            def best(numbers):
                kept = []
                for number in numbers:
                    kept.append(number)
                    if len(kept) > 1000:
                        kept.sort()
                        del kept[100:]
                return kept
            """
        ),
        # Many items for each sort.
        Good(
            """
            def snapshots(batches):
                ordered = []
                for batch in batches:
                    ordered.extend(batch)
                    ordered.sort()
                    yield list(ordered)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        items = method_call(node, "sort")
        if items is None:
            items = node.args[0] if len(node.args) == 1 else None
        if not isinstance(items, ast.Name | ast.Attribute) or not context.hot_loops(node):
            return
        statement = context.statement(node)
        added = _append_beside(context, statement, items)
        if added is None or context.type_of(items).name != "list":
            return
        if isinstance(node.func, ast.Name) and context.resolve(node.func) != "sorted":
            return
        if not carrying_loops(context, statement, items, _is_sorted_itself):
            return
        if not _is_cut(context, statement, items):
            yield self.report(node, items=context.segment(items))


def _is_sorted_itself(target: ast.expr, value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and bool(value.args) and same(value.args[0], target)


def _append_beside(context: Context, statement: ast.stmt, items: ast.expr) -> ast.AST | None:
    """An `items.append(...)` that comes with each sort, in its block or below it."""
    for other in context.block(statement):
        if other is statement:
            continue
        for node in walk(other):
            receiver = method_call(node, "append")
            if receiver is not None and same(receiver, items):
                return node
    return None


def _is_cut(context: Context, statement: ast.stmt, items: ast.expr) -> bool:
    """Whether the block keeps the list short: `del items[k:]`, `items = items[:k]`."""
    for other in context.block(statement):
        for node in walk(other):
            if isinstance(node, ast.Subscript) and same(node.value, items):
                if isinstance(node.slice, ast.Slice) and not is_constant(node.slice.upper, 0):
                    return True
    return False
