from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.counting import Counting, counting
from effilint.analyzer.facts.divisors import divides, magnitude
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.primality import is_over_all, is_primality
from effilint.analyzer.patterns import (
    walk,
)


class PerNumberPrimality(Rule):
    """Each number of a range is tested for being prime by division.

    A sieve strikes out the multiples of each prime, and so tells for the whole range at once. It
    takes a byte for each number: for a narrow range of large numbers strike out multiples of the
    primes up to the root only.
    """

    code = "ALG109"
    name = "per-number-primality"
    message = "Each number up to `{stop}` is tested for being prime on its own"
    advice = "Make a sieve of Eratosthenes for the range once, and look numbers up in it"
    gain = Gain("O(n sqrt n)", "O(n log log n)", {10: 1.1, 1_000: 9.3, 100_000: 26.0})
    examples = (
        Bad(
            """
            def is_prime(n):
                if n < 2:
                    return False
                for d in range(2, int(n**0.5) + 1):
                    if n % d == 0:
                        return False
                return True

            def primes(limit):
                return [n for n in range(limit) if is_prime(n)]  # ALG109
            """,
            fixed="""
            def primes(limit):
                sieve = bytearray([1]) * limit
                sieve[:2] = bytes(min(2, limit))
                for n in range(2, int(limit**0.5) + 1):
                    if sieve[n]:
                        sieve[n * n :: n] = bytes(len(range(n * n, limit, n)))
                return [n for n in range(limit) if sieve[n]]
            """,
            workload="primes(n)",
        ),
        # A method with a while loop, and a loop that counts.
        Bad(
            """
            class Primes:
                def check(self, number):
                    if number < 2:
                        return False
                    d = 2
                    while d * d <= number:
                        if number % d == 0:
                            return False
                        d += 1
                    return True

                def count(self, low, high):
                    found = 0
                    for number in range(low, high + 1):
                        if self.check(number):  # ALG109
                            found += 1
                    return found
            """
        ),
        # In place.
        Bad(
            """
            def primes(limit):
                found = []
                for n in range(2, limit + 1):
                    for d in range(2, int(n**0.5) + 1):  # ALG109
                        if n % d == 0:
                            break
                    else:
                        found.append(n)
                return found
            """
        ),
        # In one expression.
        Bad(
            """
            import math

            def total(limit):
                return sum(
                    n
                    for n in range(2, limit)
                    if all(n % d for d in range(2, math.isqrt(n) + 1))  # ALG109
                )
            """
        ),
        # Numbers from anywhere.
        Good(
            """
            def is_prime(n):
                return n > 1 and all(n % d for d in range(2, int(n**0.5) + 1))

            def primes(numbers):
                return [n for n in numbers if is_prime(n)]
            """
        ),
        # One that is next, not all of a range.
        Good(
            """
            def is_prime(n):
                return n > 1 and all(n % d for d in range(2, int(n**0.5) + 1))

            def next_prime(n):
                for candidate in range(n + 1, 2 * n):
                    if is_prime(candidate):
                        return candidate
            """
        ),
        # Primes found so far are what divides.
        Good(
            """
            def primes(limit):
                found = []
                for n in range(2, limit):
                    if all(n % p for p in found):
                        found.append(n)
                return found
            """
        ),
        # Divisors only, which are few.
        Good(
            """
            def is_prime(n):
                return n > 1 and all(n % d for d in range(2, int(n**0.5) + 1))

            def prime_factors(number):
                found = []
                for d in range(2, number + 1):
                    if number % d == 0:
                        if is_prime(d):
                            found.append(d)
                return found
            """
        ),
        # A look-up is quick.
        Good(
            """
            def is_prime(n):
                return n in KNOWN

            def primes(limit):
                return [n for n in range(limit) if is_prime(n)]
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node.args:
            case [ast.Name() as number]:
                pass
            case _:
                return
        loops = context.loops(node)
        run = counting(loops[0], context) if loops else None
        if run is None or run.variable.id != number.id or run.step < 0:
            return
        if _ends_early(run, context) or _is_guarded(node, context):
            return
        function = context.callee(node)
        if function is not None and is_primality(function, context):
            yield self.report(node, stop=context.segment(magnitude(run.stop)))

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        if isinstance(node.body[0], ast.If):
            yield from self._inline(node, node.body[0].test, node.iter, context)

    def visit_comprehension(self, node: ast.comprehension, context: Context) -> Iterator[Finding]:
        holder = context.parent(node)
        call = context.parent(holder) if isinstance(holder, ast.GeneratorExp) else None
        if isinstance(call, ast.Call) and context.resolve(call.func) in ("all", "any"):
            assert isinstance(holder, ast.GeneratorExp)
            yield from self._inline(node, holder.elt, node.iter, context)

    def _inline(
        self, loop: ast.For | ast.comprehension, test: ast.expr, place: ast.expr, context: Context
    ) -> Iterator[Finding]:
        """Divisors are tried right in the loop over the range."""
        if not isinstance(loop.target, ast.Name):
            return
        found = divides(test, loop.target)
        if found is None or not isinstance(found[0], ast.Name) or not is_over_all(loop, context):
            return
        if isinstance(loop, ast.For) and not _only_breaks(loop):
            return
        around = [outer for outer in context.loops(place) if outer is not loop]
        run = counting(around[0], context) if around else None
        if run is None or run.variable.id != found[0].id or run.step < 0:
            return
        if not _ends_early(run, context):
            yield self.report(place, stop=context.segment(magnitude(run.stop)))


def _only_breaks(loop: ast.For) -> bool:
    """Whether a divisor ends the loop, or turns a flag, and nothing else happens."""
    match loop.body:
        case [ast.If(body=body, orelse=[])]:
            is_set = all(isinstance(s, ast.Assign | ast.Break) for s in body)
            return is_set and isinstance(body[-1], ast.Break)
    return False


def _ends_early(run: Counting, context: Context) -> bool:
    """Whether the loop is left with the first number that does."""
    loop: Loop = run.loop
    if isinstance(loop, ast.comprehension):
        holder = context.parent(loop)
        call = context.parent(holder) if holder else None
        return isinstance(call, ast.Call) and context.resolve(call.func) in ("next", "any", "all")
    return any(
        isinstance(node, ast.Return)
        or (isinstance(node, ast.Break) and _breaks(node, loop, context))
        for statement in loop.body
        for node in walk(statement)
    )


def _breaks(node: ast.Break, loop: Loop, context: Context) -> bool:
    for outer in context.ancestors(node):
        if isinstance(outer, ast.For | ast.AsyncFor | ast.While):
            return outer is loop
    return False


def _is_guarded(call: ast.Call, context: Context) -> bool:
    """Whether another test decides first whether the number is looked at."""
    child: ast.AST = call
    for outer in context.ancestors(call):
        match outer:
            case ast.If(test=test) if child is not test:
                return True
            case ast.BoolOp(values=[first, *_]) if child is not first:
                return True
            case ast.IfExp(test=test) if child is not test:
                return True
            case ast.comprehension(ifs=[first, *_]) if child is not first:
                return True
            case (
                ast.GeneratorExp(generators=[clause])
                | ast.ListComp(generators=[clause])
                | (ast.SetComp(generators=[clause]))
            ):
                return child is not clause and bool(clause.ifs)
            case ast.For() | ast.While():
                return False
        child = outer
    return False
