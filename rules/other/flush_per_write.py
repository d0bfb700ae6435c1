from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, remove
from effilint.analyzer.facts.files import is_tight, repeating_loop, waits
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.patterns import is_constant, method_call, walk

_WRITING = {"write", "writelines", "flush"}


class FlushPerWrite(Rule):
    """A file's buffer is written out after every line.

    Each flush is a system call; without it some thousand characters go out at once, and closing
    the file writes the rest. The fix assumes that nobody reads the file while the loop runs.
    """

    code = "OTH202"
    name = "flush-per-write"
    message = "Flushing `{file}` in every pass of the loop defeats its buffer"
    advice = "Let the buffer fill; closing the file, or one `flush` after the loop, writes the rest"
    gain = Gain("O(n) system calls", "O(n / buffer)", {10: 1.1, 1_000: 6.2, 100_000: 13.0})
    safety = Safety.UNSAFE
    calls = frozenset({"flush", "print"})
    examples = (
        Bad(
            """
            import os
            import tempfile

            def save(rows, path):
                with open(path, "w") as file:
                    for row in rows:
                        file.write(f"{row}\\n")
                        file.flush()  # OTH202

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
                with open(path, "w") as file:
                    for row in rows:
                        file.write(f"{row}\\n")

            def saved(rows):
                with tempfile.TemporaryDirectory() as folder:
                    path = os.path.join(folder, "rows.txt")
                    save(rows, path)
                    return os.path.getsize(path)
            """,
            workload="saved(range(n))",
        ),
        # `print` flushes on request; the file is not opened by `with`.
        Bad(
            """
            def save(rows, path):
                out = open(path, mode="w", encoding="utf-8")
                for name, price in rows:
                    if price:
                        print(name, price, file=out, flush=True)  # OTH202
                out.close()
            """
        ),
        # A `while` loop.
        Bad(
            """
            def drain(pending, path):
                with open(path, "wb") as out:
                    while pending:
                        out.write(pending.pop())
                        out.flush()  # OTH202
            """,
            fixed="""
            def drain(pending, path):
                with open(path, "wb") as out:
                    while pending:
                        out.write(pending.pop())
            """,
        ),
        # A log should be there when the program dies.
        Good(
            """
            def log(events, path):
                with open(path, "a") as file:
                    for event in events:
                        file.write(event)
                        file.flush()
            """
        ),
        # Somebody watches.
        Good(
            """
            import sys

            def progress(steps):
                for step in steps:
                    sys.stdout.write(".")
                    sys.stdout.flush()
            """
        ),
        # A pass may take long: what it made should be safe.
        Good(
            """
            def crawl(pages, path):
                with open(path, "w") as file:
                    for page in pages:
                        file.write(page.download())
                        file.flush()
            """
        ),
        # Now and then only.
        Good(
            """
            def save(rows, path):
                with open(path, "w") as file:
                    for number, row in enumerate(rows):
                        file.write(row)
                        if number % 1000 == 0:
                            file.flush()
            """
        ),
        # What was written is read back.
        Good(
            """
            def sizes(rows, path):
                with open(path, "w+") as file:
                    for row in rows:
                        file.write(row)
                        file.flush()
                        file.seek(0)
                        print(len(file.read()))
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        statement = context.parent(node)
        file = _flushed(node)
        if file is None or not isinstance(statement, ast.Expr):
            return
        loop = repeating_loop(context, node)
        if not isinstance(loop, ast.For | ast.While) or waits(loop):
            return
        if not _is_written_to(file, context) or not _is_only_written(file, loop):
            return
        block = context.block(statement)
        if not _writes_before(statement, file, context) or not is_tight(context, loop):
            return
        is_call = method_call(node, "flush") is not None
        edits = [Edit(statement, remove())] if is_call and len(block) > 1 else []
        yield self.report(node, *edits, file=file.id)


def _flushed(node: ast.Call) -> ast.Name | None:
    """The file, if the call is `file.flush()` or `print(..., file=file, flush=True)`."""
    owner = method_call(node, "flush")
    if owner is not None:
        return owner if isinstance(owner, ast.Name) and not node.args else None
    options = {keyword.arg: keyword.value for keyword in node.keywords}
    file = options.get("file")
    is_flushing = isinstance(node.func, ast.Name) and is_constant(options.get("flush"), True)
    return file if is_flushing and isinstance(file, ast.Name) else None


def _is_written_to(file: ast.Name, context: Context) -> bool:
    """Whether the variable is a file that is opened for writing here, and no log."""
    bindings = context.bindings(file)
    if len(bindings) != 1 or bindings[0].kind not in (Kind.ASSIGN, Kind.WITH):
        return False
    match bindings[0].value:
        case ast.Call(func=func, args=args, keywords=keywords) as call:
            modes = [*args[1:2], *(k.value for k in keywords if k.arg == "mode")]
            buffering = len(args) > 2 or any(k.arg == "buffering" for k in keywords)
            is_new = any(is_constant(m, "w", "wt", "wb", "x", "xt", "xb") for m in modes)
            if not is_new or buffering or context.resolve(func) != "open":
                return False
            return context.function(call) is context.function(file)
    return False


def _is_only_written(file: ast.Name, loop: ast.For | ast.While) -> bool:
    """Whether the loop uses the file for nothing but writing."""
    written = {
        id(node.value)
        for node in walk(loop)
        if isinstance(node, ast.Attribute) and node.attr in _WRITING
    }
    written |= {
        id(node.value)
        for node in walk(loop)
        if isinstance(node, ast.keyword) and node.arg == "file"
    }
    return all(
        id(node) in written
        for node in walk(loop)
        if isinstance(node, ast.Name) and node.id == file.id
    )


def _writes_before(statement: ast.Expr, file: ast.Name, context: Context) -> bool:
    """Whether the same block writes: else the flush is for now and then."""
    if method_call(statement.value, "flush") is None:
        return True  # `print` does both
    block = context.block(statement)
    return any(
        isinstance(node, ast.Name) and node.id == file.id
        for other in block[: block.index(statement)]
        for node in walk(other)
    )
