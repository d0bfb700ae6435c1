"""What a built-in or a plain `for` does is done by hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer.patterns import range_bounds
from effilint.dataset.twins.forms import assigned_in, plain_loops
from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class IndexLoop(Inverse):
    """A sequence is gone through by its indices."""

    name = "index-loop"
    codes = ("LNG204",)
    examples = (
        Example(
            """
            def total(items: list[int]):
                result = 0
                for item in items:
                    result += item
                return result
            """,
            """
            def total(items: list[int]):
                result = 0
                «for i in range(len(items)):
                    item = items[i]»
                    result += item
                return result
            """,
            "total([1, 2, 3])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in plain_loops(original):
            if not isinstance(loop.iter, ast.Name) or not is_steady(original, loop.iter, loop):
                continue
            place = original.fresh("i", "idx", "index", "j", "k")
            items = loop.iter.id
            lines = (
                f"for {place} in range(len({items})):",
                f"\t{original.text(loop.target)} = {items}[{place}]",
            )
            yield Site((original.head(loop, *lines),), names=frozenset((place,)))


class WhileIndexLoop(Inverse):
    """A sequence is gone through by an index that is counted by hand."""

    name = "while-index-loop"
    codes = ("LNG205",)
    examples = (
        Example(
            """
            def total(items: list[int]):
                result = 0
                for item in items:
                    result += item
                return result
            """,
            """
            def total(items: list[int]):
                result = 0
                «i = 0
                while i < len(items):
                    item = items[i]
                    i += 1»
                    result += item
                return result
            """,
            "total([1, 2, 3])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in plain_loops(original):
            if not isinstance(loop.iter, ast.Name) or not is_steady(original, loop.iter, loop):
                continue
            place = original.fresh("i", "idx", "index", "pos", "p")
            items = loop.iter.id
            lines = (
                f"{place} = 0",
                f"while {place} < len({items}):",
                f"\t{original.text(loop.target)} = {items}[{place}]",
                f"\t{place} += 1",
            )
            yield Site((original.head(loop, *lines),), names=frozenset((place,)))


class EnumerateByIndex(Inverse):
    """Indices are gone through, and the items looked up."""

    name = "enumerate-by-index"
    codes = ("LNG204",)
    examples = (
        Example(
            """
            def weighted(items: list[int]):
                result = 0
                for i, item in enumerate(items):
                    result += i * item
                return result
            """,
            """
            def weighted(items: list[int]):
                result = 0
                «for i in range(len(items)):
                    item = items[i]»
                    result += i * item
                return result
            """,
            "weighted([1, 2, 3])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in plain_loops(original):
            match loop:
                case ast.For(
                    target=ast.Tuple(elts=[ast.Name(id=place), item]),
                    iter=ast.Call(args=[ast.Name() as items], keywords=[]),
                ) if original.is_call(loop.iter, "enumerate"):
                    pass
                case _:
                    continue
            if is_steady(original, items, loop) and place not in _stored(loop):
                lines = (
                    f"for {place} in range(len({items.id})):",
                    f"\t{original.text(item)} = {items.id}[{place}]",
                )
                yield Site((original.head(loop, *lines),))


class ZipByIndex(Inverse):
    """Two sequences are gone through by an index."""

    name = "zip-by-index"
    codes = ("LNG204",)
    examples = (
        Example(
            """
            def dot(a: list[int], b: list[int]):
                result = 0
                for x, y in zip(a, b):
                    result += x * y
                return result
            """,
            """
            def dot(a: list[int], b: list[int]):
                result = 0
                «for i in range(min(len(a), len(b))):
                    x = a[i]
                    y = b[i]»
                    result += x * y
                return result
            """,
            "dot([1, 2, 3], [4, 5])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in plain_loops(original):
            match loop:
                case ast.For(
                    target=ast.Tuple(elts=[x, y]),
                    iter=ast.Call(args=[ast.Name() as a, ast.Name() as b], keywords=[]),
                ) if original.is_call(loop.iter, "zip"):
                    pass
                case _:
                    continue
            if not (is_steady(original, a, loop) and is_steady(original, b, loop)):
                continue
            place = original.fresh("i", "idx", "j", "k")
            lines = (
                f"for {place} in range(min(len({a.id}), len({b.id}))):",
                f"\t{original.text(x)} = {a.id}[{place}]",
                f"\t{original.text(y)} = {b.id}[{place}]",
            )
            yield Site((original.head(loop, *lines),), names=frozenset((place,)))


class RangeByWhile(Inverse):
    """A number is counted up by hand."""

    name = "range-by-while"
    codes = ("LNG205",)
    examples = (
        Example(
            """
            def total(n):
                result = 0
                for i in range(1, n):
                    result += i
                return result
            """,
            """
            def total(n):
                result = 0
                «i = 0
                while i + 1 < n:
                    i += 1»
                    result += i
                return result
            """,
            "total(5)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in plain_loops(original):
            bounds = range_bounds(loop.iter)
            if bounds is None or not original.is_call(loop.iter, "range"):
                continue
            start, stop, step = bounds
            if not isinstance(loop.target, ast.Name) or ast.unparse(step) != "1":
                continue
            name = loop.target.id
            if name in _stored(loop) or not original.context.is_invariant(stop, loop):
                continue
            first = f"{ast.unparse(start)} - 1"
            if isinstance(start, ast.Constant):
                first = str(int(ast.unparse(start)) - 1)
            lines = (
                f"{name} = {first}",
                f"while {name} + 1 < {original.atom(stop)}:",
                f"\t{name} += 1",
            )
            yield Site((original.head(loop, *lines),))


def is_steady(original: Original, items: ast.Name, loop: ast.For) -> bool:
    """Whether it is a sequence that the loop neither rebinds nor changes."""
    is_sequence = original.type(items).name in ("list", "str", "tuple")
    return (
        is_sequence
        and items.id not in assigned_in(loop)
        and not original.context.mutations(items, loop)
    )


def _stored(loop: ast.For) -> set[str]:
    """The names that the body of a loop binds."""
    return {name for statement in loop.body for name in assigned_in(statement)}
