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
from effilint.analyzer.facts.zeroed import counting_step, mirrored, zero_pass
from effilint.analyzer.patterns import is_empty_container, same, sole_statement


class CountAfterZeroPass(Rule):
    """One pass sets the count of every item to zero, and a second pass counts the items.

    `collections.Counter` counts in one pass. The fix is not right where somebody relies on a
    `KeyError` for an item that does not occur.
    """

    code = "ALG606"
    name = "count-after-zero-pass"
    message = "`{items}` is gone through once to set counts to zero, and again to count"
    advice = "Count in one pass: let `{counts}` be a `Counter`"
    gain = Gain("O(n) twice", "O(n) once", {10: 1.4, 1_000: 2.3, 100_000: 2.2}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def votes(ballots):
                tally = {}
                for name in ballots:  # ALG606
                    tally[name] = 0
                for name in ballots:
                    tally[name] += 1
                return max(tally.values(), default=0)
            """,
            fixed="""
            from collections import Counter


            def votes(ballots):
                tally = Counter(ballots)
                return max(tally.values(), default=0)
            """,
            workload="votes([1, 5, 2, 7, 5] * n)",
        ),
        Bad(
            """
            def letters(text):
                seen = {c: 0 for c in text}  # ALG606
                for letter in text:
                    seen[letter] = seen[letter] + 1
                return seen
            """,
            fixed="""
            from collections import Counter


            def letters(text):
                seen = Counter(text)
                return seen
            """,
        ),
        Bad(
            """
            def colours(pixels):
                counts = dict.fromkeys(pixels, 0)  # ALG606
                for pixel in pixels:
                    counts[pixel] += 1
                return counts
            """,
            fixed="""
            from collections import Counter


            def colours(pixels):
                counts = Counter(pixels)
                return counts
            """,
        ),
        Bad(
            """
            def tally(names):
                known, counts = set(names), {}
                kinds = set(names)
                for kind in kinds:  # ALG606
                    counts[kind] = 0
                most = 0
                for name in names:
                    counts[name] += 1
                return counts, most, known
            """,
        ),
        Bad(
            """
            class Poll:
                def count(self):
                    for place in range(len(self.names)):  # ALG606
                        self.tally[self.names[place]] = 0
                    for place in range(len(self.names)):
                        self.tally[self.names[place]] += 1
            """,
        ),
        Bad(
            """
            def letters(words):
                counts = {}
                for word in words:  # ALG606
                    for letter in word:
                        counts[letter] = 0
                for word in words:
                    for letter in word:
                        counts[letter] += 1
                return counts
            """,
        ),
        # Other items are counted.
        Good(
            """
            def known(alphabet, text):
                seen = {c: 0 for c in alphabet}
                for letter in text:
                    seen[letter] += 1
                return seen
            """
        ),
        # Sums are no counts.
        Good(
            """
            def totals(rows):
                total = {name: 0 for name, price in rows}
                for name, price in rows:
                    total[name] += price
                return total
            """
        ),
        # The second pass does more.
        Good(
            """
            def places(names):
                last = {}
                for name in names:
                    last[name] = 0
                for place, name in enumerate(names):
                    last[name] += place
                return last
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        counted = counting_step(sole_statement(node.body))
        if node.orelse:
            return
        if counted is None:
            first = context.previous(node)
            counts = mirrored(first, node) if isinstance(first, ast.For) else None
            if counts is None or first is None:
                return
            if not context.type_of(node.iter).is_lazy:
                text = context.segment(counts)
                yield self.report(first, items=context.segment(node.iter), counts=text)
            return
        counts, key = counted
        first = zero_pass(node, counts, key, context)
        if first is None or context.type_of(node.iter).is_lazy:
            return
        if isinstance(node.iter, ast.Call) and not isinstance(node.target, ast.Name):
            return
        edits = _counter(first, node, counts, key, context)
        items = node.iter
        yield self.report(
            first, *edits, items=context.segment(items), counts=context.segment(counts)
        )


def _counter(
    first: ast.stmt, loop: ast.For, counts: ast.expr, key: ast.expr, context: Context
) -> tuple[Edit | AddImport, ...]:
    """One assignment, where the dict is a new variable and the items are the keys."""
    if not isinstance(counts, ast.Name) or not same(loop.target, key):
        return ()
    if context.previous(loop) is not first:
        return ()
    if not isinstance(loop.iter, ast.Name | ast.Attribute) or _is_used_after(loop, context):
        return ()
    text = f"{counts.id} = Counter({context.segment(loop.iter)})"
    edits: tuple[Edit | AddImport, ...] = (
        Edit(loop, remove()),
        AddImport("collections", "Counter"),
    )
    if isinstance(first, ast.Assign):
        return Edit(first, statements(text)), *edits
    before = context.previous(first)
    match before:
        case ast.Assign(targets=[target], value=value) if same(target, counts):
            if is_empty_container(value):
                return Edit(before, statements(text)), Edit(first, remove()), *edits
    return ()


def _is_used_after(loop: ast.For, context: Context) -> bool:
    """Whether the last item is read once the loops are done."""
    if not isinstance(loop.target, ast.Name):
        return True
    end = (loop.end_lineno or 0, loop.end_col_offset or 0)
    return any((use.lineno, use.col_offset) > end for use in context.uses(loop.target))
