from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.counting import counting
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.hoist import region_of, runs_on_every_pass
from effilint.analyzer.patterns import is_name, targets_of


class SeriesTermFromScratch(Rule):
    """Every pass of a counting loop works out a power or a factorial of the counter from nothing.

    The last pass had all factors but one: multiply it by that one.
    """

    code = "ALG710"
    name = "series-term-from-scratch"
    message = (
        "`{term}` is multiplied out anew on every pass, though the last pass had all but one factor"
    )
    advice = "Carry the product along: one multiplication on each pass"
    gain = Gain("O(n^2)", "O(n)", {10: 1.4, 100: 2.5, 1_000: 6.2})
    # Most series are short: of nineteen findings read eleven were about a few digits or suffixes.
    confidence = 0.9
    calls = frozenset(("factorial", "pow"))
    examples = (
        Bad(
            """
            def value(digits):
                total = 0
                for place, digit in enumerate(digits):
                    total += digit * 10 ** place  # ALG710
                return total
            """,
            fixed="""
            def value(digits):
                total, power = 0, 1
                for digit in digits:
                    total += digit * power
                    power *= 10
                return total
            """,
            workload="value([7] * n)",
        ),
        Bad(
            """
            import math

            def subfactorials(n):
                return sum(math.factorial(n) // math.factorial(i) for i in range(n + 1))  # ALG710
            """,
        ),
        Bad(
            """
            def number(text: str):
                total = i = 0
                while i < len(text):
                    total += ord(text[i]) * pow(26, i)  # ALG710
                    i += 1
                return total
            """,
        ),
        # A square is one multiplication.
        Good(
            """
            def squares(n):
                return sum(i ** 2 for i in range(n))
            """
        ),
        # Powers of a float are of one size, and a running product rounds otherwise.
        Good(
            """
            def decay(values, rate: float):
                return sum(v * rate ** i for i, v in enumerate(values))
            """
        ),
        # A modulus keeps the numbers small.
        Good(
            """
            def hashed(text, m):
                return sum(ord(c) * pow(31, i, m) for i, c in enumerate(text)) % m
            """
        ),
        # Few digits.
        Good(
            """
            def code(digits):
                return sum(digits[i] * 10 ** i for i in range(4))
            """
        ),
        # On the way down the last pass had a factor too many.
        Good(
            """
            from math import factorial

            def weights(n):
                for rest in range(n, 0, -1):
                    yield 1 / factorial(rest)
            """
        ),
        # Powers of two are shifts.
        Good(
            """
            def bits(flags):
                return sum(2 ** i for i, flag in enumerate(flags))
            """
        ),
    )

    def visit_BinOp(self, node: ast.BinOp, context: Context) -> Iterator[Finding]:
        if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Name):
            if isinstance(context.parent(node), ast.BinOp | ast.AugAssign | ast.Assign):
                yield from self._check(node, node.left, node.right, context)

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Call(args=[ast.Name() as counter], keywords=[]):
                if context.resolve(node.func) == "math.factorial":
                    yield from self._check(node, None, counter, context)
            case ast.Call(func=ast.Name("pow"), args=[base, ast.Name() as counter], keywords=[]):
                if context.resolve(node.func) == "pow":
                    yield from self._check(node, base, counter, context)

    def _check(
        self, node: ast.expr, base: ast.expr | None, counter: ast.Name, context: Context
    ) -> Iterator[Finding]:
        loops = context.hot_loops(node)
        if not loops or not _counts_in_ones(loops[0], counter, context):
            return
        if not runs_on_every_pass(node, context) or _is_filtered(loops[0]):
            return
        if base is not None and not _is_whole(base, loops[0], context):
            return
        yield self.report(node, term=context.segment(node))


def _is_whole(base: ast.expr, loop: Loop, context: Context) -> bool:
    """Whether it is a whole number that stays the same; powers of 1 and 2 are no work."""
    if isinstance(base, ast.Constant):
        return isinstance(base.value, int) and base.value > 2
    if isinstance(base, ast.UnaryOp):
        return False
    return context.type_of(base).name == "int" and context.is_invariant(
        base, region_of(loop, context)
    )


def _is_filtered(loop: Loop) -> bool:
    return isinstance(loop, ast.comprehension) and bool(loop.ifs)


def _counts_in_ones(loop: Loop, counter: ast.Name, context: Context) -> bool:
    """Whether the loop goes on without a known end, and adds one on each pass."""
    run = counting(loop, context)
    if run is not None:
        return run.step == 1 and is_name(run.variable, counter.id)
    if isinstance(loop, ast.While | ast.AsyncFor) or counter.id not in targets_of(loop):
        return False
    match loop:
        case ast.For(iter=items, target=target) | ast.comprehension(iter=items, target=target):
            pass
        case _:
            return False
    match items, target:
        case (
            ast.Call(func=ast.Name("enumerate"), args=[source, *_]),
            ast.Tuple(elts=[ast.Name(id=name), _]),
        ):
            return name == counter.id and context.length(source) is None
    return False
