from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.counting import counting
from effilint.analyzer.patterns import names_in, range_bounds, same, walk

_PLAIN_CALLS = ("max", "min", "abs", "len")


class ContiguousRangeQuadratic(Rule):
    """The sum of every contiguous range is built up anew from each start.

    One pass with Kadane's algorithm gives the largest sum; prefix sums in a dict give the ranges
    with a certain sum or remainder.
    """

    code = "ALG107"
    name = "contiguous-range-quadratic"
    message = "The sums of all contiguous ranges of `{items}` are tried one after the other"
    advice = (
        "Go through it once: Kadane's algorithm for the best sum, a dict (or sorted list) of "
        "prefix sums for a given one"
    )
    gain = Gain("O(n^2)", "O(n)", {10: 3.0, 300: 71.0, 2_000: 480.0})
    examples = (
        Bad(
            """
            def largest_sum(numbers):
                best = numbers[0]
                for i in range(len(numbers)):
                    total = 0
                    for j in range(i, len(numbers)):
                        total += numbers[j]  # ALG107
                        best = max(best, total)
                return best
            """,
            fixed="""
            def largest_sum(numbers):
                best = total = numbers[0]
                for number in numbers[1:]:
                    total = max(number, total + number)
                    best = max(best, total)
                return best
            """,
            workload="largest_sum([(i * 7919) % 101 - 50 for i in range(n)])",
        ),
        # The sum of each slice, which makes it cubic.
        Bad(
            """
            def ranges(numbers, goal):
                count = 0
                for start in range(len(numbers)):
                    for end in range(start + 1, len(numbers) + 1):
                        if sum(numbers[start:end]) == goal:  # ALG107
                            count += 1
                return count
            """
        ),
        # In one expression.
        Bad(
            """
            def best(self):
                days = len(self.profits)
                return max(
                    sum(self.profits[i:j])  # ALG107
                    for i in range(days)
                    for j in range(i + 1, days + 1)
                )
            """
        ),
        # Values instead of indices, an early return, another spelling.
        Bad(
            """
            def has_multiple(numbers, k):
                for i, first in enumerate(numbers):
                    total = first
                    for number in numbers[i + 1 :]:
                        total = total + number  # ALG107
                        if total % k == 0:
                            return True
                return False
            """
        ),
        # Backwards, and in a while loop.
        Bad(
            """
            def count(self, goal):
                found = 0
                for end in range(len(self.steps)):
                    total = 0
                    start = end
                    while start >= 0:
                        total += self.steps[start]  # ALG107
                        if total == goal:
                            found += 1
                        start -= 1
                return found
            """
        ),
        # Each range is put to other work.
        Good(
            """
            def cheapest(weights, cost):
                best = [0] * (len(weights) + 1)
                for i in range(len(weights)):
                    load = 0
                    for j in range(i, len(weights)):
                        load += weights[j]
                        best[j + 1] = min(best[j + 1], best[i] + cost(load))
                return best
            """
        ),
        # A window of fixed size.
        Good(
            """
            def windows(numbers, best):
                for i in range(len(numbers)):
                    total = 0
                    for j in range(i, i + 3):
                        total += numbers[j]
                        best = max(best, total)
                return best
            """
        ),
        # The rows are different.
        Good(
            """
            def best_row(rows, best):
                for row in rows:
                    total = 0
                    for cell in row:
                        total += cell
                        best = max(best, total)
                return best
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        """The outer loop: an accumulator is set, then a loop adds up from the outer index on."""
        for place, inner in enumerate(node.body):
            if not isinstance(inner, ast.For | ast.While) or not place:
                continue
            items = _accumulated(inner, node, context)
            if items is not None:
                yield self.report(items[0], items=context.segment(items[1]))

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node.args:
            case [ast.Subscript(value=items, slice=ast.Slice(lower=low, upper=high, step=None))]:
                pass
            case _:
                return
        if low is None or high is None or context.resolve(node.func) != "sum":
            return
        loops = context.hot_loops(node)
        if len(loops) < 2 or any(context.trip_count(loop) is not None for loop in loops[:2]):
            return
        inner, outer = (_variables(loop, context) for loop in loops[:2])
        if not inner & names_in(high) or not outer & names_in(low) or inner & names_in(low):
            return
        if _starts_at(loops[0], outer) and context.is_invariant(items, loops[1]):
            yield self.report(node, items=context.segment(items))

    calls = frozenset({"sum"})


def _variables(loop: ast.AST, context: Context) -> set[str]:
    if isinstance(loop, ast.For | ast.comprehension):
        return names_in(loop.target)
    run = counting(loop, context) if isinstance(loop, ast.While) else None
    return {run.variable.id} if run else set()


def _starts_at(inner: ast.AST, outer: set[str]) -> bool:
    """Whether the inner loop runs over what comes after the outer one's position."""
    if not isinstance(inner, ast.For | ast.comprehension):
        return False
    bounds = range_bounds(inner.iter)
    if bounds is not None:
        return bool(names_in(bounds[0]) & outer) and not names_in(bounds[1]) & outer
    match inner.iter:
        case ast.Subscript(slice=ast.Slice(lower=ast.expr() as low, upper=None)):
            return bool(names_in(low) & outer)
    return False


def _accumulated(
    inner: ast.For | ast.While, outer: ast.For, context: Context
) -> tuple[ast.stmt, ast.expr] | None:
    """The adding statement and the sequence, if the loop adds up items and tries each sum."""
    run = counting(inner, context)
    if run is not None:
        starts, body, index = (
            bool(names_in(run.start) & names_in(outer.target)),
            run.body,
            run.variable,
        )
    elif isinstance(inner, ast.For):
        starts = _starts_at(inner, names_in(outer.target))
        body, index = tuple(inner.body), None
    else:
        return None
    if not starts or inner.orelse or len(body) < 2:
        return None
    added = _added(body[0])
    if added is None or not _is_set_before(added[0], inner, outer):
        return None
    items = _items(added[1], index, inner)
    if items is None or not context.is_invariant(items, outer):
        return None
    if not all(_tries(statement, added[0].id, context) for statement in body[1:]):
        return None
    return (body[0], items) if context.hot_loops(outer.body[0]) else None


def _added(statement: ast.stmt) -> tuple[ast.Name, ast.expr] | None:
    match statement:
        case ast.AugAssign(target=ast.Name() as total, op=op, value=term):
            return (total, term) if isinstance(op, ast.Add | ast.BitXor | ast.Sub) else None
        case ast.Assign(
            targets=[ast.Name() as total], value=ast.BinOp(left, ast.Add() | ast.BitXor(), right)
        ):
            if same(left, total):
                return total, right
            return (total, left) if same(right, total) else None
    return None


def _items(term: ast.expr, index: ast.Name | None, inner: ast.For | ast.While) -> ast.expr | None:
    """The sequence whose item the term is: `xs[j]`, or `x` in `for x in xs[i:]`."""
    if index is not None:
        match term:
            case ast.Subscript(value=items, slice=place) if same(place, index):
                return items
        return None
    match inner:
        case ast.For(target=target, iter=ast.Subscript(value=items)) if same(term, target):
            return items
    return None


def _is_set_before(total: ast.Name, inner: ast.stmt, outer: ast.For) -> bool:
    return any(
        isinstance(statement, ast.Assign) and any(same(t, total) for t in _names(statement))
        for statement in outer.body[: outer.body.index(inner)]
    )


def _names(statement: ast.Assign) -> Iterator[ast.expr]:
    for target in statement.targets:
        yield from target.elts if isinstance(target, ast.Tuple) else [target]


def _tries(statement: ast.stmt, total: str, context: Context) -> bool:
    """Whether the statement does no more than to judge the sum so far."""
    match statement:
        case ast.If():
            if total not in names_in(statement):
                return False
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name("max" | "min"))):
            return name != total and total in names_in(statement.value)
        case ast.AugAssign(target=ast.Name(id=name)):
            return name != total and total in names_in(statement.value)
        case _:
            return False
    return not any(
        isinstance(node, ast.For | ast.While | ast.Yield)
        or (isinstance(node, ast.Call) and context.resolve(node.func) not in _PLAIN_CALLS)
        or (isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store))
        for node in walk(statement)
    )
