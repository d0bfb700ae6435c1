from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.patterns import constant_int, is_constant, names_in, range_bounds, walk

_SMALL = 16
_ADVICE = {
    "sum": "Keep a running sum: add the item that enters, subtract the one that leaves",
    "min": "Keep a `deque` of candidates, the smallest first",
    "max": "Keep a `deque` of candidates, the largest first",
    "sorted": "Keep the window sorted with `bisect`, or count its items in a `Counter`",
    "set": "Count the items of the window in a dict as they enter and leave",
    "collections.Counter": "Update one `Counter` as items enter and leave",
}


class SlidingWindowSlice(Rule):
    """Every window of a sequence is sliced and summed up anew.

    Neighbouring windows share all items but two: what was found for one can be updated for the
    next in constant time instead of looking at `k` items again.
    """

    code = "DST402"
    name = "sliding-window-slice"
    message = "`{function}` goes through all items of every window of `{sequence}` again"
    advice = "{advice}"
    gain = Gain("O(n*k)", "O(n)", {200: 4.1, 1_000: 4.8, 10_000: 5.0})
    calls = frozenset({"sum", "min", "max", "sorted", "set", "Counter"})
    examples = (
        Bad(
            """
            def best(values, size):
                most = 0
                for i in range(len(values) - size + 1):
                    most = max(most, sum(values[i : i + size]))  # DST402
                return most
            """,
            fixed="""
            def best(values, size):
                current = sum(values[:size])
                most = max(0, current)
                for i in range(size, len(values)):
                    current += values[i] - values[i - size]
                    most = max(most, current)
                return most
            """,
            workload="best([i % 17 for i in range(n)], min(n, 100))",
        ),
        Bad(
            """
            def peaks(values, size):
                return [max(values[i - size : i]) for i in range(size, len(values) + 1)]  # DST402
            """
        ),
        Bad(
            """
            class Reader:
                def start(self, size):
                    i = 0
                    while i + size <= len(self.text):
                        if len(set(self.text[i : i + size])) == size:  # DST402
                            return i + size
                        i += 1
            """
        ),
        Bad(
            """
            def anagrams(text, word):
                wanted = sorted(word)
                for i, _ in enumerate(text):
                    if sorted(text[i : i + len(word)]) == wanted:  # DST402
                        yield i
            """
        ),
        # Chunks that do not overlap.
        Good(
            """
            def totals(values, size):
                return [sum(values[i : i + size]) for i in range(0, len(values), size)]
            """
        ),
        # Three items.
        Good(
            """
            def smooth(values):
                return [sum(values[i : i + 3]) / 3 for i in range(len(values) - 2)]
            """
        ),
        # The window does not move with the loop.
        Good(
            """
            def above(values, start, size):
                found = 0
                for value in values:
                    if value > max(values[start : start + size]):
                        found += 1
                return found
            """
        ),
        # The size differs from pass to pass.
        Good(
            """
            def totals(values, sizes):
                return [sum(values[i : i + sizes[i]]) for i in range(len(values))]
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node.args:
            case [
                ast.Subscript(
                    value=sequence,
                    slice=ast.Slice(
                        lower=ast.expr() as lower, upper=ast.expr() as upper, step=None
                    ),
                )
            ]:
                pass
            case _:
                return
        step, size = _linear(lower), _linear(upper)
        size.subtract(step)
        width = {name: times for name, times in size.items() if times}
        loops = context.hot_loops(node)
        loop = next((one for one in loops if _moves(one, step)), None)
        if loop is None or not _is_wide(width, loop, context):
            return
        function = context.resolve(node.func)
        if function not in _ADVICE or not context.is_invariant(sequence, loop):
            return
        name = context.segment(node.func)
        place = context.segment(sequence)
        yield self.report(node, function=name, sequence=place, advice=_ADVICE[function])


def _linear(node: ast.expr) -> Counter[str]:
    """How often each term is added in a sum; `1` counts the constant part."""
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as operator, right=right):
            found, other = _linear(left), _linear(right)
            if isinstance(operator, ast.Add):
                found.update(other)
            else:
                found.subtract(other)
            return found
        case ast.Call(func=ast.Name("max"), args=[ast.Constant(value=0), inner]):
            return _linear(inner)
        case ast.Call(func=ast.Name("min"), args=[inner, _]):
            return _linear(inner)
    number = constant_int(node)
    return Counter({ast.unparse(node): 1}) if number is None else Counter({"1": number})


def _moves(loop: Loop, start: Counter[str]) -> bool:
    """Whether the loop moves `start` on by one item a pass."""
    moving: set[str] = set()
    if isinstance(loop, ast.While):
        moving = _counted(loop)
    else:
        match loop.target, loop.iter:
            case ast.Name(id=name), ast.Call() as steps:
                bounds = range_bounds(steps)
                moving = {name} if bounds and is_constant(bounds[2], 1) else set()
            case ast.Tuple(elts=[ast.Name(id=name), _]), ast.Call(func=ast.Name("enumerate")):
                moving = {name}
    return any(start.get(name) == 1 for name in moving)


def _counted(loop: ast.While) -> set[str]:
    """The names that the loop counts up by one."""
    return {
        node.target.id
        for node in loop.body
        if isinstance(node, ast.AugAssign)
        and isinstance(node.op, ast.Add)
        and isinstance(node.target, ast.Name)
        and is_constant(node.value, 1)
    }


def _is_wide(width: dict[str, int], loop: Loop, context: Context) -> bool:
    """Whether a window may hold many items, the same number in every pass."""
    if not width or not set(width) - {"1"}:
        return width.get("1", 0) > _SMALL
    terms = {term: ast.parse(term, mode="eval").body for term in width if term != "1"}
    read = set().union(*(names_in(term) for term in terms.values()))
    constants = [context.sole_value(name) for name in _names_named(read, loop)]
    if any(number is not None and number <= _SMALL for number in map(constant_int, constants)):
        return False
    return not _is_bound_in(read, loop, context)


def _names_named(names: set[str], loop: Loop) -> list[ast.Name]:
    return [node for node in walk(loop) if isinstance(node, ast.Name) and node.id in names]


def _is_bound_in(names: set[str], loop: Loop, context: Context) -> bool:
    region = context.parent(loop) if isinstance(loop, ast.comprehension) else loop
    assert region is not None
    return any(
        isinstance(node, ast.Name) and node.id in names and not isinstance(node.ctx, ast.Load)
        for node in walk(region)
    )
