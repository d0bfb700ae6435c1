"""`effilint dataset pairs`: pairs of solutions whose order the clock has told."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from effilint.commands.dataset.showing import complain, passed_on, print_table, refusing

if TYPE_CHECKING:
    from effilint.dataset.opinions import Opinion
    from effilint.dataset.records import Record


@click.command("pairs", short_help="Sample pairs whose order was measured.")
@click.argument("records", metavar="RECORDS")
@click.option("-o", "--output", required=True, metavar="PATH", help="A .jsonl file.")
@click.option(
    "--of",
    type=click.Choice(["time", "memory"]),
    multiple=True,
    default=("time", "memory"),
    show_default="both",
    help="What pairs are compared in; can be given twice.",
)
@click.option("--problems", metavar="PATH", help="Take the annotated pairs of these problems too.")
@click.option(
    "--min-ratio",
    type=click.FloatRange(1),
    default=1.25,
    show_default=True,
    help="A pair that is certain counts from this ratio on.",
)
@click.option(
    "--per-problem",
    type=click.IntRange(1),
    default=40,
    show_default=True,
    help="The most pairs of a problem, beside the annotated ones.",
)
@click.option("--seed", type=int, default=0, show_default=True)
def command(
    records: str,
    output: str,
    of: tuple[Any, ...],
    problems: str | None,
    min_ratio: float,
    per_problem: int,
    seed: int,
) -> None:
    """Sample pairs from RECORDS, a file that `measure` wrote: a row for each, slower side first.

    Each problem gives its extremes, pairs across the quarters of its ranking, and pairs of each
    size of gap. Pairs that are equal, or unclear, are kept under that name.
    """
    from effilint.dataset.pairs import pairs_of
    from effilint.dataset.writing import replacing

    counts: Counter[str] = Counter()
    with refusing():
        found = records_of(records)
        annotated: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for opinion in opinions_of(problems):
            annotated[opinion.problem].append((opinion.inefficient, opinion.efficient))
        with replacing(Path(output)) as file:
            for record in passed_on(found.values(), "pairing"):
                for kind in of:
                    for pair in pairs_of(
                        record,
                        kind,
                        annotated=annotated[record.problem],
                        least=min_ratio,
                        most=per_problem,
                        seed=seed,
                    ):
                        counts[f"pairs in {kind}, {pair.verdict}"] += 1
                        file.write(json.dumps(pair.to_row()).encode() + b"\n")
    print_table(dict(sorted(counts.items())) or {"pairs": 0})


def records_of(name: str) -> dict[str, Record]:
    """Return the records of a file by problem; `click.UsageError` if there are none."""
    from effilint.dataset.measuring import measured

    path = Path(name)
    if not path.exists():
        raise click.UsageError(f"{name}: No such file or directory")
    found = {record.problem: record for record in measured(path)}
    if not found:
        raise click.UsageError(f"{name}: there are no records in it")
    return found


def opinions_of(name: str | None) -> list[Opinion]:
    """Return the annotated pairs of a file of problems; none without one."""
    from effilint.dataset import store
    from effilint.dataset.opinions import opinions
    from effilint.dataset.problems import Problem

    if name is None:
        return []
    items = list(store.read(Path(name)))
    for item in items:
        if not isinstance(item, Problem):
            complain(item)
    return list(opinions(item for item in items if isinstance(item, Problem)))
