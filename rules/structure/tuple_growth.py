from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.collect import collected
from effilint.analyzer.facts.accumulators import accumulation
from effilint.analyzer.facts.rebinding import is_concatenation
from effilint.analyzer.facts.short_loops import stays_short
from effilint.analyzer.patterns import same


class TupleGrowth(Rule):
    """A tuple grows item by item in a loop.

    A tuple cannot grow: every pass copies all of it. The fix assumes that nothing reads the
    tuple while the loop runs, and that the loop does not end by an exception after which the
    part built so far is wanted.
    """

    code = "DST503"
    name = "tuple-growth"
    message = "Every pass of the loop copies all of the tuple `{target}`"
    advice = "Append to a list and make the tuple after the loop"
    gain = Gain("O(n^2)", "O(n)", {10: 1.5, 1_000: 24.0, 20_000: 390.0})
    safety = Safety.UNSAFE
    confidence = 0.9  # most tuples that grow are options or parameters, a handful
    examples = (
        Bad(
            """
            def squares(numbers):
                found = ()
                for number in numbers:
                    found += (number * number,)  # DST503
                return found
            """,
            fixed="""
            def squares(numbers):
                found_items = []
                for number in numbers:
                    found_items.append(number * number)
                found = tuple(found_items)
                return found
            """,
            workload="squares(range(n))",
        ),
        Bad(
            """
            def walk(node):
                path = ()
                while node.next:
                    path = (*path, node.value)  # DST503
                    node = node.next
                return path
            """
        ),
        Bad(
            """
            class Names:
                known: tuple[str, ...] = ()

                def add(self, rows):
                    for row in rows:
                        if row:
                            self.known = self.known + (row[0],)  # DST503
            """
        ),
        Bad(
            """
            def flattened(groups):
                found = ()
                for group in groups:
                    found += tuple(group)  # DST503
                return found
            """
        ),
        # A list grows in place.
        Good(
            """
            def squares(numbers):
                found = []
                for number in numbers:
                    found += (number * number,)
                return tuple(found)
            """
        ),
        # Every tuple is wanted.
        Good(
            """
            def prefixes(items):
                path = ()
                for item in items:
                    path += (item,)
                    yield path
            """
        ),
        # A fixed, small number of passes.
        Good(
            """
            def shape(array):
                sizes = ()
                for axis in range(3):
                    sizes += (len(array[axis]),)
                return sizes
            """
        ),
        # Filled up to a small number of items.
        Good(
            """
            def release(text, parts):
                numbers = tuple(map(int, text.split(".")))
                while len(numbers) < parts:
                    numbers += (0,)
                return numbers

            def colour(text):
                shades = ()
                while len(shades) < 4:
                    shades += (int(text[len(shades)]),)
                return shades
            """
        ),
        # A tuple with a number added is no longer a tuple of the same length.
        Good(
            """
            def moved(steps):
                place = 0
                for step in steps:
                    place += step
                return place
            """
        ),
    )

    def visit_AugAssign(self, node: ast.AugAssign, context: Context) -> Iterator[Finding]:
        if isinstance(node.op, ast.Add):
            yield from self._check(node, context)

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        if isinstance(node.value, ast.BinOp | ast.Tuple):
            yield from self._check(node, context)

    def _check(self, node: ast.stmt, context: Context) -> Iterator[Finding]:
        found = accumulation(context, node, "tuple", _is_growth)
        if found is None:
            return
        target, loops = found
        if loops and stays_short(context, loops[0], target):
            return
        whole = "tuple({parts})"
        edits = collected(context, target, loops[-1], "items", "()", whole) if loops else []
        yield self.report(node, *edits, target=context.segment(target))


def _is_growth(target: ast.expr, value: ast.expr) -> bool:
    if isinstance(value, ast.Tuple):
        starred = [e.value for e in value.elts if isinstance(e, ast.Starred)]
        return len(value.elts) > 1 and sum(same(item, target) for item in starred) == 1
    return is_concatenation(target, value)
