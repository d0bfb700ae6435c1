from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.calls import own_nodes
from effilint.analyzer.facts.recursion import Step, on_one_path, step
from effilint.analyzer.patterns import same


class RecursiveHelperPerNode(Rule):
    """While going down a tree, another recursive function goes all the way down from each node.

    What it finds below a node is found again from every node above: `O(n·depth)` in all, `O(n²)`
    for a tree that is a chain. One function can return both results.
    """

    code = "API206"
    name = "recursive-helper-per-node"
    message = "`{helper}` goes down the whole tree again from every node that `{function}` visits"
    advice = "Return what `{helper}` finds together with the result of `{function}`, in one descent"
    gain = Gain("O(n²)", "O(n)", {10: 2.2, 100: 13.0, 400: 97.0})
    examples = (
        Bad(
            """
            class Node:
                def __init__(self, left=None, right=None):
                    self.left = left
                    self.right = right

            def height(node):
                if node is None:
                    return 0
                return 1 + max(height(node.left), height(node.right))

            def widest(node):
                if node is None:
                    return 0
                here = height(node.left) + height(node.right)  # API206
                return max(here, widest(node.left), widest(node.right))

            def chain(n):
                node = None
                for _ in range(n):
                    node = Node(node)
                return node
            """,
            fixed="""
            class Node:
                def __init__(self, left=None, right=None):
                    self.left = left
                    self.right = right

            def measured(node):
                if node is None:
                    return 0, 0
                left, widest_left = measured(node.left)
                right, widest_right = measured(node.right)
                return 1 + max(left, right), max(left + right, widest_left, widest_right)

            def widest(node):
                return measured(node)[1]

            def chain(n):
                node = None
                for _ in range(n):
                    node = Node(node)
                return node
            """,
            workload="widest(chain(n))",
        ),
        # Methods; the helper is asked about the node itself.
        Bad(
            """
            class Report:
                def total(self, unit):
                    if not unit:
                        return 0
                    return unit.cost + self.total(unit.first) + self.total(unit.second)

                def heavy(self, unit, limit):
                    if not unit:
                        return []
                    found = self.heavy(unit.first, limit) + self.heavy(unit.second, limit)
                    if self.total(unit) > limit:  # API206
                        found.append(unit)
                    return found
            """
        ),
        # It goes down one path only, and remembers.
        Good(
            """
            import functools

            def leftmost(node):
                return node if node.left is None else leftmost(node.left)

            @functools.cache
            def height(node):
                return 0 if node is None else 1 + max(height(node.left), height(node.right))

            def shown(node):
                if node is None:
                    return []
                return shown(node.left) + [leftmost(node), height(node)] + shown(node.right)
            """
        ),
        # The other function is called for one node.
        Good(
            """
            def height(node):
                return 0 if node is None else 1 + max(height(node.left), height(node.right))

            def spread(node):
                return height(node.left) - height(node.right)
            """
        ),
    )

    def visit_Module(self, _: ast.Module, context: Context) -> Iterator[Finding]:
        recursive = context.calls.recursive
        if len(recursive) < 2:
            return
        descending = {f: _descents(f, calls, context) for f, calls in recursive.items()}
        for function, descents in descending.items():
            if len(descents) < 2 or not _goes_both_ways(recursive[function], context):
                continue
            parameter = descents[0][0]
            for call in _called(function):
                helper = context.callee(call)
                if helper is None or helper is function or helper.decorator_list:
                    continue
                if len(descending.get(helper, [])) < 2 or len(call.args) != 1 or call.keywords:
                    continue
                if len(context.calls.parameters(helper)) != 1:
                    continue
                if not _goes_both_ways(recursive[helper], context):
                    continue
                asked = call.args[0]
                is_node = isinstance(asked, ast.Name) and asked.id == parameter
                if is_node or any(same(asked, child) for _, child in descents):
                    if context.purity.function_is_pure(helper):
                        yield self.report(call, helper=helper.name, function=function.name)
                        break


def _descents(
    function: FunctionNode, calls: list[ast.Call], context: Context
) -> list[tuple[str, ast.expr]]:
    """The parameter and its different children that the function calls itself for."""
    found: list[tuple[str, ast.expr]] = []
    for name, parameter in context.calls.parameters(function).items():
        if len(context.bindings(parameter)) != 1:
            continue
        for call in calls:
            argument = context.calls.argument_for(call, function, name)
            if argument is None or not isinstance(argument, ast.Attribute):
                continue
            if step(argument, name, context) is Step.CHILD:
                if not any(same(argument, other) for _, other in found):
                    found.append((name, argument))
        if found:
            return found
    return found


def _goes_both_ways(calls: list[ast.Call], context: Context) -> bool:
    """Whether one run calls itself for several children."""
    return any(on_one_path(one, other, context) for one, other in combinations(calls, 2))


def _called(function: FunctionNode) -> list[ast.Call]:
    return [node for node in own_nodes(function) if isinstance(node, ast.Call)]
