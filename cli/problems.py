"""What the commands that run programs are given: solutions, and the tests of their problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from effilint.measure import Ladder, Program, Sandbox, Tests

Command = Callable[..., Any]


isolation_option = click.option(
    "--isolation",
    type=click.Choice(["best", "L3", "L2", "L1", "none"]),
    default="best",
    help="The least that will do; `none` runs code unprotected.",
)


def run_options(command: Command) -> Command:
    """Give a command the options of all that run programs."""
    for option in (
        click.option(
            "--growth",
            is_flag=True,
            help="Make the tests' inputs larger, and tell how the cost grows with their size.",
        ),
        click.option(
            "--description",
            metavar="PATH",
            help="The problem's text: larger inputs keep to the constraints in it.",
        ),
        isolation_option,
        click.option("--python", metavar="PATH", help="The interpreter to run solutions with."),
    )[::-1]:
        command = option(command)
    return command


def text_of(name: str, option: str) -> str:
    """Return the text of a program; `click.BadParameter` naming the option if there is none."""
    from effilint.analyzer import Source, SourceError

    try:
        return Source.from_bytes(Path(name).read_bytes(), name).text
    except SourceError as error:
        raise click.BadParameter(str(error), param_hint=option) from None
    except OSError as error:
        raise click.BadParameter(f"{name}: {error.strerror}", param_hint=option) from None


def tests_of(name: str, sandbox: Sandbox) -> Tests:
    """Return the tests in a file; `click.BadParameter` if there are none."""
    from effilint.measure import BadTestsError, Tests

    try:
        return Tests.load(name, sandbox=sandbox)
    except BadTestsError as error:
        raise click.BadParameter(str(error), param_hint="--tests") from None
    except OSError as error:
        raise click.BadParameter(f"{name}: {error.strerror}", param_hint="--tests") from None


def description_of(name: str | None, tests: Tests, growing: Mapping[str, bool]) -> str | None:
    """Return a problem's text, if there is one; `click.UsageError` where it cannot serve.

    `growing` tells of each option that makes inputs larger whether it is given.
    """
    given = [option for option, is_given in growing.items() if is_given]
    if name and not given:
        raise click.UsageError(f"--description says nothing without {' or '.join(growing)}")
    if given and tests.entry is None:
        raise click.UsageError(
            f"{given[0]} is for functions: a script's input cannot be made larger"
        )
    return text_of(name, "--description") if name else None


def climbed(
    program: Program,
    tests: Tests,
    sandbox: Sandbox,
    description: str | None,
    reference: str | None = None,
) -> Ladder:
    """Return what a solution takes on the inputs of its tests, made larger and larger.

    It must return there what the reference does, if there is one.
    """
    from effilint.measure import Program, examples_of, ladder, names_of

    examples = examples_of(tests, program.text)
    other = Program(reference, tests.entry, tests.prelude) if reference else None
    return ladder(
        program,
        examples,
        sandbox,
        description=description,
        names=names_of(examples, program.text, tests.entry),
        reference=other,
        rule=tests.rule,
    )
