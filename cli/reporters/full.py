"""The finding, the code it is about, what it costs, and the fix."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import click

from effilint.outcome import plain
from effilint.reporters.fixdiff import Change, changes
from effilint.reporters.report import Report, gain
from effilint.reporters.summary import summary

if TYPE_CHECKING:
    from effilint.analyzer.model import Diagnostic
    from effilint.analyzer.source import Source

_BEFORE = 2  # lines of context above a finding
_TAB = "    "
_LONGEST = 300  # characters of a line that are shown; generated code has lines of megabytes


def render(report: Report) -> str:
    """Return each finding with its source lines, behaviour, gain and fix, and the summary."""
    source = cache(report.source)
    blocks = [_finding(d, source(d.filename), report) for d in report.diagnostics]
    return "".join(f"{block}\n" for block in blocks) + summary(report)


def _finding(d: Diagnostic, source: Source | None, report: Report) -> str:
    lines = _lines(source, d.cell) if source else []
    width = len(str(min(d.line, len(lines)) or 1))
    cell = f"cell {d.cell}:" if d.cell else ""
    style = _Style(report.coloured)
    mark = style(report.mark(d), "cyan")
    text = [
        f"{style(d.code, 'red')}{mark} {style(plain(d.message))}",
        f"{' ' * width}{style('-->', 'blue')} {plain(d.filename)}:{cell}{d.line}:{d.column}",
        *_excerpt(d, lines, width, style),
        *_notes(d, width, style),
    ]
    if d.fix is not None and d.fix.safety == "unsafe":
        text.append(f"{' ' * width} {style('=', 'blue')} note: the fix is unsafe: --unsafe-fixes")
    if source is not None and d.fix is not None:
        for change in changes(d.fix, source.lines):
            text += _diff(change, source, width, style)
    return "".join(f"{line.rstrip()}\n" for line in text)


class _Style:
    """Colour text, or leave it as it is."""

    def __init__(self, coloured: bool) -> None:
        self._coloured = coloured

    def __call__(self, text: str, colour: str | None = None) -> str:
        return click.style(text, fg=colour, bold=True) if self._coloured and text else text


def _lines(source: Source, cell: int | None) -> list[str]:
    """Return the lines that a finding counts in: those of its cell, or of the whole file."""
    if cell is None:
        return source.lines
    places = [source.locate(line) for line in range(1, len(source.lines) + 1)]
    lines: list[str] = []
    for (owner, number), line in zip(places, source.lines, strict=True):
        if owner == cell and number == len(lines) + 1:
            lines.append(line)
    return lines


def _excerpt(d: Diagnostic, lines: list[str], width: int, style: _Style) -> list[str]:
    if d.line > len(lines):
        return []
    bar = style("|", "blue")
    shown = [f"{' ' * width} {bar}"]
    skipped = d.column - _LONGEST // 2 if d.column > _LONGEST else 0
    for number in range(max(1, d.line - _BEFORE), d.line + 1):
        text = lines[number - 1][skipped if number == d.line else 0 :]
        shown.append(f"{style(str(number).rjust(width), 'blue')} {bar} {_shortened(text)}")
    line = lines[d.line - 1].rstrip("\r\n")
    end = d.end_column - 1 if d.end_line == d.line else len(line.rstrip())
    indent = " " * _columns(line[skipped : d.column - 1])
    carets = "^" * max(1, _columns(line[d.column - 1 : min(end, skipped + _LONGEST)]))
    more = f" to line {d.end_line}" if d.end_line > d.line else ""
    shown.append(f"{' ' * width} {bar} {indent}{style(carets + more, 'red')}")
    return shown


def _notes(d: Diagnostic, width: int, style: _Style) -> list[str]:
    from effilint.analyzer.taxonomy import BEHAVIOURS

    margin = f"{' ' * width} {style('=', 'blue')}"
    behaviour = f"{BEHAVIOURS[d.behaviour].name} ({d.behaviour})"
    notes = {"behaviour": behaviour, "gain": gain(d), "help": d.advice}
    if d.verified is not None:
        name, _, text = str(d.verified).partition(": ")
        notes[name] = text
    return [f"{margin} {style(name)}: {_plain(text)}" for name, text in notes.items()]


def _diff(change: Change, source: Source, width: int, style: _Style) -> list[str]:
    bar = style("|", "blue")
    margin = " " * width
    shown = [f"{margin} {bar}"]
    shown += [f"{margin} {bar} {style('- ' + _shortened(line), 'red')}" for line in change.removed]
    first = source.locate(change.line)[1]
    for number, line in enumerate(change.added, first):
        label = style(str(number).rjust(width), "blue")
        shown.append(f"{label} {bar} {style('+ ' + _shortened(line), 'green')}")
    return shown


def _plain(line: str) -> str:
    """Return a line of code as it is shown."""
    return plain(line.rstrip("\r\n").replace("\t", _TAB))


def _shortened(line: str) -> str:
    return _plain(line) if len(line) <= _LONGEST else f"{_plain(line[:_LONGEST])}..."


def _columns(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    plain = _plain(text)
    if plain.isascii():
        return len(plain)
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in plain
    )
