from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.sorts import sort_kind

_TAUGHT = re.compile(r"\b(bubbl|exchang|insert|select)\w*[\s-]+sort", re.IGNORECASE)


class HandwrittenSort(Rule):
    """A list is sorted by hand: bubble, exchange, selection or insertion sort.

    These take `O(n^2)` comparisons, each in Python; `list.sort` takes `O(n log n)` in C. There is
    no fix: the order and the key have to be read from the comparison. Silent where a docstring
    names the algorithm and nothing in the file calls the function: there it is shown.
    """

    code = "LNG106"
    name = "handwritten-sort"
    message = "`{sequence}` is sorted by hand, in quadratic time ({kind} sort)"
    advice = "Use `{sequence}.sort()`, with `key=` or `reverse=True` if needed"
    gain = Gain("O(n^2)", "O(n log n)", {10: 4.2, 300: 110.0, 1_000: 360.0})
    examples = (
        Bad(
            """
            def ordered(numbers):
                numbers = list(numbers)
                for i in range(len(numbers)):  # LNG106
                    for j in range(len(numbers) - 1 - i):
                        if numbers[j] > numbers[j + 1]:
                            numbers[j], numbers[j + 1] = numbers[j + 1], numbers[j]
                return numbers
            """,
            fixed="""
            def ordered(numbers):
                numbers = list(numbers)
                numbers.sort()
                return numbers
            """,
            workload="ordered([i * 7919 % 1009 for i in range(n)])",
        ),
        # With a flag, a temporary variable, and a key.
        Bad(
            """
            class Table:
                def arrange(self):
                    swapped = True
                    while swapped:  # LNG106
                        swapped = False
                        for i in range(1, len(self.rows)):
                            if self.rows[i - 1].score < self.rows[i].score:
                                held = self.rows[i]
                                self.rows[i] = self.rows[i - 1]
                                self.rows[i - 1] = held
                                swapped = True
            """
        ),
        # Selection sort.
        Bad(
            """
            def select(items, size):
                for i in range(size):  # LNG106
                    least = i
                    for j in range(i + 1, size):
                        if items[j] < items[least]:
                            least = j
                    if least != i:
                        items[i], items[least] = items[least], items[i]
            """
        ),
        # Insertion sort.
        Bad(
            """
            def insert(items):
                for i in range(1, len(items)):  # LNG106
                    item = items[i]
                    j = i - 1
                    while j >= 0 and item < items[j]:
                        items[j + 1] = items[j]
                        j -= 1
                    items[j + 1] = item
            """
        ),
        # Insertion sort that swaps its way down.
        Bad(
            """
            def settle(items):
                for i in range(1, len(items)):  # LNG106
                    j = i
                    while j > 0 and items[j - 1] > items[j]:
                        items[j - 1], items[j] = items[j], items[j - 1]
                        j -= 1
                return items
            """
        ),
        # Not the items are brought into order, but places by the distances there.
        Good(
            """
            def nearest(distances):
                order = [0] * len(distances)
                for i in range(1, len(distances)):
                    j = i
                    while j > 0 and distances[i] < distances[order[j - 1]]:
                        order[j] = order[j - 1]
                        j -= 1
                    order[j] = i
                return order
            """
        ),
        # It shows how the algorithm goes, and nothing here needs it.
        Good(
            """
            def gnome(cards):
                '''Insertion sort, as it is done with cards in the hand.'''
                for i in range(1, len(cards)):
                    card = cards[i]
                    j = i - 1
                    while j >= 0 and card < cards[j]:
                        cards[j + 1] = cards[j]
                        j -= 1
                    cards[j + 1] = card
            """
        ),
        # The comparisons are counted.
        Good(
            """
            def comparisons(items):
                count = 0
                for i in range(len(items) - 1):
                    least = i
                    for j in range(i + 1, len(items)):
                        if items[j] < items[least]:
                            least = j
                        count += 1
                    items[least], items[i] = items[i], items[least]
                return count
            """
        ),
        # A quicksort leaves short parts to it.
        Good(
            """
            def finish(items, start, end):
                for i in range(start, end):
                    j, item = i, items[i]
                    while j != start and item < items[j - 1]:
                        items[j] = items[j - 1]
                        j -= 1
                    items[j] = item
            """
        ),
        # A heap: each step leads to the parent.
        Good(
            """
            def build(items):
                for i in range(1, len(items)):
                    j = i
                    while j > 0 and items[(j - 1) // 2] > items[j]:
                        items[(j - 1) // 2], items[j] = items[j], items[(j - 1) // 2]
                        j = (j - 1) // 2
            """
        ),
        # One pass only: the greatest item goes to the end.
        Good(
            """
            def sink(items):
                for j in range(len(items) - 1):
                    if items[j] > items[j + 1]:
                        items[j], items[j + 1] = items[j + 1], items[j]
            """
        ),
        # The swaps are counted: that is what is wanted.
        Good(
            """
            def swaps(items):
                count = 0
                for i in range(len(items)):
                    for j in range(len(items) - 1):
                        if items[j] > items[j + 1]:
                            items[j], items[j + 1] = items[j + 1], items[j]
                            count += 1
                return count
            """
        ),
        # Elimination with pivots: more than sorting is done.
        Good(
            """
            def eliminate(rows):
                for i in range(len(rows)):
                    pivot = i
                    for j in range(i + 1, len(rows)):
                        if rows[j][i] > rows[pivot][i]:
                            pivot = j
                    rows[i], rows[pivot] = rows[pivot], rows[i]
                    for j in range(i + 1, len(rows)):
                        reduce_row(rows, i, j)
            """
        ),
        # A heap: every inner loop takes few steps.
        Good(
            """
            def sift(items):
                for i in range(len(items)):
                    while i and items[i] < items[(i - 1) // 2]:
                        items[i], items[(i - 1) // 2] = items[(i - 1) // 2], items[i]
                        i = (i - 1) // 2
            """
        ),
        # The order of the neighbours is shown at every step.
        Good(
            """
            def visualised(items, draw):
                for i in range(len(items)):
                    for j in range(len(items) - 1):
                        if items[j] > items[j + 1]:
                            items[j], items[j + 1] = items[j + 1], items[j]
                            draw(items)
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        yield from self._check(node, context)

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        yield from self._check(node, context)

    def _check(self, node: ast.For | ast.While, context: Context) -> Iterator[Finding]:
        inner = [s for s in node.body if isinstance(s, ast.For | ast.While)]
        if len(inner) != 1 or node.orelse or inner[0].orelse:
            return
        found = sort_kind(node, inner[0])
        if found is None or not context.hot_loops(inner[0].body[0]):
            return
        if _is_shown(node, context):
            return
        kind, sequence = found
        yield self.report(node, kind=kind, sequence=context.segment(sequence))


def _is_shown(loop: ast.For | ast.While, context: Context) -> bool:
    """Whether the function is documented as that algorithm, and only others may call it."""
    function = context.function(loop)
    if function is None:
        return False
    text = f"{ast.get_docstring(function)} {ast.get_docstring(context.tree)}"
    return _TAUGHT.search(text) is not None and not any(
        function.name in (getattr(call.func, "id", ""), getattr(call.func, "attr", ""))
        for call in context.index.get(ast.Call, ())
        if isinstance(call, ast.Call)
    )
