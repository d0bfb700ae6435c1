"""What there is outside for hostile programs to find, and whether they touched it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

import effilint.measure

SECRET_NAME, SECRET = "EFFILINT_TEST_SECRET", "a-secret-of-the-owner"
_MADE = ("effilint_made", "effilint.pth", "sitecustomize.py", "usercustomize.py", "effilint.pyc")


class Outside:
    """Files, pipes, sockets and a process in a folder that anybody may write in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        folder.chmod(0o777)
        self._file = folder / "planted"
        self._file.write_text(SECRET, encoding="utf-8")
        self._file.chmod(0o666)
        os.mkfifo(folder / "fifo")
        (folder / "fifo").chmod(0o666)
        self._fifo = os.open(folder / "fifo", os.O_RDONLY | os.O_NONBLOCK)
        self._abstract = f"effilint-{os.getpid()}"
        self._sockets = [
            _bound(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            _bound(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "socket")),
            _bound(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self._abstract}"),
            _bound(socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{self._abstract}-datagram"),
        ]
        self._port = self._sockets[0].getsockname()[1]
        self._sockets.append(_bound(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", self._port)))
        (folder / "socket").chmod(0o777)
        self._victim = subprocess.Popen(["sleep", "10000"])
        self._before = self._seen()

    def names(self) -> dict[str, Any]:
        """Return what the programs are told."""
        return {
            "FILE": str(self._file),
            "FOLDER": str(self._folder),
            "HOME": str(Path.home()),
            "FIFO": str(self._folder / "fifo"),
            "PATH_SOCKET": str(self._folder / "socket"),
            "ABSTRACT": self._abstract,
            "PORT": self._port,
            "VICTIM": self._victim.pid,
            "OWNER": os.getpid(),
            "SECRET_NAME": SECRET_NAME,
            "TESTS": str(Path(__file__).with_name("corpus.py")),
            "SOURCE": str(Path(effilint.measure.__file__).parent),
        }

    def touched(self) -> list[str]:
        """Return what is not as it was."""
        found = [] if self._seen() == self._before else ["a file outside"]
        if self._victim.poll() is not None:
            found.append("a process outside")
        with contextlib.suppress(BlockingIOError):
            if os.read(self._fifo, 10):
                found.append("a pipe outside")
        for place in self._sockets:
            with contextlib.suppress(BlockingIOError):
                place.accept() if place.type is socket.SOCK_STREAM else place.recv(10)
                found.append(f"a socket outside: {place.getsockname()}")
        return found

    def close(self) -> None:
        """Take it all away."""
        self._victim.kill()
        self._victim.wait()
        os.close(self._fifo)
        for place in self._sockets:
            place.close()

    def _seen(self) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = [(self._file.read_text(encoding="utf-8"),)]
        for path in (self._folder, *sorted(self._folder.iterdir()), Path(os.__file__)):
            state = path.lstat()
            found.append((path, state.st_mode, state.st_uid, state.st_size, state.st_mtime_ns))
        folders = {*sys.path, *sysconfig.get_paths().values(), "/", "/etc", "/usr", "/usr/lib"}
        folders |= {"/var/tmp", "/dev", "/dev/shm", "/run", "/tmp"}
        planted = [Path(folder, name) for folder in sorted(folders) if folder for name in _MADE]
        return [*found, *((path, path.exists()) for path in planted)]


def _bound(family: int, kind: int, address: Any) -> socket.socket:
    made = socket.socket(family, kind)
    made.bind(address)
    if kind == socket.SOCK_STREAM:
        made.listen()
    made.setblocking(False)
    return made


def family() -> set[tuple[int, str]]:
    """Return the processes that descend from this one: their numbers and their starts."""
    parents: dict[int, tuple[int, str]] = {}
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError, IndexError):
            if name.isdigit():
                fields = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
                parents[int(name)] = int(fields[1]), fields[19]
    found: set[int] = {os.getpid()}
    while more := {pid for pid, (parent, _) in parents.items() if parent in found} - found:
        found |= more
    return {(pid, parents[pid][1]) for pid in found - {os.getpid()} if pid in parents}


def left_of(processes: set[tuple[int, str]], seconds: float = 20.0) -> set[tuple[int, str]]:
    """Wait until these processes are gone; return those that are not after so many seconds."""
    end = time.monotonic() + seconds
    while (left := {one for one in processes if _lives(*one)}) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def _lives(pid: int, start: str) -> bool:
    with contextlib.suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return fields[19] == start and fields[0] != "Z"
    return False
