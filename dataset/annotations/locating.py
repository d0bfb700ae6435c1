"""Where the snippet of an annotation stands in the code: found by its text, never guessed.

First the text as it is, then up to white space, then its lines with others between them, then the
closest run of lines. Of several places
that are equally good the one at the lines that the annotator named is taken; where none were
named, or they name none of them, nobody can tell, and there is no place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Literal

CLOSE = 0.9  # of the similarity of lines without white space; see docs/annotations.md
_LEAD = 0.05  # how much less alike any other place must be
_LEEWAY = 2  # lines that an annotator's numbers may be off
_LONGEST = 20_000  # characters of a program or a snippet: similarity takes quadratic time
_WORD = re.compile(r"\w+|[^\w\s]")
_COMMENT = re.compile(r"#.*")  # in a text too: both sides lose the same
_LEFT_OUT = re.compile(r"^[ \t]*(?:#[ \t]*)?(?:\.\.\.|…)[^\n]*$", re.MULTILINE)

Lines = tuple[int, int]


@dataclass(frozen=True)
class Place:
    """A part of a program: characters from 0, the end exclusive; lines from 1, both inclusive.

    `found_by` says what was the same: the `text`, the text up to `spaces`, its lines in this
    order with something left out between them (`parts`), or that it is `close`.
    """

    start: int
    end: int
    line: int
    end_line: int
    found_by: Literal["text", "spaces", "parts", "close"]


def located(code: str, snippet: str, lines: Lines | None = None) -> Place | None:
    """Return the place of a snippet; None if it is not there, or could be several.

    `lines` are those that the annotator named, if any.
    """
    found = quoted(code, snippet, lines)
    if found is not None or _squeezed(snippet)[0] in _squeezed(code)[0]:
        return found
    return _of_parts(code, snippet, lines) or _closest(code, snippet, lines)


def quoted(code: str, snippet: str, lines: Lines | None = None) -> Place | None:
    """Return the place of a snippet that is in the code, word by word up to white space."""
    wanted = snippet.strip()
    if not wanted:
        return None
    spans = list(_exact(code, wanted))
    if spans:
        return _chosen(code, spans, lines, "text")
    return _chosen(code, list(_without_spaces(code, wanted)), lines, "spaces")


def _exact(code: str, wanted: str) -> Iterable[tuple[int, int]]:
    start = code.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if _is_whole(code, start, end):
            yield start, end
        start = code.find(wanted, start + 1)


def _without_spaces(code: str, wanted: str) -> Iterable[tuple[int, int]]:
    text, places = _squeezed(code)
    needle, _ = _squeezed(wanted)
    words = _words(wanted)
    at = text.find(needle)
    while at >= 0:
        start, end = places[at], places[at + len(needle) - 1] + 1
        if _is_whole(code, start, end) and _words(code[start:end]) == words:
            yield start, end
        at = text.find(needle, at + 1)


def _squeezed(text: str) -> tuple[str, list[int]]:
    """The text without white space, and where each of its characters was."""
    places = [at for at, character in enumerate(text) if not character.isspace()]
    return "".join(text[at] for at in places), places


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _is_whole(code: str, start: int, end: int) -> bool:
    """Whether no word is cut at either end."""
    return not (_joins(code, start) or _joins(code, end))


def _joins(code: str, at: int) -> bool:
    return 0 < at < len(code) and _is_word(code[at - 1]) and _is_word(code[at])


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _chosen(
    code: str,
    spans: list[tuple[int, int]],
    lines: Lines | None,
    found_by: Literal["text", "spaces"],
) -> Place | None:
    return _nearest([_place(code, start, end, found_by) for start, end in spans], lines)


def _nearest(places: list[Place], lines: Lines | None) -> Place | None:
    """The only place, or that of several which is nearest to the lines and near."""
    if len(places) < 2:
        return places[0] if places else None
    near = [place for place in places if lines and _is_near(place, lines)]
    if lines is None or not near:
        return None
    first = lines[0]
    near.sort(key=lambda place: abs(place.line - first))
    if len(near) > 1 and abs(near[0].line - first) == abs(near[1].line - first):
        return None
    return near[0]


def _is_near(place: Place, lines: Lines) -> bool:
    return place.line <= lines[1] + _LEEWAY and place.end_line >= lines[0] - _LEEWAY


def _place(
    code: str, start: int, end: int, found_by: Literal["text", "spaces", "parts", "close"]
) -> Place:
    line = code.count("\n", 0, start) + 1
    return Place(start, end, line, line + code.count("\n", start, end), found_by)


def _of_parts(code: str, snippet: str, lines: Lines | None) -> Place | None:
    """The shortest run of lines that has all lines of the snippet in their order.

    Comments do not count, nor lines of the snippet that are dots for what it leaves out.
    """
    wanted = [bare for _, bare in _rows(_LEFT_OUT.sub("", snippet))]
    rows = _rows(code)
    runs = [run for at in range(len(rows)) if (run := _run_from(rows, at, wanted)) is not None]
    if not runs:
        return None
    shortest = min(last - first for first, last in runs)
    places = [_of_lines(code, a, b, "parts") for a, b in runs if b - a == shortest]
    return _nearest(places, lines)


def _rows(text: str) -> list[tuple[int, str]]:
    """The lines that hold code, with their numbers from 0, without comments and white space."""
    bare = ((at, _squeezed(_COMMENT.sub("", row))[0]) for at, row in enumerate(text.split("\n")))
    return [(at, row) for at, row in bare if row]


def _run_from(rows: list[tuple[int, str]], first: int, wanted: list[str]) -> tuple[int, int] | None:
    """The first and the last line of the run that starts there; None if there is none."""
    if len(wanted) < 2 or rows[first][1] != wanted[0]:
        return None
    left = iter(wanted[1:])
    line = next(left, None)
    for at, row in rows[first + 1 :]:
        if row != line:
            continue
        line = next(left, None)
        if line is None:
            return rows[first][0], at
    return None


def _closest(code: str, snippet: str, lines: Lines | None) -> Place | None:
    """The run of lines that is most like the snippet, if it is close and no other is."""
    if len(code) > _LONGEST or len(snippet) > _LONGEST:
        return None
    rows, wanted = _rows(code), _rows(snippet)
    runs = [
        (at, at + length)
        for length in range(max(1, len(wanted) - 1), len(wanted) + 2)
        for at in range(len(rows) - length + 1)
    ]
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2("".join(bare for _, bare in wanted))
    graded = []
    for first, last in runs:
        matcher.set_seq1("".join(bare for _, bare in rows[first:last]))
        if matcher.real_quick_ratio() >= CLOSE - _LEAD and matcher.quick_ratio() >= CLOSE - _LEAD:
            graded.append((matcher.ratio(), first, last))
    if not graded:
        return None
    ratio, first, last = max(graded, key=lambda one: (one[0], -one[1], -one[2]))
    rivals = [grade for grade, a, b in graded if b <= first or a >= last]
    if ratio < CLOSE or (rivals and max(rivals) > ratio - _LEAD):
        return None
    place = _of_lines(code, rows[first][0], rows[last - 1][0], "close")
    return place if lines is None or _is_near(place, lines) else None


def _of_lines(code: str, first: int, last: int, found_by: Literal["parts", "close"]) -> Place:
    """The place of whole lines, counted from 0, without the space around them."""
    ends = list(accumulate(len(row) + 1 for row in code.split("\n")))
    start, end = (ends[first - 1] if first else 0), ends[last] - 1
    text = code[start:end]
    start += len(text) - len(text.lstrip())
    return _place(code, start, start + len(text.strip()), found_by)
