"""Functions that search a collection from its start for an item equal to something."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from effilint.analyzer.facts.calls import own_nodes
from effilint.analyzer.patterns import method_call
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode


@dataclass(frozen=True, slots=True)
class Search:
    """A function that looks through `over` for items of which a part equals the parameter `key`.

    `over` is a parameter, an attribute or a global.
    """

    over: ast.Name | ast.Attribute
    key: str


class Searches:
    """Recognises the linear searches of one file."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[FunctionNode, Search | None] = {}

    def of(self, function: FunctionNode) -> Search | None:
        """What `function` searches, if a search is all that it does."""
        if function not in self._known:
            self._known[function] = self._recognise(function)
        return self._known[function]

    def _recognise(self, function: FunctionNode) -> Search | None:
        body = function.body
        if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body = body[1:]
        if isinstance(function, ast.AsyncFunctionDef) or not body:
            return None
        match body:
            case [ast.For(body=[ast.If(orelse=[]) as test], orelse=[]) as loop, *rest]:
                is_plain = isinstance(test.body[-1], ast.Return) and _ends(rest)
            case [
                ast.Assign(targets=[ast.Name(id=name)]),
                ast.For(body=[ast.If(orelse=[]) as test], orelse=[]) as loop,
                ast.Return(value=ast.Name(id=returned)),
            ]:
                is_plain = name == returned and _collects(test.body, name)
            case [ast.Return(value=ast.expr() as value)]:
                return self._expression(function, value)
            case _:
                return None
        return self._search(function, loop.iter, loop.target, [test.test]) if is_plain else None

    def _expression(self, function: FunctionNode, value: ast.expr) -> Search | None:
        """`next(...)` or `any(...)` over a generator, or a list comprehension that filters."""
        match value:
            case ast.Call(func=ast.Name("next"), args=[ast.GeneratorExp() as comp, *_]):
                tests = comp.generators[0].ifs
            case ast.Call(func=ast.Name("any"), args=[ast.GeneratorExp() as comp]):
                tests = [comp.elt]
            case ast.ListComp() as comp:
                tests = comp.generators[0].ifs
            case ast.Subscript(value=ast.ListComp() as comp, slice=ast.Constant()):
                tests = comp.generators[0].ifs
            case _:
                return None
        clause = comp.generators[0]
        if len(comp.generators) > 1:
            return None
        return self._search(function, clause.iter, clause.target, tests)

    def _search(
        self, function: FunctionNode, over: ast.expr, target: ast.expr, tests: list[ast.expr]
    ) -> Search | None:
        match over:
            case ast.Call(func=ast.Name("enumerate"), args=[inner]):
                over = inner
        if len(tests) != 1 or not isinstance(over, ast.Name | ast.Attribute):
            return None
        if self._context.length(over) is not None or self._context.type_of(over).is_mapping:
            return None
        items = {name.id for name in walk(target) if isinstance(name, ast.Name)}
        parameters = self._context.calls.parameters(function)
        match tests[0]:
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                for part, key in ((left, right), (right, left)):
                    read = {name.id for name in walk(part) if isinstance(name, ast.Name)}
                    if isinstance(key, ast.Name) and key.id in parameters and read & items:
                        is_fixed = read <= items and self._is_stable(key, function)
                        return Search(over, key.id) if is_fixed else None
        return None

    def _is_stable(self, key: ast.Name, function: FunctionNode) -> bool:
        """Whether the parameter is never assigned, and the function calls nothing impure."""
        if len(self._context.bindings(key)) != 1:
            return False
        return all(
            self._context.purity.only_reads(node)
            for node in own_nodes(function)
            if isinstance(node, ast.Call)
            and method_call(node, "append", "add") is None  # to its own result
            and not isinstance(self._context.parent(node), ast.Raise)
        )


def _ends(rest: list[ast.stmt]) -> bool:
    return not rest or (len(rest) == 1 and isinstance(rest[0], ast.Return | ast.Raise))


def _collects(block: list[ast.stmt], name: str) -> bool:
    """Whether the matching item is kept (and the loop left), or appended to the result."""
    match block:
        case [ast.Assign(targets=[ast.Name(id=kept)]), ast.Break()]:
            return kept == name
        case [ast.Expr(value=call)]:
            receiver = method_call(call, "append", "add")
            return isinstance(receiver, ast.Name) and receiver.id == name
    return False
