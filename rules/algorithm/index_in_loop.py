from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, replacement
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.hoist import fresh_name, invariant_loop, region_of
from effilint.analyzer.patterns import is_assertion, is_name, names_in, same, targets_of, walk


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
    gain = Gain("O(n^2)", "O(n)", {10: 1.3, 1_000: 46.0, 10_000: 300.0})
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
        twins = [other for other in walk(region_of(own or loops[0], context)) if same(other, node)]
        if twins[0] is not node:
            return
        items = context.segment(owner)
        how = f"Loop over `enumerate({items})`" if own else f"Build a dict of places of `{items}`"
        edits = _enumerated(twins, own, context) if own else ()
        yield self.report(node, *edits, items=items, how=how)


def _is_over(loop: Loop, owner: ast.expr, item: ast.expr) -> bool:
    """Whether the loop is `for item in owner`."""
    if isinstance(loop, ast.While) or not isinstance(item, ast.Name):
        return False
    return is_name(loop.target, item.id) and same(loop.iter, owner)


def _searches_list(item: ast.expr, owner: ast.expr, loops: list[Loop], context: Context) -> bool:
    """Whether a known list is searched for something that each pass changes."""
    if context.type_of(owner).name not in ("list", "tuple", "deque"):
        return False
    outer = loops[-1]
    if isinstance(outer, ast.While):
        return not context.is_invariant(item, outer)
    return any(
        names_in(item) & targets_of(inner) for inner in loops if not isinstance(inner, ast.While)
    )


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
