"""Conditions are tested more often, or in a worse order, than they need to be."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.forms import assigned_in, assigned_once
from effilint.dataset.twins.inverse import Change, Example, Inverse, Site
from effilint.dataset.twins.original import Original


class DispatchChain(Inverse):
    """A constant table becomes a chain of conditions."""

    name = "dispatch-chain"
    codes = ("ALG401",)
    examples = (
        Example(
            """
            def value(text):
                worth = {"a": 1, "b": 2, "c": 3}
                return sum(worth[char] for char in text)
            """,
            """
            def value(text):
                worth = {"a": 1, "b": 2, "c": 3}
                return sum(«(1 if char == "a" else 2 if char == "b" else 3)» for char in text)
            """,
            "value('abcab')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for symbol, value in assigned_once(original):
            if not isinstance(value, ast.Dict) or not 2 < len(value.keys) < 27:
                continue
            if not all(isinstance(part, ast.Constant) for part in (*value.keys, *value.values)):
                continue
            puts = []
            for use in original.loads(symbol):
                parent = original.context.parent(use)
                if isinstance(parent, ast.Subscript) and parent.value is use:
                    if not isinstance(parent.ctx, ast.Load):
                        break
                    if isinstance(parent.slice, ast.Name | ast.Subscript):
                        puts.append(original.put(parent, _chain(original, value, parent.slice)))
            else:
                if puts:
                    yield Site(tuple(puts))


def _chain(original: Original, table: ast.Dict, key: ast.expr) -> str:
    asked = original.text(key)
    texts = [original.text(v) for v in table.values]
    keys = [original.text(k) for k in table.keys if k is not None]
    tests = [f"{text} if {asked} == {k} else " for text, k in zip(texts[:-1], keys, strict=False)]
    return f"({''.join(tests)}{texts[-1]})"


class IfsInPlaceOfElifs(Inverse):
    """All conditions are tested although one of them holds at most."""

    name = "ifs-in-place-of-elifs"
    codes = ("ALG408",)
    examples = (
        Example(
            """
            def turns(text):
                x = y = 0
                for char in text:
                    if char == "U":
                        y += 1
                    elif char == "D":
                        y -= 1
                    elif char == "L":
                        x -= 1
                return x, y
            """,
            """
            def turns(text):
                x = y = 0
                for char in text:
                    if char == "U":
                        y += 1
                    «if char == "D"»:
                        y -= 1
                    «if char == "L"»:
                        x -= 1
                return x, y
            """,
            "turns('UDLU')",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for first in original.nodes(ast.If):
            parent = original.context.parent(first)
            if isinstance(parent, ast.If) and first in parent.orelse and len(parent.orelse) == 1:
                continue
            chain = _chained(first)
            if len(chain) < 3 or chain[-1].orelse or not _is_exclusive(chain):
                continue
            changes, marks = [], []
            for choice in chain[1:]:
                start, _ = original.span(choice)
                if not original.program.startswith("elif", start):
                    break
                changes.append(Change(start, start + len("elif"), "if"))
                marks.append((start, original.span(choice.test)[1]))
            else:
                yield Site(tuple(changes), tuple(marks))


def _chained(first: ast.If) -> list[ast.If]:
    chain = [first]
    while len(chain[-1].orelse) == 1 and isinstance(chain[-1].orelse[0], ast.If):
        chain.append(chain[-1].orelse[0])
    return chain


def _is_exclusive(chain: list[ast.If]) -> bool:
    """Whether all ask if the same thing equals a constant, and no branch changes it."""
    subjects = set()
    for choice in chain:
        match choice.test:
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[ast.Constant()]):
                subjects.add(ast.unparse(left))
            case _:
                return False
    names = {n.id for n in ast.walk(chain[0].test) if isinstance(n, ast.Name)}
    return len(subjects) == 1 and not any(names & assigned_in(s) for c in chain for s in c.body)


class CostlyTestFirst(Inverse):
    """The test that costs more is made first."""

    name = "costly-test-first"
    codes = ("ALG402",)
    examples = (
        Example(
            """
            def odd_sums(rows):
                return [row for row in rows if len(row) > 2 and sum(row) % 2]
            """,
            """
            def odd_sums(rows):
                return [row for row in rows if «sum(row) % 2 and len(row) > 2»]
            """,
            "odd_sums([[1, 2], [1, 1, 1]])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for node in original.nodes(ast.BoolOp):
            if len(node.values) < 2 or not original.context.loops(node):
                continue
            first, second = node.values[:2]
            if _cost(second) <= _cost(first) or not original.context.is_pure(second):
                continue
            if isinstance(first, ast.NamedExpr):
                continue
            left, right = original.program[slice(*original.span(first))], original.text(second)
            changes = (original.put(first, right), original.put(second, left))
            yield Site(changes, ((original.span(first)[0], original.span(second)[1]),))


def _cost(node: ast.expr) -> int:
    calls = [n for n in ast.walk(node) if isinstance(n, ast.Call)]
    cheap = sum(isinstance(n.func, ast.Name) and n.func.id in ("len", "abs", "ord") for n in calls)
    return 4 * len(calls) - 3 * cheap


class SubjectRepeated(Inverse):
    """What is asked for in a chain of conditions is looked up each time."""

    name = "subject-repeated"
    codes = ("ALG403",)
    examples = (
        Example(
            """
            def score(rows):
                total = 0
                for i in range(len(rows)):
                    kind = rows[i][0]
                    if kind == "a":
                        total += 1
                    elif kind == "b":
                        total += 2
                return total
            """,
            """
            def score(rows):
                total = 0
                for i in range(len(rows)):
                    if «rows[i][0]» == "a":
                        total += 1
                    elif «rows[i][0]» == "b":
                        total += 2
                return total
            """,
            "score(['ab', 'bc', 'ca'])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for symbol, value in assigned_once(original):
            statement = original.context.statement(value)
            if not isinstance(value, ast.Subscript | ast.BinOp | ast.Call) or "\n" in original.text(
                value
            ):
                continue
            uses = original.loads(symbol)
            following = original.context.following(statement)
            if not following or not isinstance(following[0], ast.If) or len(uses) < 2:
                continue
            chain = _chained(following[0])
            tests = [choice.test for choice in chain]
            inside = [u for u in uses if any(original.context.inside(u, t) for t in tests)]
            if len(inside) < len(uses) or len(chain) < 2 or not original.is_alone(statement):
                continue
            if original.context.is_pure(value):
                puts = [original.put(use, original.atom(value)) for use in uses]
                marks = tuple((p.start, p.end) for p in puts)
                yield Site((original.delete(statement), *puts), marks)
