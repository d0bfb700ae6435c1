from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, statements
from effilint.analyzer.facts.accumulators import carrying_loops
from effilint.analyzer.facts.lists import is_first, may_be_long, may_end_early
from effilint.analyzer.facts.waiting import waits
from effilint.analyzer.patterns import (
    constant_int,
    is_in_class_body,
    is_name,
    membership,
    method_call,
    names_in,
    same,
    sole_statement,
    walk,
)


class RemoveInLoop(Rule):
    """A loop over a list takes items out of it one by one.

    `remove` searches for the item, and both `remove` and `del` move all that follow; a
    comprehension keeps the others in one pass. The fix assumes that equal items are alike.
    """

    code = "DST203"
    name = "remove-in-loop"
    message = "Each item taken out of `{items}` in this loop moves all that follow it"
    advice = "{advice}"
    gain = Gain("O(n^2)", "O(n)", {10: 1.1, 1_000: 29.0, 10_000: 280.0})
    safety = Safety.UNSAFE
    calls = frozenset({"remove", "pop"})
    examples = (
        Bad(
            """
            def drop_odd(numbers: list[int]) -> list[int]:
                for number in numbers[:]:
                    if number % 2:
                        numbers.remove(number)  # DST203
                return numbers
            """,
            fixed="""
            def drop_odd(numbers: list[int]) -> list[int]:
                numbers[:] = [number for number in numbers if not (number % 2)]
                return numbers
            """,
            workload="drop_odd(list(range(n)))",
        ),
        Bad(
            """
            class Pool:
                def __init__(self, path):
                    self.members = [line.strip() for line in open(path)]

                def keep(self, wanted):
                    for member in list(self.members):
                        if member not in wanted:
                            self.members.remove(member)  # DST203
            """,
            fixed="""
            class Pool:
                def __init__(self, path):
                    self.members = [line.strip() for line in open(path)]

                def keep(self, wanted):
                    self.members[:] = [member for member in self.members if member in wanted]
            """,
        ),
        Bad(
            """
            def drop_expired(sessions: list, now: float) -> None:
                i = 0
                while i < len(sessions):
                    if sessions[i].end < now:
                        del sessions[i]  # DST203
                    else:
                        i += 1
            """
        ),
        Bad(
            """
            def drop_blank(path):
                lines = open(path).readlines()
                for i in range(len(lines) - 1, -1, -1):
                    if not lines[i].strip():
                        lines.pop(i)  # DST203
                return lines
            """
        ),
        Bad(
            """
            def closed(handles: list):
                for place, handle in reversed(list(enumerate(handles))):
                    if handle.closed:
                        handles.pop(place)  # DST203
            """
        ),
        # As long as there is one, it is searched for twice from the start.
        Bad(
            """
            def without(values: list[int], unwanted: int) -> list[int]:
                while unwanted in values:
                    values.remove(unwanted)  # DST203
                return values
            """
        ),
        # Moved to another place.
        Good(
            """
            def done_last(jobs: list):
                for place, job in enumerate(jobs):
                    if job.done:
                        jobs.append(jobs.pop(place))
            """
        ),
        # Without a fix: a comprehension does not see the names of the class.
        Bad(
            """
            class Rates:
                limit = 3
                steps = [step * step for step in range(100)]
                for step in list(steps):
                    if step > limit:
                        steps.remove(step)  # DST203
            """
        ),
        # One item only; the loop ends before it has seen all; others are added; each pass waits.
        Good(
            """
            import time

            def unwound(names: list[str], marks: list[str], wanted, jobs: list, threads: list):
                for name in names:
                    if name.lower() == wanted:
                        names.remove(name)
                        break
                for mark in reversed(marks):
                    marks.remove(mark)
                    if mark == wanted:
                        return mark
                for place, job in enumerate(jobs):
                    if job.parts:
                        jobs.pop(place)
                        jobs.extend(job.parts)
                for thread in list(threads):
                    time.sleep(0.1)
                    if thread.done:
                        threads.remove(thread)
                return None
            """
        ),
        # A set finds the item at once.
        Good(
            """
            def drop_odd(numbers: set[int]) -> None:
                for number in list(numbers):
                    if number % 2:
                        numbers.remove(number)
            """
        ),
        # A few items.
        Good(
            """
            def without_defaults(given):
                names = ["a", "b", "c"]
                for name in names[:]:
                    if name not in given:
                        names.remove(name)
                return names
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if len(node.args) != 1 or node.keywords or not isinstance(node.func, ast.Attribute):
            return
        if constant_int(node.args[0]) is None:
            yield from self._found(node, node.func.value, node.args[0], context)

    def visit_Delete(self, node: ast.Delete, context: Context) -> Iterator[Finding]:
        match node.targets:
            case [ast.Subscript(value=items, slice=ast.Name() as place)]:
                yield from self._found(node, items, place, context)

    def _found(
        self, node: ast.Call | ast.Delete, items: ast.expr, which: ast.expr, context: Context
    ) -> Iterator[Finding]:
        if not isinstance(items, ast.Name | ast.Attribute) or not isinstance(which, ast.Name):
            return
        loops = context.hot_loops(node)
        if not loops or not isinstance(loops[0], ast.For | ast.While):
            return
        loop = loops[0]
        by_value = method_call(node, "remove") is not None
        if not (_walks_items if by_value else _walks_places)(loop, items, which):
            return
        if context.type_of(items).name != "list" or not may_be_long(context, items):
            return
        if not carrying_loops(context, context.statement(node), items, lambda *_: False):
            return
        if _is_put_back(context, node, items) or _is_replaced(loop, items):
            return
        if may_end_early(context, loop) or waits(context, node):
            return
        if not is_first(node, loop, lambda other: _takes_out(other, items, which)):
            return
        edits = _filtered(context, node, loop, items) if by_value else []
        place = context.segment(items)
        advice = f"Keep the others in one pass: `{place}[:] = [... for ... in {place} if ...]`"
        if not by_value and _is_more(loop, context.statement(node)):
            advice = f"Collect the others in a new list in one pass, then `{place}[:] = kept`"
        yield self.report(node, *edits, items=place, advice=advice)


def _is_more(loop: ast.AST, statement: ast.stmt) -> bool:
    """Whether the loop does more than to take out items."""
    plain = (ast.If, ast.For, ast.While, ast.AugAssign, ast.Continue)
    return any(
        isinstance(node, ast.stmt) and node is not statement and not isinstance(node, plain)
        for node in walk(loop)
    )


def _is_put_back(context: Context, node: ast.AST, items: ast.expr) -> bool:
    call = context.parent(node)
    return isinstance(call, ast.Call) and any(same(inner, items) for inner in walk(call.func))


def _is_replaced(loop: ast.AST, items: ast.expr) -> bool:
    """Whether other items come in place of those taken out."""
    inserted = (method_call(node, "insert", "append", "extend") for node in walk(loop))
    return any(receiver is not None and same(receiver, items) for receiver in inserted)


def _takes_out(node: ast.AST, items: ast.expr, which: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr="remove" | "pop"), args=[item]):
            return same(value, items) and same(item, which)
        case ast.Delete(targets=[ast.Subscript(value=value, slice=item)]):
            return same(value, items) and same(item, which)
    return False


def _walks_items(loop: ast.For | ast.While, items: ast.expr, item: ast.Name) -> bool:
    """Whether the loop goes through the items, or a copy of them, and `item` is its variable."""
    if isinstance(loop, ast.While):
        sought = membership(loop.test)  # while x in xs: xs.remove(x)
        return sought is not None and same(sought[0], item) and same(sought[1], items)
    if not isinstance(loop, ast.For):
        return False
    return is_name(loop.target, item.id) and (same(loop.iter, items) or _is_copy(loop.iter, items))


def _is_copy(node: ast.expr, items: ast.expr) -> bool:
    match node:
        case ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=None, step=None)):
            return same(value, items)
        case ast.Call(func=ast.Name("list" | "tuple" | "reversed"), args=[value]):
            return same(value, items) or _is_copy(value, items)
        case ast.Call(func=ast.Attribute(value=value, attr="copy"), args=[]):
            return same(value, items)
        case ast.List(elts=[ast.Starred(value=value)]):
            return same(value, items)
    return False


def _walks_places(loop: ast.For | ast.While, items: ast.expr, place: ast.Name) -> bool:
    """Whether the loop counts through the places of the list in `place`."""
    if isinstance(loop, ast.While):
        test = loop.test
        if not isinstance(test, ast.Compare) or place.id not in names_in(test):
            return False
        is_counter = any(
            isinstance(node, ast.AugAssign) and is_name(node.target, place.id)
            for node in walk(loop)
        )
        return is_counter and (_mentions(test, items) or isinstance(test.ops[0], ast.GtE | ast.Gt))
    return place.id in names_in(loop.target) and _mentions(loop.iter, items)


def _mentions(node: ast.AST, items: ast.expr) -> bool:
    return any(same(inner, items) for inner in walk(node))


def _filtered(
    context: Context, node: ast.Call | ast.Delete, loop: ast.For | ast.While, items: ast.expr
) -> list[Edit]:
    """Return the edit for a loop over a copy that does nothing but `if test: remove`."""
    statement, choice = context.statement(node), sole_statement(loop.body)
    if not isinstance(loop, ast.For) or not isinstance(choice, ast.If) or loop.orelse:
        return []
    if choice.orelse or sole_statement(choice.body) is not statement:
        return []
    if not _is_copy(loop.iter, items) or _mentions(choice.test, items):
        return []
    if not context.is_pure(choice.test) or not isinstance(statement, ast.Expr):
        return []
    if is_in_class_body(context.ancestors(loop)):
        return []  # a comprehension does not see the names there
    if any(not context.inside(use, loop) for use in context.uses(loop.target)):
        return []
    name, place = context.segment(loop.target), context.segment(items)
    kept = _negated(context, choice.test)
    return [Edit(loop, statements(f"{place}[:] = [{name} for {name} in {place} if {kept}]"))]


def _negated(context: Context, test: ast.expr) -> str:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return context.segment(operand)
        case ast.Compare(left=left, ops=[ast.NotIn()], comparators=[right]):
            return f"{context.segment(left)} in {context.segment(right)}"
        case ast.Compare(left=left, ops=[ast.In()], comparators=[right]):
            return f"{context.segment(left)} not in {context.segment(right)}"
    return f"not ({context.segment(test)})"
