"""`effilint train-detector pretrain`: an encoder that has read Python."""

from __future__ import annotations

from pathlib import Path

import click

from effilint.commands.train_detector.materials import explained
from effilint.commands.train_detector.showing import Progress


@click.command("pretrain", short_help="Let an encoder read Python that is installed.")
@click.option("-o", "--output", required=True, metavar="FOLDER", help="The encoder goes here.")
@click.option(
    "--problems", metavar="PATH", help="Programs to make the tokenizer of, beside what is read."
)
@click.option("--functions", type=click.IntRange(1), default=20_000, show_default=True)
@click.option("--epochs", type=click.IntRange(0), default=2, show_default=True)
@click.option("--width", type=click.IntRange(16), default=192, show_default=True)
@click.option("--layers", type=click.IntRange(1), default=4, show_default=True)
@click.option("--pieces", type=click.IntRange(300), default=4096, show_default=True)
@click.option("--jobs", type=click.IntRange(1), help="Processes that read; all cores by default.")
@click.option("--seed", type=int, default=0, show_default=True)
def command(
    output: str,
    problems: str | None,
    functions: int,
    epochs: int,
    width: int,
    layers: int,
    pieces: int,
    jobs: int | None,
    seed: int,
) -> None:
    """Pre-train a compact encoder on functions of the standard library and installed packages.

    Of packages, those whose metadata names a permissive licence. Hidden pieces, edges of the data
    flow and spellings of variables are to be found, as in GraphCodeBERT. Started again, it goes on
    after the last epoch that was finished.
    """
    with explained():
        from effilint.train_detector.pretraining import prepared

        with Progress(Path(output)) as progress:
            prepared(
                Path(output),
                programs=_training_programs(problems),
                functions=functions,
                epochs=epochs,
                width=width,
                layers=layers,
                pieces=pieces,
                jobs=jobs,
                seed=seed,
                told=progress.told,
                doing=progress.doing,
            )


def _training_programs(problems: str | None) -> list[str]:
    """The solutions of problems that nothing is tested on."""
    if problems is None:
        return []
    from effilint.dataset import store
    from effilint.dataset.problems import Problem
    from effilint.dataset.time_data import usual_part

    found = []
    for one in store.read(Path(problems)):
        if isinstance(one, Problem) and usual_part(one) == "train":
            found += [solution.code for solution in one.solutions]
    return found
