"""Lists that are only added to and searched, and the edits that make them sets."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import Kind, Symbol
from effilint.analyzer.model import Edit
from effilint.analyzer.patterns import always_leaves, append_call
from effilint.analyzer.rewrite import replacement
from effilint.analyzer.tree import same, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def is_unhashable(context: Context, item: ast.expr) -> bool:
    """Whether there is evidence that a value is a list, set or dict."""
    if context.type_of(item).is_mutable:
        return True
    if not isinstance(item, ast.Name):
        return False
    for use in context.uses(item):
        parent = context.parent(use)
        if isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store):
            if parent.value is use:
                return True
    return False


def holds_unhashable(context: Context, container: ast.expr) -> bool:
    """Whether there is evidence that the items of a list are lists, sets or dicts."""
    element = context.type_of(container).element
    if element is not None and element.is_mutable:
        return True
    for use in context.uses(container) if isinstance(container, ast.Name) else ():
        call = statement_call(context, use, "append")
        if call is not None and is_unhashable(context, call.args[0]):
            return True
    return False


def is_tested(context: Context, use: ast.expr) -> bool:
    """Whether a read is `... in use`."""
    parent = context.parent(use)
    return (
        isinstance(parent, ast.Compare)
        and isinstance(parent.ops[-1], ast.In | ast.NotIn)
        and parent.comparators[-1] is use
    )


def is_truth_test(context: Context, use: ast.expr) -> bool:
    """Whether only the emptiness of what is read matters."""
    parent = context.parent(use)
    while isinstance(parent, ast.BoolOp):
        use, parent = parent, context.parent(parent)
    if isinstance(parent, ast.UnaryOp):
        return isinstance(parent.op, ast.Not)
    return isinstance(parent, ast.If | ast.While | ast.IfExp) and parent.test is use


def added_again(context: Context, test: ast.Compare) -> ast.stmt | None:
    """The `xs.append(x)` that is reached where `x in xs` is false, in the same loop or function."""
    item, container = test.left, test.comparators[0]
    loops = context.loops(test)
    region: ast.AST | None = loops[0] if loops else context.function(test)
    if region is None or isinstance(region, ast.comprehension):
        return None
    for node in walk(region):
        parts = append_call(node)
        if parts is not None and same(parts[0], container) and same(parts[1], item):
            assert isinstance(node, ast.stmt)
            return node if _is_guarded(context, test, node) else None
    return None


def _is_guarded(context: Context, test: ast.Compare, added: ast.stmt) -> bool:
    choice = context.statement(test)
    if not isinstance(choice, ast.If):
        return True
    in_body = any(context.inside(added, statement) for statement in choice.body)
    if isinstance(test.ops[0], ast.NotIn):
        return in_body
    in_else = any(context.inside(added, statement) for statement in choice.orelse)
    return in_else or always_leaves(choice.body)


def statement_call(context: Context, use: ast.expr, *methods: str) -> ast.Call | None:
    """The call, if a read is the receiver of one of these methods and the result is dropped."""
    attribute = context.parent(use)
    if not isinstance(attribute, ast.Attribute) or attribute.attr not in methods:
        return None
    call = context.parent(attribute)
    if not isinstance(call, ast.Call) or not isinstance(context.parent(call), ast.Expr):
        return None
    is_plain = len(call.args) == 1 and not isinstance(call.args[0], ast.Starred)
    return call if call.func is attribute and is_plain and not call.keywords else None


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
    return values if is_local(symbol) else None


def is_only_searched(context: Context, symbol: Symbol) -> bool:
    """Whether the program only adds to the list, looks for items in it, and asks if it is empty."""
    return all(
        is_tested(context, use)
        or is_truth_test(context, use)
        or statement_call(context, use, "append", "extend")
        for use in context.scopes.loads(symbol)
    )


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
