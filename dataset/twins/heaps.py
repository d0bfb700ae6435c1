"""A heap becomes a list."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer.facts.scopes import Symbol
from effilint.analyzer.facts.searched_lists import is_truth_test
from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class HeapToScan(Inverse):
    """A heap becomes a list that is searched for its smallest item each time."""

    name = "heap-to-scan"
    codes = ("DST208",)
    examples = (
        Example(
            """
            import heapq

            def ordered(items):
                heap = []
                for item in items:
                    heapq.heappush(heap, item)
                return [heapq.heappop(heap) for _ in items]
            """,
            """
            import heapq

            def ordered(items):
                heap = []
                for item in items:
                    heap.append(item)
                return [«heap.pop(heap.index(min(heap)))» for _ in items]
            """,
            "ordered([3, 1, 2, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for symbol in locals_with(original, _HEAP):
            changes, marks = [], []
            for use in original.loads(symbol):
                name, call = _heap_call(original, use)
                if name == "heapq.heappop":
                    smallest = f"{use.id}.pop({use.id}.index(min({use.id})))"
                    changes.append(original.put(call, smallest))
                    marks.append(original.span(call))
                elif name == "heapq.heappush":
                    assert isinstance(call, ast.Call)
                    changes.append(
                        original.put(call, f"{use.id}.append({original.text(call.args[1])})")
                    )
                elif name == "heapq.heapify":
                    changes.append(original.put(call, f"{use.id}.sort()"))
                elif _is_first(call):
                    changes.append(original.put(call, f"min({use.id})"))
                elif not (_is_len(original, use) or is_truth_test(original.context, use)):
                    break
            else:
                if marks:
                    yield Site(tuple(changes), tuple(marks))


class HeapToSorting(Inverse):
    """A heap becomes a list that is sorted after each new item."""

    name = "heap-to-sorting"
    codes = ("DST202",)
    examples = (
        Example(
            """
            import heapq

            def ordered(items):
                heap = []
                for item in items:
                    heapq.heappush(heap, item)
                return [heapq.heappop(heap) for _ in items]
            """,
            """
            import heapq

            def ordered(items):
                heap = []
                for item in items:
                    «heap.append(item)
                    heap.sort()»
                return [heap.pop(0) for _ in items]
            """,
            "ordered([3, 1, 2, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for symbol in locals_with(original, _HEAP):
            changes, marks = [], []
            for use in original.loads(symbol):
                name, call = _heap_call(original, use)
                statement = original.context.statement(use)
                if name == "heapq.heappop":
                    changes.append(original.put(call, f"{use.id}.pop(0)"))
                elif name == "heapq.heappush":
                    assert isinstance(call, ast.Call)
                    if not (isinstance(statement, ast.Expr) and original.is_alone(statement)):
                        break
                    added = f"{use.id}.append({original.text(call.args[1])})"
                    changes.append(original.rewrite(statement, added, f"{use.id}.sort()"))
                    marks.append(original.span(statement))
                elif name == "heapq.heapify":
                    changes.append(original.put(call, f"{use.id}.sort()"))
                elif not (
                    _is_first(call)
                    or _is_len(original, use)
                    or is_truth_test(original.context, use)
                ):
                    break
            else:
                if marks:
                    yield Site(tuple(changes), tuple(marks))


_HEAP = frozenset(("heapq.heappush", "heapq.heappop", "heapq.heapify"))


def locals_with(original: Original, functions: frozenset[str]) -> list[Symbol]:
    """The variables that are the first argument of one of these functions."""
    found: dict[Symbol, None] = {}
    for call in original.nodes(ast.Call):
        if call.args and isinstance(call.args[0], ast.Name):
            if original.context.resolve(call.func) in functions:
                symbol = original.local(call.args[0])
                if symbol is not None:
                    found[symbol] = None
    return list(found)


def _heap_call(original: Original, use: ast.Name) -> tuple[str | None, ast.AST]:
    parent = original.context.parent(use)
    assert parent is not None
    if isinstance(parent, ast.Call) and parent.args and parent.args[0] is use:
        name = original.context.resolve(parent.func)
        return (name if name in _HEAP else None), parent
    return None, parent


def _is_first(parent: ast.AST) -> bool:
    return (
        isinstance(parent, ast.Subscript)
        and isinstance(parent.ctx, ast.Load)
        and isinstance(parent.slice, ast.Constant)
        and parent.slice.value == 0
    )


def _is_len(original: Original, use: ast.Name) -> bool:
    parent = original.context.parent(use)
    return isinstance(parent, ast.Call) and original.context.resolve(parent.func) == "len"
