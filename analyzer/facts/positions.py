"""Recursion over several positions: which of them a call moves on."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import TYPE_CHECKING

from effilint.analyzer.facts.recursion import Step, passed, steps
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.patterns import constant_int, names_in

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode

_MOVES = (Step.LESS, Step.MORE, Step.LOOPED)


def moved(call: ast.Call, function: FunctionNode, context: Context) -> set[str]:
    """The parameters that differ in a call; none if one is no position or number."""
    if (
        isinstance(context.parent(call), ast.Expr | ast.Return)
        and len(context.calls.recursive[function]) < 2
    ):
        return set()
    found, is_moving = set(), False
    given = steps(call, function, context)
    if len(given) != len(context.calls.parameters(function)):
        return set()
    for name, how in given.items():
        if how is Step.SAME:
            continue
        argument = passed(call, function, name, context)
        if argument is None:
            return set()
        if how in _MOVES or _is_cut(argument, name, context) or _is_less(argument, name, given):
            is_moving = True
        elif not _is_number(argument, name, function, context):
            return set()
        found.add(name)
    return found if is_moving else set()


def _is_cut(argument: ast.expr, name: str, context: Context) -> bool:
    """Whether it is the variable of a loop over a range, or one off; without that, one that
    runs from or to `name`."""
    match argument:
        case ast.BinOp(ast.Name() as variable, ast.Add() | ast.Sub(), by) if constant_int(by):
            pass
        case ast.Name() as variable:
            pass
        case _:
            return False
    bindings = context.bindings(variable)
    if len(bindings) != 1 or bindings[0].kind is not Kind.LOOP:
        return False
    items = bindings[0].value
    if not isinstance(items, ast.Call) or context.resolve(items.func) != "range":
        return False
    return name in names_in(items)


def _is_number(argument: ast.expr, name: str, function: FunctionNode, context: Context) -> bool:
    """Whether another value is a number or truth value, of which there are few different ones."""
    kind = context.type_of(argument)
    if kind.is_known:
        return kind.name in ("int", "bool")
    match argument:
        case ast.Name(id=other):
            return other in context.calls.parameters(function)
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BinOp(left=ast.Name(id=left), op=ast.Sub(), right=right) if left == name:
            return not isinstance(right, ast.Set)
        case ast.BinOp(left=ast.Name(id=left), op=ast.Add()) if left == name:
            # Texts and lists grow this way too; what another call subtracts from is a number.
            passes = (passed(c, function, name, context) for c in context.calls.recursive[function])
            return any(_is_less(other, name, ()) for other in passes)
    return False


def _is_less(argument: ast.expr | None, name: str, others: Collection[str]) -> bool:
    """Whether something is subtracted, but none of the other parameters: (x - y, y) and
    (x, y - x) hardly ever meet again."""
    match argument:
        case ast.BinOp(left=ast.Name(id=left), op=ast.Sub(), right=right):
            is_other = isinstance(right, ast.Name) and right.id in others
            return left == name and not is_other and not isinstance(right, ast.Set)
    return False
