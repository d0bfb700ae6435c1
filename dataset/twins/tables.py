"""Small constant collections are spelled out, or built again and again."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class EqualityChain(Inverse):
    """A constant collection to look in becomes a chain of comparisons."""

    name = "equality-chain"
    codes = ("ALG407",)
    examples = (
        Example(
            """
            def vowels(text):
                return sum(1 for char in text if char in "aei")
            """,
            """
            def vowels(text):
                return sum(1 for char in text if «(char == 'a' or char == 'e' or char == 'i')»)
            """,
            "vowels('education')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for test in original.nodes(ast.Compare):
            values = _constants(original, test)
            if len(values) > 2:
                sign, word = ("==", " or ") if isinstance(test.ops[0], ast.In) else ("!=", " and ")
                left = original.text(test.left)
                yield Site(
                    (original.put(test, f"({word.join(f'{left} {sign} {v}' for v in values)})"),)
                )


def _constants(original: Original, test: ast.Compare) -> list[str]:
    """The texts of the constants in which a name or an item is looked for."""
    match test:
        case ast.Compare(
            left=ast.Name() | ast.Subscript(value=ast.Name()),
            ops=[ast.In() | ast.NotIn()],
            comparators=[container],
        ):
            pass
        case _:
            return []
    if isinstance(container, ast.Name):
        container = original.context.sole_value(container) or container
        if isinstance(container, ast.Call) and original.is_call(container, "set", "list", "tuple"):
            container = container.args[0] if container.args else container
    match container:
        case ast.Constant(value=str(text)) if len(text) <= 10:
            return [repr(char) for char in text]
        case ast.Tuple(elts=elts) | ast.Set(elts=elts) | ast.List(elts=elts):
            if all(isinstance(e, ast.Constant) for e in elts) and len(elts) <= 10:
                return [ast.unparse(e) for e in elts]
    return []


class TablePerTest(Inverse):
    """A constant collection is built anew for each test."""

    name = "table-per-test"
    codes = ("DST508",)
    examples = (
        Example(
            """
            def vowels(text):
                return sum(1 for char in text if char in "aeiou")
            """,
            """
            def vowels(text):
                return sum(1 for char in text if char in «list("aeiou")»)
            """,
            "vowels('education')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for test in original.nodes(ast.Compare):
            match test:
                case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[container]) if (
                    original.context.loops(test)
                ):
                    made = _built(original, container)
                    if made:
                        yield Site((original.put(container, made),))


def _built(original: Original, container: ast.expr) -> str:
    match container:
        case ast.Constant(value=str(text)) if len(text) > 2:
            return f"list({original.text(container)})"
        case ast.Set(elts=[_, _, *_]):
            return f"set([{original.text(container)[1:-1]}])"
        case ast.Tuple(elts=[_, _, *_]):
            return f"list({original.atom(container)})"
    return ""
