from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

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
from effilint.analyzer.facts.visits import file_of, visiting_region
from effilint.analyzer.patterns import is_constant, is_name, method_call
from effilint.analyzer.rewrite import around

if TYPE_CHECKING:
    from effilint.analyzer.model import Transform


class ReadThenSplitLines(Rule):
    """A whole file is read and split into lines only to go through them once.

    The text and the list of lines are in memory at once; a file yields its lines one by one. The
    fix assumes that lines end with a newline and not with one of the rarer separators that
    `splitlines` knows. Silent where `split` gives one line more than the file has, an empty one,
    unless empty lines are passed over.
    """

    code = "MEM102"
    name = "read-then-split-lines"
    message = "`{call}` holds the text and all its lines in memory only to go through them once"
    advice = 'Go through `{file}` itself; `line.rstrip("\\n")` is the line without its end'
    gain = Gain("O(n) memory", "O(1) memory", {100: 0.85, 10_000: 5.2, 100_000: 52.0}, Tier.MEMORY)
    safety = Safety.UNSAFE
    calls = frozenset({"split", "splitlines"})
    examples = (
        Bad(
            """
            from typing import TextIO

            def longest(file: TextIO):
                best = 0
                for line in file.read().splitlines():  # MEM102
                    best = max(best, len(line))
                return best
            """,
            fixed="""
            from typing import TextIO

            def longest(file: TextIO):
                best = 0
                for line in file:
                    line = line.rstrip("\\n")
                    best = max(best, len(line))
                return best
            """,
            workload="[(f.writelines(f'{i}\\n' for i in range(n)), f.seek(0), longest(f),"
            " f.close())[2] for f in [__import__('tempfile').TemporaryFile('w+')]]",
        ),
        Bad(
            """
            def names(path):
                with open(path) as file:
                    for line in file.read().split("\\n"):  # MEM102
                        # Blank lines are skipped.
                        if line:
                            yield line
            """,
            fixed="""
            def names(path):
                with open(path) as file:
                    for line in file:
                        line = line.rstrip("\\n")
                        # Blank lines are skipped.
                        if line:
                            yield line
            """,
        ),
        # In a comprehension the stripping has to find its place: no fix.
        Bad(
            """
            def numbers(path):
                with open(path) as file:
                    rows = file.read().splitlines()  # MEM102
                    return [int(row) for row in rows if row]
            """
        ),
        # `split` gives an empty line at the end, which makes the last line of the text end too.
        Good(
            """
            def without_notes(path):
                with open(path) as file:
                    lines = [s for s in file.read().split("\\n") if not s.startswith("#")]
                    return "\\n".join(lines)
            """
        ),
        # The lines are kept.
        Good(
            """
            def lines(path):
                with open(path) as file:
                    return file.read().splitlines()
            """
        ),
        # Split at something else than line ends.
        Good(
            """
            def words(path):
                with open(path) as file:
                    for word in file.read().split():
                        yield word
            """
        ),
        # Only a part of the file is read.
        Good(
            """
            def head(path):
                with open(path) as file:
                    for line in file.read(4096).splitlines():
                        yield line
            """
        ),
        # The lines are counted first.
        Good(
            """
            def progress(path):
                with open(path) as file:
                    lines = file.read().splitlines()
                    for number, line in enumerate(lines):
                        print(number / len(lines), line)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Call(
                        func=ast.Attribute(value=file, attr="read"), args=[], keywords=[]
                    ),
                    attr=method,
                ),
                args=args,
                keywords=[],
            ):
                pass
            case _:
                return
        if args and (method != "split" or len(args) > 1 or not is_constant(args[0], "\n")):
            return
        if not args and method == "split":
            return
        region = visiting_region(context, node)
        if region is None or not file_of(context, file, region):
            return
        if args and not _passes_over_empty(region):
            return
        name = context.segment(file)
        edits: list[Edit] = []
        if isinstance(region, ast.For) and region.iter is node:
            edits = _fix(node, region, name)
        yield self.report(node, *edits, call=context.segment(node), file=name)


def _passes_over_empty(region: ast.AST) -> bool:
    """Whether the loop or comprehension does nothing for an empty line."""
    match region:
        case ast.For(target=target, body=body):
            for statement in body:
                match statement:
                    case ast.Assign(targets=[ast.Name(id=name)], value=value) if _line(
                        target
                    ) == name and _is_line(value, name):
                        continue
                    case ast.If(test=test, orelse=[]) if statement is body[-1]:
                        return _is_true_of_text(test, _line(target))
                    case ast.If(
                        test=ast.UnaryOp(op=ast.Not(), operand=line), body=[ast.Continue()]
                    ):
                        return _is_line(line, _line(target))
                return False
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            loop = region.generators[0]
            return any(_is_true_of_text(test, _line(loop.target)) for test in loop.ifs)
    return False


def _line(target: ast.expr) -> str:
    """The variable that holds the line, behind the number of `enumerate` or not."""
    last = target.elts[-1] if isinstance(target, ast.Tuple) else target
    return last.id if isinstance(last, ast.Name) else ""


def _is_line(node: ast.expr | None, line: str) -> bool:
    return is_name(node, line) or is_name(method_call(node, "strip", "lstrip", "rstrip"), line)


def _is_true_of_text(test: ast.expr, line: str) -> bool:
    """Whether the test fails for an empty line."""
    match test:
        case ast.BoolOp(op=ast.And(), values=values):
            return any(_is_true_of_text(value, line) for value in values)
        case ast.Compare(left=left, ops=[ast.NotEq()], comparators=[ast.Constant(value="")]):
            return _is_line(left, line)
        case ast.Compare(left=ast.Constant(value=str(part)), ops=[ast.In()], comparators=[text]):
            return bool(part) and _is_line(text, line)
        case ast.Call(
            func=ast.Attribute(attr="startswith" | "endswith"), args=[ast.Constant(value=part)]
        ):
            return bool(part) and _is_line(method_call(test, "startswith", "endswith"), line)
    return _is_line(test, line)


def _fix(call: ast.Call, loop: ast.For, file: str) -> list[Edit]:
    if not isinstance(loop.target, ast.Name):
        return []
    line = loop.target.id
    return [
        Edit(call, replacement(file)),
        Edit(loop.body[0], _after(f'{line} = {line}.rstrip("\\n")')),
    ]


def _after(text: str) -> Transform:
    return around(text, "")
