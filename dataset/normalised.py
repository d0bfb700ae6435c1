"""A program without what does not matter to its cost: names, comments, annotations, layout."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from effilint.analyzer.source import SourceError, parse

_WORD = re.compile(r"\w+|[^\w\s]")
_LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER}
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def normalised(code: str) -> str:
    """Return the program with its own names numbered as they come, and nothing that does nothing.

    Comments, annotations, texts that stand alone, and imports that nothing uses are gone. Names of
    methods of a class and of their parameters stay, since tests may call them by these. A program
    that cannot be parsed is its words.
    """
    try:
        tree = parse(code)
        names = set(_bound(tree)) - set(_interface(tree))
        return ast.unparse(_Numbering(names, set(_used(tree))).visit(tree))
    except (SourceError, ValueError, RecursionError, MemoryError):
        return " ".join(_WORD.findall(code))


def tokens(text: str) -> list[str]:
    """Return the tokens of a normalised program; depth and ends of lines are tokens too."""
    try:
        found = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return _WORD.findall(text)
    return [t.string.strip() or tokenize.tok_name[t.type] for t in found if t.type not in _LAYOUT]


def words(text: str) -> list[str]:
    """Return the words of a description in small letters."""
    return [word.lower() for word in re.findall(r"\w+", text)]


def _bound(tree: ast.Module) -> Iterator[str]:
    """The names that the program gives; those of attributes start with a dot."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                yield name
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                yield f".{name}"
            case ast.ExceptHandler(name=str(name)):
                yield name
            case _ if isinstance(node, _NAMED):
                yield node.name


def _interface(tree: ast.Module) -> Iterator[str]:
    """The names by which others call the classes of the program."""
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        yield node.name
        for method in node.body:
            if isinstance(method, ast.FunctionDef):
                yield method.name
                yield from (argument.arg for argument in method.args.args)


def _used(tree: ast.Module) -> Iterator[str]:
    return (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


class _Numbering(ast.NodeTransformer):
    """Number the names of the program, and leave out what does nothing."""

    def __init__(self, names: set[str], used: set[str]) -> None:
        self._names = names
        self._used = used
        self._numbers: dict[str, str] = {}

    def _of(self, name: str) -> str:
        if name not in self._names:
            return name
        return self._numbers.setdefault(name, f"v{len(self._numbers)}")

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._of(node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg, node.annotation = self._of(node.arg), None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name, node.returns = self._of(node.name), None
        return self._with_body(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.name, node.returns = self._of(node.name), None
        return self._with_body(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._of(node.name)
        return self._with_body(node)

    def _with_body(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        plain = ast.Assign([node.target], node.value)
        self.generic_visit(plain)
        return ast.copy_location(plain, node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            known = f".{node.attr}" in self._names
            node.attr = self._of(f".{node.attr}") if known else self._of(node.attr)
        return self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> ast.AST:
        node.names = [self._of(name) for name in node.names]
        return node

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST:
        node.names = [self._of(name) for name in node.names]
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        node.name = self._of(node.name) if node.name else None
        return self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> ast.AST | None:
        return self._imported(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        return self._imported(node)

    def _imported(self, node: ast.Import | ast.ImportFrom) -> ast.AST | None:
        node.names = [
            alias
            for alias in node.names
            if alias.name == "*" or (alias.asname or alias.name.split(".")[0]) in self._used
        ]
        return node if node.names else None
