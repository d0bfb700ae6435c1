"""Exceptions lead through a loop."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.forms import plain_loops, target_names
from effilint.dataset.twins.inverse import Change, Example, Inverse, Site
from effilint.dataset.twins.loops import is_steady
from effilint.dataset.twins.original import Original


class RaisedInLoop(Inverse):
    """A pass of a loop is skipped by raising an exception that is caught around it."""

    name = "skip-by-raising"
    codes = ("OTH304",)
    examples = (
        Example(
            """
            def positive(items):
                total = 0
                for item in items:
                    if item < 0:
                        continue
                    total += item
                return total
            """,
            """
            def positive(items):
                total = 0
                for item in items:
                    «try:
                        if item < 0:
                            raise ValueError
                        total += item
                    except ValueError:
                        pass»
                return total
            """,
            "positive([1, -1, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in plain_loops(original):
            skips = [
                node
                for node in ast.walk(loop)
                if isinstance(node, ast.Continue) and _owner(original, node) is loop
            ]
            if not skips or any(isinstance(n, ast.Try | ast.Raise) for n in ast.walk(loop)):
                continue
            wrapped = _wrapped(
                original, loop, skips, "raise ValueError", "except ValueError:", "\tpass"
            )
            if wrapped:
                yield Site((wrapped,))


def _owner(original: Original, node: ast.AST) -> ast.AST | None:
    for outer in original.context.ancestors(node):
        if isinstance(outer, ast.For | ast.While):
            return outer
    return None


def _wrapped(
    original: Original, loop: ast.For, exits: list[ast.Continue], instead: str, *handler: str
) -> Change | None:
    """The body of a loop within a `try`; None if it holds a text of several lines."""
    start, end = original.span(loop.body[0])[0], original.span(loop.body[-1])[1]
    body = original.program[start:end]
    if '"""' in body or "'''" in body or "\\" in body:
        return None
    for node in reversed(exits):
        first, last = (place - start for place in original.span(node))
        body = body[:first] + instead + body[last:]
    unit, indent = original.unit(loop), original.indent(loop.body[0])
    lines = [line if not line.strip() else unit + line for line in body.split("\n")]
    inner = "\n".join(lines)
    tail = original.newline.join(indent + line.replace("\t", unit) for line in handler)
    text = f"try:{original.newline}{indent}{inner}{original.newline}{tail}"
    return Change(start, end, text)


class TestByRaising(Inverse):
    """Where a list ends is found out by an exception."""

    name = "test-by-raising"
    codes = ("OTH304",)
    examples = (
        Example(
            """
            def positive(items):
                total = 0
                for item in items:
                    if item > 0:
                        total += item
                return total
            """,
            """
            def positive(items):
                total = 0
                for item in items:
                    «try:
                        if not (item > 0):
                            raise ValueError
                        is_so = True
                    except ValueError:
                        is_so = False»
                    if is_so:
                        total += item
                return total
            """,
            "positive([1, -1, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for choice in original.nodes(ast.If):
            start = original.span(choice)[0]
            if not original.is_alone(choice) or not original.program.startswith("if", start):
                continue
            if not isinstance(choice.test, ast.Compare) or not original.context.loops(choice):
                continue
            if "\n" in original.text(choice.test):
                continue
            flag = original.fresh("is_so", "ok", "valid", "holds", "passed")
            before = original.before(
                choice,
                "try:",
                f"\tif not ({original.text(choice.test)}):",
                "\t\traise ValueError",
                f"\t{flag} = True",
                "except ValueError:",
                f"\t{flag} = False",
            )
            marks = ((before.start, before.end),)
            yield Site((before, original.put(choice.test, flag)), marks, frozenset((flag,)))


class LoopEndedByException(Inverse):
    """A `for` becomes a `while` that ends with the exception of an iterator at its end."""

    name = "loop-ended-by-exception"
    codes = ("OTH302",)
    examples = (
        Example(
            """
            def total(items):
                result = 0
                for item in items:
                    result += item
                return result
            """,
            """
            def total(items):
                result = 0
                «iterator = iter(items)
                while True:
                    try:
                        item = next(iterator)
                    except StopIteration:
                        break»
                    result += item
                return result
            """,
            "total([1, 2, 3])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in plain_loops(original):
            target = original.text(loop.target)
            items = loop.iter
            steady = isinstance(items, ast.Name) and is_steady(original, items, loop)
            if steady and original.choice("index", "next") == "index":
                place = original.fresh("i", "idx", "index", "pos")
                lines = [
                    f"{place} = 0",
                    "while True:",
                    "\ttry:",
                    f"\t\t{target} = {original.text(items)}[{place}]",
                    "\texcept IndexError:",
                    "\t\tbreak",
                    f"\t{place} += 1",
                ]
            else:
                place = original.fresh("iterator", "it", "stream", "source")
                lines = [
                    f"{place} = iter({original.text(items)})",
                    "while True:",
                    "\ttry:",
                    f"\t\t{target} = next({place})",
                    "\texcept StopIteration:",
                    "\t\tbreak",
                ]
            if target_names(loop.target):
                yield Site((original.head(loop, *lines),), names=frozenset((place,)))
