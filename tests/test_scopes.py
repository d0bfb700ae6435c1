"""Our scopes agree with those of the compiler, over a part of the standard library."""

from __future__ import annotations

import ast
import os
import symtable
import sysconfig
from collections import defaultdict
from pathlib import Path

import pytest

from effilint.analyzer import Context, Source, SourceError

FILES = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[::3]


def function_tables(text: str) -> dict[tuple[str, int], list[symtable.SymbolTable]]:
    found = defaultdict(list)
    stack = [symtable.symtable(text, "<string>", "exec")]
    while stack:
        table = stack.pop()
        stack += table.get_children()
        if table.get_type() == "function":
            found[table.get_name(), table.get_lineno()].append(table)
    return found


def mangled(name: str, owners: list[str]) -> str:
    if not owners or not name.startswith("__") or name.endswith("__"):
        return name
    return f"_{owners[0].lstrip('_')}{name}"


@pytest.mark.parametrize("path", FILES, ids=os.path.basename)
def test_locals_are_those_of_the_compiler(path: Path) -> None:
    try:
        context = Context(Source.read(path))
        tables = function_tables(context.source.text)
    except (SourceError, SyntaxError):
        return
    for node in context.index.get(ast.FunctionDef, ()):
        assert isinstance(node, ast.FunctionDef)
        line = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        candidates = tables.get((node.name, line)) or tables.get((node.name, node.lineno), [])
        if len(candidates) != 1:
            continue  # two of that name on one line
        owners = [o.name for o in context.ancestors(node) if isinstance(o, ast.ClassDef)]
        ours = {mangled(name, owners) for name in context.scopes.scope_of(node.body[0]).symbols}
        theirs = {s.get_name() for s in candidates[0].get_symbols() if s.is_local()}
        assert ours == theirs, f"{path.name}:{node.lineno} {node.name}"
