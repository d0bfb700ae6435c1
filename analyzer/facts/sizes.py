"""How large values and how long loops can get, in terms of what a function is given."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from effilint.analyzer.facts.growth import ONE, Growth, exponential, symbol
from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.scopes import COMPREHENSIONS, Binding, Kind, Symbol
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode

_SAME_SIZE = frozenset(
    "list tuple set frozenset sorted reversed iter enumerate dict sum str abs int float len min "
    "max collections.deque collections.Counter collections.OrderedDict itertools.accumulate filter "
    "itertools.islice itertools.takewhile itertools.dropwhile copy.copy copy.deepcopy range".split()
)
_SUM_OF_SIZES = frozenset(("itertools.chain", "zip", "itertools.zip_longest"))
_GROWING = frozenset(("append", "add", "appendleft", "insert", "push", "put", "heappush"))
_TAKING = frozenset(("pop", "popleft", "popitem", "get", "get_nowait"))
_UNKNOWN_WHILE = "passes@{}"


class Sizes:
    """Measures expressions of one file; the same symbol stands for a length or a number."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._active: set[object] = set()
        self._known: dict[ast.AST, Growth] = {}

    def of(self, node: ast.expr) -> Growth:
        """The length of a container, or the magnitude of a number."""
        known = self._known.get(node)
        if known is not None:
            return known
        if node in self._active or len(self._active) > 60:
            return ONE
        self._active.add(node)
        try:
            found = self._measure(node)
        finally:
            self._active.discard(node)
        if not self._active:
            self._known[node] = found
        return found

    def trips(self, loop: Loop) -> Growth:
        """How often a loop can run."""
        if self._context.trip_count(loop) is not None:
            return ONE
        if isinstance(loop, ast.While):
            return self._while_trips(loop)
        return self.of(loop.iter)

    def assumed(self, growth: Growth) -> tuple[str, ...]:
        """The symbols that stand for something which is no input."""
        prefix = _UNKNOWN_WHILE.partition("{")[0]
        return tuple(sorted(s for s in growth.symbols if s.startswith(prefix)))

    def passed(self, call: ast.Call, callee: FunctionNode) -> dict[str, Growth]:
        """The size of each argument of a call, by the name the callee gives it."""
        found: dict[str, Growth] = {}
        for name in self._context.calls.parameters(callee):
            argument = self._context.calls.argument_for(call, callee, name)
            found[name] = self.of(argument) if argument is not None else ONE
        return found

    def _measure(self, node: ast.expr) -> Growth:
        match node:
            case ast.Constant() | ast.JoinedStr() | ast.Compare() | ast.Lambda():
                return ONE
            case ast.Name():
                target = self._context.symbol(node)
                return self._of_symbol(target) if target else ONE
            case ast.Attribute():
                return ONE if self._context.resolve(node) else symbol(ast.unparse(node))
            case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
                starred = [e.value for e in elts if isinstance(e, ast.Starred)]
                return _total(self.of(value) for value in starred)
            case ast.BinOp(left=left, op=op, right=right):
                return self._operation(left, op, right)
            case ast.BoolOp(values=values):
                return _total(self.of(value) for value in values)
            case ast.IfExp(body=body, orelse=orelse):
                return self.of(body) + self.of(orelse)
            case ast.UnaryOp(operand=inner) | ast.NamedExpr(value=inner) | ast.Await(value=inner):
                return self.of(inner)
            case ast.Subscript():
                return self._subscript(node)
            case ast.Call():
                return self._call(node)
        if isinstance(node, COMPREHENSIONS):
            total = ONE
            for generator in node.generators:
                total *= self.trips(generator)
            return total
        return ONE

    def _operation(self, left: ast.expr, op: ast.operator, right: ast.expr) -> Growth:
        if isinstance(op, ast.Mult):
            return self.of(left) * self.of(right)
        if isinstance(op, ast.FloorDiv | ast.Div | ast.RShift | ast.Sub):
            return self.of(left)
        if isinstance(op, ast.Mod):
            return self.of(right)
        if isinstance(op, ast.Pow | ast.LShift):
            return self._power(left, right)
        return self.of(left) + self.of(right)

    def _power(self, left: ast.expr, right: ast.expr) -> Growth:
        match right:
            case ast.Constant(value=0.5):
                return self.of(left).root()
            case ast.Constant(value=int(times)) if 0 < times <= 4:
                product = ONE
                for _ in range(times):
                    product *= self.of(left)
                return product
        product = ONE
        for name in sorted(self.of(right).symbols):
            product *= exponential(name)
        return product

    def _subscript(self, node: ast.Subscript) -> Growth:
        if not isinstance(node.slice, ast.Slice):
            base = node.value
            while isinstance(base, ast.Subscript):
                base = base.value
            kind = self._context.type_of(node)
            if kind.is_number or isinstance(base, ast.Constant):
                return ONE
            return symbol(f"{ast.unparse(base)}[]")
        upper = node.slice.upper
        if isinstance(upper, ast.Constant) and isinstance(upper.value, int) and upper.value >= 0:
            return ONE
        return self.of(node.value)  # whatever the bounds are

    def _call(self, call: ast.Call) -> Growth:
        name = self._context.resolve(call.func)
        args = [a.value if isinstance(a, ast.Starred) else a for a in call.args]
        if name == "math.isqrt" or name == "math.sqrt":
            return self.of(args[0]).root() if args else ONE
        if name == "range" and len(args) > 1:
            return self.of(args[1])
        if name == "map" and len(args) > 1:
            return self.of(args[1])
        if name == "filter" and len(args) > 1:
            return self.of(args[1])
        if name in ("min", "max") and len(args) > 1:
            return _total(self.of(arg) for arg in args)
        if name in _SAME_SIZE:
            return self.of(args[0]) if args else ONE
        if name in _SUM_OF_SIZES:
            return _total(self.of(arg) for arg in args)
        if name == "itertools.product":
            product = ONE
            for arg in args:
                product *= self.of(arg)
            return product
        if name in ("itertools.permutations", "itertools.combinations"):
            shape = "{}!" if name.endswith("permutations") else "2^{}"
            return _total(exponential(s, shape) for s in sorted(self.of(args[0]).symbols))
        if isinstance(call.func, ast.Attribute) and name is None:
            return self.of(call.func.value)  # split, items, copy, lower, ...
        return ONE

    def _of_symbol(self, target: Symbol) -> Growth:
        if target in self._active:
            return ONE
        self._active.add(target)
        try:
            total = _total(self._of_binding(target, binding) for binding in target.bindings)
            return total + self._growth_in_loops(target)
        finally:
            self._active.discard(target)

    def _of_binding(self, target: Symbol, binding: Binding) -> Growth:
        if binding.kind is Kind.ARGUMENT:
            return symbol(target.name)
        if binding.value is None:
            return ONE
        if binding.kind is Kind.LOOP:
            return self._loop_item(target, binding)
        if binding.kind is Kind.AUGMENTED:
            return self._passes_around(binding.node) * self.of(binding.value)
        if binding.kind in (Kind.ASSIGN, Kind.UNPACK):
            return self.of(_unpacked(binding.value, binding.path))
        return ONE

    def _loop_item(self, target: Symbol, binding: Binding) -> Growth:
        match binding.value:
            case ast.Call(func=ast.Name("range")) as call:
                return self.of(call)
            case ast.Call(func=ast.Name("enumerate"), args=[inner, *_]) if binding.path == (0,):
                return self.of(inner)
        first = self._context.type_of(ast.Name(target.name, ast.Load()))
        return ONE if first.is_number else symbol(target.name)

    def _growth_in_loops(self, target: Symbol) -> Growth:
        """What `append` and its kin add, where they are in loops."""
        total = ONE
        for load in self._context.scopes.loads(target):
            parent = self._context.parent(load)
            match parent:
                case ast.Attribute(attr=attr) if attr in _GROWING:
                    total += self._passes_around(load)
                case ast.Attribute(attr="extend" | "update"):
                    call = self._context.parent(parent)
                    if isinstance(call, ast.Call) and call.args:
                        total += self._passes_around(load) * self.of(call.args[0])
                case ast.Subscript(ctx=ast.Store()):
                    total += self._passes_around(load)
                case ast.Call(func=ast.Attribute(attr="heappush") | ast.Name("heappush")):
                    total += self._passes_around(load)
        return total

    def _passes_around(self, node: ast.AST) -> Growth:
        product = ONE
        for loop in self._context.loops(node):
            if loop in self._active:
                continue
            self._active.add(loop)
            try:
                product *= self.trips(loop)
            finally:
                self._active.discard(loop)
        return product

    def _while_trips(self, loop: ast.While) -> Growth:
        named = [n for n in walk(loop.test) if isinstance(n, ast.Name)]
        steps = {n.id: _step(loop, n.id) for n in named}
        if "multiply" in steps.values():
            return _total(self.of(n) for n in named).log()
        if _is_bisection(loop):
            return _total(self.of(n) for n in named).log()
        if "add" in steps.values():
            others = [n for n in named if steps[n.id] != "add"] or named
            bound = _total(self.of(n) for n in others)
            squared = any(
                isinstance(n, ast.BinOp) and isinstance(n.op, ast.Mult | ast.Pow)
                for n in walk(loop.test)
            )
            return bound.root() if squared else bound
        for name in named:
            if _takes_from(loop, name.id) and not _grows(loop, name.id):
                return self.of(name)
        return symbol(_UNKNOWN_WHILE.format(loop.lineno))


def _unpacked(value: ast.expr, path: tuple[int, ...]) -> ast.expr:
    """The part of a tuple display that a target takes; the whole of anything else."""
    for step in path:
        if not isinstance(value, ast.Tuple | ast.List) or step >= len(value.elts):
            break
        value = value.elts[step]
    return value


def _total(growths: Iterable[Growth]) -> Growth:
    total = ONE
    for growth in growths:
        total += growth
    return total


def _step(loop: ast.While, name: str) -> str:
    """How the body moves a number that the test looks at: "add", "multiply" or ""."""
    for node in walk(loop):
        match node:
            case ast.AugAssign(target=ast.Name(id=changed), op=op) if changed == name:
                if isinstance(op, ast.Mult | ast.FloorDiv | ast.Div | ast.RShift | ast.LShift):
                    return "multiply"
                return "add"
            case ast.Assign(
                targets=[ast.Name(id=changed)], value=ast.BinOp(left=ast.Name(id=used), op=op)
            ) if changed == used == name:
                if isinstance(op, ast.Mult | ast.FloorDiv | ast.Div | ast.RShift | ast.LShift):
                    return "multiply"
                return "add"
    return ""


def _is_bisection(loop: ast.While) -> bool:
    """A middle is computed from two bounds, and a bound moves to it."""
    halved = any(
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.BinOp)
        and isinstance(node.value.op, ast.FloorDiv | ast.RShift)
        for node in walk(loop)
    )
    return halved and isinstance(loop.test, ast.Compare)


def _grows(loop: ast.While, name: str) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in (*_GROWING, "extend", "update", "extendleft")
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        for node in walk(loop)
    )


def _takes_from(loop: ast.While, name: str) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _TAKING
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == name
        for node in walk(loop)
    )
