"""Python to learn the language from: functions of the standard library and of what is installed.

Only packages whose metadata names a permissive licence count. What their authors wrote is read and
goes into no file of the model but as the statistics that it learns.
"""

from __future__ import annotations

import hashlib
import random
import sysconfig
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from textwrap import dedent

from effilint.analyzer.source import Source, SourceError
from effilint.detectors.syntax import parsed

_PERMISSIVE = ("mit", "bsd", "apache", "isc", "psf", "python software foundation", "zlib")
_OTHER = ("gpl", "mozilla", "mpl", "affero", "proprietary", "commercial")
_NAME = 200  # characters of a licence that name it
_FEWEST, _MOST = 25, 400  # tokens of a function
_LONGEST = 300_000  # bytes of a file


def functions(*, limit: int, seed: int = 0) -> Iterator[str]:
    """Yield at most so many different functions, methods among them, drawn by the seed."""
    seen: set[bytes] = set()
    paths = sorted(_paths())
    random.Random(seed).shuffle(paths)
    for path in paths:
        for text in functions_of(path):
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:12]
            if digest in seen:
                continue
            seen.add(digest)
            yield text
            if len(seen) == limit:
                return


def _paths() -> Iterator[Path]:
    library = Path(sysconfig.get_path("stdlib"))
    for path in library.rglob("*.py"):
        if not {"site-packages", "test", "tests", "idlelib"} & set(path.parts):
            yield path
    for distribution in distributions():
        if is_permissive(distribution):
            for file in distribution.files or ():
                if file.suffix == ".py" and not {"test", "tests"} & set(file.parts):
                    yield Path(str(distribution.locate_file(file)))


def is_permissive(distribution: Distribution) -> bool:
    """Return whether the metadata names a permissive licence, and none of another kind."""
    metadata = distribution.metadata
    names = [one for one in metadata.get_all("Classifier") or () if one.startswith("License")]
    names += metadata.get_all("License-Expression") or ()
    names += [one[:_NAME] for one in metadata.get_all("License") or ()]  # some hold all of it
    said = " ".join(names).lower()
    return any(one in said for one in _PERMISSIVE) and not any(one in said for one in _OTHER)


def functions_of(path: Path) -> Iterator[str]:
    """Yield the functions of a file, without decorators and as little indented as can be."""
    try:
        if path.stat().st_size > _LONGEST:
            return
        text = Source.read(path).text
    except (OSError, SourceError):
        return
    syntax, raw = parsed(text), text.encode("utf-8", "surrogatepass")
    for function in syntax.functions:
        if _FEWEST <= function.end - function.first <= _MOST:
            first = raw.rfind(b"\n", 0, syntax.leaves[function.first].start) + 1
            last = syntax.leaves[function.end - 1]
            end = last.start + len(last.text.encode("utf-8", "surrogatepass"))
            yield dedent(raw[first:end].decode("utf-8", "surrogatepass")) + "\n"
