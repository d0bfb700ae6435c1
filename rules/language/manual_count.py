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
from effilint.analyzer.facts.lattice import item_type
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.nothing import may_be_none
from effilint.analyzer.facts.ordering import is_start_needed, may_reach
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.facts.visits import is_number, is_read_outside, is_tiny
from effilint.analyzer.patterns import cannot_fail, is_constant, names_in, same, sole_statement

_COUNTED = ("list", "tuple", "deque", "str", "bytes", "bytearray")
_EQUAL_TO_THEMSELVES = ("str", "bytes", "int", "bool")


class ManualCount(Rule):
    """Items equal to one value are counted by a loop or a comprehension.

    The `count` method of lists, tuples, deques, strings and bytes does so in C. There is no fix
    where the value may be one that is not equal to itself, such as a NaN.
    """

    code = "LNG103"
    name = "manual-count"
    message = "Items of `{sequence}` that equal `{value}` are counted one by one"
    advice = "Use `{call}`"
    gain = Gain("O(n)", "O(n)", {10: 1.3, 1_000: 23.0, 100_000: 46.0}, Tier.CONSTANT)
    calls = frozenset({"sum", "len"})
    examples = (
        Bad(
            """
            def vowels(text: str):
                count = 0
                for char in text:
                    if char == "a":  # LNG103
                        count += 1
                return count
            """,
            fixed="""
            def vowels(text: str):
                count = text.count("a")
                return count
            """,
            workload="vowels('banana ' * (n // 7))",
        ),
        Bad(
            """
            def failures(self, codes: list[int]):
                return sum(1 for code in codes if code == -1)  # LNG103
            """,
            fixed="""
            def failures(self, codes: list[int]):
                return codes.count(-1)
            """,
        ),
        Bad(
            """
            class Board:
                def __init__(self, size):
                    self.cells = [None] * size

                def score(self, players):
                    for player in players:
                        yield player, sum(cell == player for cell in self.cells)  # LNG103

                def empty(self):
                    return len([1 for cell in self.cells if "x" == cell])  # LNG103
            """,
            fixed="""
            class Board:
                def __init__(self, size):
                    self.cells = [None] * size

                def score(self, players):
                    for player in players:
                        yield player, sum(cell == player for cell in self.cells)

                def empty(self):
                    return self.cells.count("x")
            """,
        ),
        Bad(
            """
            def lines(path):
                with open(path) as file:
                    text = file.read()
                total = 1
                print(path)
                for letter in text:
                    total += letter == "\\n"  # LNG103
                return total
            """,
            fixed="""
            def lines(path):
                with open(path) as file:
                    text = file.read()
                total = 1
                print(path)
                total += text.count("\\n")
                return total
            """,
        ),
        # Without a fix: `True` has to stay that where there is no hit, and an empty list needs
        # no first name.
        Bad(
            """
            def flag(text: str, names: list[str]):
                n = True
                for c in text:
                    if c == "a":  # LNG103
                        n += 1
                return n, sum(1 for name in names if name == names[0])  # LNG103
            """,
        ),
        # Without a fix: the method looks at the number, and a handler returns it.
        Bad(
            """
            class Game:
                def marks(self) -> list[str]:
                    return ["x"] * self.n

                def wins(self, marks: list[str]):
                    self.n = 0
                    for mark in self.marks():
                        if mark == "x":  # LNG103
                            self.n += 1
                    try:
                        n = 0
                        for mark in marks:
                            if mark == "x":  # LNG103
                                n += 1
                    except TypeError:
                        return n

                def maybe(self, marks: list[str] | None):
                    return sum(1 for mark in marks if mark == "x")  # LNG103
            """,
        ),
        # Two characters: no single one is equal to that.
        Good(
            """
            def crlf(text: str):
                return sum(1 for char in text if char == "\\r\\n")
            """
        ),
        # An iterator has no `count`, and the second value depends on the item.
        Good(
            """
            def failures(codes, words: list[str]):
                failed = sum(1 for code in map(int, codes) if code == -1)
                return failed, sum(1 for word in words if word == word[::-1])
            """
        ),
        # For the text of an error, and of the few words of the command line.
        Good(
            """
            import sys

            def check(sizes: list[int], limit):
                if max(sizes) > limit:
                    largest = sum(1 for size in sizes if size == limit)
                    raise ValueError(largest)
                return sum(arg == "-q" for arg in sys.argv)
            """
        ),
        # The value changes while the loop runs.
        Good(
            """
            def rises(levels: list[int]):
                count, last = 0, 0
                for level in levels:
                    if level == last:
                        count += 1
                    last = level + 1
                return count
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        statement = sole_statement(node.body)
        found = _counted(statement) if statement else None
        if node.orelse or found is None or statement is None:
            return
        total, test = found
        value = _compared(test, node.target)
        if value is None or any(same(part, total) for part in ast.walk(node.iter)):
            return
        if not self._counts(node, value, context) or not isinstance(node.target, ast.Name):
            return
        if is_read_outside(context, node.target, node):
            return
        sequence, wanted = context.segment(node.iter), context.segment(value)
        call = f"{sequence}.count({wanted})"
        edits: list[Edit] = []
        is_safe = is_number(context, total) and not _may_be_bool(total, context)
        if is_safe and _is_safe(node, value, statement, context):
            edits = _loop_fix(node, total, call, context)
        yield self.report(statement, *edits, sequence=sequence, value=wanted, call=call)

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        found = _counting_call(node)
        if found is None or context.resolve(node.func) not in ("sum", "len"):
            return
        comp, test = found
        generator = comp.generators[0]
        value = _compared(test, generator.target)
        if value is None or names_in(value) & names_in(generator.target):
            return
        if generator.is_async or not self._counts(generator, value, context):
            return
        sequence, wanted = context.segment(generator.iter), context.segment(value)
        call = f"{sequence}.count({wanted})"
        is_sure = _is_safe(generator, value, comp.elt, context)
        edits = [Edit(node, replacement(call))] if is_sure else []
        yield self.report(node, *edits, sequence=sequence, value=wanted, call=call)

    def _counts(self, loop: ast.For | ast.comprehension, value: ast.expr, context: Context) -> bool:
        """Whether the items are of something with `count`, and the value stays the same."""
        if not isinstance(loop.iter, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
            return False
        kind = context.type_of(loop.iter).name
        if kind not in _COUNTED or is_tiny(context, loop):
            return False
        if context.resolve(loop.iter) == "sys.argv" or _leads_to_error(loop, context):
            return False
        if not _fits(kind, value):
            return False
        return context.is_invariant(value, _region(loop, context))


def _region(loop: Loop, context: Context) -> ast.AST:
    return context.parents[loop] if isinstance(loop, ast.comprehension) else loop


def _leads_to_error(loop: Loop, context: Context) -> bool:
    """Whether the statement after it raises, so that the count is for a message only."""
    following = context.following(context.statement(loop))
    return bool(following) and isinstance(following[0], ast.Raise)


def _counted(statement: ast.stmt) -> tuple[ast.expr, ast.expr] | None:
    """What grows by one, and the test for it: `if test: total += 1` or `total += test`."""
    match statement:
        case ast.If(
            test=test,
            body=[ast.AugAssign(target=total, op=ast.Add(), value=one)],
            orelse=[],
        ) if is_constant(one, 1):
            return total, test
        case ast.AugAssign(target=total, op=ast.Add(), value=ast.Compare() as test):
            return total, test
    return None


def _counting_call(node: ast.Call) -> tuple[ast.GeneratorExp | ast.ListComp, ast.expr] | None:
    """The comprehension and its test in `sum(1 for ...)`, `sum(x == y for ...)`, `len([...])`."""
    match node:
        case ast.Call(
            func=ast.Name(function),
            args=[
                (ast.GeneratorExp() | ast.ListComp()) as comp,
            ],
            keywords=[],
        ) if len(comp.generators) == 1:
            tests = comp.generators[0].ifs
            if function == "sum" and isinstance(comp.elt, ast.Compare) and not tests:
                return comp, comp.elt
            if len(tests) == 1 and (function == "len" or is_constant(comp.elt, 1)):
                return comp, tests[0]
    return None


def _compared(test: ast.expr, item: ast.expr) -> ast.expr | None:
    """What the bare item is compared with for equality."""
    if not isinstance(item, ast.Name):
        return None
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            if isinstance(left, ast.Name) and left.id == item.id:
                return None if item.id in names_in(right) else right
            if isinstance(right, ast.Name) and right.id == item.id:
                return None if item.id in names_in(left) else left
    return None


def _fits(kind: str, value: ast.expr) -> bool:
    """Whether `count` of a string or bytes counts the same as equality of one item."""
    constant = value.value if isinstance(value, ast.Constant) else None
    if kind == "str":
        return isinstance(constant, str) and len(constant) == 1
    if kind in ("bytes", "bytearray"):
        return isinstance(constant, int) and 0 <= constant < 256
    return True


def _is_safe(
    loop: ast.For | ast.comprehension, value: ast.expr, step: ast.AST, context: Context
) -> bool:
    """Whether `count` gives the same: for a value that is equal to itself and cannot fail.

    Where the comparisons themselves are added up, the items have to be of a known type.
    """
    if not cannot_fail(value) or context.type_of(value).name not in _EQUAL_TO_THEMSELVES:
        return False
    if (
        isinstance(step, ast.Compare | ast.AugAssign)
        and not item_type(context.type_of(loop.iter)).is_known
    ):
        return False
    return not may_be_none(loop.iter, context)


def _may_be_bool(total: ast.expr, context: Context) -> bool:
    """Whether it may start as `True`, which adding 0 makes 1."""
    starts = [b.value for b in context.bindings(total) if b.kind is Kind.ASSIGN]
    for node in context.index.get(ast.Assign, ()):
        if isinstance(node, ast.Assign) and isinstance(total, ast.Attribute):
            if any(getattr(target, "attr", "") == total.attr for target in node.targets):
                starts.append(node.value)
    return any(start and context.type_of(start).name == "bool" for start in starts)


def _loop_fix(loop: ast.For, total: ast.expr, call: str, context: Context) -> list[Edit]:
    name = context.segment(total)
    first = context.previous(loop)
    match first:
        case ast.Assign(targets=[target], value=start) if same(target, total):
            if is_constant(start, 0):
                if is_start_needed(total, loop.iter, context):
                    return []
                return [Edit(first, remove()), Edit(loop, statements(f"{name} = {call}"))]
    if may_reach(loop.iter, total, context):
        return []  # `+=` reads the number first
    return [Edit(loop, statements(f"{name} += {call}"))]
