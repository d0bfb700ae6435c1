"""Scores of files and of their functions, as rows, and beside those of before."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from effilint.scorer.score import Score
    from effilint.scorer.scorer import Scorer

LEAST = 0.005  # of Bc that is worth a mention


@dataclass(frozen=True)
class Row:
    """A file, or a function of it that starts at `line`, with its text and its score.

    `before` is Bc of what had this name before; None if there was none, or nobody asked.
    """

    filename: str
    function: str
    line: int
    text: str
    score: Score
    before: float | None = None

    @property
    def is_worse(self) -> bool:
        """Whether it was better before."""
        return self.before is not None and self.score.bc > self.before + LEAST

    def to_json(self) -> dict[str, Any]:
        """Return it as what JSON holds; lines are those of the file."""
        score = self.score
        found: dict[str, Any] = {
            "filename": self.filename,
            "function": self.function or None,
            "line": self.line,
            "bc": score.bc,
            "band": str(score.band),
            "status": str(score.status),
            "why": score.why,
            "behaviours": dict(score.behaviours),
            "findings": [
                {"code": one.code, "message": one.message, "line": self.line + one.line - 1}
                for one in score.findings
            ],
            "lines": {str(line): weight for line, weight in self.lines().items()},
        }
        return found if self.before is None else found | {"before": self.before}

    def lines(self) -> dict[int, float]:
        """Return what each line of the file earned, the most first."""
        ends, place = [], 0
        for line in self.text.splitlines(keepends=True):
            place += len(line)
            ends.append(place)
        starts = [0, *ends[:-1]]
        weights = self.score.token_weights(zip(starts, ends, strict=True))
        found = {self.line + n: weight for n, weight in enumerate(weights) if weight > 0}
        return dict(sorted(found.items(), key=lambda item: -item[1]))


def rows_of(filename: str, text: str, scorer: Scorer) -> list[Row]:
    """Return the row of a file, and those of its functions and methods, in source order."""
    parts = [("", 1, text), *_functions(text)]
    scores = scorer.score_batch([part for _, _, part in parts])
    return [
        Row(filename, name, line, part, score)
        for (name, line, part), score in zip(parts, scores, strict=True)
    ]


def _functions(text: str) -> Iterator[tuple[str, int, str]]:
    from effilint.analyzer import Context, Source, SourceError
    from effilint.detectors.functions import outermost_functions, text_alone

    try:
        context = Context(Source(text))
    except (SourceError, RecursionError):
        return
    found = sorted(outermost_functions(context.tree), key=lambda one: one.lineno)
    for function in found:
        owner = context.parent(function)
        prefix = f"{owner.name}." if isinstance(owner, ast.ClassDef) else ""
        yield f"{prefix}{function.name}", function.lineno, text_alone(function, context)


def beside(rows: Sequence[Row], before: Sequence[Row]) -> list[Row]:
    """Return rows with the Bc that what has their name had before."""
    known: Mapping[str, float] = {one.function: one.score.bc for one in before}
    return [replace(one, before=known.get(one.function)) for one in rows]


def text_before(path: str, revision: str) -> str | None:
    """Return the text that a file had: of another file, or of a revision of git.

    None if the revision does not have the file. Raises `click.BadParameter` where there is no such
    file, and no such revision.
    """
    from effilint.analyzer import Source, SourceError

    if os.path.isfile(revision):
        return Source.read(revision).text
    folder, name = os.path.split(os.path.abspath(path))
    git = ["git", "-C", folder]
    try:
        known = subprocess.run(
            [
                *git,
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                f"{revision}^{{commit}}",
            ],
            capture_output=True,
            check=False,
        )
        shown = subprocess.run(
            [*git, "show", "--end-of-options", f"{revision}:./{name}"],
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise click.BadParameter(f"git: {error.strerror}", param_hint="--against") from None
    if known.returncode:
        raise click.BadParameter(
            f"{revision}: no such file, and no such revision", param_hint="--against"
        )
    if shown.returncode:
        return None
    try:
        return Source.from_bytes(shown.stdout, path).text
    except SourceError:
        return None
