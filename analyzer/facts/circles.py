"""Functions that call each other: which ones reach themselves, and in what order all are called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from effilint.analyzer.tree import push_children

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode
    from effilint.analyzer.facts.entries import Entering

_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Step(NamedTuple):
    """The ways by which one function of a circle is reached from another."""

    caller: FunctionNode
    callee: FunctionNode
    ways: list[Entering]


class Circles:
    """The call graph of one file, with what goes round in it taken together."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._graph: dict[FunctionNode, dict[FunctionNode, list[Entering]]] = {}

    @cached_property
    def functions(self) -> list[FunctionNode]:
        """The functions of the file, in source order."""
        index = self._context.index
        found = [*index.get(ast.FunctionDef, ()), *index.get(ast.AsyncFunctionDef, ())]
        functions = [n for n in found if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        return sorted(functions, key=lambda one: (one.lineno, one.col_offset))

    @cached_property
    def methods(self) -> frozenset[str]:
        """The names of functions in classes."""
        parent = self._context.parent
        return frozenset(f.name for f in self.functions if isinstance(parent(f), ast.ClassDef))

    @cached_property
    def groups(self) -> list[list[FunctionNode]]:
        """The functions, those that reach each other together; callees before callers."""
        number: dict[FunctionNode, int] = {}
        lowest: dict[FunctionNode, int] = {}
        found: list[list[FunctionNode]] = []
        waiting: dict[FunctionNode, None] = {}
        for first in self.functions:
            stack = [(first, iter(self._calls_of(first)))] if first not in number else []
            while stack:
                function, callees = stack[-1]
                if function not in number:
                    number[function] = lowest[function] = len(number)
                    waiting[function] = None
                callee = next(callees, None)
                if callee is None:
                    stack.pop()
                    if stack:
                        caller = stack[-1][0]
                        lowest[caller] = min(lowest[caller], lowest[function])
                    if lowest[function] == number[function]:
                        found.append(_taken(waiting, function))
                elif callee not in number:
                    stack.append((callee, iter(self._calls_of(callee))))
                elif callee in waiting:
                    lowest[function] = min(lowest[function], number[callee])
        return found

    def steps(self, function: FunctionNode) -> Iterator[Step]:
        """Yield how the others of its circle are reached from a function, each once."""
        circle = self._circle.get(function)
        if circle is None:
            return
        reached, queue = {function}, [function]
        for caller in queue:
            for callee, ways in self._calls_of(caller).items():
                if callee in circle and callee not in reached:
                    reached.add(callee)
                    queue.append(callee)
                    yield Step(caller, callee, ways)

    def is_inner(self, caller: ast.AST, callee: FunctionNode) -> bool:
        """Whether two functions are the same or reach each other."""
        return caller is callee or callee in self._circle.get(caller, ())

    @cached_property
    def _circle(self) -> dict[ast.AST, frozenset[FunctionNode]]:
        circles = (frozenset(group) for group in self.groups if len(group) > 1)
        return {function: circle for circle in circles for function in circle}

    def _calls_of(self, function: FunctionNode) -> dict[FunctionNode, list[Entering]]:
        known = self._graph.get(function)
        if known is None:
            known = self._graph[function] = {}
            for node in _run_by(function):
                for way in self._context.entries.of(node) if isinstance(node, ast.Call) else ():
                    known.setdefault(way.function, []).append(way)
        return known


def _run_by(function: FunctionNode) -> Iterator[ast.AST]:
    """The nodes of a function's code, with those of lambdas in it, which run as part of it."""
    stack: list[ast.AST] = [*function.body]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _DEFINED):
            push_children(node, stack)


def _taken(waiting: dict[FunctionNode, None], function: FunctionNode) -> list[FunctionNode]:
    """Take a group out of what waits: the last ones, down to its first function."""
    group: list[FunctionNode] = []
    while not group or group[-1] is not function:
        group.append(waiting.popitem()[0])
    return group[::-1]
