"""Loops and expressions that turn a sequence round item by item."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.visits import measured_length
from effilint.analyzer.patterns import constant_int, is_constant, is_name, range_bounds, same

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def meeting_swap(loop: ast.While, context: Context) -> ast.expr | None:
    """The sequence, if two indices meet from its ends while the items there are swapped."""
    match loop:
        case ast.While(
            test=ast.Compare(
                left=ast.Name(id=left), ops=[ast.Lt()], comparators=[ast.Name(id=right)]
            ),
            body=[ast.Assign() as swap, step, other],
            orelse=[],
        ):
            items = _swap(swap)
        case _:
            return None
    if items is None or not _moves(step, other, left, right):
        return None
    if not is_name(items[0].slice, left) or not is_name(items[1].slice, right):
        return None
    sequence = items[0].value
    return sequence if _starts_at_ends(loop, left, right, sequence, context) else None


def mirror_swap(loop: ast.For, swap: ast.Assign, context: Context) -> ast.expr | None:
    """The sequence in `for i in range(n // 2): a[i], a[n - 1 - i] = a[n - 1 - i], a[i]`."""
    items, bounds = _swap(swap), range_bounds(loop.iter)
    if items is None or bounds is None or not isinstance(loop.target, ast.Name):
        return None
    if not is_constant(bounds[0], 0) or not is_constant(bounds[2], 1):
        return None
    index, sequence = loop.target.id, items[0].value
    match bounds[1]:
        case ast.BinOp(left=size, op=ast.FloorDiv(), right=two) if is_constant(two, 2):
            pass
        case _:
            return None
    if not is_name(items[0].slice, index) or not _is_mirror(items[1].slice, index, size):
        return None
    return sequence if _is_length(size, sequence, context) else None


def reversed_sequence(parts: ast.expr, context: Context) -> ast.expr | None:
    """The sequence in `reversed(s)` or `[s[i] for i in range(len(s) - 1, -1, -1)]`."""
    match parts:
        case ast.Call(func=ast.Name("reversed") as function, args=[sequence], keywords=[]):
            return sequence if context.resolve(function) == "reversed" else None
        case (ast.ListComp() | ast.GeneratorExp()) as comp:
            loop = comp.generators[0]
            if len(comp.generators) > 1 or loop.ifs or loop.is_async:
                return None
            whole = downwards(loop.iter, context)
            if whole is not None and is_item(comp.elt, whole, loop.target):
                return whole
    return None


def downwards(iterable: ast.expr, context: Context) -> ast.expr | None:
    """The sequence `a`, if `iterable` is `range(len(a) - 1, -1, -1)` or that reversed."""
    match iterable:
        case ast.Call(func=ast.Name("reversed") as function, args=[inner], keywords=[]):
            bounds = range_bounds(inner)
            if bounds is None or context.resolve(function) != "reversed":
                return None
            is_whole = is_constant(bounds[0], 0) and is_constant(bounds[2], 1)
            return measured_length(context, bounds[1]) if is_whole else None
    bounds = range_bounds(iterable)
    if bounds is None or constant_int(bounds[1]) != -1 or constant_int(bounds[2]) != -1:
        return None
    match bounds[0]:
        case ast.BinOp(left=length, op=ast.Sub(), right=one) if is_constant(one, 1):
            return measured_length(context, length)
    return None


def is_item(item: ast.expr, sequence: ast.expr, index: ast.expr) -> bool:
    """Whether `item` is `sequence[index]` with a name as the index."""
    return (
        isinstance(item, ast.Subscript)
        and same(item.value, sequence)
        and isinstance(index, ast.Name)
        and is_name(item.slice, index.id)
    )


def _swap(statement: ast.Assign) -> tuple[ast.Subscript, ast.Subscript] | None:
    """The two items that `a[i], a[j] = a[j], a[i]` swaps."""
    match statement:
        case ast.Assign(
            targets=[ast.Tuple(elts=[ast.Subscript() as one, ast.Subscript() as other])],
            value=ast.Tuple(elts=[first, second]),
        ) if same(one, second) and same(other, first) and same(one.value, other.value):
            return one, other
    return None


def _is_mirror(place: ast.expr, index: str, size: ast.expr) -> bool:
    """Whether `place` is `size - 1 - index`, `size - index - 1` or `-index - 1`, `~index`."""
    match place:
        case ast.BinOp(
            left=ast.BinOp(left=whole, op=ast.Sub(), right=one), op=ast.Sub(), right=other
        ) if same(whole, size):
            pair = (one, other) if is_constant(one, 1) else (other, one)
            return is_constant(pair[0], 1) and is_name(pair[1], index)
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return is_name(operand, index)
        case ast.BinOp(left=ast.UnaryOp(op=ast.USub(), operand=operand), op=ast.Sub(), right=one):
            return is_name(operand, index) and is_constant(one, 1)
    return False


def _is_length(size: ast.expr, sequence: ast.expr, context: Context) -> bool:
    value = context.sole_value(size) if isinstance(size, ast.Name) else size
    measured = measured_length(context, value) if value is not None else None
    return measured is not None and same(measured, sequence)


def _moves(step: ast.stmt, other: ast.stmt, left: str, right: str) -> bool:
    """Whether `left` goes up by one and `right` goes down by one."""
    moves = {}
    for statement in (step, other):
        match statement:
            case ast.AugAssign(target=ast.Name(id=name), op=operator, value=one) if is_constant(
                one, 1
            ):
                moves[name] = operator.__class__
    return moves == {left: ast.Add, right: ast.Sub}


def _starts_at_ends(
    loop: ast.While, left: str, right: str, sequence: ast.expr, context: Context
) -> bool:
    """Whether `left = 0` and `right = len(a) - 1` stand right before the loop."""
    starts: dict[str, ast.expr] = {}
    statement = context.previous(loop)
    for _ in range(2):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                starts.setdefault(name, value)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for target, value in zip(names, values, strict=False):
                    starts.setdefault(getattr(target, "id", ""), value)
        statement = context.previous(statement) if statement else None
    match starts.get(right):
        case ast.BinOp(left=length, op=ast.Sub(), right=one) if is_constant(one, 1):
            return is_constant(starts.get(left), 0) and _is_length(length, sequence, context)
    return False
