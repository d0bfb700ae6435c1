"""Put the changes of several fixes into one text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from effilint.analyzer.difference import Piece
from effilint.analyzer.model import Fix
from effilint.analyzer.source import Source

_IMPORT = re.compile(r"\s*(?:import|from)\s")


def splice(source: Source, fixes: Mapping[int, Fix]) -> tuple[str, list[int]]:
    """Return the text with the fixes in it, and the keys of those that are, in order of place.

    A fix is left out if it touches text from the first to the last change of an earlier one, new
    imports apart, which are made once where they are equal.
    """
    taken: list[tuple[int, int]] = []
    imports: set[Piece] = set()
    others: list[Piece] = []
    done = []
    for key, pieces in _ordered(source, fixes):
        own = [piece for piece in pieces if not _is_import(piece)]
        hull = _hull(own)
        if hull and any(_overlap(hull, other) for other in taken):
            continue
        if hull:
            taken.append(hull)
        imports.update(filter(_is_import, pieces))
        others += own
        done.append(key)
    return _spliced(source.text, [*_merged(imports), *others]), done


def _ordered(source: Source, fixes: Mapping[int, Fix]) -> list[tuple[int, list[Piece]]]:
    entries = [(key, _pieces(source, fix)) for key, fix in fixes.items()]

    def place(entry: tuple[int, list[Piece]]) -> tuple[int, int]:
        own = [piece for piece in entry[1] if not _is_import(piece)]
        return (_hull(own or entry[1]) or (0, 0))[0], entry[0]

    return sorted(entries, key=place)


def _pieces(source: Source, fix: Fix) -> list[Piece]:
    starts = source.starts
    return [
        Piece(
            starts[edit.line - 1] + edit.column - 1,
            starts[edit.end_line - 1] + edit.end_column - 1,
            edit.content,
        )
        for edit in fix.edits
    ]


def _is_import(piece: Piece) -> bool:
    return piece.start == piece.end and _IMPORT.match(piece.content) is not None


def _hull(pieces: list[Piece]) -> tuple[int, int] | None:
    if not pieces:
        return None
    return min(piece.start for piece in pieces), max(piece.end for piece in pieces)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] == other[0] or (one[0] < other[1] and other[0] < one[1])


def _merged(imports: Iterable[Piece]) -> list[Piece]:
    """Make insertions at one place one: blank lines around them are wanted only once."""
    together: dict[int, list[str]] = {}
    for piece in imports:
        together.setdefault(piece.start, []).append(piece.content)
    pieces = []
    for start, contents in together.items():
        content = contents[0]
        bare = content.strip("\r\n")
        before, _, after = content.partition(bare)
        newline = (before or after)[:2] if "\r\n" in content else (before or after)[:1]
        lines = sorted(content.strip("\r\n") for content in contents)
        lines.sort(key=lambda line: line.startswith("from"))
        pieces.append(Piece(start, start, before + newline.join(lines) + after))
    return pieces


def _spliced(text: str, pieces: list[Piece]) -> str:
    parts: list[str] = []
    end = 0
    for piece in sorted(pieces, key=lambda piece: (piece.start, piece.end)):
        parts += text[end : piece.start], piece.content
        end = piece.end
    return "".join(parts) + text[end:]
