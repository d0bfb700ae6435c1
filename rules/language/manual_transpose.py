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
    replacement,
)
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.patterns import (
    append_call,
    is_constant,
    is_name,
    names_in,
    operand_text,
    range_bounds,
    same,
    sole_statement,
)


class ManualTranspose(Rule):
    """The columns of a table are made by going through its rows place by place.

    `zip(*table)` turns rows and columns around in C. It stops at the shortest row, where indices
    would fail: the fix is for rows of one length.
    """

    code = "LNG109"
    name = "manual-transpose"
    message = "The columns of `{table}` are put together place by place"
    advice = "Use `{call}`"
    safety = Safety.UNSAFE
    gain = Gain("O(n·m)", "O(n·m)", {10: 2.0, 100: 3.5, 1_000: 2.7}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def turned(table: list[list[int]]):
                return [[row[c] for row in table] for c in range(len(table[0]))]  # LNG109
            """,
            fixed="""
            def turned(table: list[list[int]]):
                return [list(column) for column in zip(*table)]
            """,
            workload="turned([list(range(n))] * (n + 1))",
        ),
        # By two indices; tuples; named lengths.
        Bad(
            """
            def columns(grid: list[str], table: list[list[int]]):
                rows, cols = len(table), len(table[0])
                yield [[table[r][c] for r in range(len(table))] for c in range(cols)]  # LNG109
                yield [tuple(line[i] for line in grid) for i in range(len(grid[0]))]  # LNG109
                yield ["".join(line[i] for line in grid) for i in range(len(grid[0]))]  # LNG109
            """,
            fixed="""
            def columns(grid: list[str], table: list[list[int]]):
                rows, cols = len(table), len(table[0])
                yield [[table[r][c] for r in range(len(table))] for c in range(cols)]
                yield list(zip(*grid))
                yield ["".join(column) for column in zip(*grid)]
            """,
        ),
        # Loops.
        Bad(
            """
            def turned(table: list[list[int]]):
                found = []
                for c in range(len(table[0])):  # LNG109
                    column = []
                    for row in table:
                        column.append(row[c])
                    found.append(column)
                other = [[0] * len(table) for _ in table[0]]
                for r in range(len(table)):  # LNG109
                    for c in range(len(table[0])):
                        other[c][r] = table[r][c]
                return found, other
            """
        ),
        # One column, a product, and a turn of the table in place.
        Good(
            """
            def others(table: list[list[int]], k: int):
                column = [row[k] for row in table]
                sums = [[row[c] * k for row in table] for c in range(len(table[0]))]
                for r in range(len(table)):
                    for c in range(r):
                        table[r][c], table[c][r] = table[c][r], table[r][c]
                return column, sums, [[row[c] for c in range(k)] for row in table]
            """
        ),
        # An array turns itself.
        Good(
            """
            def turned(points):
                return [[point[axis] for point in points] for axis in range(len(points[0]))]
            """
        ),
    )

    def visit_ListComp(self, node: ast.ListComp, context: Context) -> Iterator[Finding]:
        if len(node.generators) != 1:
            return
        outer = node.generators[0]
        made, inner = _made(node.elt)
        if inner is None or outer.ifs or not isinstance(outer.target, ast.Name):
            return
        loop = inner.generators[0]
        table = _table(inner.elt, loop, outer.target.id)
        if table is None or loop.ifs or not _is_whole(outer, table, context):
            return
        text = context.segment(table)
        rows = f"zip(*{operand_text(table, text)})"
        call = f"[{made} for column in {rows}]" if made else f"list({rows})"
        bounds = range_bounds(outer.iter)
        is_sure = bounds is not None and isinstance(bounds[1], ast.Call)
        edits = [Edit(node, replacement(call))] if is_sure else []
        yield self.report(node, *edits, table=text, call=call)

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        if node.orelse or not isinstance(node.target, ast.Name) or len(node.body) not in (1, 3):
            return
        table = _gathered(node) if len(node.body) == 3 else _filled(node)
        if table is None or not _is_whole(node, table, context):
            return
        text = context.segment(table)
        call = f"[list(column) for column in zip(*{text})]"
        yield self.report(node, table=text, call=call)


def _made(elt: ast.expr) -> tuple[str, ast.ListComp | ast.GeneratorExp | None]:
    """What is made of a column, and the comprehension that goes down it."""
    match elt:
        case ast.ListComp(generators=[_]):
            return "list(column)", elt
        case ast.Call(
            func=ast.Name("tuple" | "list" as name),
            args=[(ast.GeneratorExp(generators=[_]) | ast.ListComp(generators=[_])) as inner],
        ):
            return ("" if name == "tuple" else "list(column)"), inner
        case ast.Call(
            func=ast.Attribute(value=glue, attr="join"),
            args=[(ast.GeneratorExp(generators=[_]) | ast.ListComp(generators=[_])) as inner],
        ) if is_constant(glue, ""):
            return '"".join(column)', inner
    return "", None


def _table(item: ast.expr, loop: ast.For | ast.comprehension, column: str) -> ast.expr | None:
    """The table, if `item` is that of the loop's row in the column."""
    match item:
        case ast.Subscript(value=row, slice=place) if is_name(place, column):
            pass
        case _:
            return None
    if not isinstance(loop.target, ast.Name):
        return None
    if is_name(row, loop.target.id) and isinstance(loop.iter, ast.Name | ast.Attribute):
        return loop.iter
    bounds = range_bounds(loop.iter)
    match row:
        case ast.Subscript(value=table, slice=place) if is_name(place, loop.target.id):
            whole = bounds is not None and is_constant(bounds[0], 0) and is_constant(bounds[2], 1)
            return table if whole and isinstance(table, ast.Name | ast.Attribute) else None
    return None


def _is_whole(loop: Loop, table: ast.expr, context: Context) -> bool:
    """Whether the loop goes through all places of a row of a list of rows."""
    kind = context.type_of(table)
    if kind.name not in ("list", "tuple") or kind.element is None or isinstance(loop, ast.While):
        return False
    if kind.element.name not in ("list", "tuple", "str"):
        return False
    bounds = range_bounds(loop.iter)
    if bounds is None or not is_constant(bounds[0], 0) or not is_constant(bounds[2], 1):
        return False
    stop = bounds[1]
    if isinstance(stop, ast.Name):
        stop = context.sole_value(stop) or _part(stop, context) or stop
    match stop:
        case ast.Call(
            func=ast.Name("len"), args=[ast.Subscript(value=measured, slice=ast.Constant())]
        ):
            return same(measured, table)
        case ast.Call(func=ast.Name("len"), args=[measured]):
            return same(measured, table) and isinstance(loop, ast.For) and _filled(loop) is table
    return False


def _part(name: ast.Name, context: Context) -> ast.expr | None:
    """The value of the variable, if it is set once and with others."""
    bindings = context.bindings(name)
    if len(bindings) != 1 or not isinstance(bindings[0].value, ast.Tuple):
        return None
    path = bindings[0].path
    return bindings[0].value.elts[path[0]] if len(path) == 1 else None


def _gathered(loop: ast.For) -> ast.expr | None:
    """The table, if the loop makes a list of a column and appends it."""
    match loop.body:
        case [
            ast.Assign(targets=[ast.Name(id=column)], value=ast.List(elts=[])),
            ast.For(orelse=[]) as inner,
            last,
        ]:
            pass
        case _:
            return None
    kept, added = append_call(last), append_call(sole_statement(inner.body))
    if kept is None or added is None or not is_name(kept[1], column):
        return None
    if not is_name(added[0], column) or not isinstance(loop.target, ast.Name):
        return None
    return _table(added[1], inner, loop.target.id)


def _filled(loop: ast.For) -> ast.expr | None:
    """The table, if the loop over its rows copies each item to the mirrored place of another."""
    match loop.body:
        case [ast.For(target=ast.Name(id=c), body=[ast.Assign(targets=[target], value=value)])]:
            pass
        case _:
            return None
    r = getattr(loop.target, "id", "")
    match target, value:
        case (
            ast.Subscript(value=ast.Subscript(value=other, slice=first), slice=second),
            ast.Subscript(value=ast.Subscript(value=table, slice=third), slice=fourth),
        ):
            is_mirror = is_name(first, c) and is_name(second, r)
            is_mirror = is_mirror and is_name(third, r) and is_name(fourth, c)
            if is_mirror and not same(other, table) and not names_in(table) & {r, c}:
                return table if isinstance(table, ast.Name | ast.Attribute) else None
    return None
