"""The options that `effilint check` and `effilint fix` share."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from effilint.globs import Glob, Globs

_Command = TypeVar("_Command", bound=Callable[..., Any])


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


def _generator(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001
    given: str | None,
) -> str | None:
    if given is None:
        return None
    from effilint.proof import InputsError, generator_of

    if not context.params.get("verify"):
        raise click.BadParameter("is for --verify only")
    try:
        generator_of(given)
    except InputsError as error:
        raise click.BadParameter(str(error)) from None
    return given


_CODES: dict[str, Any] = {"multiple": True, "metavar": "CODES", "callback": _codes}
_GLOBS: dict[str, Any] = {"multiple": True, "metavar": "GLOBS", "callback": _globs}
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
    "learned",
)
_BEFORE = (
    click.argument("paths", nargs=-1, metavar="[PATH]..."),
    click.option("--select", help="Rules, behaviours or families to run; ALL for all.", **_CODES),
    click.option("--ignore", help="Rules, behaviours or families not to run.", **_CODES),
    click.option("--extend-select", help="Like --select, on top of what is configured.", **_CODES),
    click.option(
        "--min-gain",
        type=float,
        callback=_finite,
        metavar="X",
        help="Only rules that gain X times or more.",
    ),
    click.option(
        "--exclude", help="Patterns of paths to leave out, instead of the usual.", **_GLOBS
    ),
    click.option("--extend-exclude", help="Patterns of paths to leave out as well.", **_GLOBS),
    click.option("--respect-gitignore/--no-respect-gitignore", default=None, help="Default: do."),
    click.option(
        "--force-exclude/--no-force-exclude", default=None, help="Exclude files named here too."
    ),
    click.option("--unsafe-fixes/--no-unsafe-fixes", default=None, help="Fixes of both kinds."),
    click.option(
        "--learned/--no-learned", default=None, help="Ask the learned detector about functions too."
    ),
    click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing."),
    click.option(
        "--verify",
        is_flag=True,
        is_eager=True,
        help="Run the code of each finding, isolated, as it is and fixed, to prove the fix; only"
        " what is proven equal and faster is applied.",
    ),
    click.option(
        "--inputs",
        metavar="MODULE:F",
        callback=_generator,
        help="With --verify: F(n) gives the arguments for a size, as a tuple or dict.",
    ),
    click.option(
        "--verify-timeout",
        type=click.FloatRange(min=0.1, max=3600),
        default=10.0,
        show_default=True,
        metavar="SECONDS",
        help="How long a proof may take.",
    ),
)
_AFTER = (
    click.option("--isolated", is_flag=True, help="Ignore all configuration files."),
    click.option("--no-cache", is_flag=True, help="Neither use nor keep results of other runs."),
    click.option("--cache-dir", metavar="PATH", help="Where to keep results (EFFILINT_CACHE_DIR)."),
    click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="How many processes."),
    click.option("--stdin-filename", metavar="PATH", help="What to call the code read from -."),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 also where there are findings."),
)


def what_to_lint(command: _Command) -> _Command:
    """Add paths, and the options about rules, fixes and proofs."""
    for option in reversed(_BEFORE):
        command = option(command)
    return command


def how_to_run(command: _Command) -> _Command:
    """Add the options about the run itself."""
    for option in reversed(_AFTER):
        command = option(command)
    return command


def run_session(options: dict[str, Any]) -> int:
    """Run a session with the options of a command, and return the exit code."""
    from effilint.session import Session

    overrides = {name: options.pop(name) for name in _OVERRIDES}
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Session(given, **options).run()
    except KeyboardInterrupt:
        return 130
