"""Remember what was found in a file for as long as its content, the rules and we are the same.

One SQLite file: safe under two processes, and reading it needs neither rules nor trees. Values
are JSON, never code, since a cache may come with a repository.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from effilint import __version__
from effilint.outcome import Outcome, Problem, Selection

try:  # hashlib also loads OpenSSL, which takes longer than the hashing
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

if TYPE_CHECKING:
    from effilint.analyzer.model import Diagnostic

FOLDER = ".effilint_cache"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder holds what effilint remembers.\n"
_TABLE = """
create table if not exists outcomes (
    path blob, selection text, content blob, outcome text, primary key (path, selection)
) without rowid
"""
_LARGEST = 64 << 20  # bytes; beyond it everything is forgotten


def digest(data: bytes) -> bytes:
    """Return 16 bytes that identify this content."""
    return blake2b(data, digest_size=16).digest()


class Cache:
    """The outcomes remembered in a folder; whatever is wrong with it, nothing is remembered."""

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, f"{__version__}-{sys.implementation.cache_tag}.db")
        self._rules = fingerprint()
        self._connection = self._open(folder)

    def get(self, path: str, selection: Selection, content: bytes) -> Outcome | None:
        """Return what is remembered for the file at `path` with this content, if anything."""
        if self._connection is None:
            return None
        try:
            row = self._connection.execute(
                "select outcome from outcomes where path = ? and selection = ? and content = ?",
                (_key_of(path), self._key(selection), content),
            ).fetchone()
            return None if row is None else _decode(path, row[0])
        except (sqlite3.Error, LookupError, TypeError, ValueError):
            return None

    def put(self, outcomes: Iterable[tuple[Outcome, Selection]]) -> None:
        """Remember these outcomes, in place of what is there for the same paths."""
        if self._connection is None:
            return
        rows = [
            (_key_of(o.path), self._key(selection), o.digest, _encode(o))
            for o, selection in outcomes
        ]
        # another process may hold the file for longer than we wait, or the disk be full
        with contextlib.suppress(sqlite3.Error), self._connection:
            self._connection.executemany("replace into outcomes values (?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _key(self, selection: Selection) -> str:
        return f"{self._rules}{selection!r}"

    def _open(self, folder: str) -> sqlite3.Connection | None:
        try:
            _prepare(folder)
            if os.path.exists(self._path) and os.path.getsize(self._path) > _LARGEST:
                os.remove(self._path)
            try:
                return self._connect()
            except sqlite3.OperationalError:
                return None
            except sqlite3.DatabaseError:  # not a database, or a broken one
                os.remove(self._path)
                return self._connect()
        except (OSError, sqlite3.Error):
            return None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=5)
        try:
            connection.execute("pragma synchronous = off")  # losing it costs one slow run
            connection.execute(_TABLE)
            connection.execute("select count(*) from (select 1 from outcomes limit 1)").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def _key_of(path: str) -> bytes:
    return os.fsencode(os.path.abspath(path))  # a name may be no text


def _prepare(folder: str) -> None:
    os.makedirs(folder, exist_ok=True)
    for name, content in ((".gitignore", "*\n"), ("CACHEDIR.TAG", _TAG)):
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            with open(path, "w", encoding="utf-8") as file:
                file.write(content)


def fingerprint() -> str:
    """Return what changes with every change to the rules, the engine or what they stand on.

    It reads names, sizes and times of files only, and imports none of them.
    """
    from importlib.util import find_spec

    seen = []
    for name in ("effilint.analyzer", "effilint.detectors", "effilint.rules", "libcst", "astroid"):
        found = find_spec(name)
        locations = found.submodule_search_locations if found else None
        deep = name.startswith("effilint.")
        seen += [entry for place in locations or () for entry in _stamps(place, deep)]
    return blake2b("\n".join(sorted(seen)).encode(), digest_size=8).hexdigest()


def _stamps(folder: str, deep: bool) -> list[str]:
    stamps = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py") or entry.name == "card.json":
                stat = entry.stat()
                stamps.append(f"{entry.path}:{stat.st_size}:{stat.st_mtime_ns}")
            elif deep and entry.is_dir() and entry.name != "__pycache__":
                stamps += _stamps(entry.path, deep)
    return stamps


def _encode(outcome: Outcome) -> str:
    """Return the outcome as JSON; nothing at all for a clean file."""
    if not outcome.diagnostics and outcome.problem is None:
        return ""
    import json
    from dataclasses import astuple

    problem = outcome.problem[1:] if outcome.problem else None
    return json.dumps([problem, [astuple(d) for d in outcome.diagnostics]])


def _decode(path: str, text: str) -> Outcome:
    if not text:
        return Outcome(path)
    import json

    problem, diagnostics = json.loads(text)
    return Outcome(
        path,
        tuple(_diagnostic(path, *row) for row in diagnostics),
        Problem(path, *problem) if problem else None,
    )


def _diagnostic(path: str, *row: Any) -> Diagnostic:
    from effilint.analyzer.model import Diagnostic, Fix, Gain, Safety, TextEdit, Tier

    values = dict(zip(Diagnostic.__slots__, row, strict=True))
    values["filename"] = path  # it may be named differently from the folder of this run
    if values["fix"]:
        message, safety, edits = values["fix"]
        values["fix"] = Fix(message, Safety(safety), tuple(TextEdit(*edit) for edit in edits))
    before, after, measured, tier = values["gain"]
    ratios = {int(size): ratio for size, ratio in measured.items()}
    values["gain"] = Gain(before, after, ratios, Tier(tier))
    return Diagnostic(**values)
