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
    replacement,
    statements,
)
from effilint.analyzer.facts.ordering import is_start_needed, may_reach
from effilint.analyzer.facts.reversals import (
    downwards,
    is_item,
    meeting_swap,
    mirror_swap,
    reversed_sequence,
)
from effilint.analyzer.facts.visits import is_read_outside
from effilint.analyzer.patterns import (
    append_call,
    is_constant,
    is_empty_container,
    is_name,
    operand_text,
    same,
    sole_statement,
)

_SLICED = ("list", "tuple", "str")
_REVERSIBLE = ("list", "deque", "bytearray", "array")


class ManualReverse(Rule):
    """A sequence is turned round item by item.

    `reverse`, or a slice with step -1, does it in C. Silent unless the sequence is of a built-in
    type and all of it is turned round.
    """

    code = "LNG107"
    name = "manual-reverse"
    message = "`{sequence}` is turned round item by item"
    advice = "Use `{call}`"
    gain = Gain("O(n)", "O(n)", {10: 1.9, 1_000: 5.2, 100_000: 5.7}, Tier.CONSTANT)
    calls = frozenset({"join"})
    examples = (
        Bad(
            """
            def backwards(items: list[int]):
                out = []
                for i in range(len(items) - 1, -1, -1):  # LNG107
                    out.append(items[i])
                return out
            """,
            fixed="""
            def backwards(items: list[int]):
                out = items[::-1]
                return out
            """,
            workload="backwards([1, 2] * (n // 2))",
        ),
        Bad(
            """
            class Deck:
                def __init__(self, cards):
                    self.cards = list(cards)

                def flip(self):
                    size = len(self.cards)
                    for i in range(size // 2):  # LNG107
                        self.cards[i], self.cards[size - 1 - i] = (
                            self.cards[size - 1 - i],
                            self.cards[i],
                        )
            """,
            fixed="""
            class Deck:
                def __init__(self, cards):
                    self.cards = list(cards)

                def flip(self):
                    size = len(self.cards)
                    self.cards.reverse()
            """,
        ),
        Bad(
            """
            def is_mirrored(word: str):
                return word == "".join(reversed(word))  # LNG107

            def digits(number):
                text = str(number)
                return "".join([text[i] for i in range(len(text) - 1, -1, -1)])  # LNG107
            """,
            fixed="""
            def is_mirrored(word: str):
                return word == word[::-1]

            def digits(number):
                text = str(number)
                return text[::-1]
            """,
        ),
        # Two indices that meet in the middle.
        Bad(
            """
            def turn(items: list[str]):
                left, right = 0, len(items) - 1
                while left < right:  # LNG107
                    items[left], items[right] = items[right], items[left]
                    left += 1
                    right -= 1
            """
        ),
        # Only a part of the items is taken.
        Good(
            """
            def tail(items: list[int], stop):
                out = []
                for i in range(len(items) - 1, stop, -1):
                    out.append(items[i])
                return out
            """
        ),
        # More than turned round.
        Good(
            """
            def doubled(items: list[int]):
                out = []
                for i in range(len(items) - 1, -1, -1):
                    out.append(items[i] * 2)
                return out
            """
        ),
        # What `rows` is, is not known.
        Good(
            """
            def text(rows):
                return "".join(reversed(rows))
            """
        ),
        # This is the method that would be called.
        Good(
            """
            class Sequence:
                def reverse(self):
                    n = len(self)
                    for i in range(n // 2):
                        self[i], self[n - i - 1] = self[n - i - 1], self[i]
            """
        ),
        # The middle is left alone.
        Good(
            """
            def turn_inner(items: list[str]):
                left, right = 1, len(items) - 2
                while left < right:
                    items[left], items[right] = items[right], items[left]
                    left += 1
                    right -= 1
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        statement = sole_statement(node.body)
        if statement is None or node.orelse or not isinstance(node.target, ast.Name):
            return
        if append_call(statement):
            yield from self._appended(node, statement, context)
        elif isinstance(statement, ast.Assign):
            yield from self._swapped(node, statement, context)

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        sequence = meeting_swap(node, context)
        if sequence is not None:
            yield from self._turned(node, sequence, [], context)

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Call(
                func=ast.Attribute(value=glue, attr="join"), args=[parts], keywords=[]
            ) if is_constant(glue, ""):
                sequence = reversed_sequence(parts, context)
            case _:
                return
        if sequence is None or context.type_of(sequence).name != "str":
            return
        call = f"{operand_text(sequence, context.segment(sequence))}[::-1]"
        edit = Edit(node, replacement(call))
        yield self.report(node, edit, sequence=context.segment(sequence), call=call)

    def _appended(self, loop: ast.For, statement: ast.stmt, context: Context) -> Iterator[Finding]:
        owner, item = append_call(statement) or (loop.iter, loop.iter)
        sequence = downwards(loop.iter, context)
        if sequence is None or not is_item(item, sequence, loop.target):
            return
        kind = context.type_of(sequence).name
        if kind not in _SLICED or not isinstance(owner, ast.Name) or is_name(sequence, owner.id):
            return
        assert isinstance(loop.target, ast.Name)
        if is_read_outside(context, loop.target, loop):
            return
        text = context.segment(sequence)
        turned = f"{text}[::-1]" if kind == "list" else f"list({text}[::-1])"
        first = context.previous(loop)
        call = turned
        edits = [Edit(loop, statements(f"{owner.id}.extend({text}[::-1])"))]
        match first:
            case ast.Assign(targets=[target], value=value) if same(
                target, owner
            ) and is_empty_container(value):
                edits = [Edit(first, remove()), Edit(loop, statements(f"{owner.id} = {turned}"))]
                if is_start_needed(owner, loop.iter, context):
                    edits = []
        if context.type_of(owner).name != "list" or may_reach(loop.iter, owner, context):
            edits = []
        yield self.report(loop, *edits, sequence=text, call=call)

    def _swapped(self, loop: ast.For, swap: ast.Assign, context: Context) -> Iterator[Finding]:
        sequence = mirror_swap(loop, swap, context)
        if sequence is None or not isinstance(loop.target, ast.Name):
            return
        if is_read_outside(context, loop.target, loop):
            return
        text = f"{context.segment(sequence)}.reverse()"
        yield from self._turned(loop, sequence, [Edit(loop, statements(text))], context)

    def _turned(
        self, loop: ast.stmt, sequence: ast.expr, edits: list[Edit], context: Context
    ) -> Iterator[Finding]:
        if context.type_of(sequence).name not in _REVERSIBLE:
            return
        text = context.segment(sequence)
        yield self.report(loop, *edits, sequence=text, call=f"{text}.reverse()")
