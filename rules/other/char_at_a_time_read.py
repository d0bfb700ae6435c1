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
    replacement,
)
from effilint.analyzer.patterns import is_constant, method_call, same, walk
from effilint.analyzer.rewrite import as_for


class CharAtATimeRead(Rule):
    """A file is read one character at a time.

    Each `read(1)` is a method call that goes through the file's layers for a single character;
    a loop over the text that one `read()` gives takes no calls at all. The fix assumes that
    the file fits into memory.
    """

    code = "OTH206"
    name = "char-at-a-time-read"
    message = "`{file}` is read one {unit} at a time"
    advice = "Read lines, large blocks or the whole file, and loop over that"
    gain = Gain("O(n) calls", "O(1) calls", {10: 1.2, 1_000: 1.8, 100_000: 1.9}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    calls = frozenset({"read"})
    examples = (
        Bad(
            """
            import os
            import tempfile

            def vowels(path):
                count = 0
                with open(path) as file:
                    while True:
                        char = file.read(1)  # OTH206
                        if not char:
                            break
                        count += char in "aeiou"
                return count

            def counted(n):
                with tempfile.TemporaryDirectory() as folder:
                    path = os.path.join(folder, "text")
                    with open(path, "w") as file:
                        file.write("abcde" * n)
                    return [vowels(path) for _ in range(20)]
            """,
            fixed="""
            import os
            import tempfile

            def vowels(path):
                count = 0
                with open(path) as file:
                    for char in file.read():
                        count += char in "aeiou"
                return count

            def counted(n):
                with tempfile.TemporaryDirectory() as folder:
                    path = os.path.join(folder, "text")
                    with open(path, "w") as file:
                        file.write("abcde" * n)
                    return [vowels(path) for _ in range(20)]
            """,
            workload="counted(n)",
        ),
        # Reading in the condition.
        Bad(
            """
            def depth(path):
                level = 0
                with open(path, encoding="utf-8") as source:
                    while char := source.read(1):  # OTH206
                        level += char == "("
                        level -= char == ")"
                return level
            """,
            fixed="""
            def depth(path):
                level = 0
                with open(path, encoding="utf-8") as source:
                    for char in source.read():
                        level += char == "("
                        level -= char == ")"
                return level
            """,
        ),
        # Bytes; the first is read before the loop.
        Bad(
            """
            class Checker:
                def checksum(self, path):
                    stream = open(path, "rb")
                    total = 0
                    byte = stream.read(1)
                    while byte != b"":
                        total = (total * 31 + byte[0]) % 65521
                        byte = stream.read(1)  # OTH206
                    return total
            """
        ),
        # The form with `iter` and a sentinel.
        Bad(
            """
            def letters(path):
                with open(path) as file:
                    return [c for c in iter(lambda: file.read(1), "") if c.isalpha()]  # OTH206
            """,
            fixed="""
            def letters(path):
                with open(path) as file:
                    return [c for c in file.read() if c.isalpha()]
            """,
        ),
        # Blocks.
        Good(
            """
            def size(path):
                total = 0
                with open(path, "rb") as file:
                    while block := file.read(65536):
                        total += len(block)
                return total
            """
        ),
        # A terminal: the next character comes when somebody types it.
        Good(
            """
            import sys

            def keys():
                while True:
                    yield sys.stdin.read(1)
            """
        ),
        # Who knows what this reads from.
        Good(
            """
            def line(port):
                text = b""
                while not text.endswith(b"\\n"):
                    text += port.read(1)
                return text
            """
        ),
        # A format in which one byte says what comes next.
        Good(
            """
            def records(path):
                with open(path, "rb") as file:
                    while size := file.read(1):
                        yield file.read(size[0])
            """
        ),
        # The file itself is moved about in.
        Good(
            """
            def last_line(path):
                with open(path, "rb") as file:
                    file.seek(-2, 2)
                    while file.read(1) != b"\\n":
                        file.seek(-2, 1)
                    return file.readline()
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        file = method_call(node, "read")
        if file is None or len(node.args) != 1 or not is_constant(node.args[0], 1):
            return
        source = _sentinel_loop(node, context)
        loops = context.hot_loops(source or node)
        if (not source and not loops) or _is_used_otherwise(file, node, context):
            return
        kind = context.type_of(file)
        if kind.name != "file" or (context.resolve(file) or "").startswith("sys."):
            return
        if source is None and not isinstance(loops[0], ast.While):
            return
        is_text = kind.element is not None and kind.element.name == "str"
        edits: list[Edit] = []
        if is_text and source is not None:
            edits = [Edit(source, replacement(f"{context.segment(file)}.read()"))]
        elif is_text and isinstance(loops[0], ast.While):
            edits = _as_for(node, file, loops[0], context)
        unit = "character" if is_text else "byte"
        yield self.report(node, *edits, file=context.segment(file), unit=unit)


def _sentinel_loop(node: ast.Call, context: Context) -> ast.Call | None:
    """The `iter(lambda: file.read(1), "")` that a loop goes through."""
    function = context.parent(node)
    call = context.parent(function) if isinstance(function, ast.Lambda) else None
    if not isinstance(call, ast.Call) or len(call.args) != 2 or call.args[0] is not function:
        return None
    if context.resolve(call.func) != "iter" or not is_constant(call.args[1], "", b""):
        return None
    loop = context.parent(call)
    is_looped = isinstance(loop, ast.For | ast.comprehension) and loop.iter is call
    return call if is_looped else None


def _is_used_otherwise(file: ast.expr, node: ast.Call, context: Context) -> bool:
    """Whether the function does more with the file than to read single characters and close it."""
    function = context.function(node) or context.tree
    for other in walk(function):
        if other is file or not isinstance(other, ast.expr) or not same(other, file):
            continue
        if not isinstance(getattr(other, "ctx", None), ast.Load):
            continue
        call = context.parent(context.parent(other) or other)
        if method_call(call, "close") is not None:
            continue
        reads_one = method_call(call, "read") is not None and isinstance(call, ast.Call)
        if not reads_one or not call.args or not is_constant(call.args[0], 1):  # type: ignore[union-attr]
            return True
    return False


def _as_for(node: ast.Call, file: ast.expr, loop: ast.While, context: Context) -> list[Edit]:
    """`while` loops that read at their start and end with the file."""
    held = context.parent(node)
    if loop.orelse or not isinstance(held, ast.Assign | ast.NamedExpr):
        return []
    target = held.targets[0] if isinstance(held, ast.Assign) else held.target
    if not isinstance(target, ast.Name) or _lives_on(target, loop, context):
        return []
    dropped = 0
    if held is not loop.test:
        if not is_constant(loop.test, True, 1) or len(loop.body) < 3 or loop.body[0] is not held:
            return []
        if not _ends_the_loop(loop.body[1], target.id):
            return []
        dropped = 2
    text = f"{context.segment(file)}.read()"
    return [Edit(loop, as_for(target.id, text, dropped))]


def _ends_the_loop(statement: ast.stmt, name: str) -> bool:
    match statement:
        case ast.If(
            test=ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=tested))
            | ast.Compare(
                left=ast.Name(id=tested), ops=[ast.Eq()], comparators=[ast.Constant(value="")]
            ),
            body=[ast.Break()],
            orelse=[],
        ):
            return tested == name
    return False


def _lives_on(target: ast.Name, loop: ast.While, context: Context) -> bool:
    """Whether the variable is bound or read elsewhere too."""
    if len(context.bindings(target)) != 1:
        return True
    return not all(context.inside(use, loop) for use in context.uses(target))
