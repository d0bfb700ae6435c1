"""The syntax of a test source, changed so that what it asserts can be recorded.

`_recorder` is a `effilint.measure.recording.Recorder`. An assertion notes what it asserts instead
of asking whether it holds, and goes on if it fails; `is`, `in` and `not`, which nothing can stand
in for, become calls.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

_APPLIED = frozenset(
    "sorted set frozenset list tuple bool int float str len sum max min Counter abs fabs round map "
    "isclose is_same_list is_same_tree".split()
)
_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Is: "is_one",
    ast.IsNot: "is_not_one",
    ast.In: "is_in",
    ast.NotIn: "is_not_in",
}


def rewritten(tree: ast.Module, candidates: set[str]) -> ast.Module:
    """Return the tree so that a recorder gets to know; `candidates` name the function under test.

    The namespace it runs in has to hold the recorder as `_recorder`.
    """
    changed: ast.Module = _Rewriter(candidates).visit(tree)
    return ast.fix_missing_locations(changed)


class _Rewriter(ast.NodeTransformer):
    def __init__(self, candidates: set[str]) -> None:
        self._candidates = candidates

    def visit_Assert(self, node: ast.Assert) -> ast.stmt | list[ast.stmt]:
        return [self._claimed(test) for test in _conjuncts(node.test)]

    def _claimed(self, test: ast.expr) -> ast.stmt:
        """Note one assertion; if it cannot be told, the next ones are noted nonetheless."""
        line = ast.Constant(test.lineno)
        if isinstance(test, ast.BoolOp):
            told = _call("either", [self.visit(value) for value in test.values], test)
        else:
            told = self.visit(test)
        begin = ast.Expr(_call("begin", [], test))
        note = ast.Expr(_call("asserts", [line, told], test))
        error = ast.Name("_error", ast.Load())
        handler = ast.ExceptHandler(
            ast.Attribute(ast.Name("_recorder", ast.Load()), "errors", ast.Load()),
            "_error",
            [ast.Expr(_call("cannot", [line, error], test))],
        )
        return ast.copy_location(ast.Try([begin, note], [handler], [], []), test)

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:
        """A call alone is there for what it does to its arguments."""
        call = node.value
        if not isinstance(call, ast.Call) or not self._is_candidate(call.func):
            return self.generic_visit(node)  # type: ignore[return-value]
        places: list[ast.expr] = [*call.args, *(word.value for word in call.keywords)]
        if any(isinstance(v, ast.Starred) for v in places) or None in [
            w.arg for w in call.keywords
        ]:
            return self.generic_visit(node)  # type: ignore[return-value]
        names = [value.id if isinstance(value, ast.Name) else None for value in places]
        result = ast.Assign([ast.Name("_result", ast.Store())], self.visit(call))
        after: list[ast.stmt] = []
        for place, name in enumerate(names):
            if name is not None:
                value: Sequence[ast.expr] = [_name(name), _name("_result"), ast.Constant(place)]
                after.append(ast.Assign([ast.Name(name, ast.Store())], _call("after", value, node)))
        return [ast.copy_location(statement, node) for statement in (result, *after)]

    def _is_candidate(self, function: ast.expr) -> bool:
        last = function.attr if isinstance(function, ast.Attribute) else None
        name = function.id if isinstance(function, ast.Name) else last
        return name in self._candidates

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        function = node.func
        last = function.attr if isinstance(function, ast.Attribute) else None
        name = function.id if isinstance(function, ast.Name) else last
        if name not in _APPLIED:
            return node
        call = _call("apply", [function, *node.args], node)
        call.keywords = node.keywords
        return call

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        return self._mapped(node, "list")

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
        return self._mapped(node, "iter")

    def _mapped(self, node: ast.ListComp | ast.GeneratorExp, kind: str) -> ast.expr:
        """Write `[f(x) for x in xs]` as `list(map(f, xs))`."""
        part, value = node.generators[0], node.elt
        is_map = (
            len(node.generators) == 1
            and not part.ifs
            and isinstance(value, ast.Call)
            and isinstance(value.func, ast.Name)
            and value.func.id in _APPLIED
            and not value.keywords
            and [ast.dump(argument) for argument in value.args] == [_loaded(part.target)]
        )
        if not is_map or not isinstance(value, ast.Call):
            return self.generic_visit(node)  # type: ignore[return-value]
        mapped = _call("apply", [_name("map"), value.func, self.visit(part.iter)], node)
        return mapped if kind == "iter" else _call("apply", [_name("list"), mapped], node)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        name = _OPERATORS.get(type(node.ops[0]))
        if len(node.ops) > 1 or name is None:
            return node
        return _call(name, [node.left, node.comparators[0]], node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Not):
            return node
        return _call("negation", [node.operand], node)


def _conjuncts(test: ast.expr) -> list[ast.expr]:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [part for value in test.values for part in _conjuncts(value)]
    return [test]


def _loaded(target: ast.expr) -> str:
    return ast.dump(_name(target.id)) if isinstance(target, ast.Name) else ""


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _call(name: str, arguments: Sequence[ast.expr], place: ast.AST) -> ast.Call:
    function = ast.Attribute(_name("_recorder"), name, ast.Load())
    call = ast.Call(function, list(arguments), [])
    return ast.copy_location(call, place) if isinstance(place, ast.expr | ast.stmt) else call
