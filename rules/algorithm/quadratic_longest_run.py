from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.triangles import triangle
from effilint.analyzer.patterns import constant_int, is_name, names_in, same, walk

_ORDER = ast.Lt | ast.LtE | ast.Gt | ast.GtE


class QuadraticLongestRun(Rule):
    """The longest rising subsequence is built by looking back at every earlier item.

    It is enough to know the smallest item that a subsequence of each length ends with. These
    stand in order, so that `bisect` finds the place of each new item.
    """

    code = "ALG508"
    name = "quadratic-longest-run"
    message = "`{lengths}` is worked out from all earlier items for each item of `{items}`"
    advice = "Keep the best last item for each length, and find each item's place with `bisect`"
    gain = Gain("O(n^2)", "O(n log n)", {10: 2.9, 300: 67.0, 3_000: 660.0})
    examples = (
        Bad(
            """
            def longest_rise(values):
                lengths = [1] * len(values)
                for i in range(len(values)):
                    for j in range(i):
                        if values[j] < values[i]:  # ALG508
                            lengths[i] = max(lengths[i], lengths[j] + 1)
                return max(lengths, default=0)
            """,
            fixed="""
            from bisect import bisect_left


            def longest_rise(values):
                last = []
                for value in values:
                    place = bisect_left(last, value)
                    last[place : place + 1] = [value]
                return len(last)
            """,
            workload="longest_rise([(i * 7919) % 1013 for i in range(n)])",
        ),
        # Backwards, and with a comparison of the lengths.
        Bad(
            """
            def longest_fall(self):
                n = len(self.prices)
                best = [1] * n
                for i in range(n - 1, -1, -1):
                    for j in range(i + 1, n):
                        if self.prices[i] > self.prices[j] and best[j] + 1 > best[i]:  # ALG508
                            best[i] = 1 + best[j]
                return max(best)
            """
        ),
        # The weights differ.
        Good(
            """
            def heaviest(values):
                weights = list(values)
                for i in range(len(values)):
                    for j in range(i):
                        if values[j] < values[i]:
                            weights[i] = max(weights[i], weights[j] + values[i])
                return max(weights)
            """
        ),
        # The order is of two kinds.
        Good(
            """
            def nested(boxes):
                depth = [1] * len(boxes)
                for i in range(len(boxes)):
                    for j in range(i):
                        if boxes[j].width < boxes[i].width and boxes[j].height < boxes[i].height:
                            depth[i] = max(depth[i], depth[j] + 1)
                return max(depth)
            """
        ),
        # How they come about is kept too.
        Good(
            """
            def chain(values):
                lengths, before = [1] * len(values), [None] * len(values)
                for i in range(len(values)):
                    for j in range(i):
                        if values[j] < values[i] and lengths[j] + 1 > lengths[i]:
                            lengths[i] = lengths[j] + 1
                            before[i] = j
                return before
            """
        ),
    )

    def visit_If(self, node: ast.If, context: Context) -> Iterator[Finding]:
        match node:
            case ast.If(test=test, body=[ast.Assign() as update], orelse=[]):
                pass
            case _:
                return
        tests = test.values if isinstance(test, ast.BoolOp) else [test]
        if len(tests) > 2 or (isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or)):
            return
        parts = _update(update, tests[1:])
        if parts is None or not isinstance(tests[0], ast.Compare):
            return
        pair = triangle(node, context)
        if pair is None or pair.is_whole or not isinstance(pair.inner, ast.For | ast.While):
            return
        lengths, i, j = parts
        if {i} != pair.outer_names or {j} != pair.inner_names or pair.inner.body != [node]:
            return
        items = _ordered(tests[0], i, j)
        if items is None or same(items, lengths) or not context.is_invariant(items, pair.outer):
            return
        yield self.report(tests[0], lengths=context.segment(lengths), items=context.segment(items))


def _update(update: ast.Assign, more: list[ast.expr]) -> tuple[ast.expr, str, str] | None:
    """The lengths and both positions of `lengths[i] = max(lengths[i], lengths[j] + 1)`."""
    match update:
        case ast.Assign(
            targets=[ast.Subscript(value=lengths, slice=ast.Name(id=i)) as target], value=value
        ):
            pass
        case _:
            return None
    match value:
        case ast.Call(func=ast.Name("max"), args=[one, other]) if not more:
            longer = other if same(one, target) else one
            if not same(one if longer is other else other, target):
                return None
        case ast.BinOp() if len(more) == 1 and _is_longer(more[0], value, target):
            longer = value
        case _:
            return None
    match longer:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            for before, one in ((left, right), (right, left)):
                if constant_int(one) == 1 and isinstance(before, ast.Subscript):
                    is_same = same(before.value, lengths) and isinstance(before.slice, ast.Name)
                    return (lengths, i, before.slice.id) if is_same else None  # type: ignore[attr-defined]
    return None


def _is_longer(test: ast.expr, value: ast.expr, target: ast.expr) -> bool:
    """Whether it is `lengths[j] + 1 > lengths[i]`, or `lengths[j] >= lengths[i]`."""
    match test:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if isinstance(op, _ORDER):
            more, less = (left, right) if isinstance(op, ast.Gt | ast.GtE) else (right, left)
            reads = {n.id for n in walk(value) if isinstance(n, ast.Name)}
            return same(less, target) and names_in(more) <= reads
    return False


def _ordered(test: ast.Compare, i: str, j: str) -> ast.expr | None:
    """The sequence of which the items at both positions are compared."""
    match test:
        case ast.Compare(
            left=ast.Subscript(value=one, slice=first),
            ops=[op],
            comparators=[ast.Subscript(value=other, slice=second)],
        ) if isinstance(op, _ORDER) and same(one, other):
            for a, b in ((i, j), (j, i)):
                if is_name(first, a) and is_name(second, b):
                    return one if isinstance(one, ast.Name | ast.Attribute) else None
    return None
