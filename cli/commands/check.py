"""`effilint check`: parse the options, lint, report, and say with the exit code how it went."""

from __future__ import annotations

from typing import Any

import click

from effilint.options import how_to_run, run_session, what_to_lint
from effilint.reporters import FORMATS


@click.command("check", short_help="Find inefficient code in files and folders.")
@what_to_lint
@click.option("--fix", is_flag=True, help="Apply fixes to the files.")
@click.option(
    "--output-format", type=click.Choice(list(FORMATS)), default="full", show_default=True
)
@click.option("--statistics", is_flag=True, help="Show counts by behaviour and rule.")
@how_to_run
def command(**options: Any) -> None:
    """Find inefficient code in files and folders; `-` reads from standard input.

    Exits with 0 if there is none, 1 if there is, 2 if something could not be checked.

    No code is run, unless --verify asks for it.
    """
    raise SystemExit(run_session(options))
