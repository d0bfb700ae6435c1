from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.patterns import constant_int, names_in, same, targets_of

_AGGREGATES = frozenset("sum min max any all len sorted set math.prod math.fsum".split())


class LeaveOneOutSlices(Rule):
    """All items but one are copied together for each item, to look at them once.

    For a sum, take the item away from the total; for other questions, keep what is known of the
    items before and of those after each place.
    """

    code = "DST403"
    name = "leave-one-out-slices"
    message = "All items of `{sequence}` but one are copied together in every pass"
    advice = "{advice}"
    gain = Gain("O(n^2)", "O(n)", {10: 4.3, 1_000: 190.0, 5_000: 870.0})
    examples = (
        Bad(
            """
            def balanced(values):
                for i in range(len(values)):
                    if sum(values[:i] + values[i + 1 :]) == values[i]:  # DST403
                        return i
                return -1
            """,
            fixed="""
            def balanced(values):
                total = sum(values)
                for i in range(len(values)):
                    if total - values[i] == values[i]:
                        return i
                return -1
            """,
            workload="balanced([3] * n)",
        ),
        Bad(
            """
            import math

            def products(numbers):
                return [
                    math.prod(numbers[:i] + numbers[i + 1 :])  # DST403
                    for i, _ in enumerate(numbers)
                ]
            """
        ),
        Bad(
            """
            def unique(self, names):
                found = []
                for i, name in enumerate(self.names):
                    others = self.names[:i] + self.names[i + 1 :]  # DST403
                    if name not in others:
                        found.append(name)
                return found
            """
        ),
        Bad(
            """
            def distances(points):
                i = 0
                while i < len(points):
                    print(points[i] - max(points[0:i] + points[i + 1 :]))  # DST403
                    i += 1
            """
        ),
        # Added up in a loop.
        Bad(
            """
            def products(factors):
                found = []
                for i in range(len(factors)):
                    product = 1
                    for factor in factors[:i] + factors[i + 1 :]:  # DST403
                        product *= factor
                    found.append(product)
                return found
            """
        ),
        # The inner loop costs more than the copy.
        Good(
            """
            def independent(factors):
                for i, factor in enumerate(factors):
                    for other in factors[:i] + factors[i + 1 :]:
                        if other.divides(factor):
                            return False
                return True
            """
        ),
        # The shorter list is what is wanted: permutations.
        Good(
            """
            def permutations(items):
                if not items:
                    yield []
                for i in range(len(items)):
                    for rest in permutations(items[:i] + items[i + 1 :]):
                        yield [items[i], *rest]
            """
        ),
        # Kept.
        Good(
            """
            def folds(samples):
                found = []
                for i in range(len(samples)):
                    train = samples[:i] + samples[i + 1 :]
                    found.append(train)
                return found
            """
        ),
        # Once.
        Good(
            """
            def others(values, i):
                return sum(values[:i] + values[i + 1 :])
            """
        ),
    )

    def visit_BinOp(self, node: ast.BinOp, context: Context) -> Iterator[Finding]:
        parts = _all_but_one(node)
        if parts is None:
            return
        sequence, place = parts
        loops = context.hot_loops(node)
        if not loops or not any(_sets(loop, place) for loop in loops):
            return
        use = _use(node, context)
        if use is None or not context.is_invariant(sequence, _region(loops[0], context)):
            return
        name = context.segment(sequence)
        advice = _ADVICE.get(use, _ADVICE["other"]).format(sequence=name)
        yield self.report(node, sequence=name, advice=advice)


_ADVICE = {
    "sum": "Subtract the item from the sum of `{sequence}`, taken once",
    "in": "Count the items of `{sequence}` once, in a `Counter`",
    "other": "Keep what is known of the items before and after each place",
}


def _all_but_one(node: ast.BinOp) -> tuple[ast.expr, str] | None:
    """Sequence and index, if the node is `a[:i] + a[i + 1:]`."""
    match node:
        case ast.BinOp(
            left=ast.Subscript(
                value=sequence, slice=ast.Slice(lower=lower, upper=ast.Name(id=place), step=None)
            ),
            op=ast.Add(),
            right=ast.Subscript(
                value=other,
                slice=ast.Slice(
                    lower=ast.BinOp(
                        left=ast.Name(id=again), op=ast.Add(), right=ast.Constant(value=1)
                    ),
                    upper=None,
                    step=None,
                ),
            ),
        ) if place == again and same(sequence, other) and constant_int(lower) in (0, None):
            return (sequence, place) if lower is None or constant_int(lower) == 0 else None
    return None


def _sets(loop: Loop, name: str) -> bool:
    if isinstance(loop, ast.While):
        return any(
            isinstance(node, ast.AugAssign) and name in names_in(node.target) for node in loop.body
        )
    return name in targets_of(loop)


def _region(loop: Loop, context: Context) -> ast.AST:
    parent = context.parent(loop)
    return parent if isinstance(loop, ast.comprehension) and parent is not None else loop


def _use(node: ast.expr, context: Context) -> str | None:
    """What the joined slices are for, where it is only to look at their items once."""
    parent = context.parent(node)
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        uses = context.uses(parent.targets[0])
        found = {_looks_at(use, context) for use in uses}
        return found.pop() if len(found) == 1 and len(uses) == 1 else None
    return _looks_at(node, context)


def _looks_at(node: ast.expr, context: Context) -> str | None:
    parent = context.parent(node)
    match parent:
        case ast.Call(func=function, args=[first, *_]) if first is node:
            name = context.resolve(function)
            return name if name in _AGGREGATES else None
        case ast.For(iter=iterable, body=[ast.AugAssign(target=ast.Name(), value=ast.Name())]):
            return "other" if iterable is node else None
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[container]):
            return "in" if container is node else None
    return None
