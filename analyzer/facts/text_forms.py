"""Where an expression adds something to a text: before it, behind it, or on both sides."""

from __future__ import annotations

import ast
import re

from effilint.analyzer.facts.rebinding import is_concatenation, sum_operands
from effilint.analyzer.patterns import is_constant
from effilint.analyzer.tree import same

BEFORE, BEHIND, AROUND = "before", "behind", "around"

_PERCENT = re.compile(r"%[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
_BRACES = re.compile(r"\{[^{}]*\}")


def added_where(target: ast.expr, value: ast.expr) -> str | None:
    """Where a sum or format with `target` once in it adds to it; None for anything else."""
    if isinstance(value, ast.BinOp) and is_concatenation(target, value):
        return _side(target, sum_operands(value))
    match value:
        case ast.JoinedStr(values=values):
            return _side(target, [_field(part) for part in values])
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod(), right=ast.Tuple(elts=e)):
            return _side(target, _pieces(text.replace("%%", "__"), _PERCENT, e))
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format"),
            args=args,
            keywords=[],
        ):
            plain = text.replace("{{", "__").replace("}}", "__")
            return _side(target, _pieces(plain, _BRACES, args))
        case ast.Call(
            func=ast.Attribute(value=joiner, attr="join"),
            args=[ast.List(elts=e) | ast.Tuple(elts=e)],
        ) if is_constant(joiner, ""):
            return _side(target, e)
    return None


def _field(part: ast.expr) -> ast.expr:
    match part:
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return value
    return part


def _pieces(text: str, field: re.Pattern[str], values: list[ast.expr]) -> list[ast.expr]:
    """The values with the text between them; nothing if they are not taken in their order."""
    pieces: list[ast.expr] = []
    end = 0
    found = list(field.finditer(text))
    if len(found) != len(values):
        return []
    for number, (match, value) in enumerate(zip(found, values, strict=True)):
        if match[0][0] == "{" and match[0][1:-1] not in ("", str(number)):
            return []
        if match.start() > end:
            pieces.append(ast.Constant(text[end : match.start()]))
        pieces.append(value)
        end = match.end()
    return [*pieces, ast.Constant(text[end:])] if end < len(text) else pieces


def _side(target: ast.expr, pieces: list[ast.expr]) -> str | None:
    places = [place for place, piece in enumerate(pieces) if same(piece, target)]
    if len(places) != 1 or len(pieces) < 2:
        return None
    if places[0] == 0:
        return BEHIND
    return BEFORE if places[0] == len(pieces) - 1 else AROUND
