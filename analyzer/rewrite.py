"""Transforms for `Edit`; they import LibCST only when a fix is carried out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import dedent
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import libcst as cst

    from effilint.analyzer.model import Replacement, Transform

    _Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


def replacement(text: str) -> Transform:
    """Return a transform that puts the expression `text` in place of an expression.

    The parentheses around the old one stay; where the new one binds less tightly than its
    surroundings need, `text` has to bring its own.
    """

    def transform(_: cst.CSTNode) -> Replacement:
        import libcst as cst

        return _as_written(cst.parse_expression(text))

    return transform


def remove() -> Transform:
    """Return a transform that removes a statement.

    A comment above a statement outside other edited statements stays; one that would go with the
    statement, on its line or in it, means that there is no fix.
    """

    def transform(_: cst.CSTNode) -> Replacement:
        import libcst as cst

        return cst.RemoveFromParent()

    return transform


def statements(text: str) -> Transform:
    """Return a transform that puts the statements `text` in place of a statement.

    `text` may be indented; it gets the indentation of the old statement. Blank lines and comments
    above the old statement stay there, those inside it that `text` lacks follow them, and a comment
    on its first line goes to the last new line (the first one if the old statement had a block).
    """

    def transform(node: cst.CSTNode) -> Replacement:
        import libcst as cst

        old = cast("_Statement", node)
        module = _parsed(text)
        if all(isinstance(statement, cst.SimpleStatementLine) for statement in module.body):
            # More lines than statements can only be those of expressions taken from the source.
            module = cast("cst.Module", _as_written(module))
        new = cast("list[_Statement]", list(module.body))
        new[0] = new[0].with_changes(
            leading_lines=(*_leading_lines(old, module), *module.header, *new[0].leading_lines)
        )
        comment = _line_comment(old)
        if comment is not None:
            place = -1 if isinstance(old, cst.SimpleStatementLine) else 0
            new[place] = _with_comment(new[place], comment)
        return cast("Replacement", cst.FlattenSentinel(new))

    return transform


def around(before: str, after: str) -> Transform:
    """Return a transform that puts statements above and below a statement; either may be empty."""

    def transform(node: cst.CSTNode) -> Replacement:
        import libcst as cst

        above, below = (_parsed(text).body for text in (before, after))
        return cast("Replacement", cst.FlattenSentinel([*above, node, *below]))

    return transform


def _parsed(text: str) -> cst.Module:
    """Parse statements that may be indented and may have line endings of any kind."""
    import libcst as cst

    # `dedent` takes a lone carriage return for text; the fixer sees to the file's own endings.
    lines = re.sub(r"\r\n?", "\n", text)
    return cst.parse_module(dedent(lines).strip("\n") + "\n")


def _as_written(node: cst.CSTNode) -> cst.CSTNode:
    """Keep the indentation that lines in brackets have in the source they were taken from."""
    import libcst as cst

    class Unindented(cst.CSTTransformer):
        def leave_ParenthesizedWhitespace(
            self,
            original_node: cst.ParenthesizedWhitespace,  # noqa: ARG002
            updated_node: cst.ParenthesizedWhitespace,
        ) -> cst.ParenthesizedWhitespace:
            lines = [line.with_changes(indent=False) for line in updated_node.empty_lines]
            return updated_node.with_changes(indent=False, empty_lines=lines)

    return cast("cst.CSTNode", node.visit(Unindented()))


def _leading_lines(old: _Statement, new: cst.Module) -> Sequence[cst.EmptyLine]:
    """The lines above a statement, and the comments of its block made such lines.

    A comment that is in the new text is not said twice.
    """
    import libcst as cst

    lines = list(old.leading_lines)
    if not isinstance(old, cst.SimpleStatementLine):
        first = _line_comment(old)
        inside = [comment for comment in _comments(old) if comment is not first]
        above = {line.comment for line in lines if line.comment}
        kept = {comment.value for comment in _comments(new)}
        lines += [
            cst.EmptyLine(comment=comment)
            for comment in inside
            if comment not in above and comment.value not in kept
        ]
    return lines


def _line_comment(old: _Statement) -> cst.Comment | None:
    import libcst as cst

    if isinstance(old, cst.SimpleStatementLine):
        return old.trailing_whitespace.comment
    if isinstance(old.body, cst.IndentedBlock):
        return old.body.header.comment
    return None


def _with_comment(new: _Statement, comment: cst.Comment) -> _Statement:
    import libcst as cst

    end = cst.TrailingWhitespace(whitespace=cst.SimpleWhitespace("  "), comment=comment)
    if isinstance(new, cst.SimpleStatementLine):
        return new.with_changes(trailing_whitespace=end)
    if isinstance(new.body, cst.IndentedBlock):
        return new.with_changes(body=new.body.with_changes(header=end))
    return new


def _comments(node: cst.CSTNode) -> Iterator[cst.Comment]:
    import libcst as cst

    if isinstance(node, cst.Comment):
        yield node
    for child in node.children:
        yield from _comments(child)


def decorated(text: str) -> Transform:
    """Return a transform that puts the decorator `text` (without `@`) right above a `def`."""

    def transform(node: cst.CSTNode) -> Replacement:
        import libcst as cst

        function = cast("cst.FunctionDef", node)
        new = cst.Decorator(cst.parse_expression(text))
        return function.with_changes(decorators=(*function.decorators, new))

    return transform


def as_for(target: str, iterable: str, dropped: int) -> Transform:
    """Return a transform of a `while` loop into `for target in iterable`.

    The first `dropped` statements of the body go.
    """

    def transform(node: cst.CSTNode) -> Replacement:
        import libcst as cst

        loop = cast("cst.While", node)
        return cst.For(
            target=cst.parse_expression(target),  # type: ignore[arg-type]
            iter=cst.parse_expression(iterable),
            body=loop.body.with_changes(body=loop.body.body[dropped:]),
            leading_lines=loop.leading_lines,
        )

    return transform
