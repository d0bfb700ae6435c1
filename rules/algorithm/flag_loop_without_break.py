from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.facts.counting import is_used_after
from effilint.analyzer.facts.divisors import sets_constants
from effilint.analyzer.facts.purity import CHANGING_METHODS
from effilint.analyzer.patterns import method_call, names_in, walk
from effilint.analyzer.rewrite import statements


class FlagLoopWithoutBreak(Rule):
    """A loop goes on after it has found what it was looking for.

    All it can still do is set the flag again. The fix assumes that asking about the items left
    has no effect, and that nobody counts on an iterator being used up.
    """

    code = "ALG201"
    name = "flag-loop-without-break"
    message = "The loop goes on after it has set `{flag}`, which nothing changes any more"
    advice = "Add `break`"
    safety = Safety.UNSAFE
    gain = Gain("O(n)", "O(first hit)", {10: 1.3, 1_000: 10.0, 100_000: 11.0})
    examples = (
        Bad(
            """
            def has_negative(numbers):
                found = False
                for number in numbers:
                    if number < 0:
                        found = True  # ALG201
                return found
            """,
            fixed="""
            def has_negative(numbers):
                found = False
                for number in numbers:
                    if number < 0:
                        found = True
                        break
                return found
            """,
            workload="has_negative(range(n // 10, n // 10 - n, -1))",
        ),
        # A name for a part of each item, and two flags.
        Bad(
            """
            def check(lines):
                valid, problem = True, None
                for line in lines:
                    head = line.partition("=")[0]
                    if not head.isidentifier():
                        valid = False
                        problem = "bad name"  # ALG201
                return valid, problem
            """,
            fixed="""
            def check(lines):
                valid, problem = True, None
                for line in lines:
                    head = line.partition("=")[0]
                    if not head.isidentifier():
                        valid = False
                        problem = "bad name"
                        break
                return valid, problem
            """,
        ),
        # The innermost of two loops, over an attribute.
        Bad(
            """
            class Grid:
                def full_rows(self):
                    count = 0
                    for row in self.rows:
                        full = True
                        for x in range(len(row)):
                            if row[x] is None or row[x] == 0:
                                full = False  # ALG201
                        count += full
                    return count
            """,
            fixed="""
            class Grid:
                def full_rows(self):
                    count = 0
                    for row in self.rows:
                        full = True
                        for x in range(len(row)):
                            if row[x] is None or row[x] == 0:
                                full = False
                                break
                        count += full
                    return count
            """,
        ),
        # Later items can take it back.
        Good(
            """
            def is_open(events):
                state = False
                for event in events:
                    if event == "open":
                        state = True
                    elif event == "close":
                        state = False
                return state
            """
        ),
        # The test itself does something.
        Good(
            """
            def deliver(messages, queue):
                failed = False
                for message in messages:
                    if not queue.send(message):
                        failed = True
                return failed
            """
        ),
        # The rest of the file has to be read.
        Good(
            """
            def has_error(process):
                failed = False
                for line in open(process):
                    if "error" in line:
                        failed = True
                return failed
            """
        ),
        # What the other tasks do matters.
        Good(
            """
            from concurrent.futures import as_completed

            def run(tasks):
                failed = False
                for task in as_completed(tasks):
                    if task.error:
                        failed = True
                return failed
            """
        ),
        # The last hit is wanted.
        Good(
            """
            def last_even(numbers):
                last = None
                for number in numbers:
                    if number % 2 == 0:
                        last = number
                return last
            """
        ),
        # The loop looks at the flag.
        Good(
            """
            def after_header(lines):
                seen = False
                total = 0
                for line in lines:
                    total += seen
                    if line == "":
                        seen = True
                return total
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        *before, last = node.body
        if not isinstance(last, ast.If) or last.orelse or node.orelse:
            return
        block = last.body
        if not sets_constants(block) or not _only_names(before):
            return
        if context.trip_count(node) is not None or isinstance(node.iter, ast.Tuple | ast.List):
            return
        flags = {name for statement in block for name in _targets(statement)}
        used = names_in(last.test) | {n for s in before for n in names_in(s)} | names_in(node.iter)
        if flags & used or flags & names_in(node.target):
            return
        if not _is_repeatable([node.iter, last.test, *before], context):
            return
        if context.type_of(node.iter).is_lazy or _keeps_loop_names(node, before, context):
            return
        end = block[-1]
        edit = Edit(end, statements(f"{context.segment(end)}\nbreak"))
        yield self.report(end, edit, flag=_targets(block[0])[0])


def _targets(statement: ast.stmt) -> list[str]:
    assert isinstance(statement, ast.Assign)
    return [target.id for target in statement.targets if isinstance(target, ast.Name)]


def _only_names(block: list[ast.stmt]) -> bool:
    """Whether the statements only give names to values."""
    return all(
        isinstance(statement, ast.Assign)
        and all(isinstance(target, ast.Name | ast.Tuple) for target in statement.targets)
        and not any(
            isinstance(node, ast.Attribute | ast.Subscript)
            for target in statement.targets
            for node in walk(target)
        )
        for statement in block
    )


def _is_repeatable(parts: list[ast.AST], context: Context) -> bool:
    """Whether running the parts once more or less makes no difference, as far as it can be seen."""
    for part in parts:
        for node in walk(part):
            if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
                return False
            if isinstance(node, ast.Call):
                if method_call(node, *CHANGING_METHODS) or not context.purity.only_reads(node):
                    return False
    return True


def _keeps_loop_names(node: ast.For, before: list[ast.stmt], context: Context) -> bool:
    """Whether what the last pass left in a name is used after the loop."""
    names = [n for n in walk(node.target) if isinstance(n, ast.Name)]
    for statement in before:
        assert isinstance(statement, ast.Assign)
        names += [n for t in statement.targets for n in walk(t) if isinstance(n, ast.Name)]
    return any(is_used_after(name, node, context) for name in names)
