"""How large values and how long loops can get, in terms of what a function is given."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from effilint.analyzer.facts.additions import added_to
from effilint.analyzer.facts.calls import own_nodes
from effilint.analyzer.facts.growth import ONE, READ, Growth, exponential, summed, symbol
from effilint.analyzer.facts.inputs import INPUT, is_reader, is_stream, item_of, named
from effilint.analyzer.facts.lattice import item_type
from effilint.analyzer.facts.loops import Loop, width
from effilint.analyzer.facts.scopes import COMPREHENSIONS, Binding, Kind, Symbol
from effilint.analyzer.facts.while_loops import GROWING, WhileLoops, bound_in
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode
    from effilint.analyzer.facts.entries import Application, Entering

_SAME_SIZE = frozenset(
    "list tuple set frozenset sorted reversed iter enumerate dict sum str abs int float len min "
    "max collections.deque collections.Counter collections.OrderedDict itertools.accumulate filter "
    "itertools.pairwise itertools.compress itertools.starmap itertools.groupby "
    "itertools.islice itertools.takewhile itertools.dropwhile copy.copy copy.deepcopy range".split()
)
_SUM_OF_SIZES = frozenset(("itertools.chain", "zip", "itertools.zip_longest"))
_LESSENING = (ast.Sub, ast.FloorDiv, ast.Div, ast.Mod, ast.RShift, ast.BitAnd)
_UNKNOWN_WHILE = "passes@{}"
_MAX_DEPTH = 90
_NOWHERE = _MAX_DEPTH * 2


class _TooDeepError(Exception):
    """What is measured is too far from the question."""

    def __init__(self, node: ast.expr) -> None:
        self.node = node


class Sizes:
    """Measures expressions of one file; the same symbol stands for a length or a number."""

    def __init__(self, context: Context, whiles: WhileLoops) -> None:
        self._context, self._whiles = context, whiles
        self._known: dict[object, Growth] = {}
        # Variables, loops and functions that are being measured, and how deep that is.
        self._active: dict[object, int] = {}
        self._lowest = _NOWHERE  # the outermost of these that an answer has been cut off at
        # What was cut off, until what it was cut off at is known.
        self._partial: dict[object, tuple[Growth, int]] = {}
        self._depth = 0

    def of(self, node: ast.expr) -> Growth:
        """The length of a container, or the magnitude of a number."""
        known = self._known.get(node)
        if known is not None:
            return known
        return self._part(node) if self._depth else self._whole(node)

    def _whole(self, node: ast.expr) -> Growth:
        """Answer a question; first those that it depends on from too far away."""
        pending, found = [node], ONE
        while pending:
            try:
                found = self._part(pending[-1])
                pending.pop()
            except _TooDeepError as far:
                if far.node in pending:
                    self._known[far.node] = ONE
                pending.append(far.node)
            finally:
                self._active, self._partial = {}, {}
                self._lowest, self._depth = _NOWHERE, 0
        return found

    def _part(self, node: ast.expr) -> Growth:
        known = self._known.get(node)
        if known is not None:
            return known
        if self._depth > _MAX_DEPTH:
            raise _TooDeepError(node)
        outer, self._lowest = self._lowest, _NOWHERE
        self._depth += 1
        found = self._measure(node)
        self._depth -= 1
        if self._lowest == _NOWHERE or not self._depth:
            self._known[node] = found
        self._lowest = min(self._lowest, outer)
        return found

    def _settled(self, key: object, measure: Callable[[], Growth]) -> Growth:
        """Measure what may depend on itself, which then goes by what else it depends on."""
        known = self._known.get(key)
        if known is not None:
            return known
        if key in self._active:
            self._lowest = min(self._lowest, self._active[key])
            return ONE
        if key in self._partial:
            found, lowest = self._partial[key]
            self._lowest = min(self._lowest, lowest)
            return found
        depth = self._active[key] = len(self._active)
        outer, self._lowest = self._lowest, _NOWHERE
        self._depth += 2
        found = measure()
        self._depth -= 2
        del self._active[key]
        self._partial = {k: part for k, part in self._partial.items() if part[1] < depth}
        if self._lowest >= depth:
            self._known[key] = found
            self._lowest = outer
        else:
            self._partial[key] = found, self._lowest
            self._lowest = min(self._lowest, outer)
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

    def handed(self, way: Entering) -> dict[str, Growth]:
        """The size of each argument that a function is run with, by the name it gives it."""
        calls = self._context.calls
        if not way.items and calls.callee(way.call) is way.function:
            return self.passed(way.call, way.function)
        given = [item_of(self.of(one), ast.unparse(one)) for one in way.items]
        given = given or [self.of(one) for one in way.call.args]
        names = list(calls.parameters(way.function))
        found = {
            name: given[min(place, len(given) - 1)] if way.items or place < len(given) else ONE
            for place, name in enumerate(names)
        }
        if not way.items:
            found |= {one.arg: self.of(one.value) for one in way.call.keywords if one.arg in found}
        return found

    def applied(self, way: Entering | Application) -> Growth:
        """How often a call runs a function that it applies to the items of something."""
        if not way.items:
            return ONE
        size = self.of(way.items[0])
        return size * size.log() if way.is_ordering else size

    def passed(self, call: ast.Call, callee: FunctionNode) -> dict[str, Growth]:
        """The size of each argument of a call, by the name the callee gives it."""
        found: dict[str, Growth] = {}
        for name in self._context.calls.parameters(callee):
            argument = self._context.calls.argument_for(call, callee, name)
            found[name] = self.of(argument) if argument is not None else ONE
        return found

    def _measure(self, node: ast.expr) -> Growth:
        match node:
            case ast.Constant() | ast.Compare() | ast.Lambda():
                return ONE
            case ast.JoinedStr(values=values):
                return summed(self.of(value) for value in values)
            case ast.FormattedValue(value=inner):
                return self.of(inner) if self._context.type_of(inner).name == "str" else ONE
            case ast.Name():
                if is_stream(node, self._context):
                    return symbol(INPUT)
                target = self._context.symbol(node)
                return self._of_symbol(target) if target else ONE
            case ast.Attribute():
                if is_stream(node, self._context):
                    return symbol(INPUT)
                return ONE if self._context.resolve(node) else symbol(ast.unparse(node))
            case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
                starred = [e.value for e in elts if isinstance(e, ast.Starred)]
                return summed(self.of(value) for value in starred)
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                return summed(self.of(value) for key, value in pairs if key is None)
            case ast.BinOp(op=ast.Add()):
                return self._sum(node)
            case ast.BinOp(left=left, op=op, right=right):
                return self._operation(left, op, right)
            case ast.BoolOp(values=values):
                return summed(self.of(value) for value in values)
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

    def _sum(self, node: ast.expr) -> Growth:
        """The size of a sum, which may have many terms."""
        sums: list[ast.BinOp] = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sums.append(node)
            node = node.left
            if node in self._known:
                break
        found = self.of(node)
        for one in reversed(sums):
            found += self.of(one.right)
            if self._lowest == _NOWHERE:
                self._known[one] = found
        return found

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
            kind, whole = self._context.type_of(node), self._context.type_of(node.value)
            if kind.is_number or whole.name == "str" or isinstance(base, ast.Constant):
                return ONE
            return item_of(self.of(base), ast.unparse(base))
        upper = node.slice.upper
        if isinstance(upper, ast.Constant) and isinstance(upper.value, int) and upper.value >= 0:
            return ONE
        if self._context.length(node) is not None:
            return ONE
        return self.of(node.value)  # whatever the bounds are

    def _call(self, call: ast.Call) -> Growth:
        name = self._context.resolve(call.func)
        args = [a.value if isinstance(a, ast.Starred) else a for a in call.args]
        if name == "math.isqrt" or name == "math.sqrt":
            return self.of(args[0]).root() if args else ONE
        if name == "range" and args:
            return self._range(args)
        if name == "map" and len(args) > 1:
            return self.of(args[1])
        if name == "filter" and len(args) > 1:
            return self.of(args[1])
        if name in ("min", "max") and len(args) > 1:
            return summed(self.of(arg) for arg in args)
        if name == "str" and args and self._context.type_of(args[0]).is_number:
            return self.of(args[0]).log()
        if name in _SAME_SIZE:
            return self.of(args[0]) if args else ONE
        if name in _SUM_OF_SIZES:
            return summed(self.of(arg) for arg in args)
        if name == "itertools.product":
            product = ONE
            for arg in args:
                product *= self.of(arg)
            return product
        if name in ("itertools.permutations", "itertools.combinations") and args:
            shape = "{}!" if name.endswith("permutations") else "2^{}"
            return summed(exponential(s, shape) for s in sorted(self.of(args[0]).symbols))
        if is_stream(call, self._context) or is_reader(call.func, self._context):
            return symbol(INPUT)
        if name == "next" and args:
            return item_of(self.of(args[0]), ast.unparse(args[0]))
        callee = self._context.callee(call)
        if callee is not None:
            return self._settled(callee, lambda: self._given_back(callee)).replace(
                self.passed(call, callee)
            )
        match self._context.sole_value(call.func):
            case ast.Lambda(body=body, args=ast.arguments(args=[])):
                return self.of(body)
        if isinstance(call.func, ast.Attribute) and name is None:
            return self.of(call.func.value)  # split, items, copy, lower, ...
        return ONE

    def _given_back(self, function: FunctionNode) -> Growth:
        """The size of what a function returns, or how many things it yields."""
        outcome = self._context.calls.outcome(function)
        if not outcome.is_generator:
            return summed(self.of(value) for value in outcome.returned)
        found = ONE
        for node in own_nodes(function):
            if isinstance(node, ast.Yield):
                found += self._passes_around(node)
            elif isinstance(node, ast.YieldFrom):
                found += self._passes_around(node) * self.of(node.value)
        return found

    def _range(self, args: list[ast.expr]) -> Growth:
        """How many numbers there are in a range, at most."""
        if len(args) == 2 and width(args[0], args[1]) is not None:
            return ONE
        is_down = len(args) == 3 and isinstance(args[2], ast.UnaryOp)
        if is_down:
            return self._magnitude(args[0]) + self._magnitude(args[1])
        return self._magnitude(args[0] if len(args) == 1 else args[1])

    def _magnitude(self, node: ast.expr) -> Growth:
        """How large a number is, also one that is an item: the size of that would be a constant."""
        match node:
            case ast.Subscript(slice=ast.Slice()):
                return self.of(node)
            case ast.Subscript(value=ast.Name() | ast.Attribute() as whole):
                return item_of(self.of(whole), ast.unparse(whole))
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._magnitude(left) + self._magnitude(right)
            case ast.Call(func=ast.Name("min"), args=[_, _, *_] as args):
                sizes = [self._magnitude(arg) for arg in args]
                return next((size for size in sizes if not size.is_constant), ONE)
        size, target = self.of(node), self._context.symbol(node)
        for binding in target.bindings if target and size.is_constant else ():
            if binding.kind is Kind.LOOP and binding.value is not None:
                outer = self.of(binding.value).symbols
                return symbol(f"{outer.pop()}[]") if len(outer) == 1 else size
        return size

    def _of_symbol(self, target: Symbol) -> Growth:
        return self._settled(target, lambda: self._of_bindings(target))

    def _of_bindings(self, target: Symbol) -> Growth:
        found = summed(self._of_binding(target, binding) for binding in target.bindings)
        return found + self._growth_in_loops(target)

    def _of_binding(self, target: Symbol, binding: Binding) -> Growth:
        if binding.kind is Kind.ARGUMENT:
            return self._given(target, binding)
        if binding.value is None:
            return self._beside_star(target, binding) if binding.kind is Kind.UNPACK else ONE
        if binding.kind is Kind.LOOP:
            return self._loop_item(target, binding)
        if binding.kind is Kind.AUGMENTED:
            return self._augmented(target, binding)
        if binding.kind in (Kind.ASSIGN, Kind.UNPACK):
            return self._assigned(target, binding, _unpacked(binding.value, binding.path))
        return ONE

    def _assigned(self, target: Symbol, binding: Binding, value: ast.expr) -> Growth:
        found = added_to(value, target.name)
        if found is None:
            return named(self._read(value), target.name)
        added, times = found
        passes = self._passes_around(binding.node)
        if times > 1:
            return _product(exponential(name) for name in sorted(passes.symbols))
        bound = self._bound(target, binding)
        if bound is not None:
            return self.of(bound) + summed(map(self.of, added))
        return passes * summed(map(self.of, added))

    def _read(self, value: ast.expr) -> Growth:
        """The size of a value; a number among what was read is read, too."""
        size = self.of(value)
        match value:
            case ast.Call(func=ast.Name("int")) if all(
                s.endswith(f"{READ}[]") for s in size.symbols
            ):
                return symbol(INPUT) if size.symbols else size
        return size

    def _beside_star(self, target: Symbol, binding: Binding) -> Growth:
        """The size of a part where a target has a star: `first, *rest = xs`."""
        value = getattr(self._context.statement(binding.node), "value", None)
        if not isinstance(value, ast.expr):
            return ONE
        return named(self.of(value), target.name)

    def _bound(self, target: Symbol, binding: Binding) -> ast.expr | None:
        """What a number stays below while a loop goes on that counts it up."""
        for loop in self._context.loops(binding.node):
            bound = bound_in(loop, target.name) if isinstance(loop, ast.While) else None
            if bound is not None:
                return bound
        return None

    def _augmented(self, target: Symbol, binding: Binding) -> Growth:
        """What `+=` and its kin add to a number or a container in all."""
        assert binding.value is not None
        if isinstance(self._whiles.operator(binding, target.name), _LESSENING):
            return ONE
        bound = self._bound(target, binding)
        if bound is not None:  # and a step beyond
            step = self.of(binding.value)
            is_product = isinstance(self._whiles.operator(binding, target.name), ast.Mult)
            return self.of(bound) * step if is_product else self.of(bound) + step
        return self._passes_around(binding.node) * self.of(binding.value)

    def _given(self, target: Symbol, binding: Binding) -> Growth:
        """The size of an argument: an input's, but for a lambda that one call runs."""
        parameters = self._context.parent(binding.node)
        made = self._context.parent(parameters) if parameters is not None else None
        entries = self._context.entries
        call = entries.sole_call(made) if isinstance(made, ast.Lambda) else None
        if call is None or not isinstance(parameters, ast.arguments):
            return symbol(target.name)
        applied = entries.application(call)
        if applied is not None and entries.lambda_of(applied.function) is made:
            return self._item(target, applied.items[-1], ())
        places = [n for n, one in enumerate(parameters.args) if one is binding.node]
        given = [call.args[place] for place in places if place < len(call.args)]
        return self.of(given[0]) if given else symbol(target.name)

    def _loop_item(self, target: Symbol, binding: Binding) -> Growth:
        assert binding.value is not None
        return self._item(target, binding.value, binding.path)

    def _item(self, target: Symbol, source: ast.expr, path: tuple[int, ...]) -> Growth:
        """The size of a variable that holds the items of something, or a part of each."""
        match source:
            case ast.Call(func=ast.Name("range")) as call:
                return self.of(call)
            case ast.Call(func=ast.Name("enumerate"), args=[inner, *_]) if path == (0,):
                return self.of(inner)
            case ast.Call(func=ast.Name("enumerate"), args=[inner, *_]) if path[:1] == (1,):
                source, path = inner, path[1:]
            case ast.Call(func=ast.Name("zip"), args=args) if path and path[0] < len(args):
                source, path = args[path[0]], path[1:]
        whole = self._context.type_of(source)
        item = item_type(whole)
        for step in path:
            item = item.items[step] if item.items and step < len(item.items) else item_type(item)
        read = [self._context.type_of(load) for load in target.loads[:1]]
        if item.is_number or whole.name == "str" or any(kind.is_number for kind in read):
            return ONE
        outer = self.of(source).symbols
        return symbol(f"{outer.pop()}[]" if len(outer) == 1 else target.name)

    def _growth_in_loops(self, target: Symbol) -> Growth:
        """What `append` and its kin add, where they are in loops."""
        total = ONE
        for load in self._context.scopes.loads(target):
            parent = self._context.parent(load)
            match parent:
                case ast.Attribute(attr=attr) if attr in GROWING:
                    total += self._passes_around(load)
                case ast.Attribute(attr="extend" | "update"):
                    call = self._context.parent(parent)
                    if isinstance(call, ast.Call) and call.args:
                        total += self._passes_around(load) * self.of(call.args[0])
                case ast.Subscript(ctx=ast.Store(), slice=ast.Slice()):
                    given = getattr(self._context.statement(load), "value", None)
                    size = self.of(given) if isinstance(given, ast.expr) else ONE
                    total += self._passes_around(load) * size
                case ast.Subscript(ctx=ast.Store()):
                    total += self._passes_around(load)
                case ast.Call(func=ast.Attribute(attr="heappush") | ast.Name("heappush")):
                    total += self._passes_around(load)
        return total

    def _passes_around(self, node: ast.AST) -> Growth:
        return _product(
            self._settled(loop, partial(self.trips, loop)) for loop in self._context.loops(node)
        )

    def _while_trips(self, loop: ast.While) -> Growth:
        moves = self._whiles.moves(loop)
        counters = [n for n in walk(loop.test) if isinstance(n, ast.Name)]
        steps = {n.id: moves.steps.get(n.id) for n in counters}
        if "multiply" in steps.values() or moves.is_bisection:
            return summed(self.of(n) for n in counters).log()
        followed = {n for n in counters if self._whiles.is_followed(loop, n)}
        if followed:
            return summed(self.of(n) for n in counters if n not in followed)
        bounds = [
            limit
            for name in dict.fromkeys(n.id for n in counters if steps[n.id] == "add")
            if (limit := bound_in(loop, name)) is not None
        ]
        if bounds:
            return summed(map(self.of, bounds))
        if "add" in steps.values():
            others = [n for n in counters if steps[n.id] != "add"] or counters
            bound = summed(self.of(n) for n in others)
            squared = any(
                isinstance(n, ast.BinOp) and isinstance(n.op, ast.Mult | ast.Pow)
                for n in walk(loop.test)
            )
            return bound.root() if squared else bound
        for name in counters:
            if moves.moves(name.id):
                return self.of(name)
        for subscript, _ in moves.indexed.values():
            return self.of(subscript.value)
        return symbol(_UNKNOWN_WHILE.format(loop.lineno))


def _unpacked(value: ast.expr, path: tuple[int, ...]) -> ast.expr:
    """The part of a tuple display that a target takes; the whole of anything else."""
    for step in path:
        if not isinstance(value, ast.Tuple | ast.List) or step >= len(value.elts):
            break
        value = value.elts[step]
    return value


def _product(growths: Iterable[Growth]) -> Growth:
    product = ONE
    for growth in growths:
        product *= growth
    return product
