"""`effilint dataset`: problems with their solutions, collected, measured, paired, annotated."""

from __future__ import annotations

import click

from effilint.commands.dataset import check, collect, deoptimise, measure, pairs, report, split


@click.group("dataset", short_help="Collect, measure and pair solutions of problems.")
def command() -> None:
    """Make the data that the learned parts are trained on."""


for one in (collect, check, split, measure, pairs, deoptimise, report):
    command.add_command(one.command)
