"""Files that are there as a whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write to, which takes the place of `path` at the end.

    If anything goes wrong before, `path` is as it was. Raises `OSError`.
    """
    with _beside(path) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            _give_usual_mode(file.name)
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def end_line(path: Path) -> None:
    """Give a line that was cut short an end, so that the next one is whole; make the folder."""
    if not path.exists() or not path.stat().st_size:
        path.parent.mkdir(parents=True, exist_ok=True)
        return
    with path.open("rb+") as file:
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.write(b"\n")


def append(path: Path, text: str) -> None:
    """Add a line to a file; it is on the disk when this returns."""
    with path.open("ab") as file:
        file.write(text.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _beside(path: Path) -> IO[bytes]:
    try:
        return NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def _give_usual_mode(name: str) -> None:
    """A temporary file is its owner's alone; what is written here is as other files are."""
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(name, 0o666 & ~mask)
