from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, replacement
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.patterns import operand_text

_AT_ONCE = frozenset(["list", "tuple", "set", "frozenset", "sorted", "sum", "collections.Counter"])
_ITEM_BY_ITEM = frozenset(["sum", "set", "frozenset", "collections.Counter"])
_TURNED = frozenset(["str", "list", "tuple", "range", "dict", "bytes"])
_FINISHED = frozenset(["set", "frozenset", "sorted"])


class RedundantConversion(Rule):
    """A list or tuple is made of something only to make another collection, or a total, of it.

    What takes the list takes any iterable: `set(list(x))` is `set(x)`. The list in between costs
    a copy; where it is not wanted as a list, nothing sees it.
    """

    code = "DST506"
    name = "redundant-conversion"
    message = "`{inner}` makes a {kind} that only `{outer}` sees, which takes `{items}` as it is"
    advice = "Hand on `{items}` itself"
    gain = Gain("O(n) memory", "O(1) memory", {100: 1.1, 1_000: 31.0, 100_000: 3900.0}, Tier.MEMORY)
    calls = frozenset({"list", "tuple"})
    examples = (
        Bad(
            """
            def kinds(size):
                return sum(list(range(size)))  # DST506
            """,
            fixed="""
            def kinds(size):
                return sum(range(size))
            """,
            workload="kinds(n)",
        ),
        Bad(
            """
            def ordered(names):
                return sorted(list(names), key=len)  # DST506
            """,
            fixed="""
            def ordered(names):
                return sorted(names, key=len)
            """,
            workload="ordered([str(i % 9) * 3 for i in range(n)])",
        ),
        Bad(
            """
            def distinct(names):
                for name in list(set(names)):  # DST506
                    yield name
                print(len(set(list(names))))  # DST506
            """,
            fixed="""
            def distinct(names):
                for name in set(names):
                    yield name
                print(len(set(names)))
            """,
        ),
        Bad(
            """
            def turned(text: str):
                return "".join(reversed(list(text)))  # DST506
            """,
            fixed="""
            def turned(text: str):
                return "".join(reversed(text))
            """,
            workload="turned('ab' * n)",
        ),
        # Without a fix: the prices are asked for one after the other, then added up.
        Bad(
            """
            def total(shop, names):
                return sum(list(shop.ask(name) for name in names))  # DST506
            """
        ),
        # The list is what is wanted.
        Good(
            """
            def names(table):
                found = list(set(table))
                return found, list(table)
            """
        ),
        # What is turned round may be a set, or a generator.
        Good(
            """
            def turned(items):
                return list(reversed(list(items)))
            """
        ),
        # `Counter` takes over the counts of a dict.
        Good(
            """
            from collections import Counter

            def spread(votes):
                return Counter(list(votes))
            """
        ),
        # `min` compares the two lists.
        Good(
            """
            def lesser(one, other):
                return min(list(one), list(other))
            """
        ),
        # The list would be empty: all of it is needed to go on.
        Good(
            """
            def total(file):
                return any(list(check(line) for line in file))
            """
        ),
        # The dict may change meanwhile.
        Good(
            """
            def numbered(table):
                for place, key in enumerate(list(table)):
                    table.pop(key)
            """
        ),
        # Three items.
        Good(
            """
            def low():
                return sorted(list(range(3)))
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Call(func=ast.Name(id=kind), args=[items], keywords=[]) if not isinstance(
                items, ast.Starred
            ):
                pass
            case _:
                return
        outer = context.parent(node)
        if context.resolve(node.func) != kind or not _takes_any(outer, node, items, context):
            return
        length = context.length(items)
        if length is not None and length <= TINY:
            return
        text = context.segment(items)
        if isinstance(items, ast.GeneratorExp) and not text.startswith("("):
            text = f"({text})"
        taker = context.segment(outer.func) if isinstance(outer, ast.Call) else "the loop"
        edits = [Edit(node, replacement(operand_text(items, text)))]
        if isinstance(outer, ast.Call) and _may_mix(outer, items, context):
            edits = []
        yield self.report(
            node, *edits, inner=context.segment(node), kind=kind, outer=taker, items=text
        )


def _takes_any(outer: ast.AST | None, node: ast.expr, items: ast.expr, context: Context) -> bool:
    """Whether what is around the copy goes through it once and right away."""
    match outer:
        case ast.For(iter=given) | ast.comprehension(iter=given) if given is node:
            return _is_finished(items, context)
        case ast.Call(func=function, args=[first, *others]) if first is node:
            name = context.resolve(function)
            if name == "reversed":
                return context.type_of(items).name in _TURNED and _is_read_at_once(outer, context)
            if name == "len":
                return _is_finished(items, context)
            if name in ("sorted", "min", "max") and others:
                return False
            if name == "collections.Counter":
                kind = context.type_of(items)
                return kind.is_known and not kind.is_mapping
            return name in _AT_ONCE or (name in ("min", "max") and _is_finished(items, context))
    return False


def _may_mix(outer: ast.Call, items: ast.expr, context: Context) -> bool:
    """Whether items would be made, by code with an effect, between sums or hashes of them."""
    is_made = isinstance(items, ast.GeneratorExp | ast.Call) and not context.is_pure(items)
    return is_made and context.resolve(outer.func) in _ITEM_BY_ITEM


def _is_finished(items: ast.expr, context: Context) -> bool:
    """Whether a new set or sorted list is handed in, which nobody else can change."""
    match items:
        case ast.Call(func=function):
            return context.resolve(function) in _FINISHED
    return False


def _is_read_at_once(call: ast.Call, context: Context) -> bool:
    """Whether the reversed items are put together in the same expression."""
    match context.parent(call):
        case ast.Call(func=ast.Attribute(attr="join")):
            return True
        case ast.Call(func=function):
            return context.resolve(function) in _AT_ONCE
    return False
