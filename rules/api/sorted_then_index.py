from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    remove,
    replacement,
)
from effilint.analyzer.facts.errors import may_be_caught
from effilint.analyzer.facts.private import is_made_for, leaks, surely_runs
from effilint.analyzer.patterns import constant_int

_DISPLAYS = (ast.List, ast.Tuple, ast.Set)
_SHUFFLED = "[[i * i * 7919 % 1000003 for i in range(n)]]"
_ERRORS = (IndexError, ValueError)


class SortedThenIndex(Rule):
    """A whole sequence is sorted to take its smallest or largest item.

    Sorting costs `O(n log n)`; `min` and `max` find the item in one pass. The fix assumes that
    there is an item, for else they raise `ValueError` instead of `IndexError`, that the items have
    a total order (no NaN), and that equal ones are alike (not 1 and 1.0). Inside a `try` or `with`
    that could see the other exception there is no fix. With a `key`, `sorted(...)[-1]` is the last
    of equal items and `max` the first: the items are gone through from the back then.
    """

    code = "API101"
    name = "sorted-then-index"
    safety = Safety.UNSAFE
    message = "The whole sequence is sorted to take its {which} item"
    advice = "Use `{call}`"
    gain = Gain("O(n log n)", "O(n)", {10: 0.82, 1_000: 2.2, 100_000: 9.3})
    calls = frozenset({"sorted", "sort"})
    examples = (
        Bad(
            """
            def cheapest(prices):
                return sorted(prices)[0]  # API101
            """,
            fixed="""
            def cheapest(prices):
                return min(prices)
            """,
            workload=f"[cheapest(xs) for xs in {_SHUFFLED} for _ in range(20)]",
        ),
        Bad(
            """
            def longest(words):
                return sorted(words, key=len, reverse=True)[0].upper()  # API101
            """,
            fixed="""
            def longest(words):
                return max(words, key=len).upper()
            """,
        ),
        # The sorted list has a name, but only its first item is used.
        Bad(
            """
            def earliest(events):
                ranked = sorted(event.time for event in events)  # API101
                return ranked[0] - 1
            """,
            fixed="""
            def earliest(events):
                ranked = min(event.time for event in events)
                return ranked - 1
            """,
        ),
        # A list made here is sorted in place.
        Bad(
            """
            def fastest(laps):
                times = []
                times.extend(lap * 2 for lap in laps)
                times.sort(reverse=True)  # API101
                return times[-1]
            """,
            fixed="""
            def fastest(laps):
                times = []
                times.extend(lap * 2 for lap in laps)
                return min(times)
            """,
            workload="fastest([(i * 7919) % 10007 for i in range(n)])",
        ),
        # Without a fix: `min` raises another exception.
        Bad(
            """
            def lowest(self):
                try:
                    return sorted(self.bids)[0]  # API101
                except IndexError:
                    return None
            """
        ),
        # From the back, so that the last of equal ones is taken as before.
        Bad(
            """
            def commonest(words: list[str]):
                return sorted(words, key=words.count)[-1]  # API101
            """,
            fixed="""
            def commonest(words: list[str]):
                return max(reversed(words), key=words.count)
            """,
            workload="commonest([str(i * 7 % 5) for i in range(n % 97)])",
        ),
        # A dict has a last item too, but of what kind `votes` is nothing shows.
        Bad(
            """
            def winner(votes):
                return sorted(votes.items(), key=lambda vote: vote[1])[-1][0]  # API101
            """,
            fixed="""
            def winner(votes):
                return max(reversed(list(votes.items())), key=lambda vote: vote[1])[0]
            """,
            workload="winner({str(i): i * 7 % 5 for i in range(n)})",
        ),
        # More than one item is used; two are sorted as fast as compared.
        Good(
            """
            def first_two(prices, a, b):
                ranked = sorted(prices)
                return ranked[0], ranked[1], sorted((a, b))[0]
            """
        ),
        # The caller sees that its list is sorted.
        Good(
            """
            def cheapest(prices):
                prices.sort()
                return prices[0]
            """
        ),
        # As it grows, the list is sorted anew and read from the front.
        Good(
            """
            def smallest_so_far(prices):
                seen = []
                for price in prices:
                    seen.append(price)
                    seen.sort()
                    print(seen[0])
            """
        ),
        # A test says the same in another way on purpose.
        Good(
            """
            def test_smallest(self):
                first = sorted(self.data)[0]
                self.assertEqual(smallest(self.data), first)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        parent = context.parent(node)
        if isinstance(node.func, ast.Attribute):
            if node.func.attr == "sort" and isinstance(parent, ast.Expr):
                yield from self._sorted_in_place(node, node.func.value, context)
            return
        if not _is_large_sort(node, context):
            return
        if _end_of(parent, node) is not None:
            yield from self._indexed(node, parent, context)  # type: ignore[arg-type]
        elif isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
            yield from self._named(node, parent, parent.targets[0], context)

    def _indexed(self, node: ast.Call, index: ast.Subscript, context: Context) -> Iterator[Finding]:
        found = _pick(node, node.args[0], index, context)
        if found is None:
            return
        which, call = found
        fits = not may_be_caught(index, _ERRORS, context)
        edits = [Edit(index, replacement(call))] if fits else []
        yield self.report(index, *edits, which=which, call=call)

    def _named(
        self, node: ast.Call, statement: ast.Assign, target: ast.Name, context: Context
    ) -> Iterator[Finding]:
        """`ranked = sorted(x)`, and all that is read is `ranked[0]`."""
        if len(statement.targets) != 1 or context.sole_value(target) is not node:
            return
        variable = context.symbol(target)
        if variable is None or not variable.scope.is_function:
            return
        index = _only_index(context.uses(target), context)
        if index is None or (found := _pick(node, node.args[0], index, context)) is None:
            return
        which, call = found
        edits = []
        if not may_be_caught(index, _ERRORS, context):
            if _is_next(index, statement, context):
                edits = [Edit(node, replacement(call)), Edit(index, replacement(target.id))]
        yield self.report(node, *edits, which=which, call=call)

    def _sorted_in_place(
        self, node: ast.Call, owner: ast.expr, context: Context
    ) -> Iterator[Finding]:
        """`found.sort()` on a list made here, of which only `found[0]` is read afterwards."""
        if not isinstance(owner, ast.Name) or node.args or not is_made_for(owner, node, context):
            return
        uses = [use for use in context.uses(owner) if use is not owner]
        later = [use for use in uses if _position(use) > _position(node)]
        index = _only_index(later, context)
        if index is None or context.loops(index) != context.loops(node):
            return
        if not any(context.inside(index, s) for s in context.following(context.statement(node))):
            return
        found = _pick(node, owner, index, context)
        if found is None or any(
            leaks(use, context) for use in uses if _position(use) <= _position(node)
        ):
            return
        which, call = found
        fits = not may_be_caught(index, _ERRORS, context)
        sorting = context.statement(node)
        edits = [Edit(sorting, remove()), Edit(index, replacement(call))] if fits else []
        yield self.report(node, *edits, which=which, call=call)


def _is_large_sort(node: ast.Call, context: Context) -> bool:
    if len(node.args) != 1 or isinstance(node.args[0], (ast.Starred, *_DISPLAYS)):
        return False
    return context.resolve(node.func) == "sorted"


def _end_of(node: ast.AST | None, value: ast.expr) -> int | None:
    """0 or -1, if the node is `value[0]` or `value[-1]`."""
    match node:
        case ast.Subscript(value=owner, slice=place, ctx=ast.Load()) if owner is value:
            number = constant_int(place)
            return number if number in (0, -1) else None
    return None


def _pick(
    node: ast.Call, items: ast.expr, index: ast.Subscript, context: Context
) -> tuple[str, str] | None:
    """Which item is taken, and the call that finds it."""
    options = {keyword.arg: keyword.value for keyword in node.keywords}
    backwards = options.pop("reverse", ast.Constant(False))
    if not options.keys() <= {"key"} or not isinstance(backwards, ast.Constant):
        return None
    place = _end_of(index, index.value)
    largest = (place == -1) != bool(backwards.value)
    arguments = context.segment(items)
    if isinstance(items, ast.GeneratorExp) and (place or "key" not in options):
        arguments = arguments[1:-1]
    if "key" in options:
        if place:  # Of items with equal keys, `sorted` from the back gives the last.
            is_sequence = context.type_of(items).is_sequence
            arguments = f"reversed({arguments if is_sequence else f'list({arguments})'})"
        arguments += f", key={context.segment(options['key'])}"
    call = f"{'max' if largest else 'min'}({arguments})"
    return "largest" if largest else "smallest", call


def _is_next(index: ast.expr, statement: ast.stmt, context: Context) -> bool:
    """Whether the item is surely taken in the next statement."""
    following = context.following(statement)
    if not following or context.statement(index) is not following[0]:
        return False
    return surely_runs(index, context)


def _only_index(uses: list[ast.Name], context: Context) -> ast.Subscript | None:
    """The one `name[0]` or `name[-1]`, if there is no other use."""
    if len(uses) != 1:
        return None
    parent = context.parent(uses[0])
    if not isinstance(parent, ast.Subscript) or _end_of(parent, uses[0]) is None:
        return None
    return parent


def _position(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset
