from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.accumulators import carrying_loops, is_first_step, is_kept
from effilint.analyzer.facts.rebinding import rebinding, sum_operands
from effilint.analyzer.patterns import same


class CharReplaceBySlicing(Rule):
    """A string is rebuilt from slices to change a few characters, in a loop.

    Strings are immutable: `s = s[:i] + c + s[i + 1:]` copies all of it in every pass. In a list
    of characters, or a `bytearray`, one item is assigned.
    """

    code = "DST305"
    name = "char-replace-by-slicing"
    message = "Every pass of the loop copies all of `{target}` to change a part of it"
    advice = "{advice}"
    gain = Gain("O(n^2)", "O(n)", {10: 2.8, 1_000: 10.0, 20_000: 56.0})
    examples = (
        Bad(
            """
            def masked(text: str, places):
                for place in places:
                    text = text[:place] + "*" + text[place + 1 :]  # DST305
                return text
            """,
            fixed="""
            def masked(text: str, places):
                chars = list(text)
                for place in places:
                    chars[place] = "*"
                return "".join(chars)
            """,
            workload="masked('x' * n, range(n))",
        ),
        Bad(
            """
            def without_spaces(line: str):
                i = 0
                while i < len(line):
                    if line[i] == " ":
                        line = line[:i] + line[i + 1 :]  # DST305
                    else:
                        i += 1
                return line
            """
        ),
        Bad(
            """
            class Board:
                def __init__(self):
                    self.cells = "." * 1000

                def mark(self, moves):
                    for move in moves:
                        self.cells = "".join((self.cells[:move], self.cells[move:]))  # DST305
            """
        ),
        Bad(
            """
            def patched(data: bytes, changes):
                for start, new in changes.items():
                    data = data[:start] + new + data[start + len(new) :]  # DST305
                return data
            """
        ),
        # Once.
        Good(
            """
            def masked(text: str, place):
                text = text[:place] + "*" + text[place + 1 :]
                return text
            """
        ),
        # Another string in every pass, and all of them are wanted.
        Good(
            """
            def neighbours(word: str, letters):
                for i in range(len(word)):
                    for letter in letters:
                        changed = word[:i] + letter + word[i + 1 :]
                        yield changed
            """
        ),
        # Every state is wanted.
        Good(
            """
            def states(text: str, places, found):
                for place in places:
                    text = text[:place] + "*" + text[place + 1 :]
                    found.append(text)
            """
        ),
    )

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        parts = rebinding(node)
        if parts is None or not _is_patch(*parts):
            return
        target = parts[0]
        loops = carrying_loops(context, node, target, _is_patch)
        if not loops or is_kept(context, target, loops[0], _is_patch):
            return
        kind = context.type_of(target).name
        if kind not in ("str", "bytes") or not is_first_step(node, target, loops[-1], _is_patch):
            return
        place = context.segment(target)
        if kind == "bytes":
            advice = f"Change a `bytearray({place})` and put it together after the loop"
        elif _is_one_for_one(node.value):
            advice = f"Change items of `list({place})` and `join` it after the loop"
        else:
            advice = "Collect what stays and what is new in a list and `join` it after the loop"
        yield self.report(node, target=place, advice=advice)


def _is_patch(target: ast.expr, value: ast.expr) -> bool:
    """Whether `value` is a head and a tail of `target`, with something between them or nothing."""
    operands = sum_operands(value)
    match value:
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(), attr="join"),
            args=[ast.Tuple(elts=elts) | ast.List(elts=elts)],
        ):
            operands = elts
    if len(operands) < 2:
        return False
    head, tail = operands[0], operands[-1]
    match head, tail:
        case (
            ast.Subscript(value=one, slice=ast.Slice(lower=None, upper=ast.expr(), step=None)),
            ast.Subscript(value=other, slice=ast.Slice(lower=ast.expr(), upper=None, step=None)),
        ):
            return same(one, target) and same(other, target)
    return False


def _is_one_for_one(value: ast.expr) -> bool:
    """Whether something takes the place of one character: `s[:i] + ... + s[i + 1:]`."""
    operands = sum_operands(value)
    if len(operands) != 3:
        return False
    match operands[0], operands[-1]:
        case (
            ast.Subscript(slice=ast.Slice(upper=ast.expr() as place)),
            ast.Subscript(
                slice=ast.Slice(lower=ast.BinOp(left=before, op=ast.Add(), right=ast.Constant(1)))
            ),
        ):
            return same(place, before)
    return False
