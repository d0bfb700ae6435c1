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
from effilint.analyzer.patterns import is_constant, is_name, operand_text, sole_statement

_METHODS = frozenset("isdigit isalpha isalnum isspace isdecimal isnumeric isascii".split())
# `all` is true for an empty string, and so is this one.
_TRUE_WHEN_EMPTY = frozenset(["isascii"])


class PerCharacterTest(Rule):
    """Each character of a string is asked what the string could be asked.

    `str.isdigit` and its kin look at all characters in C. They are false for an empty string,
    of which `all` says that it passes: the fix is for strings that are not empty.
    """

    code = "LNG116"
    name = "per-character-test"
    message = "Each character of `{text}` is asked for `{method}` by itself"
    advice = "Use `{call}`, which is {empty} for an empty string"
    safety = Safety.UNSAFE
    gain = Gain("O(n)", "O(n)", {10: 3.0, 1_000: 6.5, 100_000: 6.7}, Tier.CONSTANT)
    calls = frozenset({"all"})
    examples = (
        Bad(
            """
            def is_number(text: str):
                return all(char.isdigit() for char in text)  # LNG116
            """,
            fixed="""
            def is_number(text: str):
                return text.isdigit()
            """,
            workload="is_number('4' * (n + 1))",
        ),
        # Without a generator; in a loop.
        Bad(
            """
            def checked(code: str, name: str):
                if not all([c.isalnum() for c in code]):  # LNG116
                    return False
                for letter in name:  # LNG116
                    if not letter.isalpha():
                        return False
                return True
            """,
            fixed="""
            def checked(code: str, name: str):
                if not code.isalnum():
                    return False
                for letter in name:
                    if not letter.isalpha():
                        return False
                return True
            """,
        ),
        # Handed to `map`.
        Bad(
            """
            def is_blank(line: str):
                return all(map(str.isspace, line))  # LNG116
            """,
            fixed="""
            def is_blank(line: str):
                return line.isspace()
            """,
        ),
        # Words may be empty, and `isupper` skips what has no case.
        Good(
            """
            def shouted(words: list[str], text: str):
                return all(word.isdigit() for word in words), all(c.isupper() for c in text)
            """
        ),
        # More is asked.
        Good(
            """
            def is_name(text: str):
                return all(char.isalnum() or char == "_" for char in text)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Call(
                func=ast.Name("all"),
                args=[
                    ast.GeneratorExp(elt=test, generators=[loop])
                    | ast.ListComp(elt=test, generators=[loop])
                ],
                keywords=[],
            ) if not loop.ifs and not loop.is_async:
                method, text = _method(test, loop.target), loop.iter
            case ast.Call(
                func=ast.Name("all"),
                args=[
                    ast.Call(
                        func=ast.Name("map"),
                        args=[ast.Attribute(value=ast.Name("str"), attr=method), text],
                    )
                ],
                keywords=[],
            ):
                pass
            case _:
                return
        if method not in _METHODS or context.type_of(text).name != "str":
            return
        call = f"{operand_text(text, context.segment(text))}.{method}()"
        edit = Edit(node, replacement(call))
        yield self.report(
            node, edit, text=context.segment(text), method=method, call=call, empty=_empty(method)
        )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        match sole_statement(node.body):
            case ast.If(
                test=ast.UnaryOp(op=ast.Not(), operand=asked),
                body=[ast.Return(value=no)],
                orelse=[],
            ) if is_constant(no, False):
                method = _method(asked, node.target)
            case _:
                return
        rest = node.orelse or context.following(node)
        match rest:
            case [ast.Return(value=yes), *_] if is_constant(yes, True):
                pass
            case _:
                return
        if method not in _METHODS or context.type_of(node.iter).name != "str":
            return
        call = f"{operand_text(node.iter, context.segment(node.iter))}.{method}()"
        text = context.segment(node.iter)
        yield self.report(node, text=text, method=method, call=call, empty=_empty(method))


def _method(test: ast.expr, target: ast.expr) -> str:
    match test:
        case ast.Call(func=ast.Attribute(value=owner, attr=attr), args=[], keywords=[]):
            if isinstance(target, ast.Name) and is_name(owner, target.id):
                return attr
    return ""


def _empty(method: str) -> str:
    return "true" if method in _TRUE_WHEN_EMPTY else "false"
