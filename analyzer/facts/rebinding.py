"""What assignments rebind a place to, `x += y` and tuple targets among them."""

from __future__ import annotations

import ast

from effilint.analyzer.tree import same, walk


def rebinding(statement: ast.AST) -> tuple[ast.expr, ast.expr] | None:
    """Target and new value of an assignment to one place; `x += y` counts as `x = x + y`."""
    match statement:
        case ast.Assign(targets=[target], value=value) if not isinstance(target, ast.Tuple):
            return target, value
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return target, value
        case ast.AugAssign(target=target, op=operator, value=value):
            old = ast.copy_location(_loaded(target), target)
            return target, ast.copy_location(ast.BinOp(old, operator, value), statement)
    return None


def new_value(statement: ast.AST, target: ast.expr) -> ast.expr | None:
    """What an assignment gives `target`, as one of several places too; None if it cannot be told.

    `first, *rest = rest` counts as `rest = rest[1:]`.
    """
    parts = rebinding(statement)
    if parts is not None:
        return parts[1] if same(parts[0], target) else None
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=places)], value=ast.Tuple(elts=values)):
            if len(places) == len(values):
                pairs = zip(places, values, strict=True)
                return next((value for place, value in pairs if same(place, target)), None)
        case ast.Assign(targets=[ast.Tuple(elts=[*heads, ast.Starred(value=rest)])], value=value):
            if heads and same(rest, target):
                start = ast.copy_location(ast.Constant(len(heads)), value)
                return ast.copy_location(ast.Subscript(value, ast.Slice(start), ast.Load()), value)
    return None


def sum_operands(value: ast.expr) -> list[ast.expr]:
    """The operands of `a + b + c`, in order; one for anything else."""
    operands: list[ast.expr] = []
    while isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        operands.append(value.right)
        value = value.left
    return [value, *reversed(operands)]


def is_concatenation(target: ast.expr, value: ast.expr) -> bool:
    """Whether `value` is `target` with something else added before or after it."""
    others = [operand for operand in sum_operands(value) if not same(operand, target)]
    if len(others) != len(sum_operands(value)) - 1 or not others:
        return False
    return not any(_is_made_of(other, target) for other in others)


def _is_made_of(value: ast.expr, target: ast.expr) -> bool:
    """Whether `value` may contain the object; the test of a conditional expression does not."""
    if same(value, target):
        return True
    if isinstance(value, ast.IfExp):
        return _is_made_of(value.body, target) or _is_made_of(value.orelse, target)
    return any(same(node, target) for node in walk(value))


def _loaded(target: ast.expr) -> ast.expr:
    match target:
        case ast.Name(id=name):
            return ast.Name(name, ast.Load())
        case ast.Attribute(value=value, attr=attr):
            return ast.Attribute(value, attr, ast.Load())
        case ast.Subscript(value=value, slice=index):
            return ast.Subscript(value, index, ast.Load())
    return target
