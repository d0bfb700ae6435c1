"""Lists of matches that are made only to ask whether there is one, or whether all match."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.patterns import is_constant, is_empty_container, same

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

Comp = ast.ListComp | ast.SetComp | ast.GeneratorExp


def asked_for_one(node: ast.expr, context: Context) -> tuple[ast.expr, bool] | None:
    """The expression that asks whether there is a match, and whether it asks for none."""
    parent = context.parent(node)
    if isinstance(parent, ast.Call) and parent.args == [node] and not parent.keywords:
        function = context.resolve(parent.func)
        if function == "bool" and not isinstance(node, ast.GeneratorExp):
            return parent, False
        if function == "len" and not isinstance(node, ast.GeneratorExp):
            return _as_number(parent, context)
        if function == "sum" and isinstance(node, ast.GeneratorExp | ast.ListComp):
            return _as_number(parent, context) if is_constant(node.elt, 1) else None
        return None
    if isinstance(node, ast.GeneratorExp):
        return None
    match parent:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() as op], comparators=[other]):
            is_empty = left is node and is_empty_container(other) and isinstance(other, ast.List)
            is_list = not isinstance(node, ast.SetComp)
            return (parent, isinstance(op, ast.Eq)) if is_empty and is_list else None
    return (node, False) if _is_condition(node, context) else None


def _as_number(call: ast.Call, context: Context) -> tuple[ast.expr, bool] | None:
    """The comparison of a count with zero or one, or the count as a truth value."""
    parent = context.parent(call)
    match parent:
        case ast.Compare(left=zero, ops=[ast.Lt() | ast.NotEq()], comparators=[right]) if (
            right is call
        ):
            return (parent, False) if is_constant(zero, 0) else None
        case ast.Compare(left=left, ops=[op], comparators=[number]) if left is call:
            if is_constant(number, 0):
                if isinstance(op, ast.Gt | ast.NotEq):
                    return parent, False
                return (parent, True) if isinstance(op, ast.Eq | ast.LtE) else None
            if is_constant(number, 1):
                if isinstance(op, ast.GtE):
                    return parent, False
                return (parent, True) if isinstance(op, ast.Lt) else None
            return None
        case ast.Call(args=[argument]) if argument is call:
            return (parent, False) if context.resolve(parent.func) == "bool" else None
    return (call, False) if _is_condition(call, context) else None


def _is_condition(node: ast.expr, context: Context) -> bool:
    """Whether only the truth of the value counts."""
    parent = context.parent(node)
    match parent:
        case (
            ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) | ast.Assert(test=test)
        ):
            return test is node
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BoolOp():
            return _is_condition(parent, context)
    return False


def may_stop_early(asked: ast.expr, stops_when: bool, context: Context) -> bool:
    """Whether the search may end early in a program that works.

    `stops_when` is what `asked` is then. An error that follows from it is not the usual way.
    """
    child: ast.AST = asked
    parent = context.parent(asked)
    while isinstance(parent, ast.UnaryOp | ast.BoolOp):
        stops_when = stops_when != isinstance(parent, ast.UnaryOp)
        child, parent = parent, context.parent(parent)
    match parent:
        case ast.Assert():
            return False
        case ast.If(test=test, body=[*_, ast.Raise()]) if test is child:
            return not stops_when
    return True


def asked_for_all(node: Comp, context: Context) -> tuple[ast.expr, bool] | None:
    """The comparison with the number of all items, and whether it asks for a difference."""
    call = context.parent(node)
    if not isinstance(call, ast.Call) or call.args != [node] or len(node.generators) > 1:
        return None
    function = context.resolve(call.func)
    if isinstance(node, ast.SetComp) or (function, isinstance(node, ast.GeneratorExp)) not in (
        ("len", False),
        ("sum", True),
    ):
        return None
    if function == "sum" and not is_constant(node.elt, 1):
        return None
    match context.parent(call):
        case (
            ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() as op], comparators=[right]) as test
        ):
            other = right if left is call else left
            match other:
                case ast.Call(func=ast.Name("len"), args=[items]) if same(
                    items, node.generators[0].iter
                ):
                    return test, isinstance(op, ast.NotEq)
    return None


def uses_up(comp: Comp, context: Context) -> bool:
    """Whether it goes through an iterator, of which an early end would leave the rest."""
    return any(
        isinstance(loop.iter, ast.Name | ast.Attribute) and context.type_of(loop.iter).is_lazy
        for loop in comp.generators
    )
