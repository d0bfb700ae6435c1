"""Variables that a function sets, fills and never looks at.

A read counts for nothing where it only serves the next value of the same variable, as in
`count += 1`, `table[k] = table.get(k, 0) + 1` or `if k not in table: table[k] = 0`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import FUNCTIONS, Kind
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_METHODS = frozenset(
    """append add extend update appendleft extendleft insert setdefault pop popleft popitem clear
    discard sort reverse subtract rotate""".split()
)
_FUNCTIONS = frozenset(
    "heapq.heappush heapq.heapify heapq.heappop bisect.insort bisect.insort_left".split()
)
_MAKERS = frozenset(
    """list dict set bytearray collections.deque collections.Counter collections.defaultdict
    collections.OrderedDict""".split()
)
_ACTIVE = frozenset(
    "get find search start end join copy count replace total match index encode decode".split()
)
IMMUTABLE = ("int", "float", "bool", "str", "bytes", "complex", "tuple", "NoneType", "frozenset")
_TRIALS = ("test", "bench", "trace", "time", "profile", "perf", "warm", "_calib", "calib")


def feeders(target: ast.Name, context: Context) -> list[ast.stmt] | None:
    """The statements that set or fill the variable; None if anything else reads or binds it."""
    symbol = context.symbol(target)
    function = context.function(target)
    if symbol is None or function is None or symbol.scope.node is not function:
        return None
    found: list[ast.stmt] = []
    for binding in symbol.bindings:
        statement = context.statement(binding.node)
        is_here = context.function(binding.node) is function
        if not is_here or not (_only_feeds(statement, target.id, context) or is_shared(statement)):
            return None
        found.append(statement)
    for use in context.uses(target):
        feeder = _feeder(use, context)
        if feeder is None or context.function(use) is not function:
            return None
        found.append(feeder)
    return list(dict.fromkeys(found))


def is_shared(statement: ast.stmt) -> bool:
    """Whether an assignment binds other places besides: `a = b = 0` or `a, b = 0, 0`."""
    match statement:
        case ast.Assign(targets=[ast.Tuple() | ast.List()] | [_, _, *_]):
            return True
    return False


def outermost(statements: list[ast.stmt], context: Context) -> list[ast.stmt]:
    """Those that stand in no other of them."""
    every = set(statements)
    return [one for one in statements if every.isdisjoint(context.ancestors(one))]


def is_tried(statement: ast.stmt, context: Context) -> bool:
    """Whether an exception may be what it is for: it stands in a `try` or `with`."""
    for outer in context.ancestors(statement):
        if isinstance(outer, FUNCTIONS):
            return False
        if isinstance(outer, ast.Try | ast.With | ast.AsyncWith):
            return True
    return False


def is_trial(node: ast.AST, context: Context) -> bool:
    """Whether the code is a test or a measurement, which may do things for nothing."""
    return any(
        isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        and outer.name.lower().startswith(_TRIALS)
        for outer in context.ancestors(node)
    )


def is_fresh(value: ast.expr | None, context: Context) -> bool:
    """Whether the value is a new mutable container that nothing else holds."""
    match value:
        case ast.List() | ast.Set() | ast.Dict() | ast.ListComp() | ast.SetComp() | ast.DictComp():
            return context.is_pure(value)
        case ast.BinOp(left=ast.List() as items, op=ast.Mult(), right=count):
            return context.is_pure(items) and context.is_pure(count)
        case ast.Call(args=[], keywords=[]):
            return context.resolve(value.func) in _MAKERS
        case ast.Call(func=func, args=[ast.Name() | ast.List() as only], keywords=[]):
            name = context.resolve(func)
            return name in _MAKERS and (
                name == "collections.defaultdict" or context.type_of(only).is_known
            )
        case ast.Call(func=func, args=[ast.Lambda() as factory], keywords=[]):
            is_table = context.resolve(func) == "collections.defaultdict"
            return is_table and context.is_pure(factory.body)
    return False


def grows_in_place(target: ast.Name, context: Context) -> bool:
    """Whether `+=` may change an object that the variable was set to."""
    bindings = context.bindings(target)
    if all(binding.kind is not Kind.AUGMENTED for binding in bindings):
        return False
    if any(binding.kind in (Kind.ARGUMENT, Kind.LOOP) for binding in bindings):
        return context.type_of(target).name not in IMMUTABLE
    return not all(
        binding.value is not None and context.type_of(binding.value).name in IMMUTABLE
        for binding in bindings
        if binding.kind is Kind.ASSIGN
    )


def is_idle(value: ast.AST, context: Context) -> bool:
    """Whether the value can be left out: working it out has no effect, as far as one can see.

    Methods that only read text, dicts and the like may do more in other classes: `client.get`.
    """
    if not context.is_pure(value):
        return False
    for node in walk(value):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=attr)) if attr in _ACTIVE:
                known = context.resolve(node.func) or context.callee(node)
                if known is None and not context.type_of(owner).is_known:
                    return False
    return True


def _feeder(use: ast.Name, context: Context) -> ast.stmt | None:
    """The statement, if all that it does with the variable is to feed it."""
    statement = context.statement(use)
    return statement if _only_feeds(statement, use.id, context) else None


def _only_feeds(statement: ast.stmt, name: str, context: Context) -> bool:
    match statement:
        case ast.Pass():
            return True
        case ast.Assign(targets=[target], value=value) | ast.AugAssign(target=target, value=value):
            return _is_place(target, name) and _reads_quietly(value, name, context)
        case ast.AnnAssign(target=target, value=annotated):
            value = annotated or ast.Constant(None)
            return _is_place(target, name) and _reads_quietly(value, name, context)
        case ast.Delete(targets=[ast.Subscript() as target]):
            return _is_place(target, name)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr=attr)) as call):
            is_step = attr in _METHODS and _is_place(owner, name)
            is_step = is_step or (_is_step(call, context) and _is_place(call.args[0], name))
            given = call.args if _is_place(owner, name) else call.args[1:]
            values = [*given, *(keyword.value for keyword in call.keywords)]
            return is_step and all(_reads_quietly(value, name, context) for value in values)
        case ast.Expr(value=ast.Call() as call):
            is_step = _is_step(call, context) and _is_place(call.args[0], name)
            return is_step and all(_reads_quietly(v, name, context) for v in call.args[1:])
        case ast.If(test=test, body=body, orelse=orelse):
            inner = [*body, *orelse]
            if not all(_only_feeds(part, name, context) for part in inner):
                return False
            return _reads_quietly(test, name, context)
    return False


def _is_step(call: ast.Call, context: Context) -> bool:
    return bool(call.args) and context.resolve(call.func) in _FUNCTIONS


def _is_place(target: ast.expr, name: str) -> bool:
    """Whether it is the variable or an item of it, however deep."""
    while isinstance(target, ast.Subscript):
        target = target.value
    return isinstance(target, ast.Name) and target.id == name


def _reads_quietly(value: ast.expr, name: str, context: Context) -> bool:
    """Whether the value hands the variable to nobody; what else is in it does not matter."""
    if not any(isinstance(node, ast.Name) and node.id == name for node in walk(value)):
        return True
    is_kept = any(isinstance(node, (*FUNCTIONS, ast.Lambda, ast.NamedExpr)) for node in walk(value))
    return not is_kept and context.is_pure(value)
