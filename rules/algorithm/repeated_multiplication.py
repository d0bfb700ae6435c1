from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.facts.counting import Counting, counting, is_used_after, passes
from effilint.analyzer.patterns import constant_int, is_constant, same
from effilint.analyzer.rewrite import statements


class RepeatedMultiplication(Rule):
    """A loop multiplies by the same number again and again, which is a power.

    `**` and three-argument `pow` square instead, and need `O(log e)` multiplications. The fix
    assumes whole numbers and a non-negative exponent.
    """

    code = "ALG304"
    name = "repeated-multiplication"
    message = "`{target}` is multiplied by `{factor}` once for each pass"
    advice = "Use `{power}`"
    safety = Safety.UNSAFE
    gain = Gain("O(e)", "O(log e)", {10: 1.9, 1_000: 52.0, 10_000: 83.0})
    examples = (
        Bad(
            """
            def power(base, exponent):
                result = 1
                for _ in range(exponent):  # ALG304
                    result *= base
                return result
            """,
            fixed="""
            def power(base, exponent):
                result = 1
                result *= base ** exponent
                return result
            """,
            workload="power(3, n)",
        ),
        # With a modulus, in another order.
        Bad(
            """
            MOD = 10**9 + 7

            def arrangements(kinds: int, places: int) -> int:
                count = 1
                for place in range(places):  # ALG304
                    count = kinds * count % MOD
                return count
            """,
            fixed="""
            MOD = 10**9 + 7

            def arrangements(kinds: int, places: int) -> int:
                count = 1
                count = count * pow(kinds, places, MOD) % MOD
                return count
            """,
        ),
        # Counted down in a while loop, in steps.
        Bad(
            """
            def power(base, exponent, modulus):
                result = 1
                while exponent > 0:  # ALG304
                    result *= base
                    result %= modulus
                    exponent -= 1
                return result
            """
        ),
        # The factor changes.
        Good(
            """
            def factorial(n):
                result = 1
                for i in range(1, n + 1):
                    result *= i
                return result
            """
        ),
        # Each power is used.
        Good(
            """
            def powers(base, n):
                result, found = 1, []
                for _ in range(n):
                    found.append(result)
                    result *= base
                return found
            """
        ),
        # A text is repeated, or a matrix scaled: nothing says that it is a number.
        Good(
            """
            def scale(thing, factor, times):
                for _ in range(times):
                    thing *= factor
                return thing
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        if len(node.body) <= 2:
            yield from self._check(node, context)

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        if len(node.body) <= 3:
            yield from self._check(node, context)

    def _check(self, node: ast.For | ast.While, context: Context) -> Iterator[Finding]:
        run = counting(node, context) or _counted_down(node)
        if run is None or not 1 <= len(run.body) <= 2:
            return
        product = _multiplied(run.body[0])
        if product is None:
            return
        target, factor, modulus = product
        if len(run.body) == 2:
            modulus = _reduced(run.body[1], target) if modulus is None else None
            if modulus is None:
                return
        if modulus is not None and not context.is_invariant(modulus, node):
            return
        if not context.is_invariant(factor, node) or not _is_number(target, node, context):
            return
        exponent = passes(run, context)
        if exponent is not None:
            yield self._found(run, target, factor, modulus, exponent, context)

    def _found(
        self,
        run: Counting,
        target: ast.Name,
        factor: ast.expr,
        modulus: ast.expr | None,
        exponent: str,
        context: Context,
    ) -> Finding:
        base, name = context.segment(factor), target.id
        power = f"{_operand(base, factor)} ** {exponent}"
        text = f"{name} *= {power}"
        if modulus is not None:
            by = context.segment(modulus)
            power = f"pow({base}, {exponent.removeprefix('(').removesuffix(')')}, {by})"
            text = f"{name} = {name} * {power} % {_operand(by, modulus)}"
        edits = []
        loop = run.loop
        if isinstance(loop, ast.For):
            if not loop.orelse and not is_used_after(run.variable, loop, context):
                edits = [Edit(loop, statements(text))]
        return self.report(run.place, *edits, target=name, factor=base, power=power)


def _counted_down(node: ast.For | ast.While) -> Counting | None:
    """The loop as a run, if it is `while e > 0: ...; e -= 1` or `while e: ...`."""
    if not isinstance(node, ast.While):
        return None
    match node.test:
        case ast.Compare(left=ast.Name() as variable, ops=[ast.Gt()], comparators=[zero]) if (
            constant_int(zero) == 0
        ):
            pass
        case ast.Name() as variable:
            pass
        case _:
            return None
    steps = [s for s in node.body if _is_one_less(s, variable)]
    if len(steps) != 1:
        return None
    body = tuple(s for s in node.body if s is not steps[0])
    zero = ast.Constant(0)
    return Counting(node, variable, variable, zero, -1, False, node.test, body)


def _is_one_less(statement: ast.stmt, variable: ast.Name) -> bool:
    match statement:
        case ast.AugAssign(target=target, op=ast.Sub(), value=one):
            return same(target, variable) and is_constant(one, 1)
    return False


def _multiplied(statement: ast.stmt) -> tuple[ast.Name, ast.expr, ast.expr | None] | None:
    """Target, factor and modulus of `r *= b`, `r = r * b` and `r = r * b % m`."""
    match statement:
        case ast.AugAssign(target=ast.Name() as target, op=ast.Mult(), value=factor):
            return target, factor, None
        case ast.Assign(
            targets=[ast.Name() as target],
            value=ast.BinOp(ast.BinOp(one, ast.Mult(), other), ast.Mod(), modulus),
        ):
            by = _other(one, other, target)
            return (target, by, modulus) if by else None
        case ast.Assign(targets=[ast.Name() as target], value=ast.BinOp(one, ast.Mult(), other)):
            by = _other(one, other, target)
            return (target, by, None) if by else None
    return None


def _other(one: ast.expr, other: ast.expr, target: ast.Name) -> ast.expr | None:
    if same(one, target):
        return other
    return one if same(other, target) else None


def _reduced(statement: ast.stmt, target: ast.Name) -> ast.expr | None:
    """The modulus of `r %= m` or `r = r % m`."""
    match statement:
        case ast.AugAssign(target=reduced, op=ast.Mod(), value=modulus) if same(reduced, target):
            return modulus
        case ast.Assign(targets=[reduced], value=ast.BinOp(left, ast.Mod(), modulus)) if same(
            reduced, target
        ) and same(left, target):
            return modulus
    return None


def _is_number(target: ast.Name, loop: ast.stmt, context: Context) -> bool:
    """Whether it is one, or at least starts as one: an unknown factor hides the type of both."""
    if context.type_of(target).name in ("int", "float"):
        return True
    outside = [b for b in context.bindings(target) if not context.inside(b.node, loop)]
    return bool(outside) and all(
        isinstance(b.value, ast.Constant) and type(b.value.value) in (int, float) for b in outside
    )


def _operand(text: str, node: ast.expr) -> str:
    """The text as an operand of `**`, in parentheses where it needs them."""
    is_atom = isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.Subscript)
    return text if is_atom or isinstance(node, ast.Constant) else f"({text})"
