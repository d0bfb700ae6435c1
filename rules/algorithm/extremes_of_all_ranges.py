from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.counting import counting
from effilint.analyzer.facts.triangles import triangle
from effilint.analyzer.patterns import is_name, names_in, same, walk

_PLAIN = ("max", "min", "abs", "len")


class ExtremesOfAllRanges(Rule):
    """The smallest or largest item of every contiguous range is carried along from each start.

    A stack of rising (or falling) items tells for every item the widest range in which it is the
    smallest (or largest), and so answers for all ranges in one pass.
    """

    code = "ALG509"
    name = "extremes-of-all-ranges"
    message = "The {kind} of every contiguous range of `{items}` is worked out, one by one"
    advice = "Find the range in which each item is the {kind} with a monotonic stack, in one pass"
    gain = Gain("O(n^2)", "O(n)", {10: 3.9, 300: 120.0, 3_000: 1200.0})
    examples = (
        Bad(
            """
            def largest_rectangle(heights):
                best = 0
                for i in range(len(heights)):
                    lowest = heights[i]
                    for j in range(i, len(heights)):
                        lowest = min(lowest, heights[j])  # ALG509
                        best = max(best, lowest * (j - i + 1))
                return best
            """,
            fixed="""
            def largest_rectangle(heights):
                best = 0
                open_bars = []
                for place, height in enumerate([*heights, 0]):
                    start = place
                    while open_bars and open_bars[-1][1] >= height:
                        start, tall = open_bars.pop()
                        best = max(best, tall * (place - start))
                    open_bars.append((start, height))
                return best
            """,
            workload="largest_rectangle([(i * 7919) % 101 + 1 for i in range(n)])",
        ),
        # Both ends at once, by comparison.
        Bad(
            """
            def total_spread(self):
                total = 0
                for i, first in enumerate(self.values):
                    low = high = first
                    for value in self.values[i + 1 :]:
                        if value < low:  # ALG509
                            low = value
                        elif value > high:
                            high = value
                        total += high - low
                return total
            """
        ),
        # In a while loop.
        Bad(
            """
            def sum_of_peaks(values):
                total = 0
                for i in range(len(values)):
                    peak = values[i]
                    j = i
                    while j < len(values):
                        if values[j] > peak:  # ALG509
                            peak = values[j]
                        total += peak
                        j += 1
                return total
            """
        ),
        # One extreme for each start.
        Good(
            """
            def lowest_after(values):
                found = []
                for i in range(len(values)):
                    lowest = values[i]
                    for j in range(i, len(values)):
                        lowest = min(lowest, values[j])
                    found.append(lowest)
                return found
            """
        ),
        # The rows differ.
        Good(
            """
            def totals(rows, total):
                for row in rows:
                    lowest = row[0]
                    for cell in row:
                        lowest = min(lowest, cell)
                        total += lowest
                return total
            """
        ),
        # Each range is put to other work.
        Good(
            """
            def cheapest(values, cost):
                best = [0] * (len(values) + 1)
                for i in range(len(values)):
                    highest = values[i]
                    for j in range(i, len(values)):
                        highest = max(highest, values[j])
                        best[j + 1] = min(best[j + 1], best[i] + cost(highest))
                return best
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        inner = node.body[-1]
        if not isinstance(inner, ast.For | ast.While) or len(node.body) < 2 or inner.orelse:
            return
        run = counting(inner, context)
        body = run.body if run is not None else tuple(inner.body)
        if len(body) < 2 or isinstance(body[-1], ast.For | ast.While):
            return
        kept = [
            found
            for statement in body
            if (found := _extreme(statement)) and _items(found[1], inner, context) is not None
        ]
        if not kept or kept[0][3] is not body[0]:
            return
        pair = triangle(body[0], context)
        if pair is None or pair.inner is not inner or pair.outer is not node or pair.is_whole:
            return
        names = {name for names, _, _, _ in kept for name in names}
        items = _items(kept[0][1], inner, context)
        if items is None or not context.is_invariant(items, node) or not _starts(names, node):
            return
        folding = {statement for *_, statement in kept}
        rest = [s for s in body if s not in folding]
        if rest and all(_judges(s, names, context) for s in rest):
            place = body[0].test if isinstance(body[0], ast.If) else body[0]
            kinds = " and ".join(sorted({kind for _, _, kind, _ in kept}))
            yield self.report(place, items=context.segment(items), kind=kinds)


def _extreme(statement: ast.stmt) -> tuple[set[str], ast.expr, str, ast.stmt] | None:
    """The variables that keep an extreme, the item, and which extreme, of `low = min(low, x)`."""
    match statement:
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.Call(func=ast.Name("max" | "min" as which), args=[one, other]),
        ) if is_name(one, name) or is_name(other, name):
            item = other if is_name(one, name) else one
            return {name}, item, _word(which == "max"), statement
        case ast.If(test=test, body=[ast.Assign(targets=[ast.Name(id=name)], value=item)]):
            pass
        case _:
            return None
    match test:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if isinstance(
            op, ast.Lt | ast.LtE | ast.Gt | ast.GtE
        ):
            if not (same(left, item) and is_name(right, name)) and not (
                same(right, item) and is_name(left, name)
            ):
                return None
            kind = _word(isinstance(op, ast.Gt | ast.GtE) == same(left, item))
        case _:
            return None
    match statement.orelse:
        case []:
            return {name}, item, kind, statement
        case [last]:
            found = _extreme(last)
            if found is not None and same(found[1], item):
                return {name} | found[0], item, f"{kind} and {found[2]}", statement
    return None


def _word(is_max: bool) -> str:
    return "largest" if is_max else "smallest"


def _items(item: ast.expr, inner: ast.For | ast.While, context: Context) -> ast.expr | None:
    """The sequence that the item comes from."""
    run = counting(inner, context)
    if run is not None:
        match item:
            case ast.Subscript(value=items, slice=place) if same(place, run.variable):
                return items
        return None
    match inner:
        case ast.For(target=target, iter=ast.Subscript(value=items)) if same(target, item):
            return items
    return None


def _starts(names: set[str], outer: ast.For) -> bool:
    """Whether each extreme is set anew for each start."""
    set_anew: set[str] = set()
    for statement in outer.body[:-1]:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                set_anew |= names_in(target)
    return names <= set_anew


def _judges(statement: ast.stmt, names: set[str], context: Context) -> bool:
    """Whether the statement does no more than to add up or compare what the extremes say."""
    match statement:
        case ast.AugAssign(target=ast.Name(id=total), op=ast.Add(), value=value):
            is_judge = total not in names and bool(names_in(value) & names)
        case ast.Assign(targets=[ast.Name(id=best)], value=ast.Call(func=ast.Name("max" | "min"))):
            is_judge = best not in names and bool(names_in(statement.value) & names)
        case ast.If(test=test):
            is_judge = bool(names_in(test) & names)
        case _:
            return False
    return is_judge and not any(
        isinstance(node, ast.For | ast.While | ast.Yield | ast.Break | ast.Return)
        or (isinstance(node, ast.Call) and context.resolve(node.func) not in _PLAIN)
        or (isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store))
        for node in walk(statement)
    )
