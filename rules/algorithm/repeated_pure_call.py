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
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.facts.repeats import earlier_twin, later_twins
from effilint.analyzer.facts.scopes import COMPREHENSIONS
from effilint.analyzer.facts.short_loops import is_call_sized, is_written_down
from effilint.analyzer.facts.waiting import waits
from effilint.analyzer.hoist import fresh_name
from effilint.analyzer.patterns import constant_int, root_name, walk
from effilint.analyzer.rewrite import around

_FOLDS = frozenset("sum min max set frozenset list tuple".split())
_TEXT = frozenset("split rsplit splitlines replace translate lower upper casefold".split())
_SEARCHES = frozenset("index count".split())
_READERS = frozenset("len sum min max any all sorted set list tuple enumerate zip".split())


class RepeatedPureCall(Rule):
    """A loop or recursion goes through one list or text twice in a pass, for the same answer.

    The first call's result is still true when the second one asks. The fix binds it to a name; it
    is not right where an object changes in a way that this file does not show.
    """

    code = "ALG706"
    name = "repeated-pure-call"
    message = "`{call}` was worked out in line {line} already, and nothing has changed since"
    advice = "Keep the first result in a variable"
    gain = Gain("O(n) twice", "O(n) once", {10: 1.4, 1_000: 1.9, 100_000: 2.0}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    calls = _FOLDS | _TEXT | _SEARCHES
    examples = (
        Bad(
            """
            def peaks(weeks):
                best = 0
                for week in weeks:
                    if max(week) > best:
                        best = max(week)  # ALG706
                return best
            """,
            fixed="""
            def peaks(weeks):
                best = 0
                for week in weeks:
                    week_max = max(week)
                    if week_max > best:
                        best = week_max
                return best
            """,
            workload="peaks([range(i, i + n // 10 + 1) for i in range(10)])",
        ),
        Bad(
            """
            def parsed(lines: list[str]):
                table = {}
                for line in lines:
                    if len(line.split("=")) == 2:
                        table[line.split("=")[0]] = line.split("=")[1]  # ALG706
                return table
            """,
            fixed="""
            def parsed(lines: list[str]):
                table = {}
                for line in lines:
                    line_split = line.split("=")
                    if len(line_split) == 2:
                        table[line_split[0]] = line_split[1]
                return table
            """,
        ),
        Bad(
            """
            def balance(parts, depth):
                if depth > 5:
                    return sum(parts)
                if sum(parts) % 2 == 0 and parts:
                    return balance(parts[1:], depth + 1)
                return balance(parts[:-1], sum(parts))  # ALG706
            """,
            fixed="""
            def balance(parts, depth):
                if depth > 5:
                    return sum(parts)
                parts_sum = sum(parts)
                if parts_sum % 2 == 0 and parts:
                    return balance(parts[1:], depth + 1)
                return balance(parts[:-1], parts_sum)
            """,
        ),
        # The list has changed.
        Good(
            """
            def drain(lists):
                for jobs in lists:
                    first = max(jobs)
                    jobs.remove(first)
                    yield first - max(jobs)
            """
        ),
        # Each pass needs a set of its own.
        Good(
            """
            def copies(rows):
                for row in rows:
                    yield set(row), set(row)
            """
        ),
        # The list changes through a method that was handed on.
        Good(
            """
            def windows(items, width):
                window = []
                push = map(window.append, items)
                for _ in range(width):
                    yield tuple(window) < (1,)
                    next(push)
                    yield tuple(window) < (2,)
            """
        ),
        # One of two branches runs.
        Good(
            """
            def either(rows):
                for row in rows:
                    if row[0]:
                        yield sum(row)
                    else:
                        yield -sum(row)
            """
        ),
        # Once in a program's life.
        Good(
            """
            def spread(values):
                return (max(values) - min(values)) / max(values)
            """
        ),
        # Two numbers.
        Good(
            """
            def larger(pairs):
                for a, b in pairs:
                    if max(a, b) > 3:
                        yield max(a, b)
            """
        ),
        # Which of them wrote to the queue, nobody knows.
        Good(
            """
            def totals(queue, rows):
                for row in rows:
                    before = sum(queue.sizes)
                    queue.put(row)
                    yield sum(queue.sizes) - before
            """
        ),
        # Four places.
        Good(
            """
            def nearest(text, marks):
                while text:
                    places = [len(text)] * 4
                    for number, mark in enumerate(marks[:4]):
                        places[number] = text.count(mark)
                    text = text[min(places) + 1 :]
                    yield min(places)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        subject = _subject(node)
        if subject is None or not _is_repeated(node, context):
            return
        if not _is_linear(node, subject, context):
            return
        if isinstance(context.parent(node), ast.Raise) or waits(context, node):
            return
        first = earlier_twin(node, context.index[ast.Call], context)
        if not isinstance(first, ast.Call) or not (
            _is_read(node, context) and _is_read(first, context)
        ):
            return
        if _is_in_raise(node, context):
            return
        found = later_twins(first, context.index[ast.Call], context)
        if found[0] is not node:
            return
        twins = [t for t in found if isinstance(t, ast.Call) and _is_read(t, context)]
        edits = _bound(first, twins, subject, context)
        text = context.segment(node)
        yield self.report(node, *edits, call=text, line=first.lineno)


def _subject(node: ast.Call) -> ast.expr | None:
    """What the call goes through."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=[subject], keywords=[]) if name in _FOLDS:
            pass
        case ast.Call(func=ast.Attribute(value=subject)):
            if any(not isinstance(a, ast.Constant | ast.Name) for a in node.args) or node.keywords:
                return None
        case _:
            return None
    match subject:
        case ast.Call(func=ast.Attribute(value=owner, attr="values" | "keys" | "items"), args=[]):
            subject = owner
    is_plain = isinstance(subject, ast.Name | ast.Attribute | ast.Subscript)
    return subject if is_plain and root_name(subject) is not None else None


def _is_repeated(node: ast.Call, context: Context) -> bool:
    if any(isinstance(o, (*COMPREHENSIONS, ast.Lambda)) for o in context.ancestors(node)):
        return False
    if context.hot_loops(node):
        return True
    function = context.function(node)
    if isinstance(node.func, ast.Attribute):
        return False
    return function is not None and function in context.calls.recursive


def _is_linear(node: ast.Call, subject: ast.expr, context: Context) -> bool:
    if any(isinstance(part, ast.Call | ast.Slice) for part in walk(subject)):
        return False
    if context.length(subject) is not None or is_call_sized(context, subject):
        return False
    if is_written_down(context, subject) or _is_row_of_few(subject, context):
        return False
    name = context.resolve(node.func)
    if isinstance(node.func, ast.Name):
        return name in _FOLDS
    kind = context.type_of(subject).name
    assert isinstance(node.func, ast.Attribute)
    if node.func.attr in _SEARCHES:
        return kind in ("list", "tuple") or (kind == "str" and node.func.attr == "count")
    return kind == "str" and node.func.attr in _TEXT


def _is_row_of_few(subject: ast.expr, context: Context) -> bool:
    """Whether it is made as `[x] * 4`, and items are only put in the place of others."""
    match context.sole_value(subject):
        case ast.BinOp(left=ast.List(elts=[_]), op=ast.Mult(), right=right):
            count = constant_int(right)
        case _:
            return False
    users = [context.parent(use) for use in context.uses(subject)]
    methods = {user.attr for user in users if isinstance(user, ast.Attribute)}
    return count is not None and count <= TINY and methods <= {"index", "count"}


def _is_in_raise(node: ast.AST, context: Context) -> bool:
    return isinstance(context.statement(node), ast.Raise)


def _is_read(node: ast.Call, context: Context) -> bool:
    """Whether the result is a plain value, or a collection that nobody can change or keep."""
    kind = context.type_of(node)
    if context.resolve(node.func) in ("sum", "min", "max") or (
        kind.is_known and not kind.is_mutable
    ):
        return True
    parent = context.parent(node)
    match parent:
        case ast.Subscript(ctx=ast.Load()) | ast.Compare():
            return True
        case ast.For(iter=source) | ast.If(test=source) | ast.While(test=source):
            return source is node
        case ast.Call(func=ast.Name(id=name)):
            return name in _READERS
    return False


def _bound(
    first: ast.Call, twins: list[ast.Call], subject: ast.expr, context: Context
) -> tuple[Edit, ...]:
    place = context.statement(first)
    simple = ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return | ast.If | ast.Expr
    if not isinstance(place, simple):
        return ()
    outer = context.parent(place)
    if isinstance(outer, ast.If) and outer.orelse and outer.orelse[0] is place:
        return ()  # it may be an `elif`
    last = subject.attr if isinstance(subject, ast.Attribute) else None
    root = root_name(subject)
    stem = last or (root.id if root else "known")
    ending = getattr(getattr(first, "func", None), "attr", None) or first.func.id  # type: ignore[attr-defined]
    name = fresh_name(f"{stem}_{ending}", context)
    return (
        Edit(place, around(f"{name} = {context.segment(first)}\n", "")),
        Edit(first, replacement(name)),
        *(Edit(twin, replacement(name)) for twin in twins),
    )
