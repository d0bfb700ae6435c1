"""Whether all permutations of something are made only to look for one of them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.patterns import is_name, names_in

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_WRAPPERS = ("list", "tuple", "set", "map")


def is_only_compared(source: ast.expr, context: Context) -> bool:
    """Whether the permutations only serve to be compared."""
    child: ast.expr = source
    parent = context.parent(child)
    while isinstance(parent, ast.Call) and child in parent.args:
        if context.resolve(parent.func) not in _WRAPPERS:
            return False
        child, parent = parent, context.parent(parent)
    match parent:
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[container]):
            return container is child
        case ast.For(target=ast.Name() as target, iter=iterable) if iterable is child:
            return _is_searched(parent, target, context)
        case ast.comprehension(target=ast.Name() as target):
            return _is_searched_in(parent, target, context)
        case ast.Assign(targets=[ast.Name() as name]):
            return _is_variable_compared(name, context)
    return False


def _is_searched_in(loop: ast.comprehension, target: ast.Name, context: Context) -> bool:
    holder = context.parent(loop)
    if not isinstance(holder, ast.GeneratorExp | ast.ListComp | ast.SetComp):
        return False
    if len(holder.generators) > 1:
        return False
    call = context.parent(holder)
    if isinstance(call, ast.Call) and context.resolve(call.func) in ("any", "all"):
        return any(_compares(test, target, loop, context) for test in (holder.elt, *loop.ifs))
    return _is_form_of(holder.elt, target, context) and is_only_compared(holder, context)


def _is_searched(loop: ast.For, target: ast.Name, context: Context) -> bool:
    """Whether the loop only asks each permutation whether it is the one."""
    statements = [s for s in loop.body if not isinstance(s, ast.Assign)]
    names = {target.id}
    for statement in loop.body:
        match statement:
            case ast.Assign(targets=[ast.Name() as name], value=value):
                if not _is_form_of(value, target, context):
                    return False
                names.add(name.id)
                target = name
    match statements:
        case [ast.If(test=test, body=body, orelse=[])]:
            used = {name for s in body for name in names_in(s)}
            return not used & names and _compares(test, target, loop, context)
    return False


def _is_variable_compared(name: ast.Name, context: Context) -> bool:
    """Whether every use of the variable that holds the permutations compares them."""
    uses = context.uses(name)
    return (
        bool(uses)
        and len(context.bindings(name)) == 1
        and all(is_only_compared(use, context) for use in uses)
    )


def _compares(test: ast.expr, target: ast.Name, loop: ast.AST, context: Context) -> bool:
    match test:
        case ast.Compare(left=one, ops=[ast.Eq() | ast.NotEq() | ast.In()], comparators=[other]):
            for form, given in ((one, other), (other, one)):
                if _is_form_of(form, target, context) and context.is_invariant(given, loop):
                    return True
    return False


def _is_form_of(node: ast.expr, target: ast.Name, context: Context) -> bool:
    """Whether it is the permutation, or all of it as a list, tuple, text or number."""
    match node:
        case ast.Name():
            return is_name(node, target.id)
        case ast.Call(func=ast.Attribute(attr="join"), args=[inner]):
            return _is_form_of(inner, target, context)
        case ast.Call(func=ast.Name("list" | "tuple" | "int" | "str"), args=[inner]):
            return _is_form_of(inner, target, context)
        case ast.Call(func=ast.Name("map"), args=[_, inner]):
            return _is_form_of(inner, target, context)
    return False
