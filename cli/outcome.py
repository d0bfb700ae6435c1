"""What goes into linting one file and what comes out of it; plain data that pickles."""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from effilint.analyzer.model import Diagnostic


# Control characters and marks that turn the direction of text: a name or a line of code that
# holds them must not get to say what a terminal shows.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Return `text` as one line that does nothing to a terminal."""
    return _UNSEEN.sub("\ufffd", text)


class Mode(enum.Enum):
    """What to do about findings that can be fixed."""

    CHECK = "check"
    FIX = "fix"
    DIFF = "diff"


EMBEDDED = "embedded"  # the model that comes with effilint


class Selection(NamedTuple):
    """Which rules run on a file, as the user wrote it; resolving it needs the rules."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    file_ignores: tuple[str, ...] = ()
    min_gain: float = 0.0
    model: str = ""  # the folder of the learned detector, or `EMBEDDED`, if it is asked too


class Problem(NamedTuple):
    """Why a file, a folder or a configuration could not be used, in one line."""

    filename: str
    message: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = "".join(f":{number}" for number in (self.line, self.column) if number is not None)
        return plain(f"{self.filename}{place}: error: {self.message}")


class Proof(NamedTuple):
    """That fixes are to be proven by running code, for how many seconds each at most.

    `inputs` names a function that gives the arguments for a size: `module:f` or `file.py:f`.
    """

    timeout: float
    inputs: str | None = None


class Job(NamedTuple):
    """A file to lint; `size` is in bytes. `data` is its content where it is not on disk.

    With a `proof` fixes are proven, and only those that are get applied.
    """

    path: str
    selection: Selection
    mode: Mode = Mode.CHECK
    unsafe: bool = False
    size: int = 0
    data: bytes | None = None
    proof: Proof | None = None


class Outcome(NamedTuple):
    """What came of a job.

    `diagnostics` is what remains; the fixes of `applied` were made, or in `Mode.DIFF`
    would be, `diff` shows them, and `text` is the fixed content of a job that brought its own
    `data`. `digest` identifies the content where the outcome may be remembered for it.
    """

    path: str
    diagnostics: tuple[Diagnostic, ...] = ()
    problem: Problem | None = None
    applied: tuple[Diagnostic, ...] = ()
    diff: str = ""
    text: bytes = b""
    digest: bytes = b""
