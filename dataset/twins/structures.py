"""A container becomes one that does the same in more time."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer.facts.searched_lists import is_tested, is_truth_test, statement_call
from effilint.analyzer.patterns import is_empty_container
from effilint.dataset.twins.forms import assigned_once
from effilint.dataset.twins.inverse import Change, Example, Inverse, Site
from effilint.dataset.twins.original import Original


class SetToList(Inverse):
    """A set that is only added to and searched becomes a list."""

    name = "set-to-list"
    codes = ("DST107", "DST101")
    examples = (
        Example(
            """
            def first_repeated(items):
                seen = set()
                for item in items:
                    if item in seen:
                        return item
                    seen.add(item)
            """,
            """
            def first_repeated(items):
                seen = []
                for item in items:
                    if «item in seen»:
                        return item
                    seen.append(item)
            """,
            "first_repeated([3, 1, 2, 1])",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for symbol, value in assigned_once(original):
            text = _as_list(original, value)
            if text is None:
                continue
            changes, marks = [original.put(value, text)], []
            for use in original.loads(symbol):
                call = statement_call(original.context, use, "add", "update")
                if is_tested(original.context, use):
                    test = original.context.parent(use)
                    assert test is not None
                    marks.append(original.span(test))
                elif call is not None:
                    assert isinstance(call.func, ast.Attribute)
                    method = "append" if call.func.attr == "add" else "extend"
                    changes.append(original.put(call.func, f"{symbol.name}.{method}"))
                elif not (
                    is_truth_test(original.context, use)
                    or statement_call(original.context, use, "remove")
                ):
                    break
            else:
                if marks:
                    yield Site(tuple(changes), tuple(marks))


def _as_list(original: Original, value: ast.expr) -> str | None:
    match value:
        case ast.Call(func=ast.Name("set"), args=[], keywords=[]):
            return "[]"
        case ast.Set() | ast.SetComp():
            return f"[{original.text(value)[1:-1]}]"
        case ast.Call(func=ast.Name("set"), args=[items], keywords=[]):
            return f"list({original.text(items)})"
    return None


class DequeToList(Inverse):
    """A queue becomes a list whose first item is taken out."""

    name = "deque-to-list"
    codes = ("DST102",)
    examples = (
        Example(
            """
            from collections import deque

            def order(graph, start):
                queue = deque([start])
                found = []
                while queue:
                    node = queue.popleft()
                    found.append(node)
                    queue.extend(graph[node])
                return found
            """,
            """
            from collections import deque

            def order(graph, start):
                queue = [start]
                found = []
                while queue:
                    node = «queue.pop(0)»
                    found.append(node)
                    queue.extend(graph[node])
                return found
            """,
            "order([[1, 2], [], [3], []], 0)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        for symbol, value in assigned_once(original):
            if not original.is_call(value, "collections.deque"):
                continue
            assert isinstance(value, ast.Call)
            changes = [original.put(value, _deque_as_list(original, value))]
            marks = []
            for use in original.loads(symbol):
                changed = _front(original, use)
                if changed is not None:
                    changes += changed[0]
                    marks.append(original.span(changed[1]))
                elif not _is_common(original, use):
                    break
            else:
                if marks and len(value.args) < 2:
                    yield Site(tuple(changes), tuple(marks))


def _deque_as_list(original: Original, value: ast.Call) -> str:
    match value.args:
        case [ast.List() as items]:
            return original.text(items)
        case [items]:
            return f"list({original.text(items)})"
    return "[]"


def _front(original: Original, use: ast.Name) -> tuple[list[Change], ast.Call] | None:
    """The change of a use that takes or puts the first item, and the call."""
    method = original.context.parent(use)
    call = original.context.parent(method) if method else None
    if not isinstance(method, ast.Attribute) or not isinstance(call, ast.Call):
        return None
    if call.func is not method or call.keywords:
        return None
    if method.attr == "popleft" and not call.args:
        return [original.put(call, f"{use.id}.pop(0)")], call
    if method.attr == "appendleft" and len(call.args) == 1:
        start, _ = original.span(call.args[0])
        return [original.put(method, f"{use.id}.insert"), Change(start, start, "0, ")], call
    return None


_SHARED = frozenset("append extend pop clear count index remove reverse copy".split())
_TAKING_ANY = frozenset("len sum min max any all list tuple set sorted enumerate".split())


def _is_common(original: Original, use: ast.Name) -> bool:
    """Whether a list does the same as a deque for this use."""
    context = original.context
    parent = context.parent(use)
    match parent:
        case ast.Attribute(attr=attr):
            return attr in _SHARED
        case ast.Subscript(ctx=ast.Load(), slice=place):
            return not isinstance(place, ast.Slice)
        case ast.Call(func=ast.Name() as function, args=[_]):
            return function is not use and context.resolve(function) in _TAKING_ANY
        case ast.For(iter=iterated) | ast.comprehension(iter=iterated):
            return iterated is use
    return is_truth_test(context, use) or is_tested(context, use)


class DictToPairs(Inverse):
    """A dict becomes a list of pairs that is searched from its end."""

    name = "dict-to-pairs"
    codes = ("DST104",)
    examples = (
        Example(
            """
            def pair(xs, n):
                places = {}
                for i, x in enumerate(xs):
                    if n - x in places:
                        return places[n - x], i
                    places[x] = i
            """,
            """
            def pair(xs, n):
                places = []
                for i, x in enumerate(xs):
                    if «any(key == (n - x) for key, _ in places)»:
                        return «next(value for key, value in reversed(places) if key == (n - x))», i
                    places.append((x, i))
            """,
            "pair([2, 5, 11, 7], 9)",
        ),
    )

    def sites(self, original: Original) -> Iterator[Site]:
        key, found = original.fresh("key", "k", "name"), original.fresh("value", "found", "v")
        for symbol, value in assigned_once(original):
            if not is_empty_container(value) or original.type(value).name != "dict":
                continue
            changes, marks = [original.put(value, "[]")], []
            for use in original.loads(symbol):
                made = _pair_use(original, use, key, found)
                if made is None:
                    break
                changes.append(made)
                if ".append(" not in made.text:
                    marks.append((made.start, made.end))
            else:
                if marks:
                    yield Site(tuple(changes), tuple(marks), frozenset((key, found)))


def _pair_use(original: Original, use: ast.Name, key: str, found: str) -> Change | None:
    context, name = original.context, use.id
    parent = context.parent(use)
    outer = context.parent(parent) if parent else None
    match parent, outer:
        case ast.Compare(left=item, ops=[ast.In() | ast.NotIn() as op], comparators=[container]), _:
            if container is use:
                test = f"any({key} == {original.atom(item)} for {key}, _ in {name})"
                return original.put(parent, f"(not {test})" if isinstance(op, ast.NotIn) else test)
        case ast.Subscript(ctx=ast.Store(), slice=item), ast.Assign(targets=[_], value=value):
            if not isinstance(item, ast.Tuple) and original.is_alone(outer):
                text = f"{name}.append(({original.text(item)}, {original.atom(value)}))"
                return original.put(outer, text)
        case ast.Subscript(ctx=ast.Load(), slice=item), _:
            wanted = original.atom(item)
            pairs = f"for {key}, {found} in reversed({name}) if {key} == {wanted}"
            return original.put(parent, f"next({found} {pairs})")
        case ast.Attribute(attr="get"), ast.Call(args=[item, default], keywords=[]):
            wanted = original.atom(item)
            pairs = f"for {key}, {found} in reversed({name}) if {key} == {wanted}"
            return original.put(outer, f"next(({found} {pairs}), {original.text(default)})")
    return None
