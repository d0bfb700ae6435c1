from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import Bad, Context, Finding, Gain, Good, Rule
from effilint.analyzer.patterns import is_name, walk, walk_block

_TAKES = frozenset(["pop", "popleft"])
_ADDS = frozenset(["append", "appendleft", "add"])


class PathCopiedOntoQueue(Rule):
    """A search puts a copy of the way to each new node onto its queue.

    Each node is visited once, and only one way is wanted in the end: the copies take the length of
    the way for each node, in time and memory. Remember which node each was reached from, and go
    back along these once the goal is found.
    """

    code = "DST511"
    name = "path-copied-onto-queue"
    message = "All of `{path}` is copied for each node that is put onto `{queue}`"
    advice = "Keep a dict from each node to the one before, and go back through it at the goal"
    confidence = 0.85  # too few findings on real code to know
    gain = Gain("O(n*d)", "O(n)", {30: 1.2, 1_000: 2.9, 5_000: 10.0})
    examples = (
        Bad(
            """
            from collections import deque

            def way(roads, start, goal):
                queue = deque([(start, [start])])
                seen = {start}
                while queue:
                    town, path = queue.popleft()
                    if town == goal:
                        return path
                    for other in roads[town]:
                        if other not in seen:
                            seen.add(other)
                            queue.append((other, path + [other]))  # DST511
                return []
            """,
            fixed="""
            from collections import deque

            def way(roads, start, goal):
                queue = deque([start])
                before = {start: None}
                while queue:
                    town = queue.popleft()
                    if town == goal:
                        path = []
                        while town is not None:
                            path.append(town)
                            town = before[town]
                        return path[::-1]
                    for other in roads[town]:
                        if other not in before:
                            before[other] = town
                            queue.append(other)
                return []
            """,
            workload="way({i: [max(i - 1, 0), i + 1] for i in range(n + 3)}, 0, n + 2)",
        ),
        # A stack, the path alone, and a set that is asked first.
        Bad(
            """
            class Maze:
                def exit(self, start):
                    ways = [[start]]
                    seen = set()
                    while ways:
                        way = ways.pop()
                        place = way[-1]
                        if place in seen:
                            continue
                        seen.add(place)
                        if self.is_exit(place):
                            return way
                        for other in self.doors(place):
                            ways.append([*way, other])  # DST511
            """
        ),
        # Moves written down as a text.
        Bad(
            """
            def moves(grid, goal):
                queue, seen = [((0, 0), "")], {(0, 0)}
                while queue:
                    place, done = queue.pop()
                    if place == goal:
                        return done
                    for sign, other in grid.neighbours(place):
                        if other in seen:
                            continue
                        seen.add(other)
                        queue.append((other, done + str(sign)))  # DST511
            """
        ),
        # All ways are wanted: no node is left out.
        Good(
            """
            def ways(roads, start, goal):
                stack = [(start, [start])]
                while stack:
                    town, path = stack.pop()
                    if town == goal:
                        yield path
                        continue
                    for other in roads[town]:
                        if other not in path:
                            stack.append((other, path + [other]))
            """
        ),
        # A number, not a way.
        Good(
            """
            def steps(roads, start, goal):
                queue, seen = [(start, 0)], {start}
                while queue:
                    town, done = queue.pop()
                    if town == goal:
                        return done
                    for other in roads[town]:
                        if other not in seen:
                            seen.add(other)
                            queue.append((other, done + 1))
            """
        ),
        # The ways of all nodes are the result.
        Good(
            """
            def trees(roads, start):
                queue, seen, found = [(start, [start])], {start}, {}
                while queue:
                    town, path = queue.pop()
                    found[town] = path
                    for other in roads[town]:
                        if other not in seen:
                            seen.add(other)
                            queue.append((other, path + [other]))
                return found
            """
        ),
    )

    def visit_While(self, node: ast.While, context: Context) -> Iterator[Finding]:
        taken = _taken(node)
        if taken is None:
            return
        queue, names = taken
        for call in _calls(node, _ADDS):
            match call:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name)), args=[item]) if (
                    name == queue
                ):
                    parts = item.elts if isinstance(item, ast.Tuple) else [item]
                case _:
                    continue
            for part in parts:
                path = _lengthened(part, context)
                if path is None or path.id not in names:
                    continue
                if _asks_visited(node, queue, path.id) and _is_for_one(node, path, call, context):
                    yield self.report(call, path=path.id, queue=queue)


def _taken(loop: ast.While) -> tuple[str, set[str]] | None:
    """The queue that the loop takes from, and the variables that what it takes is put in."""
    for statement in loop.body:
        match statement:
            case ast.Assign(
                targets=[target],
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=queue), attr=attr)),
            ) if attr in _TAKES:
                return queue, {n.id for n in walk(target) if isinstance(n, ast.Name)}
    return None


def _calls(loop: ast.While, methods: frozenset[str]) -> Iterator[ast.Call]:
    for node in walk_block(loop.body):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=attr)) as call):
                if attr in methods:
                    yield call


def _lengthened(part: ast.expr, context: Context) -> ast.Name | None:
    """The variable `path` in `path + [item]`, `[*path, item]`, or `text + sign` of a text."""
    match part:
        case ast.BinOp(left=ast.Name() as path, op=ast.Add(), right=ast.List() | ast.Tuple()):
            return path
        case ast.List(elts=[ast.Starred(value=ast.Name() as path), _]):
            return path
        case ast.Tuple(elts=[ast.Starred(value=ast.Name() as path), _]):
            return path
        case ast.BinOp(left=ast.Name() as path, op=ast.Add(), right=added):
            return path if context.type_of(added).name == "str" else None
    return None


def _asks_visited(loop: ast.While, queue: str, path: str) -> bool:
    """Whether a set or dict in which the loop notes its nodes is asked about them."""
    noted: set[str] = set()
    for node in walk_block(loop.body):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name() as owner, attr="add"), args=[item]):
                if not any(is_name(part, path) for part in walk(item)):
                    noted.add(owner.id)
            case ast.Subscript(value=ast.Name() as owner, ctx=ast.Store()):
                noted.add(owner.id)
    noted.discard(queue)
    return any(
        isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.In | ast.NotIn)
        and isinstance(node.comparators[0], ast.Name)
        and node.comparators[0].id in noted
        and not any(is_name(part, path) for part in walk(node.left))
        for node in walk_block(loop.body)
    )


def _is_for_one(loop: ast.While, path: ast.Name, added: ast.Call, context: Context) -> bool:
    """Whether the way is read only where it is lengthened, at its end, and where it is returned."""
    is_returned = False
    for use in context.uses(path):
        if context.inside(use, added):
            continue
        parent = context.parent(use)
        match parent:
            case ast.Subscript(slice=ast.UnaryOp(), ctx=ast.Load()) if parent.value is use:
                continue
            case ast.Call(func=ast.Name("len")):
                is_returned = True
                continue
        if not isinstance(context.statement(use), ast.Return):
            return False
        if not context.inside(use, loop):
            return False
        is_returned = True
    return is_returned
