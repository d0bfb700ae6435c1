from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.conversions import as_set
from effilint.analyzer.facts.lists import outlives_passes
from effilint.analyzer.facts.scopes import Binding, Kind, Symbol
from effilint.analyzer.facts.searched_lists import (
    added_again,
    is_fallback,
    is_only_searched,
    is_tested,
    is_truth_test,
    is_unhashable,
    may_lack_hash,
    statement_call,
)
from effilint.analyzer.facts.waiting import waits
from effilint.analyzer.patterns import membership, method_call


class VisitedList(Rule):
    """A list only remembers what has been seen: items are added to it and looked for in it.

    Each search goes through the whole list; a set finds an item at once. The fix assumes that
    the items are hashable.
    """

    code = "DST107"
    name = "visited-list"
    message = (
        "`{seen}` only remembers what has been seen, and as a list it is searched item by item"
    )
    advice = "Make `{seen}` a set"
    gain = Gain("O(n^2)", "O(n)", {10: 1.1, 1_000: 18.0, 10_000: 160.0})
    safety = Safety.UNSAFE
    examples = (
        Bad(
            """
            def reachable(graph, start):
                visited = []
                count = 0
                stack = [start]
                while stack:
                    node = stack.pop()
                    if node in visited:  # DST107
                        continue
                    visited.append(node)
                    count += 1
                    stack.extend(graph[node])
                return count
            """,
            fixed="""
            def reachable(graph, start):
                visited = set()
                count = 0
                stack = [start]
                while stack:
                    node = stack.pop()
                    if node in visited:
                        continue
                    visited.add(node)
                    count += 1
                    stack.extend(graph[node])
                return count
            """,
            workload="reachable({i: [(i + 1) % (n + 1)] for i in range(n + 1)}, 0)",
        ),
        # A nested function searches the list of the function around it.
        Bad(
            """
            def components(graph):
                seen = []

                def explore(node):
                    seen.append(node)
                    for other in graph[node]:
                        if other not in seen:  # DST107
                            explore(other)

                total = 0
                for node in graph:
                    if node not in seen:  # DST107
                        total += 1
                        explore(node)
                return total
            """,
            fixed="""
            def components(graph):
                seen = set()

                def explore(node):
                    seen.add(node)
                    for other in graph[node]:
                        if other not in seen:
                            explore(other)

                total = 0
                for node in graph:
                    if node not in seen:
                        total += 1
                        explore(node)
                return total
            """,
        ),
        # Handed down by a recursive function.
        Bad(
            """
            def depth_first(graph, node, visited):
                if node in visited:  # DST107
                    return 0
                visited.append(node)
                return 1 + sum(depth_first(graph, other, visited) for other in graph[node])
            """
        ),
        Bad(
            """
            def first_repeat(numbers):
                seen = list()
                for number in numbers:
                    if number in seen:  # DST107
                        return number
                    seen.append(number)
            """,
            fixed="""
            def first_repeat(numbers):
                seen = set()
                for number in numbers:
                    if number in seen:
                        return number
                    seen.add(number)
            """,
        ),
        # The order of the items matters: the list is the result.
        Good(
            """
            def unique(items):
                result = []
                for item in items:
                    if item not in result:
                        result.append(item)
                return result
            """
        ),
        # The path that led here, which is taken back.
        Good(
            """
            def paths(graph, node, path):
                if node in path:
                    return
                path.append(node)
                for other in graph[node]:
                    paths(graph, other, path)
                path.pop()
            """
        ),
        # Starts afresh, for a few items each time.
        Good(
            """
            def rows(table):
                for row in table:
                    seen = []
                    for name in ("a", "b"):
                        if row[name] in seen:
                            yield row
                        seen.append(row[name])
            """
        ),
        # The list is part of the result.
        Good(
            """
            def labels(rows):
                found = {}
                for row in rows:
                    known = found.setdefault(row.owner, [])
                    for label in row.labels:
                        if label not in known:
                            known.append(label)
                return found

            def owners(rows, found):
                known = found["owner"] = []
                for row in rows:
                    if row.owner not in known:
                        known.append(row.owner)
            """
        ),
        # Fields may be a list, which has no hash.
        Good(
            """
            def repeated(relations):
                seen = []
                for relation in relations:
                    signature = (relation.model, relation.fields)
                    if signature in seen:
                        return relation
                    seen.append(signature)
            """
        ),
        # Next to a download the search takes no time.
        Good(
            """
            def pages(self, links: list[str]):
                seen = []
                for link in links:
                    if link not in seen:
                        seen.append(link)
                        yield self.download(link)
                print("done")
            """
        ),
    )

    def visit_Compare(self, node: ast.Compare, context: Context) -> Iterator[Finding]:
        parts = membership(node)
        if parts is None or not isinstance(parts[1], ast.Name):
            return
        item, seen = parts
        assert isinstance(seen, ast.Name)
        symbol = context.symbol(seen)
        if symbol is None or not symbol.scope.is_function:
            return
        edits: list[Edit] = []
        if not _is_handed_down(context, node, symbol):
            if not _is_memory(context, node, symbol):
                return
            edits = as_set(context, seen)
        if is_unhashable(context, item) or waits(context, node) or is_fallback(context, node):
            return
        if may_lack_hash(context, item):
            return
        yield self.report(node, *edits, seen=seen.id)


def _is_memory(context: Context, test: ast.Compare, symbol: Symbol) -> bool:
    """Whether a loop, or a function that is called in one, adds to a list it only searches."""
    seen = test.comparators[0]
    if context.type_of(seen).name != "list" or not is_only_searched(context, symbol):
        return False
    if any(_is_kept_elsewhere(context, binding) for binding in symbol.bindings):
        return False
    added = [
        call
        for use in context.scopes.loads(symbol)
        if (call := statement_call(context, use, "append")) is not None
    ]
    if any(is_unhashable(context, call.args[0]) for call in added):
        return False
    if context.function(test) is not symbol.scope.node:
        return bool(added) and _is_repeated(context, test)
    for call in added:
        if context.function(call) is not symbol.scope.node:
            return bool(context.hot_loops(test)) and _is_repeated(context, call)
    statement = added_again(context, test)
    if statement is None or not isinstance(seen, ast.Name):
        return False
    return outlives_passes(context, statement, seen)


def _is_kept_elsewhere(context: Context, binding: Binding) -> bool:
    """Whether the list is taken from, or put into, something that lives on."""
    statement, value = context.parent(binding.node), binding.value
    if isinstance(statement, ast.Assign) and len(statement.targets) > 1:
        return True
    if isinstance(value, ast.Subscript | ast.Attribute):
        return True
    return method_call(value, "setdefault", "get") is not None


def _is_repeated(context: Context, node: ast.AST) -> bool:
    function = context.function(node)
    if function is None:
        return False
    return bool(context.hot_loops(node)) or context.calls.is_recursive(function)


def _is_handed_down(context: Context, test: ast.Compare, symbol: Symbol) -> bool:
    """Whether a recursive function adds to, searches and hands on what it was given."""
    function = symbol.scope.node
    if [binding.kind for binding in symbol.bindings] != [Kind.ARGUMENT]:
        return False
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    if context.type_of(test.comparators[0]).name not in ("list", "unknown"):
        return False
    calls = context.calls.self_calls(function)
    if not calls or (added_again(context, test) is None and not _adds(context, symbol)):
        return False
    return all(
        is_tested(context, use)
        or is_truth_test(context, use)
        or statement_call(context, use, "append") is not None
        or _is_passed_on(context, use, calls, function, symbol.name)
        for use in context.scopes.loads(symbol)
    )


def _adds(context: Context, symbol: Symbol) -> bool:
    return any(statement_call(context, use, "append") for use in context.scopes.loads(symbol))


def _is_passed_on(
    context: Context, use: ast.Name, calls: list[ast.Call], function: FunctionNode, name: str
) -> bool:
    return any(context.calls.argument_for(call, function, name) is use for call in calls)
