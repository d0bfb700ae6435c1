"""Readers of sources of problems: the kind of each is recognised by what is in it."""

from effilint.dataset.readers.recognise import KINDS, UnknownSourceError, kind_of, read
from effilint.dataset.rows import Broken

__all__ = ["KINDS", "Broken", "UnknownSourceError", "kind_of", "read"]
