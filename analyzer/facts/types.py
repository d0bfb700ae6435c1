"""Types as far as this file shows them. Positive evidence only: unknown means unknown."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from effilint.analyzer.facts.annotations import annotated
from effilint.analyzer.facts.lattice import (
    NOTHING,
    UNKNOWN,
    Type,
    item_type,
    join,
    join_all,
    shallow,
)
from effilint.analyzer.facts.results import CONSTRUCTORS, method_result, operator_result
from effilint.analyzer.facts.scopes import Binding, Kind, Symbol

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
_MAX_DEPTH = 90
_ROUNDS = 8  # types are no deeper than half of that

_NEVER = Type("never")  # of what goes round in a circle, so far

_Part = TypeVar("_Part")
_Key = ast.AST | Symbol | tuple[ast.ClassDef, str]


class _UnfinishedError(Exception):
    """What is asked for depends on itself, and nothing is known of it yet."""


class _TooDeepError(Exception):
    """What is asked for is too far from the question."""

    def __init__(self, key: _Key) -> None:
        self.key = key


@dataclass(frozen=True, slots=True)
class _Store:
    """An assignment to an attribute, with the class whose method makes it (None if not self)."""

    owner: ast.ClassDef | None
    value: ast.expr | None
    annotation: ast.expr | None
    is_augmented: bool


class Types:
    """Local type inference over one file.

    What depends on itself is inferred in rounds, each going by the answers of the one before,
    until none changes: whatever is asked first, the answers are the same.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[_Key, Type] = {}
        self._found: dict[_Key, Type] = {}  # in this round
        self._before: dict[_Key, Type] = {}  # of variables, in this round or the one before
        self._active: set[_Key] = set()  # variables that are being inferred
        self._read: dict[_Key, Type] = {}  # what was read of these meanwhile
        self._changed: set[_Key] = set()  # those that turned out as something else
        self._depth = 0
        self._attributes: dict[str, list[_Store]] | None = None

    def of(self, node: ast.expr) -> Type:
        """The type of `node`; `UNKNOWN` without positive evidence."""
        found = self._known.get(node) or self._settled(node)
        return UNKNOWN if found is NOTHING else found

    def of_symbol(self, symbol: Symbol) -> Type:
        """The type a variable has whatever binds it."""
        return self._known.get(symbol) or self._settled(symbol)

    def _settled(self, question: _Key) -> Type:
        """Answer a question; first those that it depends on from too far away."""
        pending = [question]
        while pending:
            try:
                self._settle(pending[-1])
                pending.pop()
            except _TooDeepError as far:
                if far.key in pending:
                    self._known[far.key] = UNKNOWN
                pending.append(far.key)
        return self._known[question]

    def _settle(self, question: _Key) -> None:
        self._before = {}
        circles: list[_Key] = []
        for _ in range(_ROUNDS):
            self._go_round(question)
            circles = [key for key in self._read if self._found.get(key) is _NEVER]
            if not circles and not self._changed:
                self._known |= self._found
                return
            if not self._changed:  # they start nowhere
                self._before |= dict.fromkeys(circles, UNKNOWN)
        self._known |= dict.fromkeys([*self._changed, *circles], UNKNOWN)
        self._settle(question)

    def _go_round(self, question: _Key) -> None:
        self._found, self._read, self._changed = {}, {}, set()
        try:
            with suppress(_UnfinishedError):
                self._ask(question)
        finally:
            self._active.clear()
            self._depth = 0
            if not self._read:
                self._known |= self._found

    def _ask(self, question: _Key) -> Type:
        if isinstance(question, ast.expr):
            return self._of(question)
        return self._of_variable(question)

    def _of(self, node: ast.expr) -> Type:
        found = self._known.get(node) or self._found.get(node)
        if found is not None:
            return _finished(found)
        if self._depth > _MAX_DEPTH:
            raise _TooDeepError(node)
        self._depth += 1
        try:
            found = self._found[node] = self._infer(node)
        finally:
            self._depth -= 1
        return found

    def _of_variable(self, key: _Key) -> Type:
        """The type of a variable or an attribute, or of what a function returns."""
        found = self._known.get(key) or self._found.get(key)
        if found is not None:
            return _finished(found)
        if key in self._active:
            return self._so_far(key)
        if self._depth > _MAX_DEPTH:
            raise _TooDeepError(key)
        self._active.add(key)
        self._depth += 2
        found = self._found[key] = self._before[key] = self._join_of(key)
        self._depth -= 2
        self._active.discard(key)
        if self._read.get(key, found) != found:
            self._changed.add(key)
        return _finished(found)

    def _so_far(self, key: _Key) -> Type:
        found = self._read[key] = self._before.get(key, _NEVER)
        return _finished(found)

    def _join_of(self, key: _Key) -> Type:
        try:
            if isinstance(key, Symbol):
                return shallow(self._joined_bindings(key))
            if isinstance(key, tuple):
                return shallow(self._joined_stores(*key))
            assert isinstance(key, ast.FunctionDef)
            returned = self._context.calls.outcome(key).returned
            return shallow(self._joined(self._of, returned))
        except _UnfinishedError:
            return _NEVER

    def _joined(self, infer: Callable[[_Part], Type], parts: Sequence[_Part]) -> Type:
        """What any of some parts may be; one that is unfinished says nothing yet."""
        finished = []
        for part in parts:
            with suppress(_UnfinishedError):
                finished.append(infer(part))
        if parts and not finished:
            raise _UnfinishedError
        return join_all(finished)

    def _joined_bindings(self, symbol: Symbol) -> Type:
        kinds = (Kind.AUGMENTED, Kind.DELETE)
        found = self._joined(self._of_binding, [b for b in symbol.bindings if b.kind not in kinds])
        for binding in symbol.bindings:
            if binding.kind is Kind.AUGMENTED and found is not UNKNOWN:
                with suppress(_UnfinishedError):
                    found = self._augmented(found, binding)
        return found

    def _augmented(self, before: Type, binding: Binding) -> Type:
        statement = self._context.parents[binding.node]
        assert isinstance(statement, ast.AugAssign)
        if before.is_mutable:
            return before  # `+=` and its kin work in place
        return join(before, operator_result(statement.op, before, self._of(statement.value)))

    def _of_binding(self, binding: Binding) -> Type:
        if binding.kind is Kind.ARGUMENT:
            return self._argument(binding)
        if binding.value is None:
            return self._declared(binding)
        value = binding.value
        if binding.kind is Kind.ASSIGN:
            return self._assigned(self._declared(binding), value)
        if binding.kind is Kind.UNPACK:
            return self._unpacked(*_taken(value, binding.path))
        if binding.kind is Kind.LOOP:
            return _part_of(item_type(self._of(value)), binding.path)
        if binding.kind is Kind.WITH:
            manager = self._of(value)
            return manager if manager.name == "file" else UNKNOWN
        return UNKNOWN

    def _assigned(self, declared: Type, value: ast.expr) -> Type:
        try:
            return join(declared, self._of(value), prefer_known=True)
        except _UnfinishedError:
            if not declared.is_known:
                raise
            return declared

    def _declared(self, binding: Binding) -> Type:
        parent = self._context.parents.get(binding.node)
        if isinstance(parent, ast.Starred):
            return Type("list")
        if isinstance(parent, ast.AnnAssign):
            return annotated(parent.annotation, self._context.resolve)
        return UNKNOWN if binding.value is None else NOTHING

    def _unpacked(self, value: ast.expr, path: tuple[int, ...]) -> Type:
        return _part_of(self._of(value), path)

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
            return Type(_DISPLAYS[kind], join_all(self._of(e) for e in _elements(node)))
        if kind in _COMPREHENSIONS:
            return Type(_COMPREHENSIONS[kind], self._of(node.elt))  # type: ignore[attr-defined]
        method = getattr(self, f"_infer_{kind.__name__}", None)
        return method(node) if method else UNKNOWN

    def _infer_Constant(self, node: ast.Constant) -> Type:
        return NOTHING if node.value is None else Type(node.value.__class__.__name__)

    def _infer_JoinedStr(self, _: ast.JoinedStr) -> Type:
        return Type("str")

    def _infer_Tuple(self, node: ast.Tuple) -> Type:
        if any(isinstance(e, ast.Starred) for e in node.elts):
            return Type("tuple", join_all(self._of(e) for e in node.elts))
        items = tuple(self._of(e) for e in node.elts)
        return Type("tuple", join_all(items), items=items)

    def _infer_Starred(self, node: ast.Starred) -> Type:
        return item_type(self._of(node.value))

    def _infer_Dict(self, node: ast.Dict) -> Type:
        if None in node.keys:
            return Type("dict")
        keys = join_all(self._of(key) for key in node.keys if key is not None)
        return Type("dict", keys, join_all(self._of(value) for value in node.values))

    def _infer_DictComp(self, node: ast.DictComp) -> Type:
        return Type("dict", self._of(node.key), self._of(node.value))

    def _infer_Name(self, node: ast.Name) -> Type:
        guarded = self._guarded(node)
        if guarded is not UNKNOWN:
            return guarded
        symbol = self._context.symbol(node)
        return self._of_variable(symbol) if symbol else UNKNOWN

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
        return self._of(node.value)

    def _infer_Compare(self, node: ast.Compare) -> Type:
        # Arrays compare element by element; a comparison with unknown operands may be one.
        is_plain = all(isinstance(op, ast.In | ast.NotIn | ast.Is | ast.IsNot) for op in node.ops)
        if is_plain or all(self._of(e).is_known for e in (node.left, *node.comparators)):
            return Type("bool")
        return UNKNOWN

    def _infer_BoolOp(self, node: ast.BoolOp) -> Type:
        return self._joined(self._of, node.values)

    def _infer_IfExp(self, node: ast.IfExp) -> Type:
        return self._joined(self._of, [node.body, node.orelse])

    def _infer_UnaryOp(self, node: ast.UnaryOp) -> Type:
        if isinstance(node.op, ast.Not):
            return Type("bool")
        operand = self._of(node.operand)
        return Type("int") if operand.name == "bool" else operand

    def _infer_BinOp(self, node: ast.BinOp) -> Type:
        inner, top = [], node.left
        while isinstance(top, ast.BinOp) and top not in self._known and top not in self._found:
            inner.append(top)
            top = top.left
        for one in reversed(inner):  # a sum may have very many terms
            self._found[one] = self._operation(one)
        return self._operation(node)

    def _operation(self, node: ast.BinOp) -> Type:
        if isinstance(node.op, ast.Mult):
            for repeated, count in ((node.left, node.right), (node.right, node.left)):
                # `[0] * n` and `"-" * n` say what they are, whatever shows what `n` is.
                is_text = isinstance(repeated, ast.Constant) and isinstance(repeated.value, str)
                is_item = isinstance(repeated, ast.List) and len(repeated.elts) == 1
                if (is_text or is_item) and not self._of(count).is_known:
                    return self._of(repeated)
        return operator_result(node.op, self._of(node.left), self._of(node.right))

    def _infer_Subscript(self, node: ast.Subscript) -> Type:
        owner = self._of(node.value)
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
        return self._of_variable((owner, node.attr)) if owner else UNKNOWN

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

    def _joined_stores(self, owner: ast.ClassDef, name: str) -> Type:
        declared, values = NOTHING, []
        for store in self._attribute_stores().get(name, []):
            if store.owner is not owner:
                if store.owner is None:  # set from outside: to what, nobody knows
                    return UNKNOWN
            elif store.annotation is not None:
                declared = annotated(store.annotation, self._context.resolve)
            elif not store.is_augmented and store.value is not None:
                values.append(store.value)
        return declared if declared.is_known else self._joined(self._of, values)

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
            return CONSTRUCTORS[name](node, self._of)
        if isinstance(node.func, ast.Attribute):
            found = method_result(self._of(node.func.value), node, self._of)
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
        return self._of_variable(function)


def _finished(found: Type) -> Type:
    if found is _NEVER:
        raise _UnfinishedError
    return found


def _taken(value: ast.expr, path: tuple[int, ...]) -> tuple[ast.expr, tuple[int, ...]]:
    """The part of tuple displays that a target takes, and the path to it from there."""
    while path and isinstance(value, ast.Tuple | ast.List) and path[0] < len(value.elts):
        if any(isinstance(item, ast.Starred) for item in value.elts):
            break
        value, path = value.elts[path[0]], path[1:]
    return value, path


def _part_of(whole: Type, path: tuple[int, ...]) -> Type:
    for step in path:
        if whole.items is not None:
            whole = whole.items[step] if step < len(whole.items) else UNKNOWN
        else:
            whole = item_type(whole)
    return whole


def _elements(node: ast.expr) -> list[ast.expr]:
    return node.elts  # type: ignore[attr-defined, no-any-return]


def _as_list(body: object) -> list[object]:
    return body if isinstance(body, list) else []
