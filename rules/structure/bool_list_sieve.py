from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule, Tier
from effilint.analyzer.patterns import is_constant, is_name, range_bounds, same, sole_statement


class BoolListSieve(Rule):
    """A loop sets every k-th flag of a list of flags, one by one.

    A `bytearray` holds a flag in one byte instead of eight, and takes a whole stride of them in
    one slice assignment.
    """

    code = "DST106"
    name = "bool-list-sieve"
    message = "The loop sets every `{step}`-th flag of the list `{flags}` one by one"
    advice = "Make `{flags}` a `bytearray` and assign the whole slice `{flags}[{start}::{step}]`"
    gain = Gain(
        "O(n log n)", "O(n log n) in C", {10: 0.61, 1_000: 3.0, 100_000: 6.9}, Tier.CONSTANT
    )
    examples = (
        Bad(
            """
            def primes(limit):
                is_prime = [True] * (limit + 1)
                for number in range(2, int(limit ** 0.5) + 1):
                    if is_prime[number]:
                        for multiple in range(number * number, limit + 1, number):  # DST106
                            is_prime[multiple] = False
                return sum(is_prime[2:])
            """,
            fixed="""
            def primes(limit):
                is_prime = bytearray([True]) * (limit + 1)
                for number in range(2, int(limit ** 0.5) + 1):
                    if is_prime[number]:
                        first = number * number
                        is_prime[first::number] = bytes(len(range(first, limit + 1, number)))
                return sum(is_prime[2:])
            """,
            workload="primes(n)",
        ),
        # Counts, through a comprehension, and by hand.
        Bad(
            """
            def ones(n):
                crossed = [0 for _ in range(n)]
                i = 2
                while i * i < n:
                    if not crossed[i]:
                        for j in range(i * i, n, i):  # DST106
                            crossed[j] = 1
                    i += 1
                return crossed.count(0)
            """
        ),
        # Tested by identity, which a byte is not.
        Good(
            """
            def primes(n):
                flags = [True] * n
                for i in range(2, n):
                    if flags[i] is True:
                        for j in range(i * i, n, i):
                            flags[j] = False
                return flags.count(True)
            """
        ),
        # Not flags; one after another; not a list of flags.
        Good(
            """
            def marks(n, table, board):
                smallest = [0] * n
                row = [False] * n
                for i in range(2, n):
                    for j in range(i, n, i):
                        smallest[j] = i
                    for j in range(i, n):
                        row[j] = True
                    for j in range(i, n, i):
                        board[j] = True
                return smallest, row
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        bounds = range_bounds(node.iter)
        statement = sole_statement(node.body)
        if bounds is None or isinstance(bounds[2], ast.Constant) or node.orelse:
            return
        if not isinstance(node.target, ast.Name) or not isinstance(statement, ast.Assign):
            return
        match statement.targets:
            case [ast.Subscript(value=ast.Name() as flags, slice=place)]:
                if not is_name(place, node.target.id):
                    return
            case _:
                return
        if not _is_flag(statement.value) or not context.hot_loops(node):
            return
        if not _holds_flags(context, flags):
            return
        start, step = context.segment(bounds[0]), context.segment(bounds[2])
        yield self.report(node, flags=flags.id, start=start, step=step)


def _is_flag(node: ast.AST | None) -> bool:
    return is_constant(node, True, False, 0, 1)


def _holds_flags(context: Context, flags: ast.Name) -> bool:
    """Whether the list is made of flags, and everything stored in it is one."""
    value = context.sole_value(flags)
    match value:
        case ast.BinOp(left=ast.List(elts=[flag]), op=ast.Mult()):
            is_list = _is_flag(flag)
        case ast.ListComp(elt=flag, generators=[_]):
            is_list = _is_flag(flag)
        case _:
            return False
    if not is_list or not isinstance(context.function(flags), ast.FunctionDef):
        return False
    for use in context.uses(flags):
        parent = context.parent(use)
        if isinstance(parent, ast.Attribute) and parent.attr not in ("count", "index"):
            return False
        if isinstance(parent, ast.Return | ast.Yield | ast.Call) and not _is_counted(parent):
            return False  # somebody else may want a list
        outer = context.parent(parent) if parent else None
        if isinstance(outer, ast.Compare) and isinstance(outer.ops[0], ast.Is | ast.IsNot):
            return False  # `1 is True` is not
        if isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store):
            stored = context.parent(parent)
            if not isinstance(stored, ast.Assign) or not same(stored.targets[0], parent):
                continue
            if not isinstance(parent.slice, ast.Slice) and not _is_flag(stored.value):
                return False
    return True


def _is_counted(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name("sum" | "len" | "enumerate" | "any" | "all" | "range")):
            return True
    return False
