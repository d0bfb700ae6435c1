from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.accumulators import carrying_loops
from effilint.analyzer.facts.lists import is_first, may_be_long
from effilint.analyzer.facts.rebinding import is_concatenation
from effilint.analyzer.facts.scopes import FUNCTIONS, Kind
from effilint.analyzer.facts.searched_lists import is_unhashable
from effilint.analyzer.facts.waiting import waits
from effilint.analyzer.patterns import membership, method_call, same, walk


class RemoveFound(Rule):
    """A loop looks for items in a list and removes those it finds.

    The test goes through the list, `remove` goes through it again and moves all that follow. A
    set, or a `Counter` where an item may be there several times, finds and drops it at once.
    """

    code = "DST210"
    name = "remove-found"
    message = "Each pass searches the list `{items}` for `{item}`, and `remove` searches it again"
    advice = "Keep the items in a set, or in a `Counter` where one may be there several times"
    gain = Gain("O(n*m)", "O(n + m)", {10: 0.56, 1_000: 35.0, 10_000: 250.0})
    # Half of the lists in libraries hold options, clients or solutions: a handful.
    confidence = 0.7
    calls = frozenset({"remove"})
    examples = (
        Bad(
            """
            def missing(expected, arrived):
                open_orders = list(expected)
                for order in arrived:
                    if order in open_orders:
                        open_orders.remove(order)  # DST210
                return len(open_orders)
            """,
            fixed="""
            from collections import Counter

            def missing(expected, arrived):
                open_orders = Counter(expected)
                for order in arrived:
                    if open_orders[order]:
                        open_orders[order] -= 1
                return open_orders.total()
            """,
            workload="missing(range(n), [n - i for i in range(n)])",
        ),
        # `not in` first, and through two loops.
        Bad(
            """
            def can_write(letter: str, magazine: str) -> bool:
                left = [char for char in magazine]
                for word in letter.split():
                    for char in word:
                        if char not in left:
                            return False
                        left.remove(char)  # DST210
                return True
            """
        ),
        Bad(
            """
            class Store:
                def __init__(self, path):
                    self.free = [line.strip() for line in open(path)]

                def take(self, names):
                    i = 0
                    while i < len(names):
                        if names[i] in self.free:
                            self.free.remove(names[i])  # DST210
                        i += 1
            """
        ),
        # A set; a few items; once; not what was looked for.
        Good(
            """
            def rest(items, wanted, name):
                left = set(items)
                few = ["a", "b", "c"]
                rows = sorted(items)
                for item in wanted:
                    if item in left:
                        left.remove(item)
                    if item in few:
                        few.remove(item)
                    if item in left:
                        rows.remove(rows[0])
                if name in rows:
                    rows.remove(name)
                return left, few, rows
            """
        ),
        # The caller's list; two at most; one certain item.
        Good(
            """
            class Walk:
                def __init__(self, rows):
                    self.kinds = [row.kind for row in rows]

                def prune(self, unwanted, folders: list[str], pair: list[str]):
                    for name in unwanted:
                        if name in folders:
                            folders.remove(name)
                        if None in self.kinds:
                            self.kinds.remove(None)
                        if len(self.kinds) == 2 and name in self.kinds:
                            self.kinds.remove(name)
            """
        ),
        # Places matter.
        Good(
            """
            def children(found, wanted):
                names = sorted(found)
                for name in wanted:
                    if name in names:
                        place = names.index(name)
                        yield names[place + 1]
                        names.remove(name)
            """
        ),
        # A short list of its own in every pass.
        Good(
            """
            def without(words, letter):
                for word in words:
                    letters = sorted(word)
                    if letter in letters:
                        letters.remove(letter)
                    yield letters
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        items = method_call(node, "remove")
        if len(node.args) != 1 or not isinstance(items, ast.Name | ast.Attribute):
            return
        item, statement = node.args[0], context.parent(node)
        if not isinstance(statement, ast.Expr) or not context.hot_loops(node):
            return
        if not _is_looked_for(context, statement, item, items):
            return
        if context.type_of(items).name != "list" or not may_be_long(context, items):
            return
        if not isinstance(item, ast.List) and is_unhashable(context, item):
            return
        if isinstance(item, ast.Constant) or _needs_places(context, items):
            return
        if _is_given(context, items):
            return  # the caller may want to see it shorter
        loops = carrying_loops(context, statement, items, is_concatenation)
        if not loops or waits(context, node):
            return
        if not is_first(node, loops[-1], lambda other: _takes_out(other, items)):
            return
        place, text = context.segment(items), context.segment(item)
        yield self.report(node, items=place, item=text)


def _is_given(context: Context, items: ast.expr) -> bool:
    return any(b.kind is Kind.ARGUMENT for b in context.bindings(items))


def _needs_places(context: Context, items: ast.expr) -> bool:
    """Whether the list is indexed, sorted or drawn from, which no set allows."""
    uses = context.uses(items) if isinstance(items, ast.Name) else []
    for use in uses:
        match context.parent(use):
            case ast.Subscript(slice=place) if not isinstance(place, ast.Slice):
                return True
            case ast.Attribute(attr="index" | "sort" | "insert" | "pop" | "reverse"):
                return True
            case ast.Call(func=ast.Attribute(attr="choice" | "sample" | "shuffle")):
                return True
    return False


def _takes_out(node: ast.AST, items: ast.expr) -> bool:
    receiver = method_call(node, "remove")
    return receiver is not None and same(receiver, items)


def _is_looked_for(context: Context, statement: ast.stmt, item: ast.expr, items: ast.expr) -> bool:
    """Whether a test around the statement, or one before it in its block, seeks the item."""
    for outer in context.ancestors(statement):
        if isinstance(outer, (ast.For, ast.While, ast.AsyncFor, ast.ClassDef, *FUNCTIONS)):
            break
        if isinstance(outer, ast.If) and _seeks(outer.test, item, items):
            return True
    for other in context.block(statement):
        if other is statement:
            return False
        if isinstance(other, ast.If) and _seeks(other.test, item, items):
            return True
    return False


def _seeks(test: ast.expr, item: ast.expr, items: ast.expr) -> bool:
    """Whether the test asks for the item, in a list that it does not hold to be short."""
    for node in walk(test):
        match node:
            case ast.Compare(left=ast.Call(args=[sized]), comparators=[ast.Constant()]):
                if same(sized, items):
                    return False
    for node in walk(test):
        parts = membership(node)
        if parts is not None and same(parts[0], item) and same(parts[1], items):
            return True
    return False
