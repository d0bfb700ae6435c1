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
    remove,
    statements,
)
from effilint.analyzer.facts.visits import is_number, is_read_outside, is_tiny
from effilint.analyzer.patterns import (
    append_call,
    constant_int,
    is_constant,
    is_name,
    names_in,
    operand_text,
    range_bounds,
    same,
    sole_statement,
)


class ManualPrefixSums(Rule):
    """A loop adds item after item and keeps every sum on the way.

    `itertools.accumulate` does that in C. The fix assumes that the sums are numbers.
    """

    code = "LNG114"
    name = "manual-prefix-sums"
    message = "The running sums of `{items}` are made one by one"
    advice = "Use `{call}`"
    safety = Safety.UNSAFE
    gain = Gain("O(n)", "O(n)", {10: 0.96, 1_000: 1.7, 100_000: 1.5}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def sums(prices):
                totals = [0]
                for price in prices:
                    totals.append(totals[-1] + price)  # LNG114
                return totals
            """,
            fixed="""
            import itertools


            def sums(prices):
                totals = list(itertools.accumulate(prices, initial=0))
                return totals
            """,
            workload="sums(range(n))",
        ),
        # The sum has a name.
        Bad(
            """
            from itertools import accumulate

            def balances(moves: list[int]):
                balance = 0
                found = []
                for move in moves:
                    balance += move  # LNG114
                    found.append(balance)
                return found
            """
        ),
        # By an index, into a table or in place.
        Bad(
            """
            class Ranges:
                def __init__(self, values: list[int]):
                    self.sums = [0] * (len(values) + 1)
                    for i in range(len(values)):
                        self.sums[i + 1] = self.sums[i] + values[i]  # LNG114
                    for i in range(1, len(values)):
                        values[i] += values[i - 1]  # LNG114
                    best = [0] * len(values)
                    for i in range(1, len(values)):
                        best[i] = values[i] + best[i - 1]  # LNG114
                    self.best = best
            """
        ),
        # Each sum depends on more than the one before, or starts again.
        Good(
            """
            def best(values: list[int]):
                found = [values[0]]
                for value in values[1:]:
                    found.append(max(found[-1] + value, value))
                steps = [1, 1]
                for i in range(2, len(values)):
                    steps.append(steps[-1] + steps[-2])
                return found, steps
            """
        ),
        # Only the last sum is kept, or the items are not numbers.
        Good(
            """
            def paths(names: list[str], sizes):
                path, paths = "", []
                for name in names:
                    path += name
                    paths.append(path)
                level = [0]
                for size in sizes:
                    level.append(level[-1] + size)
                    print(level)
                return paths, level
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        if node.orelse or len(node.body) > 2 or not isinstance(node.target, ast.Name):
            return
        statement = sole_statement(node.body)
        if statement is None:
            found = self._named(node, context)
        elif isinstance(statement, ast.Expr):
            found = self._appended(node, statement, context)
        else:
            found = self._indexed(node, statement, context)
        if found is not None and not is_tiny(context, node):
            yield found

    def _appended(self, loop: ast.For, statement: ast.Expr, context: Context) -> Finding | None:
        """`sums.append(sums[-1] + item)`."""
        parts = append_call(statement)
        match parts:
            case (sums, ast.BinOp(left=left, op=ast.Add(), right=right)):
                item = right if _is_last(left, sums) else left
                if not _is_last(right if item is left else left, sums):
                    return None
            case _:
                return None
        assert isinstance(loop.target, ast.Name)
        if not is_name(item, loop.target.id) or names_in(sums) & names_in(loop.iter):
            return None
        if context.type_of(sums).name != "list":
            return None
        items, edits = context.segment(loop.iter), []
        if isinstance(loop.iter, ast.Tuple | ast.Yield | ast.YieldFrom):
            items = operand_text(loop.iter, items)
        wanted: list[AddImport] = []
        call = f"itertools.accumulate({items}, initial={context.segment(sums)}[-1])"
        first = context.previous(loop)
        match first:
            case ast.Assign(targets=[target], value=ast.List(elts=[start])) if same(target, sums):
                call = f"list(itertools.accumulate({items}, initial={context.segment(start)}))"
                if isinstance(start, ast.Constant) and not is_read_outside(
                    context, loop.target, loop
                ):
                    new = f"{context.segment(sums)} = {call}"
                    edits = [Edit(first, remove()), Edit(loop, statements(new))]
                    wanted = [AddImport("itertools")]
        return self.report(statement, *edits, *wanted, items=items, call=call)

    def _named(self, loop: ast.For, context: Context) -> Finding | None:
        """`total += item` and `sums.append(total)`."""
        first, second = loop.body
        parts = append_call(second)
        match first:
            case ast.AugAssign(target=ast.Name() as total, op=ast.Add(), value=item):
                pass
            case _:
                return None
        assert isinstance(loop.target, ast.Name)
        if parts is None or not is_name(parts[1], total.id):
            return None
        if not is_name(item, loop.target.id) or not is_number(context, total):
            return None
        if names_in(parts[0]) & (names_in(loop.iter) | {total.id}):
            return None
        items = context.segment(loop.iter)
        return self.report(first, items=items, call=f"itertools.accumulate({items})")

    def _indexed(self, loop: ast.For, statement: ast.stmt, context: Context) -> Finding | None:
        """`sums[i + 1] = sums[i] + items[i]`, or one place back, or in place."""
        bounds = range_bounds(loop.iter)
        if bounds is None or not is_constant(bounds[2], 1):
            return None
        match statement:
            case ast.Assign(
                targets=[ast.Subscript() as target],
                value=ast.BinOp(left=left, op=ast.Add(), right=right),
            ):
                pairs = [(left, right), (right, left)]
            case ast.AugAssign(target=ast.Subscript() as target, op=ast.Add(), value=value):
                pairs = [(value, target)]
            case _:
                return None
        assert isinstance(loop.target, ast.Name)
        index = loop.target.id
        place = _place(target.slice, index)
        for before, item in pairs:
            if not isinstance(before, ast.Subscript) or not isinstance(item, ast.Subscript):
                continue
            last = _place(before.slice, index)
            if place is None or last is None or place - last != 1:
                continue
            if not same(before.value, target.value) or _place(item.slice, index) is None:
                continue
            if same(item.value, target.value) and _place(item.slice, index) != place:
                continue
            if index in names_in(item.value) | names_in(target.value):
                continue
            kinds = context.type_of(target.value), context.type_of(item.value)
            if any(kind.name != "list" for kind in kinds):
                continue
            items, call = _described(target, last, item, bounds, index, context)
            return self.report(statement, items=items, call=call)
        return None


def _described(
    target: ast.Subscript,
    last: int,
    item: ast.Subscript,
    bounds: tuple[ast.expr, ast.expr, ast.expr],
    index: str,
    context: Context,
) -> tuple[str, str]:
    """What the loop adds up, which may be a part of the list, and the call that does it."""
    sums, items = context.segment(target.value), context.segment(item.value)
    by, (start, stop, _) = _place(item.slice, index) or 0, bounds
    in_place = same(item.value, target.value)
    begin = _shifted(start, last if in_place else by, context)
    end = _shifted(stop, by, context)
    part = f"{'' if begin == '0' else begin}:{'' if end == f'len({items})' else end}"
    items = items if part == ":" else f"{items}[{part}]"
    if in_place:
        return items, f"itertools.accumulate({items})"
    initial = f"{sums}[{_shifted(start, last, context)}]"
    return items, f"itertools.accumulate({items}, initial={initial})"


def _shifted(node: ast.expr, by: int, context: Context) -> str:
    """The text of a number and of another one added to it."""
    match node:
        case ast.Constant(value=int(number)):
            return str(number + by)
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=int(number))):
            node, by = left, by + number
        case ast.BinOp(left=left, op=ast.Sub(), right=ast.Constant(value=int(number))):
            node, by = left, by - number
    text = context.segment(node)
    return text if by == 0 else f"{text} {'-' if by < 0 else '+'} {abs(by)}"


def _is_last(node: ast.expr, sums: ast.expr) -> bool:
    match node:
        case ast.Subscript(value=value, slice=place):
            return same(value, sums) and constant_int(place) == -1
    return False


def _place(node: ast.expr, index: str) -> int | None:
    """How far `node` is from the index: 0 for `i`, 1 for `i + 1`, -1 for `i - 1`."""
    match node:
        case ast.Name(id=name) if name == index:
            return 0
        case ast.BinOp(left=ast.Name(id=name), op=op, right=ast.Constant(value=int(by))):
            if name == index and isinstance(op, ast.Add | ast.Sub):
                return by if isinstance(op, ast.Add) else -by
    return None
