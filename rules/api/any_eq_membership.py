from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Tier, replacement
from effilint.analyzer.facts.ordering import may_reach
from effilint.analyzer.patterns import is_name, names_in

_CONTAINERS = frozenset(
    "list tuple deque set frozenset dict Counter defaultdict OrderedDict".split()
)
_SIMPLE = ("int", "str", "bytes", "bool")
_PRIMARY = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.List, ast.Tuple, ast.Set)
# What binds less tightly than `in`.
_LOOSE = (
    ast.stmt, ast.BoolOp, ast.IfExp, ast.keyword, ast.Call, ast.comprehension, ast.NamedExpr,
)  # fmt: skip


class AnyEqMembership(Rule):
    """A generator compares every item to one value where `in` does the same.

    `in` compares inside the interpreter, without resuming a generator for each item.
    """

    code = "API103"
    name = "any-eq-membership"
    message = "A generator compares every item of `{items}` to one value"
    advice = "Use `{test}`"
    gain = Gain("O(n)", "O(n), 3 times faster", {10: 3.3, 1_000: 2.6, 100_000: 2.9}, Tier.CONSTANT)
    calls = frozenset({"any", "all"})
    examples = (
        Bad(
            """
            def is_taken(names: list[str], wanted: str) -> bool:
                return any(name == wanted for name in names)  # API103
            """,
            fixed="""
            def is_taken(names: list[str], wanted: str) -> bool:
                return wanted in names
            """,
            workload="[is_taken(x, '') for x in [[str(i) for i in range(n)]] for _ in range(20)]",
        ),
        # The other way round, and negated.
        Bad(
            """
            class Team:
                def __init__(self):
                    self.numbers = []

                def is_free(self, number: int) -> bool:
                    # No player has it.
                    if not any(number == taken for taken in self.numbers):  # API103
                        return True
                    return all(taken != number for taken in self.numbers)  # API103
            """,
            fixed="""
            class Team:
                def __init__(self):
                    self.numbers = []

                def is_free(self, number: int) -> bool:
                    # No player has it.
                    if number not in self.numbers:
                        return True
                    return number not in self.numbers
            """,
        ),
        # A list first; nothing shows what the values are, so there is no fix.
        Bad(
            """
            def has(rows, wanted):
                keys = [row.key for row in rows]
                return any([key == wanted for key in keys])  # API103
            """
        ),
        # A test may ask in any way.
        Good(
            """
            def test_taken():
                names = ["Ann", "Bob"]
                assert any(name == "Bob" for name in names)
            """
        ),
        # Characters; `in` would look for parts of words.
        Good(
            """
            def has(text: str, mark: str) -> bool:
                return any(char == mark for char in text)
            """
        ),
        # It may be a table of a database, whose columns compare in their own way.
        Good(
            """
            def has(columns, wanted):
                return any(column == wanted for column in columns)
            """
        ),
        # Each item is compared to something else.
        Good(
            """
            def has_fixed_point(numbers: list[int]) -> bool:
                return any(number == place for place, number in enumerate(numbers))
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node:
            case ast.Call(
                func=ast.Name(id=function),
                args=[ast.GeneratorExp() | ast.ListComp() as comp],
                keywords=[],
            ):
                wanted = _wanted(comp, function)
            case _:
                return
        if wanted is None or context.resolve(node.func) != function:
            return
        items = comp.generators[0].iter
        if not context.is_pure(wanted):
            return
        container = context.inferred_type(items)
        if container.name not in _CONTAINERS:
            return
        whole: ast.expr = node
        parent = context.parent(node)
        is_found = function == "any"
        if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
            whole, parent, is_found = parent, context.parent(parent), not is_found
        word = "in" if is_found else "not in"
        test = f"{context.segment(wanted)} {word} {context.segment(items)}"
        edits = []
        if isinstance(items, _PRIMARY) and _is_plain(wanted, context):
            text = test if isinstance(parent, _LOOSE) else f"({test})"
            edits = [Edit(whole, replacement(text))]
        if isinstance(wanted, ast.Name) and may_reach(items, wanted, context):
            edits = []  # `in` reads the value first
        yield self.report(node, *edits, items=context.segment(items), test=test)


def _wanted(comp: ast.GeneratorExp | ast.ListComp, function: str) -> ast.expr | None:
    """What each item is compared to; None if it is not the same for all."""
    compare, loop = comp.elt, comp.generators[0]
    if not isinstance(compare, ast.Compare) or not isinstance(loop.target, ast.Name):
        return None
    if len(comp.generators) > 1 or loop.ifs or loop.is_async or len(compare.ops) > 1:
        return None
    if not isinstance(compare.ops[0], ast.Eq if function == "any" else ast.NotEq):
        return None
    left, right = compare.left, compare.comparators[0]
    item = loop.target.id
    if is_name(left, item):
        return None if item in names_in(right) else right
    return left if is_name(right, item) and item not in names_in(left) else None


def _is_plain(wanted: ast.expr, context: Context) -> bool:
    """Whether it is hashable, equal to itself and cannot raise."""
    if not isinstance(wanted, ast.Name | ast.Constant):
        return False
    return context.type_of(wanted).name in _SIMPLE
