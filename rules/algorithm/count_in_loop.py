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
    replacement,
)
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.facts.searched_lists import holds_unhashable
from effilint.analyzer.hoist import fresh_name, invariant_loop, lifted, region_of, repeats, stem_of
from effilint.analyzer.patterns import (
    is_assertion,
    method_call,
    names_in,
    same,
    targets_of,
)

_SAME_ITEMS = frozenset("set sorted list tuple enumerate reversed frozenset dict.fromkeys".split())
_OF_TEXT = ("replace", "strip", "lower", "upper", "join")


class CountInLoop(Rule):
    """`xs.count(x)` in a loop goes through the whole list again for every item.

    `collections.Counter` counts all items in one pass. The fix assumes that the items can be
    hashed and that equal items have equal hashes.
    """

    code = "ALG503"
    name = "count-in-loop"
    message = "`{items}.count` goes through `{items}` again for every item"
    advice = "Count all items once with `collections.Counter({items})`"
    gain = Gain("O(n^2)", "O(n)", {10: 0.7, 1_000: 57.0, 5_000: 190.0})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def repeated(names):
                return [name for name in names if names.count(name) > 1]  # ALG503
            """,
            fixed="""
            from collections import Counter


            def repeated(names):
                names_counts = Counter(names)
                return [name for name in names if names_counts[name] > 1]
            """,
            workload="repeated([(i * 7) % (n // 2 + 1) for i in range(n)])",
        ),
        Bad(
            """
            def most_common(votes):
                return max(set(votes), key=votes.count)  # ALG503
            """,
            fixed="""
            from collections import Counter


            def most_common(votes):
                return max(set(votes), key=Counter(votes).__getitem__)
            """,
        ),
        Bad(
            """
            class Deck:
                def histogram(self):
                    counts = {}
                    for card in self.cards:
                        card.seen = True
                        counts[card] = self.cards.count(card)  # ALG503
                    return counts
            """,
            fixed="""
            from collections import Counter


            class Deck:
                def histogram(self):
                    counts = {}
                    cards_counts = Counter(self.cards)
                    for card in self.cards:
                        card.seen = True
                        counts[card] = cards_counts[card]
                    return counts
            """,
        ),
        Bad(
            """
            def tally(wanted, text: str):
                words = text.split()
                found = {}
                for word in wanted:
                    found[word] = words.count(word)  # ALG503
                return found
            """,
            fixed="""
            from collections import Counter


            def tally(wanted, text: str):
                words = text.split()
                found = {}
                words_counts = Counter(words)
                for word in wanted:
                    found[word] = words_counts[word]
                return found
            """,
        ),
        Bad(
            """
            def first_single(text: str):
                for i, letter in enumerate(text):
                    if text.count(letter) == 1:  # ALG503
                        return i
                return -1
            """,
            fixed="""
            from collections import Counter


            def first_single(text: str):
                text_counts = Counter(text)
                for i, letter in enumerate(text):
                    if text_counts[letter] == 1:
                        return i
                return -1
            """,
        ),
        # Nothing tells what is in the lists of the table: perhaps dicts, which have no hash.
        Good(
            """
            def differ(table, others):
                for key, values in table.items():
                    for value in values:
                        if values.count(value) != others[key]:
                            return True
                return False
            """
        ),
        # Pieces of a text are not its items.
        Good(
            """
            def frequencies(text: str, syllables):
                return {part: text.count(part) for part in syllables}
            """
        ),
        # Only for a message.
        Good(
            """
            def check(names):
                if len(names) != len(set(names)):
                    twice = {name for name in names if names.count(name) > 1}
                    raise ValueError(f"these names occur twice: {twice}")
            """
        ),
        # The list changes in the loop.
        Good(
            """
            def thin(items):
                for item in list(items):
                    while items.count(item) > 1:
                        items.remove(item)
            """
        ),
        # Tests have short lists.
        Good(
            """
            def test_letters(names):
                assert not {name for name in names if names.count(name) > 1}
            """
        ),
        # Each row is counted once.
        Good(
            """
            def zeros(rows):
                return [row.count(0) for row in rows]
            """
        ),
        # Dicts cannot be counted with a `Counter`.
        Good(
            """
            from typing import TypedDict

            class Shape(TypedDict):
                corners: int

            def shape_of(name: str) -> Shape:
                return {"corners": len(name)}

            def usual(names: list[str]):
                shapes = [shape_of(name) for name in names]
                return max(shapes, key=shapes.count)
            """
        ),
        # A few letters of a text are found faster one by one.
        Good(
            """
            def bases(strand: str):
                return {base: strand.count(base) for base in set(strand)}

            def signs(formula, is_short):
                if is_short:
                    letters = formula.replace(",", "")
                else:
                    letters = formula.upper().replace(" ", "")
                return [sign for sign in sorted(set(letters)) if letters.count(sign) == 1]
            """
        ),
    )

    def visit_Attribute(self, node: ast.Attribute, context: Context) -> Iterator[Finding]:
        if node.attr != "count" or not isinstance(node.value, ast.Name | ast.Attribute):
            return
        parent = context.parent(node)
        items = context.segment(node.value)
        if isinstance(parent, ast.keyword) and parent.arg == "key":
            call = context.parents[parent]
            if not _goes_through(call, node.value, context) or _is_text(node.value, context):
                return
            if not holds_unhashable(context, node.value):
                edits: tuple[Edit | AddImport, ...] = (
                    Edit(node, replacement(f"Counter({items}).__getitem__")),
                    AddImport("collections", "Counter"),
                )
                yield self.report(node, *edits, items=items)
        elif isinstance(parent, ast.Call) and parent.func is node:
            yield from self._call(parent, node.value, context)

    def _call(self, node: ast.Call, owner: ast.expr, context: Context) -> Iterator[Finding]:
        if len(node.args) != 1 or node.keywords or not names_in(node.args[0]):
            return
        loops = [] if is_assertion(context.parent(node)) else context.hot_loops(node)
        if loops and _is_failing(region_of(loops[-1], context), context):
            return
        if not loops or not _counts_items(node.args[0], owner, loops, context):
            return
        if _has_no_hashes(owner, context):
            return
        loop = invariant_loop(owner, context)
        if loop is None or not any(
            _varies(node.args[0], inner, context) for inner in loops[: loops.index(loop) + 1]
        ):
            return
        twins = repeats(node, loop, context)
        if twins[0] is not node:
            return
        items = context.segment(owner)
        name = fresh_name(stem_of(owner, "counts"), context)
        use = f"{name}[{context.segment(node.args[0])}]"
        edits = lifted(node, loop, context, name, f"Counter({items})", use)
        if edits:
            others = (Edit(twin, replacement(use)) for twin in twins[1:])
            counter = AddImport("collections", "Counter")
            yield self.report(node, *edits, *others, counter, items=items)
        else:
            yield self.report(node, items=items)


def _has_no_hashes(owner: ast.expr, context: Context) -> bool:
    """Whether it holds dicts or lists, or is one of the items of something and may well do so."""
    bindings = context.bindings(owner)
    return holds_unhashable(context, owner) or (
        any(binding.kind is Kind.LOOP for binding in bindings)
        and not context.type_of(owner).is_known
    )


def _is_failing(node: ast.AST, context: Context) -> bool:
    """Whether what stands around the loops ends in an error: that happens once."""
    block = context.block(context.statement(node))
    return len(block) > 1 and isinstance(block[-1], ast.Raise)


def _varies(item: ast.expr, loop: Loop, context: Context) -> bool:
    if isinstance(loop, ast.While):
        return not context.is_invariant(item, loop)
    return bool(names_in(item) & targets_of(loop))


def _is_text(node: ast.expr, context: Context) -> bool:
    values = [binding.value for binding in context.bindings(node)]
    if values and all(method_call(value, *_OF_TEXT) is not None for value in values):
        return True
    return context.type_of(node).name in ("str", "bytes", "bytearray")


def _counts_items(item: ast.expr, owner: ast.expr, loops: list[Loop], context: Context) -> bool:
    """Whether `owner` is evidently a list whose items are counted."""
    if context.length(owner) is not None:
        return False
    kind = context.type_of(owner)
    if kind.name in ("list", "tuple", "deque"):
        return True
    if isinstance(item, ast.Subscript) and not isinstance(item.slice, ast.Slice):
        return same(item.value, owner)  # `xs.count(xs[i])`
    if not isinstance(item, ast.Name):
        return False
    for loop in loops:
        if not isinstance(loop, ast.While) and item.id in targets_of(loop):
            # `for x in xs: xs.count(x)`; one letter of a text for each of its letters too
            if same(loop.iter, owner) or same(loop.iter, _enumerated(owner)):
                return True
            return not _is_text(owner, context) and _goes_through(loop.iter, owner, context)
    return False


def _enumerated(owner: ast.expr) -> ast.expr:
    return ast.Call(ast.Name("enumerate", ast.Load()), [owner], [])


def _goes_through(call: ast.AST, owner: ast.expr, context: Context) -> bool:
    """Whether the call is `sorted(xs, ...)`, `max(set(xs), ...)`, `enumerate(xs)` and so on."""
    if not isinstance(call, ast.Call) or not call.args:
        return False
    known = _SAME_ITEMS | {"min", "max"}
    if context.resolve(call.func) not in known:
        return False
    return same(call.args[0], owner) or _goes_through(call.args[0], owner, context)
