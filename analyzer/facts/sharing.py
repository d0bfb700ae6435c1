"""Variables that are more than a plain local: CPython never appends to such a string in place."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import FUNCTIONS

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def is_shared(name: ast.Name, context: Context) -> bool:
    """Whether the variable is global, nonlocal, or used by a nested function."""
    symbol = context.symbol(name)
    if symbol is None or not isinstance(symbol.scope.node, FUNCTIONS):
        return symbol is not None
    home = symbol.scope.node
    nodes = [*symbol.loads, *(binding.node for binding in symbol.bindings)]
    return any(
        _innermost(node, context) is not home for node in nodes if isinstance(node, ast.Name)
    )


def _innermost(node: ast.AST, context: Context) -> ast.AST | None:
    for outer in context.ancestors(node):
        if isinstance(outer, (*FUNCTIONS, ast.GeneratorExp)):
            is_evaluated_outside = isinstance(outer, ast.GeneratorExp) and context.inside(
                node, outer.generators[0].iter
            )
            if not is_evaluated_outside:
                return outer
    return None
