"""The readings of many programs, several programs at a time, each made once."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from effilint.dataset.writing import replacing
from effilint.detectors.encoding import Encoded, Encoder
from effilint.detectors.facts import FACTS
from effilint.detectors.reading import Reading, read

_Seen = TypeVar("_Seen")
_CHUNK = 32  # programs that a process takes at a time
_BLOCK = 8192  # programs after which the cache is written
_MAKERS = ("analyzer", "detectors", "rules")  # packages that a reading depends on


def readings(
    texts: Sequence[str],
    tokenizer: Tokenizer,
    *,
    keeps_names: bool = False,
    jobs: int | None = None,
    cache: Path | None = None,
) -> list[Reading]:
    """Return programs as the model reads them, in order; equal texts share a reading.

    `jobs` is how many processes work, all cores if None. In the file `cache` (`.npz`) are the
    readings of programs that are known; what is not there is made and added, some thousand at a
    time. One of another tokenizer or another version of this package, or that is broken, is made
    anew. Raises `OSError` where it cannot be written.
    """
    keys = [_key(text) for text in texts]
    reader = (tokenizer.to_str(), keeps_names)
    made_by = _key(f"{_version()} {reader}")
    known = _stored(cache, made_by) if cache is not None else {}
    left = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    names = list(left)
    for first in range(0, len(names), _BLOCK):
        block = names[first : first + _BLOCK]
        made = spread(_one, [left[key] for key in block], jobs, _prepare, reader)
        known.update(zip(block, made, strict=True))
        if cache is not None:
            cache.parent.mkdir(parents=True, exist_ok=True)
            with replacing(cache) as file:
                np.savez_compressed(file, allow_pickle=False, **_packed(known, made_by))
    return [known[key] for key in keys]


def facts_array(found: Sequence[Reading]) -> NDArray[np.float32]:
    """Return the facts of programs: shape (programs, len(FACTS)), in the order of `FACTS`."""
    return np.stack([one.facts for one in found]) if found else np.zeros((0, len(FACTS)), "f4")


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _version() -> str:
    """What tells readings of one state of this package from those of another."""
    digest = hashlib.sha256(sys.implementation.cache_tag.encode())
    for package in _MAKERS:
        for path in sorted(Path(str(files(f"effilint.{package}"))).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def spread(
    look: Callable[[str], _Seen],
    texts: Sequence[str],
    jobs: int | None,
    prepare: Callable[..., None] | None = None,
    given: tuple[Any, ...] = (),
) -> Iterator[_Seen]:
    """Yield what `look` gives for each text, in order; `jobs` processes work, all cores if None.

    Each of them is told to `prepare` with what is `given` first.
    """
    count = min(jobs or os.cpu_count() or 1, max(1, len(texts) // _CHUNK))
    if count == 1:
        if prepare is not None:
            prepare(*given)
        yield from map(look, texts)
        return
    with multiprocessing.get_context("spawn").Pool(count, prepare, given) as pool:
        yield from pool.imap(look, texts, _CHUNK)


_ENCODERS: list[Encoder] = []  # the one of this process


def _prepare(tokenizer: str, keeps_names: bool) -> None:
    _ENCODERS[:] = [Encoder(Tokenizer.from_str(tokenizer), keeps_names=keeps_names)]


def _one(text: str) -> Reading:
    return read(text, _ENCODERS[0])


def _packed(known: Mapping[str, Reading], made_by: str) -> dict[str, NDArray[Any]]:
    """Readings as arrays, one after the other, with how much is whose."""
    found = list(known.values())
    encoded = [one.encoded for one in found]
    sources = [source for one in encoded for source in one.sources]
    return {
        "made_by": np.array(made_by),
        "keys": np.array(list(known)),
        "pieces": np.array([len(one.ids) for one in encoded], np.int32),
        "variables": np.array([len(one.spans) for one in encoded], np.int32),
        "links": np.array([len(one) for one in sources], np.int32),
        "ids": _joined([one.ids for one in encoded]),
        "leaves": _joined([one.leaves for one in encoded]),
        "loops": _joined([one.loops for one in encoded]),
        "spans": _joined([one.spans for one in encoded]).reshape(-1, 2),
        "sources": _joined(sources),
        "heat": np.concatenate([one.heat for one in found]),
        "facts": np.stack([one.facts for one in found]),
    }


def _joined(rows: Sequence[Sequence[Any]]) -> NDArray[np.int32]:
    return np.array([item for row in rows for item in row], np.int32)


def _stored(path: Path, made_by: str) -> dict[str, Reading]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["made_by"]) != made_by:
                return {}
            return dict(_unpacked({name: stored[name] for name in stored.files}))
    except Exception:  # of a file that is broken numpy, zlib and zipfile raise all kinds
        return {}


def _unpacked(stored: Mapping[str, NDArray[Any]]) -> Iterator[tuple[str, Reading]]:
    pieces, variables = _cut(stored["pieces"]), _cut(stored["variables"])
    links = _cut(stored["links"])
    positions = _cut(stored["pieces"] + stored["variables"])
    for row, key in enumerate(stored["keys"].tolist()):
        mine, owned = pieces[row], variables[row]
        ids, leaves, loops = (
            tuple(stored[name][mine].tolist()) for name in ("ids", "leaves", "loops")
        )
        spans = tuple((first, end) for first, end in stored["spans"][owned].tolist())
        sources = tuple(tuple(stored["sources"][one].tolist()) for one in links[owned])
        encoded = Encoded(ids, leaves, loops, spans, sources)
        yield key, Reading(encoded, stored["heat"][positions[row]], stored["facts"][row])


def _cut(counts: NDArray[Any]) -> list[slice]:
    """Where each of so many things, one after the other, begins and ends."""
    return [slice(*ends) for ends in pairwise(accumulate(counts.tolist(), initial=0))]
