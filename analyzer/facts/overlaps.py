"""Calls of itself that a recursive function makes for inputs on ways that meet again."""

from __future__ import annotations

import ast
from itertools import combinations
from typing import TYPE_CHECKING

from effilint.analyzer.facts.recursion import Step, on_one_path, steps
from effilint.analyzer.patterns import same

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode

_SHRINKING = (Step.LESS, Step.MORE, Step.LOOPED, Step.SLICE)
# What the very same call once more only repeats.
_REPEATED = frozenset((*_SHRINKING, Step.PART, Step.LINK, Step.CHILD))


def overlap(
    function: FunctionNode, calls: list[ast.Call], context: Context
) -> tuple[ast.Call, str] | None:
    """The call that makes it exponential, and a parameter that gets smaller."""
    moved = {call: moved_by(call, function, context) for call in calls}
    for call, steps_taken in moved.items():
        for name, how in steps_taken.items():
            if len(steps_taken) == 1 and how in _SHRINKING and context.hot_loops(call):
                return call, name
    for one, other in combinations(calls, 2):
        if not on_one_path(one, other, context):
            continue
        meeting = _meeting(moved[one], moved[other])
        if meeting is not None:
            return other, meeting
        again = moved[other]
        if again and same(one, other) and not set(again.values()) - _REPEATED:
            return other, next(iter(again))
    return None


def _meeting(first: dict[str, Step], second: dict[str, Step]) -> str | None:
    """A parameter that both calls make smaller in steps, on ways that meet again.

    Either each call moves one parameter, or both move the same one and what else one of them
    changes is a number taken from or added to.
    """
    for one, other in ((first, second), (second, first)):
        if len(one) != 1 or not other:
            continue
        ((name, how),) = one.items()
        if how not in _SHRINKING:
            continue
        if len(other) == 1 and next(iter(other.values())) in _SHRINKING:
            return name
        rest = {how for changed, how in other.items() if changed != name}
        if other.get(name) is how and len(rest) == 1 and rest <= {Step.BY}:
            return name
    return None


def moved_by(call: ast.Call, function: FunctionNode, context: Context) -> dict[str, Step]:
    """The parameters that differ in a call, and how; none if its result is not used."""
    if isinstance(context.parent(call), ast.Expr):
        return {}
    passed = steps(call, function, context)
    differing = {name: how for name, how in passed.items() if how is not Step.SAME}
    return {
        name: Step.BY if how is Step.OTHER and _is_amount(call, function, name, context) else how
        for name, how in differing.items()
    }


def _is_amount(call: ast.Call, function: FunctionNode, name: str, context: Context) -> bool:
    """Whether the parameter is handed on less something, or plus something read by an index."""
    match context.calls.argument_for(call, function, name):
        case ast.BinOp(left=ast.Name(id=used), op=ast.Sub(), right=right) if used == name:
            return isinstance(right, ast.Name | ast.Subscript | ast.Attribute)
    return False
