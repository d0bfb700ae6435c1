"""Large objects are made for little."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer.facts.scopes import Kind
from effilint.dataset.twins.forms import plain_loops
from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class InPlaceByCopy(Inverse):
    """A list is sorted, or turned round, by way of a copy."""

    name = "in-place-by-copy"
    prefix = "MEM2"
    examples = (
        Example(
            """
            def ranked(items: list[int]):
                items.sort()
                return items
            """,
            """
            def ranked(items: list[int]):
                «items[:] = sorted(items)»
                return items
            """,
            "ranked([2, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement in original.nodes(ast.Expr):
            match statement.value:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name() as items, attr="sort" | "reverse" as done),
                    args=[],
                    keywords=keywords,
                ) if original.type(items).name == "list":
                    given = "".join(
                        f", {original.program[slice(*_keyword(original, k))]}" for k in keywords
                    )
                    made = f"sorted({items.id}{given})" if done == "sort" else f"{items.id}[::-1]"
                    yield Site((original.put(statement, f"{items.id}[:] = {made}"),))


def _keyword(original: Original, keyword: ast.keyword) -> tuple[int, int]:
    start, end = original.span(keyword.value)
    return original.program.rfind(keyword.arg or "", 0, start), end


class RangeInList(Inverse):
    """All numbers of a range are kept for a loop."""

    name = "materialised-range"
    codes = ("MEM205",)
    prefix = "MEM2"
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
                «numbers = [number for number in range(n)]»
                for i in numbers:
                    result += i
                return result
            """,
            "total(5)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in plain_loops(original):
            if original.is_call(loop.iter, "range"):
                name = original.fresh("numbers", "indices", "positions", "steps")
                item = original.fresh("number", "value", "x", "k")
                made = f"[{item} for {item} in {original.text(loop.iter)}]"
                before = original.before(loop, f"{name} = {made}")
                yield Site(
                    (before, original.put(loop.iter, name)),
                    ((before.start, before.end),),
                    frozenset((name, item)),
                )


class HistoryKept(Inverse):
    """All values of a variable are kept, of which only the last is needed."""

    name = "history-kept"
    codes = ("MEM207",)
    examples = (
        Example(
            """
            def total(n):
                result = 0
                for i in range(n):
                    result = result + i
                return result
            """,
            """
            def total(n):
                result = 0
                «history = [result]»
                for i in range(n):
                    «history.append(result + i)
                    result = history[-1]»
                return result
            """,
            "total(5)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in plain_loops(original):
            for statement in loop.body:
                match statement:
                    case ast.Assign(targets=[ast.Name(id=name) as target], value=value):
                        new = original.text(value)
                    case ast.AugAssign(
                        target=ast.Name(id=name) as target, op=ast.Add(), value=value
                    ):
                        new = f"{name} + {original.atom(value)}"
                    case _:
                        continue
                if original.type(target).name != "int" and not isinstance(statement, ast.Assign):
                    continue
                if "\n" in new or not original.is_alone(statement):
                    continue
                symbol = original.local(target)
                kinds = (Kind.ASSIGN, Kind.AUGMENTED, Kind.UNPACK, Kind.ARGUMENT)
                if symbol is None or any(b.kind not in kinds for b in symbol.bindings):
                    continue
                if not _is_bound_before(original, target, loop):
                    continue
                kept = original.fresh("history", "values", "states", "table", "records")
                if isinstance(statement, ast.AugAssign):
                    new = f"{kept}[-1] + {original.atom(value)}"
                within = [b for b in symbol.bindings if original.context.inside(b.node, loop)]
                if len(within) > 1:
                    continue
                before = original.before(loop, f"{kept} = [{name}]")
                put = original.rewrite(statement, f"{kept}.append({new})", f"{name} = {kept}[-1]")
                yield Site((before, put), (), frozenset((kept,)))
                break


def _is_bound_before(original: Original, target: ast.Name, loop: ast.For) -> bool:
    symbol = original.local(target)
    return symbol is not None and any(
        b.node is not target and getattr(b.node, "lineno", loop.lineno) < loop.lineno
        for b in symbol.bindings
    )


class LinesReadFirst(Inverse):
    """All lines are read before the first is looked at."""

    name = "lines-read-first"
    codes = ("MEM101",)
    examples = (
        Example(
            """
            import sys
            for line in sys.stdin:
                print(line.strip())
            """,
            """
            import sys
            for line in «sys.stdin.readlines()»:
                print(line.strip())
            """,
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.Attribute):
            if original.context.resolve(node) != "sys.stdin":
                continue
            parent = original.context.parent(node)
            if isinstance(parent, ast.For | ast.comprehension) and parent.iter is node:
                yield Site((original.put(node, f"{original.text(node)}.readlines()"),))
