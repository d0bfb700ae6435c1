from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, replacement
from effilint.analyzer.facts.scopes import COMPREHENSIONS
from effilint.analyzer.hoist import fresh_name
from effilint.analyzer.patterns import same, walk

_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
# Calls that take hardly longer than a look-up of the name that would stand for them.
_CHEAP = frozenset("len isinstance type id callable hasattr ord chr bool next range".split())
_TEXT = frozenset(
    """strip lstrip rstrip lower upper casefold title capitalize split rsplit splitlines partition
    rpartition replace removeprefix removesuffix""".split()
)


class DuplicateCallFilterValue(Rule):
    """A comprehension calls the same function in its condition and again for its result.

    Bind the first result with `:=`. The fix is offered for methods of texts and for built-ins.
    """

    code = "ALG704"
    name = "duplicate-call-filter-value"
    message = "`{call}` is worked out in the condition and again for the result"
    advice = "Bind it in the condition: `({name} := {call})`"
    gain = Gain("O(n)", "O(n)", {10: 1.4, 1_000: 1.6, 100_000: 1.5}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def words(lines: list[str]):
                return [line.strip().lower() for line in lines if line.strip().lower()]  # ALG704
            """,
            fixed="""
            def words(lines: list[str]):
                return [lower for line in lines if (lower := line.strip().lower())]
            """,
            workload="words([' Abc '] * n)",
        ),
        Bad(
            """
            def large(rows: list[list[int]], limit):
                return {max(row): row for row in rows if row and max(row) > limit}  # ALG704
            """,
            fixed="""
            def large(rows: list[list[int]], limit):
                return {row_max: row for row in rows if row and (row_max := max(row)) > limit}
            """,
        ),
        Bad(
            """
            def roots(numbers):
                def root(n):
                    return n ** 0.5 - 1

                return [root(n) for n in numbers if root(n) > 0]  # ALG704
            """,
        ),
        # What is called in between may change an item of the row: no fix.
        Bad(
            """
            def tops(rows: list[list[int]], step):
                return [(step(), max(row)) for row in rows if max(row) > 1]  # ALG704
            """,
        ),
        # The row is another one by then.
        Good(
            """
            def popped(rows: list[list[int]]):
                def cut(row):
                    row.pop()
                    return 0

                shorter = [cut(row) + sum(row) for row in rows if sum(row) > 1]
                longer = {sum(row): 0 for row in rows if sum(row) and not row.append(1)}
                return shorter, longer, [(row.pop(), max(row)) for row in rows if max(row) > 1]
            """
        ),
        # Evaluated on some passes only.
        Good(
            """
            def some(lines: list[str], is_all):
                return [line.strip() for line in lines if is_all or line.strip()]
            """
        ),
        # The names in one option.
        Good(
            """
            def tables(wanted: str):
                return [name.strip() for name in wanted.split(",") if name.strip()]
            """
        ),
        # Every call is another throw.
        Good(
            """
            from random import randint

            def throws(n):
                return [randint(1, 6) for _ in range(n) if randint(1, 6) > 3]
            """
        ),
        # A length is at hand.
        Good(
            """
            def lengths(words):
                return [len(word) for word in words if len(word) > 3]
            """
        ),
        # Two texts.
        Good(
            """
            def both(pairs: list[tuple[str, str]]):
                return [b.strip() for a, b in pairs if a.strip()]
            """
        ),
    )

    def visit_ListComp(self, node: ast.ListComp, context: Context) -> Iterator[Finding]:
        return self._check(node, context)

    def visit_SetComp(self, node: ast.SetComp, context: Context) -> Iterator[Finding]:
        return self._check(node, context)

    def visit_DictComp(self, node: ast.DictComp, context: Context) -> Iterator[Finding]:
        return self._check(node, context)

    def visit_GeneratorExp(self, node: ast.GeneratorExp, context: Context) -> Iterator[Finding]:
        return self._check(node, context)

    def _check(self, node: _Comprehension, context: Context) -> Iterator[Finding]:
        ifs = node.generators[-1].ifs
        if not ifs or context.trip_count(node.generators[-1]) is not None:
            return
        if _is_over_fields(node, context):
            return
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        calls = [part for result in results for part in _evaluated(result)]
        for call in calls:
            if isinstance(call, ast.Call) and _is_worth_it(call, context):
                first = next((p for test in ifs for p in _evaluated(test) if same(p, call)), None)
                if first is None or any(
                    _holds(call, other) for other in calls if other is not call
                ):
                    continue
                twins = [p for p in calls if same(p, call)]
                parts = [*ifs, *results]
                if call is twins[0] and all(context.is_invariant(call, part) for part in parts):
                    name = fresh_name(_stem(call), context)
                    edits = _bound(node, first, twins, name, context)
                    if _may_change(call, parts, context):
                        edits = ()
                    text = context.segment(call)
                    yield self.report(call, *edits, call=text, name=name)


def _is_over_fields(node: _Comprehension, context: Context) -> bool:
    """Whether it cuts one text, such as an option, into its fields, which are few."""
    match node.generators[-1].iter:
        case ast.Call(func=ast.Attribute(attr="split"), args=[ast.Constant(value=str(by))]):
            return bool(by.strip()) and not context.hot_loops(node)
    return False


def _evaluated(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the parts that are evaluated whenever all of `node` is true or computed."""
    stack: list[ast.AST] = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, ast.expr):
            yield part
        match part:
            case ast.Lambda() | ast.IfExp() | ast.BoolOp(op=ast.Or()):
                continue
            case ast.Compare() if len(part.ops) > 1:
                continue
        if not isinstance(part, COMPREHENSIONS):
            stack.extend(ast.iter_child_nodes(part))


def _holds(inner: ast.expr, outer: ast.expr) -> bool:
    """Whether `inner` is part of `outer`, which is a longer repeated call perhaps."""
    return isinstance(outer, ast.Call) and any(part is inner for part in walk(outer))


def _is_worth_it(call: ast.Call, context: Context) -> bool:
    name = context.resolve(call.func)
    if name is not None and name in _CHEAP:
        return False
    if any(isinstance(arg, ast.Starred) for arg in call.args):
        return False
    if isinstance(call.func, ast.Attribute) and name is None and context.callee(call) is None:
        if call.func.attr == "get":
            return False
        return call.func.attr in _TEXT and context.is_pure(call)
    return context.is_pure(call)


def _bound(
    node: _Comprehension, first: ast.expr, twins: list[ast.expr], name: str, context: Context
) -> tuple[Edit, ...]:
    call = twins[0]
    assert isinstance(call, ast.Call)
    if not _is_safe(call, context):
        return ()
    for outer in context.ancestors(node):
        if isinstance(outer, ast.ClassDef | ast.comprehension):
            return ()  # a walrus is not allowed there
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            break
    else:
        return ()
    bound = f"{name} := {context.segment(call)}"
    return Edit(first, replacement(f"({bound})")), *(
        Edit(twin, replacement(name)) for twin in twins
    )


def _may_change(call: ast.Call, parts: list[ast.expr], context: Context) -> bool:
    """Whether code called in `parts` may change, by another way, what the call reads."""
    if isinstance(call.func, ast.Attribute):
        return False  # a text
    return not all(context.is_pure(part) for part in parts)


def _is_safe(call: ast.Call, context: Context) -> bool:
    """Whether the result is a plain value made by a built-in from plain values."""
    if isinstance(call.func, ast.Attribute):
        kind, result = context.type_of(call.func.value), context.type_of(call)
        return kind.name == "str" and result.name == "str"
    return context.resolve(call.func) in ("max", "min", "sum") and len(call.args) == 1


def _stem(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    first = call.args[0] if call.args else None
    owner = first.id if isinstance(first, ast.Name) else "item"
    return f"{owner}_{getattr(call.func, 'id', 'value')}"
