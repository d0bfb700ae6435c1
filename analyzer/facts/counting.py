"""Loops over whole numbers, however they are spelled, and what they ask of each number."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.patterns import (
    constant_int,
    is_constant,
    is_name,
    range_bounds,
    same,
    walk,
)

if TYPE_CHECKING:
    from effilint.analyzer.context import Context
    from effilint.analyzer.facts.loops import Loop
    from effilint.analyzer.facts.scopes import Binding


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
            return bool(bindings) and all(_binds_constant(b, context) for b in bindings)
        case ast.Attribute(attr=attr):
            owner = context.types.self_class(node)
            return owner is not None and any(
                isinstance(s, ast.Assign)
                and isinstance(s.value, ast.Constant)
                and any(is_name(target, attr) for target in s.targets)
                for s in owner.body
            )
    return False


def _binds_constant(binding: Binding, context: Context) -> bool:
    value = binding.value
    if binding.kind is Kind.UNPACK and isinstance(value, ast.Tuple):
        return all(is_fixed(item, context) for item in value.elts)
    return binding.kind is Kind.ASSIGN and value is not None and is_fixed(value, context)


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
        case binding if binding.kind is Kind.ARGUMENT:
            return variable
        case binding if binding.kind is Kind.UNPACK and isinstance(binding.value, ast.Tuple):
            return binding.value.elts[binding.path[0]] if len(binding.path) == 1 else None
    return None


def is_used_after(variable: ast.Name, loop: ast.stmt, context: Context) -> bool:
    """Whether the variable is read outside the loop."""
    return any(not context.inside(use, loop) for use in context.uses(variable))


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
