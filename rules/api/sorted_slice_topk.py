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
    replacement,
)  # fmt: skip
from effilint.analyzer.patterns import constant_int, is_constant, method_call

_MOST = 10
_LOGGING = ("debug", "info", "warning", "error", "exception", "critical")
_SHUFFLED = "[[i * i * 7919 % 1000003 for i in range(n)]]"
_FEW = (ast.Starred, ast.List, ast.Tuple, ast.Set)


class SortedSliceTopk(Rule):
    """A whole sequence is sorted to take a few of its smallest or largest items.

    `heapq.nsmallest` and `nlargest` keep only these few: `O(n log k)`. The fix assumes that the
    sequence is not tiny: below about 100 items sorting is faster.
    """

    code = "API102"
    name = "sorted-slice-topk"
    message = "The whole sequence is sorted to take {count} of its items"
    advice = "Use `{call}`"
    safety = Safety.UNSAFE
    gain = Gain("O(n log n)", "O(n log k)", {10: 0.2, 1_000: 1.7, 100_000: 8.5})
    calls = frozenset({"sorted", "most_common"})
    examples = (
        Bad(
            """
            def cheapest(prices):
                return sorted(prices)[:5]  # API102
            """,
            fixed="""
            import heapq


            def cheapest(prices):
                return heapq.nsmallest(5, prices)
            """,
            workload=f"[cheapest(xs) for xs in {_SHUFFLED} for _ in range(20)]",
        ),
        # From the back, and turned round.
        Bad(
            """
            import heapq

            def report(files):
                for file in sorted(files, key=lambda file: file.size, reverse=True)[:3]:  # API102
                    print(file)
                return sorted(files)[::-1][:3]  # API102
            """,
            fixed="""
            import heapq

            def report(files):
                for file in heapq.nlargest(3, files, key=lambda file: file.size):
                    print(file)
                return heapq.nlargest(3, files)
            """,
        ),
        # The end of an ascending list.
        Bad(
            """
            import heapq

            def last_seen(log):
                return sorted(set(log))[-5:]  # API102
            """,
            fixed="""
            import heapq

            def last_seen(log):
                return heapq.nlargest(5, set(log))[::-1]
            """,
            workload="last_seen([(i * 7919) % 10007 for i in range(n)])",
        ),
        # A counter can do it itself.
        Bad(
            """
            from collections import Counter

            def frequent(words):
                counts = Counter(words)
                return [word for word, _ in counts.most_common()[:3]]  # API102
            """,
            fixed="""
            from collections import Counter

            def frequent(words):
                counts = Counter(words)
                return [word for word, _ in counts.most_common(3)]
            """,
            workload="frequent([(i * 7919) % 10007 for i in range(n)])",
        ),
        # The sorted list is used for nothing else.
        Bad(
            """
            class Board:
                def podium(self):
                    ranked = sorted(self.scores, key=self.points.get)  # API102
                    return ranked[:3]
            """
        ),
        # Perhaps most of the items are wanted.
        Good(
            """
            def first(prices, count):
                return sorted(prices)[:count], sorted(prices)[:1000]
            """
        ),
        # A handful is sorted fastest.
        Good(
            """
            def middle(a, b, c):
                return sorted([a, b, c])[:2]
            """
        ),
        # A test says what it expects in another way on purpose.
        Good(
            """
            def test_largest(data):
                assert largest(3, data) == sorted(data)[-3:]
            """
        ),
        # What is shown of a thing is about a few of its parts, and the tests know how many.
        Good(
            """
            class Tray:
                def __repr__(self):
                    return f"Tray({sorted(self.cups)[:3]}, ...)"

                def warn(self, logger, broken):
                    logger.info("Broken: %s, ...", sorted(broken)[:5])

            def test_first_two(files):
                chosen = sorted(files)[:2]
                assert merged(chosen) == "".join(chosen)
            """
        ),
        # The rest is used as well.
        Good(
            """
            def split(prices):
                ranked = sorted(prices)
                return ranked[:3], ranked[3:]
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        parent = context.parent(node)
        if isinstance(node.func, ast.Attribute):
            yield from self._most_common(node, parent, context)
            return
        if len(node.args) != 1 or isinstance(node.args[0], _FEW):
            return
        is_named = isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name)
        if not isinstance(parent, ast.Subscript) and not is_named:
            return
        if context.resolve(node.func) != "sorted":
            return
        if _is_shown(node, context):
            return
        if isinstance(parent, ast.Subscript):
            yield from self._sliced(node, parent, context)
        elif isinstance(parent, ast.Assign):
            yield from self._named(node, parent.targets[0], context)

    def _sliced(self, node: ast.Call, part: ast.Subscript, context: Context) -> Iterator[Finding]:
        outer = context.parent(part)
        turned = _is_reversal(part) and isinstance(outer, ast.Subscript)
        taken = outer if turned else part
        assert isinstance(taken, ast.Subscript)
        found = _call(node, taken, turned, context)
        if found is not None:
            count, call, keeps_ties = found
            edits = (Edit(taken, replacement(call)), AddImport("heapq"))
            yield self.report(taken, *(edits if keeps_ties else ()), count=count, call=call)

    def _named(self, node: ast.Call, target: ast.expr, context: Context) -> Iterator[Finding]:
        uses = context.uses(target)
        part = context.parent(uses[0]) if len(uses) == 1 else None
        if not isinstance(part, ast.Subscript) or context.sole_value(target) is not node:
            return
        found = _call(node, part, False, context)
        if found is not None and not context.loops(part):
            yield self.report(node, count=found[0], call=found[1])

    def _most_common(
        self, node: ast.Call, parent: ast.AST | None, context: Context
    ) -> Iterator[Finding]:
        assert isinstance(node.func, ast.Attribute)
        if node.args or not isinstance(parent, ast.Subscript):
            return
        count = _taken(parent)
        if count is None or count < 0 or context.type_of(node.func.value).name != "Counter":
            return
        call = f"{context.segment(node.func)}({count})"
        yield self.report(parent, Edit(parent, replacement(call)), count=count, call=call)


def _is_shown(node: ast.Call, context: Context) -> bool:
    """Whether it is for a line of a log, or for the text of an object."""
    function = context.function(node)
    if function is not None and function.name in ("__repr__", "__str__"):
        return True
    return any(method_call(outer, *_LOGGING) is not None for outer in context.ancestors(node))


def _call(
    node: ast.Call, taken: ast.Subscript, turned: bool, context: Context
) -> tuple[int, str, bool] | None:
    """How many items are taken, the call that finds them, and whether ties come out the same."""
    count = _taken(taken)
    options = {keyword.arg: keyword.value for keyword in node.keywords}
    backwards = options.pop("reverse", ast.Constant(False))
    if count is None or not options.keys() <= {"key"} or not is_constant(backwards, True, False):
        return None
    largest = is_constant(backwards, True) ^ turned ^ (count < 0)
    function = "heapq.nlargest" if largest else "heapq.nsmallest"
    arguments = f"{abs(count)}, {context.segment(node.args[0])}"
    if "key" in options:
        arguments += f", key={context.segment(options['key'])}"
    call = f"{function}({arguments})" + ("[::-1]" if count < 0 else "")
    # Read from the back, items with equal keys come in another order.
    return abs(count), call, "key" not in options or not (turned or count < 0)


def _taken(part: ast.Subscript) -> int | None:
    """The small k of `[:k]`, or -k of `[-k:]`."""
    match part.slice:
        case ast.Slice(lower=None, upper=ast.expr() as end, step=None):
            count = constant_int(end)
            return count if count is not None and 0 < count <= _MOST else None
        case ast.Slice(lower=ast.expr() as start, upper=None, step=None):
            count = constant_int(start)
            return count if count is not None and -_MOST <= count < 0 else None
    return None


def _is_reversal(part: ast.Subscript) -> bool:
    match part.slice:
        case ast.Slice(lower=None, upper=None, step=ast.expr() as step):
            return constant_int(step) == -1
    return False
