"""Loops that go on from each item of a sequence to those beside it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.counting import Counting, counting
from effilint.analyzer.patterns import is_name, names_in, range_bounds, same

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def position_of(loop: ast.AST, context: Context) -> str | None:
    """The variable that counts the items of the outer loop."""
    match loop:
        case ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source):
            pass
        case _:
            return None
    if isinstance(source, ast.Call) and context.resolve(source.func) == "enumerate":
        match target:
            case ast.Tuple(elts=[ast.Name(id=name), _]) if len(source.args) == 1:
                return name
        return None
    run = counting(loop, context)
    return run.variable.id if run is not None and abs(run.step) == 1 else None


def is_step_of(loop: ast.AST, outer: ast.AST, context: Context) -> bool:
    """Whether every pass of the outer loop runs the inner one, with nothing in between."""
    if isinstance(loop, ast.comprehension):
        return True
    block = getattr(outer, "body", [])
    return loop in block or (
        isinstance(context.parent(loop), ast.If) and context.parent(loop) in block
    )


def scanned(
    loop: ast.For | ast.While | ast.comprehension, item: ast.expr, position: str, context: Context
) -> ast.expr | None:
    """The sequence, if `item` is its next one in a loop that starts beside the position."""
    if isinstance(loop, ast.While):
        run = counting(loop, context)
        return _indexed(run, item, position, context) if run is not None else None
    bounds = range_bounds(loop.iter)
    if bounds is not None:
        run = counting(loop, context)
        return _indexed(run, item, position, context) if run is not None else None
    match loop.iter:
        case ast.Subscript(value=items, slice=ast.Slice(lower=ast.expr() as low, upper=None)):
            is_item = isinstance(loop.target, ast.Name) and same(item, loop.target)
            return items if is_item and names_in(low) == {position} else None
    return None


def starts_late(loop: ast.For, context: Context) -> bool:
    """Whether it goes over all positions and passes over those up to the outer one: `j > i`."""
    choice = loop.body[0]
    if not isinstance(choice, ast.If) or not isinstance(choice.test, ast.BoolOp):
        return False
    around = [outer for outer in context.hot_loops(choice.test) if outer is not loop]
    position = position_of(around[0], context) if around else None
    run = counting(loop, context)
    if run is None or position is None or position in names_in(loop.iter):
        return False
    match choice.test.values[0]:
        case ast.Compare(left=ast.Name(id=one), ops=[ast.Gt()], comparators=[ast.Name(id=other)]):
            return (one, other) == (run.variable.id, position)
        case ast.Compare(left=ast.Name(id=one), ops=[ast.Lt()], comparators=[ast.Name(id=other)]):
            return (other, one) == (run.variable.id, position)
    return False


def _indexed(run: Counting, item: ast.expr, position: str, context: Context) -> ast.expr | None:
    if not isinstance(item, ast.Subscript) or not is_name(item.slice, run.variable.id):
        return None
    start = run.start
    if isinstance(run.loop, ast.While):
        before = context.previous(run.loop)
        if not isinstance(before, ast.Assign) or not same(before.targets[0], run.variable):
            return None
        start = before.value
    match start:
        case ast.Constant(value=0) if isinstance(run.loop, ast.For):
            choice = run.loop.body[0]
            is_late = isinstance(choice, ast.If) and isinstance(choice.test, ast.BoolOp)
            return item.value if is_late else None
        case ast.BinOp(
            left=ast.Name(id=name), op=ast.Add() | ast.Sub(), right=ast.Constant(value=1)
        ):
            is_beside = name == position and abs(run.step) == 1
            return item.value if is_beside and position not in names_in(run.stop) else None
    return None


def is_item(
    mark: ast.expr, items: ast.expr, position: str, outer: ast.AST, context: Context
) -> bool:
    """Whether `mark` is the outer item: `xs[i]`, a variable for it, or what `enumerate` gives."""
    match mark:
        case ast.Subscript(value=owner, slice=place):
            return same(owner, items) and is_name(place, position)
        case ast.Name():
            value = context.sole_value(mark)
            if value is not None:
                return isinstance(value, ast.Subscript) and is_item(
                    value, items, position, outer, context
                )
    match outer:
        case ast.For(target=ast.Tuple(elts=[_, name]), iter=ast.Call(args=[source])):
            return same(name, mark) and same(source, items)
    return False


def stays(items: ast.expr, position: str, outer: ast.AST, context: Context) -> bool:
    """Whether the sequence stays, up to the item at the outer position."""
    if not isinstance(items, ast.Name | ast.Attribute):
        return False
    region = context.parents[outer] if isinstance(outer, ast.comprehension) else outer
    for change in context.changes(items, region):
        node = change if isinstance(change, ast.Subscript) else None
        if node is None or not is_name(node.slice, position):
            return False
    return True
