"""Tests for divisors and multiples, and the loops that search for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from effilint.analyzer.facts.counting import Counting, counter_step
from effilint.analyzer.patterns import (
    always_leaves,
    constant_int,
    is_constant,
    is_name,
    names_in,
    same,
    walk,
)

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


@dataclass(frozen=True, slots=True)
class Remainder:
    """A test of `dividend % divisor` against `value`: for it (`equal`) or for anything else."""

    dividend: ast.expr
    divisor: ast.expr
    value: ast.expr
    equal: bool


def remainder(test: ast.expr) -> Remainder | None:
    """What `n % i == 0`, `not n % i`, `n % i` and their kin test."""
    match test:
        case ast.BinOp(left, ast.Mod(), right) if not is_constant_text(left):
            return Remainder(left, right, ast.Constant(0), False)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = remainder(operand)
            if inner is None:
                return None
            return Remainder(inner.dividend, inner.divisor, inner.value, not inner.equal)
        case ast.Compare(left=one, ops=[ast.Eq() | ast.NotEq() as op], comparators=[other]):
            for rest, value in ((one, other), (other, one)):
                if isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Mod):
                    if not is_constant_text(rest.left):
                        return Remainder(rest.left, rest.right, value, isinstance(op, ast.Eq))
    return None


def is_constant_text(node: ast.expr) -> bool:
    """Whether `%` on it formats a string."""
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


def divides(test: ast.expr, divisor: ast.Name) -> tuple[ast.expr, bool] | None:
    """The number that the test asks `divisor` to divide, and whether it asks for it or against."""
    found = remainder(test)
    if found is None or not is_name(found.divisor, divisor.id) or not is_constant(found.value, 0):
        return None
    return None if divisor.id in names_in(found.dividend) else (found.dividend, found.equal)


def is_divisibility(test: ast.expr, variable: ast.Name) -> bool:
    """Whether the test only asks for remainders of `variable`, joined by and, or, not."""
    match test:
        case ast.BoolOp(values=values):
            return all(is_divisibility(value, variable) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand) if remainder(operand) is None:
            return is_divisibility(operand, variable)
    found = remainder(test)
    if found is None or not is_name(found.dividend, variable.id):
        return False
    return variable.id not in names_in(found.divisor) | names_in(found.value)


def where_divisor(run: Counting, dividend: ast.expr) -> list[ast.stmt] | None:
    """What the loop does with a divisor, if it does nothing with other numbers."""
    if not run.body or not isinstance(run.body[0], ast.If):
        return None
    first = run.body[0]
    found = divides(first.test, run.variable)
    if found is None or not same(found[0], dividend):
        return None
    rest = list(run.body[1:])
    if found[1]:
        return first.body if not rest and _is_idle(first.orelse) else None
    if not rest and _is_idle(first.body):
        return first.orelse or None
    if always_leaves(first.body) and isinstance(first.body[-1], ast.Continue):
        return rest if len(first.body) == 1 and rest else None
    return None


def _is_idle(block: list[ast.stmt]) -> bool:
    """Whether the statements only pass, go on, or set a variable to a constant."""
    return all(
        isinstance(s, ast.Pass | ast.Continue)
        or (isinstance(s, ast.Assign) and isinstance(s.value, ast.Constant))
        for s in block
    )


def sets_constants(block: list[ast.stmt]) -> bool:
    """Whether the statements only set plain variables to constants."""
    return bool(block) and all(
        isinstance(s, ast.Assign)
        and isinstance(s.value, ast.Constant)
        and all(isinstance(target, ast.Name) for target in s.targets)
        for s in block
    )


def tests_joined(test: ast.expr) -> Iterator[ast.expr]:
    """Yield the tests that `and` joins, or the test itself."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        for value in test.values:
            yield from tests_joined(value)
    else:
        yield test


def magnitude(bound: ast.expr) -> ast.expr:
    """What a bound such as `n + 1`, `n // 2 + 1` or `int(n / 2)` grows with: `n`."""
    match bound:
        case ast.BinOp(left, ast.Add() | ast.Sub() | ast.FloorDiv() | ast.Div(), right) if (
            constant_int(right) is not None
        ):
            return magnitude(left)
        case ast.BinOp(ast.Constant(value=int()), ast.Add(), right):
            return magnitude(right)
        case ast.BinOp(left, ast.RShift(), ast.Constant(value=1)):
            return magnitude(left)
        case ast.Call(
            func=ast.Name("int" | "round" | "ceil" | "floor")
            | ast.Attribute(attr="ceil" | "floor"),
            args=[inner],
        ):
            return magnitude(inner)
    return bound


def searched(loop: ast.While, context: Context) -> ast.expr | None:
    """The number, if the loop is `while n % d: d += 1`, up from 2."""
    stepped = counter_step(loop.body[0]) if len(loop.body) == 1 else None
    if stepped is None or stepped[1] < 1 or not isinstance(stepped[0], ast.Name):
        return None
    found = divides(loop.test, stepped[0])
    if found is None or found[1]:
        return None
    starts = [b.value for b in context.bindings(stepped[0]) if not context.inside(b.node, loop)]
    if [constant_int(start) for start in starts] not in ([2], [3]):
        return None
    return found[0] if context.is_invariant(found[0], loop) else None


def factored(loop: ast.While) -> ast.expr | None:
    """The number, if the loop is `while n > 1` and divides `n` by `d` or goes on to `d + 1`."""
    match loop.test:
        case ast.Compare(
            left=ast.Name() as number, ops=[ast.Gt() | ast.NotEq()], comparators=[one]
        ) if constant_int(one) == 1:
            pass
        case _:
            return None
    steps = [s for s in map(counter_step, _statements(loop)) if s is not None and s[1] > 0]
    for variable, _ in steps:
        if isinstance(variable, ast.Name) and _divided(loop, number.id, variable.id):
            return number
    return None


def _divided(loop: ast.While, number: str, divisor: str) -> bool:
    """Whether the number is divided by the divisor, and nothing compares the divisor's square."""
    is_divided = False
    for node in walk(loop):
        match node:
            case ast.AugAssign(
                target=ast.Name(id=target), op=ast.FloorDiv() | ast.Div(), value=ast.Name(id=by)
            ):
                is_divided |= target == number and by == divisor
            case ast.BinOp(op=ast.Mult() | ast.Pow(), left=left) if is_name(left, divisor):
                return False
            case ast.Break() | ast.Return():
                return False
    return is_divided


def _statements(loop: ast.While) -> Iterator[ast.stmt]:
    return (node for node in walk(loop) if isinstance(node, ast.stmt))
