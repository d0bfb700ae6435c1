from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.counting import Counting, counting
from effilint.analyzer.facts.divisors import magnitude
from effilint.analyzer.patterns import always_leaves, constant_int, is_constant, is_name, same


class SquaresFullRange(Rule):
    """All numbers up to `n` are tried for those whose square is at most `n`.

    No number above the square root of `n` passes, so the range can end there.
    """

    code = "ALG111"
    name = "squares-full-range"
    message = "Numbers beyond the square root of `{number}` are tried, though none of them passes"
    advice = "End the range at the root: `range(..., math.isqrt({number}) + 1)`"
    gain = Gain("O(n)", "O(sqrt n)", {10: 1.4, 1_000: 26.0, 100_000: 410.0})
    examples = (
        Bad(
            """
            def squares(n):
                found = []
                for i in range(1, n + 1):  # ALG111
                    if i * i <= n:
                        found.append(i * i)
                return found
            """,
            fixed="""
            import math


            def squares(n):
                found = []
                for i in range(1, math.isqrt(n) + 1):
                    found.append(i * i)
                return found
            """,
            workload="squares(n)",
        ),
        # In a comprehension, with the sides exchanged.
        Bad(
            """
            def squares(self):
                return [x**2 for x in range(self.size) if self.size >= x**2]  # ALG111
            """
        ),
        # It stops with the first that is too large.
        Good(
            """
            def squares(n):
                found = []
                for i in range(1, n + 1):
                    if i * i > n:
                        break
                    found.append(i * i)
                return found
            """
        ),
        # The others are of use too.
        Good(
            """
            def table(n):
                for i in range(1, n + 1):
                    if i * i <= n:
                        print(i * i)
                    else:
                        print("-")
            """
        ),
        # Another limit.
        Good(
            """
            def squares(n, limit):
                return [i * i for i in range(n) if i * i <= limit]
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        match node.body:
            case [ast.If(test=ast.Compare() as test, body=body, orelse=[])]:
                run = None if always_leaves(body) else counting(node, context)
            case _:
                return
        if run is not None:
            yield from self._check(run, test, context)

    def visit_comprehension(self, node: ast.comprehension, context: Context) -> Iterator[Finding]:
        match node.ifs:
            case [ast.Compare() as test]:
                run = counting(node, context)
                if run is not None:
                    yield from self._check(run, test, context)

    def _check(self, run: Counting, test: ast.Compare, context: Context) -> Iterator[Finding]:
        start = constant_int(run.start)
        number = _limit(test, run.variable.id)
        if run.step != 1 or start is None or start < 0 or number is None:
            return
        if not same(magnitude(run.stop), number):
            return
        if isinstance(run.loop, ast.comprehension) or context.is_invariant(number, run.loop):
            yield self.report(run.place, number=context.segment(number))


def _limit(test: ast.Compare, variable: str) -> ast.expr | None:
    """The number that the square of the variable must not exceed."""
    match test:
        case ast.Compare(left=left, ops=[ast.Lt() | ast.LtE()], comparators=[right]):
            square, number = left, right
        case ast.Compare(left=left, ops=[ast.Gt() | ast.GtE()], comparators=[right]):
            square, number = right, left
        case _:
            return None
    is_plain = isinstance(number, ast.Name | ast.Attribute) and not is_name(number, variable)
    return number if is_plain and _is_square(square, variable) else None


def _is_square(node: ast.expr, variable: str) -> bool:
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return same(left, right) and is_name(left, variable)
        case (
            ast.BinOp(left=left, op=ast.Pow(), right=right)
            | ast.Call(func=ast.Name("pow"), args=[left, right])
        ):
            return is_constant(right, 2) and is_name(left, variable)
    return False
