"""The learned detector, for commands: what is wrong with a model is one line, and exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from effilint.outcome import plain

if TYPE_CHECKING:
    from effilint.detectors.learned import Learned


def model_of(name: str) -> Learned:
    """Return the model of this name; `MissingExtraError` without what it needs."""
    from effilint.analyzer.extras import MissingExtraError

    try:
        from effilint.detectors.learned import Learned, folder_of
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("effilint"):
            raise
        what = f"the learned detector needs {error.name}"
        raise MissingExtraError(f"{what}: pip install 'effilint[learned]'") from None
    return Learned(folder_of(name))


@contextmanager
def modelled(name: str) -> Iterator[Learned]:
    """Give the model of this name; `click.UsageError` for what it refuses."""
    from effilint.analyzer.extras import MissingExtraError, ModelError

    try:
        yield model_of(name)
    except (MissingExtraError, ModelError, ValueError) as error:
        raise click.UsageError(plain(str(error))) from None
