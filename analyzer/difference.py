"""The small replacements that turn one text into another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

# Above this many lines on one side a line-by-line comparison may take long.
_MOST_LINES = 2000


@dataclass(frozen=True, slots=True)
class Piece:
    """Put `content` in place of the characters from offset `start` up to `end`."""

    start: int
    end: int
    content: str


def difference(old: list[str], new: list[str], newline: str) -> Iterator[Piece]:
    """Yield, in order, what to change in the lines `old` to get the lines `new`.

    Offsets count in the joined `old`; no piece splits a word or a line ending. Lines that differ
    only in their endings are equal; new ones end like those they replace, else with `newline`.
    """
    bare, new = [_plain(line) for line in old], [_plain(line) for line in new]
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if bare[n] != new[n]), shorter)
    offset = sum(map(len, old[:head]))
    old, bare, new = old[head:], bare[head:], new[head:]
    if max(len(old), len(new)) > _MOST_LINES:
        yield _replaced(offset, old, new, _ending(old) or newline)
        return
    matcher = SequenceMatcher(None, bare, new, autojunk=False)
    done = 0
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        offset += sum(map(len, old[done:start]))
        done = start
        if kind != "equal":
            ending = _ending(old[start : end + 1]) or _ending(old[start - 1 : start]) or newline
            yield _replaced(offset, old[start:end], new[new_start:new_end], ending)


def _plain(line: str) -> str:
    """End a line with a line feed, if it has an end."""
    content = line.rstrip("\r\n")
    return content if content == line else content + "\n"


def _ending(lines: list[str]) -> str:
    """Return the ending of the first line; "" if there is none."""
    return lines[0][len(lines[0].rstrip("\r\n")) :] if lines else ""


def _replaced(offset: int, old: list[str], new: list[str], ending: str) -> Piece:
    return _trimmed(offset, "".join(old), "".join(new).replace("\n", ending))


def _trimmed(offset: int, old: str, new: str) -> Piece:
    shorter = min(len(old), len(new))
    prefix = 0
    while prefix < shorter and old[prefix] == new[prefix]:
        prefix += 1
    while prefix and _splits(old, prefix) | _splits(new, prefix):
        prefix -= 1
    suffix = 0
    while suffix < shorter - prefix and old[-suffix - 1] == new[-suffix - 1]:
        suffix += 1
    while suffix and _splits(old, len(old) - suffix) | _splits(new, len(new) - suffix):
        suffix -= 1
    return Piece(offset + prefix, offset + len(old) - suffix, new[prefix : len(new) - suffix])


def _splits(text: str, place: int) -> bool:
    if not 0 < place < len(text):
        return False
    left, right = text[place - 1], text[place]
    return left + right == "\r\n" or (_in_word(left) and _in_word(right))


def _in_word(char: str) -> bool:
    return char.isalnum() or char == "_"
