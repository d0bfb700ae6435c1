"""Brackets that are closed where they should be."""

from __future__ import annotations

import random
from collections.abc import Sequence

PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
CLOSING = {close: opening for opening, close in PAIRS.items()}


def is_balanced(text: str) -> bool:
    """Whether every bracket in a text is closed where it should be."""
    waiting: list[str] = []
    for character in text:
        if character in PAIRS:
            waiting.append(character)
        elif character in CLOSING and (not waiting or waiting.pop() != CLOSING[character]):
            return False
    return not waiting


def brackets(size: int, kinds: Sequence[str], rng: random.Random) -> str:
    """Return a balanced text of this many brackets, of the kinds that open with these."""
    found: list[str] = []
    waiting: list[str] = []
    total = size - size % 2 or 2
    while len(found) < total:
        left = total - len(found)
        if not waiting or (len(waiting) < left and rng.random() < 0.5):
            waiting.append(rng.choice(kinds))
            found.append(waiting[-1])
        else:
            found.append(PAIRS[waiting.pop()])
    return "".join(found)
