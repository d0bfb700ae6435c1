"""A function forgets what it has found out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.forms import read_in
from effilint.dataset.twins.inverse import Change, Example, Inverse, Site
from effilint.dataset.twins.original import Original


class CacheRemoved(Inverse):
    """A function forgets what it has answered."""

    name = "cache-removed"
    codes = ("API201",)
    examples = (
        Example(
            """
            from functools import cache

            @cache
            def ways(n):
                if n < 2:
                    return 1
                return ways(n - 1) + ways(n - 2)
            """,
            """
            from functools import cache

            def ways(n):
                if n < 2:
                    return 1
                return «ways(n - 1)» + «ways(n - 2)»
            """,
            "ways(9)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for function in original.nodes(ast.FunctionDef):
            for decorator in function.decorator_list:
                made = decorator.func if isinstance(decorator, ast.Call) else decorator
                if original.context.resolve(made) not in ("functools.lru_cache", "functools.cache"):
                    continue
                calls = [
                    node
                    for node in ast.walk(function)
                    if isinstance(node, ast.Call) and _calls(node, function.name)
                ]
                start, end = original.span(decorator)
                start = original.program.rfind("\n", 0, start) + 1
                stop = original.program.find("\n", end) + 1
                if calls and original.program[start:end].strip().startswith("@"):
                    marks = tuple(original.span(call) for call in calls)
                    cleared = [
                        original.delete(s)
                        for s in original.nodes(ast.Expr)
                        if original.text(s) == f"{function.name}.cache_clear()"
                    ]
                    yield Site((Change(start, stop, ""), *cleared), marks)


def _calls(call: ast.Call, name: str) -> bool:
    match call.func:
        case ast.Name(id=called) | ast.Attribute(value=ast.Name("self"), attr=called):
            return called == name
    return False


class MemoIgnored(Inverse):
    """A function does not look at what it has written down."""

    name = "memo-ignored"
    codes = ("ALG205",)
    examples = (
        Example(
            """
            def ways(n, memo):
                if n in memo:
                    return memo[n]
                if n < 2:
                    return 1
                memo[n] = ways(n - 1, memo) + ways(n - 2, memo)
                return memo[n]
            """,
            """
            def ways(n, memo):
                if n < 2:
                    return 1
                memo[n] = «ways(n - 1, memo)» + «ways(n - 2, memo)»
                return memo[n]
            """,
            "ways(9, {})",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for choice in original.nodes(ast.If):
            match choice:
                case ast.If(
                    test=ast.Compare(left=key, comparators=[memo]),
                    body=[ast.Return(value=ast.Subscript(value=kept))],
                    orelse=[],
                ):
                    base = memo if ast.unparse(memo) == ast.unparse(kept) else _base(key)
                case _:
                    continue
            function = original.context.function(choice)
            if function is None or ast.unparse(base) != ast.unparse(_base(kept)):
                if ast.unparse(memo) != ast.unparse(kept):
                    continue
            if function is None or not original.is_alone(choice):
                continue
            calls = [
                node
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and _calls(node, function.name)
            ]
            if calls and len(original.context.block(choice)) > 1:
                yield Site((original.delete(choice),), tuple(map(original.span, calls)))


def _base(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node


class CompressionLeftOut(Inverse):
    """Path compression is left out, so that chains stay long."""

    name = "union-find-without-compression"
    codes = ("ALG207",)
    examples = (
        Example(
            """
            def find(parent, x):
                if parent[x] != x:
                    parent[x] = find(parent, parent[x])
                return parent[x]
            """,
            """
            def find(parent, x):
                if parent[x] != x:
                    «return find(parent, parent[x])»
                return parent[x]
            """,
            "find([0, 0, 1, 2], 3)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement in original.nodes(ast.Assign):
            function = original.context.function(statement)
            if function is None or not original.is_alone(statement):
                continue
            match statement:
                case ast.Assign(targets=[ast.Subscript() as kept], value=ast.Call() as call) if (
                    _calls(call, function.name) and read_in(kept) <= read_in(call)
                ):
                    if any(
                        isinstance(s, ast.Return)
                        and s.value is not None
                        and ast.unparse(s.value) == ast.unparse(kept)
                        for s in ast.walk(function)
                    ):
                        yield Site((original.put(statement, f"return {original.text(call)}"),))
                case ast.Assign(
                    targets=[ast.Subscript(value=one, slice=ast.Name())],
                    value=ast.Subscript(value=other, slice=ast.Subscript(value=third)),
                ) if ast.unparse(one) == ast.unparse(other) == ast.unparse(third):
                    if len(original.context.block(statement)) > 1:
                        loop = original.context.parent(statement)
                        assert loop is not None
                        yield Site((original.delete(statement),), (original.span(loop),))
