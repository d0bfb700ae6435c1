from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, statements
from effilint.analyzer.facts.accumulators import (
    carrying_loops,
    is_first_step,
    is_helper_step,
    is_kept,
    is_own,
)
from effilint.analyzer.facts.rebinding import rebinding
from effilint.analyzer.patterns import same


class DictSetRebindMerge(Rule):
    """A dict or set is rebuilt from itself to add to it, in a loop.

    `d = {**d, key: value}`, `d = d | other` and `s = s.union(other)` copy all of it in every
    pass; assigning a key, `add` and `update` work in place. The fix assumes that no other
    variable holds the same object.
    """

    code = "DST502"
    name = "dict-set-rebind-merge"
    message = "Every pass of the loop copies all of the {kind} `{target}` to add to it"
    advice = "{advice}"
    gain = Gain("O(n^2)", "O(n)", {10: 1.7, 1_000: 11.0, 5_000: 51.0})
    safety = Safety.UNSAFE
    calls = frozenset({"reduce"})
    examples = (
        Bad(
            """
            def lengths(words):
                found = {}
                for word in words:
                    found = {**found, word: len(word)}  # DST502
                return found
            """,
            fixed="""
            def lengths(words):
                found = {}
                for word in words:
                    found[word] = len(word)
                return found
            """,
            workload="lengths([str(i) for i in range(n)])",
        ),
        Bad(
            """
            def reachable(start, edges):
                seen = {start}
                pending = [start]
                while pending:
                    node = pending.pop()
                    for other in edges[node]:
                        if other not in seen:
                            seen = seen | {other}  # DST502
                            pending.append(other)
                return seen
            """,
            fixed="""
            def reachable(start, edges):
                seen = {start}
                pending = [start]
                while pending:
                    node = pending.pop()
                    for other in edges[node]:
                        if other not in seen:
                            seen.add(other)
                            pending.append(other)
                return seen
            """,
        ),
        Bad(
            """
            def letters(words):
                found = set()
                for word in words:
                    found = found.union(word)  # DST502
                return found
            """,
            fixed="""
            def letters(words):
                found = set()
                for word in words:
                    found.update(word)
                return found
            """,
        ),
        Bad(
            """
            class Settings:
                def __init__(self):
                    self.known = {}

                def load(self, files):
                    for file in files:
                        self.known = dict(self.known, **file.read())  # DST502
            """
        ),
        Bad(
            """
            def names(nodes):
                found = frozenset()
                for node in nodes:
                    found |= {node.name}  # DST502
                return found
            """
        ),
        Bad(
            """
            import functools

            def merged(parts):
                return functools.reduce(lambda all, part: {**all, **part}, parts, {})  # DST502
            """
        ),
        # `|=` works in place on a dict.
        Good(
            """
            def merged(parts):
                found = {}
                for part in parts:
                    found |= part
                return found
            """
        ),
        # Every state is wanted.
        Good(
            """
            def scopes(names):
                known, found = {}, []
                for name in names:
                    known = {**known, name: len(known)}
                    found.append(known)
                return found
            """
        ),
        # The dict so far is put into the next one.
        Good(
            """
            def nested(names):
                known = {}
                for name in names:
                    known = {**known, name: known}
                return known
            """
        ),
        # Another object in every pass.
        Good(
            """
            def filled(rows, defaults):
                for row in rows:
                    full = {**defaults, "id": 0}
                    full = full | row
                    yield full
            """
        ),
        # It gets smaller, not larger.
        Good(
            """
            def common(groups):
                found = set(groups[0])
                for group in groups:
                    found = found & set(group)
                return found
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node.args:
            case [ast.Lambda(args=ast.arguments(args=[old, _]), body=body), _, start]:
                target = ast.Name(old.arg, ast.Load())
                kind = context.type_of(start).name
                if not _is_growth(target, body) or kind not in ("dict", "set", "frozenset"):
                    return
                if context.resolve(node.func) == "functools.reduce":
                    advice = f"Add to one {kind} in a loop"
                    yield self.report(body, target=old.arg, kind=kind, advice=advice)

    def visit_AugAssign(self, node: ast.AugAssign, context: Context) -> Iterator[Finding]:
        # In place for a set, a copy for a frozenset.
        if isinstance(node.op, ast.BitOr):
            yield from self._check(node, context, frozenset(("frozenset",)))

    def visit_Assign(self, node: ast.Assign, context: Context) -> Iterator[Finding]:
        yield from self._check(node, context, frozenset(("dict", "set", "frozenset")))

    def _check(self, node: ast.stmt, context: Context, kinds: frozenset[str]) -> Iterator[Finding]:
        parts = rebinding(node)
        if parts is None or not _is_growth(*parts):
            return
        target, value = parts
        loops = carrying_loops(context, node, target, _is_growth)
        if not loops and not is_helper_step(context, node, target, _is_growth):
            return
        kind = context.type_of(target).name
        if kind not in kinds:
            return
        if loops and is_kept(context, target, loops[0], _is_growth):
            return
        region = loops[-1] if loops else context.function(node)
        if region is not None and not is_first_step(node, target, region, _is_growth):
            return
        place = context.segment(target)
        if kind == "frozenset":
            advice = "Add to a set and make the frozenset after the loop"
            yield self.report(node, target=place, kind=kind, advice=advice)
            return
        added = place + _added(value, context)
        edits: list[Edit] = []
        if isinstance(target, ast.Name) and loops and is_own(context, target, loops[-1]):
            edits = [Edit(node, statements(added))]
        yield self.report(node, *edits, target=place, kind=kind, advice=f"Use `{added}`")


def _is_growth(target: ast.expr, value: ast.expr) -> bool:
    match value:
        case ast.Dict(keys=[None, *keys], values=[first, *others]):
            is_kept = any(same(other, target) for other in others)  # in itself
            return bool(keys) and same(first, target) and not is_kept
        case ast.Set(elts=[ast.Starred(value=first), *rest]):
            return bool(rest) and same(first, target)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return same(left, target) and not same(right, target)
        case ast.Call(func=ast.Attribute(value=first, attr="union"), args=[other]):
            return same(first, target) and not isinstance(other, ast.Starred)
        case ast.Call(func=ast.Name("dict"), args=[first], keywords=[_, *_]):
            return same(first, target)
    return False


def _added(value: ast.expr, context: Context) -> str:
    """How to add in place what `value` adds to the old object."""
    segment = context.segment
    match value:
        case ast.Dict(keys=[None, ast.expr() as key], values=[_, item]):
            return f"[{segment(key)}] = {segment(item)}"
        case ast.Dict(keys=[_, *keys], values=[_, *items]):
            pairs = [
                f"{segment(k)}: {segment(v)}" if k else f"**{segment(v)}"
                for k, v in zip(keys, items, strict=True)
            ]
            if len(keys) == 1:
                return f".update({segment(items[0])})"
            return f".update({{{', '.join(pairs)}}})"
        case ast.Set(elts=[_, ast.Starred(value=other)]):
            return f".update({segment(other)})"
        case ast.Set(elts=[_, item]) | ast.BinOp(right=ast.Set(elts=[item])) if not isinstance(
            item, ast.Starred
        ):
            return f".add({segment(item)})"
        case ast.Set(elts=[_, *items]):
            return f".update({{{', '.join(segment(item) for item in items)}}})"
        case ast.BinOp(right=right):
            return f" |= {segment(right)}"
        case ast.Call(func=ast.Attribute(), args=[other]):
            return f".update({segment(other)})"
        case ast.Call(keywords=keywords):
            return f".update({', '.join(segment(keyword) for keyword in keywords)})"
    return f".update({segment(value)})"
