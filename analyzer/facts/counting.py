"""Loops over whole numbers, however they are spelled, and what they ask of each number."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.patterns import (
    always_leaves,
    constant_int,
    is_constant,
    is_name,
    names_in,
    range_bounds,
    same,
    walk,
)

if TYPE_CHECKING:
    from effilint.analyzer.context import Context
    from effilint.analyzer.facts.loops import Loop


@dataclass(frozen=True, slots=True)
class Counting:
    """A loop in which `variable` runs from `start` to `stop`, exclusive unless `inclusive`.

    `place` is the `range(...)`, or the comparison in the test of a `while`; `body` leaves out the
    step of a `while` and is empty for a comprehension.
    """

    loop: Loop
    variable: ast.Name
    start: ast.expr
    stop: ast.expr
    step: int
    inclusive: bool
    place: ast.expr
    body: tuple[ast.stmt, ...]


@dataclass(frozen=True, slots=True)
class Remainder:
    """A test of `dividend % divisor` against `value`: for it (`equal`) or for anything else."""

    dividend: ast.expr
    divisor: ast.expr
    value: ast.expr
    equal: bool


def counting(loop: Loop, context: Context) -> Counting | None:
    """The loop as one over a run of whole numbers whose end is not a constant, if it is one."""
    if isinstance(loop, ast.While):
        return _counting_while(loop, context)
    bounds = range_bounds(loop.iter)
    if bounds is None or not isinstance(loop.target, ast.Name) or isinstance(loop, ast.AsyncFor):
        return None
    step = constant_int(bounds[2])
    assert isinstance(loop.iter, ast.Call)
    if not step or context.resolve(loop.iter.func) != "range":
        return None
    start, stop, _ = bounds
    if context.trip_count(loop) is not None or _is_fixed_run(start, stop, context):
        return None
    body = tuple(loop.body) if isinstance(loop, ast.For) else ()
    return Counting(loop, loop.target, start, stop, step, False, loop.iter, body)


def _counting_while(loop: ast.While, context: Context) -> Counting | None:
    tests = loop.test.values if isinstance(loop.test, ast.BoolOp) else [loop.test]
    if isinstance(loop.test, ast.BoolOp) and isinstance(loop.test.op, ast.Or):
        return None
    for test in tests:
        match test:
            case ast.Compare(left=ast.Name() as variable, ops=[op], comparators=[stop]):
                step = _step(loop, variable)
                if step is None or (constant_int(stop) is not None and step[1] > 0):
                    continue
                if not _goes_towards(op, step[1]) or not context.is_invariant(stop, loop):
                    continue
                start = _start(loop, variable, context)
                if start is None or _is_fixed_run(start, stop, context):
                    return None
                body = tuple(s for s in loop.body if s is not step[0])
                inclusive = isinstance(op, ast.LtE | ast.GtE)
                return Counting(loop, variable, start, stop, step[1], inclusive, test, body)
    return None


def _is_fixed_run(start: ast.expr, stop: ast.expr, context: Context) -> bool:
    """Whether the ends are constants, or a constant apart."""
    match stop:
        case ast.BinOp(left, ast.Add(), ast.Constant()) if same(left, start):
            return True
    return is_fixed(start, context) and is_fixed(stop, context)


def is_fixed(node: ast.expr, context: Context) -> bool:
    """Whether only constants, and variables that only ever hold one, make up the number."""
    match node:
        case ast.Constant():
            return True
        case ast.BinOp(left, _, right):
            return is_fixed(left, context) and is_fixed(right, context)
        case ast.UnaryOp(operand=operand):
            return is_fixed(operand, context)
        case ast.Name():
            bindings = context.bindings(node)
            if len(bindings) != 1:
                return False
            value = bindings[0].value
            if bindings[0].kind is Kind.UNPACK and isinstance(value, ast.Tuple):
                return all(isinstance(item, ast.Constant) for item in value.elts)
            return (
                bindings[0].kind is Kind.ASSIGN and value is not None and is_fixed(value, context)
            )
        case ast.Attribute(attr=attr):
            owner = context.types.self_class(node)
            return owner is not None and any(
                isinstance(s, ast.Assign)
                and isinstance(s.value, ast.Constant)
                and any(is_name(target, attr) for target in s.targets)
                for s in owner.body
            )
    return False


def _goes_towards(op: ast.cmpop, step: int) -> bool:
    if isinstance(op, ast.NotEq):
        return abs(step) == 1
    return isinstance(op, ast.Lt | ast.LtE if step > 0 else ast.Gt | ast.GtE)


def counter_step(statement: ast.stmt) -> tuple[ast.expr, int] | None:
    """The variable and the amount, if the statement is `i += 1`, `i = i - 2` or the like."""
    match statement:
        case ast.AugAssign(target=target, op=ast.Add() | ast.Sub() as op, value=value):
            amount = constant_int(value)
        case ast.Assign(
            targets=[target], value=ast.BinOp(left, ast.Add() | ast.Sub() as op, value)
        ) if same(target, left):
            amount = constant_int(value)
        case _:
            return None
    if not amount:
        return None
    return target, -amount if isinstance(op, ast.Sub) else amount


def _step(loop: ast.While, variable: ast.Name) -> tuple[ast.stmt, int] | None:
    """The one statement of the loop that changes the variable, and by how much."""
    found: tuple[ast.stmt, int] | None = None
    for statement in loop.body:
        stepped = counter_step(statement)
        if stepped is not None and is_name(stepped[0], variable.id):
            if found is not None:
                return None
            found = statement, stepped[1]
        elif any(
            is_name(node, variable.id) and isinstance(node.ctx, ast.Store)
            for node in walk(statement)
            if isinstance(node, ast.Name)
        ):
            return None
    return found


def _start(loop: ast.While, variable: ast.Name, context: Context) -> ast.expr | None:
    outside = [b for b in context.bindings(variable) if not context.inside(b.node, loop)]
    if len(outside) != 1:
        return None
    match outside[0]:
        case binding if binding.kind is Kind.ASSIGN:
            return binding.value
        case binding if binding.kind is Kind.UNPACK and isinstance(binding.value, ast.Tuple):
            return binding.value.elts[binding.path[0]] if len(binding.path) == 1 else None
    return None


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


def is_used_after(variable: ast.Name, loop: ast.stmt, context: Context) -> bool:
    """Whether the variable is read outside the loop."""
    return any(not context.inside(use, loop) for use in context.uses(variable))


def tests_joined(test: ast.expr) -> Iterator[ast.expr]:
    """Yield the tests that `and` joins, or the test itself."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        for value in test.values:
            yield from tests_joined(value)
    else:
        yield test


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


def passes(run: Counting, context: Context) -> str | None:
    """How often the loop runs, as source text of a factor; None if that takes more than this."""
    if run.step == -1 and is_constant(run.stop, 0) and not run.inclusive:
        return _atom(run.start, context)
    if run.step != 1:
        return None
    if is_constant(run.start, 1 if run.inclusive else 0):
        return _atom(run.stop, context)
    match run.stop:
        case ast.BinOp(left, ast.Add(), one) if is_constant(one, 1) and is_constant(run.start, 1):
            return None if run.inclusive else _atom(left, context)
    if run.inclusive:
        return None
    return f"({context.segment(run.stop)} - {_atom(run.start, context)})"


def _atom(node: ast.expr, context: Context) -> str:
    is_atom = isinstance(node, ast.Name | ast.Constant | ast.Call | ast.Attribute | ast.Subscript)
    text = context.segment(node)
    return text if is_atom else f"({text})"
