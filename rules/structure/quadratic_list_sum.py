from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    AddImport,
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    replacement,
)
from effilint.analyzer.facts.few import is_said_short
from effilint.analyzer.facts.lattice import item_type
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.patterns import is_name


class QuadraticListSum(Rule):
    """Lists or tuples are joined by `sum` or by `reduce` with `+`.

    Every `+` makes a new list of all items so far; `itertools.chain` goes through each item
    once. The fix assumes that the items have no `+` of their own kind: where one is no list,
    `sum` raises `TypeError`, the chain takes any iterable.
    """

    code = "DST505"
    name = "quadratic-list-sum"
    message = "Adding {kind}s up one by one copies all items so far for each of them"
    advice = "Use `{kind}(chain.from_iterable(...))`"
    gain = Gain("O(n^2)", "O(n)", {10: 0.93, 1_000: 13.0, 5_000: 48.0})
    safety = Safety.UNSAFE
    calls = frozenset({"sum", "reduce"})
    examples = (
        Bad(
            """
            def flattened(groups):
                return sum(groups, [])  # DST505
            """,
            fixed="""
            from itertools import chain


            def flattened(groups):
                return list(chain.from_iterable(groups))
            """,
            workload="flattened([[i, i + 1] for i in range(n)])",
        ),
        Bad(
            """
            def arguments(calls):
                found = sum((call.args for call in calls if call), start=())  # DST505
                return found
            """,
            fixed="""
            from itertools import chain


            def arguments(calls):
                found = tuple(chain.from_iterable(call.args for call in calls if call))
                return found
            """,
        ),
        Bad(
            """
            import functools
            import operator

            def flattened(groups):
                return functools.reduce(operator.add, groups, [])  # DST505
            """,
            fixed="""
            import functools
            import operator
            from itertools import chain

            def flattened(groups):
                return list(chain.from_iterable(groups))
            """,
        ),
        Bad(
            """
            from functools import reduce

            def words(lines: list[str]):
                parts = [line.split() for line in lines]
                return reduce(lambda done, new: done + new, parts)  # DST505
            """
        ),
        Bad(
            """
            from functools import reduce

            def squares(numbers):
                return reduce(lambda done, number: done + [number * number], numbers, [])  # DST505
            """
        ),
        # Numbers.
        Good(
            """
            def total(prices):
                return sum(prices, 0)
            """
        ),
        # Two lists.
        Good(
            """
            def both(one, other):
                return sum((one, other), [])
            """
        ),
        # Three rows of a box, two ends, two keys: few in any case.
        Good(
            """
            def box(rows, top, edge, table):
                places = sum((row[:3] for row in rows[3 * top : 3 * (top + 1)]), [])
                start, stop = edge
                keys = [key for key in table.keys if key.links]
                if len(keys) != 2:
                    return places
                return places + sum(edge, []) + sum([key.columns for key in keys], [])
            """
        ),
        # Under test.
        Good(
            """
            def check(tables):
                assert sum([table.rows() for table in tables], []) == ["a", "b"]
            """
        ),
        # `iadd` adds in place.
        Good(
            """
            import functools
            import operator

            def flattened(groups):
                return functools.reduce(operator.iadd, groups, [])
            """
        ),
        # They may be arrays.
        Good(
            """
            import functools
            import operator

            def total(arrays):
                return functools.reduce(operator.add, arrays)
            """
        ),
        # There is one result for each item given.
        Good(
            """
            def tagged(self, sentence):
                return sum(self.tag_all([sentence]), [])
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if not node.args or any(isinstance(arg, ast.Starred) for arg in node.args):
            return
        match node:
            case ast.Call(func=ast.Name("sum"), args=[parts, start], keywords=[]):
                yield from self._sum(node, parts, start, context)
            case ast.Call(
                func=ast.Name("sum"), args=[parts], keywords=[ast.keyword("start", start)]
            ):
                yield from self._sum(node, parts, start, context)
            case ast.Call(args=[function, parts, *starts], keywords=[]):
                if context.resolve(node.func) == "functools.reduce":
                    yield from self._reduce(node, function, parts, starts, context)

    def _sum(
        self, node: ast.Call, parts: ast.expr, start: ast.expr, context: Context
    ) -> Iterator[Finding]:
        kind = _kind_of(start, context)
        if kind is None or context.resolve(node.func) != "sum" or _is_short(parts, context):
            return
        edits = _edits(node, parts, kind, context) if _is_empty(start) else ()
        yield self.report(node, *edits, kind=kind)

    def _reduce(
        self,
        node: ast.Call,
        function: ast.expr,
        parts: ast.expr,
        starts: list[ast.expr],
        context: Context,
    ) -> Iterator[Finding]:
        whole = _adds(function, context)
        if whole is None or _is_short(parts, context):
            return
        kind = _kind_of(starts[0], context) if starts else None
        if not starts and whole:
            item = item_type(context.type_of(parts)).name
            kind = item if item in ("list", "tuple") else None
        if kind is None:
            return
        edits = (
            _edits(node, parts, kind, context) if starts and whole and _is_empty(starts[0]) else ()
        )
        yield self.report(node, *edits, kind=kind)


def _kind_of(start: ast.expr, context: Context) -> str | None:
    if not isinstance(start, ast.List | ast.Tuple | ast.Call):
        return None
    kind = context.type_of(start).name
    return kind if kind in ("list", "tuple") else None


def _is_empty(start: ast.expr) -> bool:
    match start:
        case ast.List(elts=[]) | ast.Tuple(elts=[]):
            return True
        case ast.Call(args=[], keywords=[]):
            return True
    return False


def _adds(function: ast.expr, context: Context) -> bool | None:
    """Whether the function adds whole parts (or, False, a list made of each); None if neither."""
    match function:
        case ast.Lambda(
            args=ast.arguments(args=[old, new]),
            body=ast.BinOp(left=left, op=ast.Add(), right=right),
        ) if is_name(left, old.arg):
            if is_name(right, new.arg):
                return True
            return False if isinstance(right, ast.List | ast.Tuple) else None
    if context.resolve(function) in ("operator.add", "operator.concat"):
        return True
    return None


def _is_short(parts: ast.expr, context: Context) -> bool:
    """Whether there are few parts."""
    match parts:
        case ast.Call(args=[ast.List(elts=elts)]) if len(elts) <= TINY:
            return True  # as many results as items are given
    clauses = [ast.comprehension(ast.Name("_"), parts, [], 0)]
    if isinstance(parts, ast.GeneratorExp | ast.ListComp):
        clauses = parts.generators
    total = 1
    for clause in clauses:
        count = context.trip_count(clause)
        if count is None and not is_said_short(context, clause.iter):
            return False
        total *= count or 1
    return total <= TINY


def _edits(
    node: ast.Call, parts: ast.expr, kind: str, context: Context
) -> tuple[Edit | AddImport, ...]:
    text = context.segment(parts)
    if isinstance(parts, ast.GeneratorExp):
        text = text.removeprefix("(").removesuffix(")")
    call = f"{kind}(chain.from_iterable({text}))"
    return Edit(node, replacement(call)), AddImport("itertools", "chain")
