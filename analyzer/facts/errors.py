"""Which exceptions a node may raise, and the function around it catch."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from typing import TYPE_CHECKING

from effilint.analyzer.facts.purity import PURE_FUNCTIONS
from effilint.analyzer.facts.scopes import FUNCTIONS
from effilint.analyzer.patterns import is_text_call
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def may_be_caught(node: ast.AST, errors: tuple[type[BaseException], ...], context: Context) -> bool:
    """Whether a `try` or `with` of the same function may catch one of `errors` raised at `node`."""
    child = node
    for outer in context.ancestors(node):
        if isinstance(outer, FUNCTIONS):
            return False
        caught: list[ast.expr | None] = []
        if isinstance(outer, ast.Try | ast.TryStar) and child in outer.body:
            caught += [handler.type for handler in outer.handlers]
        if isinstance(outer, ast.With | ast.AsyncWith):
            for item in outer.items:
                if isinstance(item.context_expr, ast.Call):  # suppress(...), pytest.raises(...)
                    caught += item.context_expr.args
        if any(_may_catch(kind, errors, context) for kind in caught):
            return True
        child = outer
    return False


def is_interrupted(node: ast.AST, context: Context) -> bool:
    """Whether the function may go on after an exception that ended `node` half-way."""
    return any(True for _ in _guarded_blocks(node, context))


def is_missed(place: ast.expr, node: ast.stmt, context: Context) -> bool:
    """Whether `place` may be read after an exception that kept `node` from setting it."""
    for block in _guarded_blocks(node, context):
        if not isinstance(place, ast.Name):
            return True
        for use in context.uses(place):
            if use.lineno < node.lineno or not any(context.inside(use, part) for part in block):
                return True
    return False


def may_stop(node: ast.AST, context: Context) -> bool:
    """Whether a call in the expression may raise `StopIteration`: one of unknown code, or `next`.

    That ends a `map`, and becomes another error in a generator.
    """
    return any(isinstance(part, ast.Call) and not _goes_on(part, context) for part in walk(node))


def _goes_on(call: ast.Call, context: Context) -> bool:
    """Whether the call surely raises no `StopIteration`: a built-in, or a method of a text."""
    if any(keyword.arg == "key" for keyword in call.keywords):
        return False
    if context.callee(call) is not None:
        return False
    if isinstance(call.func, ast.Attribute) and context.type_of(call.func.value).is_known:
        return call.func.attr != "__next__"
    if is_text_call(call):
        return True
    name = context.resolve(call.func) or ""
    if name.startswith("functools."):
        return False
    return name in PURE_FUNCTIONS or name.startswith("math.")


def _guarded_blocks(node: ast.AST, context: Context) -> Iterator[list[ast.stmt]]:
    """Yield the blocks around `node` that an exception leaves without leaving the function."""
    child = node
    for outer in context.ancestors(node):
        if isinstance(outer, FUNCTIONS):
            return
        if isinstance(outer, ast.Try | ast.TryStar):
            if child in outer.body:
                yield outer.body
            elif outer.finalbody and child not in outer.finalbody:
                yield child.body if isinstance(child, ast.ExceptHandler) else outer.orelse
        if isinstance(outer, ast.With | ast.AsyncWith):
            calls = [i.context_expr for i in outer.items if isinstance(i.context_expr, ast.Call)]
            if any(context.resolve(call.func) == "contextlib.suppress" for call in calls):
                yield outer.body
        child = outer


def _may_catch(
    caught: ast.expr | None, errors: tuple[type[BaseException], ...], context: Context
) -> bool:
    if caught is None:
        return True
    for node in walk(caught):
        if isinstance(node, ast.Name):
            kind = getattr(builtins, context.resolve(node) or "", None)
            if isinstance(kind, type) and issubclass(kind, BaseException):
                if any(issubclass(error, kind) for error in errors):
                    return True
            elif node is caught:
                return True  # a tuple of who knows what
    return False
