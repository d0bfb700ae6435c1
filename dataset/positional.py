"""Asserts that give arguments by name, as a judge gives them: by place.

Solutions name their parameters as they like.
"""

from __future__ import annotations

import ast

from effilint.measure import parameters_of


def by_place(asserts: str, function: str, solution: str, entry: str) -> str:
    """Return asserts whose calls of `function` have no names, in the order of a solution's.

    What cannot be read, or has other names than the parameters of `entry` there, stays as it is.
    """
    try:
        tree = ast.parse(asserts)
    except (SyntaxError, ValueError, RecursionError):
        return asserts
    names = parameters_of(solution, entry)
    changed = False
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != function:
            continue
        left = names[len(call.args) :]
        given = {word.arg: word.value for word in call.keywords}
        wanted = left[: len(given)]
        if given and set(wanted) == set(given):
            call.args += [given[name] for name in wanted]
            call.keywords, changed = [], True
    return ast.unparse(tree) if changed else asserts
