"""The folder that programs write in, where it is one of this machine: kept small, and emptied."""

from __future__ import annotations

import contextlib
import os
import time

_MOST_FILES, _MOST_BYTES = 1000, 16 << 20
_ATTEMPTS, _PAUSE = 50, 0.1


def is_too_much(folder: str) -> bool:
    """Whether more is in a folder than a program may leave there.

    Where it cannot be seen it is too much: names too long to be looked up, folders locked.
    """
    folders, files, size = [folder], 0, 0
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    files += 1
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    if files > _MOST_FILES or size > _MOST_BYTES:
                        return True
        except (FileNotFoundError, NotADirectoryError):  # it went away
            continue
        except OSError:
            return True
    return False


def empty(folder: str) -> None:
    """Take away all that is in a folder, however deep and locked; `OSError` if that fails.

    What is in a folder inside is lifted to the top, so that no path gets long and nothing recurs.
    """
    while inner := _without_files(folder):
        for path in inner:
            for entry in _without_files(path):
                os.rename(entry, os.path.join(folder, os.urandom(16).hex()))
            os.rmdir(path)


def _without_files(folder: str) -> list[str]:
    """The folders in a folder, after all else in it is gone."""
    os.chmod(folder, 0o700)
    with os.scandir(folder) as found:
        entries = list(found)
    inner = []
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            os.chmod(entry.path, 0o700)
            inner.append(entry.path)
        else:
            os.unlink(entry.path)
    return inner


def remove(folder: str, attempts: int = _ATTEMPTS) -> None:
    """Take a folder away with all that is in it, even while its last user is still dying."""
    for _ in range(attempts):
        if not os.path.isdir(folder):
            return
        with contextlib.suppress(OSError):
            empty(folder)
            os.rmdir(folder)
            return
        time.sleep(_PAUSE)
