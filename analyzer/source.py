"""A file of Python: its bytes, its text, and where its lines are."""

from __future__ import annotations

import ast
import io
import os
import re
import warnings
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenize import TokenInfo

    from effilint.analyzer.notebook import Notebook

_BOM = b"\xef\xbb\xbf"
_FIRST_TWO_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?[^\r\n]*")
# The parser warns in the name of the "module" that is parsed; this name is ours alone, so that
# one filter silences it. `catch_warnings` would be slower and is not safe between threads.
_PARSED = "<effilint>"
_SILENCE = ("ignore", None, Warning, re.compile(_PARSED), 0)


class SourceError(Exception):
    """The file cannot be linted; `str` of it is one line, `line` and `column` count from 1."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass(frozen=True)
class Source:
    """Python text, the file it came from, and how to write it back.

    `text` has the line endings of the file. For a notebook it is the code cells as one module.
    """

    text: str
    filename: str = "<string>"
    encoding: str = "utf-8"
    bom: bool = False
    notebook: Notebook | None = None

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Source:
        """Read a file; `SourceError` if it cannot be read or is not text."""
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            raise SourceError(f"cannot be read: {error.strerror or error}") from error
        return cls.from_bytes(data, os.fspath(path))

    @classmethod
    def from_bytes(cls, data: bytes, filename: str = "<string>") -> Source:
        """Decode the bytes of a Python file (PEP 263) or, if named `.ipynb`, of a notebook.

        Raises `SourceError` for bytes that are not text in the encoding the file declares.
        """
        if b"\0" in data:
            place = _place(data[: data.index(b"\0")].decode("utf-8", "replace"))
            raise SourceError("holds a NUL byte, so it is not Python source", *place)
        bom = data.startswith(_BOM)
        if filename.endswith(".ipynb"):
            from effilint.analyzer.notebook import read

            text, notebook = read(_decode(data[3:] if bom else data, "utf-8"))
            return cls(text, filename, bom=bom, notebook=notebook)
        encoding = _declared_encoding(data)
        return cls(_decode(data[3:] if bom else data, encoding), filename, encoding, bom)

    def with_text(self, text: str) -> Source:
        """Return the same file with other text."""
        return replace(self, text=text)

    def encode(self, text: str) -> bytes:
        """Return the bytes of the file if `text` were its text; `SourceError` if it has none."""
        if self.notebook:
            text = self.notebook.write(text)
        try:
            data = text.encode(self.encoding)
        except UnicodeEncodeError as error:
            message = f"cannot be written in its encoding, {self.encoding}"
            raise SourceError(message, *_place(text[: error.start])) from error
        return _BOM + data if self.bom else data

    def parse(self) -> ast.Module:
        """Return the syntax tree, silently; `SourceError` with the place if there is none."""
        return parse(self.text)

    @cached_property
    def lines(self) -> list[str]:
        """The physical lines with their endings."""
        # Python ends lines at \n, \r\n and \r; `str.splitlines` also at form feeds and others.
        return io.StringIO(self.text, newline="").readlines()

    @cached_property
    def starts(self) -> list[int]:
        """The offset in `text` where each line starts, and the end of the text."""
        return list(accumulate(map(len, self.lines), initial=0))

    @cached_property
    def comments(self) -> list[TokenInfo]:
        """The tokens of the comments, in order."""
        from tokenize import COMMENT, TokenError, generate_tokens

        # Not all versions of tokenize know a lone carriage return.
        lines = (line.rstrip("\r\n") + "\n" for line in self.lines)
        found = []
        try:
            for token in generate_tokens(lines.__next__):
                if token.type == COMMENT:
                    found.append(token)
        except (TokenError, SyntaxError):
            pass  # it parsed, so what tokenize cannot read holds no comment we would miss
        return found

    def offset(self, line: int, column: int) -> int:
        """Return the offset in `text` of a place as `ast` gives it.

        Lines count from 1, columns count UTF-8 bytes from 0; a place outside the text gives the
        nearest one inside.
        """
        if line < 1:
            return 0
        if line > len(self.lines):
            return len(self.text)
        content = self.lines[line - 1]
        if not content.isascii():
            column = len(
                content.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore")
            )
        return self.starts[line - 1] + min(column, len(content))

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1 and in characters, of an offset in `text`."""
        offset = max(0, min(offset, len(self.text)))
        # The last entry of `starts` is a line only if the text ends with a line ending.
        last = len(self.starts) - (not self.text.endswith(("\n", "\r")) and len(self.starts) > 1)
        line = bisect_right(self.starts, offset, hi=last)
        return line, offset - self.starts[line - 1] + 1

    def segment(self, node: ast.AST) -> str:
        """Return the exact text of a node; "" for a node that has no place."""
        if not isinstance(node, ast.expr | ast.stmt | ast.arg | ast.keyword | ast.alias):
            return ""
        if node.end_lineno is None or node.end_col_offset is None:
            return ""
        start = self.offset(node.lineno, node.col_offset)
        return self.text[start : self.offset(node.end_lineno, node.end_col_offset)]

    def locate(self, line: int) -> tuple[int | None, int]:
        """Return the notebook code cell (from 1) of a line and the line in it (from 1).

        Without a notebook the cell is None and the line is the same.
        """
        if self.notebook is None:
            return None, line
        if not self._cell_lines:
            return None, line
        place = bisect_right(self._cell_lines, line, key=lambda entry: entry[0]) - 1
        marker, cell = self._cell_lines[max(place, 0)]
        return cell, max(line - marker, 1)

    @cached_property
    def _cell_lines(self) -> list[tuple[int, int]]:
        """The line of each cell's marker, and the cell's number."""
        assert self.notebook is not None
        places = self.notebook.markers(self.text)
        return [(self.position(start)[0], cell) for start, cell in places]


def parse(text: str) -> ast.Module:
    """Parse Python without a word of warning; `SourceError` if it does not parse."""
    if not warnings.filters or warnings.filters[0] != _SILENCE:
        warnings.filterwarnings("ignore", module=_PARSED)
    try:
        return ast.parse(text, _PARSED)
    except SyntaxError as error:
        message = (error.msg or "invalid syntax").partition("\n")[0]
        raise SourceError(
            f"cannot be parsed: {message}", error.lineno, error.offset or None
        ) from error
    except (RecursionError, MemoryError, SystemError):
        # The traceback would keep the half-built tree alive.
        raise SourceError("cannot be parsed: nested too deep") from None
    except ValueError as error:
        message = str(error).partition("\n")[0]
        raise SourceError(f"cannot be parsed: {message}") from error


def _declared_encoding(data: bytes) -> str:
    head = _FIRST_TWO_LINES.match(data)
    if head is None or b"coding" not in head[0]:
        return "utf-8"
    from tokenize import detect_encoding

    lines = iter(head[0].splitlines(keepends=True))
    try:
        encoding, _ = detect_encoding(lambda: next(lines, b""))
    except SyntaxError as error:
        raise SourceError(f"cannot be decoded: {error.msg}", 1) from error
    return encoding.removesuffix("-sig")


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        place = _place(data[: error.start].decode(encoding, "replace"))
        found = data[error.start]
        raise SourceError(
            f"is not {encoding}: byte 0x{found:02x} has no meaning", *place
        ) from error
    except (LookupError, ValueError) as error:
        raise SourceError(f"cannot be decoded as {encoding}: {error}", 1) from error


def _place(before: str) -> tuple[int, int]:
    """Return line and column, from 1, of what comes after `before`."""
    return Source(before).position(len(before))
