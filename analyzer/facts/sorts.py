"""Hand-written sorts: nested loops that do nothing but bring the items of a list into order."""

from __future__ import annotations

import ast

from effilint.analyzer.patterns import is_constant, is_name, names_in, range_bounds, same, walk

_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def sort_kind(
    outer: ast.For | ast.While, inner: ast.For | ast.While
) -> tuple[str, ast.expr] | None:
    """Which sort the two loops are, and the list; None if they do anything else."""
    if _counts(outer) or _is_part(outer):
        return None
    return (
        _exchange(outer, inner)
        or _selection(outer, inner)
        or _insertion(outer, inner)
        or _sinking(outer, inner)
    )


def _counts(outer: ast.For | ast.While) -> bool:
    """Whether a number grows that only what follows the loops reads."""
    counted = {
        s.target.id
        for s in walk(outer)
        if isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Name)
    }
    read = {n.id for n in walk(outer) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return not counted <= read


def _is_part(outer: ast.For | ast.While) -> bool:
    """Whether the loop starts at a variable: a larger sort may leave small parts to this one."""
    bounds = range_bounds(outer.iter) if isinstance(outer, ast.For) else None
    return bounds is not None and is_constant(bounds[2], 1) and isinstance(bounds[0], ast.Name)


def _exchange(
    outer: ast.For | ast.While, inner: ast.For | ast.While
) -> tuple[str, ast.expr] | None:
    """`if a[j] > a[j + 1]: swap`, or with `a[i]` and `a[j]` of the two loops."""
    tests = [s for s in inner.body if isinstance(s, ast.If)]
    others = [s for s in outer.body if s is not inner]
    others += [s for s in inner.body if not isinstance(s, ast.If)]
    if len(tests) != 1 or tests[0].orelse or not all(_is_bookkeeping(s) for s in others):
        return None
    pair = _ordered_items(tests[0].test)
    if pair is None or not _is_walk(outer, inner, *pair):
        return None
    rest = _without_swap(tests[0].body, *pair)
    if rest is None or not all(_is_bookkeeping(s) for s in rest):
        return None
    if any(isinstance(s, ast.AugAssign) for s in rest):
        return None  # the swaps are counted
    return "bubble", pair[0].value


def _selection(
    outer: ast.For | ast.While, inner: ast.For | ast.While
) -> tuple[str, ast.expr] | None:
    """`if a[j] < a[least]: least = j` in the inner loop, and a swap after it."""
    match inner.body:
        case [
            ast.If(
                test=test,
                body=[ast.Assign(targets=[ast.Name(id=least)], value=ast.Name(id=place))],
                orelse=[],
            ),
            *rest,
        ] if all(_is_bookkeeping(s) for s in rest):
            pair = _ordered_items(test)
        case _:
            return None
    if pair is None or {least, place} != {getattr(p.slice, "id", "") for p in pair}:
        return None
    after = outer.body[outer.body.index(inner) + 1 :]
    before = outer.body[: outer.body.index(inner)]
    swap = after[0].body if after and isinstance(after[0], ast.If) else after
    if not swap or not all(_is_bookkeeping(s) for s in (*before, *after[1:])):
        return None
    wanted = next(p for p in pair if is_name(p.slice, least))
    for statement in swap:
        for node in walk(statement):
            if isinstance(node, ast.Subscript) and same(node, wanted):
                is_swap = all(_touches(s, wanted.value) for s in swap)
                return ("selection", wanted.value) if is_swap else None
    return None


def _insertion(
    outer: ast.For | ast.While, inner: ast.For | ast.While
) -> tuple[str, ast.expr] | None:
    """`while j >= 0 and a[j] > item: a[j + 1] = a[j]; j -= 1`, then `a[j + 1] = item`."""
    if not isinstance(inner, ast.While) or not isinstance(inner.test, ast.BoolOp):
        return None
    match inner.body:
        case [
            ast.Assign(targets=[ast.Subscript(value=target)], value=ast.Subscript(value=source)),
            ast.AugAssign(target=ast.Name(id=place), op=ast.Sub(), value=ast.Constant(value=1)),
        ] if same(target, source):
            pass
        case _:
            return None
    is_ordered = any(
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], _ORDER)
        and any(
            isinstance(part, ast.Subscript) and same(part.value, source) and place in names_in(part)
            for part in walk(test)
        )
        for test in inner.test.values
    )
    last = outer.body[-1]
    others = [s for s in outer.body if s is not inner and s is not last]
    is_put = isinstance(last, ast.Assign) and _touches(last, source)
    is_put = is_put and any(_holds(s, last, source) for s in others)
    plain = all(isinstance(s, ast.Assign) and len(s.targets) == 1 for s in others)
    return ("insertion", source) if is_ordered and is_put and plain and len(others) <= 2 else None


def _holds(statement: ast.stmt, last: ast.stmt, source: ast.expr) -> bool:
    """Whether the item that the last statement puts into the list was taken out of it here."""
    match statement, last:
        case ast.Assign(targets=[target], value=value), ast.Assign(value=ast.Name(id=item)):
            is_taken = any(
                isinstance(node, ast.Subscript) and same(node.value, source) for node in walk(value)
            )
            return is_taken and item in names_in(target)
    return False


def _sinking(outer: ast.For | ast.While, inner: ast.For | ast.While) -> tuple[str, ast.expr] | None:
    """`while j > 0 and a[j - 1] > a[j]: swap; j -= 1`."""
    if not isinstance(inner, ast.While) or not isinstance(inner.test, ast.BoolOp):
        return None
    pairs = [pair for test in inner.test.values if (pair := _ordered_items(test)) is not None]
    others = [s for s in outer.body if s is not inner]
    if len(pairs) != 1 or not all(_is_bookkeeping(s) for s in others):
        return None
    rest = _without_swap(inner.body, *pairs[0])
    match rest:
        case [ast.AugAssign(target=ast.Name(), op=ast.Sub(), value=ast.Constant(value=1)) as step]:
            places = [part.slice for part in pairs[0]]
            if {name for place in places for name in names_in(place)} == names_in(step.target):
                return "insertion", pairs[0][0].value
    return None


def _ordered_items(test: ast.expr) -> tuple[ast.Subscript, ast.Subscript] | None:
    """The two items of one sequence that a comparison orders, by themselves or by a key."""
    match test:
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if isinstance(
            operator, _ORDER
        ):
            one, other = _item(left), _item(right)
            if one is None or other is None or not same(one.value, other.value):
                return None
            return None if same(one.slice, other.slice) else (one, other)
    return None


def _item(node: ast.expr) -> ast.Subscript | None:
    """The `a[i]` in `a[i]`, `a[i].key`, `a[i]["key"]` or `key(a[i])`."""
    match node:
        case ast.Call(args=[inner], keywords=[]):
            return _item(inner)
        case ast.Subscript(value=ast.Name() | ast.Attribute(), slice=place):
            return None if isinstance(place, ast.Constant | ast.Slice) else node
        case ast.Subscript(value=inner, slice=ast.Constant()) | ast.Attribute(value=inner):
            return _item(inner)
    return None


def _is_walk(
    outer: ast.For | ast.While,
    inner: ast.For | ast.While,
    one: ast.Subscript,
    other: ast.Subscript,
) -> bool:
    """Whether the items are neighbours, or the items at the places of the two loops."""
    places = one.slice, other.slice
    for near, far in (places, places[::-1]):
        match far:
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=ast.Constant(value=1)) if (
                isinstance(near, ast.Name) and same(left, near)
            ):
                return near.id in _moved(inner)
    if not all(isinstance(place, ast.Name) for place in places):
        return False
    first, second = (getattr(place, "id", "") for place in places)
    return (first in _moved(outer) and second in _moved(inner)) or (
        second in _moved(outer) and first in _moved(inner)
    )


def _moved(loop: ast.For | ast.While) -> set[str]:
    """The variables that a loop moves one place on in each pass."""
    if isinstance(loop, ast.For):
        return names_in(loop.target)
    return {
        s.target.id
        for s in loop.body
        if isinstance(s, ast.AugAssign)
        and isinstance(s.target, ast.Name)
        and isinstance(s.value, ast.Constant)
        and s.value.value == 1
    }


def _without_swap(
    body: list[ast.stmt], one: ast.Subscript, other: ast.Subscript
) -> list[ast.stmt] | None:
    """The statements besides the swap of the two items; None if they are not swapped."""
    stored = [
        s
        for s in body
        if isinstance(s, ast.Assign)
        and any(same(t, one) or same(t, other) for t in walk(s.targets[0]))
    ]
    held = [
        s
        for s in body
        if isinstance(s, ast.Assign)
        and isinstance(s.targets[0], ast.Name)
        and (same(s.value, one) or same(s.value, other))
    ]
    targets = {
        i
        for s in stored
        for t in walk(s.targets[0])
        for i, w in enumerate((one, other))
        if same(t, w)
    }
    if targets != {0, 1} or (len(stored) == 2 and not held):
        return None
    used = {*stored, *held}
    return [s for s in body if s not in used]


def _touches(statement: ast.stmt, sequence: ast.expr) -> bool:
    return any(same(node, sequence) for node in walk(statement))


def _is_bookkeeping(statement: ast.stmt) -> bool:
    """Whether a statement only sets a flag, moves an index or ends the loop."""
    match statement:
        case ast.Assign(targets=[ast.Name()], value=ast.Constant(value=bool()) | ast.Name()):
            return True
        case ast.Assign(targets=[ast.Name()], value=ast.Constant(value=0)):
            return True
        case ast.Assign(
            targets=[ast.Name()],
            value=ast.BinOp(left=ast.Name(), right=ast.Constant(value=1)),
        ):
            return True
        case ast.AugAssign(target=ast.Name(), value=ast.Constant(value=1)):
            return True
        case ast.Break() | ast.Pass() | ast.Continue():
            return True
        case ast.If(body=[ast.Break() | ast.Return(value=None)], orelse=[]):
            return True
    return False
