"""What a name or a dotted name refers to: a built-in, or something imported."""

from __future__ import annotations

import ast
import builtins

from effilint.analyzer.facts.scopes import Kind, Scope, Scopes, Symbol, star_names

_BUILTINS = frozenset(vars(builtins))
# Programs written for a judge annotate with these without an import: it runs them with one.
_TYPING = frozenset("List Dict Set Tuple FrozenSet Optional Union".split())


class Names:
    """Resolves names through imports and aliases of built-ins."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes
        self._star: dict[str, str | None] | None = None

    def resolve(self, node: ast.expr) -> str | None:
        """Return `sorted`, `heapq.heappush`, ...; None for what this file defines or rebinds."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        symbol = self._scopes.symbol(node)
        root = self._of_symbol(symbol) if symbol else self._unbound(node.id)
        if root is None:
            return None
        return ".".join([root, *reversed(attributes)])

    def is_builtin(self, name: str, node: ast.AST) -> bool:
        """Whether the bare `name`, written where `node` stands, is the built-in of that name."""
        scope: Scope | None = self._scopes.scope_of(node)
        while scope is not None:
            if name in scope.symbols or name in scope.declared:
                return False
            scope = scope.parent
        return self._unbound(name) == name

    def _of_symbol(self, symbol: Symbol, depth: int = 3) -> str | None:
        """An import, or a plain alias such as `push = heapq.heappush`; bound in one place only."""
        targets = set()
        for binding in symbol.bindings:
            if binding.kind is not Kind.IMPORT:
                if depth and binding.kind is Kind.ASSIGN and len(symbol.bindings) == 1:
                    return self._alias(binding.value, depth)
                return None
            assert isinstance(binding.node, ast.alias)
            targets.add(self._imported(binding.node))
        return targets.pop() if len(targets) == 1 else None

    def _alias(self, value: ast.expr | None, depth: int) -> str | None:
        match value:
            case ast.Name(id=name):
                symbol = self._scopes.symbol(value)
                return self._of_symbol(symbol, depth - 1) if symbol else self._unbound(name)
            case ast.Attribute(value=ast.Name() as owner, attr=attr):
                symbol = self._scopes.symbol(owner)
                root = self._of_symbol(symbol, depth - 1) if symbol else None
                return f"{root}.{attr}" if root else None
        return None

    def _imported(self, alias: ast.alias) -> str:
        statement = self._scopes.parent(alias)
        if isinstance(statement, ast.ImportFrom):
            return f"{'.' * statement.level}{statement.module or ''}.{alias.name}"
        return alias.name if alias.asname else alias.name.partition(".")[0]

    def _unbound(self, name: str) -> str | None:
        if self._scopes.star_modules:
            if self._star is None:
                self._star = self._star_imports()
            if name in self._star:
                return self._star[name]
            if "" in self._star:  # an unknown module may have brought any name
                return None
        if name in _TYPING:
            return f"typing.{name}"
        return name if name in _BUILTINS else None

    def _star_imports(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for module in self._scopes.star_modules:
            names = star_names(module)
            if names is None:
                found[""] = None
                continue
            for name in names:
                found[name] = None if name in found else f"{module}.{name}"
        return found
