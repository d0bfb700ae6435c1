"""Which functions of a text call themselves, in one step or in several: told by names alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_OWNERS = {"self", "cls"}  # whose methods are those of the class around


def recursive_lines(text: str) -> frozenset[int]:
    """Return the numbers of the lines of all functions that may call themselves.

    A call counts if it names the function: `f(...)`, or `self.f(...)`, `cls.f(...)` and
    `Class.f(...)` for a method. Nothing is found in a text that cannot be parsed.
    """
    try:
        tree = ast.parse(text)
        functions = [node for node in ast.walk(tree) if isinstance(node, _Function)]
        classes = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        calls = {node: set(_called(node, _OWNERS | classes)) for node in functions}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    by_name: dict[str, list[_Function]] = {}
    for function in functions:
        by_name.setdefault(function.name, []).append(function)
    found: set[int] = set()
    for function in functions:
        if _comes_back(function, calls, by_name):
            found.update(range(function.lineno, (function.end_lineno or function.lineno) + 1))
    return frozenset(found)


def _called(function: _Function, owners: set[str]) -> Iterator[str]:
    """The names of the functions that a function calls, or that those inside it do."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            yield node.func.id
        elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            if node.func.value.id in owners:
                yield node.func.attr


def _comes_back(
    function: _Function, calls: dict[_Function, set[str]], by_name: dict[str, list[_Function]]
) -> bool:
    """Whether the calls of a function lead to it again."""
    seen: set[_Function] = set()
    waiting = [function]
    while waiting:
        for name in calls[waiting.pop()]:
            for other in by_name.get(name, []):
                if other is function:
                    return True
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
    return False
