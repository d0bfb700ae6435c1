from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.accumulators import carrying_loops, reads
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.rebinding import rebinding
from effilint.analyzer.patterns import is_constant, method_call, same, walk


class SortAfterAppendInLoop(Rule):
    """A list is sorted again after each item that is added to it.

    Even where sorting a nearly sorted list is quick, it goes through all of it. A heap
    (`heapq`) gives the smallest item, `bisect.insort` puts an item in its place.
    """

    code = "DST202"
    name = "sort-after-append-in-loop"
    message = "All of `{items}` is sorted again for each item added to it in the loop"
    advice = "{advice}"
    gain = Gain("O(n^2)", "O(n log n)", {10: 1.1, 1_000: 7.4, 10_000: 20.0})
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
        # The order is wanted at the end only.
        Bad(
            """
            def ranking(rows):
                ranked = []
                for row in rows:
                    ranked.append((row.points, row.name))
                    ranked = sorted(ranked, reverse=True)  # DST202
                return ranked
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
        # Each pass goes through all items anyway; an item is replaced.
        Good(
            """
            def merged(groups, is_near):
                pending, sizes = list(groups), list(groups)
                while len(pending) > 1:
                    for group in sorted(pending):
                        near = [other for other in pending if is_near(group, other)]
                        if near:
                            break
                    pending.append(near)
                while sizes[0] == sizes[1]:
                    sizes.sort()
                    sizes[1] += 1
                    sizes.append(sizes[0] * sizes[1])
                return pending, sizes
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
        loops = carrying_loops(context, statement, items, _is_sorted_itself)
        if not loops or _is_cut(context, statement, items) or _is_walked(loops[0], items):
            return
        place = context.segment(items)
        is_wanted = any(_is_wanted(context, read, node) for read in reads(items, loops[-1]))
        by_order = f"Use `heapq` for the smallest item, or `bisect.insort` to keep `{place}` sorted"
        once = f"Sort `{place}` once, after the loop"
        yield self.report(node, items=place, advice=by_order if is_wanted else once)


def _is_walked(loop: Loop, items: ast.expr) -> bool:
    """Whether each pass goes through the items in Python too, or replaces one of them."""
    for node in walk(loop):
        if isinstance(node, ast.For | ast.comprehension) and node is not loop:
            if any(same(part, items) for part in walk(node.iter)):
                return True
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            if same(node.value, items) and not isinstance(node.slice, ast.Slice):
                return True
    return False


def _is_wanted(context: Context, read: ast.expr, sort: ast.Call) -> bool:
    """Whether the list is used in the loop other than to sort it and to add to it."""
    method = context.parent(read)
    if isinstance(method, ast.Attribute) and method.attr in ("append", "sort"):
        return False
    return not (method is sort and rebinding(context.statement(sort)) is not None)


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
