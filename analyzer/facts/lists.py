"""Lists in loops: whether one may be long, and which loop goes on with the same list."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from effilint.analyzer.facts.accumulators import carrying_loops
from effilint.analyzer.facts.loops import TINY, Loop, Loops
from effilint.analyzer.facts.rebinding import is_concatenation
from effilint.analyzer.facts.scopes import Binding, Kind
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_MAX_DEPTH = 5
_SHORT_BY_NATURE = ("sys.argv", "sys.path", "sys.meta_path", "sys.path_hooks")
_GROWING = ("append", "extend", "insert", "appendleft", "extendleft")


def may_be_long(context: Context, node: ast.expr, depth: int = _MAX_DEPTH) -> bool:
    """Whether there is evidence that a list (or tuple, deque) is not limited to a few items."""
    if depth == 0:
        return False
    match node:
        case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
            starred = (e.value for e in elts if isinstance(e, ast.Starred))
            return len(elts) > TINY or any(may_be_long(context, e, depth - 1) for e in starred)
        case ast.Name():
            return _variable_may_be_long(context, node, depth)
        case ast.Attribute():
            return _attribute_may_be_long(context, node, depth)
        case ast.Call():
            return _call_may_be_long(context, node, depth)
        case ast.ListComp(generators=[ast.comprehension(iter=ast.Name() as source), *_]):
            kind = context.type_of(source)
            return not kind.is_sequence or may_be_long(context, source, depth - 1)
        case ast.ListComp(generators=generators) | ast.SetComp(generators=generators):
            return any((context.trip_count(loop) or TINY + 1) > TINY for loop in generators)
        case ast.BinOp(left=left, right=right):
            return may_be_long(context, left, depth - 1) or may_be_long(context, right, depth - 1)
        case ast.IfExp(body=left, orelse=right):
            return may_be_long(context, left, depth - 1) or may_be_long(context, right, depth - 1)
        case ast.BoolOp(values=values):
            return any(may_be_long(context, value, depth - 1) for value in values)
        case ast.Subscript(value=value, slice=ast.Slice(upper=upper)):
            return not isinstance(upper, ast.Constant) and may_be_long(context, value, depth - 1)
    return False


def _variable_may_be_long(context: Context, name: ast.Name, depth: int) -> bool:
    symbol = context.symbol(name)
    if symbol is None:
        return False
    return any(_binding_may_be_long(context, b, depth) for b in symbol.bindings) or any(
        _grows(context, use, depth) for use in context.scopes.loads(symbol)
    )


def _binding_may_be_long(context: Context, binding: Binding, depth: int) -> bool:
    if binding.kind is Kind.ARGUMENT:
        owner = context.parent(binding.node)
        # A tuple is given as somebody wrote it down.
        return not (
            isinstance(owner, ast.arguments)
            and (owner.vararg is binding.node or _is_tuple(context, binding.node))
        )
    if binding.value is None or binding.kind not in (Kind.ASSIGN, Kind.AUGMENTED):
        return False
    return may_be_long(context, binding.value, depth - 1)


def _is_tuple(context: Context, argument: ast.AST) -> bool:
    uses = context.uses(argument)
    return bool(uses) and context.type_of(uses[0]).name == "tuple"


def _grows(context: Context, use: ast.expr, depth: int) -> bool:
    """Whether the code around a read of a list adds to it again and again, or adds much."""
    method = context.parent(use)
    if not isinstance(method, ast.Attribute) or method.attr not in _GROWING:
        return False
    call = context.parent(method)
    if not isinstance(call, ast.Call) or not call.args:
        return False
    if context.hot_loops(call):
        return True
    return method.attr == "extend" and may_be_long(context, call.args[0], depth - 1)


def _attribute_may_be_long(context: Context, node: ast.Attribute, depth: int) -> bool:
    if context.resolve(node) in _SHORT_BY_NATURE:
        return False
    for other in context.index.get(ast.Attribute, ()):
        assert isinstance(other, ast.Attribute)
        if other.attr != node.attr:
            continue
        parent = context.parent(other)
        if isinstance(other.ctx, ast.Load):
            if _grows(context, other, depth) or _is_growing_method(context, other):
                return True
        elif isinstance(parent, ast.Assign | ast.AugAssign | ast.AnnAssign):
            if parent.value is not None and may_be_long(context, parent.value, depth - 1):
                return True
    return False


def _is_growing_method(context: Context, use: ast.expr) -> bool:
    """Whether a method other than the constructor adds to the attribute."""
    method = context.parent(use)
    if not isinstance(method, ast.Attribute) or method.attr not in _GROWING:
        return False
    function = context.function(use)
    return function is not None and function.name not in ("__init__", "__new__", "setUp")


def _call_may_be_long(context: Context, call: ast.Call, depth: int) -> bool:
    if isinstance(call.func, ast.Attribute) and call.func.attr in ("split", "rsplit"):
        # A line's fields are few; its words may be many.
        return not call.args and not isinstance(call.func.value, ast.Constant)
    if isinstance(call.func, ast.Attribute) and call.func.attr == "copy":
        return may_be_long(context, call.func.value, depth - 1)
    function = context.callee(call)
    if function is not None:
        returned = context.calls.outcome(function).returned
        return any(may_be_long(context, value, depth - 1) for value in returned)
    if context.resolve(call.func) in ("list", "tuple", "sorted", "collections.deque"):
        if not call.args or (Loops(context).length(call.args[0]) or TINY + 1) <= TINY:
            return False
        kind = context.type_of(call.args[0])
        is_named = isinstance(call.args[0], ast.Name | ast.Attribute)
        if is_named and kind.name in ("list", "tuple"):
            return may_be_long(context, call.args[0], depth - 1)
        return True
    return context.type_of(call).name == "list"


def hot_unchanged_loop(context: Context, node: ast.AST, container: ast.expr) -> Loop | None:
    """The outermost loop around `node` that leaves `container` alone and runs often."""
    passes: int | None = 1
    found: Loop | None = None
    for loop in context.hot_loops(node):
        region = region_of(context, loop)
        if not context.is_invariant(container, region):
            break
        if isinstance(region, ast.GeneratorExp):
            # Whoever goes through it may change the container meanwhile.
            if context.mutations(container, context.statement(region)):
                break
        count = context.trip_count(loop)
        passes = None if count is None or passes is None else passes * count
        if passes is None or passes > TINY:
            found = loop
    return found


def region_of(context: Context, loop: Loop) -> ast.AST:
    """The loop itself, or the comprehension that a `for` clause belongs to."""
    return context.parents[loop] if isinstance(loop, ast.comprehension) else loop


def outlives_passes(context: Context, statement: ast.stmt, container: ast.expr) -> bool:
    """Whether a loop that may run often keeps the same list from pass to pass."""
    return bool(carrying_loops(context, statement, container, is_concatenation))


def may_end_early(context: Context, loop: ast.For | ast.While) -> bool:
    """Whether the loop may end before it has seen all items."""
    for node in walk(loop):
        if isinstance(node, ast.Return):
            return True
        if isinstance(node, ast.Break):
            around = (o for o in context.ancestors(node) if isinstance(o, ast.For | ast.While))
            if next(around, None) is loop:
                return True
    return False


def drains_few(context: Context, loop: Loop) -> bool:
    """Whether a `while` loop empties a list that is short, or climbs up a path.

    Also whether a `for` loop counts through the fields of a text.
    """
    if not isinstance(loop, ast.While):
        fields = [n for n in walk(loop.iter) if isinstance(n, ast.Name) and _is_split(context, n)]
        return bool(fields) and not any(may_be_long(context, name) for name in fields)
    for node in walk(loop):
        match node:
            case ast.Assign(value=ast.Call(func=ast.Attribute(attr="dirname" | "split"))):
                return True
    sources = [node for node in walk(loop.test) if isinstance(node, ast.Name)]
    lists = [n for n in sources if context.type_of(n).name == "list" or _is_split(context, n)]
    return bool(lists) and not any(may_be_long(context, name) for name in lists)


def _is_split(context: Context, name: ast.Name) -> bool:
    match context.sole_value(name):
        case ast.Call(func=ast.Attribute(attr="split" | "rsplit")):
            return True
    return False


def is_first(node: ast.AST, region: ast.AST, is_like: Callable[[ast.AST], bool]) -> bool:
    """Whether nothing like `node` stands further up in `region`."""
    own = _position(node)
    return not any(_position(other) < own and is_like(other) for other in walk(region))


def _position(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
