"""The facts of many programs as one array, several programs at a time, each made once."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from effilint.dataset.writing import replacing
from effilint.detectors.facts import FACTS, facts_of, vector

_CHUNK = 32  # programs that a process takes at a time


def facts_array(
    texts: Sequence[str], *, jobs: int | None = None, cache: Path | None = None
) -> NDArray[np.float32]:
    """Return the facts of programs: shape (programs, len(FACTS)), in the order of `FACTS`.

    `jobs` is how many processes work, all cores if None. In the file `cache` (`.npz`) are the
    facts of programs that are known; what is not there is made and added. One of other facts, or
    that is broken, is made anew. Raises `OSError` where it cannot be written.
    """
    keys = [_key(text) for text in texts]
    known = _read(cache) if cache is not None else {}
    left = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    known.update(zip(left, _made(list(left.values()), jobs), strict=True))
    if cache is not None and left:
        _write(cache, known)
    if not keys:
        return np.zeros((0, len(FACTS)), np.float32)
    return np.stack([known[key] for key in keys])


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _names() -> str:
    return hashlib.sha256("\n".join(FACTS).encode()).hexdigest()


def _read(path: Path) -> dict[str, NDArray[np.float32]]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["names"]) != _names():
                return {}
            return dict(zip(stored["keys"].tolist(), stored["facts"], strict=True))
    except (FileNotFoundError, BadZipFile, ValueError, KeyError, EOFError):
        return {}


def _write(path: Path, known: dict[str, NDArray[np.float32]]) -> None:
    keys, facts = np.array(list(known)), np.stack(list(known.values()))
    with replacing(path) as file:
        np.savez_compressed(file, names=np.array(_names()), keys=keys, facts=facts)


def _made(texts: Sequence[str], jobs: int | None) -> Iterator[NDArray[np.float32]]:
    count = min(jobs or os.cpu_count() or 1, max(1, len(texts) // _CHUNK))
    if count == 1:
        yield from map(_one, texts)
        return
    with multiprocessing.get_context("spawn").Pool(count) as pool:
        yield from pool.imap(_one, texts, _CHUNK)


def _one(text: str) -> NDArray[np.float32]:
    return np.array(vector(facts_of(text)), np.float32)
