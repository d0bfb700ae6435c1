"""Lists that are only added to and searched."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.lattice import Type
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.facts.scopes import Symbol
from effilint.analyzer.patterns import (
    always_leaves,
    append_call,
    is_constant,
    last_name,
    names_in,
    walk_block,
)
from effilint.analyzer.tree import same, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_CHANGING = frozenset(("append", "extend", "insert", "add", "update", "setdefault"))


def is_unhashable(context: Context, item: ast.expr) -> bool:
    """Whether there is evidence that a value is a list, set or dict."""
    if _has_mutable(context.type_of(item)):
        return True
    if not isinstance(item, ast.Name):
        return False
    for use in context.uses(item):
        parent = context.parent(use)
        if isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store):
            if parent.value is use:
                return True
        if isinstance(parent, ast.Attribute) and parent.attr in _CHANGING:
            return True
        if isinstance(parent, ast.Subscript) and parent.value is use and _is_text(parent.slice):
            return True  # a dict
    return False


def may_lack_hash(context: Context, item: ast.expr) -> bool:
    """Whether there is a hint that a value of which nothing is known has no hash.

    The file has a class with `__eq__` and without `__hash__`; or it is a tuple with `params` or
    the like in it, which is a list as likely as not.
    """
    if context.type_of(item).is_hashable:
        return False
    value = context.sole_value(item) if isinstance(item, ast.Name) else None
    item = value if isinstance(value, ast.Tuple) else item
    if isinstance(item, ast.Tuple):
        parts = [part for part in item.elts if not context.type_of(part).is_known]
        return any((last_name(part) or "").endswith("s") for part in parts)
    if context.type_of(item).is_known:
        return False
    classes = context.index.get(ast.ClassDef, ())
    return any(isinstance(c, ast.ClassDef) and _lacks_hash(c) for c in classes)


def _lacks_hash(made: ast.ClassDef) -> bool:
    names = {s.name for s in made.body if isinstance(s, ast.FunctionDef)}
    for statement in made.body:
        match statement:
            case ast.Assign(value=value) if not is_constant(value, None):
                names |= names_in(statement)
    return "__eq__" in names and "__hash__" not in names


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _has_mutable(kind: Type) -> bool:
    """Whether it is a mutable type, or a tuple with such a thing in it."""
    if kind.name != "tuple":
        return kind.is_mutable
    parts = kind.items if kind.items is not None else (kind.element,)
    return any(part is not None and _has_mutable(part) for part in parts)


def holds_unhashable(context: Context, container: ast.expr) -> bool:
    """Whether there is evidence that the items of a list are lists, sets or dicts."""
    element = context.type_of(container).element
    if element is not None and _has_mutable(element):
        return True
    if _may_hold_sums(context, container):
        return True
    for use in context.uses(container) if isinstance(container, ast.Name) else ():
        call = statement_call(context, use, "append")
        if call is not None and is_unhashable(context, call.args[0]):
            return True
    return False


def _may_hold_sums(context: Context, value: ast.expr | None, depth: int = 4) -> bool:
    """Whether the items are made by `a + b` of who knows what: of lists as likely as of texts."""
    match value:
        case ast.ListComp(elt=ast.BinOp(left=left, op=ast.Add(), right=right)):
            return not any(context.type_of(side).is_hashable for side in (left, right))
        case ast.Name() if depth:
            values = (binding.value for binding in context.bindings(value))
            return any(_may_hold_sums(context, v, depth - 1) for v in values)
        case ast.Call() if depth and (function := context.callee(value)) is not None:
            returned = context.calls.outcome(function).returned
            return any(_may_hold_sums(context, v, depth - 1) for v in returned)
    return False


def holds_records(context: Context, container: ast.expr) -> bool:
    """Whether what is added to a list are objects whose fields are read.

    Their class says if they have a hash: one with `__eq__` and without `__hash__` has none.
    """
    for use in context.uses(container) if isinstance(container, ast.Name) else ():
        call = statement_call(context, use, "append")
        if call is not None and is_record(context, call.args[0]):
            return True
    return False


def is_record(context: Context, item: ast.expr) -> bool:
    """Whether fields of the object are read or set, not just methods called."""
    if not isinstance(item, ast.Name):
        return False
    for use in context.uses(item):
        parent = context.parent(use)
        if isinstance(parent, ast.Attribute) and parent.value is use:
            call = context.parent(parent)
            if not (isinstance(call, ast.Call) and call.func is parent):
                return True
    return False


def is_counted_out(context: Context, test: ast.expr, container: ast.expr) -> bool:
    """Whether a condition around the test says that the container has so and so many items."""
    for outer in context.ancestors(test):
        conditions: list[ast.expr] = []
        if isinstance(outer, ast.BoolOp) and isinstance(outer.op, ast.And):
            conditions = outer.values
        elif isinstance(outer, ast.If | ast.IfExp):
            conditions = [outer.test]
        elif isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return False
        for condition in conditions:
            match condition:
                case ast.Compare(
                    left=ast.Call(func=ast.Name("len"), args=[counted]),
                    ops=[ast.Eq() | ast.Lt() | ast.LtE()],
                    comparators=[ast.Constant(value=int(most))],
                ) if same(counted, container) and most <= TINY:
                    return True
    return False


def is_fallback(context: Context, test: ast.AST) -> bool:
    """Whether the function has another way for what can be hashed, so that this is for the rest.

    It catches a TypeError, or asks whether something is `Hashable`.
    """
    function = context.function(test)
    if function is None:
        return False
    for node in walk_block(function.body):
        match node:
            case ast.ExceptHandler(type=ast.expr() as caught):
                if any(isinstance(n, ast.Name) and n.id == "TypeError" for n in walk(caught)):
                    return True
            case ast.Name(id="Hashable") | ast.Attribute(attr="Hashable" | "__hash__"):
                return True
    return False


def is_tested(context: Context, use: ast.expr) -> bool:
    """Whether a read is `... in use`."""
    parent = context.parent(use)
    return (
        isinstance(parent, ast.Compare)
        and isinstance(parent.ops[-1], ast.In | ast.NotIn)
        and parent.comparators[-1] is use
    )


def is_truth_test(context: Context, use: ast.expr) -> bool:
    """Whether only the emptiness of what is read matters."""
    parent = context.parent(use)
    while isinstance(parent, ast.BoolOp):
        use, parent = parent, context.parent(parent)
    if isinstance(parent, ast.UnaryOp):
        return isinstance(parent.op, ast.Not)
    return isinstance(parent, ast.If | ast.While | ast.IfExp) and parent.test is use


def added_again(context: Context, test: ast.Compare) -> ast.stmt | None:
    """The `xs.append(x)` that is reached where `x in xs` is false, in the same loop or function."""
    item, container = test.left, test.comparators[0]
    loops = context.loops(test)
    region: ast.AST | None = loops[0] if loops else context.function(test)
    if region is None or isinstance(region, ast.comprehension):
        return None
    for node in walk(region):
        parts = append_call(node)
        if parts is not None and same(parts[0], container) and same(parts[1], item):
            assert isinstance(node, ast.stmt)
            return node if _is_guarded(context, test, node) else None
    return None


def _is_guarded(context: Context, test: ast.Compare, added: ast.stmt) -> bool:
    choice = context.statement(test)
    if not isinstance(choice, ast.If):
        return True
    in_body = any(context.inside(added, statement) for statement in choice.body)
    if isinstance(test.ops[0], ast.NotIn):
        return in_body
    in_else = any(context.inside(added, statement) for statement in choice.orelse)
    return in_else or always_leaves(choice.body)


def statement_call(context: Context, use: ast.expr, *methods: str) -> ast.Call | None:
    """The call, if a read is the receiver of one of these methods and the result is dropped."""
    attribute = context.parent(use)
    if not isinstance(attribute, ast.Attribute) or attribute.attr not in methods:
        return None
    call = context.parent(attribute)
    if not isinstance(call, ast.Call) or not isinstance(context.parent(call), ast.Expr):
        return None
    is_plain = len(call.args) == 1 and not isinstance(call.args[0], ast.Starred)
    return call if call.func is attribute and is_plain and not call.keywords else None


def is_only_searched(context: Context, symbol: Symbol) -> bool:
    """Whether the program only adds to the list, looks for items in it, and asks if it is empty."""
    return all(
        is_tested(context, use)
        or is_truth_test(context, use)
        or statement_call(context, use, "append", "extend")
        for use in context.scopes.loads(symbol)
    )
