from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.recursion import LINEAR, Step, is_light, on_one_path, steps

_COPIED = ("list", "str", "tuple", "bytes")


class RecursionConcatAccumulate(Rule):
    """A recursive function builds its result by concatenating the results of its calls.

    Every level copies all that the levels below it made: `O(n²)` for a chain, and still every
    item once for each level of a tree.
    """

    code = "API204"
    name = "recursion-concat-accumulate"
    message = "Every call of `{name}` copies {what}"
    advice = "Append to one list that all calls share, or use a loop"
    gain = Gain("O(n²)", "O(n)", {10: 1.1, 300: 2.4, 900: 3.9})
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
        # As deep as the nesting of data, not as it is long.
        Good(
            """
            def shape(nested, axes):
                return [len(nested)] + shape(nested[0], axes[1:]) if axes else []
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
        # Two branches go on from the same start.
        Good(
            """
            def brackets(text, opened, closed, size):
                if closed == size:
                    print(text)
                if opened < size:
                    brackets(text + "(", opened + 1, closed, size)
                if closed < opened:
                    brackets(text + ")", opened, closed + 1, size)
            """
        ),
    )

    def visit_Module(self, _: ast.Module, context: Context) -> Iterator[Finding]:
        for function, calls in context.calls.recursive.items():
            if not is_light(function, context):
                continue
            for call in calls:
                found = _concatenation(call, function, context)
                if found is not None:
                    yield self.report(found[0], name=function.name, what=found[1])
                    break


def _concatenation(
    call: ast.Call, function: FunctionNode, context: Context
) -> tuple[ast.expr | ast.stmt, str] | None:
    """The sum that copies what the call returns, or what it is given, and words for that."""
    passed = steps(call, function, context)
    if context.loops(call) or Step.PART in passed.values() or Step.PIECE in passed.values():
        return None
    is_chain = any(how in LINEAR for how in passed.values())
    if is_chain and Step.CHILD in passed.values():
        return None
    if not is_chain and not _is_of_binary_tree(function, context):
        return None
    for name in passed if is_chain and not _branches(call, function, context) else ():
        argument = context.calls.argument_for(call, function, name)
        if isinstance(argument, ast.BinOp) and _adds_to(argument, name, context):
            return argument, f"all of `{name}` to add to it"
    for result in (call, *_named(call, context)):
        found = _sum_around(result, is_chain, context)
        if found is not None:
            return found, "the whole result of the calls below it"
    return None


def _branches(call: ast.Call, function: FunctionNode, context: Context) -> bool:
    """Whether it calls itself elsewhere too in one run: what it hands down must be copied."""
    return any(
        on_one_path(call, other, context) or on_one_path(other, call, context)
        for other in context.calls.recursive[function]
        if other is not call
    )


def _is_of_binary_tree(function: FunctionNode, context: Context) -> bool:
    """Whether it calls itself for two children of the same node."""
    calls = context.calls.recursive[function]
    return sum(Step.CHILD in steps(call, function, context).values() for call in calls) > 1


def _adds_to(argument: ast.BinOp, name: str, context: Context) -> bool:
    operands = _operands(argument)
    is_of_parameter = any(isinstance(o, ast.Name) and o.id == name for o in operands)
    return is_of_parameter and any(context.type_of(o).name in _COPIED for o in operands)


def _named(call: ast.Call, context: Context) -> list[ast.Name]:
    """The reads of a variable that only holds the result."""
    parent = context.parent(call)
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        if context.sole_value(parent.targets[0]) is call:
            return context.uses(parent.targets[0])
    return []


def _sum_around(result: ast.expr, is_chain: bool, context: Context) -> ast.expr | ast.stmt | None:
    """The whole `a + b + c` that the result is part of, if something in it is no number."""
    parent = context.parent(result)
    match parent:
        case ast.AugAssign(op=ast.Add(), target=target) if is_chain:
            return parent if context.type_of(target).name in _COPIED else None
        case ast.Call(func=ast.Attribute(attr="extend"), args=[given]) if is_chain:
            return parent if given is result else None
    whole: ast.expr = result
    while isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add):
        whole, parent = parent, context.parent(parent)
    if whole is result or not isinstance(parent, ast.Return | ast.IfExp | ast.Assign):
        return None
    return whole if any(context.type_of(o).name in _COPIED for o in _operands(whole)) else None


def _operands(node: ast.expr) -> list[ast.expr]:
    found, stack = [], [node]
    while stack:
        top = stack.pop()
        if isinstance(top, ast.BinOp) and isinstance(top.op, ast.Add):
            stack += [top.right, top.left]
        else:
            found.append(top)
    return found
