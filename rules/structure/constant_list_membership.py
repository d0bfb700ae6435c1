from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, replacement
from effilint.analyzer.facts.searched_lists import is_tested
from effilint.analyzer.facts.short_loops import is_over_arguments
from effilint.analyzer.facts.waiting import waits
from effilint.analyzer.patterns import membership

_FEWEST = 5  # with fewer the gain is below 1.5 where the first one is often it


class ConstantListMembership(Rule):
    """A loop compares a value with one constant after another.

    CPython stores a set of constants that stands after `in` once, as a frozenset, and finds an
    item in it at once. Only for values that are surely hashable, which keeps the meaning.
    """

    code = "DST105"
    name = "constant-list-membership"
    message = "Each pass of the loop compares `{item}` with {count} constants one by one"
    advice = "Write the constants as a set: `{{...}}`"
    gain = Gain("O(n*k)", "O(n)", {10: 2.2, 1_000: 2.6, 100_000: 2.7}, tier=Tier.CONSTANT)
    examples = (
        Bad(
            """
            def keywords(words: list[str]) -> int:
                count = 0
                for word in words:
                    if word in ("if", "elif", "else", "for", "while", "return"):  # DST105
                        count += 1
                return count
            """,
            fixed="""
            def keywords(words: list[str]) -> int:
                count = 0
                for word in words:
                    if word in {"if", "elif", "else", "for", "while", "return"}:
                        count += 1
                return count
            """,
            workload="keywords(['else', 'name', 'x', 'if', 'value', 'y'] * n)",
        ),
        Bad(
            """
            def vowels(text: str) -> int:
                return sum(1 for letter in text if letter in ["a", "e", "i", "o", "u"])  # DST105
            """,
            fixed="""
            def vowels(text: str) -> int:
                return sum(1 for letter in text if letter in {"a", "e", "i", "o", "u"})
            """,
        ),
        Bad(
            """
            def skip_blank(text: str, place: int) -> int:
                while ord(text[place]) in (9, 10, 11, 13, 32):  # DST105
                    place += 1
                return place
            """,
            fixed="""
            def skip_blank(text: str, place: int) -> int:
                while ord(text[place]) in {9, 10, 11, 13, 32}:
                    place += 1
                return place
            """,
        ),
        # Behind a name that is only there for the search.
        Bad(
            """
            def digits(text: str) -> str:
                allowed = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
                found = []
                for char in text:
                    if char in allowed:  # DST105
                        found.append(char)
                return "".join(found)
            """,
            fixed="""
            def digits(text: str) -> str:
                allowed = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}
                found = []
                for char in text:
                    if char in allowed:
                        found.append(char)
                return "".join(found)
            """,
        ),
        # Its order matters elsewhere.
        Good(
            """
            def shifted(text: str) -> str:
                keys = ["q", "w", "e", "r", "t", "y"]
                return "".join(keys[keys.index(c) - 1] if c in keys else c for c in text)
            """
        ),
        # Names are looked up to build the set anew each time.
        Good(
            """
            def count(words: list[str], a, b, c, d):
                return sum(word in (a, b, c, d) for word in words)
            """
        ),
        # Might be a list, which is not hashable; few constants; not in a loop.
        Good(
            """
            def count(values, words: list[str], word: str):
                found = sum(value in (1, 2, 3, 4, 5) for value in values)
                few = sum(word in ("a", "b") for word in words)
                return found, few, word in ("a", "b", "c", "d", "e")
            """
        ),
        # A set already.
        Good(
            """
            def count(words: list[str]):
                return sum(word in {"a", "b", "c", "d"} for word in words)
            """
        ),
        # It waits for the user on each pass.
        Good(
            """
            def ask():
                while input("Continue? ").lower() not in ("q", "quit", "exit", "stop", "n"):
                    print("On it goes")
            """
        ),
        # A test may look for them in any way.
        Good(
            """
            def test_breaks():
                for code in range(1000):
                    breaks = len(f"a{chr(code)}b".splitlines()) == 2
                    assert breaks == (code in (10, 11, 12, 13, 133))
            """
        ),
        # There are as many arguments as somebody wrote down.
        Good(
            """
            def checked(**kwargs):
                return {k: v for k, v in kwargs.items() if k in ("a", "b", "c", "d", "e")}
            """
        ),
    )

    def visit_Compare(self, node: ast.Compare, context: Context) -> Iterator[Finding]:
        parts = membership(node)
        if parts is None:
            return
        item, container = parts
        name = container if isinstance(container, ast.Name) else None
        constants = container if name is None else _only_searched(context, name)
        if not isinstance(constants, ast.List | ast.Tuple):
            return
        values = [e.value for e in constants.elts if isinstance(e, ast.Constant)]
        if len(values) < len(constants.elts) or len(set(values)) < _FEWEST:
            return
        if not context.hot_loops(node) or not context.type_of(item).is_hashable:
            return
        if waits(context, node) or is_over_arguments(context, node):
            return
        if name is not None and not _is_first(context, node, name):
            return
        edit = Edit(constants, replacement("{" + context.segment(constants)[1:-1] + "}"))
        yield self.report(node, edit, item=context.segment(item), count=len(values))


def _only_searched(context: Context, name: ast.Name) -> ast.expr | None:
    """The constants that a variable holds, if no other value is bound and all uses are `in`."""
    value = context.sole_value(name)
    if not isinstance(value, ast.List | ast.Tuple) or not context.hot_loops(name):
        return None
    symbol = context.symbol(name)
    if symbol is None or not symbol.scope.is_function:
        return None  # another file may import it
    return value if all(is_tested(context, use) for use in context.uses(name)) else None


def _is_first(context: Context, test: ast.Compare, name: ast.Name) -> bool:
    """Whether no test further up would be told the same: every tested value must be hashable."""
    for use in context.uses(name):
        other = context.parent(use)
        if not isinstance(other, ast.Compare):
            return False
        if not context.type_of(other.left).is_hashable:
            return False
        if (other.lineno, other.col_offset) < (test.lineno, test.col_offset):
            if context.hot_loops(other):
                return False
    return True
