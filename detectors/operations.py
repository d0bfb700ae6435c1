"""How often a program does what: its operations with their growth, as one table.

A static profile: each operation (a call of `sorted`, a `+` of texts, an item of a list) with how
often it runs in one call of the program, what one run of it goes through, and how much of that an
early exit may spare, in terms of the inputs (`analyzer.facts.cost`). What functions of the file
take is counted where they are called.
"""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from effilint.analyzer.context import Context, FunctionNode
from effilint.analyzer.facts.growth import ONE, Growth, Term
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.scopes import COMPREHENSIONS, FUNCTIONS
from effilint.analyzer.patterns import walk_block
from effilint.analyzer.source import Source, SourceError

_MOST = 4000  # different operations of a function that are told apart
_MOST_PLACES = 10**12  # that do the same, callees taken each time
_MOST_PASSES = 10**7  # of loops of constant length
_BITS = 64.0  # beyond 2^64 nothing is larger
_COUNTED = (
    ast.AnnAssign, ast.Assign, ast.Attribute, ast.AugAssign, ast.BinOp, ast.BoolOp, ast.Break,
    ast.Call, ast.Compare, ast.Constant, ast.Continue, ast.Delete, ast.Dict, ast.For, ast.If,
    ast.IfExp, ast.JoinedStr, ast.List, ast.Match, ast.Name, ast.NamedExpr, ast.Raise,
    ast.Return, ast.Set, ast.Subscript, ast.Try, ast.Tuple, ast.UnaryOp, ast.While, ast.With,
    ast.Yield, ast.YieldFrom, *COMPREHENSIONS,
)  # fmt: skip
_TAKERS = ("any", "all", "next")  # that may end before what they go through does
_ROUGH = {  # kinds of values whose operations cost about the same
    "bool": "int", "Counter": "dict", "defaultdict": "dict", "OrderedDict": "dict",
    "dict_keys": "dict", "dict_values": "dict", "dict_items": "dict", "frozenset": "set",
}  # fmt: skip
KINDS = ("int", "float", "str", "list", "tuple", "dict", "set", "deque", "other")  # of values


class Operation(NamedTuple):
    """What a program does at places that run equally often.

    `times`: how often one such place runs; `repeats`: how often beyond that, in loops of constant
    length; `price`: how many items one run goes through; `spared`: of `times` the passes of loops
    that can end early.
    """

    name: str
    times: Growth
    repeats: int
    price: Growth
    spared: Growth


class Scale(NamedTuple):
    """Sizes to put in the place of symbols: of inputs, of their items, passes nobody can tell."""

    inputs: float
    items: float
    passes: float
    exponent: float  # what stands for n where a program takes 2^n or n!

    def bits(self, growth: Growth) -> float:
        """Return the logarithm to base 2 of a growth, at least 0 and at most 64."""
        logs = [math.fsum(self._logs(term)) for term in growth.terms]
        most = max(logs, default=0.0)
        if most > _BITS:
            return _BITS
        return min(math.log2(max(sum(2.0**log for log in logs), 1.0)), _BITS)

    def _logs(self, term: Term) -> Iterator[float]:
        """The logarithms of the factors: their product may be no float."""
        for factor in term:
            bits = math.log2(self._of(factor.symbol))
            yield bits * float(factor.power) + math.log2(max(bits, 1.0)) * factor.logs
            if factor.exponential:
                is_factorial = "!" in factor.exponential
                factorial = math.lgamma(self.exponent + 1) / math.log(2)
                yield factorial if is_factorial else self.exponent

    def _of(self, symbol: str) -> float:
        if symbol.startswith("passes@"):
            return self.passes
        return self.items if symbol.endswith("[]") or "." in symbol else self.inputs


def operations(context: Context) -> Counter[Operation]:
    """Return what one run of a program does, with the number of places that do it."""
    return Table(context).of_run()


@contextmanager
def opened(text: str) -> Iterator[Table | None]:
    """Give the table of a program, while it is needed; None if the text cannot be parsed."""
    try:
        context = Context(Source(text))
    except (SourceError, RecursionError):
        yield None
        return
    try:
        yield Table(context)
    finally:
        context.close()


class Table:
    """The operations of the functions of one file."""

    def __init__(self, context: Context) -> None:
        self.context, self._costs = context, context.costs
        self._own: dict[ast.AST, list[tuple[ast.AST, Operation]]] = {}
        self._known: dict[ast.AST, Counter[Operation]] = {}
        self._ending: dict[ast.AST, bool] = {}

    def of_run(self) -> Counter[Operation]:
        """The operations of a run: it enters the module, and functions that no other one calls."""
        total: Counter[Operation] = Counter()
        for root in roots(self.context):
            total.update(self.of(root))
        return total

    def of(self, function: FunctionNode | ast.Module) -> Counter[Operation]:
        """The operations of one call, with those of the functions that it calls."""
        known = self._known.get(function)
        if known is not None:
            return known
        self._known[function] = Counter()  # of a call of itself nothing is added
        found: Counter[Operation] = Counter()
        for node, here in self.own(function):
            found[here] += 1
            callee = self.context.callee(node) if isinstance(node, ast.Call) else None
            if callee is not None and callee is not function:
                assert isinstance(node, ast.Call)
                self._add_call(found, node, callee, here)
        self._known[function] = found
        return found

    def own(self, function: FunctionNode | ast.Module) -> list[tuple[ast.AST, Operation]]:
        """What each node of a function's own code does in one call of it."""
        known = self._own.get(function)
        if known is None:
            known = self._own[function] = list(self._done(function))
        return known

    def _done(self, function: FunctionNode | ast.Module) -> Iterator[tuple[ast.AST, Operation]]:
        for node, times in self._costs.runs(function).items():
            if isinstance(node, _COUNTED) and not self._is_docstring(node):
                repeats, spared = self._around(node)
                name, cost = _name(node, self.context), self._costs.price(node)
                yield node, Operation(name, times, repeats, cost, spared)

    def _is_docstring(self, node: ast.AST) -> bool:
        return isinstance(self.context.parent(node), ast.Expr) and isinstance(node, ast.Constant)

    def _add_call(
        self, found: Counter[Operation], call: ast.Call, callee: FunctionNode, here: Operation
    ) -> None:
        inner = self.of(callee)
        if len(inner) + len(found) > _MOST:
            return
        sizes = self._costs.passed(call, callee)
        for one, count in inner.items():
            there = Operation(
                one.name,
                here.times * one.times.replace(sizes),
                min(here.repeats * one.repeats, _MOST_PASSES),
                one.price.replace(sizes),
                here.spared * one.spared.replace(sizes),
            )
            found[there] = min(found[there] + count, _MOST_PLACES)

    def _around(self, node: ast.AST) -> tuple[int, Growth]:
        """The passes of constant loops around a node, and those that an exit may spare."""
        repeats, spared = 1, ONE
        loops = self.context.loops(node)
        if isinstance(node, (ast.For, ast.While)):
            loops = [*loops, node]  # it stands for its own passes
        for loop in loops:
            passes = self.context.trip_count(loop)
            if passes is not None:
                repeats = min(repeats * max(passes, 1), _MOST_PASSES)
            elif self._ends(loop):
                spared *= self._costs.trips(loop)
        return repeats, spared

    def _ends(self, loop: Loop) -> bool:
        known = self._ending.get(loop)
        if known is None:
            known = self._ending[loop] = self._can_end(loop)
        return known

    def _can_end(self, loop: Loop) -> bool:
        """Whether a loop may end before it has gone through everything."""
        if isinstance(loop, ast.comprehension):
            made = self.context.parent(loop)
            taker = self.context.parent(made) if isinstance(made, ast.GeneratorExp) else None
            return isinstance(taker, ast.Call) and self.context.resolve(taker.func) in _TAKERS
        if isinstance(loop, ast.While) and isinstance(loop.test, ast.Constant):
            return False  # it has to end somewhere
        return any(isinstance(node, ast.Return) for node in walk_block(loop.body)) or _breaks(
            loop.body
        )


def _breaks(block: list[ast.stmt]) -> bool:
    """Whether statements leave the loop that they stand in, and not one of their own."""
    for statement in block:
        if isinstance(statement, ast.Break):
            return True
        if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
            continue
        is_loop = isinstance(statement, ast.For | ast.AsyncFor | ast.While)
        parts = ("orelse",) if is_loop else ("body", "orelse", "handlers", "finalbody", "cases")
        for part in parts:
            inner = getattr(statement, part, [])
            if _breaks(inner):
                return True
    return False


def roots(context: Context) -> Iterator[FunctionNode | ast.Module]:
    """Yield where a program may be entered: its module, and functions that nothing in it calls."""
    yield context.tree
    for kind in (ast.FunctionDef, ast.AsyncFunctionDef):
        for node in context.index.get(kind, ()):
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            is_inner = not isinstance(context.parent(node), ast.Module | ast.ClassDef)
            callers = context.calls.callers(node)
            if not is_inner and all(context.function(call) is node for call in callers):
                yield node


def _name(node: ast.AST, context: Context) -> str:
    """What it is called: `sorted()`, `list[].Load`, `str Add`, `in set`, `compare int`, `For`."""
    match node:
        case ast.Call(func=function):
            return f"{_called(node, function, context)}()"
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn(), *_], comparators=[where, *_]):
            return f"in {_kind(where, context)}"
        case ast.Compare(left=left):
            return f"compare {_kind(left, context)}"
        case ast.BinOp(left=left, op=operator) | ast.AugAssign(target=left, op=operator):
            return f"{_kind(left, context)} {type(operator).__name__}"
        case ast.Subscript(value=value, slice=place, ctx=use):
            brackets = "[:]" if isinstance(place, ast.Slice) else "[]"
            return f"{_kind(value, context)}{brackets}.{type(use).__name__}"
        case ast.Attribute(ctx=use) | ast.Name(ctx=use):
            return f"{type(node).__name__}.{type(use).__name__}"
        case ast.UnaryOp(op=operator):
            return type(operator).__name__
    return "Assign" if isinstance(node, ast.AnnAssign) else type(node).__name__


def _called(call: ast.Call, function: ast.expr, context: Context) -> str:
    if context.callee(call) is not None:
        return "own"
    name = context.resolve(function)
    if name is not None:
        return name.rpartition(".")[2]
    return function.attr if isinstance(function, ast.Attribute) else "unknown"


def _kind(node: ast.expr, context: Context) -> str:
    name = context.type_of(node).name
    name = _ROUGH.get(name, name)
    return name if name in KINDS else "other"
