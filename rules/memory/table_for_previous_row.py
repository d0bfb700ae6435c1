from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Tier
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.facts.tables import (
    Steps,
    depends_on,
    filling_loop,
    is_last,
    is_rebound,
    offset,
    sole_local,
    steps_of,
)
from effilint.analyzer.patterns import constant_int

_READERS = frozenset(["max", "min", "sum", "any", "all"])


@dataclass(frozen=True, slots=True)
class _Cell:
    """One `table[row][column]`, or `table[row]` as a whole (no column)."""

    node: ast.Subscript
    row: ast.expr
    column: ast.expr | None
    is_written: bool


class TableForPreviousRow(Rule):
    """All rows of a table are kept, though each is made from the one before and the last counts.

    Two rows do: the one before and the one that is made. That takes `n` places instead of `n*m`,
    and one index less for each step. Silent if any other row is read, as when the way to the
    result is found out afterwards.
    """

    code = "MEM206"
    name = "table-for-previous-row"
    message = "All rows of `{table}` are kept, but only the one before is read, and the last"
    advice = "Keep two rows: the one before and the one that is made"
    gain = Gain("O(n*m) memory", "O(n) memory", {30: 1.4, 200: 1.4, 2_000: 1.6}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def ways(height, width):
                found = [[1] * width for _ in range(height)]  # MEM206
                for row in range(1, height):
                    for place in range(1, width):
                        found[row][place] = found[row - 1][place] + found[row][place - 1]
                return found[height - 1][width - 1]
            """,
            fixed="""
            def ways(height, width):
                above = [1] * width
                for row in range(1, height):
                    found = [1] * width
                    for place in range(1, width):
                        found[place] = above[place] + found[place - 1]
                    above = found
                return above[width - 1]
            """,
            workload="ways(n, 30)",
        ),
        # The best of all is found on the way.
        Bad(
            """
            def largest_square(field):
                sizes = [[0] * (len(field[0]) + 1) for _ in range(len(field) + 1)]  # MEM206
                best = 0
                for i in range(len(field)):
                    for j in range(len(field[0])):
                        if field[i][j] == "1":
                            sizes[i + 1][j + 1] = 1 + min(
                                sizes[i][j], sizes[i][j + 1], sizes[i + 1][j]
                            )
                            best = max(best, sizes[i + 1][j + 1])
                return best * best
            """
        ),
        # The table is one larger than the texts, and written one ahead.
        Bad(
            """
            def shared(one, other):
                table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]  # MEM206
                for i, a in enumerate(one):
                    for j, b in enumerate(other):
                        if a == b:
                            table[i + 1][j + 1] = table[i][j] + 1
                        else:
                            table[i + 1][j + 1] = max(table[i][j + 1], table[i + 1][j])
                return table[-1][-1]
            """
        ),
        # From the end, with two states.
        Bad(
            """
            class Trader:
                def best(self, prices, fee):
                    n = len(prices)
                    states = [[0, 0] for _ in range(n + 1)]  # MEM206
                    for day in range(n - 1, -1, -1):
                        states[day][0] = max(states[day + 1][0], states[day + 1][1] - prices[day])
                        states[day][1] = max(states[day + 1][1], states[day + 1][0] - fee)
                    return states[0][0]
            """
        ),
        # The first row and column are set beforehand.
        Bad(
            """
            def distance(one, other):
                m, n = len(one), len(other)
                steps = [[0 for _ in range(n + 1)] for _ in range(m + 1)]  # MEM206
                for i in range(m + 1):
                    steps[i][0] = i
                for j in range(n + 1):
                    steps[0][j] = j
                for i in range(1, m + 1):
                    for j in range(1, n + 1):
                        if one[i - 1] == other[j - 1]:
                            steps[i][j] = steps[i - 1][j - 1]
                            continue
                        steps[i][j] = 1 + min(
                            steps[i - 1][j], steps[i][j - 1], steps[i - 1][j - 1]
                        )
                return steps[m][n]
            """
        ),
        # The best of the last row.
        Bad(
            """
            def lightest(rows):
                sums = [[0] * len(rows[0]) for _ in rows]  # MEM206
                for j in range(len(rows[0])):
                    sums[0][j] = rows[0][j]
                for i in range(1, len(rows)):
                    for j in range(len(rows[0])):
                        sums[i][j] = rows[i][j] + min(sums[i - 1][max(j - 1, 0) : j + 2])
                return min(sums[-1])
            """
        ),
        # The way back is looked for in the whole table.
        Good(
            """
            def shared(one, other):
                table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
                for i in range(1, len(one) + 1):
                    for j in range(1, len(other) + 1):
                        if one[i - 1] == other[j - 1]:
                            table[i][j] = table[i - 1][j - 1] + 1
                        else:
                            table[i][j] = max(table[i - 1][j], table[i][j - 1])
                text, i, j = "", len(one), len(other)
                while i and j:
                    if table[i][j] == table[i - 1][j]:
                        i -= 1
                    else:
                        text += other[j - 1]
                        j -= 1
                return text
            """
        ),
        # The table is the result.
        Good(
            """
            def triangle(size):
                rows = [[1] * (i + 1) for i in range(size)]
                for i in range(2, size):
                    for j in range(1, i):
                        rows[i][j] = rows[i - 1][j - 1] + rows[i - 1][j]
                return rows
            """
        ),
        # A row further back.
        Good(
            """
            def ways(weights, limit):
                table = [[0] * (limit + 1) for _ in range(len(weights) + 1)]
                for i in range(1, len(weights) + 1):
                    for j in range(limit + 1):
                        table[i][j] = table[i - 1][j] + table[i - weights[i - 1]][j]
                return table[-1][-1]
            """
        ),
        # Intervals: the rows below are read from left to right.
        Good(
            """
            def longest(text):
                n = len(text)
                table = [[0] * n for _ in range(n)]
                for size in range(n):
                    for i in range(n - size):
                        j = i + size
                        if text[i] == text[j]:
                            table[i][j] = table[i + 1][j - 1] + 2 if size > 1 else size + 1
                        else:
                            table[i][j] = max(table[i + 1][j], table[i][j - 1])
                return table[0][n - 1]
            """
        ),
        # Any row may be asked for.
        Good(
            """
            def pascal(n, k):
                table = [[1] * (n + 1) for _ in range(n + 1)]
                for i in range(1, n + 1):
                    for j in range(1, i):
                        table[i][j] = table[i - 1][j - 1] + table[i - 1][j]
                return table[k][n - k]
            """
        ),
    )

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Assign(
                targets=[ast.Name() as table],
                value=ast.ListComp(elt=row, generators=[ast.comprehension(ifs=[]) as rows]),
            ) if _is_row(row):
                pass
            case _:
                return
        uses = sole_local(table, context)
        length = context.length(rows.iter)
        if uses is None or (length is not None and length <= TINY):
            return
        cells = [_cell(use, context) for use in uses if not _is_measured(use, context)]
        if cells and _is_rolled([c for c in cells if c is not None], len(cells), node, context):
            yield self.report(node, table=table.id)


def _is_row(node: ast.expr) -> bool:
    """Whether a row is a list of numbers (or None, a text, ...), the same in every place."""
    match node:
        case ast.BinOp(left=ast.List(elts=[item]), op=ast.Mult()) | ast.ListComp(elt=item):
            return _is_plain(item)
        case ast.BinOp(op=ast.Mult(), right=ast.List(elts=[item])):
            return _is_plain(item)
        case ast.List(elts=elts):
            return bool(elts) and all(map(_is_plain, elts))
    return False


def _is_plain(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.Attribute():
            return True
        case ast.UnaryOp(operand=operand):
            return _is_plain(operand)
        case ast.Call(func=ast.Name("float"), args=[ast.Constant()]):
            return True
    return False


def _is_measured(use: ast.Name, context: Context) -> bool:
    """Whether only the size of the table is read: `len(table)`, `len(table[0])`."""
    child: ast.AST = use
    parent = context.parent(use)
    if isinstance(parent, ast.Subscript) and constant_int(parent.slice) is not None:
        child, parent = parent, context.parent(parent)
    match parent:
        case ast.Call(func=ast.Name("len"), args=[argument]):
            return argument is child
    return False


def _cell(use: ast.Name, context: Context) -> _Cell | None:
    row = context.parent(use)
    if not isinstance(row, ast.Subscript) or row.value is not use:
        return None
    if isinstance(row.slice, ast.Slice | ast.Tuple) or not isinstance(row.ctx, ast.Load):
        return None
    cell = context.parent(row)
    if isinstance(cell, ast.Subscript) and cell.value is row:
        is_written = not isinstance(cell.ctx, ast.Load)
        return _Cell(cell, row.slice, cell.slice, is_written)
    return _Cell(row, row.slice, None, is_written=False)


def _is_rolled(cells: list[_Cell], total: int, start: ast.Assign, context: Context) -> bool:
    """Whether a single loop makes each row from the one before, and only the last is read after."""
    if len(cells) != total:
        return False
    loops = {cell.node: filling_loop(cell.node, start, context) for cell in cells}
    readers = [loops[c.node] for c in cells if c.column is not None and not c.is_written]
    main = next((steps for loop in readers if (steps := _main(loop, cells, loops, context))), None)
    if main is None or is_rebound(main.counter, main.loop):
        return False
    inside = [cell for cell in cells if loops[cell.node] is main.loop]
    written = {offset(cell.row, main.counter) for cell in inside if cell.is_written}
    places = {offset(cell.row, main.counter) for cell in inside}
    if len(written) != 1 or None in places:
        return False
    (own,) = written
    assert own is not None
    if places != {own, own - main.way}:
        return False
    first = main.loop.lineno
    before = [c for c in cells if c not in inside and c.node.lineno < first]
    after = [c for c in cells if c not in inside and c.node.lineno > first]
    return all(_is_first(cell, loops[cell.node]) for cell in before) and all(
        _is_result(cell, main, own, loops[cell.node], context) for cell in after
    )


def _main(
    loop: ast.For | ast.While | None,
    cells: list[_Cell],
    loops: dict[ast.Subscript, ast.For | ast.While | None],
    context: Context,
) -> Steps | None:
    """How the loop counts, if it writes rows of its counter in columns that inner loops choose."""
    steps = steps_of(loop, context) if loop is not None else None
    if steps is None:
        return None
    inside = [cell for cell in cells if loops[cell.node] is loop]
    reads_before = any(
        not cell.is_written and offset(cell.row, steps.counter) not in (None, 0) for cell in inside
    )
    is_edge = all(cell.column is not None and constant_int(cell.column) == 0 for cell in inside)
    return steps if reads_before and not is_edge else None


def _is_first(cell: _Cell, loop: ast.For | ast.While | None) -> bool:
    """Whether the first row, or a first column, is set up."""
    if cell.column is None:
        return False
    row, column = constant_int(cell.row), constant_int(cell.column)
    if row is not None:
        return True
    if not isinstance(loop, ast.For) or column is None:
        return loop is None and cell.is_written
    return depends_on(cell.row, loop)


def _is_result(
    cell: _Cell, main: Steps, own: int, loop: ast.For | ast.While | None, context: Context
) -> bool:
    if cell.is_written or not is_last(cell.row, main, own, context):
        return False
    if cell.column is not None:
        return True
    parent = context.parent(cell.node)
    if isinstance(parent, ast.Call) and parent.args and parent.args[0] is cell.node:
        return context.resolve(parent.func) in _READERS and loop is None
    return False
