from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, replacement


class SortedThenIndex(Rule):
    """A whole sequence is sorted to take its smallest or largest item.

    Sorting costs `O(n log n)`; `min` and `max` find the item in one pass. The fix changes
    nothing for items of a built-in type. `sorted(...)[-1]` with a `key` is left without a fix:
    of equal items it gives the last, `max` the first.
    """

    code = "API101"
    name = "sorted-then-index"
    message = "The whole sequence is sorted to take its {which} item"
    advice = "Use `{call}`"
    gain = Gain("O(n log n)", "O(n)", {10: 0.96, 1_000: 4.3, 100_000: 12.0})
    calls = frozenset({"sorted"})
    examples = (
        Bad(
            """
            def cheapest(prices):
                return sorted(prices)[0]  # API101
            """,
            fixed="""
            def cheapest(prices):
                return min(prices)
            """,
            workload="cheapest([(i * 7919) % 10007 for i in range(n)])",
        ),
        Bad(
            """
            def longest(words):
                return sorted(words, key=len, reverse=True)[0].upper()  # API101
            """,
            fixed="""
            def longest(words):
                return max(words, key=len).upper()
            """,
        ),
        # More than one item is used.
        Good(
            """
            def first_two(prices):
                ranked = sorted(prices)
                return ranked[0], ranked[1]
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        parent = context.parent(node)
        if not isinstance(parent, ast.Subscript) or parent.value is not node:
            return
        place = _constant_index(parent.slice)
        if place not in (0, -1) or context.resolve(node.func) != "sorted" or len(node.args) != 1:
            return
        options = {keyword.arg: keyword.value for keyword in node.keywords}
        backwards = options.pop("reverse", ast.Constant(False))
        if not options.keys() <= {"key"} or not isinstance(backwards, ast.Constant):
            return
        largest = (place == -1) != bool(backwards.value)
        function = "max" if largest else "min"
        arguments = context.segment(node.args[0])
        if "key" in options:
            arguments += f", key={context.segment(options['key'])}"
        call = f"{function}({arguments})"
        # Of items with equal keys, `sorted` from the back gives another one.
        keeps_ties = place == 0 or "key" not in options
        edits = [Edit(parent, replacement(call))] if keeps_ties else []
        yield self.report(parent, *edits, which="largest" if largest else "smallest", call=call)


def _constant_index(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            return -value
    return None
