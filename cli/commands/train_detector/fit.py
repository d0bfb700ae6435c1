"""`effilint train-detector fit`: a model, trained on what was measured."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from effilint import __version__
from effilint.commands.train_detector.materials import examples_of, explained, materials
from effilint.commands.train_detector.showing import Progress


@click.command("fit", short_help="Train a model on what was measured.")
@materials
@click.option(
    "--from",
    "start_name",
    required=True,
    metavar="FOLDER",
    help="What `pretrain` wrote, or a checkpoint such as microsoft/graphcodebert-base.",
)
@click.option("-o", "--output", required=True, metavar="FOLDER", help="The model goes here.")
@click.option("--epochs", type=click.IntRange(1), default=6, show_default=True)
@click.option("--programs", type=click.IntRange(2), default=48, show_default=True)
@click.option("--rate", type=click.FloatRange(0, 1, min_open=True), default=6e-4, show_default=True)
@click.option(
    "--bits",
    type=click.Choice(["8", "32"]),
    default="8",
    show_default=True,
    help="Of the weights in the files: 8 if orders do not suffer, or 32, which GPUs need.",
)
@click.option("--jobs", type=click.IntRange(1), help="Processes that read; all cores by default.")
@click.option("--seed", type=int, default=0, show_default=True)
def command(
    problems: str,
    records: str,
    parts: str,
    annotations: tuple[str, ...],
    twins: tuple[str, ...],
    start_name: str,
    output: str,
    epochs: int,
    programs: int,
    rate: float,
    bits: str,
    jobs: int | None,
    seed: int,
) -> None:
    """Train a model on the part `train` of PROBLEMS, and write it as ONNX with its card.

    What scores are worth is told by the part `validation`; nothing else is looked at. Started
    again, it goes on after the last epoch that was finished.
    """
    with explained():
        from effilint.train_detector.fitting import fitted
        from effilint.train_detector.starting import start
        from effilint.train_detector.training import Plan

        with Progress(Path(output) / "work") as progress:
            with progress.doing("reading what was measured"):
                found = examples_of(problems, records, parts, annotations, twins)
            card = fitted(
                Path(output),
                found,
                start(start_name, seed=seed),
                plan=Plan(epochs=epochs, programs=programs, rate=rate, seed=seed),
                jobs=jobs,
                is_small=bits == "8",
                told=progress.told,
                doing=progress.doing,
                more={
                    "version": __version__,
                    "command": " ".join(["effilint", *sys.argv[1:]]),
                    "start": Path(start_name).name,
                },
            )
    for name, difference in card.get("differs_from_torch", {}).items():
        click.echo(f"{name}: differs from torch by {difference:.1e} at most", err=True)
