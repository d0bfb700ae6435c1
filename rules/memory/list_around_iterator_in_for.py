from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, replacement
from effilint.analyzer.facts.loops import TINY
from effilint.analyzer.facts.visits import is_used_at_once, may_change_meanwhile
from effilint.analyzer.patterns import operand_text, walk

_THREADS = ("threading", "_thread", "concurrent.futures", "concurrent", "asyncio", "queue")
_LAZY = frozenset(["zip", "map", "filter", "enumerate", "range", "reversed"])
_VIEWS = frozenset(["keys", "values", "items"])
_SIZED = ("list", "tuple", "str", "bytes", "range", "set", "frozenset", "dict", "deque")


class ListAroundIteratorInFor(Rule):
    """A loop goes through a list made of what it could go through directly.

    The list holds all items at once for nothing. Silent where the loop may change, or lets other
    code change, what the items come from: then the copy is needed.
    """

    code = "MEM105"
    name = "list-around-iterator-in-for"
    message = "All of `{iterable}` is copied into a {kind} only to go through it"
    advice = "Go through `{iterable}` itself"
    gain = Gain(
        "O(n) memory", "O(1) memory", {100: 1.1, 10_000: 380.0, 100_000: 3900.0}, Tier.MEMORY
    )
    calls = frozenset({"list", "tuple"})
    examples = (
        Bad(
            """
            def total(size):
                result = 0
                for number in list(range(size)):  # MEM105
                    result += number * number
                return result
            """,
            fixed="""
            def total(size):
                result = 0
                for number in range(size):
                    result += number * number
                return result
            """,
            workload="total(n)",
        ),
        Bad(
            """
            class Scores:
                def __init__(self):
                    self.points = {}

                def lines(self):
                    out = []
                    for name, points in list(self.points.items()):  # MEM105
                        out.append(f"{name}: {points}")
                    return out
            """,
            fixed="""
            class Scores:
                def __init__(self):
                    self.points = {}

                def lines(self):
                    out = []
                    for name, points in self.points.items():
                        out.append(f"{name}: {points}")
                    return out
            """,
        ),
        # Without a fix: both arguments may be the same dict.
        Bad(
            """
            def add(prices: dict, total: dict):
                for name, price in list(prices.items()):  # MEM105
                    total[name + "!"] = price
            """
        ),
        # Without a fix: `int` may fail in the middle of the loop.
        Bad(
            """
            def load(words: list[str], total=0):
                for number in list(map(int, words)):  # MEM105
                    total += number
                return total
            """
        ),
        Bad(
            """
            def differences(left: list[int], right: list[int]):
                return [a - b for a, b in list(zip(left, right))]  # MEM105
            """,
            fixed="""
            def differences(left: list[int], right: list[int]):
                return [a - b for a, b in zip(left, right)]
            """,
        ),
        # The dict changes in the loop.
        Good(
            """
            def prune(table: dict):
                for key in list(table.keys()):
                    if not table[key]:
                        del table[key]
            """
        ),
        # What `close` does is not known: it may change the dict.
        Good(
            """
            class Pool:
                def __init__(self):
                    self.connections = {}

                def shut(self):
                    for connection in list(self.connections.values()):
                        connection.close()
            """
        ),
        # Another thread may add to the dict meanwhile.
        Good(
            """
            import threading

            class Requests:
                def __init__(self):
                    self.lock = threading.Lock()
                    self.waiting = {}

                def sizes(self):
                    return [size for size in list(self.waiting.values()) if size]
            """
        ),
        # The list changes while it is gone through backwards.
        Good(
            """
            def drop(items: list[str]):
                for item in list(reversed(items)):
                    if not item:
                        items.remove(item)
            """
        ),
        # The generator runs later.
        Good(
            """
            def pairs(left: list[int], right: list[int]):
                return (a - b for a, b in list(zip(left, right)))
            """
        ),
        # The lambda sees what the loop has found.
        Good(
            """
            def fresh(words: list[str]):
                seen = []
                for word in list(filter(lambda word: word not in seen, words)):
                    seen.append(word)
                return seen
            """
        ),
        # Turned round: as many as there are columns.
        Good(
            """
            def columns(table: dict[str, int]):
                return [", ".join(map(str, part)) for part in list(zip(*table.items()))]
            """
        ),
        # Three passes.
        Good(
            """
            def axes():
                for axis in list(range(3)):
                    yield axis
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if len(node.args) != 1 or node.keywords or not isinstance(node.func, ast.Name):
            return
        loop = context.parent(node)
        if not isinstance(loop, ast.For | ast.comprehension) or loop.iter is not node:
            return
        inner = node.args[0]
        if not isinstance(inner, ast.Call) or inner.keywords:
            return
        kind = node.func.id
        if context.resolve(node.func) != kind:
            return
        length = context.length(inner)
        if length is not None and length <= TINY:
            return
        region = loop if isinstance(loop, ast.For) else context.parents[loop]
        if isinstance(region, ast.GeneratorExp) and not is_used_at_once(context, region):
            return
        if not _is_steady(inner, region, context):
            return
        text = context.segment(inner)
        edits = [Edit(node, replacement(operand_text(inner, text)))]
        if context.resolve(inner.func) in ("map", "filter"):
            edits = []  # a call may fail after some passes of the loop
        sources = [part for part in walk(inner) if isinstance(part, ast.Name | ast.Attribute)]
        if any(may_change_meanwhile(context, source, region) for source in sources):
            edits = []
        yield self.report(node, *edits, iterable=text, kind=kind)


def _is_steady(inner: ast.Call, region: ast.AST, context: Context) -> bool:
    """Whether the items stay the same, and come without effects, while the region runs."""
    match inner:
        case ast.Call(func=ast.Attribute(value=owner, attr=attr), args=[]) if attr in _VIEWS:
            if isinstance(owner, ast.Attribute) and _has_threads(context):
                return False  # another one may add to it meanwhile: copying takes one step
            return context.type_of(owner).is_mapping and _is_left_alone([owner], region, context)
    function = context.resolve(inner.func)
    if function not in _LAZY:
        return False
    if function == "range":
        return True
    sources = inner.args
    if function in ("map", "filter"):
        sources = inner.args[1:]
        if not isinstance(inner.args[0], ast.Lambda) and context.resolve(inner.args[0]) not in (
            *("int", "float", "str", "len", "abs", "bool", "ord", "chr"),
        ):
            return False
        if isinstance(inner.args[0], ast.Lambda) and not _is_steady_lambda(
            inner.args[0], region, context
        ):
            return False
    if any(isinstance(source, ast.Starred) for source in sources):
        return False  # there are few columns
    if function == "enumerate":
        sources = inner.args[:1]
    if any(context.type_of(source).name not in _SIZED for source in sources):
        return False
    return _is_left_alone(sources, region, context)


def _is_steady_lambda(mapped: ast.Lambda, region: ast.AST, context: Context) -> bool:
    """Whether the lambda gives the same in the loop as before it."""
    names = [part for part in walk(mapped.body) if isinstance(part, ast.Name)]
    own = {arg.arg for arg in walk(mapped.args) if isinstance(arg, ast.arg)}
    return context.is_pure(mapped.body) and not any(
        context.changes(name, region) for name in names if name.id not in own
    )


def _has_threads(context: Context) -> bool:
    modules: set[str] = set()
    for node in (*context.index.get(ast.Import, ()), *context.index.get(ast.ImportFrom, ())):
        match node:
            case ast.Import(names=names):
                modules |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module)):
                modules.add(module)
    return not modules.isdisjoint(_THREADS)


def _is_left_alone(sources: list[ast.expr], region: ast.AST, context: Context) -> bool:
    """Whether nothing in the region changes the sources, or runs code that may."""
    if any(isinstance(part, ast.Await | ast.Yield | ast.YieldFrom) for part in walk(region)):
        return False
    for part in walk(region):
        if isinstance(part, ast.Call) and not _is_harmless(part, context):
            return False
    return all(
        not isinstance(source, ast.Name | ast.Attribute) or not context.changes(source, region)
        for source in sources
    )


def _is_harmless(call: ast.Call, context: Context) -> bool:
    if context.purity.only_reads(call):
        return True
    match call:
        case ast.Call(
            func=ast.Attribute(
                value=ast.Name() as owner, attr="append" | "add" | "extend" | "write"
            )
        ):
            return context.type_of(owner).name in ("list", "set", "file", "deque")
    return False
