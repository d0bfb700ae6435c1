from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.memo import may_be_remembered
from effilint.analyzer.facts.recursion import Step, on_one_path, steps


class SubtreeWalkAtEachNode(Rule):
    """A recursion over a tree calls, at every node, another recursion over the same subtree.

    A node is visited again for each of its ancestors. One recursion that returns both answers
    goes through the tree once.
    """

    code = "ALG708"
    name = "subtree-walk-at-each-node"
    message = "`{call}` goes through the whole subtree, again at every node that `{name}` visits"
    advice = "Let one recursion return both answers, from the leaves up"
    gain = Gain("O(n * height)", "O(n)", {10: 2.1, 100: 12.0, 300: 66.0})
    examples = (
        Bad(
            """
            class Node:
                def __init__(self, below):
                    self.left, self.right = below, None

            def chain(n):
                top = None
                for _ in range(n):
                    top = Node(top)
                return top

            def height(node):
                if node is None:
                    return 0
                return 1 + max(height(node.left), height(node.right))

            def widest(node):
                if node is None:
                    return 0
                here = height(node.left) + height(node.right)  # ALG708
                return max(here, widest(node.left), widest(node.right))
            """,
            fixed="""
            class Node:
                def __init__(self, below):
                    self.left, self.right = below, None

            def chain(n):
                top = None
                for _ in range(n):
                    top = Node(top)
                return top

            def widest(node):
                def measured(node):
                    if node is None:
                        return 0, 0
                    left, best = measured(node.left)
                    right, other = measured(node.right)
                    return 1 + max(left, right), max(left + right, best, other)

                return measured(node)[1]
            """,
            workload="widest(chain(n))",
        ),
        Bad(
            """
            class Tree:
                def size(self, node):
                    if not node:
                        return 0
                    return 1 + self.size(node.left) + self.size(node.right)

                def balanced(self, node):
                    if not node:
                        return True
                    if abs(self.size(node.left) - self.size(node.right)) > 1:  # ALG708
                        return False
                    return self.balanced(node.left) and self.balanced(node.right)
            """,
        ),
        Bad(
            """
            def prune(root):
                def holds_one(node):
                    if node is None:
                        return False
                    return node.value == 1 or holds_one(node.left) or holds_one(node.right)

                if root is None or not holds_one(root):  # ALG708
                    return None
                root.left = prune(root.left)
                root.right = prune(root.right)
                return root
            """,
        ),
        # The inner walk goes down one side.
        Good(
            """
            def leftmost(node):
                return leftmost(node.left) if node.left else node.value

            def count(node, low):
                if node is None:
                    return 0
                return (leftmost(node) > low) + count(node.left, low) + count(node.right, low)
            """
        ),
        # One branch only: like a search tree's.
        Good(
            """
            def fails(state):
                if state.kind == 1:
                    return fails(state.inner)
                elif state.kind == 2:
                    return fails(state.other)
                return state.failed

            def following(state):
                if state.kind == 1:
                    return fails(state.inner) or following(state.inner)
                elif state.kind == 2:
                    return fails(state.other) or following(state.other)
                return state
            """
        ),
        # The outer function looks at one node.
        Good(
            """
            def height(node):
                if node is None:
                    return 0
                return 1 + max(height(node.left), height(node.right))

            def levels(root):
                return [0] * height(root)
            """
        ),
        # What the inner walk finds depends on more than the node.
        Good(
            """
            def alike(node, other):
                if node is None or other is None:
                    return node is other
                return alike(node.left, other.left) and alike(node.right, other.right)

            def holds(node, part):
                if node is None:
                    return False
                return alike(node, part) or holds(node.left, part) or holds(node.right, part)
            """
        ),
    )

    def visit_Module(self, _: ast.Module, context: Context) -> Iterator[Finding]:
        walks = {f: name for f in context.calls.recursive if (name := _walked(f, context))}
        if len(walks) < 2:
            return
        for outer, parameter in walks.items():
            for inner in walks:
                call = _first_call(outer, inner, parameter, context)
                if call is not None and may_be_remembered(inner, context):
                    yield self.report(call, call=context.segment(call), name=outer.name)


def _walked(function: FunctionNode, context: Context) -> str | None:
    """The parameter that the function follows to two or more different children."""
    children: dict[str, list[tuple[ast.Call, str]]] = {}
    for call in context.calls.recursive[function]:
        for name, how in steps(call, function, context).items():
            argument = context.calls.argument_for(call, function, name)
            if how is Step.CHILD and isinstance(argument, ast.Attribute):
                children.setdefault(name, []).append((call, argument.attr))
    found = [name for name, calls in children.items() if _forks(calls, context)]
    return found[0] if len(found) == 1 else None


def _forks(calls: list[tuple[ast.Call, str]], context: Context) -> bool:
    """Whether one run may go on to two different children."""
    return any(
        attr != attr2 and on_one_path(call, call2, context)
        for (call, attr), (call2, attr2) in combinations(calls, 2)
    )


def _first_call(
    outer: FunctionNode, inner: FunctionNode, parameter: str, context: Context
) -> ast.Call | None:
    """Where `outer` hands its node, or a child of it, to `inner`, which asks for nothing else."""
    if inner is outer or len(context.calls.parameters(inner)) != 1:
        return None
    calls = [
        call
        for call in context.calls.callers(inner)
        if context.function(call) is outer and len(call.args) == 1 and _is_node(call, parameter)
    ]
    return min(calls, key=lambda call: (call.lineno, call.col_offset), default=None)


def _is_node(call: ast.Call, parameter: str) -> bool:
    match call.args[0]:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id=name)):
            return name == parameter
    return False
