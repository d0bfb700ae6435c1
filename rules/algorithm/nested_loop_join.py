from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.duplicates import paired
from effilint.analyzer.facts.joins import Join, join_of_comprehension, join_of_loop
from effilint.analyzer.patterns import always_leaves, sole_statement


class NestedLoopJoin(Rule):
    """Two nested loops pair up items whose keys are equal.

    Every item of the outer loop is compared with every item of the inner one. A dict from key to
    items of the inner loop, built once, finds the partners directly.
    """

    code = "ALG501"
    name = "nested-loop-join"
    message = "Every `{outer}` is compared with every `{inner}` to find equal keys"
    advice = "Build a dict of `{items}` by key before the loops and look `{key}` up in it"
    gain = Gain("O(n * m)", "O(n + m)", {10: 1.1, 1_000: 54.0, 5_000: 190.0})
    # True, but the tables are often short: 15 of 23 findings read were worth a change.
    examples = (
        Bad(
            """
            def match(orders, customers):
                pairs = []
                for order in orders:
                    for customer in customers:  # ALG501
                        if order["customer"] == customer["id"]:
                            pairs.append((order["id"], customer["name"]))
                return pairs
            """,
            fixed="""
            from collections import defaultdict

            def match(orders, customers):
                by_id = defaultdict(list)
                for customer in customers:
                    by_id[customer["id"]].append(customer)
                pairs = []
                for order in orders:
                    for customer in by_id.get(order["customer"], ()):
                        pairs.append((order["id"], customer["name"]))
                return pairs
            """,
            workload="match([{'id': i, 'customer': (i * 7) % (n + 3)} for i in range(n)],"
            " [{'id': i, 'name': str(i)} for i in range(n)])",
        ),
        Bad(
            """
            class Ledger:
                def settle(self):
                    for payment in self.payments:
                        for invoice in self.invoices:  # ALG501
                            if invoice.number != payment.reference:
                                continue
                            yield invoice, payment
                            break
            """,
        ),
        Bad(
            """
            def joined(left, right):
                return [(a, b) for a in left for b in right if a.key == b.key]  # ALG501
            """,
        ),
        Bad(
            """
            def spent(users, orders):
                for user in users:
                    yield user, sum(o.amount for o in orders if o.user == user.id)  # ALG501
            """,
        ),
        Bad(
            """
            def positions(needles, hay):
                found = {}
                for needle in needles:
                    for i in range(len(hay)):  # ALG501
                        if hay[i].name == needle.name and hay[i].active:
                            found[needle.name] = i
                return found
            """,
        ),
        # The inner items belong to the outer one.
        Good(
            """
            def total(orders):
                for order in orders:
                    for line in order.lines:
                        if line.owner == order.owner:
                            yield line
            """
        ),
        # Three kinds are few.
        Good(
            """
            def kinds(rows):
                for row in rows:
                    for kind in KINDS:
                        if row.kind == kind.name:
                            yield row

            KINDS = (int, str, float)
            """
        ),
        # A user types few options, and an enumeration has few members.
        Good(
            """
            def groups(targets, options):
                for name, value in options.connections:
                    for target in targets:
                        if target.name == name:
                            target.value = value
                return {kind: [t for t in targets if t.kind == kind] for kind in TargetKind}
            """
        ),
        # A bond has two ends.
        Good(
            """
            class Bond:
                def __init__(self, first, last):
                    self.ends = [first, last]

                def renumber(self, numbers):
                    ends = [None, None]
                    for new, old in numbers:
                        for i, end in enumerate(self.ends):
                            if end.number == old:
                                ends[i] = new
                    self.ends = ends
                    if not self.ends:
                        ends = -1
            """
        ),
        # Tests have short tables.
        Good(
            """
            def test_names(people, labels):
                for label in labels:
                    assert any(person.name == label.text for person in people)
                return {n: [p for p in people if p.name == n] for n in labels}
            """
        ),
        # Equal items of one list are another rule's.
        Good(
            """
            def has_twins(items):
                for i in range(len(items)):
                    for j in range(len(items)):
                        if i != j and items[i].key == items[j].key:
                            return True
                return False
            """
        ),
        # More is done than to look for equals.
        Good(
            """
            def nearest(points, centres):
                for point in points:
                    for centre in centres:
                        distance = abs(point.x - centre.x)
                        if point.kind == centre.kind:
                            yield distance
            """
        ),
        # A dict is searched for one key: that is another rule's.
        Good(
            """
            def pick(names, table):
                for name in names:
                    for key, value in table.items():
                        if key == name:
                            yield value
            """
        ),
        # Rows of a drawing.
        Good(
            """
            def draw(ys, height, width):
                for h in range(height):
                    for i in range(width):
                        if ys[i] == h:
                            print(i)
            """
        ),
        # Closeness is not equality.
        Good(
            """
            def close(points, centres):
                return [(p, c) for p in points for c in centres if abs(p.x - c.x) < 1]
            """
        ),
    )

    def visit_For(self, node: ast.For, context: Context) -> Iterator[Finding]:
        if isinstance(node.body[0], ast.If):
            yield from self._findings(node, join_of_loop(node, context), context)

    def visit_comprehension(self, node: ast.comprehension, context: Context) -> Iterator[Finding]:
        if node.ifs or isinstance(context.parent(node), ast.GeneratorExp):
            yield from self._findings(node.iter, join_of_comprehension(node, context), context)

    def _findings(
        self, node: ast.For | ast.expr, join: Join | None, context: Context
    ) -> Iterator[Finding]:
        if join is None or join.is_of_items or _is_search(node, join, context):
            return
        loops = [loop for loop in (join.inner, join.outer) if not isinstance(loop, ast.AsyncFor)]
        if len(loops) == 2 and paired(join.outer_key, join.inner_key, loops, context):
            return  # equal items of one list: ALG505 says so
        yield self.report(
            node,
            outer=context.segment(join.outer.target),
            inner=context.segment(join.inner.target),
            items=context.segment(join.inner.iter),
            key=context.segment(join.outer_key),
        )


def _is_search(node: ast.For | ast.expr, join: Join, context: Context) -> bool:
    """Whether the inner loop ends with the first match in a list: DST104 says so."""
    choice = sole_statement(node.body) if isinstance(node, ast.For) else None
    if not isinstance(choice, ast.If) or join.rest:
        return False
    leaves = always_leaves(choice.body) and not isinstance(choice.body[-1], ast.Continue)
    return leaves and context.type_of(join.inner.iter).name in ("list", "tuple")
