"""A value is computed again where it was kept."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer.facts.scopes import Kind, Symbol
from effilint.dataset.twins.forms import assigned_in, assigned_once, plain_loops
from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class InvariantIntoLoop(Inverse):
    """A call whose value stays the same moves back into the loop."""

    name = "invariant-into-loop"
    codes = ("ALG701",)
    examples = (
        Example(
            """
            def shares(items: list[int]):
                total = sum(items)
                found = []
                for item in items:
                    found.append(item / total)
                return found
            """,
            """
            def shares(items: list[int]):
                found = []
                for item in items:
                    found.append(item / «sum(items)»)
                return found
            """,
            "shares([1, 2, 3])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for symbol, value in assigned_once(original):
            statement = original.context.statement(value)
            if not _is_worth_it(original, value) or not original.is_alone(statement):
                continue
            uses = original.loads(symbol)
            if not uses or not any(original.context.loops(use) for use in uses):
                continue
            if original.context.loops(statement) or _has_changed(original, symbol, value, uses):
                continue
            if any(
                original.context.function(use) is not original.context.function(statement)
                for use in uses
            ):
                continue
            yield _inlined(original, statement, value, uses)


class CallRepeated(Inverse):
    """A call is made again wherever its value is used."""

    name = "call-repeated"
    codes = ("ALG706",)
    examples = (
        Example(
            """
            def spreads(rows: list[list[int]]):
                found = []
                for row in rows:
                    low = min(row)
                    if low > 0:
                        found.append(low)
                return found
            """,
            """
            def spreads(rows: list[list[int]]):
                found = []
                for row in rows:
                    if «min(row)» > 0:
                        found.append(«min(row)»)
                return found
            """,
            "spreads([[1, 2], [-1], [3]])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for symbol, value in assigned_once(original):
            statement = original.context.statement(value)
            uses = original.loads(symbol)
            if not isinstance(value, ast.Call) or len(uses) < 2 or "\n" in original.text(value):
                continue
            if not original.is_alone(statement) or not original.context.is_pure(value):
                continue
            following = original.context.following(statement)
            inside = [u for u in uses if any(original.context.inside(u, s) for s in following)]
            around = original.context.loops(statement)
            if len(inside) < len(uses) or any(original.context.loops(u) != around for u in uses):
                continue
            if original.type(value).is_mutable or _is_touched(original, value, following):
                continue
            yield _inlined(original, statement, value, uses)


def _is_touched(original: Original, value: ast.expr, following: list[ast.stmt]) -> bool:
    """Whether what the value depends on may change afterwards."""
    names = [n for n in ast.walk(value) if isinstance(n, ast.Name)]
    return any(
        original.context.changes(name, statement)
        for name in names
        if original.context.symbol(name) is not None
        for statement in following
    )


def _is_worth_it(original: Original, value: ast.expr) -> bool:
    """Whether it is a call that goes through a collection."""
    if "\n" in original.text(value) or not original.context.is_pure(value):
        return False
    if isinstance(value, ast.SetComp | ast.ListComp | ast.DictComp):
        return True
    if original.is_call(value, *_LINEAR):
        return True
    match value:
        case ast.Call(func=ast.Attribute(attr=attr)):
            return attr in (
                "split",
                "lower",
                "upper",
                "strip",
                "replace",
                "count",
                "copy",
                "keys",
                "values",
            )
    return False


_LINEAR = tuple(
    "sum max min sorted set list tuple dict frozenset len collections.Counter math.gcd math.sqrt "
    "math.isqrt math.log math.factorial str bin abs int pow".split()
)


def _has_changed(original: Original, symbol: Symbol, value: ast.expr, uses: list[ast.Name]) -> bool:
    """Whether the value itself, or what it depends on, may change after it was computed."""
    home = symbol.scope.node
    if any(original.context.mutations(use, home) for use in uses[:1]):
        return True
    for name in (n for n in ast.walk(value) if isinstance(n, ast.Name)):
        found = original.context.symbol(name)
        if found is None:
            continue
        after = [
            place
            for place in original.context.changes(name, home)
            if getattr(place, "lineno", 0) > value.lineno
        ]
        if after:
            return True
    return False


def _inlined(
    original: Original, statement: ast.stmt, value: ast.expr, uses: list[ast.Name]
) -> Site:
    text = original.atom(value)
    puts = [original.put(use, text) for use in uses]
    if len(original.context.block(statement)) > 1:
        gone = original.delete(statement)
    else:
        gone = original.rewrite(statement, "pass")
    return Site((gone, *puts), tuple((change.start, change.end) for change in puts))


class PrefixAgain(Inverse):
    """The sum of the items so far is added up anew in each pass."""

    name = "prefix-again"
    codes = ("ALG705",)
    examples = (
        Example(
            """
            def best(items: list[int]):
                total = 0
                most = 0
                for i in range(len(items)):
                    total += items[i]
                    most = max(most, total)
                return most
            """,
            """
            def best(items: list[int]):
                total = 0
                most = 0
                for i in range(len(items)):
                    «total = sum(items[:i + 1])»
                    most = max(most, total)
                return most
            """,
            "best([1, -2, 3])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in plain_loops(original):
            place, items, item = _walk_of(original, loop)
            if (
                items is None
                or items.id in assigned_in(loop)
                or original.context.mutations(items, loop)
            ):
                continue
            for statement in loop.body:
                match statement:
                    case ast.AugAssign(
                        target=ast.Name(id=total) as target, op=ast.Add(), value=added
                    ):
                        pass
                    case _:
                        continue
                if original.text(added) not in item or not _starts_at_zero(original, target, loop):
                    continue
                name = place or original.fresh("i", "idx", "index")
                change = original.put(statement, f"{total} = sum({items.id}[:{name} + 1])")
                changes = [change]
                if place is None:
                    changes.append(
                        original.put(loop.target, f"{name}, {original.text(loop.target)}")
                    )
                    changes.append(original.put(loop.iter, f"enumerate({items.id})"))
                yield Site(tuple(changes), ((change.start, change.end),))


def _walk_of(original: Original, loop: ast.For) -> tuple[str | None, ast.Name | None, set[str]]:
    """The index and the list of a loop over all of a list, and how its items are written."""
    match loop:
        case ast.For(
            target=ast.Name(id=place),
            iter=ast.Call(
                func=ast.Name("range"),
                args=[ast.Call(func=ast.Name("len"), args=[ast.Name() as xs])],
            ),
        ):
            return place, xs, {f"{xs.id}[{place}]"}
        case ast.For(
            target=ast.Tuple(elts=[ast.Name(id=place), ast.Name(id=item)]),
            iter=ast.Call(func=ast.Name("enumerate"), args=[ast.Name() as xs]),
        ):
            return place, xs, {item, f"{xs.id}[{place}]"}
        case ast.For(target=ast.Name(id=item), iter=ast.Name() as xs):
            if original.type(xs).name == "list":
                return None, xs, {item}
    return None, None, set()


def _starts_at_zero(original: Original, total: ast.Name, loop: ast.For) -> bool:
    """Whether nothing but `total = 0` before the loop, and one statement in it, binds it."""
    symbol = original.local(total)
    if symbol is None or len(symbol.bindings) != 2:
        return False
    value = next((b.value for b in symbol.bindings if b.kind is Kind.ASSIGN), None)
    if not isinstance(value, ast.Constant) or value.value != 0:
        return False
    return original.context.statement(value) in original.context.block(loop)
