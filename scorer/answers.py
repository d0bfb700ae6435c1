"""The program in what a model wrote.

The last closed block that is marked as Python is the answer; if none is, the last closed block
without a mark; without any block, all of the text. A block that is not closed was cut off in the
middle of the answer and counts as marked. What stands before the end of a thought (`</think>`) is
none. So there is one program for the tests and for Bc, and no other block can stand in for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([^\n`]*)$", re.MULTILINE)
_PYTHON = frozenset(("python", "py", "python3", "py3", "{.python}", "ipython"))
_THOUGHT, _OVER = "<think>", "</think>"


class Answer(NamedTuple):
    """A program, and where it starts in the text that it was taken from, in characters."""

    code: str
    start: int


def answer_in(completion: object) -> Answer:
    """Return the program in a completion: a text, or messages of which the last one has it.

    A message has `content`, a text or a list of parts with `text`. Anything else is an empty
    program, as is a thought that does not come to an end.
    """
    text = text_of(completion)
    start = text.rfind(_OVER) + len(_OVER) if _OVER in text else 0
    if not start and text.lstrip().startswith(_THOUGHT):
        return Answer("", len(text))
    blocks = list(_blocks(text, start))
    marked = [block for block in blocks if block.mark in _PYTHON]
    chosen = (marked or [block for block in blocks if not block.mark])[-1:]
    if not chosen:
        return Answer(text[start:], start)
    return Answer(text[chosen[0].start : chosen[0].end], chosen[0].start)


def text_of(completion: object) -> str:
    """Return what a completion says last."""
    if isinstance(completion, str):
        return completion
    if isinstance(completion, Mapping):
        return _content(completion)
    if isinstance(completion, Sequence) and completion and isinstance(completion[-1], Mapping):
        return _content(completion[-1])
    return ""


def _content(message: Mapping[Any, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        return ""
    parts = (part.get("text") for part in content if isinstance(part, Mapping))
    return "".join(part for part in parts if isinstance(part, str))


class _Block(NamedTuple):
    start: int
    end: int
    mark: str


def _blocks(text: str, start: int) -> Iterator[_Block]:
    """The blocks between fences, the last of them perhaps without an end."""
    opening: re.Match[str] | None = None
    for fence in _FENCE.finditer(text, start):
        if opening is None:
            opening = fence
        elif _closes(fence, opening):
            yield _Block(opening.end() + 1, fence.start(), _mark(opening))
            opening = None
    if opening is not None:
        mark = _mark(opening) or "python"
        yield _Block(min(opening.end() + 1, len(text)), len(text), mark)


def _closes(fence: re.Match[str], opening: re.Match[str]) -> bool:
    mark, first = fence[1], opening[1]
    return mark[0] == first[0] and len(mark) >= len(first) and not fence[2].strip()


def _mark(opening: re.Match[str]) -> str:
    words = opening[2].split()
    return words[0].lower() if words else ""
