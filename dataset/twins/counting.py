"""Items are counted and compared one by one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.forms import assigned_in, assigned_once
from effilint.dataset.twins.inverse import Change, Example, Inverse, Site
from effilint.dataset.twins.original import Original


class CounterToCount(Inverse):
    """Items are counted anew for each question."""

    name = "counter-to-count"
    codes = ("ALG503",)
    examples = (
        Example(
            """
            from collections import Counter

            def single(items: list[int]):
                counts = Counter(items)
                return [item for item in items if counts[item] == 1]
            """,
            """
            from collections import Counter

            def single(items: list[int]):
                return [item for item in items if «items.count(item)» == 1]
            """,
            "single([1, 2, 1])",
        ),
        Example(
            """
            from collections import Counter

            def most(items: list[int]):
                counts = Counter(items)
                return max(counts.values())
            """,
            """
            from collections import Counter

            def most(items: list[int]):
                counts = Counter(«{item: items.count(item) for item in items}»)
                return max(counts.values())
            """,
            "most([1, 2, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if not original.is_call(call, "collections.Counter") or len(call.args) != 1:
                continue
            items = call.args[0]
            if not isinstance(items, ast.Name) or original.type(items).name not in ("list", "str"):
                continue
            asked = _asked(original, call, items)
            if asked is not None:
                yield asked
                continue
            item = original.fresh("item", "x", "value", "key")
            text = f"{{{item}: {items.id}.count({item}) for {item} in {items.id}}}"
            yield Site((original.put(items, text),), (), frozenset((item,)))


def _asked(original: Original, call: ast.Call, items: ast.Name) -> Site | None:
    """The counter left out, where it is only asked how often an item occurs."""
    for symbol, value in assigned_once(original):
        if value is not call:
            continue
        home, statement = symbol.scope.node, original.context.statement(call)
        if items.id in assigned_in(home) or original.context.mutations(items, home):
            return None
        puts: list[Change] = []
        for use in original.loads(symbol):
            parent = original.context.parent(use)
            match parent:
                case ast.Subscript(value=asked, slice=key, ctx=ast.Load()) if asked is use:
                    puts.append(original.put(parent, f"{items.id}.count({original.text(key)})"))
                case _:
                    return None
        if not puts or not original.is_alone(statement):
            return None
        return Site((original.delete(statement), *puts), tuple((p.start, p.end) for p in puts))
    return None


class ComparedPairwise(Inverse):
    """Duplicates are looked for by comparing all pairs."""

    name = "duplicates-by-pairs"
    codes = ("ALG505",)
    examples = (
        Example(
            """
            def has_duplicates(items: list[int]):
                return len(set(items)) != len(items)
            """,
            """
            def has_duplicates(items: list[int]):
                return «any(items[i] == items[j] for i in range(len(items)) for j in range(i))»
            """,
            "has_duplicates([1, 2, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for test in original.nodes(ast.Compare):
            match test:
                case ast.Compare(
                    left=ast.Call() as one,
                    ops=[ast.Eq() | ast.NotEq() | ast.Lt() | ast.Gt() as op],
                    comparators=[ast.Call() as other],
                ) if original.is_call(one, "len") and original.is_call(other, "len"):
                    pass
                case _:
                    continue
            items = _of_set(original, one.args[0], other.args[0]) or _of_set(
                original, other.args[0], one.args[0]
            )
            if items is None:
                continue
            i, j = original.fresh("i", "a", "p"), original.fresh("j", "b", "q")
            pairs = f"for {i} in range(len({items})) for {j} in range({i})"
            text = f"any({items}[{i}] == {items}[{j}] {pairs})"
            if isinstance(op, ast.Eq):
                text = f"(not {text})"
            yield Site((original.put(test, text),), (), frozenset((i, j)))


def _of_set(original: Original, one: ast.expr, other: ast.expr) -> str | None:
    """The list of which `one` is the set and which `other` is."""
    if isinstance(one, ast.Call) and original.is_call(one, "set") and len(one.args) == 1:
        inner = one.args[0]
        is_list = isinstance(inner, ast.Name) and original.type(inner).name in ("list", "str")
        if is_list and original.text(inner) == original.text(other):
            return original.text(inner)
    return None


class SortedCompared(Inverse):
    """Whether texts hold the same letters is found by taking letters away one by one."""

    name = "equal-letters-by-removing"
    codes = ("ALG104",)
    examples = (
        Example(
            """
            def is_anagram(one: str, other: str):
                return sorted(one) == sorted(other)
            """,
            """
            def is_anagram(one: str, other: str):
                «def fits(left, right):
                    left = list(left)
                    for item in right:
                        if item not in left:
                            return False
                        left.remove(item)
                    return not left»
                return fits(one, other)
            """,
            "is_anagram('abc', 'cab')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for test in original.nodes(ast.Compare):
            match test:
                case ast.Compare(
                    left=ast.Call() as one, ops=[ast.Eq()], comparators=[ast.Call() as other]
                ):
                    names = ("sorted", "collections.Counter")
                case _:
                    continue
            if not (original.is_call(one, *names) and original.is_call(other, *names)):
                continue
            statement = original.context.statement(test)
            if not isinstance(statement, ast.Return | ast.Assign) or not original.is_alone(
                statement
            ):
                continue
            if len(one.args) != 1 or len(other.args) != 1:
                continue
            name = original.fresh("fits", "same_items", "matches", "is_permutation")
            left, right = (
                original.fresh("left", "pool", "rest"),
                original.fresh("right", "wanted", "given"),
            )
            item = original.fresh("item", "x", "entry")
            before = original.before(
                statement,
                f"def {name}({left}, {right}):",
                f"\t{left} = list({left})",
                f"\tfor {item} in {right}:",
                f"\t\tif {item} not in {left}:",
                "\t\t\treturn False",
                f"\t\t{left}.remove({item})",
                f"\treturn not {left}",
            )
            put = original.put(
                test, f"{name}({original.text(one.args[0])}, {original.text(other.args[0])})"
            )
            yield Site(
                (before, put), ((before.start, before.end),), frozenset((name, left, right, item))
            )
