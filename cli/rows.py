"""Rows of what solutions took: made of measurements, kept in files of JSON lines, read again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from os import SEEK_END
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from effilint.measure import Ladder, Measurement, Samples
    from effilint.measure.effibench import Taken

Row = dict[str, Any]


def row_of(found: Measurement) -> Row:
    """Return the row of a solution."""
    worst = found.report.decisive
    row: Row = {
        "verdict": str(worst.verdict),
        "passed": found.report.passed,
        "cases": len(found.report.outcomes),
        "untold": [note._asdict() for note in found.report.untold],
        "error": worst.error,
        "line": worst.line,
        "words": worst.words or _reason(found),
        "level": found.report.level,
    }
    if found.samples is not None:
        row |= _figures(found.samples)
    if (comparison := found.comparison) is not None:
        row |= {
            "reference": _figures(comparison.b),
            "ratio": comparison.ratio._asdict(),
            "comparison": comparison.verdict,
            "quality": comparison.quality,
            "load": comparison.load,
        }
    return row


def _reason(found: Measurement) -> str:
    if not found.reason:
        return ""
    return f"not {'measured' if found.samples is None else 'compared'}: {found.reason}"


def _figures(samples: Samples) -> Row:
    from statistics import median

    return {
        "cpu": samples.time,
        "spread": samples.spread,
        "wall": median(samples.wall),
        "memory": int(median(samples.memory)),
        "gross": int(median(samples.gross)),
        "area": median(samples.areas),
        "gross_area": median(samples.gross_areas),
        "wall_area": median(samples.wall_areas),
        "repetitions": len(samples.seconds),
    }


def growth_of(rungs: Ladder) -> Row:
    """Return how the cost grows; what nobody can tell is None, since JSON has no nan."""
    from math import isfinite

    told = {
        key: value if isinstance(value, str) or isfinite(value) else None
        for key, value in rungs.growth()._asdict().items()
    }
    return {**told, "n": max((point.n for point in rungs.points), default=0), "end": rungs.end}


def taken_of(row: Row) -> Taken:
    """Return the figures in a row, or in its `reference`; raises `LookupError`, `TypeError`."""
    from effilint.measure.effibench import Taken

    return Taken(
        cpu=float(row["cpu"]),
        wall=float(row["wall"]),
        net=int(row["memory"]),
        gross=int(row["gross"]),
        area_net=float(row["area"]),
        area_gross=float(row["wall_area"]),
    )


def append(row: Row, path: str) -> None:
    """Add a row to a file, on a line of its own even if the one before was cut short."""
    line = json.dumps(row) + "\n"
    try:
        with Path(path).open("ab+") as file:
            if file.tell():
                file.seek(-1, SEEK_END)
                line = line if file.read(1) == b"\n" else f"\n{line}"
            file.write(line.encode())
    except OSError as error:
        raise click.BadParameter(f"{path}: {error.strerror}", param_hint="--output") from None


def rows_in(path: str, option: str = "--output") -> Iterator[Row]:
    """Yield the rows in a file; a line that was cut short does not count."""
    try:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise click.BadParameter(f"{path}: {error.strerror}", param_hint=option) from None
    for line in lines:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict) and isinstance(row.get("solution"), str):
            yield row
