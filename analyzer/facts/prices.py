"""What one evaluation of an expression costs, apart from its parts: time and space."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from effilint.analyzer.facts.growth import ONE, Growth
from effilint.analyzer.facts.sizes import Sizes

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_READ_ALL = frozenset("min max sum any all math.prod statistics.mean".split())
_COPY_ALL = frozenset(
    "list tuple set frozenset dict collections.deque collections.Counter collections.OrderedDict "
    "copy.copy copy.deepcopy str.join bytes bytearray json.dumps json.loads".split()
)
_LOGARITHMIC = frozenset(
    "heapq.heappush heapq.heappop heapq.heappushpop heapq.heapreplace bisect.bisect "
    "bisect.bisect_left bisect.bisect_right".split()
)
_TEXT_AT = {  # which argument they go through
    "functools.reduce": 1, "re.sub": 2, "re.subn": 2, "re.findall": 1, "re.split": 1,
    "re.search": 1, "re.match": 1, "re.fullmatch": 1, "re.finditer": 1,
}  # fmt: skip
_SEARCHING_METHODS = frozenset("index count remove find rfind insert reverse isdisjoint".split())
_SEARCHING_ALWAYS = frozenset("index count rfind insert".split())  # who has these has an order
_REPEATED = re.compile(r"\\[1-9]|\(\?P=|[+*}]\)[+*{]")  # what makes a search go back and forth
_COPYING_METHODS = frozenset(
    "copy join extend update union intersection difference symmetric_difference decode read "
    "readlines format".split()
)
_OF_TEXT = frozenset(  # no other type has these
    "split rsplit splitlines replace strip lstrip rstrip lower upper translate encode title".split()
)


def price(node: ast.expr, context: Context, sizes: Sizes) -> tuple[Growth, Growth]:
    """Time and extra space of evaluating `node` once, its operands being there already."""
    match node:
        case ast.Call():
            return _call(node, context, sizes)
        case ast.Compare(ops=ops, comparators=comparators):
            time = ONE
            for operator, operand in zip(ops, comparators, strict=True):
                if isinstance(operator, ast.In | ast.NotIn):
                    time += _search(operand, context, sizes)
            return time, ONE
        case ast.Subscript(slice=ast.Slice()) if isinstance(node.ctx, ast.Load):
            return _whole(node, sizes)
        case ast.BinOp(op=ast.Add() | ast.Mult()):
            if context.type_of(node).is_sequence:
                return _whole(node, sizes)
        case ast.BinOp(op=ast.BitOr() | ast.BitAnd() | ast.BitXor() | ast.Sub()):
            kind = context.type_of(node)
            if kind.is_set or kind.is_mapping:
                return _whole(node, sizes)
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            if any(isinstance(item, ast.Starred) for item in items):
                return _whole(node, sizes)
        case ast.Dict(keys=keys) if None in keys:
            return _whole(node, sizes)
        case ast.JoinedStr():
            return _whole(node, sizes)
    return ONE, ONE


def _whole(made: ast.expr, sizes: Sizes) -> tuple[Growth, Growth]:
    size = sizes.of(made)
    return size, size


def _search(container: ast.expr, context: Context, sizes: Sizes) -> Growth:
    kind = context.type_of(container)
    # An upper bound: what may be a list counts as one.
    return (
        ONE if kind.is_hashed or kind.name in ("dict_keys", "dict_items") else sizes.of(container)
    )


def _call(call: ast.Call, context: Context, sizes: Sizes) -> tuple[Growth, Growth]:
    name = context.resolve(call.func)
    size = sizes.of(call.args[0]) if call.args else ONE
    if (place := _TEXT_AT.get(name or "")) is not None:
        size = sizes.of(call.args[place]) if place < len(call.args) else ONE
        time = size * size if call.args and _goes_back(call.args[0]) else size
        return time, ONE if name == "functools.reduce" else size
    if name == "sorted":
        return size * size.log(), size
    if name in ("min", "max") and len(call.args) > 1:
        return ONE, ONE
    if name in _READ_ALL:
        return size, ONE
    if name in _COPY_ALL:
        return size, size
    if name in _LOGARITHMIC:
        return size.log(), ONE
    if name == "heapq.heapify":
        return size, ONE
    if name is None and isinstance(call.func, ast.Attribute):
        return _method(call.func, call, context, sizes)
    return ONE, ONE


def _goes_back(pattern: ast.expr) -> bool:
    """Whether a search for a pattern tries again and again: groups repeated within groups."""
    match pattern:
        case ast.Constant(value=str(text)):
            return _REPEATED.search(text) is not None
    return False


def _method(
    method: ast.Attribute, call: ast.Call, context: Context, sizes: Sizes
) -> tuple[Growth, Growth]:
    kind = context.type_of(method.value)
    size = sizes.of(method.value)
    attr = method.attr
    if attr == "sort":
        return size * size.log(), size
    if attr == "pop" and kind.name == "list" and call.args:
        is_last = isinstance(call.args[0], ast.UnaryOp)
        return (ONE if is_last else size), ONE
    if attr in ("append", "add", "appendleft"):
        return ONE, ONE
    is_ordered = attr in _SEARCHING_ALWAYS and call.args and attr not in context.circles.methods
    if attr in _SEARCHING_METHODS and not kind.is_hashed and (kind.is_known or is_ordered):
        return size, ONE
    if attr == "replace" and len(call.args) < 2:
        return ONE, ONE  # of a date or a path
    if attr in _OF_TEXT or (attr in _COPYING_METHODS and kind.is_known):
        given = sizes.of(call.args[0]) if call.args else ONE
        if attr in ("extend", "update"):
            return given, given
        return size + given, size + given
    return ONE, ONE
