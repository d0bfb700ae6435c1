"""`effilint dataset report`: what was measured, as tables and figures."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

import click

from effilint.commands.dataset.pairs import opinions_of, records_of
from effilint.commands.dataset.showing import refusing


@click.command("report", short_help="Draw what was measured.")
@click.argument("records", metavar="RECORDS")
@click.option("-o", "--output", required=True, metavar="FOLDER", help="For report.html and PNG.")
@click.option("--problems", metavar="PATH", help="Take the opinions of annotators from these.")
@click.option("--annotations", metavar="PATH", help="What `annotate` wrote, for the behaviours.")
@click.option("--again", metavar="RECORDS", help="A second measurement to compare with.")
def command(
    records: str, output: str, problems: str | None, annotations: str | None, again: str | None
) -> None:
    """Write tables and figures of RECORDS, and print the tables.

    They show verdicts, ratios of pairs, growth, and how often annotators agree with the clock, by
    ratio and by behaviour.
    """
    from effilint.dataset.opinions import beside
    from effilint.dataset.pairs import agreement
    from effilint.dataset.report import numbers, tables, write

    with refusing():
        found = records_of(records)
        findings = [beside(opinion, found) for opinion in opinions_of(problems)]
        counted = numbers(found, findings, _behaviours(annotations))
        words = " ".join(["effilint", *sys.argv[1:]])
        write(counted, Path(output), words)
        for title, head, rows in tables(counted):
            if rows:
                click.echo(f"\n{title}")
                _print([head, *rows])
        if again is not None:
            other = records_of(again)
            for of in ("time", "memory"):
                both, same = agreement(found, other, of)  # type: ignore[arg-type]
                share = f"{same / both:.2%}" if both else "nothing"
                click.echo(f"\ncertain orders in {of} in both: {both:,}, the same: {share}")


def _behaviours(name: str | None) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    if name is None:
        return found
    for number, line in enumerate(Path(name).read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            found[row["solution"]].append(row["behaviour"])
        except (ValueError, LookupError, TypeError):
            raise click.UsageError(f"{name}:{number}: this is no annotation") from None
    return found


def _print(rows: list[list[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        click.echo("  " + "  ".join(cells))
