"""Run a command to its end and say what it used."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Usage:
    """What one process and its children used: CPU and wall in seconds, memory in MB."""

    cpu: float
    wall: float
    peak: float


@dataclass(frozen=True)
class Outcome:
    """What a command used, its exit status (negative: the signal), and the end of what it wrote."""

    usage: Usage
    status: int
    output: str
    errors: str


def last_line(text: str) -> str:
    """Return the last line with anything on it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "no message"


def measure(command: Sequence[str], folder: Path, timeout: float) -> Outcome:
    """Run a command in `folder`, which is also its home, for at most `timeout` seconds."""
    environment = os.environ | {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        killer = threading.Timer(timeout, os.killpg, (process.pid, signal.SIGKILL))
        killer.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            killer.cancel()
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        # ru_maxrss is bytes on macOS and KiB elsewhere.
        unit = 1e6 if sys.platform == "darwin" else 1e6 / 1024
        usage = Usage(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / unit)
        return Outcome(usage, process.returncode, _end(output), _end(errors))


def _end(file: IO[bytes]) -> str:
    """Return the end only: what this process holds counts as memory of the children it forks."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - 20_000))
    return file.read().decode(errors="replace")


def pip(python: str, *arguments: str) -> str:
    """Run pip; return '' or the last line of its complaint."""
    command = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else last_line(done.stderr)
