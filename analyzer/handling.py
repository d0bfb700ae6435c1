"""What the body of a function does with a parameter, and so what can be passed for it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_METHODS = {
    "str": "split splitlines strip lstrip rstrip lower upper title startswith endswith replace "
    "join isdigit isalpha isalnum isspace casefold partition encode zfill ljust rjust format",
    "dict[str, int]": "items keys values setdefault",
    "set[int]": "add union intersection difference issubset issuperset discard",
    "list[int]": "append extend sort reverse insert",
    "deque[int]": "appendleft popleft",
    "bytes": "decode hex",
}
_TYPE_OF_METHOD = {name: text for text, names in _METHODS.items() for name in names.split()}
_TAKES_COLLECTION = frozenset(
    "len sorted sum min max set list tuple enumerate reversed zip any all frozenset "
    "collections.Counter collections.deque".split()
)
_TAKES_NUMBER = frozenset({"range", "math.sqrt", "math.isqrt", "divmod", "abs", "chr", "bin"})
_ARITHMETIC = (ast.Sub, ast.Mod, ast.FloorDiv, ast.Div, ast.Pow, ast.BitAnd, ast.LShift, ast.RShift)
_COLLECTION = "list[int]"
_DEEPEST = 3


def handled(argument: ast.AST, context: Context, depth: int = 0) -> str | None:
    """Return the text of a type that fits every use of a variable; None if there is none.

    What is iterated, measured, indexed and searched is a list, of numbers unless its items are
    handled otherwise; what is counted and compared with is a whole number.
    """
    if depth > _DEEPEST:
        return None
    found: set[str] = set()
    for use in context.uses(argument):
        said = _use(use, context, depth)
        if said == "?":
            return None
        if said:
            found.add(said)
    nested = {text for text in found if text.startswith("list[") and text != _COLLECTION}
    if nested:
        found -= {_COLLECTION}
    if found == {_COLLECTION, "str"}:
        found = {"str"}  # a text is indexed, measured and iterated too
    if {"dict[str, int]", "set[int]", "deque[int]"} & found:
        found -= {_COLLECTION}  # as are these
    return found.pop() if len(found) == 1 else None


def _use(use: ast.Name, context: Context, depth: int) -> str | None:
    """What one read says: the text of a type, None for nothing, "?" that nothing will fit."""
    parent = context.parent(use)
    match parent:
        case ast.Attribute(attr=name):
            is_call = isinstance(call := context.parent(parent), ast.Call) and call.func is parent
            return _TYPE_OF_METHOD.get(name) if is_call else "?"
        case ast.Call(func=function) if function is use:
            return "?"
        case ast.Call(func=function):
            called = context.resolve(function)
            if called in _TAKES_NUMBER:
                return "int"
            if called == "enumerate":
                return _enumerated(parent, context, depth)
            return _COLLECTION if called in _TAKES_COLLECTION else None
        case ast.For(iter=source, target=target) if source is use:
            return _of_items(target, context, depth)
        case ast.comprehension(iter=source, target=target) if source is use:
            return _of_items(target, context, depth)
        case ast.Subscript(value=value) if value is use:
            return _indexed(parent, context)
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[right]) if right is use:
            return _COLLECTION
        case ast.Compare(ops=[ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE()]):
            return "int" if _beside_number(parent, use) else None
        case ast.BinOp(op=op) if isinstance(op, _ARITHMETIC):
            return "int"
        case ast.BinOp(left=left, right=right) if _is_number(left) or _is_number(right):
            return "int"
    return None


def _of_items(target: ast.expr, context: Context, depth: int) -> str | None:
    if isinstance(target, ast.Tuple) and all(isinstance(e, ast.Name) for e in target.elts):
        return f"list[tuple[{', '.join(['int'] * len(target.elts))}]]"
    if not isinstance(target, ast.Name):
        return _COLLECTION
    item = handled(target, context, depth + 1)
    return f"list[{item}]" if item else _COLLECTION


def _enumerated(call: ast.Call, context: Context, depth: int) -> str | None:
    loop = context.parent(call)
    if isinstance(loop, ast.For | ast.comprehension) and loop.iter is call:
        match loop.target:
            case ast.Tuple(elts=[_, item]):
                return _of_items(item, context, depth)
    return _COLLECTION


def _indexed(node: ast.Subscript, context: Context) -> str | None:
    outer = context.parent(node)
    if isinstance(outer, ast.Subscript) and outer.value is node:
        is_slice = isinstance(node.slice, ast.Slice)
        return _COLLECTION if is_slice else "list[list[int]]"
    is_text = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
    return "dict[str, int]" if is_text else _COLLECTION


def _beside_number(node: ast.Compare, use: ast.Name) -> bool:
    return any(_is_number(side) for side in (node.left, *node.comparators) if side is not use)


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int
