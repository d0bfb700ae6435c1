"""Work is done whose result nobody uses."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.dataset.twins.forms import plain_loops, target_names
from effilint.dataset.twins.inverse import Change, Example, Inverse, Site
from effilint.dataset.twins.original import Original


class DeadAccumulator(Inverse):
    """What a loop goes through is collected, and nobody looks at it."""

    name = "dead-accumulator"
    codes = ("OTH405",)
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
                «history = []»
                for item in items:
                    «history.append(item)»
                    result += item
                return result
            """,
            "total([1, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in plain_loops(original):
            names = target_names(loop.target)
            if not names or loop.body[0].lineno == loop.lineno:
                continue
            log = original.fresh("history", "visited_items", "log", "trace", "records", "steps")
            before = original.before(loop, f"{log} = []")
            if original.context.loops(loop) and original.choice("outer", "inner") == "outer":
                continue
            item = names[0] if len(names) == 1 else f"({', '.join(names)})"
            added = f"{log}.append({item})"
            yield Site((before, original.before(loop.body[0], added)), (), frozenset((log,)))


class DeadStore(Inverse):
    """A copy is made in each pass of a loop, and not used."""

    name = "dead-store-in-loop"
    codes = ("OTH409",)
    examples = (
        Example(
            """
            def total(items: list[int]):
                result = 0
                for item in items:
                    result += item
                return result
            """,
            """
            def total(items: list[int]):
                result = 0
                for item in items:
                    «snapshot = list(items)»
                    result += item
                return result
            """,
            "total([1, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for loop in original.nodes(ast.For, ast.While):
            if not original.has_body(loop) or isinstance(loop.body[0], ast.FunctionDef):
                continue
            used = [n for n in ast.walk(loop) if isinstance(n, ast.Name)]
            for name in used:
                if not isinstance(name.ctx, ast.Load):
                    continue
                if original.type(name).name in ("list", "dict", "set", "str"):
                    kept = original.fresh("snapshot", "current", "previous", "backup", "last_state")
                    form = "sorted" if original.type(name).name == "str" else "list"
                    before = original.before(loop.body[0], f"{kept} = {form}({name.id})")
                    yield Site((before,), names=frozenset((kept,)))
                    break


class UnusedSorting(Inverse):
    """A sorted copy is made that nobody uses."""

    name = "unused-sorting"
    codes = ("OTH401",)
    examples = (
        Example(
            """
            def total(items: list[int]):
                return sum(items)
            """,
            """
            def total(items: list[int]):
                «ordered = sorted(items)»
                return sum(items)
            """,
            "total([1, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement, name in _sortable(original):
            kept = original.fresh("ordered", "sorted_items", "ranking", "arranged", "temp")
            yield Site(
                (original.before(statement, f"{kept} = sorted({name})"),), (), frozenset((kept,))
            )


class DiscardedCall(Inverse):
    """A call is made whose result is thrown away."""

    name = "discarded-call"
    codes = ("OTH402",)
    examples = (
        Example(
            """
            def total(items: list[int]):
                return sum(items)
            """,
            """
            def total(items: list[int]):
                «sorted(items)»
                return sum(items)
            """,
            "total([1, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement, name in _sortable(original):
            call = original.choice("sorted({})", "set({})", "max({}, default=0)")
            yield Site((original.before(statement, call.format(name)),))


class NoopLoop(Inverse):
    """A loop goes through items and does nothing."""

    name = "noop-loop"
    codes = ("OTH408",)
    examples = (
        Example(
            """
            def total(items: list[int]):
                return sum(items)
            """,
            """
            def total(items: list[int]):
                «for _ in items:
                    pass»
                return sum(items)
            """,
            "total([1, 2])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for statement, name in _sortable(original):
            yield Site((original.before(statement, f"for _ in {name}:", "\tpass"),))


def _sortable(original: Original) -> Iterator[tuple[ast.stmt, str]]:
    """The statements that follow on a list of numbers or a text being there, and its name."""
    for function in original.nodes(ast.FunctionDef):
        first = function.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            first = function.body[1] if len(function.body) > 1 else first
        for argument in function.args.args:
            if not original.has_body(function) or argument.annotation is None:
                continue
            kind = _kind_of(original, function, argument.arg)
            if kind in ("list int", "list str", "str", "list float", "str str"):
                yield first, argument.arg
    for statement in original.nodes(ast.Assign):
        if not original.is_alone(statement) or len(statement.targets) > 1:
            continue
        target = statement.targets[0]
        found = original.type(statement.value)
        is_sortable = found.element is not None and found.element.name in ("int", "str", "float")
        if isinstance(target, ast.Name) and found.name in ("list", "dict") and is_sortable:
            following = original.context.following(statement)
            if following and original.is_alone(following[0]):
                yield following[0], target.id


def _kind_of(original: Original, function: ast.FunctionDef, name: str) -> str:
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            found = original.type(node)
            return f"{found.name} {found.element.name}" if found.element else found.name
    return ""


class SortedFirst(Inverse):
    """Items are sorted before something that does not mind their order."""

    name = "sorted-first"
    codes = ("OTH403",)
    examples = (
        Example(
            """
            def distinct(items: list[int]):
                return len(set(items))
            """,
            """
            def distinct(items: list[int]):
                return len(«sorted(set(items))»)
            """,
            "distinct([1, 2, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            names = ("sum", "max", "min", "set", "len", "any", "all", "collections.Counter")
            if not original.is_call(call, *names) or len(call.args) != 1:
                continue
            items = call.args[0]
            kind = original.type(items)
            element = kind.element.name if kind.element else ""
            if kind.name == "str" or (kind.name in ("list", "set") and element in ("int", "str")):
                if not (kind.name == "set" and original.is_call(call, "set")):
                    yield Site((original.put(items, f"sorted({original.text(items)})"),))


class RedundantCopy(Inverse):
    """What a call only reads is copied for it."""

    name = "copy-for-reader"
    codes = ("DST506",)
    examples = (
        Example(
            """
            def ranked(items: list[int]):
                return sorted(items)
            """,
            """
            def ranked(items: list[int]):
                return sorted(«list(items)»)
            """,
            "ranked([2, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for call in original.nodes(ast.Call):
            if not original.is_call(
                call, "sum", "max", "min", "len", "set", "sorted", "any", "all"
            ):
                continue
            if len(call.args) != 1 or original.type(call.args[0]).name not in (
                "list",
                "str",
                "set",
            ):
                continue
            items = call.args[0]
            change = Change(*original.span(items), f"list({original.text(items)})")
            yield Site((change,))
