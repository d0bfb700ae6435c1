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
    replacement,
)
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.facts.visits import is_guarded
from effilint.analyzer.patterns import (
    constant_int,
    method_call,
    one_line,
    operand_text,
    unbracketed,
    walk,
)

_SEQUENCES = ("list", "tuple", "str", "bytes")


class BigTemporaryForSingleElement(Rule):
    """A whole list is made to take one item from it.

    `next` of a generator expression stops at the first match; one line of a text can be cut out
    without splitting the rest; a reversed copy only serves to reach the other end. The fix
    assumes that there is an item (`StopIteration` comes instead of `IndexError`).
    """

    code = "MEM205"
    name = "big-temporary-for-single-element"
    message = "All of `{whole}` is made to take one item"
    advice = "Use `{call}`"
    gain = Gain("O(n)", "O(1) when found early", {10: 1.0, 1_000: 39.0, 100_000: 4400.0})
    safety = Safety.UNSAFE
    # Of 26 findings on code not seen before, 18: the other lists were short, or made once.
    examples = (
        Bad(
            """
            def first_even(numbers):
                return [number for number in numbers if number % 2 == 0][0]  # MEM205
            """,
            fixed="""
            def first_even(numbers):
                return next(number for number in numbers if number % 2 == 0)
            """,
            workload="first_even(range(1, n + 1))",
        ),
        Bad(
            """
            def ends(log: str, marks: list[str]):
                title = log.splitlines()[0]  # MEM205
                last = log.splitlines()[-1]  # MEM205
                return title, last, marks[::-1][0]  # MEM205
            """,
            fixed="""
            def ends(log: str, marks: list[str]):
                title = log.splitlines()[0]
                last = log.splitlines()[-1]
                return title, last, marks[-1]
            """,
        ),
        Bad(
            """
            class Table:
                def header(self, path):
                    with open(path) as file:
                        return file.readlines()[0].split(",")  # MEM205
            """,
            fixed="""
            class Table:
                def header(self, path):
                    with open(path) as file:
                        return next(file).split(",")
            """,
        ),
        # The exception is caught: no fix.
        Bad(
            """
            def owner(users, name):
                try:
                    return [user for user in users if user.name == name][0]  # MEM205
                except IndexError:
                    return None
            """
        ),
        # Every match is needed to know the last.
        Good(
            """
            def last_even(numbers):
                return [number for number in numbers if number % 2 == 0][-1]
            """
        ),
        # Two items of the same list are used.
        Good(
            """
            def two(numbers):
                evens = [number for number in numbers if number % 2 == 0]
                return evens[0], evens[1]
            """
        ),
        # What describes one thing is short; what is under test is what it is.
        Good(
            """
            def test_title(frame, log: str):
                title = repr(frame).splitlines()[0]
                assert title == log.splitlines()[0]
                known = [line for line in log.splitlines() if ":" in line][0]
                assert known.endswith("0")
            """
        ),
        # A few numbers.
        Good(
            """
            def least(table):
                return [table[place] for place in range(3)][0]
            """
        ),
        # What `page` is, is not known.
        Good(
            """
            def title(page):
                return page.splitlines()[0]
            """
        ),
    )

    def visit_Subscript(self, node: ast.Subscript, context: Context) -> Iterator[Finding]:
        if not isinstance(node.ctx, ast.Load):
            return
        place = constant_int(node.slice)
        if place is None:
            return
        call = _shorter(node.value, place, context)
        if call is None:
            return
        is_line = method_call(node.value, "splitlines")
        is_caught = is_guarded(context, node)
        edits = [] if is_line or is_caught else [Edit(node, replacement(call))]
        if is_caught and isinstance(node.value, ast.ListComp):
            call = f"next(({unbracketed(context.segment(node.value))}), None)"
        whole = one_line(context.segment(node.value))
        whole = whole if len(whole) < 60 else f"{whole[:56]} ..."
        yield self.report(node, *edits, whole=whole, call=one_line(call))


def _shorter(whole: ast.expr, place: int, context: Context) -> str | None:
    """How to get the item at `place` without all the others."""
    match whole:
        case ast.ListComp() if place == 0:
            return _next_match(whole, context)
        case ast.Subscript(value=items, slice=ast.Slice(lower=None, upper=None, step=step)) if (
            constant_int(step) == -1
        ):
            is_sequence = context.type_of(items).name in _SEQUENCES
            return (
                f"{operand_text(items, context.segment(items))}[{-1 - place}]"
                if is_sequence
                else None
            )
        case ast.Call(func=ast.Attribute(value=file, attr="readlines"), args=[], keywords=[]):
            is_file = place == 0 and context.type_of(file).name == "file"
            return f"next({context.segment(file)})" if is_file else None
        case ast.Call(func=ast.Attribute(value=text, attr="splitlines"), args=[], keywords=[]):
            if place in (0, -1) and _is_long_text(text, context):
                return _line(operand_text(text, context.segment(text)), place)
    return None


def _next_match(whole: ast.ListComp, context: Context) -> str | None:
    loop = whole.generators[0]
    length = context.length(loop.iter)
    if any(generator.is_async for generator in whole.generators):
        return None
    if length is not None and length <= TINY:
        return None
    if any(isinstance(part, ast.Await | ast.Yield | ast.NamedExpr) for part in walk(whole)):
        return None
    return f"next({unbracketed(context.segment(whole))})"


def _is_long_text(text: ast.expr, context: Context) -> bool:
    if isinstance(text, ast.Call) and context.resolve(text.func) in ("repr", "str", "format"):
        return False
    if isinstance(text, ast.Subscript):
        return False  # one of several texts is a line as likely as not
    return context.type_of(text).name == "str" and not isinstance(text, ast.Constant)


def _line(text: str, place: int) -> str:
    if place == 0:
        return f'{text}.partition("\\n")[0]'
    return f'{text}.removesuffix("\\n").rpartition("\\n")[2]'
