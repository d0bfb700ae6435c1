"""What a file imports, and which names mean the same all over it: no scopes needed."""

from __future__ import annotations

import ast
import builtins
import importlib
from functools import cache, cached_property

from effilint.analyzer.facts.scopes import FUNCTIONS
from effilint.analyzer.tree import Index, Parents

_BUILTINS = frozenset(vars(builtins))
# Programs written for a judge use these without an import: it runs them with one.
_PREAMBLE = {
    "typing": "List Dict Set Tuple FrozenSet Optional Union",
    "bisect": "bisect_left bisect_right insort insort_left insort_right",
    "collections": "Counter OrderedDict defaultdict deque",
    "functools": "cache cmp_to_key lru_cache reduce",
    "heapq": "heapify heappop heappush heappushpop heapreplace nlargest nsmallest",
    "itertools": "accumulate chain combinations groupby pairwise permutations product zip_longest",
    "math": "comb gcd inf isqrt sqrt",
    "queue": "PriorityQueue Queue",
}
_JUDGED = {
    **{name: f"{module}.{name}" for module, names in _PREAMBLE.items() for name in names.split()},
    **{module: module for module in _PREAMBLE},
    **{module: module for module in ("operator", "random", "re", "string")},
}
# Star imports from these are read; any other may bring every name, so nothing is known after it.
_STAR_MODULES = frozenset(
    "bisect collections functools heapq itertools math operator queue random re string sys time "
    "typing".split()
)


class Imports:
    """The imports of one file."""

    def __init__(self, index: Index, parents: Parents) -> None:
        self._index = index
        self._parents = parents

    def target(self, alias: ast.alias) -> str:
        """The full path of what an imported name stands for."""
        statement = self._parents[alias]
        if isinstance(statement, ast.ImportFrom):
            return f"{'.' * statement.level}{statement.module or ''}.{alias.name}"
        return alias.name if alias.asname else alias.name.partition(".")[0]

    def is_plain(self, name: str) -> bool:
        """Whether nothing in the file binds `name` but imports at module level, if anything."""
        return name not in self._bound_otherwise

    def meaning(self, name: str) -> str | None:
        """What a plain name refers to; None if that is not certain."""
        targets = self._at_module_level.get(name)
        if targets is None:
            return self.unbound(name)
        return next(iter(targets)) if len(targets) == 1 else None

    def unbound(self, name: str) -> str | None:
        """What a name refers to that nothing binds: a built-in, or brought by a star or a judge."""
        if name in self._star:
            return self._star[name]
        if "" in self._star:  # an unknown module may have brought any name
            return None
        return name if name in _BUILTINS else _JUDGED.get(name)

    @cached_property
    def _at_module_level(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for alias in self._aliases:
            if self._is_at_module_level(alias):
                found.setdefault(_bound_name(alias), set()).add(self.target(alias))
        return found

    @cached_property
    def _bound_otherwise(self) -> set[str | None]:
        index = self._index
        found: set[str | None] = {
            node.id  # type: ignore[attr-defined]
            for node in index.get(ast.Name, ())
            if node.ctx.__class__ is not ast.Load  # type: ignore[attr-defined]
        }
        for kind, field in _BINDERS:
            found |= {getattr(node, field) for node in index.get(kind, ())}
        aliases = (alias for alias in self._aliases if not self._is_at_module_level(alias))
        return found | {_bound_name(alias) for alias in aliases}

    @property
    def _aliases(self) -> list[ast.alias]:
        return self._index.get(ast.alias, [])  # type: ignore[return-value]

    def _is_at_module_level(self, alias: ast.alias) -> bool:
        parent = self._parents.get(alias)
        while parent is not None and not isinstance(parent, (*FUNCTIONS, ast.ClassDef)):
            parent = self._parents.get(parent)
        return parent is None

    @cached_property
    def _star(self) -> dict[str, str | None]:
        """The names that star imports bring; "" stands for names unknown."""
        found: dict[str, str | None] = {}
        for alias in self._aliases:
            statement = self._parents[alias]
            if alias.name != "*" or not isinstance(statement, ast.ImportFrom):
                continue
            module = "." * statement.level + (statement.module or "")
            for name in _star_names(module):
                found[name] = None if name in found or not name else f"{module}.{name}"
        return found


_BINDERS: tuple[tuple[type[ast.AST], str], ...] = (
    (ast.arg, "arg"),
    (ast.FunctionDef, "name"),
    (ast.AsyncFunctionDef, "name"),
    (ast.ClassDef, "name"),
    (ast.ExceptHandler, "name"),
    (ast.MatchAs, "name"),
    (ast.MatchStar, "name"),
    (ast.MatchMapping, "rest"),
)


def _bound_name(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


@cache
def _star_names(module: str) -> frozenset[str]:
    """The names `from module import *` brings; "" alone for modules that are not read."""
    if module not in _STAR_MODULES:
        return frozenset(("",))
    loaded = importlib.import_module(module)
    return frozenset(getattr(loaded, "__all__", None) or [n for n in vars(loaded) if n[0] != "_"])
