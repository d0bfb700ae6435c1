"""The functions of a file, one by one: what a detector looks at by itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer.context import Context, FunctionNode


def outermost_functions(tree: ast.Module) -> Iterator[FunctionNode]:
    """Yield the outermost functions, and the methods of outermost classes."""
    left: list[ast.stmt] = list(tree.body)
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef):
            left += node.body


def text_alone(function: FunctionNode, context: Context) -> str:
    """Return a function from its `def` on, with as little indentation as it can have."""
    last = function.end_lineno or function.lineno
    lines = context.source.lines[function.lineno - 1 : last]
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    return "".join(line.removeprefix(indent) for line in lines)
