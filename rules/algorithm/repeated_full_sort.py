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
from effilint.analyzer.hoist import fresh_name, stem_of
from effilint.analyzer.patterns import is_asserted, last_name, same
from effilint.analyzer.rewrite import around

_READERS = frozenset("len sum min max any all enumerate zip iter reversed str repr".split())
_MESSAGES = frozenset("debug info warning warn error critical exception log report".split())


class RepeatedFullSort(Rule):
    """One function sorts the same unchanged collection twice.

    Sort once and bind the result to a name. The fix is offered where both results are only read
    on the spot. It assumes that what is sorted is no iterator, which the first sort would use up,
    and that nobody changes the items so that their order would be another one.
    """

    code = "ALG603"
    name = "repeated-full-sort"
    safety = Safety.UNSAFE
    message = "`{call}` was sorted already in line {line}, and has not changed since"
    advice = "Sort once and keep the result"
    gain = Gain("O(n log n)", "O(n log n)", {10: 1.4, 1_000: 1.8, 100_000: 1.8}, Tier.CONSTANT)
    calls = frozenset({"sorted"})
    examples = (
        Bad(
            """
            def quartiles(values):
                size = len(values)
                low = sorted(values)[size // 4]
                high = sorted(values)[3 * size // 4]  # ALG603
                return low, high
            """,
            fixed="""
            def quartiles(values):
                size = len(values)
                values_sorted = sorted(values)
                low = values_sorted[size // 4]
                high = values_sorted[3 * size // 4]
                return low, high
            """,
            workload="[quartiles(v) for v in [[-i * i % 97 for i in range(n)]] for _ in 'abcdefg']",
        ),
        Bad(
            """
            class Table:
                def show(self):
                    for name in sorted(self.rows, key=len):
                        print(name)
                    print("-" * 20)
                    for number, name in enumerate(sorted(self.rows, key=len)):  # ALG603
                        print(number, name)
            """,
            fixed="""
            class Table:
                def show(self):
                    rows_sorted = sorted(self.rows, key=len)
                    for name in rows_sorted:
                        print(name)
                    print("-" * 20)
                    for number, name in enumerate(rows_sorted):
                        print(number, name)
            """,
        ),
        Bad(
            """
            def spread(values):
                ordered = sorted(values)
                for place in (0, -1):
                    print(sorted(values)[place])  # ALG603
                return ordered[-1] - ordered[0]
            """,
        ),
        # It has changed.
        Good(
            """
            def twice(values, more):
                first = sorted(values)
                values.append(more)
                return first, sorted(values)
            """
        ),
        # Only one of the two is run.
        Good(
            """
            def either(values, backwards):
                if backwards:
                    return sorted(values)[::-1]
                else:
                    return sorted(values)
            """
        ),
        # Only what goes wrong is sorted for the reader.
        Good(
            """
            def merged(names, errors):
                result = sorted(names)
                if errors:
                    errors.report(", ".join(sorted(names)))
                log.debug("merged %s", sorted(names))
                return result
            """
        ),
        # Checks are to be read.
        Good(
            """
            def check(names, wanted):
                assert sorted(names) == ["a"]
                assert [wanted[name] for name in sorted(names)] == [1]
            """
        ),
        # Two orders.
        Good(
            """
            def orders(words):
                return sorted(words), sorted(words, key=len)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if len(node.args) != 1 or not isinstance(node.args[0], ast.Name | ast.Attribute):
            return
        function = context.function(node)
        if function is None or context.resolve(node.func) != "sorted":
            return
        earlier = [
            call
            for call in context.index.get(ast.Call, ())
            if isinstance(call, ast.Call)
            and (call.lineno, call.col_offset) < (node.lineno, node.col_offset)
            and context.function(call) is function
            and same(call, node)
            and not is_asserted(context.ancestors(call))
        ]
        first = next((call for call in earlier if _comes_before(call, node, context)), None)
        if first is None or context.length(node.args[0]) is not None:
            return
        if not _is_needed(node, context.block(context.statement(first)), context):
            return
        edits: list[Edit] = []
        block = context.block(context.statement(first))
        if _is_only_read(first, context) and _is_only_read(node, context) and len(earlier) == 1:
            name = fresh_name(stem_of(node.args[0], "sorted"), context)
            text = f"{name} = {context.segment(node)}\n"
            place = context.statement(first)
            is_simple = not isinstance(place, ast.If | ast.While | ast.With)
            if is_simple and place in block:
                edits = [
                    Edit(place, around(text, "")),
                    Edit(first, replacement(name)),
                    Edit(node, replacement(name)),
                ]
        yield self.report(node, *edits, call=context.segment(node.args[0]), line=first.lineno)


def _is_needed(node: ast.Call, block: list[ast.stmt], context: Context) -> bool:
    """Whether the call runs whenever the block does, and not for a message."""
    statements = set(block)
    child: ast.AST = node
    for outer in context.ancestors(node):
        if isinstance(outer, ast.Call) and last_name(outer.func) in _MESSAGES:
            return False
        if isinstance(outer, ast.ExceptHandler | ast.match_case | ast.Raise):
            return False
        if isinstance(outer, ast.If | ast.IfExp) and child is not outer.test:
            return False
        if outer in statements:
            return True
        child = outer
    return False


def _comes_before(first: ast.Call, node: ast.Call, context: Context) -> bool:
    """Whether `first` is surely run before `node`, and nothing it reads changes in between."""
    if not _is_always_run(first, context):
        return False
    start = context.statement(first)
    region = [start, *context.following(start)]
    for place, statement in enumerate(region):
        if context.inside(node, statement):
            return all(
                context.is_invariant(node, each) for each in region[: place + 1]
            ) and not any(context.changes(node.args[0], each) for each in region[: place + 1])
    return False


def _is_always_run(node: ast.AST, context: Context) -> bool:
    """Whether its statement surely evaluates the expression."""
    child = node
    for outer in context.ancestors(node):
        if isinstance(outer, ast.stmt):
            return not isinstance(outer, ast.While)
        if isinstance(outer, ast.Lambda | ast.GeneratorExp):
            return False
        if isinstance(outer, ast.IfExp) and child is not outer.test:
            return False
        if isinstance(outer, ast.BoolOp) and child is not outer.values[0]:
            return False
        if isinstance(outer, ast.comprehension | ast.ListComp | ast.SetComp | ast.DictComp):
            return False
        child = outer
    return False


def _is_only_read(node: ast.Call, context: Context) -> bool:
    """Whether the sorted list cannot be changed or kept where it stands."""
    match context.parent(node):
        case ast.Subscript(ctx=ast.Load()) | ast.comprehension():
            return True
        case ast.For(iter=source):
            return source is node
        case ast.Call(func=ast.Name(id=name)):
            return name in _READERS
        case ast.Call(func=ast.Attribute(attr="join")):
            return True
    return False
