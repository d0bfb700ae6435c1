"""Hand-written greatest common divisors and least common multiples: the loops without a range."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.counting import counter_step
from effilint.analyzer.facts.divisors import divides, remainder, tests_joined
from effilint.analyzer.patterns import always_leaves, is_constant, is_name, names_in, same

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode
    from effilint.analyzer.facts.counting import Counting


def _until_zero(test: ast.expr) -> ast.Name | None:
    match test:
        case ast.Name() as b:
            return b
        case ast.Compare(left=ast.Name() as b, ops=[ast.NotEq() | ast.Gt()], comparators=[zero]):
            return b if is_constant(zero, 0) else None
    return None


def euclid(loop: ast.While) -> tuple[ast.Name, ast.Name] | None:
    """The two variables of `while b: a, b = b, a % b`, in one statement or in three."""
    b = _until_zero(loop.test)
    if b is None:
        return None
    match loop.body:
        case [
            ast.Assign(
                targets=[ast.Tuple(elts=[ast.Name() as a, second])],
                value=ast.Tuple(elts=[first, rest]),
            )
        ]:
            return (a, b) if same(first, b) and same(second, b) and _is_rest(rest, a, b) else None
        case [
            ast.Assign(targets=[ast.Name() as held], value=value),
            ast.Assign(targets=[one], value=first),
            ast.Assign(targets=[other], value=second),
        ]:
            # rest = a % b; a = b; b = rest
            if isinstance(one, ast.Name) and same(other, b) and same(second, held):
                return (one, b) if same(first, b) and _is_rest(value, one, b) else None
            # held = b; b = a % b; a = held
            if isinstance(other, ast.Name) and same(value, b) and same(one, b):
                return (other, b) if same(second, held) and _is_rest(first, other, b) else None
    return None


def _is_rest(node: ast.expr, a: ast.Name, b: ast.Name) -> bool:
    match node:
        case ast.BinOp(left, ast.Mod(), right):
            return same(left, a) and same(right, b)
    return False


def subtraction(loop: ast.While) -> tuple[ast.Name, ast.Name] | None:
    """The two variables of `while a != b: if a > b: a -= b else: b -= a`."""
    match loop:
        case ast.While(
            test=ast.Compare(
                left=ast.Name() as a, ops=[ast.NotEq()], comparators=[ast.Name() as b]
            ),
            body=[ast.If(body=[one], orelse=[other])],
        ):
            if _subtracts(one, a, b) and _subtracts(other, b, a):
                return a, b
            if _subtracts(one, b, a) and _subtracts(other, a, b):
                return a, b
    return None


def _subtracts(statement: ast.stmt, a: ast.Name, b: ast.Name) -> bool:
    match statement:
        case ast.AugAssign(target=target, op=ast.Sub(), value=value):
            return same(target, a) and same(value, b)
        case ast.Assign(targets=[target], value=ast.BinOp(left, ast.Sub(), right)):
            return same(target, a) and same(left, a) and same(right, b)
    return False


def steps_to_multiple(loop: ast.While, context: Context) -> tuple[ast.expr, ast.expr] | None:
    """The numbers of `while m % b: m += a` that starts from `a`."""
    found = remainder(loop.test)
    if found is None or found.equal or not is_constant(found.value, 0) or len(loop.body) != 1:
        return None
    match loop.body[0]:
        case ast.AugAssign(target=ast.Name() as multiple, op=ast.Add(), value=step):
            pass
        case _:
            return None
    if not same(found.dividend, multiple) or not isinstance(step, ast.Name | ast.Attribute):
        return None
    starts = [b.value for b in context.bindings(multiple) if not context.inside(b.node, loop)]
    if len(starts) != 1 or starts[0] is None or not same(starts[0], step):
        return None
    return step, found.divisor


def common_number(test: ast.BoolOp, run: Counting) -> tuple[ast.expr, ast.expr, bool] | None:
    """The two numbers that the loop's number divides (true), or is a multiple of (false)."""
    tests = [*tests_joined(test)]
    if len(tests) != 2:
        return None
    divided = [divides(part, run.variable) for part in tests]
    if divided[0] and divided[1]:
        (one, asks), (other, too) = divided[0], divided[1]
        return (one, other, True) if asks and too and not same(one, other) else None
    found = [remainder(part) for part in tests]
    if found[0] is None or found[1] is None:
        return None
    for part in found:
        assert part is not None
        if not part.equal or not is_constant(part.value, 0):
            return None
        if not is_name(part.dividend, run.variable.id) or isinstance(part.divisor, ast.Constant):
            return None
    return found[0].divisor, found[1].divisor, False


def is_gcd_of(function: FunctionNode, a: str, b: str, context: Context) -> bool:
    """Whether the function of two numbers does nothing else."""
    if list(context.calls.parameters(function)) != [a, b]:
        return False
    values = context.calls.outcome(function).returned
    return all(names_in(value) <= {a, b, function.name, "self", "cls", "abs"} for value in values)


def counts_down_to_divisor(loop: ast.While) -> tuple[ast.expr, ast.expr] | None:
    """The numbers of `while a % d or b % d: d -= 1`."""
    step = counter_step(loop.body[0]) if len(loop.body) == 1 else None
    match loop.test:
        case ast.BoolOp(op=ast.Or(), values=[one, other]) if step is not None and step[1] == -1:
            pass
        case _:
            return None
    if not isinstance(step[0], ast.Name):
        return None
    first, second = divides(one, step[0]), divides(other, step[0])
    if first is None or second is None or first[1] or second[1] or same(first[0], second[0]):
        return None
    return first[0], second[0]


def counts_up_to_multiple(loop: ast.While) -> tuple[ast.expr, ast.expr] | None:
    """The numbers of `while True: if m % a == 0 and m % b == 0: return m`, then `m += 1`."""
    match loop:
        case ast.While(
            test=ast.Constant(value=True | 1),
            body=[ast.If(test=ast.BoolOp(op=ast.And(), values=[one, other])) as found, last],
        ) if always_leaves(found.body):
            pass
        case _:
            return None
    step = counter_step(last)
    first, second = remainder(one), remainder(other)
    if step is None or step[1] < 1 or first is None or second is None:
        return None
    for part in (first, second):
        if not part.equal or not same(part.dividend, step[0]) or not is_constant(part.value, 0):
            return None
        if isinstance(part.divisor, ast.Constant):
            return None
    return first.divisor, second.divisor
