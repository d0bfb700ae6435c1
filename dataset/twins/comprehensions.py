"""Comprehensions and calls on iterables are spelled out, or stored before they are used."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.forms import clause_lines, leaks, read_in, whole_value
from effilint.dataset.twins.inverse import Change, Example, Inverse, Site
from effilint.dataset.twins.original import Original


class ComprehensionToAppends(Inverse):
    """A list comprehension becomes a loop that appends."""

    name = "comprehension-to-appends"
    prefix = "LNG2"
    examples = (
        Example(
            """
            def squares(numbers):
                found = [n * n for n in numbers if n > 0]
                return found
            """,
            """
            def squares(numbers):
                «found = []
                for n in numbers:
                    if n > 0:
                        found.append(n * n)»
                return found
            """,
            "squares([1, -2, 3])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement, value in whole_value(original):
            if not isinstance(value, ast.ListComp) or isinstance(statement, ast.AugAssign):
                continue
            lines = clause_lines(original, value)
            if lines is None or leaks(original, value, statement):
                continue
            if "\n" in original.text(value.elt):
                continue
            deep = "\t" * len(lines)
            added = original.text(value.elt)
            target = statement.targets[0] if isinstance(statement, ast.Assign) else None
            if isinstance(target, ast.Name) and target.id not in read_in(value):
                name = target.id
                made = [f"{name} = []", *lines, f"{deep}{name}.append({added})"]
                yield Site((original.rewrite(statement, *made),))
            else:
                name = original.fresh("result", "items", "collected", "values")
                made = [f"{name} = []", *lines, f"{deep}{name}.append({added})"]
                before = original.before(statement, *made)
                marks = ((before.start, before.end),)
                put = original.put(value, name)
                yield Site((before, put), marks, frozenset((name,)))


class MapOfLambda(Inverse):
    """A function is called through another one that does nothing else."""

    name = "map-of-lambda"
    codes = ("LNG202",)
    examples = (
        Example(
            """
            def numbers(text):
                return list(map(int, text.split()))
            """,
            """
            def numbers(text):
                return list(«map(lambda x: int(x), text.split())»)
            """,
            "numbers('1 2')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if not original.is_call(call, "map") or len(call.args) != 2:
                continue
            function = call.args[0]
            if isinstance(function, ast.Name | ast.Attribute):
                name = original.fresh("x", "v", "item", "value")
                text = f"lambda {name}: {original.text(function)}({name})"
                yield Site((original.put(function, text),), (original.span(call),))


class FillByComprehension(Inverse):
    """A list of equal items is made by a comprehension."""

    name = "fill-by-comprehension"
    codes = ("LNG207",)
    examples = (
        Example(
            """
            def zeros(n):
                return [0] * n
            """,
            """
            def zeros(n):
                return «[0 for _ in range(n)]»
            """,
            "zeros(3)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.BinOp):
            match node:
                case ast.BinOp(left=ast.List(elts=[item]), op=ast.Mult(), right=count):
                    if isinstance(item, ast.Constant | ast.UnaryOp) or item in _names(item):
                        text = f"[{original.text(item)} for _ in range({original.text(count)})]"
                        yield Site((original.put(node, text),))


def _names(node: ast.expr) -> list[ast.expr]:
    return [node] if isinstance(node, ast.Name) else []


class FilterThenMap(Inverse):
    """What fits is stored in one pass, and used in a second one."""

    name = "filter-then-map"
    prefix = "ALG6"
    examples = (
        Example(
            """
            def squares(numbers):
                return [n * n for n in numbers if n > 0]
            """,
            """
            def squares(numbers):
                return [n * n for n in «[n for n in numbers if n > 0]»]
            """,
            "squares([1, -2, 3])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp):
            match node.generators:
                case [
                    ast.comprehension(target=target, iter=items, ifs=[_, *_], is_async=0) as clause
                ]:
                    start, end = original.span(items)[0], original.span(clause.ifs[-1])[1]
                    name, text = original.text(target), original.program[start:end]
                    item = original.atom(target)
                    if text.count("(") == text.count(")"):
                        change = Change(start, end, f"[{item} for {name} in {text}]")
                        yield Site((change,))


class GeneratorInList(Inverse):
    """A list is made of a generator in place of a comprehension."""

    name = "list-of-generator"
    codes = ("LNG206",)
    examples = (
        Example(
            """
            def squares(numbers):
                return [n * n for n in numbers]
            """,
            """
            def squares(numbers):
                return «list(n * n for n in numbers)»
            """,
            "squares([1, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.ListComp):
            yield Site((original.put(node, f"list({original.text(node)[1:-1]})"),))


class IdentityComprehension(Inverse):
    """A container is copied item by item."""

    name = "identity-comprehension"
    codes = ("LNG203",)
    examples = (
        Example(
            """
            def distinct(items):
                return sorted(set(items))
            """,
            """
            def distinct(items):
                return sorted(«{item for item in items}»)
            """,
            "distinct([1, 2, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if not original.is_call(call, "list", "set") or len(call.args) != 1:
                continue
            items = call.args[0]
            if isinstance(items, ast.GeneratorExp) or "\n" in original.text(items):
                continue
            name = original.fresh("item", "x", "value", "element")
            opened, closed = "[]" if original.context.resolve(call.func) == "list" else "{}"
            text = f"{opened}{name} for {name} in {original.text(items)}{closed}"
            yield Site((original.put(call, text),), names=frozenset((name,)))
