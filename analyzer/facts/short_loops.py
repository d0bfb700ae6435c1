"""Loops that run few times, as far as their shape shows."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.rebinding import new_value, sum_operands
from effilint.analyzer.patterns import always_leaves, last_name
from effilint.analyzer.tree import same, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_FEW_PASSES = 100  # with so few pieces a text is built as fast in any way
_SHORT = 256


def is_short(context: Context, loop: Loop, target: ast.expr, statement: ast.stmt) -> bool:
    """Whether the loop runs few times.

    It goes through `*args` or `**kwargs` or the fields of a text, divides a number, pads, or
    climbs to a parent.
    """
    if not isinstance(loop, ast.While):
        return any(
            is_call_sized(context, part) or _is_split(part) for part in walk(loop.iter)
        ) or any(_is_leap(node) for node in walk(loop))
    if is_call_sized(context, target):
        return True
    return _is_padding(loop.test, target, statement) or any(_is_leap(n) for n in walk(loop))


def has_few_passes(context: Context, loops: list[Loop]) -> bool:
    """Whether the loops together are known to run at most a hundred times."""
    passes = 1
    for loop in loops:
        count = context.trip_count(loop)
        if count is None:
            return False
        passes *= count
    return bool(loops) and passes <= _FEW_PASSES


def stays_short(context: Context, loop: Loop, target: ast.expr) -> bool:
    """Whether the loop ends as soon as `target` has a certain small length."""
    if isinstance(loop, ast.comprehension):
        return False
    if isinstance(loop, ast.While):
        if _has_length(context, loop.test, target, ast.Lt, ast.LtE, ast.NotEq):
            return True
    return any(
        isinstance(node, ast.If)
        and _has_length(context, node.test, target, ast.Gt, ast.GtE, ast.Eq)
        and always_leaves(node.body)
        and not isinstance(node.body[-1], ast.Continue)
        for node in loop.body
    )


def _has_length(
    context: Context, test: ast.expr, target: ast.expr, *operators: type[ast.cmpop]
) -> bool:
    match test:
        case ast.Compare(
            left=ast.Call(func=ast.Name("len"), args=[counted]),
            ops=[operator],
            comparators=[most],
        ):
            is_asked = isinstance(operator, operators) and same(counted, target)
            return is_asked and _is_small(context, most)
    return False


def _is_small(context: Context, length: ast.expr) -> bool:
    """Whether it is a small number, or the size of a `struct`, which somebody wrote down."""
    match length:
        case ast.Constant(value=int(most)):
            return most <= _SHORT
        case ast.Attribute(value=ast.Name() | ast.Attribute() as layout, attr="size"):
            made = context.sole_value(layout)
            is_struct = isinstance(made, ast.Call) and context.resolve(made.func) == "struct.Struct"
            return is_struct or "struct" in (last_name(layout) or "").lower()
        case ast.Call(func=function):
            return context.resolve(function) == "struct.calcsize"
        case ast.Name():
            value = context.sole_value(length)
            return value is not None and not same(value, length) and _is_small(context, value)
    return False


def _is_split(node: ast.AST) -> bool:
    """Whether a text is split into fields, which are few, unlike words or lines."""
    match node:
        case ast.Call(func=ast.Attribute(attr="split"), args=[ast.Constant(value=str(by)), *_]):
            return by in (".", "/", ":", ";", "|", "-", "@", "&", "=")
    return False


def is_over_arguments(context: Context, node: ast.AST) -> bool:
    """Whether the innermost loop around `node` goes through options: `kwargs`, `self.kwds`."""
    loops = context.loops(node)
    if not loops or isinstance(loops[0], ast.While):
        return False
    return any(_is_option(part) or is_call_sized(context, part) for part in walk(loops[0].iter))


def is_written_down(context: Context, items: ast.expr) -> bool:
    """Whether somebody wrote the items down one by one, so that they are few.

    Constants of a module, members of an enumeration, options and settings.
    """
    if any(_is_written(node) for node in walk(items)):
        return True
    values = (binding.value for binding in context.bindings(items))
    return any(value is not None and any(map(_is_option, walk(value))) for value in values)


def _is_written(node: ast.AST) -> bool:
    if not isinstance(node, ast.Name | ast.Attribute):
        return False
    name = last_name(node) or ""
    is_constant = name.isupper() and len(name) > 1
    return is_constant or _CLASS.match(name) is not None or _is_option(node)


def _is_option(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.lstrip("_") in _OPTIONS
    return False


# Names of a class made of two words, such as those of an enumeration.
_CLASS = re.compile(r"_?[A-Z][A-Za-z]*[a-z][A-Z]\w*$")
_OPTIONS = frozenset(
    "args kwargs kwds kw options opts params config cfg settings argv parsed_args".split()
)


def is_counted(loop: Loop) -> bool:
    """Whether the loop goes through something item by item, so that it may run often."""
    if not isinstance(loop, ast.While):
        return True
    for node in walk(loop):
        match node:
            case ast.AugAssign(
                target=ast.Name(), op=ast.Add() | ast.Sub(), value=ast.Constant(value=1)
            ):
                return True
            case ast.Assign(targets=[target], value=ast.Attribute(value=value, attr="next")):
                if same(target, value):
                    return True
    return False


def is_call_sized(context: Context, name: ast.AST) -> bool:
    """Whether the name stands for `*args` or `**kwargs`: as long as somebody wrote it."""
    if not isinstance(name, ast.Name):
        return False
    for symbol in context.aliases(name):
        for binding in symbol.bindings:
            owner = context.parent(binding.node)
            if isinstance(owner, ast.arguments) and binding.node in (owner.vararg, owner.kwarg):
                return True
    return False


def _is_padding(test: ast.expr, target: ast.expr, statement: ast.stmt) -> bool:
    """Whether the loop adds a constant until the length, or anything until the text, will do."""
    if not any(same(node, target) for node in walk(test)):
        return False
    value = new_value(statement, target)
    if value is None or isinstance(value, ast.Subscript):
        return False
    others = sum_operands(value)
    if all(_is_constant(other) or same(other, target) for other in others):
        return True
    return not any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "len"
        and same(node.args[0], target)
        for node in walk(test)
    )


def _is_constant(node: ast.expr) -> bool:
    """Whether it is a constant, or a tuple of constants."""
    if isinstance(node, ast.Tuple):
        return all(isinstance(item, ast.Constant) for item in node.elts)
    return isinstance(node, ast.Constant)


def _is_leap(node: ast.AST) -> bool:
    match node:
        case ast.AugAssign(op=ast.FloorDiv() | ast.RShift() | ast.Div() | ast.LShift()):
            return True
        case ast.Assign(value=ast.BinOp(op=ast.FloorDiv() | ast.RShift())):
            return True
        case ast.Assign(value=ast.Call(func=ast.Name("divmod"))):
            return True
        case ast.Assign(targets=[target], value=ast.Attribute(value=value, attr=attr)):
            return attr != "next" and same(target, value)
    return False
