from __future__ import annotations

import ast
from collections.abc import Iterator

from effilint.analyzer import (
    Bad,
    Context,
    Edit,
    Finding,
    Gain,
    Good,
    Rule,
    Safety,
    Tier,
    replacement,
)
from effilint.analyzer.patterns import append_call, is_name, names_in, root_name, same, walk

_ASKED = {
    "os.path.isfile": "is_file()",
    "os.path.isdir": "is_dir()",
    "os.path.islink": "is_symlink()",
}
_WRAPPERS = ("sorted", "list", "reversed", "enumerate")


class ListdirThenStat(Rule):
    """Every name that `os.listdir` gives is looked up again to see what it is.

    `os.scandir` reads names and kinds in one go, so that asking costs no system call. The fix
    assumes that the folder is not changed meanwhile and that all in it may be read.
    """

    code = "OTH205"
    name = "listdir-then-stat"
    message = "`{function}` asks the system again about each name from `os.listdir`"
    advice = "Loop over `os.scandir({folder})` and use `entry.{method}`"
    gain = Gain("O(n) system calls", "O(n / buffer)", {10: 3.4, 100: 5.2, 300: 5.0}, Tier.CONSTANT)
    safety = Safety.UNSAFE
    calls = frozenset({"listdir"})
    examples = (
        Bad(
            """
            import os
            import tempfile

            def files(folder):
                return [
                    name
                    for name in os.listdir(folder)
                    if os.path.isfile(os.path.join(folder, name))  # OTH205
                ]

            def found(n):
                with tempfile.TemporaryDirectory() as folder:
                    for number in range(n):
                        open(os.path.join(folder, str(number)), "w").close()
                    return [sorted(files(folder)) for _ in range(300)]
            """,
            fixed="""
            import os
            import tempfile

            def files(folder):
                return [
                    entry.name
                    for entry in os.scandir(folder)
                    if entry.is_file()
                ]

            def found(n):
                with tempfile.TemporaryDirectory() as folder:
                    for number in range(n):
                        open(os.path.join(folder, str(number)), "w").close()
                    return [sorted(files(folder)) for _ in range(300)]
            """,
            workload="found(n)",
        ),
        # The path in a variable, a loop that does more.
        Bad(
            """
            import os

            def walk(folder):
                for name in sorted(os.listdir(folder)):
                    path = os.path.join(folder, name)
                    if os.path.isdir(path):  # OTH205
                        yield from walk(path)
                    else:
                        yield path
            """
        ),
        # The path put together with `+`, the names in a variable, an early `continue`.
        Bad(
            """
            import os

            class Cache:
                def size(self):
                    names = os.listdir(self.root)
                    total = 0
                    for name in names:
                        if not os.path.isfile(self.root + "/" + name):  # OTH205
                            continue
                        total += os.path.getsize(self.root + "/" + name)
                    return total
            """
        ),
        Bad(
            """
            import os

            def links(root):
                for item in os.listdir(root):
                    if os.path.islink(os.path.join(root, item)):  # OTH205
                        print(item)
            """,
            fixed="""
            import os

            def links(root):
                for entry in os.scandir(root):
                    if entry.is_symlink():
                        print(entry.name)
            """,
        ),
        # Names only.
        Good(
            """
            import os

            def notes(folder):
                return [name for name in os.listdir(folder) if name.endswith(".txt")]
            """
        ),
        # A test has a folder of its own.
        Good(
            """
            import os

            class TestReports:
                def test_all(self):
                    for name in os.listdir("reports"):
                        if os.path.isfile(os.path.join("reports", name)):
                            self.check(name)
            """
        ),
        # It asks about something in another folder.
        Good(
            """
            import os

            def missing(here, there):
                return [
                    name
                    for name in os.listdir(here)
                    if not os.path.isfile(os.path.join(there, name))
                ]
            """
        ),
        # It asks about something inside what was found.
        Good(
            """
            import os

            def packages(folder):
                for name in os.listdir(folder):
                    if os.path.isfile(os.path.join(folder, name, "__init__.py")):
                        yield name
            """
        ),
    )

    def visit_Call(self, node: ast.Call, context: Context) -> Iterator[Finding]:
        if len(node.args) != 1 or node.keywords or context.resolve(node.func) != "os.listdir":
            return
        folder = node.args[0]
        loop = _loop_over(node, context)
        if loop is None or not isinstance(loop.target, ast.Name):
            return
        region = loop if isinstance(loop, ast.For) else context.parent(loop)
        if region is None or (isinstance(loop, ast.For) and _ends_at_once(loop)):
            return
        asked = _first_question(region, folder, loop.target.id, context)
        if asked is None:
            return
        edits = _edits(node, loop, region, context)
        function = context.segment(asked.func)
        method = _ASKED[context.resolve(asked.func) or ""]
        yield self.report(
            asked, *edits, function=function, method=method, folder=context.segment(folder)
        )


def _loop_over(node: ast.Call, context: Context) -> ast.For | ast.comprehension | None:
    """The loop over the names, sorted or kept in a variable first."""
    child: ast.AST = node
    parent = context.parent(node)
    while isinstance(parent, ast.Call) and context.resolve(parent.func) in _WRAPPERS[:3]:
        child, parent = parent, context.parent(parent)
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        uses = context.uses(parent.targets[0])
        if len(uses) != 1 or len(context.bindings(uses[0])) != 1:
            return None
        child, parent = uses[0], context.parent(uses[0])
    if isinstance(parent, ast.For | ast.comprehension) and parent.iter is child:
        return parent
    return None


def _ends_at_once(loop: ast.For) -> bool:
    return isinstance(loop.body[-1], ast.Return | ast.Break | ast.Raise)


def _first_question(
    region: ast.AST, folder: ast.expr, name: str, context: Context
) -> ast.Call | None:
    for node in walk(region):
        if isinstance(node, ast.Call) and len(node.args) == 1:
            if isinstance(node.func, ast.Attribute | ast.Name) and _is_asking(node, context):
                if _is_path_of(node.args[0], folder, name, region, context):
                    return node
    return None


def _is_asking(call: ast.Call, context: Context) -> bool:
    attr = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return attr in ("isfile", "isdir", "islink") and context.resolve(call.func) in _ASKED


def _is_path_of(
    path: ast.expr, folder: ast.expr, name: str, region: ast.AST, context: Context
) -> bool:
    """Whether `path` is the folder and the name put together."""
    if isinstance(path, ast.Name):
        bindings = [b for b in context.bindings(path) if context.inside(b.node, region)]
        if len(bindings) != 1 or bindings[0].value is None:
            return False
        path = bindings[0].value
    match path:
        case ast.Call(func=func, args=[first, last]) if context.resolve(func) == "os.path.join":
            return same(first, folder) and is_name(last, name)
        case ast.BinOp(op=ast.Add(), left=ast.BinOp(op=ast.Add(), left=first), right=last):
            return same(first, folder) and is_name(last, name)
    return False


def _edits(
    listing: ast.Call, loop: ast.For | ast.comprehension, region: ast.AST, context: Context
) -> list[Edit]:
    """Turn names into entries; nothing if the names are used in another way or afterwards."""
    target = loop.target
    assert isinstance(target, ast.Name)
    if (
        loop.iter is not listing
        or "entry" in names_in(context.tree)
        or len(context.bindings(target)) != 1
        or not all(context.inside(use, region) for use in context.uses(target))
    ):
        return []
    if isinstance(loop, ast.For) and not _only_looks(loop, context):
        return []
    folder = listing.args[0]
    module = root_name(listing.func)
    if module is None or not isinstance(listing.func, ast.Attribute):
        return []
    edits = [
        Edit(listing, replacement(f"{module.id}.scandir({context.segment(folder)})")),
        Edit(target, replacement("entry")),
    ]
    for use in context.uses(target):
        parent = context.parent(use)
        if isinstance(parent, ast.Call) and _is_path_of(parent, folder, use.id, region, context):
            question = context.parent(parent)
            if isinstance(question, ast.Call) and _is_asking(question, context):
                method = _ASKED[context.resolve(question.func) or ""]
                edits.append(Edit(question, replacement(f"entry.{method}")))
            else:
                edits.append(Edit(parent, replacement("entry.path")))
        else:
            edits.append(Edit(use, replacement("entry.name")))
    return edits


def _only_looks(loop: ast.For, context: Context) -> bool:
    """Whether the loop changes nothing on the disk, as far as its calls show."""
    return not any(
        isinstance(node, ast.Yield | ast.YieldFrom | ast.Await)
        or (isinstance(node, ast.Call) and not _is_looking(node, context))
        for statement in loop.body
        for node in walk(statement)
    )


def _is_looking(call: ast.Call, context: Context) -> bool:
    if append_call(context.parent(call)) is not None or context.purity.only_reads(call):
        return True
    return (context.resolve(call.func) or "").startswith("os.path.")
