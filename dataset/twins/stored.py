"""What could be used one by one is stored first."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.inverse import Change, Example, Inverse, Site
from effilint.dataset.twins.original import Original


class ListInReducer(Inverse):
    """What a function takes one by one is put into a list first."""

    name = "list-in-reducer"
    codes = ("MEM201",)
    examples = (
        Example(
            """
            def squares(n):
                return sum(i * i for i in range(n))
            """,
            """
            def squares(n):
                return sum(«[i * i for i in range(n)]»)
            """,
            "squares(4)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if len(call.args) != 1 or not original.is_call(call, *_REDUCING):
                continue
            items = call.args[0]
            if isinstance(items, ast.GeneratorExp):
                yield Site((_as_list(original, call, items),))
            elif original.is_call(items, "range", "map", "zip", "filter", "enumerate"):
                yield Site((original.put(items, f"list({original.text(items)})"),))


_REDUCING = ("sum", "min", "max", "set", "frozenset", "dict", "collections.Counter")


def _as_list(original: Original, call: ast.Call, items: ast.GeneratorExp) -> Change:
    text = original.text(items)
    inner = text[1:-1] if text.startswith("(") and _is_bracketed(items) else text
    if original.span(items)[1] == original.span(call)[1]:  # the brackets of the call are its own
        start, end = original.span(items)
        return Change(start + 1, end - 1, f"[{original.program[start + 1 : end - 1]}]")
    return original.put(items, f"[{inner}]")


def _is_bracketed(items: ast.GeneratorExp) -> bool:
    return items.col_offset < items.elt.col_offset or items.lineno < items.elt.lineno


class AnyOfList(Inverse):
    """All answers are computed before one of them is looked for."""

    name = "any-of-list"
    codes = ("ALG202",)
    examples = (
        Example(
            """
            def has_negative(numbers):
                return any(n < 0 for n in numbers)
            """,
            """
            def has_negative(numbers):
                return any(«[n < 0 for n in numbers]»)
            """,
            "has_negative([-1, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if original.is_call(call, "any", "all") and len(call.args) == 1:
                if isinstance(call.args[0], ast.GeneratorExp):
                    yield Site((_as_list(original, call, call.args[0]),))


class AnyToCount(Inverse):
    """All that fit are collected to see if there is one."""

    name = "any-to-length"
    codes = ("ALG203",)
    examples = (
        Example(
            """
            def has_negative(numbers):
                return any(n < 0 for n in numbers)
            """,
            """
            def has_negative(numbers):
                return «len([n for n in numbers if n < 0]) > 0»
            """,
            "has_negative([-1, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if not original.is_call(call, "any", "all"):
                continue
            match call.args:
                case [ast.GeneratorExp(elt=test, generators=[ast.comprehension(ifs=[]) as clause])]:
                    target, items = original.text(clause.target), original.text(clause.iter)
                    item = original.atom(clause.target)
                    is_any = original.context.resolve(call.func) == "any"
                    wanted = original.text(test) if is_any else f"not {original.atom(test)}"
                    count = f"len([{item} for {target} in {items} if {wanted}])"
                    text = f"{count} {'>' if is_any else '=='} 0"
                    parent = original.context.parent(call)
                    is_whole = isinstance(parent, ast.Return | ast.Assign | ast.If)
                    yield Site((original.put(call, text if is_whole else f"({text})"),))


class ListAroundIterator(Inverse):
    """What a loop goes through is put into a list first."""

    name = "list-around-iterator"
    codes = ("MEM105",)
    examples = (
        Example(
            """
            def total(n):
                result = 0
                for i in range(n):
                    result += i
                return result
            """,
            """
            def total(n):
                result = 0
                for i in «list(range(n))»:
                    result += i
                return result
            """,
            "total(4)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.For):
            items = node.iter
            if original.is_call(items, "range", "zip", "enumerate", "map", "filter", "reversed"):
                yield Site((original.put(items, f"list({original.text(items)})"),))
            elif isinstance(items, ast.Call) and isinstance(items.func, ast.Attribute):
                if items.func.attr in ("items", "values", "keys") and not items.args:
                    yield Site((original.put(items, f"list({original.text(items)})"),))


class CombinatoricsInList(Inverse):
    """All arrangements are stored before the first is used."""

    name = "combinatorics-in-list"
    codes = ("MEM203",)
    examples = (
        Example(
            """
            from itertools import combinations

            def pairs(items):
                return sum(a < b for a, b in combinations(items, 2))
            """,
            """
            from itertools import combinations

            def pairs(items):
                return sum(a < b for a, b in «list(combinations(items, 2))»)
            """,
            "pairs([1, 3, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        names = [
            f"itertools.{n}" for n in ("combinations", "permutations", "product", "accumulate")
        ]
        for call in original.nodes(ast.Call):
            if not original.is_call(call, *names):
                continue
            parent = original.context.parent(call)
            is_walked = isinstance(parent, ast.For | ast.comprehension) and parent.iter is call
            if is_walked or original.is_call(parent, *_REDUCING, "map"):
                yield Site((original.put(call, f"list({original.text(call)})"),))


class LengthOfList(Inverse):
    """What fits is collected to count it."""

    name = "length-of-list"
    codes = ("MEM103",)
    examples = (
        Example(
            """
            def even(numbers):
                return sum(1 for n in numbers if n % 2 == 0)
            """,
            """
            def even(numbers):
                return «len([n for n in numbers if n % 2 == 0])»
            """,
            "even([1, 2, 4])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if not original.is_call(call, "sum"):
                continue
            match call.args:
                case [
                    ast.GeneratorExp(
                        elt=ast.Constant(value=1), generators=[ast.comprehension(ifs=[_]) as clause]
                    )
                ]:
                    target, items = original.text(clause.target), original.text(clause.iter)
                    item = original.atom(clause.target)
                    test = original.text(clause.ifs[0])
                    yield Site(
                        (original.put(call, f"len([{item} for {target} in {items} if {test}])"),)
                    )
