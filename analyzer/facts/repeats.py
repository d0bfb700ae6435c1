"""Expressions that are evaluated again although an earlier evaluation is still true.

Several rules ask this: of calls, comprehensions and recursive calls.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from effilint.analyzer.facts.purity import CHANGING_METHODS
from effilint.analyzer.facts.scopes import COMPREHENSIONS
from effilint.analyzer.patterns import same, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def earlier_twin(
    node: ast.expr, candidates: Iterable[ast.AST], context: Context
) -> ast.expr | None:
    """The first of the candidates that surely gave the value of `node` before `node` is reached."""
    for other in candidates:
        if not isinstance(other, ast.expr) or other is node or not same(other, node):
            continue
        if context.function(other) is not context.function(node):
            continue
        if not _is_earlier(other, node, context):
            continue
        between = _between(other, node, context)
        if between is not None and _holds(node, between, context):
            return None if _is_changed_elsewhere(node, context) else other
    return None


def later_twins(first: ast.expr, candidates: Iterable[ast.AST], context: Context) -> list[ast.expr]:
    """The candidates that ask once more for what `first` has given, in source order."""
    like = [c for c in candidates if isinstance(c, ast.expr) and c is not first and same(c, first)]
    found = [other for other in like if earlier_twin(other, [first], context) is first]
    return sorted(found, key=lambda other: (other.lineno, other.col_offset))


def _holds(node: ast.expr, regions: list[ast.AST], context: Context) -> bool:
    return all(context.is_invariant(node, region) for region in regions)


def _is_changed_elsewhere(node: ast.expr, context: Context) -> bool:
    """Whether a method that changes what `node` reads is handed on, as in `map(xs.append, ys)`."""
    names = [part for part in walk(node) if isinstance(part, ast.Name)]
    for use in (use for name in names for use in context.uses(name)):
        match context.parent(use):
            case ast.Attribute(attr=attr) as method if attr in CHANGING_METHODS:
                call = context.parent(method)
                if not (isinstance(call, ast.Call) and call.func is method):
                    return True
    return False


def _is_earlier(first: ast.expr, node: ast.expr, context: Context) -> bool:
    """Whether the statement of `first` evaluates it in any case, and before `node`."""
    outer = list(context.ancestors(node))
    if any(isinstance(o, ast.Lambda | ast.comprehension) for o in _within_statement(outer)):
        return False
    child: ast.AST = first
    for parent in context.ancestors(first):
        if isinstance(parent, ast.IfExp) and child is not parent.test:
            return False
        if isinstance(parent, ast.BoolOp) and child is not parent.values[0]:
            if parent not in outer:
                return False  # the other one may be reached without it
        if isinstance(parent, (ast.Lambda, ast.comprehension, *COMPREHENSIONS)):
            return False
        if isinstance(parent, ast.IfExp) and parent in outer:
            return True  # its test comes first, wherever it stands
        if isinstance(parent, ast.stmt):
            break
        child = parent
    return (first.lineno, first.col_offset) < (node.lineno, node.col_offset)


def _within_statement(ancestors: list[ast.AST]) -> list[ast.AST]:
    for place, outer in enumerate(ancestors):
        if isinstance(outer, ast.stmt):
            return ancestors[:place]
    return ancestors


def _between(first: ast.expr, node: ast.expr, context: Context) -> list[ast.AST] | None:
    """What may run after `first` and before `node`; None if `first` may not have run."""
    start = context.statement(first)
    chain = [n for n in (node, *context.ancestors(node)) if isinstance(n, ast.stmt)]
    if start in chain:
        return _down_to(start, node, first, context)
    home = context.parent(start)
    block = context.block(start)
    holder = next((s for s in chain if context.parent(s) is home and s in block), None)
    if holder is None or block.index(holder) < block.index(start):
        return None
    between: list[ast.AST] = [*block[block.index(start) : block.index(holder)]]
    inner = _down_to(holder, node, None, context)
    return None if inner is None else between + inner


def _down_to(
    statement: ast.stmt, node: ast.expr, first: ast.expr | None, context: Context
) -> list[ast.AST] | None:
    """The parts of `statement` that may run before `node`, which stands in it."""
    parts: list[ast.AST] = []
    match statement:
        case ast.If(test=test):
            parts.append(test)
            blocks = [statement.body, statement.orelse]
        case ast.While(test=test) if first is not None:
            parts.append(test)  # evaluated before every pass
            blocks = [statement.body]
        case ast.With() | ast.AsyncWith() if first is None:
            parts += statement.items
            blocks = [statement.body]
        case ast.Try() if first is None:
            blocks = [statement.body]
        case ast.For() | ast.AsyncFor() | ast.While() if first is None:
            return [statement]
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Match():
            return None
        case _:
            return [statement] if not hasattr(statement, "body") else None
    for block in blocks:
        for place, inner in enumerate(block):
            if context.inside(node, inner):
                rest = _down_to(inner, node, None, context)
                return None if rest is None else [*parts, *block[:place], *rest]
    return parts if any(context.inside(node, part) for part in parts) else None
