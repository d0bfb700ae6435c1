from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    Tier,
    replacement,
)
from effilint.analyzer.facts.lattice import UNKNOWN, Type
from effilint.analyzer.facts.scopes import Kind

_FLAT = frozenset("list set dict deque Counter OrderedDict defaultdict".split())
_ADDING = {"append": 0, "add": 0, "appendleft": 0, "insert": 1}
_REMOVING = frozenset("pop popleft remove discard clear sort reverse rotate".split())


class DeepcopyHot(Rule):
    """`copy.deepcopy` is called again and again on a container of immutable items.

    It visits every item in Python code to find that none needs a copy; `copy()` does the same
    at once. The fix assumes what annotations and assignments in the file say of the items, and
    that no row of a list of lists is in it twice.
    """

    code = "DST504"
    name = "deepcopy-hot"
    message = "`deepcopy` goes through the immutable items of `{name}` in every pass"
    advice = "Use `{copy}`"
    gain = Gain("O(n)", "O(n)", {10: 27.0, 1_000: 98.0, 10_000: 99.0}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    calls = frozenset({"deepcopy"})
    examples = (
        Bad(
            """
            import copy

            def neighbours(board: list[int], moves):
                found = []
                for i, value in moves:
                    changed = copy.deepcopy(board)  # DST504
                    changed[i] = value
                    found.append(changed)
                return found
            """,
            fixed="""
            import copy

            def neighbours(board: list[int], moves):
                found = []
                for i, value in moves:
                    changed = board.copy()
                    changed[i] = value
                    found.append(changed)
                return found
            """,
            workload="neighbours(list(range(n)), [(0, 1), (n - 1, 2)] * 10)",
        ),
        Bad(
            """
            from copy import deepcopy

            def simulate(rounds):
                grid = [[0] * 50 for _ in range(50)]
                for _ in range(rounds):
                    before = deepcopy(grid)  # DST504
                    for i, row in enumerate(before):
                        grid[i][0] = 1 - row[0]
                return grid
            """,
            fixed="""
            from copy import deepcopy

            def simulate(rounds):
                grid = [[0] * 50 for _ in range(50)]
                for _ in range(rounds):
                    before = [row.copy() for row in grid]
                    for i, row in enumerate(before):
                        grid[i][0] = 1 - row[0]
                return grid
            """,
        ),
        # Called by itself.
        Bad(
            """
            import copy

            def search(path: list[str], edges, found):
                found.append(copy.deepcopy(path))  # DST504
                for node in edges[path[-1]]:
                    search(path + [node], edges, found)
            """,
            fixed="""
            import copy

            def search(path: list[str], edges, found):
                found.append(path.copy())
                for node in edges[path[-1]]:
                    search(path + [node], edges, found)
            """,
        ),
        Bad(
            """
            import copy

            def states(events):
                seen = {"start"}
                while events:
                    seen.add(str(events.pop()))
                    yield copy.deepcopy(seen)  # DST504
            """,
            fixed="""
            import copy

            def states(events):
                seen = {"start"}
                while events:
                    seen.add(str(events.pop()))
                    yield seen.copy()
            """,
        ),
        # Once.
        Good(
            """
            import copy

            def changed(board: list[int]):
                return copy.deepcopy(board)
            """
        ),
        # Nothing is known of the items.
        Good(
            """
            import copy

            def copies(items: list, n):
                return [copy.deepcopy(items) for _ in range(n)]
            """
        ),
        # Lists are put into it.
        Good(
            """
            import copy

            def states(rows):
                state = [1, 2]
                for row in rows:
                    state.append(row)
                    yield copy.deepcopy(state)
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        match node.args:
            case [ast.Name() | ast.Attribute() as copied] if not node.keywords:
                pass
            case _:
                return
        if context.resolve(node.func) != "copy.deepcopy" or not _is_hot(node, context):
            return
        kind = context.type_of(copied)
        name = context.segment(copied)
        if _is_flat(kind):
            copy = f"{name}.copy()"
        elif kind.name == "list" and kind.element is not None and _is_flat(kind.element):
            copy = f"[row.copy() for row in {name}]"
        else:
            return
        if not _stays_so(copied, context):
            return
        yield self.report(node, Edit(node, replacement(copy)), name=name, copy=copy)


def _is_hot(node: ast.Call, context: Context) -> bool:
    if context.hot_loops(node):
        return True
    function = context.function(node)
    if function is None:
        return False
    calls = context.calls
    return calls.is_recursive(function) or calls.called_in_loop(function) is not None


def _is_flat(kind: Type) -> bool:
    """Whether it is a container of which all items are known to be immutable."""
    if kind.name not in _FLAT or not (kind.element or UNKNOWN).is_hashable:
        return False
    return not kind.is_mapping or (kind.value or UNKNOWN).is_hashable


def _stays_so(copied: ast.expr, context: Context) -> bool:
    """Whether the file puts nothing else into the container than its type says."""
    if isinstance(copied, ast.Attribute):
        return False
    for symbol in context.aliases(copied):
        if all(b.kind is Kind.ARGUMENT for b in symbol.bindings):
            continue  # an annotation speaks for all that is ever in it
        if not all(_keeps(use, context) for use in context.scopes.loads(symbol)):
            return False
    return True


def _keeps(use: ast.Name, context: Context) -> bool:
    """Whether what is done with the container here leaves it a container of immutables."""
    node: ast.AST = use
    parent = context.parent(node)
    while isinstance(parent, ast.Subscript) and parent.value is node:
        node, parent = parent, context.parent(parent)
    if isinstance(parent, ast.Assign | ast.AugAssign) and node is not parent.value:
        return node is use or _is_immutable(parent.value, context)
    match parent:
        case ast.Call(func=function) if node is not function:
            return context.purity.only_reads(parent)
        case ast.Attribute(attr=attr):
            call = context.parent(parent)
            if not isinstance(call, ast.Call) or call.func is not parent:
                return False
            if attr in _ADDING:
                place = _ADDING[attr]
                return len(call.args) > place and _is_immutable(call.args[place], context)
            return attr in _REMOVING or context.purity.only_reads(call)
        case (
            ast.keyword() | ast.Starred() | ast.List() | ast.Tuple() | ast.Dict() | ast.AugAssign()
        ):
            return False
    return True


def _is_immutable(node: ast.expr, context: Context) -> bool:
    return context.type_of(node).is_hashable
