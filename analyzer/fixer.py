"""Turn what rules want changed into changes of the text, and carry those out."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from effilint.analyzer import imports
from effilint.analyzer.difference import Piece, difference
from effilint.analyzer.model import (
    AddImport,
    Diagnostic,
    Edit,
    Finding,
    Fix,
    TextEdit,
)
from effilint.analyzer.regions import Region, newline_of, regions
from effilint.analyzer.source import Source, SourceError, parse
from effilint.analyzer.splice import splice

if TYPE_CHECKING:
    from effilint.analyzer.context import Context

_MAX_PASSES = 10
# Such a comment means what it means only at the end of its line.
_PRAGMA = re.compile(r"#\s*(?:noqa\b|type:|effilint:)", re.IGNORECASE)


class ConvergenceError(Exception):
    """Fixes go on changing the text for ever; `str` of it is one line that names them."""


class Checker(Protocol):
    """What finds the diagnostics: a `Linter`."""

    def check(self, source: Source) -> list[Diagnostic]:
        """Return the diagnostics of `source` with their fixes."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """The text after fixing, the diagnostics whose fixes made it, and those that remain."""

    text: str
    applied: list[Diagnostic]
    remaining: list[Diagnostic]


def resolve(finding: Finding, context: Context) -> Fix | None:
    """Return the finding's edits as changes of the text; None if they cannot be carried out.

    Only the statements that hold the edited nodes are parsed with LibCST. The lines and columns
    of the changes are those of `context.source.text`, in a notebook too.
    """
    edits = [edit for edit in finding.edits if isinstance(edit, Edit)]
    try:
        rewritten = {
            region: Source(_rewrite(region, edits, context))
            for region in regions((edit.at for edit in edits), context)
        }
    except Exception:
        # LibCST does not know all of Python, and a transform does not know all of LibCST: then
        # the finding stands without a fix.
        return None
    if _lose_a_comment(rewritten, context):
        return None
    wanted = (edit for edit in finding.edits if isinstance(edit, AddImport))
    used_at = [edit.at for edit in edits] or [finding.node]
    pieces = imports.add(wanted, used_at, context)
    if pieces is None:
        return None
    for region, new in rewritten.items():
        start = context.source.starts[region.first - 1]
        for piece in difference(region.lines(context), new.lines, newline_of(context)):
            pieces.append(Piece(start + piece.start, start + piece.end, piece.content))
    if not pieces:
        return None
    pieces.sort(key=lambda piece: (piece.start, piece.end))
    changes = tuple(_text_edit(piece, context.source) for piece in pieces)
    return Fix(finding.advice, finding.rule.safety, changes)


def apply(source: Source, fixes: Iterable[Fix]) -> tuple[str, int]:
    """Return the text with the fixes carried out, and how many were.

    Left out are fixes that overlap an earlier one and fixes after which the text would not parse.
    """
    text, done = _apply(source, list(fixes))
    return text, len(done)


def fix(source: Source, linter: Checker, unsafe: bool = False) -> Fixed:
    """Apply the fixes the linter offers until none is left; `unsafe` ones only if asked to.

    Raises `SourceError` if the source does not parse, `ConvergenceError` if fixes never settle.
    """
    applied: list[Diagnostic] = []
    seen: set[str] = set()
    idle, fewest = 0, float("inf")
    while True:
        found = linter.check(source)
        usable = [d for d in found if d.is_fixable(unsafe)]
        # What was proven alone is not proven together with others.
        taken = usable[:1] if any(d.verified for d in usable) else usable
        text, done = _apply(source, [d.fix for d in taken if d.fix])
        if text == source.text:
            return Fixed(text, applied, found)
        # Overlapping fixes take many passes, but there are ever fewer of them.
        idle = 0 if len(usable) < fewest else idle + 1
        fewest = min(fewest, len(usable))
        if text in seen or idle == _MAX_PASSES:
            codes = ", ".join(sorted({taken[place].code for place in done}))
            raise ConvergenceError(f"fixes never settle: {codes}")
        applied += [taken[place] for place in done]
        seen.add(source.text)
        source = source.with_text(text)


def write_atomically(path: str | os.PathLike[str], data: bytes) -> None:
    """Replace the content of a file at once, keeping its mode; `OSError` leaves it as it was.

    A symbolic link stays one: the file it leads to is replaced. A file that may not be written is
    not replaced either, though its folder would allow it.
    """
    real = os.path.realpath(path)
    if os.path.exists(real) and not os.access(real, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), real)
    handle, temporary = tempfile.mkstemp(prefix=".effilint-", dir=os.path.dirname(real))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(real):
            os.chmod(temporary, stat.S_IMODE(os.stat(real).st_mode))
        os.replace(temporary, real)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _rewrite(region: Region, edits: list[Edit], context: Context) -> str:
    """Return the new text of a region; raises some `Exception` if there is none."""
    from effilint.analyzer.join import Placed, transform

    header, text, newline = region.header(context), region.text(context), newline_of(context)
    open_end = not text.endswith(("\n", "\r"))
    starts = _byte_starts(region, context, len(header.encode()))
    placed = [
        Placed(
            edit,
            starts[edit.at.lineno] + edit.at.col_offset,
            starts[edit.at.end_lineno or edit.at.lineno] + (edit.at.end_col_offset or 0),
        )
        for edit in edits
        if region.holds(edit.at.lineno)
    ]
    new = transform(header + text + newline * open_end, placed)
    if not new.startswith(header):
        raise ValueError("the change reached beyond the statements")
    parse(new)
    new = new.removeprefix(header)
    return new.removesuffix(newline) if open_end else new


def _lose_a_comment(rewritten: Mapping[Region, Source], context: Context) -> bool:
    """Whether a comment is in the text of the regions, but not as often in their new text."""
    old_lines = [line for region in rewritten for line in region.lines(context)]
    new_lines = [line for new in rewritten.values() for line in new.lines]
    if not Counter(line for line in old_lines if "#" in line) - Counter(new_lines):
        return False  # most fixes touch no line with a comment, and tokenizing takes its time
    kept = Counter(comment for new in rewritten.values() for comment in _comments(new))
    old = (Source(region.text(context)) for region in rewritten)
    return bool(Counter(comment for text in old for comment in _comments(text)) - kept)


def _comments(source: Source) -> Iterator[tuple[str, bool]]:
    """Yield the comments; those that speak to tools with whether they follow code on their line."""
    for token in source.comments:
        follows = token.line[: token.start[1]].strip() != ""
        yield token.string.rstrip(), follows and _PRAGMA.match(token.string) is not None


def _byte_starts(region: Region, context: Context, start: int) -> dict[int, int]:
    """Map the lines of a region to where they start in it, in UTF-8 bytes."""
    starts = {}
    for number in range(region.first, region.last + 1):
        starts[number] = start
        start += len(context.source.lines[number - 1].encode())
    return starts


def _text_edit(piece: Piece, source: Source) -> TextEdit:
    return TextEdit(piece.content, *source.position(piece.start), *source.position(piece.end))


def _apply(source: Source, fixes: list[Fix]) -> tuple[str, list[int]]:
    text, done = splice(source, dict(enumerate(fixes)))
    if not done or _is_sound(source, text):
        return text, done
    text = source.text
    kept: dict[int, Fix] = {}
    for place in done:
        attempt, carried_out = splice(source, {**kept, place: fixes[place]})
        if place in carried_out and _is_sound(source, attempt):
            kept[place] = fixes[place]
            text = attempt
    return text, list(kept)


def _is_sound(source: Source, text: str) -> bool:
    try:
        parse(text)
        if source.notebook:
            source.notebook.split(text)
    except SourceError:
        return False
    return True
