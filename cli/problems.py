"""What the commands that run programs are given: solutions, and the tests of their problem."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from effilint.measure import Sandbox, Tests


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
