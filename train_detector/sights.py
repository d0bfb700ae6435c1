"""What a model in a folder sees of many programs, some at a time, so that memory is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from effilint.detectors.learned import Learned, Sight

Key = TypeVar("Key")
_TOGETHER = 64


def sights(model: Learned, texts: Mapping[Key, str]) -> dict[Key, Sight]:
    """Return what is seen of each program, by its key."""
    keys = list(texts)
    found: dict[Key, Sight] = {}
    for first in range(0, len(keys), _TOGETHER):
        chosen = keys[first : first + _TOGETHER]
        found.update(zip(chosen, model.see([texts[key] for key in chosen]), strict=True))
    return found
