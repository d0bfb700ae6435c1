"""`effilint dataset`: problems with their solutions, collected, measured, paired, annotated."""

from __future__ import annotations

import click

from effilint.commands.dataset import check, collect, measure, split


@click.group("dataset", short_help="Collect, measure and split problems with their solutions.")
def command() -> None:
    """Make the data that the learned parts are trained on."""


for one in (collect, check, measure, split):
    command.add_command(one.command)
