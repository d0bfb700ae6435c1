from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    Bad,
    Context,
    Finding,
    Gain,
    Good,
    Rule,
)
from effilint.analyzer.facts.accumulators import carrying_loops
from effilint.analyzer.facts.call_chains import outlives_recursion
from effilint.analyzer.facts.conversions import as_deque
from effilint.analyzer.facts.lists import drains_few, is_first, may_be_long
from effilint.analyzer.facts.queues import has_few, is_gone_through, is_window, needs_list
from effilint.analyzer.facts.rebinding import is_concatenation
from effilint.analyzer.patterns import is_constant, method_call, same, sole_statement, walk


class ListAsQueue(Rule):
    """Items are taken from the front of a list again and again.

    Each time all the others move up one place; a `deque` gives its first item at once. The fix
    is offered for a local list all of whose uses a deque allows.
    """

    code = "DST102"
    name = "list-as-queue"
    message = "Taking the first item of the list `{queue}` moves all the others"
    advice = "Make `{queue}` a `collections.deque` and use `popleft()`"
    gain = Gain("O(n^2)", "O(n)", {10: 1.2, 1_000: 2.5, 100_000: 130.0})
    calls = frozenset({"pop"})
    examples = (
        Bad(
            """
            def drain(items):
                queue = list(items)
                total = 0
                while queue:
                    total += queue.pop(0)  # DST102
                return total
            """,
            fixed="""
            from collections import deque


            def drain(items):
                queue = deque(items)
                total = 0
                while queue:
                    total += queue.popleft()
                return total
            """,
            workload="drain(range(n))",
        ),
        Bad(
            """
            from collections import deque


            def reachable(graph, start):
                seen = {start}
                queue = [start]
                while len(queue) > 0:
                    node = queue[0]
                    del queue[0]  # DST102
                    for other in graph[node]:
                        if other not in seen:
                            seen.add(other)
                            queue.append(other)
                return seen
            """,
            fixed="""
            from collections import deque


            def reachable(graph, start):
                seen = {start}
                queue = deque([start])
                while len(queue) > 0:
                    node = queue[0]
                    queue.popleft()
                    for other in graph[node]:
                        if other not in seen:
                            seen.add(other)
                            queue.append(other)
                return seen
            """,
        ),
        Bad(
            """
            class Worker:
                def __init__(self):
                    self.jobs = []

                def submit(self, job):
                    self.jobs.append(job)

                def run(self):
                    while self.jobs:
                        job = self.jobs.pop(0)  # DST102
                        job()
            """
        ),
        Bad(
            """
            def merge(left: list[int], right: list[int]) -> list[int]:
                merged = []
                while left and right:
                    if left[0] <= right[0]:
                        merged.append(left.pop(0))  # DST102
                    else:
                        merged.append(right.pop(0))  # DST102
                return merged + left + right
            """
        ),
        # The list is made by another class.
        Bad(
            """
            class Base:
                def __init__(self):
                    self.todo = []

                def put(self, job):
                    self.todo.append(job)

            class Worker(Base):
                def run(self):
                    while self.todo:
                        self.todo.pop(0)()  # DST102
            """
        ),
        # Each call of the recursion takes one.
        Bad(
            """
            class Node:
                def __init__(self, value, left, right):
                    self.value, self.left, self.right = value, left, right

            def parse(text: str):
                words = text.split(",")

                def build():
                    word = words.pop(0)  # DST102
                    if word == "-":
                        return None
                    return Node(word, build(), build())

                return build()
            """,
            fixed="""
            from collections import deque


            class Node:
                def __init__(self, value, left, right):
                    self.value, self.left, self.right = value, left, right

            def parse(text: str):
                words = deque(text.split(","))

                def build():
                    word = words.popleft()
                    if word == "-":
                        return None
                    return Node(word, build(), build())

                return build()
            """,
        ),
        # Cuts off the beginning: a slice would do.
        Good(
            """
            def trimmed(path):
                lines = list(open(path))
                while lines and not lines[0].strip():
                    lines.pop(0)
                return lines
            """
        ),
        # Each call gets another list.
        Good(
            """
            def build(values: list[int]):
                if not values:
                    return None
                first = values.pop(0)
                smaller = [value for value in values if value < first]
                return first, build(smaller)
            """
        ),
        # Takes from the end.
        Good(
            """
            def drain(items):
                stack = list(items)
                while stack:
                    stack.pop()
            """
        ),
        # Once only, and a list that starts afresh in every pass.
        Good(
            """
            def headers(files):
                for file in files:
                    lines = file.readlines()
                    lines.pop(0)
                    yield lines
            """
        ),
        # Few arguments.
        Good(
            """
            import sys

            def options():
                arguments = sys.argv[1:]
                while arguments:
                    yield arguments.pop(0)
            """
        ),
        # Three rows are kept; the grouping is two numbers if it is none given.
        Good(
            """
            def smoothed(rows):
                last = []
                for row in rows:
                    last.append(row)
                    if len(last) > 3:
                        last.pop(0)
                    yield last[0]

            def grouped(digits, grouping):
                sizes = [3, 0]
                if grouping:
                    sizes = list(grouping)
                for place, digit in enumerate(digits):
                    if place % 3 == 0 and sizes:
                        size = sizes.pop(0)
                    yield size, digit
            """
        ),
        # A deque has no `sort` and no slices, and finds its middle slowly.
        Good(
            """
            class Marks:
                places: list[int] = []

                def read(self, texts):
                    self.places.extend(len(text) for text in texts)
                    self.places.sort()

                def up_to(self, end):
                    while self.places and self.places[0] <= end:
                        yield self.places.pop(0)

            def prefixes(words):
                words = list(words)
                while words:
                    yield words[:3]
                    del words[0]
            """
        ),
        Good(
            """
            from bisect import insort

            def newest(jobs, count):
                times = []
                for job in jobs:
                    insort(times, job.time)
                    if len(times) > count:
                        del times[0]
                return times
            """
        ),
        # Each pass goes through the others anyway.
        Good(
            """
            def overlapping(paths):
                left = list(paths)
                while left:
                    path = left.pop(0)
                    for other in left:
                        if other.startswith(path):
                            return path, other
            """
        ),
        # Takes a key out of a dict.
        Good(
            """
            def drain(table: dict[int, str]):
                while table:
                    table.pop(0)
            """
        ),
        # A queue by priority: a heap does both, and a deque cannot be sorted.
        Good(
            """
            def merged(weights):
                heap = list(weights)
                while len(heap) > 1:
                    heap.sort()
                    heap.append(heap.pop(0) + heap.pop(0))
                return heap
            """
        ),
        # Numba compiles it, and knows no deque.
        Good(
            """
            import numba

            @numba.njit(cache=True)
            def smallest(starts, values):
                queue = []
                for i, start in enumerate(starts):
                    queue.append(i)
                    while queue[0] < start:
                        queue.pop(0)
                    values[i] = queue[0]
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if len(node.args) == 1 and is_constant(node.args[0], 0):
            receiver = method_call(node, "pop")
            assert receiver is not None or isinstance(node.func, ast.Name)
            yield from self._found(node, receiver, context)

    def visit_Delete(self, node: ast.Delete, context: Context) -> Iterator[Finding]:
        match node.targets:
            case [ast.Subscript(value=queue, slice=place)] if is_constant(place, 0):
                yield from self._found(node, queue, context)

    def _found(
        self, node: ast.expr | ast.stmt, queue: ast.expr | None, context: Context
    ) -> Iterator[Finding]:
        if not isinstance(queue, ast.Name | ast.Attribute):
            return
        if not context.hot_loops(node):
            yield from self._in_recursion(node, queue, context)
            return
        kind = context.type_of(queue)
        if (kind.is_known and kind.name != "list") or not may_be_long(context, queue):
            return
        statement = context.statement(node)
        loops = carrying_loops(context, statement, queue, is_concatenation)
        if not loops or drains_few(context, loops[0]):
            return
        if needs_list(context, queue, loops[-1]) or is_gone_through(context, queue, loops[0]):
            return
        if is_window(context, node, queue) or has_few(context, queue):
            return
        if isinstance(loops[0], ast.For | ast.While) and len(loops) == 1:
            is_dropped = node is statement or isinstance(statement, ast.Expr)
            if is_dropped and sole_statement(loops[0].body) is statement:
                if node is statement or context.parent(node) is statement:
                    return
        if not is_first(node, loops[-1], lambda other: _takes_first(other, queue)):
            return
        sorted_ = (method_call(inner, "sort") for inner in walk(loops[-1]))
        if any(owner is not None and same(owner, queue) for owner in sorted_):
            return  # DST202, and a deque cannot be sorted
        if context.inferred_type(queue).name != "list":
            return
        symbol = context.symbol(queue)
        edits = as_deque(context, symbol) if symbol else []
        yield self.report(node, *edits, queue=context.segment(queue))

    def _in_recursion(
        self, node: ast.expr | ast.stmt, queue: ast.expr, context: Context
    ) -> Iterator[Finding]:
        """Every call of a recursive function takes one item from the same list."""
        function = context.function(node)
        if function is None or not isinstance(queue, ast.Name):
            return
        if not outlives_recursion(context, node, queue) or context.type_of(queue).name != "list":
            return
        if needs_list(context, queue, function):
            return
        symbol = context.symbol(queue)
        if symbol is None or not (may_be_long(context, queue) or _is_text_cut(context, queue)):
            return
        if is_first(node, function, lambda other: _takes_first(other, queue)):
            yield self.report(node, *as_deque(context, symbol), queue=context.segment(queue))


def _is_text_cut(context: Context, queue: ast.expr) -> bool:
    """Whether the list is a text cut at separators, which may be a whole tree written down."""
    match context.sole_value(queue):
        case ast.Call(func=ast.Attribute(attr="split")):
            return True
    return False


def _takes_first(node: ast.AST, queue: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr="pop"), args=[place]):
            return is_constant(place, 0) and same(value, queue)
        case ast.Delete(targets=[ast.Subscript(value=value, slice=place)]):
            return is_constant(place, 0) and same(value, queue)
    return False
