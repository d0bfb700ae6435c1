from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, replacement
from effilint.analyzer.facts.lattice import item_type
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.patterns import looks_at_locals, membership

_UNORDERED = ("set", "frozenset", "len", "any", "all", "min", "max", "sum")
_SIZED = ("list", "tuple", "set", "frozenset", "dict", "str", "bytes", "range", "deque", "Counter")


class SortBeforeOrderInsensitive(Rule):
    """Items are sorted for something that does not care about their order.

    Sorting costs `O(n log n)` and a copy. The fix assumes that the items can be compared, and
    that nobody wants the `TypeError` if not.
    """

    code = "OTH403"
    name = "sort-before-order-insensitive"
    message = "`{user}` does not care about the order that `sorted` makes"
    advice = "Leave out the sorting"
    gain = Gain("O(n log n)", "O(n)", {10: 1.5, 1_000: 3.1, 100_000: 4.7})
    safety = Safety.UNSAFE
    calls = frozenset({"sorted"})
    examples = (
        Bad(
            """
            def distinct(words):
                return set(sorted(words))  # OTH403
            """,
            fixed="""
            def distinct(words):
                return set(words)
            """,
            workload="[distinct(x) for x in [[k * 79 % 997 for k in range(n)]] for _ in range(20)]",
        ),
        # A comprehension.
        Bad(
            """
            def initials(names):
                return {name[0] for name in sorted(names, reverse=True) if name}  # OTH403
            """,
            fixed="""
            def initials(names):
                return {name[0] for name in names if name}
            """,
        ),
        # Kept in a variable that is only counted and searched.
        Bad(
            """
            def report(prices: dict[str, int], wanted):
                ranked = sorted(prices)  # OTH403
                if len(ranked) > 10 and wanted in ranked:
                    return len(ranked)
                return 0
            """
        ),
        # Tested, and a number of things.
        Bad(
            """
            class Board:
                def __init__(self):
                    self.moves: list[int] = []

                def score(self):
                    if 7 in sorted(self.moves):  # OTH403
                        return len(sorted(self.moves))  # OTH403
                    return sum(sorted(self.moves))  # OTH403
            """,
            fixed="""
            class Board:
                def __init__(self):
                    self.moves: list[int] = []

                def score(self):
                    if 7 in self.moves:
                        return len(self.moves)
                    return sum(self.moves)
            """,
        ),
        # The order of equal items decides which one is found.
        Good(
            """
            def shortest(names):
                return min(sorted(names), key=len)
            """
        ),
        # The sum of floats depends on the order.
        Good(
            """
            def total(weights: list[float]):
                return sum(sorted(weights))
            """
        ),
        # The order is kept.
        Good(
            """
            def distinct(words):
                return dict.fromkeys(sorted(words))
            """
        ),
        # It is looped over too.
        Good(
            """
            def show(words):
                ranked = sorted(words)
                print(len(ranked))
                for word in ranked:
                    print(word)
            """
        ),
        # A test of the comparison; three items.
        Good(
            """
            def test_comparison(make, versions):
                made = sorted(make(version) for version in versions)
                assert len(made) == len(versions)

            def largest(one, other, third):
                return 7 in sorted([one, other, third])
            """
        ),
        # The test is slow, and the likely ones come first.
        Good(
            """
            def matches(rules, text):
                return any(rule.matches(text) for rule in sorted(rules, key=cost))
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if len(node.args) != 1 or isinstance(node.args[0], ast.Starred):
            return
        if not isinstance(node.func, ast.Name) or context.resolve(node.func) != "sorted":
            return
        length = context.length(node.args[0])
        if length is not None and length <= TINY:
            return
        parent = context.parent(node)
        user = _unordered_use(node, context)
        if user is not None:
            edits = _edits(node, user, context)
            yield self.report(node, *edits, user=user)
        elif isinstance(parent, ast.Assign) and len(parent.targets) == 1:
            kept = _users_of(parent.targets[0], context)
            if kept is not None:
                yield self.report(node, user=kept)


def _unordered_use(node: ast.expr, context: Context) -> str | None:
    """What is done with the items, if their order does not matter for it."""
    parent = context.parent(node)
    if isinstance(parent, ast.Call) and parent.args == [node] and not parent.keywords:
        name = context.resolve(parent.func)
        if name in _UNORDERED and (name != "sum" or _holds_integers(node, context)):
            return name
    found = membership(parent)
    if found is not None and found[1] is node:
        return "in"
    if isinstance(parent, ast.comprehension) and parent.iter is node:
        comp = context.parent(parent)
        if isinstance(comp, ast.SetComp) and len(comp.generators) == 1:
            return "a set comprehension" if context.is_pure(_without(comp, parent)) else None
    return None


def _without(comp: ast.SetComp, clause: ast.comprehension) -> ast.AST:
    """What is evaluated for every item."""
    return ast.Tuple([comp.elt, *clause.ifs], ast.Load())


def _holds_integers(node: ast.expr, context: Context) -> bool:
    return item_type(context.type_of(node)).name in ("int", "bool")


def _users_of(target: ast.expr, context: Context) -> str | None:
    """What is done with the variable, if all of it is `len`, `in`, `set`, ..."""
    function = context.function(target)
    if not isinstance(target, ast.Name) or function is None or len(context.bindings(target)) != 1:
        return None
    symbol = context.symbol(target)
    if symbol is None or symbol.scope.node is not function or looks_at_locals(function):
        return None
    users = [_unordered_use(use, context) for use in context.uses(target)]
    names = [user for user in users if user is not None]
    return names[0] if names and len(names) == len(users) else None


def _edits(node: ast.Call, user: str, context: Context) -> list[Edit]:
    items = node.args[0]
    for keyword in node.keywords:
        if not isinstance(keyword.value, ast.Constant | ast.Name | ast.Lambda):
            return []
    if user == "len" and context.type_of(items).name not in _SIZED:
        return []
    if isinstance(items, ast.GeneratorExp | ast.Lambda | ast.IfExp | ast.BoolOp | ast.Compare):
        return []
    if isinstance(items, ast.NamedExpr | ast.Await | ast.Yield):
        return []
    return [Edit(node, replacement(context.segment(items)))]
