"""Which lines a fix has to parse: whole physical lines that hold whole statements."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_BLANK = " \t\f"


@dataclass(frozen=True, slots=True)
class Region:
    """Lines `first` to `last` (from 1, inclusive) that hold these statements of one block."""

    statements: tuple[ast.stmt, ...]
    first: int
    last: int

    def lines(self, context: Context) -> list[str]:
        """The lines, with their endings."""
        return context.source.lines[self.first - 1 : self.last]

    def text(self, context: Context) -> str:
        """The text of the lines."""
        return "".join(self.lines(context))

    def holds(self, line: int) -> bool:
        """Whether a line is in the region."""
        return self.first <= line <= self.last

    def header(self, context: Context) -> str:
        """Lines that, put before the region, make it parse on its own.

        The first indent in them is that of the file, for LibCST indents new blocks like it.
        """
        indent = _indent(context, self.first)
        newline = newline_of(context)
        outer = [
            _indent(context, node.lineno)
            for node in context.ancestors(self.statements[0])
            if isinstance(node, ast.stmt)
        ]
        lines: list[str] = []
        for blank in reversed(outer):
            if len(blank) < len(indent) and (not lines or len(blank) > len(_leading(lines[-1]))):
                lines.append(f"{blank}if 1:{newline}")
        if not indent or len(context.block(self.statements[0])) > len(self.statements):
            # Without this an emptied region would become a `pass` nobody needs.
            lines.append(f"{indent}pass{newline}")
        return "".join(lines)


def regions(nodes: Iterable[ast.AST], context: Context) -> list[Region]:
    """Return disjoint regions, in order, that cover the nodes; `ValueError` if there are none."""
    found: list[Region] = []
    every = {(region.first, region.last): region for region in (_around(n, context) for n in nodes)}
    for region in sorted(every.values(), key=lambda region: (region.first, -region.last)):
        if not found or region.first > found[-1].last:
            found.append(region)
    return found


def last_line(statement: ast.stmt, context: Context) -> int:
    """Return the line where the statement, and those that `;` joins to it, end."""
    block = context.block(statement)
    return _end(block[_last_joined(block, block.index(statement))])


def newline_of(context: Context) -> str:
    """Return the line ending of the file's first line."""
    first = context.source.lines[0] if context.source.lines else ""
    return first[len(first.rstrip("\r\n")) :] or "\n"


def _around(node: ast.AST, context: Context) -> Region:
    statement = context.statement(node)
    while True:
        block = context.block(statement)
        start = stop = block.index(statement)
        while start and _end(block[start - 1]) >= _first_line(block[start], context):
            start -= 1
        stop = _last_joined(block, stop)
        first = _first_line(block[start], context)
        if _starts_line(block[start], first, context):
            return Region(tuple(block[start : stop + 1]), first, _end(block[stop]))
        parent = context.parent(statement)
        if parent is None or isinstance(parent, ast.Module):
            raise ValueError("the statement shares its line with something else")
        statement = context.statement(parent)


def _last_joined(block: list[ast.stmt], place: int) -> int:
    while place + 1 < len(block) and block[place + 1].lineno <= _end(block[place]):
        place += 1
    return place


def _end(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def _first_line(statement: ast.stmt, context: Context) -> int:
    decorators = getattr(statement, "decorator_list", None)
    if not decorators:
        return statement.lineno
    line: int = decorators[0].lineno
    while line > 1 and not context.source.lines[line - 1].lstrip().startswith("@"):
        line -= 1
    return line


def _starts_line(statement: ast.stmt, first: int, context: Context) -> bool:
    lines = context.source.lines
    if first > 1 and lines[first - 2].rstrip("\r\n").endswith("\\"):
        return False
    if first < statement.lineno:
        return True  # a decorator
    before = lines[first - 1].encode()[: statement.col_offset]
    rest = lines[first - 1].encode()[statement.col_offset :]
    is_elif = isinstance(statement, ast.If) and rest.startswith(b"elif")
    return not is_elif and not before.strip(_BLANK.encode())


def _indent(context: Context, line: int) -> str:
    return _leading(context.source.lines[line - 1])


def _leading(line: str) -> str:
    return line[: len(line) - len(line.lstrip(_BLANK))]
