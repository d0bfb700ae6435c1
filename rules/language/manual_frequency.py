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
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.facts.tallies import tallied
from effilint.analyzer.facts.visits import is_read_outside, is_tiny
from effilint.analyzer.patterns import (
    is_empty_container,
    names_in,
    operand_text,
    root_name,
    same,
    unbracketed,
    walk,
)


class ManualFrequency(Rule):
    """A loop counts in a dict how often each item occurs.

    `collections.Counter` counts in C. Below some fifty items making it costs more than it saves.
    The fix assumes that nobody minds a `Counter`, which gives 0 for what it did not see, and that
    the items are not the keys of a mapping, whose values `Counter` would take for counts.
    """

    code = "LNG104"
    name = "manual-frequency"
    message = "The items of `{items}` are counted in `{counts}` one by one"
    advice = "Use `{call}`"
    safety = Safety.UNSAFE
    confidence = 0.9  # a handful of items is common, and counts faster by hand
    gain = Gain("O(n)", "O(n)", {10: 0.51, 1_000: 2.3, 100_000: 2.1}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def votes(names):
                counts = {}
                for name in names:  # LNG104
                    if name in counts:
                        counts[name] += 1
                    else:
                        counts[name] = 1
                return counts
            """,
            fixed="""
            import collections


            def votes(names):
                counts = collections.Counter(names)
                return counts
            """,
            workload="dict(votes('abcdefghij' * (n // 10)))",
        ),
        # With a default, by a default dict, by an index.
        Bad(
            """
            from collections import Counter, defaultdict

            def is_anagram(one: str, other: str):
                first = defaultdict(int)
                third = dict()
                second = None
                for letter in one:  # LNG104
                    first[letter] += 1
                for letter in other:  # LNG104
                    third[letter] = third.get(letter, 0) + 1
                second = {}
                for i in range(len(other)):  # LNG104
                    if other[i] not in second:
                        second[other[i]] = 0
                    second[other[i]] += 1
                return first == second == third
            """,
            fixed="""
            from collections import Counter, defaultdict

            def is_anagram(one: str, other: str):
                second = None
                first = Counter(one)
                third = Counter(other)
                second = Counter(other)
                return first == second == third
            """,
        ),
        # It expects an error, or prepares the place.
        Bad(
            """
            class Census:
                def __init__(self, towns: list[str]):
                    self.sizes = {}
                    for town in towns:  # LNG104
                        try:
                            self.sizes[town] += 1
                        except KeyError:
                            self.sizes[town] = 1
                    seen = {}
                    for town in towns:  # LNG104
                        seen.setdefault(town, 0)
                        seen[town] += 1
                    self.seen = seen
            """,
            fixed="""
            import collections


            class Census:
                def __init__(self, towns: list[str]):
                    self.sizes = collections.Counter(towns)
                    seen = collections.Counter(towns)
                    self.seen = seen
            """,
        ),
        # Amounts are added up, or a part of the item is counted, or the loop does more.
        Good(
            """
            def totals(orders, names):
                sums, initials, first = {}, {}, {}
                for order in orders:
                    sums[order] = sums.get(order, 0) + order.amount
                for name in names:
                    initials[name[0]] = initials.get(name[0], 0) + 1
                for name in names:
                    first[name] = first.get(name, 0) + 1
                    if first[name] > 3:
                        return name
                return sums, initials
            """
        ),
        # `Counter.update` would add up the sizes.
        Good(
            """
            from collections import Counter

            def users(rooms: list[dict[str, int]]):
                counts = Counter()
                for sizes in rooms:
                    for name in sizes:
                        counts[name] += 1
                return counts
            """
        ),
        # A test.
        Good(
            """
            def test_letters():
                counts = {}
                for letter in sample():
                    counts[letter] = counts.get(letter, 0) + 1
                assert counts["a"] == 3
            """
        ),
        # Each pass of the outer loop goes on with the same counts.
        Good(
            """
            def tally(parts):
                counts = {}
                for part in parts:
                    for word in ("a", "b", "c"):
                        counts[word] = counts.get(word, 0) + 1
                return counts
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        if len(node.body) > 2 or node.orelse or not isinstance(node.target, ast.Name):
            return
        found = tallied(node.body, context)
        if found is None or is_tiny(context, node):
            return
        counts, key = found
        items = _items(node, key, context)
        if items is None or node.target.id in names_in(counts):
            return
        if any(same(part, counts) for part in walk(node.iter)):
            return
        if not isinstance(counts, ast.Name | ast.Attribute):
            return
        if context.type_of(items).is_mapping:
            return
        start = _start(node, counts, context)
        counter = "Counter" if _is_imported(context) else "collections.Counter"
        shown, name = context.segment(items), context.segment(counts)
        argument = shown
        if isinstance(items, ast.GeneratorExp):
            argument = unbracketed(shown)
        elif isinstance(items, ast.Tuple | ast.Yield | ast.YieldFrom):
            argument = operand_text(items, shown)
        edits: list[Edit | AddImport] = []
        call = f"{counter}({argument})"
        if start is not None:
            new = f"{name} = {call}"
            if not is_read_outside(context, node.target, node):
                edits = [Edit(start, remove()), Edit(node, statements(new))]
        elif context.type_of(counts).name == "Counter":
            call = f"{name}.update({argument})"
        else:
            return
        if edits and counter == "collections.Counter":
            edits.append(AddImport("collections"))
        yield self.report(node, *edits, items=shown, counts=name, call=call)


def _items(loop: ast.For, key: ast.expr, context: Context) -> ast.expr | None:
    """What is gone through, if `key` is its item, by name or by index."""
    if same(key, ast.Name(getattr(loop.target, "id", ""), ast.Load())):
        return loop.iter
    match key, loop.iter:
        case (
            ast.Subscript(value=sequence, slice=ast.Name(id=index)),
            ast.Call(
                func=ast.Name("range"),
                args=[ast.Call(func=ast.Name("len"), args=[measured], keywords=[])],
            ),
        ) if same(sequence, measured) and index == getattr(loop.target, "id", ""):
            if context.type_of(sequence).name in ("list", "tuple", "str", "bytes"):
                return sequence
    return None


def _start(loop: ast.For, counts: ast.expr, context: Context) -> ast.stmt | None:
    """The statement above the loop that makes the dict, if nothing between names it."""
    statement = context.previous(loop)
    root = root_name(counts)
    while statement is not None and root is not None:
        match statement:
            case ast.Assign(targets=[target], value=value) if same(target, counts):
                return statement if _is_new(value, context) else None
        if any(isinstance(n, ast.Name) and n.id == root.id for n in walk(statement)):
            if isinstance(counts, ast.Name) or not isinstance(statement, ast.Assign):
                return None
            if any(same(n, counts) for n in walk(statement)):
                return None
        statement = context.previous(statement)
    return None


def _is_new(value: ast.expr, context: Context) -> bool:
    match value:
        case ast.Call(func=function, args=args, keywords=[]):
            name = context.resolve(function)
            if name == "collections.Counter":
                return not args
            if name == "collections.defaultdict" and len(args) == 1:
                return isinstance(args[0], ast.Name) and args[0].id == "int"
    return is_empty_container(value) and context.type_of(value).name == "dict"


def _is_imported(context: Context) -> bool:
    """Whether `Counter` is the one of `collections` all over the file."""
    symbol = context.scopes.module.symbols.get("Counter")
    if symbol is None or len(symbol.bindings) != 1 or symbol.bindings[0].kind is not Kind.IMPORT:
        return False
    origin = context.parent(symbol.bindings[0].node)
    return isinstance(origin, ast.ImportFrom) and origin.module == "collections"
