from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.lists import hot_unchanged_loop, may_be_long
from effilint.analyzer.patterns import always_leaves, names_in, sole_statement


class PairsListScan(Rule):
    """A loop goes through a list of records to find the one with a given key, again and again.

    A dict from key to record, built once before the loop, finds it at once. Of records with
    equal keys the first must win, as here.
    """

    code = "DST104"
    name = "pairs-list-scan"
    message = "`{records}` is gone through for each lookup of `{key}`"
    advice = "Build a dict of `{records}` by `{field}` before the outer loop"
    gain = Gain("O(n*m)", "O(n + m)", {10: 1.0, 1_000: 24.0, 5_000: 110.0})
    examples = (
        Bad(
            """
            def priced(orders, prices: list):
                total = 0
                for name in orders:
                    for product, price in prices:  # DST104
                        if product == name:
                            total += price
                            break
                return total
            """,
            fixed="""
            def priced(orders, prices: list):
                total = 0
                price_of = dict(reversed(prices))
                for name in orders:
                    if name in price_of:
                        total += price_of[name]
                return total
            """,
            workload="priced([f'p{i}' for i in range(n)], [(f'p{n - i}', i) for i in range(n)])",
        ),
        Bad(
            """
            def assign(tickets, users: list[dict]):
                for ticket in tickets:
                    for user in users:  # DST104
                        if user["id"] == ticket.owner:
                            ticket.user = user
                            break
                    else:
                        ticket.user = None
            """
        ),
        Bad(
            """
            def names(codes, lines):
                table = [line.split(",", 1) for line in lines]
                found = []
                while codes:
                    code = codes.pop()
                    for row in table:  # DST104
                        if code == row[0]:
                            found.append(row[1])
                            break
                return found
            """
        ),
        # `next` takes the first that fits.
        Bad(
            """
            def owners(tickets, users: list):
                return [next(u for u in users if u.id == t.owner) for t in tickets]  # DST104
            """
        ),
        # Goes on to the others with the same key.
        Good(
            """
            def total(orders, prices: list):
                total = 0
                for name in orders:
                    for product, price in prices:
                        if product == name:
                            total += price
                return total
            """
        ),
        # The list changes with each pass of the outer loop.
        Good(
            """
            def find(groups, name):
                for group in groups:
                    members = sorted(group)
                    for member in members:
                        if member.name == name:
                            return member
            """
        ),
        # Not an equality.
        Good(
            """
            def bracket(incomes, limits: list):
                for income in incomes:
                    for limit, rate in limits:
                        if income <= limit:
                            yield rate
                            break
            """
        ),
        # A few lookups.
        Good(
            """
            def preferred(languages: list, is_swiss):
                order = ("de", "fr", "it") if is_swiss else ("de", "en")
                for code in order:
                    for language in languages:
                        if language.code == code:
                            return language
            """
        ),
        # One lookup.
        Good(
            """
            def price(prices: list, name):
                for product, price in prices:
                    if product == name:
                        return price
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        choice = sole_statement(node.body)
        if not isinstance(choice, ast.If) or choice.orelse or not always_leaves(choice.body):
            return
        if isinstance(choice.body[-1], ast.Continue | ast.Raise):
            return
        parts = _lookup(choice.test, node.target)
        if parts and _is_repeated(context, node, node.iter, parts[1]):
            yield self._reported(node, node.iter, parts, context)

    def visit_GeneratorExp(self, node: ast.GeneratorExp, context: Context) -> Iterator[Finding]:
        loop, call = node.generators[0], context.parent(node)
        if len(node.generators) > 1 or len(loop.ifs) != 1 or not isinstance(call, ast.Call):
            return
        parts = _lookup(loop.ifs[0], loop.target)
        if not parts or context.resolve(call.func) != "next" or call.args[0] is not node:
            return
        if _is_repeated(context, call, loop.iter, parts[1]):
            yield self._reported(call, loop.iter, parts, context)

    def _reported(
        self,
        node: ast.stmt | ast.expr,
        records: ast.expr,
        parts: tuple[ast.expr, ast.expr],
        context: Context,
    ) -> Finding:
        field, key = (context.segment(part) for part in parts)
        return self.report(node, records=context.segment(records), field=field, key=key)


def _lookup(test: ast.expr, target: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Field and key, if the test is `field == key` with a field of the loop's item."""
    if (
        not isinstance(test, ast.Compare)
        or len(test.ops) != 1
        or not isinstance(test.ops[0], ast.Eq)
    ):
        return None
    bound = names_in(target)
    for field, key in (test.left, test.comparators[0]), (test.comparators[0], test.left):
        if _is_field(field, target) and not names_in(key) & bound:
            return field, key
    return None


def _is_field(node: ast.expr, target: ast.expr) -> bool:
    match node, target:
        case ast.Name(id=name), ast.Tuple(elts=elts):
            return any(isinstance(e, ast.Name) and e.id == name for e in elts)
        case (
            ast.Attribute(value=ast.Name(id=name)) | ast.Subscript(value=ast.Name(id=name)),
            ast.Name(id=item),
        ):
            return name == item
    return False


def _is_repeated(context: Context, node: ast.AST, records: ast.expr, key: ast.expr) -> bool:
    if not isinstance(records, ast.Name | ast.Attribute) or isinstance(key, ast.Constant):
        return False
    if context.type_of(records).name not in ("list", "tuple"):
        return False
    if not context.hot_loops(node) or not may_be_long(context, records):
        return False
    loop = hot_unchanged_loop(context, node, records)
    return loop is not None and not context.is_invariant(key, loop)
