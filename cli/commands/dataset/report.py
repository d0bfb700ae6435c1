"""`effilint dataset report`: what was measured, as tables and figures."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from effilint.commands.dataset.pairs import opinions_of, records_of
from effilint.commands.dataset.showing import complain, refusing

if TYPE_CHECKING:
    from effilint.dataset.pairs import Of


@click.command("report", short_help="Draw what was measured.")
@click.argument("records", metavar="RECORDS")
@click.option("-o", "--output", required=True, metavar="FOLDER", help="For report.html and PNG.")
@click.option("--problems", metavar="PATH", help="Take the opinions of annotators from these.")
@click.option("--annotations", metavar="PATH", help="What `annotate` wrote, for the behaviours.")
@click.option("--twins", multiple=True, metavar="PATH", help="What `deoptimise` wrote.")
@click.option("--again", metavar="RECORDS", help="A second measurement to compare with.")
def command(
    records: str,
    output: str,
    problems: str | None,
    annotations: str | None,
    twins: tuple[str, ...],
    again: str | None,
) -> None:
    """Write tables and figures of RECORDS, and print the tables.

    They show verdicts, ratios of pairs, growth, and how often annotators agree with the clock, by
    ratio and by behaviour; and how many twins there are of each behaviour.
    """
    from effilint.dataset.deoptimising import read_twins
    from effilint.dataset.opinions import beside
    from effilint.dataset.page import in_columns
    from effilint.dataset.pairs import agreement
    from effilint.dataset.report import numbers, table_of_twins, tables, write

    with refusing():
        found = records_of(records)
        findings = [beside(opinion, found) for opinion in opinions_of(problems)]
        counted = numbers(found, findings, _behaviours(annotations))
        words = " ".join(["effilint", *sys.argv[1:]])
        made = [row for path in twins for row in read_twins(Path(path))]
        more = [table_of_twins(made)] if made else []
        write(counted, Path(output), words, more)
        for title, head, rows in (*tables(counted), *more):
            if rows:
                click.echo(f"\n{title}")
                click.echo("\n".join(in_columns(head, rows)))
        if again is not None:
            other = records_of(again)
            kinds: tuple[Of, ...] = ("time", "memory")
            for of in kinds:
                both, same = agreement(found, other, of)
                share = f"{same / both:.2%}" if both else "nothing"
                click.echo(f"\ncertain orders in {of} in both: {both:,}, the same: {share}")


def _behaviours(name: str | None) -> dict[str, list[str]]:
    from effilint.dataset.annotations.sheets import read_sheets
    from effilint.dataset.rows import Broken

    found: defaultdict[str, list[str]] = defaultdict(list)
    if name is None:
        return found
    for sheet in read_sheets(Path(name)):
        if isinstance(sheet, Broken):
            complain(sheet)
            continue
        marked = [a.behaviour for a in sheet.annotations if a.side == "inefficient"]
        found[sheet.solution] += marked
    return found
