from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

from effilint.analyzer import AddImport, Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.memo import may_be_remembered, takes_hashable
from effilint.analyzer.facts.positions import moved
from effilint.analyzer.facts.recursion import on_one_path
from effilint.analyzer.rewrite import decorated


class OverlappingSubproblems(Rule):
    """A recursion over two or more positions solves the same subproblems again and again.

    There are only as many different subproblems as combinations of the positions, but
    exponentially many calls. The fix remembers results with `functools.cache`; it assumes that
    what else the function reads does not change between calls.
    """

    code = "ALG205"
    name = "overlapping-subproblems"
    message = "`{name}` solves the same subproblems again and again for each `({positions})`"
    advice = "Remember results with `functools.cache`, or fill a table"
    safety = Safety.UNSAFE
    gain = Gain("O(2^(n+m))", "O(n m)", {5: 4.5, 8: 82.0, 10: 760.0})
    examples = (
        Bad(
            """
            def paths(rows, columns):
                if rows == 1 or columns == 1:
                    return 1
                return paths(rows - 1, columns) + paths(rows, columns - 1)  # ALG205
            """,
            fixed="""
            import functools


            @functools.cache
            def paths(rows, columns):
                if rows == 1 or columns == 1:
                    return 1
                return paths(rows - 1, columns) + paths(rows, columns - 1)
            """,
            workload="[getattr(paths, 'cache_clear', int)(), paths(n + 1, n + 1)][1]",
        ),
        # A nested function over two texts, with the calls on branches that exclude each other.
        Bad(
            """
            def common(one: str, other: str) -> int:
                def length(i, j):
                    if i == len(one) or j == len(other):
                        return 0
                    if one[i] == other[j]:
                        return 1 + length(i + 1, j + 1)
                    skipped = length(i + 1, j)
                    return max(skipped, length(i, j + 1))  # ALG205
                return length(0, 0)
            """,
            fixed="""
            import functools


            def common(one: str, other: str) -> int:
                @functools.cache
                def length(i, j):
                    if i == len(one) or j == len(other):
                        return 0
                    if one[i] == other[j]:
                        return 1 + length(i + 1, j + 1)
                    skipped = length(i + 1, j)
                    return max(skipped, length(i, j + 1))
                return length(0, 0)
            """,
            workload="common('ab' * (n // 2), 'ba' * (n // 2))",
        ),
        # Take or leave: what is left is a number too. Methods keep their objects alive in a cache.
        Bad(
            """
            class Knapsack:
                def best(self, i: int, room: int) -> int:
                    if i == len(self.weights):
                        return 0
                    left = self.best(i + 1, room)
                    if self.weights[i] > room:
                        return left
                    taken = self.best(i + 1, room - self.weights[i])  # ALG205
                    return max(left, taken + self.values[i])
            """
        ),
        # Nothing but numbers says so: what is added here is subtracted there.
        Bad(
            """
            def signs(numbers, i, total):
                if i == len(numbers):
                    return 1 if total == 0 else 0
                plus = signs(numbers, i + 1, total + numbers[i])
                return plus + signs(numbers, i + 1, total - numbers[i])  # ALG205
            """
        ),
        # All ways to go on, in a loop.
        Bad(
            """
            def longest(heights, i, last):
                best = 0
                for k in range(i, len(heights)):
                    if last < 0 or heights[k] > heights[last]:
                        best = max(best, 1 + longest(heights, k + 1, k))  # ALG205
                return best
            """
        ),
        # Each call has a part of its own.
        Good(
            """
            def total(numbers, low, high):
                if low == high:
                    return numbers[low]
                middle = (low + high) // 2
                return total(numbers, low, middle) + total(numbers, middle + 1, high)
            """
        ),
        # Euclid's tree: no point is reached twice.
        Good(
            """
            def reaches(x, y, start):
                if x <= start or y <= start:
                    return x == y
                return reaches(x - y, y, start) or reaches(x, y - x, start)
            """
        ),
        # It remembers.
        Good(
            """
            from functools import cache

            @cache
            def paths(rows, columns):
                if rows == 1 or columns == 1:
                    return 1
                return paths(rows - 1, columns) + paths(rows, columns - 1)
            """
        ),
        # It marks where it has been.
        Good(
            """
            def island(grid, i, j):
                if grid[i][j] == 0:
                    return 0
                grid[i][j] = 0
                return 1 + island(grid, i + 1, j) + island(grid, i, j + 1)
            """
        ),
        # Only one of the calls runs.
        Good(
            """
            def last(low, high):
                if high - low < 2:
                    return low
                return last(low + 1, high) if low % 2 else last(low, high - 1)
            """
        ),
        # Texts grow: no two calls are the same.
        Good(
            """
            def ways(n, path):
                if n == 0:
                    return int(is_good(path))
                return ways(n - 1, path + "a") + ways(n - 1, path + "b")
            """
        ),
    )

    def visit_Module(self, _: ast.Module, context: Context) -> Iterator[Finding]:
        for function, calls in context.calls.recursive.items():
            if len(context.calls.parameters(function)) < 2:
                continue
            found = _overlap(function, calls, context)
            if found is None or not may_be_remembered(function, context):
                continue
            if not _gives_plain_values(function, context):
                continue
            place, positions = found
            edits: list[Edit | AddImport] = []
            if takes_hashable(function, context, numbers=positions):
                edits = [Edit(function, decorated("functools.cache")), AddImport("functools")]
            yield self.report(
                place, *edits, name=function.name, positions=", ".join(sorted(positions))
            )


def _overlap(
    function: FunctionNode, calls: list[ast.Call], context: Context
) -> tuple[ast.Call, set[str]] | None:
    """The call that makes it exponential, and the parameters that say which subproblem it is."""
    known = [(call, names) for call in calls if (names := moved(call, function, context))]
    for call, names in known:
        if len(names) == 1 and context.hot_loops(call):
            return None  # one position only: exponential-self-recursion
    for call, names in known:
        if len(names) > 1 and context.hot_loops(call):
            return call, names
    for (one, names), (other, others) in combinations(known, 2):
        if len(names | others) > 1 and on_one_path(one, other, context):
            return _reported(known, context), names | others
    return None


def _reported(known: list[tuple[ast.Call, set[str]]], context: Context) -> ast.Call:
    """The last call that runs besides another one."""
    return max(
        (
            other
            for (one, _), (other, _) in combinations(known, 2)
            if on_one_path(one, other, context)
        ),
        key=lambda call: (call.lineno, call.col_offset),
    )


def _gives_plain_values(function: FunctionNode, context: Context) -> bool:
    """Whether something shows that it returns numbers, truth values or texts."""
    names = context.calls.parameters(function).keys()
    for value in context.calls.outcome(function).returned:
        match value:
            case ast.Constant(value=constant) if constant is not None:
                return True
            case ast.IfExp(body=ast.Constant(value=constant)) if constant is not None:
                return True
            case ast.Compare() | ast.BinOp(op=ast.Mod() | ast.Sub() | ast.FloorDiv()):
                return True
            case ast.Call(func=ast.Name("len" | "max" | "min" | "sum" | "abs" | "int")):
                return True
            case ast.Name(id=name) if name in names or _starts_as_value(value, context):
                return True
    return False


def _starts_as_value(name: ast.Name, context: Context) -> bool:
    return any(
        isinstance(b.value, ast.Constant) and b.value.value is not None
        for b in context.bindings(name)
    )
