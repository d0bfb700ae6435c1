from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.counting import Counting, counting
from effilint.analyzer.facts.divisors import (
    divides,
    magnitude,
    sets_constants,
    tests_joined,
    where_divisor,
)
from effilint.analyzer.patterns import (
    always_leaves,
    constant_int,
    is_name,
    method_call,
    names_in,
    same,
)

_SEARCHES = ("any", "all", "next")
_COLLECT = ("append", "add", "update", "extend", "insert")


class DivisorScanFullRange(Rule):
    """Every number up to `n` is tried to find the divisors of `n`.

    Divisors come in pairs `d` and `n // d`, of which one is at most the square root of `n`.
    """

    code = "ALG102"
    name = "divisor-scan-full-range"
    message = "All numbers up to `{number}` are tried to find its divisors"
    advice = "Try `d` up to `math.isqrt({number})`; each divisor `d` brings `{number} // d` with it"
    gain = Gain("O(n)", "O(sqrt n)", {10: 0.65, 1_000: 15.0, 100_000: 340.0})
    examples = (
        Bad(
            """
            def divisors(n):
                found = []
                for d in range(1, n + 1):  # ALG102
                    if n % d == 0:
                        found.append(d)
                return found
            """,
            fixed="""
            import math


            def divisors(n):
                small = [d for d in range(1, math.isqrt(n) + 1) if n % d == 0]
                large = [n // d for d in reversed(small) if d * d != n]
                return small + large
            """,
            workload="divisors(n)",
        ),
        # In a comprehension, as numbers to add up.
        Bad(
            """
            def is_perfect(n):
                return sum(d for d in range(1, n) if n % d == 0) == n  # ALG102
            """
        ),
        # Truth values are counted.
        Bad(
            """
            def is_prime(n):
                return sum(n % d == 0 for d in range(1, n + 1)) == 2  # ALG102
            """
        ),
        # A while loop with an early end.
        Bad(
            """
            def has_three(n):
                count, d = 0, 1
                while d <= n:  # ALG102
                    if n % d == 0:
                        count += 1
                    if count > 3:
                        return False
                    d += 1
                return count == 3
            """
        ),
        # The same on attributes, with the test the other way round.
        Bad(
            """
            class Number:
                def factors(self):
                    for d in range(1, self.value // 2 + 1):  # ALG102
                        if self.value % d:
                            continue
                        yield d
            """
        ),
        # Pairs up to the root.
        Good(
            """
            def divisors(n):
                found = set()
                for d in range(1, int(n**0.5) + 1):
                    if n % d == 0:
                        found.update((d, n // d))
                return found
            """
        ),
        # Every number is looked at for another reason.
        Good(
            """
            def show(n):
                for d in range(1, n + 1):
                    if n % d == 0:
                        print(d, "divides")
                    print(d)
            """
        ),
        # What is done with each divisor costs more than to find it.
        Good(
            """
            def decompose(f, degree):
                for d in range(2, degree):
                    if degree % d != 0:
                        continue
                    g = left_part(f, d)
                    if g is not None:
                        return g
            """
        ),
        # Multiples are counted, not divisors.
        Good(
            """
            def multiples(n, k):
                return [i for i in range(1, n + 1) if i % k == 0]
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        run = counting(node, context)
        if run is not None:
            yield from self._check(run, context)

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        run = counting(node, context)
        if run is not None:
            yield from self._check(run, context)

    def _check(self, run: Counting, context: Context) -> Iterator[Finding]:
        number = _number(run)
        block = where_divisor(run, number)
        if block is not None:
            if always_leaves(block) and not isinstance(block[-1], ast.Continue):
                return
            if sets_constants(block) or not _is_cheap(block, context):
                return
        elif not _only_divisors(run, number):
            return
        yield from self._report(run, number, context)

    def visit_comprehension(self, node: ast.comprehension, context: Context) -> Iterator[Finding]:
        holder = context.parent(node)
        if not isinstance(holder, ast.GeneratorExp | ast.ListComp | ast.SetComp):
            return
        run = counting(node, context)
        if run is None or node is not holder.generators[-1]:
            return
        number = _number(run)
        tests = [test for clause in node.ifs for test in tests_joined(clause)]
        if not _asks(tests or [holder.elt], run, number):
            return
        call = context.parent(holder)
        if isinstance(call, ast.Call) and context.resolve(call.func) in _SEARCHES:
            return
        yield from self._report(run, number, context)

    def _report(self, run: Counting, number: ast.expr, context: Context) -> Iterator[Finding]:
        first = constant_int(run.start if run.step > 0 else run.stop)
        if first is None or first > 3 or not context.is_invariant(number, run.loop):
            return
        yield self.report(run.place, number=context.segment(number))


def _is_cheap(block: list[ast.stmt], context: Context) -> bool:
    """Whether nothing costly, such as a call of other code, is done with a divisor."""
    return not any(
        isinstance(node, ast.For | ast.While)
        or (
            isinstance(node, ast.Call)
            and not context.purity.only_reads(node)
            and method_call(node, *_COLLECT) is None
        )
        for statement in block
        for node in ast.walk(statement)
    )


def _number(run: Counting) -> ast.expr:
    return magnitude(run.stop if run.step > 0 else run.start)


def _asks(tests: list[ast.expr], run: Counting, number: ast.expr) -> bool:
    """Whether one of the tests asks whether the loop's number divides `number`."""
    for test in tests:
        found = divides(test, run.variable)
        if found is not None and found[1] and same(found[0], number):
            return True
    return False


def _only_divisors(run: Counting, number: ast.expr) -> bool:
    """Whether the loop uses its number under a test for divisors only, and not to leave."""
    asked = 0
    for statement in run.body:
        if isinstance(statement, ast.If) and _asks([*tests_joined(statement.test)], run, number):
            asked += not any(
                is_name(node, run.variable.id) for s in statement.orelse for node in ast.walk(s)
            )
            if len([*tests_joined(statement.test)]) > 1 and _keeps_one(statement.body):
                return False
        elif not isinstance(statement, ast.If) or run.variable.id in names_in(statement):
            return False
    return asked == 1


def _keeps_one(block: list[ast.stmt]) -> bool:
    """Whether it leaves with a divisor or keeps the last one: then one divisor is looked for."""
    return always_leaves(block) or (len(block) == 1 and isinstance(block[0], ast.Assign))
