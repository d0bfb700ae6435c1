from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.facts.counting import counting, is_used_after
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
        if not isinstance(last, ast.If) or isinstance(node.iter, ast.Tuple | ast.List):
            return
        if context.type_of(node.iter).is_lazy or context.trip_count(node) is not None:
            return
        loop_names = [n for n in walk(node.target) if isinstance(n, ast.Name)]
        yield from self._check(node, before, last, loop_names, context)

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        run = counting(node, context)
        if run is not None and run.body and isinstance(run.body[-1], ast.If):
            *before, last = run.body
            assert isinstance(last, ast.If)
            yield from self._check(node, before, last, [run.variable], context)

    def _check(
        self,
        loop: ast.For | ast.While,
        before: list[ast.stmt],
        last: ast.If,
        loop_names: list[ast.Name],
        context: Context,
    ) -> Iterator[Finding]:
        block, head = last.body, loop.iter if isinstance(loop, ast.For) else loop.test
        if last.orelse or loop.orelse or not sets_constants(block) or not _only_names(before):
            return
        flags = {name for statement in block for name in _targets(statement)}
        parts: list[ast.AST] = [head, last.test, *before]
        if flags & {name for part in (*parts, *loop_names) for name in names_in(part)}:
            return
        names = loop_names + [name for s in before for name in _assigned(s)]
        if any(is_used_after(name, loop, context) for name in names):
            return
        if _is_repeatable(parts, context):
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
                if method_call(node, *CHANGING_METHODS) or not context.purity.call_is_pure(node):
                    return False
    return True


def _assigned(statement: ast.stmt) -> list[ast.Name]:
    assert isinstance(statement, ast.Assign)
    return [n for target in statement.targets for n in walk(target) if isinstance(n, ast.Name)]
