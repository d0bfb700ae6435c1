from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    Tier,
    remove,
    replacement,
)
from effilint.analyzer.facts.visits import file_of, visiting_region


class ReadlinesIterated(Rule):
    """All lines of a file are put into a list only to be gone through once.

    A file yields its lines one by one, in the memory of one line. Silent where the file is used
    in or after the loop, or where the loop opens files, since it may write to this one. The fix
    assumes that nobody else changes the file meanwhile, and that it does not matter what the loop
    has done when a later line cannot be decoded.
    """

    code = "MEM101"
    name = "readlines-iterated"
    safety = Safety.UNSAFE
    message = "`{call}` holds all lines in memory only to go through them once"
    advice = "Go through `{file}` itself"
    gain = Gain("O(n) memory", "O(1) memory", {100: 1.4, 10_000: 4.9, 100_000: 49.0}, Tier.MEMORY)
    calls = frozenset({"readlines"})
    examples = (
        Bad(
            """
            from typing import TextIO

            def longest(file: TextIO):
                best = 0
                for line in file.readlines():  # MEM101
                    best = max(best, len(line))
                return best
            """,
            fixed="""
            from typing import TextIO

            def longest(file: TextIO):
                best = 0
                for line in file:
                    best = max(best, len(line))
                return best
            """,
            workload="[(f.writelines(f'{i}\\n' for i in range(n)), f.seek(0), longest(f),"
            " f.close())[2] for f in [__import__('tempfile').TemporaryFile('w+')]]",
        ),
        Bad(
            """
            def errors(path):
                with open(path) as log:
                    for number, line in enumerate(log.readlines(), 1):  # MEM101
                        if "ERROR" in line:
                            yield number, line
            """,
            fixed="""
            def errors(path):
                with open(path) as log:
                    for number, line in enumerate(log, 1):
                        if "ERROR" in line:
                            yield number, line
            """,
        ),
        Bad(
            """
            import sys

            def total():
                return sum(int(line) for line in sys.stdin.readlines())  # MEM101
            """,
            fixed="""
            import sys

            def total():
                return sum(int(line) for line in sys.stdin)
            """,
        ),
        Bad(
            """
            def shapes(path):
                with open(path) as file:
                    lines = file.readlines()  # MEM101
                    for line in lines:
                        yield line.split()
            """,
            fixed="""
            def shapes(path):
                with open(path) as file:
                    for line in file:
                        yield line.split()
            """,
        ),
        # Opened on the spot.
        Bad(
            """
            def load(path):
                return [line.split() for line in open(path).readlines()]  # MEM101
            """,
            fixed="""
            def load(path):
                return [line.split() for line in open(path)]
            """,
        ),
        # Closed by hand.
        Bad(
            """
            def widest(path):
                file = open(path)
                width = 0
                for line in file.readlines():  # MEM101
                    width = max(width, len(line))
                file.close()
                return width
            """,
            fixed="""
            def widest(path):
                file = open(path)
                width = 0
                for line in file:
                    width = max(width, len(line))
                file.close()
                return width
            """,
        ),
        # Somebody else gets the file before the lines are gone through.
        Good(
            """
            def compare(path, reader):
                with open(path) as file:
                    lines = file.readlines()
                    with reader(file) as other:
                        for line in lines:
                            print(line == next(other))
            """
        ),
        # The lines are used twice.
        Good(
            """
            def numbered(path):
                with open(path) as file:
                    lines = file.readlines()
                    for number, line in enumerate(lines):
                        print(f"{number}/{len(lines)}", line)
            """
        ),
        # The file is read on in the loop.
        Good(
            """
            def pairs(path):
                with open(path) as file:
                    for line in file.readlines():
                        print(line, file.tell())
            """
        ),
        # The loop writes the file anew.
        Good(
            """
            def uncomment(path):
                with open(path) as file:
                    for line in file.readlines():
                        with open(path, "a") as out:
                            out.write(line.lstrip("#"))
            """
        ),
        # A test reads a small file that it wrote itself.
        Good(
            """
            def test_log(tmp_path):
                with open(tmp_path / "log") as file:
                    for line in file.readlines():
                        assert line.startswith("INFO")
            """
        ),
        # Only so many lines.
        Good(
            """
            def head(path):
                with open(path) as file:
                    return [line.strip() for line in file.readlines(100)]
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if not isinstance(node.func, ast.Attribute) or node.args or node.keywords:
            return
        file = node.func.value
        region = visiting_region(context, node)
        if region is None or not file_of(context, file, region):
            return
        name = context.segment(file)
        edits = [Edit(node, replacement(name))]
        parent = context.parent(node)
        if isinstance(parent, ast.Assign):
            use = context.uses(parent.targets[0])[0]
            edits = [Edit(parent, remove()), Edit(use, replacement(name))]
        yield self.report(node, *edits, call=context.segment(node), file=name)
