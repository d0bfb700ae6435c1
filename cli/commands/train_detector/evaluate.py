"""`effilint train-detector evaluate`: how good a model is on problems it was not trained on."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from effilint.commands.train_detector.materials import (
    examples_of,
    explained,
    judged_parts,
    materials,
)


@click.command("evaluate", short_help="Judge a model on problems it was not trained on.")
@click.argument("model", metavar="MODEL")
@materials
@judged_parts
@click.option("-o", "--output", required=True, metavar="FOLDER", help="For report.html and PNG.")
@click.option("--jobs", type=click.IntRange(1), help="Processes that read; all cores by default.")
def command(
    model: str,
    problems: str,
    records: str,
    parts: str,
    annotations: tuple[str, ...],
    twins: tuple[str, ...],
    chosen: tuple[str, ...],
    output: str,
    jobs: int | None,
) -> None:
    """Write how many orders the model in the folder MODEL has right, and print the tables.

    By ratio, over pairs and over problems, with intervals over problems, beside baselines that are
    trained on the part `train` here and now, and beside annotators; its classes of growth, its
    behaviours and its times. `embedded` is the model that comes with effilint.
    """
    with explained():
        from effilint.dataset.page import in_columns, write_page
        from effilint.detectors.learned import Learned, folder_of
        from effilint.train_detector.features import facts_array, readings
        from effilint.train_detector.judging import figures, judged, tables

        learned = Learned(folder_of(model))
        if "train" in chosen:
            raise click.UsageError("--on train: a model is not judged by what it was trained on")
        tokenizer, keeps_names = learned.tokenizer, bool(learned.card["keeps_names"])
        found = examples_of(problems, records, parts, annotations, twins)
        read = readings(
            [one.text for one in found.programs],
            tokenizer,
            keeps_names=keeps_names,
            jobs=jobs,
            cache=Path(output) / "readings.npz",
        )
        verdicts = judged(found, learned, facts_array(read), chosen)
        shown = tables(verdicts)
        about = f"{verdicts.problems:,} problems of {', '.join(chosen)}."
        words = " ".join(["effilint", *sys.argv[1:]])
        write_page(Path(output), "The learned detector", about, words, shown, figures(verdicts))
    for table in shown:
        click.echo(f"\n{table.title}")
        click.echo("\n".join(in_columns(table.head, table.rows)))
