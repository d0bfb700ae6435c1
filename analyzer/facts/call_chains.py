"""Objects that live on from call to call of a function which is called again and again.

A recursion, or a helper that a loop calls, goes over the same list in every call; what holds for
a loop's body then holds for the function's.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.facts.searched_lists import statement_call
from effilint.analyzer.patterns import is_name

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode


def outlives_recursion(context: Context, node: ast.AST, container: ast.expr) -> bool:
    """Whether `node` is in a recursive function all of whose calls see the same `container`.

    That is a variable of an outer function or module, an attribute that the function does not
    set, or an argument that every call of itself hands on as it is.
    """
    function = context.function(node)
    if function is None or not context.calls.is_recursive(function):
        return False
    if isinstance(container, ast.Attribute):
        return not _sets(context, function, container)
    symbol = context.symbol(container)
    if symbol is None:
        return False
    if symbol.scope.node is not function:
        return not any(context.inside(binding.node, function) for binding in symbol.bindings)
    if [binding.kind for binding in symbol.bindings] != [Kind.ARGUMENT]:
        return False
    calls = context.calls.self_calls(function)
    return bool(calls) and all(
        is_name(context.calls.argument_for(call, function, symbol.name), symbol.name)
        for call in calls
    )


def grows_in_recursion(context: Context, container: ast.expr) -> bool:
    """Whether a recursive function adds an item to the same list in its calls."""
    symbol = context.symbol(container)
    return symbol is not None and any(
        statement_call(context, use, "append") is not None and outlives_recursion(context, use, use)
        for use in context.scopes.loads(symbol)
    )


def _sets(context: Context, function: FunctionNode, attribute: ast.Attribute) -> bool:
    return any(
        isinstance(other, ast.Attribute)
        and other.attr == attribute.attr
        and not isinstance(other.ctx, ast.Load)
        and context.inside(other, function)
        for other in context.index.get(ast.Attribute, ())
    )
