"""What a piece of code may change: rebinding, mutation, aliasing, and what stays the same."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.purity import CHANGING_METHODS
from effilint.analyzer.facts.scopes import COMPREHENSIONS, Kind, Symbol
from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_DEFINITIONS = (Kind.IMPORT, Kind.FUNCTION, Kind.CLASS)
_MANY = 64  # uses of one variable


class Changes:
    """Answers what may change in a region of one file.

    Where it cannot tell it answers that something may change, with one exception: a call of
    code in another file is taken not to change an object that it has not been handed here.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._aliases: dict[Symbol, set[Symbol]] = {}
        self._impure: dict[ast.AST, list[ast.Call]] = {}
        self._nested: dict[ast.AST, bool] = {}

    def of(self, node: ast.expr, region: ast.AST) -> list[ast.AST]:
        """The places in `region` that may rebind or mutate the variable or attribute."""
        if isinstance(node, ast.Attribute):
            return self._attribute_changes(node, region)
        return self._rebindings(node, region) + self.mutations(node, region)

    def mutations(self, node: ast.expr, region: ast.AST) -> list[ast.AST]:
        """The places in `region` where the object itself may change."""
        if isinstance(node, ast.Attribute):
            return self._attribute_changes(node, region)
        symbol = self._context.symbol(node)
        if symbol is None:
            return []
        found: list[ast.AST] = []
        for alias in self.aliases(node):
            found += [use for use in self._uses_near(alias, region) if self.may_mutate(use)]
            for attribute in self._stored_in(alias):
                found += self._attribute_changes(attribute, region)
        return found

    def _stored_in(self, symbol: Symbol) -> list[ast.Attribute]:
        """The attributes that the variable is assigned to, as in `self.items = items`."""
        found: list[ast.Attribute] = []
        for load in self._context.scopes.loads(symbol):
            statement = self._context.parent(load)
            if isinstance(statement, ast.Assign) and statement.value is load:
                found += [t for t in statement.targets if isinstance(t, ast.Attribute)]
        return found

    def aliases(self, node: ast.AST) -> set[Symbol]:
        """The variables that may hold the same object, by plain assignments between names."""
        symbol = self._context.symbol(node)
        if symbol is None:
            return set()
        known = self._aliases.get(symbol)
        if known is not None:
            return known
        found, pending = {symbol}, [symbol]
        while pending:
            current = pending.pop()
            for other in self._assigned_from(current) | self._assigned_to(current):
                if other not in found:
                    found.add(other)
                    pending.append(other)
        self._aliases[symbol] = found
        return found

    def _assigned_from(self, symbol: Symbol) -> set[Symbol]:
        found = set()
        for binding in symbol.bindings:
            if binding.kind in (Kind.ASSIGN, Kind.UNPACK) and binding.value is not None:
                for name in _same_object(binding.value):
                    other = self._context.symbol(name)
                    if other is not None:
                        found.add(other)
        return found

    def _assigned_to(self, symbol: Symbol) -> set[Symbol]:
        found = set()
        for load in self._context.scopes.loads(symbol):
            child: ast.AST = load
            parent = self._context.parent(load)
            while isinstance(parent, ast.IfExp | ast.BoolOp | ast.NamedExpr | ast.Tuple):
                child, parent = parent, self._context.parent(parent)
            if isinstance(parent, ast.Assign | ast.AnnAssign) and parent.value is child:
                targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
                for name in (n for target in targets for n in ast.walk(target)):
                    if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                        other = self._context.symbol(name)
                        if other is not None:
                            found.add(other)
        return found

    def _rebindings(self, node: ast.expr, region: ast.AST) -> list[ast.AST]:
        symbol = self._context.symbol(node)
        if symbol is None:
            return []
        inside = self._context.inside
        return [
            binding.node
            for binding in symbol.bindings
            if inside(binding.node, region) or self._in_nested_function(binding.node, symbol)
        ]

    def _uses_near(self, symbol: Symbol, region: ast.AST) -> list[ast.Name]:
        """Uses in the region, and in nested functions, which the region may call."""
        inside = self._context.inside
        uses = self._context.scopes.loads(symbol)
        if len(uses) > _MANY:  # a walk is shorter than the ways out of all of them
            near = set(walk(region))
            return [use for use in uses if use in near or self._in_nested_function(use, symbol)]
        return [use for use in uses if inside(use, region) or self._in_nested_function(use, symbol)]

    def _in_nested_function(self, node: ast.AST, symbol: Symbol) -> bool:
        known = self._nested.get(node)
        if known is None:
            known = self._nested[node] = self._is_nested(node, symbol)
        return known

    def _is_nested(self, node: ast.AST, symbol: Symbol) -> bool:
        if isinstance(node, ast.arg):
            return False
        if symbol.scope is self._context.scopes.module:
            return self._context.function(node) is not None
        scope = self._context.scopes.scope_of(node)
        while isinstance(scope.node, COMPREHENSIONS) and scope.parent is not None:
            scope = scope.parent
        home = symbol.scope
        while isinstance(home.node, COMPREHENSIONS) and home.parent is not None:
            home = home.parent
        return scope is not home

    def may_mutate(self, use: ast.expr) -> bool:
        """Whether the code around a read of a variable may change the object (or its items)."""
        parents = self._context.parents
        child: ast.AST = use
        parent = parents.get(child)
        while isinstance(parent, ast.Subscript | ast.Attribute) and parent.value is child:
            if isinstance(parent.ctx, ast.Store | ast.Del):
                return True
            child, parent = parent, parents.get(parent)
        match parent:
            case ast.AugAssign(target=target):
                return target is child
            case ast.Call(func=func) if func is child:
                return self._call_mutates_receiver(parent, child)
            case ast.Call():
                return self._may_mutate_argument(parent, child)
            case ast.keyword():
                call = parents[parent]
                return isinstance(call, ast.Call) and self._may_mutate_argument(call, child)
            case ast.Starred():
                return False
        return False

    def _call_mutates_receiver(self, call: ast.Call, function: ast.AST) -> bool:
        if not isinstance(function, ast.Attribute):
            return False  # calling the object itself
        if function.attr in CHANGING_METHODS:
            return True
        return not self._context.purity.only_reads(call)

    def _may_mutate_argument(self, call: ast.Call, argument: ast.AST) -> bool:
        if self._context.purity.only_reads(call):
            return False
        if isinstance(argument, ast.expr):
            kind = self._context.type_of(argument)
            if kind.is_known and not kind.is_mutable:
                return False
        # xs.append(item) changes xs, not item
        return not (isinstance(call.func, ast.Attribute) and call.func.attr in CHANGING_METHODS)

    def _attribute_changes(self, node: ast.Attribute, region: ast.AST) -> list[ast.AST]:
        """Changes of `self.items` and its kin: any object's attribute of that name counts."""
        found: list[ast.AST] = []
        for other in walk(region):
            if isinstance(other, ast.Attribute) and other.attr == node.attr:
                if not isinstance(other.ctx, ast.Load) or self.may_mutate(other):
                    found.append(other)
        found += self._effects_on_attribute(node, region)
        root: ast.expr = node
        while isinstance(root, ast.Attribute):
            root = root.value
        return found + (self._rebindings(root, region) if isinstance(root, ast.Name) else [])

    def _effects_on_attribute(self, node: ast.Attribute, region: ast.AST) -> list[ast.AST]:
        """Calls in `region` that reach code which may change the attribute."""
        found: list[ast.AST] = []
        root: ast.expr = node
        while isinstance(root, ast.Attribute):
            root = root.value
        for call in self.impure_calls(region):
            function = self._context.callee(call)
            if function is not None:
                if self._function_touches(function, node.attr, set()):
                    found.append(call)
            elif isinstance(root, ast.Name) and _mentions(call, root.id):
                found.append(call)
        return found

    def _function_touches(self, function: ast.AST, attr: str, seen: set[ast.AST]) -> bool:
        seen.add(function)
        for inner in walk(function):
            if isinstance(inner, ast.Attribute) and inner.attr == attr:
                if not isinstance(inner.ctx, ast.Load) or self.may_mutate(inner):
                    return True
            if isinstance(inner, ast.Call):
                callee = self._context.callee(inner)
                if callee is not None and callee not in seen:
                    if self._function_touches(callee, attr, seen):
                        return True
                elif callee is None and _mentions(inner, "self"):
                    if not self._context.purity.only_reads(inner):
                        return True
        return False

    def impure_calls(self, region: ast.AST) -> list[ast.Call]:
        """The calls in `region` that may have an effect."""
        known = self._impure.get(region)
        if known is None:
            known = self._impure[region] = [
                node
                for node in walk(region)
                if isinstance(node, ast.Call) and not self._context.purity.only_reads(node)
            ]
        return known

    def is_invariant(self, node: ast.expr, region: ast.AST) -> bool:
        """Whether `node` is pure and nothing it reads may change in `region`."""
        if not self._context.is_pure(node):
            return False
        bound_within = {
            name.id
            for name in walk(node)
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        }
        for inner in walk(node):
            if isinstance(inner, ast.Lambda):
                bound_within |= {argument.arg for argument in inner.args.args}
        for inner in walk(node):
            if isinstance(inner, ast.Attribute) and not self._is_method_name(inner):
                if self._context.resolve(inner) is None and any(
                    not self._context.inside(change, node)  # a target of its own comprehension
                    for change in self._attribute_changes(inner, region)
                ):
                    return False
            elif isinstance(inner, ast.Name) and inner.id not in bound_within:
                if not self._owner_or_name_is_invariant(inner, region):
                    return False
        return True

    def _owner_or_name_is_invariant(self, name: ast.Name, region: ast.AST) -> bool:
        owned = self._context.parent(name)
        if isinstance(owned, ast.Attribute) and not self._is_method_name(owned):
            # `self.size` stays when `self.count` changes; its own changes are looked at.
            return not self._rebindings(name, region)
        return self._name_is_invariant(name, region)

    def _name_is_invariant(self, name: ast.Name, region: ast.AST) -> bool:
        if self._rebindings(name, region):
            return False
        bindings = self._context.bindings(name)
        if not bindings:  # a built-in, or a name that comes from nowhere we can see
            return self._context.resolve(name) is not None
        if all(binding.kind in _DEFINITIONS for binding in bindings):
            return True  # a module, function or class
        kind = self._context.type_of(name)
        if kind.is_known and not kind.is_mutable:
            return True
        if kind.is_lazy:
            return False
        return not self.mutations(name, region)

    def _is_method_name(self, node: ast.Attribute) -> bool:
        parent = self._context.parent(node)
        return isinstance(parent, ast.Call) and parent.func is node


def _same_object(value: ast.expr) -> list[ast.Name]:
    """The names whose object `value` may be."""
    match value:
        case ast.Name():
            return [value]
        case ast.IfExp(body=body, orelse=orelse):
            return _same_object(body) + _same_object(orelse)
        case ast.BoolOp(values=values) | ast.Tuple(elts=values):
            return [name for inner in values for name in _same_object(inner)]
        case ast.NamedExpr(value=inner):
            return _same_object(inner)
    return []


def _mentions(call: ast.Call, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in walk(call))
