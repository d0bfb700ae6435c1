from __future__ import annotations

import ast
import copy
import operator
from collections.abc import Callable, Iterator

from effilint.analyzer import (
    Bad,
    Context,
    DropImport,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    Tier,
    replacement,
)  # fmt: skip
from effilint.analyzer.patterns import (
    constant_int,
    is_name,
    names_in,
    root_name,
    same,
    walk,
    walk_block,
)

_TESTS: dict[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip


class CmpToKeySimple(Rule):
    """A comparison function is called for every pair, where a key for every item would do.

    Sorting calls a comparison `n log n` times, a key `n` times. The fix assumes that what is
    subtracted or compared are numbers or texts.
    """

    code = "API107"
    name = "cmp-to-key-simple"
    message = "The comparison compares one key of both items"
    advice = "Use `{arguments}`"
    safety = Safety.UNSAFE
    gain = Gain(
        "O(n log n) calls", "O(n) calls", {10: 4.2, 1_000: 8.8, 100_000: 11.0}, Tier.CONSTANT
    )
    calls = frozenset({"cmp_to_key"})
    examples = (
        Bad(
            """
            from functools import cmp_to_key

            def by_price(items):
                return sorted(items, key=cmp_to_key(lambda a, b: a[1] - b[1]))  # API107
            """,
            fixed="""
            def by_price(items):
                return sorted(items, key=lambda a: a[1])
            """,
            workload="by_price([(i, (i * 7919) % 10007) for i in range(n)])",
        ),
        # The larger first, in place.
        Bad(
            """
            import functools

            class Board:
                def rank(self):
                    self.teams.sort(key=functools.cmp_to_key(lambda x, y: y.won - x.won))  # API107
            """,
            fixed="""
            class Board:
                def rank(self):
                    self.teams.sort(key=lambda x: x.won, reverse=True)
            """,
        ),
        # What Python 2 called `cmp`.
        Bad(
            """
            from functools import cmp_to_key

            def ordered(words):
                # By the first letter.
                words.sort(key=cmp_to_key(lambda a, b: (a[0] > b[0]) - (a[0] < b[0])))  # API107
                return sorted(words, key=cmp_to_key(lambda a, b: -1 if a > b else 1))  # API107
            """,
            fixed="""
            from functools import cmp_to_key

            def ordered(words):
                # By the first letter.
                words.sort(key=lambda a: a[0])
                return sorted(words, reverse=True)
            """,
        ),
        # A function with early returns.
        Bad(
            """
            from functools import cmp_to_key

            def compare(left, right):
                if left.end < right.end:
                    return -1
                elif left.end > right.end:
                    return 1
                return 0

            def schedule(tasks):
                return sorted(tasks, key=cmp_to_key(compare))  # API107
            """,
            fixed="""
            def compare(left, right):
                if left.end < right.end:
                    return -1
                elif left.end > right.end:
                    return 1
                return 0

            def schedule(tasks):
                return sorted(tasks, key=lambda left: left.end)
            """,
        ),
        # No single item has this order.
        Good(
            """
            from functools import cmp_to_key

            def largest_number(parts):
                return sorted(parts, key=cmp_to_key(lambda a, b: int(b + a) - int(a + b)))
            """
        ),
        # Two fields, one of them descending.
        Good(
            """
            from functools import cmp_to_key

            def compare(a, b):
                if a.name != b.name:
                    return -1 if a.name < b.name else 1
                return b.age - a.age

            def ranked(people):
                return sorted(people, key=cmp_to_key(compare))
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if context.resolve(node.func) != "functools.cmp_to_key" or len(node.args) != 1:
            return
        comparison = _comparison(node.args[0], context)
        keyword = context.parent(node)
        outer = context.parent(keyword) if isinstance(keyword, ast.keyword) else None
        if comparison is None or not isinstance(outer, ast.Call) or not _sorts(outer, context):
            return
        first, second, body = comparison
        key = next((k for n in walk_block(body) if (k := _key(n, first, second))), None)
        if key is None:
            return
        signs = [_outcome(body, case, key, (first, second)) for case in (-1, 0, 1)]
        if None in signs or signs[1] < 0 or (signs[0] < 0) == (signs[2] < 0):  # type: ignore[operator]
            return
        arguments = _arguments(key, first, signs[0] >= 0, context)  # type: ignore[operator]
        shown = ", ".join([context.segment(arg) for arg in outer.args] + arguments)
        call = f"{context.segment(outer.func)}({shown})"
        root = root_name(node.func)
        edits = [Edit(outer, replacement(call)), DropImport(root.id if root else "")]
        is_whole = len(outer.keywords) == 1
        yield self.report(
            node, *(edits if is_whole else ()), arguments=", ".join(arguments) or "no key"
        )


def _sorts(call: ast.Call, context: Context) -> bool:
    is_method = isinstance(call.func, ast.Attribute) and call.func.attr == "sort"
    return is_method or context.resolve(call.func) == "sorted"


def _comparison(node: ast.expr, context: Context) -> tuple[str, str, list[ast.stmt]] | None:
    """The two arguments and the body of a comparison function of this file."""
    function: ast.AST | None = node
    if isinstance(node, ast.Name):
        bindings = context.bindings(node)
        function = bindings[0].node if len(bindings) == 1 else None
    if not isinstance(function, ast.Lambda | ast.FunctionDef):
        return None
    arguments = function.args.args
    if len(arguments) != 2:
        return None
    body = function.body if isinstance(function, ast.FunctionDef) else [ast.Return(function.body)]
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return arguments[0].arg, arguments[1].arg, body


def _arguments(key: ast.expr, name: str, is_reversed: bool, context: Context) -> list[str]:
    arguments = [] if is_name(key, name) else [f"key=lambda {name}: {context.segment(key)}"]
    return arguments + ["reverse=True"] * is_reversed


def _key(node: ast.AST, first: str, second: str) -> ast.expr | None:
    """What is compared, in terms of the first item."""
    match node:
        case (
            ast.BinOp(left=left, op=ast.Sub(), right=right)
            | ast.Compare(left=left, comparators=[right])
        ):
            for one, other in ((left, right), (right, left)):
                names = names_in(one)
                if first in names and second not in names and _mirrors(one, other, first, second):
                    return one
    return None


def _mirrors(one: ast.expr, other: ast.expr, first: str, second: str) -> bool:
    renamed = copy.deepcopy(one)
    for name in walk(renamed):
        if is_name(name, first):
            name.id = second  # type: ignore[attr-defined]
    return same(renamed, other)


def _outcome(
    node: ast.AST | list[ast.stmt], case: int, key: ast.expr, names: tuple[str, str]
) -> int | None:
    """What the code gives if the first key is less than (-1), equal to (0) or more than (1) it."""
    match node:
        case [ast.Return(value=ast.expr() as value), *_]:
            return _outcome(value, case, key, names)
        case [ast.If(test=test, body=body, orelse=orelse), *rest]:
            chosen = _outcome(test, case, key, names)
            return (
                None
                if chosen is None
                else _outcome([*(body if chosen else orelse), *rest], case, key, names)
            )
        case ast.IfExp(test=test, body=yes, orelse=no):
            chosen = _outcome(test, case, key, names)
            return None if chosen is None else _outcome(yes if chosen else no, case, key, names)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            sign = _sign(left, right, case, key, names)
            if sign is not None:
                return sign
            one, other = (_outcome(side, case, key, names) for side in (left, right))
            return None if one is None or other is None else one - other
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _TESTS:
            sign = _sign(left, right, case, key, names)
            return None if sign is None else int(_TESTS[type(op)](sign, 0))
    return constant_int(node) if isinstance(node, ast.expr) else None


def _sign(
    left: ast.expr, right: ast.expr, case: int, key: ast.expr, names: tuple[str, str]
) -> int | None:
    if same(left, key) and _mirrors(left, right, *names):
        return case
    if same(right, key) and _mirrors(right, left, *names):
        return -case
    return None
