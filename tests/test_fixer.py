"""Findings become small changes of the text, and those are carried out until none is left."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import libcst as cst
import pytest

from effilint.analyzer.context import Context
from effilint.analyzer.engine import Linter
from effilint.analyzer.fixer import ConvergenceError, Fixed, apply, fix, resolve, write_atomically
from effilint.analyzer.model import (
    AddImport,
    DropImport,
    Edit,
    Finding,
    Fix,
    Gain,
    Rule,
    Safety,
    TextEdit,
)
from effilint.analyzer.rewrite import remove, replacement, statements
from effilint.analyzer.source import Source, SourceError

Change = Edit | AddImport | DropImport


class Stub(Rule):
    code = "DST101"
    name = "stub"
    message = "found"
    advice = "do better"
    gain = Gain("O(n)", "O(1)", {10: 2.0})
    examples = ()


def change(text: str, *changes: Callable[[ast.Module], Change] | Change) -> str | None:
    """Carry out changes, given as edits or as functions of the tree, as one finding's fix."""
    context = Context(Source(text))
    edits = [c if isinstance(c, AddImport | DropImport) else c(context.tree) for c in changes]  # type: ignore[operator]
    last = context.tree.body[-1]
    found = resolve(Finding(Stub(), last, "found", "do better", tuple(edits)), context)
    if found is None:
        return None
    assert found.message == "do better"
    new, number = apply(context.source, [found])
    assert number == 1
    return new


def first(kind: type[ast.AST], transform: Any, skip: int = 0) -> Callable[[ast.Module], Edit]:
    def find(tree: ast.Module) -> Edit:
        nodes = [node for node in ast.walk(tree) if type(node) is kind]
        nodes.sort(key=lambda node: (node.lineno, node.col_offset))  # type: ignore[attr-defined]
        node = nodes[skip]
        assert isinstance(node, ast.expr | ast.stmt)
        return Edit(node, transform)

    return find


def to_set(node: cst.CSTNode) -> cst.CSTNode:
    match node:
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            return cst.Set(elements)
        case cst.ListComp(elt=elt, for_in=for_in) | cst.GeneratorExp(elt=elt, for_in=for_in):
            return cst.SetComp(elt, for_in)
    raise TypeError(node)


@pytest.mark.parametrize(
    ("before", "kind", "after"),
    [
        ("x in [1, 2]\n", ast.List, "x in {1, 2}\n"),
        ("x in (1, 2)\n", ast.Tuple, "x in {1, 2}\n"),
        ("x in ((1, 2))\n", ast.Tuple, "x in ({1, 2})\n"),
        ("x in ( 1, 2, )\n", ast.Tuple, "x in {1, 2,}\n"),
        ("for x in 1, 2: pass\n", ast.Tuple, "for x in {1, 2}: pass\n"),
        ("sum(x for x in y)\n", ast.GeneratorExp, "sum({x for x in y})\n"),
        ("sum((x for x in y), 2)\n", ast.GeneratorExp, "sum({x for x in y}, 2)\n"),
        ("x in ([1, 2])  # why\n", ast.List, "x in ({1, 2})  # why\n"),
        ("é = 'ü'; x in [1, '€']; é\n", ast.List, "é = 'ü'; x in {1, '€'}; é\n"),
        ("if x: y = [1]\n", ast.List, "if x: y = {1}\n"),
        ("if x: \\\n  y = [1]\n", ast.List, "if x: \\\n  y = {1}\n"),
        ("try:\n  x\nfinally: y = [1]\n", ast.List, "try:\n  x\nfinally: y = {1}\n"),
        ("if a:\n\tx\nelif [1]:\n\ty\n", ast.List, "if a:\n\tx\nelif {1}:\n\ty\n"),
        ("if a:\r\n\tx = [1]\r\n", ast.List, "if a:\r\n\tx = {1}\r\n"),
        ("if a:\r  x = [1]", ast.List, "if a:\r  x = {1}"),
        ("if a:\r  x = [1]\ry\r", ast.List, "if a:\r  x = {1}\ry\r"),
        ("@f([1])\n@g\ndef h(): pass\n", ast.List, "@f({1})\n@g\ndef h(): pass\n"),
        ("match x:\n  case 1:\n    y = [1]\n", ast.List, "match x:\n  case 1:\n    y = {1}\n"),
        ("def f():\n  s = '''\na\n'''; y = [1]\n", ast.List,
         "def f():\n  s = '''\na\n'''; y = {1}\n"),
        ("async def f():\n  async for x in [1]: await x\n", ast.List,
         "async def f():\n  async for x in {1}: await x\n"),
        ("x = 1\n\f\ny = [1]\n", ast.List, "x = 1\n\f\ny = {1}\n"),
        ("x = [\n  1,  # one\n]\n", ast.List, "x = {\n  1,  # one\n}\n"),
        ("f(lambda: [1])\n", ast.List, "f(lambda: {1})\n"),
    ],
)  # fmt: skip
def test_expressions(before: str, kind: type[ast.AST], after: str) -> None:
    def transform(node: cst.CSTNode) -> cst.CSTNode:
        new = to_set(node)
        if isinstance(node, cst.List) and isinstance(new, cst.Set):
            return new.with_changes(
                lbrace=cst.LeftCurlyBrace(node.lbracket.whitespace_after),
                rbrace=cst.RightCurlyBrace(node.rbracket.whitespace_before),
            )
        return new

    assert change(before, first(kind, transform)) == after


def test_a_replacement_keeps_parentheses_but_loses_no_comment() -> None:
    assert change("x = (a.b)\n", first(ast.Attribute, replacement("c"))) == "x = (c)\n"
    assert change("x = f(\n  1,  # one\n)\n", first(ast.Call, replacement("c"))) is None
    assert change("x = (  # why\n  a.b)\n", first(ast.Attribute, replacement("c"))) == (
        "x = (  # why\n  c)\n"
    )


LOOP = """\
def f(items):
  # Collect.
  found = []  # here

  for item in items:  # all
    # only true ones
    if item:
      found.append(item)
  return found
"""


def test_statements() -> None:
    new = "if items:\n    found = [i for i in items if i]"
    assert change(LOOP, first(ast.For, statements(new)), first(ast.Assign, remove())) == (
        "def f(items):\n  # Collect.\n\n  # only true ones\n  if items:  # all\n"
        "    found = [i for i in items if i]\n  return found\n"
    )
    assert change(LOOP, first(ast.Assign, statements("a = 1\nb = 2"))) == LOOP.replace(
        "found = []", "a = 1\n  b = 2"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if a:\n    x = 1\n    y\n", "if a:\n    y\n"),
        ("if a:\n    x = 1\n", "if a:\n    pass\n"),
        ("if a: x = 1\n", "if a: pass\n"),
        ("if a: x = 1; y\n", "if a: y\n"),
        ("x = 1; y\n", "y\n"),
        ("y; x = 1\n", "y\n"),
        ("# above\nx = 1\ny\n", "# above\ny\n"),
        ("y\nx = 1", "y\n"),
        ("for a in b:\n    x = 1\nelse:\n    y\n", "for a in b:\n    pass\nelse:\n    y\n"),
    ],
)
def test_removed_statements(before: str, after: str) -> None:
    assert change(before, first(ast.Assign, remove())) == after


def test_statements_on_one_line_cannot_become_two() -> None:
    assert change("a; x = 1\n", first(ast.Assign, statements("y = 2"))) is None
    assert change("a; x = 1\n", first(ast.Assign, statements("y\nz"))) is None


def test_edits_in_edits() -> None:
    outer = first(ast.Call, lambda node: node.with_changes(func=cst.Name("g")))
    inner = first(ast.List, replacement("y"))
    assert change("f([1])\n", outer, inner) == "g(y)\n"


def test_an_edit_that_cannot_be_made_is_no_fix() -> None:
    def broken(node: cst.CSTNode) -> cst.CSTNode:
        raise TypeError(node)

    assert change("x = [1]\n", first(ast.List, broken)) is None
    assert change("x = [1]\n", first(ast.List, replacement("1 +"))) is None
    assert change("x = f'{[1]!r:>{[2]}}'\n", first(ast.List, lambda node: node)) is None
    assert change("del x\n", first(ast.Name, replacement("1"))) is None
    deep = "x = [" + "+".join("a" * 2000) + "]\n"
    assert change(deep, first(ast.List, replacement("y"))) is None
    made = ast.parse("\n\nx").body[0]
    assert isinstance(made, ast.Expr)
    assert change("x\ny\n", lambda _: Edit(made.value, replacement("z"))) is None


def test_changes_are_small() -> None:
    context = Context(Source(LOOP))
    edits = [first(ast.List, replacement("()")), first(ast.Call, replacement("found_add(item)"))]
    found = Finding(Stub(), context.tree.body[0], "", "", tuple(e(context.tree) for e in edits))
    resolved = resolve(found, context)
    assert resolved is not None
    assert resolved.edits == (
        TextEdit("()", 3, 11, 3, 13),
        TextEdit("found_add", 8, 7, 8, 19),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1\n", "import heapq\n\nx = 1\n"),
        ("def f(): pass\n", "import heapq\n\n\ndef f(): pass\n"),
        ("@d\ndef f(): pass\n", "import heapq\n\n\n@d\ndef f(): pass\n"),
        ("import os\n\nx = 1\n", "import os\nimport heapq\n\nx = 1\n"),
        ("import os\r\nx = 1\r\n", "import os\r\nimport heapq\r\nx = 1\r\n"),
        ('"""Doc."""\nx = 1\n', '"""Doc."""\n\nimport heapq\n\nx = 1\n'),
        ('"""Doc."""\n\nx = 1\n', '"""Doc."""\n\nimport heapq\n\nx = 1\n'),
        ("from __future__ import annotations\n\nx\n",
         "from __future__ import annotations\n\nimport heapq\n\nx\n"),
        ("from os import (\n  a,\n); b = (\n1)\nx\n",
         "from os import (\n  a,\n); b = (\n1)\nimport heapq\nx\n"),
        ("#!/bin/python\n# coding: utf-8\n# About x.\nx\n",
         "#!/bin/python\n# coding: utf-8\nimport heapq\n\n# About x.\nx\n"),
        ("# Licence.\n\n# About x.\nx\n", "# Licence.\n\nimport heapq\n\n# About x.\nx\n"),
        ("v = 1\nimport os\nx\n", "v = 1\nimport os\nimport heapq\nx\n"),
        ("import heapq as h\nx\n", "import heapq as h\nimport heapq\nx\n"),
        ("def f():\n  import heapq\nx\n", "import heapq\n\n\ndef f():\n  import heapq\nx\n"),
        ("import heapq\nx\n", None),
        ("heapq = 1\nx\n", None),
        ("def f(heapq): pass\nx\n", None),
        ("from mine import heapq\nx\n", None),
        ("from mine import *\nx\n", None),
        ("try: pass\nexcept E as heapq: pass\nx\n", None),
        ("def f():\n  import heapq\n  heapq = 1\nimport heapq\nx\n", None),
    ],
)  # fmt: skip
def test_added_imports(before: str, after: str | None) -> None:
    assert change(before, AddImport("heapq")) == after


def test_added_names_and_the_change_itself() -> None:
    text = "from collections import Counter\n\n\ndef f(x):\n    return [x]\n"
    edit = first(ast.List, replacement("deque(x)"))
    expected = text.replace("Counter\n", "Counter\nfrom collections import deque\n")
    assert change(text, edit, AddImport("collections", "deque")) == expected.replace(
        "[x]", "deque(x)"
    )
    assert (
        change(text.replace("Counter", "Counter as deque"), edit, AddImport("collections", "deque"))
        is None
    )
    present = text.replace("Counter", "deque")
    assert change(present, edit, AddImport("collections", "deque")) == present.replace(
        "[x]", "deque(x)"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import a\n\nx = a.b\n", "x = 1\n"),
        ("import os\nimport a\nx = a.b\n", "import os\nx = 1\n"),
        ('"""Doc."""\n\nimport a\n\nx = a.b\n', '"""Doc."""\n\nx = 1\n'),
        ("from m import a, c\nx = a.b\n", "from m import c\nx = 1\n"),
        ("from m import c, a\nx = a.b\n", "from m import c\nx = 1\n"),
        ("from m import c as a, d\nx = a.b\n", "from m import d\nx = 1\n"),
        ("from m import (\n  a,  # one\n  c,\n)\nx = a.b\n", "from m import (\n  c,\n)\nx = 1\n"),
        ("from m import (\n  c,\n  a,\n)\nx = a.b\n", "from m import (\n  c,\n)\nx = 1\n"),
        ("import a\nx = a.b\na.c\n", "import a\nx = 1\na.c\n"),
        ("import a\nx = a.b; a\n", "import a\nx = 1; a\n"),
        ("import a\n__all__ = ['a']\nx = a.b\n", "import a\n__all__ = ['a']\nx = 1\n"),
        ("import a  # noqa: F401\nx = a.b\n", "import a  # noqa: F401\nx = 1\n"),
        ("import a as a\nx = a.b\n", "import a as a\nx = 1\n"),
        ("import a; y = 2\nx = a.b\n", "import a; y = 2\nx = 1\n"),
        ("if 1:\n  import a\nx = a.b\n", "if 1:\n  import a\nx = 1\n"),
    ],
)
def test_dropped_imports(before: str, after: str) -> None:
    assert change(before, first(ast.Attribute, replacement("1")), DropImport("a")) == after


def test_one_import_for_another() -> None:
    edit = first(ast.Attribute, replacement("b.c"))
    assert change('"""Doc."""\n\nimport a\n\nx = a.b\n', edit, AddImport("b"), DropImport("a")) == (
        '"""Doc."""\n\nimport b\n\nx = b.c\n'
    )


class ListToTuple(Stub):
    """Lists in calls become tuples and need an import."""

    code = "DST102"

    def visit_List(self, node: ast.List, context: Context) -> Iterator[Finding]:
        if isinstance(context.parent(node), ast.Call):
            new = f"deque({len(node.elts)})"
            yield self.report(node, Edit(node, replacement(new)), AddImport("collections", "deque"))


class Sum(Stub):
    """Every addition becomes a bisection."""

    code = "DST103"

    def visit_BinOp(self, node: ast.BinOp, context: Context) -> Iterator[Finding]:
        if not isinstance(context.parent(node), ast.BinOp):
            left = context.segment(node.left)
            yield self.report(node, Edit(node, replacement(left)), AddImport("bisect"))


class Unsafe(Stub):
    code = "DST104"
    safety = Safety.UNSAFE

    def visit_Pass(self, node: ast.Pass, _: Context) -> Iterator[Finding]:
        yield self.report(node, Edit(node, statements("x = 1")))


class Swap(Stub):
    code = "DST105"

    def visit_Constant(self, node: ast.Constant, _: Context) -> Iterator[Finding]:
        yield self.report(node, Edit(node, replacement(str(1 - node.value))))  # type: ignore[operator]


class Grow(Stub):
    code = "DST106"

    def visit_Constant(self, node: ast.Constant, _: Context) -> Iterator[Finding]:
        yield self.report(node, Edit(node, replacement(str(node.value + 1))))  # type: ignore[operator]


def run(text: str, *rules: Rule, unsafe: bool = False, filename: str = "<string>") -> Fixed:
    return fix(Source(dedent(text), filename), Linter(rules), unsafe)


def test_fixes_of_one_file() -> None:
    fixed = run("f([1], [2, 3])\ng(a + b + c)\n", ListToTuple(), Sum())
    assert fixed.text == (
        "import bisect\nfrom collections import deque\n\nf(deque(1), deque(2))\ng(a)\n"
    )
    assert sorted(d.code for d in fixed.applied) == ["DST102", "DST102", "DST103", "DST103"]
    assert fixed.remaining == []


def test_unsafe_fixes_only_if_asked_for() -> None:
    fixed = run("if a:\n    pass\n", Unsafe())
    assert fixed.text == "if a:\n    pass\n"
    assert [d.code for d in fixed.remaining] == ["DST104"]
    assert run("if a:\n    pass\n", Unsafe(), unsafe=True).text == "if a:\n    x = 1\n"


@pytest.mark.parametrize("rule", [Swap(), Grow()])
def test_fixes_that_never_settle(rule: Rule) -> None:
    with pytest.raises(ConvergenceError, match=rule.code) as caught:
        run("x = 1\n", rule)
    assert "\n" not in str(caught.value)


def replace(line: int, start: int, end: int, content: str) -> Fix:
    return Fix("", Safety.SAFE, (TextEdit(content, line, start, line, end),))


def test_overlapping_fixes_wait() -> None:
    source = Source("abc = 1\n")
    text, number = apply(source, [replace(1, 2, 3, "X"), replace(1, 1, 4, "yy")])
    assert (text, number) == ("yy = 1\n", 1)
    text, number = apply(source, [replace(1, 2, 3, "X"), replace(1, 3, 4, "Y")])
    assert (text, number) == ("aXY = 1\n", 2)
    around = Fix("", Safety.SAFE, (TextEdit("x", 1, 1, 1, 2), TextEdit("z", 1, 7, 1, 8)))
    assert apply(source, [replace(1, 2, 3, "X"), around])[1] == 1


def test_an_import_is_not_dropped_under_a_fix_that_needs_it() -> None:
    class Drop(Stub):
        def visit_Attribute(self, node: ast.Attribute, _: Context) -> Iterator[Finding]:
            yield self.report(node, Edit(node, replacement("y")), DropImport("a"))

    class Need(Stub):
        def visit_BinOp(self, node: ast.BinOp, _: Context) -> Iterator[Finding]:
            yield self.report(node, Edit(node, replacement("a()")), AddImport("m", "a"))

    assert run("from m import (\n    a,\n    b,\n)\na.x\n1 + 2\n", Drop(), Need()).text == (
        "from m import (\n    b,\n)\nfrom m import a\ny\na()\n"
    )


def test_layout_that_libcst_loses_is_not_touched() -> None:
    text = "try:\n    x = [1]\nexcept (A, B) :\n    pass\n"
    assert change(text, first(ast.List, replacement("2"))) == text.replace("[1]", "2")
    assert change(text, first(ast.Tuple, replacement("A"))) is None


def test_a_fix_that_would_not_parse_is_left_out() -> None:
    source = Source("a = 1\nb = 2\nc = 3\n")
    fixes = [replace(1, 5, 6, "10"), replace(2, 5, 6, "("), replace(3, 5, 6, "30")]
    assert apply(source, fixes) == ("a = 10\nb = 2\nc = 30\n", 2)


def test_a_source_that_does_not_parse_is_not_fixed() -> None:
    with pytest.raises(SourceError):
        run("x = (\n", Sum())


def test_notebooks_are_fixed_cell_by_cell() -> None:
    raw = (
        '{"cells": [{"cell_type": "code", "source": ["%time x\\n", "import os"]},'
        ' {"cell_type": "code", "source": "g(a + b)"}]}'
    )
    source = Source.from_bytes(raw.encode(), "a.ipynb")
    fixed = fix(source, Linter([Sum()]))
    assert [(d.cell, d.line) for d in fixed.applied] == [(2, 1)]
    assert source.encode(fixed.text).decode() == raw.replace("g(a + b)", "g(a)").replace(
        '"import os"', '"import os\\n", "import bisect"'
    )


def test_writing(tmp_path: Path) -> None:
    real = tmp_path / "real.py"
    real.write_bytes(b"old")
    real.chmod(0o754)
    link = tmp_path / "link.py"
    link.symlink_to(real)
    write_atomically(link, b"new")
    assert real.read_bytes() == b"new"
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o754
    assert sorted(os.listdir(tmp_path)) == ["link.py", "real.py"]


def test_a_failed_write_leaves_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tmp_path / "real.py"
    real.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(real, b"new")
    assert real.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["real.py"]
