"""What extras bring, imported when it is needed."""

from __future__ import annotations

import importlib
from typing import Any


class MissingExtraError(Exception):
    """A package that is not installed; `str` is one sentence with the way to install it."""


class ModelError(Exception):
    """A model that cannot be used; `str` is one clear line."""


def needed(module: str, purpose: str, extra: str = "dataset") -> Any:
    """Return a module of an extra; `MissingExtraError` if it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        raise MissingExtraError(
            f"{purpose} needs {error.name}: pip install 'effilint[{extra}]'"
        ) from None
