from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.patterns import names_in, range_bounds, walk


class CubicSameCollection(Rule):
    """Three nested loops go through the same collection to find triples.

    Each tenfold input takes a thousand times as long. Where the third item follows from the other
    two, a set or two moving ends find it without the innermost loop.
    """

    code = "OTH102"
    name = "cubic-same-collection"
    message = "Three nested loops over `{items}`: time grows with the cube of its size"
    advice = "Find the third item with a set, a dict or two moving ends, or limit the size"
    gain = Gain("O(n³)", "O(n²)", {10: 1.2, 100: 12.0, 300: 44.0})
    examples = (
        Bad(
            """
            def count_triples(numbers, total):
                count = 0
                for i in range(len(numbers)):
                    for j in range(i + 1, len(numbers)):
                        for k in range(j + 1, len(numbers)):  # OTH102
                            if numbers[i] + numbers[j] + numbers[k] == total:
                                count += 1
                return count
            """,
            fixed="""
            from collections import Counter

            def count_triples(numbers, total):
                count = 0
                before = Counter()
                for j, middle in enumerate(numbers):
                    for last in numbers[j + 1:]:
                        count += before[total - middle - last]
                    before[middle] += 1
                return count
            """,
            workload="count_triples([(i * 7919) % 101 for i in range(n)], 150)",
        ),
        # The items themselves, with an early return, in a method.
        Bad(
            """
            class Numbers:
                def find(self, total):
                    for a in self.values:
                        for b in self.values:
                            for c in self.values:  # OTH102
                                if a + b + c == total:
                                    return a, b, c
                    return None
            """
        ),
        # The sum has a name.
        Bad(
            """
            def closest(numbers, total):
                best = float("inf")
                n = len(numbers)
                for i in range(n - 2):
                    for j in range(i + 1, n - 1):
                        for k in range(j + 1, n):  # OTH102
                            found = numbers[i] + numbers[j] + numbers[k]
                            if abs(found - total) < abs(best - total):
                                best = found
                return best
            """
        ),
        # A comprehension; the size has a name.
        Bad(
            """
            def triangles(n):
                return [
                    (a, b, c)
                    for a in range(1, n)
                    for b in range(a, n)
                    for c in range(b, n)  # OTH102
                    if a * a + b * b == c * c
                ]
            """,
            fixed="""
            import math

            def triangles(n):
                found = []
                for a in range(1, n):
                    for b in range(a, n):
                        c = math.isqrt(a * a + b * b)
                        if c < n and a * a + b * b == c * c:
                            found.append((a, b, c))
                return found
            """,
            workload="triangles(n)",
        ),
        # Multiplying matrices takes this long.
        Good(
            """
            def multiply(a, b, n):
                result = [[0] * n for _ in range(n)]
                for i in range(n):
                    for j in range(n):
                        for k in range(n):
                            result[i][j] += a[i][k] * b[k][j]
                return result
            """
        ),
        # Most pairs are skipped.
        Good(
            """
            def count_triples(numbers, total):
                count = 0
                for a in numbers:
                    for b in numbers:
                        if a + b > total:
                            continue
                        for c in numbers:
                            if a + b + c == total:
                                count += 1
                return count
            """
        ),
        # A board of fixed size, and three different collections.
        Good(
            """
            def search(shirts, trousers, shoes):
                for x in range(3):
                    for y in range(3):
                        for z in range(3):
                            if x + y == z:
                                print(x, y, z)
                for shirt in shirts:
                    for pair in trousers:
                        for shoe in shoes:
                            if shirt.color + pair.color == shoe.color:
                                print(shirt, pair, shoe)
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        middle = context.parent(node)
        outer = context.parent(middle) if isinstance(middle, ast.For) else None
        if not isinstance(middle, ast.For) or not isinstance(outer, ast.For):
            return
        tests = [statement for statement in node.body if isinstance(statement, ast.If)]
        if len(tests) != 1 or len(node.body) > 2 or _prunes(outer.body) or _prunes(middle.body):
            return
        test = _with_named(tests[0].test, node.body[0])
        yield from self._nest((outer, middle, node), [test], node, context)

    def visit_comprehension(self, node: ast.comprehension, context: Context) -> Iterator[Finding]:
        whole = context.parent(node)
        loops = getattr(whole, "generators", [])
        if len(loops) != 3 or node is not loops[2] or not node.ifs:
            return
        if not loops[0].ifs and not loops[1].ifs:
            yield from self._nest(tuple(loops), node.ifs, node.iter, context)

    def _nest(
        self,
        loops: tuple[Loop, ...],
        tests: list[ast.expr],
        place: ast.expr | ast.stmt,
        context: Context,
    ) -> Iterator[Finding]:
        sizes = [_size(loop) for loop in loops]
        if sizes[0] is None or sizes[0] != sizes[1] or sizes[1] != sizes[2]:
            return
        names = [_variables(loop) for loop in loops]
        if any(not _compares_all(test, names) or _reads_table(test) for test in tests):
            return
        if all(context.trip_count(loop) is None for loop in loops):
            yield self.report(place, items=sizes[0])


def _with_named(test: ast.expr, first: ast.stmt) -> ast.expr:
    """The test, or what it is about: the value that the statement before gives a name."""
    match first:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in names_in(test):
            return ast.Compare(value, [ast.Eq()], [ast.Constant(0)])
    return test


def _prunes(block: list[ast.stmt]) -> bool:
    """Whether something around the inner loop decides if it runs."""
    return any(
        isinstance(node, ast.Continue | ast.Break | ast.While)
        for statement in block
        if not isinstance(statement, ast.For)
        for node in walk(statement)
    )


def _variables(loop: Loop) -> set[str]:
    return names_in(loop.target) if not isinstance(loop, ast.While) else set()


def _size(loop: Loop) -> str | None:
    """What the loop goes through, by its text: `xs` for `range(len(xs))` too."""
    if isinstance(loop, ast.While):
        return None
    bounds = range_bounds(loop.iter)
    size = bounds[1] if bounds else loop.iter
    match size:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=ast.Constant()) if bounds:
            size = left
    match size:
        case ast.Call(func=ast.Name("len" | "enumerate"), args=[inner]):
            size = inner
        case ast.Subscript(value=value, slice=ast.Slice(upper=None, step=None)):
            size = value
    return ast.unparse(size) if isinstance(size, ast.Name | ast.Attribute) else None


def _compares_all(test: ast.expr, names: list[set[str]]) -> bool:
    """Whether the items of all three loops are added, subtracted or compared with each other."""
    if not any(isinstance(node, ast.Compare) for node in walk(test)):
        return False
    calls = any(isinstance(node, ast.Call) for node in walk(test))
    used = names_in(test)
    return not calls and all(used & variables for variables in names)


def _reads_table(test: ast.expr) -> bool:
    """Whether two places lead to one value, as in `d[i][j]`: that takes all triples."""
    return any(
        isinstance(node, ast.Subscript) and isinstance(node.value, ast.Subscript)
        for node in walk(test)
    ) or any(
        isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) for node in walk(test)
    )
