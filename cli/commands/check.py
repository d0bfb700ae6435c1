"""`effilint check`: parse the options, lint, report, and say with the exit code how it went."""

from __future__ import annotations

import math
import os
from typing import Any

import click

from effilint.globs import Glob, Globs
from effilint.reporters import FORMATS

_READABLE = ("full", "concise")


def _codes(
    context: click.Context,  # noqa: ARG001
    parameter: click.Parameter,  # noqa: ARG001
    given: tuple[str, ...],
) -> tuple[str, ...] | None:
    """Split `A,B`; None where the option is absent. An empty value is kept, to be refused."""
    if not given:
        return None
    codes = [code.strip() for value in given for code in value.split(",")]
    return tuple(code for code in codes if code) or ("",)


def _globs(
    context: click.Context,  # noqa: ARG001
    parameter: click.Parameter,  # noqa: ARG001
    given: tuple[str, ...],
) -> tuple[Glob, ...] | None:
    if not given:
        return None
    globs = tuple(Glob(os.getcwd(), pattern) for value in given for pattern in value.split(","))
    try:
        Globs(globs)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    return globs


def _finite(
    context: click.Context,  # noqa: ARG001
    parameter: click.Parameter,  # noqa: ARG001
    given: float | None,
) -> float | None:
    if given is not None and not math.isfinite(given):
        raise click.BadParameter("must be finite")
    return given


_CODES: dict[str, Any] = {"multiple": True, "metavar": "CODES", "callback": _codes}
_GLOBS: dict[str, Any] = {"multiple": True, "metavar": "GLOBS", "callback": _globs}


@click.command("check", short_help="Find inefficient code in files and folders.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--select", help="Rules, behaviours or families to run; ALL for all.", **_CODES)
@click.option("--ignore", help="Rules, behaviours or families not to run.", **_CODES)
@click.option("--extend-select", help="Like --select, on top of what is configured.", **_CODES)
@click.option(
    "--min-gain",
    type=float,
    callback=_finite,
    metavar="X",
    help="Only rules that gain X times or more.",
)
@click.option("--exclude", help="Patterns of paths to leave out, instead of the usual.", **_GLOBS)
@click.option("--extend-exclude", help="Patterns of paths to leave out as well.", **_GLOBS)
@click.option("--respect-gitignore/--no-respect-gitignore", default=None, help="Default: do.")
@click.option(
    "--force-exclude/--no-force-exclude", default=None, help="Exclude files named here too."
)
@click.option("--fix", is_flag=True, help="Apply fixes to the files.")
@click.option("--unsafe-fixes/--no-unsafe-fixes", default=None, help="Fixes of both kinds.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--output-format", type=click.Choice(list(FORMATS)), default="full", show_default=True
)
@click.option("--statistics", is_flag=True, help="Show counts by behaviour and rule.")
@click.option("--isolated", is_flag=True, help="Ignore all configuration files.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep results of other runs.")
@click.option("--cache-dir", metavar="PATH", help="Where to keep results (EFFILINT_CACHE_DIR).")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="How many processes.")
@click.option("--stdin-filename", metavar="PATH", help="What to call the code read from -.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 also where there are findings.")
def command(**options: Any) -> None:
    """Find inefficient code in files and folders; `-` reads from standard input.

    Exits with 0 if there is none, 1 if there is, 2 if something could not be checked.
    """
    from effilint.session import Session

    overrides = {name: options.pop(name) for name in _OVERRIDES}
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        code = Session(given, **options).run()
    except KeyboardInterrupt:
        code = 130
    raise SystemExit(code)


_OVERRIDES = (
    "select",
    "ignore",
    "extend_select",
    "min_gain",
    "exclude",
    "extend_exclude",
    "respect_gitignore",
    "force_exclude",
    "unsafe_fixes",
)
