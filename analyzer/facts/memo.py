"""Whether the results of a function could be remembered, and are not yet."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode

# What is made anew by every call, and may be changed by whoever gets it.
_COLLECTIONS = (
    ast.List, ast.Dict, ast.Set, ast.Tuple, ast.ListComp, ast.SetComp, ast.DictComp,
    ast.Lambda, ast.JoinedStr,
)  # fmt: skip


def may_be_remembered(function: FunctionNode, context: Context) -> bool:
    """Whether it is pure and returns no new collections, and nothing remembers results yet."""
    if isinstance(function, ast.AsyncFunctionDef) or not _is_plainly_decorated(function):
        return False
    outcome = context.calls.outcome(function)
    if outcome.is_generator or not outcome.returned:
        return False
    if any(isinstance(node, _COLLECTIONS) for value in outcome.returned for node in walk(value)):
        return False
    names = context.calls.parameters(function).keys()
    if any(_may_remember(node, names) for node in walk(function)):
        return False
    return context.purity.function_is_pure(function)


def takes_hashable(
    function: FunctionNode, context: Context, *, numbers: Collection[str] = ()
) -> bool:
    """Whether a cache could hold its arguments and keeps no object alive.

    `numbers` names parameters that are known to be numbers unless their type says otherwise.
    """
    if context.calls.is_method(function):
        return False
    for name, argument in context.calls.parameters(function).items():
        uses = context.uses(argument)
        kind = context.type_of(uses[0]) if uses else None
        if kind is None or (name in numbers and not kind.is_known):
            continue
        if not kind.is_hashable:
            return False
    return True


def _may_remember(node: ast.AST, names: Iterable[str]) -> bool:
    """Whether something is stored, or looked up by a parameter."""
    match node:
        case ast.Subscript(ctx=ast.Store()) | ast.Attribute(ctx=ast.Store()):
            return True
        case ast.Compare(left=ast.Name(id=name), ops=[ast.In() | ast.NotIn()]):
            return name in names
        case ast.Call(func=ast.Attribute(attr="get")):
            return True
    return False


def _is_plainly_decorated(function: FunctionNode) -> bool:
    return all(
        isinstance(decorator, ast.Name) and decorator.id in ("staticmethod", "classmethod")
        for decorator in function.decorator_list
    )
