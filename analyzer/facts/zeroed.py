"""Passes that only set counts to zero for a pass that counts: what the two have in common."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.patterns import is_constant, same

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def counting_step(statement: ast.stmt | None) -> tuple[ast.expr, ast.expr] | None:
    """Dict and key of `counts[key] += 1`."""
    match statement:
        case ast.AugAssign(
            target=ast.Subscript(value=counts, slice=key), op=ast.Add(), value=one
        ) if is_constant(one, 1):
            return counts, key
        case ast.Assign(
            targets=[ast.Subscript(value=counts, slice=key) as target],
            value=ast.BinOp(left=left, op=ast.Add(), right=one),
        ) if same(target, left) and is_constant(one, 1):
            return counts, key
    return None


def mirrored(first: ast.For, second: ast.For) -> ast.expr | None:
    """The dict that two equal (nests of) loops set to zero and count in; None for other loops."""
    if not same(first.iter, second.iter) or not same(first.target, second.target):
        return None
    if len(first.body) != len(second.body) or first.orelse or second.orelse:
        return None
    found: ast.expr | None = None
    for one, other in zip(first.body, second.body, strict=True):
        if isinstance(one, ast.For) and isinstance(other, ast.For):
            counts = mirrored(one, other)
        else:
            counts = _zeroed_and_counted(one, other)
        if counts is None:
            return None
        found = found or counts
    return found


def _zeroed_and_counted(one: ast.stmt, other: ast.stmt) -> ast.expr | None:
    step = counting_step(other)
    match one:
        case ast.Assign(targets=[ast.Subscript(value=owner, slice=key)], value=zero) if step:
            is_same = same(owner, step[0]) and same(key, step[1])
            return owner if is_same and is_constant(zero, 0) else None
    return None


def zero_pass(loop: ast.For, counts: ast.expr, key: ast.expr, context: Context) -> ast.stmt | None:
    """The statement shortly before the loop that gives every key a zero."""
    block = context.block(loop)
    place = block.index(loop)
    for first in block[max(0, place - 3) : place]:
        if _sets_to_zero(first, loop, counts, key, context):
            between = block[block.index(first) + 1 : place]
            if not any(context.changes(counts, each) for each in between):
                return first
    return None


def _sets_to_zero(
    first: ast.stmt, loop: ast.For, counts: ast.expr, key: ast.expr, context: Context
) -> bool:
    """Whether the statement goes through the same items and gives every key a zero."""
    match first:
        case ast.For(body=[ast.Assign(targets=[ast.Subscript(value=owner, slice=key2)], value=v)]):
            if not same(owner, counts) or not _has_items_of(first.iter, loop.iter, context):
                return False
            return is_constant(v, 0) and _is_same_key(first.target, key2, loop.target, key)
        case ast.Assign(targets=[target], value=value) if same(target, counts):
            pass
        case _:
            return False
    match value:
        case ast.DictComp(key=key2, value=zero, generators=[ast.comprehension(ifs=[]) as clause]):
            is_same = _has_items_of(clause.iter, loop.iter, context) and is_constant(zero, 0)
            return is_same and _is_same_key(clause.target, key2, loop.target, key)
        case ast.Call(
            func=ast.Attribute(value=ast.Name("dict"), attr="fromkeys"), args=[items, zero]
        ):
            is_plain = same(loop.target, key) and is_constant(zero, 0)
            return is_plain and _has_items_of(items, loop.iter, context)
    return False


def _has_items_of(node: ast.expr, items: ast.expr, context: Context) -> bool:
    """Whether it is `items`, or a set of them."""
    if same(node, items):
        return True
    if isinstance(node, ast.Name):
        node = context.sole_value(node) or node
    match node:
        case ast.Call(func=ast.Name("set"), args=[inner]):
            return same(inner, items)
    return False


def _is_same_key(target: ast.expr, key: ast.expr, target2: ast.expr, key2: ast.expr) -> bool:
    if same(target, key) and same(target2, key2):
        return isinstance(target, ast.Name) and isinstance(target2, ast.Name)
    return same(target, target2) and same(key, key2)
