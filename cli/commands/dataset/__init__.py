"""`effilint dataset`: problems with their solutions, collected, measured, paired, annotated."""

from __future__ import annotations

import click

from effilint.commands.dataset import (
    annotate,
    check,
    collect,
    deoptimise,
    measure,
    pairs,
    report,
    review,
    split,
    times,
)


@click.group("dataset", short_help="Collect, measure and pair solutions of problems.")
def command() -> None:
    """Make the data that the learned parts are trained on."""


for one in (collect, check, split, measure, pairs, deoptimise, report, annotate, review, times):
    command.add_command(one.command)
