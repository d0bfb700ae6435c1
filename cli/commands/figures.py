"""`effilint figures`: EffiBench's six figures, of what `effilint measure` wrote down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from effilint import rows
from effilint.outcome import plain

if TYPE_CHECKING:
    from effilint.measure.effibench import Summary, Taken

_Sides = tuple[dict[str, "Taken | None"], dict[str, "Taken | None"]]


@click.command("figures", short_help="Show EffiBench's six figures of measured solutions.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--published", is_flag=True, help="Wall time and all memory, as its program has it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(files: tuple[str, ...], published: bool, as_json: bool) -> None:
    """Print the six figures of the solutions in FILEs.

    A FILE is what `effilint measure --against REFERENCE --output FILE` wrote; run it once for each
    problem. Each solution counts as a problem, by the last of its rows.
    """
    import json
    from dataclasses import asdict

    from effilint.measure.effibench import summary

    solutions, references = _sides(files)
    try:
        found = summary(solutions, references, published=published)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    click.echo(json.dumps(asdict(found)) if as_json else _shown(found), nl=as_json)


def _sides(files: tuple[str, ...]) -> _Sides:
    solutions: dict[str, Taken | None] = {}
    references: dict[str, Taken | None] = {}
    for path in files:
        for row in rows.rows_in(path, "FILE"):
            if not row.get("against"):
                raise click.UsageError(
                    f"{path}: {row['solution']} was measured without --against a reference"
                )
            name = f"{row.get('tests')} {row['solution']}"
            try:
                solutions[name] = rows.taken_of(row) if "cpu" in row else None
                other = row.get("reference")
                references[name] = rows.taken_of(other) if other else None
            except (LookupError, TypeError, ValueError):
                raise click.UsageError(
                    f"{path}: the row of {row['solution']} lacks figures; measure it again"
                ) from None
    if not solutions:
        raise click.UsageError("there are no rows of `effilint measure --output`")
    return solutions, references


def _shown(found: Summary) -> str:
    lines = [f"problems that both sides solve: {found.problems:,}"]
    sides = ("the solution", found.failed), ("only the reference", found.lost)
    for words, names in sides:
        if names:
            lines.append(plain(f"failed by {words}: {len(names):,} ({', '.join(names[:10])})"))
    lines += [
        "",
        f"ET   {found.et:>12.6g} s",
        f"MU   {found.mu:>12.6g} MB",
        f"TMU  {found.tmu:>12.6g} MB s",
        "",
        f"     {'mean of ratios':>22}  {'ratio of totals':>22}",
    ]
    for name, figure in (("NET", found.net), ("NMU", found.nmu), ("NTMU", found.ntmu)):
        cells = [
            f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"
            for one in (figure.mean_of_ratios, figure.ratio_of_totals)
        ]
        lines.append(f"{name:<4} {cells[0]:>22}  {cells[1]:>22}")
    if found.coarse:
        lines += ["", f"less than a megabyte, counted as one in ratios: {found.coarse:,}"]
    return "\n".join(lines) + "\n"
