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
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from typing import NamedTuple

from effilint.analyzer.context import Context, FunctionNode
from effilint.analyzer.facts.entries import Entering
from effilint.analyzer.facts.growth import ONE, Growth, Term, symbol
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.scopes import COMPREHENSIONS, FUNCTIONS
from effilint.analyzer.patterns import constant_int, targets_of, walk_block
from effilint.analyzer.source import Source, SourceError

_MOST = 250  # different operations of a function that are told apart, the costliest
_MOST_PLACES = 10**12  # that do the same, callees taken each time
_MOST_PASSES = 10**7  # of loops of constant length
_MANY, _VERY_MANY = 30, 1000  # numbers from which on passes count, as of items and of inputs
_BITS = 64.0  # beyond 2^64 nothing is larger
_COUNTED = (
    ast.AnnAssign, ast.Assign, ast.AsyncFor, ast.AsyncWith, ast.Attribute, ast.AugAssign,
    ast.BinOp, ast.BoolOp, ast.Break, ast.Call, ast.Compare, ast.Constant, ast.Continue,
    ast.Delete, ast.Dict, ast.For, ast.If, ast.IfExp, ast.JoinedStr, ast.List, ast.Match,
    ast.Name, ast.NamedExpr, ast.Raise, ast.Return, ast.Set, ast.Subscript, ast.Try, ast.Tuple,
    ast.UnaryOp, ast.While, ast.With, ast.Yield, ast.YieldFrom, *COMPREHENSIONS,
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
        if growth.is_constant:
            return 0.0
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


_TYPICAL = Scale(inputs=1000, items=30, passes=30, exponent=22)


def summed_bits(logs: Collection[float]) -> float:
    """Return the logarithm (base 2) of one more than a sum that is given by logarithms."""
    return math.log2(1.0 + math.fsum(2.0**log for log in logs))


def taken(done: Mapping[Operation, int], scale: Scale) -> float:
    """Return the logarithm (base 2) of what operations take together, each so many times."""
    return summed_bits(
        [
            math.log2(count * one.repeats) + scale.bits(one.times) + scale.bits(one.price)
            for one, count in done.items()
        ]
    )


class Entry:
    """How a function is entered: how often, and with what in the place of its parameters."""

    def __init__(
        self, times: Growth, repeats: int, spared: Growth, sizes: Mapping[str, Growth]
    ) -> None:
        self.times, self.repeats, self.spared, self.sizes = times, repeats, spared, dict(sizes)
        self._replaced: dict[Growth, Growth] = {}

    def of(self, one: Operation) -> Operation:
        """Return an operation of the function as one of those that enter it."""
        return Operation(
            one.name,
            self.times * self._here(one.times),
            min(self.repeats * one.repeats, _MOST_PASSES),
            self._here(one.price),
            self.spared * self._here(one.spared),
        )

    def into(self, call: Operation, passed: Mapping[str, Growth]) -> Entry:
        """Return how a function is entered that this one calls."""
        here = self.of(call)
        sizes = {name: self._here(size) for name, size in passed.items()}
        return Entry(here.times, here.repeats, here.spared, sizes)

    def joined(self, other: Entry) -> Entry:
        """Return both together."""
        names = self.sizes.keys() | other.sizes.keys()
        return Entry(
            self.times + other.times,
            max(self.repeats, other.repeats),
            self.spared if self.times.covers(other.times) else other.spared,
            {n: self.sizes.get(n, ONE) + other.sizes.get(n, ONE) for n in names},
        )

    def _here(self, growth: Growth) -> Growth:
        found = self._replaced.get(growth)
        if found is None:
            found = self._replaced[growth] = growth.replace(self.sizes)
        return found


OUTSIDE = Entry(ONE, 1, ONE, {})


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
        self._known_alone: dict[ast.AST, Counter[Operation]] = {}
        self._ending: dict[ast.AST, bool] = {}
        self._passes: dict[tuple[Loop, ...], tuple[int, Growth]] = {}

    def of_run(self) -> Counter[Operation]:
        """The operations of a run: it enters the module, and functions that no other one calls."""
        total: Counter[Operation] = Counter()
        for root in roots(self.context):
            total.update(self.of(root))
        return total

    def of(self, function: FunctionNode | ast.Module) -> Counter[Operation]:
        """The operations of one call, with those of the functions that it calls."""
        known = self._known.get(function)
        if known is None:
            known = self._known[function] = self._alone(function).copy()
            if not isinstance(function, ast.Module):
                self._add_circle(known, function)
        return known

    def _alone(self, function: FunctionNode | ast.Module) -> Counter[Operation]:
        """The operations of one call without those of functions which call it, too."""
        found = self._known_alone.get(function)
        if found is None:
            found = self._known_alone[function] = Counter()
            for node, here in self.own(function):
                found[here] += 1
                for way in self.context.entries.of(node) if isinstance(node, ast.Call) else ():
                    if not self.context.circles.is_inner(function, way.function):
                        _add(found, self.of(way.function), self.into(OUTSIDE, here, way))
        return found

    def _add_circle(self, found: Counter[Operation], function: FunctionNode) -> None:
        """Add what functions do that it reaches and that reach it, each entered once."""
        entered: dict[ast.AST, Entry] = {function: OUTSIDE}
        for caller, callee, ways in self.context.circles.steps(function):
            entry = self.entry(entered[caller], caller, ways)
            if entry is not None:
                entered[callee] = entry
                _add(found, self._alone(callee), entry)

    def entry(self, outer: Entry, caller: FunctionNode, ways: list[Entering]) -> Entry | None:
        """How a function is entered in these ways, which are all in another one."""
        done: dict[ast.AST, Operation] = dict(self.own(caller))
        entries = [self.into(outer, done[way.call], way) for way in ways if way.call in done]
        return reduce(Entry.joined, entries) if entries else None

    def into(self, outer: Entry, call: Operation, way: Entering) -> Entry:
        """How a function is entered by a call in one that is entered itself."""
        often = self._costs.applied(way)
        if not often.is_constant:
            call = call._replace(times=call.times * often)
        handed = self._costs.handed(way)
        for name in [] if way.items else handed:
            number = self._number(self.context.calls.argument_for(way.call, way.function, name))
            if number >= _MANY:  # passes may be made of it, though no input is
                handed[name] = symbol(name if number >= _VERY_MANY else f"{name}[]")
        return outer.into(call, handed)

    def _number(self, given: ast.expr | None) -> int:
        """How large a number is that is handed on, if that is a constant; else 0."""
        number = constant_int(given)
        if number is not None or not isinstance(given, ast.Name):
            return number or 0
        loops = [one for one in self.context.loops(given) if given.id in _bound_by(one)]
        counts = [self.context.trip_count(loop) for loop in loops]
        return max((count for count in counts if count is not None), default=0)

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

    def _around(self, node: ast.AST) -> tuple[int, Growth]:
        """The passes of constant loops around a node, and those that an exit may spare."""
        loops = self.context.loops(node)
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            loops.append(node)  # it stands for its own passes
        key = tuple(loops)
        known = self._passes.get(key)
        if known is None:
            known = self._passes[key] = self._passes_of(key)
        return known

    def _passes_of(self, loops: tuple[Loop, ...]) -> tuple[int, Growth]:
        repeats, spared = 1, ONE
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


def _bound_by(loop: Loop) -> set[str]:
    """The names that a loop binds on every pass; a `while` binds none."""
    return set() if isinstance(loop, ast.While) else targets_of(loop)


def _add(found: Counter[Operation], inner: Counter[Operation], entry: Entry) -> None:
    """Add the operations of a function that is entered; of too many the costliest stay."""
    for one, count in inner.items():
        there = entry.of(one)
        found[there] = min(found[there] + count, _MOST_PLACES)
    if len(found) > 2 * _MOST:
        for one in sorted(found, key=lambda one: _rank(one, found[one]))[:-_MOST]:
            del found[one]


def _rank(one: Operation, count: int) -> tuple[float, str]:
    often = math.log2(count * one.repeats) + _TYPICAL.bits(one.times)
    return often + _TYPICAL.bits(one.price), one.name


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
    """Yield where a program may be entered: its module, and functions that nothing in it calls.

    Of functions that only call each other, the first one; of those in functions the ones that are
    given away, as a decorator does.
    """
    yield context.tree
    entered = {group[0] for group in context.circles.groups if not _is_called(group, context)}
    for function in context.circles.functions:
        if function in entered and (_is_open(function, context) or context.uses(function)):
            yield function


def _is_open(function: FunctionNode, context: Context) -> bool:
    return isinstance(context.parent(function), ast.Module | ast.ClassDef)


def _is_called(group: list[FunctionNode], context: Context) -> bool:
    """Whether a function is called by others than those which it calls."""
    inner = set(group)
    return any(
        context.function(call) not in inner
        for function in group
        for call in context.entries.callers(function)
    )


def _name(node: ast.AST, context: Context) -> str:
    """What it is called: `sorted()`, `list[].Load`, `str Add`, `in set`, `compare int`, `For`."""
    match node:
        case ast.Call():
            return f"{called(node, context)}()"
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
    return plain_name(node)


def plain_name(node: ast.AST) -> str:
    """Return what a construct is called: those of asynchronous code as those of other code."""
    name = type(node).__name__
    return "Assign" if isinstance(node, ast.AnnAssign) else name.removeprefix("Async")


def called(call: ast.Call, context: Context) -> str:
    """Return what is called: the name of what others made, `own` or `unknown`.

    A method is one of others unless classes of the file have one of that name, and nothing shows
    that the object is of another type.
    """
    if context.callee(call) is not None:
        return "own"
    name = context.resolve(call.func)
    if name is not None:
        return name.rpartition(".")[2]
    if not isinstance(call.func, ast.Attribute):
        return "unknown"
    is_own = call.func.attr in context.circles.methods
    return "own" if is_own and not context.type_of(call.func.value).is_known else call.func.attr


def _kind(node: ast.expr, context: Context) -> str:
    name = context.type_of(node).name
    name = _ROUGH.get(name, name)
    return name if name in KINDS else "other"
