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
    statements,
)
from effilint.analyzer.patterns import method_call, names_in, operand_text, same, sole_statement


class SetAddLoop(Rule):
    """A loop adds items to a set one by one and does nothing else.

    `update` goes through the items in C. The fix leaves the loop variable unbound and keeps the
    items added so far where one is not hashable, as the loop does.
    """

    code = "DST209"
    name = "set-add-loop"
    message = "The loop adds the items to `{items}` one by one"
    advice = "Write `{items}.update(...)`"
    gain = Gain("O(n)", "O(n)", {10: 1.1, 1_000: 2.0, 100_000: 2.1}, tier=Tier.CONSTANT)
    safety = Safety.UNSAFE
    # A line for a line: many of the loops in programs go through a few items once.
    confidence = 0.85
    examples = (
        Bad(
            """
            def words(lines: list[str]) -> set[str]:
                found = set()
                for line in lines:
                    found.add(line)  # DST209
                return found
            """,
            fixed="""
            def words(lines: list[str]) -> set[str]:
                found = set()
                found.update(lines)
                return found
            """,
            workload="words(['a', 'b', 'c', 'd', 'e'] * (n // 5))",
        ),
        Bad(
            """
            def letters(path):
                found = {"a"}
                with open(path) as file:
                    for letter in file.read():
                        found.add(letter)  # DST209
                return found
            """,
            fixed="""
            def letters(path):
                found = {"a"}
                with open(path) as file:
                    found.update(file.read())
                return found
            """,
        ),
        Bad(
            """
            def pairs(rows, last):
                found = set()
                for row in rows:
                    for pair in (row[0], 1), *row[1:]:
                        found.add(pair)  # DST209
                for other in rows or last:
                    found.add(other)  # DST209
                return found
            """,
            fixed="""
            def pairs(rows, last):
                found = set()
                for row in rows:
                    found.update(((row[0], 1), *row[1:]))
                found.update(rows or last)
                return found
            """,
        ),
        # What is added is made in the loop: a generator is no quicker.
        Good(
            """
            def lengths(rows):
                found = set()
                for row in rows:
                    found.add(len(row.cells))
                return found
            """
        ),
        # Something else is done; the variable is used later; a few items; no set.
        Good(
            """
            def words(lines, board):
                found, few, last = set(), set(), set()
                for line in lines:
                    found.add(line)
                    print(line)
                for letter in "abc":
                    few.add(letter)
                for line in lines:
                    last.add(line)
                    board.add(line)
                for line in lines:
                    board.add(line)
                return found, few, last
            """
        ),
        Good(
            """
            def grow(start, graph):
                reached = set(start)
                for node in start:
                    reached.add(graph[node])
                print(node)
                for node in sorted(reached):
                    reached.add(len(reached) + node)
                return reached
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        statement = sole_statement(node.body)
        if not isinstance(statement, ast.Expr) or node.orelse or node.type_comment:
            return
        call = statement.value
        items = method_call(call, "add")
        if not isinstance(items, ast.Name | ast.Attribute) or not isinstance(call, ast.Call):
            return
        if len(call.args) != 1 or call.keywords or not context.hot_loops(statement):
            return
        if not same(call.args[0], node.target):
            return  # a generator of the results is no quicker
        if any(same(part, items) for part in ast.walk(node.iter)):
            return
        if context.type_of(items).name != "set" or not isinstance(node.target, ast.Name):
            return
        if not all(context.inside(use, node) for use in context.uses(node.target)):
            return
        if names_in(items) & names_in(node.target):
            return
        place = context.segment(items)
        added = context.segment(node.iter)
        if isinstance(node.iter, ast.Tuple | ast.Yield | ast.YieldFrom | ast.NamedExpr):
            added = operand_text(node.iter, added)
        edit = Edit(node, statements(f"{place}.update({added})"))
        yield self.report(statement, edit, items=place)
