"""The folders of ours among the temporary ones: one for each pool, and none left behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import time

from effilint.measure import scratch

POOL, PROBE = "effilint-pool-", "effilint-probe-"  # what names of folders begin with
_OLD = 3600.0  # seconds after which a folder that nobody holds was left behind


class Folder:
    """The folder of a pool, with one for each worker in it.

    It is locked as long as its owner lives. Those of owners that were killed are taken away by the
    workers, or, where there was none yet, when the next folder is made.
    """

    def __init__(self) -> None:
        sweep(tempfile.gettempdir())
        self._path = tempfile.mkdtemp(prefix=POOL)
        self._lock = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        with contextlib.suppress(OSError):  # where there are no locks nothing is swept
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    def part(self, number: int) -> str:
        """Return the path of a worker's folder, which is not made yet."""
        return os.path.join(self._path, str(number))

    def remove(self) -> None:
        """Take it away with all that is in it."""
        os.close(self._lock)
        scratch.remove(self._path)


def sweep(parent: str) -> None:
    """Take away the folders of ours that were left behind in one that others may use too."""
    with contextlib.suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith((POOL, PROBE)):
                with contextlib.suppress(OSError, RecursionError):
                    _sweep_one(entry.path)


def _sweep_one(path: str) -> None:
    place = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        found = os.fstat(place)
        if found.st_uid != os.getuid() or time.time() - found.st_mtime < _OLD:
            return
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if stat.S_IMODE(found.st_mode) == 0o700:
            scratch.remove(path, attempts=1)
        else:  # others could put links there
            shutil.rmtree(path)
    finally:
        os.close(place)
