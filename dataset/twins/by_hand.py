"""What a built-in does is done in a loop."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.forms import whole_value
from effilint.dataset.twins.inverse import Example, Inverse, Site
from effilint.dataset.twins.original import Original


class SumByHand(Inverse):
    """Numbers are added up in a loop."""

    name = "sum-by-hand"
    codes = ("LNG101",)
    examples = (
        Example(
            """
            def mean(items):
                count = sum(items)
                return count / len(items)
            """,
            """
            def mean(items):
                «total = 0
                for value in items:
                    total += value»
                count = total
                return count / len(items)
            """,
            "mean([1, 2, 3])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement, value in whole_value(original):
            if not original.is_call(value, "sum"):
                continue
            assert isinstance(value, ast.Call)
            if len(value.args) != 1 or "\n" in original.text(value):
                continue
            total = original.fresh("total", "result", "acc", "subtotal")
            item = original.fresh("value", "item", "x", "v")
            before = original.before(
                statement,
                f"{total} = 0",
                f"for {item} in {_items(original, value.args[0])}:",
                f"\t{total} += {item}",
            )
            yield Site(
                (before, original.put(value, total)),
                ((before.start, before.end),),
                frozenset((total, item)),
            )


class ExtremeByHand(Inverse):
    """The smallest or largest item is looked for in a loop."""

    name = "extreme-by-hand"
    prefix = "LNG1"
    examples = (
        Example(
            """
            def largest(items):
                return max(items)
            """,
            """
            def largest(items):
                «best = None
                for value in items:
                    if best is None or value > best:
                        best = value»
                return best
            """,
            "largest([1, 3, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement, value in whole_value(original):
            if not original.is_call(value, "max", "min"):
                continue
            assert isinstance(value, ast.Call)
            if len(value.args) != 1 or "\n" in original.text(value):
                continue
            best = original.fresh("best", "result", "extreme", "chosen")
            item = original.fresh("value", "item", "x", "v")
            sign = ">" if original.context.resolve(value.func) == "max" else "<"
            before = original.before(
                statement,
                f"{best} = None",
                f"for {item} in {_items(original, value.args[0])}:",
                f"\tif {best} is None or {item} {sign} {best}:",
                f"\t\t{best} = {item}",
            )
            yield Site(
                (before, original.put(value, best)),
                ((before.start, before.end),),
                frozenset((best, item)),
            )


class SortByHand(Inverse):
    """A list is sorted by hand."""

    name = "sort-by-hand"
    codes = ("LNG106",)
    examples = (
        Example(
            """
            def ordered(items):
                result = sorted(items)
                return result
            """,
            """
            def ordered(items):
                result = list(items)
                «for i in range(1, len(result)):
                    j = i
                    while j > 0 and result[j - 1] > result[j]:
                        result[j - 1], result[j] = result[j], result[j - 1]
                        j -= 1»
                return result
            """,
            "ordered([3, 1, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement in original.nodes(ast.Assign, ast.Expr):
            if not original.is_alone(statement):
                continue
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    if not original.is_call(value, "sorted"):
                        continue
                    assert isinstance(value, ast.Call)
                    copied = [original.put(value, f"list({original.text(value.args[0])})")]
                case ast.Expr(
                    value=ast.Call(
                        func=ast.Attribute(value=ast.Name(id=name) as items, attr="sort"),
                        args=[],
                        keywords=[],
                    )
                ) if original.type(items).name == "list":
                    copied = []
                case _:
                    continue
            i = original.fresh("i", "a", "left", "first")
            j = original.fresh("j", "b", "right", "second")
            if original.choice("insertion", "bubble") == "insertion":
                lines = [
                    f"for {i} in range(1, len({name})):",
                    f"\t{j} = {i}",
                    f"\twhile {j} > 0 and {name}[{j} - 1] > {name}[{j}]:",
                    f"\t\t{name}[{j} - 1], {name}[{j}] = {name}[{j}], {name}[{j} - 1]",
                    f"\t\t{j} -= 1",
                ]
            else:
                lines = [
                    f"for {i} in range(len({name})):",
                    f"\tfor {j} in range(len({name}) - {i} - 1):",
                    f"\t\tif {name}[{j}] > {name}[{j} + 1]:",
                    f"\t\t\t{name}[{j}], {name}[{j} + 1] = {name}[{j} + 1], {name}[{j}]",
                ]
            if copied:
                after = original.after(statement, *lines)
                marks = ((after.start, after.end),)
                yield Site((*copied, after), marks, frozenset((i, j)))
            else:
                yield Site((original.rewrite(statement, *lines),), (), frozenset((i, j)))


class FrequencyByHand(Inverse):
    """Items are counted in a loop, or in one loop for each of them."""

    name = "frequency-by-hand"
    codes = ("LNG104",)
    examples = (
        Example(
            """
            from collections import Counter

            def most(items):
                counts = Counter(items)
                return max(counts.values())
            """,
            """
            from collections import Counter

            def most(items):
                counts = Counter()
                «for item in items:
                    counts[item] = counts.get(item, 0) + 1»
                return max(counts.values())
            """,
            "most([1, 2, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement in original.nodes(ast.Assign):
            match statement:
                case ast.Assign(
                    targets=[ast.Name(id=name)], value=ast.Call(args=[items]) as call
                ) if original.is_call(call, "collections.Counter") and original.is_alone(statement):
                    item = original.fresh("item", "x", "key", "value")
                    after = original.after(
                        statement,
                        f"for {item} in {_items(original, items)}:",
                        f"\t{name}[{item}] = {name}.get({item}, 0) + 1",
                    )
                    empty = original.put(items, "")
                    yield Site((empty, after), ((after.start, after.end),), frozenset((item,)))


def _items(original: Original, items: ast.expr) -> str:
    """What to go through: a generator that is the only argument has its brackets outside."""
    text = original.text(items)
    return text if not isinstance(items, ast.GeneratorExp) or text[0] == "(" else f"({text})"


class MembershipByLoop(Inverse):
    """An item is looked for in a loop of Python."""

    name = "membership-by-loop"
    codes = ("ALG502",)
    examples = (
        Example(
            """
            def common(one, other):
                known = set(other)
                found = []
                for item in one:
                    if item in known:
                        found.append(item)
                return found
            """,
            """
            def common(one, other):
                known = set(other)
                found = []
                for item in one:
                    «is_known = False
                    for entry in known:
                        if entry == item:
                            is_known = True
                            break»
                    if is_known:
                        found.append(item)
                return found
            """,
            "common([1, 2, 3], [3, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for choice in original.nodes(ast.If):
            match choice.test:
                case ast.Compare(
                    left=item, ops=[ast.In() | ast.NotIn() as op], comparators=[ast.Name() as where]
                ):
                    kind = original.type(where)
                case _:
                    continue
            if not (kind.is_set or kind.is_mapping) or not original.context.loops(choice):
                continue
            if not original.is_alone(choice) or isinstance(item, ast.Constant):
                continue
            if not original.program[original.span(choice)[0] :].startswith("if"):
                continue
            flag = original.fresh("is_known", "found", "exists", "matched", "hit")
            entry = original.fresh("entry", "other", "candidate", "member")
            end = ["\t\tbreak"] if original.choice("break", "all") == "break" else []
            before = original.before(
                choice,
                f"{flag} = False",
                f"for {entry} in {where.id}:",
                f"\tif {entry} == {original.atom(item)}:",
                f"\t\t{flag} = True",
                *(["\t\tbreak"] if end else []),
            )
            test = original.put(choice.test, f"not {flag}" if isinstance(op, ast.NotIn) else flag)
            marks = ((before.start, before.end),)
            yield Site((before, test), marks, frozenset((flag, entry)))
