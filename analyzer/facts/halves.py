"""Which values are about half of another, by what they are bound to: `(low + high) // 2`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import Kind

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_FARTHEST = 3  # names that stand for others


def is_half(node: ast.expr, context: Context, farthest: int = _FARTHEST) -> bool:
    """Whether it is a half, next to one, or a part up to or from one; a filtered list is, too."""
    match node:
        case ast.BinOp(op=ast.FloorDiv() | ast.Div() | ast.RShift()):
            return True
        case ast.BinOp(left=ast.Name() as name, op=ast.Add() | ast.Sub(), right=ast.Constant()):
            return is_half(name, context, farthest)
        case ast.Call(func=ast.Name("int"), args=[inner]):
            return is_half(inner, context, farthest)
        case ast.Subscript(slice=ast.Slice(lower=lower, upper=upper)):
            return any(b is not None and is_half(b, context, farthest) for b in (lower, upper))
        case ast.ListComp(elt=ast.Name(id=item), generators=[ast.comprehension() as clause]):
            is_item = isinstance(clause.target, ast.Name) and clause.target.id == item
            return is_item and bool(clause.ifs)
        case ast.Name() if farthest:
            return any(is_half(v, context, farthest - 1) for v in _values(node, context))
    return False


def _values(name: ast.Name, context: Context) -> list[ast.expr]:
    """What is assigned to a variable."""
    found = []
    for binding in context.bindings(name):
        if binding.kind not in (Kind.ASSIGN, Kind.UNPACK) or binding.value is None:
            continue
        value = binding.value
        for step in binding.path:
            if not isinstance(value, ast.Tuple | ast.List) or step >= len(value.elts):
                break
            value = value.elts[step]
        else:
            found.append(value)
    return found
