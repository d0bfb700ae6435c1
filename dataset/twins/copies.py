"""Containers are copied or converted for nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.inverse import Change, Example, Inverse, Site
from effilint.dataset.twins.original import Original


class ConversionPerLook(Inverse):
    """A sequence is converted to a list for each look at it."""

    name = "conversion-per-look"
    codes = ("DST506",)
    examples = (
        Example(
            """
            def ones(text: str):
                return sum(1 for i in range(len(text)) if text[i] == "1")
            """,
            """
            def ones(text: str):
                return sum(1 for i in range(len(text)) if «list(text)[i]» == "1")
            """,
            "ones('1011')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.Subscript):
            if not isinstance(node.ctx, ast.Load) or isinstance(node.slice, ast.Slice):
                continue
            if isinstance(node.value, ast.Name) and original.context.loops(node):
                if original.type(node.value).name in ("str", "tuple", "list"):
                    change = original.put(node.value, f"list({node.value.id})")
                    yield Site((change,), (original.span(node),))


class DeepCopy(Inverse):
    """A flat list is copied deeply."""

    name = "deep-copy"
    codes = ("DST504",)
    examples = (
        Example(
            """
            def prefixes(items: list[int]):
                path, found = [], []
                for item in items:
                    path.append(item)
                    found.append(path[:])
                return found
            """,
            """
            import copy
            def prefixes(items: list[int]):
                path, found = [], []
                for item in items:
                    path.append(item)
                    found.append(«copy.deepcopy(path)»)
                return found
            """,
            "prefixes([1, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.Subscript, ast.Call):
            source = _copied(original, node)
            if source is None or original.type(source).name != "list":
                continue
            if isinstance(original.context.parent(node), ast.For):
                continue
            put = original.put(node, f"copy.deepcopy({original.text(source)})")
            yield Site((original.top("import copy"), put), ((put.start, put.end),))


def _copied(original: Original, node: ast.expr) -> ast.expr | None:
    match node:
        case ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=None, step=None)):
            return value if isinstance(node.ctx, ast.Load) else None
        case ast.Call(func=ast.Attribute(value=value, attr="copy"), args=[], keywords=[]):
            return value
        case ast.Call(args=[ast.Name() as value]) if original.is_call(node, "list"):
            return value
    return None


class TypeRoundTrip(Inverse):
    """A number is turned into a text and back."""

    name = "type-round-trip"
    codes = ("DST507",)
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
                for item in items:
                    result += «int(str(item))»
                return result
            """,
            "total([1, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for name in original.nodes(ast.Name):
            if not isinstance(name.ctx, ast.Load) or not original.context.loops(name):
                continue
            parent = original.context.parent(name)
            if isinstance(parent, ast.BinOp | ast.AugAssign | ast.Compare | ast.Assign):
                if original.type(name).name == "int" and isinstance(original.type(name).name, str):
                    yield Site((Change(*original.span(name), f"int(str({name.id}))"),))
