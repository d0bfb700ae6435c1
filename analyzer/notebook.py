"""Jupyter notebooks: their code cells as one module, and the module back into the cells."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from effilint.analyzer.source import SourceError, parse

_SPACE = re.compile(r"[ \t\r\n]*")
_MAGIC = re.compile(
    r"(?P<indent>[ \t]*)(?:(?P<target>[\w.,\[\] \t]+?)=[ \t]*(?=[%!])|(?=[%!?])|(?=.*\?[ \t]*$))"
)
_MAGIC_CELL = re.compile(r"\s*%%(?!(?:time|timeit|capture|prun)\b)")
# A call nothing is known about: that is what a magic is.
_MAGIC_COMMENT = "# effilint: magic "
_STAND_IN = f"get_ipython()  {_MAGIC_COMMENT}"
_STAND_IN_MORE = "# effilint: more magic "
_RESTORE = re.compile(
    rf"^([ \t]*)[^#\r\n]*{_MAGIC_COMMENT}(.*)$|^[ \t]*{_STAND_IN_MORE}(.*)$", re.MULTILINE
)
_decoder = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell in the module: its place among all cells, its number among the code cells."""

    index: int
    number: int
    code: str


@dataclass(frozen=True, slots=True)
class Notebook:
    """The JSON text of a notebook, the cells that were linted, and the comment between them."""

    raw: str
    cells: tuple[Cell, ...]
    marker: str

    def markers(self, text: str) -> list[tuple[int, int]]:
        """Return where in the module each cell's marker line starts, and the cell's number."""
        pattern = re.compile(rf"^{re.escape(self.marker)} (\d+)$", re.MULTILINE)
        return [(found.start(), int(found[1])) for found in pattern.finditer(text)]

    def split(self, text: str) -> list[str]:
        """Return the code of each cell in the module; `SourceError` if a marker was lost."""
        places = self.markers(text)
        if [number for _, number in places] != [cell.number for cell in self.cells]:
            raise SourceError("cannot be split into its notebook cells again")
        if not places:
            return []
        ends = [start for start, _ in places[1:]] + [len(text)]
        codes = [
            text[text.index("\n", start) + 1 : end].removesuffix("\n")
            for (start, _), end in zip(places, ends, strict=True)
        ]
        codes[0] = text[: places[0][0]] + codes[0]
        return codes

    def write(self, text: str) -> str:
        """Return the JSON text with the module `text` in its cells; all else stays as it is."""
        changed = {
            cell.index: _restore(code)
            for cell, code in zip(self.cells, self.split(text), strict=True)
            if code != cell.code
        }
        if not changed:
            return self.raw
        pieces: list[str] = []
        end = 0
        for index, (start, stop) in enumerate(_source_spans(self.raw)):
            if index in changed:
                pieces += self.raw[end:start], self._dump(changed[index], self.raw[start:stop])
                end = stop
        return "".join(pieces) + self.raw[end:]

    def _dump(self, code: str, like: str) -> str:
        ascii_only = self.raw.isascii() and "\\u" in self.raw
        if not like.startswith("["):
            return json.dumps(code, ensure_ascii=ascii_only)
        lines = [json.dumps(line, ensure_ascii=ascii_only) for line in _lines(code)]
        if not lines:
            return "[]"
        inner = like[1:-1]
        lead = inner[: len(inner) - len(inner.lstrip())]
        tail = inner[len(inner.rstrip()) :]
        return "[" + lead + f",{lead or ' '}".join(lines) + tail + "]"


def read(raw: str) -> tuple[str, Notebook]:
    """Return the module that the code cells make and how to write it back.

    Cells that do not parse are left out. Raises `SourceError` for what is not a notebook.
    """
    cells = _python_cells(_load(raw))
    marker = "# %% effilint cell"
    while any(marker in cell.code for cell in cells):
        marker += "_"
    text = "".join(f"{marker} {cell.number}\n{cell.code}\n" for cell in cells)
    return text, Notebook(raw, tuple(cells), marker)


def _load(raw: str) -> dict[str, object]:
    try:
        document = json.loads(raw)
    except json.JSONDecodeError as error:
        message = f"is not a notebook: {error.msg}"
        raise SourceError(message, error.lineno, error.colno) from error
    except (RecursionError, ValueError) as error:
        raise SourceError("is not a notebook: its JSON cannot be read") from error
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        raise SourceError("is not a notebook of format 4: it has no list of cells")
    return document


def _language(document: dict[str, object]) -> object:
    metadata = document.get("metadata")
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        entry = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(entry, dict) and name in entry:
            return entry[name]
    return "python"


def _python_cells(document: dict[str, object]) -> list[Cell]:
    if _language(document) not in ("python", "ipython", "python3"):
        return []
    found = []
    number = 0
    cells = document["cells"]
    assert isinstance(cells, list)
    for index, cell in enumerate(cells):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        number += 1
        source = cell.get("source")
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        code = _neutralise(source) if isinstance(source, str) else None
        if code is not None:
            found.append(Cell(index, number, code))
    return found


def _neutralise(code: str) -> str | None:
    """Return the cell with its magics made Python, line for line; None if it is not Python."""
    if _MAGIC_CELL.match(code) or "\r" in code or "\0" in code:
        return None
    lines = _lines(code)
    while True:
        try:
            parse("".join(lines))
        except SourceError as error:
            # A line is a magic only where Python stumbles over it: `% 3` may go on a sum.
            if error.line is None or not _replace_magic(lines, error.line - 1):
                return None
        else:
            return "".join(lines)


def _replace_magic(lines: list[str], place: int) -> bool:
    if place >= len(lines) or _STAND_IN in lines[place]:
        return False
    found = _MAGIC.match(lines[place])
    if found is None:
        return False
    target = f"{found['target'].strip()} = " if found["target"] else ""
    content = lines[place].removeprefix(found["indent"])
    lines[place] = found["indent"] + target + _STAND_IN + content
    while lines[place].endswith("\\\n") and place + 1 < len(lines):
        place += 1
        lines[place] = _STAND_IN_MORE + lines[place]
    return True


def _restore(code: str) -> str:
    return _RESTORE.sub(
        lambda found: (found[1] + found[2]) if found[2] is not None else found[3], code
    )


def _lines(code: str) -> list[str]:
    return io.StringIO(code, newline="\n").readlines()


def _source_spans(raw: str) -> Iterator[tuple[int, int]]:
    """Yield where in the JSON text the source of each cell is; (0, 0) for one without."""
    top = dict(_members(raw, _skip(raw, 0)))
    for start in _items(raw, top["cells"][0]):
        fields = dict(_members(raw, start)) if raw[start] == "{" else {}
        yield fields.get("source", (0, 0))


def _members(raw: str, start: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the keys of the JSON object at `start` and where their values are."""
    place = _skip(raw, start + 1)
    while raw[place] != "}":
        key, place = _decoder.raw_decode(raw, place)
        value = _skip(raw, _skip(raw, place) + 1)
        _, end = _decoder.raw_decode(raw, value)
        yield key, (value, end)
        place = _next(raw, end)


def _items(raw: str, start: int) -> Iterator[int]:
    """Yield where the items of the JSON array at `start` are."""
    place = _skip(raw, start + 1)
    while raw[place] != "]":
        yield place
        _, end = _decoder.raw_decode(raw, place)
        place = _next(raw, end)


def _next(raw: str, end: int) -> int:
    place = _skip(raw, end)
    return _skip(raw, place + 1) if raw[place] == "," else place


def _skip(raw: str, place: int) -> int:
    found = _SPACE.match(raw, place)
    assert found is not None
    return found.end()
