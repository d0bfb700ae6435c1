"""What the best of all pairs depends on, and how it is found without trying all."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.triangles import depends, held
from effilint.analyzer.patterns import same

if TYPE_CHECKING:
    from effilint.analyzer.context import Context
    from effilint.analyzer.facts.triangles import Triangle


_PLAIN = frozenset("len ord int float abs min max".split())


_RUNNING = "Go through it once, with the best partner so far kept in a variable"


_SORTED = "Sort, and compare neighbours only"


_POINTERS = "Move two pointers in from the ends, each time the one at the lower item"


def may_be_text(value: ast.expr, context: Context) -> bool:
    """Whether what is added up need not be numbers."""
    return not any(
        isinstance(term, ast.BinOp) and isinstance(term.op, ast.Sub | ast.Mult)
        for term in ast.walk(value)
    ) and not any(context.type_of(term).is_number for term in _terms(value, context))


def keeps_best(test: ast.expr, value: ast.expr, pair: Triangle, context: Context) -> bool:
    """Whether the test leaves out only pairs in the wrong order, or items by themselves."""
    found = depends(test, pair, context)
    if found is not None and not all(found):
        return not any(isinstance(node, ast.Call) for node in ast.walk(test))
    match test:
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            sides = {ast.dump(left), ast.dump(right)}
            if isinstance(left, ast.Name) and isinstance(right, ast.Name) and pair.is_whole:
                names = {left.id, right.id}
                return len(names & pair.inner_names) == len(names & pair.outer_names) == 1
            is_order = isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE)
            return is_order and sides <= {ast.dump(term) for term in _terms(value, context)}
    return False


def way_to_best(value: ast.expr, which: str, pair: Triangle, context: Context) -> str | None:
    """How the best pair is found without trying all; None if that is not known."""
    match value:
        case ast.Call(func=ast.Name("abs"), args=[ast.BinOp(op=ast.Sub()) as difference]):
            if not _separates(_terms(difference, context), pair, context):
                return None
            return _SORTED if which == "min" else "It is the largest minus the smallest"
        case ast.BinOp(left=left, op=ast.Mult(), right=right) if which == "max":
            one, other = held(left, context), held(right, context)
            return _POINTERS if _is_area(one, other) or _is_area(other, one) else None
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            if _separates(_terms(value, context), pair, context):
                return _RUNNING
    return None


def _is_area(width: ast.expr, height: ast.expr) -> bool:
    """`j - i` and `min(walls[i], walls[j])`."""
    match width, height:
        case (
            ast.BinOp(left=ast.Name(id=j), op=ast.Sub(), right=ast.Name(id=i)),
            ast.Call(
                func=ast.Name("min"),
                args=[
                    ast.Subscript(value=one, slice=ast.Name(id=first)),
                    ast.Subscript(value=other, slice=ast.Name(id=second)),
                ],
            ),
        ):
            return {i, j} == {first, second} and same(one, other)
    return False


def _terms(node: ast.expr, context: Context) -> list[ast.expr]:
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return [*_terms(left, context), *_terms(right, context)]
    return [node]


def _separates(terms: list[ast.expr], pair: Triangle, context: Context) -> bool:
    """Whether each term is a number that depends on one of the two items only."""
    sides = [False, False]
    for term in terms:
        if any(
            isinstance(part, ast.Call) and context.resolve(part.func) not in _PLAIN
            for part in ast.walk(term)
        ):
            return False
        kind = context.type_of(term)
        if kind.is_known and not kind.is_number:
            return False
        found = depends(term, pair, context)
        if found is None or all(found):
            return False
        sides = [side or now for side, now in zip(sides, found, strict=True)]
    return all(sides)
