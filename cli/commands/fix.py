"""`effilint fix`: apply fixes, and say which."""

from __future__ import annotations

from typing import Any

import click

from effilint.options import how_to_run, run_session, what_to_lint
from effilint.reporters import FIXES


@click.command("fix", short_help="Fix inefficient code in files and folders.")
@what_to_lint
@how_to_run
def command(**options: Any) -> None:
    """Fix inefficient code in files and folders; `-` reads from standard input.

    Safe fixes are applied, with --unsafe-fixes the others too; with --verify only those that are
    proven. Does what `effilint check --fix` does, and lists the fixes.

    Exits with 0 if nothing is left to be found, 1 if something is, 2 if something could not be
    checked.
    """
    raise SystemExit(
        run_session(options | {"fix": True, "statistics": False, "output_format": FIXES})
    )
