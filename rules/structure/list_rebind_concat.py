from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, statements
from effilint.analyzer.facts.accumulators import accumulation, is_own
from effilint.analyzer.facts.rebinding import is_concatenation, sum_operands
from effilint.analyzer.facts.short_loops import is_counted
from effilint.analyzer.patterns import same


class ListRebindConcat(Rule):
    """A list is rebuilt from itself to add items to it, in a loop.

    `items = items + [x]` and `items = [*items, x]` copy the whole list in every pass; `append`
    and `+=` add in place. The fix assumes that no other variable holds the same list.
    """

    code = "DST501"
    name = "list-rebind-concat"
    message = "Every pass of the loop copies all of the list `{target}` to add to it"
    advice = "{advice}"
    gain = Gain("O(n^2)", "O(n)", {10: 1.9, 1_000: 25.0, 20_000: 410.0})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def squares(numbers):
                found = []
                for number in numbers:
                    found = found + [number * number]  # DST501
                return found
            """,
            fixed="""
            def squares(numbers):
                found = []
                for number in numbers:
                    found.append(number * number)
                return found
            """,
            workload="squares(range(n))",
        ),
        Bad(
            """
            def lines(file):
                found = []
                while line := file.readline():
                    if line.strip():
                        found = [*found, line, ""]  # DST501
                return found
            """,
            fixed="""
            def lines(file):
                found = []
                while line := file.readline():
                    if line.strip():
                        found += [line, ""]
                return found
            """,
        ),
        Bad(
            """
            def flattened(groups: list[list[int]]):
                found = []
                for group in groups:
                    found = found + list(group)  # DST501
                return found
            """,
            fixed="""
            def flattened(groups: list[list[int]]):
                found = []
                for group in groups:
                    found += list(group)
                return found
            """,
        ),
        # The caller's list may be the same object: no fix.
        Bad(
            """
            class Queue:
                def __init__(self):
                    self.jobs = []

                def fill(self, jobs):
                    for job in jobs:
                        self.jobs = self.jobs + [job]  # DST501
            """
        ),
        Bad(
            """
            def newest_first(entries):
                found = []
                for entry in entries:
                    found = [entry] + found  # DST501
                return found
            """
        ),
        # `+=` adds in place.
        Good(
            """
            def squares(numbers):
                found = []
                for number in numbers:
                    found += [number * number]
                return found
            """
        ),
        # Every list is wanted.
        Good(
            """
            def prefixes(items):
                path, found = [], []
                for item in items:
                    path = path + [item]
                    found.append(path)
                return found
            """
        ),
        # Another variable in every pass.
        Good(
            """
            def paths(start, edges):
                pending = [[start]]
                while pending:
                    path = pending.pop()
                    for node in edges[path[-1]]:
                        longer = path + [node]
                        pending.append(longer)
            """
        ),
        # Few passes, as far as one can see.
        Good(
            """
            def decomposed(value, split):
                parts = []
                while True:
                    value, part = split(value)
                    if part is None:
                        return [value] + parts
                    parts = [part] + parts
            """
        ),
        # It may be an array.
        Good(
            """
            def moved(place, steps):
                for step in steps:
                    place = place + [step]
                return place
            """
        ),
    )

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        found = accumulation(context, node, "list", _is_growth)
        if found is None:
            return
        target, loops = found
        place = context.segment(target)
        added = _added(target, node.value, context)
        if added is None:
            if loops and not is_counted(loops[0]):
                return
            advice = "Append to the list and reverse it after the loop, or use a `deque`"
            yield self.report(node, target=place, advice=advice)
            return
        edits: list[Edit] = []
        if isinstance(target, ast.Name) and loops and is_own(context, target, loops[-1]):
            edits = [Edit(node, statements(f"{place}{added}"))]
        yield self.report(node, *edits, target=place, advice=f"Use `{place}{added}`")


def _is_growth(target: ast.expr, value: ast.expr) -> bool:
    match value:
        case ast.List(elts=elts):
            starred = [e.value for e in elts if isinstance(e, ast.Starred)]
            return len(elts) > 1 and sum(same(item, target) for item in starred) == 1
        case ast.BinOp():
            return is_concatenation(target, value)
    return False


def _added(target: ast.expr, value: ast.expr, context: Context) -> str | None:
    """The method call or operator that adds what `value` adds at the end; None elsewhere."""
    if isinstance(value, ast.List):
        first = value.elts[0]
        if not isinstance(first, ast.Starred) or not same(first.value, target):
            return None
        items = value.elts[1:]
        text = ", ".join(context.segment(item) for item in items)
        is_single = len(items) == 1 and not isinstance(items[0], ast.Starred)
        return f".append({text})" if is_single else f" += [{text}]"
    first, *rest = sum_operands(value)
    if not same(first, target):
        return None
    match rest:
        case [ast.List(elts=[item])] if not isinstance(item, ast.Starred):
            return f".append({context.segment(item)})"
        case [ast.BinOp() | ast.IfExp() as other]:
            return f" += {context.segment(other)}"
    return " += " + " + ".join(context.segment(operand) for operand in rest)
