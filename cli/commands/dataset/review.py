"""`effilint dataset review`: annotations for people to accept or reject, and their agreement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from effilint.commands.dataset.showing import complain, passed_on, print_table, refusing

if TYPE_CHECKING:
    from effilint.dataset.annotations.sheets import Sheet

_ANNOTATIONS = click.argument("annotations", metavar="ANNOTATIONS")


@click.group("review", short_help="Accept or reject annotations; agreement of two reviewers.")
def command() -> None:
    """Let people review what `annotate` wrote."""


@command.command("export", short_help="Write a file for a reviewer to fill in.")
@_ANNOTATIONS
@click.option("-o", "--output", required=True, metavar="PATH", help="A .csv or .jsonl file.")
@click.option("--reviewer", required=True, metavar="NAME", help="Who fills it in.")
@click.option("--problems", metavar="PATH", help="The problems, to show the whole programs.")
@click.option("--most", type=click.IntRange(1), metavar="COUNT", help="Export no more annotations.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of which are taken then.")
def export(
    annotations: str,
    output: str,
    reviewer: str,
    problems: str | None,
    most: int | None,
    seed: int,
) -> None:
    """Write the annotations with an empty column `decision`: accept or reject."""
    from effilint.dataset.annotations.review import review_rows, written
    from effilint.dataset.writing import replacing

    if not reviewer.strip():
        raise click.UsageError("--reviewer: nobody has no name")
    with refusing():
        sheets = list(_sheets(annotations))
        codes = _codes(problems, {sheet.solution for sheet in sheets}) if problems else {}
        rows = list(review_rows(sheets, reviewer.strip(), codes))
        if most is not None and most < len(rows):
            rows = _some(rows, most, seed)
        with replacing(Path(output)) as file:
            file.writelines(written(Path(output), rows))
    print_table({"annotations to review": len(rows)})


@command.command("import", short_help="Put decisions into the file of annotations.")
@_ANNOTATIONS
@click.argument("reviews", nargs=-1, required=True, metavar="REVIEW...")
@click.option("-o", "--output", required=True, metavar="PATH", help="The annotations, reviewed.")
def import_(annotations: str, reviews: tuple[str, ...], output: str) -> None:
    """Write ANNOTATIONS with what reviewers decided in each REVIEW."""
    from effilint.dataset.annotations.review import read_reviews
    from effilint.dataset.annotations.sheets import Review
    from effilint.dataset.writing import replacing

    counts: Counter[str] = Counter()
    with refusing():
        known = _behaviours(annotations)
        found: dict[str, dict[str, Review]] = {}
        for path in reviews:
            read = read_reviews(Path(path), known)
            for key, review in read.decisions.items():
                found.setdefault(key, {})[read.reviewer] = review
        with replacing(Path(output)) as file:
            for sheet in _sheets(annotations):
                reviewed = sheet.reviewed(found)
                file.write(f"{reviewed.to_json()}\n".encode())
                counts["annotations"] += len(reviewed.annotations)
                counts["of them reviewed"] += sum(bool(a.reviews) for a in reviewed.annotations)
                counts["accepted"] += sum(a.is_accepted for a in reviewed.annotations)
    print_table(counts)


@command.command("agreement", short_help="Cohen's kappa of two reviewers.")
@_ANNOTATIONS
@click.argument("one", metavar="REVIEW")
@click.argument("other", metavar="REVIEW")
def agreement(annotations: str, one: str, other: str) -> None:
    """Show how far two reviewers agree on what both decided, for each behaviour and overall."""
    from effilint.dataset.annotations import review

    with refusing():
        behaviours = _behaviours(annotations)
        read = [review.read_reviews(Path(path), behaviours) for path in (one, other)]
    found = review.agreement(read[0], read[1], behaviours)
    click.echo("behaviour  decided by both  agree    kappa")
    for name in sorted(found, key=lambda name: (not name, name)):
        about = found[name]
        kappa = "-" if about.kappa is None else f"{about.kappa:.2f}"
        row = f"{name or 'all':<9}  {about.count:>15,}  {about.share:>5.0%}  {kappa:>7}"
        click.echo(row)


def _sheets(path: str) -> Iterator[Sheet]:
    from effilint.dataset.annotations.sheets import read_sheets
    from effilint.dataset.rows import Broken

    for item in passed_on(read_sheets(Path(path)), "reading"):
        if isinstance(item, Broken):
            complain(item)
        else:
            yield item


def _behaviours(path: str) -> dict[str, str]:
    """The behaviours of annotations by their ids."""
    return {
        sheet.id_of(annotation): annotation.behaviour
        for sheet in _sheets(path)
        for annotation in sheet.annotations
    }


def _codes(path: str, wanted: set[str]) -> dict[str, str]:
    from effilint.dataset import store
    from effilint.dataset.rows import Broken

    return {
        solution.id: solution.code
        for problem in store.read(Path(path))
        if not isinstance(problem, Broken)
        for solution in problem.solutions
        if solution.id in wanted
    }


def _some(rows: list[dict[str, str]], most: int, seed: int) -> list[dict[str, str]]:
    """As many rows in their order, the same for every reviewer."""
    import hashlib

    def place(row: dict[str, str]) -> bytes:
        return hashlib.sha256(f"{seed} {row['id']}".encode()).digest()

    chosen = {row["id"] for row in sorted(rows, key=place)[:most]}
    return [row for row in rows if row["id"] in chosen]
