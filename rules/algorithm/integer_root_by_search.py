from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.counting import counter_step
from effilint.analyzer.patterns import constant_int, is_constant, names_in, same, sole_statement


class IntegerRootBySearch(Rule):
    """A loop counts up until a square reaches a number, to find its root or whether it has one.

    `math.isqrt` gives the whole root at once, exactly, however large the number is.
    """

    code = "ALG309"
    name = "integer-root-by-search"
    message = "`{test}` is tried for one number after another to find a square root"
    advice = "Take `math.isqrt({number})`, and square it to see whether the root is whole"
    gain = Gain("O(sqrt n)", "O(1)", {100: 3.1, 10_000: 21.0, 1_000_000: 270.0})
    examples = (
        Bad(
            """
            def side(area):
                length = 0
                while (length + 1) * (length + 1) <= area:  # ALG309
                    length += 1
                return length
            """,
            fixed="""
            import math

            def side(area):
                return math.isqrt(area)
            """,
            workload="side(n)",
        ),
        Bad(
            """
            def is_square(number):
                root = 1
                while root ** 2 < number:  # ALG309
                    root = root + 1
                return root * root == number
            """,
        ),
        Bad(
            """
            def is_square(number):
                for root in range(number + 1):
                    if root * root == number:  # ALG309
                        return True
                return False
            """,
        ),
        Bad(
            """
            def is_square(number):
                return any(root * root == number for root in range(1, number + 1))  # ALG309
            """,
        ),
        # The numbers below the root are needed.
        Good(
            """
            def is_prime(number):
                divisor = 2
                while divisor * divisor <= number:
                    if number % divisor == 0:
                        return False
                    divisor += 1
                return True
            """
        ),
        # Any two numbers.
        Good(
            """
            def product(numbers, goal):
                for number in numbers:
                    if number * number == goal:
                        return True
            """
        ),
        # The goal moves.
        Good(
            """
            def meet(goal):
                step = 0
                while step * step < goal:
                    step += 1
                    goal -= 3
                return step
            """
        ),
    )

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        step = counter_step(sole_statement(node.body) or ast.Pass())
        match node.test:
            case ast.Compare(left=square, ops=[ast.Lt() | ast.LtE()], comparators=[number]):
                pass
            case ast.Compare(left=number, ops=[ast.Gt() | ast.GtE()], comparators=[square]):
                pass
            case _:
                return
        root = _rooted(square)
        if step is None or root is None or step[1] != 1 or not same(step[0], root):
            return
        yield from self._check(node.test, number, root, context)

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        match node:
            case ast.For(
                target=ast.Name() as variable,
                iter=ast.Call(func=ast.Name("range")) as run,
                body=[ast.If(test=test, body=[ast.Return() | ast.Break(), *_], orelse=[])],
            ) if constant_int(run.args[-1]) is None:
                yield from self._search(test, variable, context)

    def visit_comprehension(self, node: ast.comprehension, context: Context) -> Iterator[Finding]:
        whole = context.parent(node)
        match node, whole:
            case (
                ast.comprehension(
                    target=ast.Name() as variable, iter=ast.Call(func=ast.Name("range")) as run
                ),
                ast.GeneratorExp(elt=test, generators=[_]),
            ) if not node.ifs and constant_int(run.args[-1]) is None:
                call = context.parent(whole)
                if isinstance(call, ast.Call) and context.resolve(call.func) == "any":
                    yield from self._search(test, variable, context)

    def _search(self, test: ast.expr, variable: ast.Name, context: Context) -> Iterator[Finding]:
        match test:
            case ast.Compare(left=square, ops=[ast.Eq()], comparators=[number]):
                if _rooted(square) is None:
                    square, number = number, square
                root = _rooted(square)
                if root is not None and same(root, variable):
                    yield from self._check(test, number, root, context)

    def _check(
        self, test: ast.expr, number: ast.expr, root: ast.expr, context: Context
    ) -> Iterator[Finding]:
        if not isinstance(root, ast.Name) or root.id in names_in(number):
            return
        if not isinstance(number, ast.Name | ast.Attribute):
            return
        if context.type_of(number).name == "float":
            return
        yield self.report(test, test=context.segment(test), number=context.segment(number))


def _rooted(node: ast.expr) -> ast.expr | None:
    """`r` of `r * r`, `r ** 2` and `(r + 1) * (r + 1)`."""
    match node:
        case ast.BinOp(left=root, op=ast.Mult(), right=other) if same(root, other):
            pass
        case ast.BinOp(left=root, op=ast.Pow(), right=two) if is_constant(two, 2):
            pass
        case _:
            return None
    match root:
        case ast.BinOp(left=ast.Name() as inner, op=ast.Add(), right=one) if is_constant(one, 1):
            return inner
    return root
