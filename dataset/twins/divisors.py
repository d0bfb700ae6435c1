"""Divisors, roots and powers are found by trying or multiplying."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.forms import whole_value
from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class DivisorByHand(Inverse):
    """The greatest common divisor is looked for among all numbers, or by hand."""

    name = "divisor-by-hand"
    codes = ("ALG306",)
    examples = (
        Example(
            """
            import math

            def shared(a, b):
                g = math.gcd(a, b)
                return a // g
            """,
            """
            import math

            def shared(a, b):
                «x, y = a, b
                while y:
                    x, y = y, x % y»
                g = x
                return a // g
            """,
            "shared(12, 18)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement, value in whole_value(original):
            for call in ast.walk(value):
                if not isinstance(call, ast.Call) or not original.is_call(call, "math.gcd"):
                    continue
                if len(call.args) != 2 or _is_late(original, call, statement):
                    continue
                x, y = (
                    original.fresh("x", "p", "u", "first"),
                    original.fresh("y", "q", "v", "second"),
                )
                one, other = map(original.text, call.args)
                before = original.before(
                    statement,
                    f"{x}, {y} = {one}, {other}",
                    f"while {y}:",
                    f"\t{x}, {y} = {y}, {x} % {y}",
                )
                marks = ((before.start, before.end),)
                yield Site((before, original.put(call, x)), marks, frozenset((x, y)))
                break


def _is_late(original: Original, node: ast.expr, statement: ast.stmt) -> bool:
    """Whether it is not computed once, unconditionally, with its statement."""
    for outer in original.context.ancestors(node):
        if outer is statement:
            return False
        if isinstance(outer, ast.Lambda | ast.IfExp | ast.BoolOp | ast.comprehension):
            return True
        if isinstance(outer, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            return True
    return True


class DivisorTried(Inverse):
    """The greatest common divisor is found by trying all numbers."""

    name = "divisor-tried"
    codes = ("ALG306",)
    examples = (
        Example(
            """
            import math

            def shared(a, b):
                return math.gcd(a, b)
            """,
            """
            import math

            def shared(a, b):
                return «max(d for d in range(1, max(a, b) + 1) if a % d == 0 and b % d == 0)»
            """,
            "shared(12, 18)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if original.is_call(call, "math.gcd") and len(call.args) == 2:
                a, b = map(original.atom, call.args)
                d = original.fresh("d", "k", "divisor", "candidate")
                tests = f"{a} % {d} == 0 and {b} % {d} == 0"
                text = f"max({d} for {d} in range(1, max({a}, {b}) + 1) if {tests})"
                yield Site((original.put(call, text),), names=frozenset((d,)))


class RootTried(Inverse):
    """The whole square root is found by trying all numbers."""

    name = "root-tried"
    codes = ("ALG309",)
    examples = (
        Example(
            """
            import math

            def side(area):
                return math.isqrt(area)
            """,
            """
            import math

            def side(area):
                return «next(r for r in range(area + 1) if (r + 1) * (r + 1) > area)»
            """,
            "side(50)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            inner = _root(original, call)
            if inner is not None:
                n, r = original.atom(inner), original.fresh("r", "root", "k", "side")
                text = f"next({r} for {r} in range({n} + 1) if ({r} + 1) * ({r} + 1) > {n})"
                yield Site((original.put(call, text),), names=frozenset((r,)))


def _root(original: Original, call: ast.AST) -> ast.expr | None:
    """What the whole root is taken of."""
    if not isinstance(call, ast.Call) or len(call.args) != 1:
        return None
    if original.is_call(call, "math.isqrt"):
        return call.args[0]
    inner = call.args[0]
    if not original.is_call(call, "int", "math.floor"):
        return None
    if isinstance(inner, ast.Call) and original.is_call(inner, "math.sqrt"):
        return inner.args[0]
    match inner:
        case ast.BinOp(left=base, op=ast.Pow(), right=ast.Constant(value=0.5)):
            return base
    return None


class DivisorsToTheEnd(Inverse):
    """Divisors are tried up to the number in place of its root."""

    name = "divisors-to-the-end"
    codes = ("ALG101",)
    examples = (
        Example(
            """
            def is_prime(n):
                for d in range(2, int(n ** 0.5) + 1):
                    if n % d == 0:
                        return False
                return n > 1
            """,
            """
            def is_prime(n):
                for d in «range(2, n)»:
                    if n % d == 0:
                        return False
                return n > 1
            """,
            "[is_prime(n) for n in range(20)]",
        ),
        Example(
            """
            def is_prime(n):
                d = 2
                while d * d <= n:
                    if n % d == 0:
                        return False
                    d += 1
                return n > 1
            """,
            """
            def is_prime(n):
                d = 2
                while «d < n»:
                    if n % d == 0:
                        return False
                    d += 1
                return n > 1
            """,
            "[is_prime(n) for n in range(20)]",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.Call, ast.While):
            match node:
                case ast.Call(
                    args=[start, ast.BinOp(left=root, op=ast.Add(), right=ast.Constant())]
                ):
                    n = _root(original, root)
                    if n is not None and original.is_call(node, "range"):
                        text = f"range({original.text(start)}, {original.text(n)})"
                        yield Site((original.put(node, text),))
                case ast.While(
                    test=ast.Compare(
                        left=ast.BinOp(left=ast.Name(id=d), op=op, right=other),
                        ops=[ast.LtE() | ast.Lt()],
                        comparators=[n],
                    ) as test
                ):
                    is_square = isinstance(op, ast.Mult) and ast.unparse(other) == d
                    if is_square or (isinstance(op, ast.Pow) and ast.unparse(other) == "2"):
                        sign = original.choice("<", "<=")
                        yield Site((original.put(test, f"{d} {sign} {original.text(n)}"),))


class PowerMultiplied(Inverse):
    """A power is multiplied out."""

    name = "power-multiplied"
    codes = ("ALG304",)
    examples = (
        Example(
            """
            def all_of(n: int):
                count = 2 ** n
                return count
            """,
            """
            def all_of(n: int):
                «power = 1
                for _ in range(n):
                    power *= 2»
                count = power
                return count
            """,
            "all_of(10)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement, value in whole_value(original):
            for node in ast.walk(value):
                match node:
                    case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
                        is_known = original.type(exponent).name == "int"
                    case ast.BinOp(
                        left=ast.Constant(value=1) as base, op=ast.LShift(), right=exponent
                    ):
                        is_known = True
                    case ast.Call(args=[base, exponent]) if original.is_call(node, "pow"):
                        is_known = original.type(exponent).name == "int"
                    case _:
                        continue
                assert isinstance(node, ast.expr)
                if not is_known or isinstance(exponent, ast.Constant):
                    continue
                if _is_late(original, node, statement):
                    if node is not value:
                        continue
                power = original.fresh("power", "product", "result", "scale")
                factor = (
                    "2"
                    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.LShift)
                    else original.text(base)
                )
                before = original.before(
                    statement,
                    f"{power} = 1",
                    f"for _ in range({original.text(exponent)}):",
                    f"\t{power} *= {factor}",
                )
                marks = ((before.start, before.end),)
                yield Site((before, original.put(node, power)), marks, frozenset((power,)))
                break
