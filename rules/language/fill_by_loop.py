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
    statements,
)
from effilint.analyzer.facts.visits import is_read_outside, is_tiny
from effilint.analyzer.patterns import (
    append_call,
    is_name,
    names_in,
    range_bounds,
    sole_statement,
)

_PLAIN = (int, float, str, bool, bytes, type(None))


class FillByLoop(Rule):
    """A loop puts the same constant into place after place of a list.

    A slice takes all of them at once, and `[0] * n` makes a new list of them. The fix assumes
    that all the places exist; there is none where the range may end below zero, which a slice
    would count from the end.
    """

    code = "LNG115"
    name = "fill-by-loop"
    message = "`{value}` is put into `{target}` place by place"
    advice = "Use `{call}`"
    safety = Safety.UNSAFE
    gain = Gain("O(n)", "O(n)", {10: 0.87, 1_000: 1.7, 100_000: 2.2}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def primes(n):
                is_prime = [True] * (n + 1)
                for i in range(2, int(n**0.5) + 1):
                    if is_prime[i]:
                        for j in range(i * i, n + 1, i):
                            is_prime[j] = False  # LNG115
                return [i for i in range(2, n + 1) if is_prime[i]]
            """,
            fixed="""
            def primes(n):
                is_prime = [True] * (n + 1)
                for i in range(2, int(n**0.5) + 1):
                    if is_prime[i]:
                        is_prime[i * i : n + 1 : i] = [False] * len(range(i * i, n + 1, i))
                return [i for i in range(2, n + 1) if is_prime[i]]
            """,
            workload="primes(n)",
        ),
        # A new list; one in a while loop; a row of a table.
        Bad(
            """
            def tables(n: int, rows: list[list[int]]):
                marks = []
                for _ in range(n):
                    marks.append(0)  # LNG115
                j = 3
                while j < n:
                    marks[j] = 1  # LNG115
                    j += 3
                for row in rows:
                    for k in range(n):
                        row[k] = 0  # LNG115
                return marks
            """,
            fixed="""
            def tables(n: int, rows: list[list[int]]):
                marks = []
                marks.extend([0] * n)
                j = 3
                while j < n:
                    marks[j] = 1
                    j += 3
                for row in rows:
                    row[:n] = [0] * n
                return marks
            """,
        ),
        # There may be fewer than three: no fix.
        Bad(
            """
            def clear(cells: list[int], count):
                for i in range(count - 3):
                    cells[i] = 0  # LNG115
            """
        ),
        # Each place gets something of its own.
        Good(
            """
            def numbered(n: int, rows: list[list[int]]):
                marks = [0] * n
                for i in range(n):
                    marks[i] = i
                made = []
                for _ in range(n):
                    made.append([])
                for i in range(n):
                    rows[i][0] = 1
                return marks, made
            """
        ),
        # Three places at most.
        Good(
            """
            def padded(group: list[int], size):
                for i in range(size, 3):
                    group[i] = 0
                return group
            """
        ),
        # A dict has no slices, and what `table` is, is not known.
        Good(
            """
            def marks(table, n):
                seen = {}
                for i in range(n):
                    seen[i] = True
                for i in range(n):
                    table[i] = 0
                return seen
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        statement = sole_statement(node.body)
        bounds = range_bounds(node.iter)
        if bounds is None or statement is None or node.orelse or is_tiny(context, node):
            return
        if not isinstance(node.target, ast.Name):
            return
        found = _filled(statement, node.target.id)
        if found is None:
            found = self._appended(statement)
        if found is None or not self._is_list(found[0], context):
            return
        owner, value, is_new = found
        if is_read_outside(context, node.target, node) or names_in(owner) & names_in(node.iter):
            return
        assert isinstance(node.iter, ast.Call)
        if context.resolve(node.iter.func) != "range":
            return
        start, stop, step = (
            context.segment(bound) if hasattr(bound, "lineno") else "" for bound in bounds
        )
        target, shown = context.segment(owner), context.segment(value)
        count = f"len({context.segment(node.iter)})"
        if len(node.iter.args) == 1:
            atoms = ast.Name | ast.Call | ast.Constant | ast.Attribute
            count = stop if isinstance(bounds[1], atoms) else f"({stop})"
        if is_new:
            new = f"{target}.extend([{shown}] * {count})"
        elif _may_be_negative(bounds):
            new = ""
        elif len(node.iter.args) == 1:
            new = f"{target}[:{stop}] = [{shown}] * {count}"
        else:
            cut = f"{start} : {stop} : {step}" if step else f"{start} : {stop}"
            if all(isinstance(bound, ast.Name | ast.Constant) for bound in bounds):
                cut = cut.replace(" ", "")
            new = f"{target}[{cut}] = [{shown}] * {count}"
        edits = [Edit(node, statements(new))] if new else []
        call = new or f"{target}[start:stop:step] = [{shown}] * count"
        yield self.report(statement, *edits, value=shown, target=target, call=call)

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        if len(node.body) != 2 or node.orelse or not isinstance(node.test, ast.Compare):
            return
        first, step = node.body
        match step, node.test:
            case (
                ast.AugAssign(target=ast.Name(id=index), op=ast.Add(), value=by),
                ast.Compare(left=left, ops=[ast.Lt() | ast.LtE()], comparators=[stop]),
            ) if is_name(left, index):
                found = _filled(first, index)
            case _:
                return
        if found is None or not self._is_list(found[0], context):
            return
        owner, value, _ = found
        if not context.is_invariant(by, node) or not context.is_invariant(stop, node):
            return
        target, shown = context.segment(owner), context.segment(value)
        call = f"{target}[{index}:stop:{context.segment(by)}] = [{shown}] * count"
        yield self.report(first, value=shown, target=target, call=call)

    def _appended(self, statement: ast.stmt) -> tuple[ast.expr, ast.expr, bool] | None:
        parts = append_call(statement)
        if parts is None or not _is_plain(parts[1]):
            return None
        return parts[0], parts[1], True

    def _is_list(self, owner: ast.expr, context: Context) -> bool:
        return context.type_of(owner).name == "list"


def _filled(statement: ast.stmt, index: str) -> tuple[ast.expr, ast.expr, bool] | None:
    """Owner and constant of `owner[i] = constant`."""
    match statement:
        case ast.Assign(targets=[ast.Subscript(value=owner, slice=place)], value=value):
            if is_name(place, index) and _is_plain(value) and index not in names_in(owner):
                return owner, value, False
    return None


def _is_plain(value: ast.expr) -> bool:
    if isinstance(value, ast.UnaryOp):
        value = value.operand
    return isinstance(value, ast.Constant) and isinstance(value.value, _PLAIN)


def _may_be_negative(bounds: tuple[ast.expr, ast.expr, ast.expr]) -> bool:
    """Whether the range goes down, or may end below zero: a slice would count from the end."""
    stop = bounds[1]
    if isinstance(stop, ast.BinOp) and isinstance(stop.op, ast.Sub):
        return True
    return any(isinstance(bound, ast.UnaryOp) for bound in bounds)
