"""`effilint dataset check`: nothing stands in two parts of a set of problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from effilint.commands.dataset.finding import Found, border_options, found_in
from effilint.commands.dataset.showing import print_table, refusing

if TYPE_CHECKING:
    from effilint.dataset.splits import Parts


@click.command("check", short_help="Fail if a problem, or nearly the same, is in two parts.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--parts", "parts_path", metavar="PATH", help="What `split` wrote about FILE.")
@border_options
def command(
    files: tuple[str, ...],
    parts_path: str | None,
    weights: tuple[float, float, float],
    near: float,
) -> None:
    """Look for problems on both sides of a border between parts, and for near-duplicates there.

    Each of several FILEs is a part. In one FILE the parts are those of --parts, or those that
    hashes of the problems' ids give. Near-duplicates are problems whose descriptions, or
    solutions, share most of their runs of five words. Exits with 1 if there are any.
    """
    if parts_path and len(files) > 1:
        raise click.UsageError("--parts says which parts are in one FILE, not in several")
    with refusing():
        found = found_in(map(Path, files), near)
        told = _told(found, parts_path, len(files) > 1, weights)
    leaks = list(_leaks(found, told))
    for line in leaks:
        click.echo(line)
    kinds = Counter(near.what for near in found.near)
    across = Counter(near.what for near in told.crossing(found.near))
    print_table(
        {
            **{f"problems in {part}": n for part, n in Counter(told.parts.values()).items()},
            **{f"pairs of problems with nearly the same {what}": kinds[what] for what in kinds},
            **{f"of them across a border: {what}": across[what] for what in kinds},
        }
    )
    raise SystemExit(1 if leaks else 0)


def _told(
    found: Found,
    parts_path: str | None,
    is_by_file: bool,
    weights: tuple[float, float, float],
) -> Parts:
    """The part of each problem."""
    from effilint.dataset.problems import BadRowError
    from effilint.dataset.splits import Parts, Weights, split

    if is_by_file:
        return Parts(found.files)
    if parts_path is None:
        return split(found.in_pool, weights=Weights(*weights))
    told = Parts.read(Path(parts_path))
    if missing := sorted(set(found.in_pool) - set(told.parts)):
        raise BadRowError(f"{missing[0]} is in no part of {parts_path}")
    return told


def _leaks(found: Found, told: Parts) -> Iterator[str]:
    for problem, path in found.repeated:
        yield f"{problem}: in {found.files[problem]}, and again in {path}"
    for near in told.crossing(found.near):
        sides = (f"{name} ({told.parts[name]})" for name in (near.one, near.other))
        yield f"{' ~ '.join(sides)}: {near.what} {near.similarity:.2f}"
