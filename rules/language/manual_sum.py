from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    Tier,
    remove,
    statements,
)
from effilint.analyzer.facts.visits import is_number, is_read_outside, is_tiny
from effilint.analyzer.patterns import names_in, operand_text, same, sole_statement, walk


class ManualSum(Rule):
    """A loop adds up the items of an iterable one by one.

    `sum` does the same additions in C. The fix assumes that no exception ends the loop half-way
    and is caught; from Python 3.12 on, `sum` rounds floats less than the loop does.
    """

    code = "LNG101"
    name = "manual-sum"
    message = "The loop only adds up the items of `{iterable}` in `{total}`"
    advice = "Use `{call}`"
    gain = Gain("O(n)", "O(n)", {10: 1.3, 1_000: 3.4, 100_000: 3.2}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def total(prices):
                result = 0
                for price in prices:
                    result += price  # LNG101
                return result
            """,
            fixed="""
            def total(prices):
                result = sum(prices)
                return result
            """,
            workload="total([3, 7] * (n // 2))",
        ),
        Bad(
            """
            class Basket:
                def __init__(self, prices):
                    self.prices = prices
                    self.total = 0.0

                def settle(self):
                    for price in self.prices:
                        self.total += price  # LNG101
            """,
            fixed="""
            class Basket:
                def __init__(self, prices):
                    self.prices = prices
                    self.total = 0.0

                def settle(self):
                    self.total += sum(self.prices)
            """,
        ),
        Bad(
            """
            def grand_total(rows):
                total = count = 0
                for row in rows:
                    # Empty rows count too.
                    for value in row:
                        total = value + total  # LNG101
                    count += 1
                return total / count
            """,
            fixed="""
            def grand_total(rows):
                total = count = 0
                for row in rows:
                    # Empty rows count too.
                    total += sum(row)
                    count += 1
                return total / count
            """,
        ),
        # What is added is not the bare item: `sum` of a generator expression is not faster.
        Good(
            """
            def total(products):
                result = 0
                for product in products:
                    result += product.price
                return result
            """
        ),
        # Strings are added.
        Good(
            """
            def text(words):
                result = ""
                for word in words:
                    result += word
                return result
            """
        ),
        # The last item is used after the loop.
        Good(
            """
            def total_and_last(prices):
                total = 0
                for price in prices:
                    total += price
                return total, price
            """
        ),
        # Three passes.
        Good(
            """
            def volume(a, b, c):
                total = 0
                for length in (a, b, c):
                    total += length
                return total
            """
        ),
        # Nobody asks for the sum: the loop only makes the generator run.
        Good(
            """
            def run_through(steps):
                done = 0
                for step in generated(steps):
                    done += step
            """
        ),
        # A test of how something is gone through.
        Good(
            """
            def test_pages():
                seen = 0
                for page in Book(9):
                    seen += page
                assert seen == 45
            """
        ),
        # It is not known what the sum starts from.
        Good(
            """
            def extended(start, parts):
                for part in parts:
                    start += part
                return start
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        statement = sole_statement(node.body)
        if node.orelse or not isinstance(node.target, ast.Name):
            return
        total = _summed(statement, node.target.id)
        if total is None or not isinstance(total, ast.Name | ast.Attribute):
            return
        if statement is None or node.target.id in names_in(total):
            return
        if any(same(part, total) for part in walk(node.iter)):
            return
        if is_tiny(context, node) or not is_number(context, total):
            return
        if isinstance(total, ast.Name) and not is_read_outside(context, total, node):
            return
        # A range has a formula: ALG301.
        if context.type_of(node.iter).name in ("ndarray", "str", "bytes", "range"):
            return
        if is_read_outside(context, node.target, node) or not context.names.is_builtin("sum", node):
            return
        edits, call = _fix(node, total, context)
        iterable = context.segment(node.iter)
        yield self.report(
            statement, *edits, iterable=iterable, total=context.segment(total), call=call
        )


def _summed(statement: ast.stmt | None, item: str) -> ast.expr | None:
    """The variable that the item is added to."""
    match statement:
        case ast.AugAssign(target=target, op=ast.Add(), value=ast.Name(id=name)) if name == item:
            return target
        case ast.Assign(
            targets=[target],
            value=ast.BinOp(left=left, op=ast.Add(), right=ast.Name(id=name)),
        ) if name == item and same(left, target):
            return target
        case ast.Assign(
            targets=[target],
            value=ast.BinOp(left=ast.Name(id=name), op=ast.Add(), right=right),
        ) if name == item and same(right, target):
            return target
    return None


def _fix(loop: ast.For, total: ast.expr, context: Context) -> tuple[list[Edit], str]:
    iterable = context.segment(loop.iter)
    if isinstance(loop.iter, ast.Tuple | ast.Yield | ast.YieldFrom):
        iterable = operand_text(loop.iter, iterable)
    name = context.segment(total)
    first = context.previous(loop)
    match first:
        case ast.Assign(targets=[target], value=ast.Constant(value=int() | float() as start)) if (
            same(target, total)
        ):
            is_zero = start == 0 and isinstance(start, int)
            call = f"sum({iterable})" if is_zero else f"sum({iterable}, {start!r})"
            edits = [Edit(first, remove()), Edit(loop, statements(f"{name} = {call}"))]
            return edits, call
    return [Edit(loop, statements(f"{name} += sum({iterable})"))], f"sum({iterable})"
