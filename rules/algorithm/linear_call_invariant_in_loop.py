from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, replacement
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.short_loops import is_written_down
from effilint.analyzer.facts.waiting import waits
from effilint.analyzer.hoist import (
    fresh_name,
    invariant_loop,
    lifted,
    repeats,
    runs_on_every_pass,
    stem_of,
)
from effilint.analyzer.patterns import membership

_FOLDS = frozenset(("max", "min", "sum", "sorted"))
_TABLES = frozenset(("set", "frozenset", "collections.Counter"))
_TEXT = frozenset(("lower", "upper", "casefold"))
_PARTS = frozenset(("split", "splitlines", "replace", "translate", "encode", "decode"))
_READERS = frozenset("len sum min max any all isinstance str repr".split())


class LinearCallInvariantInLoop(Rule):
    """Every pass of a loop computes the same sum, maximum, sorted list or lower-case text anew.

    The call goes through all of its argument, and nothing in the loop changes that argument. The
    fix assumes that the call may run even if the loop does not (`max` of nothing raises).
    """

    code = "ALG701"
    name = "linear-call-invariant-in-loop"
    message = "`{call}` is computed again on every pass, but never changes in this loop"
    advice = "Compute `{call}` once before the loop"
    gain = Gain("O(n * m)", "O(n + m)", {10: 1.6, 1_000: 64.0, 5_000: 320.0})
    safety = Safety.UNSAFE
    calls = _FOLDS | _TEXT | _PARTS | {"set", "frozenset", "Counter"}
    examples = (
        Bad(
            """
            def shares(weights):
                result = []
                for weight in weights:
                    result.append(weight / sum(weights))  # ALG701
                return result
            """,
            fixed="""
            def shares(weights):
                result = []
                weights_sum = sum(weights)
                for weight in weights:
                    result.append(weight / weights_sum)
                return result
            """,
            workload="shares([i % 97 + 1 for i in range(n)])",
        ),
        Bad(
            """
            class Index:
                def matching(self, titles, query):
                    return [title for title in titles if query.lower() in title]  # ALG701
            """,
            fixed="""
            class Index:
                def matching(self, titles, query):
                    query_lower = query.lower()
                    return [title for title in titles if query_lower in title]
            """,
        ),
        Bad(
            """
            class Chart:
                def heights(self):
                    return [v / max(self.values) or max(self.values) for v in self.values]  # ALG701
            """,
            fixed="""
            class Chart:
                def heights(self):
                    values_max = max(self.values)
                    return [v / values_max or values_max for v in self.values]
            """,
        ),
        Bad(
            """
            def steps(limits, start):
                count = 0
                while start < sum(limit * 2 for limit in limits):  # ALG701
                    start += count
                    count += 1
                return count
            """,
            fixed="""
            def steps(limits, start):
                count = 0
                limits_sum = sum(limit * 2 for limit in limits)
                while start < limits_sum:
                    start += count
                    count += 1
                return count
            """,
        ),
        # The list changes in the loop.
        Good(
            """
            def drain(jobs):
                while jobs:
                    jobs.remove(max(jobs))
            """
        ),
        # An unknown call gets the list.
        Good(
            """
            def settle(weights, step):
                for _ in range(100):
                    step(weights)
                    print(sum(weights))
            """
        ),
        # It runs once: the loop ends with it.
        Good(
            """
            def first_bad(rows, allowed):
                for row in rows:
                    if row not in allowed:
                        raise ValueError(f"{row} is none of {sorted(allowed)}")
            """
        ),
        # It runs on some passes only.
        Good(
            """
            def report(rows, totals):
                for number, row in enumerate(rows):
                    if number % 1000 == 0:
                        print(sum(totals), row)
            """
        ),
        # Every pass needs a list of its own.
        Good(
            """
            def boards(row, size):
                return [list(row) for _ in range(size)]
            """
        ),
        # Formatting takes longer.
        Good(
            """
            def keys(rows, kind):
                return [f"{kind.lower()}-{row.number}" for row in rows]
            """
        ),
        # There are few suffixes.
        Good(
            """
            from images import SUFFIXES

            def is_image(name):
                for suffix in SUFFIXES:
                    if name.lower().endswith(suffix):
                        return True
            """
        ),
        # Three numbers are no work.
        Good(
            """
            def scaled(points):
                for x, y, z in points:
                    yield max((x, y, z)) + max([1, 2, 3])
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        subject = _subject(node)
        if subject is None or not runs_on_every_pass(node, context):
            return
        loops = context.hot_loops(node)
        if not loops or not _is_linear(node, subject, context) or _is_brief(loops[0], context):
            return
        loop = invariant_loop(node, context)
        if loop is None:
            return
        # A list or set may be changed elsewhere in the loop: only this one is replaced.
        is_value = not context.type_of(node).is_mutable
        twins = repeats(node, loop, context) if is_value else [node]
        if twins[0] is not node:
            return
        text = " ".join(context.segment(node).split())
        function = context.segment(node.func).rpartition(".")[2]
        name = fresh_name(stem_of(subject, function), context)
        edits = lifted(node, loop, context, name, context.segment(node))
        others = [Edit(twin, replacement(name)) for twin in twins[1:] if edits]
        yield self.report(node, *edits, *others, call=text)


def _subject(node: ast.Call) -> ast.expr | None:
    """What the call goes through: a variable, or that of a generator expression."""
    if any(isinstance(arg, ast.Starred) for arg in node.args):
        return None
    if isinstance(node.func, ast.Attribute):
        subject: ast.expr = node.func.value
    elif len(node.args) == 1 and isinstance(node.func, ast.Name):
        subject = node.args[0]
    else:
        return None
    match subject:
        case ast.GeneratorExp(generators=[clause]) | ast.ListComp(generators=[clause]):
            subject = clause.iter
        case ast.Call(func=ast.Attribute(value=owner, attr="values" | "keys" | "items")):
            subject = owner
    return subject if isinstance(subject, ast.Name | ast.Attribute) else None


def _is_linear(node: ast.Call, subject: ast.expr, context: Context) -> bool:
    """Whether the call surely takes time that grows with `subject`, and its result is shared."""
    if context.length(subject) is not None:
        return False
    if isinstance(node.func, ast.Attribute) and context.resolve(node.func) is None:
        kind = context.type_of(subject)
        if node.func.attr in _TEXT and (_is_shown(node, context) or waits(context, node)):
            return False
        if node.func.attr in _TEXT:
            return not node.args and (kind.name == "str" or not kind.is_known)
        is_text = node.func.attr in _PARTS and kind.name in ("str", "bytes")
        return is_text and _is_only_read(node, context)
    name = context.resolve(node.func)
    if name in ("sum", "max", "min"):
        return True
    return name in _FOLDS | _TABLES and _is_only_read(node, context)


def _is_brief(loop: Loop, context: Context) -> bool:
    """Whether the loop goes through what somebody wrote down."""
    return not isinstance(loop, ast.While) and is_written_down(context, loop.iter)


def _is_shown(node: ast.Call, context: Context) -> bool:
    """Whether the text goes into a message or a record, which takes longer than to make it."""
    match context.parent(node):
        case ast.FormattedValue() | ast.Dict() | ast.Call(func=ast.Attribute(attr="format")):
            return True
    return False


def _is_only_read(node: ast.Call, context: Context) -> bool:
    """Whether the new object cannot be changed or kept, so that all passes may share it."""
    parent = context.parent(node)
    match parent:
        case ast.Subscript(ctx=ast.Load()):
            return True
        case ast.Compare():
            return membership(parent) is None
        case ast.Call(func=ast.Name(id=name)):
            return name in _READERS
        case ast.Call(func=ast.Attribute(attr="join")):
            return True
    return False
