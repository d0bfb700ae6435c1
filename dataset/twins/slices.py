"""Parts of a sequence are copied, or a sequence is taken apart item by item."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer.facts.scopes import Kind
from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class SliceForItem(Inverse):
    """The rest of a sequence is copied for its first item."""

    name = "slice-for-item"
    codes = ("DST406",)
    examples = (
        Example(
            """
            def rising(items: list[int]):
                count = 0
                for i in range(1, len(items)):
                    if items[i] > items[i - 1]:
                        count += 1
                return count
            """,
            """
            def rising(items: list[int]):
                count = 0
                for i in range(1, len(items)):
                    if «items[i:][0]» > items[i - 1]:
                        count += 1
                return count
            """,
            "rising([1, 3, 2, 4])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.Subscript):
            match node:
                case ast.Subscript(
                    value=ast.Name() as items, slice=ast.Name() as place, ctx=ast.Load()
                ):
                    pass
                case _:
                    continue
            if original.type(items).name not in ("list", "str", "tuple"):
                continue
            if original.context.loops(node) and _counts_up(original, place):
                yield Site((original.put(node, f"{items.id}[{place.id}:][0]"),))


def _counts_up(original: Original, place: ast.Name) -> bool:
    """Whether it is the variable of a loop over a range or `enumerate`."""
    bindings = original.context.bindings(place)
    return bool(bindings) and all(
        b.kind is Kind.LOOP and original.is_call(b.value, "range", "enumerate") for b in bindings
    )


class LastOfReversed(Inverse):
    """A sequence is turned round for its last item."""

    name = "last-of-reversed"
    codes = ("DST406",)
    examples = (
        Example(
            """
            def kept(items: list[int]):
                stack = [0]
                for item in items:
                    if item > stack[-1]:
                        stack.append(item)
                return stack
            """,
            """
            def kept(items: list[int]):
                stack = [0]
                for item in items:
                    if item > «stack[::-1][0]»:
                        stack.append(item)
                return stack
            """,
            "kept([1, 3, 2, 4])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.Subscript):
            match node:
                case ast.Subscript(
                    value=ast.Name() as items,
                    slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)),
                    ctx=ast.Load(),
                ):
                    if original.type(items).name in ("list", "str") and original.context.loops(
                        node
                    ):
                        yield Site((original.put(node, f"{items.id}[::-1][0]"),))


class StartsWithBySlice(Inverse):
    """The rest of a text is copied to see how it starts."""

    name = "starts-with-by-slice"
    codes = ("DST406",)
    examples = (
        Example(
            """
            def places(text, word):
                return [i for i in range(len(text)) if text.startswith(word, i)]
            """,
            """
            def places(text, word):
                return [i for i in range(len(text)) if «text[i:].startswith(word)»]
            """,
            "places('abcab', 'ab')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            match call:
                case ast.Call(
                    func=ast.Attribute(value=text, attr="startswith"),
                    args=[word, place],
                    keywords=[],
                ):
                    made = f"{original.atom(text)}[{original.text(place)}:]"
                    yield Site((original.put(call, f"{made}.startswith({original.text(word)})"),))
