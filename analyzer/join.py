"""Find the LibCST nodes of `ast` nodes in a piece of code, and transform them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from effilint.analyzer import tree
from effilint.analyzer.model import Edit
from effilint.analyzer.source import SourceError, parse

if TYPE_CHECKING:
    from effilint.analyzer.model import Replacement, Transform

_STATEMENTS = (cst.BaseStatement, cst.BaseSmallStatement)
# `ast` counts their parentheses in, LibCST does not.
_OWN_PARENTHESES: dict[type[ast.AST], type[cst.BaseExpression]] = {
    ast.Tuple: cst.Tuple,
    ast.GeneratorExp: cst.GeneratorExp,
}


@dataclass(frozen=True, slots=True)
class Placed:
    """An edit, and where in the code its node starts and ends, in UTF-8 bytes."""

    edit: Edit
    start: int
    end: int


def transform(code: str, edits: Iterable[Placed]) -> str:
    """Carry out the edits; raises some `Exception` where a node or a transform is amiss."""
    # LibCST overlooks a last line that ends with a lone carriage return.
    ended = code.endswith(("\n", "\r"))
    module = cst.parse_module(code).with_changes(has_trailing_newline=ended)
    if module.code != code:
        raise ValueError("LibCST would change the layout")  # it loses the blank in `except E :`
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    places = _Places(wrapper, code.encode())
    transforms: dict[cst.CSTNode, list[Transform]] = defaultdict(list)
    for placed in edits:
        transforms[places.find(placed)].append(placed.edit.transform)
    return wrapper.module.visit(_Rewriter(transforms)).code


class _Places:
    """The expressions and statements of some code by their byte spans."""

    def __init__(self, wrapper: MetadataWrapper, code: bytes) -> None:
        self._code = code
        self._expressions: dict[tuple[int, int], cst.CSTNode] = {}
        self._statements: dict[tuple[int, int], cst.CSTNode] = {}
        self._starts: dict[tuple[type[cst.CSTNode], int], cst.CSTNode] = {}
        for node, span in wrapper.resolve(ByteSpanPositionProvider).items():
            key = span.start, span.start + span.length
            if isinstance(node, cst.BaseExpression):
                self._expressions[key] = node
                self._starts[node.__class__, span.start] = node
            elif isinstance(node, cst.BaseStatement):
                self._statements[key] = node
            elif isinstance(node, cst.BaseSmallStatement):
                self._statements.setdefault(key, node)

    def find(self, placed: Placed) -> cst.CSTNode:
        """Return the node of an edit; `LookupError` if there is none."""
        at, start, end = placed.edit.at, placed.start, placed.end
        if isinstance(at, ast.stmt):
            return self._statements[start, end]
        # Places inside f-strings are unreliable before Python 3.12.
        if not _is_code_of(at, self._code[start:end].decode()):
            raise LookupError("another expression stands there")
        own = _OWN_PARENTHESES.get(at.__class__)
        node = self._expressions.get((start, end))
        if node is None and own:
            node = self._starts.get((own, self._inside(start)))
        if node is None:
            raise LookupError("no such expression")
        return node

    def _inside(self, start: int) -> int:
        """Skip an opening parenthesis with the blanks and comments after it."""
        code = self._code
        place = start + 1
        while code[place : place + 1].isspace() or code[place : place + 1] in (b"#", b"\\"):
            if code[place : place + 1] == b"#":
                place += len(code[place:].splitlines()[0])
            else:
                place += 1
        return place


def _is_code_of(node: ast.expr, code: str) -> bool:
    try:
        found = parse(f"({code}\n)").body[0]
    except SourceError:
        return False
    return isinstance(found, ast.Expr) and tree.same(found.value, node)


class _Rewriter(cst.CSTTransformer):
    def __init__(self, transforms: Mapping[cst.CSTNode, list[Transform]]) -> None:
        super().__init__()
        self._transforms = transforms

    def on_leave(  # type: ignore[override]  # what a transform returns is the rule author's duty
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> Replacement:
        result: Replacement = updated_node
        for transform in self._transforms.get(original_node, ()):
            if not isinstance(result, cst.CSTNode):
                raise ValueError("two edits of one node")
            if isinstance(result, cst.BaseExpression):
                result = _expression(result, transform)
            elif isinstance(result, cst.BaseSmallStatement):
                result = _small_statement(result, transform)
            else:
                result = transform(result)
        if isinstance(result, cst.FormattedStringExpression):
            result = _apart(result)
        return _without_last_semicolon(original_node, result)


def _apart(field: cst.FormattedStringExpression) -> cst.FormattedStringExpression:
    """Keep the brace of a set or dict apart from that of the f-string: `{{` is text there."""
    text = cst.Module([]).code_for_node(field.expression)
    if not text.startswith("{") or not isinstance(
        field.whitespace_before_expression, cst.SimpleWhitespace
    ):
        return field
    if field.whitespace_before_expression.value:
        return field
    return field.with_changes(whitespace_before_expression=cst.SimpleWhitespace(" "))


def _without_last_semicolon(old: cst.CSTNode, new: Replacement) -> Replacement:
    """End a line like before where its last statement was removed."""
    lines = (cst.SimpleStatementLine, cst.SimpleStatementSuite)
    if not isinstance(old, lines) or not isinstance(new, lines) or not new.body:
        return new
    end = old.body[-1].semicolon
    if len(new.body) >= len(old.body) or new.body[-1].semicolon is end:
        return new
    return new.with_changes(body=(*new.body[:-1], new.body[-1].with_changes(semicolon=end)))


def _expression(node: cst.BaseExpression, transform: Transform) -> Replacement:
    """Transform an expression; it keeps its parentheses."""
    new = transform(node)
    if not isinstance(new, cst.BaseExpression):
        return new
    if node.lpar and not new.lpar:
        lpar, rpar = node.lpar, node.rpar
        own = (cst.Tuple, cst.GeneratorExp)
        if isinstance(node, own) and not isinstance(new, own):
            lpar, rpar = lpar[:-1], rpar[1:]
        new = new.with_changes(lpar=lpar, rpar=rpar)
    return new


def _small_statement(node: cst.BaseSmallStatement, transform: Transform) -> Replacement:
    """Transform a statement that shares its line, as if it had a line of its own."""
    new = transform(
        cst.SimpleStatementLine([node.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)])
    )
    if isinstance(new, cst.RemovalSentinel):
        return new
    if not isinstance(new, cst.SimpleStatementLine) or len(new.body) != 1:
        raise ValueError("the new statement needs a line of its own")
    return new.body[0].with_changes(semicolon=node.semicolon)
