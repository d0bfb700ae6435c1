"""Types as far as this file shows them. Positive evidence only: unknown means unknown."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from effilint.analyzer.facts.annotations import annotated
from effilint.analyzer.facts.lattice import (
    NOTHING,
    UNKNOWN,
    Type,
    item_type,
    join,
    join_all,
)
from effilint.analyzer.facts.results import CONSTRUCTORS, method_result, operator_result
from effilint.analyzer.facts.scopes import Binding, Kind, Symbol
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

__all__ = ["NOTHING", "UNKNOWN", "Type", "Types"]

_DISPLAYS: dict[type[ast.AST], str] = {
    ast.List: "list",
    ast.Set: "set",
}
_COMPREHENSIONS: dict[type[ast.AST], str] = {
    ast.ListComp: "list",
    ast.SetComp: "set",
    ast.GeneratorExp: "generator",
}
_MAX_DEPTH = 40
_NOWHERE = _MAX_DEPTH * 2


@dataclass(frozen=True, slots=True)
class _Store:
    """An assignment to an attribute, with the class whose method makes it (None if not self)."""

    owner: ast.ClassDef | None
    value: ast.expr | None
    annotation: ast.expr | None
    is_augmented: bool


class Types:
    """Local type inference over one file."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[object, Type] = {}
        self._active: dict[object, int] = {}  # what is being inferred, and how deep it is
        self._lowest = _NOWHERE  # the outermost of these that an answer has been cut off at
        self._assumed: dict[object, Type] = {}  # of variables whose own bindings are looked at
        # Partial answers, with what they were cut off at, by the depth at which that is inferred.
        self._partial: dict[object, tuple[Type, int]] = {}
        self._until: dict[int, list[object]] = {}
        self._attributes: dict[str, list[_Store]] | None = None

    def of(self, node: ast.expr) -> Type:
        """The type of `node`; `UNKNOWN` without positive evidence."""
        found = self._known.get(node) or self._solve(node, lambda: self._infer(node))
        return UNKNOWN if found is NOTHING and not self._active else found

    def of_symbol(self, symbol: Symbol) -> Type:
        """The type a variable has whatever binds it."""
        return self._solve(symbol, lambda: self._joined_bindings(symbol))

    def _solve(self, key: object, infer: Callable[[], Type]) -> Type:
        """Infer once; what depends on itself goes by what is known of it so far.

        An answer is kept if nothing it was cut off at is still being inferred: one that was cut
        off further out is partial, and kept until that is known.
        """
        known = self._known.get(key)
        if known is not None:
            return known
        depth = len(self._active)
        if key in self._active:
            self._lowest = min(self._lowest, self._active[key])
            return self._assumed.get(key, NOTHING)
        if depth > _MAX_DEPTH:
            self._lowest = 0
            return UNKNOWN
        if key in self._partial:
            found, lowest = self._partial[key]
            self._lowest = min(self._lowest, lowest)
            return found
        self._active[key] = depth
        outer, self._lowest = self._lowest, _NOWHERE
        try:
            found = infer()
        finally:
            del self._active[key]
            self._assumed.pop(key, None)
        for inner in self._until.pop(depth, ()):
            del self._partial[inner]
        if self._lowest >= depth:
            self._known[key] = found
            self._lowest = outer
        else:
            self._partial[key] = found, self._lowest
            self._until.setdefault(self._lowest, []).append(key)
        self._lowest = min(self._lowest, outer)
        return found

    def _joined_bindings(self, symbol: Symbol) -> Type:
        """Join what the bindings say; those like `x = x[1:]` go by what the others say."""
        plain = [b for b in symbol.bindings if b.kind not in (Kind.AUGMENTED, Kind.DELETE)]
        own = {b for b in plain if len(plain) > 1 and _reads(b.value, symbol.name)}
        found = join_all(self._of_binding(binding) for binding in plain if binding not in own)
        for binding in filter(own.__contains__, plain):
            self._assumed[symbol] = found
            self._partial.clear()  # they went by what was assumed before
            self._until.clear()
            found = join(found, self._of_binding(binding))
        for binding in symbol.bindings:
            if binding.kind is Kind.AUGMENTED and found is not UNKNOWN:
                found = self._augmented(found, binding)
        return found

    def _augmented(self, before: Type, binding: Binding) -> Type:
        statement = self._context.parents[binding.node]
        assert isinstance(statement, ast.AugAssign)
        if before.is_mutable:
            return before  # `+=` and its kin work in place
        return join(before, operator_result(statement.op, before, self.of(statement.value)))

    def _of_binding(self, binding: Binding) -> Type:
        if binding.kind is Kind.ARGUMENT:
            return self._argument(binding)
        if binding.value is None:
            return self._declared(binding)
        value = binding.value
        if binding.kind is Kind.ASSIGN:
            return join(self._declared(binding), self.of(value), prefer_known=True)
        if binding.kind is Kind.UNPACK:
            return self._unpacked(self.of(value), binding.path)
        if binding.kind is Kind.LOOP:
            return self._unpacked(item_type(self.of(value)), binding.path)
        if binding.kind is Kind.WITH:
            manager = self.of(value)
            return manager if manager.name == "file" else UNKNOWN
        return UNKNOWN

    def _declared(self, binding: Binding) -> Type:
        parent = self._context.parents.get(binding.node)
        if isinstance(parent, ast.Starred):
            return Type("list")
        if isinstance(parent, ast.AnnAssign):
            return annotated(parent.annotation, self._context.resolve)
        return UNKNOWN if binding.value is None else NOTHING

    def _unpacked(self, whole: Type, path: tuple[int, ...]) -> Type:
        for step in path:
            if whole.items is not None:
                whole = whole.items[step] if step < len(whole.items) else UNKNOWN
            else:
                whole = item_type(whole)
        return whole

    def _argument(self, binding: Binding) -> Type:
        argument = binding.node
        assert isinstance(argument, ast.arg)
        given = UNKNOWN
        if argument.annotation is not None:
            given = annotated(argument.annotation, self._context.resolve)
        owner = self._context.parents[argument]
        if isinstance(owner, ast.arguments):
            if argument is owner.vararg:
                return Type("tuple", given)
            if argument is owner.kwarg:
                return Type("dict", Type("str"), given)
        return given

    def _infer(self, node: ast.expr) -> Type:
        kind = node.__class__
        if kind in _DISPLAYS:
            return Type(_DISPLAYS[kind], join_all(self.of(e) for e in _elements(node)))
        if kind in _COMPREHENSIONS:
            return Type(_COMPREHENSIONS[kind], self.of(node.elt))  # type: ignore[attr-defined]
        method = getattr(self, f"_infer_{kind.__name__}", None)
        return method(node) if method else UNKNOWN

    def _infer_Constant(self, node: ast.Constant) -> Type:
        return NOTHING if node.value is None else Type(node.value.__class__.__name__)

    def _infer_JoinedStr(self, _: ast.JoinedStr) -> Type:
        return Type("str")

    def _infer_Tuple(self, node: ast.Tuple) -> Type:
        if any(isinstance(e, ast.Starred) for e in node.elts):
            return Type("tuple", join_all(self.of(e) for e in node.elts))
        items = tuple(self.of(e) for e in node.elts)
        return Type("tuple", join_all(items), items=items)

    def _infer_Starred(self, node: ast.Starred) -> Type:
        return item_type(self.of(node.value))

    def _infer_Dict(self, node: ast.Dict) -> Type:
        if None in node.keys:
            return Type("dict")
        keys = join_all(self.of(key) for key in node.keys if key is not None)
        return Type("dict", keys, join_all(self.of(value) for value in node.values))

    def _infer_DictComp(self, node: ast.DictComp) -> Type:
        return Type("dict", self.of(node.key), self.of(node.value))

    def _infer_Name(self, node: ast.Name) -> Type:
        guarded = self._guarded(node)
        if guarded is not UNKNOWN:
            return guarded
        symbol = self._context.symbol(node)
        return self.of_symbol(symbol) if symbol else UNKNOWN

    def _guarded(self, node: ast.Name) -> Type:
        """What an `if isinstance(name, T):` around the name says."""
        child: ast.AST = node
        for outer in self._context.ancestors(node):
            if isinstance(outer, ast.If | ast.IfExp) and child is not outer.test:
                in_body = child is outer.body or child in _as_list(outer.body)
                match outer.test:
                    case ast.Call(func=ast.Name("isinstance"), args=[ast.Name(id=name), kind]) if (
                        in_body and name == node.id
                    ):
                        return annotated(kind, self._context.resolve)
            if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                break
            child = outer
        return UNKNOWN

    def _infer_NamedExpr(self, node: ast.NamedExpr) -> Type:
        return self.of(node.value)

    def _infer_Compare(self, node: ast.Compare) -> Type:
        # Arrays compare element by element; a comparison with unknown operands may be one.
        is_plain = all(isinstance(op, ast.In | ast.NotIn | ast.Is | ast.IsNot) for op in node.ops)
        if is_plain or all(self.of(e).is_known for e in (node.left, *node.comparators)):
            return Type("bool")
        return UNKNOWN

    def _infer_BoolOp(self, node: ast.BoolOp) -> Type:
        return join_all(self.of(value) for value in node.values)

    def _infer_IfExp(self, node: ast.IfExp) -> Type:
        return join(self.of(node.body), self.of(node.orelse))

    def _infer_UnaryOp(self, node: ast.UnaryOp) -> Type:
        if isinstance(node.op, ast.Not):
            return Type("bool")
        operand = self.of(node.operand)
        return Type("int") if operand.name == "bool" else operand

    def _infer_BinOp(self, node: ast.BinOp) -> Type:
        if isinstance(node.op, ast.Mult):
            for repeated, count in ((node.left, node.right), (node.right, node.left)):
                # `[0] * n` and `"-" * n` say what they are, whatever shows what `n` is.
                is_text = isinstance(repeated, ast.Constant) and isinstance(repeated.value, str)
                is_item = isinstance(repeated, ast.List) and len(repeated.elts) == 1
                if (is_text or is_item) and not self.of(count).is_known:
                    return self.of(repeated)
        return operator_result(node.op, self.of(node.left), self.of(node.right))

    def _infer_Subscript(self, node: ast.Subscript) -> Type:
        owner = self.of(node.value)
        if isinstance(node.slice, ast.Slice):
            return owner if owner.is_sequence else UNKNOWN
        if owner.is_mapping:
            return owner.value or UNKNOWN
        if owner.items is not None and isinstance(node.slice, ast.Constant):
            place = node.slice.value
            if isinstance(place, int) and -len(owner.items) <= place < len(owner.items):
                return owner.items[place]
        return item_type(owner) if owner.is_sequence else UNKNOWN

    def _infer_Attribute(self, node: ast.Attribute) -> Type:
        name = self._context.resolve(node)
        if name is not None and name.startswith("string."):
            return Type("str")
        if name in ("sys.argv", "sys.path"):
            return Type("list", Type("str"))
        if name in ("sys.stdin", "sys.stdout", "sys.stderr"):
            return Type("file", Type("str"))
        owner = self.self_class(node)
        return self._of_attribute(node.attr, owner) if owner else UNKNOWN

    def self_class(self, node: ast.Attribute) -> ast.ClassDef | None:
        """The class, if `node` is `self.x` in one of its methods."""
        if not isinstance(node.value, ast.Name):
            return None
        function = self._context.function(node)
        while function is not None:
            owner = self._context.parent(function)
            positional = [*function.args.posonlyargs, *function.args.args]
            if isinstance(owner, ast.ClassDef):
                is_self = bool(positional) and positional[0].arg == node.value.id
                return owner if is_self else None
            function = self._context.function(function)
        return None

    def _of_attribute(self, name: str, owner: ast.ClassDef) -> Type:
        key = (owner, name)
        return self._solve(key, lambda: self._joined_stores(key))

    def _joined_stores(self, key: tuple[ast.ClassDef, str]) -> Type:
        owner, name = key
        declared, found = NOTHING, NOTHING
        stores = self._attribute_stores().get(name, [])
        for store in sorted(stores, key=lambda store: _reads_attribute(store.value, name)):
            self._assumed[key] = found
            if store.owner is not owner:
                if store.owner is None:  # set from outside: to what, nobody knows
                    return UNKNOWN
            elif store.annotation is not None:
                declared = annotated(store.annotation, self._context.resolve)
            elif not store.is_augmented and store.value is not None:
                found = join(found, self.of(store.value))
        return declared if declared.is_known else found

    def _attribute_stores(self) -> dict[str, list[_Store]]:
        if self._attributes is not None:
            return self._attributes
        found: dict[str, list[_Store]] = {}
        self._attributes = found
        parents = self._context.parents
        for node in self._context.index.get(ast.Attribute, ()):
            assert isinstance(node, ast.Attribute)
            if not isinstance(node.ctx, ast.Store):
                continue
            statement = parents[node]
            value, annotation = None, None
            if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
                value = statement.value
                annotation = getattr(statement, "annotation", None)
            unpacked = value is None and annotation is None
            found.setdefault(node.attr, []).append(
                _Store(
                    self.self_class(node),
                    ast.Name("?", ast.Load()) if unpacked else value,
                    annotation,
                    isinstance(statement, ast.AugAssign),
                )
            )
        for owner in self._context.index.get(ast.ClassDef, ()):
            assert isinstance(owner, ast.ClassDef)
            for statement in owner.body:
                match statement:
                    case ast.Assign(targets=[ast.Name(id=name)], value=value):
                        found.setdefault(name, []).append(_Store(owner, value, None, False))
                    case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                        found.setdefault(name, []).append(_Store(owner, None, annotation, False))
        return found

    def _infer_Call(self, node: ast.Call) -> Type:
        name = self._context.resolve(node.func)
        if name is not None and name in CONSTRUCTORS:
            return CONSTRUCTORS[name](node, self.of)
        if isinstance(node.func, ast.Attribute):
            found = method_result(self.of(node.func.value), node, self.of)
            if found is not UNKNOWN:
                return found
        function = self._context.callee(node)
        return self._returned(function) if function else UNKNOWN

    def _returned(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Type:
        if isinstance(function, ast.AsyncFunctionDef):
            return UNKNOWN
        if function.returns is not None:
            named = annotated(function.returns, self._context.resolve)
            if named is not UNKNOWN:
                return named
        outcome = self._context.calls.outcome(function)
        if outcome.is_generator:
            return Type("generator")
        return self._solve(function, lambda: join_all(self.of(v) for v in outcome.returned))


def _reads(value: ast.expr | None, name: str) -> bool:
    return value is not None and any(
        isinstance(node, ast.Name) and node.id == name for node in walk(value)
    )


def _reads_attribute(value: ast.expr | None, name: str) -> bool:
    return value is not None and any(
        isinstance(node, ast.Attribute) and node.attr == name for node in walk(value)
    )


def _elements(node: ast.expr) -> list[ast.expr]:
    return node.elts  # type: ignore[attr-defined, no-any-return]


def _as_list(body: object) -> list[object]:
    return body if isinstance(body, list) else []
