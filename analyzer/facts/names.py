"""What a name or a dotted name refers to: a built-in, or something imported."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from effilint.analyzer.facts.imported import Imports
from effilint.analyzer.facts.scopes import Kind, Scope, Symbol

if TYPE_CHECKING:
    from effilint.analyzer.context import Context


class Names:
    """Resolves names through imports and aliases of built-ins."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._imports = Imports(context.index, context.parents)

    def resolve(self, node: ast.expr) -> str | None:
        """Return `sorted`, `heapq.heappush`, ...; None for what this file defines or rebinds."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        root = self._root(node)
        if root is None:
            return None
        return ".".join([root, *reversed(attributes)])

    def _root(self, node: ast.Name) -> str | None:
        # Most names in question are bound nowhere, or by imports alone: scopes need not be built.
        if self._imports.is_plain(node.id):
            return self._imports.meaning(node.id)
        symbol = self._context.symbol(node)
        return self._of_symbol(symbol) if symbol else self._imports.unbound(node.id)

    def is_builtin(self, name: str, node: ast.AST) -> bool:
        """Whether the bare `name`, written where `node` stands, is the built-in of that name."""
        scope: Scope | None = self._context.scopes.scope_of(node)
        while scope is not None:
            if name in scope.symbols or name in scope.declared:
                return False
            scope = scope.parent
        return self._imports.unbound(name) == name

    def _of_symbol(self, symbol: Symbol, depth: int = 3) -> str | None:
        """An import, or a plain alias such as `push = heapq.heappush`; bound in one place only."""
        targets = set()
        for binding in symbol.bindings:
            if binding.kind is not Kind.IMPORT:
                if depth and binding.kind is Kind.ASSIGN and len(symbol.bindings) == 1:
                    return self._alias(binding.value, depth)
                return None
            assert isinstance(binding.node, ast.alias)
            targets.add(self._imports.target(binding.node))
        return targets.pop() if len(targets) == 1 else None

    def _alias(self, value: ast.expr | None, depth: int) -> str | None:
        match value:
            case ast.Name(id=name):
                symbol = self._context.symbol(value)
                return self._of_symbol(symbol, depth - 1) if symbol else self._imports.unbound(name)
            case ast.Attribute(value=ast.Name() as owner, attr=attr):
                symbol = self._context.symbol(owner)
                root = self._of_symbol(symbol, depth - 1) if symbol else None
                return f"{root}.{attr}" if root else None
        return None
