"""Pairs of nested loops that look for equal items: a join of two tables by brute force."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.facts.purity import CHANGING_METHODS
from effilint.analyzer.facts.scopes import COMPREHENSIONS
from effilint.analyzer.facts.short_loops import is_written_down
from effilint.analyzer.patterns import (
    constant_int,
    method_call,
    names_in,
    range_bounds,
    targets_of,
    walk,
)

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

ForLoop = ast.For | ast.AsyncFor | ast.comprehension


@dataclass(frozen=True, slots=True)
class Join:
    """Two loops, the inner one the same on every pass, and the expressions that must be equal.

    `rest` is what else is tested.
    """

    outer: ForLoop
    inner: ForLoop
    outer_key: ast.expr
    inner_key: ast.expr
    rest: tuple[ast.expr, ...]

    @property
    def is_of_items(self) -> bool:
        """Whether the items themselves are compared, not a part of them."""
        is_whole = isinstance(self.inner.target, ast.Name) and isinstance(self.inner_key, ast.Name)
        return is_whole and isinstance(self.outer_key, ast.Name)


def join_of_loop(inner: ast.For, context: Context) -> Join | None:
    """The join that an inner loop makes, if looking for equals is all that it does."""
    outer = context.parent(inner)
    if not isinstance(outer, ast.For | ast.AsyncFor) or inner in outer.orelse:
        return None
    match inner.body:
        case [ast.If(body=[ast.Assert()])]:
            return None  # a check of what comes out
        case [ast.If(test=test, orelse=[])]:
            wanted: type[ast.cmpop] = ast.Eq
        case [ast.If(test=test, body=[ast.Continue()], orelse=[]), *_]:
            wanted = ast.NotEq
        case _:
            return None
    return _join(outer, inner, test, wanted, outer, context)


def join_of_comprehension(inner: ast.comprehension, context: Context) -> Join | None:
    """The join that the last clause of a comprehension makes with the loop around it."""
    comp = context.parents[inner]
    assert isinstance(comp, COMPREHENSIONS)
    place = comp.generators.index(inner)
    tests = _tests(comp, inner, context)
    if place != len(comp.generators) - 1 or not tests:
        return None
    if place:
        outer: ForLoop = comp.generators[place - 1]
        region: ast.AST = comp
    else:
        loops = context.loops(comp)
        if not loops or isinstance(loops[0], ast.While):
            return None
        outer = loops[0]
        region = context.parents[outer] if isinstance(outer, ast.comprehension) else outer
    test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
    return _join(outer, inner, test, ast.Eq, region, context)


def _tests(comp: ast.AST, inner: ast.comprehension, context: Context) -> list[ast.expr]:
    """The conditions; for `any(a == b for ...)` what is asked, for `next(...)` nothing."""
    call = context.parents[comp]
    if not isinstance(comp, ast.GeneratorExp) or not isinstance(call, ast.Call):
        return inner.ifs
    function = context.resolve(call.func)
    if function == "any" and not inner.ifs:
        return [comp.elt]
    return [] if function == "next" else inner.ifs


def _join(
    outer: ForLoop,
    inner: ForLoop,
    test: ast.expr,
    wanted: type[ast.cmpop],
    region: ast.AST,
    context: Context,
) -> Join | None:
    outer_names, inner_names = targets_of(outer), targets_of(inner)
    is_all = isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And)
    parts = test.values if isinstance(test, ast.BoolOp) and is_all else [test]
    if wanted is ast.NotEq and len(parts) > 1:
        return None
    for part in parts:
        match part:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if isinstance(op, wanted):
                keys = _keys(left, right, outer_names, inner_names)
                if keys is not None and not _calls(parts[: parts.index(part)]):
                    rest = tuple(other for other in parts if other is not part)
                    join = Join(outer, inner, *keys, rest)
                    return join if _is_hot(join, region, context) else None
    return None


def _calls(tests: list[ast.expr]) -> bool:
    """Whether one of the tests calls something: then that is what takes the time."""
    return any(isinstance(part, ast.Call) for test in tests for part in walk(test))


def _keys(
    left: ast.expr, right: ast.expr, outer: set[str], inner: set[str]
) -> tuple[ast.expr, ast.expr] | None:
    """The key of the outer item and that of the inner one, each made of one of them alone."""
    for one, other in ((left, right), (right, left)):
        if names_in(one) & outer and names_in(other) & inner:
            if not names_in(one) & inner and not names_in(other) & outer:
                return (one, other) if _is_key(one) and _is_key(other) else None
    return None


def _is_key(node: ast.expr) -> bool:
    """Whether the expression only reads parts of an item, or makes its text comparable."""
    return all(
        isinstance(part, ast.Name | ast.Attribute | ast.Subscript | ast.Constant | ast.expr_context)
        or (method_call(part, "lower", "upper", "casefold", "strip") is not None)
        for part in walk(node)
    )


def _is_hot(join: Join, region: ast.AST, context: Context) -> bool:
    """Whether both loops may be long, and the inner one goes through the same items each time."""
    if context.trip_count(join.outer) is not None or context.trip_count(join.inner) is not None:
        return False
    if any(is_written_down(context, loop.iter) for loop in (join.outer, join.inner)):
        return False
    if any(_is_fixed(loop.iter, context) for loop in (join.outer, join.inner)):
        return False
    if names_in(join.inner.iter) & targets_of(join.outer):
        return False
    if method_call(join.inner.iter, "items") is not None:
        return False  # a dict finds the key without its help
    if range_bounds(join.outer.iter) is not None and isinstance(join.outer_key, ast.Name):
        return False  # the rows of a drawing
    if any(isinstance(outer, ast.ExceptHandler) for outer in context.ancestors(join.inner)):
        return False  # taken where items cannot be hashed
    return context.is_invariant(join.inner.iter, region)


def _is_fixed(items: ast.expr, context: Context) -> bool:
    """Whether the items are an attribute that only ever gets a few items, such as a pair."""
    match items:
        case ast.Call(func=ast.Name("enumerate"), args=[inner]):
            return _is_fixed(inner, context)
        case ast.Attribute(value=ast.Name("self"), attr=attr):
            uses = [n for n in context.index.get(ast.Attribute, ()) if _is_own(n, attr)]
        case _:
            return False
    stores = [context.parent(use) for use in uses if isinstance(use.ctx, ast.Store)]
    if not stores or any(_is_grown(use, context) for use in uses):
        return False
    return all(isinstance(s, ast.Assign) and _is_pair(s.value, context) for s in stores)


def _is_own(node: ast.AST, attr: str) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and node.attr == attr


def _is_grown(use: ast.expr, context: Context) -> bool:
    parent = context.parent(use)
    return (
        isinstance(parent, ast.Attribute)
        and method_call(context.parent(parent), *CHANGING_METHODS) is not None
    )


def _is_pair(value: ast.expr, context: Context) -> bool:
    """Whether it is a list of two to a few items, or a variable that starts and stays so."""
    match value:
        case ast.List(elts=elts) | ast.Tuple(elts=elts):
            starred = any(isinstance(element, ast.Starred) for element in elts)
            return not starred and 2 <= len(elts) <= TINY
        case ast.Name():
            if any(_is_grown(use, context) for use in context.uses(value)):
                return False
            made = [binding.value for binding in context.bindings(value)]
            lists = [start for start in made if constant_int(start) is None]
            return bool(lists) and all(
                isinstance(start, ast.List) and _is_pair(start, context) for start in lists
            )
    return False
