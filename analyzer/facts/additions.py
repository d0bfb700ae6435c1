"""What a binding adds to the value that its own variable had: `x = x + [y]`, `s = f"({s})"`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_KEEPING = frozenset(("list", "tuple", "set", "dict", "str", "frozenset", "sorted"))


def added_to(value: ast.expr, name: str) -> tuple[list[ast.expr], int] | None:
    """Return what is put beside a variable's own value, and how often that is in the new one.

    None if the new value does not hold the old one as a part.
    """
    if isinstance(value, ast.Name):
        return None
    parts = list(_parts(value, name))
    own = [part for part in parts if isinstance(part, ast.Name) and part.id == name]
    others = [part for part in parts if not isinstance(part, ast.Name) or part.id != name]
    return (others, len(own)) if own else None


def _parts(value: ast.expr, name: str) -> Iterator[ast.expr]:
    """The parts that a sum, a display, or a text is put together from."""
    stack = [value]
    while stack:
        top = stack.pop()
        match top:
            case ast.BinOp(left=left, op=ast.Add() | ast.BitOr(), right=right):
                stack += [left, right]
            case ast.JoinedStr(values=values):
                stack += values
            case ast.FormattedValue(value=ast.Name(id=used) as inner) if used == name:
                stack.append(inner)
            case ast.Starred(value=inner):
                stack.append(inner)
            case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts) if _opens(elts):
                stack += [e if isinstance(e, ast.Starred) else ast.Constant(0) for e in elts]
            case ast.Dict(keys=keys, values=values) if None in keys:
                stack += [v for key, v in zip(keys, values, strict=True) if key is None]
            case ast.Call(func=ast.Name(id=made), args=[inner]) if made in _KEEPING:
                stack.append(inner)
            case ast.IfExp(body=body, orelse=orelse):
                stack.append(max(body, orelse, key=lambda one: len(list(ast.walk(one)))))
            case _:
                yield top


def _opens(items: list[ast.expr]) -> bool:
    return any(isinstance(item, ast.Starred) for item in items)
