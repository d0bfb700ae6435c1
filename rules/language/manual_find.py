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
    Tier,
    remove,
    statements,
)
from effilint.analyzer.facts.nothing import may_be_none
from effilint.analyzer.facts.visits import is_read_outside
from effilint.analyzer.patterns import (
    is_constant,
    is_name,
    names_in,
    operand_text,
    range_bounds,
    same,
    sole_statement,
)


class ManualFind(Rule):
    """A part of a string is looked for by cutting a piece out at every place.

    `str.find` and `in` compare in place, and skip most places altogether.
    """

    code = "LNG117"
    name = "manual-find"
    message = "`{part}` is looked for in `{text}` by comparing a piece at every place"
    advice = "Use `{call}`"
    gain = Gain("O(n·m)", "O(n)", {10: 5.5, 1_000: 55.0, 100_000: 66.0}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def place(text: str, part: str):
                for i in range(len(text) - len(part) + 1):  # LNG117
                    if text[i : i + len(part)] == part:
                        return i
                return -1
            """,
            fixed="""
            def place(text: str, part: str):
                return text.find(part)
            """,
            workload="place('ab' * n + 'bb', 'bb')",
        ),
        # It is only asked whether it is there; the length has a name.
        Bad(
            """
            def mentions(text: str, word: str):
                size = len(word)
                for start in range(len(text) - len(word) + 1):  # LNG117
                    if text[start : start + size] == word:
                        return True
                return False

            def begins_somewhere(text: str, word: str):
                for start in range(len(text)):  # LNG117
                    if text[start:].startswith(word):
                        break
                else:
                    start = -1
                return start
            """,
            fixed="""
            def mentions(text: str, word: str):
                size = len(word)
                return word in text

            def begins_somewhere(text: str, word: str):
                for start in range(len(text)):
                    if text[start:].startswith(word):
                        break
                else:
                    start = -1
                return start
            """,
        ),
        # No word at all is in no text at all, which the loop does not find: no fix.
        Bad(
            """
            def mentions(text: str, word: str):
                for start in range(len(text)):  # LNG117
                    if text[start : start + len(word)] == word:
                        return True
                return False
            """
        ),
        # Pieces of a list, or that overlap and are counted.
        Good(
            """
            def count(text: str, part: str, items: list[int], run: list[int]):
                found = 0
                for i in range(len(text)):
                    if text[i : i + len(part)] == part:
                        found += 1
                for i in range(len(items)):
                    if items[i : i + len(run)] == run:
                        return i
                return found
            """
        ),
        # Every second place, and another piece each time.
        Good(
            """
            def place(text: str, part: str, parts: list[str]):
                for i in range(0, len(text), 2):
                    if text[i : i + 2] == part:
                        return i
                for i in range(len(text)):
                    if text[i : i + 3] == parts[i]:
                        return i
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        test = sole_statement(node.body)
        bounds = range_bounds(node.iter)
        if bounds is None or not isinstance(test, ast.If) or test.orelse:
            return
        if not is_constant(bounds[0], 0) or not is_constant(bounds[2], 1):
            return
        if not isinstance(node.target, ast.Name) or not isinstance(test.body[-1], _LEAVING):
            return
        index = node.target
        found = _compared(test.test, index.id, context)
        if found is None or index.id in names_in(found[1]):
            return
        text, part = found
        kinds = context.type_of(text).name, context.type_of(part).name
        if kinds[0] != "str" or not context.is_invariant(part, node) or kinds[1] == "tuple":
            return
        if not any(_is_length(n, text, context) for n in ast.walk(bounds[1])):
            return
        shown, wanted = context.segment(text), context.segment(part)
        call = f"{operand_text(text, shown)}.find({wanted})"
        edits: list[Edit] = []
        rest = context.following(node)
        after = rest[0] if rest and not node.orelse else None
        yes = test.body[0].value if isinstance(test.body[0], ast.Return) else None
        no = after.value if isinstance(after, ast.Return) else None
        new = ""
        if is_name(yes, index.id) and no is not None and context.segment(no) == "-1":
            new = f"return {call}"
        elif is_constant(yes, True) and is_constant(no, False):
            call = f"{operand_text(part, wanted)} in {operand_text(text, shown)}"
            new = f"return {call}"
        if new and after and kinds[1] == "str" and _is_exact(bounds[1], part):
            is_safe = context.is_pure(text) and not may_be_none(text, context)
            if is_safe and not is_read_outside(context, index, node):
                edits = [Edit(node, statements(new)), Edit(after, remove())]
        yield self.report(node, *edits, text=shown, part=wanted, call=call)


_LEAVING = (ast.Return, ast.Break)


def _compared(test: ast.expr, index: str, context: Context) -> tuple[ast.expr, ast.expr] | None:
    """Text and part of `text[i : i + len(part)] == part`, or of `text.startswith(part, i)`."""
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            for piece, part in ((left, right), (right, left)):
                match piece:
                    case ast.Subscript(
                        value=text,
                        slice=ast.Slice(
                            lower=ast.Name(id=lower),
                            upper=ast.BinOp(left=start, op=ast.Add(), right=size),
                            step=None,
                        ),
                    ) if lower == index and is_name(start, index):
                        return (text, part) if _is_length(size, part, context) else None
        case ast.Call(
            func=ast.Attribute(
                value=ast.Subscript(
                    value=text, slice=ast.Slice(lower=ast.Name(id=lower), upper=None, step=None)
                ),
                attr="startswith",
            ),
            args=[part],
        ) if lower == index:
            return text, part
        case ast.Call(
            func=ast.Attribute(value=text, attr="startswith"), args=[part, ast.Name(id=lower)]
        ) if lower == index:
            return text, part
    return None


def _is_length(node: ast.AST, sequence: ast.expr, context: Context) -> bool:
    """Whether it is the length of the sequence, or a variable or number that is."""
    match node:
        case ast.Name():
            value = context.sole_value(node)
            return value is not None and _is_length(value, sequence, context)
        case ast.Call(func=ast.Name("len"), args=[measured], keywords=[]):
            return same(measured, sequence)
        case ast.Constant(value=int(size)):
            return isinstance(sequence, ast.Constant) and len(str(sequence.value)) == size
    return False


def _is_exact(stop: ast.expr, part: ast.expr) -> bool:
    """Whether every place is looked at: an empty part is found in an empty text too."""
    match stop:
        case ast.BinOp(left=ast.BinOp(op=ast.Sub()), op=ast.Add(), right=one):
            return is_constant(one, 1)
        case ast.BinOp():
            return False
    return isinstance(part, ast.Constant) and bool(part.value)
