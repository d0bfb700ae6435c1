"""Code whose speed nobody waits for: what a test does, and what is done on the way to an error."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import FUNCTIONS
from effilint.analyzer.patterns import is_asserted

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_RUN_BY_TESTERS = ("test", "setUp", "tearDown")
_SCOPES = (*FUNCTIONS, ast.ClassDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def is_cold(node: ast.AST, context: Context) -> bool:
    """Whether the node is in an assertion, in a test, or runs only before a `raise`.

    A test is a function that a test runner calls by its name, or any code of a `TestCase`.
    """
    outers = list(context.ancestors(node))
    if is_asserted(iter(outers)) or any(_is_test(outer, context) for outer in outers):
        return True
    return not isinstance(node, ast.Raise | ast.Try) and _leads_to_error(node, outers)


def _is_test(outer: ast.AST, context: Context) -> bool:
    match outer:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            # `test_case()` of a program that solves a number of them is called by the program.
            return name.startswith(_RUN_BY_TESTERS) and not context.calls.named(name)
        case ast.ClassDef(bases=bases):
            return any(ast.unparse(base).endswith("TestCase") for base in bases)
    return False


def _leads_to_error(node: ast.AST, outers: list[ast.AST]) -> bool:
    inner = node
    for outer in outers:
        if isinstance(outer, ast.Raise):
            return True
        if isinstance(outer, (*_SCOPES, *_LOOPS)):
            return False
        if isinstance(outer, ast.If | ast.ExceptHandler | ast.match_case):
            blocks = (outer.body, getattr(outer, "orelse", []))
            if any(inner in block and isinstance(block[-1], ast.Raise) for block in blocks):
                return True
        inner = outer
    return False
