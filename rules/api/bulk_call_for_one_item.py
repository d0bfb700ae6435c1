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
    Tier,
    replacement,
    statements,
)
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.patterns import same, walk

_ITEM = (ast.Name, ast.Constant)
_LIGHT = 80  # nodes; a body with more to do does not feel the wrapping


class BulkCallForOneItem(Rule):
    """A loop wraps one item in a collection to hand it to a method for many.

    Each pass makes a list, set or dict, goes through it and throws it away.
    """

    code = "API114"
    name = "bulk-call-for-one-item"
    message = "Every pass makes a collection of one item for `{target}` to take apart"
    advice = "Use `{call}`"
    gain = Gain("O(n)", "O(n)", {10: 1.7, 1_000: 2.4, 100_000: 2.0}, Tier.CONSTANT)
    calls = frozenset({"extend", "update", "insert"})
    examples = (
        Bad(
            """
            def prices(rows):
                found = []
                for row in rows:
                    found.extend([row])  # API114
                return found
            """,
            fixed="""
            def prices(rows):
                found = []
                for row in rows:
                    found.append(row)
                return found
            """,
            workload="prices(range(n))",
        ),
        # Into dicts and sets, and at the end by its place.
        Bad(
            """
            def indexed(names, rest: set):
                order = list()
                places = dict()
                seen = set()
                for i, name in enumerate(names):
                    places.update({name: i})  # API114
                    seen.update([name])  # API114
                    rest |= {name}  # API114
                    order.insert(len(order), name)  # API114
                    order += [i]  # API114
                return places, seen, rest, order
            """,
            fixed="""
            def indexed(names, rest: set):
                order = list()
                places = dict()
                seen = set()
                for i, name in enumerate(names):
                    places[name] = i
                    seen.add(name)
                    rest.add(name)
                    order.append(name)
                    order.append(i)
                return places, seen, rest, order
            """,
        ),
        # Several items, a counter that adds up, and an array that grows by broadcasting.
        Good(
            """
            from collections import Counter

            def collected(rows, table):
                found, counts = [], Counter()
                counts = Counter()
                for first, *rest in rows:
                    found.extend([first, *rest])
                    found.extend([*rest])
                    counts.update({first: 2})
                    table += [first]
                    found.insert(0, first)
                return found, counts
            """
        ),
        # Once is not worth a word, and text is taken apart on purpose.
        Good(
            """
            def started(first, words):
                found, letters = [], set()
                found.extend([first])
                letters = set()
                for word in words:
                    letters.update(word)
                return found, letters
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        statement = context.parent(node)
        match statement, node:
            case (
                ast.Expr(),
                ast.Call(func=ast.Attribute(value=owner, attr=method), args=args, keywords=[]),
            ):
                call = _single(method, owner, args, context)
            case _:
                return
        if call and _is_felt(args[-1], node, context):
            assert isinstance(statement, ast.Expr)
            is_plain = _is_plain(args)
            edits = [Edit(statement, statements(call))] if is_plain else []
            if "] = " not in call:
                edits = [Edit(node, replacement(call))]
            yield self.report(node, *edits, target=context.segment(owner), call=call)

    def visit_AugAssign(self, node: ast.AugAssign, context: Context) -> Iterator[Finding]:
        match node:
            case ast.AugAssign(
                target=ast.Name() as owner, op=ast.Add(), value=ast.List(elts=[item])
            ):
                kind, method = "list", "append"
            case ast.AugAssign(
                target=ast.Name() as owner, op=ast.BitOr(), value=ast.Set(elts=[item])
            ):
                kind, method = "set", "add"
            case _:
                return
        if isinstance(item, ast.Starred) or not _is_felt(item, node, context):
            return
        if context.type_of(owner).name != kind:
            return
        if all(binding.kind is Kind.AUGMENTED for binding in context.bindings(owner)):
            return  # a local variable that is never set
        call = f"{owner.id}.{method}({_argument(item, context)})"
        yield self.report(node, Edit(node, statements(call)), target=owner.id, call=call)


def _is_felt(item: ast.expr, node: ast.AST, context: Context) -> bool:
    """Whether a loop does little else: the item is at hand, and no other loop is in it."""
    if any(isinstance(part, ast.Call | ast.Await | ast.JoinedStr) for part in walk(item)):
        return False
    loops = context.hot_loops(node)
    if not loops or isinstance(loops[0], ast.comprehension):
        return False
    return sum(1 for statement in loops[0].body for _ in walk(statement)) <= _LIGHT


def _argument(item: ast.expr, context: Context) -> str:
    text = context.segment(item)
    if isinstance(item, ast.Tuple | ast.GeneratorExp) and not text.startswith("("):
        return f"({text})"
    return text


def _is_plain(args: list[ast.expr]) -> bool:
    """Whether it does not matter which of key and value is worked out first."""
    match args:
        case [ast.Dict(keys=[key], values=[value])]:
            return isinstance(key, _ITEM) or isinstance(value, _ITEM)
    return True


def _single(method: str, owner: ast.expr, args: list[ast.expr], context: Context) -> str:
    """The call or assignment for the one item."""
    if not isinstance(owner, ast.Name | ast.Attribute | ast.Subscript):
        return ""
    shown = context.segment(owner)
    kinds: tuple[str, ...]
    match method, args:
        case "insert", [ast.Call(func=ast.Name("len"), args=[measured], keywords=[]), item]:
            if not same(measured, owner):
                return ""
            kinds, new = ("list",), f"{shown}.append({_argument(item, context)})"
        case "extend", [ast.List(elts=[item]) | ast.Tuple(elts=[item])]:
            kinds, new = ("list", "deque"), f"{shown}.append({_argument(item, context)})"
        case "update", [ast.List(elts=[item]) | ast.Tuple(elts=[item]) | ast.Set(elts=[item])]:
            kinds, new = ("set",), f"{shown}.add({_argument(item, context)})"
        case "update", [ast.Dict(keys=[ast.expr() as item], values=[value])]:
            text = f"{shown}[{context.segment(item)}] = {context.segment(value)}"
            kinds, new = ("dict", "defaultdict"), text
        case _:
            return ""
    if isinstance(item, ast.Starred) or context.type_of(owner).name not in kinds:
        return ""
    return new
