from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import AddImport, Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.facts.counting import Counting, counting
from effilint.analyzer.facts.euclid import (
    common_number,
    counts_down_to_divisor,
    counts_up_to_multiple,
    euclid,
    is_gcd_of,
    steps_to_multiple,
    subtraction,
)
from effilint.analyzer.patterns import always_leaves, is_constant, is_name, same
from effilint.analyzer.rewrite import statements


class ManualGcdLcm(Rule):
    """A greatest common divisor or least common multiple is computed by hand.

    `math.gcd` and `math.lcm` do it in C. A search number by number needs as many steps as the
    numbers are large, Euclid's algorithm as many as they have digits. The fix assumes `int`s that
    are not negative.
    """

    code = "ALG306"
    name = "manual-gcd-lcm"
    message = "The {what} is computed by hand"
    advice = "Use `math.{function}({one}, {other})`"
    safety = Safety.UNSAFE
    gain = Gain("O(log n) to O(n)", "O(log n)", {10: 3.5, 1_000: 120.0, 100_000: 16000.0})
    examples = (
        Bad(
            """
            def largest_square(width, height):
                for side in range(min(width, height), 0, -1):  # ALG306
                    if width % side == 0 and height % side == 0:
                        return side
            """,
            fixed="""
            import math


            def largest_square(width, height):
                return math.gcd(width, height)
            """,
            workload="largest_square(4 * n + 4, 6) if n < 8 else largest_square(n + 1, n + 2)",
        ),
        # Euclid's algorithm.
        Bad(
            """
            def reduced(numerator, denominator):
                a, b = numerator, denominator
                while b:  # ALG306
                    a, b = b, a % b
                return numerator // a, denominator // a
            """,
            fixed="""
            import math


            def reduced(numerator, denominator):
                a, b = numerator, denominator
                a = math.gcd(a, b)
                return numerator // a, denominator // a
            """,
            workload="reduced(n + 10, n + 15)",
        ),
        # The same as a recursion.
        Bad(
            """
            class Gears:
                def gcd(self, a, b):
                    return a if b == 0 else self.gcd(b, a % b)  # ALG306
            """
        ),
        # By subtraction, or with a third variable.
        Bad(
            """
            def common(a, b, c):
                while a != b:  # ALG306
                    if a > b:
                        a -= b
                    else:
                        b -= a
                while c != 0:  # ALG306
                    rest = a % c
                    a = c
                    c = rest
                return a
            """,
            fixed="""
            import math


            def common(a, b, c):
                while a != b:
                    if a > b:
                        a -= b
                    else:
                        b -= a
                a = math.gcd(a, c)
                return a
            """,
        ),
        # Step by step to the least common multiple.
        Bad(
            """
            def meeting(first: int, second: int) -> int:
                day = first
                while day % second != 0:  # ALG306
                    day += first
                return day

            def slowly(first: int, second: int) -> int:
                day = first
                while True:  # ALG306
                    if day % first == 0 and day % second == 0:
                        return day
                    day += 1
            """
        ),
        # The last common divisor is kept.
        Bad(
            """
            def common(a, b):
                largest, d = 1, 1
                while d <= a:  # ALG306
                    if a % d == 0 and b % d == 0:
                        largest = d
                    d += 1
                return largest

            def from_above(a, b):
                d = min(a, b)
                while a % d or b % d:  # ALG306
                    d -= 1
                return d
            """
        ),
        # With the coefficients, which the library does not give.
        Good(
            """
            def extended(a, b):
                x, y = 1, 0
                while b:
                    x, y = y, x - a // b * y
                    a, b = b, a % b
                return a, x
            """
        ),
        # The sign of the lower number goes into the divisor, which `math.gcd` would not do.
        Good(
            """
            def reduced(upper, lower):
                a, b = upper, lower
                while b:
                    a, b = b, a % b
                return upper // a, lower // a

            def slope(run, rise):
                return reduced(-rise, run)
            """
        ),
        # The remainders are of use.
        Good(
            """
            def quotients(a, b):
                while b:
                    yield a // b
                    a, b = b, a % b
            """
        ),
        # A domain of its own, such as polynomials, may have remainders too.
        Good(
            """
            class Polynomials(Domain):
                def gcd(self, a, b):
                    while b:
                        a, b = b, a % b
                    return self.normalized(a)
            """
        ),
        # A text is filled: the type is known and no number.
        Good(
            """
            def fill(text: str, width: int):
                while len(text) % width:
                    text += " "
                return text
            """
        ),
        # One number only.
        Good(
            """
            def round_up(n):
                while n % 8:
                    n += 1
                return n
            """
        ),
    )

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        pair = euclid(node) or subtraction(node)
        if pair is not None:
            yield from self._euclid(node, *pair, context)
            return
        down = counts_down_to_divisor(node)
        if down is not None and _are_numbers(*down, context):
            yield self._found(node.test, "gcd", *down, context)
        step = steps_to_multiple(node, context) or counts_up_to_multiple(node)
        if step is not None:
            yield self._found(node.test, "lcm", *step, context)
            return
        yield from self._search(node, context)

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        yield from self._search(node, context)

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        """A recursion: `return gcd(b, a % b)`."""
        match node.args:
            case [ast.Name() as b, ast.BinOp(left=ast.Name() as a, op=ast.Mod(), right=by)] if same(
                b, by
            ):
                pass
            case _:
                return
        function = context.function(node)
        if function is None or not is_gcd_of(function, a.id, b.id, context):
            return
        if context.callee(node) is function and _are_numbers(a, b, context):
            yield self._found(node, "gcd", a, b, context)

    def _euclid(
        self, node: ast.While, a: ast.Name, b: ast.Name, context: Context
    ) -> Iterator[Finding]:
        if not _are_numbers(a, b, context):
            return
        if _may_be_negative(node, context):
            return
        edits: list[Edit | AddImport] = []
        later = [
            u for u in context.uses(b) if not context.inside(u, node) and u.lineno > node.lineno
        ]
        is_plain = not isinstance(node.test, ast.Compare) or is_constant(
            node.test.comparators[0], 0
        )
        if not later and not node.orelse and is_plain and not context.loops(node):
            text = f"{a.id} = math.gcd({a.id}, {b.id})"
            edits = [Edit(node, statements(text)), AddImport("math")]
        yield self._found(node.test, "gcd", a, b, context, *edits)

    def _search(self, node: ast.For | ast.While, context: Context) -> Iterator[Finding]:
        run = counting(node, context)
        if run is None or len(run.body) != 1:
            return
        match run.body[0]:
            case ast.If(test=ast.BoolOp() as test, body=body, orelse=[]):
                pass
            case _:
                return
        common = common_number(test, run)
        if common is None or not _are_numbers(common[0], common[1], context):
            return
        is_last = len(body) == 1 and isinstance(body[0], ast.Assign) and run.step > 0
        leaves = always_leaves(body) and not isinstance(body[-1], ast.Continue)
        divisor, one, other = common[2], common[0], common[1]
        if divisor and ((leaves and run.step < 0) or (is_last and _keeps(body[0], run))):
            yield self._found(run.place, "gcd", one, other, context)
        elif not divisor and leaves and run.step > 0:
            yield self._found(run.place, "lcm", one, other, context)

    def _found(
        self,
        place: ast.expr,
        function: str,
        one: ast.expr,
        other: ast.expr,
        context: Context,
        *edits: Edit | AddImport,
    ) -> Finding:
        what = "greatest common divisor" if function == "gcd" else "least common multiple"
        texts = context.segment(one), context.segment(other)
        return self.report(
            place, *edits, what=what, function=function, one=texts[0], other=texts[1]
        )


def _are_numbers(a: ast.expr, b: ast.expr, context: Context) -> bool:
    """Whether nothing says that they are something else than whole numbers."""
    kinds = (context.type_of(a), context.type_of(b))
    if any(kind.is_known and kind.name not in ("int", "bool") for kind in kinds):
        return False
    # In a subclass of something, what is unknown may well be elements of an algebra.
    return all(kind.is_known for kind in kinds) or not any(
        isinstance(outer, ast.ClassDef) and outer.bases for outer in context.ancestors(a)
    )


def _may_be_negative(loop: ast.While, context: Context) -> bool:
    """Whether the file hands a negated number over: the loop, unlike `math.gcd`, keeps a sign."""
    function = context.function(loop)
    if function is None:
        return False
    calls = [context.parent(use) for use in context.uses(function)]
    arguments = [arg for call in calls if isinstance(call, ast.Call) for arg in call.args]
    return any(isinstance(a, ast.UnaryOp) and isinstance(a.op, ast.USub) for a in arguments)


def _keeps(statement: ast.stmt, run: Counting) -> bool:
    return isinstance(statement, ast.Assign) and is_name(statement.value, run.variable.id)
