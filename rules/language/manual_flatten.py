from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, statements
from effilint.analyzer.facts.ordering import is_unseen, may_reach
from effilint.analyzer.facts.visits import is_read_outside, is_tiny
from effilint.analyzer.patterns import (
    is_empty_container,
    is_name,
    operand_text,
    same,
    sole_statement,
    walk,
)

_WHOLE = {("list", "append"): "extend", ("set", "add"): "update", ("deque", "append"): "extend"}


class ManualFlatten(Rule):
    """All items of one collection are put into another one by one.

    `extend` and `update` take them over in C, without looking up and calling a method for each.
    """

    code = "LNG108"
    name = "manual-flatten"
    message = "The items of `{items}` are put into `{target}` one by one"
    advice = "Use `{call}`"
    gain = Gain("O(n)", "O(n)", {10: 2.4, 1_000: 5.0, 10_000: 5.2}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def flat(rows: list[list[int]]):
                found = []
                for row in rows:
                    for cell in row:  # LNG108
                        found.append(cell)
                return found
            """,
            fixed="""
            def flat(rows: list[list[int]]):
                found = []
                for row in rows:
                    found.extend(row)
                return found
            """,
            workload="flat([list(range(n))] * 10)",
        ),
        # Into a set; of a call; into an attribute.
        Bad(
            """
            class Names:
                def __init__(self):
                    self.known = set()

                def learn(self, lines):
                    for line in lines:
                        for word in line.split():  # LNG108
                            self.known.add(word)
            """,
            fixed="""
            class Names:
                def __init__(self):
                    self.known = set()

                def learn(self, lines):
                    for line in lines:
                        self.known.update(line.split())
            """,
        ),
        # Without a fix: the method makes another list, to which the items are to be added.
        Bad(
            """
            class Board:
                def __init__(self):
                    self.cells = []

                def fresh(self) -> list[int]:
                    self.cells = []
                    return [0, 0, 0]

                def clear(self, other):
                    for cell in self.fresh():  # LNG108
                        self.cells.append(cell)
            """,
        ),
        # A choice is made, or something is done with each item.
        Good(
            """
            def chosen(rows):
                found, last = [], None
                for row in rows:
                    for cell in row:
                        if cell:
                            found.append(cell)
                    for cell in row:
                        found.append(cell + 1)
                    for last in row:
                        found.append(last)
                return found, last
            """
        ),
        # A new list is a copy: LNG203. And the list grows by its own items.
        Good(
            """
            def copied(row):
                found = []
                for cell in row:
                    found.append(cell)
                for cell in found[:]:
                    found.append(cell)
                return found
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        match sole_statement(node.body), node.target:
            case (
                ast.Expr(
                    value=ast.Call(
                        func=ast.Attribute(value=owner, attr="append" | "add" as method),
                        args=[ast.Name(id=item)],
                        keywords=[],
                    )
                ),
                ast.Name(id=name),
            ) if item == name and not is_name(owner, name):
                pass
            case _:
                return
        if node.orelse or is_tiny(context, node):
            return
        whole = _WHOLE.get((context.type_of(owner).name, method))
        if whole is None or not isinstance(owner, ast.Name | ast.Attribute):
            return
        if any(same(part, owner) for part in walk(node.iter)) or _is_copy(node, owner, context):
            return
        assert isinstance(node.target, ast.Name)
        if is_read_outside(context, node.target, node):
            return
        items = context.segment(node.iter)
        if isinstance(node.iter, ast.Tuple | ast.Yield | ast.YieldFrom):
            items = operand_text(node.iter, items)
        call = f"{context.segment(owner)}.{whole}({items})"
        edits = [Edit(node, statements(call))]
        if _may_be_replaced(owner, node.iter, context):
            edits = []
        yield self.report(node, *edits, items=items, target=context.segment(owner), call=call)


def _may_be_replaced(owner: ast.expr, items: ast.expr, context: Context) -> bool:
    """Whether making the items may put another collection in place of `owner`."""
    if is_unseen(owner, context):
        return False
    return context.type_of(items).is_lazy or may_reach(items, owner, context)


def _is_copy(loop: ast.For, owner: ast.expr, context: Context) -> bool:
    """Whether the collection was made right above: then the items may be copied at once."""
    match context.previous(loop):
        case ast.Assign(targets=[target], value=value):
            return same(target, owner) and is_empty_container(value)
    return False
