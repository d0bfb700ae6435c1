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
)
from effilint.analyzer.facts.errors import may_stop
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.patterns import operand_text, walk

_BRACKETS = {"list": ("[", "]"), "set": ("{", "}"), "dict": ("{", "}")}


class MapLambda(Rule):
    """A list, set or dict is made from `map` or `filter` of a lambda.

    The lambda is called for every item; in a comprehension its expression is evaluated in place.
    There is no fix where it calls what may raise `StopIteration`, which ends a `map`.
    """

    code = "LNG202"
    name = "map-lambda"
    message = "`{function}` calls a lambda for every item"
    advice = "Use a comprehension: `{comprehension}`"
    gain = Gain("O(n)", "O(n)", {10: 1.4, 1_000: 2.0, 100_000: 2.1}, Tier.CONSTANT)
    calls = frozenset({"list", "set", "dict"})
    examples = (
        Bad(
            """
            def doubled(numbers):
                return list(map(lambda number: number * 2, numbers))  # LNG202
            """,
            fixed="""
            def doubled(numbers):
                return [number * 2 for number in numbers]
            """,
            workload="doubled([1, 2] * (n // 2))",
        ),
        Bad(
            """
            def sizes(names, limit):
                lengths = dict(map(lambda name: (name, len(name)), names))  # LNG202
                return set(filter(lambda name: lengths[name] < limit, names))  # LNG202
            """,
            fixed="""
            def sizes(names, limit):
                lengths = {name: len(name) for name in names}
                return {name for name in names if lengths[name] < limit}
            """,
        ),
        Bad(
            """
            def products(left, right):
                for row in left:
                    yield list(map(lambda a, b: a * b, row, right))  # LNG202
            """,
            fixed="""
            def products(left, right):
                for row in left:
                    yield [a * b for a, b in zip(row, right)]
            """,
        ),
        # Without a fix: a `StopIteration` of `read` would end the `map`, but not a comprehension.
        Bad(
            """
            def paired(numbers, source):
                pairs = list(map(lambda number: (number, source.read()), numbers))  # LNG202
                return pairs, set(filter(lambda number: source(number), numbers))  # LNG202
            """,
        ),
        # A function that has a name is called just as fast by `map`.
        Good(
            """
            def texts(numbers):
                return list(map(str, numbers))
            """
        ),
        # The inner function would see the last item only.
        Good(
            """
            def adders(numbers):
                return list(map(lambda number: lambda x: x + number, numbers))
            """
        ),
        # The lambda has a default.
        Good(
            """
            def shifted(numbers):
                return list(map(lambda number, by=1: number + by, numbers))
            """
        ),
        # There is a `next` in the lambda, by its other name.
        Good(
            """
            def paired(numbers, others):
                return list(map(lambda number: (number, others.__next__()), numbers))
            """
        ),
        # No argument at all.
        Good(
            """
            def wrong():
                return list(map(lambda: 1))
            """
        ),
        # In a test.
        Good(
            """
            def test_prices(shop):
                assert len(shop.items) == 2
                assert shop.find("tea")
                cheap = list(filter(lambda item: item.price < 3, shop.items))
                assert cheap == []
            """
        ),
        # Three items.
        Good(
            """
            def corners(scale):
                return list(map(lambda x: x * scale, (1, 2, 3)))
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Call(
                func=ast.Name(id=kind),
                args=[
                    ast.Call(
                        func=ast.Name("map" | "filter" as function) as called,
                        args=[ast.Lambda() as mapped, *iterables],
                        keywords=[],
                    )
                ],
                keywords=[],
            ):
                pass
            case _:
                return
        if (
            not iterables
            or not _is_plain(mapped, len(iterables))
            or any(_is_special(i) for i in iterables)
        ):
            return
        if context.resolve(node.func) != kind or context.resolve(called) != function:
            return
        length = context.length(iterables[0])
        if length is not None and length <= TINY:
            return
        comprehension = _comprehension(kind, function, mapped, iterables, context)
        if comprehension is None:
            return
        is_safe = len(iterables) == 1 or context.names.is_builtin("zip", node)
        is_safe = is_safe and not may_stop(mapped.body, context)
        edits = [Edit(node, replacement(comprehension))] if is_safe else []
        yield self.report(node, *edits, function=function, comprehension=comprehension)


def _is_plain(mapped: ast.Lambda, count: int) -> bool:
    """Whether the lambda takes `count` plain arguments and its body can stand in place."""
    args = mapped.args
    if args.vararg or args.kwarg or args.kwonlyargs or args.defaults:
        return False
    if len(args.posonlyargs) + len(args.args) != count:
        return False
    return not any(_binds_late(part) for part in walk(mapped.body))


def _binds_late(part: ast.AST) -> bool:
    """Whether a comprehension would give the expression another meaning."""
    late = (ast.Lambda, ast.GeneratorExp, ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)
    if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
        return part.func.id in ("next", "locals", "super")
    return isinstance(part, late) or (isinstance(part, ast.Attribute) and part.attr == "__next__")


def _is_special(iterable: ast.expr) -> bool:
    return isinstance(iterable, ast.Starred) or any(
        isinstance(part, ast.NamedExpr | ast.Yield | ast.YieldFrom) for part in walk(iterable)
    )


def _comprehension(
    kind: str, function: str, mapped: ast.Lambda, iterables: list[ast.expr], context: Context
) -> str | None:
    texts = [operand_text(i, context.segment(i)) for i in iterables]
    iterable = texts[0] if len(texts) == 1 else f"zip({', '.join(texts)})"
    target = ", ".join(a.arg for a in (*mapped.args.posonlyargs, *mapped.args.args))
    body = context.segment(mapped.body)
    opening, closing = _BRACKETS[kind]
    if function == "filter":
        if len(iterables) != 1 or kind == "dict":
            return None
        if isinstance(mapped.body, ast.IfExp):
            body = f"({body})"
        return f"{opening}{target} for {target} in {iterable} if {body}{closing}"
    if kind == "dict":
        if not isinstance(mapped.body, ast.Tuple) or len(mapped.body.elts) != 2:
            return None
        if any(isinstance(e, ast.Starred) for e in mapped.body.elts):
            return None
        key, value = (context.segment(element) for element in mapped.body.elts)
        body = f"{key}: {value}"
    return f"{opening}{body} for {target} in {iterable}{closing}"
