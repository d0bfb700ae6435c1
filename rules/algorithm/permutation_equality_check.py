from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.permutations import is_only_compared
from effilint.analyzer.patterns import constant_int


class PermutationEqualityCheck(Rule):
    """All permutations are tried for one that equals (or stands in) something given.

    There are `n!` of them. Two sequences are permutations of each other if they hold the same
    items equally often, which sorting or counting both shows; a permutation inside a longer
    text is found with a window of counts.
    """

    code = "ALG104"
    name = "permutation-equality-check"
    message = "All permutations of `{items}` are tried for one that is given"
    advice = "Compare sorted copies or `collections.Counter`s (of each window, to search a text)"
    gain = Gain("O(n!)", "O(n log n)", {4: 3.8, 7: 700.0, 8: 5700.0})
    examples = (
        Bad(
            """
            from itertools import permutations

            def is_anagram(word, other):
                for p in permutations(word):  # ALG104
                    if "".join(p) == other:
                        return True
                return False
            """,
            fixed="""
            def is_anagram(word, other):
                return sorted(word) == sorted(other)
            """,
            workload=(
                "is_anagram('ab', 'ba') if n < 3 else "
                "is_anagram('abcdefgh'[:n], 'hgfedcbaz'[-n - 1:-1])"
            ),
        ),
        # In a generator expression, as tuples.
        Bad(
            """
            import itertools

            def same_items(a, b):
                return any(p == tuple(b) for p in itertools.permutations(a))  # ALG104
            """
        ),
        # A membership test, through a set.
        Bad(
            """
            from itertools import permutations

            class Word:
                def matches(self, other):
                    return tuple(other) in set(permutations(self.letters))  # ALG104
            """
        ),
        # The permutations are kept in a variable.
        Bad(
            """
            from itertools import permutations

            def contains(text, part):
                candidates = ["".join(p) for p in permutations(part)]  # ALG104
                for candidate in candidates:
                    if candidate in text:
                        return True
                return False
            """
        ),
        # All permutations are wanted.
        Good(
            """
            from itertools import permutations

            def orders(items):
                return [list(p) for p in permutations(items)]
            """
        ),
        # The order itself is judged.
        Good(
            """
            from itertools import permutations

            def shortest(cities, limit):
                for route in permutations(cities):
                    if length(route) == limit:
                        return route
            """
        ),
        # Pairs in both orders.
        Good(
            """
            from itertools import permutations

            def has_pair(items, pair):
                return pair in permutations(items, 2)
            """
        ),
    )
    calls = frozenset({"permutations"})

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if context.resolve(node.func) != "itertools.permutations" or not node.args:
            return
        if len(node.args) > 1 and constant_int(node.args[1]) is not None:
            return
        if context.trip_count(ast.comprehension(node, node.args[0], [], 0)) is not None:
            return
        if is_only_compared(node, context):
            yield self.report(node, items=context.segment(node.args[0]))
