"""Lists that a function makes for itself, and what surely runs in a statement."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import COMPREHENSIONS, Kind

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def is_made_for(owner: ast.Name, place: ast.AST, context: Context) -> bool:
    """Whether the variable is a list of any length made anew in the pass that reaches `place`."""
    bindings = context.bindings(owner)
    if len(bindings) != 1 or bindings[0].kind is not Kind.ASSIGN:
        return False
    value, made = bindings[0].value, bindings[0].node
    is_list = isinstance(value, ast.ListComp) or (isinstance(value, ast.List) and not value.elts)
    if isinstance(value, ast.Call):
        is_list = context.resolve(value.func) == "list"
    if not is_list or context.function(made) is None or len(context.aliases(owner)) > 1:
        return False
    return all(context.inside(made, loop) for loop in context.loops(place))


def leaks(use: ast.Name, context: Context) -> bool:
    """Whether a use of a list may hand it to somebody who looks at it later."""
    parent = context.parent(use)
    if isinstance(parent, ast.Attribute | ast.Subscript | ast.For | ast.comprehension | ast.If):
        return False
    return not (isinstance(parent, ast.Call) and context.resolve(parent.func) == "len")


def surely_runs(node: ast.expr, context: Context) -> bool:
    """Whether the expression is evaluated, once, whenever its statement is reached."""
    child: ast.AST = node
    for outer in context.ancestors(node):
        if isinstance(outer, ast.stmt):
            return not isinstance(outer, ast.While | ast.For) or child is getattr(outer, "iter", 0)
        if isinstance(
            outer, (ast.BoolOp, ast.IfExp, ast.Lambda, ast.comprehension, *COMPREHENSIONS)
        ):
            return False
        child = outer
    return False
