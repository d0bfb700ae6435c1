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
    statements,
)
from effilint.analyzer.facts.ordering import is_start_needed, may_reach
from effilint.analyzer.facts.visits import is_read_outside, is_tiny
from effilint.analyzer.patterns import (
    cannot_fail,
    is_constant,
    method_call,
    names_in,
    operand_text,
    same,
    sole_statement,
)

_CONTAINERS = ("list", "tuple", "deque", "set", "frozenset", "dict", "Counter", "range")


class ManualMembershipLoop(Rule):
    """A loop compares item after item with one value only to say whether it is there.

    `in` does that in C, and without a search for sets and dicts. The fix is offered where the
    container is of a built-in type; a value such as NaN that is not equal to itself gets none.
    """

    code = "LNG112"
    name = "manual-membership-loop"
    message = "The loop only finds out whether `{value}` is in `{container}`"
    advice = "Use `{test}`"
    gain = Gain("O(n)", "O(n)", {10: 1.2, 1_000: 1.6, 100_000: 1.6}, Tier.CONSTANT)
    examples = (
        Bad(
            """
            def is_known(names: list[str], wanted: str):
                for name in names:  # LNG112
                    if name == wanted:
                        return True
                return False
            """,
            fixed="""
            def is_known(names: list[str], wanted: str):
                return wanted in names
            """,
            workload=(
                "is_known(['1', '7'], str(n)) if n < 8 else "
                "is_known(['some', 'name'] * (n // 2), 'other')"
            ),
        ),
        Bad(
            """
            class Registry:
                def __init__(self):
                    self.names = []

                def register(self, name: str):
                    found = False
                    for known in self.names:  # LNG112
                        if known == name:
                            found = True
                            break
                    if not found:
                        self.names.append(name)
            """,
            fixed="""
            class Registry:
                def __init__(self):
                    self.names = []

                def register(self, name: str):
                    found = name in self.names
                    if not found:
                        self.names.append(name)
            """,
        ),
        Bad(
            """
            def is_free(codes: list[int], code: int):
                for other in codes:  # LNG112
                    if code == other:
                        return False
                else:
                    return True
            """,
            fixed="""
            def is_free(codes: list[int], code: int):
                return code not in codes
            """,
        ),
        # What `wanted` and `names` are is not known: no fix.
        Bad(
            """
            def is_known(names, wanted):
                for i in range(len(names)):  # LNG112
                    if names[i] == wanted:
                        return True
                return False
            """
        ),
        # Without a fix: an empty list needs no first name, another function looks at the flag, and
        # a handler returns it.
        Bad(
            """
            def has_first(names: list[str], firsts: list[str]):
                for name in names:  # LNG112
                    if name == firsts[0]:
                        return True
                return False

            def watched(log):
                def ask() -> list[str]:
                    log(found)
                    return []

                found = False
                for name in ask():  # LNG112
                    if name == "a":
                        found = True
                        break
                return found

            def caught(names: list[str]):
                try:
                    found = False
                    for name in names:  # LNG112
                        if name == "a":
                            found = True
                            break
                except TypeError:
                    pass
                return found
            """
        ),
        # The values of a dict are looked at.
        Good(
            """
            def is_there(seats: dict[int, str], wanted: str):
                for i in range(len(seats)):
                    if seats[i] == wanted:
                        return True
                return False
            """
        ),
        # `in` calls this very method.
        Good(
            """
            class Bag:
                def __contains__(self, wanted):
                    for item in self:
                        if item == wanted:
                            return True
                    return False
            """
        ),
        # Not the item itself is compared.
        Good(
            """
            def has_name(people, wanted):
                for person in people:
                    if person.name == wanted:
                        return True
                return False
            """
        ),
        # What makes the items, and how they compare, is not known.
        Good(
            """
            def selects(clause, search):
                for part in parts_of(search):
                    if clause == part:
                        return True
                return False
            """
        ),
        # The index is the result, not whether there is one.
        Good(
            """
            def place(names, wanted):
                for i in range(len(names)):
                    if names[i] == wanted:
                        return i
                return -1
            """
        ),
        # In a string, `in` looks for a part of any length.
        Good(
            """
            def has(text: str, part):
                for char in text:
                    if char == part:
                        return True
                return False
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        statement = sole_statement(node.body)
        if not isinstance(statement, ast.If) or statement.orelse:
            return
        if not isinstance(node.target, ast.Name) or not isinstance(statement.test, ast.Compare):
            return
        container, item = _visited(node, context)
        value = _compared(statement.test, item)
        if value is None or node.target.id in names_in(value) or is_constant(value, None):
            return
        outcome = _returning(node, statement, context) or _flagging(node, statement, context)
        if outcome is None or not self._may_be_replaced(node, container, value, context):
            return
        template, is_negated, edits = outcome
        negation = "not " if is_negated else ""
        items = context.segment(container)
        wanted = operand_text(value, context.segment(value))
        test = f"{wanted} {negation}in {operand_text(container, items)}"
        is_safe = context.type_of(container).name in _CONTAINERS and _is_plain(value, context)
        # `in` reads the value first.
        is_safe = is_safe and not (names_in(value) and may_reach(container, value, context))
        fix = [*edits, Edit(node, statements(template.format(test)))] if is_safe else []
        if any(_is_needed(edit.at, node, context) for edit in edits):
            fix = []
        yield self.report(node, *fix, value=context.segment(value), container=items, test=test)

    def _may_be_replaced(
        self, loop: ast.For, container: ast.expr, value: ast.expr, context: Context
    ) -> bool:
        assert isinstance(loop.target, ast.Name)
        if is_tiny(context, loop) or is_read_outside(context, loop.target, loop):
            return False
        kind = context.type_of(container).name
        if kind in ("str", "bytes", "bytearray", "ndarray") or not context.is_pure(value):
            return False
        is_made = isinstance(container, ast.Call) and kind not in _CONTAINERS
        if container is not loop.iter and context.type_of(container).is_mapping:
            return False  # its values are compared
        if is_made and method_call(container, "keys", "values") is None:
            return False  # items made one by one may well have a `==` of their own
        function = context.function(loop)
        return function is None or function.name not in ("__contains__", "__eq__", "__ne__")


def _visited(loop: ast.For, context: Context) -> tuple[ast.expr, ast.expr]:
    """What the loop goes through, and how an item of it is written in the body."""
    match loop.iter:
        case ast.Call(
            func=ast.Name("range") as function,
            args=[
                ast.Call(
                    func=ast.Name("len"), args=[ast.Name() | ast.Attribute() as items], keywords=[]
                )
            ],
            keywords=[],
        ) if context.resolve(function) == "range":
            return items, ast.Subscript(items, loop.target, ast.Load())
    return loop.iter, loop.target


def _compared(test: ast.Compare, item: ast.expr) -> ast.expr | None:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            if same(left, item):
                return right
            if same(right, item):
                return left
    return None


def _returning(
    loop: ast.For, found: ast.If, context: Context
) -> tuple[str, bool, list[Edit]] | None:
    """`return True` in the loop and `return False` after it, or the other way round."""
    after = loop.orelse or context.following(loop)[:1]
    match found.body, after:
        case (
            [ast.Return(value=ast.Constant(value=bool(hit)))],
            [ast.Return(value=ast.Constant(value=bool(miss))) as last],
        ) if hit is not miss:
            edits = [] if loop.orelse else [Edit(last, remove())]
            return "return {}", miss, edits
    return None


def _flagging(
    loop: ast.For, found: ast.If, context: Context
) -> tuple[str, bool, list[Edit]] | None:
    """`flag = False` before the loop and `flag = True` in it."""
    before = context.previous(loop)
    match before, found.body, loop.orelse:
        case (
            ast.Assign(targets=[ast.Name(id=flag)], value=ast.Constant(value=bool(miss))),
            [
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=bool(hit))),
                ast.Break(),
            ],
            [],
        ) if flag == name and hit is not miss:
            if flag in names_in(found.test) | names_in(loop.iter):
                return None
            return f"{flag} = {{}}", miss, [Edit(before, remove())]
    return None


def _is_needed(start: ast.AST, loop: ast.For, context: Context) -> bool:
    """Whether somebody may see what the flag was before the loop."""
    match start:
        case ast.Assign(targets=[flag]):
            return is_start_needed(flag, loop.iter, context)
    return False


def _is_plain(value: ast.expr, context: Context) -> bool:
    """Whether it is equal to itself, and can be worked out though there is no item."""
    return cannot_fail(value) and context.type_of(value).name in ("str", "bytes", "int", "bool")
