"""Rows of a file, one at a time: JSON lines, or the objects of one JSON list; gzipped or not."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

from effilint.dataset.problems import BadRowError

T = TypeVar("T")

_CHUNK = 1 << 16  # characters read at a time where objects do not end with their line
_LARGEST = 1 << 28  # characters: an object that has not ended by then is none
_GZIP = b"\x1f\x8b"


class Broken(NamedTuple):
    """A row that nobody can use, and why; line 0 stands for the whole file."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: {self.reason}"
            if self.line
            else f"{self.file}: {self.reason}"
        )


class Row(NamedTuple):
    """An object of a file, and the line it starts on."""

    line: int
    content: dict[str, Any]


def rows(path: Path) -> Iterator[Row | Broken]:
    """Yield the objects of a file, with a note in the place of each that cannot be read.

    Raises `OSError` for a file that cannot be opened.
    """
    name, line = str(path), 0
    with opened(path) as file:
        try:
            start = _first_character(file)
            file.seek(0)
            found = _in_list(file, name) if start == b"[" else _in_lines(file, name)
            for item in found:
                line = item.line
                yield item
        except (EOFError, zlib.error, gzip.BadGzipFile):
            yield Broken(name, line + 1, "the compressed file ends in the middle, or is damaged")


def read_rows(path: Path, made_of: Callable[[dict[str, Any]], T]) -> Iterator[T | Broken]:
    """Yield what `made_of` makes of each object of a file; what it refuses is noted as broken.

    Raises `OSError` for a file that cannot be opened.
    """
    return made_rows(path, rows(path), made_of)


def made_rows(
    path: Path, found: Iterable[Row | Broken], made_of: Callable[[dict[str, Any]], T]
) -> Iterator[T | Broken]:
    """Yield what `made_of` makes of each of these rows of a file; what it refuses is broken."""
    for item in found:
        if isinstance(item, Broken):
            yield item
            continue
        try:
            yield made_of(item.content)
        except BadRowError as error:
            yield Broken(str(path), item.line, str(error))


def opened(path: Path) -> IO[bytes]:
    """Open a file for reading, whether it is gzipped or not."""
    with path.open("rb") as file:
        is_zipped = file.read(2) == _GZIP
    return io.BufferedReader(gzip.GzipFile(path)) if is_zipped else path.open("rb")


def _first_character(file: IO[bytes]) -> bytes:
    while block := file.read(io.DEFAULT_BUFFER_SIZE):
        if text := block.removeprefix(b"\xef\xbb\xbf").lstrip():
            return text[:1]
    return b""


def _in_lines(file: IO[bytes], name: str) -> Iterator[Row | Broken]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            content = json.loads(line.decode("utf-8-sig"))
        except UnicodeDecodeError:
            yield Broken(name, number, "it is no text in UTF-8")
        except (ValueError, RecursionError) as error:
            yield Broken(name, number, f"it is no JSON: {_reason(error)}")
        else:
            yield _row(name, number, content)


def _in_list(file: IO[bytes], name: str) -> Iterator[Row | Broken]:
    """Objects of a list that may be larger than memory: each is parsed when its end is there.

    After text that is no JSON nobody knows where the next object starts, so the file ends there.
    """
    text, line = _Text(file), 1
    decoder = json.JSONDecoder()
    text.skip("[ \t\r\n")
    while True:
        text.skip(", \t\r\n")
        line = text.line
        if text.starts_with("]"):
            return
        try:
            content = text.object(decoder)
        except UnicodeDecodeError:
            yield Broken(name, line, "it is no text in UTF-8; the rest of the file is not read")
            return
        except (ValueError, RecursionError) as error:
            reason = f"it is no JSON: {_reason(error)}; the rest of the file is not read"
            yield Broken(name, line, reason)
            return
        yield _row(name, line, content)


class _Text:
    """The text of a file from where it has been read to, and the line that it starts on."""

    def __init__(self, file: IO[bytes]) -> None:
        import codecs

        self._file = codecs.getreader("utf-8-sig")(file)
        self._rest = ""
        self._at = 0
        self.line = 1

    def skip(self, characters: str) -> None:
        """Leave out what is in `characters`."""
        while self._more():
            end = self._at
            while end < len(self._rest) and self._rest[end] in characters:
                end += 1
            self._take(end)
            if end < len(self._rest):
                return

    def starts_with(self, character: str) -> bool:
        return self._rest[self._at : self._at + 1] == character

    def object(self, decoder: json.JSONDecoder) -> object:
        """Read one value; `ValueError` if there is none."""
        while True:
            try:
                content, end = decoder.raw_decode(self._rest, self._at)
            except json.JSONDecodeError:
                more = self._file.read(max(_CHUNK, len(self._rest)))
                if not more or len(self._rest) > _LARGEST:
                    raise
                self._rest = self._rest[self._at :] + more
                self._at = 0
            else:
                self._take(end)
                return content

    def _more(self) -> bool:
        if self._at < len(self._rest):
            return True
        self._rest, self._at = self._file.read(_CHUNK), 0
        return bool(self._rest)

    def _take(self, end: int) -> None:
        self.line += self._rest.count("\n", self._at, end)
        self._at = end


def _row(name: str, line: int, content: object) -> Row | Broken:
    if not isinstance(content, dict):
        return Broken(name, line, "it is no object")
    if not is_text(content):
        return Broken(name, line, "it holds half of a character (a lone surrogate)")
    return Row(line, content)


def is_text(content: object) -> bool:
    """Return whether all texts of some JSON can be written."""
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _reason(error: Exception) -> str:
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)
