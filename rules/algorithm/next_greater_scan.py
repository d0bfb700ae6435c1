from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.counting import counting
from effilint.analyzer.facts.neighbours import (
    is_item,
    is_step_of,
    position_of,
    scanned,
    starts_late,
    stays,
)
from effilint.analyzer.patterns import walk

_ORDER = ast.Lt | ast.LtE | ast.Gt | ast.GtE
_Loop = ast.For | ast.While


class NextGreaterScan(Rule):
    """From every item a loop goes on to the first later (or earlier) one that is larger or smaller.

    Where items mostly rise, or mostly fall, each search runs to the end. With a stack of the
    items that still wait for theirs, every item is pushed and popped once.
    """

    code = "ALG507"
    name = "next-greater-scan"
    message = "From each item of `{items}` a loop searches the others for the next {kind} one"
    advice = "Keep the items that still wait on a stack; each new item answers those that it beats"
    gain = Gain("O(n^2)", "O(n)", {10: 2.1, 1_000: 190.0, 3_000: 550.0})
    examples = (
        Bad(
            """
            def days_until_warmer(degrees):
                waits = [0] * len(degrees)
                for i in range(len(degrees)):
                    for j in range(i + 1, len(degrees)):
                        if degrees[j] > degrees[i]:  # ALG507
                            waits[i] = j - i
                            break
                return waits
            """,
            fixed="""
            def days_until_warmer(degrees):
                waits = [0] * len(degrees)
                waiting = []
                for j, degree in enumerate(degrees):
                    while waiting and degree > degrees[waiting[-1]]:
                        i = waiting.pop()
                        waits[i] = j - i
                    waiting.append(j)
                return waits
            """,
            workload="days_until_warmer(list(range(n, 0, -1)))",
        ),
        # A while loop that stops, and names for both.
        Bad(
            """
            def next_lower(prices):
                found = []
                for i, price in enumerate(prices):
                    j = i + 1
                    while j < len(prices) and prices[j] >= price:  # ALG507
                        j += 1
                    found.append(j)
                return found
            """
        ),
        # To the left, from an attribute.
        Bad(
            """
            class Skyline:
                def blocked_by(self):
                    blocked = [-1] * len(self.heights)
                    for i in range(len(self.heights)):
                        height = self.heights[i]
                        for j in range(i - 1, -1, -1):
                            if height <= self.heights[j]:  # ALG507
                                blocked[i] = j
                                break
                    return blocked
            """
        ),
        # A slice, and an `else`.
        Bad(
            """
            def following(values):
                found = []
                for i, value in enumerate(values):
                    for other in values[i + 1 :]:
                        if other > value:  # ALG507
                            found.append(other)
                            break
                    else:
                        found.append(None)
                return found
            """
        ),
        # The later ones are picked by a test.
        Bad(
            """
            def discounts(prices):
                off = [0] * len(prices)
                for i in range(len(prices)):
                    for j in range(len(prices)):
                        if j > i and prices[j] <= prices[i]:  # ALG507
                            off[i] = prices[j]
                            break
                return off
            """
        ),
        # In an expression.
        Bad(
            """
            def following(values):
                n = len(values)
                return [
                    next((j for j in range(i + 1, n) if values[j] > values[i]), n)  # ALG507
                    for i in range(n)
                ]
            """
        ),
        # The items that come next in order, however many.
        Good(
            """
            def runs(values):
                i = 0
                while i < len(values):
                    j = i + 1
                    while j < len(values) and values[j] >= values[i]:
                        j += 1
                    yield values[i:j]
                    i = j
            """
        ),
        # All larger ones.
        Good(
            """
            def inversions(values):
                count = 0
                for i in range(len(values)):
                    for j in range(i + 1, len(values)):
                        if values[j] < values[i]:
                            count += 1
                return count
            """
        ),
        # Another condition besides.
        Good(
            """
            def partner(values, colours):
                for i in range(len(values)):
                    for j in range(i + 1, len(values)):
                        if values[j] > values[i] and colours[j] == colours[i]:
                            yield i, j
                            break
            """
        ),
        # The list is put in order.
        Good(
            """
            def insert(values):
                for i in range(1, len(values)):
                    value = values[i]
                    j = i - 1
                    while j >= 0 and values[j] > value:
                        values[j + 1] = values[j]
                        j -= 1
                    values[j + 1] = value
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        match node.body:
            case [ast.If(test=ast.Compare() as test, body=body, orelse=[])]:
                ends = isinstance(body[-1], ast.Break)
            case [
                ast.If(
                    test=ast.BoolOp(op=ast.And(), values=[ast.Compare(), ast.Compare() as test]),
                    body=body,
                    orelse=[],
                )
            ]:
                ends = isinstance(body[-1], ast.Break) and starts_late(node, context)
            case _:
                return
        if ends and not any(isinstance(n, ast.For | ast.While) for s in body for n in walk(s)):
            yield from self._judge(node, test, context, stops=True)

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        match node.test:
            case ast.BoolOp(op=ast.And(), values=[ast.Compare(), ast.Compare() as test]):
                run = counting(node, context)
            case _:
                return
        if run is not None and not run.body and not node.orelse:
            yield from self._judge(node, test, context, stops=False)

    def visit_comprehension(self, node: ast.comprehension, context: Context) -> Iterator[Finding]:
        match node.ifs, context.parent(node):
            case [ast.Compare() as test], ast.GeneratorExp(generators=[_]) as holder:
                call = context.parent(holder)
            case _:
                return
        if isinstance(call, ast.Call) and context.resolve(call.func) == "next":
            yield from self._judge(node, test, context, stops=True)

    def _judge(
        self,
        loop: _Loop | ast.comprehension,
        test: ast.Compare,
        context: Context,
        *,
        stops: bool,
    ) -> Iterator[Finding]:
        around = [outer for outer in context.hot_loops(test) if outer is not loop]
        if not around or isinstance(around[0], ast.AsyncFor) or len(test.ops) != 1:
            return
        outer, op = around[0], test.ops[0]
        if not isinstance(op, _ORDER):
            return
        position = position_of(outer, context)
        if position is None or not is_step_of(loop, outer, context):
            return
        for item, mark in ((test.left, test.comparators[0]), (test.comparators[0], test.left)):
            items = scanned(loop, item, position, context)
            if items is None or not is_item(mark, items, position, outer, context):
                continue
            if not stays(items, position, outer, context):
                return
            is_more = isinstance(op, ast.Gt | ast.GtE) == (item is test.left)
            kind = "larger" if is_more == stops else "smaller"
            yield self.report(test, items=context.segment(items), kind=kind)
            return
