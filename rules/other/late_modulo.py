from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.facts.rebinding import rebinding
from effilint.analyzer.patterns import constant_int, names_in, walk
from effilint.analyzer.rewrite import replacement, statements
from effilint.analyzer.tree import same


class LateModulo(Rule):
    """A number is left to grow through a whole loop or recursion, and reduced only at the end.

    A product or a Fibonacci-like sum has as many digits as there were steps, so that step n takes
    time in n; with `% m` in every step the numbers stay small. The fix assumes whole numbers.
    """

    code = "OTH106"
    name = "late-modulo"
    message = "`{name}` grows without limit, though only its remainder by `{modulus}` is wanted"
    advice = "Take the remainder in every step"
    gain = Gain("O(n²)", "O(n)", {10: 0.95, 1_000: 2.6, 20_000: 34.0})
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
        if not isinstance(remainder.op, ast.Mod) or not _is_modulus(remainder.right, context):
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
        steps = _steps(name, context, is_table=is_table)
        if not steps or not _is_wanted_reduced(name, remainder.right, steps, context):
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


def _is_modulus(node: ast.expr, context: Context) -> bool:
    """Whether it is a constant number, or a name for one: one that is no small test."""
    value = constant_int(node)
    if value is not None:
        return value > 1_000  # the checks of short numbers use 97 and the like
    if isinstance(node, ast.BinOp):
        return all(
            constant_int(n) is not None for n in walk(node) if isinstance(n, ast.Constant)
        ) and (not names_in(node))
    given = context.sole_value(node) if isinstance(node, ast.Name) else None
    return given is not None and not isinstance(given, ast.Name) and _is_modulus(given, context)


def _steps(name: ast.Name, context: Context, *, is_table: bool) -> list[ast.stmt]:
    """The statements in loops that make the number, or an item of the table, grow fast."""
    found: list[ast.stmt] = []
    nodes = [*(b.node for b in context.bindings(name)), *context.uses(name)]
    for node in nodes:
        statement = context.statement(node)
        if statement in found or not context.loops(node):
            continue
        value = _new_item(statement, name.id) if is_table else _new_number(statement, name.id)
        if value is None:
            continue
        is_turn = isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple)
        if is_turn or _multiplies(value, name.id, is_table=is_table):
            found.append(statement)
    return sorted(found, key=lambda statement: statement.lineno)


def _new_number(statement: ast.stmt, name: str) -> ast.expr | None:
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=places)], value=ast.Tuple(elts=values)):
            if len(places) == len(values) and all(isinstance(p, ast.Name) for p in places):
                names = {p.id for p in places if isinstance(p, ast.Name)}
                sums = [value for value in values if not isinstance(value, ast.Name)]
                if name in names and len(sums) == 1 and _is_sum_of(sums[0], names):
                    return sums[0]
            return None
    parts = rebinding(statement)
    if parts is None or not isinstance(parts[0], ast.Name) or parts[0].id != name:
        return None
    return parts[1]


def _is_sum_of(value: ast.expr, names: set[str]) -> bool:
    """Whether it is `a + b` of all the names."""
    terms = _terms(value)
    return {t.id for t in terms if isinstance(t, ast.Name)} == names and len(terms) > 1


def _new_item(statement: ast.stmt, name: str) -> ast.expr | None:
    match statement:
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="append"), args=[item])
        ) if owner == name:
            return item
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=owner))], value=value):
            return value if owner == name else None
    return None


def _multiplies(value: ast.expr, name: str, *, is_table: bool) -> bool:
    """Whether it is made of `+` and `*` only, and takes the old number more than once."""
    match value:
        case ast.BinOp(op=ast.Mult(), left=left, right=right):
            own = [side for side in (left, right) if name in names_in(side)]
            other = right if own and own[0] is left else left
            is_growing = constant_int(other) is None or abs(constant_int(other) or 0) > 1
            return len(own) == 1 and _is_own(own[0], name, is_table=is_table) and is_growing
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            if is_table:
                sides = [_is_own(side, name, is_table=True) for side in _terms(value)]
                if sum(sides) > 1 and all(sides):
                    return True
            return any(
                _multiplies(side, name, is_table=is_table) and name not in names_in(rest)
                for side, rest in ((left, right), (right, left))
            )
    return False


def _terms(value: ast.expr) -> list[ast.expr]:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return [*_terms(value.left), *_terms(value.right)]
    return [value]


def _is_own(node: ast.expr, name: str, *, is_table: bool) -> bool:
    if is_table:
        return (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and (node.value.id == name and not isinstance(node.slice, ast.Slice))
        )
    return isinstance(node, ast.Name) and node.id == name


def _is_wanted_reduced(
    name: ast.Name,
    modulus: ast.expr,
    steps: list[ast.stmt],
    context: Context,
) -> bool:
    """Whether every read outside of the steps takes the remainder by the same number."""
    for use in context.uses(name):
        if any(context.inside(use, step) for step in steps):
            continue
        place: ast.AST = use
        outer = context.parent(place)
        while isinstance(outer, ast.Subscript) and outer.value is place:
            place, outer = outer, context.parent(outer)
        if isinstance(place, ast.Subscript) and isinstance(place.ctx, ast.Store):
            if context.loops(place):
                return False
            continue
        if not isinstance(outer, ast.BinOp) or not isinstance(outer.op, ast.Mod):
            return False
        if outer.left is not place or not same(outer.right, modulus):
            return False
    others = [
        b for b in context.bindings(name) if not any(context.inside(b.node, step) for step in steps)
    ]
    if any(context.loops(binding.node) for binding in others):
        return False
    sides = [
        s for step in steps if isinstance(step, ast.Assign) for s in _other_names(step, name.id)
    ]
    return all(_is_only_turned(side, steps, context) for side in sides)


def _other_names(step: ast.Assign, name: str) -> list[ast.Name]:
    """The other names of `a, b = b, a + b`."""
    target = step.targets[0]
    if not isinstance(target, ast.Tuple):
        return []
    return [t for t in target.elts if isinstance(t, ast.Name) and t.id != name]


def _is_only_turned(name: ast.Name, steps: list[ast.stmt], context: Context) -> bool:
    return all(any(context.inside(use, step) for step in steps) for use in context.uses(name))


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
    value = _new_number(step, name.id) or _new_item(step, name.id)
    if value is None:
        return []
    old = context.segment(value)
    return [Edit(value, replacement(f"({old}) % {modulus}"))]
