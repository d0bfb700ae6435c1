"""Whether a value may be None, which `type_of` leaves out of account."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import Binding, Kind
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_DEEPEST = 8
_OPTIONAL = ("typing.Optional", "Optional")


def may_be_none(node: ast.expr, context: Context, depth: int = 0) -> bool:
    """Whether this file shows that the value, or an item in it, may be None.

    By an annotation, a default, an assignment, or the `get` of a mapping.
    """
    if depth > _DEEPEST:
        return False
    inner: list[ast.expr] = []
    match node:
        case ast.Constant(value=None):
            return True
        case ast.IfExp(body=body, orelse=orelse):
            inner = [body, orelse]
        case ast.BoolOp(op=ast.Or(), values=[*_, last]):
            inner = [last]
        case ast.BoolOp(values=inner) | ast.List(elts=inner) | ast.Tuple(elts=inner):
            pass
        case ast.NamedExpr(value=value) | ast.Subscript(value=value):
            inner = [value]
        case ast.Attribute(attr=attr):
            return any(_is_none(store, context) for store in _stores(attr, context))
        case ast.Name():
            return any(_may_bind_none(b, context, depth) for b in context.bindings(node))
        case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[_], keywords=[]):
            return context.type_of(owner).is_mapping
        case ast.Call():
            function = context.callee(node)
            return function is not None and _names_none(function.returns, context)
    return any(may_be_none(part, context, depth + 1) for part in inner)


def _may_bind_none(binding: Binding, context: Context, depth: int) -> bool:
    node = binding.node
    if isinstance(node, ast.arg) and _names_none(node.annotation, context):
        return True
    parent = context.parent(node)
    if isinstance(parent, ast.AnnAssign) and _names_none(parent.annotation, context):
        return True
    if binding.kind in (Kind.FUNCTION, Kind.CLASS, Kind.IMPORT):
        return False
    return binding.value is not None and may_be_none(binding.value, context, depth + 1)


def _stores(attr: str, context: Context) -> list[ast.AST]:
    """The statements that set an attribute of this name, and class variables of this name."""
    found: list[ast.AST] = []
    for node in context.index.get(ast.Attribute, ()):
        if isinstance(node, ast.Attribute) and node.attr == attr:
            if isinstance(node.ctx, ast.Store):
                found.append(context.parents[node])
    for owner in context.index.get(ast.ClassDef, ()):
        for statement in owner.body if isinstance(owner, ast.ClassDef) else ():
            match statement:
                case (
                    ast.Assign(targets=[ast.Name(id=name)])
                    | ast.AnnAssign(target=ast.Name(id=name))
                ) if name == attr:
                    found.append(statement)
    return found


def _is_none(store: ast.AST, context: Context) -> bool:
    match store:
        case ast.AnnAssign(annotation=annotation) if _names_none(annotation, context):
            return True
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return isinstance(value, ast.Constant) and value.value is None
    return False


def _names_none(annotation: ast.expr | None, context: Context) -> bool:
    """Whether the annotation allows None, of the value or of what is in it."""
    for node in walk(annotation) if annotation is not None else ():
        match node:
            case ast.Constant(value=None):
                return True
            case ast.Constant(value=str(text)) if "None" in text or "Optional" in text:
                return True
            case ast.Name() | ast.Attribute() if context.resolve(node) in _OPTIONAL:
                return True
    return False
