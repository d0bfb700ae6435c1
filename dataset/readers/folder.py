"""A folder of solutions: one folder for each problem, with `tests.json` and programs in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from effilint.dataset.problems import BadRowError, Problem, Solution
from effilint.dataset.readers.parts import problem, solution
from effilint.dataset.rows import Broken, is_text

TESTS = "tests.json"
_DESCRIPTION = "description.md"


def folder(path: Path) -> Iterator[Problem | Broken]:
    """Yield a problem for each folder in `path` that has tests; it may be such a folder itself.

    Each `*.py` in it is a solution, `description.md` what the problem asks.
    """
    for tests in sorted(path.rglob(TESTS)):
        yield from _problem(tests, path)


def _problem(tests: Path, path: Path) -> Iterator[Problem | Broken]:
    home = tests.parent
    name = home.relative_to(path).as_posix() if home != path else home.name
    root = path.name if home != path else path.parent.name
    solutions = []
    for program in sorted(home.glob("*.py")):
        try:
            solutions.append(_solution(program, path))
        except (BadRowError, OSError) as error:
            yield Broken(str(program), 0, str(error))
    try:
        yield problem(
            f"{root or 'folder'}/{name}",
            solutions,
            tests=_content(tests),
            description=text_of(home / _DESCRIPTION) if (home / _DESCRIPTION).exists() else "",
        )
    except (BadRowError, OSError) as error:
        yield Broken(str(tests), 0, str(error))


def _solution(program: Path, path: Path) -> Solution:
    return solution(code_of(program), f"{path.name}:{program.relative_to(path).as_posix()}")


def code_of(program: Path) -> str:
    """Return the text of a program; `BadRowError` if it is none, `OSError` if it is not there."""
    from effilint.analyzer import Source, SourceError

    try:
        code: str = Source.from_bytes(program.read_bytes(), str(program)).text
    except SourceError as error:
        raise BadRowError(str(error)) from None
    if not code.strip():
        raise BadRowError("it is empty")
    return code


def _content(tests: Path) -> dict[str, Any]:
    """The tests: one JSON object, or a head and cases on lines of their own."""
    text = text_of(tests)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        try:
            head, *cases = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError) as error:
            raise BadRowError(f"it is no JSON: {error}") from None
        if not isinstance(head, dict):
            raise BadRowError("the head must be an object") from None
        content = {**head, "cases": cases}
    if not isinstance(content, dict) or not is_text(content):
        raise BadRowError("tests must be an object, of whole characters")
    return content


def text_of(path: Path) -> str:
    """Return a file's text; `BadRowError` if it is none, `OSError` if it is not there."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadRowError(f"{path.name} is no text in UTF-8") from None
