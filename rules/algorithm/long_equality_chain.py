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
from effilint.analyzer.patterns import root_name, same, walk

_FEWEST = 5


class LongEqualityChain(Rule):
    """Five or more comparisons of one value with constants, joined by `or` (or `!=` by `and`).

    A constant set is made when the file is compiled and finds the value in one step. The fix is
    not right for a value that cannot be hashed, such as a list.
    """

    code = "ALG407"
    name = "long-equality-chain"
    message = "`{subject}` is compared with {count} constants one by one"
    advice = "Ask a set of constants: `{subject} {operator} {{...}}`"
    gain = Gain("O(k)", "O(1)", {10: 1.6, 1_000: 1.7, 100_000: 1.4}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def weekdays(names):
                count = 0
                for name in names:
                    if name == 1 or name == 2 or name == 3 or name == 4 or name == 5:  # ALG407
                        count += 1
                return count
            """,
            fixed="""
            def weekdays(names):
                count = 0
                for name in names:
                    if name in {1, 2, 3, 4, 5}:
                        count += 1
                return count
            """,
            workload="weekdays([7, 5, 6, 3] * n)",
        ),
        Bad(
            """
            def odd(text):
                for i in range(len(text)):
                    c = text
                    if c[i] != 2 and c[i] != 4 and c[i] != 6 and c[i] != 8 and c[i] != 0:  # ALG407
                        yield c[i]
            """,
            fixed="""
            def odd(text):
                for i in range(len(text)):
                    c = text
                    if c[i] not in {2, 4, 6, 8, 0}:
                        yield c[i]
            """,
        ),
        # Four at most: hardly faster.
        Good(
            """
            def is_vowel(c):
                return c == "a" or c == "e" or c == "i" or c == "o"
            """
        ),
        # Two values.
        Good(
            """
            def is_edge(x, y):
                return x == 0 or x == 7 or y == 0 or y == 7 or x == 8 or y == 8
            """
        ),
        # Each test reads another item.
        Good(
            """
            def stops(read):
                return read() == 1 or read() == 2 or read() == 3 or read() == 4 or read() == 5
            """
        ),
    )

    def visit_BoolOp(self, node: ast.BoolOp, context: Context) -> Iterator[Finding]:
        if len(node.values) < _FEWEST:
            return
        is_any = isinstance(node.op, ast.Or)
        subject, constants = _compared(node, ast.Eq if is_any else ast.NotEq)
        if subject is None or root_name(subject) is None or not context.is_pure(subject):
            return
        if any(isinstance(part, ast.Call) for part in walk(subject)):
            return
        operator = "in" if is_any else "not in"
        text = context.segment(subject)
        items = ", ".join(dict.fromkeys(context.segment(c) for c in constants))
        edit = Edit(node, replacement(f"{text} {operator} {{{items}}}"))
        yield self.report(node, edit, subject=text, count=len(constants), operator=operator)


def _compared(
    node: ast.BoolOp, kind: type[ast.cmpop]
) -> tuple[ast.expr | None, list[ast.Constant]]:
    """What is compared, and with which numbers or texts; None if not all tests are alike."""
    subject: ast.expr | None = None
    constants = []
    for value in node.values:
        match value:
            case ast.Compare(left=ast.Constant() as constant, ops=[op], comparators=[left]):
                pass
            case ast.Compare(left=left, ops=[op], comparators=[ast.Constant() as constant]):
                pass
            case _:
                return None, []
        is_plain = isinstance(constant.value, str | int | bytes)
        if not isinstance(op, kind) or not is_plain or not same(left, subject or left):
            return None, []
        subject = left
        constants.append(constant)
    return subject, constants
