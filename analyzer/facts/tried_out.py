"""Code that is there to be tried out: what a test does may be done in any way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.patterns import is_asserted

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


def is_tried_out(node: ast.AST, context: Context) -> bool:
    """Whether the node is in an assertion or in a function that a test runner calls."""
    outers = list(context.ancestors(node))
    return is_asserted(iter(outers)) or any(
        isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        and outer.name.startswith(("test", "setUp"))
        for outer in outers
    )
