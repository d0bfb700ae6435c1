"""Edits that give a local container another type, where all of its uses allow it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.errors import is_interrupted
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.scopes import Kind, Symbol
from effilint.analyzer.facts.searched_lists import (
    is_only_searched,
    is_tested,
    is_truth_test,
    statement_call,
)
from effilint.analyzer.model import AddImport, Edit
from effilint.analyzer.patterns import is_constant, is_empty_container, looks_at_locals
from effilint.analyzer.rewrite import around, replacement, statements
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


_TAKING_ANY = frozenset("len sum min max any all list tuple set frozenset sorted".split())


def is_local(symbol: Symbol) -> bool:
    """Whether the variable is a function's own, and every binding a plain `name = value`."""
    return symbol.scope.is_function and all(
        binding.kind is Kind.ASSIGN and binding.value is not None for binding in symbol.bindings
    )


def assigned_values(context: Context, symbol: Symbol) -> list[ast.expr] | None:
    """What is assigned to the variable, if each binding is a statement `name = value`."""
    values: list[ast.expr] = []
    for binding in symbol.bindings:
        statement = context.parent(binding.node)
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return None
        values.append(statement.value)
    if not is_local(symbol) or looks_at_locals(symbol.scope.node):
        return None
    return values


def as_set(context: Context, name: ast.expr) -> list[Edit]:
    """Return the edits that make a local list a set; none if it is used in any other way."""
    symbol = context.symbol(name)
    values = assigned_values(context, symbol) if symbol else None
    if symbol is None or values is None or not is_only_searched(context, symbol):
        return []
    edits = []
    for value in values:
        text = _set_text(context, value)
        if text is None:
            return []
        edits.append(Edit(value, replacement(text)))
    for use in context.scopes.loads(symbol):
        call = statement_call(context, use, "append", "extend")
        if call is not None:
            assert isinstance(call.func, ast.Attribute)
            method = "add" if call.func.attr == "append" else "update"
            edits.append(Edit(call.func, replacement(f"{symbol.name}.{method}")))
    return edits


def _set_text(context: Context, value: ast.expr) -> str | None:
    match value:
        case ast.List(elts=[]) | ast.Call(func=ast.Name("list"), args=[]):
            return "set()"
        case ast.List() | ast.ListComp():
            return "{" + context.segment(value)[1:-1] + "}"
        case ast.Call(func=ast.Name("list" | "sorted"), args=[source, *_]):
            return f"set({context.segment(source)})"
        case ast.Call():
            return f"set({context.segment(value)})"
    return None


def as_deque(context: Context, symbol: Symbol) -> list[Edit | AddImport]:
    """Return the edits that make a local list a deque; none if some use of it does not allow."""
    values = assigned_values(context, symbol)
    if values is None:
        return []
    edits: list[Edit | AddImport] = [AddImport("collections", "deque")]
    for value in values:
        text = _deque_text(context, value)
        if text is None:
            return []
        edits.append(Edit(value, replacement(text)))
    for use in context.scopes.loads(symbol):
        change = _changed_use(context, use)
        if change is None and not _is_allowed(context, use):
            return []
        edits += [change] if change else []
    return edits


def _deque_text(context: Context, value: ast.expr) -> str | None:
    match value:
        case ast.List(elts=[]) | ast.Call(func=ast.Name("list"), args=[]):
            return "deque()"
        case ast.Call(func=ast.Name("list"), args=[items], keywords=[]):
            return f"deque({context.segment(items)})"
        case ast.List() | ast.ListComp() | ast.BinOp() | ast.Call(func=ast.Name("sorted")):
            return f"deque({context.segment(value)})"
        case ast.Call(func=ast.Attribute(attr="split")):
            return f"deque({context.segment(value)})"
    return None


def _changed_use(context: Context, use: ast.Name) -> Edit | None:
    """The edit of a use that takes the first item."""
    parent = context.parent(use)
    outer = context.parent(parent) if parent else None
    match parent, outer:
        case ast.Subscript(ctx=ast.Del(), slice=place), ast.Delete(targets=[_]):
            if is_constant(place, 0):
                return Edit(outer, statements(f"{use.id}.popleft()"))
        case ast.Attribute(attr="pop"), ast.Call(args=[place]):
            if is_constant(place, 0):
                return Edit(outer, replacement(f"{use.id}.popleft()"))
    return None


def _is_allowed(context: Context, use: ast.Name) -> bool:
    """Whether a deque does the same for this use."""
    if is_tested(context, use) or is_truth_test(context, use):
        return True
    if statement_call(context, use, "append", "extend", "remove"):
        return True
    parent = context.parent(use)
    match parent, context.parent(parent) if parent else None:
        case ast.Call(func=ast.Name() as function, args=[_]), _:
            return context.resolve(function) in _TAKING_ANY
        case ast.Attribute(attr="pop" | "clear"), ast.Call(args=[]):
            return True
        case ast.Subscript(ctx=ast.Load(), slice=place), _:
            return is_constant(place, 0) or (
                isinstance(place, ast.UnaryOp) and is_constant(place.operand, 1)
            )
    return False


def reversed_after(
    context: Context, call: ast.Call, items: ast.expr, loops: list[Loop]
) -> list[Edit]:
    """Return the edits for a local list that is empty before the loop and not read in it."""
    loop = loops[-1]
    symbol = context.symbol(items)
    if symbol is None or not isinstance(loop, ast.For | ast.While) or len(loops) > 1:
        return []
    if not _starts_empty(context, symbol, loop) or not isinstance(call.func, ast.Attribute):
        return []
    uses = [use for use in context.uses(items) if context.inside(use, loop)]
    if len(uses) != 1 or _may_be_left_early(context, symbol, loop):
        return []
    added = context.segment(call.args[1])
    return [
        Edit(call, replacement(f"{symbol.name}.append({added})")),
        Edit(loop, around("", f"{symbol.name}.reverse()")),
    ]


def _starts_empty(context: Context, symbol: Symbol, loop: ast.stmt) -> bool:
    values = assigned_values(context, symbol)
    if values is None or len(values) != 1 or not is_empty_container(values[0]):
        return False
    start = context.statement(values[0])
    if start not in context.block(loop):
        return False
    first, last = context.block(loop).index(start), context.block(loop).index(loop)
    between = context.block(loop)[first + 1 : last]
    return not any(
        isinstance(node, ast.Name) and node.id == symbol.name
        for statement in between
        for node in walk(statement)
    )


def _may_be_left_early(context: Context, symbol: Symbol, loop: ast.stmt) -> bool:
    """Whether somebody may see the list before it is reversed."""
    home = symbol.scope.node
    if any(context.function(use) is not home for use in context.scopes.loads(symbol)):
        return True
    return is_interrupted(loop, context)
