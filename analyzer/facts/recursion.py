"""How a recursive function goes on: what each call of itself passes on, and which calls add up."""

from __future__ import annotations

import ast
import enum
from typing import TYPE_CHECKING

from effilint.analyzer.facts.calls import own_nodes
from effilint.analyzer.facts.scopes import COMPREHENSIONS, Kind
from effilint.analyzer.patterns import is_name
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode
    from effilint.analyzer.facts.scopes import Binding

_LINKS = frozenset("next next_ nxt _next next_node tail rest cdr".split())


class Step(enum.Enum):
    """What becomes of a parameter from one call to the next."""

    SAME = enum.auto()
    LESS = enum.auto()  # n - 1
    MORE = enum.auto()  # i + 1
    SLICE = enum.auto()  # xs[1:], xs[:-1], `rest` of `first, *rest = xs`
    PIECE = enum.auto()  # xs[:middle], xs[end:]: cut where it depends
    PART = enum.auto()  # n // 2: as deep as a logarithm
    LINK = enum.auto()  # node.next
    CHILD = enum.auto()  # node.left, data[key]
    LOOPED = enum.auto()  # n - k for a loop's k, or a loop's i in range(n)
    BY = enum.auto()  # room - sizes[i]: less by an amount that depends
    OTHER = enum.auto()


LINEAR = frozenset((Step.LESS, Step.MORE, Step.SLICE, Step.LINK))


def steps(call: ast.Call, function: FunctionNode, context: Context) -> dict[str, Step]:
    """What a call of `function` in its own body passes for each parameter that it is given."""
    found: dict[str, Step] = {}
    for name, parameter in context.calls.parameters(function).items():
        argument = passed(call, function, name, context)
        if argument is not None:
            is_stable = len(context.bindings(parameter)) == 1
            found[name] = step(argument, name, context) if is_stable else Step.OTHER
    return found


def passed(call: ast.Call, function: FunctionNode, name: str, context: Context) -> ast.expr | None:
    """The argument for the parameter `name`, seen through a variable that only holds it."""
    argument = context.calls.argument_for(call, function, name)
    if isinstance(argument, ast.Name) and argument.id != name:
        return context.sole_value(argument) or argument
    return argument


def goes_once(call: ast.Call, function: FunctionNode, context: Context) -> bool:
    """Whether the call passes `retry=False` or the like, and is only made `if retry and ...`."""
    off = {
        name
        for name in context.calls.parameters(function)
        if isinstance(given := context.calls.argument_for(call, function, name), ast.Constant)
        and not given.value
    }
    child: ast.AST = call
    for outer in context.ancestors(call):
        if isinstance(outer, ast.If) and child in outer.body:
            if any(isinstance(one, ast.Name) and one.id in off for one in _all_of(outer.test)):
                return True
        if outer is function:
            break
        child = outer
    return False


def _all_of(test: ast.expr) -> list[ast.expr]:
    """What must be true for the test to be."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return test.values
    return [test]


def step(argument: ast.expr, name: str, context: Context) -> Step:
    """How `argument` is made from the parameter `name`."""
    match argument:
        case ast.Name(id=used) if used == name:
            return Step.SAME
        case ast.Name():
            return _named(argument, name, context)
        case ast.BinOp(left=ast.Name(id=used), op=op, right=right) if used == name:
            return _operation(op, right, context)
        case ast.BinOp(left=ast.Constant(value=int(by)), op=ast.Add(), right=ast.Name(id=used)):
            return Step.MORE if used == name and by > 0 else Step.OTHER
        case ast.BinOp(left=left, op=ast.Sub()) if step(left, name, context) in _FALLING:
            return step(left, name, context)  # n - 1 - k
        case ast.Subscript(value=ast.Name(id=used), slice=ast.Slice() as part) if used == name:
            return _slice(part)
        case ast.Attribute(value=ast.Name(id=used), attr=attr) if used == name:
            return Step.LINK if attr in _LINKS else Step.CHILD
        case ast.Subscript(value=ast.Name(id=used)) if used == name:
            return Step.CHILD
    return Step.OTHER


_FALLING = (Step.LESS, Step.LOOPED)


def _operation(op: ast.operator, right: ast.expr, context: Context) -> Step:
    if isinstance(op, ast.FloorDiv | ast.Div | ast.RShift):
        return Step.PART
    match right:
        case ast.Constant(value=int(by)) if by > 0:
            return {ast.Sub: Step.LESS, ast.Add: Step.MORE}.get(type(op), Step.OTHER)
        case ast.Name() if isinstance(op, ast.Sub) and _is_loop_variable(right, context):
            return Step.LOOPED
    return Step.OTHER


def _slice(part: ast.Slice) -> Step:
    lower = 0 if part.lower is None else _number(part.lower)
    upper = 0 if part.upper is None else _number(part.upper)
    if part.step is not None:
        return Step.OTHER
    if lower is None or upper is None:
        return Step.PIECE
    return Step.SLICE if lower >= 0 >= upper and lower != upper else Step.OTHER


def _number(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            return -value
    return None


def _named(argument: ast.Name, name: str, context: Context) -> Step:
    bindings = context.bindings(argument)
    if len(bindings) != 1:
        return Step.OTHER
    binding = bindings[0]
    if _is_rest_of(binding, name, context):
        return Step.SLICE
    if binding.kind is Kind.LOOP and isinstance(binding.value, ast.Call):
        if context.resolve(binding.value.func) == "range":
            bounds = [
                n.id for arg in binding.value.args for n in walk(arg) if isinstance(n, ast.Name)
            ]
            return Step.LOOPED if name in bounds else Step.OTHER
    return Step.OTHER


def _is_rest_of(binding: Binding, name: str, context: Context) -> bool:
    """Whether the variable is the starred one in `first, *rest = xs` or `case [first, *rest]`."""
    parent = context.parent(binding.node)
    if isinstance(binding.node, ast.MatchStar):
        case = context.parent(parent) if parent else None
        match = context.parent(case) if case else None
        return isinstance(match, ast.Match) and is_name(match.subject, name)
    if not isinstance(parent, ast.Starred):
        return False
    statement = context.statement(parent)
    return isinstance(statement, ast.Assign) and is_name(statement.value, name)


def _is_loop_variable(node: ast.Name, context: Context) -> bool:
    bindings = context.bindings(node)
    return len(bindings) == 1 and bindings[0].kind is Kind.LOOP


def on_one_path(one: ast.AST, other: ast.AST, context: Context) -> bool:
    """Whether a single run of the function can reach both nodes, `one` standing first."""
    above = [one, *context.ancestors(one)]
    below: ast.AST = other
    for outer in context.ancestors(other):
        if outer in above:
            return _both_run(outer, above[above.index(outer) - 1], below, above, context)
        below = outer
    return False


def _both_run(
    fork: ast.AST, first: ast.AST, second: ast.AST, above: list[ast.AST], context: Context
) -> bool:
    if isinstance(fork, ast.IfExp):
        return fork.test in (first, second)
    if isinstance(fork, ast.Match) and first is not fork.subject:
        return False
    if isinstance(fork, ast.If) and (first in fork.body) and (second in fork.orelse):
        return False
    if isinstance(fork, ast.Try) and isinstance(second, ast.ExceptHandler):
        return False
    if not isinstance(first, ast.stmt) or isinstance(fork, COMPREHENSIONS):
        return True
    # After `if ...: return f(n - 1)` the rest runs only where that did not.
    inside = above[: above.index(first)]
    return not any(
        isinstance(node, ast.Return | ast.Raise | ast.Break | ast.Continue)
        for statement in inside
        if isinstance(statement, ast.stmt)
        for node in _rest_of_block(statement, context)
    )


def _rest_of_block(statement: ast.stmt, context: Context) -> list[ast.stmt]:
    return [statement, *context.following(statement)]


def is_light(function: FunctionNode, context: Context) -> bool:
    """Whether a call does little besides calling itself: no loop, and no call of unknown code."""
    own = context.calls.recursive.get(function, [])
    for node in own_nodes(function):
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While, *COMPREHENSIONS)):
            return False
        if isinstance(node, ast.Call) and node not in own and not _is_small(node, context):
            return False
    return True


def _is_small(call: ast.Call, context: Context) -> bool:
    if isinstance(context.parent(call), ast.Raise) or context.purity.only_reads(call):
        return True
    return isinstance(call.func, ast.Attribute) and call.func.attr in ("append", "add", "extend")
