"""Numbers that grow fast through a loop, and of which only a remainder is wanted."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.rebinding import rebinding
from effilint.analyzer.patterns import constant_int, names_in
from effilint.analyzer.tree import same, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def is_modulus(node: ast.expr, context: Context) -> bool:
    """Whether it is a constant number, or a name for one: one that is no small test."""
    value = constant_int(node)
    if value is not None:
        return value > 1_000  # the checks of short numbers use 97 and the like
    if isinstance(node, ast.BinOp):
        return all(
            constant_int(n) is not None for n in walk(node) if isinstance(n, ast.Constant)
        ) and (not names_in(node))
    given = context.sole_value(node) if isinstance(node, ast.Name) else None
    return given is not None and not isinstance(given, ast.Name) and is_modulus(given, context)


def growing_steps(name: ast.Name, context: Context, *, is_table: bool) -> list[ast.stmt]:
    """The statements in loops that make the number, or an item of the table, grow fast."""
    found: set[ast.stmt] = set()
    nodes = [*(b.node for b in context.bindings(name)), *context.uses(name)]
    for node in nodes:
        statement = context.statement(node)
        if statement in found or not context.loops(node):
            continue
        value = new_item(statement, name.id) if is_table else new_number(statement, name.id)
        if value is None:
            continue
        is_turn = isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple)
        if is_turn or _multiplies(value, name.id, is_table=is_table):
            found.add(statement)
    return sorted(found, key=lambda statement: statement.lineno)


def new_number(statement: ast.stmt, name: str) -> ast.expr | None:
    """What the statement makes of the number `name`; of `a, b = b, a + b` it is the sum."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=places)], value=ast.Tuple(elts=values)):
            if len(places) == len(values) and all(isinstance(p, ast.Name) for p in places):
                names = {p.id for p in places if isinstance(p, ast.Name)}
                sums = [value for value in values if not isinstance(value, ast.Name)]
                if name in names and len(sums) == 1 and _is_sum_of(sums[0], names):
                    return sums[0]
            return None
    parts = rebinding(statement)
    if parts is None or not isinstance(parts[0], ast.Name) or parts[0].id != name:
        return None
    return parts[1]


def _is_sum_of(value: ast.expr, names: set[str]) -> bool:
    """Whether it is `a + b` of all the names."""
    terms = _terms(value)
    return {t.id for t in terms if isinstance(t, ast.Name)} == names and len(terms) > 1


def new_item(statement: ast.stmt, name: str) -> ast.expr | None:
    """What the statement puts into the table `name`."""
    match statement:
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="append"), args=[item])
        ) if owner == name:
            return item
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=owner))], value=value):
            return value if owner == name else None
    return None


def _multiplies(value: ast.expr, name: str, *, is_table: bool) -> bool:
    """Whether it is made of `+` and `*` only, and takes the old number more than once."""
    match value:
        case ast.BinOp(op=ast.Mult(), left=left, right=right):
            own = [side for side in (left, right) if name in names_in(side)]
            other = right if own and own[0] is left else left
            is_growing = constant_int(other) is None or abs(constant_int(other) or 0) > 1
            return len(own) == 1 and _is_own(own[0], name, is_table=is_table) and is_growing
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            if is_table:
                sides = [_is_own(side, name, is_table=True) for side in _terms(value)]
                if sum(sides) > 1 and all(sides):
                    return True
            return any(
                _multiplies(side, name, is_table=is_table) and name not in names_in(rest)
                for side, rest in ((left, right), (right, left))
            )
    return False


def _terms(value: ast.expr) -> list[ast.expr]:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return [*_terms(value.left), *_terms(value.right)]
    return [value]


def _is_own(node: ast.expr, name: str, *, is_table: bool) -> bool:
    if is_table:
        return (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and (node.value.id == name and not isinstance(node.slice, ast.Slice))
        )
    return isinstance(node, ast.Name) and node.id == name


def is_wanted_reduced(
    name: ast.Name,
    modulus: ast.expr,
    steps: list[ast.stmt],
    context: Context,
) -> bool:
    """Whether every read outside of the steps takes the remainder by the same number."""
    for use in context.uses(name):
        if any(context.inside(use, step) for step in steps):
            continue
        place: ast.AST = use
        outer = context.parent(place)
        while isinstance(outer, ast.Subscript) and outer.value is place:
            place, outer = outer, context.parent(outer)
        if isinstance(place, ast.Subscript) and isinstance(place.ctx, ast.Store):
            if context.loops(place):
                return False
            continue
        if not isinstance(outer, ast.BinOp) or not isinstance(outer.op, ast.Mod):
            return False
        if outer.left is not place or not same(outer.right, modulus):
            return False
    others = [
        b for b in context.bindings(name) if not any(context.inside(b.node, step) for step in steps)
    ]
    if any(context.loops(binding.node) for binding in others):
        return False
    sides = [
        s for step in steps if isinstance(step, ast.Assign) for s in _other_names(step, name.id)
    ]
    return all(_is_only_turned(side, steps, context) for side in sides)


def _other_names(step: ast.Assign, name: str) -> list[ast.Name]:
    """The other names of `a, b = b, a + b`."""
    target = step.targets[0]
    if not isinstance(target, ast.Tuple):
        return []
    return [t for t in target.elts if isinstance(t, ast.Name) and t.id != name]


def _is_only_turned(name: ast.Name, steps: list[ast.stmt], context: Context) -> bool:
    return all(any(context.inside(use, step) for step in steps) for use in context.uses(name))
