"""A loop that ends once a node has run does not repeat it."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from effilint.analyzer import Context, Source


def loops_around_work(code: str) -> int:
    context = Context(Source("from contextlib import suppress\n" + dedent(code)))
    calls = [node for node in context.index[ast.Call] if isinstance(node, ast.Call)]
    work = next(c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "work")
    return len(context.loops(work))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("for x in xs:\n    work(x)\n", 1),
        ("for x in xs:\n    if x:\n        raise ValueError(work(x))\n", 0),
        ("for x in xs:\n    if x:\n        y = work(x)\n        break\n", 0),
        ("for x in xs:\n    for y in x:\n        work(y)\n        break\n", 1),
        (
            "for x in xs:\n    for y in x:\n        if y:\n            print(work(y))\n    break\n",
            1,
        ),
        ("for x in xs:\n    if work(x):\n        continue\n    break\n", 1),
        (
            "for x in xs:\n    try:\n        return work(x)\n    except OSError:\n        y = 1\n",
            1,
        ),
        (
            "for x in xs:\n    try:\n        x()\n    except E:\n        work(x)\n        raise",
            0,
        ),
        (
            "for x in xs:\n    for y in x:\n        y()\n    else:\n        work(x)\n        break",
            0,
        ),
        # `continue` and `break` of a loop further in do not keep this one going.
        (
            "for x in xs:\n    work(x)\n    for y in x:\n        if y:\n"
            "            continue\n    return x",
            0,
        ),
        # Whatever leaves it, the inner loop ends; the outer one may go on.
        (
            "for x in xs:\n    for y in x:\n        work(y)\n        if y:\n"
            "            break\n        return",
            1,
        ),
        (
            "for x in xs:\n    with suppress(E):\n        work(x)\n        return int(x)\n",
            1,
        ),
        ("for x in xs:\n    with lock:\n        work(x)\n        return int(x)\n", 0),
        (
            "for x in xs:\n    try:\n        work(x)\n        return x\n"
            "    finally:\n        continue",
            1,
        ),
        (
            "for x in xs:\n    for y in x:\n        try:\n            work(y)\n"
            "            return y\n"
            "        finally:\n            break",
            1,
        ),
        ("for x in xs:\n    work(x)\n    return x\n    x()\n", 0),
        ("while True:\n    if work():\n        continue\n    break\n", 0),
        ("while busy:\n    work()\n", 1),
    ],
)
def test_only_loops_that_go_on_repeat(code: str, expected: int) -> None:
    assert loops_around_work(code) == expected
