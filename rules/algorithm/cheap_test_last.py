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
from effilint.analyzer.patterns import names_in, operand_text, sole_statement, walk

_SCANS = frozenset("any all sum sorted set list tuple min max".split())
_SEARCHES = frozenset("re.search re.match re.fullmatch re.findall".split())
_METHODS = frozenset("count index find rfind".split())


class CheapTestLast(Rule):
    """An `and` goes through a collection or text before it asks for a number that is at hand.

    Where the quick test fails, the slow one is work for nothing. The fix assumes that the slow
    test raises no exception that the quick one now hides.
    """

    code = "ALG402"
    name = "cheap-test-last"
    message = "`{slow}` is worked out before `{quick}` is tested, which takes no time"
    advice = "Test `{quick}` first"
    gain = Gain(
        "O(n) each time",
        "O(n) where the quick test holds",
        {10: 1.2, 1_000: 1.9, 10_000: 2.1},
        Tier.CONSTANT,
    )
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def alarms(readings, limits):
                found = 0
                for hour, value in enumerate(readings):
                    if sum(limits) > value and hour % 2 == 0:  # ALG402
                        found += 1
                return found
            """,
            fixed="""
            def alarms(readings, limits):
                found = 0
                for hour, value in enumerate(readings):
                    if hour % 2 == 0 and sum(limits) > value:
                        found += 1
                return found
            """,
            workload="alarms(list(range(min(n, 300))), list(range(n)))",
        ),
        Bad(
            """
            def place(board, row, column, size):
                if all(board[r] != column for r in range(row)) and column < size:  # ALG402
                    board[row] = column
                    return place(board, row + 1, 0, size)
                return board
            """,
            fixed="""
            def place(board, row, column, size):
                if column < size and all(board[r] != column for r in range(row)):
                    board[row] = column
                    return place(board, row + 1, 0, size)
                return board
            """,
        ),
        Bad(
            """
            def chosen(names: list[str], wanted: list[str], level: int):
                for name in names:
                    if wanted.count(name) > 1:  # ALG402
                        if level != 3:
                            yield name
            """,
        ),
        # The first test guards the second.
        Good(
            """
            def fits(rows, limit):
                for row in rows:
                    if all(isinstance(n, int) for n in limit) and limit > row:
                        yield row
            """
        ),
        # The test in front is quick, too.
        Good(
            """
            def near(words, seen: set[str]):
                for place, word in enumerate(words):
                    if word in seen and place > 0:
                        yield word
            """
        ),
        # Asked once.
        Good(
            """
            def ready(jobs, level):
                return all(job.done for job in jobs) and level == 3
            """
        ),
        # A property may take its time.
        Good(
            """
            def late(jobs, plan):
                for job in jobs:
                    if any(step > job.start for step in plan) and job.is_open:
                        yield job
            """
        ),
        # Both are asked on every pass but the last.
        Good(
            """
            def settle(levels, limit):
                rounds = 0
                while max(levels) > limit and rounds < 100:
                    levels = [level // 2 for level in levels]
                    rounds += 1
                return levels
            """
        ),
        # The value is the last operand.
        Good(
            """
            def counts(rows, numbers):
                return [any(n in row for n in numbers) and row == 0 and row for row in rows]
            """
        ),
    )

    def visit_BoolOp(self, node: ast.BoolOp, context: Context) -> Iterator[Finding]:
        slow, quick = node.values[-2], node.values[-1]
        if not isinstance(node.op, ast.And) or not _is_quick(quick, slow):
            return
        if not _is_repeated(node, context):
            return
        if not _is_order_free(slow, quick, context) or not _is_tested(node, context):
            return
        one, other = context.segment(slow), context.segment(quick)
        edits = (
            Edit(slow, replacement(operand_text(quick, other) if _binds_less(quick) else other)),
            Edit(quick, replacement(one)),
        )
        yield self.report(slow, *edits, slow=one, quick=other)

    def visit_If(self, node: ast.If, context: Context) -> Iterator[Finding]:
        inner = sole_statement(node.body)
        if not isinstance(inner, ast.If) or inner.orelse or node.orelse:
            return
        if not _is_quick(inner.test, node.test) or not _is_repeated(node, context):
            return
        if _is_order_free(node.test, inner.test, context):
            slow, quick = context.segment(node.test), context.segment(inner.test)
            yield self.report(node.test, slow=slow, quick=quick)


def _is_repeated(node: ast.AST, context: Context) -> bool:
    if context.hot_loops(node):
        return True
    function = context.function(node)
    return function is not None and (
        function in context.calls.recursive or context.calls.called_in_loop(function) is not None
    )


def _is_order_free(slow: ast.expr, quick: ast.expr, context: Context) -> bool:
    if not _is_quick(quick, slow) or not _goes_through_all(slow, context):
        return False
    return context.is_pure(slow)


def _is_tested(node: ast.BoolOp, context: Context) -> bool:
    """Whether only the truth of the whole counts, or it is a truth value anyway."""
    match context.parent(node):
        case ast.While(test=test) if test is node:
            return False  # both hold on every pass but the last
        case ast.If(test=test) | ast.IfExp(test=test):
            return test is node
        case ast.comprehension() | ast.UnaryOp(op=ast.Not()):
            return True
    return all(isinstance(value, ast.Compare) for value in node.values)


def _binds_less(node: ast.expr) -> bool:
    return isinstance(node, ast.BoolOp | ast.IfExp | ast.Lambda | ast.NamedExpr)


def _is_quick(test: ast.expr, guard: ast.expr) -> bool:
    """Whether the test compares plain variables, and `guard` cannot be what makes that possible."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name()) | ast.Name():
            return True
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            if not _is_plain(left) or not _is_plain(right):
                return False
            if isinstance(op, ast.Eq | ast.NotEq | ast.Is | ast.IsNot) and not _computes(test):
                return True
            is_ordered = isinstance(op, ast.Eq | ast.NotEq | ast.Lt | ast.LtE | ast.Gt | ast.GtE)
            shared = names_in(test) & names_in(guard)
            return is_ordered and (not shared or not _guards(guard, shared))
    return False


def _is_plain(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.Name():
            return True
        case ast.UnaryOp(operand=inner):
            return _is_plain(inner)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mod(), right=right):
            return _is_plain(left) and isinstance(right, ast.Constant) and right.value != 0
    return False


def _computes(node: ast.AST) -> bool:
    return any(isinstance(part, ast.BinOp) for part in walk(node))


def _guards(guard: ast.expr, names: set[str]) -> bool:
    """Whether the slow test may be about the type of one of the names."""
    for part in walk(guard):
        match part:
            case ast.Call(func=ast.Name("isinstance" | "hasattr" | "callable" | "type")):
                return True
            case ast.Compare(ops=[ast.Is() | ast.IsNot()]):
                return True
            case ast.Name(id=name) if name in names and part is guard:
                return True
    return False


def _goes_through_all(test: ast.expr, context: Context) -> bool:
    """Whether the test surely calls something that takes longer the more there is."""
    stack: list[ast.AST] = [test]
    while stack:
        node = stack.pop()
        match node:
            case ast.Call() if _is_scan(node, context):
                return True
            case ast.Compare() | ast.UnaryOp() | ast.BinOp():
                stack.extend(ast.iter_child_nodes(node))
            case ast.Call(func=ast.Name("len"), args=[inner]):
                stack.append(inner)
    return False


def _is_scan(call: ast.Call, context: Context) -> bool:
    if not call.args or any(isinstance(arg, ast.Starred) for arg in call.args):
        return False
    name = context.resolve(call.func)
    if name in _SEARCHES:
        return True
    if name in _SCANS:
        return len(call.args) == 1 and _is_long(call.args[0], context)
    if isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS and name is None:
        return context.type_of(call.func.value).name in ("list", "str")
    return False


def _is_long(items: ast.expr, context: Context) -> bool:
    match items:
        case ast.GeneratorExp(generators=[clause, *_]):
            return context.length(clause.iter) is None
        case ast.Name() | ast.Attribute() | ast.Subscript():
            return context.length(items) is None
    return False
