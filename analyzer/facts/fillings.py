"""What statements do to the items of a container that a function fills."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.unread import IMMUTABLE, is_fresh
from effilint.analyzer.patterns import is_name
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def fills_others(fillers: list[ast.stmt], name: str, context: Context) -> bool:
    """Whether something is done to the items, and these were not all made here."""
    statements = [part for filler in fillers for part in walk(filler) if isinstance(part, ast.stmt)]
    found = (_step(statement, name, context) for statement in statements)
    steps = [step for step in found if step is not None]
    reach = max((deep for deep, _ in steps), default=0)
    if reach == 0:
        return False
    given = [item for deep, items in steps if deep < reach for item in items]
    return not all(_is_made_here(item, context) for item in given)


def _step(statement: ast.stmt, name: str, context: Context) -> tuple[int, list[ast.expr]] | None:
    """How deep inside the variable the statement changes something, and what it puts there."""
    match statement:
        case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=value):
            deep = _depth(target, name)
            if deep == 0:
                return 0, _items(value)
            return (deep - 1, [value] if value else []) if deep else None
        case ast.AugAssign(target=target, value=value):
            deep = _depth(target, name)
            if deep and context.type_of(value).name in IMMUTABLE:
                deep -= 1  # numbers, or texts, are added up
            return None if deep is None else (deep, [] if deep else [value])
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner), args=args)):
            deep = _depth(owner, name)
            if deep is not None:
                return deep, args
            deep = _depth(args[0], name) if args else None
            return None if deep is None else (deep, args[1:])
    return None


def _depth(place: ast.expr, name: str) -> int | None:
    """How many indexes lead from the variable to the place; None if it is in something else."""
    deep = 0
    while isinstance(place, ast.Subscript):
        place, deep = place.value, deep + 1
    return deep if is_name(place, name) else None


def _items(value: ast.expr | None) -> list[ast.expr]:
    match value:
        case ast.List(elts=items) | ast.Set(elts=items) | ast.Dict(values=items):
            return items
        case ast.ListComp(elt=item) | ast.SetComp(elt=item) | ast.DictComp(value=item):
            return [item]
        case ast.BinOp(left=ast.List(elts=items)):
            return items
        case ast.Call(args=[ast.List(elts=items)]):
            return items
        case ast.Call(args=[ast.Name() as items]) if items.id not in ("list", "dict", "set", "int"):
            return [items]
    return []


def _is_made_here(item: ast.expr, context: Context) -> bool:
    return context.type_of(item).name in IMMUTABLE or is_fresh(item, context)
