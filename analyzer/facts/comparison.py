"""What order a comparison function of two items gives."""

from __future__ import annotations

import ast
import copy
import operator
from collections.abc import Callable
from dataclasses import dataclass

from effilint.analyzer.tree import same, walk

_TESTS: dict[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Order:
    """Items sorted by `key`, an expression in terms of the first argument."""

    key: ast.expr
    is_descending: bool


def order_of(body: list[ast.stmt], first: str, second: str) -> Order | None:
    """The order, if the body compares one and the same key of its two arguments."""
    nodes = (node for statement in body for node in walk(statement))
    key = next((found for node in nodes if (found := _key(node, first, second))), None)
    if key is None:
        return None
    names = first, second
    less, equal, more = (_outcome(body, case, key, names) for case in (-1, 0, 1))
    if less is None or equal is None or more is None:
        return None
    # Sorting only asks whether an item is less than another.
    if equal < 0 or (less < 0) == (more < 0):
        return None
    return Order(key, more < 0)


def _names(node: ast.AST) -> set[str]:
    return {name.id for name in walk(node) if isinstance(name, ast.Name)}


def _key(node: ast.AST, first: str, second: str) -> ast.expr | None:
    """What is compared, in terms of the first item."""
    match node:
        case (
            ast.BinOp(left=left, op=ast.Sub(), right=right)
            | ast.Compare(left=left, comparators=[right])
        ):
            for one, other in ((left, right), (right, left)):
                names = _names(one)
                if first in names and second not in names and _mirrors(one, other, first, second):
                    return one
    return None


def _mirrors(one: ast.expr, other: ast.expr, first: str, second: str) -> bool:
    renamed = copy.deepcopy(one)
    for name in walk(renamed):
        if isinstance(name, ast.Name) and name.id == first:
            name.id = second
    return same(renamed, other)


def _outcome(
    node: ast.AST | list[ast.stmt], case: int, key: ast.expr, names: tuple[str, str]
) -> int | None:
    """What the code gives if the first key is less than (-1), equal to (0) or more than (1) it."""
    match node:
        case [ast.Return(value=ast.expr() as value), *_]:
            return _outcome(value, case, key, names)
        case [ast.If(test=test, body=body, orelse=orelse), *rest]:
            chosen = _outcome(test, case, key, names)
            return (
                None
                if chosen is None
                else _outcome([*(body if chosen else orelse), *rest], case, key, names)
            )
        case ast.IfExp(test=test, body=yes, orelse=no):
            chosen = _outcome(test, case, key, names)
            return None if chosen is None else _outcome(yes if chosen else no, case, key, names)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            sign = _sign(left, right, case, key, names)
            if sign is not None:
                return sign
            one, other = (_outcome(side, case, key, names) for side in (left, right))
            return None if one is None or other is None else one - other
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _TESTS:
            sign = _sign(left, right, case, key, names)
            return None if sign is None else int(_TESTS[type(op)](sign, 0))
    try:
        number = ast.literal_eval(node) if isinstance(node, ast.expr) else None
    except ValueError:
        return None
    return number if isinstance(number, int) else None


def _sign(
    left: ast.expr, right: ast.expr, case: int, key: ast.expr, names: tuple[str, str]
) -> int | None:
    if same(left, key) and _mirrors(left, right, *names):
        return case
    if same(right, key) and _mirrors(right, left, *names):
        return -case
    return None
