"""What the extra `[dataset]` brings, imported when it is needed."""

from __future__ import annotations

import importlib
from typing import Any


class MissingExtraError(Exception):
    """A package that is not installed; `str` is one sentence with the way to install it."""


def needed(module: str, purpose: str) -> Any:
    """Return a module of the extra; `MissingExtraError` if it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        raise MissingExtraError(
            f"{purpose} needs {error.name}: pip install 'effilint[dataset]'"
        ) from None
