"""Items are sorted, or compared by calls, for little."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.forms import renamed
from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class ExtremeBySorting(Inverse):
    """The smallest or largest item is taken out of a sorted copy."""

    name = "extreme-by-sorting"
    codes = ("API101",)
    examples = (
        Example(
            """
            def spread(items):
                return max(items) - min(items)
            """,
            """
            def spread(items):
                return «sorted(items)[-1]» - min(items)
            """,
            "spread([3, 1, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if original.is_call(call, "min", "max") and len(call.args) == 1:
                place = 0 if original.context.resolve(call.func) == "min" else -1
                items = original.text(call.args[0])
                yield Site((original.put(call, f"sorted({items})[{place}]"),))


class TopBySorting(Inverse):
    """All items are sorted for the few that are wanted."""

    name = "few-by-sorting"
    codes = ("API102",)
    examples = (
        Example(
            """
            import heapq

            def best(items, k):
                return heapq.nlargest(k, items)
            """,
            """
            import heapq

            def best(items, k):
                return «sorted(items, reverse=True)[:k]»
            """,
            "best([1, 3, 2], 2)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            name = original.context.resolve(call.func)
            if name not in ("heapq.nlargest", "heapq.nsmallest") or len(call.args) != 2:
                continue
            count, items = original.text(call.args[0]), original.text(call.args[1])
            order = ", reverse=True" if name == "heapq.nlargest" else ""
            key = "".join(f", {k.arg}={original.text(k.value)}" for k in call.keywords)
            yield Site((original.put(call, f"sorted({items}{key}{order})[:{count}]"),))


class SortingByComparison(Inverse):
    """A function that compares two items takes the place of a key."""

    name = "sorting-by-comparison"
    codes = ("API107",)
    examples = (
        Example(
            """
            def by_end(xs: list[list[int]]):
                return sorted(xs, key=lambda s: s[1])
            """,
            """
            import functools
            def by_end(xs: list[list[int]]):
                return «sorted(xs, key=functools.cmp_to_key(lambda a, b: a[1] - b[1]))»
            """,
            "by_end([[1, 3], [0, 2]])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            is_method = isinstance(call.func, ast.Attribute) and call.func.attr == "sort"
            if not is_method and original.context.resolve(call.func) != "sorted":
                continue
            for keyword in call.keywords:
                if keyword.arg != "key" or not isinstance(keyword.value, ast.Lambda):
                    continue
                inner = keyword.value
                if len(inner.args.args) != 1 or isinstance(inner.body, ast.Tuple):
                    continue
                name, body = inner.args.args[0].arg, inner.body
                a, b = (
                    original.fresh("a", "x", "one", "left"),
                    original.fresh("b", "y", "other", "right"),
                )
                first, second = renamed(original, body, name, a), renamed(original, body, name, b)
                if not isinstance(body, ast.Name | ast.Call | ast.Subscript | ast.Attribute):
                    second = f"({second})"
                compared = f"lambda {a}, {b}: {first} - {second}"
                put = original.put(inner, f"functools.cmp_to_key({compared})")
                yield Site((original.top("import functools"), put), (original.span(call),))


class SmallestByList(Inverse):
    """Two numbers are put into a list to take the smaller."""

    name = "two-in-a-list"
    codes = ("API101",)
    examples = (
        Example(
            """
            def clipped(items):
                return [min(item, 5) for item in items]
            """,
            """
            def clipped(items):
                return [«sorted([item, 5])[0]» for item in items]
            """,
            "clipped([1, 8])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if not original.is_call(call, "min", "max") or len(call.args) < 2:
                continue
            if not original.context.loops(call) or "\n" in original.text(call):
                continue
            place = 0 if original.context.resolve(call.func) == "min" else -1
            items = ", ".join(map(original.text, call.args))
            yield Site((original.put(call, f"sorted([{items}])[{place}]"),))
