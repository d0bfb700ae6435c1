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
    Tier,
    replacement,
)
from effilint.analyzer.facts.lattice import item_type
from effilint.analyzer.patterns import is_constant, is_name, unbracketed

_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "sum", ast.Mult: "math.prod"}
_NAMED = {"operator.add": "sum", "operator.mul": "math.prod", "max": "max", "min": "min"}
_START = {"sum": 0, "math.prod": 1}


class ReduceOfBuiltIn(Rule):
    """`reduce` adds, multiplies or compares numbers that a built-in function would go through.

    `sum`, `math.prod`, `max` and `min` call nothing for each item. The sum of no numbers is 0 and
    their product 1, where `reduce` without a start fails; float sums may differ in the last digit
    since Python 3.12.
    """

    code = "LNG118"
    name = "reduce-of-built-in"
    message = "`reduce` calls a function for every item to do what `{function}` does"
    advice = "Use `{call}`"
    safety = Safety.UNSAFE
    gain = Gain("O(n)", "O(n)", {10: 2.4, 1_000: 4.3, 100_000: 4.0}, Tier.CONSTANT)
    calls = frozenset({"reduce"})
    examples = (
        Bad(
            """
            from functools import reduce

            def total(prices: list[int]):
                return reduce(lambda left, right: left + right, prices)  # LNG118
            """,
            fixed="""
            from functools import reduce

            def total(prices: list[int]):
                return sum(prices)
            """,
            workload="total(range(n + 1))",
        ),
        # With a start, a function of `operator`, and a choice.
        Bad(
            """
            import functools
            import operator

            def figures(sizes: list[int], levels, counts):
                volume = functools.reduce(operator.mul, sizes, 1)  # LNG118
                highest = functools.reduce(lambda a, b: a if a > b else b, levels)  # LNG118
                return volume, highest, functools.reduce(lambda s, x: s + x, counts, 5)  # LNG118
            """,
            fixed="""
            import functools
            import operator
            import math

            def figures(sizes: list[int], levels, counts):
                volume = math.prod(sizes)
                highest = functools.reduce(lambda a, b: a if a > b else b, levels)
                return volume, highest, sum(counts, 5)
            """,
        ),
        # What is added is not known: it may be sets, tables, texts.
        Good(
            """
            from functools import reduce
            from operator import mul

            def joined(parts, factors):
                return reduce(lambda left, right: left + right, parts), reduce(mul, factors)
            """
        ),
        # From right to left, which may be another product.
        Good(
            """
            from functools import reduce

            def composed(steps):
                return reduce(lambda done, step: step * done, steps, 1)
            """
        ),
        # The function does more.
        Good(
            """
            from functools import reduce

            def number(digits: list[int]):
                return reduce(lambda value, digit: value * 10 + digit, digits, 0)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if len(node.args) not in (2, 3) or node.keywords:
            return
        if any(isinstance(arg, ast.Starred) for arg in node.args):
            return
        function = _function(node.args[0], context)
        if not function or context.resolve(node.func) != "functools.reduce":
            return
        items, start = node.args[1], node.args[2] if len(node.args) == 3 else None
        shown = context.segment(items)
        if function in ("max", "min"):
            if start is None:
                call = f"{function}({shown})"
                is_sure = is_name(node.args[0], function)
                edits = [Edit(node, replacement(call))] if is_sure else []
                yield self.report(node, *edits, function=function, call=call)
            return
        kinds = [item_type(context.type_of(items))]
        if start is not None:
            kinds.append(context.type_of(start))
        if not any(kind.is_number for kind in kinds) or any(
            kind.is_known and not kind.is_number for kind in kinds
        ):
            return
        if not kinds[0].is_known and _is_turned(node.args[0]):
            return
        call = f"{function}({shown})"
        if isinstance(items, ast.GeneratorExp):
            call = f"{function}({unbracketed(shown)})"
        if start is not None and not is_constant(start, _START[function]):
            name = "start=" if function == "math.prod" else ""
            call = f"{function}({shown}, {name}{context.segment(start)})"
        wanted = [AddImport("math")] if function == "math.prod" else []
        yield self.report(
            node, Edit(node, replacement(call)), *wanted, function=function, call=call
        )


def _function(node: ast.expr, context: Context) -> str:
    """The built-in that goes through items as `reduce` does with this function."""
    match node:
        case ast.Lambda(
            args=ast.arguments(args=[ast.arg(arg=first), ast.arg(arg=second)]), body=body
        ):
            return _of_body(body, first, second)
        case ast.Name() | ast.Attribute():
            return _NAMED.get(context.resolve(node) or "", "")
    return ""


def _is_turned(function: ast.expr) -> bool:
    """Whether the lambda takes its arguments the other way round, as matrices would notice."""
    match function:
        case ast.Lambda(args=ast.arguments(args=[first, *_]), body=ast.BinOp(left=left)):
            return not is_name(left, first.arg)
    return False


def _of_body(body: ast.expr, first: str, second: str) -> str:
    match body:
        case ast.BinOp(left=ast.Name(id=left), op=op, right=ast.Name(id=right)):
            return _OPERATORS.get(type(op), "") if {left, right} == {first, second} else ""
        case ast.Call(func=ast.Name("max" | "min" as name), args=[left, right], keywords=[]):
            is_both = is_name(left, first) and is_name(right, second)
            return name if is_both else ""
        case ast.IfExp(
            test=ast.Compare(left=left, ops=[op], comparators=[right]), body=yes, orelse=no
        ):
            names = [getattr(part, "id", "") for part in (left, right, yes, no)]
            if set(names[:2]) != {first, second} or set(names[2:]) != {first, second}:
                return ""
            if not isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
                return ""
            is_larger = isinstance(op, ast.Gt | ast.GtE) == (names[0] == names[2])
            return "max" if is_larger else "min"
    return ""
