"""Whether a pattern asks what stands before the place where a search begins."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_LOOKING_BACK = re.compile(r"(?<!\[)\^|\\[bBA]|\(\?<[=!]")


def looks_back(pattern: ast.expr, context: Context) -> bool:
    """Whether a pattern written down in this file has `^`, a word's edge or a look behind.

    A slice has nothing before its start; the whole text, searched from a place on, has.
    """
    return any(_LOOKING_BACK.search(text) for text in _texts(pattern, context))


def _texts(pattern: ast.expr, context: Context) -> list[str]:
    """The constants that the pattern, or what a name or attribute stands for, is made of."""
    values: list[ast.expr | None] = [pattern]
    if isinstance(pattern, ast.Name):
        values = [context.sole_value(pattern)]
    elif isinstance(pattern, ast.Attribute):
        values = [
            node.value
            for node in context.index.get(ast.Assign, ())
            if isinstance(node, ast.Assign) and _is_called(node.targets[0], pattern.attr)
        ]
    return [
        node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        for value in values
        if value is not None
        for node in walk(value)
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    ]


def _is_called(target: ast.expr, name: str) -> bool:
    match target:
        case ast.Name(id=found) | ast.Attribute(attr=found):
            return found == name
    return False
