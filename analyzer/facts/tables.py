"""Tables filled step by step: how far back a step looks, and what is read when all are done.

A table of which every step reads only the last few rows (or items) holds the rest for nothing.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import FUNCTIONS, Kind
from effilint.analyzer.patterns import constant_int, names_in, range_bounds, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

Linear = dict[str, int]


@dataclass(frozen=True, slots=True)
class Steps:
    """A loop that counts up (`way` is 1) or down (-1); `last` is the last number if known."""

    loop: ast.For
    counter: str
    way: int
    last: Linear | None


def steps_of(loop: ast.AST, context: Context) -> Steps | None:
    """How a `for` over `range` or `enumerate` counts; None for any other loop."""
    if not isinstance(loop, ast.For) or not isinstance(loop.iter, ast.Call):
        return None
    match loop.target, loop.iter, context.resolve(loop.iter.func):
        case ast.Name(id=counter), call, "range":
            return _of_range(loop, counter, call, 1, context)
        case ast.Name(id=counter), ast.Call(args=[ast.Call() as call], keywords=[]), "reversed":
            return _of_range(loop, counter, call, -1, context)
        case ast.Tuple(elts=[ast.Name(id=counter), _]), ast.Call(args=[items, *start]), "enumerate":
            first = linear(start[0], context) if start else {}
            length = linear(
                ast.Call(func=ast.Name("len", ast.Load()), args=[items], keywords=[]), context
            )
            return Steps(loop, counter, 1, _plus(length, first, -1))
    return None


def _of_range(
    loop: ast.For, counter: str, call: ast.Call, way: int, context: Context
) -> Steps | None:
    bounds = range_bounds(call)
    if bounds is None:
        return None
    step = constant_int(bounds[2])
    if step not in (1, -1) or (way < 0 and step < 0):
        return None
    if way < 0:
        return Steps(loop, counter, -1, linear(bounds[0], context))
    return Steps(loop, counter, step, _plus(linear(bounds[1], context), {}, -step))


def offset(index: ast.expr, counter: str) -> int | None:
    """How far `index` is from the counter: -1 for `i - 1`; None if it is anything else."""
    match index:
        case ast.Name(id=name) if name == counter:
            return 0
        case ast.BinOp(
            left=ast.Name(id=name), op=ast.Add() | ast.Sub() as operator, right=number
        ) if name == counter:
            found = constant_int(number)
            if found is None:
                return None
            return found if isinstance(operator, ast.Add) else -found
        case ast.BinOp(left=number, op=ast.Add(), right=ast.Name(id=name)) if name == counter:
            return constant_int(number)
    return None


def linear(node: ast.expr, context: Context, depth: int = 3) -> Linear | None:
    """A sum as how often each term is added; `1` counts the constant part."""
    number = constant_int(node)
    if number is not None:
        return {"1": number} if number else {}
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as operator, right=right):
            one, other = linear(left, context, depth), linear(right, context, depth)
            times = 1 if isinstance(operator, ast.Add) else -1
            if one is None or other is None:
                return None
            return _sum(one, {term: times * count for term, count in other.items()})
        case ast.Name():
            value = context.sole_value(node) if depth and isinstance(node.ctx, ast.Load) else None
            if isinstance(value, ast.BinOp) or _is_length(value):
                assert value is not None
                return linear(value, context, depth - 1)
            return {node.id: 1}
        case ast.Call(func=ast.Name("len")) | ast.Attribute():
            return {ast.unparse(node): 1}
    return None


def _is_length(value: ast.expr | None) -> bool:
    match value:
        case ast.Call(func=ast.Name("len"), args=[_]):
            return True
    return False


def _plus(one: Linear | None, other: Linear | None, number: int) -> Linear | None:
    if one is None or other is None:
        return None
    return _sum(_sum(one, other), {"1": number})


def _sum(one: Linear, other: Linear) -> Linear:
    total = Counter(one)
    total.update(other)
    return {term: count for term, count in total.items() if count}


def is_last(index: ast.expr, steps: Steps, written: int, context: Context) -> bool:
    """Whether `index` is the place that the last pass wrote, `written` away from its counter."""
    number = constant_int(index)
    if number is not None and number < 0:
        return number == -1 and steps.way > 0
    if steps.last is None:
        return False
    return linear(index, context) == _sum(steps.last, {"1": written})


def filling_loop(use: ast.AST, start: ast.stmt, context: Context) -> ast.For | ast.While | None:
    """The outermost loop around `use` in the block of the statement `start`."""
    found = None
    block = context.block(start)
    for outer in context.ancestors(use):
        if isinstance(outer, ast.For | ast.While):
            found = outer
        if isinstance(outer, FUNCTIONS):
            return None
        if outer in block:
            return found
    return None


def sole_local(target: ast.expr, context: Context) -> list[ast.Name] | None:
    """Every read of a variable that one function alone has and binds once; None for others."""
    symbol = context.symbol(target)
    if symbol is None or not symbol.scope.is_function or len(symbol.bindings) != 1:
        return None
    if symbol.bindings[0].kind is not Kind.ASSIGN:
        return None
    uses = context.scopes.loads(symbol)
    home = symbol.scope.node
    return uses if uses and all(context.function(use) is home for use in uses) else None


def is_rebound(counter: str, loop: ast.For) -> bool:
    """Whether the body of the loop sets its counter again."""
    return any(
        isinstance(node, ast.Name) and node.id == counter and not isinstance(node.ctx, ast.Load)
        for statement in loop.body
        for node in walk(statement)
    )


def depends_on(index: ast.expr, loop: ast.For) -> bool:
    """Whether a `for` loop binds a name in `index`."""
    return not names_in(index).isdisjoint(names_in(loop.target))
