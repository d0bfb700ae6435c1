"""Who could tell if a fix evaluates two things in another order, or leaves the first one out."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.errors import is_missed
from effilint.analyzer.facts.purity import PURE_FUNCTIONS
from effilint.analyzer.facts.scopes import FUNCTIONS
from effilint.analyzer.patterns import is_text_call, looks_at_locals
from effilint.analyzer.tree import same, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_WAITING = ast.Await | ast.Yield | ast.YieldFrom
_CALLING = frozenset(["map", "filter", "functools.reduce", "functools.partial"])


def may_swap(one: ast.expr, other: ast.expr, context: Context) -> bool:
    """Whether it does not matter which of two expressions is evaluated first."""
    if isinstance(one, ast.Constant) or isinstance(other, ast.Constant):
        return True
    return context.is_pure(one) and context.is_pure(other)


def may_reach(node: ast.AST, place: ast.expr, context: Context) -> bool:
    """Whether evaluating `node` may run code that reads or sets the variable or attribute `place`.

    What `node` itself reads does not count.
    """
    if looks_at_locals(node) or any(isinstance(part, ast.NamedExpr) for part in walk(node)):
        return True
    return not is_unseen(place, context) and runs_other_code(node, context)


def runs_other_code(node: ast.AST, context: Context) -> bool:
    """Whether functions of the program, or of nobody knows where, may run while `node` does."""
    return any(
        isinstance(part, _WAITING) or (isinstance(part, ast.Call) and not _is_closed(part, context))
        for part in walk(node)
    )


def is_start_needed(place: ast.expr, value: ast.expr, context: Context) -> bool:
    """Whether somebody may see what `place` was set to right before `value` is evaluated.

    If not, the one may be left out and `place` be set to what is made of `value` at once.
    """
    for part in walk(value):
        if same(part, place):
            return True
        if isinstance(part, ast.Attribute) and part.attr == getattr(place, "attr", None):
            return True  # another name for the same object, perhaps
    return may_reach(value, place, context) or is_missed(place, context.statement(value), context)


def is_unseen(place: ast.expr, context: Context) -> bool:
    """Whether no other function can read or set it: a local variable that none of them names."""
    symbol = context.symbol(place) if isinstance(place, ast.Name) else None
    if symbol is None or not symbol.scope.is_function:
        return False
    nodes = [*(binding.node for binding in symbol.bindings), *context.scopes.loads(symbol)]
    return not any(_runs_elsewhere(node, symbol.scope.node, context) for node in nodes)


def _runs_elsewhere(node: ast.AST, home: ast.AST, context: Context) -> bool:
    """Whether a function or generator inside `home` holds the node."""
    for outer in context.ancestors(node):
        if outer is home:
            return False
        if isinstance(outer, (*FUNCTIONS, ast.GeneratorExp)):
            return True
    return False


def _is_closed(call: ast.Call, context: Context) -> bool:
    """Whether the call runs no code of the program: a built-in, or a method of a built-in type."""
    name = context.resolve(call.func)
    called = [keyword.value for keyword in call.keywords if keyword.arg == "key"]
    called += call.args[:1] if name in _CALLING else []
    if not all(context.resolve(function) in PURE_FUNCTIONS for function in called):
        return False
    if context.callee(call) is not None:
        return False
    if isinstance(call.func, ast.Attribute) and context.type_of(call.func.value).is_known:
        return True
    if name is not None and name.startswith("math."):
        return True
    return name in PURE_FUNCTIONS or is_text_call(call)
