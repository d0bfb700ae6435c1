from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.duplicates import paired, paired_by_steps
from effilint.analyzer.hoist import region_of
from effilint.analyzer.patterns import same


class DuplicateCheckNested(Rule):
    """Every item is compared with every later one to find equal items.

    A set (or a dict) of the items seen so far finds a duplicate with one look-up for each item.
    """

    code = "ALG505"
    name = "duplicate-check-nested"
    message = "Every item of `{items}` is compared with all the others to find equal ones"
    advice = "Keep the items seen so far in a set (a dict, to find their partners)"
    gain = Gain("O(n^2)", "O(n)", {10: 4.1, 1_000: 600.0, 3_000: 1600.0})
    examples = (
        Bad(
            """
            def has_duplicate(codes):
                for i in range(len(codes)):
                    for j in range(i + 1, len(codes)):
                        if codes[i] == codes[j]:  # ALG505
                            return True
                return False
            """,
            fixed="""
            def has_duplicate(codes):
                return len(set(codes)) < len(codes)
            """,
            workload="has_duplicate([n, 1, 2]) if n < 8 else has_duplicate(list(range(n)))",
        ),
        Bad(
            """
            class Guests:
                def twins(self):
                    found = []
                    for i, guest in enumerate(self.guests):
                        for other in self.guests[i + 1 :]:
                            if guest.birthday == other.birthday:  # ALG505
                                found.append((guest, other))
                    return found
            """,
        ),
        Bad(
            """
            def clash(slots):
                n = len(slots)
                return any(
                    slots[i] == slots[j] for i in range(n) for j in range(i + 1, n)  # ALG505
                )
            """,
        ),
        Bad(
            """
            from itertools import combinations

            def all_different(words):
                return all(a != b for a, b in combinations(words, 2))  # ALG505
            """,
        ),
        Bad(
            """
            def first_double(values):
                i = 0
                while i < len(values):
                    j = i + 1
                    while j < len(values):
                        if values[j] == values[i]:  # ALG505
                            return values[i]
                        j += 1
                    i += 1
                return None
            """,
        ),
        Bad(
            """
            def repeats(values):
                found = set()
                for i in range(len(values)):
                    for j in range(len(values)):
                        if i != j and values[i] == values[j]:  # ALG505
                            found.add(values[i])
                return found
            """,
        ),
        # All pairs, with the order asked for in the test.
        Bad(
            """
            def equal_pairs(values):
                count = 0
                for i in range(0, len(values)):
                    for j in range(1, len(values)):
                        if values[i] == values[j] and j > i:  # ALG505
                            count += 1
                return count
            """,
        ),
        # Within a part, whose end moves too.
        Good(
            """
            def turns(text, cost):
                for size in range(2, len(text)):
                    for low in range(len(text) - size):
                        high = low + size
                        for cut in range(low + 1, high):
                            if text[cut] == text[low]:
                                cost[low][high] = min(cost[low][high], cost[cut][high])
                return cost
            """
        ),
        # Sums of pairs are another question.
        Good(
            """
            def pair(numbers, goal):
                for i in range(len(numbers)):
                    for j in range(i + 1, len(numbers)):
                        if numbers[i] + numbers[j] == goal:
                            return i, j
            """
        ),
        # Each cell depends on both counters.
        Good(
            """
            def symmetric(grid):
                for i in range(len(grid)):
                    for j in range(i + 1, len(grid)):
                        if grid[i][j] != grid[j][i]:
                            return False
                return True
            """
        ),
        # The ends of every substring, with more to look at.
        Good(
            """
            def longest(text):
                best = 0
                for i in range(len(text)):
                    for j in range(i + 1, len(text)):
                        if text[i] == text[j] and is_good(text[i:j]):
                            best = max(best, j - i)
                return best
            """
        ),
        # All pairs are wanted anyway.
        Good(
            """
            def distances(points):
                total = 0
                for i in range(len(points)):
                    for j in range(i + 1, len(points)):
                        total += abs(points[i] - points[j])
                return total
            """
        ),
    )

    def visit_Compare(self, node: ast.Compare, context: Context) -> Iterator[Finding]:
        if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            return
        left, right = node.left, node.comparators[0]
        if isinstance(left, ast.Constant) or isinstance(right, ast.Constant):
            return
        if left.__class__ is not right.__class__ or same(left, right):
            return
        if isinstance(node.ops[0], ast.NotEq) and not _is_all(node, context):
            return
        loops = context.hot_loops(node)
        plain = [loop for loop in loops if isinstance(loop, ast.For | ast.comprehension)]
        items = paired(left, right, plain, context) if plain else None
        if len(loops) > 1 and not plain:
            items = paired_by_steps(left, right, loops[0], context)
        if items is None or not _stands_alone(node, context):
            return
        if context.length(items) is None and not context.changes(
            items, region_of(loops[-1], context)
        ):
            yield self.report(node, items=context.segment(items))


def _is_all(node: ast.Compare, context: Context) -> bool:
    """Whether the comparison is what `all(...)` asks for."""
    comp = context.parent(node)
    call = context.parent(comp) if isinstance(comp, ast.GeneratorExp) else None
    return isinstance(call, ast.Call) and context.resolve(call.func) == "all"


def _stands_alone(node: ast.Compare, context: Context) -> bool:
    """Whether equality (of different places) is all that is tested."""
    parent = context.parent(node)
    if isinstance(parent, ast.BoolOp):
        others = [value for value in parent.values if value is not node]
        if not isinstance(parent.op, ast.And) or not all(_is_of_places(o) for o in others):
            return False
        parent = context.parent(parent)
    if isinstance(parent, ast.If):
        return not parent.orelse
    return isinstance(parent, ast.GeneratorExp | ast.comprehension)


def _is_of_places(node: ast.expr) -> bool:
    match node:
        case ast.Compare(left=ast.Name(), ops=[ast.NotEq() | ast.IsNot() | ast.Lt() | ast.Gt()]):
            return isinstance(node.comparators[0], ast.Name)
    return False
