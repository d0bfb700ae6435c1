from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, replacement
from effilint.analyzer.facts.call_chains import grows_in_recursion, outlives_recursion
from effilint.analyzer.facts.conversions import assigned_values
from effilint.analyzer.facts.lists import is_first, may_be_long, outlives_passes
from effilint.analyzer.facts.searched_lists import is_only_searched, statement_call
from effilint.analyzer.facts.waiting import waits
from effilint.analyzer.patterns import constant_int, membership, same

_MOST = 6  # more are no coordinates or short records


class ListInLists(Rule):
    """A loop looks for a small list, such as a pair of coordinates, in a list of such lists.

    Each search compares with one list after another, item by item. Lists cannot be in a set;
    tuples can. The fix, for a local list that is only added to and searched, assumes hashable
    items.
    """

    code = "DST109"
    name = "list-in-lists"
    message = "Each pass looks for the list `{item}` in `{container}` one by one"
    advice = "Keep tuples in a set: `({inner})` is hashable, a list is not"
    gain = Gain("O(n^2)", "O(n)", {10: 1.1, 1_000: 38.0, 10_000: 300.0})
    safety = Safety.UNSAFE
    confidence = 0.9
    examples = (
        Bad(
            """
            def distinct(points):
                seen = []
                count = 0
                for x, y in points:
                    if [x, y] not in seen:  # DST109
                        seen.append([x, y])
                        count += 1
                return count
            """,
            fixed="""
            def distinct(points):
                seen = set()
                count = 0
                for x, y in points:
                    if (x, y) not in seen:
                        seen.add((x, y))
                        count += 1
                return count
            """,
            workload="distinct([(i * 7919 % (n + 1), i % 3) for i in range(n)])",
        ),
        # Found through a name.
        Bad(
            """
            def triples(numbers, goal):
                found = []
                for i, a in enumerate(numbers):
                    for j, b in enumerate(numbers[i + 1:], i + 1):
                        for c in numbers[j + 1:]:
                            triple = sorted([a, b, c])
                            if a + b + c == goal and triple not in found:  # DST109
                                found.append(triple)
                return found
            """
        ),
        Bad(
            """
            def steps(walls: list[list[int]], path: list[str]):
                x = y = 0
                for move in path:
                    if move == "right" and [x + 1, y] not in walls:  # DST109
                        x += 1
                    elif move == "up" and [x, y + 1] not in walls:
                        y += 1
                return x, y
            """
        ),
        # The recursion goes on with the same list.
        Bad(
            """
            def area(grid, row, column):
                seen = []

                def fill(r, c):
                    if [r, c] in seen or not grid[r][c]:  # DST109
                        return 0
                    seen.append([r, c])
                    return 1 + fill(r + 1, c) + fill(r, c + 1)

                return fill(row, column)
            """,
            fixed="""
            def area(grid, row, column):
                seen = set()

                def fill(r, c):
                    if (r, c) in seen or not grid[r][c]:
                        return 0
                    seen.add((r, c))
                    return 1 + fill(r + 1, c) + fill(r, c + 1)

                return fill(row, column)
            """,
        ),
        # A few lists, once, tuples, and a set of rows that may be anything.
        Good(
            """
            def check(points, others, table):
                corners = [[0, 0], [0, 1], [1, 0], [1, 1]]
                inner = [p for p in points if [p.x, p.y] not in corners]
                cells = [(p.x, p.y) for p in others]
                outer = [p for p in points if (p.x, p.y) not in cells]
                return inner, outer, [1, 2] in table
            """
        ),
        # A new list in every pass.
        Good(
            """
            def free(boards):
                for board in boards:
                    taken = [[piece.x, piece.y] for piece in board]
                    if [0, 0] not in taken:
                        yield board
            """
        ),
    )

    def visit_Compare(self, node: ast.Compare, context: Context) -> Iterator[Finding]:
        parts = membership(node)
        if parts is None or not isinstance(parts[1], ast.Name | ast.Attribute):
            return
        item, container = parts
        if not _is_small_list(context, item):
            return
        if context.type_of(container).name != "list":
            return
        if not may_be_long(context, container) and not grows_in_recursion(context, container):
            return
        if not _is_repeated(context, node, container):
            return
        region = context.function(node) or context.tree
        if not is_first(node, region, lambda other: _is_like(context, other, container)):
            return
        if waits(context, node):
            return
        edits = _as_tuples(context, container)
        text = context.segment(item)
        inner = text[1:-1] if isinstance(item, ast.List) else f"*{text}"
        inner += "," if isinstance(item, ast.List) and len(item.elts) == 1 else ""
        inner += "," if inner.startswith("*") else ""
        place = context.segment(container)
        yield self.report(node, *edits, item=text, container=place, inner=inner)


def _is_small_list(context: Context, item: ast.expr) -> bool:
    """Whether `item` is `[a, b]`, or sorted from such, or a variable that only holds that."""
    if isinstance(item, ast.Name):
        value = context.sole_value(item)
        if value is None or context.mutations(item, context.function(item) or context.tree):
            return False
        item = value
    match item:
        case ast.List(elts=elts):
            is_flat = not any(isinstance(e, ast.Starred | ast.List | ast.Dict) for e in elts)
            return 1 <= len(elts) <= _MOST and is_flat
        case ast.Call(func=ast.Name("sorted"), args=[ast.List() | ast.Tuple()], keywords=[]):
            return context.resolve(item.func) == "sorted"
    return False


def _is_repeated(context: Context, node: ast.Compare, container: ast.expr) -> bool:
    """Whether loops or recursion search the same list again and again."""
    statement = context.statement(node)
    if context.hot_loops(node):
        if isinstance(statement, ast.While) and context.loops(node)[0] is statement:
            statement = statement.body[0]
        if outlives_passes(context, statement, container):
            return True
        loops = context.loops(node)
        return isinstance(loops[0], ast.comprehension) and context.is_invariant(
            container, context.parents[loops[0]]
        )
    return outlives_recursion(context, node, container)


def _is_like(context: Context, node: ast.AST, container: ast.expr) -> bool:
    parts = membership(node)
    return parts is not None and same(parts[1], container) and _is_small_list(context, parts[0])


def _as_tuples(context: Context, container: ast.expr) -> list[Edit]:
    """The edits for a local list that is empty at first and all of whose uses name `[a, b]`."""
    symbol = context.symbol(container)
    values = assigned_values(context, symbol) if symbol else None
    if symbol is None or values is None or not is_only_searched(context, symbol):
        return []
    if not all(isinstance(value, ast.List) and not value.elts for value in values):
        return []
    edits = [Edit(value, replacement("set()")) for value in values]
    for use in context.scopes.loads(symbol):
        call = statement_call(context, use, "append", "extend")
        test = context.parent(use)
        if call is not None:
            item = call.args[0]
            if not isinstance(call.func, ast.Attribute) or call.func.attr != "append":
                return []
            edits.append(Edit(call.func, replacement(f"{symbol.name}.add")))
        elif isinstance(test, ast.Compare):
            item = test.left
        else:
            continue
        if not isinstance(item, ast.List) or not _is_small_list(context, item):
            return []
        if not all(_is_plain(element) for element in item.elts):
            return []
        inner = context.segment(item)[1:-1].rstrip().rstrip(",")
        edits.append(
            Edit(item, replacement(f"({inner},)" if len(item.elts) == 1 else f"({inner})"))
        )
    return edits


def _is_plain(element: ast.expr) -> bool:
    """Whether an element is a number or variable, or computed from such."""
    if constant_int(element) is not None:
        return True
    return isinstance(element, ast.Name | ast.BinOp | ast.Constant | ast.Attribute | ast.Subscript)
