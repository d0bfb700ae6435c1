"""An upper bound for the time and extra space of each function, in terms of its inputs.

The bound holds under assumptions: code in other files costs O(1), hashing is O(1), functions that
call each other run once for each call from outside, and a loop whose number of passes cannot be
told counts as a symbol of its own, which is part of the answer. Of long sums the largest terms
are kept.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from effilint.analyzer.facts.growth import ONE, Growth, exponential, summed, symbol
from effilint.analyzer.facts.halves import is_half
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.prices import price
from effilint.analyzer.facts.scopes import COMPREHENSIONS
from effilint.analyzer.facts.sizes import Sizes
from effilint.analyzer.facts.while_loops import WhileLoops
from effilint.analyzer.patterns import walk_block
from effilint.analyzer.tree import children, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode
    from effilint.analyzer.facts.entries import Entering

_CACHES = ("functools.cache", "functools.lru_cache")


@dataclass(frozen=True, slots=True)
class Cost:
    """Time and extra space of a function, the line that dominates, and what was assumed."""

    time: Growth
    space: Growth
    line: int
    assumed: tuple[str, ...] = ()


@dataclass(slots=True)
class _Total:
    """What has been added up so far, and the statement that brought most of it."""

    time: Growth = ONE
    space: Growth = ONE
    line: int = 0
    line_time: Growth = ONE
    runs: dict[ast.AST, Growth] = field(default_factory=dict)

    def cost(self, sizes: Sizes) -> Cost:
        return Cost(self.time, self.space, self.line, sizes.assumed(self.time))

    def repeat(self, times: Growth) -> None:
        self.time *= times
        if not times.is_constant:
            self.runs = {node: runs * times for node, runs in self.runs.items()}

    def spend(self, time: Growth, line: int) -> None:
        self.time += time
        if not self.line_time.covers(time):
            self.line, self.line_time = line, time

    def hold(self, space: Growth) -> None:
        self.space += space


class Costs:
    """Estimates the functions of one file."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._whiles = WhileLoops(context)
        self._sizes = Sizes(context, self._whiles)
        self._known: dict[ast.AST, Cost] = {}
        self._own: dict[ast.AST, Cost] = {}
        self._entries: dict[ast.AST, Growth] = {}  # how often each loop is begun
        self._runs: dict[ast.AST, dict[ast.AST, Growth]] = {}
        self._begun: set[ast.Lambda] = set()

    def of(self, function: FunctionNode | ast.Module) -> Cost:
        """The cost of one call of `function`, or of the statements of a module."""
        known = self._known.get(function)
        if known is None:
            known = self._alone(function)
            if not isinstance(function, ast.Module):
                known = self._with_circle(function, known)
            self._known[function] = known
        return known

    def _alone(self, function: FunctionNode | ast.Module) -> Cost:
        """The cost of a call without that of functions which call it, too."""
        known = self._own.get(function)
        if known is not None:
            return known
        total = _Total(line=getattr(function, "lineno", 1))
        for node in _reached(function.body):
            self._add(node, ONE, total)
        cost = total.cost(self._sizes)
        if not isinstance(function, ast.Module):
            cost = self._with_recursion(function, total)
        self._runs[function] = total.runs
        self._own[function] = cost
        return cost

    def _with_circle(self, function: FunctionNode, alone: Cost) -> Cost:
        """Add what functions take that it reaches and that reach it, each entered once."""
        time, space = alone.time, alone.space
        entered: dict[ast.AST, tuple[Growth, dict[str, Growth]]] = {function: (ONE, {})}
        for caller, callee, ways in self._context.circles.steps(function):
            times, sizes = entered[caller]
            runs, passed = self.runs(caller), [self._sizes.handed(way) for way in ways]
            inner = [runs[way.call] * self._sizes.applied(way) for way in ways if way.call in runs]
            often = summed(growth.replace(sizes) for growth in inner) if inner else ONE
            given = {n: summed(one[n].replace(sizes) for one in passed) for n in passed[0]}
            entered[callee] = times * often, given
            cost = self._alone(callee)
            time += times * often * cost.time.replace(given)
            space += cost.space.replace(given)
        return Cost(time, space, alone.line, self._sizes.assumed(time))

    def runs(self, function: FunctionNode | ast.Module) -> dict[ast.AST, Growth]:
        """How often each node of a function's own code runs in one call of it."""
        self._alone(function)
        return self._runs[function]

    def price(self, node: ast.AST) -> Growth:
        """What one run of a node goes through, apart from its parts."""
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            return self._sizes.trips(node)
        if isinstance(node, COMPREHENSIONS):
            return self._sizes.of(node)
        return price(node, self._context, self._sizes)[0] if isinstance(node, ast.expr) else ONE

    def trips(self, loop: Loop) -> Growth:
        """How often a loop can run."""
        return self._sizes.trips(loop)

    def handed(self, way: Entering) -> dict[str, Growth]:
        """The size of each argument that a function is run with, by the name it gives it."""
        return self._sizes.handed(way)

    def applied(self, way: Entering) -> Growth:
        """How often a call runs a function that it applies to the items of something."""
        return self._sizes.applied(way)

    def _add(self, node: ast.AST, times: Growth, total: _Total) -> None:
        """Add the cost of `node`, which runs `times` times."""
        stack = [(node, times)]
        while stack:
            top, times = stack.pop()
            if isinstance(top, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
                stack.extend((part, times) for part in self._run_once(top))
                continue
            total.runs[top] = times
            self._add_own(top, times, total)
            stack.extend(self._parts(top, times))

    def _parts(self, node: ast.AST, times: Growth) -> list[tuple[ast.AST, Growth]]:
        """The children of `node` and how often each runs."""
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            self._entries[node] = times
            inner = self._passes(node, times)
            return [
                (node.test, inner) if isinstance(node, ast.While) else (node.iter, times),
                *((s, inner) for s in node.body),
                *((s, times) for s in node.orelse),
            ]
        if isinstance(node, COMPREHENSIONS):
            return self._comprehension_parts(node, times)
        if isinstance(node, ast.If):
            return [
                (node.test, times),
                *((s, self._in_branch(node, node.body, times)) for s in node.body),
                *((s, self._in_branch(node, node.orelse, times)) for s in node.orelse),
            ]
        if isinstance(node, ast.AnnAssign):
            values = [node.value] if node.value is not None else []
            return [(node.target, times), *((value, times) for value in values)]
        if isinstance(node, ast.Call):
            return [*((child, times) for child in children(node)), *self._lambdas(node, times)]
        return [(child, times) for child in children(node)]

    def _run_once(self, made: ast.AST) -> list[ast.AST]:
        """What runs where a function or a class is made: defaults, decorators, a class's body."""
        match made:
            case ast.ClassDef():
                return [*made.decorator_list, *made.body]
            case ast.FunctionDef(args=given) | ast.AsyncFunctionDef(args=given):
                defaults = [one for one in given.kw_defaults if one is not None]
                return [*made.decorator_list, *given.defaults, *defaults]
            case ast.Lambda(body=body) if not self._context.entries.is_run(made):
                return [body]
        return []

    def _lambdas(self, call: ast.Call, times: Growth) -> Iterator[tuple[ast.AST, Growth]]:
        """The bodies of lambdas that a call runs, each at the first call that does."""
        entries = self._context.entries
        applied = entries.application(call)
        ways = [(call.func, times)]
        if applied is not None:
            ways.append((applied.function, times * self._sizes.applied(applied)))
        for function, often in ways:
            made = entries.lambda_of(function)
            if made is not None and made not in self._begun:
                self._begun.add(made)
                yield made.body, often

    def _passes(self, loop: ast.For | ast.AsyncFor | ast.While, times: Growth) -> Growth:
        """How often the body of a loop runs that is begun so many times."""
        trips = self._sizes.trips(loop)
        outer = self._whiles.goes_on_in(loop) if isinstance(loop, ast.While) else None
        if outer is None or outer not in self._entries:
            return times * trips
        return times + self._entries[outer] * trips

    def _in_branch(self, node: ast.If, branch: list[ast.stmt], times: Growth) -> Growth:
        """How often a branch runs: one that leaves loops runs no more often than they begin."""
        if not branch or not isinstance(branch[-1], ast.Break | ast.Return):
            return times
        repeating = self._context.loops(branch[0])
        left = [loop for loop in self._context.loops(node) if loop not in repeating]
        return self._entries.get(left[-1], times) if left else times

    def _comprehension_parts(self, node: ast.AST, times: Growth) -> list[tuple[ast.AST, Growth]]:
        parts: list[tuple[ast.AST, Growth]] = []
        for generator in node.generators:  # type: ignore[attr-defined]
            parts.append((generator.iter, times))
            times *= self._sizes.trips(generator)
            parts += [(test, times) for test in generator.ifs]
        if isinstance(node, ast.DictComp):
            return [*parts, (node.key, times), (node.value, times)]
        return [*parts, (node.elt, times)]  # type: ignore[attr-defined]

    def _add_own(self, node: ast.AST, times: Growth, total: _Total) -> None:
        line = getattr(node, "lineno", total.line)
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            total.spend(self._passes(node, times), line)
        elif isinstance(node, COMPREHENSIONS):
            size = self._sizes.of(node)
            total.spend(times * size, line)
            if not isinstance(node, ast.GeneratorExp):
                total.hold(size)
        elif isinstance(node, ast.expr):
            time, space = price(node, self._context, self._sizes)
            total.spend(times * time, line)
            total.hold(space if not _is_kept(node) else times * space)
            if isinstance(node, ast.Call):
                self._add_callees(node, times, total, line)

    def _add_callees(self, call: ast.Call, times: Growth, total: _Total, line: int) -> None:
        """Add what functions take that a call runs, but for those that run this one, too."""
        here = self._context.function(call)
        for way in self._context.entries.of(call):
            if here and self._context.circles.is_inner(here, way.function):
                continue
            cost, sizes = self.of(way.function), self._sizes.handed(way)
            often = times * self._sizes.applied(way)
            total.spend(often * cost.time.replace(sizes), line)
            total.hold(cost.space.replace(sizes))

    def _with_recursion(self, function: FunctionNode, total: _Total) -> Cost:
        calls = self._context.calls.self_calls(function)
        if not calls:
            return total.cost(self._sizes)
        states = self._states(function, calls)
        depth = self._depth(function, calls)
        if self._is_cached(function):
            total.repeat(states)
            return Cost(total.time, total.space + states, total.line)
        together = self._calls_on_one_path(function, calls)
        total.repeat(self._times(states, depth, together, calls, total))
        total.hold(depth)
        if together > 1:
            total.line = calls[0].lineno
        return total.cost(self._sizes)

    def _times(
        self,
        states: Growth,
        depth: Growth,
        together: int,
        calls: list[ast.Call],
        total: _Total,
    ) -> Growth:
        """How often a function runs that calls itself, up to so many times in each run."""
        if together < 2:
            return depth
        names = sorted(states.symbols)
        if self._halves(calls):
            # Splits of equal work: once per level.
            return depth if not total.time.is_constant else symbol(names[0] if names else "n")
        times = ONE
        for name in names or ["depth"]:
            times *= exponential(name)
        return times

    def _is_cached(self, function: FunctionNode) -> bool:
        if is_decorated_cache(function, self._context):
            return True
        body = list(walk_block(function.body))
        kept = [found for node in body if (found := _looked_up(node)) is not None]
        return any(_is_stored_in(body, one) for one in kept)

    def _states(self, function: FunctionNode, calls: list[ast.Call]) -> Growth:
        """The arguments that differ from call to call: what the recursion runs through."""
        states = ONE
        for name in self._context.calls.parameters(function):
            passed = [self._context.calls.argument_for(call, function, name) for call in calls]
            if any(not (isinstance(p, ast.Name) and p.id == name) for p in passed if p is not None):
                is_up = any(_is_more(p, name) for p in passed)
                states *= self._range_of(function, name) if is_up else symbol(name)
        return states

    def _range_of(self, function: FunctionNode, name: str) -> Growth:
        """How many values a parameter that goes up can have: to what ends the recursion."""
        for node in walk_block(function.body):
            if isinstance(node, ast.If) and not isinstance(node.body[-1], ast.Return | ast.Raise):
                continue
            if isinstance(node, ast.If | ast.IfExp) and (bound := _compared(node.test, name)):
                size = self._sizes.of(bound)
                if not size.is_constant:
                    return size
        return symbol(name)

    def _depth(self, function: FunctionNode, calls: list[ast.Call]) -> Growth:
        names = sorted(self._states(function, calls).symbols)
        if not names:
            return symbol("depth")
        if self._halves(calls):
            return symbol(names[0]).log()
        if self._begins_again(function, calls):  # one goes through all for each step of another
            return self._states(function, calls)
        return summed(map(symbol, names))

    def _begins_again(self, function: FunctionNode, calls: list[ast.Call]) -> bool:
        """Whether a call sets back one argument and moves another: `f(i + 1, 0)`."""
        for call in calls:
            passed = {
                name: self._context.calls.argument_for(call, function, name)
                for name in self._context.calls.parameters(function)
            }
            is_set_back = any(isinstance(one, ast.Constant) for one in passed.values())
            if is_set_back and any(_is_more(one, name) for name, one in passed.items()):
                return True
        return False

    def _halves(self, calls: list[ast.Call]) -> bool:
        """Whether every self-call works on a part of the input that halving makes."""
        return all(any(is_half(arg, self._context) for arg in call.args) for call in calls)

    def _calls_on_one_path(self, function: FunctionNode, calls: list[ast.Call]) -> int:
        """The greatest number of self-calls one run can make; 2 stands for two or more."""
        if any(self._context.loops(call) for call in calls):
            return 2
        return min(2, _most_on_path(function.body, set(calls)))


def is_decorated_cache(function: FunctionNode, context: Context) -> bool:
    """Whether a decorator remembers what a function returns."""
    decorators = function.decorator_list
    targets = (one.func if isinstance(one, ast.Call) else one for one in decorators)
    return any(context.resolve(target) in _CACHES for target in targets)


def _reached(block: list[ast.stmt]) -> list[ast.stmt]:
    """The statements up to the one that leaves."""
    ends = (n for n, one in enumerate(block, 1) if isinstance(one, ast.Return | ast.Raise))
    return block[: next(ends, len(block))]


def _looked_up(node: ast.AST) -> ast.expr | None:
    """What it returns from what it has kept: `if key in memo: return memo[key]`."""
    match node:
        case ast.If(
            test=ast.Compare(ops=[ast.In()], comparators=[kept]),
            body=[ast.Return(value=ast.Subscript(value=found))],
        ) if ast.dump(kept) == ast.dump(found):
            return found
    return None


def _is_stored_in(body: list[ast.AST], kept: ast.expr) -> bool:
    """Whether a function adds to a container, and does not make it anew in each call."""
    targets = [node for node in body if isinstance(node, ast.Name | ast.Subscript)]
    stores = [node for node in targets if isinstance(node.ctx, ast.Store)]
    is_own = any(isinstance(s, ast.Name) and s.id == getattr(kept, "id", "") for s in stores)
    wanted = ast.dump(kept)
    is_added = any(isinstance(s, ast.Subscript) and ast.dump(s.value) == wanted for s in stores)
    return is_added and not is_own


def _is_more(passed: ast.expr | None, name: str) -> bool:
    match passed:
        case ast.BinOp(left=ast.Name(id=used), op=ast.Add()) if used == name:
            return True
    return False


def _compared(test: ast.expr, name: str) -> ast.expr | None:
    """What a name is compared with in a test."""
    for node in walk(test):
        match node:
            case ast.Compare(
                left=ast.Name(id=used), ops=[ast.Eq() | ast.Gt() | ast.GtE()], comparators=[bound]
            ) if used == name:
                return bound
            case ast.Compare(
                left=bound, ops=[ast.Eq() | ast.Lt() | ast.LtE()], comparators=[ast.Name(id=used)]
            ) if used == name:
                return bound
    return None


def _most_on_path(block: list[ast.stmt], calls: set[ast.Call]) -> int:
    most = 0
    for statement in block:
        if isinstance(statement, ast.If):
            here = sum(node in calls for node in ast.walk(statement.test))
            branches = (
                _most_on_path(statement.body, calls),
                _most_on_path(statement.orelse, calls),
            )
            if (
                statement.body
                and isinstance(statement.body[-1], ast.Return)
                and not statement.orelse
            ):
                rest = _most_on_path(block[block.index(statement) + 1 :], calls)
                return most + here + max(branches[0], rest)
            most += here + max(branches)
        else:
            most += sum(node in calls for node in walk_block([statement]))
    return most


def _is_kept(node: ast.expr) -> bool:
    """Whether what the expression makes stays until the function ends: appends and their kin."""
    match node:
        case ast.Call(
            func=ast.Attribute(
                attr="append" | "add" | "insert" | "appendleft" | "update" | "extend"
            )
        ):
            return True
    return False
