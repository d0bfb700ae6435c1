from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.facts.counting import is_fixed
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.patterns import constant_int
from effilint.analyzer.rewrite import replacement

# Up to this exponent the power of a small base fits into a machine word or two.
_SMALL = 64


class Modpow(Rule):
    """A power is computed in full, and then only its remainder is kept.

    The power has as many digits as the exponent is large; `pow(b, e, m)` never holds more than
    the modulus needs. The fix assumes that the exponent is a non-negative `int`.
    """

    code = "ALG303"
    name = "modpow"
    message = "The whole power `{power}` is computed for its remainder"
    advice = "Use `{call}`"
    safety = Safety.UNSAFE
    gain = Gain("O(M(e))", "O(log e)", {10: 0.98, 1_000: 63.0, 10_000: 2300.0})
    examples = (
        Bad(
            """
            def encrypt(message: int, key: int, modulus: int) -> int:
                return message**key % modulus  # ALG303
            """,
            fixed="""
            def encrypt(message: int, key: int, modulus: int) -> int:
                return pow(message, key, modulus)
            """,
            workload="encrypt(123457, n, 1_000_000_007)",
        ),
        # As a factor of what is reduced.
        Bad(
            """
            MOD = 10**9 + 7

            def colourings(free: int, kinds: int) -> int:
                return 2 * pow(kinds, free) % MOD  # ALG303
            """,
            fixed="""
            MOD = 10**9 + 7

            def colourings(free: int, kinds: int) -> int:
                return 2 * pow(kinds, free, MOD) % MOD
            """,
        ),
        # Kept in a variable first.
        Bad(
            """
            class Hash:
                def shift(self, length: int) -> int:
                    power = 257**length  # ALG303
                    return power % 1_000_003
            """,
            fixed="""
            class Hash:
                def shift(self, length: int) -> int:
                    power = pow(257, length, 1_000_003)
                    return power % 1_000_003
            """,
        ),
        # The modulus bounds it at every step already.
        Good(
            """
            def encrypt(message: int, key: int, modulus: int) -> int:
                return pow(message, key, modulus)
            """
        ),
        # Small powers are faster this way.
        Good(
            """
            def step(x: int, modulus: int) -> int:
                return (x**2 + 1) % modulus
            """
        ),
        # These may be floats, for which there is no such function.
        Good(
            """
            def phase(base: float, exponent: int) -> float:
                return base**exponent % 360
            """
        ),
        # Constants are folded when the code is compiled.
        Good(
            """
            LAST_DIGIT = 2**100 % 10
            """
        ),
        # The whole power is used too.
        Good(
            """
            def split(base: int, exponent: int) -> tuple[int, int]:
                power = base**exponent
                return power, power % 10
            """
        ),
    )

    def visit_BinOp(self, node: ast.BinOp, context: Context) -> Iterator[Finding]:
        if not isinstance(node.op, ast.Mod):
            return
        whole, modulus = node.left, node.right
        if isinstance(whole, ast.Name):
            value = context.sole_value(whole)
            if (
                value is None
                or len(context.uses(whole)) != 1
                or context.hot_loops(value) != (context.hot_loops(node))
            ):
                return
            whole = value
            if not isinstance(modulus, ast.Constant):
                return
        for power in _factors(whole):
            if _is_reducible(power, modulus, context):
                yield self._found(power, modulus, node, context)

    def visit_AugAssign(self, node: ast.AugAssign, context: Context) -> Iterator[Finding]:
        if isinstance(node.op, ast.Mod) and isinstance(node.target, ast.Name):
            before = context.previous(node)
            if isinstance(before, ast.Assign) and len(before.targets) == 1:
                target = before.targets[0]
                if isinstance(target, ast.Name) and target.id == node.target.id:
                    for power in _factors(before.value):
                        if _is_reducible(power, node.value, context):
                            yield self._found(power, node.value, node, context)

    def _found(
        self, power: ast.expr, modulus: ast.expr, node: ast.AST, context: Context
    ) -> Finding:
        base, exponent = _parts(power) or (power, power)
        texts = [context.segment(part) for part in (base, exponent, modulus)]
        call = f"pow({', '.join(texts)})"
        is_alone = isinstance(node, ast.BinOp) and node.left is power
        place = node if is_alone and isinstance(node, ast.expr) else power
        assert isinstance(place, ast.expr)
        edit = Edit(place, replacement(call))
        return self.report(place, edit, power=context.segment(power), call=call)


def _factors(node: ast.expr) -> Iterator[ast.expr]:
    """The powers whose remainder decides that of `node`: terms and factors."""
    stack = [node]
    while stack:
        top = stack.pop()
        if _parts(top):
            yield top
        elif isinstance(top, ast.BinOp) and isinstance(top.op, ast.Add | ast.Sub | ast.Mult):
            stack += [top.right, top.left]


def _parts(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    match node:
        case ast.BinOp(base, ast.Pow(), exponent):
            return base, exponent
        case ast.Call(func=ast.Name("pow"), args=[base, exponent], keywords=[]):
            return base, exponent
    return None


def _is_reducible(power: ast.expr, modulus: ast.expr, context: Context) -> bool:
    """Whether all are whole numbers, and the exponent is not known to be small."""
    parts = _parts(power)
    if parts is None or (constant_int(parts[1]) or _SMALL) < _SMALL:
        return False
    if isinstance(power, ast.Call) and context.resolve(power.func) != "pow":
        return False
    if all(is_fixed(part, context) for part in (*parts, modulus)):
        return False
    if any(context.type_of(part).name != "int" for part in (*parts, modulus)):
        return False
    return not _counts_to_little(parts[1], context)


def _counts_to_little(exponent: ast.expr, context: Context) -> bool:
    """Whether the exponent is the variable of a loop over a short constant range."""
    if not isinstance(exponent, ast.Name):
        return False
    for loop in context.loops(exponent):
        if not isinstance(loop, ast.While) and context.inside(exponent, loop):
            names = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
            count = context.trip_count(loop)
            if exponent.id in names and count is not None and count <= max(TINY, _SMALL):
                return True
    return False
