"""What scripts read: from where, and what stands for its size."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.growth import READ, Growth, symbol

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

INPUT = "input"
_STREAMS = frozenset(("sys.stdin", "sys.stdin.buffer", "sys.__stdin__", "fileinput.input"))
_READERS = frozenset(
    (
        "input",
        "os.read",
        "fileinput.input",
        *(f"{s}.{r}" for s in _STREAMS for r in ("read", "readline", "readlines")),
    )
)


def is_stream(node: ast.expr, context: Context) -> bool:
    """Whether an expression is what a script reads from: `sys.stdin`, `open(0)`."""
    match node:
        case ast.Call(func=function, args=[ast.Constant(value=0), *_]):
            return context.resolve(function) == "open"
        case ast.Name() | ast.Attribute():
            return context.resolve(node) in _STREAMS
    return False


def is_reader(function: ast.expr, context: Context) -> bool:
    """Whether a call of a function reads: `input`, or a name that stands for what reads."""
    if context.resolve(function) in _READERS:
        return True
    value = context.sole_value(function) if isinstance(function, ast.Name) else None
    return isinstance(value, ast.Attribute) and context.resolve(value) in _READERS


def named(size: Growth, name: str) -> Growth:
    """The size of a variable: that of what is read has its name, and is none of a parameter."""
    return symbol(f"{name}{READ}") if size.symbols == {INPUT} else size


def item_of(size: Growth, text: str) -> Growth:
    """The size of an item of what a text stands for, which has a size."""
    if size.symbols == {INPUT}:
        return size
    is_read = size.symbols == {f"{text}{READ}"}
    return symbol(f"{text}{READ}[]" if is_read else f"{text}[]")
