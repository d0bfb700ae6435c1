"""Which exceptions the function around a node may catch."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import FUNCTIONS
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def may_be_caught(node: ast.AST, errors: tuple[type[BaseException], ...], context: Context) -> bool:
    """Whether a `try` or `with` of the same function may catch one of `errors` raised at `node`."""
    child = node
    for outer in context.ancestors(node):
        if isinstance(outer, FUNCTIONS):
            return False
        caught: list[ast.expr | None] = []
        if isinstance(outer, ast.Try | ast.TryStar) and child in outer.body:
            caught += [handler.type for handler in outer.handlers]
        if isinstance(outer, ast.With | ast.AsyncWith):
            for item in outer.items:
                if isinstance(item.context_expr, ast.Call):  # suppress(...), pytest.raises(...)
                    caught += item.context_expr.args
        if any(_may_catch(kind, errors, context) for kind in caught):
            return True
        child = outer
    return False


def is_interrupted(node: ast.AST, context: Context) -> bool:
    """Whether the function may go on after an exception that ended `node` half-way."""
    child = node
    for outer in context.ancestors(node):
        if isinstance(outer, FUNCTIONS):
            return False
        if isinstance(outer, ast.Try | ast.TryStar) and child in outer.body:
            return True
        if isinstance(outer, ast.With | ast.AsyncWith):
            calls = [i.context_expr for i in outer.items if isinstance(i.context_expr, ast.Call)]
            if any(context.resolve(call.func) == "contextlib.suppress" for call in calls):
                return True
        child = outer
    return False


def _may_catch(
    caught: ast.expr | None, errors: tuple[type[BaseException], ...], context: Context
) -> bool:
    if caught is None:
        return True
    for node in walk(caught):
        if isinstance(node, ast.Name):
            kind = getattr(builtins, context.resolve(node) or "", None)
            if isinstance(kind, type) and issubclass(kind, BaseException):
                if any(issubclass(error, kind) for error in errors):
                    return True
            elif node is caught:
                return True  # a tuple of who knows what
    return False
