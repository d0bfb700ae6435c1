"""Variables that each pass of a loop rebinds to something made of their old value."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from effilint.analyzer.facts.loops import TINY, Loop
from effilint.analyzer.facts.rebinding import new_value, rebinding
from effilint.analyzer.facts.scopes import FUNCTIONS, Kind
from effilint.analyzer.facts.short_loops import is_short
from effilint.analyzer.tree import same, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

IsStep = Callable[[ast.expr, ast.expr], bool]


def accumulation(
    context: Context, statement: ast.stmt, kind: str, is_step: IsStep
) -> tuple[ast.expr, list[Loop]] | None:
    """What the statement makes longer in every pass of a loop, if it is of the type `kind`.

    The loops come with it, innermost first; none if the loop is around a call of the function.
    None if the statement is no such step, not the first of the loop, or if the object made in a
    pass is kept, so that a copy is what is wanted.
    """
    parts = rebinding(statement)
    if parts is None or not is_step(*parts):
        return None
    target = parts[0]
    loops = carrying_loops(context, statement, target, is_step)
    if not loops and not is_helper_step(context, statement, target, is_step):
        return None
    if context.type_of(target).name != kind:
        return None
    if loops and is_kept(context, target, loops[0], is_step):
        return None
    region = loops[-1] if loops else context.function(statement)
    if region is not None and not is_first_step(statement, target, region, is_step):
        return None
    return target, loops


def carrying_loops(
    context: Context, statement: ast.stmt, target: ast.expr, is_step: IsStep
) -> list[Loop]:
    """The loops through whose passes `target` goes on growing (or shrinking), innermost first.

    `is_step(target, value)` says whether a rebinding in the loop is such a step; any other
    starts afresh. Empty unless the loops may run often.
    """
    carrying: list[Loop] = []
    if _ends_loop(context, statement):
        return []
    for loop in context.hot_loops(statement):
        if isinstance(loop, ast.comprehension) or is_short(context, loop, target, statement):
            return []
        if not _carries(context, loop, target, is_step):
            break
        carrying.append(loop)
    counts = [context.trip_count(loop) for loop in carrying]
    return carrying if any(count is None or count > TINY for count in counts) else []


def is_helper_step(
    context: Context, statement: ast.stmt, target: ast.expr, is_step: IsStep
) -> bool:
    """Whether a step outside of a loop is in a function that calls itself or that a loop calls.

    Only for an attribute of `self` that nothing but constructors and steps sets.
    """
    function = context.function(statement)
    if function is None or not isinstance(target, ast.Attribute) or context.loops(statement):
        return False
    if context.types.self_class(target) is None or _ends_loop(context, statement):
        return False
    for store in _stores_of(context, target.attr):
        place = context.function(store)
        parts = rebinding(context.statement(store))
        if place is not None and place.name in ("__init__", "__new__", "__post_init__"):
            continue
        if parts is None or not same(parts[0], target) or not is_step(*parts):
            return False
    calls = context.calls
    return calls.is_recursive(function) or calls.called_in_loop(function) is not None


def is_first_step(statement: ast.stmt, target: ast.expr, loop: ast.AST, is_step: IsStep) -> bool:
    """Whether no earlier statement of the loop is such a step, so that one finding says it all."""
    for node in walk(loop):
        value = new_value(node, target)
        if value is not None and is_step(target, value):
            return node is statement
    return True


def reads(target: ast.expr, region: ast.AST) -> list[ast.expr]:
    """Every read in `region` of the variable, attribute or item, in nested functions too."""
    found: list[ast.expr] = []
    for node in walk(region):
        if isinstance(node, ast.expr) and same(node, target):
            if isinstance(getattr(node, "ctx", None), ast.Load):
                found.append(node)
    return found


def is_kept(context: Context, target: ast.expr, region: ast.AST, is_step: IsStep) -> bool:
    """Whether a pass may hand the whole object on: to a call, a container, a name, a caller."""
    for read in reads(target, region):
        parts = rebinding(context.statement(read))
        is_own = parts is not None and same(parts[0], target) and is_step(*parts)
        if not is_own and _is_handed_on(context, read):
            return True
    return False


def is_own(context: Context, name: ast.Name, loop: Loop) -> bool:
    """Whether the container was made here, nothing else holds it, and the loop is not over it."""
    if len(context.aliases(name)) > 1 or isinstance(loop, ast.comprehension):
        return False
    header = loop.test if isinstance(loop, ast.While) else loop.iter
    if not isinstance(loop, ast.While) and any(same(node, name) for node in walk(header)):
        return False
    starts = [b for b in context.bindings(name) if not context.inside(b.node, loop)]
    return bool(starts) and all(
        b.kind is Kind.AUGMENTED
        or (b.kind is Kind.ASSIGN and b.value is not None and _is_new(context, b.value))
        for b in starts
    )


def _is_new(context: Context, value: ast.expr) -> bool:
    displays = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.BinOp)
    if isinstance(value, ast.Call):
        return context.resolve(value.func) in ("list", "dict", "set", "sorted")
    return isinstance(value, displays)


def _is_handed_on(context: Context, read: ast.expr) -> bool:
    parent = context.parent(read)
    match parent:
        case ast.Call(func=func) if read is not func:
            return not context.purity.only_reads(parent)
        case ast.keyword() | ast.Starred() | ast.Yield() | ast.YieldFrom() | ast.FormattedValue():
            return True
        case ast.Assign() | ast.AnnAssign() | ast.NamedExpr() | ast.BinOp() | ast.IfExp():
            return True
        case ast.List() | ast.Tuple() | ast.Set() | ast.Dict() | ast.AugAssign() | ast.Await():
            return True
        case ast.BoolOp():
            return _is_handed_on(context, parent)
        case ast.Attribute(attr="copy"):
            return True
    return False


def _ends_loop(context: Context, statement: ast.stmt) -> bool:
    """Whether the loop (or function) is surely left after the statement."""
    current = statement
    while True:
        if isinstance(context.block(current)[-1], ast.Return | ast.Break | ast.Raise):
            return current is not context.block(current)[-1] and bool(context.loops(statement))
        parent = context.parent(current)
        loops_and_scopes = (ast.For, ast.While, ast.AsyncFor, *FUNCTIONS, ast.ClassDef)
        if not isinstance(parent, ast.stmt) or isinstance(parent, loops_and_scopes):
            return False
        current = parent


def _carries(context: Context, loop: Loop, target: ast.expr, is_step: IsStep) -> bool:
    """Whether every rebinding of `target` in the loop is a step."""
    for store in _stores_in(context, target, loop):
        value = new_value(context.statement(store), target)
        if value is None or not is_step(target, value):
            return False
    if isinstance(target, ast.Name):
        return True
    return _is_same_place(context, loop, target) and not _is_reset_by_call(context, loop, target)


def _stores_in(context: Context, target: ast.expr, loop: Loop) -> Iterator[ast.AST]:
    if isinstance(target, ast.Name):
        for binding in context.bindings(target):
            if context.inside(binding.node, loop):
                yield binding.node
        return
    for node in walk(loop):
        if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            if isinstance(target, ast.Attribute):
                if isinstance(node, ast.Attribute) and node.attr == target.attr:
                    yield node
            elif isinstance(target, ast.Subscript) and isinstance(node, ast.Subscript):
                if same(node.value, target.value):
                    yield node


def _is_same_place(context: Context, loop: Loop, target: ast.expr) -> bool:
    """Whether `target` (`a.b`, `a[b]`) is the same place in every pass."""
    for node in walk(target):
        if node is target or isinstance(node, ast.Constant | ast.expr_context):
            continue
        if isinstance(node, ast.Name):
            if any(context.inside(b.node, loop) for b in context.bindings(node)):
                return False
        elif isinstance(node, ast.Attribute):
            if any(
                isinstance(other, ast.Attribute)
                and other.attr == node.attr
                and not isinstance(other.ctx, ast.Load)
                for other in walk(loop)
            ):
                return False
        else:
            return False
    return True


def _is_reset_by_call(context: Context, loop: Loop, target: ast.expr) -> bool:
    """Whether the loop calls a function of this file that sets the attribute."""
    if not isinstance(target, ast.Attribute):
        return False
    setters = {context.function(store) for store in _stores_of(context, target.attr)}
    pending = [context.callee(node) for node in walk(loop) if isinstance(node, ast.Call)]
    seen: set[ast.AST] = set()
    while pending:
        function = pending.pop()
        if function is None or function in seen:
            continue
        if function in setters:
            return True
        seen.add(function)
        pending.extend(context.calls.callees(function))
    return False


def _stores_of(context: Context, attr: str) -> list[ast.Attribute]:
    return [
        node
        for node in context.index.get(ast.Attribute, ())
        if isinstance(node, ast.Attribute)
        and node.attr == attr
        and not isinstance(node.ctx, ast.Load)
    ]
