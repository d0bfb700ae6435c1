"""`effilint train-detector fuse`: what the evidence of both detectors weighs in Bc."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from effilint import __version__
from effilint.commands.train_detector.materials import (
    examples_of,
    explained,
    judged_parts,
    materials,
)
from effilint.commands.train_detector.showing import Progress

_FITTED = {"train", "validation"}  # parts that weights are fitted on


@click.command("fuse", short_help="Fit the weights of Bc on what was measured.")
@materials
@click.option(
    "--model", metavar="FOLDER", help="A model of `fit`; without it Bc is of rules alone."
)
@judged_parts
@click.option(
    "-o", "--output", required=True, metavar="FOLDER", help="For weights.json, report.html and PNG."
)
@click.option("--jobs", type=click.IntRange(1), help="Processes that look; all cores by default.")
def command(
    problems: str,
    records: str,
    parts: str,
    annotations: tuple[str, ...],
    twins: tuple[str, ...],
    model: str | None,
    chosen: tuple[str, ...],
    output: str,
    jobs: int | None,
) -> None:
    """Fit what findings, estimates and the learned detector weigh in Bc, and say how good it is.

    Weights are fitted on the part `train`, those of the learned detector on `validation`. A scorer
    takes the learned detector's from weights.json in the folder of its model.
    """
    if _FITTED & set(chosen):
        raise click.UsageError("--on: Bc is not judged by what its weights were fitted on")
    with explained():
        from effilint.commands.dataset.pairs import records_of
        from effilint.dataset.page import in_columns, write_page
        from effilint.dataset.writing import replacing
        from effilint.detectors.learned import Learned
        from effilint.scorer.fusion import FILE
        from effilint.train_detector.fusing import Known, as_rows, evidence_for, fused, slow_ones
        from effilint.train_detector.judging_fusion import figures, reported, tables
        from effilint.train_detector.sights import sights

        folder = Path(output)
        with Progress(folder) as progress:
            with progress.doing("reading what was measured"):
                found = examples_of(problems, records, parts, annotations, twins)
                slow = slow_ones(found, records_of(records))
            texts = [one.text for one in found.programs]
            with progress.doing(f"looking at {len(texts)} programs"):
                evidence, facts = evidence_for(texts, jobs)
            known = Known(evidence, slow, {})
            static = weights = fused(found, known, None)
            learned = Learned(Path(model)) if model is not None else None
            if learned is not None:
                places = [
                    n for n, one in enumerate(found.programs) if one.part in ("validation", *chosen)
                ]
                with progress.doing(f"asking the model about {len(places)} programs"):
                    known = Known(evidence, slow, sights(learned, {n: texts[n] for n in places}))
                weights = fused(found, known, learned)
            report = reported(found, known, weights, static, learned, facts, chosen)
        words = " ".join(["effilint", *sys.argv[1:]])
        about = f"{report.problems:,} problems of {', '.join(chosen)}."
        shown = tables(report)
        write_page(folder, "Bc", about, words, shown, figures(report))
        row = {
            "weights": as_rows(weights),
            "report": {"version": __version__, "command": words, **report.to_row()},
        }
        with replacing(folder / FILE) as file:
            file.write(json.dumps(row, indent=1).encode() + b"\n")
    for table in shown:
        click.echo(f"\n{table.title}")
        click.echo("\n".join(in_columns(table.head, table.rows)))
