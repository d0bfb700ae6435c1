"""A container is copied for each item that it gets or gives."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer.facts.scopes import Kind, Symbol
from effilint.dataset.twins.forms import assigned_in
from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class PopBySlicing(Inverse):
    """An item is taken from a list by copying the others."""

    name = "pop-by-slicing"
    codes = ("DST401",)
    examples = (
        Example(
            """
            def drained(n):
                stack = list(range(n))
                total = 0
                while stack:
                    item = stack.pop()
                    total += item
                return total
            """,
            """
            def drained(n):
                stack = list(range(n))
                total = 0
                while stack:
                    item = stack[-1]
                    «stack = stack[:-1]»
                    total += item
                return total
            """,
            "drained(5)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement in original.nodes(ast.Assign, ast.Expr):
            match statement.value:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name() as items, attr="pop"), args=[], keywords=[]
                ) if original.type(items).name == "list" and original.context.loops(statement):
                    pass
                case _:
                    continue
            symbol = original.local(items)
            if symbol is None or not _is_own(original, symbol) or not original.is_alone(statement):
                continue
            if original.context.function(statement) is not _home(symbol):
                continue
            shorter = f"{items.id} = {items.id}[:-1]"
            if isinstance(statement, ast.Expr):
                yield Site((original.put(statement, shorter),))
                continue
            if items.id in assigned_in(statement):
                continue
            after = original.after(statement, shorter)
            changes = (original.put(statement.value, f"{items.id}[-1]"), after)
            yield Site(changes, ((after.start, after.end),))


def _home(symbol: Symbol) -> ast.AST | None:
    node = symbol.scope.node
    return node if isinstance(node, ast.FunctionDef) else None


def _is_own(original: Original, symbol: Symbol) -> bool:
    """Whether nobody else holds the list: it is bound here to a new one, and never handed on."""
    if not all(b.kind in (Kind.ASSIGN, Kind.AUGMENTED) for b in symbol.bindings):
        return False
    for binding in symbol.bindings:
        if isinstance(binding.value, ast.Name | ast.Attribute | ast.Subscript):
            return False
    home = symbol.scope.node
    for use in original.loads(symbol):
        parent = original.context.parent(use)
        if (original.context.function(use) or original.context.tree) is not home:
            return False
        match parent:
            case ast.Assign(value=value) if value is use:
                return False
            case ast.List() | ast.Tuple() | ast.Dict() | ast.Set():
                if original.context.loops(use):
                    return False
            case ast.Call(func=ast.Attribute(attr="append" | "add" | "insert")):
                return False
    return True


class AppendByRebinding(Inverse):
    """A list is copied for each new item."""

    name = "append-by-rebinding"
    codes = ("DST501",)
    examples = (
        Example(
            """
            def squares(n):
                found = []
                for i in range(n):
                    found.append(i * i)
                return found
            """,
            """
            def squares(n):
                found = []
                for i in range(n):
                    «found = found + [i * i]»
                return found
            """,
            "squares(4)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement in original.nodes(ast.Expr):
            match statement.value:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name() as items, attr="append"), args=[item]
                ) if original.type(items).name == "list" and original.context.loops(statement):
                    pass
                case _:
                    continue
            symbol = original.local(items)
            if symbol is None or not _is_own(original, symbol):
                continue
            if (
                original.context.function(statement) or original.context.tree
            ) is not symbol.scope.node:
                continue
            text = f"{items.id} = {items.id} + [{original.text(item)}]"
            yield Site((original.put(statement, text),))


class AddByRebinding(Inverse):
    """A set or dict is copied for each new item."""

    name = "add-by-rebinding"
    codes = ("DST502",)
    examples = (
        Example(
            """
            def distinct(items):
                found = set()
                for item in items:
                    found.add(item)
                return found
            """,
            """
            def distinct(items):
                found = set()
                for item in items:
                    «found = found | {item}»
                return found
            """,
            "distinct([1, 2, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement in original.nodes(ast.Expr, ast.Assign):
            match statement:
                case ast.Expr(
                    value=ast.Call(
                        func=ast.Attribute(value=ast.Name() as items, attr="add"), args=[item]
                    )
                ) if original.type(items).name == "set":
                    text = f"{items.id} = {items.id} | {{{original.text(item)}}}"
                case ast.Assign(
                    targets=[ast.Subscript(value=ast.Name() as items, slice=key)], value=value
                ) if original.type(items).name == "dict" and not isinstance(key, ast.Slice):
                    pair = f"{original.atom(key)}: {original.atom(value)}"
                    text = f"{items.id} = {{**{items.id}, {pair}}}"
                case _:
                    continue
            symbol = original.local(items)
            if (
                symbol is None
                or not original.context.loops(statement)
                or not _is_own(original, symbol)
            ):
                continue
            if (original.context.function(statement) or original.context.tree) is symbol.scope.node:
                yield Site((original.put(statement, text),))
