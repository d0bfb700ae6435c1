"""A report: tables and figures, as one page of HTML and as PNG beside it."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from effilint.analyzer.extras import needed
from effilint.dataset.writing import replacing

_STYLE = (
    "<style>body{font:15px sans-serif;max-width:60em;margin:2em auto}table{border-collapse:"
    "collapse;margin:1em 0}td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid "
    "#ccc}td:first-child,th:first-child{text-align:left}img{max-width:100%}</style>"
)


class Table(NamedTuple):
    """Rows of cells below a head."""

    title: str
    head: list[str]
    rows: list[list[str]]


class Figure(NamedTuple):
    """A file for a figure, and what draws it on matplotlib's axes."""

    name: str
    title: str
    draw: Callable[[Any], None]


def write_page(
    folder: Path,
    title: str,
    about: str,
    command: str,
    tables: Sequence[Table],
    figures: Sequence[Figure],
) -> list[Path]:
    """Write `report.html` and the figures in it; return their paths. `command` is shown.

    Raises `MissingExtraError` without matplotlib, and `OSError`.
    """
    make = needed("matplotlib.figure", "a report").Figure
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "report.html"]
    for figure in figures:
        drawn = make(figsize=(8, 4.5), layout="constrained")
        axes = drawn.subplots()
        figure.draw(axes)
        axes.set_title(figure.title)
        with replacing(folder / figure.name) as file:
            drawn.savefig(file, format="png", dpi=120)
        written.append(folder / figure.name)
    with replacing(folder / "report.html") as file:
        file.write(_page(title, about, command, tables, figures).encode())
    return written


def _page(
    title: str, about: str, command: str, tables: Sequence[Table], figures: Sequence[Figure]
) -> str:
    say = html.escape
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{say(title)}</title>{_STYLE}",
        f"<h1>{say(title)}</h1><p>{say(about)} <code>{say(command)}</code></p>",
    ]
    for table in tables:
        cells = "".join(f"<th>{say(name)}" for name in table.head)
        rows = ("<tr>" + "".join(f"<td>{say(cell)}" for cell in row) for row in table.rows)
        parts.append(f"<h2>{say(table.title)}</h2><table><tr>{cells}{''.join(rows)}</table>")
    for figure in figures:
        parts.append(
            f'<h2>{say(figure.title)}</h2><img src="{say(figure.name)}" alt="{say(figure.title)}">'
        )
    return "\n".join(parts) + "</html>\n"


def in_columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table as lines of text, the first column to the left and the others to the right."""
    every = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    lines = []
    for first, *others in every:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  " + "  ".join(cells).rstrip())
    return lines
