from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from effilint.analyzer import (
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Tier,
    remove,
    replacement,
)
from effilint.analyzer.facts.visits import (
    is_read_outside,
    item_name,
    item_reads,
    may_change_meanwhile,
    measured_length,
    prints,
)
from effilint.analyzer.patterns import is_constant, is_name, walk_block

if TYPE_CHECKING:
    import libcst as cst

    from effilint.analyzer.model import Replacement, Transform


class WhileIndexLoop(Rule):
    """A `while` loop moves an index through a sequence by hand, only to read the items.

    A `for` loop over the sequence needs no comparison, no addition and no look-up. Silent unless
    the index serves for nothing else, and the sequence is of a built-in type and does not change.
    """

    code = "LNG205"
    name = "while-index-loop"
    message = "`{index}` is moved by hand, only to read the items of `{sequence}`"
    advice = "Go through the items: `for {item} in {sequence}`"
    gain = Gain("O(n)", "O(n)", {10: 1.5, 1_000: 2.7, 100_000: 2.7}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def longest(names: list[str]):
                best = ""
                i = 0
                while i < len(names):  # LNG205
                    if names[i] > best:
                        best = names[i]
                    i += 1
                return best
            """,
            fixed="""
            def longest(names: list[str]):
                best = ""
                for name in names:
                    if name > best:
                        best = name
                return best
            """,
            workload="longest(['some', 'name'] * (n // 2))",
        ),
        Bad(
            """
            class Queue:
                def __init__(self):
                    self.jobs = []

                def find(self, wanted):
                    place = 0
                    while len(self.jobs) > place:  # LNG205
                        # The oldest first.
                        if self.jobs[place] == wanted:
                            return True
                        place = place + 1
                    return False
            """,
            fixed="""
            class Queue:
                def __init__(self):
                    self.jobs = []

                def find(self, wanted):
                    for job in self.jobs:
                        # The oldest first.
                        if job == wanted:
                            return True
                    return False
            """,
        ),
        Bad(
            """
            def upper(text: str):
                out = []
                i = 0
                size = len(text)
                while i != size:  # LNG205
                    out.append(text[i].upper())
                    i += 1
                return "".join(out)
            """,
            fixed="""
            def upper(text: str):
                out = []
                size = len(text)
                for item in text:
                    out.append(item.upper())
                return "".join(out)
            """,
        ),
        # Printing takes far longer than the rest.
        Good(
            """
            def show(names: list[str]):
                i = 0
                while i < len(names):
                    print(names[i])
                    i += 1
            """
        ),
        # The index is used after the loop.
        Good(
            """
            def indent(text: str):
                i = 0
                while i < len(text):
                    if text[i] != " ":
                        break
                    i += 1
                return i
            """
        ),
        # Some passes move by more than one place, or read a neighbour.
        Good(
            """
            def tokens(text: str):
                i = 0
                while i < len(text):
                    if text[i] == "\\\\":
                        i += 1
                    yield text[i]
                    i += 1
            """
        ),
        # `continue` skips the step.
        Good(
            """
            def wait(jobs: list):
                i = 0
                while i < len(jobs):
                    if not ready():
                        continue
                    start(jobs[i])
                    i += 1
            """
        ),
        # The list grows in the loop.
        Good(
            """
            def reachable(graph):
                found = [0]
                i = 0
                while i < len(found):
                    found.extend(graph[found[i]])
                    i += 1
                return found
            """
        ),
    )

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        step = node.body[-1]
        parts = _compared(node.test)
        if parts is None or node.orelse or not _is_step(step, parts[0].id) or len(node.body) < 2:
            return
        index, bound = parts
        start = _start(node, index.id, context)
        sequence = _sequence(node, bound, start, context)
        if start is None or sequence is None or _bindings_in(node, index, context) != 1:
            return
        if prints(node) or is_read_outside(context, index, node) or _may_skip(node, context):
            return
        own = 2 if isinstance(step, ast.Assign) else 1
        reads = item_reads(context, index, sequence, node, besides=own)
        if not reads:
            return
        item, text = item_name(context, sequence, index), context.segment(sequence)
        edits = [
            Edit(start, remove()),
            *(Edit(read, replacement(item)) for read in reads),
            Edit(step, remove()),
            Edit(node, _for_each(item, text)),
        ]
        if isinstance(bound, ast.Name) and may_change_meanwhile(context, sequence, node):
            edits = []
        yield self.report(node, *edits, index=index.id, sequence=text, item=item)


def _compared(test: ast.expr) -> tuple[ast.Name, ast.expr] | None:
    """Index and bound, if the loop runs while the one is below the other."""
    match test:
        case ast.Compare(
            left=ast.Name() as index, ops=[ast.Lt() | ast.NotEq()], comparators=[bound]
        ):
            return index, bound
        case ast.Compare(left=bound, ops=[ast.Gt()], comparators=[ast.Name() as index]):
            return index, bound
    return None


def _is_step(statement: ast.stmt, name: str) -> bool:
    match statement:
        case ast.AugAssign(target=target, op=ast.Add(), value=one):
            return is_name(target, name) and is_constant(one, 1)
        case ast.Assign(targets=[target], value=ast.BinOp(left=left, op=ast.Add(), right=right)):
            return is_name(target, name) and is_name(left, name) and is_constant(right, 1)
    return False


def _start(loop: ast.While, name: str, context: Context) -> ast.stmt | None:
    """The statement `i = 0` right before the loop, or with one plain assignment between."""
    statement = context.previous(loop)
    for _ in range(2):
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                if target == name:
                    return statement if is_constant(value, 0) else None
                statement = context.previous(statement)
            case _:
                return None
    return None


def _sequence(
    loop: ast.While, bound: ast.expr, start: ast.stmt | None, context: Context
) -> ast.expr | None:
    """The sequence whose length the bound is, or was when it was assigned just before."""
    sequence = measured_length(context, bound)
    if sequence is not None or not isinstance(bound, ast.Name):
        return sequence
    value = context.sole_value(bound)
    if value is None or start is None:
        return None
    home = context.statement(value)
    before = context.previous(loop)
    near = [before, context.previous(before)] if before else []
    near += [context.previous(start)]
    return measured_length(context, value) if home in near else None


def _may_skip(loop: ast.While, context: Context) -> bool:
    """Whether a `continue` of the loop skips its last statement."""
    return any(
        isinstance(node, ast.Continue) and context.loops(node)[:1] == [loop]
        for node in walk_block(loop.body)
    )


def _bindings_in(loop: ast.While, index: ast.Name, context: Context) -> int:
    return sum(context.inside(binding.node, loop) for binding in context.bindings(index))


def _for_each(item: str, sequence: str) -> Transform:
    def transform(node: cst.CSTNode) -> Replacement:
        import libcst as cst

        loop = cast("cst.While", node)
        return cst.For(
            target=cst.Name(item),
            iter=cst.parse_expression(sequence),
            body=loop.body,
            leading_lines=loop.leading_lines,
        )

    return transform
