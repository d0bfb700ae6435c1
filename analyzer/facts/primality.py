"""Functions that tell primes by trying divisors."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.calls import own_nodes
from effilint.analyzer.facts.counting import counter_step
from effilint.analyzer.facts.divisors import divides
from effilint.analyzer.patterns import always_leaves, is_constant, is_name, names_in, targets_of

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode


def is_over_all(loop: ast.For | ast.comprehension, context: Context) -> bool:
    """Whether the divisors are all the numbers from 2 or 3 on."""
    match loop.iter:
        case ast.Call(args=[start, _, *_]) if context.resolve(loop.iter.func) == "range":
            return is_constant(start, 2, 3)
    return False


def is_primality(function: FunctionNode, context: Context) -> bool:
    """Whether the function tries divisors of its only parameter, and says yes or no."""
    parameters = context.calls.parameters(function)
    if len(parameters) != 1 or len(function.body) > 8:
        return False
    (name,) = parameters
    returned = context.calls.outcome(function).returned
    if not returned or not all(_is_truth(value) for value in returned):
        return False
    nodes = own_nodes(function)
    if any(isinstance(n, ast.Call) and context.callee(n) is not None for n in nodes):
        return False
    return any(_tries_divisors(node, name, context) for node in nodes)


def _is_truth(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=bool()) | ast.Compare() | ast.Name():
            return True
        case ast.BoolOp(values=values):
            return all(map(_is_truth, values))
        case ast.UnaryOp(op=ast.Not()) | ast.Call(func=ast.Name("all" | "any")):
            return True
    return False


def _tries_divisors(node: ast.AST, name: str, context: Context) -> bool:
    match node:
        case ast.For(target=ast.Name() as divisor, body=[ast.If(test=test, body=body), *_]):
            found = divides(test, divisor)
            is_asked = found is not None and is_name(found[0], name) and found[1]
            return is_asked and is_over_all(node, context) and always_leaves(body)
        case ast.While(body=body):
            steps = [s[0] for s in map(counter_step, body) if s is not None and s[1] > 0]
            return any(
                isinstance(choice, ast.If)
                and isinstance(step, ast.Name)
                and (found := divides(choice.test, step)) is not None
                and is_name(found[0], name)
                and step.id in names_in(node.test)
                for choice in body
                for step in steps
            )
        case ast.GeneratorExp(generators=[ast.comprehension(target=ast.Name() as divisor) as one]):
            found = divides(node.elt, divisor)
            is_asked = found is not None and is_name(found[0], name)
            return is_asked and not targets_of(one) - {divisor.id} and is_over_all(one, context)
    return False
