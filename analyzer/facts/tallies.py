"""How often each item occurs, counted in a dict: the ways to write one step of it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.zeroed import counting_step
from effilint.analyzer.patterns import is_constant, membership, same

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def tallied(block: list[ast.stmt], context: Context) -> tuple[ast.expr, ast.expr] | None:
    """The dict and the key, if all that the statements do is to count the key once."""
    match block:
        case [ast.If() as statement]:
            return _by_test(statement)
        case [ast.Try(body=[step], handlers=[handler], orelse=[], finalbody=[])]:
            caught = isinstance(handler.type, ast.Name) and handler.type.id == "KeyError"
            found = _grown(step)
            return found if caught and found and _sets(handler.body, found, 1) else None
        case [ast.If(test=test, body=body, orelse=[]), step]:
            found = _grown(step)
            is_missing = found and _asks(test, found, ast.NotIn)
            return found if found and is_missing and _sets(body, found, 0) else None
        case [
            ast.Expr(
                value=ast.Call(func=ast.Attribute(value=owner, attr="setdefault"), args=[key, zero])
            ),
            step,
        ] if is_constant(zero, 0):
            found = _grown(step)
            return found if found and same(found[0], owner) and same(found[1], key) else None
        case [ast.Assign() as statement]:
            return _by_default(statement)
        case [ast.AugAssign() as statement]:
            found = _grown(statement)
            if found and context.type_of(found[0]).name in ("defaultdict", "Counter"):
                return found
    return None


def _by_test(statement: ast.If) -> tuple[ast.expr, ast.expr] | None:
    for step, start, op in (
        (statement.body, statement.orelse, ast.In),
        (statement.orelse, statement.body, ast.NotIn),
    ):
        found = _grown(step[0]) if len(step) == 1 else None
        if found and _asks(statement.test, found, op) and _sets(start, found, 1):
            return found
    return None


def _by_default(statement: ast.Assign) -> tuple[ast.expr, ast.expr] | None:
    """`counts[key] = counts.get(key, 0) + 1`, whichever comes first."""
    match statement:
        case ast.Assign(
            targets=[ast.Subscript(value=counts, slice=key)],
            value=ast.BinOp(left=left, op=ast.Add(), right=right),
        ):
            old = right if is_constant(left, 1) else left
            match old:
                case ast.Call(
                    func=ast.Attribute(value=owner, attr="get"), args=[asked, zero], keywords=[]
                ) if is_constant(zero, 0) and same(owner, counts) and same(asked, key):
                    return (counts, key) if is_constant(left, 1) or is_constant(right, 1) else None
    return None


def _grown(statement: ast.stmt) -> tuple[ast.expr, ast.expr] | None:
    """Dict and key of `counts[key] += 1`, or of its long forms."""
    match statement:
        case ast.Assign(
            targets=[ast.Subscript(value=counts, slice=key) as target],
            value=ast.BinOp(left=one, op=ast.Add(), right=right),
        ) if same(right, target) and is_constant(one, 1):
            return counts, key
    return counting_step(statement)


def _asks(test: ast.expr, found: tuple[ast.expr, ast.expr], op: type[ast.cmpop]) -> bool:
    parts = membership(test)
    if parts is None or not isinstance(test, ast.Compare) or not isinstance(test.ops[0], op):
        return False
    counts = parts[1]
    match counts:
        case ast.Call(func=ast.Attribute(value=owner, attr="keys"), args=[]):
            counts = owner
    return same(parts[0], found[1]) and same(counts, found[0])


def _sets(block: list[ast.stmt], found: tuple[ast.expr, ast.expr], number: int) -> bool:
    match block:
        case [ast.Assign(targets=[ast.Subscript(value=counts, slice=key)], value=value)]:
            return is_constant(value, number) and same(counts, found[0]) and same(key, found[1])
    return False
