"""Landlock: a process takes from itself, for good, all of the file system but what is named.

It needs no privilege. `include/uapi/linux/landlock.h` of Linux tells the numbers.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable

from effilint.measure.libc import checked, libc

_NAME = "Landlock"
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_TELL_VERSION, _PATH_BENEATH = 1, 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE = 1 << 14
_READ = _READ_FILE | _READ_DIR
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_HANDLED = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_CONNECTIONS = 0b11  # bind and connect of TCP, from version 4
_SCOPES = 0b11  # abstract sockets and signals of others, from version 6


def version() -> int:
    """Return the version of Landlock that the kernel has, 0 for none."""
    if sys.platform != "linux":
        return 0
    found: int = libc().syscall(_CREATE_RULESET, None, 0, _TELL_VERSION)
    return max(0, found)


def restrict(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Leave this process these files and folders, with what is in them, and no TCP connection.

    Raises `OSError` where the kernel has no Landlock. The process must have given up the gain of
    privileges before.
    """
    found = version()
    handled = next(
        (rights for v, rights in sorted(_HANDLED.items(), reverse=True) if v <= found), 0
    )
    attributes = (ctypes.c_uint64 * 3)(
        handled, _CONNECTIONS if found >= 4 else 0, _SCOPES if found >= 6 else 0
    )
    size = 24 if found >= 6 else 16 if found >= 4 else 8
    library = libc()
    rules = checked(library.syscall(_CREATE_RULESET, attributes, size, 0), _NAME)
    try:
        for path in readable:
            _allow(library, rules, path, _READ & handled)
        for path in writable:
            _allow(library, rules, path, handled & ~_EXECUTE)
        checked(library.syscall(_RESTRICT_SELF, rules, 0), _NAME)
    finally:
        os.close(rules)


def _allow(library: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):
            rights &= _OF_FILES
        rule = rights.to_bytes(8, sys.byteorder) + place.to_bytes(4, sys.byteorder)
        added = library.syscall(_ADD_RULE, rules, _PATH_BENEATH, ctypes.c_char_p(rule), 0)
        checked(added, _NAME)
    finally:
        os.close(place)
