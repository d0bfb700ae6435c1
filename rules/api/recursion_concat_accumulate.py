from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.recursion import LINEAR, Step, steps

_COPIED = ("list", "str", "tuple", "bytes")


class RecursionConcatAccumulate(Rule):
    """A recursive function builds its result by concatenating the results of its calls.

    Every level copies all that the levels below it made: `O(n²)` for a chain, and still every
    item once for each level of a tree.
    """

    code = "API204"
    name = "recursion-concat-accumulate"
    message = "Every call of `{name}` copies the whole result of the calls below it"
    advice = "Append to one list that all calls share, or use a loop"
    gain = Gain("O(n²)", "O(n)", {10: 1.4, 300: 4.0, 900: 9.0})
    examples = (
        Bad(
            """
            def values(node):
                if node is None:
                    return []
                return values(node.left) + [node.value] + values(node.right)  # API204

            class Node:
                def __init__(self, value, left):
                    self.value, self.left, self.right = value, left, None

            def chain(n):
                root = None
                for value in range(n):
                    root = Node(value, root)
                return root
            """,
            fixed="""
            def values(node):
                found = []

                def collect(node):
                    if node is not None:
                        collect(node.left)
                        found.append(node.value)
                        collect(node.right)

                collect(node)
                return found

            class Node:
                def __init__(self, value, left):
                    self.value, self.left, self.right = value, left, None

            def chain(n):
                root = None
                for value in range(n):
                    root = Node(value, root)
                return root
            """,
            workload="values(chain(n))",
        ),
        # The rest of a linked list, through a variable.
        Bad(
            """
            class Links:
                def titles(self, link):
                    if not link:
                        return []
                    rest = self.titles(link.next)
                    return [link.title] + rest  # API204
            """
        ),
        # Text, digit by digit from a list.
        Bad(
            """
            def joined(words, place=0):
                if place == len(words):
                    return ""
                return str(words[place]) + joined(words, place + 1)  # API204
            """,
            fixed="""
            def joined(words):
                return "".join(map(str, words))
            """,
            workload="joined(list(range(n)))",
        ),
        # What was found so far is copied for each call.
        Bad(
            """
            def countdown(n, found=()):
                if n == 0:
                    return found
                return countdown(n - 1, found + (n,))  # API204
            """
        ),
        # Halving: the depth is a logarithm.
        Good(
            """
            def binary(n):
                return str(n) if n < 2 else binary(n // 2) + str(n % 2)
            """
        ),
        # Numbers are added, not copied.
        Good(
            """
            def size(node):
                return size(node.left) + 1 + size(node.right) if node else 0
            """
        ),
        # Each branch of a search has a path of its own.
        Good(
            """
            def paths(node, path=()):
                if not node.children:
                    print(path)
                for child in node.children:
                    paths(child, path + (node.name,))
            """
        ),
    )

    def visit_Module(self, _: ast.Module, context: Context) -> Iterator[Finding]:
        for function, calls in context.calls.recursive.items():
            seen: set[ast.AST] = set()
            for call in calls:
                place = _concatenation(call, function, context)
                if place is not None and place not in seen:
                    seen.add(place)
                    yield self.report(place, name=function.name)


def _concatenation(
    call: ast.Call, function: FunctionNode, context: Context
) -> ast.expr | None:
    """The sum that copies what the call returns, or what it is given."""
    passed = steps(call, function, context)
    if context.loops(call) or not _is_deep(passed.values()):
        return None
    if not any(how in LINEAR for how in passed.values()) and len(context.calls.recursive[function]) < 2:
        return None
    for name in passed:
        argument = context.calls.argument_for(call, function, name)
        if _extends(argument, name, context):
            return argument
    return _returned_sum(call, function, context)
