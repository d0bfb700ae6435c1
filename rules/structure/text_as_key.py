from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Tier
from effilint.analyzer.facts.call_chains import outlives_recursion
from effilint.analyzer.facts.rebinding import sum_operands
from effilint.analyzer.patterns import is_empty_container, membership, method_call


class TextAsKey(Rule):
    """Values are written out and joined to a text, only to be a key of a dict or set.

    Making the text costs more than making and hashing a tuple, and different values may give
    the same text: `str(1) + str(11)` and `str(11) + str(1)`.
    """

    code = "DST308"
    name = "text-as-key"
    message = "`{key}` writes values out to text for a key of `{table}`"
    advice = "Use the tuple `({parts})` as the key"
    gain = Gain("O(n)", "O(n)", {10: 1.5, 1_000: 1.7, 10_000: 1.3}, tier=Tier.CONSTANT)
    confidence = 0.85  # too few findings on real code to know
    examples = (
        Bad(
            """
            def distinct(points):
                seen = set()
                for x, y in points:
                    key = f"{x},{y}"  # DST308
                    if key not in seen:
                        seen.add(key)
                return len(seen)
            """,
            fixed="""
            def distinct(points):
                seen = set()
                for x, y in points:
                    key = (x, y)
                    if key not in seen:
                        seen.add(key)
                return len(seen)
            """,
            workload="distinct([(i % 7, i % 1000) for i in range(n)])",
        ),
        Bad(
            """
            def ways(rows, columns):
                memo = {}

                def count(row, column):
                    if row == rows or column == columns:
                        return 1
                    key = str(row) + "-" + str(column)  # DST308
                    if key not in memo:
                        memo[key] = count(row + 1, column) + count(row, column + 1)
                    return memo[key]

                return count(0, 0)
            """
        ),
        Bad(
            """
            def visits(steps):
                places = {}
                x = y = 0
                for dx, dy in steps:
                    x += dx
                    y += dy
                    places[f"{x}:{y}"] = places.get(f"{x}:{y}", 0) + 1  # DST308
                return len(places)
            """
        ),
        # The text is shown; part of it is a word; the keys are read.
        Good(
            """
            def report(rows):
                names, made, kept = {}, set(), {}
                for a, b in rows:
                    key = f"{a},{b}"
                    if key not in made:
                        made.add(key)
                        print(key)
                    names[f"user-{a}"] = b
                    kept[f"{a},{b}"] = a
                for name in kept:
                    print(name)
                return names
            """
        ),
        # Handed to the caller.
        Good(
            """
            def table(rows):
                cells = {}
                for row, column, value in rows:
                    cells[f"{row},{column}"] = value
                return cells
            """
        ),
        # Asked for by a text from somewhere else.
        Good(
            """
            def chosen(rows, names):
                cells, found = {}, []
                for row, column, value in rows:
                    cells[f"{row}.{column}"] = value
                for name in names:
                    found.append(cells[name])
                return found
            """
        ),
        # Filled with texts from elsewhere; a part of something else.
        Good(
            """
            def numbered(names, taken, groups):
                used = set(taken)
                for name, number in names:
                    while f"{name}.{number}" in used:
                        number += 1
                for group, rows in groups.items():
                    lines = taken.setdefault(group, {})
                    for row, column in rows:
                        lines[f"{row}#{column}"] = group
            """
        ),
        # Once.
        Good(
            """
            def known(x, y):
                seen = {}
                seen[f"{x},{y}"] = 1
                return len(seen)
            """
        ),
    )

    def visit_JoinedStr(self, node: ast.JoinedStr, context: Context) -> Iterator[Finding]:
        parts = _fields(node)
        if parts is not None:
            yield from self._check(node, parts, context)

    def visit_BinOp(self, node: ast.BinOp, context: Context) -> Iterator[Finding]:
        if isinstance(node.op, ast.Add) and not isinstance(context.parent(node), ast.BinOp):
            parts = _written(node, context)
            if parts is not None:
                yield from self._check(node, parts, context)

    def _check(self, node: ast.expr, parts: list[ast.expr], context: Context) -> Iterator[Finding]:
        tables = _tables(context, node)
        if not tables:
            return
        table = tables[0]
        symbol = context.symbol(table)
        if symbol is None or not symbol.scope.is_function:
            return
        if not context.type_of(table).is_hashed:
            return
        if not is_empty_container(context.sole_value(table)):
            return  # somebody else may see its keys
        if any(context.symbol(other) is not symbol for other in tables):
            return
        if not context.hot_loops(node) and not outlives_recursion(context, node, table):
            return
        if not all(_is_lookup(context, use) for use in context.scopes.loads(symbol)):
            return
        if not _all_keys_alike(context, table, node):
            return
        text = ", ".join(context.segment(part) for part in parts)
        yield self.report(node, key=context.segment(node), table=table.id, parts=text)


def _fields(node: ast.JoinedStr) -> list[ast.expr] | None:
    """The values of an f-string that has nothing but them and separators."""
    found: list[ast.expr] = []
    for value in node.values:
        match value:
            case ast.FormattedValue(value=inner, conversion=-1, format_spec=None):
                found.append(inner)
            case ast.Constant(value=str(text)) if not any(char.isalnum() for char in text):
                continue
            case _:
                return None
    return found if len(found) > 1 else None


def _written(node: ast.BinOp, context: Context) -> list[ast.expr] | None:
    """The values of `str(a) + "," + str(b)`."""
    found: list[ast.expr] = []
    for operand in sum_operands(node):
        match operand:
            case ast.Call(func=ast.Name("str") as function, args=[inner], keywords=[]):
                if context.resolve(function) != "str":
                    return None
                found.append(inner)
            case ast.Constant(value=str(text)) if not any(char.isalnum() for char in text):
                continue
            case _:
                return None
    return found if len(found) > 1 else None


def _tables(context: Context, key: ast.expr) -> list[ast.Name]:
    """The tables that the text, or the variable that only holds it, is a key of; else none."""
    table = _table_of(context, key)
    if table is not None:
        return [table]
    parent = context.parent(key)
    if not isinstance(parent, ast.Assign) or len(parent.targets) != 1:
        return []
    name = parent.targets[0]
    if not isinstance(name, ast.Name) or len(context.bindings(name)) != 1:
        return []
    found = [_table_of(context, use) for use in context.uses(name)]
    return [table for table in found if table] if all(found) else []


def _table_of(context: Context, key: ast.expr) -> ast.Name | None:
    parent = context.parent(key)
    table: ast.expr | None = None
    match parent:
        case ast.Subscript(value=value, slice=place) if place is key:
            table = value
        case ast.Compare() if membership(parent) is not None and parent.left is key:
            table = parent.comparators[0]
        case ast.Call(args=[first, *_]) if first is key:
            table = method_call(parent, "add", "get", "discard", "setdefault", "remove")
    return table if isinstance(table, ast.Name) else None


def _is_lookup(context: Context, use: ast.Name) -> bool:
    """Whether no one sees the keys of the table there."""
    parent = context.parent(use)
    match parent:
        case ast.Subscript(value=value):
            return value is use
        case ast.Compare(comparators=[container]):
            return container is use
        case ast.Attribute(attr="add" | "get" | "discard" | "setdefault" | "remove" | "values"):
            return True
        case ast.Attribute(attr="clear"):
            return True
        case ast.Call(func=ast.Name("len" | "bool"), args=[_]):
            return True
    return False


def _all_keys_alike(context: Context, table: ast.Name, first: ast.expr) -> bool:
    """Whether the text is the first key of the table in the file, so that one finding is enough."""
    own = (first.lineno, first.col_offset)
    for use in context.uses(table):
        key = _key_at(context, use)
        if isinstance(key, ast.Name):
            key = context.sole_value(key) or key
        if isinstance(key, ast.JoinedStr | ast.BinOp):
            if (key.lineno, key.col_offset) < own:
                return False
        elif key is not None:
            return False
    return True


def _key_at(context: Context, use: ast.Name) -> ast.expr | None:
    parent = context.parent(use)
    match parent:
        case ast.Subscript(slice=place):
            return place
        case ast.Compare(left=left):
            return left
        case ast.Attribute():
            call = context.parent(parent)
            return call.args[0] if isinstance(call, ast.Call) and call.args else None
    return None
