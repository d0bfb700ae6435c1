"""Loops that look for something: what they do for each item, and whether they may stop early."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from effilint.analyzer.facts.counting import counting, is_used_after
from effilint.analyzer.facts.purity import CHANGING_METHODS
from effilint.analyzer.patterns import method_call, names_in, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

SearchLoop = ast.For | ast.While


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A loop whose last statement is what matters; `before` only gives names to parts of an item.

    `names` are the names that differ from pass to pass.
    """

    loop: SearchLoop
    before: list[ast.stmt]
    last: ast.stmt
    names: tuple[ast.Name, ...]

    @property
    def head(self) -> ast.expr:
        """What the loop goes over, or its condition."""
        return self.loop.iter if isinstance(self.loop, ast.For) else self.loop.test


def looked_at(loop: SearchLoop, context: Context) -> LookedAt | None:
    """The loop, if each pass names parts of the item and then runs one statement.

    None for loops that are short, that have an `else`, or that use up an iterator.
    """
    if loop.orelse:
        return None
    if isinstance(loop, ast.While):
        run = counting(loop, context)
        if run is None or not run.body:
            return None
        body, names = list(run.body), [run.variable]
    else:
        if isinstance(loop.iter, ast.Tuple | ast.List):
            return None
        body = loop.body
        names = [n for n in walk(loop.target) if isinstance(n, ast.Name)]
    *before, last = body
    if not _only_names(before):
        return None
    assigned = [name for statement in before for name in _assigned(statement)]
    return LookedAt(loop, before, last, (*names, *assigned))


def may_stop(
    search: LookedAt, parts: Iterable[ast.AST], result: set[str], context: Context
) -> bool:
    """Whether leaving the loop early is seen by nobody but the variables in `result`.

    `parts` is what else a pass evaluates: it must have no effect, and not look at the result.
    """
    head = search.head
    if isinstance(search.loop, ast.For) and (
        context.type_of(head).is_lazy or context.trip_count(search.loop) is not None
    ):
        return False
    evaluated = [head, *search.before, *parts]
    if result & {name for part in (*evaluated, *search.names) for name in names_in(part)}:
        return False
    if any(is_used_after(name, search.loop, context) for name in search.names):
        return False
    return all(_is_repeatable(part, context) for part in evaluated)


def _only_names(block: list[ast.stmt]) -> bool:
    """Whether the statements only give names to values."""
    return all(
        isinstance(statement, ast.Assign)
        and all(isinstance(target, ast.Name | ast.Tuple) for target in statement.targets)
        and not any(
            isinstance(node, ast.Attribute | ast.Subscript)
            for target in statement.targets
            for node in walk(target)
        )
        for statement in block
    )


def _is_repeatable(part: ast.AST, context: Context) -> bool:
    """Whether running it once more or less makes no difference, as far as it can be seen."""
    for node in walk(part):
        if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
            return False
        if isinstance(node, ast.Call):
            if method_call(node, *CHANGING_METHODS) or not context.purity.call_is_pure(node):
                return False
    return True


def _assigned(statement: ast.stmt) -> list[ast.Name]:
    assert isinstance(statement, ast.Assign)
    return [n for target in statement.targets for n in walk(target) if isinstance(n, ast.Name)]
