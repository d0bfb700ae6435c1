"""Which functions of a file a call runs: those it names, makes, or hands to what applies them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from effilint.analyzer.facts.scopes import Kind

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode

_FIRST = frozenset((  # what applies its first argument to the items of the others
    "map filter functools.reduce itertools.starmap itertools.takewhile itertools.dropwhile "
    "itertools.filterfalse"
).split())  # fmt: skip
_KEYED = {  # what applies a key to the items of the argument at this place
    "sorted": 0, "min": 0, "max": 0, "itertools.groupby": 0, "heapq.nlargest": 1,
    "heapq.nsmallest": 1, "heapq.merge": 0,
}  # fmt: skip
_SECOND = {"itertools.accumulate": ("func", 0), "re.sub": ("repl", 2), "re.subn": ("repl", 2)}


class Entering(NamedTuple):
    """A function that a call runs.

    `items`: what its arguments are items of, if it is applied to them one after the other; empty if
    it is called as it stands. `is_ordering`: it compares two items as often as sorting does.
    """

    function: FunctionNode
    call: ast.Call
    items: tuple[ast.expr, ...] = ()
    is_ordering: bool = False


class Application(NamedTuple):
    """A function that a call applies to the items of something; see `Entering`."""

    function: ast.expr
    items: tuple[ast.expr, ...]
    is_ordering: bool = False


class Entries:
    """Answers which functions calls run; each question once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[ast.Call, tuple[Entering, ...]] = {}
        self._applications: dict[ast.Call, Application | None] = {}

    def of(self, call: ast.Call) -> tuple[Entering, ...]:
        """The functions of the file that a call runs, as far as that is certain."""
        known = self._known.get(call)
        if known is None:
            known = self._known[call] = tuple(self._found(call))
        return known

    def callers(self, function: FunctionNode) -> list[ast.Call]:
        """The calls of the file that run a function."""
        return self._callers.get(function, [])

    @cached_property
    def _callers(self) -> dict[FunctionNode, list[ast.Call]]:
        found: defaultdict[FunctionNode, list[ast.Call]] = defaultdict(list)
        for call in self._context.index.get(ast.Call, ()):
            assert isinstance(call, ast.Call)
            for entering in self.of(call):
                found[entering.function].append(call)
        return found

    def application(self, call: ast.Call) -> Application | None:
        """What a call applies to the items of something: `map(f, xs)`, `sorted(xs, key=f)`."""
        if call not in self._applications:
            self._applications[call] = self._applied(call)
        return self._applications[call]

    def lambda_of(self, node: ast.expr) -> ast.Lambda | None:
        """The lambda that an expression is, or that it names if nothing else binds the name."""
        value = self._context.sole_value(node) if isinstance(node, ast.Name) else node
        return value if isinstance(value, ast.Lambda) else None

    def is_run(self, node: ast.Lambda) -> bool:
        """Whether calls of the file say how often a lambda runs."""
        return node in self._run

    def sole_call(self, node: ast.Lambda) -> ast.Call | None:
        """The only call that runs a lambda, or applies it to something."""
        calls = self._run.get(node, [])
        return calls[0] if len(calls) == 1 else None

    @cached_property
    def _run(self) -> dict[ast.Lambda, list[ast.Call]]:
        found: defaultdict[ast.Lambda, list[ast.Call]] = defaultdict(list)
        for call in self._context.index.get(ast.Call, ()):
            assert isinstance(call, ast.Call)
            applied = self.application(call)
            for one in (call.func, applied.function if applied else None):
                made = self.lambda_of(one) if one is not None else None
                if made is not None:
                    found[made].append(call)
        return dict(found)

    def _found(self, call: ast.Call) -> Iterator[Entering]:
        callee = self._context.callee(call) or self._made(call) or self._called_instance(call)
        callee = callee or self._decorated(call.func)
        if callee is not None:
            yield Entering(callee, call)
        applied = self.application(call)
        function = self._named(applied.function) if applied is not None else None
        if applied is not None and function is not None:
            yield Entering(function, call, applied.items, applied.is_ordering)

    def _named(self, node: ast.expr) -> FunctionNode | None:
        """The function of the file that a name, or an attribute of `self`, stands for."""
        if not isinstance(node, ast.Name | ast.Attribute):
            return None
        return self._context.calls.named_by(node)

    def _made(self, call: ast.Call) -> FunctionNode | None:
        owner = self._context.calls.class_named(call.func)
        return self._context.calls.method_of(owner, "__init__") if owner is not None else None

    def _called_instance(self, call: ast.Call) -> FunctionNode | None:
        """`__call__` of a thing that is called: `Sum(xs)(k)`."""
        func = call.func
        made = self._context.sole_value(func) if isinstance(func, ast.Name) else func
        owner = self._context.calls.class_named(made.func) if isinstance(made, ast.Call) else None
        return self._context.calls.method_of(owner, "__call__") if owner is not None else None

    def _decorated(self, func: ast.expr) -> FunctionNode | None:
        """The function that a decorator is given, where it calls its parameter."""
        bindings = self._context.bindings(func) if isinstance(func, ast.Name) else []
        if len(bindings) != 1 or bindings[0].kind is not Kind.ARGUMENT:
            return None
        return self._given_to.get(bindings[0].node)

    @cached_property
    def _given_to(self) -> dict[ast.AST, FunctionNode]:
        """What the first parameters of decorators stand for that decorate one function each."""
        found: defaultdict[ast.AST, list[FunctionNode]] = defaultdict(list)
        for function in self._context.circles.functions:
            for one in function.decorator_list:
                decorator = self._named(one)
                names = decorator.args.args[:1] if decorator is not None else []
                for name in names:
                    found[name].append(function)
        return {name: given[0] for name, given in found.items() if len(given) == 1}

    def _applied(self, call: ast.Call) -> Application | None:
        keys = {one.arg: one.value for one in call.keywords}
        if not call.args and not keys:
            return None
        if isinstance(call.func, ast.Attribute) and call.func.attr == "sort" and "key" in keys:
            return self._by_key(keys["key"], call.func.value)
        name = self._context.resolve(call.func)
        if name is None:
            return None
        if name in _FIRST and len(call.args) > 1:
            return Application(call.args[0], tuple(call.args[1:]))
        if name in _KEYED and "key" in keys and len(call.args) > _KEYED[name]:
            return self._by_key(keys["key"], call.args[_KEYED[name]])
        if name in _SECOND:
            keyword, place = _SECOND[name]
            function = keys.get(keyword) or (call.args[1] if len(call.args) > 1 else None)
            if function is not None and len(call.args) > place:
                return Application(function, (call.args[place],))
        return None

    def _by_key(self, key: ast.expr, items: ast.expr) -> Application:
        match key:
            case ast.Call(func=func, args=[compare]):
                if self._context.resolve(func) == "functools.cmp_to_key":
                    return Application(compare, (items,), is_ordering=True)
        return Application(key, (items,))
