"""Which name means what: scopes, the places that bind a name, and the places that use it.

Scopes are built one unit at a time, when somebody asks: the module level with its class
bodies is one unit, every outermost function is another.
"""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterator
from dataclasses import dataclass, field

from effilint.analyzer.tree import Index, Parents, push_children

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = frozenset((*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef))
_DECLARATIONS = frozenset((ast.Global, ast.Nonlocal))
_BINDERS = frozenset(
    (ast.Import, ast.ImportFrom, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping)
)


class Kind(enum.Enum):
    """How a name is bound."""

    ASSIGN = enum.auto()
    UNPACK = enum.auto()
    AUGMENTED = enum.auto()
    LOOP = enum.auto()
    WITH = enum.auto()
    ARGUMENT = enum.auto()
    FUNCTION = enum.auto()
    CLASS = enum.auto()
    IMPORT = enum.auto()
    DELETE = enum.auto()
    OTHER = enum.auto()


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """One place that binds a name.

    `value` is the assigned expression, the iterable of a loop, the context manager of a
    `with`, or the default of an argument; `path` leads from it to the name through tuple
    targets: `(1,)` for `x` in `for i, x in enumerate(xs)`.
    """

    node: ast.AST
    kind: Kind
    value: ast.expr | None = None
    path: tuple[int, ...] = ()


@dataclass(slots=True, eq=False)
class Symbol:
    """A variable: a name in one scope, with every place that binds or reads it."""

    name: str
    scope: Scope
    bindings: list[Binding] = field(default_factory=list)
    loads: list[ast.Name] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Scope:
    """The names of a module, class, function, lambda or comprehension."""

    node: ast.AST
    parent: Scope | None
    symbols: dict[str, Symbol] = field(default_factory=dict)
    declared: dict[str, Scope] = field(default_factory=dict)  # by global and nonlocal

    def home(self, name: str) -> Scope:
        """The scope in which this scope binds `name`."""
        return self.declared.get(name, self)

    @property
    def is_function(self) -> bool:
        """Whether names here are locals of a function or lambda."""
        return isinstance(self.node, FUNCTIONS)


class Scopes:
    """All scopes of a file, built as needed."""

    def __init__(self, tree: ast.Module, index: Index, parents: Parents) -> None:
        self._parents = parents
        self._index = index
        self._by_node: dict[ast.AST, Scope] = {}
        self._symbol_of: dict[ast.AST, Symbol | None] = {}
        self._free: dict[str, list[ast.Name]] = {}  # loads that nothing around them binds
        self._all_built = False
        self.module = Scope(tree, None)
        self._build(self.module)
        for declaration in index.get(ast.Global, ()):
            self._require(declaration)

    def close(self) -> None:
        """Take scopes and symbols apart, which point at each other."""
        for scope in self._by_node.values():
            scope.symbols.clear()
            scope.declared.clear()
        self._by_node.clear()
        self._symbol_of.clear()

    def scope_of(self, node: ast.AST) -> Scope:
        """The scope that `node` stands in."""
        self._require(node)
        below, child, parent = node, node, self._parents.get(node)
        while parent is not None:
            if parent.__class__ in _SCOPES and not _is_outside(below, child, parent):
                return self._by_node[parent]
            below, child, parent = child, parent, self._parents.get(parent)
        return self.module

    def symbol(self, node: ast.AST) -> Symbol | None:
        """The variable a name, argument, alias or definition stands for; None for built-ins."""
        if node not in self._symbol_of:
            self._require(node)
        found = self._symbol_of.get(node)
        if found is None and isinstance(node, ast.Name):
            return self.module.symbols.get(node.id)
        return found

    def loads(self, symbol: Symbol) -> list[ast.Name]:
        """Every read of the variable, in nested functions too."""
        if symbol.scope is not self.module:
            return symbol.loads
        self.build_all()
        return symbol.loads + self._free.get(symbol.name, [])

    def build_all(self) -> None:
        """Build every unit, for questions about module-level names."""
        if self._all_built:
            return
        self._all_built = True
        for function_type in FUNCTIONS:
            for function in self._index.get(function_type, ()):
                self._require(function)

    def _require(self, node: ast.AST) -> None:
        """Build the unit that holds `node`."""
        chain = [node]
        while (parent := self._parents.get(chain[-1])) is not None:
            chain.append(parent)
        for place in range(len(chain) - 1, -1, -1):
            outer = chain[place]
            if isinstance(outer, FUNCTIONS) and not _is_of_default(outer, chain[:place]):
                if outer not in self._by_node:
                    self._build(Scope(outer, self._enclosing_class(outer)))
                return

    def _enclosing_class(self, function: ast.AST) -> Scope:
        parent = self._parents.get(function)
        while parent is not None:
            if isinstance(parent, ast.ClassDef):
                return self._by_node[parent]
            parent = self._parents.get(parent)
        return self.module

    def _build(self, first: Scope) -> None:
        pending, loads = [first], []
        is_function_unit = first is not self.module
        while pending:
            scope = pending.pop()
            self._by_node[scope.node] = scope
            nested, read = self._collect(scope)
            loads.append((scope, read))
            # Functions at module level and in classes are units of their own.
            pending.extend(
                Scope(inner, scope)
                for inner in nested
                if is_function_unit or not isinstance(inner, FUNCTIONS)
            )
        for scope, read in loads:
            for name in read:
                self._resolve(name, scope, is_function_unit=is_function_unit)

    def _resolve(self, name: ast.Name, scope: Scope, *, is_function_unit: bool) -> None:
        looked: Scope | None = scope.home(name.id)
        while looked is not None:
            is_visible = looked is scope or not isinstance(looked.node, ast.ClassDef)
            symbol = looked.symbols.get(name.id) if is_visible else None
            if symbol is not None:
                if looked.parent is None and is_function_unit:
                    break
                self._symbol_of[name] = symbol
                symbol.loads.append(name)
                return
            looked = looked.parent
        self._symbol_of[name] = None
        self._free.setdefault(name.id, []).append(name)

    def _collect(self, scope: Scope) -> tuple[list[ast.AST], list[ast.Name]]:
        """Record what `scope` binds; return its nested scopes and the names it reads."""
        nested: list[ast.AST] = []
        reads: list[ast.Name] = []
        binders: list[ast.AST] = []  # bound last: a `global` further down decides where
        stack = _own_parts(scope.node)
        if isinstance(scope.node, FUNCTIONS):
            self._bind_arguments(scope)
        while stack:
            node = stack.pop()
            kind = node.__class__
            if kind is ast.Name:
                assert isinstance(node, ast.Name)
                (reads if node.ctx.__class__ is ast.Load else binders).append(node)
            elif kind is ast.Constant:
                continue
            elif kind in _SCOPES:
                nested.append(node)
                binders.append(node)
                stack.extend(_outer_parts(node))
            else:
                if kind in _BINDERS:
                    binders.append(node)
                elif kind in _DECLARATIONS:
                    self._declare(scope, node)
                push_children(node, stack)
        for node in binders:
            if isinstance(node, ast.Name):
                self._bind(self._target_scope(scope, node), node.id, self._binding(node))
            else:
                self._bind_special(scope, node)
        return nested, reads

    def _declare(self, scope: Scope, node: ast.AST) -> None:
        if isinstance(node, ast.Global):
            scope.declared.update(dict.fromkeys(node.names, self.module))
        elif isinstance(node, ast.Nonlocal):
            scope.declared.update((n, _nonlocal_home(scope, n)) for n in node.names)

    def _target_scope(self, scope: Scope, name: ast.Name) -> Scope:
        """A walrus in a comprehension binds outside of it."""
        if isinstance(self._parents[name], ast.NamedExpr):
            while isinstance(scope.node, COMPREHENSIONS) and scope.parent is not None:
                scope = scope.parent
        return scope

    def _bind(self, scope: Scope, name: str, binding: Binding) -> None:
        home = scope.home(name)
        symbol = home.symbols.get(name)
        if symbol is None:
            symbol = home.symbols[name] = Symbol(name, home)
        symbol.bindings.append(binding)
        self._symbol_of[binding.node] = symbol

    def _bind_arguments(self, scope: Scope) -> None:
        function = scope.node
        assert isinstance(function, FUNCTIONS)
        for argument, default in arguments(function.args):
            self._bind(scope, argument.arg, Binding(argument, Kind.ARGUMENT, default))

    def _bind_special(self, scope: Scope, node: ast.AST) -> None:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    self._bind(scope, bound, Binding(alias, Kind.IMPORT))
            case ast.ImportFrom(names=[ast.alias(name="*")]):
                return  # it binds names that nobody sees here
            case ast.ImportFrom(names=names):
                for alias in names:
                    self._bind(scope, alias.asname or alias.name, Binding(alias, Kind.IMPORT))
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self._bind(scope, name, Binding(node, Kind.FUNCTION))
            case ast.ClassDef(name=name):
                self._bind(scope, name, Binding(node, Kind.CLASS))
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                self._bind(scope, name, Binding(node, Kind.OTHER))
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                self._bind(scope, name, Binding(node, Kind.OTHER))

    def _binding(self, name: ast.Name) -> Binding:
        """Say how a stored name is bound, by climbing out of tuple targets."""
        path: list[int] = []
        child: ast.AST = name
        parent = self._parents[name]
        known = True
        while isinstance(parent, ast.Tuple | ast.List | ast.Starred):
            if isinstance(parent, ast.Starred):
                known = False
            else:
                known &= not any(isinstance(e, ast.Starred) for e in parent.elts)
                path.append(parent.elts.index(child))  # type: ignore[arg-type]
            child, parent = parent, self._parents[parent]
        path.reverse()
        steps = tuple(path)
        match parent:
            case ast.Assign(value=value):
                if not steps and known:
                    return Binding(name, Kind.ASSIGN, value)
                return Binding(name, Kind.UNPACK, value if known else None, steps)
            case ast.AnnAssign(value=value):
                return Binding(name, Kind.ASSIGN, value)
            case ast.NamedExpr(value=value):
                return Binding(name, Kind.ASSIGN, value)
            case ast.AugAssign(value=value):
                return Binding(name, Kind.AUGMENTED, value)
            case ast.For(iter=value) | ast.AsyncFor(iter=value) | ast.comprehension(iter=value):
                return Binding(name, Kind.LOOP, value if known else None, steps)
            case ast.withitem(context_expr=value):
                return Binding(name, Kind.WITH, value if not steps else None)
            case ast.Delete():
                return Binding(name, Kind.DELETE)
        return Binding(name, Kind.OTHER)


def arguments(args: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Yield every argument of a function with its default."""
    positional = [*args.posonlyargs, *args.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults))
    yield from zip(positional, [*missing, *args.defaults], strict=True)
    yield from zip(args.kwonlyargs, args.kw_defaults, strict=True)
    for rest in (args.vararg, args.kwarg):
        if rest is not None:
            yield rest, None


def _nonlocal_home(scope: Scope, name: str) -> Scope:
    outer = scope.parent
    while outer is not None:
        if outer.is_function and (name in outer.symbols or name in outer.declared):
            return outer.home(name)
        outer = outer.parent
    return scope


def _own_parts(node: ast.AST) -> list[ast.AST]:
    """The parts of a scope's node that are evaluated in the scope itself."""
    match node:
        case ast.Lambda(body=body):
            return [body]
        case ast.Module(body=body) | ast.ClassDef(body=body):
            return list(body)
        case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body):
            # Declarations come first: they decide where the other names live.
            return list(body)
    assert isinstance(node, COMPREHENSIONS)
    results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    first, *others = node.generators
    return [*results, first.target, *first.ifs, *others]


def _outer_parts(node: ast.AST) -> list[ast.AST]:
    """The parts of a scope's node that are evaluated outside of it, when it is reached."""
    if isinstance(node, COMPREHENSIONS):
        return [node.generators[0].iter]
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
    assert isinstance(node, FUNCTIONS)
    args = node.args
    parts: list[ast.AST | None] = [*args.defaults, *args.kw_defaults]
    if not isinstance(node, ast.Lambda):
        parts += [*node.decorator_list, node.returns]
        parts += [argument.annotation for argument, _ in arguments(args)]
    return [part for part in parts if part is not None]


def _is_of_default(function: ast.AST, inner: list[ast.AST]) -> bool:
    """Whether the last of nodes, each in the next one, is evaluated where a function is made."""
    if not inner or isinstance(function, ast.Lambda):
        return False
    if isinstance(inner[-1], ast.arguments):
        return len(inner) > 1 and not isinstance(inner[-2], ast.arg)
    return inner[-1] in getattr(function, "decorator_list", [])


def _is_outside(below: ast.AST, child: ast.AST, scope_node: ast.AST) -> bool:
    """Whether `below`, in the direct child of a scope's node, is evaluated outside of the scope."""
    if isinstance(scope_node, COMPREHENSIONS):
        return child is scope_node.generators[0] and below is scope_node.generators[0].iter
    if isinstance(scope_node, FUNCTIONS) and child is scope_node.args:
        return True
    return child in _outer_parts(scope_node)
