"""Truth values that a loop gathers with `and` or `or`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.patterns import is_constant, is_name, names_in

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def folded(statement: ast.stmt, context: Context) -> tuple[ast.Name, list[ast.expr], str] | None:
    """The flag, what else is asked, and what negates the flag where it cannot change any more."""
    match statement:
        case ast.Assign(targets=[ast.Name() as flag], value=ast.BoolOp(op=op, values=values)):
            rest = [value for value in values if not is_name(value, flag.id)]
            is_and = isinstance(op, ast.And)
            if len(rest) != len(values) - 1:
                return None
        case ast.AugAssign(target=ast.Name() as flag, op=ast.BitAnd() | ast.BitOr(), value=value):
            rest, is_and = [value], isinstance(statement.op, ast.BitAnd)
        case ast.Assign(
            targets=[ast.Name() as flag],
            value=ast.BinOp(
                left=ast.Name(id=used), op=ast.BitAnd() | ast.BitOr() as bits, right=value
            ),
        ) if used == flag.id:
            rest, is_and = [value], isinstance(bits, ast.BitAnd)
        case _:
            return None
    if flag.id in {name for value in rest for name in names_in(value)}:
        return None
    starts = [b.value for b in context.bindings(flag) if not context.inside(b.node, statement)]
    if not starts or not all(is_constant(value, is_and) for value in starts):
        return None
    is_bits = not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.BoolOp))
    if not all(_is_truth(value, context, is_bits=is_bits) for value in rest):
        return None
    return flag, rest, "not " if is_and else ""


def _is_truth(node: ast.expr, context: Context, *, is_bits: bool) -> bool:
    """Whether the value is `True` or `False`, not an array of these that bits gather."""
    match node:
        case ast.Compare(ops=ops, left=left):
            is_sure = all(isinstance(op, ast.In | ast.NotIn | ast.Is | ast.IsNot) for op in ops)
            return is_sure or not is_bits or context.type_of(left).is_known
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BoolOp(values=values):
            return all(_is_truth(value, context, is_bits=is_bits) for value in values)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _TRUTHS
    return False


_TRUTHS = frozenset(
    """isinstance issubclass callable any all bool hasattr startswith endswith isdigit isalpha
    isalnum isspace isupper islower isidentifier issubset issuperset isdisjoint""".split()
)
