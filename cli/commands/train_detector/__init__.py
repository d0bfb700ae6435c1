"""`effilint train-detector`: the learned detector, pre-trained, fitted and judged."""

from __future__ import annotations

import click

from effilint.commands.train_detector import ablate, evaluate, fit, fuse, pretrain


@click.group("train-detector", short_help="Train the learned detector, and judge it.")
def command() -> None:
    """Train a model on what was measured, and say how good it is on other problems."""


for one in (pretrain, fit, fuse, evaluate, ablate):
    command.add_command(one.command)
