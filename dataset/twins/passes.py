"""One pass becomes several, and work goes on after the answer is known."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.forms import assigned_in, plain_loops, read_in
from effilint.dataset.twins.inverse import Change, Example, Inverse, Site
from effilint.dataset.twins.original import Original


class LoopSplit(Inverse):
    """A loop that does two things becomes two loops."""

    name = "loop-split"
    prefix = "ALG6"
    examples = (
        Example(
            """
            def both(items: list[int]):
                total = 0
                largest = 0
                for item in items:
                    total += item
                    largest = max(largest, item)
                return total, largest
            """,
            """
            def both(items: list[int]):
                total = 0
                largest = 0
                «for item in items:
                    total += item
                for item in items:
                    largest = max(largest, item)»
                return total, largest
            """,
            "both([1, 3, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in plain_loops(original):
            if len(loop.body) < 2 or not _is_repeatable(original, loop):
                continue
            if any(
                isinstance(n, ast.Break | ast.Return | ast.Continue | ast.Yield)
                for n in ast.walk(loop)
            ):
                continue
            for cut in range(1, len(loop.body)):
                if not original.is_alone(loop.body[cut]):
                    continue
                first, second = loop.body[:cut], loop.body[cut:]
                if _are_independent(first, second):
                    start, _ = original.span(loop)
                    body, _ = original.span(loop.body[0])
                    place, _ = original.span(loop.body[cut])
                    inner = original.indent(loop.body[0])
                    head = original.program[start:body].rstrip()
                    text = (
                        f"{original.newline}{original.indent(loop)}{head}{original.newline}{inner}"
                    )
                    _, end = original.span(loop.body[cut - 1])
                    change = Change(place - len(inner) - len(original.newline), place, text)
                    if end <= change.start:
                        yield Site((change,), (original.span(loop),))
                    break


def _is_repeatable(original: Original, loop: ast.For) -> bool:
    kind = original.type(loop.iter)
    is_call = original.is_call(loop.iter, "range", "enumerate", "zip", "reversed")
    if is_call and isinstance(loop.iter, ast.Call):
        return all(
            original.type(a).is_known and not original.type(a).is_lazy for a in loop.iter.args
        )
    return kind.is_known and not kind.is_lazy


def _are_independent(first: list[ast.stmt], second: list[ast.stmt]) -> bool:
    """Whether neither part reads or changes what the other one changes."""
    one, other = (_touched(part) for part in (first, second))
    return not (one[0] & (other[0] | other[1])) and not (other[0] & one[1])


def _touched(part: list[ast.stmt]) -> tuple[set[str], set[str]]:
    """The names whose values may change, and those that are read."""
    changed: set[str] = set()
    read: set[str] = set()
    for statement in part:
        changed |= assigned_in(statement)
        read |= read_in(statement)
        for node in ast.walk(statement):
            match node:
                case ast.Subscript(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store()):
                    changed |= read_in(node)
                case ast.Call(func=ast.Attribute(value=owner)):
                    changed |= read_in(owner)
                case ast.Call(args=args, func=ast.Name(id=name)) if name not in _PURE:
                    changed |= {n for a in args for n in read_in(a)} | {"<anything>"}
    return changed, read


_PURE = frozenset("len max min sum abs int str ord chr float set list tuple sorted range".split())


class Partition(Inverse):
    """Two lists are filled in one pass for each."""

    name = "complementary-partitions"
    codes = ("ALG602",)
    examples = (
        Example(
            """
            def split(items: list[int]):
                even, odd = [], []
                for item in items:
                    if item % 2 == 0:
                        even.append(item)
                    else:
                        odd.append(item)
                return even, odd
            """,
            """
            def split(items: list[int]):
                even, odd = [], []
                «even += [item for item in items if item % 2 == 0]
                odd += [item for item in items if not (item % 2 == 0)]»
                return even, odd
            """,
            "split([1, 2, 3, 4])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in plain_loops(original):
            match loop.body:
                case [
                    ast.If(
                        test=test,
                        body=[
                            ast.Expr(
                                value=ast.Call(
                                    func=ast.Attribute(value=ast.Name(id=a), attr="append"),
                                    args=[x],
                                )
                            )
                        ],
                        orelse=[
                            ast.Expr(
                                value=ast.Call(
                                    func=ast.Attribute(value=ast.Name(id=b), attr="append"),
                                    args=[y],
                                )
                            )
                        ],
                    )
                ] if a != b and _is_repeatable(original, loop):
                    pass
                case _:
                    continue
            if {a, b} & (read_in(test) | read_in(loop.iter)) or "\n" in original.text(test):
                continue
            clause = f"for {original.text(loop.target)} in {original.text(loop.iter)}"
            lines = (
                f"{a} += [{original.text(x)} {clause} if {original.text(test)}]",
                f"{b} += [{original.text(y)} {clause} if not {original.atom(test)}]",
            )
            yield Site((original.rewrite(loop, *lines),))
