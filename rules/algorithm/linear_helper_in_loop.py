from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.searches import Search
from effilint.analyzer.hoist import region_of
from effilint.analyzer.patterns import names_in, targets_of


class LinearHelperInLoop(Rule):
    """A function that searches a list from its start is called for every item of a loop.

    The loop looks harmless, but each call goes through the list. A dict from key to item, built
    once, answers each of the calls with one look-up.
    """

    code = "ALG506"
    name = "linear-helper-in-loop"
    message = "`{function}` searches `{items}` from its start on every pass of this loop"
    advice = "Build a dict from key to item before the loop and look `{key}` up in it"
    gain = Gain("O(n * m)", "O(n + m)", {10: 1.4, 1_000: 39.0, 3_000: 99.0})
    examples = (
        Bad(
            """
            def find_user(users, name):
                for user in users:
                    if user["name"] == name:
                        return user
                return None

            def owners(files, users):
                result = []
                for file in files:
                    result.append(find_user(users, file["owner"]))  # ALG506
                return result
            """,
            fixed="""
            def owners(files, users):
                by_name = {}
                for user in users:
                    by_name.setdefault(user["name"], user)
                result = []
                for file in files:
                    result.append(by_name.get(file["owner"]))
                return result
            """,
            workload="owners([{'owner': (i * 7) % (n + 3)} for i in range(n)],"
            " [{'name': i} for i in range(n)])",
        ),
        Bad(
            """
            class Shop:
                def product(self, code):
                    return next((p for p in self.products if p.code == code), None)

                def total(self, basket):
                    return sum(self.product(code).price for code in basket)  # ALG506
            """,
        ),
        Bad(
            """
            def children_of(rows, parent):
                return [row for row in rows if row.parent == parent]

            def tree(rows):
                queue = [None]
                while queue:
                    node = queue.pop()
                    for child in children_of(rows, node):  # ALG506
                        print(child)
                        queue.append(child)
            """,
        ),
        Bad(
            """
            EVENTS = load()

            def is_known(key):
                return any(event.key == key for event in EVENTS)

            def unknown(keys):
                return [key for key in keys if not is_known(key)]  # ALG506
            """,
        ),
        Bad(
            """
            def staff(people, team):
                found = []
                for person in people:
                    if person["team"] == team:
                        found.append(person)
                return found

            def sizes(people, teams):
                return {team: len(staff(people, team)) for team in teams}  # ALG506
            """,
        ),
        # Another list on every pass.
        Good(
            """
            def find(items, key):
                for item in items:
                    if item.key == key:
                        return item

            def first(groups, key):
                return [find(group.items, key) for group in groups]
            """
        ),
        # The list grows between the calls.
        Good(
            """
            def find(items, key):
                for item in items:
                    if item.key == key:
                        return item

            def merged(keys):
                items = []
                for key in keys:
                    if find(items, key) is None:
                        items.append(make(key))
                return items
            """
        ),
        # A dict is at work already.
        Good(
            """
            def find(items, key):
                return items.get(key)

            def all_of(items, keys):
                return [find(items, key) for key in keys]
            """
        ),
        # No dict finds what is close.
        Good(
            """
            def nearest(points, x):
                for point in points:
                    if abs(point.x - x) < 1:
                        return point

            def snapped(points, values):
                return [nearest(points, value) for value in values]
            """
        ),
    )

    def visit_FunctionDef(self, node: ast.FunctionDef, context: Context) -> Iterator[Finding]:
        if len(node.body) > 4:
            return
        search = context.searches.of(node)
        if search is None:
            return
        for call in context.calls.callers(node):
            if _repeats_search(call, node, search, context):
                yield self.report(
                    call,
                    function=context.segment(call.func),
                    items=context.segment(search.over),
                    key=context.segment(_key(call, node, search, context) or call),
                )


def _key(
    call: ast.Call, function: ast.FunctionDef, search: Search, context: Context
) -> ast.expr | None:
    return context.calls.argument_for(call, function, search.key)


def _repeats_search(
    call: ast.Call, function: ast.FunctionDef, search: Search, context: Context
) -> bool:
    """Whether a loop asks for another key in the same collection on every pass."""
    loops = context.hot_loops(call)
    key = _key(call, function, search, context) if loops else None
    if key is None or context.function(call) is function:
        return False
    over: ast.expr | None = search.over
    if isinstance(over, ast.Name) and over.id in context.calls.parameters(function):
        over = context.calls.argument_for(call, function, over.id)
        if over is None or context.length(over) is not None:
            return False
    return over is not None and any(
        not context.changes(over, region_of(loop, context)) and _varies(key, loop, context)
        for loop in loops[:1]
        if isinstance(over, ast.Name | ast.Attribute)
    )


def _varies(key: ast.expr, loop: Loop, context: Context) -> bool:
    if isinstance(loop, ast.While):
        return not context.is_invariant(key, loop)
    return bool(names_in(key) & targets_of(loop)) or not context.is_invariant(
        key, region_of(loop, context)
    )
