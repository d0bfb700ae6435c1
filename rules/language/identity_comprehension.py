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
    Tier,
    remove,
    replacement,
    statements,
)
from effilint.analyzer.facts.ordering import is_start_needed
from effilint.analyzer.facts.visits import is_read_outside, is_tiny
from effilint.analyzer.patterns import (
    append_call,
    is_constant,
    is_empty_container,
    method_call,
    names_in,
    operand_text,
    same,
    sole_statement,
)

_KINDS: dict[type[ast.AST], str] = {ast.ListComp: "list", ast.SetComp: "set"}
_CONSUMERS = frozenset(
    ["list", "tuple", "set", "frozenset", "sum", "min", "max", "any", "all", "sorted"]
)
_CONTAINERS = ("list", "tuple", "set", "frozenset", "deque", "str", "bytes", "range")
_VIEWS = ("dict", "dict_keys", "dict_values", "dict_items", "Counter", "defaultdict")


class IdentityComprehension(Rule):
    """A comprehension or an appending loop copies items one by one, as they are.

    `list(items)` or `set(items)` copies them in C. A loop is one that fills what was made right
    above; it gets a fix only where what it goes through is of a built-in type and so cannot fail
    half-way, and where nobody can see that the list or set is not there before.
    """

    code = "LNG203"
    name = "identity-comprehension"
    message = "The items of `{iterable}` are copied one by one, unchanged"
    advice = "Use `{call}`"
    gain = Gain("O(n)", "O(n)", {10: 1.7, 1_000: 2.7, 100_000: 2.7}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def snapshot(rows):
                return [row for row in rows]  # LNG203
            """,
            fixed="""
            def snapshot(rows):
                return list(rows)
            """,
            workload="snapshot([1, 2] * (n // 2))",
        ),
        Bad(
            """
            def line(fields):
                return ", ".join([field for field in fields])  # LNG203
            """,
            fixed="""
            def line(fields):
                return ", ".join(fields)
            """,
        ),
        Bad(
            """
            def report(scores, names: dict[str, int]):
                best = max(score for score in scores if score)
                total = sum(score for score in scores)  # LNG203
                return best, total, {k: v for k, v in names.items()}  # LNG203
            """,
            fixed="""
            def report(scores, names: dict[str, int]):
                best = max(score for score in scores if score)
                total = sum(scores)
                return best, total, dict(names)
            """,
        ),
        Bad(
            """
            def merged(first, second: set[int]):
                out = []
                # The second first.
                for item in second:
                    out.append(item)  # LNG203
                for item in first:
                    out.append(item)
                return out
            """,
            fixed="""
            def merged(first, second: set[int]):
                # The second first.
                out = list(second)
                for item in first:
                    out.append(item)
                return out
            """,
        ),
        Bad(
            """
            def colours(sold: list[str], returned: list[str]):
                known = set()
                for colour in sold:
                    known.add(colour)  # LNG203
                print(len(known))
                for colour in returned:
                    known.add(colour)
                return known
            """,
            fixed="""
            def colours(sold: list[str], returned: list[str]):
                known = set(sold)
                print(len(known))
                for colour in returned:
                    known.add(colour)
                return known
            """,
        ),
        # A handler never sees the list.
        Bad(
            """
            def numbers(found: list[str]):
                try:
                    out = []
                    for item in found:
                        out.append(item)  # LNG203
                    return out
                except TypeError:
                    return None
            """,
            fixed="""
            def numbers(found: list[str]):
                try:
                    out = list(found)
                    return out
                except TypeError:
                    return None
            """,
        ),
        # Without a fix: what is gone through looks at the attribute; so does an inner function;
        # a handler returns the list; a function could look at the variable of the module.
        Bad(
            """
            class Sheet:
                def __init__(self):
                    self.marks = []

                def blank(self, n) -> list[int]:
                    return [0] * (n + len(self.marks))

                def clear(self, n):
                    self.marks = []
                    for mark in self.blank(n):
                        self.marks.append(mark)  # LNG203

                def take(self, other):
                    self.marks = []
                    for mark in other.marks:
                        self.marks.append(mark)  # LNG203

            def closure(xs: list[int]):
                def ev(x):
                    out.append(x)
                    return x

                out = []
                for a in list(map(ev, xs)):
                    out.append(a)  # LNG203
                return out

            def caught(xs: list[int]):
                try:
                    out = []
                    for a in xs:
                        out.append(a)  # LNG203
                except TypeError:
                    return out

            def vals() -> list[int]:
                return shown[:]

            shown = []
            for a in vals():
                shown.append(a)  # LNG203
            """
        ),
        # A list of pairs becomes a list of tuples, whatever the pairs were.
        Good(
            """
            def tuples(pairs):
                return [(key, value) for key, value in pairs]
            """
        ),
        # The items join others, which is for LNG108; a test; nothing to go through at all.
        Good(
            """
            class Log:
                def __init__(self):
                    self.lines = []

                def add(self, lines: list[str]):
                    for line in lines:
                        self.lines.append(line)

                def test_lines(self):
                    return [line for line in self.lines]

                def wrong(self):
                    return [line for line in (lambda: self.lines)]
            """
        ),
        # One item is taken: another rule says how.
        Good(
            """
            def first(names):
                return [name for name in names][0]
            """
        ),
        # The items are filtered.
        Good(
            """
            def long(names):
                return [name for name in names if len(name) > 9]
            """
        ),
        # What `groups` is is not known: `dict` of it may look for `keys`.
        Good(
            """
            def frames(groups):
                return {key: frame for key, frame in groups}
            """
        ),
        # `list` asks for the length, that is, calls this method.
        Good(
            """
            class Rows:
                def __len__(self):
                    return len([row for row in self])
            """
        ),
        # Asynchronous.
        Good(
            """
            async def collect(stream):
                return [item async for item in stream]
            """
        ),
    )

    def visit_ListComp(self, node: ast.ListComp, context: Context) -> Iterator[Finding]:
        parent = context.parent(node)
        if isinstance(parent, ast.Subscript) and is_constant(parent.slice, 0):
            return  # one item is taken, which needs no list
        yield from self._copy(node, context)

    def visit_SetComp(self, node: ast.SetComp, context: Context) -> Iterator[Finding]:
        yield from self._copy(node, context)

    def visit_GeneratorExp(self, node: ast.GeneratorExp, context: Context) -> Iterator[Finding]:
        if isinstance(context.parent(node), ast.Call):
            yield from self._copy(node, context)

    def visit_DictComp(self, node: ast.DictComp, context: Context) -> Iterator[Finding]:
        items = _copied(node.generators)
        match node.generators[0].target:
            case ast.Tuple(elts=[key, value]) if same(key, node.key) and same(value, node.value):
                pass
            case _:
                return
        if items is None or not context.names.is_builtin("dict", node):
            return
        mapping = items
        match items:
            case ast.Call(func=ast.Attribute(value=owner, attr="items"), args=[], keywords=[]):
                mapping = owner
        if not context.type_of(mapping).is_mapping:
            return
        call = f"dict({context.segment(mapping)})"
        yield self._finding(node, [Edit(node, replacement(call))], items, call, context)

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        statement = sole_statement(node.body)
        found, kind = append_call(statement), "list"
        if found is None:
            found, kind = _added(statement), "set"
        if found is None or node.orelse or not isinstance(node.target, ast.Name):
            return
        owner, item = found
        if not same(item, node.target) or not isinstance(owner, ast.Name | ast.Attribute):
            return
        if node.target.id in names_in(owner) or any(same(p, owner) for p in ast.walk(node.iter)):
            return
        if is_tiny(context, node) or context.type_of(owner).name != kind:
            return
        if is_read_outside(context, node.target, node):
            return
        assert statement is not None
        yield from self._loop_finding(node, statement, owner, kind, context)

    def _loop_finding(
        self, loop: ast.For, statement: ast.stmt, owner: ast.expr, kind: str, context: Context
    ) -> Iterator[Finding]:
        first = context.previous(loop)
        match first:
            case ast.Assign(targets=[target], value=value) if (
                same(target, owner)
                and is_empty_container(value)
                and context.names.is_builtin(kind, loop)
            ):
                pass
            case _:
                return  # LNG108
        items = operand_text(loop.iter, context.segment(loop.iter))
        is_made = kind == "list" and _makes_list(loop.iter, context)
        call = items if is_made else f"{kind}({items})"
        edits = [
            Edit(first, remove()),
            Edit(loop, statements(f"{context.segment(owner)} = {call}")),
        ]
        is_safe = context.type_of(loop.iter).name in (*_CONTAINERS, *_VIEWS)
        is_safe = is_safe and not is_start_needed(owner, loop.iter, context)
        yield self._finding(statement, edits if is_safe else [], loop.iter, call, context)

    def _copy(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, context: Context
    ) -> Iterator[Finding]:
        items = _copied(node.generators)
        target = node.generators[0].target
        if items is None or not isinstance(target, ast.Name) or not same(node.elt, target):
            return
        if is_tiny(context, node.generators[0]) or _is_special(items):
            return
        home = context.function(node)
        if home is not None and home.name in ("__len__", "__length_hint__"):
            return  # `list` would call it
        text = context.segment(items)
        parent = context.parent(node)
        if isinstance(parent, ast.Call) and not isinstance(node, ast.SetComp):
            function = _consumer(parent, context)
            if function is not None and parent.args == [node]:
                call = f"{function}({text})" if not parent.keywords else f"{function}({text}, ...)"
                yield self._consumed(node, parent, text, call, items, context)
                return
        kind = _KINDS.get(node.__class__)
        if kind is None or not context.names.is_builtin(kind, node):
            return
        call = f"{kind}({text})"
        yield self._finding(node, [Edit(node, replacement(call))], items, call, context)

    def _consumed(
        self,
        node: ast.ListComp | ast.GeneratorExp,
        consumer: ast.Call,
        text: str,
        call: str,
        items: ast.expr,
        context: Context,
    ) -> Finding:
        """The copy is handed to a function that goes through any iterable."""
        edit = Edit(node, replacement(text))
        if not consumer.keywords:
            edit = Edit(consumer, replacement(call))
        return self._finding(node, [edit], items, call, context)

    def _finding(
        self,
        at: ast.expr | ast.stmt,
        edits: list[Edit],
        items: ast.expr,
        call: str,
        context: Context,
    ) -> Finding:
        return self.report(at, *edits, iterable=context.segment(items), call=call)


def _consumer(call: ast.Call, context: Context) -> str | None:
    """The function as it is written, if it goes through any iterable."""
    function = context.resolve(call.func)
    if function in _CONSUMERS:
        return function
    receiver = method_call(call, "join")
    if receiver is not None and context.type_of(receiver).name in ("str", "bytes"):
        return context.segment(call.func)
    return None


def _added(statement: ast.stmt | None) -> tuple[ast.expr, ast.expr] | None:
    """Receiver and item, if the statement is `receiver.add(item)`."""
    match statement:
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=owner, attr="add"), args=[item], keywords=[])
        ):
            return owner, item
    return None


def _copied(generators: list[ast.comprehension]) -> ast.expr | None:
    """What the comprehension goes through, if it has one plain `for` without a test."""
    match generators:
        case [ast.comprehension(iter=items, ifs=[], is_async=0)]:
            return items
    return None


def _makes_list(items: ast.expr, context: Context) -> bool:
    """Whether `items` is a new list already."""
    return isinstance(items, ast.Call) and context.resolve(items.func) in ("list", "sorted")


def _is_special(items: ast.expr) -> bool:
    special = ast.Starred | ast.NamedExpr | ast.Yield | ast.YieldFrom | ast.Await | ast.Lambda
    return isinstance(items, special)
