from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    AddImport,
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    replacement,
)
from effilint.analyzer.patterns import same


class FactorialRatio(Rule):
    """A ratio of factorials builds huge numbers only to divide most of their factors away.

    `math.comb` and `math.perm` multiply what is left. The fix assumes 0 <= k <= n: outside of it
    a factorial of a negative number raises where `comb` gives 0.
    """

    code = "ALG305"
    name = "factorial-ratio"
    message = "`{ratio}` divides away most of the factors it has multiplied"
    advice = "Use `{better}`"
    gain = Gain("O(n) factors", "O(k) factors", {10: 1.2, 1_000: 2.4, 10_000: 3.1})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            from math import factorial

            def hands(cards, held):
                return factorial(cards) // (factorial(held) * factorial(cards - held))  # ALG305
            """,
            fixed="""
            from math import factorial
            import math

            def hands(cards, held):
                return math.comb(cards, held)
            """,
            workload="hands(n, n // 2)",
        ),
        Bad(
            """
            import math

            def orders(n: int, k: int):
                return math.factorial(n) // math.factorial(n - k)  # ALG305
            """,
            fixed="""
            import math

            def orders(n: int, k: int):
                return math.perm(n, k)
            """,
        ),
        Bad(
            """
            import math

            def ways(n, k):
                return int(math.factorial(n) / math.factorial(n - k) / math.factorial(k))  # ALG305
            """,
        ),
        # The groups do not make up the whole.
        Good(
            """
            import math

            def ways(n, k):
                return math.factorial(n) // (math.factorial(k) * math.factorial(n - k - 1))
            """
        ),
        # What a test checks is to be read.
        Good(
            """
            import math

            def test_comb(n, k):
                assert math.perm(n, k) == math.factorial(n) // math.factorial(n - k)
            """
        ),
        # Three kinds of letters.
        Good(
            """
            import math

            def words(a, b, c):
                return math.factorial(a + b + c) // (math.factorial(a) * math.factorial(b))
            """
        ),
    )

    def visit_BinOp(self, node: ast.BinOp, context: Context) -> Iterator[Finding]:
        if not isinstance(node.op, ast.FloorDiv | ast.Div) or _is_inner(node, context):
            return
        top, below = _divided(node)
        whole = _argument(top, context)
        if whole is None:
            return
        parts = [_argument(part, context) for part in below]
        if None in parts or not 1 <= len(parts) <= 2:
            return
        taken = _taken(whole, [part for part in parts if part is not None])
        if taken is None:
            return
        function = "comb" if len(parts) == 2 else "perm"
        better = f"math.{function}({context.segment(whole)}, {context.segment(taken)})"
        edits: list[Edit | AddImport] = []
        if isinstance(node.op, ast.FloorDiv):
            edits = [Edit(node, replacement(better)), AddImport("math")]
        yield self.report(node, *edits, ratio=context.segment(node), better=better)


def _is_inner(node: ast.BinOp, context: Context) -> bool:
    """Whether it is itself divided on."""
    match context.parent(node):
        case ast.BinOp(left=left, op=ast.FloorDiv() | ast.Div()):
            return left is node
    return False


def _divided(node: ast.expr) -> tuple[ast.expr, list[ast.expr]]:
    """What is divided, and the factors that it is divided by."""
    match node:
        case ast.BinOp(left=left, op=ast.FloorDiv() | ast.Div(), right=right):
            top, below = _divided(left)
            return top, below + _factors(right)
    return node, []


def _factors(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _factors(left) + _factors(right)
    return [node]


def _argument(node: ast.expr, context: Context) -> ast.expr | None:
    match node:
        case ast.Call(args=[argument], keywords=[]):
            if context.resolve(node.func) == "math.factorial" and context.is_pure(argument):
                return argument
    return None


def _taken(whole: ast.expr, parts: list[ast.expr]) -> ast.expr | None:
    """The k of n over k: one part is the whole less the other one."""
    for part in parts:
        match part, whole:
            case (ast.BinOp(left=left, op=ast.Sub(), right=taken), _) if same(left, whole):
                others = [other for other in parts if other is not part]
                return taken if all(same(other, taken) for other in others) else None
            case (_, ast.BinOp(left=one, op=ast.Add(), right=other)) if len(parts) == 2:
                pair = [one, other]
                if all(any(same(p, q) for q in pair) for p in parts) and not same(*parts):
                    return one
    return None
