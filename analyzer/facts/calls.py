"""The functions of a file: who calls whom, from where, and what comes back."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from effilint.analyzer.facts.scopes import Kind, arguments
from effilint.analyzer.patterns import walk_block

if TYPE_CHECKING:
    from effilint.analyzer.context import Context, FunctionNode


@dataclass(frozen=True, slots=True)
class Outcome:
    """What leaves a function: its returned expressions, and whether it yields."""

    returned: tuple[ast.expr, ...]
    is_generator: bool


class Calls:
    """The call graph of one file."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._outcomes: dict[ast.AST, Outcome] = {}
        self._methods: dict[ast.ClassDef, dict[str, FunctionNode | None]] = {}
        self._callers: dict[ast.AST, list[ast.Call]] = {}

    def callee(self, call: ast.Call) -> FunctionNode | None:
        """The one function of this file that the call runs: by name, or as `self.method`."""
        return self.named_by(call.func)

    def named_by(self, func: ast.expr) -> FunctionNode | None:
        """The one function of this file that a name, or an attribute of a thing, stands for."""
        match func:
            case ast.Name() as name:
                bindings = self._context.bindings(name)
                if len(bindings) != 1 or bindings[0].kind is not Kind.FUNCTION:
                    return None
                function = bindings[0].node
                assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
                return (
                    None if isinstance(self._context.parent(function), ast.ClassDef) else function
                )
            case ast.Attribute(attr=attr) as attribute:
                owner = self._context.types.self_class(attribute)
                if owner:
                    return self.method_of(owner, attr)
                return self._static_method(attribute) or self._method_of_own(attribute)
        return None

    def _static_method(self, attribute: ast.Attribute) -> FunctionNode | None:
        """The static or class method that `Class.method` names."""
        owner = self.class_named(attribute.value)
        found = self.method_of(owner, attribute.attr) if owner is not None else None
        kinds = ("staticmethod", "classmethod")
        decorators = found.decorator_list if found else []
        return found if any(getattr(d, "id", "") in kinds for d in decorators) else None

    def _method_of_own(self, attribute: ast.Attribute) -> FunctionNode | None:
        """The method of a thing that is made once, of a class of this file: `trie = Trie()`."""
        made = self._context.sole_value(attribute.value)
        owner = self.class_named(made.func) if isinstance(made, ast.Call) else None
        return self.method_of(owner, attribute.attr) if owner is not None else None

    def class_named(self, node: ast.expr) -> ast.ClassDef | None:
        """The class of this file that a name stands for, if nothing else binds it."""
        if not isinstance(node, ast.Name) or node.id not in self._class_names:
            return None
        bindings = self._context.bindings(node)
        found = bindings[0].node if len(bindings) == 1 else None
        return found if isinstance(found, ast.ClassDef) else None

    @cached_property
    def _class_names(self) -> set[str]:
        return {node.name for node in self._context.index.get(ast.ClassDef, ())}  # type: ignore[attr-defined]

    def method_of(self, owner: ast.ClassDef, name: str) -> FunctionNode | None:
        """The method of a class of this name, if there is one alone."""
        methods = self._methods.get(owner)
        if methods is None:
            methods = self._methods[owner] = {}
            for statement in owner.body:
                if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                    is_first = statement.name not in methods
                    methods[statement.name] = statement if is_first else None
        return methods.get(name)

    @cached_property
    def _by_name(self) -> dict[str, list[ast.Call]]:
        found: dict[str, list[ast.Call]] = defaultdict(list)
        for call in self._context.index.get(ast.Call, ()):
            assert isinstance(call, ast.Call)
            name = getattr(call.func, "id", None) or getattr(call.func, "attr", None)
            if name is not None:
                found[name].append(call)
        return found

    def named(self, name: str) -> Sequence[ast.Call]:
        """The calls of this file, in no particular order, of anything of that name."""
        return self._by_name.get(name, ())

    def callers(self, function: ast.AST) -> list[ast.Call]:
        """The calls of `function` in this file."""
        found = self._callers.get(function)
        if found is None:
            # A function is called by its own name only: see callee().
            named = self.named(getattr(function, "name", ""))
            found = [call for call in named if self.callee(call) is function]
            self._callers[function] = found
        return found

    def callees(self, function: ast.AST) -> set[FunctionNode]:
        """The functions of this file that `function` calls itself."""
        found = set()
        for node in own_nodes(function):
            if isinstance(node, ast.Call):
                callee = self.callee(node)
                if callee is not None:
                    found.add(callee)
        return found

    def self_calls(self, function: FunctionNode) -> list[ast.Call]:
        """The calls of `function` in its own body."""
        return [
            node
            for node in own_nodes(function)
            if isinstance(node, ast.Call) and self.callee(node) is function
        ]

    @cached_property
    def recursive(self) -> dict[FunctionNode, list[ast.Call]]:
        """The functions that call themselves, each with these calls in source order."""
        found: dict[FunctionNode, list[ast.Call]] = {}
        index = self._context.index
        defined = (*index.get(ast.FunctionDef, ()), *index.get(ast.AsyncFunctionDef, ()))
        for name in dict.fromkeys(getattr(function, "name", "") for function in defined):
            for call in self._by_name.get(name, ()):
                function = self._context.function(call)
                if function is None or function.name != name:
                    continue
                if self.callee(call) is function:
                    found.setdefault(function, []).append(call)
        for calls in found.values():
            calls.sort(key=lambda call: (call.end_lineno or 0, call.end_col_offset or 0))
        return found

    def is_recursive(self, function: FunctionNode) -> bool:
        """Whether `function` can reach itself through functions of this file."""
        seen: set[ast.AST] = set()
        pending = list(self.callees(function))
        while pending:
            callee = pending.pop()
            if callee is function:
                return True
            if callee not in seen:
                seen.add(callee)
                pending.extend(self.callees(callee))
        return False

    def called_in_loop(self, function: ast.AST) -> ast.Call | None:
        """A call of `function` inside a hot loop, or inside a function that is called in one."""
        seen: set[ast.AST] = set()
        pending = [function]
        while pending:
            current = pending.pop()
            seen.add(current)
            for call in self.callers(current):
                if self._context.hot_loops(call):
                    return call
                caller = self._context.function(call)
                if caller is not None and caller not in seen:
                    pending.append(caller)
        return None

    def argument_for(self, call: ast.Call, function: FunctionNode, name: str) -> ast.expr | None:
        """The expression that a call passes for the argument `name`; None if it cannot be told."""
        if any(isinstance(arg, ast.Starred) for arg in call.args):
            return None
        for keyword in call.keywords:
            if keyword.arg == name:
                return keyword.value
        positional = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        if self.is_method(function) and isinstance(call.func, ast.Attribute):
            positional = positional[1:]
        if name in positional and positional.index(name) < len(call.args):
            return call.args[positional.index(name)]
        return None

    def is_method(self, function: FunctionNode) -> bool:
        """Whether the first argument is `self` or `cls`."""
        if not isinstance(self._context.parent(function), ast.ClassDef):
            return False
        return not any(
            isinstance(d, ast.Name) and d.id == "staticmethod" for d in function.decorator_list
        )

    def parameters(self, function: FunctionNode) -> dict[str, ast.arg]:
        """The arguments of `function` by name, without `self`."""
        found = {argument.arg: argument for argument, _ in arguments(function.args)}
        if self.is_method(function) and found:
            del found[next(iter(found))]
        return found

    def outcome(self, function: FunctionNode) -> Outcome:
        """What `function` returns."""
        known = self._outcomes.get(function)
        if known is None:
            nodes = own_nodes(function)
            known = self._outcomes[function] = Outcome(
                tuple(n.value for n in nodes if isinstance(n, ast.Return) and n.value is not None),
                any(isinstance(n, ast.Yield | ast.YieldFrom) for n in nodes),
            )
        return known


def own_nodes(function: ast.AST) -> list[ast.AST]:
    """The nodes in a function's body, without those of nested functions and classes."""
    return list(walk_block(getattr(function, "body", [])))
