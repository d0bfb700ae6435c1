"""The standard files of a program under test, and what an interpreter does at a program's end."""

from __future__ import annotations

import atexit
import builtins
import contextlib
import io
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

_DESCRIPTORS = {
    "/dev/stdin": 0,
    "/dev/stdout": 1,
    "/dev/stderr": 2,
    "/dev/fd/0": 0,
    "/dev/fd/1": 1,
    "/dev/fd/2": 2,
    "/proc/self/fd/0": 0,
    "/proc/self/fd/1": 1,
    "/proc/self/fd/2": 2,
}


def standard_files() -> None:
    """Make `sys.stdin` and the like anew, as an interpreter makes them at its start.

    They are files of any process that is forked later, as if made there: what they ask a file for
    when they are made, they are told of an empty one to read, and of pipes to write to.
    """
    own = [os.dup(place) for place in range(3)]
    reading, writing = os.pipe()
    empty = os.memfd_create("input") if sys.platform == "linux" else os.dup(own[0])
    for place, file in enumerate((empty, writing, writing)):
        os.dup2(file, place)
    _make()
    for place, file in enumerate(own):
        os.dup2(file, place)
    for file in (*own, reading, writing, empty):
        os.close(file)


def _make() -> None:
    raw = [io.FileIO(place, "w" if place else "r", closefd=False) for place in range(3)]
    names = ("stdin", "stdout", "stderr")
    for file, name in zip(raw, names, strict=True):
        setattr(file, "name", f"<{name}>")  # noqa: B010 - a type has it for reading only
    files = (
        io.TextIOWrapper(io.BufferedReader(raw[0]), "utf-8", "surrogateescape"),
        io.TextIOWrapper(io.BufferedWriter(raw[1]), "utf-8", "surrogateescape"),
        io.TextIOWrapper(io.BufferedWriter(raw[2]), "utf-8", "backslashreplace", None, True),
    )
    for name, made in zip(names, files, strict=True):
        setattr(made, "mode", "r" if name == "stdin" else "w")  # noqa: B010 - as above
        setattr(sys, name, made)
        setattr(sys, f"__{name}__", made)
    for name in ("exit", "quit"):
        setattr(builtins, name, sys.exit)


def open_standard_files_by_name() -> None:
    """Have `open("/dev/stdin")` open the standard input: there is no `/proc` that would lead to it.

    As with a pipe, what is read there is read from the standard input itself.
    """
    real, descriptors, copied, fspath = io.open, _DESCRIPTORS, os.dup, os.fspath

    def opened(file: Any, *arguments: Any, **named: Any) -> Any:
        if isinstance(file, str | os.PathLike) and (name := fspath(file)) in descriptors:
            file = copied(descriptors[name])
        return real(file, *arguments, **named)

    opened.__name__ = opened.__qualname__ = "open"
    for module in (io, builtins):
        setattr(module, "open", opened)  # noqa: B010 - to be patched on purpose


def write_out(files: tuple[Any, ...]) -> None:
    """Write out what these files hold, whatever a program made of them."""
    for file in files:
        with contextlib.suppress(Exception):
            file.flush()


class Ending:
    """What an interpreter does when a program has come to the end of its text.

    Made before the program is loaded, so that it cannot put anything in the place of that.
    """

    def __init__(self) -> None:
        self._join: Callable[[], None] = threading._shutdown  # type: ignore[attr-defined]
        self._handlers: Callable[[], None] = atexit._run_exitfuncs
        self._files: tuple[Any, ...] = (sys.stdout, sys.stderr)
        self._flush: Callable[[Any], None] = io.TextIOWrapper.flush

    def come(self, module: dict[str, Any]) -> None:
        """Wait for threads, call the handlers, flush files, and let go of what says good-bye."""
        with contextlib.suppress(Exception):
            self._join()
        with contextlib.suppress(Exception):
            self._handlers()
        self.flush()
        for name in [name for name, value in module.items() if _says_good_bye(value)]:
            module[name] = None
        self.flush()

    def flush(self) -> None:
        """Flush what are the standard files by now, then those of the beginning."""
        write_out((getattr(sys, "stdout", None), getattr(sys, "stderr", None)))
        self.flush_first()

    def flush_first(self) -> None:
        """Flush the files of the beginning, whatever a program made of their methods."""
        for file in self._files:
            with contextlib.suppress(Exception):
                self._flush(file)


def _says_good_bye(value: object) -> bool:
    """Whether something happens when this object goes: a file is written, a finalizer runs."""
    return hasattr(type(value), "__del__")
