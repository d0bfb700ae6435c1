"""`effilint train-detector ablate`: what each part of the training brings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from effilint.commands.train_detector.materials import (
    examples_of,
    explained,
    judged_parts,
    materials,
)
from effilint.commands.train_detector.showing import Progress


@click.command("ablate", short_help="Train without each part in turn, and compare.")
@materials
@click.option("--from", "start_name", required=True, metavar="FOLDER", help="As for `fit`.")
@judged_parts
@click.option("-o", "--output", required=True, metavar="FOLDER", help="For ablations.jsonl.")
@click.option("--epochs", type=click.IntRange(1), default=6, show_default=True)
@click.option("--jobs", type=click.IntRange(1), help="Processes that read; all cores by default.")
@click.option("--seed", type=int, default=0, show_default=True)
def command(
    problems: str,
    records: str,
    parts: str,
    annotations: tuple[str, ...],
    twins: tuple[str, ...],
    start_name: str,
    chosen: tuple[str, ...],
    output: str,
    epochs: int,
    jobs: int | None,
    seed: int,
) -> None:
    """Train the network whole, and without pre-training, data flow, facts, twins, or the clock.

    The trees are left out of all, and the rest is the same. What is in the file already is not
    trained again.
    """
    if "train" in chosen:
        raise click.UsageError("--on train: a model is not judged by what it was trained on")
    path = Path(output) / "ablations.jsonl"
    with explained():
        from effilint.train_detector.ablations import ABLATIONS, UNTRAINED, ablation
        from effilint.train_detector.features import readings
        from effilint.train_detector.starting import start
        from effilint.train_detector.training import Plan

        with Progress(Path(output)) as progress:
            found = examples_of(problems, records, parts, annotations, twins)
            plan = Plan(epochs=epochs, seed=seed)
            rows = _rows(path)
            done = {(row["ablation"], row["epochs"], row["seed"]) for row in rows}
            for name in ABLATIONS:
                if (name, epochs, seed) in done:
                    continue
                given = start(start_name, seed=seed, is_new=name == UNTRAINED)
                with progress.doing(f"reading {len(found.programs)} programs"):
                    read = readings(
                        [one.text for one in found.programs],
                        given.tokenizer,
                        keeps_names=given.keeps_names,
                        jobs=jobs,
                        cache=Path(output) / "readings.npz",
                    )
                row = ablation(
                    name,
                    found,
                    read,
                    given,
                    plan=plan,
                    parts=chosen,
                    told=progress.told,
                    doing=progress.doing,
                )
                with path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
                rows.append(row)
    _show(rows)


def _rows(path: Path) -> list[dict[str, Any]]:
    from effilint.dataset.rows import Broken, rows

    if not path.exists():
        return []
    return [row.content for row in rows(path) if not isinstance(row, Broken)]


def _show(rows: list[dict[str, Any]]) -> None:
    from effilint.dataset.page import in_columns
    from effilint.train_detector.evaluation import BINS, Share

    cells = [[row["ablation"], *(str(Share(**row[bin_])) for bin_ in BINS)] for row in rows]
    click.echo("\n".join(in_columns(["", *BINS], cells)))
