"""What a fix does to the lines of a file."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from effilint.analyzer.model import Fix, TextEdit


class Change(NamedTuple):
    """Lines that go and lines that come in their place; `line` counts from 1 in the new text."""

    line: int
    removed: list[str]
    added: list[str]


def changes(fix: Fix, lines: Sequence[str]) -> Iterator[Change]:
    """Yield what `fix` does to `lines` (with their endings), from the top; nothing if it does
    not fit them, as after a change of the file.
    """
    shift = 0
    for edits in _grouped(fix.edits):
        first, last = edits[0].line, max(edit.end_line for edit in edits)
        if first < 1 or last > len(lines) + 1:
            return
        old = list(lines[first - 1 : last])
        new = _apply(edits, old, first)
        same = _common(old, new)
        changed = old[same:], new[same:]
        tail = _common(changed[0][::-1], changed[1][::-1])
        removed = changed[0][: len(changed[0]) - tail]
        added = changed[1][: len(changed[1]) - tail]
        yield Change(first + same + shift, removed, added)
        shift += len(added) - len(removed)


def _grouped(edits: Sequence[TextEdit]) -> list[list[TextEdit]]:
    """Return the edits in order, those that share a line together."""
    groups: list[list[TextEdit]] = []
    end = 0
    for edit in sorted(edits, key=lambda e: (e.line, e.column)):
        if groups and edit.line <= end:
            groups[-1].append(edit)
        else:
            groups.append([edit])
        end = max(end, edit.end_line)
    return groups


def _apply(edits: Sequence[TextEdit], old: Sequence[str], first: int) -> list[str]:
    """Return the lines `old`, the first of which is line `first`, after the edits."""
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    text = "".join(old)
    pieces, done = [], 0
    for edit in edits:
        start = starts[edit.line - first] + edit.column - 1
        pieces += [text[done:start], edit.content]
        done = starts[edit.end_line - first] + edit.end_column - 1
    new = "".join([*pieces, text[done:]])
    # `str.splitlines` would end lines where Python does not, as at a form feed
    return io.StringIO(new, newline="").readlines()


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """Return how many lines are the same from the start."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
