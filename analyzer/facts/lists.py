"""Lists in their role as a collection: whether one may be long, and whether it could be a set."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.accumulators import carrying_loops, is_concatenation
from effilint.analyzer.facts.loops import TINY, Loop, Loops
from effilint.analyzer.facts.scopes import Binding, Kind, Symbol
from effilint.analyzer.model import Edit
from effilint.analyzer.patterns import append_call
from effilint.analyzer.rewrite import replacement
from effilint.analyzer.tree import same, walk

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
        return not (isinstance(owner, ast.arguments) and owner.vararg is binding.node)
    if binding.value is None or binding.kind not in (Kind.ASSIGN, Kind.AUGMENTED):
        return False
    return may_be_long(context, binding.value, depth - 1)


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
        region = _region(context, loop)
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


def _region(context: Context, loop: Loop) -> ast.AST:
    return context.parents[loop] if isinstance(loop, ast.comprehension) else loop


def holds_unhashable(context: Context, container: ast.expr) -> bool:
    """Whether there is evidence that the items of a list are lists, sets or dicts."""
    element = context.type_of(container).element
    if element is not None and element.is_mutable:
        return True
    for use in context.uses(container) if isinstance(container, ast.Name) else ():
        call = statement_call(context, use, "append")
        if call is not None and context.type_of(call.args[0]).is_mutable:
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
    """The `xs.append(x)` that goes with a test `x in xs`, in the same loop or function."""
    item, container = test.left, test.comparators[0]
    loops = context.loops(test)
    region: ast.AST | None = loops[0] if loops else context.function(test)
    if region is None or isinstance(region, ast.comprehension):
        return None
    for node in walk(region):
        parts = append_call(node)
        if parts is not None and same(parts[0], container) and same(parts[1], item):
            assert isinstance(node, ast.stmt)
            return node
    return None


def outlives_passes(context: Context, statement: ast.stmt, container: ast.expr) -> bool:
    """Whether a loop that may run often keeps the same list from pass to pass."""
    return bool(carrying_loops(context, statement, container, is_concatenation))


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


def is_local(symbol: Symbol) -> bool:
    """Whether the variable is a function's own, and every binding a plain `name = value`."""
    return symbol.scope.is_function and all(
        binding.kind is Kind.ASSIGN and binding.value is not None for binding in symbol.bindings
    )


def assigned_values(context: Context, symbol: Symbol) -> list[ast.expr] | None:
    """What is assigned to the variable, if each binding is a statement `name = value`."""
    values: list[ast.expr] = []
    for binding in symbol.bindings:
        statement = context.parent(binding.node)
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return None
        values.append(statement.value)
    return values if is_local(symbol) else None


def is_only_searched(context: Context, symbol: Symbol) -> bool:
    """Whether the program only adds to the list, looks for items in it, and asks if it is empty."""
    return all(
        is_tested(context, use)
        or is_truth_test(context, use)
        or statement_call(context, use, "append", "extend")
        for use in context.scopes.loads(symbol)
    )


def as_set(context: Context, name: ast.expr) -> list[Edit]:
    """Return the edits that make a local list a set; none if it is used in any other way."""
    symbol = context.symbol(name)
    values = assigned_values(context, symbol) if symbol else None
    if symbol is None or values is None or not is_only_searched(context, symbol):
        return []
    edits = []
    for value in values:
        text = _set_text(context, value)
        if text is None:
            return []
        edits.append(Edit(value, replacement(text)))
    for use in context.scopes.loads(symbol):
        call = statement_call(context, use, "append", "extend")
        if call is not None:
            assert isinstance(call.func, ast.Attribute)
            method = "add" if call.func.attr == "append" else "update"
            edits.append(Edit(call.func, replacement(f"{symbol.name}.{method}")))
    return edits


def _set_text(context: Context, value: ast.expr) -> str | None:
    match value:
        case ast.List(elts=[]) | ast.Call(func=ast.Name("list"), args=[]):
            return "set()"
        case ast.List() | ast.ListComp():
            return "{" + context.segment(value)[1:-1] + "}"
        case ast.Call(func=ast.Name("list" | "sorted"), args=[source, *_]):
            return f"set({context.segment(source)})"
        case ast.Call():
            return f"set({context.segment(value)})"
    return None
