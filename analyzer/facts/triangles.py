"""Two nested loops over positions: all pairs, or those of which one stands before the other."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from effilint.analyzer.facts.counting import counting
from effilint.analyzer.patterns import constant_int, names_in, same, targets_of

if TYPE_CHECKING:
    from effilint.analyzer.context import Context
    from effilint.analyzer.facts.loops import Loop


@dataclass(frozen=True, slots=True)
class Triangle:
    """The names that two nested loops bind; `is_whole` if the inner one starts anew each time.

    Otherwise it runs over what comes after (or before) the outer position, up to one end.
    """

    inner: Loop
    outer: Loop
    inner_names: set[str]
    outer_names: set[str]
    is_whole: bool


def triangle(node: ast.AST, context: Context) -> Triangle | None:
    """The two innermost loops around `node`, if they go through all pairs, or half of them."""
    loops = context.hot_loops(node)
    if len(loops) < 2 or any(context.trip_count(loop) is not None for loop in loops[:2]):
        return None
    inner, outer = loops[0], loops[1]
    inner_names, outer_names = _names(inner, context), _names(outer, context)
    if not inner_names or not outer_names or inner_names & outer_names:
        return None
    bounds = _ends(inner, context)
    if bounds is None:
        if isinstance(inner, ast.While):
            return None
        is_whole = not names_in(inner.iter) & outer_names
        if is_whole and not context.is_invariant(inner.iter, outer):
            return None
        if not is_whole and not _is_rest(inner.iter, outer_names):
            return None
        return Triangle(inner, outer, inner_names, outer_names, is_whole)
    moving = [end for end in bounds if names_in(end) & outer_names]
    if len(moving) > 1 or any(not _is_near(end, outer_names) for end in moving):
        return None
    if not all(end in moving or context.is_invariant(end, outer) for end in bounds):
        return None
    return Triangle(inner, outer, inner_names, outer_names, not moving)


def _names(loop: Loop, context: Context) -> set[str]:
    if not isinstance(loop, ast.While):
        return targets_of(loop)
    run = counting(loop, context)
    return {run.variable.id} if run else set()


def _ends(loop: Loop, context: Context) -> tuple[ast.expr, ast.expr] | None:
    run = counting(loop, context)
    return (run.start, run.stop) if run else None


def _is_near(end: ast.expr, names: set[str]) -> bool:
    """Whether it is the outer position, or a constant away from it."""
    match end:
        case ast.Name(id=name):
            return name in names
        case ast.BinOp(left=ast.Name(id=name), op=ast.Add() | ast.Sub(), right=right):
            return name in names and (constant_int(right) is not None or _is_fixed(right, names))
    return False


def _is_fixed(node: ast.expr, names: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id not in names


def _is_rest(items: ast.expr, names: set[str]) -> bool:
    """Whether it is `xs[i + 1:]` or `xs[:i]`, perhaps enumerated."""
    match items:
        case ast.Call(func=ast.Name("enumerate" | "reversed"), args=[inner, *_]):
            return _is_rest(inner, names)
        case ast.Subscript(slice=ast.Slice(lower=low, upper=high, step=None)):
            ends = [end for end in (low, high) if end is not None]
            return len(ends) == 1 and _is_near(ends[0], names)
    return False


def held(node: ast.expr, context: Context) -> ast.expr:
    """The expression that a variable of the same pass holds, or `node` itself."""
    if isinstance(node, ast.Name):
        value = context.sole_value(node)
        if value is not None and context.loops(value)[:1] == context.loops(node)[:1]:
            return value
    return node


def depends(node: ast.expr, pair: Triangle, context: Context) -> tuple[bool, bool] | None:
    """Whether the expression depends on the inner and on the outer position; None if it also
    depends on something else that the loops change."""
    is_inner = is_outer = False
    for name in (n for n in ast.walk(node) if isinstance(n, ast.Name)):
        if name.id in pair.inner_names:
            is_inner = True
        elif name.id in pair.outer_names:
            is_outer = True
        elif not context.is_invariant(name, _region(pair.outer, context)):
            value = context.sole_value(name)
            around = context.loops(value) if value is not None else []
            if value is None or not around or around[0] not in (pair.inner, pair.outer):
                return None
            if same(value, node):
                return None
            deeper = depends(value, pair, context)
            if deeper is None:
                return None
            is_inner, is_outer = is_inner or deeper[0], is_outer or deeper[1]
    return is_inner, is_outer


def _region(loop: Loop, context: Context) -> ast.AST:
    return context.parents[loop] if isinstance(loop, ast.comprehension) else loop
