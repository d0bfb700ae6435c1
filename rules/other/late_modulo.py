from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.facts.remainders import (
    growing_steps,
    is_modulus,
    is_wanted_reduced,
    new_item,
    new_number,
)
from effilint.analyzer.patterns import constant_int
from effilint.analyzer.rewrite import replacement, statements


class LateModulo(Rule):
    """A number is left to grow through a whole loop or recursion, and reduced only at the end.

    A product or a Fibonacci-like sum has as many digits as there were steps, so that step n takes
    time in n; with `% m` in every step the numbers stay small. The fix assumes whole numbers.
    """

    code = "OTH106"
    name = "late-modulo"
    message = "`{name}` grows without limit, though only its remainder by `{modulus}` is wanted"
    advice = "Take the remainder in every step"
    gain = Gain("O(n²)", "O(n)", {10: 0.95, 1_000: 2.6, 20_000: 33.0})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def digest(letters):
                mark = 7
                for letter in letters:
                    mark = mark * 31 + letter  # OTH106
                return mark % 1_000_003
            """,
            fixed="""
            def digest(letters):
                mark = 7
                for letter in letters:
                    mark = (mark * 31 + letter) % 1_000_003
                return mark % 1_000_003
            """,
            workload="digest([k % 90 for k in range(n)])",
        ),
        Bad(
            """
            M = 10**9 + 7

            def orders(count):
                ways = 1
                for k in range(2, count + 1):
                    ways *= k  # OTH106
                return ways % M
            """,
            fixed="""
            M = 10**9 + 7

            def orders(count):
                ways = 1
                for k in range(2, count + 1):
                    ways = ways * k % M
                return ways % M
            """,
            workload="orders(n)",
        ),
        # Two numbers that take turns.
        Bad(
            """
            def tilings(width):
                one, two = 1, 1
                for _ in range(width - 1):
                    one, two = two, one + two  # OTH106
                return two % 998244353
            """,
            fixed="""
            def tilings(width):
                one, two = 1, 1
                for _ in range(width - 1):
                    one, two = two, (one + two) % 998244353
                return two % 998244353
            """,
            workload="tilings(n)",
        ),
        # A table whose items are sums of its own items.
        Bad(
            """
            def stairs(steps):
                ways = [1, 1]
                for k in range(2, steps + 1):
                    ways.append(ways[k - 1] + ways[k - 2])  # OTH106
                return ways[steps] % 1_000_007
            """,
            fixed="""
            def stairs(steps):
                ways = [1, 1]
                for k in range(2, steps + 1):
                    ways.append((ways[k - 1] + ways[k - 2]) % 1_000_007)
                return ways[steps] % 1_000_007
            """,
            workload="stairs(n)",
        ),
        Bad(
            """
            def colourings(length):
                ways = [0] * (length + 1)
                ways[0] = 1
                for k in range(1, length + 1):
                    ways[k] = 3 * ways[k - 1]  # OTH106
                return ways[length] % 1_000_007
            """,
            fixed="""
            def colourings(length):
                ways = [0] * (length + 1)
                ways[0] = 1
                for k in range(1, length + 1):
                    ways[k] = (3 * ways[k - 1]) % 1_000_007
                return ways[length] % 1_000_007
            """,
        ),
        # The remainder is taken in every step.
        Good(
            """
            def digest(letters):
                mark = 7
                for letter in letters:
                    mark = (mark * 31 + letter) % 1_000_003
                return mark % 1_000_003
            """
        ),
        # The number itself decides when to stop.
        Good(
            """
            def power_below(limit):
                value = 1
                while value < limit:
                    value = value * 3
                return value % 1_000_003
            """
        ),
        # A sum of small numbers stays small.
        Good(
            """
            def checksum(data):
                total = 0
                for byte in data:
                    total += byte
                return total % 256
            """
        ),
        # Both are wanted: the number and its remainder.
        Good(
            """
            def split(digits):
                value = 0
                for digit in digits:
                    value = value * 10 + digit
                return value // 9973, value % 9973
            """
        ),
        # The check of a short number.
        Good(
            """
            def check(digits):
                value = 0
                for digit in digits:
                    value = value * 10 + digit
                return value % 97 == 1
            """
        ),
        # A few steps.
        Good(
            """
            def port(octets):
                value = 0
                for octet in octets[:4]:
                    value = value * 256 + octet
                return value % 65521
            """
        ),
    )

    def visit_BinOp(self, remainder: ast.BinOp, context: Context) -> Iterator[Finding]:
        if not isinstance(remainder.op, ast.Mod) or not is_modulus(remainder.right, context):
            return
        name = remainder.left
        while isinstance(name, ast.Subscript):
            name = name.value
        function = context.function(remainder)
        if not isinstance(name, ast.Name) or function is None:
            return
        symbol = context.symbol(name)
        if symbol is None or symbol.scope.node is not function:
            return
        is_table = name is not remainder.left
        steps = growing_steps(name, context, is_table=is_table)
        if not steps or not is_wanted_reduced(name, remainder.right, steps, context):
            return
        first = steps[0]
        loops = context.hot_loops(first)
        if not loops or context.inside(remainder, loops[-1]) or _is_short(first, context):
            return
        modulus = context.segment(remainder.right)
        edits = []
        if len(steps) == 1:
            edits = _edits(first, name, modulus, context)
        yield self.report(first, *edits, name=name.id, modulus=modulus)


def _is_short(step: ast.stmt, context: Context) -> bool:
    """Whether the loop goes through a slice of fixed length, or the whole function is small."""
    for loop in context.hot_loops(step):
        iterable = getattr(loop, "iter", None)
        if isinstance(iterable, ast.Subscript) and isinstance(iterable.slice, ast.Slice):
            if constant_int(iterable.slice.upper) is not None:
                return True
    return False


def _edits(step: ast.stmt, name: ast.Name, modulus: str, context: Context) -> list[Edit]:
    match step:
        case ast.AugAssign(target=target, op=ast.Mult(), value=value):
            factor = context.segment(value)
            factor = f"({factor})" if isinstance(value, ast.BinOp | ast.IfExp) else factor
            text = f"{context.segment(target)} = {context.segment(target)} * {factor} % {modulus}"
            return [Edit(step, statements(text))]
    new = new_number(step, name.id) or new_item(step, name.id)
    if new is None:
        return []
    return [Edit(new, replacement(f"({context.segment(new)}) % {modulus}"))]
