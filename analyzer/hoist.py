"""Taking an expression out of the loops that repeat it: how far, under what name, by what edits."""

from __future__ import annotations

import ast
import re
from itertools import takewhile
from typing import TYPE_CHECKING

from effilint.analyzer.facts.loops import TINY, Loop
from effilint.analyzer.facts.scopes import COMPREHENSIONS, FUNCTIONS, Symbol
from effilint.analyzer.facts.visits import is_used_at_once
from effilint.analyzer.model import Edit
from effilint.analyzer.patterns import always_leaves, names_in, root_name, same, walk
from effilint.analyzer.rewrite import around, replacement

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_ONCE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr, ast.Raise, ast.Assert)


def region_of(loop: Loop, context: Context) -> ast.AST:
    """The loop with all that it repeats: for a clause, the whole comprehension."""
    if isinstance(loop, ast.comprehension):
        return context.parents[loop]
    return loop


def invariant_loop(node: ast.expr, context: Context) -> Loop | None:
    """The outermost loop that evaluates `node` again and again to the same value.

    None if there is none, or if the loops up to it run a small constant number of times.
    """
    found, trips = None, 1
    for loop in context.hot_loops(node):
        if not context.is_invariant(node, region_of(loop, context)):
            break
        count = context.trip_count(loop)
        trips *= TINY + 1 if count is None else count
        found = loop
    return found if trips > TINY else None


def fresh_name(stem: str, context: Context) -> str:
    """A name made of `stem` that occurs nowhere in the file."""
    stem = re.sub(r"\W+", "_", stem).strip("_")
    name, number = stem, 1
    while re.search(rf"(?<![.\w]){name}\b", context.source.text):
        number += 1
        name = f"{stem}_{number}"
    return name


def stem_of(node: ast.expr, ending: str) -> str:
    """A name for something made of `node`, such as `words_set`."""
    inner = node.attr if isinstance(node, ast.Attribute) else None
    root = root_name(node)
    return f"{inner or (root.id if root else 'known')}_{ending}".lstrip("_")


def lifted(
    node: ast.expr, loop: Loop, context: Context, name: str, value: str, use: str = ""
) -> tuple[Edit, ...]:
    """Edits that assign `value` to `name` before `loop` and put `use` (or `name`) for `node`.

    None if the value would be computed where the loop may have avoided that, or too early.
    """
    place = _place(node, loop, context)
    if place is None:
        return ()
    return (
        Edit(place, around(f"{name} = {value}\n", "")),
        Edit(node, replacement(use or name)),
    )


def runs_on_every_pass(node: ast.AST, context: Context) -> bool:
    """Whether no branch stands between the innermost loop and the node."""
    below: ast.AST = node
    child: ast.AST = node
    for outer in context.ancestors(node):
        match outer:
            case ast.For() | ast.AsyncFor():
                if child is not outer.iter:
                    return True
            case ast.While():
                return True
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                first = outer.generators[0]
                if child is not first or below is not first.iter:
                    return True
            case ast.If() | ast.IfExp():
                is_elif = isinstance(child, ast.If) and outer.orelse == [child]
                if child is not outer.test and not is_elif:
                    return False
            case ast.ExceptHandler() | ast.match_case() | ast.FunctionDef() | ast.Lambda():
                return False
        below, child = child, outer
    return False


def repeats(node: ast.expr, loop: Loop, context: Context) -> list[ast.expr]:
    """The expressions of the loop that are equal to `node` and about the same variables."""
    about = _symbols(node, context)
    return [
        part
        for part in walk(region_of(loop, context))
        if isinstance(part, ast.expr) and same(part, node) and _symbols(part, context) == about
    ]


def _symbols(node: ast.expr, context: Context) -> set[Symbol | None]:
    return {context.symbol(name) for name in walk(node) if isinstance(name, ast.Name)}


def _place(node: ast.expr, loop: Loop, context: Context) -> ast.stmt | None:
    """The statement before which an expression of the loop can be evaluated."""
    names = names_in(node)
    if _is_guarded(node, region_of(loop, context), names, context):
        return None
    if not isinstance(loop, ast.comprehension):
        return loop
    child: ast.AST = region_of(loop, context)
    if isinstance(child, ast.GeneratorExp) and not is_used_at_once(context, child):
        return None  # it runs later
    parent = context.parents[child]
    while not isinstance(parent, ast.stmt):
        if isinstance(parent, (*FUNCTIONS, *COMPREHENSIONS, ast.IfExp, ast.comprehension)):
            return None
        if isinstance(parent, ast.BoolOp) and child is not parent.values[0]:
            return None
        child, parent = parent, context.parents[parent]
    outer = context.parents[parent]
    if isinstance(outer, ast.ClassDef):
        return None  # names of a class body are not seen in its comprehensions
    is_test = isinstance(parent, ast.If) and child is parent.test
    is_iter = isinstance(parent, ast.For) and child is parent.iter
    if isinstance(parent, _ONCE) or is_iter:
        return parent
    is_elif = isinstance(outer, ast.If) and parent in outer.orelse
    return parent if is_test and not is_elif else None


def _is_guarded(node: ast.expr, region: ast.AST, names: set[str], context: Context) -> bool:
    """Whether a test between the loop and the expression may be there to protect it.

    Such a test looks at what the expression reads, or says the same on all passes.
    """
    child: ast.AST = node
    for outer in context.ancestors(node):
        if isinstance(outer, ast.While) and child is not outer.test:
            if names & names_in(outer.test):
                return True
        if isinstance(outer, ast.Try | ast.TryStar | ast.ExceptHandler):
            return True
        for test in _tests_before(child, outer):
            if names & names_in(test) or _is_for_all_passes(test, region, context):
                return True
        if isinstance(child, ast.stmt) and _may_be_skipped(child, names, context):
            return True
        if outer is region:
            return False
        child = outer
    return False


def _tests_before(child: ast.AST, outer: ast.AST) -> list[ast.expr]:
    """The tests of `outer` that have to come out right for its part `child` to be evaluated."""
    match outer:
        case ast.If(test=test) | ast.IfExp(test=test):
            return [] if child is test else [test]
        case ast.BoolOp(values=tests) | ast.comprehension(ifs=tests) if child in tests:
            return list(takewhile(lambda test: test is not child, tests))
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            before = takewhile(lambda clause: clause is not child, outer.generators)
            return [test for clause in before for test in clause.ifs]
    return []


def _is_for_all_passes(test: ast.expr, region: ast.AST, context: Context) -> bool:
    return bool(names_in(test)) and context.is_invariant(test, region)


def _may_be_skipped(statement: ast.stmt, names: set[str], context: Context) -> bool:
    """Whether a statement above, in the same block, may leave because of the names."""
    above = context.previous(statement)
    while above is not None:
        match above:
            case ast.Assert(test=test):
                if names & names_in(test):
                    return True
            case ast.If(test=test, body=body, orelse=orelse):
                if names & names_in(test) and (always_leaves(body) or always_leaves(orelse)):
                    return True
        above = context.previous(above)
    return False
