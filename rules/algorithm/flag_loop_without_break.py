from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.facts.divisors import sets_constants
from effilint.analyzer.facts.early_exit import LookedAt, SearchLoop, looked_at, may_stop
from effilint.analyzer.facts.folds import folded
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
    gain = Gain("O(n)", "O(first hit)", {10: 1.5, 1_000: 11.0, 100_000: 11.0})
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
        # Two ways to the same answer.
        Bad(
            """
            def self_dividing(number):
                fits = True
                for digit in str(number):
                    if digit != "0":
                        if number % int(digit) != 0:
                            fits = False  # ALG201
                    else:
                        fits = False
                return fits
            """,
            fixed="""
            def self_dividing(number):
                fits = True
                for digit in str(number):
                    if digit != "0":
                        if number % int(digit) != 0:
                            fits = False
                            break
                    else:
                        fits = False
                        break
                return fits
            """,
        ),
        # The answer so far and one more.
        Bad(
            """
            def all_known(words, vocabulary):
                known = True
                for word in words:
                    known = known and word.lower() in vocabulary  # ALG201
                return known
            """,
            fixed="""
            def all_known(words, vocabulary):
                known = True
                for word in words:
                    known = known and word.lower() in vocabulary
                    if not known:
                        break
                return known
            """,
        ),
        Bad(
            """
            def any_holiday(dates, holidays):
                closed = False
                for date in dates:
                    closed |= date in holidays  # ALG201
                return closed
            """,
            fixed="""
            def any_holiday(dates, holidays):
                closed = False
                for date in dates:
                    closed |= date in holidays
                    if closed:
                        break
                return closed
            """,
        ),
        # Perhaps arrays, of which each place is asked.
        Good(
            """
            def selected(columns, limit):
                mask = True
                for column in columns:
                    mask = mask & (column < limit)
                return mask
            """
        ),
        # Bits are gathered from all of them.
        Good(
            """
            def gather(masks):
                bits = 0
                for mask in masks:
                    bits |= mask
                return bits
            """
        ),
        # Two answers, each of its own.
        Good(
            """
            def directions(numbers):
                rising = falling = True
                for i in range(1, len(numbers)):
                    if numbers[i] < numbers[i - 1]:
                        rising = False
                    elif numbers[i] > numbers[i - 1]:
                        falling = False
                return rising or falling
            """
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
        # So does the function that is asked: it unites the sets.
        Good(
            """
            def spread(known, more):
                before = len(known)
                known |= more
                return len(known) > before

            def step(reachable, edges):
                changed = False
                for one, other in edges:
                    if spread(reachable[one], reachable[other]):
                        changed = True
                return changed
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
        if isinstance(node.body[-1], ast.If | ast.Assign | ast.AugAssign):
            yield from self._check(node, context)

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        if len(node.body) > 1:
            yield from self._check(node, context)

    def _check(self, loop: SearchLoop, context: Context) -> Iterator[Finding]:
        search = looked_at(loop, context)
        if search is None:
            return
        if isinstance(search.last, ast.If):
            yield from self._flag(search, search.last, context)
        else:
            yield from self._fold(search, context)

    def _flag(self, search: LookedAt, last: ast.If, context: Context) -> Iterator[Finding]:
        """`if test: flag = True`, perhaps in several branches that all say the same."""
        blocks = _branches([last])
        if not blocks or not all(sets_constants(block) for block in blocks):
            return
        settings = {tuple(ast.dump(statement) for statement in block) for block in blocks}
        if len(settings) > 1:
            return
        flags = {name for statement in blocks[0] for name in _targets(statement)}
        if may_stop(search, _tests([last]), flags, context):
            ends = [block[-1] for block in blocks]
            edits = [Edit(e, statements(f"{context.segment(e)}\nbreak")) for e in ends]
            yield self.report(ends[0], *edits, flag=_targets(blocks[0][0])[0])

    def _fold(self, search: LookedAt, context: Context) -> Iterator[Finding]:
        """`flag = flag and test`, `flag |= test`."""
        found = folded(search.last, context)
        if found is None:
            return
        flag, rest, end = found
        if may_stop(search, rest, {flag.id}, context):
            text = f"{context.segment(search.last)}\nif {end}{flag.id}:\n    break"
            yield self.report(search.last, Edit(search.last, statements(text)), flag=flag.id)


def _branches(block: list[ast.stmt]) -> list[list[ast.stmt]]:
    """The blocks of nested `if`s that do something; none if other things stand beside these."""
    if not block:
        return []
    match block:
        case [ast.If(body=body, orelse=orelse)]:
            return [*_branches(body), *_branches(orelse)]
        case [ast.Pass() | ast.Continue()]:
            return []
    return [block]


def _tests(block: list[ast.stmt]) -> list[ast.expr]:
    match block:
        case [ast.If(test=test, body=body, orelse=orelse)]:
            return [test, *_tests(body), *_tests(orelse)]
    return []


def _targets(statement: ast.stmt) -> list[str]:
    assert isinstance(statement, ast.Assign)
    return [target.id for target in statement.targets if isinstance(target, ast.Name)]
