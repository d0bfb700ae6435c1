from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, replacement
from effilint.analyzer.facts.lattice import item_type
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.hoist import fresh_name, invariant_loop, region_of
from effilint.analyzer.patterns import is_assertion, is_name, names_in, same, targets_of, walk

_DISPLAYS = (ast.List, ast.ListComp, ast.Dict, ast.DictComp, ast.Set, ast.SetComp)


class IndexInLoop(Rule):
    """`xs.index(x)` in a loop searches the list from its start for every item.

    In a loop over the list itself `enumerate` has the place at hand; otherwise a dict from item
    to place finds it without a search. The fix assumes that no item occurs twice: of equal items
    `index` always gives the first place, which is often a bug.
    """

    code = "ALG504"
    name = "index-in-loop"
    message = "`{items}.index` searches `{items}` from its start on every pass"
    advice = "{how}"
    gain = Gain("O(n^2)", "O(n)", {10: 1.3, 1_000: 42.0, 10_000: 310.0})
    safety = Safety.UNSAFE
    calls = frozenset({"index"})
    examples = (
        Bad(
            """
            def numbered(names):
                lines = []
                for name in names:
                    lines.append((names.index(name) + 1, name))  # ALG504
                return lines
            """,
            fixed="""
            def numbered(names):
                lines = []
                for index, name in enumerate(names):
                    lines.append((index + 1, name))
                return lines
            """,
            workload="numbered([str(i) for i in range(n)])",
        ),
        Bad(
            """
            class Board:
                def weights(self):
                    return {cell: 2 ** self.cells.index(cell) for cell in self.cells}  # ALG504
            """,
            fixed="""
            class Board:
                def weights(self):
                    return {cell: 2 ** index for index, cell in enumerate(self.cells)}
            """,
        ),
        Bad(
            """
            def columns(header: list[str], wanted):
                return [header.index(name) for name in wanted]  # ALG504
            """,
        ),
        Bad(
            """
            def ranks(scores, players):
                order = sorted(scores, reverse=True)
                result = {}
                while players:
                    player = players.pop()
                    result[player] = order.index(player.score) + 1  # ALG504
                return result
            """,
        ),
        Bad(
            """
            def shifted(header, moves):
                for name in header:
                    if header.index(name) > 0:  # ALG504
                        moves.append((name, header.index(name) - 1))
            """,
            fixed="""
            def shifted(header, moves):
                for index, name in enumerate(header):
                    if index > 0:
                        moves.append((name, index - 1))
            """,
        ),
        # An inner loop has an item of its own.
        Bad(
            """
            def table(names):
                rows = []
                for name in names:
                    others = {name: names.index(name) for name in names if name}  # ALG504
                    rows.append((names.index(name), others))  # ALG504
                return rows
            """,
            fixed="""
            def table(names):
                rows = []
                for index, name in enumerate(names):
                    others = {name: index_2 for index_2, name in enumerate(names) if name}
                    rows.append((index, others))
                return rows
            """,
        ),
        # One dict serves both.
        Bad(
            """
            def spans(header: list[str], ranges):
                for start, stop in ranges:
                    yield header.index(start), header.index(stop)  # ALG504
            """,
        ),
        # The list changes in the loop.
        Good(
            """
            def rotate(items):
                for item in list(items):
                    place = items.index(item)
                    items.insert(0, items.pop(place))
            """
        ),
        # A search that happens once.
        Good(
            """
            def first_even(numbers):
                for number in numbers:
                    if number % 2 == 0:
                        return numbers.index(number)
            """
        ),
        # The next place of one item, from the last one on.
        Good(
            """
            def places(items: list, wanted):
                place = -1
                while True:
                    place = items.index(wanted, place + 1)
                    print(place)
            """
        ),
        # Equal items are wanted to have one number, which is that of the first.
        Good(
            """
            def classes(shapes):
                groups = {}
                for shape in shapes:
                    groups.setdefault(shape.name, [])
                    groups[shapes.index(shape)].append(shape)
                return groups, sorted(shapes.index(shape) for shape in shapes)
            """
        ),
        # A test of what a list holds, in which items repeat.
        Good(
            """
            def check_levels(levels):
                for level in levels:
                    if levels.index(level) < 3:
                        assert level == "low"
            """
        ),
        # Dicts are no keys of a dict.
        Good(
            """
            def order(points, known):
                clean = [{k: v for k, v in point.items() if v} for point in points]
                both = [*known, *clean]
                return [clean.index(point) for point in known], [both.index(p) for p in clean]
            """
        ),
        # An index of its own for every row.
        Good(
            """
            def first_zero(rows):
                return [row.index(0) for row in rows]
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        owner = getattr(node.func, "value", None)
        if len(node.args) != 1 or node.keywords or not isinstance(owner, ast.Name | ast.Attribute):
            return
        item = node.args[0]
        if is_assertion(context.parent(node)) or (context.resolve(owner) or "")[:7] == "string.":
            return
        loops = context.hot_loops(node) if names_in(item) else []
        if not loops or context.length(owner) is not None:
            return
        loop = invariant_loop(owner, context)
        if loop is None:
            return
        own = next((inner for inner in loops if _is_over(inner, owner, item)), None)
        if own is None and not _searches_list(item, owner, loops, context):
            return
        if own is None and _was_searched(node, owner, loops, context):
            return
        if own is not None and _repeats(node, own, context):
            return
        twins = [
            other
            for other in walk(region_of(own or loops[0], context))
            if same(other, node) and _is_of_same(other, node, context)
        ]
        if twins[0] is not node:
            return
        items = context.segment(owner)
        how = f"Loop over `enumerate({items})`" if own else f"Build a dict of places of `{items}`"
        edits = _enumerated(twins, own, context) if own else ()
        yield self.report(node, *edits, items=items, how=how)


def _is_of_same(one: ast.AST, other: ast.AST, context: Context) -> bool:
    """Whether equal names in the two stand for the same variables."""
    pairs = zip(walk(one), walk(other), strict=True)
    return all(context.symbol(a) is context.symbol(b) for a, b in pairs if isinstance(a, ast.Name))


def _is_over(loop: Loop, owner: ast.expr, item: ast.expr) -> bool:
    """Whether the loop is `for item in owner`."""
    if isinstance(loop, ast.While) or not isinstance(item, ast.Name):
        return False
    return is_name(loop.target, item.id) and same(loop.iter, owner)


def _repeats(node: ast.Call, own: Loop, context: Context) -> bool:
    """Whether equal items are to be expected: then the first place of each is what is wanted."""
    parent = context.parent(node)
    if isinstance(parent, ast.GeneratorExp | ast.ListComp | ast.SetComp):
        return parent.elt is node and not parent.generators[0].ifs
    if isinstance(own, ast.For) and any(isinstance(part, ast.Assert) for part in walk(own)):
        return True
    if not isinstance(parent, ast.Subscript) or parent.slice is not node:
        return False
    user = context.parent(parent)
    return isinstance(user, ast.AugAssign | ast.Attribute)  # each group grows


def _searches_list(item: ast.expr, owner: ast.expr, loops: list[Loop], context: Context) -> bool:
    """Whether a known list is searched for something that each pass changes."""
    kind = context.type_of(owner)
    if kind.name not in ("list", "tuple", "deque"):
        return False
    sources = [owner, *(loop.iter for loop in loops if _is_from(loop, item))]
    if context.type_of(item).is_mutable or any(_holds_lists(s, context) for s in sources):
        return False  # no dict has such keys
    outer = loops[-1]
    if isinstance(outer, ast.While):
        return not context.is_invariant(item, outer)
    return any(
        names_in(item) & targets_of(inner) for inner in loops if not isinstance(inner, ast.While)
    )


def _is_from(loop: Loop, item: ast.expr) -> TypeGuard[ast.For | ast.AsyncFor | ast.comprehension]:
    """Whether the item is what the loop goes through."""
    return (
        not isinstance(loop, ast.While)
        and isinstance(item, ast.Name)
        and is_name(loop.target, item.id)
    )


def _holds_lists(items: ast.expr, context: Context) -> bool:
    """Whether the items are lists or dicts, or were so at some time."""
    for binding in context.bindings(items):
        if isinstance(binding.value, ast.ListComp) and isinstance(binding.value.elt, _DISPLAYS):
            return True
    return item_type(context.type_of(items)).is_mutable


def _was_searched(node: ast.Call, owner: ast.expr, loops: list[Loop], context: Context) -> bool:
    """Whether another search of the list in this loop, which needs the same dict, comes first."""
    for other in walk(region_of(loops[0], context)):
        if isinstance(other, ast.Call) and same(other.func, node.func) and len(other.args) == 1:
            is_earlier = (other.lineno, other.col_offset) < (node.lineno, node.col_offset)
            if is_earlier and _searches_list(other.args[0], owner, loops, context):
                return True
    return False


def _enumerated(twins: list[ast.AST], loop: Loop, context: Context) -> tuple[Edit, ...]:
    """Let the loop count; only where nothing else in it rebinds its item."""
    assert not isinstance(loop, ast.While)
    bound = [b for b in context.bindings(loop.target) if context.inside(b.node, loop)]
    if len(bound) != 1:
        return ()
    name = fresh_name("index", context)
    target, items = context.segment(loop.target), context.segment(loop.iter)
    return (
        Edit(loop.target, replacement(f"{name}, {target}")),
        Edit(loop.iter, replacement(f"enumerate({items})")),
        *(Edit(twin, replacement(name)) for twin in twins if isinstance(twin, ast.Call)),
    )
