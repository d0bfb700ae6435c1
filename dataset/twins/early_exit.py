"""Work goes on after the answer is known."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.inverse import Change, Example, Inverse, Site
from effilint.dataset.twins.original import Original


class BreakRemoved(Inverse):
    """A loop goes on after its flag is set."""

    name = "break-removed"
    codes = ("ALG201",)
    examples = (
        Example(
            """
            def has_zero(items):
                found = False
                for item in items:
                    if item == 0:
                        found = True
                        break
                return found
            """,
            """
            def has_zero(items):
                found = False
                «for item in items:
                    if item == 0:
                        found = True»
                return found
            """,
            "has_zero([1, 0, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in original.nodes(ast.For):
            for node in ast.walk(loop):
                if not isinstance(node, ast.If) or not original.context.loops(node):
                    continue
                if original.context.loops(node)[0] is not loop or len(node.body) < 2:
                    continue
                last = node.body[-1]
                is_flag = all(
                    isinstance(s, ast.Assign) and isinstance(s.value, ast.Constant)
                    for s in node.body[:-1]
                )
                if isinstance(last, ast.Break) and is_flag and original.is_alone(last):
                    before, _ = original.span(last)
                    _, end = original.span(node.body[-2])
                    change = Change(end, before + len("break"), "")
                    yield Site((change,), (original.span(loop),))


class ReturnAtTheEnd(Inverse):
    """The answer is known within a loop, and given after it."""

    name = "return-at-the-end"
    codes = ("ALG201",)
    examples = (
        Example(
            """
            def has_zero(items):
                for item in items:
                    if item == 0:
                        return True
                return False
            """,
            """
            def has_zero(items):
                result = False
                «for item in items:
                    if item == 0:
                        result = True»
                return result
            """,
            "has_zero([1, 0, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in original.nodes(ast.For, ast.While):
            following = original.context.following(loop)
            if not original.is_alone(loop) or not following:
                continue
            last = following[0]
            match last:
                case ast.Return(value=ast.Constant(value=bool(default))):
                    pass
                case _:
                    continue
            returns = [n for n in ast.walk(loop) if isinstance(n, ast.Return)]
            values = {ast.unparse(r.value) for r in returns if r.value is not None}
            if not returns or values != {str(not default)} or not original.is_alone(last):
                continue
            name = original.fresh("result", "found", "answer", "ok", "valid")
            puts = [original.put(r, f"{name} = {not default}") for r in returns]
            before = original.before(loop, f"{name} = {default}")
            after = original.put(last, f"return {name}")
            yield Site((before, *puts, after), (original.span(loop),), frozenset((name,)))


class BinarySearchOneByOne(Inverse):
    """The middle of a range becomes its start, so that a binary search tries one by one."""

    name = "binary-search-one-by-one"
    codes = ("ALG108",)
    examples = (
        Example(
            """
            def root(n):
                low, high = 0, n
                while low < high:
                    middle = (low + high) // 2
                    if middle * middle >= n:
                        high = middle
                    else:
                        low = middle + 1
                return low
            """,
            """
            def root(n):
                low, high = 0, n
                while low < high:
                    «middle = low»
                    if middle * middle >= n:
                        high = middle
                    else:
                        low = middle + 1
                return low
            """,
            "root(50)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement in original.nodes(ast.Assign):
            loops = original.context.loops(statement)
            if not loops or not isinstance(loops[0], ast.While):
                continue
            match statement:
                case ast.Assign(targets=[ast.Name(id=middle)], value=value):
                    ends = _ends(value)
                case _:
                    continue
            names = {n.id for n in ast.walk(loops[0].test) if isinstance(n, ast.Name)}
            if ends is None or not set(ends[:2]) <= names:
                continue
            low, high, is_upper = ends
            text = ast.unparse(loops[0])
            goes_up = f"{low} = {middle} + 1" in text
            goes_down = f"{high} = {middle} - 1" in text
            if goes_up and not is_upper:
                yield Site((original.put(statement, f"{middle} = {low}"),))
            elif goes_down:
                yield Site((original.put(statement, f"{middle} = {high}"),))


def _ends(value: ast.expr) -> tuple[str, str, bool] | None:
    """The ends of a range of which this is the middle, and whether it is rounded up."""
    match value:
        case ast.BinOp(left=total, op=ast.FloorDiv(), right=ast.Constant(value=2)):
            pass
        case ast.BinOp(left=total, op=ast.RShift(), right=ast.Constant(value=1)):
            pass
        case ast.BinOp(
            left=ast.Name(id=low),
            op=ast.Add(),
            right=ast.BinOp(
                left=ast.BinOp(left=ast.Name(id=high), op=ast.Sub(), right=ast.Name(id=again)),
                op=ast.FloorDiv() | ast.RShift(),
            ),
        ) if low == again:
            return low, high, False
        case ast.Call(
            func=ast.Name("int"),
            args=[ast.BinOp(left=total, op=ast.Div(), right=ast.Constant(value=2))],
        ):
            pass
        case _:
            return None
    match total:
        case ast.BinOp(left=ast.Name(id=low), op=ast.Add(), right=ast.Name(id=high)):
            return _in_order(low, high, is_upper=False)
        case ast.BinOp(
            left=ast.BinOp(left=ast.Name(id=low), op=ast.Add(), right=ast.Name(id=high)),
            op=ast.Add(),
            right=ast.Constant(value=1),
        ):
            return _in_order(low, high, is_upper=True)
    return None


def _in_order(one: str, other: str, *, is_upper: bool) -> tuple[str, str, bool]:
    """The lower end first, as far as the names tell."""
    if one[0] in "hr" and other[0] in "l":
        return other, one, is_upper
    return one, other, is_upper
