"""A program as the learned detector reads it: tokens and data flow, how hot each is, and facts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from effilint.detectors.encoding import Batch, Encoded, Encoder
from effilint.detectors.facts import FACTS, facts_in, vector
from effilint.detectors.heat import heat_in
from effilint.detectors.operations import Table, opened

Floats = NDArray[np.float32]
# Of a position: times, repeats, price, spared (see `heat.Heat`), all it takes, that less what the
# hottest one takes, loops around it, and 1 where these are known.
WARMTHS = 8
TOTAL, KNOWN = 4, 7  # places among them
_SCALE = 0.1  # bits are up to 64
_LOOP = 5.0  # bits that stand for a loop around a token


class Reading(NamedTuple):
    """A program: `encoded`; `heat` of its positions, (L, WARMTHS); `facts`, (len(FACTS),)."""

    encoded: Encoded
    heat: Floats
    facts: Floats


class Inputs(NamedTuple):
    """Programs as a model takes them.

    `ids` and `positions` of shape (B, L), int64; `mask` (B, L, L), True what a position sees;
    `heat` (B, L, WARMTHS) and `facts` (B, len(FACTS)), float32.
    """

    ids: NDArray[np.int64]
    positions: NDArray[np.int64]
    mask: NDArray[np.bool_]
    heat: Floats
    facts: Floats


def read(text: str, encoder: Encoder) -> Reading:
    """Return a program as it is read; any text can be."""
    encoded = encoder.encode(text)
    with opened(text) as table:
        if table is None:
            return Reading(encoded, _heat(encoded, None), np.zeros(len(FACTS), np.float32))
        facts = np.array(vector(facts_in(table)), np.float32)
        return Reading(encoded, _heat(encoded, table), facts)


def batch(readings: Sequence[Reading], encoder: Encoder, *, length: int | None = None) -> Inputs:
    """Return programs as arrays, padded to the longest, or to `length` positions."""
    made: Batch = encoder.batch([one.encoded for one in readings], length=length)
    heat = np.zeros((*made.ids.shape, WARMTHS), np.float32)
    for row, one in enumerate(readings):
        heat[row, : len(one.heat)] = one.heat
    facts = np.stack([one.facts for one in readings]) if readings else np.zeros((0, len(FACTS)))
    return Inputs(*made, heat, facts.astype(np.float32))


def lines_of(text: str, reading: Reading) -> list[int]:
    """Return the line of each piece, from 1; 0 for the marks at both ends."""
    lines = text.split("\n")
    starts = [0, *accumulate(len(line.encode("utf-8", "surrogatepass")) + 1 for line in lines)]
    return [bisect_right(starts, place) for place in reading.encoded.leaves]


def _heat(encoded: Encoded, table: Table | None) -> Floats:
    """The heat of pieces, and of variables as that of the piece that spells them."""
    count = len(encoded.ids)
    found = np.zeros((encoded.length, WARMTHS), np.float32)
    starts = sorted({start for start in encoded.leaves if start >= 0})
    heats = heat_in(table, starts) if table is not None else None
    if heats is not None and starts:
        known = dict(zip(starts, heats, strict=True))
        places = [n for n, start in enumerate(encoded.leaves) if start >= 0]
        bits = np.array([known[encoded.leaves[n]] for n in places], np.float32)
        total = bits[:, :3].sum(axis=1)
        found[places, :4], found[places, TOTAL] = bits, total
        found[places, TOTAL + 1] = total - total.max()
        found[places, KNOWN] = 1 / _SCALE
    found[:count, KNOWN - 1] = _LOOP * np.array(encoded.loops)
    found[count:] = found[[first for first, _ in encoded.spans]]
    return found * _SCALE
