from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.facts.counting import counter_step
from effilint.analyzer.facts.early_exit import SearchLoop, looked_at, may_stop
from effilint.analyzer.patterns import (
    append_call,
    constant_int,
    is_asserted,
    is_constant,
    is_empty_container,
)
from effilint.analyzer.rewrite import statements

_MOST = 10  # a limit that is written down and small


class CountThenCompare(Rule):
    """A loop counts all hits although the count is only compared with a small number.

    Once the count is past that number the answer stands. The fix assumes that asking about the
    items left has no effect.
    """

    code = "ALG208"
    name = "count-then-compare"
    message = "All hits are counted in `{count}`, though `{test}` is all that is asked"
    advice = "Leave the loop as soon as the answer stands"
    safety = Safety.UNSAFE
    gain = Gain("O(n)", "O(first hits)", {10: 1.0, 1_000: 5.1, 100_000: 4.1})
    examples = (
        Bad(
            """
            def is_nearly_sorted(numbers):
                drops = 0
                for i in range(1, len(numbers)):
                    if numbers[i] < numbers[i - 1]:
                        drops += 1  # ALG208
                return drops <= 1
            """,
            fixed="""
            def is_nearly_sorted(numbers):
                drops = 0
                for i in range(1, len(numbers)):
                    if numbers[i] < numbers[i - 1]:
                        drops += 1
                        if drops > 1:
                            break
                return drops <= 1
            """,
            workload="is_nearly_sorted(list(range(n // 10)) * 10)",
        ),
        # Whether there is one at all.
        Bad(
            """
            def check(rows, limit):
                wide = 0
                for row in rows:
                    width = len(row)
                    if width > limit:
                        wide += 1  # ALG208
                if wide > 0:
                    raise ValueError("too wide")
            """,
            fixed="""
            def check(rows, limit):
                wide = 0
                for row in rows:
                    width = len(row)
                    if width > limit:
                        wide += 1
                        break
                if wide > 0:
                    raise ValueError("too wide")
            """,
        ),
        # A list that nobody looks into.
        Bad(
            """
            def is_clean(lines):
                bad = []
                for line in lines:
                    if line.endswith(" "):
                        bad.append(line)  # ALG208
                return not bad
            """,
            fixed="""
            def is_clean(lines):
                bad = []
                for line in lines:
                    if line.endswith(" "):
                        bad.append(line)
                        break
                return not bad
            """,
        ),
        Bad(
            """
            def differs_twice(one, other):
                places = []
                i = 0
                while i < len(one):
                    if one[i] != other[i]:
                        places.append(i)  # ALG208
                    i += 1
                return len(places) == 2
            """,
            fixed="""
            def differs_twice(one, other):
                places = []
                i = 0
                while i < len(one):
                    if one[i] != other[i]:
                        places.append(i)
                        if len(places) > 2:
                            break
                    i += 1
                return len(places) == 2
            """,
        ),
        # In every pass of another loop.
        Bad(
            """
            def sparse(rows):
                found = []
                for row in rows:
                    cells = 0
                    for cell in row:
                        if cell:
                            cells += 1  # ALG208
                    if 2 > cells:
                        found.append(row)
                return found
            """,
            fixed="""
            def sparse(rows):
                found = []
                for row in rows:
                    cells = 0
                    for cell in row:
                        if cell:
                            cells += 1
                            if cells > 1:
                                break
                    if 2 > cells:
                        found.append(row)
                return found
            """,
        ),
        # The number itself is wanted.
        Good(
            """
            def report(rows):
                empty = 0
                for row in rows:
                    if not row:
                        empty += 1
                if empty > 1:
                    print(f"{empty} rows are empty")
            """
        ),
        # A failed test should show all of them.
        Good(
            """
            def test_names(names):
                odd = []
                for name in names:
                    if not name.islower():
                        odd.append(name)
                assert not odd
            """
        ),
        # The limit may be anything.
        Good(
            """
            def has_majority(votes, name):
                count = 0
                for vote in votes:
                    if vote == name:
                        count += 1
                return count > len(votes) // 2
            """
        ),
        # The test does something.
        Good(
            """
            def send_all(messages, queue):
                failed = 0
                for message in messages:
                    if not queue.send(message):
                        failed += 1
                return failed == 0
            """
        ),
        # It goes on counting in the next loop.
        Good(
            """
            def one_of_each(groups):
                hits = 0
                for group in groups:
                    for item in group:
                        if item > 0:
                            hits += 1
                return hits == 1
            """
        ),
        # The lines have to be read anyway.
        Good(
            """
            def has_errors(lines):
                errors = 0
                for line in lines:
                    print(line)
                    if "error" in line:
                        errors += 1
                return errors > 0
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        if isinstance(node.body[-1], ast.If):
            yield from self._check(node, context)

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        if any(isinstance(statement, ast.If) for statement in node.body[-2:]):
            yield from self._check(node, context)

    def _check(self, loop: SearchLoop, context: Context) -> Iterator[Finding]:
        search = looked_at(loop, context)
        match search.last if search else None:
            case ast.If(test=test, body=[step], orelse=[]):
                pass
            case _:
                return
        count = _counted(step)
        asked = _only_question(count, step, loop, context) if count else None
        if count is None or asked is None or search is None:
            return
        if not may_stop(search, [test], {count.id}, context):
            return
        question, limit = asked
        text = context.segment(step)
        size = count.id if counter_step(step) else f"len({count.id})"
        leave = f"if {size} > {limit}:\n    break" if limit else "break"
        edit = Edit(step, statements(f"{text}\n{leave}"))
        yield self.report(step, edit, count=count.id, test=context.segment(question))


def _counted(step: ast.stmt) -> ast.Name | None:
    """The variable that the statement makes larger by one: a count, or a list."""
    stepped = counter_step(step)
    if stepped is not None and stepped[1] == 1:
        return stepped[0] if isinstance(stepped[0], ast.Name) else None
    added = append_call(step)
    if added is None or any(isinstance(part, ast.Call) for part in ast.walk(added[1])):
        return None
    return added[0] if isinstance(added[0], ast.Name) else None


def _only_question(
    count: ast.Name, step: ast.stmt, loop: ast.stmt, context: Context
) -> tuple[ast.expr, int] | None:
    """The only thing that is asked of the count, after the loop, and the largest count that
    still leaves it open."""
    is_list = counter_step(step) is None
    outside = [b for b in context.bindings(count) if not context.inside(b.node, step)]
    uses = [use for use in context.uses(count) if not context.inside(use, step)]
    if len(outside) != 1 or len(uses) != 1 or context.function(loop) is None:
        return None
    start = outside[0].value
    if not (is_empty_container(start) if is_list else is_constant(start, 0)):
        return None
    if context.statement(outside[0].node) not in context.block(loop):
        return None
    if not any(context.inside(uses[0], after) for after in context.following(loop)):
        return None
    if context.loops(uses[0]) != context.loops(loop) or is_asserted(context.ancestors(uses[0])):
        return None
    return _question(uses[0], context, is_list=is_list)


def _question(use: ast.expr, context: Context, *, is_list: bool) -> tuple[ast.expr, int] | None:
    parent = context.parent(use)
    match parent:
        case ast.Call(args=[argument]) if argument is use:
            name = context.resolve(parent.func)
            if name == "len" and is_list:
                return _question(parent, context, is_list=False)
            return (parent, 0) if name == "bool" else None
        case ast.Compare(left=left, ops=[op], comparators=[right]) if not is_list:
            return _limited(parent, op, constant_int(right if left is use else left), left is use)
        case ast.UnaryOp(op=ast.Not()):
            return parent, 0
        case ast.If(test=test) | ast.IfExp(test=test) if test is use:
            return use, 0
    return None


def _limited(
    test: ast.Compare, op: ast.cmpop, limit: int | None, is_left: bool
) -> tuple[ast.expr, int] | None:
    """The comparison, and the largest count for which more hits may change it."""
    if limit is None or not isinstance(
        op, ast.Eq | ast.NotEq | ast.Lt | ast.LtE | ast.Gt | ast.GtE
    ):
        return None
    below = (ast.Lt, ast.GtE) if is_left else (ast.Gt, ast.LtE)
    limit -= isinstance(op, below)
    return (test, limit) if 0 <= limit <= _MOST else None
