from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Edit, Finding, Gain, Good, Rule, Safety
from effilint.analyzer.context import FunctionNode
from effilint.analyzer.facts.calls import own_nodes
from effilint.analyzer.patterns import is_name, same, walk
from effilint.analyzer.rewrite import statements


class UnionFindWithoutCompression(Rule):
    """Every look-up of a root climbs the whole chain of parents, and leaves it as long as it was.

    Sets that are joined one after the other make chains as long as there are items. Pointing
    each item on the way at a later one keeps the chains short. The fix changes parents, not
    roots: it is right unless something reads the parents for another purpose.
    """

    code = "ALG207"
    name = "union-find-without-compression"
    message = "Each search for a root climbs the whole chain of `{parents}`"
    advice = "Compress the path: `{step}`"
    safety = Safety.UNSAFE
    gain = Gain("O(n^2)", "O(n log n)", {10: 1.2, 300: 17.0, 3_000: 160.0})
    examples = (
        Bad(
            """
            def groups(count, links):
                parents = list(range(count))

                def find(item):
                    while parents[item] != item:
                        item = parents[item]  # ALG207
                    return item

                for one, other in links:
                    parents[find(one)] = find(other)
                return sum(find(item) == item for item in range(count))
            """,
            fixed="""
            def groups(count, links):
                parents = list(range(count))

                def find(item):
                    while parents[item] != item:
                        parents[item] = parents[parents[item]]
                        item = parents[item]
                    return item

                for one, other in links:
                    parents[find(one)] = find(other)
                return sum(find(item) == item for item in range(count))
            """,
            workload="groups(n, [(0, i) for i in range(1, n)])",
        ),
        # By recursion, with a method that joins.
        Bad(
            """
            class Islands:
                def __init__(self, size):
                    self.parent = list(range(size))

                def root(self, x):
                    if self.parent[x] == x:
                        return x
                    return self.root(self.parent[x])  # ALG207

                def join(self, x, y):
                    a, b = self.root(x), self.root(y)
                    if a != b:
                        self.parent[a] = b
            """,
            fixed="""
            class Islands:
                def __init__(self, size):
                    self.parent = list(range(size))

                def root(self, x):
                    if self.parent[x] == x:
                        return x
                    self.parent[x] = self.root(self.parent[x])
                    return self.parent[x]

                def join(self, x, y):
                    a, b = self.root(x), self.root(y)
                    if a != b:
                        self.parent[a] = b
            """,
        ),
        # The parents are handed over, and the order is another.
        Bad(
            """
            def top(leader, person):
                if person != leader[person]:
                    return top(leader, leader[person])  # ALG207
                return person

            def merge(leader, pairs):
                for a, b in pairs:
                    a, b = top(leader, a), top(leader, b)
                    leader[a] = b
            """,
            fixed="""
            def top(leader, person):
                if person != leader[person]:
                    leader[person] = top(leader, leader[person])
                    return leader[person]
                return person

            def merge(leader, pairs):
                for a, b in pairs:
                    a, b = top(leader, a), top(leader, b)
                    leader[a] = b
            """,
        ),
        # Paths are halved already.
        Good(
            """
            def find(parents, x):
                while parents[x] != x:
                    parents[x] = parents[parents[x]]
                    x = parents[x]
                return x

            def join(parents, a, b):
                parents[find(parents, a)] = find(parents, b)
            """
        ),
        # The second loop compresses.
        Good(
            """
            def find(parents, x):
                root = x
                while parents[root] != root:
                    root = parents[root]
                while parents[x] != root:
                    parents[x], x = root, parents[x]
                return root

            def join(parents, a, b):
                parents[find(parents, a)] = find(parents, b)
            """
        ),
        # The smaller set goes under the larger one: chains are short.
        Good(
            """
            def find(parents, x):
                while parents[x] != x:
                    x = parents[x]
                return x

            def join(parents, sizes, a, b):
                a, b = find(parents, a), find(parents, b)
                if sizes[a] < sizes[b]:
                    a, b = b, a
                parents[b] = a
                sizes[a] += sizes[b]
            """
        ),
        # A tree that stays as it is, whose parents mean something.
        Good(
            """
            def top_folder(parent, folder):
                while parent[folder] != folder:
                    folder = parent[folder]
                return folder
            """
        ),
    )

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        match node:
            case ast.While(
                test=ast.Compare(left=left, ops=[ast.NotEq() | ast.IsNot()], comparators=[right]),
                body=[
                    ast.Assign(targets=[ast.Name() as item], value=ast.Subscript() as link) as climb
                ],
            ) if _is_link(left, right, item, link):
                pass
            case _:
                return
        function = context.function(node)
        if function is None or not _joins_without_care(function, link, context):
            return
        text = context.segment(link)
        step = f"{text} = {context.segment(link.value)}[{text}]"
        edit = Edit(climb, statements(f"{step}\\n{context.segment(climb)}"))
        yield self.report(climb, edit, parents=context.segment(link.value), step=step)

    def visit_Return(self, node: ast.Return, context: Context) -> Iterator[Finding]:
        match node.value:
            case ast.Call(args=[*_, ast.Subscript(slice=ast.Name() as item) as link]) as call:
                function = context.function(node)
            case _:
                return
        if function is None or context.callee(call) is not function:
            return
        is_guarded = any(
            isinstance(test, ast.Compare)
            and len(test.ops) == 1
            and _is_link(test.left, test.comparators[0], item, link)
            for test in own_nodes(function)
        )
        if not is_guarded or not _joins_without_care(function, link, context):
            return
        text = context.segment(link)
        step = f"{text} = {context.segment(call)}"
        edit = Edit(node, statements(f"{step}\\nreturn {text}"))
        yield self.report(node, edit, parents=context.segment(link.value), step=step)


def _is_link(left: ast.expr, right: ast.expr, item: ast.Name, link: ast.Subscript) -> bool:
    """Whether an item is compared with its parent `link`."""
    if not is_name(link.slice, item.id) or not isinstance(link.value, ast.Name | ast.Attribute):
        return False
    return any(
        is_name(one, item.id) and same(other, link) for one, other in ((left, right), (right, left))
    )


def _joins_without_care(function: FunctionNode, link: ast.Subscript, context: Context) -> bool:
    """Whether roots that the function finds get parents, and nothing keeps the chains short."""
    if any(_is_store(node, link.value) for node in own_nodes(function)):
        return False
    if any(_compresses(node, link.value) for node in context.index.get(ast.Assign, ())):
        return False
    joins = 0
    for other in {context.function(call) for call in context.calls.callers(function)}:
        if other is None or other is function:
            continue
        stores = [n for n in own_nodes(other) if _stores_parent(n, link.value, function, context)]
        joins += len(stores)
        if stores and _compares_sizes(other):
            return False
    return joins > 0


def _is_store(node: ast.AST, parents: ast.expr) -> bool:
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Store)
        and same(node.value, parents)
    )


def _compresses(node: ast.AST, parents: ast.expr) -> bool:
    """Whether an item gets its parent's parent, here or in another function."""
    match node:
        case ast.Assign(
            targets=[ast.Subscript(value=one)],
            value=ast.Subscript(value=other, slice=ast.Subscript(value=inner)),
        ):
            return same(one, other) and same(one, inner) and type(one) is type(parents)
    return False


def _stores_parent(node: ast.AST, parents: ast.expr, find: FunctionNode, context: Context) -> bool:
    """Whether the node is `parents[root]` as a target, where `find` gave the root."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, ast.Store):
        return False
    if type(node.value) is not type(parents) or not _same_end(node.value, parents, find):
        return False
    sources = [node.slice]
    if isinstance(node.slice, ast.Name):
        sources = [b.value for b in context.bindings(node.slice) if b.value is not None]
    return any(
        isinstance(part, ast.Call) and context.callee(part) is find
        for source in sources
        for part in walk(source)
    )


def _same_end(one: ast.expr, other: ast.expr, find: FunctionNode) -> bool:
    """Whether both are the same attribute, or names; a parameter of `find` goes by any name."""
    if isinstance(one, ast.Name) and isinstance(other, ast.Name):
        return one.id == other.id or other.id in {a.arg for a in find.args.args}
    return same(one, other) or (
        isinstance(one, ast.Attribute)
        and isinstance(other, ast.Attribute)
        and one.attr == other.attr
    )


def _compares_sizes(function: FunctionNode) -> bool:
    return any(
        isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE)
        for node in own_nodes(function)
        if isinstance(node, ast.Compare)
        for op in node.ops
    )
