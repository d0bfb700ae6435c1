"""The table of what solutions took."""

from __future__ import annotations

from typing import Any

_MEGABYTE = 1e6


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows of solutions as a table for people."""
    from io import StringIO

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from effilint.measure.words import readable

    is_compared = any("ratio" in row for row in rows)
    is_grown = any("growth" in row for row in rows)
    found = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("solution", "verdict", "cases"):
        found.add_column(name, overflow="fold")
    for name in ("time, ms", "memory, MB", "area, MB s"):
        found.add_column(name, justify="right")
    if is_compared:
        found.add_column("ratio", justify="right", no_wrap=True)
        found.add_column("compared", no_wrap=True)
    if is_grown:
        found.add_column("growth")
    for row in rows:
        cells = _cells(row)
        cells += _compared_cells(row) if is_compared else []
        cells += [_growth_cell(row)] if is_grown else []
        found.add_row(*(Text(readable(cell)) for cell in cells))  # no markup of the program's
    target = StringIO()
    Console(file=target, width=140 if is_compared else 110, color_system=None).print(found)
    lines = [line.rstrip() for line in target.getvalue().splitlines()]
    return "".join(f"{line}\n" for line in lines if line)


def _cells(row: dict[str, Any]) -> list[str]:
    reason = ": ".join(str(part) for part in (row.get("error"), row.get("words")) if part)
    place = f" (line {row['line']})" if row.get("line") else ""
    words = f"{row['verdict']}: {reason}{place}" if reason else row["verdict"]
    passed = f"{round(row['passed'] * row['cases'])}/{row['cases']}" if "passed" in row else ""
    passed += f" (+{len(row['untold'])} not understood)" if row.get("untold") else ""
    cells = [row["solution"], words, passed]
    if "cpu" not in row:
        return [*cells, "", "", ""]
    memory, area = row["memory"] / _MEGABYTE, row["area"] / _MEGABYTE
    return [
        *cells,
        f"{row['cpu'] * 1000:.3g}",
        f"{memory:.1f}" if memory >= 1 else "<1",
        f"{area:.3g}" if memory >= 1 else "",
    ]


def _compared_cells(row: dict[str, Any]) -> list[str]:
    if "ratio" not in row:
        return ["", ""]
    ratio, quality = row["ratio"], row["quality"]
    told = row["comparison"] + (f", {quality}" if quality != "good" else "")
    return [f"{ratio['value']:.2f} [{ratio['low']:.2f}, {ratio['high']:.2f}]", told]


def _growth_cell(row: dict[str, Any]) -> str:
    growth = row.get("growth")
    if growth is None:
        return ""
    if growth["exponent"] is None:
        return str(growth["name"])
    return (
        f"{growth['name']}, n^{growth['exponent']:.1f} [{growth['low']:.1f}, {growth['high']:.1f}]"
    )
