"""Start the process that looks after code under test, and talk to it.

All that is known of the isolation outside the child is here: a stronger sandbox takes its place.
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
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from effilint.measure.wire import BrokenFrameError, Channel

# The child sees the files of this package as one, without the site packages it may be found by.
_PROGRAM = """
import sys, types
for name, folder in ("effilint", []), ("effilint.measure", [sys.argv[1]]):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = folder
from effilint.measure.child import main
main(int(sys.argv[2]), sys.argv[3])
"""
_MOST_PATIENCE = 4  # times the limit
_GRACE = 10.0  # seconds in which the child must have ended a runner whose time is over


class CannotRun(Exception):  # noqa: N818 - a verdict rather than a fault
    """Nothing can be said about the code by running it; `str` says why in a few words."""


class Program(NamedTuple):
    """A module's text and the function of it to call (`f` or `Class.f`).

    `path` goes before `sys.path`, `package` is what relative imports start from.
    """

    text: str
    filename: str
    function: str
    path: tuple[str, ...] = ()
    package: str = ""


class Answer(NamedTuple):
    """How one call went: CPU seconds by the kernel's clock, how it ended, and what to compare.

    `raised` names the type of an exception, `opaque` what cannot be compared; `peak` is in bytes
    and, like all but the seconds, what the code's own process says.
    """

    seconds: float
    raised: str | None
    opaque: str | None
    peak: int
    content: bytes


class Child:
    """Runs programs on inputs in isolation; use it in a `with` statement."""

    def __init__(self, programs: Mapping[str, Program]) -> None:
        self._programs = programs

    def __enter__(self) -> Child:
        if not hasattr(os, "fork"):
            raise CannotRun("code cannot be isolated on this platform")
        self._scratch = tempfile.mkdtemp(prefix="effilint-")
        ours, theirs = socket.socketpair()
        folder = str(Path(__file__).parent)
        arguments = [folder, str(theirs.fileno()), self._scratch]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", "-c", _PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            cwd=self._scratch,
            env=_environment(self._scratch),
            start_new_session=True,
        )
        theirs.close()
        self._channel = Channel(ours)
        texts = {name: program._asdict() for name, program in self._programs.items()}
        with _its_end_explained():
            self._send({"setup": {"texts": texts}})
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def run(
        self, text: str, cases: Sequence[bytes], limit: float, patience: float, memory: bool
    ) -> Iterator[Answer]:
        """Yield the answers of one fresh process of the program `text`, case by case.

        It ends early, without an error, where a case takes longer than `limit` seconds of a free
        processor, and `patience` seconds of a busy one. Raises `CannotRun` where the module
        cannot be loaded or ends the process. With `memory` the peak of memory is measured.
        """
        with _its_end_explained():
            patience = max(limit, min(patience, _MOST_PATIENCE * limit))
            order = {"text": text, "cases": len(cases), "memory": memory}
            self._send(order | {"limit": limit, "patience": patience})
            for case in cases:
                self._channel.send(case, time.monotonic() + _GRACE)
            while True:
                event, detail = json.loads(self._receive(patience))
                if event == "case":
                    yield _answer(detail, self._receive(patience))
                elif event == "problem":
                    raise CannotRun(_one_line(detail))
                elif event == "ended":
                    raise CannotRun("the code ends its process")
                else:
                    return

    def _send(self, message: Mapping[str, Any]) -> None:
        self._channel.send(json.dumps(message).encode(), time.monotonic() + _GRACE)

    def _receive(self, patience: float) -> bytes:
        # Between two answers come at most the loading, the inputs, the call and the result.
        return self._channel.receive(time.monotonic() + 6 * patience + _GRACE)


@contextlib.contextmanager
def _its_end_explained() -> Iterator[None]:
    try:
        yield
    except (BrokenFrameError, TimeoutError):
        raise CannotRun("the process that runs the code ended") from None


def _answer(seconds: float, frame: bytes) -> Answer:
    head, _, content = frame.partition(b"\n")
    try:
        said = json.loads(head[:1000])
        raised, opaque, peak = said.get("raised"), said.get("opaque"), int(said["peak"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise BrokenFrameError from None
    return Answer(max(seconds, 0.0), _name(raised), _name(opaque), peak, content)


def _name(text: object) -> str | None:
    return None if text is None else _one_line(str(text))[:100]


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


def _environment(scratch: str) -> dict[str, str]:
    """Nothing of ours: there may be secrets in it."""
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {"HOME": scratch, "TMPDIR": scratch, "LANG": "C.UTF-8", "PATH": os.defpath} | one_thread
