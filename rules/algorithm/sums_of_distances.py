from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.counting import counting
from effilint.analyzer.facts.triangles import Triangle, depends, triangle
from effilint.analyzer.patterns import is_name, same


class SumsOfDistances(Rule):
    """The distances from each place to all the others are added up one by one.

    From one place to the next in order, all on the left get farther and all on the right nearer
    by the same step. So a running count and sum of those passed give each total in one step.
    """

    code = "ALG510"
    name = "sums-of-distances"
    message = "The distances `{distance}` to all others are added up anew for each one"
    advice = (
        "Go through them in order, with the number and the sum of those passed so far: the total "
        "follows from these"
    )
    gain = Gain("O(n^2)", "O(n)", {10: 2.0, 300: 63.0, 3_000: 680.0})
    examples = (
        Bad(
            """
            def walks(boxes):
                found = []
                for i in range(len(boxes)):
                    total = 0
                    for j in range(len(boxes)):
                        if boxes[j]:
                            total += abs(i - j)  # ALG510
                    found.append(total)
                return found
            """,
            fixed="""
            def walks(boxes):
                right = sum(map(bool, boxes))
                total = sum(j for j, box in enumerate(boxes) if box)
                left = 0
                found = []
                for box in boxes:
                    found.append(total)
                    if box:
                        left += 1
                        right -= 1
                    total += left - right
                return found
            """,
            workload="walks([i % 3 == 0 for i in range(n)])",
        ),
        # In one expression.
        Bad(
            """
            def middle(houses: list[int]) -> int:
                return min(sum(abs(a - b) for b in houses) for a in houses)  # ALG510
            """
        ),
        # Straight into a table, and with the pairs themselves left out.
        Bad(
            """
            def walks(boxes):
                found = [0] * len(boxes)
                for i in range(len(boxes)):
                    for j in range(len(boxes)):
                        if i != j and boxes[j] == "1":
                            found[i] += abs(j - i)  # ALG510
                return found
            """
        ),
        # Every distance on its own.
        Good(
            """
            def table(places: list[int]):
                return [[abs(a - b) for b in places] for a in places]
            """
        ),
        # What they are is unknown: perhaps points.
        Good(
            """
            def middle(points):
                return min(sum(abs(a - b) for b in points) for a in points)
            """
        ),
        # Each distance has its own weight.
        Good(
            """
            def cost(flow, n):
                total = 0
                for i in range(n):
                    for j in range(n):
                        total += abs(i - j) * flow[i][j]
                return total
            """
        ),
        # Other people's things.
        Good(
            """
            def spread(groups):
                for i in range(len(groups)):
                    total = 0
                    for j in range(len(groups[i])):
                        total += abs(i - j)
                    yield total
            """
        ),
    )
    calls = frozenset({"abs"})

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node.args:
            case [ast.BinOp(op=ast.Sub(), left=left, right=right)]:
                pass
            case _:
                return
        if context.resolve(node.func) != "abs" or not _is_added(node, context):
            return
        pair = triangle(node, context)
        if pair is None or not pair.is_whole or not _all_count(node, pair, context):
            return
        one, other = depends(left, pair, context), depends(right, pair, context)
        if {one, other} != {(True, False), (False, True)}:
            return
        if all(_is_number(term, pair, context) for term in (left, right)):
            yield self.report(node, distance=context.segment(node))


def _is_added(node: ast.Call, context: Context) -> bool:
    """Whether the distance goes into a sum as it is."""
    parent = context.parent(node)
    match parent:
        case ast.AugAssign(op=ast.Add(), value=value):
            return value is node
        case ast.BinOp(left=left, op=ast.Add()):
            holder = context.parent(parent)
            is_sum = isinstance(holder, ast.Assign) and len(holder.targets) == 1
            return is_sum and same(holder.targets[0], left)  # type: ignore[union-attr]
        case ast.GeneratorExp(elt=elt) | ast.ListComp(elt=elt) if elt is node:
            call = context.parent(parent)
            return isinstance(call, ast.Call) and context.resolve(call.func) == "sum"
    return False


def _all_count(node: ast.Call, pair: Triangle, context: Context) -> bool:
    """Whether only tests of the inner item decide which distances are added."""
    for outer in context.ancestors(node):
        match outer:
            case ast.If(test=test):
                if outer.orelse or not _is_of_inner(test, pair, context):
                    return False
            case ast.GeneratorExp(generators=[clause]) | ast.ListComp(generators=[clause]):
                return all(_is_of_inner(test, pair, context) for test in clause.ifs)
            case ast.For() | ast.While():
                return outer is pair.inner and not outer.orelse
            case ast.ListComp() | ast.GeneratorExp() | ast.IfExp() | ast.BoolOp():
                return False
    return False


def _is_of_inner(test: ast.expr, pair: Triangle, context: Context) -> bool:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return all(_is_of_inner(value, pair, context) for value in test.values)
    if any(isinstance(node, ast.Call) for node in ast.walk(test)):
        return False
    if depends(test, pair, context) == (True, False):
        return True
    match test:
        case ast.Compare(left=ast.Name(), ops=[ast.NotEq()], comparators=[ast.Name()]):
            return True
    return False


def _is_number(term: ast.expr, pair: Triangle, context: Context) -> bool:
    """Whether it is a position, or known to be a number."""
    for loop in (pair.inner, pair.outer):
        run = counting(loop, context)
        if run is not None and is_name(term, run.variable.id):
            return True
    return context.type_of(term).is_number
