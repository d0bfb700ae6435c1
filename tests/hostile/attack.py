"""Let hostile programs of some kinds loose on a sandbox of one level: `attack.py L2 files time`.

Prints what did not go as it should, a line each. Every program must come out as expected, and the
same worker must accept an honest program after it; in the end nothing outside may be changed,
nothing left, and no secret known. The environment has to hold one.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from corpus import MODULES, Hostile, outcome, programs
from outside import SECRET, SECRET_NAME, Outside, family, left_of

from effilint.measure.isolation import Level
from effilint.measure.probe import Found, failing
from effilint.measure.sandbox import Program, Run, Sandbox, call

MISSING = 3  # the exit status where a level cannot be had
HONEST = Program("def f(n):\n    return n + 1", "f")


def said(run: Run) -> Iterator[str]:
    """Yield what people will read of a run."""
    for one in run.calls:
        yield from (one.raised or "", one.words, one.opaque or "")
    yield from (str(word) for word in run.stop.detail.values())
    yield from run.stop.stderr.split("\n")


def attacked(sandbox: Sandbox, hostile: Hostile, outside: Outside) -> Iterator[str]:
    """Yield what goes wrong with one program."""
    for judged in (True, False) if hostile.kind == "answers" else (True,):
        run = sandbox.submit(hostile.order(outside.names(), judged=judged)).result()
        if judged and not hostile.is_as_expected(run):
            yield f"{outcome(run)}, not {' or '.join(hostile.outcomes)}: {run}"
        if run.stop.how == "failed":
            yield f"the sandbox failed: {run.stop.detail}"
        if not all(words.isprintable() for words in said(run)):
            yield f"it says what a terminal would obey: {run}"
        if SECRET in repr(run) or "escaped" in repr(run):
            yield f"it got out: {run}"
        honest = sandbox.run(HONEST, [call(20)], expected=[21])
        if outcome(honest) != "accepted":
            yield f"then an honest program came out as {outcome(honest)}: {honest}"


def main(kinds: list[str]) -> Iterator[str]:
    """Yield what goes wrong."""
    scratch = Path(tempfile.mkdtemp())
    tempfile.tempdir = str(scratch / "temporary")
    os.mkdir(tempfile.tempdir)
    outside = Outside(scratch / "outside")
    started = family()
    seen: set[tuple[int, str]] = set()
    try:
        with Sandbox("best", workers=1, imports=MODULES) as sandbox:
            if sandbox.level.label != sys.argv[1]:
                yield f"this is {sandbox.level.label}"
            workers = family() - started
            for hostile in [one for kind in kinds for one in programs(kind)]:
                for words in attacked(sandbox, hostile, outside):
                    yield f"{hostile.kind}, {hostile.name}: {words}"
                seen |= family() - started
            if not workers <= family():
                yield "a process of the sandbox had to be replaced"
        for process in left_of(seen):
            yield f"the process {process} is left"
        yield from outside.touched()
        yield from (f"{name} is left" for name in os.listdir(tempfile.tempdir))
    finally:
        outside.close()


if __name__ == "__main__":
    if os.environ.get(SECRET_NAME) != SECRET or sys.argv[1] not in ("L1", "L2", "L3"):
        sys.exit("attack.py: a level of isolation, please, and the secret in the environment")
    if why := failing(Level(int(sys.argv[1][1]))):
        print(f"this machine has no {sys.argv[1]}: {why}")
        sys.exit(MISSING)
    # As on a machine that offers no more.
    best = Found(Level(int(sys.argv[1][1])), "")
    with mock.patch("effilint.measure.sandbox.best_level", return_value=best):
        for line in main(sys.argv[2:]):
            print(line, flush=True)
