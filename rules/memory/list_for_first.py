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
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.facts.visits import is_guarded
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
    gain = Gain("O(n)", "O(1)", {10: 2.3, 1_000: 53.0, 100_000: 99.0})
    safety = Safety.UNSAFE
    # Of 13 findings on code not seen before, 9: the other dicts and sets were small.
    examples = (
        Bad(
            """
            def oldest(caches: list[dict]):
                return [list(cache)[0] for cache in caches]  # MEM104
            """,
            fixed="""
            def oldest(caches: list[dict]):
                return [next(iter(cache)) for cache in caches]
            """,
            workload="oldest([dict.fromkeys(range(n))] * 1000)",
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
            def first(items: set):
                try:
                    return list(items)[0]  # MEM104
                except IndexError:
                    return None
            """
        ),
        # The only item.
        Good(
            """
            def single(items: dict):
                if len(items) == 1:
                    return list(items.values())[0]
                return None
            """
        ),
        # Without evidence that there are more, as in `{"S": "text"}`.
        Good(
            """
            def kind(value):
                return list(value.keys())[0]
            """
        ),
        # One key and its value.
        Good(
            """
            def pairs(cookies):
                return [f"{list(c.keys())[0]}={list(c.values())[0]}" for c in cookies]
            """
        ),
        # What `items` is, is not known: it may well hold one item.
        Good(
            """
            def first(solve, x):
                return list(solve(x))[0]
            """
        ),
        # It is for the message of an exception, which comes once.
        Good(
            """
            def check(fields: dict):
                if "name" not in fields:
                    first = list(fields)[0]
                    raise KeyError(f"no name beside {first}")
                assert list(fields.values())[0]
            """
        ),
        # What a test makes is small.
        Good(
            """
            def test_tags(client, tags: dict):
                name = list(tags.values())[0]
                assert client.tag(name) == name
            """
        ),
        # Some other item.
        Good(
            """
            def middle(items: set):
                return list(items)[len(items) // 2]
            """
        ),
        # The iterator is used up here, and empty afterwards.
        Good(
            """
            def header(lines: list[str]):
                rows = iter(lines)
                first = list(rows)[0]
                return first, next(rows, None)
            """
        ),
        # `list` is something else.
        Good(
            """
            from database import list

            def first(table: dict):
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
        if length is not None and length <= TINY:
            return
        if _ends_in_error(node, context):
            return
        if not _is_container(node, iterable, context) or _has_one_item(node, iterable, context):
            return
        is_used_up = context.type_of(iterable).is_lazy
        if is_used_up and isinstance(iterable, ast.Name) and len(context.uses(iterable)) > 1:
            return
        text = context.segment(iterable)
        call = _first(iterable, place, text, context)
        if call is None:
            return
        edits = [] if is_guarded(context, node) else [Edit(node, replacement(call))]
        which = "first" if place == 0 else "last"
        yield self.report(node, *edits, iterable=text, which=which, call=call)


def _ends_in_error(node: ast.expr, context: Context) -> bool:
    """Whether an exception is raised next: the item is for its message."""
    statement = context.statement(node)
    parent = context.parent(statement)
    following = context.following(statement)
    if not following and isinstance(parent, ast.If):
        following = context.following(parent)
    return any(isinstance(s, ast.Raise) for s in (statement, *following[:1]))


def _copied(node: ast.expr, context: Context) -> ast.expr | None:
    """The iterable in `list(iterable)`, `tuple(iterable)` or `[*iterable]`."""
    match node:
        case ast.Call(func=ast.Name("list" | "tuple") as function, args=[iterable], keywords=[]):
            return iterable if context.resolve(function) in ("list", "tuple") else None
        case ast.List(elts=[ast.Starred(value=iterable)]):
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


def _is_container(node: ast.expr, iterable: ast.expr, context: Context) -> bool:
    """Whether the type is known, or what has keys and values is gone through beside.

    Other dicts of which the first key is taken have only this one, as in `{"S": "text"}`.
    """
    match iterable:
        case ast.Call(
            func=ast.Attribute(value=owner, attr="keys" | "values" | "items"), args=[], keywords=[]
        ):
            is_filled = context.type_of(owner).is_known and not _is_given(owner, context)
            return is_filled or _is_looped(owner, context.function(node) or context.tree)
    return context.type_of(iterable).is_known


def _is_given(owner: ast.expr, context: Context) -> bool:
    """Whether somebody else made the dict."""
    return any(binding.kind is Kind.ARGUMENT for binding in context.bindings(owner))


def _is_looped(owner: ast.expr, region: ast.AST) -> bool:
    return any(
        isinstance(loop, ast.For | ast.comprehension)
        and any(isinstance(part, ast.expr) and same(part, owner) for part in ast.walk(loop.iter))
        for loop in ast.walk(region)
    )


def _lists_of(owner: ast.expr, region: ast.AST) -> set[str]:
    """Of `list(owner.keys())[0]` and `list(owner.values())[0]`, those in the region."""
    found: set[str] = set()
    for part in ast.walk(region):
        match part:
            case ast.Subscript(
                value=ast.Call(
                    func=ast.Name("list"),
                    args=[
                        ast.Call(func=ast.Attribute(value=listed, attr="keys" | "values" as attr))
                    ],
                ),
                slice=ast.Constant(value=0),
            ) if same(listed, owner):
                found.add(attr)
    return found


def _has_one_item(node: ast.expr, iterable: ast.expr, context: Context) -> bool:
    """Whether the code around compares the length with 1."""
    owner = iterable
    if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Attribute):
        owner = iterable.func.value
    region = context.function(node) or context.tree
    if len(_lists_of(owner, region)) > 1:
        return True  # the one key and its value
    for part in ast.walk(region):
        match part:
            case ast.Call(func=ast.Name("len"), args=[measured]):
                beside = [*ast.iter_child_nodes(context.parents[part])]
                if any(is_constant(other, 1) for other in beside) and any(
                    same(inner, iterable) or same(inner, owner) for inner in ast.walk(measured)
                ):
                    return True
    return False
