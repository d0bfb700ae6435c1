"""Start the first process inside, on this machine's best terms, and talk to it.

This is the outside of a jail: it knows what the host has. Nothing secret goes in: not the
environment, not an expected result, not the text of another program.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from effilint.measure.isolation import Level
from effilint.measure.nobody import nobody
from effilint.measure.wire import BrokenFrameError, Channel

# The inside sees the files of this package as one, without the site packages it may be found by.
_PROGRAM = """
import sys, types, json
for name, folder in ("effilint", []), ("effilint.measure", [sys.argv[1]]):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = folder
from effilint.measure.{} import main
main(int(sys.argv[2]), json.loads(sys.argv[3]))
"""
_ASK = """
import json, sys, sysconfig
packages = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
library = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
print(json.dumps([[sys.prefix, sys.base_prefix, sys.exec_prefix, *library, *packages], packages]))
"""
# Of /usr, what programs need: people have their projects in /usr/src and /usr/local, too.
_SYSTEM = (
    *("/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/share"),
    *("/usr/local/lib", "/usr/local/lib64", "/lib", "/lib64", "/lib32", "/bin"),
)
_PREFIXES = ("/", "/usr", "/usr/local")  # of an interpreter whose parts are in there
_FILES = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
# What programs import most: each module more takes every program time at its start and end.
_WARM = (
    "abc array bisect collections collections.abc contextlib copy datetime enum functools heapq io "
    "itertools json math numbers operator os os.path queue random re string struct sys threading "
    "time types typing"
).split()
_MORE = (  # of what else they may want, where no file can be opened later
    "base64 calendar cmath dataclasses decimal difflib fractions hashlib inspect pprint secrets "
    "statistics textwrap tracemalloc traceback unicodedata uuid zlib"
).split()
_BOX = "/box"  # the scratch folder where it is the only one
_START = 60.0  # seconds in which a process must be ready; importing may take long
_GRACE = 10.0  # seconds for what takes no time
_PATIENCE = 45.0  # seconds beyond loading and a case after which the jail itself hangs


class JailError(Exception):
    """The jail itself failed, or the machine has none; `str` is one clear line."""


def program_of(module: str) -> str:
    """Return a program that runs `main` of a module of this package.

    Its arguments are the folder of the package, and what goes to `main`: a descriptor and JSON.
    """
    return _PROGRAM.format(module)


class Interpreter(NamedTuple):
    """A Python to run programs with: what it is made of, and where its packages are."""

    executable: str
    folders: tuple[str, ...]
    packages: tuple[str, ...]


@cache
def interpreter(executable: str) -> Interpreter:
    """Ask a Python where it lives; `JailError` if it does not answer."""
    command = [executable, "-I", "-c", _ASK]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_START, check=True, env={})
        folders, packages = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        raise JailError(f"{executable} is no Python that runs") from None
    real = os.path.dirname(os.path.realpath(executable))
    roots = [f for f in (*folders, real) if os.path.isdir(f) and f not in _PREFIXES]
    if executable.startswith("/usr/"):  # it may be a link to one elsewhere
        roots.append(os.path.dirname(executable))
    return Interpreter(executable, tuple(_outermost(roots)), tuple(packages))


def _outermost(folders: Sequence[str]) -> list[str]:
    """Those that lie in no other of them."""
    found: list[str] = []
    for folder in sorted(set(folders)):
        if not any(folder.startswith(f"{outer.rstrip('/')}/") for outer in found):
            found.append(folder)
    return found


class Setup(NamedTuple):
    """What a jail is made for: its level, a Python, warm modules, and folders to be read."""

    level: Level
    executable: str = sys.executable
    imports: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    scratch: str = ""  # an empty folder; with namespaces none is needed


class Jail:
    """The first process inside, and the way to it."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._scratch = _BOX if setup.level is Level.NAMESPACES else setup.scratch
        ours, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                self._command(theirs.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                cwd="/",
                env=_environment(self._scratch),
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise JailError(f"cannot start {setup.executable}: {error.strerror}") from None
        finally:
            theirs.close()
        self._channel = Channel(ours)
        try:
            self._channel.receive(time.monotonic() + _START)
        except (BrokenFrameError, TimeoutError):
            words = self._last_words()
            self.close()
            raise JailError(f"the process inside does not start: {words}") from None

    def run(self, order: dict[str, Any], cases: Sequence[bytes]) -> Iterator[dict[str, Any]]:
        """Yield a head for each answered case (with `answer` and `output` in it), and one stop.

        Raises `JailError` where the jail does not keep its own time; it has to be closed then.
        """
        limits = order["limits"]
        patience = 2 * limits["wall"] + _PATIENCE
        try:
            head = json.dumps(order | {"cases": len(cases)}).encode()
            self._channel.send(head, *cases, deadline=time.monotonic() + _GRACE * (1 + len(cases)))
            while True:
                head = json.loads(self._channel.receive(time.monotonic() + patience))
                if head["event"] == "stop":
                    if head["how"] == "failed":
                        raise JailError(json.loads(head["detail"])["words"])
                    yield head
                    return
                answer = self._channel.receive(time.monotonic() + _GRACE)
                output = self._channel.receive(time.monotonic() + _GRACE)
                yield head | {"answer": answer, "output": output}
        except (BrokenFrameError, TimeoutError):
            raise JailError("the process that runs the code ended") from None

    def close(self) -> None:
        """End everything inside."""
        self._channel.close()
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        assert self._process.stderr is not None
        lines = self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else "it says nothing"

    def _command(self, descriptor: int) -> list[str]:
        setup, python = self._setup, interpreter(self._setup.executable)
        is_walled = setup.level is Level.NAMESPACES
        # What only root may read of the folders asked for, nobody else could.
        is_somebody_else = os.getuid() == 0 and not setup.readable
        user = nobody() if is_walled and is_somebody_else else 0
        inside = {
            "level": int(setup.level),
            "scratch": self._scratch,
            "readable": [*python.folders, *_SYSTEM, *_FILES, *_DEVICES, *setup.readable],
            "user": user,
            "warm": [*_WARM, *(_MORE if setup.level is Level.SECCOMP else ())],
            "imports": list(setup.imports),
            "path": list(python.packages) if setup.imports or setup.readable else [],
        }
        here = str(Path(__file__).parent)
        # Not `-I`: it would have the seed of hashes in the environment ignored.
        command = [python.executable, "-P", "-s", "-S", "-B", "-c", program_of("keeper")]
        command += [here, str(descriptor), json.dumps(inside)]
        if not is_walled:
            return command
        return [*_bubblewrap([here, *python.folders, *setup.readable], user), "--", *command]


def _bubblewrap(folders: Sequence[str], user: int) -> list[str]:
    """Return the start of a command whose process sees these folders and nothing else."""
    program = shutil.which("bwrap")
    if program is None:
        raise JailError("bubblewrap (the program `bwrap`) is not installed")
    command = [program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    command += ["--unshare-cgroup-try", "--new-session", "--die-with-parent"]
    if user:  # we are root: the process inside becomes somebody else by itself
        for capability in ("SETUID", "SETGID", "SYS_ADMIN", "SYS_PTRACE"):
            command += ["--cap-add", f"CAP_{capability}"]
    else:
        command += ["--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "CAP_SYS_ADMIN"]
    made: set[str] = set()
    for path in _outermost([*_SYSTEM, *_FILES, *folders]):
        if os.path.islink(path) and path in _SYSTEM:
            command += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            for parent in reversed(Path(path).parents):
                if str(parent) not in made and str(parent) != "/":
                    command += ["--perms", "0755", "--dir", str(parent)]
                    made.add(str(parent))
            command += ["--ro-bind", path, path]
    if not any(f"{folder}/".startswith("/tmp/") for folder in folders):
        command += ["--symlink", _BOX, "/tmp"]
    command += ["--perms", "1777", "--dir", _BOX, "--chdir", _BOX]
    return [
        *command,
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--remount-ro",
        "/dev",
        "--remount-ro",
        "/",
    ]


def _environment(scratch: str) -> dict[str, str]:
    """Nothing of ours: there may be secrets in it. Hashes are the same every time.

    Which seed they have is arbitrary, but it must be one: an answer in the order of a set would be
    right in one pool and wrong in the next.
    """
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    # Each thread would have an arena of its own, of 64 MB of addresses, which are counted.
    fixed = {"MALLOC_ARENA_MAX": "1"}
    fixed |= {"LD_BIND_NOW": "1"}  # rather than in every program anew
    fixed |= {"LANG": "C.UTF-8", "PATH": os.defpath, "PYTHONHASHSEED": "1"}
    return {"HOME": scratch, "TMPDIR": scratch} | fixed | dict.fromkeys(threads, "1")
