"""Ask astroid for a type where local evidence ends; bounded, and silent when it fails.

astroid reads source text only: it neither imports nor runs the linted code.
"""

from __future__ import annotations

import ast
import sys
import time
from typing import TYPE_CHECKING

from effilint.analyzer.facts.lattice import UNKNOWN, Type

if TYPE_CHECKING:
    from astroid import nodes

    from effilint.analyzer.context import Context

# astroid takes about ten times as long as `ast` to read a file, and more to infer.
_MAX_LINES = 5_000
_MAX_SECONDS = 1.0  # of CPU, so that a busy machine finds the same
_MAX_RESULTS = 16

_TYPES = {
    "builtins.list": "list", "builtins.set": "set", "builtins.frozenset": "frozenset",
    "builtins.dict": "dict", "builtins.tuple": "tuple", "builtins.str": "str",
    "builtins.bytes": "bytes", "builtins.bytearray": "bytearray", "builtins.int": "int",
    "builtins.float": "float", "builtins.bool": "bool", "builtins.generator": "generator",
    "collections.deque": "deque", "collections.Counter": "Counter",
    "collections.defaultdict": "defaultdict", "collections.OrderedDict": "OrderedDict",
}  # fmt: skip


class Inference:
    """Asks astroid about one file, within a budget of time for the whole file."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._left = _MAX_SECONDS
        self._module: nodes.Module | None = None
        self._by_place: dict[tuple[int, int, str], nodes.NodeNG] = {}

    def type_of(self, node: ast.expr) -> Type:
        """The type that all inferred values share; UNKNOWN if they differ or none is certain."""
        if self._left <= 0 or len(self._context.source.lines) > _MAX_LINES:
            return UNKNOWN
        started = time.thread_time()
        limit = sys.getrecursionlimit()
        try:
            return self._ask(node, started)
        except Exception:  # astroid crashes on odd code; then nothing is known
            return UNKNOWN
        finally:
            sys.setrecursionlimit(limit)
            self._left -= time.thread_time() - started

    def _ask(self, node: ast.expr, started: float) -> Type:
        if self._module is None:
            self._read()
        place = (node.lineno, node.col_offset, node.__class__.__name__)
        found = self._by_place.get(place)
        if found is None:
            return UNKNOWN
        names = set()
        for count, value in enumerate(found.infer()):
            if count >= _MAX_RESULTS or time.thread_time() - started > self._left:
                return UNKNOWN
            pytype = getattr(value, "pytype", None)  # what cannot be inferred has none
            if pytype is None:
                return UNKNOWN
            names.add(_TYPES.get(pytype()))
        if len(names) != 1:
            return UNKNOWN
        name = names.pop()
        return Type(name) if name else UNKNOWN

    def _read(self) -> None:
        import astroid
        from astroid import nodes

        source = self._context.source
        path = source.filename if source.filename.endswith(".py") else None
        self._module = astroid.parse(source.text, path=path, apply_transforms=True)
        for kind in (nodes.Name, nodes.Attribute, nodes.Call, nodes.Subscript):
            for found in self._module.nodes_of_class(kind):
                self._by_place[found.lineno or 0, found.col_offset or 0, kind.__name__] = found
