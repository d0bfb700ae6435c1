"""Modules of the standard library that a program is going to import: had before its clock runs.

Only what is harmless to import is on the list, as nothing is shut in by then. What nearly every
program imports is there before, in the process that all are forked from.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
from collections.abc import Sequence

_IMPORT = re.compile(r"(?:\b(?:import|from)\b|\b__import__\b|\bimport_module\b)([^\n;#]*)")
_WORD = re.compile(r"\w+")
_INSIDE = {"concurrent": "futures", "urllib": "parse", "xml": "etree"}
_BY_USE = {"\\N{": "unicodedata", "strptime": "_strptime"}  # Python imports them by itself
_KNOWN = frozenset(
    "argparse ast asyncio base64 binascii calendar cmath codecs concurrent contextvars csv "
    "dataclasses decimal difflib dis fileinput fractions getpass graphlib gzip hashlib hmac "
    "inspect ipaddress linecache locale logging multiprocessing pathlib pickle platform pprint "
    "secrets selectors shlex shutil statistics stringprep subprocess tempfile textwrap timeit "
    "tokenize traceback tracemalloc unicodedata unittest urllib uuid weakref xml zlib "
    "zoneinfo".split()
)


def import_wanted(text: str, own: Sequence[str]) -> None:
    """Import those of the known modules that a text names in its imports, or is going to use.

    `own` are folders in which modules of the same names come before those of the library.
    """
    lines = _IMPORT.findall(text.replace("\\\n", " "))
    words: set[str] = {word for line in lines for word in _WORD.findall(line)}
    names = sorted(words & _KNOWN)
    names += [f"{name}.{part}" for name, part in _INSIDE.items() if {name, part} <= words]
    names += [name for use, name in _BY_USE.items() if use in text]
    for name in names:
        if not any(_holds(folder, name.partition(".")[0]) for folder in own):
            import_module(name)


def import_module(name: str) -> None:
    """Import a module; where that fails, the program itself will be told."""
    with contextlib.suppress(Exception):
        importlib.import_module(name)


def _holds(folder: str, name: str) -> bool:
    path = os.path.join(folder, name)
    return os.path.exists(path) or os.path.exists(f"{path}.py")
