"""Which expressions have no effect: built-ins, reading methods, functions of this file."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import FUNCTIONS
from effilint.analyzer.tree import children, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

PURE_FUNCTIONS = frozenset(
    """abs all any ascii bin bool bytearray bytes callable chr complex dict divmod enumerate filter
    float format frozenset getattr hasattr hash hex id int isinstance issubclass iter len list map
    max min oct ord pow range repr reversed round set slice sorted str sum tuple type zip object
    print collections.Counter collections.deque collections.defaultdict collections.OrderedDict
    copy.copy copy.deepcopy functools.reduce functools.partial functools.cmp_to_key heapq.nsmallest
    heapq.nlargest bisect.bisect bisect.bisect_left bisect.bisect_right operator.itemgetter
    operator.attrgetter os.path.join os.path.basename os.path.dirname os.path.splitext os.fspath
    os.path.normpath json.dumps json.loads statistics.mean statistics.median string.capwords
    decimal.Decimal fractions.Fraction datetime.datetime datetime.date datetime.timedelta
    textwrap.dedent dict.fromkeys str.join str.lower str.upper str.strip""".split()
) | {
    f"itertools.{name}"
    for name in (
        "accumulate chain chain.from_iterable combinations combinations_with_replacement compress "
        "count cycle dropwhile filterfalse groupby islice pairwise permutations product repeat "
        "starmap takewhile zip_longest"
    ).split()
}
# Their results differ from call to call, or they talk to the outside: no effect on the
# program's objects, but not a value that can be kept either.
_UNSTABLE = frozenset(("print", "id", "iter", "object"))
# With one of these as the only receiver, calling uses up an iterator that it is given.
PURE_MODULES = ("math.", "cmath.", "re.")
_IMPURE_IN_MODULES = frozenset(("re.purge",))

# Methods that read only, whatever built-in type (or well-behaved class) the receiver has.
READING_METHODS = frozenset(
    """capitalize casefold center count encode decode endswith expandtabs find format format_map get
    index isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable
    isspace istitle isupper items join keys ljust lower lstrip partition removeprefix removesuffix
    replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase
    title translate upper values zfill copy union intersection difference symmetric_difference
    isdisjoint issubset issuperset bit_length bit_count as_integer_ratio is_integer hex most_common
    elements total match search fullmatch findall finditer group groups groupdict span start end
    isoformat strftime tolist""".split()
)
# Methods that change their receiver, whatever container it is.
CHANGING_METHODS = frozenset(
    """append extend insert remove pop clear sort reverse add discard update setdefault popitem
    appendleft popleft extendleft rotate intersection_update difference_update subtract
    symmetric_difference_update move_to_end write writelines read readline readlines send throw
    close put get_nowait put_nowait __setitem__ __delitem__ resize fill""".split()
)


class Purity:
    """Answers whether code of one file has effects."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._functions: dict[ast.AST, bool] = {}
        self._stable: dict[ast.AST, bool] = {}

    def is_pure(self, node: ast.AST) -> bool:
        """Whether evaluating `node` changes nothing and gives the same again for the same input."""
        stack = [node]
        while stack:
            top = stack.pop()
            match top:
                case ast.Await() | ast.Yield() | ast.YieldFrom() | ast.NamedExpr():
                    return False
                case ast.Call():
                    if not self.call_is_pure(top):
                        return False
                case ast.Lambda():
                    continue
            stack.extend(children(top))
        return True

    def call_is_pure(self, call: ast.Call) -> bool:
        """Whether the call itself is; its arguments are judged on their own."""
        name = self._context.resolve(call.func)
        if name in _UNSTABLE:
            return False
        function = self._context.callee(call) if name is None else None
        called = [*self._callbacks(call), *([function] if function else [])]
        if not all(self.function_is_pure(function) for function in called):
            return False
        return self.only_reads(call) and not self._uses_up(call)

    def only_reads(self, call: ast.Call) -> bool:
        """Whether the call changes none of the program's objects (it may print, or be random)."""
        name = self._context.resolve(call.func)
        if name is not None:
            if name in PURE_FUNCTIONS:
                return self._callbacks_are_pure(call)
            if name == "next" and call.args and isinstance(call.args[0], ast.GeneratorExp):
                return True
            if name.startswith(PURE_MODULES) and name not in _IMPURE_IN_MODULES:
                return self._callbacks_are_pure(call)
        function = self._context.callee(call)
        if function is not None:
            return self._function_only_reads(function)
        if isinstance(call.func, ast.Attribute):
            return call.func.attr in READING_METHODS and not self._is_module(call.func.value)
        return False

    def _is_module(self, owner: ast.expr) -> bool:
        """Whether a function of an imported module is called, as in `requests.get(address)`."""
        name = self._context.resolve(owner)
        return name is not None and any(
            alias.name == name
            for statement in self._context.index.get(ast.Import, ())
            if isinstance(statement, ast.Import)
            for alias in statement.names
        )

    def _uses_up(self, call: ast.Call) -> bool:
        """Whether an argument is an iterator, of which a second call would see nothing."""
        return any(
            isinstance(arg, ast.expr) and self._context.type_of(arg).is_lazy
            for arg in call.args
            if isinstance(arg, ast.Name | ast.Attribute)
        )

    def _callbacks_are_pure(self, call: ast.Call) -> bool:
        """Functions handed over, such as `key=`, are called too."""
        for argument in _arguments(call):
            if isinstance(argument, ast.Lambda) and not self.is_pure(argument.body):
                return False
        return all(self._function_only_reads(function) for function in self._callbacks(call))

    def _callbacks(self, call: ast.Call) -> list[ast.AST]:
        """The functions of this file that the call is handed by name."""
        symbols = [self._context.symbol(a) for a in _arguments(call) if isinstance(a, ast.Name)]
        bindings = [binding for symbol in symbols if symbol for binding in symbol.bindings]
        return [binding.node for binding in bindings if isinstance(binding.node, FUNCTIONS)]

    def function_is_pure(self, function: ast.AST) -> bool:
        """Whether a function of this file has no effects and gives the same for the same input."""
        return self._function_only_reads(function) and self._is_stable(function)

    def _is_stable(self, function: ast.AST) -> bool:
        """Whether neither the function nor one that it calls prints or the like."""
        known = self._stable.get(function)
        if known is not None:
            return known
        self._stable[function] = True
        stable = True
        for node in _body(function):
            if isinstance(node, ast.Call):
                called = self._context.callee(node)
                stable = stable and self._context.resolve(node.func) not in _UNSTABLE
                stable = stable and (called is None or self._is_stable(called))
        self._stable[function] = stable
        return stable

    def _function_only_reads(self, function: ast.AST) -> bool:
        """Whether calling a function of this file changes nothing outside of it."""
        known = self._functions.get(function)
        if known is not None:
            return known
        self._functions[function] = True  # a recursive call is as pure as the rest
        pure = all(self._statement_is_pure(node, function) for node in _body(function))
        self._functions[function] = pure
        return pure

    def _statement_is_pure(self, node: ast.AST, function: ast.AST) -> bool:
        match node:
            case ast.Global() | ast.Nonlocal() | ast.Await() | ast.Yield() | ast.YieldFrom():
                return False
            case ast.Import() | ast.ImportFrom() | ast.With() | ast.AsyncWith():
                return False
            case ast.Attribute(ctx=ast.Store() | ast.Del()):
                return self._is_fresh(node.value, function)
            case ast.Subscript(ctx=ast.Store() | ast.Del()):
                return self._is_fresh(node.value, function)
            case ast.Call(func=ast.Attribute(attr=attr, value=owner)) if attr in CHANGING_METHODS:
                return self._is_fresh(owner, function)
            case ast.Call():
                return self.only_reads(node)
            case ast.AugAssign(target=ast.Name() as target, op=op, value=value):
                return self._is_fresh(target, function) or not self._changes(target, op, value)
        return True

    def _changes(self, target: ast.Name, op: ast.operator, value: ast.expr) -> bool:
        """Whether `target += value` and the like may change an object that others see."""
        kind, other = self._context.type_of(target), self._context.type_of(value)
        if kind.is_known:
            return kind.is_mutable
        if isinstance(op, ast.BitOr | ast.BitAnd | ast.BitXor | ast.Add):
            return not other.is_known or other.is_mutable
        return isinstance(op, ast.Sub) and other.is_mutable

    def _is_fresh(self, owner: ast.expr, function: ast.AST) -> bool:
        """Whether `owner` is an object that the function itself made and that only it can see."""
        if not isinstance(owner, ast.Name):
            return False
        symbol = self._context.symbol(owner)
        if symbol is None or symbol.scope.node is not function:
            return False
        return all(makes_object(binding.value) for binding in symbol.bindings)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def makes_object(value: ast.expr | None) -> bool:
    """Whether the expression surely gives a new container."""
    match value:
        case ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.DictComp() | ast.SetComp():
            return True
        case ast.Call(
            func=ast.Name(
                "list"
                | "dict"
                | "set"
                | "sorted"
                | "defaultdict"
                | "Counter"
                | "deque"
                | "bytearray"
            )
        ):
            return True
        case ast.BinOp(left=ast.List(), op=ast.Mult()):
            return True
    return False


def _body(function: ast.AST) -> list[ast.AST]:
    assert isinstance(function, FUNCTIONS)
    if isinstance(function, ast.Lambda):
        return list(walk(function.body))
    return [node for statement in function.body for node in walk(statement)]
