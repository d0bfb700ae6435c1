"""Findings become small changes of the text, and those are carried out until none is left."""

from __future__ import annotations

import ast
import io
import os
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import libcst as cst
import pytest

import effilint
from effilint.analyzer.context import Context
from effilint.analyzer.engine import Linter
from effilint.analyzer.fixer import ConvergenceError, Fixed, apply, fix, resolve, write_atomically
from effilint.analyzer.model import (
    AddImport,
    Bad,
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
from effilint.rules import all_rules

Change = Edit | AddImport


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
    edits = [c if isinstance(c, AddImport) else c(context.tree) for c in changes]  # type: ignore[operator]
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
    bare = LOOP.replace("  # here", "")
    assert change(bare, first(ast.For, statements(new)), first(ast.Assign, remove())) == (
        "def f(items):\n  # Collect.\n\n  # only true ones\n  if items:  # all\n"
        "    found = [i for i in items if i]\n  return found\n"
    )
    assert change(LOOP, first(ast.For, statements(new)), first(ast.Assign, remove())) is None
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


EXAMPLES = [
    pytest.param(code, dedent(example.code).lstrip("\n"), id=f"{code}-{place}")
    for code, rule in all_rules().items()
    for place, example in enumerate(rule.examples)
    if isinstance(example, Bad)
]


def comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sorted(token.string for token in tokens if token.type == tokenize.COMMENT)


def commented(code: str, place: str) -> str:
    """Put a comment of its own at every line where one may stand, with `place` as its template."""
    lines = code.splitlines()
    tree = ast.dump(ast.parse(code))
    for number, line in enumerate(lines):
        indent = line[: len(line) - len(line.lstrip())]
        changed = place.format(indent=indent, line=line, number=number)
        attempt = [*lines[:number], changed, *lines[number + 1 :]]
        if tree == ast.dump(ast.parse("\n".join(attempt))):
            lines = attempt
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("place", ["{line}  # c{number}", "{indent}# c{number}\n{line}"])
@pytest.mark.parametrize(("code", "example"), EXAMPLES)
def test_no_fix_loses_a_comment(code: str, example: str, place: str) -> None:
    text = commented(re.sub(r"# [A-Z]{3}\d{3}$", "", example, flags=re.MULTILINE), place)
    assert comments(effilint.fix(text, select=[code], unsafe=True)) == comments(text)


@pytest.mark.parametrize(("code", "example"), EXAMPLES)
def test_all_of_a_fix_has_the_line_endings_of_the_file(code: str, example: str) -> None:
    fixed = effilint.fix(example, select=[code], unsafe=True)
    windows = effilint.fix(example.replace("\n", "\r\n"), select=[code], unsafe=True)
    assert windows == fixed.replace("\n", "\r\n")


TOTAL = """\
def total(xs: list[int]):
    result = 0{start}
    for x in xs:{loop}
        result += x{step}
    return result
"""


@pytest.mark.parametrize("comment", ["# why", "# noqa: E501", "# type: ignore", "# effilint: x"])
def test_a_comment_that_a_fix_would_lose_stays_and_so_does_the_finding(comment: str) -> None:
    text = TOTAL.format(start=f"  {comment}", loop="", step="")
    assert [d.fix for d in effilint.check(text, select=["LNG101"])] == [None]
    assert effilint.fix(text, select=["LNG101"], unsafe=True) == text


@pytest.mark.parametrize(
    ("loop", "step", "fixed"),
    [
        ("  # noqa: E501", "", "    result = sum(xs)  # noqa: E501\n"),
        ("", "  # each", "    # each\n    result = sum(xs)\n"),
        ("", "  # type: ignore", None),  # on a line of its own it would mean nothing, or too much
    ],
)
def test_a_comment_for_tools_stays_at_the_end_of_a_line(
    loop: str, step: str, fixed: str | None
) -> None:
    text = TOTAL.format(start="", loop=loop, step=step)
    expected = f"def total(xs: list[int]):\n{fixed}    return result\n" if fixed else text
    assert effilint.fix(text, select=["LNG101"], unsafe=True) == expected


def test_in_a_mixed_file_new_lines_end_like_those_they_replace() -> None:
    arms = "".join(
        f"        {'el' * bool(n)}if key[0] == {n}:\n            print({n})  # {n}\n"
        for n in range(4)
    )
    text = f"def f(keys):\n    for key in keys:\n{arms}".replace("\n", "\r\n")
    before = text.replace("elif", "if") + "print(1)\n"
    for first_line in ("import os\n", "import os\r\n", "import os\r"):
        fixed = effilint.fix(first_line + before, select=["ALG408"], unsafe=True)
        assert fixed == first_line + text + "print(1)\n"


SMALLEST = "def f(xs: list[int]):\n{}    return sorted(xs)[:3]\n"


@pytest.mark.parametrize(
    ("top", "local"),
    [
        ("import heapq\n\n\n", ""),
        ("try:\n    import heapq\nexcept ImportError:\n    pass\n\n\n", ""),
        ("try:\n    import a\n    import heapq\nexcept E:\n    raise\n\n\n", ""),
        ("try:\n    a = 1\nfinally:\n    import heapq\n\n\n", ""),
        ("if a:\n    import heapq\nelse:\n    import heapq\n\n\n", ""),
        ("", "    import heapq\n\n"),
        ("", "    if xs:\n        import heapq\n    else:\n        return None\n"),
    ],
)
def test_an_import_that_has_run_is_used(top: str, local: str) -> None:
    text = top + SMALLEST.format(local)
    expected = text.replace("sorted(xs)[:3]", "heapq.nsmallest(3, xs)")
    assert effilint.fix(text, select=["API102"], unsafe=True) == expected


@pytest.mark.parametrize(
    "top",
    [
        "try:\n    import a\n    import heapq\nexcept E:\n    a = None\n\n\n",
        "if a:\n    import heapq\n\n\n",
        "while a:\n    import heapq\n\n\n",
        "class A:\n    import heapq\n\n\n",
        "def g():\n    import heapq\n\n\n",
    ],
)
def test_an_import_that_may_not_have_run_is_added(top: str) -> None:
    text = top + SMALLEST.format("")
    fixed = effilint.fix(text, select=["API102"], unsafe=True)
    assert fixed.startswith("import heapq\n\n")
    assert fixed.endswith(text.replace("sorted(xs)[:3]", "heapq.nsmallest(3, xs)"))


@pytest.mark.parametrize("top", ["", "import heapq\n\n\n"])
def test_there_is_no_fix_where_a_function_may_miss_its_own_import(top: str) -> None:
    text = top + SMALLEST.format("    if xs:\n        import heapq\n")
    assert [d.fix for d in effilint.check(text, select=["API102"])] == [None]


def test_an_import_that_is_no_longer_used_stays() -> None:
    text = "import copy\n\n\ndef f(rows: list[int], n):\n    for _ in range(n):\n"
    fixed = effilint.fix(
        text + "        yield copy.deepcopy(rows)\n", select=["DST504"], unsafe=True
    )
    assert fixed == text + "        yield rows.copy()\n"
