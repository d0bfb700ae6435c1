"""Modules of the standard library that a program is going to import: had before its clock runs.

Only what is harmless to import is on the list, as nothing is shut in by then. What nearly every
program imports is there before, in the process that all are forked from.
"""

from __future__ import annotations

import contextlib
import importlib
import re

_IMPORT = re.compile(r"\b(?:import|from)\b([^\n;#]*)")
_WORD = re.compile(r"\w+")
_WITHIN = {"concurrent": "concurrent.futures", "urllib": "urllib.parse", "xml": "xml.etree"}
_KNOWN = frozenset(
    "argparse ast asyncio base64 binascii calendar cmath codecs concurrent contextvars csv "
    "dataclasses decimal difflib fileinput fractions getpass graphlib gzip hashlib hmac inspect "
    "ipaddress locale logging multiprocessing pathlib pickle platform pprint secrets selectors "
    "shlex shutil statistics stringprep subprocess tempfile textwrap timeit tokenize traceback "
    "tracemalloc unicodedata unittest urllib uuid weakref xml zlib zoneinfo".split()
)


_BY_USE = {"\\N{": "unicodedata", "strptime": "_strptime"}  # Python imports them by itself


def import_wanted(text: str) -> None:
    """Import those of the known modules that a text names in its imports, or is going to use."""
    words: set[str] = {word for line in _IMPORT.findall(text) for word in _WORD.findall(line)}
    names = [_WITHIN.get(name, name) for name in sorted(words & _KNOWN)]
    names += [name for use, name in _BY_USE.items() if use in text]
    for name in names:
        with contextlib.suppress(Exception):  # the program itself will be told
            importlib.import_module(name)
