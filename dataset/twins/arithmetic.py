"""A formula or a function of `math` becomes a loop over numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.forms import plain_loops
from effilint.dataset.twins.inverse import Change, Example, Inverse, Site
from effilint.dataset.twins.original import Original


class SeriesAddedUp(Inverse):
    """The sum of the first whole numbers is added up."""

    name = "series-added-up"
    codes = ("ALG301",)
    examples = (
        Example(
            """
            def total(n):
                return n * (n + 1) // 2
            """,
            """
            def total(n):
                return «sum(range(1, n + 1))»
            """,
            "total(10)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.BinOp):
            match node:
                case ast.BinOp(
                    left=ast.BinOp(left=a, op=ast.Mult(), right=b),
                    op=ast.FloorDiv() | ast.RShift(),
                    right=ast.Constant(value=1 | 2),
                ):
                    text = _series(original, a, b) or _series(original, b, a)
                    if text:
                        yield Site((original.put(node, text),))


def _series(original: Original, n: ast.expr, beside: ast.expr) -> str:
    """`sum(range(...))` where `beside` is n + 1 or n - 1."""
    match beside:
        case ast.BinOp(left=ast.expr() as left, op=ast.Add(), right=ast.Constant(value=1)):
            if ast.unparse(left) == ast.unparse(n):
                return f"sum(range(1, {original.text(n)} + 1))"
        case ast.BinOp(left=ast.Constant(value=1), op=ast.Add(), right=right):
            if ast.unparse(right) == ast.unparse(n):
                return f"sum(range(1, {original.text(n)} + 1))"
        case ast.BinOp(left=ast.expr() as left, op=ast.Sub(), right=ast.Constant(value=1)):
            if ast.unparse(left) == ast.unparse(n):
                return f"sum(range({original.text(n)}))"
    return ""


class PowerThenRemainder(Inverse):
    """The whole power is computed before its remainder."""

    name = "power-then-remainder"
    codes = ("ALG303",)
    examples = (
        Example(
            """
            def last(a, b, m):
                return pow(a, b, m)
            """,
            """
            def last(a, b, m):
                return «(a ** b % m)»
            """,
            "last(3, 40, 7)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if original.is_call(call, "pow") and len(call.args) == 3:
                base, exponent, modulus = map(original.atom, call.args)
                if isinstance(call.args[1], ast.Name):
                    yield Site((original.put(call, f"({base} ** {exponent} % {modulus})"),))


class FactorialRatio(Inverse):
    """A binomial coefficient is made of three factorials."""

    name = "factorial-ratio"
    codes = ("ALG305",)
    examples = (
        Example(
            """
            import math

            def ways(n, k):
                return math.comb(n, k)
            """,
            """
            import math

            def ways(n, k):
                return «(math.factorial(n) // (math.factorial(k) * math.factorial(n - k)))»
            """,
            "ways(10, 3)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if original.is_call(call, "math.comb") and len(call.args) == 2:
                n, k = map(original.atom, call.args)
                name = original.text(call.func).replace("comb", "factorial")
                text = f"({name}({n}) // ({name}({k}) * {name}({n} - {k})))"
                yield Site((original.put(call, text),))


class LateModulo(Inverse):
    """Numbers grow through a loop, and the remainder is taken at its end."""

    name = "late-modulo"
    codes = ("OTH106",)
    examples = (
        Example(
            """
            def digits(text):
                value = 0
                for char in text:
                    value = (value * 10 + int(char)) % 7
                return value
            """,
            """
            def digits(text):
                value = 0
                for char in text:
                    «value = (value * 10 + int(char))»
                value %= 7
                return value
            """,
            "digits('123456')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in plain_loops(original):
            for statement in loop.body:
                inner: ast.expr | None = None
                match statement:
                    case ast.Assign(
                        targets=[ast.Name(id=name)],
                        value=ast.BinOp(left=left, op=ast.Mod(), right=modulus),
                    ):
                        inner = left
                    case ast.AugAssign(target=ast.Name(id=name), op=ast.Mod(), value=modulus):
                        pass
                    case _:
                        continue
                if not original.context.is_invariant(modulus, loop) or _is_used(
                    loop, statement, name
                ):
                    continue
                after = original.after(loop, f"{name} %= {original.text(modulus)}")
                if inner is not None:
                    put = original.put(statement, f"{name} = {original.atom(inner)}")
                    yield Site((put, after), ((put.start, put.end),))
                elif len(loop.body) > 1:
                    yield Site((original.delete(statement), after), (original.span(loop),))


def _is_used(loop: ast.For, own: ast.stmt, name: str) -> bool:
    """Whether the variable serves for more than its own next value."""
    return any(
        isinstance(node, ast.Compare | ast.Subscript | ast.If | ast.While)
        and any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node))
        for statement in loop.body
        if statement is not own
        for node in ast.walk(statement)
    )


class ModuloAtTheEnd(Inverse):
    """Numbers grow without a bound, and the remainder is taken of the result alone."""

    name = "modulo-at-the-end"
    codes = ("OTH106",)
    examples = (
        Example(
            """
            def ways(n):
                mod = 10**9 + 7
                table = [1, 1]
                for i in range(2, n):
                    table.append((table[i - 1] + table[i - 2]) % mod)
                return table[-1]
            """,
            """
            def ways(n):
                mod = 10**9 + 7
                table = [1, 1]
                for i in range(2, n):
                    table.append(«(table[i - 1] + table[i - 2])»)
                return (table[-1]) % mod
            """,
            "ways(200)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for function in original.nodes(ast.FunctionDef):
            changes: list[Change] = []
            modulus = ""
            for node in ast.walk(function):
                match node:
                    case ast.BinOp(left=left, op=ast.Mod(), right=right):
                        text = original.atom(left)
                    case ast.AugAssign(op=ast.Mod(), value=right):
                        text = "pass"
                    case _:
                        continue
                if _is_large(original, right) and original.context.loops(node):
                    changes.append(original.put(node, text))
                    modulus = original.text(right)
            returns = [n for n in ast.walk(function) if isinstance(n, ast.Return) and n.value]
            marks = tuple((change.start, change.end) for change in changes)
            if changes and any(original.context.function(r) is not function for r in returns):
                continue
            for answer in returns:
                if answer.value is not None and not original.context.loops(answer):
                    text = f"({original.text(answer.value)}) % {modulus}"
                    changes.append(original.put(answer.value, text))
            if marks and len(changes) > len(marks):
                yield Site(tuple(changes), marks)


_LARGE = 10**6


def _is_large(original: Original, modulus: ast.expr) -> bool:
    """Whether it is a large constant, or a name for one."""
    value = modulus
    if isinstance(modulus, ast.Name):
        value = original.context.sole_value(modulus) or modulus
    match value:
        case ast.Constant(value=int(number)) | ast.Call(args=[ast.Constant(value=float(number))]):
            return number > _LARGE
        case ast.BinOp(left=left, op=ast.Add()):
            return ast.unparse(left) in ("10 ** 9", "1000000000", "int(1000000000.0)", "pow(10, 9)")
    return False
