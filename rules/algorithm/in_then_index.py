from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, replacement
from effilint.analyzer.facts.nothing import may_be_none
from effilint.analyzer.facts.scopes import COMPREHENSIONS
from effilint.analyzer.hoist import invariant_loop
from effilint.analyzer.patterns import always_leaves, same, walk


class InThenIndex(Rule):
    """A list or text is searched to see whether it has an item, then again to find its place.

    One search does both: `find` of a text, or `index` and `except ValueError`. The fix is offered
    where `find` gives the same.
    """

    code = "ALG601"
    name = "in-then-index"
    message = "`{items}` is searched for `{item}` twice: by `in` and by `index`"
    advice = "{how}"
    gain = Gain("O(n)", "O(n)", {10: 1.4, 1_000: 1.9, 100_000: 1.9}, Tier.CONSTANT)
    # For a short list that mostly lacks the item, an exception costs more: of twenty findings read
    # fifteen were about names of arguments and the like, and three could not be followed.
    confidence = 0.5
    calls = frozenset({"index"})
    examples = (
        Bad(
            """
            def places(names, wanted):
                found = []
                for name in wanted:
                    if name in names:
                        found.append(names.index(name))  # ALG601
                    else:
                        found.append(-1)
                return found
            """,
            fixed="""
            def places(names, wanted):
                found = []
                for name in wanted:
                    try:
                        found.append(names.index(name))
                    except ValueError:
                        found.append(-1)
                return found
            """,
            workload="places(list(range(n)), range(max(n - 50, 0), n))",
        ),
        Bad(
            """
            def place(text: str, part: str):
                return text.index(part) if part in text else -1  # ALG601
            """,
            fixed="""
            def place(text: str, part: str):
                return text.find(part)
            """,
        ),
        Bad(
            """
            def promote(queue: list[str], names):
                for name in names:
                    if name in queue:
                        place = queue.index(name)  # ALG601
                        queue[0], queue[place] = queue[place], queue[0]
            """,
        ),
        Bad(
            """
            class Header:
                def columns(self, wanted):
                    for name in wanted:
                        if name not in self.names:
                            continue
                        yield self.names.index(name)  # ALG601
            """,
        ),
        Bad(
            """
            def bare(rows: list[str]):
                return [row[: row.index("#")] if "#" in row else row for row in rows]  # ALG601
            """,
        ),
        # Once is not often.
        Good(
            """
            def first(formats):
                if "tar" in formats:
                    formats.append(formats.pop(formats.index("tar")))
            """
        ),
        # In an expression nothing can be caught.
        Good(
            """
            def sizes(axes, shape, count):
                return [shape[axes.index(i)] if i in axes else 1 for i in range(count)]
            """
        ),
        # Another item is looked for.
        Good(
            """
            def after(items, ones, other):
                for one in ones:
                    if one in items:
                        yield items.index(other)
            """
        ),
        # A known list that stays as it is: its places belong into a dict.
        Good(
            """
            def places(items: list[str], wanted):
                for item in wanted:
                    if item in items:
                        yield items.index(item)
            """
        ),
        # The list has changed in between.
        Good(
            """
            def move(items, wanted):
                for item in wanted:
                    if item in items:
                        items.sort()
                        yield items.index(item)
            """
        ),
        # Another branch.
        Good(
            """
            def places(items, wanted):
                for item in wanted:
                    if item in items:
                        yield 0
                    else:
                        yield items.index(item)
            """
        ),
        # The place is asked for after a search from elsewhere.
        Good(
            """
            def seconds(items, wanted):
                for item in wanted:
                    if item in items:
                        yield items.index(item, 1)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        owner = getattr(node.func, "value", None)
        if len(node.args) != 1 or node.keywords or not isinstance(owner, ast.Name | ast.Attribute):
            return
        test = _earlier_test(node, owner, context)
        if test is None or not context.is_pure(node.args[0]):
            return
        kind = context.type_of(owner)
        if kind.is_mapping or kind.is_set or context.length(owner) is not None:
            return
        if kind.name in ("list", "tuple", "deque") and invariant_loop(owner, context) is not None:
            return  # a dict of places serves all passes: ALG504 says so
        edits = _find(node, test, kind.name, context)
        if not edits and (
            not context.hot_loops(node) or _is_in_expression(node, kind.name, context)
        ):
            return
        twins = [part for part in walk(context.statement(node)) if same(part, node)]
        if twins[0] is not node:
            return
        items, item = context.segment(owner), context.segment(node.args[0])
        is_text = kind.name in ("str", "bytes")
        how = f"Use `{items}.find({item})`" if is_text else "Use `index` and catch `ValueError`"
        yield self.report(node, *edits, items=items, item=item, how=how)


def _earlier_test(node: ast.Call, owner: ast.expr, context: Context) -> ast.AST | None:
    """The `if` whose test has just shown that the item is there."""
    child: ast.AST = node
    for outer in context.ancestors(node):
        if isinstance(outer, ast.IfExp | ast.If) and child is not outer.test:
            in_body = child is outer.body or (isinstance(outer, ast.If) and child in outer.body)
            wanted = ast.In if in_body else ast.NotIn
            if _asks(outer.test, wanted, node, owner):
                before = outer.body if isinstance(outer, ast.If) and in_body else outer.orelse
                return outer if _unchanged(before, node, owner, context) else None
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.For):
            return None
        if isinstance(outer, ast.stmt) and isinstance(child, ast.stmt):
            guard = context.previous(child)
            if isinstance(guard, ast.If) and _is_guard(guard, node, owner):
                return guard
        if isinstance(outer, ast.stmt) and not isinstance(child, ast.stmt):
            guard = context.previous(outer)
            if isinstance(guard, ast.If) and _is_guard(guard, node, owner):
                return guard
        child = outer
    return None


def _is_in_expression(node: ast.Call, kind: str, context: Context) -> bool:
    """Whether no statement could catch the `ValueError` of one item alone."""
    for outer in context.ancestors(node):
        if isinstance(outer, (*COMPREHENSIONS, ast.Lambda)):
            return kind not in ("str", "bytes")
        if isinstance(outer, ast.stmt):
            break
    return False


def _is_guard(guard: ast.If, node: ast.Call, owner: ast.expr) -> bool:
    """Whether the statement before leaves if the item is not there."""
    return (
        not guard.orelse and always_leaves(guard.body) and _asks(guard.test, ast.NotIn, node, owner)
    )


def _asks(test: ast.expr, operator: type[ast.cmpop], node: ast.Call, owner: ast.expr) -> bool:
    match test:
        case ast.Compare(left=item, ops=[op], comparators=[container]):
            is_same = same(item, node.args[0]) and same(container, owner)
            return isinstance(op, operator) and is_same
    return False


def _unchanged(
    block: list[ast.stmt] | ast.expr, node: ast.Call, owner: ast.expr, context: Context
) -> bool:
    """Whether nothing between the test and the call may change the collection or the item."""
    if isinstance(block, ast.expr):
        return True
    for statement in block:
        if context.inside(node, statement):
            return not isinstance(statement, ast.For | ast.While | ast.With | ast.Try)
        if context.changes(owner, statement):
            return False
        names = [n for n in walk(node.args[0]) if isinstance(n, ast.Name)]
        if any(context.changes(name, statement) for name in names):
            return False
    return False


def _find(node: ast.Call, test: ast.AST, kind: str, context: Context) -> tuple[Edit, ...]:
    """`s.index(x) if x in s else -1` is `s.find(x)`."""
    if kind not in ("str", "bytes") or not isinstance(test, ast.IfExp):
        return ()
    match test.orelse:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)) if test.body is node:
            owner = getattr(node.func, "value", node)
            if may_be_none(owner, context):
                return ()  # that would be another error
            item = context.segment(node.args[0])
            return (Edit(test, replacement(f"{context.segment(owner)}.find({item})")),)
    return ()
