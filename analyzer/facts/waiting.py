"""Loops whose passes wait for something slow, next to which a search in memory is nothing."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from effilint.analyzer.tree import walk

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_WAITING = frozenset(
    """input time.sleep getpass.getpass subprocess.run subprocess.call subprocess.check_call
    subprocess.check_output subprocess.Popen os.system urllib.request.urlopen""".split()
)
_NAMES = re.compile(
    r"(^|_)(download|fetch|request|urlopen|urlretrieve|webpage|upload|sleep|run_command)(_|$)"
)


def waits(context: Context, node: ast.AST) -> bool:
    """Whether a loop around `node` asks the user, the network or another process on each pass."""
    return any(_waits(context, inner) for loop in context.loops(node) for inner in walk(loop))


def _waits(context: Context, node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name in _PLAIN or bool(_NAMES.search(name)) or _is_known(context, node)
    return False


_PLAIN = frozenset(("input", "sleep"))


def _is_known(context: Context, call: ast.Call) -> bool:
    return context.resolve(call.func) in _WAITING
