"""What a table or a sorted list answers at once is searched for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.forms import assigned_in, assigned_once
from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class BisectToScan(Inverse):
    """A sorted list is searched from its start."""

    name = "bisect-to-scan"
    codes = ("ALG108",)
    examples = (
        Example(
            """
            from bisect import bisect_left

            def place(items, wanted):
                return bisect_left(items, wanted)
            """,
            """
            from bisect import bisect_left

            def place(items, wanted):
                return «next((i for i, value in enumerate(items) if value >= wanted), len(items))»
            """,
            "place([1, 3, 5], 4)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            name = original.context.resolve(call.func)
            if name not in ("bisect.bisect_left", "bisect.bisect_right", "bisect.bisect"):
                continue
            if len(call.args) != 2 or call.keywords or not isinstance(call.args[0], ast.Name):
                continue
            sign = ">=" if name == "bisect.bisect_left" else ">"
            i, value = (
                original.fresh("i", "k", "pos", "p"),
                original.fresh("value", "x", "v", "item"),
            )
            items, wanted = call.args[0].id, original.atom(call.args[1])
            found = f"({i} for {i}, {value} in enumerate({items}) if {value} {sign} {wanted})"
            text = f"next({found}, len({items}))"
            yield Site((original.put(call, text),), (), frozenset((i, value)))


class InsortToSort(Inverse):
    """A list is sorted after each new item."""

    name = "insort-to-sort"
    codes = ("DST202",)
    examples = (
        Example(
            """
            from bisect import insort

            def ranked(items):
                found = []
                for item in items:
                    insort(found, item)
                return found
            """,
            """
            from bisect import insort

            def ranked(items):
                found = []
                for item in items:
                    «found.append(item)
                    found.sort()»
                return found
            """,
            "ranked([2, 1, 3])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement in original.nodes(ast.Expr):
            call = statement.value
            names = ("bisect.insort", "bisect.insort_left", "bisect.insort_right")
            if not isinstance(call, ast.Call) or not original.is_call(call, *names):
                continue
            if len(call.args) == 2 and original.is_alone(statement):
                items, item = original.atom(call.args[0]), original.text(call.args[1])
                lines = (f"{items}.append({item})", f"{items}.sort()")
                yield Site((original.rewrite(statement, *lines),))


class PlacesToScan(Inverse):
    """Where an item stands is searched for in the list each time."""

    name = "places-to-scan"
    codes = ("ALG504",)
    examples = (
        Example(
            """
            def ranks(items: list[int], xs: list[int]):
                place = {item: i for i, item in enumerate(xs)}
                return [place[item] for item in items]
            """,
            """
            def ranks(items: list[int], xs: list[int]):
                return [«max(i for i, item2 in enumerate(xs) if item2 == item)» for item in items]
            """,
            "ranks([1, 2], [2, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for symbol, value in assigned_once(original):
            match value:
                case ast.DictComp(
                    key=ast.Name(id=item),
                    value=ast.Name(id=place),
                    generators=[
                        ast.comprehension(
                            target=ast.Tuple(elts=[ast.Name(id=first), ast.Name(id=second)]),
                            iter=ast.Call(args=[ast.Name() as items]) as walked,
                            ifs=[],
                        )
                    ],
                ) if (first, second) == (place, item) and original.is_call(walked, "enumerate"):
                    pass
                case _:
                    continue
            home, statement = symbol.scope.node, original.context.statement(value)
            if items.id in assigned_in(home) or original.context.mutations(items, home):
                continue
            puts = []
            entry = f"{item}2"
            for use in original.loads(symbol):
                parent = original.context.parent(use)
                match parent:
                    case ast.Subscript(value=asked, slice=key, ctx=ast.Load()) if asked is use:
                        test = f"{entry} == {original.atom(key)}"
                        text = (
                            f"max({place} for {place}, {entry} in enumerate({items.id}) if {test})"
                        )
                        puts.append(original.put(parent, text))
                    case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[asked]) if (
                        asked is use
                    ):
                        puts.append(original.put(use, items.id))
                    case _:
                        break
            else:
                if puts and original.is_alone(statement):
                    marks = tuple((p.start, p.end) for p in puts)
                    yield Site((original.delete(statement), *puts), marks, frozenset((entry,)))
