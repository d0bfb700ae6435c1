"""Lists that give up their first item: where a `deque` could not stand, or would not help."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from effilint.analyzer.facts.loops import TINY, Loop
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.facts.searched_lists import is_truth_test
from effilint.analyzer.tree import same, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_LONGEST_WINDOW = 64
_GROWING = ("append", "extend", "insert")
_GOING_THROUGH = ("list", "tuple", "set", "frozenset", "sorted", "sum", "min", "max", "any", "all")


def needs_list(context: Context, queue: ast.expr, region: ast.AST) -> bool:
    """Whether the program does with the list what no deque allows.

    It cuts slices, sorts, or halves it. Of a variable only what happens in `region` counts:
    before and after that it may be another object.
    """
    for use in _uses(context, queue, region):
        parent = context.parent(use)
        match parent:
            case ast.Attribute(attr="sort"):
                return True
            case ast.Subscript(slice=ast.Slice()):
                return True
            case ast.Call(func=function) if use is not function:
                if (context.resolve(function) or "").startswith(("bisect.", "heapq.")):
                    return True
    return False


def _uses(context: Context, queue: ast.expr, region: ast.AST) -> Iterator[ast.AST]:
    if isinstance(queue, ast.Name):
        yield from (use for use in context.uses(queue) if context.inside(use, region))
        return
    home = _class_of(context, queue)
    for other in context.index.get(ast.Attribute, ()):
        if same(other, queue) and _class_of(context, other) is home:
            yield other


def _class_of(context: Context, node: ast.AST) -> ast.AST | None:
    return next((o for o in context.ancestors(node) if isinstance(o, ast.ClassDef)), None)


def is_window(context: Context, taking: ast.AST, queue: ast.expr) -> bool:
    """Whether an item is taken only where there are more than a few, so that a few are kept."""
    child: ast.AST = context.statement(taking)
    for outer in context.ancestors(child):
        if isinstance(outer, ast.If) and child in outer.body:
            return _is_more_than_few(outer.test, queue)
        if not isinstance(outer, ast.With | ast.Try):
            return False
        child = outer
    return False


def _is_more_than_few(test: ast.expr, queue: ast.expr) -> bool:
    match test:
        case ast.Compare(
            left=ast.Call(func=ast.Name("len"), args=[counted]),
            ops=[ast.Gt() | ast.GtE() | ast.Eq()],
            comparators=[ast.Constant(value=int(most))],
        ):
            return same(counted, queue) and 1 < most <= _LONGEST_WINDOW
    return False


def is_gone_through(context: Context, queue: ast.expr, loop: Loop) -> bool:
    """Whether a pass goes through the whole list anyway, next to which moving it is nothing."""
    if isinstance(loop, ast.comprehension):
        return False
    return any(
        _goes_through(context, node, queue) for statement in loop.body for node in walk(statement)
    )


def _goes_through(context: Context, node: ast.AST, queue: ast.expr) -> bool:
    match node:
        case ast.For(iter=items) | ast.comprehension(iter=items):
            return same(items, queue)
        case ast.Call(func=ast.Attribute(attr="join"), args=[items]):
            return same(items, queue)
        case ast.Call(func=ast.Name() as function, args=[items]):
            return same(items, queue) and context.resolve(function) in _GOING_THROUGH
    return False


def has_few(context: Context, queue: ast.expr) -> bool:
    """Whether the list may be a few items written down, and nothing adds to it."""
    symbol = context.symbol(queue)
    if symbol is None or any(b.kind is not Kind.ASSIGN for b in symbol.bindings):
        return False
    if not any(_is_short_display(binding.value) for binding in symbol.bindings):
        return False
    return not any(_may_grow(context, use) for use in context.scopes.loads(symbol))


def _is_short_display(value: ast.expr | None) -> bool:
    if not isinstance(value, ast.List) or not 0 < len(value.elts) <= TINY:
        return False
    return not any(isinstance(element, ast.Starred) for element in value.elts)


def _may_grow(context: Context, use: ast.expr) -> bool:
    parent = context.parent(use)
    if isinstance(parent, ast.Attribute):
        return parent.attr in _GROWING
    return not is_truth_test(context, use) and not isinstance(parent, ast.Subscript | ast.Compare)
