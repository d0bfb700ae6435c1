from __future__ import annotations

import ast
from collections.abc import Iterator
from textwrap import dedent
from typing import TYPE_CHECKING

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
    remove,
    replacement,
)
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.calls import own_nodes

if TYPE_CHECKING:
    import libcst as cst

    from effilint.analyzer.model import Replacement, Transform

_MANY = 8
_MANY_IN_LIST = 16  # a list is filled from a constant tuple at once
_READING = frozenset("get items keys values index count copy isdisjoint".split())
_READERS = frozenset("len sorted enumerate sum min max any all reversed".split())


class ConstantTablePerCall(Rule):
    """A function that runs again and again builds the same table of constants in every call.

    CPython keeps constant tuples, but fills a dict, list or set anew each time. The fix makes
    the table a constant of the module; it assumes that nothing else uses that name.
    """

    code = "DST508"
    name = "constant-table-per-call"
    message = "{table} of {size} constants is built again in every call of `{function}`"
    advice = "Make it a constant of the module"
    gain = Gain("O(k)", "O(1)", {10: 2.6, 1_000: 3.4, 100_000: 3.3}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def rank(card):
                ranks = {2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8, "J": 9, "Q": 10}  # DST508
                return ranks[card]


            def total(cards):
                return sum(rank(card) for card in cards)
            """,
            fixed="""
            RANKS = {2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8, "J": 9, "Q": 10}


            def rank(card):
                return RANKS[card]


            def total(cards):
                return sum(rank(card) for card in cards)
            """,
            workload="total(i % 8 + 2 for i in range(n))",
        ),
        # Called by itself.
        Bad(
            """
            def spell(number):
                ones = {  # DST508
                    0: "zero", 1: "one", 2: "two", 3: "three", 4: "four",
                    5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine",
                }
                if number < 10:
                    return ones[number]
                return spell(number // 10) + " " + ones[number % 10]
            """,
            fixed="""
            ONES = {
                0: "zero", 1: "one", 2: "two", 3: "three", 4: "four",
                5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine",
            }


            def spell(number):
                if number < 10:
                    return ONES[number]
                return spell(number // 10) + " " + ONES[number % 10]
            """,
        ),
        # Not even named.
        Bad(
            """
            class Scanner:
                def escape(self, char):
                    return {0: 1, 1: 9, 2: 3, 3: 7, 4: 8, 5: 2, 6: 4, 7: 0}.get(char)  # DST508

                def scan(self, text):
                    while text:
                        yield self.escape(text[0])
                        text = text[1:]
            """
        ),
        Bad(
            """
            def is_stop_word(word):
                words = {"a", "an", "the", "of", "in", "on", "and", "or", "to"}  # DST508
                return word in words

            def count(lines):
                return [sum(map(len, filter(None, line))) for line in lines if is_stop_word(line)]
            """,
            fixed="""
            WORDS = {"a", "an", "the", "of", "in", "on", "and", "or", "to"}


            def is_stop_word(word):
                return word in WORDS

            def count(lines):
                return [sum(map(len, filter(None, line))) for line in lines if is_stop_word(line)]
            """,
        ),
        # It is returned: the caller gets one of its own.
        Good(
            """
            def fresh():
                table = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8}
                return table

            def tables(n):
                return [fresh() for _ in range(n)]
            """
        ),
        # It is changed.
        Good(
            """
            def shuffled(order):
                letters = ["a", "b", "c", "d", "e", "f", "g", "h"]
                letters.sort(key=order)
                return letters[0]

            def all_shuffled(orders):
                return [shuffled(order) for order in orders]
            """
        ),
        # A list or set that is only searched is a constant of the function.
        Good(
            """
            def is_vowel(letter):
                return letter in {"a", "e", "i", "o", "u", "A", "E", "I", "O", "U"}

            def vowels(text):
                return [letter for letter in text if is_vowel(letter)]
            """
        ),
        # What the function does takes far longer.
        Good(
            """
            def report(rows):
                names = {1: "a", 2: "b", 3: "c", 4: "d", 5: "e", 6: "f", 7: "g", 8: "h"}
                for row in rows:
                    print(names[row])

            def reports(tables):
                for rows in tables:
                    report(rows)
            """
        ),
        # Nothing shows that it is called often.
        Good(
            """
            def main(kind):
                names = {1: "a", 2: "b", 3: "c", 4: "d", 5: "e", 6: "f", 7: "g", 8: "h"}
                print(names[kind])
            """
        ),
    )

    def visit_Dict(self, node: ast.Dict, context: Context) -> Iterator[Finding]:
        if len(node.keys) >= _MANY and all(map(_is_flat, (*node.keys, *node.values))):
            yield from self._check(node, "A dict", len(node.keys), context)

    def visit_List(self, node: ast.List, context: Context) -> Iterator[Finding]:
        if len(node.elts) >= _MANY_IN_LIST and all(map(_is_flat, node.elts)):
            yield from self._check(node, "A list", len(node.elts), context)

    def visit_Set(self, node: ast.Set, context: Context) -> Iterator[Finding]:
        if len(node.elts) >= _MANY and all(map(_is_flat, node.elts)):
            yield from self._check(node, "A set", len(node.elts), context)

    def _check(self, node: ast.expr, table: str, size: int, context: Context) -> Iterator[Finding]:
        function = context.function(node)
        if function is None or function.decorator_list or not _is_in_body(node, function, context):
            return
        statement = context.parent(node)
        uses: list[ast.Name] = []
        edits: list[Edit] = []
        match statement:
            case ast.Assign(targets=[ast.Name() as name]):
                uses = context.uses(name)
                if context.sole_value(name) is not node or not uses:
                    return
                if not all(_only_reads(use, context) for use in uses):
                    return
                edits = _moved(node, name, statement, uses, function, context)
            case _:
                is_folded = isinstance(statement, ast.Compare | ast.For | ast.comprehension)
                if (is_folded and not isinstance(node, ast.Dict)) or not _only_reads(node, context):
                    return
        if _is_hot(function, context) and _is_small(function, size):
            yield self.report(node, *edits, table=table, size=size, function=function.name)


def _is_flat(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant() | ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return True
        case ast.Tuple(elts=elts):
            return all(map(_is_flat, elts))
    return False


def _is_small(function: FunctionNode, size: int) -> bool:
    """Whether building the table is a good part of what a call of the function does."""
    slow = (ast.ClassDef, ast.Import, ast.ImportFrom)
    loops = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    nodes = own_nodes(function)
    if any(isinstance(node, slow) for node in nodes):
        return False
    calls = sum(isinstance(node, ast.Call) for node in nodes)
    if any(isinstance(node, loops) for node in nodes) and size < 4 * _MANY:
        return False
    return calls <= 2 + size // _MANY


def _is_in_body(node: ast.expr, function: FunctionNode, context: Context) -> bool:
    return any(context.inside(node, statement) for statement in function.body)


def _is_hot(function: FunctionNode, context: Context) -> bool:
    calls = context.calls
    return calls.is_recursive(function) or calls.called_in_loop(function) is not None


def _only_reads(use: ast.expr, context: Context) -> bool:
    """Whether the table is only looked up, searched or gone through here."""
    parent = context.parent(use)
    match parent:
        case ast.Subscript(value=value, ctx=ast.Load()):
            return value is use and not isinstance(parent.slice, ast.Slice)
        case ast.Compare(comparators=[container], ops=[ast.In() | ast.NotIn()]):
            return container is use
        case ast.Attribute(attr=attr):
            call = context.parent(parent)
            return attr in _READING and isinstance(call, ast.Call) and call.func is parent
        case ast.Call(func=function, args=[first, *_]) if first is use:
            return context.resolve(function) in _READERS
    return False


def _moved(
    node: ast.expr,
    name: ast.Name,
    statement: ast.Assign,
    uses: list[ast.Name],
    function: FunctionNode,
    context: Context,
) -> list[Edit]:
    """Edits that make the table a constant above the outermost definition around it."""
    constant = name.id.upper()
    taken = {n.id for n in context.index.get(ast.Name, ()) if isinstance(n, ast.Name)}
    text = context.segment(node)
    if constant in taken or constant == name.id or '"""' in text or "'''" in text:
        return []
    if len(function.body) == 1:
        return []
    outermost: ast.stmt = function
    for outer in context.ancestors(function):
        if isinstance(outer, ast.stmt):
            outermost = outer
    text = dedent(" " * statement.col_offset + text)
    edits = [Edit(use, replacement(constant)) for use in uses]
    return [Edit(outermost, _above(f"{constant} = {text}")), Edit(statement, remove()), *edits]


def _above(text: str) -> Transform:
    """Return a transform that puts a statement above a definition, two blank lines apart."""

    def transform(node: cst.CSTNode) -> Replacement:
        import libcst as cst

        assert isinstance(node, cst.FunctionDef | cst.ClassDef | cst.If | cst.Try | cst.With)
        blank = cst.EmptyLine(indent=False)
        first = cst.parse_module(text).body[0]
        own = [line for line in node.leading_lines if line.comment]
        above = [line for line in node.leading_lines if not line.comment]  # noqa: ALG602 (few)
        first = first.with_changes(leading_lines=above)
        return cst.FlattenSentinel([first, node.with_changes(leading_lines=[blank, blank, *own])])

    return transform
