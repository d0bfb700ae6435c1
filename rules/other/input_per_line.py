from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Tier
from effilint.analyzer.facts.unread import is_trial
from effilint.analyzer.patterns import range_bounds, walk


class InputPerLine(Rule):
    """A counted loop reads data with `input()`, line by line.

    Each call flushes the output and looks for a terminal before it reads one line. Where the data
    comes from a pipe or a file, going through `sys.stdin` is quicker. At its end `input` raises,
    and the lines of `sys.stdin` keep their line ends: there is no fix.
    """

    code = "OTH211"
    name = "input-per-line"
    message = "`input()` reads one line in every pass of a counted loop"
    advice = "Read the lines from `sys.stdin`: `for line in islice(sys.stdin, {count})`"
    gain = Gain("O(n) calls", "O(n / buffer)", {10: 1.1, 1_000: 3.2, 100_000: 3.9}, Tier.CONSTANT)
    confidence = 0.6  # most that is published is typed in by hand, a few lines
    calls = frozenset({"input"})
    examples = (
        Bad(
            """
            import sys

            def read(count):
                numbers = []
                for _ in range(count):
                    numbers.append(int(input()))  # OTH211
                return numbers

            def run(count):
                import tempfile
                with tempfile.TemporaryFile("w+") as file:
                    file.write("17\\n" * count)
                    file.seek(0)
                    before, sys.stdin = sys.stdin, file
                    try:
                        return sum(read(count))
                    finally:
                        sys.stdin = before
            """,
            fixed="""
            import sys
            from itertools import islice

            def read(count):
                numbers = []
                for line in islice(sys.stdin, count):
                    numbers.append(int(line))
                return numbers

            def run(count):
                import tempfile
                with tempfile.TemporaryFile("w+") as file:
                    file.write("17\\n" * count)
                    file.seek(0)
                    before, sys.stdin = sys.stdin, file
                    try:
                        return sum(read(count))
                    finally:
                        sys.stdin = before
            """,
            workload="run(n)",
        ),
        # In a comprehension; several lines for each pass.
        Bad(
            """
            def main():
                count = int(input())
                grid = [list(input()) for _ in range(count)]  # OTH211
                for _ in range(int(input())):
                    x, y = map(int, input().split())  # OTH211
                    z = int(input())
                    print(grid[y][x], z)
            """
        ),
        # Somebody is asked.
        Good(
            """
            def ask(count):
                return [input("Next number: ") for _ in range(count)]
            """
        ),
        # A dialogue.
        Good(
            """
            def guess(secret, tries):
                for left in range(tries):
                    print("Your guess?")
                    if input() == secret:
                        return True
                return False
            """
        ),
        # A few lines.
        Good(
            """
            def board():
                return [input().split() for _ in range(3)]
            """
        ),
        # Until somebody says stop.
        Good(
            """
            def shell(run):
                while True:
                    line = input()
                    if line == "exit":
                        break
                    run(line)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if node.args or node.keywords or not isinstance(node.func, ast.Name):
            return
        loops = context.hot_loops(node)
        if not loops or isinstance(loops[0], ast.While) or is_trial(node, context):
            return
        bounds = range_bounds(loops[0].iter)
        if bounds is None or context.resolve(node.func) != "input":
            return
        if _asks(loops[0], node) or _is_second(node, loops[0]):
            return
        start, stop = bounds[0], bounds[1]
        is_count = isinstance(start, ast.Constant) and start.value == 0
        yield self.report(node, count=context.segment(stop) if is_count else "count")


def _asks(loop: ast.For | ast.AsyncFor | ast.comprehension, node: ast.Call) -> bool:
    """Whether the loop prints before it reads, or leaves as soon as it has read the right thing."""
    for inner in _body(loop):
        if isinstance(inner, ast.Break | ast.Try):
            return True
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
            if inner.func.id == "print" and inner.lineno <= node.lineno:
                return True
    return False


def _is_second(node: ast.Call, loop: ast.For | ast.AsyncFor | ast.comprehension) -> bool:
    """Whether the loop has such a call further up: one finding says it all."""
    for inner in _body(loop):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
            if inner.func.id == "input" and not inner.args and inner is not node:
                if (inner.lineno, inner.col_offset) < (node.lineno, node.col_offset):
                    return True
    return False


def _body(loop: ast.For | ast.AsyncFor | ast.comprehension) -> Iterator[ast.AST]:
    if not isinstance(loop, ast.comprehension):
        for statement in loop.body:
            yield from walk(statement)
