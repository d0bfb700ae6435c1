from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
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


class OpenInLoop(Rule):
    """A file is opened for appending in every pass of a loop.

    Opening and closing a file takes several system calls, and closing writes the buffer out;
    with the file opened once, thousands of lines go out in one write.
    """

    code = "OTH201"
    name = "open-in-loop"
    message = "The same file is opened and closed again for every pass of the loop"
    advice = "Open it once, around the loop{where}"
    gain = Gain("O(n) opens", "O(1) opens", {10: 1.7, 1_000: 40.0, 10_000: 83.0})
    calls = frozenset({"open"})
    examples = (
        Bad(
            """
            import os
            import tempfile

            def save(rows, path):
                for row in rows:
                    with open(path, "a") as file:  # OTH201
                        file.write(f"{row}\\n")

            def saved(rows):
                with tempfile.TemporaryDirectory() as folder:
                    path = os.path.join(folder, "rows.txt")
                    save(rows, path)
                    return os.path.getsize(path)
            """,
            fixed="""
            import os
            import tempfile

            def save(rows, path):
                with open(path, "a") as file:
                    for row in rows:
                        file.write(f"{row}\\n")

            def saved(rows):
                with tempfile.TemporaryDirectory() as folder:
                    path = os.path.join(folder, "rows.txt")
                    save(rows, path)
                    return os.path.getsize(path)
            """,
            workload="saved(range(n + 1))",
        ),
        # The mode by keyword, no `with`.
        Bad(
            """
            import os

            def log_all(self, events):
                for number, event in enumerate(events):
                    log = open(os.path.join(self.folder, "events.log"), mode="a")  # OTH201
                    log.write(str(number) + event)
                    log.close()
            """
        ),
        # A helper that is called in a loop.
        Bad(
            """
            LOG = "events.log"

            def log(line):
                with open(LOG, "a", encoding="utf-8") as file:  # OTH201
                    file.write(line + "\\n")

            def run(events):
                while events:
                    log(events.pop())
            """
        ),
        # A `Path`.
        Bad(
            """
            from pathlib import Path

            def save(rows):
                target = Path("rows.txt")
                for row in rows:
                    if row:
                        with target.open("a") as file:  # OTH201
                            file.write(row)
            """
        ),
        # Another file in every pass.
        Good(
            """
            def save(rows):
                for row in rows:
                    with open(f"{row[0]}.txt", "a") as file:
                        file.write(row[1])
            """
        ),
        # One line now and then: between them the file is better closed.
        Good(
            """
            import time

            def watch(probe):
                while True:
                    with open("samples.txt", "a") as file:
                        file.write(str(probe()))
                    time.sleep(60)
            """
        ),
        # A pass may take long, and what it found should be safe.
        Good(
            """
            def train(model, epochs):
                for epoch in range(epochs):
                    loss = model.step()
                    with open("loss.txt", "a") as file:
                        file.write(f"{epoch} {loss}")
            """
        ),
        # Something else uses the file in between.
        Good(
            """
            def save(rows, path):
                for row in rows:
                    with open(path, "a") as file:
                        file.write(row)
                    with open(path) as file:
                        print(len(file.read()))
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if not node.args and not node.keywords:
            return
        loops = context.loops(node)
        if not loops and context.function(node) is None:
            return
        opened = opening(context, node)
        if opened is None or not opened.is_appending:
            return
        if loops and _is_repeated(node, opened, context):
            yield self.report(node, where="")
        elif not loops and _is_logging_helper(node, opened, context):
            yield self.report(node, where=" that calls this function, or keep it open")


def _is_repeated(node: ast.Call, opened: Opening, context: Context) -> bool:
    loop = repeating_loop(context, node)
    if loop is None or waits(loop) or runs_once(context, node, loop):
        return False
    if not all(is_fixed(context, value, loop) for value in opened.inputs):
        return False
    return not is_named_elsewhere(opened.path, loop) and is_tight(context, loop)


def _is_logging_helper(node: ast.Call, opened: Opening, context: Context) -> bool:
    """Whether the function appends to one certain file and a quick loop calls it."""
    function = context.function(node)
    if function is None or not is_tight(context, function):
        return False
    if not all(is_fixed(context, value, function) for value in opened.inputs):
        return False
    arguments = {id(argument) for argument in context.calls.parameters(function).values()}
    for name in ast.walk(opened.path):
        if any(id(binding.node) in arguments for binding in context.bindings(name)):
            return False
    for call in context.calls.callers(function):
        loop = repeating_loop(context, call)
        if loop is not None and not waits(loop) and not runs_once(context, call, loop):
            if is_tight(context, loop, apart=call):
                return True
    return False
