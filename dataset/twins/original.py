"""The program that twins are made of, and how its text is changed at a node."""

from __future__ import annotations

import ast
import importlib
import random
from collections.abc import Iterator, Sequence
from copy import copy
from functools import cached_property
from typing import Any, TypeVar, overload

from effilint.analyzer.context import Context
from effilint.analyzer.facts.lattice import Type
from effilint.analyzer.facts.scopes import Symbol
from effilint.analyzer.source import Source
from effilint.dataset.twins.inverse import Change, Span

_A = TypeVar("_A", bound=ast.AST)
_B = TypeVar("_B", bound=ast.AST)
_C = TypeVar("_C", bound=ast.AST)
_D = TypeVar("_D", bound=ast.AST)
Block = ast.For | ast.While | ast.If | ast.FunctionDef

_ATOMS = (
    ast.Name,
    ast.Call,
    ast.Subscript,
    ast.Attribute,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.JoinedStr,
)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# What the prelude of a problem imports with a star; anything else in there stays unknown.
_STARRED = frozenset(
    "typing functools collections itertools heapq bisect string operator math".split()
)


class Original:
    """A program, the facts about it, and the words for changing it.

    `prelude` is what runs before it: its imports count. Offsets are those of the program's own
    text. Raises `SourceError` for what does not parse.
    """

    def __init__(self, text: str, prelude: str = "") -> None:
        self.program = text
        self._header = _imports(prelude)
        self.context = Context(Source(self._header + text))
        self._skipped = self._header.count("\n")
        self._chance: random.Random | None = None
        self._words = {
            word
            for node in ast.walk(self.context.tree)
            for word in (
                getattr(node, "id", ""),
                getattr(node, "arg", ""),
                getattr(node, "name", ""),
            )
            if isinstance(word, str)
        }
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def seeded(self, seed: str) -> Original:
        """Return the same program, where the seed and not the order decides on names and forms."""
        other = copy(self)
        other._chance = random.Random(seed)
        return other

    # Looking at it.

    @overload
    def nodes(self, first: type[_A], /) -> Iterator[_A]: ...
    @overload
    def nodes(self, first: type[_A], second: type[_B], /) -> Iterator[_A | _B]: ...
    @overload
    def nodes(
        self, first: type[_A], second: type[_B], third: type[_C], /
    ) -> Iterator[_A | _B | _C]: ...
    @overload
    def nodes(
        self, first: type[_A], second: type[_B], third: type[_C], fourth: type[_D], /
    ) -> Iterator[_A | _B | _C | _D]: ...
    def nodes(self, *kinds: type[ast.AST]) -> Iterator[Any]:
        """Yield the program's nodes of these types in the order of the text."""
        found = [node for kind in kinds for node in self.context.index.get(kind, ())]
        own = [node for node in found if getattr(node, "lineno", 0) > self._skipped]
        own.sort(key=lambda n: (getattr(n, "lineno", 0), getattr(n, "col_offset", 0)))
        yield from own

    def type(self, node: ast.expr) -> Type:
        """The type of an expression as far as the program shows it."""
        return self.context.type_of(node)

    def is_call(self, node: ast.AST | None, *names: str) -> bool:
        """Whether it is a plain call, by position alone, of one of these functions."""
        return (
            isinstance(node, ast.Call)
            and not node.keywords
            and not any(isinstance(a, ast.Starred) for a in node.args)
            and self.context.resolve(node.func) in names
        )

    def local(self, node: ast.AST) -> Symbol | None:
        """The variable that a name stands for, if it is one of a function or of the module."""
        symbol = self.context.symbol(node)
        if symbol is None or isinstance(symbol.scope.node, ast.ClassDef):
            return None
        return symbol

    def loads(self, symbol: Symbol) -> list[ast.Name]:
        """Every read of a variable."""
        return self.context.scopes.loads(symbol)

    def depth(self, place: int) -> int:
        """How many loops and comprehensions an offset of the text stands in."""
        return sum(start < place < end for start, end in self._repeated)

    @cached_property
    def _repeated(self) -> list[Span]:
        kinds = (*self.nodes(ast.For, ast.While), *self.nodes(*_COMPREHENSIONS))
        return [self.span(node) for node in kinds]

    # Its text.

    def span(self, node: ast.AST) -> Span:
        """Where a node stands in the program's own text."""
        source, gone = self.context.source, len(self._header)
        assert isinstance(node, ast.expr | ast.stmt | ast.arg)
        start = source.offset(node.lineno, node.col_offset)
        end = source.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return start - gone, end - gone

    def text(self, node: ast.AST) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.program[start:end]

    def atom(self, node: ast.expr) -> str:
        """The text of an expression, in brackets unless it needs none anywhere."""
        text = self.text(node)
        if isinstance(node, _ATOMS) and not isinstance(node, ast.Tuple | ast.GeneratorExp):
            return text
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return text if "\n" not in text and text.count(text[-1]) == 2 else f"({text})"
        if isinstance(node, ast.Constant | ast.GeneratorExp):
            return text
        if isinstance(node, ast.Tuple) and text.startswith("("):
            return text
        return f"({text})"

    def indent(self, node: ast.AST) -> str:
        """The white space that the line of a statement begins with."""
        start, _ = self.span(node)
        line = self.program[self.program.rfind("\n", 0, start) + 1 : start]
        return line[: len(line) - len(line.lstrip())]

    def is_alone(self, statement: ast.stmt) -> bool:
        """Whether no other statement shares its lines."""
        start, end = self.span(statement)
        line = self.program[self.program.rfind("\n", 0, start) + 1 : start]
        stop = self.program.find("\n", end)
        rest = self.program[end : stop if stop >= 0 else len(self.program)].strip()
        return not line.strip() and (not rest or rest.startswith("#"))

    def has_body(self, block: Block) -> bool:
        """Whether the statements in it stand on lines of their own, below its head."""
        return self.is_alone(block.body[0]) and block.body[0].lineno > block.lineno

    def unit(self, near: ast.AST) -> str:
        """What one more level is indented by, as far as the program shows."""
        for block in self.nodes(ast.FunctionDef, ast.For, ast.If, ast.While):
            if self.has_body(block):
                outer, inner = self.indent(block), self.indent(block.body[0])
                if inner.startswith(outer) and len(inner) > len(outer):
                    return inner[len(outer) :]
        return "\t" if self.indent(near).startswith("\t") else "    "

    # Changing it.

    def fresh(self, *words: str) -> str:
        """One of the words that the program does not use as a name yet, by chance."""
        free = [word for word in words if word not in self._words]
        if free:
            return self._chance.choice(free) if self._chance else free[0]
        number = 2
        while f"{words[0]}{number}" in self._words:
            number += 1
        return f"{words[0]}{number}"

    def choice(self, *options: str) -> str:
        """One of the options, by chance; the first if there is no seed."""
        return self._chance.choice(options) if self._chance else options[0]

    def put(self, node: ast.AST, text: str) -> Change:
        """Put a text in the place of a node."""
        return Change(*self.span(node), text)

    def lines(self, statement: ast.stmt, lines: Sequence[str]) -> str:
        """Return lines as a text that stands where a statement does; `\\t` is one level."""
        unit, indent = self.unit(statement), self.indent(statement)
        made = [indent + line.replace("\t", unit) for line in lines]
        return self.newline.join(made)[len(indent) :]

    def rewrite(self, statement: ast.stmt, *lines: str) -> Change:
        """Put lines in the place of a statement."""
        return self.put(statement, self.lines(statement, lines))

    def before(self, statement: ast.stmt, *lines: str) -> Change:
        """Put lines before a statement."""
        start, _ = self.span(statement)
        if decorators := getattr(statement, "decorator_list", []):
            start = self.program.rfind("@", 0, self.span(decorators[0])[0])
        text = self.lines(statement, lines) + self.newline + self.indent(statement)
        return Change(start, start, text)

    def after(self, statement: ast.stmt, *lines: str) -> Change:
        """Put lines after a statement, and after the comment behind it."""
        _, end = self.span(statement)
        stop = self.program.find("\n", end)
        stop = len(self.program) if stop < 0 else stop - (self.program[stop - 1] == "\r")
        text = self.newline + self.indent(statement) + self.lines(statement, lines)
        return Change(stop, stop, text)

    def delete(self, statement: ast.stmt) -> Change:
        """Take a statement away with its lines, where others stay in its block."""
        start, end = self.span(statement)
        start = self.program.rfind("\n", 0, start) + 1
        stop = self.program.find("\n", end)
        return Change(start, len(self.program) if stop < 0 else stop + 1, "")

    def head(self, block: ast.For | ast.While | ast.If, *lines: str) -> Change:
        """Put lines in the place of a block's head, up to its first statement."""
        start, _ = self.span(block)
        first, _ = self.span(block.body[0])
        outer, inner = self.indent(block), self.indent(block.body[0])
        made = [outer + line.replace("\t", inner.removeprefix(outer)) for line in lines]
        return Change(start, first, self.newline.join([*made, inner])[len(outer) :])

    def top(self, line: str) -> Change:
        """Put an import at the top, after the docstring and what must come first."""
        for statement in self.context.tree.body:
            if statement.lineno <= self._skipped or _comes_first(statement):
                continue
            start, _ = self.span(statement)
            start = self.program.rfind("\n", 0, start) + 1
            decorators = getattr(statement, "decorator_list", [])
            if decorators:
                start = self.program.rfind("\n", 0, self.span(decorators[0])[0]) + 1
            return Change(start, start, line + self.newline)
        return Change(0, 0, line + self.newline)


def _comes_first(statement: ast.stmt) -> bool:
    match statement:
        case ast.ImportFrom(module="__future__") | ast.Expr(value=ast.Constant()):
            return True
    return False


def _imports(prelude: str) -> str:
    """The imports of a prelude on one line, with the names that stars stand for."""
    found: list[str] = []
    try:
        tree = ast.parse(prelude)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    for statement in tree.body:
        match statement:
            case ast.ImportFrom(module=str(module), names=[ast.alias(name="*")], level=0):
                if module in _STARRED:
                    found.append(f"from {module} import {', '.join(_public(module))}")
            case ast.Import() | ast.ImportFrom():
                found.append(ast.unparse(statement))
    return "; ".join(found) + "\n" if found else ""


def _public(module: str) -> list[str]:
    names = vars(importlib.import_module(module))
    public = names.get("__all__") or [name for name in names if not name.startswith("_")]
    return [str(name) for name in public]
