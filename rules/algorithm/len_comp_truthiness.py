from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.facts.match_questions import (
    Comp,
    asked_for_all,
    asked_for_one,
    may_stop_early,
    uses_up,
)
from effilint.analyzer.facts.purity import CHANGING_METHODS
from effilint.analyzer.patterns import is_constant, method_call, walk
from effilint.analyzer.rewrite import replacement

# Functions from elsewhere whose name says that they only tell something.
_QUESTIONS = ("is", "has", "can", "should", "matches", "contains", "exists")


class LenCompTruthiness(Rule):
    """All matches are collected or counted only to see whether there is one.

    `any` stops at the first and keeps nothing. A check that only ever fails at a match is not
    reported: it looks at all items anyway. The fix assumes that testing the remaining items has no
    effect and raises nothing.
    """

    code = "ALG203"
    name = "len-comp-truthiness"
    message = "All matches are {done} only to see whether {question}"
    advice = "Use `{call}`"
    safety = Safety.UNSAFE
    gain = Gain("O(n)", "O(first match)", {10: 0.96, 1_000: 4.5, 100_000: 3.4})
    examples = (
        Bad(
            """
            def has_errors(lines):
                return len([line for line in lines if "error" in line]) > 0  # ALG203
            """,
            fixed="""
            def has_errors(lines):
                return any("error" in line for line in lines)
            """,
            workload="has_errors(['fine'] * (n // 10) + ['error'] * (n - n // 10))",
        ),
        # As many as there are items.
        Bad(
            """
            def is_number(parts):
                return len([part for part in parts if part.isdigit()]) == len(parts)  # ALG203
            """,
            fixed="""
            def is_number(parts):
                return all(part.isdigit() for part in parts)
            """,
        ),
        Bad(
            """
            def has_gaps(rows, width):
                return sum(1 for row in rows if len(row) == width) != len(rows)  # ALG203
            """,
            fixed="""
            def has_gaps(rows, width):
                return not all(len(row) == width for row in rows)
            """,
        ),
        # As many as there are other things.
        Good(
            """
            def all_open(doors, keys):
                return len([door for door in doors if door.locked]) == len(keys)
            """
        ),
        # The list itself as a condition.
        Bad(
            """
            def check(self):
                if not [user for user in self.users if user.active]:  # ALG203
                    raise LookupError("no active users")
            """,
            fixed="""
            def check(self):
                if not any(user.active for user in self.users):
                    raise LookupError("no active users")
            """,
        ),
        # Counted with a generator expression.
        Bad(
            """
            def none_late(tasks, now):
                return sum(1 for task in tasks if task.due < now or task.lost) == 0  # ALG203
            """,
            fixed="""
            def none_late(tasks, now):
                return not any(task.due < now or task.lost for task in tasks)
            """,
        ),
        # Compared with an empty list, or the other way round.
        Bad(
            """
            def fine(marks):
                if [m for m in marks if m < 5] == []:  # ALG203
                    return True
                return 0 < len([m for m in marks if m > 9])  # ALG203
            """,
            fixed="""
            def fine(marks):
                if not any(m < 5 for m in marks):
                    return True
                return any(m > 9 for m in marks)
            """,
        ),
        # A filter made into a list; two loops in a comprehension.
        Bad(
            """
            def mixed(words, rows):
                while len(list(filter(str.isupper, words))) >= 1:  # ALG203
                    words = words[1:]
                return bool([x for row in rows for x in row if x if x < 9])  # ALG203
            """,
            fixed="""
            def mixed(words, rows):
                while any(map(str.isupper, words)):
                    words = words[1:]
                return any(x and (x < 9) for row in rows for x in row)
            """,
        ),
        # The matches are used.
        Good(
            """
            def errors(lines):
                found = [line for line in lines if "error" in line]
                return found if len(found) > 0 else None
            """
        ),
        # More than one is asked for.
        Good(
            """
            def many(lines):
                return len([line for line in lines if "error" in line]) > 1
            """
        ),
        # Without a condition it is a question about the items, not about a match.
        Good(
            """
            def has_children(node):
                return bool([child for child in node.children()])
            """
        ),
        # Who knows what that does?
        Good(
            """
            from runner import run

            def passed(tests):
                return not [test for test in tests if not run(test)]
            """
        ),
        # As long as nothing is wrong, all have to be looked at, and a list is faster at that.
        Good(
            """
            def check(sizes, limit, log):
                if [size for size in sizes if size > limit]:
                    log.warning("too large")
                    raise ValueError(limit)
                if log and len([size for size in sizes if size >= 0]) != len(sizes):
                    raise ValueError(0)
                assert not [size for size in sizes if size == limit]
            """
        ),
        # It was meant to ask whether one of them is odd.
        Good(
            """
            def has_odd(numbers):
                return bool([number % 2 == 1 for number in numbers if number])
            """
        ),
        # The iterator is used up, and what follows counts on that.
        Good(
            """
            def rest(numbers):
                left = iter(numbers)
                found = bool([number for number in left if number > 0])
                return found, list(left)
            """
        ),
        # Two items are a list sooner than a generator.
        Good(
            """
            def is_set(user, group):
                return bool([number for number in (user, group) if number != -1])
            """
        ),
        # A set is no list, so that this never holds.
        Good(
            """
            def empty(numbers):
                return {number for number in numbers if number > 0} == []
            """
        ),
        # Each item is taken out.
        Good(
            """
            def drain(queues):
                return len([q for q in queues if q.pop()]) > 0
            """
        ),
    )

    def visit_ListComp(self, node: ast.ListComp, context: Context) -> Iterator[Finding]:
        yield from self._check(node, context)

    def visit_SetComp(self, node: ast.SetComp, context: Context) -> Iterator[Finding]:
        yield from self._check(node, context)

    def visit_GeneratorExp(self, node: ast.GeneratorExp, context: Context) -> Iterator[Finding]:
        yield from self._check(node, context)

    def _check(self, node: Comp, context: Context) -> Iterator[Finding]:
        loops = node.generators
        if not loops[-1].ifs or any(loop.is_async for loop in loops):
            return
        place = asked_for_one(node, context)
        whole = asked_for_all(node, context) if place is None else None
        asked = place or whole
        if asked is None or not _is_repeatable(node, context) or _is_truth(node, context):
            return
        if uses_up(node, context) or context.trip_count(loops[0]) is not None:
            return
        place = asked
        if not may_stop_early(place[0], place[1] if whole else not place[1], context):
            return
        call = _as_call("all" if whole else "any", node, context)
        is_kept = isinstance(node, ast.ListComp | ast.SetComp)
        text = f"not {call}" if place[1] else call
        edit = Edit(place[0], replacement(text))
        done = "collected" if is_kept else "counted"
        question = "all items match" if whole else "there is one"
        yield self.report(place[0], edit, done=done, call=text, question=question)

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node.args:
            case [ast.Call(func=ast.Name("filter"), args=[function, items], keywords=[]) as source]:
                pass
            case _:
                return
        if context.resolve(node.func) != "list" or context.resolve(source.func) != "filter":
            return
        place = asked_for_one(node, context)
        if place is None or not context.purity.call_is_pure(source):
            return
        if not may_stop_early(place[0], not place[1], context):
            return
        call = f"any(map({context.segment(function)}, {context.segment(items)}))"
        if is_constant(function, None):
            call = f"any({context.segment(items)})"
        text = f"not {call}" if place[1] else call
        edit = Edit(place[0], replacement(text))
        yield self.report(place[0], edit, done="collected", call=text, question="there is one")

    calls = frozenset({"list"})


def _is_repeatable(node: Comp, context: Context) -> bool:
    """Whether nothing in the comprehension is known, or likely, to have an effect."""
    for inner in walk(node):
        if isinstance(inner, ast.Await | ast.Yield | ast.NamedExpr):
            return False
        if isinstance(inner, ast.Call) and method_call(inner, *CHANGING_METHODS):
            return False
        if isinstance(inner, ast.Call) and not context.purity.call_is_pure(inner):
            name = getattr(inner.func, "id", "") or getattr(inner.func, "attr", "")
            if context.callee(inner) is not None or not str(name).startswith(_QUESTIONS):
                return False
    return True


def _is_truth(node: Comp, context: Context) -> bool:
    """Whether the items are truth values themselves, so that something else was meant."""
    call = context.parent(node)
    is_list = not isinstance(call, ast.Call) or context.resolve(call.func) == "bool"
    return is_list and isinstance(node.elt, ast.Compare | ast.BoolOp)


def _as_call(function: str, node: Comp, context: Context) -> str:
    *rest, last = node.generators
    tests = last.ifs
    condition = context.segment(tests[0])
    if len(tests) > 1:
        condition = " and ".join(_operand(test, context) for test in tests)
    loops = [_clause(loop, context) for loop in rest]
    loops.append(f"for {context.segment(last.target)} in {context.segment(last.iter)}")
    return f"{function}({condition} {' '.join(loops)})"


def _clause(loop: ast.comprehension, context: Context) -> str:
    tests = "".join(f" if {context.segment(test)}" for test in loop.ifs)
    return f"for {context.segment(loop.target)} in {context.segment(loop.iter)}{tests}"


def _operand(test: ast.expr, context: Context) -> str:
    text = context.segment(test)
    return text if isinstance(test, ast.Name | ast.Call | ast.Attribute) else f"({text})"
