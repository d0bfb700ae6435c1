"""A program with its own names numbered, that runs as before: `var1`, `func1`, `class1`."""

from __future__ import annotations

import ast
from typing import NamedTuple

from effilint.analyzer.source import SourceError, parse
from effilint.dataset.own_names import callables, own_names, words_of

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Renamed(NamedTuple):
    """The code with other names, and the new name of each that changed."""

    code: str
    names: dict[str, str]


def renamed(code: str) -> Renamed:
    """Return the program with its own names numbered as they come; comments are gone.

    Raises `SyntaxError` for code that cannot be parsed, or is nested too deep.
    """
    try:
        tree = parse(code)
        names, attributes = own_names(tree, code)
        numbering = _Numbering(names, attributes, callables(tree), words_of(tree))
        changed = ast.unparse(numbering.visit(tree))
    except SourceError as error:
        raise SyntaxError(str(error)) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(f"nobody can parse it: {type(error).__name__}") from None
    return Renamed(f"{changed}\n", numbering.new)


class _Numbering(ast.NodeTransformer):
    """Give names numbers as they come in the tree; `new` has them in the end."""

    def __init__(
        self, names: set[str], attributes: set[str], functions: set[str], used: set[str]
    ) -> None:
        self._names, self._attributes = names, attributes
        self._functions, self._used = functions, used
        self._counts: dict[str, int] = {"var": 0, "func": 0, "class": 0}
        self.new: dict[str, str] = {}

    def visit_Module(self, node: ast.Module) -> ast.AST:
        for one in ast.walk(node):  # a function may be called before it is defined
            if isinstance(one, ast.ClassDef):
                self._of(one.name, "class", self._names | self._attributes)
            elif isinstance(one, _FUNCTIONS):
                self._of(one.name, "func", self._names | self._attributes)
        return self.generic_visit(node)

    def _of(self, name: str, kind: str, own: set[str]) -> str:
        if name not in own:
            return name
        while name not in self.new:
            self._counts[kind] += 1
            if (number := f"{kind}{self._counts[kind]}") not in self._used:
                self.new[name] = number
        return self.new[name]

    def _name(self, name: str) -> str:
        return self._of(name, "var", self._names)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._name(node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        node.attr = self._of(node.attr, "var", self._attributes)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self._name(node.arg)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self._name(node.name)
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.name = self._name(node.name)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._name(node.name)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        match node.func:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                is_own = name in self._functions
            case _:
                is_own = False
        self.generic_visit(node)
        if is_own:
            for keyword in node.keywords:
                keyword.arg = self._name(keyword.arg) if keyword.arg else None
        return node

    def visit_Global(self, node: ast.Global) -> ast.AST:
        node.names = [self._name(name) for name in node.names]
        return node

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST:
        node.names = [self._name(name) for name in node.names]
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        node.name = self._name(node.name) if node.name else None
        return self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> ast.AST:
        node.name = self._name(node.name) if node.name else None
        return self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> ast.AST:
        node.name = self._name(node.name) if node.name else None
        return node

    def visit_MatchMapping(self, node: ast.MatchMapping) -> ast.AST:
        node.rest = self._name(node.rest) if node.rest else None
        return self.generic_visit(node)

    def visit_MatchClass(self, node: ast.MatchClass) -> ast.AST:
        node.kwd_attrs = [self._of(name, "var", self._attributes) for name in node.kwd_attrs]
        return self.generic_visit(node)
