"""Two nested loops over one collection that put the same question to each pair of its items."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeAlias

from effilint.analyzer.patterns import is_constant, is_name, names_in, range_bounds, same, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context
    from effilint.analyzer.facts.loops import Loop

PlainLoop: TypeAlias = ast.For | ast.comprehension


def paired(
    left: ast.expr, right: ast.expr, loops: list[PlainLoop], context: Context
) -> ast.expr | None:
    """The collection, if the two sides are the same question to two items of it."""
    if len(loops) >= 2:
        return _by_place(left, right, loops, context) or _by_slice(left, right, loops)
    match loops[0]:
        case ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source):
            pass
    match target, source:
        case (
            ast.Tuple(elts=[ast.Name(id=one), ast.Name(id=other)]),
            ast.Call(func=function, args=[items, ast.Constant(value=2)]),
        ) if context.resolve(function) == "itertools.combinations":
            is_pair = _is_same_but_for(left, right, one, other)
            is_item = isinstance(items, ast.Name | ast.Attribute)
            return items if is_pair and is_item else None
    return None


def _by_place(
    left: ast.expr, right: ast.expr, loops: list[PlainLoop], context: Context
) -> ast.expr | None:
    """`xs[i]` and `xs[j]`, for counters of two ranges of which the inner starts after the other."""
    inner, outer = loops[0], loops[1]
    if not isinstance(inner.target, ast.Name) or not isinstance(outer.target, ast.Name):
        return None
    bounds, whole = range_bounds(inner.iter), range_bounds(outer.iter)
    if bounds is None or whole is None:
        return None
    starts_after = names_in(bounds[0]) == {outer.target.id} or (
        same(bounds[1], whole[1]) and is_constant(bounds[0], 0, 1) and is_constant(whole[0], 0, 1)
    )
    if not starts_after or names_in(bounds[1]) & {outer.target.id} or not is_constant(bounds[2], 1):
        return None
    if isinstance(outer, ast.For) and not context.is_invariant(bounds[1], outer):
        return None  # a part that differs from pass to pass
    for i, j in ((outer.target.id, inner.target.id), (inner.target.id, outer.target.id)):
        if _is_same_but_for(left, right, i, j):
            return _indexed(left, i)
    return None


def paired_by_steps(
    left: ast.expr, right: ast.expr, inner: Loop, context: Context
) -> ast.expr | None:
    """`xs[i]` and `xs[j]` in a `while` right after `j = i + 1`."""
    match context.previous(inner) if isinstance(inner, ast.While) else None:
        case ast.Assign(
            targets=[ast.Name(id=j)],
            value=ast.BinOp(left=ast.Name(id=i), op=ast.Add(), right=ast.Constant(value=1)),
        ):
            for one, other in ((i, j), (j, i)):
                if _is_same_but_for(left, right, one, other):
                    return _indexed(left, one)
    return None


def _by_slice(left: ast.expr, right: ast.expr, loops: list[PlainLoop]) -> ast.expr | None:
    """`for i, x in enumerate(xs): for y in xs[i + 1:]`."""
    inner, outer = loops[0], loops[1]
    match outer.target, outer.iter, inner.target, inner.iter:
        case (
            ast.Tuple(elts=[ast.Name(id=i), ast.Name(id=one)]),
            ast.Call(func=ast.Name("enumerate"), args=[items]),
            ast.Name(id=other),
            ast.Subscript(value=sliced, slice=ast.Slice(lower=lower, upper=None)),
        ) if lower is not None and names_in(lower) == {i} and same(items, sliced):
            for a, b in ((one, other), (other, one)):
                if _is_same_but_for(left, right, a, b):
                    return items if isinstance(items, ast.Name | ast.Attribute) else None
    return None


def _is_same_but_for(left: ast.expr, right: ast.expr, one: str, other: str) -> bool:
    """Whether `right` is `left` with the name `other` in place of `one`."""
    if names_in(left) & {other} or names_in(right) & {one} or not names_in(left) & {one}:
        return False
    if any(isinstance(part, ast.Call | ast.BinOp | ast.Slice) for part in walk(left)):
        return False
    return ast.dump(left).replace(f"id={one!r}", f"id={other!r}") == ast.dump(right)


def _indexed(node: ast.expr, counter: str) -> ast.expr | None:
    """The variable that the counter indexes; None if it is used in another way too."""
    found = [
        part.value
        for part in walk(node)
        if isinstance(part, ast.Subscript) and is_name(part.slice, counter)
    ]
    if len(found) == 1 and isinstance(found[0], ast.Name | ast.Attribute):
        return found[0]
    return None
