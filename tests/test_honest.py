"""Honest but unusual programs: what plain Python accepts, every level of isolation accepts.

The programs are in `honest/`. Each begins with `### name: input`, where the input of a script is a
text or bytes; with `### name: arguments -> result` for a function `f`. `(from L2)` in a name says
that weaker levels refuse what it does. Plain Python says what is right.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from effilint.measure import Case, Limits, Sandbox, Tests, Verdict, call, submit_tests
from effilint.measure.isolation import Level
from effilint.measure.probe import Found, failing

HONEST = Path(__file__).with_name("honest")
LIMITS = Limits(cpu=10.0, wall=60.0)
MODULES = (  # where no file can be opened, a program has what is there already
    "argparse asyncio atexit concurrent.futures.thread csv encodings.latin_1 fileinput gc "
    "logging mmap multiprocessing multiprocessing.sharedctypes multiprocessing.synchronize "
    "pathlib pickle resource signal sqlite3 tempfile typing warnings weakref"
).split()
ENVIRONMENT = {"PYTHONHASHSEED": "1", "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}


class Honest(NamedTuple):
    """A program, and the input that plain Python runs it with."""

    name: str
    given: str
    text: str

    @property
    def least(self) -> int:
        """The weakest level that lets it do what it does."""
        return int(self.name.partition("(from L")[2][:1] or 1)

    def case(self) -> Case:
        """Return the case that plain Python makes of it."""
        given, _, result = self.given.partition(" -> ")
        if not result:
            content = ast.literal_eval(given)
            content = content.encode() if isinstance(content, str) else content
            return Case(content, printed(self.text, content).decode("utf-8", "replace"))
        arguments, expected = eval(given), eval(result)
        check = f"\nassert f(*{given}) == {result}, f(*{given})"
        printed(f"{self.text}{check}", b"")
        return Case(call(*arguments), expected)


@cache
def printed(text: str, content: bytes) -> bytes:
    """What a program prints under plain Python; it must come to a good end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "program.py")
        path.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-P", "-s", str(path)],
            input=content,
            capture_output=True,
            check=False,
            env=ENVIRONMENT,
            cwd=folder,
        )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def programs(kind: str) -> list[Honest]:
    """Return the programs of a kind."""
    found = []
    for part in (HONEST / f"{kind}.txt").read_text(encoding="utf-8").split("### ")[1:]:
        head, _, text = part.partition("\n")
        name, _, given = head.partition(": ")
        found.append(Honest(name, given, text))
    return found


@pytest.fixture(scope="module", params=["L3", "L2", "L1"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox as on a machine that offers no more than this level."""
    level = Level(int(request.param[1]))
    if why := failing(level):
        pytest.skip(f"this machine has no {request.param}: {why}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("effilint.measure.sandbox.best_level", lambda *_: Found(level, ""))
        made = Sandbox(workers=1, imports=MODULES if level is Level.SECCOMP else ())
    with made:
        yield made


@pytest.mark.parametrize("kind", ["scripts", "functions"])
def test_what_plain_python_accepts_is_accepted(kind: str, sandbox: Sandbox) -> None:
    wanted = [one for one in programs(kind) if one.least <= sandbox.level]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        cases = list(pool.map(Honest.case, wanted))
    entry = "f" if kind == "functions" else None
    pending = [
        submit_tests(one.text, Tests((case,), entry), sandbox=sandbox, limits=LIMITS)
        for one, case in zip(wanted, cases, strict=True)
    ]
    refused: list[Any] = []
    for one, report in zip(wanted, (each.result() for each in pending), strict=True):
        if report.verdict is not Verdict.ACCEPTED:
            worst = report.decisive
            refused.append((one.name, worst.verdict.value, worst.error, worst.line, worst.words))
    assert refused == []


def test_there_are_enough_programs() -> None:
    assert len(programs("scripts")) >= 100
    assert len(programs("functions")) >= 35
