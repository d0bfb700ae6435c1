from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.collect import collected
from effilint.analyzer.facts.accumulators import accumulation
from effilint.analyzer.facts.rebinding import is_concatenation
from effilint.analyzer.facts.scopes import FUNCTIONS
from effilint.analyzer.facts.sharing import is_shared
from effilint.analyzer.facts.short_loops import has_few_passes


class StrConcatNonlocal(Rule):
    """A string that is not a plain local variable grows by `+=` in a loop.

    CPython appends in place only to a local variable that no nested function uses. An attribute,
    an item, a global, or a variable shared with a nested function is copied in full by every
    `+=`. The fix assumes that nothing reads the string while the loop runs, and that the loop
    does not end by an exception after which the part built so far is wanted.
    """

    code = "DST301"
    name = "str-concat-nonlocal"
    message = "Every `+=` copies all of `{target}`, which is {what}, no plain local variable"
    advice = "Collect the pieces in a list and `join` them after the loop"
    gain = Gain("O(n^2)", "O(n)", {10: 1.0, 1_000: 1.6, 100_000: 42.0})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            class Report:
                def __init__(self):
                    self.text = ""

                def fill(self, lines):
                    for line in lines:
                        self.text += line + "\\n"  # DST301


            def report(lines):
                made = Report()
                made.fill(lines)
                return made.text
            """,
            fixed="""
            class Report:
                def __init__(self):
                    self.text = ""

                def fill(self, lines):
                    text_parts = []
                    for line in lines:
                        text_parts.append(line + "\\n")
                    self.text += "".join(text_parts)


            def report(lines):
                made = Report()
                made.fill(lines)
                return made.text
            """,
            workload="report([str(i) for i in range(n)])",
        ),
        # A module-level name is no local variable.
        Bad(
            """
            import sys

            text = ""
            for line in sys.stdin:
                if line.strip():
                    text += line  # DST301
            print(text)
            """,
            fixed="""
            import sys

            text_parts = []
            for line in sys.stdin:
                if line.strip():
                    text_parts.append(line)
            text = "".join(text_parts)
            print(text)
            """,
        ),
        # The nested function makes `text` a shared variable.
        Bad(
            """
            def dump(nodes):
                text = ""

                def show():
                    print(text)

                i = 0
                while i < len(nodes):
                    text += str(nodes[i])  # DST301
                    i += 1
                show()
            """
        ),
        Bad(
            """
            def merge(pages):
                merged = {"title": "Pages", "body": ""}
                for page in pages:
                    for line in page:
                        merged["body"] = merged["body"] + line  # DST301
                return merged
            """
        ),
        # The method calls itself.
        Bad(
            """
            class Dump:
                text = ""

                def visit(self, node):
                    self.text += str(node.value)  # DST301
                    for child in node.children:
                        self.visit(child)
            """
        ),
        # Without a fix: after an exception the parts would be missing.
        Bad(
            """
            class Log:
                text: str = ""

                def add(self, lines):
                    try:
                        for line in lines:
                            self.text += line  # DST301
                    except TypeError:
                        pass
            """
        ),
        # CPython appends in place to a plain local.
        Good(
            """
            def joined(lines):
                text = ""
                for line in lines:
                    text += line
                return text
            """
        ),
        # Another object in every pass.
        Good(
            """
            class Row:
                text: str = ""

            def end(rows: list[Row]):
                for row in rows:
                    row.text += "\\n"
            """
        ),
        # Starts afresh in every pass.
        Good(
            """
            class Parser:
                token: str = ""

                def parse(self, text):
                    for char in text:
                        if char == " ":
                            self.token = ""
                        self.token += char
            """
        ),
        # A short text for every pass of the outer loop.
        Good(
            """
            for game in open("games.txt").readlines():
                line = ""
                for word in game.split():
                    line += word
                print(line)
            """
        ),
        # As many as somebody wrote at the call.
        Good(
            """
            class Stats:
                def sort(self, *fields):
                    self.names = ""
                    for field in fields:
                        self.names += field
            """
        ),
        # Fifty pieces; the preparation of a test.
        Good(
            """
            ruler = ""
            for place in range(50):
                ruler += "+" if place % 10 == 0 else "-"

            class TestPage:
                def setUp(self):
                    self.url = "/page?"
                    for user in self.users:
                        self.url += f"id={user.key}&"
            """
        ),
        # A number.
        Good(
            """
            class Meter:
                def __init__(self):
                    self.total = 0

                def read(self, values):
                    for value in values:
                        self.total += value
            """
        ),
    )

    def visit_AugAssign(self, node: ast.AugAssign, context: Context) -> Iterator[Finding]:
        if isinstance(node.op, ast.Add):
            yield from self._check(node, context)

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        if isinstance(node.value, ast.BinOp):
            yield from self._check(node, context)

    def _check(self, node: ast.stmt, context: Context) -> Iterator[Finding]:
        found = accumulation(context, node, "str", is_concatenation)
        if found is None:
            return
        target, loops = found
        if isinstance(target, ast.Name) and not is_shared(target, context):
            return
        if loops and len(loops) < len(context.hot_loops(node)):
            return  # a short text for every pass of an outer loop
        if has_few_passes(context, loops):
            return
        edits: list[Edit] = []
        if loops:
            whole = '"".join({parts})'
            edits = collected(context, target, loops[-1], "parts", '""', whole)
        what = (
            _WHAT[target.__class__] if not isinstance(target, ast.Name) else _kind(target, context)
        )
        yield self.report(node, *edits, target=context.segment(target), what=what)


_WHAT: dict[type[ast.expr], str] = {ast.Attribute: "an attribute", ast.Subscript: "an item"}


def _kind(name: ast.Name, context: Context) -> str:
    symbol = context.symbol(name)
    if symbol is not None and isinstance(symbol.scope.node, FUNCTIONS):
        return "shared with a nested function"
    return "a global"
