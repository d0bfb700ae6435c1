"""What this machine offers to keep code in: found out by doing, not by asking for versions."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

from effilint.measure import folders, landlock, seccomp, wire
from effilint.measure.isolation import Level
from effilint.measure.jail import Jail, JailError, Setup

_CANARY = """
import os, signal, socket

def escapes(planted, folder, parent):
    def connects():
        socket.create_connection(("127.0.0.1", 9), 1)
    def binds():
        socket.socket().bind(("127.0.0.1", 0))
    done = []
    for name, attempt in (
        ("reads a file", lambda: open(planted).read()),
        ("writes a file", lambda: open(planted, "a").write("x")),
        ("makes a file", lambda: open(os.path.join(folder, "made"), "w")),
        ("removes a file", lambda: os.unlink(planted)),
        ("lists a folder", lambda: os.listdir(folder)),
        ("opens a socket", binds),
        ("signals a process", lambda: os.kill(parent, 0)),
        ("starts a program", lambda: os.posix_spawn("/bin/true", ["true"], {})),
        ("forks", lambda: os.fork() or os._exit(0)),
    ):
        try:
            attempt()
        except (OSError, RuntimeError):
            continue
        done.append(name)
    return done
"""
_LIMITS = {"cpu": 10.0, "wall": 30.0, "memory": 256 << 20, "output": 1 << 20}


class Found(NamedTuple):
    """The strongest level that works here, and why no stronger one does."""

    level: Level
    why: str


@cache
def best_level(python: str = sys.executable) -> Found:
    """Return the strongest level that holds what it promises, with this interpreter."""
    why: list[str] = []
    for level in (Level.NAMESPACES, Level.LANDLOCK, Level.SECCOMP):
        problem = failing(level, python)
        if problem is None:
            return Found(level, "; ".join(why))
        why.append(f"{level.label}: {problem}")
    return Found(Level.NONE, "; ".join(why))


@cache
def failing(level: Level, python: str = sys.executable) -> str | None:
    """Return what keeps a level from working here, in a few words; None if nothing does.

    A program is run at that level that tries to read, write, connect, signal and fork; it must
    succeed in nothing, and a plain call must give its result.
    """
    if missing := _missing(level):
        return missing
    with tempfile.TemporaryDirectory(prefix=folders.PROBE) as folder:
        planted = Path(folder, "planted")
        planted.write_text("secret", encoding="utf-8")
        os.chmod(folder, 0o777)
        planted.chmod(0o666)
        box = Path(folder, "scratch")
        box.mkdir()
        try:
            jail = Jail(Setup(level, python, scratch=str(box)))
        except JailError as error:
            return str(error)
        try:
            done = _attempted(jail, str(planted), folder)
        except (JailError, ValueError, LookupError):
            return "a program that tries to get out ends the process that runs it"
        finally:
            jail.close()
        if not planted.exists() or planted.read_text(encoding="utf-8") != "secret":
            done.append("changes a file")
    return f"code {', '.join(done)}" if done else None


def _attempted(jail: Jail, planted: str, folder: str) -> list[str]:
    program = {"text": _CANARY, "filename": "<canary>", "entry": "escapes", "prelude": ""}
    program |= {"path": [], "package": ""}  # type: ignore[dict-item]
    order = {"program": program, "limits": _LIMITS, "sample": False}
    order |= {"tracemalloc": False, "arguments": False, "profile": None}
    inputs = [wire.dump([[planted, folder, os.getpid()], {}])]
    heads = list(jail.run(order, inputs))
    if heads[0]["event"] != "case":
        return [f"cannot be run ({heads[0]['how']})"]
    content = heads[0]["answer"].partition(b"\n")[2]
    return [str(name) for name in json.loads(content)[2]]


def _missing(level: Level) -> str | None:
    if sys.platform != "linux":
        return f"{platform.system()} has no such isolation: use Linux, or a container or VM of it"
    if not seccomp.is_supported():
        return f"there is no table of system calls for {platform.machine()}"
    if level is Level.NAMESPACES and shutil.which("bwrap") is None:
        return "bubblewrap (the program `bwrap`) is not installed"
    if level is Level.LANDLOCK and not landlock.version():
        return "the kernel has no Landlock"
    return None
