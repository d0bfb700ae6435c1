from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    AddImport,
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    Tier,
    replacement,
)
from effilint.analyzer.patterns import is_constant, is_empty_container, same, sole_statement
from effilint.analyzer.rewrite import statements

_ADDING = {"append": "list", "add": "set", "appendleft": "deque"}


class TryKeyErrorInit(Rule):
    """A `KeyError` is raised and caught for every new key to put the first value in.

    A raised exception costs as much as ten lookups; `defaultdict` makes the first value itself.
    Where nearly all keys are there already it gains little. The fix, for a dict made in the
    same function, assumes that nobody minds that it is a `defaultdict`, and that no other code
    relies on its `KeyError`.
    """

    code = "OTH301"
    name = "try-keyerror-init"
    message = "Every new key of `{mapping}` costs a raised and caught `KeyError`"
    advice = "Use a `defaultdict({factory})`, or `{mapping}.setdefault(...)`"
    gain = Gain("O(n) exceptions", "O(n)", {10: 1.1, 1_000: 1.3, 10_000: 1.3}, Tier.IDIOM)
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def counted(words):
                counts = {}
                for word in words:
                    try:  # OTH301
                        counts[word] += 1
                    except KeyError:
                        counts[word] = 1
                return counts
            """,
            fixed="""
            from collections import defaultdict


            def counted(words):
                counts = defaultdict(int)
                for word in words:
                    counts[word] += 1
                return counts
            """,
            workload="counted([k // 2 for k in range(n)])",
        ),
        # Grouping; unpacked targets, sets.
        Bad(
            """
            def grouped(pairs):
                groups = {}
                for key, value in pairs:
                    try:  # OTH301
                        groups[key].add(value)
                    except KeyError:
                        groups[key] = {value}
                return groups
            """,
            fixed="""
            from collections import defaultdict


            def grouped(pairs):
                groups = defaultdict(set)
                for key, value in pairs:
                    groups[key].add(value)
                return groups
            """,
        ),
        # A `while` loop, an attribute as the key.
        Bad(
            """
            def counts(stack):
                seen = dict()
                while stack:
                    node = stack.pop()
                    try:  # OTH301
                        seen[node.kind] += 1
                    except KeyError:
                        seen[node.kind] = 1
                return sorted(seen)
            """,
            fixed="""
            from collections import defaultdict


            def counts(stack):
                seen = defaultdict(int)
                while stack:
                    node = stack.pop()
                    seen[node.kind] += 1
                return sorted(seen)
            """,
        ),
        # The dict is an attribute; the value is read and stored back.
        Bad(
            """
            class Words:
                def __init__(self):
                    self.counts = {}

                def read(self, lines):
                    for line in lines:
                        for word in line.split():
                            try:  # OTH301
                                self.counts[word] = self.counts[word] + 1
                            except KeyError:
                                self.counts[word] = 1
            """
        ),
        # A helper that a loop calls.
        Bad(
            """
            def link(edges, start, end):
                try:  # OTH301
                    edges[start].add(end)
                except KeyError:
                    edges[start] = {end}

            def graph(pairs):
                edges: dict[str, set[str]] = {}
                for start, end in pairs:
                    link(edges, start, end)
                return edges
            """
        ),
        # The handler makes it empty; what follows adds.
        Bad(
            """
            def positions(text):
                found = {}
                for place, char in enumerate(text):
                    try:  # OTH301
                        found[char]
                    except KeyError:
                        found[char] = []
                    found[char].append(place)
                return found
            """
        ),
        # Without a fix: the `KeyError` is wanted further down.
        Bad(
            """
            def most(words, wanted):
                counts = {}
                for word in words:
                    try:  # OTH301
                        counts[word] += 1
                    except KeyError:
                        counts[word] = 1
                try:
                    return counts[wanted]
                except KeyError:
                    return None
            """
        ),
        # The value is costly and mostly there: a cache.
        Good(
            """
            def load_all(names, cache):
                for name in names:
                    try:
                        cache[name] += 1
                    except KeyError:
                        cache[name] = load(name)
            """
        ),
        # An unknown key is counted elsewhere.
        Good(
            """
            def count(words, known, rest):
                for word in words:
                    try:
                        known[word] += 1
                    except KeyError:
                        rest.append(word)
            """
        ),
        # Once.
        Good(
            """
            def note(groups, key, value):
                try:
                    groups[key].append(value)
                except KeyError:
                    groups[key] = [value]
            """
        ),
        # The exception may come from `names`.
        Good(
            """
            def grouped(pairs, names, groups):
                for key, value in pairs:
                    try:
                        groups[names[key]].append(value)
                    except KeyError:
                        groups[names[key]] = [value]
            """
        ),
    )

    def visit_Try(self, node: ast.Try, context: Context) -> Iterator[Finding]:
        step = sole_statement(node.body)
        if step is None or len(node.handlers) != 1 or node.orelse or node.finalbody:
            return
        place, factory, item = _updated(step)
        if place is None or not _is_first_value(node.handlers[0], place, factory, item, step):
            return
        if not _is_plain(place) or not _is_repeated(node, context):
            return
        kind = context.type_of(place.value).name
        if kind not in ("dict", "unknown", "OrderedDict"):
            return
        edits: list[Edit | AddImport] = []
        made = _made_here(place.value, context)
        if item is not None and any(same(part, place.value) for part in ast.walk(item)):
            return
        if _is_asked_elsewhere(node, place.value, context):
            made = None
        if made is not None and item is not None and factory in ("list", "set", "int"):
            edits = [
                Edit(made, replacement(f"defaultdict({factory})")),
                Edit(node, statements(context.segment(step))),
                AddImport("collections", "defaultdict"),
            ]
        yield self.report(node, *edits, mapping=context.segment(place.value), factory=factory)


def _updated(step: ast.stmt) -> tuple[ast.Subscript | None, str, ast.expr | None]:
    """The place `d[k]`, what makes a first value for it, and the item that goes there."""
    match step:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Subscript() as place, attr=attr), args=[item]
            )
        ) if attr in _ADDING:
            return place, _ADDING[attr], item
        case ast.AugAssign(target=ast.Subscript() as place, op=ast.Add(), value=item):
            return place, "int", item
        case ast.Expr(value=ast.Subscript() as place):
            return place, "list", None
        case ast.Assign(
            targets=[ast.Subscript() as place],
            value=ast.BinOp(op=ast.Add(), left=left, right=item),
        ) if same(left, place):
            return place, "int", item
    return None, "", None


def _is_first_value(
    handler: ast.ExceptHandler,
    place: ast.Subscript,
    factory: str,
    item: ast.expr | None,
    step: ast.stmt,
) -> bool:
    """Whether the handler stores in the place what adding to an empty value would give."""
    if not isinstance(handler.type, ast.Name) or handler.type.id != "KeyError":
        return False
    match handler.body:
        case [ast.Assign(targets=[target], value=value)] if same(target, place):
            if factory == "int":
                return (
                    isinstance(item, ast.Constant)
                    and isinstance(item.value, int)
                    and same(value, item)
                )
            return is_empty_container(value) if item is None else _holds_only(value, item)
        case [ast.Assign(targets=[target], value=value), again] if same(target, place):
            is_empty = is_constant(value, 0) if factory == "int" else is_empty_container(value)
            return is_empty and same(again, step)
    return False


def _holds_only(value: ast.expr, item: ast.expr) -> bool:
    match value:
        case ast.List(elts=[only]) | ast.Set(elts=[only]):
            return same(only, item)
        case ast.Call(
            func=ast.Name("set" | "deque"), args=[ast.List(elts=[only]) | ast.Tuple(elts=[only])]
        ):
            return same(only, item)
    return False


def _is_plain(place: ast.Subscript) -> bool:
    """Whether only the lookup itself can raise `KeyError`."""
    return not any(
        isinstance(node, ast.Subscript | ast.Call | ast.Await | ast.NamedExpr)
        for part in (place.value, place.slice)
        for node in ast.walk(part)
    )


def _is_repeated(node: ast.Try, context: Context) -> bool:
    if context.loops(node):
        return bool(context.hot_loops(node))
    function = context.function(node)
    return function is not None and context.calls.called_in_loop(function) is not None


def _is_asked_elsewhere(node: ast.Try, mapping: ast.expr, context: Context) -> bool:
    """Whether another `try` of the function waits for the `KeyError` of the dict."""
    for use in context.uses(mapping) if isinstance(mapping, ast.Name) else ():
        for outer in context.ancestors(use):
            if isinstance(outer, ast.Try) and outer is not node and outer.handlers:
                return not context.inside(node, outer)
    return False


def _made_here(mapping: ast.expr, context: Context) -> ast.expr | None:
    """The `{}` that the variable starts as, if nothing else is ever bound to it."""
    if not isinstance(mapping, ast.Name):
        return None
    value = context.sole_value(mapping)
    if value is None or not is_empty_container(value):
        return None
    return value if context.function(value) is context.function(mapping) else None
