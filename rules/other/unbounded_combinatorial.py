from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.permutations import is_only_compared
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.patterns import (
    constant_int,
    is_assertion,
    method_call,
    names_in,
    walk,
)

_CONSUMERS = frozenset("min max sum any all".split())


class UnboundedCombinatorial(Rule):
    """Every order or selection of an input of any size is tried.

    `permutations` of 12 items are 479 million; one more item takes 13 times as long. Sort, count
    or remember partial results instead, or refuse large inputs.
    """

    code = "OTH103"
    name = "unbounded-combinatorial"
    message = "Tries {what} of `{items}`, however many there are"
    advice = "Use dynamic programming, sorting or a bound, or refuse inputs above a size"
    gain = Gain("O(n!)", "O(2^n · n²)", {5: 0.38, 8: 3.7, 9: 11.0})
    confidence = 0.9
    calls = frozenset({"permutations", "product", "combinations"})
    examples = (
        Bad(
            """
            from itertools import permutations

            def shortest_tour(distance):
                best = float("inf")
                for order in permutations(range(1, len(distance))):  # OTH103
                    length = distance[0][order[0]] + distance[order[-1]][0]
                    for a, b in zip(order, order[1:]):
                        length += distance[a][b]
                    best = min(best, length)
                return best

            def grid(n):
                return [[(i * 7 + j * 13) % 17 + 1 for j in range(n)] for i in range(n)]
            """,
            fixed="""
            from functools import cache

            def shortest_tour(distance):
                @cache
                def rest(place, missing):
                    if not missing:
                        return distance[place][0]
                    return min(distance[place][p] + rest(p, missing - {p}) for p in missing)

                return rest(0, frozenset(range(1, len(distance))))

            def grid(n):
                return [[(i * 7 + j * 13) % 17 + 1 for j in range(n)] for i in range(n)]
            """,
            workload="shortest_tour(grid(min(n, 9)))",
        ),
        # Selections of every size.
        Bad(
            """
            from itertools import combinations

            class Cart:
                def has_total(self, wanted):
                    for count in range(len(self.prices) + 1):
                        for chosen in combinations(self.prices, count):  # OTH103
                            if sum(chosen) == wanted:
                                return True
                    return False
            """
        ),
        # All words of a length; only the best is kept.
        Bad(
            """
            import itertools

            def cheapest(costs, length):
                return min(sum(word) for word in itertools.product(costs, repeat=length))  # OTH103
            """,
            fixed="""
            def cheapest(costs, length):
                return length * min(costs)
            """,
            workload="cheapest([3, 1, 2], n % 8)",
        ),
        # Pairs are few.
        Good(
            """
            from itertools import combinations, permutations, product

            def closest(points):
                nearest = min(abs(a - b) for a, b in combinations(points, 2))
                return min(nearest, *(a - b for a, b in permutations(points, 2)))
            """
        ),
        # Six orders; and whoever asks for all orders gets them.
        Good(
            """
            from itertools import permutations

            def orders(axes):
                for order in permutations((0, 1, 2)):
                    yield order
                return permutations(axes)
            """
        ),
        # All selections are the result.
        Good(
            """
            from itertools import combinations

            def clauses(terms):
                found = []
                for count in range(len(terms) + 1):
                    for negated in combinations(terms, count):
                        found.append([(term, term in negated) for term in terms])
                return found
            """
        ),
        # A check goes through all places of a grid.
        Good(
            """
            import itertools

            class TestPaths:
                def check_grid(self, width, dimensions):
                    path = through(width, dimensions)
                    for place in itertools.product(range(width), repeat=dimensions):
                        self.assertIn(place, path)
            """
        ),
        # It refuses large inputs, or stops.
        Good(
            """
            from itertools import islice, permutations

            def best(jobs):
                if len(jobs) > 8:
                    raise ValueError("too many jobs")
                return min(sum(order[:2]) for order in permutations(jobs))

            def some(jobs):
                for order in islice(permutations(jobs), 1000):
                    print(order)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if not node.args or any(isinstance(arg, ast.Starred) for arg in node.args):
            return
        name = context.resolve(node.func)
        what = _what(node, name, context)
        function = context.function(node)
        if what is None or function is None or function.name.startswith("test"):
            return
        if not _is_searched(node, context):
            return
        if name == "itertools.permutations" and is_only_compared(node, context):
            return  # ALG104: sorting answers that
        items = node.args[0]
        if _is_input(items, context) and not _is_guarded(node, context):
            yield self.report(node, what=what, items=context.segment(items))


def _what(node: ast.Call, name: str | None, context: Context) -> str | None:
    options = {keyword.arg: keyword.value for keyword in node.keywords}
    size = options.get("r", node.args[1] if len(node.args) > 1 else None)
    if name == "itertools.permutations":
        return "all orders" if size is None else None
    if name == "itertools.product":
        repeat = options.get("repeat")
        is_open = repeat is not None and constant_int(repeat) is None
        return "all sequences" if is_open and len(node.args) == 1 else None
    if name == "itertools.combinations" and isinstance(size, ast.Name):
        for loop in context.loops(node):
            if not isinstance(loop, ast.While) and size.id in names_in(loop.target):
                if any(isinstance(n, ast.Name) and n.id == "len" for n in walk(loop.iter)):
                    return "all selections"
    return None


def _is_searched(node: ast.Call, context: Context) -> bool:
    """Whether a loop here goes through them for something: a best one, a first one."""
    parent = context.parent(node)
    if isinstance(parent, ast.comprehension):
        whole = context.parent(parent)
        consumer = context.parent(whole) if whole else None
        return isinstance(consumer, ast.Call) and context.resolve(consumer.func) in _CONSUMERS
    if not isinstance(parent, ast.For) or parent.iter is not node:
        return False
    return not any(_collects(inner) or _asserts(inner) for inner in walk(parent))


def _collects(node: ast.AST) -> bool:
    """Whether results are kept: then it may be all of them that are wanted."""
    if isinstance(node, ast.Yield | ast.YieldFrom):
        return True
    return method_call(node, "append", "add", "extend", "update") is not None


def _asserts(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert) or is_assertion(node)


def _is_input(items: ast.expr, context: Context) -> bool:
    """Whether their number depends on what the function is given."""
    given = [name for name in walk(items) if isinstance(name, ast.Name)]
    kinds = [b.kind for name in given for b in context.bindings(name)]
    return Kind.ARGUMENT in kinds and all(kind is Kind.ARGUMENT for kind in kinds)


def _is_guarded(node: ast.Call, context: Context) -> bool:
    """Whether the function asks how many there are."""
    function = context.function(node)
    assert function is not None
    return any(
        isinstance(compare, ast.Compare)
        and any(isinstance(n, ast.Name) and n.id == "len" for n in walk(compare))
        and any((constant_int(n) or 0) > 2 for n in compare.comparators)
        for compare in walk(function)
    )
