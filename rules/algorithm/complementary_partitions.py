from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety, Tier
from effilint.analyzer.patterns import is_name, names_in, same, walk
from effilint.analyzer.rewrite import remove, statements

_OPPOSITE = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


class ComplementaryPartitions(Rule):
    """Two list comprehensions go through one list to take what the other leaves.

    Each item is tested twice; one loop tests it once and puts it into one list or the other. The
    fix assumes that the test gives the same both times and changes nothing, and that no number
    compared is a NaN, for which both tests fail.
    """

    code = "ALG602"
    name = "complementary-partitions"
    message = "`{items}` is gone through twice, to split it by one test"
    advice = "Split it in one loop with an `if` and an `else`"
    gain = Gain("O(n)", "O(n)", {10: 1.8, 1_000: 1.8, 100_000: 1.8}, Tier.CONSTANT)
    # The lists that authors split so are short: of twenty findings read five were worth a change.
    confidence = 0.3
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def split(words):
                upper = [word for word in words if word.lower().startswith("a")]
                lower = [word for word in words if not word.lower().startswith("a")]  # ALG602
                return upper, lower
            """,
            fixed="""
            def split(words):
                upper, lower = [], []
                for word in words:
                    if word.lower().startswith("a"):
                        upper.append(word)
                    else:
                        lower.append(word)
                return upper, lower
            """,
            workload="split(['Apple', 'bread', 'corn'] * n)",
        ),
        Bad(
            """
            class Queue:
                def settle(self, now):
                    self.done = [job for job in self.jobs if job.end <= now]
                    self.jobs = [job for job in self.jobs if job.end > now]  # ALG602
            """,
        ),
        Bad(
            """
            def quicksort(items):
                if len(items) < 2:
                    return items
                pivot = items[0]
                less = [item for item in items if item < pivot]
                equal = [item for item in items if item == pivot]
                more = [item for item in items if item > pivot]  # ALG602
                return quicksort(less) + equal + quicksort(more)
            """,
        ),
        Bad(
            """
            def prices(orders):
                paid = [o.price for o in orders if o.state in DONE]
                due = [p.price for p in orders if p.state not in DONE]  # ALG602
                return sum(paid), sum(due)

            DONE = frozenset(("paid", "sent"))
            """,
        ),
        # The tests overlap.
        Good(
            """
            def some(numbers):
                small = [n for n in numbers if n < 10]
                even = [n for n in numbers if n % 2 == 0]
                return small, even
            """
        ),
        # The list is another one by then.
        Good(
            """
            def twice(numbers):
                small = [n for n in numbers if n < 10]
                numbers.extend(small)
                large = [n for n in numbers if n >= 10]
                return large
            """
        ),
        # The second test looks at what the first line has made.
        Good(
            """
            def sorted_out(order, lost):
                lost = [name for name in order if name in lost]
                kept = [name for name in order if name not in lost]
                return lost, kept
            """
        ),
        # Two lists.
        Good(
            """
            def both(left, right):
                small = [n for n in left if n < 10]
                large = [n for n in right if n >= 10]
                return small, large
            """
        ),
    )

    def visit_ListComp(self, node: ast.ListComp, context: Context) -> Iterator[Finding]:
        if len(node.generators) != 1 or len(node.generators[0].ifs) != 1:
            return
        statement = context.parent(node)
        if not isinstance(statement, ast.Assign | ast.AnnAssign):
            return
        source = node.generators[0].iter
        if not isinstance(source, ast.Name | ast.Attribute) or context.length(source) is not None:
            return
        first = _complement(node, statement, context)
        if first is None or context.type_of(source).is_lazy:
            return
        if not context.is_pure(node.generators[0].ifs[0]) and _calls_unknown(node, context):
            return
        edits = _one_loop(first, statement, context)
        yield self.report(node, *edits, items=context.segment(source))


def _comprehension(statement: ast.stmt | None) -> ast.ListComp | None:
    """The filtering list comprehension that the statement assigns."""
    match statement:
        case ast.Assign(value=value) | ast.AnnAssign(value=value):
            pass
        case _:
            return None
    match value:
        case ast.ListComp(generators=[ast.comprehension(ifs=[_])]):
            return value
    return None


def _complement(node: ast.ListComp, statement: ast.stmt, context: Context) -> ast.stmt | None:
    """The assignment above of what the comprehension leaves; other ones may stand between."""
    tests = [_test(node)]
    current = context.previous(statement)
    between: list[ast.stmt] = []
    while current is not None and len(between) < 3:
        comp = _comprehension(current)
        is_same = comp is not None and same(comp.generators[0].iter, node.generators[0].iter)
        if comp is not None and is_same:
            tests.append(_test(comp))
            if _is_rebound(node, [*between, current], context):
                return None
            if _are_opposite(tests[0], tests[-1]) or _are_three_ways(tests):
                return current
        elif not isinstance(current, ast.Assign | ast.AnnAssign):
            return None
        between.append(current)
        current = context.previous(current)
    return None


def _is_rebound(node: ast.ListComp, statements: list[ast.stmt], context: Context) -> bool:
    """Whether the statements may change what the comprehension goes through or compares with."""
    clause = node.generators[0]
    own = names_in(clause.target)
    known = [part for part in walk(clause.ifs[0]) if isinstance(part, ast.Name)]
    looked_at = [clause.iter, *(name for name in known if name.id not in own)]
    return any(context.changes(part, each) for part in looked_at for each in statements)


def _test(node: ast.ListComp) -> ast.expr:
    """The condition, with one name for the item whatever it is called."""
    clause = node.generators[0]
    if not isinstance(clause.target, ast.Name):
        return clause.ifs[0]
    copied = ast.parse(ast.unparse(clause.ifs[0]), mode="eval").body
    for part in ast.walk(copied):
        if is_name(part, clause.target.id):
            part.id = "item"  # type: ignore[attr-defined]
    return copied


def _are_opposite(one: ast.expr, other: ast.expr) -> bool:
    match one, other:
        case (ast.UnaryOp(op=ast.Not(), operand=inner), _) if same(inner, other):
            return True
        case (_, ast.UnaryOp(op=ast.Not(), operand=inner)) if same(inner, one):
            return True
        case (
            ast.Compare(left=left, ops=[op], comparators=[right]),
            ast.Compare(left=left2, ops=[op2], comparators=[right2]),
        ):
            is_same = same(left, left2) and same(right, right2)
            return is_same and _OPPOSITE.get(type(op)) is type(op2)
    return False


def _are_three_ways(tests: list[ast.expr]) -> bool:
    """Whether the tests are `<`, `==` and `>` of the same two things."""
    kinds = set()
    for test in tests:
        match test, tests[0]:
            case (
                ast.Compare(left=left, ops=[op], comparators=[right]),
                ast.Compare(left=left2, ops=[_], comparators=[right2]),
            ) if same(left, left2) and same(right, right2):
                kinds.add(type(op))
            case _:
                return False
    return kinds == {ast.Lt, ast.Eq, ast.Gt}


def _calls_unknown(node: ast.ListComp, context: Context) -> bool:
    """Whether the test calls something that may answer otherwise the second time."""
    return any(
        isinstance(part, ast.Call) and not context.purity.call_is_pure(part)
        for part in ast.walk(node.generators[0].ifs[0])
    )


def _one_loop(first: ast.stmt, second: ast.stmt, context: Context) -> tuple[Edit, ...]:
    """One loop, where the two assignments stand together and take the items as they are."""
    one, other = _comprehension(first), _comprehension(second)
    if one is None or other is None or context.previous(second) is not first:
        return ()
    match first, second:
        case (
            ast.Assign(targets=[ast.Name(id=name)]),
            ast.Assign(targets=[ast.Name(id=name2)]),
        ):
            pass
        case _:
            return ()
    item = one.generators[0].target
    is_plain = isinstance(item, ast.Name) and same(one.elt, item) and same(other.elt, item)
    if not is_plain or not same(item, other.generators[0].target) or name == name2:
        return ()
    assert isinstance(item, ast.Name)
    items = context.segment(one.generators[0].iter)
    function = context.function(first)
    taken = any(
        isinstance(part, ast.Name) and part.id == item.id and not context.inside(part, comp)
        for part in ast.walk(function or context.tree)
        for comp in (one,)
        if not context.inside(part, other)
    )
    if taken or items in (name, name2) or first.lineno == second.lineno:
        return ()
    variable = item.id
    test = context.segment(one.generators[0].ifs[0])
    text = (
        f"{name}, {name2} = [], []\n"
        f"for {variable} in {items}:\n"
        f"    if {test}:\n        {name}.append({variable})\n"
        f"    else:\n        {name2}.append({variable})\n"
    )
    return Edit(first, statements(text)), Edit(second, remove())
