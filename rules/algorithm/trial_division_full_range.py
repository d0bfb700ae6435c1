from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import AddImport, Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.facts.counting import Counting, counting, is_used_after
from effilint.analyzer.facts.divisors import (
    divides,
    factored,
    magnitude,
    searched,
    sets_constants,
    where_divisor,
)
from effilint.analyzer.patterns import always_leaves, constant_int, is_constant, names_in, same
from effilint.analyzer.rewrite import replacement

_SEARCHES = ("any", "all", "next")


class TrialDivisionFullRange(Rule):
    """Divisors are tried up to the number, though a composite has one up to its square root.

    For a prime that is `n` divisions in place of `sqrt(n)`. The fix assumes that the number is
    a non-negative `int`.
    """

    code = "ALG101"
    name = "trial-division-full-range"
    message = "Divisors of `{number}` are tried far beyond its square root"
    advice = "Stop at the square root: `math.isqrt({number})`"
    safety = Safety.UNSAFE
    gain = Gain("O(n)", "O(sqrt n)", {10: 1.3, 1_000: 25.0, 100_000: 410.0})
    examples = (
        Bad(
            """
            def is_prime(n):
                if n < 2:
                    return False
                for i in range(2, n):  # ALG101
                    if n % i == 0:
                        return False
                return True
            """,
            fixed="""
            import math


            def is_prime(n):
                if n < 2:
                    return False
                for i in range(2, math.isqrt(n) + 1):
                    if n % i == 0:
                        return False
                return True
            """,
            workload="is_prime({10: 11, 1_000: 1009, 100_000: 100_003}.get(n, n))",
        ),
        # In a generator expression, up to half the number.
        Bad(
            """
            def primes(numbers):
                return [n for n in numbers if all(n % d for d in range(2, n // 2 + 1))]  # ALG101
            """,
            fixed="""
            import math


            def primes(numbers):
                return [n for n in numbers if all(n % d for d in range(2, math.isqrt(n) + 1))]
            """,
        ),
        # A flag, a while loop, an attribute.
        Bad(
            """
            class Number:
                def is_prime(self):
                    prime = self.value > 1
                    d = 2
                    while d < self.value:  # ALG101
                        if not self.value % d:
                            prime = False
                            break
                        d += 1
                    return prime
            """,
            fixed="""
            class Number:
                def is_prime(self):
                    prime = self.value > 1
                    d = 2
                    while d * d <= self.value:
                        if not self.value % d:
                            prime = False
                            break
                        d += 1
                    return prime
            """,
        ),
        # The search is the loop's own test.
        Bad(
            """
            def smallest_factor(n):
                factor = 2
                while n % factor != 0:  # ALG101
                    factor += 1
                return factor
            """
        ),
        # After the even numbers; the fix would have to know about these.
        Bad(
            """
            def is_odd_prime(n):
                return n > 2 and not any(n % d == 0 for d in range(3, n, 2))  # ALG101
            """
        ),
        # From above, where the largest proper divisor is asked for.
        Bad(
            """
            def largest_divisor(n):
                for d in range(n - 1, 0, -1):  # ALG101
                    if n % d == 0:
                        return d
            """
        ),
        # Factoring: what is left after the factors up to the root is prime.
        Bad(
            """
            def factors(n):
                found, d = [], 2
                while n > 1:  # ALG101
                    if n % d == 0:
                        found.append(d)
                        n //= d
                    else:
                        d += 1
                return found
            """
        ),
        # Up to the root already.
        Good(
            """
            def is_prime(n):
                for i in range(2, int(n**0.5) + 1):
                    if n % i == 0:
                        return False
                return n > 1
            """
        ),
        # Something else than the tested number bounds the search.
        Good(
            """
            def has_divisor(n, largest):
                return any(n % i == 0 for i in range(2, largest))
            """
        ),
        # The numbers have to pass another test too.
        Good(
            """
            def good_base(n):
                for i in range(2, n):
                    if n % i == 0 and digits(n, i) == 2:
                        return i
            """
        ),
        # It ends with the first number, whatever that is.
        Good(
            """
            def odd(n):
                for i in range(2, n):
                    if n % i == 0:
                        return False
                    return True
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        run = counting(node, context)
        if run is not None:
            yield from self._check(run, context)

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        number = searched(node, context) or factored(node)
        if number is not None:
            yield self.report(node.test, number=context.segment(number))
            return
        run = counting(node, context)
        if run is not None:
            yield from self._check(run, context)

    def _check(self, run: Counting, context: Context) -> Iterator[Finding]:
        number = _number(run)
        block = where_divisor(run, number)
        if block is None or not (always_leaves(block) or sets_constants(block)):
            return
        if isinstance(block[-1], ast.Continue) or not context.is_invariant(number, run.loop):
            return
        depends = run.variable.id in {name for s in block for name in names_in(s)}
        yield from self._report(run, number, context, fixable=not (depends and run.inclusive))

    def visit_comprehension(self, node: ast.comprehension, context: Context) -> Iterator[Finding]:
        parent = context.parent(node)
        if not isinstance(parent, ast.GeneratorExp | ast.ListComp) or len(parent.generators) != 1:
            return
        call = context.parent(parent)
        if not isinstance(call, ast.Call) or call.args[:1] != [parent]:
            return
        run = counting(node, context)
        if run is None or context.resolve(call.func) not in _SEARCHES or len(node.ifs) > 1:
            return
        found = divides(node.ifs[0] if node.ifs else parent.elt, run.variable)
        if found is None or not same(found[0], _number(run)):
            return
        if node.ifs and (not found[1] or isinstance(parent.elt, ast.Compare)):
            return
        yield from self._report(run, found[0], context, fixable=not node.ifs)

    def _report(
        self, run: Counting, number: ast.expr, context: Context, *, fixable: bool
    ) -> Iterator[Finding]:
        first, text = constant_int(run.start), context.segment(number)
        if run.step < 0:
            if same(run.start, number):
                return  # the number divides itself
            yield self.report(run.place, number=text)
            return
        if first is None or first < 2:
            return
        loop = run.loop
        if isinstance(loop, ast.stmt) and is_used_after(run.variable, loop, context):
            fixable = False
        if not fixable or not _ends_well(run, number):
            yield self.report(run.place, number=text)
        elif isinstance(run.place, ast.Call):
            edit = Edit(run.stop, replacement(f"math.isqrt({text}) + 1"))
            yield self.report(run.place, edit, AddImport("math"), number=text)
        else:
            variable = run.variable.id
            edit = Edit(run.place, replacement(f"{variable} * {variable} <= {text}"))
            yield self.report(run.place, edit, number=text)


def _number(run: Counting) -> ast.expr:
    return magnitude(run.stop if run.step > 0 else run.start)


def _ends_well(run: Counting, number: ast.expr) -> bool:
    """Whether exactly the numbers from 2 to half of it, or more but not itself, are tried."""
    stop = run.stop
    if constant_int(run.start) != 2 or run.step != 1:
        return False
    if isinstance(stop, ast.BinOp) and same(stop.left, number) and is_constant(stop.right, 1):
        return isinstance(stop.op, ast.Sub)
    if run.inclusive:
        return _is_half(stop, number)
    if isinstance(stop, ast.BinOp) and isinstance(stop.op, ast.Add):
        return is_constant(stop.right, 1) and _is_half(stop.left, number)
    return same(stop, number)


def _is_half(bound: ast.expr, number: ast.expr) -> bool:
    match bound:
        case ast.Call(func=ast.Name("int"), args=[ast.BinOp(left, ast.Div(), two)]):
            return is_constant(two, 2) and same(left, number)
        case ast.BinOp(left, ast.FloorDiv(), two):
            return is_constant(two, 2) and same(left, number)
    return False
