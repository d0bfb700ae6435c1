from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.accumulators import carrying_loops
from effilint.analyzer.facts.lists import may_be_long
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.patterns import method_call, same, walk


class RepeatedMinRemove(Rule):
    """Each pass of a loop searches a collection for its smallest item and takes it out.

    Sorting once gives the items in that order; where items are added meanwhile, a heap does.
    """

    code = "DST208"
    name = "repeated-min-remove"
    message = "Each pass of the loop goes through all of `{items}` to take out the {which} item"
    advice = "Sort `{items}` once, or keep it as a heap (`heapq`) if it grows meanwhile"
    gain = Gain("O(n^2)", "O(n log n)", {10: 2.8, 1_000: 110.0, 3_000: 290.0})
    calls = frozenset({"min", "max"})
    examples = (
        Bad(
            """
            def in_order(numbers):
                rest = list(numbers)
                ordered = []
                while rest:
                    smallest = min(rest)  # DST208
                    ordered.append(smallest)
                    rest.remove(smallest)
                return ordered
            """,
            fixed="""
            def in_order(numbers):
                ordered = sorted(numbers)
                return ordered
            """,
            workload="in_order([(i * 7919) % 10007 for i in range(n)])",
        ),
        Bad(
            """
            def distances(graph, start):
                distance = dict.fromkeys(graph, float("inf"))
                distance[start] = 0
                open_nodes = set(graph)
                while open_nodes:
                    node = min(open_nodes, key=distance.get)  # DST208
                    open_nodes.discard(node)
                    for other, length in graph[node]:
                        distance[other] = min(distance[other], distance[node] + length)
                return distance
            """
        ),
        Bad(
            """
            class Queue:
                def __init__(self):
                    self.jobs = []

                def add(self, job):
                    self.jobs.append(job)

                def run(self):
                    for _ in range(len(self.jobs)):
                        self.jobs.pop(self.jobs.index(max(self.jobs)))  # DST208
            """
        ),
        # The nearest one is another in each pass.
        Good(
            """
            def tour(points, distance):
                rest = set(points)
                here = rest.pop()
                while rest:
                    near = distance[here]
                    here = min(rest, key=lambda point: near[point])
                    rest.remove(here)
                    yield here
            """
        ),
        # Each pass goes through all of them anyway.
        Good(
            """
            def numbering(nodes, links):
                rest = list(nodes)
                weight = dict.fromkeys(nodes, 0)
                while rest:
                    node = max(rest, key=weight.get)
                    rest.remove(node)
                    for other in rest:
                        if links.joins(node, other):
                            weight[other] += 1
                    yield node
            """
        ),
        # Taken out once.
        Good(
            """
            def without_outlier(numbers: list[float]) -> list[float]:
                numbers.remove(max(numbers))
                return numbers
            """
        ),
        # A new collection in each pass.
        Good(
            """
            def trimmed(rows):
                for row in rows:
                    marks = list(row)
                    marks.remove(min(marks))
                    yield sum(marks)
            """
        ),
        # Nothing is taken out.
        Good(
            """
            def lows(rows: list[list[int]], kept: list[int]):
                for row in rows:
                    low = min(row)
                    kept.remove(low)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if len(node.args) != 1 or not isinstance(node.args[0], ast.Name | ast.Attribute):
            return
        items, loops = node.args[0], context.hot_loops(node)
        if not loops or isinstance(loops[0], ast.comprehension):
            return
        if not _is_taken_out(context, node, items, loops[0]):
            return
        if _asks_differently(context, node, loops[0]) or _is_walked(loops[0], items):
            return
        kind = context.type_of(items)
        if kind.name != "set" and (kind.name != "list" or not may_be_long(context, items)):
            return
        if context.resolve(node.func) not in ("min", "max"):
            return
        if not carrying_loops(context, context.statement(node), items, lambda *_: False):
            return
        which = "smallest" if context.resolve(node.func) == "min" else "largest"
        yield self.report(node, items=context.segment(items), which=which)


def _is_walked(loop: Loop, items: ast.expr) -> bool:
    """Whether each pass has a loop over the items of its own, in Python."""
    return any(
        isinstance(node, ast.For | ast.comprehension)
        and node is not loop
        and same(node.iter, items)
        for node in walk(loop)
    )


def _asks_differently(context: Context, call: ast.Call, loop: ast.AST) -> bool:
    """Whether each pass has another key function, so that no order serves them all."""
    return any(
        context.inside(binding.node, loop) and not context.inside(binding.node, call)
        for keyword in call.keywords
        for name in walk(keyword.value)
        if isinstance(name, ast.Name)
        for binding in context.bindings(name)
    )


def _is_taken_out(context: Context, found: ast.Call, items: ast.expr, loop: ast.AST) -> bool:
    """Whether the loop removes the item that `found` returns."""
    parent = context.parent(found)
    name = parent.targets[0] if isinstance(parent, ast.Assign) else None
    for node in walk(loop):
        receiver = method_call(node, "remove", "discard", "pop")
        if receiver is None and isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Del):
            receiver = node.value
        if receiver is None or not same(receiver, items):
            continue
        for inner in walk(node):
            if inner is found or (name is not None and same(inner, name)):
                return True
    return False
