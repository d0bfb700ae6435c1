"""`effilint dataset split`: the part of each problem, with near-duplicates put together."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from effilint.commands.dataset.finding import border_options, found_in
from effilint.commands.dataset.showing import print_table, refusing


@click.command("split", short_help="Say which part each problem is in.")
@click.argument("file", metavar="FILE")
@click.option("-o", "--output", required=True, metavar="PATH", help="JSON lines: problem and part.")
@border_options
def command(file: str, output: str, weights: tuple[float, float, float], near: float) -> None:
    """Write the part of each problem in FILE: train, validation, test, or effibench.

    Problems that are nearly the same form a group and are in one part, that of the hash of the
    smallest id. What is in EffiBench's pool, or is nearly the same as something in it, is in the
    part `effibench`, kept out of training.
    """
    from effilint.dataset.splits import Weights, split
    from effilint.dataset.writing import replacing

    if sum(weights) == 0:
        raise click.UsageError("--weights: one of them must be more than 0")
    with refusing():
        found = found_in([Path(file)], near)
        parts = split(found.in_pool, found.near, Weights(*weights))
        with replacing(Path(output)) as target:
            target.writelines(line.encode() for line in parts.to_lines())
    groups = Counter(parts.groups.values())
    print_table(
        {
            **{f"problems in {part}": n for part, n in Counter(parts.parts.values()).items()},
            "groups of problems that are nearly the same": sum(n > 1 for n in groups.values()),
            "problems in them": sum(n for n in groups.values() if n > 1),
        }
    )
