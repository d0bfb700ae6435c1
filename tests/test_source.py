"""Files become text with exact places, and text becomes the bytes of the file again."""

from __future__ import annotations

import ast
import json
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from effilint.analyzer.source import Source, SourceError


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x = 1",
        b"x = 1\r\ny = 2\rz = 3\n",
        b"\xef\xbb\xbfx = 'h\xc3\xa9'\n",
        b"\xef\xbb\xbf# coding: utf-8\nx = 1\n",
        b"# -*- coding: latin-1 -*-\nx = 'h\xe9'\n",
        b"#!/usr/bin/python\r# vim: set fileencoding=cp1252 :\rx = '\x80'\r",
        b"# coding: shift_jis\nx = '\x93\xfa'\n",
        b"x = 1\n\f\ny = 2\n",
    ],
)
def test_bytes_come_back_as_they_were(data: bytes) -> None:
    source = Source.from_bytes(data)
    assert source.encode(source.text) == data
    source.parse()


def test_the_declared_encoding_is_used() -> None:
    source = Source.from_bytes(b"# one\n# coding: latin-1\nx = 'h\xe9'\n")
    assert source.text.endswith("x = 'hé'\n")
    assert source.encode("# coding: latin-1\n'é'") == b"# coding: latin-1\n'\xe9'"


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (b"x = 1\ny = \0\n", (2, 5), "NUL"),
        (b"x = 1\r\n\xe9t\xe9 = 2\n", (2, 1), "utf-8"),
        ("é = 1; b = ".encode() + b"\xff\n", (1, 12), "0xff"),
        (b"# coding: nonsense\n", (1, None), "nonsense"),
        (b"# coding: hex\n", (1, None), "hex"),
        (b"\xef\xbb\xbf# coding: latin-1\n", (1, None), "utf-8"),
        (b"# coding: ascii\nx = '\xe9'", (2, 6), "ascii"),
    ],
)
def test_bytes_that_are_not_text(data: bytes, place: tuple[int, int | None], words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        Source.from_bytes(data)
    assert (caught.value.line, caught.value.column) == place
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("x = 1\ny = (\n", 2, 5),
        ("é = 'a' 1\n", 1, None),
        ("def f():\nx = 1\n", 2, 1),
        ("if x:\n\ty\n        z\n", 3, None),
        ("\0", None, None),
        ("x = '\ud800'\n", None, None),
        ("(" * 10_000 + ")" * 10_000, 1, None),
        ("x = " + "-" * 10_000 + "1", None, None),
        ("x = a" + ".b" * 100_000, None, None),
        ("x = " + "[" * 10_000 + "]" * 10_000, 1, None),
        ("\ufeffx = 1", 1, 1),
    ],
    ids=range(11),
)
def test_text_that_does_not_parse(text: str, line: int | None, column: int | None) -> None:
    with pytest.raises(SourceError) as caught:
        Source(text).parse()
    assert "\n" not in str(caught.value)
    if line is not None:
        assert caught.value.line == line
    if column is not None:
        assert caught.value.column == column


def test_parsing_says_nothing() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("error")
        Source("x = '\\d'\ny = 1if x else 2\n").parse()
        warnings.simplefilter("always")
        Source("x = '\\d'\n").parse()
    assert caught == []


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file"):
        Source.read(tmp_path / "none.py")
    with pytest.raises(SourceError, match="directory"):
        Source.read(tmp_path)


def test_new_text_that_the_encoding_lacks() -> None:
    with pytest.raises(SourceError, match="ascii") as caught:
        Source.from_bytes(b"# coding: ascii\n").encode("# coding: ascii\nx = 'é'")
    assert (caught.value.line, caught.value.column) == (2, 6)


def test_places_of_nodes() -> None:
    text = "é = 'ü'; name = [\r\n  '€', other]\r\f\nlast = '😀' + name\n"
    source = Source(text)
    names = [node for node in ast.walk(source.parse()) if isinstance(node, ast.Name)]
    assert [source.segment(node) for node in names] == [node.id for node in names]
    lists = next(node for node in ast.walk(source.parse()) if isinstance(node, ast.List))
    assert source.segment(lists) == "[\r\n  '€', other]"
    assert source.segment(ast.Name("made")) == ""
    assert source.segment(ast.Load()) == ""


def test_places_outside_the_text() -> None:
    source = Source("ab\ncd")
    assert source.offset(0, 5) == 0
    assert source.offset(9, 0) == 5
    assert source.offset(1, 99) == 3
    assert source.position(-1) == (1, 1)
    assert source.position(99) == (2, 3)
    assert Source("a\n").position(2) == (2, 1)
    assert Source("").position(0) == (1, 1)


@given(st.text("aé€😀\n\r\f\x0b\u2028 ", max_size=30))
def test_lines_and_positions_agree(text: str) -> None:
    source = Source(text)
    assert "".join(source.lines) == text
    for offset in range(len(text)):
        line, column = source.position(offset)
        before = source.lines[line - 1][: column - 1]
        assert source.lines[line - 1][column - 1] == text[offset]
        assert source.offset(line, len(before.encode())) == offset


def cell(source: object, kind: str = "code") -> dict[str, object]:
    return {"cell_type": kind, "id": "é", "metadata": {}, "outputs": [], "source": source}


def notebook(*cells: object, language: str = "python", indent: int | None = 1) -> str:
    document = {
        "cells": list(cells),
        "metadata": {"number": 1.50, "language_info": {"name": language}},
        "nbformat": 4,
    }
    return json.dumps(document, ensure_ascii=False, indent=indent) + "\n"


def load(raw: str) -> Source:
    return Source.from_bytes(raw.encode(), "a.ipynb")


def test_cells_make_one_module() -> None:
    source = load(
        notebook(
            cell("# Title", "markdown"),
            cell(["import os\n", "x = 1"]),
            cell("not a python cell"),
            cell(["y = 2\n", "\n"]),
        )
    )
    assert [type(node) for node in source.parse().body] == [ast.Import, ast.Assign, ast.Assign]
    places = {line: source.locate(n) for n, line in enumerate(source.lines, 1)}
    assert places["import os\n"] == (1, 1)
    assert places["x = 1\n"] == (1, 2)
    assert places["y = 2\n"] == (3, 1)
    assert Source("x").locate(1) == (None, 1)


@pytest.mark.parametrize("indent", [None, 1, 4])
def test_only_changed_cells_change(indent: int | None) -> None:
    raw = notebook(cell(["a = 1\n", "b = 'é'"]), cell("c = 3"), cell([]), indent=indent)
    raw = raw.replace("1.5", "1.50e0")
    source = load(raw)
    assert source.encode(source.text) == raw.encode()
    new = source.text.replace("b =", "d = 0\nb =").replace("c = 3", "c = 4")
    expected = notebook(
        cell(["a = 1\n", "d = 0\n", "b = 'é'"]), cell("c = 4"), cell([]), indent=indent
    )
    assert source.encode(new).decode() == expected.replace("1.5", "1.50e0")


def test_escapes_stay_escapes() -> None:
    raw = json.dumps(json.loads(notebook(cell("x = 'é'"))))
    source = load(raw)
    assert source.encode(source.text.replace("x", "y")).decode() == raw.replace("x =", "y =")


MAGICS = """\
%matplotlib inline
!ls \\
   -la
x = !pwd
if x:
    %time print(1)
?x
x.real??
y = (5
 % 3)
s = '''
%not magic
'''
"""


def test_magics_keep_their_lines_and_come_back() -> None:
    raw = notebook(cell(MAGICS), cell("%%bash\nls"), cell("%%time\nz = 1"))
    source = load(raw)
    tree = source.parse()
    assert [source.locate(node.lineno) for node in tree.body] == [
        (1, 1), (1, 2), (1, 4), (1, 5), (1, 7), (1, 8), (1, 9), (1, 11), (3, 1), (3, 2),
    ]  # fmt: skip
    new = source.encode(source.text.replace("(5", "(6").replace("z = 1", "z = 2"))
    expected = [MAGICS.replace("(5", "(6"), "%%bash\nls", "%%time\nz = 2"]
    assert [c["source"] for c in json.loads(new)["cells"]] == expected


def test_text_above_the_first_cell_goes_into_it() -> None:
    source = load(notebook(cell("x = 1")))
    new = json.loads(source.encode("import os\n" + source.text))
    assert new["cells"][0]["source"] == "import os\nx = 1"


def test_a_lost_cell_is_noticed() -> None:
    source = load(notebook(cell("x = 1"), cell("y = 1")))
    with pytest.raises(SourceError, match="cells"):
        source.encode("x = 1\n")


def test_notebooks_that_are_none() -> None:
    assert load(notebook(cell("x"), language="R")).text == ""
    for raw in ("{", "[]", "{}", '{"cells": 3}', "[" * 100_000, ""):
        with pytest.raises(SourceError, match="notebook"):
            load(raw)
    with pytest.raises(SourceError) as caught:
        load('{"cells":\n x}')
    assert (caught.value.line, caught.value.column) == (2, 2)
