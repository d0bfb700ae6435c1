from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, replacement
from effilint.analyzer.facts.errors import may_stop
from effilint.analyzer.facts.visits import is_tiny
from effilint.analyzer.patterns import unbracketed, walk

_BRACKETS = {"list": "[]", "set": "{}", "dict": "{}"}


class ListOfGenexpr(Rule):
    """A generator is made only to be emptied into a list, set or dict at once.

    Each item goes through the frame of the generator; a comprehension puts it where it belongs.
    """

    code = "LNG206"
    name = "list-of-genexpr"
    message = "`{kind}` takes the items out of a generator one by one"
    advice = "Use a {kind} comprehension"
    gain = Gain("O(n)", "O(n)", {10: 1.3, 1_000: 1.4, 100_000: 1.3}, Tier.IDIOM)
    calls = frozenset(_BRACKETS)
    examples = (
        Bad(
            """
            def doubled(prices):
                return list(price * 2 for price in prices)  # LNG206
            """,
            fixed="""
            def doubled(prices):
                return [price * 2 for price in prices]
            """,
            workload="doubled(range(n))",
        ),
        Bad(
            """
            def indexed(names):
                lengths = set(len(name) for name in names if name)  # LNG206
                return lengths, dict((name, i) for i, name in enumerate(names))  # LNG206
            """,
            fixed="""
            def indexed(names):
                lengths = {len(name) for name in names if name}
                return lengths, {name: i for i, name in enumerate(names)}
            """,
        ),
        # Two braces in a row would be text.
        Bad(
            """
            def report(sizes):
                return f"{set(size // 2 for size in sizes)}"  # LNG206
            """,
            fixed="""
            def report(sizes):
                return f"{ {size // 2 for size in sizes}}"
            """,
        ),
        # Without a fix: out of a generator a `StopIteration` of `price` is a `RuntimeError`.
        Bad(
            """
            def prices(names, price):
                return list(price(name) + 1 for name in names)  # LNG206
            """,
        ),
        # What `StopIteration` does differs in a generator, and a tuple has no comprehension.
        Good(
            """
            def taken(source, names):
                firsts = list(next(source) for _ in range(3))
                return firsts, tuple(name.upper() for name in names), dict(p for p in names)
            """
        ),
        # One pair, and three words.
        Good(
            """
            def tables(names):
                paths = dict((key.upper(), value) for key, value in {"a": "b"}.items())
                return paths, set(word.strip() for word in ("some", "few ", "words"))
            """
        ),
        # A plain copy: LNG203 has more to say.
        Good(
            """
            def copied(names):
                return list(name for name in names)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Call(
                func=ast.Name(id=kind),
                args=[ast.GeneratorExp(elt=elt, generators=[first, *_]) as inner],
                keywords=[],
            ) if kind in _BRACKETS:
                pass
            case _:
                return
        if all(is_tiny(context, loop) for loop in inner.generators):
            return
        if context.resolve(node.func) != kind or _may_stop(inner):
            return
        if isinstance(elt, ast.Name) and len(inner.generators) == 1 and not first.ifs:
            return
        text = context.segment(inner)
        body = unbracketed(text) if text.startswith("(") and text.endswith(")") else text
        if kind == "dict":
            if not isinstance(elt, ast.Tuple) or len(elt.elts) != 2:
                return
            if any(isinstance(part, ast.Starred) for part in elt.elts):
                return
            key, value = (context.segment(part) for part in elt.elts)
            pair, rest = context.segment(elt), body
            if not rest.startswith(pair):
                return
            body = f"{key}: {value}{rest.removeprefix(pair)}"
        opening, closing = _BRACKETS[kind][0], _BRACKETS[kind][1]
        edits = [Edit(node, replacement(f"{opening}{body}{closing}"))]
        # What the first loop goes through is evaluated outside of the generator.
        inside = [elt, *inner.generators[1:], *first.ifs]
        if any(may_stop(part, context) for part in inside):
            edits = []
        yield self.report(node, *edits, kind=kind)


def _may_stop(inner: ast.GeneratorExp) -> bool:
    """Whether it may raise `StopIteration`, or waits."""
    for node in walk(inner):
        if isinstance(node, ast.Await) or (isinstance(node, ast.comprehension) and node.is_async):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            if getattr(node.func, "id", getattr(node.func, "attr", "")) in ("next", "__next__"):
                return True
    return False
