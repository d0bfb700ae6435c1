from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import AddImport, Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.files import (
    Opening,
    is_fixed,
    is_named_elsewhere,
    is_tight,
    opening,
    repeating_loop,
    runs_once,
    waits,
)
from effilint.analyzer.rewrite import decorated

_RISKY = ("subprocess.", "os.", "shutil.", "time.", "threading.", "multiprocessing.", "open")


class ReloadConstantFile(Rule):
    """A file that does not change is read (and parsed) again for every item.

    The work is the size of the file for each item; read before the loop it is done once. The
    fix, for a function without arguments that reads one file, assumes that the file stays the
    same while the program runs and that nobody changes what the function returns.
    """

    code = "OTH210"
    name = "reload-constant-file"
    message = "The same file is read again for every pass of the loop{where}"
    advice = "Read it once, before the loop{how}"
    gain = Gain("O(n * file)", "O(n + file)", {10: 1.6, 300: 18.0, 3_000: 110.0})
    safety = Safety.UNSAFE
    calls = frozenset({"open", "read_text", "read_bytes"})
    examples = (
        Bad(
            """
            import json
            import os
            import tempfile

            def prices(orders, path):
                total = 0
                for order in orders:
                    with open(path) as file:  # OTH210
                        table = json.load(file)
                    total += table[order]
                return total

            def priced(n):
                with tempfile.TemporaryDirectory() as folder:
                    path = os.path.join(folder, "prices.json")
                    with open(path, "w") as file:
                        json.dump(list(range(100)), file)
                    return prices([k % 100 for k in range(n)], path)
            """,
            fixed="""
            import json
            import os
            import tempfile

            def prices(orders, path):
                total = 0
                with open(path) as file:
                    table = json.load(file)
                for order in orders:
                    total += table[order]
                return total

            def priced(n):
                with tempfile.TemporaryDirectory() as folder:
                    path = os.path.join(folder, "prices.json")
                    with open(path, "w") as file:
                        json.dump(list(range(100)), file)
                    return prices([k % 100 for k in range(n)], path)
            """,
            workload="priced(n)",
        ),
        # A helper reads it, and a comprehension calls the helper for every word.
        Bad(
            """
            def stop_words():
                with open("stop.txt") as file:  # OTH210
                    return set(file.read().split())

            def content(words):
                return [word for word in words if word not in stop_words()]
            """,
            fixed="""
            from functools import cache


            @cache
            def stop_words():
                with open("stop.txt") as file:
                    return set(file.read().split())

            def content(words):
                return [word for word in words if word not in stop_words()]
            """,
        ),
        # The helper has arguments, but the path does not depend on them.
        Bad(
            """
            import json
            from pathlib import Path

            RATES = Path("rates.json")

            def convert(amount, currency):
                rates = json.loads(RATES.read_text())  # OTH210
                return amount * rates[currency]

            def report(orders):
                for order in orders:
                    print(convert(order.amount, order.currency))
            """
        ),
        # The inner loop of a join reads all of the other file.
        Bad(
            """
            def common(lines, other):
                for line in lines:
                    for candidate in open(other):  # OTH210
                        if candidate == line:
                            print(line)
            """
        ),
        # Another file in every pass.
        Good(
            """
            import json

            def load_all(paths):
                return [json.load(open(path)) for path in paths]
            """
        ),
        # Something in the loop may write the file.
        Good(
            """
            import subprocess

            def outputs(commands):
                for command in commands:
                    subprocess.run(command)
                    with open("out.txt") as file:
                        yield file.read()
            """
        ),
        # The loop tries until it works.
        Good(
            """
            def load(path, encodings):
                for encoding in encodings:
                    try:
                        with open(path, encoding=encoding) as file:
                            return file.read()
                    except UnicodeDecodeError:
                        continue
            """
        ),
        # Once, at the end of the loop.
        Good(
            """
            def find(lines, path):
                for line in lines:
                    if line.startswith("#"):
                        with open(path) as file:
                            text = file.read()
                        return text + line
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        loops = context.loops(node)
        function = context.function(node)
        if not loops and function is None:
            return
        opened = opening(context, node)
        if opened is None or not opened.is_reading:
            return
        if loops:
            if _is_repeated(node, opened, context):
                yield self.report(node, where="", how="")
        elif function is not None and _is_called_in_loop(opened, function, context):
            edits: list[Edit | AddImport] = []
            is_method = context.calls.is_method(function)
            if not is_method and not context.calls.parameters(function):
                edits = [Edit(function, decorated("cache")), AddImport("functools", "cache")]
            where = f" that calls `{function.name}`"
            yield self.report(node, *edits, where=where, how=", or cache what the function returns")


def _is_repeated(node: ast.Call, opened: Opening, context: Context) -> bool:
    loop = repeating_loop(context, node)
    if loop is None or isinstance(loop, ast.While) or waits(loop):
        return False
    if runs_once(context, node, loop) or _may_fail(node, loop, context):
        return False
    if not all(is_fixed(context, value, loop) for value in opened.inputs):
        return False
    return not is_named_elsewhere(opened.path, loop) and is_tight(context, loop)


def _may_fail(node: ast.AST, loop: ast.AST, context: Context) -> bool:
    """Whether the loop goes on where the file cannot be read, as when trying again."""
    for outer in context.ancestors(node):
        if outer is loop:
            return False
        if isinstance(outer, ast.Try):
            return True
    return False


def _is_called_in_loop(opened: Opening, function: FunctionNode, context: Context) -> bool:
    """Whether the function reads one certain file that this program does not write."""
    if not all(is_fixed(context, value, function) for value in opened.inputs):
        return False
    if not _is_constant(opened.path, context) or is_named_elsewhere(opened.path, context.tree):
        return False
    if _keeps(function):
        return False
    for call in context.calls.callers(function):
        loop = repeating_loop(context, call)
        if loop is None or isinstance(loop, ast.While) or waits(loop):
            continue
        if not runs_once(context, call, loop) and not _is_risky(loop, context):
            return True
    return False


def _is_constant(path: ast.expr, context: Context) -> bool:
    """Whether the path is made of constants of the module and literals."""
    for inner in ast.walk(path):
        if isinstance(inner, ast.Name) and context.resolve(inner) is None:
            value = context.sole_value(inner)
            if value is None or context.function(value) is not None:
                return False
    return True


def _keeps(function: FunctionNode) -> bool:
    """Whether the function stores what it read, or is decorated (perhaps with a cache)."""
    if function.decorator_list:
        return True
    return any(
        isinstance(inner, ast.Global | ast.Nonlocal)
        or (isinstance(inner, ast.Attribute | ast.Subscript) and isinstance(inner.ctx, ast.Store))
        for inner in ast.walk(function)
    )


def _is_risky(loop: ast.AST, context: Context) -> bool:
    """Whether the loop starts programs or touches files."""
    for inner in ast.walk(loop):
        if isinstance(inner, ast.Call):
            name = context.resolve(inner.func) or ""
            if name.startswith(_RISKY) and not name.startswith("os.path."):
                return True
    return False
