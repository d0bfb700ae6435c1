"""Loops over lines of text and the like: data, of which there may be any amount."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from effilint.analyzer.facts.loops import Loop
from effilint.analyzer.facts.scopes import Kind
from effilint.analyzer.patterns import last_name, walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_LINES = frozenset(("readlines", "iter_lines", "itertuples", "iterrows"))
_READERS = frozenset(("csv.reader", "csv.DictReader", "fileinput.input"))
_UNITS = re.compile(
    r"(^|_)(line|row|record|text|word|sentence|document|doc|log|tweet|paragraph|comment|review)s$"
)
# Of these files a machine has one, and it is short.
_SETTINGS = ("/proc/", "/etc/", "/sys/")


def is_over_records(loop: Loop, context: Context) -> bool:
    """Whether the loop goes through a file, or through lines, rows or texts that it is handed.

    What comes out of a command or out of one cell may have lines too, but not many.
    """
    if isinstance(loop, ast.While):
        return any(_is_readline(part) for node in (loop.test, loop.body[0]) for part in walk(node))
    items = loop.iter
    if any(_is_setting(node) for node in walk(items)):
        return False
    while isinstance(items, ast.Call):
        if last_name(items.func) in _LINES or context.resolve(items.func) in _READERS:
            return True
        if last_name(items.func) == "splitlines" and isinstance(items.func, ast.Attribute):
            return _is_read(items.func.value)
        items = items.args[0] if items.args else ast.Constant(None)
    if _UNITS.search(last_name(items) or "") and _is_handed(items, context):
        return True
    return context.type_of(items).name == "file" and not _is_fixed(items, context)


def _is_handed(items: ast.expr, context: Context) -> bool:
    """Whether somebody else has filled it: a parameter, or the lines of a file."""
    for binding in context.bindings(items):
        if binding.kind is Kind.ARGUMENT:
            return True
        value = binding.value
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            if value.func.attr in _LINES or _is_read(value.func.value):
                return True
    return False


def _is_fixed(file: ast.expr, context: Context) -> bool:
    """Whether the class has the path of the file as a constant: a file of the system."""
    for binding in context.bindings(file):
        match binding.value:
            case ast.Call(args=[ast.Attribute(attr=attr), *_]) if attr.isupper():
                return True
    return False


def _is_read(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) in ("read", "read_text")


def _is_readline(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) == "readline"


def _is_setting(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=str(path)):
            return path.startswith(_SETTINGS)
    return False
