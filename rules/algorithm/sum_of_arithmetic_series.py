from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.facts.counting import Counting, counting, is_used_after
from effilint.analyzer.facts.divisors import is_divisibility
from effilint.analyzer.patterns import constant_int, is_constant, names_in, same
from effilint.analyzer.rewrite import replacement, statements


class SumOfArithmeticSeries(Rule):
    """Numbers of a regular series are added up one by one, though a formula gives their sum.

    The fix assumes that the series is not empty the wrong way round: `range(a, b)` with `b < a`
    sums to 0, the formula to something else.
    """

    code = "ALG301"
    name = "sum-of-arithmetic-series"
    message = "A series is added up number by number"
    advice = "Use the formula for its sum, such as `n * (n + 1) // 2` for 1 to n"
    safety = Safety.UNSAFE
    gain = Gain("O(n)", "O(1)", {10: 2.2, 1_000: 120.0, 100_000: 12000.0})
    calls = frozenset({"sum"})
    examples = (
        Bad(
            """
            def total(n):
                result = 0
                for i in range(1, n + 1):  # ALG301
                    result += i
                return result
            """,
            fixed="""
            def total(n):
                result = 0
                result += n * (n + 1) // 2
                return result
            """,
            workload="total(n)",
        ),
        # The built-in does the same work, only faster.
        Bad(
            """
            def missing(numbers):
                return sum(range(len(numbers) + 1)) - sum(numbers)  # ALG301
            """,
            fixed="""
            def missing(numbers):
                return len(numbers) * (len(numbers) + 1) // 2 - sum(numbers)
            """,
            workload="missing(list(range(n)))",
        ),
        # A range that starts anywhere, as a factor.
        Bad(
            """
            def between(low, high):
                return 3 * sum(i for i in range(low, high))  # ALG301
            """,
            fixed="""
            def between(low, high):
                return 3 * ((high - low) * (low + high - 1) // 2)
            """,
        ),
        # Squares, in a while loop.
        Bad(
            """
            def squares(n):
                total, i = 0, 1
                while i <= n:  # ALG301
                    total = total + i * i
                    i += 1
                return total
            """
        ),
        # Every third number is a series too.
        Bad(
            """
            def multiples(limit):
                return sum(i for i in range(limit) if i % 3 == 0 or i % 5 == 0)  # ALG301
            """
        ),
        # The terms depend on data.
        Good(
            """
            def total(prices, n):
                return sum(prices[i] for i in range(n))
            """
        ),
        # Each term is an array as far as we know.
        Good(
            """
            def mixed(n, wave):
                return sum(i * wave for i in range(n))
            """
        ),
        # A handful of numbers.
        Good(
            """
            def pips(lowest):
                return sum(range(1, 7)) + sum(range(lowest, lowest + 3))
            """
        ),
        # Each partial sum is needed.
        Good(
            """
            def partial_sums(n):
                total, sums = 0, []
                for i in range(n):
                    total += i
                    sums.append(total)
                return sums
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        if len(node.body) == 1 and not node.orelse:
            yield from self._check_loop(node, context)

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        if len(node.body) == 2 and isinstance(node.test, ast.Compare):
            yield from self._check_loop(node, context)

    def _check_loop(self, node: ast.For | ast.While, context: Context) -> Iterator[Finding]:
        run = counting(node, context)
        if run is None or len(run.body) != 1:
            return
        statement, tests = run.body[0], list[ast.expr]()
        if isinstance(statement, ast.If) and len(statement.body) == 1 and not statement.orelse:
            tests, statement = [statement.test], statement.body[0]
        term = added(statement)
        if term is None or not _is_series(term[1], tests, run, context):
            return
        if isinstance(run.loop, ast.While) or is_used_after(run.variable, node, context):
            yield self.report(run.place)
            return
        closed = None if tests else _closed(term[1], run, context)
        target = context.segment(term[0])
        yield self.report(
            run.place, *([Edit(node, statements(f"{target} += {closed}"))] if closed else [])
        )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node.args:
            case [ast.GeneratorExp(elt, [loop]) | ast.ListComp(elt, [loop])]:
                pass
            case [ast.Call(func=ast.Name("range")) as whole]:
                elt = ast.Name("_", ast.Load())
                loop = ast.comprehension(elt, whole, [], 0)
            case _:
                return
        run = counting(loop, context)
        if run is None or context.resolve(node.func) != "sum" or node.keywords:
            return
        if not _is_series(elt, loop.ifs, run, context):
            return
        closed = None if loop.ifs else _closed(elt, run, context)
        if closed is None:
            yield self.report(node)
            return
        text = f"({closed})" if _binds_tightly(context.parent(node)) else closed
        yield self.report(node, Edit(node, replacement(text)))


def added(statement: ast.stmt) -> tuple[ast.Name, ast.expr] | None:
    """Target and term, if the statement is `total += term` or `total = total + term`."""
    match statement:
        case ast.AugAssign(target=ast.Name() as target, op=ast.Add(), value=term):
            return target, term
        case ast.Assign(targets=[ast.Name() as target], value=ast.BinOp(left, ast.Add(), right)):
            if same(target, left):
                return target, right
            return (target, left) if same(target, right) else None
    return None


def _is_series(term: ast.expr, tests: list[ast.expr], run: Counting, context: Context) -> bool:
    degree = _degree(term, run, context)
    if degree is None or not 1 <= degree <= 3:
        return False
    return all(is_divisibility(test, run.variable) for test in tests)


def _degree(term: ast.expr, run: Counting, context: Context) -> int | None:
    """The degree of the term as a polynomial in the loop's variable; None if it is none."""
    if run.variable.id not in names_in(term):
        if not isinstance(term, ast.Constant | ast.Name) or not context.is_invariant(
            term, run.loop
        ):
            return None
        return 0 if context.type_of(term).name == "int" else None
    match term:
        case ast.Name():
            return 1
        case ast.BinOp(left, ast.Pow(), right):
            inner, power = _degree(left, run, context), constant_int(right)
            return inner * power if inner and power and power > 0 else None
        case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult() as op, right):
            one, other = _degree(left, run, context), _degree(right, run, context)
            if one is None or other is None:
                return None
            return one + other if isinstance(op, ast.Mult) else max(one, other)
    return None


def _closed(term: ast.expr, run: Counting, context: Context) -> str | None:
    """The formula for the sum of the plain numbers of a range, where its ends are simple."""
    if not isinstance(term, ast.Name) or run.step != 1:
        return None
    start, stop = run.start, run.stop
    if is_constant(start, 0, 1):
        if isinstance(stop, ast.BinOp) and isinstance(stop.op, ast.Add):
            last, one = stop.left, stop.right
            if is_constant(one, 1) and _is_simple(last, context):
                text = context.segment(last)
                return f"{text} * ({text} + 1) // 2"
        if _is_simple(stop, context):
            text = context.segment(stop)
            return f"{text} * ({text} - 1) // 2"
        return None
    if not _is_simple(start, context) or not _is_simple(stop, context):
        return None
    low, high = context.segment(start), context.segment(stop)
    return f"({high} - {low}) * ({low} + {high} - 1) // 2"


def _is_simple(node: ast.expr, context: Context) -> bool:
    """Whether it may stand there twice."""
    match node:
        case ast.Name() | ast.Constant(value=int()):
            return True
        case ast.Attribute(value=ast.Name()):
            return True
        case ast.Call(func=ast.Name("len"), args=[ast.Name() | ast.Attribute()], keywords=[]):
            return context.resolve(node.func) == "len"
    return False


def _binds_tightly(parent: ast.AST | None) -> bool:
    if isinstance(parent, ast.BinOp):
        return not isinstance(parent.op, ast.Add | ast.Sub)
    return isinstance(parent, ast.UnaryOp | ast.Attribute | ast.Subscript | ast.Await)
