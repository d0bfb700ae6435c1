from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.counting import Counting, counting
from effilint.analyzer.facts.divisors import is_divisibility
from effilint.analyzer.patterns import constant_int, is_constant, walk

_COUNTERS = ("sum", "len")


class CountMultiplesLoop(Rule):
    """The multiples in a range are counted one by one, though a division gives their number."""

    code = "ALG302"
    name = "count-multiples-loop"
    message = "Numbers are counted one by one by their remainder"
    advice = (
        "Divide: 1 to n holds `n // k` multiples of `k`, "
        "and by `a` or `b` that is `n // a + n // b - n // math.lcm(a, b)`"
    )
    gain = Gain("O(n)", "O(1)", {10: 3.5, 1_000: 190.0, 100_000: 19000.0})
    examples = (
        Bad(
            """
            def multiples(n, k):
                count = 0
                for i in range(1, n + 1):  # ALG302
                    if i % k == 0:
                        count += 1
                return count
            """,
            fixed="""
            def multiples(n, k):
                return n // k
            """,
            workload="multiples(n, 7)",
        ),
        # Counted in a generator expression.
        Bad(
            """
            def between(low, high, k):
                return sum(1 for i in range(low, high) if not i % k)  # ALG302
            """
        ),
        # Truth values, and odd numbers.
        Bad(
            """
            def odd(low, high):
                return sum(i % 2 for i in range(low, high + 1))  # ALG302
            """
        ),
        # A list only for its length, two tests.
        Bad(
            """
            def either(limit, a, b):
                return len([i for i in range(limit) if i % a == 0 or i % b == 0])  # ALG302
            """
        ),
        # A while loop on an attribute.
        Bad(
            """
            class Meter:
                def tick(self, end, start):
                    now = start
                    while now < end:  # ALG302
                        if now % self.period == 0:
                            self.ticks += 1
                        now += 1
            """
        ),
        # Another test decides too.
        Good(
            """
            def marked(marks, k):
                return sum(1 for i in range(len(marks)) if i % k == 0 and marks[i])
            """
        ),
        # The number tested comes from data.
        Good(
            """
            def even(numbers):
                return sum(1 for x in numbers if x % 2 == 0)
            """
        ),
        # It is divided, not the divisor.
        Good(
            """
            def first_even(n):
                for i in range(n, 2 * n):
                    if i % 6 == 0:
                        return i
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        if len(node.body) == 1 and isinstance(node.body[0], ast.If):
            yield from self._check_loop(node, context)

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        if len(node.body) == 2:
            yield from self._check_loop(node, context)

    def _check_loop(self, node: ast.For | ast.While, context: Context) -> Iterator[Finding]:
        run = counting(node, context)
        if run is None or len(run.body) != 1:
            return
        match run.body[0]:
            case ast.If(test=test, body=[step], orelse=[]) if _counts(step):
                if _is_regular(test, run, context):
                    yield self.report(run.place)

    def visit_comprehension(self, node: ast.comprehension, context: Context) -> Iterator[Finding]:
        holder = context.parent(node)
        if not isinstance(holder, ast.GeneratorExp | ast.ListComp) or len(holder.generators) > 1:
            return
        call = context.parent(holder)
        run = counting(node, context)
        if run is None or not isinstance(call, ast.Call) or call.args != [holder]:
            return
        function = context.resolve(call.func)
        if function not in _COUNTERS or len(node.ifs) > 1:
            return
        test = node.ifs[0] if node.ifs else holder.elt
        if node.ifs and function == "sum" and constant_int(holder.elt) is None:
            return
        if not node.ifs and (function == "len" or not _is_truth(holder.elt)):
            return
        if _is_regular(test, run, context):
            yield self.report(call)


def _counts(statement: ast.stmt) -> bool:
    match statement:
        case ast.AugAssign(op=ast.Add() | ast.Sub(), value=value):
            return constant_int(value) is not None
        case ast.Assign(targets=[_], value=ast.BinOp(op=ast.Add(), right=value)):
            return constant_int(value) is not None
    return False


def _is_truth(test: ast.expr) -> bool:
    """Whether it adds up as 0 or 1: a comparison, or the remainder by 2."""
    match test:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BinOp(op=ast.Mod(), right=two):
            return is_constant(two, 2)
    return False


def _is_regular(test: ast.expr, run: Counting, context: Context) -> bool:
    """Whether only remainders of the loop's number by fixed divisors decide."""
    if not is_divisibility(test, run.variable):
        return False
    return all(
        context.is_invariant(node.right, run.loop)
        for node in walk(test)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod)
    )
