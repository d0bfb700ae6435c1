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
    replacement,
)
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.patterns import constant_int, is_constant, operand_text, same


class ListForFirst(Rule):
    """A whole iterable is copied into a list to take its first item, or a dict's last.

    `next(iter(...))` takes one item. The fix assumes that the iterable is not empty
    (`StopIteration` comes instead of `IndexError`) and that an iterator is not used afterwards.
    """

    code = "MEM104"
    name = "list-for-first"
    message = "All items of `{iterable}` are copied to take the {which}"
    advice = "Use `{call}`"
    gain = Gain("O(n)", "O(1)", {10: 2.3, 1_000: 70.0, 100_000: 8000.0})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def oldest(cache):
                return list(cache)[0]  # MEM104
            """,
            fixed="""
            def oldest(cache):
                return next(iter(cache))
            """,
            workload="oldest(bytes(n))",
        ),
        Bad(
            """
            class Cache:
                def __init__(self):
                    self.values = {}

                def ends(self):
                    first = [*self.values.items()][0]  # MEM104
                    return first, list(self.values)[-1]  # MEM104
            """,
            fixed="""
            class Cache:
                def __init__(self):
                    self.values = {}

                def ends(self):
                    first = next(iter(self.values.items()))
                    return first, next(reversed(self.values))
            """,
        ),
        Bad(
            """
            def header(rows, names: list[str]):
                first, *_ = names
                return tuple(map(str.upper, rows))[0], first  # MEM104
            """,
            fixed="""
            def header(rows, names: list[str]):
                first, *_ = names
                return next(map(str.upper, rows)), first
            """,
        ),
        # The exception for an empty list is caught: no fix.
        Bad(
            """
            def first(items):
                try:
                    return list(items)[0]  # MEM104
                except IndexError:
                    return None
            """
        ),
        # The only item.
        Good(
            """
            def single(items):
                if len(items) == 1:
                    return list(items)[0]
                return None
            """
        ),
        # Some other item.
        Good(
            """
            def middle(items):
                return list(items)[len(items) // 2]
            """
        ),
        # `list` is something else.
        Good(
            """
            from database import list

            def first(table):
                return list(table)[0]
            """
        ),
        # Two items.
        Good(
            """
            def lesser(a, b):
                return list((a, b))[0]
            """
        ),
    )

    def visit_Subscript(self, node: ast.Subscript, context: Context) -> Iterator[Finding]:
        if not isinstance(node.ctx, ast.Load):
            return
        place = constant_int(node.slice)
        if place not in (0, -1):
            return
        iterable = _copied(node.value, context)
        if iterable is None or isinstance(iterable, ast.Starred):
            return
        length = context.length(iterable)
        if (length is not None and length <= TINY) or _has_one_item(node, iterable, context):
            return
        text = context.segment(iterable)
        call = _first(iterable, place, text, context)
        if call is None:
            return
        edits = [] if _is_guarded(node, context) else [Edit(node, replacement(call))]
        which = "first" if place == 0 else "last"
        yield self.report(node, *edits, iterable=text, which=which, call=call)


def _copied(node: ast.expr, context: Context) -> ast.expr | None:
    """The iterable in `list(iterable)`, `tuple(iterable)` or `[*iterable]`."""
    match node:
        case ast.Call(func=ast.Name("list" | "tuple") as function, args=[iterable], keywords=[]):
            return iterable if context.resolve(function) in ("list", "tuple") else None
        case ast.List(elts=[ast.Starred(value=iterable)]):
            return iterable
        case ast.Tuple(elts=[ast.Starred(value=iterable)]):
            return iterable
    return None


def _first(iterable: ast.expr, place: int, text: str, context: Context) -> str | None:
    """The call that takes only the item; None if there is none for the last item."""
    kind = context.type_of(iterable)
    text = operand_text(iterable, text) if isinstance(iterable, ast.Tuple) else text
    if kind.is_sequence:
        return f"{operand_text(iterable, text)}[{place}]"
    if place == -1:
        is_ordered = kind.is_mapping or kind.name in ("dict_keys", "dict_values", "dict_items")
        return f"next(reversed({text}))" if is_ordered else None
    return f"next({text})" if kind.name in ("iterator", "generator") else f"next(iter({text}))"


def _has_one_item(node: ast.expr, iterable: ast.expr, context: Context) -> bool:
    """Whether an `if len(iterable) == 1` stands around, or an assertion of it right before."""
    tests = [o.test for o in context.ancestors(node) if isinstance(o, ast.If | ast.IfExp)]
    statement = context.statement(node)
    block = context.block(statement)
    earlier = block[: block.index(statement)]
    tests += [s.test for s in earlier if isinstance(s, ast.Assert | ast.If)]
    for test in tests:
        for part in ast.walk(test):
            match part:
                case ast.Compare(
                    left=ast.Call(func=ast.Name("len"), args=[measured]),
                    ops=[_],
                    comparators=[bound],
                ) if is_constant(bound, 1, 2) and same(measured, iterable):
                    return True
    return False


def _is_guarded(node: ast.expr, context: Context) -> bool:
    """Whether another exception would not do: one is caught here, or this is a generator."""
    for outer in context.ancestors(node):
        if isinstance(outer, ast.Try | ast.TryStar | ast.GeneratorExp):
            return True
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            is_function = not isinstance(outer, ast.Lambda)
            return is_function and context.calls.outcome(outer).is_generator
    return False
