"""Loops that go through all pairs: one in another, or over combinations."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from effilint.analyzer.facts.counting import counting
from effilint.analyzer.facts.loops import TINY, Loop
from effilint.analyzer.patterns import constant_int, is_constant, names_in, range_bounds

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_SAME_ITEMS = ("enumerate", "reversed", "list", "tuple", "sorted")
_COMBINED = ("itertools.combinations", "itertools.permutations", "itertools.product")


@dataclass(frozen=True, slots=True)
class Pair:
    """The loop that repeats the test most often, and what it and the loops around it bind."""

    loop: Loop
    outer: Loop
    inner_names: set[str]
    outer_names: set[str]


def pair_of(test: ast.Compare, context: Context) -> Pair | None:
    """Return the loops that run the test on each item beside each other; None if they do not."""
    loops = context.hot_loops(test)
    if not loops or _is_short(loops[0], context):
        return None
    inner = loops[0]
    names = _names(inner, context)
    if isinstance(inner, ast.For | ast.comprehension) and _is_combination(inner.iter, context):
        match inner.target:
            case ast.Tuple(elts=[*rest, ast.Name(id=last)]) if rest:
                return Pair(inner, inner, {last}, names - {last})
        return None
    if len(loops) < 2 or _is_short(loops[1], context):
        return None
    outer = loops[1]
    outer_names = _names(outer, context)
    if not names or not outer_names or not _is_whole(inner, outer, outer_names, context):
        return None
    return Pair(inner, outer, names, outer_names)


def _is_short(loop: Loop, context: Context) -> bool:
    """Whether it runs a few times, as one over `range(i + 1, 7)` does."""
    bounds = None if isinstance(loop, ast.While) else range_bounds(loop.iter)
    stop = constant_int(bounds[1]) if bounds else None
    return (stop is not None and stop <= TINY) or context.trip_count(loop) is not None


def _names(loop: Loop, context: Context) -> set[str]:
    if not isinstance(loop, ast.While):
        return names_in(loop.target)
    run = counting(loop, context)
    return {run.variable.id} if run else set()


def _is_combination(node: ast.expr, context: Context) -> bool:
    if not isinstance(node, ast.Call) or context.resolve(node.func) not in _COMBINED:
        return False
    if context.resolve(node.func) == "itertools.product":
        return len(node.args) == 2 or bool(node.keywords)
    return len(node.args) == 2 and is_constant(node.args[1], 2, 3, 4)


def _is_whole(inner: Loop, outer: Loop, outer_names: set[str], context: Context) -> bool:
    """Whether the inner loop goes over the same items for each pass of the outer one, or over
    those after (or before) its item."""
    if isinstance(inner, ast.While):
        run = counting(inner, context)
        starts = context.bindings(run.variable) if run else []
        return any(
            context.inside(b.node, outer) and not context.inside(b.node, inner) for b in starts
        )
    items = inner.iter
    while isinstance(items, ast.Call) and context.resolve(items.func) in _SAME_ITEMS and items.args:
        items = items.args[0]
    if isinstance(items, ast.Call) and context.resolve(items.func) == "range":
        return True
    if isinstance(items, ast.Subscript) and isinstance(items.slice, ast.Slice):
        items = items.value
    return not names_in(items) & outer_names and context.is_invariant(items, outer)
