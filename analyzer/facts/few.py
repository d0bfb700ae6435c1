"""Collections that the code around shows to be short."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.patterns import always_leaves
from effilint.analyzer.tree import same, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def is_said_short(context: Context, items: ast.expr) -> bool:
    """Whether the function unpacks the variable into a few names, or leaves if it holds more."""
    function = context.function(items)
    if function is None or not isinstance(items, ast.Name) or len(context.bindings(items)) != 1:
        return False
    return any(_says_short(node, items) for node in walk(function))


def _says_short(node: ast.AST, items: ast.Name) -> bool:
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=value) if same(value, items):
            return len(names) <= TINY and not any(isinstance(n, ast.Starred) for n in names)
        case ast.If(
            test=ast.Compare(
                left=ast.Call(func=ast.Name("len"), args=[counted]),
                ops=[ast.NotEq() | ast.Gt() | ast.GtE()],
                comparators=[ast.Constant(value=int(most))],
            ),
            body=body,
        ):
            return same(counted, items) and most <= TINY and always_leaves(body)
    return False
