"""Programs that answer without computing: nothing at all, a constant, or a table of answers.

An answer is recited if every way to it ends in constants of the program, and all that decides
between them is whether something is equal to a constant, or stands in a table.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from effilint.analyzer.context import Context, FunctionNode
from effilint.analyzer.facts.scopes import COMPREHENSIONS, Kind, Symbol
from effilint.analyzer.tree import children, walk

# What shows an input as a whole, so that it can be looked up.
_VIEWS = frozenset((
    "str repr tuple list set frozenset dict hash int float bool isinstance type print id next "
    "iter json.dumps copy.copy copy.deepcopy functools.partial"
).split())  # fmt: skip
_TELLING = frozenset(("str", "repr", "json.dumps"))
_VIEWING = frozenset("lower upper strip copy split items keys values join".split())
_TAKING = frozenset("get pop setdefault index find".split())  # from a table
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPUTED = (ast.Name, ast.Call, ast.Attribute, ast.Lambda, *COMPREHENSIONS)
_DEFINED = (Kind.IMPORT, Kind.FUNCTION, Kind.CLASS)
_ASSIGNED = (Kind.ASSIGN, Kind.LOOP, Kind.UNPACK, Kind.AUGMENTED)
_READERS = frozenset(("input", "open"))
_SAME = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot)
_WITHIN = (ast.In, ast.NotIn)
_NOTHING = (
    ast.Import, ast.ImportFrom, ast.Pass, ast.Global, ast.Nonlocal, ast.Assert, ast.Raise,
    ast.ClassDef, *_DEFINITIONS,
)  # fmt: skip


class Recital:
    """What a file recites; the same question is answered once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[FunctionNode | Symbol, bool] = {}

    def is_silent(self) -> bool:
        """Whether nothing is there but names, constants, and functions that give back these."""
        blocks: list[Sequence[ast.stmt]] = [self._context.tree.body]
        for kind in (ast.ClassDef, *_DEFINITIONS):
            blocks += [getattr(node, "body", []) for node in self._context.index.get(kind, ())]
        return all(_says_nothing(statement) for block in blocks for statement in block)

    def is_recited(self, entry: str | None = None) -> bool:
        """Whether all answers of the program are constants: of its `entry`, or of all it has.

        `entry` is the name of a function, `Solution.name` for a method.
        """
        roots = self._roots(entry)
        if roots:
            return all(map(self._recites, roots))
        return not self._computes(self._context.tree.body)

    def _roots(self, entry: str | None) -> list[FunctionNode]:
        """The functions that are called from outside: those that nothing in the file calls."""
        index = self._context.index
        functions = [
            one
            for kind in _DEFINITIONS
            for one in index.get(kind, ())
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        if entry is not None:
            name = entry.rpartition(".")[2]
            named = [function for function in functions if function.name == name]
            if named:
                return named
        if self._computes(self._context.tree.body):
            return []  # a script
        return [one for one in functions if not self._is_called(one)] or functions

    def _is_called(self, function: FunctionNode) -> bool:
        """Whether something else in the file calls it, or Python itself does: `__init__`."""
        callers = self._context.calls.callers(function)
        is_special = function.name[:2] == "__" == function.name[-2:]
        return is_special or any(self._context.function(call) is not function for call in callers)

    def _recites(self, function: FunctionNode) -> bool:
        known = self._known.get(function)
        if known is None:
            self._known[function] = False  # what calls itself computes
            outcome = self._context.calls.outcome(function)
            known = all(map(self._is_constant, outcome.returned))
            self._known[function] = known = known and not self._computes(function.body)
        return known

    def _computes(self, body: Iterable[ast.AST]) -> bool:
        """Whether statements, without those of functions that they define, compute anything."""
        left = list(body)
        while left:
            node = left.pop()
            if isinstance(node, (*_DEFINITIONS, ast.Import, ast.ImportFrom)):
                continue
            if self._does(node):
                return True
            left += children(node)
        return False

    def _does(self, node: ast.AST) -> bool:
        """Whether a node computes something, apart from its parts."""
        match node:
            case ast.While():
                return True
            case ast.For(iter=part) | ast.AsyncFor(iter=part) | ast.comprehension(iter=part):
                return _is_range(part) or not self._is_constant(part)
            case ast.AugAssign(value=value):
                return not self._is_constant(value) or bool(self._context.loops(node))
            case ast.BinOp(left=left, right=right):
                return not all(
                    self._is_constant(one) or self._is_told(one) for one in (left, right)
                )
            case ast.UnaryOp(op=ast.USub() | ast.Invert(), operand=part):
                return not self._is_constant(part)
            case ast.Compare():
                return not self._is_look_up(node)
            case ast.Call():
                return not self._is_view(node)
            case ast.Subscript(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store()):
                return True
            case ast.Yield(value=ast.expr() as part) | ast.YieldFrom(value=part):
                return not self._is_constant(part)
            case ast.With() | ast.AsyncWith():
                return True
        return False

    def _is_told(self, node: ast.expr) -> bool:
        """Whether it is an input as a text, to be put together with others: `str(a) + str(b)`."""
        match node:
            case ast.Call(func=func):
                return self._context.resolve(func) in _TELLING
            case ast.BinOp(op=ast.Add()):
                return not self._does(node)
        return isinstance(node, ast.JoinedStr)

    def _is_look_up(self, node: ast.Compare) -> bool:
        """Whether something is compared with constants alone, as a whole."""
        sides = [node.left, *node.comparators]
        constants = [self._is_constant(side) for side in sides]
        if all(constants):
            return True
        if all(isinstance(op, _SAME) for op in node.ops):
            return constants.count(False) == 1
        is_within = len(node.ops) == 1 and isinstance(node.ops[0], _WITHIN)
        return is_within and constants[1]

    def _is_view(self, call: ast.Call) -> bool:
        """Whether a call computes nothing: it looks something up, or shows an input as a whole."""
        callee = self._context.callee(call)
        if callee is not None:
            return self._recites(callee)
        arguments = [*call.args, *(one.value for one in call.keywords)]
        name = self._context.resolve(call.func)
        if name in _VIEWS:
            return name != "print" or all(map(self._is_constant, arguments))
        match call.func:
            case ast.Attribute(attr=attr, value=owner) if name is None:
                is_table = self._is_constant(owner)
                if attr in _VIEWING or (attr in _TAKING and is_table):
                    return True
                return is_table and all(map(self._is_constant, arguments))
        is_known = name is not None and not name.startswith(("random.", "sys.std", "time."))
        return is_known and name not in _READERS and all(map(self._is_constant, arguments))

    def _is_constant(self, node: ast.expr) -> bool:
        """Whether a value is made of nothing but constants, whatever chooses between them."""
        match node:
            case ast.Constant():
                return True
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return all(map(self._is_constant, parts))
            case ast.Dict(values=parts) | ast.BoolOp(values=parts) | ast.JoinedStr(values=parts):
                return all(map(self._is_constant, parts))
            case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
                return self._is_constant(one) and self._is_constant(other)
            case ast.UnaryOp(op=ast.Not()) | ast.Compare():
                return not self._computes([node])
            case (
                ast.UnaryOp(operand=inner)
                | ast.Starred(value=inner)
                | ast.Await(value=inner)
                | ast.FormattedValue(value=inner)
                | ast.NamedExpr(value=inner)
                | ast.Subscript(value=inner)
                | ast.Lambda(body=inner)
            ):
                return self._is_constant(inner)
            case ast.Name():
                symbol = self._context.symbol(node)
                return symbol is None or self._is_constant_variable(symbol)
            case ast.Attribute():
                name = self._context.resolve(node)
                return name is not None and not name.startswith("sys.")
            case ast.Call():
                return self._is_constant_call(node)
        if isinstance(node, COMPREHENSIONS):
            return all(self._is_constant(part.iter) for part in node.generators)
        return False

    def _is_constant_variable(self, symbol: Symbol) -> bool:
        known = self._known.get(symbol)
        if known is None:
            self._known[symbol] = False
            known = all(
                binding.kind in _DEFINED
                or (
                    binding.kind in _ASSIGNED
                    and binding.value is not None
                    and self._is_constant(binding.value)
                )
                for binding in symbol.bindings
            )
            loads = self._context.scopes.loads(symbol)
            self._known[symbol] = known = known and not any(map(self._is_filled, loads))
        return known

    def _is_filled(self, load: ast.Name) -> bool:
        """Whether something that is no constant is put into what a name holds."""
        parent = self._context.parent(load)
        match parent:
            case ast.Subscript(ctx=ast.Store() | ast.Del()):
                return True
            case ast.Attribute(attr=attr) if attr not in _TAKING:
                call = self._context.parent(parent)
                if isinstance(call, ast.Call) and call.func is parent:
                    return not all(map(self._is_constant, call.args))
        return False

    def _is_constant_call(self, call: ast.Call) -> bool:
        """Whether a call gives back a constant; what it is asked for may be anything."""
        callee = self._context.callee(call)
        if callee is not None:
            return self._recites(callee)
        match call.func:
            case ast.Attribute(value=owner, attr=attr) if attr in _TAKING:
                return self._is_constant(owner) and all(map(self._is_constant, call.args[1:]))
            case ast.Attribute(value=owner) if self._context.resolve(call.func) is None:
                if not self._is_constant(owner):
                    return False
        arguments = [*call.args, *(one.value for one in call.keywords)]
        return self._is_view(call) and all(map(self._is_constant, arguments))


def _says_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=value) | ast.Return(value=value) | ast.Assign(value=value):
            return value is None or _is_literal(value)
        case ast.AnnAssign(value=value):
            return value is None or _is_literal(value)
    return isinstance(statement, _NOTHING)


def _is_range(node: ast.expr) -> bool:
    """Whether numbers are gone through, and no table."""
    return any(isinstance(part, ast.Name) and part.id == "range" for part in walk(node))


def _is_literal(node: ast.expr) -> bool:
    """Whether a value is written out, with constants alone in it."""
    return not any(isinstance(part, _COMPUTED) for part in walk(node))
